// Loans: who borrows what, and whether an access comes between. A loan lives while a local that holds it may be used
// later; each borrow local holds a set of loans at each point, and assignment replaces it [9].
//
// What "later" means is asked in live.c.

#include "ways.h"

enum { FIRST_PASSING = 1 << 30 }; // the numbers of values that have no name

static bool goes_through(const Step *step) { // a borrow, and out of what the local owns
    return step->kind != STEP_FIELD && !step->owned;
}

static bool through_borrow(const Path *path) {
    for (uint32_t i = 0; i < path->count; i++)
        if (goes_through(&path->steps[i])) return true;
    return false;
}

// --- accesses ---------------------------------------------------------------------------------------------------------------

static bool disturbs(Access access, const Path *path, const Fact *loan) {
    if (loan->value == LOAN_FROM || !paths_meet(path, &loan->path)) return false;
    if ((access == ACCESS_READ || access == ACCESS_LEND) && loan->value != LOAN_EXCLUSIVE)
        return false;
    // A borrow that is overwritten, or ends, takes nothing from what it led to.
    bool replaced = (access == ACCESS_ASSIGN || access == ACCESS_END) &&
                    loan->path.count > path->count && path_starts(&loan->path, path);
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
    case ACCESS_END:
    case ACCESS_RELEASE: break;
    }
    return E_ENDS_WHILE_BORROWED;
}

static const char *loan_text(const Ways *ways, const Fact *loan) {
    bool exclusive = loan->value == LOAN_EXCLUSIVE, waits = loan->tag >= ways->fn->locals.len;
    if (loan->value == LOAN_GUARD) return "until its guard holds, a case only looks at this";
    if (waits)
        return exclusive ? "borrowed exclusively here, for the same expression"
                         : "borrowed here, for the same expression";
    return exclusive ? "borrowed exclusively here" : "borrowed here";
}

static Name holder_of(const Ways *ways, const Fact *loan) { // 0: it has none
    return loan->tag < ways->fn->locals.len ? ways->fn->locals.data[loan->tag]->name : 0;
}

// What a closure does with what it captures: how it is borrowed depends on that.
static void note_capture(Ways *ways, const Path *path, Access access, Span at) {
    HirLocal *local = (HirLocal *)(uintptr_t)path->local;
    bool changes = access == ACCESS_LEND_MUT || access == ACCESS_CHANGE ||
                   access == ACCESS_ASSIGN || access == ACCESS_MOVE;
    if (!changes || local->capture == HIR_CAPTURE_FN) return;
    bool fixed = local->capture == HIR_CAPTURE_VALUE ||
                 (path->count == 0 && (access == ACCESS_ASSIGN || access == ACCESS_MOVE));
    local->is_changed = true;
    if (fixed && !ways->counting && !ways->state.dead)
        diag_report(ways->checker->diags, at, E_CAPTURE_FIXED, path_text(ways, path));
}

bool is_bound(const HirType *type) {
    return type->kind == HIR_TYPE_GUARD || type->kind == HIR_TYPE_JOIN;
}

static void let_go(Ways *ways, uint32_t holder);

// Does `holder` hold a loan of `local`?
static bool holds_of(const Ways *ways, const HirLocal *holder, const HirLocal *local) {
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        if (loan->tag == holder->number && loan->path.local == local) return true;
    }
    return false;
}

static bool is_join(const Ways *ways, const Fact *loan) {
    return loan->tag < ways->fn->locals.len &&
           ways->fn->locals.data[loan->tag]->type->kind == HIR_TYPE_JOIN;
}

bool loans_access(Ways *ways, const Path *path, Access access, Span at) {
    Checker *checker = ways->checker;
    if (path->local && path->local->capture != HIR_CAPTURE_NONE)
        note_capture(ways, path, access, at);
    if (!path->local || ways->state.dead || ways->counting) return true;
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        if (!disturbs(access, path, loan) || !is_live(ways, loan->tag)) continue;
        diag_report(checker->diags, at, complaint(access), path_text(ways, path));
        diag_note(checker->diags, loan->at, "%s", loan_text(ways, loan));
        if (holder_of(ways, loan))
            diag_help(
                checker->diags, "`%s` holds the borrow and is used later",
                text_of(checker, holder_of(ways, loan))
            );
        else if (is_join(ways, loan))
            diag_help(checker->diags, "a thread may work with it until the `join` ends");
        else if (loan->tag < ways->fn->locals.len)
            diag_help(checker->diags, "the loop goes on with the borrow");
        return false;
    }
    return true;
}

