// No write, move, drop, end or exclusive use of what is lent while the loan may still be used, and no look at what is lent
// exclusively (V04). Forward: which local holds which loans; a local that is not used any more holds none.
//
// Two places are disjoint when they belong to different locals, or differ in a field. That is enough for what lies behind
// borrows too: who reaches something through a borrow holds the loan, and all loans that the lender held.

#include "loans.h"

#include "limits.h"

#include <stdlib.h>

bool loans__work(Loans *l, uint64_t steps) {
    Verify *v = l->f->v;
    l->work += steps + 1;
    if (l->f->refused) return false;
    bool spent = !verify__spend(v, steps + 1);
    if (!spent && l->work <= LIMIT_LOAN_WORK) return true;
    verify__complain(
        v, RULE_LOANS, verify__func_spot(v, l->f->func),
        spent ? "the loans of all functions together take too many steps to judge"
              : "the function's loans take too many steps to judge"
    );
    l->f->refused = true;
    return false;
}

void loans__say(Loans *l, Rule rule, const char *format, const SirPlace *place) {
    if (!l->judging) return;
    const char *text = flow__place_text(l->f, place);
    verify__complain(l->f->v, rule, flow__spot(l->f, l->at), format, text);
}

// --- the table of loans --------------------------------------------------------------------------------------------------------

static void note_loan(Loans *l, const Access *access) {
    Loan *loan = &l->table[loans__of(l, access)];
    SirType type = l->f->info->locals.data[access->place.local].type;
    *loan = (Loan){ .place = access->place, .lends = true, .is_local = true };
    loan->exclusive = access->kind == ACCESS_BORROW_MUT;
    loan->steps = arena_array(&l->f->scratch, uint8_t, access->place.proj_count);
    for (uint32_t i = 0; i < access->place.proj_count; i++) {
        Step step = flow__step(l->f, &type, access->place.projs[i]);
        loan->steps[i] = (uint8_t)step;
        if (step == STEP_CONST || step == STEP_STATIC) loan->lends = false;
        if (step != STEP_INLINE && step != STEP_OWN) loan->is_local = false;
    }
}

static void note_loans(Loans *l, const Accesses *accesses) {
    vec_each(const Access, access, &accesses->list) {
        if (flow__is_borrow(access)) note_loan(l, access);
    }
}

static void make_table(Loans *l) {
    Flow *f = l->f;
    uint32_t origins = 2 * f->info->sig.param_count;
    l->table = arena_array(&f->scratch, Loan, (size_t)origins + f->loan_count);
    for (uint32_t i = 0; i < origins; i++)
        l->table[i] = (Loan){ .is_origin = true };
    for (SirBlock block = 0; block < f->info->blocks.len; block++) {
        for (uint32_t i = 0; i < f->info->blocks.data[block].insts.len; i++)
            note_loans(l, flow__accesses(f, (Where){ block, i }));
        for (uint32_t i = 0; i < flow__terminator(f, block)->arm_count; i++)
            note_loans(l, flow__edge(f, block, i));
    }
}

static void make_marks(Loans *l) {
    size_t loans = 2 * (size_t)l->f->info->sig.param_count + l->f->loan_count;
    l->lent_at = arena_array(&l->f->scratch, uint64_t, l->f->info->locals.len);
    l->into_results.loans = arena_array(&l->f->scratch, Gathered, loans);
    l->into_other.loans = arena_array(&l->f->scratch, Gathered, loans);
    loans__work(l, loans);
}

// --- overlapping ---------------------------------------------------------------------------------------------------------------

// The loan is of something behind a borrow that is within the place: not of the place's own memory.
static bool is_behind(const Loan *loan, const SirPlace *place) {
    for (uint32_t i = place->proj_count; i < loan->place.proj_count; i++)
        if (loan->steps[i] == STEP_MUT) return true;
    return false;
}

typedef enum Strength { STRENGTH_LOOK, STRENGTH_REPLACE, STRENGTH_CHANGE } Strength;

