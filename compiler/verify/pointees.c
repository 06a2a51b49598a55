// Endpoints by place: which is meant, in which state it is, and what pointers point to (V07).
//
// An endpoint that is not tracked is in the state that its type names, always. One that is reached through a borrow for a
// while may leave that state as long as the borrow is going to be used; when nobody points to it any more, it is back.

#include "states.h"

// --- asking ----------------------------------------------------------------------------------------------------------------

const char *states__text(const States *s, SirType type, uint32_t state) {
    if (state == STATE_NONE || state == STATE_MIXED) return "no known state";
    return verify__state_text(s->f->v, info_of(s, type)->contract, state);
}

// The slot of an endpoint's place: SLOT_UNTRACKED if it is nowhere near one, SLOT_UNKNOWN behind a pointer that points to
// nothing certain.
uint32_t states__slot_of(States *s, const SirPlace *place) {
    uint32_t pointer = s->slots.pointer_of[place->local];
    if (pointer == SIR_NONE) return slots__in_local(&s->slots, place);
    if (place->proj_count != 1) return SLOT_UNTRACKED;
    uint32_t target = *target_at(s, pointer);
    return target == SIR_NONE ? SLOT_UNKNOWN : target;
}

// The state of the endpoint at a place of that type.
uint32_t states__state_of(States *s, const SirPlace *place) {
    uint32_t slot = states__slot_of(s, place);
    if (slot == SLOT_UNTRACKED) return info_of(s, flow__place_type(s->f, place))->state;
    return slot == SLOT_UNKNOWN ? STATE_MIXED : *state_at(s, slot);
}

void states__demand(States *s, const SirPlace *place, uint32_t state, SirType wanted) {
    uint32_t named = info_of(s, wanted)->state;
    if (state == named && state != STATE_NONE && state != STATE_MIXED) return;
    SAY_STATE(
        s, "%s is in state %s where %s is asked for", flow__place_text(s->f, place),
        states__text(s, wanted, state), states__text(s, wanted, named)
    );
}

// A struct's endpoints are in the states of its type where it is used as a whole.
void states__demand_parts(States *s, const SirPlace *place) {
    for (uint32_t i = s->slots.first[place->local]; i < s->slots.first[place->local + 1]; i++)
        if (slots__is_within(&s->slots, i, place))
            states__demand(
                s, &s->slots.list.data[i].place, *state_at(s, i), s->slots.list.data[i].type
            );
}

void states__set_parts(States *s, const SirPlace *place, bool there) {
    for (uint32_t i = s->slots.first[place->local]; i < s->slots.first[place->local + 1]; i++)
        if (slots__is_within(&s->slots, i, place))
            *state_at(s, i) = there ? info_of(s, s->slots.list.data[i].type)->state : STATE_NONE;
}

// --- pointers --------------------------------------------------------------------------------------------------------------

void states__point_to(States *s, SirLocal local, uint32_t slot) {
    *target_at(s, s->slots.pointer_of[local]) = slot < s->slots.list.len ? slot : SIR_NONE;
}

uint32_t states__elsewhere_of(const States *s, uint32_t pointer) {
    return s->slots.first[s->slots.pointers.data[pointer]];
}

// Away from the state in which its place elsewhere has to find it.
bool states__is_astray(States *s, uint32_t slot) {
    const Slot *info = &s->slots.list.data[slot];
    uint32_t state = *state_at(s, slot);
    return info->kind == SLOT_ELSEWHERE && state != STATE_NONE &&
           state != *rest_at(s, info->pointer);
}

void states__say_astray(States *s, uint32_t slot) {
    const Slot *info = &s->slots.list.data[slot];
    SAY_STATE(
        s, "what %s pointed to is left in state %s, and its place names %s",
        flow__place_text(s->f, &info->place), states__text(s, info->type, *state_at(s, slot)),
        states__text(s, info->type, *rest_at(s, info->pointer))
    );
}

// The local points to an endpoint somewhere in memory, whose place names `state`.
void states__point_elsewhere(States *s, SirLocal local, uint32_t state) {
    uint32_t pointer = s->slots.pointer_of[local], slot = states__elsewhere_of(s, pointer);
    if (states__is_astray(s, slot)) states__say_astray(s, slot);
    for (uint32_t i = 0; i < s->slots.pointers.len; i++)
        if (*target_at(s, i) == slot) *target_at(s, i) = SIR_NONE;
    *target_at(s, pointer) = slot;
    *state_at(s, slot) = *rest_at(s, pointer) = state;
}

uint32_t states__tracked(States *s, const SirPlace *place) {
    uint32_t slot = states__slot_of(s, place);
    if (slot < s->slots.list.len) return slot;
    SAY_STATE(
        s,
        slot == SLOT_UNKNOWN ? "%s is not known to be the same endpoint on every path"
                             : "%s is not tracked, and keeps its state",
        flow__place_text(s->f, place)
    );
    return SIR_NONE;
}

// --- contracts ------------------------------------------------------------------------------------------------

const SirStateInfo *states__choices(const States *s, SirType endpoint, uint32_t state) {
    const SirContractInfo *contract = &s->f->module->contracts.data[info_of(s, endpoint)->contract];
    return state < contract->state_count ? &contract->states[state] : NULL;
}

static SirDir sends(const States *s, SirType endpoint) {
    return info_of(s, endpoint)->side == SIR_IMP ? SIR_IN : SIR_OUT;
}

static SirDir direction(const States *s, SirType endpoint, const SirChoice *choice) {
    return s->f->module->contracts.data[info_of(s, endpoint)->contract]
        .messages[choice->message]
        .dir;
}

enum { FEW_CHOICES = 8 };

// Message to choice, made once for the module.
static const Map *index_of(Verify *v, const SirStateInfo *state) {
    uint64_t found = 0, key = (uint64_t)(uintptr_t)state;
    if (!v->choices) v->choices = map_new(v->arena);
    if (map_get(v->choices, key, &found)) return (const Map *)(uintptr_t)found;
    Map *made = map_new(v->arena);
    for (uint32_t i = 0; i < state->choice_count; i++)
        map_put(made, state->choices[i].message, i);
    map_put(v->choices, key, (uint64_t)(uintptr_t)made);
    return made;
}

const SirChoice *states__find_choice(const States *s, const SirStateInfo *state, uint64_t message) {
    uint64_t at;
    if (state && state->choice_count > FEW_CHOICES)
        return map_get(index_of(s->f->v, state), message, &at) ? &state->choices[at] : NULL;
    for (uint32_t i = 0; state && i < state->choice_count; i++)
        if (state->choices[i].message == message) return &state->choices[i];
    return NULL;
}

bool states__is_sent_by_holder(const States *s, SirType endpoint, const SirChoice *choice) {
    return direction(s, endpoint, choice) == sends(s, endpoint);
}
