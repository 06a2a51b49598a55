// What is said about the places that do not parse.
// Takes the holes of a tree; leaves one report for each that does not follow from another. To know which token
// did not fit, and in which state of the parser, the text up to the last hole is parsed once more with the
// library's log switched on: only programs with errors pay for it.

#include "expect.h"
#include "syntax__.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_REPORTS = 20,   // in one file
    LOG_LIMIT = 2 << 20, // longest text that is parsed with the log on
    LOG_BEHIND = 256,    // bytes behind the last hole that are parsed too
};

typedef struct Misfit { // a token that did not fit
    uint32_t start, end;
    uint32_t state;
} Misfit;

typedef struct Log {
    Parse *parse;
    uint32_t at, state, size; // of the step that the parser is in
    VEC(Misfit) misfits;
} Log;

// --- the log ------------------------------------------------------------------------------------------

static bool number_after(const char *message, const char *label, uint32_t *number) {
    const char *found = strstr(message, label);
    if (!found) return false;
    *number = (uint32_t)strtoul(found + strlen(label), NULL, 10);
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint32_t skip_blanks(Str text, uint32_t at) {
    while (at < text.len && is_blank(text.ptr[at]))
        at++;
    return at;
}

// Blanks and comments.
static uint32_t skip_space(Str text, uint32_t at) {
    for (;;) {
        at = skip_blanks(text, at);
        bool line = at + 1 < text.len && text.ptr[at] == '/' && text.ptr[at + 1] == '/';
        bool block = at + 1 < text.len && text.ptr[at] == '/' && text.ptr[at + 1] == '*';
        if (!line && !block) return at;
        const char *end =
            memmem(text.ptr + at + 2, text.len - at - 2, line ? "\n" : "*/", line ? 1 : 2);
        at = end ? (uint32_t)(end - text.ptr) + (line ? 1 : 2) : (uint32_t)text.len;
    }
}

static void read_log(void *payload, TSLogType type, const char *message) {
    Log *log = payload;
    if (type != TSLogTypeParse) return;
    uint32_t row, column;
    if (strncmp(message, "process ", 8) == 0) {
        if (!number_after(message, "state:", &log->state) || !number_after(message, "row:", &row) ||
            !number_after(message, "col:", &column))
            return;
        log->at = source_line_start(log->parse->map, log->parse->file, row + 1) + column;
    } else if (strncmp(message, "lexed_lookahead ", 16) == 0) {
        for (const char *at = message; (at = strstr(at, "size:")); at++)
            number_after(at, "size:", &log->size);
    } else if (strncmp(message, "detect_error", 12) == 0 && log->state != 0) {
        Str text = log->parse->text;
        uint32_t end = log->at + log->size;
        if (end > text.len) end = (uint32_t)text.len;
        Misfit misfit = { skip_blanks(text, log->at), end, log->state };
        if (misfit.start > misfit.end) misfit.end = misfit.start;
        vec_push(log->parse->arena, &log->misfits, misfit);
    }
}

static void collect_misfits(Parse *parse, Log *log) {
    uint32_t end = vec_last(&parse->holes)->end + LOG_BEHIND;
    if (end > parse->text.len) end = (uint32_t)parse->text.len;
    if (end > LOG_LIMIT) return;
    ts_parser_reset(parse->parser);
    ts_parser_set_logger(parse->parser, (TSLogger){ log, read_log });
    TSTree *tree = ts_parser_parse_string(parse->parser, NULL, parse->text.ptr, end);
    ts_parser_set_logger(parse->parser, (TSLogger){ NULL, NULL });
    if (tree) ts_tree_delete(tree);
}

// The token that the hole is about: the first that did not fit in it or right behind it.
static const Misfit *misfit_of(const Log *log, const SyntaxHole *hole) {
    uint32_t end = skip_space(log->parse->text, hole->end);
    vec_each(Misfit, misfit, &log->misfits) {
        if (misfit->start >= hole->start && misfit->start <= end) return misfit;
    }
    return NULL;
}

// --- words --------------------------------------------------------------------------------------------

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The first token of a hole, if the log has nothing to say about it.
static Misfit guess(const Parse *parse, const SyntaxHole *hole) {
    Str text = parse->text;
    uint32_t start = skip_blanks(text, hole->start), end = start;
    while (end < text.len && is_word_char(text.ptr[end]))
        end++;
    if (end == start && end < text.len) end++;
    return (Misfit){ start, end, 0 };
}

static const char *found_words(Parse *parse, const Misfit *misfit, Str found) {
    if (misfit->start >= parse->text.len) return "the end of the file";
    if (found.len == 0) return "nothing";
    char c = found.ptr[0];
    if (c == '"' || str_eq_c(found, "$\"") || str_eq_c(found, "b\"") ||
        (c == 'r' && found.len > 1 && found.ptr[1] == '"'))
        return "a text";
    const char *line = memchr(found.ptr, '\n', found.len);
    size_t length = line ? (size_t)(line - found.ptr) : found.len;
    return arena_printf(
        parse->arena, "`%.*s%s`", (int)(length < 40 ? length : 40), found.ptr,
        length < 40 ? "" : "..."
    );
}

// Where the comment at the end of a line begins, or where the line ends; texts may hold what looks like one.
static uint32_t end_of_code(Str text, uint32_t end) {
    uint32_t at = end;
    while (at > 0 && text.ptr[at - 1] != '\n')
        at--;
    char quote = 0;
    for (; at + 1 < end; at++) {
        char c = text.ptr[at];
        if (quote && c == '\\')
            at++;
        else if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '/' && text.ptr[at + 1] == '/')
            return at;
    }
    return end;
}

