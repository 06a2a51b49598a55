// A disk whose medium is a file or a block device of Linux: a virtio block device (virtio 1.2, 5.2) with blocks of 512 bytes. What was answered
// `flush` is where fdatasync brings it.

#include "hosted.h"
#include "virtio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    REQUESTS = 0, // the queue
    SECTOR = 512,
    HEAD_BYTES = 16,

    TO_READ = 0,
    TO_WRITE = 1,
    TO_FLUSH = 4,
    TO_TELL_NAME = 8,
    TO_DISCARD = 11,
    NAME_BYTES = 20,

    WENT_WELL = 0,
    FAILED = 1,
    IS_UNKNOWN = 2,

    MOST_DISCARDED = 1 << 22, // sectors
    MOST_PIECES = 16,
};

#define IS_READ_ONLY   (UINT64_C(1) << 5)
#define HAS_BLOCK_SIZE (UINT64_C(1) << 6)
#define CAN_FLUSH      (UINT64_C(1) << 9)
#define CAN_DISCARD    (UINT64_C(1) << 13)

typedef struct Settings {
    uint64_t sectors;
    uint32_t most_bytes, most_parts;
    uint8_t geometry[4];
    uint32_t block_bytes;
    uint8_t topology[8];
    uint8_t caches, unused[3];
    uint32_t most_discarded, most_pieces, discarded_at_multiples_of;
} __attribute__((packed)) Settings;

_Static_assert(sizeof(Settings) == 48, "the standard's");

typedef struct Head {
    uint32_t kind, unused;
    uint64_t first;
} Head;

typedef struct Piece {
    uint64_t first;
    uint32_t sectors, flags;
} Piece;

static int medium = -1;
static Settings settings = { .block_bytes = SECTOR,
                             .most_discarded = MOST_DISCARDED,
                             .most_pieces = MOST_PIECES,
                             .discarded_at_multiples_of = 1 };
static VirtioKind disk = { .id = 2,
                           .queues = 1,
                           .settings = &settings,
                           .settings_bytes = sizeof settings,
                           .features = HAS_BLOCK_SIZE | CAN_FLUSH | CAN_DISCARD };

// --- requests ----------------------------------------------------------------------------------------------------

static bool is_there(uint64_t first, uint64_t sectors) {
    return first <= settings.sectors && sectors <= settings.sectors - first;
}

static void skip(struct iovec **parts, uint32_t *count, size_t bytes) {
    while (*count && bytes >= (*parts)->iov_len) {
        bytes -= (*parts)->iov_len;
        ++*parts;
        --*count;
    }
    if (!*count) return;
    (*parts)->iov_base = (uint8_t *)(*parts)->iov_base + bytes;
    (*parts)->iov_len -= bytes;
}

