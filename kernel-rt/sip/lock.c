// Locks of the threads of one SIP (SIP_LOCK_WAITED_FOR says what is in the word). A lock that nobody has costs one exchange, and so does giving
// it back if nobody waits; the kernel is asked only to wait, and to hand it on. Whoever waits is given it by the kernel, in the order
// in which they came: in between it is never free, so that nobody who comes later is faster.

#include "sip.h"

static uint64_t own_number(void) {
    SipThread *thread;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(thread));
    return thread->number;
}

// Else `seen` is what it holds.
static int exchange(uint64_t *word, uint64_t *seen, uint64_t next) {
    return __atomic_compare_exchange_n(word, seen, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// 0 if it has changed hands meanwhile.
static int mark(uint64_t *word, uint64_t seen) {
    return seen & SIP_LOCK_WAITED_FOR || exchange(word, &seen, seen | SIP_LOCK_WAITED_FOR);
}

static int is_mine(const uint64_t *word, uint64_t mine) {
    return (__atomic_load_n(word, __ATOMIC_ACQUIRE) & ~SIP_LOCK_WAITED_FOR) == mine;
}

void sip_lock(uint64_t *word, uint32_t site) {
    const uint64_t mine = own_number();
    if (is_mine(word, mine)) sip_trap(site);
    for (uint64_t seen = 0; !exchange(word, &seen, mine); seen = 0) {
        if (!mark(word, seen)) continue;
        sip_kernel->PARK(word, seen | SIP_LOCK_WAITED_FOR);
        if (is_mine(word, mine)) return;
    }
}

// Whoever gives it back has it: what else is in the word is whether others wait.
void sip_unlock(uint64_t *word) {
    uint64_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);
    if (seen & SIP_LOCK_WAITED_FOR || !exchange(word, &seen, 0)) sip_kernel->UNPARK(word);
}
