// Expressions: names, literals, fields, elements, and what leaves. Each is checked with the type that is wanted, which
// guides literals and `.name`; the caller converts.

#include "check__.h"

#include "base/check.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DEEPEST_EXPRESSION = 1000 };

// --- literals ----------------------------------------------------------------------------------------------------------

static const HirType *wanted_scalar(const HirType *want) {
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    return want;
}

static HirExpr *real(Fn *fn, double value, const HirType *want, Span span) {
    Checker *checker = fn->checker;
    want = wanted_scalar(want);
    bool is_short = want && want->kind == HIR_TYPE_F32;
    if (is_short) value = (float)value;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return literal(checker, simple(checker, is_short ? HIR_TYPE_F32 : HIR_TYPE_F64), bits, span);
}

static HirExpr *integer(Fn *fn, uint64_t value, const HirType *want, Span span) {
    Checker *checker = fn->checker;
    want = wanted_scalar(want);
    if (want && hir_type_is_float(want)) { // where it is exact
        uint64_t most = want->kind == HIR_TYPE_F32 ? (uint64_t)1 << 24 : (uint64_t)1 << 53;
        if (value <= most) return real(fn, (double)value, want, span);
    }
    if (want && hir_type_is_integer(want)) {
        if (literal_fits(want, value, false))
            return literal(checker, want, wrap_bits(want, value), span);
        diag_report(
            checker->diags, span, E_LITERAL_RANGE, (unsigned long long)value,
            type_text(checker, want)
        );
        return error_expr(checker, span);
    }
    HirTypeKind kind = value <= INT32_MAX   ? HIR_TYPE_I32
                       : value <= INT64_MAX ? HIR_TYPE_I64
                                            : HIR_TYPE_U64;
    return literal(checker, simple(checker, kind), value, span);
}

static HirExpr *character(Fn *fn, uint32_t value, const HirType *want, Span span) {
    want = wanted_scalar(want);
    if (want && hir_type_is_integer(want)) return integer(fn, value, want, span);
    return literal(fn->checker, simple(fn->checker, HIR_TYPE_CHAR), value, span);
}

static HirExpr *text_literal(Fn *fn, Str text, bool is_bytes, Span span) {
    Checker *checker = fn->checker;
    const HirType *type =
        is_bytes ? hir_type_slice(checker->types, HIR_STATIC, simple(checker, HIR_TYPE_U8))
                 : hir_type_str(checker->types, HIR_STATIC);
    HirExpr *expr = new_expr(checker, HIR_STR_LIT, type, span);
    expr->text = text;
    return expr;
}

// --- names -------------------------------------------------------------------------------------------------------------

HirLocal *find_local(const Fn *fn, Name name) {
    uint64_t found;
    for (const Scope *scope = fn->scope; scope; scope = scope->outer) {
        if (map_get(scope->names, name, &found)) {
            HirLocal *local = (HirLocal *)(uintptr_t)found;
            local->is_named = true;
            return local;
        }
        if (scope->consts && map_get(scope->consts, name, &found))
            return NULL; // hides what is outside
    }
    return NULL;
}

HirConst *find_const(const Fn *fn, Name name) {
    uint64_t found;
    for (const Scope *scope = fn->scope; scope; scope = scope->outer) {
        if (scope->consts && map_get(scope->consts, name, &found)) {
            HirConst *constant = (HirConst *)(uintptr_t)found;
            constant->is_named = true;
            return constant;
        }
        if (map_get(scope->names, name, &found)) return NULL;
    }
    return NULL;
}

HirExpr *local_place(Fn *fn, HirLocal *local, Span span) {
    HirExpr *place = new_expr(fn->checker, HIR_LOCAL, local->type, span);
    place->local = local;
    return place;
}

HirExpr *local_value(Fn *fn, HirLocal *local, Span span) {
    return as_value(fn->checker, local_place(fn, local, span));
}

bool same_place(const HirExpr *a, const HirExpr *b) {
    if (!a || !b || a->kind != b->kind) return false;
    if (a->kind == HIR_LOCAL) return a->local == b->local;
    if (a->kind == HIR_FIELD && a->row != b->row) return false;
    return (a->kind == HIR_FIELD || a->kind == HIR_DEREF) && same_place(a->base, b->base);
}

