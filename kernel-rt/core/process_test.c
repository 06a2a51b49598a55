// Processes that processes start: what they get, how they end, and that whatever happens in between, all that the starter had
// paid for is back. The peers are hostile where verified code could be.

#include "starter_test.h"

// --- what children do ------------------------------------------------------------------------------------------

static void answers(const KernelTable *k, const SipStart *s) {
    Words words;
    while (receive_words(k, s->endpoints[0], &words) == 0)
        send_words(k, s->endpoints[0], 1, words.a + 1, 0);
}

static void faults(const KernelTable *k, const SipStart *s) {
    k->RECEIVE(s->endpoints[0]);
    k->TRAP(0);
}

// --- starting and ending ------------------------------------------------------------------------------------------

static void starts_one(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    Words words;
    CHECK(child.peer != NULL);
    send_words(k, child.peer, 0, 41, 0);
    CHECK(receive_words(k, child.peer, &words) == 1 && words.a == 42);
    CHECK(k->HEAP_USED() > before + 65536 + 16384);
    k->CLOSE(child.peer);
    CHECK(await(k, child.exit).why == RETURNED);
    ask(k, child.process, USAGE);
    k->CLOSE(child.process);
    CHECK(k->HEAP_USED() == before);
}

enum { BURNT = 3000000 }; // cycles

static void burn(void) {
    for (const uint64_t begin = arch_cycles(); arch_cycles() - begin < BURNT;) {}
}

static void burns_when_asked(const KernelTable *k, const SipStart *s) {
    while ((uint32_t)k->RECEIVE(s->endpoints[0]).what != SIP_RECEIVE_CLOSED) {
        burn();
        k->SEND(s->endpoints[0], 1, 0, 0, 0, 0);
    }
}

static uint64_t time_had(const KernelTable *k, SipEndpoint *process) {
    k->SEND(process, USAGE, 0, 0, 0, 0);
    const SipReceived received = k->RECEIVE(process);
    CHECK((uint32_t)received.what == USED);
    return ((const uint64_t *)received.payload)[3];
}

// No tick comes on this machine: whoever gives the CPU away before one comes pays nevertheless, and for nobody else.
static void looks_at_what_was_burnt(const KernelTable *k, const SipStart *s) {
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    const uint64_t begin = arch_cycles(), before = time_had(k, child.process);
    uint64_t own = 0, had = before;
    for (uint64_t i = 1; i <= 10; i++) {
        k->SEND(child.peer, 0, 0, 0, 0, 0);
        k->RECEIVE(child.peer);
        const uint64_t mine = arch_cycles();
        burn();
        own += arch_cycles() - mine;
        had = time_had(k, child.process);
        CHECK(had - before >= i * BURNT);
        CHECK(had - before + own <= arch_cycles() - begin);
    }
    k->CLOSE(child.peer);
    CHECK(await(k, child.exit).why == RETURNED);
    k->CLOSE(child.process);
}

static void each_cycle_is_charged_to_who_had_it(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(looks_at_what_was_burnt), CHILD(burns_when_asked) };
    assert_quiet(sips);
}

static void a_child_answers_and_returns(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(starts_one), CHILD(answers) };
    assert_quiet(sips);
}

static void starts_what_faults(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    k->CLOSE(child.peer);
    const SipReceived received = k->RECEIVE(child.exit);
    const Ended *ended = received.payload;
    CHECK((uint32_t)received.what == ENDED && ended->why == FAULTED);
    CHECK(ended->where.length == 13 && memcmp(ended->where.ptr, "example.sip:7", 13) == 0);
    CHECK(ended->report.length >= 16 && memcmp(ended->report.ptr, "assertion failed", 16) == 0);
    k->FREE(ended->where.ptr);
    k->FREE(ended->report.ptr);
    k->CLOSE(child.exit);
    k->CLOSE(child.process);
    CHECK(k->HEAP_USED() == before);
}

