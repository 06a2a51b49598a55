// What may be granted to whom: the same answers for `sipcc image`, which tells a person, and for the kernel, which believes
// nobody. No device is granted twice in a system, none of the kernel's is granted, and what could change memory that is not
// the SIP's is granted only to those that the system trusts.

#include "packed.h"
#include "sealed__.h"

typedef enum Class { KERNEL, HARMLESS } Class;

typedef struct MachineRange {
    uint64_t first, length;
    Class class;
} MachineRange;

static const MachineRange ports[] = {
#define MACHINE_PORTS(first, length, class, what) { first, length, class },
#include "contracts/abi/machine.def"
};

static const MachineRange memory[] = {
#define MACHINE_MEMORY(first, length, class, what) { first, length, class },
#include "contracts/abi/machine.def"
};

static const MachineRange lines[] = {
#define MACHINE_LINES(first, length, class, what) { first, length, class },
#include "contracts/abi/machine.def"
};

static bool overlap(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length) {
    return a <= b ? b - a < a_length : a - b < b_length;
}

static bool contains(const MachineRange *range, const SealGrant *grant) {
    return sealed__within(grant->base - range->first, grant->length, range->length) &&
           grant->base >= range->first;
}

static PackedGrantClass class_of(const MachineRange *ranges, size_t count, const SealGrant *grant) {
    bool harmless = false;
    for (size_t i = 0; i < count; i++) {
        if (!overlap(ranges[i].first, ranges[i].length, grant->base, grant->length)) continue;
        if (ranges[i].class == KERNEL) return PACKED_GRANT_KERNELS;
        harmless = contains(&ranges[i], grant);
    }
    return harmless ? PACKED_GRANT_HARMLESS : PACKED_GRANT_TRUSTED;
}

PackedGrantClass packed_grant_class(const SealGrant *grant) {
    if (grant->kind == SEAL_GRANT_EXIT) return PACKED_GRANT_HARMLESS;
    if (grant->length == 0) return PACKED_GRANT_NONE;
    switch (grant->kind) {
    case SEAL_GRANT_IO_PORT:
        if (!sealed__within(grant->base, grant->length, 1 << 16)) return PACKED_GRANT_NONE;
        return class_of(ports, sizeof ports / sizeof *ports, grant);
    case SEAL_GRANT_IO_MEMORY:
        if (!sealed__within(grant->base, grant->length, PACKED_MOST_ADDRESS) ||
            grant->length > PACKED_MOST_IO_MEMORY)
            return PACKED_GRANT_NONE;
        return class_of(memory, sizeof memory / sizeof *memory, grant);
    case SEAL_GRANT_IRQ:
        if (grant->length != 1) return PACKED_GRANT_NONE;
        if (grant->base >= PACKED_IRQ_LINES) return PACKED_GRANT_KERNELS;
        return class_of(lines, sizeof lines / sizeof *lines, grant);
    case SEAL_GRANT_DMA:
        return grant->base == 0 && grant->length <= PACKED_MOST_DMA ? PACKED_GRANT_TRUSTED
                                                                    : PACKED_GRANT_NONE;
    default: return PACKED_GRANT_NONE;
    }
}

static const char *refusal(const SealGrant *grant, bool is_trusted) {
    switch (packed_grant_class(grant)) {
    case PACKED_GRANT_HARMLESS: return NULL;
    case PACKED_GRANT_TRUSTED:
        return is_trusted
                   ? NULL
                   : "uses a device that may reach any memory, and the system does not call it `trusted`";
    case PACKED_GRANT_KERNELS: return "uses a device that is the kernel's";
    case PACKED_GRANT_NONE: break;
    }
    return "uses a device that no machine has";
}

// --- the whole system --------------------------------------------------------------------------------------

typedef struct Given { // a device, or a range of them
    SealGrant grant;
    uint32_t instance;
} Given;

static bool same_device(const SealGrant *a, const SealGrant *b) {
    return a->kind == b->kind && a->kind != SEAL_GRANT_EXIT && a->kind != SEAL_GRANT_DMA &&
           overlap(a->base, a->length, b->base, b->length);
}

static const char *give(
    const Given *given, uint32_t count, const SealGrant *grant, uint32_t *other
) {
    for (uint32_t i = 0; i < count; i++) {
        if (!same_device(&given[i].grant, grant)) continue;
        *other = given[i].instance;
        return "uses a device that is granted already";
    }
    return NULL;
}

const char *packed_check_grants(
    const Packed *packed, const Sealed *programs, uint32_t *instance, uint32_t *other
) {
    Given given[PACKED_MOST_DEVICES];
    uint32_t count = 0;
    for (*instance = 0; *instance < packed->header.instances.count; ++*instance) {
        ImageInstance row = packed_instance(packed, *instance);
        const Sealed *program = &programs[row.program];
        for (uint32_t i = 0; i < program->manifest.grants.count; i++) {
            SealGrant grant = sealed_grant(program, i);
            if (grant.kind == SEAL_GRANT_EXIT) continue;
            *other = *instance;
            const char *wrong = row.on_demand
                                    ? "uses a device, and is a program that is started later"
                                    : refusal(&grant, row.trusted);
            if (!wrong && count == PACKED_MOST_DEVICES) wrong = "uses one device too many";
            if (!wrong) wrong = give(given, count, &grant, other);
            if (wrong) return wrong;
            given[count++] = (Given){ grant, *instance };
        }
    }
    return NULL;
}
