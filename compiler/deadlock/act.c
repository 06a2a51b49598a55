// What a thread can do in a state, and the states that it leads to. Sending, closing and making never wait; a thread waits
// in a receive, and at the end of a join.

#include "deadlock__.h"

#include <string.h>

typedef struct Actor {
    Space *space;
    const State *from;
    uint32_t thread;
    Arena *arena;
    Moves *moves;
} Actor;

static const Thread *thread_of(const Actor *actor) {
    return &actor->from->threads.data[actor->thread];
}

static const Config *config_of(const Actor *actor) {
    return deadlock__config_at(actor->space, thread_of(actor)->config);
}

static State copy_state(const Actor *actor) {
    return deadlock__state_copy(actor->arena, actor->from);
}

static uint32_t row_of(const State *state, const Thread *thread) {
    for (uint32_t i = 0; i < state->threads.len; i++)
        if (state->threads.data[i].sip == thread->sip && state->threads.data[i].id == thread->id)
            return i;
    return NO_END;
}

// The thread goes on from here in every way that its code may take.
static void add_moves(Actor *actor, const State *state, Outcome outcome, bool timeout) {
    const Thread *thread = thread_of(actor);
    const Nexts *nexts = deadlock__config_next(actor->space, thread->config, outcome);
    for (uint32_t i = 0; i < nexts->all.len; i++) {
        const Next *next = &nexts->all.data[i];
        bool stops = deadlock__config_at(actor->space, next->config)->stop == STOP_TRAP;
        bool chosen = nexts->is_choice || (stops && nexts->all.len > 1);
        Move move = {
            .label = { .sip = thread->sip,
                      .config = thread->config,
                      .wait = outcome.wait,
                      .choice = chosen ? next->choice : NULL,
                      .choice_func = next->choice_func,
                      .is_timeout = timeout },
            .is_choice = chosen || timeout
        };
        move.state = deadlock__state_copy(actor->arena, state);
        move.state.threads.data[row_of(state, thread)].config = next->config;
        vec_push(actor->arena, actor->moves, move);
    }
}

static void add_end(Actor *actor, State state) {
    const Thread *thread = thread_of(actor);
    Move move = {
        .state = state, .label = { .sip = thread->sip, .config = thread->config }
    };
    vec_push(actor->arena, actor->moves, move);
}

// --- what others notice ----------------------------------------------------------------------------------------------

static void drop_payload(Actor *actor, State *state, Val payload) {
    const Value *value = deadlock__value_at(&actor->space->values, payload);
    if (value->kind == VALUE_END) deadlock__state_close(actor->space, state, (uint32_t)value->bits);
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
        drop_payload(actor, state, value->items[i]);
}

static bool is_kernels(const Space *space, uint32_t end) {
    return end / 2 < space->channels && space->machine[end / 2];
}

static bool act_send(Actor *actor) {
    const Config *config = config_of(actor);
    uint32_t end = config->ends.data[0], side = end % 2;
    State state = copy_state(actor);
    Line *line = &state.lines.data[end / 2];
    uint32_t wire = deadlock__wire_at(actor->space, end / 2);
    if (is_kernels(actor->space, end) || line->closed[!side]) {
        drop_payload(actor, &state, config->payload);
    } else if (wire != NO_END) {
        if (!deadlock__wire_ask(actor->space, &state, wire)) return false;
    } else {
        Letter letter = { (uint32_t)config->inst->args[1].n, config->payload };
        vec_push(actor->arena, &line->letters[side], letter);
    }
    add_moves(actor, &state, (Outcome){ 0 }, false);
    return true;
}

static void act_close(Actor *actor) {
    const Config *config = config_of(actor);
    State state = copy_state(actor);
    vec_each(const uint32_t, end, &config->ends)
        deadlock__state_close(actor->space, &state, *end);
    add_moves(actor, &state, (Outcome){ 0 }, false);
}

static bool act_channel(Actor *actor) {
    State state = copy_state(actor);
    uint32_t line = deadlock__state_new_line(actor->space, &state);
    if (line >= actor->space->channels + MOST_MADE) return false;
    add_moves(actor, &state, (Outcome){ .channel = line }, false);
    return true;
}

