// Processes that processes start (contracts/channels/process.sip): the kernel is the exporter of `Program`, `Process` and `Exit`. What
// it is asked for it does in its own context, which has a stack of its own and runs when no thread does: a message wakes
// that like a thread, and one is served at a time, so that others have turns in between.
//
// A start message is received by the process that it starts: its ends and texts are that one's. All that a process may ever take is
// charged to its starter before it begins: heap, image, stacks, its record. So starters cannot take more than they have, however
// deep they nest, and no process outlives its starter. What is still charged to a process when it has ended, messages under way and channels of others, stays so
// until that is gone, with its record; the rest goes back at once.

#include "core.h"

// --- what messages look like -------------------------------------------------------------------------------

enum { PROGRAM_START, PROGRAM_STARTED, PROGRAM_REFUSED };
enum {
    PROCESS_USAGE,
    PROCESS_SUSPEND,
    PROCESS_RESUME,
    PROCESS_KILL,
    PROCESS_USED,
    PROCESS_OK,
    PROCESS_OVER
};
enum { EXIT_ENDED };

typedef enum Refusal { // StartError
    REFUSAL_UNKNOWN_PROGRAM,
    REFUSAL_NO_MEMORY,
    REFUSAL_TOO_MANY,
    REFUSAL_DENIED,
    REFUSAL_BAD_ARGUMENT,
    REFUSAL_NO_TIME,
    REFUSAL_NONE
} Refusal;

typedef struct Quotas {
    uint64_t heap, stack;
    uint32_t threads, cpu;
    uint64_t time;
} Quotas;

typedef struct Usage {
    uint64_t heap, heap_most, blocks, nanoseconds, time_most, time_left;
    uint32_t cpu, threads, channels;
} Usage;

typedef struct Ended {
    uint8_t why;
    int32_t status;
    EndingTexts texts;
} Ended;

_Static_assert(sizeof(Quotas) == 32 && sizeof(Usage) == 64 && sizeof(Ended) == 40, "as compiled");

typedef struct Request { // what a start message says, behind its ends
    SipText *args;
    uint64_t arg_count;
    Quotas quotas;
} Request;

// --- being asked -------------------------------------------------------------------------------------------

static EndpointLink asked = { &asked, &asked }; // ends by `ready`: something has come

static SipEndpoint *end_of(EndpointLink *link) {
    return (SipEndpoint *)(void *)((uint8_t *)link - offsetof(SipEndpoint, ready));
}

static void forget_asking(SipEndpoint *end) {
    if (end->ready.next) links_remove(&end->ready);
    end->ready.next = NULL;
}

ASIDE void process_notice(SipEndpoint *end) {
    if (!end->ready.next) links_add(asked.prev, &end->ready);
    sched_wake(&sched.kernel);
}

void program_serve(SipEndpoint *end, Sip *starter, uint32_t param) {
    time_count();
    end->notice = NOTICE_PROGRAM;
    end->sip = starter;
    end->param = (uint16_t)param;
    starter->serves[param] = end;
}

void process_forget(SipEndpoint *end) {
    forget_asking(end);
    Sip *sip = end->notice >= NOTICE_PROGRAM ? end->sip : NULL;
    if (!sip) return;
    if (end->notice == NOTICE_PROGRAM) sip->serves[end->param] = NULL;
    if (end->notice == NOTICE_PROCESS) sip->control = NULL;
    if (end->notice == NOTICE_EXIT) sip->exit = NULL;
}

// --- accounts ----------------------------------------------------------------------------------------------

static bool reserve(Account *account, uint64_t bytes) {
    if (account->used > account->quota || bytes > account->quota - account->used) return false;
    account->used += bytes;
    account->processes += bytes;
    return true;
}

// What its starter is charged for it is `bytes` from now on.
static void reserve_only(Sip *sip, uint64_t bytes) {
    Account *account = &sip->starter->account;
    account->used -= sip->reserved - bytes;
    account->processes -= sip->reserved - bytes;
    sip->reserved = bytes;
}

static void give_record(Sip *sip) {
    SipBlock *record = sip->record;
    Account *account = record->owner;
    reserve_only(sip, 0);
    account->processes -= heap_charge(record);
    account->blocks++;
    heap_give(record);
}

static Sip *sip_of(Account *account) {
    return (Sip *)(void *)((uint8_t *)account - offsetof(Sip, account));
}

// With the last of a process its starter's account may be empty, too, and so on; nothing here recurs.
ASIDE void account_drained(Account *account) {
    while (account->used == 0 && account->has_ended) {
        Account *starter = &sip_of(account)->starter->account;
        starter->used++; // not yet
        give_record(sip_of(account));
        starter->used--;
        account = starter;
    }
}

