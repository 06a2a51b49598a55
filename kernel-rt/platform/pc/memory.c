// Memory of the booted machine: all RAM that the loader reports above 1 MiB, mapped to itself, and the few pages of devices'
// registers that the kernel itself uses; nothing else is mapped.
//
// RAM is mapped by 2 MiB pages, writable and not executable. A large page is split into small ones when a part of it
// gets another protection. A split takes a page for the table and must not fail, so as many pages are held back as
// there are large pages left.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"
#include "platform/page_map.h"

#include <stdbool.h>

#define PAGE_SIZE    UINT64_C(4096)
#define LARGE_SIZE   UINT64_C(0x200000)
#define LOWEST       UINT64_C(0x100000)     // what lies below is the firmware's
#define BOOT_MAP_END UINT64_C(0x100000000)  // what boot.S mapped
#define MEMORY_MOST  UINT64_C(0x8000000000) // 512 GiB: one table of the third level

enum { ENTRIES = 512, RANGES = 256, FORGET_ALL = 64 };

#define ENTRY_PRESENT UINT64_C(1)
#define ENTRY_WRITE   UINT64_C(2)
#define ENTRY_DEVICE  UINT64_C(0x18) // written through, not cached
#define ENTRY_USED    UINT64_C(0x60) // by the CPU's own hand: what was read, what was written
#define ENTRY_LARGE   UINT64_C(0x80)
#define ENTRY_NX      (UINT64_C(1) << 63)
#define ENTRY_ACCESS  (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

typedef uint64_t Table[ENTRIES];

typedef struct Range {
    uint64_t start, end; // page boundaries
} Range;

static Range ram[RANGES];
static size_t ram_count;

static Range
    listed[RANGES]; // all that the loader's map speaks of, RAM or not: no device is granted there
static size_t listed_count;
static bool all_are_listed = true;

static PageMap page_map; // page n lies at n * PAGE_SIZE
static Table *root;
uint64_t pc_map_root;            // the same, for the CPUs that start later
static uint64_t trampoline_page; // 0: there is none
static size_t large_pages;       // that may still be split
static bool map_is_loaded;       // until then only what boot.S mapped can be written

static void *at(uint64_t address) {
    return (void *)(uintptr_t)address;
}

static void *clear(void *memory, uint64_t size) {
    void *next = memory;
    uint64_t words = size / 8;
    __asm__ volatile("rep stosq" : "+D"(next), "+c"(words) : "a"(0) : "memory");
    return memory;
}

static uint64_t round_down(uint64_t address, uint64_t unit) {
    return address & ~(unit - 1);
}

static uint64_t round_up(uint64_t address, uint64_t unit) {
    return round_down(address + unit - 1, unit);
}

static bool overlap(Range a, Range b) {
    return a.start < b.end && b.start < a.end;
}

static bool contains(Range outer, Range inner) {
    return outer.start <= inner.start && inner.end <= outer.end;
}

// --- page tables ---------------------------------------------------------------------------------------------------

static Table *new_table(void) {
    const size_t page = page_map_take(&page_map, 1);
    if (page == PAGE_MAP_NONE || (!map_is_loaded && (page + 1) * PAGE_SIZE > BOOT_MAP_END))
        pc_refuse("not enough memory for page tables");
    return clear(at(page * PAGE_SIZE), PAGE_SIZE);
}

static Table *table_of(uint64_t *entry) {
    if (!*entry) *entry = (uint64_t)new_table() | ENTRY_PRESENT | ENTRY_WRITE;
    return at(*entry & ENTRY_ADDRESS);
}

// The entry of the large page, or of the table, for `address`.
static uint64_t *directory_entry(uint64_t address) {
    Table *pointers = table_of(&(*root)[0]);
    Table *directory = table_of(&(*pointers)[address >> 30]);
    return &(*directory)[address >> 21 & (ENTRIES - 1)];
}

static uint64_t *page_entry(uint64_t address) {
    return &(*table_of(directory_entry(address)))[address >> 12 & (ENTRIES - 1)];
}

