// Whole systems on a machine of the test's own: what SIPs see of channels, the console, time and each other's turns.

#include "machine_test.h"

// --- the console -------------------------------------------------------------------------------------------

static void hello(const KernelTable *k, const SipStart *start) {
    say(k, start->endpoints[0], "hello\n");
    say(k, start->endpoints[0], "without a newline");
    k->CLOSE(start->endpoints[0]);
}

static void console_shows_text(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "hello", SIZES, .contracts = { CONSOLE }, .params = { OUT(0) }, .code = hello },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "hello\nwithout a newline");
}

enum { LONG = 9000 }; // of which the kernel shows 4096 bytes in a turn

static void say_much(const KernelTable *k, const SipStart *start) {
    static char text[LONG + 1];
    memset(text, 'x', LONG);
    text[LONG - 1] = '\n';
    text[LONG] = 0;
    say(k, start->endpoints[0], text);
    k->CLOSE(start->endpoints[0]);
}

static void say_little(const KernelTable *k, const SipStart *start) {
    say(k, start->endpoints[0], "here\n");
    k->CLOSE(start->endpoints[0]);
}

static void a_long_text_keeps_nobody_waiting(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "much",
            SIZES,
            .contracts = { CONSOLE },
            .params = { OUT(0) },
            .code = say_much },
         { CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "little",
            SIZES,
            .contracts = { CONSOLE },
            .params = { OUT(0) },
            .code = say_little },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    static char expected[LONG + 16];
    memset(expected, 'x', 8192);
    strcpy(expected + 8192, "here\n");
    memset(expected + 8197, 'x', LONG - 8193);
    strcpy(expected + LONG + 4, "\n");
    assert_outcome(sips, STATUS_RETURNED, expected);
}

static void show_arguments(const KernelTable *k, const SipStart *start) {
    for (uint64_t i = 0; i < start->arg_count; i++) {
        char text[64];
        snprintf(
            text, sizeof text, "<%.*s>\n", (int)start->args[i].length,
            start->args[i].ptr ? start->args[i].ptr : ""
        );
        say(k, start->endpoints[0], text);
        if (start->args[i].ptr) k->FREE(start->args[i].ptr);
    }
    k->FREE(start->args);
    say_number(k, start->endpoints[0], "used ", k->HEAP_USED());
}

static void arguments_arrive(void **state) {
    (void)state;
    static const char *const texts[] = { "one", "", "a b" };
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "args",
            SIZES,
            .contracts = { CONSOLE },
            .params = { { "args", SEAL_PARAM_ARGS, 0, 0 }, OUT(0) },
            .code = show_arguments },
         { CONSOLE_WIRE, { "args", IMAGE_WIRE_ARGS, NULL, NULL, texts, 3 } },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "<one>\n<>\n<a b>\nused 0\n");
}

// --- ping-pong ---------------------------------------------------------------------------------------------

static void serve(const KernelTable *k, const SipStart *start) {
    Words words;
    while (receive_words(k, start->endpoints[0], &words) == 0)
        send_words(k, start->endpoints[0], 1, words.a + 1, 0);
}

static void play(const KernelTable *k, const SipStart *start) {
    enum { ROUNDS = 100000 };
    Words words = { 0, 0 };
    uint64_t before = k->CYCLES();
    for (int i = 0; i < ROUNDS; i++) {
        send_words(k, start->endpoints[0], 0, words.a, 0);
        receive_words(k, start->endpoints[0], &words);
    }
    say_number(
        k, start->endpoints[1], "# cycles per round trip: ", (k->CYCLES() - before) / ROUNDS
    );
    say_number(k, start->endpoints[1], "the ball came back ", words.a);
}

static void messages_go_to_and_fro(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "server", SIZES, .contracts = { ECHO }, .params = { EXP(0) }, .code = serve },
         { CHANNEL_WIRE("peer", "client", "peer") },
         { 0 },
         0 },
        { { .name = "client",
            SIZES,
            .contracts = { ECHO, CONSOLE },
            .params = { IMP(0), OUT(1) },
            .code = play },
         { CHANNEL_WIRE("peer", "server", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "the ball came back 100000\n");
}

// In registers: all of the payload arrives, whatever was in the slot before; and nobody minds when the peer is gone.
static void send_four(const KernelTable *k, const SipStart *start) {
    SipEndpoint *peer = start->endpoints[0];
    k->SEND(peer, 0, 1, 2, 3, 4);
    k->SEND(peer, 0, 5, 6, 7, 8);
    k->RECEIVE(peer);
    k->SEND(peer, 0, 9, 10, 11, 12);
    k->SEND(peer, 0, 13, 0, 0, 0);
    if (k->RECEIVE(peer).what == SIP_RECEIVE_CLOSED) k->SEND(peer, 0, 0, 0, 0, 0);
}

static void add_up(const KernelTable *k, const SipStart *start) {
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= 4; i++) {
        const uint64_t *words = k->RECEIVE(start->endpoints[0]).payload;
        for (int j = 0; j < 4; j++)
            sum = sum * 3 + words[j];
        if (i == 2) k->SEND(start->endpoints[0], 1, 0, 0, 0, 0);
    }
    say_number(k, start->endpoints[1], "sum ", sum);
}

