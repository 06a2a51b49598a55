// Cells: the values of the evaluator of constants. An array of equal elements is one part until somebody looks closer.

#include "eval.h"

#include <string.h>

enum { MOST_CELLS = 1 << 20, MOST_MEMORY = 256 << 20, MOST_MADE = 1 << 18 };

Cell *cells_new(Eval *eval, uint64_t count, Span span) {
    if (count > MOST_CELLS || arena_used(&eval->scratch) > MOST_MEMORY) {
        eval_limit(eval, span, "it needs too much memory");
        return NULL;
    }
    Cell *cells = arena_array(&eval->scratch, Cell, count ? count : 1);
    memset(cells, 0, (count ? count : 1) * sizeof *cells);
    return cells;
}

Cell cell_scalar(const HirType *type, uint64_t bits) {
    return (Cell){ .type = type, .bits = bits };
}

static bool is_borrow(const HirType *type) {
    return type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE;
}

static uint64_t held(const Cell *cell) { // how many parts there are in memory
    return cell->same && cell->count > 1 ? 1 : cell->count;
}

bool cell_copy(Eval *eval, const Cell *from, Cell *to, Span span) {
    Cell copy = *from;
    if (from->type && from->parts && !is_borrow(from->type) && from->type->kind != HIR_TYPE_STR) {
        copy.parts = cells_new(eval, held(from), span);
        if (!copy.parts) return false;
        for (uint64_t i = 0; i < held(from); i++)
            if (!cell_copy(eval, &from->parts[i], &copy.parts[i], span)) return false;
    }
    *to = copy;
    return true;
}

bool cell_spread(Eval *eval, Cell *array, Span span) {
    if (!array->same) return true;
    Cell *parts = cells_new(eval, array->count, span);
    if (!parts) return false;
    for (uint64_t i = 0; i < array->count; i++)
        if (!cell_copy(eval, array->parts, &parts[i], span)) return false;
    array->parts = parts;
    array->same = false;
    return true;
}

bool cell_some(Eval *eval, const HirType *option, const Cell *value, Cell *out, Span span) {
    *out = (Cell){ .type = option, .bits = value != NULL };
    if (!value) return true;
    out->parts = cells_new(eval, 1, span);
    out->count = 1;
    if (out->parts) *out->parts = *value;
    return out->parts;
}

bool cell_element(Eval *eval, Cell *whole, uint64_t index, Span span, Cell **out) {
    if (index >= whole->count) return eval_stop(eval, span, "an index is out of bounds");
    if (whole->bytes) { // of a constant: a cell that nobody changes
        *out = cells_new(eval, 1, span);
        if (*out) **out = cell_scalar(whole->type->elem, (uint8_t)whole->bytes[index]);
        return *out;
    }
    if (whole->type->kind == HIR_TYPE_ARRAY && !cell_spread(eval, whole, span)) return false;
    *out = &whole->parts[index];
    return true;
}

// --- from a constant ---------------------------------------------------------------------------------------------------------

static bool from_parts(Eval *eval, const HirExpr *e, Cell *out) {
    out->count = e->kind == HIR_SOME ? 1 : e->args.len;
    out->parts = cells_new(eval, out->count, e->span);
    if (!out->parts) return false;
    if (e->kind == HIR_SOME) return cell_from_expr(eval, e->base, out->parts);
    for (uint32_t i = 0; i < e->args.len; i++) {
        uint32_t row = e->kind == HIR_STRUCT_LIT ? e->rows[i] : i;
        if (!cell_from_expr(eval, e->args.data[i], &out->parts[row])) return false;
    }
    return true;
}

bool cell_from_expr(Eval *eval, const HirExpr *e, Cell *out) {
    if (!eval_step(eval, e->span)) return false;
    *out = (Cell){ .type = e->type };
    switch (e->kind) {
    case HIR_LITERAL: out->bits = e->bits; return true;
    case HIR_STR_LIT:
        out->bytes = e->text.ptr ? e->text.ptr : "";
        out->count = e->text.len;
        return true;
    case HIR_FN_REF: out->fn = e->fn; return true;
    case HIR_BORROW:
    case HIR_VIEW: return eval_value(eval, e, out); // of a constant
    case HIR_NONE: return true;
    case HIR_SOME: out->bits = 1; return from_parts(eval, e, out);
    case HIR_VARIANT: out->bits = e->row; return from_parts(eval, e, out);
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT: return from_parts(eval, e, out);
    case HIR_REPEAT:
        out->same = true;
        out->count = e->type->count;
        out->parts = cells_new(eval, 1, e->span);
        return out->parts && cell_from_expr(eval, e->base, out->parts);
    default: return eval_stop(eval, e->span, "it is not known when compiling");
    }
}

