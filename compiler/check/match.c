// `switch`, and the conditions that bind an optional's value: patterns, what they bind, and how. Whether the cases cover
// everything is asked in cover.c.

#include "check__.h"

#include <string.h>

typedef struct Subject {
    const HirType *type;
    HirExpr *expr; // a place, whose payloads can be borrowed, or a value
} Subject;

static HirPattern *new_pattern(Fn *fn, HirPatternKind kind, const HirType *type, Span span) {
    HirPattern *pattern = arena_new(fn->checker->arena, HirPattern);
    *pattern = (HirPattern){ .kind = kind, .type = type, .span = span };
    return pattern;
}

// --- bindings ------------------------------------------------------------------------------------------------------------------

static bool borrows(const HirType *type, const HirType *payload) {
    return type->kind == HIR_TYPE_PTR && type->elem == payload &&
           (type->mode == HIR_MUT || type->mode == HIR_CONST);
}

// Binding mode is written: `T p` moves or copies, `T* p` and `const T* p` borrow [10].
static bool bind_mode(
    Fn *fn,
    const Subject *subject,
    const HirType *type,
    const HirType *payload,
    Span span,
    HirBind *mode
) {
    Checker *checker = fn->checker;
    bool in_place = hir_expr_is_place(subject->expr);
    if (borrows(type, payload)) {
        *mode = type->mode == HIR_MUT ? HIR_BIND_MUT : HIR_BIND_CONST;
        return *mode == HIR_BIND_CONST || !in_place || check_mutable(checker, subject->expr);
    }
    if (type != payload) {
        diag_report(
            checker->diags, span, E_TYPE_MISMATCH, type_text(checker, payload),
            type_text(checker, type)
        );
        return false;
    }
    *mode = hir_type_is_plain(payload) ? HIR_BIND_COPY : HIR_BIND_MOVE;
    return *mode == HIR_BIND_COPY || !in_place || check_movable(checker, subject->expr);
}

static const HirType *binder_type(Fn *fn, const AstBinder *binder, const HirType *payload) {
    return binder->type ? resolve_type(fn->checker, fn->module, binder->type) : payload;
}

static HirPattern *bind_as(
    Fn *fn,
    const Subject *subject,
    const AstBinder *binder,
    const HirType *type,
    const HirType *payload
) {
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_BIND, payload, binder->span);
    pattern->local = declare(fn, binder->name, type);
    bool good = !is_error(type) && !is_error(payload) &&
                bind_mode(fn, subject, type, payload, binder->span, &pattern->bind);
    if (!good) pattern->local->type = simple(fn->checker, HIR_TYPE_ERROR);
    return pattern;
}

static HirPattern *bind(
    Fn *fn, const Subject *subject, const AstBinder *binder, const HirType *payload
) {
    return bind_as(fn, subject, binder, binder_type(fn, binder, payload), payload);
}

// --- patterns --------------------------------------------------------------------------------------------------------------------

static HirPattern *refuse(Fn *fn, const HirType *type, Span span) {
    if (!is_error(type))
        diag_report(fn->checker->diags, span, E_BAD_PATTERN, type_text(fn->checker, type));
    return new_pattern(fn, HIR_PATTERN_WILD, simple(fn->checker, HIR_TYPE_ERROR), span);
}

// What a pattern that does not fit would have bound is there all the same, so that its uses say nothing more.
void declare_all_lost(Fn *fn, const AstPattern *ast) {
    const AstPatterns *args = ast->kind == AST_PATTERN_VARIANT ? &ast->variant.args
                              : ast->kind == AST_PATTERN_TUPLE ? &ast->tuple
                                                               : NULL;
    if (ast->kind == AST_PATTERN_BIND) declare_lost(fn, ast->bind.name);
    for (uint32_t i = 0; args && i < args->len; i++)
        declare_all_lost(fn, args->data[i]);
}

static HirPattern *refuse_whole(Fn *fn, const HirType *type, const AstPattern *ast) {
    HirPattern *pattern = refuse(fn, type, ast->span);
    declare_all_lost(fn, ast);
    return pattern;
}

