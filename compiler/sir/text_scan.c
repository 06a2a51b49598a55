// Characters to words. No tables of tokens: the grammar asks for what it expects.

#include "text_scan.h"

#include "sir.h"

#include "base/arena.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// --- complaints --------------------------------------------------------------------------------------------------

void sir__scan_fail(Scan *scan, const char *format, ...) {
    if (scan->bad) return;
    scan->bad = true;
    va_list args;
    va_start(args, format);
    vsnprintf(scan->error->message, sizeof scan->error->message, format, args);
    va_end(args);
    scan->error->offset = scan->at;
    scan->error->line = 1;
    for (size_t i = 0; i < scan->at; i++)
        scan->error->line += scan->text[i] == '\n';
    scan->at = scan->length;
}

static void skip_blanks(Scan *scan) {
    while (scan->at < scan->length) {
        char c = scan->text[scan->at];
        if (c == ';')
            while (scan->at < scan->length && scan->text[scan->at] != '\n')
                scan->at++;
        else if (c == ' ' || c == '\t' || c == '\r')
            scan->at++;
        else
            return;
    }
}

char sir__here(const Scan *scan) {
    if (scan->at == scan->length) return '\0';
    return scan->text[scan->at];
}

static bool is_printable(char c) {
    return c > ' ' && c < 0x7f;
}

// What stands here: a few characters of it, or the end of the line or of the text.
static void describe(const Scan *scan, char found[40]) {
    size_t end = scan->at;
    while (end < scan->length && end - scan->at < 20 && is_printable(scan->text[end]))
        end++;
    if (end > scan->at)
        snprintf(found, 40, "`%.*s`", (int)(end - scan->at), scan->text + scan->at);
    else if (scan->at == scan->length)
        snprintf(found, 40, "the end of the text");
    else if (scan->text[scan->at] == '\n')
        snprintf(found, 40, "the end of the line");
    else
        snprintf(found, 40, "byte 0x%02x", (unsigned char)scan->text[scan->at]);
}

void sir__scan_expected(Scan *scan, const char *what) {
    char found[40];
    skip_blanks(scan);
    describe(scan, found);
    sir__scan_fail(scan, "expected %s, found %s", what, found);
}

// --- space -------------------------------------------------------------------------------------------------------

void sir__skip_space(Scan *scan) {
    skip_blanks(scan);
    while (scan->at < scan->length && scan->text[scan->at] == '\n') {
        scan->at++;
        skip_blanks(scan);
    }
}

char sir__peek_here(Scan *scan) {
    skip_blanks(scan);
    if (scan->at == scan->length) return '\n';
    return scan->text[scan->at];
}

char sir__peek(Scan *scan) {
    sir__skip_space(scan);
    return sir__here(scan);
}

void sir__end_line(Scan *scan) {
    char c = sir__peek_here(scan);
    if (c != '\n' && c != '}') sir__scan_expected(scan, "the end of the line");
}

// --- symbols and words ---------------------------------------------------------------------------------------------

// What is not accepted is not even approached: the scan stays on its line.
bool sir__accept(Scan *scan, const char *symbol) {
    size_t start = scan->at, length = strlen(symbol);
    sir__skip_space(scan);
    bool there =
        scan->length - scan->at >= length && memcmp(scan->text + scan->at, symbol, length) == 0;
    scan->at = there ? scan->at + length : start;
    return there;
}

void sir__expect(Scan *scan, const char *symbol) {
    if (sir__accept(scan, symbol)) return;
    char what[24];
    snprintf(what, sizeof what, "`%s`", symbol);
    sir__scan_expected(scan, what);
}

bool sir__is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool sir__starts_name(char c) {
    return is_letter(c) || c == '"';
}

// One past the identifier that begins at `at`; `at` itself if none does.
static size_t identifier_end(const Scan *scan, size_t at) {
    if (at >= scan->length || !is_letter(scan->text[at])) return at;
    while (at < scan->length && (is_letter(scan->text[at]) || sir__is_digit(scan->text[at])))
        at++;
    return at;
}

static size_t dotted_end(const Scan *scan, size_t at) {
    size_t end = identifier_end(scan, at);
    while (end > at && end < scan->length && scan->text[end] == '.') {
        size_t next = identifier_end(scan, end + 1);
        if (next == end + 1) break;
        end = next;
    }
    return end;
}