static uint32_t new_id(const State *state, uint32_t sip) {
    for (uint32_t id = 0;; id++) {
        Thread wanted = { .sip = sip, .id = id };
        if (row_of(state, &wanted) == NO_END) return id;
    }
}

static bool act_spawn(Actor *actor) {
    const Thread *thread = thread_of(actor);
    const Config *config = config_of(actor);
    Values *values = &actor->space->values;
    const Value *args;
    uint32_t func = (uint32_t)config->inst->args[config->inst->op == SIR_OP_JOIN_SPAWN].n;
    State state = copy_state(actor);
    if (state.threads.len == MOST_THREADS) return false;
    Thread child = { .sip = thread->sip, .id = new_id(&state, thread->sip) };
    args = deadlock__value_at(
        values, deadlock__value_far(
                    values, deadlock__config_at(actor->space, thread->config)->payload, thread->id
                )
    );
    child.config =
        deadlock__config_begin(actor->space, thread->sip, func, args->items, args->count);
    child.parent = config->join ? thread->id + 1 : 0;
    child.join = config->join ? config->join - 1 : 0;
    vec_push(actor->arena, &state.threads, child);
    add_moves(actor, &state, (Outcome){ 0 }, false);
    return true;
}

// --- ends --------------------------------------------------------------------------------------------------------------

static void remove_thread(Actor *actor, State *state, uint32_t row) {
    Config config = *deadlock__config_at(actor->space, state->threads.data[row].config);
    for (uint32_t i = 0; i < config.held.len; i++)
        deadlock__state_close(actor->space, state, config.held.data[i]);
    memmove(
        &state->threads.data[row], &state->threads.data[row + 1],
        (state->threads.len - row - 1) * sizeof(Thread)
    );
    state->threads.len--;
}

static void add_again(Actor *actor, State state, bool is_fault, bool is_choice) {
    const Thread *thread = thread_of(actor);
    Move move = {
        .state = state,
        .label = { .sip = thread->sip,
                  .config = thread->config,
                  .is_fault = is_fault,
                  .is_again = true },
        .is_choice = is_choice
    };
    vec_push(actor->arena, actor->moves, move);
}

static void end_threads(Actor *actor, State *state) {
    for (uint32_t i = state->threads.len; i-- > 0;)
        if (state->threads.data[i].sip == thread_of(actor)->sip) remove_thread(actor, state, i);
}

// A process ends by a fault: it is started again as often as its system says. How often it was is known up to a number; beyond
// that either may be.
static bool act_fault(Actor *actor, bool is_fault) {
    uint32_t sip = thread_of(actor)->sip, most = actor->space->system->sips[sip].restarts,
             times = actor->from->restarts.data[sip];
    bool may_stay = times >= most || times == MOST_RESTARTS, may_begin = times < most;
    if (may_begin) {
        State state = copy_state(actor);
        end_threads(actor, &state);
        if (!deadlock__sip_begin(actor->space, &state, sip)) return false;
        add_again(actor, state, is_fault, is_fault || may_stay);
    }
    if (may_stay) {
        State state = copy_state(actor);
        end_threads(actor, &state);
        deadlock__wires_give_up(actor->space, &state, sip);
        add_end(actor, state);
        vec_last(actor->moves)->label.is_fault = is_fault;
        vec_last(actor->moves)->is_choice = is_fault || may_begin;
    }
    return true;
}

// With its first thread all of a process ends.
static void act_end(Actor *actor) {
    State state = copy_state(actor);
    const Thread *thread = thread_of(actor);
    if (thread->id != 0) {
        remove_thread(actor, &state, actor->thread);
    } else {
        end_threads(actor, &state);
        deadlock__wires_give_up(actor->space, &state, thread->sip);
    }
    add_end(actor, state);
}

// --- waiting -----------------------------------------------------------------------------------------------------------

Chance deadlock__act_chance(const Space *space, const State *state, const Head *head) {
    const Line *line = &state->lines.data[head->end / 2];
    uint32_t from = !(head->end % 2);
    if (is_kernels(space, head->end)) return head->is_closed ? CHANCE_NEVER : CHANCE_NOW;
    if (line->letters[from].len) {
        bool fits = !head->is_closed && line->letters[from].data[0].message == head->message;
        return fits ? CHANCE_NOW : CHANCE_NEVER;
    }
    if (!line->closed[from]) return CHANCE_LATER;
    return head->is_closed ? CHANCE_NOW : CHANCE_NEVER;
}

