// What a SIP and the kernel see of each other at run time. Freestanding.
//
// The kernel starts a SIP's first thread at the image's entry, `sip_main(const KernelTable *, const SipStart *)`,
// SysV calling convention, on a fresh stack, with all other registers zero. The SIP calls the kernel through the table and
// nothing else. Endpoints and blocks are plain addresses: verified code cannot make one up.

#ifndef SIP_ABI_KERNEL_H
#define SIP_ABI_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// Whatever a SIP and the kernel see of each other differently makes another version: a row of kcalls.def whose signature or
// meaning changes, a row in between, another layout below. A row at the end does not: what knows nothing of it does not call it.
#define SIP_ABI_VERSION 2u

typedef struct SipEndpoint SipEndpoint; // kernel memory; opaque to a SIP
typedef struct SipSet SipSet;           // the same; an empty set is NULL

// A device object is no address, but a number: the row of its grant in the manifest, plus one. The kernel looks it up among
// the grants of the SIP that calls.
#define SIP_DEVICE_COPY 4096u // bytes that one DEVICE_COPY_IN or DEVICE_COPY_OUT copies at most

// Channels that the kernel makes for two wires (contracts/channels/listener.sip) and that are open at a time; one more closes
// both. What looks for deadlocks follows as many, and says of more that it is not proved: so it never meets that end.
#define SIP_MOST_WIRED 64u

// The greatest status that a system ends with; what is more becomes this. sipcc refuses it where it is constant.
#define SIP_MOST_STATUS 126u

// --- sending and receiving -------------------------------------------------------------------------------

// Bytes of payload that `send` takes in registers, as four words; what lies behind the payload is zero.
#define SIP_SEND_BYTES 32u

// What receive and receive_any give, in two registers. `what`: bits 63..32 the row of the array of endpoints (receive: 0)
// or SIP_RECEIVE_TIMEOUT; bits 31..0 the message's number in the contract, or SIP_RECEIVE_CLOSED.
// The message has been taken: its blocks and endpoints are the SIP's. Its slot may be used again as soon as the SIP
// enters the kernel, so the payload is read before that.
typedef struct SipReceived {
    uint64_t what;
    const void *payload;
} SipReceived;

#define SIP_RECEIVE_TIMEOUT 0xffffffffu
#define SIP_RECEIVE_CLOSED  0xffffffffu
#define SIP_NO_TIMEOUT      UINT64_MAX // `timeout` of receive_any, in nanoseconds from now

// What receive_cases waits for: sources, and cases of them. A case is a number of heads and so many heads, each the row of a
// source and what is wanted of it: a message's number, SIP_RECEIVE_CLOSED, or of a set, and of an endpoint whose every
// message has a case of its own, SIP_RECEIVE_WHATEVER. It is taken when all its heads are there; a case without heads, when
// no other can be taken any more. `what` of the answer is the case's row, and what came of its first head.
typedef struct SipSource {
    void *from;          // SipEndpoint *; or SipSet *, which may be NULL
    uint64_t is_set;     // 1: a set
    const void *payload; // of the message that was taken: written by the kernel, as what follows
    SipEndpoint *member; // of the set, in which it is no longer
    void *value;         // that it was added with
} SipSource;

typedef struct SipWait { // both tables stay as they are until receive_cases returns
    SipSource *sources;
    const uint32_t *cases;
    uint64_t source_count;
    uint64_t case_count;
    uint64_t timeout; // in nanoseconds from now, or SIP_NO_TIMEOUT
} SipWait;

#define SIP_RECEIVE_WHATEVER 0xfffffffeu

// --- the stacks of a SIP with a collector -----------------------------------------------------------------------

// What a thread that does not run works with: its stack from where its stack pointer stands, and its registers, if it was preempted
// (else it has saved on its stack what it still needs of them). From the first byte to one past the last.
typedef struct SipRoots {
    const void *stack, *stack_end;
    const void *registers, *registers_end; // the same if there are none
} SipRoots;

// --- the table of kernel functions: one field per row of kcalls.def, in its order -----------------------

typedef struct KernelTable {
#define KCALL(name, text, visible, result, params) result(*name) params;
#include "contracts/abi/kcalls.def"
} KernelTable;

// What main's parameters are made of: one word per endpoint parameter in the order of the manifest;
// text arguments (`own str[] args`) as the address and count of SipText.
typedef struct SipText {
    char *ptr; // an exchange-heap block owned by the SIP
    uint64_t length;
} SipText;

