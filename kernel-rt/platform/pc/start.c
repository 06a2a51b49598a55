// The booted machine, part by part, and then the kernel. The packed image lies where `sipcc image` wrote into the slot
// that the loader has put it.

#include "pc.h"

#include "core/platform.h"

// Volatile: what stands here is not what stands in the file that runs.
__attribute__((section(".sip.slot"), used)
) static const volatile ImageSlot slot = { .magic = "SIPSLOT\1" };

// A Multiboot2 loader's memory map, as a PVH loader would give it: the rows are the same.
static PvhStart start_of_multiboot(const MultibootInfo *info) {
    PvhStart start = { .magic = PVH_MAGIC, .version = 1 };
    const uint8_t *at = (const uint8_t *)(info + 1), *end = (const uint8_t *)info + info->size;
    for (uint32_t size; (size_t)(end - at) >= sizeof(MultibootMemory); at += (size + 7) & ~7u) {
        const MultibootMemory *memory = (const void *)at;
        size = memory->tag.size;
        if (size < sizeof(MultibootTag) || size > (size_t)(end - at)) break;
        if (memory->tag.type == MULTIBOOT_RSDP_1 || memory->tag.type == MULTIBOOT_RSDP_2)
            start.rsdp = (uint64_t)(&memory->tag + 1);
        if (memory->tag.type != MULTIBOOT_MEMORY || size < sizeof *memory) continue;
        if (memory->row_size != sizeof(PvhMemory)) continue;
        start.memory_map = (uint64_t)(memory + 1);
        start.memory_count = (size - (uint32_t)sizeof *memory) / (uint32_t)sizeof(PvhMemory);
    }
    return start;
}

_Noreturn void pc_start(const void *info, uint32_t loader) {
    PvhStart converted;
    const PvhStart *start = info;
    const uint64_t cpus = slot.cpus;
    pc_time_start();
    pc_serial_start();
    if (loader == MULTIBOOT_LOADER) {
        converted = start_of_multiboot(info);
        start = &converted;
    }
    pc_cpus_want(cpus > 1 ? (uint32_t)(cpus & 0xff) : 1);
    if (pc_cpus_are_wanted()) pc_find_cpus(start->rsdp);
    const uint64_t image = slot.physical, size = slot.size;
    pc_memory_start(start, image, size);
    pc_interrupts_start();
    if (!size) pc_refuse("there is no image in this file: `sipcc image` makes bootable ones");
    kernel_main((const uint8_t *)image, size);
}
