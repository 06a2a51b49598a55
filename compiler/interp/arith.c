// Arithmetic and comparison on scalars. Integers are computed in 128 bits, where nothing of 64 overflows.

#include "interp__.h"

#include <math.h>
#include <string.h>

typedef __int128 Wide;

// How an operation behaves where its result does not fit.
typedef enum Way { WAY_TRAP, WAY_WRAP, WAY_SAT, WAY_OPT } Way;

typedef struct Result {
    uint64_t bits;
    Fault fault; // FAULT_NONE: there is a result
} Result;

// --- floats --------------------------------------------------------------------------------------------------

static double to_double(SirType type, uint64_t bits) {
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;
    memcpy(&wide, &bits, sizeof wide);
    memcpy(&narrow, &low, sizeof narrow);
    return type == SIR_TYPE_F32 ? (double)narrow : wide;
}

static uint64_t from_double(SirType type, double value) {
    uint64_t bits;
    uint32_t low;
    float narrow = (float)value;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&low, &narrow, sizeof low);
    return type == SIR_TYPE_F32 ? low : bits;
}

// In double first: rounding twice gives what rounding once does, for these operations on f32.
static uint64_t compute_float(SirOp op, SirType type, uint64_t left, uint64_t right) {
    double a = to_double(type, left), b = to_double(type, right);
    switch (op) {
    case SIR_OP_FADD: return from_double(type, a + b);
    case SIR_OP_FSUB: return from_double(type, a - b);
    case SIR_OP_FMUL: return from_double(type, a * b);
    case SIR_OP_FDIV: return from_double(type, a / b);
    case SIR_OP_FREM: return from_double(type, fmod(a, b));
    case SIR_OP_FNEG: return left ^ (UINT64_C(1) << (interp__width(type) - 1));
    default: return from_double(type, sqrt(a));
    }
}

// --- integers ----------------------------------------------------------------------------------------------------

static Wide widened(SirType type, uint64_t bits) {
    return interp__is_signed(type) ? (Wide)(int64_t)bits : (Wide)bits;
}

static Wide least(SirType type) {
    return interp__is_signed(type) ? -((Wide)1 << (interp__width(type) - 1)) : 0;
}

static Wide greatest(SirType type) {
    return ((Wide)1 << (interp__width(type) - (interp__is_signed(type) ? 1 : 0))) - 1;
}

static Way way_of(SirOp op) {
    switch (op) {
    case SIR_OP_ADD_WRAP:
    case SIR_OP_SUB_WRAP:
    case SIR_OP_MUL_WRAP:
    case SIR_OP_NEG_WRAP: return WAY_WRAP;
    case SIR_OP_ADD_SAT:
    case SIR_OP_SUB_SAT:
    case SIR_OP_MUL_SAT: return WAY_SAT;
    default: return WAY_TRAP;
    }
}

static Result fitted(SirType type, Wide value, Way way) {
    Result wrapped = { interp__extend(type, (uint64_t)value), FAULT_NONE };
    if ((value >= least(type) && value <= greatest(type)) || way == WAY_WRAP) return wrapped;
    if (way == WAY_SAT)
        return (Result){ (uint64_t)(value < 0 ? least(type) : greatest(type)), FAULT_NONE };
    return (Result){ wrapped.bits, FAULT_OVERFLOW };
}

// Only of two numbers of u64 can it be too large even here.
static Wide multiplied(Wide a, Wide b) {
    Wide product;
    return __builtin_mul_overflow(a, b, &product) ? (Wide)1 << 126 : product;
}

static Result divide(SirOp op, SirType type, Wide a, Wide b) {
    if (b == 0) return (Result){ 0, FAULT_DIVIDE };
    if (op == SIR_OP_REM_TRAP || op == SIR_OP_REM_OPT) return fitted(type, a % b, WAY_WRAP);
    return fitted(type, a / b, WAY_TRAP);
}

// Each factor has at most 64 bits: without a sign their product needs all 128 of the unsigned type.
static uint64_t upper_half(SirType type, Wide a, Wide b) {
    uint32_t width = interp__width(type);
    if (a < 0 || b < 0) return interp__extend(type, (uint64_t)((a * b) >> width));
    return interp__extend(type, (uint64_t)(((unsigned __int128)a * (unsigned __int128)b) >> width));
}

