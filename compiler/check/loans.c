// Loans: who borrows what, and whether an access comes between. A loan lives while a local that holds it may be used
// later; each borrow local holds a set of loans at each point, and assignment replaces it [9].
//
// What "later" means is asked in live.c.

#include "ways.h"

enum { FIRST_PASSING = 1 << 30 }; // the numbers of values that have no name

static bool goes_through(const Step *step) { // a borrow, and out of what the local owns
    return (step->kind == STEP_DEREF || step->kind == STEP_INDEX) && !step->owned;
}

static bool through_borrow(const Path *path, uint32_t from) {
    for (uint32_t i = from; i < path->count; i++)
        if (goes_through(&path->steps[i])) return true;
    return false;
}

// A borrow of what holds borrows: it is told apart what it holds itself and what is held inside.
static bool has_levels(const HirType *type) {
    bool leads = type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE;
    return leads && (type->mode == HIR_MUT || type->mode == HIR_CONST) &&
           hir_type_is_second_class(type->elem);
}

bool loans_add(Facts *loans, Fact loan) {
    if (facts_add(loans, loan)) return true;
    Fact *same = facts_find(loans, loan.tag, &loan.path);
    bool stronger = loan.value == LOAN_EXCLUSIVE && same->value == LOAN_SHARED;
    if (stronger) same->value = LOAN_EXCLUSIVE;
    bool wider = loan.where & ~same->where;
    same->where |= loan.where;
    return stronger || wider;
}

// What is inside one of two things that a borrow may lead to is not known to be inside the other.
static bool is_inside_of_both(const Fact *loan, const Facts *other) {
    const Fact *same = facts_find(other, loan->tag, &loan->path);
    return loan->where != HELD_INSIDE || (same && same->where == HELD_INSIDE);
}

bool loans_blur(const Facts *known, const Facts *more) {
    for (uint32_t i = 0; i < known->len; i++)
        if (!is_inside_of_both(&known->data[i], more)) return true;
    return false;
}

void loans_join(Facts *into, const Facts *from) {
    for (uint32_t i = 0; i < into->len; i++)
        if (!is_inside_of_both(&into->data[i], from)) into->data[i].where = HELD_BOTH;
    for (uint32_t i = 0; i < from->len; i++) {
        Fact loan = from->data[i];
        if (!is_inside_of_both(&loan, into)) loan.where = HELD_BOTH;
        loans_add(into, loan);
    }
}

// --- accesses ---------------------------------------------------------------------------------------------------------------

