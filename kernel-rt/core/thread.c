// The threads of a SIP: the first comes and goes with it, others begin in `spawn` and end when their function returns. All
// share the SIP's account and ledger; a fault in one is the SIP's. Each has a stack of its own below a guard. What they
// wait for here is a word in the SIP's memory (a lock that somebody has), or threads that they have spawned.

#include "core.h"

// --- making and ending -------------------------------------------------------------------------------------

static void set_up(Thread *thread, Sip *sip) {
    thread->sip = sip;
    thread->collects = sip->busy ? sip : NULL;
    thread->timer.deadline = SIP_NO_TIMEOUT;
    thread->home = this_cpu()->number;
    thread->block.self = &thread->block;
    thread->block.number = ++sip->thread_numbers;
    thread->block.stack_low = (uint64_t)(uintptr_t)(thread->stack + PLATFORM_PAGE);
    thread->block.stack_high =
        (uint64_t)(uintptr_t)(thread->stack + thread->stack_pages * PLATFORM_PAGE);
    preempt_set_limit(thread);
    Thread **last = &sip->threads;
    while (*last)
        last = &(*last)->sibling;
    *last = thread;
    sip->thread_count++;
}

size_t thread_pages(uint64_t stack_bytes) {
    return 1 + pages_for(stack_bytes) + KERNEL_STACK / PLATFORM_PAGE;
}

bool thread_create(Thread *thread, Sip *sip) {
    const size_t pages = thread_pages(sip->stack_bytes);
    if (!(thread->stack = pages_take(pages))) return false;
    INJECT_OF(SPAWN_STACK, sip);
    if (!platform_guard(thread->stack)) {
        pages_give(thread->stack, pages);
        return false;
    }
    thread->stack_pages = pages;
    set_up(thread, sip);
    INJECT_OF(SPAWN_GUARDED, sip);
    return true;
}

// The threads that have waited for the end of the last one of a join.
static void tell_parent(const Thread *thread) {
    Thread *parent = thread->parent;
    if (!parent || parent->joining != thread->join) return;
    for (const Thread *other = thread->sip->threads; other; other = other->sibling)
        if (other->parent == parent && other->join == thread->join) return;
    parent->joining = NULL;
    sched_wake(parent);
}

void thread_end(Thread *thread) {
    Sip *sip = thread->sip;
    sched_remove(thread);
    INJECT_OF(THREAD_REMOVED, sip);
    Thread **at = &sip->threads;
    while (*at != thread)
        at = &(*at)->sibling;
    *at = thread->sibling;
    sip->thread_count--;
    for (Thread *other = sip->threads; other; other = other->sibling)
        if (other->parent == thread) other->parent = NULL; // of a free one: nobody waits for it
    tell_parent(thread);
    if (sip->runs == thread) sched_let_siblings_run(sip);
    pages_give(thread->stack, thread->stack_pages);
    thread->stack_pages = 0;
    if (thread->record) heap_give(thread->record);
    INJECT_OF(THREAD_ENDED, sip);
}

// --- spawning ----------------------------------------------------------------------------------------------

typedef struct Beginning { // at the top of the new stack, above the arguments
    uint64_t entry;
    void *args;
} Beginning;

static void begin(void *argument) {
    const Beginning *beginning = argument;
    if (cpus_share) unlock_kernel();
    arch_enter_sip(
        beginning->entry, kernel_doors(), beginning->args, (uint64_t)(uintptr_t)beginning->args
    );
}

static Thread *make(Sip *sip) {
    SipBlock *record = heap_take(&sip->account, sizeof(Thread));
    if (!record) return NULL;
    Thread *thread = block_memory(record);
    thread->record = record;
    INJECT(SPAWN_RECORD);
    if (thread_create(thread, sip)) return thread;
    heap_give(record);
    return NULL;
}

