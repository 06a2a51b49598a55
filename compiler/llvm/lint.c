// The lint: before the optimiser sees the module, nobody has promised it anything that was not verified [26], and nothing
// is in it that changes DF, MXCSR or the x87 control word, which threads share (kcalls.def). What is allowed is listed;
// all else is our own mistake.

#include "llvm__.h"

#include <stdlib.h>
#include <string.h>

static const char *const allowed_texts[] = {
    "frame-pointer",    "no-jump-tables", "probe-stack",
    "stack-probe-size", "tune-cpu",       "warn-stack-size"
};
static const char *const allowed_kinds[] = { "nounwind", "noredzone", "uwtable",   "noreturn",
                                             "cold",     "noinline",  "inlinehint" };
// None of them knows how floats are rounded, or tells.
static const char *const allowed_intrinsics[] = {
    "llvm.sadd.",       "llvm.uadd.",   "llvm.ssub.",    "llvm.usub.",   "llvm.smul.",
    "llvm.umul.",       "llvm.bswap.",  "llvm.ctpop.",   "llvm.ctlz.",   "llvm.cttz.",
    "llvm.fshl.",       "llvm.fshr.",   "llvm.sqrt.",    "llvm.memcpy.", "llvm.fptosi.sat.",
    "llvm.fptoui.sat.", "llvm.memset.", "llvm.memmove.",
};

static bool is_allowed(LLVMAttributeRef attribute, bool of_param) {
    if (LLVMIsStringAttribute(attribute)) {
        unsigned length = 0;
        const char *text = LLVMGetStringAttributeKind(attribute, &length);
        for (size_t i = 0; i < sizeof allowed_texts / sizeof *allowed_texts; i++)
            if (strlen(allowed_texts[i]) == length && memcmp(allowed_texts[i], text, length) == 0)
                return !of_param;
        return false;
    }
    unsigned kind = LLVMGetEnumAttributeKind(attribute);
    if (of_param) return kind == LLVMGetEnumAttributeKindForName("dereferenceable", 15);
    for (size_t i = 0; i < sizeof allowed_kinds / sizeof *allowed_kinds; i++)
        if (kind == LLVMGetEnumAttributeKindForName(allowed_kinds[i], strlen(allowed_kinds[i])))
            return true;
    return false;
}

static bool lint_attributes(Emit *e, LLVMValueRef fn, LLVMAttributeIndex index) {
    unsigned count = LLVMGetAttributeCountAtIndex(fn, index);
    LLVMAttributeRef *list = arena_array(e->arena, LLVMAttributeRef, count);
    LLVMGetAttributesAtIndex(fn, index, list);
    for (unsigned i = 0; i < count; i++)
        if (!is_allowed(list[i], index != (LLVMAttributeIndex)LLVMAttributeFunctionIndex)) {
            llvm__fail(
                e, "function %s carries an attribute that is not on the list", LLVMGetValueName(fn)
            );
            return false;
        }
    return true;
}

static bool is_allowed_opcode(LLVMValueRef inst) {
    switch (LLVMGetInstructionOpcode(inst)) {
    case LLVMRet:
    case LLVMBr:
    case LLVMSwitch:
    case LLVMUnreachable:
    case LLVMAdd:
    case LLVMSub:
    case LLVMMul:
    case LLVMUDiv:
    case LLVMSDiv:
    case LLVMURem:
    case LLVMSRem:
    case LLVMShl:
    case LLVMLShr:
    case LLVMAShr:
    case LLVMAnd:
    case LLVMOr:
    case LLVMXor:
    case LLVMFAdd:
    case LLVMFSub:
    case LLVMFMul:
    case LLVMFDiv:
    case LLVMFNeg:
    case LLVMAlloca:
    case LLVMLoad:
    case LLVMStore:
    case LLVMGetElementPtr:
    case LLVMTrunc:
    case LLVMZExt:
    case LLVMSExt:
    case LLVMUIToFP:
    case LLVMSIToFP:
    case LLVMFPToUI: // of what has been tested to be in range
    case LLVMFPToSI:
    case LLVMFPTrunc:
    case LLVMFPExt:
    case LLVMPtrToInt:
    case LLVMBitCast:
    case LLVMICmp:
    case LLVMFCmp:
    case LLVMPHI:
    case LLVMSelect:
    case LLVMCall:
    case LLVMExtractValue:
    case LLVMInsertValue:
    case LLVMAtomicRMW:
    case LLVMAtomicCmpXchg: return true;
    default:
        return false; // no integer becomes an address, nothing is unwound, no jump goes by an address
    }
}

// A trap's block ends in a call that does not come back; nothing else is called unreachable.
static bool is_after_trap(const Emit *e, LLVMValueRef inst) {
    if (LLVMGetInstructionOpcode(inst) != LLVMUnreachable) return true;
    LLVMValueRef before = LLVMGetPreviousInstruction(inst);
    return before && LLVMIsACallInst(before) && LLVMGetCalledValue(before) == e->trap;
}

