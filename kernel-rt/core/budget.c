// Who may have how much of the CPUs: a share of each period, a total, or both, by a SIP's manifest or by who starts it. Of a share
// what a SIP has started counts as its own, so that starting others gets nobody more; hence budgets lie within each other, a few at most.
// A total is granted out of the starter's, like memory, and what is left of it comes back.
//
// Whoever has had its share stands in a queue of the budget's until the next period, wherever it was about to run: after a switch, a
// tick, a wake-up. Turns end at ticks, so it may have had too much: that is owed, and taken off the next periods. Periods are
// looked at only when a share is used up; what was not used is not kept. A total that is used up ends the SIP whose it is: in its
// own code or at its own call with the place where that was, else by the kernel's own context.
//
// Who stands here is at rest like everybody who waits for a turn: in no kernel step, with no lock of the kernel's. What it keeps others
// waiting for are its own things: an answer that it owes, a mutex of its own threads.

#include "core.h"

enum { PERIOD = 100000000, SECOND = 1000000000, DEEPEST = 8 }; // nanoseconds

static Budget *over; // those to be ended, by `also_over`

// --- limits ------------------------------------------------------------------------------------------------

// In two parts, without a division of more than 64 bits.
static uint64_t cycles_of(uint64_t nanoseconds) {
    const uint64_t scale = platform_nanoseconds(UINT64_C(1) << 32);
    const uint64_t of_second = ((uint64_t)SECOND << 32) / scale;
    return nanoseconds / SECOND * of_second + ((nanoseconds % SECOND) << 32) / scale;
}

// The first that has a total, of that one and those that it lies within; NULL: none.
static Budget *total_of(Budget *budget) {
    while (budget && !budget->granted)
        budget = budget->within;
    return budget;
}

static bool grant(Budget *payer, uint64_t cycles) {
    if (!payer) return true;
    time_charge_to_now();
    if (cycles >= payer->total) return false; // something is left for itself
    payer->total -= cycles;
    return true;
}

static void next_period(Timer *timer);

BudgetAnswer budget_set(Sip *sip, uint32_t cpu, uint64_t time) {
    Budget *within = sip->starter ? sip->starter->limits : NULL;
    sip->limits = within;
    if (!cpu && !time) return BUDGET_SET;
    if (within && within->depth == DEEPEST) return BUDGET_TOO_DEEP;
    time_count();
    const uint64_t total = cycles_of(time);
    if (time && !grant(total_of(within), total)) return BUDGET_NO_TIME;
    sip->budget = (Budget){ .sip = sip,
                            .within = within,
                            .depth = within ? within->depth + 1 : 1,
                            .cpu = cpu,
                            .share = cycles_of((uint64_t)PERIOD * cpu / 100),
                            .began = cpu ? sched_now() : 0,
                            .granted = time,
                            .total = total,
                            .next = { .fire = next_period } };
    sip->budget.left = (int64_t)sip->budget.share;
    sip->limits = &sip->budget;
    INJECT_OF(BUDGET_SET, sip);
    return BUDGET_SET;
}

static void forget_over(const Budget *budget) {
    for (Budget **at = &over; *at; at = &(*at)->also_over) {
        if (*at != budget) continue;
        *at = budget->also_over;
        return;
    }
}

void budget_end(Sip *sip) {
    Budget *budget = &sip->budget;
    sip->limits = NULL;
    if (!budget->sip) return;
    if (budget->held.first) panic("a sip has ended and waits for its share");
    if (budget->next.rank) timer_cancel(&sched.timers, &budget->next);
    if (budget->is_over) forget_over(budget);
    Budget *payer = budget->granted ? total_of(budget->within) : NULL;
    if (payer) payer->total += budget->total;
    *budget = (Budget){ 0 };
}

// A total that has been overdrawn is made up by who granted it.
ASIDE void budget_charge(Budget *budget, uint64_t cycles) {
    for (uint64_t due = cycles; budget; budget = budget->within) {
        budget->left -= (int64_t)cycles;
        if (!budget->granted) continue;
        const uint64_t paid = due < budget->total ? due : budget->total;
        budget->total -= paid;
        due -= paid;
    }
}

uint64_t budget_time_left(const Sip *sip) {
    return sip->budget.granted ? platform_nanoseconds(sip->budget.total) : 0;
}

// --- shares ------------------------------------------------------------------------------------------------

// What has not been used is not kept; what was too much is owed.
static void look_at_period(Budget *budget) {
    const uint64_t periods = (sched_now() - budget->began) / PERIOD;
    if (periods == 0) return;
    const uint64_t owed = (uint64_t)-budget->left, share = budget->share;
    budget->began += periods * PERIOD;
    if (periods > owed / share)
        budget->left = (int64_t)share;
    else
        budget->left += (int64_t)(periods * share);
    if (budget->left > (int64_t)share) budget->left = (int64_t)share;
}

static bool has_had_share(Budget *budget) {
    if (!budget->cpu || budget->left > 0) return false;
    look_at_period(budget);
    return budget->left <= 0;
}

static void wait_for_period(Budget *budget) {
    if (!budget->next.rank) sched_set_timer(&budget->next, budget->began + PERIOD);
}

// Those that wait may run, if nothing is owed any more; each looks again when its turn comes.
static void next_period(Timer *timer) {
    Budget *budget = (Budget *)(void *)((uint8_t *)timer - offsetof(Budget, next));
    timer->rank = 0;
    if (has_had_share(budget)) {
        wait_for_period(budget);
        return;
    }
    sched_let_run(&budget->held);
    INJECT_OF(BUDGET_LET, budget->sip);
}

// --- totals ------------------------------------------------------------------------------------------------

static bool has_had_all(const Budget *budget) {
    return budget && budget->granted && budget->total == 0;
}

bool budget_is_over(const Thread *thread) {
    return has_had_all(&thread->sip->budget);
}

static void is_over(Budget *budget) {
    if (budget->is_over) return;
    budget->is_over = true;
    budget->also_over = over;
    over = budget;
    INJECT_OF(BUDGET_OVER, budget->sip);
    if (sched.kernel.state == THREAD_WAITING)
        sched_add(&sched.kernel); // found by who is looking for somebody now
}

Sip *budget_next_over(void) {
    return over ? over->sip : NULL;
}

// --- who may run -------------------------------------------------------------------------------------------

// Whose share it has had, of that one and those that it lies within; NULL: nobody's.
static Budget *first_had(Budget *budget) {
    while (budget && !has_had_share(budget))
        budget = budget->within;
    return budget;
}

ASIDE bool budget_holds(Thread *thread) {
    Budget *limits = thread->sip->limits, *total = total_of(limits);
    const bool is_all = has_had_all(total);
    Budget *budget = is_all ? total : first_had(limits);
    if (!budget) return false;
    sched_stand(&budget->held, thread);
    INJECT_OF(BUDGET_HELD, thread->sip);
    if (is_all)
        is_over(budget);
    else
        wait_for_period(budget);
    return true;
}

bool budget_keeps(const Thread *thread) {
    for (const Budget *budget = thread->sip->limits; budget; budget = budget->within)
        if (thread->queue == &budget->held) return true;
    return false;
}

bool budget_is_spent(const Thread *thread) {
    Budget *limits = thread->sip->limits;
    return time_counts && (has_had_all(total_of(limits)) || first_had(limits));
}
