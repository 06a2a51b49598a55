// What is true of a program whatever it does: which types hold endpoints, which functions do something that others can
// notice (all others are passed over), which locals are still used (what is known of others is forgotten).

#include "deadlock__.h"

#include <string.h>

// --- types -----------------------------------------------------------------------------------------------------

static bool fields_hold(const Program *program, const SirField *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (program->holds[fields[i].type]) return true;
    return false;
}

static bool type_holds(const Program *program, const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN: return true;
    case SIR_TYPE_DEVICE: return info->device == SIR_IRQ; // it becomes the end at which they come
    case SIR_TYPE_STRUCT: return fields_hold(program, info->fields, info->field_count);
    case SIR_TYPE_ENUM:
        for (uint32_t i = 0; !info->is_plain_enum && i < info->variant_count; i++)
            if (fields_hold(program, info->variants[i].fields, info->variants[i].field_count))
                return true;
        return false;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW: return program->holds[info->elem];
    case SIR_TYPE_MUTEX: return program->locks || program->holds[info->elem];
    default: return false;
    }
}

// Asked until nothing changes: a type may hold itself by an owner.
static void find_types(Program *program) {
    const SirModule *module = program->module;
    for (bool changed = true; changed;) {
        changed = false;
        for (SirType i = 0; i < module->types.len; i++) {
            if (program->holds[i] || !type_holds(program, &module->types.data[i])) continue;
            program->holds[i] = changed = true;
        }
    }
}

// --- functions that speak ----------------------------------------------------------------------------------------

static bool drops_ends(const Program *program, const SirFuncInfo *func, const SirInst *inst) {
    SirType type = sir_place_type(program->module, func, &inst->args[0].place);
    return type == SIR_NONE || program->holds[type];
}

static bool inst_speaks(
    const Program *program, const SirFuncInfo *func, const SirInst *inst, bool values_speak
) {
    switch (inst->op) {
    case SIR_OP_CALL: return program->funcs[inst->args[1].n].speaks;
    case SIR_OP_CALL_VALUE: return values_speak;
    case SIR_OP_CALL_KERNEL: return strcmp(sir_kcall_text((uint32_t)inst->args[1].n), "exit") == 0;
    case SIR_OP_DROP: return drops_ends(program, func, inst);
    case SIR_OP_IS_CLOSED: return false;
    case SIR_OP_LOCK:
    case SIR_OP_RECEIVE: return true;
    default: {
        SirGroup group = sir_op_group(inst->op);
        return group == SIR_GROUP_CHANNEL || group == SIR_GROUP_EPSET || group == SIR_GROUP_THREAD;
    }
    }
}

static bool func_speaks(const Program *program, const SirFuncInfo *func, bool values_speak) {
    vec_each(SirBlockInfo, block, &func->blocks)
        vec_each(SirInst, inst, &block->insts)
            if (inst_speaks(program, func, inst, values_speak)) return true;
    return false;
}

static void look_at_all(Program *program) {
    vec_each(SirFuncInfo, func, &program->module->funcs) {
        vec_each(SirBlockInfo, block, &func->blocks) {
            vec_each(SirInst, inst, &block->insts) {
                if (inst->op == SIR_OP_FN_REF) program->funcs[inst->args[1].n].is_taken = true;
                if (inst->op == SIR_OP_SET_TAKE) program->takes = true;
            }
        }
    }
}

static void take_addresses_of(Program *program, const SirTree *tree) {
    if (tree->kind == SIR_CONST_FUNC) program->funcs[tree->bits].is_taken = true;
    for (uint32_t i = 0; i < tree->item_count; i++)
        take_addresses_of(program, &tree->items[i]);
}

static bool any_value_speaks(const Program *program) {
    for (SirFunc i = 0; i < program->module->funcs.len; i++)
        if (program->funcs[i].is_taken && program->funcs[i].speaks) return true;
    return false;
}