Chance deadlock__act_chance_of_wait(const Space *space, const State *state, const Wait *wait) {
    Chance worst = CHANCE_NOW;
    for (uint32_t i = 0; i < wait->head_count; i++) {
        Chance chance = deadlock__act_chance(space, state, &wait->heads[i]);
        if (chance > worst) worst = chance;
    }
    return worst;
}

typedef struct Chances { // of all that a receive waits for
    bool now, later;
    bool timeout, last; // `unsatisfiable`
} Chances;

static Chances chances_of(const Space *space, const State *state, const Config *config) {
    Chances chances = { 0 };
    for (uint32_t i = 0; i < config->wait_count; i++) {
        const Wait *wait = &config->waits[i];
        SirArmKind kind = config->inst->arms[wait->arm].kind;
        chances.timeout |= kind == SIR_ARM_TIMEOUT;
        chances.last |= kind == SIR_ARM_UNSATISFIABLE;
        if (wait->head_count == 0) continue;
        Chance chance = deadlock__act_chance_of_wait(space, state, wait);
        chances.now |= chance == CHANCE_NOW;
        chances.later |= chance == CHANCE_LATER;
    }
    return chances;
}

bool deadlock__act_is_stuck(const Space *space, const State *state, const Config *config) {
    Chances chances = chances_of(space, state, config);
    return !chances.now && !chances.timeout && (chances.later || !chances.last);
}

static void receive_heads(Actor *actor, uint32_t row) {
    State state = copy_state(actor);
    const Wait *wait = &config_of(actor)->waits[row];
    Values *values = &actor->space->values;
    VEC(Val) items = { 0 };
    bool any = false;
    for (uint32_t h = 0; h < wait->head_count; h++) {
        const Head *head = &wait->heads[h];
        Val payload = VAL_NONE;
        if (!head->is_closed && !is_kernels(actor->space, head->end)) {
            Line *line = &state.lines.data[head->end / 2];
            uint32_t from = !(head->end % 2);
            Letter *letters = line->letters[from].data;
            payload = letters[0].payload;
            memmove(letters, letters + 1, --line->letters[from].len * sizeof *letters);
        }
        const Value *list = deadlock__value_at(values, payload);
        for (uint32_t i = 0; i < head->args; i++) {
            Val item = i < list->count ? list->items[i] : VAL_NONE;
            any |= item != VAL_NONE;
            vec_push(actor->arena, &items, item);
        }
    }
    Val all =
        any ? deadlock__value_make(values, VALUE_LIST, 0, 0, items.data, items.len) : VAL_NONE;
    add_moves(actor, &state, (Outcome){ .wait = row, .payload = all }, false);
}

static Reach act_receive(Actor *actor) {
    const Config config = *config_of(actor); // more are found meanwhile
    Chances chances = chances_of(actor->space, actor->from, &config);
    for (uint32_t i = 0; i < config.wait_count; i++) {
        const Wait *wait = &config.waits[i];
        SirArmKind kind = config.inst->arms[wait->arm].kind;
        bool last = kind == SIR_ARM_UNSATISFIABLE && !chances.now && !chances.later;
        if (kind == SIR_ARM_TIMEOUT || last) {
            State state = copy_state(actor);
            add_moves(actor, &state, (Outcome){ .wait = i }, kind == SIR_ARM_TIMEOUT);
        } else if (wait->head_count &&
                   deadlock__act_chance_of_wait(actor->space, actor->from, wait) == CHANCE_NOW) {
            receive_heads(actor, i);
        }
    }
    if (actor->moves->len == 0) return REACH_NONE;
    return chances.later ? REACH_SOME : REACH_ALL;
}

static bool has_children(const State *state, const Thread *thread, uint32_t join) {
    vec_each(const Thread, other, &state->threads)
        if (other->sip == thread->sip && other->parent == thread->id + 1 && other->join == join)
            return true;
    return false;
}

