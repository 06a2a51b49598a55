// Proof by injection. A scenario that does all that kernel calls can do is run once to count the points of inject.def that it passes, and then
// once for each of them: there somebody is killed, or a tick comes, or an allocation fails. Whatever it is, the ledger is afterwards what it
// was before, and nobody else's memory has changed.
//
// This file and core are compiled with SIP_INJECT, and work as where several CPUs share the kernel: its doors take the lock.

#include "starter_test.h"

// --- what happens at a point ---------------------------------------------------------------------------------------

typedef enum How { HOW_NOT, HOW_KILL, HOW_TICK } How;

enum { DYING_MOST = 64, ACTORS = 2 };

typedef struct Inject {
    bool is_on;
    How how;
    uint32_t who; // to be killed: 0, whoever's step it is; else the so-manieth of those there are
    uint64_t at, count;
    Sip *victim;
    uint64_t kills, ends;
    uint64_t blocks_at; // the so-manieth request for a block fails; 0: none
    bool blocks_on;     // ... and all that follow
    uint64_t requests;  // for blocks, or for pages, that could have failed
    uint64_t passed[INJECT_POINTS];
} Inject;

static Inject *inject; // of this process and of the systems that run in its children

static const Sip *dying[DYING_MOST]; // those that are ending now, the outermost first
static uint32_t dying_count;
static uint64_t hash_before;

static Sip *running(void) {
    const Thread *thread = current_thread();
    return thread && thread != &sched.kernel ? thread->sip : NULL;
}

static bool is_dying(const Sip *sip) {
    for (; sip; sip = sip->starter)
        for (uint32_t i = 0; i < dying_count; i++)
            if (dying[i] == sip) return true;
    return false;
}

static bool is_named(const Sip *sip, const char *name) {
    return sip->name.size == strlen(name) && memcmp(sip->name.bytes, name, sip->name.size) == 0;
}

// Who looks on, and is neither killed nor refused anything.
static bool is_witness(const Sip *sip) {
    return is_named(sip, "boss") || is_named(sip, "witness");
}

static Sip *actor(uint32_t number) {
    for (uint32_t i = 0; i < kernel.sip_count && kernel.sips; i++) {
        Sip *root = &kernel.sips[i];
        for (Sip *sip = root; sip && root->alive; sip = process_next(sip, root))
            if (!is_witness(sip) && --number == 0) return sip;
    }
    return NULL;
}

void inject_point(InjectPoint point, Sip *sip) {
    if (!sip) sip = running();
    inject->passed[point]++;
    if (!inject->is_on || ++inject->count != inject->at) return;
    if (inject->how == HOW_TICK) {
        ArchResume resume;
        if (running() && kernel_tick((uint64_t)(uintptr_t)&inject_point, 2, &resume)) abort();
    }
    if (inject->how != HOW_KILL) return;
    Sip *victim = inject->who ? actor(inject->who) : sip;
    if (victim && !is_witness(victim) && !is_dying(victim)) inject->victim = victim;
}

bool inject_fails(void) {
    if (!inject->blocks_at || (running() && is_witness(running()))) return false;
    inject->requests++;
    if (inject->blocks_at == 1 && inject->blocks_on) return true;
    return --inject->blocks_at == 0;
}

