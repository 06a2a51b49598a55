// The booted machine, part by part, and then the kernel. The packed image lies where `sipcc image` wrote into the slot
// that the loader has put it.

#include "pc.h"

#include "core/platform.h"

// Volatile: what stands here is not what stands in the file that runs.
__attribute__((section(".sip.slot"), used)
) static const volatile ImageSlot slot = { .magic = "SIPSLOT\1" };

_Noreturn void pc_start(const PvhStart *start) {
    pc_time_start();
    pc_serial_start();
    const uint64_t image = slot.physical, size = slot.size;
    pc_memory_start(start, image, size);
    pc_interrupts_start();
    if (!size) pc_refuse("there is no image in this file: `sipcc image` makes bootable ones");
    kernel_main((const uint8_t *)image, size);
}
