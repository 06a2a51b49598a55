// What is linked into every SIP beside its own code: the entry, traps, drops, memory operations. contracts/abi/kernel.h
// says what each promises. All of it is hidden: a sealed binary exports nothing.

#ifndef KERNEL_SIP_SIP_H
#define KERNEL_SIP_SIP_H

#include "contracts/abi/kernel.h"

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden) // declarations too: nothing goes by a table of addresses

extern const KernelTable *sip_kernel; // set by sip_main before anything else

void sip_main(
    const KernelTable *table, const SipStart *start
);                                       // the image's entry; does not return
void sip_program(const SipStart *start); // emitted by the compiler: unpacks, calls SIR's main

_Noreturn void sip_trap(uint32_t site); // site: row of the trap table

// Ends `block` and all that it reaches. `glue` ends what the content owns, and hands blocks that it finds there
// to sip_drop_block; NULL: the content owns nothing. `block` may be NULL. Takes ownership of `block`.
void sip_drop_block(void *block, void (*glue)(void *));

void sip_lock(
    uint64_t *word, uint32_t site
); // site: of the trap if the thread has the lock already
void sip_unlock(uint64_t *word);

// Any number of bytes, from or to a device; site: of the trap if they do not all lie in its grant. Then none is copied.
void sip_device_copy_in(
    uint64_t device, uint64_t offset, void *bytes, uint64_t length, uint32_t site
);
void sip_device_copy_out(
    uint64_t device, uint64_t offset, const void *bytes, uint64_t length, uint32_t site
);

uint32_t sip_is_utf8(const uint8_t *text, uint64_t length); // 1 or 0

// managed.c. A managed object of `bytes` zeroed bytes. QUOTA at `site` when there is no room for it after a collection either; NULL,
// if that is SIP_MANAGED_MAYBE.
void *sip_managed_new(uint64_t bytes, uint64_t descriptor, uint32_t site);
// A block that may hold managed pointers, zeroed, of an owner, who frees it, or drops it by sip_drop_block.
void *sip_managed_block(uint64_t bytes, uint32_t site);
void sip_managed_free(void *block);
void sip_managed_begin(void); // of a SIP of several threads, before the second one
extern const uint64_t
    sip_managed_quota; // emitted by the compiler where there are managed objects: the manifest's heap

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *left, const void *right, size_t length);

#pragma GCC visibility pop

#endif
