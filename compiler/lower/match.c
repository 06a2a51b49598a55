// `switch` on enums, options and tuples: payloads are reached through SIR's `match` only [1].
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

static bool is_deep(const HirPattern *pattern);

static bool fits(const HirPattern *pattern, uint32_t variant) {
    return lower__catches_all(pattern) || pattern->kind == HIR_PATTERN_TUPLE ||
           (pattern->kind == HIR_PATTERN_VARIANT && pattern->row == variant);
}

// True: what follows is never reached.
static bool add_candidate(
    Body *b, const Switch *s, uint32_t arm, const HirPattern *pattern, Candidates *found
) {
    vec_push(&b->l->scratch, &found->list, (Candidate){ arm, pattern });
    return !s->stmt->arms.data[arm].guard && !is_deep(pattern);
}

static Candidates find_candidates(Body *b, const Switch *s, uint32_t variant) {
    Candidates found = { 0 };
    for (uint32_t i = 0; i < s->stmt->arms.len; i++) {
        const HirArm *arm = &s->stmt->arms.data[i];
        if (arm->patterns.len == 0 && add_candidate(b, s, i, NULL, &found)) return found;
        for (uint32_t k = 0; k < arm->patterns.len; k++)
            if (fits(arm->patterns.data[k], variant) &&
                add_candidate(b, s, i, arm->patterns.data[k], &found))
                return found;
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
    SirPlace place; // where the field is reached: it has moved here, or is lent through a pointer
    bool hidden;    // it has moved, only because a neighbour moves
    bool drops;
    bool deeper; // it is taken apart in turn
} Landing;

static bool consumes(const HirPattern *pattern) {
    bool moves = pattern->kind == HIR_PATTERN_BIND && pattern->bind == HIR_BIND_MOVE;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        moves = moves || consumes(pattern->args.data[i]);
    return moves;
}

static bool binds_by(const HirPattern *pattern, HirBind bind) {
    bool found = pattern->kind == HIR_PATTERN_BIND && pattern->bind == bind;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        found = found || binds_by(pattern->args.data[i], bind);
    return found;
}

static bool binds_any(const HirPattern *pattern) {
    bool found = pattern->kind == HIR_PATTERN_BIND;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        found = found || binds_any(pattern->args.data[i]);
    return found;
}

static SirBind hide(Body *b, const HirPattern *arg, SirType type, Landing *landing) {
    bool plain = kind_is_plain(&b->l->kinds, type);
    SirLocal hidden = lower__temp(b, type, arg->span);
    landing->place = lower__local_place(hidden);
    landing->hidden = true;
    landing->drops = arg->kind == HIR_PATTERN_WILD && kind_owns(&b->l->kinds, type);
    return (SirBind){ plain ? SIR_BIND_COPY : SIR_BIND_MOVE, hidden };
}

// A field that is taken apart where it lies.
static SirBind lend_deeper(Body *b, const HirPattern *arg, SirType type, Landing *landing) {
    bool exclusive = binds_by(arg, HIR_BIND_MUT);
    SirLocal pointer = lower__temp(
        b, sir_type_ptr(b->l->module, exclusive ? SIR_MUT : SIR_CONST, type), arg->span
    );
    landing->place = lower__project(b, lower__local_place(pointer), SIR_PROJ_DEREF, 0);
    return (SirBind){ exclusive ? SIR_BIND_MUT : SIR_BIND_CONST, pointer };
}

static SirBind bind_field(
    Body *b, const HirPattern *arg, SirType type, bool consumed, Landing *landing
) {
    static const SirBindMode modes[] = { SIR_BIND_COPY, SIR_BIND_MOVE, SIR_BIND_CONST,
                                         SIR_BIND_MUT };
    *landing = (Landing){ .pattern = arg };
    bool binds = arg->kind == HIR_PATTERN_BIND;
    bool borrows = binds && (arg->bind == HIR_BIND_CONST || arg->bind == HIR_BIND_MUT);
    bool plain = kind_is_plain(&b->l->kinds, type);
    landing->deeper = !binds && binds_any(arg);
    if (consumed && (borrows || landing->deeper || (!binds && !plain)))
        return hide(b, arg, type, landing);
    if (landing->deeper)
        return plain ? hide(b, arg, type, landing) : lend_deeper(b, arg, type, landing);
    if (!binds) return (SirBind){ SIR_BIND_SKIP, SIR_NONE };
    return (SirBind){ modes[arg->bind], lower__row(b, arg->local) };
}

static void take_apart(Body *b, Switch *s, SirPlace place, const HirPattern *pattern);

static void land(Body *b, Switch *s, const Landing *landing) {
    const HirPattern *arg = landing->pattern;
    if (landing->drops) LOWER_OP(b, SIR_OP_DROP, arg->span, lower__at(landing->place));
    if (landing->deeper) take_apart(b, s, landing->place, arg);
    if (!landing->hidden || arg->kind != HIR_PATTERN_BIND) return;
    SirOp op = arg->bind == HIR_BIND_MUT ? SIR_OP_BORROW_MUT : SIR_OP_BORROW;
    SirPlace local = lower__local_place(lower__row(b, arg->local));
    LOWER_OP(b, op, arg->span, lower__at(local), lower__at(landing->place));
}

// An arm of a match on `place` that takes the variant; things go on where all its payload is bound.
static void fill_payload(
    Body *b, Switch *s, SirPlace place, const HirPattern *pattern, SirArm *arm
) {
    SirType type = lower__place_type(b, place);
    uint32_t arity = sir_variant_arity(b->l->module, type, pattern->row);
    Landing *landings = arena_array(&b->l->scratch, Landing, arity);
    arm->kind = SIR_ARM_VARIANT;
    arm->n = pattern->row;
    arm->bind_count = arity;
    arm->binds = arena_array(b->l->module->code, SirBind, arity);
    bool consumed = consumes(pattern);
    for (uint32_t i = 0; i < arity; i++) {
        SirType field = sir_variant_field(b->l->module, type, pattern->row, i);
        arm->binds[i] = bind_field(b, pattern->args.data[i], field, consumed, &landings[i]);
    }
    lower__start(b, arm->block = lower__block(b));
    for (uint32_t i = 0; i < arity; i++)
        land(b, s, &landings[i]);
}

// An arm of the match that takes the variant and ends up in the body.
static void fill_arm(Body *b, Switch *s, Candidate candidate, SirArm *arm) {
    fill_payload(b, s, s->place, candidate.pattern, arm);
    lower__jump(b, s->bodies[candidate.arm], s->stmt->arms.data[candidate.arm].span);
}

// A match of which only one way is ever taken, and the others where they are needed.
static SirArm *match_else(Body *b, SirPlace place, const HirType *type, SirBlock rest, Span span) {
    bool only = type->kind == HIR_TYPE_ENUM && type->enumeration->variants.len == 1;
    SirArg subject = lower__at(place);
    SirInst *match = lower__end(b, SIR_OP_MATCH, span, &subject, only ? 1 : 2);
    if (!only) match->arms[1] = (SirArm){ .kind = SIR_ARM_DEFAULT, .block = rest };
    return match->arms;
}

static SirArm *match_one(Body *b, Switch *s) {
    return match_else(b, s->place, s->subject->type, lower__nowhere(b, s), s->stmt->span);
}

// The parts of a tuple are where they lie; of one that is consumed, those that nobody wants are dropped.
static void take_tuple(Body *b, Switch *s, SirPlace place, const HirPattern *pattern) {
    bool consumed = consumes(pattern);
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        SirPlace part = lower__project(b, place, SIR_PROJ_FIELD, i);
        if (arg->kind == HIR_PATTERN_BIND)
            lower__bind_at(b, part, arg);
        else if (binds_any(arg))
            take_apart(b, s, part, arg);
        else if (consumed && kind_owns(&b->l->kinds, lower__place_type(b, part)))
            LOWER_OP(b, SIR_OP_DROP, arg->span, lower__at(part));
    }
}

