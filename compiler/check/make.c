// Values that are put together: variants, values between braces, zeros, and blocks of the heap.

#include "check__.h"

#include <string.h>

enum {
    MOST_SPELLED_ELEMENTS = 4096,
    MOST_ZEROS = 100000
}; // an array whose elements differ, or cannot be copied, is written out

// --- variants ----------------------------------------------------------------------------------------------------------

static const HirVariant *find_variant(const HirEnum *enumeration, Name name, uint32_t *row) {
    for (*row = 0; *row < enumeration->variants.len; ++*row)
        if (enumeration->variants.data[*row].name == name) return &enumeration->variants.data[*row];
    return NULL;
}

static HirExpr *look_at(
    Fn *fn, const AstArgs *args, Span span
) { // report what is wrong in there as well
    for (uint32_t i = 0; args && i < args->len; i++)
        check_expr(fn, args->data[i].value, simple(fn->checker, HIR_TYPE_ERROR));
    return error_expr(fn->checker, span);
}

static HirExpr *value_of(Fn *fn, const AstArg *arg, HirExpr *looked, const HirType *want) {
    return looked ? as_wanted(fn, looked, want) : check_value(fn, arg->value, want);
}

static HirExpr *make_option(
    Fn *fn, const HirType *type, bool some, const AstArgs *args, Span span
) {
    static const AstArgs empty = { 0 };
    Checker *checker = fn->checker;
    if (!check_given(
            checker, some ? "some" : "none", some, (ParamNames){ .words = "value" },
            args ? args : &empty, span
        ))
        return look_at(fn, args, span);
    HirExpr *expr = new_expr(checker, some ? HIR_SOME : HIR_NONE, type, span);
    if (some && (expr->base = check_value(fn, args->data[0].value, type->elem))->kind == HIR_ERROR)
        return expr->base;
    return expr;
}

// `looked`: arguments that have been looked at already; NULL: none.
static HirExpr *make_looked(
    Fn *fn,
    const HirType *type,
    Name name,
    const AstArgs *args,
    HirExpr *const *looked,
    bool has_args,
    Span span
) {
    static const AstArgs empty = { 0 };
    Checker *checker = fn->checker;
    const char *word = text_of(checker, name);
    if (type && type->kind == HIR_TYPE_OPTION &&
        (strcmp(word, "some") == 0 || strcmp(word, "none") == 0))
        return make_option(fn, type, word[0] == 's', args, span);
    while (type && type->kind == HIR_TYPE_OPTION)
        type = type->elem;
    if (!type || type->kind != HIR_TYPE_ENUM) {
        if (!type || !is_error(type)) {
            diag_report(
                checker->diags, span, E_TYPE_UNKNOWN, arena_printf(checker->arena, ".%s", word)
            );
            if (type && type->kind == HIR_TYPE_PTR && type->elem->kind == HIR_TYPE_ENUM)
                diag_help(
                    checker->diags, "`%s` is wanted: `*p` is the `%s` that it leads to",
                    type_text(checker, type), type_text(checker, type->elem)
                );
        }
        return look_at(fn, args, span);
    }
    uint32_t row;
    const HirVariant *variant = find_variant(type->enumeration, name, &row);
    if (!variant) {
        if (!type->enumeration->broken) {
            diag_report(checker->diags, span, E_NO_VARIANT, type_text(checker, type), word);
            near_variant(checker, type, word, span);
        }
        return look_at(fn, args, span);
    }
    if (type->enumeration->is_plain && !has_args)
        return literal(checker, type, variant->value, span);
    if (!check_given(
            checker, word, variant->fields.len, (ParamNames){ .fields = &variant->fields },
            args ? args : &empty, span
        ))
        return look_at(fn, args, span);
    if (type->enumeration->is_plain) return literal(checker, type, variant->value, span);
    HirExpr *expr = new_expr(checker, HIR_VARIANT, type, span);
    expr->row = row;
    bool good = true;
    for (uint32_t i = 0; i < variant->fields.len; i++) {
        HirExpr *arg =
            value_of(fn, &args->data[i], looked ? looked[i] : NULL, variant->fields.data[i].type);
        good = good && arg->kind != HIR_ERROR;
        vec_push(checker->arena, &expr->args, arg);
    }
    return good ? expr : error_expr(checker, span);
}

