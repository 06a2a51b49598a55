// One body anew, in a program that has been checked: everything that is known of the others stays.
//
// A body leaves traces outside of it: reports, names that it uses, instances that it is the first to need, states of contracts
// that it is the first to name, values that a constant was computed with. What it has left is taken back, the new body leaves
// its own, and what is asked of all bodies together is asked again. Where the traces do not tell what would have been without
// them, the answer is that all is to be checked anew: a check of a body is never another than that of the whole program.

#include "check__.h"

// --- traces ------------------------------------------------------------------------------------------------------------------

Decl *begin_owner(Checker *checker, Decl *decl) {
    Decl *before = checker->owner;
    checker->owner = decl;
    diags_owner(checker->diags, decl);
    return before;
}

void end_owner(Checker *checker, Decl *before) {
    checker->owner = before;
    diags_owner(checker->diags, before);
}

void begin_traces(Decl *decl, const HirFn *fn) {
    decl->traces.uses = decl->uses.len;
    decl->traces.finds = decl->finds.len;
    decl->traces.locals = fn->locals.len;
    decl->traces.was_broken = fn->broken;
    decl->traces.begun = true;
}

void note_instance(Checker *checker, Decl *decl, Span span, bool known) {
    if (!known) {
        checker->spoilt = true; // where it would stand among the others is not known
        decl->maker = checker->instancing == 0 ? checker->owner : NULL;
    } else if (checker->owner && decl->maker == checker->owner && decl->asked != checker->round) {
        decl->used = span;
    } else {
        return;
    }
    decl->asked = checker->round;
}

void note_root(Checker *checker) {
    checker->spoilt = true;
    if (checker->owner) checker->owner->traces.is_first = true;
}

// --- taking back ---------------------------------------------------------------------------------------------------------------

static bool is_in(Span span, Span item) {
    return span.file == item.file && span.start >= item.start && span.end <= item.end;
}

static void forget_closures(HirFn *fn) {
    vec_each(HirExpr *, closure, &fn->closures) {
        HirFn *inner = (HirFn *)(uintptr_t)(*closure)->fn;
        if (!inner || !inner->around) continue;
        forget_closures(inner);
        inner->body = NULL;
        inner->locals.len = 0;
    }
    fn->closures.len = 0;
}

static void forget_body(const Traces *traces, HirFn *fn) {
    forget_closures(fn);
    fn->body = NULL;
    fn->broken = traces->was_broken;
    fn->locals.len = traces->locals;
    vec_each(HirLocal *, local, &fn->locals) {
        (*local)->is_named = (*local)->is_changed = false;
        (*local)->mentions = 0;
    }
}

// What has been noted for later.
static void forget_notes(Checker *checker, Span item) {
    uint32_t clauses = 0, dropped = 0, settled = 0, constants = 0;
    vec_each(const HirExpr *, clause, &checker->clauses)
        if (!is_in((*clause)->span, item)) checker->clauses.data[clauses++] = *clause;
    vec_each(Dropped, it, &checker->dropped)
        if (!is_in(it->span, item)) checker->dropped.data[dropped++] = *it;
    vec_each(Settled, it, &checker->settled)
        if (!is_in(it->expr->span, item)) checker->settled.data[settled++] = *it;
    vec_each(HirConst *, constant, &checker->constants) {
        if (!is_in((*constant)->span, item)) {
            checker->constants.data[constants++] = *constant;
            continue;
        }
        (*constant)->value = NULL;
        (*constant)->span = (Span){ 0 };
    }
    checker->clauses.len = clauses;
    checker->dropped.len = dropped;
    checker->settled.len = settled;
    checker->constants.len = constants;
}

// --- the check -------------------------------------------------------------------------------------------------------------------

static Decl *decl_of(const Checker *checker, const AstItem *item) {
    vec_each(Decl *, decl, &checker->decls) {
        if ((*decl)->item == item && !(*decl)->generic) return *decl;
    }
    return NULL;
}

static HirFn *fn_of(const Decl *decl) {
    switch (decl->kind) {
    case DECL_FN: return decl->item->fn.body && !decl->interface ? decl->fn : NULL;
    case DECL_SIP:
    case DECL_TEST: return decl->sip->main;
    default: return NULL; // of a generic function all instances would be asked, too
    }
}

// There is a limit to the steps in which constants are computed: one that may be near is no place to go on from.
enum { MOST_STEPS = 10 * 1000 * 1000 };

static bool can_be_taken_back(const Checker *checker, const Decl *decl) {
    const Traces *traces = &decl->traces;
    return diags_are_apart(checker->diags) && !checker->instances_end &&
           checker->const_steps < MOST_STEPS && traces->begun && !traces->was_broken &&
           !traces->is_early && !traces->is_first;
}

// Instances that were made for the old body alone would not be there, and reports about others say who has made them.
static bool needs_the_same(const Checker *checker, const Decl *decl) {
    vec_each(Decl *, instance, &checker->decls) {
        if ((*instance)->maker != decl) continue;
        if ((*instance)->asked != checker->round || diags_of(checker->diags, *instance) > 0)
            return false;
    }
    return true;
}

bool check_again(Checker *checker, const AstItem *item, Span before) {
    Decl *decl = decl_of(checker, item);
    HirFn *fn = decl ? fn_of(decl) : NULL;
    if (!fn || !can_be_taken_back(checker, decl)) return false;
    uint64_t steps = checker->const_steps;
    checker->round++;
    checker->spoilt = false;
    checker->noted = UINT32_MAX;
    diags_forget(checker->diags, decl);
    diags_forget(checker->diags, checker);
    forget_notes(checker, before);
    forget_body(&decl->traces, fn);
    decl->uses.len = decl->traces.uses;
    decl->finds.len = decl->traces.finds;
    decl->body = STAGE_NEW;
    decl->is_body_broken = false;
    check_decl(checker, decl);
    bool same = !checker->spoilt && needs_the_same(checker, decl) &&
                checker->const_steps < MOST_STEPS && diags_are_apart(checker->diags);
    checker->const_steps = steps;
    bool alone = checker->watch && checker->watch->only; // nobody wants to know about the rest
    if (same && !alone) check_together(checker);
    return same && diags_are_apart(checker->diags);
}
