// For tests: a machine made of this process. Pages are mmap's, the clock advances only when somebody idles or asks, and
// each system runs in a child process, whose output and status come back. The CPU is the real one: arch/x86_64.

#ifndef KERNEL_CORE_MACHINE_TEST_H
#define KERNEL_CORE_MACHINE_TEST_H

#include "core.h"

#include "arch/x86_64/fault.h"
#include "contracts/abi/pci.h"
#include "image/image.h"
#include "sealed/example_test.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <asm/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

// --- under sanitizers ----------------------------------------------------------------------------------------

#if __has_feature(address_sanitizer)
// Frames stay on the stack that a SIP has, faults are ours, and what is left over the ledger finds.
const char *__asan_default_options(void);

__attribute__((used)) const char *__asan_default_options(void) {
    return "detect_stack_use_after_return=0:detect_leaks=0:handle_segv=0:handle_sigill=0:"
           "handle_sigfpe=0:use_sigaltstack=0";
}
#endif

// --- the platform ------------------------------------------------------------------------------------------

static uint64_t
    machine_failing; // 0: none; 1: the next request for pages, or for their protection, and so on

static bool machine_fails_on;        // ... and all that follow
static bool (*machine_spares)(void); // NULL: no request; or: not this one

static inline bool machine_fails(void) {
    if (!machine_failing || (machine_spares && machine_spares())) return false;
    if (machine_failing == 1 && machine_fails_on) return true;
    return --machine_failing == 0;
}

void *platform_pages(size_t count) {
    if (machine_fails()) return NULL;
    void *pages = mmap(
        NULL, count * PLATFORM_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0
    );
    return pages == MAP_FAILED || count == 0 ? NULL : pages;
}

void platform_memory(uint64_t *pages, uint64_t *left) {
    *pages = 1000;
    *left = 100;
}

void platform_pages_free(void *pages, size_t count) {
    munmap(pages, count * PLATFORM_PAGE);
}

bool platform_guard(void *page) {
    return !machine_fails() && mprotect(page, PLATFORM_PAGE, PROT_NONE) == 0;
}

bool platform_protect(void *pages, size_t count, PlatformAccess access) {
    static const int of_access[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
                                     PROT_READ | PROT_EXEC };
    return !machine_fails() && mprotect(pages, count * PLATFORM_PAGE, of_access[access]) == 0;
}

static bool (*machine_hides)(const char *text, size_t length); // NULL: it shows all

void platform_console(const char *text, size_t length) {
    if (machine_hides && machine_hides(text, length)) return;
    while (length) {
        const ssize_t written = write(STDOUT_FILENO, text, length);
        if (written < 0) _exit(99);
        text += written;
        length -= (size_t)written;
    }
}

static unsigned machine_seconds = 240; // after which a system is taken to hang

// What comes in by the console, all at once.
static const char *machine_input = "";

PlatformTyping platform_input_start(void) {
    kernel_input_came();
    return PLATFORM_STREAM;
}

size_t platform_input_read(uint8_t *bytes, size_t room, uint64_t *lost, bool *has_ended) {
    size_t count = 0;
    (void)lost;
    while (count < room && *machine_input)
        bytes[count++] = (uint8_t)*machine_input++;
    *has_ended = !*machine_input;
    return count;
}

static uint64_t machine_clock;

uint64_t platform_now(void) {
    return machine_clock += 10;
}

uint64_t platform_nanoseconds(uint64_t cycles) {
    return cycles;
}

static void (*machine_idles)(void); // NULL: nothing happens but that time passes

void platform_idle(uint64_t until) {
    if (machine_idles) machine_idles();
    if (until != SIP_NO_TIMEOUT) machine_clock = until;
}

void platform_ticks_start(void) {}

uint32_t platform_map_version;

void platform_map_forget(void) {}

uint32_t platform_cpus(void) {
    return 1;
}

void platform_cpus_start(void) {}