static HirExpr *const_place(Fn *fn, const HirConst *constant, Span span) {
    if (constant->broken) return error_expr(fn->checker, span);
    HirExpr *place = new_expr(fn->checker, HIR_CONSTANT, constant->type, span);
    place->constant = constant;
    return place;
}

static HirExpr *decl_value(Fn *fn, Decl *decl, Span span) {
    Checker *checker = fn->checker;
    complete_decl(checker, decl);
    note_use(checker, decl, span);
    if (decl->kind == DECL_CONST) return const_place(fn, decl->constant, span);
    if (decl->kind == DECL_FN) {
        if (decl->fn->broken) return error_expr(checker, span);
        if (takes_ref_fn(&decl->fn->sig)) {
            diag_report(checker->diags, span, E_REF_FN_TAKEN, text_of(checker, decl->name));
            diag_help(
                checker->diags, "a closure around it is one: `fn (x) { %s(x, ...); }`",
                text_of(checker, decl->name)
            );
            return error_expr(checker, span);
        }
        HirExpr *value =
            new_expr(checker, HIR_FN_REF, hir_type_fn(checker->types, &decl->fn->sig), span);
        value->fn = decl->fn;
        return value;
    }
    if (decl->kind != DECL_REFUSED)
        diag_report(checker->diags, span, E_NOT_A_VALUE, text_of(checker, decl->name));
    return error_expr(checker, span);
}

static HirExpr *check_inst(Fn *fn, const AstExpr *expr) { // `f::<u8>` as a value
    Decl *decl = generic_fn(fn, expr->inst.base);
    if (!decl && check_expr(fn, expr->inst.base, NULL)->kind != HIR_ERROR)
        diag_report(
            fn->checker->diags, expr->span, E_TYPE_ARGUMENTS, "this", 0u, expr->inst.args.len
        );
    Call call = { .given = &expr->inst.args };
    Decl *instance = decl ? infer_instance(fn, decl, NULL, &call, NULL, expr->span) : NULL;
    return instance ? decl_value(fn, instance, expr->span) : error_expr(fn->checker, expr->span);
}

// `a` where a variant is wanted that is called so.
static bool is_bare_variant(const HirType *want, Name name) {
    for (uint32_t i = 0; want && want->kind == HIR_TYPE_ENUM && i < want->enumeration->variants.len;
         i++)
        if (want->enumeration->variants.data[i].name == name) return true;
    return false;
}

static HirExpr *unknown_name(Fn *fn, const AstName *name, const HirType *want) {
    Checker *checker = fn->checker;
    if (is_bare_variant(want, name->name)) {
        diag_report(checker->diags, name->span, E_UNKNOWN_NAME, text_of(checker, name->name));
        diag_fix(
            checker->diags, (Span){ name->span.file, name->span.start, name->span.start }, ".",
            "a variant is written with a `.` before its name"
        );
    } else {
        report_unknown(checker, fn, fn->module, name->name, name->span);
    }
    return error_expr(checker, name->span);
}

static HirExpr *name_value(Fn *fn, const AstName *name, const HirType *want) {
    HirLocal *local = find_local(fn, name->name);
    if (local) local->mentions++;
    if (local)
        return is_error(local->type) ? error_expr(fn->checker, name->span)
                                     : local_place(fn, local, name->span);
    const HirConst *constant = find_const(fn, name->name);
    if (constant) return const_place(fn, constant, name->span);
    HirExpr *field = fn->self ? self_field(fn, name) : NULL;
    if (field) return field;
    const Binding *bound = find_binding(fn->checker, name->name);
    if (bound && bound->is_value && bound->symbol)
        return symbol_literal(fn->checker, bound->type, bound->symbol, name->span);
    if (bound && bound->is_value)
        return literal(fn->checker, bound->type, bound->value, name->span);
    Decl *decl = find_decl(fn->checker, fn->module, name->name, name->span);
    return decl ? decl_value(fn, decl, name->span) : unknown_name(fn, name, want);
}