// What is replaced loses its own memory, but nothing that its borrows lead to.
static Strength strength_of(AccessKind kind) {
    switch (kind) {
    case ACCESS_READ:
    case ACCESS_COPY:
    case ACCESS_BORROW:
    case ACCESS_BEGIN: return STRENGTH_LOOK;
    case ACCESS_WRITE:
    case ACCESS_DROP:
    case ACCESS_END: return STRENGTH_REPLACE;
    case ACCESS_MOVE:
    case ACCESS_CHANGE:
    case ACCESS_BORROW_MUT: return STRENGTH_CHANGE;
    }
    return STRENGTH_CHANGE;
}

static bool conflicts(const Loan *loan, const Access *access) {
    Strength strength = strength_of(access->kind);
    if (!loan->lends || loan->is_origin) return false;
    if (strength == STRENGTH_LOOK && !loan->exclusive) return false;
    if (!places__overlap(&loan->place, &access->place)) return false;
    return strength != STRENGTH_REPLACE || !is_behind(loan, &access->place);
}

// --- who may still be used -------------------------------------------------------------------------------------------------------

static bool is_value(const Access *access) {
    return access->kind == ACCESS_COPY || access->kind == ACCESS_MOVE;
}

static bool is_second_class(const Loans *l, const Access *access) {
    return verify__kind(l->f->v, flow__place_type(l->f, &access->place))->second_class;
}

// Does access `other` of the same instruction keep its local's loans while access `i` happens? A value does while the
// instruction runs, when it holds loans; places that the instruction works on are used together.
static bool keeps(const Loans *l, const Accesses *accesses, uint32_t i, uint32_t other) {
    const Access *a = &accesses->list.data[i], *b = &accesses->list.data[other];
    bool writes = a->kind == ACCESS_WRITE, is_dest = b->kind == ACCESS_WRITE;
    if (is_dest) return other > i && b->place.proj_count > 0; // through it, later
    if (other > i) return b->kind != ACCESS_BEGIN && b->kind != ACCESS_END;
    if (writes) return false;
    return is_value(b) ? is_second_class(l, b) : !is_value(a);
}

// What is moved or borrowed takes along what it holds: of itself too, under a name that is not its own any more.
static bool goes_along(const Loans *l, const Access *access, uint32_t holder) {
    bool takes = access->kind == ACCESS_MOVE || flow__is_borrow(access);
    return takes && l->f->holders[holder] == access->place.local && is_second_class(l, access);
}

static bool is_used(Loans *l, const Accesses *accesses, uint32_t i, uint32_t holder) {
    if (bits_get(&l->missing, holder)) return true;
    if (goes_along(l, &accesses->list.data[i], holder)) return true;
    if (bits_get(&l->live, holder) && !bits_get(&l->killed, holder)) return true;
    SirLocal local = l->f->holders[holder];
    loans__work(l, accesses->list.len);
    for (uint32_t k = 0; k < accesses->list.len; k++) {
        bool same = k != i && accesses->list.data[k].place.local == local;
        if (same && keeps(l, accesses, i, k)) return true;
    }
    return false;
}

// --- judging an access -----------------------------------------------------------------------------------------------------------

static void blame(Loans *l, const Access *access, const Loan *loan) {
    static const char *const done[] = {
        [ACCESS_READ] = "read",       [ACCESS_COPY] = "copied",
        [ACCESS_MOVE] = "moved",      [ACCESS_CHANGE] = "changed",
        [ACCESS_BORROW] = "borrowed", [ACCESS_BORROW_MUT] = "borrowed exclusively",
        [ACCESS_DROP] = "dropped",    [ACCESS_WRITE] = "written",
        [ACCESS_BEGIN] = "begun",     [ACCESS_END] = "ended",
    };
    verify__complain(
        l->f->v, RULE_LOANS, flow__spot(l->f, l->at), "%s is %s while %s is borrowed%s",
        flow__place_text(l->f, &access->place), done[access->kind],
        flow__place_text(l->f, &loan->place), loan->exclusive ? " exclusively" : ""
    );
}

