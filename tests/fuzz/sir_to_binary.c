// sir-to-binary FILE.sir OUT: for the seeds of what reads SIR's binary form. Not judged on the way.

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "sir/sir.h"

#include <stdio.h>

int main(int argc, char **argv) {
    Arena arena;
    Buf text = { 0 }, bytes = { 0 };
    SirReadError why;
    char error[512] = "usage: sir-to-binary FILE.sir OUT";
    arena_init(&arena);
    bool good = argc == 3 && file_read(argv[1], 1 << 20, &text, error);
    if (good) {
        const SirModule *module =
            sir_text_read(&arena, (Str){ (const char *)text.data, text.len }, &why);
        if (module)
            sir_binary_write(module, &bytes);
        else
            snprintf(error, sizeof error, "%s:%u: %s", argv[1], why.line, why.message);
        good = module && file_write(argv[2], bytes.data, bytes.len, error);
    }
    if (!good) fprintf(stderr, "sir-to-binary: %s\n", error);
    buf_free(&text);
    buf_free(&bytes);
    arena_free(&arena);
    return good ? 0 : 1;
}
