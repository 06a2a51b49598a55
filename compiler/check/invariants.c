// Invariants: for each struct that has some, two functions that test them. `invariant` looks at a value where it lies,
// `checked` hands on one that has just been made.

#include "check__.h"

static const HirStruct *guarded(const HirType *type) { // NULL: it has no invariant
    return type->kind == HIR_TYPE_STRUCT && type->structure->invariant ? type->structure : NULL;
}

// --- the functions -----------------------------------------------------------------------------------------------------------

static HirFn *add_fn(
    Checker *checker, Decl *decl, const char *name, const HirType *param, const HirType *result
) {
    HirFn *fn = arena_new(checker->arena, HirFn);
    HirLocal *self = arena_new(checker->arena, HirLocal);
    const HirStruct *structure = decl->structure;
    *self = (HirLocal){ .type = param, .span = structure->span, .is_param = true };
    *fn = (HirFn){ .name = names_add_c(checker->names, name),
                   .module = structure->module,
                   .span = structure->span };
    fn->path = arena_printf(
        checker->arena, "%s.%s.%s", text_of(checker, structure->module),
        text_of(checker, structure->name), name
    );
    vec_push(checker->arena, &fn->locals, self);
    vec_push(checker->arena, &fn->sig.params, param);
    vec_push(checker->arena, &fn->sig.promises, HIR_NO_STATE);
    fn->sig.result = result;
    fn->number = checker->program->fns.len;
    vec_push(checker->arena, &checker->program->fns, fn);
    map_put(checker->invariants, (uintptr_t)fn, (uintptr_t)decl);
    return fn;
}

void declare_invariant(Checker *checker, Decl *decl) {
    HirStruct *structure = decl->structure;
    if (decl->item->structure.invariants.len == 0) return;
    const HirType *type = hir_type_struct(checker->types, structure);
    structure->invariant = add_fn(
        checker, decl, "invariant", hir_type_ptr(checker->types, HIR_CONST, type),
        simple(checker, HIR_TYPE_VOID)
    );
    structure->checked = add_fn(checker, decl, "checked", type, type);
}

static void make_body(Checker *checker, Decl *decl, HirFn *hir) {
    Scope scope;
    Fn fn = { .checker = checker,
              .module = decl->module,
              .fn = hir,
              .result = hir->sig.result,
              .self = hir->locals.data[0] };
    hir->body = block_of(&fn, hir->span);
    push_scope(&fn, &scope);
    add_invariants(&fn, &decl->item->structure.invariants, hir->body);
    if (hir->sig.result->kind != HIR_TYPE_VOID) {
        HirStmt *leave = new_stmt(&fn, HIR_STMT_RETURN, hir->span);
        leave->value = as_value(checker, local_place(&fn, fn.self, hir->span));
        append(&fn, hir->body, leave);
    }
    pop_scope(&fn);
}

// The first of the two reports what is wrong; then the other is not made, nor asked for.
bool make_invariants(Checker *checker, Decl *decl) {
    HirStruct *structure = decl->structure;
    uint32_t before = diags_errors(checker->diags);
    if (!structure->invariant || structure->broken) return false;
    if (structure->invariant->body) return structure->checked->body;
    const Env *env = checker->env;
    const Fn *around = checker->around;
    Decl *user = begin_user(checker, decl);
    checker->env = decl->env;
    checker->around = NULL;
    make_body(checker, decl, structure->invariant);
    if (diags_errors(checker->diags) == before) make_body(checker, decl, structure->checked);
    checker->env = env;
    checker->around = around;
    checker->user = user;
    return structure->checked->body;
}

// The field that a name means in an invariant; NULL: it means none.
HirExpr *self_field(Fn *fn, const AstName *name) {
    HirExpr *place = local_place(fn, fn->self, name->span);
    if (place->type->kind == HIR_TYPE_PTR) place = deref(fn->checker, place);
    const HirStruct *structure = place->type->structure;
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        if (structure->fields.data[i].name != name->name) continue;
        HirExpr *field =
            new_expr(fn->checker, HIR_FIELD, structure->fields.data[i].type, name->span);
        field->base = place;
        field->row = i;
        return is_error(field->type) ? error_expr(fn->checker, name->span) : field;
    }
    return NULL;
}

// --- where they are tested ---------------------------------------------------------------------------------------------------

// What has just been made between braces.
HirExpr *checked_value(Checker *checker, HirExpr *made) {
    const HirStruct *structure = made->kind == HIR_STRUCT_LIT ? guarded(made->type) : NULL;
    if (!structure) return made;
    HirExpr *call = new_expr(checker, HIR_CALL, made->type, made->span);
    call->fn = structure->checked;
    vec_push(checker->arena, &call->args, made);
    return call;
}

