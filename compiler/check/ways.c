// The walk over statements: where ways part, meet, and end.

#include "ways.h"

#include <string.h>

enum {
    MOST_ENDPOINTS = 3000
}; // the verifier follows no more than 4096, with those that lowering adds
enum { MOST_WORK = 2000000 }; // statements walked in one function, rounds of loops included

// --- states ------------------------------------------------------------------------------------------------------------------

State state_copy(const State *state) {
    State copy = { .dead = state->dead, .ends = state->ends };
    facts_copy(&copy.moved, &state->moved);
    facts_copy(&copy.held, &state->held);
    facts_copy(&copy.states, &state->states);
    facts_copy(&copy.leads, &state->leads);
    return copy;
}

void state_free(State *state) {
    facts_free(&state->moved);
    facts_free(&state->held);
    facts_free(&state->states);
    facts_free(&state->leads);
}

void state_join(Ways *ways, State *into, State *from, Span at) {
    if (from->dead) {
        state_free(from);
        return;
    }
    if (into->dead) {
        state_free(into);
        *into = *from;
        *from = (State){ .dead = true };
        return;
    }
    into->ends = live_join(ways, into->ends, from->ends);
    moves_check_join(ways, into, from, at);
    states_join(ways, into, from, at);
    for (uint32_t i = 0; i < from->moved.len; i++)
        facts_add(&into->moved, from->moved.data[i]);
    loans_join(&into->held, &from->held);
    state_free(from);
}

bool state_is_new(const State *known, const State *more) {
    if (more->dead) return false;
    if (known->dead) return true;
    for (uint32_t i = 0; i < more->moved.len; i++)
        if (!facts_find(&known->moved, 0, &more->moved.data[i].path)) return true;
    for (uint32_t i = 0; i < more->held.len; i++) {
        const Fact *loan = &more->held.data[i],
                   *same = facts_find(&known->held, loan->tag, &loan->path);
        bool stronger = same && loan->value == LOAN_EXCLUSIVE && same->value == LOAN_SHARED;
        if (!same || stronger || (loan->where & ~same->where)) return true;
    }
    if (loans_blur(&known->held, &more->held) || leads_are_new(known, more)) return true;
    for (uint32_t i = 0; i < more->states.len; i++) {
        const Fact *fact = facts_find(&known->states, 0, &more->states.data[i].path);
        if (fact && fact->value == STATE_CLOSED && more->states.data[i].value != STATE_CLOSED)
            return true;
    }
    return false;
}

Span head_of(const Ways *ways, Span statement) {
    Str text = source_text(ways->checker->program->map, statement.file);
    uint32_t end = statement.start;
    while (end < statement.end && end < text.len && text.ptr[end] != '{' && text.ptr[end] != '\n')
        end++;
    while (end > statement.start + 1 && text.ptr[end - 1] == ' ')
        end--;
    return (Span){ statement.file, statement.start, end > statement.start ? end : statement.end };
}

// --- locals ------------------------------------------------------------------------------------------------------------------

static void in_scope(Ways *ways, const HirLocal *local, const HirStmt *defer) {
    vec_push(&ways->arena, &ways->endings, ((Ending){ local, defer }));
}

static uint32_t endpoints_in(const HirType *type) {
    uint32_t count = type->kind == HIR_TYPE_ENDPOINT;
    if (type->kind == HIR_TYPE_PTR && type->elem->kind == HIR_TYPE_ENDPOINT) return 2;
    for (uint32_t i = 0; type->kind == HIR_TYPE_STRUCT && hir_type_has_endpoint(type) &&
                         i < type->structure->fields.len;
         i++)
        count += endpoints_in(type->structure->fields.data[i].type);
    return count;
}

void count_endpoints(Ways *ways, const HirType *type) {
    if (ways->counting && ways->endpoints < MOST_ENDPOINTS) ways->endpoints += endpoints_in(type);
}

void declare_local(Ways *ways, const HirLocal *local, bool has_value, Span at) {
    count_endpoints(ways, local->type);
    Path path = path_of_local(local);
    in_scope(ways, local, NULL);
    live_node(ways, local, LIVE_WRITE);
    if (ways->state.dead) return;
    if (has_value)
        moves_assign(ways, &path, at);
    else
        facts_add(&ways->state.moved, (Fact){ .path = path, .value = MOVED_NEVER, .at = at });
}

