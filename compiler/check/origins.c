// What a result that holds borrows comes from: `from a, b`, `from *lexer`, `from pair->left`.
//
// A signature names parameters: all that one holds, or only what is held where it leads. A part of a parameter is said for
// the reader; it counts as the smaller of the two that has it in it [45].

#include "check__.h"

#include <string.h>

// `from *p` is what the `ref struct` holds that p leads to.
static bool may_look_inside(const HirType *type) {
    return type->kind == HIR_TYPE_PTR && (type->mode == HIR_MUT || type->mode == HIR_CONST) &&
           hir_type_is_second_class(type->elem);
}

static bool is_borrow(const HirType *type) {
    return type->kind == HIR_TYPE_PTR && (type->mode == HIR_MUT || type->mode == HIR_CONST);
}

static const HirField *find_field(const HirType *type, Name name) {
    if (type->kind != HIR_TYPE_STRUCT) return NULL;
    vec_each(HirField, field, &type->structure->fields) {
        if (field->name == name) return field;
    }
    return NULL;
}

// A part as far as a signature tells it apart.
typedef struct Part {
    const HirType *type;
    bool lent;   // what it lies in is borrowed: a borrow of it may be given back
    bool inside; // where the parameter leads
} Part;

// What the path leads to. false: reported.
static bool find_part(Checker *checker, const AstFrom *from, const HirType *param, Part *part) {
    *part = (Part){ .type = param };
    for (uint32_t i = 1; i < from->path.len; i++) {
        const AstName *name = &from->path.data[i];
        part->inside = part->inside || (i == 1 && may_look_inside(param));
        part->lent = part->lent || is_borrow(part->type);
        const HirType *of = part->type->kind == HIR_TYPE_PTR ? part->type->elem : part->type;
        Decl *decl = decl_of_type(checker, of);
        if (decl) complete_decl(checker, decl);
        const HirField *field = find_field(of, name->name);
        if (!field) {
            const char *word = text_of(checker, name->name);
            if (is_error(of)) return false;
            diag_report(checker->diags, name->span, E_NO_FIELD, type_text(checker, of), word);
            near_field(checker, of, word, name->span);
            return false;
        }
        part->type = field->type;
    }
    return !is_error(part->type);
}

static const char *path_text(Checker *checker, const AstFrom *from) {
    const char *text = text_of(checker, from->path.data[0].name);
    for (uint32_t i = 1; i < from->path.len; i++)
        text =
            arena_printf(checker->arena, "%s.%s", text, text_of(checker, from->path.data[i].name));
    return text;
}

static bool refuse(Checker *checker, const AstFrom *from, const Part *part) {
    const char *name = path_text(checker, from);
    if (from->deep && part && hir_type_is_second_class(part->type)) {
        diag_report(
            checker->diags, from->span, E_FROM_INSIDE, name, type_text(checker, part->type)
        );
        diag_help(checker->diags, "`from %s` is all that it borrows", name);
        return false;
    }
    diag_report(checker->diags, from->span, E_BAD_FROM, name);
    if (part && !hir_type_is_second_class(part->type))
        diag_help(
            checker->diags, "`%s` is no borrow, and holds none: `from` names parameters that are",
            type_text(checker, part->type)
        );
    return false;
}

bool add_origin(Checker *checker, HirSig *sig, uint32_t row, const AstFrom *from) {
    Part part;
    const HirType *param = row < sig->params.len ? sig->params.data[row] : NULL;
    if (!param || param->kind == HIR_TYPE_REF_FN) return refuse(checker, from, NULL);
    if (!find_part(checker, from, param, &part)) return false;
    bool holds = from->deep ? may_look_inside(part.type) : hir_type_is_second_class(part.type);
    bool lends = !from->deep && part.lent; // the part itself
    if (!hir_type_is_second_class(sig->result) || !(holds || lends))
        return in_instance_env(checker) || // what stands there holds no borrow
               refuse(checker, from, &part);
    bool deep = holds && (from->path.len == 1 ? from->deep : part.inside);
    vec_push(checker->arena, &sig->from, ((HirFrom){ .param = row, .deep = deep }));
    return true;
}

void sort_from(HirSig *sig) { // ascending, each once: all of it includes what is inside
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sig->from.len; i++) {
        HirFrom from = sig->from.data[i];
        uint32_t at = kept;
        while (at > 0 && sig->from.data[at - 1].param > from.param)
            at--;
        if (at > 0 && sig->from.data[at - 1].param == from.param) {
            sig->from.data[at - 1].deep = sig->from.data[at - 1].deep && from.deep;
            continue;
        }
        memmove(&sig->from.data[at + 1], &sig->from.data[at], (kept - at) * sizeof from);
        sig->from.data[at] = from;
        kept++;
    }
    sig->from.len = kept;
}
