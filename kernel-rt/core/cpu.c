// Several CPUs. The code of SIPs runs on all of them at once, the kernel's on one at a time: whoever comes in by one of its doors
// takes the one lock, and gives it back when it goes out. The kernel's steps are short, and what it works on hangs together
// (a message moves blocks, wakes who waits, is charged to two accounts): a lock for each part would cost more than it gains.
//
// It is fair: whoever waits goes before those who want it behind it in the order of CPUs, counted from who had it last. So at most
// as many others as there are go first, but for those that had just looked. If the lock is free and the next one does not take it, that
// one does not run (hosted, Linux runs something else there, or the hypervisor does), and whoever waits behind it goes first: else
// each step of the kernel would wait until the machine below has come round to just that CPU. Waiting is a byte in a word and nothing else, so
// that a handler may interrupt who waits, and wait itself, or take the CPU away from there for good.
//
// A CPU that has not the lock is at rest, wherever in its code: nothing is half done. So whoever has the lock may ask the others to
// leave the threads of a SIP for good, each from a handler, and wait until they have.

#include "core.h"

enum { PATIENCE = 64 }; // looks, of whoever waits behind a CPU that does not run

ArchLock kernel_lock;
Cpu cpus[PLATFORM_CPUS];
uint32_t cpu_count = 1;
bool cpus_share;

ArchCpu *kernel_cpu(uint32_t number) {
    Cpu *cpu = &cpus[number];
    cpu->number = cpu->arch.number = number;
    cpu->arch.self = &cpu->arch;
    sched_begin(cpu);
    return &cpu->arch;
}

// --- the lock ----------------------------------------------------------------------------------------------

static uint8_t *want_of(uint32_t number) {
    return (uint8_t *)&kernel_lock.wants + number;
}

static bool is_next(const Cpu *cpu) {
    const uint32_t last = __atomic_load_n(&kernel_lock.last, __ATOMIC_RELAXED);
    for (uint32_t i = last % cpu_count; i != cpu->number; i = (i + 1) % cpu_count)
        if (__atomic_load_n(want_of(i), __ATOMIC_RELAXED)) return false;
    return true;
}

// In a handler, which is not going to return to its thread.
static void leave_if_asked(Cpu *cpu) {
    if (!__atomic_load_n(&cpu->has_to_go, __ATOMIC_ACQUIRE)) return;
    cpu->current = NULL;
    cpu->arch.running = NULL;
    cpu->has_left = true;
    __atomic_store_n(&cpu->has_to_go, 0, __ATOMIC_RELEASE); // from here on what it was is gone
}

ASIDE void lock_wait(Cpu *cpu, bool in_handler) {
    const uint8_t wanted = __atomic_exchange_n(want_of(cpu->number), 1, __ATOMIC_SEQ_CST);
    uint32_t last = 0, free_rounds = 0; // that it has been free, since the same one had it
    for (uint32_t rounds = 0;; rounds++) {
        const uint32_t owner = __atomic_load_n(&kernel_lock.owner, __ATOMIC_RELAXED);
        const uint32_t had = __atomic_load_n(&kernel_lock.last, __ATOMIC_RELAXED);
        free_rounds = owner == 0 && had == last ? free_rounds + 1 : 0;
        last = had;
        if (owner == 0 && (is_next(cpu) || free_rounds > PATIENCE) && lock_try(cpu)) break;
        if (in_handler) leave_if_asked(cpu);
        platform_relax(rounds);
    }
    __atomic_store_n(want_of(cpu->number), in_handler ? wanted : 0, __ATOMIC_RELAXED);
}

ASIDE void cpu_forget_map(Cpu *cpu) {
    cpu->map_version = platform_map_version;
    platform_map_forget();
}

void lock_in_handler(Cpu *cpu) {
    if (!cpus_share) return;
    lock_wait(cpu, true);
    if (cpu->map_version != platform_map_version) cpu_forget_map(cpu);
}

// --- leaving a SIP -----------------------------------------------------------------------------------------

void cpus_leave(const Sip *sip) {
    const Cpu *self = this_cpu();
    for (uint32_t i = 0; i < cpu_count; i++) {
        Cpu *cpu = &cpus[i];
        const Thread *thread = cpu->current;
        if (cpu == self || !thread || !thread->sip || (sip && thread->sip != sip)) continue;
        if (arch_cycles() > cpu->since) time_charge(cpu); // it does not do that itself any more
        __atomic_store_n(&cpu->has_to_go, 1, __ATOMIC_RELEASE);
        platform_interrupt(i);
    }
    for (uint32_t i = 0; i < cpu_count; i++)
        for (uint32_t rounds = 0; __atomic_load_n(&cpus[i].has_to_go, __ATOMIC_ACQUIRE); rounds++)
            platform_relax(rounds);
}

// On the kernel's stack, where the handler has resumed.
static void go_on_without_thread(void) {
    arch_reset_state();
    arch_clear_vectors();
    lock_kernel();
    sched_to_kernel();
}

bool kernel_left(ArchResume *resume) {
    Cpu *cpu = this_cpu();
    leave_if_asked(cpu);
    if (!cpu->has_left) return false;
    cpu->has_left = false;
    *resume = sched_on_kernel_stack(go_on_without_thread);
    return true;
}

// --- rest --------------------------------------------------------------------------------------------------

void cpu_need(Cpu *cpu) {
    __atomic_store_n(&cpu->is_needed, true, __ATOMIC_RELEASE);
    platform_interrupt(cpu->number);
}

Cpu *cpu_that_rests(uint32_t first) {
    for (uint32_t i = 0; i < cpu_count; i++) {
        Cpu *cpu = &cpus[(first + i) % cpu_count];
        if (cpu->rests && !cpu->is_needed) return cpu;
    }
    return NULL;
}

void cpu_wake_one(void) {
    Cpu *cpu = cpu_that_rests(0);
    if (cpu) cpu_need(cpu);
}

bool cpus_rest(void) {
    const Cpu *self = this_cpu();
    for (uint32_t i = 0; i < cpu_count; i++)
        if (&cpus[i] != self && !cpus[i].rests) return false;
    return true;
}

Cpu *cpu_that_runs(const Thread *thread) {
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i].current == thread) return &cpus[i];
    return NULL;
}
