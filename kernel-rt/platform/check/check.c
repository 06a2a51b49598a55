// A kernel_main that tries what arch and platform promise, booted and hosted: the layers below core, without core. It
// prints one line per promise and stops with status 42. Whatever breaks ends in a line that begins with `not`.

#include "core/platform.h"

#include <stdbool.h>

enum { STATUS = 42, STACK_PAGES = 16 };

static void say(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    platform_console(text, length);
}

static void check(bool holds, const char *promise) {
    say(holds ? "ok " : "not ");
    say(promise);
    say("\n");
    if (!holds) platform_stop(1);
}

// --- threads that fault, and how the next one goes on ---------------------------------------------------------

static ArchContext main_context, thread_context;
static ArchFault last_fault;
static int fault_count;
static uint8_t *thread_stack;
static SipThread thread = { .self = &thread };
static bool blames_nobody = true; // a fault that no check asked for

static void back_to_main(void) {
    arch_switch(&thread_context, &main_context, (SipReceived){ 0 });
}

void kernel_exception(const ArchFault *fault, ArchResume *resume) {
    if (blames_nobody) check(false, "an exception that nobody asked for");
    last_fault = *fault;
    fault_count++;
    // As a call would leave the stack for back_to_main.
    resume->pc = (uint64_t)back_to_main;
    resume->sp = (uint64_t)(thread_stack + STACK_PAGES * PLATFORM_PAGE - 8);
}

_Noreturn void kernel_die(const ArchFault *fault, const char *why) {
    (void)fault;
    check(false, why);
    platform_stop(1);
}

// --- ticks ------------------------------------------------------------------------------------------------------

static volatile uint32_t ticks_seen;
static volatile uint64_t spin_low, spin_high; // a tick there preempts
static ArchState preempted;

static void back_from_tick(void) {
    ArchContext nobody;
    arch_clear_vectors();
    arch_reset_state();
    arch_switch(&nobody, &main_context, (SipReceived){ 0 });
}

bool kernel_irq(uint32_t line, uint64_t pc) {
    (void)line, (void)pc;
    return false;
}

void kernel_input_came(void) {}

bool kernel_is_needed(void) {
    return false;
}

bool kernel_left(ArchResume *resume) {
    (void)resume;
    return false;
}

// --- CPUs: this one ---------------------------------------------------------------------------------------------

ArchLock kernel_lock;

ArchCpu *kernel_cpu(uint32_t number) {
    static ArchCpu cpu;
    (void)number;
    cpu.self = &cpu;
    return &cpu;
}

_Noreturn void kernel_cpu_main(void) {
    platform_stop(1);
}

ArchState *kernel_tick(uint64_t pc, uint32_t ticks, ArchResume *resume) {
    ticks_seen += ticks;
    if (pc < spin_low || pc >= spin_high) return NULL;
    spin_low = spin_high = 0;
    arch_preempted(&thread_context, &preempted, &thread);
    // The upper half of the stack is free: the thread is in its loop in the lower one.
    resume->pc = (uint64_t)back_from_tick;
    resume->sp = (uint64_t)(thread_stack + STACK_PAGES * PLATFORM_PAGE / 2 - 8);
    return &preempted;
}

static void run(void (*start)(void *), void *argument) {
    arch_prepare(
        &thread_context, &thread, thread_stack + STACK_PAGES * PLATFORM_PAGE, start, argument
    );
    arch_switch(&main_context, &thread_context, (SipReceived){ 0 });
}

static bool faults(void (*start)(void *), void *argument, uint32_t vector, uint64_t address) {
    const int before = fault_count;
    blames_nobody = false;
    run(start, argument);
    blames_nobody = true;
    return fault_count == before + 1 && last_fault.vector == vector &&
           last_fault.address == address;
}

static void reads(void *at) {
    (void)*(volatile uint8_t *)at;
    back_to_main();
}

static void writes(void *at) {
    *(volatile uint8_t *)at = 1;
    back_to_main();
}

static void calls(void *at) {
    ((void (*)(void))at)();
    back_to_main();
}

static void divides(void *unused) {
    (void)unused;
    __asm__ volatile("xor %%ecx, %%ecx\n\tdiv %%ecx" ::: "eax", "ecx", "edx", "cc");
    back_to_main();
}

static void runs_no_instruction(void *unused) {
    (void)unused;
    __asm__ volatile("ud2");
}

static void reads_beyond_canonical(void *unused) {
    reads((void *)(UINT64_C(1) << 60));
    (void)unused;
}

