// The kernel's state, idea by idea, and what its files say to each other. A thread is only ever preempted in its SIP's code, and
// one CPU at a time works on the kernel's state (cpu): kernel code runs from entry to exit or switch, and locks nothing.
//
//   text      a line to the console            channel   endpoints and rings
//   heap      blocks by size                   receive   waiting for messages
//   ledger    who owns which block             sched     whose turn it is
//   loader    programs of the image            sip       from image to running to gone
//   thread    those of one SIP, and what they wait for  trust  whose programs are started
//   preempt   turns that end by themselves     kcalls    the doors through which SIPs come in
//   fault     why a SIP ended, and where       main      the life of a system
//   set       sets of endpoints                cases     waiting for sets, for several, for nothing any more
//   console   machine.console                  device    what is granted: ports, memory, DMA
//   irq       interrupts, which come in channels   process   what a SIP starts, and its end
//   cpu       several of them, and their one lock    time      who has had how much of them
//   service   what the system wires to the machine   diagnostics   machine.diagnostics
//   reports   machine.faults                   input     machine.input
//   timer     points in time, the next one first       budget    who may have how much of the CPUs

#ifndef KERNEL_CORE_CORE_H
#define KERNEL_CORE_CORE_H

#include "arch.h"
#include "platform.h"
#include "timer.h"

#include "contracts/abi/image.h"
#include "contracts/abi/kernel.h"
#include "sealed/packed.h"
#include "sealed/served.h"
#include "sealed/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The message path: from a SIP's call to the switch nothing is called (its files are compiled as one: CMakeLists.txt).
// What few messages need stands aside, and saves all registers itself, so that the path need not.
#define PATH      __attribute__((always_inline))
#define ASIDE     __attribute__((noinline, preserve_most))
#define NEVER     __attribute__((cold, noinline)) _Noreturn
#define LIKELY(x) __builtin_expect(!!(x), 1)

enum Fault {
#define FAULT(number, name, text) FAULT_##name = number,
#include "contracts/abi/fault.def"
};

enum Status { // of the system; 0..STATUS_MOST also by a SIP that is granted `exit`
    STATUS_RETURNED = 0,
    STATUS_FAULTED = 1,
    STATUS_REFUSED = 3, // the image is not what it says
    STATUS_DEADLOCK = 4,
    STATUS_PANIC = 5, // the kernel itself failed
    STATUS_MOST = SIP_MOST_STATUS,
};

#if __has_feature(address_sanitizer) // whose frames are larger; in tests only
#define KERNEL_STACK_BYTES 131072
#else
#define KERNEL_STACK_BYTES 8192
#endif

enum {                                 // sizes
    KERNEL_STACK = KERNEL_STACK_BYTES, // of each SIP's stack, kept for the kernel's own calls on it
    MOST_FRAMES = 16,                  // of a backtrace
    KERNEL_CONTEXT_STACK = 32768,      // of the kernel's own, as far as a backtrace goes
};

typedef struct Sip Sip;
typedef struct Thread Thread;
typedef struct Channel Channel;
typedef struct Budget Budget;

// --- text: %s C string, %v SealedView *, %u uint64_t, %x uint64_t, %b bytes: const uint8_t *, size_t in hexadecimal ---

void console_write(const void *bytes, size_t length);
void print(
    const char *format, ...
); // on a line of its own, whatever a SIP left behind on the last one

size_t print_to(
    char *text, size_t room, const char *format, ...
); // as much as there is room for; no newline

// Our own mistake or a verifier's: says so and stops the machine.
NEVER void panic(const char *what);

// --- heap: blocks of the exchange heap and the kernel's own records ----------------------------------------

typedef struct Account { // who pays
    uint64_t quota;
    uint64_t used;      // bytes; includes the next three
    uint64_t in_flight; // bytes of blocks in message slots
    uint64_t channels;  // bytes of channels that it made
    uint64_t processes; // bytes that those have or may take which it has started
    uint64_t blocks;    // number, without those in flight
    bool
        has_ended; // of a process that was started by another: it ends with the last byte (account_drained)
} Account;

typedef struct HeapState {
    uint64_t pages;  // that the kernel holds, for whatever purpose: free blocks too
    uint64_t blocks; // handed out
} HeapState;

extern HeapState heap;

static inline size_t pages_for(uint64_t bytes) {
    return (size_t)((bytes + PLATFORM_PAGE - 1) / PLATFORM_PAGE);
}

void *pages_take(size_t count); // NULL when the machine has no more; counted
void pages_give(void *pages, size_t count);

// A block for `account`, zeroed to the end of its class; NULL beyond the quota or the machine's memory. In no list.
SipBlock *heap_take(Account *account, uint64_t size);
void heap_give(SipBlock *block); // ends its charge
void heap_end(void);             // gives all pages back; no block may be left

