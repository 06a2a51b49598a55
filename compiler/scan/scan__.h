// Inside scan/: the text of a program and its functions.

#ifndef SCAN_SCAN___H
#define SCAN_SCAN___H

#include "decode.h"
#include "scan.h"

#include "base/bits.h"
#include "base/map.h"

typedef struct Func {
    uint64_t start, end; // in the text
    const char *name;
    bool returns;    // it has a return, or jumps to a function that has
    bool is_runtime; // of kernel-rt/sip, which may name its thread
} Func;

typedef struct Scan {
    Arena scratch;
    Arena *arena;     // of `calls`
    ScanCalls *calls; // NULL: nobody asks
    const ScanFacts *facts;
    char *error;
    const uint8_t *text;
    uint64_t size, address; // where the text is in the image
    Func *funcs;            // ascending, not overlapping
    uint32_t func_count;
    uint64_t trap;   // where sip_trap is in the text; UINT64_MAX: nowhere
    uint64_t kernel; // the address of the pointer to the kernel's table
    BitSet begins;   // of the text's bytes: an instruction begins here
    Map *sites;      // rows of the trap table to where facts->sites has them
    BitSet found;    // of facts->sites
} Scan;

bool scan__fail(Scan *s, const Func *func, uint64_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
Func *scan__func_at(const Scan *s, uint64_t start);  // that begins there, or NULL
bool scan__may_use_row(const Scan *s, uint64_t row); // of the kernel's table

bool scan__read(
    Scan *s, const uint8_t *program, size_t length
);                                           // program.c: leaves the text and its functions
bool scan__code(Scan *s);                    // code.c: one after the other
bool scan__flow(Scan *s, const Func *func);  // flow.c: along the ways of one
void scan__sites(Scan *s, const Func *func); // sites.c

#endif