static Reach act_join(Actor *actor) {
    if (has_children(actor->from, thread_of(actor), config_of(actor)->join)) return REACH_NONE;
    State state = copy_state(actor);
    add_moves(actor, &state, (Outcome){ 0 }, false);
    return REACH_ALL;
}

// --- locks -------------------------------------------------------------------------------------------------------------

static Val lock_of(Values *values, const Thread *thread, Val ref) {
    return deadlock__value_far(values, ref, thread->id); // the same for whoever looks
}

uint32_t deadlock__lock_holder(Space *space, const State *state, uint32_t thread) {
    const Thread *waits = &state->threads.data[thread];
    Val wanted = lock_of(&space->values, waits, deadlock__config_at(space, waits->config)->lock);
    for (uint32_t i = 0; i < state->threads.len; i++) {
        const Thread *other = &state->threads.data[i];
        if (other->sip != waits->sip) continue;
        const Numbers guards = deadlock__config_at(space, other->config)->guards;
        vec_each(const Val, guard, &guards)
            if (lock_of(&space->values, other, *guard) == wanted) return i;
    }
    return NO_END;
}

// Who has it already faults.
static Reach act_lock(Actor *actor) {
    uint32_t holder = deadlock__lock_holder(actor->space, actor->from, actor->thread);
    State state = copy_state(actor);
    if (holder == actor->thread)
        act_fault(actor, false);
    else if (holder == NO_END)
        add_moves(actor, &state, (Outcome){ 0 }, false);
    else
        return REACH_NONE;
    return REACH_ALL;
}

// --- all ---------------------------------------------------------------------------------------------------------------

static bool is_alone(const State *state, uint32_t thread) {
    for (uint32_t i = 0; i < state->threads.len; i++)
        if (i != thread && state->threads.data[i].sip == state->threads.data[thread].sip)
            return false;
    return true;
}

// A sip that is started again is there because it may fault at any time; what does not run is not at fault.
static bool may_fault(const Actor *actor) {
    const Thread *thread = thread_of(actor);
    StopKind stop = config_of(actor)->stop;
    bool runs = stop != STOP_TRAP && stop != STOP_END && stop != STOP_BEGIN;
    return runs && thread->id == 0 && actor->space->system->sips[thread->sip].restarts > 0;
}

static bool is_of_wire(const Actor *actor) {
    const Config *config = config_of(actor);
    vec_each(const uint32_t, end, &config->ends)
        if (deadlock__wire_at(actor->space, *end / 2) != NO_END) return true;
    return deadlock__sip_gives(actor->space, thread_of(actor)->sip);
}

Reach deadlock__act(Space *space, const State *state, uint32_t thread, Arena *arena, Moves *moves) {
    Actor actor = { space, state, thread, arena, moves };
    Reach reach = REACH_ALL;
    switch (config_of(&actor)->stop) {
    case STOP_BEGIN: {
        State same = copy_state(&actor);
        add_moves(&actor, &same, (Outcome){ 0 }, false);
        break;
    }
    case STOP_SEND: reach = act_send(&actor) ? REACH_ALL : REACH_NONE; break;
    case STOP_CLOSE: act_close(&actor); break;
    case STOP_CHANNEL: reach = act_channel(&actor) ? REACH_ALL : REACH_NONE; break;
    case STOP_SPAWN: reach = act_spawn(&actor) ? REACH_ALL : REACH_NONE; break;
    case STOP_RECEIVE: reach = act_receive(&actor); break;
    case STOP_JOIN: reach = act_join(&actor); break;
    case STOP_LOCK: reach = act_lock(&actor); break;
    case STOP_END: act_end(&actor); break;
    case STOP_TRAP: reach = act_fault(&actor, false) ? REACH_ALL : REACH_NONE; break;
    case STOP_EXIT:
    case STOP_SPIN:
    case STOP_LOST: return REACH_NONE;
    }
    // Threads of one process may end each other, and what a wire delivers depends on both its sides: no one's moves are
    // all that can come.
    if (may_fault(&actor)) act_fault(&actor, true);
    bool others = !is_alone(state, thread) || is_of_wire(&actor);
    return reach == REACH_ALL && others ? REACH_SOME : reach;
}
