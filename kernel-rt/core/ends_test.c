// How SIPs end: traps, exceptions, quotas, with messages in flight and in storms; what their peers see of it, and that
// everything is back when they are gone (the kernel panics otherwise).

#include "machine_test.h"

// --- ends --------------------------------------------------------------------------------------------------

static void keep_things_and_trap(const KernelTable *k, const SipStart *start) {
    Words words;
    SipEndpoint *imp, *exp;
    for (int i = 0; i < 10; i++)
        k->ALLOC(1000, 0);
    k->CHANNEL(0, &imp, &exp, 0);
    receive_words(k, start->endpoints[0], &words);
    k->SEND_BEGIN(start->endpoints[0], 1); // and never sent
    k->SEND_BLOCK(start->endpoints[0], (void *)(uintptr_t)words.a);
    k->TRAP(0);
}

static void see_it_go(const KernelTable *k, const SipStart *start) {
    Words words, *payload = k->SEND_BEGIN(start->endpoints[0], 0);
    if (payload) { // it may be gone already
        void *block = k->ALLOC(5000, 0);
        payload->a = (uint64_t)(uintptr_t)block;
        k->SEND_BLOCK(start->endpoints[0], block);
        k->SEND_COMMIT(start->endpoints[0]);
    }
    if (receive_words(k, start->endpoints[0], &words) == SIP_RECEIVE_CLOSED)
        say(k, start->endpoints[1], "it is gone\n");
    if (k->IS_CLOSED(start->endpoints[0]) && !k->SEND_BEGIN(start->endpoints[0], 0))
        say_number(k, start->endpoints[1], "used ", k->HEAP_USED());
}

// A victim that runs `function`, or the machine code that follows; and who watches it.
#define VICTIM(function, length, ...)                \
    {                                                \
        { .name = "victim",                          \
         SIZES, .contracts = { ECHO },                     \
         .params = { EXP(0) },                      \
         .trap_fault = FAULT_INDEX,                 \
         .code = function },                        \
        { CHANNEL_WIRE("peer", "watcher", "peer") }, \
        { __VA_ARGS__ },                             \
        length                                       \
}
#define WATCHER                                                   \
    {                                                             \
        { .name = "watcher",                                      \
         SIZES, .contracts = { ECHO, CONSOLE },                         \
         .params = { IMP(0), OUT(1) },                           \
         .code = see_it_go },                                    \
        { CHANNEL_WIRE("peer", "victim", "peer"), CONSOLE_WIRE }, \
        { 0 },                                                    \
        0                                                         \
    }

static void a_trap_ends_one_sip(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { VICTIM(keep_things_and_trap, 0, 0), WATCHER };
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: victim: index out of bounds at example.sip:7\n"
        "ledger: victim: 0 blocks, 0 endpoints, 0 pages left\n"
        "it is gone\nused 0\n"
    );
}

static void exceptions_end_one_sip(void **state) {
    (void)state;
    const TestSip illegal[MACHINE_MOST] = { VICTIM(NULL, 2, 0x0f, 0x0b), WATCHER }; // ud2
    const TestSip divide[MACHINE_MOST] = { VICTIM(NULL, 4, 0x31, 0xc9, 0xf7, 0xf1),
                                           WATCHER }; // xor ecx; div
    const TestSip page[MACHINE_MOST] = { VICTIM(NULL, 4, 0x31, 0xc9, 0x8b, 0x01),
                                         WATCHER }; // load from 0
    const TestSip deep[MACHINE_MOST] = { VICTIM(NULL, 5, 0xe8, 0xfb, 0xff, 0xff, 0xff),
                                         WATCHER }; // call itself
    const struct {
        const TestSip *sips;
        const char *fault;
    } cases[] = {
        { illegal, "illegal instruction"   },
        { divide,  "division by zero"      },
        { page,    "invalid memory access" },
        { deep,    "stack overflow"        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(
            text, sizeof text,
            "fault: victim: %s at example.sip:5\nledger: victim: 0 blocks, 0 endpoints, 0 pages left\nit is gone\nused 0\n",
            cases[i].fault
        );
        assert_outcome(cases[i].sips, STATUS_FAULTED, text);
    }
}

static void dive(const KernelTable *k, const SipStart *start) {
    volatile char room[512];
    room[0] = 0;
    (void)k->NOW();
    if (!room[0]) dive(k, start);
    room[1] = 0;
}

static void kernel_calls_test_the_stack(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { VICTIM(dive, 0, 0), WATCHER };
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: victim: stack overflow\nledger: victim: 0 blocks, 0 endpoints, 0 pages left\nit is gone\nused 0\n"
    );
}

