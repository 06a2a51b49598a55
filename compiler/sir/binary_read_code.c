// The binary form of constants and functions, read as hostile input. Arguments follow the shape of the instruction's
// row, arms the shape of their kind: what is returned fits them, whatever the bytes were.

#include "binary_read.h"
#include "form.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stddef.h>
#include <stdint.h>

// --- constants ---------------------------------------------------------------------------------------------------

static uint64_t get_signed(Input *in) {
    uint64_t folded = read_uleb(&in->reader);
    return folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0);
}

static void get_items(Input *in, SirTree *tree, uint32_t count, unsigned depth) {
    tree->item_count = count;
    tree->items = arena_array(in->arena, SirTree, count);
    for (uint32_t i = 0; i < count && !in->reader.bad; i++)
        sir__get_tree(in, &tree->items[i], depth + 1);
}

void sir__get_tree(Input *in, SirTree *tree, unsigned depth) {
    if (depth > SIR__TREE_DEPTH) {
        sir__get_fail(in, "a constant is more than %d deep", SIR__TREE_DEPTH);
        return;
    }
    tree->kind = (SirConstKind)sir__get_below(in, SIR_CONST_KINDS, "constant kind");
    tree->type = sir__get_u32(in);
    switch (tree->kind) {
    case SIR_CONST_INT: tree->bits = get_signed(in); break;
    case SIR_CONST_FLOAT: tree->bits = read_u64le(&in->reader); break;
    case SIR_CONST_STR: tree->text = sir__get_text(in); break;
    case SIR_CONST_LIST:
        tree->variant = sir__get_u32(in);
        get_items(in, tree, sir__get_count(in), depth);
        break;
    case SIR_CONST_REPEAT: get_items(in, tree, 1, depth); break;
    case SIR_CONST_FUNC:
    case SIR_CONST_REF: tree->bits = read_uleb(&in->reader); break;
    case SIR_CONST_KINDS: break;
    }
}

static SirTree *get_new_tree(Input *in) {
    SirTree *tree = arena_new(in->arena, SirTree);
    sir__get_tree(in, tree, 1);
    return tree;
}

// --- arguments -----------------------------------------------------------------------------------------------------

static SirPlace get_place(Input *in) {
    SirPlace place = { .local = sir__get_u32(in) };
    place.proj_count = sir__get_count(in);
    place.projs = arena_array(in->arena, SirProj, place.proj_count);
    for (uint32_t i = 0; i < place.proj_count && !in->reader.bad; i++) {
        SirProj *proj = &place.projs[i];
        proj->kind = (SirProjKind)sir__get_below(in, SIR_PROJ_KINDS, "projection");
        if (proj->kind != SIR_PROJ_DEREF) proj->n = read_uleb(&in->reader);
    }
    return place;
}

static SirArg get_value(Input *in) {
    SirArg arg = { .kind = (SirArgKind)sir__get_below(in, SIR_ARG_CONST + 1, "value kind") };
    if (arg.kind == SIR_ARG_CONST)
        arg.tree = get_new_tree(in);
    else
        arg.place = get_place(in);
    return arg;
}

static SirArg get_arg(Input *in, char letter) {
    SirArg arg = { .kind = sir__arg_kind(letter) };
    switch (letter) {
    case 'D':
        if (sir__get_below(in, 2, "truth value"))
            arg.place = get_place(in);
        else
            arg.kind = SIR_ARG_NOTHING;
        break;
    case 'd':
    case 'p': arg.place = get_place(in); break;
    case 'v': return get_value(in);
    case 'x':
        arg.n = sir__get_u32(in);
        arg.m = sir__get_state(in);
        break;
    default: arg.n = read_uleb(&in->reader); break;
    }
    return arg;
}

// --- arms ----------------------------------------------------------------------------------------------------------

static void get_binds(Input *in, SirArm *arm) {
    arm->bind_count = sir__get_count(in);
    arm->binds = arena_array(in->arena, SirBind, arm->bind_count);
    for (uint32_t i = 0; i < arm->bind_count && !in->reader.bad; i++) {
        SirBind *bind = &arm->binds[i];
        bind->mode = (SirBindMode)sir__get_below(in, SIR_BIND_MODES, "bind mode");
        bind->local = bind->mode == SIR_BIND_SKIP ? SIR_NONE : sir__get_u32(in);
    }
}

