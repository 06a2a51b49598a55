// Each endpoint's state is known on every path, and followed (V07): forward, for the endpoints that slots.c finds, with what
// each exclusive borrow of an endpoint points to. Relies on V02 to V04: what is lent is not touched, what owns is followed.

#include "states.h"

// --- instructions ------------------------------------------------------------------------------------------------------------------

static void check_promises(States *s) {
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        if (slot->kind == SLOT_ELSEWHERE && states__is_astray(s, i)) states__say_astray(s, i);
        if (slot->kind != SLOT_PARAM) continue;
        SirState promised = s->f->info->sig.params[slot->place.local].to;
        if (*state_at(s, i) != promised)
            SAY_STATE(
                s, "%s is in state %s at return, and %s is promised",
                flow__place_text(s->f, &slot->place), states__text(s, slot->type, *state_at(s, i)),
                states__text(s, slot->type, promised)
            );
    }
}

// Pointers that are not used any more point nowhere; what nobody points to is where it has to be.
static void forget_unused(States *s, bool ends_in_trap) {
    if (s->slots.pointers.len == 0) return;
    for (uint32_t i = 0; i < s->slots.pointers.len; i++)
        if (!bits_get(&s->live, s->f->holder[s->slots.pointers.data[i]]))
            *target_at(s, i) = SIR_NONE;
    for (uint32_t i = 0; i < s->slots.pointers.len; i++) {
        uint32_t slot = states__elsewhere_of(s, i);
        bool pointed = false;
        if (*state_at(s, slot) == STATE_NONE) continue;
        if (!flow__work(s->f, RULE_TYPESTATE, s->slots.pointers.len)) return;
        for (uint32_t k = 0; k < s->slots.pointers.len; k++)
            pointed |= *target_at(s, k) == slot;
        if (pointed) continue;
        if (states__is_astray(s, slot) && !ends_in_trap) states__say_astray(s, slot);
        *state_at(s, slot) = STATE_NONE;
    }
}

static bool begins_with_trap(const States *s, SirBlock block, uint32_t inst) {
    return s->f->info->blocks.data[block].insts.data[inst].op == SIR_OP_TRAP;
}

static void run_inst(States *s) {
    const SirInst *inst = flow__inst(s->f, s->at);
    states__step(s, inst);
    live__pass(s->f, s->at, &s->live);
    if (inst->op == SIR_OP_RETURN) check_promises(s);
    if (sir_op_is_terminator(inst->op)) return;
    forget_unused(s, begins_with_trap(s, s->at.block, s->at.inst + 1));
}

// --- blocks ------------------------------------------------------------------------------------------------------------------------

static uint32_t join_value(const States *s, uint32_t word, uint32_t a, uint32_t b) {
    if (a == b) return a;
    bool is_target = word >= s->slots.list.len && word < s->slots.list.len + s->slots.pointers.len;
    return is_target || a == STATE_NONE || b == STATE_NONE ? STATE_NONE : STATE_MIXED;
}

static bool join(States *s, uint32_t *to) {
    bool changed = false;
    for (uint32_t i = 0; i < s->words; i++) {
        uint32_t value = join_value(s, i, to[i], s->now[i]);
        changed |= value != to[i];
        to[i] = value;
    }
    return changed;
}

static void flow_into(States *s, SirBlock to) {
    bool known = s->in[to];
    if (!known) s->in[to] = arena_array(&s->f->scratch, uint32_t, s->words);
    if (!known) memcpy(s->in[to], s->now, s->words * sizeof(uint32_t));
    if (!known || join(s, s->in[to])) s->f->dirty[to] = true;
}

// The states of an endpoint agree where ways meet, and what is astray is still pointed to behind that.
static void check_join(States *s, SirBlock to) {
    const uint32_t *in = s->in[to];
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        bool mixes = s->now[i] != STATE_MIXED && in[i] == STATE_MIXED;
        if (mixes && !s->mixed[to])
            SAY_STATE(
                s, "%s is in state %s on one way to block %u, and in another on another",
                flow__place_text(s->f, &slot->place), states__text(s, slot->type, s->now[i]), to
            );
        s->mixed[to] |= mixes;
        bool pointed = begins_with_trap(s, to, 0) || !states__is_astray(s, i);
        if (!pointed) flow__work(s->f, RULE_TYPESTATE, s->slots.pointers.len);
        for (uint32_t k = 0; k < s->slots.pointers.len && !pointed; k++)
            pointed = in[s->slots.list.len + k] == i;
        if (!pointed) states__say_astray(s, i);
    }
}

