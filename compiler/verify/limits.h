// What the verifier refuses because of its size: every analysis is polynomial, and these numbers are its constants.
// A module beyond one of them is refused by the rule that would have had to judge it.

#ifndef VERIFY_LIMITS_H
#define VERIFY_LIMITS_H

#include "contracts/abi/seal.h"

enum {
    LIMIT_MODULE_BYTES = 1 << 28, // of the binary form: so that no count of parts overflows 32 bits
    LIMIT_TYPE_SIZE = 1 << 30,    // bytes of one type
    LIMIT_FRAME_SIZE = 1 << 30,   // bytes of all locals of a function
    LIMIT_ARRAY_COUNT = 1 << 30,  // elements of one array, also of those that take no room
    LIMIT_TRAP_TEXT = SEAL_MOST_TRAP_TEXT, // bytes
    LIMIT_PLACE_DEPTH = 64,                // projections of one place
    LIMIT_TREE_DEPTH = 64,                 // nesting of one constant
    LIMIT_LOCALS = 1 << 20,                // locals of a function
    LIMIT_BLOCKS = 1 << 20,                // blocks of a function
    LIMIT_STATE_WORDS = 1 << 24,     // words that one analysis keeps for all blocks of a function
    LIMIT_LOAN_WORK = 50 * 1000000,  // steps of the loan analysis of a function
    LIMIT_FLOW_WORK = 500 * 1000000, // steps of all other analyses of a function
    LIMIT_WORK_PER_BYTE =
        400, // steps of all analyses of all functions, by the binary form's length,
    LIMIT_WORK_BASE = 500 * 1000000, // beside these
    LIMIT_PATHS = 1 << 20,           // places of a function that are initialised by themselves
    LIMIT_ENDPOINTS = 1 << 12,       // endpoints that are tracked in a function
    LIMIT_COMBINATIONS = 1 << 12,    // of what can come from endpoints that joins connect
    LIMIT_STAND_IN_WORK = 1 << 20,   // choices that are compared in all `upcast`s of a module
    LIMIT_PARAMS = 1 << 10,          // of one signature
    LIMIT_GRANTS = 1 << 8,           // of a manifest
    LIMIT_THREADS = 1 << 8,          // that a manifest may ask for
    LIMIT_CPU = SEAL_MOST_CPU,       // per cent
    LIMIT_STACK_BYTES = 1 << 28,     // per thread
    LIMIT_HEAP_SHIFT = 40,           // 2^40 bytes
};

#endif
