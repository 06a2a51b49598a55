// Whose turn it is. A queue of threads that can run; a thread that was just sent something goes before it, so that a
// message and the switch to its receiver are one thing, but not more often in a row than lets the queue have its turn. The
// kernel's own context, kernel_main's, runs when a thread has ended or nothing can run: it idles, reclaims, decides.

#include "core.h"

enum { HANDOFFS_IN_A_ROW = 64, SWITCHES_BETWEEN_LOOKS = 32 };

Sched sched = {
    .handoffs_left = HANDOFFS_IN_A_ROW,
    .looks_left = SWITCHES_BETWEEN_LOOKS,
    .kernel = { .state = THREAD_WAITING, .deadline = SIP_NO_TIMEOUT }
};

// --- the queue ---------------------------------------------------------------------------------------------

ASIDE void sched_add(Thread *thread) {
    thread->state = THREAD_READY;
    thread->next = NULL;
    if (sched.first)
        sched.last->next = thread;
    else
        sched.first = thread;
    sched.last = thread;
}

static Thread *take_first(void) {
    Thread *thread = sched.first;
    if (thread) sched.first = thread->next;
    sched.handoffs_left = HANDOFFS_IN_A_ROW;
    sched.turn = sched.ticks;
    return thread;
}

// --- timers ------------------------------------------------------------------------------------------------

uint64_t deadline_after(uint64_t span) {
    uint64_t now;
    if (span == SIP_NO_TIMEOUT) return SIP_NO_TIMEOUT;
    now = platform_now();
    return span < SIP_NO_TIMEOUT - 1 - now ? now + span : SIP_NO_TIMEOUT - 1;
}

ASIDE static void add_timer(Thread *thread, uint64_t deadline) {
    Thread **at = &sched.timers;
    while (*at && (*at)->deadline <= deadline)
        at = &(*at)->later;
    thread->deadline = deadline;
    thread->later = *at;
    *at = thread;
}

ASIDE static void remove_timer(Thread *thread) {
    Thread **at = &sched.timers;
    while (*at != thread)
        at = &(*at)->later;
    *at = thread->later;
    thread->deadline = SIP_NO_TIMEOUT;
}

// Those whose time has come can run; their deadline becomes 0, which says why.
ASIDE static void fire_timers(void) {
    const uint64_t now = platform_now();
    sched.looks_left = SWITCHES_BETWEEN_LOOKS;
    while (sched.timers && sched.timers->deadline <= now) {
        Thread *thread = sched.timers;
        remove_timer(thread);
        thread->deadline = 0;
        if (thread->state == THREAD_HELD_WAITING)
            thread->state = THREAD_HELD;
        else
            sched_add(thread);
    }
}

void sched_look_at_timers(void) {
    if (sched.timers) fire_timers();
}

void sched_add_later(Thread *thread, uint64_t span) {
    thread->state = THREAD_WAITING;
    add_timer(thread, deadline_after(span));
}

bool sched_timed_out(const Thread *thread) {
    return thread->deadline == 0;
}

// --- switching ---------------------------------------------------------------------------------------------

PATH static Thread *pick(void) {
    if (sched.timers && --sched.looks_left == 0) fire_timers();
    Thread *thread = sched.handoff;
    sched.handoff = NULL;
    return LIKELY(thread) ? thread : take_first();
}

// Whoever stops here is answered when its turn comes again.
PATH static SipReceived switch_from(ArchContext *from) {
    Thread *to = pick();
    sched.current = to;
    const ArchContext *context = LIKELY(to) ? &to->context : &sched.kernel.context;
    return arch_switch(from, context, LIKELY(to) ? receive_answer(to) : (SipReceived){ 0 });
}

// Handed to, a thread goes before the queue, as long as that has its turn at times.
PATH static bool may_go_next(void) {
    if (sched.handoff) return false;
    return LIKELY(!sched.first) || (sched.handoffs_left && sched.handoffs_left--);
}

