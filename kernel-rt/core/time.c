// CPU time: whose each cycle was. It is counted by the CPU's time-stamp counter and charged at every switch, so that who gives the
// CPU away before each tick pays like all others. A process pays for its own code and for its kernel calls, and for waiting for
// the kernel's lock; what the kernel does in its own context, and rest, have accounts of each CPU's. All accounts together
// are the time that has passed on all CPUs, since it is counted: from the beginning, in a system in which somebody can ask.
//
// What a hypervisor, or Linux below a hosted system, takes of a CPU meanwhile counts like the CPU's own time.

#include "core.h"

bool time_counts;

void time_count(void) {
    if (!time_counts) this_cpu()->since = arch_cycles();
    time_counts = true;
}

// With the lock: nobody else charges meanwhile. Another CPU's counter may differ from ours by a little.
void time_charge_to_now(void) {
    for (uint32_t i = 0; i < cpu_count; i++) {
        Cpu *cpu = &cpus[i];
        if (cpu == this_cpu() || arch_cycles() > cpu->since) time_charge(cpu);
    }
}

uint64_t time_of(const Sip *sip) {
    return platform_nanoseconds(sip->cycles);
}
