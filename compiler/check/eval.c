// The evaluator of constants: what the program would compute, computed now. Where it would trap, there is no constant: the
// report says where, and by which calls. Bodies are evaluated as they were checked, perhaps before the flow of control and
// the ownership in them have been: nothing here relies on either.

#include "eval.h"

enum {
    MOST_STEPS = 10 * 1000 * 1000,
    MOST_ALL_STEPS = 200 * 1000 * 1000, // of all constants together
    DEEPEST = 4000, // expressions and statements around each other, through calls
    MOST_TRACE = 8,
};

// --- what goes wrong ---------------------------------------------------------------------------------------------------------

static const char *fn_text(const Eval *eval, const Frame *frame) {
    return frame->fn->path ? frame->fn->path : text_of(eval->checker, frame->fn->name);
}

// The report stands in the constant; the notes lead from where it went wrong to there.
static bool report(Eval *eval, Span span, DiagCode code, const char *why) {
    Checker *checker = eval->checker;
    if (eval->stopped) return false;
    eval->stopped = true;
    bool inside = eval->frame && eval->frame->fn;
    diag_report(checker->diags, inside ? eval->outside : span, code, why);
    uint32_t shown = 0;
    for (const Frame *frame = eval->frame; frame && frame->fn; frame = frame->caller) {
        if (shown++ == MOST_TRACE) {
            diag_help(checker->diags, "and so on, %u calls deep", eval->calls);
            break;
        }
        diag_note(
            checker->diags, span, frame == eval->frame ? "here, in `%s`" : "called here, in `%s`",
            fn_text(eval, frame)
        );
        span = frame->call;
    }
    return false;
}

bool eval_stop(Eval *eval, Span span, const char *why) {
    return report(eval, span, E_CONST_TRAP, why);
}

bool eval_limit(Eval *eval, Span span, const char *what) {
    return report(eval, span, E_CONST_LIMIT, what);
}

bool eval_step(Eval *eval, Span span) {
    if (eval->stopped) return false;
    eval->checker->const_steps++;
    if (++eval->steps <= MOST_STEPS && eval->checker->const_steps <= MOST_ALL_STEPS) return true;
    return eval_limit(eval, span, "it takes too many steps");
}

bool eval_deeper(Eval *eval, Span span) {
    if (eval->checker->const_depth >= DEEPEST) return eval_limit(eval, span, "it goes too deep");
    eval->checker->const_depth++;
    return true;
}

// --- places --------------------------------------------------------------------------------------------------------------------

static bool local_cell(Eval *eval, const HirExpr *e, Cell **out) {
    Frame *frame = eval->frame;
    if (!frame || e->local->number >= frame->local_count)
        return eval_stop(eval, e->span, "it is not known when compiling");
    *out = &frame->locals[e->local->number];
    return true;
}

static bool constant_cell(Eval *eval, const HirExpr *e, Cell **out) {
    uint64_t found;
    if (!e->constant->value || e->constant->broken) {
        eval->stopped = true; // reported where it is declared
        return false;
    }
    if (!eval->constants) eval->constants = map_new(&eval->scratch);
    if (map_get(eval->constants, (uintptr_t)e->constant, &found)) {
        *out = (Cell *)(uintptr_t)found;
        return true;
    }
    *out = cells_new(eval, 1, e->span);
    if (!*out || !cell_from_expr(eval, e->constant->value, *out)) return false;
    map_put(eval->constants, (uintptr_t)e->constant, (uintptr_t)*out);
    return true;
}

// Outside of functions a local is one of the function around.
static bool holds_value(Eval *eval, const Cell *cell, Span span) {
    return cell->type ||
           eval_stop(
               eval, span,
               eval->frame->fn ? "something has no value yet" : "it is not known when compiling"
           );
}

static bool index_place(Eval *eval, const HirExpr *e, Cell **out) {
    Cell *base, index;
    return eval_place(eval, e->base, &base) && eval_value(eval, e->index, &index) &&
           holds_value(eval, base, e->span) && cell_element(eval, base, index.bits, e->span, out);
}

