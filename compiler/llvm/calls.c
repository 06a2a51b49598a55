// Lines for backtraces without debug information. In a debug build nothing is inlined and blocks stay where they are, so the
// calls of a function's machine code are those of its LLVM code, one after the other: the places of these are written down, and
// the seal lays them beside the calls that the scan has found (seal/calls.c). LLVM's own table of lines takes a quarter of a debug
// build.

#include "llvm__.h"

LLVMValueRef llvm__call_fn(
    Emit *e, LLVMTypeRef type, LLVMValueRef fn, LLVMValueRef *args, unsigned count
) {
    LLVMValueRef call = LLVMBuildCall2(e->at, type, fn, args, count, "");
    if (!e->lists_calls || !e->info) return call;
    map_put(e->call_places, (uint64_t)(uintptr_t)call, e->places.len);
    vec_push(e->arena, &e->places, e->loc);
    return call;
}

void llvm__calls_begin(Emit *e) {
    if (!e->lists_calls) return;
    e->call_places = map_new(e->arena);
    e->places.len = 0;
}

static uint32_t row_of(const Emit *e, LLVMValueRef callee) {
    if (!LLVMIsAFunction(callee)) return CALL_OF_VALUE;
    uint64_t row;
    return map_get(e->func_rows, (uint64_t)(uintptr_t)callee, &row) ? (uint32_t)row : CALL_OF_OTHER;
}

// What no way leads to, LLVM leaves out.
static bool is_reached(const Emit *e, LLVMBasicBlockRef block) {
    return block == LLVMGetEntryBasicBlock(e->fn) || LLVMGetFirstUse(LLVMBasicBlockAsValue(block));
}

static void list_call(Emit *e, LLVMValueRef inst) {
    uint64_t place;
    if (!LLVMIsACallInst(inst) || !map_get(e->call_places, (uint64_t)(uintptr_t)inst, &place))
        return;
    SirLoc loc = e->places.data[place];
    bool known = loc.file < e->module->files.len;
    MadeCall made = { e->func, row_of(e, LLVMGetCalledValue(inst)), known ? loc.file : 0,
                      known ? loc.line : 0 };
    vec_push(e->arena, &e->calls, made);
}

void llvm__calls_end(Emit *e) {
    if (!e->lists_calls) return;
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(e->fn); b; b = LLVMGetNextBasicBlock(b))
        if (is_reached(e, b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
                list_call(e, i);
}
