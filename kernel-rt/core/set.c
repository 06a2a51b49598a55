// Sets of endpoints. What comes of a member puts it at the end of the set's list of those that are ready, so that a receive
// takes the first of them and never looks at the others: its cost does not depend on how many there are, and who was
// ready first is served first.
//
// A set is a block of its SIP's; its members are in the SIP's ledger as before. Death closes those, each of which leaves its
// set, and then frees the block.

#include "core.h"

static SipEndpoint *end_of_member(EndpointLink *link) {
    return (SipEndpoint *)(void *)((uint8_t *)link - offsetof(SipEndpoint, member));
}

static SipEndpoint *end_of_ready(EndpointLink *link) {
    return (SipEndpoint *)(void *)((uint8_t *)link - offsetof(SipEndpoint, ready));
}

static void add_last(EndpointLink *list, EndpointLink *link) {
    links_add(list->prev, link);
}

SipSet *set_new(Sip *sip) {
    SipBlock *block = heap_take(&sip->account, sizeof(SipSet));
    if (!block) return NULL;
    ledger_add(&sip->blocks, block);
    SipSet *set = block_memory(block);
    links_init(&set->members);
    links_init(&set->ready);
    INJECT(SET_MADE);
    return set;
}

void set_end(SipSet *set) {
    if (set->count) panic("a set ends that is not empty"); // the compiler emptied it
    SipBlock *block = block_of(set);
    ledger_remove(block);
    heap_give(block);
    INJECT(SET_ENDED);
}

static void make_ready(SipEndpoint *ep) {
    if (!ep->ready.next) add_last(&ep->set->ready, &ep->ready);
}

void set_add(SipSet *set, SipEndpoint *ep, void *value) {
    if (ep->notice || ep->waiter)
        panic("an endpoint is added to a set that somebody waits for"
        ); // the verifier promised otherwise
    ep->notice = NOTICE_SET;
    ep->set = set;
    ep->value = value;
    ep->ready.next = NULL;
    add_last(&set->members, &ep->member);
    set->count++;
    if (endpoint_is_ready(ep)) make_ready(ep);
    INJECT(SET_ADDED);
}

void set_remove(SipEndpoint *ep) {
    links_remove(&ep->member);
    if (ep->ready.next) links_remove(&ep->ready);
    ep->ready.next = NULL;
    ep->set->count--;
    ep->notice = NOTICE_NONE;
    INJECT(SET_REMOVED);
}

SipEndpoint *set_first(const SipSet *set) {
    return set->count ? end_of_member(set->members.next) : NULL;
}

SipEndpoint *set_first_ready(const SipSet *set) {
    return set->ready.next == &set->ready ? NULL : end_of_ready(set->ready.next);
}

void set_notice(SipEndpoint *ep) {
    make_ready(ep);
    INJECT(SET_READY);
    if (ep->set->watcher) cases_notice(ep->set->watcher);
}