HirExpr *make_variant(
    Fn *fn, const HirType *type, Name name, const AstArgs *args, bool has_args, Span span
) {
    return make_looked(fn, type, name, args, NULL, has_args, span);
}

HirExpr *infer_variant(Fn *fn, Decl *generic, Name name, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    const AstVariant *variant = NULL;
    vec_each(AstVariant, it, &generic->item->enumeration.variants) {
        if (it->name.name == name && it->payload.len == args->len && args->len > 0) variant = it;
    }
    if (!variant) return NULL;
    const AstType **patterns = arena_array(checker->arena, const AstType *, args->len);
    Call call = { .args = args, .looked = arena_array(checker->arena, HirExpr *, args->len) };
    for (uint32_t i = 0; i < args->len; i++)
        patterns[i] = variant->payload.data[i].type;
    Decl *made = infer_made(fn, generic, patterns, &call, span);
    return made ? make_looked(fn, decl_type(checker, made), name, args, call.looked, true, span)
                : error_expr(checker, span);
}

// --- zeros -----------------------------------------------------------------------------------------------------------------

static HirExpr *zero_part(Checker *checker, const HirType *type, Span span);

static HirExpr *zero_array(Checker *checker, const HirType *type, Span span) {
    if (type->count == 0) return new_expr(checker, HIR_ARRAY_LIT, type, span);
    HirExpr *zero = zero_part(checker, type->elem, span);
    if (zero->kind == HIR_ERROR) return zero;
    bool plain = hir_type_is_plain(type->elem);
    if (!plain && type->count > MOST_SPELLED_ELEMENTS) {
        diag_report(checker->diags, span, E_NO_ZERO, type_text(checker, type));
        return error_expr(checker, span);
    }
    HirExpr *expr = new_expr(checker, plain ? HIR_REPEAT : HIR_ARRAY_LIT, type, span);
    if (plain) expr->base = zero;
    for (uint64_t i = 0; !plain && i < type->count; i++)
        vec_push(checker->arena, &expr->args, zero_part(checker, type->elem, span));
    return expr;
}

static HirExpr *zero_struct(Checker *checker, const HirType *type, Span span) {
    const HirStruct *structure = type->structure;
    HirExpr *expr = new_expr(checker, HIR_STRUCT_LIT, type, span);
    expr->rows = arena_array(checker->arena, uint32_t, structure->fields.len);
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        const HirField *field = &structure->fields.data[i];
        HirExpr *value = field->value ? field->value : zero_part(checker, field->type, span);
        if (value->kind == HIR_ERROR) return value;
        expr->rows[i] = i;
        vec_push(checker->arena, &expr->args, value);
    }
    return checked_value(checker, expr);
}

HirExpr *zero_value(Checker *checker, const HirType *type, Span span) {
    checker->zeros = 0;
    return zero_part(checker, type, span);
}

static HirExpr *zero_part(Checker *checker, const HirType *type, Span span) {
    if (is_error(type)) return error_expr(checker, span);
    if (++checker->zeros > MOST_ZEROS) {
        diag_report(checker->diags, span, E_TOO_NESTED, "this zero");
        diag_help(checker->diags, "a growable array is empty at first, whatever is in it later");
        return error_expr(checker, span);
    }
    if (hir_type_is_scalar(type)) return literal(checker, type, 0, span);
    if (type->kind == HIR_TYPE_ENUM && type->enumeration->is_flags)
        return literal(checker, type, 0, span); // none of them
    switch (type->kind) {
    case HIR_TYPE_ATOMIC:
    case HIR_TYPE_MUTEX:
        return make_shared(checker, type, zero_part(checker, type->elem, span), span);
    case HIR_TYPE_OPTION: return new_expr(checker, HIR_NONE, type, span);
    case HIR_TYPE_SET: return empty_set(checker, type, span);
    case HIR_TYPE_ARRAY: return zero_array(checker, type, span);
    case HIR_TYPE_STRUCT: return zero_struct(checker, type, span);
    case HIR_TYPE_GROW:
    case HIR_TYPE_VECTOR: {
        HirExpr *empty = new_expr(checker, HIR_BUILTIN, type, span);
        empty->builtin = HIR_BUILTIN_GROW_NEW;
        return empty;
    }
    default:
        diag_report(checker->diags, span, E_NO_ZERO, type_text(checker, type));
        if (type->kind == HIR_TYPE_SLICE && type->mode == HIR_OWN)
            diag_help(
                checker->diags, "`new %s[0]` is an empty one", type_text(checker, type->elem)
            );
        return error_expr(checker, span);
    }
}

