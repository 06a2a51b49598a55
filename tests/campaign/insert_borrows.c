// Borrows that go where they should not, put in where the types fit: behind other borrows, into the thing that they are of, into one of two
// things; and views of bytes as something else.

#include "mutant.h"

#include <string.h>

static bool is_borrow(const SirTypeInfo *info) {
    bool has_mode =
        info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR;
    return has_mode && (info->mode == SIR_MUT || info->mode == SIR_CONST);
}

static bool is_lent(const SirModule *module, SirType type) {
    const SirTypeInfo *info = info_of(module, type);
    bool is_view = info->kind == SIR_TYPE_STRUCT && info->is_ref;
    bool is_option = info->kind == SIR_TYPE_OPTION && is_borrow(info_of(module, info->elem));
    return is_borrow(info) || is_view || is_option;
}

// A place that holds borrows; `behind`: and is reached through one.
static bool some_holder(
    SirModule *module, SirFuncInfo *func, bool behind, SirPlace *place, SirType *type
) {
    for (uint32_t tries = 40; tries > 0; tries--) {
        if (!some_place(module, func, place, type) || !is_lent(module, *type)) continue;
        bool through = false;
        SirType at = func->locals.data[place->local].type;
        for (uint32_t i = 0; i < place->proj_count; i++) {
            through |= is_borrow(info_of(module, at));
            at = sir_proj_type(module, at, place->projs[i]);
        }
        if (through == behind) return true;
    }
    return false;
}

// What is stored may come from anywhere.
bool store_behind(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    SirArg args[2];
    if (!some_point(module, &point) || !some_holder(module, point.func, true, &place, &type) ||
        !value_of_type(module, point.func, type, &args[1]))
        return false;
    args[0] = place_arg(place);
    put(module, &point, SIR_OP_USE, args, 2);
    return true;
}

// A field of a struct holds a borrow of something else in the same struct.
bool borrow_itself(SirModule *module) {
    Point point;
    SirPlace field, part;
    SirType type, found;
    if (!some_point(module, &point)) return false;
    for (uint32_t tries = 60; tries > 0; tries--) {
        if (!some_holder(module, point.func, false, &field, &type)) return false;
        const SirTypeInfo *info = info_of(module, type);
        bool fits = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
        if (!fits || field.proj_count == 0) continue;
        if (!some_place(module, point.func, &part, &found) || part.local != field.local) continue;
        const SirTypeInfo *inner = info_of(module, found);
        bool points = info->kind == SIR_TYPE_PTR && found == info->elem;
        bool views = info->kind == SIR_TYPE_SLICE && inner->elem == info->elem &&
                     inner->kind >= SIR_TYPE_ARRAY;
        if (!points && !views) continue;
        bool exclusive = info->mode == SIR_MUT;
        SirOp op = points      ? exclusive ? SIR_OP_BORROW_MUT : SIR_OP_BORROW
                   : exclusive ? SIR_OP_VIEW_MUT
                               : SIR_OP_VIEW;
        SirArg args[2] = { place_arg(field), place_arg(part) };
        put(module, &point, op, args, 2);
        return true;
    }
    return false;
}

static SirBlock end_with_jump(SirModule *module, SirFuncInfo *func, SirBlock from, SirBlock to) {
    SirArm *arms = terminate(module, func, from, SIR_OP_JUMP, 0, 1);
    arms[0] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = to };
    return from;
}

// A local is one thing on one way, and another on another.
bool insert_either(SirModule *module) {
    Point point;
    SirArg condition, values[2];
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_holder(module, point.func, false, &place, &type) ||
        !value_of_type(module, point.func, SIR_TYPE_BOOL, &condition))
        return false;
    for (uint32_t i = 0; i < 2; i++)
        if (!value_of_type(module, point.func, type, &values[i])) return false;
    SirLocal local = local_of_type(module, point.func, type);
    SirBlock rest = split_at(module, &point), ways[2];
    for (uint32_t i = 0; i < 2; i++) {
        ways[i] = sir_block_add(module, point.func);
        SirArg args[2] = { place_arg(just(local)), values[i] };
        Point at = { point.func, ways[i], 0 };
        put(module, &at, SIR_OP_USE, args, 2);
        end_with_jump(module, point.func, ways[i], rest);
    }
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_BRANCH, 1, 2);
    for (uint32_t i = 0; i < 2; i++)
        arms[i] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = ways[i] };
    vec_last(&point.func->blocks.data[point.block].insts)->args[0] = condition;
    return true;
}

