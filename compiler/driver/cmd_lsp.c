// lsp: serves an editor on standard input and output.

#include "driver/commands.h"
#include "driver/toolchain.h"
#include "driver/version.h"
#include "lsp/lsp.h"

#include <stdio.h>
#include <unistd.h>

int command_lsp(const Options *options) {
    (void)options;
    char error[512];
    Arena arena;
    Toolchain toolchain;
    arena_init(&arena);
    LspOptions lsp = { .in = STDIN_FILENO, .out = STDOUT_FILENO, .version = SIPCC_VERSION };
    // Without the compiler's modules what a program says of itself can still be served.
    if (toolchain_find(&arena, &toolchain, error))
        lsp.modules = toolchain.modules;
    else
        fprintf(stderr, "sipcc: %s\n", error);
    int code = lsp_serve(&lsp);
    arena_free(&arena);
    return code;
}
