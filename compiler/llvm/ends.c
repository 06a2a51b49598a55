// Where code ends that cannot be reached. LLVM ends an arm with `unreachable` where it has found that nobody comes there, as the arm of a
// value that was never made, whose bytes nobody wrote; but it keeps the calls before, and behind the last one machine code
// would run on into whatever lies there. So that it ends for sure, an instruction that the CPU refuses stands there: the
// kernel ends the SIP that comes there, and it alone, and the scan knows that no way goes on.
//
// After the optimiser, which may still conclude what it likes, and before code is generated. A call of `sip_trap` is an end by itself.

#include "llvm__.h"

#include <string.h>

static LLVMValueRef refused_instruction(Emit *e) {
    static const char name[] = "llvm.trap";
    return LLVMGetIntrinsicDeclaration(e->out, LLVMLookupIntrinsicID(name, strlen(name)), NULL, 0);
}

static bool is_open(LLVMValueRef end, LLVMValueRef trap) {
    if (LLVMGetInstructionOpcode(end) != LLVMUnreachable) return false;
    LLVMValueRef before = LLVMGetPreviousInstruction(end);
    return !before || !LLVMIsACallInst(before) || LLVMGetCalledValue(before) != trap;
}

static void close_end(Emit *e, LLVMValueRef end) {
    LLVMValueRef fn = refused_instruction(e);
    LLVMPositionBuilderBefore(e->at, end);
    LLVMSetCurrentDebugLocation2(e->at, LLVMInstructionGetDebugLoc(end));
    LLVMBuildCall2(e->at, LLVMGlobalGetValueType(fn), fn, NULL, 0, "");
}

void llvm__close_ends(Emit *e) {
    LLVMValueRef trap = LLVMGetNamedFunction(e->out, "sip_trap"); // gone when nothing traps
    for (LLVMValueRef fn = LLVMGetFirstFunction(e->out); fn; fn = LLVMGetNextFunction(fn))
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn); b; b = LLVMGetNextBasicBlock(b)) {
            LLVMValueRef end = LLVMGetBasicBlockTerminator(b);
            if (end && is_open(end, trap)) close_end(e, end);
        }
}