static uint64_t entry_of_access(PlatformAccess access) {
    switch (access) {
    case PLATFORM_NONE: return 0;
    case PLATFORM_READ: return ENTRY_PRESENT | ENTRY_NX;
    case PLATFORM_WRITE: return ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX;
    case PLATFORM_EXECUTE: return ENTRY_PRESENT;
    }
    return 0;
}

static void split(uint64_t *entry) {
    const uint64_t address = *entry & ENTRY_ADDRESS, access = *entry & ENTRY_ACCESS;
    Table *table = new_table();
    for (uint64_t i = 0; i < ENTRIES; i++)
        (*table)[i] = (address + i * PAGE_SIZE) | access;
    *entry = (uint64_t)table | ENTRY_PRESENT | ENTRY_WRITE;
    large_pages--;
}

// One step: a large page at once where the range allows, else a small one. Returns how much it did.
static uint64_t set_access_at(uint64_t address, uint64_t end, uint64_t access) {
    uint64_t *entry = directory_entry(address);
    if (*entry & ENTRY_LARGE) {
        const uint64_t large_end = round_down(address, LARGE_SIZE) + LARGE_SIZE;
        if ((*entry & ENTRY_ACCESS) == access) return (large_end < end ? large_end : end) - address;
        if (address % LARGE_SIZE == 0 && large_end <= end) {
            *entry = (*entry & ~ENTRY_ACCESS) | access;
            return LARGE_SIZE;
        }
        split(entry);
    }
    entry = page_entry(address);
    if (!(*entry & ENTRY_ADDRESS)) pc_panic("protection of what is not memory");
    *entry = (*entry & ~ENTRY_ACCESS) | access;
    return PAGE_SIZE;
}

// What the CPU remembers of the map there.
static void forget(uint64_t start, uint64_t end) {
    if (end - start > FORGET_ALL * PAGE_SIZE)
        load_page_tables(root);
    else
        for (uint64_t address = start; address < end; address += PAGE_SIZE)
            forget_page(address);
}

static void set_access(uint64_t start, uint64_t end, PlatformAccess access) {
    if (start % PAGE_SIZE || start > end || end > page_map.count * PAGE_SIZE)
        pc_panic("protection of what is not memory");
    for (uint64_t address = start; address < end;)
        address += set_access_at(address, end, entry_of_access(access));
    if (!map_is_loaded) return;
    forget(start, end);
    platform_map_version++;
}

// RAM, writable. At its edges there may be half a large page.
static void map(Range range) {
    const uint64_t access = entry_of_access(PLATFORM_WRITE);
    for (uint64_t address = range.start; address < range.end;) {
        if (address % LARGE_SIZE == 0 && range.end - address >= LARGE_SIZE &&
            !*directory_entry(address)) {
            *directory_entry(address) = address | access | ENTRY_LARGE;
            large_pages++;
            address += LARGE_SIZE;
        } else {
            *page_entry(address) = address | access;
            address += PAGE_SIZE;
        }
    }
}

// --- what there is -------------------------------------------------------------------------------------------------

// Of whole pages, all that it touches; addresses beyond the last one are none.
static Range range_of(const PvhMemory *row) {
    const uint64_t last = UINT64_MAX - 2 * PAGE_SIZE;
    const uint64_t start = row->address < last ? row->address : last;
    const uint64_t size = row->size < last - start ? row->size : last - start;
    return (Range){ round_down(start, PAGE_SIZE), round_up(start + size, PAGE_SIZE) };
}

static void read_memory_map(const PvhStart *start) {
    if (start->magic != PVH_MAGIC || start->version < 1 || !start->memory_map ||
        !start->memory_count)
        pc_refuse("the loader gave no memory map");
    const PvhMemory *rows = at(start->memory_map);
    for (uint32_t i = 0; i < start->memory_count; i++) {
        all_are_listed = all_are_listed && i < RANGES;
        if (i < RANGES) listed[listed_count++] = range_of(&rows[i]);
    }
    for (uint32_t i = 0; i < start->memory_count && ram_count < RANGES; i++) {
        if (rows[i].type != PVH_RAM || rows[i].address >= MEMORY_MOST) continue;
        const uint64_t left = MEMORY_MOST - rows[i].address;
        const uint64_t size = rows[i].size < left ? rows[i].size : left;
        Range range = { round_up(rows[i].address, PAGE_SIZE),
                        round_down(rows[i].address + size, PAGE_SIZE) };
        if (range.start < LOWEST) range.start = LOWEST;
        if (range.start >= range.end) continue;
        if (ram_count && ram[ram_count - 1].end == range.start)
            ram[ram_count - 1].end = range.end; // UEFI's maps are in many pieces
        else
            ram[ram_count++] = range;
    }
}

