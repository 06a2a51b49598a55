// The arms of a `switch receive`. Cases that wait for the same thing are one arm: it is taken once, and then the first of
// them that fits and whose guard holds is gone on with.
//
// Where all of them take what comes as it is, guards alone choose: `case ep.m(T a) if (x): A  case ep.m(T b): B` becomes the arm
// `ep.m(T a)` with `if (x) A else { T b = a; B }`. Where patterns choose, the arm switches over a tuple of what has come.
//
// `default` is an arm of its own for what has none, which the walk over ways finds, and is where the others go on when
// nothing in them fits. Then the whole is `for (;;) { for (;;) { RECEIVE } default }`: the cases break out of both.

#include "receive.h"

#include "base/buf.h"

typedef struct Group { // cases that wait for the same
    VEC(ReceiveCase *) cases;
    bool is_full; // the last of them takes whatever comes
} Group;

typedef struct Groups {
    VEC(Group) list;
} Groups;

// --- who waits for the same ------------------------------------------------------------------------------------------

static bool same_head(const HirHead *a, const HirHead *b) {
    return a->closed == b->closed && (a->closed || a->message == b->message) &&
           same_place(a->from, b->from);
}

static bool same_heads(const HirReceiveArm *a, const HirReceiveArm *b) {
    bool same = a->kind == HIR_COMES && b->kind == HIR_COMES && a->heads.len == b->heads.len;
    for (uint32_t i = 0; same && i < a->heads.len; i++)
        same = same_head(&a->heads.data[i], &b->heads.data[i]);
    return same;
}

bool binds_whole(const HirPattern *pattern) {
    bool as_it_is = pattern->bind == HIR_BIND_COPY || pattern->bind == HIR_BIND_MOVE;
    return pattern->kind == HIR_PATTERN_WILD || (pattern->kind == HIR_PATTERN_BIND && as_it_is);
}

static bool takes_all(const ReceiveCase *one) {
    for (uint32_t i = 0; i < one->patterns.len; i++) {
        HirPatternKind kind = one->patterns.data[i]->kind;
        if (kind != HIR_PATTERN_WILD && kind != HIR_PATTERN_BIND) return false;
    }
    return !one->guard;
}

static bool has_patterns(const ReceiveCase *one) {
    for (uint32_t i = 0; i < one->patterns.len; i++)
        if (!binds_whole(one->patterns.data[i])) return true;
    return false;
}

static bool any_patterns(const Group *group) {
    for (uint32_t i = 0; i < group->cases.len; i++)
        if (has_patterns(group->cases.data[i])) return true;
    return false;
}

// What comes too late is told by whoever asks about patterns; without any, it is a second arm for the same.
static void add_to_group(Fn *fn, Groups *groups, ReceiveCase *one) {
    Group *found = NULL;
    for (uint32_t i = 0; i < groups->list.len && !found; i++) {
        Group *group = &groups->list.data[i];
        bool open = !group->is_full || has_patterns(one) || any_patterns(group);
        if (open && same_heads(&group->cases.data[0]->arm, &one->arm)) found = group;
    }
    if (!found) {
        vec_push(fn->checker->arena, &groups->list, (Group){ .is_full = false });
        found = &groups->list.data[groups->list.len - 1];
    }
    vec_push(fn->checker->arena, &found->cases, one);
    found->is_full |= takes_all(one);
}

// --- what comes --------------------------------------------------------------------------------------------------------

typedef struct Columns { // one for each of the arm's binds
    VEC(const HirType *) types;
    VEC(Span) spans;
} Columns;

static Columns columns_of(Fn *fn, const HirReceiveArm *arm) {
    Arena *arena = fn->checker->arena;
    Columns columns = { 0 };
    vec_each(const HirHead, head, &arm->heads) {
        const HirType *from = head->from->type;
        const HirMessage *message = &from->contract->messages.data[head->message];
        for (uint32_t i = 0; !head->closed && i < message->args.len; i++) {
            vec_push(arena, &columns.types, message->args.data[i].type);
            vec_push(arena, &columns.spans, head->span);
        }
        if (!hir_head_is_of_set(head)) continue;
        vec_push(arena, &columns.types, member_after(fn, head));
        vec_push(arena, &columns.spans, head->span);
        if (!from->elem) continue;
        vec_push(arena, &columns.types, from->elem);
        vec_push(arena, &columns.spans, head->span);
    }
    return columns;
}