// The end of the token before: blanks and comments at the end of lines are stepped over.
static uint32_t end_of_previous(const Parse *parse, uint32_t at) {
    Str text = parse->text;
    for (;;) {
        bool line = false;
        for (; at > 0 && is_blank(text.ptr[at - 1]); at--)
            line |= text.ptr[at - 1] == '\n';
        uint32_t code = line ? end_of_code(text, at) : at;
        if (code == at) return at;
        at = code;
    }
}

static bool begins_line(const Parse *parse, uint32_t at) {
    uint32_t before = end_of_previous(parse, at);
    return memchr(parse->text.ptr + before, '\n', at - before) != NULL;
}

static bool one_of(Str text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(text, words[i])) return true;
    }
    return false;
}

#define ONE_OF(text, ...)                                             \
    one_of(                                                           \
        (text), (const char *const[]){ __VA_ARGS__ },                 \
        sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) \
    )

static char char_before(const Parse *parse, uint32_t at) {
    uint32_t end = end_of_previous(parse, at);
    return end > 0 ? parse->text.ptr[end - 1] : 0;
}

static bool in_parentheses(const Parse *parse, uint32_t at) { // opened on the same line
    int depth = 0;
    for (; at > 0 && parse->text.ptr[at - 1] != '\n'; at--) {
        depth += (parse->text.ptr[at - 1] == '(') - (parse->text.ptr[at - 1] == ')');
        if (depth > 0) return true;
    }
    return false;
}

// What people who come from other languages write.
static void add_help(Parse *parse, const Misfit *misfit, Str found) {
    Diags *diags = parse->diags;
    char before = char_before(parse, misfit->start);
    bool doubled =
        misfit->start > 0 && found.len == 1 && parse->text.ptr[misfit->start - 1] == found.ptr[0];
    if (ONE_OF(found, "++", "--") || (doubled && ONE_OF(found, "+", "-"))) {
        diag_help(diags, "`++` and `--` are statements of their own");
    } else if (str_eq_c(found, "=") && in_parentheses(parse, misfit->start)) {
        diag_help(diags, "an assignment is a statement; `==` compares");
    } else if (str_eq_c(found, "[") && is_word_char(before)) {
        diag_help(diags, "the length belongs to the type: `u8[4] name`");
    } else if (str_eq_c(found, ";") && before == '}') {
        diag_help(diags, "no `;` is needed behind `}`");
    } else if (str_eq_c(found, ",") && is_word_char(before) &&
               !in_parentheses(parse, misfit->start)) {
        diag_help(diags, "each declaration has one name");
    } else if (ONE_OF(
                   found, "+", "-", "/", "%", "&", "|", "^", "<", ">", "==", "!=", "&&", "||", "+%",
                   "-%"
               )) {
        diag_help(diags, "an expression is a statement only if it is a call");
    }
}

