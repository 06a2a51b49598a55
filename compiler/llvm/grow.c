// Growables and vectors: exactly the elements below the length are initialised, and only these instructions change the
// length. A growable's block is replaced by one of twice the size when it is full.

#include "managed__.h"

#include "contracts/abi/kernel.h"

enum { FIRST_ELEMENTS = 4, SMALL_ELEMENT = 64 };

// --- more room: an internal function of the module ------------------------------------------------------------

enum { GROW_VALUE, GROW_MORE, GROW_SIZE, GROW_PREFIX, GROW_SITE, GROW_PARAMS };

typedef struct Grower {
    LLVMValueRef params[GROW_PARAMS];
    LLVMBasicBlockRef full; // no memory: traps, or gives false
    bool may_fail, is_managed;
} Grower;

static LLVMValueRef checked(
    Emit *e, const Grower *g, const char *name, LLVMValueRef a, LLVMValueRef b
) {
    LLVMValueRef args[] = { a, b };
    LLVMValueRef both = llvm__intrinsic(e, name, e->i64, 2, args);
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    llvm__branch(e, llvm__extract(e, both, 1), g->full, on);
    llvm__go(e, on);
    return llvm__extract(e, both, 0);
}

static LLVMValueRef at_least(Emit *e, LLVMValueRef a, LLVMValueRef b) {
    return llvm__select(e, llvm__is(e, LLVMIntULT, a, b), b, a);
}

static LLVMValueRef next_capacity(
    Emit *e, const Grower *g, LLVMValueRef length, LLVMValueRef capacity
) {
    LLVMValueRef needed = checked(e, g, "llvm.uadd.with.overflow", length, g->params[GROW_MORE]);
    LLVMValueRef twice = checked(e, g, "llvm.uadd.with.overflow", capacity, capacity);
    LLVMValueRef small = llvm__is(e, LLVMIntULE, g->params[GROW_SIZE], llvm__u64(e, SMALL_ELEMENT));
    LLVMValueRef first = llvm__select(e, small, llvm__u64(e, FIRST_ELEMENTS), llvm__u64(e, 1));
    return at_least(e, at_least(e, needed, twice), first);
}

static void free_old(Emit *e, const Grower *g, LLVMValueRef base, LLVMValueRef capacity) {
    LLVMBasicBlockRef had = llvm__new_block(e, "had"), on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntNE, capacity, llvm__u64(e, 0)), had, on);
    llvm__go(e, had);
    LLVMValueRef neg = LLVMBuildNeg(e->at, g->params[GROW_PREFIX], "");
    LLVMValueRef block = llvm__add_bytes(e, base, neg);
    if (g->is_managed)
        llvm__managed_free(e, block);
    else
        llvm__free(e, block);
    llvm__jump(e, on);
    llvm__go(e, on);
}

static LLVMValueRef fresh_block(Emit *e, const Grower *g, LLVMValueRef bytes) {
    if (!g->may_fail && g->is_managed) return llvm__managed_block(e, bytes, g->params[GROW_SITE]);
    if (!g->may_fail) {
        LLVMValueRef args[] = { bytes, g->params[GROW_SITE] };
        return llvm__call_kernel(e, KCALL_ALLOC, 2, args);
    }
    LLVMValueRef block = g->is_managed
                             ? llvm__managed_block(e, bytes, llvm__u32(e, SIP_MANAGED_MAYBE))
                             : llvm__call_kernel(e, KCALL_TRY_ALLOC, 1, &bytes);
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntEQ, block, LLVMConstNull(e->ptr)), g->full, on);
    llvm__go(e, on);
    return block;
}

