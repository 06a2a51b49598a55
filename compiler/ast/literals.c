// Literals: from their spelling to their value.
// Takes the nodes of numbers, characters and texts; leaves decoded values. A literal that has no value is reported
// and gets a harmless one.

#include "build__.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// --- numbers ------------------------------------------------------------------------------------------

// The digits without underscores, NUL-terminated.
static const char *clean_digits(Build *b, Str text) {
    char *digits = arena_array(b->arena, char, text.len + 1), *to = digits;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') *to++ = text.ptr[i];
    }
    return digits;
}

// An underscore stands between digits.
static bool is_well_spaced(Str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') continue;
        if (i == 0 || i + 1 == text.len || !isxdigit((unsigned char)text.ptr[i - 1])) return false;
        if (!isxdigit((unsigned char)text.ptr[i + 1]) && text.ptr[i + 1] != '_') return false;
    }
    return true;
}

static int base_of(Str text) {
    if (text.len < 2 || text.ptr[0] != '0') return 10;
    switch (text.ptr[1] | 0x20) {
    case 'x': return 16;
    case 'b': return 2;
    case 'o': return 8;
    default: return 10;
    }
}

static uint64_t integer_value(Build *b, const SyntaxNode *node) {
    Str text = ast__text(b, node);
    int base = base_of(text);
    const char *digits = clean_digits(b, text);
    char *end;
    if (base == 10 && digits[0] == '0' && digits[1]) {
        ast__report(b, ast__span(b, node), E_LEADING_ZERO, ast__c_text(b, node));
        ast__help(b, "octal numbers begin with `0o`");
    }
    if (base != 10) digits += 2;
    Str behind = { text.ptr + (base == 10 ? 0 : 2), text.len - (base == 10 ? 0 : 2) };
    errno = 0;
    uint64_t value = strtoull(digits, &end, base);
    if (errno == ERANGE)
        ast__report(b, ast__span(b, node), E_NUMBER_TOO_BIG, ast__c_text(b, node));
    else if (!*digits || *end || !is_well_spaced(behind)) {
        ast__report(b, ast__span(b, node), E_BAD_NUMBER, ast__c_text(b, node));
    }
    return value;
}

static double float_value(Build *b, const SyntaxNode *node) {
    Str text = ast__text(b, node);
    errno = 0;
    double value = strtod(clean_digits(b, text), NULL);
    if (errno == ERANGE && value > 1)
        ast__report(b, ast__span(b, node), E_NUMBER_TOO_BIG, ast__c_text(b, node));
    else if (!is_well_spaced(text))
        ast__report(b, ast__span(b, node), E_BAD_NUMBER, ast__c_text(b, node));
    return value;
}

static const struct Unit {
    const char *text;
    uint64_t factor;
    bool is_time; // in nanoseconds
} units[] = {
    { "ns",  1,                    true  },
    { "us",  1000,                 true  },
    { "ms",  1000000,              true  },
    { "s",   1000000000,           true  },
    { "min", 60 * 1000000000ull,   true  },
    { "h",   3600 * 1000000000ull, true  },
    { "KiB", 1ull << 10,           false },
    { "MiB", 1ull << 20,           false },
    { "GiB", 1ull << 30,           false },
    { "TiB", 1ull << 40,           false },
};

static const struct Unit *unit_of(Build *b, const SyntaxNode *node) {
    for (size_t i = 0; node && i < sizeof units / sizeof *units; i++) {
        if (syntax_is(b->syntax, node, units[i].text)) return &units[i];
    }
    return &units[0];
}

// `1.5 s` is exact as long as the product is whole.
static uint64_t scale_float(Build *b, const SyntaxNode *node, double value, uint64_t factor) {
    double product = value * (double)factor;
    if (!(product < 18446744073709551616.0)) {
        ast__report(b, ast__span(b, node), E_NUMBER_TOO_BIG, ast__c_text(b, node));
        return 0;
    }
    return (uint64_t)(product + 0.5);
}

static void build_quantity(Build *b, const SyntaxNode *node, AstExpr *out) {
    const SyntaxNode *number = CHILD(node, VALUE);
    const struct Unit *unit = unit_of(b, CHILD(node, UNIT));
    out->kind = unit->is_time ? AST_EXPR_DURATION : AST_EXPR_INT;
    if (!number) return;
    if (number->kind == SYNTAX_FLOAT) {
        out->integer = scale_float(b, node, float_value(b, number), unit->factor);
    } else if (__builtin_mul_overflow(integer_value(b, number), unit->factor, &out->integer)) {
        ast__report(b, ast__span(b, node), E_NUMBER_TOO_BIG, ast__c_text(b, node));
    }
}