// That somebody ends is what we are here for.
static bool hides_ends(const char *text, size_t length) {
    static const char *const beginnings[] = { "fault: ", "ledger: ", "# ", "restart: " };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (length >= strlen(beginnings[i]) &&
            memcmp(text, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static bool spares_the_witness(void) {
    if (running() && is_witness(running())) return true;
    inject->requests++;
    return false;
}

static void arm(How how, uint32_t who, uint64_t at) {
    inject->is_on = true;
    inject->how = how;
    inject->who = who;
    inject->at = at;
    inject->count = 0;
}

// --- killing, when the step is over ----------------------------------------------------------------------------------

static Thread *take_victim(void) {
    Sip *victim = inject->victim;
    if (!victim) return NULL;
    inject->victim = NULL;
    inject->kills++;
    victim->ending = (Ending){ .fault = FAULT_KILLED };
    return &victim->thread;
}

// Whoever is running stops here, and goes on when its turn comes again, if it has not been ended.
void inject_leave(void) {
    const Sip *victim = inject->victim;
    Thread *ended = take_victim();
    if (!ended) return;
    Cpu *cpu = this_cpu();
    Thread *self = cpu->current;
    if (self->sip != victim) sched_put_back();
    cpu->current = ended;
    arch_switch(&self->context, &cpu->kernel, (SipReceived){ 0 });
}

Thread *inject_ended(void) {
    return take_victim();
}

// --- what others have ------------------------------------------------------------------------------------------------

// Whatever lies there, between the frames of stacks, too: the address sanitizer is not asked.
__attribute__((no_sanitize("address"))) static uint64_t mix(
    uint64_t hash, const void *memory, size_t size
) {
    const uint8_t *bytes = memory;
    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    for (; size; size--, bytes++)
        hash = (hash ^ *bytes) * 0x100000001b3u;
    return hash;
}

// Sets are blocks of a SIP in which only the kernel reads and writes.
static bool is_set(const Sip *sip, const void *memory) {
    for (const EndpointLink *link = sip->endpoints.next; link != &sip->endpoints;
         link = link->next) {
        const SipEndpoint *ep = (const SipEndpoint *)(const void *)link;
        if (ep->notice == NOTICE_SET && ep->set == memory) return true;
    }
    return false;
}

// What is under way to it, from whom lives on too.
static uint64_t hash_messages(uint64_t hash, const Sip *sip) {
    for (const EndpointLink *link = sip->endpoints.next; link != &sip->endpoints;
         link = link->next) {
        const SipEndpoint *ep = (const SipEndpoint *)(const void *)link;
        if (!ep->peer->owner || is_dying(ep->peer->owner)) continue;
        Slot *slot = ep->in->take;
        for (uint64_t at = ep->in->taken; at != (ep->in->word & ~(uint64_t)1); at += 2) {
            hash =
                mix(hash, slot_payload(slot), ep->channel->contract->payload_bytes[slot->message]);
            hash = mix(hash, &slot->charge, sizeof slot->charge);
            for (SipBlock *block = slot->blocks.next; block != &slot->blocks; block = block->next)
                hash = mix(hash, block_memory(block), block->size);
            slot = slot->next;
        }
    }
    return hash;
}

static uint64_t hash_of(uint64_t hash, const Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    for (uint32_t i = 0; i < sealed->segment_count && sip->image_pages; i++)
        hash =
            mix(hash, sip->image + (sealed->segments[i].address - sealed->low),
                sealed->segments[i].size);
    for (const Thread *thread = sip->threads; thread; thread = thread->sibling) {
        const uint64_t low = thread->block.stack_low;
        hash = mix(hash, (const void *)(uintptr_t)low, thread->block.stack_high - low);
        hash = mix(hash, &thread->block, sizeof thread->block);
    }
    uint64_t blocks = 0; // in whatever order
    for (SipBlock *block = sip->blocks.next; block != &sip->blocks; block = block->next)
        if (!is_set(sip, block_memory(block)))
            blocks += mix(block->size, block_memory(block), block->size);
    return hash_messages(mix(hash, &blocks, sizeof blocks), sip);
}

static uint64_t hash_of_others(void) {
    uint64_t hash = 1;
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        const Sip *root = &kernel.sips[i];
        for (const Sip *sip = root; sip && root->alive; sip = process_next(sip, root))
            if (!is_dying(sip)) hash = hash_of(hash, sip);
    }
    return hash;
}

// What it has started ends inside.
void inject_end(Sip *sip, bool is_over) {
    if (inject->victim == sip) inject->victim = NULL;
    if (!is_over) {
        if (dying_count == DYING_MOST) panic("so many end at once");
        dying[dying_count++] = sip;
        if (dying_count == 1)
            hash_before = sip->ending.fault == FAULT_KILLED ? hash_of_others() : 0;
        return;
    }
    if (dying_count == 1 && hash_before && hash_of_others() != hash_before)
        panic("somebody else's memory has changed when a sip ended");
    inject->ends++;
    dying_count--;
}

typedef struct Ledger {
    uint64_t pages, blocks, used, endpoints, threads, sips;
} Ledger;

static Ledger ledger(void) {
    Ledger all = { .pages = heap.pages, .blocks = heap.blocks, .used = kernel.account.used };
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        Sip *root = &kernel.sips[i];
        for (Sip *sip = root; sip; sip = process_next(sip, root)) {
            all.used += sip->account.used;
            all.endpoints += sip->endpoint_count;
            all.threads += sip->thread_count;
            all.sips++;
        }
    }
    return all;
}

// --- actors ------------------------------------------------------------------------------------------------------------

typedef struct Cargo { // a payload
    void *block;
    SipEndpoint *end;
} Cargo;

static void send_cargo(
    const KernelTable *k, SipEndpoint *ep, uint32_t message, void *block, SipEndpoint *end
) {
    Cargo *cargo = k->SEND_BEGIN(ep, message);
    if (cargo) *cargo = (Cargo){ block, end };
    if (cargo && block) k->SEND_BLOCK(ep, block);
    if (cargo && end) k->SEND_ENDPOINT(ep, end);
    if (cargo) k->SEND_COMMIT(ep);
    if (!cargo && block) k->FREE(block);
    if (!cargo && end) k->CLOSE(end);
}

// False: closed.
static bool take_cargo(SipReceived received, Cargo *cargo) {
    if ((uint32_t)received.what == SIP_RECEIVE_CLOSED) return false;
    memcpy(cargo, received.payload, sizeof *cargo);
    return true;
}

static void drop_cargo(const KernelTable *k, const Cargo *cargo) {
    if (cargo->block) k->FREE(cargo->block);
    if (cargo->end) k->CLOSE(cargo->end);
}

// To itself: with and without a block, and an end inside a message inside a message.
static void talks_to_itself(const KernelTable *k) {
    SipEndpoint *x, *y, *z, *w;
    Cargo cargo;
    k->CHANNEL(0, &x, &y, 0);
    k->CHANNEL(0, &z, &w, 0);
    void *kept = k->ALLOC(5000, 0);
    send_cargo(k, z, 0, k->ALLOC(40, 0), NULL);
    send_cargo(k, x, 0, k->ALLOC(100, 0), w);
    if (take_cargo(k->RECEIVE(y), &cargo)) {
        send_cargo(k, y, 1, cargo.block, cargo.end);
        SipEndpoint *const both[] = { x, z };
        if (take_cargo(k->RECEIVE_ANY(both, 2, SIP_NO_TIMEOUT), &cargo)) drop_cargo(k, &cargo);
    }
    k->RECEIVE(z);
    k->SEND_BEGIN(x, 0);
    k->CLOSE(y); // meanwhile
    k->SEND_BLOCK(x, kept);
    k->SEND_COMMIT(x);
    k->CLOSE(x);
    k->CLOSE(z);
}

static void uses_sets(const KernelTable *k) {
    SipEndpoint *x, *y, *z, *w;
    SipSet *set = NULL;
    void *value;
    k->CHANNEL(0, &x, &y, 0);
    k->CHANNEL(0, &z, &w, 0);
    k->SET_ADD(&set, y, x, 0);
    k->SET_ADD(&set, w, z, 0);
    k->SEND(x, 0, 1, 2, 3, 4);
    k->CLOSE(z);
    for (int i = 0; i < 2; i++) {
        static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER };
        SipSource source = { .from = set, .is_set = 1 };
        SipWait wait = { &source, cases, 1, 1, SIP_NO_TIMEOUT };
        k->RECEIVE_CASES(&wait);
        k->SET_ADD(&set, source.member, source.value, 0);
        if (i == 0) k->CLOSE(x);
    }
    for (SipEndpoint *end; (end = k->SET_TAKE(set, &value));)
        k->CLOSE(end);
    k->SET_END(set);
}

