// A sip that is restarted and wired to another: a new channel each time, whose other end is delivered to whoever asks; it answers after
// the pause and no sooner; and whatever ends first, everything is back (the kernel panics otherwise).

#include "machine_test.h"

// --- the one that is restarted ---------------------------------------------------------------------------------

static void answer_once_and_trap(const KernelTable *k, const SipStart *start) {
    Words words;
    if (receive_words(k, start->endpoints[0], &words) == SIP_RECEIVE_CLOSED) return;
    send_words(k, start->endpoints[0], 1, words.a + 1, 0);
    k->TRAP(0);
}

static void answer_and_return(const KernelTable *k, const SipStart *start) {
    Words words;
    if (receive_words(k, start->endpoints[0], &words) == SIP_RECEIVE_CLOSED) return;
    send_words(k, start->endpoints[0], 1, words.a + 1, 0);
}

static void trap_at_once(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->TRAP(0);
}

// --- whoever asks for it -----------------------------------------------------------------------------------------

// What each of them answers, and after how many milliseconds, rounded down to tens: the end is there before the pause is over, and
// what is sent waits.
static void ask_all(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end;
    Words words;
    for (uint64_t turn = 1; (end = next_end(k, start->endpoints[0])); turn++) {
        const uint64_t before = machine_clock;
        send_words(k, end, 0, turn * 10, 0);
        if (receive_words(k, end, &words) != SIP_RECEIVE_CLOSED) {
            say_number(k, start->endpoints[1], "answer ", words.a);
            say_number(k, start->endpoints[1], "after ", (machine_clock - before) / 10000000 * 10);
        }
        if (receive_words(k, end, &words) == SIP_RECEIVE_CLOSED)
            say(k, start->endpoints[1], "gone\n");
        k->CLOSE(end);
    }
    say(k, start->endpoints[1], "no more\n");
}

static void never_ask(const KernelTable *k, const SipStart *start) {
    k->SLEEP(200000000);
    say(k, start->endpoints[1], "slept\n");
}

static void ask_and_leave(const KernelTable *k, const SipStart *start) {
    if (k->SEND_BEGIN(start->endpoints[0], 0)) k->SEND_COMMIT(start->endpoints[0]);
    say(k, start->endpoints[1], "left\n"); // with an end that was delivered and not received
}

#define SERVER(function, times)                     \
    {                                               \
        { .name = "server",                         \
         SIZES, .contracts = { ECHO },                    \
         .params = { EXP(0) },                     \
         .trap_fault = FAULT_INDEX,                \
         .restart = times,                         \
         .code = function },                       \
        { CHANNEL_WIRE("peer", "client", "peer") }, \
        { 0 },                                      \
        0                                           \
}
#define CLIENT(function)                                          \
    {                                                             \
        { .name = "client",                                       \
         SIZES, .contracts = { WIRE, ECHO, CONSOLE },                   \
         .params = { IMP(0), OUT(2) },                           \
         .fresh = { 2, 0 },                                      \
         .code = function },                                     \
        { CHANNEL_WIRE("peer", "server", "peer"), CONSOLE_WIRE }, \
        { 0 },                                                    \
        0                                                         \
    }
#define FAULT                                               \
    "fault: server: index out of bounds at example.sip:7\n" \
    "ledger: server: 0 blocks, 0 endpoints, 0 pages left\n"

static void each_start_is_a_new_channel(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVER(answer_once_and_trap, 3), CLIENT(ask_all) };
    assert_outcome(
        sips, STATUS_FAULTED,
        FAULT "restart: server: 1 of 3\nanswer 11\nafter 0\ngone\n" FAULT
              "restart: server: 2 of 3\nanswer 21\nafter 10\ngone\n" FAULT
              "restart: server: 3 of 3\nanswer 31\nafter 20\ngone\n" FAULT
              "answer 41\nafter 40\ngone\nno more\n"
    );
}

static void who_returns_is_not_started_again(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVER(answer_and_return, 3), CLIENT(ask_all) };
    assert_outcome(sips, STATUS_RETURNED, "answer 11\nafter 0\ngone\nno more\n");
}

static void ends_that_nobody_asks_for_are_closed(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVER(trap_at_once, 2), CLIENT(never_ask) };
    assert_outcome(
        sips, STATUS_FAULTED,
        FAULT "restart: server: 1 of 2\n" FAULT "restart: server: 2 of 2\n" FAULT "slept\n"
    );
}

static void who_asks_may_go(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVER(answer_once_and_trap, 3), CLIENT(ask_and_leave) };
    assert_outcome(sips, STATUS_RETURNED, "left\n");
}

