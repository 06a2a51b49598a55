// How large values are, as docs/sir.md 3 lays them out. What is larger than the limit is refused where it is written, so
// that no later stage meets it.

#include "check__.h"

enum { WORD = 8 };

typedef struct Layout {
    uint64_t size; // at most one above the limit
    uint32_t align;
} Layout;

static Layout layout_of(const HirType *type);

static Layout limited(uint64_t size, uint32_t align) {
    uint64_t limit = type_size_limit();
    return (Layout){ size > limit ? limit + 1 : size, align };
}

static uint64_t round_up(uint64_t size, uint32_t align) {
    return (size + align - 1) / align * align;
}

static Layout followed_by(Layout layout, Layout part) {
    uint32_t align = part.align > layout.align ? part.align : layout.align;
    return limited(round_up(layout.size, part.align) + part.size, align);
}

static Layout closed(Layout layout) {
    return limited(round_up(layout.size, layout.align), layout.align);
}

static Layout fields_layout(const HirFields *fields, bool is_wire) {
    Layout layout = { 0, 1 };
    for (uint32_t i = 0; i < fields->len && layout.size <= type_size_limit(); i++) {
        Layout part = layout_of(fields->data[i].type);
        layout = followed_by(layout, is_wire ? (Layout){ part.size, 1 } : part);
    }
    return closed(layout);
}

static Layout tagged(uint32_t variants, Layout payload) {
    uint32_t tag = variants <= 0x100 ? 1 : variants <= 0x10000 ? 2 : 4;
    return closed(followed_by((Layout){ tag, tag }, payload));
}

static Layout enum_layout(const HirEnum *enumeration) {
    if (enumeration->is_plain) return layout_of(enumeration->repr);
    Layout payload = { 0, 1 };
    for (uint32_t i = 0; i < enumeration->variants.len; i++) {
        Layout one = fields_layout(&enumeration->variants.data[i].fields, false);
        payload.size = one.size > payload.size ? one.size : payload.size;
        payload.align = one.align > payload.align ? one.align : payload.align;
    }
    return tagged(enumeration->variants.len, payload);
}

// Declarations are measured once.
static Layout declared_layout(const HirType *type) {
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    const HirAnswers *answers = is_struct ? &type->structure->answers : &type->enumeration->answers;
    if (answers->size > 0) return (Layout){ answers->size - 1, answers->align };
    Layout layout = is_struct ? fields_layout(&type->structure->fields, type->structure->is_wire)
                              : enum_layout(type->enumeration);
    if (answers->settled) {
        HirAnswers *note = (HirAnswers *)(uintptr_t)answers;
        note->size = layout.size + 1;
        note->align = layout.align;
    }
    return layout;
}

static Layout repeated(const HirType *type) {
    Layout one = layout_of(type->elem);
    bool too_many = one.size > 0 && type->count > type_size_limit() / one.size;
    return limited(too_many ? type_size_limit() + 1 : one.size * type->count, one.align);
}

static Layout layout_of(const HirType *type) {
    const Layout word = { WORD, WORD };
    switch (type->kind) {
    case HIR_TYPE_ARRAY: return repeated(type);
    case HIR_TYPE_ATOMIC: return layout_of(type->elem);
    case HIR_TYPE_MUTEX: return closed(followed_by(word, layout_of(type->elem)));
    case HIR_TYPE_VECTOR: return closed(followed_by(word, repeated(type)));
    case HIR_TYPE_OPTION:
        return type->elem->kind == HIR_TYPE_PTR ? word : tagged(2, layout_of(type->elem));
    case HIR_TYPE_STRUCT:
    case HIR_TYPE_ENUM: return declared_layout(type);
    case HIR_TYPE_SLICE:
    case HIR_TYPE_STR: return (Layout){ 2 * WORD, WORD };
    case HIR_TYPE_GROW: return (Layout){ 3 * WORD, WORD };
    default: break;
    }
    if (!hir_type_is_scalar(type)) return word;
    uint32_t bytes = hir_type_bits(type) / 8;
    return (Layout){ bytes, bytes };
}

uint64_t check_type_layout(const HirType *type, uint32_t *align) {
    Layout layout = layout_of(type);
    *align = layout.align;
    return layout.size;
}

uint64_t type_size(const HirType *type) {
    return layout_of(type).size;
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

// --- sizeof ------------------------------------------------------------------------------------------------------------

static Known fields_inside(Checker *checker, Map *seen, const HirFields *fields, Known known) {
    for (uint32_t i = 0; i < fields->len; i++) {
        const HirType *type = fields->data[i].type;
        Known one = is_error(type) ? KNOWN_PARTLY : complete_inside(checker, seen, type);
        known = one > known ? one : known;
    }
    return known;
}

// What lies inside a type, where it may be asked while types are still being declared. `seen` remembers the answers: Decl to
// Known plus one, 0 while it is on the way.
Known complete_inside(Checker *checker, Map *seen, const HirType *type) {
    while (type->kind == HIR_TYPE_ARRAY || type->kind == HIR_TYPE_OPTION ||
           type->kind == HIR_TYPE_VECTOR)
        type = type->elem;
    Decl *decl = decl_of_type(checker, type);
    uint64_t answer;
    if (!decl) return KNOWN_WHOLE;
    if (map_get(seen, (uintptr_t)decl, &answer)) return answer ? (Known)(answer - 1) : KNOWN_NEVER;
    map_put(seen, (uintptr_t)decl, 0);
    Known known = decl->stage == STAGE_BUSY ? KNOWN_PARTLY : KNOWN_WHOLE;
    complete_decl(checker, decl);
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    if (is_struct) known = fields_inside(checker, seen, &type->structure->fields, known);
    for (uint32_t i = 0; !is_struct && i < type->enumeration->variants.len; i++)
        known = fields_inside(checker, seen, &type->enumeration->variants.data[i].fields, known);
    map_put(seen, (uintptr_t)decl, (uint64_t)known + 1);
    if (known != KNOWN_WHOLE) return known;
    if (is_struct)
        decl->structure->answers.settled = true;
    else
        decl->enumeration->answers.settled = true;
    return known;
}

HirExpr *check_sizeof(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const HirType *type = kept_type(checker, fn->module, expr->type);
    if (is_error(type)) return error_expr(checker, expr->span);
    if (!checker->types_known &&
        complete_inside(checker, map_new(checker->arena), type) != KNOWN_WHOLE) {
        diag_report(checker->diags, expr->span, E_NEEDS_ITSELF, type_text(checker, type));
        return error_expr(checker, expr->span);
    }
    type = check_size(checker, type, expr->span);
    if (is_error(type)) return error_expr(checker, expr->span);
    return literal(checker, simple(checker, HIR_TYPE_USIZE), type_size(type), expr->span);
}
