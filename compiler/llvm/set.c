// Sets of endpoints: an address in the kernel, NULL while nothing is in it. The value of a member lies in a block of its own,
// whose address the kernel keeps beside the endpoint.

#include "managed__.h"

static void add(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[0].place);
    LLVMValueRef endpoint = llvm__arg(e, &inst->args[1]).a;
    LLVMValueRef block = LLVMConstNull(e->ptr);
    if (inst->arg_count > 2) {
        Value v = llvm__arg(e, &inst->args[2]);
        block = llvm__alloc_for(e, v.type, llvm__u64(e, llvm__size(e, v.type)));
        llvm__store_at(e, block, llvm__align(e, v.type), &v);
    }
    LLVMValueRef args[] = { place.addr, endpoint, block, llvm__u32(e, llvm__site(e, FAULT_QUOTA)) };
    llvm__call_kernel(e, KCALL_SET_ADD, 4, args);
}

// A member and its value, to the option's payload.
static void unpack(
    Emit *e, SirType pair, LLVMValueRef to, LLVMValueRef endpoint, LLVMValueRef cell
) {
    const SirTypeInfo *info = llvm__type(e, pair);
    if (info->kind != SIR_TYPE_STRUCT) {
        llvm__store(e, endpoint, to, 8);
        return;
    }
    SirType elem = info->fields[1].type;
    LLVMValueRef block = llvm__load(e, e->ptr, cell, 8);
    llvm__store(e, endpoint, llvm__offset(e, to, llvm__field_offset(e, pair, 0)), 8);
    llvm__copy(
        e, llvm__offset(e, to, llvm__field_offset(e, pair, 1)), block,
        llvm__u64(e, llvm__size(e, elem)), llvm__align(e, elem)
    );
    llvm__free_for(e, elem, block);
}

static void take(Emit *e, const SirInst *inst) {
    Place set = llvm__place(e, &inst->args[1].place);
    LLVMValueRef cell = llvm__temp(e, 8, 8, true);
    LLVMValueRef args[] = { llvm__load_place(e, &set).a, cell };
    LLVMValueRef endpoint = llvm__call_kernel(e, KCALL_SET_TAKE, 2, args);
    LLVMBasicBlockRef some = llvm__new_block(e, "some"), none = llvm__new_block(e, "none");
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    Place place = llvm__place(e, &inst->args[0].place);
    SirType pair = llvm__type(e, place.type)->elem;
    llvm__branch(e, llvm__is(e, LLVMIntNE, endpoint, LLVMConstNull(e->ptr)), some, none);
    llvm__go(e, some);
    llvm__store(e, llvm__int(e, e->i8, 1), place.addr, 1);
    unpack(
        e, pair, llvm__offset(e, place.addr, llvm__payload_offset(e, place.type)), endpoint, cell
    );
    llvm__jump(e, on);
    llvm__go(e, none);
    llvm__store(e, llvm__int(e, e->i8, 0), place.addr, 1);
    llvm__jump(e, on);
    llvm__go(e, on);
}

void llvm__sets(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_SET_ADD) {
        add(e, inst);
    } else if (inst->op == SIR_OP_SET_TAKE) {
        take(e, inst);
    } else { // set.new
        SirType type = llvm__place_type(e, &inst->args[0].place);
        Value value = llvm__one(e, type, LLVMConstNull(e->ptr));
        llvm__dest(e, &inst->args[0], &value);
    }
}

LLVMValueRef llvm__set_count(Emit *e, const Place *set) {
    LLVMValueRef address = llvm__load_place(e, set).a;
    return llvm__call_kernel(e, KCALL_SET_COUNT, 1, &address);
}

// One member after the other; values are the runtime's to drop, which does not nest.
void llvm__drop_set(Emit *e, SirType type, LLVMValueRef addr) {
    SirType elem = llvm__type(e, type)->elem;
    LLVMValueRef set = llvm__load(e, e->ptr, addr, 8), cell = llvm__temp(e, 8, 8, true);
    LLVMBasicBlockRef head = llvm__new_block(e, "member"), body = llvm__new_block(e, "body");
    LLVMBasicBlockRef done = llvm__new_block(e, "after");
    llvm__jump(e, head);
    llvm__go(e, head);
    LLVMValueRef args[] = { set, cell };
    LLVMValueRef endpoint = llvm__call_kernel(e, KCALL_SET_TAKE, 2, args);
    llvm__branch(e, llvm__is(e, LLVMIntNE, endpoint, LLVMConstNull(e->ptr)), body, done);
    llvm__go(e, body);
    llvm__call_kernel(e, KCALL_CLOSE, 1, &endpoint);
    if (elem != SIR_NONE) llvm__drop_box(e, elem, cell);
    llvm__jump(e, head);
    llvm__go(e, done);
    llvm__call_kernel(e, KCALL_SET_END, 1, &set);
}