static void forget(Ways *ways, const HirLocal *local) {
    State *state = &ways->state;
    uint32_t kept = 0;
    facts_forget(&state->moved, local);
    facts_forget(&state->states, local);
    facts_forget(&state->leads, local);
    for (uint32_t i = 0; i < state->held.len; i++)
        if (state->held.data[i].tag != local->number)
            state->held.data[kept++] = state->held.data[i];
    state->held.len = kept;
    loans_forget(ways, local);
}

// It runs where what ends before it is gone, and keeps its own locals where that was noted: it may run at other exits too.
static void walk_deferred(Ways *ways, uint32_t row, uint32_t whole) {
    Ending *kept = arena_array(&ways->arena, Ending, whole - row);
    memcpy(kept, ways->endings.data + row, (whole - row) * sizeof *kept);
    walk_stmt(ways, kept->defer);
    memcpy(ways->endings.data + row, kept, (whole - row) * sizeof *kept);
}

// What a scope holds ends from the last to the first: deferred statements run, locals are dropped.
void end_locals(Ways *ways, uint32_t down_to, Span at) {
    uint32_t whole = ways->endings.len;
    Facts dropped = { 0 };
    for (uint32_t i = whole; i-- > down_to;) {
        Ending ending = ways->endings.data[i];
        ways->endings.len = i;
        if (ending.defer)
            walk_deferred(ways, i, whole);
        else
            states_find_dropped(ways, ending.local, &dropped);
    }
    ways->endings.len = whole;
    states_tell_dropped(ways, &dropped, at);
    facts_free(&dropped);
    if (ways->state.dead) return;
    if (whole > down_to) loans_end_bound(ways, ways->endings.data + down_to, whole - down_to, at);
    if (down_to == 0) states_return(ways, at);
    for (uint32_t i = 0; down_to == 0 && i < ways->fn->sig.params.len; i++)
        moves_check_back(ways, ways->fn->locals.data[i], at);
    for (uint32_t i = down_to; i < whole; i++) {
        const HirLocal *local = ways->endings.data[i].local;
        if (!local) continue;
        watch_ends(ways, local, at);
        forget(ways, local);
    }
    for (uint32_t i = down_to; i < whole; i++) {
        if (!ways->endings.data[i].local) continue;
        Path path = path_of_local(ways->endings.data[i].local);
        loans_access(ways, &path, ACCESS_END, ways->endings.data[i].local->span);
    }
}

// Values that go to a local that is declared, or assigned as a whole.
static void give(Ways *ways, const HirLocal *local, const HirExpr *value, Span at) {
    Path path = path_of_local(local);
    live_node(ways, local, LIVE_WRITE);
    if (ways->state.dead) return;
    loans_take(ways, local, value);
    states_carry(ways, &path, value);
    moves_assign(ways, &path, at);
}

// --- simple statements -----------------------------------------------------------------------------------------------------------

static void walk_let(Ways *ways, const HirStmt *stmt) {
    ways->taken = stmt->value;
    if (stmt->value) walk_carried(ways, stmt->value);
    declare_local(ways, stmt->local, stmt->value != NULL, stmt->span);
    if (!stmt->value) return;
    states_stated(ways, stmt->local, stmt->value);
    give(ways, stmt->local, stmt->value, stmt->span);
}

// A part of a local that is assigned in place is no use of the rest.
static void walk_target(Ways *ways, const HirExpr *place, const Path *path) {
    if (!path->local || !path_stays(path)) {
        walk_parts(ways, place);
        return;
    }
    for (const HirExpr *at = place; at->kind != HIR_LOCAL; at = at->base)
        if (at->kind == HIR_INDEX) walk_value(ways, at->index);
}