void platform_interrupt(uint32_t cpu) {
    (void)cpu;
}

void platform_relax(uint32_t rounds) {
    (void)rounds;
}

// Ports and memory that keep what is written to them, and lines that the test makes fire when the machine idles.
static uint8_t machine_ports[1 << 16], machine_memory[4096];
static bool machine_lines[PLATFORM_IRQS];

const char *platform_ports(uint64_t base, uint64_t length) {
    (void)base, (void)length;
    return NULL;
}

uint64_t platform_port_read(uint16_t port, uint32_t width) {
    uint64_t value = 0;
    memcpy(&value, &machine_ports[port], width);
    return value;
}

void platform_port_write(uint16_t port, uint64_t value, uint32_t width) {
    memcpy(&machine_ports[port], &value, width);
}

const char *platform_device_memory(uint64_t base, uint64_t length, uint8_t **memory) {
    if (base != 0xfe000000 || length > sizeof machine_memory)
        return "is granted addresses at which the machine has no device";
    *memory = machine_memory;
    return NULL;
}

uint64_t platform_memory_read(const uint8_t *at, uint32_t width) {
    uint64_t value = 0;
    memcpy(&value, at, width);
    return value;
}

void platform_memory_write(uint8_t *at, uint64_t value, uint32_t width) {
    memcpy(at, &value, width);
}

// What devices may reach: how often, and how much of it in all.
static uint64_t machine_dma_bytes;
static int machine_devices_silenced;

void platform_device_dma(const uint8_t *memory, uint8_t *bytes, uint64_t length) {
    if (memory != machine_memory || !bytes) abort();
    machine_dma_bytes += length;
}

void platform_device_silence(const uint8_t *memory) {
    if (memory != machine_memory) abort();
    machine_devices_silenced++;
}

void platform_devices_stop(void) {}

bool platform_irq_is_there(uint32_t line) {
    return line < PLATFORM_IRQS;
}

void platform_irq_set(uint32_t line, bool on) {
    machine_lines[line] = on;
}

// Of one device on the bus, whose third place is where `machine_place` says.
#define MACHINE_PCI_VENDOR 0x1234u
static uint64_t machine_place = 0xfe000000;
static int machine_started, machine_silenced;

const char *platform_pci_function(uint64_t grant) {
    return PCI_VENDOR(grant) == MACHINE_PCI_VENDOR && PCI_INDEX(grant) == 0
               ? NULL
               : "is granted a device on the PCI bus that the machine has not";
}

const char *platform_pci_memory(uint64_t grant, uint64_t length, uint64_t *base) {
    (void)length;
    *base = machine_place;
    return platform_pci_function(grant);
}

uint32_t platform_pci_irq(uint64_t grant) {
    return platform_pci_function(grant) ? PLATFORM_NO_IRQ : PLATFORM_IRQS - 1;
}

uint64_t platform_pci_read(uint64_t grant, uint64_t offset, uint32_t width) {
    (void)grant, (void)width;
    return 0x40 + offset;
}

void platform_pci_start(uint64_t grant) {
    (void)grant;
    machine_started++;
}

void platform_pci_silence(uint64_t grant) {
    (void)grant;
    machine_silenced++;
}

_Noreturn void platform_stop(uint32_t status) {
    _exit((int)status);
}

// --- running a system --------------------------------------------------------------------------------------

typedef struct Outcome {
    int status;
    char text[65536]; // lines that begin with `#` left out
} Outcome;

static inline void machine_exception(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint32_t vector = (uint32_t)registers[REG_TRAPNO];
    (void)number;
    (void)info;
    const ArchFault fault = { .fault = arch_fault_of_vector(vector),
                              .vector = vector,
                              .pc = (uint64_t)registers[REG_RIP],
                              .address = (uint64_t)registers[REG_CR2],
                              .frame = (uint64_t)registers[REG_RBP] };
    ArchResume resume = { 0 };
    kernel_exception(&fault, &resume);
    registers[REG_RIP] = (greg_t)resume.pc;
    registers[REG_RSP] = (greg_t)resume.sp;
}