static void messages_go_in_registers(void **state) {
    (void)state;
#define WIDE                                        \
    {                                               \
        "Wide", 2, 1, 32, {                         \
            { "four", 0, 32, 0 }, { "on", 1, 0, 0 } \
        }                                           \
    }
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "sender",
            SIZES,
            .contracts = { WIDE },
            .params = { IMP(0) },
            .code = send_four },
         { CHANNEL_WIRE("peer", "adder", "peer") },
         { 0 },
         0 },
        { { .name = "adder",
            SIZES,
            .contracts = { WIDE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = add_up },
         { CHANNEL_WIRE("peer", "sender", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
    };
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= 16; i++)
        sum = sum * 3 + (i <= 13 ? i : 0);
    char text[64];
    snprintf(text, sizeof text, "sum %lu\n", sum);
    assert_outcome(sips, STATUS_RETURNED, text);
}

// --- time and turns ----------------------------------------------------------------------------------------

static void sleep_and_say(const KernelTable *k, const SipStart *start) {
    static const char *const texts[] = { "first\n", "second\n" };
    SipEndpoint *imp, *exp;
    k->CHANNEL(0, &imp, &exp, 0);
    k->SLEEP(5000000);
    say(k, start->endpoints[0], texts[0]);
    if (row_of(k->RECEIVE_ANY(&exp, 1, 5000000)) == SIP_RECEIVE_TIMEOUT)
        say(k, start->endpoints[0], "timeout\n");
    if (row_of(k->RECEIVE_ANY(&exp, 1, 0)) == SIP_RECEIVE_TIMEOUT)
        say(k, start->endpoints[0], texts[1]);
}

static void sleep_less(const KernelTable *k, const SipStart *start) {
    k->SLEEP(7000000);
    say(k, start->endpoints[0], "between\n");
    k->YIELD();
}

static void timers_fire_in_order(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "long",
            SIZES,
            .contracts = { ECHO, CONSOLE },
            .params = { OUT(1) },
            .code = sleep_and_say },
         { CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "short",
            SIZES,
            .contracts = { CONSOLE },
            .params = { OUT(0) },
            .code = sleep_less },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "first\nbetween\ntimeout\nsecond\n");
}

// Who waits for several, and not for ever, is told what came first, and the other one does not come after.
static void wait_for_several(const KernelTable *k, const SipStart *start) {
    SipEndpoint *imp, *exp, *own;
    k->CHANNEL(0, &imp, &own, 0);
    exp = start->endpoints[0];
    SipEndpoint *const eps[] = { own, exp };
    SipReceived got = k->RECEIVE_ANY(eps, 2, 9000000);
    if (row_of(got) == 1 && *(const uint64_t *)got.payload == 77)
        say(k, start->endpoints[1], "77\n");
    if (row_of(k->RECEIVE_ANY(eps, 2, 9000000)) == SIP_RECEIVE_TIMEOUT)
        say(k, start->endpoints[1], "timeout\n");
    send_words(k, imp, 0, 5, 0);
    if (row_of(k->RECEIVE_ANY(eps, 2, 0)) == 0) say(k, start->endpoints[1], "own\n");
    if ((uint32_t)k->RECEIVE(exp).what == SIP_RECEIVE_CLOSED)
        say(k, start->endpoints[1], "closed\n");
    if (row_of(k->RECEIVE_ANY(eps, 0, 1000)) == SIP_RECEIVE_TIMEOUT)
        say(k, start->endpoints[1], "of none\n");
}

static void send_in_time(const KernelTable *k, const SipStart *start) {
    k->SLEEP(5000000);
    send_words(k, start->endpoints[0], 0, 77, 0);
    k->SLEEP(30000000);
}

static void what_comes_first_counts(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "waiter",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = wait_for_several },
         { CHANNEL_WIRE("peer", "sender", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "sender",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .code = send_in_time },
         { CHANNEL_WIRE("peer", "waiter", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "77\ntimeout\nown\nclosed\nof none\n");
}

static void count_turns(const KernelTable *k, const SipStart *start) {
    SipEndpoint *imp[3], *exp[3];
    uint64_t order = 0;
    for (int i = 0; i < 3; i++)
        k->CHANNEL(0, &imp[i], &exp[i], 0);
    for (int i = 0; i < 3; i++)
        send_words(k, imp[i], 0, 0, 0);
    for (int i = 0; i < 6; i++) {
        const uint64_t row = row_of(k->RECEIVE_ANY(exp, 3, SIP_NO_TIMEOUT));
        order = order * 10 + row;
        send_words(k, imp[row], 0, 0, 0);
    }
    say_number(k, start->endpoints[0], "order ", order);
}

static void receive_rotates(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "turns",
            SIZES,
            .contracts = { ECHO, CONSOLE },
            .params = { OUT(1) },
            .code = count_turns },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "order 12012\n"); // 0 1 2 0 1 2
}