// The type that an expression names: `Shape`, `shapes.Shape`.
Decl *named_type(Fn *fn, const AstExpr *expr) {
    Decl *decl = NULL;
    if (expr->kind == AST_EXPR_NAME && !find_local(fn, expr->name.name))
        decl = find_decl(fn->checker, fn->module, expr->name.name, expr->name.span);
    if (expr->kind == AST_EXPR_FIELD && expr->field.base->kind == AST_EXPR_NAME &&
        !find_local(fn, expr->field.base->name.name)) {
        Module *module = find_module(fn->checker, fn->module, expr->field.base->name.name);
        uint64_t found;
        if (module && map_get(module->scope, expr->field.name.name, &found) &&
            ((Decl *)(uintptr_t)found)->is_pub)
            decl = (Decl *)(uintptr_t)found;
    }
    bool generic = decl && decl->kind == DECL_GENERIC &&
                   (decl->item->kind == AST_ITEM_STRUCT || decl->item->kind == AST_ITEM_ENUM);
    return decl && (decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM || generic) ? decl : NULL;
}

// The type that stands before a dot or a brace. A generic one gets its arguments from `T::<...>`, or is the type that is
// wanted. NULL: no type; ERROR: reported.
const HirType *type_before_dot(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    const AstExpr *name = expr->kind == AST_EXPR_INST ? expr->inst.base : expr;
    const Binding *bound = name->kind == AST_EXPR_NAME && !find_local(fn, name->name.name)
                               ? find_binding(checker, name->name.name)
                               : NULL;
    if (bound && !bound->is_value) return bound->type;
    if (checker->self && name->kind == AST_EXPR_NAME && name->name.name == checker->self_name &&
        !find_local(fn, name->name.name))
        return checker->self;
    Decl *decl = named_type(fn, name);
    if (!decl) return NULL;
    complete_decl(checker, decl);
    if (decl->kind != DECL_GENERIC) return decl_type(checker, decl);
    if (expr->kind == AST_EXPR_INST)
        return instance_type(checker, fn->module, decl, &expr->inst.args, expr->span);
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    const Decl *wanted = want ? decl_of_type(checker, want) : NULL;
    if (wanted && wanted->generic == decl) return want;
    diag_report(
        checker->diags, expr->span, E_CANNOT_INFER, "its arguments", text_of(checker, decl->name)
    );
    diag_help(checker->diags, "say them: `%s::<...>`", text_of(checker, decl->name));
    return simple(checker, HIR_TYPE_ERROR);
}

Decl *open_type(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    bool is_name = expr->kind == AST_EXPR_NAME;
    const Binding *bound = is_name ? find_binding(checker, expr->name.name) : NULL;
    bool is_self = checker->self && is_name && expr->name.name == checker->self_name;
    Decl *decl = (bound && !bound->is_value) || is_self ? NULL : named_type(fn, expr);
    if (!decl || decl->kind != DECL_GENERIC) return NULL;
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    const Decl *wanted = want ? decl_of_type(checker, want) : NULL;
    return wanted && wanted->generic == decl ? NULL : decl;
}

// The generic function that an expression names; NULL: it names something else.
Decl *generic_fn(Fn *fn, const AstExpr *expr) {
    Decl *decl = NULL;
    if (expr->kind == AST_EXPR_NAME && !find_local(fn, expr->name.name) &&
        !find_const(fn, expr->name.name))
        decl = find_decl(fn->checker, fn->module, expr->name.name, expr->name.span);
    if (expr->kind == AST_EXPR_FIELD && expr->field.base->kind == AST_EXPR_NAME &&
        !find_local(fn, expr->field.base->name.name)) {
        Module *module = find_module(fn->checker, fn->module, expr->field.base->name.name);
        uint64_t found;
        if (module && map_get(module->scope, expr->field.name.name, &found) &&
            ((Decl *)(uintptr_t)found)->is_pub)
            decl = (Decl *)(uintptr_t)found;
    }
    return decl && decl->kind == DECL_GENERIC && decl->item->kind == AST_ITEM_FN ? decl : NULL;
}