// --- between braces ----------------------------------------------------------------------------------------------------------

static uint32_t field_row(const HirStruct *structure, Name name) {
    for (uint32_t i = 0; i < structure->fields.len; i++)
        if (structure->fields.data[i].name == name) return i;
    return UINT32_MAX;
}

// The field that an item is for: by its label, or in order. UINT32_MAX: reported.
static uint32_t item_row(Fn *fn, const HirType *type, const AstArg *item, uint32_t position) {
    Checker *checker = fn->checker;
    const HirStruct *structure = type->structure;
    uint32_t row = item->label.name ? field_row(structure, item->label.name) : position;
    if (row >= structure->fields.len) {
        if (item->label.name) {
            diag_report(
                checker->diags, item->label.span, E_NO_FIELD, type_text(checker, type),
                text_of(checker, item->label.name)
            );
            near_field(checker, type, text_of(checker, item->label.name), item->label.span);
        }
        return UINT32_MAX;
    }
    const HirField *field = &structure->fields.data[row];
    if (!field->is_pub && structure->module != fn->module->path) {
        diag_report(
            checker->diags, item->span, E_PRIVATE, text_of(checker, field->name),
            text_of(checker, structure->module)
        );
        return UINT32_MAX;
    }
    return row;
}

static void add_field(Checker *checker, HirExpr *expr, uint32_t row, HirExpr *value) {
    expr->rows[expr->args.len] = row;
    vec_push(checker->arena, &expr->args, value);
}

// What is written for a field that begins with nothing in it.
static void help_missing(Checker *checker, const HirField *field) {
    const HirType *type = field->type;
    const char *name = text_of(checker, field->name);
    if (type->kind == HIR_TYPE_OPTION)
        diag_help(checker->diags, "`.%s = none` says that there is none", name);
    else if (type->kind == HIR_TYPE_GROW)
        diag_help(checker->diags, "`.%s = {}` is empty at first", name);
    else if (type->kind == HIR_TYPE_ARRAY && hir_type_is_scalar(type->elem))
        diag_help(checker->diags, "`.%s = {}` is all zeros", name);
}

static bool add_missing(Fn *fn, HirExpr *expr, const HirType *type, const bool *given, Span span) {
    Checker *checker = fn->checker;
    const HirStruct *structure = type->structure;
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        if (given[i]) continue;
        Decl *decl = checker->types_known ? NULL : decl_of_type(checker, type);
        if (decl) complete_default(checker, decl, i);
        if (!structure->fields.data[i].value) {
            diag_report(
                checker->diags, span, E_FIELD_MISSING,
                text_of(checker, structure->fields.data[i].name), type_text(checker, type)
            );
            help_missing(checker, &structure->fields.data[i]);
            return false;
        }
        add_field(checker, expr, i, structure->fields.data[i].value);
    }
    return true;
}

static HirExpr *init_struct(
    Fn *fn, const AstExpr *ast, const HirType *type, HirExpr *const *looked
) {
    Checker *checker = fn->checker;
    const AstArgs *items = &ast->init.items;
    const HirStruct *structure = type->structure;
    if (structure->broken) {
        if (fn->fn) fn->fn->broken = true; // what is done with the value is not judged
        return look_at(fn, items, ast->span);
    }
    if (items->len > structure->fields.len) {
        diag_report(
            checker->diags, ast->span, E_ELEMENT_COUNT, type_text(checker, type),
            (unsigned long long)structure->fields.len, items->len
        );
        return look_at(fn, items, ast->span);
    }
    HirExpr *expr = new_expr(checker, HIR_STRUCT_LIT, type, ast->span);
    bool *given = arena_array(checker->arena, bool, structure->fields.len), good = true;
    expr->rows = arena_array(checker->arena, uint32_t, structure->fields.len);
    for (uint32_t i = 0; i < items->len; i++) {
        uint32_t row = item_row(fn, type, &items->data[i], i);
        HirExpr *value = value_of(
            fn, &items->data[i], looked ? looked[i] : NULL,
            row == UINT32_MAX ? simple(checker, HIR_TYPE_ERROR) : structure->fields.data[row].type
        );
        good = good && row != UINT32_MAX && value->kind != HIR_ERROR;
        if (row == UINT32_MAX) continue;
        if (given[row]) {
            diag_report(
                checker->diags, items->data[i].span, E_GIVEN_TWICE,
                text_of(checker, structure->fields.data[row].name)
            );
            good = false;
            continue;
        }
        given[row] = true;
        add_field(checker, expr, row, value);
    }
    return good && add_missing(fn, expr, type, given, ast->span) ? checked_value(checker, expr)
                                                                 : error_expr(checker, ast->span);
}