static void a_fault_is_told_to_the_starter_and_is_not_the_systems(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(starts_what_faults), CHILD(faults) };
    sips[1].example.trap_fault = 7;
    assert_outcome(
        sips, STATUS_RETURNED,
        "fault: child#1: assertion failed at example.sip:7\nledger: child#1: 0 blocks, 0 endpoints, 0 pages left\n"
    );
}

static void closes_the_exit(const KernelTable *k, const SipStart *s) {
    const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
    k->CLOSE(child.exit);
    k->CLOSE(child.process);
    k->CLOSE(child.peer);
    k->YIELD();
}

static void a_fault_that_nobody_is_told_is_the_systems(void **state) {
    (void)state;
    static Outcome outcome;
    TestSip sips[MACHINE_MOST] = { BOSS(closes_the_exit), CHILD(faults) };
    run_system(sips, &outcome);
    assert_int_equal(outcome.status, STATUS_FAULTED);
}

// --- what it costs -------------------------------------------------------------------------------------------------

static void starts_and_kills(const KernelTable *k, const SipStart *s) {
    enum { CYCLES = 2000 };
    const uint64_t before = k->HEAP_USED();
    for (int i = 0; i < CYCLES; i++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ .heap = (uint64_t)1 + i % 4096 });
        CHECK(child.peer != NULL);
        Words words;
        if (i % 3) send_words(k, child.peer, 0, 1, 0);
        if (i % 3 == 2) CHECK(receive_words(k, child.peer, &words) == 1);
        if (i % 5) ask(k, child.process, KILL);
        k->CLOSE(i % 7 ? child.peer : child.process);
        if (i % 5)
            CHECK(await(k, child.exit).why == KILLED);
        else
            k->CLOSE(child.exit);
        k->CLOSE(i % 7 ? child.process : child.peer);
        if (i % 5 == 0) {
            for (int n = 0; n < 10 && k->HEAP_USED() != before; n++)
                k->YIELD();
        }
        CHECK(k->HEAP_USED() == before);
    }
}

static void two_thousand_come_and_go(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(starts_and_kills), CHILD(answers) };
    assert_quiet(sips);
}

static uint64_t failing_for(const KernelTable *k, SipEndpoint *starter, uint64_t at) {
    machine_failing = at;
    const Child child = start(k, starter, (Quotas){ 0 });
    const uint64_t left = machine_failing;
    machine_failing = 0;
    if (!child.peer) {
        CHECK(child.refusal == NO_MEMORY);
        return 1;
    }
    k->CLOSE(child.peer);
    k->CLOSE(child.process);
    await(k, child.exit);
    return left == 0; // it was met, and did without
}

static void starts_where_memory_fails(const KernelTable *k, const SipStart *s) {
    const Child warm = start(k, s->endpoints[0], (Quotas){ 0 }); // slabs are there
    k->CLOSE(warm.peer);
    k->CLOSE(warm.process);
    await(k, warm.exit);
    const uint64_t before = k->HEAP_USED(), pages = heap.pages;
    uint64_t at = 1;
    for (; failing_for(k, s->endpoints[0], at); at++) {
        CHECK(k->HEAP_USED() == before);
        CHECK(heap.pages == pages);
        CHECK(at < 100);
    }
    CHECK(at > 5); // an image, a stack, what protects them
}

static void whatever_memory_fails_nothing_is_lost(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(starts_where_memory_fails), CHILD(answers) };
    assert_quiet(sips);
}