static void walk_assign(Ways *ways, const HirStmt *stmt) {
    Path path = path_of(ways, stmt->place);
    bool whole = stmt->place->kind == HIR_LOCAL;
    uint32_t temps = ways->temps, early = walk_root(ways, stmt->place);
    if (!whole) walk_target(ways, stmt->place, &path);
    if (whole) ways->taken = stmt->value;
    if (whole)
        walk_carried(ways, stmt->value);
    else
        walk_value(ways, stmt->value);
    loans_release(ways, temps);
    ways->early.len = early;
    if (!whole && !path_stays(&path)) walk_again(ways, stmt->place);
    if (moves_has_value(&ways->state, &path) && stmt->place->type->kind == HIR_TYPE_ENDPOINT &&
        whole)
        states_dropped(ways, stmt->place->local, stmt->span);
    loans_access(ways, &path, ACCESS_ASSIGN, stmt->span);
    if (!whole) states_overwritten(ways, &path, stmt->span);
    if (whole) {
        give(ways, stmt->place->local, stmt->value, stmt->span);
        return;
    }
    loans_store(ways, &path, stmt->value, true, stmt->span);
    moves_assign(ways, &path, stmt->span);
    if (path.local) states_start(ways, &path, stmt->value->type);
}

static void walk_update(Ways *ways, const HirStmt *stmt) {
    uint32_t temps = ways->temps, early = walk_root(ways, stmt->place);
    walk_parts(ways, stmt->place);
    walk_value(ways, stmt->value);
    loans_release(ways, temps);
    ways->early.len = early;
    walk_again(ways, stmt->place);
    Path path = path_of(ways, stmt->place);
    moves_read(ways, &path, stmt->span);
    loans_access(ways, &path, ACCESS_CHANGE, stmt->span);
}

static void walk_return(Ways *ways, const HirStmt *stmt) {
    uint32_t temps = ways->temps;
    if (stmt->value) {
        walk_value(ways, stmt->value);
        if (loans_check_result(ways, stmt->value))
            loans_keep(ways, stmt->value); // while deferred statements run
    }
    end_locals(ways, 0, stmt->span);
    loans_release(ways, temps);
    ways->state.dead = true;
}

static void walk_send(Ways *ways, const HirStmt *stmt) {
    walk_parts(ways, stmt->place);
    count_in_memory(ways, stmt->place);
    for (uint32_t i = 0; i < stmt->args.len; i++)
        walk_value(ways, stmt->args.data[i]);
    walk_again(ways, stmt->place);
    Path path = path_of(ways, stmt->place);
    watch_endpoint(ways, stmt->place, &path);
    moves_read(ways, &path, stmt->span);
    loans_access(ways, &path, ACCESS_CHANGE, stmt->span);
    if (!ways->counting) states_send(ways, stmt);
}

static void walk_close(Ways *ways, const HirStmt *stmt) {
    if (stmt->value->kind != HIR_MOVE) {
        walk_value(ways, stmt->value);
        return;
    }
    walk_carried(ways, stmt->value); // in any state
    Path path = path_of(ways, stmt->value->base);
    states_consume(ways, &path, NULL, stmt->span);
}

static void walk_channel(Ways *ways, const HirStmt *stmt) {
    const HirLocal *ends[] = { stmt->imp, stmt->exp };
    for (int i = 0; i < 2; i++) {
        Path path = path_of_local(ends[i]);
        declare_local(ways, ends[i], true, stmt->span);
        if (!ways->state.dead) states_start(ways, &path, ends[i]->type);
    }
}

// --- threads ---------------------------------------------------------------------------------------------------------------

static void walk_lock(Ways *ways, const HirStmt *stmt) {
    uint32_t outside = ways->endings.len;
    Path path = path_of(ways, stmt->place);
    walk_parts(ways, stmt->place);
    moves_read(ways, &path, stmt->place->span);
    loans_access(ways, &path, ACCESS_LEND, stmt->place->span);
    declare_local(ways, stmt->local, true, stmt->place->span);
    if (!ways->state.dead) loans_hold_path(ways, stmt->local, &path, false, stmt->place->span);
    walk_stmt(ways, stmt->then);
    end_locals(ways, outside, stmt->then->end);
    ways->endings.len = outside;
}

static void walk_join(Ways *ways, const HirStmt *stmt) {
    uint32_t outside = ways->endings.len;
    declare_local(ways, stmt->local, true, stmt->span);
    walk_stmt(ways, stmt->then);
    end_locals(ways, outside, stmt->then->end);
    ways->endings.len = outside;
}

