// What core asks of the machine: booted (platform/pc) or a Linux process (platform/hosted). Core is compiled once for
// each and knows no third way to reach the outside.

#ifndef KERNEL_CORE_PLATFORM_H
#define KERNEL_CORE_PLATFORM_H

#include "arch.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PLATFORM_PAGE = 4096,
    PLATFORM_TICK = 10000000, // nanoseconds between two calls of kernel_tick while a SIP runs
    PLATFORM_IRQS = 24 + 32,  // lines, and messages of devices on the PCI bus
    PLATFORM_CPUS = 8,        // at most
};

#define PLATFORM_NO_IRQ UINT32_MAX

typedef enum PlatformAccess {
    PLATFORM_NONE, // a guard
    PLATFORM_READ,
    PLATFORM_WRITE,   // and read; never executable
    PLATFORM_EXECUTE, // and read; never writable
} PlatformAccess;

// `count` pages in a row, zeroed, writable; NULL when the machine has no more. Freed pages are zeroed before
// anybody gets them again.
void *platform_pages(size_t count);
void platform_pages_free(void *pages, size_t count);
bool platform_protect(
    void *pages, size_t count, PlatformAccess access
);                               // false: the machine cannot, or only some of them
bool platform_guard(void *page); // takes its access away; false: the machine cannot
void platform_memory(
    uint64_t *pages, uint64_t *left
); // all that could be handed out, and what is not

void platform_console(const char *text, size_t length); // whole; waits for the device

// Where the console's input comes from: a stream; lines that somebody has typed and seen; keys, which nobody has seen.
typedef enum PlatformTyping { PLATFORM_STREAM, PLATFORM_LINES, PLATFORM_KEYS } PlatformTyping;

// Once: from now on kernel_input_came is called when there is something to read, if the last that was read was less than there was room for.
PlatformTyping platform_input_start(void);
// What has come, at most `room` bytes; adds to *lost what was lost before them, as far as it is known.
size_t platform_input_read(uint8_t *bytes, size_t room, uint64_t *lost, bool *has_ended);

uint64_t platform_now(void);                    // nanoseconds, monotonic
uint64_t platform_nanoseconds(uint64_t cycles); // how long so many of arch_cycles take
void platform_idle(uint64_t until);             // sleeps until then (platform_now), or less
void platform_ticks_start(void);                // from now on kernel_tick is called on this CPU

// CPUs, by number. The first one runs kernel_main, the others wait until they are started.
uint32_t platform_cpus(void);   // how many are to be used; 1: none but the first
void platform_cpus_start(void); // each of the others calls kernel_cpu_main
void platform_interrupt(uint32_t cpu
); // there kernel_tick is called soon, for no tick; and it sleeps no longer
void platform_relax(uint32_t rounds
); // in a loop that waits for another CPU, and has gone round so often

// How often the map of memory has changed that CPUs remember. Who has seen an older one than this calls platform_map_forget
// before it relies on what is mapped.
extern uint32_t platform_map_version;
void platform_map_forget(void);

// Devices. What a platform has not is not granted: NULL, it is there; or why not, as what is said of a SIP.
const char *platform_ports(uint64_t base, uint64_t length);
uint64_t platform_port_read(uint16_t port, uint32_t width); // 1, 2 or 4 bytes
void platform_port_write(uint16_t port, uint64_t value, uint32_t width);

// A device's memory lies at *memory, which only the two below may look at: a device may be played.
const char *platform_device_memory(uint64_t base, uint64_t length, uint8_t **memory);
uint64_t platform_memory_read(const uint8_t *at, uint32_t width); // 1, 2, 4 or 8 bytes
void platform_memory_write(uint8_t *at, uint64_t value, uint32_t width);

// The device whose memory begins there may read and write these bytes, too (DMA): those of whoever it is granted to. From
// platform_device_silence on it begins nothing more; after platform_devices_stop it does nothing at all. A real one does as it likes.
void platform_device_dma(const uint8_t *memory, uint8_t *bytes, uint64_t length);
void platform_device_silence(const uint8_t *memory);
void platform_devices_stop(void);

bool platform_irq_is_there(uint32_t line);
void platform_irq_set(uint32_t line, bool on); // off until then

// Functions of devices on the PCI bus, by the base of a grant (contracts/abi/pci.h).
const char *platform_pci_function(uint64_t grant); // NULL: it is there; or why not
const char *platform_pci_memory(
    uint64_t grant, uint64_t length, uint64_t *base
);                                         // NULL: it lies at *base; or why it cannot be granted
uint32_t platform_pci_irq(uint64_t grant); // its number, off; PLATFORM_NO_IRQ: it has none
uint64_t platform_pci_read(uint64_t grant, uint64_t offset, uint32_t width); // its configuration
void platform_pci_start(uint64_t grant);                                     // it may write memory
void platform_pci_silence(uint64_t grant);                                   // not any more

_Noreturn void platform_stop(uint32_t status); // ends the machine with the system's status

// --- what the platform calls ------------------------------------------------------------------------------------

// Once the machine is set up, on a stack of at least 64 KiB: runs the system in the packed image, and ends in
// platform_stop. The image is hostile until its digest has been checked.
_Noreturn void kernel_main(const uint8_t *image, size_t length);

// Before kernel_main: one more key (Ed25519) whose signatures are trusted. False: there are too many.
bool trust_add(const uint8_t key[32]);

// What %gs points to on CPU `number`, from before kernel_main or kernel_cpu_main on.
ArchCpu *kernel_cpu(uint32_t number);

// On each other CPU, on a stack of its own of at least 64 KiB.
_Noreturn void kernel_cpu_main(void);

// From an exception handler, on the handler's stack: blames the running SIP, or panics when the kernel itself failed.
// On return the handler resumes at `resume`.
void kernel_exception(const ArchFault *fault, ArchResume *resume);

// From a handler of what is no program's doing, wherever the CPU was: the epitaph, and the end.
_Noreturn void kernel_die(const ArchFault *fault, const char *why);

// From the timer's handler, which has interrupted the code at `pc`, `ticks` after the last time. NULL: go on there. Else the
// handler saves the interrupted registers where that points and resumes at `resume`, with DF clear.
ArchState *kernel_tick(uint64_t pc, uint32_t ticks, ArchResume *resume);

// From an interrupt's handler, which has interrupted the code at `pc`. False: it has switched the line off.
bool kernel_irq(uint32_t line, uint64_t pc);

// At the end of the timer's, of platform_interrupt's and of a line's handler, unless kernel_tick has said where to go on: true, if the
// interrupted code is never to go on; then it resumes at `resume`, with DF clear.
bool kernel_left(ArchResume *resume);

// From any handler or thread, after platform_input_start: there is something to read. Then a CPU looks, if platform_interrupt or an
// interrupt's handler makes it.
void kernel_input_came(void);

bool kernel_is_needed(void
); // before a CPU sleeps, with interrupts off: there is something to look at

#endif
