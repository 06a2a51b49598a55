// Which machine a system is booted on: QEMU's command line, from what the system's processes are granted and what was asked for.

#ifndef DRIVER_QEMU_H
#define DRIVER_QEMU_H

#include "base/arena.h"
#include "driver/options.h"
#include "driver/toolchain.h"

#include <stdbool.h>

// What processes of the system are granted of a machine.
typedef struct QemuNeeds {
    bool mmio;    // registers of virtio devices in memory, as `microvm` has them
    bool entropy; // among them those at which the entropy device is put
    bool others;  // devices that `microvm` has not
    bool display; // QEMU's and Bochs's display on the PCI bus
    bool vga;     // the PC's VGA, by its ports or its memory
} QemuNeeds;

struct SealGrant;

// Adds what one grant asks for.
void qemu_needs_add(QemuNeeds *needs, const struct SealGrant *grant);

// The command line, ended by NULL, for the bootable file `image`. NULL with `error` if there is no such machine.
char **qemu_command(
    Arena *arena,
    const Options *options,
    const Toolchain *toolchain,
    const QemuNeeds *needs,
    const char *image,
    char error[512]
);

#endif