// --- to a constant -------------------------------------------------------------------------------------------------------------

typedef struct Making {
    Eval *eval;
    Span span;
    uint32_t made;
} Making;

static HirExpr *make(Making *m, const Cell *cell);

static HirExpr *make_parts(Making *m, HirExprKind kind, const Cell *cell) {
    Checker *checker = m->eval->checker;
    HirExpr *expr = new_expr(checker, kind, cell->type, m->span);
    expr->row = (uint32_t)cell->bits;
    if (kind == HIR_STRUCT_LIT) expr->rows = arena_array(checker->arena, uint32_t, cell->count);
    for (uint32_t i = 0; i < cell->count; i++) {
        HirExpr *part = make(m, &cell->parts[i]);
        if (part->kind == HIR_ERROR) return part;
        if (kind == HIR_STRUCT_LIT) expr->rows[i] = i;
        vec_push(checker->arena, &expr->args, part);
    }
    return expr;
}

static HirExpr *make_one(Making *m, HirExprKind kind, const Cell *cell) {
    HirExpr *part = make(m, cell->parts);
    if (part->kind == HIR_ERROR) return part;
    HirExpr *expr = new_expr(m->eval->checker, kind, cell->type, m->span);
    expr->base = part;
    return expr;
}

static bool all_same(const Cell *array) {
    if (array->same) return true;
    for (uint64_t i = 0; i < array->count; i++) {
        const Cell *part = &array->parts[i];
        bool number = part->type && !part->parts && !part->bytes && !part->fn;
        if (!number || part->bits != array->parts[0].bits) return false;
    }
    return array->count > 1;
}

static HirExpr *make_text(Making *m, const Cell *cell) {
    Checker *checker = m->eval->checker;
    HirExpr *expr = new_expr(checker, HIR_STR_LIT, cell->type, m->span);
    expr->text = (Str){ arena_strndup(checker->arena, cell->bytes, cell->count), cell->count };
    if (cell->type->kind == HIR_TYPE_STR)
        expr->type = hir_type_str(checker->types, HIR_STATIC);
    else
        expr->type = hir_type_slice(checker->types, HIR_STATIC, cell->type->elem);
    return expr;
}

static HirExpr *make_static(Making *m, const Cell *cell) {
    Checker *checker = m->eval->checker;
    bool pointer = cell->type->kind == HIR_TYPE_PTR;
    HirExpr *expr = new_expr(checker, pointer ? HIR_BORROW : HIR_VIEW, cell->type, m->span);
    expr->mode = HIR_STATIC;
    expr->base = new_expr(checker, HIR_CONSTANT, cell->constant->type, m->span);
    expr->base->constant = cell->constant;
    return expr;
}

static HirExpr *make_array(Making *m, const Cell *cell) {
    return all_same(cell) ? make_one(m, HIR_REPEAT, cell) : make_parts(m, HIR_ARRAY_LIT, cell);
}

static HirExpr *make(Making *m, const Cell *cell) {
    Checker *checker = m->eval->checker;
    if (++m->made > MOST_MADE) {
        eval_limit(m->eval, m->span, "it has too many parts");
        return error_expr(checker, m->span);
    }
    HirTypeKind kind = cell->type ? cell->type->kind : HIR_TYPE_ERROR;
    if (cell->constant) return make_static(m, cell);
    switch (kind) {
    case HIR_TYPE_ARRAY: return make_array(m, cell);
    case HIR_TYPE_STRUCT: return make_parts(m, HIR_STRUCT_LIT, cell);
    case HIR_TYPE_ENUM:
        return cell->type->enumeration->is_plain ? literal(checker, cell->type, cell->bits, m->span)
                                                 : make_parts(m, HIR_VARIANT, cell);
    case HIR_TYPE_OPTION:
        return cell->bits ? make_one(m, HIR_SOME, cell)
                          : new_expr(checker, HIR_NONE, cell->type, m->span);
    case HIR_TYPE_STR: return make_text(m, cell);
    case HIR_TYPE_SLICE:
        if (cell->bytes) return make_text(m, cell);
        break;
    case HIR_TYPE_FN: {
        HirExpr *expr = new_expr(checker, HIR_FN_REF, cell->type, m->span);
        expr->fn = cell->fn;
        return expr;
    }
    default:
        if (cell->type && hir_type_is_scalar(cell->type))
            return literal(checker, cell->type, cell->bits, m->span);
        break;
    }
    eval_stop(
        m->eval, m->span, cell->type ? "it is not known when compiling" : "a part has no value"
    );
    return error_expr(checker, m->span);
}

HirExpr *cell_to_expr(Eval *eval, const Cell *cell, Span span) {
    Making m = { .eval = eval, .span = span };
    return make(&m, cell);
}
