// The judge against any bytes: no crash, no hang, memory bounded by the length of the input; a refusal says why, and what is
// accepted answers all questions that later rooms ask.

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz/tokens.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t length, size_t room);

static void want(int holds) {
    if (!holds) abort();
}

// --- changes that stay readable: in the text form ----------------------------------------------------------------------

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
        const SirModule *module = sir_text_read(&arena, (Str){ (const char *)changed, length }, &error);
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

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed) {
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

// --- the question ----------------------------------------------------------------------------------------------------------

static void ask_types(const VerifiedSir *sir) {
    const SirModule *module = verified_module(sir);
    for (SirType type = 0; type < module->types.len; type++) {
        const uint32_t align = verified_align(sir, type);
        want(align && (align & (align - 1)) == 0);
        want(verified_size(sir, type) % align == 0);
        want(!(verified_is_plain(sir, type) && verified_is_owning(sir, type)));
        want(!(verified_is_sendable(sir, type) && verified_is_second_class(sir, type)));
    }
    for (SirContract contract = 0; contract < module->contracts.len; contract++) {
        verified_queue_bound(sir, contract, SIR_IN);
        verified_queue_bound(sir, contract, SIR_OUT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    arena_init(&arena);
    VerifyReport *report = arena_new(&arena, VerifyReport);
    const VerifiedSir *sir = verify(&arena, data, length, report);
    if (sir) {
        ask_types(sir);
    } else {
        want(report->count > 0 && report->count <= VERIFY_COMPLAINTS);
        Buf text = { 0 };
        for (uint32_t i = 0; i < report->count; i++) {
            want(report->complaints[i].message[0] != 0);
            verify_complaint_write(&report->complaints[i], &text);
        }
        buf_free(&text);
    }
    arena_free(&arena);
    return 0;
}