static bool place_at(Eval *eval, const HirExpr *e, Cell **out) {
    Cell *base;
    switch (e->kind) {
    case HIR_LOCAL: return local_cell(eval, e, out);
    case HIR_CONSTANT: return constant_cell(eval, e, out);
    case HIR_FIELD:
        if (!eval_place(eval, e->base, &base)) return false;
        if (!base->type) { // field after field gets a value
            Cell *parts = cells_new(eval, e->base->type->structure->fields.len, e->span);
            if (!parts) return false;
            *base = (Cell){ .type = e->base->type, .parts = parts };
            base->count = e->base->type->structure->fields.len;
        }
        *out = &base->parts[e->row];
        return true;
    case HIR_DEREF:
        if (!eval_place(eval, e->base, &base) || !holds_value(eval, base, e->span)) return false;
        if (!base->parts) return eval_stop(eval, e->span, "it is not known when compiling");
        *out = base->parts;
        return true;
    case HIR_INDEX: return index_place(eval, e, out);
    case HIR_TEMP:
        *out = cells_new(eval, 1, e->span);
        return *out && eval_value(eval, e->base, *out);
    default: return eval_stop(eval, e->span, "it is not known when compiling");
    }
}

bool eval_place(Eval *eval, const HirExpr *place, Cell **out) {
    if (!eval_step(eval, place->span)) return false;
    if (!eval_deeper(eval, place->span)) return false;
    bool good = place_at(eval, place, out);
    eval->checker->const_depth--;
    return good;
}

// --- values ----------------------------------------------------------------------------------------------------------------------

// Of a large array one element is read without looking at the rest.
static bool copy_of(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *place;
    return eval_place(eval, e->base, &place) && holds_value(eval, place, e->span) &&
           cell_copy(eval, place, out, e->span);
}

static bool slice_of(
    Eval *eval, const HirExpr *e, Cell *whole, uint64_t lo, uint64_t hi, Cell *out
) {
    if (lo > hi || hi > whole->count) return eval_stop(eval, e->span, "an index is out of bounds");
    if (!whole->bytes && whole->type->kind == HIR_TYPE_ARRAY && !cell_spread(eval, whole, e->span))
        return false;
    *out = (Cell){ .type = e->type, .count = hi - lo };
    out->bytes = whole->bytes ? whole->bytes + lo : NULL;
    out->parts = whole->bytes || !whole->parts ? NULL : whole->parts + lo;
    return true;
}

static bool bound(Eval *eval, const HirExpr *e, uint64_t otherwise, uint64_t *out) {
    Cell value;
    *out = otherwise;
    if (!e) return true;
    if (!eval_value(eval, e, &value)) return false;
    *out = value.bits;
    return true;
}

static bool borrow(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *place;
    uint64_t lo, hi;
    if (!eval_place(eval, e->base, &place)) return false;
    if (e->kind == HIR_BORROW) {
        *out = (Cell){ .type = e->type, .parts = place };
        if (e->mode == HIR_STATIC) out->constant = e->base->constant;
        return true;
    }
    if (!holds_value(eval, place, e->span)) return false;
    bool good = bound(eval, e->kind == HIR_SUBVIEW ? e->lo : NULL, 0, &lo) &&
                bound(eval, e->kind == HIR_SUBVIEW ? e->hi : NULL, place->count, &hi);
    good = good && slice_of(eval, e, place, lo, hi, out);
    if (good && e->mode == HIR_STATIC) out->constant = e->base->constant;
    return good;
}

static bool parts_of(Eval *eval, const HirExpr *e, Cell *out) {
    *out = (Cell
    ){ .type = e->type, .bits = e->kind == HIR_VARIANT ? e->row : 0, .count = e->args.len };
    out->parts = cells_new(eval, e->args.len, e->span);
    if (!out->parts) return false;
    for (uint32_t i = 0; i < e->args.len; i++) {
        uint32_t row = e->kind == HIR_STRUCT_LIT ? e->rows[i] : i;
        if (!eval_value(eval, e->args.data[i], &out->parts[row])) return false;
    }
    return true;
}

static bool repeat(Eval *eval, const HirExpr *e, Cell *out) {
    uint32_t first = e->args.len;
    *out = (Cell){ .type = e->type, .count = e->type->count, .same = first == 0 };
    out->parts = cells_new(eval, first > 0 ? out->count : 1, e->span);
    if (!out->parts) return false;
    for (uint32_t i = 0; i < first; i++)
        if (!eval_value(eval, e->args.data[i], &out->parts[i])) return false;
    Cell rest;
    if (!eval_value(eval, e->base, &rest)) return false;
    if (first == 0) out->parts[0] = rest;
    for (uint64_t i = first; first > 0 && i < out->count; i++)
        if (!eval_step(eval, e->span) || !cell_copy(eval, &rest, &out->parts[i], e->span))
            return false;
    return true;
}

static bool some(Eval *eval, const HirExpr *e, Cell *out) {
    Cell value;
    return eval_value(eval, e->base, &value) && cell_some(eval, e->type, &value, out, e->span);
}

