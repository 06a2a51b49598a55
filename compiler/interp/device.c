// Device objects, without the devices: DMA memory is memory that nobody else writes, whatever else is read is zero, what is
// written to it is lost, and interrupts end before the first one. What is tested is what a SIP could do wrong: a device that is
// not granted, an offset beyond the grant.

#include "interp__.h"

#include "contracts/abi/machine.h"

enum { MOST_KEPT = 1 << 20 }; // bytes of DMA memory that are remembered; beyond, they read as zero

#define NO_GRANT UINT64_MAX // on a walk, of a device that the manifest does not have
#define BUS_BASE UINT64_C(0x100000)

// --- which device ---------------------------------------------------------------------------------------------------

// The `nth` grant of its kind, as the parameters of `main` take them.
bool interp__device_granted(Interp *in, SirDevice device, uint32_t nth, Node *out) {
    const SirManifest *manifest = &in->sip->module->manifest;
    for (uint32_t i = 0; i < manifest->grant_count; i++) {
        if (manifest->grants[i].kind != (SirGrantKind)device || nth-- > 0) continue;
        out->bits = i;
        return true;
    }
    return MUST(in, false, RULE_RESOURCES, "a device that is not granted");
}

void interp__device_made_up(Interp *in, SirDevice device, Node *out) {
    const SirManifest *manifest = &in->sip->module->manifest;
    out->bits = NO_GRANT;
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        if (manifest->grants[i].kind == (SirGrantKind)device) out->bits = i;
}

static uint64_t length_of(const Interp *in, const Node *device) {
    const SirManifest *manifest = &in->sip->module->manifest;
    return device->bits < manifest->grant_count ? manifest->grants[device->bits].length : 64;
}

static bool find_device(
    Interp *in, const SirPlace *place, Node **device, const SirTypeInfo **info
) {
    Route r;
    if (!interp__look(in, place, &r)) return false;
    *device = r.node;
    *info = interp__type(in, r.node->type);
    return MUST(
        in, (*info)->kind == SIR_TYPE_DEVICE, RULE_WELL_FORMED, "what is no device is used as one"
    );
}

// --- its memory -----------------------------------------------------------------------------------------------------

// NULL: it keeps nothing there.
static uint8_t *kept(Interp *in, const Node *device, const SirTypeInfo *info, uint64_t offset) {
    Sip *sip = in->sip;
    if (info->device != SIR_DMA || device->bits == NO_GRANT || offset >= MOST_KEPT) return NULL;
    uint32_t count = sip->module->manifest.grant_count;
    if (!sip->dma) sip->dma = arena_array(&in->arena, uint8_t *, count);
    uint64_t length = length_of(in, device);
    uint8_t **memory = &sip->dma[device->bits];
    if (!*memory)
        *memory = arena_array(&in->arena, uint8_t, length < MOST_KEPT ? length : MOST_KEPT);
    return &(*memory)[offset];
}

static uint8_t read_byte(Interp *in, const Node *device, const SirTypeInfo *info, uint64_t at) {
    if (in->chaos) return (uint8_t)interp__below(in, 256);
    const uint8_t *byte = kept(in, device, info, at);
    return byte ? *byte : 0;
}

static void write_byte(
    Interp *in, const Node *device, const SirTypeInfo *info, uint64_t at, uint64_t value
) {
    uint8_t *byte = kept(in, device, info, at);
    if (byte) *byte = (uint8_t)value;
}

static bool is_inside(Interp *in, const Node *device, uint64_t *offset, uint64_t bytes) {
    uint64_t length = length_of(in, device);
    if (in->chaos && bytes <= length) *offset = interp__below(in, length - bytes + 1);
    return (bytes <= length && *offset <= length - bytes) || interp__fault(in, FAULT_INDEX);
}

// What the kernel tells a device for nobody: some bytes to some ports, and anything to the configuration of the PCI bus.
static bool is_refused(
    const Interp *in, const Node *device, uint64_t offset, uint64_t bits, uint64_t bytes
) {
    const SirManifest *manifest = &in->sip->module->manifest;
    if (device->bits >= manifest->grant_count) return false;
    const SirGrant *grant = &manifest->grants[device->bits];
    if (grant->kind == SIR_GRANT_IO_PORT)
        return machine_refuses(grant->base + offset, bits, (uint32_t)bytes);
    return grant->kind == SIR_GRANT_IO_MEMORY && PCI_IS_GRANT(grant->base) &&
           PCI_PLACE(grant->base) == PCI_CONFIGURATION;
}

// --- instructions ---------------------------------------------------------------------------------------------------

static bool is_unit(const SirTypeInfo *info, SirType type) {
    bool is_unsigned = interp__is_integer(type) && !interp__is_signed(type);
    return info->device != SIR_IRQ && is_unsigned &&
           (type != SIR_TYPE_U64 || info->device != SIR_IO_PORT);
}

static bool read(Interp *in, const SirInst *inst) {
    uint64_t offset, bits = 0;
    Node *device;
    const SirTypeInfo *info;
    SirType type = interp__place_type(in, &inst->args[0].place);
    if (!interp__u64(in, &inst->args[2], &offset) ||
        !find_device(in, &inst->args[1].place, &device, &info) ||
        !MUST(in, is_unit(info, type), RULE_WELL_FORMED, "another type is read of a device"))
        return false;
    uint64_t bytes = interp__width(type) / 8;
    if (!is_inside(in, device, &offset, bytes)) return false;
    for (uint64_t i = 0; i < bytes; i++)
        bits |= (uint64_t)read_byte(in, device, info, offset + i) << 8 * i;
    Node node = interp__scalar(type, bits);
    return interp__write(in, &inst->args[0].place, &node);
}

