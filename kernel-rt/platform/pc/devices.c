// Devices' ports, memory and interrupt lines. Lines come through the I/O APIC (Intel 82093AA), of which we know one, at its usual
// place: lines below 16 are the ISA bus's, told by an edge, the others the PCI bus's, told for as long as the device wants
// something. A line is off until somebody listens.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

#define IO_APIC UINT64_C(0xfec00000)

enum {
    SELECT = 0, // registers: words
    WINDOW = 4,
    VERSION = 1,
    FIRST_LINE = 0x10, // two words each
    LINE_OFF = 1 << 16,
    LINE_BY_LEVEL = 1 << 15 | 1 << 13, // and active when low
    ISA_LINES = 16,
};

// --- ports -----------------------------------------------------------------------------------------------------------

// What is behind one only whoever uses it finds out.
const char *platform_ports(uint64_t base, uint64_t length) {
    (void)base, (void)length;
    return NULL;
}

uint64_t platform_port_read(uint16_t port, uint32_t width) {
    switch (width) {
    case 1: return port_read(port);
    case 2: return port_read16(port);
    default: return port_read32(port);
    }
}

void platform_port_write(uint16_t port, uint64_t value, uint32_t width) {
    switch (width) {
    case 1: port_write(port, (uint8_t)value); break;
    case 2: port_write16(port, (uint16_t)value); break;
    default: port_write32(port, (uint32_t)value); break;
    }
}

// --- memory ----------------------------------------------------------------------------------------------------------

const char *platform_device_memory(uint64_t base, uint64_t length, uint8_t **memory) {
    if (!pc_map_devices(base, length))
        return "is granted addresses at which the machine has no device";
    *memory = (uint8_t *)(uintptr_t)base; // not cached
    return NULL;
}

uint64_t platform_memory_read(const uint8_t *at, uint32_t width) {
    const void *memory = at;
    switch (width) {
    case 1: return *(const volatile uint8_t *)memory;
    case 2: return *(const volatile uint16_t *)memory;
    case 4: return *(const volatile uint32_t *)memory;
    default: return *(const volatile uint64_t *)memory;
    }
}

void platform_memory_write(uint8_t *at, uint64_t value, uint32_t width) {
    void *memory = at;
    switch (width) {
    case 1: *(volatile uint8_t *)memory = (uint8_t)value; break;
    case 2: *(volatile uint16_t *)memory = (uint16_t)value; break;
    case 4: *(volatile uint32_t *)memory = (uint32_t)value; break;
    default: *(volatile uint64_t *)memory = value; break;
    }
}

// It reaches all memory, and nobody holds it back: that is what `trusted` means.
void platform_device_dma(const uint8_t *memory, uint8_t *bytes, uint64_t length) {
    (void)memory, (void)bytes, (void)length;
}

void platform_device_silence(const uint8_t *memory) {
    (void)memory;
}

void platform_devices_stop(void) {}

// --- lines -----------------------------------------------------------------------------------------------------------

static volatile uint32_t *io_apic; // NULL: not looked for yet
static uint32_t lines;

static uint32_t read(uint32_t number) { // with interrupts off: two accesses
    io_apic[SELECT] = number;
    return io_apic[WINDOW];
}

static void write(uint32_t number, uint32_t value) {
    io_apic[SELECT] = number;
    io_apic[WINDOW] = value;
}

// The first CPU's handlers do so, too, without the kernel's lock.
static void set_line(uint32_t line, bool on) {
    static bool is_taken;
    const uint32_t how = line < ISA_LINES ? 0 : LINE_BY_LEVEL;
    while (__atomic_exchange_n(&is_taken, true, __ATOMIC_ACQUIRE))
        pause();
    on |= line == PC_SERIAL_LINE && pc_serial_listens();
    write(FIRST_LINE + 2 * line, (PC_LINE_VECTOR + line) | how | (on ? 0 : LINE_OFF));
    __atomic_store_n(&is_taken, false, __ATOMIC_RELEASE);
}

static void start(void) {
    pc_map_device(IO_APIC);
    io_apic = (volatile uint32_t *)(uintptr_t)IO_APIC;
    const uint32_t version = read(VERSION);
    if (version == UINT32_MAX) return; // nothing is there
    lines = (version >> 16 & 0xff) + 1;
    if (lines > PC_LINES) lines = PC_LINES;
    for (uint32_t line = 0; line < lines; line++) {
        set_line(line, false);
        write(FIRST_LINE + 2 * line + 1, pc_apic_number() << 24);
    }
}

_Static_assert((int)PLATFORM_IRQS == (int)PC_LINES + (int)PC_MESSAGES, "core has room for each");

bool platform_irq_is_there(uint32_t line) {
    if (!io_apic) start();
    return line < lines;
}

void platform_irq_set(uint32_t line, bool on) {
    const uint64_t flags = interrupts_off();
    if (line >= PC_LINES)
        pc_message_set(line - PC_LINES, on);
    else if (line < lines)
        set_line(line, on);
    interrupts_restore(flags);
}

// Where it is told as long as the device wants something, it is off until core has had its answer. A message comes once.
void pc_line(PcFrame *frame) {
    const uint32_t line = (uint32_t)frame->vector;
    if (line >= ISA_LINES && line < PC_LINES) set_line(line, false);
    pc_apic_end_of_interrupt();
    if (line == PC_SERIAL_LINE && pc_serial_listens()) kernel_input_came();
    kernel_irq(line, frame->rip);
    pc_leave_if_asked(frame);
}
