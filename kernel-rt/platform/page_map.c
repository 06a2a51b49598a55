// First fit over a bitmap. The scan goes by words: over 4 GiB of memory at most 16384 of them, and usually none, since
// `lowest` remembers where free pages begin.

#include "platform/page_map.h"

enum { WORD = 64 };

size_t page_map_bytes(size_t count) {
    return (count + WORD - 1) / WORD * sizeof(uint64_t);
}

void page_map_init(PageMap *pages, uint64_t *bitmap, size_t count) {
    *pages = (PageMap){ .taken = bitmap, .count = count, .lowest = count };
    for (size_t word = 0; word < page_map_bytes(count) / sizeof *bitmap; word++)
        bitmap[word] = UINT64_MAX;
}

// The first page at or above `at` and below `end` that is taken, or not, as `taken` says; else `end`.
static size_t next(const PageMap *pages, size_t at, size_t end, bool taken) {
    while (at < end) {
        const uint64_t word = taken ? pages->taken[at / WORD] : ~pages->taken[at / WORD];
        const uint64_t rest = word >> (at % WORD);
        if (rest) {
            const size_t found = at + (size_t)__builtin_ctzll(rest);
            return found < end ? found : end;
        }
        at += WORD - at % WORD;
    }
    return end;
}

static void mark(PageMap *pages, size_t first, size_t count, bool taken) {
    for (size_t at = first; at < first + count;) {
        const size_t low = at % WORD;
        const size_t left = first + count - at;
        const size_t bits = left < WORD - low ? left : WORD - low;
        const uint64_t mask = (UINT64_MAX >> (WORD - bits)) << low;
        if (taken)
            pages->taken[at / WORD] |= mask;
        else
            pages->taken[at / WORD] &= ~mask;
        at += bits;
    }
}

static size_t round_up(size_t at, size_t align) {
    return at + (align - at % align) % align;
}

size_t page_map_take_aligned(PageMap *pages, size_t count, size_t align) {
    if (count > pages->free) return PAGE_MAP_NONE;
    pages->lowest = next(pages, pages->lowest, pages->count, false);
    size_t at = round_up(pages->lowest, align);
    while (at <= pages->count && count <= pages->count - at) {
        const size_t end = next(pages, at, at + count, true);
        if (end == at + count) {
            mark(pages, at, count, true);
            pages->free -= count;
            return at;
        }
        at = round_up(next(pages, end, pages->count, false), align);
    }
    return PAGE_MAP_NONE;
}

size_t page_map_take(PageMap *pages, size_t count) {
    return page_map_take_aligned(pages, count, 1);
}

bool page_map_give(PageMap *pages, size_t first, size_t count) {
    if (first > pages->count || count > pages->count - first ||
        next(pages, first, first + count, false) != first + count)
        return false;
    mark(pages, first, count, false);
    pages->free += count;
    if (first < pages->lowest) pages->lowest = first;
    return true;
}
