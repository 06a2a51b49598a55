// The lines of calls, where there is no table of lines: the calls that the back end made of a function, beside those that its machine
// code has. Their places are believed where the two agree, call by call; of a function in which they do not, only the line where it
// begins is known. What LLVM copies and clears by a call is not among those that were made.

#include "seal__.h"

typedef struct Span { // of an array that is in order
    uint32_t from, to;
} Span;

static Span made_in(const SealInput *input, SirFunc func) {
    Span span = { 0, input->made_call_count };
    for (uint32_t high = span.to; span.from < high;) {
        uint32_t middle = span.from + (high - span.from) / 2;
        if (input->made_calls[middle].func < func)
            span.from = middle + 1;
        else
            high = middle;
    }
    for (span.to = span.from; span.to < input->made_call_count; span.to++)
        if (input->made_calls[span.to].func != func) break;
    return span;
}

// From `*next` on, which is left behind them: functions and calls come in the order of their addresses.
static Span found_in(const SealInput *input, const Function *function, uint32_t *next) {
    const FoundCall *calls = input->found_calls;
    uint32_t count = input->found_call_count;
    uint64_t end = function->pc + function->size;
    for (; *next < count && calls[*next].pc < function->pc; ++*next) {}
    Span span = { *next, *next };
    for (; span.to < count && calls[span.to].pc < end; span.to++) {}
    *next = span.to;
    return span;
}

static bool copies(const Functions *functions, uint64_t target) {
    for (uint32_t i = 0; i < functions->copier_count; i++)
        if (functions->copiers[i] == target) return true;
    return false;
}

static uint32_t callee_at(const Functions *functions, uint64_t target) {
    if (target == 0) return CALL_OF_VALUE;
    const Function *function = seal__function_at(functions, target);
    return function && function->pc == target ? function->row : (uint32_t)CALL_OF_OTHER;
}

// Appends the places of one function's calls; false, and as it was, where the two lists differ.
static bool pair_up(
    Arena *arena,
    const SealInput *input,
    const Functions *functions,
    const Function *function,
    Span found,
    CallPlaces *places
) {
    Span made = made_in(input, function->row);
    uint32_t before = places->len;
    for (uint32_t i = found.from; i < found.to; i++) {
        const FoundCall *call = &input->found_calls[i];
        if (copies(functions, call->target)) continue;
        const MadeCall *source = &input->made_calls[made.from];
        if (made.from == made.to || source->callee != callee_at(functions, call->target)) {
            places->len = before;
            return false;
        }
        vec_push(arena, places, (CallPlace){ call->pc, source->file, source->line });
        made.from++;
    }
    if (made.from != made.to) places->len = before;
    return made.from == made.to;
}

uint32_t seal__place_calls(
    Arena *arena, const SealInput *input, const Functions *functions, CallPlaces *places
) {
    uint32_t differ = 0, next = 0;
    vec_each(const Function, function, functions) {
        Span found = found_in(input, function, &next);
        if (!pair_up(arena, input, functions, function, found, places)) differ++;
    }
    return differ;
}