// What is known to fit.
static void take_apart(Body *b, Switch *s, SirPlace place, const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_TUPLE) {
        take_tuple(b, s, place, pattern);
        return;
    }
    fill_payload(
        b, s, place, pattern,
        match_else(b, place, pattern->type, lower__nowhere(b, s), pattern->span)
    );
}

// --- patterns inside of patterns ---------------------------------------------------------------------------
//
// An arm is first tested as a whole, by what its payload lends; where it fits, a second match binds for good, as with
// guards.

static bool is_deep(const HirPattern *pattern) {
    for (uint32_t i = 0; pattern && i < pattern->args.len; i++)
        if (!lower__catches_all(pattern->args.data[i])) return true;
    return false;
}

static void test_value(Body *b, SirPlace place, SirOp op, const HirExpr *value, SirBlock no) {
    SirPlace is = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, value->span));
    SirBlock yes = lower__block(b);
    SirArg tree = lower__tree_arg(lower__tree(b->l, value));
    if (value->kind == HIR_STR_LIT) {
        SirPlace text = lower__arg_place(b, tree, lower__type(b->l, value->type), value->span);
        LOWER_OP(b, SIR_OP_EQ_BYTES, value->span, lower__at(is), lower__at(place), lower__at(text));
    } else {
        LOWER_OP(b, op, value->span, lower__at(is), lower__copy(place), tree);
    }
    lower__branch(b, lower__copy(is), yes, no, value->span);
    lower__start(b, yes);
}