// What the thread is lent, it has until the join ends.
static void walk_spawn(Ways *ways, const HirStmt *stmt) {
    walk_value(ways, stmt->value);
    for (uint32_t i = 0; stmt->local && !ways->state.dead && i < stmt->value->args.len; i++)
        loans_lend(ways, stmt->local, stmt->value->args.data[i]);
}

// --- where ways part ---------------------------------------------------------------------------------------------------------------

// What it only looks at is not moved, changed or lent exclusively.
static void walk_cond(Ways *ways, const HirStmt *stmt) {
    uint32_t temps = ways->temps;
    vec_each(HirLocal *, local, &stmt->looks) {
        Path path = path_of_local(*local);
        loans_guard(ways, &path, stmt->span);
    }
    walk_value(ways, stmt->cond);
    if (stmt->looks.len > 0) loans_release(ways, temps);
}

static void walk_if(Ways *ways, const HirStmt *stmt) {
    walk_cond(ways, stmt);
    State other = state_copy(&ways->state);
    live_node(ways, NULL, LIVE_NOTHING);
    walk_stmt(ways, stmt->then);
    State done = ways->state;
    ways->state = other;
    live_node(ways, NULL, LIVE_NOTHING);
    if (stmt->otherwise) walk_stmt(ways, stmt->otherwise);
    state_join(ways, &ways->state, &done, head_of(ways, stmt->span));
    live_node(ways, NULL, LIVE_NOTHING);
}

static void enter_exit(Ways *ways, Exit *exit, const HirStmt *stmt) {
    *exit = (Exit){ .outer = ways->exits,
                    .stmt = stmt,
                    .locals = ways->endings.len,
                    .out = { .dead = true },
                    .again = { .dead = true } };
    ways->exits = exit;
}

static void walk_jump(Ways *ways, const HirStmt *stmt) {
    Exit *exit = ways->exits;
    while (exit->stmt != stmt->target)
        exit = exit->outer;
    end_locals(ways, exit->locals, stmt->span);
    State leaving = state_copy(&ways->state);
    state_join(
        ways, stmt->kind == HIR_STMT_CONTINUE ? &exit->again : &exit->out, &leaving,
        head_of(ways, exit->stmt->span)
    );
    ways->state.dead = true;
}

static void test(
    Ways *ways, const HirStmt *stmt, Exit *exit
) { // the way out of the loop by its condition
    if (!stmt->cond) return;
    walk_value(ways, stmt->cond);
    if (stmt->cond->kind == HIR_LITERAL && stmt->cond->bits && !stmt->cond->symbol) return;
    State staying = state_copy(&ways->state);
    live_node(ways, NULL, LIVE_NOTHING); // what is used in the loop only is not used behind it
    state_join(ways, &exit->out, &ways->state, head_of(ways, stmt->span));
    ways->state = staying;
    live_node(ways, NULL, LIVE_NOTHING);
    if (stmt->cond->kind == HIR_LITERAL)
        ways->state.dead = true; // a labelled block: there is one round
}

static void walk_round(Ways *ways, const HirStmt *stmt, Exit *exit) {
    if (!stmt->is_do) test(ways, stmt, exit);
    walk_stmt(ways, stmt->then);
    state_join(ways, &ways->state, &exit->again, head_of(ways, stmt->span));
    exit->again = (State){ .dead = true };
    live_node(ways, NULL, LIVE_NOTHING);
    if (stmt->step) walk_stmt(ways, stmt->step);
    if (stmt->is_do) test(ways, stmt, exit);
}

static void walk_loop(Ways *ways, const HirStmt *stmt) {
    Exit exit;
    live_node(ways, NULL, LIVE_NOTHING);
    uint32_t from = ways->pos;
    State entry = state_copy(&ways->state);
    for (bool again = true; again;) {
        enter_exit(ways, &exit, stmt);
        ways->pos = from;
        walk_round(ways, stmt, &exit);
        ways->exits = exit.outer;
        live_back(ways, from);
        again = !ways->counting && ways->work < MOST_WORK && state_is_new(&entry, &ways->state);
        state_join(ways, &entry, &ways->state, head_of(ways, stmt->span));
        if (again) state_free(&exit.out);
        ways->state = state_copy(&entry);
    }
    state_free(&entry);
    state_free(&ways->state);
    ways->state = exit.out;
    live_node(ways, NULL, LIVE_NOTHING);
}

