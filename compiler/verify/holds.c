// What a value holds: the loans of the local that it comes from, and the loan that is made by a borrow.
//
// A borrow that passes through exclusive borrows holds what they hold, since they may not be used while it is; one that
// passes through a shared borrow is as good as a copy of that, and lends nothing anew: nobody changes what is behind it.

#include "loans.h"

bool holds__two_levels(const Flow *f, SirType type) {
    const SirTypeInfo *info = verify__type(f->v, type);
    bool points = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
    bool borrows = info->mode == SIR_MUT || info->mode == SIR_CONST;
    return points && borrows && verify__kind(f->v, info->elem)->second_class;
}

// What is gathered for one holder is gathered in one go, so that a mark beside each loan says whether it is there.
void holds__add(Loans *l, HeldList *to, Held held) {
    Gathering *into = to == &l->results ? &l->into_results : &l->into_other;
    bool begins = to->list.len == 0 || into->list != to || into->as != held.holder;
    if (begins) *into = (Gathering){ into->loans, to, held.holder, into->when + 1 };
    Gathered *there = &into->loans[held.loan];
    loans__work(l, 1);
    if (there->when == into->when) {
        to->list.data[there->at].where |= held.where;
        return;
    }
    *there = (Gathered){ into->when, to->list.len };
    vec_push(&l->f->scratch, &to->list, held);
}

