// Clauses: what a function requires and ensures, what a struct's values always are. Each becomes an assertion whose report
// shows the clause. A clause only looks: what it calls changes nothing, and says nothing to anybody.
//
// `requires` is tested where the function begins, `ensures` at each return, when the result is there and before what was put
// off by `defer`. An invariant is tested where a value is made between braces, where a function of the type returns to which
// it was lent exclusively or which gives one, and where a value is received.

#include "check__.h"

#include <string.h>

enum { LONGEST_TEXT = 160 }; // of what a report shows

// --- texts -----------------------------------------------------------------------------------------------------------------

// On one line, in printable ASCII, not too long.
static Str printable(Checker *checker, const char *before, Str text, const char *after) {
    Buf out = { 0 };
    buf_cstr(&out, before);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (space && out.len && out.data[out.len - 1] == ' ') continue;
        buf_byte(&out, space ? ' ' : c > ' ' && c <= '~' ? c : '?');
    }
    buf_cstr(&out, after);
    if (out.len > LONGEST_TEXT) {
        out.len = LONGEST_TEXT - 3;
        buf_cstr(&out, "...");
    }
    Str made = { arena_strndup(checker->arena, (const char *)out.data, out.len), out.len };
    buf_free(&out);
    return made;
}

static Str source_of(const Checker *checker, Span span) {
    Str text = source_text(checker->program->map, span.file);
    if (span.end > text.len || span.start > span.end) return (Str){ "", 0 };
    return (Str){ text.ptr + span.start, span.end - span.start };
}

Str assert_text(Checker *checker, const AstExpr *cond, const AstExpr *text) {
    if (text) return printable(checker, "", text->str, "");
    return printable(checker, "assert (", source_of(checker, cond->span), ")");
}

static Str clause_text(Checker *checker, const AstClause *clause) {
    static const char *const words[] = {
        [AST_REQUIRES] = "requires (", [AST_ENSURES] = "ensures (", [AST_INVARIANT] = "invariant ("
    };
    return printable(checker, words[clause->kind], source_of(checker, clause->cond->span), ")");
}

// --- one clause --------------------------------------------------------------------------------------------------------------

static HirStmt *test_of(Fn *fn, const AstClause *clause) {
    Checker *checker = fn->checker;
    HirStmt *test = new_stmt(fn, HIR_STMT_ASSERT, clause->span);
    test->cond = check_cond(fn, clause->cond);
    test->text = clause_text(checker, clause);
    if (test->cond->kind == HIR_ERROR) {
        test->kind = HIR_STMT_ERROR;
        return test;
    }
    vec_push(checker->arena, &checker->clauses, test->cond);
    return test;
}

// A clause knows the parameters, and nothing of the body.
static void open_scope(Fn *fn, Scope *scope, HirLocal *result) {
    *scope = (Scope){ .names = map_new(fn->checker->arena) };
    for (uint32_t i = 0; i < fn->fn->sig.params.len; i++)
        if (fn->fn->locals.data[i]->name)
            map_put(scope->names, fn->fn->locals.data[i]->name, (uintptr_t)fn->fn->locals.data[i]);
    if (result) map_put(scope->names, names_add_c(fn->checker->names, "result"), (uintptr_t)result);
}

static void add_tests(Fn *fn, AstClauseKind kind, HirLocal *result, HirStmt *block) {
    Scope scope, *outer = fn->scope;
    if (!fn->clauses) return;
    open_scope(fn, &scope, result);
    fn->scope = &scope;
    vec_each(AstClause, it, fn->clauses)
        if (it->kind == kind) append(fn, block, test_of(fn, it));
    fn->scope = outer;
}

// Of a struct; names mean its fields.
void add_invariants(Fn *fn, const AstClauses *clauses, HirStmt *block) {
    vec_each(AstClause, it, clauses)
        append(fn, block, test_of(fn, it));
}

// --- old(e): what it was when the function began -------------------------------------------------------------------------------

// In the first look at a clause a local is made for each; later looks find it.
HirExpr *check_old(Fn *fn, const AstExpr *call) {
    Checker *checker = fn->checker;
    uint64_t found;
    if (!check_given(
            checker, "old", 1, (ParamNames){ .words = "value" }, &call->call.args, call->span
        ))
        return error_expr(checker, call->span);
    const AstExpr *arg = call->call.args.data[0].value;
    if (map_get(fn->olds, (uintptr_t)arg, &found))
        return local_place(fn, (HirLocal *)(uintptr_t)found, call->span);
    HirExpr *value = check_value(fn, arg, NULL);
    if (value->kind == HIR_ERROR) return value;
    if (!hir_type_is_plain(value->type) || hir_type_is_second_class(value->type)) {
        diag_report(checker->diags, arg->span, E_NOT_PLAIN, type_text(checker, value->type));
        return error_expr(checker, call->span);
    }
    HirLocal *local = new_local(fn, 0, value->type, call->span);
    append(fn, fn->fn->body, let(fn, local, value, call->span));
    vec_push(checker->arena, &checker->clauses, value);
    map_put(fn->olds, (uintptr_t)arg, (uintptr_t)local);
    return local_place(fn, local, call->span);
}

// --- functions -------------------------------------------------------------------------------------------------------------------

static bool has_result(const Fn *fn) {
    return fn->result->kind != HIR_TYPE_VOID && !is_error(fn->result);
}

static bool ensures_something(const Fn *fn) {
    for (uint32_t i = 0; fn->clauses && i < fn->clauses->len; i++)
        if (fn->clauses->data[i].kind == AST_ENSURES) return true;
    return false;
}

void begin_clauses(Fn *fn, const AstClauses *clauses) {
    Checker *checker = fn->checker;
    uint32_t before = diags_errors(checker->diags);
    fn->clauses = clauses;
    add_tests(fn, AST_REQUIRES, NULL, fn->fn->body);
    if (!ensures_something(fn)) return;
    fn->olds = map_new(checker->arena);
    HirLocal *result = has_result(fn) ? new_local(fn, 0, fn->result, fn->fn->span) : NULL;
    add_tests(fn, AST_ENSURES, result, block_of(fn, fn->fn->span)); // a first look
    if (diags_errors(checker->diags) > before) fn->clauses = NULL;  // said once
}

HirStmt *leave_function(Fn *fn, HirExpr *value, Span span) {
    HirStmt *leave = new_stmt(fn, HIR_STMT_RETURN, span);
    leave->value = value;
    bool tests =
        (ensures_something(fn) || has_invariants(fn)) && !(value && value->kind == HIR_ERROR);
    if (!tests) return leave;
    HirStmt *block = block_of(fn, span);
    HirLocal *result = value && has_result(fn) ? new_local(fn, 0, fn->result, span) : NULL;
    if (result) append(fn, block, let(fn, result, value, span));
    add_tests(fn, AST_ENSURES, result, block);
    test_invariants(fn, result, block, span);
    if (result) leave->value = local_value(fn, result, span);
    append(fn, block, leave);
    return block;
}

// Where control comes out at the end of a function without a result.
void end_clauses(Fn *fn) {
    HirStmt *body = fn->fn->body;
    if (fn->result->kind != HIR_TYPE_VOID || stmt_ends(body)) return;
    add_tests(fn, AST_ENSURES, NULL, body);
    test_invariants(fn, NULL, body, body->end);
}
