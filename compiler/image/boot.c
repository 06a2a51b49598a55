// A kernel and an image become one bootable ELF file. The kernel's linker script leaves one PT_NULL row in the program
// header and a slot in its data; the image is appended and both are filled in.

#include "image.h"

#include "sealed/elf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 4096, LARGEST_KERNEL = 256 << 20 };

typedef struct Slot { // as the kernel declares it
    char magic[8];
    uint64_t physical, size;
    uint64_t cpus;
} Slot;

#define refuse(error, ...) (snprintf((error), IMAGE_ERROR_ROOM, __VA_ARGS__), false)

static uint64_t page_up(uint64_t x) {
    return (x + PAGE - 1) / PAGE * PAGE;
}

static bool read_header(const uint8_t *kernel, size_t size, ElfHeader *header, char *error) {
    static const uint8_t ident[6] = { 0x7f, 'E', 'L', 'F', 2, 1 };
    if (size < sizeof *header || size > LARGEST_KERNEL || memcmp(kernel, ident, sizeof ident) != 0)
        return refuse(error, "the kernel is not an ELF64 file");
    memcpy(header, kernel, sizeof *header);
    uint64_t rows = (uint64_t)header->phnum * sizeof(ElfSegment);
    if (header->machine != ELF_X86_64 || header->phentsize != sizeof(ElfSegment) ||
        header->phoff > size || rows > size - header->phoff)
        return refuse(error, "the kernel's program header is damaged");
    return true;
}

// The spare row, and where the segments end: the image goes behind the highest.
static bool read_segments(
    const uint8_t *kernel, const ElfHeader *header, uint64_t *spare, ElfSegment *image, char *error
) {
    *spare = 0;
    uint64_t end = 0;
    for (uint32_t i = 0; i < header->phnum; i++) {
        ElfSegment segment;
        uint64_t at = header->phoff + i * sizeof segment;
        memcpy(&segment, kernel + at, sizeof segment);
        if (segment.type == ELF_NULL && !*spare) *spare = at;
        if (segment.type != ELF_LOAD || segment.memsz == 0) continue;
        if (segment.paddr > (uint64_t)1 << 40 || segment.memsz > (uint64_t)1 << 40)
            return refuse(error, "the kernel's segments lie where no memory is");
        if (segment.paddr + segment.memsz > end) {
            end = segment.paddr + segment.memsz;
            image->paddr = page_up(end);
            image->vaddr = image->paddr + (segment.vaddr - segment.paddr);
        }
    }
    if (!end || !*spare)
        return refuse(error, "the kernel has no spare row in its program header for an image");
    return true;
}

// Of what the kernel has exactly one, by the eight bytes that it begins with.
static bool find_place(
    const uint8_t *kernel,
    size_t size,
    const char magic[8],
    size_t room,
    const char *what,
    size_t *place,
    char *error
) {
    uint32_t found = 0;
    for (size_t at = 0; at + room <= size; at += 8) {
        if (memcmp(kernel + at, magic, 8) == 0) {
            *place = at;
            found++;
        }
    }
    return found == 1 || refuse(error, "the kernel has %u %s instead of one", found, what);
}

static bool find_slot(const uint8_t *kernel, size_t size, size_t *slot, char *error) {
    static const char magic[8] = { 'S', 'I', 'P', 'S', 'L', 'O', 'T', 1 };
    return find_place(kernel, size, magic, sizeof(Slot), "slots for an image", slot, error);
}

static bool find_keys(const uint8_t *kernel, size_t size, size_t *keys, char *error) {
    static const char magic[8] = { 'S', 'I', 'P', 'K', 'E', 'Y', 'S', 1 };
    return find_place(
        kernel, size, magic, sizeof(ImageKeys), "places for trusted keys", keys, error
    );
}

bool image_boot(
    const uint8_t *kernel,
    size_t kernel_size,
    const uint8_t *image,
    size_t image_size,
    uint32_t cpus,
    Buf *out,
    char error[IMAGE_ERROR_ROOM]
) {
    assert(out->len == 0);
    ElfHeader header;
    ElfSegment segment = { .type = ELF_LOAD,
                           .flags = ELF_READ,
                           .filesz = image_size,
                           .memsz = image_size,
                           .align = PAGE };
    uint64_t spare;
    size_t slot_at = 0;
    if (!read_header(kernel, kernel_size, &header, error) ||
        !read_segments(kernel, &header, &spare, &segment, error) ||
        !find_slot(kernel, kernel_size, &slot_at, error))
        return false;
    segment.offset = page_up(kernel_size);
    buf_put(out, kernel, kernel_size);
    while (out->len < segment.offset)
        buf_byte(out, 0);
    buf_put(out, image, image_size);
    Slot slot;
    memcpy(&slot, out->data + slot_at, sizeof slot);
    slot.physical = segment.paddr;
    slot.size = image_size;
    slot.cpus = cpus;
    memcpy(out->data + slot_at, &slot, sizeof slot);
    memcpy(out->data + spare, &segment, sizeof segment);
    return true;
}

bool image_keys_read(
    const uint8_t *kernel, size_t size, ImageKeys *keys, char error[IMAGE_ERROR_ROOM]
) {
    size_t at = 0;
    if (!find_keys(kernel, size, &at, error)) return false;
    memcpy(keys, kernel + at, sizeof *keys);
    return keys->count <= IMAGE_MOST_KEYS || refuse(error, "the kernel's trusted keys are damaged");
}

bool image_keys_add(
    uint8_t *kernel,
    size_t size,
    const uint8_t (*keys)[32],
    uint32_t count,
    char error[IMAGE_ERROR_ROOM]
) {
    ImageKeys known;
    size_t at = 0;
    if (!image_keys_read(kernel, size, &known, error) || !find_keys(kernel, size, &at, error))
        return false;
    if (count > IMAGE_MOST_KEYS - known.count)
        return refuse(error, "a kernel has room for %u trusted keys", IMAGE_MOST_KEYS);
    memcpy(known.keys[known.count], keys, (size_t)count * sizeof *keys);
    known.count += count;
    memcpy(kernel + at, &known, sizeof known);
    return true;
}
