// Interpolated texts: `$"{id:>4} {name}\n"` is a closure over a writer, which puts the pieces between the values to it and has
// each value write itself:
//
//     fn (w) { id.format(w, { .align = .right, .width = 4 }); w.put(b" "); name.format(w, { ... }); w.put(b"\n"); }
//
// What `format` and its last parameter are is std.fmt's business; here is asked whether a value of a built-in type can be
// written as its format says.

#include "check__.h"

#include <string.h>

enum { MOST_WIDTH = 10000, MOST_PRECISION = 100 };

// --- what is made, as if it had been written ---------------------------------------------------------------------------------

static AstExpr *new_ast(Fn *fn, AstExprKind kind, Span span) {
    AstExpr *expr = arena_new(fn->checker->arena, AstExpr);
    *expr = (AstExpr){ .kind = kind, .span = span };
    return expr;
}

static AstName name_of(Fn *fn, const char *text, Span span) {
    return (AstName){ .name = names_add_c(fn->checker->names, text), .span = span };
}

static AstName writer_name(Fn *fn, Span span) { // that nobody can write
    return name_of(fn, "$writer", span);
}

static void add_arg(Fn *fn, AstArgs *args, const char *label, AstExpr *value) {
    AstArg arg = { .value = value, .span = value->span };
    if (label) arg.label = name_of(fn, label, value->span);
    vec_push(fn->checker->arena, args, arg);
}

static AstExpr *number(Fn *fn, uint64_t value, Span span) {
    AstExpr *expr = new_ast(fn, AST_EXPR_INT, span);
    expr->integer = value;
    return expr;
}

static void add_flag(Fn *fn, AstArgs *args, const char *label, bool given, Span span) {
    AstExpr *expr = new_ast(fn, AST_EXPR_BOOL, span);
    expr->boolean = true;
    if (given) add_arg(fn, args, label, expr);
}

static void add_word(Fn *fn, AstArgs *args, const char *label, const char *word, Span span) {
    AstExpr *expr = new_ast(fn, AST_EXPR_VARIANT, span);
    expr->name = name_of(fn, word, span);
    add_arg(fn, args, label, expr);
}

static const char *kind_word(char kind) {
    switch (kind) {
    case 'x': return "hex";
    case 'X': return "upper_hex";
    case 'b': return "binary";
    case 'o': return "octal";
    case 'e': return "scientific";
    case 'c': return "character";
    case '?': return "quoted";
    default: return "natural";
    }
}

// The value of std.fmt's `Spec`: what is not given is as that has it.
static AstExpr *spec(Fn *fn, const AstFormat *format, Span span) {
    AstExpr *expr = new_ast(fn, AST_EXPR_INIT, span);
    AstArgs *items = &expr->init.items;
    AstExpr *fill = new_ast(fn, AST_EXPR_CHAR, span);
    fill->character = format->fill;
    if (format->fill != ' ') add_arg(fn, items, "fill", fill);
    if (format->align)
        add_word(
            fn, items, "align",
            format->align == '<'   ? "left"
            : format->align == '>' ? "right"
                                   : "centre",
            span
        );
    add_word(fn, items, "kind", kind_word(format->kind), span);
    add_flag(fn, items, "sign", format->sign, span);
    add_flag(fn, items, "alternate", format->alternate, span);
    add_flag(fn, items, "zero", format->zero, span);
    if (format->width) add_arg(fn, items, "width", number(fn, format->width, span));
    if (format->precision >= 0)
        add_arg(fn, items, "precision", number(fn, (uint64_t)format->precision, span));
    return expr;
}

// --- does the format fit ------------------------------------------------------------------------------------------------------