static inline uint64_t heap_charge(const SipBlock *block) {
    return block->size + sizeof *block; // `size` is all that the class has room for
}

// --- ledger: lists of blocks and of endpoints; a list's head is its first element's predecessor ------------

typedef struct EndpointLink {
    struct EndpointLink *next, *prev;
} EndpointLink;

static inline void *block_memory(SipBlock *block) {
    return block + 1;
}

static inline SipBlock *block_of(void *memory) {
    return (SipBlock *)memory - 1;
}

static inline void ledger_init(SipBlock *list) {
    list->next = list->prev = list;
}

static inline void ledger_add(SipBlock *list, SipBlock *block) {
    block->next = list->next;
    block->prev = list;
    list->next->prev = block;
    list->next = block;
}

static inline void ledger_remove(SipBlock *block) {
    block->next->prev = block->prev;
    block->prev->next = block->next;
}

static inline void links_init(EndpointLink *list) {
    list->next = list->prev = list;
}

static inline void links_add(EndpointLink *list, EndpointLink *link) {
    link->next = list->next;
    link->prev = list;
    list->next->prev = link;
    list->next = link;
}

static inline void links_remove(EndpointLink *link) {
    link->next->prev = link->prev;
    link->prev->next = link->next;
}

void ledger_free(SipBlock *list); // every block; the list is empty afterwards
void ledger_splice(EndpointLink *to, EndpointLink *from); // all of `from` to the front of `to`

// --- contracts: interned, so that equal ones are one -------------------------------------------------------

typedef struct Contract {
    struct Contract *next;
    uint8_t digest[32];
    SealedView name;
    uint32_t slots[2]; // of the rings importer -> exporter, exporter -> importer
    uint32_t slot_bytes;
    uint32_t message_count;
    uint32_t payload_bytes[]; // by message
} Contract;

// --- channels ----------------------------------------------------------------------------------------------

typedef struct Slot { // followed by the payload
    uint32_t message;
    uint32_t endpoint_count;
    Account *payer;         // of the blocks: their sender
    uint64_t charge;        // of the blocks
    SipBlock blocks;        // ledger list
    EndpointLink endpoints; // ledger list
    struct Slot *next;      // of the ring
} Slot;

_Static_assert(sizeof(Slot) % 16 == 0, "payloads are aligned");

typedef struct Ring {
    uint64_t
        word; // twice the number of messages published; bit 0: closed. One word says both (decision 21)
    uint64_t taken;    // twice the number of messages taken
    uint64_t limit;    // twice the number of slots
    Slot *fill, *take; // the next to be published, the next to be taken
} Ring;

typedef enum Notice { // who is told, beside a waiter, that something has come
    NOTICE_NONE,
    NOTICE_SET,     // the set that it is in
    NOTICE_CASES,   // who waits for several at once
    NOTICE_CONSOLE, // the kernel answers, as to all that follow
    NOTICE_DIAGNOSTICS,
    NOTICE_FAULTS,
    NOTICE_INPUT,
    NOTICE_WIRE,    // with an end of a sip's new channel
    NOTICE_IRQ,     // with the next interrupt
    NOTICE_PROGRAM, // with a process that it has started
    NOTICE_PROCESS, // with what it has done to a process
    NOTICE_EXIT,    // it is told how a process has ended
} Notice;

typedef struct Wire Wire;
typedef struct Irq Irq;

typedef struct Place { // in the list of all processes (diagnostics)
    Sip *sip;          // which stands there; NULL: a reader's
    EndpointLink link;
} Place;

struct SipEndpoint {
    EndpointLink link; // in the list of the SIP or the slot that owns it
    SipEndpoint *peer;
    Ring *out, *in;
    Sip *owner;     // NULL: in flight, or the kernel's
    Thread *waiter; // waits in receive
    Channel *channel;
    bool closed;
    uint8_t notice;         // a Notice
    uint16_t param;         // NOTICE_PROGRAM: of `sip`
    uint32_t erased_state;  // of that contract, in which it was erased
    const Contract *erased; // what its holder went by when it was erased; NULL: it is not
    uint64_t
        served; // when a receive of several last took something of it; NOTICE_DIAGNOSTICS: the number of the process last shown; NOTICE_FAULTS: how many have been told; NOTICE_CONSOLE: bytes shown of its first message
    union {
        Thread *watcher; // NOTICE_CASES
        SipSet *set;     // NOTICE_SET
        Wire *wire;      // NOTICE_WIRE
        Irq *irq;        // NOTICE_IRQ
        Sip *
            sip; // NOTICE_PROGRAM: it starts; NOTICE_PROCESS, NOTICE_EXIT: it is meant; NULL: it has ended
    };
    union {
        struct {
            void *value; // that it was added to the set with
            EndpointLink
                member; // of the set; NOTICE_FAULTS: of who listens; NOTICE_INPUT: of who asks, next NULL: it does not
        };
        Place place; // NOTICE_DIAGNOSTICS: behind whom was shown last; next NULL: nowhere
    };
    EndpointLink
        ready; // of those of the set, or of the kernel's, of which something has come; next NULL: it is not
};

