// Who waits for ever: the largest set of threads in which each waits, and of all that it waits for, at once or by itself, something, an end or a lock, is
// held by others of the set.
// Such a set stays as it is, whatever the rest does.

#include "deadlock__.h"

static bool holds_end(const Config *config, uint32_t end) {
    vec_each(const uint32_t, held, &config->held)
        if (*held == end) return true;
    return false;
}

static bool is_in(const Space *space, Val payload, uint32_t end) {
    const Value *value = deadlock__value_at(&space->values, payload);
    if (value->kind == VALUE_END) return value->bits == end;
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
        if (is_in(space, value->items[i], end)) return true;
    return false;
}

// The end to which a message is on its way that carries this one.
static uint32_t carrier(const Space *space, const State *state, uint32_t end) {
    for (uint32_t i = 0; i < state->lines.len; i++)
        for (uint32_t side = 0; side < 2; side++)
            vec_each(const Letter, letter, &state->lines.data[i].letters[side])
                if (is_in(space, letter->payload, end)) return i * 2 + !side;
    for (uint32_t i = 0; i < state->parcels.len; i++) // it goes to whoever asks for it
        if (state->parcels.data[i].fresh == end) return space->deliveries.data[i].asks;
    return NO_END;
}

static uint32_t first_thread(const State *state, uint32_t sip) {
    for (uint32_t i = 0; i < state->threads.len; i++)
        if (state->threads.data[i].sip == sip && state->threads.data[i].id == 0) return i;
    return NO_END;
}

// Where both sides ask, it is whoever asks for the other end that this one waits for; NO_END: nobody can, now.
static uint32_t asker(const Space *space, const State *state, uint32_t wire) {
    uint32_t other = space->deliveries.data[wire].other;
    if (other == NO_END) return NO_END;
    uint32_t asks = space->deliveries.data[other].asks;
    const Line *line = &state->lines.data[asks / 2];
    return line->used && !line->closed[asks % 2] ? asks : NO_END;
}

// An end on its way is as good as held by whoever holds the end that it goes to.
uint32_t deadlock__blocked_holder(const Space *space, const State *state, uint32_t end) {
    for (uint32_t hops = 0; end != NO_END && hops < 64; hops++) {
        for (uint32_t i = 0; i < state->threads.len; i++)
            if (holds_end(deadlock__config_at(space, state->threads.data[i].config), end)) return i;
        uint32_t wire = deadlock__wire_at(space, end / 2);
        bool is_kernels = wire != NO_END && end != space->deliveries.data[wire].asks;
        end = is_kernels ? asker(space, state, wire) : carrier(space, state, end);
        if (is_kernels && end == NO_END)
            return first_thread(state, space->deliveries.data[wire].giver);
    }
    return NO_END;
}

// --- waiting -----------------------------------------------------------------------------------------------------------

static bool waits(Space *space, const State *state, uint32_t row) {
    const Config *config = deadlock__config_at(space, state->threads.data[row].config);
    if (config->stop == STOP_LOCK) return deadlock__lock_holder(space, state, row) != NO_END;
    if (config->stop == STOP_JOIN) return true; // whether for anybody is asked later
    return config->stop == STOP_RECEIVE && deadlock__act_is_stuck(space, state, config);
}

// One of the things that it waits for at once will never come.
static bool is_vain(const Space *space, const State *state, const Wait *wait, const bool *in) {
    if (deadlock__act_chance_of_wait(space, state, wait) != CHANCE_LATER) return true;
    for (uint32_t i = 0; i < wait->head_count; i++) {
        const Head *head = &wait->heads[i];
        if (deadlock__act_chance(space, state, head) != CHANCE_LATER) continue;
        uint32_t holder = deadlock__blocked_holder(space, state, head->end ^ 1);
        if (holder != NO_END && in[holder]) return true;
    }
    return false;
}

static bool is_child(const Thread *child, const Thread *parent, uint32_t join) {
    return child->sip == parent->sip && child->parent == parent->id + 1 && child->join == join;
}

static bool stays(Space *space, const State *state, uint32_t row, const bool *in) {
    const Thread *thread = &state->threads.data[row];
    const Config *config = deadlock__config_at(space, thread->config);
    if (config->stop == STOP_JOIN) {
        for (uint32_t i = 0; i < state->threads.len; i++)
            if (in[i] && is_child(&state->threads.data[i], thread, config->join)) return true;
        return false;
    }
    if (config->stop == STOP_LOCK) {
        uint32_t holder = deadlock__lock_holder(space, state, row);
        return holder != NO_END && holder != row && in[holder];
    }
    for (uint32_t i = 0; i < config->wait_count; i++)
        if (!is_vain(space, state, &config->waits[i], in)) return false;
    return true;
}

// Another thread of the process may end it, or the system.
static bool is_firm(const Space *space, const State *state, const bool *in) {
    if (space->others_may_exit) return false;
    for (uint32_t i = 0; i < state->threads.len; i++) {
        const Thread *other = &state->threads.data[i];
        if (in[i]) continue;
        if (deadlock__space_program(space, other->sip)->may_exit) return false;
        for (uint32_t k = 0; k < state->threads.len; k++)
            if (in[k] && state->threads.data[k].sip == other->sip) return false;
    }
    return true;
}

Numbers deadlock__blocked_find(Arena *arena, Space *space, const State *state, bool *firm) {
    Numbers result = { 0 };
    bool *in = arena_array(arena, bool, state->threads.len);
    for (uint32_t i = 0; i < state->threads.len; i++)
        in[i] = waits(space, state, i);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < state->threads.len; i++) {
            if (!in[i] || stays(space, state, i, in)) continue;
            in[i] = false;
            changed = true;
        }
    }
    for (uint32_t i = 0; i < state->threads.len; i++)
        if (in[i]) vec_push(arena, &result, i);
    *firm = is_firm(space, state, in);
    return result;
}
