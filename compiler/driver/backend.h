// The room llvm, loaded when machine code is first asked for. LLVM is 120 MB whose relocation takes longer than the
// check of most programs, so commands that make no code do without.

#ifndef DRIVER_BACKEND_H
#define DRIVER_BACKEND_H

#include "driver/toolchain.h"
#include "llvm/llvm.h"

typedef struct Backend { // the functions of llvm/llvm.h
    bool (*emit)(Arena *, const VerifiedSir *, const LlvmOptions *, LlvmOutput *);
    void (*output_free)(LlvmOutput *);
    const char *(*version)(Arena *);
    const char *(*level_text)(LlvmLevel);
} Backend;

// Loads it at the first call, for the whole process, from any thread. NULL: it cannot be loaded, and `error` says why.
const Backend *backend_load(const Toolchain *toolchain, char error[512]);

#endif
