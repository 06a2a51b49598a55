// The kernel's functions, in the order of kcalls.def: the only way from a SIP into the kernel. Each first tests that the
// stack has room for kernel code, so that nothing is ever left half done. Functions bear the names of their rows.
//
// Compiled twice: for one CPU, where nothing is locked and who waits is stopped at the very end of its call; and, by kcalls_shared.c,
// for several, where each takes the lock behind that test, and gives it back when it returns.

#include "core.h"

#define PC    ((uint64_t)(uintptr_t)__builtin_return_address(0) - 1) // inside the call
#define FRAME ((uint64_t)(uintptr_t)__builtin_frame_address(0))

#ifdef KCALLS_SHARED
#define ENTER __attribute__((cleanup(leave), unused)) Thread *const thread = enter(PC, FRAME)
#define TABLE kernel_table_shared
#define LAST
#define WAIT_FOR(ep) receive_wait(thread, ep, PC)

static inline __attribute__((always_inline)) Thread *enter(uint64_t pc, uint64_t frame) {
    Thread *thread = current_thread();
    const bool has_room = LIKELY(frame >= thread->block.stack_low + KERNEL_STACK);
    lock_kernel();
    if (!has_room) fault_at_pc(FAULT_STACK, pc, frame);
    if (__builtin_expect(thread->limit == UINT64_MAX, 0)) preempt_at_entry(thread, frame);
    return thread;
}

static inline __attribute__((always_inline)) void leave(Thread *const *thread) {
    (void)thread;
    INJECT_LEAVE();
    unlock_kernel();
}
#else
#define ENTER        __attribute__((unused)) Thread *const thread = enter(PC, FRAME)
#define TABLE        kernel_table
#define LAST         __attribute__((musttail))
#define WAIT_FOR(ep) wait_for(ep)

static inline __attribute__((always_inline)) Thread *enter(uint64_t pc, uint64_t frame) {
    Thread *thread = current_thread();
    if (__builtin_expect(frame < thread->limit, 0) && !preempt_at_entry(thread, frame))
        fault_at_pc(FAULT_STACK, pc, frame);
    return thread;
}
#endif

// --- ends --------------------------------------------------------------------------------------------------

static void kcall_TRAP(uint32_t site) {
    ENTER;
    fault_trap(site, FRAME);
}

static void kcall_FINISH(void) {
    ENTER;
    sched_leave();
}

// --- the exchange heap -------------------------------------------------------------------------------------

static inline void *alloc_for(Sip *sip, uint64_t size) {
    SipBlock *block = heap_take(&sip->account, size);
    if (!block) return NULL;
    ledger_add(&sip->blocks, block);
    return block_memory(block);
}

static void *kcall_ALLOC(uint64_t size, uint32_t site) {
    ENTER;
    void *memory = alloc_for(thread->sip, size);
    if (!memory) fault_at_site(FAULT_QUOTA, site, FRAME);
    return memory;
}

static void *kcall_TRY_ALLOC(uint64_t size) {
    ENTER;
    return alloc_for(thread->sip, size);
}

static void kcall_FREE(void *memory) {
    ENTER;
    Sip *sip = thread->sip;
    SipBlock *block = block_of(memory);
    if (block->owner != &sip->account)
        panic("a block is freed by somebody else than its owner"
        ); // the verifier promised otherwise
    ledger_remove(block);
    heap_give(block);
}

// --- channels ----------------------------------------------------------------------------------------------

static const Contract *contract_row(const Sip *sip, uint32_t row) {
    if (row >= sip->program->sealed->manifest.contracts.count)
        panic("a contract is named that the manifest has not");
    return sip->program->contracts[row];
}

static void kcall_CHANNEL(uint32_t contract, SipEndpoint **imp, SipEndpoint **exp, uint32_t site) {
    ENTER;
    Sip *sip = thread->sip;
    Channel *channel = channel_new(contract_row(sip, contract), &sip->account);
    if (!channel) fault_at_site(FAULT_QUOTA, site, FRAME);
    for (int i = 0; i < 2; i++)
        endpoint_give(&channel->ends[i], sip);
    *imp = &channel->ends[0];
    *exp = &channel->ends[1];
}

static void kcall_SEND(
    SipEndpoint *ep, uint32_t message, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3
) {
    ENTER;
    Slot *slot = channel_next(ep, message);
    if (!slot) return;
    uint64_t *words = slot_payload(slot); // each slot has room for four
    words[0] = w0;
    words[1] = w1;
    words[2] = w2;
    words[3] = w3;
    channel_commit(ep);
}

static void *kcall_SEND_BEGIN(SipEndpoint *ep, uint32_t message) {
    ENTER;
    return channel_begin(ep, message);
}

