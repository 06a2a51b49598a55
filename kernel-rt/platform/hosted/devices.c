// The machine that a hosted system is given: as much of QEMU's `microvm,ioapic2=off` as drivers of stdlib/drivers ask for. Each access to a device's
// memory or ports comes here by a kernel call, so that nothing has to be mapped where a device is.

#include "hosted.h"
#include "virtio.h"

#include "core/platform.h"

#include <stdio.h>
#include <sys/mman.h>

#define SLOTS UINT64_C(0xfeb00000)

enum { SLOTS_BYTES = VIRTIO_SLOTS * VIRTIO_SLOT_BYTES };

// --- virtio devices ------------------------------------------------------------------------------------------------

static uint8_t *places;                   // one for each byte of a register; nobody can touch them
static uint32_t granted_at[VIRTIO_SLOTS]; // how many devices in a row, by one grant

static const char *const remedies[VIRTIO_SLOTS] = {
    [VIRTIO_CONSOLE_SLOT] = "`--virtio-console FILE` puts a console there",
    [VIRTIO_NET_SLOT] = "`--net user` puts a network card there",
    [VIRTIO_DISK_SLOT] = "`--disk FILE` puts a disk there",
};

static void note_what_is_not_there(uint32_t first, uint32_t count) {
    char text[160];
    for (uint32_t slot = first; slot < first + count; slot++) {
        if (virtio_is_there(slot) || !remedies[slot]) continue;
        const int length = snprintf(
            text, sizeof text, "# no device is at address %x: %s\n",
            (unsigned)SLOTS + slot * VIRTIO_SLOT_BYTES, remedies[slot]
        );
        platform_console(text, (size_t)length);
    }
}

// Whole devices only: whoever has a part of one would tell it where others let it write.
const char *platform_device_memory(uint64_t base, uint64_t length, uint8_t **memory) {
    const uint64_t offset = base - SLOTS;
    if (base < SLOTS || offset >= SLOTS_BYTES || length > SLOTS_BYTES - offset)
        return "is granted memory of a device that hosted systems have not: boot it, with `sipcc run --on qemu`";
    if (offset % VIRTIO_SLOT_BYTES || length % VIRTIO_SLOT_BYTES || length == 0)
        return "is granted a part of a device's memory";
    if (!places) {
        places = mmap(NULL, SLOTS_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (places == MAP_FAILED) hosted_fail("reserve memory");
    }
    const uint32_t first = (uint32_t)(offset / VIRTIO_SLOT_BYTES);
    granted_at[first] = (uint32_t)(length / VIRTIO_SLOT_BYTES);
    note_what_is_not_there(first, granted_at[first]);
    *memory = places + offset;
    return NULL;
}

static uint32_t slot_of(const uint8_t *at) {
    return (uint32_t)(at - places) / VIRTIO_SLOT_BYTES;
}

static uint32_t offset_of(const uint8_t *at) {
    return (uint32_t)(at - places) % VIRTIO_SLOT_BYTES;
}

// Eight bytes are two registers. What would end in the next device is nothing.
uint64_t platform_memory_read(const uint8_t *at, uint32_t width) {
    const uint32_t slot = slot_of(at), offset = offset_of(at);
    if (offset + width > VIRTIO_SLOT_BYTES) return 0;
    if (width < 8) return virtio_read(slot, offset, width);
    return virtio_read(slot, offset, 4) | virtio_read(slot, offset + 4, 4) << 32;
}

void platform_memory_write(uint8_t *at, uint64_t value, uint32_t width) {
    const uint32_t slot = slot_of(at), offset = offset_of(at);
    if (offset + width > VIRTIO_SLOT_BYTES) return;
    virtio_write(slot, offset, value, width < 8 ? width : 4);
    if (width == 8) virtio_write(slot, offset + 4, value >> 32, 4);
}

void platform_device_dma(const uint8_t *memory, uint8_t *bytes, uint64_t length) {
    const uint32_t first = slot_of(memory);
    for (uint32_t slot = first; slot < first + granted_at[first]; slot++)
        virtio_reach(slot, bytes, length);
}

void platform_device_silence(const uint8_t *memory) {
    const uint32_t first = slot_of(memory);
    for (uint32_t slot = first; slot < first + granted_at[first]; slot++)
        virtio_silence(slot);
}

void platform_devices_stop(void) {
    virtio_stop();
}

// --- ports ---------------------------------------------------------------------------------------------------------

const char *platform_ports(uint64_t base, uint64_t length) {
    if (base >= HOSTED_CLOCK_PORT && length <= 2 && base + length <= HOSTED_CLOCK_PORT + 2)
        return NULL;
    return "is granted ports of a device that hosted systems have not: boot it, with `sipcc run --on qemu`";
}

uint64_t platform_port_read(uint16_t port, uint32_t width) {
    return width == 1 ? hosted_clock_read(port) : UINT64_MAX >> (64 - 8 * width);
}

void platform_port_write(uint16_t port, uint64_t value, uint32_t width) {
    if (width == 1) hosted_clock_write(port, (uint8_t)value);
}

// --- the PCI bus, which is not there ---------------------------------------------------------------------------------

const char *platform_pci_function(uint64_t grant) {
    (void)grant;
    return "is granted a device on the PCI bus, which hosted systems have not: use its driver for `microvm`, or boot it, with `sipcc run --on qemu`";
}

const char *platform_pci_memory(uint64_t grant, uint64_t length, uint64_t *base) {
    (void)length, (void)base;
    return platform_pci_function(grant);
}

uint32_t platform_pci_irq(uint64_t grant) {
    (void)grant;
    return PLATFORM_NO_IRQ;
}

uint64_t platform_pci_read(uint64_t grant, uint64_t offset, uint32_t width) {
    (void)grant, (void)offset, (void)width;
    return 0;
}

void platform_pci_start(uint64_t grant) {
    (void)grant;
}

void platform_pci_silence(uint64_t grant) {
    (void)grant;
}
