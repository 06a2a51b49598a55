// The parts of the booted machine, for each other.

#ifndef KERNEL_PC_PC_H
#define KERNEL_PC_PC_H

#include "core/arch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PC_REFUSED = 3,
    PC_PANIC = 5
}; // the system's status when the platform cannot begin, or go on; as core's

enum {
    PC_TIMER_VECTOR = 48,
    PC_INTERRUPT_VECTOR = 49, // of one CPU to another
    PC_HALT_VECTOR = 50,      // the same: for good
    PC_CPUS = 8,              // at most
    PC_SPURIOUS_VECTOR = 47,  // the old controllers' and the APIC's
    PC_LINE_VECTOR = 64,      // of the I/O APIC's first line
    PC_LINES = 24,
    PC_SERIAL_LINE = 4, // COM1's, and COM3's
    PC_MESSAGES = 32,   // interrupts of devices on the PCI bus: their vectors follow
};

// What a PVH loader leaves in memory for us (Xen's start_info.h, version 1).
typedef struct PvhStart {
    uint32_t magic; // PVH_MAGIC
    uint32_t version;
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map; // PvhMemory[]; from version 1 on
    uint32_t memory_count;
    uint32_t reserved;
} PvhStart;

#define PVH_MAGIC 0x336ec578u

typedef struct PvhMemory {
    uint64_t address, size;
    uint32_t type; // PVH_RAM
    uint32_t reserved;
} PvhMemory;

#define PVH_RAM 1u

// What a Multiboot2 loader leaves: a header, then tags, each at a multiple of 8.
typedef struct MultibootInfo {
    uint32_t size, reserved;
} MultibootInfo;

typedef struct MultibootTag {
    uint32_t type, size;
} MultibootTag;

typedef struct MultibootMemory { // tag 6; rows as PvhMemory's follow
    MultibootTag tag;
    uint32_t row_size, version;
} MultibootMemory;

#define MULTIBOOT_LOADER 0x36d76289u // as boot.S's
#define MULTIBOOT_MEMORY 6u
#define MULTIBOOT_RSDP_1 14u // copies of ACPI's root, of either version
#define MULTIBOOT_RSDP_2 15u

// Where `sipcc image` says the packed image is loaded.
typedef struct ImageSlot {
    char magic[8]; // "SIPSLOT\1"
    uint64_t physical, size;
    uint64_t cpus; // on how many it is to run; 0: one
} ImageSlot;

// The stack of an exception: as vectors.S pushes it.
typedef struct PcFrame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss; // by the CPU
} PcFrame;

void pc_serial_start(void);
void pc_serial_drain(void);     // waits until all is sent
bool pc_serial_listens(void);   // somebody wants what comes in
bool pc_serial_is_polled(void); // ... and no interrupt tells

void pc_interrupts_start(void);           // GDT, TSS, IDT, interrupt controllers
bool pc_interrupts_prepare(uint32_t cpu); // another one's, by the first; false: no memory
void pc_interrupts_load(uint32_t cpu, ArchCpu *own); // by itself

// Builds the map and the allocator from the loader's memory map; [image, image + size) is left alone, read-only.
void pc_memory_start(const PvhStart *start, uint64_t image, uint64_t size);

void pc_forget_map(void);          // whatever this CPU remembers of it
uint64_t pc_trampoline_page(void); // below 1 MiB, with the copy of the trampoline; 0: there is none

void pc_map_device(uint64_t page); // of registers, at its own address; never cached
bool pc_map_devices(
    uint64_t base, uint64_t length
); // the same of several; false: there is memory, or no room for tables

void pc_time_start(void); // platform_now counts from here
void pc_time_tick(void);  // the timer has come: sets it again
void pc_time_learn(void); // what the clock and the timer count by

// The local APIC. Its timer comes once, `cycles` of the time-stamp counter after it is armed; what it counts by is known
// only after pc_apic_calibrate, which takes `cycles`, and guessed before.
void pc_apic_start(void);
void pc_apic_arm(uint64_t cycles);
void pc_apic_calibrate(uint64_t cycles);
void pc_apic_end_of_interrupt(void);
uint32_t pc_apic_number(void); // of the first CPU's, where devices' interrupts go
void pc_apic_start_other(void);
void pc_apic_send(uint32_t id, uint32_t command); // to another CPU's

// The other CPUs.
extern uint32_t pc_cpu_ids[PC_CPUS], pc_cpu_count; // that there are
void pc_find_cpus(uint64_t rsdp); // by ACPI; 0: the loader does not say where its root is
void pc_cpus_want(uint32_t cpus);
bool pc_cpus_are_wanted(void);
void pc_cpus_halt(void);
_Noreturn void pc_other_start(void); // from boot.S

void pc_message_set(uint32_t number, bool on); // of those that were granted

// Takes the access of the page at `page` away: a stack overflow must not reach what lies below.
void pc_guard(void *page);

// Say `kernel: WHAT` and stop: this machine or this file is not what we can run; we or the machine failed.
_Noreturn void pc_refuse(const char *what);
_Noreturn void pc_panic(const char *what);

// From boot.S, once: the rest of the machine, then the kernel. `loader`: MULTIBOOT_LOADER, else `info` is a PvhStart.
_Noreturn void pc_start(const void *info, uint32_t loader);

// From vectors.S.
void pc_exception(PcFrame *frame);
void pc_timer(PcFrame *frame);
void pc_interrupt(PcFrame *frame);
void pc_halt(PcFrame *frame);
void pc_line(PcFrame *frame);
void pc_leave_if_asked(PcFrame *frame); // at a handler's end: the interrupted thread may have to go
extern const uint8_t pc_vectors[], pc_timer_vector[], pc_spurious_vector[], pc_line_vectors[],
    pc_interrupt_vector[], pc_halt_vector[];

// From boot.S and the linker script; page boundaries.
extern const uint8_t pc_trampoline[], pc_trampoline_end[];
extern uint64_t pc_map_root, pc_other_stack;
extern uint8_t pc_stack_guard[], pc_text[], pc_rodata[], pc_data[], pc_end[];

#endif