static void kcall_SEND_BLOCK(SipEndpoint *ep, void *memory) {
    ENTER;
    channel_add_block(ep, block_of(memory));
}

static void kcall_SEND_ENDPOINT(SipEndpoint *ep, SipEndpoint *given) {
    ENTER;
    channel_add_endpoint(ep, given);
}

static void kcall_SEND_COMMIT(SipEndpoint *ep) {
    ENTER;
    if (LIKELY(!(ep->out->word & 1)))
        channel_commit(ep);
    else
        channel_forget(ep);
}

#ifndef KCALLS_SHARED
// Called by a jump: who waits goes on in the SIP and not in here, where a `ret` would surprise the return predictor.
__attribute__((noinline)) static SipReceived wait_for(SipEndpoint *ep) {
    return receive_wait(current_thread(), ep, PC);
}
#endif

static SipReceived kcall_RECEIVE(SipEndpoint *ep) {
    ENTER;
    SipReceived received;
    if (receive_now(thread, ep, &received)) return received;
    LAST return WAIT_FOR(ep);
}

static SipReceived kcall_RECEIVE_ANY(SipEndpoint *const *eps, uint32_t count, uint64_t timeout) {
    ENTER;
    return receive_any(thread, eps, count, timeout, PC);
}

static SipReceived kcall_RECEIVE_CASES(SipWait *wait) {
    ENTER;
    return receive_cases(thread, wait, PC);
}

static void kcall_CLOSE(SipEndpoint *ep) {
    ENTER;
    channel_close(ep);
}

static uint32_t kcall_IS_CLOSED(SipEndpoint *ep) {
    ENTER;
    return ep->in->word & 1;
}

static uint32_t kcall_ENDPOINT_IS(SipEndpoint *ep, uint32_t contract) {
    ENTER;
    return ep->channel->contract == contract_row(thread->sip, contract);
}

// --- endpoints of which only the contract is known -----------------------------------------------------------

// The contract that its holder goes by may be a base of the channel's, and numbers its states in an order of its own.
static void kcall_ERASE(SipEndpoint *ep, uint32_t contract, uint32_t state) {
    ENTER;
    ep->erased = contract_row(thread->sip, contract);
    ep->erased_state = state;
}

// States have numbers in the order of the contract, which its digest covers.
static uint32_t kcall_RECOVER(SipEndpoint *ep, uint32_t contract, uint32_t state) {
    ENTER;
    const Sip *sip = thread->sip;
    const bool fits = ep->erased == contract_row(sip, contract) && ep->erased_state == state;
    ep->erased = NULL;
    if (!fits) channel_close(ep);
    return fits;
}

// --- sets ------------------------------------------------------------------------------------------------------

static void kcall_SET_ADD(SipSet **set, SipEndpoint *ep, void *value, uint32_t site) {
    ENTER;
    Sip *sip = thread->sip;
    if (!*set && !(*set = set_new(sip))) fault_at_site(FAULT_QUOTA, site, FRAME);
    set_add(*set, ep, value);
}

static SipEndpoint *kcall_SET_TAKE(SipSet *set, void **value) {
    ENTER;
    SipEndpoint *ep = set ? set_first(set) : NULL;
    if (!ep) return NULL;
    *value = ep->value;
    set_remove(ep);
    return ep;
}

static uint64_t kcall_SET_COUNT(SipSet *set) {
    ENTER;
    return set ? set->count : 0;
}

static void kcall_SET_END(SipSet *set) {
    ENTER;
    if (set) set_end(set);
}

// --- time --------------------------------------------------------------------------------------------------

static uint64_t kcall_NOW(void) {
    ENTER;
    return sched_now();
}

static uint64_t kcall_CYCLES(void) {
    ENTER;
    return arch_cycles();
}

static void kcall_YIELD(void) {
    ENTER;
    sched_yield();
}

static void kcall_SLEEP(uint64_t nanoseconds) {
    ENTER;
    thread->wait_pc = PC;
    sched_wait(deadline_after(nanoseconds));
}

// --- threads -----------------------------------------------------------------------------------------------

static void kcall_SPAWN(
    const void *entry, const void *args, uint64_t size, void *join, uint32_t site
) {
    ENTER;
    const uint32_t fault = thread_spawn(thread, (uint64_t)(uintptr_t)entry, args, size, join);
    if (fault != FAULT_NONE) fault_at_site(fault, site, FRAME);
}

static void *kcall_JOIN_BEGIN(void) {
    ENTER;
    return thread_join_begin(thread);
}

static void kcall_JOIN_END(void *join) {
    ENTER;
    thread->wait_pc = PC;
    thread_join_end(thread, join);
}