static HirPattern *variant_by_value(Fn *fn, const HirType *type, uint64_t value, Span span) {
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_VARIANT, type, span);
    while (type->enumeration->variants.data[pattern->row].value != value)
        pattern->row++;
    return pattern;
}

// A constant as a pattern: a literal, a named constant, or a variant that has no payload.
static HirPattern *check_value_pattern(
    Fn *fn, const AstExpr *value, const HirType *type, Span span
) {
    Checker *checker = fn->checker;
    const HirType *shown =
        type->kind == HIR_TYPE_STR ? hir_type_str(checker->types, HIR_STATIC) : type;
    uint32_t errors = diags_errors(checker->diags);
    HirExpr *found = check_expr(fn, value, shown);
    if (found->kind == HIR_ERROR && value->kind == AST_EXPR_NAME && !is_error(type)) {
        if (diags_errors(checker->diags) > errors)
            diag_help(
                checker->diags, "what a pattern binds says its type: `%s %s`",
                type_text(checker, type), text_of(checker, value->name.name)
            );
        declare_lost(fn, value->name);
    }
    if (found->kind == HIR_ERROR) return refuse(fn, found->type, span);
    found = fold_const(checker, coerce(checker, found, shown));
    if (found->kind == HIR_ERROR || !check_known(checker, found))
        return refuse(fn, simple(checker, HIR_TYPE_ERROR), span);
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_VALUE, type, span);
    pattern->value = found;
    switch (found->kind) {
    case HIR_LITERAL:
        if (type->kind == HIR_TYPE_ENUM && type->enumeration->is_flags) break;
        return type->kind == HIR_TYPE_ENUM ? variant_by_value(fn, type, found->bits, span)
                                           : pattern;
    case HIR_STR_LIT: return pattern;
    case HIR_NONE: pattern->kind = HIR_PATTERN_VARIANT; return pattern;
    case HIR_VARIANT:
        pattern->kind = HIR_PATTERN_VARIANT;
        pattern->row = found->row;
        if (found->args.len == 0) return pattern;
        break;
    default: break;
    }
    return refuse(fn, type, span);
}

// The least or the greatest of a type: where a range is open.
static HirExpr *last_of(Checker *checker, const HirType *type, bool least, Span span) {
    bool is_char = type->kind == HIR_TYPE_CHAR, is_signed = hir_type_is_signed(type);
    uint64_t half = (uint64_t)1 << (hir_type_bits(type) - 1);
    uint64_t most = is_char ? 0x10ffff : is_signed ? half - 1 : half - 1 + half;
    return literal(checker, type, !least ? most : is_signed ? 0 - half : 0, span);
}

static HirPattern *check_range_pattern(Fn *fn, const AstPattern *ast, const HirType *type) {
    Checker *checker = fn->checker;
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_RANGE, type, ast->span);
    if (!hir_type_is_integer(type) && type->kind != HIR_TYPE_CHAR)
        return refuse(fn, type, ast->span);
    pattern->value = ast->range.lo ? fold_const(checker, check_value(fn, ast->range.lo, type))
                                   : last_of(checker, type, true, ast->span);
    pattern->last = ast->range.hi ? fold_const(checker, check_value(fn, ast->range.hi, type))
                                  : last_of(checker, type, false, ast->span);
    if (pattern->value->kind != HIR_LITERAL || pattern->last->kind != HIR_LITERAL)
        return refuse(fn, simple(checker, HIR_TYPE_ERROR), ast->span);
    bool is_signed = hir_type_is_signed(type);
    uint64_t low = pattern->value->bits, high = pattern->last->bits;
    bool empty = is_signed ? (int64_t)low > (int64_t)high : low > high;
    bool open = !ast->range.hi, inclusive = ast->range.inclusive || open;
    if (empty || (!inclusive && low == high)) {
        diag_report(checker->diags, ast->span, E_EMPTY_RANGE);
        return refuse(fn, simple(checker, HIR_TYPE_ERROR), ast->span);
    }
    if (!inclusive) pattern->last = literal(checker, type, high - 1, pattern->last->span);
    return pattern;
}

