// Instructions put in where the types fit: what is left to be wrong is what the verifier follows along the flow.

#include "mutant.h"

#include <string.h>

static SirType local_type(const SirFuncInfo *func, SirLocal local) {
    return func->locals.data[local].type;
}

static SirPlace dest_for(SirModule *module, SirFuncInfo *func, SirType type) {
    SirPlace place;
    if (one_in(2) && place_of_type(module, func, type, &place)) return place;
    return just(local_of_type(module, func, type));
}


// The arguments are found first, since looking for them adds locals, then the instruction is put in.
static SirInst *put(SirModule *module, const Spot *spot, SirOp op, const SirArg *args, uint32_t count) {
    SirInst *inst = insert_at(module, spot, op, count);
    if (count) memcpy(inst->args, args, count * sizeof *args);
    return inst;
}

static const SirTypeInfo *info_of(const SirModule *module, SirType type) {
    return sir_type(module, type < module->types.len ? type : SIR_TYPE_VOID);
}

static bool is_run(const SirTypeInfo *info) {
    return info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR || info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
}

static bool some_run(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    for (uint32_t tries = 30; tries > 0; tries--)
        if (some_place(module, func, place, type) && is_run(info_of(module, *type))) return true;
    return false;
}

static bool place_of_kind(SirModule *module, SirFuncInfo *func, SirTypeKind kind, SirPlace *place, SirType *type) {
    for (uint32_t tries = 30; tries > 0; tries--)
        if (some_place(module, func, place, type) && info_of(module, *type)->kind == kind) return true;
    return false;
}

// --- moving and lending ------------------------------------------------------------------------------------------

bool insert_use(SirModule *module) {
    Spot spot;
    SirArg args[2];
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_place(module, spot.func, &place, &type)) return false;
    args[0] = place_arg(place);
    if (!value_of_type(module, spot.func, type, &args[1])) return false;
    put(module, &spot, SIR_OP_USE, args, 2);
    return true;
}

bool insert_borrow(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_place(module, spot.func, &place, &type) || type == SIR_TYPE_VOID) return false;
    bool exclusive = one_in(2);
    SirType pointer = sir_type_ptr(module, exclusive ? SIR_MUT : SIR_CONST, type);
    SirArg args[2] = { place_arg(dest_for(module, spot.func, pointer)), place_arg(place) };
    put(module, &spot, exclusive ? SIR_OP_BORROW_MUT : SIR_OP_BORROW, args, 2);
    return true;
}

bool insert_view(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_run(module, spot.func, &place, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    bool exclusive = one_in(2);
    SirMode mode = exclusive ? SIR_MUT : SIR_CONST;
    SirArg args[4];
    if (!value_of_type(module, spot.func, SIR_TYPE_U64, &args[2]) || !value_of_type(module, spot.func, SIR_TYPE_U64, &args[3])) return false;
    args[1] = place_arg(place);
    switch (below(4)) {
    case 0:
        args[0] = place_arg(dest_for(module, spot.func, sir_type_slice(module, mode, elem)));
        put(module, &spot, exclusive ? SIR_OP_VIEW_MUT : SIR_OP_VIEW, args, 2);
        return true;
    case 1:
        args[0] = place_arg(dest_for(module, spot.func, sir_type_slice(module, mode, elem)));
        put(module, &spot, exclusive ? SIR_OP_SUBVIEW_MUT : SIR_OP_SUBVIEW, args, 4);
        return true;
    case 2:
        args[0] = place_arg(dest_for(module, spot.func, sir_type_option(module, sir_type_ptr(module, mode, elem))));
        put(module, &spot, exclusive ? SIR_OP_GET_MUT : SIR_OP_GET, args, 3);
        return true;
    default: break;
    }
    SirType slice = sir_type_slice(module, SIR_MUT, elem);
    args[3] = args[2];
    args[2] = args[1];
    args[0] = place_arg(just(local_of_type(module, spot.func, slice)));
    args[1] = place_arg(just(local_of_type(module, spot.func, slice)));
    put(module, &spot, SIR_OP_SPLIT, args, 4);
    return true;
}

bool insert_drop(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_place(module, spot.func, &place, &type)) return false;
    SirArg arg = place_arg(place);
    put(module, &spot, SIR_OP_DROP, &arg, 1);
    return true;
}

