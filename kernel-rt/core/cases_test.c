// Sets, joins and what cannot come any more, as compiled code asks for them: who is served, who is woken, and that everything is
// back whenever a process ends in between (the kernel panics otherwise).

#include "machine_test.h"

// --- asking ------------------------------------------------------------------------------------------------

static SipSource of_end(SipEndpoint *ep) {
    return (SipSource){ .from = ep };
}

static SipSource of_set(SipSet *set) {
    return (SipSource){ .from = set, .is_set = 1 };
}

static SipReceived wait_for_cases(
    const KernelTable *k,
    SipSource *sources,
    uint64_t count,
    const uint32_t *cases,
    uint64_t case_count,
    uint64_t timeout
) {
    SipWait wait = { sources, cases, count, case_count, timeout };
    return k->RECEIVE_CASES(&wait);
}

// What comes of the set first.
static SipEndpoint *of_members(
    const KernelTable *k, SipSet *set, uint32_t *came, uint64_t timeout
) {
    static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER };
    SipSource source = of_set(set);
    const SipReceived got = wait_for_cases(k, &source, 1, cases, 1, timeout);
    *came = (uint32_t)got.what;
    return row_of(got) == SIP_RECEIVE_TIMEOUT ? NULL : source.member;
}

enum { MEMBERS = 5 };

typedef struct Many {
    SipEndpoint *imp[MEMBERS], *exp[MEMBERS];
    SipSet *set;
} Many;

static void make_many(const KernelTable *k, Many *many) {
    many->set = NULL;
    for (uint64_t i = 0; i < MEMBERS; i++) {
        k->CHANNEL(0, &many->imp[i], &many->exp[i], 0);
        k->SET_ADD(&many->set, many->exp[i], (void *)(i + 1), 0);
    }
}

static uint64_t number_of(const Many *many, const SipEndpoint *exp) {
    uint64_t i = 0;
    while (i < MEMBERS && many->exp[i] != exp)
        i++;
    return i;
}

// --- sets --------------------------------------------------------------------------------------------------

static void serve_many(const KernelTable *k, const SipStart *start) {
    Many many;
    uint32_t came;
    uint64_t order = 0;
    make_many(k, &many);
    if (k->SET_COUNT(many.set) != MEMBERS || k->SET_COUNT(NULL) != 0) k->TRAP(0);
    if (of_members(k, many.set, &came, 0)) k->TRAP(0); // nothing has come
    const int sends[] = { 3, 1, 4, 1, 0 };
    for (size_t i = 0; i < sizeof sends / sizeof *sends; i++)
        send_words(k, many.imp[sends[i]], 0, 0, 0);
    k->CLOSE(many.imp[2]);
    for (int i = 0; i < 6; i++) { // who is ready again stands behind those that were before
        SipEndpoint *ep = of_members(k, many.set, &came, SIP_NO_TIMEOUT);
        order = order * 10 + number_of(&many, ep) + (came == SIP_RECEIVE_CLOSED ? 5 : 0);
        if (came != SIP_RECEIVE_CLOSED)
            k->SET_ADD(&many.set, ep, NULL, 0);
        else
            k->CLOSE(ep);
    }
    say_number(k, start->endpoints[0], "order ", order);
    if (of_members(k, many.set, &came, 1000)) k->TRAP(0);
    say_number(k, start->endpoints[0], "left ", k->SET_COUNT(many.set));
    void *value = NULL;
    for (SipEndpoint *ep; (ep = k->SET_TAKE(many.set, &value));)
        k->CLOSE(ep);
    k->SET_END(many.set);
    say_number(k, start->endpoints[0], "then ", k->SET_COUNT(NULL));
}

static void who_was_ready_first_is_first(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "many",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { OUT(1) },
            .code = serve_many },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "order 314071\nleft 4\nthen 0\n");
}