// --- switch and receive --------------------------------------------------------------------------------------------------------------

// Of the payload too: fields of one variant are disjoint.
static Path path_field(Ways *ways, const Path *path, uint32_t field, const HirType *type) {
    Step *steps = arena_array(&ways->arena, Step, path->count + 1);
    for (uint32_t i = 0; i < path->count; i++)
        steps[i] = path->steps[i];
    steps[path->count] = (Step){ .kind = STEP_FIELD, .n = field };
    return (Path){ path->local, steps, path->count + 1, type };
}

static void bind(
    Ways *ways, const HirPattern *pattern, const HirExpr *subject, const Path *path, uint32_t field
) {
    const HirLocal *local = pattern->local;
    declare_local(ways, local, true, pattern->span);
    if (ways->state.dead) return;
    if (pattern->bind == HIR_BIND_CONST || pattern->bind == HIR_BIND_MUT) {
        Path part = path_field(ways, path, field, pattern->type);
        loans_access(
            ways, &part, pattern->bind == HIR_BIND_MUT ? ACCESS_LEND_MUT : ACCESS_LEND,
            pattern->span
        );
        loans_hold_path(ways, local, &part, pattern->bind == HIR_BIND_MUT, pattern->span);
    } else {
        loans_take(ways, local, subject);
    }
    Path to = path_of_local(local);
    states_start(ways, &to, local->type);
}

static void bind_payload(
    Ways *ways, const HirPattern *pattern, const HirExpr *held, const Path *path
) {
    for (uint32_t i = 0; i < pattern->args.len; i++) {
        const HirPattern *arg = pattern->args.data[i];
        if (arg->kind == HIR_PATTERN_BIND) {
            bind(ways, arg, held, path, i);
        } else if (arg->args.len > 0) {
            Path inside = path_field(ways, path, i, arg->type);
            bind_payload(ways, arg, held, &inside);
        }
    }
}

static bool takes(const HirPattern *pattern) {
    bool moves = pattern->kind == HIR_PATTERN_BIND && pattern->bind == HIR_BIND_MOVE;
    for (uint32_t i = 0; i < pattern->args.len; i++)
        moves = moves || takes(pattern->args.data[i]);
    return moves;
}

// What moves takes a payload along as a whole; the parts of a tuple are places of their own.
static void take_parts(Ways *ways, const HirPattern *pattern, const Path *path) {
    if (!takes(pattern)) return;
    if (pattern->kind == HIR_PATTERN_TUPLE) {
        for (uint32_t i = 0; i < pattern->args.len; i++) {
            Path part = path_field(ways, path, i, pattern->args.data[i]->type);
            take_parts(ways, pattern->args.data[i], &part);
        }
        return;
    }
    loans_access(ways, path, ACCESS_MOVE, pattern->span);
    states_consume(ways, path, path->type, pattern->span);
    moves_away(ways, path, pattern->span);
}

static void walk_pattern(
    Ways *ways, const HirPattern *pattern, const HirExpr *subject, const Path *path
) {
    HirExpr held = *subject;
    if (hir_expr_is_place(subject)) { // what it holds, as a value
        held = (HirExpr){ .kind = HIR_COPY, .type = subject->type, .span = subject->span };
        held.base = arena_new(&ways->arena, HirExpr);
        *held.base = *subject;
    }
    if (pattern->kind == HIR_PATTERN_BIND) bind(ways, pattern, &held, path, 0);
    bind_payload(ways, pattern, &held, path);
    if (path->local) take_parts(ways, pattern, path);
}

// What an exclusive borrow leads to is only looked at too, once it has been taken out of a payload.
static void look_behind(Ways *ways, const HirLocal *local, Span at) {
    const HirType *type = local->type;
    Path path = path_of_local(local), behind;
    if (type->mode != HIR_MUT || (type->kind != HIR_TYPE_PTR && type->kind != HIR_TYPE_SLICE))
        return;
    Step *step = arena_new(&ways->arena, Step);
    *step = (Step){ .kind = STEP_DEREF };
    behind = type->kind == HIR_TYPE_PTR ? (Path){ local, step, 1, type->elem }
                                        : path_elements(ways, &path);
    loans_guard(ways, &behind, at);
}

