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

void deadlock__state_write(const State *state, Numbers *out, Arena *arena) {
    vec_push(arena, out, state->threads.len);
    vec_each(const Thread, thread, &state->threads) {
        vec_push(arena, out, thread->sip);
        vec_push(arena, out, thread->config);
        vec_push(arena, out, thread->id);
        vec_push(arena, out, thread->parent);
        vec_push(arena, out, thread->join);
    }
    uint32_t lines = state->lines.len;
    while (lines && is_channel_free(&state->lines.data[lines - 1]))
        lines--;
    vec_push(arena, out, lines);
    for (uint32_t i = 0; i < lines; i++)
        write_line(&state->lines.data[i], out, arena);
}

// A wire's number is not used again: it has a name.
uint32_t deadlock__state_new_line(const Space *space, State *state) {
    while (state->lines.len < space->channels)
        vec_push(state->arena, &state->lines, ((Line){ 0 }));
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
    bool kernel = row < space->channels && space->machine[row];
    if (line->closed[!side] || kernel) *line = (Line){ 0 };
}
