// Linux threads that play CPUs. Each has a %gs, a signal stack and a timer of its own; the signal INTERRUPT is what one sends to
// another. One that has nothing to do sleeps on a word, so that nobody's call gets lost between its last look and its sleep.

#include "hosted.h"

#include "core/platform.h"

#include <asm/prctl.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    HANDLER_STACK = 256 * 1024,
    ROUNDS_AWAKE = 200, // some microseconds: longer than a step of the kernel
    NAP = 20000,        // nanoseconds, and what Linux adds
};

typedef struct Worker {
    pid_t id; // 0: it has not begun
    ArchCpu *cpu;
    uint32_t is_awake;
} Worker;

static Worker workers[PLATFORM_CPUS];
static uint32_t count = 1;
static _Thread_local Worker *own;

uint32_t platform_map_version; // Linux tells its CPUs itself

void platform_map_forget(void) {}

// --- starting ------------------------------------------------------------------------------------------------------

static void begin(Worker *worker) {
    const stack_t stack = { .ss_sp = hosted_map(HANDLER_STACK), .ss_size = HANDLER_STACK };
    own = worker;
    worker->is_awake = 1;
    if (sigaltstack(&stack, NULL)) hosted_fail("set the signal stack");
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, worker->cpu)) hosted_fail("set the gs base");
    __atomic_store_n(&worker->id, gettid(), __ATOMIC_RELEASE);
}

static void on_interrupt(int number, siginfo_t *info, void *context) {
    const int saved = errno;
    (void)number, (void)info;
    hosted_tick(context, 0);
    errno = saved;
}

void hosted_cpus_start(uint32_t cpus) {
    hosted_handle(HOSTED_INTERRUPT, on_interrupt);
    count = cpus;
    workers[0].cpu = kernel_cpu(0);
    begin(&workers[0]);
}

uint32_t hosted_cpu(void) {
    return (uint32_t)(own - workers);
}

static void *play(void *worker) {
    begin(worker);
    kernel_cpu_main();
}

uint32_t platform_cpus(void) {
    return count;
}

void platform_cpus_start(void) {
    for (uint32_t i = 1; i < count; i++) {
        pthread_t thread;
        workers[i].cpu = kernel_cpu(i);
        if ((errno = pthread_create(&thread, NULL, play, &workers[i])))
            hosted_fail("start a thread");
    }
}

// --- calling -------------------------------------------------------------------------------------------------------

// Who sleeps, or is about to, has no thread that could have to be interrupted.
void platform_interrupt(uint32_t cpu) {
    Worker *worker = &workers[cpu];
    if (!__atomic_exchange_n(&worker->is_awake, 1, __ATOMIC_SEQ_CST)) {
        hosted_futex(&worker->is_awake, FUTEX_WAKE, 1, NULL);
        return;
    }
    const pid_t id = __atomic_load_n(&worker->id, __ATOMIC_ACQUIRE);
    if (id) syscall(SYS_tgkill, getpid(), id, HOSTED_INTERRUPT);
}

// There may be fewer CPUs than we play: then whoever is waited for has to get one, and we sleep. sched_yield would not do: Linux charges
// who yields a whole time slice, so that on a busy machine it comes back after all others have had theirs, finds that it
// must wait for somebody else who has yielded, too, and yields again.
void platform_relax(uint32_t rounds) {
    const struct timespec nap = { .tv_nsec = NAP };
    __asm__ volatile("pause");
    if (rounds >= ROUNDS_AWAKE) nanosleep(&nap, NULL);
}

void hosted_tell_first_cpu(void) {
    const pid_t id = __atomic_load_n(&workers[0].id, __ATOMIC_ACQUIRE);
    if (id) syscall(SYS_tgkill, getpid(), id, HOSTED_LINE);
}

void hosted_stay_awake(void) {
    __atomic_store_n(&own->is_awake, 1, __ATOMIC_SEQ_CST);
}

// A signal may wake us early; core asks again.
void platform_idle(uint64_t until) {
    const uint64_t longest = UINT64_C(3600) * 1000000000;
    const uint64_t now = platform_now();
    if (until <= now) return;
    const uint64_t span = until - now < longest ? until - now : longest;
    const struct timespec wait = { .tv_sec = (time_t)(span / 1000000000),
                                   .tv_nsec = (long)(span % 1000000000) };
    __atomic_store_n(&own->is_awake, 0, __ATOMIC_SEQ_CST);
    if (!kernel_is_needed()) hosted_futex(&own->is_awake, FUTEX_WAIT, 0, &wait);
    __atomic_store_n(&own->is_awake, 1, __ATOMIC_SEQ_CST);
}
