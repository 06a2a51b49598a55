// Loans: who borrows what, and whether an access comes between. A loan lives while a local that holds it may be used
// later; each borrow local holds a set of loans at each point, and assignment replaces it [9].
//
// What "later" means is asked in live.c.

#include "ways.h"

static bool goes_through(const Step *step) { // a borrow, and out of what the local owns
    return step->kind != STEP_FIELD && !step->owned;
}

static bool through_borrow(const Path *path) {
    for (uint32_t i = 0; i < path->count; i++)
        if (goes_through(&path->steps[i]))
            return true;
    return false;
}

// --- accesses ---------------------------------------------------------------------------------------------------------------

static bool disturbs(Access access, const Path *path, const Fact *loan) {
    if (loan->value == LOAN_FROM || !paths_meet(path, &loan->path))
        return false;
    if ((access == ACCESS_READ || access == ACCESS_LEND) && loan->value == LOAN_SHARED)
        return false;
    // A borrow that is overwritten, or ends, takes nothing from what it led to.
    bool replaced = (access == ACCESS_ASSIGN || access == ACCESS_END) && loan->path.count > path->count && path_starts(&loan->path, path);
    return !(replaced && goes_through(&loan->path.steps[path->count]));
}

static DiagCode complaint(Access access) {
    switch (access) {
    case ACCESS_READ:
    case ACCESS_LEND: return E_USE_WHILE_BORROWED;
    case ACCESS_LEND_MUT: return E_BORROW_CONFLICT;
    case ACCESS_CHANGE:
    case ACCESS_ASSIGN: return E_CHANGE_WHILE_BORROWED;
    case ACCESS_MOVE: return E_MOVE_WHILE_BORROWED;
    case ACCESS_END: break;
    }
    return E_ENDS_WHILE_BORROWED;
}

static const HirLocal *holder_of(const Ways *ways, uint32_t number) {
    return ways->fn->locals.data[number];
}

void loans_access(Ways *ways, const Path *path, Access access, Span at) {
    Checker *checker = ways->checker;
    if (!path->local || ways->state.dead || ways->counting)
        return;
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        if (!disturbs(access, path, loan) || !is_live(ways, loan->tag))
            continue;
        diag_report(checker->diags, at, complaint(access), path_text(ways, path));
        diag_note(checker->diags, loan->at, loan->value == LOAN_EXCLUSIVE ? "borrowed exclusively here" : "borrowed here");
        if (holder_of(ways, loan->tag)->name)
            diag_help(checker->diags, "`%s` holds the borrow and is used later", text_of(checker, holder_of(ways, loan->tag)->name));
        return;
    }
}

// --- what a value holds ---------------------------------------------------------------------------------------------------------

static void add_held(const Ways *ways, uint32_t holder, uint32_t tag, Facts *out) {
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        Fact loan = ways->state.held.data[i];
        if (loan.tag != holder)
            continue;
        loan.tag = tag;
        facts_add(out, loan);
    }
}

static void of_place(Ways *ways, const HirExpr *place, bool exclusive, bool elements, Span at, uint32_t tag, Facts *out) {
    const HirExpr *root = place;
    while (root->base && hir_expr_is_place(root) && root->kind != HIR_TEMP)
        root = root->base;
    if (root->kind == HIR_TEMP)
        loans_of_value(ways, root->base, tag, out);
    Path path = path_of(ways, place);
    if (!path.local)
        return;
    if (elements) { // of an array, a slice, a text
        Step *steps = arena_array(&ways->arena, Step, path.count + 1);
        for (uint32_t i = 0; i < path.count; i++)
            steps[i] = path.steps[i];
        bool owned = path.type->kind == HIR_TYPE_ARRAY || path.type->kind == HIR_TYPE_VECTOR || path.type->mode == HIR_OWN;
        steps[path.count] = (Step){ .kind = STEP_INDEX, .owned = owned };
        path.steps = steps;
        path.count++;
    }
    if (through_borrow(&path))
        add_held(ways, path.local->number, tag, out);
    Fact loan = { .tag = tag, .path = path, .value = exclusive ? LOAN_EXCLUSIVE : LOAN_SHARED, .at = at };
    if (!facts_add(out, loan) && exclusive)
        facts_find(out, tag, &path)->value = LOAN_EXCLUSIVE;
}

void loans_of_value(Ways *ways, const HirExpr *value, uint32_t tag, Facts *out) {
    if (!hir_type_is_second_class(value->type))
        return;
    switch (value->kind) {
    case HIR_COPY:
    case HIR_MOVE: {
        const HirExpr *root = value->base;
        while (root->base && root->kind != HIR_TEMP)
            root = root->base;
        if (root->kind == HIR_LOCAL)
            add_held(ways, root->local->number, tag, out);
        else if (root->kind == HIR_TEMP)
            loans_of_value(ways, root->base, tag, out);
        break;
    }
    case HIR_BORROW: of_place(ways, value->base, value->mode == HIR_MUT, false, value->span, tag, out); break;
    case HIR_VIEW:
    case HIR_SUBVIEW: of_place(ways, value->base, value->mode == HIR_MUT, true, value->span, tag, out); break;
    case HIR_BUILTIN:
        if (value->args.len > 0 && hir_expr_is_place(value->args.data[0]))
            of_place(ways, value->args.data[0], value->builtin == HIR_BUILTIN_GET_MUT, true, value->span, tag, out);
        break;
    case HIR_CALL:
        vec_each(HirFrom, from, &value->fn->sig.from)
            loans_of_value(ways, value->args.data[from->param], tag, out);
        break;
    default:
        if (value->base)
            loans_of_value(ways, value->base, tag, out);
        if (value->lo)
            loans_of_value(ways, value->lo, tag, out);
        for (uint32_t i = 0; i < value->args.len; i++)
            loans_of_value(ways, value->args.data[i], tag, out);
    }
}

