// Whose something is. The mathematics, with what strict checking asks for (no key and no point of small order, S below the
// group's order, one encoding of each), are libsodium's.

#include "signature.h"

// As <sodium/crypto_sign_ed25519.h> declares it; that header wants a C library.
int crypto_sign_ed25519_verify_detached(
    const unsigned char *signature,
    const unsigned char *message,
    unsigned long long length,
    const unsigned char *key
);

bool signature_is_there(const SealSignature *signature) {
    static const SealSignature none;
    return __builtin_memcmp(signature, &none, sizeof none) != 0;
}

void signature_message(const char what[16], const uint8_t digest[32], uint8_t out[48]) {
    __builtin_memcpy(out, what, 16);
    __builtin_memcpy(out + 16, digest, 32);
}

static bool is_trusted(const SignatureKeys *trusted, const uint8_t key[32]) {
    for (uint32_t i = 0; i < trusted->count; i++)
        if (__builtin_memcmp(trusted->keys[i], key, 32) == 0) return true;
    return false;
}

static const char *check(
    const char *what,
    const uint8_t digest[32],
    const SealSignature *signature,
    const SignatureKeys *trusted
) {
    uint8_t message[48];
    if (!signature_is_there(signature))
        return trusted->count ? "it is not signed, and only what a trusted key signed is started"
                              : NULL;
    signature_message(what, digest, message);
    if (crypto_sign_ed25519_verify_detached(
            signature->signature, message, sizeof message, signature->key
        ) != 0)
        return "its signature is not that of the key that it names: one of them was changed";
    if (trusted->count && !is_trusted(trusted, signature->key))
        return "it is signed by a key that is not trusted";
    return NULL;
}

const char *signature_check_program(const Sealed *sealed, const SignatureKeys *trusted) {
    const SealRecord *record = &sealed->record;
    return check(SEAL_SIGNED_PROGRAM, record->digest, &record->signature, trusted);
}

const char *signature_check_image(const Packed *packed, const SignatureKeys *trusted) {
    const ImageHeader *header = &packed->header;
    return check(SEAL_SIGNED_IMAGE, header->digest, &header->signature, trusted);
}
