// Small questions and orders to the CPU, the same booted and hosted.

#include "core/arch.h"

#include <cpuid.h>

_Static_assert(offsetof(KernelTable, FINISH) == 8, "enter.S");
_Static_assert(offsetof(ArchContext, thread) == 8, "switch.S, enter.S");

_Static_assert(offsetof(ArchState, resume) == 560 && offsetof(ArchState, rip) == 640, "switch.S");

extern const uint8_t arch_resume[]
    __attribute__((visibility("hidden"))); // where the preempted go on; switch.S

// What the ABI promises a SIP: nearest rounding, all exceptions masked. fninit does the same for x87, at full precision.
static const uint32_t default_mxcsr = 0x1f80;

uint64_t arch_cycles(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void arch_reset_state(void) {
    __asm__ volatile("cld\n\tfninit\n\tldmxcsr %0" ::"m"(default_mxcsr));
}

void arch_clear_vectors(void) {
    __asm__ volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
                     "pxor %%xmm\\n, %%xmm\\n\n\t.endr" ::
                         : "memory");
}

static uint64_t selector_of_code(void) {
    uint16_t selector;
    __asm__("mov %%cs, %0" : "=r"(selector));
    return selector;
}

static uint64_t selector_of_stack(void) {
    uint16_t selector;
    __asm__("mov %%ss, %0" : "=r"(selector));
    return selector;
}

// To arch_switch the state is a stack like any other's.
void arch_preempted(ArchContext *context, ArchState *state, SipThread *thread) {
    state->resume = (uint64_t)(uintptr_t)arch_resume;
    state->cs = selector_of_code();
    state->ss = selector_of_stack();
    *context = (ArchContext){ &state->r15, thread };
}

bool arch_is_preempted(const ArchContext *context, const ArchState *state) {
    return context->sp == &state->r15;
}

const void *arch_stack_of(const ArchState *state) {
    return (const void *)(uintptr_t)state->rsp;
}

uintptr_t arch_stack_pointer(void) {
    uintptr_t sp;
    __asm__ volatile("mov %%rsp, %0" : "=r"(sp));
    return sp;
}

// x86-64-v2 beyond what each x86-64 CPU has.
enum {
    LEAF1_ECX = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT,
    LEAF80000001_ECX = bit_LAHF_LM,
};

bool arch_cpu_is_baseline(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & LEAF1_ECX) != LEAF1_ECX) return false;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & LEAF80000001_ECX) == LEAF80000001_ECX;
}
