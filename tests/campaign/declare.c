// Changes of what is declared: locals, signatures, types, contracts, the manifest. And of what only a declaration allows.

#include "mutant.h"

#include <string.h>

// --- locals and signatures ------------------------------------------------------------------------------------------

bool change_local_type(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func) || func->locals.len == func->sig.param_count) return false;
    func->locals.data[func->sig.param_count + below(func->locals.len - func->sig.param_count)]
        .type = below(module->types.len);
    return true;
}

bool change_param_type(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func) || func->sig.param_count == 0) return false;
    uint32_t param = below(func->sig.param_count);
    SirType type = below(module->types.len);
    func->sig.params[param].type = type;
    func->locals.data[param].type = type;
    return true;
}

bool change_result(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func)) return false;
    func->sig.result = below(module->types.len);
    return true;
}

bool change_promise(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func) || func->sig.param_count == 0) return false;
    SirParam *param = &func->sig.params[below(func->sig.param_count)];
    param->to = param->to == SIR_NONE || one_in(8) ? SIR_NONE : below(4);
    return param->to != SIR_NONE;
}

bool change_from(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func) || func->sig.param_count == 0) return false;
    SirSig *sig = &func->sig;
    if (sig->from_count > 0 && one_in(2)) {
        if (one_in(3))
            sig->from_count--;
        else if (one_in(2))
            sig->from[below(sig->from_count)].deep ^= true;
        else
            sig->from[below(sig->from_count)].param = below(sig->param_count);
        return true;
    }
    SirFrom *from = arena_array(module->arena, SirFrom, sig->from_count + 1);
    if (sig->from_count) memcpy(from, sig->from, sig->from_count * sizeof *from);
    from[sig->from_count] = (SirFrom){ below(sig->param_count), one_in(3) };
    sig->from = from;
    sig->from_count++;
    return true;
}

// --- types ------------------------------------------------------------------------------------------------------------

static SirTypeInfo *some_type(SirModule *module, SirTypeKind first, SirTypeKind last) {
    for (uint32_t tries = 20; tries > 0 && module->types.len > SIR_SCALARS; tries--) {
        SirTypeInfo *info =
            &module->types.data[SIR_SCALARS + below(module->types.len - SIR_SCALARS)];
        if (info->kind >= first && info->kind <= last) return info;
    }
    return NULL;
}

bool change_mode(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_PTR, SIR_TYPE_STR);
    if (!info) return false;
    info->mode = (SirMode)below(SIR_STATIC + 1);
    return true;
}

bool change_elem(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_ARRAY, SIR_TYPE_GROW);
    if (!info || sir_type_is_nominal(info->kind)) return false;
    SirType row = (SirType)(info - module->types.data);
    info->elem = below(row);
    return true;
}

bool change_count(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_ARRAY, SIR_TYPE_VECTOR);
    if (!info) return false;
    info->count = one_in(8) ? draw() >> below(64) : below(6);
    return true;
}

bool change_field_type(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_STRUCT, SIR_TYPE_ENUM);
    if (!info) return false;
    SirField *fields = info->fields;
    uint32_t count = info->field_count;
    if (info->kind == SIR_TYPE_ENUM && info->variant_count > 0) {
        SirVariant *variant = &info->variants[below(info->variant_count)];
        fields = variant->fields;
        count = variant->field_count;
    }
    if (count == 0) return false;
    fields[below(count)].type = below(module->types.len + one_in(16)); // perhaps no type at all
    return true;
}

bool change_struct(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_STRUCT, SIR_TYPE_STRUCT);
    if (!info) return false;
    if (one_in(2))
        info->is_ref ^= true;
    else
        info->is_wire ^= true;
    return true;
}

bool change_end_type(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_ENDPOINT, SIR_TYPE_ENDPOINT);
    if (!info) return false;
    if (one_in(4))
        info->side = info->side == SIR_IMP ? SIR_EXP : SIR_IMP;
    else if (one_in(8))
        info->state = SIR_STATE_ANY;
    else
        info->state = below(4);
    return true;
}

bool change_fn_type(SirModule *module) {
    SirTypeInfo *info = some_type(module, SIR_TYPE_FN, SIR_TYPE_FN);
    if (!info) return false;
    SirSig *sig = info->sig;
    if (sig->from_count > 0 && one_in(2))
        sig->from_count--;
    else if (sig->param_count > 0)
        sig->params[below(sig->param_count)].to = below(3);
    return true;
}

// --- contracts and the manifest -------------------------------------------------------------------------------------------