static void asks_for_too_much(const KernelTable *k, const SipStart *s) {
    static const struct {
        Quotas quotas;
        uint32_t refusal;
    } asked[] = {
        { { .heap = 65537 },              DENIED },
        { { .heap = UINT64_MAX },         DENIED },
        { { .stack = 16385 },             DENIED },
        { { .stack = UINT64_MAX },        DENIED },
        { { .threads = 2 },               DENIED },
        { { .threads = UINT32_MAX },      DENIED },
        { { .cpu = SEAL_MOST_CPU + 1 },   DENIED },
        { { .cpu = UINT32_MAX },          DENIED },
        { { .time = SEAL_MOST_TIME + 1 }, DENIED },
        { { .time = UINT64_MAX },         DENIED },
    };
    const uint64_t before = k->HEAP_USED();
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const Child child = start(k, s->endpoints[0], asked[i].quotas);
        CHECK(!child.peer && child.refusal == asked[i].refusal);
        CHECK(k->HEAP_USED() == before);
    }
    Child all[64];
    int count = 0;
    while (count < 64 && (all[count] = start(k, s->endpoints[0], (Quotas){ 0 })).peer)
        count++;
    CHECK(count > (KERNEL_STACK > 8192 ? 0 : 2)); // under a sanitizer each takes more
    CHECK(count < 64);
    CHECK(all[count].refusal == NO_MEMORY);
    for (int i = 0; i < count; i++) {
        ask(k, all[i].process, KILL);
        CHECK(await(k, all[i].exit).why == KILLED);
        k->CLOSE(all[i].process);
        k->CLOSE(all[i].peer);
    }
    CHECK(k->HEAP_USED() == before);
}

static void what_is_too_much_is_refused(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(asks_for_too_much), CHILD(answers) };
    assert_quiet(sips);
}

// --- what outlives it --------------------------------------------------------------------------------------------

// Blocks and a channel of its own: all are on its account, and in somebody else's hands when it ends.
static void leaves_things(const KernelTable *k, const SipStart *s) {
    SipEndpoint *mine, *given;
    char *block = k->ALLOC(1000, 0);
    k->CHANNEL(0, &mine, &given, 0);
    SipEndpoint **payload = k->SEND_BEGIN(s->endpoints[0], 1);
    *payload = given;
    k->SEND_BLOCK(s->endpoints[0], block);
    k->SEND_ENDPOINT(s->endpoints[0], given);
    k->SEND_COMMIT(s->endpoints[0]);
}

static void keeps_things(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    for (int way = 0; way < 3; way++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
        send_words(k, child.peer, 0, 0, 0);
        CHECK(await(k, child.exit).why == RETURNED);
        k->CLOSE(child.process);
        CHECK(k->HEAP_USED() > before + 1000);
        if (way > 0) {
            const SipReceived received = k->RECEIVE(child.peer);
            SipEndpoint *end = *(SipEndpoint *const *)received.payload;
            CHECK((uint32_t)received.what == 1);
            CHECK(k->HEAP_USED() > before + 1000);
            if (way == 1) k->CLOSE(child.peer);
            k->CLOSE(end);
            if (way == 2) k->CLOSE(child.peer);
            CHECK(k->HEAP_USED() > before); // the block is ours
            k->FREE(((SipBlock *)current_thread()->sip->blocks.next) + 1);
        } else {
            k->CLOSE(child.peer);
        }
        CHECK(k->HEAP_USED() == before);
    }
}

static void what_outlives_a_process_is_charged_until_it_is_gone(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(keeps_things), CHILD(leaves_things) };
    assert_quiet(sips);
}

// --- trees -------------------------------------------------------------------------------------------------------

// Starts itself as deep as it can, and waits; the last one tells how deep.
static void starts_itself(const KernelTable *k, const SipStart *s) {
    const uint64_t quota = current_thread()->sip->account.quota;
    SipEndpoint *mine, *its;
    k->CHANNEL(0, &mine, &its, 0);
    const Child child = start_with(
        k, s->endpoints[1], (Quotas){ .heap = quota > 1 << 20 ? quota - (1 << 20) : 1 }, mine, its
    );
    Words words = { 0, 0 };
    if (child.peer) receive_words(k, child.peer, &words);
    send_words(k, s->endpoints[0], 1, words.a + 1, 0);
    if (!child.peer) return;
    k->RECEIVE(s->endpoints[0]); // until the peer closes, or we are ended
    k->CLOSE(child.peer);
}

