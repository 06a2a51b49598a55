// Channels: two endpoints, two rings of as many slots as the contract's bounds say. A message is built in the slot that
// is next, published by one store, and taken by whoever holds the other end. Closing, death and emptiness are the same
// few lines: an end that closes closes both rings, drops what was on its way to it, and leaves what it sent to its peer;
// the end that closes second frees the channel.

#include "core.h"

// --- making ------------------------------------------------------------------------------------------------

static void make_slots(Ring *ring, uint8_t *memory, uint32_t count, uint32_t stride) {
    Slot *first = (Slot *)(void *)memory;
    *ring = (Ring){ .limit = (uint64_t)count * 2, .fill = first, .take = first };
    for (uint32_t i = 0; i < count; i++) {
        Slot *slot = (Slot *)(void *)(memory + (size_t)i * stride);
        ledger_init(&slot->blocks);
        links_init(&slot->endpoints);
        slot->next = i + 1 < count ? (Slot *)(void *)((uint8_t *)slot + stride) : first;
    }
}

Channel *channel_new(const Contract *contract, Account *account) {
    const uint32_t payload =
        contract->slot_bytes > SIP_SEND_BYTES ? contract->slot_bytes : SIP_SEND_BYTES;
    const uint32_t stride = sizeof(Slot) + payload;
    const uint64_t head = (sizeof(Channel) + 15) / 16 * 16;
    SipBlock *block =
        heap_take(account, head + ((uint64_t)contract->slots[0] + contract->slots[1]) * stride);
    if (!block) return NULL;
    account->channels += heap_charge(block); // the channel's, not a block of the SIP's
    account->blocks--;
    INJECT(CHANNEL_TAKEN);
    Channel *channel = block_memory(block);
    uint8_t *slots = (uint8_t *)channel + head;
    channel->contract = contract;
    channel->block = block;
    make_slots(&channel->rings[0], slots, contract->slots[0], stride);
    make_slots(
        &channel->rings[1], slots + (size_t)contract->slots[0] * stride, contract->slots[1], stride
    );
    for (int i = 0; i < 2; i++)
        channel->ends[i] = (SipEndpoint){
            .peer = &channel->ends[!i],
            .out = &channel->rings[i],
            .in = &channel->rings[!i],
            .channel = channel,
        };
    INJECT(CHANNEL_MADE);
    return channel;
}

static void free_channel(Channel *channel) {
    SipBlock *block = channel->block;
    Account *account = block->owner;
    account->channels -= heap_charge(block);
    account->blocks++;
    heap_give(block);
}

void endpoint_give(SipEndpoint *ep, Sip *owner) {
    ep->owner = owner;
    links_add(&owner->endpoints, &ep->link);
    owner->endpoint_count++;
    INJECT(END_GIVEN);
}

static void endpoint_leave(SipEndpoint *ep) {
    if (!ep->owner) return;
    links_remove(&ep->link);
    ep->owner->endpoint_count--;
    ep->owner = NULL;
}

// --- sending -----------------------------------------------------------------------------------------------

PATH static bool ring_is_full(const Ring *ring) {
    return (ring->word & ~(uint64_t)1) - ring->taken >= ring->limit;
}

// A few stores for the few words that payloads mostly are; a call of memset costs more.
__attribute__((no_builtin("memset"))) static void clear_payload(Slot *slot, uint32_t bytes) {
    uint64_t *words = slot_payload(slot);
#pragma clang loop unroll(disable) vectorize(disable)
    for (uint32_t i = 0; i < bytes; i += 16, words += 2)
        words[0] = words[1] = 0;
}

bool channel_can_send(const SipEndpoint *ep) {
    return !(ep->out->word & 1) && !ring_is_full(ep->out);
}

PATH Slot *channel_next(SipEndpoint *ep, uint32_t message) {
    Ring *ring = ep->out;
    if (ring->word & 1) return NULL;
    if (message >= ep->channel->contract->message_count || ring_is_full(ring))
        panic("a message is sent that the contract does not allow"
        ); // the verifier promised otherwise
    Slot *slot = ring->fill;
    slot->message = message;
    INJECT(SEND_BEGUN);
    return slot;
}