static void test_all(Fn *fn, const HirReceiveArm *arm, HirStmt *block) {
    HirStmtVec tests = { 0 };
    for (uint32_t i = 0; i < arm->binds.len; i++)
        if (arm->binds.data[i]) test_received(fn, arm->binds.data[i], &tests);
    vec_each(HirStmt *, it, &tests)
        append(fn, block, *it);
}

static HirStmt *leave_for(Fn *fn, HirStmt *target, Span span) {
    HirStmt *leave = new_stmt(fn, HIR_STMT_BREAK, span);
    leave->target = target;
    return leave;
}

// Where none of the cases fits: to `default`. Without one control goes nowhere: that it may come there is reported along the ways.
static HirStmt *nothing_fits(Fn *fn, HirStmt *rest, Span span) {
    HirStmt *block = block_of(fn, span);
    HirStmt *never = rest ? leave_for(fn, rest, span) : new_stmt(fn, HIR_STMT_LOOP, span);
    if (!rest) never->then = block_of(fn, span);
    append(fn, block, never);
    return block;
}

// --- guards choose -----------------------------------------------------------------------------------------------------

// Whoever comes behind may want what this one does not name.
static void bind_whole(Fn *fn, const ReceiveCase *one, HirReceiveArm *arm) {
    Columns columns = columns_of(fn, arm);
    arm->binds.len = 0;
    for (uint32_t i = 0; i < one->patterns.len; i++) {
        const HirPattern *pattern = one->patterns.data[i];
        HirLocal *local = pattern->kind == HIR_PATTERN_BIND ? pattern->local : NULL;
        if (!local && one->guard)
            local = new_local(fn, 0, columns.types.data[i], columns.spans.data[i]);
        vec_push(fn->checker->arena, &arm->binds, local);
    }
}

// The body behind its guard. Gives what the next case stands in, or NULL.
static HirStmt *put_behind_guard(
    Fn *fn, const ReceiveCase *one, const HirReceiveArm *binds, HirStmt *into
) {
    if (!one->guard) {
        append(fn, into, one->arm.body);
        return NULL;
    }
    HirStmt *test = new_stmt(fn, HIR_STMT_IF, one->guard->span);
    test->cond = one->guard;
    test->then = one->arm.body;
    for (uint32_t i = 0; i < binds->binds.len; i++)
        if (binds->binds.data[i]) vec_push(fn->checker->arena, &test->looks, binds->binds.data[i]);
    append(fn, into, test);
    return test;
}

// What the case before has not gone on with.
static HirStmt *add_behind(Fn *fn, const ReceiveCase *one, HirStmt *test) {
    HirReceiveArm own = one->arm;
    HirStmt *rest = block_of(fn, one->arm.span);
    bind_whole(fn, one, &own);
    for (uint32_t i = 0; i < own.binds.len; i++) {
        if (!own.binds.data[i]) continue;
        Span span = own.binds.data[i]->span;
        HirExpr *value = local_value(fn, test->looks.data[i], span);
        append(fn, rest, let(fn, own.binds.data[i], value, span));
    }
    test->otherwise = rest;
    return put_behind_guard(fn, one, &own, rest);
}

static void choose_by_guards(Fn *fn, const Group *group, HirReceiveArm *arm, HirStmt *rest) {
    HirStmt *whole = block_of(fn, arm->span);
    bind_whole(fn, group->cases.data[0], arm);
    test_all(fn, arm, whole);
    HirStmt *test = put_behind_guard(fn, group->cases.data[0], arm, whole);
    for (uint32_t i = 1; i < group->cases.len; i++)
        test = add_behind(fn, group->cases.data[i], test);
    if (test) test->otherwise = nothing_fits(fn, rest, test->span);
    arm->is_partial = test && !rest;
    arm->body = whole;
}

// --- patterns choose ---------------------------------------------------------------------------------------------------

static bool is_looked_at(const Group *group, uint32_t column) {
    for (uint32_t i = 0; i < group->cases.len; i++)
        if (group->cases.data[i]->patterns.data[column]->kind != HIR_PATTERN_WILD) return true;
    return false;
}

