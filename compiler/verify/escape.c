// Where what holds a borrow may go (V05): into locals and parts of them, parameters and results. Through a dereference only
// what was there before may be stored, so that nobody behind it ever holds what he does not know of; a result holds only
// what its signature says.

#include "loans.h"

// --- storing ---------------------------------------------------------------------------------------------------------------

static bool is_in_place(const Flow *f, const SirPlace *place) {
    SirType type = f->info->locals.data[place->local].type;
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (flow__step(f, &type, place->projs[i]) != STEP_INLINE) return false;
    return true;
}

// One exclusive borrow, held by a local itself: then what is inside it is known.
static bool is_known_inside(const Flow *f, const SirPlace *place) {
    SirType type = f->info->locals.data[place->local].type;
    if (!holds__two_levels(f, type)) return false;
    for (uint32_t i = 0; i < place->proj_count; i++) {
        Step step = flow__step(f, &type, place->projs[i]);
        if (step != (i == 0 ? STEP_MUT : STEP_INLINE)) return false;
    }
    return true;
}

// What the pointer may hold itself does not count: a thing that holds a borrow of itself could not be moved.
static bool holds_inside(Loans *l, uint32_t holder, uint32_t loan) {
    uint32_t node = held__find(l, holder, loan);
    return node != SIR_NONE && held__at(l, node)->where == HELD_INSIDE;
}

static void check_deref(Loans *l, const SirPlace *place, const HeldList *held, uint32_t as) {
    uint32_t holder = l->f->holder[place->local];
    bool known = holder != SIR_NONE && is_known_inside(l->f, place);
    for (uint32_t i = holds__first(held, as); i < held->list.len; i++) {
        const Held *one = &held->list.data[i];
        if (one->holder != as) return;
        if (known && holds_inside(l, holder, one->loan)) continue;
        loans__say(
            l, RULE_ESCAPE, "what is stored in %s holds a borrow that does not come from there",
            place
        );
        return;
    }
}

void escape__store(Loans *l, const SirPlace *place, const HeldList *held, uint32_t as) {
    uint32_t holder = l->f->holder[place->local];
    if (!is_in_place(l->f, place)) {
        if (l->judging) check_deref(l, place, held, as);
        return;
    }
    bool whole = place->proj_count == 0;
    if (holder == SIR_NONE) return;
    for (uint32_t i = holds__first(held, as); i < held->list.len; i++) {
        Held one = held->list.data[i];
        if (one.holder != as) return;
        held__add(l, (Held){ holder, one.loan, whole ? one.where : HELD_BOTH });
    }
}

// --- instructions that refuse ----------------------------------------------------------------------------------------------

static bool refuses(SirOp op) {
    switch (op) {
    case SIR_OP_SWAP:
    case SIR_OP_REPLACE:
    case SIR_OP_SLICE_REPLACE:
    case SIR_OP_NEW:
    case SIR_OP_NEW_OPT:
    case SIR_OP_NEW_ARRAY:
    case SIR_OP_NEW_ARRAY_OPT:
    case SIR_OP_SEND: return true;
    default: return false;
    }
}

static void check_first_class(Loans *l, const Access *access) {
    bool counts = access->arg != SIR_NONE && access->kind != ACCESS_WRITE;
    SirType type = flow__place_type(l->f, &access->place);
    if (counts && verify__kind(l->f->v, type)->second_class)
        loans__say(
            l, RULE_ESCAPE, "%s holds borrows and cannot be put into memory", &access->place
        );
}

// --- results ---------------------------------------------------------------------------------------------------------------

static bool is_promised(const SirSig *sig, uint32_t origin) {
    bool inside = origin % 2 == 1;
    for (uint32_t i = 0; i < sig->from_count; i++)
        if (sig->from[i].param == origin / 2 && (inside || !sig->from[i].deep)) return true;
    return false;
}

static void check_result(Loans *l, const SirPlace *place) {
    HeldList held = { 0 };
    holds__of_value(l, place, 0, &held);
    vec_each(Held, one, &held.list) {
        const Loan *loan = &l->table[one->loan];
        if (loan->is_origin && !is_promised(&l->f->info->sig, one->loan)) {
            SirPlace param = { .local = one->loan / 2 };
            loans__say(
                l, RULE_ESCAPE, "the result holds what comes from %s, and `from` does not say so",
                &param
            );
            return;
        }
        if (loan->is_local) {
            loans__say(
                l, RULE_ESCAPE, "the result holds a borrow of %s, which ends here", &loan->place
            );
            return;
        }
    }
}

void escape__check_inst(Loans *l, const SirInst *inst) {
    const Accesses *accesses = flow__accesses(l->f, l->at);
    for (uint32_t i = 0; refuses(inst->op) && i < accesses->list.len; i++) {
        const Access *access = &accesses->list.data[i];
        bool target = inst->op == SIR_OP_SEND &&
                      access->kind == ACCESS_CHANGE; // the endpoint's place is not sent
        if (!target && access->kind != ACCESS_READ) check_first_class(l, access);
    }
    for (uint32_t i = 0; inst->op == SIR_OP_RETURN && i < inst->arg_count; i++)
        if (inst->args[i].kind != SIR_ARG_CONST) check_result(l, &inst->args[i].place);
}
