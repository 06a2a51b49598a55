// Receiving: what has come becomes the SIP's own. On a walk the other end of everything is the world, which sends whatever
// the contract allows, and any arm may be the one that is taken.
//
// Of what is ready that goes first of which something was last taken longest ago; of a set, who was ready first.

#include "interp__.h"

#include <string.h>

enum { SOURCES_MOST = 64 };

typedef struct Source { // an endpoint or a set that is waited for
    End *end;           // NULL: the set
    Set *set;
    const SirTypeInfo *info;   // of the set
    uint32_t messages, closed; // arms of it alone
    bool is_joined;
    uint32_t group; // of the sources that joins connect
} Source;

typedef struct Receive {
    const SirInst *inst;
    Source sources[SOURCES_MOST];
    uint32_t count;
    bool is_open;    // an arm takes what no other can take any more
    bool is_several; // more than one thing is waited for
} Receive;

// --- sources -------------------------------------------------------------------------------------------------------

static const SirContractInfo *contract_of(const Interp *in, const Source *source) {
    if (source->end) return interp__contract_of(in, source->end);
    return &in->sip->module->contracts.data[source->info->contract];
}

static SirState state_now(const Source *source) {
    return source->end ? source->end->state : source->info->state;
}

static const SirStateInfo *state_of(const Interp *in, const Source *source) {
    const SirContractInfo *contract = contract_of(in, source);
    SirState state = state_now(source);
    return state < contract->state_count ? &contract->states[state] : NULL;
}

// How many messages can come of it: none where its holder is to send.
static uint32_t comes_of(const Interp *in, const Source *source) {
    const SirContractInfo *contract = contract_of(in, source);
    const SirStateInfo *state = state_of(in, source);
    SirSide side = source->end ? source->end->side : source->info->side;
    if (!state || state->choice_count == 0) return 0;
    return interp__is_sent_by(contract, state->choices[0].message, side) ? 0 : state->choice_count;
}

static Source *same_source(Receive *r, const End *end, const Set *set) {
    for (uint32_t i = 0; i < r->count; i++)
        if (r->sources[i].end == end && r->sources[i].set == set) return &r->sources[i];
    return NULL;
}

static bool add_source(Interp *in, Receive *r, const SirPlace *place, bool is_set, Source **out) {
    Source source = { 0 };
    if (is_set ? !interp__set_at(in, place, &source.set, &source.info)
               : !interp__endpoint(in, place, &source.end))
        return false;
    *out = same_source(r, source.end, source.set);
    if (*out) return true;
    if (!MUST(in, r->count < SOURCES_MOST, RULE_WELL_FORMED, "a receive of too many endpoints"))
        return false;
    source.group = r->count;
    r->sources[r->count] = source;
    *out = &r->sources[r->count++];
    return true;
}

static bool is_of_set(const SirArm *arm) {
    return arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST;
}

static bool is_of_end(const SirArm *arm) {
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED;
}

static bool add_heads(Interp *in, Receive *r, const SirArm *arm) {
    End *met[SOURCES_MOST];
    if (!MUST(
            in, arm->head_count >= 2 && arm->head_count <= SOURCES_MOST, RULE_WELL_FORMED,
            "a join of %u", arm->head_count
        ))
        return false;
    for (uint32_t i = 0; i < arm->head_count; i++) {
        Source *source;
        if (!add_source(in, r, &arm->heads[i].place, false, &source)) return false;
        source->is_joined = true;
        met[i] = source->end;
        uint32_t from = source->group, to = same_source(r, met[0], NULL)->group;
        for (uint32_t k = 0; k < r->count; k++)
            if (r->sources[k].group == from) r->sources[k].group = to;
        for (uint32_t k = 0; k < i; k++)
            if (!MUST(in, met[k] != met[i], RULE_TYPESTATE, "an endpoint stands twice in a join"))
                return false;
    }
    return true;
}

