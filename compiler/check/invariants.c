// Invariants: for each struct that has some, two functions that test them. `invariant` looks at a value where it lies,
// `checked` hands on one that has just been made. What is received is asked in received.c.

#include "check__.h"

const HirStruct *guarded(const HirType *type) {
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
        leave->value = local_value(&fn, fn.self, hir->span);
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
    Decl *user = begin_user(checker, decl), *owner = begin_owner(checker, decl);
    checker->env = decl->env;
    checker->around = NULL;
    make_body(checker, decl, structure->invariant);
    if (diags_errors(checker->diags) == before) make_body(checker, decl, structure->checked);
    checker->env = env;
    checker->around = around;
    checker->user = user;
    end_owner(checker, owner);
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

void test_place(Fn *fn, HirExpr *place, HirStmtVec *out, Span span) {
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