// `module.name`, where the first word is no local and no declaration.
static HirExpr *qualified(Fn *fn, const AstExpr *expr) {
    const AstExpr *base = expr->field.base;
    if (base->kind != AST_EXPR_NAME || find_local(fn, base->name.name) ||
        find_decl(fn->checker, fn->module, base->name.name, base->name.span))
        return NULL;
    if (!find_module(fn->checker, fn->module, base->name.name)) return NULL;
    AstPath path = { .span = expr->span };
    vec_push(fn->checker->arena, &path.names, base->name);
    vec_push(fn->checker->arena, &path.names, expr->field.name);
    Decl *decl = find_path(fn->checker, fn->module, &path);
    return decl ? decl_value(fn, decl, expr->span) : error_expr(fn->checker, expr->span);
}

// --- fields and elements --------------------------------------------------------------------------------------------------

HirExpr *receiver_place(Fn *fn, HirExpr *base) {
    HirExpr *place = as_place(fn->checker, base);
    while (place->type->kind == HIR_TYPE_PTR)
        place = deref(fn->checker, place);
    return place;
}

static HirExpr *builtin_one(
    Fn *fn, HirBuiltin builtin, HirExpr *place, const HirType *type, Span span
) {
    HirExpr *expr = new_expr(fn->checker, HIR_BUILTIN, type, span);
    expr->builtin = builtin;
    vec_push(fn->checker->arena, &expr->args, place);
    return expr;
}

// `.len` and `.bytes`; NULL if it is neither.
static HirExpr *builtin_field(Fn *fn, HirExpr *base, Name name, Span span) {
    Checker *checker = fn->checker;
    HirExpr *place = receiver_place(fn, base);
    HirTypeKind kind = place->type->kind;
    const char *word = text_of(checker, name);
    if (strcmp(word, "len") == 0 && kind == HIR_TYPE_ARRAY && place->type->symbol)
        return symbol_literal(checker, simple(checker, HIR_TYPE_USIZE), place->type->symbol, span);
    if (strcmp(word, "len") == 0 && kind == HIR_TYPE_ARRAY)
        return literal(checker, simple(checker, HIR_TYPE_USIZE), place->type->count, span);
    if (strcmp(word, "len") == 0 &&
        (hir_type_is_indexed(place->type) || kind == HIR_TYPE_STR || kind == HIR_TYPE_SET))
        return builtin_one(fn, HIR_BUILTIN_LEN, place, simple(checker, HIR_TYPE_USIZE), span);
    if (strcmp(word, "bytes") == 0 && kind == HIR_TYPE_STR)
        return builtin_one(
            fn, HIR_BUILTIN_BYTES_OF, place,
            hir_type_slice(checker->types, HIR_CONST, simple(checker, HIR_TYPE_U8)), span
        );
    return NULL;
}

static HirExpr *struct_field(Fn *fn, HirExpr *place, const AstName *name, Span span) {
    Checker *checker = fn->checker;
    const HirStruct *structure = place->type->structure;
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        const HirField *field = &structure->fields.data[i];
        if (field->name != name->name) continue;
        if (!field->is_pub && structure->module != fn->module->path) {
            diag_report(
                checker->diags, name->span, E_PRIVATE, text_of(checker, name->name),
                text_of(checker, structure->module)
            );
            diag_note(checker->diags, field->span, "declared without `pub` here");
            return error_expr(checker, span);
        }
        HirExpr *expr = new_expr(checker, HIR_FIELD, field->type, span);
        expr->base = place;
        expr->row = i;
        return is_error(field->type) ? error_expr(checker, span) : expr;
    }
    if (!structure->broken) {
        diag_report(
            checker->diags, name->span, E_NO_FIELD, type_text(checker, place->type),
            text_of(checker, name->name)
        );
        near_field(checker, place->type, text_of(checker, name->name), name->span);
    }
    return error_expr(checker, span);
}

static uint64_t float_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The greatest and the least number, and what is no number. NULL: the type has nothing of that name.
static HirExpr *float_limit(Checker *checker, const HirType *type, const char *word, Span span) {
    double most = type->kind == HIR_TYPE_F32 ? (double)FLT_MAX : DBL_MAX;
    if (strcmp(word, "max") == 0) return literal(checker, type, float_bits(most), span);
    if (strcmp(word, "min") == 0) return literal(checker, type, float_bits(-most), span);
    if (strcmp(word, "infinity") == 0)
        return literal(checker, type, float_bits((double)INFINITY), span);
    if (strcmp(word, "nan") == 0) return literal(checker, type, UINT64_C(0x7ff8) << 48, span);
    return NULL;
}

