// A system's wiring as `build` leaves it and `image` and `run` take it: the `.system` file.
//
//     sip-system 1
//     system Pingpong
//     sip server Server 0
//     wire player channel client server
//     wire out machine console
//     sip client Client 0
//     ...
//
// A line a fact: a `sip` line names instance, program and most restarts, and may end in `trusted`; a `wire` line belongs to the sip above it. The
// programs lie beside the file, as PROGRAM.sipx. A `program` line names an instance that is not started with the system, and its program; wires
// `given` are its own, and `wire PARAM program NAME` leads to it.

#ifndef DRIVER_WIRING_H
#define DRIVER_WIRING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "image/image.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum WireKind {
    WIRE_CHANNEL,
    WIRE_MACHINE,
    WIRE_ARGS,
    WIRE_DEVICE,
    WIRE_PROGRAM,
    WIRE_GIVEN,
    WIRE_KINDS
} WireKind;

typedef struct Wire {
    const char *param; // of the sip's program
    WireKind kind;
    const char *sip;    // CHANNEL: the instance at the other end; PROGRAM: the one that is started
    const char *target; // CHANNEL: its parameter; MACHINE: the service
    VEC(const char *) texts; // ARGS
} Wire;

typedef struct Instance {
    const char *name, *program;
    uint32_t restart;
    bool trusted;
    bool on_demand; // not started with the system
    VEC(Wire) wires;
} Instance;

typedef struct Wiring {
    const char *name;
    VEC(Instance) sips;
} Wiring;

void wiring_write(const Wiring *wiring, Buf *out);

// An instance as it is packed: its texts borrowed, the rest in the arena.
ImageInstanceInput wiring_instance(Arena *arena, const Instance *from);

// Reads a `.system` file's text, hostile like any other input. False with a sentence that names the line.
bool wiring_read(Arena *arena, const char *name, Str text, Wiring *wiring, char error[512]);

#endif
