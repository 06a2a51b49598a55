// Operations on constants, with the meaning that docs/sir.md 6 gives them at run time. A float is kept as the pattern of a
// double whatever its width; an integer in 64 bits, sign-extended if its type is signed.

#include "eval.h"

#include <math.h>
#include <string.h>

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

// --- integers, exactly: in 128 bits nothing of 64 overflows but a product ------------------------------------------------

typedef __int128 Wide;

static Wide widen(const HirType *type, uint64_t bits) {
    return hir_type_is_signed(type) ? (Wide)(int64_t)bits : (Wide)bits;
}

static Wide least(const HirType *type) {
    return hir_type_is_signed(type) ? -((Wide)1 << (hir_type_bits(type) - 1)) : 0;
}

static Wide greatest(const HirType *type) {
    return ((Wide)1 << (hir_type_bits(type) - hir_type_is_signed(type))) - 1;
}

static Folded fitted(const HirType *type, Wide value, HirFamily family, const char *trap) {
    uint64_t bits = wrap_bits(type, (uint64_t)value);
    if ((value >= least(type) && value <= greatest(type)) || family == HIR_WRAP)
        return (Folded){ bits, NULL };
    if (family == HIR_SAT)
        return (Folded){ (uint64_t)(value < 0 ? least(type) : greatest(type)), NULL };
    return (Folded){ bits, trap };
}

static Folded multiply(HirFamily family, const HirType *type, uint64_t left, uint64_t right) {
    Wide product;
    if (family == HIR_WRAP) return (Folded){ wrap_bits(type, left * right), NULL };
    if (__builtin_mul_overflow(widen(type, left), widen(type, right), &product))
        product = (Wide)1 << 126; // of two large u64
    return fitted(type, product, family, "it overflows");
}

static Folded divide(HirOp op, HirFamily family, const HirType *type, Wide a, Wide b) {
    if (b == 0) return (Folded){ 0, "it divides by zero" };
    if (op == HIR_REM) return fitted(type, a % b, HIR_WRAP, NULL);
    return fitted(type, a / b, family, "it overflows");
}

static Folded shift(HirOp op, HirFamily family, const HirType *type, uint64_t bits, uint64_t by) {
    uint32_t width = hir_type_bits(type);
    if (by >= width && family != HIR_WRAP)
        return (Folded){ 0, "the amount of a shift is not below the width" };
    by %= width;
    uint64_t shifted = op == HIR_SHL ? bits << by : (uint64_t)(widen(type, bits) >> by);
    return (Folded){ wrap_bits(type, shifted), NULL };
}

static Folded integers(
    HirOp op, HirFamily family, const HirType *type, uint64_t left, uint64_t right
) {
    Wide a = widen(type, left), b = widen(type, right);
    switch (op) {
    case HIR_ADD: return fitted(type, a + b, family, "it overflows");
    case HIR_SUB: return fitted(type, a - b, family, "it overflows");
    case HIR_MUL: return multiply(family, type, left, right);
    case HIR_DIV:
    case HIR_REM: return divide(op, family, type, a, b);
    default: return shift(op, family, type, left, right);
    }
}

// --- floats --------------------------------------------------------------------------------------------------------------