static bool find_sources(Interp *in, Receive *r) {
    for (uint32_t i = 0; i < r->inst->arm_count; i++) {
        const SirArm *arm = &r->inst->arms[i];
        Source *source = NULL;
        if (arm->kind == SIR_ARM_JOIN) {
            if (!add_heads(in, r, arm)) return false;
        } else if (is_of_end(arm) || is_of_set(arm)) {
            if (!add_source(in, r, &arm->place, is_of_set(arm), &source)) return false;
            bool closed = arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST;
            source->closed += closed;
            source->messages += !closed;
        } else if (!MUST(
                       in, arm->kind == SIR_ARM_TIMEOUT || arm->kind == SIR_ARM_UNSATISFIABLE,
                       RULE_WELL_FORMED, "a receive with another arm"
                   )) {
            return false;
        }
        r->is_open |= arm->kind == SIR_ARM_UNSATISFIABLE;
        r->is_several |= arm->kind == SIR_ARM_TIMEOUT || is_of_set(arm);
    }
    r->is_several |= r->count > 1;
    return MUST(in, r->count > 0, RULE_WELL_FORMED, "a receive from nobody");
}

// Where it waits a message can come, or nothing but its end.
static bool check_source(Interp *in, const Receive *r, const Source *source) {
    const SirContractInfo *contract = contract_of(in, source);
    const SirStateInfo *state = state_of(in, source);
    if (state && !interp__check_state(in, contract, state)) return false;
    bool right = state || state_now(source) == SIR_STATE_CLOSED;
    bool is_loose = source->is_joined || (r->is_open && source->end);
    if (right && !is_loose) right = source->closed == 1 && source->messages == comes_of(in, source);
    return MUST(
        in, right, RULE_TYPESTATE, "a receive whose arms are not those of state %d",
        (int)state_now(source)
    );
}

static bool check_message(Interp *in, const Source *source, uint64_t message) {
    return MUST(
        in, comes_of(in, source) && interp__find_choice(state_of(in, source), message),
        RULE_TYPESTATE, "a receive of a message that does not come in state %d",
        (int)state_now(source)
    );
}

static Source *source_at(Interp *in, Receive *r, const SirPlace *place, bool is_set) {
    Source *source = NULL;
    return add_source(in, r, place, is_set, &source) ? source : NULL;
}

static bool check_arms(Interp *in, Receive *r) {
    for (uint32_t i = 0; i < r->inst->arm_count; i++) {
        const SirArm *arm = &r->inst->arms[i];
        Source *source;
        if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_MEMBER) {
            source = source_at(in, r, &arm->place, is_of_set(arm));
            if (!source || !check_message(in, source, arm->n)) return false;
        }
        for (uint32_t k = 0; arm->kind == SIR_ARM_JOIN && k < arm->head_count; k++) {
            if (arm->heads[k].is_closed) continue;
            source = source_at(in, r, &arm->heads[k].place, false);
            if (!source || !check_message(in, source, arm->heads[k].n)) return false;
        }
    }
    for (uint32_t i = 0; i < r->count; i++)
        if (!check_source(in, r, &r->sources[i])) return false;
    return true;
}

// --- chances -------------------------------------------------------------------------------------------------------

typedef enum Chance { CHANCE_NOW, CHANCE_LATER, CHANCE_NEVER } Chance;

static bool is_ready(const End *end) {
    return end->first || interp__is_gone(end);
}

static Chance chance_of_end(const End *end, bool is_closed, uint64_t message) {
    if (!is_ready(end)) return CHANCE_LATER;
    bool fits = end->first ? !is_closed && end->first->number == message : is_closed;
    return fits ? CHANCE_NOW : CHANCE_NEVER;
}

static Member *ready_member(const Set *set) {
    Member *found = NULL;
    for (Member *m = set->first; m; m = m->next)
        if (is_ready(m->end) && (!found || m->end->ready < found->end->ready)) found = m;
    return found;
}

static Chance chance_of_set(const Set *set, bool is_closed, uint64_t message) {
    if (!set->first) return CHANCE_NEVER;
    const Member *member = ready_member(set);
    bool fits = member && chance_of_end(member->end, is_closed, message) == CHANCE_NOW;
    return fits ? CHANCE_NOW : CHANCE_LATER;
}

