// Sips that are started again after a fault, and the wires by which their ends come (`Wire` of sip.listener): each time that such
// a sip is started it has a new channel, whose other end the kernel keeps until whoever takes it asks.

#include "deadlock__.h"

enum { WIRE_FRESH = 1 }; // the message that brings an end

// --- deliveries --------------------------------------------------------------------------------------------------------

// Of the end that a `Wire` brings.
static uint32_t delivered_side(const SirModule *module, uint32_t param) {
    SirType wire = module->funcs.data[module->manifest.main].sig.params[param].type;
    const SirContractInfo *contract = &module->contracts.data[module->types.data[wire].contract];
    return module->types.data[contract->messages[WIRE_FRESH].args[0].type].side;
}

static void find_pairs(Space *space) {
    for (uint32_t i = 0; i < space->deliveries.len; i++) {
        Delivery *delivery = &space->deliveries.data[i];
        const DeadlockWire *wire = &space->system->sips[delivery->giver].wires[delivery->param];
        for (uint32_t k = 0; wire->kind == DEADLOCK_WIRE_MEETS && k < space->deliveries.len; k++)
            if (space->deliveries.data[k].giver == wire->sip &&
                space->deliveries.data[k].param == wire->param)
                delivery->other = k;
    }
}

void deadlock__wires_find(Space *space) {
    for (uint32_t i = 0; i < space->system->sip_count; i++) {
        const SirModule *module = space->system->sips[i].module;
        uint32_t params = module->funcs.data[module->manifest.main].sig.param_count;
        for (uint32_t p = 0; p < params; p++) {
            const DeadlockWire *wire = &space->system->sips[i].wires[p];
            if (wire->kind != DEADLOCK_WIRE_GIVES && wire->kind != DEADLOCK_WIRE_MEETS) continue;
            Delivery delivery = { i, p, space->wire_ends[wire->sip][wire->param], NO_END, 0 };
            if (wire->kind == DEADLOCK_WIRE_MEETS)
                delivery.side = delivered_side(space->system->sips[wire->sip].module, wire->param);
            vec_push(space->arena, &space->deliveries, delivery);
        }
    }
    find_pairs(space);
}

uint32_t deadlock__wire_at(const Space *space, uint32_t line) {
    for (uint32_t i = 0; i < space->deliveries.len; i++)
        if (space->deliveries.data[i].asks / 2 == line) return i;
    return NO_END;
}

bool deadlock__sip_gives(const Space *space, uint32_t sip) {
    vec_each(const Delivery, it, &space->deliveries)
        if (it->giver == sip) return true;
    return false;
}

void deadlock__wires_begin(const Space *space, State *state) {
    vec_each(const Delivery, it, &space->deliveries) {
        uint32_t first = space->wire_ends[it->giver][it->param] ^ 1;
        Parcel parcel = { .fresh = it->other == NO_END ? first : NO_END };
        vec_push(state->arena, &state->parcels, parcel);
    }
    for (uint32_t i = 0; i < space->system->sip_count; i++)
        vec_push(state->arena, &state->restarts, 0);
}

static void deliver(Space *space, State *state, uint32_t wire) {
    Parcel *parcel = &state->parcels.data[wire];
    uint32_t asks = space->deliveries.data[wire].asks;
    if (!parcel->is_asked || parcel->fresh == NO_END) return;
    Val end = deadlock__value_make(&space->values, VALUE_END, 0, parcel->fresh, NULL, 0);
    Val list = deadlock__value_make(&space->values, VALUE_LIST, 0, 0, &end, 1);
    parcel->fresh = NO_END;
    parcel->is_asked = false;
    vec_push(
        state->arena, &state->lines.data[asks / 2].letters[!(asks % 2)],
        ((Letter){ WIRE_FRESH, list })
    );
}

// Where both sides ask, a channel is made when they have.
bool deadlock__wire_ask(Space *space, State *state, uint32_t wire) {
    const Delivery *delivery = &space->deliveries.data[wire];
    state->parcels.data[wire].is_asked = true;
    if (delivery->other != NO_END && state->parcels.data[delivery->other].is_asked) {
        uint32_t line = deadlock__state_new_line(space, state);
        if (line >= space->channels + MOST_MADE) return false;
        state->parcels.data[wire].fresh = line * 2 + delivery->side;
        state->parcels.data[delivery->other].fresh = line * 2 + !delivery->side;
        deliver(space, state, delivery->other);
    }
    deliver(space, state, wire);
    return true;
}