// A keyword that begins nothing where it stands is taken for a name, and what follows it does not fit.
static bool report_keyword(Parse *parse, const Misfit *misfit) {
    uint32_t start = misfit->start;
    for (int words = 0; words < 2; words++) {
        uint32_t end = start = end_of_previous(parse, start);
        while (start > 0 && is_word_char(parse->text.ptr[start - 1]))
            start--;
        Str word = { parse->text.ptr + start, end - start };
        if (!ONE_OF(word, "else", "case", "default")) continue;
        Misfit keyword = { start, end, 0 };
        diag_report(
            parse->diags, syntax__span(parse, start, end), E_UNEXPECTED,
            found_words(parse, &keyword, word)
        );
        return true;
    }
    return false;
}

// --- reports ------------------------------------------------------------------------------------------

static bool is_claimed(const Parse *parse, const SyntaxHole *hole) {
    vec_each(SyntaxHole, claim, &parse->claimed) {
        if (hole->start <= skip_blanks(parse->text, claim->end) && hole->end >= claim->start)
            return true;
    }
    return false;
}

// Something small was left out: said where it belongs, behind what is there.
static void report_missing(Parse *parse, const char *expected, const Misfit *misfit, Str found) {
    uint32_t at = end_of_previous(parse, misfit->start);
    diag_report(
        parse->diags, syntax__span(parse, at, at), E_EXPECTED, expected,
        found_words(parse, misfit, found)
    );
}

static uint32_t report_hole(Parse *parse, const Log *log, const SyntaxHole *hole) {
    const Misfit *known = misfit_of(log, hole);
    Misfit misfit = known ? *known : guess(parse, hole);
    Str found = { parse->text.ptr + misfit.start, misfit.end - misfit.start };
    if (report_keyword(parse, &misfit)) return hole->end > misfit.end ? hole->end : misfit.end;
    const char *expected =
        syntax__expected(parse->arena, misfit.state, found, begins_line(parse, misfit.start));
    if (hole->missing && (!expected || strlen(hole->missing) == 1))
        expected = syntax__spoken(parse->arena, hole->missing);
    Span place = syntax__span(parse, misfit.start, misfit.end);
    if (expected && ONE_OF(str_from_c(expected), "`;`", "`)`", "`]`", "`}`", "`,`", "`;` or `=`"))
        report_missing(parse, expected, &misfit, found);
    else if (expected)
        diag_report(parse->diags, place, E_EXPECTED, expected, found_words(parse, &misfit, found));
    else
        diag_report(parse->diags, place, E_UNEXPECTED, found_words(parse, &misfit, found));
    add_help(parse, &misfit, found);
    return hole->end > misfit.end ? hole->end : misfit.end;
}

static uint32_t line_of(const Parse *parse, uint32_t at) {
    uint32_t line, column;
    source_line_col(parse->map, parse->file, at, &line, &column, NULL);
    return line;
}

void syntax__report(Parse *parse) {
    if (parse->holes.len == 0) return;
    if (parse->holes.len > MOST_REPORTS * 4) parse->holes.len = MOST_REPORTS * 4;
    Log log = { .parse = parse };
    collect_misfits(parse, &log);
    uint32_t covered = 0, reports = 0; // the last line that something was said about
    vec_each(SyntaxHole, hole, &parse->holes) {
        if (reports == MOST_REPORTS) break;
        if (is_claimed(parse, hole) || line_of(parse, hole->start) <= covered) continue;
        covered = line_of(parse, report_hole(parse, &log, hole));
        reports++;
    }
    parse->reported |= reports > 0;
}
