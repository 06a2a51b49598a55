// Changes to a module that its reader does not notice: numbers, kinds and instructions are exchanged for others that are near,
// far or out of range, where the shape stays what the reader promises. And plain damage to the bytes.

#include "mutate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- chance (splitmix64) ---------------------------------------------------------------------------------------------

static uint64_t chance;

static uint64_t draw(void) {
    uint64_t z = chance += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t below(uint64_t limit) {
    return limit ? (uint32_t)(draw() % limit) : 0;
}

// Another row: mostly one that there is.
static uint32_t row(uint32_t rows) {
    switch (below(8)) {
    case 0: return rows;
    case 1: return (uint32_t)draw();
    default: return below(rows);
    }
}

// --- parts of a module -----------------------------------------------------------------------------------------------

static void change_type(const SirModule *module, SirType *type) {
    *type = row(module->types.len);
}

static void change_place(const SirFuncInfo *func, SirPlace *place) {
    if (place->proj_count == 0 || below(2) == 0) {
        place->local = row(func->locals.len);
        return;
    }
    SirProj *proj = &place->projs[below(place->proj_count)];
    if (below(3) == 0)
        place->proj_count--;
    else if (below(2) == 0)
        proj->kind = (SirProjKind)below(SIR_PROJ_KINDS);
    if (proj->kind == SIR_PROJ_DEREF)
        proj->n = 0;
    else
        proj->n = row(4);
}

static void change_tree(const SirModule *module, SirTree *tree) {
    if (tree->item_count > 0 && below(2) == 0)
        change_tree(module, &tree->items[below(tree->item_count)]);
    else if (below(2) == 0)
        change_type(module, &tree->type);
    else if (tree->kind == SIR_CONST_LIST)
        tree->variant = row(3);
    else if (tree->kind == SIR_CONST_INT || tree->kind == SIR_CONST_FLOAT)
        tree->bits = below(2) ? draw() : below(3);
    else if (tree->kind == SIR_CONST_FUNC || tree->kind == SIR_CONST_REF)
        tree->bits = row(4);
}

static void change_arg(const SirModule *module, const SirFuncInfo *func, SirArg *arg) {
    switch (arg->kind) {
    case SIR_ARG_COPY:
    case SIR_ARG_MOVE:
        if (below(2))
            arg->kind = arg->kind == SIR_ARG_COPY ? SIR_ARG_MOVE : SIR_ARG_COPY;
        else
            change_place(func, &arg->place);
        break;
    case SIR_ARG_PLACE: change_place(func, &arg->place); break;
    case SIR_ARG_CONST: change_tree(module, arg->tree); break;
    case SIR_ARG_CONTRACT: arg->m = row(4); break;
    default: arg->n = row(below(2) ? func->locals.len : 4); break;
    }
}

static void change_arm(const SirModule *module, const SirFuncInfo *func, SirArm *arm) {
    switch (below(4)) {
    case 0: arm->block = row(func->blocks.len); return;
    case 1:
        if (arm->kind == SIR_ARM_VARIANT || arm->kind == SIR_ARM_MESSAGE ||
            arm->kind == SIR_ARM_MEMBER)
            arm->n = row(3);
        if (arm->kind == SIR_ARM_JOIN && arm->head_count > 0)
            arm->heads[below(arm->head_count)].n = row(3);
        return;
    case 2:
        if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
            arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST)
            change_place(func, &arm->place);
        if (arm->kind == SIR_ARM_JOIN && arm->head_count > 0)
            change_place(func, &arm->heads[below(arm->head_count)].place);
        if (arm->kind == SIR_ARM_IS) change_tree(module, arm->tree);
        return;
    default: break;
    }
    if (arm->bind_count == 0) return;
    SirBind *bind = &arm->binds[below(arm->bind_count)];
    bind->mode = (SirBindMode)below(SIR_BIND_MODES);
    bind->local = bind->mode == SIR_BIND_SKIP ? SIR_NONE : row(func->locals.len);
}

// To one of the same shape.
static void change_op(SirInst *inst) {
    SirOp op = (SirOp)below(SIR_OPS);
    for (uint32_t i = 0; i < SIR_OPS; i++, op = (SirOp)((op + 1) % SIR_OPS))
        if (strcmp(sir_op_shape(op), sir_op_shape(inst->op)) == 0) {
            inst->op = op;
            return;
        }
}

static void change_inst(const SirModule *module, const SirFuncInfo *func, SirInst *inst) {
    uint32_t what = below(4);
    if (what == 0)
        change_op(inst);
    else if (what == 1 && inst->arm_count > 0)
        change_arm(module, func, &inst->arms[below(inst->arm_count)]);
    else if (inst->arg_count > 0)
        change_arg(module, func, &inst->args[below(inst->arg_count)]);
}

// Instructions change places, come twice, or are gone.
static void change_block(SirBlockInfo *block) {
    uint32_t count = block->insts.len;
    if (count == 0) return;
    SirInst *a = &block->insts.data[below(count)], *b = &block->insts.data[below(count)];
    SirInst kept = *a;
    *a = *b;
    if (below(2)) *b = kept;
    if (below(8) == 0) block->insts.len--;
}

static void change_func(const SirModule *module, SirFuncInfo *func) {
    uint32_t params = func->sig.param_count;
    if (func->locals.len > params && below(8) == 0) {
        change_type(module, &func->locals.data[params + below(func->locals.len - params)].type);
    } else if (below(16) == 0) {
        if (params > 0 && below(2))
            func->sig.params[below(params)].to = row(3);
        else
            change_type(module, &func->sig.result);
    } else if (func->blocks.len > 0) {
        SirBlockInfo *block = &func->blocks.data[below(func->blocks.len)];
        if (below(5) == 0 || block->insts.len == 0)
            change_block(block);
        else
            change_inst(module, func, &block->insts.data[below(block->insts.len)]);
    }
}