// A pointer to one of two places, where a thing behind it is changed.
bool insert_either_borrow(SirModule *module) {
    Point point;
    SirArg condition;
    SirPlace places[2];
    SirType type;
    if (!some_point(module, &point) || !some_holder(module, point.func, one_in(2), places, &type) ||
        !place_of_type(module, point.func, type, &places[1]) ||
        !value_of_type(module, point.func, SIR_TYPE_BOOL, &condition))
        return false;
    SirType pointer = sir_type_ptr(module, SIR_MUT, type);
    SirLocal local = local_of_type(module, point.func, pointer);
    SirBlock rest = split_at(module, &point), ways[2];
    for (uint32_t i = 0; i < 2; i++) {
        ways[i] = sir_block_add(module, point.func);
        SirArg args[2] = { place_arg(just(local)), place_arg(places[i]) };
        Point at = { point.func, ways[i], 0 };
        put(module, &at, SIR_OP_BORROW_MUT, args, 2);
        end_with_jump(module, point.func, ways[i], rest);
    }
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_BRANCH, 1, 2);
    for (uint32_t i = 0; i < 2; i++)
        arms[i] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = ways[i] };
    vec_last(&point.func->blocks.data[point.block].insts)->args[0] = condition;
    return true;
}

// A result may come from less, or from inside more, than its function says; everywhere, so that the types fit.
bool change_from_shallow(SirModule *module) {
    for (uint32_t tries = 20; tries > 0 && module->funcs.len > 0; tries--) {
        SirSig *sig = &module->funcs.data[below(module->funcs.len)].sig;
        if (sig->from_count == 0) continue;
        SirFrom *from = &sig->from[below(sig->from_count)];
        from->deep = !from->deep;
        return true;
    }
    return false;
}

// --- bytes as something else -----------------------------------------------------------------------------------------

static SirType wire_type(SirModule *module) {
    for (uint32_t tries = 20; tries > 0 && module->types.len > SIR_SCALARS; tries--) {
        SirType type = SIR_SCALARS + below(module->types.len - SIR_SCALARS);
        const SirTypeInfo *info = info_of(module, type);
        if (info->kind == SIR_TYPE_STRUCT && info->is_wire) return type;
    }
    return SIR_NONE;
}

bool insert_as_other(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type, wire = wire_type(module);
    if (!some_point(module, &point)) return false;
    if (one_in(3) && place_of_kind(module, point.func, SIR_TYPE_STR, &place, &type)) {
        SirType bytes = sir_type_slice(module, SIR_CONST, SIR_TYPE_U8);
        SirArg args[2] = { place_arg(dest_for(module, point.func, bytes)), place_arg(place) };
        put(module, &point, SIR_OP_BYTES_OF, args, 2);
        return true;
    }
    for (uint32_t tries = 30; tries > 0; tries--) {
        if (!place_of_kind(module, point.func, SIR_TYPE_SLICE, &place, &type)) return false;
        if (info_of(module, type)->elem != SIR_TYPE_U8) continue;
        SirTypeInfo text = { .kind = SIR_TYPE_STR, .mode = SIR_CONST };
        bool as_wire = wire != SIR_NONE && !one_in(3);
        SirType inner =
            as_wire ? sir_type_ptr(module, SIR_CONST, wire) : sir_type_intern(module, &text);
        SirType result = sir_type_option(module, inner);
        SirArg args[2] = { place_arg(dest_for(module, point.func, result)), place_arg(place) };
        put(module, &point, as_wire ? SIR_OP_WIRE_VIEW : SIR_OP_STR_OF, args, 2);
        return true;
    }
    return false;
}

// Another byte order, or another field of a wire struct.
bool change_order(SirModule *module) {
    SirType wire = wire_type(module);
    if (wire == SIR_NONE) return false;
    SirTypeInfo *info = &module->types.data[wire];
    if (info->field_count == 0) return false;
    info->fields[below(info->field_count)].order = (uint8_t)below(3);
    return true;
}