struct SipSet {                  // a block of its SIP's
    EndpointLink members, ready; // lists: who is in longest stands first
    uint64_t count;
    uint64_t served;
    Thread *watcher; // waits for it; NULL: nobody
};

struct Channel {
    const Contract *contract;
    SipBlock *block;     // its memory
    SipEndpoint ends[2]; // importer, exporter
    Ring rings[2];       // written by ends[0], ends[1]
};

static inline bool ring_is_empty(const Ring *ring) {
    return (ring->word & ~(uint64_t)1) == ring->taken;
}

static inline void *slot_payload(Slot *slot) {
    return slot + 1;
}

// Two ends that nobody owns yet; NULL beyond the account's quota.
Channel *channel_new(const Contract *contract, Account *account);
void endpoint_give(SipEndpoint *ep, Sip *owner); // to the owner's ledger

Slot *channel_next(SipEndpoint *ep, uint32_t message);  // for `message`; NULL: the peer is gone
void *channel_begin(SipEndpoint *ep, uint32_t message); // its payload, zeroed; NULL: the same
void channel_add_block(SipEndpoint *ep, SipBlock *block);
void channel_add_endpoint(SipEndpoint *ep, SipEndpoint *given);
void channel_commit(SipEndpoint *ep);
ASIDE void channel_forget(SipEndpoint *ep); // instead of commit, when the peer has gone meanwhile
void channel_take(
    SipEndpoint *ep, Sip *receiver
); // the message at the head: what it carries is the receiver's
ASIDE void channel_refuse(SipEndpoint *ep); // as if the peer had closed: what it sent is dropped
void channel_drop(SipEndpoint *ep);         // the message at the head, with all that it carries
bool channel_can_send(const SipEndpoint *ep);
void channel_close(SipEndpoint *ep);
void channel_close_all(EndpointLink *list);
ASIDE void channel_notice(SipEndpoint *ep
); // something has come, and it is told to others than a waiter

static inline bool endpoint_is_ready(const SipEndpoint *ep
) { // it has a message, or none and is closed
    return !ring_is_empty(ep->in) || (ep->in->word & 1);
}

static inline bool endpoint_is_kernels(const SipEndpoint *ep) {
    return ep->notice >= NOTICE_CONSOLE;
}

// --- wires that deliver: an end of each channel that a sip is started with ------------------------------------

struct Wire { // a record of the kernel's
    SipEndpoint
        *end; // the kernel's, of the channel by which it is asked; NULL: nobody asks any more
    SipEndpoint *fresh; // to be delivered; NULL: it has been
    bool is_asked;
    bool is_over;             // no more will come, whoever asks
    Wire *other;              // where both sides ask: the other one's; NULL: only this one does
    const Contract *contract; // ... of the channels, and which end of them is delivered here
    uint32_t side;
    Account account; // ... who pays for them: the importers' wire
};

Wire *wire_new(SipEndpoint *end);                // a message to that end asks for the next
void wire_renew(Wire *wire, SipEndpoint *fresh); // which nobody owns
ASIDE void wire_serve(SipEndpoint *end);         // something has come
void wire_forget(SipEndpoint *end, EndpointLink *to_close); // whoever asks is gone
void wire_end(Wire *wire);                                  // no more will come
// Whoever asks has been started again, and asks by that end's peer.
void wire_again(Wire *wire, SipEndpoint *end);

// --- devices -----------------------------------------------------------------------------------------------

typedef struct Device { // of a SIP, by the row of its manifest's grants
    SealGrant grant;
    bool is_given; // a parameter of main is it
    bool has_ended;
    uint8_t *memory; // IO_MEMORY, DMA
    Irq *irq;        // IRQ, once it is listened to
} Device;

struct Irq {          // a line, listened to
    SipEndpoint *end; // the kernel's; NULL: nobody listens
    uint32_t line;
    uint32_t seen; // of the interrupts that have come, before the last one was told
    bool is_armed; // the next one will be told
};

const char *devices_give(Sip *sip); // before it starts; NULL, or why not
void devices_silence(Sip *sip);     // it has ended: no interrupt comes any more
void devices_close(void);           // the system has ended: DMA memory is given back

