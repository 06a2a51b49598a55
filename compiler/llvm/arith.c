// Arithmetic and comparison. Every family computes the result in two's complement and a bit that says whether it is
// not the mathematical one; the suffix decides what becomes of the bit. Nothing here can be poison or undefined.

#include "llvm__.h"

#include "base/check.h"

typedef enum Family { FAMILY_TRAP, FAMILY_WRAP, FAMILY_SAT, FAMILY_OPT } Family;
typedef enum Basic { BASIC_ADD, BASIC_SUB, BASIC_MUL, BASIC_NEG, BASIC_DIV, BASIC_REM } Basic;

typedef struct Row {
    SirOp op;
    Basic basic;
    Family family;
} Row;

static const Row rows[] = {
    { SIR_OP_ADD_TRAP, BASIC_ADD, FAMILY_TRAP },
    { SIR_OP_SUB_TRAP, BASIC_SUB, FAMILY_TRAP },
    { SIR_OP_MUL_TRAP, BASIC_MUL, FAMILY_TRAP },
    { SIR_OP_NEG_TRAP, BASIC_NEG, FAMILY_TRAP },
    { SIR_OP_DIV_TRAP, BASIC_DIV, FAMILY_TRAP },
    { SIR_OP_REM_TRAP, BASIC_REM, FAMILY_TRAP },
    { SIR_OP_ADD_WRAP, BASIC_ADD, FAMILY_WRAP },
    { SIR_OP_SUB_WRAP, BASIC_SUB, FAMILY_WRAP },
    { SIR_OP_MUL_WRAP, BASIC_MUL, FAMILY_WRAP },
    { SIR_OP_NEG_WRAP, BASIC_NEG, FAMILY_WRAP },
    { SIR_OP_ADD_SAT,  BASIC_ADD, FAMILY_SAT  },
    { SIR_OP_SUB_SAT,  BASIC_SUB, FAMILY_SAT  },
    { SIR_OP_MUL_SAT,  BASIC_MUL, FAMILY_SAT  },
    { SIR_OP_ADD_OPT,  BASIC_ADD, FAMILY_OPT  },
    { SIR_OP_SUB_OPT,  BASIC_SUB, FAMILY_OPT  },
    { SIR_OP_MUL_OPT,  BASIC_MUL, FAMILY_OPT  },
    { SIR_OP_DIV_OPT,  BASIC_DIV, FAMILY_OPT  },
    { SIR_OP_REM_OPT,  BASIC_REM, FAMILY_OPT  },
};

typedef struct Operands {
    SirType type; // an integer
    LLVMTypeRef word;
    bool is_signed;
    LLVMValueRef a, b;
} Operands;

typedef struct Outcome {
    LLVMValueRef result;
    LLVMValueRef zero; // i1: the divisor was 0; NULL where nothing is divided
    LLVMValueRef over; // i1: the result is not the true one; NULL if it always is
} Outcome;

static uint64_t min_of(const Operands *o) {
    return o->is_signed ? UINT64_C(1) << (llvm__bits(o->type) - 1) : 0;
}

static uint64_t max_of(const Operands *o) {
    uint64_t all = UINT64_MAX >> (64 - llvm__bits(o->type));
    return o->is_signed ? all >> 1 : all;
}

// --- computing ---------------------------------------------------------------------------------------------

static Outcome with_overflow(Emit *e, Basic basic, const Operands *o) {
    static const char *const names[][2] = {
        [BASIC_ADD] = { "llvm.uadd.with.overflow", "llvm.sadd.with.overflow" },
        [BASIC_SUB] = { "llvm.usub.with.overflow", "llvm.ssub.with.overflow" },
        [BASIC_MUL] = { "llvm.umul.with.overflow", "llvm.smul.with.overflow" },
    };
    // Without a sign the carry is a comparison, which the optimiser sees through where it does not through a pair.
    if (!o->is_signed && basic == BASIC_ADD) {
        LLVMValueRef sum = LLVMBuildAdd(e->at, o->a, o->b, "");
        return (Outcome){ sum, NULL, llvm__is(e, LLVMIntULT, sum, o->a) };
    }
    if (!o->is_signed && basic == BASIC_SUB) {
        LLVMValueRef difference = LLVMBuildSub(e->at, o->a, o->b, "");
        return (Outcome){ difference, NULL, llvm__is(e, LLVMIntULT, o->a, o->b) };
    }
    LLVMValueRef args[] = { o->a, o->b };
    LLVMValueRef both = llvm__intrinsic(e, names[basic][o->is_signed], o->word, 2, args);
    return (Outcome){ llvm__extract(e, both, 0), NULL, llvm__extract(e, both, 1) };
}