static void starts_a_tower(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    uint64_t deep[3];
    for (int i = 0; i < 3; i++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
        Words words = { 0, 0 };
        CHECK(child.peer && receive_words(k, child.peer, &words) == 1);
        deep[i] = words.a;
        if (i < 2) ask(k, child.process, KILL);
        k->CLOSE(child.peer);
        await(k, child.exit);
        k->CLOSE(child.process);
        for (int n = 0; n < 1000 && k->HEAP_USED() != before; n++)
            k->YIELD();
        CHECK(k->HEAP_USED() == before);
    }
    CHECK(deep[0] > 5 && deep[0] == deep[1] && deep[1] == deep[2]);
}

static void a_tower_falls_as_one(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = {
        BOSS(starts_a_tower),
        { { .name = "child",
            .heap = 64 << 20,
            .stack = 16384,
            CONTRACTS,
            .params = { EXP(0), STARTS(1) },
            .starts = { 0, 2 },
            .ends = { { 0, 1, 0 } },
            .on_demand = true,
            .code = starts_itself },
                          { GIVEN_WIRE("peer"), PROGRAM_WIRE("starts", "child") },
                          { 0 },
                          0 },
    };
    sips[0].example.heap = 65 << 20;
    assert_quiet(sips);
}

// The starter ends with all of them alive; what they hold of others is closed.
static void leaves_children(const KernelTable *k, const SipStart *s) {
    for (int i = 0; i < 5; i++)
        start(k, s->endpoints[0], (Quotas){ 0 });
}

static void a_starter_takes_its_children_along(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(leaves_children), CHILD(answers) };
    assert_quiet(sips);
}

static void faults_with_children(const KernelTable *k, const SipStart *s) {
    for (int i = 0; i < 5; i++)
        start(k, s->endpoints[0], (Quotas){ 0 });
    k->TRAP(0);
}

static void a_starter_is_restarted_without_its_children(void **state) {
    (void)state;
    static Outcome outcome;
    TestSip sips[MACHINE_MOST] = { BOSS(faults_with_children), CHILD(answers) };
    sips[0].example.restart = 3;
    sips[0].example.trap_fault = 7;
    run_system(sips, &outcome);
    assert_int_equal(outcome.status, STATUS_FAULTED);
    assert_non_null(strstr(outcome.text, "restart: boss: 3 of 3"));
    assert_null(strstr(outcome.text, "panic"));
}

// --- control --------------------------------------------------------------------------------------------------------

// Is given the control over itself, and over its exit, and uses it.
static void kills_itself(const KernelTable *k, const SipStart *s) {
    SipEndpoint *const *payload = k->RECEIVE(s->endpoints[0]).payload;
    SipEndpoint *process = payload[0];
    ask(k, process, KILL);
    for (;;)
        k->YIELD();
}

static void gives_away_control(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    for (int i = 0; i < 3; i++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
        SipEndpoint **payload = k->SEND_BEGIN(child.peer, 0);
        payload[0] = child.process;
        k->SEND_ENDPOINT(child.peer, child.process);
        if (i == 2) {
            payload[1] = child.exit;
            k->SEND_ENDPOINT(child.peer, child.exit);
        }
        k->SEND_COMMIT(child.peer);
        if (i == 2)
            k->RECEIVE(child.peer);
        else
            CHECK(await(k, child.exit).why == KILLED);
        k->CLOSE(child.peer);
        CHECK(k->HEAP_USED() == before);
    }
}

static void a_process_may_kill_itself(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(gives_away_control), CHILD(kills_itself) };
    assert_quiet(sips);
}