static Result compute(SirOp op, SirType type, uint64_t left, uint64_t right) {
    Wide a = widened(type, left), b = widened(type, right);
    switch (op) {
    case SIR_OP_ADD_TRAP:
    case SIR_OP_ADD_WRAP:
    case SIR_OP_ADD_SAT:
    case SIR_OP_ADD_OPT: return fitted(type, a + b, way_of(op));
    case SIR_OP_SUB_TRAP:
    case SIR_OP_SUB_WRAP:
    case SIR_OP_SUB_SAT:
    case SIR_OP_SUB_OPT: return fitted(type, a - b, way_of(op));
    case SIR_OP_MUL_TRAP:
    case SIR_OP_MUL_SAT:
    case SIR_OP_MUL_OPT: return fitted(type, multiplied(a, b), way_of(op));
    case SIR_OP_MUL_WRAP: return (Result){ interp__extend(type, left * right), FAULT_NONE };
    case SIR_OP_MUL_HIGH: return (Result){ upper_half(type, a, b), FAULT_NONE };
    case SIR_OP_NEG_TRAP:
    case SIR_OP_NEG_WRAP: return fitted(type, -a, way_of(op));
    default: return divide(op, type, a, b);
    }
}

static bool is_arith(SirType type) {
    return interp__is_integer(type);
}

// --- shifts, bits --------------------------------------------------------------------------------------------------

static uint64_t low_bits(SirType type, uint64_t bits) {
    uint32_t width = interp__width(type);
    return width >= 64 ? bits : bits & ((UINT64_C(1) << width) - 1);
}

static Result shift(SirOp op, SirType type, uint64_t bits, uint64_t amount) {
    uint32_t width = interp__width(type);
    bool tests = op == SIR_OP_SHL_TRAP || op == SIR_OP_SHR_TRAP || op == SIR_OP_SHL_OPT ||
                 op == SIR_OP_SHR_OPT;
    Fault fault = tests && amount >= width ? FAULT_SHIFT : FAULT_NONE;
    uint32_t by = (uint32_t)(amount % width), rest = (width - by) % width;
    uint64_t low = low_bits(type, bits), out = 0;
    switch (op) {
    case SIR_OP_SHL_TRAP:
    case SIR_OP_SHL_WRAP:
    case SIR_OP_SHL_OPT: out = low << by; break;
    case SIR_OP_ROTL: out = low << by | low >> rest; break;
    case SIR_OP_ROTR: out = low >> by | low << rest; break;
    default: out = (uint64_t)(widened(type, bits) >> by); break;
    }
    if (by == 0 && (op == SIR_OP_ROTL || op == SIR_OP_ROTR)) out = low;
    return (Result){ interp__extend(type, out), fault };
}

static uint64_t byteswap(SirType type, uint64_t bits) {
    return interp__extend(type, __builtin_bswap64(bits) >> (64 - interp__width(type)));
}

static uint64_t complement(const Interp *in, SirType type, uint64_t bits) {
    const SirTypeInfo *info = interp__type(in, type);
    uint64_t all = type == SIR_TYPE_BOOL ? 1 : ~UINT64_C(0);
    if (info->kind != SIR_TYPE_FLAGS) return interp__extend(type, ~bits & all);
    for (uint32_t i = (all = 0, 0); i < info->variant_count; i++)
        all |= info->variants[i].value;
    return ~bits & all;
}

static uint64_t combine(const Interp *in, SirOp op, SirType type, uint64_t a, uint64_t b) {
    switch (op) {
    case SIR_OP_AND: return a & b;
    case SIR_OP_OR: return a | b;
    case SIR_OP_XOR: return a ^ b;
    case SIR_OP_BYTESWAP: return byteswap(type, a);
    default: return complement(in, type, a);
    }
}

static uint64_t count_bits(SirOp op, SirType type, uint64_t bits) {
    uint64_t low = low_bits(type, bits);
    uint32_t width = interp__width(type);
    if (op == SIR_OP_POPCOUNT) return (uint64_t)__builtin_popcountll(low);
    if (low == 0) return width;
    if (op == SIR_OP_CTZ) return (uint64_t)__builtin_ctzll(low);
    return (uint64_t)__builtin_clzll(low) - (64 - width);
}

// --- comparison -----------------------------------------------------------------------------------------------------

static int order(double a, double b) {
    return (a > b) - (a < b);
}

static bool compare(SirOp op, SirType type, uint64_t left, uint64_t right) {
    int sign;
    if (interp__is_float(type)) {
        double a = to_double(type, left), b = to_double(type, right);
        if (isnan(a) || isnan(b)) return op == SIR_OP_NE;
        sign = order(a, b);
    } else {
        Wide a = widened(type, left), b = widened(type, right);
        sign = (a > b) - (a < b);
    }
    switch (op) {
    case SIR_OP_EQ: return sign == 0;
    case SIR_OP_NE: return sign != 0;
    case SIR_OP_LT: return sign < 0;
    case SIR_OP_LE: return sign <= 0;
    case SIR_OP_GT: return sign > 0;
    default: return sign >= 0;
    }
}

// --- instructions ----------------------------------------------------------------------------------------------------

