// `try`: the value of an optional or a result, or the function is left with what there is instead.
//
// A result is any enum of two variants `ok` and `err` with one value each, as std.result has it. The error is handed on; where
// the function gives another error, an enum one variant of which carries this one, it is put into that. The error of a
// `try receive` is `closed`, of whichever enum the function gives.

#include "check__.h"

#include <string.h>

static HirStmt *leave_with(Fn *fn, HirExpr *result, Span span) {
    HirStmt *block = block_of(fn, span);
    append(fn, block, leave_function(fn, result, span));
    return block;
}

// The row of the variant, if the type is an enum of `ok` and `err`.
bool is_result(const Checker *checker, const HirType *type, uint32_t *ok) {
    if (!type || type->kind != HIR_TYPE_ENUM || type->enumeration->variants.len != 2) return false;
    const HirVariant *variants = type->enumeration->variants.data;
    if (variants[0].fields.len != 1 || variants[1].fields.len != 1) return false;
    *ok = strcmp(text_of(checker, variants[0].name), "ok") != 0;
    return strcmp(text_of(checker, variants[*ok].name), "ok") == 0 &&
           strcmp(text_of(checker, variants[!*ok].name), "err") == 0;
}

static const HirType *payload(const HirType *result, uint32_t row) {
    return result->enumeration->variants.data[row].fields.data[0].type;
}

static HirExpr *variant_of(Fn *fn, const HirType *type, uint32_t row, HirExpr *value) {
    HirExpr *variant = new_expr(fn->checker, HIR_VARIANT, type, value->span);
    variant->row = row;
    vec_push(fn->checker->arena, &variant->args, value);
    return variant;
}

// The error as the function gives it; NULL: it does not fit.
static HirExpr *as_error(Fn *fn, HirExpr *error, const HirType *want) {
    if (error->type == want) return as_value(fn->checker, error);
    uint32_t row = UINT32_MAX, found = 0;
    if (want->kind != HIR_TYPE_ENUM) return NULL;
    for (uint32_t i = 0; i < want->enumeration->variants.len; i++) {
        const HirVariant *variant = &want->enumeration->variants.data[i];
        if (variant->fields.len == 1 && variant->fields.data[0].type == error->type) {
            row = i;
            found++;
        }
    }
    return found == 1 ? variant_of(fn, want, row, as_value(fn->checker, error)) : NULL;
}

static HirExpr *refuse(Fn *fn, const AstExpr *expr, const HirType *leaves) {
    Checker *checker = fn->checker;
    diag_report(
        checker->diags, expr->span, E_TRY_RESULT, leaves ? type_text(checker, leaves) : "none",
        fn->fn->name ? text_of(checker, fn->fn->name) : "this",
        fn->result ? type_text(checker, fn->result) : "nothing"
    );
    const HirType *gives = fn->result ? fn->result : simple(checker, HIR_TYPE_VOID);
    bool is_void = gives->kind == HIR_TYPE_VOID;
    if (leaves)
        diag_help(
            checker->diags,
            "`switch` says what happens in each case; `try` needs a function that gives a `Result<T, %s>`",
            type_text(checker, leaves)
        );
    else
        diag_help(
            checker->diags,
            "`x else ...` says what happens when there is none; `try` needs a function that gives an optional%s%s%s",
            is_void ? "" : ": `", is_void ? "" : type_text(checker, gives), is_void ? "" : "?`"
        );
    return error_expr(checker, expr->span);
}

static HirExpr *try_result(Fn *fn, const AstExpr *expr, HirExpr *value, uint32_t ok) {
    Checker *checker = fn->checker;
    const HirType *error = payload(value->type, !ok);
    uint32_t outer_ok;
    if (!is_result(checker, fn->result, &outer_ok)) return refuse(fn, expr, error);
    HirLocal *local = new_local(fn, 0, error, expr->span);
    HirExpr *handed =
        as_error(fn, local_place(fn, local, expr->span), payload(fn->result, !outer_ok));
    if (!handed) return refuse(fn, expr, error);
    HirExpr *result = new_expr(checker, HIR_ELSE, payload(value->type, ok), expr->span);
    result->base = value;
    result->row = ok;
    result->local = local;
    result->leave = leave_with(fn, variant_of(fn, fn->result, !outer_ok, handed), expr->span);
    return result;
}

