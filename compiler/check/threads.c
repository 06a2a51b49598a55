// Threads, and what they share: `spawn`, `join`, `lock`, atomics and mutexes.
//
// `lock (m, T* p) { ... }` becomes a LOCK with a guard, whose body begins with `T* p = &*guard;`. `join { ... }` becomes a
// JOIN, which holds what the threads that are spawned inside it are lent until it ends. Who holds what when is asked in ways.c.

#include "check__.h"

#include <string.h>

// --- types ---------------------------------------------------------------------------------------------------------------

const HirType *shared_type(
    Checker *checker, Module *module, const AstType *type
) { // atomic<T>, mutex<T>; NULL: another type
    const AstPath *path = &type->name.path;
    if (path->names.len != 1 || type->name.args.len != 1) return NULL;
    const char *word = text_of(checker, path->names.data[0].name);
    bool is_atomic = strcmp(word, "atomic") == 0;
    if (!is_atomic && strcmp(word, "mutex") != 0) return NULL;
    const AstGenericArg *arg = &type->name.args.data[0];
    const HirType *elem =
        arg->type ? kept_type(checker, module, arg->type) : simple(checker, HIR_TYPE_ERROR);
    if (is_error(elem)) return elem;
    bool fits =
        hir_type_is_integer(elem) || elem->kind == HIR_TYPE_BOOL || hir_type_is_opaque(elem);
    if (is_atomic && !fits) {
        diag_report(checker->diags, arg->type->span, E_BAD_ATOMIC, type_text(checker, elem));
        diag_help(checker->diags, "`mutex<%s>` takes any type", type_text(checker, elem));
        return simple(checker, HIR_TYPE_ERROR);
    }
    if (checker->types_known && hir_type_is_second_class(elem)) {
        diag_report(checker->diags, arg->type->span, E_BORROW_STORED, word);
        return simple(checker, HIR_TYPE_ERROR);
    }
    return hir_type_shared(checker->types, is_atomic ? HIR_TYPE_ATOMIC : HIR_TYPE_MUTEX, elem);
}

HirExpr *make_shared(Checker *checker, const HirType *type, HirExpr *value, Span span) {
    if (value->kind == HIR_ERROR) return value;
    HirExpr *expr = new_expr(checker, HIR_BUILTIN, type, span);
    expr->builtin = HIR_BUILTIN_SHARE;
    vec_push(checker->arena, &expr->args, value);
    return expr;
}

// --- functions of atomics ------------------------------------------------------------------------------------------------

static const struct OfAtomic {
    const char *name;
    HirBuiltin builtin;
    uint32_t count;
    const char *words;  // the names of the arguments
    HirTypeKind result; // ERROR: what it holds
    bool only_integers;
} of_atomics[] = {
    { "load",         HIR_BUILTIN_ATOMIC_LOAD,  0, "",          HIR_TYPE_ERROR, false },
    { "store",        HIR_BUILTIN_ATOMIC_STORE, 1, "x",         HIR_TYPE_VOID,  false },
    { "add",          HIR_BUILTIN_ATOMIC_ADD,   1, "x",         HIR_TYPE_ERROR, true  },
    { "swap",         HIR_BUILTIN_ATOMIC_SWAP,  1, "x",         HIR_TYPE_ERROR, false },
    { "compare_swap", HIR_BUILTIN_ATOMIC_CAS,   2, "old value", HIR_TYPE_BOOL,  false },
};

HirExpr *call_of_atomic(Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    const HirType *elem = place->type->elem;
    for (size_t i = 0; i < sizeof of_atomics / sizeof *of_atomics; i++) {
        const struct OfAtomic *row = &of_atomics[i];
        bool fits = !row->only_integers || hir_type_is_integer(elem);
        if (strcmp(row->name, name) != 0 || !fits) continue;
        if (!check_given(
                checker, name, row->count, (ParamNames){ .words = row->words }, args, span
            ))
            return error_expr(checker, span);
        HirExpr *expr = new_expr(
            checker, HIR_BUILTIN,
            row->result == HIR_TYPE_ERROR ? elem : simple(checker, row->result), span
        );
        expr->builtin = row->builtin;
        vec_push(checker->arena, &expr->args, place);
        for (uint32_t k = 0; k < row->count; k++) {
            HirExpr *value = check_value(fn, args->data[k].value, elem);
            if (value->kind == HIR_ERROR) return value;
            vec_push(checker->arena, &expr->args, value);
        }
        return expr;
    }
    return NULL;
}

// --- lock -------------------------------------------------------------------------------------------------------------------

static HirExpr *mutex_place(Fn *fn, const AstExpr *ast) {
    HirExpr *value = check_expr(fn, ast, NULL);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *place = receiver_place(fn, value);
    if (place->kind == HIR_ERROR || place->type->kind == HIR_TYPE_MUTEX) return place;
    if (!is_error(place->type))
        diag_report(
            fn->checker->diags, ast->span, E_NOT_A_MUTEX, type_text(fn->checker, place->type)
        );
    return error_expr(fn->checker, ast->span);
}