static void check_reach(Loans *l, const Access *access) {
    if (strength_of(access->kind) == STRENGTH_LOOK) return;
    SirType type = l->f->info->locals.data[access->place.local].type;
    for (uint32_t i = 0; i < access->place.proj_count; i++) {
        Step step = flow__step(l->f, &type, access->place.projs[i]);
        if (step != STEP_CONST && step != STEP_STATIC) continue;
        loans__say(
            l, RULE_LOANS, "%s is reached through a shared borrow and cannot be changed",
            &access->place
        );
        return;
    }
}

// Against what is lent of the access' local. True: there was something to say.
static bool judge_lent(Loans *l, const Accesses *accesses, uint32_t i, bool exclusive) {
    const Access *access = &accesses->list.data[i];
    const HeldNode *nodes = l->now.nodes.data;
    Lent lent = held__lent(l, &access->place, exclusive);
    uint32_t steps = 0;
    for (uint32_t list = 0; list < 2; list++)
        for (uint32_t k = lent.first[list]; k != SIR_NONE; k = nodes[k].next[lent.by[list]]) {
            const Held *held = held__at(l, k);
            const Loan *loan = &l->table[held->loan];
            steps++;
            if (!conflicts(loan, access) || !is_used(l, accesses, i, held->holder)) continue;
            blame(l, access, loan);
            return true;
        }
    loans__work(l, steps);
    return false;
}

// Is something of the local lent in what the destinations will hold?
static bool is_lent_now(const Loans *l, SirLocal local) {
    return l->lent_at[local] == l->instant;
}

static void judge(Loans *l, const Accesses *accesses, uint32_t i) {
    const Access *access = &accesses->list.data[i];
    check_reach(l, access);
    if (judge_lent(l, accesses, i, true)) return;
    // A look is no conflict with what is lent to be looked at.
    if (strength_of(access->kind) != STRENGTH_LOOK && judge_lent(l, accesses, i, false)) return;
    if (access->kind != ACCESS_WRITE || !is_lent_now(l, access->place.local)) return;
    loans__work(l, l->results.list.len);
    vec_each(const Held, held, &l->results.list) {
        const Loan *loan = &l->table[held->loan];
        if (!conflicts(loan, access)) continue;
        blame(l, access, loan);
        return;
    }
}

// Two places that one instruction works on do not overlap.
static void judge_pair(Loans *l, const SirInst *inst) {
    if (inst->op != SIR_OP_SWAP && inst->op != SIR_OP_SLICE_COPY && inst->op != SIR_OP_GROW_APPEND)
        return;
    if (places__overlap(&inst->args[0].place, &inst->args[1].place))
        loans__say(
            l, RULE_LOANS, "%s and the other place of the instruction are not shown disjoint",
            &inst->args[0].place
        );
}

// --- effects -----------------------------------------------------------------------------------------------------------------------

static bool has_index(const SirPlace *place) {
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind == SIR_PROJ_INDEX || place->projs[i].kind == SIR_PROJ_AT)
            return true;
    return false;
}

// Once a borrow is gone or points elsewhere, nobody reaches through its name what was lent through it.
static bool is_forgotten(const Loan *loan, const SirPlace *place) {
    bool within = loan->lends && !loan->is_origin && loan->place.proj_count > place->proj_count;
    return within && places__overlap(&loan->place, place) && is_behind(loan, place);
}

static void forget_results(Loans *l, HeldList *held, const SirPlace *place) {
    uint32_t kept = 0;
    if (!is_lent_now(l, place->local)) return;
    loans__work(l, held->list.len);
    for (uint32_t i = 0; i < held->list.len; i++)
        if (!is_forgotten(&l->table[held->list.data[i].loan], place))
            held->list.data[kept++] = held->list.data[i];
    held->list.len = kept;
}

