// One function: its locals, its blocks, and which file lowers which instruction.

#include "managed__.h"

#include "base/check.h"

#include <assert.h>

// --- bodies ------------------------------------------------------------------------------------------------------

// Memory for locals and temporaries comes first in the entry block, and whatever was there before is moved behind it.
void llvm__begin_body(Emit *e, LLVMValueRef fn) {
    e->fn = fn;
    e->info = NULL;
    e->result = NULL;
    e->temps.len = 0;
    e->trap_blocks = map_new(e->arena);
    LLVMPositionBuilderAtEnd(e->at, LLVMAppendBasicBlockInContext(e->context, fn, "entry"));
}

LLVMValueRef llvm__memory_in_frame(const Emit *e, LLVMTypeRef type, uint32_t align) {
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(e->fn);
    LLVMValueRef first = LLVMGetFirstInstruction(entry);
    if (first)
        LLVMPositionBuilderBefore(e->entry, first);
    else
        LLVMPositionBuilderAtEnd(e->entry, entry);
    LLVMSetCurrentDebugLocation2(e->entry, NULL); // it took that of the place
    LLVMValueRef addr = LLVMBuildAlloca(e->entry, type, "");
    LLVMSetAlignment(addr, align);
    return addr;
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

static void take_params(Emit *e) {
    uint32_t at = 0;
    bool by_address = llvm__returned_by_address(e, e->info->sig.result);
    e->result = by_address ? LLVMGetParam(e->fn, at++) : NULL;
    for (uint32_t i = 0; i < e->info->sig.param_count; i++) {
        SirType type = e->info->sig.params[i].type;
        Value value = { .type = type, .shape = llvm__shape(e, type) };
        if (value.shape == SHAPE_NONE) continue;
        value.a = LLVMGetParam(e->fn, at++);
        if (value.shape == SHAPE_TWO) value.b = LLVMGetParam(e->fn, at++);
        if (value.shape == SHAPE_MEMORY)
            e->locals[i] = value.a; // a copy that is ours
        else
            llvm__set_local(e, i, &value);
    }
}

static void add_locals(Emit *e) {
    e->locals = arena_array(e->arena, LLVMValueRef, e->info->locals.len);
    for (uint32_t i = 0; i < e->info->locals.len; i++) {
        SirType type = e->info->locals.data[i].type;
        bool given = i < e->info->sig.param_count && llvm__shape(e, type) == SHAPE_MEMORY;
        if (!given && !e->registers[i].is)
            e->locals[i] = llvm__memory_in_frame(e, memory_type(e, type), llvm__align(e, type));
    }
}

// --- instructions ---------------------------------------------------------------------------------------------------

static void drop_place(Emit *e, const SirPlace *dropped) {
    Place place = llvm__place(e, dropped);
    LLVMValueRef addr = place.addr;
    if (place.reg) {
        Value value = llvm__load_place(e, &place);
        addr = llvm__spill(e, &value);
    }
    llvm__drop(e, place.type, addr);
}

static void drop(Emit *e, const SirInst *inst) {
    const VerifiedDrop *drop = verified_drop(e->sir, e->func, e->block, e->inst_row);
    if (!drop) {
        drop_place(e, &inst->args[0].place);
        return;
    }
    for (uint32_t i = 0; i < drop->count; i++) {
        if (!drop->parts[i].block_only) {
            drop_place(e, &drop->parts[i].place);
            continue;
        }
        Place place = llvm__place(e, &drop->parts[i].place);
        llvm__free_for(e, llvm__type(e, place.type)->elem, llvm__load_place(e, &place).a);
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
    case SIR_GROUP_STORAGE:
        if (inst->op == SIR_OP_STORAGE_END) llvm__empty_slot(e, (SirLocal)inst->args[0].n);
        break;
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
    case SIR_GROUP_EPSET: llvm__sets(e, inst); break;
    case SIR_GROUP_DEVICE: llvm__device(e, inst); break;
    case SIR_GROUP_ACCESS: llvm__fail(e, "`%s` is not built", sir_op_text(inst->op)); break;
    }
}

static void lower_block(Emit *e, SirBlock block) {
    const SirBlockInfo *info = &e->info->blocks.data[block];
    e->block = block;
    llvm__go(e, e->blocks[block]);
    llvm__fence(e);
    for (uint32_t i = 0; i < info->insts.len && !e->failed; i++) {
        e->inst_row = i;
        llvm__debug_loc(e, info->insts.data[i].loc);
        const SirInst *inst = &info->insts.data[i];
        const bool is_fenced = llvm__has_to_be_fenced(e, inst);
        if (is_fenced) llvm__fence(e);
        lower_inst(e, inst);
        if (is_fenced && sir_op_group(inst->op) != SIR_GROUP_END) llvm__fence(e);
        vec_each(Temp, temp, &e->temps)
            temp->busy = false;
    }
}

void llvm__define_func(Emit *e, SirFunc func) {
    llvm__begin_body(e, e->funcs[func]);
    e->func = func;
    e->info = &e->module->funcs.data[func];
    llvm__debug_func(e, func);
    llvm__calls_begin(e);
    llvm__find_registers(e);
    add_locals(e);
    llvm__empty_slots(e);
    take_params(e);
    llvm__pin_params(e);
    llvm__fence(e);
    e->blocks = arena_array(e->arena, LLVMBasicBlockRef, e->info->blocks.len);
    e->blocks[0] = LLVMGetEntryBasicBlock(e->fn); // nothing leads back there
    for (SirBlock b = 1; b < e->info->blocks.len; b++)
        e->blocks[b] = llvm__new_block(e, "bb");
    uint32_t reached;
    const SirBlock *order = llvm__order_blocks(e, &reached);
    for (uint32_t i = 0; i < e->info->blocks.len && !e->failed; i++) {
        if (i == reached) llvm__fill_registers(e);
        lower_block(e, order[i]);
    }
    llvm__calls_end(e);
}
