// Constants: what is computed when the program is compiled. Operations mean here what they mean at run time; one that
// would trap is an error.

#include "check__.h"

uint64_t type_size_limit(void) {
    return (uint64_t)1 << 30;
}

uint64_t wrap_bits(const HirType *type, uint64_t bits) {
    uint32_t width = hir_type_bits(type);
    if (width == 64) return bits;
    uint64_t mask = ((uint64_t)1 << width) - 1;
    bits &= mask;
    if (hir_type_is_signed(type) && bits >> (width - 1) & 1) bits |= ~mask;
    return bits;
}

bool literal_fits(const HirType *type, uint64_t magnitude, bool negative) {
    uint32_t width = hir_type_bits(type);
    if (!hir_type_is_signed(type))
        return (!negative || magnitude == 0) && (width == 64 || magnitude >> width == 0);
    uint64_t most = ((uint64_t)1 << (width - 1)) - 1;
    return negative ? magnitude <= most + 1 : magnitude <= most;
}

// --- integers, exactly: sign and magnitude of up to 128 bits -----------------------------------------------------------

typedef __int128 Wide;

static Wide widen(const HirType *type, uint64_t bits) {
    return hir_type_is_signed(type) ? (Wide)(int64_t)bits : (Wide)bits;
}

static bool narrow(const HirType *type, Wide value, uint64_t *bits) {
    *bits = wrap_bits(type, (uint64_t)value);
    return widen(type, *bits) == value;
}

static HirExpr *complain(Checker *checker, const HirExpr *value, const char *why) {
    diag_report(checker->diags, value->span, E_CONST_TRAP, why);
    return error_expr(checker, value->span);
}

static HirExpr *fold_shift(
    Checker *checker, HirExpr *value, const HirExpr *left, const HirExpr *right
) {
    uint32_t width = hir_type_bits(left->type);
    uint64_t amount = right->bits;
    if (amount >= width && value->family == HIR_TRAP)
        return complain(checker, value, "the amount of a shift is not below the width");
    amount %= width;
    uint64_t bits = value->op == HIR_SHL ? left->bits << amount
                                         : (uint64_t)(widen(left->type, left->bits) >> amount);
    return literal(checker, value->type, wrap_bits(value->type, bits), value->span);
}

static HirExpr *fold_arithmetic(
    Checker *checker, HirExpr *value, const HirExpr *left, const HirExpr *right
) {
    Wide a = widen(left->type, left->bits), b = widen(right->type, right->bits), result = 0;
    if ((value->op == HIR_DIV || value->op == HIR_REM) && b == 0)
        return complain(checker, value, "it divides by zero");
    switch (value->op) {
    case HIR_ADD: result = a + b; break;
    case HIR_SUB: result = a - b; break;
    case HIR_MUL: result = (Wide)((unsigned __int128)a * (unsigned __int128)b); break;
    case HIR_DIV: result = a / b; break;
    case HIR_REM: result = a % b; break;
    case HIR_BIT_AND: result = a & b; break;
    case HIR_BIT_OR: result = a | b; break;
    case HIR_BIT_XOR: result = a ^ b; break;
    default: return complain(checker, value, "it cannot be computed when compiling");
    }
    uint64_t bits;
    // A product of two 64-bit values can leave 128 signed bits only when both are large, and then it does not fit anyway.
    bool fits = narrow(value->type, result, &bits) &&
                !(value->op == HIR_MUL && a > 0 && b > 0 && result < 0);
    if (!fits && value->family == HIR_SAT)
        return complain(
            checker, value, "a saturating operation cannot be computed when compiling yet"
        );
    if (!fits && value->family != HIR_WRAP) return complain(checker, value, "it overflows");
    return literal(checker, value->type, bits, value->span);
}

static HirExpr *fold_compare(
    Checker *checker, HirExpr *value, const HirExpr *left, const HirExpr *right
) {
    bool plain = left->type->kind == HIR_TYPE_ENUM;
    Wide a = plain ? (Wide)left->bits : widen(left->type, left->bits),
         b = plain ? (Wide)right->bits : widen(right->type, right->bits);
    bool result = value->op == HIR_EQ   ? a == b
                  : value->op == HIR_NE ? a != b
                  : value->op == HIR_LT ? a < b
                  : value->op == HIR_LE ? a <= b
                  : value->op == HIR_GT ? a > b
                                        : a >= b;
    return literal(checker, value->type, result, value->span);
}

static HirExpr *fold_flags(Checker *checker, HirExpr *value, uint64_t left, uint64_t right) {
    uint64_t bits = value->op == HIR_BIT_AND  ? left & right
                    : value->op == HIR_BIT_OR ? left | right
                                              : left ^ right;
    return literal(checker, value->type, bits, value->span);
}

static HirExpr *fold_binary(Checker *checker, HirExpr *value) {
    HirExpr *left = fold_const(checker, value->args.data[0]);
    if (left->kind == HIR_ERROR) return left;
    if (left->kind == HIR_LITERAL && (value->op == HIR_AND || value->op == HIR_OR) &&
        (left->bits != 0) == (value->op == HIR_OR))
        return left;
    HirExpr *right = fold_const(checker, value->args.data[1]);
    if (right->kind == HIR_ERROR || value->op == HIR_AND || value->op == HIR_OR) return right;
    if (left->kind != HIR_LITERAL || right->kind != HIR_LITERAL || hir_type_is_float(left->type))
        return complain(
            checker, value, "only integers, characters and truth values can be computed with"
        );
    if (value->type->kind == HIR_TYPE_ENUM)
        return fold_flags(checker, value, left->bits, right->bits);
    if (value->op == HIR_SHL || value->op == HIR_SHR)
        return fold_shift(checker, value, left, right);
    if (value->op >= HIR_EQ && value->op <= HIR_GE)
        return fold_compare(checker, value, left, right);
    if (value->family == HIR_OPT)
        return complain(
            checker, value, "an optional operation cannot be computed when compiling yet"
        );
    return fold_arithmetic(checker, value, left, right);
}

