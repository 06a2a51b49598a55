// Lowering: a legal program to SIR, one module per SIP.
//
// Beyond this line the program is legal: lowering has no diagnostics and cannot fail. What it meets and does not
// know, check/ should have refused; that ends the program as a mistake of ours.

#ifndef LOWER_LOWER_H
#define LOWER_LOWER_H

#include "hir/hir.h"
#include "sir/sir.h"

enum { // quotas of a SIP that states none
    LOWER_HEAP_BYTES = 1 << 20,
    LOWER_STACK_BYTES = 64 << 10,
    LOWER_THREADS = 1,
};

// The module of `sip`: its main and all that can be reached from it, and nothing else; main is function 0. The
// same program gives the same module. Lives in `arena`; nothing in it points into the program.
SirModule *lower_sip(Arena *arena, const HirProgram *program, const HirSip *sip);

// The same for who only asks what the SIP says to others: functions that cannot be heard there have a head and no
// blocks. So the module is neither written nor verified.
SirModule *lower_sip_speech(Arena *arena, const HirProgram *program, const HirSip *sip);

#endif
