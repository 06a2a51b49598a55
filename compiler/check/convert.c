// Conversions: places to values, and the implicit conversions of language.md 4, each spelled out.

#include "check__.h"

#include "hir/protocol.h"

#include <string.h>

HirExpr *new_expr(Checker *checker, HirExprKind kind, const HirType *type, Span span) {
    HirExpr *expr = arena_new(checker->arena, HirExpr);
    *expr = (HirExpr){ .kind = kind, .type = type, .span = span };
    return expr;
}

HirExpr *error_expr(Checker *checker, Span span) {
    return new_expr(checker, HIR_ERROR, simple(checker, HIR_TYPE_ERROR), span);
}

HirExpr *literal(Checker *checker, const HirType *type, uint64_t bits, Span span) {
    HirExpr *expr = new_expr(checker, HIR_LITERAL, type, span);
    expr->bits = bits;
    return expr;
}

HirExpr *deref(Checker *checker, HirExpr *pointer_place) {
    HirExpr *place = new_expr(checker, HIR_DEREF, pointer_place->type->elem, pointer_place->span);
    place->base = pointer_place;
    return place;
}

HirExpr *as_place(Checker *checker, HirExpr *expr) {
    if (hir_expr_is_place(expr) || expr->kind == HIR_ERROR) return expr;
    if (expr->kind == HIR_COPY && expr->base->kind != HIR_TEMP) return expr->base;
    HirExpr *place = new_expr(checker, HIR_TEMP, expr->type, expr->span);
    place->base = expr;
    return place;
}

const char *place_text(Checker *checker, const HirExpr *place) {
    enum { LONGEST = 40 };
    Str text = source_text(checker->program->map, place->span.file);
    uint32_t length = place->span.end - place->span.start;
    if (place->span.end > text.len || length == 0 || length > LONGEST ||
        memchr(text.ptr + place->span.start, '\n', length))
        return type_text(checker, place->type);
    return arena_strndup(checker->arena, text.ptr + place->span.start, length);
}

// --- moving out --------------------------------------------------------------------------------------------------------

// The part of a place that keeps it from being moved out of; NULL: none does.
static const HirExpr *holds_back(const HirExpr *place) {
    for (; place; place = place->base) {
        if (place->kind == HIR_CONSTANT || place->kind == HIR_INDEX) return place;
        // What a parameter borrows exclusively may be moved out of, if it is back in time [47].
        if (place->kind == HIR_DEREF && place->base->kind == HIR_LOCAL &&
            place->base->local->is_param && place->base->type->mode == HIR_MUT)
            return NULL;
        if (place->kind == HIR_DEREF && place->base->type->mode != HIR_OWN) return place;
        if (place->kind == HIR_LOCAL || place->kind == HIR_TEMP) return NULL;
    }
    return NULL;
}

// Where a parameter came to be a borrow. A local's borrow is made where others look for it.
static void say_lender(Checker *checker, const HirExpr *pointer) {
    if (pointer && pointer->kind == HIR_LOCAL && pointer->local->is_param)
        diag_note(
            checker->diags, pointer->local->span, "borrowed %s here, as `%s`",
            pointer->type->mode == HIR_MUT ? "exclusively" : "shared",
            type_text(checker, pointer->type)
        );
}

// The name of what is indexed; of `(*v)[0]`, `v` will do.
static const char *indexed_text(Checker *checker, const HirExpr *base) {
    return place_text(checker, base->kind == HIR_DEREF ? base->base : base);
}

static void help_element(Checker *checker, const HirExpr *place, const HirExpr *base) {
    const char *name = indexed_text(checker, base);
    const HirType *type = place->type;
    bool grows = base->type->kind == HIR_TYPE_GROW || base->type->kind == HIR_TYPE_VECTOR;
    if (type->kind == HIR_TYPE_STR)
        diag_help(
            checker->diags, "`copy(x)` makes a text of its own, and a `str` borrows this one"
        );
    else if (hir_type_is_lent(type))
        diag_help(
            checker->diags, "`const %s* x = &...;` borrows it where it is", type_text(checker, type)
        );
    diag_help(
        checker->diags,
        "`%s.replace(i, value)` takes an element and leaves something in its place%s", name,
        grows ? ", and `remove(i)` closes the gap" : ""
    );
}