static Chance chance_of(Interp *in, Receive *r, const SirArm *arm, uint64_t *age) {
    Chance chance = CHANCE_NOW;
    *age = UINT64_MAX;
    if (is_of_end(arm)) {
        Source *source = source_at(in, r, &arm->place, false);
        if (!source) return CHANCE_NEVER;
        *age = source->end->served;
        return chance_of_end(source->end, arm->kind == SIR_ARM_CLOSED, arm->n);
    }
    if (is_of_set(arm)) {
        Source *source = source_at(in, r, &arm->place, true);
        if (!source) return CHANCE_NEVER;
        *age = source->set->served;
        return chance_of_set(source->set, arm->kind == SIR_ARM_LOST, arm->n);
    }
    for (uint32_t i = 0; i < arm->head_count; i++) {
        Source *source = source_at(in, r, &arm->heads[i].place, false);
        if (!source) return CHANCE_NEVER;
        Chance head = chance_of_end(source->end, arm->heads[i].is_closed, arm->heads[i].n);
        if (head > chance) chance = head;
        if (source->end->served < *age) *age = source->end->served;
    }
    return chance;
}

static bool is_awaited(const SirArm *arm) {
    return arm->kind != SIR_ARM_TIMEOUT && arm->kind != SIR_ARM_UNSATISFIABLE;
}

// NULL: none can be taken now.
static const SirArm *choose(Interp *in, Receive *r) {
    const SirArm *best = NULL, *last = NULL;
    uint64_t best_age = UINT64_MAX, age;
    bool hope = false, all_ready = true;
    for (uint32_t i = 0; i < r->inst->arm_count; i++) {
        const SirArm *arm = &r->inst->arms[i];
        if (arm->kind == SIR_ARM_UNSATISFIABLE) last = arm;
        if (!is_awaited(arm)) continue;
        Chance chance = chance_of(in, r, arm, &age);
        hope |= chance != CHANCE_NEVER;
        if (chance != CHANCE_NOW || age >= best_age) continue;
        best = arm;
        best_age = age;
    }
    if (best || hope) return best;
    for (uint32_t i = 0; i < r->count; i++)
        all_ready &= r->sources[i].set || is_ready(r->sources[i].end);
    for (uint32_t i = 0; i < r->count; i++)
        all_ready &= !r->sources[i].set; // an empty set waits for nothing
    if (!last && all_ready)
        interp__violate(in, RULE_TYPESTATE, "something has come that no arm of a receive takes");
    return last;
}

// --- taking --------------------------------------------------------------------------------------------------------

// Endpoints that come through endpoints that come through endpoints: somewhere it ends.
static bool check_depth(Interp *in, const End *before, uint32_t depth) {
    uint32_t most = 2;
    vec_each(const SirContractInfo, contract, &in->sip->module->contracts)
        most += 2 * contract->state_count;
    for (End *end = in->ends; end && end != before; end = end->next)
        end->depth = depth;
    return MUST(
        in, depth <= most, RULE_CONTRACTS, "endpoints come in messages of endpoints without end"
    );
}

// What comes of the end, as arguments; on a walk, made up. `*is_made` false: nobody could send this.
static bool arguments(
    Interp *in, End *end, const SirMessage *message, Node **args, Message **taken, bool *is_made
) {
    *is_made = true;
    *taken = NULL;
    if (!end->is_world) {
        *taken = interp__next_message(in, end, message);
        *args = (*taken)->args;
        return MUST(
            in, (*taken)->count == message->arg_count, RULE_WELL_FORMED, "binds for other arguments"
        );
    }
    const End *before = in->ends;
    *args = interp__parts(in, message->arg_count);
    *is_made = !in->stop;
    for (uint32_t i = 0; *is_made && i < message->arg_count; i++)
        *is_made = interp__make_up(in, message->args[i].type, &(*args)[i], 2);
    return !*is_made || in->ends == before || check_depth(in, before, end->depth + 1);
}