// A join and what it holds end after the locals of its block: a thread may still work with them there. A guard ends with
// whatever was borrowed through it.
void loans_end_bound(Ways *ways, const Ending *endings, uint32_t count, Span at) {
    for (uint32_t i = count; i-- > 0;) {
        const HirLocal *local = endings[i].local;
        if (!local) continue;
        Path path = path_of_local(local);
        if (local->type->kind == HIR_TYPE_GUARD) loans_access(ways, &path, ACCESS_RELEASE, at);
        if (is_bound(local->type)) {
            let_go(ways, local->number);
            continue;
        }
        for (uint32_t k = i; k-- > 0;)
            if (endings[k].local && endings[k].local->type->kind == HIR_TYPE_JOIN &&
                holds_of(ways, endings[k].local, local)) {
                loans_access(ways, &path, ACCESS_END, local->span);
                break;
            }
    }
}

// --- what a value holds ---------------------------------------------------------------------------------------------------------

static void add_held(const Ways *ways, uint32_t holder, uint32_t tag, Facts *out) {
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        Fact loan = ways->state.held.data[i];
        if (loan.tag != holder) continue;
        loan.tag = tag;
        facts_add(out, loan);
    }
}

// A value that has no name, as a local that ends with its statement.
static const HirLocal *passing_local(Ways *ways, const HirExpr *temp) {
    uint64_t known;
    if (!ways->passing) ways->passing = map_new(&ways->arena);
    if (map_get(ways->passing, (uintptr_t)temp, &known)) return (const HirLocal *)(uintptr_t)known;
    HirLocal *local = arena_new(&ways->arena, HirLocal);
    *local = (HirLocal
    ){ .type = temp->type, .span = temp->span, .number = FIRST_PASSING + map_len(ways->passing) };
    map_put(ways->passing, (uintptr_t)temp, (uintptr_t)local);
    return local;
}

static Path elements_of(Ways *ways, const Path *path) { // of an array, a slice, a text
    Step *steps = arena_array(&ways->arena, Step, path->count + 1);
    for (uint32_t i = 0; i < path->count; i++)
        steps[i] = path->steps[i];
    bool owned = path->type->kind == HIR_TYPE_ARRAY || path->type->kind == HIR_TYPE_VECTOR ||
                 path->type->mode == HIR_OWN;
    steps[path->count] = (Step){ .kind = STEP_INDEX, .owned = owned };
    return (Path){ path->local, steps, path->count + 1, path->type };
}

static void of_place(
    Ways *ways,
    const HirExpr *place,
    bool exclusive,
    bool elements,
    Span at,
    uint32_t tag,
    Facts *out
) {
    const HirExpr *root = path_root(place);
    Path path = path_of(ways, place);
    if (root->kind == HIR_TEMP) {
        loans_of_value(ways, root->base, tag, out);
        path.local = passing_local(ways, root);
    }
    if (!path.local) return;
    if (elements) path = elements_of(ways, &path);
    if (through_borrow(&path) && root->kind == HIR_TEMP)
        return; // of what it borrows, not of itself
    if (through_borrow(&path)) add_held(ways, path.local->number, tag, out);
    Fact loan = {
        .tag = tag, .path = path, .value = exclusive ? LOAN_EXCLUSIVE : LOAN_SHARED, .at = at
    };
    if (!facts_add(out, loan) && exclusive) facts_find(out, tag, &path)->value = LOAN_EXCLUSIVE;
}

