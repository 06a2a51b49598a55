// The back end: a verified module to x86-64 machine code, by LLVM's C API.
//
// Takes only what the judge passed, relies on nothing that was not verified, and emits nothing whose meaning LLVM leaves
// open: every operation that may fail is tested, address arithmetic carries no promises, and the module is linted for
// promises that nobody made before the optimiser sees it. No file is touched and nothing is printed.

#ifndef LLVM_LLVM_H
#define LLVM_LLVM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/calls.h"
#include "contracts/abi/seal.h"
#include "verify/verify.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum LlvmLevel { LLVM_O0, LLVM_O1, LLVM_O2, LLVM_OS } LlvmLevel;

typedef struct LlvmOptions {
    LlvmLevel level;
    const char *producer; // "sipcc 0.1.0", for the debug information
    bool want_object;
    bool want_ir;  // the module's text after the optimiser
    bool want_asm; // the object's assembly text
} LlvmOptions;

typedef struct LlvmOutput {
    Buf object; // ELF, relocatable; it defines `sip_program` and needs the runtime of contracts/abi/kernel.h
    Buf ir, assembly; // text
    SealTrap *
        traps; // .sip.traps: one row per place that can trap; `file` is a row of the module's files, 0 if unknown
    uint32_t trap_count;
    Str *trap_texts; // what the rows' `text` refers to
    uint32_t trap_text_count;
    uint32_t *
        sites; // rows of `traps` that are called after the optimiser: they have to be in the object
    uint32_t site_count;
    MadeCall *calls; // -O0, unless text is wanted: of all functions, by their row and place
    uint32_t call_count;
    uint32_t *kcalls; // rows of kcalls.def that the code calls, ascending
    uint32_t kcall_count;
    char error[512]; // why `llvm_emit` failed
} LlvmOutput;

// Fills `out`, which is zeroed before. The tables live in `arena`; the buffers are freed by llvm_output_free, also after
// a failure. False when the module holds something that is not lowered, or when LLVM refuses.
bool llvm_emit(Arena *arena, const VerifiedSir *sir, const LlvmOptions *options, LlvmOutput *out);
void llvm_output_free(LlvmOutput *out);

// "19.1.7"
const char *llvm_version(Arena *arena);
const char *llvm_level_text(LlvmLevel level); // "O2"

#endif