static void overflows(void *unused) {
    volatile uint8_t room[512];
    room[0] = 0;
    if (!room[0]) // always
        overflows(unused);
    room[1] = 0;
}

static void direction_flag_faults(void *unused) {
    (void)unused;
    __asm__ volatile("std\n\tud2");
}

static bool direction_is_up(void) {
    uint64_t flags;
    __asm__ volatile("pushfq\n\tpop %0" : "=r"(flags));
    return !(flags & 0x400);
}

// --- the checks ------------------------------------------------------------------------------------------------------

static void check_console(const uint8_t *image, size_t length) {
    say("image: ");
    platform_console((const char *)image, length);
    check(arch_cpu_is_baseline(), "the CPU is x86-64-v2");
}

static SipReceived passed; // what came through the switch that stopped the thread

static void goes_to_and_fro(void *unused) {
    (void)unused;
    passed = arch_switch(&thread_context, &main_context, (SipReceived){ 0 });
    back_to_main();
}

static void check_switch(void) {
    run((void (*)(void *))(uintptr_t)back_to_main, NULL);
    check(true, "a thread starts and switches back");
    run(goes_to_and_fro, NULL);
    arch_switch(&main_context, &thread_context, (SipReceived){ 7, &thread });
    check(passed.what == 7 && passed.payload == &thread, "and is given an answer");
}

static bool is_zero(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (bytes[i]) return false;
    return true;
}

static void fill(uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        bytes[i] = 0xee;
}

static void check_pages(void) {
    const size_t bytes = 5 * PLATFORM_PAGE;
    uint8_t *first = platform_pages(5), *second = platform_pages(5);
    check(first && second && (uintptr_t)first % PLATFORM_PAGE == 0, "pages are handed out");
    check(first + bytes <= second || second + bytes <= first, "and nobody has the same");
    fill(first, bytes);
    fill(second, bytes);
    platform_protect(first, 2, PLATFORM_READ);
    platform_pages_free(first, 5);
    uint8_t *again = platform_pages(5);
    check(again == first && is_zero(again, bytes), "recycled pages are zeroed and writable");
    fill(again, bytes);
    platform_pages_free(again, 5);
    check(
        !platform_pages(0) && !platform_pages(SIZE_MAX) && !platform_pages((size_t)1 << 40),
        "too much memory is refused"
    );
    platform_pages_free(second, 5);
}

// The heap hands pages on as they come: nothing else stands between one process and what another one has written.
static void check_clean(void) {
    static const size_t sizes[] = { 700, 1, 530, 513, 90, 1200, 3 }; // below and above a large page
    enum { COUNT = sizeof sizes / sizeof *sizes, ROUNDS = 4 };
    uint8_t *pages[COUNT];
    bool clean = true;
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            const size_t bytes = sizes[(i + round) % COUNT] * PLATFORM_PAGE;
            pages[i] = platform_pages(bytes / PLATFORM_PAGE);
            clean = clean && pages[i] && is_zero(pages[i], bytes);
            if (clean) fill(pages[i], bytes);
        }
        for (size_t i = 0; clean && i < COUNT;
             i++) { // every second one first, so that the rest lies between gaps
            const size_t at = i * 2 % COUNT;
            platform_pages_free(pages[at], sizes[(at + round) % COUNT]);
        }
    }
    check(clean, "whatever was there before, all pages come zeroed");
}

static void check_protection(void) {
    uint8_t *pages = platform_pages(1200); // more than a large page of the booted kernel
    check(pages, "a lot of memory in a row");
    uint8_t *page = pages + 600 * PLATFORM_PAGE;
    page[0] = 0xc3; // ret
    check(faults(calls, page, 14, (uint64_t)page), "what can be written cannot be run");
    platform_protect(page, 1, PLATFORM_EXECUTE);
    run(calls, page);
    check(faults(writes, page, 14, (uint64_t)page), "what can be run cannot be written");
    platform_protect(page, 1, PLATFORM_READ);
    run(reads, page);
    check(
        faults(writes, page, 14, (uint64_t)page) && faults(calls, page, 14, (uint64_t)page),
        "what can be read can only be read"
    );
    platform_protect(page, 1, PLATFORM_NONE);
    check(faults(reads, page + 5, 14, (uint64_t)page + 5), "a guard is a guard");
    run(writes, page - 1);
    run(writes, page + PLATFORM_PAGE);
    check(page[-1] == 1 && page[PLATFORM_PAGE] == 1, "and its neighbours are writable");
    platform_protect(page, 1, PLATFORM_WRITE);
    check(page[0] == 0xc3, "protection leaves what is there");
    platform_pages_free(pages, 1200);
}