static bool bind(Interp *in, const SirArm *arm, uint32_t at, const Node *value) {
    if (!MUST(
            in, at < arm->bind_count && arm->binds[at].mode == SIR_BIND_MOVE, RULE_WELL_FORMED,
            "something that comes is not moved"
        ))
        return false;
    return interp__write_local(in, arm->binds[at].local, value);
}

// Message `row` of the end: its arguments go to the binds from `*at` on, and the end to the next state.
static bool take_message(Interp *in, End *end, uint64_t row, const SirArm *arm, uint32_t *at) {
    const SirChoice *choice = interp__find_choice(interp__state_of(in, end), row);
    if (!MUST(
            in, choice, RULE_TYPESTATE, "a message that does not come in state %d", (int)end->state
        ))
        return false;
    const SirMessage *message = &interp__contract_of(in, end)->messages[choice->message];
    SirState next = choice->next;
    Message *taken;
    Node *args;
    bool is_made;
    if (!arguments(in, end, message, &args, &taken, &is_made)) return false;
    if (!is_made) {
        interp__end(in, INTERP_UNFIT);
        return false;
    }
    bool done = true;
    for (uint32_t i = 0; i < message->arg_count && done; i++)
        done = bind(in, arm, (*at)++, &args[i]);
    if (taken) interp__message_free(in, taken);
    end->state = next;
    end->run = 0;
    return done;
}

static void see_closed(End *end) {
    end->state = SIR_STATE_CLOSED;
    end->run = 0;
}

static bool take_head(
    Interp *in, End *end, bool is_closed, uint64_t row, const SirArm *arm, uint32_t *at
) {
    if (!is_closed) return take_message(in, end, row, arm, at);
    see_closed(end);
    return true;
}

static bool bind_member(
    Interp *in, const SirArm *arm, uint32_t at, Source *source, Member *member
) {
    SirType type = SIR_NONE;
    if (at < arm->bind_count && arm->binds[at].local < top(in)->info->locals.len)
        type = top(in)->info->locals.data[arm->binds[at].local].type;
    const SirTypeInfo *info = type == SIR_NONE ? NULL : interp__type(in, type);
    if (!MUST(
            in,
            info && info->kind == SIR_TYPE_ENDPOINT && info->contract == source->info->contract &&
                info->side == source->info->side,
            RULE_WELL_FORMED, "a member becomes something else"
        ))
        return false;
    Node end = { .type = type, .is_there = true, .end = member->end };
    interp__set_forget(in, source->set, member);
    if (!bind(in, arm, at, &end)) return false;
    bool has_value = source->info->elem != SIR_NONE;
    return (!has_value || bind(in, arm, at + 1, &member->value)) &&
           MUST(
               in, arm->bind_count == at + 1 + has_value, RULE_WELL_FORMED, "a set has other binds"
           );
}

static bool take_member(Interp *in, Receive *r, const SirArm *arm, uint64_t now) {
    Source *source = source_at(in, r, &arm->place, true);
    if (!source) return false;
    Member *member = ready_member(source->set);
    uint32_t at = 0;
    if (in->chaos) {
        member = source->set->first;
        for (uint64_t i = interp__below(in, source->set->count); i > 0; i--)
            member = member->next;
    }
    if (!member) {
        interp__end(in, INTERP_UNFIT);
        return false;
    }
    source->set->served = now;
    if (!take_head(in, member->end, arm->kind == SIR_ARM_LOST, arm->n, arm, &at)) return false;
    return bind_member(in, arm, at, source, member) && interp__go(in, arm->block);
}

static bool take(Interp *in, Receive *r, const SirArm *arm) {
    uint64_t now = r->is_several ? ++in->served : 0;
    uint32_t at = 0;
    if (is_of_set(arm)) return take_member(in, r, arm, now);
    if (is_of_end(arm)) {
        Source *source = source_at(in, r, &arm->place, false);
        if (!source) return false;
        if (r->is_several) source->end->served = now;
        if (!take_head(in, source->end, arm->kind == SIR_ARM_CLOSED, arm->n, arm, &at))
            return false;
    }
    for (uint32_t i = 0; i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        Source *source = source_at(in, r, &head->place, false);
        if (!source) return false;
        source->end->served = now;
        if (!take_head(in, source->end, head->is_closed, head->n, arm, &at)) return false;
    }
    return MUST(in, at == arm->bind_count, RULE_WELL_FORMED, "binds for other arguments") &&
           interp__go(in, arm->block);
}

