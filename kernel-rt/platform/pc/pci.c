// The PCI bus: which functions of devices there are, where their memory lies, and their interrupts by message (MSI-X). It is looked at when the
// first grant asks for it. The firmware has given the addresses; what the functions say of themselves is hostile.
//
// Where lines of the bus lead only the firmware's bytecode (AML) knows, and they are shared: so interrupts are messages. A message is a write
// by the device, to an address and with a value that we keep where no driver is granted anything: the table of them is ours, though it lies in
// the device's memory. Without an IOMMU a device could write there without that table as well: whoever drives one is trusted.

#include "cpu.h"
#include "pc.h"

#include "contracts/abi/machine.h"
#include "core/platform.h"

enum {
    ADDRESS_PORT = 0xcf8,
    DATA_PORT = 0xcfc,
    MOST_FUNCTIONS = 128,
    MOST_CAPABILITIES = 48, // of one function: more do not fit

    // of the configuration
    ID = 0x00,
    COMMAND = 0x04,
    COMMAND_MEMORY = 1 << 1,
    COMMAND_MASTER = 1 << 2,
    COMMAND_NO_LINE = 1 << 10,
    STATUS_CAPABILITIES = 1 << 20, // of the same word
    CLASS = 0x08,
    CLASS_BRIDGE = 0x06,
    HEADER = 0x0c,
    BARS = 0x10,
    BUSES = 0x18, // of a bridge
    CAPABILITIES = 0x34,

    BAR_IO = 1,
    BAR_KIND = 6,
    BAR_64 = 4,

    CAPABILITY_MSIX = 0x11,
    MSIX_ON = 1u << 31,
    MSIX_ALL_MASKED = 1 << 30,
    MSIX_ENTRY = 16,
    ENTRY_MASKED = 1,
};

typedef struct Memory {
    uint64_t base, size; // size 0: there is none
} Memory;

typedef struct Function {
    uint32_t where; // as the address port wants it
    uint32_t id;    // device << 16 | vendor
    Memory memory[PCI_BARS];
    uint8_t msix;             // of the configuration; 0: it has none
    Memory table, pending;    // in its memory
    volatile uint32_t *entry; // the first row of the table, once its interrupt is granted
    uint32_t message;         // which of ours it is, plus one
} Function;

static Function functions[MOST_FUNCTIONS];
static uint32_t function_count, messages;
static bool is_looked_at, are_too_many;
static Function *by_message[PC_MESSAGES];
static uint8_t seen_buses[256 / 8];

// --- configuration -------------------------------------------------------------------------------------------------

static uint32_t read(uint32_t where, uint32_t offset) {
    port_write32(ADDRESS_PORT, where | offset);
    return port_read32(DATA_PORT);
}

static void write(uint32_t where, uint32_t offset, uint32_t value) {
    port_write32(ADDRESS_PORT, where | offset);
    port_write32(DATA_PORT, value);
}

static void set_command(uint32_t where, uint32_t on, uint32_t off) {
    write(
        where, COMMAND, ((read(where, COMMAND) & 0xffff) | on) & ~off
    ); // the status stays: ones clear it
}

// --- what a function is --------------------------------------------------------------------------------------------

// How much a register decodes: what stays zero of all ones. Two registers are one of 64 bits. Returns how many it was.
static uint32_t size_memory(uint32_t where, uint32_t number, Memory *memory) {
    const uint32_t at = BARS + 4 * number, low = read(where, at);
    if (low & BAR_IO) return 1;
    const bool is_wide = (low & BAR_KIND) == BAR_64 && number + 1 < PCI_BARS;
    const uint32_t high = is_wide ? read(where, at + 4) : 0;
    write(where, at, UINT32_MAX);
    if (is_wide) write(where, at + 4, UINT32_MAX);
    const uint64_t ones =
        (is_wide ? (uint64_t)read(where, at + 4) << 32 : UINT64_C(0xffffffff) << 32) |
        (read(where, at) & ~UINT32_C(15));
    write(where, at, low);
    if (is_wide) write(where, at + 4, high);
    const uint64_t base = (uint64_t)high << 32 | (low & ~UINT32_C(15)), size = ~ones + 1;
    const bool is_good = (ones & 0xffffffff) != 0 || is_wide;
    if (is_good && size && (size & (size - 1)) == 0 && base && base % size == 0)
        *memory = (Memory){ base, size };
    return is_wide ? 2 : 1;
}

