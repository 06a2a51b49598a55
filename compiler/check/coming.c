// What can come where a `receive` waits: every case is of something that can, and every combination of what can has a case.
// An endpoint by itself asks for a case of each message of its state, and of `closed`; where its holder is to send next, of `closed`
// alone. Endpoints that stand in one join are asked for together: with each head or end of one, each of the other. `default` stands for what has no case, if all of that leaves
// the endpoints in the same states.

#include "ways.h"

#include "hir/protocol.h"

#include <string.h>

enum { MOST_COMBINATIONS = 4096 };

typedef struct Source { // an endpoint, or a set, that is waited for
    Path path;
    const HirExpr *from;
    Fact *known;
    uint32_t group; // of the endpoints that joins connect: the first one's row
    uint32_t at;    // while combinations are tried: its choice; behind the last, `closed`
    bool joined;
} Source;

typedef struct Coming {
    Ways *ways;
    const HirStmt *stmt;
    Source *sources;
    uint32_t count;
    bool is_open;        // `unsatisfiable` stands for what has no case
    HirReceiveArm *rest; // `default` does; NULL: there is none
} Coming;

// A set is in the state of its type.
static Fact *known_state(Ways *ways, const HirExpr *from) {
    if (from->type->kind != HIR_TYPE_SET) return state_tracked(ways, from);
    Fact *known = arena_new(&ways->arena, Fact);
    *known = (Fact){ .path = path_of(ways, from), .value = from->type->state, .at = from->span };
    return known;
}

// --- who is waited for -------------------------------------------------------------------------------------------------------------

static Source *source_of(const Coming *coming, const HirHead *head) {
    Path path = path_of(coming->ways, head->from);
    for (uint32_t i = 0; i < coming->count && path.local; i++)
        if (path_compare(&coming->sources[i].path, &path) == 0) return &coming->sources[i];
    return NULL;
}

static bool find_sources(Coming *coming) {
    Ways *ways = coming->ways;
    const HirStmt *stmt = coming->stmt;
    uint32_t heads = 0;
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        heads += stmt->receives.data[i].heads.len;
        coming->is_open |= stmt->receives.data[i].kind == HIR_COMES_NEVER;
        if (stmt->receives.data[i].kind == HIR_COMES_REST) {
            coming->rest = (HirReceiveArm *)(uintptr_t)&stmt->receives.data[i];
            coming->rest->heads.len = 0; // of an earlier walk
        }
    }
    coming->sources = arena_array(&ways->arena, Source, heads);
    for (uint32_t i = 0; i < stmt->receives.len; i++)
        for (uint32_t k = 0; k < stmt->receives.data[i].heads.len; k++) {
            const HirHead *head = &stmt->receives.data[i].heads.data[k];
            if (source_of(coming, head)) continue;
            Source source = { path_of(ways, head->from),
                              head->from,
                              known_state(ways, head->from),
                              coming->count,
                              0,
                              false };
            if (!source.known) return false; // said, or nobody comes here
            coming->sources[coming->count++] = source;
        }
    return true;
}

static void connect_joined(Coming *coming) {
    for (uint32_t i = 0; i < coming->stmt->receives.len; i++) {
        const HirReceiveArm *arm = &coming->stmt->receives.data[i];
        for (uint32_t k = 1; k < arm->heads.len; k++) {
            Source *first = source_of(coming, &arm->heads.data[0]);
            Source *other = source_of(coming, &arm->heads.data[k]);
            uint32_t from = other->group, to = first->group;
            first->joined = other->joined = true;
            for (uint32_t n = 0; n < coming->count; n++)
                if (coming->sources[n].group == from) coming->sources[n].group = to;
        }
    }
}

static const HirState *state_now(const Source *source) { // NULL: closed
    if (source->known->value >= HIR_ANY_STATE) return NULL;
    return &source->from->type->contract->states.data[source->known->value];
}

static bool is_sent(const Source *source) { // by the holder; of one that is not closed
    const HirType *type = source->from->type;
    return hir_sends(type->contract, type->side, source->known->value);
}

static uint32_t choices_of(const Source *source) {
    const HirState *state = state_now(source);
    return state && !is_sent(source) ? state->choices.len : 0;
}

// --- cases of what cannot come -----------------------------------------------------------------------------------------------------

static const char *message_text(const Coming *coming, const Source *source, uint32_t message) {
    const HirContract *contract = source->from->type->contract;
    return text_of(coming->ways->checker, contract->messages.data[message].name);
}

