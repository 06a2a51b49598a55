// A project's systems, asked whether their processes can come to wait for each other for ever.

#ifndef DRIVER_DEADLOCK_H
#define DRIVER_DEADLOCK_H

#include "deadlock/deadlock.h"
#include "driver/project.h"

// The system as the analysis wants it: the SIR of each sip, made from the checked source or read from the sealed
// binaries. Lives in the project's arena. False if a binary's SIR cannot be read.
bool deadlock_system(Project *project, const Wiring *wiring, DeadlockSystem *system);

// Reports on all systems of the checked program among its diagnostics: E0470 to E0472, as --deadlock says.
void deadlock_check(Project *project);

// The same for a system that was built, on stderr. EXIT_PROGRAM if it is an error.
ExitCode deadlock_check_built(Project *project, const Wiring *wiring);

// Appends what was found, as text for people.
void deadlock_show(
    const DeadlockReport *report, const DeadlockSystem *system, const char *name, Buf *out
);

#endif