bool insert_swap(SirModule *module) {
    Spot spot;
    SirPlace place, other;
    SirType type;
    if (!some_spot(module, &spot) || !some_place(module, spot.func, &place, &type) || !place_of_type(module, spot.func, type, &other)) return false;
    if (one_in(2)) {
        SirArg args[2] = { place_arg(place), place_arg(other) };
        put(module, &spot, SIR_OP_SWAP, args, 2);
        return true;
    }
    SirArg args[3] = { place_arg(dest_for(module, spot.func, type)), place_arg(place) };
    if (!value_of_type(module, spot.func, type, &args[2])) return false;
    put(module, &spot, SIR_OP_REPLACE, args, 3);
    return true;
}

bool insert_storage(SirModule *module) {
    Spot spot, other;
    if (!some_spot(module, &spot) || spot.func->locals.len == spot.func->sig.param_count) return false;
    SirArg arg = { .kind = SIR_ARG_LOCAL };
    arg.n = spot.func->sig.param_count + below(spot.func->locals.len - spot.func->sig.param_count);
    put(module, &spot, one_in(2) ? SIR_OP_STORAGE_BEGIN : SIR_OP_STORAGE_END, &arg, 1);
    if (one_in(2)) return true;
    other = spot;
    other.block = below(spot.func->blocks.len);
    other.at = below(spot.func->blocks.data[other.block].insts.len);
    put(module, &other, one_in(2) ? SIR_OP_STORAGE_BEGIN : SIR_OP_STORAGE_END, &arg, 1);
    return true;
}

bool insert_const(SirModule *module) {
    Spot spot;
    if (!some_spot(module, &spot) || spot.func->locals.len == 0) return false;
    SirLocal local = below(spot.func->locals.len);
    SirType type = local_type(spot.func, local);
    SirArg args[2] = { place_arg(just(local)) };
    if (type >= SIR_TYPE_F32 || type == SIR_TYPE_VOID || !value_of_type(module, spot.func, type, &args[1])) return false;
    put(module, &spot, SIR_OP_USE, args, 2);
    return true;
}

// --- making ---------------------------------------------------------------------------------------------------------

static bool field_values(SirModule *module, SirFuncInfo *func, const SirField *fields, uint32_t count, SirArg *args) {
    for (uint32_t i = 0; i < count; i++)
        if (!value_of_type(module, func, fields[i].type, &args[i])) return false;
    return true;
}

static bool make_variant(SirModule *module, const Spot *spot, SirType type) {
    const SirTypeInfo *info = info_of(module, type);
    bool is_option = info->kind == SIR_TYPE_OPTION;
    uint32_t variant = below(is_option ? 2 : info->variant_count);
    uint32_t count = sir_variant_arity(module, type, variant);
    SirArg *args = arena_array(module->arena, SirArg, count + 2);
    for (uint32_t i = 0; i < count; i++)
        if (!value_of_type(module, spot->func, sir_variant_field(module, type, variant, i), &args[2 + i])) return false;
    args[1] = (SirArg){ .kind = SIR_ARG_INT, .n = variant };
    args[0] = place_arg(dest_for(module, spot->func, type));
    put(module, spot, SIR_OP_VARIANT, args, count + 2);
    return true;
}

bool insert_make(SirModule *module) {
    Spot spot;
    if (!some_spot(module, &spot) || module->types.len == SIR_SCALARS) return false;
    for (uint32_t tries = 10; tries > 0; tries--) {
        SirType type = SIR_SCALARS + below(module->types.len - SIR_SCALARS);
        const SirTypeInfo *info = info_of(module, type);
        if (info->kind == SIR_TYPE_OPTION || (info->kind == SIR_TYPE_ENUM && info->variant_count)) return make_variant(module, &spot, type);
        if (info->kind != SIR_TYPE_STRUCT) continue;
        uint32_t count = info->field_count;
        SirArg *args = arena_array(module->arena, SirArg, count + 1);
        if (!field_values(module, spot.func, info->fields, count, args + 1)) continue;
        args[0] = place_arg(dest_for(module, spot.func, type));
        put(module, &spot, SIR_OP_STRUCT, args, count + 1);
        return true;
    }
    return false;
}

