// Lists of instructions, and where they go (insts.h).

#include "insts.h"

SirInst *insts_add(SirModule *module, Insts *insts, SirOp op, uint32_t args, SirLoc loc) {
    SirInst inst = { .op = op, .loc = loc, .arg_count = args };
    inst.args = arena_array(module->code, SirArg, args);
    vec_push(module->code, &insts->list, inst);
    return vec_last(&insts->list);
}

void insts_add_retype(
    SirModule *module, Insts *insts, const SirPlace *place, SirState state, SirLoc loc
) {
    SirInst *inst = insts_add(module, insts, SIR_OP_RETYPE, 2, loc);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_PLACE, .place = *place };
    inst->args[1] = (SirArg){ .kind = SIR_ARG_INT, .n = state };
}

void insts_put(const Insts *insts, SirBlockInfo *block) {
    block->insts.data = insts->list.data;
    block->insts.len = insts->list.len;
    block->insts.cap = insts->list.cap;
}

void insts_put_on_edge(
    SirModule *module, SirFuncInfo *func, SirArm *arm, Insts *insts, SirLoc loc
) {
    SirInst *jump = insts_add(module, insts, SIR_OP_JUMP, 0, loc);
    jump->arm_count = 1;
    jump->arms = arena_array(module->code, SirArm, 1);
    jump->arms[0].block = arm->block;
    arm->block = sir_block_add(module, func);
    insts_put(insts, vec_last(&func->blocks));
}
