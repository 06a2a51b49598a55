// `switch` on enums and options: payloads are reached through SIR's `match` only [1].
//
// The arms that may take a variant stand in the order of the text; the first without a guard is the last. An arm's
// guard sees what a first match lends it; when it holds, a second match binds for good, so that what moves, moves
// after the guard [10]. The tag cannot have changed in between: the other ways of the second match are never taken.

#include "switch.h"

typedef struct Candidate { // an arm that may take a variant
    uint32_t arm;
    const HirPattern *pattern; // NULL: `default`
} Candidate;

typedef struct Candidates {
    VEC(Candidate) list;
} Candidates;

// --- who takes what --------------------------------------------------------------------------------------

static const HirPattern *taker(const HirArm *arm, uint32_t variant) {
    for (uint32_t i = 0; i < arm->patterns.len; i++) {
        const HirPattern *pattern = arm->patterns.data[i];
        bool same = pattern->kind == HIR_PATTERN_VARIANT && pattern->row == variant;
        if (same || lower__catches_all(pattern)) return pattern;
    }
    return NULL;
}

static Candidates find_candidates(Body *b, const Switch *s, uint32_t variant) {
    Candidates found = { 0 };
    for (uint32_t i = 0; i < s->stmt->arms.len; i++) {
        const HirArm *arm = &s->stmt->arms.data[i];
        const HirPattern *pattern = taker(arm, variant);
        if (!pattern && arm->patterns.len > 0) continue;
        vec_push(&b->l->scratch, &found.list, (Candidate){ i, pattern });
        if (!arm->guard) break;
    }
    return found;
}

static bool takes_apart(const Candidate *candidate) {
    const HirPattern *pattern = candidate->pattern;
    return pattern && pattern->kind == HIR_PATTERN_VARIANT && pattern->args.len > 0;
}

static bool is_named(const Switch *s, uint32_t variant) {
    vec_each(HirArm, arm, &s->stmt->arms) {
        for (uint32_t i = 0; i < arm->patterns.len; i++) {
            const HirPattern *pattern = arm->patterns.data[i];
            if (pattern->kind == HIR_PATTERN_VARIANT && pattern->row == variant) return true;
        }
    }
    return false;
}

static uint32_t variant_count(const Switch *s) {
    const HirType *type = s->subject->type;
    return type->kind == HIR_TYPE_OPTION ? 2 : type->enumeration->variants.len;
}

// --- binding ---------------------------------------------------------------------------------------------

// What happens to a payload's field between the edge of the match and the body.
typedef struct Landing {
    const HirPattern *pattern;
    SirLocal hidden; // where the field has moved, only because its neighbour moves
    bool drops;
} Landing;

static bool consumes(const HirPattern *pattern) {
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        if (arg->kind == HIR_PATTERN_BIND && arg->bind == HIR_BIND_MOVE) return true;
    }
    return false;
}

static SirBind hide(Body *b, const HirPattern *arg, SirType type, Landing *landing) {
    bool plain = kind_is_plain(&b->l->kinds, type);
    landing->hidden = lower__temp(b, type, arg->span);
    landing->drops = arg->kind != HIR_PATTERN_BIND && kind_owns(&b->l->kinds, type);
    return (SirBind){ plain ? SIR_BIND_COPY : SIR_BIND_MOVE, landing->hidden };
}

static SirBind bind_field(
    Body *b, const HirPattern *arg, SirType type, bool consumed, Landing *landing
) {
    static const SirBindMode modes[] = { SIR_BIND_COPY, SIR_BIND_MOVE, SIR_BIND_CONST,
                                         SIR_BIND_MUT };
    *landing = (Landing){ .pattern = arg, .hidden = SIR_NONE };
    bool binds = arg->kind == HIR_PATTERN_BIND;
    bool borrows = binds && (arg->bind == HIR_BIND_CONST || arg->bind == HIR_BIND_MUT);
    bool stays = !binds && kind_is_plain(&b->l->kinds, type);
    if (consumed && (borrows || (!binds && !stays))) return hide(b, arg, type, landing);
    if (!binds) return (SirBind){ SIR_BIND_SKIP, SIR_NONE };
    return (SirBind){ modes[arg->bind], lower__row(b, arg->local) };
}