// An endpoint, another, and a set, all of which always have something: each has a third of the turns, whatever else is
// received in between.
static void take_turns(const KernelTable *k, const SipStart *start) {
    static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER, 1, 1, SIP_RECEIVE_WHATEVER,
                                      1, 2, SIP_RECEIVE_WHATEVER };
    SipEndpoint *imp[5], *exp[5];
    SipSet *set = NULL;
    uint64_t turns[3] = { 0 };
    for (int i = 0; i < 5; i++) {
        k->CHANNEL(0, &imp[i], &exp[i], 0);
        send_words(k, imp[i], 0, 0, 0);
    }
    k->SET_ADD(&set, exp[2], NULL, 0);
    for (int i = 0; i < 30; i++) {
        SipSource sources[] = { of_end(exp[0]), of_end(exp[1]), of_set(set) };
        const uint32_t row = row_of(wait_for_cases(k, sources, 3, cases, 3, SIP_NO_TIMEOUT));
        turns[row]++;
        if (row == 2) k->SET_ADD(&set, sources[2].member, NULL, 0);
        send_words(k, imp[row], 0, 0, 0);
        const uint32_t other = row_of(k->RECEIVE_ANY(exp + 3, 2, SIP_NO_TIMEOUT));
        send_words(k, imp[3 + other], 0, 0, 0);
    }
    say_number(k, start->endpoints[0], "first ", turns[0]);
    say_number(k, start->endpoints[0], "set ", turns[2]);
}

static void nobody_starves(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "turns",
            SIZES,
            .contracts = { { "Queue", 40, 0, 16, { { "put", 0, 16, 1 } } }, CONSOLE },
            .params = { OUT(1) },
            .code = take_turns },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "first 10\nset 10\n");
}

// --- joins -------------------------------------------------------------------------------------------------

// Both have something; the first has and the other is gone; nothing of these can come any more.
static const uint32_t both_or_one[] = { 2, 0, 0, 1, 0, 2, 0, 0, 1, SIP_RECEIVE_CLOSED, 0 };

static void wait_for_both(const KernelTable *k, const SipStart *start) {
    SipEndpoint *imp, *exp;
    k->CHANNEL(0, &imp, &exp, 0);
    send_words(k, imp, 0, 1, 0); // half is there
    const uint64_t woken = sched.cases_woken;
    SipSource sources[] = { of_end(start->endpoints[0]), of_end(exp) };
    k->RECEIVE(exp);
    for (int i = 0; i < 3; i++) {
        const uint32_t row =
            row_of(wait_for_cases(k, sources, 2, both_or_one, 3, i == 2 ? SIP_NO_TIMEOUT : 20000000)
            );
        if (row == SIP_RECEIVE_TIMEOUT)
            say(k, start->endpoints[1], "not yet\n");
        else
            say_number(k, start->endpoints[1], "case ", row);
        if (i == 0) send_words(k, imp, 0, 2, 0); // what came first is still there
        if (i == 1) k->CLOSE(imp);
    }
    // The clock, and the sender's last message; what was there already was taken without waiting.
    say_number(k, start->endpoints[1], "woken ", sched.cases_woken - woken);
}

static void send_halves(const KernelTable *k, const SipStart *start) {
    k->SLEEP(5000000);
    send_words(k, start->endpoints[0], 0, 1, 0); // half of a join
    k->SLEEP(50000000);
    send_words(k, start->endpoints[0], 0, 2, 0); // with the end of the other
    k->SLEEP(1000000);
}

static void half_of_a_join_wakes_nobody(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "both",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = wait_for_both },
         { CHANNEL_WIRE("peer", "halves", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "halves",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .code = send_halves },
         { CHANNEL_WIRE("peer", "both", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "not yet\ncase 0\ncase 1\nwoken 2\n");
}

static void wait_for_nothing(const KernelTable *k, const SipStart *start) {
    static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER, 0 };
    SipEndpoint *imp, *exp;
    k->CHANNEL(0, &imp, &exp, 0);
    SipSource sources[] = { of_end(start->endpoints[0]), of_end(exp) };
    // The peer goes while this waits: then no case is left but the last.
    say_number(
        k, start->endpoints[1], "case ",
        row_of(wait_for_cases(k, sources, 2, both_or_one, 3, SIP_NO_TIMEOUT))
    );
    SipSource empty = of_set(NULL);
    say_number(
        k, start->endpoints[1], "case ",
        row_of(wait_for_cases(k, &empty, 1, cases, 2, SIP_NO_TIMEOUT))
    );
}

