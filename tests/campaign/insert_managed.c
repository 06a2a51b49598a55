// Managed objects, put in where the types fit: made, copied out of, assigned to, compared; and what may not be: lent, matched or changed
// where they lie, and pointers to them put where no collector looks.

#include "mutant.h"

#include <string.h>

static bool is_managed(const SirTypeInfo *info) {
    return (info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE) && info->mode == SIR_GC;
}

// A managed pointer or slice.
static bool some_managed(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    for (uint32_t tries = 30; tries > 0; tries--)
        if (some_place(module, func, place, type) && is_managed(info_of(module, *type)))
            return true;
    return false;
}

// A place in the object that it leads to, up to two steps further in.
static bool some_inside(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    if (!some_managed(module, func, place, type)) return false;
    const SirTypeInfo *info = info_of(module, *type);
    *place =
        longer(module, *place, info->kind == SIR_TYPE_PTR ? SIR_PROJ_DEREF : SIR_PROJ_AT, below(2));
    *type = info->elem;
    for (uint32_t steps = below(3); steps > 0; steps--) {
        info = info_of(module, *type);
        SirProj proj = { SIR_PROJ_FIELD, below(info->field_count) };
        if (info->kind == SIR_TYPE_PTR)
            proj = (SirProj){ SIR_PROJ_DEREF, 0 };
        else if (info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_SLICE)
            proj = (SirProj){ SIR_PROJ_AT, below(2) };
        else if (info->kind != SIR_TYPE_STRUCT || info->field_count == 0)
            break;
        SirType next = sir_proj_type(module, *type, proj);
        if (next >= module->types.len) break;
        *place = longer(module, *place, proj.kind, proj.n);
        *type = next;
    }
    return *type != SIR_TYPE_VOID;
}

// --- made and used ------------------------------------------------------------------------------------------------------

bool insert_managed(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    SirArg args[3];
    if (!some_point(module, &point)) return false;
    for (uint32_t tries = 10; tries > 0; tries--) {
        if (!some_place(module, point.func, &place, &type)) return false;
        if (may_be_copied(module, type) || one_in(8)) break;
    }
    if (type == SIR_TYPE_VOID || !value_of_type(module, point.func, type, &args[1])) return false;
    bool many = one_in(3);
    SirType result =
        many ? sir_type_slice(module, SIR_GC, type) : sir_type_ptr(module, SIR_GC, type);
    args[0] = place_arg(dest_for(module, point.func, result));
    if (many) {
        args[2] = args[1];
        if (!value_of_type(module, point.func, SIR_TYPE_U64, &args[1])) return false;
    }
    put(module, &point, many ? SIR_OP_NEW_ARRAY : SIR_OP_NEW, args, many ? 3 : 2);
    if (one_in(2)) return true;
    SirArg again[2] = { place_arg(args[0].place) };
    again[0].place = longer(module, again[0].place, many ? SIR_PROJ_AT : SIR_PROJ_DEREF, below(2));
    if (!value_of_type(module, point.func, type, &again[1])) return true;
    point.at++;
    put(module, &point, SIR_OP_USE, again, 2);
    return true;
}

// Copied out of an object, or assigned within it; the pointers themselves; two of them compared.
bool use_managed(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    SirArg args[3];
    if (!some_point(module, &point)) return false;
    if (one_in(5)) {
        if (!some_managed(module, point.func, &place, &type) ||
            !value_of_type(module, point.func, type, &args[2]))
            return false;
        args[0] = place_arg(dest_for(module, point.func, SIR_TYPE_BOOL));
        args[1] = (SirArg){ .kind = SIR_ARG_COPY, .place = place };
        put(module, &point, one_in(2) ? SIR_OP_EQ : SIR_OP_NE, args, 3);
        return true;
    }
    if (!some_inside(module, point.func, &place, &type)) return false;
    if (one_in(2)) {
        args[0] = place_arg(place);
        if (!value_of_type(module, point.func, type, &args[1])) return false;
    } else {
        args[0] = place_arg(dest_for(module, point.func, type));
        args[1] = (SirArg){ .kind = one_in(8) ? SIR_ARG_MOVE : SIR_ARG_COPY, .place = place };
    }
    put(module, &point, SIR_OP_USE, args, 2);
    return true;
}

// --- what may not be done with them ----------------------------------------------------------------------------------------