static HirExpr *init_array(Fn *fn, const AstExpr *ast, const HirType *type) {
    Checker *checker = fn->checker;
    const AstArgs *items = &ast->init.items;
    bool fill = ast->init.fill;
    if (type->symbol && (!fill || items->len > 1)) {
        diag_report(checker->diags, ast->span, E_CONSTANT_UNKNOWN, type->symbol->text);
        diag_help(checker->diags, "`{ x ... }` fills an array, however long it is");
        return look_at(fn, items, ast->span);
    }
    bool fits = fill ? items->len <= type->count + 1 : items->len == type->count;
    if (!fits) {
        diag_report(
            checker->diags, ast->span, E_ELEMENT_COUNT, type_text(checker, type),
            (unsigned long long)type->count, items->len
        );
        return look_at(fn, items, ast->span);
    }
    HirExpr *expr =
        new_expr(checker, fill && items->len == 1 ? HIR_REPEAT : HIR_ARRAY_LIT, type, ast->span);
    HirExpr *last = NULL;
    for (uint32_t i = 0; i < items->len; i++) {
        last = check_value(fn, items->data[i].value, type->elem);
        if (last->kind == HIR_ERROR) return look_at(fn, items, ast->span);
        if (expr->args.len < type->count) vec_push(checker->arena, &expr->args, last);
    }
    if (!fill) return expr;
    if (!hir_type_is_plain(type->elem)) {
        diag_report(checker->diags, ast->span, E_NOT_PLAIN, type_text(checker, type->elem));
        return error_expr(checker, ast->span);
    }
    if (expr->kind == HIR_REPEAT) {
        expr->base = last;
        expr->args.len = 0;
    }
    bool is_long = type->count > MOST_SPELLED_ELEMENTS || last->kind != HIR_LITERAL;
    if (expr->kind == HIR_ARRAY_LIT && is_long && type->count > items->len) {
        expr->kind = HIR_REPEAT;
        expr->base = vec_pop(&expr->args);
    }
    while (expr->kind == HIR_ARRAY_LIT && expr->args.len < type->count)
        vec_push(checker->arena, &expr->args, last);
    return expr;
}

// The first elements of a growable array: `{ 1, 2, 3 }`.
static HirExpr *init_growable(Fn *fn, const AstExpr *ast, const HirType *type) {
    Checker *checker = fn->checker;
    const AstArgs *items = &ast->init.items;
    if (ast->init.fill) {
        diag_report(checker->diags, ast->span, E_BAD_INIT, type_text(checker, type));
        diag_help(
            checker->diags,
            "what is growable has as many elements as are listed: `...` fills arrays"
        );
        return look_at(fn, items, ast->span);
    }
    if (type->kind == HIR_TYPE_VECTOR && !type->symbol && items->len > type->count) {
        diag_report(
            checker->diags, ast->span, E_ELEMENT_COUNT, type_text(checker, type),
            (unsigned long long)type->count, items->len
        );
        return look_at(fn, items, ast->span);
    }
    HirExpr *expr = new_expr(checker, HIR_LISTED, type, ast->span);
    for (uint32_t i = 0; i < items->len; i++) {
        HirExpr *value = check_value(fn, items->data[i].value, type->elem);
        if (value->kind == HIR_ERROR) return look_at(fn, items, ast->span);
        vec_push(checker->arena, &expr->args, value);
    }
    return expr;
}

// A borrow of an array that lasts as long as the statement.
static HirExpr *init_slice(Fn *fn, const AstExpr *ast, const HirType *type) {
    Checker *checker = fn->checker;
    const HirType *array = hir_type_array(checker->types, type->elem, ast->init.items.len);
    HirExpr *value = init_array(fn, ast, array);
    return value->kind == HIR_ERROR ? value : coerce(checker, as_place(checker, value), type);
}