static void go_soon(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->SLEEP(5000000);
}

static void what_cannot_come_is_told(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "last",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = wait_for_nothing },
         { CHANNEL_WIRE("peer", "soon", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "soon", SIZES, .contracts = { QUEUE }, .params = { IMP(0) }, .code = go_soon },
         { CHANNEL_WIRE("peer", "last", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "case 2\ncase 1\n");
}

// Who polls, and is sent something meanwhile, waits afterwards like anybody else.
static void poll_and_wait(const KernelTable *k, const SipStart *start) {
    SipSet *set = NULL;
    uint32_t came;
    k->SET_ADD(&set, start->endpoints[0], NULL, 0);
    SipEndpoint *ep = of_members(k, set, &came, 0);
    say(k, start->endpoints[1], ep ? "polled\n" : "nothing\n");
    if (!ep) k->TRAP(0);
    k->SET_ADD(&set, ep, NULL, 0);
    ep = of_members(k, set, &came, SIP_NO_TIMEOUT);
    say(k, start->endpoints[1], ep ? "waited\n" : "did not wait\n");
    if (!ep) k->TRAP(0);
    k->CLOSE(ep);
    k->SET_END(set);
}

static void send_and_sleep(const KernelTable *k, const SipStart *start) {
    send_words(k, start->endpoints[0], 0, 0, 0);
    k->SLEEP(5000000);
}

static void who_has_polled_can_wait(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "polls",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = poll_and_wait },
         { CHANNEL_WIRE("peer", "soon", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "soon",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .code = send_and_sleep },
         { CHANNEL_WIRE("peer", "polls", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "polled\nwaited\n");
}

// --- erased ------------------------------------------------------------------------------------------------

static void forget_and_know(const KernelTable *k, const SipStart *start) {
    SipEndpoint *imp[4], *exp[4];
    for (int i = 0; i < 4; i++)
        k->CHANNEL(0, &imp[i], &exp[i], 0);
    k->ERASE(imp[0], 0, 3);
    k->ERASE(imp[1], 0, 3);
    k->ERASE(imp[2], 0, 3);
    const uint64_t answers = k->RECOVER(imp[0], 0, 3) * 1000 + k->RECOVER(imp[1], 0, 2) * 100 +
                             k->RECOVER(imp[2], 1, 3) * 10 + k->RECOVER(imp[3], 0, 0);
    say_number(k, start->endpoints[0], "known ", answers);
    say_number(k, start->endpoints[0], "closed ", k->IS_CLOSED(exp[1]) + k->IS_CLOSED(exp[2]));
    k->CLOSE(imp[0]);
}

// An end that went by a base of its channel's contract is known by that again, and by nothing else.
static void forget_by_a_base(const KernelTable *k, const SipStart *start) {
    SipEndpoint *imp[2], *exp[2];
    for (int i = 0; i < 2; i++)
        k->CHANNEL(0, &imp[i], &exp[i], 0);
    k->ERASE(imp[0], 1, 3);
    k->ERASE(imp[1], 1, 3);
    const uint64_t answers = k->RECOVER(imp[0], 0, 3) * 10 + k->RECOVER(imp[1], 1, 3);
    say_number(k, start->endpoints[0], "known ", answers);
    say_number(k, start->endpoints[0], "closed ", k->IS_CLOSED(exp[0]));
    k->CLOSE(imp[1]);
}

static void an_erased_endpoint_is_what_its_holder_went_by(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "base",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { OUT(1) },
            .code = forget_by_a_base },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "known 1\nclosed 1\n");
}