static bool promises(LLVMValueRef inst) {
    switch (LLVMGetInstructionOpcode(inst)) {
    case LLVMAdd:
    case LLVMSub:
    case LLVMMul:
    case LLVMShl: return LLVMGetNSW(inst) || LLVMGetNUW(inst);
    case LLVMSDiv:
    case LLVMUDiv:
    case LLVMAShr:
    case LLVMLShr: return LLVMGetExact(inst);
    case LLVMGetElementPtr: return LLVMIsInBounds(inst) || LLVMGEPGetNoWrapFlags(inst);
    case LLVMZExt: return LLVMGetNNeg(inst);
    case LLVMOr: return LLVMGetIsDisjoint(inst);
    default: break;
    }
    return LLVMCanValueUseFastMathFlags(inst) && LLVMGetFastMathFlags(inst) != LLVMFastMathNone;
}

// Other than its location, which LLVM 19 gives too, whatever the function's name says.
static bool has_metadata(const Emit *e, LLVMValueRef inst) {
    size_t count = 0;
    LLVMValueMetadataEntry *entries = LLVMInstructionGetAllMetadataOtherThanDebugLoc(inst, &count);
    unsigned location = LLVMGetMDKindIDInContext(e->context, "dbg", 3);
    bool has = false;
    for (unsigned i = 0; i < count; i++)
        has = has || LLVMValueMetadataEntriesGetKind(entries, i) != location;
    LLVMDisposeValueMetadataEntries(entries);
    return has;
}

// What a call promises by itself: nothing, but how an intrinsic's addresses are aligned, as loads and stores say too.
static bool is_aligned_only(LLVMValueRef call, unsigned index) {
    unsigned count = LLVMGetCallSiteAttributeCount(call, index);
    if (count == 0) return true;
    unsigned align = LLVMGetEnumAttributeKindForName("align", 5);
    LLVMAttributeRef found = LLVMGetCallSiteEnumAttribute(call, index, align);
    return count == 1 && found && index > 0 && LLVMGetIntrinsicID(LLVMGetCalledValue(call));
}

static bool has_attributes(LLVMValueRef inst) {
    if (!LLVMIsACallInst(inst)) return false;
    for (unsigned i = 0; i <= LLVMGetNumArgOperands(inst); i++)
        if (!is_aligned_only(inst, i)) return true;
    return LLVMGetCallSiteAttributeCount(inst, (LLVMAttributeIndex)LLVMAttributeFunctionIndex) >
               0 ||
           LLVMGetTailCallKind(inst) != LLVMTailCallKindNone;
}

// But for the remainder's, which leaves the x87 unit as it was, and what has no instruction.
static bool is_assembly(const Emit *e, LLVMValueRef fn, LLVMValueRef inst) {
    size_t length = 0;
    if (!LLVMIsACallInst(inst) || !LLVMIsAInlineAsm(LLVMGetCalledValue(inst))) return false;
    LLVMGetInlineAsmAsmString(LLVMGetCalledValue(inst), &length);
    return length > 0 && fn != e->frem;
}

static bool lint_intrinsic(Emit *e, LLVMValueRef fn) {
    const char *name = LLVMGetValueName(fn);
    for (size_t i = 0; i < sizeof allowed_intrinsics / sizeof *allowed_intrinsics; i++)
        if (strncmp(name, allowed_intrinsics[i], strlen(allowed_intrinsics[i])) == 0) return true;
    llvm__fail(e, "%s is used and not on the list", name);
    return false;
}

static bool lint_body(Emit *e, LLVMValueRef fn) {
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn); b; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
            if (!is_allowed_opcode(i) || !is_after_trap(e, i) || promises(i) ||
                has_metadata(e, i) || has_attributes(i) || is_assembly(e, fn, i)) {
                llvm__fail(
                    e, "an instruction of %s promises what was not verified", LLVMGetValueName(fn)
                );
                return false;
            }
    return true;
}

// What the scan of the machine code relies on.
static bool is_guarded(LLVMValueRef fn) {
    static const char *const texts[] = { "probe-stack", "stack-probe-size", "no-jump-tables",
                                         "frame-pointer" };
    LLVMAttributeIndex index = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;
    unsigned redzone = LLVMGetEnumAttributeKindForName("noredzone", 9);
    bool good = LLVMGetEnumAttributeAtIndex(fn, index, redzone) != NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        good = good && LLVMGetStringAttributeAtIndex(fn, index, texts[i], strlen(texts[i]));
    return good;
}

static bool lint_func(Emit *e, LLVMValueRef fn) {
    if (LLVMGetIntrinsicID(fn)) return lint_intrinsic(e, fn);
    if (LLVMGetFirstBasicBlock(fn) && !is_guarded(fn)) {
        llvm__fail(e, "function %s has no probes, or a red zone", LLVMGetValueName(fn));
        return false;
    }
    for (unsigned i = 0; i <= LLVMCountParams(fn); i++) // the result, then the parameters
        if (!lint_attributes(e, fn, i)) return false;
    return lint_attributes(e, fn, LLVMAttributeFunctionIndex) && lint_body(e, fn);
}

bool llvm__lint(Emit *e) {
    size_t assembly = 0;
    LLVMGetModuleInlineAsm(e->out, &assembly);
    if (assembly > 0) llvm__fail(e, "the module has assembly");
    if (LLVMGetFirstGlobalAlias(e->out) || LLVMGetFirstGlobalIFunc(e->out))
        llvm__fail(e, "the module has an alias");
    if (e->failed) return false;
    for (LLVMValueRef fn = LLVMGetFirstFunction(e->out); fn; fn = LLVMGetNextFunction(fn))
        if (!lint_func(e, fn)) return false;
    return true;
}