// --- ... with threads

typedef struct Parked {
    uint64_t word;
} Parked;

static void parks(const KernelTable *k, void *args) {
    Parked *parked = *(Parked **)args;
    while (!__atomic_load_n(&parked->word, __ATOMIC_ACQUIRE))
        k->PARK(&parked->word, 0);
}

static void unparks(const KernelTable *k, void *args) {
    Parked *parked = *(Parked **)args;
    k->YIELD();
    __atomic_store_n(&parked->word, 1, __ATOMIC_RELEASE);
    k->UNPARK(&parked->word);
    k->UNPARK(&parked->word);
}

static void parks_for_ever(const KernelTable *k, void *args) {
    (void)args;
    uint64_t word = 0;
    k->PARK(&word, 0);
}

static void spawn(
    const KernelTable *k, void (*entry)(const KernelTable *, void *), Parked *parked, void *join
) {
    const void *address;
    memcpy(&address, &entry, sizeof address);
    k->SPAWN(address, &parked, sizeof parked, join, 0);
}

static void has_threads(const KernelTable *k) {
    Parked *parked = k->ALLOC(sizeof *parked, 0);
    void *join = k->JOIN_BEGIN();
    spawn(k, parks, parked, join);
    spawn(k, unparks, parked, join);
    k->JOIN_END(join);
    k->FREE(parked);
}

