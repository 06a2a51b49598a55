// One function: its locals, its blocks, and which file lowers which instruction.

#include "llvm__.h"

#include "base/check.h"

#include <assert.h>

// --- bodies ------------------------------------------------------------------------------------------------------

// The entry block holds nothing but memory for locals and temporaries; code begins in the next.
void llvm__begin_body(Emit *e, LLVMValueRef fn) {
    e->fn = fn;
    e->info = NULL;
    e->result = NULL;
    e->temps.len = 0;
    e->trap_blocks = map_new(e->arena);
    LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(e->context, fn, "entry");
    LLVMPositionBuilderAtEnd(e->entry, entry);
    LLVMPositionBuilderAtEnd(e->at, LLVMAppendBasicBlockInContext(e->context, fn, "start"));
}

void llvm__end_body(Emit *e) {
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(e->fn);
    LLVMBuildBr(e->entry, LLVMGetNextBasicBlock(entry));
}

// --- locals -------------------------------------------------------------------------------------------------------

static LLVMTypeRef memory_type(const Emit *e, SirType type) {
    switch (llvm__shape(e, type)) {
    case SHAPE_NONE: return e->i8; // whose address is never used, or only as one that is not null
    case SHAPE_ONE: return llvm__one_type(e, type);
    case SHAPE_TWO: return e->pair;
    case SHAPE_MEMORY: break;
    }
    return LLVMArrayType2(e->i8, llvm__size(e, type));
}

static LLVMValueRef add_local(Emit *e, SirType type) {
    LLVMValueRef addr = LLVMBuildAlloca(e->entry, memory_type(e, type), "");
    LLVMSetAlignment(addr, llvm__align(e, type));
    return addr;
}

static void take_params(Emit *e) {
    uint32_t at = 0;
    if (llvm__shape(e, e->info->sig.result) == SHAPE_MEMORY) e->result = LLVMGetParam(e->fn, at++);
    for (uint32_t i = 0; i < e->info->sig.param_count; i++) {
        SirType type = e->info->sig.params[i].type;
        uint32_t align = llvm__align(e, type);
        switch (llvm__shape(e, type)) {
        case SHAPE_NONE: break;
        case SHAPE_ONE: llvm__store(e, LLVMGetParam(e->fn, at++), e->locals[i], align); break;
        case SHAPE_TWO:
            llvm__store(e, LLVMGetParam(e->fn, at++), e->locals[i], align);
            llvm__store(e, LLVMGetParam(e->fn, at++), llvm__offset(e, e->locals[i], 8), align);
            break;
        case SHAPE_MEMORY: e->locals[i] = LLVMGetParam(e->fn, at++); break; // a copy that is ours
        }
    }
}

static void add_locals(Emit *e) {
    e->locals = arena_array(e->arena, LLVMValueRef, e->info->locals.len);
    for (uint32_t i = 0; i < e->info->locals.len; i++) {
        SirType type = e->info->locals.data[i].type;
        bool given = i < e->info->sig.param_count && llvm__shape(e, type) == SHAPE_MEMORY;
        if (!given) e->locals[i] = add_local(e, type);
    }
}

// --- instructions ---------------------------------------------------------------------------------------------------

static void drop(Emit *e, const SirInst *inst) {
    const VerifiedDrop *drop = verified_drop(e->sir, e->func, e->block, e->inst_row);
    if (!drop) {
        Place place = llvm__place(e, &inst->args[0].place);
        llvm__drop(e, place.type, place.addr);
        return;
    }
    for (uint32_t i = 0; i < drop->count; i++) {
        Place place = llvm__place(e, &drop->parts[i].place);
        if (drop->parts[i].block_only)
            llvm__free(e, llvm__load_place(e, &place).a);
        else
            llvm__drop(e, place.type, place.addr);
    }
}

