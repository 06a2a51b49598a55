// See tokens.h. A token here is a run of letters and digits, a run of blanks, or a single other byte: close enough to both
// Sip and SIR text, and to what is neither.

#include "tokens.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 3 };

typedef struct Span {
    size_t at, length;
} Span;

typedef struct Text {
    uint8_t *bytes;
    size_t length, room;
    uint64_t random;
} Text;

static size_t pick(Text *text, size_t below) {
    text->random = text->random * 6364136223846793005u + 1442695040888963407u;
    return below ? (size_t)(text->random >> 33) % below : 0;
}

// --- parts of the text -----------------------------------------------------------------------------------------------

static int kind_of(uint8_t byte) {
    return isalnum(byte) || byte == '_' ? 1 : isspace(byte) ? 2 : 0;
}

static Span token_at(const Text *text, size_t at) {
    const int kind = kind_of(text->bytes[at]);
    size_t end = at + 1;
    while (kind && at > 0 && kind_of(text->bytes[at - 1]) == kind)
        at--;
    while (kind && end < text->length && kind_of(text->bytes[end]) == kind)
        end++;
    return (Span){ at, end - at };
}

static Span line_at(const Text *text, size_t at) {
    size_t end = at;
    while (at > 0 && text->bytes[at - 1] != '\n')
        at--;
    while (end < text->length && text->bytes[end] != '\n')
        end++;
    return (Span){ at, end < text->length ? end + 1 - at : end - at };
}

// From the next opening bracket to the one that closes it; a line where there is none.
static Span group_at(const Text *text, size_t from) {
    size_t open = from, depth = 0;
    while (open < text->length && !strchr("([{", text->bytes[open]))
        open++;
    for (size_t at = open; at < text->length; at++) {
        if (text->bytes[at] && strchr("([{", text->bytes[at])) depth++;
        if (text->bytes[at] && strchr(")]}", text->bytes[at]) && --depth == 0)
            return (Span){ open, at + 1 - open };
    }
    return line_at(text, from);
}

static Span any_part(Text *text) {
    const size_t at = pick(text, text->length);
    switch (pick(text, 6)) {
    case 0:
    case 1: return line_at(text, at);
    case 2: return group_at(text, at);
    default: return token_at(text, at);
    }
}

// Another token that could stand where this one does: letters for letters, a sign for a sign.
static Span token_like(Text *text, Span token) {
    const int kind = kind_of(text->bytes[token.at]);
    Span other = token;
    for (int tries = 0; tries < 20; tries++) {
        other = token_at(text, pick(text, text->length));
        if (kind_of(text->bytes[other.at]) == kind && other.at != token.at) break;
    }
    return other;
}

// --- changes -----------------------------------------------------------------------------------------------------------

static void put(Text *text, Span at, const uint8_t *bytes, size_t length) {
    if (text->length - at.length + length > text->room) return;
    uint8_t *copy = malloc(length + 1); // `bytes` may be a part of the text
    if (length) memcpy(copy, bytes, length);
    memmove(
        text->bytes + at.at + length, text->bytes + at.at + at.length,
        text->length - at.at - at.length
    );
    if (length) memcpy(text->bytes + at.at, copy, length);
    text->length += length;
    text->length -= at.length;
    free(copy);
}

static void exchange(Text *text, Span first, Span second) {
    if (first.at > second.at) {
        const Span swapped = first;
        first = second;
        second = swapped;
    }
    if (first.at + first.length > second.at) return;
    uint8_t *kept = malloc(first.length + 1);
    memcpy(kept, text->bytes + first.at, first.length);
    const size_t before = text->length, size = first.length;
    put(text, first, text->bytes + second.at, second.length);
    second.at += text->length - before;
    put(text, second, kept, size);
    free(kept);
}

static const char *const numbers[] = {
    "0",   "1",   "2",     "3",     "7",          "8",          "127",
    "128", "255", "65535", "65536", "2147483647", "4294967296", "18446744073709551615"
};
static const char *const words[] = {
    "own ",   "const ",   "else ",  "!",     "?",        "*",         "&",     "[]",
    " none ", "return; ", "break;", "new ",  "copy(",    "defer ",    ".len",  "[0]",
    "+%",     "close(",   "u8",     "i64",   "usize",    "own u8[]",  "f64",   "str",
    "bool",   "(u8)",     "(u8?)",  "take(", "replace(", "continue;", "while", "static "
};

static void change(Text *text) {
    const Span part = any_part(text);
    const Span token = token_at(text, pick(text, text->length));
    const Span other = token_like(text, token);
    const char *word;
    switch (pick(text, 9)) {
    case 0: put(text, part, NULL, 0); return;
    case 1: put(text, (Span){ part.at, 0 }, text->bytes + part.at, part.length); return;
    case 2: put(text, line_at(text, part.at), NULL, 0); return;
    case 3: exchange(text, line_at(text, part.at), line_at(text, pick(text, text->length))); return;
    case 4: exchange(text, part, any_part(text)); return;
    case 5: // a line to another place
        put(text, (Span){ line_at(text, token.at).at, 0 }, text->bytes + part.at, part.length);
        return;
    case 6:
        word = isdigit(text->bytes[token.at])
                   ? numbers[pick(text, sizeof numbers / sizeof *numbers)]
                   : words[pick(text, sizeof words / sizeof *words)];
        put(text, (Span){ token.at, isdigit(text->bytes[token.at]) ? token.length : 0 },
            (const uint8_t *)word, strlen(word));
        return;
    default: put(text, token, text->bytes + other.at, other.length);
    }
}

size_t tokens_mutate(uint8_t *bytes, size_t length, size_t room, unsigned seed) {
    Text text = { bytes, length, room, seed };
    for (size_t steps = 1 + pick(&text, MOST_STEPS); steps > 0 && text.length > 0; steps--)
        change(&text);
    return text.length;
}