// --- ... with a child

// Answers twice, each time by another receive, with what it was sent; says nothing of what it has no room for.
static void child_answers(const KernelTable *k, const SipStart *s) {
    SipEndpoint *peer = s->endpoints[0];
    Cargo cargo;
    SipReceived received = k->RECEIVE_ANY(&peer, 1, SIP_NO_TIMEOUT);
    for (int i = 0; take_cargo(received, &cargo); i++) {
        static const uint32_t cases[] = { 1, 0, SIP_RECEIVE_WHATEVER };
        SipSource source = { .from = peer };
        SipWait wait = { &source, cases, 1, 1, SIP_NO_TIMEOUT };
        if (i == 2 && cargo.block) k->TRAP(0);
        k->YIELD();
        send_cargo(k, peer, 1, cargo.block, cargo.end);
        received = k->RECEIVE_CASES(&wait);
    }
    k->YIELD();
}

static void exchange(const KernelTable *k, SipEndpoint *peer, uint64_t size, SipEndpoint *end) {
    Cargo cargo;
    send_cargo(k, peer, 0, size ? k->ALLOC(size, 0) : NULL, end);
    if (take_cargo(k->RECEIVE(peer), &cargo)) drop_cargo(k, &cargo);
}

static void end_child(const KernelTable *k, const Child *child) {
    k->CLOSE(child->peer);
    k->CLOSE(child->process);
    await(k, child->exit);
}

// One that has limits: it stands aside until its next period, then it has had all.
static void starts_limited(const KernelTable *k, SipEndpoint *starter) {
    const Child child = start(k, starter, (Quotas){ .cpu = SEAL_MOST_CPU, .time = SEAL_MOST_TIME });
    if (!child.peer) return;
    Sip *const *its = &current_thread()->sip->children; // NULL: it has been killed
    if (*its) (*its)->budget.left = 0;
    exchange(k, child.peer, 100, NULL);
    if (*its) (*its)->budget.total = 0;
    exchange(k, child.peer, 100, NULL);
    end_child(k, &child);
}

static void starts_children(const KernelTable *k, SipEndpoint *starter) {
    SipEndpoint *mine, *its;
    start(k, starter, (Quotas){ .heap = UINT64_MAX }); // is refused
    Child child = start(k, starter, (Quotas){ 0 });
    if (!child.peer) return;
    k->CHANNEL(0, &mine, &its, 0);
    exchange(k, child.peer, 100, its);
    exchange(k, child.peer, 0, mine);
    exchange(k, child.peer, 10, NULL); // it faults
    end_child(k, &child);
    child = start(k, starter, (Quotas){ .heap = 1 });
    if (!child.peer) return;
    exchange(k, child.peer, 3000, NULL); // more than it has room for
    end_child(k, &child);
    child = start(k, starter, (Quotas){ 0 });
    if (!child.peer) return;
    exchange(k, child.peer, 0, NULL);
    ask(k, child.process, SUSPEND);
    k->SEND(child.peer, 0, 0, 0, 0, 0);
    ask(k, child.process, USAGE);
    ask(k, child.process, RESUME);
    k->RECEIVE(child.peer);
    ask(k, child.process, KILL);
    end_child(k, &child);
}

