// Instructions put in where the types fit: what is left to be wrong is what the verifier follows along the flow.

#include "mutant.h"

#include <string.h>

static SirType local_type(const SirFuncInfo *func, SirLocal local) {
    return func->locals.data[local].type;
}

// --- moving and lending ------------------------------------------------------------------------------------------

bool insert_use(SirModule *module) {
    Point point;
    SirArg args[2];
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type)) return false;
    args[0] = place_arg(place);
    if (!value_of_type(module, point.func, type, &args[1])) return false;
    put(module, &point, SIR_OP_USE, args, 2);
    return true;
}

bool insert_borrow(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type) ||
        type == SIR_TYPE_VOID)
        return false;
    bool exclusive = one_in(2);
    SirType pointer = sir_type_ptr(module, exclusive ? SIR_MUT : SIR_CONST, type);
    SirArg args[2] = { place_arg(dest_for(module, point.func, pointer)), place_arg(place) };
    put(module, &point, exclusive ? SIR_OP_BORROW_MUT : SIR_OP_BORROW, args, 2);
    return true;
}

bool insert_view(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_run(module, point.func, &place, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    bool exclusive = one_in(2);
    SirMode mode = exclusive ? SIR_MUT : SIR_CONST;
    SirArg args[4];
    if (!value_of_type(module, point.func, SIR_TYPE_U64, &args[2]) ||
        !value_of_type(module, point.func, SIR_TYPE_U64, &args[3]))
        return false;
    args[1] = place_arg(place);
    switch (below(4)) {
    case 0:
        args[0] = place_arg(dest_for(module, point.func, sir_type_slice(module, mode, elem)));
        put(module, &point, exclusive ? SIR_OP_VIEW_MUT : SIR_OP_VIEW, args, 2);
        return true;
    case 1:
        args[0] = place_arg(dest_for(module, point.func, sir_type_slice(module, mode, elem)));
        put(module, &point, exclusive ? SIR_OP_SUBVIEW_MUT : SIR_OP_SUBVIEW, args, 4);
        return true;
    case 2:
        args[0] = place_arg(
            dest_for(module, point.func, sir_type_option(module, sir_type_ptr(module, mode, elem)))
        );
        put(module, &point, exclusive ? SIR_OP_GET_MUT : SIR_OP_GET, args, 3);
        return true;
    default: break;
    }
    SirType slice = sir_type_slice(module, SIR_MUT, elem);
    args[3] = args[2];
    args[2] = args[1];
    args[0] = place_arg(just(local_of_type(module, point.func, slice)));
    args[1] = place_arg(just(local_of_type(module, point.func, slice)));
    put(module, &point, SIR_OP_SPLIT, args, 4);
    return true;
}

bool insert_drop(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type)) return false;
    SirArg arg = place_arg(place);
    put(module, &point, SIR_OP_DROP, &arg, 1);
    return true;
}

bool insert_swap(SirModule *module) {
    Point point;
    SirPlace place, other;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type) ||
        !place_of_type(module, point.func, type, &other))
        return false;
    if (one_in(2)) {
        SirArg args[2] = { place_arg(place), place_arg(other) };
        put(module, &point, SIR_OP_SWAP, args, 2);
        return true;
    }
    SirArg args[3] = { place_arg(dest_for(module, point.func, type)), place_arg(place) };
    if (!value_of_type(module, point.func, type, &args[2])) return false;
    put(module, &point, SIR_OP_REPLACE, args, 3);
    return true;
}

bool insert_storage(SirModule *module) {
    Point point, other;
    if (!some_point(module, &point) || point.func->locals.len == point.func->sig.param_count)
        return false;
    SirArg arg = { .kind = SIR_ARG_LOCAL };
    arg.n =
        point.func->sig.param_count + below(point.func->locals.len - point.func->sig.param_count);
    put(module, &point, one_in(2) ? SIR_OP_STORAGE_BEGIN : SIR_OP_STORAGE_END, &arg, 1);
    if (one_in(2)) return true;
    other = point;
    other.block = below(point.func->blocks.len);
    other.at = below(point.func->blocks.data[other.block].insts.len);
    put(module, &other, one_in(2) ? SIR_OP_STORAGE_BEGIN : SIR_OP_STORAGE_END, &arg, 1);
    return true;
}

bool insert_const(SirModule *module) {
    Point point;
    if (!some_point(module, &point) || point.func->locals.len == 0) return false;
    SirLocal local = below(point.func->locals.len);
    SirType type = local_type(point.func, local);
    SirArg args[2] = { place_arg(just(local)) };
    if (type >= SIR_TYPE_F32 || type == SIR_TYPE_VOID ||
        !value_of_type(module, point.func, type, &args[1]))
        return false;
    put(module, &point, SIR_OP_USE, args, 2);
    return true;
}

