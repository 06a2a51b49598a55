// What a process reaches must be granted to it: today that is the kernel function `exit`. And managed memory needs a process of
// one thread.

#include "check__.h"

typedef struct Reach {
    Checker *checker;
    bool *seen; // functions
    VEC(const HirFn *) work;
    const HirExpr *exit;     // a call of it
    const HirLocal *managed; // may hold a managed pointer
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

static void walk_fn(Reach *reach, const HirFn *fn) {
    const HirWalk walk = { .context = reach, .expr = visit };
    hir_walk_stmt(&walk, fn->body);
    for (uint32_t i = 0; i < fn->locals.len && !reach->managed; i++)
        if (hir_type_is_managed(fn->locals.data[i]->type)) reach->managed = fn->locals.data[i];
}

static void tell(Checker *checker, const HirSip *sip, const Reach *reach) {
    if (reach->exit && !granted(sip, HIR_GRANT_EXIT)) {
        diag_report(
            checker->diags, reach->exit->span, E_NEEDS_GRANT, text_of(checker, sip->name), "exit"
        );
        diag_note(checker->diags, sip->span, "for this process");
    }
    if (reach->managed && sip->threads > 1) {
        diag_report(
            checker->diags, sip->span, E_MANAGED_THREADS, text_of(checker, sip->name), sip->threads
        );
        diag_note(checker->diags, reach->managed->span, "managed here");
    }
}

void check_grants(Checker *checker) {
    vec_each(HirSip *, it, &checker->program->sips) {
        const HirSip *sip = *it;
        bool may_all = granted(sip, HIR_GRANT_EXIT) && sip->threads <= 1;
        if (may_all || !sip->main || !sip->main->body) continue;
        Reach reach = { .checker = checker,
                        .seen = arena_array(checker->arena, bool, checker->program->fns.len) };
        vec_push(checker->arena, &reach.work, sip->main);
        while (reach.work.len > 0)
            walk_fn(&reach, vec_pop(&reach.work));
        tell(checker, sip, &reach);
    }
}
