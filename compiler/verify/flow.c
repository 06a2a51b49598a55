// The frame of the analyses: the order of a function's blocks, solutions by repetition until nothing changes, and the
// limits on both. What takes more than the limits is refused by the rule that would have had to judge it.

#include "flow.h"

#include "limits.h"

// --- speaking ------------------------------------------------------------------------------------------------------

Spot flow__spot(const Flow *f, Where at) {
    Spot spot = verify__func_spot(f->v, f->func);
    spot.block = at.block;
    spot.inst = at.inst;
    spot.loc = flow__inst(f, at)->loc;
    return spot;
}

static const char *proj_text(const Flow *f, const char *text, SirProj proj) {
    Arena *arena = f->v->arena;
    switch (proj.kind) {
    case SIR_PROJ_FIELD: return arena_printf(arena, "%s.%llu", text, (unsigned long long)proj.n);
    case SIR_PROJ_DEREF: return arena_printf(arena, "%s.*", text);
    case SIR_PROJ_INDEX: return arena_printf(arena, "%s[%%%llu]", text, (unsigned long long)proj.n);
    case SIR_PROJ_AT: return arena_printf(arena, "%s[%llu]", text, (unsigned long long)proj.n);
    default: return text; // the payload of
    }
}

const char *flow__place_text(const Flow *f, const SirPlace *place) {
    const char *text = arena_printf(f->v->arena, "%%%u", place->local);
    for (uint32_t i = 0; i < place->proj_count && i < 8; i++)
        text = proj_text(f, text, place->projs[i]);
    return place->proj_count > 8 ? arena_printf(f->v->arena, "%s...", text) : text;
}

enum { WORDS_PER_STEP = 8 }; // that are cleared

// --- limits ----------------------------------------------------------------------------------------------------------

static bool refuse(Flow *f, Rule rule, const char *what) {
    if (!f->refused) verify__complain(f->v, rule, verify__func_spot(f->v, f->func), "%s", what);
    f->refused = true;
    return false;
}

bool flow__work(Flow *f, Rule rule, uint64_t steps) {
    if (f->refused) return false;
    f->work += steps;
    if (!verify__spend(f->v, steps))
        return refuse(f, rule, "all functions together take too many steps to judge");
    return f->work <= LIMIT_FLOW_WORK ||
           refuse(f, rule, "the function takes too many steps to judge");
}

bool flow__room(Flow *f, Rule rule, uint64_t words) {
    if (f->refused) return false;
    bool fits = words <= LIMIT_STATE_WORDS && words * f->info->blocks.len <= LIMIT_STATE_WORDS;
    if (!fits) return refuse(f, rule, "the function is too large to judge");
    return flow__work(f, rule, words * f->info->blocks.len / WORDS_PER_STEP);
}

// --- blocks ------------------------------------------------------------------------------------------------------------

// Depth first from the entry, without recursion; the order is from the last block that is left to the first.
static void order_blocks(Flow *f) {
    uint32_t count = f->info->blocks.len, depth = 0, left = 0;
    SirBlock *path = arena_array(&f->scratch, SirBlock, count);
    uint32_t *next = arena_array(&f->scratch, uint32_t, count);
    SirBlock *leaving = arena_array(&f->scratch, SirBlock, count);
    f->is_reached[0] = true;
    path[depth++] = 0;
    while (depth > 0) {
        SirBlock block = path[depth - 1];
        const SirInst *last = flow__terminator(f, block);
        if (next[block] == last->arm_count) {
            leaving[left++] = block;
            depth--;
            continue;
        }
        SirBlock to = last->arms[next[block]++].block;
        if (f->is_reached[to]) continue;
        f->is_reached[to] = true;
        path[depth++] = to;
    }
    f->reached = left;
    for (uint32_t i = 0; i < left; i++)
        f->order[i] = leaving[left - 1 - i];
    for (SirBlock block = 0; block < count; block++)
        if (!f->is_reached[block]) f->order[left++] = block;
}

void flow__solve(Flow *f, FlowRun *run, void *self) {
    for (bool again = true; again && !f->refused;) {
        again = false;
        for (uint32_t i = 0; i < f->reached && !f->refused; i++) {
            SirBlock block = f->order[i];
            if (!f->dirty[block]) continue;
            f->dirty[block] = false;
            again = true;
            run(f, block, self);
        }
    }
}

// --- the whole -------------------------------------------------------------------------------------------------------

static void find_holders(Flow *f) {
    uint32_t count = f->info->locals.len;
    f->holder = arena_array(&f->scratch, uint32_t, count);
    f->holders = arena_array(&f->scratch, SirLocal, count);
    for (SirLocal local = 0; local < count; local++) {
        bool holds = verify__kind(f->v, f->info->locals.data[local].type)->second_class;
        f->holder[local] = holds ? f->holder_count : SIR_NONE;
        if (holds) f->holders[f->holder_count++] = local;
    }
}

static bool prepare(Flow *f) {
    uint32_t count = f->info->blocks.len;
    if (count > LIMIT_BLOCKS || f->info->locals.len > LIMIT_LOCALS)
        return refuse(f, RULE_WELL_FORMED, "the function has too many blocks or locals");
    f->order = arena_array(&f->scratch, SirBlock, count);
    f->is_reached = arena_array(&f->scratch, bool, count);
    f->dirty = arena_array(&f->scratch, bool, count);
    order_blocks(f);
    find_holders(f);
    flow__find_accesses(f);
    if (!paths__find(f)) return refuse(f, RULE_INITIALISED, "the function has too many places");
    return flow__work(f, RULE_INITIALISED, f->paths.nodes.len + f->paths.bits);
}

void verify__check_flow(Verify *v, SirFunc func) {
    Flow f = { .v = v, .module = v->module, .info = &v->module->funcs.data[func], .func = func };
    arena_init(&f.scratch);
    // What follows from a complaint of one analysis is not said by the next.
    uint32_t faults = v->faults;
    if (prepare(&f)) init__check(&f);
    if (!f.refused && v->faults == faults) live__find(&f);
    if (!f.refused && v->faults == faults) loans__check(&f);
    if (!f.refused && v->faults == faults) states__check(&f);
    arena_free(&f.scratch);
}