static const int constant = 7;

static void check_kernel_protection(const uint8_t *image) {
    check(faults(reads, NULL, 14, 0), "nothing lies at address 0");
    check(
        faults(writes, (void *)(uintptr_t)&constant, 14, (uint64_t)&constant),
        "constants cannot be written"
    );
    check(
        faults(writes, (void *)(uintptr_t)check_console, 14, (uint64_t)check_console),
        "nor can code"
    );
    check(faults(calls, &fault_count, 14, (uint64_t)&fault_count), "data cannot be run");
    check(
        faults(writes, (void *)(uintptr_t)image, 14, (uint64_t)image), "the image cannot be written"
    );
}

static void check_exceptions(void) {
    check(faults(divides, NULL, 0, 0) && last_fault.fault == 2, "division by zero");
    check(faults(runs_no_instruction, NULL, 6, 0) && last_fault.fault == 15, "illegal instruction");
    check(
        faults(direction_flag_faults, NULL, 6, 0) && direction_is_up(),
        "flags do not outlive a fault"
    );
    blames_nobody = false;
    run(reads_beyond_canonical, NULL);
    check(last_fault.vector == 13 && last_fault.fault == 16, "general protection");
    run(overflows, NULL);
    blames_nobody = true;
    check(
        last_fault.vector == 14 && last_fault.address < (uint64_t)thread_stack &&
            last_fault.address >= (uint64_t)thread_stack - PLATFORM_PAGE,
        "stack overflow hits the guard"
    );
    check(faults(divides, NULL, 0, 0), "and the handler is there again");
}

// --- entering a SIP -------------------------------------------------------------------------------------------

static const SipStart start;
static bool finished;

static void finish(void) {
    SipThread *running;
    __asm__("movq %%gs:0, %0" : "=r"(running));
    finished = running == &thread;
    back_to_main();
}

static const KernelTable table = { .FINISH = finish };

// Takes all registers at entry: `entered` saves them here in this order.
uint64_t entered_registers[16 + 32];
void entered(void);
__asm__(".text\n"
        "entered:\n"
        "    mov %rax, entered_registers(%rip)\n"
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    mov %r\\n, entered_registers+8*\\n(%rip)\n"
        ".endr\n"
        "    mov %rbx, entered_registers+8(%rip)\n"
        "    mov %rcx, entered_registers+16(%rip)\n"
        "    mov %rdx, entered_registers+24(%rip)\n"
        "    mov %rbp, entered_registers+32(%rip)\n"
        "    mov %rdi, entered_registers+40(%rip)\n"
        "    mov %rsi, entered_registers+48(%rip)\n"
        "    mov %rsp, entered_registers+56(%rip)\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    movups %xmm\\n, entered_registers+128+16*\\n(%rip)\n"
        ".endr\n"
        "    ret\n");

static void enters(void *unused) {
    (void)unused;
    arch_enter_sip(
        (uint64_t)entered, &table, &start, (uint64_t)(thread_stack + STACK_PAGES * PLATFORM_PAGE)
    );
}

static void check_entry(void) {
    __asm__ volatile("pcmpeqd %xmm9, %xmm9"); // so that one of them is not zero by chance
    run(enters, NULL);
    check(finished, "a SIP that returns has finished, and %gs:0 names its thread");
    uint64_t *r = entered_registers;
    check(
        r[5] == (uint64_t)&table && r[6] == (uint64_t)&start && r[7] % 16 == 8,
        "a SIP gets two arguments"
    );
    r[5] = r[6] = r[7] = 0;
    check(is_zero((const uint8_t *)r, sizeof entered_registers), "and all other registers zero");
}