static void kcall_PARK(const uint64_t *word, uint64_t seen) {
    ENTER;
    thread->wait_pc = PC;
    thread_park(thread, word, seen);
}

static void kcall_UNPARK(uint64_t *word) {
    ENTER;
    thread_unpark(thread, word);
}

static void kcall_COLLECTOR(const volatile uint64_t *busy) {
    ENTER;
    thread_collector(thread, busy);
}

static uint32_t kcall_ROOTS(uint64_t index, SipRoots *roots) {
    ENTER;
    return thread_roots(thread, index, roots);
}

// --- devices -----------------------------------------------------------------------------------------------

enum {
    PORTS = 1 << SEAL_GRANT_IO_PORT,
    MEMORY = 1 << SEAL_GRANT_IO_MEMORY | 1 << SEAL_GRANT_DMA,
};

// What a scalar of so many bytes is read from and written to: there are no ports of 8.
static Device *device_for(Sip *sip, uint64_t device, uint32_t width) {
    if (width != 1 && width != 2 && width != 4 && width != 8)
        panic("a device is read or written by another width than a scalar's");
    return device_of(sip, device, width == 8 ? MEMORY : MEMORY | PORTS);
}

static uint64_t kcall_DEVICE_READ(uint64_t number, uint64_t offset, uint32_t width, uint32_t site) {
    ENTER;
    const Device *device = device_for(thread->sip, number, width);
    if (!device_covers(device, offset, width)) fault_at_site(FAULT_INDEX, site, FRAME);
    return device_read(device, offset, width);
}

static void kcall_DEVICE_WRITE(
    uint64_t number, uint64_t offset, uint64_t value, uint32_t width, uint32_t site
) {
    ENTER;
    const Device *device = device_for(thread->sip, number, width);
    if (!device_covers(device, offset, width)) fault_at_site(FAULT_INDEX, site, FRAME);
    if (!device_write(device, offset, value, width)) fault_at_site(FAULT_REFUSED, site, FRAME);
}

static void kcall_DEVICE_COPY_IN(
    uint64_t number, uint64_t offset, void *bytes, uint64_t length, uint32_t site
) {
    ENTER;
    const Device *device = device_of(thread->sip, number, MEMORY);
    if (!device_covers(device, offset, length)) fault_at_site(FAULT_INDEX, site, FRAME);
    device_copy_in(device, offset, bytes, length < SIP_DEVICE_COPY ? length : SIP_DEVICE_COPY);
}

static void kcall_DEVICE_COPY_OUT(
    uint64_t number, uint64_t offset, const void *bytes, uint64_t length, uint32_t site
) {
    ENTER;
    const Device *device = device_of(thread->sip, number, MEMORY);
    if (!device_covers(device, offset, length)) fault_at_site(FAULT_INDEX, site, FRAME);
    if (!device_copy_out(
            device, offset, bytes, length < SIP_DEVICE_COPY ? length : SIP_DEVICE_COPY
        ))
        fault_at_site(FAULT_REFUSED, site, FRAME);
}

// Memory is mapped at its physical address, and seen there by the bus.
static uint64_t kcall_DEVICE_ADDRESS(uint64_t number) {
    ENTER;
    return (uint64_t)(uintptr_t)device_of(thread->sip, number, 1 << SEAL_GRANT_DMA)->memory;
}

static SipEndpoint *kcall_DEVICE_LISTEN(uint64_t number, uint32_t contract, uint32_t site) {
    ENTER;
    Sip *sip = thread->sip;
    Device *device = device_of(sip, number, 1 << SEAL_GRANT_IRQ);
    SipEndpoint *end = irq_listen(device, contract, contract_row(sip, contract), sip);
    if (!end) fault_at_site(FAULT_QUOTA, site, FRAME);
    return end;
}

static void kcall_DEVICE_END(uint64_t number) {
    ENTER;
    device_end(device_of(thread->sip, number, MEMORY | PORTS | 1 << SEAL_GRANT_IRQ));
}

// --- the system --------------------------------------------------------------------------------------------

static void kcall_EXIT(uint32_t status) {
    ENTER;
    Sip *sip = thread->sip;
    if (!sip->may_exit) fault_at_pc(FAULT_KILLED, PC, FRAME);
    if (sip->starter) { // its own end, of which that one is told
        sip->has_exited = true;
        sip->status = status;
        sched_leave();
    }
    kernel.exited = true;
    kernel.exit_status = status < STATUS_MOST ? status : STATUS_MOST;
    sched_leave();
}

static uint64_t kcall_HEAP_USED(void) {
    ENTER;
    return thread->sip->account.used;
}

const KernelTable TABLE = {
#define KCALL(name, text, visible, result, params) .name = kcall_##name,
#include "contracts/abi/kcalls.def"
};
