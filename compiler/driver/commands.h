// One function per command; driver.c has the table.

#ifndef DRIVER_COMMANDS_H
#define DRIVER_COMMANDS_H

#include "driver/options.h"

int command_check(const Options *options);
int command_build(const Options *options);
int command_run(const Options *options);
int command_test(const Options *options);
int command_new(const Options *options);
int command_image(const Options *options);
int command_system(const Options *options);
int command_emit(const Options *options);
int command_contract(const Options *options);
int command_interp(const Options *options);
int command_verify(const Options *options);
int command_key(const Options *options);
int command_sign(const Options *options);
int command_fix(const Options *options);
int command_fmt(const Options *options);
int command_doc(const Options *options);
int command_lsp(const Options *options);
int command_explain(const Options *options);
int command_version(const Options *options);

#endif