// --- against loans --------------------------------------------------------------------------------------------------

static SirTypeKind kind_of(const SirModule *module, SirType type) {
    return info_of(module, type)->kind;
}

// Uses what a borrow points to: if it could be used here, it may not have been touched before.
bool insert_probe(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point)) return false;
    for (uint32_t tries = 30; tries > 0; tries--) {
        if (!some_place(module, point.func, &place, &type)) return false;
        const SirTypeInfo *info = info_of(module, type);
        bool is_borrow =
            (info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE) && info->mode != SIR_OWN;
        if (!is_borrow) continue;
        SirPlace inner =
            longer(module, place, info->kind == SIR_TYPE_PTR ? SIR_PROJ_DEREF : SIR_PROJ_AT, 0);
        SirType elem = info->elem;
        if (kind_of(module, elem) == SIR_TYPE_STRUCT && info_of(module, elem)->field_count > 0) {
            uint32_t field = below(info_of(module, elem)->field_count);
            inner = longer(module, inner, SIR_PROJ_FIELD, field);
            elem = info_of(module, elem)->fields[field].type;
        }
        SirArg args[2] = {
            place_arg(just(local_of_type(module, point.func, elem))),
            { .kind = SIR_ARG_COPY, .place = inner }
        };
        if (info->mode == SIR_MUT && one_in(2) && value_of_type(module, point.func, elem, &args[1]))
            args[0] = place_arg(inner);
        put(module, &point, SIR_OP_USE, args, 2);
        return true;
    }
    return false;
}

static bool lends(const SirInst *inst) {
    return sir_op_group(inst->op) == SIR_GROUP_BORROW || inst->op == SIR_OP_MATCH ||
           inst->op == SIR_OP_NEXT;
}

static bool some_lent_place(SirModule *module, Point *point, SirPlace *place) {
    for (uint32_t tries = 20; tries > 0 && some_inst(module, point); tries--) {
        const SirInst *inst = inst_at(point);
        if (!lends(inst)) continue;
        for (uint32_t i = sir_op_dests(inst->op); i < inst->arg_count; i++)
            if (inst->args[i].kind == SIR_ARG_PLACE) return *place = inst->args[i].place, true;
    }
    return false;
}

// Does something to what is lent somewhere in the function.
bool insert_conflict(SirModule *module) {
    Point point;
    SirPlace place;
    SirArg args[2];
    if (!some_lent_place(module, &point, &place)) return false;
    if (place.proj_count > 0 && one_in(3)) place.proj_count--;
    SirType type = sir_place_type(module, point.func, &place);
    if (type == SIR_NONE || type == SIR_TYPE_VOID) return false;
    if (one_in(2)) point.block = below(point.func->blocks.len);
    point.at = below(point.func->blocks.data[point.block].insts.len);
    switch (below(4)) {
    case 0:
        args[0] = place_arg(place);
        if (!value_of_type(module, point.func, type, &args[1])) return false;
        put(module, &point, SIR_OP_USE, args, 2);
        return true;
    case 1:
        args[0] = place_arg(place);
        put(module, &point, SIR_OP_DROP, args, 1);
        return true;
    case 2:
        args[0] = place_arg(just(local_of_type(module, point.func, type)));
        args[1] = (SirArg){ .kind = SIR_ARG_MOVE, .place = place };
        put(module, &point, SIR_OP_USE, args, 2);
        return true;
    default:
        args[0] =
            place_arg(just(local_of_type(module, point.func, sir_type_ptr(module, SIR_MUT, type))));
        args[1] = place_arg(place);
        put(module, &point, SIR_OP_BORROW_MUT, args, 2);
        return true;
    }
}

// --- making ---------------------------------------------------------------------------------------------------------

static bool make_variant(SirModule *module, const Point *point, SirType type) {
    const SirTypeInfo *info = info_of(module, type);
    bool is_option = info->kind == SIR_TYPE_OPTION;
    uint32_t variant = below(is_option ? 2 : info->variant_count);
    uint32_t count = sir_variant_arity(module, type, variant);
    SirArg *args = arena_array(module->arena, SirArg, count + 2);
    for (uint32_t i = 0; i < count; i++)
        if (!value_of_type(
                module, point->func, sir_variant_field(module, type, variant, i), &args[2 + i]
            ))
            return false;
    args[1] = (SirArg){ .kind = SIR_ARG_INT, .n = variant };
    args[0] = place_arg(dest_for(module, point->func, type));
    put(module, point, SIR_OP_VARIANT, args, count + 2);
    return true;
}