static HirExpr *no_limit(Checker *checker, const AstExpr *expr, const HirType *type) {
    const char *word = text_of(checker, expr->field.name.name);
    bool real = hir_type_is_float(type);
    diag_report(checker->diags, expr->field.name.span, E_NO_FIELD, type_text(checker, type), word);
    if (real || hir_type_is_integer(type))
        diag_help(
            checker->diags,
            real ? "there are `%s.max`, `min`, `infinity` and `nan`"
                 : "there are `%s.max` and `min`",
            type_text(checker, type)
        );
    return error_expr(checker, expr->span);
}

static HirExpr *type_limit(Fn *fn, const AstExpr *expr) { // u32.max
    Checker *checker = fn->checker;
    const HirType *type = resolve_type(checker, fn->module, expr->field.base->type);
    const char *word = text_of(checker, expr->field.name.name);
    bool is_max = strcmp(word, "max") == 0;
    if (is_error(type)) return error_expr(checker, expr->span);
    if (hir_type_is_float(type)) {
        HirExpr *limit = float_limit(checker, type, word, expr->span);
        return limit ? limit : no_limit(checker, expr, type);
    }
    if (!hir_type_is_integer(type) || (!is_max && strcmp(word, "min") != 0))
        return no_limit(checker, expr, type);
    uint32_t width = hir_type_bits(type);
    uint64_t max = hir_type_is_signed(type) ? ((uint64_t)1 << (width - 1)) - 1
                   : width == 64            ? UINT64_MAX
                                            : ((uint64_t)1 << width) - 1;
    return literal(checker, type, is_max ? max : hir_type_is_signed(type) ? ~max : 0, expr->span);
}

// What it leads to has no such field, whatever the sign.
static void help_pointee(Checker *checker, const HirType *type, const char *name) {
    bool texts = type->kind == HIR_TYPE_CHAR || type->kind == HIR_TYPE_U8;
    if (texts && strcmp(name, "len") == 0)
        diag_help(
            checker->diags, "`%s*` leads to one of them; a `str` and a `const u8[]` have a length",
            type_text(checker, type)
        );
    else
        diag_help(checker->diags, "`*p` is the `%s` that it leads to", type_text(checker, type));
}

// The sign before the field becomes the other one, unless more than that is wrong.
static void fix_arrow(Checker *checker, const AstExpr *expr, const HirType *type) {
    const char *sign = expr->field.arrow ? "->" : ".", *right = expr->field.arrow ? "." : "->";
    uint32_t length = (uint32_t)strlen(sign), end = expr->field.name.span.start;
    Str text = source_text(checker->program->map, expr->span.file);
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    const HirType *owner = is_struct ? type : type->elem;
    if (type->kind == HIR_TYPE_PTR && !has_field(owner, expr->field.name.name)) {
        help_pointee(checker, owner, text_of(checker, expr->field.name.name));
        return;
    }
    if (expr->field.arrow != is_struct || end < length ||
        memcmp(text.ptr + end - length, sign, length) != 0)
        return;
    diag_fix(
        checker->diags, (Span){ expr->span.file, end - length, end }, right, "write `%s`", right
    );
}

static HirExpr *check_field(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (expr->field.base->kind == AST_EXPR_TYPE) return type_limit(fn, expr);
    const HirType *named = type_before_dot(fn, expr->field.base, want);
    if (named && named->kind == HIR_TYPE_ENUM)
        return make_variant(fn, named, expr->field.name.name, NULL, false, expr->span);
    if (named && is_error(named)) return error_expr(checker, expr->span);
    HirExpr *base = qualified(fn, expr);
    if (base) return base;
    base = check_expr(fn, expr->field.base, NULL);
    if (base->kind == HIR_ERROR) return base;
    HirExpr *builtin = builtin_field(fn, base, expr->field.name.name, expr->span);
    if (builtin) return builtin;
    HirExpr *place = as_place(checker, base);
    if (expr->field.arrow && place->type->kind == HIR_TYPE_PTR)
        place = deref(checker, place);
    else if (expr->field.arrow || place->type->kind == HIR_TYPE_PTR) {
        diag_report(
            checker->diags, expr->field.name.span, E_FIELD_ARROW, expr->field.arrow ? "." : "->",
            type_text(checker, place->type)
        );
        fix_arrow(checker, expr, place->type);
        return error_expr(checker, expr->span);
    }
    if (place->type->kind == HIR_TYPE_STRUCT)
        return struct_field(fn, place, &expr->field.name, expr->span);
    diag_report(
        checker->diags, expr->field.name.span, E_NO_FIELD, type_text(checker, place->type),
        text_of(checker, expr->field.name.name)
    );
    near_field(
        checker, place->type, text_of(checker, expr->field.name.name), expr->field.name.span
    );
    return error_expr(checker, expr->span);
}

