// What the kernel serves to whom the system wires it (contracts/abi/services.def): one channel for each wire, whose exporter is the kernel. It
// answers in the call that asks, or when there is an answer, on the stack and in the time of who asks, in steps whose length does not depend on what there is.
// What an answer carries is at the expense of who asks; what that has no room for is left out. So nobody is served at another's cost.

#include "core.h"

void service_begin(SipEndpoint *end, uint32_t service) {
    static const Notice notices[] = {
        [IMAGE_SERVICE_CONSOLE] = NOTICE_CONSOLE,
        [IMAGE_SERVICE_DIAGNOSTICS] = NOTICE_DIAGNOSTICS,
        [IMAGE_SERVICE_FAULTS] = NOTICE_FAULTS,
        [IMAGE_SERVICE_INPUT] = NOTICE_INPUT,
    };
    _Static_assert(sizeof notices / sizeof *notices == IMAGE_SERVICES, "a notice for each");
    end->notice = (uint8_t)notices[service];
    if (service == IMAGE_SERVICE_DIAGNOSTICS) time_count();
    if (service == IMAGE_SERVICE_FAULTS) reports_begin(end);
    if (service == IMAGE_SERVICE_INPUT) input_begin();
}

ASIDE void service_notice(SipEndpoint *end) {
    if (end->notice == NOTICE_DIAGNOSTICS) diagnostics_serve(end);
    if (end->notice == NOTICE_FAULTS) reports_serve(end);
    if (end->notice == NOTICE_INPUT) input_serve(end);
}

void service_forget(SipEndpoint *end) {
    if (end->notice == NOTICE_DIAGNOSTICS) diagnostics_forget(end);
    if (end->notice == NOTICE_FAULTS) reports_forget(end);
    if (end->notice == NOTICE_INPUT) input_forget(end);
}

void service_tell(SipEndpoint *end, uint32_t message) {
    channel_begin(end, message);
    channel_commit(end);
}

// --- what answers carry ------------------------------------------------------------------------------------

// Where nobody has the end now, since it is on its way itself, whoever pays for the channel.
Account *service_payer(const SipEndpoint *end) {
    Sip *asker = end->peer->owner;
    return asker ? &asker->account : end->channel->block->owner;
}

void *service_add(SipEndpoint *end, Account *payer, uint64_t size) {
    SipBlock *block = size ? heap_take(payer, size) : NULL;
    if (!block) return NULL;
    ledger_init(block);
    channel_add_block(end, block);
    return block_memory(block);
}

SipText service_add_text(SipEndpoint *end, Account *payer, const void *text, size_t length) {
    char *copy = service_add(end, payer, length);
    if (!copy) return (SipText){ 0 };
    __builtin_memcpy(copy, text, length);
    return (SipText){ copy, length };
}

EndingTexts service_add_ending(
    SipEndpoint *end, Account *payer, const Ending *ending, const Sealed *sealed
) {
    static char text[4096];
    size_t length = fault_write_place(ending, text, sizeof text);
    const SipText where = service_add_text(end, payer, text, length);
    length = fault_write(ending, sealed, text, sizeof text);
    return (EndingTexts){ where, service_add_text(end, payer, text, length) };
}