bool check_movable(Checker *checker, const HirExpr *place) {
    const HirExpr *back = holds_back(place);
    if (!back) return true;
    if (back->kind == HIR_INDEX) {
        diag_report(
            checker->diags, place->span, E_MOVE_OUT_OF_ELEMENT, place_text(checker, back->base)
        );
        help_element(checker, place, back->base);
        return false;
    }
    const char *what = place_text(checker, place);
    diag_report(
        checker->diags, place->span, E_MOVE_BEHIND_BORROW, what,
        back->kind == HIR_CONSTANT ? "it is a constant" : "it is behind a borrow"
    );
    if (back->kind != HIR_CONSTANT) say_lender(checker, back->base);
    if (back->kind != HIR_CONSTANT && back->base->type->mode == HIR_MUT)
        diag_help(
            checker->diags,
            place->type->kind == HIR_TYPE_OPTION
                ? "`take(&%s)` takes it and leaves none"
                : "`replace(&%s, value)` takes it and leaves something in its place",
            what
        );
    return false;
}

static HirExpr *move_out(Checker *checker, HirExpr *place) {
    if (!check_movable(checker, place)) return error_expr(checker, place->span);
    if (place->kind == HIR_TEMP) return place->base;
    HirExpr *value = new_expr(checker, HIR_MOVE, place->type, place->span);
    value->base = place;
    return value;
}

static HirExpr *lend(
    Checker *checker, HirExprKind kind, HirMode mode, HirExpr *place, const HirType *type, Span span
) {
    HirExpr *value = new_expr(checker, kind, type, span);
    value->base = place;
    value->mode = mode;
    return value;
}

// The whole of what is in an option, or a field of it that moves: taken out of there, not borrowed.
static bool is_forced(const HirExpr *place) {
    const HirExpr *root = place;
    bool moves = !hir_type_is_plain(place->type);
    while (root->kind == HIR_FIELD)
        root = root->base;
    return forced_lend(root) && (root == place || moves);
}

HirExpr *as_value(Checker *checker, HirExpr *expr) {
    const HirType *type = expr->type;
    if (!hir_expr_is_place(expr)) return expr;
    if (type->kind == HIR_TYPE_REF_FN) {
        diag_report(checker->diags, expr->span, E_REF_FN_USE, place_text(checker, expr));
        return error_expr(checker, expr->span);
    }
    if (is_forced(expr)) return forced_value(checker, expr);
    if (hir_type_is_plain(type)) {
        HirExpr *value = new_expr(checker, HIR_COPY, type, expr->span);
        value->base = expr;
        return value;
    }
    if (type->kind == HIR_TYPE_PTR &&
        type->mode == HIR_MUT) // passing, assigning and returning a T* reborrows
        return lend(checker, HIR_BORROW, HIR_MUT, deref(checker, expr), type, expr->span);
    if (type->kind == HIR_TYPE_SLICE && type->mode == HIR_MUT)
        return lend(checker, HIR_VIEW, HIR_MUT, expr, type, expr->span);
    return move_out(checker, expr);
}

// --- conversions -----------------------------------------------------------------------------------------------------------

bool same_endpoint(const HirType *a, const HirType *b) {
    return a->kind == HIR_TYPE_ENDPOINT && b->kind == HIR_TYPE_ENDPOINT &&
           a->contract == b->contract && a->side == b->side;
}

// `C.imp:S` to `C.any.imp`, also of a contract that inherits from C. In which state it is then, and whether it may, is asked of the
// flow of control.
static bool becomes_any(const HirType *from, const HirType *want) {
    if (from->kind != HIR_TYPE_ENDPOINT || want->kind != HIR_TYPE_ENDPOINT) return false;
    if (want->state != HIR_ANY_STATE || from->state == HIR_ANY_STATE || from->side != want->side)
        return false;
    return hir_inherits(from->contract, want->contract);
}

static HirExpr *erase(Checker *checker, HirExpr *expr, const HirType *want) {
    HirExpr *value = as_value(checker, expr);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *erased = new_expr(checker, HIR_BUILTIN, want, expr->span);
    erased->builtin = HIR_BUILTIN_ERASE;
    vec_push(checker->arena, &erased->args, value);
    return erased;
}