static void grow_body(Emit *e, const Grower *g) {
    LLVMValueRef whole = g->params[GROW_VALUE], prefix = g->params[GROW_PREFIX];
    LLVMValueRef base = llvm__load(e, e->ptr, whole, 8);
    LLVMValueRef length = llvm__load(e, e->i64, llvm__offset(e, whole, 8), 8);
    LLVMValueRef capacity = llvm__load(e, e->i64, llvm__offset(e, whole, 16), 8);
    LLVMValueRef next = next_capacity(e, g, length, capacity);
    LLVMValueRef bytes = checked(e, g, "llvm.umul.with.overflow", next, g->params[GROW_SIZE]);
    bytes = checked(e, g, "llvm.uadd.with.overflow", bytes, prefix);
    LLVMValueRef fresh = llvm__add_bytes(e, fresh_block(e, g, bytes), prefix);
    llvm__copy(e, fresh, base, LLVMBuildMul(e->at, length, g->params[GROW_SIZE], ""), 1);
    free_old(e, g, base, capacity);
    llvm__store(e, fresh, whole, 8);
    llvm__store(e, next, llvm__offset(e, whole, 16), 8);
    LLVMBuildRet(e->at, LLVMConstInt(e->i1, 1, false));
    llvm__go(e, g->full);
    if (g->may_fail) {
        LLVMBuildRet(e->at, LLVMConstInt(e->i1, 0, false));
        return;
    }
    LLVMValueRef site = g->params[GROW_SITE];
    llvm__call_fn(e, e->trap_type, e->trap, &site, 1);
    LLVMBuildUnreachable(e->at);
}

// By whether it may fail, and whether its blocks are managed.
static const char *const grow_names[2][2] = {
    { "sip.grow",     "sip.grow.managed"     },
    { "sip.grow.opt", "sip.grow.opt.managed" }
};

static LLVMValueRef grow_function(Emit *e, bool may_fail, bool is_managed) {
    const char *name = grow_names[may_fail][is_managed];
    LLVMValueRef fn = LLVMGetNamedFunction(e->out, name);
    if (fn) return fn;
    LLVMTypeRef params[] = { e->ptr, e->i64, e->i64, e->i64, e->i32 };
    e->grow_type = LLVMFunctionType(e->i1, params, GROW_PARAMS, false);
    fn = LLVMAddFunction(e->out, name, e->grow_type);
    LLVMSetLinkage(fn, LLVMInternalLinkage);
    llvm__attributes(e, fn);
    return fn;
}

static void define(Emit *e, bool may_fail, bool is_managed) {
    LLVMValueRef fn = LLVMGetNamedFunction(e->out, grow_names[may_fail][is_managed]);
    if (!fn) return;
    llvm__begin_body(e, fn);
    llvm__debug_none(e);
    Grower g = { .full = llvm__new_block(e, "full"),
                 .may_fail = may_fail,
                 .is_managed = is_managed };
    LLVMGetParams(fn, g.params);
    grow_body(e, &g);
}

void llvm__define_grow(Emit *e) {
    for (int may_fail = 0; may_fail < 2; may_fail++)
        for (int is_managed = 0; is_managed < 2; is_managed++)
            define(e, may_fail, is_managed);
}

// --- room for `more` elements, and where they are afterwards ----------------------------------------------------

// Of a growable: whether there is room is kept in `got`, if that is asked; else no room traps.
static void ask_room(Emit *e, const Seq *seq, LLVMValueRef more, LLVMValueRef got) {
    LLVMValueRef capacity = llvm__load(e, e->i64, llvm__offset(e, seq->whole, 16), 8);
    LLVMValueRef left = LLVMBuildSub(e->at, capacity, seq->length, "");
    LLVMBasicBlockRef full = llvm__new_block(e, "full"), on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntUGT, more, left), full, on);
    llvm__go(e, full);
    LLVMValueRef args[GROW_PARAMS] = {
        seq->whole,
        more,
        llvm__u64(e, seq->size),
        llvm__u64(e, llvm__block_prefix(e, seq->elem)),
        llvm__u32(e, llvm__site(e, FAULT_QUOTA)),
    };
    LLVMValueRef fn = grow_function(e, got != NULL, llvm__is_managed(e, seq->elem));
    LLVMValueRef some = llvm__call_fn(e, e->grow_type, fn, args, GROW_PARAMS);
    if (got) llvm__store(e, llvm__to_bool(e, some), got, 1);
    llvm__jump(e, on);
    llvm__go(e, on);
}

static void make_room(Emit *e, Seq *seq, LLVMValueRef more) {
    if (!seq->grows) {
        LLVMValueRef left = LLVMBuildSub(e->at, llvm__u64(e, seq->limit), seq->length, "");
        llvm__trap_if(e, llvm__is(e, LLVMIntUGT, more, left), FAULT_QUOTA);
        return;
    }
    ask_room(e, seq, more, NULL);
    seq->base = llvm__load(e, e->ptr, seq->whole, 8);
}

static void set_length(Emit *e, const Seq *seq, LLVMValueRef length) {
    llvm__store(e, length, seq->length_addr, 8);
}

