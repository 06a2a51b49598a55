// Attributes: what is said of an item and changes nothing about what it means. Each is known, stands where it has a meaning,
// and has the arguments that it takes.

#include "check__.h"

#include <string.h>

enum { // where one may stand
    ON_FN = 1,
    ON_TYPE = 2,
    ON_OTHER = 4,
    ON_FIELD = 8,
    ON_SIP = 16,
};

static const struct Attribute {
    const char *name, *where;
    unsigned on;
    bool takes_text;
} attributes[] = {
    { "inline",     "functions",                      ON_FN,                                          false },
    { "noinline",   "functions",                      ON_FN,                                          false },
    { "cold",       "functions",                      ON_FN,                                          false },
    { "deprecated", "functions, types and constants", ON_FN | ON_TYPE | ON_OTHER,                     true  },
    { "must_use",   "functions, structs and enums",   ON_FN | ON_TYPE,                                false },
    { "unused",     "items and fields",               ON_FN | ON_TYPE | ON_OTHER | ON_FIELD | ON_SIP, false },
};

static const struct Attribute *find(const char *name) {
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (strcmp(attributes[i].name, name) == 0) return &attributes[i];
    return NULL;
}

static void report_unknown_attribute(Checker *checker, const AstAttr *attr) {
    const char *name = text_of(checker, attr->name.name);
    Near near = near_start(name);
    diag_report(checker->diags, attr->name.span, E_UNKNOWN_ATTRIBUTE, name);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        near_try(&near, attributes[i].name);
    near_help(checker, &near, attr->name.span);
}

static void check_one(Checker *checker, const AstAttr *attr, unsigned on) {
    const char *name = text_of(checker, attr->name.name);
    const struct Attribute *known = find(name);
    if (!known) {
        report_unknown_attribute(checker, attr);
        return;
    }
    if (!(known->on & on)) {
        diag_report(
            checker->diags, attr->span, E_ATTRIBUTE_PLACE, name,
            arena_printf(checker->arena, "belongs to %s", known->where)
        );
        return;
    }
    bool is_text = attr->args.len == 1 && attr->args.data[0].value &&
                   attr->args.data[0].value->kind == AST_EXPR_STR;
    if (known->takes_text ? !is_text : attr->args.len > 0)
        diag_report(
            checker->diags, attr->span, E_ATTRIBUTE_PLACE, name,
            known->takes_text ? "takes a text that says why" : "takes nothing"
        );
}

static bool is_attribute(const Checker *checker, const AstAttr *attr, const char *name) {
    return strcmp(text_of(checker, attr->name.name), name) == 0;
}

static bool has_attribute(const Checker *checker, const AstAttrs *attrs, const char *name) {
    for (uint32_t i = 0; i < attrs->len; i++)
        if (is_attribute(checker, &attrs->data[i], name)) return true;
    return false;
}

static void check_list(Checker *checker, const AstAttrs *attrs, unsigned on) {
    for (uint32_t i = 0; i < attrs->len; i++) {
        const AstAttr *attr = &attrs->data[i];
        for (uint32_t k = 0; k < i; k++)
            if (attrs->data[k].name.name == attr->name.name)
                diag_report(
                    checker->diags, attr->span, E_GIVEN_TWICE, text_of(checker, attr->name.name)
                );
        check_one(checker, attr, on);
        if (is_attribute(checker, attr, "noinline") && has_attribute(checker, attrs, "inline"))
            diag_report(
                checker->diags, attr->span, E_ATTRIBUTE_PLACE, "noinline", "contradicts `inline`"
            );
    }
}

static unsigned kind_of(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_FN: return ON_FN;
    case AST_ITEM_STRUCT:
    case AST_ITEM_ENUM:
    case AST_ITEM_FLAGS: return ON_TYPE;
    case AST_ITEM_CONST:
    case AST_ITEM_CONTRACT:
    case AST_ITEM_INTERFACE: return ON_OTHER;
    case AST_ITEM_SIP: return ON_SIP;
    default: return 0;
    }
}

void check_attributes(Checker *checker) {
    for (uint32_t m = 0; m < checker->modules.len; m++) {
        vec_each(AstItem *, it, &checker->modules.data[m]->ast->items) {
            const AstItem *item = *it;
            check_list(checker, &item->attrs, kind_of(item));
            for (uint32_t i = 0; item->kind == AST_ITEM_STRUCT && i < item->structure.fields.len;
                 i++)
                check_list(checker, &item->structure.fields.data[i].attrs, ON_FIELD);
            for (uint32_t i = 0; item->kind == AST_ITEM_INTERFACE && i < item->interface.fns.len;
                 i++)
                check_list(checker, &item->interface.fns.data[i]->attrs, 0);
        }
    }
}

// --- what they do ------------------------------------------------------------------------------------------------------------

const AstAttr *attribute(const Checker *checker, const AstItem *item, const char *name) {
    for (uint32_t i = 0; i < item->attrs.len; i++)
        if (strcmp(text_of(checker, item->attrs.data[i].name.name), name) == 0)
            return &item->attrs.data[i];
    return NULL;
}

// The program names it at `span`.
void note_use(Checker *checker, const Decl *decl, Span span) {
    const AstAttr *attr = decl->item ? attribute(checker, decl->item, "deprecated") : NULL;
    bool inside = attr && span.file == decl->item->span.file &&
                  span.start >= decl->item->span.start && span.end <= decl->item->span.end;
    if (!attr || inside || attr->args.len != 1 || attr->args.data[0].value->kind != AST_EXPR_STR)
        return;
    uint64_t place = (uint64_t)span.file << 32 | span.start, round;
    if (map_get(checker->deprecated, place, &round) && round == checker->round) return; // said
    map_put(checker->deprecated, place, checker->round);
    Str why = attr->args.data[0].value->str;
    diag_report(
        checker->diags, span, E_DEPRECATED, text_of(checker, decl->item->name.name),
        arena_strndup(checker->arena, why.ptr, why.len)
    );
    diag_note(checker->diags, decl->item->name.span, "declared here");
}

// A call whose value nobody takes.
void check_dropped(Fn *fn, const HirExpr *value, Span span) {
    Checker *checker = fn->checker;
    const Decl *type = decl_of_type(checker, value->type), *called = NULL;
    uint64_t found;
    if (value->kind == HIR_CALL && map_get(checker->nominals, (uintptr_t)value->fn, &found))
        called = (const Decl *)(uintptr_t)found;
    bool must = (called && attribute(checker, called->item, "must_use")) ||
                (type && attribute(checker, type->item, "must_use"));
    if (!must || value->type->kind == HIR_TYPE_VOID) {
        if (!checker->in_instance)
            vec_push(checker->arena, &checker->dropped, ((Dropped){ value, fn->module, span }));
        return;
    }
    diag_report(checker->diags, value->span, E_MUST_USE, type_text(checker, value->type));
    diag_fix(
        checker->diags, (Span){ span.file, span.start, span.start },
        "_ = ", "say that it is dropped"
    );
}
