// Wire structs: laid out byte by byte, without padding, each number in the order that its field says. Such a field is read
// and written as a value; it has no address that a borrow could hold, unless it is made of single bytes.

#include "check__.h"

// --- what may lie in one -----------------------------------------------------------------------------------------------

static const HirType *bottom(const HirType *type) {
    while (type->kind == HIR_TYPE_ARRAY)
        type = type->elem;
    return type;
}

static bool is_wire(const HirType *type) {
    return type->kind == HIR_TYPE_STRUCT && type->structure->is_wire;
}

static bool is_number(const HirType *type) {
    return hir_type_is_integer(type) || hir_type_is_float(type);
}

static const char *why_not(const HirType *type) {
    if (type->kind == HIR_TYPE_BOOL || type->kind == HIR_TYPE_CHAR)
        return "has bytes that are no value of it: a field of a wire struct takes any bytes; take "
               "its integer and test";
    if (type->kind == HIR_TYPE_ENUM)
        return "has bytes that are no value of it: take its integer, and `of(x)` when it is read";
    return "cannot lie in a wire struct: numbers, arrays of them and other wire structs can";
}

static void check_wire_field(
    Checker *checker, HirStruct *structure, const AstField *ast, HirField *field
) {
    const HirType *part = bottom(field->type);
    const char *name = text_of(checker, field->name);
    if (is_error(part)) return;
    if (!is_wire(part) && !is_number(part)) {
        diag_report(
            checker->diags, ast->type->span, E_WIRE_TYPE, type_text(checker, part), why_not(part)
        );
        structure->broken = true;
        return;
    }
    bool single = is_wire(part) || hir_type_bits(part) == 8;
    if (is_wire(part) && ast->order != AST_NATIVE)
        diag_report(
            checker->diags, ast->span, E_BYTE_ORDER,
            arena_printf(
                checker->arena, "`%s` is a wire struct, whose fields have their own byte order",
                name
            )
        );
    if (!single && ast->order == AST_NATIVE)
        diag_report(
            checker->diags, ast->span, E_BYTE_ORDER,
            arena_printf(checker->arena, "`%s` needs a byte order: `be` or `le`", name)
        );
    structure->broken |=
        is_wire(part) ? ast->order != AST_NATIVE : !single && ast->order == AST_NATIVE;
    if (!single) field->order = ast->order == AST_BIG ? HIR_BIG : HIR_LITTLE;
}

void check_wire_fields(Checker *checker, Decl *decl) {
    HirStruct *structure = decl->structure;
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        const AstField *ast = &decl->item->structure.fields.data[i];
        if (structure->is_wire)
            check_wire_field(checker, structure, ast, &structure->fields.data[i]);
        else if (ast->order != AST_NATIVE)
            diag_report(
                checker->diags, ast->span, E_BYTE_ORDER,
                "only the fields of a `wire struct` have a byte order"
            );
    }
}

// --- view::<H>(bytes) --------------------------------------------------------------------------------------------------

HirExpr *call_view(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const AstGenericArgs *types = &expr->call.callee->inst.args;
    const HirType *error = simple(checker, HIR_TYPE_ERROR);
    const HirType *type = error;
    if (types->len != 1 || !types->data[0].type)
        diag_report(checker->diags, expr->span, E_TYPE_ARGUMENTS, "view", 1u, types->len);
    else
        type = resolve_type(checker, fn->module, types->data[0].type);
    if (!is_error(type) && !is_wire(type)) {
        diag_report(
            checker->diags, types->data[0].type->span, E_WIRE_TYPE, type_text(checker, type),
            "is no wire struct: bytes are seen as one only"
        );
        type = error;
    }
    bool right = check_given(
        checker, "view", 1, (ParamNames){ .words = "bytes" }, &expr->call.args, expr->span
    );
    const HirType *bytes = hir_type_slice(checker->types, HIR_CONST, simple(checker, HIR_TYPE_U8));
    HirExpr *value = right ? check_value(fn, expr->call.args.data[0].value, bytes) : NULL;
    if (is_error(type) || !value || value->kind == HIR_ERROR)
        return error_expr(checker, expr->span);
    HirExpr *view = new_expr(
        checker, HIR_BUILTIN,
        hir_type_option(checker->types, hir_type_ptr(checker->types, HIR_CONST, type)), expr->span
    );
    view->builtin = HIR_BUILTIN_WIRE_VIEW;
    vec_push(checker->arena, &view->args, as_place(checker, value));
    return view;
}

// --- what is borrowed ----------------------------------------------------------------------------------------------------

// Lies the place in a wire struct, and has numbers of several bytes?
bool is_packed(const HirExpr *place) {
    const HirType *part = bottom(place->type);
    if (!is_number(part) || hir_type_bits(part) == 8) return false;
    while (place->kind == HIR_INDEX && place->base->type->kind == HIR_TYPE_ARRAY)
        place = place->base;
    return place->kind == HIR_FIELD && is_wire(place->base->type);
}

static void refuse_packed(void *context, const HirExpr *place) {
    Checker *checker = context;
    if (!place || !hir_expr_is_place(place) || !is_packed(place)) return;
    diag_report(checker->diags, place->span, E_PACKED_BORROW, place_text(checker, place));
    diag_help(
        checker->diags, "it may lie anywhere, in another byte order: copy it to a local first"
    );
}

// These two only look.
static bool takes_address(HirBuiltin builtin) {
    return builtin != HIR_BUILTIN_LEN && builtin != HIR_BUILTIN_IS_NONE;
}

static void check_expr_packed(void *context, const HirExpr *expr) {
    switch (expr->kind) {
    case HIR_BORROW:
    case HIR_VIEW:
    case HIR_SUBVIEW:
    case HIR_NEW_COPY: refuse_packed(context, expr->base); break;
    case HIR_BUILTIN:
        for (uint32_t i = 0; takes_address(expr->builtin) && i < expr->args.len; i++)
            refuse_packed(context, expr->args.data[i]);
        break;
    default: break;
    }
}

static void check_stmt_packed(void *context, const HirStmt *stmt) {
    for (uint32_t i = 0; stmt->kind == HIR_STMT_SWITCH && i < stmt->arms.len; i++)
        for (uint32_t k = 0; k < stmt->arms.data[i].patterns.len; k++) {
            const HirPattern *pattern = stmt->arms.data[i].patterns.data[k];
            bool borrows = pattern->kind == HIR_PATTERN_BIND &&
                           (pattern->bind == HIR_BIND_CONST || pattern->bind == HIR_BIND_MUT);
            if (borrows) refuse_packed(context, stmt->place ? stmt->place : stmt->value);
        }
}

void check_packed(Checker *checker, const HirFn *fn) {
    const HirWalk walk = { checker, check_expr_packed, check_stmt_packed };
    hir_walk_stmt(&walk, fn->body);
}