static void an_erased_endpoint_is_known_again(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "any",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { OUT(1) },
            .code = forget_and_know },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "known 1000\nclosed 2\n");
}

// --- ends --------------------------------------------------------------------------------------------------

static int last_step; // before which the victim ends

static void end_if(const KernelTable *k, int step) {
    if (step == last_step) k->TRAP(0);
}

// At every step of a life with sets in sets of others, messages in flight to members, and a wait for all of that.
static void live_with_sets(const KernelTable *k, const SipStart *start) {
    Many many, others;
    uint32_t came;
    make_many(k, &many);
    end_if(k, 0);
    make_many(k, &others);
    end_if(k, 1);
    for (int i = 0; i < MEMBERS; i++) { // each with a block, and an end of another channel
        SipEndpoint *imp, *exp;
        k->CHANNEL(0, &imp, &exp, 0);
        k->SEND_BEGIN(many.imp[i], 0);
        k->SEND_BLOCK(many.imp[i], k->ALLOC(100, 0));
        if (i == 2) end_if(k, 2);
        k->SEND_ENDPOINT(many.imp[i], exp);
        k->SEND_COMMIT(many.imp[i]);
        if (i == 3) end_if(k, 3);
    }
    SipEndpoint *ep = of_members(k, many.set, &came, SIP_NO_TIMEOUT);
    end_if(k, 4);
    k->SET_ADD(&others.set, ep, k->ALLOC(8, 0), 0);
    end_if(k, 5);
    k->CLOSE(many.imp[1]);
    end_if(k, 6);
    static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER, 2, 1, 0, 2, 0 };
    SipSource sources[] = { of_set(others.set), of_end(start->endpoints[0]), of_end(many.imp[0]) };
    wait_for_cases(k, sources, 3, cases, 2, SIP_NO_TIMEOUT); // its peer's end ends it, in step 7
    k->TRAP(0);
}

static void see_it_end(const KernelTable *k, const SipStart *start) {
    static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER };
    SipSet *set = NULL;
    k->SET_ADD(&set, start->endpoints[0], k->ALLOC(64, 0), 0);
    SipSource source = of_set(set);
    if (last_step == 7) { // the victim waits by then: it is told, and ends
        k->SLEEP(5000000);
        void *value;
        SipEndpoint *ep = k->SET_TAKE(set, &value);
        k->CLOSE(ep);
        k->FREE(value);
        k->SET_END(set);
        return;
    }
    const SipReceived got = wait_for_cases(k, &source, 1, cases, 1, SIP_NO_TIMEOUT);
    if ((uint32_t)got.what == SIP_RECEIVE_CLOSED) say(k, start->endpoints[1], "it is gone\n");
    k->FREE(source.value);
    k->SET_END(set);
}

static void everything_is_back_at_every_step(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "victim",
            SIZES,
            .contracts = { QUEUE },
            .params = { EXP(0) },
            .trap_fault = FAULT_INDEX,
            .code = live_with_sets },
         { CHANNEL_WIRE("peer", "watcher", "peer") },
         { 0 },
         0 },
        { { .name = "watcher",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { IMP(0), OUT(1) },
            .code = see_it_end },
         { CHANNEL_WIRE("peer", "victim", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
    };
    for (last_step = 0; last_step < 7; last_step++)
        assert_outcome(
            sips, STATUS_FAULTED,
            "fault: victim: index out of bounds at example.sip:7\n"
            "ledger: victim: 0 blocks, 0 endpoints, 0 pages left\nit is gone\n"
        );
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_ready_first_is_first),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(half_of_a_join_wakes_nobody),
        cmocka_unit_test(what_cannot_come_is_told),
        cmocka_unit_test(who_has_polled_can_wait),
        cmocka_unit_test(an_erased_endpoint_is_known_again),
        cmocka_unit_test(an_erased_endpoint_is_what_its_holder_went_by),
        cmocka_unit_test(everything_is_back_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
