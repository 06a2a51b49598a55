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

static Span found_in(const SealInput *input, const Function *function) {
    Span span = { 0, input->found_call_count };
    for (uint32_t high = span.to; span.from < high;) {
        uint32_t middle = span.from + (high - span.from) / 2;
        if (input->found_calls[middle].pc < function->pc)
            span.from = middle + 1;
        else
            high = middle;
    }
    for (span.to = span.from; span.to < input->found_call_count; span.to++)
        if (input->found_calls[span.to].pc >= function->pc + function->size) break;
    return span;
}

static bool copies(const Functions *functions, uint64_t target) {
    for (uint32_t i = 0; i < functions->copier_count; i++)
        if (functions->copiers[i] == target) return true;
    return false;
}

static uint32_t callee_at(const Functions *functions, uint64_t target) {
    if (target == 0) return CALL_OF_VALUE;
    uint32_t low = 0, high = functions->len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (functions->data[middle].pc < target)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_ours = low < functions->len && functions->data[low].pc == target;
    return is_ours ? functions->data[low].row : (uint32_t)CALL_OF_OTHER;
}

// Appends the places of one function's calls; false, and as it was, where the two lists differ.
static bool pair_up(
    Arena *arena,
    const SealInput *input,
    const Functions *functions,
    const Function *function,
    CallPlaces *places
) {
    Span made = made_in(input, function->row), found = found_in(input, function);
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
    uint32_t differ = 0;
    for (uint32_t i = 0; i < functions->len; i++)
        if (!pair_up(arena, input, functions, &functions->data[i], places)) differ++;
    return differ;
}