// What some case looks at is put into a tuple; the rest is dropped where it arrives.
static HirExpr *tuple_of(Fn *fn, const Group *group, HirReceiveArm *arm, HirStmt *block) {
    Checker *checker = fn->checker;
    Columns columns = columns_of(fn, arm);
    VEC(const HirType *) types = { 0 };
    VEC(HirExpr *) values = { 0 };
    for (uint32_t i = 0; i < columns.types.len; i++) {
        HirLocal *local = NULL;
        if (is_looked_at(group, i)) {
            local = new_local(fn, 0, columns.types.data[i], columns.spans.data[i]);
            vec_push(checker->arena, &types, local->type);
            vec_push(checker->arena, &values, local_value(fn, local, columns.spans.data[i]));
        }
        vec_push(checker->arena, &arm->binds, local);
    }
    test_all(fn, arm, block);
    const HirType *type = tuple_type(checker, types.data, types.len);
    HirExpr *made = new_expr(checker, HIR_STRUCT_LIT, type, arm->span);
    made->rows = arena_array(checker->arena, uint32_t, types.len);
    for (uint32_t i = 0; i < types.len; i++) {
        made->rows[i] = i;
        vec_push(checker->arena, &made->args, values.data[i]);
    }
    HirLocal *all = new_local(fn, 0, type, arm->span);
    append(fn, block, let(fn, all, made, arm->span));
    return local_place(fn, all, arm->span);
}

static HirPattern *tuple_pattern(
    Fn *fn, const Group *group, const ReceiveCase *one, const HirType *type
) {
    HirPattern *pattern = arena_new(fn->checker->arena, HirPattern);
    *pattern = (HirPattern){ .kind = HIR_PATTERN_TUPLE, .type = type, .span = one->arm.span };
    for (uint32_t i = 0; i < one->patterns.len; i++)
        if (is_looked_at(group, i))
            vec_push(fn->checker->arena, &pattern->args, one->patterns.data[i]);
    return pattern;
}

// `a.answer(.none, _)` together with ...: `parts` says what is in each column that is looked at.
static const char *witness_text(
    Fn *fn, const Group *group, const HirReceiveArm *arm, const char *const *parts
) {
    Checker *checker = fn->checker;
    Buf text = { 0 };
    uint32_t column = 0, part = 0;
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        const HirHead *head = &arm->heads.data[i];
        const HirMessage *message = &head->from->type->contract->messages.data[head->message];
        buf_printf(&text, "%s`%s", i ? " together with " : "", head->closed ? "closed(" : "");
        buf_printf(&text, "%s", place_text(checker, head->from));
        if (!head->closed) buf_printf(&text, ".%s(", text_of(checker, message->name));
        for (uint32_t k = 0; !head->closed && k < message->args.len; k++, column++)
            buf_printf(
                &text, "%s%s", k ? ", " : "", is_looked_at(group, column) ? parts[part++] : "_"
            );
        buf_printf(&text, ")`");
        if (hir_head_is_of_set(head)) column += head->from->type->elem ? 2 : 1;
    }
    const char *copy = arena_printf(checker->arena, "%.*s", (int)text.len, (const char *)text.data);
    buf_free(&text);
    return copy;
}

static void choose_by_patterns(
    Fn *fn, const Group *group, HirReceiveArm *arm, const HirStmt *stmt, HirStmt *rest
) {
    Checker *checker = fn->checker;
    HirStmt *whole = block_of(fn, arm->span);
    HirStmt *choice = new_stmt(fn, HIR_STMT_SWITCH, arm->span);
    choice->place = tuple_of(fn, group, arm, whole);
    for (uint32_t i = 0; i < group->cases.len; i++) {
        const ReceiveCase *one = group->cases.data[i];
        HirArm made = { .guard = one->guard, .body = one->arm.body, .span = one->arm.span };
        vec_push(
            checker->arena, &made.patterns, tuple_pattern(fn, group, one, choice->place->type)
        );
        vec_push(checker->arena, &choice->arms, made);
    }
    const char *const *missing = missing_parts(checker, choice);
    if (missing && !rest) {
        Span head = { stmt->span.file, stmt->span.start,
                      stmt->span.start + (uint32_t)sizeof "switch receive" - 1 };
        diag_report(
            checker->diags, head, E_RECEIVE_INCOMPLETE, witness_text(fn, group, arm, missing)
        );
    } else if (missing) {
        HirArm none = { .body = nothing_fits(fn, rest, arm->span), .span = arm->span };
        vec_push(checker->arena, &choice->arms, none);
    }
    append(fn, whole, choice);
    arm->body = whole;
}