static bool same_pointee(const HirType *a, const HirType *b) {
    return a == b || same_endpoint(a, b);
}

bool widens(const HirType *from, const HirType *to) {
    if (hir_type_is_float(from)) return from->kind == HIR_TYPE_F32 && to->kind == HIR_TYPE_F64;
    if (!hir_type_is_integer(from) || !hir_type_is_integer(to) || from == to) return false;
    uint32_t narrow = hir_type_bits(from), wide = hir_type_bits(to);
    if (hir_type_is_signed(from))
        return hir_type_is_signed(to) &&
               (narrow < wide || (narrow == wide && from->kind == HIR_TYPE_ISIZE));
    if (hir_type_is_signed(to)) return narrow < wide;
    return narrow < wide || (narrow == wide && from->kind == HIR_TYPE_USIZE);
}

// May a borrow of mode `to` be made of something held by `from`?
static bool lends(HirMode from, HirMode to) {
    switch (from) {
    case HIR_OWN:
    case HIR_MUT: return to == HIR_MUT || to == HIR_CONST;
    case HIR_CONST:
    case HIR_STATIC: return to == HIR_CONST;
    case HIR_GC: return to == HIR_CONST; // of a copy of it
    }
    return false;
}

// A value that is a fresh exclusive borrow, wanted shared: it is made shared at once.
static HirExpr *weaken(Checker *checker, HirExpr *expr, const HirType *want) {
    HirExpr *value = arena_new(checker->arena, HirExpr);
    *value = *expr;
    value->mode = HIR_CONST;
    value->type = want;
    return value;
}

// What copies a text or a slice makes a managed one where that is wanted.
static HirExpr *copied_managed(Checker *checker, HirExpr *expr, const HirType *want) {
    bool maybe = expr->family == HIR_OPT && want->kind == HIR_TYPE_OPTION;
    const HirType *made = maybe ? expr->type->elem : expr->type, *as = maybe ? want->elem : want;
    bool fits = expr->kind == HIR_NEW_COPY && as->kind == made->kind && as->mode == HIR_GC &&
                as->elem == made->elem;
    if (!fits) return NULL;
    HirExpr *copy = arena_new(checker->arena, HirExpr);
    *copy = *expr;
    copy->type = want;
    return copy;
}

// What is there for ever: a constant, as a whole. NULL: `expr` does not show one.
static HirExpr *constant_shown(const HirExpr *expr) {
    bool shows = expr->kind == HIR_BORROW || expr->kind == HIR_VIEW ||
                 (expr->kind == HIR_SUBVIEW && !expr->lo && !expr->hi);
    return shows && expr->base->kind == HIR_CONSTANT ? expr->base : NULL;
}

static HirExpr *to_pointer(Checker *checker, HirExpr *expr, const HirType *want) {
    const HirType *from = expr->type;
    HirExpr *constant = want->mode == HIR_STATIC ? constant_shown(expr) : NULL;
    if (constant && from->kind == HIR_TYPE_PTR && constant->type == want->elem)
        return lend(checker, HIR_BORROW, HIR_STATIC, constant, want, expr->span);
    if (from->kind != HIR_TYPE_PTR || !same_pointee(from->elem, want->elem)) return NULL;
    if (from->mode == HIR_GC && want->mode == HIR_MUT) {
        refuse_lending(checker, expr);
        return error_expr(checker, expr->span);
    }
    if (!lends(from->mode, want->mode)) return NULL;
    if (expr->kind == HIR_BORROW) {
        HirExpr *value = weaken(checker, expr, want);
        value->mode = want->mode;
        return value;
    }
    HirExpr *place = deref(checker, as_place(checker, expr));
    if (want->mode == HIR_MUT && !check_mutable(checker, place))
        return error_expr(checker, expr->span);
    return lend(checker, HIR_BORROW, want->mode, place, want, expr->span);
}