// --- holding ------------------------------------------------------------------------------------------------------------------------

static void let_go(Ways *ways, uint32_t holder) {
    Facts *held = &ways->state.held;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < held->len; i++)
        if (held->data[i].tag != holder)
            held->data[kept++] = held->data[i];
    held->len = kept;
}

void loans_hold(Ways *ways, const HirLocal *local, Facts *loans, bool adds) {
    if (!adds)
        let_go(ways, local->number);
    for (uint32_t i = 0; i < loans->len; i++) {
        Fact loan = loans->data[i];
        loan.tag = local->number;
        facts_add(&ways->state.held, loan);
    }
    facts_free(loans);
}

void loans_hold_path(Ways *ways, const HirLocal *local, const Path *path, bool exclusive, Span at) {
    Facts loans = { 0 };
    if (path->local && through_borrow(path))
        add_held(ways, path->local->number, local->number, &loans);
    if (path->local)
        facts_add(&loans, (Fact){ .tag = local->number, .path = *path, .value = exclusive ? LOAN_EXCLUSIVE : LOAN_SHARED, .at = at });
    loans_hold(ways, local, &loans, false);
}

// --- calls and results ------------------------------------------------------------------------------------------------------------

static const Fact *meeting(const Facts *a, const Facts *b) {
    for (uint32_t i = 0; i < a->len; i++)
        for (uint32_t k = 0; k < b->len; k++) {
            bool exclusive = a->data[i].value == LOAN_EXCLUSIVE || b->data[k].value == LOAN_EXCLUSIVE;
            bool real = a->data[i].value != LOAN_FROM && b->data[k].value != LOAN_FROM;
            if (exclusive && real && paths_meet(&a->data[i].path, &b->data[k].path))
                return &a->data[i];
        }
    return NULL;
}

static bool moves_loaned(Ways *ways, const HirExpr *arg, const Facts *loans) {
    if (arg->kind != HIR_MOVE)
        return false;
    Path path = path_of(ways, arg->base);
    for (uint32_t i = 0; path.local && i < loans->len; i++)
        if (loans->data[i].value != LOAN_FROM && paths_meet(&path, &loans->data[i].path))
            return true;
    return false;
}

// The borrows among the arguments of a call live through it, together.
void loans_check_args(Ways *ways, const HirExpr *call) {
    uint32_t count = call->args.len;
    if (ways->counting || ways->state.dead || count < 2)
        return;
    Facts *loans = arena_array(&ways->arena, Facts, count);
    for (uint32_t i = 0; i < count; i++)
        loans_of_value(ways, call->args.data[i], 0, &loans[i]);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < count; k++) {
            const HirExpr *arg = call->args.data[k];
            const Fact *loan = k > i ? meeting(&loans[i], &loans[k]) : NULL;
            if (loan) {
                diag_report(ways->checker->diags, arg->span, E_BORROW_CONFLICT, path_text(ways, &loan->path));
                diag_note(ways->checker->diags, loan->at, "borrowed here, for the same call");
            } else if (k != i && moves_loaned(ways, arg, &loans[i])) {
                Path path = path_of(ways, arg->base);
                diag_report(ways->checker->diags, arg->span, E_MOVE_WHILE_BORROWED, path_text(ways, &path));
            }
        }
    }
    for (uint32_t i = 0; i < count; i++)
        facts_free(&loans[i]);
}

static bool may_come_from(const HirSig *sig, const HirLocal *local) {
    vec_each(HirFrom, from, &sig->from) {
        if (from->param == local->number)
            return true;
    }
    return false;
}

void loans_check_result(Ways *ways, const HirExpr *value) {
    Facts loans = { 0 };
    if (ways->counting || ways->state.dead)
        return;
    loans_of_value(ways, value, 0, &loans);
    for (uint32_t i = 0; i < loans.len; i++) {
        const Fact *loan = &loans.data[i];
        const char *name = text_of(ways->checker, loan->path.local->name);
        if (loan->value == LOAN_FROM && !may_come_from(&ways->fn->sig, loan->path.local)) {
            diag_report(ways->checker->diags, value->span, E_BAD_FROM, name);
            diag_help(ways->checker->diags, "`from %s` after the parameters says that it may", name);
        } else if (loan->value != LOAN_FROM && !through_borrow(&loan->path)) {
            diag_report(ways->checker->diags, value->span, E_BORROW_OUTLIVES, name, name);
        }
    }
    facts_free(&loans);
}
