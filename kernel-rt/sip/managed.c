// The managed heap: one instance of the collector (bdwgc) in each SIP that uses `gc`. Nothing else in the runtime refers to this
// file, so that the linker leaves it and the collector out of every other SIP.
//
// An object that may hold pointers begins with two words: one that is free (the collector links unused objects through it), and its
// descriptor, which says which of its words to look at; a SIP's pointer leads behind them. The descriptor stands in the second
// word because that of an unused object is zero: a stale pointer on a stack makes the collector look at nothing. What holds no
// pointers has no such words and is never looked at.
//
// Roots are the stack of the running thread above this file's frames, with the callee-saved registers; the stacks of its siblings, and
// their registers where they were preempted; and nothing else. The compiler keeps every managed pointer that is in use in a slot of its
// frame (compiler/llvm/managed.c), and the verifier lets them be nowhere else.
//
// Nothing here is locked: of the threads of a SIP with a collector the kernel lets one run at a time, and no other while `busy` is set,
// wherever in here a turn ends. So a sibling is always outside, and its stack at rest.

#include "sip.h"

#include <gc.h>
#include <gc_inline.h>
#include <gc_mark.h>
#include <stdarg.h>

enum {
    HEADER = 2 * sizeof(GC_word),
    PAGE = 4096,
    LARGE_PAGE = 2 * 1024 * 1024,
    PIECE = LARGE_PAGE - PAGE - sizeof(SipBlock),
};

static unsigned kind; // of objects with a descriptor
static int is_ready;  // the collector is

// --- nobody else is in here ------------------------------------------------------------------------------------

static volatile uint64_t busy; // the kernel reads it; a SIP of one thread has nobody to keep out

void sip_managed_begin(void) {
    sip_kernel->COLLECTOR(&busy);
}

static inline void enter(void) {
    busy = 1;
    __asm__ volatile("" ::: "memory");
}

static inline void leave(void) {
    __asm__ volatile("" ::: "memory");
    busy = 0;
}

// --- what the collector asks for -------------------------------------------------------------------------------

#pragma GCC visibility push(hidden)
void *platform_get_mem(size_t bytes);
void *platform_get_stack_bottom(void);
size_t strlen(const char *text);
int vsnprintf(char *to, size_t room, const char *format, va_list args);
_Noreturn void abort(void);
_Noreturn void exit(int status);
void sip_managed_push_roots(void);
#pragma GCC visibility pop

// Whether the quota has room for large pages, and for garbage of that size: a sixteenth of it is at least one.
static int is_large(void) {
    return sip_managed_quota >= (uint64_t)16 * LARGE_PAGE;
}

// What is left of the blocks that were taken, in pages: the collector asks for less than they have.
static uint8_t *rest, *rest_end;

static uint8_t *take_block(uint64_t bytes) {
    return bytes > UINT64_MAX - PAGE ? NULL : sip_kernel->TRY_ALLOC(bytes + PAGE);
}

// The first `bytes` of a block, which begin a page; the rest of it is kept, if it is more than what there was.
static uint8_t *cut(uint8_t *block, uint64_t bytes) {
    const SipBlock *header = (const SipBlock *)(void *)block - 1;
    uint8_t *piece = block + (-(uintptr_t)block & (PAGE - 1));
    uint8_t *end = block + header->size;
    if (end - (piece + bytes) > rest_end - rest) {
        rest = piece + bytes;
        rest_end = end;
    }
    return piece;
}

// On the SIP's account like any block, and the SIP's until it ends: the collector gives nothing back. Where the quota is
// large, it is taken in pieces of a large page, which the kernel makes one if the machine has such: the first touch of each page is what costs most.
void *platform_get_mem(size_t bytes) {
    if (bytes <= (size_t)(rest_end - rest)) {
        uint8_t *piece = rest;
        rest += bytes;
        return piece;
    }
    uint8_t *block = is_large() && bytes < PIECE ? take_block(PIECE) : NULL;
    if (!block) block = take_block(bytes);
    return block ? cut(block, bytes) : NULL;
}