// --- waiting -------------------------------------------------------------------------------------------------------

static bool wait(Interp *in, uint64_t wake, const SirArm *timeout) {
    Thread *thread = in->sip->thread;
    if (thread->state == SIP_WAITS && thread->wake <= in->clock) {
        thread->state = SIP_RUNS;
        return interp__go(in, timeout->block);
    }
    if (thread->state != SIP_WAITS) thread->wake = wake;
    thread->state = SIP_WAITS;
    return in->again = true;
}

// Any arm, but of a set that nobody is in.
static const SirArm *any_arm(Interp *in, Receive *r) {
    uint32_t arms = r->inst->arm_count;
    for (uint32_t tries = 0; tries < 4 * arms; tries++) {
        const SirArm *arm = &r->inst->arms[interp__below(in, arms)];
        if (!is_of_set(arm)) return arm;
        const Source *source = source_at(in, r, &arm->place, true);
        if (!source || source->set->first) return source ? arm : NULL;
    }
    interp__end(in, INTERP_UNFIT);
    return NULL;
}

// Whatever comes of joined endpoints, some arm takes it: one combination of one group is tried.
static bool check_combination(Interp *in, Receive *r) {
    const Source *one_of = &r->sources[interp__below(in, r->count)];
    uint64_t drawn[SOURCES_MOST];
    for (uint32_t i = 0; i < r->count; i++) {
        const SirStateInfo *state = state_of(in, &r->sources[i]);
        uint32_t choices = comes_of(in, &r->sources[i]);
        uint64_t at = interp__below(in, (uint64_t)choices + 1);
        drawn[i] = at < choices ? state->choices[at].message : UINT64_MAX;
    }
    if (!one_of->is_joined || r->is_open) return true;
    for (uint32_t i = 0; i < r->inst->arm_count; i++) {
        const SirArm *arm = &r->inst->arms[i];
        SirHead one = { arm->kind == SIR_ARM_CLOSED, arm->place, arm->n };
        const SirHead *heads = is_of_end(arm) ? &one : arm->heads;
        uint32_t count = is_of_end(arm) ? 1 : arm->head_count;
        bool fits = count > 0 && !is_of_set(arm);
        for (uint32_t k = 0; fits && k < count; k++) {
            const Source *source = source_at(in, r, &heads[k].place, false);
            if (!source) return false;
            uint64_t has = drawn[source - r->sources];
            if (source->group != one_of->group) fits = false;
            if (fits) fits = (heads[k].is_closed ? UINT64_MAX : heads[k].n) == has;
        }
        if (fits) return true;
    }
    return interp__violate(in, RULE_TYPESTATE, "something can come that no arm of a receive takes");
}

bool interp__receive(Interp *in, const SirInst *inst) {
    Receive r = { .inst = inst };
    uint64_t wake = UINT64_MAX;
    uint32_t arms = inst->arm_count;
    const SirArm *timeout =
        arms && inst->arms[arms - 1].kind == SIR_ARM_TIMEOUT ? &inst->arms[arms - 1] : NULL;
    bool is_first = in->sip->thread->state != SIP_WAITS;
    if (timeout && is_first && !interp__u64(in, &timeout->value, &wake)) return false;
    if (timeout && is_first)
        wake = wake > UINT64_MAX - 1 - in->clock ? UINT64_MAX - 1 : wake + in->clock;
    if (!find_sources(in, &r) || !check_arms(in, &r)) return false;
    if (in->chaos && !check_combination(in, &r)) return false;
    const SirArm *chosen = in->chaos ? any_arm(in, &r) : choose(in, &r);
    if (in->stop) return false;
    if (!chosen) return wait(in, wake, timeout);
    in->sip->thread->state = SIP_RUNS;
    return is_awaited(chosen) ? take(in, &r, chosen) : interp__go(in, chosen->block);
}