static void get_heads(Input *in, SirArm *arm) {
    arm->head_count = sir__get_count(in);
    arm->heads = arena_array(in->arena, SirHead, arm->head_count);
    for (uint32_t i = 0; i < arm->head_count && !in->reader.bad; i++) {
        SirHead *head = &arm->heads[i];
        head->is_closed = sir__get_below(in, 2, "truth value");
        head->place = get_place(in);
        if (!head->is_closed) head->n = read_uleb(&in->reader);
    }
}

static SirArm get_arm(Input *in) {
    SirArm arm = { .kind = (SirArmKind)sir__get_below(in, SIR_ARM_KINDS, "arm kind") };
    for (const char *part = sir__arm_shape(arm.kind); *part; part++) {
        if (*part == 'c')
            arm.tree = get_new_tree(in);
        else if (*part == 'p')
            arm.place = get_place(in);
        else if (*part == 'v')
            arm.value = get_value(in);
        else if (*part == 'B')
            get_binds(in, &arm);
        else if (*part == 'H')
            get_heads(in, &arm);
        else
            arm.n = read_uleb(&in->reader);
    }
    arm.block = sir__get_u32(in);
    return arm;
}

// --- functions -----------------------------------------------------------------------------------------------------

// The arguments but those of a `V`, whose number is read on the way.
static uint32_t fixed_args(const char *shape) {
    uint32_t count = 0;
    while (shape[count] && shape[count] != 'V' && shape[count] != 'A')
        count++;
    return count;
}

static void get_args(Input *in, SirInst *inst) {
    const char *shape = sir_op_shape(inst->op);
    uint32_t fixed = fixed_args(shape), more = 0;
    SirArg *args = arena_array(in->arena, SirArg, fixed);
    for (uint32_t i = 0; i < fixed; i++)
        args[i] = get_arg(in, shape[i]);
    if (shape[fixed] == 'V') more = sir__get_count(in);
    inst->arg_count = fixed + more;
    inst->args = args;
    if (more == 0) return;
    inst->args = arena_array(in->arena, SirArg, (size_t)fixed + more);
    for (uint32_t i = 0; i < fixed; i++)
        inst->args[i] = args[i];
    for (uint32_t i = 0; i < more && !in->reader.bad; i++)
        inst->args[fixed + i] = get_value(in);
}

static SirInst get_inst(Input *in) {
    uint32_t op = sir__get_u32(in);
    if (op >= SIR_OPS) {
        sir__get_fail(in, "instruction is %u when there are %u", op, SIR_OPS);
        op = 0;
    }
    SirInst inst = { .op = (SirOp)op, .loc = sir__get_loc(in) };
    get_args(in, &inst);
    if (!sir__op_has_arms(inst.op)) return inst;
    inst.arm_count = sir__get_count(in);
    inst.arms = arena_array(in->arena, SirArm, inst.arm_count);
    for (uint32_t i = 0; i < inst.arm_count && !in->reader.bad; i++)
        inst.arms[i] = get_arm(in);
    return inst;
}

static SirBlockInfo get_block(Input *in) {
    SirBlockInfo block = { 0 };
    uint32_t count = sir__get_count(in);
    vec_reserve(in->arena, &block.insts, count);
    for (uint32_t i = 0; i < count && !in->reader.bad; i++)
        vec_push(in->arena, &block.insts, get_inst(in));
    return block;
}

static void get_locals(Input *in, SirFuncInfo *func) {
    for (uint32_t i = 0; i < func->sig.param_count && !in->reader.bad; i++) {
        Str name = sir__get_text(in);
        SirLoc loc = sir__get_loc(in);
        sir_local_add(in->module, func, name, func->sig.params[i].type, loc);
    }
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--) {
        Str name = sir__get_text(in);
        SirType type = sir__get_u32(in);
        SirLoc loc = sir__get_loc(in);
        sir_local_add(in->module, func, name, type, loc);
    }
}

SirFuncInfo sir__get_func(Input *in) {
    SirFuncInfo func = { .name = sir__get_text(in) };
    func.sig = sir__get_sig(in);
    func.hints = (uint8_t)sir__get_below(in, SIR_HINTS, "hints");
    func.loc = sir__get_loc(in);
    get_locals(in, &func);
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--)
        vec_push(in->arena, &func.blocks, get_block(in));
    return func;
}
