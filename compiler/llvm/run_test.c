// Compiled code, run: every module of tests/llvm/ is verified, lowered at O0 and O2, loaded into this process, and run over a
// kernel of a few lines that counts blocks and endpoints. The first line of a module says how it ends:
//
//     ; expect: returned
//     ; expect: OVERFLOW 12          the fault, and the line of its location
//
// and a line `; slot: 01 00 ...` what the payload of the last message began with, padding included;
// and whatever owned something must have given it back when it returns.

#include "llvm.h"

#include "base/file.h"
#include "contracts/abi/kernel.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- the kernel --------------------------------------------------------------------------------------------------

enum { QUOTA = 1 << 22, SLOT = 4096, MOST_QUEUED = 16, GUARD = 32 };

typedef struct Message {
    uint32_t number;
    _Alignas(16) uint8_t payload[SLOT];
    SipBlock *blocks; // that were handed over
    uint32_t endpoints;
} Message;

struct SipEndpoint {
    SipEndpoint *peer; // NULL when it is gone
    Message *queue[MOST_QUEUED];
    uint32_t count;
    Message *open; // begun and not committed
};

typedef struct Kernel {
    jmp_buf out;
    uint32_t site; // of the trap
    uint32_t blocks, endpoints, in_flight;
    uint64_t bytes;
    const char *broken; // what the SIP did wrong
    void *drop_list;
    bool drop_busy;
    uint8_t sent[SLOT]; // the last message's payload
} Kernel;

static Kernel kernel;

static void wrong(const char *what) {
    if (!kernel.broken) kernel.broken = what;
    kernel.site = UINT32_MAX;
    longjmp(kernel.out, 1);
}

static void k_trap(uint32_t site) {
    kernel.site = site;
    longjmp(kernel.out, 1);
}

static void k_finish(void) {}

static void *k_try_alloc(uint64_t size) {
    if (size > QUOTA || kernel.bytes + size > QUOTA) return NULL;
    SipBlock *block = calloc(1, sizeof *block + size + GUARD);
    block->size = size;
    block->owner = &kernel;
    kernel.blocks++;
    kernel.bytes += size;
    memset((uint8_t *)(block + 1) + size, 0xa5, GUARD); // whoever writes past the end is found
    return block + 1;
}

static void *k_alloc(uint64_t size, uint32_t site) {
    void *block = k_try_alloc(size);
    if (!block) k_trap(site);
    return block;
}

static SipBlock *check_block(void *address) {
    SipBlock *block = (SipBlock *)address - 1;
    if ((uintptr_t)address % 16 || block->owner != &kernel) wrong("a block that is not the SIP's");
    for (uint32_t i = 0; i < GUARD; i++)
        if (((uint8_t *)address)[block->size + i] != 0xa5)
            wrong("a block was written past its end");
    return block;
}

static void k_free(void *address) {
    SipBlock *block = check_block(address);
    kernel.blocks--;
    kernel.bytes -= block->size;
    block->owner = NULL;
    memset(address, 0xee, block->size);
    free(block);
}

static SipEndpoint *check_endpoint(SipEndpoint *ep) {
    if (!ep || (ep->peer && ep->peer->peer != ep)) wrong("an endpoint that is none");
    return ep;
}

static void k_channel(uint32_t contract, SipEndpoint **imp, SipEndpoint **exp, uint32_t site) {
    (void)contract, (void)site;
    *imp = calloc(1, sizeof **imp);
    *exp = calloc(1, sizeof **exp);
    (*imp)->peer = *exp;
    (*exp)->peer = *imp;
    kernel.endpoints += 2;
}

static void *k_send_begin(SipEndpoint *ep, uint32_t message) {
    if (!check_endpoint(ep)->peer) return NULL;
    if (ep->open || ep->peer->count == MOST_QUEUED) wrong("a send within a send, or too many");
    ep->open = calloc(1, sizeof *ep->open);
    ep->open->number = message;
    return ep->open->payload;
}

static void k_send_block(SipEndpoint *ep, void *block) {
    SipBlock *header = check_block(block);
    if (header->drop_next || header->drop_glue) wrong("a block was sent with a link in its header");
    header->owner = ep->open;
    header->next = ep->open->blocks;
    ep->open->blocks = header;
    kernel.blocks--;
    kernel.in_flight++;
}