PATH void *channel_begin(SipEndpoint *ep, uint32_t message) {
    Slot *slot = channel_next(ep, message);
    if (!slot) return NULL;
    clear_payload(slot, ep->channel->contract->payload_bytes[message]);
    return slot_payload(slot);
}

PATH void channel_add_block(SipEndpoint *ep, SipBlock *block) {
    Slot *slot = ep->out->fill;
    Account *payer = block->owner;
    uint64_t charge = heap_charge(block);
    ledger_remove(block);
    INJECT(SEND_BLOCK_OFF);
    ledger_add(&slot->blocks, block);
    slot->payer = payer;
    slot->charge += charge;
    payer->in_flight += charge;
    payer->blocks--;
    INJECT(SEND_BLOCK);
}

void channel_add_endpoint(SipEndpoint *ep, SipEndpoint *given) {
    Slot *slot = ep->out->fill;
    endpoint_leave(given);
    INJECT(SEND_END_OFF);
    links_add(&slot->endpoints, &given->link);
    slot->endpoint_count++;
    INJECT(SEND_END);
}

PATH void channel_commit(SipEndpoint *ep) {
    Ring *ring = ep->out;
    SipEndpoint *peer = ep->peer;
    ring->fill = ring->fill->next;
    INJECT(SEND_FILLED);
    ring->word += 2;
    INJECT(SEND_PUBLISHED);
    if (peer->waiter)
        sched_wake(peer->waiter);
    else if (peer->notice)
        channel_notice(peer);
    INJECT(SEND_WOKEN);
}

ASIDE void channel_notice(SipEndpoint *ep) {
    switch ((Notice)ep->notice) {
    case NOTICE_NONE: break;
    case NOTICE_CONSOLE: console_serve(ep); break;
    case NOTICE_WIRE: wire_serve(ep); break;
    case NOTICE_IRQ: irq_serve(ep); break;
    case NOTICE_DIAGNOSTICS:
    case NOTICE_FAULTS:
    case NOTICE_INPUT: service_notice(ep); break;
    case NOTICE_PROGRAM:
    case NOTICE_PROCESS: process_notice(ep); break;
    case NOTICE_EXIT: break;
    case NOTICE_SET: set_notice(ep); break;
    case NOTICE_CASES: cases_notice(ep->watcher); break;
    }
}

// --- receiving ---------------------------------------------------------------------------------------------

static void take_blocks(Slot *slot, Sip *receiver) {
    Account *payer = slot->payer, *account = &receiver->account;
    for (SipBlock *block = slot->blocks.next, *next; block != &slot->blocks; block = next) {
        next = block->next;
        block->owner = account;
        account->blocks++;
        ledger_add(&receiver->blocks, block);
    }
    ledger_init(&slot->blocks);
    INJECT(RECEIVE_BLOCKS);
    payer->used -= slot->charge;
    payer->in_flight -= slot->charge;
    account->used += slot->charge;
    slot->charge = 0;
    INJECT(RECEIVE_CHARGED);
    if (payer->used == 0 && payer->has_ended) account_drained(payer);
}

static void take_endpoints(Slot *slot, Sip *receiver) {
    while (slot->endpoint_count) {
        SipEndpoint *ep = (SipEndpoint *)(void *)slot->endpoints.next;
        links_remove(&ep->link);
        INJECT(RECEIVE_END_OFF);
        endpoint_give(ep, receiver);
        slot->endpoint_count--;
        INJECT(RECEIVE_END);
    }
}

PATH void channel_take(SipEndpoint *ep, Sip *receiver) {
    Ring *ring = ep->in;
    Slot *slot = ring->take;
    if (slot->charge) take_blocks(slot, receiver);
    if (slot->endpoint_count) take_endpoints(slot, receiver);
    ring->take = slot->next;
    ring->taken += 2;
    INJECT(RECEIVE_TAKEN);
}