// The array or slice that is indexed, through a pointer to an array or to an owned slice.
static HirExpr *indexed(Fn *fn, const AstExpr *ast) {
    HirExpr *base = check_expr(fn, ast, NULL);
    if (base->kind == HIR_ERROR) return NULL;
    HirExpr *place = receiver_place(fn, base);
    if (hir_type_is_indexed(place->type)) return place;
    diag_report(fn->checker->diags, ast->span, E_NOT_INDEXED, type_text(fn->checker, place->type));
    if (place->type->kind == HIR_TYPE_STR)
        diag_help(fn->checker->diags, "a text has bytes: `text.bytes[i]`");
    else if (find_method(fn->checker, place->type, names_add_c(fn->checker->names, "get")).decl)
        diag_help(fn->checker->diags, "it has a function for it: `x.get(...)`");
    return NULL;
}

// An index has any unsigned type that widens to usize; u64 serves too.
HirExpr *check_index_value(Fn *fn, const AstExpr *ast) {
    Checker *checker = fn->checker;
    const HirType *usize = simple(checker, HIR_TYPE_USIZE);
    HirExpr *index = check_expr(fn, ast, usize);
    if (index->type->kind == HIR_TYPE_U64) {
        HirExpr *cast = new_expr(checker, HIR_CAST, usize, index->span);
        cast->family = HIR_WRAP; // the same 64 bits
        cast->base = as_value(checker, index);
        return cast;
    }
    return coerce(checker, index, usize);
}

static HirExpr *check_index(Fn *fn, const AstExpr *expr) {
    HirExpr *base = indexed(fn, expr->index.base);
    HirExpr *index = check_index_value(fn, expr->index.at);
    if (!base || index->kind == HIR_ERROR) return error_expr(fn->checker, expr->span);
    HirExpr *place = new_expr(fn->checker, HIR_INDEX, base->type->elem, expr->span);
    place->base = base;
    place->index = index;
    return place;
}

static HirExpr *check_slice(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    const AstRange *range = &expr->slice.range;
    HirExpr *base = indexed(fn, expr->slice.base);
    HirExpr *lo = range->lo ? check_index_value(fn, range->lo) : NULL,
            *hi = range->hi ? check_index_value(fn, range->hi) : NULL;
    if (!base || (lo && lo->kind == HIR_ERROR) || (hi && hi->kind == HIR_ERROR))
        return error_expr(checker, expr->span);
    if (range->inclusive && hi)
        hi = arithmetic(
            fn, HIR_ADD, HIR_TRAP, hi, literal(checker, hi->type, 1, hi->span), range->span
        );
    if (is_managed_slice(base)) {
        refuse_lending(checker, base);
        return error_expr(checker, expr->span);
    }
    bool can_change = base->type->kind == HIR_TYPE_ARRAY || base->type->kind == HIR_TYPE_VECTOR ||
                      base->type->mode == HIR_OWN || base->type->mode == HIR_MUT;
    bool shared = !want || want->kind != HIR_TYPE_SLICE || want->mode == HIR_CONST ||
                  want->mode == HIR_STATIC; // unless an exclusive one is asked for
    HirMode mode = can_change && !shared ? HIR_MUT : HIR_CONST;
    if (mode == HIR_MUT && !check_mutable(checker, base)) return error_expr(checker, expr->span);
    if (!check_pointee(checker, hir_type_slice(checker->types, mode, base->type->elem), expr->span))
        return error_expr(checker, expr->span);
    HirExpr *view = new_expr(
        checker, HIR_SUBVIEW, hir_type_slice(checker->types, mode, base->type->elem), expr->span
    );
    view->base = base;
    view->lo = lo;
    view->hi = hi;
    view->mode = mode;
    return view;
}