static void leave_edge(States *s, const SirInst *last, uint32_t i) {
    SirBlock to = last->arms[i].block;
    memcpy(s->now, s->edge, s->words * sizeof(uint32_t));
    states__cross(s, last, &last->arms[i]);
    bits_copy(&s->live, &s->f->live[to]);
    forget_unused(s, begins_with_trap(s, to, 0));
    if (!s->f->is_reached[s->at.block]) return;
    if (s->judging)
        check_join(s, to);
    else
        flow_into(s, to);
}

// For each place all endpoints of its local are looked through.
static uint64_t size_of(const States *s, SirBlock block) {
    const SirBlockInfo *info = &s->f->info->blocks.data[block];
    uint64_t insts = info->insts.len, args = insts;
    for (uint32_t i = 0; i < insts; i++)
        args += info->insts.data[i].arg_count;
    uint64_t arms = flow__terminator(s->f, block)->arm_count;
    uint64_t pointers = s->slots.pointers.len, slots = s->slots.list.len;
    return insts * (1 + pointers) + args * (1 + slots / 8) + arms * (1 + s->words + pointers);
}

static void run_block(Flow *f, SirBlock block, void *self) {
    States *s = self;
    if (!flow__work(f, RULE_TYPESTATE, size_of(s, block)) || verify__full(f->v)) return;
    memcpy(s->now, s->in[block], s->words * sizeof(uint32_t));
    bits_copy(&s->live, &f->live[block]);
    s->at = (Where){ block, 0 };
    for (; s->at.inst < f->info->blocks.data[block].insts.len; s->at.inst++)
        run_inst(s);
    s->at.inst--;
    const SirInst *last = flow__inst(f, s->at);
    if (s->judging && last->op == SIR_OP_RECEIVE) states__check_receive(s, last);
    memcpy(s->edge, s->now, s->words * sizeof(uint32_t));
    for (uint32_t i = 0; i < last->arm_count; i++)
        leave_edge(s, last, i);
}

static uint32_t *start_state(States *s) {
    uint32_t *start = arena_array(&s->f->scratch, uint32_t, s->words);
    for (uint32_t i = 0; i < s->words; i++)
        start[i] = STATE_NONE;
    s->now = start;
    for (SirLocal local = 0; local < s->f->info->sig.param_count; local++)
        states__set_parts(s, &(SirPlace){ .local = local }, true);
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        if (slot->kind != SLOT_PARAM) continue;
        *state_at(s, i) = info_of(s, slot->type)->state;
        states__point_to(s, slot->place.local, i);
    }
    return start;
}

void states__check(Flow *f) {
    States s = { .f = f };
    if (!slots__find(f, &s.slots)) {
        verify__complain(
            f->v, RULE_TYPESTATE, verify__func_spot(f->v, f->func),
            "the function has too many endpoints"
        );
        return;
    }
    if (!flow__work(f, RULE_TYPESTATE, s.slots.steps)) return;
    s.words = s.slots.list.len + 2 * s.slots.pointers.len;
    if (!flow__room(f, RULE_TYPESTATE, s.words / 2 + 1)) return;
    s.in = arena_array(&f->scratch, uint32_t *, f->info->blocks.len);
    uint32_t *start = start_state(&s);
    for (SirBlock block = 0; block < f->info->blocks.len; block++)
        if (block == 0 || !f->is_reached[block]) s.in[block] = start;
    s.now = arena_array(&f->scratch, uint32_t, s.words);
    s.edge = arena_array(&f->scratch, uint32_t, s.words);
    s.mixed = arena_array(&f->scratch, bool, f->info->blocks.len);
    s.live = bits_new(&f->scratch, f->holder_count);
    f->dirty[0] = true;
    flow__solve(f, run_block, &s);
    s.judging = true;
    for (SirBlock block = 0; block < f->info->blocks.len && !f->refused; block++)
        run_block(f, block, &s);
}
