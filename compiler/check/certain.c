// What fails whatever happens: indices of arrays that are made of constants and out of bounds, arithmetic, shifts and casts of
// constants that would trap, and a status that no process ends with. Control would trap each time it comes there, so that is an
// error.
//
// Nothing is asked of what control does not come to because of a constant, as in `if (most > 0) n = m / most;`, nor of instances:
// `if (N > 2) ... a[2]` is right there, whatever N is.

#include "eval.h"

#include "contracts/abi/kernel.h"

typedef struct Judge {
    Checker *checker;
    VEC(Span) dead; // where control does not come to, of what is not over yet; the inner ones last
} Judge;

// --- what is known ----------------------------------------------------------------------------------------------------

static bool known(const HirExpr *value, uint64_t *bits);

static bool is_whole(const HirType *type) {
    return hir_type_is_integer(type) || type->kind == HIR_TYPE_BOOL || type->kind == HIR_TYPE_CHAR;
}

// What decides both, as `false && x` is false.
static bool known_logic(const HirExpr *value, uint64_t *bits) {
    uint64_t decides = value->op == HIR_OR, right;
    bool left = known(value->args.data[0], bits);
    if (left && *bits == decides) return true;
    if (!known(value->args.data[1], &right)) return false;
    bool is_known = left || right == decides;
    *bits = right;
    return is_known;
}

static bool known_binary(const HirExpr *value, uint64_t *bits) {
    uint64_t left, right;
    const HirType *type = value->args.data[0]->type;
    if (value->op == HIR_AND || value->op == HIR_OR) return known_logic(value, bits);
    if (value->family == HIR_OPT || !is_whole(type) || !known(value->args.data[0], &left) ||
        !known(value->args.data[1], &right))
        return false;
    Folded folded = fold_binary(value->op, value->family, type, left, right);
    *bits = folded.bits;
    return !folded.trap;
}

static bool known_cast(const HirExpr *value, uint64_t *bits) {
    const HirType *from = value->base->type;
    if (value->family == HIR_OPT || !is_whole(from) || !is_whole(value->type)) return false;
    if (!known(value->base, bits)) return false;
    Folded folded = fold_cast(from, value->type, value->family, *bits);
    *bits = folded.bits;
    return !folded.trap;
}

// A whole number, a `bool` or a character that no variable has part in. Expressions are no deeper than the parser lets them be.
static bool known(const HirExpr *value, uint64_t *bits) {
    switch ((int)value->kind) {
    case HIR_LITERAL: *bits = value->bits; return !value->symbol && is_whole(value->type);
    case HIR_COPY:
        return value->base->kind == HIR_CONSTANT && value->base->constant->value &&
               known(value->base->constant->value, bits);
    case HIR_WIDEN: return is_whole(value->base->type) && known(value->base, bits);
    case HIR_CAST: return known_cast(value, bits);
    case HIR_BINARY: return known_binary(value, bits);
    case HIR_UNARY: {
        if (value->family == HIR_OPT || !is_whole(value->type) || !known(value->base, bits))
            return false;
        Folded folded = fold_unary(value->op, value->family, value->type, *bits);
        *bits = folded.bits;
        return !folded.trap;
    }
    default: return false;
    }
}

// --- where control does not come to ---------------------------------------------------------------------------------------

static void kill(Judge *judge, Span span) {
    vec_push(judge->checker->arena, &judge->dead, span);
}

// The walk goes through the text once, so what ends before this is not asked for again.
static bool is_dead(Judge *judge, Span span) {
    while (judge->dead.len > 0 && vec_last(&judge->dead)->end <= span.start)
        judge->dead.len--;
    vec_each(Span, dead, &judge->dead) {
        if (dead->start <= span.start && span.end <= dead->end) return true;
    }
    return false;
}

// The branch that is taken, of an `if` whose condition is constant; NULL: that is not known, or there is none.
static const HirStmt *branch_taken(const HirStmt *stmt, bool *is_decided) {
    uint64_t holds = 0;
    *is_decided = stmt->kind == HIR_STMT_IF && stmt->cond && known(stmt->cond, &holds);
    if (!*is_decided) return NULL;
    return holds ? stmt->then : stmt->otherwise;
}

// What stands behind `if (most == 0) return;`.
static void kill_rest(Judge *judge, const HirStmt *block) {
    bool decided;
    for (uint32_t i = 0; i + 1 < block->stmts.len; i++) {
        const HirStmt *taken = branch_taken(block->stmts.data[i], &decided);
        if (!taken || !stmt_ends(taken)) continue;
        Span rest = block->stmts.data[i + 1]->span;
        rest.end = block->span.end;
        kill(judge, rest);
        return;
    }
}

static void find_dead(Judge *judge, const HirStmt *stmt) {
    uint64_t holds;
    bool decided;
    if (stmt->kind == HIR_STMT_BLOCK) kill_rest(judge, stmt);
    const HirStmt *taken = branch_taken(stmt, &decided);
    if (decided && stmt->then && taken != stmt->then) kill(judge, stmt->then->span);
    if (decided && stmt->otherwise && taken != stmt->otherwise) kill(judge, stmt->otherwise->span);
    bool loops = stmt->kind == HIR_STMT_LOOP && !stmt->is_do && stmt->cond && stmt->then;
    if (loops && known(stmt->cond, &holds) && !holds) kill(judge, stmt->then->span);
}

