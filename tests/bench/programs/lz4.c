// The C twin of tests/run/lz4.sip and its benchmark.
#include "bench.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_MATCH = 4, TAIL = 12, LAST_LITERALS = 5, HASH_BITS = 12 };

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

static void reserve(Bytes *b, size_t more) {
    if (b->len + more <= b->cap) return;
    b->cap = b->cap * 2 > b->len + more ? b->cap * 2 : b->len + more;
    b->data = realloc(b->data, b->cap);
}

static void push(Bytes *b, uint8_t byte) {
    reserve(b, 1);
    b->data[b->len++] = byte;
}

static void append(Bytes *b, const uint8_t *bytes, size_t len) {
    if (!len) return;
    reserve(b, len);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

static uint32_t load32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static size_t slot(uint32_t sequence) {
    return sequence * UINT32_C(2654435761) >> (32 - HASH_BITS);
}

static void push_length(Bytes *out, size_t length) {
    if (length < 15) return;
    size_t rest = length - 15;
    for (; rest >= 255; rest -= 255)
        push(out, 255);
    push(out, (uint8_t)rest);
}

static void push_sequence(
    Bytes *out, const uint8_t *literals, size_t count, size_t offset, size_t match
) {
    size_t high = count < 15 ? count : 15,
           low = match - LEAST_MATCH < 15 ? match - LEAST_MATCH : 15;
    push(out, (uint8_t)(high << 4 | low));
    push_length(out, count);
    append(out, literals, count);
    push(out, (uint8_t)offset);
    push(out, (uint8_t)(offset >> 8));
    push_length(out, match - LEAST_MATCH);
}

static size_t same(const uint8_t *bytes, size_t early, size_t late, size_t end) {
    size_t count = 0;
    while (late + count < end && bytes[early + count] == bytes[late + count])
        count++;
    return count;
}

static void pack(Bytes *out, const uint8_t *bytes, size_t len) {
    uint32_t seen[4096] = { 0 };
    size_t at = 0, begun = 0;
    while (at + TAIL < len) {
        uint32_t sequence = load32(bytes + at);
        size_t candidate = seen[slot(sequence)];
        seen[slot(sequence)] = (uint32_t)at + 1;
        if (candidate == 0 || at - (candidate - 1) > 65535 ||
            load32(bytes + candidate - 1) != sequence) {
            at += 1 + ((at - begun) >> 6);
            continue;
        }
        size_t from = candidate - 1, length = same(bytes, from, at, len - LAST_LITERALS);
        push_sequence(out, bytes + begun, at - begun, at - from, length);
        at += length;
        begun = at;
    }
    size_t rest = len - begun;
    push(out, (uint8_t)((rest < 15 ? rest : 15) << 4));
    push_length(out, rest);
    append(out, bytes + begun, rest);
}

static bool take_length(const uint8_t *block, size_t len, size_t *at, size_t *length) {
    if (*length < 15) return true;
    while (true) {
        if (*at >= len) return false;
        uint8_t more = block[(*at)++];
        *length += more;
        if (more < 255) return true;
    }
}

static bool unpack(Bytes *out, const uint8_t *block, size_t len, size_t most) {
    size_t at = 0;
    while (at < len) {
        uint8_t token = block[at++];
        size_t literals = token >> 4, length = token & 15;
        if (!take_length(block, len, &at, &literals) || literals > len - at) return false;
        if (out->len + literals > most) return false;
        append(out, block + at, literals);
        at += literals;
        if (at == len) return true;
        if (len - at < 2) return false;
        size_t offset = (size_t)block[at] | (size_t)block[at + 1] << 8;
        at += 2;
        if (!take_length(block, len, &at, &length)) return false;
        length += LEAST_MATCH;
        if (offset == 0 || offset > out->len || out->len + length > most) return false;
        size_t from = out->len - offset;
        for (size_t i = from; i < from + length; i++)
            push(out, out->data[i]);
    }
    return false;
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static Bytes some_text(size_t length, uint32_t seed) {
    static const char *const words[8] = { "the ", "sealed ",  "process ", "sends ",
                                          "a ",   "message ", "over ",    "channels, " };
    Bytes out = { 0 };
    while (out.len < length) {
        const char *word = words[next_random(&seed) >> 7 & 7];
        append(&out, (const uint8_t *)word, strlen(word));
    }
    out.len = length;
    return out;
}

int main(void) {
    uint64_t begun = begin_cycles(), sum = 0;
    Bytes text = some_text(262144, 1);
    for (size_t round = 0; round < 80; round++) {
        text.data[round] = (uint8_t)round;
        Bytes packed = { 0 }, again = { 0 };
        pack(&packed, text.data, text.len);
        if (!unpack(&again, packed.data, packed.len, text.len)) abort();
        sum = sum * 31 + packed.len + again.data[again.len - 1 - round];
        free(packed.data);
        free(again.data);
    }
    report(begun, sum);
    free(text.data);
    return 0;
}
