// Casts between scalars. A float becomes an integer only where a comparison against exactly representable bounds has
// shown that it fits: LLVM's instruction is undefined elsewhere.

#include "llvm__.h"

#include "base/check.h"

#include <math.h>
#include <string.h>

enum { LAST_CHAR = 0x10ffff, FIRST_SURROGATE = 0xd800, LAST_SURROGATE = 0xdfff };

static uint64_t least(SirType type) { // as bits, extended to 64
    return llvm__is_signed(type) ? ~UINT64_C(0) << (llvm__bits(type) - 1) : 0;
}

static uint64_t greatest(SirType type) {
    if (type == SIR_TYPE_CHAR) return LAST_CHAR;
    if (type == SIR_TYPE_BOOL) return 1;
    return UINT64_MAX >> (64 - llvm__bits(type) + (llvm__is_signed(type) ? 1 : 0));
}

static LLVMValueRef both(Emit *e, LLVMValueRef a, LLVMValueRef b) {
    return !a ? b : !b ? a : LLVMBuildAnd(e->at, a, b, "");
}

// --- does it fit? i1, NULL if always -------------------------------------------------------------------------

static LLVMValueRef integer_fits(Emit *e, LLVMValueRef v, SirType from, SirType to) {
    LLVMTypeRef word = LLVMTypeOf(v);
    LLVMValueRef fits = NULL;
    bool is_signed = llvm__is_signed(from);
    if (is_signed && (int64_t)least(to) > (int64_t)least(from))
        fits = llvm__is(e, LLVMIntSGE, v, llvm__int(e, word, least(to)));
    if (greatest(to) < greatest(from)) {
        LLVMIntPredicate at_most = is_signed ? LLVMIntSLE : LLVMIntULE;
        fits = both(e, fits, llvm__is(e, at_most, v, llvm__int(e, word, greatest(to))));
    }
    if (to == SIR_TYPE_CHAR && greatest(from) >= FIRST_SURROGATE && from != SIR_TYPE_CHAR) {
        LLVMValueRef off = LLVMBuildSub(e->at, v, llvm__int(e, word, FIRST_SURROGATE), "");
        LLVMValueRef count = llvm__int(e, word, LAST_SURROGATE - FIRST_SURROGATE);
        fits = both(e, fits, llvm__is(e, LLVMIntUGT, off, count));
    }
    return fits;
}

static LLVMValueRef float_fits(Emit *e, LLVMValueRef v, SirType from, SirType to) {
    LLVMTypeRef type = LLVMTypeOf(v);
    int mantissa = from == SIR_TYPE_F32 ? 24 : 53;
    int bits = (int)llvm__bits(to);
    bool is_signed = llvm__is_signed(to);
    double end = ldexp(1, is_signed ? bits - 1 : bits);
    LLVMValueRef below = LLVMBuildFCmp(e->at, LLVMRealOLT, v, LLVMConstReal(type, end), "");
    LLVMValueRef above;
    if (!is_signed)
        above = LLVMBuildFCmp(e->at, LLVMRealOGT, v, LLVMConstReal(type, -1), "");
    else if (bits - 1 >= mantissa) // no float lies between MIN - 1 and MIN
        above = LLVMBuildFCmp(e->at, LLVMRealOGE, v, LLVMConstReal(type, -end), "");
    else
        above = LLVMBuildFCmp(e->at, LLVMRealOGT, v, LLVMConstReal(type, -end - 1), "");
    return LLVMBuildAnd(e->at, above, below, "");
}

static LLVMValueRef fits_type(Emit *e, LLVMValueRef v, SirType from, SirType to) {
    if (llvm__is_float(to)) return NULL;
    return llvm__is_float(from) ? float_fits(e, v, from, to) : integer_fits(e, v, from, to);
}

// --- conversion, of what fits -----------------------------------------------------------------------------------

static LLVMValueRef converted(Emit *e, LLVMValueRef v, SirType from, SirType to) {
    LLVMTypeRef type = llvm__one_type(e, to);
    bool is_signed = llvm__is_signed(from);
    if (llvm__is_float(from) && llvm__is_float(to))
        return LLVMTypeOf(v) == type ? v
               : to == SIR_TYPE_F32  ? LLVMBuildFPTrunc(e->at, v, type, "")
                                     : LLVMBuildFPExt(e->at, v, type, "");
    if (llvm__is_float(from))
        return llvm__is_signed(to) ? LLVMBuildFPToSI(e->at, v, type, "")
                                   : LLVMBuildFPToUI(e->at, v, type, "");
    if (llvm__is_float(to))
        return is_signed ? LLVMBuildSIToFP(e->at, v, type, "")
                         : LLVMBuildUIToFP(e->at, v, type, "");
    return llvm__resize(e, v, type, is_signed);
}