HirExpr *check_try(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    HirExpr *found = check_expr(fn, expr->unary.operand, NULL);
    HirExpr *value = as_value(checker, lend_wanted(checker, found, want));
    uint32_t ok;
    if (value->kind == HIR_ERROR) return value;
    if (fn->in_defer) diag_report(checker->diags, expr->span, E_DEFER_LEAVES, "try");
    if (is_result(checker, value->type, &ok)) return try_result(fn, expr, value, ok);
    if (value->type->kind != HIR_TYPE_OPTION) {
        diag_report(checker->diags, value->span, E_NOT_OPTIONAL, type_text(checker, value->type));
        if (found->kind == HIR_INDEX)
            diag_help(
                checker->diags, "`%s.get(i)` is an optional: none out of bounds",
                place_text(checker, found->base)
            );
        return error_expr(checker, expr->span);
    }
    if (!fn->result || fn->result->kind != HIR_TYPE_OPTION) return refuse(fn, expr, NULL);
    HirExpr *result = new_expr(checker, HIR_ELSE, value->type->elem, expr->span);
    result->base = value;
    result->leave = leave_with(fn, new_expr(checker, HIR_NONE, fn->result, expr->span), expr->span);
    return result;
}

// --- try receive -------------------------------------------------------------------------------------------------------------

// The row of a variant `closed` without a payload; UINT32_MAX: there is none.
static uint32_t closed_row(const Checker *checker, const HirType *type) {
    if (type->kind != HIR_TYPE_ENUM) return UINT32_MAX;
    for (uint32_t i = 0; i < type->enumeration->variants.len; i++) {
        const HirVariant *variant = &type->enumeration->variants.data[i];
        if (variant->fields.len == 0 && strcmp(text_of(checker, variant->name), "closed") == 0)
            return i;
    }
    return UINT32_MAX;
}

static HirExpr *closed_of(Fn *fn, const HirType *type, uint32_t row, Span span) {
    HirExpr *variant = new_expr(fn->checker, HIR_VARIANT, type, span);
    variant->row = row;
    return variant;
}

// `closed` of the error's type, or of the one that a single variant of it carries. NULL: there is none.
static HirExpr *closed_error(Fn *fn, const HirType *want, Span span) {
    uint32_t row = closed_row(fn->checker, want), found = 0, around = 0;
    if (row != UINT32_MAX) return closed_of(fn, want, row, span);
    if (want->kind != HIR_TYPE_ENUM) return NULL;
    for (uint32_t i = 0; i < want->enumeration->variants.len; i++) {
        const HirVariant *variant = &want->enumeration->variants.data[i];
        if (variant->fields.len != 1 ||
            closed_row(fn->checker, variant->fields.data[0].type) == UINT32_MAX)
            continue;
        around = i;
        found++;
    }
    if (found != 1) return NULL;
    const HirType *inner = want->enumeration->variants.data[around].fields.data[0].type;
    return variant_of(fn, want, around, closed_of(fn, inner, closed_row(fn->checker, inner), span));
}

HirStmt *leave_closed(Fn *fn, Span span) {
    Checker *checker = fn->checker;
    HirExpr *result = NULL;
    uint32_t ok;
    if (fn->in_defer) diag_report(checker->diags, span, E_DEFER_LEAVES, "try");
    if (fn->result && fn->result->kind == HIR_TYPE_OPTION) {
        result = new_expr(checker, HIR_NONE, fn->result, span);
    } else if (is_result(checker, fn->result, &ok)) {
        HirExpr *error = closed_error(fn, payload(fn->result, !ok), span);
        if (error) result = variant_of(fn, fn->result, !ok, error);
    }
    if (result) return leave_with(fn, result, span);
    diag_report(
        checker->diags, span, E_TRY_CLOSED, fn->fn->name ? text_of(checker, fn->fn->name) : "this",
        fn->result ? type_text(checker, fn->result) : "nothing"
    );
    diag_help(checker->diags, "`receive ... else closed { ... }` says what happens then");
    HirStmt *block = block_of(fn, span);
    append(fn, block, new_stmt(fn, HIR_STMT_ERROR, span));
    return block;
}
