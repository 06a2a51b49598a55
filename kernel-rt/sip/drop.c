// Dropping structures of any depth on a constant stack.
//
// The outermost sip_drop_block of a thread drains a list that hangs on the thread's block; calls from inside a glue only
// add to that list. The links lie in the headers of the blocks themselves, so that a drop needs no memory. What a SIP
// still holds when it faults half-way is the kernel's ledger's affair, which never reads these links.

#include "sip.h"

// In assembly: from a C load of %gs:0 LLVM concludes that %gs:N is field N, as in glibc's thread blocks. Ours holds the
// block's address and is not the block.
static SipThread *running_thread(void) {
    SipThread *thread;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(thread));
    return thread;
}

static SipBlock *header_of(void *block) {
    return (SipBlock *)block - 1;
}

static void push(SipThread *thread, void *block, void (*glue)(void *)) {
    SipBlock *header = header_of(block);
    header->drop_glue = glue;
    header->drop_next = thread->drop_list;
    thread->drop_list = block;
}

// A block of the managed heap has no owner in its header, but says there who frees it (managed.c, which nothing here may name).
static void release(void *block) {
    const SipBlock *header = header_of(block);
    if (header->owner)
        sip_kernel->FREE(block);
    else
        ((void (*)(void *))(uintptr_t)header->size)(block);
}

// The link is read before the glue runs: a glue may push, and nothing of the block is there after its release.
static void drain(SipThread *thread) {
    for (void *block; (block = thread->drop_list);) {
        SipBlock *header = header_of(block);
        thread->drop_list = header->drop_next;
        header->drop_glue(block);
        release(block);
    }
}

void sip_drop_block(void *block, void (*glue)(void *)) {
    if (!block) return;
    if (!glue) {
        sip_kernel->FREE(block);
        return;
    }
    SipThread *thread = running_thread();
    push(thread, block, glue);
    if (thread->drop_busy) return;
    thread->drop_busy = 1;
    drain(thread);
    thread->drop_busy = 0;
}
