// Whose turn it is. Each CPU has a queue of threads that can run, and takes the first, or of another queue whoever has waited for much
// longer; a thread that was just sent something goes before it, on the CPU of its sender, so that a message and the switch to its
// receiver are one thing, but not more often in a row than lets the queues have their turn. The kernel's own context, of which each CPU
// has one, runs when a thread has ended or nothing can run: it idles, reclaims, decides.

#include "core.h"

enum { HANDOFFS_IN_A_ROW = 64, SWITCHES_BETWEEN_LOOKS = 32, LATER = 32 };

Sched sched = {
    .kernel = { .state = THREAD_WAITING, .timer = { .deadline = SIP_NO_TIMEOUT } }
};

void sched_begin(Cpu *cpu) {
    cpu->handoffs_left = HANDOFFS_IN_A_ROW;
    cpu->looks_left = SWITCHES_BETWEEN_LOOKS;
}

// --- queues ------------------------------------------------------------------------------------------------

static void stand(Queue *queue, Thread *thread) {
    thread->state = THREAD_READY;
    thread->queue = queue;
    thread->next = NULL;
    thread->before = queue->last;
    if (queue->last)
        queue->last->next = thread;
    else
        queue->first = thread;
    queue->last = thread;
}

static void leave_queue(Thread *thread) {
    Queue *queue = thread->queue;
    if (!queue) return;
    if (thread->before)
        thread->before->next = thread->next;
    else
        queue->first = thread->next;
    if (thread->next)
        thread->next->before = thread->before;
    else
        queue->last = thread->before;
    thread->queue = NULL;
    if (thread->is_queued) sched.queued--;
}

void sched_stand(Queue *queue, Thread *thread) {
    stand(queue, thread);
    thread->is_queued = false;
}

static void add(Cpu *cpu, Thread *thread) {
    stand(&cpu->queue, thread);
    thread->is_queued = true;
    thread->arrived = ++sched.arrivals;
    thread->ahead = sched.queued++;
    thread->turns = sched.turns;
}

// Where it has run last, unless that CPU has something to do and another one has not. No CPU rests while somebody stands in a queue
// whom nobody who is awake, or has been woken, will find: whoever adds wakes one.
ASIDE void sched_add(Thread *thread) {
    Cpu *cpu = cpus_share ? cpu_that_rests(thread->home) : NULL;
    add(cpu ? cpu : &cpus[thread->home], thread);
    if (cpu) cpu_need(cpu);
}

void sched_let_run(Queue *queue) {
    for (Thread *thread; (thread = queue->first);) {
        leave_queue(thread);
        sched_add(thread);
    }
}

// Of its own queue the first; but if somebody has waited in another one since more than LATER have come, or nobody stands here, whoever
// has waited longest of all. So at most LATER of those that come after a thread have their turn before it, on all CPUs together.
static Thread *next_for(const Cpu *cpu) {
    Thread *own = cpu->queue.first, *oldest = own;
    for (uint32_t i = 0; i < cpu_count; i++) {
        Thread *other = cpus[i].queue.first;
        if (other && (!oldest || other->arrived < oldest->arrived)) oldest = other;
    }
    return own && own->arrived - oldest->arrived <= LATER ? own : oldest;
}

static void count_turn(Cpu *cpu, Thread *thread) {
    const uint64_t waited = sched.turns++ - thread->turns;
    if (waited > thread->ahead && waited - thread->ahead > sched.passed)
        sched.passed = waited - thread->ahead;
    if (thread->home != cpu->number) sched.stolen++;
    thread->home = cpu->number;
}

// --- SIPs with a collector -----------------------------------------------------------------------------------

// Of their threads one runs at a time, on whichever CPU (`runs`), and none but that one while it is inside the collector, wherever in
// there its turn ends. The others stand in a queue of their SIP's meanwhile. So the collector needs no lock, and whoever
// collects finds its siblings' stacks and registers at rest. These three functions are the whole rule: sibling_runs and runs where
// a thread is taken, stops where one stops.

static inline bool sibling_runs(const Thread *thread) {
    const Sip *sip = thread->collects;
    return __builtin_expect(sip && sip->runs && sip->runs != thread, 0);
}

// It waits for another thread of its SIP to stop.
ASIDE static void stand_aside(Thread *thread) {
    sched_stand(&thread->collects->siblings, thread);
}

static inline void runs(Thread *thread) {
    if (__builtin_expect(thread->collects != NULL, 0)) thread->collects->runs = thread;
}

ASIDE void sched_let_siblings_run(Sip *sip) {
    sip->runs = NULL;
    sched_let_run(&sip->siblings);
}

PATH static void stops(const Thread *thread) {
    Sip *sip = thread->collects;
    if (__builtin_expect(sip && sip->runs == thread && !*sip->busy, 0)) sched_let_siblings_run(sip);
}

// --- taking ----------------------------------------------------------------------------------------------------

// It could run, and stands in no queue. False: it may not now, and stands where it is found when it may.
static inline bool may_run(Thread *thread) {
    if (sibling_runs(thread)) {
        stand_aside(thread);
        return false;
    }
    return thread_has_budget(thread);
}