bool sir__accept_word(Scan *scan, const char *word) {
    size_t start = scan->at, length = strlen(word);
    sir__skip_space(scan);
    size_t end = identifier_end(scan, scan->at);
    bool there = end - scan->at == length && memcmp(scan->text + scan->at, word, length) == 0;
    scan->at = there ? end : start;
    return there;
}

static Str take(Scan *scan, size_t end, const char *what) {
    if (end == scan->at) {
        sir__scan_expected(scan, what);
        return STR("");
    }
    Str text = { arena_strndup(scan->arena, scan->text + scan->at, end - scan->at),
                 end - scan->at };
    scan->at = end;
    return text;
}

Str sir__scan_identifier(Scan *scan, const char *what) {
    sir__skip_space(scan);
    return take(scan, identifier_end(scan, scan->at), what);
}

Str sir__scan_dotted(Scan *scan, const char *what) {
    sir__skip_space(scan);
    return take(scan, dotted_end(scan, scan->at), what);
}

// --- strings -------------------------------------------------------------------------------------------------------

static int hex_value(char c) {
    if (sir__is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The byte that the escape at `at`, behind the backslash, stands for; `at` moves past it.
static bool unescape(Scan *scan, char *byte) {
    static const char from[] = "\"\\nt", to[] = "\"\\\n\t";
    char c = sir__here(scan);
    const char *simple = c ? strchr(from, c) : NULL;
    if (simple) {
        *byte = to[simple - from];
        scan->at++;
        return true;
    }
    if (c != 'x' || scan->length - scan->at < 3) return false;
    int high = hex_value(scan->text[scan->at + 1]), low = hex_value(scan->text[scan->at + 2]);
    *byte = (char)(high * 16 + low);
    scan->at += 3;
    return high >= 0 && low >= 0;
}

// One past the last character of the string whose first is at `at`.
static size_t string_end(const Scan *scan, size_t at) {
    while (at < scan->length && scan->text[at] != '"' && scan->text[at] != '\n')
        at += scan->text[at] == '\\' ? 2 : 1;
    return at < scan->length ? at : scan->length;
}

Str sir__scan_string(Scan *scan) {
    if (!sir__accept(scan, "\"")) {
        sir__scan_expected(scan, "a string");
        return STR("");
    }
    size_t end = string_end(scan, scan->at), length = 0;
    if (end == scan->length || scan->text[end] != '"') {
        sir__scan_fail(scan, "a string without its closing quote");
        return STR("");
    }
    char *bytes = arena_alloc(scan->arena, end - scan->at + 1, 1);
    while (scan->at < end) {
        char c = scan->text[scan->at++];
        if (c == '\\' && !unescape(scan, &c)) {
            sir__scan_fail(scan, "an escape that is none of \\\" \\\\ \\n \\t \\xHH");
            return STR("");
        }
        bytes[length++] = c;
    }
    scan->at = end + 1;
    return (Str){ bytes, length };
}

Str sir__scan_name(Scan *scan, const char *what) {
    return sir__peek(scan) == '"' ? sir__scan_string(scan) : sir__scan_dotted(scan, what);
}

// --- numbers -------------------------------------------------------------------------------------------------------

uint64_t sir__scan_number(Scan *scan) {
    if (!sir__is_digit(sir__peek(scan))) {
        sir__scan_expected(scan, "a number");
        return 0;
    }
    unsigned base = 10;
    if (scan->text[scan->at] == '0' && scan->at + 1 < scan->length &&
        scan->text[scan->at + 1] == 'x') {
        base = 16;
        scan->at += 2;
    }
    size_t start = scan->at;
    uint64_t value = 0;
    for (; scan->at < scan->length; scan->at++) {
        int digit = hex_value(scan->text[scan->at]);
        if (digit < 0 || (unsigned)digit >= base) break;
        if (value > (UINT64_MAX - (unsigned)digit) / base) {
            sir__scan_fail(scan, "a number of more than 64 bits");
            return 0;
        }
        value = value * base + (unsigned)digit;
    }
    if (scan->at == start || is_letter(sir__here(scan))) sir__scan_expected(scan, "a digit");
    return value;
}

uint32_t sir__scan_u32(Scan *scan) {
    uint64_t value = sir__scan_number(scan);
    if (value > UINT32_MAX) sir__scan_fail(scan, "a number of more than 32 bits");
    return (uint32_t)value;
}
