// explain and version: what sipcc says about diagnostics and about itself.

#include "base/arena.h"
#include "contracts/abi/kernel.h"
#include "contracts/abi/seal.h"
#include "diag/diag.h"
#include "driver/backend.h"
#include "driver/commands.h"
#include "driver/version.h"

#include <stdio.h>

int command_explain(const Options *options) {
    int code = EXIT_OK;
    for (uint32_t i = 0; i < options->inputs.len; i++) {
        const char *page = diag_explain(options->inputs.data[i]);
        if (page) {
            fputs(page, stdout);
            continue;
        }
        fprintf(
            stderr, "sipcc: there is no diagnostic `%s`; codes look like E0301\n",
            options->inputs.data[i]
        );
        code = EXIT_USAGE;
    }
    return code;
}

static ExitCode say_more(Arena *arena) {
    char error[512];
    Toolchain toolchain;
    const Backend *backend =
        toolchain_find(arena, &toolchain, error) ? backend_load(&toolchain, error) : NULL;
    if (!backend) return tool_failed(error);
    printf(
        "LLVM %s\nsealed format %u, kernel ABI %u, x86-64-v2\n", backend->version(arena),
        SEAL_FORMAT_VERSION, SIP_ABI_VERSION
    );
    return EXIT_OK;
}

int command_version(const Options *options) {
    Arena arena;
    arena_init(&arena);
    printf("sipcc %s\n", SIPCC_VERSION);
    ExitCode code = options->verbose ? say_more(&arena) : EXIT_OK;
    arena_free(&arena);
    return code;
}
