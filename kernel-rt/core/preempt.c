// Turns that end by themselves. The timer's handler calls kernel_tick; a thread that it finds in its SIP's code, whose turn
// is over, is put back into the queue with all its registers. One that it finds in the kernel, whose state may be half
// written, is left alone and marked: its limit is raised, so that its next kernel call, before it does anything, looks
// whether its turn is over. A marked thread that calls the kernel no more is found in its own code by the next tick.
//
// A turn begins when a thread is taken from a queue, and includes whoever is handed a message in it. It is over at the
// second tick after that, if somebody else is waiting, or the thread has had its share of the CPU (budget.c). So a thread that can
// run does run after at most two ticks for each turn before its own. There are no priorities, hence none to invert.
//
// Of several CPUs each has turns of its own. Who was handed a message waits for its sender's CPU, until a tick finds that another one
// rests.

#include "core.h"

enum { TICKS_OF_A_TURN = 2 };

void preempt_set_limit(Thread *thread) {
    thread->limit = thread->block.stack_low + KERNEL_STACK;
}

static bool turn_is_over(const Cpu *cpu) {
    if (cpu->current->state == THREAD_HELD) return true; // it was suspended while it ran
    if (budget_is_spent(cpu->current)) return true;
    if (!sched.queued && !cpu->handoff) return false;
    return cpu->ticks - cpu->turn >= TICKS_OF_A_TURN;
}

// --- in the kernel -------------------------------------------------------------------------------------------

static void mark(Cpu *cpu, Thread *thread) {
    __atomic_store_n(&thread->limit, UINT64_MAX, __ATOMIC_RELAXED);
    cpu->handoffs_left = 0; // if it waits before it calls again, the queue has its turn
}

ASIDE bool preempt_at_entry(Thread *thread, uint64_t frame) {
    preempt_set_limit(thread);
    if (frame < thread->limit) return false;
    time_charge(this_cpu());
    if (budget_is_over(thread)) fault_at_pc(FAULT_TIME, 0, frame);
    sched_look_at_timers();
    irqs_look();
    if (turn_is_over(this_cpu())) sched_yield();
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
    Cpu *cpu = this_cpu();
    Thread *thread = cpu->current;
    cpu->ticks += ticks;
    if (!thread || thread == &sched.kernel)
        return NULL; // the kernel's own context, which looks for itself
    if (!sip_owns_pc(thread->sip, pc)) {
        mark(cpu, thread);
        return NULL;
    }
    lock_in_handler(cpu);
    if (!cpu->has_left) {
        time_charge(cpu);
        if (budget_is_over(thread)) {
            *resume = fault_resume(FAULT_TIME, pc);
            return &thread->saved;
        }
        sched_look_at_timers();
        irqs_look();
        sched_share_handoff();
    }
    if (cpu->has_left || !turn_is_over(cpu)) {
        if (cpus_share) unlock_kernel();
        return NULL;
    }
    arch_preempted(&thread->context, &thread->saved, &thread->block);
    *resume = sched_on_kernel_stack(put_back);
    return &thread->saved;
}

// --- interrupts ----------------------------------------------------------------------------------------------

// Between a SIP's own instructions the kernel is at rest, and tells at once who listens; that one goes next when the turn ends.
void preempt_by_irq(uint64_t pc) {
    Cpu *cpu = this_cpu();
    Thread *thread = cpu->current;
    if (!thread || thread == &sched.kernel) return; // the kernel's own context looks for itself
    if (sip_owns_pc(thread->sip, pc))
        irqs_look();
    else
        mark(cpu, thread);
}