static bool is_named(const Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    return info->kind == SIR_TYPE_FLAGS || (info->kind == SIR_TYPE_ENUM && info->is_plain_enum);
}

static bool fits_group(const Interp *in, SirGroup group, SirType t, SirOp op) {
    switch (group) {
    case SIR_GROUP_FLOAT:
    case SIR_GROUP_FLOAT1: return interp__is_float(t);
    case SIR_GROUP_BITS:
    case SIR_GROUP_BITS1:
        if (op == SIR_OP_BYTESWAP) return interp__is_integer(t);
        return interp__is_integer(t) || t == SIR_TYPE_BOOL ||
               interp__type(in, t)->kind == SIR_TYPE_FLAGS;
    case SIR_GROUP_COMPARE: return (t < SIR_SCALARS && t != SIR_TYPE_VOID) || is_named(in, t);
    case SIR_GROUP_ORDER: return interp__is_integer(t) || interp__is_float(t) || t == SIR_TYPE_CHAR;
    default: return is_arith(t);
    }
}

static bool finish(Interp *in, const SirInst *inst, SirType type, Result result) {
    SirGroup group = sir_op_group(inst->op);
    const SirPlace *dest = &inst->args[0].place;
    Node node = interp__scalar(type, result.bits);
    if (group == SIR_GROUP_ARITHOPT || group == SIR_GROUP_SHIFTOPT) {
        SirType option = interp__place_type(in, dest);
        const SirTypeInfo *info = interp__type(in, option);
        if (!MUST(
                in, info->kind == SIR_TYPE_OPTION && info->elem == type, RULE_WELL_FORMED,
                "a result of another type"
            ))
            return false;
        bool is_none = in->chaos ? interp__below(in, 2) : result.fault != FAULT_NONE;
        node = interp__option(in, option, is_none ? NULL : &node);
    } else if (result.fault != FAULT_NONE && !(in->chaos && interp__below(in, 8))) {
        return interp__fault(in, result.fault); // chaos: as if the operands had been others
    }
    return interp__write(in, dest, &node);
}

static bool is_object(const Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    return info->kind == SIR_TYPE_PTR && interp__is_managed(info);
}

// The same object or not.
static bool compare_objects(Interp *in, const SirInst *inst, const Node *a, const Node *b) {
    if (!MUST(in, a->type == b->type, RULE_WELL_FORMED, "objects of two types are compared"))
        return false;
    bool same = a->block == b->block;
    return finish(in, inst, SIR_TYPE_BOOL, (Result){ same == (inst->op == SIR_OP_EQ), FAULT_NONE });
}

bool interp__arith(Interp *in, const SirInst *inst) {
    SirGroup group = sir_op_group(inst->op);
    bool is_shift = group == SIR_GROUP_SHIFT || group == SIR_GROUP_SHIFTOPT;
    Node a, b = { 0 };
    if (!interp__value(in, &inst->args[1], &a)) return false;
    if (inst->arg_count > 2 && !interp__value(in, &inst->args[2], &b)) return false;
    SirType t = a.type;
    if (group == SIR_GROUP_COMPARE && is_object(in, t)) return compare_objects(in, inst, &a, &b);
    bool fits = fits_group(in, group, t, inst->op) &&
                (inst->arg_count < 3 || b.type == (is_shift ? (SirType)SIR_TYPE_U32 : t));
    if (!MUST(in, fits, RULE_WELL_FORMED, "%s of type %u", sir_op_text(inst->op), t)) return false;
    switch (group) {
    case SIR_GROUP_ARITH:
    case SIR_GROUP_ARITH1:
    case SIR_GROUP_ARITHOPT: return finish(in, inst, t, compute(inst->op, t, a.bits, b.bits));
    case SIR_GROUP_SHIFT:
    case SIR_GROUP_SHIFTOPT: return finish(in, inst, t, shift(inst->op, t, a.bits, b.bits));
    case SIR_GROUP_BITS:
    case SIR_GROUP_BITS1:
        return finish(
            in, inst, t, (Result){ combine(in, inst->op, t, a.bits, b.bits), FAULT_NONE }
        );
    case SIR_GROUP_COUNT:
        return finish(
            in, inst, SIR_TYPE_U32, (Result){ count_bits(inst->op, t, a.bits), FAULT_NONE }
        );
    case SIR_GROUP_FLOAT:
    case SIR_GROUP_FLOAT1:
        return finish(
            in, inst, t, (Result){ compute_float(inst->op, t, a.bits, b.bits), FAULT_NONE }
        );
    default: break;
    }
    SirType repr = interp__repr(in, t);
    return finish(
        in, inst, SIR_TYPE_BOOL, (Result){ compare(inst->op, repr, a.bits, b.bits), FAULT_NONE }
    );
}