static LLVMValueRef plus(Emit *e, LLVMValueRef a, uint64_t b) {
    return LLVMBuildAdd(e->at, a, llvm__u64(e, b), "");
}

static LLVMValueRef bytes_of(Emit *e, const Seq *seq, LLVMValueRef count) {
    return LLVMBuildMul(e->at, count, llvm__u64(e, seq->size), "");
}

// Elements that are gone leave nothing behind that would keep something alive.
static void forget(Emit *e, const Seq *seq, LLVMValueRef first, LLVMValueRef count) {
    if (!llvm__is_managed(e, seq->elem)) return;
    LLVMValueRef addr = llvm__element(e, seq->base, first, seq->size);
    llvm__fill(e, addr, LLVMConstNull(e->i8), bytes_of(e, seq, count), seq->align);
}

static Seq seq_of(Emit *e, const SirArg *arg) {
    Place place = llvm__place(e, &arg->place);
    return llvm__seq(e, &place);
}

// --- instructions --------------------------------------------------------------------------------------------------

static void make_empty(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[0].place);
    LLVMValueRef zero = llvm__u64(e, 0);
    if (llvm__type(e, place.type)->kind == SIR_TYPE_VECTOR) {
        llvm__store(e, zero, place.addr, 8);
        return;
    }
    llvm__store(e, llvm__dangling(e), place.addr, 8);
    llvm__store(e, zero, llvm__offset(e, place.addr, 8), 8);
    llvm__store(e, zero, llvm__offset(e, place.addr, 16), 8);
}

static void push(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    Value read = llvm__arg(e, &inst->args[1]);
    Value v = llvm__steady(e, &read);
    make_room(e, &seq, llvm__u64(e, 1));
    Place elem = llvm__seq_elem(e, &seq, seq.length);
    llvm__store_place(e, &elem, &v);
    set_length(e, &seq, plus(e, seq.length, 1));
}

static void insert(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    LLVMValueRef index = llvm__arg(e, &inst->args[1]).a;
    Value read = llvm__arg(e, &inst->args[2]);
    Value v = llvm__steady(e, &read);
    llvm__trap_unless(e, llvm__is(e, LLVMIntULE, index, seq.length), FAULT_INDEX);
    make_room(e, &seq, llvm__u64(e, 1));
    Place elem = llvm__seq_elem(e, &seq, index);
    LLVMValueRef behind = bytes_of(e, &seq, LLVMBuildSub(e->at, seq.length, index, ""));
    llvm__move(e, llvm__offset(e, elem.addr, seq.size), elem.addr, behind, seq.align);
    llvm__store_place(e, &elem, &v);
    set_length(e, &seq, plus(e, seq.length, 1));
}

static void remove_at(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef index = llvm__arg(e, &inst->args[2]).a;
    llvm__trap_unless(e, llvm__is(e, LLVMIntULT, index, seq.length), FAULT_INDEX);
    Place elem = llvm__seq_elem(e, &seq, index);
    Value there = llvm__load_place(e, &elem);
    Value old = llvm__steady(e, &there);
    LLVMValueRef length = plus(e, seq.length, UINT64_MAX);
    LLVMValueRef behind = bytes_of(e, &seq, LLVMBuildSub(e->at, length, index, ""));
    llvm__move(e, elem.addr, llvm__offset(e, elem.addr, seq.size), behind, seq.align);
    forget(e, &seq, length, llvm__u64(e, 1));
    set_length(e, &seq, length);
    llvm__dest(e, &inst->args[0], &old);
}

static void pop(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    SirType type = llvm__place_type(e, &inst->args[0].place);
    bool niche = llvm__is_niche(e, type);
    LLVMValueRef temp = llvm__temp_of(e, type);
    LLVMBasicBlockRef some = llvm__new_block(e, "some"), on = llvm__new_block(e, "");
    llvm__store(e, niche ? LLVMConstNull(e->ptr) : LLVMConstNull(e->i8), temp, 1);
    llvm__branch(e, llvm__is(e, LLVMIntNE, seq.length, llvm__u64(e, 0)), some, on);
    llvm__go(e, some);
    LLVMValueRef length = plus(e, seq.length, UINT64_MAX);
    set_length(e, &seq, length);
    Place elem = llvm__seq_elem(e, &seq, length);
    Value last = llvm__load_place(e, &elem);
    LLVMValueRef to = niche ? temp : llvm__offset(e, temp, llvm__payload_offset(e, type));
    llvm__store_at(e, to, llvm__align(e, seq.elem), &last);
    forget(e, &seq, length, llvm__u64(e, 1));
    if (!niche) llvm__store(e, llvm__int(e, e->i8, 1), temp, 1);
    llvm__jump(e, on);
    llvm__go(e, on);
    Value value = llvm__load_at(e, type, temp, llvm__align(e, type));
    llvm__dest(e, &inst->args[0], &value);
}

