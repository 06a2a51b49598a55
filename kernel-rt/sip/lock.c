// Locks of the threads of one SIP. The word is 0, or the number of the thread that has the lock, with a bit that says that
// others wait for it. A lock that nobody has costs one exchange; the kernel is asked only to wait and to wake.
//
// Whoever has waited takes the lock with the bit set, since it cannot know whether others still wait: then its unlock
// wakes one too many, which looks and goes back to wait (U. Drepper, "Futexes Are Tricky", 2011, section 5, in two words).

#include "sip.h"

#define WAITED_FOR ((uint64_t)1 << 63)

static uint64_t own_number(void) {
    SipThread *thread;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(thread));
    return thread->number;
}

static int take(uint64_t *word, uint64_t *seen, uint64_t mine) {
    *seen = 0;
    return __atomic_compare_exchange_n(word, seen, mine, 0, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

// Marks the lock as waited for; 0 if it has changed hands meanwhile.
static int mark(uint64_t *word, uint64_t seen) {
    if (seen & WAITED_FOR) return 1;
    return __atomic_compare_exchange_n(
        word, &seen, seen | WAITED_FOR, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED
    );
}

void sip_lock(uint64_t *word, uint32_t site) {
    uint64_t mine = own_number(), seen;
    while (!take(word, &seen, mine)) {
        if ((seen & ~WAITED_FOR) == (mine & ~WAITED_FOR)) sip_trap(site);
        if (!mark(word, seen)) continue;
        mine |= WAITED_FOR;
        sip_kernel->PARK(word, seen | WAITED_FOR);
    }
}

void sip_unlock(uint64_t *word) {
    if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) & WAITED_FOR) sip_kernel->UNPARK(word);
}
