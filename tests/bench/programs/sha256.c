// The C twin of tests/run/sha256.sip and its benchmark.
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static const uint32_t first_state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

typedef struct Sha256 {
    uint32_t state[8];
    uint8_t block[64];
    size_t used;
    uint64_t length;
} Sha256;

static uint32_t rotr(uint32_t x, unsigned n) {
    return x >> n | x << (32 - n);
}

static uint32_t load(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void mix(Sha256 *s, const uint8_t *block) {
    uint32_t w[64];
    for (size_t i = 0; i < 16; i++)
        w[i] = load(block + 4 * i);
    for (size_t i = 16; i < 64; i++) {
        uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = s->state[0], b = s->state[1], c = s->state[2], d = s->state[3];
    uint32_t e = s->state[4], f = s->state[5], g = s->state[6], h = s->state[7];
    for (size_t i = 0; i < 64; i++) {
        uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    uint32_t mixed[8] = { a, b, c, d, e, f, g, h };
    for (size_t i = 0; i < 8; i++)
        s->state[i] += mixed[i];
}

static void add(Sha256 *s, const uint8_t *bytes, size_t len) {
    size_t at = 0;
    s->length += len;
    if (s->used > 0) {
        at = len < 64 - s->used ? len : 64 - s->used;
        memcpy(s->block + s->used, bytes, at);
        s->used += at;
        if (s->used < 64) return;
        mix(s, s->block);
        s->used = 0;
    }
    for (; at + 64 <= len; at += 64)
        mix(s, bytes + at);
    s->used = len - at;
    memcpy(s->block, bytes + at, s->used);
}

static void finish(Sha256 *s, uint8_t digest[32]) {
    uint64_t bits = s->length * 8;
    uint8_t tail[72] = { 0x80 };
    size_t zeros = s->used < 56 ? 56 - s->used : 120 - s->used;
    for (size_t i = 0; i < 8; i++)
        tail[zeros + i] = (uint8_t)(bits >> (56 - 8 * i));
    add(s, tail, zeros + 8);
    for (size_t i = 0; i < 32; i++)
        digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

int main(void) {
    size_t len = 1 << 20;
    uint8_t *data = malloc(len), digest[32];
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * i >> 3);
    uint64_t begun = begin_cycles(), sum = 0;
    for (size_t round = 0; round < 40; round++) {
        data[round] = 1;
        Sha256 s = { 0 };
        memcpy(s.state, first_state, sizeof first_state);
        add(&s, data, len);
        finish(&s, digest);
        sum = sum * 31 + digest[0] + digest[31];
    }
    report(begun, sum);
    free(data);
    return 0;
}