// Borrows of borrows there are none, but of a `ref struct`.
bool check_pointee(Checker *checker, const HirType *pointer, Span span) {
    if (hir_type_is_lent(pointer->elem)) return true;
    diag_report(checker->diags, span, E_BORROW_STORED, type_text(checker, pointer));
    diag_help(checker->diags, "an array of borrows is read by its index: `a[i]`");
    return false;
}

// A borrow of a text or of what is indexed lends what it leads to.
static HirExpr *through_borrow(Checker *checker, HirExpr *expr, const HirType *want) {
    const HirType *from = expr->type;
    bool leads = from->kind == HIR_TYPE_PTR && from->mode != HIR_GC &&
                 (want->kind == HIR_TYPE_STR
                      ? from->elem->kind == HIR_TYPE_STR && want->mode == HIR_CONST
                      : hir_type_is_indexed(from->elem) && from->elem->elem == want->elem &&
                            want->mode != HIR_OWN && want->mode != HIR_STATIC);
    if (!leads) return NULL;
    HirExpr *place =
        expr->kind == HIR_BORROW ? expr->base : deref(checker, as_place(checker, expr));
    return coerce(checker, place, want);
}

static HirExpr *to_slice(Checker *checker, HirExpr *expr, const HirType *want) {
    const HirType *from = expr->type;
    if (from->kind == HIR_TYPE_STR && want->mode == HIR_CONST && want->elem->kind == HIR_TYPE_U8) {
        HirExpr *bytes = new_expr(checker, HIR_BUILTIN, want, expr->span);
        bytes->builtin = HIR_BUILTIN_BYTES_OF;
        vec_push(checker->arena, &bytes->args, as_place(checker, expr));
        return bytes;
    }
    HirExpr *constant = want->mode != HIR_STATIC     ? NULL
                        : expr->kind == HIR_CONSTANT ? expr
                                                     : constant_shown(expr);
    if (constant && constant->type->kind == HIR_TYPE_ARRAY && constant->type->elem == want->elem)
        return lend(checker, HIR_VIEW, HIR_STATIC, constant, want, expr->span);
    bool holds = from->kind == HIR_TYPE_ARRAY || from->kind == HIR_TYPE_GROW ||
                 from->kind == HIR_TYPE_VECTOR;
    if (holds && from->elem == want->elem && want->mode != HIR_OWN && want->mode != HIR_STATIC) {
        if (!check_pointee(checker, want, expr->span)) return error_expr(checker, expr->span);
        HirExpr *place = as_place(checker, expr);
        if (want->mode == HIR_MUT && !check_mutable(checker, place))
            return error_expr(checker, expr->span);
        return lend(checker, HIR_VIEW, want->mode, place, want, expr->span);
    }
    if (from->kind != HIR_TYPE_SLICE || from->elem != want->elem || !lends(from->mode, want->mode))
        return NULL;
    if (from->mode == HIR_GC) {
        refuse_lending(checker, expr);
        return error_expr(checker, expr->span);
    }
    if (expr->kind == HIR_VIEW || expr->kind == HIR_SUBVIEW)
        return want->mode == HIR_CONST ? weaken(checker, expr, want) : expr;
    HirExpr *place = as_place(checker, expr);
    if (want->mode == HIR_MUT && !elements_mutable(checker, place))
        return error_expr(checker, expr->span);
    return lend(checker, HIR_VIEW, want->mode, place, want, expr->span);
}

static Span start_of(Span span) {
    span.end = span.start;
    return span;
}

static void help_own(Checker *checker, const HirExpr *expr) {
    Str text = source_text(checker->program->map, expr->span.file);
    if (text.ptr[expr->span.start] == '"')
        diag_fix(checker->diags, start_of(expr->span), "new ", "`new` makes an owned text");
    else
        diag_help(checker->diags, "`copy(text)` makes an owned text");
}

// A text is written by a closure, which `$` makes of it.
static void help_text(Checker *checker, const HirExpr *expr) {
    Str text = source_text(checker->program->map, expr->span.file);
    if (text.ptr[expr->span.start] == '"')
        diag_fix(checker->diags, start_of(expr->span), "$", "say `$` before the text");
    else
        diag_help(checker->diags, "`$\"{x}\"` writes a text that is in `x`");
}