static SirContractInfo *some_contract(SirModule *module) {
    return module->contracts.len ? &module->contracts.data[below(module->contracts.len)] : NULL;
}

bool change_choice(SirModule *module) {
    SirContractInfo *contract = some_contract(module);
    if (!contract || contract->state_count == 0) return false;
    SirStateInfo *state = &contract->states[below(contract->state_count)];
    if (one_in(8)) return state->is_end ^= true, true;
    if (state->choice_count == 0) return false;
    SirChoice *choice = &state->choices[below(state->choice_count)];
    if (one_in(2))
        choice->next = below(contract->state_count);
    else
        choice->message = below(contract->message_count);
    return true;
}

bool change_direction(SirModule *module) {
    SirContractInfo *contract = some_contract(module);
    if (!contract || contract->message_count == 0) return false;
    SirMessage *message = &contract->messages[below(contract->message_count)];
    message->dir = message->dir == SIR_IN ? SIR_OUT : SIR_IN;
    return true;
}

// And of the locals that the argument is received in, or it would be noticed at once.
bool change_message_type(SirModule *module) {
    SirContractInfo *contract = some_contract(module);
    if (!contract || contract->message_count == 0) return false;
    SirMessage *message = &contract->messages[below(contract->message_count)];
    if (message->arg_count == 0) return false;
    uint32_t arg = below(message->arg_count), row = (uint32_t)(message - contract->messages);
    SirType type = message->args[arg].type = below(module->types.len);
    if (one_in(4)) return true;
    vec_each(SirFuncInfo, func, &module->funcs) {
        vec_each(SirBlockInfo, block, &func->blocks) {
            vec_each(SirInst, inst, &block->insts) {
                for (uint32_t a = 0; a < inst->arm_count; a++) {
                    const SirArm *arm = &inst->arms[a];
                    bool is_it = (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_MEMBER) &&
                                 arm->n == row && arg < arm->bind_count;
                    if (is_it && arm->binds[arg].local < func->locals.len &&
                        arm->binds[arg].local >= func->sig.param_count)
                        func->locals.data[arm->binds[arg].local].type = type;
                }
            }
        }
    }
    return true;
}

bool change_manifest(SirModule *module) {
    SirManifest *manifest = &module->manifest;
    if (one_in(2) && manifest->grant_count > 0) {
        if (one_in(2))
            manifest->grant_count--;
        else
            manifest->grants[below(manifest->grant_count)].length = below(3);
        return true;
    }
    SirFunc main = below(module->funcs.len);
    if (module->funcs.len == 0 || module->funcs.data[main].sig.param_count != 0) return false;
    if (manifest->main < module->funcs.len &&
        module->funcs.data[manifest->main].sig.param_count != 0)
        return false;
    manifest->main = main;
    return true;
}

bool call_kernel(SirModule *module) {
    Point point;
    if (!some_point(module, &point)) return false;
    SirArg value = { .kind = SIR_ARG_NOTHING };
    bool has_value =
        one_in(2) &&
        value_of_type(module, point.func, one_in(2) ? SIR_TYPE_U32 : SIR_TYPE_U64, &value);
    SirInst *inst = insert_at(module, &point, SIR_OP_CALL_KERNEL, has_value ? 3 : 2);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_NOTHING };
    inst->args[1] = (SirArg){ .kind = SIR_ARG_KERNEL, .n = below(23) };
    if (has_value) inst->args[2] = value;
    return true;
}

// What is not built.
bool insert_unbuilt(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type) ||
        type == SIR_TYPE_VOID)
        return false;
    SirTypeInfo info = { .kind = SIR_TYPE_PTR, .mode = SIR_GC, .elem = type };
    if (one_in(3))
        info = (SirTypeInfo){ .kind = SIR_TYPE_DEVICE, .device = SIR_IRQ };
    else if (one_in(2))
        info = (SirTypeInfo){ .kind = SIR_TYPE_ATOMIC, .elem = SIR_TYPE_U64 };
    SirLocal local = sir_local_add(
        module, point.func, (Str){ "", 0 }, sir_type_intern(module, &info),
        (SirLoc){ .file = SIR_NONE }
    );
    if (info.kind != SIR_TYPE_PTR) return true;
    SirInst *inst = insert_at(module, &point, SIR_OP_NEW, 2);
    inst->args[0] = place_arg(just(local));
    inst->args[1] = (SirArg){ .kind = SIR_ARG_COPY, .place = place };
    return true;
}
