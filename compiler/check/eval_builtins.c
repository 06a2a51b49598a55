// What the language has built in, for the evaluator of constants. What needs the heap, a channel or an address is not here.

#include "eval.h"

#include <string.h>

// --- slices and arrays -----------------------------------------------------------------------------------------------------

static bool argument(Eval *eval, const HirExpr *e, uint32_t i, Cell *out) {
    return eval_value(eval, e->args.data[i], out);
}

// The array, slice or text that the first argument names.
static bool whole(Eval *eval, const HirExpr *e, uint32_t i, Cell **out) {
    const HirExpr *arg = e->args.data[i];
    if (!hir_expr_is_place(arg)) {
        *out = cells_new(eval, 1, arg->span);
        return *out && eval_value(eval, arg, *out);
    }
    if (!eval_place(eval, arg, out)) return false;
    if (!(*out)->type) return eval_stop(eval, arg->span, "something has no value yet");
    return true;
}

static bool get(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *from, index, *element;
    if (!whole(eval, e, 0, &from) || !argument(eval, e, 1, &index)) return false;
    if (index.bits >= from->count) return cell_some(eval, e->type, NULL, out, e->span);
    if (!cell_element(eval, from, index.bits, e->span, &element)) return false;
    Cell pointer = { .type = e->type->elem, .parts = element };
    return cell_some(eval, e->type, &pointer, out, e->span);
}

static bool sub(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *from, lo, hi;
    if (!whole(eval, e, 0, &from) || !argument(eval, e, 1, &lo) || !argument(eval, e, 2, &hi))
        return false;
    if (lo.bits > hi.bits || hi.bits > from->count)
        return cell_some(eval, e->type, NULL, out, e->span);
    if (!from->bytes && !cell_spread(eval, from, e->span)) return false;
    Cell part = { .type = e->type->elem, .count = hi.bits - lo.bits };
    part.bytes = from->bytes ? from->bytes + lo.bits : NULL;
    part.parts = from->bytes ? NULL : from->parts + lo.bits;
    return cell_some(eval, e->type, &part, out, e->span);
}

static bool swap_elements(Eval *eval, const HirExpr *e) {
    Cell *in, i, j, *a, *b;
    if (!whole(eval, e, 0, &in) || !argument(eval, e, 1, &i) || !argument(eval, e, 2, &j) ||
        !cell_element(eval, in, i.bits, e->span, &a) ||
        !cell_element(eval, in, j.bits, e->span, &b))
        return false;
    Cell old = *a;
    *a = *b;
    *b = old;
    return true;
}

static bool replace_element(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *in, i, value, *a;
    if (!whole(eval, e, 0, &in) || !argument(eval, e, 1, &i) || !argument(eval, e, 2, &value) ||
        !cell_element(eval, in, i.bits, e->span, &a))
        return false;
    *out = *a;
    *a = value;
    return true;
}

static bool copy_elements(Eval *eval, const HirExpr *e) {
    Cell *to, *from, *element;
    if (!whole(eval, e, 0, &to) || !whole(eval, e, 1, &from)) return false;
    if (to->count != from->count) return eval_stop(eval, e->span, "an index is out of bounds");
    for (uint64_t i = 0; i < to->count; i++) {
        Cell *other;
        if (!eval_step(eval, e->span) || !cell_element(eval, to, i, e->span, &element) ||
            !cell_element(eval, from, i, e->span, &other) ||
            !cell_copy(eval, other, element, e->span))
            return false;
    }
    return true;
}

static bool fill_elements(Eval *eval, const HirExpr *e) {
    Cell *to, value, *element;
    if (!whole(eval, e, 0, &to) || !argument(eval, e, 1, &value)) return false;
    for (uint64_t i = 0; i < to->count; i++)
        if (!eval_step(eval, e->span) || !cell_element(eval, to, i, e->span, &element) ||
            !cell_copy(eval, &value, element, e->span))
            return false;
    return true;
}