// --- what leaves ----------------------------------------------------------------------------------------------------------

static HirStmt *leaving(Fn *fn, const AstStmt *leave) {
    HirStmt *block = check_nested(fn, leave);
    if (!stmt_ends(block)) diag_report(fn->checker->diags, leave->span, E_ELSE_MUST_LEAVE);
    return block;
}

static void refuse_optional(Checker *checker, const HirExpr *value) {
    uint32_t ok;
    diag_report(checker->diags, value->span, E_NOT_OPTIONAL, type_text(checker, value->type));
    if (is_result(checker, value->type, &ok))
        diag_help(
            checker->diags,
            "`try f()` passes its error on, `r.value()` is an optional, `r.value_or(y)` the value or another (std.result)"
        );
}

static HirExpr *check_else(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    const HirType *wanted = want && !is_error(want) && want->kind != HIR_TYPE_OPTION
                                ? hir_type_option(checker->types, want)
                                : NULL;
    HirExpr *value =
        as_value(checker, lend_wanted(checker, check_expr(fn, expr->orelse.value, wanted), want));
    if (value->kind != HIR_ERROR && value->type->kind != HIR_TYPE_OPTION) {
        refuse_optional(checker, value);
        value = error_expr(checker, expr->span);
    }
    const HirType *type = value->kind == HIR_ERROR ? value->type : value->type->elem;
    HirExpr *result = new_expr(checker, HIR_ELSE, type, expr->span);
    result->base = value;
    if (expr->orelse.leave)
        result->leave = leaving(fn, expr->orelse.leave);
    else
        vec_push(checker->arena, &result->args, check_value(fn, expr->orelse.otherwise, type));
    return value->kind == HIR_ERROR ? value : result;
}

static HirExpr *check_force(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirExpr *value = check_expr(fn, expr->force, NULL);
    HirExpr *place =
        value->type->kind == HIR_TYPE_OPTION ? forced_place(checker, value, expr->span) : NULL;
    if (place) return place;
    value = as_value(checker, value);
    if (value->kind == HIR_ERROR) return value;
    if (value->type->kind != HIR_TYPE_OPTION) {
        refuse_optional(checker, value);
        return error_expr(checker, expr->span);
    }
    HirExpr *result = new_expr(checker, HIR_FORCE, value->type->elem, expr->span);
    result->base = value;
    return result;
}

static HirExpr *check_ternary(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (want && want->kind == HIR_TYPE_REF_FN) { // a closure is made where it is passed
        diag_report(checker->diags, expr->span, E_CLOSURE_PLACE, "a closure", "ref fn");
        diag_help(
            checker->diags,
            "here it is one of two: choose inside, `$\"{b ? \"yes\" : \"no\"}\"`, or by `if (b) ... else ...`"
        );
        return error_expr(checker, expr->span);
    }
    HirExpr *cond = check_cond(fn, expr->ternary.cond);
    HirExpr *then = as_value(checker, check_expr(fn, expr->ternary.then, want));
    HirExpr *otherwise =
        as_value(checker, check_expr(fn, expr->ternary.otherwise, want ? want : then->type));
    if (cond->kind == HIR_ERROR || then->kind == HIR_ERROR || otherwise->kind == HIR_ERROR)
        return error_expr(checker, expr->span);
    const HirType *type = then->type;
    if (want && then->type != otherwise->type)
        type = want;
    else if (widens(then->type, otherwise->type))
        type = otherwise->type;
    HirExpr *result = new_expr(checker, HIR_TERNARY, type, expr->span);
    vec_push(checker->arena, &result->args, cond);
    vec_push(checker->arena, &result->args, coerce(checker, then, type));
    vec_push(checker->arena, &result->args, coerce(checker, otherwise, type));
    bool wrong = result->args.data[1]->kind == HIR_ERROR || result->args.data[2]->kind == HIR_ERROR;
    return wrong ? error_expr(checker, expr->span) : result;
}

