// The C twin of tests/run/json.sip and its benchmark.
#include "bench.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef enum Kind { NIL, BOOLEAN, NUMBER, TEXT, LIST, OBJECT } Kind;

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

typedef struct Json Json;
struct Json {
    Kind kind;
    bool yes;
    double value;
    Bytes text;
    Json *items; // of a list, or the values of an object
    Bytes *keys; // of an object
    size_t len, cap;
};

typedef struct Reader {
    const uint8_t *text;
    size_t len, at;
    uint32_t depth;
} Reader;

enum { DEEPEST = 64 };

static void reserve(Bytes *b, size_t more) {
    if (b->len + more <= b->cap) return;
    b->cap = b->cap * 2 > b->len + more ? b->cap * 2 : b->len + more + 16;
    b->data = realloc(b->data, b->cap);
}

static void push(Bytes *b, uint8_t byte) {
    reserve(b, 1);
    b->data[b->len++] = byte;
}

static void append(Bytes *b, const char *text) {
    size_t len = strlen(text);
    reserve(b, len);
    memcpy(b->data + b->len, text, len);
    b->len += len;
}

static void free_json(Json *j) {
    for (size_t i = 0; i < j->len; i++) {
        free_json(&j->items[i]);
        if (j->keys) free(j->keys[i].data);
    }
    free(j->items);
    free(j->keys);
    free(j->text.data);
}

// --- reading -----------------------------------------------------------------------------------------------------------

static int peek(const Reader *r) {
    return r->at < r->len ? r->text[r->at] : -1;
}

static void skip_space(Reader *r) {
    for (int b; (b = peek(r)) == ' ' || b == '\n' || b == '\r' || b == '\t';)
        r->at++;
}

static bool eat(Reader *r, int wanted) {
    if (peek(r) != wanted) return false;
    r->at++;
    return true;
}

static bool word(Reader *r, const char *text) {
    for (; *text; text++)
        if (!eat(r, *text)) return false;
    return true;
}

static bool hex(Reader *r, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int b = peek(r);
        if (b >= '0' && b <= '9')
            *code = *code << 4 | (uint32_t)(b - '0');
        else if (b >= 'a' && b <= 'f')
            *code = *code << 4 | (uint32_t)(b - 'a' + 10);
        else if (b >= 'A' && b <= 'F')
            *code = *code << 4 | (uint32_t)(b - 'A' + 10);
        else
            return false;
    }
    return true;
}

static void push_utf8(Bytes *out, uint32_t c) {
    if (c < 0x80) {
        push(out, (uint8_t)c);
    } else if (c < 0x800) {
        push(out, (uint8_t)(0xc0 | c >> 6));
        push(out, (uint8_t)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        push(out, (uint8_t)(0xe0 | c >> 12));
        push(out, (uint8_t)(0x80 | (c >> 6 & 63)));
        push(out, (uint8_t)(0x80 | (c & 63)));
    } else {
        push(out, (uint8_t)(0xf0 | c >> 18));
        push(out, (uint8_t)(0x80 | (c >> 12 & 63)));
        push(out, (uint8_t)(0x80 | (c >> 6 & 63)));
        push(out, (uint8_t)(0x80 | (c & 63)));
    }
}

static bool code_point(Reader *r, uint32_t *code) {
    uint32_t high, low;
    if (!hex(r, &high)) return false;
    *code = high;
    if (high < 0xd800 || high > 0xdfff) return true;
    if (high > 0xdbff || !eat(r, '\\') || !eat(r, 'u') || !hex(r, &low)) return false;
    *code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return low >= 0xdc00 && low <= 0xdfff;
}

static bool is_utf8(const uint8_t *p, size_t len) {
    for (size_t i = 0; i < len;) {
        uint32_t b = p[i++], more = b < 0x80   ? 0
                                    : b < 0xc2 ? 9
                                    : b < 0xe0 ? 1
                                    : b < 0xf0 ? 2
                                    : b < 0xf5 ? 3
                                               : 9;
        if (more > len - i) return false;
        uint32_t code = b & (0x7fu >> (more + (more > 0)));
        for (uint32_t k = 0; k < more; k++) {
            if ((p[i] & 0xc0) != 0x80) return false;
            code = code << 6 | (p[i++] & 63u);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff)))
            return false;
    }
    return true;
}

