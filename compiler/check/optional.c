// `+?` and its kin on operands that are optionals: none if one is. For each operation and type a function is made that
// both operands are given to, so that each is evaluated once.

#include "check__.h"

static HirLocal *add_operand(Checker *checker, HirFn *fn, const HirType *type) {
    HirLocal *local = arena_new(checker->arena, HirLocal);
    *local = (HirLocal){ .type = type, .is_param = true, .number = fn->locals.len };
    vec_push(checker->arena, &fn->locals, local);
    vec_push(checker->arena, &fn->sig.params, type);
    vec_push(checker->arena, &fn->sig.promises, HIR_NO_STATE);
    return local;
}

// `operand else return none`
static HirExpr *unwrapped(Fn *fn, HirLocal *operand, const HirType *result) {
    Checker *checker = fn->checker;
    HirStmt *leave = new_stmt(fn, HIR_STMT_RETURN, fn->fn->span),
            *block = block_of(fn, leave->span);
    leave->value = new_expr(checker, HIR_NONE, result, leave->span);
    append(fn, block, leave);
    HirExpr *value = new_expr(checker, HIR_ELSE, operand->type->elem, leave->span);
    value->base = local_value(fn, operand, leave->span);
    value->leave = block;
    return value;
}

static HirFn *make_fn(
    Checker *checker, Module *module, HirOp op, const HirType *left, const HirType *right, Span span
) {
    HirFn *hir = arena_new(checker->arena, HirFn);
    *hir = (HirFn
    ){ .name = names_add_c(checker->names, "optional"), .module = module->path, .span = span };
    hir->path = "optional";
    hir->sig.result = left;
    hir->number = checker->program->fns.len;
    vec_push(checker->arena, &checker->program->fns, hir);
    Fn fn = { .checker = checker, .module = module, .fn = hir, .result = left };
    HirLocal *a = add_operand(checker, hir, left), *b = add_operand(checker, hir, right);
    HirStmt *leave = new_stmt(&fn, HIR_STMT_RETURN, span);
    leave->value =
        arithmetic(&fn, op, HIR_OPT, unwrapped(&fn, a, left), unwrapped(&fn, b, left), span);
    hir->body = block_of(&fn, span);
    append(&fn, hir->body, leave);
    return leave->value->kind == HIR_ERROR ? NULL : hir;
}

static const HirType *inner(const HirType *type) {
    return type->kind == HIR_TYPE_OPTION ? type->elem : type;
}

HirExpr *optional_arithmetic(Fn *fn, HirOp op, HirExpr *left, HirExpr *right, Span span) {
    Checker *checker = fn->checker;
    const HirType *a = inner(left->type), *b = inner(right->type);
    bool shifts = op == HIR_SHL || op == HIR_SHR;
    if (!shifts && widens(a, b)) a = b;
    if (!shifts && widens(b, a)) b = a;
    const HirType *first = hir_type_option(checker->types, a),
                  *second = hir_type_option(checker->types, b);
    uint64_t key = ((uint64_t)first->number << 32 | second->number) * 32 + op, found = 0;
    if (!map_get(checker->optionals, key, &found)) {
        found = (uintptr_t)make_fn(checker, fn->module, op, first, second, span);
        map_put(checker->optionals, key, found);
    }
    HirExpr *call = new_expr(checker, HIR_CALL, first, span);
    call->fn = (const HirFn *)(uintptr_t)found;
    HirExpr *operands[] = { coerce(checker, left, first), coerce(checker, right, second) };
    for (int i = 0; i < 2; i++) {
        if (operands[i]->kind == HIR_ERROR) return operands[i];
        vec_push(checker->arena, &call->args, operands[i]);
    }
    return call->fn ? call : error_expr(checker, span); // reported when it was not made
}