static void forget_lent(Loans *l, const SirPlace *place, bool exclusive) {
    Lent lent = held__lent(l, place, exclusive);
    uint32_t steps = 0;
    for (uint32_t list = 0; list < 2; list++)
        for (uint32_t i = lent.first[list], next; i != SIR_NONE; i = next) {
            next = l->now.nodes.data[i].next[lent.by[list]];
            steps++;
            if (is_forgotten(&l->table[held__at(l, i)->loan], place)) held__drop(l, i);
        }
    loans__work(l, steps);
}

static void forget(Loans *l, const SirPlace *place) {
    uint32_t holder = l->f->holder[place->local];
    if (holder == SIR_NONE || has_index(place)) return;
    forget_lent(l, place, false);
    forget_lent(l, place, true);
    forget_results(l, &l->results, place);
    if (place->proj_count == 0) held__drop_all(l, holder);
}

static void apply(Loans *l, const Accesses *accesses, uint32_t i) {
    const Access *access = &accesses->list.data[i];
    switch (access->kind) {
    case ACCESS_WRITE:
        forget(l, &access->place);
        escape__store(l, &access->place, &l->results, i);
        break;
    case ACCESS_DROP:
    case ACCESS_BEGIN:
    case ACCESS_END: forget(l, &access->place); break;
    default: break;
    }
}

static bool holds_in_elements(const Loans *l, const SirPlace *place) {
    SirType type = flow__place_type(l->f, place);
    flow__step(l->f, &type, (SirProj){ SIR_PROJ_AT, 0 });
    return verify__kind(l->f->v, type)->second_class;
}

// A thread has what it was lent until the join ends.
static void put_into_join(Loans *l, const SirInst *inst) {
    HeldList held = { 0 };
    for (uint32_t i = 2; i < inst->arg_count; i++)
        if (inst->args[i].kind != SIR_ARG_CONST) holds__of_value(l, &inst->args[i].place, 0, &held);
    escape__store(l, &inst->args[0].place, &held, 0);
}

// What is put into a place that the instruction changes.
static void put_into_place(Loans *l, const SirInst *inst, const Accesses *accesses) {
    if (inst->op == SIR_OP_JOIN_SPAWN) put_into_join(l, inst);
    bool puts = inst->op == SIR_OP_GROW_PUSH || inst->op == SIR_OP_GROW_INSERT ||
                inst->op == SIR_OP_SLICE_FILL || inst->op == SIR_OP_SLICE_COPY ||
                inst->op == SIR_OP_GROW_APPEND;
    if (!puts || !holds_in_elements(l, &inst->args[0].place)) return;
    HeldList held = { 0 };
    for (uint32_t i = 1; i < inst->arg_count; i++)
        if (inst->args[i].kind != SIR_ARG_CONST) holds__of_value(l, &inst->args[i].place, 0, &held);
    vec_each(const Access, access, &accesses->list) {
        bool target = access->kind == ACCESS_CHANGE && access->arg == 0; // with a slice's elements
        if (target && held.list.len > 0) escape__store(l, &access->place, &held, 0);
    }
}

// What clearing or copying a set takes, in steps.
static uint64_t cost_of_set(const BitSet *set) {
    return bits_words(set) / 8;
}

static void mark_killed(Loans *l, const Accesses *accesses, bool on) {
    vec_each(const Access, access, &accesses->list) {
        uint32_t holder = l->f->holder[access->place.local];
        bool kills = access->kind == ACCESS_WRITE || access->kind == ACCESS_END;
        if (holder == SIR_NONE || access->place.proj_count > 0 || !kills) continue;
        if (on)
            bits_set(&l->killed, holder);
        else
            bits_clear(&l->killed, holder);
    }
}

// --- holders that are as good as used, whatever comes ----------------------------------------------------------------------------

// Something moved out behind them is not back, or other threads work with what they hold until they are consumed, and if
// that is never, for ever.

