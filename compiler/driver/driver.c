// The command line to a command.

#include "driver/driver.h"

#include "driver/commands.h"
#include "driver/package.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int (*const commands[COMMANDS])(const Options *) = {
    [CMD_CHECK] = command_check,       [CMD_BUILD] = command_build,
    [CMD_RUN] = command_run,           [CMD_TEST] = command_test,
    [CMD_NEW] = command_new,           [CMD_IMAGE] = command_image,
    [CMD_SYSTEM] = command_system,     [CMD_EMIT] = command_emit,
    [CMD_VERIFY] = command_verify,     [CMD_INTERP] = command_interp,
    [CMD_EXPLAIN] = command_explain,   [CMD_FIX] = command_fix,
    [CMD_DOC] = command_doc,           [CMD_FMT] = command_fmt,
    [CMD_CONTRACT] = command_contract, [CMD_VERSION] = command_version,
    [CMD_LSP] = command_lsp,           [CMD_KEY] = command_key,
    [CMD_SIGN] = command_sign,
};

// Commands that compile take a package where no file is given.
static int run_command(Arena *arena, Options *options) {
    bool takes_package = command_takes_package(options->command);
    ExitCode code = takes_package ? package_apply(arena, options) : EXIT_OK;
    return code == EXIT_OK ? commands[options->command](options) : code;
}

static int help(const Options *options) {
    CommandId command = CMD_HELP;
    for (int i = 0; options->inputs.len > 0 && i < COMMANDS; i++)
        if (strcmp(command_name((CommandId)i), options->inputs.data[0]) == 0)
            command = (CommandId)i;
    options_help(stdout, command);
    return EXIT_OK;
}

int driver_main(int argc, char **argv) {
    Arena arena;
    Options options;
    signal(SIGPIPE, SIG_IGN); // a reader that has gone is an error of the write,
    signal(SIGXFSZ, SIG_IGN); // and so is a file that may not grow
    arena_init(&arena);
    int code = EXIT_USAGE;
    if (options_parse(&arena, argc, argv, &options))
        code = options.command == CMD_HELP ? help(&options) : run_command(&arena, &options);
    bool lost = ferror(stdout); // long ago: why is no longer known
    if ((fflush(stdout) != 0 || lost) && code == EXIT_OK) {
        fprintf(
            stderr, "sipcc: standard output could not be written%s%s\n", lost ? "" : ": ",
            lost ? "" : strerror(errno)
        );
        code = EXIT_TOOL;
    }
    arena_free(&arena);
    return code;
}
