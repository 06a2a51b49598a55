// See sir_change.h.

#include "sir_change.h"

#include "tokens.h"

#include "base/arena.h"
#include "base/buf.h"
#include "sir/sir.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t length, size_t room); // libFuzzer's

enum { TRIES = 6 };

// The module's text, changed until it is a module again; 0 when it never is.
static size_t change_text(uint8_t *data, size_t room, const Buf *text, unsigned seed) {
    size_t most = text->len * 2 + 100, written = 0;
    uint8_t *changed = malloc(most);
    for (unsigned i = 0; i < TRIES && !written; i++) {
        Arena arena;
        Buf bytes = { 0 };
        SirReadError error;
        arena_init(&arena);
        memcpy(changed, text->data, text->len);
        const size_t length = tokens_mutate(changed, text->len, most, seed + i * 7919);
        const SirModule *module =
            sir_text_read(&arena, (Str){ (const char *)changed, length }, &error);
        if (module) sir_binary_write(module, &bytes);
        if (bytes.len && bytes.len <= room) {
            memcpy(data, bytes.data, bytes.len);
            written = bytes.len;
        }
        buf_free(&bytes);
        arena_free(&arena);
    }
    free(changed);
    return written;
}

size_t sir_change(uint8_t *data, size_t length, size_t room, unsigned seed) {
    Arena arena;
    Buf text = { 0 };
    SirReadError error;
    size_t written = 0;
    arena_init(&arena);
    const SirModule *module = seed % 4 ? sir_binary_read(&arena, data, length, &error) : NULL;
    if (module) {
        sir_text_write(module, &text);
        written = change_text(data, room, &text, seed);
    }
    buf_free(&text);
    arena_free(&arena);
    return written ? written : LLVMFuzzerMutate(data, length, room);
}