// Two that play for ever do not keep a third from its turn.
static void play_for_ever(const KernelTable *k, const SipStart *start) {
    Words words;
    while (send_words(k, start->endpoints[0], 0, 0, 0))
        receive_words(k, start->endpoints[0], &words);
}

static void leave_after_turns(const KernelTable *k, const SipStart *start) {
    (void)start;
    for (int i = 0; i < 1000; i++)
        k->YIELD();
    k->EXIT(42);
}

static void players_do_not_starve_others(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "server", SIZES, .contracts = { ECHO }, .params = { EXP(0) }, .code = serve },
         { CHANNEL_WIRE("peer", "client", "peer") },
         { 0 },
         0 },
        { { .name = "client",
            SIZES,
            .contracts = { ECHO },
            .params = { IMP(0) },
            .code = play_for_ever },
         { CHANNEL_WIRE("peer", "server", "peer") },
         { 0 },
         0 },
        { { .name = "third", SIZES, .may_exit = 1, .code = leave_after_turns },
         { { 0 } },
         { 0 },
         0 },
    };
    assert_outcome(sips, 42, "");
}

static void send_one(const KernelTable *k, const SipStart *start) {
    send_words(k, start->endpoints[0], 0, 0, 0);
}

static void poll(const KernelTable *k, const SipStart *start) {
    uint64_t looks = 0;
    while (row_of(k->RECEIVE_ANY(&start->endpoints[0], 1, 0)) == SIP_RECEIVE_TIMEOUT)
        looks++;
    say(k, start->endpoints[1], looks < 2 ? "it came soon\n" : "it came late\n");
}

static void polling_lets_others_run(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "poller",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = poll },
         { CHANNEL_WIRE("peer", "sender", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
        { { .name = "sender",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .code = send_one },
         { CHANNEL_WIRE("peer", "poller", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "it came soon\n");
}

static void exit_needs_its_grant(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "third", SIZES, .code = leave_after_turns }, { { 0 } }, { 0 }, 0 },
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: third: killed\nledger: third: 0 blocks, 0 endpoints, 0 pages left\n"
    );
}

// --- deadlock ----------------------------------------------------------------------------------------------

static void wait_for_it(const KernelTable *k, const SipStart *start) {
    Words words;
    receive_words(k, start->endpoints[0], &words);
}

static void deadlock_is_reported(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "left",
            SIZES,
            .contracts = { ECHO },
            .params = { EXP(0) },
            .code = wait_for_it },
         { CHANNEL_WIRE("peer", "right", "peer") },
         { 0 },
         0 },
        { { .name = "right",
            SIZES,
            .contracts = { ECHO },
            .params = { IMP(0) },
            .code = wait_for_it },
         { CHANNEL_WIRE("peer", "left", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(
        sips, STATUS_DEADLOCK,
        "deadlock: left: blocked for ever\ndeadlock:   waits on Echo.exp, whose other end right holds\n"
        "deadlock: right: blocked for ever\ndeadlock:   waits on Echo.imp, whose other end left holds\n"
    );
}

// --- images ------------------------------------------------------------------------------------------------

static void a_flipped_bit_does_not_start(void **state) {
    (void)state;
    static Outcome outcome;
    Buf image = { 0 };
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "hello", SIZES, .contracts = { CONSOLE }, .params = { OUT(0) }, .code = hello },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    pack_system(sips, &image);
    for (size_t bit = 3; bit < image.len * 8; bit += 809) {
        image.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        run_image(image.data, image.len, &outcome);
        assert_int_equal(outcome.status, STATUS_REFUSED);
        assert_memory_equal(outcome.text, "refused: ", 9);
        image.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    // Whoever makes the image's digest right again meets the seal's, and the table of programs.
    image.data[image.len - sizeof(SealRecord) + offsetof(SealRecord, digest)] ^= 1;
    packed_digest(image.data, image.len, ((ImageHeader *)(void *)image.data)->digest);
    run_image(image.data, image.len, &outcome);
    assert_string_equal(
        outcome.text,
        "refused: program hello: it was changed after it was sealed: its digest does not match\n"
    );
    buf_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(console_shows_text),
        cmocka_unit_test(arguments_arrive),
        cmocka_unit_test(a_long_text_keeps_nobody_waiting),
        cmocka_unit_test(messages_go_to_and_fro),
        cmocka_unit_test(messages_go_in_registers),
        cmocka_unit_test(what_comes_first_counts),
        cmocka_unit_test(timers_fire_in_order),
        cmocka_unit_test(receive_rotates),
        cmocka_unit_test(players_do_not_starve_others),
        cmocka_unit_test(polling_lets_others_run),
        cmocka_unit_test(exit_needs_its_grant),
        cmocka_unit_test(deadlock_is_reported),
        cmocka_unit_test(a_flipped_bit_does_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
