// Virtio devices that a hosted system is given, with their registers in memory (virtio 1.2, 4.2), at the places and interrupt lines that QEMU's
// `microvm,ioapic2=off` has. What a device does that may take long is done by a thread of its own, which never enters the kernel: it takes
// buffers, gives them back, and has a line raised.

#ifndef KERNEL_HOSTED_VIRTIO_H
#define KERNEL_HOSTED_VIRTIO_H

#include "virtqueue.h"

enum {
    VIRTIO_CONSOLE_SLOT = 4,
    VIRTIO_NET_SLOT = 5,
    VIRTIO_DISK_SLOT = 6,
    VIRTIO_ENTROPY_SLOT = 7,
    VIRTIO_SLOTS = 8,
    VIRTIO_SLOT_BYTES = 512,
    VIRTIO_FIRST_LINE = 16, // the first slot's; the others' follow
    VIRTIO_QUEUES = 2,      // of a device, at most
};

typedef struct Virtio Virtio;

// What a device is. `serve` is its thread, once it is kicked at the latest; without one, `notified` is called in the kernel, with the device locked.
typedef struct VirtioKind {
    uint32_t id, queues;
    uint64_t features;
    const void *settings;
    uint32_t settings_bytes;
    void (*serve)(Virtio *device);
    void (*notified)(Virtio *device, uint32_t queue);
} VirtioKind;

// Before the kernel starts, once for each slot. `kind` stays the caller's.
void virtio_add(uint32_t slot, const VirtioKind *kind);

// --- for a device ------------------------------------------------------------------------------------------------

// A file descriptor that can be read when there may be something to do, and what makes it unreadable again.
int virtio_kick(const Virtio *device);
void virtio_kicked(const Virtio *device);

// In its thread: whoever has taken a buffer gives it back before the next one. False: there is none, or the device is not in use.
bool virtio_has_some(Virtio *device, uint32_t queue);
bool virtio_take(Virtio *device, uint32_t queue, VirtBuffer *buffer);
void virtio_give(Virtio *device, uint32_t queue, const VirtBuffer *buffer, uint64_t written);

// Whether what has been taken will be missed: not any more, when the device has been reset, or the system ends.
bool virtio_is_wanted(Virtio *device);

// In `notified`, the same.
bool virtio_take_locked(Virtio *device, uint32_t queue, VirtBuffer *buffer);
void virtio_give_locked(Virtio *device, uint32_t queue, const VirtBuffer *buffer, uint64_t written);

// The driver has broken the rules: the device stops, and says so.
void virtio_fail(Virtio *device);

// For tests: a device that lies. NULL: none does.
typedef struct VirtioLies {
    uint64_t (*read)(uint32_t width, uint64_t truth);
    void (*give)(Virtqueue *queue, const Dma *dma); // before what is given back truly is
} VirtioLies;
extern const VirtioLies *virtio_lies;

// --- for the machine ---------------------------------------------------------------------------------------------

uint64_t virtio_read(uint32_t slot, uint32_t offset, uint32_t width);
void virtio_write(uint32_t slot, uint32_t offset, uint64_t value, uint32_t width);
bool virtio_is_there(uint32_t slot);
void virtio_reach(uint32_t slot, uint8_t *bytes, uint64_t length); // it may read and write them
void virtio_silence(uint32_t slot); // it begins nothing, until it is told again what it may reach
void virtio_stop(void);             // all of them, for good; waits until they have

#endif
