// The console is stdout, and the end of the machine the end of the process.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

// `stdout` may be a pipe that somebody made non-blocking.
void platform_console(const char *text, size_t length) {
    while (length > 0) {
        const ssize_t written = write(STDOUT_FILENO, text, length);
        if (written >= 0) {
            text += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = STDOUT_FILENO, .events = POLLOUT }, 1, -1);
        } else if (errno != EINTR) {
            hosted_fail("write to stdout");
        }
    }
}

_Noreturn void platform_stop(uint32_t status) {
    _exit((int)(status & 0x7f));
}