static bool chars(Reader *r, Bytes *out) {
    uint32_t code;
    r->at++;
    while (true) {
        int b = peek(r);
        if (b < ' ') return false;
        r->at++;
        if (b == '"') break;
        if (b != '\\') {
            push(out, (uint8_t)b);
            continue;
        }
        int escaped = peek(r);
        r->at++;
        switch (escaped) {
        case '"':
        case '\\':
        case '/': push(out, (uint8_t)escaped); break;
        case 'n': push(out, '\n'); break;
        case 't': push(out, '\t'); break;
        case 'r': push(out, '\r'); break;
        case 'b': push(out, 8); break;
        case 'f': push(out, 12); break;
        case 'u':
            if (!code_point(r, &code)) return false;
            push_utf8(out, code);
            break;
        default: return false;
        }
    }
    return is_utf8(out->data, out->len);
}

static double power(double base, uint32_t exponent) {
    double result = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

static double digits(Reader *r, uint32_t *count) {
    double value = 0;
    *count = 0;
    for (int b; (b = peek(r)) >= '0' && b <= '9'; r->at++, ++*count)
        value = value * 10 + (b - '0');
    return value;
}

static bool number(Reader *r, double *out) {
    bool negative = eat(r, '-'), leading_zero = peek(r) == '0';
    uint32_t count, places;
    double value = digits(r, &count);
    if (count == 0 || (leading_zero && count > 1)) return false;
    if (eat(r, '.')) {
        double fraction = digits(r, &places);
        if (!places) return false;
        value += fraction / power(10, places);
    }
    if (eat(r, 'e') || eat(r, 'E')) {
        bool down = eat(r, '-');
        if (!down) eat(r, '+');
        double exponent = digits(r, &places),
               scale = power(10, exponent > 4e9 ? UINT32_MAX : (uint32_t)exponent);
        if (!places) return false;
        value = down ? value / scale : value * scale;
    }
    *out = negative ? -value : value;
    return true;
}

static bool read_value(Reader *r, Json *j);

static Json *add_item(Json *j, bool keyed) {
    if (j->len == j->cap) {
        j->cap = j->cap ? j->cap * 2 : 4;
        j->items = realloc(j->items, j->cap * sizeof(Json));
        if (keyed) j->keys = realloc(j->keys, j->cap * sizeof(Bytes));
    }
    j->items[j->len] = (Json){ 0 };
    if (keyed) j->keys[j->len] = (Bytes){ 0 };
    return &j->items[j->len++];
}

static bool read_many(Reader *r, Json *j, Kind kind, int close) {
    j->kind = kind;
    r->at++;
    skip_space(r);
    if (eat(r, close)) return true;
    while (true) {
        Json *item = add_item(j, kind == OBJECT);
        if (kind == OBJECT) {
            skip_space(r);
            if (peek(r) != '"' || !chars(r, &j->keys[j->len - 1])) return false;
            skip_space(r);
            if (!eat(r, ':')) return false;
        }
        if (!read_value(r, item)) return false;
        if (eat(r, close)) return true;
        if (!eat(r, ',')) return false;
    }
}

static bool bare_value(Reader *r, Json *j) {
    int b = peek(r);
    switch (b) {
    case '{': return read_many(r, j, OBJECT, '}');
    case '[': return read_many(r, j, LIST, ']');
    case '"': j->kind = TEXT; return chars(r, &j->text);
    case 't':
    case 'f':
        j->kind = BOOLEAN;
        j->yes = b == 't';
        return word(r, b == 't' ? "true" : "false");
    case 'n': return word(r, "null");
    default: j->kind = NUMBER; return (b == '-' || (b >= '0' && b <= '9')) && number(r, &j->value);
    }
}

static bool read_value(Reader *r, Json *j) {
    if (r->depth == DEEPEST) return false;
    r->depth++;
    skip_space(r);
    if (!bare_value(r, j)) return false;
    skip_space(r);
    r->depth--;
    return true;
}

// --- asking and writing --------------------------------------------------------------------------------------------------

static size_t count_of(const Json *j) {
    size_t sum = 1;
    for (size_t i = 0; i < j->len; i++)
        sum += count_of(&j->items[i]);
    return sum;
}

static void write_chars(Bytes *out, const Bytes *text) {
    static const char hexes[] = "0123456789abcdef";
    push(out, '"');
    for (size_t i = 0; i < text->len; i++) {
        uint8_t b = text->data[i];
        if (b == '"' || b == '\\') {
            push(out, '\\');
            push(out, b);
        } else if (b == '\n') {
            append(out, "\\n");
        } else if (b < 32) {
            append(out, "\\u00");
            push(out, (uint8_t)hexes[b >> 4]);
            push(out, (uint8_t)hexes[b & 15]);
        } else {
            push(out, b);
        }
    }
    push(out, '"');
}

static void write_whole(Bytes *out, uint64_t value) {
    if (value >= 10) write_whole(out, value / 10);
    push(out, (uint8_t)(value % 10 + '0'));
}

static void write_number(Bytes *out, double value) {
    if (value < 0) push(out, '-');
    double size = value < 0 ? -value : value;
    uint64_t whole = (uint64_t)size,
             millionths = (uint64_t)((size - (double)whole) * 1000000 + 0.5);
    write_whole(out, whole + millionths / 1000000);
    millionths %= 1000000;
    if (!millionths) return;
    push(out, '.');
    for (uint64_t place = 100000; millionths > 0; place /= 10) {
        push(out, (uint8_t)(millionths / place + '0'));
        millionths %= place;
    }
}

static void write_json(const Json *j, Bytes *out) {
    switch (j->kind) {
    case NIL: append(out, "null"); break;
    case BOOLEAN: append(out, j->yes ? "true" : "false"); break;
    case NUMBER: write_number(out, j->value); break;
    case TEXT: write_chars(out, &j->text); break;
    case LIST:
    case OBJECT:
        push(out, j->kind == LIST ? '[' : '{');
        for (size_t i = 0; i < j->len; i++) {
            if (i) push(out, ',');
            if (j->kind == OBJECT) {
                write_chars(out, &j->keys[i]);
                push(out, ':');
            }
            write_json(&j->items[i], out);
        }
        push(out, j->kind == LIST ? ']' : '}');
    }
}

static Bytes some_json(uint32_t count) {
    Bytes out = { 0 };
    append(&out, "[");
    for (uint32_t i = 0; i < count; i++) {
        if (i) append(&out, ", ");
        append(&out, "{\"id\": ");
        write_whole(&out, i);
        append(
            &out,
            ", \"name\": \"a \\u00e9 \\\"name\\\" of some length\", \"sizes\": [1, 2.5, -300, 0.125], \"good\": true, \"more\": null}"
        );
    }
    append(&out, "]");
    return out;
}

int main(void) {
    uint64_t begun = begin_cycles(), sum = 0;
    Bytes text = some_json(2000);
    for (size_t round = 0; round < 50; round++) {
        Json json = { 0 };
        Bytes written = { 0 };
        Reader reader = { text.data, text.len, 0, 0 };
        if (!read_value(&reader, &json)) abort();
        write_json(&json, &written);
        sum = sum * 31 + count_of(&json) + written.len + written.data[written.len / 2 + round];
        free_json(&json);
        free(written.data);
    }
    report(begun, sum);
    free(text.data);
    return 0;
}
