// Waiting for messages on one or several endpoints, with a timeout. An endpoint is ready if it has a message, or none and
// a closed ring. The search begins one further each time, so that no endpoint of a set starves.

#include "core.h"

enum Readiness { NOTHING, MESSAGE, CLOSED };

// A message whose blocks the receiver has no room for counts as closed (decision 34).
static enum Readiness look_at(SipEndpoint *ep, const Account *account) {
    const Ring *ring = ep->in;
    if (ring_is_empty(ring))
        return ring->word & 1 ? CLOSED : NOTHING;
    const Slot *slot = ring->take;
    if (slot->charge && slot->payer != account &&
        (account->used > account->quota || slot->charge > account->quota - account->used)) {
        channel_refuse(ep);
        return CLOSED;
    }
    return MESSAGE;
}

static uint64_t answer(uint32_t row, uint32_t message) {
    return (uint64_t)row << 32 | message;
}

static bool find_ready(Thread *thread, SipEndpoint *const *eps, uint32_t count, uint64_t *result) {
    uint32_t row = count > 1 ? thread->rotation % count : 0;
    for (uint32_t i = 0; i < count; i++) {
        enum Readiness ready = look_at(eps[row], &thread->sip->account);
        if (ready) {
            *result = answer(row, ready == MESSAGE ? eps[row]->in->take->message : SIP_RECEIVE_CLOSED);
            thread->rotation = row + 1;
            return true;
        }
        row = row + 1 == count ? 0 : row + 1;
    }
    return false;
}

static void set_waiter(SipEndpoint *const *eps, uint32_t count, Thread *waiter) {
    for (uint32_t i = 0; i < count; i++)
        eps[i]->waiter = waiter;
}

uint64_t receive(Thread *thread, SipEndpoint *const *eps, uint32_t count, uint64_t timeout, uint64_t pc) {
    uint64_t result;
    if (find_ready(thread, eps, count, &result))
        return result;
    if (timeout == 0)
        return answer(SIP_RECEIVE_TIMEOUT, 0);
    thread->waits = eps;
    thread->wait_count = count;
    thread->wait_pc = pc;
    const uint64_t deadline = deadline_after(timeout);
    bool found;
    do {
        set_waiter(eps, count, thread);
        sched_wait(deadline);
        set_waiter(eps, count, NULL);
        found = find_ready(thread, eps, count, &result);
    } while (!found && !sched_timed_out(thread));
    thread->wait_count = 0;
    return found ? result : answer(SIP_RECEIVE_TIMEOUT, 0);
}