static void k_send_endpoint(SipEndpoint *ep, SipEndpoint *given) {
    check_endpoint(given);
    ep->open->endpoints++;
    kernel.endpoints--;
    kernel.in_flight++;
}

static void k_send_commit(SipEndpoint *ep) {
    memcpy(kernel.sent, ep->open->payload, SLOT);
    ep->peer->queue[ep->peer->count++] = ep->open;
    ep->open = NULL;
}

static void k_send(
    SipEndpoint *ep, uint32_t message, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3
) {
    void *payload = k_send_begin(ep, message);
    if (!payload) return;
    memcpy(payload, (uint64_t[]){ w0, w1, w2, w3 }, SIP_SEND_BYTES);
    k_send_commit(ep);
}

// What was received is gone when the next message is.
static const void *take(SipEndpoint *ep) {
    static uint8_t payload[SLOT];
    Message *message = ep->queue[0];
    memcpy(payload, message->payload, SLOT);
    for (SipBlock *block = message->blocks; block; block = block->next) {
        block->owner = &kernel;
        kernel.in_flight--;
        kernel.blocks++;
    }
    kernel.in_flight -= message->endpoints;
    kernel.endpoints += message->endpoints;
    memmove(ep->queue, ep->queue + 1, --ep->count * sizeof *ep->queue);
    free(message);
    return payload;
}

static SipReceived k_receive_any(SipEndpoint *const *eps, uint32_t count, uint64_t timeout) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t row = (uint64_t)i << 32;
        if (check_endpoint(eps[i])->count) {
            row |= eps[i]->queue[0]->number;
            return (SipReceived){ row, take(eps[i]) };
        }
        if (!eps[i]->peer) return (SipReceived){ row | SIP_RECEIVE_CLOSED, NULL };
    }
    if (timeout == SIP_NO_TIMEOUT) wrong("blocked for ever");
    return (SipReceived){ (uint64_t)SIP_RECEIVE_TIMEOUT << 32, NULL };
}

static SipReceived k_receive(SipEndpoint *ep) {
    return k_receive_any(&ep, 1, SIP_NO_TIMEOUT);
}

static void k_close(SipEndpoint *ep) {
    check_endpoint(ep);
    if (ep->peer) ep->peer->peer = NULL;
    kernel.endpoints--;
    free(ep);
}

static uint32_t k_is_closed(SipEndpoint *ep) {
    return check_endpoint(ep)->peer == NULL;
}
static uint32_t k_endpoint_is(SipEndpoint *ep, uint32_t contract) {
    return check_endpoint(ep) != NULL && contract == 0;
}
static uint64_t k_now(void) {
    return 42;
}
static uint64_t k_cycles(void) {
    return 43;
}
static void k_yield(void) {}
static void k_sleep(uint64_t nanoseconds) {
    (void)nanoseconds;
}
static void k_exit(uint32_t status) {
    (void)status;
    longjmp(kernel.out, 2);
}
static uint64_t k_heap_used(void) {
    return kernel.bytes;
}

static const KernelTable table = {
    k_trap,        k_finish,     k_alloc,      k_try_alloc,     k_free,        k_channel,
    k_send,        k_send_begin, k_send_block, k_send_endpoint, k_send_commit, k_receive,
    k_receive_any, k_close,      k_is_closed,  k_endpoint_is,   k_now,         k_cycles,
    k_yield,       k_sleep,      k_exit,       k_heap_used,
};

// --- the runtime ---------------------------------------------------------------------------------------------------

static void drop_block(void *address, void (*glue)(void *)) {
    SipBlock *block = check_block(address);
    block->drop_glue = glue;
    block->drop_next = kernel.drop_list;
    kernel.drop_list = address;
    if (kernel.drop_busy) return;
    kernel.drop_busy = true;
    while (kernel.drop_list) {
        address = kernel.drop_list;
        block = (SipBlock *)address - 1;
        kernel.drop_list = block->drop_next;
        block->drop_glue(address);
        k_free(address);
    }
    kernel.drop_busy = false;
}

static uint32_t is_utf8(const uint8_t *text, uint64_t length) { // as far as the tests go
    for (uint64_t i = 0; i < length; i++)
        if (text[i] >= 0x80) return 0;
    return 1;
}

// The module is loaded beside these: its own symbols are hidden.
static const char beside[] =
    "@sip_kernel = global ptr null\n"
    "declare void @sip_program(ptr)\n"
    "define void @enter(ptr %start) { call void @sip_program(ptr %start) ret void }\n";

