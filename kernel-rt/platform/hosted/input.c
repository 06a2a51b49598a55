// The console's input is stdin, which a thread of its own reads, since that may wait. What it has read it hands over in one piece,
// and reads on when that is taken.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <linux/futex.h>
#include <unistd.h>

enum { ROOM = 4096 };

static uint8_t bytes[ROOM];
static size_t taken;      // of these, by the kernel
static uint32_t is_there; // the kernel's, until all are taken; else the thread's
static size_t length;     // 0: there is no more

// What cannot be read has ended.
static size_t read_some(void) {
    ssize_t got;
    do
        got = read(STDIN_FILENO, bytes, sizeof bytes);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t)got : 0;
}

static void *run(void *nothing) {
    do {
        length = read_some();
        __atomic_store_n(&is_there, 1, __ATOMIC_RELEASE);
        kernel_input_came();
        platform_interrupt(0);
        while (__atomic_load_n(&is_there, __ATOMIC_ACQUIRE))
            hosted_futex(&is_there, FUTEX_WAIT, 1, NULL);
    } while (length);
    return nothing;
}

PlatformTyping platform_input_start(void) {
    hosted_thread(run, NULL);
    return isatty(STDIN_FILENO) ? PLATFORM_LINES : PLATFORM_STREAM;
}

size_t platform_input_read(uint8_t *to, size_t room, uint64_t *lost, bool *has_ended) {
    (void)lost;
    if (!__atomic_load_n(&is_there, __ATOMIC_ACQUIRE)) return 0;
    *has_ended = length == 0;
    size_t count = 0;
    while (count < room && taken < length)
        to[count++] = bytes[taken++];
    if (taken < length || length == 0) return count;
    taken = 0;
    __atomic_store_n(&is_there, 0, __ATOMIC_RELEASE);
    hosted_futex(&is_there, FUTEX_WAKE, 1, NULL);
    return count;
}
