// The console's input is stdin, which a thread of its own reads, since that may wait. What it has read it hands over in one piece,
// and reads on when that is taken.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOM = 4096 };

static uint8_t bytes[ROOM];
static size_t taken;      // of these, by the kernel
static uint32_t is_there; // the kernel's, until all are taken; else the thread's
static size_t length;     // 0: there is no more

static void futex(int operation, uint32_t value) {
    syscall(SYS_futex, &is_there, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

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
            futex(FUTEX_WAIT, 1);
    } while (length);
    return nothing;
}

// Signals are for the threads that play CPUs.
PlatformTyping platform_input_start(void) {
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if ((errno = pthread_create(&thread, NULL, run, NULL))) hosted_fail("start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
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
    futex(FUTEX_WAKE, 1);
    return count;
}
