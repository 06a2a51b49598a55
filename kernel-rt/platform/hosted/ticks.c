// The timer that ends turns: a signal each PLATFORM_TICK of CPU time, so that neither waiting nor what else Linux runs
// counts. The handler runs on the signal stack, saves what the kernel says and edits where the interrupted context goes
// on; it never switches stacks itself.
//
// For tests the timer comes at random, or the CPU's single-step trap takes its place: then each tick ends a turn, and one
// may come after any instruction.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    FLAG_STEP = 0x100,
    FLAG_DIRECTION = 0x400,
    TURN = 1000, // ticks: longer than any turn
};

static enum { BY_CLOCK, AT_RANDOM, BY_STEPS } manner;
static uint64_t seed, mean; // AT_RANDOM: microseconds; BY_STEPS: instructions

// Each CPU's own.
static _Thread_local uint64_t random_state;
static _Thread_local timer_t timer;

// D. Lehmer's generator, with a multiplier from L'Ecuyer's tables (1999).
static uint64_t next_random(void) {
    random_state *= 0xd1342543de82ef95;
    return random_state >> 32;
}

static void save(ArchState *state, const ucontext_t *context) {
    const greg_t *from = context->uc_mcontext.gregs;
    memcpy(state->vector, context->uc_mcontext.fpregs, sizeof state->vector);
    state->r15 = (uint64_t)from[REG_R15];
    state->r14 = (uint64_t)from[REG_R14];
    state->r13 = (uint64_t)from[REG_R13];
    state->r12 = (uint64_t)from[REG_R12];
    state->rbx = (uint64_t)from[REG_RBX];
    state->rbp = (uint64_t)from[REG_RBP];
    state->rax = (uint64_t)from[REG_RAX];
    state->rcx = (uint64_t)from[REG_RCX];
    state->rdx = (uint64_t)from[REG_RDX];
    state->rsi = (uint64_t)from[REG_RSI];
    state->rdi = (uint64_t)from[REG_RDI];
    state->r8 = (uint64_t)from[REG_R8];
    state->r9 = (uint64_t)from[REG_R9];
    state->r10 = (uint64_t)from[REG_R10];
    state->r11 = (uint64_t)from[REG_R11];
    state->rip = (uint64_t)from[REG_RIP];
    state->rflags = (uint64_t)from[REG_EFL];
    state->rsp = (uint64_t)from[REG_RSP];
}

static void go_on_at(greg_t *registers, const ArchResume *resume) {
    registers[REG_RIP] = (greg_t)resume->pc;
    registers[REG_RSP] = (greg_t)resume->sp;
    registers[REG_EFL] &= ~(greg_t)FLAG_DIRECTION;
}

void hosted_leave_if_asked(void *at) {
    ucontext_t *context = at;
    ArchResume resume;
    if (kernel_left(&resume)) go_on_at(context->uc_mcontext.gregs, &resume);
}

void hosted_tick(void *at, uint32_t ticks) {
    ucontext_t *context = at;
    greg_t *registers = context->uc_mcontext.gregs;
    ArchResume resume;
    ArchState *state = kernel_tick((uint64_t)registers[REG_RIP], ticks, &resume);
    if (!state) {
        hosted_leave_if_asked(at);
        return;
    }
    save(state, context);
    go_on_at(registers, &resume);
}

// --- the timer ---------------------------------------------------------------------------------------------------

static void set_timer(void) {
    struct itimerspec period = { .it_interval.tv_nsec = PLATFORM_TICK,
                                 .it_value.tv_nsec = PLATFORM_TICK };
    if (manner == AT_RANDOM) {
        const uint64_t microseconds = 1 + next_random() % (2 * mean);
        period.it_interval.tv_nsec = 0;
        period.it_value.tv_nsec = (long)(microseconds * 1000 % 1000000000);
    }
    if (timer_settime(timer, 0, &period, NULL)) hosted_fail("set the timer");
}

static void on_timer(int number, siginfo_t *info, void *context) {
    const int saved = errno;
    (void)number;
    (void)info;
    hosted_tick(context, manner == AT_RANDOM ? TURN : 1);
    if (manner == AT_RANDOM) set_timer();
    errno = saved;
}

void platform_ticks_start(void) {
    random_state = seed + 2 * hosted_cpu();
    if (manner == BY_STEPS) {
        __asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" ::"i"(FLAG_STEP) : "memory", "cc");
        return;
    }
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
    event._sigev_un._tid = gettid();
    const clockid_t clock = manner == AT_RANDOM ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    hosted_handle(SIGALRM, on_timer);
    if (timer_create(clock, &event, &timer)) hosted_fail("make a timer");
    set_timer();
}

// --- for tests -------------------------------------------------------------------------------------------------

void hosted_ticks_at_random(const char *how) {
    char *end;
    manner = strncmp(how, "steps:", 6) == 0 ? BY_STEPS : AT_RANDOM;
    seed = strtoull(how + 6, &end, 10) * 2 + 1;
    mean = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
    if (mean == 0 || (manner == AT_RANDOM && strncmp(how, "timer:", 6) != 0)) {
        errno = EINVAL;
        hosted_fail("understand SIP_HOSTED_TICKS");
    }
}

bool hosted_steps(void) {
    return manner == BY_STEPS;
}

void hosted_step(void *context) {
    if (next_random() % mean == 0) hosted_tick(context, TURN);
}