// Of a SIP that is suspended: it goes on when it is let go.
ASIDE static void wake_held(Thread *thread) {
    if (thread->deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    thread->state = THREAD_HELD;
}

PATH void sched_wake(Thread *thread) {
    if (thread->state != THREAD_WAITING) {
        if (thread->state == THREAD_HELD_WAITING) wake_held(thread);
        return;
    }
    if (thread->deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    if (LIKELY(may_go_next())) {
        thread->state = THREAD_READY;
        sched.handoff = thread;
    } else {
        sched_add(thread);
    }
}

void sched_put_back(void) {
    if (sched.handoff) sched_add(sched.handoff);
    sched.handoff = NULL;
    sched_add(sched.current);
}

SipReceived sched_yield(void) {
    sched_add(sched.current);
    return switch_from(&sched.current->context);
}

PATH SipReceived sched_wait(uint64_t deadline) {
    Thread *thread = sched.current;
    thread->state = THREAD_WAITING;
    thread->deadline = SIP_NO_TIMEOUT;
    if (deadline != SIP_NO_TIMEOUT) add_timer(thread, deadline);
    return switch_from(&thread->context);
}

static void leave_queue(const Thread *thread) {
    if (sched.handoff == thread) sched.handoff = NULL;
    Thread *last = NULL;
    for (Thread **at = &sched.first; *at;) {
        if (*at == thread) {
            *at = thread->next;
        } else {
            last = *at;
            at = &(*at)->next;
        }
    }
    sched.last = last;
}

void sched_remove(Thread *thread) {
    const bool waits = thread->state == THREAD_WAITING || thread->state == THREAD_HELD_WAITING;
    if (waits && thread->deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    thread->state = THREAD_ENDED;
    leave_queue(thread);
}

void sched_hold(Thread *thread) {
    if (thread->state == THREAD_WAITING) {
        thread->state = THREAD_HELD_WAITING;
    } else if (thread->state == THREAD_READY) {
        leave_queue(thread);
        thread->state = THREAD_HELD;
    }
}

void sched_let_go(Thread *thread) {
    if (thread->state == THREAD_HELD_WAITING)
        thread->state = THREAD_WAITING;
    else if (thread->state == THREAD_HELD)
        sched_add(thread);
}

void sched_to_kernel(void) {
    ArchContext nobody;
    sched.current = NULL;
    arch_switch(&nobody, &sched.kernel.context, (SipReceived){ 0 });
}

_Noreturn void sched_leave(void) {
    Thread *thread = sched.current;
    thread->state = THREAD_ENDED;
    arch_switch(&thread->context, &sched.kernel.context, (SipReceived){ 0 });
    panic("a thread that has ended runs");
}

// As a call of it would leave the stack. It ends in a switch.
ArchResume sched_on_kernel_stack(void (*function)(void)) {
    return (ArchResume){
        .pc = (uint64_t)(uintptr_t)function,
        .sp = (((uint64_t)(uintptr_t)sched.kernel.context.sp - 256) & ~(uint64_t)15) - 8,
    };
}

// --- the kernel's context ----------------------------------------------------------------------------------

static Thread *wait_for_somebody(void) {
    Thread *next;
    while (!(next = pick()) && (sched.timers || irqs_wanted())) {
        platform_idle(sched.timers ? sched.timers->deadline : SIP_NO_TIMEOUT);
        fire_timers();
        irqs_look();
    }
    return next;
}

Thread *sched_run(void) {
    for (;;) {
        Thread *next = wait_for_somebody();
        if (!next || next == &sched.kernel) return next;
        sched.current = next;
        arch_switch(&sched.kernel.context, &next->context, receive_answer(next));
        Thread *ended = sched.current; // whoever leaves stays current; whoever waits made it NULL
        sched.current = NULL;
        if (ended) return ended;
    }
}