static bool find_row(Fn *fn, const HirType *type, const AstName *name, uint32_t *row) {
    Checker *checker = fn->checker;
    const char *word = text_of(checker, name->name);
    if (type->kind == HIR_TYPE_OPTION) {
        *row = strcmp(word, "some") == 0;
        if (*row || strcmp(word, "none") == 0) return true;
    }
    for (*row = 0; type->kind == HIR_TYPE_ENUM && *row < type->enumeration->variants.len; ++*row)
        if (type->enumeration->variants.data[*row].name == name->name) return true;
    diag_report(checker->diags, name->span, E_NO_VARIANT, type_text(checker, type), word);
    near_variant(checker, type, word, name->span);
    return false;
}

static HirPattern *check_pattern(Fn *fn, const Subject *subject, const AstPattern *ast);

static HirPattern *check_field_pattern(
    Fn *fn, const Subject *subject, const AstPattern *ast, const HirType *payload
) {
    switch (ast->kind) {
    case AST_PATTERN_WILD: return new_pattern(fn, HIR_PATTERN_WILD, payload, ast->span);
    case AST_PATTERN_BIND:
        if (ast->bind.name.name == fn->checker->discard)
            return new_pattern(fn, HIR_PATTERN_WILD, payload, ast->span);
        return bind(fn, subject, &ast->bind, payload);
    default: break;
    }
    Subject part = { payload, subject->expr };
    return check_pattern(fn, &part, ast);
}

static HirPattern *check_variant_pattern(Fn *fn, const Subject *subject, const AstPattern *ast) {
    Checker *checker = fn->checker;
    const HirType *type = subject->type;
    if (type->kind != HIR_TYPE_ENUM && type->kind != HIR_TYPE_OPTION)
        return refuse_whole(fn, type, ast);
    if (ast->variant.type) {
        if (type_before_dot(fn, ast->variant.type, type) != type)
            return refuse_whole(fn, type, ast);
    }
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_VARIANT, type, ast->span);
    if (!find_row(fn, type, &ast->variant.name, &pattern->row))
        return refuse_whole(fn, simple(checker, HIR_TYPE_ERROR), ast);
    bool option = type->kind == HIR_TYPE_OPTION;
    const HirVariant *variant = option ? NULL : &type->enumeration->variants.data[pattern->row];
    uint32_t count = option ? pattern->row : variant->fields.len;
    if (ast->variant.has_args && ast->variant.args.len != count) {
        diag_report(
            checker->diags, ast->span, E_ARGUMENT_COUNT, text_of(checker, ast->variant.name.name),
            count, ast->variant.args.len
        );
        return refuse_whole(fn, simple(checker, HIR_TYPE_ERROR), ast);
    }
    for (uint32_t i = 0; i < count; i++) {
        const HirType *payload = option ? type->elem : variant->fields.data[i].type;
        HirPattern *arg = ast->variant.has_args
                              ? check_field_pattern(fn, subject, ast->variant.args.data[i], payload)
                              : new_pattern(fn, HIR_PATTERN_WILD, payload, ast->span);
        vec_push(checker->arena, &pattern->args, arg);
    }
    return pattern;
}

static HirPattern *check_tuple_pattern(Fn *fn, const Subject *subject, const AstPattern *ast) {
    Checker *checker = fn->checker;
    const HirType *type = subject->type;
    if (!is_tuple(type) || type->structure->fields.len != ast->tuple.len) {
        if (!is_error(type))
            diag_report(
                checker->diags, ast->span, E_NOT_A_TUPLE, type_text(checker, type), ast->tuple.len
            );
        return refuse_whole(fn, simple(checker, HIR_TYPE_ERROR), ast);
    }
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_TUPLE, type, ast->span);
    for (uint32_t i = 0; i < ast->tuple.len; i++) {
        const HirType *part = type->structure->fields.data[i].type;
        vec_push(
            checker->arena, &pattern->args,
            check_field_pattern(fn, subject, ast->tuple.data[i], part)
        );
    }
    return pattern;
}