static bool match_inside(SirModule *module, const Point *point, SirPlace place, SirType type) {
    const SirTypeInfo *info = info_of(module, type);
    bool is_option = info->kind == SIR_TYPE_OPTION;
    uint32_t variants = is_option ? 2 : info->variant_count;
    if (!is_option && (info->kind != SIR_TYPE_ENUM || info->is_plain_enum)) return false;
    SirBlock rest = split_at(module, point);
    SirArm *arms = terminate(module, point->func, point->block, SIR_OP_MATCH, 1, variants);
    for (uint32_t i = 0; i < variants; i++) {
        uint32_t parts = sir_variant_arity(module, type, i);
        arms[i] = (SirArm){ .kind = SIR_ARM_VARIANT, .n = i, .block = rest, .bind_count = parts };
        arms[i].binds = arena_array(module->arena, SirBind, parts);
        for (uint32_t b = 0; b < parts; b++)
            arms[i].binds[b] = (SirBind){ SIR_BIND_SKIP, SIR_NONE };
    }
    vec_last(&point->func->blocks.data[point->block].insts)->args[0] = place_arg(place);
    return true;
}

static bool lend_inside(SirModule *module, const Point *point, SirPlace place, SirType type) {
    bool exclusive = one_in(2);
    SirType pointer = sir_type_ptr(module, exclusive ? SIR_MUT : SIR_CONST, type);
    SirArg args[2] = { place_arg(just(local_of_type(module, point->func, pointer))),
                       place_arg(place) };
    put(module, point, exclusive ? SIR_OP_BORROW_MUT : SIR_OP_BORROW, args, 2);
    return true;
}

// Any instruction with one destination may write it; only `use` may there.
static bool compute_inside(SirModule *module, const Point *point, SirPlace place, SirType type) {
    SirArg args[3] = { place_arg(place), place_arg(place) };
    bool adds = type < SIR_TYPE_F32;
    if ((adds && !value_of_type(module, point->func, type, &args[1])) ||
        !value_of_type(module, point->func, type, &args[2]))
        return false;
    put(module, point, adds ? SIR_OP_ADD_WRAP : SIR_OP_REPLACE, args, 3);
    return true;
}

bool misuse_managed(SirModule *module) {
    Point point;
    SirPlace place, other;
    SirType type;
    if (!some_point(module, &point) || !some_inside(module, point.func, &place, &type))
        return false;
    switch (below(5)) {
    case 0: return lend_inside(module, &point, place, type);
    case 1: return match_inside(module, &point, place, type);
    case 2: return compute_inside(module, &point, place, type);
    case 3: {
        SirArg arg = place_arg(place);
        put(module, &point, SIR_OP_DROP, &arg, 1);
        return true;
    }
    default: {
        if (!place_of_type(module, point.func, type, &other)) return false;
        SirArg args[2] = { place_arg(place), place_arg(other) };
        put(module, &point, SIR_OP_SWAP, args, 2);
        return true;
    }
    }
}

// In a box, a list, a set's values or behind a lock.
bool hide_managed(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_managed(module, point.func, &place, &type))
        return false;
    if (one_in(2)) type = sir_type_option(module, type);
    static const SirTypeInfo hiding[] = {
        { .kind = SIR_TYPE_PTR, .mode = SIR_OWN },
        { .kind = SIR_TYPE_SLICE, .mode = SIR_OWN },
        { .kind = SIR_TYPE_GROW, .mode = SIR_OWN },
        { .kind = SIR_TYPE_MUTEX },
        { .kind = SIR_TYPE_PTR, .mode = SIR_CONST },
        { .kind = SIR_TYPE_PTR, .mode = SIR_STATIC },
    };
    SirTypeInfo info = hiding[below(sizeof hiding / sizeof *hiding)];
    info.elem = type;
    SirLocal local = sir_local_add(
        module, point.func, (Str){ "", 0 }, sir_type_intern(module, &info),
        (SirLoc){ .file = SIR_NONE }
    );
    SirArg args[2] = { place_arg(just(local)) };
    if (info.kind != SIR_TYPE_PTR || info.mode != SIR_OWN ||
        !value_of_type(module, point.func, type, &args[1]))
        return true; // the type is there, and that is enough
    put(module, &point, SIR_OP_NEW, args, 2);
    return true;
}
