// What the kernel serves, for peers that verified code could not be slower, poorer or more careless than: who asks and leaves, whose end is
// on its way in a message when its answer comes, who has no room. Whatever they do, all is back when the system ends.

#include "machine_test.h"

#include "contracts/abi/kernel.h"

enum { NEXT, FAULT, NO_MORE };                   // Faults
enum { READ, TYPING, GOT, END, NO_ROOM, TYPED }; // ConsoleInput

typedef struct Told {
    uint64_t id;
    SipText name;
    uint64_t starter, why, thread;
    SipText where, report;
    uint64_t again_and_restarts, lost;
} Told;

#define FAULTS                                                                 \
    {                                                                          \
        "Faults", 1, 1, 96, {                                                  \
            { "next", 0, 0, 0 }, { "fault", 1, 96, 0 }, { "no_more", 1, 0, 0 } \
        }                                                                      \
    }
#define INPUT                                                                                    \
    {                                                                                            \
        "ConsoleInput", 1, 1, 32, {                                                              \
            { "read", 0, 4, 0 }, { "typing", 0, 0, 0 }, { "got", 1, 24, 0 }, { "end", 1, 0, 0 }, \
                { "no_room", 1, 0, 0 }, { "is", 1, 1, 0 }                                        \
        }                                                                                        \
    }
#define CONTRACTS \
    .contracts = { QUEUE, FAULTS, INPUT }, .digests = { NULL, digest_of_FAULTS, digest_of_INPUT }
#define MACHINE(param, service) { param, IMAGE_WIRE_MACHINE, NULL, service, NULL, 0 }
#define SERVICE_SIP(sip, body, row, service)                   \
    {                                                          \
        { .name = sip,                                         \
         SIZES, CONTRACTS,                                           \
         .params = { { "of", SEAL_PARAM_ENDPOINT, row, 0 } }, \
         .code = body },                                      \
        { MACHINE("of", service) },                            \
        { 0 },                                                 \
        0                                                      \
}

static void assert_status(const TestSip *sips, int status) {
    static Outcome outcome;
    run_system(sips, &outcome);
    if (outcome.status != status || strstr(outcome.text, "does not hold"))
        fail_msg("status %d:\n%s", outcome.status, outcome.text);
}

// --- faults ------------------------------------------------------------------------------------------------

static void free_text(const KernelTable *k, SipText text) {
    if (text.ptr) k->FREE(text.ptr);
}

static uint32_t next(const KernelTable *k, SipEndpoint *of, Told *told) {
    k->SEND(of, NEXT, 0, 0, 0, 0);
    const SipReceived received = k->RECEIVE(of);
    if ((uint32_t)received.what == FAULT) memcpy(told, received.payload, sizeof *told);
    return (uint32_t)received.what;
}

static void culprit(const KernelTable *k, const SipStart *s) {
    (void)s;
    k->SLEEP(1000000);
    k->TRAP(0);
}

// One faults once, before the other does so 41 times: of 42 reports 16 are kept, and that one is among them.
static void hears_of_both(const KernelTable *k, const SipStart *s) {
    uint64_t of_one = 0, of_other = 0, lost = 0;
    Told told;
    k->SLEEP((uint64_t)1 << 40);
    while (next(k, s->endpoints[0], &told) == FAULT) {
        const bool is_one = told.name.length == 4 && memcmp(told.name.ptr, "once", 4) == 0;
        if (is_one)
            of_one++;
        else
            of_other++;
        lost += told.lost;
        free_text(k, told.name);
        free_text(k, told.where);
        free_text(k, told.report);
    }
    CHECK(of_one == 1 && of_other == 15 && lost == 26);
    k->CLOSE(s->endpoints[0]);
}

#define CULPRIT(sip, again)                                                                       \
    {                                                                                             \
        { .name = sip, SIZES, CONTRACTS, .restart = again, .code = culprit }, \
        { { 0 } }, \
        { 0 }, \
        0 \
    }

static void who_faults_often_pushes_out_its_own_reports(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVICE_SIP("hears", hears_of_both, 1, "faults"),
                                         CULPRIT("once", 0), CULPRIT("often", 40) };
    assert_status(sips, STATUS_FAULTED);
}

// Asks, and sends its end away before there is an answer.
static void asks_and_gives_away(const KernelTable *k, const SipStart *s) {
    SipEndpoint *of = s->endpoints[0], *peer = s->endpoints[1];
    k->SEND(of, NEXT, 0, 0, 0, 0);
    SipEndpoint **payload = k->SEND_BEGIN(peer, 0);
    *payload = of;
    k->SEND_ENDPOINT(peer, of);
    k->SEND_COMMIT(peer);
}

