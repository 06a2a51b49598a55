// A driver's virtqueue, read with suspicion. Its memory stays mapped for as long as the system runs, so an address that has been looked up
// may be used; what lies there the driver may change at any time, so each word is read once.

#include "virtqueue.h"

#include <string.h>

enum {
    DESCRIPTOR_BYTES = 16,
    HAS_NEXT = 1,
    DEVICE_WRITES = 2,
    INDIRECT = 4,
    NOT_TOLD = 1, // flags of what is offered
};

uint8_t *dma_at(const Dma *dma, uint64_t address, uint64_t length) {
    for (uint32_t i = 0; i < dma->count; i++) {
        const uint64_t offset = address - (uint64_t)(uintptr_t)dma->ranges[i].bytes;
        const uint64_t room = dma->ranges[i].length;
        if (offset <= room && length <= room - offset) return dma->ranges[i].bytes + offset;
    }
    return NULL;
}

// --- words -------------------------------------------------------------------------------------------------------

static uint16_t read16(const uint8_t *at) {
    return __atomic_load_n((const uint16_t *)(const void *)at, __ATOMIC_ACQUIRE);
}

static void write16(uint8_t *at, uint16_t value) {
    __atomic_store_n((uint16_t *)(void *)at, value, __ATOMIC_RELEASE);
}

static void write32(uint8_t *at, uint32_t value) {
    __atomic_store_n((uint32_t *)(void *)at, value, __ATOMIC_RELAXED);
}

// --- the queue ---------------------------------------------------------------------------------------------------

bool virtqueue_open(Virtqueue *queue, const Dma *dma) {
    const uint32_t size = queue->size;
    queue->is_ready = false;
    if (size == 0 || size > VIRTQUEUE_ENTRIES || (size & (size - 1))) return false;
    if (queue->descriptors_at % 16 || queue->offered_at % 2 || queue->used_at % 4) return false;
    queue->descriptors = dma_at(dma, queue->descriptors_at, (uint64_t)DESCRIPTOR_BYTES * size);
    queue->offered = dma_at(dma, queue->offered_at, 6 + 2 * (uint64_t)size);
    queue->used = dma_at(dma, queue->used_at, 6 + 8 * (uint64_t)size);
    queue->seen = queue->given = 0;
    queue->is_ready = queue->descriptors && queue->offered && queue->used;
    return queue->is_ready;
}

bool virtqueue_has_some(const Virtqueue *queue) {
    return queue->is_ready && read16(queue->offered + 2) != queue->seen;
}

typedef struct Descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
} Descriptor;

static Descriptor read_descriptor(const Virtqueue *queue, uint16_t row) {
    const volatile uint64_t *words =
        (const volatile void *)(queue->descriptors + (size_t)row * DESCRIPTOR_BYTES);
    const uint64_t address = words[0], rest = words[1];
    return (Descriptor){ address, (uint32_t)rest, (uint16_t)(rest >> 32), (uint16_t)(rest >> 48) };
}

// What is read comes before what is written; neither is empty.
static bool add(VirtBuffer *buffer, const Descriptor *row, const Dma *dma) {
    const uint32_t count = buffer->readable + buffer->writable;
    uint8_t *bytes = dma_at(dma, row->address, row->length);
    if (!bytes || row->length == 0 || count == VIRTQUEUE_PARTS || (row->flags & INDIRECT))
        return false;
    if (row->flags & DEVICE_WRITES) {
        buffer->writable++;
        buffer->bytes_written += row->length;
    } else if (buffer->writable) {
        return false;
    } else {
        buffer->readable++;
        buffer->bytes_read += row->length;
    }
    buffer->parts[count] = (struct iovec){ bytes, row->length };
    return true;
}

// A ring of descriptors ends at the bound of parts.
static bool add_all(const Virtqueue *queue, const Dma *dma, uint16_t head, VirtBuffer *buffer) {
    buffer->head = head;
    buffer->readable = buffer->writable = 0;
    buffer->bytes_read = buffer->bytes_written = 0;
    for (uint16_t row = head;;) {
        if (row >= queue->size) return false;
        const Descriptor descriptor = read_descriptor(queue, row);
        if (!add(buffer, &descriptor, dma)) return false;
        if (!(descriptor.flags & HAS_NEXT)) return true;
        row = descriptor.next;
    }
}

VirtTaken virtqueue_take(Virtqueue *queue, const Dma *dma, VirtBuffer *buffer) {
    if (!queue->is_ready) return VIRT_NOTHING;
    const uint16_t waiting = (uint16_t)(read16(queue->offered + 2) - queue->seen);
    if (waiting == 0) return VIRT_NOTHING;
    if (waiting > queue->size) return VIRT_BROKEN;
    const uint16_t head = read16(queue->offered + 4 + 2 * (size_t)(queue->seen % queue->size));
    queue->seen++;
    return add_all(queue, dma, head, buffer) ? VIRT_TAKEN : VIRT_BROKEN;
}

bool virtqueue_give(Virtqueue *queue, uint16_t head, uint64_t written) {
    if (!queue->is_ready) return false; // not any more
    uint8_t *row = queue->used + 4 + 8 * (size_t)(queue->given % queue->size);
    write32(row, head);
    write32(row + 4, written < UINT32_MAX ? (uint32_t)written : UINT32_MAX);
    write16(queue->used + 2, ++queue->given); // last
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return !(read16(queue->offered) & NOT_TOLD);
}

// --- parts -------------------------------------------------------------------------------------------------------

uint32_t parts_cut(
    const struct iovec *parts, uint32_t count, uint64_t skip, uint64_t length, struct iovec *cut
) {
    uint32_t cuts = 0;
    for (uint32_t i = 0; i < count && length; i++) {
        const uint64_t size = parts[i].iov_len;
        const uint64_t from = skip < size ? skip : size;
        const uint64_t some = size - from < length ? size - from : length;
        skip -= from;
        length -= some;
        if (some) cut[cuts++] = (struct iovec){ (uint8_t *)parts[i].iov_base + from, some };
    }
    return cuts;
}

size_t parts_read(
    const struct iovec *parts, uint32_t count, uint64_t skip, void *bytes, size_t length
) {
    struct iovec cut[VIRTQUEUE_PARTS];
    const uint32_t cuts = parts_cut(parts, count, skip, length, cut);
    size_t at = 0;
    for (uint32_t i = 0; i < cuts; at += cut[i].iov_len, i++)
        memcpy((uint8_t *)bytes + at, cut[i].iov_base, cut[i].iov_len);
    return at;
}

size_t parts_write(
    const struct iovec *parts, uint32_t count, uint64_t skip, const void *bytes, size_t length
) {
    struct iovec cut[VIRTQUEUE_PARTS];
    const uint32_t cuts = parts_cut(parts, count, skip, length, cut);
    size_t at = 0;
    for (uint32_t i = 0; i < cuts; at += cut[i].iov_len, i++)
        memcpy(cut[i].iov_base, (const uint8_t *)bytes + at, cut[i].iov_len);
    return at;
}
