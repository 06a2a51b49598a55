// For tests: devices that tell their drivers anything. What is read of a register is not what is there, what a queue says is back never was, or is back
// twice, or is longer than it can be; interrupts come for nothing; and all memory that a device may write it does write. By a seed, `--lies SEED:MEAN`:
// one in MEAN times, so that a driver gets far at times.

#include "hosted.h"
#include "virtio.h"

#include <stdlib.h>
#include <string.h>

static uint64_t state, mean;

// D. Lehmer's generator. Devices' threads and kernel calls use it at once, which costs at most a number.
static uint32_t next_random(void) {
    const uint64_t next = __atomic_load_n(&state, __ATOMIC_RELAXED) * 0xd1342543de82ef95;
    __atomic_store_n(&state, next, __ATOMIC_RELAXED);
    return (uint32_t)(next >> 32);
}

static uint32_t below(uint64_t bound) {
    return (uint32_t)(next_random() % bound);
}

// Small numbers, their neighbours, powers of two, and anything.
static uint64_t number(void) {
    switch (below(4)) {
    case 0: return below(20);
    case 1: return UINT64_MAX - below(20);
    case 2: return UINT64_C(1) << below(64);
    default: return (uint64_t)next_random() << 32 | next_random();
    }
}

static uint64_t lie_read(uint32_t width, uint64_t truth) {
    if (below(4 * mean) == 0) hosted_line(VIRTIO_FIRST_LINE + below(VIRTIO_SLOTS), true);
    if (below(mean)) return truth;
    const uint64_t value = below(2) ? number() : truth ^ UINT64_C(1) << below(8 * width);
    return value & UINT64_MAX >> (64 - 8 * width);
}

static void scribble(const Dma *dma) {
    for (uint32_t count = below(64); dma->count && count; count--) {
        const uint32_t range = below(dma->count);
        const uint64_t room = dma->ranges[range].length;
        dma->ranges[range].bytes[below(
            below(2)      ? room
            : room < 2048 ? room
                          : 2048
        )] = (uint8_t)number();
    }
}

static void lie_give(Virtqueue *queue, const Dma *dma) {
    if (!queue->is_ready || below(mean)) return;
    const uint16_t ahead = (uint16_t)(queue->given + 1 + number() % 300);
    switch (below(5)) {
    case 0: virtqueue_give(queue, (uint16_t)number(), number()); break;
    case 1: virtqueue_give(queue, (uint16_t)below(queue->size), number()); break;
    case 2: memcpy(queue->used + 2, &ahead, sizeof ahead); break;
    case 3: {
        const uint32_t words[2] = { (uint32_t)number(),
                                    (uint32_t)number() }; // wider than a head is
        memcpy(queue->used + 4 + 8 * (size_t)(queue->given % queue->size), words, sizeof words);
        const uint16_t next = ++queue->given;
        memcpy(queue->used + 2, &next, sizeof next);
        break;
    }
    default: scribble(dma);
    }
}

bool hosted_more_options(const char *name, const char *value) {
    static const VirtioLies lies = { lie_read, lie_give };
    char *end;
    if (strcmp(name, "--lies") != 0) return false;
    state = strtoull(value, &end, 10) * 2 + 1;
    mean = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
    if (mean == 0) hosted_fail_at("understand", value, "it is SEED:MEAN");
    for (int i = 0; i < 8; i++)
        next_random();
    virtio_lies = &lies;
    return true;
}
