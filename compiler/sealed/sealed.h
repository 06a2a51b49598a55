// Sealed binaries (contracts/abi/seal.h) as the toolchain and the kernel read them: hostile bytes in, facts out.
// Freestanding: no allocation, nothing of the C library.
//
// The bytes of a file are borrowed, must not change while a Sealed looks at them, and may lie at any address: tables are
// read by copying rows, so that no alignment is trusted.

#ifndef SEALED_SEALED_H
#define SEALED_SEALED_H

#include "contracts/abi/seal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEALED_PAGE = 4096,
    SEALED_MOST_SEGMENTS = 8,
    SEALED_MOST_ROWS = 4096,      // of each table of the manifest
    SEALED_MOST_BYTES = 64 << 20, // of a file, and of an image in memory
};

typedef struct SealedView { // a run of the file's bytes
    const uint8_t *bytes;
    size_t size;
} SealedView;

typedef struct SealedSegment {
    uint64_t address, size;     // in the image; size in memory
    uint64_t offset, file_size; // in the file; the rest is zero
    bool write, execute;        // never both
} SealedSegment;

typedef struct Sealed {
    SealedView file;
    SealRecord record;
    uint64_t record_offset;
    SealManifest manifest; // its header, copied; tables by the functions below
    SealedView manifest_bytes, traps, lines, sir;
    SealLines line_header;
    SealedSegment segments[SEALED_MOST_SEGMENTS]; // ascending, no two on one page
    uint32_t segment_count;
    uint64_t low, high; // the image's addresses, whole pages
    uint64_t entry;
    uint64_t relro_low, relro_high; // whole pages of one writable segment; equal when there is none
    uint64_t relocations;           // where they lie in the file
    uint64_t relocation_count;
} Sealed;

// --- reading a file ----------------------------------------------------------------------------------------

// Checks everything but the digest and the signature. NULL, or what is wrong, as a constant text; `sealed` is then of no use.
const char *sealed_read(const void *file, size_t size, Sealed *sealed);

// SHA-256 of a file with the digest and the signature of the record at `record_offset` taken as zero. The record must
// lie in the file.
void sealed_digest(const void *file, size_t size, size_t record_offset, uint8_t out[32]);

bool sealed_digest_is_right(const Sealed *sealed);

// Checks the digest too.
const char *sealed_read_unchanged(const void *file, size_t size, Sealed *sealed);

// --- its tables; rows must be below the count that the manifest gives --------------------------------------

SealParam sealed_param(const Sealed *sealed, uint32_t row);
SealContract sealed_contract(const Sealed *sealed, uint32_t row);
SealMessage sealed_message(const Sealed *sealed, uint32_t row);
SealEnd sealed_end(const Sealed *sealed, uint32_t row);
SealGrant sealed_grant(const Sealed *sealed, uint32_t row);
uint32_t sealed_kcall(const Sealed *sealed, uint32_t row);
SealTrap sealed_trap(const Sealed *sealed, uint32_t row);
SealedView sealed_text(const Sealed *sealed, SealString text); // of the manifest

// --- places in the source ----------------------------------------------------------------------------------

typedef struct SealedPlace {
    SealedView file; // empty: not known
    uint32_t line;
    SealedView function; // empty: not known
} SealedPlace;

SealedPlace sealed_place(const Sealed *sealed, uint64_t pc); // pc: address in the image
SealedView sealed_file_name(const Sealed *sealed, uint32_t file);
SealedView sealed_trap_text(
    const Sealed *sealed, uint32_t text
); // as a trap row names it; empty if it says none

// --- loading -----------------------------------------------------------------------------------------------

// Copies the segments to `memory`, zeroed and of high - low bytes, and relocates them as if that were `base`. What was
// read by sealed_read cannot fail here.
void sealed_load(const Sealed *sealed, uint8_t *memory, uint64_t base);

#endif
