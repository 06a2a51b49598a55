// The packed image: what `sipcc image` makes of sealed binaries and a system's wiring, and what the kernel reads,
// booted (embedded in the kernel's ELF file) and hosted (a file). Freestanding.
//
// A header, tables, strings, then the sealed binaries, each at a multiple of 4096. Offsets from the header's first byte.
// The kernel starts only programs whose digest stands in the table of programs: `sipcc image` puts them there after
// verifying their SIR and lowering it again (decision 4).

#ifndef SIP_ABI_IMAGE_H
#define SIP_ABI_IMAGE_H

#include "contracts/abi/seal.h"

#include <stdint.h>

#define IMAGE_FORMAT_VERSION 4u
// All heaps and stacks of a system together, in MiB: what sums up to more is a mistake, whatever the machine has.
#define IMAGE_MOST_MIB (1u << 20)
#define IMAGE_NO_ROW   0xffffffffu

typedef struct ImageHeader {
    uint8_t magic[8]; // "SIPIMAG\1"
    uint32_t version; // IMAGE_FORMAT_VERSION
    uint32_t reserved;
    uint64_t size;      // of the whole image
    uint8_t digest[32]; // SHA-256 of the whole image with this and the signature taken as zero
    SealSignature signature;
    SealString system;   // the system's name
    SealTable programs;  // ImageProgram[]
    SealTable instances; // ImageInstance[]
    SealTable wires;     // ImageWire[], by instance, one per parameter
    SealTable texts;     // SealString[]: text arguments
} ImageHeader;

// The keys that a kernel trusts, in its file: there when it was built, or written there by `sipcc image --trust`. With a key in it,
// it starts only images that one of them signed, of programs that one of them signed.
#define IMAGE_MOST_KEYS 16u

typedef struct ImageKeys {
    uint8_t magic[8]; // "SIPKEYS\1"
    uint32_t count;
    uint32_t reserved;
    uint8_t keys[IMAGE_MOST_KEYS][32]; // Ed25519 public keys
} ImageKeys;

typedef struct ImageProgram {
    SealString name;
    uint64_t offset, size; // the sealed binary
    uint8_t digest[32];    // its seal's digest
} ImageProgram;

typedef struct ImageInstance {
    SealString name; // as in the system: `client`
    uint32_t program;
    uint32_t first_wire; // one per parameter of the program, in the manifest's order
    uint32_t wire_count;
    uint32_t
        restart; // after a fault, at most so often; 0 where another instance holds the other end of a wire
    uint32_t trusted; // 1: its devices may reach any memory
    uint32_t
        on_demand; // 1: not started with the system, but by those that are wired to it (IMAGE_WIRE_PROGRAM), as often as they like
} ImageInstance;

typedef enum ImageWireKind {
    // To parameter `param` of instance `instance`; stands on both sides and names the other. If one of them delivers (SealParam.fresh) what
    // the other is an end of, the kernel makes a channel each time that the other is started, and delivers its end.
    IMAGE_WIRE_CHANNEL,
    IMAGE_WIRE_MACHINE, // served by the kernel: `service`
    IMAGE_WIRE_ARGS,    // texts [param, param + instance)
    IMAGE_WIRE_DEVICE,  // the manifest's grant
    IMAGE_WIRE_PROGRAM, // served by the kernel: starts processes as instance `instance` says, which is on demand
    IMAGE_WIRE_GIVEN // of an instance on demand: its starter gives it, in the order of the parameters
} ImageWireKind;

typedef enum ImageService { // machine.NAME
#define SERVICE(name, text, module, contract, what) IMAGE_SERVICE_##name,
#include "contracts/abi/services.def"
    IMAGE_SERVICES
} ImageService;

typedef struct ImageWire {
    uint32_t kind;
    uint32_t instance, param;
    uint32_t service;
} ImageWire;

#endif
