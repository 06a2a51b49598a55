// The scan: is the machine code of a linked SIP what the lowering may have made? It is the last question before a binary is sealed, and it
// trusts neither LLVM nor the linker: it decodes all of the text with a decoder of its own, which knows only harmless
// instructions, and follows every function.
//
// What it establishes of every function, the runtime's included (docs/security.md says what it does not):
//   - the bytes are instructions of opcodes.def, each decoded once: no jump leads into the middle of one;
//   - direct jumps stay in their function or lead to the start of one; what is called is the start of a function; nothing
//     falls off a function's end; the address of code is taken of functions only, and no code is read or written as data;
//   - the stack pointer is known at every instruction, on all ways alike: no step of more than a page is unprobed, nothing
//     below it is used (no red zone), the return address and the caller's frame pointer are not named, and are back at a return;
//   - of the kernel's table, only rows are used that the manifest lists;
//   - each trap that the lowering left is still there: its row is loaded where the trap is called.

#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "base/arena.h"
#include "base/calls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ScanFacts {
    const uint32_t
        *kcalls; // rows of kcalls.def that the program may use, beside those of the runtime
    uint32_t kcall_count;
    const uint32_t *sites; // rows of the trap table for which a call of `sip_trap` has to be there
    uint32_t site_count;
} ScanFacts;

typedef struct ScanCalls {
    FoundCall *data; // all calls of the text, ascending
    uint32_t len, cap;
} ScanCalls;

// `program` is what the linker made. False, with a sentence that names the function and the offset. `calls`, in `arena`, are for
// who asks: NULL, NULL.
bool scan_program(
    Arena *arena,
    const uint8_t *program,
    size_t length,
    const ScanFacts *facts,
    ScanCalls *calls,
    char error[512]
);

#endif