static void look_only(Ways *ways, const HirPattern *pattern) {
    bool lent = pattern->kind == HIR_PATTERN_BIND &&
                (pattern->bind == HIR_BIND_MOVE || pattern->bind == HIR_BIND_MUT);
    if (lent) {
        Path path = path_of_local(pattern->local);
        loans_guard(ways, &path, pattern->span);
        if (pattern->bind == HIR_BIND_MOVE) look_behind(ways, pattern->local, pattern->span);
    }
    for (uint32_t i = 0; i < pattern->args.len; i++)
        look_only(ways, pattern->args.data[i]);
}

// Until a guard holds, nothing has been taken: it only looks, at the subject and at what the pattern binds.
static void walk_guard(Ways *ways, const HirArm *arm, const Path *subject) {
    uint32_t temps = ways->temps;
    loans_guard(ways, subject, arm->span);
    for (uint32_t i = 0; i < arm->patterns.len; i++)
        look_only(ways, arm->patterns.data[i]);
    walk_value(ways, arm->guard);
    loans_release(ways, temps);
}

static void walk_switch(Ways *ways, const HirStmt *stmt) {
    const HirExpr *subject = stmt->place ? stmt->place : stmt->value;
    Path path = stmt->place ? path_of(ways, subject) : (Path){ .type = subject->type };
    Exit exit;
    if (stmt->place) {
        walk_parts(ways, subject);
        moves_read(ways, &path, subject->span);
        loans_access(ways, &path, ACCESS_READ, subject->span);
    } else {
        walk_value(ways, subject);
    }
    live_node(ways, NULL, LIVE_NOTHING);
    enter_exit(ways, &exit, stmt);
    State entry = ways->state;
    vec_each(HirArm, arm, &stmt->arms) {
        uint32_t outside = ways->endings.len;
        ways->state = state_copy(&entry);
        live_node(ways, NULL, LIVE_NOTHING);
        for (uint32_t i = 0; i < arm->patterns.len; i++)
            walk_pattern(ways, arm->patterns.data[i], subject, &path);
        if (arm->guard) walk_guard(ways, arm, &path);
        walk_stmt(ways, arm->body);
        end_locals(ways, outside, arm->span);
        ways->endings.len = outside;
        state_join(ways, &exit.out, &ways->state, head_of(ways, stmt->span));
    }
    state_free(&entry);
    ways->exits = exit.outer;
    ways->state = exit.out;
    live_node(ways, NULL, LIVE_NOTHING);
}

static void bind_message(Ways *ways, const HirReceiveArm *arm) {
    for (uint32_t i = 0; i < arm->binds.len; i++) {
        const HirLocal *local = arm->binds.data[i];
        if (!local) continue;
        if (!arm->binds_outside) declare_local(ways, local, true, arm->span);
        Path path = path_of_local(local);
        moves_assign(ways, &path, arm->span);
        if (!ways->state.dead) states_start(ways, &path, local->type);
    }
}

static void declare_binds(
    Ways *ways, const HirStmt *stmt
) { // of a bare `receive`: they live in the block around it
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        for (uint32_t i = 0; arm->binds_outside && i < arm->binds.len; i++)
            if (arm->binds.data[i]) declare_local(ways, arm->binds.data[i], false, arm->span);
    }
}

static void walk_receive(Ways *ways, const HirStmt *stmt) {
    Exit exit;
    declare_binds(ways, stmt);
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        if (arm->timeout) walk_value(ways, arm->timeout);
        vec_each(HirHead, head, &arm->heads) {
            Path path = path_of(ways, head->from);
            walk_parts(ways, head->from);
            count_in_memory(ways, head->from);
            watch_endpoint(ways, head->from, &path);
            moves_read(ways, &path, head->from->span);
            loans_access(ways, &path, ACCESS_CHANGE, head->from->span);
        }
    }
    states_receive_check(ways, stmt);
    live_node(ways, NULL, LIVE_NOTHING);
    enter_exit(ways, &exit, stmt);
    State entry = ways->state;
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        uint32_t outside = ways->endings.len;
        ways->state = state_copy(&entry);
        live_node(ways, NULL, LIVE_NOTHING);
        if (arm->kind == HIR_COMES_REST)
            states_receive_rest(ways, arm);
        else
            states_receive_arm(ways, arm);
        bind_message(ways, arm);
        states_receive_binds(ways, arm);
        if (arm->body)
            walk_stmt(ways, arm->body);
        else if (hir_arm_is_closed(arm))
            ways->state.dead = true; // traps
        end_locals(ways, outside, arm->span);
        ways->endings.len = outside;
        state_join(ways, &exit.out, &ways->state, head_of(ways, stmt->span));
    }
    state_free(&entry);
    ways->exits = exit.outer;
    ways->state = exit.out;
    live_node(ways, NULL, LIVE_NOTHING);
}

