// Whether a receive has the arms that its endpoints' states ask for (docs/sir.md 7). An endpoint, or a set, that stands in
// no join has one arm for each message that can come, and one for its closing; where the holder is to send, the closing alone. Endpoints that joins connect are asked for
// together: every combination of what can come from them takes some arm. `unsatisfiable` takes whatever is left.

#include "limits.h"
#include "states.h"

typedef struct Source { // an endpoint or a set
    const SirPlace *place;
    SirType type;
    uint32_t slot;  // of an endpoint; SIR_NONE: a set
    uint32_t state; // in which it is
    uint32_t count; // of messages that can come in it: the first ones of its choices, all or none
    uint32_t group; // of the sources that joins connect: the row of one of them
    uint32_t at;    // while combinations are tried: its choice; `count`: closed
    bool is_joined;
} Source;

typedef struct Covered {
    States *s;
    const SirInst *inst;
    Source *sources;
    uint32_t len;
    bool is_open; // `unsatisfiable` takes what no other arm takes
} Covered;

// --- sources ---------------------------------------------------------------------------------------------------------------------

static bool same_place(const SirPlace *a, const SirPlace *b) {
    if (a->local != b->local || a->proj_count != b->proj_count) return false;
    for (uint32_t i = 0; i < a->proj_count; i++)
        if (a->projs[i].kind != b->projs[i].kind || a->projs[i].n != b->projs[i].n) return false;
    return true;
}

static bool is_of_one(const SirArm *arm) {
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
           arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST;
}

static Source *find(const Covered *c, const SirPlace *place) {
    for (uint32_t i = 0; i < c->len; i++)
        if (same_place(c->sources[i].place, place)) return &c->sources[i];
    return NULL;
}

// Messages can come in a state that the peer sends in; where the holder sends, and in state `closed`, none but the end. That is so
// of the queue, too: whoever is to send has received all that was sent to him before, and the peer waits for him.
static bool settle(Covered *c, Source *source) {
    States *s = c->s;
    const SirStateInfo *info = states__choices(s, source->type, source->state);
    bool sends = info && info->choice_count > 0 &&
                 states__is_sent_by_holder(s, source->type, &info->choices[0]);
    source->count = info && !sends ? info->choice_count : 0;
    if (info || source->state == SIR_STATE_CLOSED) return true;
    SAY_STATE(
        s, "%s is in state %s where it is waited for", flow__place_text(s->f, source->place),
        states__text(s, source->type, source->state)
    );
    return false;
}

static bool add(Covered *c, const SirPlace *place) {
    States *s = c->s;
    if (!flow__work(s->f, RULE_TYPESTATE, (uint64_t)c->len + 1)) return false;
    if (find(c, place)) return true;
    Source *source = &c->sources[c->len];
    *source = (Source){ .place = place, .type = flow__place_type(s->f, place), .group = c->len };
    source->slot = SIR_NONE;
    if (is_endpoint(s, source->type)) {
        source->slot = states__tracked(s, place);
        if (source->slot == SIR_NONE) return false;
        source->state = *state_at(s, source->slot);
    } else {
        source->state = info_of(s, source->type)->state;
    }
    c->len++;
    return settle(c, source);
}

static bool find_sources(Covered *c) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < c->inst->arm_count; i++)
        most += 1 + (uint64_t)c->inst->arms[i].head_count;
    if (!flow__work(c->s->f, RULE_TYPESTATE, most)) return false;
    c->sources = arena_array(&c->s->f->scratch, Source, most);
    for (uint32_t i = 0; i < c->inst->arm_count; i++) {
        const SirArm *arm = &c->inst->arms[i];
        c->is_open |= arm->kind == SIR_ARM_UNSATISFIABLE;
        if (is_of_one(arm) && !add(c, &arm->place)) return false;
        for (uint32_t k = 0; arm->kind == SIR_ARM_JOIN && k < arm->head_count; k++)
            if (!add(c, &arm->heads[k].place)) return false;
    }
    return true;
}

// The heads of a join are of different endpoints: two messages of one would be taken where one has come.
static bool connect_heads(Covered *c, const SirArm *arm) {
    uint64_t steps = (uint64_t)arm->head_count * c->len * (3 + (uint64_t)arm->head_count);
    if (!flow__work(c->s->f, RULE_TYPESTATE, steps)) return false;
    for (uint32_t i = 0; i < arm->head_count; i++) {
        Source *source = find(c, &arm->heads[i].place);
        uint32_t from = source->group, to = find(c, &arm->heads[0].place)->group;
        source->is_joined = true;
        for (uint32_t k = 0; k < c->len; k++)
            if (c->sources[k].group == from) c->sources[k].group = to;
        for (uint32_t k = 0; k < i; k++) {
            if (find(c, &arm->heads[k].place)->slot != source->slot) continue;
            SAY_STATE(c->s, "%s stands twice in a join", flow__place_text(c->s->f, source->place));
            return false;
        }
    }
    return true;
}

// --- what an arm takes -------------------------------------------------------------------------------------------------------------

static const SirChoice *choice_at(const Covered *c, const Source *source, uint32_t at) {
    return &states__choices(c->s, source->type, source->state)->choices[at];
}

enum { NEVER = 0xffffffff };

// The choice that it is: `count` is the closing, NEVER none of them.
static uint32_t choice_of(
    const Covered *c, const Source *source, bool is_closed, uint64_t message
) {
    if (is_closed) return source->count;
    if (source->count == 0) return NEVER; // the choices of its state, if there are any, are its own
    const SirStateInfo *state = states__choices(c->s, source->type, source->state);
    const SirChoice *choice = states__find_choice(c->s, state, message);
    return choice ? (uint32_t)(choice - state->choices) : NEVER;
}