// Of the running SIP; kinds: bits by SealGrantKind. A number that is no such device of it is the verifier's mistake.
Device *device_of(Sip *sip, uint64_t number, uint32_t kinds);
bool device_covers(const Device *device, uint64_t offset, uint64_t length);
uint64_t device_read(const Device *device, uint64_t offset, uint32_t width);
bool device_write( // false: it is granted, but not this value
    const Device *device,
    uint64_t offset,
    uint64_t value,
    uint32_t width
);
void device_copy_in(const Device *device, uint64_t offset, uint8_t *bytes, uint64_t length);
bool device_copy_out(const Device *device, uint64_t offset, const uint8_t *bytes, uint64_t length);
void device_end(Device *device);

SipEndpoint *irq_listen(
    Device *device, uint32_t row, const Contract *contract, Sip *sip
);                                      // NULL: no memory
ASIDE void irq_serve(SipEndpoint *end); // something has come
void irq_forget(SipEndpoint *end);      // whoever listened is gone
void irq_end(Irq *irq);                 // no more will come
void irqs_look(void);                   // those that have come are told
bool irqs_wanted(void);                 // somebody listens: there may be something to come

// --- sets ----------------------------------------------------------------------------------------------------

SipSet *set_new(Sip *sip); // NULL beyond the quota
void set_add(SipSet *set, SipEndpoint *ep, void *value);
void set_remove(SipEndpoint *ep);                // from the set that it is in
SipEndpoint *set_first(const SipSet *set);       // NULL: it is empty
SipEndpoint *set_first_ready(const SipSet *set); // NULL: nothing has come
void set_notice(SipEndpoint *ep);                // something has come of a member
void set_end(SipSet *set);

// --- threads and whose turn it is --------------------------------------------------------------------------

typedef enum ThreadState {
    THREAD_READY,
    THREAD_WAITING,
    THREAD_HELD, // it could run, and its SIP is suspended
    THREAD_HELD_WAITING,
    THREAD_ENDED
} ThreadState;

typedef struct Queue { // who has come first stands first
    Thread *first, *last;
} Queue;

struct Thread {
    SipThread block;     // first: what %gs:0 points to
    ArchContext context; // while it is not running
    ArchState saved;     // what it was preempted with, while `context` says so
    Sip *sip;
    Sip *collects; // its SIP, if that has a collector: of its threads one runs at a time; else NULL
    uint64_t limit; // no frame of a kernel call lies lower; UINT64_MAX: its turn may be over
    ThreadState state;
    Queue *queue; // that it stands in; NULL: in none
    Thread *next, *before;
    bool is_queued;   // that queue is a CPU's
    uint64_t arrived; // there, among all that have come to the run queues
    uint64_t ahead;   // how many stood in them then
    uint64_t turns;   // that had begun then
    uint32_t home;    // the CPU that it has run on last
    Timer timer;      // its deadline: SIP_NO_TIMEOUT: it is not set, 0: it has come
    SipEndpoint *const
        *waits; // in receive: for these, in the SIP's memory or `only`; NULL: not in receive
    SipEndpoint *only;
    uint32_t wait_count;
    const SipWait *cases; // in receive_cases: in the SIP's memory; else NULL
    uint64_t wait_pc;     // where it asked, for reports

    // thread.c
    Thread *sibling; // the next of the SIP
    uint8_t *stack;  // begins with its guard
    size_t stack_pages;
    SipBlock *record;       // what it lies in; NULL: in its SIP
    Thread *parent;         // that will wait for it; NULL: nobody will
    void *join;             // ... with others of the same
    void *joining;          // that it waits for now
    uint64_t joins;         // that it has begun
    const uint64_t *parked; // the word that it waits for, in the SIP's memory; only compared
    uint64_t parked_at;     // when, in the SIP's parkings
};

typedef struct Sched {
    uint64_t queued;      // threads that can run, in the queues of all CPUs
    uint64_t arrivals;    // that there have been in all
    uint64_t turns;       // that have begun
    uint64_t stolen;      // ... of threads that stood in another CPU's queue
    uint64_t passed;      // the most turns of later arrivals that one has waited for
    uint64_t served;      // messages that were taken by a receive of several: a clock of its own
    uint64_t cases_woken; // how often somebody who waited for cases was let go on
    Timers timers;
    Thread kernel; // stands in a queue for the kernel's own context when that has something to do
} Sched;

extern Sched sched;

// --- CPUs --------------------------------------------------------------------------------------------------

