// machine.input (contracts/channels/console.sip): bytes that come in by the console. The platform says that some have come, from a handler or a
// thread of its own; they are fetched when the kernel is at rest, into a ring that is full at some time: then they are left where they
// are, and what is lost there is counted. Who asks first is answered first; a question waits in its channel until there is something.

#include "core.h"

enum { READ, TYPING, GOT, END, NO_ROOM, IS };

enum { ROOM = 4096 };

static uint8_t ring[ROOM];
static uint32_t first, count; // of the bytes in it
static uint64_t lost;         // before the first of them
static bool is_on, has_ended;
static PlatformTyping typing;
static EndpointLink asking = { &asking,
                               &asking }; // ends by `member`, in the order in which they asked

// --- bytes -------------------------------------------------------------------------------------------------

static void fetch(void) {
    while (count < ROOM && !has_ended) {
        const uint32_t at = (first + count) % ROOM;
        const uint32_t room = at < first ? first - at : ROOM - at;
        const size_t got = platform_input_read(ring + at, room, &lost, &has_ended);
        count += (uint32_t)got;
        if (got < room) return;
    }
}

static void take(uint8_t *bytes, uint32_t length) {
    const uint32_t part = length < ROOM - first ? length : ROOM - first;
    __builtin_memcpy(bytes, ring + first, part);
    __builtin_memcpy(bytes + part, ring, length - part);
    first = (first + length) % ROOM;
    count -= length;
}

// --- answers -----------------------------------------------------------------------------------------------

typedef struct Got {
    uint8_t *bytes;
    uint64_t length, lost;
} Got;

static void tell_bytes(SipEndpoint *end, uint32_t most) {
    const uint32_t length = most < count ? most : count;
    Got *got = channel_begin(end, GOT);
    uint8_t *bytes = service_add(end, service_payer(end), length);
    if (length && !bytes) {
        service_tell(end, NO_ROOM);
        return;
    }
    if (length) take(bytes, length);
    *got = (Got){ bytes, length, lost };
    lost = 0;
    channel_commit(end);
}

static void answer(SipEndpoint *end) {
    uint32_t most;
    __builtin_memcpy(&most, slot_payload(end->in->take), sizeof most);
    input_forget(end);
    channel_drop(end);
    if (!channel_can_send(end)) return;
    if (count == 0 && has_ended)
        service_tell(end, END);
    else
        tell_bytes(end, most);
}

void input_look(void) {
    if (!is_on) return;
    fetch();
    while (asking.next != &asking && (count || has_ended)) {
        answer((SipEndpoint *)(void *)((uint8_t *)asking.next - offsetof(SipEndpoint, member)));
        fetch();
    }
}

bool input_wanted(void) {
    return asking.next != &asking && !has_ended;
}

// --- questions ---------------------------------------------------------------------------------------------

void input_begin(void) {
    if (!is_on) typing = platform_input_start();
    is_on = true;
}

ASIDE void input_serve(SipEndpoint *end) {
    if (ring_is_empty(end->in)) return;
    if (end->in->take->message == READ) {
        links_add(asking.prev, &end->member);
        input_look();
        return;
    }
    channel_drop(end);
    if (!channel_can_send(end)) return;
    uint8_t *payload = channel_begin(end, IS);
    *payload = (uint8_t)typing;
    channel_commit(end);
}

void input_forget(SipEndpoint *end) {
    if (end->member.next) links_remove(&end->member);
    end->member.next = NULL;
}
