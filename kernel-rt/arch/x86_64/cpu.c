// Small questions and orders to the CPU, the same booted and hosted.

#include "core/arch.h"

#include <cpuid.h>

_Static_assert(offsetof(KernelTable, FINISH) == 8, "enter.S");
_Static_assert(sizeof(ArchContext) == 8, "switch.S stores one word");

// What the ABI promises a SIP: nearest rounding, all exceptions masked, x87 at full precision.
static const uint32_t default_mxcsr = 0x1f80;
static const uint16_t default_x87_control = 0x037f;

void arch_set_thread(SipThread *thread) {
    __asm__ volatile("movq %0, %%gs:0" ::"r"(thread) : "memory");
}

uint64_t arch_cycles(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void arch_reset_state(void) {
    __asm__ volatile(
        "cld\n\tldmxcsr %0\n\tfldcw %1" ::"m"(default_mxcsr), "m"(default_x87_control)
    );
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