// A result, an option of it, or a trap.
static bool folded(Eval *eval, const HirExpr *e, Folded result, Cell *out) {
    if (e->family == HIR_OPT && e->type->kind == HIR_TYPE_OPTION) {
        Cell value = cell_scalar(e->type->elem, result.bits);
        return cell_some(eval, e->type, result.trap ? NULL : &value, out, e->span);
    }
    if (result.trap) return eval_stop(eval, e->span, result.trap);
    *out = cell_scalar(e->type, result.bits);
    return true;
}

static char byte_at(const Cell *text, uint64_t i) {
    return text->bytes ? text->bytes[i] : (char)text->parts[i].bits;
}

static bool same_content(Eval *eval, const HirExpr *e, const Cell *a, const Cell *b, Cell *out) {
    bool same = a->count == b->count;
    for (uint64_t i = 0; same && i < a->count; i++) {
        if (!eval_step(eval, e->span)) return false;
        same = byte_at(a, i) == byte_at(b, i);
    }
    *out = cell_scalar(e->type, same == (e->op == HIR_EQ));
    return true;
}

static bool binary(Eval *eval, const HirExpr *e, Cell *out) {
    Cell left, right;
    if (!eval_value(eval, e->args.data[0], &left)) return false;
    if (e->op == HIR_AND || e->op == HIR_OR) {
        *out = left;
        return (left.bits != 0) == (e->op == HIR_OR) || eval_value(eval, e->args.data[1], out);
    }
    if (!eval_value(eval, e->args.data[1], &right)) return false;
    HirTypeKind kind = left.type->kind;
    if (kind == HIR_TYPE_STR || kind == HIR_TYPE_SLICE)
        return same_content(eval, e, &left, &right, out);
    return folded(eval, e, fold_binary(e->op, e->family, left.type, left.bits, right.bits), out);
}

static bool unary(Eval *eval, const HirExpr *e, Cell *out) {
    Cell v;
    return eval_value(eval, e->base, &v) &&
           folded(eval, e, fold_unary(e->op, e->family, v.type, v.bits), out);
}

static bool cast(Eval *eval, const HirExpr *e, Cell *out) {
    Cell v;
    if (!eval_value(eval, e->base, &v)) return false;
    bool optional = e->kind == HIR_CAST && e->family == HIR_OPT;
    const HirType *to = optional ? e->type->elem : e->type;
    HirFamily family = e->kind == HIR_WIDEN ? HIR_WRAP : e->family;
    return folded(eval, e, fold_cast(v.type, to, family, v.bits), out);
}

static bool ternary(Eval *eval, const HirExpr *e, Cell *out) {
    Cell cond;
    return eval_value(eval, e->args.data[0], &cond) &&
           eval_value(eval, e->args.data[cond.bits ? 1 : 2], out);
}

static bool leave(Eval *eval, const HirStmt *stmt) {
    eval->leaving = eval_stmt(eval, stmt);
    return false;
}

static bool orelse(Eval *eval, const HirExpr *e, Cell *out) {
    Cell value;
    if (!eval_value(eval, e->base, &value)) return false;
    bool good = e->local ? value.bits == e->row : value.bits;
    if (good) {
        *out = *value.parts;
        return true;
    }
    if (e->local && e->local->number < eval->frame->local_count)
        eval->frame->locals[e->local->number] = *value.parts;
    return e->leave ? leave(eval, e->leave) : eval_value(eval, e->args.data[0], out);
}

static bool force(Eval *eval, const HirExpr *e, Cell *out) {
    Cell value;
    if (!eval_value(eval, e->base, &value)) return false;
    if (!value.bits) return eval_stop(eval, e->span, "a value is forced out of `none`");
    *out = *value.parts;
    return true;
}

static bool call_value(Eval *eval, const HirExpr *e, Cell *out) {
    Cell callee;
    return eval_value(eval, e->base, &callee) && eval_call(eval, callee.fn, e, out);
}

