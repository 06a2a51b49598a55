// Endpoints in memory: behind borrows and `own` pointers, and what a borrow in a local leads to. Others may look there, and
// know nothing but the type: so an endpoint there rests in the state that its type names. It may be led astray, as long as nobody
// but whoever does it can come by, and is back before that.
//
// Of one that is at rest there may be a fact, or none. A borrow that is kept in a local leads to an endpoint that is followed
// by itself, and then its state is that one's; or to one in memory, which is followed under the borrow's name.

#include "ways.h"

// --- places ------------------------------------------------------------------------------------------------------------------

static bool borrows_endpoint(const HirType *type) {
    return type->kind == HIR_TYPE_PTR && type->mode == HIR_MUT &&
           type->elem->kind == HIR_TYPE_ENDPOINT;
}

static bool is_behind(const Path *path) { // a local that borrows an endpoint
    return path->local && path->count == 1 && path->steps[0].kind == STEP_DEREF &&
           borrows_endpoint(path->local->type);
}

bool is_in_memory(const Path *path) {
    if (is_behind(path) && path->local->is_param) return false; // it is as the parameter promises
    for (uint32_t i = 0; i < path->count; i++)
        if (path->steps[i].kind == STEP_DEREF) return true;
    return false;
}

// Through fields, exclusive borrows and `own` pointers: the ways by which a thing can be taken out and put back.
bool may_be_followed(const Path *path) {
    const HirType *type = path->local ? path->local->type : NULL;
    for (uint32_t i = 0; type && i < path->count; i++) {
        bool is_field = path->steps[i].kind == STEP_FIELD && type->kind == HIR_TYPE_STRUCT;
        bool leads = path->steps[i].kind == STEP_DEREF && type->kind == HIR_TYPE_PTR &&
                     (type->mode == HIR_MUT || type->mode == HIR_OWN);
        if (is_field)
            type = type->structure->fields.data[path->steps[i].n].type;
        else
            type = leads ? type->elem : NULL;
    }
    return type != NULL;
}

// Behind a borrow that is kept in a local it counts at once as in the state that the local's type names.
uint32_t state_when_closed(const Path *path) {
    return is_behind(path) && !path->local->is_param ? path->type->state : STATE_CLOSED;
}

static bool is_borrowed(const Path *path) {
    for (uint32_t i = 0; i < path->count; i++)
        if (path->steps[i].kind == STEP_DEREF && !path->steps[i].owned) return true;
    return false;
}

Fact *state_at_rest(Ways *ways, const Path *path) {
    if (path->type->kind != HIR_TYPE_ENDPOINT || path->type->contract->broken) return NULL;
    Fact *known = arena_new(&ways->arena, Fact);
    *known = (Fact){ .path = *path, .value = path->type->state, .at = path->local->span };
    return known;
}

bool is_astray(const Fact *known) {
    return !known->where && is_in_memory(&known->path) && known->value != known->path.type->state;
}

void count_in_memory(Ways *ways, const HirExpr *endpoint) {
    if (!ways->counting || endpoint->type->kind != HIR_TYPE_ENDPOINT) return;
    Path path = path_of(ways, endpoint);
    bool counts = path.local && is_in_memory(&path) && !is_behind(&path);
    if (counts && facts_add(&ways->in_memory, (Fact){ .path = path }))
        count_endpoints(ways, endpoint->type);
}

// --- borrows that are kept in locals -----------------------------------------------------------------------------------------

const Fact *lead_of(Ways *ways, const Path *path) {
    if (!is_behind(path)) return NULL;
    Path local = path_of_local(path->local);
    return facts_find(&ways->state.leads, 0, &local);
}

static void lead(Ways *ways, const HirLocal *local, const Path *to, Span at) {
    facts_add(&ways->state.leads, (Fact){ .path = path_of_local(local), .to = to, .at = at });
}

static Path *kept_path(Ways *ways, const Path *path) {
    Path *kept = arena_new(&ways->arena, Path);
    *kept = *path;
    return kept;
}

static Fact *fact_behind(Ways *ways, const HirLocal *local) {
    Path behind = { local, &(Step){ .kind = STEP_DEREF }, 1, local->type->elem };
    return facts_find(&ways->state.states, 0, &behind);
}