static void test_plain_variant(Body *b, SirPlace place, const HirPattern *pattern, SirBlock no) {
    SirPlace is = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, pattern->span));
    SirBlock yes = lower__block(b);
    uint64_t value = pattern->type->enumeration->variants.data[pattern->row].value;
    SirArg tree = lower__tree_arg(lower__int(b->l, lower__type(b->l, pattern->type), value));
    LOWER_OP(b, SIR_OP_EQ, pattern->span, lower__at(is), lower__copy(place), tree);
    lower__branch(b, lower__copy(is), yes, no, pattern->span);
    lower__start(b, yes);
}

static void test_deep(Body *b, SirPlace place, const HirPattern *pattern, SirBlock no);

// A field of a payload, to be looked at: a copy, or where it lies.
static SirBind look_inside(Body *b, SirType field, SirPlace *place, Span span) {
    bool plain = kind_is_plain(&b->l->kinds, field);
    SirType type = plain ? field : sir_type_ptr(b->l->module, SIR_CONST, field);
    SirLocal temp = lower__temp(b, type, span);
    *place = lower__local_place(temp);
    if (!plain) *place = lower__project(b, *place, SIR_PROJ_DEREF, 0);
    return (SirBind){ plain ? SIR_BIND_COPY : SIR_BIND_CONST, temp };
}

static void test_payload(Body *b, SirPlace place, const HirPattern *pattern, SirBlock no) {
    SirType type = lower__place_type(b, place);
    uint32_t arity = sir_variant_arity(b->l->module, type, pattern->row);
    SirPlace *places = arena_array(&b->l->scratch, SirPlace, arity);
    SirArm *arm = match_else(b, place, pattern->type, no, pattern->span);
    *arm = (SirArm){ .kind = SIR_ARM_VARIANT, .n = pattern->row, .bind_count = arity };
    arm->binds = arena_array(b->l->module->code, SirBind, arity);
    arm->block = lower__block(b);
    SirBlock inside = arm->block;
    for (uint32_t i = 0; i < arity; i++) {
        const HirPattern *arg = pattern->args.data[i];
        SirType field = sir_variant_field(b->l->module, type, pattern->row, i);
        arm->binds[i] = (SirBind){ SIR_BIND_SKIP, SIR_NONE };
        if (!lower__catches_all(arg)) arm->binds[i] = look_inside(b, field, &places[i], arg->span);
    }
    lower__start(b, inside);
    for (uint32_t i = 0; i < arity; i++)
        if (!lower__catches_all(pattern->args.data[i]))
            test_deep(b, places[i], pattern->args.data[i], no);
}

// Goes on where the pattern fits what is at `place`, else at `no`.
static void test_deep(Body *b, SirPlace place, const HirPattern *pattern, SirBlock no) {
    switch (pattern->kind) {
    case HIR_PATTERN_WILD:
    case HIR_PATTERN_BIND: break;
    case HIR_PATTERN_VALUE: test_value(b, place, SIR_OP_EQ, pattern->value, no); break;
    case HIR_PATTERN_RANGE:
        test_value(b, place, SIR_OP_GE, pattern->value, no);
        test_value(b, place, SIR_OP_LE, pattern->last, no);
        break;
    case HIR_PATTERN_VARIANT:
        if (pattern->type->kind == HIR_TYPE_ENUM && pattern->type->enumeration->is_plain)
            test_plain_variant(b, place, pattern, no);
        else
            test_payload(b, place, pattern, no);
        break;
    case HIR_PATTERN_TUPLE:
        for (uint32_t i = 0; i < pattern->args.len; i++)
            test_deep(b, lower__project(b, place, SIR_PROJ_FIELD, i), pattern->args.data[i], no);
    }
}

