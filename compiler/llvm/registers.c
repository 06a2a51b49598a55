// Locals that need no memory. What is written once, as a whole, and whose address nobody takes is the value that was
// written: LLVM's passes would find that out, but a debug build runs none, and code without them is smaller.
//
// The one write comes before each read, on all ways: the verifier has shown it (V02). So blocks are lowered in an order in
// which what dominates comes first. Should any of this be wrong, LLVM's own verifier refuses the module.

#include "llvm__.h"

#include <string.h>

typedef struct Finder {
    Emit *e;
    uint32_t *writes; // per local
    bool *stays;      // per local: in memory
} Finder;

// --- who needs memory ----------------------------------------------------------------------------------------

static bool fits_registers(const Emit *e, SirType type) {
    Shape shape = llvm__shape(e, type);
    return shape == SHAPE_ONE || shape == SHAPE_TWO;
}

// Of a `p` that is a local and nothing more, only the value is looked at.
static bool only_reads(SirOp op) {
    switch (op) {
    case SIR_OP_DROP:
    case SIR_OP_VIEW:
    case SIR_OP_VIEW_MUT:
    case SIR_OP_SUBVIEW:
    case SIR_OP_SUBVIEW_MUT:
    case SIR_OP_SUBVIEW_OPT:
    case SIR_OP_GET:
    case SIR_OP_GET_MUT:
    case SIR_OP_BYTES_OF:
    case SIR_OP_STR_OF:
    case SIR_OP_WIRE_VIEW:
    case SIR_OP_SPLIT:
    case SIR_OP_LEN:
    case SIR_OP_EQ_BYTES:
    case SIR_OP_NEW_COPY:
    case SIR_OP_NEW_COPY_OPT:
    case SIR_OP_SLICE_SWAP:
    case SIR_OP_SLICE_REPLACE:
    case SIR_OP_SLICE_COPY:
    case SIR_OP_SLICE_MOVE:
    case SIR_OP_SLICE_FILL:
    case SIR_OP_GROW_APPEND:
    case SIR_OP_SEND:
    case SIR_OP_IS_CLOSED:
    case SIR_OP_DEVICE_READ:
    case SIR_OP_DEVICE_WRITE:
    case SIR_OP_DEVICE_COPY_IN:
    case SIR_OP_DEVICE_COPY_OUT:
    case SIR_OP_DEVICE_ADDRESS:
    case SIR_OP_RETYPE:
    case SIR_OP_MATCH:
    case SIR_OP_NEXT: return true;
    default: return false;
    }
}

static void look_at_arg(Finder *f, const SirInst *inst, uint32_t i) {
    const SirArg *arg = &inst->args[i];
    bool is_local = arg->kind == SIR_ARG_LOCAL && sir_op_group(inst->op) != SIR_GROUP_STORAGE;
    if (is_local) f->stays[arg->n] = true;
    if (arg->kind != SIR_ARG_PLACE || arg->place.proj_count) return;
    if (i < sir_op_dests(inst->op))
        f->writes[arg->place.local]++;
    else if (!only_reads(inst->op))
        f->stays[arg->place.local] = true;
}

static void look_at_arm(Finder *f, const SirInst *inst, const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        const SirBind *bind = &arm->binds[i];
        if (bind->mode == SIR_BIND_SKIP) continue;
        f->writes[bind->local]++;
        bool borrows = bind->mode == SIR_BIND_CONST || bind->mode == SIR_BIND_MUT;
        if (inst->op == SIR_OP_MATCH && borrows) f->stays[inst->args[0].place.local] = true;
    }
}

void llvm__find_registers(Emit *e) {
    uint32_t count = e->info->locals.len, params = e->info->sig.param_count;
    Finder f = { e, arena_array(e->arena, uint32_t, count), arena_array(e->arena, bool, count) };
    for (uint32_t i = 0; i < params; i++)
        f.writes[i] = 1;
    vec_each(SirBlockInfo, block, &e->info->blocks) {
        vec_each(SirInst, inst, &block->insts) {
            for (uint32_t i = 0; i < inst->arg_count; i++)
                look_at_arg(&f, inst, i);
            for (uint32_t i = 0; i < inst->arm_count; i++)
                look_at_arm(&f, inst, &inst->arms[i]);
        }
    }
    e->registers = arena_array(e->arena, Register, count);
    for (uint32_t i = 0; i < count; i++)
        e->registers[i].is = f.writes[i] == 1 && !f.stays[i] &&
                             fits_registers(e, e->info->locals.data[i].type) &&
                             !llvm__is_managed(e, e->info->locals.data[i].type);
}