// --- places exchanged ------------------------------------------------------------------------------------------------------

static bool replace(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *place, value;
    if (!whole(eval, e, 0, &place) || !argument(eval, e, 1, &value)) return false;
    *out = *place;
    *place = value;
    return true;
}

static bool take(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *place;
    if (e->args.len > 1) return replace(eval, e, out);
    if (!whole(eval, e, 0, &place)) return false;
    *out = *place;
    place->count = 0;
    return true;
}

static bool swap(Eval *eval, const HirExpr *e) {
    Cell *a, *b;
    if (!whole(eval, e, 0, &a) || !whole(eval, e, 1, &b)) return false;
    Cell old = *a;
    *a = *b;
    *b = old;
    return true;
}

// --- texts -----------------------------------------------------------------------------------------------------------------

static bool bytes_of(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *text;
    if (!whole(eval, e, 0, &text)) return false;
    *out = *text;
    out->type = e->type;
    return true;
}

// The bytes in a row.
static char *gather(Eval *eval, const HirExpr *e, const Cell *from, uint64_t count) {
    if (!cells_new(eval, count / sizeof(Cell) + 1, e->span)) return NULL; // as much room, counted
    char *bytes = arena_array(&eval->scratch, char, count + 1);
    for (uint64_t i = 0; i < count; i++) {
        if (!eval_step(eval, e->span)) return NULL;
        bytes[i] = from->bytes ? from->bytes[i] : (char)from->parts[i].bits;
    }
    return bytes;
}

static bool str_of(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *from;
    if (!whole(eval, e, 0, &from)) return false;
    if (!from->bytes && !cell_spread(eval, from, e->span)) return false;
    const char *bytes = gather(eval, e, from, from->count);
    if (!bytes) return false;
    Cell text = { .type = e->type->elem, .bytes = bytes, .count = from->count };
    bool good = true;
    for (uint64_t at = 0; good && at < from->count;) {
        uint32_t scalar, taken = utf8_decode(bytes + at, from->count - at, &scalar);
        good = taken > 0;
        at += taken;
    }
    return cell_some(eval, e->type, good ? &text : NULL, out, e->span);
}

// --- bytes seen as a wire struct -----------------------------------------------------------------------------------------------

static bool decode(
    Eval *eval, const HirExpr *e, const HirType *type, HirOrder order, const char **at, Cell *out
) {
    if (!eval_step(eval, e->span)) return false;
    *out = (Cell){ .type = type };
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    if (is_struct || type->kind == HIR_TYPE_ARRAY) {
        out->count = is_struct ? type->structure->fields.len : type->count;
        out->parts = cells_new(eval, out->count, e->span);
        for (uint64_t i = 0; out->parts && i < out->count; i++) {
            const HirField *field = is_struct ? &type->structure->fields.data[i] : NULL;
            if (!decode(
                    eval, e, field ? field->type : type->elem, field ? field->order : order, at,
                    &out->parts[i]
                ))
                return false;
        }
        return out->parts;
    }
    uint32_t size = hir_type_bits(type) / 8;
    for (uint32_t i = 0; i < size; i++)
        out->bits |= (uint64_t)(uint8_t)(*at)[i] << 8 * (order == HIR_BIG ? size - 1 - i : i);
    *at += size;
    out->bits = hir_type_is_float(type) ? fold_real(type, out->bits) : wrap_bits(type, out->bits);
    return true;
}

static bool wire_view(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *from, *seen = cells_new(eval, 1, e->span);
    const HirType *type = e->type->elem->elem;
    uint64_t size = type_size(type);
    if (!seen || !whole(eval, e, 0, &from)) return false;
    if (from->count < size) return cell_some(eval, e->type, NULL, out, e->span);
    if (!from->bytes && !cell_spread(eval, from, e->span)) return false;
    const char *bytes = gather(eval, e, from, size);
    if (!bytes || !decode(eval, e, type, HIR_NATIVE, &bytes, seen)) return false;
    Cell pointer = { .type = e->type->elem, .parts = seen };
    return cell_some(eval, e->type, &pointer, out, e->span);
}

