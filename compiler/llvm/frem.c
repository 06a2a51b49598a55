// The remainder of floats, exact as C's fmod, which LLVM would call in a library that a SIP does not have. The x87 unit
// computes it: its `fprem` is exact, and takes off at most 63 bits of the quotient at a time.

#include "llvm__.h"

#include <string.h>

static const char code[] = "fldl ($1)\n" // b
                           "fldl ($0)\n" // a
                           "1: fprem\n"
                           "fnstsw %ax\n"
                           "testb $$4, %ah\n" // not done yet
                           "jne 1b\n"
                           "fstp %st(1)\n"
                           "fstpl ($0)\n";
static const char operands[] =
    "r,r,~{ax},~{st},~{st(1)},~{st(2)},~{st(3)},~{st(4)},~{st(5)},~{st(6)},"
    "~{st(7)},~{memory},~{dirflag},~{fpsr},~{flags}";

static LLVMTypeRef frem_type(const Emit *e) {
    LLVMTypeRef params[] = { e->f64, e->f64 };
    return LLVMFunctionType(e->f64, params, 2, false);
}

// Of f32 too: the remainder of two of them is one.
LLVMValueRef llvm__frem(Emit *e, LLVMValueRef a, LLVMValueRef b) {
    if (!e->frem) {
        e->frem = LLVMAddFunction(e->out, "sip.frem", frem_type(e));
        LLVMSetLinkage(e->frem, LLVMInternalLinkage);
        llvm__attributes(e, e->frem);
    }
    LLVMTypeRef type = LLVMTypeOf(a);
    LLVMValueRef args[] = { LLVMBuildFPCast(e->at, a, e->f64, ""),
                            LLVMBuildFPCast(e->at, b, e->f64, "") };
    LLVMValueRef rem = llvm__call_fn(e, frem_type(e), e->frem, args, 2);
    return LLVMBuildFPCast(e->at, rem, type, "");
}

void llvm__define_frem(Emit *e) {
    if (!e->frem) return;
    llvm__begin_body(e, e->frem);
    llvm__debug_none(e);
    LLVMValueRef cells[] = { llvm__temp(e, 8, 8, true), llvm__temp(e, 8, 8, true) };
    for (unsigned i = 0; i < 2; i++)
        llvm__store(e, LLVMGetParam(e->frem, i), cells[i], 8);
    LLVMTypeRef params[] = { e->ptr, e->ptr };
    LLVMTypeRef type = LLVMFunctionType(e->void_type, params, 2, false);
    LLVMValueRef steps = LLVMGetInlineAsm(
        type, code, strlen(code), operands, strlen(operands), true, false, LLVMInlineAsmDialectATT,
        false
    );
    LLVMBuildCall2(e->at, type, steps, cells, 2, "");
    LLVMBuildRet(e->at, llvm__load(e, e->f64, cells[0], 8));
}