bool insert_heap(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    SirArg args[2];
    if (!some_spot(module, &spot) || !some_place(module, spot.func, &place, &type)) return false;
    const SirTypeInfo *info = info_of(module, type);
    bool is_box = info->kind == SIR_TYPE_PTR && info->mode == SIR_OWN;
    if (is_box && one_in(2)) {
        args[0] = place_arg(dest_for(module, spot.func, info->elem));
        args[1] = (SirArg){ .kind = SIR_ARG_MOVE, .place = place };
        put(module, &spot, SIR_OP_UNBOX, args, 2);
        return true;
    }
    if (type == SIR_TYPE_VOID || !value_of_type(module, spot.func, type, &args[1])) return false;
    SirType box = sir_type_ptr(module, SIR_OWN, type);
    bool optional = one_in(3);
    args[0] = place_arg(dest_for(module, spot.func, optional ? sir_type_option(module, box) : box));
    put(module, &spot, optional ? SIR_OP_NEW_OPT : SIR_OP_NEW, args, 2);
    return true;
}

// --- calls -----------------------------------------------------------------------------------------------------------

static bool call_value(SirModule *module, Spot *spot, const SirSig *sig, SirOp op, SirArg callee) {
    SirArg *args = arena_array(module->arena, SirArg, sig->param_count + 2);
    args[1] = callee;
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (!value_of_type(module, spot->func, sig->params[i].type, &args[2 + i])) return false;
    if (sig->result == SIR_TYPE_VOID) args[0] = (SirArg){ .kind = SIR_ARG_NOTHING };
    else args[0] = place_arg(dest_for(module, spot->func, sig->result));
    put(module, spot, op, args, sig->param_count + 2);
    return true;
}

bool insert_call(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot)) return false;
    if (one_in(4) && place_of_kind(module, spot.func, SIR_TYPE_FN, &place, &type))
        return call_value(module, &spot, info_of(module, type)->sig, SIR_OP_CALL_VALUE, (SirArg){ .kind = SIR_ARG_COPY, .place = place });
    SirFunc callee = below(module->funcs.len);
    SirSig sig = module->funcs.data[callee].sig;
    return call_value(module, &spot, &sig, SIR_OP_CALL, (SirArg){ .kind = SIR_ARG_FUNC, .n = callee });
}

// --- elements ----------------------------------------------------------------------------------------------------------

bool insert_elements(SirModule *module) {
    static const SirOp ops[] = { SIR_OP_SLICE_SWAP, SIR_OP_SLICE_REPLACE, SIR_OP_SLICE_COPY, SIR_OP_SLICE_FILL, SIR_OP_LEN };
    Spot spot;
    SirPlace place, other;
    SirType type, ignored;
    if (!some_spot(module, &spot) || !some_run(module, spot.func, &place, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    SirOp op = ops[below(sizeof ops / sizeof *ops)];
    SirArg args[4] = { place_arg(place) };
    bool right = true;
    uint32_t count = 2;
    switch (op) {
    case SIR_OP_SLICE_SWAP:
        right = value_of_type(module, spot.func, SIR_TYPE_U64, &args[1]) && value_of_type(module, spot.func, SIR_TYPE_U64, &args[2]);
        count = 3;
        break;
    case SIR_OP_SLICE_REPLACE:
        args[1] = args[0];
        right = value_of_type(module, spot.func, SIR_TYPE_U64, &args[2]) && value_of_type(module, spot.func, elem, &args[3]);
        args[0] = place_arg(dest_for(module, spot.func, elem));
        count = 4;
        break;
    case SIR_OP_SLICE_COPY:
        right = some_run(module, spot.func, &other, &ignored);
        args[1] = place_arg(other);
        break;
    case SIR_OP_SLICE_FILL: right = value_of_type(module, spot.func, elem, &args[1]); break;
    default:
        args[1] = args[0];
        args[0] = place_arg(dest_for(module, spot.func, SIR_TYPE_U64));
        break;
    }
    if (right) put(module, &spot, op, args, count);
    return right;
}

bool insert_grow(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot)) return false;
    if (!place_of_kind(module, spot.func, one_in(2) ? SIR_TYPE_GROW : SIR_TYPE_VECTOR, &place, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    SirArg args[3] = { place_arg(place) };
    switch (below(5)) {
    case 0:
        if (!value_of_type(module, spot.func, elem, &args[1])) return false;
        put(module, &spot, SIR_OP_GROW_PUSH, args, 2);
        return true;
    case 1:
        args[1] = args[0];
        args[0] = place_arg(dest_for(module, spot.func, sir_type_option(module, elem)));
        put(module, &spot, SIR_OP_GROW_POP, args, 2);
        return true;
    case 2:
        args[1] = args[0];
        if (!value_of_type(module, spot.func, SIR_TYPE_U64, &args[2])) return false;
        args[0] = place_arg(dest_for(module, spot.func, elem));
        put(module, &spot, SIR_OP_GROW_REMOVE, args, 3);
        return true;
    case 3:
        if (!value_of_type(module, spot.func, SIR_TYPE_U64, &args[1])) return false;
        put(module, &spot, SIR_OP_GROW_TRUNCATE, args, 2);
        return true;
    default: put(module, &spot, SIR_OP_GROW_NEW, args, 1); return true;
    }
}

// --- channels ------------------------------------------------------------------------------------------------------------

static bool some_endpoint(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    return place_of_kind(module, func, SIR_TYPE_ENDPOINT, place, type) && info_of(module, *type)->contract < module->contracts.len;
}

bool insert_send(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_endpoint(module, spot.func, &place, &type)) return false;
    const SirContractInfo *contract = &module->contracts.data[info_of(module, type)->contract];
    if (contract->message_count == 0) return false;
    uint32_t message = below(contract->message_count), count = contract->messages[message].arg_count;
    SirArg *args = arena_array(module->arena, SirArg, count + 2);
    args[0] = place_arg(place);
    args[1] = (SirArg){ .kind = SIR_ARG_MESSAGE, .n = message };
    if (!field_values(module, spot.func, contract->messages[message].args, count, args + 2)) return false;
    put(module, &spot, SIR_OP_SEND, args, count + 2);
    return true;
}

bool insert_close(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_endpoint(module, spot.func, &place, &type)) return false;
    SirArg arg = { .kind = SIR_ARG_MOVE, .place = place };
    put(module, &spot, SIR_OP_CLOSE, &arg, 1);
    return true;
}

