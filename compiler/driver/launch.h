// Running a packed system: as a Linux process, or booted in QEMU.

#ifndef DRIVER_LAUNCH_H
#define DRIVER_LAUNCH_H

#include "base/buf.h"
#include "driver/options.h"
#include "driver/qemu.h"
#include "driver/toolchain.h"

#include <stdbool.h>

// Runs the system and waits for it; its output goes where ours goes. `image` is the packed image for ON_HOST, the
// bootable file for ON_QEMU. True with the system's status; false with `error` when it could not be run.
bool launch_system(
    const Options *options,
    const Toolchain *toolchain,
    const QemuNeeds *needs,
    const char *image,
    int *status,
    char error[512]
);

// Runs argv[0], found in PATH unless it has a slash, and leaves its exit code. `silent`: what it says is dropped. False
// with `error`, which names `remedy`, if it could not be started or was ended by a signal.
bool launch_tool(char *const argv[], bool silent, const char *remedy, int *code, char error[512]);

enum { LAUNCH_TIMED_OUT = -1 };

// Runs the packed image `image` as a Linux process, its output appended to `out`, and ends it after `seconds`. True with
// the system's status, or LAUNCH_TIMED_OUT; false with `error` when it could not be run.
bool launch_captured(
    const Toolchain *toolchain,
    const char *image,
    unsigned seconds,
    Buf *out,
    int *status,
    char error[512]
);

#endif