static const char *misfit(const HirType *type, const AstFormat *format) {
    bool integer = hir_type_is_integer(type), real = hir_type_is_float(type);
    static const char *const kinds[] = { "x", "X", "b", "o", "c", "e", "?" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (format->kind == kinds[i][0] && !(integer ? i < 5 : real ? i == 5 : i == 6))
            return kinds[i];
    if (format->sign && !integer && !real) return "+";
    if (format->zero && !integer && !real) return "0";
    if (format->alternate && (!integer || !format->kind || format->kind == 'c')) return "#";
    if (format->precision >= 0 && !real && type->kind != HIR_TYPE_STR) return ".";
    return NULL;
}

static void check_format(Fn *fn, const HirType *type, const AstFormat *format) {
    Checker *checker = fn->checker;
    while (type->kind == HIR_TYPE_OPTION || hir_type_is_indexed(type))
        type = type->elem;
    bool built_in = hir_type_is_scalar(type) || type->kind == HIR_TYPE_STR;
    const char *wrong = built_in ? misfit(type, format) : NULL;
    if (wrong) {
        diag_report(checker->diags, format->span, E_FORMAT_TYPE, type_text(checker, type), wrong);
    } else if (format->width > MOST_WIDTH || format->precision > MOST_PRECISION) {
        Str text = source_text(checker->program->map, format->span.file);
        diag_report(
            checker->diags, format->span, E_BAD_FORMAT,
            arena_strndup(
                checker->arena, text.ptr + format->span.start, format->span.end - format->span.start
            )
        );
        diag_help(
            checker->diags, "a width is at most %u, a precision at most %u", (unsigned)MOST_WIDTH,
            (unsigned)MOST_PRECISION
        );
    }
}

// --- the pieces ---------------------------------------------------------------------------------------------------------------

static void add_call(Fn *inner, HirExpr *call, HirStmt *into) {
    if (call->kind == HIR_ERROR) return;
    HirStmt *stmt = new_stmt(inner, HIR_STMT_EXPR, call->span);
    stmt->value = call;
    append(inner, into, stmt);
}

static AstExpr *writer(Fn *inner, Span span) {
    AstExpr *expr = new_ast(inner, AST_EXPR_NAME, span);
    expr->name = writer_name(inner, span);
    return expr;
}

static void put_piece(Fn *inner, Str text, Span span) {
    AstArgs args = { 0 };
    AstExpr *bytes = new_ast(inner, AST_EXPR_BYTES, span);
    if (text.len == 0) return;
    bytes->str = text;
    add_arg(inner, &args, NULL, bytes);
    HirExpr *to = check_expr(inner, writer(inner, span), NULL);
    add_call(
        inner, call_named(inner, to, name_of(inner, "put", span), &args, span), inner->fn->body
    );
}

// A plain enum that has no `format` of its own is written as its variants are called.
static bool is_named(Checker *checker, const HirType *type) {
    return type->kind == HIR_TYPE_ENUM && type->enumeration->is_plain &&
           !type->enumeration->is_flags &&
           !find_method(checker, type, names_add_c(checker->names, "format")).decl;
}

static HirArm named_arm(Fn *inner, HirLocal *text, const HirType *type, uint32_t row, Span span) {
    Checker *checker = inner->checker;
    const char *name = text_of(checker, type->enumeration->variants.data[row].name);
    HirPattern *pattern = arena_new(checker->arena, HirPattern);
    *pattern = (HirPattern){ .kind = HIR_PATTERN_VARIANT, .span = span, .type = type, .row = row };
    HirArm arm = { .span = span, .body = block_of(inner, span) };
    vec_push(checker->arena, &arm.patterns, pattern);
    HirExpr *word = new_expr(checker, HIR_STR_LIT, text->type, span);
    word->text = str_from_c(name);
    append(inner, arm.body, assign_to(inner, local_place(inner, text, span), word, span));
    return arm;
}

// The name of the variant, which stands in a local then.
static HirExpr *variant_name(Fn *inner, HirExpr *value, Span span, HirStmt *into) {
    Checker *checker = inner->checker;
    HirLocal *text = new_local(inner, 0, hir_type_str(checker->types, HIR_STATIC), span);
    HirStmt *choice = new_stmt(inner, HIR_STMT_SWITCH, span);
    choice->value = as_value(checker, value);
    if (choice->value->kind == HIR_ERROR) return choice->value;
    for (uint32_t i = 0; i < value->type->enumeration->variants.len; i++)
        vec_push(checker->arena, &choice->arms, named_arm(inner, text, value->type, i, span));
    append(inner, into, let(inner, text, NULL, span));
    append(inner, into, choice);
    return local_place(inner, text, span);
}

static void put_one(Fn *inner, HirExpr *value, const AstFormat *form, Span span, HirStmt *into);

// Who could write a value that writes not itself: a type's functions are declared in its own module.
static void help_unwritten(Fn *inner, const HirType *type) {
    Checker *checker = inner->checker;
    const char *name = type_text(checker, type);
    Name module = type->kind == HIR_TYPE_STRUCT ? type->structure->module
                  : type->kind == HIR_TYPE_ENUM ? type->enumeration->module
                                                : 0;
    if (module == inner->module->path && module)
        diag_help(
            checker->diags,
            "what stands in a text writes itself: `void %s.format<W: Writer>(const %s* x, W* w, Spec spec)`",
            name, name
        );
    else if (module)
        diag_help(
            checker->diags,
            "module `%s` declares no `format` for it: write what is in it, or put it into a struct of yours that has one",
            text_of(checker, module)
        );
    else
        diag_help(checker->diags, "write its parts, one by one");
}

static void put_formatted(
    Fn *inner, HirExpr *value, const AstFormat *form, Span span, HirStmt *into
) {
    Checker *checker = inner->checker;
    const HirType *type = receiver_place(inner, value)->type;
    AstName format = name_of(inner, "format", span);
    if (!find_method(checker, type, format.name).decl) {
        diag_report(checker->diags, span, E_NO_METHOD, type_text(checker, type), "format");
        help_unwritten(inner, type);
        return;
    }
    check_format(inner, type, form);
    AstArgs args = { 0 };
    add_arg(inner, &args, NULL, writer(inner, span));
    add_arg(inner, &args, NULL, spec(inner, form, span));
    add_call(inner, call_named(inner, value, format, &args, span), into);
}

// What an optional lends is no `T` of a function for all optionals.
static bool may_lend(const HirType *type) {
    return type->kind == HIR_TYPE_OPTION && hir_type_is_second_class(type->elem) &&
           hir_type_is_plain(type->elem);
}

// `switch (value) { case .some(T x): ...; case none: ... }`
static void put_lent(Fn *inner, HirExpr *value, const AstFormat *form, Span span, HirStmt *into) {
    Checker *checker = inner->checker;
    const HirType *type = value->type;
    const AstFormat none = { .fill = form->fill,
                             .align = form->align,
                             .width = form->width,
                             .precision = -1,
                             .span = form->span };
    HirStmt *choice = new_stmt(inner, HIR_STMT_SWITCH, span);
    choice->value = as_value(checker, value);
    if (choice->value->kind == HIR_ERROR) return;
    for (uint32_t row = 0; row < 2; row++) {
        HirPattern *pattern = arena_new(checker->arena, HirPattern),
                   *some = arena_new(checker->arena, HirPattern);
        HirArm arm = { .span = span, .body = block_of(inner, span) };
        *pattern =
            (HirPattern){ .kind = HIR_PATTERN_VARIANT, .span = span, .type = type, .row = row };
        *some = (HirPattern){ .kind = HIR_PATTERN_BIND, .span = span, .type = type->elem };
        vec_push(checker->arena, &arm.patterns, pattern);
        if (row) {
            some->local = new_local(inner, 0, type->elem, span);
            vec_push(checker->arena, &pattern->args, some);
            put_one(inner, local_place(inner, some->local, span), form, span, arm.body);
        } else {
            AstExpr *text = new_ast(inner, AST_EXPR_STR, span);
            text->str = STR("none");
            put_one(inner, check_expr(inner, text, NULL), &none, span, arm.body);
        }
        vec_push(checker->arena, &choice->arms, arm);
    }
    append(inner, into, choice);
}

// A place of its own for what lies in a wire struct and cannot be borrowed.
static HirExpr *copy_of(Checker *checker, HirExpr *place) {
    HirExpr *copy = new_expr(checker, HIR_TEMP, place->type, place->span);
    copy->base = as_value(checker, place);
    return copy;
}

static void put_one(Fn *inner, HirExpr *value, const AstFormat *form, Span span, HirStmt *into) {
    Checker *checker = inner->checker;
    HirExpr *what = value->type->kind == HIR_TYPE_PTR ? receiver_place(inner, value) : value;
    if (is_named(checker, what->type)) value = variant_name(inner, what, span, into);
    if (hir_expr_is_place(value) && is_packed(value)) value = copy_of(checker, value);
    if (value->kind == HIR_ERROR) return;
    if (may_lend(what->type))
        put_lent(inner, what, form, span, into);
    else
        put_formatted(inner, value, form, span, into);
}

static void put_value(Fn *inner, const AstTextPart *part) {
    Checker *checker = inner->checker;
    Span span = part->value->span;
    HirExpr *value = check_expr(inner, part->value, NULL);
    if (value->kind == HIR_ERROR) return;
    if (value->type->kind == HIR_TYPE_VOID || value->type->kind == HIR_TYPE_NEVER)
        diag_report(checker->diags, span, E_VOID_VALUE);
    else
        put_one(inner, value, &part->format, span, inner->fn->body);
}

static HirExpr *refuse_text(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (want && is_error(want)) return error_expr(checker, expr->span);
    diag_report(
        checker->diags, expr->span, E_CLOSURE_PLACE, "an interpolated text", "ref fn void(W*)"
    );
    diag_help(
        checker->diags,
        "with `import std.fmt;`: `text($\"...\")` is an `own str` of it, `print(&out, "
        "$\"...\")` shows it"
    );
    return error_expr(checker, expr->span);
}

HirExpr *check_text(Fn *fn, const AstExpr *expr, const HirType *want) {
    const HirSig *sig = want && want->kind == HIR_TYPE_REF_FN ? want->sig : NULL;
    bool writes = sig && sig->params.len == 1 && sig->result->kind == HIR_TYPE_VOID &&
                  sig->params.data[0]->kind == HIR_TYPE_PTR && sig->params.data[0]->mode == HIR_MUT;
    if (!writes) return refuse_text(fn, expr, want);
    uint32_t errors = diags_errors(fn->checker->diags);
    Fn inner;
    Scope scope;
    HirExpr *closure = open_closure(fn, want, expr->span, &inner, &scope);
    declare(&inner, writer_name(&inner, expr->span), sig->params.data[0])->is_param = true;
    vec_each(AstTextPart, part, &expr->text) {
        put_piece(&inner, part->text, expr->span);
        if (part->value) put_value(&inner, part);
    }
    return end_closure(fn, &inner, closure, errors);
}