bool insert_retype(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_endpoint(module, spot.func, &place, &type)) return false;
    SirArg args[2] = { place_arg(place), { .kind = SIR_ARG_INT, .n = below(module->contracts.data[info_of(module, type)->contract].state_count) } };
    put(module, &spot, SIR_OP_RETYPE, args, 2);
    return true;
}

bool insert_channel(SirModule *module) {
    Spot spot;
    if (!some_spot(module, &spot) || module->contracts.len == 0) return false;
    SirContract contract = below(module->contracts.len);
    SirState state = below(module->contracts.data[contract].state_count);
    SirArg args[3];
    args[0] = place_arg(dest_for(module, spot.func, sir_type_endpoint(module, contract, SIR_IMP, state)));
    args[1] = place_arg(dest_for(module, spot.func, sir_type_endpoint(module, contract, SIR_EXP, state)));
    args[2] = (SirArg){ .kind = SIR_ARG_CONTRACT, .n = contract, .m = state };
    put(module, &spot, SIR_OP_CHANNEL, args, 3);
    return true;
}

static void fill_message_arm(SirModule *module, SirFuncInfo *func, SirArm *arm, const SirMessage *message, SirPlace place, SirBlock block) {
    *arm = (SirArm){ .kind = SIR_ARM_MESSAGE, .block = block, .place = place, .bind_count = message->arg_count };
    arm->binds = arena_array(module->arena, SirBind, message->arg_count);
    for (uint32_t i = 0; i < message->arg_count; i++)
        arm->binds[i] = (SirBind){ SIR_BIND_MOVE, local_of_type(module, func, message->args[i].type) };
}

// A state that it may be in, all its messages, and the end.
bool insert_receive(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_endpoint(module, spot.func, &place, &type)) return false;
    const SirContractInfo *contract = &module->contracts.data[info_of(module, type)->contract];
    if (contract->state_count == 0) return false;
    const SirStateInfo *state = &contract->states[below(contract->state_count)];
    SirArm *made = arena_array(module->arena, SirArm, state->choice_count + 1);
    SirBlock rest = split_at(module, &spot);
    for (uint32_t i = 0; i < state->choice_count; i++) {
        if (state->choices[i].message >= contract->message_count) return true;
        fill_message_arm(module, spot.func, &made[i], &contract->messages[state->choices[i].message], place, one_in(4) ? 1 + below(spot.func->blocks.len - 1) : rest);
        made[i].n = state->choices[i].message;
    }
    made[state->choice_count] = (SirArm){ .kind = SIR_ARM_CLOSED, .place = place, .block = 1 + below(spot.func->blocks.len - 1) };
    SirArm *arms = terminate(module, spot.func, spot.block, SIR_OP_RECEIVE, 0, state->choice_count + 1);
    memcpy(arms, made, (state->choice_count + 1) * sizeof *made);
    return true;
}