static bool disturbs(Access access, const Path *path, const Fact *loan) {
    if (loan->value == LOAN_FROM || !paths_meet(path, &loan->path)) return false;
    if ((access == ACCESS_READ || access == ACCESS_LEND) && loan->value != LOAN_EXCLUSIVE)
        return false;
    // A borrow that is overwritten, or ends, takes nothing from what it led to.
    bool replaced = access == ACCESS_ASSIGN || access == ACCESS_END;
    return !(
        replaced && path_starts(&loan->path, path) && through_borrow(&loan->path, path->count)
    );
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

// The third of the places that matter: where the borrow was made, what breaks it, and what needs it.
static void say_where_needed(Ways *ways, const Fact *loan) {
    Diags *diags = ways->checker->diags;
    const char *name = text_of(ways->checker, holder_of(ways, loan));
    Span use;
    bool later;
    if (!live_where(ways, loan->tag, &use, &later))
        diag_help(diags, "`%s` holds the borrow and is used later", name);
    else if (!later)
        diag_note(diags, use, "`%s` holds the borrow and is used here, in the next round", name);
    else
        diag_note(diags, use, "`%s` holds the borrow and is used here", name);
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

// What is moved or lent takes along what it holds: of itself too, under a name that is not its own any more.
static bool goes_along(const Path *path, Access access, const Fact *loan) {
    bool takes = access == ACCESS_MOVE || access == ACCESS_LEND_MUT;
    return takes && loan->tag == path->local->number && hir_type_is_second_class(path->type);
}

bool loans_access(Ways *ways, const Path *path, Access access, Span at) {
    Checker *checker = ways->checker;
    if (path->local && path->local->capture != HIR_CAPTURE_NONE)
        note_capture(ways, path, access, at);
    if (!path->local || ways->state.dead || ways->counting) return true;
    states_touch(ways, path, access, at);
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        bool along = goes_along(path, access, loan);
        if (!disturbs(access, path, loan) || !(along || is_live(ways, loan->tag))) continue;
        diag_report(checker->diags, at, complaint(access), path_text(ways, path));
        diag_note(checker->diags, loan->at, "%s", loan_text(ways, loan));
        if (along)
            diag_help(
                checker->diags,
                "it holds this borrow of itself, which would name another place then"
            );
        else if (holder_of(ways, loan))
            say_where_needed(ways, loan);
        else if (is_join(ways, loan))
            diag_help(checker->diags, "a thread may work with it until the `join` ends");
        else if (loan->tag < ways->fn->locals.len)
            diag_help(checker->diags, "the loop goes on with the borrow");
        return false;
    }
    return true;
}

void loans_check_dropped(
    Ways *ways, const State *state, const Path *path, const Fact *gone, Span at
) {
    Checker *checker = ways->checker;
    for (uint32_t i = 0; i < state->held.len; i++) {
        const Fact *loan = &state->held.data[i];
        if (!disturbs(ACCESS_END, path, loan) || !is_live(ways, loan->tag)) continue;
        if (!is_news(ways, gone)) return;
        diag_report(checker->diags, at, E_DROPPED_WHERE_WAYS_MEET, path_text(ways, path));
        if (gone->value == MOVED_NEVER)
            diag_note(checker->diags, gone->path.local->span, "declared without a value here");
        else
            diag_note(checker->diags, gone->at, "moved here, on one of the ways");
        diag_note(checker->diags, loan->at, "%s", loan_text(ways, loan));
        if (holder_of(ways, loan)) say_where_needed(ways, loan);
        return;
    }
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

static void of_value(Ways *ways, const HirExpr *value, Facts *out);

// `where` picks what of the holder's counts; `to` is where it is held then, 0: where it was. The tag comes later.
static void add_held(
    const Ways *ways, const HirLocal *holder, uint32_t where, uint32_t to, Facts *out
) {
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        Fact loan = ways->state.held.data[i];
        if (loan.tag != holder->number || !(loan.where & where)) continue;
        loan.tag = 0;
        loan.where = to ? to : loan.where & where;
        loans_add(out, loan);
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

Path path_elements(Ways *ways, const Path *path) {
    Step *steps = arena_array(&ways->arena, Step, path->count + 1);
    for (uint32_t i = 0; i < path->count; i++)
        steps[i] = path->steps[i];
    steps[path->count] = step_to_elements(path->type);
    return (Path){ path->local, steps, path->count + 1, path->type };
}

// A place's root, and what that holds: a local does it by its facts, a value that has no name by what it is made of.
typedef struct Root {
    const HirLocal *local; // NULL: a constant, which holds nothing that counts
    const HirExpr *value;  // of a TEMP
    const HirType *type;
} Root;

static Root root_of(Ways *ways, const HirExpr *place) {
    const HirExpr *at = path_root(place);
    if (at->kind == HIR_TEMP) return (Root){ passing_local(ways, at), at->base, at->type };
    return (Root){ at->kind == HIR_LOCAL ? at->local : NULL, NULL, at->type };
}

static void held_by(Ways *ways, const Root *root, uint32_t where, uint32_t to, Facts *out) {
    Facts loans = { 0 };
    if (!root->value) {
        if (root->local) add_held(ways, root->local, where, to, out);
        return;
    }
    of_value(ways, root->value, &loans);
    for (uint32_t i = 0; i < loans.len; i++) {
        Fact loan = loans.data[i];
        if (!has_levels(root->type)) loan.where = HELD_BOTH;
        if (!(loan.where & where)) continue;
        loan.where = to ? to : loan.where & where;
        loans_add(out, loan);
    }
    facts_free(&loans);
}

// What the value holds that lies at the first `count` steps of a path.
static void held_at(Ways *ways, const Root *root, uint32_t count, Facts *out) {
    bool inside = count > 0 && has_levels(root->type);
    held_by(ways, root, inside ? HELD_INSIDE : HELD_BOTH, count == 0 ? 0 : HELD_BOTH, out);
}

// What a borrow of the path holds. Through a shared borrow it is as good as a copy of that, since nobody changes what is
// behind it; through exclusive ones it holds what they hold, because they rest while it is used.
static void of_path(
    Ways *ways, const Root *root, const Path *path, bool exclusive, Span at, Facts *out
) {
    uint32_t through = 0, shared = UINT32_MAX;
    for (uint32_t i = 0; i < path->count; i++) {
        const Step *step = &path->steps[i];
        if (step->is_static) return;
        if (step->shared) shared = i;
        through += goes_through(step);
    }
    if (shared != UINT32_MAX) {
        held_at(ways, root, shared, out);
        return;
    }
    bool first = path->count > 0 && has_levels(root->type) && through == 1;
    if (through > 0)
        held_by(ways, root, HELD_BOTH, first ? 0 : HELD_BOTH, out);
    else if (hir_type_is_second_class(path->type))
        held_by(ways, root, HELD_BOTH, HELD_INSIDE, out);
    if (through > 0 && root->value) return; // of what it borrows, not of itself
    loans_add(
        out, (Fact){ .path = *path,
                     .value = exclusive ? LOAN_EXCLUSIVE : LOAN_SHARED,
                     .where = HELD_SELF,
                     .at = at }
    );
}

static void of_place(
    Ways *ways, const HirExpr *place, bool exclusive, bool elements, Span at, Facts *out
) {
    Root root = root_of(ways, place);
    Path path = path_of(ways, place);
    path.local = root.local;
    if (!path.local) return;
    if (elements) path = path_elements(ways, &path);
    of_path(ways, &root, &path, exclusive, at, out);
}

// What a value holds that is taken from a place.
static void of_content(Ways *ways, const HirExpr *place, Facts *out) {
    Root root = root_of(ways, place);
    Path path = path_of(ways, place);
    for (uint32_t i = 0; i < path.count; i++)
        if (path.steps[i].is_static) return;
    held_at(ways, &root, path.count, out);
}

static bool lends(HirBuiltin builtin) {
    switch (builtin) {
    case HIR_BUILTIN_GET:
    case HIR_BUILTIN_GET_MUT:
    case HIR_BUILTIN_SUB:
    case HIR_BUILTIN_STR_OF:
    case HIR_BUILTIN_WIRE_VIEW:
    case HIR_BUILTIN_BYTES_OF:
    case HIR_BUILTIN_SPLIT_AT:
    case HIR_BUILTIN_SPLIT_FIRST: return true;
    default: return false;
    }
}

bool splits_exclusively(const HirExpr *builtin) {
    bool splits =
        builtin->builtin == HIR_BUILTIN_SPLIT_AT || builtin->builtin == HIR_BUILTIN_SPLIT_FIRST;
    return splits && builtin->mode == HIR_MUT;
}

static void of_builtin(Ways *ways, const HirExpr *value, Facts *out) {
    const HirExpr *first = value->args.len > 0 ? value->args.data[0] : NULL;
    if (splits_exclusively(value) && value->row)
        of_content(ways, first, out);
    else if (lends(value->builtin))
        of_place(
            ways, first, value->builtin == HIR_BUILTIN_GET_MUT || splits_exclusively(value), true,
            value->span, out
        );
    else if (first && hir_expr_is_place(first)) // an element that is a borrow
        of_content(ways, first, out);
    else if (first)
        of_value(ways, first, out);
}

// What the arguments hold that the result comes from.
static void of_call(Ways *ways, const HirExpr *call, const HirSig *sig, Facts *out) {
    vec_each(HirFrom, from, &sig->from) {
        const HirExpr *arg = call->args.data[from->param];
        bool deep = from->deep && has_levels(arg->type);
        Facts loans = { 0 };
        of_value(ways, arg, &loans);
        for (uint32_t i = 0; i < loans.len; i++)
            if (!deep || (loans.data[i].where & HELD_INSIDE)) loans_add(out, loans.data[i]);
        facts_free(&loans);
    }
}

static bool keeps_levels(HirExprKind kind) {
    return kind == HIR_COPY || kind == HIR_MOVE || kind == HIR_BORROW || kind == HIR_VIEW ||
           kind == HIR_SUBVIEW || kind == HIR_TERNARY;
}

static void of_either(Ways *ways, const HirExpr *value, Facts *out) {
    Facts other = { 0 };
    of_value(ways, value->args.data[1], out);
    of_value(ways, value->args.data[2], &other);
    loans_join(out, &other);
    facts_free(&other);
}

static void of_value(Ways *ways, const HirExpr *value, Facts *out) {
    if (!hir_type_is_second_class(value->type)) return;
    switch (value->kind) {
    case HIR_COPY:
    case HIR_MOVE: of_content(ways, value->base, out); break;
    case HIR_BORROW:
    case HIR_FORCE_LEND:
        of_place(ways, value->base, value->mode == HIR_MUT, false, value->span, out);
        break;
    case HIR_VIEW:
    case HIR_SUBVIEW:
        of_place(ways, value->base, value->mode == HIR_MUT, true, value->span, out);
        break;
    case HIR_BUILTIN: of_builtin(ways, value, out); break;
    case HIR_TERNARY: of_either(ways, value, out); break;
    case HIR_CALL: of_call(ways, value, &value->fn->sig, out); break;
    case HIR_CALL_VALUE: of_call(ways, value, value->base->type->sig, out); break;
    case HIR_CLOSURE:
        if (value->base && value->base->type->kind == HIR_TYPE_REF_FN)
            of_place(ways, value->base, true, false, value->span, out);
        for (uint32_t i = 0; i < value->args.len; i++)
            of_value(ways, value->args.data[i], out);
        break;
    default:
        if (value->base) of_value(ways, value->base, out);
        if (hir_expr_lo(value)) of_value(ways, hir_expr_lo(value), out);
        for (uint32_t i = 0; i < value->args.len; i++)
            of_value(ways, value->args.data[i], out);
    }
    for (uint32_t i = 0; !keeps_levels(value->kind) && i < out->len; i++)
        out->data[i].where = HELD_BOTH;
}

// The same, for one holder. Takes what is between.
static Facts loans_of(Ways *ways, const HirExpr *value, uint32_t tag) {
    Facts loans = { 0 };
    of_value(ways, value, &loans);
    for (uint32_t i = 0; i < loans.len; i++)
        loans.data[i].tag = tag;
    return loans;
}

// --- holding ------------------------------------------------------------------------------------------------------------------------

static void let_go(Ways *ways, uint32_t holder) {
    Facts *held = &ways->state.held;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < held->len; i++)
        if (held->data[i].tag != holder) held->data[kept++] = held->data[i];
    held->len = kept;
}

// What was borrowed through a borrow is out of its reach once that leads elsewhere.
static void forget_through(Facts *loans, const Path *path) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < path->count; i++)
        if (path->steps[i].kind == STEP_INDEX) return;
    for (uint32_t i = 0; i < loans->len; i++) {
        const Path *lent = &loans->data[i].path;
        if (!path_starts(lent, path) || !through_borrow(lent, path->count))
            loans->data[kept++] = loans->data[i];
    }
    loans->len = kept;
}