// --- quotas ------------------------------------------------------------------------------------------------

static void want_too_much(const KernelTable *k, const SipStart *start) {
    (void)start;
    char *clean = k->TRY_ALLOC(4000);
    memset(clean, 0xff, 4000);
    k->FREE(clean);
    clean = k->TRY_ALLOC(4000);
    for (int i = 0; i < 4000; i++) {
        if (clean[i]) k->TRAP(0);
    }
    if (!k->TRY_ALLOC(UINT64_MAX) && !k->TRY_ALLOC(65536) && k->TRY_ALLOC(0)) k->ALLOC(70000, 0);
}

static void quotas_hold(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "glutton", SIZES, .trap_fault = FAULT_INDEX, .code = want_too_much },
         { { 0 } },
         { 0 },
         0 },
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: glutton: memory quota exhausted at example.sip:7\nledger: glutton: 0 blocks, 0 endpoints, 0 pages left\n"
    );
}

static void send_a_lot(const KernelTable *k, const SipStart *start) {
    void *block = k->ALLOC(20000, 0);
    k->SEND_BEGIN(start->endpoints[0], 0);
    k->SEND_BLOCK(start->endpoints[0], block);
    k->SEND_COMMIT(start->endpoints[0]); // and ends before it is received
}

static void send_a_lot_late(const KernelTable *k, const SipStart *start) {
    k->SLEEP(2000); // the receiver waits by then
    send_a_lot(k, start);
}

static void receive_a_lot(const KernelTable *k, const SipStart *start) {
    void *own = k->ALLOC(50000, 0);
    Words words;
    k->SLEEP(1000);
    const uint32_t message = receive_words(k, start->endpoints[0], &words);
    say(k, start->endpoints[1], message == SIP_RECEIVE_CLOSED ? "no room\n" : "room\n");
    k->FREE(own);
    say_number(k, start->endpoints[1], "used ", k->HEAP_USED());
}

static void what_does_not_fit_counts_as_closed(void **state) {
    (void)state;
    for (int late = 0; late < 2; late++) {
        const TestSip sips[MACHINE_MOST] = {
            { { .name = "sender",
                SIZES,
                .contracts = { QUEUE },
                .params = { IMP(0) },
                .code = late ? send_a_lot_late : send_a_lot },
             { CHANNEL_WIRE("peer", "receiver", "peer") },
             { 0 },
             0 },
            { { .name = "receiver",
                SIZES,
                .contracts = { QUEUE, CONSOLE },
                .params = { EXP(0), OUT(1) },
                .code = receive_a_lot },
             { CHANNEL_WIRE("peer", "sender", "peer"), CONSOLE_WIRE },
             { 0 },
             0 },
        };
        assert_outcome(sips, STATUS_RETURNED, "no room\nused 0\n");
    }
}

// --- what was sent outlives its sender ---------------------------------------------------------------------

static void send_and_end(const KernelTable *k, const SipStart *start) {
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t *block = k->ALLOC(sizeof *block, 0);
        *block = i * 11;
        Words *words = k->SEND_BEGIN(start->endpoints[0], 0);
        words->a = (uint64_t)(uintptr_t)block;
        k->SEND_BLOCK(start->endpoints[0], block);
        k->SEND_COMMIT(start->endpoints[0]);
    }
    k->TRAP(0);
}

static void receive_later(const KernelTable *k, const SipStart *start) {
    Words words;
    k->SLEEP(1000);
    while (receive_words(k, start->endpoints[0], &words) == 0) {
        uint64_t *block = (uint64_t *)(uintptr_t)words.a;
        say_number(k, start->endpoints[1], "got ", *block);
        if (*block < 20) k->FREE(block); // the others are taken back at the end
    }
    say(k, start->endpoints[1], "closed\n");
}