static void sleeps_long(const KernelTable *k, const SipStart *s) {
    SipEndpoint *const peer = s->endpoints[0];
    const SipReceived received = k->RECEIVE_ANY(&peer, 1, 1000000);
    send_words(k, peer, 1, (uint32_t)(received.what >> 32) == SIP_RECEIVE_TIMEOUT, 0);
    k->RECEIVE(peer);
}

// It waits with a timeout when it is suspended: which comes meanwhile, and counts when it is let go.
static void suspends(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    for (int way = 0; way < 4; way++) {
        const Child child = start(k, s->endpoints[0], (Quotas){ 0 });
        Words words = { 7, 0 };
        if (way % 2) k->YIELD(); // it waits; else it has not begun
        ask(k, child.process, SUSPEND);
        SipEndpoint *const peer = child.peer;
        const SipReceived received = k->RECEIVE_ANY(&peer, 1, 5000000);
        CHECK((uint32_t)(received.what >> 32) == SIP_RECEIVE_TIMEOUT);
        if (way < 2) {
            ask(k, child.process, RESUME);
            CHECK(receive_words(k, child.peer, &words) == 1 && words.a == 1);
        }
        ask(k, child.process, KILL);
        CHECK(await(k, child.exit).why == KILLED);
        k->CLOSE(child.process);
        k->CLOSE(child.peer);
        CHECK(k->HEAP_USED() == before);
    }
}

static void who_is_suspended_goes_on_or_ends(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { BOSS(suspends), CHILD(sleeps_long) };
    assert_quiet(sips);
}

// --- images that are not right ----------------------------------------------------------------------------------

static void wrong_image(TestSip *sips, const char *why) {
    static Outcome outcome;
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM] = "";
    (void)outcome;
    assert_false(try_pack_system(sips, &image, error));
    if (!strstr(error, why)) fail_msg("%s", error);
    buf_free(&image);
}

static void wrong_images_are_refused(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { BOSS(starts_one), CHILD(answers) };
    sips[1].example.on_demand = false;
    wrong_image(sips, "is wired to a program that there is not");
    sips[1] = (TestSip)CHILD(answers);
    sips[1].example.params[0].side = 0;
    wrong_image(sips, "starts a program that is given other ends");
    sips[1] = (TestSip)CHILD(answers);
    sips[1].example.restart = 1;
    wrong_image(sips, "a program is restarted or trusted");
    sips[1] = (TestSip)CHILD(answers);
    sips[1].example.digests[0] = digest_of_EXIT;
    wrong_image(sips, "starts a program that is given other ends");
    sips[1] = (TestSip)CHILD(answers);
    sips[0].example.digests[2] = digest_of_EXIT; // not what the kernel serves
    wrong_image(sips, "starts no programs, but is wired to one");
    sips[0] = (TestSip)BOSS(starts_one);
    sips[0].example.starts[0] = 0;
    wrong_image(sips, "starts no programs, but is wired to one");
    sips[0] = (TestSip)BOSS(starts_one);
    sips[0].wires[0].sip = "boss";
    wrong_image(sips, "is wired to a program that there is not");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_answers_and_returns),
        cmocka_unit_test(each_cycle_is_charged_to_who_had_it),
        cmocka_unit_test(a_fault_is_told_to_the_starter_and_is_not_the_systems),
        cmocka_unit_test(a_fault_that_nobody_is_told_is_the_systems),
        cmocka_unit_test(two_thousand_come_and_go),
        cmocka_unit_test(whatever_memory_fails_nothing_is_lost),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(what_outlives_a_process_is_charged_until_it_is_gone),
        cmocka_unit_test(a_tower_falls_as_one),
        cmocka_unit_test(a_starter_takes_its_children_along),
        cmocka_unit_test(a_starter_is_restarted_without_its_children),
        cmocka_unit_test(a_process_may_kill_itself),
        cmocka_unit_test(who_is_suspended_goes_on_or_ends),
        cmocka_unit_test(wrong_images_are_refused),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
