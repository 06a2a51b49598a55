// Key pairs, and signing what is sealed or packed with them: Ed25519 by libsodium. What a signature says, and who asks for
// one, is docs/sealed-format.md's.

#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include "base/buf.h"
#include "sealed/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SignKey {
    uint8_t seed[32];   // the private key, as RFC 8032 has it
    uint8_t public[32]; // follows from it
} SignKey;

// --- keys ------------------------------------------------------------------------------------------------------------

void sign_key_make(SignKey *key); // at random
void sign_key_from_seed(const uint8_t seed[32], SignKey *key);
void sign_key_forget(SignKey *key);

// As files have them: a line that says what it is, a line of 64 hexadecimal digits.
void sign_key_write(const SignKey *key, Buf *out);
void sign_public_write(const uint8_t public[32], Buf *out);
bool sign_key_read(const uint8_t *text, size_t length, SignKey *key); // false: it is no such file
bool sign_public_read(const uint8_t *text, size_t length, uint8_t public[32]);

void sign_hex(const uint8_t public[32], char out[65]);

// --- signing ---------------------------------------------------------------------------------------------------------

// Signs a sealed binary or a packed image in place; who has signed it before is forgotten. NULL, or what is wrong with it: it
// is neither, or it was changed.
const char *sign_program(uint8_t *file, size_t size, const SignKey *key);
const char *sign_image(uint8_t *image, size_t size, const SignKey *key);

#endif
