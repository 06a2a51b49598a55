// Devices, as the manifest declares them and the system allows. A SIP names one by the row of its grant; every access is looked
// up among the SIP's own, and tested against the grant. DMA memory is a SIP's for as long as the system runs, however often it is
// started: a device that still writes there when its driver has ended writes into nobody else's.

#include "core.h"

#include "contracts/abi/machine.h"

// --- granting ------------------------------------------------------------------------------------------------

// The system's description cannot say where devices are that are found; so it is asked here, of whichever comes later.
static const char *check_shared(const Device *device) {
    const SealGrant *grant = &device->grant;
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        const Sip *sip = &kernel.sips[i];
        for (uint32_t k = 0; k < sip->device_count; k++) {
            const Device *other = &sip->devices[k];
            if (other != device && other->is_given && other->grant.kind == SEAL_GRANT_IO_MEMORY &&
                machine_overlap(other->grant.base, other->grant.length, grant->base, grant->length))
                return "is granted memory of a device that is granted already";
        }
    }
    return NULL;
}

// On the PCI bus: from here on the grant says where it has been found, which is tested as what the system says is. The configuration
// has no address.
static const char *find_memory(Device *device) {
    const uint64_t place = device->grant.base;
    const char *wrong = platform_pci_memory(place, device->grant.length, &device->grant.base);
    if (!wrong && packed_grant_class(&device->grant) != PACKED_GRANT_TRUSTED)
        wrong = "is granted memory of a device that lies where none can be";
    return wrong;
}

static const char *give_irq(Device *device) {
    if (PCI_IS_GRANT(device->grant.base)) {
        device->grant.base = platform_pci_irq(device->grant.base);
        return device->grant.base != PLATFORM_NO_IRQ
                   ? NULL
                   : "is granted an interrupt of a device on the PCI bus that has none, or no message for it";
    }
    return platform_irq_is_there((uint32_t)device->grant.base)
               ? NULL
               : "is granted an interrupt that the machine has not";
}

static const char *give_memory(Device *device) {
    const uint64_t place = device->grant.base;
    const char *wrong = PCI_IS_GRANT(place) ? platform_pci_function(place) : NULL;
    if (!wrong && PCI_IS_GRANT(place) && PCI_PLACE(place) == PCI_CONFIGURATION) return NULL;
    if (!wrong && PCI_IS_GRANT(place)) wrong = find_memory(device);
    if (!wrong) wrong = check_shared(device);
    if (wrong) return wrong;
    return platform_device_memory(device->grant.base, device->grant.length, &device->memory);
}

static const char *give_dma(Device *device) {
    const size_t pages = pages_for(device->grant.length);
    if (!device->memory) device->memory = pages_take(pages);
    if (!device->memory) return "needs more memory than the machine has";
    __builtin_memset(device->memory, 0, pages * PLATFORM_PAGE);
    return NULL;
}

static const char *give(Device *device) {
    if (device->is_given) return "is given one device twice";
    device->is_given = true;
    switch (device->grant.kind) {
    case SEAL_GRANT_IO_PORT: return platform_ports(device->grant.base, device->grant.length);
    case SEAL_GRANT_IO_MEMORY: return give_memory(device);
    case SEAL_GRANT_IRQ: return give_irq(device);
    case SEAL_GRANT_DMA: return give_dma(device);
    default: return "is given a device that is none";
    }
}

// What stays from one start to the next is DMA memory.
static void prepare(Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    sip->device_count = sealed->manifest.grants.count;
    if (!sip->devices) sip->devices = record_take(sip->device_count * sizeof *sip->devices);
    for (uint32_t i = 0; i < sip->device_count; i++) {
        const SealGrant grant = sealed_grant(sealed, i);
        sip->devices[i] = (Device){
            .grant = grant,
            .memory = grant.kind == SEAL_GRANT_DMA ? sip->devices[i].memory : NULL,
        };
    }
}

static bool has_registers(const Device *device) {
    return device->grant.kind == SEAL_GRANT_IO_MEMORY && device->memory;
}

static void let_reach_dma(const Sip *sip, const Device *device) {
    for (uint32_t i = 0; i < sip->device_count; i++) {
        const Device *dma = &sip->devices[i];
        if (dma->is_given && dma->grant.kind == SEAL_GRANT_DMA)
            platform_device_dma(device->memory, dma->memory, dma->grant.length);
    }
}

// Once all of it is granted: not before may it write memory.
static void start_functions(const Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    for (uint32_t i = 0; i < sip->device_count; i++) {
        const SealGrant grant = sealed_grant(sealed, i);
        if (sip->devices[i].is_given && PCI_IS_GRANT(grant.base)) platform_pci_start(grant.base);
        if (sip->devices[i].is_given && has_registers(&sip->devices[i]))
            let_reach_dma(sip, &sip->devices[i]);
    }
}

