// The code of one function: its shape (V01) and the types of each instruction, then, if all that holds, what is true along
// its flow. Every later question relies on this one: numbers are rows, blocks end in their terminators, types agree.

#include "limits.h"
#include "typing.h"

// --- the shape -----------------------------------------------------------------------------------------------------------------

static bool loc_is_known(const Verify *v, SirLoc loc) {
    return loc.file == SIR_NONE || loc.file < v->module->files.len;
}

// Of a local.
static const char *local_trouble(const Verify *v, const SirFuncInfo *func, SirLocal row) {
    const SirLocalInfo *local = &func->locals.data[row];
    if (local->type >= v->module->types.len || local->type == SIR_TYPE_VOID) return "is of no type";
    if (row < func->sig.param_count && local->type != func->sig.params[row].type)
        return "is not of its parameter's type";
    return loc_is_known(v, local->loc) ? NULL : "stands in no file";
}

// The frame as the sum of its locals, each at its alignment. Sizes are at most 2^30, locals at most 2^20.
static uint64_t frame_size(const Verify *v, const SirFuncInfo *func) {
    uint64_t size = 0;
    vec_each(const SirLocalInfo, local, &func->locals) {
        const Kind *kind = verify__kind(v, local->type);
        size += kind->size + kind->align - 1;
    }
    return size;
}

static const char *func_trouble(const Verify *v, const SirFuncInfo *func) {
    if (func->locals.len > LIMIT_LOCALS) return "has too many locals";
    if (func->blocks.len > LIMIT_BLOCKS) return "has too many blocks";
    if (func->blocks.len == 0) return "has no block";
    if (func->locals.len < func->sig.param_count) return "has fewer locals than parameters";
    return loc_is_known(v, func->loc) ? NULL : "stands in no file";
}

static bool check_locals(Verify *v, const SirFuncInfo *func, Spot at) {
    for (SirLocal local = 0; local < func->locals.len; local++) {
        const char *trouble = local_trouble(v, func, local);
        if (!trouble) continue;
        verify__complain(v, RULE_WELL_FORMED, at, "local %u %s", local, trouble);
        return false;
    }
    if (frame_size(v, func) <= LIMIT_FRAME_SIZE) return true;
    verify__complain(v, RULE_WELL_FORMED, at, "the locals have too many bytes together");
    return false;
}

static bool check_head(Verify *v, const SirFuncInfo *func, Spot at) {
    uint32_t before = v->faults;
    const char *trouble = func_trouble(v, func);
    if (trouble) {
        verify__complain(v, RULE_WELL_FORMED, at, "the function %s", trouble);
        return false;
    }
    verify__check_sig(v, &func->sig, at);
    return v->faults == before && check_locals(v, func, at);
}

// --- blocks ----------------------------------------------------------------------------------------------------------------------

static void check_inst(Code *c) {
    if (!loc_is_known(c->v, c->inst->loc)) ILL_FORMED(c, "the instruction stands in no file");
    verify__type_args(c);
    if (c->bad) return;
    if (sir_op_is_terminator(c->inst->op))
        verify__type_terminator(c);
    else if (!verify__type_by_row(c))
        verify__type_special(c);
}

// One terminator, at the end.
static void check_place_in_block(Code *c, bool is_last) {
    if (sir_op_is_terminator(c->inst->op) == is_last) return;
    ILL_FORMED(
        c,
        is_last ? "the block ends in `%s`, which is no terminator"
                : "`%s` stands before the end of its block",
        sir_op_text(c->inst->op)
    );
}

static void check_block(Code *c, SirBlock block) {
    uint32_t count = c->func->blocks.data[block].insts.len;
    c->at = (Spot){ c->at.func, block, 0, c->func->loc };
    c->bad = false;
    if (count == 0) ILL_FORMED(c, "the block is empty");
    for (uint32_t i = 0; i < count && !verify__full(c->v); i++) {
        c->inst = &c->func->blocks.data[block].insts.data[i];
        c->at.inst = i;
        c->at.loc = c->inst->loc;
        c->bad = false;
        check_place_in_block(c, i + 1 == count);
        check_inst(c);
    }
}

static void check_code(Verify *v, SirFunc row) {
    Code c = { .v = v, .func = &v->module->funcs.data[row], .at = verify__func_spot(v, row) };
    arena_init(&c.scratch);
    for (SirBlock block = 0; block < c.func->blocks.len && !verify__full(v); block++)
        check_block(&c, block);
    arena_free(&c.scratch);
}

void verify__check_func(Verify *v, SirFunc func) {
    uint32_t before = v->faults;
    Spot at = verify__func_spot(v, func);
    if (check_head(v, &v->module->funcs.data[func], at)) check_code(v, func);
    // Beyond this point the function is well-typed.
    if (v->faults == before) verify__check_flow(v, func);
}
