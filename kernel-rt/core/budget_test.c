// Limits of CPU time. On this machine a cycle is a nanosecond of the budgets, no tick comes, and the clock stands while anybody runs:
// so what passes by it is what somebody has waited for the next period.

#include "starter_test.h"

enum { PERIOD = 100000000, BURNT = 3000000 }; // nanoseconds, cycles

static void burn(void) {
    for (const uint64_t begin = arch_cycles(); arch_cycles() - begin < BURNT;) {}
}

static void burns_when_asked(const KernelTable *k, const SipStart *s) {
    while ((uint32_t)k->RECEIVE(s->endpoints[0]).what != SIP_RECEIVE_CLOSED) {
        burn();
        k->SEND(s->endpoints[0], 1, 0, 0, 0, 0);
    }
}

static void ask_to_burn(const KernelTable *k, const Child *child) {
    k->SEND(child->peer, 0, 0, 0, 0, 0);
    k->RECEIVE(child->peer);
}

static void close_child(const KernelTable *k, const Child *child) {
    k->CLOSE(child->peer);
    CHECK(await(k, child->exit).why == RETURNED);
    k->CLOSE(child->process);
}

#define ALONE(body)                                                   \
    {                                                                 \
        { .name = "alone", SIZES, .code = body }, \
        { { 0 } }, \
        { 0 }, \
        0 \
}

// --- shares ----------------------------------------------------------------------------------------------------

// Thirty million cycles, of ten in each period: what is had too much in one is taken off the next.
static void burns_ten_times(const KernelTable *k, const SipStart *s) {
    (void)s;
    for (int i = 0; i < 10; i++) {
        burn();
        k->YIELD();
    }
    CHECK(k->NOW() >= 2 * (uint64_t)PERIOD);
}

static void who_has_had_its_share_waits(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { ALONE(burns_ten_times) };
    sips[0].example.cpu = 10;
    assert_quiet(sips);
}

static void burns_in_peace(const KernelTable *k, const SipStart *s) {
    (void)s;
    for (int i = 0; i < 10; i++) {
        burn();
        k->YIELD();
    }
    CHECK(k->NOW() < (uint64_t)PERIOD);
}

static void who_has_no_limit_does_not(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { ALONE(burns_in_peace) };
    assert_quiet(sips);
}

static void has_it_burnt(const KernelTable *k, const SipStart *s) {
    const Child one = start(k, s->endpoints[0], (Quotas){ 0 });
    const Child other = start(k, s->endpoints[0], (Quotas){ 0 });
    for (int i = 0; i < 5; i++) {
        ask_to_burn(k, &one);
        ask_to_burn(k, &other);
    }
    CHECK(k->NOW() >= 2 * (uint64_t)PERIOD);
    close_child(k, &one);
    close_child(k, &other);
}

static void what_is_started_shares_its_starters_share(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(has_it_burnt), CHILD(burns_when_asked) };
    sips[0].example.cpu = 10;
    assert_quiet(sips);
    sips[1].example.cpu = 800; // which is no way out
    assert_quiet(sips);
}

// --- who is held, and is told something else -----------------------------------------------------------------------

// It owes two periods after the first answer, and stands in its budget's queue once it is asked again.
static Child start_indebted(const KernelTable *k, SipEndpoint *starter) {
    const Child child = start(k, starter, (Quotas){ 0 });
    ask_to_burn(k, &child);
    k->SEND(child.peer, 0, 0, 0, 0, 0);
    k->YIELD();
    return child;
}

static void kills_the_indebted(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    for (int i = 0; i < 20; i++) {
        const Child child = start_indebted(k, s->endpoints[0]);
        ask(k, child.process, KILL);
        CHECK(await(k, child.exit).why == KILLED);
        k->CLOSE(child.peer);
        k->CLOSE(child.process);
        CHECK(k->HEAP_USED() == before);
    }
}

static void who_is_held_can_be_killed(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(kills_the_indebted), CHILD(burns_when_asked) };
    sips[1].example.cpu = 1;
    assert_quiet(sips);
}

