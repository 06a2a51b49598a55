// Any text through the whole street up to the judge: what the front end accepts, lowering lowers and the verifier accepts.
// A refusal there is a mistake of ours, and so is a crash anywhere.

#include "base/arena.h"
#include "base/buf.h"
#include "front/front.h"
#include "fuzz/tokens.h"
#include "lower/lower.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char path[] = "fuzz/program.sip"; // only in the overlay

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t length, size_t room);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed) {
    if (seed % 8 == 0 || length == 0) return LLVMFuzzerMutate(data, length, room);
    return tokens_mutate(data, length, room, seed);
}

static void complain(const VerifyReport *report) {
    Buf text = { 0 };
    for (uint32_t i = 0; i < report->count; i++) {
        verify_complaint_write(&report->complaints[i], &text);
        buf_byte(&text, '\n');
    }
    fprintf(
        stderr, "the verifier refuses what the front end accepted:\n%.*s", (int)text.len,
        (const char *)text.data
    );
    buf_free(&text);
    abort();
}

static void judge(const HirProgram *program, const HirSip *sip) {
    Arena arena;
    Buf bytes = { 0 };
    arena_init(&arena);
    sir_binary_write(lower_sip(&arena, program, sip), &bytes);
    VerifyReport *report = arena_new(&arena, VerifyReport);
    if (!verify(&arena, bytes.data, bytes.len, report)) complain(report);
    buf_free(&bytes);
    arena_free(&arena);
}

static void render(const Diags *diags) {
    Buf out = { 0 };
    diag_render_human(diags, false, &out);
    diag_render_json(diags, &out);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Front *front = front_new();
    front_search(front, SIP_MODULES);
    front_overlay(front, path, (const char *)data, length);
    FrontResult *result = front_check(front, path, 0);
    render(result->diags);
    if (result->program && !result->error[0] && diags_errors(result->diags) == 0) {
        for (uint32_t i = 0; i < result->program->sips.len; i++)
            judge(result->program, result->program->sips.data[i]);
    }
    front_result_free(result);
    front_free(front);
    return 0;
}