typedef struct SipStart {
    SipEndpoint *const
        *endpoints; // one per endpoint parameter, in the order of the manifest's parameters
    SipText *args;  // an exchange-heap block, or NULL when there are none
    uint64_t arg_count;
} SipStart;

// --- the thread's block ---------------------------------------------------------------------------------------

// %gs:0 holds its address: a switch of threads is one store, not a write of the segment's base. Owned by the
// kernel; a SIP's runtime (kernel-rt/sip) uses the fields marked `runtime`.
typedef struct SipThread {
    struct SipThread *self; // its own address
    uint64_t stack_low;     // lowest usable byte of the stack; below it lies the guard
    uint64_t stack_high;    // one past the highest
    uint64_t number;        // of the thread in its SIP, from 1: whose locks are its
    void *
        drop_list; // runtime: blocks whose content is still to be dropped, linked through their headers
    uint64_t drop_busy; // runtime: a drop is being drained further up the stack
} SipThread;

_Static_assert(offsetof(SipThread, drop_list) == 32, "kernel-rt/sip and arch name it by number");

// A lock of the threads of one SIP is a word in its memory: 0, or the number of the thread that has it, and this bit if others wait.
#define SIP_LOCK_WAITED_FOR ((uint64_t)1 << 63)

// --- a block of the exchange heap ----------------------------------------------------------------------------

// The header lies right below the address that a SIP holds. A SIP's runtime uses `drop_next` and `drop_glue`,
// and only while the block is being dropped, or sent by a SIP that still holds it; all else is the kernel's ledger.
typedef struct SipBlock {
    struct SipBlock *next,
        *prev;       // the ledger list that owns the block: a SIP's, or a message slot's
    void *owner;     // the account that is charged
    uint64_t size;   // bytes that the SIP may use, and the size class
    void *drop_next; // runtime
    void (*drop_glue)(void
                          *); // runtime: ends what the content owns, pushing blocks that it reaches
} SipBlock;

_Static_assert(sizeof(SipBlock) == 48, "a multiple of 16, so that blocks stay aligned");

// --- managed objects -----------------------------------------------------------------------------------------

// The descriptor of an object says where it may hold managed pointers: 0, nowhere; SIP_MANAGED_ALL, in any word; else bit 61 - n, for
// n up to 59, that word n may be one, and the lowest bit is set (bdwgc's GC_DS_BITMAP, counted behind the object's header).
#define SIP_MANAGED_ALL          2u
#define SIP_MANAGED_WORD(n)      (UINT64_C(1) << (61 - (n)) | 1)
#define SIP_MANAGED_BITMAP_WORDS 60u
#define SIP_MANAGED_MOST         (UINT64_C(1) << 40) // bytes of one object
#define SIP_MANAGED_MAYBE        UINT32_MAX // instead of a site: NULL when there is no room for it

// --- runtime linked into each SIP (kernel-rt/sip) ---------------------------------------------------------------

// Called by compiled code; bodies in kernel-rt/sip, hidden, linked into the sealed binary.
//
//   extern const KernelTable *sip_kernel;            set by sip_main before anything else
//   _Noreturn void sip_trap(uint32_t site);          cold; site is a row of the trap table
//   void sip_lock(uint64_t *word, uint32_t site);    a mutex, once nobody else has it; LOCK at site if the thread has it
//   void sip_unlock(uint64_t *word);
//   void sip_device_copy_in(uint64_t device, uint64_t offset, void *bytes, uint64_t length, uint32_t site);   INDEX at site
//   void sip_device_copy_out(uint64_t device, uint64_t offset, const void *bytes, uint64_t length, uint32_t site);
//   void sip_drop_block(void *block, void (*glue)(void *));   block may be NULL; glue may be NULL;
//                                                    iterative, constant stack whatever the structure
//   void *sip_managed_new(uint64_t bytes, uint64_t descriptor, uint32_t site);   a managed object, zeroed; QUOTA at site
//   void *sip_managed_block(uint64_t bytes, uint32_t site);   a block of an owner that may hold managed pointers, zeroed; QUOTA at site
//   void sip_managed_free(void *block);              the same, at its end; sip_drop_block does that, too
//   void sip_managed_begin(void);                    of a SIP with managed objects and several threads, before its main
//   extern const uint64_t sip_managed_quota;         emitted with the first of them: the manifest's heap, in bytes
//   memcpy memmove memset memcmp                     freestanding
//
// The compiler emits `void sip_program(const SipStart *)`, which unpacks the parameters and calls SIR's main.

#endif