// A page of RAM below where firmware keeps things; the loader's information, which may lie there, is read by now.
static void place_trampoline(const PvhStart *start) {
    enum { FIRST = 0x8000, LAST = 0x80000 };
    const PvhMemory *rows = at(start->memory_map);
    for (uint64_t page = FIRST; page < LAST; page += PAGE_SIZE) {
        for (uint32_t i = 0; i < start->memory_count; i++) {
            if (rows[i].type != PVH_RAM || rows[i].address > page ||
                rows[i].size < page + PAGE_SIZE - rows[i].address)
                continue;
            trampoline_page = page;
            return;
        }
    }
}

static void copy_trampoline(void) {
    uint8_t *to = at(trampoline_page);
    for (const uint8_t *from = pc_trampoline; from < pc_trampoline_end; from++)
        *to++ = *from;
}

uint64_t pc_trampoline_page(void) {
    return trampoline_page;
}

void pc_forget_map(void) {
    load_page_tables(root);
}

static bool is_ram(Range range) {
    for (size_t i = 0; i < ram_count; i++)
        if (contains(ram[i], range)) return true;
    return false;
}

static uint64_t end_of_ram(void) {
    uint64_t end = 0;
    for (size_t i = 0; i < ram_count; i++)
        if (ram[i].end > end) end = ram[i].end;
    return end;
}

// A place for `size` bytes at the start of a piece of RAM, or right behind one of the ranges that are taken.
static Range find_place(uint64_t size, const Range *taken, size_t taken_count) {
    for (size_t i = 0; i < ram_count + taken_count; i++) {
        const uint64_t start = i < ram_count ? ram[i].start : taken[i - ram_count].end;
        const Range place = { start, start + size };
        bool is_free = is_ram(place) && place.end <= BOOT_MAP_END;
        for (size_t j = 0; is_free && j < taken_count; j++)
            is_free = !overlap(place, taken[j]);
        if (is_free) return place;
    }
    pc_refuse("not enough memory for the page allocator");
}

// Gives `range` to the allocator, but for what `taken` covers.
static void give(Range range, const Range *taken, size_t taken_count) {
    while (taken_count > 0 && !overlap(range, *taken))
        taken++, taken_count--;
    if (taken_count == 0) {
        page_map_give(&page_map, range.start / PAGE_SIZE, (range.end - range.start) / PAGE_SIZE);
        return;
    }
    if (range.start < taken->start)
        give((Range){ range.start, taken->start }, taken + 1, taken_count - 1);
    if (taken->end < range.end) give((Range){ taken->end, range.end }, taken + 1, taken_count - 1);
}

void pc_guard(void *page) {
    set_access((uint64_t)page, (uint64_t)page + PAGE_SIZE, PLATFORM_NONE);
}

void pc_map_device(uint64_t page) {
    if (page >= MEMORY_MOST || *directory_entry(page) & ENTRY_LARGE || *page_entry(page))
        pc_refuse("a device's registers lie in memory");
    *page_entry(page) = page | ENTRY_ACCESS | ENTRY_DEVICE;
    if (page_map.free < large_pages) pc_refuse("not enough memory for page tables");
}

