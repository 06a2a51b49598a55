// Control flow: an order of the blocks, and tidying up after the builder, which makes blocks freely.
// What is left has one entry without predecessors, no block that cannot be reached, no jump that only passes on.

#include "flow.h"

#include "base/check.h"

// --- order ---------------------------------------------------------------------------------------------

typedef struct Visit { // a block whose arms are being looked at
    SirBlock block;
    uint32_t arm;
} Visit;

static const SirInst *terminator(const SirFuncInfo *func, SirBlock block) {
    const SirInst *last = sir_block_terminator(func, block);
    if (!last) unreachable();
    return last;
}

static uint32_t postorder(const SirFuncInfo *func, SirBlock *order, Arena *scratch) {
    bool *seen = arena_array(scratch, bool, func->blocks.len);
    Visit *stack = arena_array(scratch, Visit, func->blocks.len);
    uint32_t depth = 0, count = 0;
    stack[depth++] = (Visit){ 0, 0 };
    seen[0] = true;
    while (depth > 0) {
        Visit *top = &stack[depth - 1];
        const SirInst *last = terminator(func, top->block);
        if (top->arm == last->arm_count) {
            order[count++] = top->block;
            depth--;
            continue;
        }
        SirBlock to =
            last->arms[last->arm_count - 1 - top->arm++].block; // so that the first comes first
        if (seen[to]) continue;
        seen[to] = true;
        stack[depth++] = (Visit){ to, 0 };
    }
    return count;
}

Flow flow_order(const SirFuncInfo *func, Arena *scratch) {
    Flow flow = { .order = arena_array(scratch, SirBlock, func->blocks.len) };
    flow.count = postorder(func, flow.order, scratch);
    for (uint32_t i = 0; i < flow.count / 2; i++) {
        SirBlock other = flow.order[flow.count - 1 - i];
        flow.order[flow.count - 1 - i] = flow.order[i];
        flow.order[i] = other;
    }
    return flow;
}

// --- tidying -------------------------------------------------------------------------------------------

// Where a jump to `block` ends up: past blocks that only jump on. A loop of such blocks stays as it is.
static SirBlock final_target(const SirFuncInfo *func, SirBlock block) {
    SirBlock at = block;
    for (uint32_t i = 0; i < func->blocks.len; i++) {
        const SirInst *last = terminator(func, at);
        if (func->blocks.data[at].insts.len > 1 || last->op != SIR_OP_JUMP) return at;
        at = last->arms[0].block;
    }
    return block;
}

static void thread_jumps(SirFuncInfo *func) {
    vec_each(SirBlockInfo, block, &func->blocks) {
        SirInst *last = vec_last(&block->insts);
        for (uint32_t i = 0; i < last->arm_count; i++)
            last->arms[i].block = final_target(func, last->arms[i].block);
    }
}

static uint32_t *count_preds(const SirFuncInfo *func, const Flow *flow, Arena *scratch) {
    uint32_t *preds = arena_array(scratch, uint32_t, func->blocks.len);
    for (uint32_t i = 0; i < flow->count; i++) {
        const SirInst *last = terminator(func, flow->order[i]);
        for (uint32_t arm = 0; arm < last->arm_count; arm++)
            preds[last->arms[arm].block]++;
    }
    return preds;
}

// The only successor of `block`, if it has no other predecessor.
static bool can_absorb(
    const SirFuncInfo *func, SirBlock block, const uint32_t *preds, SirBlock *next
) {
    const SirInst *last = terminator(func, block);
    if (last->op != SIR_OP_JUMP) return false;
    *next = last->arms[0].block;
    return *next != block && preds[*next] == 1;
}

static void absorb(SirFuncInfo *func, SirBlock block, SirBlock next, Arena *arena) {
    SirBlockInfo *to = &func->blocks.data[block];
    to->insts.len--; // the jump
    vec_each(SirInst, inst, &func->blocks.data[next].insts)
        vec_push(arena, &to->insts, *inst);
}

static void join_chains(SirFuncInfo *func, Arena *arena, Arena *scratch) {
    Flow flow = flow_order(func, scratch);
    uint32_t *preds = count_preds(func, &flow, scratch);
    bool *gone = arena_array(scratch, bool, func->blocks.len);
    for (uint32_t i = 0; i < flow.count; i++) {
        SirBlock next;
        if (gone[flow.order[i]]) continue;
        while (can_absorb(func, flow.order[i], preds, &next)) {
            absorb(func, flow.order[i], next, arena);
            gone[next] = true;
        }
    }
}

static void renumber(SirFuncInfo *func, Arena *arena, Arena *scratch) {
    Flow flow = flow_order(func, scratch);
    SirBlock *new_row = arena_array(scratch, SirBlock, func->blocks.len);
    SirBlockInfo *blocks = arena_array(arena, SirBlockInfo, flow.count);
    for (uint32_t i = 0; i < flow.count; i++) {
        new_row[flow.order[i]] = i;
        blocks[i] = func->blocks.data[flow.order[i]];
    }
    func->blocks.data = blocks;
    func->blocks.len = func->blocks.cap = flow.count;
    vec_each(SirBlockInfo, block, &func->blocks) {
        SirInst *last = vec_last(&block->insts);
        for (uint32_t i = 0; i < last->arm_count; i++)
            last->arms[i].block = new_row[last->arms[i].block];
    }
}

void flow_tidy(SirModule *module, SirFuncInfo *func, Arena *scratch) {
    thread_jumps(func);
    join_chains(func, module->code, scratch);
    renumber(func, module->code, scratch);
}