static void test_place(Fn *fn, HirExpr *place, HirStmtVec *out, Span span) {
    Checker *checker = fn->checker;
    const HirStruct *structure = guarded(place->type);
    HirExpr *call = new_expr(checker, HIR_CALL, simple(checker, HIR_TYPE_VOID), span);
    call->fn = structure->invariant;
    HirExpr *borrow =
        new_expr(checker, HIR_BORROW, hir_type_ptr(checker->types, HIR_CONST, place->type), span);
    borrow->base = place;
    borrow->mode = HIR_CONST;
    vec_push(checker->arena, &call->args, borrow);
    HirStmt *stmt = new_stmt(fn, HIR_STMT_EXPR, span);
    stmt->value = call;
    vec_push(checker->arena, out, stmt);
}

static bool is_lent(const Fn *fn, const HirType *param) {
    return param->kind == HIR_TYPE_PTR && param->mode == HIR_MUT && param->elem == fn->fn->owner;
}

bool has_invariants(const Fn *fn) {
    const HirType *owner = fn->fn->owner;
    if (!owner || !guarded(owner)) return false;
    for (uint32_t i = 0; i < fn->fn->sig.params.len; i++)
        if (is_lent(fn, fn->fn->sig.params.data[i])) return true;
    return fn->result == owner;
}

// At the end of a function of the type: what was lent to it exclusively, and what it gives.
void test_invariants(Fn *fn, HirLocal *result, HirStmt *block, Span span) {
    HirStmtVec tests = { 0 };
    if (!has_invariants(fn)) return;
    for (uint32_t i = 0; i < fn->fn->sig.params.len; i++)
        if (is_lent(fn, fn->fn->sig.params.data[i]))
            test_place(
                fn, deref(fn->checker, local_place(fn, fn->fn->locals.data[i], span)), &tests, span
            );
    if (result && result->type == fn->fn->owner)
        test_place(fn, local_place(fn, result, span), &tests, span);
    vec_each(HirStmt *, it, &tests)
        append(fn, block, *it);
}

// --- what is received --------------------------------------------------------------------------------------------------------

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

typedef struct Inside { // types on the way to what is tested
    const struct Inside *outer;
    const HirType *type;
    uint32_t *left; // how many more places may be looked at, against hostile input
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

static HirExpr *read(Fn *fn, HirLocal *local, Span span) {
    return as_value(fn->checker, local_place(fn, local, span));
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
    loop->cond = arithmetic(fn, HIR_LT, HIR_TRAP, read(fn, at, span), count, span);
    loop->step = new_stmt(fn, HIR_STMT_UPDATE, span);
    loop->step->place = local_place(fn, at, span);
    loop->step->op = HIR_ADD;
    loop->step->family = HIR_WRAP; // below the length
    loop->step->value = literal(checker, usize, 1, span);
    HirExpr *element = new_expr(checker, HIR_INDEX, place->type->elem, span);
    element->base = place;
    element->index = read(fn, at, span);
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

static bool may_look(Fn *fn, const HirType *type, Span span, const Inside *outer) {
    if (*outer->left == 0) return false;
    if (--*outer->left == 0) {
        diag_report(fn->checker->diags, span, E_TOO_NESTED, "what is tested of this value");
        return false;
    }
    for (; outer; outer = outer->outer) {
        if (outer->type != type) continue;
        unsupported(
            fn->checker, span, "an invariant inside of a received value that can hold its own kind"
        );
        return false;
    }
    return true;
}

// What lies inside first, as where a value is made. A type that holds itself behind pointers has no end of places.
static void test_inside(Fn *fn, HirExpr *place, HirStmtVec *out, Span span, const Inside *outer) {
    const HirType *type = place->type;
    const Inside inside = { outer, type, outer->left };
    if (!may_look(fn, type, span, outer)) return;
    switch (type->kind) {
    case HIR_TYPE_STRUCT: test_fields(fn, place, out, span, &inside); break;
    case HIR_TYPE_ENUM:
    case HIR_TYPE_OPTION: test_variants(fn, place, out, span, &inside); break;
    case HIR_TYPE_PTR: test_inside(fn, deref(fn->checker, place), out, span, &inside); break;
    case HIR_TYPE_ARRAY:
    case HIR_TYPE_VECTOR:
    case HIR_TYPE_SLICE: test_elements(fn, place, out, span, &inside); break;
    default: break;
    }
    if (guarded(type)) test_place(fn, place, out, span);
}

// A peer may send any value of the type.
void test_received(Fn *fn, HirLocal *local, HirStmtVec *out) {
    uint32_t left = 10000;
    const Inside whole = { .left = &left };
    if (is_error(local->type) || !holds(fn, local->type)) return;
    test_inside(fn, local_place(fn, local, local->span), out, local->span, &whole);
}