// What the binding is of; `T* p`, or `const T* p` for whoever only looks.
static const HirType *binding_type(Fn *fn, const AstBinder *binder, const HirType *elem) {
    Checker *checker = fn->checker;
    const HirType *wanted = hir_type_ptr(checker->types, HIR_MUT, elem);
    if (!binder->type) return wanted;
    const HirType *type = resolve_type(checker, fn->module, binder->type);
    bool fits = type->kind == HIR_TYPE_PTR && type->elem == elem &&
                (type->mode == HIR_MUT || type->mode == HIR_CONST);
    if (fits || is_error(type)) return type;
    diag_report(
        checker->diags, binder->span, E_TYPE_MISMATCH, type_text(checker, wanted),
        type_text(checker, type)
    );
    return simple(checker, HIR_TYPE_ERROR);
}

HirStmt *check_lock(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    HirStmt *made = new_stmt(fn, HIR_STMT_LOCK, stmt->span);
    const AstBinder *binder = &stmt->lock.binder;
    made->place = mutex_place(fn, stmt->lock.mutex);
    const HirType *elem =
        made->place->kind == HIR_ERROR ? made->place->type : made->place->type->elem;
    const HirType *type = is_error(elem) ? elem : binding_type(fn, binder, elem);
    Scope scope;
    push_scope(fn, &scope);
    made->local =
        new_local(fn, binder->name.name, hir_type_guard(checker->types, elem), binder->span);
    HirLocal *bound = declare(fn, binder->name, type);
    bound->is_named = true; // a lock is taken for its own sake, too
    made->then = block_of(fn, stmt->lock.body->span);
    if (!is_error(type)) {
        HirExpr *borrow = new_expr(checker, HIR_BORROW, type, binder->span);
        borrow->base = deref(checker, local_place(fn, made->local, binder->span));
        borrow->mode = type->mode;
        vec_push(checker->arena, &made->then->stmts, let(fn, bound, borrow, binder->span));
    }
    if (stmt->lock.body->kind == AST_STMT_BLOCK)
        check_into(fn, &stmt->lock.body->block, made->then);
    pop_scope(fn);
    if (is_error(type)) made->kind = HIR_STMT_ERROR;
    return made;
}

// --- join and spawn ------------------------------------------------------------------------------------------------------------

HirStmt *check_join(Fn *fn, const AstStmt *stmt) {
    HirStmt *made = new_stmt(fn, HIR_STMT_JOIN, stmt->span);
    HirLocal *around = fn->join;
    made->local = new_local(fn, 0, simple(fn->checker, HIR_TYPE_JOIN), stmt->span);
    fn->join = made->local;
    made->then = check_nested(fn, stmt->join);
    fn->join = around;
    return made;
}

static bool is_lendable(const HirType *type) {
    bool points = type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE;
    bool borrows = type->mode == HIR_MUT || type->mode == HIR_CONST;
    if (type->kind == HIR_TYPE_STR) return borrows;
    return points && borrows && type->elem->kind != HIR_TYPE_ENDPOINT &&
           hir_type_is_shareable(type->elem);
}

static const char *obstacle(const Fn *fn, const HirType *type) {
    if (!hir_type_is_second_class(type))
        return "only values that can be sent, functions, constants and growable arrays can";
    if (!fn->join) return "a borrow can be lent in a `join` only";
    return "what it leads to cannot be shared by threads";
}

static bool check_goes(Fn *fn, const HirExpr *call) {
    for (uint32_t i = 0; i < call->args.len; i++) {
        const HirType *type = call->fn->sig.params.data[i];
        bool goes = hir_type_is_movable(type) || (fn->join && is_lendable(type));
        if (goes || is_error(type)) continue;
        diag_report(
            fn->checker->diags, call->args.data[i]->span, E_NOT_MOVABLE,
            type_text(fn->checker, type), obstacle(fn, type)
        );
        return false;
    }
    return true;
}

HirStmt *check_spawn(Fn *fn, const AstStmt *stmt) {
    HirStmt *made = new_stmt(fn, HIR_STMT_SPAWN, stmt->span);
    made->value = check_expr(fn, stmt->spawn, NULL);
    made->local = fn->join;
    bool is_call = made->value->kind == HIR_CALL && made->value->type->kind == HIR_TYPE_VOID;
    if (made->value->kind != HIR_ERROR && !is_call)
        diag_report(fn->checker->diags, stmt->spawn->span, E_BAD_SPAWN);
    if (!is_call || !check_goes(fn, made->value)) made->kind = HIR_STMT_ERROR;
    return made;
}
