// Words and items of a text that need not parse. The text is passed over once. What is laid out begins declarations at the start of
// a line, and nothing else: that is how an item ends whose brackets are missing.

#include "words.h"

#include <string.h>

// --- words -----------------------------------------------------------------------------------------------------------------

static char look(const Scan *scan, uint32_t ahead) {
    return scan->at + ahead < scan->text.len ? scan->text.ptr[scan->at + ahead] : '\0';
}

// A comment or a run of blanks. false: neither.
static bool pass_blank(Scan *scan) {
    uint32_t start = scan->at;
    if (char_is_blank(look(scan, 0))) {
        scan->at++;
        return true;
    }
    if (look(scan, 0) != '/' || (look(scan, 1) != '/' && look(scan, 1) != '*')) return false;
    bool line = look(scan, 1) == '/';
    scan->at += 2;
    while (scan->at < scan->text.len) {
        if (line && look(scan, 0) == '\n') break;
        if (!line && look(scan, 0) == '*' && look(scan, 1) == '/') {
            scan->at += 2;
            break;
        }
        scan->at++;
    }
    bool ended = !line && scan->at >= start + 4 && scan->text.ptr[scan->at - 1] == '/' &&
                 scan->text.ptr[scan->at - 2] == '*';
    if (start + 1 < scan->stop && (scan->stop < scan->at || (scan->stop == scan->at && !ended)))
        scan->inside = true;
    return true;
}

// From behind the quote up to behind the one that ends it, or the end of the line.
static void pass_text(Scan *scan, uint32_t start, char quote, bool raw) {
    bool ended = false;
    while (scan->at < scan->text.len && !ended) {
        char c = look(scan, 0);
        if (c == '\n' && !raw) break;
        if (c == '\\' && !raw) scan->at++;
        ended = c == quote;
        scan->at++;
    }
    if (scan->at > scan->text.len) scan->at = (uint32_t)scan->text.len;
    if (start < scan->stop && (scan->stop < scan->at || (scan->stop == scan->at && !ended)))
        scan->inside = true;
}

static uint32_t sign_length(const Scan *scan) {
    char a = look(scan, 0), b = look(scan, 1);
    if ((a == '-' && b == '>') || (a == ':' && b == ':')) return 2;
    if (a == '.' && b == '.') return look(scan, 2) == '=' || look(scan, 2) == '.' ? 3 : 2;
    return 1;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool scan_word(Scan *scan, Word *word) {
    while (scan->at < scan->text.len && pass_blank(scan)) {}
    if (scan->at >= scan->text.len) return false;
    char c = look(scan, 0);
    *word = (Word){ .kind = WORD_SIGN, .start = scan->at };
    bool prefixed = (c == 'b' || c == 'r' || c == '$') && look(scan, 1) == '"';
    if (c == '"' || c == '\'' || prefixed) {
        word->kind = WORD_TEXT;
        scan->at += 1 + prefixed;
        pass_text(scan, word->start, c == '\'' ? '\'' : '"', c == 'r');
    } else if (char_is_word(c)) {
        word->kind = is_digit(c) ? WORD_NUMBER : WORD_NAME;
        while (char_is_word(look(scan, 0)) ||
               (word->kind == WORD_NUMBER && look(scan, 0) == '.' && is_digit(look(scan, 1))))
            scan->at++;
    } else {
        scan->at += sign_length(scan);
    }
    word->end = scan->at;
    return true;
}

bool word_is_one_of(Str word, const char *const *list) {
    for (; *list; list++)
        if (str_eq_c(word, *list)) return true;
    return false;
}

// --- items -------------------------------------------------------------------------------------------------------------------

static bool declares(Str first) {
    static const char *const words[] = { "struct", "enum",    "flags", "wire",     "ref",
                                         "import", "module",  "const", "contract", "interface",
                                         "system", "package", NULL };
    return word_is_one_of(first, words);
}

bool scan_begins_line(Str text, uint32_t at) {
    return at == 0 || text.ptr[at - 1] == '\n';
}

bool scan_item(Scan *scan, Item *item) {
    Word word;
    uint32_t depth = 0, attributes = 0, seen = 0;
    Str first = { 0 };
    *item = (Item){ 0 };
    for (;;) {
        uint32_t before = scan->at;
        if (!scan_word(scan, &word)) {
            item->end = (uint32_t)scan->text.len;
            return seen > 0;
        }
        char sign = word.end - word.start == 1 ? scan->text.ptr[word.start] : '\0';
        bool starts =
            scan_begins_line(scan->text, word.start) && (word.kind == WORD_NAME || sign == '[');
        if (seen > 0 && starts && (depth > 0 || item->body)) { // brackets are missing
            scan->at = before;
            item->end = before;
            return true;
        }
        if (seen++ == 0) item->start = word.start;
        if (sign == '[' || sign == ']') attributes += sign == '[' ? 1 : (uint32_t)-(attributes > 0);
        bool skipped = attributes > 0 || sign == ']';
        Str text = { scan->text.ptr + word.start, word.end - word.start };
        if (!first.len && !skipped && !str_eq_c(text, "pub")) {
            first = text;
            item->has_code = word.kind == WORD_NAME && !declares(first);
        }
        if (sign == '{' && depth == 0 && !item->body) item->body = word.start;
        if (sign == '(' || sign == '[' || sign == '{') depth++;
        if ((sign == ')' || sign == ']' || sign == '}') && depth > 0) depth--;
        bool ends = depth == 0 && (sign == ';' || (sign == '}' && item->body));
        if (!ends) continue;
        item->end = word.end;
        return true;
    }
}
