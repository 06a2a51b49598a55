// The registers of virtio devices, and the queues behind them. A kernel call that reads or writes a register holds the device's lock for a few
// instructions, as does the device's thread around each buffer; what takes time happens in between, in that thread. A reset does not wait
// for it: until the buffer that is under way is done, the status reads as it was, and that buffer is not given back.

#include "virtio.h"

#include "hosted.h"

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define VERSION_1 (UINT64_C(1) << 32)

enum {
    MAGIC = 0x74726976,
    VENDOR = 0x20706953,

    ON_MAGIC = 0x000, // registers
    ON_VERSION = 0x004,
    ON_DEVICE = 0x008,
    ON_VENDOR = 0x00c,
    ON_FEATURES = 0x010,
    ON_FEATURES_PART = 0x014,
    ON_DRIVER_FEATURES = 0x020,
    ON_DRIVER_FEATURES_PART = 0x024,
    ON_QUEUE = 0x030,
    ON_QUEUE_MOST = 0x034,
    ON_QUEUE_SIZE = 0x038,
    ON_QUEUE_READY = 0x044,
    ON_NOTIFY = 0x050,
    ON_CAUSE = 0x060,
    ON_DONE = 0x064,
    ON_STATUS = 0x070,
    ON_DESCRIPTORS = 0x080, // addresses, each in two halves
    ON_OFFERED = 0x090,
    ON_USED = 0x0a0,
    ON_GENERATION = 0x0fc,
    ON_SETTINGS = 0x100,

    DRIVER_IS_READY = 4, // status
    FEATURES_AGREED = 8,
    WANTS_RESET = 64,

    BUFFERS = 1, // causes
    SETTINGS = 2,
};

struct Virtio {
    const VirtioKind *kind; // NULL: nothing is there
    pthread_mutex_t lock;
    int kick;
    uint32_t line;
    Dma dma;
    Virtqueue queues[VIRTIO_QUEUES];
    uint64_t driver_features;
    uint32_t features_part, driver_features_part, queue;
    uint32_t status, cause;
    bool is_busy, is_stopped;
    uint32_t resets, taken_in; // whether what is under way is from before a reset
    uint32_t status_before;
};

static Virtio devices[VIRTIO_SLOTS];

const VirtioLies *virtio_lies;

// --- interrupts --------------------------------------------------------------------------------------------------

static void interrupt(Virtio *device, uint32_t cause) {
    device->cause |= cause;
    hosted_line(device->line, true);
}

static void interrupt_is_seen(Virtio *device, uint32_t causes) {
    device->cause &= ~causes;
    if (!device->cause) hosted_line(device->line, false);
}

static void fail_locked(Virtio *device) {
    device->status |= WANTS_RESET;
    interrupt(device, SETTINGS);
}

// --- what a device does ------------------------------------------------------------------------------------------

static void lock(Virtio *device) {
    pthread_mutex_lock(&device->lock);
}

static void unlock(Virtio *device) {
    pthread_mutex_unlock(&device->lock);
}

static bool is_in_use(const Virtio *device) {
    return (device->status & (DRIVER_IS_READY | WANTS_RESET)) == DRIVER_IS_READY &&
           !device->is_stopped;
}

bool virtio_take_locked(Virtio *device, uint32_t queue, VirtBuffer *buffer) {
    if (!is_in_use(device)) return false;
    const VirtTaken taken = virtqueue_take(&device->queues[queue], &device->dma, buffer);
    if (taken == VIRT_BROKEN) fail_locked(device);
    return taken == VIRT_TAKEN;
}

void virtio_give_locked(
    Virtio *device, uint32_t queue, const VirtBuffer *buffer, uint64_t written
) {
    if (!is_in_use(device)) return;
    if (virtio_lies) {
        virtio_lies->give(&device->queues[queue], &device->dma);
        interrupt(device, BUFFERS);
    }
    if (virtqueue_give(&device->queues[queue], buffer->head, written)) interrupt(device, BUFFERS);
}

bool virtio_has_some(Virtio *device, uint32_t queue) {
    lock(device);
    const bool some = is_in_use(device) && virtqueue_has_some(&device->queues[queue]);
    unlock(device);
    return some;
}

