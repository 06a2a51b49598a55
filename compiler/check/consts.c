// Constants as a whole: how large they may be, and those that must be integers. What they are is computed in eval.c.

#include "check__.h"

// --- how large a constant is -----------------------------------------------------------------------------------------------

enum { MOST_PARTS = 1 << 20, DEEPEST_PARTS = 40 }; // the verifier takes trees of 64

// Constants inside of constants are counted once and shared: written out there can be exponentially many. The count of the
// parts, and above it how deep they lie.
static uint64_t extent_of(const Checker *checker, const HirExpr *value) {
    uint64_t known, parts = 1, depth = 0;
    if (checker->parts && map_get(checker->parts, (uintptr_t)value, &known)) return known;
    for (uint32_t i = 0; i <= value->args.len && parts <= MOST_PARTS; i++) {
        const HirExpr *part = i < value->args.len ? value->args.data[i] : value->base;
        uint64_t extent = part ? extent_of(checker, part) : 0;
        parts += (uint32_t)extent;
        depth = extent >> 32 > depth ? extent >> 32 : depth;
    }
    return (depth + 1) << 32 | parts;
}

bool check_parts(Checker *checker, const HirExpr *value) {
    uint64_t extent = extent_of(checker, value);
    if (!checker->parts) checker->parts = map_new(checker->arena);
    map_put(checker->parts, (uintptr_t)value, extent);
    if ((uint32_t)extent > MOST_PARTS)
        diag_report(checker->diags, value->span, E_CONST_LIMIT, "it has too many parts");
    else if (extent >> 32 > DEEPEST_PARTS)
        diag_report(checker->diags, value->span, E_TOO_NESTED, "this constant");
    return (uint32_t)extent <= MOST_PARTS && extent >> 32 <= DEEPEST_PARTS;
}

bool const_count(
    Checker *checker, Module *module, const AstExpr *expr, uint64_t *value, const HirSymbol **symbol
) {
    HirExpr *result = check_const_value(checker, module, expr, simple(checker, HIR_TYPE_U64));
    *symbol = hir_expr_symbol(result);
    if (result->kind == HIR_ERROR) return false;
    *value = result->bits;
    return result->kind == HIR_LITERAL;
}

bool const_u64(Checker *checker, Module *module, const AstExpr *expr, uint64_t *value) {
    HirExpr *result = check_const_value(checker, module, expr, simple(checker, HIR_TYPE_U64));
    if (result->kind == HIR_ERROR || !check_known(checker, result)) return false;
    *value = result->bits;
    return result->kind == HIR_LITERAL;
}
