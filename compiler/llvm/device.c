// Device objects: a number, by which the kernel finds what was granted. Every access is a call of the kernel, which tests the
// offset: compiled code has no instruction that reaches a device [44].

#include "llvm__.h"

LLVMValueRef llvm__device_granted(Emit *e, SirDevice device, uint32_t nth) {
    const SirManifest *manifest = &e->module->manifest;
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        if (manifest->grants[i].kind == (SirGrantKind)device && nth-- == 0)
            return llvm__u64(e, (uint64_t)i + 1);
    llvm__fail(e, "a parameter of main is a device that is not granted");
    return llvm__u64(e, 0);
}

static LLVMValueRef index_site(Emit *e) {
    return llvm__u32(e, llvm__site(e, FAULT_INDEX));
}

static LLVMValueRef device_at(Emit *e, const SirArg *arg) {
    Place place = llvm__place(e, &arg->place);
    return llvm__load_place(e, &place).a;
}

static LLVMValueRef width_of(Emit *e, SirType type) {
    return llvm__u32(e, (uint32_t)llvm__size(e, type));
}

static void read(Emit *e, const SirInst *inst) {
    SirType type = llvm__place_type(e, &inst->args[0].place);
    LLVMValueRef device = device_at(e, &inst->args[1]);
    LLVMValueRef offset = llvm__arg(e, &inst->args[2]).a;
    LLVMValueRef args[] = { device, offset, width_of(e, type), index_site(e) };
    LLVMValueRef bits = llvm__call_kernel(e, KCALL_DEVICE_READ, 4, args);
    if (type != SIR_TYPE_U64) bits = LLVMBuildTrunc(e->at, bits, llvm__one_type(e, type), "");
    Value value = llvm__one(e, type, bits);
    llvm__dest(e, &inst->args[0], &value);
}

static void write(Emit *e, const SirInst *inst) {
    LLVMValueRef device = device_at(e, &inst->args[0]);
    LLVMValueRef offset = llvm__arg(e, &inst->args[1]).a;
    Value value = llvm__arg(e, &inst->args[2]);
    LLVMValueRef bits = value.a;
    if (value.type != SIR_TYPE_U64) bits = LLVMBuildZExt(e->at, bits, e->i64, "");
    LLVMValueRef args[] = { device, offset, bits, width_of(e, value.type), index_site(e) };
    llvm__call_kernel(e, KCALL_DEVICE_WRITE, 5, args);
}

static void copy(Emit *e, const SirInst *inst) {
    bool comes_in = inst->op == SIR_OP_DEVICE_COPY_IN;
    LLVMValueRef device = device_at(e, &inst->args[0]);
    LLVMValueRef offset = llvm__arg(e, &inst->args[1]).a;
    Place place = llvm__address(e, &inst->args[2].place);
    Seq seq = llvm__seq(e, &place);
    LLVMValueRef args[] = { device, offset, seq.base, seq.length, index_site(e) };
    llvm__call_fn(
        e, e->device_copy_type, comes_in ? e->device_copy_in : e->device_copy_out, args, 5
    );
    e->kcalls[KCALL_DEVICE_COPY_IN] = true; // the runtime's file has both
    e->kcalls[KCALL_DEVICE_COPY_OUT] = true;
}

static void address(Emit *e, const SirInst *inst) {
    LLVMValueRef device = device_at(e, &inst->args[1]);
    SirType type = llvm__place_type(e, &inst->args[0].place);
    Value value = llvm__one(e, type, llvm__call_kernel(e, KCALL_DEVICE_ADDRESS, 1, &device));
    llvm__dest(e, &inst->args[0], &value);
}

static void listen(Emit *e, const SirInst *inst) {
    SirType type = llvm__place_type(e, &inst->args[0].place);
    LLVMValueRef args[] = { llvm__arg(e, &inst->args[1]).a,
                            llvm__u32(e, llvm__type(e, type)->contract),
                            llvm__u32(e, llvm__site(e, FAULT_QUOTA)) };
    Value value = llvm__one(e, type, llvm__call_kernel(e, KCALL_DEVICE_LISTEN, 3, args));
    llvm__dest(e, &inst->args[0], &value);
}

void llvm__device(Emit *e, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_DEVICE_READ: read(e, inst); break;
    case SIR_OP_DEVICE_WRITE: write(e, inst); break;
    case SIR_OP_DEVICE_COPY_IN:
    case SIR_OP_DEVICE_COPY_OUT: copy(e, inst); break;
    case SIR_OP_DEVICE_ADDRESS: address(e, inst); break;
    default: listen(e, inst); break;
    }
}