// Fills all registers, waits until it was preempted, and writes down what it has then: general registers in the order
// of their numbers, flags, MXCSR, the x87 control word and a value on its stack, and the vector registers.
uint64_t spin_registers[16 + 4 + 32];
volatile uint64_t spin_go_on;
void spins(void *unused);
extern const uint8_t spin_from[], spin_to[];
__asm__(".text\n"
        "spins:\n"
        "    movl $0x3f80, -4(%rsp)\n" // rounds up: another mode than what is set on the way
        "    ldmxcsr -4(%rsp)\n"
        "    fld1\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    mov $(0x1111 * \\n + 7), %eax\n"
        "    movq %rax, %xmm\\n\n"
        "    movlhps %xmm\\n, %xmm\\n\n"
        ".endr\n"
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    mov $(0x10000000 + \\n), %r\\n\n"
        ".endr\n"
        "    mov $0x10000000, %rax\n"
        "    mov $0x10000001, %rcx\n"
        "    mov $0x10000002, %rdx\n"
        "    mov $0x10000003, %rbx\n"
        "    mov $0x10000005, %rbp\n"
        "    mov $0x10000006, %rsi\n"
        "    mov $0x10000007, %rdi\n"
        "    std\n"
        "    stc\n"
        "spin_from:\n"
        "    pause\n"
        "    jrcxz 1f\n" // never
        "    bt $0, spin_go_on(%rip)\n"
        "    jnc spin_from\n"
        "spin_to:\n"
        "1:  mov %rax, spin_registers(%rip)\n"
        "    pushfq\n"
        "    popq spin_registers+8*16(%rip)\n"
        "    cld\n"
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    mov %r\\n, spin_registers+8*\\n(%rip)\n"
        ".endr\n"
        "    mov %rcx, spin_registers+8*1(%rip)\n"
        "    mov %rdx, spin_registers+8*2(%rip)\n"
        "    mov %rbx, spin_registers+8*3(%rip)\n"
        "    mov %rbp, spin_registers+8*5(%rip)\n"
        "    mov %rsi, spin_registers+8*6(%rip)\n"
        "    mov %rdi, spin_registers+8*7(%rip)\n"
        "    stmxcsr spin_registers+8*17(%rip)\n"
        "    fnstcw spin_registers+8*18(%rip)\n"
        "    fistpll spin_registers+8*19(%rip)\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    movups %xmm\\n, spin_registers+8*20+16*\\n(%rip)\n"
        ".endr\n"
        "    jmp back_to_main_from_spin\n");

void back_to_main_from_spin(void);
void back_to_main_from_spin(void) {
    arch_reset_state();
    back_to_main();
}

static bool kept_general(const uint64_t *r) {
    for (uint64_t i = 0; i < 16; i++)
        if (i != 4 && r[i] != 0x10000000 + i) return false;
    return (r[16] & 0x400) && (r[17] & 0x6000) == 0x2000 && (r[18] & 0xffff) == 0x37f && r[19] == 1;
}

static bool kept_vectors(const uint64_t *r) {
    for (uint64_t i = 0; i < 32; i++)
        if (r[20 + i] != 0x1111 * (i / 2) + 7) return false;
    return true;
}

static void check_ticks(void) {
    ticks_seen = 0;
    platform_ticks_start();
    while (ticks_seen < 3)
        arch_cycles();
    check(true, "ticks come");
    spin_low = (uint64_t)spin_from;
    spin_high = (uint64_t)spin_to;
    run(spins, NULL);
    check(spin_low == 0, "a tick can take a thread off the CPU");
    uint64_t vectors[2];
    __asm__("movups %%xmm5, %0" : "=m"(vectors));
    check(vectors[0] == 0 && vectors[1] == 0, "and nothing of its registers stays");
    spin_go_on = 1;
    arch_switch(&main_context, &thread_context, (SipReceived){ 0 });
    check(kept_general(spin_registers), "all its registers are there when it goes on");
    check(kept_vectors(spin_registers), "and its vector registers");
}

// check.py knows this number, and looks at a clock of its own.
enum { WAITED = 300000000 };

static void check_time(void) {
    const uint64_t before = platform_now(), cycles = arch_cycles();
    const uint64_t until = before + WAITED;
    uint64_t now;
    while ((now = platform_now()) < until)
        platform_idle(until);
    check(now - before < UINT64_C(5000000000), "time passes"); // generous: the machine may be busy
    check(arch_cycles() > cycles, "and cycles");
    const uint64_t counted = platform_nanoseconds(arch_cycles() - cycles);
    check(
        counted > WAITED / 10 * 9 && counted / 10 < (platform_now() - before) / 9,
        "which are as long"
    );
    platform_idle(0);
    check(platform_now() >= now, "and never goes back");
}

// On a machine with more memory than this, all we know is that there is that much.
enum { MOST_CHUNKS = 160, CHUNK = 1024 };

static size_t take_all(void *chunks[MOST_CHUNKS]) {
    size_t count = 0;
    while (count < MOST_CHUNKS && (chunks[count] = platform_pages(CHUNK)))
        count++;
    return count;
}

static void give_all(void *chunks[MOST_CHUNKS], size_t count) {
    for (size_t i = 0; i < count; i++)
        platform_pages_free(chunks[i], CHUNK);
}

