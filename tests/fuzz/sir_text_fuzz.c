// The text reader against any bytes: no crash, and what is accepted comes back as it was written.

#include "base/arena.h"
#include "base/buf.h"
#include "sir/sir.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void want(int holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    arena_init(&arena);
    SirReadError error;
    const SirModule *module = sir_text_read(&arena, (Str){ (const char *)data, length }, &error);
    if (module) {
        Buf text = { 0 }, again = { 0 };
        sir_text_write(module, &text);
        const SirModule *back =
            sir_text_read(&arena, (Str){ (const char *)text.data, text.len }, &error);
        want(back != NULL);
        sir_text_write(back, &again);
        want(again.len == text.len && memcmp(again.data, text.data, text.len) == 0);
        buf_free(&text);
        buf_free(&again);
    } else {
        want(error.message[0] != 0 && error.line > 0 && error.offset <= length);
    }
    arena_free(&arena);
    return 0;
}
