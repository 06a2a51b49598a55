// Packs sealed binaries and a system's wiring into one image, and puts that into a kernel that boots.
//
// Whoever packs answers for the programs: the kernel starts what stands in the image, so `sipcc image` verifies and
// lowers every one again before it calls image_pack (decision 4).

#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/buf.h"
#include "contracts/abi/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_ERROR_ROOM = 512 };

typedef struct ImageProgramInput {
    const char *name;     // what instances call it
    const uint8_t *bytes; // the sealed binary
    size_t size;
} ImageProgramInput;

typedef struct ImageWireInput {
    const char *param; // of the instance's program
    ImageWireKind kind;
    const char *sip;    // CHANNEL: the instance at the other end; PROGRAM: the one that is started
    const char *target; // CHANNEL: its parameter; MACHINE: the service, `console`
    const char *const *texts; // ARGS
    uint32_t text_count;
} ImageWireInput;

typedef struct ImageInstanceInput {
    const char *name, *program;
    uint32_t restart;
    const ImageWireInput *wires; // in any order
    uint32_t wire_count;
    bool trusted;   // its devices may reach any memory
    bool on_demand; // started by others
} ImageInstanceInput;

typedef struct ImageInput { // all borrowed
    const char *system;
    const ImageProgramInput *programs;
    uint32_t program_count;
    const ImageInstanceInput *instances;
    uint32_t instance_count;
} ImageInput;

// Appends the packed image to `out`, which must be empty. False, with a sentence in `error`, if a program is no sealed
// binary or its digest is wrong, or if the wiring does not fit: each parameter wired once, both ends of a channel of the
// same contract and state and of opposite sides.
bool image_pack(const ImageInput *input, Buf *out, char error[IMAGE_ERROR_ROOM]);

// Appends to `out`, which must be empty, the bootable kernel with the image behind its last segment: a new PT_LOAD in the
// program header's spare row, and its physical address and size in the kernel's slot `SIPSLOT\1`, with how many CPUs it is to run on.
bool image_boot(
    const uint8_t *kernel,
    size_t kernel_size,
    const uint8_t *image,
    size_t image_size,
    uint32_t cpus,
    Buf *out,
    char error[IMAGE_ERROR_ROOM]
);

// The keys that a kernel trusts (contracts/abi/image.h), found in its file; false with `error` when it has no place for keys, or
// what stands there makes no sense. And more of them written there; false when there is no room.
bool image_keys_read(
    const uint8_t *kernel, size_t size, ImageKeys *keys, char error[IMAGE_ERROR_ROOM]
);
bool image_keys_add(
    uint8_t *kernel,
    size_t size,
    const uint8_t (*keys)[32],
    uint32_t count,
    char error[IMAGE_ERROR_ROOM]
);

#endif
