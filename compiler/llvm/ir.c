// The few LLVM instructions that the lowering is written in. None promises anything: no nsw, nuw, inbounds, exact, and
// every access names its alignment.

#include "llvm__.h"

#include <assert.h>
#include <string.h>

LLVMValueRef llvm__int(const Emit *e, LLVMTypeRef type, uint64_t value) {
    (void)e;
    return LLVMConstInt(type, value, false);
}

LLVMValueRef llvm__u64(const Emit *e, uint64_t value) {
    return LLVMConstInt(e->i64, value, false);
}

LLVMValueRef llvm__u32(const Emit *e, uint32_t value) {
    return LLVMConstInt(e->i32, value, false);
}

bool llvm__is_zero(LLVMValueRef value) {
    return LLVMIsConstant(value) && LLVMIsNull(value);
}

// --- addresses ---------------------------------------------------------------------------------------------

LLVMValueRef llvm__add_bytes(const Emit *e, LLVMValueRef addr, LLVMValueRef bytes) {
    return llvm__is_zero(bytes) ? addr : LLVMBuildGEP2(e->at, e->i8, addr, &bytes, 1, "");
}

LLVMValueRef llvm__offset(const Emit *e, LLVMValueRef addr, uint64_t bytes) {
    return llvm__add_bytes(e, addr, llvm__u64(e, bytes));
}

LLVMValueRef llvm__element(const Emit *e, LLVMValueRef base, LLVMValueRef index, uint64_t size) {
    if (size == 0) return base;
    if (size == 1) return llvm__add_bytes(e, base, index);
    return llvm__add_bytes(e, base, LLVMBuildMul(e->at, index, llvm__u64(e, size), ""));
}

// --- memory ------------------------------------------------------------------------------------------------

LLVMValueRef llvm__load(const Emit *e, LLVMTypeRef type, LLVMValueRef addr, uint32_t align) {
    LLVMValueRef load = LLVMBuildLoad2(e->at, type, addr, "");
    LLVMSetAlignment(load, align);
    return load;
}

void llvm__store(const Emit *e, LLVMValueRef value, LLVMValueRef addr, uint32_t align) {
    LLVMSetAlignment(LLVMBuildStore(e->at, value, addr), align);
}

void llvm__copy(
    const Emit *e, LLVMValueRef to, LLVMValueRef from, LLVMValueRef size, uint32_t align
) {
    if (!llvm__is_zero(size)) LLVMBuildMemCpy(e->at, to, align, from, align, size);
}

void llvm__move(
    const Emit *e, LLVMValueRef to, LLVMValueRef from, LLVMValueRef size, uint32_t align
) {
    if (!llvm__is_zero(size)) LLVMBuildMemMove(e->at, to, align, from, align, size);
}

void llvm__fill(
    const Emit *e, LLVMValueRef to, LLVMValueRef byte, LLVMValueRef size, uint32_t align
) {
    if (!llvm__is_zero(size)) LLVMBuildMemSet(e->at, to, byte, size, align);
}

// Big pieces are not shared: they would keep small ones from becoming registers.
LLVMValueRef llvm__temp(Emit *e, uint64_t size, uint32_t align, bool escapes) {
    vec_each(Temp, temp, &e->temps) {
        if (temp->busy || temp->size != size || temp->align != align || temp->escapes != escapes)
            continue;
        temp->busy = true;
        return temp->addr;
    }
    LLVMTypeRef type = LLVMArrayType2(e->i8, size);
    LLVMValueRef addr = llvm__memory_in_frame(e, type, align);
    vec_push(e->arena, &e->temps, (Temp){ addr, size, align, escapes, true });
    return addr;
}

LLVMValueRef llvm__temp_of(Emit *e, SirType type) {
    return llvm__temp(e, llvm__size(e, type), llvm__align(e, type), false);
}

// --- values ------------------------------------------------------------------------------------------------

