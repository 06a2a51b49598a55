// The seal: a linked executable to a sealed binary (contracts/abi/seal.h), the SIR that was verified inside.
//
// Two steps around the link. Before it, seal_tables makes an object with the manifest and the trap table, so that they
// are loaded with the program; after it, seal_write adds what is not loaded, and the digest over all. Both are functions
// of their arguments only: the same inputs give the same bytes, and every table follows from the VerifiedSir.

#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/calls.h"
#include "base/str.h"
#include "contracts/abi/seal.h"
#include "verify/verify.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct SealInput {
    const VerifiedSir *sir;
    const uint8_t *sir_bytes; // the very bytes that were verified
    size_t sir_length;
    const char *toolchain;      // "sipcc 0.1.0 LLVM 19.1.7 O2 x86-64-v2"
    uint8_t runtime_digest[32]; // SHA-256 of libsip-rt.a
    const SealTrap *traps;      // rows that the code refers to
    uint32_t trap_count;
    const Str *trap_texts; // what the rows' `text` refers to
    uint32_t trap_text_count;
    const uint32_t *kcalls; // rows of kcalls.def that the code uses, ascending
    uint32_t kcall_count;
    const MadeCall *
        made_calls; // where there is no .debug_line: by function, each in the order of its code; none otherwise
    uint32_t made_call_count;
    const FoundCall *found_calls; // of the program, ascending
    uint32_t found_call_count;
} SealInput;

// --- before the link -----------------------------------------------------------------------------------------------

// Appends the manifest's bytes. False, with a sentence, where the module has what a manifest cannot say.
bool seal_manifest(const SealInput *input, Buf *out, char error[512]);

// Appends a relocatable object with the sections .sip.manifest and .sip.traps. Fails as seal_manifest does.
bool seal_tables(const SealInput *input, Buf *object, char error[512]);

// What a peer must agree with to talk over a channel of that contract: by structure, deep; no name of a type [27].
void seal_contract_digest(const SirModule *module, SirContract contract, uint8_t digest[32]);

// --- after it --------------------------------------------------------------------------------------------------------

// Appends the sealed binary made of the linked `program`. False, with a sentence, when the result would be refused by
// the kernel's reader.
bool seal_write(
    const SealInput *input, const uint8_t *program, size_t length, Buf *out, char error[512]
);

#endif
