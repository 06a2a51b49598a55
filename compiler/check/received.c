// Invariants of what is received, and of all that lies inside of it: a peer may send any value of the type.
//
// The tests are made for the type, in place. Where a struct or an enum can hold its own kind, as a list and a tree do, they are
// a function of its own, which goes from one to the next in rounds and calls itself where one holds several.

#include "check__.h"

enum { MOST_PLACES = 10000 }; // that are looked at for one value, as the text of the types has them

// --- what there is to test -----------------------------------------------------------------------------------------

static bool holds_guarded(Map *met, const HirType *type);

static bool any_guarded(Map *met, const HirFields *fields) {
    for (uint32_t i = 0; i < fields->len; i++)
        if (holds_guarded(met, fields->data[i].type)) return true;
    return false;
}

static bool holds_guarded(Map *met, const HirType *type) {
    while (type->elem)
        type = type->elem;
    bool is_struct = type->kind == HIR_TYPE_STRUCT, is_enum = type->kind == HIR_TYPE_ENUM;
    if (guarded(type)) return true;
    if ((!is_struct && !is_enum) || !map_put(met, (uintptr_t)type, true)) return false;
    if (is_struct) return any_guarded(met, &type->structure->fields);
    for (uint32_t i = 0; i < type->enumeration->variants.len; i++)
        if (any_guarded(met, &type->enumeration->variants.data[i].fields)) return true;
    return false;
}

typedef struct
    Visit { // the function that looks through values of a type that can hold its own kind
    const HirType *type; // a struct or an enum
    HirLocal *next;      // an optional: the one to be looked at in the next round
    HirFn *fn;
} Visit;

typedef struct Inside { // types on the way to what is tested
    const struct Inside *outer;
    const HirType *type;
    uint32_t *left;     // how many more places may be looked at, against hostile input
    const Visit *visit; // NULL: where something is received
} Inside;

static bool holds(Fn *fn, const HirType *type) {
    return holds_guarded(map_new(fn->checker->arena), type);
}

static void test_inside(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *outer);

static void test_fields(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *inside) {
    const HirFields *fields = &place->type->structure->fields;
    for (uint32_t i = 0; i < fields->len; i++) {
        if (!holds(fn, fields->data[i].type)) continue;
        HirExpr *field = new_expr(fn->checker, HIR_FIELD, fields->data[i].type, span);
        field->base = place;
        field->row = i;
        test_inside(fn, field, out, span, inside);
    }
}

// For each element, by a counter.
static void test_elements(
    Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *inside
) {
    Checker *checker = fn->checker;
    const HirType *usize = simple(checker, HIR_TYPE_USIZE);
    HirLocal *at = new_local(fn, 0, usize, span);
    HirExpr *count = literal(checker, usize, place->type->count, span);
    if (place->type->kind != HIR_TYPE_ARRAY) {
        count = new_expr(checker, HIR_BUILTIN, usize, span);
        count->builtin = HIR_BUILTIN_LEN;
        vec_push(checker->arena, &count->args, place);
    }
    HirStmt *loop = new_stmt(fn, HIR_STMT_LOOP, span);
    loop->cond = arithmetic(fn, HIR_LT, HIR_TRAP, local_value(fn, at, span), count, span);
    loop->step = new_stmt(fn, HIR_STMT_UPDATE, span);
    loop->step->place = local_place(fn, at, span);
    loop->step->op = HIR_ADD;
    loop->step->family = HIR_WRAP; // below the length
    loop->step->value = literal(checker, usize, 1, span);
    HirExpr *element = new_expr(checker, HIR_INDEX, place->type->elem, span);
    element->base = place;
    element->index = local_value(fn, at, span);
    HirStmtVec tests = { 0 };
    test_inside(fn, element, &tests, span, inside);
    loop->then = block_of(fn, span);
    vec_each(HirStmt *, it, &tests)
        append(fn, loop->then, *it);
    vec_push(checker->arena, out, let(fn, at, literal(checker, usize, 0, span), span));
    vec_push(checker->arena, out, loop);
}

// What a variant carries, lent for as long as it is looked at.
static HirPattern *look_at(
    Fn *fn, const HirType *type, HirStmtVec *tests, Span span, const Inside *inside
) {
    Checker *checker = fn->checker;
    HirPattern *pattern = arena_new(checker->arena, HirPattern);
    *pattern = (HirPattern){ .kind = HIR_PATTERN_WILD, .span = span, .type = type };
    if (!holds(fn, type)) return pattern;
    pattern->kind = HIR_PATTERN_BIND;
    pattern->bind = HIR_BIND_CONST;
    pattern->local = new_local(fn, 0, hir_type_ptr(checker->types, HIR_CONST, type), span);
    test_inside(fn, deref(checker, local_place(fn, pattern->local, span)), tests, span, inside);
    return pattern;
}

