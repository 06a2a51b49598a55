// `for` over what meets `Iterator` of std.iter: `while (T x = it.next())`, with the iterator lent to the loop where it has
// a place, and held by the loop where it is a value. And `for` that takes tuples apart: over one value, taken apart first.
//
// Both are said in the words of the language, with hidden names that no program can write.

#include "check__.h"

#include <string.h>

// The interface, if the program has met its module.
static Decl *iterator_interface(Checker *checker) {
    vec_each(Module *, it, &checker->modules) {
        uint64_t found;
        if (strcmp(text_of(checker, (*it)->path), "std.iter") == 0 &&
            map_get((*it)->scope, names_add_c(checker->names, "Iterator"), &found))
            return (Decl *)(uintptr_t)found;
    }
    return NULL;
}

bool is_iterator(Checker *checker, const HirType *type) {
    const Decl *interface = iterator_interface(checker);
    Decl *as = interface ? conformance_to(checker, type, interface) : NULL;
    return as && conforms(checker, type, as);
}

static AstExpr *new_ast(Fn *fn, AstExprKind kind, Span span) {
    AstExpr *expr = arena_new(fn->checker->arena, AstExpr);
    *expr = (AstExpr){ .kind = kind, .span = span };
    return expr;
}

static AstExpr *name_ast(Fn *fn, AstName name) {
    AstExpr *expr = new_ast(fn, AST_EXPR_NAME, name.span);
    expr->name = name;
    return expr;
}

// `it.next()`
static AstExpr *next_ast(Fn *fn, AstName it) {
    AstExpr *callee = new_ast(fn, AST_EXPR_FIELD, it.span),
            *call = new_ast(fn, AST_EXPR_CALL, it.span);
    callee->field.base = name_ast(fn, it);
    callee->field.name = (AstName){ names_add_c(fn->checker->names, "next"), it.span };
    call->call.callee = callee;
    return call;
}

// The iterator under the hidden name: an exclusive borrow of its place, or itself.
static bool hold(Fn *fn, HirStmt *block, HirExpr *over, HirExpr *place, AstName name) {
    Checker *checker = fn->checker;
    bool lent = hir_expr_is_place(over);
    HirExpr *held = over;
    if (lent) {
        if (!check_mutable(checker, place)) return false;
        held = new_expr(
            checker, HIR_BORROW, hir_type_ptr(checker->types, HIR_MUT, place->type), over->span
        );
        held->base = place;
        held->mode = HIR_MUT;
    } else {
        held = as_value(checker, over);
    }
    if (held->kind == HIR_ERROR) return false;
    append(fn, block, let(fn, declare(fn, name, held->type), held, over->span));
    return true;
}

HirStmt *over_iterator(Fn *fn, const AstStmt *stmt, HirExpr *over, HirExpr *place) {
    Scope scope;
    HirStmt *block = block_of(fn, stmt->span);
    AstName name = { names_add_c(fn->checker->names, "for"), over->span };
    AstStmt *rounds = arena_new(fn->checker->arena, AstStmt);
    *rounds = (AstStmt){ .kind = AST_STMT_WHILE, .span = stmt->span, .label = stmt->label };
    rounds->loop.cond.binders = stmt->for_each.binders;
    rounds->loop.cond.value = next_ast(fn, name);
    rounds->loop.cond.span = stmt->for_each.binders.data[0].span;
    rounds->loop.body = stmt->for_each.body;
    rounds->loop.invariants = stmt->for_each.invariants;
    push_scope(fn, &scope);
    if (hold(fn, block, over, place, name))
        append(fn, block, check_loop(fn, rounds));
    else
        block->kind = HIR_STMT_ERROR;
    pop_scope(fn);
    return block;
}

// `for ((A a, B b) : pairs) { ... }` is `for (auto x : pairs) { (A a, B b) = x; ... }`.
HirStmt *over_tuples(Fn *fn, const AstStmt *stmt) {
    Arena *arena = fn->checker->arena;
    AstName name = { names_add_c(fn->checker->names, "case"), stmt->for_each.binders.data[0].span };
    AstStmt *apart = arena_new(arena, AstStmt), *body = arena_new(arena, AstStmt),
            *rounds = arena_new(arena, AstStmt);
    *apart = (AstStmt){ .kind = AST_STMT_LET_TUPLE, .span = name.span };
    apart->let_tuple.binders = stmt->for_each.binders;
    apart->let_tuple.value = name_ast(fn, name);
    *body = (AstStmt){ .kind = AST_STMT_BLOCK, .span = stmt->for_each.body->span };
    vec_push(arena, &body->block, apart);
    vec_push(arena, &body->block, stmt->for_each.body);
    *rounds = *stmt;
    rounds->for_each.is_tuple = false;
    rounds->for_each.binders = (AstBinders){ 0 };
    vec_push(arena, &rounds->for_each.binders, ((AstBinder){ .name = name, .span = name.span }));
    rounds->for_each.body = body;
    return check_loop(fn, rounds);
}
