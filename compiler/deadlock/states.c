// The state of a whole system: where each thread stands, and what lies in each channel. Written as numbers, so that equal
// states are found by comparing bytes.

#include "deadlock__.h"

static bool is_channel_free(const Line *line) {
    return !line->used;
}

void deadlock__state_read(const uint32_t *words, State *state) {
    Arena *arena = state->arena;
    const uint32_t *at = words;
    for (uint32_t n = *at++; n--; at += 5)
        vec_push(arena, &state->threads, ((Thread){ at[0], at[1], at[2], at[3], at[4] }));
    for (uint32_t n = *at++; n--;) {
        Line line = {
            .used = *at & 1, .closed = { *at >> 1 & 1, *at >> 2 & 1 }
        };
        at++;
        for (int side = 0; side < 2; side++)
            for (uint32_t letters = *at++; letters--; at += 2)
                vec_push(arena, &line.letters[side], ((Letter){ at[0], at[1] }));
        vec_push(arena, &state->lines, line);
    }
    for (uint32_t n = *at++; n--; at += 2)
        vec_push(arena, &state->parcels, ((Parcel){ at[0], at[1] & 1, at[1] >> 1 & 1 }));
    for (uint32_t n = *at++; n--; at++)
        vec_push(arena, &state->restarts, *at);
}

State deadlock__state_copy(Arena *arena, const State *from) {
    State copy = { .arena = arena };
    vec_each(const Thread, thread, &from->threads)
        vec_push(arena, &copy.threads, *thread);
    vec_each(const Line, line, &from->lines) {
        Line same = {
            line->used, { line->closed[0], line->closed[1] },
             { { 0 },           { 0 }           }
        };
        for (int side = 0; side < 2; side++) // letters are taken from the front
            vec_each(const Letter, letter, &line->letters[side])
                vec_push(arena, &same.letters[side], *letter);
        vec_push(arena, &copy.lines, same);
    }
    vec_each(const Parcel, parcel, &from->parcels)
        vec_push(arena, &copy.parcels, *parcel);
    vec_each(const uint32_t, times, &from->restarts)
        vec_push(arena, &copy.restarts, *times);
    return copy;
}

static void write_line(const Line *line, Numbers *out, Arena *arena) {
    uint32_t bits =
        (uint32_t)line->used | (uint32_t)line->closed[0] << 1 | (uint32_t)line->closed[1] << 2;
    vec_push(arena, out, bits);
    for (int side = 0; side < 2; side++) {
        vec_push(arena, out, line->letters[side].len);
        vec_each(const Letter, letter, &line->letters[side]) {
            vec_push(arena, out, letter->message);
            vec_push(arena, out, letter->payload);
        }
    }
}

void deadlock__state_write(const Space *space, const State *state, Numbers *out, Arena *arena) {
    vec_push(arena, out, state->threads.len);
    vec_each(const Thread, thread, &state->threads) {
        vec_push(arena, out, thread->sip);
        vec_push(arena, out, thread->config);
        vec_push(arena, out, thread->id);
        vec_push(arena, out, thread->parent);
        vec_push(arena, out, thread->join);
    }
    uint32_t lines = state->lines.len;
    while (lines > space->channels && is_channel_free(&state->lines.data[lines - 1]))
        lines--;
    vec_push(arena, out, lines);
    for (uint32_t i = 0; i < lines; i++)
        write_line(&state->lines.data[i], out, arena);
    vec_push(arena, out, state->parcels.len);
    vec_each(const Parcel, parcel, &state->parcels) {
        vec_push(arena, out, parcel->fresh);
        vec_push(arena, out, (uint32_t)parcel->is_asked | (uint32_t)parcel->is_over << 1);
    }
    vec_push(arena, out, state->restarts.len);
    vec_each(const uint32_t, times, &state->restarts)
        vec_push(arena, out, *times);
}

// A wire's number is not used again: it has a name.
uint32_t deadlock__state_new_line(const Space *space, State *state) {
    for (uint32_t i = space->channels; i < state->lines.len; i++) {
        if (state->lines.data[i].used) continue;
        state->lines.data[i] = (Line){ .used = true };
        return i;
    }
    vec_push(state->arena, &state->lines, ((Line){ .used = true }));
    return state->lines.len - 1;
}

static void close_in(Space *space, State *state, Val payload) {
    const Value *value = deadlock__value_at(&space->values, payload);
    if (!value->is_tracked) return;
    if (value->kind == VALUE_END) deadlock__state_close(space, state, (uint32_t)value->bits);
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
        close_in(space, state, value->items[i]);
}

// What was on its way to this end is dropped; what it sent stays.
void deadlock__state_close(Space *space, State *state, uint32_t end) {
    uint32_t row = end / 2, side = end % 2;
    Line *line = &state->lines.data[row];
    if (!line->used || line->closed[side]) return;
    line->closed[side] = true;
    while (state->lines.data[row].letters[!side].len) {
        Letter letter = vec_pop(&state->lines.data[row].letters[!side]);
        close_in(space, state, letter.payload);
    }
    line = &state->lines.data[row];
    uint32_t wire = deadlock__wire_at(space, row);
    bool takes = wire != NO_END && space->deliveries.data[wire].asks == end;
    bool kernel = takes || (row < space->channels && space->machine[row]);
    if (line->closed[!side] || kernel) *line = (Line){ 0 };
    if (takes && !state->parcels.data[wire].is_over) deadlock__wire_forget(space, state, wire);
}