// --- making ------------------------------------------------------------------------------------------------

enum { NUMBER_ROOM = 24 };

static uint64_t pages_of(const Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    return pages_for(sealed->high - sealed->low) +
           (uint64_t)sip->thread_most * thread_pages(sip->stack_bytes);
}

static uint64_t record_size(ImageInstance row) {
    const uint32_t grants = kernel.sealed[row.program].manifest.grants.count;
    return sizeof(Sip) +
           row.wire_count * (sizeof(SipEndpoint *) + sizeof(Wire *) + sizeof(SipEndpoint *)) +
           grants * sizeof(Device) + row.name.length + NUMBER_ROOM;
}

static SealedView name_of(ImageInstance row, char *text) {
    static uint64_t number;
    const SealedView name = packed_text(&kernel.image, row.name);
    const size_t length =
        print_to(text, name.size + NUMBER_ROOM, "%v#%u", &name, (uint64_t)++number);
    return (SealedView){ (const uint8_t *)text, length };
}

// A record of the starter's, which is not among its blocks: it ends with what it is of.
static Sip *make_record(Sip *starter, uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    SipBlock *block = heap_take(&starter->account, record_size(row));
    if (!block) return NULL;
    starter->account.processes += heap_charge(block);
    starter->account.blocks--;
    Sip *sip = block_memory(block);
    sip->record = block;
    sip->starter = starter;
    sip->number = number;
    sip->program = &kernel.programs[row.program];
    ledger_init(&sip->blocks);
    links_init(&sip->endpoints);
    sip->devices = (Device *)(sip + 1);
    sip->wires = (SipEndpoint **)(sip->devices + sip->program->sealed->manifest.grants.count);
    sip->gives = (Wire **)(sip->wires + row.wire_count);
    sip->serves = (SipEndpoint **)(sip->gives + row.wire_count);
    sip->name = name_of(row, (char *)(sip->serves + row.wire_count));
    INJECT_OF(START_RECORD, sip);
    return sip;
}

// 0 is what the program says, which is also the most.
static Refusal set_quotas(Sip *sip, const Quotas *wanted) {
    const SealManifest *manifest = &sip->program->sealed->manifest;
    const uint32_t threads = manifest->threads ? manifest->threads : 1;
    sip->account.quota = wanted->heap ? wanted->heap : manifest->heap_bytes;
    sip->stack_bytes = wanted->stack ? wanted->stack : manifest->stack_bytes;
    sip->thread_most = wanted->threads ? wanted->threads : threads;
    if (sip->account.quota > manifest->heap_bytes || sip->stack_bytes > manifest->stack_bytes ||
        sip->thread_most > threads)
        return REFUSAL_DENIED;
    return sip->stack_bytes < manifest->frame_bound ? REFUSAL_BAD_ARGUMENT : REFUSAL_NONE;
}

// The same of CPU time. A total is taken from what the starter has left, if that is limited, and comes back when it ends.
static Refusal set_budget(Sip *sip, const Quotas *wanted) {
    const SealManifest *manifest = &sip->program->sealed->manifest;
    const uint32_t most_cpu = manifest->cpu ? manifest->cpu : SEAL_MOST_CPU;
    const uint64_t most_time = manifest->time ? manifest->time : SEAL_MOST_TIME;
    if (wanted->cpu > most_cpu || wanted->time > most_time) return REFUSAL_DENIED;
    switch (budget_set(
        sip, wanted->cpu ? wanted->cpu : manifest->cpu, wanted->time ? wanted->time : manifest->time
    )) {
    case BUDGET_SET: return REFUSAL_NONE;
    case BUDGET_TOO_DEEP: return REFUSAL_TOO_MANY;
    case BUDGET_NO_TIME: return REFUSAL_NO_TIME;
    }
    return REFUSAL_DENIED;
}

static SipEndpoint *make_channel(
    ServedContract served, Notice notice, Sip *sip, SipEndpoint **kept
) {
    Channel *channel = channel_new(contract_served(served), &sip->starter->account);
    if (!channel) return NULL;
    channel->ends[1].notice = (uint8_t)notice;
    channel->ends[1].sip = sip;
    *kept = &channel->ends[1];
    return &channel->ends[0];
}

static bool takes_texts(const Sip *sip) {
    for (uint32_t i = 0; i < sip->program->sealed->manifest.params.count; i++)
        if (sealed_param(sip->program->sealed, i).kind == SEAL_PARAM_ARGS) return true;
    return false;
}

