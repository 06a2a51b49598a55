// The instructions that no other kind of change puts in, where the types fit: elements moved within a slice, inserted, appended; arrays,
// and blocks of many; an end seen as its base's; an endpoint in memory that is used in place.

#include "mutant.h"

// --- elements -------------------------------------------------------------------------------------------------------------

static bool move_elements(SirModule *module, const Point *point, SirPlace run) {
    SirArg args[4] = { place_arg(run) };
    for (uint32_t i = 1; i < 4; i++)
        if (!value_of_type(module, point->func, SIR_TYPE_U64, &args[i])) return false;
    put(module, point, SIR_OP_SLICE_MOVE, args, 4);
    return true;
}

static bool insert_element(SirModule *module, const Point *point, SirPlace run, SirType elem) {
    SirArg args[3] = { place_arg(run) };
    if (!value_of_type(module, point->func, SIR_TYPE_U64, &args[1]) ||
        !value_of_type(module, point->func, elem, &args[2]))
        return false;
    put(module, point, SIR_OP_GROW_INSERT, args, 3);
    return true;
}

static bool append(SirModule *module, const Point *point, SirPlace run, SirType elem) {
    SirPlace other;
    SirType type;
    for (uint32_t tries = 20; tries > 0; tries--) {
        if (!some_run(module, point->func, &other, &type)) return false;
        if (info_of(module, type)->elem != elem) continue;
        SirArg args[2] = { place_arg(run), place_arg(other) };
        put(module, point, one_in(2) ? SIR_OP_GROW_APPEND : SIR_OP_SLICE_COPY, args, 2);
        return true;
    }
    return false;
}

static bool view_perhaps(SirModule *module, const Point *point, SirPlace run, SirType elem) {
    SirType view = sir_type_option(module, sir_type_slice(module, SIR_CONST, elem));
    SirArg args[4] = { place_arg(dest_for(module, point->func, view)), place_arg(run) };
    if (!value_of_type(module, point->func, SIR_TYPE_U64, &args[2]) ||
        !value_of_type(module, point->func, SIR_TYPE_U64, &args[3]))
        return false;
    put(module, point, SIR_OP_SUBVIEW_OPT, args, 4);
    return true;
}

bool insert_more_elements(SirModule *module) {
    Point point;
    SirPlace run;
    SirType type;
    if (!some_point(module, &point) || !some_run(module, point.func, &run, &type)) return false;
    SirType elem = info_of(module, type)->elem;
    switch (below(5)) {
    case 0: return move_elements(module, &point, run);
    case 1: return insert_element(module, &point, run, elem);
    case 2: return append(module, &point, run, elem);
    case 3: return view_perhaps(module, &point, run, elem);
    default: {
        SirArg args[2] = { place_arg(run) };
        if (!value_of_type(module, point.func, SIR_TYPE_U64, &args[1])) return false;
        put(module, &point, SIR_OP_GROW_RESERVE, args, 2);
        return true;
    }
    }
}

// --- making -------------------------------------------------------------------------------------------------------------------

static bool make_array(SirModule *module, const Point *point, SirType type) {
    const SirTypeInfo info = *info_of(module, type);
    bool repeats = one_in(2);
    if (info.count > 8 && !repeats) return false;
    uint32_t count = repeats ? 1 : (uint32_t)info.count;
    SirArg args[9];
    for (uint32_t i = 0; i < count; i++)
        if (!value_of_type(module, point->func, info.elem, &args[1 + i])) return false;
    args[0] = place_arg(dest_for(module, point->func, type));
    put(module, point, repeats ? SIR_OP_REPEAT : SIR_OP_ARRAY, args, count + 1);
    return true;
}

static bool make_block(SirModule *module, const Point *point, SirPlace place, SirType type) {
    SirArg args[3];
    SirType elem = is_run(info_of(module, type)) ? info_of(module, type)->elem : type;
    if (elem == SIR_TYPE_VOID) return false;
    SirType result = sir_type_slice(module, SIR_OWN, elem);
    if (info_of(module, type)->kind == SIR_TYPE_SLICE && one_in(2)) {
        args[0] = place_arg(dest_for(module, point->func, result));
        args[1] = place_arg(place);
        put(module, point, SIR_OP_NEW_COPY, args, 2);
        return true;
    }
    if (!value_of_type(module, point->func, SIR_TYPE_U64, &args[1]) ||
        !value_of_type(module, point->func, elem, &args[2]))
        return false;
    bool perhaps = one_in(3);
    if (perhaps) result = sir_type_option(module, result);
    args[0] = place_arg(dest_for(module, point->func, result));
    put(module, point, perhaps ? SIR_OP_NEW_ARRAY_OPT : SIR_OP_NEW_ARRAY, args, 3);
    return true;
}