static inline void machine_start(const uint8_t *image, size_t size, int console) {
    static uint8_t handler_stack[65536];
    const stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof handler_stack };
    struct sigaction action = { .sa_sigaction = machine_exception,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK };
    dup2(console, STDOUT_FILENO);
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    syscall(SYS_arch_prctl, ARCH_SET_GS, kernel_cpu(0));
    alarm(machine_seconds);
    kernel_main(image, size);
}

static inline void drop_measurements(char *text) {
    char *to = text;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        if (*line != '#') {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    *to = '\0';
}

static inline void run_image(const uint8_t *image, size_t size, Outcome *outcome) {
    int ends[2];
    size_t length = 0;
    ssize_t got;
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) machine_start(image, size, ends[1]);
    close(ends[1]);
    while ((got = read(ends[0], outcome->text + length, sizeof outcome->text - 1 - length)) > 0)
        length += (size_t)got;
    outcome->text[length] = '\0';
    close(ends[0]);
    waitpid(child, &outcome->status, 0);
    outcome->status =
        WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -WTERMSIG(outcome->status);
    if (getenv("SHOW")) fprintf(stderr, "[%d]\n%s", outcome->status, outcome->text);
    drop_measurements(outcome->text);
}

// --- describing a system -----------------------------------------------------------------------------------

enum { MACHINE_MOST = 8, MACHINE_WIRES = 4 };

typedef struct TestSip { // instance and program in one
    Example example;
    ImageWireInput wires[MACHINE_WIRES]; // param NULL ends the list
    uint8_t code[12];                    // instead of a jump to example.code, if length is not 0
    uint8_t code_length;
} TestSip;

// SIP i is called as its program in `sips`; example.name NULL ends the list.
static inline bool try_pack_system(const TestSip *sips, Buf *image, char error[IMAGE_ERROR_ROOM]) {
    static ExampleFile files[MACHINE_MOST];
    ImageProgramInput programs[MACHINE_MOST] = { 0 };
    ImageInstanceInput instances[MACHINE_MOST] = { 0 };
    uint32_t count = 0;
    for (; count < MACHINE_MOST && sips[count].example.name; count++) {
        const TestSip *sip = &sips[count];
        uint32_t wires = 0;
        while (wires < MACHINE_WIRES && sip->wires[wires].param)
            wires++;
        example_make(&files[count], &sip->example);
        memcpy(files[count].bytes + files[count].code, sip->code, sip->code_length);
        example_seal(&files[count]);
        programs[count] =
            (ImageProgramInput){ sip->example.name, files[count].bytes, files[count].size };
        instances[count] = (ImageInstanceInput
        ){ sip->example.name,    sip->example.name,     sip->example.restart, sip->wires, wires,
           sip->example.trusted, sip->example.on_demand };
    }
    const ImageInput input = { "Test", programs, count, instances, count };
    return image_pack(&input, image, error);
}

static inline void pack_system(const TestSip *sips, Buf *image) {
    char error[IMAGE_ERROR_ROOM] = "";
    if (!try_pack_system(sips, image, error)) fail_msg("%s", error);
}

static inline void run_system(const TestSip *sips, Outcome *outcome) {
    Buf image = { 0 };
    pack_system(sips, &image);
    run_image(image.data, image.len, outcome);
    buf_free(&image);
}

static inline void assert_outcome(const TestSip *sips, int status, const char *text) {
    static Outcome outcome;
    run_system(sips, &outcome);
    assert_string_equal(outcome.text, text);
    assert_int_equal(outcome.status, status);
}

// --- what tests' SIPs do -----------------------------------------------------------------------------------

typedef struct Words { // a payload
    uint64_t a, b;
} Words;