static void help_borrow(Checker *checker, const HirExpr *expr, const HirType *want) {
    bool can = hir_expr_is_place(expr) && (want->mode != HIR_MUT || is_mutable(expr));
    if (can)
        diag_fix(checker->diags, start_of(expr->span), "&", "`&` borrows it");
    else
        diag_help(checker->diags, "`&` borrows it");
}

static void help_number(Checker *checker, const HirType *from, const HirType *want) {
    const char *type = type_text(checker, want);
    if (hir_type_bits(from) == hir_type_bits(want) &&
        hir_type_is_signed(from) == hir_type_is_signed(want))
        diag_help(checker->diags, "`(%s)x` is the same number: both have 64 bits", type);
    else
        diag_help(
            checker->diags, "a cast says what happens when it does not fit: `(%s)x` traps", type
        );
}

// What one is made into the other by, where a cast or a comparison does it.
static void help_scalar(
    Checker *checker, const HirExpr *expr, const HirType *from, const HirType *want
) {
    bool number = hir_type_is_integer(from) || hir_type_is_float(from);
    bool one = want->kind == HIR_TYPE_BOOL && expr->kind == HIR_LITERAL && expr->bits == 1;
    if (one && is_written(checker, expr->span, "1"))
        diag_fix(
            checker->diags, expr->span, "true", "a number is no condition: `true` always holds"
        );
    else if (want->kind == HIR_TYPE_BOOL && number)
        diag_help(checker->diags, "a number is no condition: `x != 0`");
    else if (want->kind == HIR_TYPE_BOOL && from->kind == HIR_TYPE_OPTION)
        diag_help(
            checker->diags, "`x != none` asks whether there is one, `if (%s y = x)` takes it",
            type_text(checker, from->elem)
        );
    else if (want->kind == HIR_TYPE_BOOL && from->kind == HIR_TYPE_PTR)
        diag_help(
            checker->diags,
            "a pointer always leads to something: only an optional, `T*?`, can be `none`"
        );
    else if (hir_type_is_integer(from) && hir_type_is_integer(want))
        help_number(checker, from, want);
    else if (hir_type_is_float(from) && hir_type_is_integer(want))
        diag_help(
            checker->diags, "`(%s)x` leaves out what is behind the point", type_text(checker, want)
        );
    else if (number && (want->kind == HIR_TYPE_CHAR || hir_type_is_float(want)))
        diag_help(checker->diags, "a cast makes one of it: `(%s)x`", type_text(checker, want));
    else if (from->kind == HIR_TYPE_STR && want->kind == HIR_TYPE_CHAR)
        diag_help(checker->diags, "a character stands between single quotes: 'a'");
}

static bool is_like(const HirType *type, const HirType *other) {
    return type == other || (hir_type_is_integer(type) && hir_type_is_integer(other));
}

// A value, or an error, where what tells the two apart is wanted.
static void help_result(Checker *checker, const HirType *from, const HirType *want) {
    uint32_t ok;
    if (!is_result(checker, want, &ok)) return;
    const HirVariant *variants = want->enumeration->variants.data;
    if (variants[ok].fields.data[0].type == from)
        diag_help(checker->diags, "`.ok(x)` makes one of it");
    else if (variants[!ok].fields.data[0].type == from)
        diag_help(checker->diags, "`.err(x)` makes one of it");
}

