// What the evaluation of a value does beside giving it: whether values that were computed before it need to be
// kept, so that everything happens from left to right [24].

#include "lower__.h"

typedef bool Question(const HirExpr *e);

static bool any_part(const HirExpr *e, Question *question) {
    if (e->base && question(e->base)) return true;
    const HirExpr *lo = hir_expr_lo(e), *hi = hir_expr_hi(e);
    if ((lo && question(lo)) || (hi && question(hi))) return true;
    for (uint32_t i = 0; i < e->args.len; i++)
        if (question(e->args.data[i])) return true;
    return false;
}

// A statement that leaves does not come back: what it changes nobody sees here.
bool lower__disturbs(const HirExpr *e) {
    switch (e->kind) {
    case HIR_CALL:
    case HIR_CALL_VALUE:
    case HIR_KCALL: return true;
    case HIR_BUILTIN:
        if (hir_builtin_changes(e->builtin)) return true;
        break;
    default: break;
    }
    return any_part(e, lower__disturbs);
}

bool lower__acts(const HirExpr *e) {
    switch (e->kind) {
    case HIR_LITERAL:
    case HIR_STR_LIT:
    case HIR_NONE:
    case HIR_FN_REF:
    case HIR_LOCAL:
    case HIR_CONSTANT: return false;
    case HIR_COPY:
    case HIR_MOVE:
    case HIR_FIELD:
    case HIR_DEREF:
    case HIR_INDEX: return any_part(e, lower__acts);
    default: return true;
    }
}