static double real(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t pattern(const HirType *type, double value) {
    uint64_t bits;
    if (type->kind == HIR_TYPE_F32) value = (float)value;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint64_t fold_real(const HirType *type, uint64_t bits) {
    float narrow;
    uint32_t low = (uint32_t)bits;
    memcpy(&narrow, &low, sizeof narrow);
    return type->kind == HIR_TYPE_F32 ? pattern(type, (double)narrow) : bits;
}

// In double first: rounding twice gives what rounding once does, for these operations on f32.
static Folded floats(HirOp op, const HirType *type, double a, double b) {
    switch (op) {
    case HIR_ADD: return (Folded){ pattern(type, a + b), NULL };
    case HIR_SUB: return (Folded){ pattern(type, a - b), NULL };
    case HIR_MUL: return (Folded){ pattern(type, a * b), NULL };
    case HIR_DIV: return (Folded){ pattern(type, a / b), NULL };
    default: return (Folded){ pattern(type, fmod(a, b)), NULL };
    }
}

uint64_t fold_sqrt(const HirType *type, uint64_t bits) {
    return pattern(type, sqrt(real(bits)));
}

// --- comparison ------------------------------------------------------------------------------------------------------------

static bool compare(HirOp op, const HirType *type, uint64_t left, uint64_t right) {
    int sign;
    if (hir_type_is_float(type)) {
        double a = real(left), b = real(right);
        if (isnan(a) || isnan(b)) return op == HIR_NE;
        sign = (a > b) - (a < b);
    } else {
        bool is_enum = type->kind == HIR_TYPE_ENUM; // of which only equality is asked
        Wide a = is_enum ? (Wide)left : widen(type, left),
             b = is_enum ? (Wide)right : widen(type, right);
        sign = (a > b) - (a < b);
    }
    switch (op) {
    case HIR_EQ: return sign == 0;
    case HIR_NE: return sign != 0;
    case HIR_LT: return sign < 0;
    case HIR_LE: return sign <= 0;
    case HIR_GT: return sign > 0;
    default: return sign >= 0;
    }
}

Folded fold_binary(HirOp op, HirFamily family, const HirType *type, uint64_t left, uint64_t right) {
    switch (op) {
    case HIR_BIT_AND: return (Folded){ left & right, NULL };
    case HIR_BIT_OR: return (Folded){ left | right, NULL };
    case HIR_BIT_XOR: return (Folded){ left ^ right, NULL };
    default: break;
    }
    if (op >= HIR_EQ && op <= HIR_GE) return (Folded){ compare(op, type, left, right), NULL };
    return hir_type_is_float(type) ? floats(op, type, real(left), real(right))
                                   : integers(op, family, type, left, right);
}

// --- one operand -------------------------------------------------------------------------------------------------------------

// Of flags: within the declared bits.
static uint64_t complement(const HirType *type, uint64_t bits) {
    uint64_t declared = 0;
    if (type->kind != HIR_TYPE_ENUM) return wrap_bits(type, ~bits);
    vec_each(HirVariant, it, &type->enumeration->variants)
        declared |= it->value;
    return ~bits & declared;
}

Folded fold_unary(HirOp op, HirFamily family, const HirType *type, uint64_t bits) {
    if (op == HIR_NOT) return (Folded){ !bits, NULL };
    if (op == HIR_BIT_NOT) return (Folded){ complement(type, bits), NULL };
    if (hir_type_is_float(type)) return (Folded){ bits ^ (uint64_t)1 << 63, NULL };
    return fitted(type, -widen(type, bits), family, "it overflows");
}

uint64_t fold_count(HirBuiltin builtin, const HirType *type, uint64_t bits) {
    uint32_t width = hir_type_bits(type);
    uint64_t low = width == 64 ? bits : bits & (((uint64_t)1 << width) - 1);
    if (builtin == HIR_BUILTIN_BYTESWAP)
        return wrap_bits(type, __builtin_bswap64(low) >> (64 - width));
    if (builtin == HIR_BUILTIN_POPCOUNT) return (uint64_t)__builtin_popcountll(low);
    if (low == 0) return width;
    if (builtin == HIR_BUILTIN_CTZ) return (uint64_t)__builtin_ctzll(low);
    return (uint64_t)__builtin_clzll(low) - (64 - width);
}

uint64_t fold_mul_high(const HirType *type, uint64_t a, uint64_t b) {
    uint32_t width = hir_type_bits(type);
    if (!hir_type_is_signed(type))
        return wrap_bits(type, (uint64_t)(((unsigned __int128)a * b) >> width));
    __int128 product = (__int128)(int64_t)a * (int64_t)b;
    return wrap_bits(type, (uint64_t)(product >> width));
}

uint64_t fold_rotate(bool left, const HirType *type, uint64_t bits, uint64_t by) {
    uint32_t width = hir_type_bits(type);
    uint64_t low = width == 64 ? bits : bits & (((uint64_t)1 << width) - 1);
    by %= width;
    if (by == 0) return wrap_bits(type, low);
    if (!left) by = width - by;
    return wrap_bits(type, low << by | low >> (width - by));
}

// --- casts ---------------------------------------------------------------------------------------------------------------------

static Folded real_to_integer(const HirType *to, HirFamily family, double value) {
    const char *trap = "the value does not fit the type that it is cast to";
    uint32_t width = hir_type_bits(to);
    double whole = trunc(value), low = hir_type_is_signed(to) ? -ldexp(1, (int)width - 1) : 0,
           end = ldexp(1, (int)width - hir_type_is_signed(to)); // the first that is too large
    if (isnan(value)) return (Folded){ 0, family == HIR_SAT ? NULL : trap };
    if (whole < low || whole >= end)
        return (Folded){ (uint64_t)(whole < low ? least(to) : greatest(to)),
                         family == HIR_SAT ? NULL : trap };
    uint64_t bits = whole < 0 ? (uint64_t)(int64_t)whole : (uint64_t)whole;
    return (Folded){ wrap_bits(to, bits), NULL };
}

static Folded to_real(const HirType *from, const HirType *to, uint64_t bits) {
    if (hir_type_is_float(from)) return (Folded){ pattern(to, real(bits)), NULL };
    bool is_signed = hir_type_is_signed(from), narrow = to->kind == HIR_TYPE_F32;
    double value; // rounded once
    if (narrow)
        value = (double)(is_signed ? (float)(int64_t)bits : (float)bits);
    else
        value = is_signed ? (double)(int64_t)bits : (double)bits;
    return (Folded){ pattern(to, value), NULL };
}

Folded fold_cast(const HirType *from, const HirType *to, HirFamily family, uint64_t bits) {
    const char *trap = "the value does not fit the type that it is cast to";
    if (hir_type_is_float(to)) return to_real(from, to, bits);
    if (hir_type_is_float(from)) return real_to_integer(to, family, real(bits));
    Wide value = widen(from, bits);
    if (to->kind != HIR_TYPE_CHAR) return fitted(to, value, family, trap);
    bool scalar = value >= 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    return (Folded){ (uint64_t)value & 0xffffffff, scalar ? NULL : trap };
}
