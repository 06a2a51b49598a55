// Ends of values: what an owner owns is closed, freed, or handed to the runtime, which drops what lies in blocks one
// block after the other, so that the stack does not grow with the structure [32].

#include "managed__.h"

#include "base/check.h"

static LLVMBasicBlockRef begin_if_nonzero(Emit *e, LLVMValueRef word) { // gives where to go on
    LLVMBasicBlockRef is = llvm__new_block(e, "owns"), on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntNE, word, llvm__u64(e, 0)), is, on);
    llvm__go(e, is);
    return on;
}

static void end_if(Emit *e, LLVMBasicBlockRef on) {
    llvm__jump(e, on);
    llvm__go(e, on);
}

static void drop_block(Emit *e, LLVMValueRef block, LLVMValueRef glue) {
    LLVMValueRef args[] = { block, glue };
    llvm__call_fn(e, e->drop_block_type, e->drop_block, args, 2);
}

void llvm__drop_box(Emit *e, SirType content, LLVMValueRef addr) {
    LLVMValueRef block = llvm__load(e, e->ptr, addr, 8);
    if (llvm__owns(e, content))
        drop_block(e, block, llvm__glue(e, GLUE_DROP, content));
    else
        llvm__free_for(e, content, block);
}

static void drop_each(Emit *e, SirType part, LLVMValueRef addr, LLVMValueRef context) {
    (void)context;
    llvm__drop(e, part, addr);
}

void llvm__drop_elems(Emit *e, SirType elem, LLVMValueRef base, LLVMValueRef count) {
    llvm__each_elem(e, elem, base, count, drop_each, NULL);
}

// `count` elements at `base`, in a block if `owner`, a count or capacity, is not 0.
static void drop_many(
    Emit *e, SirType elem, LLVMValueRef base, LLVMValueRef count, LLVMValueRef owner
) {
    bool owns = llvm__owns(e, elem), later = llvm__block_prefix(e, elem) != 0;
    LLVMBasicBlockRef on = begin_if_nonzero(e, owner);
    LLVMValueRef block = llvm__offset(e, base, -llvm__block_prefix(e, elem));
    if (later) {
        llvm__store(e, count, block, 8);
        drop_block(e, block, llvm__glue(e, GLUE_DROP_ELEMS, elem));
    } else {
        if (owns) llvm__drop_elems(e, elem, base, count);
        llvm__free_for(e, elem, block);
    }
    end_if(e, on);
}

void llvm__drop(Emit *e, SirType type, LLVMValueRef addr) {
    if (!llvm__owns(e, type)) return;
    const SirTypeInfo *info = llvm__type(e, type);
    if (info->kind == SIR_TYPE_PTR) {
        llvm__drop_box(e, info->elem, addr);
    } else if (info->kind == SIR_TYPE_ENDPOINT) {
        LLVMValueRef endpoint = llvm__load(e, e->ptr, addr, 8);
        llvm__call_kernel(e, KCALL_CLOSE, 1, &endpoint);
    } else if (info->kind == SIR_TYPE_DEVICE) {
        LLVMValueRef device = llvm__load(e, e->i64, addr, 8);
        llvm__call_kernel(e, KCALL_DEVICE_END, 1, &device);
    } else if (info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR ||
               info->kind == SIR_TYPE_GROW) {
        SirType elem = info->kind == SIR_TYPE_STR ? (SirType)SIR_TYPE_U8 : info->elem;
        LLVMValueRef base = llvm__load(e, e->ptr, addr, 8);
        LLVMValueRef count = llvm__load(e, e->i64, llvm__offset(e, addr, 8), 8);
        LLVMValueRef owner = count;
        if (info->kind == SIR_TYPE_GROW)
            owner = llvm__load(e, e->i64, llvm__offset(e, addr, 16), 8);
        drop_many(e, elem, base, count, owner);
    } else {
        llvm__call_glue(e, GLUE_DROP, type, addr, NULL);
    }
}

void llvm__drop_body(Emit *e, SirType type, LLVMValueRef value) {
    if (llvm__has_parts(e, type))
        llvm__each_part(e, type, value, false, drop_each, NULL);
    else if (llvm__type(e, type)->kind == SIR_TYPE_EPSET)
        llvm__drop_set(e, type, value);
    else
        llvm__drop(e, type, value);
}

void llvm__drop_elems_body(Emit *e, SirType elem, LLVMValueRef block) {
    LLVMValueRef count = llvm__load(e, e->i64, block, 8);
    llvm__drop_elems(e, elem, llvm__offset(e, block, llvm__block_prefix(e, elem)), count);
}
