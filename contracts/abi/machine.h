// What may be granted of a machine to whom (machine.def), asked in one way by whoever checks a program, packs an image, or starts it.
// Freestanding.

#ifndef SIP_ABI_MACHINE_H
#define SIP_ABI_MACHINE_H

#include "contracts/abi/pci.h"
#include "contracts/abi/seal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum MachineClass {
    MACHINE_HARMLESS, // may be granted to any SIP
    MACHINE_TRUSTED,  // ... to those that the system trusts with all memory
    MACHINE_KERNELS,  // ... to none
    MACHINE_NONE,     // there is no such thing
} MachineClass;

// One past the last number, the most that one grant covers, and both in words.
typedef struct MachineLimit {
    uint64_t end, most;
    const char *text;
} MachineLimit;

typedef struct MachineRange {
    uint64_t first, length;
    enum { MACHINE_RANGE_KERNEL, MACHINE_RANGE_HARMLESS } class;
    const char *what;
} MachineRange;

static inline MachineLimit machine_limit(SealGrantKind kind) {
    switch (kind) {
#define MACHINE_LIMIT(kind, end, most, text) \
    case SEAL_GRANT_##kind: return (MachineLimit){ end, most, text };
#include "contracts/abi/machine.def"
    default: return (MachineLimit){ 0, 0, NULL };
    }
}

// The rows of a kind, in their order; false behind the last one.
static inline bool machine_range(SealGrantKind kind, size_t row, MachineRange *range) {
    static const MachineRange ports[] = {
#define MACHINE_PORTS(first, length, class, what) { first, length, MACHINE_RANGE_##class, what },
#include "contracts/abi/machine.def"
    };
    static const MachineRange memory[] = {
#define MACHINE_MEMORY(first, length, class, what) { first, length, MACHINE_RANGE_##class, what },
#include "contracts/abi/machine.def"
    };
    static const MachineRange lines[] = {
#define MACHINE_LINES(first, length, class, what) { first, length, MACHINE_RANGE_##class, what },
#include "contracts/abi/machine.def"
    };
    const bool is_port = kind == SEAL_GRANT_IO_PORT, is_memory = kind == SEAL_GRANT_IO_MEMORY;
    const MachineRange *rows = is_port ? ports : is_memory ? memory : lines;
    const size_t count = is_port                  ? sizeof ports / sizeof *ports
                         : is_memory              ? sizeof memory / sizeof *memory
                         : kind == SEAL_GRANT_IRQ ? sizeof lines / sizeof *lines
                                                  : 0;
    if (row < count) *range = rows[row];
    return row < count;
}

static inline bool machine_within(uint64_t base, uint64_t length, uint64_t end) {
    return length <= end && base <= end - length;
}

static inline bool machine_overlap(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length) {
    return a <= b ? b - a < a_length : a - b < b_length;
}

// A place on the PCI bus: whatever is there masters the bus, for all we know.
static inline MachineClass machine_class_of_pci(
    SealGrantKind kind, uint64_t base, uint64_t length
) {
    const bool has_function = PCI_VENDOR(base) != 0xffff;
    bool good = has_function && PCI_PLACE(base) == 0 && PCI_OFFSET(base) == 0 && length == 1;
    if (kind == SEAL_GRANT_IO_MEMORY)
        good =
            has_function && (PCI_PLACE(base) == PCI_CONFIGURATION
                                 ? PCI_OFFSET(base) == 0 && length == PCI_CONFIG_BYTES
                                 : PCI_PLACE(base) < PCI_BARS &&
                                       machine_within(PCI_OFFSET(base), length, PCI_PLACE_BYTES));
    return good && (kind == SEAL_GRANT_IO_MEMORY || kind == SEAL_GRANT_IRQ) ? MACHINE_TRUSTED
                                                                            : MACHINE_NONE;
}

// *what: whose it is, if it is the kernel's.
static inline MachineClass machine_class(
    SealGrantKind kind, uint64_t base, uint64_t length, const char **what
) {
    if (kind == SEAL_GRANT_EXIT) return MACHINE_HARMLESS;
    if ((uint32_t)kind >= SEAL_GRANT_KINDS || length == 0) return MACHINE_NONE;
    if (PCI_IS_GRANT(base)) return machine_class_of_pci(kind, base, length);
    const MachineLimit limit = machine_limit(kind);
    if (length > limit.most || !machine_within(base, length, limit.end)) return MACHINE_NONE;
    if (kind == SEAL_GRANT_DMA) return base == 0 ? MACHINE_TRUSTED : MACHINE_NONE;
    MachineClass class = MACHINE_TRUSTED;
    MachineRange range;
    for (size_t row = 0; machine_range(kind, row, &range); row++) {
        if (!machine_overlap(range.first, range.length, base, length)) continue;
        if (range.class == MACHINE_RANGE_KERNEL) {
            *what = range.what;
            return MACHINE_KERNELS;
        }
        if (base >= range.first && machine_within(base - range.first, length, range.length))
            class = MACHINE_HARMLESS;
    }
    return class;
}

// Whether two grants have something in common. DMA memory is taken wherever there is some.
static inline bool machine_grants_overlap(
    SealGrantKind kind, uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length
) {
    if (kind == SEAL_GRANT_DMA) return false;
    return kind == SEAL_GRANT_EXIT || machine_overlap(a, a_length, b, b_length);
}

// Whether two SIPs may not have them both: they overlap, or are of one function of a device, which is silenced when its SIP ends.
static inline bool machine_grants_conflict(
    SealGrantKind a_kind,
    uint64_t a,
    uint64_t a_length,
    SealGrantKind b_kind,
    uint64_t b,
    uint64_t b_length
) {
    if (PCI_IS_GRANT(a) && PCI_IS_GRANT(b)) return PCI_FUNCTION(a) == PCI_FUNCTION(b);
    return a_kind == b_kind && machine_grants_overlap(a_kind, a, a_length, b, b_length);
}

// Whether a write of `width` bytes to a port, and to those behind it, would tell a device what nobody may.
static inline bool machine_refuses(uint64_t port, uint64_t value, uint32_t width) {
    static const struct {
        uint64_t port;
        uint8_t first, last;
    } refused[] = {
#define MACHINE_REFUSED(port, first, last, what) { port, first, last },
#include "contracts/abi/machine.def"
    };
    for (uint32_t i = 0; i < width; i++)
        for (size_t row = 0; row < sizeof refused / sizeof *refused; row++) {
            const uint8_t byte = (uint8_t)(value >> 8 * i);
            if (port + i == refused[row].port && byte >= refused[row].first &&
                byte <= refused[row].last)
                return true;
        }
    return false;
}

#endif
