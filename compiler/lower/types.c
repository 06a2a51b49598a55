// Types: HIR's to SIR's. Sizes that depend on the machine get their width; the rest keeps its shape.
// Nominal types get their row before their parts are looked at, so that they may refer to themselves.

#include "lower__.h"

// --- scalars -------------------------------------------------------------------------------------------

static bool scalar_row(HirTypeKind kind, SirType *row) {
    static const SirType rows[] = {
        [HIR_TYPE_VOID] = SIR_TYPE_VOID, [HIR_TYPE_NEVER] = SIR_TYPE_VOID,
        [HIR_TYPE_BOOL] = SIR_TYPE_BOOL, [HIR_TYPE_CHAR] = SIR_TYPE_CHAR,
        [HIR_TYPE_I8] = SIR_TYPE_I8,     [HIR_TYPE_I16] = SIR_TYPE_I16,
        [HIR_TYPE_I32] = SIR_TYPE_I32,   [HIR_TYPE_I64] = SIR_TYPE_I64,
        [HIR_TYPE_ISIZE] = SIR_TYPE_I64, [HIR_TYPE_U8] = SIR_TYPE_U8,
        [HIR_TYPE_U16] = SIR_TYPE_U16,   [HIR_TYPE_U32] = SIR_TYPE_U32,
        [HIR_TYPE_U64] = SIR_TYPE_U64,   [HIR_TYPE_USIZE] = SIR_TYPE_U64,
        [HIR_TYPE_F32] = SIR_TYPE_F32,   [HIR_TYPE_F64] = SIR_TYPE_F64,
    };
    bool is_row = kind != HIR_TYPE_ERROR && (kind < HIR_TYPE_JOIN || kind == HIR_TYPE_NEVER);
    if (!is_row) return false;
    *row = rows[kind];
    return true;
}

static SirMode mode_of(HirMode mode) {
    switch (mode) {
    case HIR_OWN: return SIR_OWN;
    case HIR_MUT: return SIR_MUT;
    case HIR_CONST: return SIR_CONST;
    case HIR_GC: return SIR_GC;
    case HIR_STATIC: return SIR_STATIC;
    }
    unreachable();
}

// --- nominal types -------------------------------------------------------------------------------------

static SirField *lower_fields(Lower *l, const HirField *fields, uint32_t count) {
    SirField *made = arena_array(l->arena, SirField, count);
    for (uint32_t i = 0; i < count; i++) {
        made[i].name = lower__name(l, fields[i].name);
        made[i].type = lower__type(l, fields[i].type);
        made[i].order = (uint8_t)fields[i].order; // native, little, big: the same in both
    }
    return made;
}

static bool holds_borrows(const HirStruct *structure) {
    bool holds = structure->is_ref && !structure->by_parts;
    for (uint32_t i = 0; structure->by_parts && i < structure->fields.len; i++)
        holds = holds || hir_type_is_second_class(structure->fields.data[i].type);
    return holds;
}

static SirType lower_struct(Lower *l, const HirStruct *structure) {
    uint64_t row;
    if (map_get(l->structs, structure->number, &row)) return (SirType)row;
    SirTypeInfo info = { .kind = SIR_TYPE_STRUCT,
                         .is_ref = holds_borrows(structure),
                         .is_wire = structure->is_wire };
    info.name = lower__name(l, structure->name);
    SirType type = sir_type_intern(l->module, &info);
    map_put(l->structs, structure->number, type);
    info.fields = lower_fields(l, structure->fields.data, structure->fields.len);
    info.field_count = structure->fields.len;
    sir_type_define(l->module, type, &info);
    return type;
}

static void lower_variants(Lower *l, const HirEnum *enumeration, SirTypeInfo *info) {
    info->variant_count = enumeration->variants.len;
    info->variants = arena_array(l->arena, SirVariant, info->variant_count);
    for (uint32_t i = 0; i < info->variant_count; i++) {
        const HirVariant *variant = &enumeration->variants.data[i];
        SirVariant *made = &info->variants[i];
        made->name = lower__name(l, variant->name);
        made->value = enumeration->is_plain ? variant->value : i;
        made->fields = lower_fields(l, variant->fields.data, variant->fields.len);
        made->field_count = variant->fields.len;
    }
}

static SirType lower_enum(Lower *l, const HirEnum *enumeration) {
    uint64_t row;
    if (map_get(l->enums, enumeration->number, &row)) return (SirType)row;
    SirTypeInfo info = { .kind = SIR_TYPE_ENUM, .is_plain_enum = enumeration->is_plain };
    if (enumeration->is_flags) info = (SirTypeInfo){ .kind = SIR_TYPE_FLAGS };
    info.name = lower__name(l, enumeration->name);
    if (enumeration->is_plain) info.elem = lower__type(l, enumeration->repr);
    SirType type = sir_type_intern(l->module, &info);
    map_put(l->enums, enumeration->number, type);
    lower_variants(l, enumeration, &info);
    sir_type_define(l->module, type, &info);
    return type;
}

// --- signatures ----------------------------------------------------------------------------------------

static SirState state_row(uint32_t state) {
    return state == HIR_ANY_STATE ? SIR_STATE_ANY : state;
}

