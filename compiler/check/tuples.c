// Tuples: for results and destructuring. A tuple is a struct that nobody has declared, the same for the same types.

#include "check__.h"

#include "base/buf.h"

const HirType *tuple_type(Checker *checker, const HirType *const *types, uint32_t count) {
    Buf key = { 0 }, text = { 0 };
    uint64_t found;
    buf_byte(&text, '(');
    for (uint32_t i = 0; i < count; i++) {
        buf_u64le(&key, (uintptr_t)types[i]);
        buf_printf(&text, "%s%s", i ? ", " : "", type_text(checker, types[i]));
    }
    buf_byte(&text, ')');
    if (!strmap_get(checker->tuples, (const char *)key.data, key.len, &found)) {
        HirStruct *made = arena_new(checker->arena, HirStruct);
        *made = (HirStruct){ .name = short_name(checker, &text),
                             .is_ref = true,
                             .by_parts = true,
                             .number = checker->program->structs.len };
        vec_push(checker->arena, &checker->program->structs, made);
        for (uint32_t i = 0; i < count; i++) {
            Name name = names_add_c(checker->names, arena_printf(checker->arena, "%u", i));
            made->is_opaque = made->is_opaque || hir_type_is_opaque(types[i]);
            vec_push(
                checker->arena, &made->fields,
                ((HirField){ .name = name, .type = types[i], .is_pub = true })
            );
        }
        made->answers.settled = true;
        found = (uintptr_t)made;
        strmap_put(checker->tuples, (const char *)key.data, key.len, found);
    }
    buf_free(&key);
    buf_free(&text);
    return hir_type_struct(checker->types, (const HirStruct *)(uintptr_t)found);
}

// A struct without a module is a tuple.
bool is_tuple(const HirType *type) {
    return type->kind == HIR_TYPE_STRUCT && !type->structure->module;
}

static bool may_hold(Checker *checker, const HirType *type, Span span) {
    if (is_error(type)) return false;
    if (type->kind != HIR_TYPE_VOID) return true;
    diag_report(checker->diags, span, E_VOID_VALUE);
    return false;
}

const HirType *resolve_tuple(Checker *checker, Module *module, const AstType *type) {
    VEC(const HirType *) types = { 0 };
    bool good = true;
    vec_each(AstType *, it, &type->tuple) {
        const HirType *part = resolve_type(checker, module, *it);
        good = may_hold(checker, part, (*it)->span) && good;
        vec_push(checker->arena, &types, part);
    }
    return good ? tuple_type(checker, types.data, types.len) : simple(checker, HIR_TYPE_ERROR);
}

typedef VEC(const HirType *) Types;

// What is wanted of a part may be NULL.
static HirExpr *make_tuple(Fn *fn, const AstExpr *expr, const Types *wants) {
    Checker *checker = fn->checker;
    Types types = { 0 };
    HirExpr *made = new_expr(checker, HIR_STRUCT_LIT, NULL, expr->span);
    bool good = true;
    made->rows = arena_array(checker->arena, uint32_t, expr->tuple.len);
    for (uint32_t i = 0; i < expr->tuple.len; i++) {
        HirExpr *part = check_value(fn, expr->tuple.data[i], wants->data[i]);
        good = part->kind != HIR_ERROR && may_hold(checker, part->type, part->span) && good;
        made->rows[i] = i;
        vec_push(checker->arena, &types, part->type);
        vec_push(checker->arena, &made->args, part);
    }
    if (good) made->type = tuple_type(checker, types.data, types.len);
    return good ? made : error_expr(checker, expr->span);
}

HirExpr *check_tuple(Fn *fn, const AstExpr *expr, const HirType *want) {
    Types wants = { 0 };
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    bool guided = want && is_tuple(want) && want->structure->fields.len == expr->tuple.len;
    for (uint32_t i = 0; i < expr->tuple.len; i++)
        vec_push(fn->checker->arena, &wants, guided ? want->structure->fields.data[i].type : NULL);
    return make_tuple(fn, expr, &wants);
}

// --- taking apart ----------------------------------------------------------------------------------------------------------

static HirExpr *part_of(Fn *fn, HirLocal *whole, uint32_t row, Span span) {
    HirExpr *place =
        new_expr(fn->checker, HIR_FIELD, whole->type->structure->fields.data[row].type, span);
    place->base = local_place(fn, whole, span);
    place->row = row;
    return place;
}

// The tuple in a local of its own; NULL: reported. Where it is written out, its literals take the types that are wanted.
static HirLocal *hold(Fn *fn, const AstExpr *ast, const Types *wants, HirStmtVec *out) {
    Checker *checker = fn->checker;
    uint32_t count = wants->len;
    bool written = ast->kind == AST_EXPR_TUPLE && ast->tuple.len == count;
    HirExpr *value = written ? make_tuple(fn, ast, wants) : check_value(fn, ast, NULL);
    if (value->kind == HIR_ERROR) return NULL;
    if (!is_tuple(value->type) || value->type->structure->fields.len != count) {
        diag_report(
            checker->diags, ast->span, E_NOT_A_TUPLE, type_text(checker, value->type), count
        );
        return NULL;
    }
    HirLocal *whole = new_local(fn, 0, value->type, ast->span);
    vec_push(checker->arena, out, let(fn, whole, value, ast->span));
    return whole;
}

