// Wires to what may be started again (contracts/channels/listener.sip, `Wire`): the kernel is the exporter. Each time that a sip
// is started it gets a new channel; its other end waits here until whoever holds the wire asks for it, and goes to it in a
// message. When the sip will not be started any more, the wire closes.

#include "core.h"

enum { WIRE_NEXT, WIRE_FRESH };

static void deliver(Wire *wire) {
    if (!wire->end || !wire->is_asked || !wire->fresh || !channel_can_send(wire->end)) return;
    SipEndpoint **payload = channel_begin(wire->end, WIRE_FRESH);
    *payload = wire->fresh;
    channel_add_endpoint(wire->end, wire->fresh);
    wire->fresh = NULL;
    wire->is_asked = false;
    channel_commit(wire->end);
}

Wire *wire_new(SipEndpoint *end) {
    Wire *wire = record_take(sizeof *wire);
    wire->end = end;
    end->notice = NOTICE_WIRE;
    end->wire = wire;
    return wire;
}

// One that nobody has asked for is of a channel that has ended.
void wire_renew(Wire *wire, SipEndpoint *fresh) {
    SipEndpoint *old = wire->end ? wire->fresh : fresh;
    wire->fresh = wire->end ? fresh : NULL;
    if (old) channel_close(old);
    deliver(wire);
}

ASIDE void wire_serve(SipEndpoint *end) {
    for (; !ring_is_empty(end->in); channel_drop(end))
        end->wire->is_asked = true;
    deliver(end->wire);
}

void wire_forget(SipEndpoint *end, EndpointLink *to_close) {
    Wire *wire = end->wire;
    if (wire->fresh) links_add(to_close, &wire->fresh->link);
    wire->fresh = wire->end = NULL;
}

// What nobody asked for may carry the end by which it was asked for: then both are gone at once.
void wire_end(Wire *wire) {
    SipEndpoint *fresh = wire->fresh;
    wire->fresh = NULL;
    if (fresh) channel_close(fresh);
    SipEndpoint *end = wire->end;
    wire->end = NULL;
    if (end) channel_close(end);
}
