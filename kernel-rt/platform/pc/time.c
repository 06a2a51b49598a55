// The clock is the time-stamp counter, whose frequency we ask the CPU or measure against the PIT (1.193182 MHz). The local
// APIC's timer ends turns, and the halt in which we wait.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

#include <cpuid.h>
#include <stdbool.h>

#define NANOSECONDS UINT64_C(1000000000)
#define PIT_HZ      UINT64_C(1193182)

enum {
    PIT_CHANNEL_0 = 0x40, // the only channel that each machine has, and whose gate is open
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

// At the first question, or the first tick, so that a system that is over before does not wait for the measurement.
static bool learn_frequency(void) {
    static bool failed;
    if (nanoseconds_per_cycle || failed) return nanoseconds_per_cycle;
    uint64_t frequency = frequency_by_cpuid();
    if (!frequency) frequency = frequency_by_pit();
    failed = !frequency;
    if (frequency) nanoseconds_per_cycle = (NANOSECONDS << 32) / frequency;
    return frequency;
}

uint64_t platform_nanoseconds(uint64_t cycles) {
    if (!nanoseconds_per_cycle && !learn_frequency())
        pc_refuse(
            "cannot tell the frequency of the time-stamp counter: neither CPUID nor the PIT says"
        );
    return (uint64_t)((unsigned __int128)cycles * nanoseconds_per_cycle >> 32);
}

uint64_t platform_now(void) {
    return platform_nanoseconds(arch_cycles() - cycles_at_start);
}

// --- the timer -----------------------------------------------------------------------------------------------------

enum { FIRST_TICK = 10000000 }; // in whatever the timer counts: between 2 and 400 ms

// Of at most a second.
static uint64_t cycles_of(uint64_t nanoseconds) {
    return (nanoseconds << 32) / nanoseconds_per_cycle;
}

static void know_timer(void) {
    pc_apic_calibrate(cycles_of(NANOSECONDS / 1000));
}

// Before several CPUs ask at once.
void pc_time_learn(void) {
    platform_now();
    know_timer();
    pc_apic_arm(cycles_of(PLATFORM_TICK)); // measuring has taken the timer from the first tick
}

void platform_ticks_start(void) {
    pc_apic_arm(FIRST_TICK);
    __asm__ volatile("sti" ::: "memory");
}

// Also where an interrupt tells: who has COM3, and holds the line that both share, could keep COM1's from coming.
static void look_for_input(void) {
    if (pc_serial_listens()) kernel_input_came();
}

// Where nothing tells the frequency, ticks are as long as the first one.
void pc_time_tick(void) {
    if (learn_frequency()) know_timer();
    look_for_input();
    pc_apic_arm(nanoseconds_per_cycle ? cycles_of(PLATFORM_TICK) : FIRST_TICK);
}

// The timer's interrupt arms it for the next tick, so a wait is at most one halt; core asks again.
void platform_idle(uint64_t until) {
    const uint64_t shortest = 20000; // a halt costs more
    const uint64_t longest = pc_serial_is_polled() ? PLATFORM_TICK : NANOSECONDS;
    const uint64_t now = platform_now();
    if (until <= now || until - now < shortest) {
        pause();
        return;
    }
    __asm__ volatile("cli" ::: "memory");
    if (kernel_is_needed()) { // since core looked
        __asm__ volatile("sti" ::: "memory");
        return;
    }
    know_timer();
    const uint64_t wait = until - now < longest ? until - now : longest;
    pc_apic_arm(cycles_of(wait));
    __asm__ volatile("sti\n\thlt" ::: "memory"); // sti takes effect after hlt has begun
    if (wait > PLATFORM_TICK) // another interrupt may have come, and somebody runs here now
        pc_apic_arm(cycles_of(PLATFORM_TICK));
    look_for_input();
}