// The local is gone: nobody reaches through it any more.
void loans_forget(Ways *ways, const HirLocal *local) {
    Path whole = path_of_local(local);
    forget_through(&ways->state.held, &whole);
}

static bool is_owner_pointer(const HirType *type) {
    bool leads =
        type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE || type->kind == HIR_TYPE_STR;
    return leads && type->mode == HIR_OWN;
}

// The value that is borrowed ends with the statement, and the local does not.
static bool refuse_passing(Ways *ways, const Fact *loan) {
    if (loan->path.local->number < FIRST_PASSING || loan->value == LOAN_FROM) return false;
    if (!ways->counting) {
        diag_report(ways->checker->diags, loan->path.local->span, E_PASSING_BORROWED);
        const HirType *type = loan->path.local->type;
        if (type->kind == HIR_TYPE_ARRAY) // of `{ ... }` alone, `auto` does not know the type
            diag_help(
                ways->checker->diags,
                "an array has its length in its type: `%s x = ...;` keeps the values",
                type_text(ways->checker, type)
            );
        else if (is_owner_pointer(type))
            diag_help(
                ways->checker->diags,
                "`%s` owns it: such a result hands it over, and `auto x = ...;` keeps it",
                type_text(ways->checker, type)
            );
        else
            diag_help(ways->checker->diags, "give it a name before: `auto x = ...;`");
        if (loan->tag < ways->fn->locals.len && holder_of(ways, loan)) say_where_needed(ways, loan);
    }
    return true;
}

