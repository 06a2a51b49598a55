// The flow of control in a finished body: where it cannot come out, results on every way, statements that it never gets
// to, and cases that were perhaps meant to go on in the next one.

#include "check__.h"

#include <string.h>

bool stmt_breaks(const HirStmt *stmt, const HirStmt *target);

// Statements stand in expressions too: `x else { break; }`.
static bool expr_breaks(const HirExpr *expr, const HirStmt *target) {
    if (!expr) return false;
    if (stmt_breaks(hir_expr_leave(expr), target)) return true;
    if (expr_breaks(expr->base, target) || expr_breaks(hir_expr_lo(expr), target) ||
        expr_breaks(hir_expr_hi(expr), target))
        return true;
    for (uint32_t i = 0; i < expr->args.len; i++)
        if (expr_breaks(expr->args.data[i], target)) return true;
    return false;
}

static bool list_breaks(const HirStmt *stmt, const HirStmt *target) {
    bool breaks = false;
    switch (stmt->kind) {
    case HIR_STMT_BLOCK:
        for (uint32_t i = 0; i < stmt->stmts.len && !breaks; i++) {
            breaks = stmt_breaks(stmt->stmts.data[i], target);
            if (stmt_ends(stmt->stmts.data[i])) break; // control never gets to what is behind
        }
        return breaks;
    case HIR_STMT_SEND:
        for (uint32_t i = 0; i < stmt->args.len && !breaks; i++)
            breaks = expr_breaks(stmt->args.data[i], target);
        return breaks;
    case HIR_STMT_SWITCH:
        for (uint32_t i = 0; i < stmt->arms.len && !breaks; i++)
            breaks = stmt_breaks(stmt->arms.data[i].body, target) ||
                     expr_breaks(stmt->arms.data[i].guard, target);
        return breaks;
    case HIR_STMT_RECEIVE:
        for (uint32_t i = 0; i < stmt->receives.len && !breaks; i++)
            breaks = stmt_breaks(stmt->receives.data[i].body, target) ||
                     expr_breaks(stmt->receives.data[i].timeout, target);
        return breaks;
    default: return false;
    }
}

bool stmt_breaks(const HirStmt *stmt, const HirStmt *target) {
    if (!stmt) return false;
    if (stmt->kind == HIR_STMT_BREAK && stmt->target == target) return true;
    return expr_breaks(stmt->place, target) || expr_breaks(stmt->value, target) ||
           list_breaks(stmt, target) || stmt_breaks(stmt->then, target) ||
           stmt_breaks(stmt->otherwise, target);
}

static bool all_arms_end(const HirStmt *stmt) { // of a SWITCH
    for (uint32_t i = 0; i < stmt->arms.len; i++)
        if (!stmt_ends(stmt->arms.data[i].body)) return false;
    return true;
}

static bool all_receives_end(const HirStmt *stmt) {
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        const HirReceiveArm *arm = &stmt->receives.data[i];
        bool ends = arm->body ? stmt_ends(arm->body) : hir_arm_is_closed(arm); // which traps
        if (!ends) return false;
    }
    return true;
}

static bool never(const HirExpr *expr) {
    return expr && expr->type->kind == HIR_TYPE_NEVER;
}

bool stmt_ends(const HirStmt *stmt) {
    switch (stmt->kind) {
    case HIR_STMT_ERROR: // reported: nothing follows from it
    case HIR_STMT_RETURN:
    case HIR_STMT_BREAK:
    case HIR_STMT_CONTINUE: return true;
    case HIR_STMT_BLOCK:
        for (uint32_t i = 0; i < stmt->stmts.len; i++)
            if (stmt_ends(stmt->stmts.data[i])) return true;
        return false;
    case HIR_STMT_EXPR:
    case HIR_STMT_LET:
    case HIR_STMT_ASSIGN: return never(stmt->value);
    case HIR_STMT_IF: return stmt->otherwise && stmt_ends(stmt->then) && stmt_ends(stmt->otherwise);
    case HIR_STMT_LOOP: return !stmt->cond && !stmt_breaks(stmt, stmt);
    case HIR_STMT_LOCK:
    case HIR_STMT_JOIN: return stmt_ends(stmt->then);
    case HIR_STMT_SWITCH: return all_arms_end(stmt) && !stmt_breaks(stmt, stmt);
    case HIR_STMT_RECEIVE: return all_receives_end(stmt) && !stmt_breaks(stmt, stmt);
    default: return false;
    }
}

