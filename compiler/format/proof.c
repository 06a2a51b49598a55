// Whether edits can be seen to keep a program the same without parsing it again.
// Takes a text that parses, with the edits; what is not plain is not decided here, and the caller parses. How a parser cuts a
// text into tokens depends on what it has read before, so this does not ask it: wherever blanks stand between two characters that no
// token has beside each other, more or less of them changes nothing. This knows texts and comments by itself and trusts no
// token that the layout has found.

#include "format__.h"

#include <string.h>

typedef struct Scan {
    const char *text;
    uint32_t at, end;
    bool after_line_comment; // what stands before `at` is one
} Scan;

static bool is_blank(char c) {
    return char_is_blank(c);
}

// --- what no edit may reach into -----------------------------------------------------------------------------------------

// Behind the mark that closes what `at` is the first character in; 0: none does on this line.
static uint32_t end_of_quoted(const Scan *scan, uint32_t at, char mark) {
    for (; at < scan->end && scan->text[at] != '\n'; at++) {
        if (scan->text[at] == mark) return at + 1;
        if (scan->text[at] == '\\') at++;
    }
    return 0;
}

static uint32_t end_of_raw(const Scan *scan, uint32_t at) {
    const char *mark = memchr(scan->text + at, '"', scan->end - at);
    return mark ? (uint32_t)(mark - scan->text) + 1 : 0;
}

// $"{a} {b("}")}": an interpolation may have texts of its own. One within one is not plain.
static uint32_t end_of_text(const Scan *scan, uint32_t at) {
    uint32_t depth = 0;
    for (; at < scan->end && scan->text[at] != '\n'; at++) {
        char c = scan->text[at], next = at + 1 < scan->end ? scan->text[at + 1] : 0;
        if (depth == 0) {
            if (c == '"') return at + 1;
            if (c == '\\' || ((c == '{' || c == '}') && next == c))
                at++;
            else if (c == '{')
                depth = 1;
        } else if (c == '"' || c == '\'') {
            if (c == '"' && (scan->text[at - 1] == '$' || scan->text[at - 1] == 'r')) return 0;
            uint32_t end = end_of_quoted(scan, at + 1, c);
            if (!end) return 0;
            at = end - 1;
        } else {
            depth += (c == '{') - (c == '}');
        }
    }
    return 0;
}

static uint32_t end_of_line_comment(const Scan *scan) {
    const char *text = scan->text;
    const char *line = memchr(text + scan->at, '\n', scan->end - scan->at);
    uint32_t end = line ? (uint32_t)(line - text) : scan->end;
    while (is_blank(text[end - 1]))
        end--;
    return end;
}

static uint32_t end_of_block_comment(const Scan *scan) {
    for (uint32_t at = scan->at + 2; at + 1 < scan->end; at++)
        if (scan->text[at] == '*' && scan->text[at + 1] == '/') return at + 2;
    return 0;
}

// Goes behind a word, a sign of one character, a text, a comment; false: it is not plain where that ends.
static bool go_on(Scan *scan) {
    const char *text = scan->text;
    uint32_t at = scan->at, end = at + 1;
    char c = text[at], next = at + 1 < scan->end ? text[at + 1] : 0;
    scan->after_line_comment = false;
    if (c == '/' && next == '/') {
        end = end_of_line_comment(scan);
        scan->after_line_comment = true;
    } else if (c == '/' && next == '*') {
        end = end_of_block_comment(scan);
    } else if (c == '$' && next == '"') {
        end = end_of_text(scan, at + 2);
    } else if (c == '"' || c == '\'') {
        end = end_of_quoted(scan, at + 1, c);
    } else if (char_is_word(c)) {
        while (end < scan->end && char_is_word(text[end]))
            end++;
        if (end < scan->end && text[end] == '"' && end == at + 1)
            end = c == 'r'   ? end_of_raw(scan, end + 1)
                  : c == 'b' ? end_of_quoted(scan, end + 1, '"')
                             : 0;
    }
    if (!end) return false;
    scan->at = end;
    return true;
}

// --- edits ---------------------------------------------------------------------------------------------------------------

static bool is_any(char c, const char *set) {
    return c && strchr(set, c);
}

// Whether no token has both characters beside each other, and none begins or ends between them because they are.
static bool are_strangers(char left, char right) {
    if (is_any(left, "(){},;") || is_any(right, "(){},;")) return true;
    bool left_square = is_any(left, "[]"), right_square = is_any(right, "[]");
    if (left_square || right_square) return left_square != right_square;
    if (char_is_word(left)) return is_any(right, "*=<>?:&|!%~^");
    if (char_is_word(right)) return is_any(left, "*=<>?:&|!%~^\"'");
    return false;
}

// An edit of the blanks that begin at `scan->at`, behind a token or at the start.
static bool is_plain(const Scan *scan, const FormatEdit *edit) {
    const char *text = scan->text;
    uint32_t stop = scan->at;
    while (stop < scan->end && is_blank(text[stop]))
        stop++;
    bool breaks = false;
    for (size_t i = 0; i < edit->blanks.len; i++) {
        if (!is_blank(edit->blanks.ptr[i])) return false;
        breaks |= edit->blanks.ptr[i] == '\n';
    }
    bool at_start = scan->at == 0 || !is_blank(text[scan->at - 1]);
    if (!at_start || edit->end != stop) return false; // part of the blanks, or no blanks
    if (stop == scan->end || scan->at == 0) return true;
    if (scan->after_line_comment) return breaks;
    bool had = stop > scan->at, has = edit->blanks.len > 0;
    return had == has || are_strangers(text[scan->at - 1], text[stop]);
}

bool format_keeps_tokens(const Syntax *syntax, Str text, const FormatEdits *edits) {
    if (syntax->unreadable || syntax->wrongs || text.len >= UINT32_MAX) return false;
    Scan scan = { .text = text.ptr, .end = (uint32_t)text.len };
    for (uint32_t i = 0; i < edits->len;) {
        const FormatEdit *edit = &edits->data[i];
        if (edit->start < scan.at || edit->end > scan.end) return false;
        if (edit->start == scan.at) {
            if (!is_plain(&scan, edit)) return false;
            scan.at = edit->end;
            i++;
            // Two edits at one place would be two answers to one question.
            if (i < edits->len && edits->data[i].start <= edit->end) return false;
            if (scan.at == scan.end) break;
        } else if (scan.at == scan.end) {
            return false;
        } else if (is_blank(scan.text[scan.at])) {
            scan.at++;
            continue;
        }
        if (!go_on(&scan)) return false;
    }
    return true;
}