// Takes it only when the answer is in it, which is the kernel's expense until then.
static void takes_late(const KernelTable *k, const SipStart *s) {
    const uint64_t before = k->HEAP_USED();
    k->SLEEP(5000000);
    const SipReceived came = k->RECEIVE(s->endpoints[0]);
    SipEndpoint *of = *(SipEndpoint *const *)came.payload;
    const SipReceived received = k->RECEIVE(of);
    Told told;
    CHECK((uint32_t)received.what == FAULT);
    memcpy(&told, received.payload, sizeof told);
    CHECK(told.name.length == 7 && memcmp(told.name.ptr, "culprit", 7) == 0 && told.lost == 0);
    CHECK(told.where.length == 13 && memcmp(told.where.ptr, "example.sip:7", 13) == 0);
    CHECK(k->HEAP_USED() > before);
    free_text(k, told.name);
    free_text(k, told.where);
    free_text(k, told.report);
    CHECK(k->HEAP_USED() == before);
    CHECK(next(k, of, &told) == NO_MORE);
    CHECK(next(k, of, &told) == NO_MORE);
    k->CLOSE(of);
}

static void an_answer_finds_an_end_on_its_way(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = {
        SERVICE_SIP("culprit", culprit, 1, "faults"),
        { { .name = "asker",
            SIZES,
            CONTRACTS,
            .params = { { "of", SEAL_PARAM_ENDPOINT, 1, 0 }, IMP(0) },
            .code = asks_and_gives_away },
                                           { MACHINE("of", "faults"), CHANNEL_WIRE("peer", "taker", "peer") },
                                           { 0 },
                                           0 },
        { { .name = "taker", SIZES, CONTRACTS, .params = { EXP(0) }, .code = takes_late },
                                           { CHANNEL_WIRE("peer", "asker", "peer") },
                                           { 0 },
                                           0 },
    };
    assert_status(sips, STATUS_FAULTED);
}

static void asks_and_closes(const KernelTable *k, const SipStart *s) {
    k->SEND(s->endpoints[0], NEXT, 0, 0, 0, 0);
    k->CLOSE(s->endpoints[0]);
}

static void asks_and_returns(const KernelTable *k, const SipStart *s) {
    k->SEND(s->endpoints[0], NEXT, 0, 0, 0, 0);
    k->SLEEP(5000000); // by then it has its answer, and never looks
}

static void who_leaves_is_told_nothing(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { SERVICE_SIP("closes", asks_and_closes, 1, "faults"),
                                         SERVICE_SIP("returns", asks_and_returns, 1, "faults"),
                                         SERVICE_SIP("culprit", culprit, 1, "faults") };
    assert_status(sips, STATUS_FAULTED);
}

// --- input -------------------------------------------------------------------------------------------------

typedef struct Got {
    uint8_t *bytes;
    uint64_t length, lost;
} Got;

static bool reads(const KernelTable *k, SipEndpoint *of, uint32_t most, const char *wanted) {
    k->SEND(of, READ, most, 0, 0, 0);
    const SipReceived received = k->RECEIVE(of);
    if (!wanted) return (uint32_t)received.what == END;
    Got got;
    memcpy(&got, received.payload, sizeof got);
    if ((uint32_t)received.what != GOT) return false;
    const bool same =
        got.lost == 0 && got.length == strlen(wanted) &&
        (got.length == 0 || memcmp(got.bytes, wanted, got.length) == 0); // NULL: nothing
    if (got.bytes) k->FREE(got.bytes);
    return same;
}

static void reader(const KernelTable *k, const SipStart *s) {
    SipEndpoint *of = s->endpoints[0];
    const uint64_t before = k->HEAP_USED();
    CHECK(reads(k, of, 2, "on"));
    CHECK(reads(k, of, 0, ""));
    void *all = k->TRY_ALLOC(65536 - 256);
    CHECK(all != NULL);
    k->SEND(of, READ, 4096, 0, 0, 0);
    CHECK((uint32_t)k->RECEIVE(of).what == NO_ROOM);
    k->FREE(all);
    char rest[1025] = "e";
    memset(rest + 1, 'x', 1000);
    CHECK(reads(k, of, 1001, rest));
    CHECK(reads(k, of, UINT32_MAX, "end"));
    CHECK(reads(k, of, 1, NULL));
    CHECK(reads(k, of, 1, NULL));
    CHECK(k->HEAP_USED() == before);
    k->CLOSE(of);
}

static void bytes_come_in_order_and_end(void **state) {
    static char all[2000] = "one";
    (void)state;
    memset(all + 3, 'x', 1000);
    strcat(all, "end");
    machine_input = all;
    const TestSip sips[MACHINE_MOST] = { SERVICE_SIP("reader", reader, 2, "input") };
    assert_status(sips, STATUS_RETURNED);
}

// --- who gets what -----------------------------------------------------------------------------------------

static void the_wrong_contract_is_refused(void **state) {
    (void)state;
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM] = "";
    const TestSip sips[MACHINE_MOST] = { SERVICE_SIP("reader", reader, 1, "input") };
    assert_false(try_pack_system(sips, &image, error));
    assert_string_equal(
        error, "reader.of is not of the contract that the machine serves by that name"
    );
    buf_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_faults_often_pushes_out_its_own_reports),
        cmocka_unit_test(an_answer_finds_an_end_on_its_way),
        cmocka_unit_test(who_leaves_is_told_nothing),
        cmocka_unit_test(bytes_come_in_order_and_end),
        cmocka_unit_test(the_wrong_contract_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