void ast__number(Build *b, const SyntaxNode *node, AstExpr *out) {
    if (node->kind == SYNTAX_QUANTITY) {
        build_quantity(b, node, out);
    } else if (node->kind == SYNTAX_FLOAT) {
        out->kind = AST_EXPR_FLOAT;
        out->real = float_value(b, node);
    } else {
        out->kind = AST_EXPR_INT;
        out->integer = integer_value(b, node);
    }
}

// --- escapes ------------------------------------------------------------------------------------------

typedef VEC(char) Bytes;

static void put_utf8(Build *b, Bytes *out, uint32_t c) {
    if (c < 0x80) {
        vec_push(b->arena, out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    vec_push(b->arena, out, (char)(lead[more] | c >> (6 * more)));
    while (more-- > 0)
        vec_push(b->arena, out, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

static int simple_escape(char c) {
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '0': return 0;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'e': return 0x1b;
    case 'f': return '\f';
    case 'v': return '\v';
    case '\\':
    case '"':
    case '\'': return c;
    default: return -1;
    }
}

// The hexadecimal number in `digits`; false if it is none or has more than `most` digits.
static bool hex_value(Str digits, size_t most, uint32_t *value) {
    *value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned char c = (unsigned char)digits.ptr[i];
        if (!isxdigit(c)) return false;
        *value = *value << 4 | (uint32_t)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return digits.len > 0 && digits.len <= most;
}

// Decodes one escape, backslash and all; false if it is none. `is_byte` says that the value is a byte, not a character.
static bool escape_value(Str text, uint32_t *value, bool *is_byte) {
    *is_byte = false;
    if (text.len == 2 && simple_escape(text.ptr[1]) >= 0) {
        *value = (uint32_t)simple_escape(text.ptr[1]);
        return true;
    }
    if (text.len == 4 && text.ptr[1] == 'x') {
        *is_byte = true;
        return hex_value((Str){ text.ptr + 2, 2 }, 2, value);
    }
    if (text.len < 5 || text.ptr[1] != 'u' || text.ptr[2] != '{' || text.ptr[text.len - 1] != '}')
        return false;
    if (!hex_value((Str){ text.ptr + 3, text.len - 4 }, 6, value)) return false;
    return *value < 0xd800 || (*value > 0xdfff && *value < 0x110000);
}

static void put_escape(Build *b, Bytes *out, Str text, Span span, bool bytes) {
    uint32_t value;
    bool is_byte;
    if (text.len == 2 &&
        (str_eq_c(text, "{{") || str_eq_c(text, "}}"))) { // in an interpolated text
        vec_push(b->arena, out, text.ptr[0]);
        return;
    }
    const char *shown = arena_strndup(b->arena, text.ptr, text.len < 40 ? text.len : 40);
    if (!escape_value(text, &value, &is_byte)) {
        ast__report(b, span, E_BAD_ESCAPE, shown);
    } else if (is_byte && value > 0x7f && !bytes) {
        ast__report(b, span, E_BYTE_IN_TEXT, shown);
        ast__help(b, "the character is `\\u{%x}`", value);
    } else if (is_byte) {
        vec_push(b->arena, out, (char)value);
    } else {
        put_utf8(b, out, value);
    }
}

static void put_piece(Build *b, Bytes *out, const SyntaxNode *node, bool bytes) {
    Str text = ast__text(b, node);
    if (node->kind == SYNTAX_ESCAPE_SEQUENCE) {
        put_escape(b, out, text, ast__span(b, node), bytes);
        return;
    }
    vec_reserve(b->arena, out, (uint64_t)out->len + text.len);
    if (text.len > 0) memcpy(out->data + out->len, text.ptr, text.len);
    out->len += (uint32_t)text.len;
}

// --- texts --------------------------------------------------------------------------------------------

Str ast__decode(Build *b, const SyntaxNode *node, bool bytes) {
    Bytes out = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_STRING_CONTENT && child->size == (uint32_t)(child_end - child) &&
            out.len == 0) {
            return ast__text(b, child); // all in one piece: as it stands
        }
        put_piece(b, &out, child, bytes);
    }
    return (Str){ out.data ? out.data : "", out.len };
}

void ast__string(Build *b, const SyntaxNode *node, AstExpr *out) {
    out->kind = node->kind == SYNTAX_BYTE_STRING ? AST_EXPR_BYTES : AST_EXPR_STR;
    if (node->kind != SYNTAX_RAW_STRING) {
        out->str = ast__decode(b, node, node->kind == SYNTAX_BYTE_STRING);
        return;
    }
    Str text = ast__text(b, node);
    out->str = text.len >= 3 ? (Str){ text.ptr + 2, text.len - 3 } : (Str){ "", 0 };
}

// One character between quotes, or one escape.
void ast__character(Build *b, const SyntaxNode *node, AstExpr *out) {
    out->kind = AST_EXPR_CHAR;
    Str text = ast__text(b, node);
    if (text.len < 2) return;
    text = (Str){ text.ptr + 1, text.len - 2 };
    bool is_byte = false;
    if (text.len > 0 && text.ptr[0] == '\\') {
        bool whole = escape_value(text, &out->character, &is_byte);
        if (!whole)
            ast__report(
                b, ast__span(b, node), E_BAD_ESCAPE, arena_strndup(b->arena, text.ptr, text.len)
            );
        return;
    }
    int count = 0;
    for (size_t at = 0; at < text.len; count++) {
        uint32_t length = utf8_decode(text.ptr + at, text.len - at, &out->character);
        at += length ? length : 1;
    }
    if (count != 1) {
        ast__report(b, ast__span(b, node), E_BAD_CHARACTER_LITERAL, count);
        if (count > 1) ast__help(b, "a text stands between double quotes");
    }
}

// --- interpolation ------------------------------------------------------------------------------------

static uint32_t read_digits(Str *text) {
    uint32_t value = 0;
    while (text->len > 0 && isdigit((unsigned char)text->ptr[0]) && value < 100000) {
        value = value * 10 + (uint32_t)(text->ptr[0] - '0');
        text->ptr++, text->len--;
    }
    return value;
}

static bool take(Str *text, char c) {
    if (text->len == 0 || text->ptr[0] != c) return false;
    text->ptr++, text->len--;
    return true;
}

static bool is_align(char c) {
    return c == '<' || c == '>' || c == '^';
}

static void read_align(Str *text, AstFormat *format) {
    uint32_t c, length = text->len ? utf8_decode(text->ptr, text->len, &c) : 0;
    if (length && length < text->len && is_align(text->ptr[length])) {
        format->fill = c;
        text->ptr += length, text->len -= length;
    }
    if (text->len > 0 && is_align(text->ptr[0])) {
        format->align = text->ptr[0];
        text->ptr++, text->len--;
    }
}

static AstFormat build_format(Build *b, const SyntaxNode *node) {
    AstFormat format = { .fill = ' ', .precision = -1 };
    if (!node) return format;
    Str text = ast__text(b, node);
    format.span = ast__span(b, node);
    read_align(&text, &format);
    format.sign = take(&text, '+');
    format.alternate = take(&text, '#');
    format.zero = take(&text, '0');
    format.width = read_digits(&text);
    if (take(&text, '.')) {
        bool digits = text.len > 0 && isdigit((unsigned char)text.ptr[0]);
        format.precision = digits ? (int32_t)read_digits(&text) : -2;
    }
    if (text.len == 1 && strchr("xXboec?", text.ptr[0])) format.kind = text.ptr[0], text.len--;
    if (text.len > 0 || format.precision == -2) {
        ast__report(b, ast__span(b, node), E_BAD_FORMAT, ast__c_text(b, node));
        ast__help(
            b, "the order is: fill align `+` `#` `0` width `.precision` and one of `xXboec?`"
        );
        format.precision = -1;
    }
    return format;
}

void ast__text_parts(Build *b, const SyntaxNode *node, AstExpr *out) {
    out->kind = AST_EXPR_TEXT;
    Bytes bytes = { 0 };
    syntax_each(child, node) {
        if (child->kind != SYNTAX_INTERPOLATION) {
            put_piece(b, &bytes, child, false);
            continue;
        }
        AstTextPart part = {
            { bytes.data ? bytes.data : "", bytes.len },
            ast__expr_of(b, child, FIELD_VALUE),
            build_format(b, CHILD(child, FORMAT))
        };
        vec_push(b->arena, &out->text, part);
        bytes = (Bytes){ 0 };
    }
    if (bytes.len == 0 && out->text.len > 0) return;
    AstTextPart rest = {
        { bytes.data ? bytes.data : "", bytes.len       },
        NULL, { .fill = ' ',                  .precision = -1 }
    };
    vec_push(b->arena, &out->text, rest);
}