static void suspends_the_indebted(const KernelTable *k, const SipStart *s) {
    const Child child = start_indebted(k, s->endpoints[0]);
    ask(k, child.process, SUSPEND);
    k->SLEEP(10 * (uint64_t)PERIOD); // it could run long since
    SipEndpoint *const ends[] = { child.peer };
    CHECK(row_of(k->RECEIVE_ANY(ends, 1, 0)) == SIP_RECEIVE_TIMEOUT);
    ask(k, child.process, RESUME);
    k->RECEIVE(child.peer);
    close_child(k, &child);
}

static void who_is_held_can_be_suspended(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(suspends_the_indebted), CHILD(burns_when_asked) };
    sips[1].example.cpu = 1;
    assert_quiet(sips);
}

// --- totals ----------------------------------------------------------------------------------------------------

static void burns_for_ever(const KernelTable *k, const SipStart *s) {
    (void)s;
    for (;;) {
        burn();
        k->YIELD();
    }
}

static void who_has_had_all_ends(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { ALONE(burns_for_ever) };
    sips[0].example.time = 20000000;
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: alone: CPU time used up\n"
        "fault: alone:   it might have 20 ms of CPU time, with what it starts; a larger `time`, or none, lets it go on\n"
        "ledger: alone: 0 blocks, 0 endpoints, 0 pages left\n"
    );
}

static void is_told_of_its_end(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    while ((uint32_t)k->RECEIVE(child.peer).what != SIP_RECEIVE_CLOSED) {}
    CHECK(await(k, child.exit).why == OVER_QUOTA);
    k->CLOSE(child.peer);
    k->CLOSE(child.process);
    CHECK(k->HEAP_USED() == before);
}

static void a_starter_is_told(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(is_told_of_its_end), CHILD(burns_for_ever) };
    sips[1].example.time = 20000000;
    assert_quiet(sips);
}

static void is_used_up(const KernelTable *k, const SipStart *s) {
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    start(k, s->endpoints[0], (Quotas){ 0 });
    k->RECEIVE(child.peer);
}

static void whose_children_have_had_all_ends_with_them(void **state) {
    (void)state;
    static Outcome outcome;
    TestSip sips[MACHINE_MOST] = { BOSS(is_used_up), CHILD(burns_for_ever) };
    sips[0].example.time = 20000000;
    run_system(sips, &outcome);
    assert_int_equal(outcome.status, STATUS_FAULTED);
    assert_memory_equal(outcome.text, "fault: boss: CPU time used up\n", 30);
}

// --- out of the starter's total ----------------------------------------------------------------------------------

typedef struct Usage {
    uint64_t heap, heap_most, blocks, nanoseconds, time_most, time_left;
    uint32_t cpu, threads, channels;
} Usage;

static Usage usage_of(const KernelTable *k, const Child *child) {
    Usage usage;
    k->SEND(child->process, USAGE, 0, 0, 0, 0);
    memcpy(&usage, k->RECEIVE(child->process).payload, sizeof usage);
    return usage;
}

enum { SECOND = 1000000000 };

static const Budget *own_budget(void) {
    return &current_thread()->sip->budget;
}

// No more than there is, in all; what was not used comes back, what was is gone.
static void carves(const KernelTable *k, const SipStart *s) {
    const Budget *own = own_budget();
    const uint64_t before = own->total;
    CHECK(start(k, s->endpoints[0], (Quotas){ .time = 10 * (uint64_t)SECOND }).refusal == NO_TIME);
    const Child one = start(k, s->endpoints[0], (Quotas){ .time = 6 * (uint64_t)SECOND });
    CHECK(one.peer && own->total < before - 6 * (uint64_t)SECOND);
    CHECK(start(k, s->endpoints[0], (Quotas){ .time = 5 * (uint64_t)SECOND }).refusal == NO_TIME);
    const Child other = start(k, s->endpoints[0], (Quotas){ .time = SECOND, .cpu = 50 });
    CHECK(other.peer);
    ask_to_burn(k, &other);
    const Usage usage = usage_of(k, &other);
    CHECK(usage.time_most == SECOND && usage.time_left <= SECOND - BURNT && usage.cpu == 50);
    CHECK(usage.time_left + usage.nanoseconds == SECOND);
    close_child(k, &one);
    close_child(k, &other);
    CHECK(own->total > before - SECOND && own->total < before - BURNT);
}

static void a_total_is_carved_out_of_the_starters(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(carves), CHILD(burns_when_asked) };
    sips[0].example.time = 10 * (uint64_t)SECOND;
    assert_quiet(sips);
}

