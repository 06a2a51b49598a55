// Waiting for cases (SipWait): for members of sets, for several endpoints at once, for nothing any more. A case is taken whole or
// not at all. Whoever waits is let go on only when a case can be taken; it looks for that case itself, on its own stack, so
// that what it refuses for want of room, and what follows from that, is nobody else's work.
//
// Among the cases that can be taken, the one is that has waited longest for its turn: each source remembers when something
// was last taken of it, and a case is as old as the oldest of its sources.

#include "core.h"

typedef enum Chance { CHANCE_NOW, CHANCE_LATER, CHANCE_NEVER } Chance;

// --- heads -------------------------------------------------------------------------------------------------

static Chance chance_of_set(const SipSet *set) {
    if (!set || !set->count) return CHANCE_NEVER;
    return set_first_ready(set) ? CHANCE_NOW : CHANCE_LATER;
}

static Chance chance_of_end(const SipEndpoint *ep, uint32_t wanted) {
    const bool whatever = wanted == SIP_RECEIVE_WHATEVER;
    bool fits;
    if (!endpoint_is_ready(ep)) return CHANCE_LATER;
    if (ring_is_empty(ep->in))
        fits = wanted == SIP_RECEIVE_CLOSED;
    else
        fits = wanted == ep->in->take->message;
    return fits || whatever ? CHANCE_NOW : CHANCE_NEVER;
}

static Chance chance_of_head(const SipSource *source, uint32_t wanted) {
    return source->is_set ? chance_of_set(source->from) : chance_of_end(source->from, wanted);
}

static uint64_t *served_of(const SipSource *source) {
    if (!source->is_set) return &((SipEndpoint *)source->from)->served;
    return &((SipSet *)source->from)->served;
}

// --- cases -------------------------------------------------------------------------------------------------

typedef struct Case {
    const uint32_t *heads;
    uint32_t count;
    uint32_t row;
} Case;

static const SipSource *source_of(const SipWait *wait, const Case *one, uint32_t head) {
    return &wait->sources[one->heads[2 * head]];
}

static uint32_t wanted_of(const Case *one, uint32_t head) {
    return one->heads[2 * head + 1];
}

static bool next_case(const SipWait *wait, Case *one) {
    const uint32_t *at = one->heads ? one->heads + 2 * one->count : wait->cases;
    one->row = one->heads ? one->row + 1 : 0;
    one->count = *at;
    one->heads = at + 1;
    return one->row < wait->case_count;
}

static Chance chance_of(const SipWait *wait, const Case *one) {
    Chance chance = CHANCE_NOW;
    for (uint32_t i = 0; i < one->count; i++) {
        const Chance head = chance_of_head(source_of(wait, one, i), wanted_of(one, i));
        if (head > chance) chance = head;
    }
    return chance;
}

static uint64_t age_of(const SipWait *wait, const Case *one) {
    uint64_t oldest = UINT64_MAX;
    for (uint32_t i = 0; i < one->count; i++) {
        const uint64_t served = *served_of(source_of(wait, one, i));
        if (served < oldest) oldest = served;
    }
    return oldest;
}

// The case to be taken; false: none can be now.
static bool choose(const SipWait *wait, Case *chosen) {
    uint64_t best = UINT64_MAX;
    bool found = false, hope = false, has_last = false;
    Case one = { 0 }, last = { 0 };
    for (uint64_t left = wait->case_count; left > 0; left--) {
        next_case(wait, &one);
        if (one.count == 0) {
            last = one;
            has_last = true;
            continue;
        }
        const Chance chance = chance_of(wait, &one);
        hope = hope || chance != CHANCE_NEVER;
        const uint64_t age = chance == CHANCE_NOW ? age_of(wait, &one) : UINT64_MAX;
        if (chance != CHANCE_NOW || age >= best) continue;
        best = age;
        *chosen = one;
        found = true;
    }
    if (found || hope || !has_last) return found;
    *chosen = last;
    return true;
}

// --- taking ------------------------------------------------------------------------------------------------

static SipEndpoint *ready_end(const SipSource *source) {
    return source->is_set ? set_first_ready(source->from) : source->from;
}