static void land(Body *b, const Landing *landing) {
    const HirPattern *arg = landing->pattern;
    if (landing->hidden == SIR_NONE) return;
    SirPlace hidden = lower__local_place(landing->hidden);
    if (landing->drops) LOWER_OP(b, SIR_OP_DROP, arg->span, lower__at(hidden));
    if (arg->kind != HIR_PATTERN_BIND) return;
    SirOp op = arg->bind == HIR_BIND_MUT ? SIR_OP_BORROW_MUT : SIR_OP_BORROW;
    SirPlace local = lower__local_place(lower__row(b, arg->local));
    LOWER_OP(b, op, arg->span, lower__at(local), lower__at(hidden));
}

static SirType field_type(Body *b, const Switch *s, uint32_t variant, uint32_t field) {
    return sir_variant_field(b->l->module, lower__place_type(b, s->place), variant, field);
}

// An arm of the match that takes the variant and ends up in the body.
static void fill_arm(Body *b, const Switch *s, uint32_t variant, Candidate candidate, SirArm *arm) {
    const HirPattern *pattern = candidate.pattern;
    SirType type = lower__place_type(b, s->place);
    uint32_t arity = sir_variant_arity(b->l->module, type, variant);
    Landing *landings = arena_array(&b->l->scratch, Landing, arity);
    arm->kind = SIR_ARM_VARIANT;
    arm->n = variant;
    arm->bind_count = arity;
    arm->binds = arena_array(b->l->arena, SirBind, arity);
    for (uint32_t i = 0; i < arity; i++) {
        SirType field = field_type(b, s, variant, i);
        arm->binds[i] =
            bind_field(b, pattern->args.data[i], field, consumes(pattern), &landings[i]);
    }
    lower__start(b, arm->block = lower__block(b));
    for (uint32_t i = 0; i < arity; i++)
        land(b, &landings[i]);
    lower__jump(b, s->bodies[candidate.arm], s->stmt->arms.data[candidate.arm].span);
}

// A match of which only one way is ever taken, and the others where they are needed.
static SirArm *match_one(Body *b, Switch *s) {
    bool only = variant_count(s) == 1;
    SirBlock nowhere = only ? SIR_NONE : lower__nowhere(b, s);
    SirArg place = lower__at(s->place);
    SirInst *match = lower__end(b, SIR_OP_MATCH, s->stmt->span, &place, only ? 1 : 2);
    if (!only) match->arms[1] = (SirArm){ .kind = SIR_ARM_DEFAULT, .block = nowhere };
    return match->arms;
}

// --- guards ------------------------------------------------------------------------------------------------

// While a guard is evaluated, what will move, or be borrowed exclusively, is a shared borrow.
static SirBind lend_field(Body *b, const HirPattern *arg, SirType type) {
    SirBind skip = { SIR_BIND_SKIP, SIR_NONE };
    if (arg->kind != HIR_PATTERN_BIND) return skip;
    if (arg->bind == HIR_BIND_COPY || arg->bind == HIR_BIND_CONST) {
        SirBindMode mode = arg->bind == HIR_BIND_COPY ? SIR_BIND_COPY : SIR_BIND_CONST;
        return (SirBind){ mode, lower__row(b, arg->local) };
    }
    if (arg->bind == HIR_BIND_MOVE && hir_type_is_second_class(arg->local->type)) return skip;
    SirType pointer = sir_type_ptr(b->l->module, SIR_CONST, type);
    SirPlace lent = lower__local_place(lower__temp(b, pointer, arg->span));
    bool moves = arg->bind == HIR_BIND_MOVE;
    b->places[arg->local->number] = moves ? lower__project(b, lent, SIR_PROJ_DEREF, 0) : lent;
    return (SirBind){ SIR_BIND_CONST, lent.local };
}

static void lend_payload(Body *b, Switch *s, uint32_t variant, const HirPattern *pattern) {
    SirArm *arm = match_one(b, s);
    SirBlock inside = lower__block(b);
    arm->kind = SIR_ARM_VARIANT;
    arm->n = variant;
    arm->block = inside;
    arm->bind_count = pattern->args.len;
    arm->binds = arena_array(b->l->arena, SirBind, pattern->args.len);
    for (uint32_t i = 0; i < pattern->args.len; i++)
        arm->binds[i] = lend_field(b, pattern->args.data[i], field_type(b, s, variant, i));
    lower__start(b, inside);
}

static void lend_whole(Body *b, const Switch *s, const HirPattern *pattern) {
    if (pattern->bind == HIR_BIND_COPY || pattern->bind == HIR_BIND_CONST)
        lower__bind_whole(b, s, pattern);
    else if (pattern->bind == HIR_BIND_MOVE)
        b->places[pattern->local->number] = s->place;
    else
        unreachable(); // check/ refuses a guard that sees an exclusive borrow of the whole
}

