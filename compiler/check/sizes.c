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

// Declarations are measured once.
static uint64_t declared_size(const HirType *type) {
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    const HirAnswers *answers = is_struct ? &type->structure->answers : &type->enumeration->answers;
    if (answers->size > 0) return answers->size - 1;
    uint64_t size = is_struct
                        ? fields_size(type->structure->fields.data, type->structure->fields.len)
                        : enum_size(type->enumeration);
    if (answers->settled) ((HirAnswers *)(uintptr_t)answers)->size = size + 1;
    return size;
}

static uint64_t compute(const HirType *type) {
    switch (type->kind) {
    case HIR_TYPE_ARRAY: return type_size(type->elem) * type->count; // both are at most 2^30
    case HIR_TYPE_VECTOR: return WORD + type_size(type->elem) * type->count;
    case HIR_TYPE_OPTION:
        return type->elem->kind == HIR_TYPE_PTR ? WORD : TAG_BYTES + type_size(type->elem);
    case HIR_TYPE_STRUCT:
    case HIR_TYPE_ENUM: return declared_size(type);
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

// The locals of a function together; what it computes on the way takes room as well.
void check_frame(Checker *checker, const HirFn *fn) {
    enum { MOST_MIB = 256 };
    uint64_t size = 0;
    for (uint32_t i = 0; i < fn->locals.len; i++)
        size += is_error(fn->locals.data[i]->type) ? 0 : type_size(fn->locals.data[i]->type);
    if (size >> 20 < MOST_MIB) return;
    diag_report(
        checker->diags, fn->span, E_FRAME_TOO_LARGE, text_of(checker, fn->name), (unsigned)MOST_MIB
    );
    diag_help(checker->diags, "`new` puts a large value on the heap");
}

const HirType *check_size(Checker *checker, const HirType *type, Span span) {
    if (is_error(type) || type_size(type) <= type_size_limit()) return type;
    diag_report(checker->diags, span, E_TYPE_TOO_LARGE);
    return simple(checker, HIR_TYPE_ERROR);
}
