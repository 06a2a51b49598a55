// For tests: starting processes, as contracts/channels/process.sip has it, and asking what has become of them.

#ifndef KERNEL_CORE_STARTER_TEST_H
#define KERNEL_CORE_STARTER_TEST_H

#include "machine_test.h"

#include "contracts/abi/kernel.h"

// --- the contracts, as contracts/channels/process.sip has them -----------------------------------------------

enum { START, STARTED, REFUSED };
enum { USAGE, SUSPEND, RESUME, KILL, USED, OK, OVER };
enum { ENDED };
enum { NO_MEMORY = 1, TOO_MANY = 2, DENIED = 3, BAD_ARGUMENT = 4, NO_TIME = 5 }; // StartError
enum { RETURNED, FAULTED, OVER_QUOTA, KILLED };                                  // End

typedef struct Quotas {
    uint64_t heap, stack;
    uint32_t threads, cpu;
    uint64_t time;
} Quotas;

typedef struct Start { // with one end
    SipEndpoint *end;
    SipText *texts;
    uint64_t text_count;
    Quotas quotas;
} Start;

typedef struct Ended {
    uint8_t why;
    int32_t status;
    SipText where, report;
} Ended;

#define PROGRAM                                                                     \
    {                                                                               \
        "Program", 1, 1, 64, {                                                      \
            { "start", 0, 56, 1 }, { "started", 1, 16, 1 }, { "refused", 1, 16, 1 } \
        }                                                                           \
    }
#define PROCESS                                                                                   \
    {                                                                                             \
        "Process", 1, 1, 64, {                                                                    \
            { "usage", 0, 0, 0 }, { "suspend", 0, 0, 0 }, { "resume", 0, 0, 0 },                  \
                { "kill", 0, 0, 0 }, { "used", 1, 64, 0 }, { "ok", 1, 0, 0 }, { "over", 1, 0, 0 } \
        }                                                                                         \
    }
#define EXITS                                       \
    {                                               \
        "Exit", 0, 1, 48, { { "ended", 1, 40, 0 } } \
    }
#define CONTRACTS                                   \
    .contracts = { ECHO, PROGRAM, PROCESS, EXITS }, \
    .digests = { NULL, NULL, digest_of_PROCESS, digest_of_EXIT }
#define STARTS(row)              { "starts", SEAL_PARAM_ENDPOINT, row, 0 }
#define GIVEN_WIRE(param)        { param, IMAGE_WIRE_GIVEN, NULL, NULL, NULL, 0 }
#define PROGRAM_WIRE(param, sip) { param, IMAGE_WIRE_PROGRAM, sip, NULL, NULL, 0 }
// A boss: its first parameter starts `child`, giving it the exporter's end of an Echo.
#define BOSS(body)                           \
    {                                        \
        { .name = "boss",                    \
         .heap = 1 << 20,                   \
         .stack = 65536,                    \
         CONTRACTS, .params = { STARTS(1) },           \
         .starts = { 2 },                   \
         .ends = { { 0, 1, 0 } },           \
         .code = body },                    \
        { PROGRAM_WIRE("starts", "child") }, \
        { 0 },                               \
        0                                    \
}
#define CHILD(body)              \
    {                            \
        { .name = "child",       \
         .heap = 65536,         \
         .stack = 16384,        \
         .contracts = { ECHO }, \
         .params = { EXP(0) },  \
         .on_demand = true,     \
         .code = body },        \
        { GIVEN_WIRE("peer") },  \
        { 0 },                   \
        0                        \
    }

typedef struct Child { // as its starter sees it
    SipEndpoint *peer, *process, *exit;
    uint32_t refusal; // if it has not been started
} Child;

static inline Child start_with(
    const KernelTable *k, SipEndpoint *starter, Quotas quotas, SipEndpoint *mine, SipEndpoint *its
) {
    Start *start = k->SEND_BEGIN(starter, START);
    *start = (Start){ .end = its, .quotas = quotas };
    k->SEND_ENDPOINT(starter, its);
    k->SEND_COMMIT(starter);
    const SipReceived received = k->RECEIVE(starter);
    SipEndpoint *const *payload = received.payload;
    if ((uint32_t)received.what == STARTED) return (Child){ mine, payload[0], payload[1], 0 };
    const Child none = { .refusal = *(const uint8_t *)received.payload };
    if (payload[1] != its) k->EXIT(99); // what was given comes back
    k->CLOSE(its);
    k->CLOSE(mine);
    return none;
}

static inline Child start(const KernelTable *k, SipEndpoint *starter, Quotas quotas) {
    SipEndpoint *mine, *its;
    k->CHANNEL(0, &mine, &its, 0);
    return start_with(k, starter, quotas, mine, its);
}

static inline void ask(const KernelTable *k, SipEndpoint *process, uint32_t message) {
    k->SEND(process, message, 0, 0, 0, 0);
    k->RECEIVE(process);
}

static inline Ended await(const KernelTable *k, SipEndpoint *exit) {
    Ended ended = { .why = 99 };
    const SipReceived received = k->RECEIVE(exit);
    if ((uint32_t)received.what == ENDED) memcpy(&ended, received.payload, sizeof ended);
    if (ended.where.ptr) k->FREE(ended.where.ptr);
    if (ended.report.ptr) k->FREE(ended.report.ptr);
    k->CLOSE(exit);
    return ended;
}

static inline void assert_quiet(const TestSip *sips) {
    static Outcome outcome;
    run_system(sips, &outcome);
    if (outcome.status != STATUS_RETURNED) fail_msg("status %d:\n%s", outcome.status, outcome.text);
}

#endif