static void check_head(const Coming *coming, const HirHead *head) {
    Ways *ways = coming->ways;
    const Source *source = source_of(coming, head);
    const HirType *type = head->from->type;
    const HirState *state = state_now(source);
    bool receives = state && !is_sent(source);
    bool comes = head->closed || (receives && hir_choice(state, head->message));
    if (source->known->value == HIR_ANY_STATE) comes = false;
    if (comes || (head->closed && coming->stmt->receives.data[0].binds_outside)) return;
    diag_report(
        ways->checker->diags, head->span, E_RECEIVE_IN_STATE,
        head->closed ? "closed" : message_text(coming, source, head->message),
        path_text(ways, &source->path), state_text(ways, type, source->known->value),
        state_why_not(type, source->known->value, false)
    );
    if (hir_head_is_of_set(head)) return;
    state_note(ways, source->known);
    if (!head->closed) state_explain(ways, source->known, head->message);
}

// --- what has no case --------------------------------------------------------------------------------------------------------------

const char *state_listed(Ways *ways, const char *list, const char *between, const char *one) {
    return list ? arena_printf(ways->checker->arena, "%s%s`%s`", list, between, one)
                : arena_printf(ways->checker->arena, "`%s`", one);
}

// Choice `row` of the source, as a case says it; behind the last: its end.
static const char *choice_text(const Coming *coming, const Source *source, uint32_t row) {
    Ways *ways = coming->ways;
    const char *name = path_text(ways, &source->path);
    if (*name == '*') name++; // as it is written: through the borrow
    if (row == choices_of(source)) return arena_printf(ways->checker->arena, "closed(%s)", name);
    uint32_t message = state_now(source)->choices.data[row].message;
    return arena_printf(ways->checker->arena, "%s.%s", name, message_text(coming, source, message));
}

static bool is_choice(const HirHead *head, const Source *source, uint32_t row) {
    if (row == choices_of(source)) return head->closed;
    return !head->closed && head->message == state_now(source)->choices.data[row].message;
}

// Does the arm stand for choice `row` of the source alone?
static bool is_of(
    const Coming *coming, const HirReceiveArm *arm, const Source *source, uint32_t row
) {
    return arm->heads.len == 1 && source_of(coming, &arm->heads.data[0]) == source &&
           is_choice(&arm->heads.data[0], source, row);
}

static void check_once(const Coming *coming, const Source *source, uint32_t row) {
    uint32_t count = 0;
    Span at = coming->stmt->span;
    for (uint32_t i = 0; i < coming->stmt->receives.len; i++)
        if (is_of(coming, &coming->stmt->receives.data[i], source, row)) {
            count++;
            at = coming->stmt->receives.data[i].span;
        }
    if (count > 1)
        diag_report(
            coming->ways->checker->diags, at, E_RECEIVE_TWICE, choice_text(coming, source, row)
        );
}

static bool covers(const Coming *coming, const HirReceiveArm *arm, uint32_t group) {
    if (arm->kind != HIR_COMES || arm->is_partial) return false;
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        const Source *source = source_of(coming, &arm->heads.data[i]);
        if (source->group != group || !is_choice(&arm->heads.data[i], source, source->at))
            return false;
    }
    return true;
}

static bool is_covered(const Coming *coming, uint32_t group) {
    for (uint32_t i = 0; i < coming->stmt->receives.len; i++)
        if (covers(coming, &coming->stmt->receives.data[i], group)) return true;
    return false;
}

// The next combination of the group; false: that was the last.
static bool step(Coming *coming, uint32_t group) {
    for (uint32_t i = 0; i < coming->count; i++) {
        Source *source = &coming->sources[i];
        if (source->group != group) continue;
        if (++source->at <= choices_of(source)) return true;
        source->at = 0;
    }
    return false;
}

static uint64_t combinations(const Coming *coming, uint32_t group) {
    uint64_t count = 1;
    for (uint32_t i = 0; i < coming->count && count <= MOST_COMBINATIONS; i++)
        if (coming->sources[i].group == group) count *= choices_of(&coming->sources[i]) + 1;
    return count;
}

static const char *combination_text(const Coming *coming, uint32_t group) {
    const char *text = NULL;
    for (uint32_t i = 0; i < coming->count; i++) {
        const Source *source = &coming->sources[i];
        if (source->group == group)
            text = state_listed(
                coming->ways, text, " together with ", choice_text(coming, source, source->at)
            );
    }
    return text;
}