// --- edges -----------------------------------------------------------------------------------------------------------------

static SirBlock some_block(const SirFuncInfo *func) {
    return 1 + below(func->blocks.len - 1);
}

static void fill_binds(SirModule *module, SirFuncInfo *func, SirType type, SirArm *arm) {
    arm->bind_count = sir_variant_arity(module, type, arm->n);
    arm->binds = arena_array(module->arena, SirBind, arm->bind_count);
    bool moves = one_in(3);
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        SirType part = sir_variant_field(module, type, arm->n, i);
        static const SirBindMode modes[] = { SIR_BIND_SKIP, SIR_BIND_COPY, SIR_BIND_CONST, SIR_BIND_MUT };
        SirBindMode mode = moves ? SIR_BIND_MOVE : modes[below(4)];
        bool lends = mode == SIR_BIND_CONST || mode == SIR_BIND_MUT;
        SirType wanted = lends && part != SIR_TYPE_VOID ? sir_type_ptr(module, mode == SIR_BIND_MUT ? SIR_MUT : SIR_CONST, part) : part;
        arm->binds[i] = (SirBind){ mode, mode == SIR_BIND_SKIP ? SIR_NONE : local_of_type(module, func, wanted) };
    }
}

bool insert_match(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !place_of_kind(module, spot.func, one_in(2) ? SIR_TYPE_OPTION : SIR_TYPE_ENUM, &place, &type)) return false;
    const SirTypeInfo *info = info_of(module, type);
    if (info->is_plain_enum) return false;
    uint32_t variants = info->kind == SIR_TYPE_OPTION ? 2 : info->variant_count;
    SirArm *made = arena_array(module->arena, SirArm, variants);
    SirBlock rest = split_at(module, &spot);
    for (uint32_t i = 0; i < variants; i++) {
        made[i] = (SirArm){ .kind = SIR_ARM_VARIANT, .n = i, .block = one_in(3) ? some_block(spot.func) : rest };
        fill_binds(module, spot.func, type, &made[i]);
    }
    SirArm *arms = terminate(module, spot.func, spot.block, SIR_OP_MATCH, 1, variants);
    memcpy(arms, made, variants * sizeof *made);
    vec_last(&spot.func->blocks.data[spot.block].insts)->args[0] = place_arg(place);
    return true;
}

bool insert_branch(SirModule *module) {
    Spot spot;
    SirArg value;
    if (!some_spot(module, &spot) || !value_of_type(module, spot.func, SIR_TYPE_BOOL, &value)) return false;
    SirBlock rest = split_at(module, &spot);
    SirArm *arms = terminate(module, spot.func, spot.block, SIR_OP_BRANCH, 1, 2);
    arms[0] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = rest };
    arms[1] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = some_block(spot.func) };
    vec_last(&spot.func->blocks.data[spot.block].insts)->args[0] = value;
    return true;
}

bool insert_next(SirModule *module) {
    Spot spot;
    SirPlace place;
    SirType type;
    if (!some_spot(module, &spot) || !some_run(module, spot.func, &place, &type)) return false;
    bool exclusive = one_in(2);
    SirType pointer = sir_type_ptr(module, exclusive ? SIR_MUT : SIR_CONST, info_of(module, type)->elem);
    SirLocal counter = local_of_type(module, spot.func, SIR_TYPE_U64), element = local_of_type(module, spot.func, pointer);
    SirBlock rest = split_at(module, &spot);
    SirArm *arms = terminate(module, spot.func, spot.block, SIR_OP_NEXT, 2, 2);
    SirInst *inst = vec_last(&spot.func->blocks.data[spot.block].insts);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_LOCAL, .n = counter };
    inst->args[1] = place_arg(place);
    arms[0] = (SirArm){ .kind = SIR_ARM_MORE, .block = one_in(2) ? rest : some_block(spot.func), .bind_count = 1 };
    arms[0].binds = arena_new(module->arena, SirBind);
    *arms[0].binds = (SirBind){ exclusive ? SIR_BIND_MUT : SIR_BIND_CONST, element };
    arms[1] = (SirArm){ .kind = SIR_ARM_DONE, .block = rest };
    return true;
}
