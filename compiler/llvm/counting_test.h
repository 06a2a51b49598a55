// For tests that run compiled code in this process: a kernel of a few lines that counts blocks and endpoints and gives blocks
// that fault when they are used wrongly, and how a module is loaded over it. Who includes this defines `counting_fail`.

#ifndef LLVM_COUNTING_TEST_H
#define LLVM_COUNTING_TEST_H

#include "llvm.h"

#include "contracts/abi/kernel.h"

#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// --- the kernel --------------------------------------------------------------------------------------------------

enum {
    QUOTA = 1 << 22,
    SLOT = 4096,
    MOST_QUEUED = 16,
    GUARD = 32,
    CANARY = 0xa5,
    PAGE = 4096,
    MAPPED_MOST = 4096
};

#define MAPPED_BYTES (UINT64_C(1) << 32) // of addresses

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
    bool beyond;        // it asked for what only a real kernel has
    void *drop_list;
    bool drop_busy;
    uint8_t sent[SLOT]; // the last message's payload
} Kernel;

static Kernel kernel;
static uint8_t *mapped;
static uint64_t mapped_used, mapped_blocks;

__attribute__((noreturn)) static void wrong(const char *what) {
    if (!kernel.broken) kernel.broken = what;
    kernel.site = UINT32_MAX;
    longjmp(kernel.out, 1);
}

__attribute__((noreturn)) static void beyond(const char *what) {
    kernel.beyond = true;
    wrong(what);
}

static void k_trap(uint32_t site) {
    kernel.site = site;
    longjmp(kernel.out, 1);
}

static void k_finish(void) {}

// Blocks end where a page without access begins, and lose access when they are freed: whoever reads or writes beyond one,
// or after it is gone, faults. After a few thousand the C library's have to do.
static bool is_mapped(const void *block) {
    return (const uint8_t *)block >= mapped && (const uint8_t *)block < mapped + MAPPED_BYTES;
}

static SipBlock *map_block(uint64_t size) {
    if (!mapped) {
        mapped =
            mmap(NULL, MAPPED_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED) abort();
    }
    uint64_t inside = sizeof(SipBlock) + (size + 15) / 16 * 16,
             bytes = (inside + PAGE - 1) / PAGE * PAGE;
    if (mapped_blocks == MAPPED_MOST || MAPPED_BYTES - mapped_used < bytes + PAGE) return NULL;
    uint8_t *pages = mapped + mapped_used;
    if (mprotect(pages, bytes, PROT_READ | PROT_WRITE)) return NULL;
    mapped_used += bytes + PAGE;
    mapped_blocks++;
    return (SipBlock *)(void *)(pages + bytes - inside);
}

static void unmap_block(SipBlock *block) {
    uintptr_t first = (uintptr_t)block / PAGE * PAGE;
    uint64_t bytes = sizeof *block + (block->size + 15) / 16 * 16;
    bytes += (uintptr_t)block - first;
    madvise((void *)first, bytes, MADV_DONTNEED);
    mprotect((void *)first, bytes, PROT_NONE);
    mapped_blocks--;
}

// Blocks of one run are of no use to the next.
static void unmap_all(void) {
    if (!mapped) return;
    madvise(mapped, mapped_used, MADV_DONTNEED);
    mprotect(mapped, mapped_used, PROT_NONE);
    mapped_used = mapped_blocks = 0;
}

// Bytes behind the content that nobody may change.
static uint32_t canary_of(const SipBlock *block) {
    return is_mapped(block) ? (uint32_t)(-block->size % 16) : GUARD;
}

static void *k_try_alloc(uint64_t size) {
    if (size > QUOTA || kernel.bytes + size > QUOTA) return NULL;
    SipBlock *block = map_block(size);
    if (!block) block = calloc(1, sizeof *block + size + GUARD);
    block->size = size;
    block->owner = &kernel;
    kernel.blocks++;
    kernel.bytes += size;
    memset(
        (uint8_t *)(block + 1) + size, CANARY, canary_of(block)
    ); // whoever writes past the end is found
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
    for (uint32_t i = 0; i < canary_of(block); i++)
        if (((uint8_t *)address)[block->size + i] != CANARY)
            wrong("a block was written past its end");
    return block;
}