static bool write(Interp *in, const SirInst *inst) {
    uint64_t offset;
    Node *device, value;
    const SirTypeInfo *info;
    if (!interp__u64(in, &inst->args[1], &offset) || !interp__value(in, &inst->args[2], &value) ||
        !find_device(in, &inst->args[0].place, &device, &info) ||
        !MUST(
            in, is_unit(info, value.type), RULE_WELL_FORMED, "another type is written to a device"
        ))
        return false;
    uint64_t bytes = interp__width(value.type) / 8;
    if (!is_inside(in, device, &offset, bytes)) return false;
    if (is_refused(in, device, offset, value.bits, bytes)) return interp__fault(in, FAULT_REFUSED);
    for (uint64_t i = 0; i < bytes; i++)
        write_byte(in, device, info, offset + i, value.bits >> 8 * i);
    return true;
}

static bool copy(Interp *in, const SirInst *inst, bool comes_in) {
    uint64_t offset;
    Node *device;
    const SirTypeInfo *info;
    Run run;
    const SirPlace *place = &inst->args[2].place;
    if (!interp__u64(in, &inst->args[1], &offset) ||
        !find_device(in, &inst->args[0].place, &device, &info) ||
        !interp__run(in, place, comes_in ? USE_WRITE : USE_READ, &run))
        return false;
    uint64_t bytes = run.to - run.from;
    bool fits = (info->device == SIR_DMA || info->device == SIR_IO_MEMORY) &&
                run.elem == SIR_TYPE_U8 &&
                interp__type(in, interp__place_type(in, place))->kind != SIR_TYPE_STR;
    if (!MUST(in, fits, RULE_WELL_FORMED, "another thing is copied from or to a device") ||
        !interp__run_access(in, &run, 0, bytes, comes_in ? USE_WRITE : USE_READ) ||
        !is_inside(in, device, &offset, bytes))
        return false;
    if (!comes_in && is_refused(in, device, offset, 0, 0)) return interp__fault(in, FAULT_REFUSED);
    for (uint64_t i = 0; i < bytes; i++) {
        Node *byte = &run.node->parts[run.from + i];
        if (comes_in)
            *byte = interp__scalar(SIR_TYPE_U8, read_byte(in, device, info, offset + i));
        else
            write_byte(in, device, info, offset + i, byte->bits);
    }
    return true;
}

static bool address(Interp *in, const SirInst *inst) {
    Node *device;
    const SirTypeInfo *info;
    if (!find_device(in, &inst->args[1].place, &device, &info) ||
        !MUST(in, info->device == SIR_DMA, RULE_WELL_FORMED, "what the bus does not see"))
        return false;
    Node node = interp__scalar(SIR_TYPE_U64, BUS_BASE * (device->bits + 1));
    return interp__write(in, &inst->args[0].place, &node);
}

static bool is_irq_contract(const SirContractInfo *contract) {
    if (contract->message_count != 2 || contract->state_count != 2) return false;
    const SirStateInfo *armed = &contract->states[0], *fired = &contract->states[1];
    return contract->messages[0].dir == SIR_OUT && contract->messages[1].dir == SIR_IN &&
           contract->messages[0].arg_count + contract->messages[1].arg_count == 0 &&
           armed->choice_count == 1 && fired->choice_count == 1 && !armed->is_end &&
           !fired->is_end && armed->choices[0].message == 0 && armed->choices[0].next == 1 &&
           fired->choices[0].message == 1 && fired->choices[0].next == 0;
}

// On a walk interrupts come; else the other side is closed from the beginning.
static bool listen(Interp *in, const SirInst *inst) {
    Node irq;
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *info = interp__type(in, type);
    if (!interp__value(in, &inst->args[1], &irq)) return false;
    const SirTypeInfo *device = interp__type(in, irq.type);
    if (!MUST(
            in, device->kind == SIR_TYPE_DEVICE && device->device == SIR_IRQ, RULE_WELL_FORMED,
            "another thing than an irq is listened to"
        ))
        return false;
    bool fits = info->kind == SIR_TYPE_ENDPOINT && info->side == SIR_IMP && info->state == 0 &&
                info->contract < in->sip->module->contracts.len &&
                is_irq_contract(&in->sip->module->contracts.data[info->contract]);
    if (!MUST(in, fits, RULE_WELL_FORMED, "interrupts come to another end")) return false;
    End *end = interp__end_new(in, info->contract, SIR_IMP, 0);
    end->is_world = in->chaos;
    Node node = { .type = type, .is_there = true, .end = end };
    return interp__write(in, &inst->args[0].place, &node);
}

bool interp__device(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_DEVICE_READ: return read(in, inst);
    case SIR_OP_DEVICE_WRITE: return write(in, inst);
    case SIR_OP_DEVICE_COPY_IN: return copy(in, inst, true);
    case SIR_OP_DEVICE_COPY_OUT: return copy(in, inst, false);
    case SIR_OP_DEVICE_ADDRESS: return address(in, inst);
    case SIR_OP_DEVICE_LISTEN: return listen(in, inst);
    default: return interp__violate(in, RULE_WELL_FORMED, "%s of devices", sir_op_text(inst->op));
    }
}