// Through tables of its own, or those that are there: a page is mapped already when two grants share it, or its SIP is started
// again. As many pages as there are large pages stay in reserve.
bool pc_map_devices(uint64_t base, uint64_t length) {
    const Range range = { round_down(base, PAGE_SIZE), round_up(base + length, PAGE_SIZE) };
    const uint64_t tables = (range.end - range.start) / LARGE_SIZE + 4;
    if (!all_are_listed || range.end > MEMORY_MOST || page_map.free < large_pages + tables)
        return false;
    for (size_t i = 0; i < listed_count; i++)
        if (overlap(range, listed[i])) return false;
    for (uint64_t page = range.start; page < range.end; page += PAGE_SIZE) {
        if (*directory_entry(page) & ENTRY_LARGE) return false;
        uint64_t *entry = page_entry(page);
        const uint64_t device = page | ENTRY_ACCESS | ENTRY_DEVICE;
        if (!*entry)
            *entry = device;
        else if ((*entry & ~ENTRY_USED) != device)
            return false;
    }
    return true;
}

static void build_map(Range image) {
    root = new_table();
    for (size_t i = 0; i < ram_count; i++)
        map(ram[i]);
    set_access((uint64_t)pc_text, (uint64_t)pc_rodata, PLATFORM_EXECUTE);
    set_access((uint64_t)pc_rodata, (uint64_t)pc_data, PLATFORM_READ);
    set_access(image.start, image.end, PLATFORM_READ);
    pc_guard(pc_stack_guard);
    if (page_map.free < large_pages) pc_refuse("not enough memory for page tables");
    pc_map_root = (uint64_t)root;
    load_page_tables(root);
    map_is_loaded = true;
}

void pc_memory_start(const PvhStart *start, uint64_t image, uint64_t size) {
    read_memory_map(start);
    if (pc_cpus_are_wanted()) place_trampoline(start);
    const Range kernel = { (uint64_t)pc_text, (uint64_t)pc_end };
    if (!is_ram(kernel)) pc_refuse("the loader's memory map does not contain the kernel");
    if (image > BOOT_MAP_END || size > BOOT_MAP_END - image)
        pc_refuse("the image was not loaded: its place is not below 4 GiB");
    // No image is a range without pages, behind the kernel.
    const Range image_range = { size ? round_down(image, PAGE_SIZE) : kernel.end,
                                size ? round_up(image + size, PAGE_SIZE) : kernel.end };
    if (size && (!is_ram(image_range) || overlap(image_range, kernel)))
        pc_refuse("the image was not loaded: there is no memory at its place");

    const size_t count = end_of_ram() / PAGE_SIZE;
    Range taken[] = {
        kernel, image_range, { 0, 0 }
    };
    taken[2] = find_place(round_up(page_map_bytes(count), PAGE_SIZE), taken, 2);
    page_map_init(&page_map, at(taken[2].start), count);
    for (size_t i = 0; i < ram_count; i++)
        give(ram[i], taken, 3);
    if (trampoline_page) copy_trampoline();
    build_map(image_range);
}

// --- for core ------------------------------------------------------------------------------------------------------

void platform_memory(uint64_t *pages, uint64_t *left) {
    *pages = 0;
    for (size_t i = 0; i < ram_count; i++)
        *pages += (ram[i].end - ram[i].start) / PAGE_SIZE;
    *left = page_map.free;
}

void *platform_pages(size_t count) {
    if (!count || count > page_map.free || page_map.free - count < large_pages) return NULL;
    const size_t first = page_map_take(&page_map, count);
    if (first == PAGE_MAP_NONE) return NULL;
    const uint64_t start = first * PAGE_SIZE;
    set_access(start, start + count * PAGE_SIZE, PLATFORM_WRITE);
    return clear(at(start), count * PAGE_SIZE);
}

void platform_pages_free(void *pages, size_t count) {
    const uint64_t start = (uint64_t)pages;
    if (start % PAGE_SIZE || !page_map_give(&page_map, start / PAGE_SIZE, count))
        pc_panic("pages freed that were not handed out");
}

bool platform_guard(void *page) {
    return platform_protect(page, 1, PLATFORM_NONE);
}

bool platform_protect(void *pages, size_t count, PlatformAccess access) {
    if (count > page_map.count) pc_panic("protection of what is not memory");
    set_access((uint64_t)pages, (uint64_t)pages + count * PAGE_SIZE, access);
    return true;
}
