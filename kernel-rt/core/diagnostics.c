// machine.diagnostics (contracts/channels/diagnostics.sip): what the machine is doing, one answer for each question. All processes stand
// in one list, in the order in which they began; a reader's place in it is an entry of that list, so that who ends meanwhile is in
// nobody's way, and no question looks at more than one process, but for what other readers have their places there.
//
// Nothing that a SIP could write is read: the kernel's records say it all.

#include "core.h"

// --- what messages look like -------------------------------------------------------------------------------

enum {
    MACHINE,
    FIRST,
    NEXT,
    THREADS,
    CHANNELS,
    COUNTERS,
    IS,
    PROCESS,
    NO_MORE,
    RUN,
    HOLD,
    COUNT,
    GONE
};

typedef struct MachineInfo {
    uint64_t memory, memory_free, held, blocks, now;
    uint32_t processors, processes;
} MachineInfo;

typedef struct ProcessInfo {
    uint64_t id;
    SipText name;
    uint64_t starter, heap, heap_most, in_flight, in_channels, in_processes, blocks, image, stacks,
        nanoseconds, time_most, time_left, channels;
    uint32_t threads, restarts, cpu;
} ProcessInfo;

typedef enum Doing {
    DOING_RUNS,
    DOING_SUSPENDED,
    DOING_WAITS_FOR_MESSAGE,
    DOING_WAITS_FOR_SEVERAL,
    DOING_SLEEPS,
    DOING_WAITS_FOR_THREADS,
    DOING_WAITS_FOR_SHARE
} Doing;

typedef struct ThreadInfo {
    uint64_t number;
    uint8_t doing;
    SipText place, contract;
    uint64_t until;
} ThreadInfo;

typedef enum Holder { HOLDER_PROCESS, HOLDER_KERNEL, HOLDER_MESSAGE } Holder;

typedef struct ChannelInfo {
    SipText contract;
    bool importer;
    uint8_t holder;
    uint64_t process;
    uint32_t waiting_in, waiting_out;
    bool closed;
} ChannelInfo;

typedef struct Counter {
    SipText name;
    uint64_t value;
} Counter;

typedef struct List { // of a message
    void *rows;
    uint64_t count, all;
} List;

_Static_assert(
    sizeof(MachineInfo) == 48 && sizeof(ProcessInfo) == 144 && sizeof(ThreadInfo) == 56 &&
        sizeof(ChannelInfo) == 48 && sizeof(Counter) == 24,
    "as compiled"
);

enum { MOST_ROWS = 64 };

// A message with a list begins, of the first of so many; of none, if there is no room for it.
static List *begin_list(SipEndpoint *end, uint32_t message, uint64_t all, size_t row_size) {
    List *list = channel_begin(end, message);
    const uint64_t count = all < MOST_ROWS ? all : MOST_ROWS;
    void *rows = service_add(end, service_payer(end), count * row_size);
    *list = (List){ .rows = rows, .count = rows ? count : 0, .all = all };
    return list;
}

// --- all processes -----------------------------------------------------------------------------------------

static EndpointLink everyone = { &everyone, &everyone };
static uint32_t process_count;

void everyone_add(Sip *sip) {
    static uint64_t numbers;
    if (!sip->id) sip->id = ++numbers;
    sip->place.sip = sip;
    links_add(everyone.prev, &sip->place.link);
    process_count++;
}

void everyone_remove(Sip *sip) {
    if (!sip->place.sip) return;
    sip->place.sip = NULL;
    links_remove(&sip->place.link);
    process_count--;
}

static Sip *sip_at(EndpointLink *link) { // NULL: a reader's place
    return ((Place *)(void *)((uint8_t *)link - offsetof(Place, link)))->sip;
}

static void leave_place(SipEndpoint *end) {
    if (end->place.link.next) links_remove(&end->place.link);
    end->place.link.next = NULL;
}

static void take_place(SipEndpoint *end, EndpointLink *behind) {
    leave_place(end);
    links_add(behind, &end->place.link);
}

// Its place moves behind that one; NULL: there is none any more.
static Sip *read_next(SipEndpoint *end) {
    if (!end->place.link.next) return NULL;
    EndpointLink *at = end->place.link.next;
    while (at != &everyone && !sip_at(at))
        at = at->next;
    if (at == &everyone) {
        leave_place(end);
        return NULL;
    }
    take_place(end, at);
    return sip_at(at);
}

