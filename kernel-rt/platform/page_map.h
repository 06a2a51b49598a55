// Which pages of a range are taken: one bit each. Both platforms hand out memory through this; what a page is made of and
// how it is protected is theirs.

#ifndef KERNEL_PLATFORM_PAGE_MAP_H
#define KERNEL_PLATFORM_PAGE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_MAP_NONE SIZE_MAX

typedef struct PageMap {
    uint64_t *taken; // bit i of word w: page 64 w + i
    size_t count;
    size_t free;   // pages that are not taken
    size_t lowest; // below it no page is free
} PageMap;

size_t page_map_bytes(size_t count);

// All pages are taken at first. `bitmap` has page_map_bytes(count) bytes, and stays the caller's.
void page_map_init(PageMap *pages, uint64_t *bitmap, size_t count);

// Takes `count` > 0 pages in a row, the lowest that there are: the first one's number, or PAGE_MAP_NONE.
size_t page_map_take(PageMap *pages, size_t count);

// The same of those whose first one's number is a multiple of `align` > 0.
size_t page_map_take_aligned(PageMap *pages, size_t count, size_t align);

// Gives pages back; false, and nothing is changed, unless all of them exist and are taken.
bool page_map_give(PageMap *pages, size_t first, size_t count);

#endif