// --- closing -----------------------------------------------------------------------------------------------

// What a slot carries ends; its endpoints are left to be closed, so that nothing recurs however deep they nest.
static void drop_slot(Slot *slot, EndpointLink *to_close) {
    if (slot->charge) slot->payer->in_flight -= slot->charge;
    slot->charge = 0;
    for (SipBlock *block = slot->blocks.next, *next; block != &slot->blocks; block = next) {
        next = block->next;
        slot->payer->blocks++; // in flight no longer, for the moment until it is gone
        heap_give(block);      // with the last, the payer may be
    }
    ledger_init(&slot->blocks);
    ledger_splice(to_close, &slot->endpoints);
    slot->endpoint_count = 0;
}

static void drain(Ring *ring, EndpointLink *to_close) {
    for (; !ring_is_empty(ring); ring->taken += 2) {
        drop_slot(ring->take, to_close);
        ring->take = ring->take->next;
    }
}

static void tell_closed(SipEndpoint *ep) {
    if (ep->waiter)
        sched_wake(ep->waiter);
    else if (ep->notice && !endpoint_is_kernels(ep))
        channel_notice(ep);
}

static void close_one(SipEndpoint *ep, EndpointLink *to_close) {
    SipEndpoint *peer = ep->peer;
    Channel *channel = ep->channel;
    endpoint_leave(ep);
    INJECT(CLOSE_LEFT);
    ep->closed = true;
    ep->waiter = NULL;
    if (ep->notice == NOTICE_SET) set_remove(ep);
    ep->notice = NOTICE_NONE;
    if (!ring_is_full(ep->out))
        drop_slot(ep->out->fill, to_close); // begun and never sent, if its sender died meanwhile
    ep->out->word |= 1;
    ep->in->word |= 1;
    INJECT(CLOSE_MARKED);
    drain(ep->in, to_close);
    INJECT(CLOSE_DRAINED);
    tell_closed(peer);
    INJECT(CLOSE_TOLD);
    if (endpoint_is_kernels(peer) && !peer->closed) {
        peer->closed = true;
        drain(peer->in, to_close);
        if (peer->notice == NOTICE_WIRE) wire_forget(peer, to_close);
        if (peer->notice == NOTICE_IRQ) irq_forget(peer);
        service_forget(peer);
        process_forget(peer);
    }
    if (!peer->closed) return;
    free_channel(channel);
    INJECT(CLOSE_FREED);
}

void channel_close_all(EndpointLink *list) {
    while (list->next != list) {
        SipEndpoint *ep = (SipEndpoint *)(void *)list->next;
        if (!ep->owner)
            links_remove(&ep->link); // from the list itself; an owner's list is left by close_one
        close_one(ep, list);
    }
}

void channel_close(SipEndpoint *ep) {
    EndpointLink list;
    links_init(&list);
    close_one(ep, &list);
    channel_close_all(&list);
}

void channel_drop(SipEndpoint *ep) {
    EndpointLink list;
    links_init(&list);
    drop_slot(ep->in->take, &list);
    ep->in->take = ep->in->take->next;
    ep->in->taken += 2;
    channel_close_all(&list);
    INJECT(RECEIVE_DROPPED);
}

// The peer has closed between begin and commit: nobody will ever look at the slot again (decision 21).
ASIDE void channel_forget(SipEndpoint *ep) {
    EndpointLink list;
    links_init(&list);
    drop_slot(ep->out->fill, &list);
    channel_close_all(&list);
    INJECT(SEND_FORGOTTEN);
}

ASIDE void channel_refuse(SipEndpoint *ep) {
    EndpointLink list;
    links_init(&list);
    ep->out->word |= 1;
    ep->in->word |= 1;
    drain(ep->in, &list);
    tell_closed(ep->peer);
    channel_close_all(&list);
    INJECT(RECEIVE_REFUSED);
}
