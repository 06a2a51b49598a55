// Bits: logic, shifts and rotations, counting. A shift's amount is tested or masked before it is used.

#include "llvm__.h"

#include "base/check.h"

// --- logic -------------------------------------------------------------------------------------------------

static uint64_t declared_bits(const Emit *e, SirType type) { // what `not` turns around
    const SirTypeInfo *info = llvm__type(e, type);
    if (type == SIR_TYPE_BOOL) return 1;
    if (info->kind != SIR_TYPE_FLAGS) return UINT64_MAX >> (64 - llvm__bits(type));
    uint64_t all = 0;
    for (uint32_t i = 0; i < info->variant_count; i++)
        all |= info->variants[i].value;
    return all;
}

static LLVMValueRef logic(Emit *e, const SirInst *inst, SirType type, LLVMValueRef a) {
    LLVMTypeRef word = llvm__one_type(e, type);
    if (inst->op == SIR_OP_NOT)
        return LLVMBuildXor(e->at, a, llvm__int(e, word, declared_bits(e, type)), "");
    if (inst->op == SIR_OP_BYTESWAP)
        return llvm__bits(type) == 8 ? a : llvm__intrinsic(e, "llvm.bswap", word, 1, &a);
    LLVMValueRef b = llvm__arg(e, &inst->args[2]).a;
    if (inst->op == SIR_OP_AND) return LLVMBuildAnd(e->at, a, b, "");
    if (inst->op == SIR_OP_OR) return LLVMBuildOr(e->at, a, b, "");
    return LLVMBuildXor(e->at, a, b, "");
}

// --- counting ----------------------------------------------------------------------------------------------

static LLVMValueRef counted(Emit *e, SirOp op, LLVMValueRef a) {
    LLVMTypeRef word = LLVMTypeOf(a);
    LLVMValueRef args[] = { a, llvm__int(e, e->i1, 0) }; // of zero: the width
    LLVMValueRef count =
        op == SIR_OP_POPCOUNT
            ? llvm__intrinsic(e, "llvm.ctpop", word, 1, args)
            : llvm__intrinsic(e, op == SIR_OP_CLZ ? "llvm.ctlz" : "llvm.cttz", word, 2, args);
    return llvm__resize(e, count, e->i32, false);
}

// --- shifts ------------------------------------------------------------------------------------------------

// `amount`, a u32, is below the width.
static LLVMValueRef shifted(Emit *e, bool left, const Value *a, LLVMValueRef amount) {
    LLVMValueRef by = llvm__resize(e, amount, LLVMTypeOf(a->a), false);
    if (left) return LLVMBuildShl(e->at, a->a, by, "");
    return llvm__is_signed(a->type) ? LLVMBuildAShr(e->at, a->a, by, "")
                                    : LLVMBuildLShr(e->at, a->a, by, "");
}

static LLVMValueRef rotated(Emit *e, bool left, const Value *a, LLVMValueRef amount) {
    LLVMTypeRef word = LLVMTypeOf(a->a);
    LLVMValueRef args[] = { a->a, a->a, llvm__resize(e, amount, word, false) };
    return llvm__intrinsic(e, left ? "llvm.fshl" : "llvm.fshr", word, 3, args);
}

static void shift(Emit *e, const SirInst *inst) {
    Value a = llvm__arg(e, &inst->args[1]);
    LLVMValueRef amount = llvm__arg(e, &inst->args[2]).a;
    uint32_t width = llvm__bits(a.type);
    LLVMValueRef masked = LLVMBuildAnd(e->at, amount, llvm__u32(e, width - 1), "");
    LLVMValueRef fits = llvm__is(e, LLVMIntULT, amount, llvm__u32(e, width));
    bool left = inst->op == SIR_OP_SHL_TRAP || inst->op == SIR_OP_SHL_WRAP ||
                inst->op == SIR_OP_SHL_OPT || inst->op == SIR_OP_ROTL;
    if (inst->op == SIR_OP_SHL_OPT || inst->op == SIR_OP_SHR_OPT) {
        Value value = llvm__one(e, a.type, shifted(e, left, &a, masked));
        llvm__option_dest(e, &inst->args[0], fits, &value);
        return;
    }
    if (inst->op == SIR_OP_SHL_TRAP || inst->op == SIR_OP_SHR_TRAP)
        llvm__trap_unless(e, fits, FAULT_SHIFT);
    bool rotates = inst->op == SIR_OP_ROTL || inst->op == SIR_OP_ROTR;
    LLVMValueRef result = rotates ? rotated(e, left, &a, masked) : shifted(e, left, &a, masked);
    Value value = llvm__one(e, a.type, result);
    llvm__dest(e, &inst->args[0], &value);
}

void llvm__shift(Emit *e, const SirInst *inst) {
    SirGroup group = sir_op_group(inst->op);
    if (group == SIR_GROUP_SHIFT || group == SIR_GROUP_SHIFTOPT) {
        shift(e, inst);
        return;
    }
    Value a = llvm__arg(e, &inst->args[1]);
    Value value = group == SIR_GROUP_COUNT ? llvm__one(e, SIR_TYPE_U32, counted(e, inst->op, a.a))
                                           : llvm__one(e, a.type, logic(e, inst, a.type, a.a));
    llvm__dest(e, &inst->args[0], &value);
}
