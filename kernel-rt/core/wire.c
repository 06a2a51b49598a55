// Wires to what may be started again (contracts/channels/listener.sip, `Wire`): the kernel is the exporter. Each time that a sip
// is started it gets a new channel; its other end waits here until whoever holds the wire asks for it, and goes to it in a
// message. When the sip will not be started any more, the wire closes.
//
// Where both sides have a wire, either may be started again: a channel is made once both ask for an end of it. As often as they
// like, but who keeps what it was given may not use up the machine: so many are open at a time, and no more.

#include "core.h"

enum { WIRE_NEXT, WIRE_FRESH };

static bool may_deliver(const Wire *wire) {
    return wire->end && wire->is_asked && channel_can_send(wire->end);
}

static void deliver(Wire *wire) {
    if (!wire->fresh || !may_deliver(wire)) return;
    SipEndpoint **payload = channel_begin(wire->end, WIRE_FRESH);
    *payload = wire->fresh;
    channel_add_endpoint(wire->end, wire->fresh);
    wire->fresh = NULL;
    wire->is_asked = false;
    channel_commit(wire->end);
    INJECT(WIRE_DELIVERED);
}

// An older one may live on, wherever whoever is gone has sent it: nothing comes of it any more.
void wire_again(Wire *wire, SipEndpoint *end) {
    SipEndpoint *old = wire->end;
    wire->end = NULL;
    if (old) channel_close(old);
    wire->is_asked = false;
    end->notice = NOTICE_WIRE;
    end->wire = wire;
    if (wire->is_over)
        channel_close(end);
    else
        wire->end = end;
    INJECT(WIRE_AGAIN);
}

Wire *wire_new(SipEndpoint *end) {
    Wire *wire = record_take(sizeof *wire);
    wire_again(wire, end);
    return wire;
}

// It is neither's quota: either could use up the other's. NULL if too many are open, or there is no memory.
static Channel *new_channel(Wire *importers) {
    Account *account = &importers->account;
    if (account->quota == 0) account->quota = UINT64_MAX; // until it is known what one costs
    Channel *channel = channel_new(importers->contract, account);
    if (channel) account->quota = SIP_MOST_WIRED * heap_charge(channel->block);
    return channel;
}

// Without a channel nothing more will come: better that both learn of it than that both wait.
static void meet(Wire *wire) {
    Wire *other = wire->other;
    if (!may_deliver(wire) || !may_deliver(other)) return;
    Channel *channel = new_channel(wire->side == 0 ? wire : other);
    if (!channel) {
        wire_end(wire);
        wire_end(other);
        return;
    }
    wire->fresh = &channel->ends[wire->side];
    other->fresh = &channel->ends[other->side];
    INJECT(WIRE_MET);
    deliver(wire);
    deliver(other);
}

// One that nobody has asked for is of a channel that has ended.
void wire_renew(Wire *wire, SipEndpoint *fresh) {
    SipEndpoint *old = wire->end ? wire->fresh : fresh;
    wire->fresh = wire->end ? fresh : NULL;
    if (old) channel_close(old);
    INJECT(WIRE_RENEWED);
    deliver(wire);
}

ASIDE void wire_serve(SipEndpoint *end) {
    for (; !ring_is_empty(end->in); channel_drop(end))
        end->wire->is_asked = true;
    INJECT(WIRE_ASKED);
    if (end->wire->other)
        meet(end->wire);
    else
        deliver(end->wire);
}

void wire_forget(SipEndpoint *end, EndpointLink *to_close) {
    Wire *wire = end->wire;
    if (wire->fresh) links_add(to_close, &wire->fresh->link);
    wire->fresh = wire->end = NULL;
    wire->is_asked = false;
    INJECT(WIRE_FORGOTTEN);
}

// What nobody asked for may carry the end by which it was asked for: then both are gone at once.
void wire_end(Wire *wire) {
    SipEndpoint *fresh = wire->fresh;
    wire->fresh = NULL;
    wire->is_over = true;
    if (fresh) channel_close(fresh);
    SipEndpoint *end = wire->end;
    wire->end = NULL;
    if (end) channel_close(end);
    INJECT(WIRE_OVER);
}
