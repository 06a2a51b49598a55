// Borrows, views and what is asked of them: addresses and lengths, tested here and carried in registers.

#include "llvm__.h"

static void give(Emit *e, const SirArg *dest, LLVMValueRef a, LLVMValueRef b) {
    SirType type = llvm__place_type(e, &dest->place);
    Value value = b ? llvm__two(e, type, a, b) : llvm__one(e, type, a);
    llvm__dest(e, dest, &value);
}

static void give_option(
    Emit *e, const SirArg *dest, LLVMValueRef some, LLVMValueRef a, LLVMValueRef b
) {
    SirType elem = llvm__type(e, llvm__place_type(e, &dest->place))->elem;
    Value value = b ? llvm__two(e, elem, a, b) : llvm__one(e, elem, a);
    llvm__option_dest(e, dest, some, &value);
}

static Seq seq_of(Emit *e, const SirArg *arg) {
    Place place = llvm__address(e, &arg->place);
    return llvm__seq(e, &place);
}

static void subview(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef from = llvm__arg(e, &inst->args[2]).a, to = llvm__arg(e, &inst->args[3]).a;
    LLVMValueRef ordered = llvm__is(e, LLVMIntULE, from, to);
    LLVMValueRef inside = llvm__is(e, LLVMIntULE, to, seq.length);
    LLVMValueRef fits = LLVMBuildAnd(e->at, ordered, inside, "");
    if (inst->op != SIR_OP_SUBVIEW_OPT) llvm__trap_unless(e, fits, FAULT_INDEX);
    LLVMValueRef base = llvm__element(e, seq.base, from, seq.size);
    LLVMValueRef length = LLVMBuildSub(e->at, to, from, "");
    if (inst->op == SIR_OP_SUBVIEW_OPT)
        give_option(e, &inst->args[0], fits, base, length);
    else
        give(e, &inst->args[0], base, length);
}

static void get(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef index = llvm__arg(e, &inst->args[2]).a;
    LLVMValueRef inside = llvm__is(e, LLVMIntULT, index, seq.length);
    give_option(e, &inst->args[0], inside, llvm__seq_elem(e, &seq, index).addr, NULL);
}

static void text_of(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    LLVMValueRef args[] = { seq.base, seq.length };
    LLVMValueRef is = llvm__call_fn(e, e->is_utf8_type, e->is_utf8, args, 2);
    LLVMValueRef some = llvm__is(e, LLVMIntNE, is, llvm__u32(e, 0));
    give_option(e, &inst->args[0], some, seq.base, seq.length);
}

static void wire_view(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[1]);
    SirType option = llvm__place_type(e, &inst->args[0].place);
    uint64_t size = llvm__size(e, llvm__type(e, llvm__type(e, option)->elem)->elem);
    LLVMValueRef enough = llvm__is(e, LLVMIntUGE, seq.length, llvm__u64(e, size));
    give_option(e, &inst->args[0], enough, size ? seq.base : llvm__dangling(e), NULL);
}

static void split(Emit *e, const SirInst *inst) {
    Seq seq = seq_of(e, &inst->args[2]);
    LLVMValueRef at = llvm__arg(e, &inst->args[3]).a;
    llvm__trap_unless(e, llvm__is(e, LLVMIntULE, at, seq.length), FAULT_INDEX);
    LLVMValueRef rest = LLVMBuildSub(e->at, seq.length, at, "");
    LLVMValueRef second = llvm__element(e, seq.base, at, seq.size);
    give(e, &inst->args[0], seq.base, at);
    give(e, &inst->args[1], second, rest);
}

static void same_bytes(Emit *e, const SirInst *inst) {
    Seq a = seq_of(e, &inst->args[1]), b = seq_of(e, &inst->args[2]);
    LLVMBasicBlockRef here, same = llvm__new_block(e, "same"), on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntEQ, a.length, b.length), same, on);
    here = LLVMGetInsertBlock(e->at);
    llvm__go(e, same);
    LLVMValueRef args[] = { a.base, b.base, a.length };
    LLVMValueRef order = llvm__call_fn(e, e->compare_type, e->compare, args, 3);
    LLVMValueRef equal = llvm__is(e, LLVMIntEQ, order, llvm__u32(e, 0));
    llvm__jump(e, on);
    llvm__go(e, on);
    LLVMValueRef is = LLVMBuildPhi(e->at, e->i1, "");
    LLVMValueRef values[] = { llvm__int(e, e->i1, 0), equal };
    LLVMBasicBlockRef from[] = { here, same };
    LLVMAddIncoming(is, values, from, 2);
    llvm__dest_bit(e, &inst->args[0], is);
}

static void address(Emit *e, const SirInst *inst) { // of all that has one, the first word
    Place place = llvm__place(e, &inst->args[1].place);
    LLVMValueRef ptr = llvm__load(e, e->ptr, place.addr, place.align < 8 ? place.align : 8);
    give(e, &inst->args[0], LLVMBuildPtrToInt(e->at, ptr, e->i64, ""), NULL);
}

void llvm__borrow(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_BORROW || inst->op == SIR_OP_BORROW_MUT) {
        give(e, &inst->args[0], llvm__address(e, &inst->args[1].place).addr, NULL);
    } else if (inst->op == SIR_OP_SUBVIEW || inst->op == SIR_OP_SUBVIEW_MUT ||
               inst->op == SIR_OP_SUBVIEW_OPT) {
        subview(e, inst);
    } else if (inst->op == SIR_OP_GET || inst->op == SIR_OP_GET_MUT) {
        get(e, inst);
    } else if (inst->op == SIR_OP_STR_OF) {
        text_of(e, inst);
    } else if (inst->op == SIR_OP_WIRE_VIEW) {
        wire_view(e, inst);
    } else if (inst->op == SIR_OP_SPLIT) {
        split(e, inst);
    } else if (inst->op == SIR_OP_EQ_BYTES) {
        same_bytes(e, inst);
    } else if (inst->op == SIR_OP_ADDRESS) {
        address(e, inst);
    } else if (inst->op == SIR_OP_LEN) {
        Place place = llvm__place(e, &inst->args[1].place); // of a swapped field too
        bool is_set = llvm__type(e, place.type)->kind == SIR_TYPE_EPSET;
        LLVMValueRef length = is_set ? llvm__set_count(e, &place) : llvm__seq(e, &place).length;
        give(e, &inst->args[0], length, NULL);
    } else { // view, view.mut, bytes.of
        Seq seq = seq_of(e, &inst->args[1]);
        give(e, &inst->args[0], seq.base, seq.length);
    }
}