static void move(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_DROP) {
        drop(e, inst);
    } else if (inst->op == SIR_OP_USE) {
        Value value = llvm__arg(e, &inst->args[1]);
        llvm__dest(e, &inst->args[0], &value);
    } else { // const.ref
        SirConst row = (SirConst)inst->args[1].n;
        SirType type = llvm__place_type(e, &inst->args[0].place);
        Value value = llvm__one(e, type, e->consts[row]);
        if (value.shape == SHAPE_TWO)
            value.b = llvm__u64(e, llvm__type(e, e->module->consts.data[row].tree.type)->count);
        llvm__dest(e, &inst->args[0], &value);
    }
}

static void lower_inst(Emit *e, const SirInst *inst) {
    switch (sir_op_group(inst->op)) {
    case SIR_GROUP_STORAGE: break;
    case SIR_GROUP_MOVE: move(e, inst); break;
    case SIR_GROUP_ARITH:
    case SIR_GROUP_ARITH1:
    case SIR_GROUP_ARITHOPT:
    case SIR_GROUP_FLOAT:
    case SIR_GROUP_FLOAT1: llvm__arith(e, inst); break;
    case SIR_GROUP_SHIFT:
    case SIR_GROUP_SHIFTOPT:
    case SIR_GROUP_BITS:
    case SIR_GROUP_BITS1:
    case SIR_GROUP_COUNT: llvm__shift(e, inst); break;
    case SIR_GROUP_COMPARE:
    case SIR_GROUP_ORDER: llvm__compare(e, inst); break;
    case SIR_GROUP_CAST:
    case SIR_GROUP_CASTOPT: llvm__cast(e, inst); break;
    case SIR_GROUP_MAKE: llvm__make(e, inst); break;
    case SIR_GROUP_HEAP:
    case SIR_GROUP_HEAPOPT: llvm__heap(e, inst); break;
    case SIR_GROUP_BYTES:
    case SIR_GROUP_BORROW:
    case SIR_GROUP_LENGTH: llvm__borrow(e, inst); break;
    case SIR_GROUP_ELEMENTS: llvm__elements(e, inst); break;
    case SIR_GROUP_GROW: llvm__growables(e, inst); break;
    case SIR_GROUP_SHARED: llvm__shared(e, inst); break;
    case SIR_GROUP_ATOMIC: llvm__atomic(e, inst); break;
    case SIR_GROUP_THREAD: llvm__thread(e, inst); break;
    case SIR_GROUP_CALL: llvm__call(e, inst); break;
    case SIR_GROUP_CHANNEL: llvm__channel(e, inst); break;
    case SIR_GROUP_END: llvm__end(e, inst); break;
    case SIR_GROUP_EPSET:
    case SIR_GROUP_ACCESS:
    case SIR_GROUP_DEVICE: llvm__fail(e, "`%s` is not built", sir_op_text(inst->op)); break;
    }
}

static void lower_block(Emit *e, SirBlock block) {
    const SirBlockInfo *info = &e->info->blocks.data[block];
    e->block = block;
    llvm__go(e, e->blocks[block]);
    for (uint32_t i = 0; i < info->insts.len && !e->failed; i++) {
        e->inst_row = i;
        llvm__debug_loc(e, info->insts.data[i].loc);
        lower_inst(e, &info->insts.data[i]);
        vec_each(Temp, temp, &e->temps)
            temp->busy = false;
    }
}

void llvm__define_func(Emit *e, SirFunc func) {
    llvm__begin_body(e, e->funcs[func]);
    e->func = func;
    e->info = &e->module->funcs.data[func];
    llvm__debug_func(e, func);
    add_locals(e);
    take_params(e);
    e->blocks = arena_array(e->arena, LLVMBasicBlockRef, e->info->blocks.len);
    for (SirBlock b = 0; b < e->info->blocks.len; b++)
        e->blocks[b] = llvm__new_block(e, "bb");
    llvm__jump(e, e->blocks[0]);
    for (SirBlock b = 0; b < e->info->blocks.len && !e->failed; b++)
        lower_block(e, b);
    llvm__end_body(e);
}
