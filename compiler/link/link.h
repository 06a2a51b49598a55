// The linker: objects and the runtime to one position-independent executable, by ld.lld-19.
//
// The result has no interpreter, no constructors, only R_X86_64_RELATIVE relocations, one RELRO segment, and segments that
// share no page; the same inputs give the same bytes wherever they are linked.

#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct LinkInput {
    const Buf *const *objects; // relocatable ELF files, in the order in which they are linked
    uint32_t object_count;
    const char *runtime; // path of libsip-rt.a
    const char *linker;  // NULL for ld.lld-19, found along PATH
    uint64_t *cpu_time;  // the linker's own is added, in nanoseconds; NULL: nobody asks
} LinkInput;

// Appends the executable to `out`. Works in a folder of its own below TMPDIR, which is gone afterwards. False, with what the
// linker said or what must be installed in `error`, when there is no executable.
bool link_program(const LinkInput *input, Buf *out, char error[512]);

// Appends what tells the linker that would run from any other: where it is, its size, when it was changed. Nothing where there is
// none. `linker` as in LinkInput.
void link_identity(const char *linker, Buf *out);

#endif