// --- an end that carries the one by which it would be asked for -----------------------------------------------

#define CARRIER                                      \
    {                                                \
        "Carrier", 1, 1, 16, {                       \
            { "hand", 0, 8, 1 }, { "give", 1, 8, 1 } \
        }                                            \
    }

static void pass_on(const KernelTable *k, SipEndpoint *by, uint32_t message, SipEndpoint *given) {
    SipEndpoint **payload = k->SEND_BEGIN(by, message);
    if (!payload) return;
    *payload = given;
    k->SEND_ENDPOINT(by, given);
    k->SEND_COMMIT(by);
}

static void give_it_back_unasked(const KernelTable *k, const SipStart *start) {
    SipEndpoint *wire;
    const SipReceived received = k->RECEIVE(start->endpoints[1]);
    if ((uint32_t)received.what == SIP_RECEIVE_CLOSED) return;
    memcpy(&wire, received.payload, sizeof wire);
    pass_on(k, start->endpoints[0], 1, wire);
}

static void hand_over_a_wire(const KernelTable *k, const SipStart *start) {
    Words words;
    SipEndpoint *end = next_end(k, start->endpoints[1]);
    pass_on(k, end, 0, start->endpoints[0]);
    if (receive_words(k, end, &words) == SIP_RECEIVE_CLOSED) say(k, start->endpoints[2], "gone\n");
}

static void what_nobody_asked_for_may_carry_its_wire(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        {
         { .name = "server",
              SIZES,
              .contracts = { CARRIER },
              .params = { { "first", SEAL_PARAM_ENDPOINT, 0, 1 },
                          { "second", SEAL_PARAM_ENDPOINT, 0, 1 } },
              .restart = 1,
              .code = give_it_back_unasked },
         { CHANNEL_WIRE("first", "client", "first"),
              CHANNEL_WIRE("second", "client", "second") },
         { 0 },
         0, },
        {
         { .name = "client",
              SIZES,
              .contracts = { WIRE, CARRIER, CONSOLE },
              .params = { { "first", SEAL_PARAM_ENDPOINT, 0, 0 },
                          { "second", SEAL_PARAM_ENDPOINT, 0, 0 },
                          OUT(2) },
              .fresh = { 2, 2, 0 },
              .code = hand_over_a_wire },
         { CHANNEL_WIRE("first", "server", "first"), CHANNEL_WIRE("second", "server", "second"),
              CONSOLE_WIRE },
         { 0 },
         0, },
    };
    assert_outcome(sips, STATUS_RETURNED, "gone\n");
}

// --- both sides ask, and may be started again ------------------------------------------------------------------

static void answer_what_comes_and_trap(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end = next_end(k, start->endpoints[0]);
    Words words;
    if (!end) return;
    if (receive_words(k, end, &words) != SIP_RECEIVE_CLOSED) send_words(k, end, 1, words.a + 1, 0);
    k->TRAP(0);
}

// It waits for the end of the other, so that each channel serves both once.
static void ask_once_and_trap(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end = next_end(k, start->endpoints[0]);
    Words words;
    if (!end) {
        say(k, start->endpoints[1], "no more\n");
        return;
    }
    send_words(k, end, 0, 10, 0);
    if (receive_words(k, end, &words) != SIP_RECEIVE_CLOSED)
        say_number(k, start->endpoints[1], "answer ", words.a);
    receive_words(k, end, &words);
    k->TRAP(0);
}

// The wire itself goes to whoever is at the other end, and its sender is started again: by the old one nothing comes.
static void send_the_wire_away(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end = next_end(k, start->endpoints[0]);
    if (!end) {
        say(k, start->endpoints[1], "no more\n");
        return;
    }
    pass_on(k, end, 0, start->endpoints[0]);
    k->YIELD();
    k->TRAP(0);
}

static void ask_by_what_was_sent(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end, *wire;
    while ((end = next_end(k, start->endpoints[0]))) {
        const SipReceived received = k->RECEIVE(end);
        if ((uint32_t)received.what == SIP_RECEIVE_CLOSED) return;
        memcpy(&wire, received.payload, sizeof wire);
        k->CLOSE(end);
        k->SLEEP(50000000); // until the other one has been started again
        say(k, start->endpoints[1], next_end(k, wire) ? "an end\n" : "closed\n");
        k->CLOSE(wire);
    }
    say(k, start->endpoints[1], "server: no more\n");
}

// Whatever they are given they keep.
static void keep_all(const KernelTable *k, const SipStart *start) {
    uint64_t count = 0;
    while (next_end(k, start->endpoints[0]))
        count++;
    say_number(k, start->endpoints[1], "kept ", count);
}