LLVMValueRef llvm__is(const Emit *e, LLVMIntPredicate predicate, LLVMValueRef a, LLVMValueRef b) {
    return LLVMBuildICmp(e->at, predicate, a, b, "");
}

LLVMValueRef llvm__select(const Emit *e, LLVMValueRef c, LLVMValueRef yes, LLVMValueRef no) {
    return LLVMBuildSelect(e->at, c, yes, no, "");
}

LLVMValueRef llvm__resize(const Emit *e, LLVMValueRef value, LLVMTypeRef to, bool is_signed) {
    unsigned from_bits = LLVMGetIntTypeWidth(LLVMTypeOf(value));
    unsigned to_bits = LLVMGetIntTypeWidth(to);
    if (from_bits == to_bits) return value;
    if (from_bits > to_bits) return LLVMBuildTrunc(e->at, value, to, "");
    return is_signed ? LLVMBuildSExt(e->at, value, to, "") : LLVMBuildZExt(e->at, value, to, "");
}

LLVMValueRef llvm__to_bool(const Emit *e, LLVMValueRef i1) {
    return LLVMBuildZExt(e->at, i1, e->i8, "");
}

LLVMValueRef llvm__from_bool(const Emit *e, LLVMValueRef byte) {
    return llvm__is(e, LLVMIntNE, byte, LLVMConstNull(e->i8));
}

LLVMValueRef llvm__intrinsic(
    const Emit *e, const char *name, LLVMTypeRef type, uint32_t n, LLVMValueRef *args
) {
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    assert(id);
    LLVMValueRef fn = LLVMGetIntrinsicDeclaration(e->out, id, &type, 1);
    return LLVMBuildCall2(e->at, LLVMIntrinsicGetType(e->context, id, &type, 1), fn, args, n, "");
}

LLVMValueRef llvm__extract(const Emit *e, LLVMValueRef pair, unsigned i) {
    return LLVMBuildExtractValue(e->at, pair, i, "");
}

// --- control -----------------------------------------------------------------------------------------------

LLVMBasicBlockRef llvm__new_block(const Emit *e, const char *name) {
    return LLVMAppendBasicBlockInContext(e->context, e->fn, name);
}

LLVMBasicBlockRef llvm__block_behind(const Emit *e) {
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    LLVMMoveBasicBlockAfter(on, LLVMGetInsertBlock(e->at));
    return on;
}

void llvm__go(const Emit *e, LLVMBasicBlockRef block) {
    LLVMPositionBuilderAtEnd(e->at, block);
}

void llvm__jump(const Emit *e, LLVMBasicBlockRef block) {
    LLVMBuildBr(e->at, block);
}

void llvm__branch(const Emit *e, LLVMValueRef c, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
    LLVMBuildCondBr(e->at, c, yes, no);
}

Loop llvm__loop_begin(const Emit *e, LLVMValueRef count) {
    LLVMBasicBlockRef before = LLVMGetInsertBlock(e->at);
    Loop loop = { llvm__new_block(e, "each"), llvm__new_block(e, "after"), NULL };
    LLVMBasicBlockRef body = llvm__new_block(e, "body");
    llvm__jump(e, loop.head);
    llvm__go(e, loop.head);
    loop.index = LLVMBuildPhi(e->at, e->i64, "");
    LLVMValueRef zero = llvm__u64(e, 0);
    LLVMAddIncoming(loop.index, &zero, &before, 1);
    llvm__branch(e, llvm__is(e, LLVMIntULT, loop.index, count), body, loop.done);
    llvm__go(e, body);
    return loop;
}

void llvm__loop_end(const Emit *e, const Loop *loop) {
    LLVMValueRef next = LLVMBuildAdd(e->at, loop->index, llvm__u64(e, 1), "");
    LLVMBasicBlockRef from = LLVMGetInsertBlock(e->at);
    LLVMAddIncoming(loop->index, &next, &from, 1);
    llvm__jump(e, loop->head);
    llvm__go(e, loop->done);
}