bool virtio_take(Virtio *device, uint32_t queue, VirtBuffer *buffer) {
    lock(device);
    const bool taken = virtio_take_locked(device, queue, buffer);
    device->is_busy = taken;
    device->taken_in = device->resets;
    unlock(device);
    return taken;
}

void virtio_give(Virtio *device, uint32_t queue, const VirtBuffer *buffer, uint64_t written) {
    lock(device);
    device->is_busy = false;
    if (device->taken_in == device->resets) virtio_give_locked(device, queue, buffer, written);
    unlock(device);
}

bool virtio_is_wanted(Virtio *device) {
    lock(device);
    const bool wanted = is_in_use(device) && device->taken_in == device->resets;
    unlock(device);
    return wanted;
}

void virtio_fail(Virtio *device) {
    lock(device);
    if (!device->is_busy || device->taken_in == device->resets) fail_locked(device);
    device->is_busy = false;
    unlock(device);
}

int virtio_kick(const Virtio *device) {
    return device->kick;
}

void virtio_kicked(const Virtio *device) {
    uint64_t count;
    if (read(device->kick, &count, sizeof count) < 0) return; // nobody has
}

// --- registers ---------------------------------------------------------------------------------------------------

static void reset(Virtio *device) {
    if (device->status) device->status_before = device->status;
    device->status = 0;
    device->driver_features = 0;
    device->features_part = device->driver_features_part = device->queue = 0;
    device->resets++;
    memset(device->queues, 0, sizeof device->queues);
    interrupt_is_seen(device, UINT32_MAX);
}

static void set_status(Virtio *device, uint32_t value) {
    if (value == 0) {
        reset(device);
        return;
    }
    const uint64_t offered = device->kind->features | VERSION_1;
    const bool agrees =
        (device->driver_features & VERSION_1) && !(device->driver_features & ~offered);
    device->status = (value & (agrees ? 0xffu : ~(uint32_t)FEATURES_AGREED & 0xff)) |
                     (device->status & WANTS_RESET);
}

static uint32_t status_of(const Virtio *device) {
    return device->status == 0 && device->is_busy ? device->status_before : device->status;
}

static Virtqueue *chosen(Virtio *device) {
    return device->queue < device->kind->queues ? &device->queues[device->queue] : NULL;
}

static uint32_t read_register(Virtio *device, uint32_t offset) {
    const uint64_t features = device->kind->features | VERSION_1;
    const Virtqueue *queue = chosen(device);
    switch (offset) {
    case ON_DEVICE: return device->kind->id;
    case ON_VENDOR: return VENDOR;
    case ON_FEATURES:
        return device->features_part < 2 ? (uint32_t)(features >> 32 * device->features_part) : 0;
    case ON_QUEUE_MOST: return queue ? VIRTQUEUE_ENTRIES : 0;
    case ON_QUEUE_READY: return queue && queue->is_ready;
    case ON_CAUSE: return device->cause;
    case ON_STATUS: return status_of(device);
    default: return 0;
    }
}