// All of it, or it has failed.
static bool move(bool writes, struct iovec *parts, uint32_t count, off_t at) {
    while (count) {
        const ssize_t got =
            writes ? pwritev(medium, parts, (int)count, at) : preadv(medium, parts, (int)count, at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        skip(&parts, &count, (size_t)got);
    }
    return true;
}

// What is read lies before the answer, what is written behind the head. `written`: how much of the buffer has been filled.
static uint8_t move_all(const VirtBuffer *buffer, const Head *head, uint64_t *written) {
    const bool writes = head->kind == TO_WRITE;
    const uint64_t bytes = writes ? buffer->bytes_read - HEAD_BYTES : buffer->bytes_written - 1;
    struct iovec parts[VIRTQUEUE_PARTS];
    if (bytes % SECTOR || !is_there(head->first, bytes / SECTOR)) return FAILED;
    if (writes && (disk.features & IS_READ_ONLY)) return FAILED;
    const uint32_t count =
        writes ? parts_cut(buffer->parts, buffer->readable, HEAD_BYTES, bytes, parts)
               : parts_cut(buffer->parts + buffer->readable, buffer->writable, 0, bytes, parts);
    if (!move(writes, parts, count, (off_t)(head->first * SECTOR))) return FAILED;
    *written = writes ? 0 : bytes;
    return WENT_WELL;
}

// What was there may be there still, where the medium knows no holes.
static uint8_t discard(const VirtBuffer *buffer) {
    Piece pieces[MOST_PIECES];
    const uint64_t bytes = buffer->bytes_read - HEAD_BYTES;
    if (bytes == 0 || bytes % sizeof *pieces || bytes > sizeof pieces) return FAILED;
    if (disk.features & IS_READ_ONLY) return FAILED;
    parts_read(buffer->parts, buffer->readable, HEAD_BYTES, pieces, bytes);
    for (size_t i = 0; i < bytes / sizeof *pieces; i++)
        if (pieces[i].flags || pieces[i].sectors > MOST_DISCARDED ||
            !is_there(pieces[i].first, pieces[i].sectors))
            return FAILED;
    for (size_t i = 0; i < bytes / sizeof *pieces; i++)
        if (pieces[i].sectors &&
            fallocate(
                medium, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                (off_t)(pieces[i].first * SECTOR), (off_t)pieces[i].sectors * SECTOR
            ))
            break;
    return WENT_WELL;
}

static uint8_t tell_name(const VirtBuffer *buffer, uint64_t *written) {
    static const char name[NAME_BYTES] = "hosted";
    if (buffer->bytes_written != NAME_BYTES + 1) return FAILED;
    *written = parts_write(buffer->parts + buffer->readable, buffer->writable, 0, name, NAME_BYTES);
    return WENT_WELL;
}

static uint8_t answer(const VirtBuffer *buffer, uint64_t *written) {
    Head head;
    parts_read(buffer->parts, buffer->readable, 0, &head, sizeof head);
    switch (head.kind) {
    case TO_READ:
    case TO_WRITE: return move_all(buffer, &head, written);
    case TO_FLUSH: return fdatasync(medium) ? FAILED : WENT_WELL;
    case TO_DISCARD: return discard(buffer);
    case TO_TELL_NAME: return tell_name(buffer, written);
    default: return IS_UNKNOWN;
    }
}

static void work(Virtio *device) {
    VirtBuffer buffer;
    while (virtio_take(device, REQUESTS, &buffer)) {
        if (buffer.bytes_read < HEAD_BYTES || buffer.bytes_written < 1) {
            virtio_fail(device);
            return;
        }
        uint64_t written = 0;
        const uint8_t result = answer(&buffer, &written);
        parts_write(
            buffer.parts + buffer.readable, buffer.writable, buffer.bytes_written - 1, &result, 1
        );
        virtio_give(device, REQUESTS, &buffer, written + 1);
    }
}

static void serve(Virtio *device) {
    for (;;) {
        poll(&(struct pollfd){ .fd = virtio_kick(device), .events = POLLIN }, 1, -1);
        virtio_kicked(device);
        work(device);
    }
}

// --- the medium --------------------------------------------------------------------------------------------------

static uint64_t bytes_of(const char *path) {
    struct stat about;
    uint64_t bytes = 0;
    if (fstat(medium, &about)) hosted_fail_at("open", path, strerror(errno));
    if (S_ISREG(about.st_mode)) return (uint64_t)about.st_size;
    if (!S_ISBLK(about.st_mode)) hosted_fail_at("open", path, "neither a file nor a block device");
    if (ioctl(medium, BLKGETSIZE64, &bytes)) hosted_fail_at("open", path, strerror(errno));
    return bytes;
}

// Nobody's to write, whoever we are: then it is not written.
static bool is_writable(const char *path) {
    struct stat about;
    return stat(path, &about) || (about.st_mode & 0222);
}

void hosted_disk_start(const char *path) {
    if (medium >= 0)
        hosted_fail_at(
            "use", path,
            "a hosted system has one place for a disk; `sipcc run --on qemu --machine q35` has more"
        );
    if (is_writable(path)) medium = open(path, O_RDWR | O_CLOEXEC);
    if (medium < 0) {
        medium = open(path, O_RDONLY | O_CLOEXEC);
        disk.features = (disk.features | IS_READ_ONLY) & ~CAN_DISCARD;
    }
    if (medium < 0) hosted_fail_at("open", path, strerror(errno));
    const bool shares = disk.features & IS_READ_ONLY;
    if (flock(medium, (shares ? LOCK_SH : LOCK_EX) | LOCK_NB))
        hosted_fail_at("use", path, "another system runs on it");
    settings.sectors = bytes_of(path) / SECTOR;
    disk.serve = serve;
    virtio_add(VIRTIO_DISK_SLOT, &disk);
}
