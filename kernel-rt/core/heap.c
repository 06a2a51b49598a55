// The exchange heap. Sizes are rounded up to classes: multiples of 16 up to 512 bytes, then four classes for each
// doubling up to 4 MiB; above that a block has pages of its own. Freed blocks are kept by class, and cleared when they
// are handed out again, so that nobody reads what somebody else left; the machine's pages are zero when they come. Those
// behind small blocks come in slabs and go back at the end; those behind large blocks go back when the machine has no others.

#include "core.h"

enum {
    LINEAR_MOST = 512, // classes 1..32: multiples of 16
    LINEAR_CLASSES = LINEAR_MOST / 16,
    DOUBLINGS = 13, // up to 4 MiB
    CLASSES = LINEAR_CLASSES + 1 + 4 * DOUBLINGS,
    SMALL_MOST = 16384, // taken from slabs
    SLAB_PAGES = 16,
    SLAB_HEAD = 64,
};

#define LARGEST_CLASS ((uint64_t)LINEAR_MOST << DOUBLINGS)
#define LARGEST_BLOCK ((uint64_t)1 << 40)

typedef struct Slab {
    struct Slab *next;
} Slab;

typedef struct SizeClass {
    SipBlock *free;       // linked through `next`
    uint8_t *fresh, *end; // of the newest slab: never handed out
} SizeClass;

HeapState heap;
static SizeClass classes[CLASSES];
static Slab *slabs;

// --- pages -------------------------------------------------------------------------------------------------

static void give_kept_pages(void);

void *pages_take(size_t count) {
    void *pages = platform_pages(count);
    if (!pages) {
        give_kept_pages();
        pages = platform_pages(count);
    }
    if (!pages) return NULL;
    heap.pages += count;
    INJECT(PAGES_TAKEN);
    return pages;
}

void pages_give(void *pages, size_t count) {
    heap.pages -= count;
    platform_pages_free(pages, count);
}

// --- classes -----------------------------------------------------------------------------------------------

// Of a block with its header; total is at most LARGEST_CLASS.
static unsigned class_of(uint64_t total) {
    if (total <= LINEAR_MOST) return (unsigned)((total + 15) / 16);
    unsigned top =
        63 - (unsigned)__builtin_clzll(total - 1); // total - 1 is in [2^top, 2^(top + 1))
    unsigned quarter = (unsigned)((total - 1) >> (top - 2)) & 3;
    return LINEAR_CLASSES + 1 + 4 * (top - 9) + quarter;
}

static uint64_t class_bytes(unsigned class) {
    if (class <= LINEAR_CLASSES) return (uint64_t)class * 16;
    unsigned step = class - LINEAR_CLASSES - 1;
    return ((uint64_t)5 + step % 4) << (9 + step / 4 - 2);
}

static uint64_t rounded(uint64_t total) {
    return total <= LARGEST_CLASS ? class_bytes(class_of(total)) : pages_for(total) * PLATFORM_PAGE;
}

// --- slabs -------------------------------------------------------------------------------------------------

static bool add_slab(SizeClass *class) {
    Slab *slab = pages_take(SLAB_PAGES);
    if (!slab) return false;
    slab->next = slabs;
    slabs = slab;
    class->fresh = (uint8_t *)slab + SLAB_HEAD;
    class->end = (uint8_t *)slab + SLAB_PAGES * PLATFORM_PAGE;
    return true;
}

static SipBlock *take_fresh(SizeClass *class, uint64_t bytes) {
    if ((!class->fresh || (uint64_t)(class->end - class->fresh) < bytes) && !add_slab(class))
        return NULL;
    SipBlock *block = (SipBlock *)(void *)class->fresh;
    class->fresh += bytes;
    return block;
}

// `is_used`: somebody may have written there.
static SipBlock *take_memory(uint64_t bytes, bool *is_used) {
    *is_used = false;
    if (bytes > LARGEST_CLASS) return pages_take(pages_for(bytes));
    SizeClass *class = &classes[class_of(bytes)];
    SipBlock *block = class->free;
    if (!block) return bytes > SMALL_MOST ? pages_take(pages_for(bytes)) : take_fresh(class, bytes);
    class->free = block->next;
    *is_used = true;
    return block;
}

// --- blocks ------------------------------------------------------------------------------------------------

// Small blocks are cleared by a few stores, without a call.
__attribute__((no_builtin("memset"))) static void clear(SipBlock *block, uint64_t size) {
    if (size > 256) {
        __builtin_memset(block_memory(block), 0, size);
        return;
    }
    uint64_t *words = block_memory(block);
    for (uint64_t i = 0; i < size; i += 16, words += 2)
        words[0] = words[1] = 0;
}

SipBlock *heap_take(Account *account, uint64_t size) {
    if (size > LARGEST_BLOCK) return NULL;
    size += size == 0;
    uint64_t bytes = rounded(size + sizeof(SipBlock));
    if (account->used > account->quota || bytes > account->quota - account->used) return NULL;
    bool is_used;
    SipBlock *block = INJECT_FAILS() ? NULL : take_memory(bytes, &is_used);
    if (!block) return NULL;
    INJECT(BLOCK_TAKEN);
    *block = (SipBlock){ .owner = account, .size = bytes - sizeof *block };
    if (is_used)
        clear(block, block->size); // all of it: what the console is sent, it may show as a whole
    account->used += bytes;
    account->blocks++;
    heap.blocks++;
    INJECT(BLOCK_CHARGED);
    return block;
}

static void keep(SipBlock *block, uint64_t bytes) {
    if (bytes > LARGEST_CLASS) {
        pages_give(block, pages_for(bytes));
        return;
    }
    SizeClass *class = &classes[class_of(bytes)];
    block->next = class->free;
    class->free = block;
}

void heap_give(SipBlock *block) {
    Account *account = block->owner;
    uint64_t bytes = heap_charge(block);
    account->used -= bytes;
    account->blocks--;
    heap.blocks--;
    block->owner = NULL;
    INJECT(BLOCK_OFF);
    keep(block, bytes);
    if (account->used == 0 && account->has_ended) account_drained(account);
}

// --- giving back -------------------------------------------------------------------------------------------

// Free blocks that have pages of their own.
static void give_kept_pages(void) {
    for (unsigned i = class_of(SMALL_MOST) + 1; i < CLASSES; i++) {
        size_t count = pages_for(class_bytes(i));
        for (SipBlock *block = classes[i].free, *next; block; block = next) {
            next = block->next;
            pages_give(block, count);
        }
        classes[i].free = NULL;
    }
}

void heap_end(void) {
    give_kept_pages();
    for (Slab *slab = slabs, *next; slab; slab = next) {
        next = slab->next;
        pages_give(slab, SLAB_PAGES);
    }
    slabs = NULL;
    for (unsigned i = 0; i < CLASSES; i++)
        classes[i] = (SizeClass){ 0 };
}
