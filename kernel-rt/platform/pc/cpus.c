// The other CPUs, by INIT and SIPI (Intel SDM 3A, 9.4): each begins in real mode in a page below 1 MiB, where a copy of boot.S's
// trampoline lies, and comes to pc_other_start on a stack of its own. They are started one by one; one that does not come in time
// is not waited for, and finds nothing to do if it comes later.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

_Static_assert((int)PC_CPUS == (int)PLATFORM_CPUS, "as many as core has room for");

enum {
    STACK_PAGES = 17, // with a guard
    INIT = 0x4500,
    STARTUP = 0x4600,
    FIXED = 0x4000,
    MILLISECOND = 1000000,
    AFTER_INIT = 10 * MILLISECOND,
    AFTER_STARTUP = MILLISECOND / 5,
    PATIENCE = 1000 * MILLISECOND, // an emulated machine may be slow
};

#define LAST_PATIENCE (UINT64_C(60) * PATIENCE)

typedef struct Other {
    uint32_t id; // its APIC's
    ArchCpu *cpu;
    uint32_t is_there;
} Other;

static Other others[PC_CPUS]; // by number; row 0 is the first CPU's
static uint32_t wanted = 1, count = 1, may_go;

// For boot.S, and for one CPU at a time.
uint64_t pc_other_stack; // whoever takes it is `starting`
static uint32_t starting;

uint32_t platform_map_version;

void platform_map_forget(void) {
    pc_forget_map();
}

void pc_cpus_want(uint32_t cpus) {
    wanted = cpus < PC_CPUS ? cpus : PC_CPUS;
}

bool pc_cpus_are_wanted(void) {
    return wanted > 1;
}

// --- starting ------------------------------------------------------------------------------------------------------

static void wait(uint64_t nanoseconds, const uint32_t *until) {
    const uint64_t end = platform_now() + nanoseconds;
    while (platform_now() < end && !(until && __atomic_load_n(until, __ATOMIC_ACQUIRE)))
        pause();
}

static uint64_t new_stack(void) {
    uint8_t *pages = platform_pages(STACK_PAGES);
    if (!pages) return 0;
    pc_guard(pages);
    return (uint64_t)(pages + (uint64_t)STACK_PAGES * PLATFORM_PAGE);
}

// False: it does not come, or there is no memory for it.
static bool start(Other *other, uint32_t number, uint32_t id, uint64_t page) {
    const uint64_t stack = new_stack();
    if (!stack || !pc_interrupts_prepare(number)) return false;
    other->id = id;
    other->cpu = kernel_cpu(number);
    starting = number;
    __atomic_store_n(&pc_other_stack, stack, __ATOMIC_RELEASE);
    pc_apic_send(id, STARTUP | (uint32_t)(page >> 12));
    wait(AFTER_STARTUP, &other->is_there);
    if (!other->is_there) pc_apic_send(id, STARTUP | (uint32_t)(page >> 12));
    wait(PATIENCE, &other->is_there);
    if (__atomic_exchange_n(&pc_other_stack, 0, __ATOMIC_SEQ_CST)) return false;
    wait(LAST_PATIENCE, &other->is_there); // it has begun: if we are virtual, it may be away
    if (!__atomic_load_n(&other->is_there, __ATOMIC_ACQUIRE))
        pc_panic("a CPU has begun and gets no further");
    return true;
}

uint32_t platform_cpus(void) {
    const uint64_t page = pc_trampoline_page();
    if (wanted == 1 || !page) return 1;
    pc_time_learn();
    others[0].id = pc_apic_number();
    for (uint32_t i = 0; i < pc_cpu_count; i++)
        if (pc_cpu_ids[i] != others[0].id) pc_apic_send(pc_cpu_ids[i], INIT);
    wait(AFTER_INIT, NULL);
    for (uint32_t i = 0; i < pc_cpu_count && count < wanted; i++) {
        if (pc_cpu_ids[i] == others[0].id) continue;
        if (!start(&others[count], count, pc_cpu_ids[i], page)) break;
        count++;
    }
    return count;
}

void platform_cpus_start(void) {
    __atomic_store_n(&may_go, 1, __ATOMIC_RELEASE);
}

_Noreturn void pc_other_start(void) {
    Other *other = &others[starting];
    pc_interrupts_load(starting, other->cpu);
    pc_apic_start_other();
    __atomic_store_n(&other->is_there, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&may_go, __ATOMIC_ACQUIRE))
        pause();
    kernel_cpu_main();
}

// --- calling -------------------------------------------------------------------------------------------------------

void platform_interrupt(uint32_t cpu) {
    pc_apic_send(others[cpu].id, FIXED | PC_INTERRUPT_VECTOR);
}

void platform_relax(uint32_t rounds) {
    (void)rounds;
    pause();
}

// The machine stops, and nobody goes on.
void pc_cpus_halt(void) {
    if (count == 1) return;
    const ArchCpu *self = arch_cpu();
    for (uint32_t i = 0; i < count; i++)
        if (i != self->number) pc_apic_send(others[i].id, FIXED | PC_HALT_VECTOR);
}

void pc_halt(PcFrame *frame) {
    (void)frame;
    for (;;)
        __asm__ volatile("cli\n\thlt");
}
