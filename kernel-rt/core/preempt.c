// Turns that end by themselves. The timer's handler calls kernel_tick; a thread that it finds in its SIP's code, whose turn
// is over, is put back into the queue with all its registers. One that it finds in the kernel, whose state may be half
// written, is left alone and marked: its limit is raised, so that its next kernel call, before it does anything, looks
// whether its turn is over. A marked thread that calls the kernel no more is found in its own code by the next tick.
//
// A turn begins when a thread is taken from the queue, and includes whoever is handed a message in it. It is over at the
// second tick after that, if somebody else is waiting. So a thread that can run does run after at most two ticks for each
// that stands before it in the queue. There are no priorities, hence none to invert.

#include "core.h"

enum { TICKS_OF_A_TURN = 2 };

void preempt_set_limit(Thread *thread) {
    thread->limit = thread->block.stack_low + KERNEL_STACK;
}

static bool turn_is_over(void) {
    if (!sched.first && !sched.handoff) return false;
    return sched.ticks - sched.turn >= TICKS_OF_A_TURN;
}

// --- in the kernel -------------------------------------------------------------------------------------------

static void mark(Thread *thread) {
    thread->limit = UINT64_MAX;
    sched.handoffs_left = 0; // if it waits before it calls again, the queue has its turn
}

ASIDE bool preempt_at_entry(Thread *thread, uint64_t frame) {
    preempt_set_limit(thread);
    if (frame < thread->limit) return false;
    sched_look_at_timers();
    irqs_look();
    if (turn_is_over()) sched_yield();
    return true;
}

// --- in a SIP ------------------------------------------------------------------------------------------------

// On the kernel's stack, where the handler has resumed.
static void put_back(void) {
    arch_reset_state();
    arch_clear_vectors();
    sched_put_back();
    sched_to_kernel();
}

ArchState *kernel_tick(uint64_t pc, uint32_t ticks, ArchResume *resume) {
    Thread *thread = sched.current;
    sched.ticks += ticks;
    if (!thread || thread == &sched.kernel)
        return NULL; // the kernel's own context, which looks for itself
    thread->sip->ticks += ticks;
    if (!sip_owns_pc(thread->sip, pc)) {
        mark(thread);
        return NULL;
    }
    sched_look_at_timers();
    irqs_look();
    if (!turn_is_over()) return NULL;
    arch_preempted(&thread->context, &thread->saved, &thread->block);
    *resume = sched_on_kernel_stack(put_back);
    return &thread->saved;
}

// --- interrupts ----------------------------------------------------------------------------------------------

// Between a SIP's own instructions the kernel is at rest, and tells at once who listens; that one goes next when the turn ends.
void preempt_by_irq(uint64_t pc) {
    Thread *thread = sched.current;
    if (!thread || thread == &sched.kernel) return; // the kernel's own context looks for itself
    if (sip_owns_pc(thread->sip, pc))
        irqs_look();
    else
        mark(thread);
}
