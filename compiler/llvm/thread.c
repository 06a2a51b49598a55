// Threads, and what they share. A thread begins in a function of its own that takes the arguments off the new stack, where
// the kernel has put a copy of them. Taking a lock that somebody has, and waiting for a join, are the kernel's; a lock
// that is free is one instruction of the runtime (kernel-rt/sip/lock.c).

#include "llvm__.h"

#include <stdio.h>

// --- mutexes -------------------------------------------------------------------------------------------------

// A guard is the address of what is guarded; the lock's word stands before it, as a vector's length does.
static uint64_t guarded_offset(const Emit *e, SirType around) {
    return llvm__vector_offset(e, around);
}

static void make_shared(Emit *e, const SirInst *inst) {
    SirType type = llvm__place_type(e, &inst->args[0].place);
    bool is_mutex = llvm__type(e, type)->kind == SIR_TYPE_MUTEX;
    Value value = llvm__arg(e, &inst->args[1]);
    Build build = llvm__build_begin(e, &inst->args[0], &inst->args[1], 1);
    uint64_t offset = is_mutex ? guarded_offset(e, type) : 0;
    llvm__build_part(e, &build, offset, &value);
    if (is_mutex) llvm__store(e, llvm__u64(e, 0), build.place.addr, 8);
    llvm__build_end(e, &inst->args[0], &build);
}

static void lock(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[1].place);
    LLVMValueRef args[] = { place.addr, llvm__u32(e, llvm__site(e, FAULT_LOCK)) };
    llvm__call_fn(e, e->lock_type, e->lock, args, 2);
    e->kcalls[KCALL_PARK] = true;
    uint64_t offset = guarded_offset(e, place.type);
    SirType guard = llvm__place_type(e, &inst->args[0].place);
    Value value = llvm__one(e, guard, llvm__offset(e, place.addr, offset));
    llvm__dest(e, &inst->args[0], &value);
}

static void unlock(Emit *e, const SirInst *inst) {
    Value guard = llvm__arg(e, &inst->args[0]);
    uint64_t offset = guarded_offset(e, guard.type);
    LLVMValueRef word = llvm__add_bytes(e, guard.a, llvm__u64(e, 0 - offset));
    llvm__call_fn(e, e->unlock_type, e->unlock, &word, 1);
    e->kcalls[KCALL_UNPARK] = true;
}

void llvm__shared(Emit *e, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SHARE: make_shared(e, inst); break;
    case SIR_OP_LOCK: lock(e, inst); break;
    default: unlock(e, inst); break;
    }
}

// --- atomics: all sequentially consistent ------------------------------------------------------------------------

static void atomic_load(Emit *e, const SirInst *inst, const Place *place, SirType elem) {
    LLVMValueRef got = llvm__load(e, llvm__one_type(e, elem), place->addr, llvm__align(e, elem));
    LLVMSetOrdering(got, LLVMAtomicOrderingSequentiallyConsistent);
    Value value = llvm__one(e, elem, got);
    llvm__dest(e, &inst->args[0], &value);
}

static void atomic_store(Emit *e, const SirInst *inst, SirType elem) {
    Value value = llvm__arg(e, &inst->args[1]);
    Place place = llvm__place(e, &inst->args[0].place);
    LLVMValueRef store = LLVMBuildStore(e->at, value.a, place.addr);
    LLVMSetAlignment(store, llvm__align(e, elem));
    LLVMSetOrdering(store, LLVMAtomicOrderingSequentiallyConsistent);
}

static void atomic_change(Emit *e, const SirInst *inst, SirType elem) {
    Place place = llvm__place(e, &inst->args[1].place);
    LLVMAtomicRMWBinOp op =
        inst->op == SIR_OP_ATOMIC_ADD ? LLVMAtomicRMWBinOpAdd : LLVMAtomicRMWBinOpXchg;
    LLVMValueRef by = llvm__arg(e, &inst->args[2]).a;
    LLVMValueRef old = LLVMBuildAtomicRMW(
        e->at, op, place.addr, by, LLVMAtomicOrderingSequentiallyConsistent, false
    );
    Value value = llvm__one(e, elem, old);
    llvm__dest(e, &inst->args[0], &value);
}

static void atomic_exchange_if(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[1].place);
    LLVMValueRef expected = llvm__arg(e, &inst->args[2]).a, wanted = llvm__arg(e, &inst->args[3]).a;
    LLVMValueRef both = LLVMBuildAtomicCmpXchg(
        e->at, place.addr, expected, wanted, LLVMAtomicOrderingSequentiallyConsistent,
        LLVMAtomicOrderingSequentiallyConsistent, false
    );
    llvm__dest_bit(e, &inst->args[0], llvm__extract(e, both, 1));
}

void llvm__atomic(Emit *e, const SirInst *inst) {
    bool is_store = inst->op == SIR_OP_ATOMIC_STORE;
    SirType type = llvm__place_type(e, &inst->args[is_store ? 0 : 1].place);
    SirType elem = llvm__type(e, type)->elem;
    if (is_store) {
        atomic_store(e, inst, elem);
    } else if (inst->op == SIR_OP_ATOMIC_LOAD) {
        Place place = llvm__place(e, &inst->args[1].place);
        atomic_load(e, inst, &place, elem);
    } else if (inst->op == SIR_OP_ATOMIC_CAS) {
        atomic_exchange_if(e, inst);
    } else {
        atomic_change(e, inst, elem);
    }
}