static void hold(Ways *ways, const HirLocal *local, Facts *loans) {
    bool levels = has_levels(local->type);
    for (uint32_t i = 0; i < loans->len; i++) {
        Fact loan = loans->data[i];
        loan.tag = local->number;
        if (!levels) loan.where = HELD_BOTH;
        loans_add(&ways->state.held, loan);
    }
    facts_free(loans);
}

static void hold_only(Ways *ways, const HirLocal *local, Facts *loans) {
    Path whole = path_of_local(local);
    let_go(ways, local->number);
    forget_through(&ways->state.held, &whole);
    forget_through(loans, &whole);
    hold(ways, local, loans);
}

static void refuse_all_passing(Ways *ways, const Facts *loans) {
    for (uint32_t i = 0; i < loans->len; i++)
        if (refuse_passing(ways, &loans->data[i])) break;
}

void loans_take(Ways *ways, const HirLocal *local, const HirExpr *value) {
    if (!hir_type_is_second_class(local->type)) return;
    Facts loans = loans_of(ways, value, local->number);
    refuse_all_passing(ways, &loans);
    hold_only(ways, local, &loans);
}

// A join holds what its threads are given, beside what it holds already.
void loans_lend(Ways *ways, const HirLocal *join, const HirExpr *value) {
    if (!hir_type_is_second_class(value->type)) return;
    Facts loans = loans_of(ways, value, join->number);
    refuse_all_passing(ways, &loans);
    hold(ways, join, &loans);
}