// NULL: it has ended, or none was shown.
static Sip *shown_last(const SipEndpoint *end) {
    if (!end->place.link.next) return NULL;
    EndpointLink *at = end->place.link.prev;
    while (at != &everyone && !sip_at(at))
        at = at->prev;
    Sip *sip = at == &everyone ? NULL : sip_at(at);
    return sip && sip->id == end->served ? sip : NULL;
}

void diagnostics_forget(SipEndpoint *end) {
    leave_place(end);
}

// --- the machine -------------------------------------------------------------------------------------------

static void tell_machine(SipEndpoint *end) {
    MachineInfo *info = channel_begin(end, IS);
    uint64_t total, left;
    platform_memory(&total, &left);
    *info = (MachineInfo){ .memory = total * PLATFORM_PAGE,
                           .memory_free = left * PLATFORM_PAGE,
                           .held = heap.pages * PLATFORM_PAGE,
                           .blocks = heap.blocks,
                           .now = sched_now(),
                           .processors = cpu_count,
                           .processes = process_count };
    channel_commit(end);
}

static void add_counter(
    SipEndpoint *end,
    Account *payer,
    Counter *row,
    const char *name,
    uint64_t number,
    uint64_t value
) {
    char text[32];
    const size_t length = print_to(text, sizeof text, name, number);
    *row = (Counter){ service_add_text(end, payer, text, length), value };
}

static void tell_counters(SipEndpoint *end) {
    const struct {
        const char *name;
        uint64_t value;
    } counters[] = {
        { "kernel.bytes",    kernel.account.used },
        { "receive.several", sched.served        },
        { "receive.cases",   sched.cases_woken   },
    };
    enum { FIXED = sizeof counters / sizeof *counters };
    List *list = channel_begin(end, COUNT);
    Account *payer = service_payer(end);
    const uint64_t count = FIXED + 2 * (uint64_t)cpu_count;
    Counter *rows = service_add(end, payer, count * sizeof *rows), *row = rows;
    if (rows) *list = (List){ .rows = rows, .count = count };
    time_charge_to_now();
    for (uint32_t i = 0; rows && i < FIXED; i++)
        add_counter(end, payer, row++, counters[i].name, 0, counters[i].value);
    for (uint32_t i = 0; rows && i < cpu_count; i++) {
        add_counter(end, payer, row++, "cpu.%u.kernel", i, platform_nanoseconds(cpus[i].cycles));
        add_counter(end, payer, row++, "cpu.%u.idle", i, platform_nanoseconds(cpus[i].idle));
    }
    channel_commit(end);
}

// --- processes ---------------------------------------------------------------------------------------------

static uint64_t stack_bytes(const Sip *sip) {
    return (uint64_t)sip->thread_count * thread_pages(sip->stack_bytes) * PLATFORM_PAGE;
}

static void tell_next(SipEndpoint *end) {
    const Sip *sip = read_next(end);
    if (!sip) {
        service_tell(end, NO_MORE);
        return;
    }
    end->served = sip->id;
    time_charge_to_now();
    const Account *account = &sip->account;
    ProcessInfo *info = channel_begin(end, PROCESS);
    *info = (ProcessInfo){ .id = sip->id,
                           .starter = sip->starter ? sip->starter->id : 0,
                           .heap = account->used,
                           .heap_most = account->quota,
                           .in_flight = account->in_flight,
                           .in_channels = account->channels,
                           .in_processes = account->processes,
                           .blocks = account->blocks,
                           .image = sip->image_pages * PLATFORM_PAGE,
                           .stacks = stack_bytes(sip),
                           .nanoseconds = time_of(sip),
                           .time_most = sip->budget.granted,
                           .time_left = budget_time_left(sip),
                           .cpu = sip->budget.cpu,
                           .channels = sip->endpoint_count,
                           .threads = sip->thread_count,
                           .restarts = sip->restarts };
    info->name = service_add_text(end, service_payer(end), sip->name.bytes, sip->name.size);
    channel_commit(end);
}

// --- threads -----------------------------------------------------------------------------------------------