static void messages_outlive_their_sender(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "sender",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .trap_fault = FAULT_ASSERT,
            .code = send_and_end },
         { CHANNEL_WIRE("peer", "receiver", "peer") },
         { 0 },
         0 },
        { { .name = "receiver",
            SIZES,
            .contracts = { QUEUE, CONSOLE },
            .params = { EXP(0), OUT(1) },
            .code = receive_later },
         { CHANNEL_WIRE("peer", "sender", "peer"), CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        "fault: sender: assertion failed at example.sip:7\nledger: sender: 0 blocks, 0 endpoints, 0 pages left\n"
        "got 0\ngot 11\ngot 22\ngot 33\nclosed\n"
    );
}

// The peer goes while a message is being built, as it may when the builder is preempted: then nobody gets it, and nothing
// of it stays.
static void send_slowly(const KernelTable *k, const SipStart *start) {
    SipEndpoint *peer = start->endpoints[0], *imp, *exp;
    k->CHANNEL(0, &imp, &exp, 0);
    void *block = k->ALLOC(100, 0), *late = k->ALLOC(100, 0);
    k->SEND_BEGIN(peer, 0);
    k->SEND_BLOCK(peer, block);
    k->SLEEP(1000);
    k->SEND_BLOCK(peer, late);
    k->SEND_ENDPOINT(peer, imp);
    k->SEND_COMMIT(peer);
    if (k->SEND_BEGIN(peer, 0)) k->TRAP(0);
    if ((uint32_t)k->RECEIVE(exp).what != SIP_RECEIVE_CLOSED) k->TRAP(0);
    k->CLOSE(exp);
    k->CLOSE(peer);
}

static void close_meanwhile(const KernelTable *k, const SipStart *start) {
    k->SLEEP(100);
    k->CLOSE(start->endpoints[0]);
}

static void a_peer_may_go_while_a_message_is_built(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "sender",
            SIZES,
            .contracts = { QUEUE },
            .params = { IMP(0) },
            .trap_fault = FAULT_ASSERT,
            .code = send_slowly },
         { CHANNEL_WIRE("peer", "closer", "peer") },
         { 0 },
         0 },
        { { .name = "closer",
            SIZES,
            .contracts = { QUEUE },
            .params = { EXP(0) },
            .code = close_meanwhile },
         { CHANNEL_WIRE("peer", "sender", "peer") },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "");
}

// A chain: each message carries the end of the channel through which the one before it went.
static void nest_and_drop(const KernelTable *k, const SipStart *start) {
    SipEndpoint *carried = NULL, *imp, *exp;
    for (int depth = 0; depth < 100; depth++) {
        k->CHANNEL(0, &imp, &exp, 0);
        k->SEND_BEGIN(imp, 0);
        k->SEND_BLOCK(imp, k->ALLOC(16, 0));
        if (carried) k->SEND_ENDPOINT(imp, carried);
        k->SEND_COMMIT(imp);
        k->CLOSE(imp);
        carried = exp;
    }
    say(k, start->endpoints[0],
        k->ENDPOINT_IS(carried, 0) && !k->ENDPOINT_IS(carried, 1) ? "nested\n" : "strange\n");
    k->CLOSE(carried);
    say_number(k, start->endpoints[0], "used ", k->HEAP_USED());
}

static void channels_in_channels_end_without_recursion(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "nest",
            .heap = 1 << 20,
            .stack = 65536,
            .contracts = { ECHO, CONSOLE },
            .params = { OUT(1) },
            .code = nest_and_drop },
         { CONSOLE_WIRE },
         { 0 },
         0 },
    };
    assert_outcome(sips, STATUS_RETURNED, "nested\nused 0\n");
}

// --- a storm -----------------------------------------------------------------------------------------------

enum { STORM_BLOCKS = 32 };

typedef struct Storm {
    const KernelTable *k;
    uint64_t random;
    void *blocks[STORM_BLOCKS];
    SipEndpoint *queue;
} Storm;

static uint64_t roll(Storm *s, uint64_t below) {
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (s->random >> 33) % below;
}