void loans_hold_path(Ways *ways, const HirLocal *local, const Path *path, bool exclusive, Span at) {
    Facts loans = { 0 };
    Root root = { path->local, NULL, path->local ? path->local->type : path->type };
    if (path->local) of_path(ways, &root, path, exclusive, at, &loans);
    for (uint32_t i = 0; i < loans.len; i++)
        loans.data[i].tag = local->number;
    hold_only(ways, local, &loans);
}

void loans_start(Ways *ways, const HirLocal *param) {
    if (!hir_type_is_second_class(param->type)) return;
    bool levels = has_levels(param->type);
    for (uint32_t inside = 0; inside < 1u + levels; inside++) {
        Step *origin = arena_new(&ways->arena, Step);
        *origin = (Step){ .kind = STEP_ORIGIN, .n = inside };
        loans_add(
            &ways->state.held,
            (Fact){
                .tag = param->number,
                .path = { param, origin, 1, param->type },
                .value = LOAN_FROM,
                .where = !levels  ? HELD_BOTH
                         : inside ? HELD_INSIDE
                                  : HELD_SELF,
                .at = param->span
        }
        );
    }
}

// --- storing in what a borrow leads to -------------------------------------------------------------------------------------

// One exclusive borrow, held by a local itself: then what is inside is known.
static bool is_known_inside(const Path *path) {
    if (!path->local || path->count == 0 || !has_levels(path->local->type)) return false;
    const Step *first = &path->steps[0];
    if (!goes_through(first) || first->shared || first->is_static) return false;
    for (uint32_t i = 1; i < path->count; i++)
        if (path->steps[i].kind == STEP_DEREF || goes_through(&path->steps[i])) return false;
    return true;
}