// Asked for and not used: see STACK_NOT_SCANNED.
void *platform_get_stack_bottom(void) {
    return NULL;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

// Its messages have no reader.
int vsnprintf(char *to, size_t room, const char *format, va_list args) {
    (void)format, (void)args;
    if (room) *to = '\0';
    return 0;
}

_Noreturn void abort(void) {
    __builtin_trap();
}

_Noreturn void exit(int status) {
    (void)status;
    abort();
}

// --- roots -----------------------------------------------------------------------------------------------------

// The lowest word of the stack that is looked at: below it lie the collector's own frames, and what is left in them.
static uintptr_t lowest;

__attribute__((noinline)) void sip_managed_push_roots(void) {
    const SipThread *thread;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(thread));
    GC_push_all_eager((void *)lowest, (void *)(uintptr_t)thread->stack_high);
    SipRoots roots;
    for (uint64_t i = 0; sip_kernel->ROOTS(i, &roots); i++) {
        GC_push_all_eager((void *)(uintptr_t)roots.stack, (void *)(uintptr_t)roots.stack_end);
        GC_push_all_eager(
            (void *)(uintptr_t)roots.registers, (void *)(uintptr_t)roots.registers_end
        );
    }
}

// --- objects ---------------------------------------------------------------------------------------------------

// What bdwgc has as initialised variables: the build takes their addresses out of its object, since no relocation of a sealed binary
// writes what stays writable. Kinds 0, 1 and 2 are its own: without pointers, looked at whole, never freed.
typedef struct Kind {
    void **free_list;
    GC_word rest[3];
} Kind;

#pragma GCC visibility push(hidden)
extern Kind GC_obj_kinds[];
extern void **const GC_aobjfreelist_ptr, **const GC_objfreelist_ptr, **const GC_uobjfreelist_ptr;
extern void (*GC_print_heap_obj)(void *object);
#pragma GCC visibility pop

// What is made for an owner, instead of an object with a descriptor: a block that may hold managed pointers. It is one of the
// collector's uncollectable objects, looked at whole and kept until its owner frees it. A header as of a block of the exchange heap lies
// before it, for sip_drop_block; it has no owner, but says who frees it.
enum { BLOCK = 4 };

// Objects with a descriptor that are free, by their size in granules of 16 bytes: as many as the collector gives at a time. It has
// counted them as in use, and takes them back when it collects.
enum { GRANULE = 16, MOST_LISTED = 512 };
static GC_word *cells[MOST_LISTED / GRANULE + 1];

static void forget_cells(void) {
    for (unsigned i = 0; i < sizeof cells / sizeof *cells; i++)
        cells[i] = NULL;
}

static void give_up(const char *message) {
    (void)message;
    abort();
}

static void say_nothing(char *message, GC_word value) {
    (void)message, (void)value;
}

static void print_nothing(void *object) {
    (void)object;
}

static void *out_of_memory(size_t bytes) {
    (void)bytes;
    return NULL;
}

static int go_on(void) {
    return 0;
}

static void set_variables(void) {
    GC_obj_kinds[0].free_list = GC_aobjfreelist_ptr;
    GC_obj_kinds[1].free_list = GC_objfreelist_ptr;
    GC_obj_kinds[2].free_list = GC_uobjfreelist_ptr;
    GC_print_heap_obj = print_nothing;
    GC_set_abort_func(give_up);
    GC_set_warn_proc(say_nothing);
    GC_set_oom_fn(out_of_memory);
    GC_set_stop_func(go_on);
}

// When to collect: after twice as much as is in use has been made anew, but not for less than a part of the quota, which is not much of what
// the CPU's caches hold. Where the quota is large, after as much as is in use, but not for less than a large page.
static void set_pace(void) {
    enum { LEAST = 64 * 1024, MOST = 1024 * 1024, PARTS = 16 };
    uint64_t part = sip_managed_quota / PARTS;
    GC_set_min_bytes_allocd(
        is_large()     ? LARGE_PAGE
        : part < LEAST ? LEAST
        : part > MOST  ? MOST
                       : part
    );
    GC_set_free_space_divisor(is_large() ? 2 : 1);
}

