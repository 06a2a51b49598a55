// The manifest's source (V13): docs/sir.md 10. `main` takes wires and nothing else, quotas are within the limits, and
// every grant is a range that exists and is given once.

#include "limits.h"
#include "verify__.h"

#include "contracts/abi/pci.h"

#include <stdlib.h>

#define REFUSE(v, ...) verify__complain(v, RULE_RESOURCES, verify__module_spot(), __VA_ARGS__)

// --- main ------------------------------------------------------------------------------------------------------------------

static bool is_text_arguments(const Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (info->kind != SIR_TYPE_SLICE || info->mode != SIR_OWN) return false;
    const SirTypeInfo *elem = verify__type(v, info->elem);
    return elem->kind == SIR_TYPE_STR && elem->mode == SIR_OWN;
}

static bool is_device(const Verify *v, SirType type) {
    return verify__type(v, type)->kind == SIR_TYPE_DEVICE;
}

// In state `any` nothing says what the peer on the wire must be.
static bool is_wire_type(const Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    return (info->kind == SIR_TYPE_ENDPOINT && info->state != SIR_STATE_ANY) ||
           is_text_arguments(v, type) || is_device(v, type);
}

// A device is the next grant of its kind: as many parameters of a kind as there are grants of it, at most.
static void check_devices(Verify *v, const SirSig *sig) {
    const SirManifest *manifest = &v->module->manifest;
    uint64_t taken[SIR_GRANT_KINDS] = { 0 }, given[SIR_GRANT_KINDS] = { 0 };
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        given[manifest->grants[i].kind]++;
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (!is_device(v, sig->params[i].type)) continue;
        SirGrantKind kind = (SirGrantKind)verify__type(v, sig->params[i].type)->device;
        if (++taken[kind] <= given[kind]) continue;
        REFUSE(v, "parameter %u of `main` is a device that the manifest does not grant", i);
        return;
    }
}

static void check_main(Verify *v) {
    SirFunc main = v->module->manifest.main;
    if (main >= v->module->funcs.len) {
        REFUSE(v, "the manifest names no `main`");
        return;
    }
    const SirSig *sig = &v->module->funcs.data[main].sig;
    uint32_t texts = 0;
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (sig->params[i].type >= v->module->types.len || !is_wire_type(v, sig->params[i].type)) {
            REFUSE(
                v,
                "parameter %u of `main` is neither an endpoint, nor a device, nor the text arguments",
                i
            );
            return;
        }
        texts += is_text_arguments(v, sig->params[i].type);
    }
    if (texts > 1) REFUSE(v, "`main` takes the text arguments %u times", texts);
    check_devices(v, sig);
    if (sig->result != SIR_TYPE_VOID) REFUSE(v, "`main` returns something");
}

// --- quotas and grants -----------------------------------------------------------------------------------------------------

static void check_quotas(Verify *v) {
    const SirManifest *manifest = &v->module->manifest;
    if (manifest->heap_bytes > (uint64_t)1 << LIMIT_HEAP_SHIFT)
        REFUSE(v, "the heap is more than 2^%d bytes", LIMIT_HEAP_SHIFT);
    if (manifest->stack_bytes > LIMIT_STACK_BYTES)
        REFUSE(v, "a stack is more than %u bytes", (unsigned)LIMIT_STACK_BYTES);
    if (manifest->threads > LIMIT_THREADS)
        REFUSE(v, "there are %u threads when %d are allowed", manifest->threads, LIMIT_THREADS);
    if (manifest->cpu > LIMIT_CPU)
        REFUSE(v, "the share is more than %d per cent of a CPU", LIMIT_CPU);
    if (manifest->time > SEAL_MOST_TIME)
        REFUSE(v, "the CPU time is more than %llu ns", (unsigned long long)SEAL_MOST_TIME);
}

// Per kind: one past the last number that can be granted, and the most that one grant covers.
static const struct {
    uint64_t end, most;
} ranges[SIR_GRANT_KINDS] = {
    [SIR_GRANT_IO_PORT] = { 1 << 16,           1 << 16           },
    [SIR_GRANT_IO_MEMORY] = { (uint64_t)1 << 52, (uint64_t)1 << 52 },
    [SIR_GRANT_IRQ] = { 256,               1                 },
    [SIR_GRANT_DMA] = { 0,                 (uint64_t)1 << 30 },
    [SIR_GRANT_EXIT] = { 0,                 0                 },
};

// Of a device on the PCI bus: a range within one of its places, or its interrupt.
static bool is_pci_range(const SirGrant *grant) {
    const uint64_t offset = PCI_OFFSET(grant->base), place = PCI_PLACE(grant->base);
    if (grant->kind == SIR_GRANT_IRQ) return place == 0 && offset == 0 && grant->length == 1;
    if (grant->kind != SIR_GRANT_IO_MEMORY) return false;
    if (place == PCI_CONFIGURATION) return offset == 0 && grant->length == PCI_CONFIG_BYTES;
    return place < PCI_BARS && grant->length > 0 && grant->length <= PCI_PLACE_BYTES - offset;
}

static bool is_range(const SirGrant *grant) {
    if (PCI_IS_GRANT(grant->base)) return is_pci_range(grant);
    if (grant->kind == SIR_GRANT_EXIT) return grant->base == 0 && grant->length == 0;
    if (grant->kind == SIR_GRANT_DMA) // memory is taken wherever there is some
        return grant->base == 0 && grant->length > 0 && grant->length <= ranges[grant->kind].most;
    return grant->length > 0 && grant->length <= ranges[grant->kind].most &&
           grant->base < ranges[grant->kind].end &&
           grant->length <= ranges[grant->kind].end - grant->base;
}

static int compare_grants(const void *left, const void *right) {
    const SirGrant *a = left, *b = right;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return (a->base > b->base) - (a->base < b->base);
}

static bool overlap(const SirGrant *a, const SirGrant *b) { // a does not begin after b
    if (a->kind != b->kind || a->kind == SIR_GRANT_DMA) return false;
    return a->kind == SIR_GRANT_EXIT || b->base - a->base < a->length;
}

static void check_grants(Verify *v) {
    const SirManifest *manifest = &v->module->manifest;
    if (manifest->grant_count > LIMIT_GRANTS) {
        REFUSE(v, "there are %u grants when %d are allowed", manifest->grant_count, LIMIT_GRANTS);
        return;
    }
    SirGrant *grants = arena_array(v->arena, SirGrant, manifest->grant_count);
    for (uint32_t i = 0; i < manifest->grant_count; i++) {
        grants[i] = manifest->grants[i];
        if (is_range(&grants[i])) continue;
        REFUSE(v, "grant %u is no range of its kind", i);
        return;
    }
    qsort(grants, manifest->grant_count, sizeof *grants, compare_grants);
    for (uint32_t i = 1; i < manifest->grant_count; i++)
        if (overlap(&grants[i - 1], &grants[i])) {
            REFUSE(v, "something is granted twice");
            return;
        }
}

bool verify__has_grant(const Verify *v, SirGrantKind kind) {
    const SirManifest *manifest = &v->module->manifest;
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        if (manifest->grants[i].kind == kind) return true;
    return false;
}

void verify__check_manifest(Verify *v) {
    check_main(v);
    check_quotas(v);
    check_grants(v);
}
