// The machine's CPUs: the first one only.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

uint32_t platform_map_version;

void platform_map_forget(void) {}

uint32_t platform_cpus(void) {
    return 1;
}

void platform_cpus_start(void) {}

void platform_interrupt(uint32_t cpu) {
    (void)cpu;
}

void platform_relax(uint32_t rounds) {
    (void)rounds;
    pause();
}