static void find_memory(Function *function) {
    const uint32_t where = function->where, command = read(where, COMMAND) & 0xffff;
    write(where, COMMAND, command & ~(uint32_t)COMMAND_MEMORY); // it must not answer meanwhile
    for (uint32_t number = 0; number < PCI_BARS;)
        number += size_memory(where, number, &function->memory[number]);
    write(where, COMMAND, command);
}

// A part of its memory, as a capability names it: the register's number in the lowest bits.
static Memory part_of(const Function *function, uint32_t word, uint64_t size) {
    const uint32_t number = word & 7, offset = word & ~7u;
    const Memory none = { 0, 0 };
    if (number >= PCI_BARS || !machine_within(offset, size, function->memory[number].size))
        return none;
    return (Memory){ function->memory[number].base + offset, size };
}

static void find_messages(Function *function) {
    const uint32_t where = function->where;
    if (!(read(where, COMMAND) & STATUS_CAPABILITIES)) return;
    uint32_t at = read(where, CAPABILITIES) & 0xfc;
    for (uint32_t i = 0; i < MOST_CAPABILITIES && at >= 0x40; i++) {
        const uint32_t word = read(where, at);
        if ((word & 0xff) == CAPABILITY_MSIX && at <= 0xf4) {
            const uint64_t rows = (word >> 16 & 0x7ff) + 1;
            function->table = part_of(function, read(where, at + 4), rows * MSIX_ENTRY);
            function->pending = part_of(function, read(where, at + 8), (rows + 63) / 64 * 8);
            if (function->table.size && function->pending.size) function->msix = (uint8_t)at;
            return;
        }
        at = word >> 8 & 0xfc;
    }
}

// --- what there is -------------------------------------------------------------------------------------------------

static void look_at_bus(uint32_t bus);

static void look_at(uint32_t where, uint32_t header) {
    if (header == 1) {
        look_at_bus(read(where, BUSES) >> 8 & 0xff);
        return;
    }
    are_too_many = are_too_many || function_count == MOST_FUNCTIONS;
    if (header != 0 || are_too_many) return;
    Function *function = &functions[function_count++];
    *function = (Function){ .where = where, .id = read(where, ID) };
    if (read(where, CLASS) >> 24 == CLASS_BRIDGE) return; // of the machine's own
    find_memory(function);
    find_messages(function);
}

// Each bus once, whatever the bridges say: so this recurs as deep as there are buses at most.
static void look_at_bus(uint32_t bus) {
    if (seen_buses[bus / 8] >> bus % 8 & 1) return;
    seen_buses[bus / 8] |= (uint8_t)(1 << bus % 8);
    for (uint32_t device = 0; device < 32; device++) {
        const uint32_t first = 1u << 31 | bus << 16 | device << 11;
        if ((read(first, ID) & 0xffff) == 0xffff) continue;
        const bool has_more = read(first, HEADER) >> 23 & 1;
        for (uint32_t number = 0; number < (has_more ? 8 : 1); number++) {
            const uint32_t where = first | number << 8;
            if ((read(where, ID) & 0xffff) == 0xffff) continue;
            look_at(where, read(where, HEADER) >> 16 & 0x7f);
        }
    }
}

static Function *find(uint64_t grant) {
    const uint32_t id = PCI_DEVICE(grant) << 16 | PCI_VENDOR(grant);
    uint32_t left = PCI_INDEX(grant);
    if (!is_looked_at) look_at_bus(0);
    is_looked_at = true;
    for (uint32_t i = 0; i < function_count; i++)
        if (functions[i].id == id && left-- == 0) return &functions[i];
    return NULL;
}

// --- for core ------------------------------------------------------------------------------------------------------