// Ready but for what its starter gives.
static Refusal make(Sip *sip, uint32_t number, const Slot *slot, const Request *request) {
    Refusal refusal = set_quotas(sip, &request->quotas);
    if (refusal == REFUSAL_NONE) refusal = set_budget(sip, &request->quotas);
    if (refusal != REFUSAL_NONE) return refusal;
    if (request->arg_count && !takes_texts(sip)) return REFUSAL_BAD_ARGUMENT;
    if (slot->charge > sip->account.quota) return REFUSAL_NO_MEMORY;
    const uint64_t bytes = sip->account.quota + pages_of(sip) * PLATFORM_PAGE;
    if (bytes < sip->account.quota || !reserve(&sip->starter->account, bytes))
        return REFUSAL_NO_MEMORY;
    sip->reserved = bytes;
    INJECT_OF(START_RESERVED, sip);
    if (sip_create(sip, number)) return REFUSAL_NO_MEMORY;
    INJECT_OF(START_CREATED, sip);
    return REFUSAL_NONE;
}

// Whatever there is of it.
static void unmake(Sip *sip) {
    sip_end(sip);
    give_record(sip);
}

// --- the tree of starters ----------------------------------------------------------------------------------

static void join_starter(Sip *sip) {
    Sip *starter = sip->starter;
    sip->sibling = starter->children;
    if (sip->sibling) sip->sibling->before = sip;
    starter->children = sip;
}

static void leave_starter(Sip *sip) {
    if (sip->before)
        sip->before->sibling = sip->sibling;
    else
        sip->starter->children = sip->sibling;
    if (sip->sibling) sip->sibling->before = sip->before;
}

// --- starting ----------------------------------------------------------------------------------------------

// The ends stand at the beginning of the payload; each is in the slot's list, or else the verifier was wrong.
static void take_given(Sip *sip, uint32_t number, SipEndpoint *const *given) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    for (uint32_t i = 0; i < row.wire_count; i++) {
        if (packed_wire(&kernel.image, row.first_wire + i).kind != IMAGE_WIRE_GIVEN) continue;
        if ((*given)->owner != sip) panic("a process is given an end that was not sent");
        sip->wires[i] = *given++;
    }
}

static void begin(SipEndpoint *end, Sip *sip, uint32_t number, const Request *request) {
    SipEndpoint *const *given = slot_payload(end->in->take);
    channel_take(end, sip);
    take_given(sip, number, given);
    INJECT_OF(START_GIVEN, sip);
    sip_begin(sip, request->args, request->arg_count);
    join_starter(sip);
    INJECT_OF(START_BEGUN, sip);
}

static void tell_started(SipEndpoint *end, SipEndpoint *control, SipEndpoint *exit) {
    SipEndpoint **payload = channel_begin(end, PROGRAM_STARTED);
    payload[0] = control;
    payload[1] = exit;
    channel_add_endpoint(end, control);
    channel_add_endpoint(end, exit);
    channel_commit(end);
}

// The ends go back; the texts are dropped.
static void tell_refused(SipEndpoint *end, uint32_t count, Refusal why) {
    Slot *slot = end->in->take;
    SipEndpoint *const *given = slot_payload(slot);
    uint64_t *payload = channel_begin(end, PROGRAM_REFUSED);
    if (count)
        payload[0] = why;
    else
        *(uint8_t *)payload = (uint8_t)why;
    for (uint32_t i = 0; i < count; i++) {
        payload[1 + i] = (uint64_t)(uintptr_t)given[i];
        links_remove(&given[i]->link);
        slot->endpoint_count--;
        channel_add_endpoint(end, given[i]);
    }
    channel_commit(end);
    channel_drop(end);
}

static void start(SipEndpoint *end) {
    Sip *starter = end->sip;
    const SealParam param = sealed_param(starter->program->sealed, end->param);
    const ImageInstance row = packed_instance(&kernel.image, starter->number);
    const uint32_t number = packed_wire(&kernel.image, row.first_wire + end->param).instance;
    Request request;
    __builtin_memcpy(
        &request, (SipEndpoint **)slot_payload(end->in->take) + param.end_count, sizeof request
    );
    SipEndpoint *control = NULL, *exit = NULL;
    Sip *sip = make_record(starter, number);
    Refusal refusal = sip ? make(sip, number, end->in->take, &request) : REFUSAL_NO_MEMORY;
    if (refusal == REFUSAL_NONE) {
        control = make_channel(SERVED_PROCESS, NOTICE_PROCESS, sip, &sip->control);
        INJECT_OF(START_CONTROL, sip);
        exit = control ? make_channel(SERVED_EXIT, NOTICE_EXIT, sip, &sip->exit) : NULL;
        INJECT_OF(START_EXIT, sip);
        if (!exit) refusal = REFUSAL_NO_MEMORY;
    }
    if (refusal == REFUSAL_NONE) {
        begin(end, sip, number, &request);
        tell_started(end, control, exit);
        INJECT_OF(START_TOLD, sip);
        return;
    }
    if (control) channel_close(control);
    if (sip) unmake(sip);
    tell_refused(end, param.end_count, refusal);
    INJECT_OF(START_REFUSED, starter);
}

