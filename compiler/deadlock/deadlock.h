// Can a system come to a point where some of its processes wait for each other for ever?
//
// Takes the SIR of each process and the wiring; leaves a verdict with the way there. Each process is followed through
// its SIR with all data left out but endpoints and small constants; the processes are composed over bounded
// queues, and the states that they reach together are searched. docs/deadlock.md says what is proved and what is not.

#ifndef DEADLOCK_DEADLOCK_H
#define DEADLOCK_DEADLOCK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "sir/sir.h"

#include <stdbool.h>
#include <stdint.h>

// --- a system ------------------------------------------------------------------------------------------------

typedef enum DeadlockWireKind {
    DEADLOCK_WIRE_NONE,    // no endpoint: text arguments
    DEADLOCK_WIRE_CHANNEL, // to parameter `param` of sip `sip`
    DEADLOCK_WIRE_MACHINE, // to the kernel, which always answers
    DEADLOCK_WIRE_GIVES, // the other end goes to sip `sip`, which asks for it by its parameter `param`
    DEADLOCK_WIRE_TAKES, // to the kernel, by which the ends of parameter `param` of sip `sip` come
    DEADLOCK_WIRE_MEETS, // ... of channels that are made once that parameter asks for the other end, too
    DEADLOCK_WIRE_PROGRAM, // to the kernel, which starts processes as sip `sip` says: what these do is not followed
    DEADLOCK_WIRE_GIVEN, // of a sip on demand, by its starter
} DeadlockWireKind;

typedef struct DeadlockWire { // one per parameter of main, in order
    DeadlockWireKind kind;
    uint32_t sip, param;
} DeadlockWire;

typedef struct DeadlockSip {
    const char *name;        // of the instance
    const SirModule *module; // legal: it came from the lowering, or was verified
    const DeadlockWire *wires;
    uint32_t restarts; // how often it is started again after a fault, at most
    bool on_demand;    // not started with the system, and not followed
} DeadlockSip;

typedef struct DeadlockSystem { // all borrowed; both ends of each channel name each other
    const DeadlockSip *sips;
    uint32_t sip_count;
} DeadlockSystem;

// --- what is found -------------------------------------------------------------------------------------------

typedef enum DeadlockVerdict {
    DEADLOCK_FREE,     // no state that can be reached has a circle of waiting
    DEADLOCK_UNPROVED, // none was found, but `reasons` say what was not looked at
    DEADLOCK_POSSIBLE, // there is a way, which depends on data or time at `choice`
    DEADLOCK_CERTAIN,  // there is a way that no data decides
} DeadlockVerdict;

typedef struct DeadlockPlace {
    uint32_t sip;
    Str file; // empty: nowhere
    uint32_t line, column;
} DeadlockPlace;

typedef struct DeadlockNote { // "`b` receives `ask` on `b.left`"
    DeadlockPlace place;
    const char *text;
} DeadlockNote;

typedef VEC(DeadlockNote) DeadlockNotes;

typedef struct DeadlockReport {
    DeadlockVerdict verdict;
    DeadlockNotes steps;   // CERTAIN, POSSIBLE: how it comes to that
    DeadlockNotes waits;   // ... and who waits for what then
    DeadlockNotes choices; // POSSIBLE: what it depends on, the first first
    DeadlockNotes reasons; // what could not be followed, whatever the verdict
    uint32_t states;       // that were looked at
} DeadlockReport;

enum { DEADLOCK_STATES = 50000 }; // most states of a part, unless told

// Searches at most `limit` states of each part that no channel connects with others. Texts and places live in `arena`.
void deadlock_search(
    Arena *arena, const DeadlockSystem *system, uint32_t limit, DeadlockReport *report
);

// Writes the same model in Promela, for `spin`: its verdict about invalid end states is the one about deadlocks of all that
// are left. False with a note of what cannot be written: threads, channels made at run time, endpoints in messages.
bool deadlock_promela(Arena *arena, const DeadlockSystem *system, Buf *out, DeadlockNote *why);

#endif