static void k_free(void *address) {
    SipBlock *block = check_block(address);
    kernel.blocks--;
    kernel.bytes -= block->size;
    block->owner = NULL;
    memset(address, 0xee, block->size);
    if (is_mapped(block))
        unmap_block(block);
    else
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

// Sets and cases are the kernel's own affair: its tests know them (kernel-rt/core).
static SipReceived k_receive_cases(SipWait *wait) {
    (void)wait;
    beyond("a receive of cases");
}
static void k_set_add(SipSet **set, SipEndpoint *ep, void *value, uint32_t site) {
    (void)set, (void)ep, (void)value, (void)site;
    beyond("a set");
}
static SipEndpoint *k_set_take(SipSet *set, void **value) {
    (void)set, (void)value;
    beyond("a set");
}
static uint64_t k_set_count(SipSet *set) {
    (void)set;
    beyond("a set");
}
static void k_set_end(SipSet *set) {
    (void)set;
    beyond("a set");
}
static void k_erase(SipEndpoint *ep, uint32_t contract, uint32_t state) {
    (void)ep, (void)contract, (void)state;
    beyond("an endpoint of no known state");
}
static uint32_t k_recover(SipEndpoint *ep, uint32_t contract, uint32_t state) {
    (void)ep, (void)contract, (void)state;
    beyond("an endpoint of no known state");
}

static uint64_t k_device_read(uint64_t device, uint64_t offset, uint32_t width, uint32_t site) {
    (void)device, (void)offset, (void)width, (void)site;
    beyond("a device");
}
static void k_device_write(
    uint64_t device, uint64_t offset, uint64_t value, uint32_t width, uint32_t site
) {
    (void)device, (void)offset, (void)value, (void)width, (void)site;
    beyond("a device");
}
static void k_device_copy_in(
    uint64_t device, uint64_t offset, void *bytes, uint64_t length, uint32_t site
) {
    (void)device, (void)offset, (void)bytes, (void)length, (void)site;
    beyond("a device");
}
static void k_device_copy_out(
    uint64_t device, uint64_t offset, const void *bytes, uint64_t length, uint32_t site
) {
    (void)device, (void)offset, (void)bytes, (void)length, (void)site;
    beyond("a device");
}
static uint64_t k_device_address(uint64_t device) {
    (void)device;
    beyond("a device");
}
static SipEndpoint *k_device_listen(uint64_t device, uint32_t contract, uint32_t site) {
    (void)device, (void)contract, (void)site;
    beyond("a device");
}
static void k_device_end(uint64_t device) { // ends with its SIP in any case
    (void)device;
}

static void k_collector(const volatile uint64_t *busy) {
    (void)busy;
    beyond("managed memory");
}

static uint32_t k_roots(uint64_t index, SipRoots *roots) {
    (void)index, (void)roots;
    beyond("managed memory");
}

static const KernelTable table;

// A thread runs to its end at once, which is one of the ways in which threads may go.
static void k_spawn(const void *entry, const void *args, uint64_t size, void *join, uint32_t site) {
    (void)join, (void)site;
    void (*begin)(const KernelTable *, void *);
    _Alignas(16) uint8_t copy[SLOT];
    if (size > sizeof copy) wrong("a thread has too many arguments");
    memcpy(copy, args, size);
    memcpy(&begin, &entry, sizeof begin);
    begin(&table, copy);
}
static void *k_join_begin(void) {
    return &kernel;
}
static void k_join_end(void *join) {
    if (join != &kernel) wrong("a join that is none");
}
static void k_park(const uint64_t *word, uint64_t seen) {
    (void)word, (void)seen;
    wrong("a thread waits for itself");
}
static void k_unpark(uint64_t *word) {
    (void)word;
}

static const KernelTable table = {
    k_trap,
    k_finish,
    k_alloc,
    k_try_alloc,
    k_free,
    k_channel,
    k_send,
    k_send_begin,
    k_send_block,
    k_send_endpoint,
    k_send_commit,
    k_receive,
    k_receive_any,
    k_close,
    k_is_closed,
    k_endpoint_is,
    k_now,
    k_cycles,
    k_yield,
    k_sleep,
    k_exit,
    k_heap_used,
    k_spawn,
    k_join_begin,
    k_join_end,
    k_park,
    k_unpark,
    k_receive_cases,
    k_set_add,
    k_set_take,
    k_set_count,
    k_set_end,
    k_erase,
    k_recover,
    k_device_read,
    k_device_write,
    k_device_copy_in,
    k_device_copy_out,
    k_device_address,
    k_device_listen,
    k_device_end,
    k_collector,
    k_roots,
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

static void take_lock(uint64_t *word, uint32_t site) {
    if (*word) k_trap(site);
    *word = 1;
}

static void give_lock(uint64_t *word) {
    if (*word != 1) wrong("a lock that nobody has is given back");
    *word = 0;
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
    counting_fail(LLVMGetErrorMessage(error));
}

// The collector is not here either.
static void managed_begin(void) {
    // one thread runs here: there is nobody to keep out of the collector
}

static void *managed_new(uint64_t bytes, uint64_t descriptor, uint32_t site) {
    (void)bytes, (void)descriptor, (void)site;
    beyond("managed memory");
}

static void *managed_block(uint64_t bytes, uint32_t site) {
    (void)bytes, (void)site;
    beyond("managed memory");
}

static void managed_free(void *block) {
    (void)block;
    beyond("managed memory");
}

static void define_runtime(LLVMOrcLLJITRef jit, LLVMOrcJITDylibRef dylib) {
    const struct {
        const char *name;
        uintptr_t address;
    } symbols[] = {
        { "sip_trap",            (uintptr_t)k_trap            },
        { "sip_drop_block",      (uintptr_t)drop_block        },
        { "sip_is_utf8",         (uintptr_t)is_utf8           },
        { "sip_lock",            (uintptr_t)take_lock         },
        { "sip_unlock",          (uintptr_t)give_lock         },
        { "sip_device_copy_in",  (uintptr_t)k_device_copy_in  },
        { "sip_device_copy_out", (uintptr_t)k_device_copy_out },
        { "memcpy",              (uintptr_t)memcpy            },
        { "memmove",             (uintptr_t)memmove           },
        { "memset",              (uintptr_t)memset            },
        { "sip_managed_begin",   (uintptr_t)managed_begin     },
        { "sip_managed_new",     (uintptr_t)managed_new       },
        { "sip_managed_block",   (uintptr_t)managed_block     },
        { "sip_managed_free",    (uintptr_t)managed_free      },
        { "memcmp",              (uintptr_t)memcmp            },
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
        counting_fail(message);
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

#endif
