// What has a value. `moved` names the places that may have none on some way; a place has a value if neither it, nor
// what it lies in, nor a part of it is named.

#include "ways.h"

// The part of a path up to where ownership ends: an element, or what a borrow leads to, has a value whenever that has.
static Path owned_part(const Path *path) {
    Path part = *path;
    for (uint32_t i = 0; i < path->count; i++) {
        const Step *step = &path->steps[i];
        if (step->kind == STEP_INDEX || (step->kind == STEP_DEREF && !step->owned && !step->lent)) {
            part.count = i;
            break;
        }
    }
    return part;
}

static const Fact *missing(const State *state, const Path *path) {
    Path part = owned_part(path);
    for (uint32_t i = 0; i < state->moved.len; i++) {
        const Fact *fact = &state->moved.data[i];
        if (path_starts(&fact->path, &part) || path_starts(&part, &fact->path)) return fact;
    }
    return NULL;
}

bool moves_has_value(const State *state, const Path *path) {
    return !missing(state, path);
}

bool same_span(Span a, Span b) {
    return a.file == b.file && a.start == b.start && a.end == b.end;
}

// Is this the first use that a move, or a missing value, makes wrong? What follows from it is not said again.
bool is_news(Ways *ways, const Fact *fact) {
    for (uint32_t i = 0; i < ways->told.len; i++)
        if (ways->told.data[i].path.local == fact->path.local &&
            same_span(ways->told.data[i].at, fact->at))
            return false;
    vec_push(&ways->arena, &ways->told, *fact);
    return true;
}

static void complain(Ways *ways, const Path *path, const Fact *missing, Span at) {
    Diags *diags = ways->checker->diags;
    const char *name = path_text(ways, &missing->path);
    if (missing->value == MOVED_NEVER) {
        diag_report(diags, at, E_USE_UNINITIALISED, path_text(ways, path));
        diag_note(diags, missing->path.local->span, "declared without a value here");
        return;
    }
    diag_report(diags, at, E_USE_AFTER_MOVE, path_text(ways, path));
    if (same_span(missing->at, at))
        diag_note(diags, at, "moved here, in the round of the loop before");
    else if (path->count == missing->path.count)
        diag_note(diags, missing->at, "moved here");
    else
        diag_note(diags, missing->at, "`%s` moved here", name);
    HirTypeKind kind = missing->path.type->kind;
    bool copies = (kind == HIR_TYPE_SLICE && hir_type_is_plain(missing->path.type->elem)) ||
                  kind == HIR_TYPE_STR;
    if (copies && missing->path.type->mode == HIR_OWN)
        diag_help(diags, "move a copy: `copy(%s)`", name);
}

void moves_read(Ways *ways, const Path *path, Span at) {
    if (!path->local || ways->state.dead) return;
    const Fact *fact = missing(&ways->state, path);
    if (!fact) return;
    Fact found = *fact;
    if (!ways->counting && is_news(ways, &found)) complain(ways, path, &found, at);
    Path whole = owned_part(path);
    moves_assign(ways, &whole, at); // said once
}

void moves_away(Ways *ways, const Path *path, Span at) {
    moves_read(ways, path, at);
    if (path->local && !ways->state.dead)
        facts_add(&ways->state.moved, (Fact){ .path = *path, .value = MOVED_AWAY, .at = at });
}

// The fields of a place that has no value, but for the one on the way to `path`: they still have none.
static void split(Ways *ways, Fact whole, const Path *path) {
    const Step *step = &path->steps[whole.path.count];
    const HirStruct *structure = whole.path.type->structure;
    for (uint32_t i = 0; i < structure->fields.len; i++) {
        if (i == step->n) continue;
        Step *steps = arena_array(&ways->arena, Step, whole.path.count + 1);
        for (uint32_t k = 0; k < whole.path.count; k++)
            steps[k] = whole.path.steps[k];
        steps[whole.path.count] = (Step){ .kind = STEP_FIELD, .n = i };
        Path field = { whole.path.local, steps, whole.path.count + 1,
                       structure->fields.data[i].type };
        facts_add(
            &ways->state.moved, (Fact){ .path = field, .value = whole.value, .at = whole.at }
        );
    }
}

