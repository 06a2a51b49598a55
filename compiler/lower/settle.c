// A function is built in memory that is used again for the next one: its lists grow there and leave their old memory behind,
// and each pass over it makes new ones. Here it moves into the module. Texts and constants are in place already.

#include "settle.h"

#include <string.h>

typedef struct Settle { // where the next of each goes
    SirInst *insts;
    SirArg *args;
    SirProj *projs;
    SirArm *arms;
    SirBind *binds;
    SirHead *heads;
} Settle;

typedef struct Sizes {
    uint32_t insts, args, projs, arms, binds, heads;
} Sizes;

// --- counting -----------------------------------------------------------------------------------------------

static void count_arm(Sizes *sizes, const SirArm *arm) {
    sizes->projs += arm->place.proj_count + arm->value.place.proj_count;
    sizes->binds += arm->bind_count;
    sizes->heads += arm->head_count;
    for (uint32_t i = 0; i < arm->head_count; i++)
        sizes->projs += arm->heads[i].place.proj_count;
}

static Sizes count(const SirFuncInfo *func) {
    Sizes sizes = { 0 };
    vec_each(const SirBlockInfo, block, &func->blocks) {
        sizes.insts += block->insts.len;
        vec_each(const SirInst, inst, &block->insts) {
            sizes.args += inst->arg_count;
            sizes.arms += inst->arm_count;
            for (uint32_t i = 0; i < inst->arg_count; i++)
                sizes.projs += inst->args[i].place.proj_count;
            for (uint32_t i = 0; i < inst->arm_count; i++)
                count_arm(&sizes, &inst->arms[i]);
        }
    }
    return sizes;
}

// --- moving -------------------------------------------------------------------------------------------------

static void move_place(Settle *s, SirPlace *place) {
    if (place->proj_count == 0) {
        place->projs = NULL;
        return;
    }
    memcpy(s->projs, place->projs, place->proj_count * sizeof *s->projs);
    place->projs = s->projs;
    s->projs += place->proj_count;
}

static void move_arm(Settle *s, SirArm *arm) {
    move_place(s, &arm->place);
    move_place(s, &arm->value.place);
    const SirHead *heads = arm->heads;
    const SirBind *binds = arm->binds;
    arm->heads = s->heads;
    arm->binds = s->binds;
    for (uint32_t i = 0; i < arm->head_count; i++) {
        *s->heads = heads[i];
        move_place(s, &s->heads++->place);
    }
    for (uint32_t i = 0; i < arm->bind_count; i++)
        *s->binds++ = binds[i];
}

static void move_inst(Settle *s, SirInst *inst) {
    const SirArg *args = inst->args;
    const SirArm *arms = inst->arms;
    inst->args = s->args;
    inst->arms = s->arms;
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        *s->args = args[i];
        move_place(s, &s->args++->place);
    }
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        *s->arms = arms[i];
        move_arm(s, s->arms++);
    }
}

SirFuncInfo settle_func(Arena *arena, const SirFuncInfo *func) {
    SirFuncInfo made = *func;
    Sizes sizes = count(func);
    Settle s = {
        arena_array(arena, SirInst, sizes.insts), arena_array(arena, SirArg, sizes.args),
        arena_array(arena, SirProj, sizes.projs), arena_array(arena, SirArm, sizes.arms),
        arena_array(arena, SirBind, sizes.binds), arena_array(arena, SirHead, sizes.heads)
    };
    made.locals.cap = made.locals.len;
    made.locals.data = arena_array(arena, SirLocalInfo, made.locals.len);
    for (SirLocal i = 0; i < made.locals.len; i++)
        made.locals.data[i] = func->locals.data[i];
    made.blocks.cap = made.blocks.len;
    made.blocks.data = arena_array(arena, SirBlockInfo, made.blocks.len);
    for (SirBlock i = 0; i < made.blocks.len; i++) {
        SirBlockInfo *block = &made.blocks.data[i];
        const SirBlockInfo *from = &func->blocks.data[i];
        block->insts.data = s.insts;
        block->insts.len = block->insts.cap = from->insts.len;
        vec_each(const SirInst, inst, &from->insts) {
            *s.insts = *inst;
            move_inst(&s, s.insts++);
        }
    }
    return made;
}