// The first combination of a group that is joined; all that is missing, of an endpoint by itself.
static const char *missing_of(Coming *coming, const Source *first) {
    const char *missing = NULL;
    uint32_t group = first->group;
    do {
        if (!is_covered(coming, group))
            missing = state_listed(
                coming->ways, missing, ", ",
                first->joined ? "" : choice_text(coming, first, first->at)
            );
        if (missing && first->joined) return combination_text(coming, group);
    } while (step(coming, group));
    return missing;
}

// A bare `receive` names all that can come, but for the end.
static bool is_one_of_many(const Coming *coming, const Source *source) {
    Ways *ways = coming->ways;
    const HirReceiveArm *arm = &coming->stmt->receives.data[0];
    if (!arm->binds_outside) return false;
    const HirState *state = state_now(source);
    uint32_t message = arm->heads.data[0].message;
    if (!hir_choice(state, message) || state->choices.len == 1)
        return true; // said, or nothing is missing
    const char *others = NULL;
    for (uint32_t i = 0; i < state->choices.len; i++)
        if (state->choices.data[i].message != message)
            others = state_listed(ways, others, ", ", choice_text(coming, source, i));
    diag_report(
        ways->checker->diags, head_of(ways, coming->stmt->span), E_RECEIVE_ONE_OF_MANY,
        message_text(coming, source, message), text_of(ways->checker, state->name)
    );
    diag_note(ways->checker->diags, state->span, "%s can come as well", others);
    return true;
}

// --- what has no case, and `default` -----------------------------------------------------------------------------------------------

static void find_rest_of(Coming *coming, Source *source) {
    Ways *ways = coming->ways;
    if (state_now(source) && is_sent(source)) return; // only its end comes, or more was said to
    for (source->at = 0; source->at <= choices_of(source); source->at++) {
        if (is_covered(coming, source->group)) continue;
        HirHead head = { .closed = source->at == choices_of(source), .span = coming->rest->span };
        head.from = (HirExpr *)(uintptr_t)source->from;
        if (!head.closed) head.message = state_now(source)->choices.data[source->at].message;
        vec_push(ways->checker->arena, &coming->rest->heads, head);
    }
    source->at = 0;
}

static bool goes_on_there(const Coming *coming) { // a case in which nothing fits
    const HirStmt *rest = coming->rest->body->stmts.data[0]->target;
    vec_each(HirReceiveArm, arm, &coming->stmt->receives) {
        if (arm->kind != HIR_COMES_REST && stmt_breaks(arm->body, rest)) return true;
    }
    return false;
}

static void find_rest(Coming *coming) {
    bool open = false; // another round may come here with more, or what is wrong has been said
    for (uint32_t i = 0; i < coming->count; i++) {
        const Source *source = &coming->sources[i];
        find_rest_of(coming, &coming->sources[i]);
        open |= !state_now(source) || (is_sent(source) && !is_covered(coming, source->group));
    }
    if (coming->rest->heads.len > 0 || open || goes_on_there(coming)) return;
    diag_report(coming->ways->checker->diags, coming->rest->span, E_COVERED_BEFORE);
}

static void check_complete(Coming *coming, const Source *first) {
    Ways *ways = coming->ways;
    if (!first->joined && !state_now(first))
        return; // closed already: what else is said of it, check_head says
    if (!first->joined && is_one_of_many(coming, first)) return;
    if (coming->is_open && first->from->type->kind != HIR_TYPE_SET) return;
    Span head = head_of(ways, coming->stmt->span);
    if (combinations(coming, first->group) > MOST_COMBINATIONS) {
        diag_report(ways->checker->diags, head, E_TOO_MANY_COMBINATIONS, MOST_COMBINATIONS);
        return;
    }
    const char *missing = missing_of(coming, first);
    if (!missing) return;
    diag_report(ways->checker->diags, head, E_RECEIVE_INCOMPLETE, missing);
    vec_each(const HirReceiveArm, arm, &coming->stmt->receives) {
        if (arm->is_partial && source_of(coming, &arm->heads.data[0])->group == first->group)
            diag_note(ways->checker->diags, arm->span, "this is taken only where a guard holds");
    }
}

