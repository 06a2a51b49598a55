// Which traps the optimiser left: the rows that calls of `sip_trap` still name. The scan asks for them in the machine code. A
// row that is gone was proved to be unreachable, from a module that the lint has passed, so without a promise of ours.

#include "llvm__.h"

enum { CHOICES_MOST = 16 }; // levels of values that were merged

// The argument is a constant, or one of several after calls were merged.
static void note(const Emit *e, bool *called, LLVMValueRef row, uint32_t depth) {
    if (LLVMIsAConstantInt(row)) {
        uint64_t n = LLVMConstIntGetZExtValue(row);
        if (n < e->traps.len) called[n] = true;
        return;
    }
    if (depth == CHOICES_MOST) return;
    if (LLVMIsASelectInst(row)) {
        note(e, called, LLVMGetOperand(row, 1), depth + 1);
        note(e, called, LLVMGetOperand(row, 2), depth + 1);
    }
    for (unsigned i = 0; LLVMIsAPHINode(row) && i < LLVMCountIncoming(row); i++)
        note(e, called, LLVMGetIncomingValue(row, i), depth + 1);
}

void llvm__find_sites(Emit *e, LlvmOutput *out) {
    bool *called = arena_array(e->arena, bool, e->traps.len);
    LLVMValueRef trap = LLVMGetNamedFunction(e->out, "sip_trap"); // gone when nothing traps
    for (LLVMUseRef use = trap ? LLVMGetFirstUse(trap) : NULL; use; use = LLVMGetNextUse(use)) {
        LLVMValueRef call = LLVMGetUser(use);
        if (LLVMIsACallInst(call)) note(e, called, LLVMGetOperand(call, 0), 0);
    }
    out->sites = arena_array(e->arena, uint32_t, e->traps.len);
    for (uint32_t row = 0; row < e->traps.len; row++)
        if (called[row]) out->sites[out->site_count++] = row;
}
