// Elements of slices exchanged, copied and filled in place; and whole places exchanged.

#include "llvm__.h"

static Seq seq_of(Emit *e, const SirArg *arg) {
    Place place = llvm__address(e, &arg->place);
    return llvm__seq(e, &place);
}

static void test_index(Emit *e, const Seq *seq, LLVMValueRef index) {
    llvm__trap_unless(e, llvm__is(e, LLVMIntULT, index, seq->length), FAULT_INDEX);
}

// The value of a place in a place of its own.
static Value take(Emit *e, const Place *place) {
    Value value = llvm__load_place(e, place);
    return llvm__steady(e, &value);
}

static void exchange(Emit *e, const Place *a, const Place *b) { // which may be one
    Value old = take(e, a);
    Value other = llvm__load_place(e, b);
    llvm__store_place(e, a, &other);
    llvm__store_place(e, b, &old);
}

static void swap_elements(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    LLVMValueRef i = llvm__arg(e, &inst->args[1]).a, j = llvm__arg(e, &inst->args[2]).a;
    test_index(e, &seq, i);
    test_index(e, &seq, j);
    Place a = llvm__seq_elem(e, &seq, i), b = llvm__seq_elem(e, &seq, j);
    exchange(e, &a, &b);
}

static void replace_in(Emit *e, const SirInst *inst, const Place *place, const Value *with) {
    Value old = take(e, place);
    llvm__store_place(e, place, with);
    llvm__dest(e, &inst->args[0], &old);
}

static void replace_element(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef index = llvm__arg(e, &inst->args[2]).a;
    Value with = llvm__arg(e, &inst->args[3]);
    test_index(e, &seq, index);
    Place place = llvm__seq_elem(e, &seq, index);
    replace_in(e, inst, &place, &with);
}

static LLVMValueRef bytes_of(const Emit *e, const Seq *seq, LLVMValueRef count) {
    return LLVMBuildMul(e->at, count, llvm__u64(e, seq->size), "");
}

static void copy_elements(Emit *e, const SirInst *inst) {
    Seq to = seq_of(e, &inst->args[0]), from = seq_of(e, &inst->args[1]);
    llvm__trap_unless(e, llvm__is(e, LLVMIntEQ, to.length, from.length), FAULT_INDEX);
    uint32_t align = to.align < from.align ? to.align : from.align;
    llvm__move(e, to.base, from.base, bytes_of(e, &to, to.length), align);
}

static void test_part(Emit *e, const Seq *seq, LLVMValueRef from, LLVMValueRef count) {
    LLVMValueRef starts = llvm__is(e, LLVMIntULE, from, seq->length);
    LLVMValueRef left = LLVMBuildSub(e->at, seq->length, from, "");
    LLVMValueRef fits = LLVMBuildAnd(e->at, starts, llvm__is(e, LLVMIntULE, count, left), "");
    llvm__trap_unless(e, fits, FAULT_INDEX);
}

static void move_elements(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    LLVMValueRef from = llvm__arg(e, &inst->args[1]).a, to = llvm__arg(e, &inst->args[2]).a;
    LLVMValueRef count = llvm__arg(e, &inst->args[3]).a;
    test_part(e, &seq, from, count);
    test_part(e, &seq, to, count);
    llvm__move(
        e, llvm__element(e, seq.base, to, seq.size), llvm__element(e, seq.base, from, seq.size),
        bytes_of(e, &seq, count), seq.align
    );
}

static void fill_elements(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[0]);
    Value v = llvm__arg(e, &inst->args[1]);
    if (seq.size == 1 && v.shape == SHAPE_ONE) {
        llvm__fill(e, seq.base, v.a, seq.length, 1);
        return;
    }
    Loop loop = llvm__loop_begin(e, seq.length);
    Place elem = llvm__seq_elem(e, &seq, loop.index);
    llvm__store_place(e, &elem, &v);
    llvm__loop_end(e, &loop);
}

void llvm__elements(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_SLICE_SWAP) {
        swap_elements(e, inst);
    } else if (inst->op == SIR_OP_SLICE_REPLACE) {
        replace_element(e, inst);
    } else if (inst->op == SIR_OP_SLICE_COPY) {
        copy_elements(e, inst);
    } else if (inst->op == SIR_OP_SLICE_MOVE) {
        move_elements(e, inst);
    } else if (inst->op == SIR_OP_SLICE_FILL) {
        fill_elements(e, inst);
    } else if (inst->op == SIR_OP_SWAP) {
        Place a = llvm__place(e, &inst->args[0].place), b = llvm__place(e, &inst->args[1].place);
        exchange(e, &a, &b);
    } else { // replace
        Place place = llvm__place(e, &inst->args[1].place);
        Value with = llvm__arg(e, &inst->args[2]);
        replace_in(e, inst, &place, &with);
    }
}
