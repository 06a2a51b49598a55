// Blocks that are owned: made, copied, taken apart. A slice of no elements owns no block.

#include "managed__.h"

// --- one value -------------------------------------------------------------------------------------------------

static void make_box(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    LLVMValueRef block = llvm__alloc_for(e, v.type, llvm__u64(e, llvm__size(e, v.type)));
    llvm__store_at(e, block, llvm__align(e, v.type), &v);
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), block);
    llvm__dest(e, &inst->args[0], &value);
}

static void try_box(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    LLVMValueRef size = llvm__u64(e, llvm__size(e, v.type));
    LLVMValueRef block = llvm__try_alloc_for(e, v.type, size);
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
    llvm__free_for(e, type, block);
    llvm__dest(e, &inst->args[0], &value);
}

// --- many --------------------------------------------------------------------------------------------------------

typedef struct Room { // for `count` elements
    SirType elem;
    LLVMValueRef count, bytes, overflow;
} Room;

static Room room_for(Emit *e, LLVMValueRef count, SirType elem) {
    LLVMValueRef args[] = { count, llvm__u64(e, llvm__size(e, elem)) };
    LLVMValueRef both = llvm__intrinsic(e, "llvm.umul.with.overflow", e->i64, 2, args);
    return (Room){ elem, count, llvm__extract(e, both, 0), llvm__extract(e, both, 1) };
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
        llvm__store(e, llvm__try_alloc_for(e, room->elem, bytes), cell, 8);
    } else {
        llvm__store(e, llvm__alloc_for(e, room->elem, room->bytes), cell, 8);
    }
    llvm__jump(e, on);
    llvm__go(e, on);
    return llvm__load(e, e->ptr, cell, 8);
}

void llvm__fill_elems(Emit *e, LLVMValueRef base, LLVMValueRef count, const Value *v) {
    uint64_t size = llvm__size(e, v->type);
    if (size == 0 || (v->shape == SHAPE_ONE && llvm__is_zero(v->a))) return; // memory comes zeroed
    if (size == 1 && v->shape == SHAPE_ONE) {
        llvm__fill(e, base, v->a, count, 1);
        return;
    }
    Loop loop = llvm__loop_begin(e, count);
    llvm__store_at(e, llvm__element(e, base, loop.index, size), llvm__align(e, v->type), v);
    llvm__loop_end(e, &loop);
}

Made llvm__made(Emit *e, LLVMValueRef base, bool may_fail) {
    LLVMValueRef some = may_fail ? llvm__is(e, LLVMIntNE, base, LLVMConstNull(e->ptr)) : NULL;
    return (Made){ base, some };
}

LLVMValueRef llvm__if_made(Emit *e, const Made *made, LLVMValueRef n) {
    return made->some ? llvm__select(e, made->some, n, llvm__u64(e, 0)) : n;
}

void llvm__made_dest(Emit *e, const SirArg *dest, const Made *made, LLVMValueRef length) {
    SirType type = llvm__place_type(e, &dest->place);
    if (made->some) type = llvm__type(e, type)->elem;
    Value value = llvm__two(e, type, made->base, length);
    if (made->some)
        llvm__option_dest(e, dest, made->some, &value);
    else
        llvm__dest(e, dest, &value);
}

static void make_slice(Emit *e, const SirInst *inst, bool may_fail) {
    LLVMValueRef count = llvm__arg(e, &inst->args[1]).a;
    Value v = llvm__arg(e, &inst->args[2]);
    Room room = room_for(e, count, v.type);
    LLVMValueRef base = alloc_elems(e, &room, may_fail);
    Made made = llvm__made(e, base, may_fail);
    llvm__fill_elems(e, base, llvm__if_made(e, &made, count), &v);
    llvm__made_dest(e, &inst->args[0], &made, count);
}

static void copy_slice(Emit *e, const SirInst *inst, bool may_fail) {
    Place place = llvm__address(e, &inst->args[1].place);
    Seq seq = llvm__seq(e, &place);
    Room room = room_for(e, seq.length, seq.elem);
    LLVMValueRef base = alloc_elems(e, &room, may_fail);
    Made made = llvm__made(e, base, may_fail);
    llvm__copy(e, base, seq.base, llvm__if_made(e, &made, room.bytes), seq.align);
    llvm__made_dest(e, &inst->args[0], &made, seq.length);
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