typedef struct Cpu {
    ArchCpu arch; // first: what %gs points to
    uint32_t number;
    Queue queue;            // of threads that can run, and have run here last
    Thread *current;        // NULL: the kernel's own context
    Thread *handoff;        // goes first: it was just sent something
    uint32_t handoffs_left; // until the queue has its turn
    uint32_t looks_left;    // until the clock is asked for timers
    uint32_t ticks, turn;   // the timer's, in all; when this turn began
    ArchContext kernel;     // the kernel's own context, while a thread runs
    uint64_t base;          // its outermost frame
    uint32_t map_version;   // of the map of memory that it may remember
    uint64_t since;         // by the time-stamp counter: what it has done until then is charged
    uint64_t cycles;        // that the kernel's own context has had of it
    uint64_t idle;          // in which it rested

    // where there are several
    bool rests;         // it has nothing to do, and sleeps or is about to
    bool is_needed;     // written by others: it is to look for something to do
    uint32_t has_to_go; // written by others: it is to leave its thread, which will never go on
    bool has_left;      // that thread, in a handler that has not returned yet
} Cpu;

extern Cpu cpus[PLATFORM_CPUS];
extern uint32_t cpu_count;
extern bool cpus_share; // several work: from then on there is a lock

// Not to be kept over a switch.
static inline Cpu *this_cpu(void) {
    return (Cpu *)(void *)arch_cpu();
}

static inline Thread *current_thread(void) {
    return this_cpu()->current;
}

ASIDE void lock_wait(Cpu *cpu, bool in_handler);
ASIDE void cpu_forget_map(Cpu *cpu);

static inline bool lock_is_mine(const Cpu *cpu) {
    return __atomic_load_n(&kernel_lock.owner, __ATOMIC_RELAXED) == cpu->number + 1;
}

static inline bool lock_try(const Cpu *cpu) {
    uint32_t nobody = 0;
    if (!__atomic_compare_exchange_n(
            &kernel_lock.owner, &nobody, cpu->number + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED
        ))
        return false;
    __atomic_store_n(&kernel_lock.last, cpu->number + 1, __ATOMIC_RELAXED); // others look at it
    return true;
}

// At each door into the kernel, behind the test of the stack.
static inline void lock_kernel(void) {
    if (!cpus_share) return;
    Cpu *cpu = this_cpu();
    if (__atomic_load_n(&kernel_lock.wants, __ATOMIC_RELAXED) || !lock_try(cpu))
        lock_wait(cpu, false);
    if (cpu->map_version != platform_map_version) cpu_forget_map(cpu);
}

static inline void unlock_kernel(void) {
    __atomic_store_n(&kernel_lock.owner, 0, __ATOMIC_RELEASE);
}

// In a handler that has interrupted what did not have the lock; whoever waits may have to leave its thread meanwhile (`has_left`).
void lock_in_handler(Cpu *cpu);

void cpus_leave(const Sip *sip
);                       // every other CPU, before what it has is taken back; NULL: all SIPs
void cpu_wake_one(void); // of those that rest: there is something to do
Cpu *cpu_that_rests(uint32_t first); // and that nobody has woken: that one if it does; NULL: none
void cpu_need(Cpu *cpu);             // it looks for something to do
bool cpus_rest(void);                // all but this one
Cpu *cpu_that_runs(const Thread *thread); // NULL: none does

ASIDE void sched_add(Thread *thread);           // at the end of a queue
ASIDE void sched_let_siblings_run(Sip *sip);    // none of its threads is in the collector any more
void sched_stand(Queue *queue, Thread *thread); // at the end of that one, which is no CPU's
void sched_let_run(Queue *queue);               // all that stand there
void sched_set_timer(Timer *timer, uint64_t deadline); // which is not set
void sched_add_later(Thread *thread, uint64_t span);   // after so many nanoseconds
void sched_wake(Thread *thread);                       // if it waits; it goes next if it can
SipReceived sched_yield(void);
SipReceived sched_wait(uint64_t deadline
); // until sched_wake or the deadline; gives receive_answer's answer
bool sched_timed_out(const Thread *thread);
void sched_hold(Thread *thread); // it does not run until it is let go, whatever it waits for
void sched_let_go(Thread *thread);
void sched_remove(Thread *thread); // wherever it is; it never runs again
void sched_print(void);            // what the counters say, as a comment
void sched_to_kernel(void
); // from that stack, for good; the current thread goes on when its turn comes
_Noreturn void sched_leave(void);       // the current thread has ended; to the kernel's context
uint64_t deadline_after(uint64_t span); // saturates below SIP_NO_TIMEOUT

void sched_look_at_timers(void);                          // those whose time has come can run
ArchResume sched_on_kernel_stack(void (*function)(void)); // below where the kernel's context stands
void sched_begin(Cpu *cpu);
void sched_share_handoff(void); // whoever would go next here goes elsewhere, if a CPU rests
void sched_put_back(void); // the current thread, and whom it has woken, to the end of the queue

uint64_t sched_now(void); // platform_now, which does not go back from one CPU to another