// An exclusive borrow moves out of the tuple, which nobody uses any more, and is not lent by it.
static HirExpr *taken(Fn *fn, HirExpr *part, const HirType *want) {
    HirTypeKind kind = part->type->kind;
    bool moves = (kind == HIR_TYPE_PTR || kind == HIR_TYPE_SLICE) && part->type->mode == HIR_MUT &&
                 (!want || want == part->type);
    if (!moves) return want ? coerce(fn->checker, part, want) : as_value(fn->checker, part);
    HirExpr *move = new_expr(fn->checker, HIR_MOVE, part->type, part->span);
    move->base = part;
    return move;
}

// A local for each binder, given its part of the whole; `whole` NULL: reported.
static void bind_parts(Fn *fn, HirLocal *whole, const AstBinders *binders, HirStmtVec *out) {
    Checker *checker = fn->checker;
    for (uint32_t i = 0; i < binders->len; i++) {
        const AstBinder *binder = &binders->data[i];
        const HirType *type = binder->type ? resolve_type(checker, fn->module, binder->type) : NULL;
        HirExpr *value = whole ? part_of(fn, whole, i, binder->span) : NULL;
        bool discards = binder->name.name == checker->discard;
        if (discards) continue;
        if (value) value = taken(fn, value, type);
        bool good = value && value->kind != HIR_ERROR;
        HirLocal *local = declare(
            fn, binder->name,
            type   ? type
            : good ? value->type
                   : simple(checker, HIR_TYPE_ERROR)
        );
        vec_push(checker->arena, out, let(fn, local, good ? value : NULL, binder->span));
    }
}

// The tuple in an optional, taken apart: its local, and what goes before the body. NULL: reported.
HirLocal *bind_payload_tuple(
    Fn *fn, const HirType *payload, const AstBinders *binders, Span span, HirStmtVec *out
) {
    bool fits = is_tuple(payload) && payload->structure->fields.len == binders->len;
    if (!fits && !is_error(payload))
        diag_report(
            fn->checker->diags, span, E_NOT_A_TUPLE, type_text(fn->checker, payload), binders->len
        );
    HirLocal *whole = fits ? new_local(fn, 0, payload, span) : NULL;
    bind_parts(fn, whole, binders, out);
    return whole;
}

// Literals take the types of numbers and the like. Of others nothing is wanted before the whole is taken apart.
static void add_want(Fn *fn, Types *wants, const HirType *type) {
    vec_push(fn->checker->arena, wants, type && hir_type_is_scalar(type) ? type : NULL);
}

void check_let_tuple(Fn *fn, const AstStmt *stmt, HirStmtVec *out) {
    const AstBinders *binders = &stmt->let_tuple.binders;
    Types wants = { 0 };
    vec_each(AstBinder, binder, binders) {
        bool stated = binder->type && binder->type->kind == AST_TYPE_SCALAR;
        add_want(fn, &wants, stated ? resolve_type(fn->checker, fn->module, binder->type) : NULL);
    }
    bind_parts(fn, hold(fn, stmt->let_tuple.value, &wants, out), binders, out);
}

// `(a, b) = e`: the value first, then each part to its place.
void check_assign_tuple(Fn *fn, const AstStmt *stmt, HirStmtVec *out) {
    Checker *checker = fn->checker;
    const AstExprs *targets = &stmt->assign.target->tuple;
    VEC(HirExpr *) places = { 0 };
    Types wants = { 0 };
    for (uint32_t i = 0; i < targets->len; i++) {
        const AstExpr *target = targets->data[i];
        bool discards = target->kind == AST_EXPR_NAME && target->name.name == checker->discard;
        HirExpr *place = discards ? NULL : target_place(fn, target);
        vec_push(checker->arena, &places, place);
        add_want(fn, &wants, place ? place->type : NULL);
    }
    HirLocal *whole = hold(fn, stmt->assign.value, &wants, out);
    for (uint32_t i = 0; i < targets->len; i++) {
        const AstExpr *target = targets->data[i];
        if (target->kind == AST_EXPR_NAME && target->name.name == checker->discard) continue;
        HirExpr *place = places.data[i];
        HirExpr *value =
            whole && place ? taken(fn, part_of(fn, whole, i, target->span), place->type) : NULL;
        HirStmt *assign = new_stmt(
            fn, value && value->kind != HIR_ERROR ? HIR_STMT_ASSIGN : HIR_STMT_ERROR, target->span
        );
        assign->place = place;
        assign->value = value;
        vec_push(checker->arena, out, assign);
    }
}