// `Box{ x }` where nothing says which box: its fields do.
static HirExpr *infer_init(Fn *fn, Decl *generic, const AstExpr *expr, Span span) {
    Checker *checker = fn->checker;
    const AstArgs *items = &expr->init.items;
    const AstStruct *declared = &generic->item->structure;
    const AstType **patterns = arena_array(checker->arena, const AstType *, items->len);
    Call call = { .args = items, .looked = arena_array(checker->arena, HirExpr *, items->len) };
    for (uint32_t i = 0; i < items->len; i++)
        for (uint32_t row = 0; row < declared->fields.len; row++) {
            Name label = items->data[i].label.name;
            const AstField *field = &declared->fields.data[row];
            if (label ? label == field->name.name : row == i) patterns[i] = field->type;
        }
    Decl *made = infer_made(fn, generic, patterns, &call, span);
    if (!made || made->kind != DECL_STRUCT) return error_expr(checker, span);
    return init_struct(fn, expr, decl_type(checker, made), call.looked);
}

HirExpr *check_init(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    const AstArgs *items = &expr->init.items;
    Decl *open = expr->init.type && items->len > 0 && !expr->init.fill
                     ? open_type(fn, expr->init.type, want)
                     : NULL;
    if (open && open->item->kind == AST_ITEM_STRUCT)
        return infer_init(fn, open, expr, expr->init.type->span);
    if (expr->init.type) {
        const HirType *named = type_before_dot(fn, expr->init.type, want);
        bool empty_flags = named && named->kind == HIR_TYPE_ENUM && named->enumeration->is_flags &&
                           items->len == 0;
        if (!named || (named->kind != HIR_TYPE_STRUCT && !empty_flags)) {
            if (!named || !is_error(named))
                diag_report(checker->diags, expr->init.type->span, E_NOT_A_TYPE, "this");
            return look_at(fn, items, expr->span);
        }
        want = named;
    }
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    if (!want) {
        diag_report(checker->diags, expr->span, E_TYPE_UNKNOWN, "{ ... }");
        return look_at(fn, items, expr->span);
    }
    if (items->len == 0) return zero_value(checker, want, expr->span);
    if (want->kind == HIR_TYPE_STRUCT && !expr->init.fill) return init_struct(fn, expr, want, NULL);
    if (want->kind == HIR_TYPE_ARRAY) return init_array(fn, expr, want);
    if (want->kind == HIR_TYPE_GROW || want->kind == HIR_TYPE_VECTOR)
        return init_growable(fn, expr, want);
    bool borrowed =
        want->kind == HIR_TYPE_SLICE && want->mode != HIR_OWN && want->mode != HIR_STATIC;
    if (borrowed && !expr->init.fill) return init_slice(fn, expr, want);
    bool is_one = items->len == 1 && !items->data[0].label.name && !expr->init.fill;
    if (is_one && (want->kind == HIR_TYPE_ATOMIC || want->kind == HIR_TYPE_MUTEX))
        return make_shared(
            checker, want, check_value(fn, items->data[0].value, want->elem), expr->span
        );
    if (is_one && want->kind != HIR_TYPE_PARAM) return check_value(fn, items->data[0].value, want);
    if (!is_error(want))
        diag_report(checker->diags, expr->span, E_BAD_INIT, type_text(checker, want));
    if (want->kind == HIR_TYPE_SLICE && want->mode == HIR_OWN)
        diag_help(
            checker->diags, "`new %s[%u]{ ... }` puts them on the heap",
            type_text(checker, want->elem), items->len
        );
    return look_at(fn, items, expr->span);
}

// --- new ---------------------------------------------------------------------------------------------------------------------------

static HirExpr *new_text(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirExpr *text = check_expr(fn, expr->make.value, NULL);
    if (text->kind == HIR_ERROR) return text;
    const HirType *type = text->type->kind == HIR_TYPE_STR
                              ? hir_type_str(checker->types, HIR_OWN)
                              : hir_type_slice(checker->types, HIR_OWN, text->type->elem);
    HirExpr *copy = new_expr(checker, HIR_NEW_COPY, type, expr->span);
    copy->base = as_place(checker, text);
    return copy;
}

static bool may_be_kept(Fn *fn, const HirType *type, HirMode mode, Span span) {
    Checker *checker = fn->checker;
    if (is_error(type)) return false;
    if (hir_type_is_second_class(type)) {
        diag_report(
            checker->diags, span, E_BORROW_STORED,
            type_text(checker, hir_type_ptr(checker->types, HIR_OWN, type))
        );
        return false;
    }
    if (type->kind == HIR_TYPE_VOID) {
        diag_report(checker->diags, span, E_BAD_NEW, type_text(checker, type));
        return false;
    }
    return check_leads(checker, hir_type_ptr(checker->types, mode, type), span);
}