static bool spread(Program *program) {
    bool values_speak = any_value_speaks(program), changed = false;
    uint32_t count = program->module->funcs.len;
    for (SirFunc i = 0; i < count; i++) {
        FuncFacts *facts = &program->funcs[i];
        if (facts->speaks || !func_speaks(program, &program->module->funcs.data[i], values_speak))
            continue;
        facts->speaks = changed = true;
    }
    return changed;
}

// --- locks that matter -------------------------------------------------------------------------------------------

typedef struct Region { // that a lock covers
    const Program *program;
    const SirFuncInfo *func;
    SirLocal guard;
    bool *seen; // by block
    VEC(SirBlock) work;
    bool values_speak;
} Region;

static bool is_guard(const SirArg *arg, SirLocal guard) {
    return arg->kind == SIR_ARG_MOVE && arg->place.local == guard && arg->place.proj_count == 0;
}

static bool takes_guard(const SirInst *inst, SirLocal guard) {
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (is_guard(&inst->args[i], guard)) return true;
    return false;
}

// In a block, from there to where the guard is given up: does anything happen that others can notice?
static bool speaks_until(Arena *arena, Region *region, SirBlock block, uint32_t inst) {
    const SirBlockInfo *info = &region->func->blocks.data[block];
    for (; inst < info->insts.len; inst++) {
        const SirInst *at = &info->insts.data[inst];
        if (takes_guard(at, region->guard)) return at->op != SIR_OP_UNLOCK;
        if (inst_speaks(region->program, region->func, at, region->values_speak)) return true;
    }
    const SirInst *last = vec_last(&info->insts);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        SirBlock next = last->arms[i].block;
        if (!region->seen[next]) vec_push(arena, &region->work, next);
        region->seen[next] = true;
    }
    return false;
}

static bool lock_matters(Arena *arena, Region *region, SirBlock block, uint32_t inst) {
    const SirArg *guard = &region->func->blocks.data[block].insts.data[inst].args[0];
    memset(region->seen, 0, region->func->blocks.len * sizeof *region->seen);
    region->guard = guard->place.local;
    region->work.len = 0;
    bool speaks = guard->place.proj_count || speaks_until(arena, region, block, inst + 1);
    while (!speaks && region->work.len)
        speaks = speaks_until(arena, region, vec_pop(&region->work), 0);
    return speaks;
}

// A lock around which nobody waits, speaks or takes another is given back before anybody notices.
static bool find_locks(Arena *arena, const Program *program, bool values_speak) {
    vec_each(SirFuncInfo, func, &program->module->funcs) {
        bool *seen = arena_array(arena, bool, func->blocks.len);
        Region region = { program, func, 0, seen, { 0 }, values_speak };
        for (SirBlock b = 0; b < func->blocks.len; b++)
            for (uint32_t i = 0; i < func->blocks.data[b].insts.len; i++)
                if (func->blocks.data[b].insts.data[i].op == SIR_OP_LOCK &&
                    lock_matters(arena, &region, b, i))
                    return true;
    }
    return false;
}

// --- locals that are alive -----------------------------------------------------------------------------------------

static void set_bit(uint64_t *bits, SirLocal local) {
    bits[local / 64] |= (uint64_t)1 << local % 64;
}

static void clear_bit(uint64_t *bits, SirLocal local) {
    bits[local / 64] &= ~((uint64_t)1 << local % 64);
}

static bool get_bit(const uint64_t *bits, SirLocal local) {
    return bits[local / 64] >> local % 64 & 1;
}

static void use_place(const SirPlace *place, uint64_t *alive) {
    set_bit(alive, place->local);
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind == SIR_PROJ_INDEX) set_bit(alive, (SirLocal)place->projs[i].n);
}

static void use_arg(const SirArg *arg, uint64_t *alive) {
    if (arg->kind == SIR_ARG_COPY || arg->kind == SIR_ARG_MOVE || arg->kind == SIR_ARG_PLACE)
        use_place(&arg->place, alive);
    if (arg->kind == SIR_ARG_LOCAL) set_bit(alive, (SirLocal)arg->n);
}