// --- guards ------------------------------------------------------------------------------------------------

static bool is_inside(const HirPattern *pattern) { // it binds what lies deeper
    return pattern->kind != HIR_PATTERN_BIND && binds_any(pattern);
}

// While a guard is evaluated, what will move, or be borrowed exclusively, is a shared borrow.
static SirBind lend_field(Body *b, const HirPattern *arg, SirType type) {
    SirBind skip = { SIR_BIND_SKIP, SIR_NONE };
    if (arg->kind != HIR_PATTERN_BIND) return skip;
    if (arg->bind == HIR_BIND_COPY || arg->bind == HIR_BIND_CONST) {
        SirBindMode mode = arg->bind == HIR_BIND_COPY ? SIR_BIND_COPY : SIR_BIND_CONST;
        return (SirBind){ mode, lower__row(b, arg->local) };
    }
    if (arg->bind == HIR_BIND_MOVE && !hir_type_is_lent(arg->local->type)) return skip;
    SirType pointer = sir_type_ptr(b->l->module, SIR_CONST, type);
    SirPlace lent = lower__local_place(lower__temp(b, pointer, arg->span));
    bool moves = arg->bind == HIR_BIND_MOVE;
    b->places[arg->local->number] = moves ? lower__project(b, lent, SIR_PROJ_DEREF, 0) : lent;
    return (SirBind){ SIR_BIND_CONST, lent.local };
}

// What is in a place of its own is seen there.
static void lend_at(Body *b, SirPlace place, const HirPattern *pattern) {
    SirPlace *seen = &b->places[pattern->local->number];
    if (pattern->bind == HIR_BIND_COPY || pattern->bind == HIR_BIND_CONST) {
        lower__bind_at(b, place, pattern);
    } else if (pattern->bind == HIR_BIND_MOVE) {
        *seen = place;
    } else {
        SirType pointer = sir_type_ptr(b->l->module, SIR_CONST, lower__place_type(b, place));
        *seen = lower__local_place(lower__temp(b, pointer, pattern->span));
        LOWER_OP(b, SIR_OP_BORROW, pattern->span, lower__at(*seen), lower__at(place));
    }
}

static void lend_inside(Body *b, Switch *s, SirPlace place, const HirPattern *pattern);

static void lend_payload(Body *b, Switch *s, SirPlace place, const HirPattern *pattern) {
    SirType type = lower__place_type(b, place);
    SirPlace *places = arena_array(&b->l->scratch, SirPlace, pattern->args.len);
    SirArm *arm = match_else(b, place, pattern->type, lower__nowhere(b, s), pattern->span);
    SirBlock inside = lower__block(b);
    arm->kind = SIR_ARM_VARIANT;
    arm->n = pattern->row;
    arm->block = inside;
    arm->bind_count = pattern->args.len;
    arm->binds = arena_array(b->l->module->code, SirBind, pattern->args.len);
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        SirType field = sir_variant_field(b->l->module, type, pattern->row, i);
        arm->binds[i] = is_inside(arg) ? look_inside(b, field, &places[i], arg->span)
                                       : lend_field(b, arg, field);
    }
    lower__start(b, inside);
    for (uint32_t i = 0; i < pattern->args.len; i++)
        if (is_inside(pattern->args.data[i])) lend_inside(b, s, places[i], pattern->args.data[i]);
}

// All that a pattern binds, as far as a guard sees it. It is known to fit.
static void lend_inside(Body *b, Switch *s, SirPlace place, const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_BIND) lend_at(b, place, pattern);
    if (pattern->kind == HIR_PATTERN_VARIANT && binds_any(pattern))
        lend_payload(b, s, place, pattern);
    for (uint32_t i = 0; pattern->kind == HIR_PATTERN_TUPLE && i < pattern->args.len; i++)
        lend_inside(b, s, lower__project(b, place, SIR_PROJ_FIELD, i), pattern->args.data[i]);
}