// The divisor is replaced by 1 where the machine would fault, so that the instruction is always defined.
static Outcome divide(Emit *e, Basic basic, const Operands *o) {
    LLVMValueRef one = llvm__int(e, o->word, 1);
    LLVMValueRef zero = llvm__is(e, LLVMIntEQ, o->b, LLVMConstNull(o->word));
    LLVMValueRef bad = zero, over = NULL;
    if (o->is_signed) {
        LLVMValueRef least = llvm__is(e, LLVMIntEQ, o->a, llvm__int(e, o->word, min_of(o)));
        LLVMValueRef minus = llvm__is(e, LLVMIntEQ, o->b, LLVMConstAllOnes(o->word));
        over = LLVMBuildAnd(e->at, least, minus, "");
        bad = LLVMBuildOr(e->at, zero, over, ""); // MIN rem 1 is 0, as MIN rem -1 is
    }
    LLVMValueRef by = llvm__select(e, bad, one, o->b);
    if (basic == BASIC_REM) {
        LLVMValueRef rem =
            o->is_signed ? LLVMBuildSRem(e->at, o->a, by, "") : LLVMBuildURem(e->at, o->a, by, "");
        return (Outcome){ rem, zero, NULL };
    }
    LLVMValueRef quotient =
        o->is_signed ? LLVMBuildSDiv(e->at, o->a, by, "") : LLVMBuildUDiv(e->at, o->a, by, "");
    return (Outcome){ quotient, zero, over };
}

static Outcome compute(Emit *e, Basic basic, const Operands *o) {
    switch (basic) {
    case BASIC_ADD:
    case BASIC_SUB:
    case BASIC_MUL: return with_overflow(e, basic, o);
    case BASIC_NEG: {
        Operands from_zero = *o;
        from_zero.a = LLVMConstNull(o->word);
        from_zero.b = o->a;
        return with_overflow(e, BASIC_SUB, &from_zero);
    }
    case BASIC_DIV:
    case BASIC_REM: return divide(e, basic, o);
    }
    unreachable();
}

static LLVMValueRef wrap(Emit *e, Basic basic, const Operands *o) {
    switch (basic) {
    case BASIC_ADD: return LLVMBuildAdd(e->at, o->a, o->b, "");
    case BASIC_SUB: return LLVMBuildSub(e->at, o->a, o->b, "");
    case BASIC_MUL: return LLVMBuildMul(e->at, o->a, o->b, "");
    case BASIC_NEG: return LLVMBuildNeg(e->at, o->a, "");
    case BASIC_DIV:
    case BASIC_REM: break;
    }
    unreachable();
}

// Where a product leaves its type, its sign tells to which side.
static LLVMValueRef saturate_product(Emit *e, const Operands *o) {
    Outcome got = with_overflow(e, BASIC_MUL, o);
    LLVMValueRef limit = llvm__int(e, o->word, max_of(o));
    if (o->is_signed) {
        LLVMValueRef signs = LLVMBuildXor(e->at, o->a, o->b, "");
        LLVMValueRef below = llvm__is(e, LLVMIntSLT, signs, LLVMConstNull(o->word));
        limit = llvm__select(e, below, llvm__int(e, o->word, min_of(o)), limit);
    }
    return llvm__select(e, got.over, limit, got.result);
}

static LLVMValueRef saturate(Emit *e, Basic basic, const Operands *o) {
    if (basic == BASIC_MUL) return saturate_product(e, o);
    LLVMValueRef args[] = { o->a, o->b };
    const char *name = basic == BASIC_ADD ? (o->is_signed ? "llvm.sadd.sat" : "llvm.uadd.sat")
                                          : (o->is_signed ? "llvm.ssub.sat" : "llvm.usub.sat");
    return llvm__intrinsic(e, name, o->word, 2, args);
}

// --- integers ----------------------------------------------------------------------------------------------

static void finish_trap(Emit *e, const SirInst *inst, SirType type, const Outcome *got) {
    if (got->zero) llvm__trap_if(e, got->zero, FAULT_DIVIDE);
    if (got->over) llvm__trap_if(e, got->over, FAULT_OVERFLOW);
    Value value = llvm__one(e, type, got->result);
    llvm__dest(e, &inst->args[0], &value);
}

// `div.opt` and `rem.opt` give none where `.trap` would trap.
static void finish_opt(Emit *e, const SirInst *inst, SirType type, const Outcome *got) {
    LLVMValueRef bad = got->zero && got->over ? LLVMBuildOr(e->at, got->zero, got->over, "")
                       : got->zero            ? got->zero
                                              : got->over;
    Value value = llvm__one(e, type, got->result);
    llvm__option_dest(e, &inst->args[0], LLVMBuildNot(e->at, bad, ""), &value);
}

