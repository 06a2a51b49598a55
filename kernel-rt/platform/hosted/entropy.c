// Random numbers of Linux's, as a virtio entropy device gives them (virtio 1.2, 5.4): at most a few each time, so that the kernel call in which
// that happens is short.

#include "hosted.h"
#include "virtio.h"

#include <errno.h>
#include <sys/random.h>

enum { MOST_BYTES = 1024 };

// On the stack of the SIP that calls, where there is no room for these two; the device is locked.
static void notified(Virtio *device, uint32_t queue) {
    static VirtBuffer buffer;
    static uint8_t bytes[MOST_BYTES];
    while (virtio_take_locked(device, queue, &buffer)) {
        const size_t wanted = buffer.bytes_written < MOST_BYTES ? buffer.bytes_written : MOST_BYTES;
        for (size_t at = 0; at < wanted;) {
            const ssize_t got = getrandom(bytes + at, wanted - at, 0);
            if (got < 0 && errno != EINTR) hosted_fail("get random numbers");
            at += got > 0 ? (size_t)got : 0;
        }
        const size_t given =
            parts_write(buffer.parts + buffer.readable, buffer.writable, 0, bytes, wanted);
        virtio_give_locked(device, queue, &buffer, given);
    }
}

void hosted_entropy_start(void) {
    static const VirtioKind kind = { .id = 4, .queues = 1, .notified = notified };
    virtio_add(VIRTIO_ENTROPY_SLOT, &kind);
}
