// What several CPUs share, under ThreadSanitizer: threads of this process play CPUs, each with a %gs of its own, and work behind the one lock
// on accounts, blocks, channels and sets, and ask each other to leave. Whatever of the kernel's state one of them touches without
// the lock, and another one with it, is found; so is a lock that two have, or that somebody waits for longer than it promises.
//
// Only what is below the scheduler is compiled along (CMakeLists.txt): SIPs' code and switches of stacks are not instrumented, and what they
// hand over the sanitizer would have to be told.

#define sched_yield linux_sched_yield // pthread.h declares one
#include <pthread.h>
#undef sched_yield

#include "core.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <asm/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORKERS = 4, ROUNDS = 2000 };

// --- the machine, and what is above -----------------------------------------------------------------------------------

System kernel = { .account = { .quota = UINT64_MAX } };
uint32_t platform_map_version;
static uint32_t is_interrupted[WORKERS]; // atomic

void *platform_pages(size_t count) {
    void *pages = aligned_alloc(PLATFORM_PAGE, count * PLATFORM_PAGE);
    if (pages) memset(pages, 0, count * PLATFORM_PAGE);
    return pages;
}

void platform_pages_free(void *pages, size_t count) {
    (void)count;
    free(pages);
}

void platform_map_forget(void) {}

void platform_interrupt(uint32_t cpu) {
    __atomic_store_n(&is_interrupted[cpu], 1, __ATOMIC_RELEASE);
}

// In a loop that waits is where an interrupt comes to who has not the lock: from its handler it does not go back to its thread.
void platform_relax(uint32_t rounds) {
    Cpu *cpu = this_cpu();
    ArchResume resume;
    if (!lock_is_mine(cpu) &&
        __atomic_exchange_n(&is_interrupted[cpu->number], 0, __ATOMIC_ACQ_REL))
        kernel_left(&resume);
    if (rounds % 4 == 3) syscall(SYS_sched_yield);
}

void arch_reset_state(void) {}
void arch_clear_vectors(void) {}
bool time_counts;
uint64_t arch_cycles(void) {
    return __builtin_ia32_rdtsc();
}
void sched_begin(Cpu *cpu) {
    (void)cpu;
}
void sched_to_kernel(void) {}

ArchResume sched_on_kernel_stack(void (*function)(void)) {
    (void)function;
    return (ArchResume){ 0 };
}

NEVER void panic(const char *what) {
    print_error("panic: %s\n", what);
    abort();
}

static uint64_t woken; // behind the lock, as what follows

void sched_wake(Thread *thread) {
    thread->wait_count++;
    woken++;
}

void budget_charge(Budget *budget, uint64_t cycles) {
    (void)budget, (void)cycles;
}
void cases_notice(Thread *thread) {
    sched_wake(thread);
}
void account_drained(Account *account) {
    account->has_ended = false;
}
void console_serve(SipEndpoint *ep) {
    (void)ep;
}
void irq_forget(SipEndpoint *ep) {
    (void)ep;
}
void irq_serve(SipEndpoint *ep) {
    (void)ep;
}
void process_forget(SipEndpoint *ep) {
    (void)ep;
}
void process_notice(SipEndpoint *ep) {
    (void)ep;
}
void wire_serve(SipEndpoint *ep) {
    (void)ep;
}
void wire_forget(SipEndpoint *ep, EndpointLink *to_close) {
    (void)ep, (void)to_close;
}
void service_notice(SipEndpoint *ep) {
    (void)ep;
}
void service_forget(SipEndpoint *ep) {
    (void)ep;
}

// --- a CPU --------------------------------------------------------------------------------------------------------------

static Sip sips[WORKERS];
static Thread threads[WORKERS];
static Channel *channels[WORKERS]; // from each to the next one
static SipSet *sets[WORKERS];
static uint64_t inside, steps, left, rested; // behind the lock

// As a door does it; and whoever has had to leave its thread goes on with another one.
static void enter(uint32_t number, bool in_handler) {
    Cpu *cpu = &cpus[number];
    if (in_handler)
        lock_in_handler(cpu);
    else
        lock_kernel();
    if (inside++) panic("two have the lock");
    steps++;
    if (cpu->current) return;
    cpu->current = &threads[number];
    cpu->has_left = false;
    left++;
}

static void leave(void) {
    inside--;
    unlock_kernel();
}

// What a handler does that finds the CPU in its SIP's code.
static void look_at_interrupts(uint32_t number) {
    ArchResume resume;
    if (__atomic_exchange_n(&is_interrupted[number], 0, __ATOMIC_ACQ_REL)) kernel_left(&resume);
}