// The body finds what was bound for good.
static void restore_places(Body *b, const HirPattern *pattern, const SirPlace *saved) {
    bool lent = pattern->bind == HIR_BIND_MOVE || pattern->bind == HIR_BIND_MUT;
    if (pattern->kind == HIR_PATTERN_BIND && lent)
        b->places[pattern->local->number] = saved[pattern->local->number];
    for (uint32_t i = 0; i < pattern->args.len; i++)
        restore_places(b, pattern->args.data[i], saved);
}

// --- guards that use exclusive borrows ------------------------------------------------------------------------------
//
// There is no borrow of a borrow to lend. So a payload that holds one is taken apart for good, and what it was is put
// together again where the guard has been evaluated.

typedef struct Taken {
    SirPlace place; // of the enum
    const HirPattern *pattern;
    SirPlace *parts; // where its payload is meanwhile
} Taken;

typedef struct AllTaken {
    VEC(Taken) list; // what lies inside of another behind that
} AllTaken;

static bool holds_borrow(const HirPattern *pattern) { // a payload that is one, or something deeper
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        bool moves = arg->kind == HIR_PATTERN_BIND && arg->bind == HIR_BIND_MOVE &&
                     !hir_type_is_lent(arg->local->type);
        if ((pattern->kind == HIR_PATTERN_VARIANT && moves) || holds_borrow(arg)) return true;
    }
    return false;
}

static void take_for_guard(
    Body *b, Switch *s, SirPlace place, const HirPattern *pattern, AllTaken *taken
);

static void take_payload(
    Body *b, Switch *s, SirPlace place, const HirPattern *pattern, AllTaken *taken
) {
    SirType type = lower__place_type(b, place);
    uint32_t arity = pattern->args.len;
    Taken one = { place, pattern, arena_array(&b->l->scratch, SirPlace, arity) };
    SirArm *arm = match_else(b, place, pattern->type, lower__nowhere(b, s), pattern->span);
    SirBlock inside = lower__block(b);
    arm->kind = SIR_ARM_VARIANT;
    arm->n = pattern->row;
    arm->block = inside;
    arm->bind_count = arity;
    arm->binds = arena_array(b->l->module->code, SirBind, arity);
    for (uint32_t i = 0; i < arity; i++) {
        SirType field = sir_variant_field(b->l->module, type, pattern->row, i);
        SirLocal part = lower__temp(b, field, pattern->args.data[i]->span);
        bool plain = kind_is_plain(&b->l->kinds, field);
        one.parts[i] = lower__local_place(part);
        arm->binds[i] = (SirBind){ plain ? SIR_BIND_COPY : SIR_BIND_MOVE, part };
    }
    vec_push(&b->l->scratch, &taken->list, one);
    lower__start(b, inside);
    for (uint32_t i = 0; i < arity; i++)
        take_for_guard(b, s, one.parts[i], pattern->args.data[i], taken);
}

static void take_for_guard(
    Body *b, Switch *s, SirPlace place, const HirPattern *pattern, AllTaken *taken
) {
    if (!holds_borrow(pattern)) {
        lend_inside(b, s, place, pattern);
        return;
    }
    if (pattern->kind == HIR_PATTERN_VARIANT) take_payload(b, s, place, pattern, taken);
    for (uint32_t i = 0; pattern->kind == HIR_PATTERN_TUPLE && i < pattern->args.len; i++) {
        SirPlace part = lower__project(b, place, SIR_PROJ_FIELD, i);
        take_for_guard(b, s, part, pattern->args.data[i], taken);
    }
}

// In `block`, where the guard has been evaluated. What lies inside first.
static void put_back(Body *b, SirBlock block, const AllTaken *taken) {
    lower__start(b, block);
    for (uint32_t i = taken->list.len; i-- > 0;) {
        const Taken *one = &taken->list.data[i];
        uint32_t arity = one->pattern->args.len;
        SirArg *args = arena_array(&b->l->scratch, SirArg, arity + 2);
        args[0] = lower__at(one->place);
        args[1] = lower__num(SIR_ARG_INT, one->pattern->row);
        for (uint32_t k = 0; k < arity; k++)
            args[k + 2] = lower__use(b, one->parts[k]);
        lower__op(b, SIR_OP_VARIANT, one->pattern->span, arity + 2, args);
    }
}

