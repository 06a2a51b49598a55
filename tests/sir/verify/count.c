// How much the verifier does with a module, the same on every machine: how many blocks of its code are run, and of what it calls. All
// that it is made of is compiled to count them; what the C library does is not counted.
//
//     sip-verify-counted FILE.sir      blocks, steps that it counted itself (docs/security.md), bytes of the module; and the first complaint

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t blocks;

// Called by all code that is compiled with -fsanitize-coverage=trace-pc, which this file is not.
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void) {
    blocks++;
}

static bool to_binary(Arena *arena, const char *path, Buf *binary) {
    Buf text = { 0 };
    char problem[512];
    SirReadError error = { 0 };
    if (!file_read(path, (size_t)1 << 28, &text, problem)) {
        printf("%s\n", problem);
        return false;
    }
    const SirModule *module =
        sir_text_read(arena, (Str){ (const char *)text.data, text.len }, &error);
    if (module)
        sir_binary_write(module, binary);
    else
        printf("%s:%u: %s\n", path, error.line, error.message);
    buf_free(&text);
    return module != NULL;
}

int main(int argc, char **argv) {
    Arena reading, arena;
    Buf binary = { 0 };
    VerifyReport report;
    if (argc != 2) {
        printf("usage: sip-verify-counted FILE.sir\n");
        return 2;
    }
    arena_init(&reading);
    bool is_read = to_binary(&reading, argv[1], &binary);
    arena_free(&reading);
    if (!is_read) return 2;
    arena_init(&arena);
    blocks = 0;
    verify(&arena, binary.data, binary.len, &report);
    printf(
        "%" PRIu64 " %" PRIu64 " %zu %s\n", blocks, report.steps, binary.len,
        report.count > 0 ? report.complaints[0].message : "accepted"
    );
    arena_free(&arena);
    buf_free(&binary);
    return 0;
}