// Ends with a message begun, one under way, a set that is not empty, threads that wait and a child.
static void leaves_all(const KernelTable *k, SipEndpoint *starter) {
    SipEndpoint *x, *y, *z, *w;
    SipSet *set = NULL;
    k->CHANNEL(0, &x, &y, 0);
    k->CHANNEL(0, &z, &w, 0);
    send_cargo(k, z, 0, k->ALLOC(64, 0), NULL);
    send_cargo(k, x, 0, k->ALLOC(64, 0), w);
    k->SET_ADD(&set, z, NULL, 0);
    k->SEND_BEGIN(y, 1);
    k->SEND_BLOCK(y, k->ALLOC(64, 0));
    spawn(k, parks_for_ever, NULL, NULL);
    start(k, starter, (Quotas){ 0 });
    k->YIELD();
}

static void actor_does_all(const KernelTable *k, const SipStart *s) {
    SipEndpoint *peer = s->endpoints[0], *starter = s->endpoints[1];
    if (k->TRY_ALLOC((uint64_t)1 << 50)) k->TRAP(0);
    talks_to_itself(k);
    uses_sets(k);
    has_threads(k);
    starts_children(k, starter);
    starts_limited(k, starter);
    for (int i = 0; i < 2; i++) {
        Cargo cargo;
        send_cargo(k, peer, 1, k->ALLOC(200, 0), NULL);
        if (!take_cargo(k->RECEIVE(peer), &cargo)) break;
        drop_cargo(k, &cargo);
    }
    leaves_all(k, starter);
}

// --- the one that looks on ---------------------------------------------------------------------------------------------

// Sends back whatever comes; how it ended.
static uint8_t go_once(const KernelTable *k, SipEndpoint *starter) {
    Cargo cargo;
    const Child child = start(k, starter, (Quotas){ 0 });
    if (!child.peer) return UINT8_MAX;
    while (take_cargo(k->RECEIVE(child.peer), &cargo))
        send_cargo(k, child.peer, 0, cargo.block, cargo.end);
    k->CLOSE(child.peer);
    const uint8_t why = await(k, child.exit).why;
    k->CLOSE(child.process);
    return why;
}

static void settle(const KernelTable *k, const Ledger *before) {
    for (int i = 0; i < 1000; i++) {
        const Ledger now = ledger();
        if (memcmp(&now, before, sizeof now) == 0) return;
        k->YIELD();
    }
}

static void check_ledger(
    const KernelTable *k, const Ledger *before, const char *what, uint64_t at
) {
    settle(k, before);
    const Ledger now = ledger();
    if (memcmp(&now, before, sizeof now) == 0) return;
    print(
        "%s %u: pages %u, blocks %u, used %u, ends %u, threads %u, sips %u more than before", what,
        at, now.pages - before->pages, now.blocks - before->blocks, now.used - before->used,
        now.endpoints - before->endpoints, now.threads - before->threads, now.sips - before->sips
    );
    k->TRAP(0);
}

static uint64_t go_at_each_point(
    const KernelTable *k, SipEndpoint *starter, How how, uint32_t who
) {
    const Ledger before = ledger();
    for (uint64_t at = 1;; at++) {
        arm(how, who, at);
        const uint8_t why = go_once(k, starter);
        inject->is_on = false;
        CHECK(how == HOW_KILL || why == RETURNED);
        check_ledger(k, &before, "point", at);
        if (inject->count < at) return at - 1;
    }
}