// What the collector gives up without, when it starts, is there before that.
static int has_first_memory(void) {
    enum { FIRST = 5 * 64 * 1024 };
    uint8_t *block = take_block(is_large() ? PIECE : FIRST);
    if (block) cut(block, 0);
    return block != NULL;
}

static int make_ready(void) {
    if (!has_first_memory()) return 0;
    set_variables();
    GC_set_all_interior_pointers(0);
    GC_set_dont_precollect(1);
    GC_set_push_other_roots(sip_managed_push_roots);
    GC_set_start_callback(forget_cells);
    GC_init();
    set_pace();
    GC_register_displacement(HEADER);
    kind = GC_new_kind(GC_new_free_list(), sizeof(GC_word) | GC_DS_PER_OBJECT, 0, 1);
    return is_ready = 1;
}

static void *take(uint64_t bytes, uint64_t descriptor) {
    if (!descriptor) {
        void *object = GC_malloc_atomic(bytes);
        return object ? memset(object, 0, bytes) : NULL;
    }
    if (descriptor == BLOCK) return GC_malloc_uncollectable(bytes + sizeof(SipBlock)); // zeroed
    if (bytes > MOST_LISTED - HEADER)
        return GC_malloc_kind(bytes + HEADER, (int)kind); // comes zeroed
    uint64_t granules = (bytes + HEADER + GRANULE - 1) / GRANULE;
    void *many;
    GC_generic_malloc_many(granules * GRANULE, (int)kind, &many);
    GC_word *cell = many;
    if (!cell) return NULL;
    cells[granules] = (GC_word *)cell[0];
    cell[0] = 0;
    return cell;
}

// A collection runs when there is no more memory to be had, and if that does not help, the SIP has used up its quota.
__attribute__((noinline)) static void *take_after_collecting(uint64_t bytes, uint64_t descriptor) {
    GC_gcollect();
    return take(bytes, descriptor);
}

static GC_word descriptor_word(uint64_t bytes, uint64_t descriptor) {
    return descriptor == SIP_MANAGED_ALL ? (bytes + HEADER) & ~(GC_word)GC_DS_TAGS : descriptor;
}

// The callee-saved registers, which may hold the caller's pointers, are pushed at the entry, right below the frame's address.
__attribute__((noinline)) static void *make(uint64_t bytes, uint64_t descriptor, uint32_t site) {
    __builtin_unwind_init();
    lowest = (uintptr_t)__builtin_frame_address(0) - 5 * sizeof(GC_word);
    void *object = NULL;
    if (bytes <= SIP_MANAGED_MOST && (is_ready || make_ready())) {
        object = take(bytes, descriptor);
        if (!object) object = take_after_collecting(bytes, descriptor);
    }
    if (!object && site != SIP_MANAGED_MAYBE) sip_trap(site);
    if (object && descriptor == BLOCK) {
        SipBlock *header = object;
        header->size = (uintptr_t)sip_managed_free;
        object = header + 1;
    } else if (object && descriptor) {
        GC_word *words = object;
        words[1] = descriptor_word(bytes, descriptor);
        object = words + 2;
    }
    leave();
    return object;
}

void *sip_managed_new(uint64_t bytes, uint64_t descriptor, uint32_t site) {
    enter();
    if (!descriptor || bytes > MOST_LISTED - HEADER) return make(bytes, descriptor, site);
    GC_word **list = &cells[(bytes + HEADER + GRANULE - 1) / GRANULE];
    GC_word *cell = *list;
    if (!cell) return make(bytes, descriptor, site);
    *list = (GC_word *)cell[0];
    cell[0] = 0;
    cell[1] = descriptor_word(bytes, descriptor);
    leave();
    return cell + 2;
}

void *sip_managed_block(uint64_t bytes, uint32_t site) {
    enter();
    return make(bytes, BLOCK, site);
}

void sip_managed_free(void *block) {
    enter();
    GC_free((SipBlock *)block - 1);
    leave();
}