static HirExpr *mismatch(Checker *checker, const HirExpr *expr, const HirType *want) {
    diag_report(
        checker->diags, expr->span, E_TYPE_MISMATCH, type_text(checker, want),
        type_text(checker, expr->type)
    );
    help_scalar(checker, expr, expr->type, want);
    help_result(checker, expr->type, want);
    if (want->kind == HIR_TYPE_STR && want->mode == HIR_OWN && expr->type->kind == HIR_TYPE_STR)
        help_own(checker, expr);
    if (want->kind == HIR_TYPE_STR && want->mode == HIR_GC && expr->type->kind == HIR_TYPE_STR)
        diag_help(checker->diags, "`copy(text)` makes a managed text where one is wanted");
    if (want->kind == HIR_TYPE_PTR && want->mode != HIR_OWN && expr->type == want->elem)
        help_borrow(checker, expr, want);
    bool for_ever =
        (want->kind == HIR_TYPE_PTR || want->kind == HIR_TYPE_SLICE) && want->mode == HIR_STATIC;
    if (for_ever && want->elem == expr->type->elem)
        diag_help(checker->diags, "a constant as a whole is there for ever, and nothing else");
    if (expr->type->kind == HIR_TYPE_OPTION && expr->type->elem == want)
        diag_help(checker->diags, "`x else ...` says what happens when there is none");
    if (want->kind == HIR_TYPE_REF_FN && expr->type->kind == HIR_TYPE_STR) help_text(checker, expr);
    if (want->kind == HIR_TYPE_GROW && expr->type->kind == HIR_TYPE_SLICE)
        diag_help(
            checker->diags,
            "`{}` is an empty one, `{ a, b }` one that holds two elements, and `x.append(list)` adds copies"
        );
    if (want->kind == HIR_TYPE_SLICE && want->mode == HIR_OWN && expr->type->kind == HIR_TYPE_GROW)
        diag_help(checker->diags, "`x.seal()` makes one of it, which does not grow any more");
    if (want->kind == HIR_TYPE_SLICE && is_like(expr->type, want->elem))
        diag_help(
            checker->diags, "`{ x }` is a list of one, and `list.push(x)` adds one to what grows"
        );
    if (want->kind == HIR_TYPE_PTR && expr->type->kind == HIR_TYPE_STR &&
        (want->elem->kind == HIR_TYPE_CHAR || hir_type_is_integer(want->elem)))
        diag_help(checker->diags, "a text is a `str`, and `text.bytes` its bytes: `const u8[]`");
    if (want->kind == HIR_TYPE_MUTEX)
        diag_help(checker->diags, "`lock (m, T* p) { *p = x; }` changes what a mutex holds");
    return error_expr(checker, expr->span);
}

HirExpr *coerce(Checker *checker, HirExpr *expr, const HirType *want) {
    const HirType *from = expr->type;
    HirExpr *result = NULL;
    if (is_error(from) || is_error(want) || from->kind == HIR_TYPE_NEVER)
        return is_error(want) && !is_error(from) ? error_expr(checker, expr->span) : expr;
    if (want->kind == HIR_TYPE_REF_FN) {
        result = to_ref_fn(checker, expr, want);
        return result ? result : mismatch(checker, expr, want);
    }
    if (from == want) return as_value(checker, expr);
    if (becomes_any(from, want)) return erase(checker, expr, want);
    if ((result = copied_managed(checker, expr, want))) return result;
    if (same_endpoint(from, want)) { // whether the state is right is asked of the flow of control
        result = as_value(checker, expr);
        if (result->kind == HIR_MOVE) result->type = want;
        return result;
    }
    bool viewed = want->kind == HIR_TYPE_SLICE || want->kind == HIR_TYPE_STR;
    if (viewed && (result = through_borrow(checker, expr, want))) return result;
    if (want->kind == HIR_TYPE_PTR)
        result = to_pointer(checker, expr, want);
    else if (want->kind == HIR_TYPE_SLICE)
        result = to_slice(checker, expr, want);
    else if (want->kind == HIR_TYPE_STR && want->mode == HIR_CONST && from->kind == HIR_TYPE_STR)
        result = lend(checker, HIR_VIEW, HIR_CONST, as_place(checker, expr), want, expr->span);
    else if (want->kind == HIR_TYPE_OPTION &&
             (from->kind != HIR_TYPE_OPTION || from == want->elem)) {
        result = new_expr(checker, HIR_SOME, want, expr->span);
        result->base = coerce(checker, expr, want->elem);
        if (result->base->kind == HIR_ERROR) return result->base;
    } else if (want->kind == HIR_TYPE_OPTION && from->kind == HIR_TYPE_OPTION) {
        result = lend_option(checker, expr, want);
    } else if (widens(from, want)) {
        result = new_expr(checker, HIR_WIDEN, want, expr->span);
        result->base = as_value(checker, expr);
    }
    return result ? result : mismatch(checker, expr, want);
}

// --- changing -----------------------------------------------------------------------------------------------------------------