static void find_dead_operand(Judge *judge, const HirExpr *expr) {
    uint64_t holds;
    bool is_logic = expr->kind == HIR_BINARY && (expr->op == HIR_AND || expr->op == HIR_OR);
    if ((!is_logic && expr->kind != HIR_TERNARY) || !known(expr->args.data[0], &holds)) return;
    if (expr->kind == HIR_TERNARY)
        kill(judge, expr->args.data[holds ? 2 : 1]->span);
    else if (holds == (expr->op == HIR_OR))
        kill(judge, expr->args.data[1]->span);
}

// --- indices -----------------------------------------------------------------------------------------------------------------

static void check_bound(Judge *judge, const HirExpr *place, const HirExpr *at, uint64_t most) {
    Checker *checker = judge->checker;
    uint64_t index;
    if (!at || place->type->kind != HIR_TYPE_ARRAY || place->type->symbol || !known(at, &index) ||
        index < most)
        return;
    diag_report(
        checker->diags, at->span, E_OUT_OF_BOUNDS, (unsigned long long)index,
        place_text(checker, place), (unsigned long long)place->type->count
    );
    if (index == place->type->count)
        diag_help(
            checker->diags, "elements are numbered from 0: the last one is %llu",
            (unsigned long long)(index ? index - 1 : 0)
        );
}

// --- arithmetic ---------------------------------------------------------------------------------------------------------------

static void report_trap(Judge *judge, Span span, const char *why, const char *help) {
    if (!why) return;
    diag_report(judge->checker->diags, span, E_ALWAYS_TRAPS, why);
    if (help) diag_help(judge->checker->diags, "%s", help);
}

// `left` is NULL where a place is updated.
static void check_arithmetic(
    Judge *judge,
    HirOp op,
    HirFamily family,
    const HirType *type,
    const HirExpr *left,
    const HirExpr *right,
    Span span
) {
    Checker *checker = judge->checker;
    uint64_t a = 0, b;
    bool divides = op == HIR_DIV || op == HIR_REM, shifts = op == HIR_SHL || op == HIR_SHR;
    if (family == HIR_OPT || !hir_type_is_integer(type) || !known(right, &b)) return;
    bool both = left && known(left, &a), decides = (divides && b == 0) || shifts;
    if (!both && !decides) return;
    Folded folded = fold_binary(op, family, type, a, b);
    const char *help =
        "`+%` wraps, `+|` stops at the last value, `+?` gives an optional; so do the others";
    if (divides) help = b == 0 ? "`fault()` ends a process on purpose" : NULL;
    if (shifts)
        help = arena_printf(
            checker->arena, "`%s` has %u bits", type_text(checker, type), hir_type_bits(type)
        );
    report_trap(judge, span, folded.trap, help);
}

static void check_whole_cast(Judge *judge, const HirExpr *cast) {
    Checker *checker = judge->checker;
    const HirType *from = cast->base->type, *to = cast->type;
    uint64_t bits;
    bool whole = is_whole(from) && is_whole(to) && cast->family == HIR_TRAP;
    if (!whole || !known(cast->base, &bits)) return;
    const char *help = NULL, *name = type_text(checker, to);
    if (hir_type_is_integer(to))
        help = arena_printf(
            checker->arena,
            "`(%s%%)x` wraps, `(%s|)x` stops at the last value, `(%s?)x` gives an optional", name,
            name, name
        );
    report_trap(judge, cast->span, fold_cast(from, to, HIR_TRAP, bits).trap, help);
}

static void check_negation(Judge *judge, const HirExpr *expr) {
    uint64_t bits;
    bool whole = expr->op == HIR_NEG && hir_type_is_integer(expr->type);
    if (!whole || !known(expr->base, &bits)) return;
    report_trap(
        judge, expr->span, fold_unary(HIR_NEG, expr->family, expr->type, bits).trap,
        "`-%x` wraps, `-|x` stops at the last value, `-?x` gives an optional"
    );
}

static void check_status(Judge *judge, const HirExpr *call) {
    uint64_t status;
    if (!known(call->args.data[0], &status) || status <= SIP_MOST_STATUS) return;
    diag_report(
        judge->checker->diags, call->args.data[0]->span, E_EXIT_STATUS, (unsigned long long)status,
        SIP_MOST_STATUS
    );
}

// --- all -----------------------------------------------------------------------------------------------------------------------

static void judge_expr(void *context, const HirExpr *expr) {
    Judge *judge = context;
    find_dead_operand(judge, expr);
    if (is_dead(judge, expr->span)) return;
    if (kcall_is_exit(expr)) check_status(judge, expr);
    switch ((int)expr->kind) {
    case HIR_INDEX: check_bound(judge, expr->base, expr->index, expr->base->type->count); break;
    case HIR_SUBVIEW:
        check_bound(judge, expr->base, expr->lo, expr->base->type->count + 1);
        check_bound(judge, expr->base, expr->hi, expr->base->type->count + 1);
        break;
    case HIR_BINARY:
        check_arithmetic(
            judge, expr->op, expr->family, expr->args.data[0]->type, expr->args.data[0],
            expr->args.data[1], expr->span
        );
        break;
    case HIR_UNARY: check_negation(judge, expr); break;
    case HIR_CAST: check_whole_cast(judge, expr); break;
    default: break;
    }
}

static void judge_stmt(void *context, const HirStmt *stmt) {
    Judge *judge = context;
    find_dead(judge, stmt);
    if (stmt->kind != HIR_STMT_UPDATE || is_dead(judge, stmt->span)) return;
    check_arithmetic(
        judge, stmt->op, stmt->family, stmt->place->type, NULL, stmt->value, stmt->span
    );
}

void check_certain(Checker *checker, const HirFn *fn) {
    Judge judge = { .checker = checker };
    const HirWalk walk = { &judge, judge_expr, judge_stmt };
    if (!checker->in_instance) hir_walk_stmt(&walk, fn->body);
}