// The first message that the account has no room for beside those before it counts as closed: it is dropped.
static bool refuse_one(Thread *thread, const SipWait *wait, const Case *one) {
    Account *account = &thread->sip->account;
    uint64_t needed = 0;
    for (uint32_t i = 0; i < one->count; i++) {
        SipEndpoint *ep = ready_end(source_of(wait, one, i));
        if (ring_is_empty(ep->in)) continue;
        const Slot *slot = ep->in->take;
        Account with = *account;
        with.used += needed;
        if (!receive_has_room(slot, slot->payer == account ? account : &with)) {
            channel_refuse(ep);
            return true;
        }
        if (slot->charge && slot->payer != account) needed += slot->charge;
    }
    return false;
}

static uint32_t take_head(Thread *thread, SipSource *source, uint32_t wanted) {
    SipEndpoint *ep = ready_end(source);
    source->payload = NULL;
    if (source->is_set) {
        source->member = ep;
        source->value = ep->value;
        set_remove(ep);
    }
    if (wanted == SIP_RECEIVE_CLOSED) return SIP_RECEIVE_CLOSED;
    if (ring_is_empty(ep->in)) {
        if (wanted != SIP_RECEIVE_WHATEVER)
            panic("a message is taken twice"); // the verifier promised otherwise
        return SIP_RECEIVE_CLOSED;
    }
    const Slot *slot = ep->in->take;
    source->payload = slot_payload(ep->in->take);
    channel_take(ep, thread->sip);
    return slot->message;
}

static SipReceived take(Thread *thread, const SipWait *wait, const Case *one) {
    uint32_t first = 0;
    const uint64_t now = ++sched.served;
    for (uint32_t i = 0; i < one->count; i++) {
        SipSource *source = &wait->sources[one->heads[2 * i]];
        *served_of(source) = now;
        const uint32_t came = take_head(thread, source, wanted_of(one, i));
        if (i == 0) first = came;
    }
    const void *payload = one->count ? source_of(wait, one, 0)->payload : NULL;
    return (SipReceived){ (uint64_t)one->row << 32 | first, payload };
}

static bool try_cases(Thread *thread, const SipWait *wait, SipReceived *result) {
    Case chosen;
    while (choose(wait, &chosen)) {
        if (refuse_one(thread, wait, &chosen)) continue;
        INJECT(CASES_CHOSEN);
        *result = take(thread, wait, &chosen);
        INJECT(CASES_TAKEN);
        return true;
    }
    return false;
}

// --- waiting -----------------------------------------------------------------------------------------------

static void set_watcher(const SipWait *wait, Thread *watcher) {
    for (uint64_t i = 0; i < wait->source_count; i++) {
        SipEndpoint *ep = wait->sources[i].from;
        SipSet *set = wait->sources[i].from;
        if (!wait->sources[i].is_set) {
            ep->watcher = watcher;
            ep->notice = watcher ? NOTICE_CASES : NOTICE_NONE;
        } else if (set) {
            set->watcher = watcher;
        }
    }
}

// Also from an interrupt's handler: so it looks at no more than a bounded part, and lets who waits for more go on and look by itself.
void cases_notice(Thread *thread) {
    enum { MOST_LOOKED_AT = 256 };
    Case chosen;
    if (thread->state != THREAD_WAITING && thread->state != THREAD_HELD_WAITING) return;
    const SipWait *wait = thread->cases;
    const uint64_t heads = (uint64_t)wait->case_count * wait->source_count;
    if (heads > MOST_LOOKED_AT || choose(wait, &chosen)) sched_wake(thread);
}

SipReceived receive_cases(Thread *thread, SipWait *wait, uint64_t pc) {
    SipReceived result = { (uint64_t)SIP_RECEIVE_TIMEOUT << 32, NULL };
    const uint64_t deadline = deadline_after(wait->timeout);
    for (bool polls = wait->timeout == 0;;) {
        if (try_cases(thread, wait, &result)) break;
        if (thread->cases) break; // the second time: its time was over
        thread->wait_pc = pc;
        thread->cases = wait;
        if (polls) { // who polls lets those run that it polls for
            sched_yield();
            continue;
        }
        set_watcher(wait, thread);
        INJECT(CASES_WAIT);
        sched_wait(deadline);
        set_watcher(wait, NULL);
        sched.cases_woken++;
        if (!sched_timed_out(thread)) thread->cases = NULL;
    }
    thread->cases = NULL;
    return result;
}