// --- reading and writing them -----------------------------------------------------------------------------------

// A truth value is kept as LLVM's bit, for the branch that asks for it.
Value llvm__read_register(Emit *e, const Register *from, SirType type) {
    Value value = { .type = type, .shape = llvm__shape(e, type), .a = from->a, .b = from->b };
    if (!value.a) {
        llvm__fail(e, "a local is read before it is written");
        value.a = LLVMConstNull(value.shape == SHAPE_TWO ? e->ptr : llvm__one_type(e, type));
        value.b = llvm__u64(e, 0);
    }
    if (type == SIR_TYPE_BOOL && LLVMTypeOf(value.a) == e->i1) value.a = llvm__to_bool(e, value.a);
    return value;
}

void llvm__set_local(Emit *e, SirLocal local, const Value *value) {
    Register *reg = &e->registers[local];
    if (reg->is) {
        reg->a = value->a;
        reg->b = value->b;
        return;
    }
    SirType type = e->info->locals.data[local].type;
    llvm__store_at(e, e->locals[local], llvm__align(e, type), value);
}

static Register *register_of(Emit *e, const SirArg *arg) {
    bool is_place =
        arg->kind == SIR_ARG_COPY || arg->kind == SIR_ARG_MOVE || arg->kind == SIR_ARG_PLACE;
    if (!is_place || arg->place.proj_count) return NULL;
    Register *reg = &e->registers[arg->place.local];
    return reg->is ? reg : NULL;
}

void llvm__dest_bit(Emit *e, const SirArg *arg, LLVMValueRef bit) {
    Register *reg = register_of(e, arg);
    if (reg) {
        reg->a = bit;
        return;
    }
    Value value = llvm__one(e, SIR_TYPE_BOOL, llvm__to_bool(e, bit));
    llvm__dest(e, arg, &value);
}

LLVMValueRef llvm__bit(Emit *e, const SirArg *arg) {
    const Register *reg = register_of(e, arg);
    if (reg && reg->a && LLVMTypeOf(reg->a) == e->i1) return reg->a;
    return llvm__from_bool(e, llvm__arg(e, arg).a);
}

// --- the order of blocks -----------------------------------------------------------------------------------------

typedef struct Visit {
    SirBlock block;
    uint32_t next; // arm
} Visit;

static const SirInst *end_of(const Emit *e, SirBlock block) {
    const SirBlockInfo *info = &e->info->blocks.data[block];
    return &info->insts.data[info->insts.len - 1];
}

// Reverse postorder; `*reached` of them are reached from the entry, the others follow.
SirBlock *llvm__order_blocks(const Emit *e, uint32_t *reached) {
    uint32_t count = e->info->blocks.len, depth = 0, at = count;
    SirBlock *order = arena_array(e->arena, SirBlock, count);
    Visit *stack = arena_array(e->arena, Visit, count);
    bool *seen = arena_array(e->arena, bool, count);
    stack[depth++] = (Visit){ 0, 0 };
    seen[0] = true;
    while (depth) {
        Visit *top = &stack[depth - 1];
        const SirInst *end = end_of(e, top->block);
        if (top->next == end->arm_count) {
            order[--at] = top->block;
            depth--;
            continue;
        }
        // The last arm first: so the first one's blocks come first.
        SirBlock to = end->arms[end->arm_count - ++top->next].block;
        if (seen[to]) continue;
        seen[to] = true;
        stack[depth++] = (Visit){ to, 0 };
    }
    *reached = count - at;
    memmove(order, order + at, *reached * sizeof *order);
    for (SirBlock b = 0, to = *reached; b < count; b++)
        if (!seen[b]) order[to++] = b;
    return order;
}

// What no way leads to may read what nothing wrote.
void llvm__fill_registers(Emit *e) {
    for (uint32_t i = 0; i < e->info->locals.len; i++) {
        Register *reg = &e->registers[i];
        if (!reg->is || reg->a) continue;
        SirType type = e->info->locals.data[i].type;
        bool two = llvm__shape(e, type) == SHAPE_TWO;
        reg->a = LLVMConstNull(two ? e->ptr : llvm__one_type(e, type));
        reg->b = llvm__u64(e, 0);
    }
}
