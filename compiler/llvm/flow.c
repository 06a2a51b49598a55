// Terminators: where control goes, and what is bound on the way.

#include "llvm__.h"

#include "base/check.h"

void llvm__bind(Emit *e, const SirBind *bind, LLVMValueRef addr, SirType type, uint32_t align) {
    if (bind->mode == SIR_BIND_SKIP) return;
    SirType to = e->info->locals.data[bind->local].type;
    Value value = bind->mode == SIR_BIND_CONST || bind->mode == SIR_BIND_MUT
                      ? llvm__one(e, to, addr)
                      : llvm__load_at(e, type, addr, align);
    llvm__set_local(e, bind->local, &value);
}

static LLVMBasicBlockRef target(const Emit *e, const SirArm *arm) {
    return e->blocks[arm->block];
}

// The last arm is taken when no other is: where all cases are there, it is its own.
static const SirArm *last_arm(const SirInst *inst) {
    return &inst->arms[inst->arm_count - 1];
}

enum { TESTS_MOST = 8 };

typedef struct Way {
    LLVMValueRef value;
    LLVMBasicBlockRef block;
} Way;

// LLVM's fast instruction selection knows no switch, and what it does not know is dear: where nothing is optimised, and where there
// are two ways, they are told apart by tests.
static void choose(
    Emit *e, LLVMValueRef value, const Way *ways, uint32_t count, LLVMBasicBlockRef last
) {
    uint32_t most = e->options->level == LLVM_O0 ? TESTS_MOST : 1;
    if (count > most) {
        LLVMValueRef choice = LLVMBuildSwitch(e->at, value, last, count);
        for (uint32_t i = 0; i < count; i++)
            LLVMAddCase(choice, ways[i].value, ways[i].block);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        LLVMBasicBlockRef next = i + 1 < count ? llvm__block_behind(e) : last;
        llvm__branch(e, llvm__is(e, LLVMIntEQ, value, ways[i].value), ways[i].block, next);
        if (i + 1 < count) llvm__go(e, next);
    }
    if (count == 0) llvm__jump(e, last);
}

static void switch_on(Emit *e, const SirInst *inst) {
    LLVMValueRef value = llvm__arg(e, &inst->args[0]).a;
    const SirArm *last = last_arm(inst);
    uint32_t count = inst->arm_count - 1;
    Way *ways = arena_array(e->arena, Way, count);
    for (uint32_t i = 0; i < count; i++) {
        const SirArm *arm = &inst->arms[i];
        ways[i] = (Way){ llvm__tree_const(e, arm->tree, false), target(e, arm) };
    }
    choose(e, value, ways, count, target(e, last));
}

// --- match -----------------------------------------------------------------------------------------------------

static LLVMValueRef read_tag(Emit *e, const Place *place) {
    if (llvm__is_niche(e, place->type)) {
        LLVMValueRef ptr = llvm__load_place(e, place).a;
        return llvm__to_bool(e, llvm__is(e, LLVMIntNE, ptr, LLVMConstNull(e->ptr)));
    }
    if (place->reg) return llvm__load_place(e, place).a;
    LLVMTypeRef word = LLVMIntTypeInContext(e->context, 8 * llvm__tag_size(e, place->type));
    return llvm__load(e, word, place->addr, 1);
}

static void bind_payload(Emit *e, const SirArm *arm, const Place *place) {
    if (place->reg) { // `T*?`: the payload is the pointer
        Value value = llvm__load_place(e, place);
        for (uint32_t i = 0; i < arm->bind_count; i++)
            if (arm->binds[i].mode != SIR_BIND_SKIP)
                llvm__set_local(e, arm->binds[i].local, &value);
        return;
    }
    bool niche = llvm__is_niche(e, place->type);
    Offsets at = { niche ? 0 : llvm__payload_offset(e, place->type), 1 };
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        SirType type = sir_variant_field(e->module, place->type, arm->n, i);
        LLVMValueRef addr = llvm__offset(e, place->addr, llvm__place_field(e, &at, type));
        llvm__bind(e, &arm->binds[i], addr, type, llvm__align(e, type));
    }
}