const char *platform_pci_function(uint64_t grant) {
    return find(grant) ? NULL : "is granted a device on the PCI bus that the machine has not";
}

static bool overlaps(Memory a, uint64_t base, uint64_t length) {
    return a.size && machine_overlap(a.base, a.size, base, length);
}

// Another function that says it answers there, too.
static bool is_claimed(const Function *function, Memory place) {
    for (uint32_t i = 0; i < function_count; i++)
        for (uint32_t number = 0; number < PCI_BARS; number++)
            if (&functions[i] != function &&
                overlaps(functions[i].memory[number], place.base, place.size))
                return true;
    return false;
}

const char *platform_pci_memory(uint64_t grant, uint64_t length, uint64_t *base) {
    const Function *function = find(grant);
    if (!function) return "is granted a device on the PCI bus that the machine has not";
    const Memory memory = function->memory[PCI_PLACE(grant)];
    if (!machine_within(PCI_OFFSET(grant), length, memory.size))
        return "is granted more memory of a device on the PCI bus than that has";
    *base = memory.base + PCI_OFFSET(grant);
    if (overlaps(function->table, *base, length) || overlaps(function->pending, *base, length))
        return "is granted memory of a device in which its interrupts are set";
    if (are_too_many || is_claimed(function, memory))
        return "is granted memory of a device that another one may claim";
    return NULL;
}

// It answers, and masters the bus from now on. Its lines say nothing.
void platform_pci_start(uint64_t grant) {
    const Function *function = find(grant);
    if (function)
        set_command(function->where, COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_LINE, 0);
}

void platform_pci_silence(uint64_t grant) {
    Function *function = find(grant);
    if (!function) return;
    set_command(function->where, 0, COMMAND_MASTER);
    if (function->entry) function->entry[3] = ENTRY_MASKED;
}

uint64_t platform_pci_read(uint64_t grant, uint64_t offset, uint32_t width) {
    const Function *function = find(grant);
    uint64_t value = 0;
    for (uint32_t i = 0; function && i < width; i++, offset++) {
        const uint32_t word = read(function->where, (uint32_t)offset & 0xfc);
        value |= (uint64_t)(word >> 8 * (offset & 3) & 0xff) << 8 * i;
    }
    return value;
}

// --- interrupts ----------------------------------------------------------------------------------------------------

static bool map_table(Function *function) {
    const Memory table = function->table;
    const char *whose = NULL;
    if (are_too_many || is_claimed(function, table) ||
        machine_class(SEAL_GRANT_IO_MEMORY, table.base, table.size, &whose) != MACHINE_TRUSTED ||
        !pc_map_devices(table.base, table.size))
        return false;
    function->entry = (volatile uint32_t *)(uintptr_t)table.base;
    return true;
}

// The first row: a message to this CPU. The others stay masked, as they are when the device begins.
static void set_entry(Function *function) {
    const uint32_t number = function->message - 1;
    function->entry[3] = ENTRY_MASKED;
    function->entry[0] = 0xfee00000 | pc_apic_number() << 12;
    function->entry[1] = 0;
    function->entry[2] = PC_LINE_VECTOR + PC_LINES + number;
    const uint32_t control = read(function->where, function->msix);
    write(function->where, function->msix, (control | MSIX_ON) & ~(uint32_t)MSIX_ALL_MASKED);
}

uint32_t platform_pci_irq(uint64_t grant) {
    Function *function = find(grant);
    if (!function || !function->msix) return PLATFORM_NO_IRQ;
    set_command(function->where, COMMAND_MEMORY, 0);
    if (!function->entry && !map_table(function)) return PLATFORM_NO_IRQ;
    if (!function->message) {
        if (messages == PC_MESSAGES) return PLATFORM_NO_IRQ;
        by_message[messages] = function;
        function->message = ++messages;
    }
    set_entry(function);
    return PC_LINES + function->message - 1;
}

// What comes while it is off comes when it is on again: the device remembers.
void pc_message_set(uint32_t number, bool on) {
    Function *function = by_message[number];
    if (function) function->entry[3] = on ? 0 : ENTRY_MASKED;
}
