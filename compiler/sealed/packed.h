// Packed images (contracts/abi/image.h) as the toolchain and the kernel read them: hostile bytes in, facts out.
// Freestanding. The bytes are borrowed and must not change meanwhile.

#ifndef SEALED_PACKED_H
#define SEALED_PACKED_H

#include "contracts/abi/image.h"
#include "sealed/sealed.h"

enum {
    PACKED_MOST_PROGRAMS = 256,
    PACKED_MOST_INSTANCES = 1024,
    PACKED_MOST_WIRES = 16384,
    PACKED_MOST_TEXTS = 4096,
    PACKED_MOST_RESTARTS = 1000, // of one instance
    PACKED_MOST_DEVICES = 256,   // that are granted in a system
};

typedef struct Packed {
    SealedView bytes;
    ImageHeader header;
} Packed;

// Checks everything but the digest, the signature, the programs and what the wires mean. NULL, or what is wrong as a constant text.
const char *packed_read(const void *bytes, size_t size, Packed *packed);

void packed_digest(
    const void *bytes, size_t size, uint8_t out[32]
); // with the header's digest and signature taken as zero
bool packed_digest_is_right(const Packed *packed);

// Checks the digest too.
const char *packed_read_unchanged(const void *bytes, size_t size, Packed *packed);

// --- its tables; rows must be below the count that the header gives ----------------------------------------

ImageProgram packed_program(const Packed *packed, uint32_t row);
ImageInstance packed_instance(const Packed *packed, uint32_t row);
ImageWire packed_wire(const Packed *packed, uint32_t row);
SealedView packed_text(const Packed *packed, SealString text);
SealedView packed_argument(const Packed *packed, uint32_t row); // row of texts
SealedView packed_program_file(const Packed *packed, uint32_t row);

// What is wrong with the wire of parameter `param` of an instance, NULL if nothing is: kinds, both ends of a channel,
// contract, side, state, service. `programs` are the image's, read, by row; `param` is below the instance's wire count.
const char *packed_check_wire(
    const Packed *packed, const Sealed *programs, uint32_t instance, uint32_t param
);

typedef enum PackedWireWay {
    PACKED_WIRE_PLAIN, // a channel, or none
    PACKED_WIRE_GIVES, // a channel each time that its sip is started, whose other end is delivered
    PACKED_WIRE_TAKES, // ... to this one
    PACKED_WIRE_MEETS, // a channel each time that both sides ask for an end
} PackedWireWay;

PackedWireWay packed_wire_way( // of a wire that has been checked
    const Packed *packed,
    const Sealed *programs,
    uint32_t instance,
    uint32_t param
);

// To whom a grant may be given (contracts/abi/machine.def).
typedef enum PackedGrantClass {
    PACKED_GRANT_HARMLESS, // to any SIP
    PACKED_GRANT_TRUSTED,  // to those that the system trusts with all memory
    PACKED_GRANT_KERNELS,  // to none
    PACKED_GRANT_NONE,     // there is no such thing
} PackedGrantClass;

PackedGrantClass packed_grant_class(const SealGrant *grant);

// What is wrong with the grants of a system: NULL if nothing is. Else *instance is whose grant it is, and *other who has the
// device already, or *instance.
const char *packed_check_grants(
    const Packed *packed, const Sealed *programs, uint32_t *instance, uint32_t *other
);

// Is there one wire for each parameter?
bool packed_wires_are_complete(const Packed *packed, const Sealed *programs, uint32_t instance);

#endif