static void drop_fresh(Space *space, State *state, uint32_t wire) {
    uint32_t fresh = state->parcels.data[wire].fresh;
    state->parcels.data[wire].fresh = NO_END;
    if (fresh != NO_END) deadlock__state_close(space, state, fresh);
}

void deadlock__wire_forget(Space *space, State *state, uint32_t wire) {
    if (space->deliveries.data[wire].other == NO_END) state->parcels.data[wire].is_over = true;
    state->parcels.data[wire].is_asked = false;
    drop_fresh(space, state, wire);
}

void deadlock__wires_give_up(Space *space, State *state, uint32_t sip) {
    for (uint32_t i = 0; i < space->deliveries.len; i++) {
        const Delivery *delivery = &space->deliveries.data[i];
        if (delivery->giver != sip || state->parcels.data[i].is_over) continue;
        deadlock__wire_forget(space, state, i);
        state->parcels.data[i].is_over = true;
        deadlock__state_close(space, state, delivery->asks ^ 1);
    }
}

// --- again -------------------------------------------------------------------------------------------------------------

// A new channel, whose other end waits to be asked for, or is gone if nobody is left to ask.
static uint32_t renew(Space *space, State *state, uint32_t sip, uint32_t param) {
    uint32_t line = deadlock__state_new_line(space, state);
    uint32_t mine = line * 2 + space->wire_ends[sip][param] % 2;
    for (uint32_t i = 0; i < space->deliveries.len; i++) {
        const Delivery *delivery = &space->deliveries.data[i];
        if (delivery->giver != sip || delivery->param != param) continue;
        drop_fresh(space, state, i); // of a channel that has ended
        if (state->parcels.data[i].is_over) {
            deadlock__state_close(space, state, mine ^ 1);
        } else {
            state->parcels.data[i].fresh = mine ^ 1;
            deliver(space, state, i);
        }
    }
    return line < space->channels + MOST_MADE ? mine : NO_END;
}

// It asks by a new channel, which is closed if nothing will come; false: the old one is still somewhere.
static bool ask_again(const Space *space, State *state, uint32_t asks) {
    uint32_t wire = deadlock__wire_at(space, asks / 2);
    Line *line = &state->lines.data[asks / 2];
    if (line->used && !line->closed[asks % 2]) return false;
    *line = (Line){ .used = true };
    line->closed[!(asks % 2)] = state->parcels.data[wire].is_over;
    return true;
}

// Where the state of a system names it from the beginning.
static void insert_thread(State *state, Thread thread) {
    uint32_t row = state->threads.len;
    vec_push(state->arena, &state->threads, thread);
    for (; row > 0; row--) {
        const Thread *before = &state->threads.data[row - 1];
        if (before->id == 0 && before->sip < thread.sip) break;
        state->threads.data[row] = *before;
    }
    state->threads.data[row] = thread;
}

bool deadlock__sip_begin(Space *space, State *state, uint32_t sip) {
    const DeadlockSip *facts = &space->system->sips[sip];
    uint32_t params = facts->module->funcs.data[facts->module->manifest.main].sig.param_count;
    Val *args = arena_array(space->arena, Val, params);
    for (uint32_t p = 0; p < params; p++) {
        uint32_t end = space->wire_ends[sip][p];
        if (end == NO_END) continue;
        if (facts->wires[p].kind == DEADLOCK_WIRE_GIVES) end = renew(space, state, sip, p);
        if (end == NO_END) return false;
        if (end / 2 < space->channels && space->machine[end / 2])
            state->lines.data[end / 2] = (Line){ .used = true };
        if (facts->wires[p].kind == DEADLOCK_WIRE_MEETS && !ask_again(space, state, end))
            return false;
        args[p] = deadlock__value_make(&space->values, VALUE_END, 0, end, NULL, 0);
    }
    Thread thread = { .sip = sip };
    thread.config = deadlock__config_begin(space, sip, facts->module->manifest.main, args, params);
    insert_thread(state, thread);
    if (state->restarts.data[sip] < MOST_RESTARTS) state->restarts.data[sip]++;
    return true;
}