// Runs threads on this CPU until one ends (and returns it), the kernel is asked for something (&sched.kernel) or nothing can go on any
// more (NULL; on the first CPU only).
Thread *sched_run(void);

// From a kernel call that has met its thread's limit: true if the stack has room; others may have run meanwhile.
ASIDE bool preempt_at_entry(Thread *thread, uint64_t frame);
void preempt_set_limit(Thread *thread);
void preempt_by_irq(uint64_t pc); // an interrupt has come there, and waits to be told

// What the SIP gets; `pc`: where it asks. One endpoint: now, if it is ready; or when it will be.
bool receive_now(Thread *thread, SipEndpoint *ep, SipReceived *result);
SipReceived receive_wait(Thread *thread, SipEndpoint *ep, uint64_t pc);
SipReceived receive_any(
    Thread *thread, SipEndpoint *const *eps, uint32_t count, uint64_t timeout, uint64_t pc
);
SipReceived receive_answer(Thread *thread); // for a thread whose turn it is, if it was in receive

SipReceived receive_cases(Thread *thread, SipWait *wait, uint64_t pc);
void cases_notice(Thread *thread
); // something has come of a source: it goes on if a case can be taken
bool receive_has_room(const Slot *slot, const Account *account); // for the blocks

// --- threads of a SIP --------------------------------------------------------------------------------------

size_t thread_pages(uint64_t stack_bytes); // of a stack, with its guard and the kernel's part
bool thread_create(
    Thread *thread, Sip *sip
);                               // a stack, and a place among the SIP's; false: no memory
void thread_end(Thread *thread); // its SIP goes on
// `args` are copied to its stack, which `entry(table, copy)` begins on. FAULT_NONE, or why there is no such thread.
uint32_t thread_spawn(Thread *parent, uint64_t entry, const void *args, uint64_t size, void *join);
void *thread_join_begin(Thread *thread);
void thread_join_end(Thread *thread, void *join);
void thread_park(Thread *thread, const uint64_t *word, uint64_t seen);
void thread_unpark(const Thread *thread, uint64_t *word); // which has that lock, and others wait
void thread_collector(Thread *only, const volatile uint64_t *busy); // see kcalls.def
bool thread_roots(const Thread *thread, uint64_t index, SipRoots *roots);

// --- programs and SIPs -------------------------------------------------------------------------------------

typedef struct Program {
    const Sealed *sealed; // of the copy
    uint8_t *copy;
    size_t pages;
    const Contract **contracts; // by row of the manifest
} Program;

typedef struct Ending { // why and where a SIP ended
    uint32_t fault;     // FAULT_NONE: it returned
    uint64_t thread;    // its number
    SealedView file;    // may be empty
    uint32_t line;
    SealedView text;              // what the trap says; may be empty
    uint64_t frames[MOST_FRAMES]; // addresses in the image, the innermost first
    uint32_t frame_count;
    uint64_t limit; // FAULT_TIME: nanoseconds that it might have
} Ending;

// How much of the CPUs a SIP may have, and all that it starts: the smallest budget of each is found first, and leads to the next.
struct Budget {
    Sip *sip;         // whose limits these are; NULL: nobody's
    Budget *within;   // of who has started it; NULL: nobody who did has limits
    uint32_t depth;   // how many those are
    uint32_t cpu;     // per cent of one CPU; 0: as much as there is
    uint64_t share;   // ... in cycles of a period
    int64_t left;     // of these; below 0: what it has had too much
    uint64_t began;   // the period
    uint64_t granted; // nanoseconds, in all; 0: no limit
    uint64_t
        total; // cycles that are left of them, without what those were granted that it has started
    bool is_over; // the kernel's own context will end it
    Queue held;   // threads that could run, and may not yet
    Timer next;   // set while there are any: the next period begins
    Budget *also_over;
};

struct Sip {
    SealedView name;
    const Program *program;
    Thread thread;   // the first
    Thread *threads; // all that have not ended
    uint32_t thread_count;
    uint64_t thread_numbers, parkings; // given out so far
    uint64_t cycles;                   // that it has had of CPUs (time)
    Budget *limits;                    // of that, its own or of whoever has started it; NULL: none
    Budget budget;                     // its own, if it has one
    Queue siblings;                    // threads that could run, were it not for that one
    Thread *
        runs; // of its collector: whose turn it is among the threads, on a CPU or inside the collector
    const volatile uint64_t
        *busy; // in its image: not 0 while `runs` is inside; NULL: no collector, or one thread
    Account account;
    SipBlock blocks;        // ledger list
    EndpointLink endpoints; // ledger list
    uint64_t endpoint_count;
    uint8_t *image;
    size_t image_pages;
    SipEndpoint **wires; // by parameter; NULL where it is no endpoint
    Wire **gives;        // by parameter: to whom the other end is delivered; NULL: it is not
    SipEndpoint **
        serves; // by parameter: the kernel's end by which it starts processes; NULL: none, or nobody asks any more
    Device *devices; // by grant
    uint32_t device_count;
    bool may_exit, alive;
    uint32_t restarts; // so far
    Ending ending;
    uint32_t number;      // its instance's row
    uint64_t stack_bytes; // of each thread
    uint32_t thread_most;