static void match(Emit *e, const SirInst *inst) {
    Place place = llvm__address(e, &inst->args[0].place);
    LLVMValueRef tag = read_tag(e, &place);
    LLVMBasicBlockRef here = LLVMGetInsertBlock(e->at);
    LLVMBasicBlockRef *edges = arena_array(e->arena, LLVMBasicBlockRef, inst->arm_count);
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        edges[i] = llvm__new_block(e, "arm");
        llvm__go(e, edges[i]);
        if (inst->arms[i].kind == SIR_ARM_VARIANT) bind_payload(e, &inst->arms[i], &place);
        llvm__jump(e, target(e, &inst->arms[i]));
    }
    llvm__go(e, here);
    uint32_t last = inst->arm_count - 1;
    Way *ways = arena_array(e->arena, Way, last);
    for (uint32_t i = 0; i < last; i++)
        ways[i] = (Way){ LLVMConstInt(LLVMTypeOf(tag), inst->arms[i].n, false), edges[i] };
    choose(e, tag, ways, last, edges[last]);
}

// --- next --------------------------------------------------------------------------------------------------------

static void next(Emit *e, const SirInst *inst) {
    LLVMValueRef counter = e->locals[inst->args[0].n];
    LLVMValueRef index = llvm__load(e, e->i64, counter, 8);
    Place place = llvm__address(e, &inst->args[1].place);
    Seq seq = llvm__seq(e, &place);
    LLVMBasicBlockRef more = llvm__new_block(e, "more");
    const SirArm *arms[2] = { NULL, NULL };
    for (uint32_t i = 0; i < inst->arm_count; i++)
        arms[inst->arms[i].kind == SIR_ARM_DONE] = &inst->arms[i];
    llvm__branch(e, llvm__is(e, LLVMIntULT, index, seq.length), more, target(e, arms[1]));
    llvm__go(e, more);
    Place elem = llvm__seq_elem(e, &seq, index);
    if (arms[0]->bind_count) llvm__bind(e, &arms[0]->binds[0], elem.addr, elem.type, elem.align);
    llvm__store(e, LLVMBuildAdd(e->at, index, llvm__u64(e, 1), ""), counter, 8);
    llvm__jump(e, target(e, arms[0]));
}

// --- return --------------------------------------------------------------------------------------------------------

static LLVMValueRef load_returned(Emit *e, LLVMTypeRef in, const Value *value) {
    if (in != e->words) return llvm__load(e, in, value->a, value->align);
    LLVMValueRef low = llvm__load(e, e->i64, value->a, value->align);
    LLVMValueRef high = llvm__load(e, e->i64, llvm__offset(e, value->a, 8), value->align);
    LLVMValueRef words = LLVMBuildInsertValue(e->at, LLVMGetPoison(in), low, 0, "");
    return LLVMBuildInsertValue(e->at, words, high, 1, "");
}

static void return_value(Emit *e, const SirInst *inst) {
    if (inst->arg_count == 0) {
        llvm__leave_slots(e);
        LLVMBuildRetVoid(e->at);
        return;
    }
    Value value = llvm__arg(e, &inst->args[0]);
    LLVMTypeRef in = llvm__returned_in(e, value.type);
    LLVMValueRef returned = in ? load_returned(e, in, &value) : NULL;
    if (value.shape == SHAPE_MEMORY && !in)
        llvm__store_at(e, e->result, llvm__align(e, value.type), &value);
    llvm__leave_slots(e);
    switch (value.shape) {
    case SHAPE_NONE: LLVMBuildRetVoid(e->at); break;
    case SHAPE_ONE: LLVMBuildRet(e->at, value.a); break;
    case SHAPE_TWO: {
        LLVMValueRef pair = LLVMBuildInsertValue(e->at, LLVMGetPoison(e->pair), value.a, 0, "");
        LLVMBuildRet(e->at, LLVMBuildInsertValue(e->at, pair, value.b, 1, ""));
        break;
    }
    case SHAPE_MEMORY:
        if (in)
            LLVMBuildRet(e->at, returned);
        else
            LLVMBuildRetVoid(e->at);
        break;
    }
}

void llvm__end(Emit *e, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_JUMP: llvm__jump(e, target(e, &inst->arms[0])); break;
    case SIR_OP_BRANCH: {
        LLVMValueRef c = llvm__bit(e, &inst->args[0]);
        llvm__branch(e, c, target(e, &inst->arms[0]), target(e, &inst->arms[1]));
        break;
    }
    case SIR_OP_SWITCH: switch_on(e, inst); break;
    case SIR_OP_MATCH: match(e, inst); break;
    case SIR_OP_RECEIVE: llvm__receive(e, inst); break;
    case SIR_OP_NEXT: next(e, inst); break;
    case SIR_OP_RETURN: return_value(e, inst); break;
    case SIR_OP_TRAP:
        llvm__trap_always(
            e, (Fault)inst->args[0].n, inst->arg_count > 1 ? &inst->args[1].tree->text : NULL
        );
        break;
    default: unreachable();
    }
}
