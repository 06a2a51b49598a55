// The clock is the time-stamp counter, whose frequency we ask the CPU or measure against the PIT (1.193182 MHz). Waiting
// is a halt that the PIT ends, if its interrupts turn out to reach us; else polling.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

#include <cpuid.h>
#include <stdbool.h>

#define NANOSECONDS UINT64_C(1000000000)
#define PIT_HZ      UINT64_C(1193182)

enum {
    PIT_CHANNEL_0 =
        0x40, // interrupt 0; the only channel that each machine has, and whose gate is open
    PIT_COMMAND = 0x43,
    ONE_SHOT = 0x30,    // channel 0: count down once, output high at the end
    READ_STATUS = 0xe2, // of channel 0, at its port
    STATUS_MODE = 0x3f, // the bits of ONE_SHOT again
    STATUS_OUTPUT = 0x80,
    MEASURED_COUNT = 5966,  // 5 ms
    LONGEST_COUNT = 0xffff, // 55 ms
};

volatile uint32_t pc_timer_ticks;

static uint64_t cycles_at_start;
static uint64_t nanoseconds_per_cycle; // 32.32 fixed point; 0: not known yet

void pc_time_start(void) {
    cycles_at_start = arch_cycles();
}

static void start_pit(uint32_t count) {
    port_write(PIT_COMMAND, ONE_SHOT);
    port_write(PIT_CHANNEL_0, (uint8_t)count);
    port_write(PIT_CHANNEL_0, (uint8_t)(count >> 8));
}

static uint8_t pit_status(void) {
    port_write(PIT_COMMAND, READ_STATUS);
    return port_read(PIT_CHANNEL_0);
}

// 0 if the CPU does not say.
static uint64_t frequency_by_cpuid(void) {
    uint32_t a, b, c, d;
    if (__get_cpuid(0x15, &a, &b, &c, &d) && a && b && c) // ratio to a crystal of known frequency
        return (uint64_t)c * b / a;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31 & 1)) // no hypervisor
        return 0;
    __cpuid(0x40000000, a, b, c, d);
    if (a < 0x40000010) return 0;
    __cpuid(0x40000010, a, b, c, d);
    return (uint64_t)a * 1000;
}

// 0 if there is no PIT, or it does not count.
static uint64_t frequency_by_pit(void) {
    start_pit(MEASURED_COUNT);
    const uint64_t begin = arch_cycles(), patience = NANOSECONDS;
    uint8_t status = pit_status();
    if ((status & STATUS_MODE) != ONE_SHOT || status & STATUS_OUTPUT) return 0;
    while (!(status & STATUS_OUTPUT)) {
        status = pit_status();
        if (arch_cycles() - begin > patience) return 0;
    }
    return (arch_cycles() - begin) * PIT_HZ / MEASURED_COUNT;
}

// At the first question, so that a system that never asks does not wait for the measurement.
static void learn_frequency(void) {
    uint64_t frequency = frequency_by_cpuid();
    if (!frequency) frequency = frequency_by_pit();
    if (!frequency)
        pc_refuse(
            "cannot tell the frequency of the time-stamp counter: neither CPUID nor the PIT says"
        );
    nanoseconds_per_cycle = (NANOSECONDS << 32) / frequency;
}

uint64_t platform_now(void) {
    if (!nanoseconds_per_cycle) learn_frequency();
    const uint64_t cycles = arch_cycles() - cycles_at_start;
    return (uint64_t)((unsigned __int128)cycles * nanoseconds_per_cycle >> 32);
}

// Interrupts are on only here, and only the PIT's is let through.
static void wait_for_tick(uint32_t count) {
    start_pit(count);
    __asm__ volatile("sti\n\thlt\n\tcli" ::: "memory"); // sti takes effect after hlt has begun
}

// Does the timer's interrupt arrive? Found out by polling, once: a halt would last for ever if not.
static bool timer_interrupts(void) {
    static enum { UNKNOWN, YES, NO } answer;
    if (answer == UNKNOWN) {
        const uint32_t before = pc_timer_ticks;
        const uint64_t patience = platform_now() + 20000000;
        start_pit(PIT_HZ / 1000);
        __asm__ volatile("sti" ::: "memory");
        while (pc_timer_ticks == before && platform_now() < patience)
            pause();
        __asm__ volatile("cli" ::: "memory");
        answer = pc_timer_ticks != before ? YES : NO;
    }
    return answer == YES;
}

void platform_idle(uint64_t until) {
    const uint64_t shortest = 50000; // a halt costs more
    const uint64_t now = platform_now();
    if (until <= now || until - now < shortest || !timer_interrupts()) {
        pause();
        return;
    }
    const uint64_t longest = LONGEST_COUNT * NANOSECONDS / PIT_HZ;
    const uint64_t span = until - now < longest ? until - now : longest;
    wait_for_tick((uint32_t)(span * PIT_HZ / NANOSECONDS));
}
