// Plain, owning, reaching: the three questions that decide between copy and move, and where drops go.
// docs/sir.md 2 defines the first two; a type "reaches" an owner when there are move paths inside it.
// Types are recursive only through pointers, whose answers need at most one step through the pointer.

#include "kinds.h"

#include "base/check.h"

enum { KIND_KNOWN = 1, KIND_PLAIN = 2, KIND_OWNS = 4, KIND_REACHES = 8 };

enum { NOTHING = KIND_PLAIN, OWNER = KIND_OWNS | KIND_REACHES };

static uint8_t ask(Kinds *kinds, SirType type);

// What is made of parts is plain if all are, and owns if one does.
static uint8_t join(uint8_t a, uint8_t b) {
    return (uint8_t)((a & b & KIND_PLAIN) | ((a | b) & (KIND_OWNS | KIND_REACHES)));
}

static uint8_t ask_fields(Kinds *kinds, const SirField *fields, uint32_t count) {
    uint8_t all = NOTHING;
    for (uint32_t i = 0; i < count; i++)
        all = join(all, ask(kinds, fields[i].type));
    return all;
}

static uint8_t ask_variants(Kinds *kinds, const SirTypeInfo *info) {
    uint8_t all = NOTHING;
    for (uint32_t i = 0; i < info->variant_count; i++)
        all = join(all, ask_fields(kinds, info->variants[i].fields, info->variants[i].field_count));
    return all;
}

static uint8_t ask_reference(Kinds *kinds, const SirTypeInfo *info) {
    switch (info->mode) {
    case SIR_OWN: return OWNER;
    case SIR_MUT:
        return info->kind == SIR_TYPE_PTR && kind_owns(kinds, info->elem) ? KIND_REACHES : 0;
    case SIR_CONST:
    case SIR_GC:
    case SIR_STATIC: return NOTHING;
    }
    unreachable();
}

static uint8_t ask_new(Kinds *kinds, const SirTypeInfo *info) {
    if (sir_type_is_scalar(info->kind)) return NOTHING;
    switch (info->kind) {
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_FN: return NOTHING;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION: return ask(kinds, info->elem);
    case SIR_TYPE_STRUCT: return ask_fields(kinds, info->fields, info->field_count);
    case SIR_TYPE_ENUM: return ask_variants(kinds, info);
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: return ask_reference(kinds, info);
    case SIR_TYPE_GROW:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE: return OWNER;
    case SIR_TYPE_GUARD: // consumed by what scopes.c says
    case SIR_TYPE_JOIN:
    case SIR_TYPE_ATOMIC: return 0;
    case SIR_TYPE_MUTEX: return ask(kinds, info->elem) & (KIND_OWNS | KIND_REACHES);
    default: unreachable();
    }
}

static uint8_t ask(Kinds *kinds, SirType type) {
    while (kinds->known.len <= type)
        vec_push(kinds->scratch, &kinds->known, 0);
    if (!kinds->known.data[type]) {
        kinds->known.data[type] = KIND_KNOWN; // a `ref struct` may borrow its like
        uint8_t answer = ask_new(kinds, sir_type(kinds->module, type));
        kinds->known.data[type] |= answer;
    }
    return kinds->known.data[type];
}

bool kind_is_plain(Kinds *kinds, SirType type) {
    return ask(kinds, type) & KIND_PLAIN;
}

bool kind_owns(Kinds *kinds, SirType type) {
    return ask(kinds, type) & KIND_OWNS;
}

bool kind_reaches(Kinds *kinds, SirType type) {
    return ask(kinds, type) & KIND_REACHES;
}
