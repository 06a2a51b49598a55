// Calls, twice: as the back end made them and as the machine code has them. Both stand in the order of the code, so a debug build
// finds the line of each call by laying one beside the other, and needs no debug information of LLVM's.

#ifndef BASE_CALLS_H
#define BASE_CALLS_H

#include <stdint.h>

enum {
    CALL_OF_OTHER = UINT32_MAX - 1, // what is called has a name, and is no function of the module
    CALL_OF_VALUE = UINT32_MAX,     // what is called is known only as the program runs
};

typedef struct MadeCall {
    uint32_t func;       // row of the module's function that it stands in
    uint32_t callee;     // row of the function, or one of the above
    uint32_t file, line; // file: row of the module's files; the line is 0 where they are unknown
} MadeCall;

typedef struct FoundCall {
    uint64_t pc, target; // addresses in the image; target: 0 of a value
} FoundCall;

#endif