static void watch(Loans *l) {
    const Paths *paths = &l->f->paths;
    l->emptied = arena_array(&l->f->scratch, uint32_t, l->f->holder_count);
    l->next_emptied = arena_array(&l->f->scratch, uint32_t, paths->borrows.len);
    for (uint32_t holder = 0; holder < l->f->holder_count; holder++)
        l->emptied[holder] = SIR_NONE;
    for (uint32_t i = 0; i < paths->borrows.len; i++) {
        uint32_t holder = l->f->holder[paths->nodes.data[paths->borrows.data[i]].local];
        if (holder == SIR_NONE) continue;
        l->next_emptied[i] = l->emptied[holder];
        l->emptied[holder] = i;
    }
    for (uint32_t holder = 0; holder < l->f->holder_count; holder++) {
        bool bound = verify__is_bound(l->f->v, l->f->info->locals.data[l->f->holders[holder]].type);
        if (bound || l->emptied[holder] != SIR_NONE) vec_push(&l->f->scratch, &l->watched, holder);
    }
}

static bool is_missing(Loans *l, uint32_t holder) {
    const Paths *paths = &l->f->paths;
    SirLocal local = l->f->holders[holder];
    loans__work(l, 1);
    for (uint32_t i = l->emptied[holder]; i != SIR_NONE; i = l->next_emptied[i]) {
        if (paths__missing(l->f, paths->borrows.data[i], &l->init)) return true;
        loans__work(l, 1);
    }
    bool bound = verify__is_bound(l->f->v, l->f->info->locals.data[local].type);
    return bound && paths__any(l->f, local, &l->init);
}

static void find_missing(Loans *l) {
    vec_each(const uint32_t, holder, &l->watched) {
        if (is_missing(l, *holder)) bits_set(&l->missing, *holder);
    }
}

// Of the locals of these accesses: no others have changed. What was missing and is no more still is while they happen.
static void find_missing_of(Loans *l, const Accesses *accesses) {
    l->returned.len = 0;
    if (l->watched.len == 0) return;
    vec_each(const Access, access, &accesses->list) {
        uint32_t holder = l->f->holder[access->place.local];
        if (holder == SIR_NONE) continue;
        if (is_missing(l, holder))
            bits_set(&l->missing, holder);
        else if (bits_get(&l->missing, holder))
            vec_push(&l->f->scratch, &l->returned, holder);
    }
}

static void forget_missing(Loans *l) {
    loans__work(l, cost_of_set(&l->missing));
    memset(l->missing.words, 0, bits_words(&l->missing) * sizeof(uint64_t));
}

// --- holders that are used no more -------------------------------------------------------------------------------------------------

static void drop_unused(Loans *l, uint32_t holder) {
    if (!bits_get(&l->live, holder) && !bits_get(&l->missing, holder)) held__drop_all(l, holder);
}

static void keep_used(Loans *l) {
    loans__work(l, l->now.nodes.len);
    for (uint32_t i = 0; i < l->now.nodes.len; i++) {
        const Held *held = held__at(l, i);
        if (held->where != 0) drop_unused(l, held->holder);
    }
}

// Of the holders that the instruction at hand has changed: the others were used before it, and still are.
static void keep_used_of(Loans *l, const Accesses *accesses) {
    vec_each(const uint32_t, holder, &l->returned) {
        bits_clear(&l->missing, *holder);
        drop_unused(l, *holder);
    }
    vec_each(const Access, access, &accesses->list) {
        uint32_t holder = l->f->holder[access->place.local];
        if (holder != SIR_NONE) drop_unused(l, holder);
    }
}

static void run_accesses(Loans *l, const SirInst *inst, const Accesses *accesses, bool edge) {
    mark_killed(l, accesses, true);
    for (uint32_t i = 0; i < accesses->list.len && !l->f->refused; i++) {
        if (l->judging) judge(l, accesses, i);
        bool next_writes =
            i + 1 == accesses->list.len || accesses->list.data[i + 1].kind == ACCESS_WRITE;
        if (next_writes && !edge && accesses->list.data[i].kind != ACCESS_WRITE)
            put_into_place(l, inst, accesses);
        apply(l, accesses, i);
    }
    mark_killed(l, accesses, false);
}