static void check_exhaustion(void) {
    static void *chunks[MOST_CHUNKS];
    const size_t count = take_all(chunks);
    check(count > 10, "memory is there until it is gone");
    size_t singles = 0;
    static void *single[2 * CHUNK];
    while (singles < 2 * CHUNK && (single[singles] = platform_pages(1)))
        singles++;
    // With nothing left, protection still works.
    for (size_t i = 0; i < count; i++)
        platform_protect((uint8_t *)chunks[i] + CHUNK / 2 * PLATFORM_PAGE, 1, PLATFORM_READ);
    for (size_t i = 0; i < singles; i++)
        platform_pages_free(single[i], 1);
    give_all(chunks, count);
    const size_t again = take_all(chunks);
    check(again + 2 >= count, "and there again when it was freed");
    give_all(chunks, again);
}

// --- signatures, as this kernel was compiled and linked to check them ---------------------------------------------------

int crypto_sign_ed25519_verify_detached(
    const unsigned char *signature,
    const unsigned char *message,
    unsigned long long length,
    const unsigned char *key
);

bool trust_add(const uint8_t key[32]) {
    (void)key;
    return false;
}

typedef struct Vector {
    uint8_t key[32], message[64], signature[64];
    size_t length; // of the message
} Vector;

static size_t from_hex(const char *text, uint8_t *out) {
    size_t count = 0;
    for (; text[2 * count]; count++) {
        const char high = text[2 * count], low = text[2 * count + 1];
        out[count] = (uint8_t)((high <= '9' ? high - '0' : high - 'a' + 10) << 4 |
                               (low <= '9' ? low - '0' : low - 'a' + 10));
    }
    return count;
}

static bool is_right(const Vector *v) {
    return crypto_sign_ed25519_verify_detached(v->signature, v->message, v->length, v->key) == 0;
}

static bool refuses_changes(Vector *v, uint8_t *bytes, size_t count) {
    for (size_t at = 0; at < count; at++) {
        bytes[at] ^= (uint8_t)(1u << at % 8);
        const bool right = is_right(v);
        bytes[at] ^= (uint8_t)(1u << at % 8);
        if (right) return false;
    }
    return true;
}

// S plus the group's order is the same S to who does not look: a second signature made of the first.
static bool refuses_bent(Vector v) {
    static const char order[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    uint8_t l[32];
    unsigned carry = 0;
    from_hex(order, l);
    for (size_t i = 0; i < sizeof l; i++) {
        carry += v.signature[32 + i] + (unsigned)l[i];
        v.signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    return !is_right(&v);
}

// Keys of order 1, 2, 4 and 8, with R the neutral element and S zero, which an equation alone accepts for many messages.
static bool refuses_small_order(void) {
    static const char *const keys[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 1, not reduced
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        Vector v = { .signature = { 1 }, .length = 1 };
        from_hex(keys[i], v.key);
        for (uint32_t message = 0; message < 16; message++) {
            v.message[0] = (uint8_t)message;
            if (is_right(&v)) return false;
        }
    }
    return true;
}

static void check_signatures(void) {
    static const struct {
        const char *key, *message, *signature;
    } rows[] = {
#define VECTOR(key, message, signature) { key, message, signature },
#include "sodium/vectors.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Vector v = { .length = 0 };
        from_hex(rows[i].key, v.key);
        from_hex(rows[i].signature, v.signature);
        v.length = from_hex(rows[i].message, v.message);
        check(is_right(&v), "a signature of RFC 8032");
        check(
            refuses_changes(&v, v.signature, sizeof v.signature) &&
                refuses_changes(&v, v.key, sizeof v.key) &&
                refuses_changes(&v, v.message, v.length),
            "and none with a byte of it, its key or its message changed"
        );
        check(refuses_bent(v), "and none that was bent");
    }
    check(refuses_small_order(), "no key of small order");
}

_Noreturn void kernel_main(const uint8_t *image, size_t length) {
    check_console(image, length);
    uint8_t *stack = platform_pages(STACK_PAGES + 1);
    check(stack, "a stack");
    platform_protect(stack, 1, PLATFORM_NONE);
    thread_stack = stack + PLATFORM_PAGE;
    check_switch();
    check_pages();
    check_clean();
    check_protection();
    check_kernel_protection(image);
    check_exceptions();
    check_entry();
    check_ticks();
    check_time();
    check_exhaustion();
    check_signatures();
    say("done\n");
    platform_stop(STATUS);
}