// Whoever lent the place knows what it holds; it may hold no more afterwards [5]. What the borrow itself holds does not
// count: a thing that borrows itself could not be moved.
static void check_stored(Ways *ways, const Path *path, const Facts *loans, Span at) {
    bool known = is_known_inside(path);
    for (uint32_t i = 0; i < loans->len && !ways->counting; i++) {
        const Fact *loan = &loans->data[i];
        if (refuse_passing(ways, loan)) return;
        const Fact *same =
            known ? facts_find(&ways->state.held, path->local->number, &loan->path) : NULL;
        if (same && same->where == HELD_INSIDE) continue;
        bool captured = path->local->capture != HIR_CAPTURE_NONE;
        diag_report(
            ways->checker->diags, at, captured ? E_CAPTURE_FIXED : E_STORED_BEHIND_BORROW,
            path_text(ways, path)
        );
        diag_note(ways->checker->diags, loan->at, "this is what it would hold");
        if (!captured && path->type->kind == HIR_TYPE_SLICE && path->type->mode == HIR_MUT)
            diag_help(
                ways->checker->diags,
                "what `take(&%s)` gives comes from there, and so do its parts once it is not used any more",
                path_text(ways, path)
            );
        return;
    }
}

void loans_store(Ways *ways, const Path *path, const HirExpr *value, bool replaces, Span at) {
    if (ways->state.dead || !path->local) return;
    Facts loans = { 0 };
    if (hir_expr_is_place(value) && hir_type_is_second_class(value->type))
        of_content(ways, value, &loans);
    else
        of_value(ways, value, &loans);
    if (replaces) {
        forget_through(&ways->state.held, path);
        forget_through(&loans, path);
    }
    if (!path_stays(path)) {
        check_stored(ways, path, &loans, at);
        facts_free(&loans);
        return;
    }
    refuse_all_passing(ways, &loans);
    for (uint32_t i = 0; i < loans.len; i++)
        loans.data[i].where = HELD_BOTH;
    hold(ways, path->local, &loans);
}

// What borrows, waiting for the call, the comparison, the array that takes it: nothing may come between.
void loans_keep(Ways *ways, const HirExpr *value) {
    if (ways->state.dead || ways->counting || !hir_type_is_second_class(value->type)) return;
    Facts loans = loans_of(ways, value, ways->fn->locals.len + ways->temps++);
    for (uint32_t i = 0; i < loans.len; i++)
        loans_add(&ways->state.held, loans.data[i]);
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

static bool may_come_from(const HirSig *sig, const Fact *loan) {
    bool inside = loan->path.steps[0].n;
    vec_each(HirFrom, from, &sig->from) {
        if (from->param == loan->path.local->number && (inside || !from->deep)) return true;
    }
    return false;
}

// What ends with the function, and where the borrow of it was made if that is not where it leaves.
static void say_what_ends(Ways *ways, const Fact *loan, Span at) {
    Diags *diags = ways->checker->diags;
    if (loan->path.local->name) diag_note(diags, loan->path.local->span, "declared here");
    bool is_here = loan->at.file == at.file && loan->at.start >= at.start && loan->at.end <= at.end;
    if (!is_here) diag_note(diags, loan->at, "%s", loan_text(ways, loan));
}

bool loans_check_result(Ways *ways, const HirExpr *value) {
    Facts loans = { 0 };
    uint32_t before = diags_errors(ways->checker->diags);
    if (ways->counting || ways->state.dead) return true;
    of_value(ways, value, &loans);
    for (uint32_t i = 0; i < loans.len; i++) {
        const Fact *loan = &loans.data[i];
        const char *name =
            loan->path.local->name ? text_of(ways->checker, loan->path.local->name) : "this";
        if (loan->value == LOAN_FROM && !may_come_from(&ways->fn->sig, loan)) {
            bool inside = loan->path.steps[0].n;
            diag_report(ways->checker->diags, value->span, E_BAD_FROM, name);
            diag_help(
                ways->checker->diags, "`from %s%s` after the parameters says that it may",
                inside ? "*" : "", name
            );
        } else if (refuse_passing(ways, loan)) {
            break;
        } else if (loan->value != LOAN_FROM && !through_borrow(&loan->path, 0)) {
            diag_report(ways->checker->diags, value->span, E_BORROW_OUTLIVES, name, name);
            say_what_ends(ways, loan, value->span);
            if (is_owner_pointer(loan->path.local->type))
                diag_help(
                    ways->checker->diags, "a result of type `%s` hands over what it owns",
                    type_text(ways->checker, loan->path.local->type)
                );
        }
    }
    facts_free(&loans);
    return diags_errors(ways->checker->diags) == before;
}