// Of elements that own something, of a managed array, or where there may be no memory: not copied from a place that has them.
static HirExpr *new_listed(
    Checker *checker, HirExpr *listed, HirExpr *length, const HirType *type, Span span
) {
    if (listed->kind != HIR_ARRAY_LIT) { // only where `{ ... }` stands for something else
        diag_report(checker->diags, span, E_NOT_PLAIN, type_text(checker, type->elem));
        return error_expr(checker, span);
    }
    HirExpr *array = new_expr(checker, HIR_NEW_ARRAY, type, span);
    array->lo = length;
    vec_each(HirExpr *, it, &listed->args)
        vec_push(checker->arena, &array->args, *it);
    if (hir_type_is_plain(type->elem)) array->base = vec_pop(&array->args);
    return array;
}

static HirExpr *new_array(Fn *fn, const AstExpr *expr, const HirType *elem) {
    Checker *checker = fn->checker;
    const HirType *type = hir_type_slice(checker->types, expr->make.gc ? HIR_GC : HIR_OWN, elem);
    const AstExpr *value = expr->make.value;
    HirExpr *length = check_index_value(fn, expr->make.length);
    bool listed =
        value && value->kind == AST_EXPR_INIT && value->init.items.len > 0 && !value->init.fill;
    if (listed && !check_known(checker, length)) return error_expr(checker, expr->span);
    if (listed) {
        uint64_t count = value->init.items.len;
        if (length->kind == HIR_LITERAL && length->bits != count)
            diag_report(
                checker->diags, value->span, E_ELEMENT_COUNT, type_text(checker, type),
                (unsigned long long)length->bits, value->init.items.len
            );
        HirExpr *array = check_init(fn, value, hir_type_array(checker->types, elem, count));
        if (array->kind == HIR_ERROR || length->kind != HIR_LITERAL || length->bits != count) {
            if (array->kind != HIR_ERROR && length->kind != HIR_LITERAL)
                diag_report(
                    checker->diags, length->span, E_CONST_TRAP,
                    "the length of listed elements is known when compiling"
                );
            return error_expr(checker, expr->span);
        }
        if (!hir_type_is_plain(elem) || expr->make.optional || expr->make.gc)
            return new_listed(checker, array, length, type, expr->span);
        HirExpr *copy = new_expr(checker, HIR_NEW_COPY, type, expr->span);
        copy->base = as_place(
            checker, coerce(checker, array, hir_type_slice(checker->types, HIR_CONST, elem))
        );
        return copy;
    }
    HirExpr *array = new_expr(checker, HIR_NEW_ARRAY, type, expr->span);
    const AstArgs *items = value && value->kind == AST_EXPR_INIT ? &value->init.items : NULL;
    HirExpr *item = NULL;
    bool good = length->kind != HIR_ERROR;
    for (uint32_t i = 0; items && i < items->len; i++) {
        if (item) vec_push(checker->arena, &array->args, item);
        item = check_value(fn, items->data[i].value, elem);
        good = good && item->kind != HIR_ERROR;
    }
    if (!item) item = zero_value(checker, elem, expr->span);
    if (!good || item->kind == HIR_ERROR) return error_expr(checker, expr->span);
    if (length->kind == HIR_LITERAL && !length->symbol && length->bits < array->args.len) {
        diag_report(
            checker->diags, value->span, E_ELEMENT_COUNT, type_text(checker, type),
            (unsigned long long)length->bits, items->len
        );
        return error_expr(checker, expr->span);
    }
    if (!hir_type_is_plain(elem)) {
        diag_report(checker->diags, expr->span, E_NOT_PLAIN, type_text(checker, elem));
        return error_expr(checker, expr->span);
    }
    array->lo = length;
    array->base = item;
    return array;
}

// `new?` gives an optional: none when there is no memory.
HirExpr *maybe_made(Checker *checker, HirExpr *made) {
    if (made->kind == HIR_ERROR) return made;
    made->family = HIR_OPT;
    made->type = hir_type_option(checker->types, made->type);
    return made;
}

