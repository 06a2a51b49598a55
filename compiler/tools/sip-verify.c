// sip-verify: what the verifier says of a module, in text or binary form.
//
//     sip-verify [--steps] FILE.sir|FILE.sirb      0: accepted; 1: refused, the complaints say why; 2: could not be asked
//
// With --steps it says too how many steps that took, and how many a module of that length may take.

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ACCEPTED = 0, REFUSED = 1, NOT_ASKED = 2 };

// The bytes to judge: text is converted, anything else is taken as it is.
static bool to_binary(Arena *arena, const char *path, Buf *bytes) {
    if (bytes->len >= 6 && memcmp(bytes->data, "SIPSIR", 6) == 0) return true;
    SirReadError error;
    Str text = { (const char *)bytes->data, bytes->len };
    const SirModule *module = sir_text_read(arena, text, &error);
    if (!module) {
        fprintf(stderr, "%s:%u: %s\n", path, error.line, error.message);
        return false;
    }
    bytes->len = 0; // the module's texts are in the arena by now
    sir_binary_write(module, bytes);
    return true;
}

static int judge(Arena *arena, const char *path, const Buf *bytes, bool tell_steps) {
    VerifyReport report;
    bool accepted = verify(arena, bytes->data, bytes->len, &report) != NULL;
    if (tell_steps) printf("%" PRIu64 " of %" PRIu64 " steps\n", report.steps, report.most_steps);
    if (accepted) return ACCEPTED;
    for (uint32_t i = 0; i < report.count; i++) {
        Buf line = { 0 };
        verify_complaint_write(&report.complaints[i], &line);
        fprintf(stderr, "%s: %.*s\n", path, (int)line.len, (const char *)line.data);
        buf_free(&line);
    }
    if (report.cut) fprintf(stderr, "%s: and more\n", path);
    return REFUSED;
}

int main(int argc, char **argv) {
    Buf bytes = { 0 };
    char error[512];
    bool tell_steps = argc == 3 && strcmp(argv[1], "--steps") == 0;
    if (argc != 2 + tell_steps) {
        fprintf(stderr, "usage: sip-verify [--steps] FILE.sir|FILE.sirb\n");
        return NOT_ASKED;
    }
    const char *path = argv[argc - 1];
    if (!file_read(path, (size_t)1 << 28, &bytes, error)) {
        fprintf(stderr, "%s\n", error);
        return NOT_ASKED;
    }
    Arena arena;
    arena_init(&arena);
    int status =
        to_binary(&arena, path, &bytes) ? judge(&arena, path, &bytes, tell_steps) : NOT_ASKED;
    arena_free(&arena);
    buf_free(&bytes);
    return status;
}