static void send_block(uint32_t number, uint64_t size) {
    SipEndpoint *out = &channels[number]->ends[0];
    SipBlock *block = channel_can_send(out) ? heap_take(&sips[number].account, size) : NULL;
    if (!block) return;
    ledger_add(&sips[number].blocks, block);
    memset(channel_begin(out, 0), (int)number, 16);
    channel_add_block(out, block);
    channel_commit(out);
}

static void receive_blocks(uint32_t number) {
    Sip *sip = &sips[number];
    SipEndpoint *in = &channels[(number + WORKERS - 1) % WORKERS]->ends[1];
    if (!ring_is_empty(in->in)) channel_take(in, sip);
    while (sip->blocks.next != &sip->blocks) {
        SipBlock *block = sip->blocks.next;
        ledger_remove(block);
        heap_give(block);
    }
    set_remove(in);
    set_add(sets[number], in, NULL);
}

static void end_other(uint32_t number, uint64_t round) {
    platform_map_version++;
    cpus_leave(&sips[(number + 1 + round % (WORKERS - 1)) % WORKERS]);
}

// As who has nothing to do: it sleeps without the lock, until somebody needs it or a while is over.
static void rest(uint32_t number) {
    Cpu *cpu = &cpus[number];
    cpu->rests = true;
    leave();
    for (int i = 0; i < 50 && !__atomic_load_n(&cpu->is_needed, __ATOMIC_ACQUIRE); i++)
        syscall(SYS_sched_yield);
    enter(number, false);
    cpu->rests = cpu->is_needed = false;
    rested++;
}

static void step(uint32_t number, uint64_t round) {
    if (round % 2)
        receive_blocks(number);
    else
        send_block(number, 1 + round * 37 % 3000);
    if (round % 97 == number) end_other(number, round);
    if (round % 31 == number) rest(number);
    if (cpu_that_rests(number)) cpu_wake_one();
}

static void *play(void *argument) {
    const uint32_t number = (uint32_t)((Thread *)argument - threads);
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, kernel_cpu(number))) abort();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        look_at_interrupts(number);
        enter(number, round % 7 == 0);
        step(number, round);
        leave();
    }
    enter(number, false);
    cpus[number].current = NULL; // nobody asks it any more
    leave();
    look_at_interrupts(number);
    return NULL;
}

// --- all of them ----------------------------------------------------------------------------------------------------------

static void make(void) {
    static Contract *contract;
    contract = calloc(1, sizeof *contract + sizeof contract->payload_bytes[0]);
    contract->slots[0] = 2;
    contract->slots[1] = 1;
    contract->slot_bytes = contract->payload_bytes[0] = 16;
    contract->message_count = 1;
    for (uint32_t i = 0; i < WORKERS; i++) {
        sips[i].account.quota = UINT64_MAX;
        ledger_init(&sips[i].blocks);
        links_init(&sips[i].endpoints);
        threads[i] = (Thread){ .sip = &sips[i], .state = THREAD_WAITING };
        channels[i] = channel_new(contract, &kernel.account);
        sets[i] = set_new(&sips[i]);
        ledger_remove(block_of(sets[i])); // not to be given back with those that come
        ledger_init(block_of(sets[i]));
        sets[i]->watcher = &threads[i];
    }
    for (uint32_t i = 0; i < WORKERS; i++)
        set_add(sets[i], &channels[(i + WORKERS - 1) % WORKERS]->ends[1], NULL);
}

static void end(void) {
    for (uint32_t i = 0; i < WORKERS; i++) {
        SipEndpoint *in = &channels[(i + WORKERS - 1) % WORKERS]->ends[1];
        set_remove(in);
        set_end(sets[i]);
        channel_close(in);
    }
    for (uint32_t i = 0; i < WORKERS; i++)
        channel_close(&channels[i]->ends[0]);
    for (uint32_t i = 0; i < WORKERS; i++)
        assert_true(sips[i].account.used == 0 && sips[i].account.blocks == 0);
    assert_true(kernel.account.used == 0 && heap.blocks == 0);
    heap_end();
    assert_true(heap.pages == 0);
}

static void what_cpus_share_is_behind_the_lock(void **state) {
    (void)state;
    pthread_t workers[WORKERS];
    make();
    cpu_count = WORKERS;
    cpus_share = true;
    for (uint32_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&workers[i], NULL, play, &threads[i]), 0);
    for (uint32_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i], NULL), 0);
    assert_true(steps >= (uint64_t)WORKERS * (ROUNDS + 1));
    assert_true(left > WORKERS && rested > 0 && woken > 0);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_cpus_share_is_behind_the_lock) };
    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