// --- ending ------------------------------------------------------------------------------------------------

// At the starter's expense.
static void tell_ended(const Sip *sip, SipEndpoint *end) {
    Ended *ended = channel_begin(end, EXIT_ENDED);
    ended->why = (uint8_t)fault_why(sip->ending.fault);
    ended->status = (int32_t)sip->status;
    ended->texts =
        service_add_ending(end, &sip->starter->account, &sip->ending, sip->program->sealed);
    channel_commit(end);
}

// Its control and exit may be held by itself: then they are gone with it.
static void end_one(Sip *sip) {
    leave_starter(sip);
    sip_end(sip);
    reserve_only(sip, sip->account.used);
    if (sip->control) sip->control->sip = NULL;
    SipEndpoint *exit = sip->exit;
    if (exit) {
        exit->sip = NULL;
        if (channel_can_send(exit)) tell_ended(sip, exit);
        INJECT_OF(EXIT_TOLD, sip->starter);
        channel_close(exit);
    }
    sip->account.has_ended = true;
    account_drained(&sip->account);
}

// All that it has started, and what those have: the last first. Nothing here recurs.
void processes_end(Sip *sip) {
    for (Sip *at = sip; sip->children;) {
        while (at->children)
            at = at->children;
        Sip *starter = at->starter;
        at->ending = (Ending){ .fault = FAULT_KILLED };
        end_one(at);
        at = starter;
    }
    for (uint32_t i = 0; sip->serves && i < sip->program->sealed->manifest.params.count; i++) {
        SipEndpoint *end = sip->serves[i];
        if (!end) continue;
        forget_asking(end);
        sip->serves[i] = NULL;
        channel_close(end);
    }
}

bool process_ended(Sip *sip) {
    const bool is_told = sip->exit != NULL;
    end_one(sip);
    return is_told;
}

Sip *process_next(const Sip *sip, const Sip *root) {
    if (sip->children) return sip->children;
    while (sip != root && !sip->sibling)
        sip = sip->starter;
    return sip == root ? NULL : sip->sibling;
}

// --- control -----------------------------------------------------------------------------------------------

static void tell_usage(SipEndpoint *end, const Sip *sip) {
    time_charge_to_now();
    Usage *usage = channel_begin(end, PROCESS_USED);
    *usage = (Usage){ .heap = sip->account.used,
                      .heap_most = sip->account.quota,
                      .blocks = sip->account.blocks,
                      .nanoseconds = time_of(sip),
                      .time_most = sip->budget.granted,
                      .time_left = budget_time_left(sip),
                      .cpu = sip->budget.cpu,
                      .threads = sip->thread_count,
                      .channels = (uint32_t)sip->endpoint_count };
    channel_commit(end);
}

static void each_thread(const Sip *sip, void (*step)(Thread *)) {
    for (Thread *thread = sip->threads; thread; thread = thread->sibling)
        step(thread);
}

// It may be asked by the very process, which then has been answered before it ends.
static void control(SipEndpoint *end) {
    Sip *sip = end->sip;
    const uint32_t message = end->in->take->message;
    channel_drop(end);
    INJECT_OF(CONTROL_TAKEN, sip);
    if (!channel_can_send(end)) return;
    if (!sip) {
        service_tell(end, PROCESS_OVER);
        return;
    }
    if (message == PROCESS_USAGE) {
        tell_usage(end, sip);
        return;
    }
    if (message == PROCESS_SUSPEND) each_thread(sip, sched_hold);
    if (message == PROCESS_RESUME) each_thread(sip, sched_let_go);
    service_tell(end, PROCESS_OK);
    INJECT_OF(CONTROL_TOLD, sip);
    if (message != PROCESS_KILL) return;
    sip->ending = (Ending){ .fault = FAULT_KILLED };
    process_ended(sip);
}

static void serve(SipEndpoint *end) {
    forget_asking(end);
    if (ring_is_empty(end->in)) return;
    if (end->notice == NOTICE_CONSOLE)
        console_serve(end);
    else if (end->notice == NOTICE_PROGRAM)
        start(end);
    else
        control(end);
}

// One of those that have asked in each turn. Who asks meanwhile wakes nobody.
void processes_serve(void) {
    if (asked.next != &asked) serve(end_of(asked.next));
    sched.kernel.state = THREAD_WAITING;
    if (asked.next != &asked) sched_add(&sched.kernel);
}
