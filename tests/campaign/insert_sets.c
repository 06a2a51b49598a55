// Sets of endpoints, and endpoints of which only the contract is known, put in where the types fit.

#include "mutant.h"

static bool some_set(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    return place_of_kind(module, func, SIR_TYPE_EPSET, place, type) &&
           info_of(module, *type)->contract < module->contracts.len;
}

static SirType end_of(SirModule *module, const SirTypeInfo *of, SirState state) {
    SirTypeInfo info = {
        .kind = SIR_TYPE_ENDPOINT, .contract = of->contract, .side = of->side, .state = state
    };
    return sir_type_intern(module, &info);
}

// Added, with its value if there are any; a set that is made; or what leaves one.
bool insert_set(SirModule *module) {
    Point point;
    SirPlace set;
    SirType type;
    SirArg args[3];
    if (!some_point(module, &point) || !some_set(module, point.func, &set, &type)) return false;
    args[0] = place_arg(set);
    if (one_in(4)) {
        put(module, &point, SIR_OP_SET_NEW, args, 1);
        return true;
    }
    const SirTypeInfo info = *info_of(module, type);
    if (info.elem == SIR_NONE && one_in(3)) {
        SirType member = sir_type_option(module, end_of(module, &info, info.state));
        args[1] = args[0];
        args[0] = place_arg(dest_for(module, point.func, member));
        put(module, &point, SIR_OP_SET_TAKE, args, 2);
        return true;
    }
    if (!value_of_type(module, point.func, end_of(module, &info, info.state), &args[1]))
        return false;
    bool has_value = info.elem != SIR_NONE;
    if (has_value && !value_of_type(module, point.func, info.elem, &args[2])) return false;
    put(module, &point, SIR_OP_SET_ADD, args, has_value ? 3 : 2);
    return true;
}

// Forgets the state of an endpoint, or finds it again.
bool insert_erase(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    SirArg args[3];
    if (!some_point(module, &point) ||
        !place_of_kind(module, point.func, SIR_TYPE_ENDPOINT, &place, &type))
        return false;
    const SirTypeInfo info = *info_of(module, type);
    if (info.contract >= module->contracts.len) return false;
    bool erases = info.state != SIR_STATE_ANY;
    uint32_t states = module->contracts.data[info.contract].state_count;
    SirType known = end_of(module, &info, erases ? SIR_STATE_ANY : below(states));
    SirType result = erases ? known : sir_type_option(module, known);
    args[0] = place_arg(dest_for(module, point.func, result));
    args[1] = (SirArg){ .kind = SIR_ARG_MOVE, .place = place };
    args[2] = (SirArg){ .kind = SIR_ARG_INT, .n = info.state };
    put(module, &point, erases ? SIR_OP_ERASE : SIR_OP_RECOVER, args, erases ? 3 : 2);
    return true;
}
