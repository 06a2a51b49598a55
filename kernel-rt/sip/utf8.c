// Is a piece of memory UTF-8 text? Strictly: shortest forms only, no surrogates, nothing above U+10FFFF, no sequence cut
// off at the end (Unicode 15, table 3-7).

#include "sip.h"

typedef uint64_t Word __attribute__((aligned(1), may_alias));

#define NOT_ASCII UINT64_C(0x8080808080808080)

// Sequences by their first byte: how long, and what the second byte may be. Third and fourth are 80..bf.
static const struct {
    uint8_t first, last; // of the first byte
    uint8_t length;
    uint8_t second_low, second_high;
} sequences[] = {
    { 0xc2, 0xdf, 2, 0x80, 0xbf },
    { 0xe0, 0xe0, 3, 0xa0, 0xbf }, // shorter forms excluded
    { 0xe1, 0xec, 3, 0x80, 0xbf },
    { 0xed, 0xed, 3, 0x80, 0x9f }, // surrogates excluded
    { 0xee, 0xef, 3, 0x80, 0xbf },
    { 0xf0, 0xf0, 4, 0x90, 0xbf }, // shorter forms excluded
    { 0xf1, 0xf3, 4, 0x80, 0xbf },
    { 0xf4, 0xf4, 4, 0x80, 0x8f }, // nothing above U+10FFFF
};

static int is_between(uint8_t byte, uint8_t low, uint8_t high) {
    return byte >= low && byte <= high;
}

// The length of the sequence of more than one byte at `text`, or 0 if it is none.
static uint64_t sequence_length(const uint8_t *text, uint64_t left) {
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (!is_between(text[0], sequences[i].first, sequences[i].last)) continue;
        const uint64_t length = sequences[i].length;
        if (length > left ||
            !is_between(text[1], sequences[i].second_low, sequences[i].second_high))
            return 0;
        for (uint64_t at = 2; at < length; at++)
            if (!is_between(text[at], 0x80, 0xbf)) return 0;
        return length;
    }
    return 0;
}

uint32_t sip_is_utf8(const uint8_t *text, uint64_t length) {
    uint64_t at = 0;
    while (at < length) {
        if (length - at >= 8 && !(*(const Word *)(text + at) & NOT_ASCII)) {
            at += 8;
        } else if (text[at] < 0x80) {
            at++;
        } else {
            const uint64_t taken = sequence_length(text + at, length - at);
            if (!taken) return 0;
            at += taken;
        }
    }
    return 1;
}