static bool can_come(const Covered *c, const Source *source, bool is_closed, uint64_t message) {
    if (choice_of(c, source, is_closed, message) != NEVER) return true;
    States *s = c->s;
    SAY_STATE(
        s, "%s is in state %s, where its peer does not send message %llu",
        flow__place_text(s->f, source->place), states__text(s, source->type, source->state),
        (unsigned long long)message
    );
    return false;
}

static bool check_arm(const Covered *c, const SirArm *arm) {
    bool is_closed = arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST;
    if (is_of_one(arm) && !can_come(c, find(c, &arm->place), is_closed, arm->n)) return false;
    for (uint32_t i = 0; arm->kind == SIR_ARM_JOIN && i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        if (!can_come(c, find(c, &head->place), head->is_closed, head->n)) return false;
    }
    return true;
}

// --- by itself -----------------------------------------------------------------------------------------------------------------------

// Per choice, and for the closing. Each arm is of something that can come.
static uint32_t *count_arms(const Covered *c, const Source *source) {
    uint32_t *counts = arena_array(&c->s->f->scratch, uint32_t, (size_t)source->count + 1);
    for (uint32_t i = 0; i < c->inst->arm_count; i++) {
        const SirArm *arm = &c->inst->arms[i];
        bool is_closed = arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST;
        if (is_of_one(arm) && same_place(&arm->place, source->place))
            counts[choice_of(c, source, is_closed, arm->n)]++;
    }
    return counts;
}

static void check_alone(const Covered *c, const Source *source) {
    States *s = c->s;
    bool is_open = c->is_open && source->slot != SIR_NONE;
    if (!flow__work(s->f, RULE_TYPESTATE, (uint64_t)source->count + c->inst->arm_count)) return;
    const uint32_t *counts = count_arms(c, source);
    for (uint32_t at = 0; at <= source->count; at++) {
        uint32_t count = counts[at];
        if (count == 1 || (count == 0 && is_open)) continue;
        if (at == source->count)
            SAY_STATE(
                s, "%s needs one closed arm and has %u", flow__place_text(s->f, source->place),
                count
            );
        else
            SAY_STATE(
                s, "%s is in state %s and has %u arms for message %u",
                flow__place_text(s->f, source->place), states__text(s, source->type, source->state),
                count, choice_at(c, source, at)->message
            );
        return;
    }
}

// --- together ------------------------------------------------------------------------------------------------------------------------

static bool fits_now(const Covered *c, const SirPlace *place, bool is_closed, uint64_t message) {
    const Source *source = find(c, place);
    return choice_of(c, source, is_closed, message) == source->at;
}

static bool is_taken(const Covered *c, const SirArm *arm, uint32_t group) {
    if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED)
        return find(c, &arm->place)->group == group &&
               fits_now(c, &arm->place, arm->kind == SIR_ARM_CLOSED, arm->n);
    if (arm->kind != SIR_ARM_JOIN || find(c, &arm->heads[0].place)->group != group) return false;
    for (uint32_t i = 0; i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        if (!fits_now(c, &head->place, head->is_closed, head->n)) return false;
    }
    return true;
}

static bool next_combination(Covered *c, uint32_t group) {
    for (uint32_t i = 0; i < c->len; i++) {
        Source *source = &c->sources[i];
        if (source->group != group) continue;
        if (++source->at <= source->count) return true;
        source->at = 0;
    }
    return false;
}

static bool is_too_much(const Covered *c, uint32_t group) {
    uint64_t count = 1;
    for (uint32_t i = 0; i < c->len && count <= LIMIT_COMBINATIONS; i++)
        if (c->sources[i].group == group) count *= (uint64_t)c->sources[i].count + 1;
    return count > LIMIT_COMBINATIONS;
}

static void check_together(Covered *c, const Source *first) {
    States *s = c->s;
    uint64_t heads = c->inst->arm_count;
    for (uint32_t i = 0; i < c->inst->arm_count; i++)
        heads += c->inst->arms[i].head_count;
    if (is_too_much(c, first->group)) {
        SAY_STATE(
            s, "%s and what it is joined with have more than %d combinations",
            flow__place_text(s->f, first->place), LIMIT_COMBINATIONS
        );
        return;
    }
    do {
        if (!flow__work(s->f, RULE_TYPESTATE, heads * c->len)) return;
        bool taken = false;
        for (uint32_t i = 0; i < c->inst->arm_count && !taken; i++)
            taken = is_taken(c, &c->inst->arms[i], first->group);
        if (taken) continue;
        SAY_STATE(
            s, "%s and what it is joined with can have something that no arm takes",
            flow__place_text(s->f, first->place)
        );
        return;
    } while (next_combination(c, first->group));
}

void states__check_receive(States *s, const SirInst *inst) {
    Covered c = { .s = s, .inst = inst };
    if (!find_sources(&c)) return;
    for (uint32_t i = 0; i < inst->arm_count; i++)
        if (inst->arms[i].kind == SIR_ARM_JOIN && !connect_heads(&c, &inst->arms[i])) return;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        if (!flow__work(s->f, RULE_TYPESTATE, (uint64_t)c.len * (1 + inst->arms[i].head_count)))
            return;
        if (!check_arm(&c, &inst->arms[i])) return;
    }
    for (uint32_t i = 0; i < c.len && !s->f->refused; i++) {
        const Source *source = &c.sources[i];
        if (!source->is_joined)
            check_alone(&c, source);
        else if (source->group == i && !c.is_open)
            check_together(&c, source);
    }
}