static Thread *take_first(Cpu *cpu) {
    Thread *thread;
    while ((thread = next_for(cpu))) {
        leave_queue(thread);
        if (LIKELY(may_run(thread))) break;
    }
    if (thread) count_turn(cpu, thread);
    cpu->handoffs_left = HANDOFFS_IN_A_ROW;
    cpu->turn = cpu->ticks;
    return thread;
}

void sched_print(void) {
    print(
        "# turns: %u, %u of them on another CPU than the last one; passed over by at most %u of %u later arrivals",
        sched.turns, sched.stolen, sched.passed, (uint64_t)LATER
    );
}

// --- timers ------------------------------------------------------------------------------------------------

uint64_t sched_now(void) {
    static uint64_t last;
    const uint64_t now = platform_now();
    if (now > last) last = now;
    return last;
}

uint64_t deadline_after(uint64_t span) {
    uint64_t now;
    if (span == SIP_NO_TIMEOUT) return SIP_NO_TIMEOUT;
    now = sched_now();
    return span < SIP_NO_TIMEOUT - 1 - now ? now + span : SIP_NO_TIMEOUT - 1;
}

void sched_set_timer(Timer *timer, uint64_t deadline) {
    timer_set(&sched.timers, timer, deadline);
    if (cpus_share && sched.timers.first == timer)
        cpu_wake_one(); // which sleeps no longer than till then
}

// It can run; its deadline becomes 0, which says why.
static void wake_by_timer(Timer *timer) {
    Thread *thread = (Thread *)(void *)((uint8_t *)timer - offsetof(Thread, timer));
    timer->deadline = 0;
    if (thread->state == THREAD_HELD_WAITING)
        thread->state = THREAD_HELD;
    else
        sched_add(thread);
}

ASIDE static void add_timer(Thread *thread, uint64_t deadline) {
    thread->timer.fire = wake_by_timer;
    sched_set_timer(&thread->timer, deadline);
}

ASIDE static void remove_timer(Thread *thread) {
    timer_cancel(&sched.timers, &thread->timer);
    thread->timer.deadline = SIP_NO_TIMEOUT;
}

static void fire(Timer *timer) {
    timer_cancel(&sched.timers, timer);
    timer->fire(timer);
}

ASIDE static void fire_timers(void) {
    const uint64_t now = sched_now();
    this_cpu()->looks_left = SWITCHES_BETWEEN_LOOKS;
    while (sched.timers.first && sched.timers.first->deadline <= now)
        fire(sched.timers.first);
}

void sched_look_at_timers(void) {
    if (sched.timers.first) fire_timers();
}

void sched_add_later(Thread *thread, uint64_t span) {
    thread->state = THREAD_WAITING;
    add_timer(thread, deadline_after(span));
}

bool sched_timed_out(const Thread *thread) {
    return thread->timer.deadline == 0;
}

// --- switching ---------------------------------------------------------------------------------------------

PATH static Thread *pick(Cpu *cpu) {
    if (sched.timers.first && --cpu->looks_left == 0) fire_timers();
    Thread *thread = cpu->handoff;
    cpu->handoff = NULL;
    if (!LIKELY(thread) || !may_run(thread)) thread = take_first(cpu);
    if (LIKELY(thread)) runs(thread);
    return thread;
}

// Whoever stops here is answered when its turn comes again.
PATH static SipReceived switch_from(Cpu *cpu, ArchContext *from) {
    stops(cpu->current);
    time_charge(cpu);
    Thread *to = pick(cpu);
    cpu->current = to;
    const bool is_thread = LIKELY(to) && LIKELY(to != &sched.kernel);
    const ArchContext *context = is_thread ? &to->context : &cpu->kernel;
    return arch_switch(from, context, is_thread ? receive_answer(to) : (SipReceived){ 0 });
}

// Handed to, a thread goes before the queue, as long as that has its turn at times.
PATH static bool may_go_next(Cpu *cpu) {
    if (cpu->handoff) return false;
    return LIKELY(!sched.queued) || (cpu->handoffs_left && cpu->handoffs_left--);
}

