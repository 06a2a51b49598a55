// A sip that is restarted and wired to another: a new channel each time, whose other end is delivered to whoever asks; it answers after
// the pause and no sooner; and whatever ends first, everything is back (the kernel panics otherwise).

#include "machine_test.h"

#define WIRE                                          \
    {                                                 \
        "Wire", 1, 1, 16, {                           \
            { "next", 0, 0, 0 }, { "fresh", 1, 8, 1 } \
        }                                             \
    }

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

static SipEndpoint *next_end(const KernelTable *k, SipEndpoint *wire) {
    SipEndpoint *end = NULL;
    if (k->SEND_BEGIN(wire, 0)) k->SEND_COMMIT(wire);
    const SipReceived received = k->RECEIVE(wire);
    if ((uint32_t)received.what != 1) return NULL;
    memcpy(&end, received.payload, sizeof end);
    return end;
}

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_start_is_a_new_channel),
        cmocka_unit_test(who_returns_is_not_started_again),
        cmocka_unit_test(ends_that_nobody_asks_for_are_closed),
        cmocka_unit_test(who_asks_may_go),
        cmocka_unit_test(what_nobody_asked_for_may_carry_its_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
