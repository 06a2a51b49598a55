// The CPU's own interrupt controller (Intel SDM 3A, chapter 11): its timer, counting down once, by the time-stamp counter
// where it can. Registers are reached as MSRs (x2APIC) where the CPU has that, else in the page that they are mapped at.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

#include <cpuid.h>
#include <stdbool.h>

enum {
    MSR_APIC_BASE = 0x1b,
    BASE_X2APIC = 1 << 10,
    BASE_ENABLED = 1 << 11,
    MSR_X2APIC = 0x800,
    MSR_TSC_DEADLINE = 0x6e0,

    // registers
    NUMBER = 0x20,
    TASK_PRIORITY = 0x80,
    END_OF_INTERRUPT = 0xb0,
    SPURIOUS = 0xf0,
    COMMAND = 0x300,
    COMMAND_TO = 0x310,
    LVT_TIMER = 0x320,
    LVT_LINE_1 = 0x360,
    INITIAL_COUNT = 0x380,
    CURRENT_COUNT = 0x390,
    DIVIDE = 0x3e0,

    COMMAND_PENDING = 1 << 12,
    SPURIOUS_ENABLED = 1 << 8,
    LINE_NMI = 4 << 8,
    TIMER_MASKED = 1 << 16,
    TIMER_TSC_DEADLINE = 2 << 17,
    DIVIDE_BY_1 = 0xb,
};

#define BASE_ADDRESS UINT64_C(0x000ffffffffff000)

static volatile uint32_t *registers; // NULL: by MSR
static bool by_tsc;

static uint32_t read(uint32_t number) {
    return registers ? registers[number / 4] : (uint32_t)read_msr(MSR_X2APIC + number / 16);
}

static void write(uint32_t number, uint32_t value) {
    if (registers)
        registers[number / 4] = value;
    else
        write_msr(MSR_X2APIC + number / 16, value);
}

static uint32_t first_number;
static uint64_t mode; // of each CPU's, in MSR_APIC_BASE

static uint32_t own_number(void) {
    const uint32_t value = read(NUMBER);
    return registers ? value >> 24 : value;
}

static void set_up(void) {
    write(SPURIOUS, SPURIOUS_ENABLED | PC_SPURIOUS_VECTOR);
    write(TASK_PRIORITY, 0);
    write(DIVIDE, DIVIDE_BY_1);
    write(LVT_TIMER, PC_TIMER_VECTOR | (by_tsc ? TIMER_TSC_DEADLINE : 0));
    write(LVT_LINE_1, LINE_NMI); // masked until somebody says so, which not every firmware does
}

void pc_apic_start(void) {
    uint32_t a, b, c, d;
    __cpuid(1, a, b, c, d);
    if (!(d >> 9 & 1)) pc_refuse("this CPU has no local APIC");
    uint64_t base = read_msr(MSR_APIC_BASE);
    if (c >> 21 & 1) base |= BASE_X2APIC;
    mode = (base & BASE_X2APIC) | BASE_ENABLED;
    write_msr(MSR_APIC_BASE, base | BASE_ENABLED);
    if (!(base & BASE_X2APIC)) {
        registers = (volatile uint32_t *)(base & BASE_ADDRESS);
        pc_map_device(base & BASE_ADDRESS);
    }
    by_tsc = c >> 24 & 1;
    set_up();
    first_number = own_number();
}

void pc_apic_start_other(void) {
    write_msr(MSR_APIC_BASE, read_msr(MSR_APIC_BASE) | mode);
    set_up();
}

// Interrupts off: two registers, where they are in memory.
void pc_apic_send(uint32_t id, uint32_t command) {
    const uint64_t flags = interrupts_off();
    if (registers) {
        while (read(COMMAND) & COMMAND_PENDING)
            pause();
        write(COMMAND_TO, id << 24);
        write(COMMAND, command);
    } else {
        __asm__ volatile("mfence\n\tlfence" ::: "memory"); // what was written before is seen there
        write_msr(MSR_X2APIC + COMMAND / 16, (uint64_t)id << 32 | command);
    }
    interrupts_restore(flags);
}

void pc_apic_end_of_interrupt(void) {
    write(END_OF_INTERRUPT, 0);
}

uint32_t pc_apic_number(void) {
    return first_number;
}

// --- the timer -----------------------------------------------------------------------------------------------------

static uint64_t cycles_per_count; // 32.32 fixed point; 0: not known yet

void pc_apic_arm(uint64_t cycles) {
    if (by_tsc) {
        // Serialising first: the APIC's mode was set by a store, which this does not wait for.
        __asm__ volatile("mfence\n\tlfence" ::: "memory");
        write_msr(MSR_TSC_DEADLINE, arch_cycles() + cycles);
        return;
    }
    uint64_t count = cycles < UINT32_MAX ? cycles : UINT32_MAX;
    if (cycles_per_count) count = (count << 32) / cycles_per_count;
    write(INITIAL_COUNT, count == 0 ? 1 : count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
}

// Both counters, read at once but for what may come between.
static uint64_t read_both(uint32_t *count) {
    const uint64_t before = arch_cycles();
    *count = read(CURRENT_COUNT);
    return before + (arch_cycles() - before) / 2;
}

// In a virtual machine we may be away at any time: the longer the span, the less that matters.
void pc_apic_calibrate(uint64_t cycles) {
    if (by_tsc || cycles_per_count) return;
    uint32_t first, last;
    write(LVT_TIMER, PC_TIMER_VECTOR | TIMER_MASKED);
    write(INITIAL_COUNT, UINT32_MAX);
    const uint64_t begin = read_both(&first);
    uint64_t end = begin;
    while (end - begin < cycles)
        end = read_both(&last);
    write(LVT_TIMER, PC_TIMER_VECTOR);
    cycles_per_count = ((end - begin) << 32) / (first > last ? first - last : 1);
    if (!cycles_per_count) cycles_per_count = 1;
}