static HirPattern *check_pattern(Fn *fn, const Subject *subject, const AstPattern *ast) {
    switch (ast->kind) {
    case AST_PATTERN_ERROR: break; // reported
    case AST_PATTERN_WILD: return new_pattern(fn, HIR_PATTERN_WILD, subject->type, ast->span);
    case AST_PATTERN_VALUE: return check_value_pattern(fn, ast->value, subject->type, ast->span);
    case AST_PATTERN_RANGE: return check_range_pattern(fn, ast, subject->type);
    case AST_PATTERN_BIND: return bind(fn, subject, &ast->bind, subject->type);
    case AST_PATTERN_VARIANT: return check_variant_pattern(fn, subject, ast);
    case AST_PATTERN_TUPLE: return check_tuple_pattern(fn, subject, ast);
    }
    return new_pattern(fn, HIR_PATTERN_WILD, simple(fn->checker, HIR_TYPE_ERROR), ast->span);
}

// What is bound to a name as it is, or to `_`.
HirPattern *bind_pattern(Fn *fn, const AstName *name, const HirType *type) {
    bool unnamed = name->name == fn->checker->discard;
    HirPattern *pattern =
        new_pattern(fn, unnamed ? HIR_PATTERN_WILD : HIR_PATTERN_BIND, type, name->span);
    if (unnamed) return pattern;
    pattern->local = declare(fn, *name, type);
    pattern->bind = hir_type_is_plain(type) ? HIR_BIND_COPY : HIR_BIND_MOVE;
    return pattern;
}

HirPattern *part_pattern(Fn *fn, const AstPattern *ast, const HirType *type) {
    HirExpr *value = new_expr(fn->checker, HIR_NONE, type, ast->span); // no place
    const Subject subject = { type, value };
    return check_field_pattern(fn, &subject, ast, type);
}

bool pattern_binds(const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_BIND) return true;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        if (pattern_binds(pattern->args.data[i])) return true;
    return false;
}

// --- the statement ------------------------------------------------------------------------------------------------------------------

static bool may_be_switched(const HirType *type) {
    return hir_type_is_integer(type) || type->kind == HIR_TYPE_BOOL ||
           type->kind == HIR_TYPE_CHAR ||
           (type->kind == HIR_TYPE_ENUM && !type->enumeration->is_flags) ||
           type->kind == HIR_TYPE_OPTION || type->kind == HIR_TYPE_STR || is_tuple(type);
}

typedef struct Search {
    const HirLocal *local;
    bool found;
} Search;

static void look_for(void *context, HirExpr *expr, const HirExpr *around) {
    Search *search = context;
    (void)around;
    if (expr->kind == HIR_LOCAL && expr->local == search->local) search->found = true;
}

static bool mentions(HirExpr *guard, const HirLocal *local) {
    HirStmt whole = { .kind = HIR_STMT_ASSERT, .cond = guard };
    Search search = { .local = local };
    hir_visit_stmt(&whole, look_for, &search);
    return search.found;
}

// What moves out of a payload after the guard is lent to it before. There is no borrow of a borrow: such a one is taken for the
// guard, and put back.
static bool guard_takes(const HirPattern *pattern, HirExpr *guard) {
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        bool moves = pattern->kind == HIR_PATTERN_VARIANT && arg->kind == HIR_PATTERN_BIND &&
                     arg->bind == HIR_BIND_MOVE && !hir_type_is_lent(arg->local->type);
        if ((moves && mentions(guard, arg->local)) || guard_takes(arg, guard)) return true;
    }
    return false;
}