static HirExpr *check_none(Fn *fn, const HirType *want, Span span) {
    if (want && want->kind == HIR_TYPE_OPTION) return new_expr(fn->checker, HIR_NONE, want, span);
    if (!want || !is_error(want)) diag_report(fn->checker->diags, span, E_TYPE_UNKNOWN, "none");
    if (want && !is_error(want))
        diag_help(
            fn->checker->diags, "`%s` is wanted, which is no optional: a `%s?` may be none",
            type_text(fn->checker, want), type_text(fn->checker, want)
        );
    return error_expr(fn->checker, span);
}

// --- all of them -------------------------------------------------------------------------------------------------------------

static HirExpr *dispatch(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    switch (expr->kind) {
    case AST_EXPR_ERROR: return error_expr(checker, expr->span);
    case AST_EXPR_INT:
    case AST_EXPR_DURATION:
        return integer(
            fn, expr->integer,
            !want && expr->kind == AST_EXPR_DURATION ? simple(checker, HIR_TYPE_U64) : want,
            expr->span
        );
    case AST_EXPR_FLOAT: return real(fn, expr->real, want, expr->span);
    case AST_EXPR_CHAR: return character(fn, expr->character, want, expr->span);
    case AST_EXPR_STR: return text_literal(fn, expr->str, false, expr->span);
    case AST_EXPR_BYTES: return text_literal(fn, expr->str, true, expr->span);
    case AST_EXPR_BOOL:
        return literal(checker, simple(checker, HIR_TYPE_BOOL), expr->boolean, expr->span);
    case AST_EXPR_NONE: return check_none(fn, want, expr->span);
    case AST_EXPR_NAME: return name_value(fn, &expr->name, want);
    case AST_EXPR_VARIANT: return make_variant(fn, want, expr->name.name, NULL, false, expr->span);
    case AST_EXPR_FIELD: return check_field(fn, expr, want);
    case AST_EXPR_INDEX: return check_index(fn, expr);
    case AST_EXPR_SLICE: return check_slice(fn, expr, want);
    case AST_EXPR_CALL: return check_call(fn, expr, want);
    case AST_EXPR_FORCE: return check_force(fn, expr);
    case AST_EXPR_UNARY: return check_unary(fn, expr, want);
    case AST_EXPR_BINARY: return check_binary(fn, expr, want);
    case AST_EXPR_CAST: return check_cast(fn, expr);
    case AST_EXPR_TERNARY: return check_ternary(fn, expr, want);
    case AST_EXPR_ELSE: return check_else(fn, expr, want);
    case AST_EXPR_NEW: return check_new(fn, expr, want);
    case AST_EXPR_INIT: return check_init(fn, expr, want);
    case AST_EXPR_TYPE: diag_report(checker->diags, expr->span, E_NOT_A_VALUE, "a type"); break;
    case AST_EXPR_TEXT: return check_text(fn, expr, want);
    case AST_EXPR_INST: return check_inst(fn, expr);
    case AST_EXPR_TUPLE: return check_tuple(fn, expr, want);
    case AST_EXPR_CLOSURE: return check_closure(fn, expr, want);
    case AST_EXPR_SIZEOF: return check_sizeof(fn, expr);
    }
    return error_expr(checker, expr->span);
}

HirExpr *check_expr(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (checker->depth >= DEEPEST_EXPRESSION) {
        diag_report(checker->diags, expr->span, E_TOO_NESTED, "this expression");
        return error_expr(checker, expr->span);
    }
    checker->depth++;
    HirExpr *result = dispatch(fn, expr, want);
    checker->depth--;
    return result;
}

HirExpr *check_value(Fn *fn, const AstExpr *expr, const HirType *want) {
    HirExpr *value = check_expr(fn, expr, want);
    if (value->kind == HIR_ERROR) return value;
    value = want ? coerce(fn->checker, value, want) : as_value(fn->checker, value);
    if (value->kind != HIR_ERROR && value->type->kind == HIR_TYPE_VOID && !want) {
        diag_report(fn->checker->diags, expr->span, E_VOID_VALUE);
        return error_expr(fn->checker, expr->span);
    }
    return value;
}

HirExpr *check_cond(Fn *fn, const AstExpr *expr) {
    return check_value(fn, expr, simple(fn->checker, HIR_TYPE_BOOL));
}