static void send_one(Storm *s, SipEndpoint *ep) {
    if (!s->k->SEND_BEGIN(ep, 0)) return;
    for (uint64_t i = roll(s, 4); i > 0; i--) {
        void **block = &s->blocks[roll(s, STORM_BLOCKS)];
        if (*block) s->k->SEND_BLOCK(ep, *block);
        *block = NULL;
    }
    if (roll(s, 3) == 0) {
        SipEndpoint *imp, *exp;
        s->k->CHANNEL(0, &imp, &exp, 0);
        s->k->SEND_ENDPOINT(ep, exp);
        s->k->CLOSE(imp);
    }
    s->k->SEND_COMMIT(ep);
}

static void storm_step(Storm *s) {
    void **block = &s->blocks[roll(s, STORM_BLOCKS)];
    switch (roll(s, 6)) {
    case 0: s->k->YIELD(); break;
    case 1:
        if (*block) s->k->FREE(*block);
        *block = NULL;
        break;
    default:
        if (!*block && (*block = s->k->TRY_ALLOC(roll(s, 3000)))) memset(*block, 0xaa, 1);
    }
}

static void storm_client(const KernelTable *k, const SipStart *start) {
    Storm s = { .k = k, .random = (uint64_t)(uintptr_t)start->endpoints[0] / 16 };
    for (int i = 0; i < 3000; i++) {
        Words words;
        for (int j = 0; j < 4; j++)
            storm_step(&s);
        send_one(&s, start->endpoints[0]);
        if (roll(&s, 500) == 0) k->TRAP(0);
        if (receive_words(k, start->endpoints[0], &words) == SIP_RECEIVE_CLOSED) return;
    }
}

static void storm_server(const KernelTable *k, const SipStart *start) {
    Words words;
    int count = 0;
    while (receive_words(k, start->endpoints[0], &words) == 0 && k->HEAP_USED() < 30000) {
        count++;
        if (!send_words(k, start->endpoints[0], 1, 0, 0)) break;
    }
    if (count % 3 == 0) k->TRAP(0);
}

static void nothing_is_lost_in_a_storm(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "a",
            SIZES,
            .contracts = { ECHO },
            .params = { EXP(0) },
            .trap_fault = FAULT_INDEX,
            .code = storm_server },
         { CHANNEL_WIRE("peer", "b", "peer") },
         { 0 },
         0 },
        { { .name = "b",
            SIZES,
            .contracts = { ECHO },
            .params = { IMP(0) },
            .trap_fault = FAULT_INDEX,
            .code = storm_client },
         { CHANNEL_WIRE("peer", "a", "peer") },
         { 0 },
         0 },
        { { .name = "c",
            .heap = 1 << 24,
            .stack = 65536,
            .contracts = { ECHO },
            .params = { EXP(0) },
            .trap_fault = FAULT_INDEX,
            .code = storm_server },
         { CHANNEL_WIRE("peer", "d", "peer") },
         { 0 },
         0 },
        { { .name = "d",
            .heap = 1 << 24,
            .stack = 65536,
            .contracts = { ECHO },
            .params = { IMP(0) },
            .trap_fault = FAULT_INDEX,
            .code = storm_client },
         { CHANNEL_WIRE("peer", "c", "peer") },
         { 0 },
         0 },
    };
    for (int i = 0; i < 50; i++) { // addresses, and so the storms, differ
        static Outcome outcome;
        run_system(sips, &outcome);
        assert_true(outcome.status == STATUS_RETURNED || outcome.status == STATUS_FAULTED);
        assert_null(strstr(outcome.text, "panic"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trap_ends_one_sip),
        cmocka_unit_test(exceptions_end_one_sip),
        cmocka_unit_test(kernel_calls_test_the_stack),
        cmocka_unit_test(quotas_hold),
        cmocka_unit_test(what_does_not_fit_counts_as_closed),
        cmocka_unit_test(messages_outlive_their_sender),
        cmocka_unit_test(a_peer_may_go_while_a_message_is_built),
        cmocka_unit_test(channels_in_channels_end_without_recursion),
        cmocka_unit_test(nothing_is_lost_in_a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