static void check_guarded(Fn *fn, const Subject *subject, HirArm *arm) {
    const HirExpr *root = subject->expr;
    for (uint32_t i = 0; i < arm->patterns.len; i++)
        arm->is_put_back = arm->is_put_back || guard_takes(arm->patterns.data[i], arm->guard);
    while (root && root->kind != HIR_LOCAL)
        root = hir_expr_is_place(root) ? root->base : NULL;
    if (!arm->is_put_back || !root || !mentions(arm->guard, root->local)) return;
    diag_report(
        fn->checker->diags, arm->guard->span, E_GUARD_OF_TAKEN,
        text_of(fn->checker, root->local->name)
    );
}

// Does a part of it move out?
static bool moves_out(const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_BIND) return pattern->bind == HIR_BIND_MOVE;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        if (moves_out(pattern->args.data[i])) return true;
    return false;
}

// A guard looks at what its body will borrow beside what moves: at the payload itself, which has not moved yet.
typedef struct Look {
    const HirLocal *borrow;
    HirLocal *hidden;
    bool unknown; // it is used in a way that is not looked through
} Look;

static bool is_local(const HirExpr *expr, const HirLocal *local) {
    return expr && expr->kind == HIR_LOCAL && expr->local == local;
}

static void find_unknown(void *context, HirExpr *expr, const HirExpr *around) {
    Look *look = context;
    bool known = around && (around->kind == HIR_DEREF || around->kind == HIR_COPY);
    if (is_local(expr, look->borrow) && !known) look->unknown = true;
}

static void look_through(void *context, HirExpr *expr, const HirExpr *around) {
    const Look *look = context;
    (void)around;
    if (!is_local(expr->base, look->borrow)) return;
    if (expr->kind == HIR_DEREF) {
        expr->kind = HIR_LOCAL;
        expr->local = look->hidden;
        expr->base = NULL;
    } else {
        expr->kind = HIR_BORROW;
        expr->mode = HIR_CONST;
        expr->base->local = look->hidden;
        expr->base->type = look->hidden->type;
    }
}

static bool lends(const HirPattern *pattern) {
    return pattern->kind == HIR_PATTERN_BIND && !is_error(pattern->local->type) &&
           (pattern->bind == HIR_BIND_CONST || pattern->bind == HIR_BIND_MUT);
}

// Is nothing that it borrows used by the guard but to be looked at?
static bool may_look(const HirPattern *pattern, HirExpr *guard) {
    for (uint32_t i = 0; i < pattern->args.len; i++)
        if (!may_look(pattern->args.data[i], guard)) return false;
    if (!lends(pattern)) return true;
    if (pattern->bind == HIR_BIND_MUT) return !mentions(guard, pattern->local);
    HirStmt whole = { .kind = HIR_STMT_ASSERT, .cond = guard };
    Look look = { .borrow = pattern->local };
    hir_visit_stmt(&whole, find_unknown, &look);
    return !look.unknown;
}

// What moves out of a payload takes the rest of it along: what is borrowed beside it moves to a hidden local, and is
// borrowed there.
static void borrow_beside(Fn *fn, HirPattern *pattern, HirArm *arm) {
    Checker *checker = fn->checker;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        borrow_beside(fn, pattern->args.data[i], arm);
    if (!lends(pattern)) return;
    HirLocal *hidden = new_local(fn, 0, pattern->type, pattern->span);
    HirExpr *borrow = new_expr(checker, HIR_BORROW, pattern->local->type, pattern->span);
    borrow->base = local_place(fn, hidden, pattern->span);
    borrow->mode = pattern->bind == HIR_BIND_MUT ? HIR_MUT : HIR_CONST;
    if (arm->guard) {
        HirStmt whole = { .kind = HIR_STMT_ASSERT, .cond = arm->guard };
        Look look = { .borrow = pattern->local, .hidden = hidden };
        hir_visit_stmt(&whole, look_through, &look);
    }
    append(fn, arm->body, let(fn, pattern->local, borrow, pattern->span));
    pattern->local = hidden;
    pattern->bind = hir_type_is_plain(pattern->type) ? HIR_BIND_COPY : HIR_BIND_MOVE;
}

