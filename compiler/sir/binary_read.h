// The pieces of the binary reader that its two files share. Inside this room only. All give zeros once the reader
// is bad.

#ifndef SIR_BINARY_READ_H
#define SIR_BINARY_READ_H

#include "sir.h"

#include "base/buf.h"

typedef struct Input {
    Arena *arena;
    Reader reader; // `bad` is sticky and ends every loop
    SirModule *module;
    SirReadError *error; // the first complaint
} Input;

void sir__get_fail(Input *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t sir__get_u32(Input *in);
uint32_t sir__get_row_or_none(Input *in);
SirState sir__get_state(Input *in);
uint8_t sir__get_below(Input *in, unsigned limit, const char *what);
uint32_t sir__get_count(Input *in
); // of things of at least one byte each: no more than bytes are left
Str sir__get_text(Input *in);
SirLoc sir__get_loc(Input *in);
SirSig sir__get_sig(Input *in);
void sir__get_tree(Input *in, SirTree *tree, unsigned depth);
SirFuncInfo sir__get_func(Input *in);

#endif