// Blocks that only a witness knows.
static void *make_pattern(const KernelTable *k, uint64_t size) {
    uint8_t *bytes = k->ALLOC(size, 0);
    for (uint64_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 7 + size);
    return bytes;
}

static void check_pattern(const KernelTable *k, const uint8_t *bytes, uint64_t size) {
    for (uint64_t i = 0; i < size; i++)
        CHECK(bytes[i] == (uint8_t)(i * 7 + size));
}

// The pages behind small blocks stay the kernel's: so there is some of each size before anything is counted.
static void warm_up(const KernelTable *k, SipEndpoint *starter) {
    enum { SIZES_MOST = 64, OF_EACH = 12 };
    void *blocks[SIZES_MOST][OF_EACH];
    int count = 0;
    for (uint64_t size = 1; size < 12000 && count < SIZES_MOST; count++) {
        for (int i = 0; i < OF_EACH; i++)
            blocks[count][i] = k->ALLOC(size, 0);
        size = block_of(blocks[count][0])->size + 1;
    }
    for (int i = 0; i < count * OF_EACH; i++)
        k->FREE(blocks[i / OF_EACH][i % OF_EACH]);
    CHECK(go_once(k, starter) == RETURNED);
}

static void kills_at_each_point(const KernelTable *k, const SipStart *s) {
    warm_up(k, s->endpoints[0]);
    const void *const pattern = make_pattern(k, 3000);
    for (uint32_t who = 0; who <= ACTORS; who++) {
        inject->kills = inject->ends = 0;
        const uint64_t points = go_at_each_point(k, s->endpoints[0], HOW_KILL, who);
        print(
            "killing %u at each of %u points: %u killed, %u ended", (uint64_t)who, points,
            inject->kills, inject->ends
        );
        CHECK(points > 100 && inject->kills > 50);
    }
    check_pattern(k, pattern, 3000);
}

static void ticks_at_each_point(const KernelTable *k, const SipStart *s) {
    warm_up(k, s->endpoints[0]);
    CHECK(go_at_each_point(k, s->endpoints[0], HOW_TICK, 0) > 100);
}

// --- where there is no memory

typedef enum Failing { FAILING_BLOCKS, FAILING_PAGES } Failing; // pages: also what protects them

static void fail_at(Failing failing, bool is_on, uint64_t at) {
    inject->requests = 0;
    inject->blocks_at = failing == FAILING_BLOCKS ? at : 0;
    inject->blocks_on = machine_fails_on = is_on;
    machine_failing = failing == FAILING_PAGES ? at : 0;
}

static void fails_each_allocation(const KernelTable *k, const SipStart *s) {
    warm_up(k, s->endpoints[0]);
    for (int way = 0; way < 4; way++) {
        const Ledger before = ledger();
        const Failing failing = way % 2 ? FAILING_PAGES : FAILING_BLOCKS;
        uint64_t at = 0, requests;
        do {
            fail_at(failing, way / 2, ++at);
            go_once(k, s->endpoints[0]);
            requests = inject->requests;
            fail_at(failing, false, 0);
            check_ledger(k, &before, failing == FAILING_PAGES ? "pages" : "block", at);
        } while (requests >= at);
        print("failing %s: %u", failing == FAILING_PAGES ? "pages" : "blocks", at - 1);
        CHECK(at > 20);
    }
}

#define BOSS_OF_ALL(body)                    \
    {                                        \
        { .name = "boss",                    \
         .heap = 8 << 20,                   \
         .stack = 65536,                    \
         CONTRACTS, .params = { STARTS(1) },           \
         .starts = { 2 },                   \
         .ends = { { 0, 1, 0 } },           \
         .code = body },                    \
        { PROGRAM_WIRE("starts", "actor") }, \
        { 0 },                               \
        0                                    \
}
#define ACTOR                                                    \
    {                                                            \
        { .name = "actor",                                       \
         .heap = 1 << 20,                                       \
         .stack = 16384,                                        \
         .threads = 3,                                          \
         CONTRACTS, .params = { EXP(0), STARTS(1) },                       \
         .starts = { 0, 2 },                                    \
         .ends = { { 0, 1, 0 } },                               \
         .on_demand = true,                                     \
         .trap_fault = FAULT_INDEX,                             \
         .code = actor_does_all },                              \
        { GIVEN_WIRE("peer"), PROGRAM_WIRE("starts", "child") }, \
        { 0 },                                                   \
        0                                                        \
    }