uint32_t holds__first(const HeldList *held, uint32_t as) {
    uint32_t from = 0, to = held->list.len;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (held->list.data[middle].holder < as)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

// --- ways ------------------------------------------------------------------------------------------------------------------

typedef struct Way { // how a place is reached
    bool is_static;
    uint32_t exclusive; // how many exclusive borrows it passes
    uint32_t shared; // the projections before the last shared borrow that it passes, SIR_NONE: none
    bool
        through_pointer; // its first projection passes the local itself, a borrow of what holds borrows
} Way;

static Way way_of(const Loans *l, const SirPlace *place) {
    Way way = { .shared = SIR_NONE };
    SirType type = l->f->info->locals.data[place->local].type;
    way.through_pointer = place->proj_count > 0 && holds__two_levels(l->f, type);
    for (uint32_t i = 0; i < place->proj_count; i++) {
        Step step = flow__step(l->f, &type, place->projs[i]);
        if (step == STEP_STATIC) way.is_static = true;
        if (step == STEP_MUT) way.exclusive++;
        if (step == STEP_CONST) way.shared = i;
    }
    return way;
}

// --- values ----------------------------------------------------------------------------------------------------------------

// `where` picks what of the holder's counts; `to` is where it is held then, 0: where it was.
static void add_held(
    Loans *l, SirLocal local, uint32_t where, uint32_t to, uint32_t as, HeldList *out
) {
    uint32_t holder = l->f->holder[local];
    if (holder == SIR_NONE) return;
    for (uint32_t i = held__of(l, holder); i != SIR_NONE; i = held__next(l, i)) {
        const Held *held = held__at(l, i);
        if (held->where & where)
            holds__add(l, out, (Held){ as, held->loan, to ? to : held->where & where });
    }
}

void holds__of_value(Loans *l, const SirPlace *place, uint32_t as, HeldList *out) {
    Way way = way_of(l, place);
    SirType type = flow__place_type(l->f, place);
    if (way.is_static || !verify__kind(l->f->v, type)->second_class) return;
    bool whole = place->proj_count == 0;
    uint32_t where = way.through_pointer ? HELD_INSIDE : HELD_BOTH;
    add_held(l, place->local, where, whole ? 0 : HELD_BOTH, as, out);
}

// --- borrows ---------------------------------------------------------------------------------------------------------------

static void add_new(Loans *l, uint32_t loan, uint32_t as, HeldList *out) {
    if (l->table[loan].lends) holds__add(l, out, (Held){ as, loan, HELD_SELF });
}

static void of_borrow(Loans *l, const Access *access, uint32_t as, HeldList *out) {
    const SirPlace *place = &access->place;
    Way way = way_of(l, place);
    if (way.is_static) return;
    if (way.shared != SIR_NONE) {
        SirPlace pointer = { place->local, way.shared, place->projs };
        holds__of_value(l, &pointer, as, out);
        return;
    }
    add_new(l, loans__of(l, access), as, out);
    bool inside = verify__kind(l->f->v, flow__place_type(l->f, place))->second_class;
    if (way.exclusive > 0)
        add_held(
            l, place->local, HELD_BOTH, way.through_pointer && way.exclusive == 1 ? 0 : HELD_BOTH,
            as, out
        );
    else if (inside)
        add_held(l, place->local, HELD_BOTH, HELD_INSIDE, as, out);
}

// --- instructions ----------------------------------------------------------------------------------------------------------

// Only where pointer and pointee are told apart does it matter what is held where.
static void settle(Loans *l, SirType type, uint32_t first, bool keep) {
    for (uint32_t i = first; i < l->results.list.len; i++)
        if (!keep || !holds__two_levels(l->f, type)) l->results.list.data[i].where = HELD_BOTH;
}

static void of_call(Loans *l, const SirInst *inst, uint32_t as) {
    const SirSig *sig = flow__callee(l->f, inst);
    for (uint32_t i = 0; sig && i < sig->from_count; i++) {
        const SirArg *arg = &inst->args[sig->from[i].param + 2];
        if (arg->kind == SIR_ARG_CONST) continue;
        bool inside =
            sig->from[i].deep && holds__two_levels(l->f, sig->params[sig->from[i].param].type);
        HeldList held = { 0 };
        holds__of_value(l, &arg->place, as, &held);
        vec_each(Held, one, &held.list) {
            if (inside && !(one->where & HELD_INSIDE)) continue;
            holds__add(l, &l->results, (Held){ as, one->loan, HELD_BOTH });
        }
    }
}

// All that the values and the places of the instruction hold.
static void of_parts(Loans *l, const Accesses *accesses, uint32_t as) {
    vec_each(const Access, access, &accesses->list) {
        if (flow__is_borrow(access))
            of_borrow(l, access, as, &l->results);
        else if (access->kind != ACCESS_WRITE && access->kind != ACCESS_BEGIN &&
                 access->kind != ACCESS_END)
            holds__of_value(l, &access->place, as, &l->results);
    }
}

static bool is_call(SirOp op) {
    return op == SIR_OP_CALL || op == SIR_OP_CALL_VALUE || op == SIR_OP_CALL_KERNEL;
}

// Of which locals something is lent in what the destinations will hold.
static void note_lent(Loans *l) {
    l->instant++;
    vec_each(const Held, held, &l->results.list) {
        const Loan *loan = &l->table[held->loan];
        if (!loan->is_origin) l->lent_at[loan->place.local] = l->instant;
    }
    loans__work(l, l->results.list.len);
}

void holds__results(Loans *l, const SirInst *inst, const Accesses *accesses) {
    l->results.list.len = 0;
    for (uint32_t i = 0; i < accesses->list.len && !l->f->refused; i++) {
        const Access *write = &accesses->list.data[i];
        if (write->kind != ACCESS_WRITE) continue;
        SirType type = flow__place_type(l->f, &write->place);
        if (!verify__kind(l->f->v, type)->second_class) continue;
        uint32_t first = l->results.list.len;
        if (is_call(inst->op))
            of_call(l, inst, i);
        else
            of_parts(l, accesses, i);
        bool is_same = inst->op == SIR_OP_USE || sir_op_group(inst->op) == SIR_GROUP_BORROW;
        settle(l, type, first, is_same);
    }
    note_lent(l);
}

// --- edges -----------------------------------------------------------------------------------------------------------------

// Of a bind: what its part is borrowed or copied from. Parts come in the order of their binds, and so do writes: `from` is
// where the next one is looked for.
static void of_part(Loans *l, const Accesses *accesses, uint32_t write, uint32_t *from) {
    uint32_t bind = accesses->list.data[write].arg;
    for (; *from < write; ++*from) {
        const Access *part = &accesses->list.data[*from];
        if (part->arg == SIR_NONE || part->arg < bind) continue;
        if (part->arg > bind) return;
        if (flow__is_borrow(part)) of_borrow(l, part, write, &l->results);
        if (part->kind == ACCESS_COPY) holds__of_value(l, &part->place, write, &l->results);
    }
}

void holds__edge_results(
    Loans *l, const SirInst *inst, const SirArm *arm, const Accesses *accesses
) {
    uint32_t next = 0;
    l->results.list.len = 0;
    for (uint32_t i = 0; i < accesses->list.len && !l->f->refused; i++) {
        const Access *write = &accesses->list.data[i];
        if (write->kind != ACCESS_WRITE || l->f->holder[write->place.local] == SIR_NONE) continue;
        uint32_t first = l->results.list.len;
        if (inst->op == SIR_OP_MATCH && arm->binds[write->arg].mode == SIR_BIND_MOVE)
            holds__of_value(l, &inst->args[0].place, i, &l->results);
        of_part(l, accesses, i, &next);
        settle(l, flow__place_type(l->f, &write->place), first, true);
    }
    note_lent(l);
}