// A structural type's element stays below it, or the reader stops here.
static void change_type_row(const SirModule *module, SirTypeInfo *info, SirType at) {
    bool is_nominal = sir_type_is_nominal(info->kind);
    if (info->field_count > 0)
        change_type(module, &info->fields[below(info->field_count)].type);
    else if (info->variant_count > 0) {
        SirVariant *variant = &info->variants[below(info->variant_count)];
        if (variant->field_count > 0 && below(2))
            change_type(module, &variant->fields[below(variant->field_count)].type);
        else
            variant->value = row(4);
    } else if (info->kind == SIR_TYPE_ENDPOINT) {
        info->state = row(3);
    } else if (!is_nominal && info->kind != SIR_TYPE_FN && below(2)) {
        info->elem = info->elem && info->elem != SIR_NONE ? below(at) : info->elem;
    } else {
        info->mode = info->mode ? (SirMode)below(SIR_STATIC + 1) : info->mode;
        info->count = info->count ? draw() >> below(64) : 0;
    }
}

static void change_contract(const SirModule *module, SirContractInfo *contract) {
    if (contract->message_count > 0 && below(2)) {
        SirMessage *message = &contract->messages[below(contract->message_count)];
        if (message->arg_count > 0)
            change_type(module, &message->args[below(message->arg_count)].type);
        else
            message->dir = (SirDir)below(2);
    } else if (contract->state_count > 0) {
        SirStateInfo *state = &contract->states[below(contract->state_count)];
        if (state->choice_count == 0) return;
        SirChoice *choice = &state->choices[below(state->choice_count)];
        if (below(2))
            choice->next = row(contract->state_count);
        else
            choice->message = row(contract->message_count);
    }
}

static void change_module(SirModule *module) {
    uint32_t what = below(16), made = module->types.len - SIR_SCALARS;
    if (what == 0 && made > 0) {
        SirType at = SIR_SCALARS + below(made);
        change_type_row(module, &module->types.data[at], at);
    } else if (what == 1 && module->contracts.len > 0) {
        change_contract(module, &module->contracts.data[below(module->contracts.len)]);
    } else if (what == 2 && module->consts.len > 0) {
        change_tree(module, &module->consts.data[below(module->consts.len)].tree);
    } else if (module->funcs.len > 0) {
        change_func(module, &module->funcs.data[below(module->funcs.len)]);
    }
}

// --- bytes ------------------------------------------------------------------------------------------------------------

static void change_bytes(Buf *binary) {
    for (uint32_t left = 1 + below(3); left > 0 && binary->len > 8; left--) {
        uint8_t *byte = &binary->data[8 + below(binary->len - 8)];
        switch (below(4)) {
        case 0: *byte = (uint8_t)draw(); break;
        case 1: *byte ^= (uint8_t)(1u << below(8)); break;
        case 2: (*byte)++; break;
        default:
            if (below(8) == 0) binary->len = (size_t)(byte - binary->data); // cut off
            break;
        }
    }
}

// --- rounds -------------------------------------------------------------------------------------------------------------

// What the rooms behind the verifier ask of what it accepted.
static void ask(const VerifiedSir *sir) {
    const SirModule *module = verified_module(sir);
    for (SirType type = 0; type < module->types.len; type++)
        if (verified_size(sir, type) > 1u << 30 || verified_align(sir, type) > 8) abort();
    for (SirFunc f = 0; f < module->funcs.len; f++)
        for (SirBlock b = 0; b < module->funcs.data[f].blocks.len; b++)
            for (uint32_t i = 0; i < module->funcs.data[f].blocks.data[b].insts.len; i++)
                verified_drop(sir, f, b, i);
    for (SirContract c = 0; c < module->contracts.len; c++) {
        uint64_t bound =
            (uint64_t)verified_queue_bound(sir, c, SIR_IN) + verified_queue_bound(sir, c, SIR_OUT);
        if (bound > 2ull * module->contracts.data[c].state_count) abort();
        for (SirState s = 0; s < module->contracts.data[c].state_count; s++)
            verified_weight(sir, c, SIR_EXP, s);
    }
}

static bool round_of(Str source, bool in_bytes) {
    Arena arena;
    arena_init(&arena);
    SirReadError error;
    SirModule *module = sir_text_read(&arena, source, &error);
    for (uint32_t left = in_bytes ? 0 : 1 + below(3); left > 0; left--)
        change_module(module);
    Buf binary = { 0 };
    sir_binary_write(module, &binary);
    if (in_bytes) change_bytes(&binary);
    VerifyReport report;
    const VerifiedSir *sir = verify(&arena, binary.data, binary.len, &report);
    if (sir) ask(sir);
    if (!sir && report.count == 0) abort(); // refused without a reason
    Buf text = { 0 };
    for (uint32_t i = 0; i < report.count; i++)
        verify_complaint_write(&report.complaints[i], &text);
    buf_free(&text);
    buf_free(&binary);
    arena_free(&arena);
    return sir != NULL;
}

void mutate_and_verify(Str source, uint64_t seed, uint32_t rounds) {
    uint32_t accepted = 0;
    chance = seed;
    for (uint32_t i = 0; i < rounds; i++)
        accepted += round_of(source, i % 4 == 0);
    if (accepted == rounds && rounds > 16) abort(); // nothing was changed
}
