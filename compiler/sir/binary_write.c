// The binary form, written: docs/sir.md 13. One small function per production of the grammar there, in its order.
// Takes a module whose instructions fit the shapes of their rows; that is the builder's promise, asserted here.

#include "form.h"
#include "sir.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <assert.h>
#include <stdint.h>

static void put_row_or_none(Buf *out, uint32_t row) {
    buf_uleb(out, row == SIR_NONE ? 0 : (uint64_t)row + 1);
}

// The special states and none are the highest numbers: they become 0, 1 and 2.
static void put_state(Buf *out, SirState state) {
    buf_uleb(out, (uint32_t)(state + 3));
}

static void put_signed(Buf *out, uint64_t bits) {
    buf_uleb(out, bits << 1 ^ (bits >> 63 ? UINT64_MAX : 0));
}

static void put_text(Buf *out, Str text) {
    buf_uleb(out, text.len);
    buf_put(out, text.ptr, text.len);
}

static void put_loc(Buf *out, SirLoc loc) {
    put_row_or_none(out, loc.file);
    buf_uleb(out, loc.line);
    buf_uleb(out, loc.column);
}

// --- contracts and types -------------------------------------------------------------------------------------

static void put_field(Buf *out, const SirField *field) {
    put_text(out, field->name);
    buf_uleb(out, field->type);
    buf_byte(out, field->order);
}

static void put_fields(Buf *out, const SirField *fields, uint32_t count) {
    buf_uleb(out, count);
    for (uint32_t i = 0; i < count; i++)
        put_field(out, &fields[i]);
}

static void put_message(Buf *out, const SirMessage *message) {
    put_text(out, message->name);
    buf_byte(out, (uint8_t)message->dir);
    buf_uleb(out, message->arg_count);
    for (uint32_t i = 0; i < message->arg_count; i++) {
        put_field(out, &message->args[i]);
        buf_uleb(out, message->limits[i] + 1); // none is the highest number
    }
}

static void put_contract_state(Buf *out, const SirStateInfo *state) {
    put_text(out, state->name);
    buf_byte(out, state->is_end);
    buf_uleb(out, state->choice_count);
    for (uint32_t i = 0; i < state->choice_count; i++) {
        buf_uleb(out, state->choices[i].message);
        put_state(out, state->choices[i].next);
    }
}

static void put_contract(Buf *out, const SirContractInfo *contract) {
    put_text(out, contract->name);
    put_row_or_none(out, contract->base);
    buf_uleb(out, contract->message_count);
    for (uint32_t i = 0; i < contract->message_count; i++)
        put_message(out, &contract->messages[i]);
    buf_uleb(out, contract->state_count);
    for (uint32_t i = 0; i < contract->state_count; i++)
        put_contract_state(out, &contract->states[i]);
}

static void put_sig(Buf *out, const SirSig *sig) {
    buf_uleb(out, sig->param_count);
    for (uint32_t i = 0; i < sig->param_count; i++) {
        buf_uleb(out, sig->params[i].type);
        put_state(out, sig->params[i].to);
    }
    buf_uleb(out, sig->result);
    buf_uleb(out, sig->from_count);
    for (uint32_t i = 0; i < sig->from_count; i++) {
        buf_uleb(out, sig->from[i].param);
        buf_byte(out, sig->from[i].deep);
    }
}

static void put_variants(Buf *out, const SirTypeInfo *info) {
    buf_uleb(out, info->variant_count);
    for (uint32_t i = 0; i < info->variant_count; i++) {
        put_text(out, info->variants[i].name);
        buf_uleb(out, info->variants[i].value);
        put_fields(out, info->variants[i].fields, info->variants[i].field_count);
    }
}

static void put_endpoint(Buf *out, const SirTypeInfo *info) {
    buf_uleb(out, info->contract);
    buf_byte(out, (uint8_t)info->side);
    put_state(out, info->state);
}

