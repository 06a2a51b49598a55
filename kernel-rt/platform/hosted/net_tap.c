// A network card on a TAP device of Linux, which somebody has made and may use: `ip tuntap add tap0 mode tap user NAME`.

#include "hosted.h"
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { AT_ONCE = 64 };

static int device = -1;

// Where there is no room for it, it is lost, as on a wire.
static void send_frame(const uint8_t *frame, size_t length) {
    if (write(device, frame, length) < 0) return;
}

// What there is no room for waits in Linux.
static int prepare(NetFiles *files, bool has_room) {
    if (has_room) files->rows[files->count++] = (struct pollfd){ .fd = device, .events = POLLIN };
    return -1;
}

static void look(const NetFiles *files) {
    uint8_t frame[2048];
    if (files->count < 2 || !(files->rows[1].revents & POLLIN)) return;
    for (int i = 0; i < AT_ONCE; i++) {
        const ssize_t length = read(device, frame, sizeof frame);
        if (length <= 0 || !net_came(frame, (size_t)length)) return;
    }
}

const NetBehind *net_tap(const char *settings) {
    static const NetBehind tap = { send_frame, prepare, look };
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    char ignored[8];
    while (*settings)
        if (!net_setting(&settings, "ifname", request.ifr_name, sizeof request.ifr_name) &&
            !net_setting(&settings, "script", ignored, sizeof ignored) &&
            !net_setting(&settings, "downscript", ignored, sizeof ignored))
            hosted_fail_at("understand", settings, "of `tap` it is ifname=NAME, script=no");
    if (!*request.ifr_name) hosted_fail_at("use", "tap", "it has no ifname=NAME");
    device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (device < 0) hosted_fail_at("open", "/dev/net/tun", strerror(errno));
    if (ioctl(device, TUNSETIFF, &request))
        hosted_fail_at("use", request.ifr_name, strerror(errno));
    return &tap;
}