void states_receive_check(Ways *ways, const HirStmt *stmt) {
    if (ways->state.dead || ways->counting) return;
    Coming coming = { .ways = ways, .stmt = stmt };
    if (!find_sources(&coming)) return;
    connect_joined(&coming);
    for (uint32_t i = 0; i < stmt->receives.len; i++)
        for (uint32_t k = 0; k < stmt->receives.data[i].heads.len; k++)
            check_head(&coming, &stmt->receives.data[i].heads.data[k]);
    for (uint32_t i = 0; i < coming.count; i++) {
        const Source *source = &coming.sources[i];
        for (uint32_t row = 0; row <= choices_of(source); row++)
            check_once(&coming, source, row);
        if (source->group == i && !coming.rest) check_complete(&coming, source);
    }
    if (coming.rest) find_rest(&coming);
}

static uint32_t state_behind(const Fact *known, const HirHead *head) {
    if (head->closed || known->value >= HIR_ANY_STATE) return state_when_closed(&known->path);
    const HirChoice *choice =
        hir_choice(&head->from->type->contract->states.data[known->value], head->message);
    return choice->next;
}

static const char *head_text(Ways *ways, const HirHead *head) {
    const char *place = place_text(ways->checker, head->from);
    if (head->closed) return arena_printf(ways->checker->arena, "`closed(%s)`", place);
    const HirMessage *message = &head->from->type->contract->messages.data[head->message];
    return arena_printf(
        ways->checker->arena, "`%s.%s`", place, text_of(ways->checker, message->name)
    );
}

// The state of one endpoint, whatever `default` stands for comes; it stays where something of another comes.
static void leave_in_one_state(Ways *ways, const HirReceiveArm *rest, const Path *path) {
    const HirHead *first = NULL;
    uint32_t state = STATE_CLOSED;
    const Fact *known = state_known(ways, path);
    if (!known) return;
    vec_each(const HirHead, head, &rest->heads) {
        Path from = path_of(ways, head->from);
        uint32_t next = path_compare(&from, path) ? known->value : state_behind(known, head);
        if (next == STATE_CLOSED || next == state) continue;
        if (state == STATE_CLOSED) {
            state = next;
            first = head;
            continue;
        }
        diag_report(
            ways->checker->diags, rest->span, E_DEFAULT_STATES, path_text(ways, path),
            state_text(ways, path->type, state), head_text(ways, first),
            state_text(ways, path->type, next), head_text(ways, head)
        );
        facts_remove(&ways->state.states, 0, path); // nothing follows from it
        return;
    }
    state_goes(ways, known, state, rest->span);
}

void states_receive_rest(Ways *ways, const HirReceiveArm *rest) {
    if (!ways->counting && rest->heads.len == 0) ways->state.dead = true; // only cases lead there
    for (uint32_t i = 0; !ways->counting && i < rest->heads.len; i++) {
        Path path = path_of(ways, rest->heads.data[i].from);
        bool done = false;
        for (uint32_t k = 0; k < i && !done; k++) {
            Path other = path_of(ways, rest->heads.data[k].from);
            done = path_compare(&path, &other) == 0;
        }
        if (!done) leave_in_one_state(ways, rest, &path);
    }
}

void states_receive_arm(Ways *ways, const HirReceiveArm *arm) {
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        const HirHead *head = &arm->heads.data[i];
        Path path = path_of(ways, head->from);
        const Fact *known = hir_head_is_of_set(head) ? NULL : state_known(ways, &path);
        if (!known) continue;
        const HirState *state = known->value >= HIR_ANY_STATE
                                    ? NULL
                                    : &head->from->type->contract->states.data[known->value];
        const HirChoice *choice = state && !head->closed ? hir_choice(state, head->message) : NULL;
        if (state && !choice && !head->closed)
            facts_remove(&ways->state.states, 0, &path); // reported, and nothing follows from it
        else
            state_goes(ways, known, choice ? choice->next : state_when_closed(&path), head->span);
    }
}

// The member of a set whose peer is gone is closed; any other is in the state that its type names.
void states_receive_binds(Ways *ways, const HirReceiveArm *arm) {
    if (!hir_arm_is_closed(arm) || !hir_head_is_of_set(&arm->heads.data[0])) return;
    const HirLocal *member = arm->binds.data[0];
    if (!member) return;
    Path path = path_of_local(member);
    Fact *known = state_of(ways, &path);
    if (known) state_moves(known, STATE_CLOSED, arm->span);
}
