// SHA-256 as FIPS 180-4 writes it down: section 6.2 for the blocks, 5.1.1 for the padding. Message words are kept in a
// ring of sixteen, so that the schedule needs no more than the block itself.

#include "sha256.h"

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned by) {
    return x >> by | x << (32 - by);
}

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t schedule(uint32_t w[16], unsigned t) {
    uint32_t two_back = w[(t - 2) & 15], fifteen_back = w[(t - 15) & 15];
    uint32_t s1 = rotate(two_back, 17) ^ rotate(two_back, 19) ^ two_back >> 10;
    uint32_t s0 = rotate(fifteen_back, 7) ^ rotate(fifteen_back, 18) ^ fifteen_back >> 3;
    return w[t & 15] += s1 + w[(t - 7) & 15] + s0; // the ring still holds w[t - 16] here
}

static void add_block(uint32_t state[8], const uint8_t *block) {
    uint32_t w[16], v[8];
    for (unsigned i = 0; i < 8; i++)
        v[i] = state[i];
    for (unsigned t = 0; t < 64; t++) {
        uint32_t word = t < 16 ? (w[t] = big_endian(block + 4 * t)) : schedule(w, t);
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choose + round_constants[t] + word;
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        for (unsigned i = 7; i > 0; i--)
            v[i] = v[i - 1];
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256_start(Sha256 *sha) {
    *sha = (Sha256){
        .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19 },
    };
}

void sha256_add(Sha256 *sha, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    size_t held = sha->length % 64;
    sha->length += length;
    if (held) {
        size_t wanted = 64 - held < length ? 64 - held : length;
        __builtin_memcpy(sha->block + held, at, wanted);
        if (held + wanted < 64) return;
        add_block(sha->state, sha->block);
        at += wanted;
        length -= wanted;
    }
    for (; length >= 64; at += 64, length -= 64)
        add_block(sha->state, at);
    if (length) __builtin_memcpy(sha->block, at, length);
}

void sha256_finish(Sha256 *sha, uint8_t out[32]) {
    static const uint8_t padding[64] = { 0x80 };
    uint64_t bits = sha->length * 8;
    size_t held = sha->length % 64;
    sha256_add(sha, padding, held < 56 ? 56 - held : 120 - held);
    uint8_t tail[8];
    for (unsigned i = 0; i < 8; i++)
        tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(sha, tail, 8);
    for (unsigned i = 0; i < 32; i++)
        out[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}