static void run_inst(Loans *l) {
    const SirInst *inst = flow__inst(l->f, l->at);
    const Accesses *accesses = flow__accesses(l->f, l->at);
    live__pass(l->f, l->at, &l->live);
    init__step(l->f, l->at, &l->init);
    find_missing_of(l, accesses);
    holds__results(l, inst, accesses);
    if (l->judging) escape__check_inst(l, inst);
    if (l->judging) judge_pair(l, inst);
    run_accesses(l, inst, accesses, false);
    keep_used_of(l, accesses);
}

static void run_edge(Loans *l, uint32_t arm) {
    const SirInst *inst = flow__inst(l->f, l->at);
    const Accesses *accesses = flow__edge(l->f, l->at.block, arm);
    SirBlock to = inst->arms[arm].block;
    bits_copy(&l->live, &l->f->live[to]);
    init__step_edge(l->f, l->at.block, arm, &l->init);
    find_missing(l); // before and after it
    holds__edge_results(l, inst, &inst->arms[arm], accesses);
    run_accesses(l, inst, accesses, true);
    forget_missing(l);
    if (l->f->is_reached[to]) bits_copy(&l->init, &l->f->init[to]);
    find_missing(l);
    keep_used(l);
}

// --- blocks ------------------------------------------------------------------------------------------------------------------------

static int compare(const void *a, const void *b) {
    const Held *x = a, *y = b;
    if (x->holder != y->holder) return x->holder < y->holder ? -1 : 1;
    return x->loan < y->loan ? -1 : x->loan > y->loan;
}

enum { SORT_STEPS = 16 }; // of each, for the longest list

static void sort(Loans *l, HeldList *held) {
    uint32_t count = held->list.len;
    bool sorted = true; // mostly: what was loaded and only looked at
    for (uint32_t i = 1; i < count && sorted; i++)
        sorted = compare(&held->list.data[i - 1], &held->list.data[i]) < 0;
    if (sorted) return;
    loans__work(l, (uint64_t)SORT_STEPS * count);
    qsort(held->list.data, count, sizeof(Held), compare);
}

static void copy_held(Loans *l, HeldList *to, const HeldList *from) {
    to->list.len = 0;
    vec_each(const Held, held, &from->list)
        vec_push(&l->f->scratch, &to->list, *held);
    loans__work(l, from->list.len);
}

// What is inside one of two things that a pointer may lead to is not known to be inside the other: nothing is stored there.
static bool blur(Held *held) {
    bool changed = held->where == HELD_INSIDE;
    if (changed) held->where = HELD_BOTH;
    return changed;
}

// Both are sorted. What is new is put behind, and sorted in at the end.
static bool join(Loans *l, HeldList *to, const HeldList *from) {
    uint32_t old = to->list.len, k = 0;
    bool changed = false;
    loans__work(l, old + from->list.len);
    for (uint32_t i = 0; i < from->list.len; i++) {
        Held held = from->list.data[i];
        while (k < old && compare(&to->list.data[k], &held) < 0)
            changed |= blur(&to->list.data[k++]);
        bool there = k < old && compare(&to->list.data[k], &held) == 0;
        if (!there) {
            blur(&held);
            vec_push(&l->f->scratch, &to->list, held);
            changed = true;
            continue;
        }
        uint32_t where = to->list.data[k].where | held.where;
        changed |= where != to->list.data[k].where;
        to->list.data[k++].where = where;
    }
    while (k < old)
        changed |= blur(&to->list.data[k++]);
    if (to->list.len > old) sort(l, to);
    return changed;
}