void sir__binary_put_type(Buf *out, const SirTypeInfo *info) {
    buf_byte(out, (uint8_t)info->kind);
    switch (info->kind) {
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        break;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
        buf_uleb(out, info->elem);
        buf_uleb(out, info->count);
        break;
    case SIR_TYPE_OPTION:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD: buf_uleb(out, info->elem); break;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
        buf_byte(out, (uint8_t)info->mode);
        buf_uleb(out, info->elem);
        break;
    case SIR_TYPE_STR: buf_byte(out, (uint8_t)info->mode); break;
    case SIR_TYPE_STRUCT:
        buf_byte(out, (uint8_t)(info->is_ref | info->is_wire << 1));
        put_text(out, info->name);
        put_fields(out, info->fields, info->field_count);
        break;
    case SIR_TYPE_ENUM:
        put_text(out, info->name);
        buf_byte(out, info->is_plain_enum);
        if (info->is_plain_enum) buf_uleb(out, info->elem);
        put_variants(out, info);
        break;
    case SIR_TYPE_FLAGS:
        put_text(out, info->name);
        buf_uleb(out, info->elem);
        put_variants(out, info);
        break;
    case SIR_TYPE_FN: put_sig(out, info->sig); break;
    case SIR_TYPE_ENDPOINT: put_endpoint(out, info); break;
    case SIR_TYPE_EPSET:
        put_endpoint(out, info);
        put_row_or_none(out, info->elem);
        break;
    case SIR_TYPE_DEVICE: buf_byte(out, (uint8_t)info->device); break;
    case SIR_TYPE_JOIN: break;
    case SIR_TYPE_KINDS: assert(false); break;
    }
}

// --- constants ---------------------------------------------------------------------------------------------------

static void put_tree(Buf *out, const SirTree *tree) {
    buf_byte(out, (uint8_t)tree->kind);
    buf_uleb(out, tree->type);
    switch (tree->kind) {
    case SIR_CONST_INT: put_signed(out, tree->bits); break;
    case SIR_CONST_FLOAT: buf_u64le(out, tree->bits); break;
    case SIR_CONST_STR: put_text(out, tree->text); break;
    case SIR_CONST_LIST:
        buf_uleb(out, tree->variant);
        buf_uleb(out, tree->item_count);
        for (uint32_t i = 0; i < tree->item_count; i++)
            put_tree(out, &tree->items[i]);
        break;
    case SIR_CONST_REPEAT:
        assert(tree->item_count == 1);
        put_tree(out, &tree->items[0]);
        break;
    case SIR_CONST_FUNC:
    case SIR_CONST_REF: buf_uleb(out, tree->bits); break;
    case SIR_CONST_KINDS: assert(false); break;
    }
}

// --- code --------------------------------------------------------------------------------------------------------

static void put_place(Buf *out, const SirPlace *place) {
    buf_uleb(out, place->local);
    buf_uleb(out, place->proj_count);
    for (uint32_t i = 0; i < place->proj_count; i++) {
        buf_byte(out, (uint8_t)place->projs[i].kind);
        if (place->projs[i].kind != SIR_PROJ_DEREF) buf_uleb(out, place->projs[i].n);
    }
}

static void put_value(Buf *out, const SirArg *arg) {
    assert(arg->kind <= SIR_ARG_CONST);
    buf_byte(out, (uint8_t)arg->kind);
    if (arg->kind == SIR_ARG_CONST)
        put_tree(out, arg->tree);
    else
        put_place(out, &arg->place);
}

static void put_arg(Buf *out, char letter, const SirArg *arg) {
    switch (letter) {
    case 'D':
        buf_byte(out, arg->kind == SIR_ARG_PLACE);
        if (arg->kind == SIR_ARG_PLACE)
            put_place(out, &arg->place);
        else
            assert(arg->kind == SIR_ARG_NOTHING);
        break;
    case 'd':
    case 'p':
        assert(arg->kind == SIR_ARG_PLACE);
        put_place(out, &arg->place);
        break;
    case 'v': put_value(out, arg); break;
    case 'x':
        assert(arg->kind == SIR_ARG_CONTRACT);
        buf_uleb(out, arg->n);
        put_state(out, (SirState)arg->m);
        break;
    default:
        assert(arg->kind == sir__arg_kind(letter));
        buf_uleb(out, arg->n);
        break;
    }
}

static void put_binds(Buf *out, const SirArm *arm) {
    buf_uleb(out, arm->bind_count);
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        buf_byte(out, (uint8_t)arm->binds[i].mode);
        if (arm->binds[i].mode != SIR_BIND_SKIP) buf_uleb(out, arm->binds[i].local);
    }
}

static void put_heads(Buf *out, const SirArm *arm) {
    buf_uleb(out, arm->head_count);
    for (uint32_t i = 0; i < arm->head_count; i++) {
        buf_byte(out, arm->heads[i].is_closed);
        put_place(out, &arm->heads[i].place);
        if (!arm->heads[i].is_closed) buf_uleb(out, arm->heads[i].n);
    }
}

