// The life of a system: open the image, create everything, run until nothing can go on, take everything back.

#include "core.h"

static void end_all(void) {
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        if (kernel.sips[i].alive) sip_end(&kernel.sips[i]);
        sip_give_up(&kernel.sips[i]);
    }
}

static void end_sip(Sip *sip) {
    const bool faulted = sip->ending.fault != FAULT_NONE;
    if (faulted) {
        fault_print(sip);
        reports_note(sip);
    }
    if (sip->starter) {
        const bool is_told = process_ended(sip);
        if (faulted) reports_tell(false);
        if (faulted && !is_told) kernel.faulted = true;
        return;
    }
    sip_end(sip);
    const bool again = faulted && sip_restart(sip);
    if (faulted) reports_tell(again);
    if (again) return;
    if (faulted) kernel.faulted = true;
    sip_give_up(sip);
}

// A thread has ended; with the first one, or by a fault, its SIP.
static void end_one(Thread *ended) {
    Sip *sip = ended->sip;
    if (ended != &sip->thread && sip->ending.fault == FAULT_NONE && !sip->has_exited)
        thread_end(ended);
    else
        end_sip(sip);
}

// The kernel's own context is asked for something.
static void serve(void) {
    Sip *sip = budget_next_over();
    if (sip) {
        sip->ending = fault_of_time(sip);
        end_sip(sip);
    }
    processes_serve();
    if (budget_next_over()) sched_wake(&sched.kernel);
}

static void run_on(void) {
    for (Thread *ended; !kernel.exited && ((ended = INJECT_ENDED()) || (ended = sched_run()));) {
        if (ended == &sched.kernel)
            serve();
        else
            end_one(ended);
    }
}

// Who waits to hear of others' faults goes on when nobody else can.
static void run(void) {
    do
        run_on();
    while (!kernel.exited && reports_end());
}

// --- CPUs --------------------------------------------------------------------------------------------------

static void share(void) {
    cpu_count = platform_cpus();
    if (cpu_count == 1) return;
    print("# cpus: %u", (uint64_t)cpu_count);
    cpus_share = true;
    lock_kernel();
    platform_cpus_start();
}

// Whichever CPU learns that the system ends, the first one ends it.
_Noreturn void kernel_cpu_main(void) {
    Cpu *cpu = this_cpu();
    arch_reset_state();
    cpu->base = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    cpu->since = arch_cycles();
    platform_ticks_start();
    lock_kernel();
    run();
    cpus_leave(NULL);
    cpu_need(&cpus[0]);
    cpu->rests = true;
    unlock_kernel();
    for (;;)
        platform_idle(SIP_NO_TIMEOUT);
}

// --- the end -----------------------------------------------------------------------------------------------

// Whoever is left now waits for something that only others who wait could do.
static bool report_deadlock(void) {
    bool found = false;
    for (uint32_t i = 0; i < kernel.sip_count && !kernel.exited; i++) {
        const Sip *root = &kernel.sips[i];
        if (!root->alive) continue;
        found = true;
        for (const Sip *sip = root; sip; sip = process_next(sip, root))
            fault_print_waiting(sip);
    }
    return found;
}

static void close_books(void) {
    devices_close();
    loader_close();
    ledger_free(&kernel.records);
    const uint64_t blocks = heap.blocks;
    if (blocks == 0) heap_end();
    if (blocks || heap.pages || kernel.account.used) {
        print("ledger: system: %u blocks, %u pages left", blocks, heap.pages);
        panic("the system has ended and something of it is left");
    }
}

_Noreturn void kernel_main(const uint8_t *image, size_t length) {
    if (!arch_cpu_is_baseline()) {
        print("refused: this processor is not x86-64-v2");
        platform_stop(STATUS_REFUSED);
    }
    arch_reset_state();
    this_cpu()->base = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    if (!loader_open(image, length) || !sips_create()) platform_stop(STATUS_REFUSED);
    platform_ticks_start();
    share();
    run();
    if (cpus_share) cpus_leave(NULL); // and they get no further: the lock is ours
    if (cpus_share) sched_print();
    const bool deadlock = report_deadlock();
    end_all();
    close_books();
    platform_stop(
        kernel.exited    ? kernel.exit_status
        : deadlock       ? STATUS_DEADLOCK
        : kernel.faulted ? STATUS_FAULTED
                         : STATUS_RETURNED
    );
}