static void close_all_but_63(const KernelTable *k, const SipStart *start) {
    SipEndpoint *end;
    uint64_t count = 0;
    for (; count < 300 && (end = next_end(k, start->endpoints[0])); count++)
        if (count >= 63) k->CLOSE(end);
    say_number(k, start->endpoints[1], "taken ", count);
}

#define MEETS(title, contract, delivers_side, times, function, target) \
    {                                                                  \
        { .name = title,                                               \
         SIZES, .contracts = { WIRE, contract, CONSOLE },                    \
         .params = { { "peer", SEAL_PARAM_ENDPOINT, 0, 0 }, OUT(2) }, \
         .fresh = { 2, 0 },                                           \
         .fresh_side = { delivers_side },                             \
         .trap_fault = FAULT_INDEX,                                   \
         .restart = times,                                            \
         .code = function },                                          \
        { CHANNEL_WIRE("peer", target, "peer"), CONSOLE_WIRE },        \
        { 0 },                                                         \
        0                                                              \
    }
#define CLIENT_FAULT                                        \
    "fault: client: index out of bounds at example.sip:7\n" \
    "ledger: client: 0 blocks, 0 endpoints, 0 pages left\n"

static void both_sides_may_be_started_again(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        MEETS("server", ECHO, 1, 1, answer_what_comes_and_trap, "client"),
        MEETS("client", ECHO, 0, 5, ask_once_and_trap, "server"),
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        FAULT "restart: server: 1 of 1\nanswer 11\n" CLIENT_FAULT "restart: client: 1 of 5\n" FAULT
              "answer 11\n" CLIENT_FAULT "restart: client: 2 of 5\nno more\n"
    );
}

static void an_older_wire_is_closed(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        MEETS("server", CARRIER, 1, 0, ask_by_what_was_sent, "client"),
        MEETS("client", CARRIER, 0, 1, send_the_wire_away, "server"),
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        CLIENT_FAULT "restart: client: 1 of 1\nclosed\n" CLIENT_FAULT "closed\nserver: no more\n"
    );
}

static void only_so_many_are_open(void **state) {
    (void)state;
    const TestSip both_keep[MACHINE_MOST] = {
        MEETS("server", ECHO, 1, 1, keep_all, "client"),
        MEETS("client", ECHO, 0, 1, keep_all, "server"),
    };
    assert_outcome(both_keep, STATUS_RETURNED, "kept 64\nkept 64\n");
    const TestSip one_keeps[MACHINE_MOST] = {
        MEETS("server", ECHO, 1, 1, keep_all, "client"),
        MEETS("client", ECHO, 0, 1, close_all_but_63, "server"),
    };
    assert_outcome(one_keeps, STATUS_RETURNED, "taken 64\nkept 64\n");
}

static void who_closes_is_given_more(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        MEETS("server", ECHO, 1, 1, close_all_but_63, "client"),
        MEETS("client", ECHO, 0, 1, close_all_but_63, "server"),
    };
    assert_outcome(sips, STATUS_RETURNED, "taken 300\ntaken 300\n");
}

static void trap_while_asking(const KernelTable *k, const SipStart *start) {
    if (k->SEND_BEGIN(start->endpoints[0], 0)) k->SEND_COMMIT(start->endpoints[0]);
    k->TRAP(0);
}

static void sleep_and_ask(const KernelTable *k, const SipStart *start) {
    k->SLEEP(200000000);
    say(k, start->endpoints[1], next_end(k, start->endpoints[0]) ? "an end\n" : "no more\n");
}

// What somebody has asked for who is gone is not delivered to who comes after it.
static void who_has_gone_has_not_asked(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        MEETS("server", ECHO, 1, 1, trap_while_asking, "client"),
        MEETS("client", ECHO, 0, 1, sleep_and_ask, "server"),
    };
    assert_outcome(sips, STATUS_FAULTED, FAULT "restart: server: 1 of 1\n" FAULT "no more\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_start_is_a_new_channel),
        cmocka_unit_test(who_returns_is_not_started_again),
        cmocka_unit_test(ends_that_nobody_asks_for_are_closed),
        cmocka_unit_test(who_asks_may_go),
        cmocka_unit_test(what_nobody_asked_for_may_carry_its_wire),
        cmocka_unit_test(both_sides_may_be_started_again),
        cmocka_unit_test(an_older_wire_is_closed),
        cmocka_unit_test(only_so_many_are_open),
        cmocka_unit_test(who_closes_is_given_more),
        cmocka_unit_test(who_has_gone_has_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