static void test_variants(
    Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *inside
) {
    Checker *checker = fn->checker;
    const HirType *type = place->type;
    bool is_enum = type->kind == HIR_TYPE_ENUM;
    HirStmt *choice = new_stmt(fn, HIR_STMT_SWITCH, span);
    choice->place = place;
    for (uint32_t row = 0; row < (is_enum ? type->enumeration->variants.len : 2); row++) {
        HirPattern *pattern = arena_new(checker->arena, HirPattern);
        HirArm arm = { .span = span, .body = block_of(fn, span) };
        HirStmtVec tests = { 0 };
        *pattern =
            (HirPattern){ .kind = HIR_PATTERN_VARIANT, .span = span, .type = type, .row = row };
        const HirFields *fields = is_enum ? &type->enumeration->variants.data[row].fields : NULL;
        for (uint32_t i = 0; i < (is_enum ? fields->len : row); i++)
            vec_push(
                checker->arena, &pattern->args,
                look_at(fn, is_enum ? fields->data[i].type : type->elem, &tests, span, inside)
            );
        vec_each(HirStmt *, it, &tests)
            append(fn, arm.body, *it);
        vec_push(checker->arena, &arm.patterns, pattern);
        vec_push(checker->arena, &choice->arms, arm);
    }
    vec_push(checker->arena, out, choice);
}

static bool may_look(Fn *fn, Span span, const Inside *outer) {
    if (*outer->left == 0) return false;
    if (--*outer->left == 0) {
        diag_report(fn->checker->diags, span, E_TOO_NESTED, "what is tested of this value");
        return false;
    }
    return true;
}

// --- what can hold its own kind ------------------------------------------------------------------------------------

static HirExpr *lend(Fn *fn, HirExpr *place, Span span) {
    Checker *checker = fn->checker;
    HirExpr *borrow =
        new_expr(checker, HIR_BORROW, hir_type_ptr(checker->types, HIR_CONST, place->type), span);
    borrow->base = place;
    borrow->mode = HIR_CONST;
    return borrow;
}

static HirStmt *call_visit(Fn *fn, const HirFn *visit, HirExpr *pointer, Span span) {
    HirExpr *call = new_expr(fn->checker, HIR_CALL, simple(fn->checker, HIR_TYPE_VOID), span);
    call->fn = visit;
    vec_push(fn->checker->arena, &call->args, pointer);
    HirStmt *stmt = new_stmt(fn, HIR_STMT_EXPR, span);
    stmt->value = call;
    return stmt;
}

// `switch (next) { case .some(n): ...; case none: ... }`: gives what `n` is.
static HirExpr *switch_next(
    Fn *fn, const Visit *visit, Span span, HirStmt *some, HirStmt *none, HirStmtVec *out
) {
    Checker *checker = fn->checker;
    const HirType *type = visit->next->type;
    HirStmt *choice = new_stmt(fn, HIR_STMT_SWITCH, span);
    HirLocal *local = new_local(fn, 0, type->elem, span);
    choice->place = local_place(fn, visit->next, span);
    for (uint32_t row = 0; row < 2; row++) {
        HirPattern *pattern = arena_new(checker->arena, HirPattern);
        HirArm arm = { .span = span, .body = row ? some : none };
        *pattern =
            (HirPattern){ .kind = HIR_PATTERN_VARIANT, .span = span, .type = type, .row = row };
        if (row) {
            HirPattern *bound = arena_new(checker->arena, HirPattern);
            *bound = (HirPattern){ .kind = HIR_PATTERN_BIND, .span = span, .type = type->elem };
            bound->local = local;
            bound->bind = HIR_BIND_COPY;
            vec_push(checker->arena, &pattern->args, bound);
        }
        vec_push(checker->arena, &arm.patterns, pattern);
        vec_push(checker->arena, &choice->arms, arm);
    }
    vec_push(checker->arena, out, choice);
    return local_value(fn, local, span);
}

// The last of its kind that lies in one is looked at in the next round: so a list takes no stack. Those before it are visited.
static void put_off(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Visit *visit) {
    HirStmt *some = block_of(fn, span), *none = block_of(fn, span);
    HirExpr *before = switch_next(fn, visit, span, some, none, out);
    append(fn, some, call_visit(fn, visit->fn, before, span));
    HirExpr *value = new_expr(fn->checker, HIR_SOME, visit->next->type, span);
    value->base = lend(fn, place, span);
    vec_push(
        fn->checker->arena, out, assign_to(fn, local_place(fn, visit->next, span), value, span)
    );
}

static void test_parts(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *inside);