// What does not fit is replaced by 0 first, so that the conversion is defined.
static LLVMValueRef converted_or_zero(
    Emit *e, LLVMValueRef v, SirType from, SirType to, LLVMValueRef fits
) {
    if (fits && llvm__is_float(from)) v = llvm__select(e, fits, v, LLVMConstNull(LLVMTypeOf(v)));
    return converted(e, v, from, to);
}

static LLVMValueRef clamped_float(Emit *e, LLVMValueRef v, SirType to) {
    LLVMTypeRef types[] = { llvm__one_type(e, to), LLVMTypeOf(v) };
    const char *name = llvm__is_signed(to) ? "llvm.fptosi.sat" : "llvm.fptoui.sat";
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef fn = LLVMGetIntrinsicDeclaration(e->out, id, types, 2);
    return LLVMBuildCall2(e->at, LLVMIntrinsicGetType(e->context, id, types, 2), fn, &v, 1, "");
}

static LLVMValueRef clamped(Emit *e, LLVMValueRef v, SirType from, SirType to) {
    if (llvm__is_float(from)) return clamped_float(e, v, to);
    LLVMTypeRef word = LLVMTypeOf(v);
    bool is_signed = llvm__is_signed(from);
    if (is_signed && (int64_t)least(to) > (int64_t)least(from)) {
        LLVMValueRef low = llvm__int(e, word, least(to));
        v = llvm__select(e, llvm__is(e, LLVMIntSLT, v, low), low, v);
    }
    if (greatest(to) < greatest(from)) {
        LLVMValueRef high = llvm__int(e, word, greatest(to));
        v = llvm__select(e, llvm__is(e, is_signed ? LLVMIntSGT : LLVMIntUGT, v, high), high, v);
    }
    return converted(e, v, from, to);
}

// --- plain enums ------------------------------------------------------------------------------------------------

// i1: is the value one of the enum's? A switch, which LLVM makes a range or a table of.
static LLVMValueRef is_variant(Emit *e, LLVMValueRef v, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    LLVMBasicBlockRef yes = llvm__new_block(e, "named"), no = llvm__new_block(e, "unnamed");
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    LLVMValueRef choice = LLVMBuildSwitch(e->at, v, no, info->variant_count);
    uint64_t mask = UINT64_MAX >> (64 - llvm__bits(info->elem));
    for (uint32_t i = 0; i < info->variant_count; i++)
        LLVMAddCase(choice, llvm__int(e, LLVMTypeOf(v), info->variants[i].value & mask), yes);
    llvm__go(e, yes);
    llvm__jump(e, on);
    llvm__go(e, no);
    llvm__jump(e, on);
    llvm__go(e, on);
    LLVMValueRef named = LLVMBuildPhi(e->at, e->i1, "");
    LLVMValueRef values[] = { llvm__int(e, e->i1, 1), llvm__int(e, e->i1, 0) };
    LLVMBasicBlockRef from[] = { yes, no };
    LLVMAddIncoming(named, values, from, 2);
    return named;
}

// --- instructions ------------------------------------------------------------------------------------------------

static void cast_option(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    SirType to = llvm__type(e, llvm__place_type(e, &inst->args[0].place))->elem;
    LLVMValueRef some, result = v.a;
    if (inst->op == SIR_OP_ENUM_OF) {
        some = is_variant(e, v.a, to);
    } else {
        some = fits_type(e, v.a, v.type, to);
        result = converted_or_zero(e, v.a, v.type, to, some);
    }
    Value value = llvm__one(e, to, result);
    llvm__option_dest(e, &inst->args[0], some ? some : llvm__int(e, e->i1, 1), &value);
}

static LLVMValueRef cast_result(Emit *e, const SirInst *inst, const Value *v, SirType to) {
    if (inst->op == SIR_OP_REPR_OF) return v->a;
    if (inst->op == SIR_OP_CAST_SAT) return clamped(e, v->a, v->type, to);
    if (inst->op == SIR_OP_CAST_TRAP) {
        LLVMValueRef fits = fits_type(e, v->a, v->type, to);
        if (fits) llvm__trap_unless(e, fits, FAULT_CAST);
    }
    return converted(e, v->a, v->type, to);
}

void llvm__cast(Emit *e, const SirInst *inst) {
    if (sir_op_group(inst->op) == SIR_GROUP_CASTOPT) {
        cast_option(e, inst);
        return;
    }
    Value v = llvm__arg(e, &inst->args[1]);
    SirType to = llvm__place_type(e, &inst->args[0].place);
    Value value = llvm__one(e, to, cast_result(e, inst, &v, to));
    llvm__dest(e, &inst->args[0], &value);
}
