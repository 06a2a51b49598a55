// Key pairs and their files.

#include "sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char private_title[] = "sip private key ed25519\n";
static const char public_title[] = "sip public key ed25519\n";

void sign_key_from_seed(const uint8_t seed[32], SignKey *key) {
    uint8_t both[crypto_sign_ed25519_SECRETKEYBYTES];
    memcpy(key->seed, seed, sizeof key->seed);
    crypto_sign_ed25519_seed_keypair(key->public, both, seed);
    sodium_memzero(both, sizeof both);
}

void sign_key_make(SignKey *key) {
    uint8_t seed[32];
    if (sodium_init() < 0) abort(); // the machine has no random numbers
    randombytes_buf(seed, sizeof seed);
    sign_key_from_seed(seed, key);
    sodium_memzero(seed, sizeof seed);
}

void sign_key_forget(SignKey *key) {
    sodium_memzero(key, sizeof *key);
}

void sign_hex(const uint8_t public[32], char out[65]) {
    sodium_bin2hex(out, 65, public, 32);
}

static void write_key(const char *title, const uint8_t bytes[32], Buf *out) {
    char hex[65];
    sodium_bin2hex(hex, sizeof hex, bytes, 32);
    buf_cstr(out, title);
    buf_put(out, hex, 64);
    buf_byte(out, '\n');
    sodium_memzero(hex, sizeof hex);
}

void sign_key_write(const SignKey *key, Buf *out) {
    write_key(private_title, key->seed, out);
}

void sign_public_write(const uint8_t public[32], Buf *out) {
    write_key(public_title, public, out);
}

// Exactly what write_key writes, but that the last line may lack its end.
static bool read_key(const char *title, const uint8_t *text, size_t length, uint8_t bytes[32]) {
    const size_t head = strlen(title);
    size_t got;
    const char *end;
    if (length == head + 65 && text[head + 64] == '\n') length--;
    return length == head + 64 && memcmp(text, title, head) == 0 &&
           sodium_hex2bin(bytes, 32, (const char *)text + head, 64, NULL, &got, &end) == 0 &&
           got == 32 && end == (const char *)text + length;
}

bool sign_key_read(const uint8_t *text, size_t length, SignKey *key) {
    uint8_t seed[32];
    bool good = read_key(private_title, text, length, seed);
    if (good) sign_key_from_seed(seed, key);
    sodium_memzero(seed, sizeof seed);
    return good;
}

bool sign_public_read(const uint8_t *text, size_t length, uint8_t public[32]) {
    return read_key(public_title, text, length, public);
}