// --- threads ---------------------------------------------------------------------------------------------------------

// void (const KernelTable *, void *arguments): where a thread begins that runs the function.
static LLVMValueRef beginning_of(Emit *e, SirFunc func) {
    if (!e->beginnings) e->beginnings = arena_array(e->arena, LLVMValueRef, e->module->funcs.len);
    if (e->beginnings[func]) return e->beginnings[func];
    char name[64];
    snprintf(name, sizeof name, "sip.thread.%u", func);
    LLVMTypeRef params[] = { e->ptr, e->ptr };
    LLVMValueRef fn =
        LLVMAddFunction(e->out, name, LLVMFunctionType(e->void_type, params, 2, false));
    LLVMSetLinkage(fn, LLVMInternalLinkage);
    llvm__attributes(e, fn);
    return e->beginnings[func] = fn;
}

static LLVMValueRef put_arguments(Emit *e, const SirArg *args, uint32_t n, uint64_t *size) {
    const Value *values = llvm__args(e, args, n);
    Offsets at = { 0, 16 };
    for (uint32_t i = 0; i < n; i++)
        llvm__place_field(e, &at, values[i].type);
    *size = at.end;
    LLVMValueRef room = llvm__temp(e, at.end ? at.end : 1, at.align, true);
    at = (Offsets){ 0, 16 };
    for (uint32_t i = 0; i < n; i++) {
        uint64_t offset = llvm__place_field(e, &at, values[i].type);
        llvm__store_at(
            e, llvm__offset(e, room, offset), llvm__align(e, values[i].type), &values[i]
        );
    }
    return room;
}

static void spawn(Emit *e, const SirInst *inst, LLVMValueRef join, uint32_t func_arg) {
    uint64_t size;
    uint32_t first = func_arg + 1;
    LLVMValueRef room = put_arguments(e, inst->args + first, inst->arg_count - first, &size);
    LLVMValueRef args[] = { beginning_of(e, (SirFunc)inst->args[func_arg].n), room,
                            llvm__u64(e, size), join, llvm__u32(e, llvm__site(e, FAULT_QUOTA)) };
    llvm__call_kernel(e, KCALL_SPAWN, 5, args);
}

void llvm__thread(Emit *e, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SPAWN: spawn(e, inst, LLVMConstNull(e->ptr), 0); break;
    case SIR_OP_JOIN_SPAWN: {
        Place join = llvm__place(e, &inst->args[0].place);
        spawn(e, inst, llvm__load(e, e->ptr, join.addr, 8), 1);
        break;
    }
    case SIR_OP_JOIN_BEGIN: {
        SirType type = llvm__place_type(e, &inst->args[0].place);
        Value value = llvm__one(e, type, llvm__call_kernel(e, KCALL_JOIN_BEGIN, 0, NULL));
        llvm__dest(e, &inst->args[0], &value);
        break;
    }
    default: {
        LLVMValueRef join = llvm__arg(e, &inst->args[0]).a;
        llvm__call_kernel(e, KCALL_JOIN_END, 1, &join);
    }
    }
}

// --- where they begin --------------------------------------------------------------------------------------------------

// What lies in memory is passed by its address: the copy on the thread's stack is the function's.
static uint32_t take_argument(Emit *e, SirType type, LLVMValueRef addr, LLVMValueRef *to) {
    Shape shape = llvm__shape(e, type);
    if (shape == SHAPE_NONE) return 0;
    if (shape == SHAPE_MEMORY) {
        to[0] = addr;
        return 1;
    }
    Value value = llvm__load_at(e, type, addr, llvm__align(e, type));
    to[0] = value.a;
    if (shape == SHAPE_TWO) to[1] = value.b;
    return shape == SHAPE_TWO ? 2 : 1;
}

static void define_beginning(Emit *e, SirFunc func) {
    const SirSig *sig = &e->module->funcs.data[func].sig;
    LLVMValueRef *args = arena_array(e->arena, LLVMValueRef, 2 * (uint64_t)sig->param_count + 1);
    LLVMValueRef fn = e->beginnings[func];
    llvm__begin_body(e, fn);
    llvm__debug_none(e);
    uint32_t count = 0;
    Offsets at = { 0, 16 };
    for (uint32_t i = 0; i < sig->param_count; i++) {
        SirType type = sig->params[i].type;
        uint64_t offset = llvm__place_field(e, &at, type);
        count += take_argument(e, type, llvm__offset(e, LLVMGetParam(fn, 1), offset), args + count);
    }
    llvm__add_attribute(e, e->funcs[func], "noinline", 0); // a frame of its own, for reports
    llvm__call_fn(e, e->func_types[func], e->funcs[func], args, count);
    LLVMBuildRetVoid(e->at); // into the kernel, which ends the thread
}

void llvm__define_beginnings(Emit *e) {
    for (SirFunc func = 0; e->beginnings && func < e->module->funcs.len && !e->failed; func++)
        if (e->beginnings[func]) define_beginning(e, func);
}