// The parts of a tuple are places of their own.
static void settle_borrows(Fn *fn, HirPattern *pattern, HirArm *arm) {
    if (pattern->kind == HIR_PATTERN_VARIANT && moves_out(pattern) &&
        (!arm->guard || may_look(pattern, arm->guard)))
        borrow_beside(fn, pattern, arm);
    for (uint32_t i = 0; pattern->kind == HIR_PATTERN_TUPLE && i < pattern->args.len; i++)
        settle_borrows(fn, pattern->args.data[i], arm);
}

static bool names_parts(const AstPattern *ast) {
    const AstPatterns *args = ast->kind == AST_PATTERN_VARIANT ? &ast->variant.args
                              : ast->kind == AST_PATTERN_TUPLE ? &ast->tuple
                                                               : NULL;
    for (uint32_t i = 0; args && i < args->len; i++)
        if (names_parts(args->data[i])) return true;
    return ast->kind == AST_PATTERN_BIND;
}

// One of several patterns of a case, which may bind nothing; that is said once.
static HirPattern *check_alternative(
    Fn *fn, const Subject *subject, const AstPattern *ast, bool *said
) {
    Checker *checker = fn->checker;
    if (!names_parts(ast)) return check_pattern(fn, subject, ast);
    if (!*said) {
        diag_report(checker->diags, ast->span, E_PATTERN_BINDS);
        diag_help(checker->diags, "what has names is a case of its own, with the same statements");
    }
    *said = true;
    return refuse_whole(fn, simple(checker, HIR_TYPE_ERROR), ast);
}

static void check_case(Fn *fn, const Subject *subject, const AstCase *ast, HirStmt *stmt) {
    Checker *checker = fn->checker;
    bool said = is_error(subject->type);
    Scope scope;
    HirArm arm = { .span = ast->head };
    push_scope(fn, &scope);
    vec_each(AstPattern *, it, &ast->patterns) {
        HirPattern *pattern = ast->patterns.len > 1 ? check_alternative(fn, subject, *it, &said)
                                                    : check_pattern(fn, subject, *it);
        vec_push(checker->arena, &arm.patterns, pattern);
    }
    if (ast->guard) arm.guard = check_cond(fn, ast->guard);
    if (arm.guard) check_guarded(fn, subject, &arm);
    arm.body = block_of(fn, ast->span);
    if (arm.patterns.len == 1) settle_borrows(fn, arm.patterns.data[0], &arm);
    check_into(fn, &ast->body, arm.body);
    pop_scope(fn);
    vec_push(checker->arena, &stmt->arms, arm);
}

// Of managed data a copy is looked at: a guard may change what lies there.
static HirStmt *switch_on(Fn *fn, HirExpr *subject, Span span) {
    if (is_managed_place(subject)) subject = as_value(fn->checker, subject);
    HirStmt *stmt = new_stmt(fn, HIR_STMT_SWITCH, span);
    if (hir_expr_is_place(subject))
        stmt->place = subject;
    else
        stmt->value = subject;
    return stmt;
}

HirStmt *check_switch(Fn *fn, const AstStmt *ast) {
    Checker *checker = fn->checker;
    HirExpr *expr = check_expr(fn, ast->switch_.subject, NULL);
    if (expr->type->kind == HIR_TYPE_STR) // its content decides
        expr = coerce(checker, expr, hir_type_str(checker->types, HIR_CONST));
    Subject subject = { expr->type, expr };
    if (!is_error(expr->type) && !may_be_switched(expr->type)) {
        diag_report(checker->diags, expr->span, E_BAD_SUBJECT, type_text(checker, expr->type));
        if (expr->type->kind == HIR_TYPE_STRUCT)
            diag_help(
                checker->diags,
                "its fields can be looked at as a tuple: `switch ((p.x, p.y)) { case (0, _): ... }`"
            );
        else if (expr->type->kind == HIR_TYPE_PTR && may_be_switched(expr->type->elem))
            diag_help(
                checker->diags, "`switch (*%s)` looks at what it leads to",
                place_text(checker, expr)
            );
        subject.type = simple(checker, HIR_TYPE_ERROR);
    }
    HirStmt *stmt = switch_on(fn, expr, ast->span);
    Target target = { .outer = fn->targets, .stmt = stmt, .label = ast->label.name };
    fn->targets = &target;
    vec_each(AstCase, it, &ast->switch_.cases)
        check_case(fn, &subject, it, stmt);
    fn->targets = target.outer;
    if (is_error(subject.type))
        stmt->kind = HIR_STMT_ERROR;
    else
        check_covered(checker, stmt, subject.type);
    return stmt;
}

