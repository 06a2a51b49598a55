// machine.console (contracts/channels/console.sip): the kernel is the exporter. It answers at once, on the stack of the
// SIP that sent: text out, then ok.

#include "core.h"

enum { CONSOLE_WRITE, CONSOLE_PUT, CONSOLE_OK };

typedef struct Bytes { // the payload of write and put
    const uint8_t *ptr;
    uint64_t length;
} Bytes;

// Verified code sends whole blocks; we look nevertheless that what we read is what was sent.
static bool slot_holds(const Slot *slot, Bytes bytes) {
    for (SipBlock *block = slot->blocks.next; block != &slot->blocks; block = block->next) {
        const uint64_t offset = (uint64_t)(bytes.ptr - (const uint8_t *)block_memory(block));
        if (offset <= block->size && bytes.length <= block->size - offset) return true;
    }
    return false;
}

static void show(Slot *slot) {
    Bytes bytes;
    __builtin_memcpy(&bytes, slot_payload(slot), sizeof bytes);
    if (bytes.length && slot_holds(slot, bytes)) console_write(bytes.ptr, bytes.length);
}

ASIDE void console_serve(SipEndpoint *ep) {
    while (!ring_is_empty(ep->in)) {
        show(ep->in->take);
        channel_drop(ep);
        if (!channel_can_send(ep)) continue;
        channel_begin(ep, CONSOLE_OK);
        channel_commit(ep);
    }
}
