// A console of the machine beside the kernel's own: a virtio console with one port (virtio 1.2, 5.3), of which what is written goes to a file, a pipe or a
// terminal, and what can be read there comes in.

#include "hosted.h"
#include "virtio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INCOMING = 0, OUTGOING = 1, ROOM = 4096, PATIENCE = 100 }; // milliseconds between two looks

static int file = -1;
static bool can_read;

// All of it, however long whoever reads it takes, unless nobody wants it any more.
static void show(Virtio *device, const uint8_t *bytes, size_t length) {
    while (length && virtio_is_wanted(device)) {
        const ssize_t some = write(file, bytes, length);
        if (some > 0) {
            bytes += some;
            length -= (size_t)some;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = file, .events = POLLOUT }, 1, PATIENCE);
        } else if (errno != EINTR) {
            return; // it is full, or gone: it is lost
        }
    }
}

static void send_out(Virtio *device) {
    VirtBuffer buffer;
    uint8_t bytes[ROOM];
    while (virtio_take(device, OUTGOING, &buffer)) {
        for (uint64_t at = 0; at < buffer.bytes_read && virtio_is_wanted(device);
             at += sizeof bytes)
            show(device, bytes, parts_read(buffer.parts, buffer.readable, at, bytes, sizeof bytes));
        virtio_give(device, OUTGOING, &buffer, 0);
    }
}

static void bring_in(Virtio *device) {
    VirtBuffer buffer;
    uint8_t bytes[ROOM];
    if (!virtio_take(device, INCOMING, &buffer)) return;
    const size_t room = buffer.bytes_written < ROOM ? buffer.bytes_written : ROOM;
    const ssize_t got = read(file, bytes, room);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) can_read = false;
    const size_t some = got > 0 ? (size_t)got : 0;
    virtio_give(
        device, INCOMING, &buffer,
        parts_write(buffer.parts + buffer.readable, buffer.writable, 0, bytes, some)
    );
}

static void serve(Virtio *device) {
    for (;;) {
        struct pollfd rows[2] = {
            { .fd = virtio_kick(device), .events = POLLIN },
            { .fd = file,                .events = POLLIN }
        };
        const bool listens = can_read && virtio_has_some(device, INCOMING);
        poll(rows, listens ? 2 : 1, -1);
        virtio_kicked(device);
        send_out(device);
        if (listens && rows[1].revents) bring_in(device);
    }
}

void hosted_port_start(const char *path) {
    static const VirtioKind console = { .id = 3, .queues = 2, .serve = serve };
    struct stat about;
    const bool is_old = stat(path, &about) == 0;
    if (file >= 0) hosted_fail_at("use", path, "there is one place for a console");
    can_read = is_old && S_ISCHR(about.st_mode);
    file = can_read ? open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    // Not before it is open: a pipe that nobody reads yet is waited for. Then a full one keeps no system from ending.
    if (file < 0 || fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK))
        hosted_fail_at("open", path, strerror(errno));
    virtio_add(VIRTIO_CONSOLE_SLOT, &console);
}