// An exclusive borrow of an endpoint that promises nothing gives it back as it was.
static SirState promise_of(const HirSig *sig, uint32_t param) {
    const HirType *type = sig->params.data[param];
    bool changes = type->kind == HIR_TYPE_PTR && type->mode == HIR_MUT;
    if (!changes || type->elem->kind != HIR_TYPE_ENDPOINT) return SIR_NONE;
    uint32_t promise = param < sig->promises.len ? sig->promises.data[param] : HIR_NO_STATE;
    return state_row(promise == HIR_NO_STATE ? type->elem->state : promise);
}

SirSig lower__sig(Lower *l, const HirSig *sig) {
    SirSig made = { .param_count = sig->params.len, .from_count = sig->from.len };
    made.params = arena_array(l->arena, SirParam, made.param_count);
    for (uint32_t i = 0; i < made.param_count; i++) {
        made.params[i].type = lower__type(l, sig->params.data[i]);
        made.params[i].to = promise_of(sig, i);
    }
    made.result = lower__type(l, sig->result);
    made.from = arena_array(l->arena, SirFrom, made.from_count);
    for (uint32_t i = 0; i < made.from_count; i++)
        made.from[i] = (SirFrom){ sig->from.data[i].param, sig->from.data[i].deep };
    return made;
}

static SirType lower_fn_type(Lower *l, const HirSig *sig) {
    SirTypeInfo info = { .kind = SIR_TYPE_FN, .sig = arena_new(l->arena, SirSig) };
    *info.sig = lower__sig(l, sig);
    return sir_type_intern(l->module, &info);
}

static SirType lower_growable(Lower *l, const HirType *type) {
    SirTypeInfo info = { .kind = SIR_TYPE_GROW,
                         .mode = SIR_OWN,
                         .elem = lower__type(l, type->elem) };
    if (type->kind == HIR_TYPE_VECTOR)
        info = (SirTypeInfo){ .kind = SIR_TYPE_VECTOR, .elem = info.elem, .count = type->count };
    return sir_type_intern(l->module, &info);
}

static SirType lower_around(Lower *l, SirTypeKind kind, const HirType *type) {
    SirTypeInfo info = { .kind = kind, .elem = lower__type(l, type->elem) };
    return sir_type_intern(l->module, &info);
}

// --- all types -----------------------------------------------------------------------------------------

static SirType make_type(Lower *l, const HirType *type) {
    SirModule *module = l->module;
    switch (type->kind) {
    case HIR_TYPE_ARRAY: return sir_type_array(module, lower__type(l, type->elem), type->count);
    case HIR_TYPE_STRUCT: return lower_struct(l, type->structure);
    case HIR_TYPE_ENUM: return lower_enum(l, type->enumeration);
    case HIR_TYPE_OPTION: return sir_type_option(module, lower__type(l, type->elem));
    case HIR_TYPE_PTR: return sir_type_ptr(module, mode_of(type->mode), lower__type(l, type->elem));
    case HIR_TYPE_SLICE:
        return sir_type_slice(module, mode_of(type->mode), lower__type(l, type->elem));
    case HIR_TYPE_GROW:
    case HIR_TYPE_VECTOR: return lower_growable(l, type);
    case HIR_TYPE_STR: return sir_type_str(module, mode_of(type->mode));
    case HIR_TYPE_ATOMIC: return lower_around(l, SIR_TYPE_ATOMIC, type);
    case HIR_TYPE_MUTEX: return lower_around(l, SIR_TYPE_MUTEX, type);
    case HIR_TYPE_GUARD: return lower_around(l, SIR_TYPE_GUARD, type);
    case HIR_TYPE_JOIN: return sir_type_intern(module, &(SirTypeInfo){ .kind = SIR_TYPE_JOIN });
    case HIR_TYPE_IO_PORT:
    case HIR_TYPE_IO_MEMORY:
    case HIR_TYPE_IRQ:
    case HIR_TYPE_DMA: { // the same order
        SirTypeInfo info = { .kind = SIR_TYPE_DEVICE,
                             .device = (SirDevice)(type->kind - HIR_TYPE_IO_PORT) };
        return sir_type_intern(module, &info);
    }
    case HIR_TYPE_FN: return lower_fn_type(l, type->sig);
    case HIR_TYPE_SET: {
        SirTypeInfo info = { .kind = SIR_TYPE_EPSET, .state = type->state, .elem = SIR_NONE };
        info.contract = lower__contract(l, type->contract);
        info.side = type->side == HIR_IMP ? SIR_IMP : SIR_EXP;
        if (type->elem) info.elem = lower__type(l, type->elem);
        return sir_type_intern(module, &info);
    }
    case HIR_TYPE_ENDPOINT: {
        SirContract contract = lower__contract(l, type->contract);
        SirSide side = type->side == HIR_IMP ? SIR_IMP : SIR_EXP;
        return sir_type_endpoint(module, contract, side, state_row(type->state));
    }
    default: unreachable(); // a type that check/ refuses
    }
}

SirType lower__type(Lower *l, const HirType *type) {
    SirType scalar;
    if (scalar_row(type->kind, &scalar)) return scalar;
    uint64_t row;
    if (map_get(l->types, type->number, &row)) return (SirType)row;
    SirType made = make_type(l, type);
    map_put(l->types, type->number, made);
    return made;
}
