// From a legal program to sealed binaries: the street after the front end, and the same street walked again to show that
// a sealed binary comes from the SIR inside it.

#ifndef DRIVER_PIPELINE_H
#define DRIVER_PIPELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "driver/backend.h"
#include "driver/cache.h"
#include "driver/toolchain.h"
#include "hir/hir.h"
#include "llvm/llvm.h"
#include "verify/verify.h"

typedef struct Times { // nanoseconds of CPU time in each room
    uint64_t lower, sir, verify, llvm, link, scan, seal;
} Times;

typedef struct Pipeline {
    const Toolchain *toolchain;
    const Backend *backend; // NULL: not needed so far
    const Cache *cache;     // of what pipeline_seal made before; NULL: none
    LlvmLevel level;
    bool want_ir, want_asm; // text forms, in `output`
    Times times;
    Buf complaint;     // why the last step failed: whole lines for people
    bool refused;      // ... because the verifier refused the program; else a tool or a file failed
    LlvmOutput output; // of the last sip
} Pipeline;

bool pipeline_start(Arena *arena, Pipeline *pipeline, const Toolchain *toolchain, char level);
void pipeline_end(Pipeline *pipeline);

void pipeline_add_times(
    Pipeline *pipeline, const Times *times
); // of another one, that worked for it

// HIR to SIR. Cannot fail on a legal program. `speech`: only what the search for deadlocks asks for.
SirModule *pipeline_lower(
    Arena *arena, Pipeline *pipeline, const HirProgram *program, const HirSip *sip, bool speech
);
void pipeline_write(Pipeline *pipeline, const SirModule *module, Buf *sir); // SIR to its bytes

// The judge's word on bytes. NULL: refused, and `complaint` says why.
const VerifiedSir *pipeline_verify(Arena *arena, Pipeline *pipeline, const Buf *sir);

// Machine code, linked and sealed, appended to `sealed`; from the cache where it is there.
bool pipeline_seal(
    Arena *arena, Pipeline *pipeline, const VerifiedSir *verified, const Buf *sir, Buf *sealed
);

// Reads a sealed binary, verifies the SIR inside, lowers, links and seals it again, and compares byte for byte; never from
// the cache. False:
// `complaint` says why it is not what it says it is.
bool pipeline_verify_sealed(Arena *arena, Pipeline *pipeline, const char *name, const Buf *sealed);

#endif
