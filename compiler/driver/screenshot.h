// A picture of a booted system's screen, which QEMU takes when the system ends, or some time after it was started.

#ifndef DRIVER_SCREENSHOT_H
#define DRIVER_SCREENSHOT_H

#include "base/arena.h"
#include "driver/options.h"
#include "driver/words.h"

#include <stdbool.h>

// Whether the name ends as that of a kind of picture that can be made: .png or .ppm.
bool screenshot_is_named(const char *path);

// QEMU's options for it. They say how the system ends in a way that leaves QEMU running.
void screenshot_options(Arena *arena, Words *words);

// Runs QEMU, whose command line has these options, and takes the picture that `options` ask for. `scratch` is where QEMU may
// write meanwhile. *code is what QEMU would have exited with. False with `error`, and nothing left behind, when QEMU cannot be run
// or the picture not be taken or written.
bool screenshot_run(
    const Options *options, char *const argv[], const char *scratch, int *code, char error[512]
);

#endif