bool insert_make(SirModule *module) {
    Point point;
    if (!some_point(module, &point) || module->types.len == SIR_SCALARS) return false;
    for (uint32_t tries = 10; tries > 0; tries--) {
        SirType type = SIR_SCALARS + below(module->types.len - SIR_SCALARS);
        const SirTypeInfo *info = info_of(module, type);
        if (info->kind == SIR_TYPE_OPTION || (info->kind == SIR_TYPE_ENUM && info->variant_count))
            return make_variant(module, &point, type);
        if (info->kind != SIR_TYPE_STRUCT) continue;
        uint32_t count = info->field_count;
        SirArg *args = arena_array(module->arena, SirArg, count + 1);
        if (!field_values(module, point.func, info->fields, count, args + 1)) continue;
        args[0] = place_arg(dest_for(module, point.func, type));
        put(module, &point, SIR_OP_STRUCT, args, count + 1);
        return true;
    }
    return false;
}

bool insert_heap(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    SirArg args[2];
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type)) return false;
    const SirTypeInfo *info = info_of(module, type);
    bool is_box = info->kind == SIR_TYPE_PTR && info->mode == SIR_OWN;
    if (is_box && one_in(2)) {
        args[0] = place_arg(dest_for(module, point.func, info->elem));
        args[1] = (SirArg){ .kind = SIR_ARG_MOVE, .place = place };
        put(module, &point, SIR_OP_UNBOX, args, 2);
        return true;
    }
    if (type == SIR_TYPE_VOID || !value_of_type(module, point.func, type, &args[1])) return false;
    SirType box = sir_type_ptr(module, SIR_OWN, type);
    bool optional = one_in(3);
    args[0] =
        place_arg(dest_for(module, point.func, optional ? sir_type_option(module, box) : box));
    put(module, &point, optional ? SIR_OP_NEW_OPT : SIR_OP_NEW, args, 2);
    return true;
}

// --- calls -----------------------------------------------------------------------------------------------------------

static bool call_value(
    SirModule *module, Point *point, const SirSig *sig, SirOp op, SirArg callee
) {
    SirArg *args = arena_array(module->arena, SirArg, sig->param_count + 2);
    args[1] = callee;
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (!value_of_type(module, point->func, sig->params[i].type, &args[2 + i])) return false;
    if (sig->result == SIR_TYPE_VOID)
        args[0] = (SirArg){ .kind = SIR_ARG_NOTHING };
    else
        args[0] = place_arg(dest_for(module, point->func, sig->result));
    put(module, point, op, args, sig->param_count + 2);
    return true;
}

bool insert_call(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point)) return false;
    if (one_in(4) && place_of_kind(module, point.func, SIR_TYPE_FN, &place, &type))
        return call_value(
            module, &point, info_of(module, type)->sig, SIR_OP_CALL_VALUE,
            (SirArg){ .kind = SIR_ARG_COPY, .place = place }
        );
    SirFunc callee = below(module->funcs.len);
    SirSig sig = module->funcs.data[callee].sig;
    return call_value(
        module, &point, &sig, SIR_OP_CALL, (SirArg){ .kind = SIR_ARG_FUNC, .n = callee }
    );
}

// --- elements ----------------------------------------------------------------------------------------------------------

