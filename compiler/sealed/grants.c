// What may be granted to whom: the same answers for `sipcc image`, which tells a person, and for the kernel, which believes
// nobody. No device is granted twice in a system, none of the kernel's is granted, and what could change memory that is not
// the SIP's is granted only to those that the system trusts.

#include "packed.h"

#include "contracts/abi/machine.h"

PackedGrantClass packed_grant_class(const SealGrant *grant) {
    const char *whose = NULL;
    switch (machine_class((SealGrantKind)grant->kind, grant->base, grant->length, &whose)) {
    case MACHINE_HARMLESS: return PACKED_GRANT_HARMLESS;
    case MACHINE_TRUSTED: return PACKED_GRANT_TRUSTED;
    case MACHINE_KERNELS: return PACKED_GRANT_KERNELS;
    case MACHINE_NONE: break;
    }
    return PACKED_GRANT_NONE;
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

static bool is_taken(const Given *given, const SealGrant *grant, uint32_t instance) {
    const SealGrant *other = &given->grant;
    if (given->instance == instance)
        return other->kind == grant->kind && machine_grants_overlap(
                                                 (SealGrantKind)grant->kind, other->base,
                                                 other->length, grant->base, grant->length
                                             );
    return machine_grants_conflict(
        (SealGrantKind)other->kind, other->base, other->length, (SealGrantKind)grant->kind,
        grant->base, grant->length
    );
}

static const char *give(
    const Given *given, uint32_t count, const SealGrant *grant, uint32_t instance, uint32_t *other
) {
    for (uint32_t i = 0; i < count; i++) {
        if (!is_taken(&given[i], grant, instance)) continue;
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
            if (!wrong) wrong = give(given, count, &grant, *instance, other);
            if (wrong) return wrong;
            given[count++] = (Given){ grant, *instance };
        }
    }
    return NULL;
}