// What the local holds that a place lies in.
static void held_in(Ways *ways, const HirExpr *place, uint32_t tag, Facts *out) {
    const HirExpr *root = path_root(place);
    if (root->kind == HIR_LOCAL)
        add_held(ways, root->local->number, tag, out);
    else if (root->kind == HIR_TEMP)
        loans_of_value(ways, root->base, tag, out);
}

static bool lends(HirBuiltin builtin) {
    switch (builtin) {
    case HIR_BUILTIN_GET:
    case HIR_BUILTIN_GET_MUT:
    case HIR_BUILTIN_SUB:
    case HIR_BUILTIN_STR_OF:
    case HIR_BUILTIN_WIRE_VIEW:
    case HIR_BUILTIN_BYTES_OF: return true;
    default: return false;
    }
}

void loans_of_value(Ways *ways, const HirExpr *value, uint32_t tag, Facts *out) {
    if (!hir_type_is_second_class(value->type)) return;
    switch (value->kind) {
    case HIR_COPY:
    case HIR_MOVE: held_in(ways, value->base, tag, out); break;
    case HIR_BORROW:
        of_place(ways, value->base, value->mode == HIR_MUT, false, value->span, tag, out);
        break;
    case HIR_VIEW:
    case HIR_SUBVIEW:
        of_place(ways, value->base, value->mode == HIR_MUT, true, value->span, tag, out);
        break;
    case HIR_BUILTIN:
        if (lends(value->builtin))
            of_place(
                ways, value->args.data[0], value->builtin == HIR_BUILTIN_GET_MUT, true, value->span,
                tag, out
            );
        else if (hir_expr_is_place(value->args.data[0])) // an element that is a borrow
            held_in(ways, value->args.data[0], tag, out);
        break;
    case HIR_CALL:
    case HIR_CALL_VALUE: {
        const HirSig *sig = value->kind == HIR_CALL ? &value->fn->sig : value->base->type->sig;
        vec_each(HirFrom, from, &sig->from)
            loans_of_value(ways, value->args.data[from->param], tag, out);
        break;
    }
    case HIR_CLOSURE:
        if (value->base && value->base->type->kind == HIR_TYPE_REF_FN)
            of_place(ways, value->base, true, false, value->span, tag, out);
        for (uint32_t i = 0; i < value->args.len; i++)
            loans_of_value(ways, value->args.data[i], tag, out);
        break;
    default:
        if (value->base) loans_of_value(ways, value->base, tag, out);
        if (value->lo) loans_of_value(ways, value->lo, tag, out);
        for (uint32_t i = 0; i < value->args.len; i++)
            loans_of_value(ways, value->args.data[i], tag, out);
    }
}

// --- holding ------------------------------------------------------------------------------------------------------------------------

static void let_go(Ways *ways, uint32_t holder) {
    Facts *held = &ways->state.held;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < held->len; i++)
        if (held->data[i].tag != holder) held->data[kept++] = held->data[i];
    held->len = kept;
}

// What was borrowed through the local is out of its reach once it leads elsewhere.
static void forget_through(Facts *loans, const HirLocal *local) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < loans->len; i++)
        if (loans->data[i].path.local != local || !through_borrow(&loans->data[i].path))
            loans->data[kept++] = loans->data[i];
    loans->len = kept;
}

// The value that is borrowed ends with the statement, and the local does not.
static bool refuse_passing(Ways *ways, const Fact *loan) {
    if (loan->path.local->number < FIRST_PASSING) return false;
    if (!ways->counting) {
        diag_report(ways->checker->diags, loan->path.local->span, E_PASSING_BORROWED);
        diag_help(ways->checker->diags, "give it a name before: `auto x = ...;`");
    }
    return true;
}

void loans_hold(Ways *ways, const HirLocal *local, Facts *loans, bool adds) {
    if (!adds) {
        let_go(ways, local->number);
        forget_through(&ways->state.held, local);
        forget_through(loans, local);
    }
    for (uint32_t i = 0; i < loans->len; i++) {
        Fact loan = loans->data[i];
        loan.tag = local->number;
        facts_add(&ways->state.held, loan);
    }
    facts_free(loans);
}