bool insert_elements(SirModule *module) {
    static const SirOp ops[] = { SIR_OP_SLICE_SWAP, SIR_OP_SLICE_REPLACE, SIR_OP_SLICE_COPY,
                                 SIR_OP_SLICE_FILL, SIR_OP_LEN };
    Point point;
    SirPlace place, other;
    SirType type, ignored;
    if (!some_point(module, &point) || !some_run(module, point.func, &place, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    SirOp op = ops[below(sizeof ops / sizeof *ops)];
    SirArg args[4] = { place_arg(place) };
    bool right = true;
    uint32_t count = 2;
    switch (op) {
    case SIR_OP_SLICE_SWAP:
        right = value_of_type(module, point.func, SIR_TYPE_U64, &args[1]) &&
                value_of_type(module, point.func, SIR_TYPE_U64, &args[2]);
        count = 3;
        break;
    case SIR_OP_SLICE_REPLACE:
        args[1] = args[0];
        right = value_of_type(module, point.func, SIR_TYPE_U64, &args[2]) &&
                value_of_type(module, point.func, elem, &args[3]);
        args[0] = place_arg(dest_for(module, point.func, elem));
        count = 4;
        break;
    case SIR_OP_SLICE_COPY:
        right = some_run(module, point.func, &other, &ignored);
        args[1] = place_arg(other);
        break;
    case SIR_OP_SLICE_FILL: right = value_of_type(module, point.func, elem, &args[1]); break;
    default:
        args[1] = args[0];
        args[0] = place_arg(dest_for(module, point.func, SIR_TYPE_U64));
        break;
    }
    if (right) put(module, &point, op, args, count);
    return right;
}

bool insert_grow(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point)) return false;
    if (!place_of_kind(
            module, point.func, one_in(2) ? SIR_TYPE_GROW : SIR_TYPE_VECTOR, &place, &type
        ))
        return false;
    SirType elem = info_of(module, type)->elem;
    SirArg args[3] = { place_arg(place) };
    switch (below(5)) {
    case 0:
        if (!value_of_type(module, point.func, elem, &args[1])) return false;
        put(module, &point, SIR_OP_GROW_PUSH, args, 2);
        return true;
    case 1:
        args[1] = args[0];
        args[0] = place_arg(dest_for(module, point.func, sir_type_option(module, elem)));
        put(module, &point, SIR_OP_GROW_POP, args, 2);
        return true;
    case 2:
        args[1] = args[0];
        if (!value_of_type(module, point.func, SIR_TYPE_U64, &args[2])) return false;
        args[0] = place_arg(dest_for(module, point.func, elem));
        put(module, &point, SIR_OP_GROW_REMOVE, args, 3);
        return true;
    case 3:
        if (!value_of_type(module, point.func, SIR_TYPE_U64, &args[1])) return false;
        put(module, &point, SIR_OP_GROW_TRUNCATE, args, 2);
        return true;
    default: put(module, &point, SIR_OP_GROW_NEW, args, 1); return true;
    }
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
        static const SirBindMode modes[] = { SIR_BIND_SKIP, SIR_BIND_COPY, SIR_BIND_CONST,
                                             SIR_BIND_MUT };
        SirBindMode mode = moves ? SIR_BIND_MOVE : modes[below(4)];
        bool lends = mode == SIR_BIND_CONST || mode == SIR_BIND_MUT;
        SirType wanted =
            lends && part != SIR_TYPE_VOID
                ? sir_type_ptr(module, mode == SIR_BIND_MUT ? SIR_MUT : SIR_CONST, part)
                : part;
        arm->binds[i] = (SirBind
        ){ mode, mode == SIR_BIND_SKIP ? SIR_NONE : local_of_type(module, func, wanted) };
    }
}

bool insert_match(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) ||
        !place_of_kind(
            module, point.func, one_in(2) ? SIR_TYPE_OPTION : SIR_TYPE_ENUM, &place, &type
        ))
        return false;
    const SirTypeInfo *info = info_of(module, type);
    if (info->is_plain_enum) return false;
    uint32_t variants = info->kind == SIR_TYPE_OPTION ? 2 : info->variant_count;
    SirArm *made = arena_array(module->arena, SirArm, variants);
    SirBlock rest = split_at(module, &point);
    for (uint32_t i = 0; i < variants; i++) {
        made[i] = (SirArm
        ){ .kind = SIR_ARM_VARIANT, .n = i, .block = one_in(3) ? some_block(point.func) : rest };
        fill_binds(module, point.func, type, &made[i]);
    }
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_MATCH, 1, variants);
    memcpy(arms, made, variants * sizeof *made);
    vec_last(&point.func->blocks.data[point.block].insts)->args[0] = place_arg(place);
    return true;
}

bool insert_branch(SirModule *module) {
    Point point;
    SirArg value;
    if (!some_point(module, &point) || !value_of_type(module, point.func, SIR_TYPE_BOOL, &value))
        return false;
    SirBlock rest = split_at(module, &point);
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_BRANCH, 1, 2);
    arms[0] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = rest };
    arms[1] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = some_block(point.func) };
    vec_last(&point.func->blocks.data[point.block].insts)->args[0] = value;
    return true;
}

bool insert_next(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_run(module, point.func, &place, &type)) return false;
    bool exclusive = one_in(2);
    SirType pointer =
        sir_type_ptr(module, exclusive ? SIR_MUT : SIR_CONST, info_of(module, type)->elem);
    SirLocal counter = local_of_type(module, point.func, SIR_TYPE_U64),
             element = local_of_type(module, point.func, pointer);
    SirBlock rest = split_at(module, &point);
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_NEXT, 2, 2);
    SirInst *inst = vec_last(&point.func->blocks.data[point.block].insts);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_LOCAL, .n = counter };
    inst->args[1] = place_arg(place);
    arms[0] = (SirArm
    ){ .kind = SIR_ARM_MORE, .block = one_in(2) ? rest : some_block(point.func), .bind_count = 1 };
    arms[0].binds = arena_new(module->arena, SirBind);
    *arms[0].binds = (SirBind){ exclusive ? SIR_BIND_MUT : SIR_BIND_CONST, element };
    arms[1] = (SirArm){ .kind = SIR_ARM_DONE, .block = rest };
    return true;
}