static Doing doing_of(const Thread *thread) {
    switch (thread->state) {
    case THREAD_HELD:
    case THREAD_HELD_WAITING: return DOING_SUSPENDED;
    case THREAD_READY: return budget_keeps(thread) ? DOING_WAITS_FOR_SHARE : DOING_RUNS;
    case THREAD_ENDED: return DOING_RUNS;
    case THREAD_WAITING: break;
    }
    if (thread->waits == &thread->only) return DOING_WAITS_FOR_MESSAGE;
    if (thread->waits || thread->cases) return DOING_WAITS_FOR_SEVERAL;
    return thread->parked || thread->joining ? DOING_WAITS_FOR_THREADS : DOING_SLEEPS;
}

static void add_thread(
    SipEndpoint *end, Account *payer, const Sip *sip, const Thread *thread, ThreadInfo *row
) {
    const Doing doing = doing_of(thread);
    *row = (ThreadInfo){ .number = thread->block.number, .doing = (uint8_t)doing };
    const bool waits = doing != DOING_RUNS && doing != DOING_WAITS_FOR_SHARE;
    if (waits && thread->timer.deadline != SIP_NO_TIMEOUT) row->until = thread->timer.deadline;
    if (waits && doing != DOING_SUSPENDED) {
        static char text[1024];
        const size_t length = fault_write_waiting(sip, thread, text, sizeof text);
        row->place = service_add_text(end, payer, text, length);
    }
    if (doing != DOING_WAITS_FOR_MESSAGE) return;
    const SealedView name = thread->only->channel->contract->name;
    row->contract = service_add_text(end, payer, name.bytes, name.size);
}

static void tell_threads(SipEndpoint *end) {
    const Sip *sip = shown_last(end);
    if (!sip) {
        service_tell(end, GONE);
        return;
    }
    const List *list = begin_list(end, RUN, sip->thread_count, sizeof(ThreadInfo));
    Account *payer = service_payer(end);
    ThreadInfo *rows = list->rows;
    const Thread *thread = sip->threads;
    for (uint64_t i = 0; i < list->count; i++, thread = thread->sibling)
        add_thread(end, payer, sip, thread, &rows[i]);
    channel_commit(end);
}

// --- channels ----------------------------------------------------------------------------------------------

static uint32_t waiting(const Ring *ring) {
    return (uint32_t)(((ring->word & ~(uint64_t)1) - ring->taken) / 2);
}

static void add_channel(SipEndpoint *end, Account *payer, const SipEndpoint *ep, ChannelInfo *row) {
    const SipEndpoint *peer = ep->peer;
    const SealedView name = ep->channel->contract->name;
    *row = (ChannelInfo){ .contract = service_add_text(end, payer, name.bytes, name.size),
                          .importer = ep == &ep->channel->ends[0],
                          .holder = peer->owner                 ? HOLDER_PROCESS
                                    : endpoint_is_kernels(peer) ? HOLDER_KERNEL
                                                                : HOLDER_MESSAGE,
                          .process = peer->owner ? peer->owner->id : 0,
                          .waiting_in = waiting(ep->in),
                          .waiting_out = waiting(ep->out),
                          .closed = ep->in->word & 1 };
}

static void tell_channels(SipEndpoint *end) {
    const Sip *sip = shown_last(end);
    if (!sip) {
        service_tell(end, GONE);
        return;
    }
    const List *list = begin_list(end, HOLD, sip->endpoint_count, sizeof(ChannelInfo));
    Account *payer = service_payer(end);
    ChannelInfo *rows = list->rows;
    const EndpointLink *link = sip->endpoints.next;
    for (uint64_t i = 0; i < list->count; i++, link = link->next)
        add_channel(end, payer, (const SipEndpoint *)(const void *)link, &rows[i]);
    channel_commit(end);
}

// --- being asked -------------------------------------------------------------------------------------------

static void answer(SipEndpoint *end, uint32_t message) {
    switch (message) {
    case MACHINE: tell_machine(end); break;
    case FIRST:
        take_place(end, &everyone);
        tell_next(end);
        break;
    case NEXT: tell_next(end); break;
    case THREADS: tell_threads(end); break;
    case CHANNELS: tell_channels(end); break;
    default: tell_counters(end); break;
    }
}

ASIDE void diagnostics_serve(SipEndpoint *end) {
    while (!ring_is_empty(end->in)) {
        const uint32_t message = end->in->take->message;
        channel_drop(end);
        if (channel_can_send(end)) answer(end, message);
    }
}