// --- all ---------------------------------------------------------------------------------------------------------------------------------

static void walk_block(Ways *ways, const HirStmt *block) {
    uint32_t outside = ways->endings.len;
    for (uint32_t i = 0; i < block->stmts.len; i++)
        walk_stmt(ways, block->stmts.data[i]);
    end_locals(ways, outside, block->end);
    ways->endings.len = outside;
}

void walk_stmt(Ways *ways, const HirStmt *stmt) {
    if (++ways->work > MOST_WORK) return;
    switch (stmt->kind) {
    case HIR_STMT_ERROR: break;
    case HIR_STMT_BLOCK: walk_block(ways, stmt); break;
    case HIR_STMT_LET: walk_let(ways, stmt); break;
    case HIR_STMT_EXPR: walk_value(ways, stmt->value); break;
    case HIR_STMT_ASSIGN: walk_assign(ways, stmt); break;
    case HIR_STMT_UPDATE: walk_update(ways, stmt); break;
    case HIR_STMT_IF: walk_if(ways, stmt); break;
    case HIR_STMT_LOOP: walk_loop(ways, stmt); break;
    case HIR_STMT_SWITCH: walk_switch(ways, stmt); break;
    case HIR_STMT_RECEIVE: walk_receive(ways, stmt); break;
    case HIR_STMT_BREAK:
    case HIR_STMT_CONTINUE: walk_jump(ways, stmt); break;
    case HIR_STMT_RETURN: walk_return(ways, stmt); break;
    case HIR_STMT_DEFER: in_scope(ways, NULL, stmt->then); break;
    case HIR_STMT_ASSERT: walk_value(ways, stmt->cond); break;
    case HIR_STMT_CHANNEL: walk_channel(ways, stmt); break;
    case HIR_STMT_SEND: walk_send(ways, stmt); break;
    case HIR_STMT_CLOSE: walk_close(ways, stmt); break;
    case HIR_STMT_LOCK: walk_lock(ways, stmt); break;
    case HIR_STMT_JOIN: walk_join(ways, stmt); break;
    case HIR_STMT_SPAWN: walk_spawn(ways, stmt); break;
    }
    states_settle(ways, stmt->span);
}

static void walk_body(Ways *ways, bool counting) {
    HirFn *fn = ways->fn;
    ways->counting = counting;
    ways->pos = 0;
    ways->state = (State){ .dead = false };
    for (uint32_t i = 0; i < fn->sig.params.len; i++) {
        const HirLocal *param = fn->locals.data[i];
        Path path = path_of_local(param);
        declare_local(ways, param, true, param->span);
        states_start(ways, &path, param->type);
        loans_start(ways, param);
    }
    walk_stmt(ways, fn->body);
    end_locals(ways, 0, fn->body->end);
    ways->endings.len = 0;
    state_free(&ways->state);
}

void check_ways(Checker *checker, HirFn *fn) {
    Ways ways = { .checker = checker, .fn = fn, .errors = diags_errors(checker->diags) };
    arena_init(&ways.arena);
    walk_body(&ways, true);
    bool small = ways.endpoints < MOST_ENDPOINTS && live_find(&ways);
    if (small) walk_body(&ways, false);
    vec_each(HirExpr *, it, &fn->closures) { // those that no way leads to
        uint64_t settled;
        if (ways.settled && map_get(ways.settled, (uintptr_t)*it, &settled)) continue;
        check_ways(checker, (HirFn *)(uintptr_t)(*it)->fn);
        settle_captures(checker, *it);
    }
    if (!small || ways.work > MOST_WORK)
        diag_report(checker->diags, fn->span, E_TOO_NESTED, "this function");
    facts_free(&ways.in_memory);
    arena_free(&ways.arena);
}