// What the local leads to is in the state that its type names, and in memory.
static void lead_into_memory(Ways *ways, const HirLocal *local, const HirExpr *borrow) {
    uint32_t before = diags_errors(ways->checker->diags);
    Path start = path_of_local(local);
    Path path = path_of(ways, borrow->base);
    const Fact *known = path.local ? state_known(ways, &path) : NULL;
    Fact place = { .path = path, .value = borrow->base->type->state };
    if (path.local) place.at = path.local->span;
    if (!known && path.local && !borrow->base->type->contract->broken) known = &place;
    if (known) state_expect(ways, known, local->type->elem, borrow->span);
    if (known && is_astray(known)) // whoever follows the borrow does not know where it has to be
        state_expect(ways, known, known->path.type, borrow->span);
    states_start(ways, &start, local->type);
    if (diags_errors(ways->checker->diags) == before) return;
    Fact *kept = path.local ? state_of(ways, &path) : NULL; // nothing follows from it
    if (kept) kept->where = STATE_SAID;
    Fact *behind = fact_behind(ways, local);
    if (behind) behind->where = STATE_SAID;
    if (behind && kept) behind->value = kept->value;
}

// It is borrowed in the state that the local's type names.
static void point_to(Ways *ways, const HirLocal *local, const HirExpr *borrow) {
    Path path = path_of(ways, borrow->base);
    const Fact *before = path.local ? lead_of(ways, &path) : NULL;
    const Fact *kept = state_of(ways, &path);
    if (before && !before->to) {
        lead(ways, local, NULL, borrow->span);
    } else if (kept && (!is_in_memory(&kept->path) || is_behind(&kept->path))) {
        state_expect(ways, kept, local->type->elem, borrow->span);
        lead(ways, local, kept_path(ways, &kept->path), borrow->span);
    } else {
        lead_into_memory(ways, local, borrow);
    }
}

static void forget_pointee(Ways *ways, const HirLocal *local) {
    Facts *states = &ways->state.states;
    for (uint32_t i = states->len; i-- > 0;) {
        Path path = states->data[i].path;
        if (path.local == local) facts_remove(states, 0, &path);
    }
    facts_forget(&ways->state.leads, local);
}

void states_point(Ways *ways, const HirLocal *local, const HirExpr *value) {
    if (!borrows_endpoint(local->type)) return;
    forget_pointee(ways, local);
    if (value->kind == HIR_BORROW)
        point_to(ways, local, value);
    else if (value->kind == HIR_TERNARY)
        lead(ways, local, NULL, value->span);
    else
        states_start(ways, &(Path){ .local = local, .type = local->type }, local->type);
}

static bool same_lead(const Fact *a, const Fact *b) {
    return a->to && b->to && path_compare(a->to, b->to) == 0;
}

static void blur(State *state, Fact lead) { // to one of several
    Path behind = { lead.path.local, &(Step){ .kind = STEP_DEREF }, 1, NULL };
    facts_remove(&state->states, 0, &behind);
    facts_remove(&state->leads, 0, &lead.path);
    lead.to = NULL;
    facts_add(&state->leads, lead);
}

// On all ways to the same endpoint, or to one of several.
void states_join_leads(State *into, const State *from) {
    for (uint32_t i = 0; i < into->leads.len; i++) {
        Fact known = into->leads.data[i];
        const Fact *other = facts_find(&from->leads, 0, &known.path);
        if (other ? !same_lead(&known, other) : moves_has_value(from, &known.path))
            blur(into, known);
    }
    for (uint32_t i = 0; i < from->leads.len; i++) {
        const Fact *more = &from->leads.data[i];
        if (facts_find(&into->leads, 0, &more->path)) continue;
        if (moves_has_value(into, &more->path))
            blur(into, *more);
        else
            facts_add(&into->leads, *more);
    }
}

bool leads_are_new(const State *known, const State *more) {
    for (uint32_t i = 0; i < known->leads.len; i++) {
        const Fact *lead = &known->leads.data[i];
        const Fact *other = facts_find(&more->leads, 0, &lead->path);
        if (lead->to && (other ? !same_lead(lead, other) : moves_has_value(more, &lead->path)))
            return true;
    }
    for (uint32_t i = 0; i < more->leads.len; i++)
        if (!facts_find(&known->leads, 0, &more->leads.data[i].path)) return true;
    return false;
}

// --- who may look --------------------------------------------------------------------------------------------------------------

