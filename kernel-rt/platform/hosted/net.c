// A network card: a virtio network device (virtio 1.2, 5.1) with one queue for what comes in and one for what goes out. Frames that come in while
// the driver has offered no room for them wait here, a few.

#include "net.h"

#include "hosted.h"
#include "virtio.h"

#include <string.h>

enum {
    INCOMING = 0, // queues
    OUTGOING = 1,
    HEADER_BYTES = 12,
    BUFFERS_AT = 10, // in the header: how many buffers a frame takes
    WAITING = 128,
    LINK_IS_UP = 1,
};

#define HAS_ADDRESS (UINT64_C(1) << 5)
#define HAS_STATUS  (UINT64_C(1) << 16)

typedef struct Frame {
    size_t length;
    uint8_t bytes[NET_MOST_FRAME];
} Frame;

static Frame waiting[WAITING]; // from `first` on, in a ring
static uint32_t first, count;
static const NetBehind *behind;

bool net_came(const uint8_t *frame, size_t length) {
    if (length > NET_MOST_FRAME || count == WAITING) return false;
    Frame *place = &waiting[(first + count++) % WAITING];
    place->length = length;
    memcpy(place->bytes, frame, length);
    return true;
}

// --- frames ------------------------------------------------------------------------------------------------------

static void bring_in(Virtio *device) {
    VirtBuffer buffer;
    while (count && virtio_take(device, INCOMING, &buffer)) {
        const Frame *frame = &waiting[first];
        const uint8_t header[HEADER_BYTES] = { [BUFFERS_AT] = 1 };
        const struct iovec *parts = buffer.parts + buffer.readable;
        uint64_t written = 0;
        first = (first + 1) % WAITING;
        count--;
        if (buffer.bytes_written >= HEADER_BYTES + frame->length) { // else it is lost
            written = parts_write(parts, buffer.writable, 0, header, sizeof header);
            written += parts_write(parts, buffer.writable, written, frame->bytes, frame->length);
        }
        virtio_give(device, INCOMING, &buffer, written);
    }
}

static void send_out(Virtio *device) {
    VirtBuffer buffer;
    while (virtio_take(device, OUTGOING, &buffer)) {
        uint8_t frame[NET_MOST_FRAME];
        const bool fits =
            buffer.bytes_read > HEADER_BYTES && buffer.bytes_read - HEADER_BYTES <= sizeof frame;
        if (fits)
            behind->send(
                frame, parts_read(buffer.parts, buffer.readable, HEADER_BYTES, frame, sizeof frame)
            );
        virtio_give(device, OUTGOING, &buffer, 0);
    }
}

static void serve(Virtio *device) {
    static NetFiles files;
    for (;;) {
        files.rows[0] = (struct pollfd){ .fd = virtio_kick(device), .events = POLLIN };
        files.count = 1;
        const int longest = behind->prepare(&files, count < WAITING);
        poll(files.rows, files.count, longest);
        virtio_kicked(device);
        send_out(device);
        behind->look(&files);
        bring_in(device);
    }
}

// --- starting ----------------------------------------------------------------------------------------------------

bool net_setting(const char **settings, const char *name, char *value, size_t room) {
    const size_t length = strlen(name), end = strcspn(*settings, ",");
    if (end <= length || strncmp(*settings, name, length) != 0 || (*settings)[length] != '=')
        return false;
    const size_t bytes = end - length - 1;
    if (bytes >= room) return false;
    memcpy(value, *settings + length + 1, bytes);
    value[bytes] = '\0';
    *settings += end + ((*settings)[end] == ',');
    return true;
}

static bool is_kind(const char *how, const char *kind) {
    const size_t length = strlen(kind);
    return strncmp(how, kind, length) == 0 && (how[length] == '\0' || how[length] == ',');
}

void hosted_net_start(const char *how) {
    static const struct {
        uint8_t address[6]; // as QEMU's first card has it
        uint16_t status;
    } settings = {
        { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 },
        LINK_IS_UP
    };
    static const VirtioKind card = { .id = 1,
                                     .queues = 2,
                                     .features = HAS_ADDRESS | HAS_STATUS,
                                     .settings = &settings,
                                     .settings_bytes = sizeof settings,
                                     .serve = serve };
    const char *rest = how + strcspn(how, ",");
    rest += *rest == ',';
    if (behind) hosted_fail_at("use", how, "there is one place for a network card");
    if (is_kind(how, "user"))
        behind = net_user(rest);
    else if (is_kind(how, "tap"))
        behind = net_tap(rest);
    else
        hosted_fail_at(
            "use", how,
            "hosted systems have `user` and `tap`; boot it, with `sipcc run --on qemu`, for others"
        );
    virtio_add(VIRTIO_NET_SLOT, &card);
}
