// The judge against any bytes: no crash, no hang, memory bounded by the length of the input; a refusal says why, and what is
// accepted answers all questions that later rooms ask.

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz/sir_change.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed);

static void want(int holds) {
    if (!holds) abort();
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed) {
    return sir_change(data, length, room, seed);
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