    // diagnostics.c
    uint64_t id; // never given again; 0: not yet
    Place place; // among all

    // process.c: if a SIP has started it
    Sip *starter;  // NULL: the system has
    Sip *children; // that it has started and that have not ended
    Sip *sibling, *before;
    SipBlock *record;            // what it lies in
    uint64_t reserved;           // bytes of the starter's account, without the record
    SipEndpoint *control, *exit; // the kernel's ends; NULL: nobody has the other
    bool has_exited;
    uint32_t status; // that it gave to `exit`
};

typedef struct System {
    Packed image;
    bool faulted, exited;
    uint32_t exit_status;
    Account account;  // the kernel's own, without a limit
    SipBlock records; // ledger list: what follows, and all that is made while the system starts
    Contract *contracts;
    Program *programs;
    Sealed *sealed; // of the programs, as packed_check_wire wants them
    Sip *sips;
    uint32_t program_count, sip_count;
} System;

extern System kernel;

// --- CPU time ------------------------------------------------------------------------------------------------

// Whether it is counted: where nobody can see it, a switch does without the counter, whose reading is half of what a switch costs.
extern bool time_counts;
void time_count(void); // while the system is made: somebody may ask, or there are limits

ASIDE void budget_charge(Budget *budget, uint64_t cycles); // and all that it lies within

// At each switch, before `current` is another, and with the lock: so each cycle of a CPU is charged to somebody.
static inline void time_charge(Cpu *cpu) {
    if (LIKELY(!time_counts)) return;
    const uint64_t now = arch_cycles(), before = cpu->since;
    Sip *sip = cpu->current ? cpu->current->sip : NULL;
    uint64_t *account = LIKELY(sip) ? &sip->cycles : cpu->rests ? &cpu->idle : &cpu->cycles;
    cpu->since = now;
    if (now <= before) return;
    *account += now - before;
    if (sip && sip->limits) budget_charge(sip->limits, now - before);
}

void time_charge_to_now(void);    // on all CPUs: from here on all accounts are right
uint64_t time_of(const Sip *sip); // nanoseconds that it has had of CPUs, as far as they are charged

typedef enum BudgetAnswer {
    BUDGET_SET,
    BUDGET_TOO_DEEP, // too many have limits of those that have started each other
    BUDGET_NO_TIME,  // whoever starts it has not that much left
} BudgetAnswer;

// Per cent and nanoseconds, 0: no limit of its own; when it is made.
BudgetAnswer budget_set(Sip *sip, uint32_t cpu, uint64_t time);
void budget_end(Sip *sip); // none of its threads is left
ASIDE bool budget_holds(Thread *thread
); // it could run, and may not: it waits in a queue of the budget's
bool budget_keeps(const Thread *thread);    // it stands there
bool budget_is_spent(const Thread *thread); // it runs, and may not any more
bool budget_is_over(const Thread *thread);  // the total of its own SIP's
Sip *budget_next_over(void);                // whose total is used up, to be ended; NULL: nobody's
uint64_t budget_time_left(const Sip *sip);  // nanoseconds, of its own total; 0: it has none

// It could run. False: it may not yet, and waits in a queue of the budget's.
static inline bool thread_has_budget(Thread *thread) {
    return LIKELY(!time_counts) || !thread->sip || !thread->sip->limits || !budget_holds(thread);
}

const Contract *contract_served(ServedContract served); // NULL: no program of the image knows it
void *record_take(uint64_t size
); // zeroed, until the system ends; while it starts: without memory it is refused
bool loader_open(
    const uint8_t *image, size_t length
);                       // the image and its programs; false with a line on the console
void loader_close(void); // the programs' copies

// --- trust.c: whose programs are started -------------------------------------------------------------------

bool trust_keys(SignatureKeys *trusted); // false: what stands in the kernel's file makes no sense

bool sips_create(void);     // and their wires; false with a line on the console
void sip_give_up(Sip *sip); // after its end: it will not be started again
void sip_end(Sip *sip);     // takes everything back, reading nothing of it; says so if that is news
bool sip_restart(Sip *sip
); // after its end by a fault, and after a while; false: not again, or there is no memory
bool sip_owns_pc(const Sip *sip, uint64_t pc);