// The local takes what the value borrows; `adds`: beside what it holds.
void loans_take(Ways *ways, const HirLocal *local, const HirExpr *value, bool adds) {
    Facts loans = { 0 };
    if (!hir_type_is_second_class(value->type)) return;
    loans_of_value(ways, value, local->number, &loans);
    for (uint32_t i = 0; i < loans.len; i++)
        if (refuse_passing(ways, &loans.data[i])) break;
    loans_hold(ways, local, &loans, adds);
}

void loans_hold_path(Ways *ways, const HirLocal *local, const Path *path, bool exclusive, Span at) {
    Facts loans = { 0 };
    if (path->local && through_borrow(path))
        add_held(ways, path->local->number, local->number, &loans);
    if (path->local)
        facts_add(
            &loans, (Fact){ .tag = local->number,
                            .path = *path,
                            .value = exclusive ? LOAN_EXCLUSIVE : LOAN_SHARED,
                            .at = at }
        );
    loans_hold(ways, local, &loans, false);
}

// What borrows, waiting for the call, the comparison, the array that takes it: nothing may come between.
void loans_keep(Ways *ways, const HirExpr *value) {
    Facts loans = { 0 };
    if (ways->state.dead || ways->counting || !hir_type_is_second_class(value->type)) return;
    uint32_t holder = ways->fn->locals.len + ways->temps++;
    loans_of_value(ways, value, holder, &loans);
    for (uint32_t i = 0; i < loans.len; i++)
        facts_add(&ways->state.held, loans.data[i]);
    facts_free(&loans);
}

void loans_guard(Ways *ways, const Path *path, Span at) {
    if (path->local && !ways->state.dead && !ways->counting)
        facts_add(
            &ways->state.held, (Fact){ .tag = ways->fn->locals.len + ways->temps++,
                                       .path = *path,
                                       .value = LOAN_GUARD,
                                       .at = at }
        );
}

void loans_release(Ways *ways, uint32_t temps) {
    while (ways->temps > temps)
        let_go(ways, ways->fn->locals.len + --ways->temps);
}

void loans_check_pair(Ways *ways, const HirExpr *call) {
    const HirExpr *first = call->args.data[0], *second = call->args.data[1];
    Path a = path_of(ways, first), b = path_of(ways, second);
    if (ways->counting || ways->state.dead || !a.local || !b.local || !paths_meet(&a, &b)) return;
    diag_report(ways->checker->diags, second->span, E_BORROW_CONFLICT, path_text(ways, &b));
    diag_note(ways->checker->diags, first->span, "borrowed exclusively here, for the same call");
    if (first->kind == HIR_INDEX && second->kind == HIR_INDEX)
        diag_help(
            ways->checker->diags, "`%s.swap(i, j)` swaps two elements",
            place_text(ways->checker, first->base)
        );
}

// --- results ----------------------------------------------------------------------------------------------------------------------

static bool may_come_from(const HirSig *sig, const HirLocal *local) {
    vec_each(HirFrom, from, &sig->from) {
        if (from->param == local->number) return true;
    }
    return false;
}

bool loans_check_result(Ways *ways, const HirExpr *value) {
    Facts loans = { 0 };
    uint32_t before = diags_errors(ways->checker->diags);
    if (ways->counting || ways->state.dead) return true;
    loans_of_value(ways, value, 0, &loans);
    for (uint32_t i = 0; i < loans.len; i++) {
        const Fact *loan = &loans.data[i];
        const char *name =
            loan->path.local->name ? text_of(ways->checker, loan->path.local->name) : "this";
        if (loan->value == LOAN_FROM && !may_come_from(&ways->fn->sig, loan->path.local)) {
            diag_report(ways->checker->diags, value->span, E_BAD_FROM, name);
            diag_help(
                ways->checker->diags, "`from %s` after the parameters says that it may", name
            );
        } else if (refuse_passing(ways, loan)) {
            break;
        } else if (loan->value != LOAN_FROM && !through_borrow(&loan->path)) {
            diag_report(ways->checker->diags, value->span, E_BORROW_OUTLIVES, name, name);
        }
    }
    facts_free(&loans);
    return diags_errors(ways->checker->diags) == before;
}