static void set_half(uint64_t *word, uint32_t offset, uint32_t value) {
    const uint32_t shift = offset & 4 ? 32 : 0;
    *word = (*word & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

// Where a queue lies is looked at when it is ready, once; from then on it lies there.
static void write_queue(Virtio *device, Virtqueue *queue, uint32_t offset, uint32_t value) {
    if (offset == ON_QUEUE_READY && value == 0) queue->is_ready = false;
    if (queue->is_ready) return;
    if (offset == ON_QUEUE_READY && value && !virtqueue_open(queue, &device->dma))
        fail_locked(device);
    switch (offset & ~4u) {
    case ON_QUEUE_SIZE: queue->size = value; break;
    case ON_DESCRIPTORS: set_half(&queue->descriptors_at, offset, value); break;
    case ON_OFFERED: set_half(&queue->offered_at, offset, value); break;
    case ON_USED: set_half(&queue->used_at, offset, value); break;
    default: break;
    }
}

static void notify(Virtio *device, uint32_t queue) {
    const uint64_t one = 1;
    if (queue >= device->kind->queues) return;
    if (device->kind->notified) {
        device->kind->notified(device, queue);
        return;
    }
    if (write(device->kick, &one, sizeof one) < 0) return; // it has been kicked often enough
}

static void write_register(Virtio *device, uint32_t offset, uint32_t value) {
    Virtqueue *queue = chosen(device);
    switch (offset) {
    case ON_FEATURES_PART: device->features_part = value; break;
    case ON_DRIVER_FEATURES_PART: device->driver_features_part = value; break;
    case ON_DRIVER_FEATURES:
        if (device->driver_features_part < 2 && !(device->status & FEATURES_AGREED))
            set_half(&device->driver_features, 4 * device->driver_features_part, value);
        break;
    case ON_QUEUE: device->queue = value; break;
    case ON_NOTIFY: notify(device, value); break;
    case ON_DONE: interrupt_is_seen(device, value); break;
    case ON_STATUS: set_status(device, value); break;
    default:
        if (queue) write_queue(device, queue, offset, value);
    }
}

static uint64_t read_settings(const VirtioKind *kind, uint32_t offset, uint32_t width) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < width && offset + i < kind->settings_bytes; i++)
        value |= (uint64_t)((const uint8_t *)kind->settings)[offset + i] << 8 * i;
    return value;
}

static uint64_t read_truth(uint32_t slot, uint32_t offset, uint32_t width) {
    Virtio *device = &devices[slot];
    if (offset == ON_MAGIC && width == 4) return MAGIC;
    if (offset == ON_VERSION && width == 4) return 2;
    if (!device->kind) return 0;
    if (offset >= ON_SETTINGS) return read_settings(device->kind, offset - ON_SETTINGS, width);
    if (width != 4) return 0; // as the standard wants it
    lock(device);
    const uint32_t value = read_register(device, offset);
    unlock(device);
    return value;
}

uint64_t virtio_read(uint32_t slot, uint32_t offset, uint32_t width) {
    const uint64_t truth = read_truth(slot, offset, width);
    return virtio_lies ? virtio_lies->read(width, truth) : truth;
}

void virtio_write(uint32_t slot, uint32_t offset, uint64_t value, uint32_t width) {
    Virtio *device = &devices[slot];
    if (!device->kind || width != 4 || offset >= ON_SETTINGS) return;
    lock(device);
    write_register(device, offset, (uint32_t)value);
    unlock(device);
}

// --- beginning and end -------------------------------------------------------------------------------------------

bool virtio_is_there(uint32_t slot) {
    return devices[slot].kind;
}

static void *serve(void *device) {
    ((Virtio *)device)->kind->serve(device);
    return NULL;
}

static void start_thread(Virtio *device) {
    device->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (device->kick < 0) hosted_fail("start a device");
    hosted_thread(serve, device);
}

void virtio_add(uint32_t slot, const VirtioKind *kind) {
    Virtio *device = &devices[slot];
    device->kind = kind;
    device->line = VIRTIO_FIRST_LINE + slot;
    pthread_mutex_init(&device->lock, NULL);
    if (kind->serve) start_thread(device);
}

// What there is no room for it cannot reach.
void virtio_reach(uint32_t slot, uint8_t *bytes, uint64_t length) {
    Virtio *device = &devices[slot];
    if (!device->kind) return;
    lock(device);
    Dma *dma = &device->dma;
    if (dma->count < DMA_RANGES) {
        dma->ranges[dma->count].bytes = bytes;
        dma->ranges[dma->count].length = length;
        dma->count++;
    }
    unlock(device);
}

void virtio_silence(uint32_t slot) {
    Virtio *device = &devices[slot];
    if (!device->kind) return;
    lock(device);
    reset(device);
    device->dma.count = 0;
    unlock(device);
}

static bool is_busy(Virtio *device) {
    lock(device);
    device->is_stopped = true;
    const bool busy = device->is_busy;
    unlock(device);
    return busy;
}

void virtio_stop(void) {
    const struct timespec while_it_works = { .tv_nsec = 200000 };
    for (uint32_t slot = 0; slot < VIRTIO_SLOTS; slot++)
        while (devices[slot].kind && is_busy(&devices[slot]))
            nanosleep(&while_it_works, NULL);
}
