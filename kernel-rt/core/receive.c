// Waiting for messages on one or several endpoints, with a timeout. An endpoint is ready if it has a message, or none and
// a closed ring. Of several that are ready the one goes first of which something was last taken longest ago, wherever that
// was: so none starves, whatever else its SIP waits for in between.
//
// Whoever waits is stopped at the end of its call. Its answer is found when its turn comes, by whoever lets it go on, on
// that one's stack: so that it goes on in its own code.

#include "core.h"

// A message whose blocks the receiver has no room for counts as closed (decision 34).
bool receive_has_room(const Slot *slot, const Account *account) {
    return slot->charge == 0 || slot->payer == account ||
           (account->used <= account->quota && slot->charge <= account->quota - account->used);
}

PATH static SipReceived answer(uint32_t row, uint32_t message, const void *payload) {
    return (SipReceived){ (uint64_t)row << 32 | message, payload };
}

// The message is the thread's from now on.
PATH static SipReceived take(const Thread *thread, SipEndpoint *ep, uint32_t row) {
    Slot *slot = ep->in->take;
    channel_take(ep, thread->sip);
    return answer(row, slot->message, slot_payload(slot));
}

ASIDE static SipReceived take_cargo(const Thread *thread, SipEndpoint *ep, uint32_t row) {
    if (receive_has_room(ep->in->take, &thread->sip->account)) return take(thread, ep, row);
    channel_refuse(ep);
    return answer(row, SIP_RECEIVE_CLOSED, NULL);
}

// If the endpoint is ready: its message, or that it is closed.
PATH static bool look_at(Thread *thread, SipEndpoint *ep, uint32_t row, SipReceived *result) {
    const Ring *ring = ep->in;
    const Slot *slot = ring->take;
    if (ring_is_empty(ring)) {
        *result = answer(row, SIP_RECEIVE_CLOSED, NULL);
        return ring->word & 1;
    }
    const bool is_plain = slot->charge == 0 && slot->endpoint_count == 0;
    *result = LIKELY(is_plain) ? take(thread, ep, row) : take_cargo(thread, ep, row);
    return true;
}

// --- one endpoint ------------------------------------------------------------------------------------------

PATH bool receive_now(Thread *thread, SipEndpoint *ep, SipReceived *result) {
    return look_at(thread, ep, 0, result);
}

PATH SipReceived receive_wait(Thread *thread, SipEndpoint *ep, uint64_t pc) {
    ep->waiter = thread;
    thread->only = ep;
    thread->waits = &thread->only;
    thread->wait_count = 1;
    thread->wait_pc = pc;
    INJECT(RECEIVE_WAITS);
    return sched_wait(SIP_NO_TIMEOUT);
}

// --- several, or not for ever ------------------------------------------------------------------------------

static bool look_at_all(
    Thread *thread, SipEndpoint *const *eps, uint32_t count, SipReceived *result
) {
    uint32_t row = count;
    for (uint32_t i = 0; i < count; i++) {
        const bool older = row == count || eps[i]->served < eps[row]->served;
        if (endpoint_is_ready(eps[i]) && older) row = i;
    }
    if (row == count) return false;
    eps[row]->served = ++sched.served;
    return look_at(thread, eps[row], row, result);
}

static void set_waiter(SipEndpoint *const *eps, uint32_t count, Thread *waiter) {
    for (uint32_t i = 0; i < count; i++)
        eps[i]->waiter = waiter;
}

SipReceived receive_any(
    Thread *thread, SipEndpoint *const *eps, uint32_t count, uint64_t timeout, uint64_t pc
) {
    SipReceived result;
    if (look_at_all(thread, eps, count, &result)) return result;
    thread->waits = eps;
    thread->wait_count = count;
    thread->wait_pc = pc;
    if (timeout == 0) { // who polls lets those run that it polls for
        thread->timer.deadline = 0;
        return sched_yield();
    }
    set_waiter(eps, count, thread);
    INJECT(RECEIVE_WAITS_ANY);
    return sched_wait(deadline_after(timeout));
}

// --- the answer --------------------------------------------------------------------------------------------

ASIDE static SipReceived answer_any(Thread *thread, SipEndpoint *const *eps) {
    SipReceived result;
    set_waiter(eps, thread->wait_count, NULL);
    if (look_at_all(thread, eps, thread->wait_count, &result)) return result;
    if (!sched_timed_out(thread)) panic("a thread goes on that nothing has come for");
    return answer(SIP_RECEIVE_TIMEOUT, 0, NULL);
}

PATH SipReceived receive_answer(Thread *thread) {
    SipEndpoint *const *eps = thread->waits;
    SipReceived result = { 0 };
    if (!eps) return result; // it was not in receive
    thread->waits = NULL;
    if (eps != &thread->only) return answer_any(thread, eps);
    thread->only->waiter = NULL;
    if (!look_at(thread, thread->only, 0, &result))
        panic("a thread goes on that nothing has come for");
    return result;
}