static void test_taken(Body *b, Switch *s, Candidate candidate, SirBlock *yes, SirBlock *no) {
    AllTaken taken = { 0 };
    Span span = s->stmt->arms.data[candidate.arm].span;
    SirBlock holds, fails, then = lower__block(b), otherwise = lower__block(b);
    take_for_guard(b, s, s->place, candidate.pattern, &taken);
    lower__test(b, s->stmt->arms.data[candidate.arm].guard, &holds, &fails);
    put_back(b, holds, &taken);
    lower__jump(b, then, span);
    put_back(b, fails, &taken);
    lower__jump(b, otherwise, span);
    *yes = then;
    *no = otherwise;
}

static void test_guard(Body *b, Switch *s, Candidate candidate, SirBlock *yes, SirBlock *no) {
    const HirPattern *pattern = candidate.pattern;
    uint32_t count = b->fn->locals.len;
    SirPlace *saved = arena_array(&b->l->scratch, SirPlace, count);
    for (uint32_t i = 0; i < count; i++)
        saved[i] = b->places[i];
    if (s->stmt->arms.data[candidate.arm].is_put_back) {
        test_taken(b, s, candidate, yes, no);
    } else {
        if (pattern) lend_inside(b, s, s->place, pattern);
        lower__test(b, s->stmt->arms.data[candidate.arm].guard, yes, no);
    }
    if (pattern) restore_places(b, pattern, saved);
}

// --- the whole ---------------------------------------------------------------------------------------------

static void take(Body *b, Switch *s, Candidate candidate) {
    if (takes_apart(&candidate)) {
        fill_arm(b, s, candidate, match_one(b, s));
        return;
    }
    if (candidate.pattern && candidate.pattern->kind == HIR_PATTERN_TUPLE)
        take_apart(b, s, s->place, candidate.pattern);
    else if (candidate.pattern)
        lower__bind_at(b, s->place, candidate.pattern);
    lower__jump(b, s->bodies[candidate.arm], s->stmt->arms.data[candidate.arm].span);
}

// Things go on where the arm is not taken; false: it always is.
static bool try_candidate(Body *b, Switch *s, Candidate candidate) {
    bool guarded = s->stmt->arms.data[candidate.arm].guard != NULL,
         deep = is_deep(candidate.pattern);
    SirBlock unfit = deep ? lower__block(b) : SIR_NONE, yes, no = unfit;
    if (deep) test_deep(b, s->place, candidate.pattern, unfit);
    if (guarded) {
        test_guard(b, s, candidate, &yes, &no);
        lower__start(b, yes);
    }
    take(b, s, candidate);
    if (!guarded && !deep) return false;
    lower__start(b, no);
    if (!guarded || !deep) return true;
    lower__jump(b, unfit, s->stmt->span);
    lower__start(b, unfit);
    return true;
}

static void try_candidates(Body *b, Switch *s, const Candidates *candidates) {
    for (uint32_t i = 0; i < candidates->list.len; i++)
        if (!try_candidate(b, s, candidates->list.data[i])) return;
    lower__jump(b, lower__nowhere(b, s), s->stmt->span);
}

static void lower_variant(Body *b, Switch *s, uint32_t variant, SirArm *arm) {
    Candidates candidates = find_candidates(b, s, variant);
    assert(candidates.list.len > 0); // check/ saw that the arms cover everything
    Candidate first = candidates.list.data[0];
    if (takes_apart(&first) && !s->stmt->arms.data[first.arm].guard && !is_deep(first.pattern)) {
        fill_arm(b, s, first, arm);
        return;
    }
    arm->kind = SIR_ARM_VARIANT;
    arm->n = variant;
    arm->bind_count = sir_variant_arity(b->l->module, lower__place_type(b, s->place), variant);
    arm->binds = arena_array(b->l->module->code, SirBind, arm->bind_count);
    for (uint32_t i = 0; i < arm->bind_count; i++)
        arm->binds[i].local = SIR_NONE;
    lower__start(b, arm->block = lower__block(b));
    try_candidates(b, s, &candidates);
}

static void lower_rest(Body *b, Switch *s, SirArm *arm) {
    Candidates candidates = find_candidates(b, s, SIR_NONE);
    arm->kind = SIR_ARM_DEFAULT;
    lower__start(b, arm->block = lower__block(b));
    try_candidates(b, s, &candidates);
}

void lower__match(Body *b, Switch *s) {
    if (s->subject->type->kind == HIR_TYPE_STRUCT) { // a tuple
        Candidates candidates = find_candidates(b, s, SIR_NONE);
        try_candidates(b, s, &candidates);
        return;
    }
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
