// A signature goes into the place that the format has for it, which the digest takes as zero: what was sealed stays what it was.

#include "sign.h"

#include <sodium.h>
#include <string.h>

static void sign(
    const char what[16], const uint8_t digest[32], const SignKey *key, SealSignature *out
) {
    uint8_t message[48], both[crypto_sign_ed25519_SECRETKEYBYTES];
    signature_message(what, digest, message);
    memcpy(both, key->seed, 32);
    memcpy(both + 32, key->public, 32);
    crypto_sign_ed25519_detached(out->signature, NULL, message, sizeof message, both);
    memcpy(out->key, key->public, 32);
    sodium_memzero(both, sizeof both);
}

const char *sign_program(uint8_t *file, size_t size, const SignKey *key) {
    Sealed sealed;
    SealSignature signature;
    const char *wrong = sealed_read_unchanged(file, size, &sealed);
    if (wrong) return wrong;
    sign(SEAL_SIGNED_PROGRAM, sealed.record.digest, key, &signature);
    memcpy(
        file + sealed.record_offset + offsetof(SealRecord, signature), &signature, sizeof signature
    );
    return NULL;
}

const char *sign_image(uint8_t *image, size_t size, const SignKey *key) {
    Packed packed;
    SealSignature signature;
    const char *wrong = packed_read_unchanged(image, size, &packed);
    if (wrong) return wrong;
    sign(SEAL_SIGNED_IMAGE, packed.header.digest, key, &signature);
    memcpy(image + offsetof(ImageHeader, signature), &signature, sizeof signature);
    return NULL;
}
