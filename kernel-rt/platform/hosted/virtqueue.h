// Virtqueues as a device sees them (virtio 1.2, 2.7). A driver is a SIP, and what it writes there is hostile: every address must lie in
// memory that the device may reach, every number below its bound, and what is read once is not read again.

#ifndef KERNEL_HOSTED_VIRTQUEUE_H
#define KERNEL_HOSTED_VIRTQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum { VIRTQUEUE_ENTRIES = 256, VIRTQUEUE_PARTS = 64, DMA_RANGES = 4 };

// What a device may read and write. Addresses are those that the driver is told: of this process.
typedef struct Dma {
    struct {
        uint8_t *bytes;
        uint64_t length;
    } ranges[DMA_RANGES];
    uint32_t count;
} Dma;

// NULL: it is not there as a whole, and in one range.
uint8_t *dma_at(const Dma *dma, uint64_t address, uint64_t length);

// As the driver describes it, until it is ready; then all three parts have been looked up.
typedef struct Virtqueue {
    uint64_t descriptors_at, offered_at, used_at;
    uint32_t size;
    bool is_ready;
    const uint8_t *descriptors, *offered;
    uint8_t *used;
    uint16_t seen, given;
} Virtqueue;

// What the driver offers: first what the device reads, then what it writes.
typedef struct VirtBuffer {
    uint16_t head;
    uint32_t readable, writable;        // parts
    uint64_t bytes_read, bytes_written; // how long they are in all
    struct iovec parts[VIRTQUEUE_PARTS];
} VirtBuffer;

typedef enum VirtTaken { VIRT_NOTHING, VIRT_TAKEN, VIRT_BROKEN } VirtTaken;

bool virtqueue_open(
    Virtqueue *queue, const Dma *dma
); // false: it does not lie where it may, and is not ready
bool virtqueue_has_some(const Virtqueue *queue);
VirtTaken virtqueue_take(Virtqueue *queue, const Dma *dma, VirtBuffer *buffer);
bool virtqueue_give(
    Virtqueue *queue, uint16_t head, uint64_t written
); // true: the driver wants to be told

// Of the parts, bytes [skip, skip + length), at most: copied from or to `bytes`. How many there were.
size_t parts_read(
    const struct iovec *parts, uint32_t count, uint64_t skip, void *bytes, size_t length
);
size_t parts_write(
    const struct iovec *parts, uint32_t count, uint64_t skip, const void *bytes, size_t length
);

// Of the parts, the bytes [skip, skip + length), as parts in `cut`. How many.
uint32_t parts_cut(
    const struct iovec *parts, uint32_t count, uint64_t skip, uint64_t length, struct iovec *cut
);

#endif
