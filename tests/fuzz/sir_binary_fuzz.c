// The binary reader against any bytes: no crash, memory linear in the length, and what is accepted is what the writer
// writes, and survives the text form.

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

static void through_text(Arena *arena, const SirModule *module, const Buf *bytes) {
    Buf text = { 0 }, again = { 0 };
    SirReadError error;
    sir_text_write(module, &text);
    const SirModule *back =
        sir_text_read(arena, (Str){ (const char *)text.data, text.len }, &error);
    want(back != NULL);
    sir_binary_write(back, &again);
    want(again.len == bytes->len && memcmp(again.data, bytes->data, again.len) == 0);
    buf_free(&text);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    arena_init(&arena);
    SirReadError error;
    const SirModule *module = sir_binary_read(&arena, data, length, &error);
    want(arena_used(&arena) < 100000 + 1000 * length);
    if (module) {
        Buf bytes = { 0 };
        sir_binary_write(module, &bytes);
        want(bytes.len == length && memcmp(bytes.data, data, length) == 0);
        through_text(&arena, module, &bytes);
        buf_free(&bytes);
    } else {
        want(error.message[0] != 0 && error.offset <= length);
    }
    arena_free(&arena);
    return 0;
}
