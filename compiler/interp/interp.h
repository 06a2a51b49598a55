// The reference interpreter of SIR: slow, plain, and distrustful. It executes modules and checks while it runs what the
// verifier promises before: initialisation, ownership, loans, escape, bounds, endpoint states, types. It shares nothing
// with the verifier or the lowering but the tables; its layouts are its own.
//
// What it finds is a violation of a rule of contracts/sir/rules.def. A module that the verifier accepts has none, on any
// path: whoever finds one has found a hole.

#ifndef INTERP_INTERP_H
#define INTERP_INTERP_H

#include "base/buf.h"
#include "sir/sir.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum InterpEnd {
    INTERP_RETURNED,
    INTERP_FAULT,     // `fault` says which
    INTERP_VIOLATION, // `rule` says which rule should have prevented it
    INTERP_STEPS,     // not finished
    INTERP_UNFIT,     // it could not begin: no value of a parameter's type can be made up
} InterpEnd;

typedef struct InterpResult {
    InterpEnd end;
    uint32_t fault;    // row of contracts/abi/fault.def
    uint32_t rule;     // row of contracts/sir/rules.def
    char message[200]; // of a violation
    SirFunc func;      // where; SIR_NONE: nowhere in particular
    SirBlock block;
    uint32_t inst; // within its block
    SirLoc loc;
    uint64_t steps; // instructions executed
    bool is_off;    // the system was ended by `exit`, with `status`
    uint32_t status;
} InterpResult;

// `fault OVERFLOW (arithmetic overflow) at @name, block 2, instruction 5; file.sip:7:3`, or what else the end was.
void interp_result_write(const InterpResult *result, const SirModule *module, Buf *out);

// Runs a system: one SIP for each module, in turns, until all have ended or `steps` instructions were executed. An
// importer's end among the parameters of a `main` is wired to the first free exporter's end of a contract of the same
// name in another module; `Console` to the console, whose text is appended to `console`. `results` has room for `count`.
void interp_run(
    const SirModule *const *modules,
    uint32_t count,
    uint64_t steps,
    Buf *console,
    InterpResult *results
);

// A parameter of a `main`, as the system wires it.
typedef enum InterpWireKind {
    INTERP_WIRE_SHUT,    // an end whose other side is closed from the beginning
    INTERP_WIRE_OFFERED, // its other end is of whoever is wired to it
    INTERP_WIRE_TAKEN,   // the other end of parameter `param` of the SIP `sip`
    INTERP_WIRE_CONSOLE,
    INTERP_WIRE_TEXTS,
    INTERP_WIRE_DEVICE, // what the manifest grants
} InterpWireKind;

typedef struct InterpWire {
    InterpWireKind kind;
    uint32_t sip, param;
    const Str *texts;
    uint32_t text_count;
} InterpWire;

typedef struct InterpSip {
    const SirModule *module;
    const InterpWire *wires; // one for each parameter of `main`
    uint32_t wire_count;
} InterpSip;

// The same of SIPs that are wired one by one; several may be of one module.
void interp_run_system(
    const InterpSip *sips, uint32_t count, uint64_t steps, Buf *console, InterpResult *results
);

// Walks one function at random: arguments, the choices of branches and switches, and what the world sends are made up
// from the seed. What happens in fact is only asked where it must be: a match takes the arm of the variant that is there.
//
// `watch` is told of every drop before it happens, and of every message with how many are on their way then; may be NULL.
typedef struct Interp Interp;

typedef struct InterpWatch {
    void (*dropping)(void *context, Interp *in, SirFunc func, SirBlock block, uint32_t inst);
    void (*sending)(void *context, SirContract contract, SirDir dir, uint32_t in_flight);
    void *context;
} InterpWatch;

void interp_walk(
    const SirModule *module,
    SirFunc func,
    uint64_t seed,
    uint64_t steps,
    const InterpWatch *watch,
    InterpResult *result
);

// How many owners there are in a place of the running function, and whether all of it is there. A box counts with what is in
// it; what has no elements that are followed by themselves counts once. 0 when the place cannot be reached.
uint32_t interp_owners(Interp *in, const SirPlace *place, bool *is_whole);

// What the interpreter takes a type for. `out` has room for all rows; nonsense for what is no type.
typedef struct InterpTypeFacts {
    uint64_t size;
    uint32_t align;
    bool is_plain, is_owning, is_second_class;
} InterpTypeFacts;

void interp_type_facts(const SirModule *module, InterpTypeFacts *out);

#endif