// `at = self; for (;;) { next = none; look at *at; if there is a next: at = next, else return; }`
static void make_rounds(Fn *fn, HirLocal *self, Visit *visit, Span span) {
    Checker *checker = fn->checker;
    uint32_t left = MOST_PLACES;
    const Inside whole = { .type = visit->type, .left = &left, .visit = visit };
    HirLocal *at = new_local(fn, 0, self->type, span);
    visit->next = new_local(fn, 0, hir_type_option(checker->types, self->type), span);
    append(fn, fn->fn->body, let(fn, at, local_value(fn, self, span), span));
    HirStmt *rounds = new_stmt(fn, HIR_STMT_LOOP, span);
    HirStmtVec round = { 0 };
    HirExpr *nothing = new_expr(checker, HIR_NONE, visit->next->type, span);
    vec_push(checker->arena, &round, let(fn, visit->next, nothing, span));
    test_parts(fn, deref(checker, local_place(fn, at, span)), &round, span, &whole);
    HirStmt *some = block_of(fn, span), *none = block_of(fn, span);
    HirExpr *next = switch_next(fn, visit, span, some, none, &round);
    append(fn, some, assign_to(fn, local_place(fn, at, span), next, span));
    append(fn, none, new_stmt(fn, HIR_STMT_RETURN, span));
    rounds->then = block_of(fn, span);
    vec_each(HirStmt *, it, &round)
        append(fn, rounds->then, *it);
    append(fn, fn->fn->body, rounds);
}

// The function that looks through values of the type; made when the first place asks for it.
static const HirFn *visit_of(Fn *fn, const HirType *type, Span span) {
    Checker *checker = fn->checker;
    uint64_t known;
    if (map_get(checker->visits, (uintptr_t)type, &known)) return (const HirFn *)(uintptr_t)known;
    HirFn *hir = arena_new(checker->arena, HirFn);
    HirLocal *self = arena_new(checker->arena, HirLocal);
    *self = (HirLocal
    ){ .type = hir_type_ptr(checker->types, HIR_CONST, type), .span = span, .is_param = true };
    *hir = (HirFn){ .name = names_add_c(checker->names, "received"),
                    .module = fn->fn->module,
                    .span = span,
                    .number = checker->program->fns.len };
    hir->path = arena_printf(checker->arena, "%s.received", type_text(checker, type));
    hir->sig.result = simple(checker, HIR_TYPE_VOID);
    vec_push(checker->arena, &hir->locals, self);
    vec_push(checker->arena, &hir->sig.params, self->type);
    vec_push(checker->arena, &hir->sig.promises, HIR_NO_STATE);
    vec_push(checker->arena, &checker->program->fns, hir);
    map_put(checker->visits, (uintptr_t)type, (uintptr_t)hir);
    Fn inner = { .checker = checker, .module = fn->module, .fn = hir, .result = hir->sig.result };
    Visit visit = { .type = type, .fn = hir };
    hir->body = block_of(&inner, span);
    make_rounds(&inner, self, &visit, span);
    return hir;
}

// True: whoever looks at the type goes on with it.
static bool goes_round(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *outer) {
    const HirType *type = place->type;
    if (type->kind != HIR_TYPE_STRUCT && type->kind != HIR_TYPE_ENUM) return false;
    if (outer->visit && outer->visit->type == type) {
        put_off(fn, place, out, span, outer->visit);
        return true;
    }
    for (const Inside *it = outer; it; it = it->outer) {
        if (it->type != type) continue;
        const HirFn *visit = visit_of(fn, type, span);
        vec_push(fn->checker->arena, out, call_visit(fn, visit, lend(fn, place, span), span));
        return true;
    }
    return false;
}

// --- all ---------------------------------------------------------------------------------------------------------------

// What lies inside first, as where a value is made. What can hold its own kind has no end of places.
static void test_inside(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *outer) {
    const Inside inside = { outer, place->type, outer->left, outer->visit };
    if (!may_look(fn, span, outer) || goes_round(fn, place, out, span, outer)) return;
    test_parts(fn, place, out, span, &inside);
}

static void test_parts(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *inside) {
    const HirType *type = place->type;
    switch (type->kind) {
    case HIR_TYPE_STRUCT: test_fields(fn, place, out, span, inside); break;
    case HIR_TYPE_ENUM:
    case HIR_TYPE_OPTION: test_variants(fn, place, out, span, inside); break;
    case HIR_TYPE_PTR: test_inside(fn, deref(fn->checker, place), out, span, inside); break;
    case HIR_TYPE_ARRAY:
    case HIR_TYPE_VECTOR:
    case HIR_TYPE_SLICE: test_elements(fn, place, out, span, inside); break;
    default: break;
    }
    if (guarded(type)) test_place(fn, place, out, span);
}

// A peer may send any value of the type.
void test_received(Fn *fn, HirLocal *local, HirStmtVec *out) {
    uint32_t left = MOST_PLACES;
    const Inside whole = { .left = &left };
    if (is_error(local->type) || !holds(fn, local->type)) return;
    test_inside(fn, local_place(fn, local, local->span), out, local->span, &whole);
}
