// What the judge accepts becomes machine code: no crash and no refusal in the back end, with its lint on.

#include "base/arena.h"
#include "fuzz/sir_change.h"
#include "llvm/llvm.h"
#include "verify/verify.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed) {
    return sir_change(data, length, room, seed);
}

static void generate(Arena *arena, const VerifiedSir *sir, LlvmLevel level) {
    LlvmOptions options = { .level = level, .producer = "fuzz", .want_object = true };
    LlvmOutput output;
    if (!llvm_emit(arena, sir, &options, &output)) {
        fprintf(stderr, "the back end refuses what the verifier accepted: %s\n", output.error);
        abort();
    }
    llvm_output_free(&output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    arena_init(&arena);
    VerifyReport *report = arena_new(&arena, VerifyReport);
    const VerifiedSir *sir = verify(&arena, data, length, report);
    if (sir) generate(&arena, sir, length % 2 ? LLVM_O0 : LLVM_O2);
    arena_free(&arena);
    return 0;
}
