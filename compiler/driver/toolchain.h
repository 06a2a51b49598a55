// Where the toolchain's own parts are: the runtime that is linked into each SIP, the kernels, the modules.

#ifndef DRIVER_TOOLCHAIN_H
#define DRIVER_TOOLCHAIN_H

#include "base/arena.h"

#include <stdbool.h>

typedef struct Toolchain {
    const char *home;      // the folder that holds bin/ and lib/sip/
    const char *modules;   // modules that come with sipcc: `import std.text` is std/text.sip here
    const char *runtime;   // libsip-rt.a
    const char *backend;   // the room llvm as a shared object (backend.h)
    const char *kernel_pc; // the kernel that is booted, without an image
    const char *hosted;    // the program that runs an image as a Linux process
} Toolchain;

// Finds the parts relative to sipcc's own path, or to SIPCC_HOME where that is set. Paths live in `arena`. Looks
// only whether their folder is there: who needs a part says so when it is missing.
bool toolchain_find(Arena *arena, Toolchain *toolchain, char error[512]);

#endif
