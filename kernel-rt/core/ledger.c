// The ledger's slow half: whole lists at once. What a block contains is never looked at (decision 2).

#include "core.h"

void ledger_free(SipBlock *list) {
    for (SipBlock *block = list->next, *next; block != list; block = next) {
        next = block->next;
        heap_give(block);
    }
    ledger_init(list);
}

void ledger_splice(EndpointLink *to, EndpointLink *from) {
    if (from->next == from) return;
    from->prev->next = to->next;
    to->next->prev = from->prev;
    to->next = from->next;
    from->next->prev = to;
    links_init(from);
}
