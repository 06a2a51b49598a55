// Casts between scalars, and between a plain enum or flags and their integers.

#include "interp__.h"

#include <math.h>
#include <string.h>

typedef struct Cast {
    uint64_t bits;
    bool fits;
} Cast;

static double real_of(SirType type, uint64_t bits) {
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;
    memcpy(&wide, &bits, sizeof wide);
    memcpy(&narrow, &low, sizeof narrow);
    return type == SIR_TYPE_F32 ? (double)narrow : wide;
}

static uint64_t wide_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t narrow_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double least(SirType type) {
    return interp__is_signed(type) ? -ldexp(1, (int)interp__width(type) - 1) : 0;
}

static double end(SirType type) { // the first that is too large
    return ldexp(1, (int)interp__width(type) - (interp__is_signed(type) ? 1 : 0));
}

static uint64_t greatest_bits(SirType type) {
    return UINT64_MAX >> (64 - interp__width(type) + (interp__is_signed(type) ? 1 : 0));
}

static uint64_t least_bits(SirType type) {
    return interp__is_signed(type) ? ~UINT64_C(0) << (interp__width(type) - 1) : 0;
}

static Cast real_to_integer(SirType to, double value) {
    double whole = trunc(value);
    if (isnan(value)) return (Cast){ 0, false };
    if (whole < least(to)) return (Cast){ least_bits(to), false };
    if (whole >= end(to)) return (Cast){ greatest_bits(to), false };
    uint64_t bits = whole < 0 ? (uint64_t)(int64_t)whole : (uint64_t)whole;
    return (Cast){ interp__extend(to, bits), true };
}

static Cast integer_to_real(SirType from, SirType to, uint64_t bits) {
    bool is_signed = interp__is_signed(from);
    if (to == SIR_TYPE_F32)
        return (Cast){ narrow_bits(is_signed ? (float)(int64_t)bits : (float)bits), true };
    return (Cast){ wide_bits(is_signed ? (double)(int64_t)bits : (double)bits), true };
}

// Also from char and bool, and to char. What does not fit is the nearest value.
static Cast integer_to_integer(const Interp *in, SirType from, SirType to, uint64_t bits) {
    bool is_negative = interp__is_signed(from) && (int64_t)bits < 0;
    if (to == SIR_TYPE_CHAR)
        return (Cast){ bits & 0xffffffff, !is_negative && interp__holds(in, to, bits) };
    if (is_negative) {
        bool fits = interp__is_signed(to) && (int64_t)bits >= (int64_t)least_bits(to);
        return (Cast){ fits ? bits : least_bits(to), fits };
    }
    bool fits = bits <= greatest_bits(to);
    return (Cast){ fits ? bits : greatest_bits(to), fits };
}

static Cast convert(const Interp *in, SirType from, SirType to, uint64_t bits) {
    bool is_real = interp__is_float(from);
    if (is_real && to == SIR_TYPE_F32)
        return (Cast){ narrow_bits((float)real_of(from, bits)), true };
    if (is_real && to == SIR_TYPE_F64) return (Cast){ wide_bits(real_of(from, bits)), true };
    if (is_real) return real_to_integer(to, real_of(from, bits));
    if (interp__is_float(to)) return integer_to_real(from, to, bits);
    return integer_to_integer(in, from, to, bits);
}

// --- what may be cast ------------------------------------------------------------------------------------------

static bool is_number(SirType type) {
    return interp__is_integer(type) || interp__is_float(type);
}

static bool is_code(SirType type) {
    return type == SIR_TYPE_CHAR || type == SIR_TYPE_BOOL;
}

static bool always_fits(SirType from, SirType to) {
    uint32_t a = interp__width(from), b = interp__width(to);
    if (from == to) return false;
    if (from == SIR_TYPE_BOOL) return interp__is_integer(to);
    if (from == SIR_TYPE_CHAR)
        return interp__is_integer(to) && b - (interp__is_signed(to) ? 1 : 0) >= 21;
    if (interp__is_float(from)) return from == SIR_TYPE_F32 && to == SIR_TYPE_F64;
    if (!interp__is_integer(from)) return false;
    if (interp__is_float(to)) return a <= (to == SIR_TYPE_F32 ? 16 : 32);
    if (!interp__is_integer(to)) return false;
    if (interp__is_signed(from)) return interp__is_signed(to) && b > a;
    return b > a;
}

static bool may_cast(SirOp op, SirType from, SirType to) {
    switch (op) {
    case SIR_OP_WIDEN: return always_fits(from, to);
    case SIR_OP_CAST_WRAP:
        return (interp__is_integer(from) || is_code(from)) && interp__is_integer(to);
    case SIR_OP_CAST_SAT: return is_number(from) && interp__is_integer(to);
    default: break;
    }
    bool both = (is_number(from) || is_code(from)) && (is_number(to) || to == SIR_TYPE_CHAR);
    bool mixed = (interp__is_float(from) && is_code(to)) || (is_code(from) && interp__is_float(to));
    return both && !mixed;
}

// --- instructions -------------------------------------------------------------------------------------------------

static bool to_repr(Interp *in, const SirInst *inst, const Node *v) {
    SirType repr = interp__repr(in, v->type);
    Node node = interp__scalar(repr, v->bits);
    return MUST(in, repr != v->type, RULE_WELL_FORMED, "repr.of what has no integer") &&
           interp__write(in, &inst->args[0].place, &node);
}

static bool optional(Interp *in, const SirInst *inst, const Node *v) {
    SirType option = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *info = interp__type(in, option);
    if (!MUST(in, info->kind == SIR_TYPE_OPTION, RULE_WELL_FORMED, "a result that is no option"))
        return false;
    bool is_enum = inst->op == SIR_OP_ENUM_OF;
    bool fits = is_enum ? interp__type(in, info->elem)->kind == SIR_TYPE_ENUM &&
                              interp__repr(in, info->elem) == v->type
                        : may_cast(inst->op, v->type, info->elem);
    if (!MUST(in, fits, RULE_WELL_FORMED, "a cast of type %u to type %u", v->type, info->elem))
        return false;
    Cast cast = is_enum ? (Cast){ v->bits, interp__holds(in, info->elem, v->bits) }
                        : convert(in, v->type, info->elem, v->bits);
    Node some = interp__scalar(info->elem, cast.bits);
    Node node = interp__option(in, option, cast.fits ? &some : NULL);
    return interp__write(in, &inst->args[0].place, &node);
}

bool interp__cast(Interp *in, const SirInst *inst) {
    Node v;
    if (!interp__value(in, &inst->args[1], &v)) return false;
    if (inst->op == SIR_OP_REPR_OF) return to_repr(in, inst, &v);
    if (inst->op == SIR_OP_CAST_OPT || inst->op == SIR_OP_ENUM_OF) return optional(in, inst, &v);
    SirType to = interp__place_type(in, &inst->args[0].place);
    if (!MUST(
            in, may_cast(inst->op, v.type, to), RULE_WELL_FORMED, "a cast of type %u to type %u",
            v.type, to
        ))
        return false;
    Cast cast = inst->op == SIR_OP_CAST_WRAP ? (Cast){ interp__extend(to, v.bits), true }
                                             : convert(in, v.type, to, v.bits);
    if (inst->op == SIR_OP_CAST_TRAP && !cast.fits) {
        if (!in->chaos) return interp__fault(in, FAULT_CAST);
        if (to == SIR_TYPE_CHAR) cast.bits = 'x';
    }
    Node node = interp__scalar(to, cast.bits);
    return interp__write(in, &inst->args[0].place, &node);
}