static inline bool send_words(
    const KernelTable *k, SipEndpoint *ep, uint32_t message, uint64_t a, uint64_t b
) {
    Words *words = k->SEND_BEGIN(ep, message);
    if (!words) return false;
    *words = (Words){ a, b };
    k->SEND_COMMIT(ep);
    return true;
}

// The message's number, or SIP_RECEIVE_CLOSED; its payload in `words`.
static inline uint32_t receive_words(const KernelTable *k, SipEndpoint *ep, Words *words) {
    const SipReceived received = k->RECEIVE(ep);
    const uint32_t message = (uint32_t)received.what;
    if (message != SIP_RECEIVE_CLOSED) memcpy(words, received.payload, sizeof *words);
    return message;
}

static inline uint32_t row_of(SipReceived received) {
    return (uint32_t)(received.what >> 32);
}

static inline void say(const KernelTable *k, SipEndpoint *out, const char *text) {
    const uint64_t length = strlen(text);
    char *block = k->ALLOC(length, 0);
    memcpy(block, text, length);
    Words *words = k->SEND_BEGIN(out, 0);
    *words = (Words){ (uint64_t)(uintptr_t)block, length };
    k->SEND_BLOCK(out, block);
    k->SEND_COMMIT(out);
    k->RECEIVE(out);
}

static inline void say_number(
    const KernelTable *k, SipEndpoint *out, const char *before, uint64_t number
) {
    char text[64];
    snprintf(text, sizeof text, "%s%lu\n", before, number);
    say(k, out, text);
}

static inline void check(const KernelTable *k, bool holds, int line) {
    if (holds) return;
    char text[64];
    const int length = snprintf(text, sizeof text, "line %d does not hold\n", line);
    platform_console(text, (size_t)length);
    k->TRAP(0);
}

#define CHECK(holds) check(k, holds, __LINE__)

// What comes next by a wire; NULL: nothing will.
static inline SipEndpoint *next_end(const KernelTable *k, SipEndpoint *wire) {
    SipEndpoint *end = NULL;
    if (k->SEND_BEGIN(wire, 0)) k->SEND_COMMIT(wire);
    const SipReceived received = k->RECEIVE(wire);
    if ((uint32_t)received.what != 1) return NULL;
    memcpy(&end, received.payload, sizeof end);
    return end;
}

#define CONSOLE                                                           \
    {                                                                     \
        "Console", 1, 1, 16, {                                            \
            { "write", 0, 16, 0 }, { "put", 0, 16, 0 }, { "ok", 1, 0, 0 } \
        }                                                                 \
    }
#define CONSOLE_WIRE                     { "out", IMAGE_WIRE_MACHINE, NULL, "console", NULL, 0 }
#define CHANNEL_WIRE(param, sip, target) { param, IMAGE_WIRE_CHANNEL, sip, target, NULL, 0 }

// The digests of what the kernel serves.
#define SERVED(name, contract, hex) static const char digest_of_##name[] = hex;
#include "contracts/abi/served.def"

// Contracts and parameters that most tests use.
#define ECHO                                          \
    {                                                 \
        "Echo", 1, 1, 16, {                           \
            { "say", 0, 16, 1 }, { "said", 1, 16, 1 } \
        }                                             \
    }
#define QUEUE                                      \
    {                                              \
        "Queue", 4, 0, 16, { { "put", 0, 16, 1 } } \
    }
#define WIRE                                          \
    {                                                 \
        "Wire", 1, 1, 16, {                           \
            { "next", 0, 0, 0 }, { "fresh", 1, 8, 1 } \
        }                                             \
    }
#define EXP(row) { "peer", SEAL_PARAM_ENDPOINT, row, 1 }
#define IMP(row) { "peer", SEAL_PARAM_ENDPOINT, row, 0 }
#define OUT(row) { "out", SEAL_PARAM_ENDPOINT, row, 0 }
#define SIZES    .heap = 65536, .stack = 65536

#endif
