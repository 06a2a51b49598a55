// A function: its parameters, its body, and an end on every way.

#include "lower__.h"

// Falling off the end returns from a function without a result; in any other nothing leads there.
static void end_body(Body *b) {
    Span span = b->fn->body->end;
    if (b->block == SIR_NONE) return;
    lower__leave_to(b, 0, span);
    if (b->func.sig.result == SIR_TYPE_VOID)
        lower__end(b, SIR_OP_RETURN, span, NULL, 0);
    else
        lower__trap(b, FAULT_ASSERT, span);
}

// Blocks that were made for an exit that nobody takes.
static void end_unused_blocks(Body *b) {
    for (SirBlock block = 0; block < b->func.blocks.len; block++) {
        if (sir_block_terminator(&b->func, block)) continue;
        b->block = block;
        lower__trap(b, FAULT_ASSERT, b->fn->span);
    }
}

SirFuncInfo lower__body(Lower *l, const Found *found, const SirFuncInfo *head) {
    const HirFn *fn = found->fn;
    Body b = { .l = l, .fn = fn, .given = found->given, .func = *head, .result = SIR_NONE };
    b.places = arena_array(&l->scratch, SirPlace, fn->locals.len);
    for (uint32_t i = 0; i < fn->locals.len; i++)
        b.places[i].local = SIR_NONE;
    b.block = lower__block(&b);
    lower__open(&b);
    lower__declare_params(&b);
    lower__stmt(&b, fn->body);
    end_body(&b);
    lower__forget(&b);
    end_unused_blocks(&b);
    return b.func;
}