// --- numbers -----------------------------------------------------------------------------------------------------------------

static bool number(Eval *eval, const HirExpr *e, Cell *out) {
    Cell v, by = { 0 };
    if (!argument(eval, e, 0, &v)) return false;
    if (e->args.len > 1 && !argument(eval, e, 1, &by)) return false;
    bool left = e->builtin == HIR_BUILTIN_ROTL;
    uint64_t bits = v.bits; // REPR_OF
    if (left || e->builtin == HIR_BUILTIN_ROTR)
        bits = fold_rotate(left, v.type, v.bits, by.bits);
    else if (e->builtin == HIR_BUILTIN_MUL_HIGH)
        bits = fold_mul_high(v.type, v.bits, by.bits);
    else if (e->builtin == HIR_BUILTIN_SQRT)
        bits = fold_sqrt(v.type, v.bits);
    else if (e->builtin != HIR_BUILTIN_REPR_OF)
        bits = fold_count(e->builtin, v.type, v.bits);
    *out = cell_scalar(e->type, bits);
    return true;
}

static bool enum_of(Eval *eval, const HirExpr *e, Cell *out) {
    Cell v;
    if (!argument(eval, e, 0, &v)) return false;
    const HirEnum *enumeration = e->type->elem->enumeration;
    Cell found = cell_scalar(e->type->elem, v.bits);
    bool is = false;
    vec_each(HirVariant, it, &enumeration->variants)
        is = is || it->value == v.bits;
    return cell_some(eval, e->type, is ? &found : NULL, out, e->span);
}

bool eval_builtin(Eval *eval, const HirExpr *e, Cell *out) {
    Cell *place;
    *out = (Cell){ 0 };
    switch (e->builtin) {
    case HIR_BUILTIN_SLICE_SWAP: return swap_elements(eval, e);
    case HIR_BUILTIN_SLICE_REPLACE: return replace_element(eval, e, out);
    case HIR_BUILTIN_SLICE_COPY: return copy_elements(eval, e);
    case HIR_BUILTIN_SLICE_FILL: return fill_elements(eval, e);
    case HIR_BUILTIN_REPLACE: return replace(eval, e, out);
    case HIR_BUILTIN_TAKE: return take(eval, e, out);
    case HIR_BUILTIN_SWAP: return swap(eval, e);
    case HIR_BUILTIN_GET:
    case HIR_BUILTIN_GET_MUT: return get(eval, e, out);
    case HIR_BUILTIN_SUB: return sub(eval, e, out);
    case HIR_BUILTIN_STR_OF: return str_of(eval, e, out);
    case HIR_BUILTIN_BYTES_OF: return bytes_of(eval, e, out);
    case HIR_BUILTIN_WIRE_VIEW: return wire_view(eval, e, out);
    case HIR_BUILTIN_LEN:
        if (!whole(eval, e, 0, &place)) return false;
        *out = cell_scalar(e->type, place->count);
        return true;
    case HIR_BUILTIN_IS_NONE:
        if (!whole(eval, e, 0, &place)) return false;
        *out = cell_scalar(e->type, !place->bits);
        return true;
    case HIR_BUILTIN_CLZ:
    case HIR_BUILTIN_CTZ:
    case HIR_BUILTIN_POPCOUNT:
    case HIR_BUILTIN_BYTESWAP:
    case HIR_BUILTIN_ROTL:
    case HIR_BUILTIN_ROTR:
    case HIR_BUILTIN_MUL_HIGH:
    case HIR_BUILTIN_SQRT:
    case HIR_BUILTIN_REPR_OF: return number(eval, e, out);
    case HIR_BUILTIN_ENUM_OF: return enum_of(eval, e, out);
    default: return eval_stop(eval, e->span, "it is not known when compiling");
    }
}
