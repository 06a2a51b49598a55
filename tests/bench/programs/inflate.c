// The C twin of tests/run/inflate.sip and its benchmark.
#include "bench.h"
#include "inflate_sample.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bits {
    const uint8_t *input;
    size_t len, at;
    uint64_t held;
    uint32_t count;
} Bits;

typedef struct Code {
    uint16_t counts[16];
    uint16_t symbols[288];
} Code;

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

static const uint16_t length_base[29] = { 3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                          15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                          67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const uint8_t length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                          2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t distance_base[30] = { 1,    2,    3,    4,     5,     7,    9,    13,
                                            17,   25,   33,   49,    65,    97,   129,  193,
                                            257,  385,  513,  769,   1025,  1537, 2049, 3073,
                                            4097, 6145, 8193, 12289, 16385, 24577 };
static const uint8_t distance_extra[30] = { 0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                            6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };
static const uint8_t length_order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15 };

static void push(Bytes *b, uint8_t byte) {
    if (b->len == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 64;
        b->data = realloc(b->data, b->cap);
    }
    b->data[b->len++] = byte;
}

static bool take(Bits *bits, uint32_t count, uint32_t *value) {
    while (bits->count < count) {
        if (bits->at >= bits->len) return false;
        bits->held |= (uint64_t)bits->input[bits->at++] << bits->count;
        bits->count += 8;
    }
    *value = (uint32_t)(bits->held & ((UINT64_C(1) << count) - 1));
    bits->held >>= count;
    bits->count -= count;
    return true;
}

static bool make(Code *code, const uint8_t *lengths, size_t n) {
    memset(code->counts, 0, sizeof code->counts);
    for (size_t i = 0; i < n; i++)
        code->counts[lengths[i]]++;
    code->counts[0] = 0;
    int left = 1;
    for (size_t length = 1; length < 16; length++) {
        left = left * 2 - code->counts[length];
        if (left < 0) return false;
    }
    uint16_t next[16] = { 0 };
    for (size_t length = 1; length < 15; length++)
        next[length + 1] = (uint16_t)(next[length] + code->counts[length]);
    for (size_t symbol = 0; symbol < n; symbol++)
        if (lengths[symbol]) code->symbols[next[lengths[symbol]]++] = (uint16_t)symbol;
    return true;
}

static bool next_symbol(const Code *code, Bits *bits, uint16_t *symbol) {
    uint32_t value = 0, first = 0;
    size_t index = 0;
    for (size_t length = 1; length < 16; length++) {
        if (bits->count == 0) {
            if (bits->at >= bits->len) return false;
            bits->held = bits->input[bits->at++];
            bits->count = 8;
        }
        value |= (uint32_t)(bits->held & 1);
        bits->held >>= 1;
        bits->count--;
        uint32_t count = code->counts[length];
        if (value - first < count) {
            *symbol = code->symbols[index + (value - first)];
            return true;
        }
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    return false;
}

static bool stored(Bits *bits, Bytes *out, size_t most) {
    bits->at -= bits->count / 8;
    bits->held = bits->count = 0;
    uint32_t length, inverse;
    if (!take(bits, 16, &length) || !take(bits, 16, &inverse) || length != (inverse ^ 0xffff))
        return false;
    if (out->len + length > most || bits->len - bits->at < length) return false;
    for (size_t i = 0; i < length; i++)
        push(out, bits->input[bits->at++]);
    return true;
}

static bool coded(
    Bits *bits, Bytes *out, size_t most, const Code *literals, const Code *distances
) {
    while (true) {
        uint16_t symbol, far;
        uint32_t extra;
        if (!next_symbol(literals, bits, &symbol)) return false;
        if (symbol < 256) {
            if (out->len >= most) return false;
            push(out, (uint8_t)symbol);
            continue;
        }
        if (symbol == 256) return true;
        if (symbol > 285 || !take(bits, length_extra[symbol - 257], &extra)) return false;
        size_t length = length_base[symbol - 257] + extra;
        if (!next_symbol(distances, bits, &far) || far > 29 ||
            !take(bits, distance_extra[far], &extra))
            return false;
        size_t distance = distance_base[far] + extra;
        if (distance > out->len || out->len + length > most) return false;
        for (size_t i = 0; i < length; i++)
            push(out, out->data[out->len - distance]);
    }
}

static bool read_codes(Bits *bits, Code *literals, Code *distances) {
    uint32_t n, d, orders;
    if (!take(bits, 5, &n) || !take(bits, 5, &d) || !take(bits, 4, &orders)) return false;
    size_t literal_count = n + 257, all = literal_count + d + 1;
    if (literal_count > 286 || d > 29) return false;
    uint8_t lengths[320] = { 0 };
    for (size_t i = 0; i < orders + 4; i++) {
        uint32_t length;
        if (!take(bits, 3, &length)) return false;
        lengths[length_order[i]] = (uint8_t)length;
    }
    Code code;
    if (!make(&code, lengths, 19)) return false;
    memset(lengths, 0, sizeof lengths);
    for (size_t at = 0; at < all;) {
        uint16_t symbol;
        uint8_t repeated = 0;
        uint32_t times = 1;
        if (!next_symbol(&code, bits, &symbol)) return false;
        if (symbol == 16) {
            if (at == 0 || !take(bits, 2, &times)) return false;
            repeated = lengths[at - 1];
            times += 3;
        } else if (symbol == 17) {
            if (!take(bits, 3, &times)) return false;
            times += 3;
        } else if (symbol == 18) {
            if (!take(bits, 7, &times)) return false;
            times += 11;
        } else {
            repeated = (uint8_t)symbol;
        }
        if (at + times > all) return false;
        memset(lengths + at, repeated, times);
        at += times;
    }
    return lengths[256] && make(literals, lengths, literal_count) &&
           make(distances, lengths + literal_count, all - literal_count);
}

static void fixed_codes(Code *literals, Code *distances) {
    uint8_t lengths[288], fives[30];
    memset(lengths, 8, 288);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(fives, 5, 30);
    make(literals, lengths, 288);
    make(distances, fives, 30);
}

static bool inflate(const uint8_t *input, size_t len, size_t most, Bytes *out) {
    Bits bits = { input, len, 0, 0, 0 };
    while (true) {
        uint32_t last, kind;
        Code literals, distances;
        bool good = take(&bits, 1, &last) && take(&bits, 2, &kind);
        if (!good) return false;
        if (kind == 0) {
            good = stored(&bits, out, most);
        } else if (kind == 1) {
            fixed_codes(&literals, &distances);
            good = coded(&bits, out, most, &literals, &distances);
        } else {
            good = kind == 2 && read_codes(&bits, &literals, &distances) &&
                   coded(&bits, out, most, &literals, &distances);
        }
        if (!good) return false;
        if (last) return true;
    }
}

int main(void) {
    uint64_t begun = begin_cycles(), sum = 0;
    for (uint32_t round = 0; round < 4000; round++) {
        Bytes out = { 0 };
        if (!inflate(sample, sizeof sample, 10000, &out)) abort();
        sum = sum * 31 + out.data[round % out.len] + out.len;
        free(out.data);
    }
    report(begun, sum);
    return 0;
}