#define CHILD_OF_ALL                 \
    {                                \
        { .name = "child",           \
         .heap = 4096,              \
         .stack = 16384,            \
         .contracts = { ECHO },     \
         .params = { EXP(0) },      \
         .on_demand = true,         \
         .trap_fault = FAULT_INDEX, \
         .code = child_answers },   \
        { GIVEN_WIRE("peer") },      \
        { 0 },                       \
        0                            \
    }

static void run_tree(void (*body)(const KernelTable *, const SipStart *)) {
    static Outcome outcome;
    const TestSip sips[MACHINE_MOST] = { BOSS_OF_ALL(body), ACTOR, CHILD_OF_ALL };
    run_system(sips, &outcome);
    if (outcome.status != STATUS_RETURNED) {
        const size_t length = strlen(outcome.text);
        fail_msg(
            "status %d:\n%s", outcome.status, outcome.text + (length > 2000 ? length - 2000 : 0)
        );
    }
}

static void whoever_is_killed_wherever_nothing_is_left(void **state) {
    (void)state;
    run_tree(kills_at_each_point);
}

static void a_tick_may_come_at_any_point(void **state) {
    (void)state;
    run_tree(ticks_at_each_point);
}

static void whatever_memory_fails_whoever_wants_it_ends_or_is_refused(void **state) {
    (void)state;
    run_tree(fails_each_allocation);
}

// --- whole systems, with wires that deliver and sips that are restarted ------------------------------------------------------

static void serve(const KernelTable *k, SipEndpoint *end) {
    Cargo cargo;
    while (take_cargo(k->RECEIVE(end), &cargo))
        send_cargo(k, end, 1, cargo.block, cargo.end);
}

static void serves_whoever_asks(const KernelTable *k, const SipStart *s) {
    for (SipEndpoint *end; (end = next_end(k, s->endpoints[0])); k->CLOSE(end))
        serve(k, end);
}

static void serves_and_traps(const KernelTable *k, const SipStart *s) {
    serve(k, s->endpoints[0]);
    k->TRAP(0);
}

static void asks_twice(const KernelTable *k, const SipStart *s) {
    for (int i = 0; i < 2; i++) {
        SipEndpoint *end = next_end(k, s->endpoints[0]);
        if (!end) return;
        exchange(k, end, 100, NULL);
        k->CLOSE(end);
    }
}

static void looks_on(const KernelTable *k, const SipStart *s) {
    (void)s;
    const void *const pattern = make_pattern(k, 3000);
    for (int i = 0; i < 6; i++) {
        k->SLEEP(5000000);
        check_pattern(k, pattern, 3000);
    }
}

#define MEETS(title, delivers_side, function, target)          \
    {                                                          \
        { .name = title,                                       \
         .heap = 65536,                                       \
         .stack = 16384,                                      \
         .contracts = { WIRE, ECHO },                         \
         .params = { { "peer", SEAL_PARAM_ENDPOINT, 0, 0 } }, \
         .fresh = { 2 },                                      \
         .fresh_side = { delivers_side },                     \
         .restart = 2,                                        \
         .code = function },                                  \
        { CHANNEL_WIRE("peer", target, "peer") },              \
        { 0 },                                                 \
        0                                                      \
    }
#define DELIVERED                                  \
    {                                              \
        { .name = "delivered",                     \
         .heap = 65536,                           \
         .stack = 16384,                          \
         .contracts = { ECHO },                   \
         .params = { EXP(0) },                    \
         .trap_fault = FAULT_INDEX,               \
         .restart = 2,                            \
         .code = serves_and_traps },              \
        { CHANNEL_WIRE("peer", "taker", "peer") }, \
        { 0 },                                     \
        0                                          \
    }
