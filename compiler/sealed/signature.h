// Signatures of sealed binaries and packed images (contracts/abi/seal.h): Ed25519, checked by libsodium. Freestanding, like
// this room's other files: the toolchain links the library, the kernel what it needs of the same source.

#ifndef SEALED_SIGNATURE_H
#define SEALED_SIGNATURE_H

#include "sealed/packed.h"
#include "sealed/sealed.h"

typedef struct SignatureKeys { // borrowed
    const uint8_t (*keys)[32];
    uint32_t count; // 0: nobody is asked for a signature
} SignatureKeys;

bool signature_is_there(const SealSignature *signature);

// NULL, or what is wrong, as a constant text that goes on behind a name: a signature that is there must be its key's; and if
// there are trusted keys, it must be there, and one of theirs. The digest must have been found right.
const char *signature_check_program(const Sealed *sealed, const SignatureKeys *trusted);
const char *signature_check_image(const Packed *packed, const SignatureKeys *trusted);

// What is signed of a digest; `what` is SEAL_SIGNED_PROGRAM or SEAL_SIGNED_IMAGE.
void signature_message(const char what[16], const uint8_t digest[32], uint8_t out[48]);

#endif