bool insert_many(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_place(module, point.func, &place, &type)) return false;
    if (info_of(module, type)->kind == SIR_TYPE_ARRAY) return make_array(module, &point, type);
    if (info_of(module, type)->kind != SIR_TYPE_GROW || one_in(2))
        return make_block(module, &point, place, type);
    SirType sealed = sir_type_slice(module, SIR_OWN, info_of(module, type)->elem);
    SirArg args[2] = {
        place_arg(dest_for(module, point.func, sealed)), { .kind = SIR_ARG_MOVE, .place = place }
    };
    put(module, &point, SIR_OP_GROW_SEAL, args, 2);
    return true;
}

// --- endpoints ----------------------------------------------------------------------------------------------------------------

// As its base's, or another contract's, in some state.
bool insert_upcast(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    for (uint32_t tries = 20; tries > 0; tries--) {
        if (!some_point(module, &point) || !some_endpoint(module, point.func, &place, &type))
            return false;
        const SirTypeInfo info = *info_of(module, type);
        SirContract to = module->contracts.data[info.contract].base;
        if (to >= module->contracts.len && !one_in(8)) continue;
        if (to >= module->contracts.len) to = info.contract;
        uint32_t states = module->contracts.data[to].state_count;
        if (states == 0) continue;
        SirType seen = sir_type_endpoint(module, to, info.side, below(states));
        SirArg args[2] = {
            place_arg(dest_for(module, point.func, seen)), { .kind = SIR_ARG_MOVE, .place = place }
        };
        put(module, &point, SIR_OP_UPCAST, args, 2);
        return true;
    }
    return false;
}

// Is the place behind a pointer, or an element?
static bool is_in_memory(const SirPlace *place) {
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind != SIR_PROJ_FIELD) return true;
    return false;
}

static bool send_through(SirModule *module, Point *point, SirPlace place, SirType type) {
    const SirContractInfo *contract = &module->contracts.data[info_of(module, type)->contract];
    if (contract->message_count == 0) return false;
    uint32_t row = below(contract->message_count), count = contract->messages[row].arg_count;
    SirArg *args = arena_array(module->arena, SirArg, count + 2);
    args[0] = place_arg(place);
    args[1] = (SirArg){ .kind = SIR_ARG_MESSAGE, .n = row };
    if (!field_values(module, point->func, contract->messages[row].args, count, args + 2))
        return false;
    point->at++;
    put(module, point, SIR_OP_SEND, args, count + 2);
    return true;
}

// An endpoint in memory is lent, and something is sent by it once or twice, or another one takes its place: in the end it should be
// in its state again, and is or is not.
bool use_in_memory(SirModule *module) {
    Point point;
    SirPlace place, other;
    SirType type;
    if (!some_point(module, &point)) return false;
    for (uint32_t tries = 20; tries > 0; tries--) {
        if (!some_endpoint(module, point.func, &place, &type)) return false;
        if (!is_in_memory(&place)) continue;
        SirLocal local = local_of_type(module, point.func, sir_type_ptr(module, SIR_MUT, type));
        SirArg args[2] = { place_arg(just(local)), place_arg(place) };
        SirPlace lent = longer(module, just(local), SIR_PROJ_DEREF, 0);
        put(module, &point, SIR_OP_BORROW_MUT, args, 2);
        if (one_in(4) && place_of_type(module, point.func, type, &other)) {
            SirArg both[2] = { place_arg(lent), place_arg(other) };
            point.at++;
            put(module, &point, SIR_OP_SWAP, both, 2);
            return true;
        }
        if (send_through(module, &point, lent, type) && one_in(2))
            send_through(module, &point, lent, type);
        return true;
    }
    return false;
}
