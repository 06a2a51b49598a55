// What a process reaches must be granted to it: today that is the kernel function `exit`.

#include "check__.h"

typedef struct Reach {
    Checker *checker;
    bool *seen; // functions
    VEC(const HirFn *) work;
    const HirExpr *exit; // a call of it
} Reach;

static void visit(void *context, const HirExpr *expr) {
    Reach *reach = context;
    if (kcall_is_exit(expr) && !reach->exit) reach->exit = expr;
    bool names = expr->kind == HIR_CALL || expr->kind == HIR_FN_REF ||
                 (expr->kind == HIR_CLOSURE && expr->fn);
    if (!names || reach->seen[expr->fn->number]) return;
    reach->seen[expr->fn->number] = true;
    vec_push(reach->checker->arena, &reach->work, expr->fn);
}

static bool granted(const HirSip *sip, HirGrantKind kind) {
    for (uint32_t i = 0; i < sip->grants.len; i++)
        if (sip->grants.data[i].kind == kind) return true;
    return false;
}

static void tell(Checker *checker, const HirSip *sip, const Reach *reach) {
    if (!reach->exit) return;
    diag_report(
        checker->diags, reach->exit->span, E_NEEDS_GRANT, text_of(checker, sip->name), "exit"
    );
    diag_note(checker->diags, sip->span, "for this process");
}

void check_grants(Checker *checker) {
    vec_each(HirSip *, it, &checker->program->sips) {
        const HirSip *sip = *it;
        if (granted(sip, HIR_GRANT_EXIT) || !sip->main || !sip->main->body) continue;
        Reach reach = { .checker = checker,
                        .seen = arena_array(checker->arena, bool, checker->program->fns.len) };
        vec_push(checker->arena, &reach.work, sip->main);
        const HirWalk walk = { .context = &reach, .expr = visit };
        while (reach.work.len > 0)
            hir_walk_stmt(&walk, vec_pop(&reach.work)->body);
        tell(checker, sip, &reach);
    }
}