static void use_inst(const SirInst *inst, uint64_t *alive) {
    uint32_t dests = sir_op_dests(inst->op);
    for (uint32_t i = 0; i < dests && i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_PLACE && inst->args[i].place.proj_count == 0)
            clear_bit(alive, inst->args[i].place.local);
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (i >= dests || inst->args[i].place.proj_count) use_arg(&inst->args[i], alive);
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
            arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST)
            use_place(&arm->place, alive);
        for (uint32_t h = 0; h < arm->head_count; h++)
            use_place(&arm->heads[h].place, alive);
        if (arm->kind == SIR_ARM_TIMEOUT) use_arg(&arm->value, alive);
    }
}

static bool flow_back(const SirFuncInfo *func, FuncFacts *facts, SirBlock b, uint64_t *alive) {
    uint32_t words = func->locals.len / 64 + 1;
    const SirBlockInfo *block = &func->blocks.data[b];
    const SirInst *last = vec_last(&block->insts);
    memset(alive, 0, words * sizeof *alive);
    for (uint32_t i = 0; i < last->arm_count; i++)
        for (uint32_t w = 0; w < words; w++)
            alive[w] |= facts->live[last->arms[i].block][w];
    for (uint32_t i = block->insts.len; i-- > 0;)
        use_inst(&block->insts.data[i], alive);
    if (memcmp(alive, facts->live[b], words * sizeof *alive) == 0) return false;
    memcpy(facts->live[b], alive, words * sizeof *alive);
    return true;
}

static void find_borrowed(const SirFuncInfo *func, FuncFacts *facts) {
    vec_each(SirBlockInfo, block, &func->blocks) {
        vec_each(SirInst, inst, &block->insts) {
            if (sir_op_group(inst->op) == SIR_GROUP_BORROW)
                for (uint32_t i = 1; i < inst->arg_count; i++)
                    if (inst->args[i].kind == SIR_ARG_PLACE)
                        set_bit(facts->borrowed, inst->args[i].place.local);
        }
    }
}

static void find_live(Arena *arena, const SirFuncInfo *func, FuncFacts *facts) {
    uint32_t words = func->locals.len / 64 + 1;
    uint64_t *alive = arena_array(arena, uint64_t, words);
    facts->borrowed = arena_array(arena, uint64_t, words);
    facts->live = arena_array(arena, uint64_t *, func->blocks.len);
    for (SirBlock i = 0; i < func->blocks.len; i++)
        facts->live[i] = arena_array(arena, uint64_t, words);
    find_borrowed(func, facts);
    for (bool changed = true; changed;) {
        changed = false;
        for (SirBlock i = func->blocks.len; i-- > 0;)
            changed |= flow_back(func, facts, i, alive);
    }
}

bool deadlock__facts_is_live(const FuncFacts *facts, SirBlock block, SirLocal local) {
    return get_bit(facts->live[block], local) || get_bit(facts->borrowed, local);
}

// --- all -------------------------------------------------------------------------------------------------------------

Program *deadlock__facts_find(Arena *arena, const SirModule *module) {
    Program *program = arena_new(arena, Program);
    program->module = module;
    program->funcs = arena_array(arena, FuncFacts, module->funcs.len);
    for (uint32_t i = 0; i < module->manifest.grant_count; i++)
        program->may_exit |= module->manifest.grants[i].kind == SIR_GRANT_EXIT;
    program->holds = arena_array(arena, bool, module->types.len);
    program->ends = arena_array(arena, bool, module->types.len);
    find_types(program);
    memcpy(program->ends, program->holds, module->types.len * sizeof *program->ends);
    look_at_all(program);
    vec_each(SirConstInfo, constant, &module->consts)
        take_addresses_of(program, &constant->tree);
    while (spread(program))
        ;
    program->locks = find_locks(arena, program, any_value_speaks(program));
    find_types(program);
    while (program->locks && spread(program))
        ;
    for (SirFunc i = 0; i < module->funcs.len; i++)
        find_live(arena, &module->funcs.data[i], &program->funcs[i]);
    return program;
}
