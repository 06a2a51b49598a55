// How large values are, as docs/sir.md 3 lays them out. What is larger than the limit is refused where it is written, so
// that no later stage meets it.

#include "check__.h"

enum { TAG_BYTES = 8, WORD = 8 }; // a tag and what aligns the payload take at most a word

static uint64_t fields_size(const HirField *fields, uint32_t count) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < count && size <= type_size_limit(); i++)
        size += (type_size(fields[i].type) + WORD - 1) / WORD * WORD;
    return size;
}

static uint64_t enum_size(const HirEnum *enumeration) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < enumeration->variants.len; i++) {
        const HirVariant *variant = &enumeration->variants.data[i];
        uint64_t size = fields_size(variant->fields.data, variant->fields.len);
        most = size > most ? size : most;
    }
    return enumeration->is_plain ? WORD : TAG_BYTES + most;
}

static uint64_t compute(const HirType *type) {
    switch (type->kind) {
    case HIR_TYPE_ARRAY: return type_size(type->elem) * type->count; // both are at most 2^30
    case HIR_TYPE_VECTOR: return WORD + type_size(type->elem) * type->count;
    case HIR_TYPE_OPTION: return type->elem->kind == HIR_TYPE_PTR ? WORD : TAG_BYTES + type_size(type->elem);
    case HIR_TYPE_STRUCT: return fields_size(type->structure->fields.data, type->structure->fields.len);
    case HIR_TYPE_ENUM: return enum_size(type->enumeration);
    case HIR_TYPE_SLICE:
    case HIR_TYPE_STR: return 2 * WORD;
    case HIR_TYPE_GROW: return 3 * WORD;
    default: return hir_type_is_scalar(type) ? (hir_type_bits(type) + 7) / 8 : WORD;
    }
}

// At most one above the limit. Never less than it is: fields are taken to be aligned to words.
uint64_t type_size(const HirType *type) {
    uint64_t size = compute(type), limit = type_size_limit();
    return size > limit ? limit + 1 : size;
}

const HirType *check_size(Checker *checker, const HirType *type, Span span) {
    if (is_error(type) || type_size(type) <= type_size_limit())
        return type;
    diag_report(checker->diags, span, E_TYPE_TOO_LARGE);
    return simple(checker, HIR_TYPE_ERROR);
}