// Of flags: within the declared bits.
static uint64_t complement(const HirType *type, uint64_t bits) {
    uint64_t declared = 0;
    if (type->kind != HIR_TYPE_ENUM) return wrap_bits(type, ~bits);
    vec_each(HirVariant, it, &type->enumeration->variants)
        declared |= it->value;
    return ~bits & declared;
}

static HirExpr *fold_unary(Checker *checker, HirExpr *value) {
    HirExpr *operand = fold_const(checker, value->base);
    if (operand->kind != HIR_LITERAL)
        return operand->kind == HIR_ERROR ? operand
                                          : complain(checker, value, "its operand is no number");
    if (value->op == HIR_NOT) return literal(checker, value->type, !operand->bits, value->span);
    if (value->op == HIR_BIT_NOT)
        return literal(checker, value->type, complement(value->type, operand->bits), value->span);
    if (hir_type_is_float(value->type))
        return literal(checker, value->type, operand->bits ^ (uint64_t)1 << 63, value->span);
    uint64_t bits;
    if (!narrow(value->type, -widen(operand->type, operand->bits), &bits) &&
        value->family != HIR_WRAP)
        return complain(checker, value, "it overflows");
    return literal(checker, value->type, bits, value->span);
}

static HirExpr *fold_cast(Checker *checker, HirExpr *value) {
    HirExpr *operand = fold_const(checker, value->base);
    if (operand->kind == HIR_ERROR) return operand;
    if (operand->kind != HIR_LITERAL || hir_type_is_float(operand->type) ||
        hir_type_is_float(value->type) || value->type->kind == HIR_TYPE_OPTION)
        return complain(checker, value, "this cast cannot be computed when compiling");
    uint64_t bits;
    if (!narrow(value->type, widen(operand->type, operand->bits), &bits) &&
        value->family != HIR_WRAP)
        return complain(checker, value, "the value does not fit the type that it is cast to");
    return literal(checker, value->type, bits, value->span);
}

// The same expression with all its arguments folded.
static HirExpr *fold_parts(Checker *checker, HirExpr *value) {
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
    case HIR_COPY:
        if (value->base->kind == HIR_CONSTANT)
            return value->base->constant->value ? value->base->constant->value
                                                : error_expr(checker, value->span);
        break;
    case HIR_SOME:
    case HIR_VARIANT:
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT:
    case HIR_REPEAT: return fold_parts(checker, value);
    case HIR_BINARY: return fold_binary(checker, value);
    case HIR_UNARY: return fold_unary(checker, value);
    case HIR_CAST: return fold_cast(checker, value);
    case HIR_WIDEN: {
        HirExpr *operand = fold_const(checker, value->base);
        return operand->kind == HIR_LITERAL
                   ? literal(checker, value->type, operand->bits, value->span)
                   : operand;
    }
    case HIR_TERNARY: {
        HirExpr *cond = fold_const(checker, value->args.data[0]);
        return cond->kind == HIR_LITERAL ? fold_const(checker, value->args.data[cond->bits ? 1 : 2])
                                         : cond;
    }
    default: break;
    }
    return complain(checker, value, "it is not known when compiling");
}

// --- how large a constant is -----------------------------------------------------------------------------------------------

enum { MOST_PARTS = 1 << 20, DEEPEST_PARTS = 40 }; // the verifier takes trees of 64

// Constants inside of constants are counted once and shared: written out there can be exponentially many. The count of the
// parts, and above it how deep they lie.
static uint64_t extent_of(const Checker *checker, const HirExpr *value) {
    uint64_t known, parts = 1, depth = 0;
    if (checker->parts && map_get(checker->parts, (uintptr_t)value, &known)) return known;
    for (uint32_t i = 0; i <= value->args.len && parts <= MOST_PARTS; i++) {
        const HirExpr *part = i < value->args.len ? value->args.data[i] : value->base;
        uint64_t extent = part ? extent_of(checker, part) : 0;
        parts += (uint32_t)extent;
        depth = extent >> 32 > depth ? extent >> 32 : depth;
    }
    return (depth + 1) << 32 | parts;
}

bool check_parts(Checker *checker, const HirExpr *value) {
    uint64_t extent = extent_of(checker, value);
    if (!checker->parts) checker->parts = map_new(checker->arena);
    map_put(checker->parts, (uintptr_t)value, extent);
    if ((uint32_t)extent > MOST_PARTS)
        unsupported(checker, value->span, "constants of so many parts");
    else if (extent >> 32 > DEEPEST_PARTS)
        diag_report(checker->diags, value->span, E_TOO_NESTED, "this constant");
    return (uint32_t)extent <= MOST_PARTS && extent >> 32 <= DEEPEST_PARTS;
}

bool const_u64(Checker *checker, Module *module, const AstExpr *expr, uint64_t *value) {
    HirExpr *result = check_const_value(checker, module, expr, simple(checker, HIR_TYPE_U64));
    if (result->kind == HIR_ERROR) return false;
    *value = result->bits;
    return result->kind == HIR_LITERAL;
}