// The first way to a block brings its state.
static bool flow_into(Loans *l, SirBlock to, HeldList *state) {
    held__save(l, state);
    sort(l, state);
    if (l->known[to]) return join(l, &l->in[to], state);
    l->known[to] = true;
    copy_held(l, &l->in[to], state);
    return true;
}

static void start_block(Loans *l, SirBlock block) {
    l->at = (Where){ block, 0 };
    loans__work(l, cost_of_set(&l->live) + cost_of_set(&l->init));
    held__load(l, &l->in[block]);
    bits_copy(&l->live, &l->f->live[block]);
    bits_copy(&l->init, &l->f->init[block]);
    forget_missing(l);
    find_missing(l);
    keep_used(l);
}

typedef struct Between { // at the end of a block, for each of its edges
    HeldList state, sorted;
    BitSet init;
} Between;

static void leave_edge(Loans *l, uint32_t arm, Between *between) {
    SirBlock to = flow__inst(l->f, l->at)->arms[arm].block;
    loans__work(l, cost_of_set(&l->live) + cost_of_set(&l->init));
    if (arm > 0) held__load(l, &between->state);
    bits_copy(&l->init, &between->init);
    forget_missing(l);
    find_missing(l);
    run_edge(l, arm);
    if (l->judging || !l->f->is_reached[l->at.block]) return;
    if (flow_into(l, to, &between->sorted)) l->f->dirty[to] = true;
}

static void run_block(Loans *l, SirBlock block, Between *between) {
    uint32_t count = l->f->info->blocks.data[block].insts.len;
    start_block(l, block);
    for (; l->at.inst < count; l->at.inst++) {
        if (l->f->refused || verify__full(l->f->v)) return;
        run_inst(l);
    }
    l->at.inst--;
    uint32_t arms = flow__inst(l->f, l->at)->arm_count;
    if (arms > 1) held__save(l, &between->state);
    bits_copy(&between->init, &l->init);
    for (uint32_t i = 0; i < arms && !l->f->refused; i++)
        leave_edge(l, i, between);
}

static void begin_params(Loans *l, HeldList *state) {
    const SirSig *sig = &l->f->info->sig;
    for (SirLocal local = 0; local < sig->param_count; local++) {
        uint32_t holder = l->f->holder[local];
        if (holder == SIR_NONE) continue;
        bool two = holds__two_levels(l->f, sig->params[local].type);
        holds__add(l, state, (Held){ holder, 2 * local, two ? HELD_SELF : HELD_BOTH });
        if (two) holds__add(l, state, (Held){ holder, 2 * local + 1, HELD_INSIDE });
    }
}

typedef struct Run {
    Loans *loans;
    Between between;
} Run;

static void run_dirty(Flow *f, SirBlock block, void *self) {
    Run *run = self;
    (void)f;
    run_block(run->loans, block, &run->between);
}

void loans__check(Flow *f) {
    if (f->refused || verify__full(f->v)) return;
    Loans l = { .f = f };
    uint32_t count = f->info->blocks.len;
    l.in = arena_array(&f->scratch, HeldList, count);
    l.known = arena_array(&f->scratch, bool, count);
    l.live = bits_new(&f->scratch, f->holder_count);
    l.killed = bits_new(&f->scratch, f->holder_count);
    l.missing = bits_new(&f->scratch, f->holder_count);
    l.init = bits_new(&f->scratch, f->init[0].bits);
    make_table(&l);
    make_marks(&l);
    held__init(&l);
    watch(&l);
    Run run = { .loans = &l, .between.init = bits_new(&f->scratch, f->init[0].bits) };
    for (SirBlock block = 0; block < count; block++)
        if (block == 0 || !f->is_reached[block]) begin_params(&l, &l.in[block]);
    for (uint32_t i = 0; i < f->reached; i++)
        f->dirty[f->order[i]] = true;
    flow__solve(f, run_dirty, &run);
    l.judging = true;
    for (SirBlock block = 0; block < count && !f->refused; block++)
        run_block(&l, block, &run.between);
}
