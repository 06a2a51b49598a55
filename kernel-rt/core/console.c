// machine.console (contracts/channels/console.sip): the kernel is the exporter. It answers at once, on the stack of the
// SIP that sent: text out, then ok. Of a long text only the first piece: a line takes its time for each byte, and nobody else
// has the kernel meanwhile. The other pieces come one by one in turns of the kernel's own.

#include "core.h"

enum { CONSOLE_WRITE, CONSOLE_PUT, CONSOLE_OK };
enum { PIECE = 4096 }; // bytes: a long text stays in one piece mostly; 0.4 s at 115200 baud

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

// A piece of the first message, from where the last one ended. True: that was all of it.
static bool show_piece(SipEndpoint *ep) {
    Slot *slot = ep->in->take;
    Bytes bytes;
    __builtin_memcpy(&bytes, slot_payload(slot), sizeof bytes);
    if (bytes.length == 0 || !slot_holds(slot, bytes)) return true;
    const uint64_t left = bytes.length - ep->served, length = left < PIECE ? left : PIECE;
    console_write(bytes.ptr + ep->served, length);
    ep->served += length;
    return length == left;
}

ASIDE void console_serve(SipEndpoint *ep) {
    while (!ring_is_empty(ep->in)) {
        if (!show_piece(ep)) {
            process_notice(ep);
            return;
        }
        ep->served = 0;
        channel_drop(ep);
        if (channel_can_send(ep)) service_tell(ep, CONSOLE_OK);
    }
}
