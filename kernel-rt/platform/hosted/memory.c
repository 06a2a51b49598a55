// Memory: one big reservation, of which pages become accessible as they are handed out and go back to Linux when they
// are freed. So pages come zeroed, and a stray access to a free page is a fault.

#include "hosted.h"

#include "core/platform.h"
#include "platform/page_map.h"

#include <errno.h>
#include <sys/mman.h>

#define ARENA_MOST  ((size_t)16 << 30) // address space, not memory
#define ARENA_LEAST ((size_t)64 << 20)
#define LARGE       ((size_t)2 << 20) // a large page of Linux

static uint8_t *arena;
static PageMap arena_pages;

static void *reserve(size_t bytes) {
    return mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void *hosted_map(size_t bytes) {
    uint8_t *guard = reserve(PLATFORM_PAGE + bytes);
    if (guard == MAP_FAILED || mprotect(guard + PLATFORM_PAGE, bytes, PROT_READ | PROT_WRITE))
        hosted_fail("map memory");
    return guard + PLATFORM_PAGE;
}

// As much as a limit on the address space (ulimit -v) leaves us.
void hosted_memory_start(void) {
    size_t bytes = ARENA_MOST;
    while ((arena = reserve(bytes + LARGE)) == MAP_FAILED && bytes > ARENA_LEAST)
        bytes /= 2;
    if (arena == MAP_FAILED) hosted_fail("reserve memory");
    arena += (LARGE - (uintptr_t)arena % LARGE) % LARGE;
    const size_t count = bytes / PLATFORM_PAGE;
    page_map_init(&arena_pages, hosted_map(page_map_bytes(count)), count);
    page_map_give(&arena_pages, 0, count);
}

// Fails only when Linux cannot keep track of more differently protected regions (vm.max_map_count).
static int protect(void *pages, size_t count, PlatformAccess access) {
    static const int of_access[] = {
        [PLATFORM_NONE] = PROT_NONE,
        [PLATFORM_READ] = PROT_READ,
        [PLATFORM_WRITE] = PROT_READ | PROT_WRITE,
        [PLATFORM_EXECUTE] = PROT_READ | PROT_EXEC,
    };
    return mprotect(pages, count * PLATFORM_PAGE, of_access[access]);
}

void platform_memory(uint64_t *pages, uint64_t *left) {
    *pages = arena_pages.count;
    *left = arena_pages.free;
}

// Large blocks begin with large pages, where Linux has some: 512 times fewer faults when they are touched for the first time, and hardly a miss in the
// processor's table of pages when they are read at random. It is a wish; nothing depends on it.
static void wish(void *pages, size_t count, int advice) {
    if (count >= LARGE / PLATFORM_PAGE) (void)madvise(pages, count * PLATFORM_PAGE, advice);
}

static size_t take(size_t count) {
    if (count == 0) return PAGE_MAP_NONE;
    const size_t large = LARGE / PLATFORM_PAGE;
    const size_t first =
        count < large ? PAGE_MAP_NONE : page_map_take_aligned(&arena_pages, count, large);
    return first == PAGE_MAP_NONE ? page_map_take(&arena_pages, count) : first;
}

void *platform_pages(size_t count) {
    const size_t first = take(count);
    if (first == PAGE_MAP_NONE) return NULL;
    void *pages = arena + first * PLATFORM_PAGE;
    if (protect(pages, count, PLATFORM_WRITE)) {
        page_map_give(&arena_pages, first, count);
        return NULL;
    }
    wish(pages, count, MADV_HUGEPAGE);
    return pages;
}

// Where Linux cannot keep track of one more region, the pages stay accessible, and empty: a SIP that gives back every
// second block must not end the others.
void platform_pages_free(void *pages, size_t count) {
    wish(pages, count, MADV_NOHUGEPAGE); // whoever gets a part of them next may want less
    if (madvise(pages, count * PLATFORM_PAGE, MADV_DONTNEED) ||
        (protect(pages, count, PLATFORM_NONE) && errno != ENOMEM))
        hosted_fail("free pages");
    if (!page_map_give(&arena_pages, (size_t)((uint8_t *)pages - arena) / PLATFORM_PAGE, count)) {
        errno = EINVAL;
        hosted_fail("free pages");
    }
}

// Of a stack that a SIP asks for while it runs: the others must not pay for what Linux cannot keep track of.
bool platform_guard(void *page) {
    return protect(page, 1, PLATFORM_NONE) == 0;
}

bool platform_protect(void *pages, size_t count, PlatformAccess access) {
    return protect(pages, count, access) == 0;
}