// The body finds what was bound for good.
static void restore_places(Body *b, const HirPattern *pattern, const SirPlace *saved) {
    bool lent = pattern->bind == HIR_BIND_MOVE || pattern->bind == HIR_BIND_MUT;
    if (pattern->kind == HIR_PATTERN_BIND && lent)
        b->places[pattern->local->number] = saved[pattern->local->number];
    for (uint32_t i = 0; i < pattern->args.len; i++)
        restore_places(b, pattern->args.data[i], saved);
}

static void test_guard(
    Body *b, Switch *s, uint32_t variant, Candidate candidate, SirBlock *yes, SirBlock *no
) {
    const HirPattern *pattern = candidate.pattern;
    uint32_t count = b->fn->locals.len;
    SirPlace *saved = arena_array(&b->l->scratch, SirPlace, count);
    for (uint32_t i = 0; i < count; i++)
        saved[i] = b->places[i];
    if (takes_apart(&candidate)) lend_payload(b, s, variant, pattern);
    if (pattern && pattern->kind == HIR_PATTERN_BIND) lend_whole(b, s, pattern);
    lower__test(b, s->stmt->arms.data[candidate.arm].guard, yes, no);
    if (pattern) restore_places(b, pattern, saved);
}

// --- the whole ---------------------------------------------------------------------------------------------

static void take(Body *b, Switch *s, uint32_t variant, Candidate candidate) {
    if (takes_apart(&candidate)) {
        fill_arm(b, s, variant, candidate, match_one(b, s));
        return;
    }
    if (candidate.pattern) lower__bind_whole(b, s, candidate.pattern);
    lower__jump(b, s->bodies[candidate.arm], s->stmt->arms.data[candidate.arm].span);
}

static void try_candidates(Body *b, Switch *s, uint32_t variant, const Candidates *candidates) {
    for (uint32_t i = 0; i < candidates->list.len; i++) {
        Candidate candidate = candidates->list.data[i];
        SirBlock yes, no;
        if (!s->stmt->arms.data[candidate.arm].guard) {
            take(b, s, variant, candidate);
            return;
        }
        test_guard(b, s, variant, candidate, &yes, &no);
        lower__start(b, yes);
        take(b, s, variant, candidate);
        lower__start(b, no);
    }
    lower__jump(b, lower__nowhere(b, s), s->stmt->span);
}

static void lower_variant(Body *b, Switch *s, uint32_t variant, SirArm *arm) {
    Candidates candidates = find_candidates(b, s, variant);
    assert(candidates.list.len > 0); // check/ saw that the arms cover everything
    Candidate first = candidates.list.data[0];
    if (takes_apart(&first) && !s->stmt->arms.data[first.arm].guard) {
        fill_arm(b, s, variant, first, arm);
        return;
    }
    arm->kind = SIR_ARM_VARIANT;
    arm->n = variant;
    arm->bind_count = sir_variant_arity(b->l->module, lower__place_type(b, s->place), variant);
    arm->binds = arena_array(b->l->arena, SirBind, arm->bind_count);
    for (uint32_t i = 0; i < arm->bind_count; i++)
        arm->binds[i].local = SIR_NONE;
    lower__start(b, arm->block = lower__block(b));
    try_candidates(b, s, variant, &candidates);
}

static void lower_rest(Body *b, Switch *s, SirArm *arm) {
    Candidates candidates = find_candidates(b, s, SIR_NONE);
    arm->kind = SIR_ARM_DEFAULT;
    lower__start(b, arm->block = lower__block(b));
    try_candidates(b, s, SIR_NONE, &candidates);
}

void lower__match(Body *b, Switch *s) {
    uint32_t variants = variant_count(s), named = 0, next = 0;
    for (uint32_t i = 0; i < variants; i++)
        named += is_named(s, i);
    SirArg place = lower__at(s->place);
    uint32_t arms = named < variants ? named + 1 : named;
    SirArm *arm = lower__end(b, SIR_OP_MATCH, s->stmt->span, &place, arms)->arms;
    for (uint32_t i = 0; i < variants; i++)
        if (is_named(s, i)) lower_variant(b, s, i, &arm[next++]);
    if (named < variants) lower_rest(b, s, &arm[next]);
}