uint32_t thread_spawn(Thread *parent, uint64_t entry, const void *args, uint64_t size, void *join) {
    Sip *sip = parent->sip;
    if (sip->thread_count >= sip->thread_most) return FAULT_THREADS;
    if (size > sip->stack_bytes / 2) return FAULT_QUOTA;
    Thread *thread = make(sip);
    if (!thread) return FAULT_QUOTA;
    Beginning *beginning = (Beginning *)(uintptr_t)thread->block.stack_high - 1;
    beginning->entry = entry;
    beginning->args = (void *)(((uintptr_t)beginning - size) & ~(uintptr_t)15);
    __builtin_memcpy(beginning->args, args, size);
    thread->parent = join ? parent : NULL;
    thread->join = join;
    arch_prepare(&thread->context, &thread->block, beginning->args, begin, beginning);
    INJECT(SPAWN_READY);
    sched_add(thread);
    INJECT(SPAWN_ADDED);
    return FAULT_NONE;
}

// --- waiting for others --------------------------------------------------------------------------------------

void *thread_join_begin(Thread *thread) {
    return (void *)(uintptr_t)++thread->joins;
}

static bool has_children(const Thread *thread, const void *join) {
    for (const Thread *other = thread->sip->threads; other; other = other->sibling)
        if (other->parent == thread && other->join == join) return true;
    return false;
}

void thread_join_end(Thread *thread, void *join) {
    while (has_children(thread, join)) {
        thread->joining = join;
        INJECT(JOIN_WAITS);
        sched_wait(SIP_NO_TIMEOUT);
    }
    thread->joining = NULL;
}

void thread_park(Thread *thread, const uint64_t *word, uint64_t seen) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != seen) return;
    thread->parked = word;
    thread->parked_at = ++thread->sip->parkings;
    INJECT(PARKED);
    sched_wait(SIP_NO_TIMEOUT);
}

// Of those that wait for it, who has waited longest.
static Thread *first_parked(const Sip *sip, const uint64_t *word, bool *others_wait) {
    Thread *first = NULL;
    uint32_t count = 0;
    for (Thread *thread = sip->threads; thread; thread = thread->sibling) {
        if (thread->parked != word) continue;
        if (!first || thread->parked_at < first->parked_at) first = thread;
        count++;
    }
    *others_wait = count > 1;
    return first;
}

// Whoever has marked the word and has not come to park yet finds another thread's number in it, or 0, and looks again.
void thread_unpark(const Thread *thread, uint64_t *word) {
    bool others_wait;
    Thread *first = first_parked(thread->sip, word, &others_wait);
    uint64_t had = thread->block.number | SIP_LOCK_WAITED_FOR;
    const uint64_t has = !first ? 0 : first->block.number | (others_wait ? SIP_LOCK_WAITED_FOR : 0);
    // Where the word says that another one has it, whoever waits is woken all the same, and looks again.
    (void)__atomic_compare_exchange_n(word, &had, has, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    if (!first) return;
    first->parked = NULL;
    sched_wake(first);
    INJECT(UNPARKED);
}

// --- for a collector -------------------------------------------------------------------------------------------

void thread_collector(Thread *only, const volatile uint64_t *busy) {
    Sip *sip = only->sip;
    if (sip->busy || sip->thread_count != 1 || !sip_owns_pc(sip, (uint64_t)(uintptr_t)busy))
        panic("a collector begins late, or not in its SIP");
    sip->busy = busy;
    sip->runs = only;
    only->collects = sip;
}

bool thread_roots(const Thread *thread, uint64_t index, SipRoots *roots) {
    const Thread *other = thread->sip->threads;
    for (; other; other = other->sibling)
        if (other != thread && index-- == 0) break;
    if (!other) return false;
    const bool has_registers = arch_is_preempted(&other->context, &other->saved);
    roots->registers = &other->saved;
    roots->registers_end = &other->saved + has_registers;
    roots->stack = has_registers ? arch_stack_of(&other->saved) : other->context.sp;
    roots->stack_end = (const void *)(uintptr_t)other->block.stack_high;
    return true;
}
