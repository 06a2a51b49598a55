// The judge. Takes bytes, reads them itself, believes nobody, and is the only maker of VerifiedSir: what a later room
// gets in this type keeps every rule of contracts/sir/rules.def that is built, and contains nothing whose rule is not.
//
// docs/sir.md 11 states the rules. There is no reasoning about ranges of values, no name is believed, unreachable code is
// checked like any other, and what exceeds the limits of limits.h is refused.

#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "base/arena.h"
#include "base/buf.h"
#include "sir/sir.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- complaints ------------------------------------------------------------------------------------

enum { VERIFY_COMPLAINTS = 20 }; // after so many the judge stops reading

typedef struct VerifyComplaint {
    uint32_t rule;         // row of contracts/sir/rules.def
    SirFunc func;          // SIR_NONE: about the module
    SirBlock block;        // SIR_NONE: about the function as a whole
    uint32_t inst;         // within its block
    SirLoc loc;            // of the instruction or the function; file SIR_NONE: unknown
    const char *func_name; // "" if it has none
    const char *file;      // of `loc`; NULL if unknown
    const char *message;   // one sentence, without the rule
} VerifyComplaint;

typedef struct VerifyReport {
    VerifyComplaint complaints[VERIFY_COMPLAINTS];
    uint32_t count;
    bool cut;            // there was more to say
    uint64_t steps;      // that the analyses of all functions took, of
    uint64_t most_steps; // what a module of that length may take
} VerifyReport;

// `V04: message (@name, block 2, instruction 5; file.sip:7:3)`, without a line end.
void verify_complaint_write(const VerifyComplaint *complaint, Buf *out);

// --- the verdict -----------------------------------------------------------------------------------

typedef struct VerifiedSir VerifiedSir;

// The module in `sir_binary`, if it keeps all rules; else NULL, and `report` says why. Texts of the report
// and the module live in `arena`.
const VerifiedSir *verify(
    Arena *arena, const uint8_t *sir_binary, size_t length, VerifyReport *report
);

const SirModule *verified_module(const VerifiedSir *sir);

// --- what was recomputed on the way ------------------------------------------------------------------

uint64_t verified_size(const VerifiedSir *sir, SirType type);  // bytes, docs/sir.md 3
uint32_t verified_align(const VerifiedSir *sir, SirType type); // bytes
bool verified_is_plain(const VerifiedSir *sir, SirType type);  // may be copied
bool verified_is_owning(const VerifiedSir *sir, SirType type); // its end does something
bool verified_is_second_class(const VerifiedSir *sir, SirType type);
bool verified_is_managed(
    const VerifiedSir *sir, SirType type
); // a managed pointer or slice lies in it, inline
bool verified_is_sendable(const VerifiedSir *sir, SirType type);

// Most messages that can be in flight in that direction of a channel of the contract.
uint32_t verified_queue_bound(const VerifiedSir *sir, SirContract contract, SirDir dir);
// The weight of an endpoint in that state: how deep endpoints can be nested in what it may receive [20].
uint32_t verified_weight(
    const VerifiedSir *sir, SirContract contract, SirSide side, SirState state
);
bool verified_uses_contract(const VerifiedSir *sir, SirContract contract); // some endpoint is of it
bool verified_uses_kernel(const VerifiedSir *sir, uint32_t kcall);         // row of kcalls.def

// What a `drop` of a partly moved place ends, in this order.
typedef struct VerifiedPart {
    SirPlace place;
    bool block_only; // an `own` pointer whose content was moved out: only its block is freed
} VerifiedPart;

typedef struct VerifiedDrop {
    const VerifiedPart *parts;
    uint32_t count;
} VerifiedDrop;

// Of instruction `inst`, a drop. NULL: all of the place is initialised and ends.
const VerifiedDrop *verified_drop(
    const VerifiedSir *sir, SirFunc func, SirBlock block, uint32_t inst
);

#endif
