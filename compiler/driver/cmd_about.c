// explain and version: what sipcc says about diagnostics and about itself.

#include "base/arena.h"
#include "contracts/abi/kernel.h"
#include "contracts/abi/seal.h"
#include "diag/diag.h"
#include "driver/commands.h"
#include "driver/version.h"
#include "llvm/llvm.h"

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

int command_version(const Options *options) {
    Arena arena;
    arena_init(&arena);
    printf("sipcc %s\n", SIPCC_VERSION);
    if (options->verbose)
        printf(
            "LLVM %s\nsealed format %u, kernel ABI %u, x86-64-v2\n", llvm_version(&arena),
            SEAL_FORMAT_VERSION, SIP_ABI_VERSION
        );
    arena_free(&arena);
    return EXIT_OK;
}