void moves_assign(Ways *ways, const Path *path, Span at) {
    if (!path->local || ways->state.dead) return;
    Path part = owned_part(path);
    Facts *moved = &ways->state.moved;
    if (part.count <
        path->count) { // an element, or behind a borrow: there has to be something to change
        moves_read(ways, &part, at);
        return;
    }
    for (uint32_t i = 0; i < moved->len;) {
        Fact fact = moved->data[i];
        bool inside = path_starts(&fact.path, &part),
             around = !inside && path_starts(&part, &fact.path);
        if (!inside && !around) {
            i++;
            continue;
        }
        bool field = around && part.steps[fact.path.count].kind == STEP_FIELD &&
                     fact.path.type->kind == HIR_TYPE_STRUCT;
        if (around && !field) { // through a pointer that has no value
            moves_read(ways, &fact.path, at);
            return;
        }
        facts_remove(moved, 0, &fact.path);
        if (around) {
            split(ways, fact, &part);
            i = 0;
        }
    }
}

void moves_check_back(Ways *ways, const HirLocal *param, Span at) {
    if (ways->counting || ways->state.dead) return;
    for (uint32_t i = 0; i < ways->state.moved.len; i++) {
        const Fact *fact = &ways->state.moved.data[i];
        if (fact->path.local != param || fact->path.count == 0 || !fact->path.steps[0].lent)
            continue;
        bool captured = param->capture != HIR_CAPTURE_NONE;
        diag_report(
            ways->checker->diags, fact->at, captured ? E_CAPTURE_MOVED : E_NOT_REASSIGNED,
            path_text(ways, &fact->path)
        );
        diag_note(ways->checker->diags, at, "the %s ends here", captured ? "closure" : "function");
    }
}

// An endpoint that moved on some ways only would be closed in silence on the others [40]; where its peer is known to be
// gone, nobody would hear it.
static void check_side(Ways *ways, const State *gone, const State *there, Span at) {
    for (uint32_t i = 0; i < gone->moved.len; i++) {
        const Fact *fact = &gone->moved.data[i];
        bool endpoint = fact->path.type->kind == HIR_TYPE_ENDPOINT && fact->value == MOVED_AWAY;
        const Fact *state = endpoint ? facts_find(&there->states, 0, &fact->path) : NULL;
        if (!endpoint || !moves_has_value(there, &fact->path) ||
            (state && state->value == STATE_CLOSED) || !is_news(ways, fact))
            continue;
        diag_report(
            ways->checker->diags, at, E_ENDPOINT_ON_SOME_WAYS, path_text(ways, &fact->path)
        );
        diag_note(ways->checker->diags, fact->at, "moved here");
        diag_help(
            ways->checker->diags, "`close(%s);` on the ways that keep it",
            path_text(ways, &fact->path)
        );
    }
}

static bool is_gone(const State *state, const Path *path) { // all of it
    for (uint32_t i = 0; i < state->moved.len; i++)
        if (path_starts(path, &state->moved.data[i].path)) return true;
    return false;
}

// What is owned and has a value on some ways only is dropped on those, where they meet the others [40].
static void check_one_side(Ways *ways, const State *gone, const State *there, Span at) {
    for (uint32_t i = 0; i < gone->moved.len; i++) {
        const Fact *fact = &gone->moved.data[i];
        if (hir_type_is_owner(fact->path.type) && !is_gone(there, &fact->path))
            loans_check_dropped(ways, there, &fact->path, fact, at);
    }
}

void moves_check_join(Ways *ways, const State *a, const State *b, Span at) {
    if (ways->counting) return;
    check_one_side(ways, a, b, at);
    check_one_side(ways, b, a, at);
    if (ways->checker->in_instance) return;
    check_side(ways, a, b, at);
    check_side(ways, b, a, at);
}