#define TAKER                                                  \
    {                                                          \
        { .name = "taker",                                     \
         .heap = 65536,                                       \
         .stack = 16384,                                      \
         .contracts = { WIRE, ECHO },                         \
         .params = { { "peer", SEAL_PARAM_ENDPOINT, 0, 0 } }, \
         .fresh = { 2 },                                      \
         .code = asks_twice },                                \
        { CHANNEL_WIRE("peer", "delivered", "peer") },         \
        { 0 },                                                 \
        0                                                      \
    }
#define WITNESS                                                                 \
    {                                                                           \
        { .name = "witness", .heap = 65536, .stack = 16384, .code = looks_on }, \
        { { 0 } },                                                              \
        { 0 },                                                                  \
        0                                                                       \
    }

static const TestSip wired[MACHINE_MOST] = {
    MEETS("server", 1, serves_whoever_asks, "client"),
    MEETS("client", 0, asks_twice, "server"),
    DELIVERED,
    TAKER,
    WITNESS,
};

// It ends as systems do: refused when it starts, or by faults of those that were hit.
static void run_wired(const Buf *image, const char *what, uint64_t at, bool may_refuse) {
    static Outcome outcome;
    run_image(image->data, image->len, &outcome);
    const bool fine = outcome.status == STATUS_RETURNED || outcome.status == STATUS_FAULTED ||
                      (may_refuse && outcome.status == STATUS_REFUSED);
    if (!fine) fail_msg("%s %lu: status %d:\n%s", what, at, outcome.status, outcome.text);
}

static void whoever_is_killed_may_be_started_again(void **state) {
    (void)state;
    Buf image = { 0 };
    pack_system(wired, &image);
    for (uint32_t who = 0; who <= 2; who++) {
        inject->kills = 0;
        for (uint64_t at = 1;; at += who ? 3 : 1) { // others, at some of them
            arm(HOW_KILL, who, at);
            run_wired(&image, "killed at point", at, false);
            if (inject->count < at) break;
        }
        assert_true(inject->kills > 20);
    }
    inject->is_on = false;
    buf_free(&image);
}

static void whatever_memory_fails_a_system_is_refused_or_goes_on(void **state) {
    (void)state;
    Buf image = { 0 };
    pack_system(wired, &image);
    for (int way = 0; way < 4; way++) {
        uint64_t at = 0;
        do {
            fail_at(way % 2 ? FAILING_PAGES : FAILING_BLOCKS, way / 2, ++at);
            run_wired(&image, way % 2 ? "pages" : "block", at, true);
        } while (inject->requests >= at);
        assert_true(at > 20);
    }
    fail_at(FAILING_BLOCKS, false, 0);
    buf_free(&image);
}

static void each_point_was_passed(void **state) {
    (void)state;
    static const char *const names[] = {
#define POINT(name, text) #name,
#include "inject.def"
    };
    bool missed = false;
    for (int i = 0; i < INJECT_POINTS; i++) {
        if (inject->passed[i] == 0) print_error("%s was never passed\n", names[i]);
        missed = missed || inject->passed[i] == 0;
    }
    assert_false(missed);
}

int main(void) {
    inject = mmap(NULL, sizeof *inject, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (inject == MAP_FAILED) return 1;
    cpus_share = true;
    kernel_lock.owner = 1;
    machine_spares = spares_the_witness;
    machine_hides = hides_ends;
    machine_seconds = 900;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_killed_wherever_nothing_is_left),
        cmocka_unit_test(a_tick_may_come_at_any_point),
        cmocka_unit_test(whatever_memory_fails_whoever_wants_it_ends_or_is_refused),
        cmocka_unit_test(whoever_is_killed_may_be_started_again),
        cmocka_unit_test(whatever_memory_fails_a_system_is_refused_or_goes_on),
        cmocka_unit_test(each_point_was_passed),
    };
    return cmocka_run_group_tests_name("inject", tests, NULL, NULL);
}