// `new T{ x }`: where T is a parameter x is the value itself, and not the first field of whatever T stands for.
static const AstExpr *whole_value(const Checker *checker, const AstExpr *expr) {
    const AstType *type = expr->make.type;
    const AstExpr *value = expr->make.value;
    bool named = type && type->kind == AST_TYPE_NAME && type->name.path.names.len == 1 &&
                 type->name.args.len == 0 &&
                 find_binding(checker, type->name.path.names.data[0].name);
    bool one = named && value && value->kind == AST_EXPR_INIT && !value->init.type &&
               !value->init.fill && value->init.items.len == 1 &&
               !value->init.items.data[0].label.name;
    return one ? value->init.items.data[0].value : value;
}

static HirExpr *on_heap(Checker *checker, HirMode mode, HirExpr *value, Span span) {
    HirExpr *block =
        new_expr(checker, HIR_NEW, hir_type_ptr(checker->types, mode, value->type), span);
    block->base = value;
    return block;
}

// The name that stands alone as what is made; NULL: more than a name is written, or nothing.
static const AstName *bare_name(const AstType *type) {
    bool bare = type && type->kind == AST_TYPE_NAME && type->name.args.len == 0 &&
                type->name.path.names.len == 1;
    return bare ? &type->name.path.names.data[0] : NULL;
}

// `new Box{ x }` of a generic struct whose arguments are not written, and not wanted; NULL: it is not that.
static Decl *open_made(Fn *fn, const AstExpr *expr, const HirType *want) {
    const AstType *type = expr->make.type;
    const AstExpr *value = expr->make.value;
    bool listed = value && value->kind == AST_EXPR_INIT && !value->init.type && !value->init.fill &&
                  value->init.items.len > 0;
    const AstName *name = bare_name(type);
    if (!name || !listed || expr->make.length) return NULL;
    AstExpr named = { .kind = AST_EXPR_NAME, .span = type->span, .name = *name };
    Decl *open = open_type(fn, &named, want && want->kind == HIR_TYPE_PTR ? want->elem : NULL);
    return open && open->item->kind == AST_ITEM_STRUCT ? open : NULL;
}

// What is wanted behind the pointer, if the type is written as the generic that it is an instance of; NULL: it is not.
static const HirType *wanted_made(Fn *fn, const AstType *type, const HirType *want) {
    const AstName *name = bare_name(type);
    if (!name || !want || want->kind != HIR_TYPE_PTR) return NULL;
    const Decl *wanted = decl_of_type(fn->checker, want->elem);
    bool is_it = wanted && wanted->generic &&
                 find_decl(fn->checker, fn->module, name->name, name->span) == wanted->generic;
    return is_it ? want->elem : NULL;
}

static HirExpr *make_new(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    HirMode mode = expr->make.gc ? HIR_GC : HIR_OWN;
    if (!expr->make.type && expr->make.value && expr->make.value->kind != AST_EXPR_INIT)
        return new_text(fn, expr);
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    const HirType *elem = NULL;
    Decl *open = open_made(fn, expr, want);
    if (open) {
        HirExpr *value = infer_init(fn, open, expr->make.value, expr->make.type->span);
        return value->kind != HIR_ERROR && may_be_kept(fn, value->type, mode, expr->span)
                   ? on_heap(checker, mode, value, expr->span)
                   : error_expr(checker, expr->span);
    }
    if (expr->make.type) {
        elem = wanted_made(fn, expr->make.type, want);
        if (!elem) elem = resolve_type(checker, fn->module, expr->make.type);
    } else if (want && want->kind == HIR_TYPE_PTR && want->mode == mode)
        elem = want->elem;
    if (!elem) {
        diag_report(checker->diags, expr->span, E_TYPE_UNKNOWN, "new");
        return error_expr(checker, expr->span);
    }
    if (!may_be_kept(fn, elem, mode, expr->span)) return error_expr(checker, expr->span);
    if (expr->make.length) return new_array(fn, expr, elem);
    const AstExpr *given = whole_value(checker, expr);
    HirExpr *value = given ? check_value(fn, given, elem) : zero_value(checker, elem, expr->span);
    return value->kind == HIR_ERROR ? value : on_heap(checker, mode, value, expr->span);
}

HirExpr *check_new(Fn *fn, const AstExpr *expr, const HirType *want) {
    HirExpr *made = make_new(fn, expr, want);
    return expr->make.optional ? maybe_made(fn->checker, made) : made;
}
