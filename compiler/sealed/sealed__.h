// Between the files of this room.

#ifndef SEALED_SEALED___H
#define SEALED_SEALED___H

#include "sealed.h"

typedef struct SealedSections {
    SealedView manifest, traps, lines, sir, seal;
} SealedSections;

bool sealed__within(
    uint64_t offset, uint64_t length, uint64_t size
); // is [offset, offset + length) in [0, size)?
bool sealed__rows_within(uint64_t offset, uint64_t count, uint64_t row_size, uint64_t size);

// Each gives NULL or what is wrong.
const char *sealed__read_elf(
    Sealed *sealed, SealedSections *sections
);                                                 // file header, sections by name
const char *sealed__read_segments(Sealed *sealed); // segments, relocations, entry
const char *sealed__read_manifest(Sealed *sealed, SealedView section);
const char *sealed__read_traps(Sealed *sealed, SealedView section); // relies on the manifest
const char *sealed__read_lines(Sealed *sealed, SealedView section); // relies on the traps

#endif