static void say_back(Ways *ways, const Fact *known) {
    state_note(ways, known);
    diag_help(
        ways->checker->diags,
        "in memory an endpoint is in the state of its type whenever others may look: bring it back to `%s`, or move it out and another in",
        state_text(ways, known->path.type, known->path.type->state)
    );
}

static const char *state_of_fact(Ways *ways, const Fact *known) {
    return state_text(ways, known->path.type, known->value);
}

static const char *rest_of(Ways *ways, const Fact *known) {
    return state_text(ways, known->path.type, known->path.type->state);
}

void states_touch(Ways *ways, const Path *path, Access access, Span at) {
    if (!ways->astray || access == ACCESS_END) return; // what is owned is closed then
    const Facts *states = &ways->state.states;
    for (uint32_t i = facts_first(states, 0, path->local);
         i < states->len && states->data[i].path.local == path->local; i++) {
        Fact *known = &states->data[i];
        bool around = known->path.count != path->count && paths_meet(path, &known->path);
        if (!around || !is_astray(known)) continue;
        diag_report(
            ways->checker->diags, at, E_USED_WHILE_ASTRAY, path_text(ways, path),
            path_text(ways, &known->path), state_of_fact(ways, known), rest_of(ways, known)
        );
        say_back(ways, known);
        known->where = STATE_SAID;
    }
}

void states_lent(Ways *ways, const HirExpr *borrow) {
    bool exclusive = borrow->kind == HIR_BORROW && borrow->mode == HIR_MUT;
    if (ways->counting || ways->state.dead || borrow->kind != HIR_BORROW ||
        borrow->base->type->kind != HIR_TYPE_ENDPOINT)
        return;
    Path path = path_of(ways, borrow->base);
    const Fact *known = state_of(ways, &path);
    if (known && (exclusive || is_astray(known)))
        state_expect(ways, known, borrow->base->type, borrow->span);
}

// Is a local still to be used through which it can be brought back?
static bool is_reached(const Ways *ways, const Path *path) {
    if (path->local->is_param || !is_borrowed(path))
        return true; // where the function, the owner ends
    if (is_live(ways, path->local->number)) return true;
    for (uint32_t i = 0; i < ways->state.leads.len; i++) {
        const Fact *lead = &ways->state.leads.data[i];
        if (lead->to && path_compare(lead->to, path) == 0 &&
            is_live(ways, lead->path.local->number))
            return true;
    }
    return false;
}

static void say_lost(Ways *ways, Fact *known, Span at) {
    const char *name =
        known->path.local->name ? text_of(ways->checker, known->path.local->name) : "this";
    diag_report(
        ways->checker->diags, at, E_LOST_ASTRAY, name, path_text(ways, &known->path),
        state_of_fact(ways, known), rest_of(ways, known)
    );
    say_back(ways, known);
    known->where = STATE_SAID;
}

void states_settle(Ways *ways, Span at) {
    if (!ways->astray || ways->counting || ways->state.dead) return;
    for (uint32_t i = 0; i < ways->state.states.len; i++) {
        Fact *known = &ways->state.states.data[i];
        if (is_astray(known) && !is_reached(ways, &known->path)) say_lost(ways, known, at);
    }
}

void states_leave_memory(Ways *ways, Span at) {
    for (uint32_t i = 0; i < ways->state.states.len; i++) {
        Fact *known = &ways->state.states.data[i];
        if (!is_astray(known) || !is_borrowed(&known->path) ||
            !moves_has_value(&ways->state, &known->path))
            continue;
        if (!known->path.local->is_param) {
            say_lost(ways, known, at);
            continue;
        }
        bool captured = known->path.local->capture != HIR_CAPTURE_NONE;
        diag_report(
            ways->checker->diags, at, E_LEFT_ASTRAY, path_text(ways, &known->path),
            state_of_fact(ways, known), captured ? "closure" : "function", rest_of(ways, known)
        );
        say_back(ways, known);
        known->where = STATE_SAID;
    }
}

void states_overwritten(Ways *ways, const Path *path, Span at) {
    if (ways->counting || !path->local || path->type->kind != HIR_TYPE_ENDPOINT) return;
    const Fact *known = state_of(ways, path);
    if (!known || !is_astray(known) || known->value == HIR_ANY_STATE) return;
    if (!moves_has_value(&ways->state, path) ||
        path->type->contract->states.data[known->value].is_end)
        return;
    diag_report(
        ways->checker->diags, at, E_ENDPOINT_DROPPED, path_text(ways, path),
        state_of_fact(ways, known)
    );
}