static bool leads_to_managed(const HirExpr *part) {
    bool leads = part->kind == HIR_DEREF ||
                 (part->kind == HIR_INDEX && part->base->type->kind == HIR_TYPE_SLICE);
    return leads && part->base->type->mode == HIR_GC;
}

bool is_managed_place(const HirExpr *place) {
    while (hir_expr_is_place(place) && place->base && !leads_to_managed(place))
        place = place->base;
    return leads_to_managed(place);
}

bool is_managed_slice(const HirExpr *place) {
    return place->type->kind == HIR_TYPE_SLICE && place->type->mode == HIR_GC;
}

bool refuse_lending(Checker *checker, const HirExpr *place) {
    bool is_slice = is_managed_slice(place);
    diag_report(
        checker->diags, place->span, E_MANAGED_NOT_LENT, place_text(checker, place),
        is_slice ? "in parts or as a whole" : "exclusively"
    );
    diag_help(
        checker->diags, is_slice ? "its elements are read and assigned by their indexes"
                                 : "change a copy of it, and assign that"
    );
    return false;
}

// What leads to `part` lends it shared only, or it is a constant.
static bool is_shared(const HirExpr *part) {
    const HirType *from = part->base ? part->base->type : NULL;
    if (part->kind == HIR_DEREF) return from->mode != HIR_MUT && from->mode != HIR_OWN;
    if (part->kind == HIR_INDEX)
        return from->kind == HIR_TYPE_SLICE && from->mode != HIR_MUT && from->mode != HIR_OWN;
    return part->kind == HIR_CONSTANT;
}

// Behind an exclusive borrow everything can be changed, whatever leads to it.
static bool is_exclusive(const HirExpr *part) {
    bool leads = part->kind == HIR_DEREF ||
                 (part->kind == HIR_INDEX && part->base->type->kind == HIR_TYPE_SLICE);
    return leads && part->base->type->mode == HIR_MUT;
}

static bool refuse_change(Checker *checker, const HirExpr *place, const HirExpr *shared) {
    diag_report(
        checker->diags, place->span, E_CHANGE_THROUGH_CONST, place_text(checker, place),
        shared->kind == HIR_CONSTANT ? "it is a constant" : "it is behind a shared borrow"
    );
    if (shared->base && shared->base->type->mode == HIR_CONST) say_lender(checker, shared->base);
    return false;
}

bool is_mutable(const HirExpr *place) {
    for (const HirExpr *part = place; part; part = part->base) {
        if (forced_lend(part)) return is_mutable(forced_lend(part)->base);
        if (part->kind == HIR_LOCAL || part->kind == HIR_TEMP || part->kind == HIR_ERROR ||
            is_exclusive(part))
            return true;
        if (is_shared(part) || leads_to_managed(part)) return false;
    }
    return true;
}

static bool check_changeable(Checker *checker, const HirExpr *place, bool assigned) {
    for (const HirExpr *part = place; part; part = part->base) {
        if (leads_to_managed(part)) return assigned || refuse_lending(checker, place);
        HirExpr *lend = forced_lend(part);
        if (lend) {
            if (!check_changeable(checker, lend->base, false)) return false;
            force_exclusive(checker, lend);
            part->base->type = lend->type;
            return true;
        }
        if (part->kind == HIR_LOCAL || part->kind == HIR_TEMP || part->kind == HIR_ERROR ||
            is_exclusive(part))
            return true;
        if (is_shared(part)) return refuse_change(checker, place, part);
    }
    return true;
}

bool check_mutable(Checker *checker, const HirExpr *place) {
    return check_changeable(checker, place, false);
}

bool check_assignable(Checker *checker, const HirExpr *place) {
    return check_changeable(checker, place, true);
}

// The same for what an array, or what a slice shows, holds.
bool elements_mutable(Checker *checker, const HirExpr *place) {
    if (place->type->kind != HIR_TYPE_SLICE || place->type->mode == HIR_OWN)
        return check_mutable(checker, place);
    if (is_managed_slice(place)) return refuse_lending(checker, place);
    HirExpr element = { .kind = HIR_INDEX, .span = place->span, .type = place->type };
    element.base = (HirExpr *)(uintptr_t)place;
    return place->type->mode == HIR_MUT || refuse_change(checker, place, &element);
}