const char *devices_give(Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    prepare(sip);
    for (uint32_t i = 0; i < sealed->manifest.params.count; i++) {
        const SealParam param = sealed_param(sealed, i);
        const char *wrong =
            param.kind == SEAL_PARAM_DEVICE ? give(&sip->devices[param.grant]) : NULL;
        if (wrong) return wrong;
    }
    start_functions(sip);
    return NULL;
}

// --- taking back ---------------------------------------------------------------------------------------------

void devices_silence(Sip *sip) {
    for (uint32_t i = 0; i < sip->device_count; i++) {
        const SealGrant grant = sealed_grant(sip->program->sealed, i);
        if (sip->devices[i].is_given && PCI_IS_GRANT(grant.base)) platform_pci_silence(grant.base);
        if (has_registers(&sip->devices[i])) platform_device_silence(sip->devices[i].memory);
        if (sip->devices[i].irq) irq_end(sip->devices[i].irq);
        sip->devices[i].irq = NULL;
        sip->devices[i].has_ended = true;
    }
}

void devices_close(void) {
    platform_devices_stop();
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        const Sip *sip = &kernel.sips[i];
        for (uint32_t k = 0; k < sip->device_count; k++) {
            const Device *device = &sip->devices[k];
            if (device->grant.kind == SEAL_GRANT_DMA && device->memory)
                pages_give(device->memory, pages_for(device->grant.length));
        }
    }
}

void device_end(Device *device) {
    device->has_ended = true;
}

// --- using ---------------------------------------------------------------------------------------------------

Device *device_of(Sip *sip, uint64_t number, uint32_t kinds) {
    Device *device = number - 1 < sip->device_count ? &sip->devices[number - 1] : NULL;
    if (!device || !device->is_given || device->has_ended || !(kinds >> device->grant.kind & 1))
        panic("a device is used that its sip does not have");
    return device;
}

bool device_covers(const Device *device, uint64_t offset, uint64_t length) {
    return length <= device->grant.length && offset <= device->grant.length - length;
}

// Of a device on the PCI bus: it is read by way of the kernel, and never written.
static bool is_configuration(const Device *device) {
    return device->grant.kind == SEAL_GRANT_IO_MEMORY && !device->memory;
}

static uint16_t port_of(const Device *device, uint64_t offset) {
    return (uint16_t)(device->grant.base + offset);
}

uint64_t device_read(const Device *device, uint64_t offset, uint32_t width) {
    if (is_configuration(device)) return platform_pci_read(device->grant.base, offset, width);
    if (!device->memory) return platform_port_read(port_of(device, offset), width);
    if (has_registers(device)) return platform_memory_read(device->memory + offset, width);
    const void *at = device->memory + offset;
    switch (width) {
    case 1: return *(const volatile uint8_t *)at;
    case 2: return *(const volatile uint16_t *)at;
    case 4: return *(const volatile uint32_t *)at;
    default: return *(const volatile uint64_t *)at;
    }
}

bool device_write(const Device *device, uint64_t offset, uint64_t value, uint32_t width) {
    if (is_configuration(device)) return false;
    if (!device->memory) {
        if (machine_refuses(port_of(device, offset), value, width)) return false;
        platform_port_write(port_of(device, offset), value, width);
        return true;
    }
    if (has_registers(device)) {
        platform_memory_write(device->memory + offset, value, width);
        return true;
    }
    void *at = device->memory + offset;
    switch (width) {
    case 1: *(volatile uint8_t *)at = (uint8_t)value; break;
    case 2: *(volatile uint16_t *)at = (uint16_t)value; break;
    case 4: *(volatile uint32_t *)at = (uint32_t)value; break;
    default: *(volatile uint64_t *)at = value; break;
    }
    return true;
}

void device_copy_in(const Device *device, uint64_t offset, uint8_t *bytes, uint64_t length) {
    const bool is_memory = device->grant.kind == SEAL_GRANT_DMA;
    for (uint64_t i = 0; !is_memory && i < length; i++)
        bytes[i] = (uint8_t)device_read(device, offset + i, 1);
    if (!is_memory) return;
    const volatile uint8_t *from = device->memory + offset;
    for (uint64_t i = 0; i < length; i++)
        bytes[i] = from[i];
}

bool device_copy_out(const Device *device, uint64_t offset, const uint8_t *bytes, uint64_t length) {
    if (is_configuration(device)) return false;
    const bool is_memory = device->grant.kind == SEAL_GRANT_DMA;
    for (uint64_t i = 0; !is_memory && i < length; i++)
        platform_memory_write(device->memory + offset + i, bytes[i], 1);
    if (!is_memory) return true;
    volatile uint8_t *to = device->memory + offset;
    for (uint64_t i = 0; i < length; i++)
        to[i] = bytes[i];
    return true;
}