static void put_arm(Buf *out, const SirArm *arm) {
    buf_byte(out, (uint8_t)arm->kind);
    for (const char *part = sir__arm_shape(arm->kind); *part; part++) {
        if (*part == 'c')
            put_tree(out, arm->tree);
        else if (*part == 'p')
            put_place(out, &arm->place);
        else if (*part == 'v')
            put_value(out, &arm->value);
        else if (*part == 'B')
            put_binds(out, arm);
        else if (*part == 'H')
            put_heads(out, arm);
        else
            buf_uleb(out, arm->n);
    }
    buf_uleb(out, arm->block);
}

static void put_inst(Buf *out, const SirInst *inst) {
    buf_uleb(out, inst->op);
    put_loc(out, inst->loc);
    uint32_t at = 0;
    for (const char *letter = sir_op_shape(inst->op); *letter; letter++) {
        if (*letter == 'A') break;
        if (*letter == 'V') {
            buf_uleb(out, inst->arg_count - at);
            while (at < inst->arg_count)
                put_value(out, &inst->args[at++]);
        } else {
            assert(at < inst->arg_count);
            put_arg(out, *letter, &inst->args[at++]);
        }
    }
    assert(at == inst->arg_count);
    if (!sir__op_has_arms(inst->op)) {
        assert(inst->arm_count == 0);
        return;
    }
    buf_uleb(out, inst->arm_count);
    for (uint32_t i = 0; i < inst->arm_count; i++)
        put_arm(out, &inst->arms[i]);
}

static void put_func(Buf *out, const SirFuncInfo *func) {
    assert(func->locals.len >= func->sig.param_count);
    put_text(out, func->name);
    put_sig(out, &func->sig);
    buf_byte(out, func->hints);
    put_loc(out, func->loc);
    for (SirLocal i = 0; i < func->sig.param_count; i++) {
        assert(func->locals.data[i].type == func->sig.params[i].type);
        put_text(out, func->locals.data[i].name);
        put_loc(out, func->locals.data[i].loc);
    }
    buf_uleb(out, func->locals.len - func->sig.param_count);
    for (SirLocal i = func->sig.param_count; i < func->locals.len; i++) {
        put_text(out, func->locals.data[i].name);
        buf_uleb(out, func->locals.data[i].type);
        put_loc(out, func->locals.data[i].loc);
    }
    buf_uleb(out, func->blocks.len);
    vec_each(SirBlockInfo, block, &func->blocks) {
        buf_uleb(out, block->insts.len);
        vec_each(SirInst, inst, &block->insts)
            put_inst(out, inst);
    }
}

// --- the module ------------------------------------------------------------------------------------------------------

static void put_manifest(Buf *out, const SirModule *module) {
    const SirManifest *manifest = &module->manifest;
    put_row_or_none(out, manifest->main);
    for (uint32_t i = 0; i < sir__main_params(module); i++)
        put_text(out, manifest->param_names[i]);
    buf_uleb(out, manifest->grant_count);
    for (uint32_t i = 0; i < manifest->grant_count; i++) {
        buf_byte(out, (uint8_t)manifest->grants[i].kind);
        buf_uleb(out, manifest->grants[i].base);
        buf_uleb(out, manifest->grants[i].length);
    }
    buf_uleb(out, manifest->heap_bytes);
    buf_uleb(out, manifest->stack_bytes);
    buf_uleb(out, manifest->threads);
    buf_uleb(out, manifest->cpu);
    buf_uleb(out, manifest->time);
}

void sir_binary_write(const SirModule *module, Buf *out) {
    buf_put(out, SIR__MAGIC, SIR__MAGIC_LENGTH);
    buf_uleb(out, SIR__BINARY_VERSION);
    put_text(out, module->name);
    buf_uleb(out, module->files.len);
    vec_each(Str, file, &module->files)
        put_text(out, *file);
    buf_uleb(out, module->contracts.len);
    vec_each(SirContractInfo, contract, &module->contracts)
        put_contract(out, contract);
    buf_uleb(out, module->types.len - SIR_SCALARS);
    for (SirType type = SIR_SCALARS; type < module->types.len; type++)
        sir__binary_put_type(out, &module->types.data[type]);
    buf_uleb(out, module->consts.len);
    vec_each(SirConstInfo, constant, &module->consts) {
        put_text(out, constant->name);
        put_tree(out, &constant->tree);
    }
    buf_uleb(out, module->funcs.len);
    vec_each(SirFuncInfo, func, &module->funcs)
        put_func(out, func);
    put_manifest(out, module);
}
