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
    READ_BACK = 0xc2,   // status and count of channel 0, at its port
    STATUS_MODE = 0x3f, // the bits of ONE_SHOT again
    STATUS_NOT_YET = 0x40,
    STATUS_OUTPUT = 0x80,
    MEASURED_COUNT = 5966,  // 5 ms
    LONGEST_COUNT = 0xffff, // 55 ms
    MEASUREMENTS = 50,      // at most
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

typedef struct Sample { // of the PIT and of the time-stamp counter, at once but for `spread` cycles
    uint8_t status;
    uint32_t count;
    uint64_t cycles, spread;
} Sample;

static Sample read_pit(void) {
    Sample sample;
    const uint64_t begin = arch_cycles();
    port_write(PIT_COMMAND, READ_BACK);
    const uint64_t end = arch_cycles(); // what is read now was latched before
    sample.status = port_read(PIT_CHANNEL_0);
    sample.count = port_read(PIT_CHANNEL_0);
    sample.count |= (uint32_t)port_read(PIT_CHANNEL_0) << 8;
    sample.cycles = begin + (end - begin) / 2;
    sample.spread = end - begin;
    return sample;
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

static bool counts(const Sample *sample) {
    return !(sample->status & (STATUS_NOT_YET | STATUS_OUTPUT));
}

// Two samples, some time apart. False if there is no PIT, or it does not count, or we were away when it mattered.
static bool measure(uint64_t *frequency) {
    const uint64_t begin = arch_cycles(), patience = NANOSECONDS;
    start_pit(LONGEST_COUNT);
    Sample first = read_pit(), last;
    while (first.status & STATUS_NOT_YET && arch_cycles() - begin < patience)
        first = read_pit();
    if ((first.status & STATUS_MODE) != ONE_SHOT || !counts(&first)) return false;
    do
        last = read_pit();
    while (counts(&last) && first.count - last.count < MEASURED_COUNT &&
           last.cycles - begin < patience);
    const uint64_t counted = first.count - last.count, cycles = last.cycles - first.cycles;
    if (!counts(&last) || counted < MEASURED_COUNT) return false;
    *frequency = cycles * PIT_HZ / counted;
    return (first.spread + last.spread) * 50 < cycles; // right by 2 %
}

// 0 if the PIT does not tell. In a virtual machine we may be away at any time, for longer than the PIT counts.
static uint64_t frequency_by_pit(void) {
    uint64_t frequency = 0;
    for (int i = 0; i < MEASUREMENTS; i++)
        if (measure(&frequency)) break;
    return frequency;
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