// --- `default` -----------------------------------------------------------------------------------------------------------

// What is written behind it comes too late, but for the clocks.
static bool rest_is_last(Fn *fn, const ReceiveCases *cases) {
    bool good = true;
    for (uint32_t i = 0; i < cases->list.len; i++) {
        const HirReceiveArm *arm = &cases->list.data[i].arm;
        if (arm->kind != HIR_COMES || arm->span.start < cases->rest_span.start) continue;
        diag_report(fn->checker->diags, arm->span, E_COVERED_BEFORE);
        good = false;
    }
    return good;
}

// Of what joins leave, and of what a set hands back, `default` knows too little.
static bool may_have_rest(Fn *fn, const ReceiveCases *cases) {
    for (uint32_t i = 0; i < cases->list.len; i++) {
        const HirReceiveArm *arm = &cases->list.data[i].arm;
        const char *what =
            arm->heads.len > 1 || arm->kind == HIR_COMES_NEVER ? "joins leave" : NULL;
        if (arm->heads.len == 1 && hir_head_is_of_set(&arm->heads.data[0])) what = "comes of a set";
        if (!what) continue;
        diag_report(fn->checker->diags, cases->rest_span, E_DEFAULT_OF, what);
        if (arm->heads.len == 1)
            diag_help(fn->checker->diags, "name it: its member is handed back behind `as`");
        else
            diag_help(fn->checker->diags, "`case unsatisfiable:` stands for it");
        return false;
    }
    return rest_is_last(fn, cases);
}

static void add_rest(Fn *fn, HirStmt *stmt, HirStmt *rest, Span span) {
    HirReceiveArm arm = { .kind = HIR_COMES_REST, .span = span };
    arm.body = block_of(fn, span);
    append(fn, arm.body, leave_for(fn, rest, span));
    vec_push(fn->checker->arena, &stmt->receives, arm);
}

// The cases leave the whole where they end; what remains of it is `default`.
static void put_around(Fn *fn, const ReceiveCases *cases, HirStmt *stmt, HirStmt *rest) {
    HirStmt *whole = cases->whole;
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        HirStmt *body = stmt->receives.data[i].body;
        if (!stmt_ends(body)) append(fn, body, leave_for(fn, whole, stmt->receives.data[i].span));
    }
    rest->then = block_of(fn, stmt->span);
    append(fn, rest->then, stmt);
    whole->then = block_of(fn, stmt->span);
    append(fn, whole->then, rest);
    append(fn, whole->then, cases->rest);
    if (!stmt_ends(cases->rest)) append(fn, whole->then, leave_for(fn, whole, cases->rest_span));
}

// --- all -----------------------------------------------------------------------------------------------------------------

bool make_arms(Fn *fn, ReceiveCases *cases, HirStmt *stmt) {
    Groups groups = { 0 };
    HirStmt *rest = NULL;
    if (cases->rest && !may_have_rest(fn, cases)) return false;
    if (cases->rest) rest = new_stmt(fn, HIR_STMT_LOOP, stmt->span);
    for (uint32_t i = 0; i < cases->list.len; i++)
        add_to_group(fn, &groups, &cases->list.data[i]);
    vec_each(Group, group, &groups.list) {
        HirReceiveArm arm = group->cases.data[0]->arm;
        if (arm.kind == HIR_COMES && any_patterns(group))
            choose_by_patterns(fn, group, &arm, stmt, rest);
        else if (arm.kind == HIR_COMES)
            choose_by_guards(fn, group, &arm, rest);
        vec_push(fn->checker->arena, &stmt->receives, arm);
    }
    if (!rest) return true;
    add_rest(fn, stmt, rest, cases->rest_span);
    put_around(fn, cases, stmt, rest);
    return true;
}