static bool value_at(Eval *eval, const HirExpr *e, Cell *out) {
    switch (e->kind) {
    case HIR_ERROR: eval->stopped = true; return false;
    case HIR_LITERAL:
        if (!check_known(eval->checker, e)) {
            eval->stopped = true;
            return false;
        }
        return cell_from_expr(eval, e, out);
    case HIR_STR_LIT:
    case HIR_FN_REF:
    case HIR_NONE: return cell_from_expr(eval, e, out);
    case HIR_COPY: return copy_of(eval, e, out);
    case HIR_MOVE:
        return copy_of(eval, e, out); // that the place is not used again is asked elsewhere
    case HIR_BORROW:
    case HIR_VIEW:
    case HIR_SUBVIEW: return borrow(eval, e, out);
    case HIR_SOME: return some(eval, e, out);
    case HIR_VARIANT:
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT: return parts_of(eval, e, out);
    case HIR_REPEAT: return repeat(eval, e, out);
    case HIR_UNARY: return unary(eval, e, out);
    case HIR_BINARY: return binary(eval, e, out);
    case HIR_CAST:
    case HIR_WIDEN: return cast(eval, e, out);
    case HIR_CALL: return eval_call(eval, e->fn, e, out);
    case HIR_CALL_VALUE: return call_value(eval, e, out);
    case HIR_BUILTIN: return eval_builtin(eval, e, out);
    case HIR_TERNARY: return ternary(eval, e, out);
    case HIR_ELSE: return orelse(eval, e, out);
    case HIR_FORCE: return force(eval, e, out);
    case HIR_FAULT: return eval_stop(eval, e->span, "`fault()` is called");
    case HIR_KCALL: return eval_stop(eval, e->span, "only a running process can ask the kernel");
    case HIR_NEW:
    case HIR_LISTED:
    case HIR_NEW_ARRAY:
    case HIR_NEW_COPY: return eval_stop(eval, e->span, "there is no heap when compiling");
    default: return eval_stop(eval, e->span, "it is not known when compiling");
    }
}

bool eval_value(Eval *eval, const HirExpr *e, Cell *out) {
    if (!eval_step(eval, e->span)) return false;
    if (!eval_deeper(eval, e->span)) return false;
    if (!eval->frame->fn) eval->outside = e->span;
    bool good = value_at(eval, e, out);
    eval->checker->const_depth--;
    return good;
}

// --- the door --------------------------------------------------------------------------------------------------------------------

static void count_locals(void *context, const HirExpr *expr) {
    uint32_t *count = context;
    bool has = expr->kind == HIR_LOCAL || (expr->kind == HIR_ELSE && expr->local);
    if (has && expr->local->number >= *count) *count = expr->local->number + 1;
}

static void count_declared(void *context, const HirStmt *stmt) {
    uint32_t *count = context;
    if (stmt->local && stmt->local->number >= *count) *count = stmt->local->number + 1;
}

static HirExpr *evaluate(Checker *checker, const HirExpr *value) {
    Frame frame = { 0 };
    Eval eval = { .checker = checker, .frame = &frame, .outside = value->span };
    const HirWalk walk = { &frame.local_count, count_locals, count_declared };
    Cell cell;
    arena_init(&eval.scratch);
    hir_walk_expr(&walk, value);
    frame.locals = cells_new(&eval, frame.local_count, value->span);
    bool good = frame.locals && eval_value(&eval, value, &cell);
    if (!good && !eval.stopped) eval_stop(&eval, value->span, "it leaves");
    HirExpr *result =
        good ? cell_to_expr(&eval, &cell, value->span) : error_expr(checker, value->span);
    arena_free(&eval.scratch);
    return result;
}

// The same expression with all its arguments known: constants inside of constants stay shared.
static HirExpr *with_parts(Checker *checker, HirExpr *value) {
    HirExpr *copy = arena_new(checker->arena, HirExpr);
    *copy = *value;
    copy->args.data = arena_array(checker->arena, HirExpr *, value->args.len);
    copy->args.cap = value->args.len;
    for (uint32_t i = 0; i < value->args.len; i++) {
        copy->args.data[i] = fold_const(checker, value->args.data[i]);
        if (copy->args.data[i]->kind == HIR_ERROR) return copy->args.data[i];
    }
    if (value->base) {
        copy->base = fold_const(checker, value->base);
        if (copy->base->kind == HIR_ERROR) return copy->base;
    }
    return copy;
}

HirExpr *fold_const(Checker *checker, HirExpr *value) {
    switch (value->kind) {
    case HIR_ERROR:
    case HIR_LITERAL:
    case HIR_STR_LIT:
    case HIR_NONE:
    case HIR_FN_REF: return value;
    case HIR_SOME:
    case HIR_VARIANT:
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT:
    case HIR_REPEAT:
        if (value->kind == HIR_REPEAT && value->args.len > 0) break; // each of them is written out
        return with_parts(checker, value);
    case HIR_BUILTIN: // what a field without a value begins with, though it is no constant
        if (value->builtin == HIR_BUILTIN_GROW_NEW) return value;
        if (value->builtin == HIR_BUILTIN_SHARE) return with_parts(checker, value);
        break;
    case HIR_COPY:
        if (value->base->kind != HIR_CONSTANT) break;
        return value->base->constant->value ? value->base->constant->value
                                            : error_expr(checker, value->span);
    default: break;
    }
    HirExpr *symbol = symbolic(checker, value);
    if (symbol) return symbol;
    return evaluate(checker, value);
}