static void integer(Emit *e, const SirInst *inst, const Row *row) {
    Value a = llvm__arg(e, &inst->args[1]);
    Operands o = { a.type, llvm__one_type(e, a.type), llvm__is_signed(a.type), a.a, NULL };
    if (row->basic != BASIC_NEG) o.b = llvm__arg(e, &inst->args[2]).a;
    if (row->family == FAMILY_WRAP || row->family == FAMILY_SAT) {
        LLVMValueRef result =
            row->family == FAMILY_WRAP ? wrap(e, row->basic, &o) : saturate(e, row->basic, &o);
        Value value = llvm__one(e, a.type, result);
        llvm__dest(e, &inst->args[0], &value);
        return;
    }
    Outcome got = compute(e, row->basic, &o);
    if (row->family == FAMILY_TRAP)
        finish_trap(e, inst, a.type, &got);
    else
        finish_opt(e, inst, a.type, &got);
}

// --- floats ------------------------------------------------------------------------------------------------

static LLVMValueRef float_result(Emit *e, const SirInst *inst, LLVMValueRef a, LLVMValueRef b) {
    if (inst->op == SIR_OP_FADD) return LLVMBuildFAdd(e->at, a, b, "");
    if (inst->op == SIR_OP_FSUB) return LLVMBuildFSub(e->at, a, b, "");
    if (inst->op == SIR_OP_FMUL) return LLVMBuildFMul(e->at, a, b, "");
    if (inst->op == SIR_OP_FDIV) return LLVMBuildFDiv(e->at, a, b, "");
    if (inst->op == SIR_OP_FREM) return llvm__frem(e, a, b);
    if (inst->op == SIR_OP_FNEG) return LLVMBuildFNeg(e->at, a, "");
    return llvm__intrinsic(e, "llvm.sqrt", LLVMTypeOf(a), 1, &a);
}

static void floating(Emit *e, const SirInst *inst) {
    Value a = llvm__arg(e, &inst->args[1]);
    LLVMValueRef b = inst->arg_count > 2 ? llvm__arg(e, &inst->args[2]).a : NULL;
    Value value = llvm__one(e, a.type, float_result(e, inst, a.a, b));
    llvm__dest(e, &inst->args[0], &value);
}

// Both are widened to twice their width, where no product overflows.
static void upper_half(Emit *e, const SirInst *inst) {
    Value a = llvm__arg(e, &inst->args[1]), b = llvm__arg(e, &inst->args[2]);
    bool is_signed = llvm__is_signed(a.type);
    uint32_t width = llvm__bits(a.type);
    LLVMTypeRef wide = LLVMIntTypeInContext(e->context, 2 * width);
    LLVMValueRef product = LLVMBuildMul(
        e->at, llvm__resize(e, a.a, wide, is_signed), llvm__resize(e, b.a, wide, is_signed), ""
    );
    LLVMValueRef high = LLVMBuildLShr(e->at, product, llvm__int(e, wide, width), "");
    Value value = llvm__one(e, a.type, llvm__resize(e, high, llvm__one_type(e, a.type), false));
    llvm__dest(e, &inst->args[0], &value);
}

void llvm__arith(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_MUL_HIGH) {
        upper_half(e, inst);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].op == inst->op) {
            integer(e, inst, &rows[i]);
            return;
        }
    floating(e, inst);
}

// --- comparison --------------------------------------------------------------------------------------------

typedef struct Predicates {
    SirOp op;
    LLVMIntPredicate of_unsigned, of_signed;
    LLVMRealPredicate of_float;
} Predicates;

static const Predicates predicates[] = {
    { SIR_OP_EQ, LLVMIntEQ,  LLVMIntEQ,  LLVMRealOEQ },
    { SIR_OP_NE, LLVMIntNE,  LLVMIntNE,  LLVMRealUNE },
    { SIR_OP_LT, LLVMIntULT, LLVMIntSLT, LLVMRealOLT },
    { SIR_OP_LE, LLVMIntULE, LLVMIntSLE, LLVMRealOLE },
    { SIR_OP_GT, LLVMIntUGT, LLVMIntSGT, LLVMRealOGT },
    { SIR_OP_GE, LLVMIntUGE, LLVMIntSGE, LLVMRealOGE },
};

void llvm__compare(Emit *e, const SirInst *inst) {
    Value a = llvm__arg(e, &inst->args[1]);
    Value b = llvm__arg(e, &inst->args[2]);
    const Predicates *row = predicates;
    while (row->op != inst->op)
        row++;
    SirType repr = llvm__repr(e, a.type);
    LLVMValueRef is;
    if (llvm__is_float(repr))
        is = LLVMBuildFCmp(e->at, row->of_float, a.a, b.a, "");
    else
        is = llvm__is(e, llvm__is_signed(repr) ? row->of_signed : row->of_unsigned, a.a, b.a);
    llvm__dest_bit(e, &inst->args[0], is);
}