static void truncate_at(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    LLVMValueRef length = llvm__arg(e, &inst->args[1]).a;
    llvm__trap_unless(e, llvm__is(e, LLVMIntULE, length, seq.length), FAULT_INDEX);
    set_length(e, &seq, length);
    if (llvm__owns(e, seq.elem))
        llvm__drop_elems(
            e, seq.elem, llvm__element(e, seq.base, length, seq.size),
            LLVMBuildSub(e->at, seq.length, length, "")
        );
    forget(e, &seq, length, LLVMBuildSub(e->at, seq.length, length, ""));
}

static void append(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    Place from = llvm__address(e, &inst->args[1].place);
    Seq more = llvm__seq(e, &from);
    make_room(e, &seq, more.length);
    uint32_t align = seq.align < more.align ? seq.align : more.align;
    llvm__copy(
        e, llvm__element(e, seq.base, seq.length, seq.size), more.base,
        bytes_of(e, &more, more.length), align
    );
    set_length(e, &seq, LLVMBuildAdd(e->at, seq.length, more.length, ""));
}

static void reserve(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    make_room(e, &seq, llvm__arg(e, &inst->args[1]).a);
}

static void try_reserve(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef more = llvm__arg(e, &inst->args[2]).a, got = llvm__temp(e, 1, 1, false);
    llvm__store(e, LLVMConstInt(e->i8, 1, false), got, 1);
    ask_room(e, &seq, more, got);
    llvm__dest_bit(e, &inst->args[0], llvm__from_bool(e, llvm__load(e, e->i8, got, 1)));
}

// A growable of no elements may have a block; a slice of none has not.
static void seal(Emit *e, const SirInst *inst) {
    Value v = llvm__arg(e, &inst->args[1]);
    SirType elem = llvm__type(e, v.type)->elem;
    LLVMValueRef base = llvm__load(e, e->ptr, v.a, 8);
    LLVMValueRef length = llvm__load(e, e->i64, llvm__offset(e, v.a, 8), 8);
    LLVMValueRef capacity = llvm__load(e, e->i64, llvm__offset(e, v.a, 16), 8);
    LLVMValueRef zero = llvm__u64(e, 0);
    LLVMValueRef empty = llvm__is(e, LLVMIntEQ, length, zero);
    LLVMValueRef spare = LLVMBuildAnd(e->at, empty, llvm__is(e, LLVMIntNE, capacity, zero), "");
    LLVMBasicBlockRef away = llvm__new_block(e, "away"), on = llvm__new_block(e, "");
    llvm__branch(e, spare, away, on);
    llvm__go(e, away);
    llvm__free_for(e, elem, llvm__offset(e, base, -llvm__block_prefix(e, elem)));
    llvm__jump(e, on);
    llvm__go(e, on);
    Value value = llvm__two(
        e, llvm__place_type(e, &inst->args[0].place),
        llvm__select(e, empty, llvm__dangling(e), base), length
    );
    llvm__dest(e, &inst->args[0], &value);
}

void llvm__growables(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_GROW_NEW) {
        make_empty(e, inst);
    } else if (inst->op == SIR_OP_GROW_PUSH) {
        push(e, inst);
    } else if (inst->op == SIR_OP_GROW_POP) {
        pop(e, inst);
    } else if (inst->op == SIR_OP_GROW_INSERT) {
        insert(e, inst);
    } else if (inst->op == SIR_OP_GROW_REMOVE) {
        remove_at(e, inst);
    } else if (inst->op == SIR_OP_GROW_TRUNCATE) {
        truncate_at(e, inst);
    } else if (inst->op == SIR_OP_GROW_APPEND) {
        append(e, inst);
    } else if (inst->op == SIR_OP_GROW_RESERVE) {
        reserve(e, inst);
    } else if (inst->op == SIR_OP_GROW_RESERVE_OPT) {
        try_reserve(e, inst);
    } else { // grow.seal
        seal(e, inst);
    }
}