// --- conditions that bind ----------------------------------------------------------------------------------------------------------------

// `if ((A a, B b) = option)`: the tuple as a whole, whose parts get their names in the body.
static HirPattern *bind_tuple(
    Fn *fn, const Subject *subject, const AstCond *cond, const HirType *payload, HirStmt *body
) {
    HirStmtVec lets = { 0 };
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_BIND, payload, cond->span);
    pattern->local = bind_payload_tuple(fn, payload, &cond->binders, cond->span, &lets);
    bool good =
        pattern->local && bind_mode(fn, subject, payload, payload, cond->span, &pattern->bind);
    if (!good)
        return new_pattern(fn, HIR_PATTERN_WILD, simple(fn->checker, HIR_TYPE_ERROR), cond->span);
    for (uint32_t i = 0; i < lets.len; i++)
        append(fn, body, lets.data[i]);
    return pattern;
}

HirStmt *binding_switch(
    Fn *fn, const AstCond *cond, const AstStmt *then, HirStmt *otherwise, Span span
) {
    Checker *checker = fn->checker;
    Scope scope;
    HirExpr *expr = check_expr(fn, cond->value, NULL);
    const HirType *payload = simple(checker, HIR_TYPE_ERROR);
    if (expr->kind != HIR_ERROR && expr->type->kind != HIR_TYPE_OPTION)
        diag_report(
            checker->diags, cond->value->span, E_NOT_OPTIONAL, type_text(checker, expr->type)
        );
    else if (expr->kind != HIR_ERROR)
        payload = expr->type->elem;
    const AstBinder *binder = cond->binders.len == 1 ? &cond->binders.data[0] : NULL;
    const HirType *type = binder ? binder_type(fn, binder, payload) : payload;
    if (binder && !is_error(type) && !is_error(payload) && !borrows(type, payload)) {
        expr = lend_wanted(checker, expr, type);
        payload = expr->kind == HIR_ERROR ? expr->type : expr->type->elem;
    }
    HirStmt *stmt = switch_on(fn, expr, span);
    HirArm some = { .span = cond->span, .body = block_of(fn, then->span) },
           rest = { .span = cond->span };
    Subject subject = { expr->type, expr };
    push_scope(fn, &scope);
    HirPattern *pattern = new_pattern(fn, HIR_PATTERN_VARIANT, expr->type, cond->span);
    pattern->row = 1;
    HirPattern *arg = binder ? bind_as(fn, &subject, binder, type, payload)
                             : bind_tuple(fn, &subject, cond, payload, some.body);
    vec_push(checker->arena, &pattern->args, arg);
    vec_push(checker->arena, &some.patterns, pattern);
    append(fn, some.body, check_nested(fn, then));
    pop_scope(fn);
    rest.body = otherwise ? otherwise : block_of(fn, span);
    vec_push(checker->arena, &stmt->arms, some);
    vec_push(checker->arena, &stmt->arms, rest);
    if (is_error(arg->type)) stmt->kind = HIR_STMT_ERROR;
    return stmt;
}

HirStmt *check_binding_if(
    Fn *fn, const AstCond *cond, const AstStmt *then, const AstStmt *otherwise, Span span
) {
    HirStmt *rest = otherwise ? check_nested(fn, otherwise) : NULL;
    return binding_switch(fn, cond, then, rest, span);
}
