// Blocks of the exchange heap: made, copied, taken apart. A slice of no elements owns no block.

#include "llvm__.h"

// --- one value -------------------------------------------------------------------------------------------------

static void make_box(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    LLVMValueRef block = llvm__alloc(e, llvm__u64(e, llvm__size(e, v.type)));
    llvm__store_at(e, block, llvm__align(e, v.type), &v);
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), block);
    llvm__dest(e, &inst->args[0], &value);
}

static void try_box(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    LLVMValueRef size = llvm__u64(e, llvm__size(e, v.type));
    LLVMValueRef block = llvm__call_kernel(e, KCALL_TRY_ALLOC, 1, &size);
    LLVMBasicBlockRef got = llvm__new_block(e, "got"), none = llvm__new_block(e, "none");
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntNE, block, LLVMConstNull(e->ptr)), got, none);
    llvm__go(e, got);
    llvm__store_at(e, block, llvm__align(e, v.type), &v);
    llvm__jump(e, on);
    llvm__go(e, none);
    if (llvm__owns(e, v.type)) llvm__drop(e, v.type, llvm__spill(e, &v));
    llvm__jump(e, on);
    llvm__go(e, on);
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), block);
    llvm__dest(e, &inst->args[0], &value);
}

static void open_box(Emit *e, const SirInst *inst) {
    LLVMValueRef block = llvm__arg(e, &inst->args[1]).a;
    SirType type = llvm__type(e, llvm__arg_type(e, &inst->args[1]))->elem;
    Value inside = llvm__load_at(e, type, block, llvm__align(e, type));
    Value value = llvm__steady(e, &inside);
    llvm__free(e, block);
    llvm__dest(e, &inst->args[0], &value);
}

// --- many --------------------------------------------------------------------------------------------------------

typedef struct Room { // for `count` elements
    LLVMValueRef count, bytes, overflow;
} Room;

static Room room_for(Emit *e, LLVMValueRef count, uint64_t size) {
    LLVMValueRef args[] = { count, llvm__u64(e, size) };
    LLVMValueRef both = llvm__intrinsic(e, "llvm.umul.with.overflow", e->i64, 2, args);
    return (Room){ count, llvm__extract(e, both, 0), llvm__extract(e, both, 1) };
}

// The address of the elements; NULL, where `may_fail`, when there is no memory.
static LLVMValueRef alloc_elems(Emit *e, const Room *room, bool may_fail) {
    LLVMValueRef cell = llvm__temp(e, 8, 8, false);
    LLVMBasicBlockRef some = llvm__new_block(e, "some"), on = llvm__new_block(e, "");
    llvm__store(e, llvm__dangling(e), cell, 8);
    if (!may_fail) llvm__trap_if(e, room->overflow, FAULT_QUOTA);
    llvm__branch(e, llvm__is(e, LLVMIntNE, room->count, llvm__u64(e, 0)), some, on);
    llvm__go(e, some);
    if (may_fail) { // no account is that large
        LLVMValueRef bytes = llvm__select(e, room->overflow, llvm__u64(e, INT64_MAX), room->bytes);
        llvm__store(e, llvm__call_kernel(e, KCALL_TRY_ALLOC, 1, &bytes), cell, 8);
    } else {
        llvm__store(e, llvm__alloc(e, room->bytes), cell, 8);
    }
    llvm__jump(e, on);
    llvm__go(e, on);
    return llvm__load(e, e->ptr, cell, 8);
}

static void fill_elems(Emit *e, LLVMValueRef base, LLVMValueRef count, const Value *v) {
    uint64_t size = llvm__size(e, v->type);
    if (size == 0 || (v->shape == SHAPE_ONE && llvm__is_zero(v->a))) return; // blocks come zeroed
    if (size == 1 && v->shape == SHAPE_ONE) {
        llvm__fill(e, base, v->a, count, 1);
        return;
    }
    Loop loop = llvm__loop_begin(e, count);
    llvm__store_at(e, llvm__element(e, base, loop.index, size), llvm__align(e, v->type), v);
    llvm__loop_end(e, &loop);
}

static void make_slice(Emit *e, const SirInst *inst, bool may_fail) {
    LLVMValueRef count = llvm__arg(e, &inst->args[1]).a;
    Value v = llvm__arg(e, &inst->args[2]);
    Room room = room_for(e, count, llvm__size(e, v.type));
    LLVMValueRef base = alloc_elems(e, &room, may_fail);
    SirType type = llvm__place_type(e, &inst->args[0].place);
    if (!may_fail) {
        fill_elems(e, base, count, &v);
        Value value = llvm__two(e, type, base, count);
        llvm__dest(e, &inst->args[0], &value);
        return;
    }
    LLVMValueRef some = llvm__is(e, LLVMIntNE, base, LLVMConstNull(e->ptr));
    fill_elems(e, base, llvm__select(e, some, count, llvm__u64(e, 0)), &v);
    Value value = llvm__two(e, llvm__type(e, type)->elem, base, count);
    llvm__option_dest(e, &inst->args[0], some, &value);
}

static void copy_slice(Emit *e, const SirInst *inst, bool may_fail) {
    Place place = llvm__address(e, &inst->args[1].place);
    Seq seq = llvm__seq(e, &place);
    Room room = room_for(e, seq.length, seq.size);
    LLVMValueRef base = alloc_elems(e, &room, may_fail);
    SirType type = llvm__place_type(e, &inst->args[0].place);
    if (!may_fail) {
        llvm__copy(e, base, seq.base, room.bytes, seq.align);
        Value value = llvm__two(e, type, base, seq.length);
        llvm__dest(e, &inst->args[0], &value);
        return;
    }
    LLVMValueRef some = llvm__is(e, LLVMIntNE, base, LLVMConstNull(e->ptr));
    LLVMValueRef bytes = llvm__select(e, some, room.bytes, llvm__u64(e, 0));
    llvm__copy(e, base, seq.base, bytes, seq.align);
    Value value = llvm__two(e, llvm__type(e, type)->elem, base, seq.length);
    llvm__option_dest(e, &inst->args[0], some, &value);
}

void llvm__heap(Emit *e, const SirInst *inst) {
    if (llvm__makes_object(e, inst))
        llvm__new_object(e, inst);
    else if (inst->op == SIR_OP_NEW)
        make_box(e, inst);
    else if (inst->op == SIR_OP_NEW_OPT)
        try_box(e, inst);
    else if (inst->op == SIR_OP_NEW_COPY || inst->op == SIR_OP_NEW_COPY_OPT)
        copy_slice(e, inst, inst->op == SIR_OP_NEW_COPY_OPT);
    else if (inst->op == SIR_OP_UNBOX)
        open_box(e, inst);
    else
        make_slice(e, inst, inst->op == SIR_OP_NEW_ARRAY_OPT);
}