// Of a SIP that is suspended: it goes on when it is let go.
ASIDE static void wake_held(Thread *thread) {
    if (thread->timer.deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    thread->state = THREAD_HELD;
}

PATH void sched_wake(Thread *thread) {
    if (thread->state != THREAD_WAITING) {
        if (thread->state == THREAD_HELD_WAITING) wake_held(thread);
        return;
    }
    if (thread->timer.deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    Cpu *cpu = this_cpu();
    if (LIKELY(may_go_next(cpu))) {
        thread->state = THREAD_READY;
        cpu->handoff = thread;
    } else {
        sched_add(thread);
    }
}

// Who is suspended while it ran goes nowhere. Who is put back is found by this very CPU, which wakes nobody for it.
static void add_again(Cpu *cpu, Thread *thread) {
    stops(thread); // its siblings first
    thread->home = cpu->number;
    if (thread->state != THREAD_HELD) add(cpu, thread);
}

void sched_put_back(void) {
    Cpu *cpu = this_cpu();
    if (cpu->handoff) sched_add(cpu->handoff);
    cpu->handoff = NULL;
    add_again(cpu, cpu->current);
}

SipReceived sched_yield(void) {
    Cpu *cpu = this_cpu();
    Thread *thread = cpu->current;
    add_again(cpu, thread);
    if (cpus_share && cpu->handoff) cpu_wake_one(); // that one goes next here
    return switch_from(cpu, &thread->context);
}

PATH SipReceived sched_wait(uint64_t deadline) {
    Cpu *cpu = this_cpu();
    Thread *thread = cpu->current;
    thread->state = THREAD_WAITING;
    thread->timer.deadline = SIP_NO_TIMEOUT;
    if (deadline != SIP_NO_TIMEOUT) add_timer(thread, deadline);
    return switch_from(cpu, &thread->context);
}

void sched_share_handoff(void) {
    Cpu *cpu = this_cpu();
    if (!cpus_share || !cpu->handoff || !cpu_that_rests(cpu->number)) return;
    sched_add(cpu->handoff);
    cpu->handoff = NULL;
}

// Wherever it could be found by who looks for somebody to run.
static void withdraw(Thread *thread) {
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i].handoff == thread) cpus[i].handoff = NULL;
    leave_queue(thread);
}

void sched_remove(Thread *thread) {
    const bool waits = thread->state == THREAD_WAITING || thread->state == THREAD_HELD_WAITING;
    if (waits && thread->timer.deadline != SIP_NO_TIMEOUT) remove_timer(thread);
    thread->state = THREAD_ENDED;
    withdraw(thread);
}

void sched_hold(Thread *thread) {
    if (thread->state == THREAD_WAITING) {
        thread->state = THREAD_HELD_WAITING;
    } else if (thread->state == THREAD_READY) {
        withdraw(thread);
        thread->state = THREAD_HELD;
        Cpu *cpu = cpu_that_runs(thread);
        if (!cpu) return;
        thread->limit = UINT64_MAX; // it stops at its next kernel call, or in its own code
        platform_interrupt(cpu->number);
    }
}

void sched_let_go(Thread *thread) {
    if (thread->state == THREAD_HELD_WAITING)
        thread->state = THREAD_WAITING;
    else if (thread->state == THREAD_HELD && !cpu_that_runs(thread))
        sched_add(thread);
    else if (thread->state == THREAD_HELD)
        thread->state = THREAD_READY; // it has not stopped yet
}

void sched_to_kernel(void) {
    ArchContext nobody;
    Cpu *cpu = this_cpu();
    time_charge(cpu);
    cpu->current = NULL;
    arch_switch(&nobody, &cpu->kernel, (SipReceived){ 0 });
}

_Noreturn void sched_leave(void) {
    Cpu *cpu = this_cpu();
    Thread *thread = cpu->current;
    time_charge(cpu);
    thread->state = THREAD_ENDED;
    arch_switch(&thread->context, &cpu->kernel, (SipReceived){ 0 });
    panic("a thread that has ended runs");
}

// As a call of it would leave the stack. It ends in a switch.
ArchResume sched_on_kernel_stack(void (*function)(void)) {
    return (ArchResume){
        .pc = (uint64_t)(uintptr_t)function,
        .sp = (((uint64_t)(uintptr_t)this_cpu()->kernel.sp - 256) & ~(uint64_t)15) - 8,
    };
}

// --- the kernel's context ----------------------------------------------------------------------------------

// Nothing that can run is anywhere, and nothing will come.
static bool nobody_goes_on(void) {
    return !sched.timers.first && !irqs_wanted() && cpus_rest();
}

// Only the first one finds that it is over; whoever rests last tells it so.
static void rest(Cpu *cpu) {
    const uint64_t until = sched.timers.first ? sched.timers.first->deadline : SIP_NO_TIMEOUT;
    time_charge(cpu);
    cpu->rests = true;
    if (cpu->number && nobody_goes_on()) cpu_need(&cpus[0]);
    if (cpus_share) unlock_kernel();
    platform_idle(until);
    lock_kernel();
    time_charge(cpu);
    cpu->rests = false;
    cpu->is_needed = false;
    fire_timers();
    irqs_look();
}

static Thread *wait_for_somebody(Cpu *cpu) {
    for (;;) {
        if (kernel.exited) return NULL;
        Thread *next = pick(cpu);
        if (next || (cpu->number == 0 && nobody_goes_on())) return next;
        rest(cpu);
    }
}

Thread *sched_run(void) {
    Cpu *cpu = this_cpu();
    for (;;) {
        Thread *next = wait_for_somebody(cpu);
        if (!next || next == &sched.kernel) return next;
        time_charge(cpu);
        cpu->current = next;
        arch_switch(&cpu->kernel, &next->context, receive_answer(next));
        Thread *ended = cpu->current; // whoever leaves stays current; whoever waits made it NULL
        cpu->current = NULL;
        if (ended) return ended;
    }
}