// --- loading -------------------------------------------------------------------------------------------------------

static void succeed(LLVMErrorRef error) {
    if (!error) return;
    fail_msg("%s", LLVMGetErrorMessage(error));
}

static void define_runtime(LLVMOrcLLJITRef jit, LLVMOrcJITDylibRef dylib) {
    const struct {
        const char *name;
        uintptr_t address;
    } symbols[] = {
        { "sip_trap",       (uintptr_t)k_trap     },
        { "sip_drop_block", (uintptr_t)drop_block },
        { "sip_is_utf8",    (uintptr_t)is_utf8    },
        { "memcpy",         (uintptr_t)memcpy     },
        { "memmove",        (uintptr_t)memmove    },
        { "memset",         (uintptr_t)memset     },
        { "memcmp",         (uintptr_t)memcmp     },
    };
    enum { COUNT = sizeof symbols / sizeof *symbols };
    LLVMOrcCSymbolMapPair pairs[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        pairs[i] = (LLVMOrcCSymbolMapPair){
            LLVMOrcLLJITMangleAndIntern(jit, symbols[i].name),
            { symbols[i].address,
                                    { LLVMJITSymbolGenericFlagsExported | LLVMJITSymbolGenericFlagsCallable, 0 } },
        };
    succeed(LLVMOrcJITDylibDefine(dylib, LLVMOrcAbsoluteSymbols(pairs, COUNT)));
}

static void add_beside(LLVMOrcLLJITRef jit, LLVMOrcJITDylibRef dylib) {
    LLVMOrcThreadSafeContextRef shared = LLVMOrcCreateNewThreadSafeContext();
    LLVMModuleRef module = NULL;
    char *message = NULL;
    LLVMMemoryBufferRef text =
        LLVMCreateMemoryBufferWithMemoryRange(beside, sizeof beside - 1, "beside", true);
    if (LLVMParseIRInContext(LLVMOrcThreadSafeContextGetContext(shared), text, &module, &message))
        fail_msg("%s", message);
    succeed(
        LLVMOrcLLJITAddLLVMIRModule(jit, dylib, LLVMOrcCreateNewThreadSafeModule(module, shared))
    );
    LLVMOrcDisposeThreadSafeContext(shared);
}

static LLVMOrcLLJITRef load(const Buf *object) {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMOrcLLJITRef jit = NULL;
    succeed(LLVMOrcCreateLLJIT(&jit, NULL));
    LLVMOrcJITDylibRef dylib = LLVMOrcLLJITGetMainJITDylib(jit);
    define_runtime(jit, dylib);
    add_beside(jit, dylib);
    LLVMMemoryBufferRef copy = LLVMCreateMemoryBufferWithMemoryRangeCopy(
        (const char *)object->data, object->len, "module"
    );
    succeed(LLVMOrcLLJITAddObjectFile(jit, dylib, copy));
    return jit;
}

static void *symbol(LLVMOrcLLJITRef jit, const char *name) {
    LLVMOrcExecutorAddress address = 0;
    succeed(LLVMOrcLLJITLookup(jit, &address, name));
    return (void *)(uintptr_t)address;
}

// --- running -------------------------------------------------------------------------------------------------------

static const char *const fault_names[] = {
#define FAULT(number, name, text) [number] = #name,
#include "contracts/abi/fault.def"
};

static SipStart make_start(void) { // two text arguments for who wants them
    static SipEndpoint *none[1];
    SipText *args = k_alloc(2 * sizeof *args, 0);
    for (int i = 0; i < 2; i++) {
        args[i] = (SipText){ k_alloc(3, 0), 3 };
        memcpy(args[i].ptr, i ? "two" : "one", 3);
    }
    return (SipStart){ none, args, 2 };
}

static void describe(const LlvmOutput *out, int how, char text[64]) {
    if (how == 0)
        snprintf(text, 64, "returned");
    else if (how == 2)
        snprintf(text, 64, "exited");
    else if (kernel.site < out->trap_count)
        snprintf(
            text, 64, "%s %u", fault_names[out->traps[kernel.site].fault],
            out->traps[kernel.site].line
        );
    else
        snprintf(text, 64, "broke");
}

static bool run(const LlvmOutput *out, bool wants_args, char ending[64]) {
    kernel = (Kernel){ .site = UINT32_MAX };
    LLVMOrcLLJITRef jit = load(&out->object);
    *(const KernelTable **)symbol(jit, "sip_kernel") = &table;
    void (*enter)(const SipStart *) = (void (*)(const SipStart *))(uintptr_t)symbol(jit, "enter");
    SipStart start = { 0 };
    if (wants_args) start = make_start();
    int how = setjmp(kernel.out);
    if (how == 0) enter(&start);
    describe(out, how, ending);
    bool clean = how != 0 || (kernel.blocks == 0 && kernel.endpoints == 0);
    if (!clean || kernel.broken)
        print_message(
            "    %u blocks and %u endpoints are left; %s\n", kernel.blocks, kernel.endpoints,
            kernel.broken ? kernel.broken : ""
        );
    succeed(LLVMOrcDisposeLLJIT(jit));
    return clean && !kernel.broken;
}

// --- the modules -----------------------------------------------------------------------------------------------------

typedef struct Subject {
    Arena arena;
    Buf text, binary;
    const VerifiedSir *sir;
    char expected[64];
} Subject;

static bool read_subject(const char *path, Subject *subject) {
    char error[512];
    SirReadError bad = { 0 };
    VerifyReport report = { 0 };
    arena_init(&subject->arena);
    if (!file_read(path, 1 << 20, &subject->text, error)) fail_msg("%s", error);
    buf_byte(&subject->text, '\0');
    const char *text = (const char *)subject->text.data;
    if (sscanf(text, "; expect: %63[^\n]", subject->expected) != 1)
        fail_msg("%s does not say what is expected", path);
    SirModule *module = sir_text_read(&subject->arena, (Str){ text, subject->text.len - 1 }, &bad);
    if (!module) {
        print_message("    %u: %s\n", bad.line, bad.message);
        return false;
    }
    sir_binary_write(module, &subject->binary);
    subject->sir = verify(&subject->arena, subject->binary.data, subject->binary.len, &report);
    for (uint32_t i = 0; i < report.count && !subject->sir; i++) {
        Buf line = { 0 };
        verify_complaint_write(&report.complaints[i], &line);
        print_message("    %.*s\n", (int)line.len, (const char *)line.data);
        buf_free(&line);
    }
    return subject->sir;
}

// The bytes that the module says; those of the slot behind them are zero.
static bool slot_is_right(const Subject *subject) {
    const char *at = strstr((const char *)subject->text.data, "; slot:");
    unsigned byte = 0, count = 0;
    int length = 0;
    if (!at) return true;
    for (at += sizeof "; slot:" - 1; sscanf(at, " %2x%n", &byte, &length) == 1 && count < SLOT;
         at += length)
        if (kernel.sent[count++] != byte) {
            print_message("    byte %u of the slot is %02x\n", count - 1, kernel.sent[count - 1]);
            return false;
        }
    while (count < SLOT && kernel.sent[count] == 0)
        count++;
    return count == SLOT;
}

static bool run_at(Subject *subject, LlvmLevel level) {
    LlvmOptions options = { .level = level, .producer = "test", .want_object = true };
    LlvmOutput out;
    char ending[64] = "";
    bool good = llvm_emit(&subject->arena, subject->sir, &options, &out);
    if (!good) {
        print_message("    %s\n", out.error);
    } else {
        bool wants_args = strstr((const char *)subject->text.data, "own own str[] args") != NULL;
        good = run(&out, wants_args, ending) && strcmp(ending, subject->expected) == 0 &&
               slot_is_right(subject);
    }
    if (!good)
        print_message(
            "    %s: expected %s, got %s\n", llvm_level_text(level), subject->expected, ending
        );
    llvm_output_free(&out);
    return good;
}

static bool run_file(const char *path) {
    Subject subject = { 0 };
    bool good = read_subject(path, &subject);
    for (LlvmLevel level = LLVM_O0; good && level <= LLVM_OS; level++)
        good = run_at(&subject, level);
    buf_free(&subject.text);
    buf_free(&subject.binary);
    arena_free(&subject.arena);
    return good;
}

static const char folder[] = SIP_SOURCE_DIR "/tests/llvm/Inputs";

static int is_module(const struct dirent *entry) {
    return strstr(entry->d_name, ".sir") != NULL;
}

static void all_modules_end_as_they_say(void **state) {
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_module, alphasort), failed = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (!run_file(path)) {
            print_message("%s: failed\n", entries[i]->d_name);
            failed++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_modules_end_as_they_say) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