// --- what is asked -------------------------------------------------------------------------------------------------------------

static bool breaks_inside(const HirStmt *stmt) {
    if (!stmt) return false;
    bool is_switch = stmt->kind == HIR_STMT_SWITCH || stmt->kind == HIR_STMT_RECEIVE;
    if (is_switch && stmt_breaks(stmt, stmt)) return true;
    for (uint32_t i = 0; stmt->kind == HIR_STMT_BLOCK && i < stmt->stmts.len; i++)
        if (breaks_inside(stmt->stmts.data[i])) return true;
    return breaks_inside(stmt->then) || breaks_inside(stmt->otherwise);
}

// An endless loop, with a `break` that was perhaps meant to leave it.
static bool stays_in(const HirStmt *stmt) {
    return stmt->kind == HIR_STMT_LOOP && !stmt->cond && breaks_inside(stmt->then);
}

static void find_unreached(Checker *checker, const HirStmt *stmt);

static void find_behind(Checker *checker, const HirStmt *block) {
    bool ended = false;
    for (uint32_t i = 0; i < block->stmts.len; i++) {
        if (ended && checker->in_instance) break;
        if (ended) {
            diag_report(checker->diags, block->stmts.data[i]->span, E_NEVER_REACHED);
            if (stays_in(block->stmts.data[i - 1]))
                diag_help(
                    checker->diags,
                    "`break` in a `switch` leaves the `switch`; a label on the loop lets it leave that: `break label;`"
                );
            break;
        }
        ended = stmt_ends(block->stmts.data[i]);
        find_unreached(checker, block->stmts.data[i]);
    }
}

// A case for plain values, as C's labels are: one that binds something and does nothing with it is there on purpose.
static bool is_plain(const HirArm *arm) {
    for (uint32_t i = 0; i < arm->patterns.len; i++) {
        const HirPattern *pattern = arm->patterns.data[i];
        bool value = pattern->kind == HIR_PATTERN_VALUE || pattern->kind == HIR_PATTERN_RANGE ||
                     (pattern->kind == HIR_PATTERN_VARIANT && pattern->args.len == 0);
        if (!value) return false;
    }
    return !arm->guard;
}

// Nothing stands between two heads, not even a comment.
static bool is_next(const Checker *checker, Span head, Span next) {
    Str text = source_text(checker->program->map, head.file);
    for (uint32_t at = head.end; at < next.start; at++)
        if (!strchr(" \t\r\n:", text.ptr[at])) return false;
    return true;
}

// `case 1: case 2: f();`, which in C does the same for both.
static void judge_cases(Checker *checker, const HirStmt *stmt) {
    for (uint32_t i = 0; i + 1 < stmt->arms.len; i++) {
        const HirArm *arm = &stmt->arms.data[i], *next = arm + 1;
        bool falls = arm->body->stmts.len == 0 && arm->patterns.len > 0 && is_plain(arm) &&
                     (next->body->stmts.len > 0 || next->patterns.len > 0) && is_plain(next);
        if (!falls || !is_next(checker, arm->span, next->span)) continue;
        diag_report(checker->diags, arm->span, E_EMPTY_CASE);
        diag_help(
            checker->diags,
            "one case takes several values, `case 1, 2:`; an empty block says that nothing is to be done, `case 1: {}`"
        );
    }
}

static void find_unreached(Checker *checker, const HirStmt *stmt) {
    if (!stmt) return;
    if (stmt->kind == HIR_STMT_SWITCH && !checker->in_instance) judge_cases(checker, stmt);
    if (stmt->kind == HIR_STMT_BLOCK) find_behind(checker, stmt);
    for (uint32_t i = 0; stmt->kind == HIR_STMT_SWITCH && i < stmt->arms.len; i++)
        find_unreached(checker, stmt->arms.data[i].body);
    for (uint32_t i = 0; stmt->kind == HIR_STMT_RECEIVE && i < stmt->receives.len; i++)
        find_unreached(checker, stmt->receives.data[i].body);
    find_unreached(checker, stmt->then);
    find_unreached(checker, stmt->otherwise);
}

void check_flow(Checker *checker, HirFn *fn) {
    if (fn->sig.result->kind != HIR_TYPE_VOID && !stmt_ends(fn->body)) {
        diag_report(checker->diags, fn->span, E_RESULT_MISSING, text_of(checker, fn->name));
        diag_note(checker->diags, fn->body->end, "control comes out here");
    }
    find_unreached(checker, fn->body);
}