// Each burns three times what it was granted before anybody looks: the starter pays for that.
static void starts_many_small_ones(const KernelTable *k, const SipStart *s) {
    const uint64_t before = own_budget()->total;
    for (int i = 1; i <= 20; i++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ .time = BURNT / 3 });
        ask_to_burn(k, &child);
        k->CLOSE(child.peer);
        await(k, child.exit);
        k->CLOSE(child.process);
        CHECK(own_budget()->total <= before - (uint64_t)i * BURNT);
    }
}

static void what_was_too_much_is_the_starters(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(starts_many_small_ones), CHILD(burns_when_asked) };
    sips[0].example.time = 10 * (uint64_t)SECOND;
    assert_quiet(sips);
}

// Who waits when its total is gone is ended though nobody else can run; until then nothing is over.
static void has_nothing_left(const KernelTable *k, const SipStart *s) {
    const Child child = start(k, s->endpoints[0], (Quotas){ .time = SECOND });
    ask_to_burn(k, &child);
    current_thread()->sip->children->budget.total = 0;
    k->SEND(child.peer, 0, 0, 0, 0, 0);
    CHECK(await(k, child.exit).why == OVER_QUOTA);
    k->CLOSE(child.peer);
    k->CLOSE(child.process);
}

static void who_waits_with_nothing_left_ends(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(has_nothing_left), CHILD(burns_when_asked) };
    assert_quiet(sips);
}

static void nests(const KernelTable *k, const SipStart *s) {
    Budget *own = &current_thread()->sip->budget;
    own->depth = 8; // as if seven more had been started by each other
    CHECK(start(k, s->endpoints[0], (Quotas){ .cpu = 1 }).refusal == TOO_MANY);
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    CHECK(child.peer);
    close_child(k, &child);
}

static void budgets_nest_eight_deep(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(nests), CHILD(burns_when_asked) };
    sips[0].example.cpu = 100;
    assert_quiet(sips);
}

// --- what it could have lost meanwhile ------------------------------------------------------------------------------

// Two periods are owed: a time-out that comes meanwhile is told when it goes on, a message that has come by then, too.
static void loses_nothing(const KernelTable *k, const SipStart *s) {
    SipEndpoint *mine, *its;
    (void)s;
    k->CHANNEL(0, &mine, &its, 0);
    SipEndpoint *const ends[] = { mine };
    Budget *own = &current_thread()->sip->budget;
    own->left = -2 * (int64_t)own->share;
    const uint64_t begin = k->NOW();
    CHECK(row_of(k->RECEIVE_ANY(ends, 1, 1000)) == SIP_RECEIVE_TIMEOUT);
    CHECK(k->NOW() - begin >= 2 * (uint64_t)PERIOD);
    own->left = -2 * (int64_t)own->share;
    k->SEND(its, 1, 0, 0, 0, 0);
    k->YIELD();
    CHECK((uint32_t)k->RECEIVE(mine).what == 1);
    k->CLOSE(mine);
    k->CLOSE(its);
}

static void who_is_held_loses_nothing(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(loses_nothing), CHILD(burns_when_asked) };
    sips[0].example.cpu = 10;
    assert_quiet(sips);
}

static void the_largest_limits_do_not_overflow(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { ALONE(burns_in_peace) };
    sips[0].example.cpu = SEAL_MOST_CPU;
    sips[0].example.time = SEAL_MOST_TIME;
    assert_quiet(sips);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_had_its_share_waits),
        cmocka_unit_test(who_has_no_limit_does_not),
        cmocka_unit_test(what_is_started_shares_its_starters_share),
        cmocka_unit_test(who_is_held_can_be_killed),
        cmocka_unit_test(who_is_held_can_be_suspended),
        cmocka_unit_test(who_has_had_all_ends),
        cmocka_unit_test(a_starter_is_told),
        cmocka_unit_test(whose_children_have_had_all_ends_with_them),
        cmocka_unit_test(a_total_is_carved_out_of_the_starters),
        cmocka_unit_test(what_was_too_much_is_the_starters),
        cmocka_unit_test(who_waits_with_nothing_left_ends),
        cmocka_unit_test(budgets_nest_eight_deep),
        cmocka_unit_test(who_is_held_loses_nothing),
        cmocka_unit_test(the_largest_limits_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
