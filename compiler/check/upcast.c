// `ep.as::<Base.imp:S>()`: an end of a channel seen as one of the contract that its own inherits from. Legal where the contract
// stands in for its base in those states: its holder may send at least what the base allows, and receive at most that.

#include "ways.h"

#include "hir/protocol.h"

#include <string.h>

HirExpr *call_upcast(Fn *fn, HirExpr *place, const Call *call, Span span) {
    Checker *checker = fn->checker;
    if (call->given->len != 1 || !call->given->data[0].type) {
        diag_report(checker->diags, span, E_TYPE_ARGUMENTS, "as", 1u, call->given->len);
        return error_expr(checker, span);
    }
    const AstType *ast = call->given->data[0].type;
    const HirType *type = resolve_type(checker, fn->module, ast), *from = place->type;
    if (is_error(type) || !check_count(checker, "as", 0, call->args, span))
        return error_expr(checker, span);
    if (type->kind != HIR_TYPE_ENDPOINT) {
        diag_report(checker->diags, ast->span, E_NOT_AN_ENDPOINT, type_text(checker, type));
        return error_expr(checker, span);
    }
    if (type->side != from->side || !hir_inherits(from->contract, type->contract)) {
        diag_report(
            checker->diags, ast->span, E_NOT_A_BASE, type_text(checker, from),
            type_text(checker, type)
        );
        if (type->side != from->side)
            diag_help(checker->diags, "an end stays what it is: `imp` or `exp`");
        else if (hir_inherits(type->contract, from->contract))
            diag_help(
                checker->diags, "it is the other way round: `%s` inherits from `%s`",
                text_of(checker, type->contract->name), text_of(checker, from->contract->name)
            );
        return error_expr(checker, span);
    }
    HirExpr *value = as_value(checker, place);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *made = new_expr(checker, HIR_BUILTIN, type, span);
    made->builtin = HIR_BUILTIN_UPCAST;
    vec_push(checker->arena, &made->args, value);
    return made;
}

// --- in which state it is -------------------------------------------------------------------------------------------------

static const char *gap_text(Checker *checker, const HirStandIn *ask, const HirDifference *gap) {
    const HirContract *in = gap->gap == HIR_GAP_SURPRISE ? ask->behind : ask->seen;
    const char *message =
        gap->gap == HIR_GAP_TURN ? "" : text_of(checker, in->messages.data[gap->message].name);
    const char *behind = text_of(checker, ask->behind->states.data[gap->state].name),
               *seen = text_of(checker, ask->seen->states.data[gap->seen].name);
    switch (gap->gap) {
    case HIR_GAP_SURPRISE:
        return arena_printf(
            checker->arena, "in `%s` of `%s` `%s` can come, which `%s` of `%s` does not know",
            behind, text_of(checker, ask->behind->name), message, seen,
            text_of(checker, ask->seen->name)
        );
    case HIR_GAP_NO_MESSAGE:
        return arena_printf(
            checker->arena, "`%s` of `%s` lets it send `%s`, which `%s` of `%s` does not", seen,
            text_of(checker, ask->seen->name), message, behind, text_of(checker, ask->behind->name)
        );
    default:
        return arena_printf(
            checker->arena, "in `%s` it is one end's turn, and in `%s` the other's", behind, seen
        );
    }
}

void check_upcast(Ways *ways, const HirExpr *value, uint32_t state, const char *name) {
    Checker *checker = ways->checker;
    const HirType *from = value->args.data[0]->type, *to = value->type;
    HirStandIn ask = { .behind = from->contract, .seen = to->contract, .side = from->side };
    HirDifferences gaps = { 0 };
    ask.by_row = ask.only_first = true;
    if (from->contract->broken || to->contract->broken || ways->counting ||
        hir_stands_in(checker->arena, &ask, state, to->state, &gaps))
        return;
    const HirDifference *gap = &gaps.data[0];
    diag_report(
        checker->diags, value->span, E_CANNOT_STAND_IN, name,
        text_of(checker, from->contract->states.data[state].name), type_text(checker, to),
        gap_text(checker, &ask, gap)
    );
    if (gap->steps.list.len > 0)
        diag_help(
            checker->diags, "shortest way there: %s",
            hir_steps_text(checker->arena, checker->names, to->contract, &gap->steps)
        );
    diag_help(
        checker->diags,
        "added `in` messages keep importers' ends convertible, added `out` messages exporters'"
    );
}