// Of one that a SIP starts: memory and the ends that the kernel serves, when the fields of its record and its quotas are set;
// NULL, or what is wrong. Then, its other ends in `wires`, it runs; `args` are a block of its own.
const char *sip_create(Sip *sip, uint32_t number);
void sip_begin(Sip *sip, SipText *args, uint64_t arg_count);

// --- processes that SIPs start -------------------------------------------------------------------------------

void program_serve(
    SipEndpoint *end, Sip *starter, uint32_t param
);                                           // the kernel's end, of that parameter
ASIDE void process_notice(SipEndpoint *end); // something has come, or a console has more to show
void process_forget(SipEndpoint *end); // any of the kernel's: whoever had the other one is gone
void processes_serve(void);            // from the kernel's context: the next who has asked
void processes_end(Sip *sip);          // its own end is near: all that it has started
bool process_ended(Sip *sip); // it goes, having been started by a SIP; false: nobody is told how
ASIDE void account_drained(Account *account
); // nothing is charged to it any more: with its SIP, it ends
Sip *process_next(
    const Sip *sip, const Sip *root
); // of what `root` has started, and what those have; NULL: that was the last

// --- what the kernel serves --------------------------------------------------------------------------------

void service_begin(SipEndpoint *end, uint32_t service); // the kernel's end, of that service
ASIDE void service_notice(SipEndpoint *end);            // something has come
void service_forget(SipEndpoint *end);                  // whoever had the other end is gone

void service_tell(SipEndpoint *end, uint32_t message); // one without a payload

// Who pays for what an answer carries; blocks of it, in the message that is begun: NULL and empty if that has no room for them.
Account *service_payer(const SipEndpoint *end);
void *service_add(SipEndpoint *end, Account *payer, uint64_t size);
SipText service_add_text(SipEndpoint *end, Account *payer, const void *text, size_t length);

typedef struct EndingTexts { // as messages carry them
    SipText where, report;
} EndingTexts;

EndingTexts service_add_ending(
    SipEndpoint *end, Account *payer, const Ending *ending, const Sealed *sealed
);

void everyone_add(Sip *sip);    // it begins
void everyone_remove(Sip *sip); // it has ended, or never began
ASIDE void diagnostics_serve(SipEndpoint *end);
void diagnostics_forget(SipEndpoint *end);

void reports_begin(SipEndpoint *end);
void reports_note(const Sip *sip
); // it has ended by a fault; then, once it is known whether it is started again:
void reports_tell(bool again);
bool reports_end(void); // nothing can go on any more; false: nobody waits to hear that
ASIDE void reports_serve(SipEndpoint *end);
void reports_forget(SipEndpoint *end);

void input_begin(void);
void input_look(void);   // what has come is fetched, and told to who asks
bool input_wanted(void); // somebody asks, and there may be something to come
ASIDE void input_serve(SipEndpoint *end);
void input_forget(SipEndpoint *end);

// --- faults ------------------------------------------------------------------------------------------------

// Ends the running SIP. `pc`, or the row of the trap table, says where; `frame` is where the backtrace begins.
NEVER void fault_at_pc(uint32_t fault, uint64_t pc, uint64_t frame);
NEVER void fault_at_site(uint32_t fault, uint32_t site, uint64_t frame);
NEVER void fault_trap(uint32_t site, uint64_t frame); // the cause stands in the table
// The same, of the code that a handler has interrupted there.
ArchResume fault_resume(uint32_t fault, uint64_t pc);
Ending fault_of_time(const Sip *sip); // it has had all its CPU time, wherever it is
void fault_print(const Sip *sip);
typedef enum Why { // `End` of contracts/channels/process.sip
    WHY_RETURNED,
    WHY_FAULTED,
    WHY_OVER_QUOTA,
    WHY_KILLED,
    WHY_PEER_LOST
} Why;

Why fault_why(uint32_t fault);
size_t fault_write_place( // "file:line", or nothing; how long it is
    const Ending *ending,
    char *text,
    size_t room
);
size_t fault_write( // the cause, and the calls that led there
    const Ending *ending,
    const Sealed *sealed,
    char *text,
    size_t room
);
size_t fault_write_waiting( // "file:line" where a thread asked for a message, or nothing
    const Sip *sip,
    const Thread *thread,
    char *text,
    size_t room
);
void fault_print_kernel(
    uint64_t pc, uint64_t frame
);                                        // the calls that have led there, before the kernel ends
void fault_print_waiting(const Sip *sip); // what it waits for, in a deadlock

extern const KernelTable kernel_table;        // of one CPU
extern const KernelTable kernel_table_shared; // of several: the same with the lock

static inline const KernelTable *kernel_doors(void) {
    return cpus_share ? &kernel_table_shared : &kernel_table;
}

ASIDE void console_serve(SipEndpoint *ep); // a message has come for the kernel's end

#include "inject.h"

#endif
