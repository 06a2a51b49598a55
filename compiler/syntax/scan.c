// What a parser explains badly: characters that are not of the language, texts and comments that do not end,
// brackets that do not match.
// Takes the text; leaves reports and the places that they claim, where the parser's own complaints only follow from
// what was said here. Relies on nothing but the lexical grammar.

#include "syntax__.h"

#include <stdio.h>
#include <string.h>

typedef struct Open {
    char bracket; // ( [ { or " for the brace of an interpolation
    uint32_t at;
    uint32_t indent; // of its line
} Open;

typedef struct Scan {
    Parse *parse;
    const char *text;
    uint32_t at, end;
    VEC(Open) open;
    uint32_t texts;      // interpolations that we are inside of
    uint32_t comments;   // since the last token
    uint32_t last_empty; // the last bracket that closed an outermost one
    Span doubt;          // a pair of braces whose lines are indented differently; 0: none
    uint32_t known;      // how far lines are known; the two below are about the last
    uint32_t line, code; // where it begins, and what is not blank in it
    bool unending;       // a text or comment without an end has swallowed brackets
    bool refused;        // not to be parsed
} Scan;

static void claim(Scan *s, uint32_t start, uint32_t end) {
    vec_push(s->parse->arena, &s->parse->claimed, (SyntaxHole){ start, end, NULL, false });
}

static bool looking_at(const Scan *s, const char *what) {
    size_t length = strlen(what);
    return s->end - s->at >= length && memcmp(s->text + s->at, what, length) == 0;
}

static void report_unterminated(Scan *s, uint32_t start, uint32_t end, const char *what) {
    diag_report(s->parse->diags, syntax__span(s->parse, start, end), E_UNTERMINATED, what);
    if (s->texts > 0)
        diag_help(
            s->parse->diags, "`{` begins a value in an interpolated text; `{{` stands for a brace"
        );
    claim(s, start, end);
    s->unending = true;
}

// --- texts and comments -------------------------------------------------------------------------------

// From behind an opening quote to behind the closing one.
static void skip_quoted(Scan *s, char quote, uint32_t start, const char *what) {
    while (s->at < s->end && s->text[s->at] != '\n') {
        char c = s->text[s->at++];
        if (c == quote) return;
        if (c == '\\' && s->at < s->end && s->text[s->at] != '\n') s->at++;
    }
    report_unterminated(s, start, s->at, what);
}

// To the end of the file, and what is missing there is missing because of this.
static void swallow(Scan *s, uint32_t start, const char *what) {
    report_unterminated(s, start, start + 2, what);
    claim(s, start, s->end);
    s->at = s->end;
}

static void skip_raw(Scan *s, uint32_t start) {
    const char *quote = memchr(s->text + s->at, '"', s->end - s->at);
    if (quote)
        s->at = (uint32_t)(quote - s->text) + 1;
    else
        swallow(s, start, "text");
}

// From inside a $"text" to behind its end, or to behind the brace of an interpolation.
static void skip_text(Scan *s, uint32_t start) {
    while (s->at < s->end && s->text[s->at] != '\n') {
        char c = s->text[s->at++];
        if (c == '"') return;
        if (c == '\\' && s->at < s->end)
            s->at++;
        else if (c == '{' && s->at < s->end && s->text[s->at] == '{')
            s->at++;
        else if (c == '{') {
            vec_push(s->parse->arena, &s->open, (Open){ '"', start, 0 });
            s->texts++;
            return;
        }
    }
    report_unterminated(s, start, s->at, "text");
}

static void skip_comment(Scan *s, uint32_t start) {
    if (looking_at(s, "//")) {
        const char *line = memchr(s->text + s->at, '\n', s->end - s->at);
        s->at = line ? (uint32_t)(line - s->text) : s->end;
    } else {
        const char *close = memmem(s->text + s->at + 2, s->end - s->at - 2, "*/", 2);
        if (close)
            s->at = (uint32_t)(close - s->text) + 2;
        else
            swallow(s, start, "comment");
    }
    if (++s->comments <= SYNTAX_COMMENTS_RUN || s->refused) return;
    diag_report(
        s->parse->diags, syntax__span(s->parse, start, s->at), E_TOO_MANY_COMMENTS,
        SYNTAX_COMMENTS_RUN
    );
    s->refused = true;
}

// --- brackets -----------------------------------------------------------------------------------------

// The blanks that the line of `at` begins with. Asked for growing places only, so that a long line costs no more.
static uint32_t indent_of(Scan *s, uint32_t at, bool *first) {
    for (; s->known < at; s->known++) {
        char c = s->text[s->known];
        if (c == '\n')
            s->line = s->code = s->known + 1;
        else if (s->code == s->known && char_is_blank(c))
            s->code++;
    }
    *first = s->code == at;
    return s->code - s->line;
}

static void open_bracket(Scan *s, char bracket) {
    if (s->open.len >= SYNTAX_DEPTH) {
        if (!s->refused) {
            diag_report(
                s->parse->diags, syntax__span(s->parse, s->at, s->at + 1), E_TOO_DEEP, SYNTAX_DEPTH
            );
        }
        s->refused = true;
        return;
    }
    bool first;
    Open open = { bracket, s->at, bracket == '{' ? indent_of(s, s->at, &first) : 0 };
    vec_push(s->parse->arena, &s->open, open);
}

static char partner(char close) {
    return close == ')' ? '(' : close == ']' ? '[' : '{';
}

static uint32_t line_of(const Scan *s, uint32_t at) {
    uint32_t line, column;
    source_line_col(s->parse->map, s->parse->file, at, &line, &column, NULL);
    return line;
}

// Of one line only the first, also of what does not parse there.
static void report_other(Scan *s, SyntaxBracket bracket) {
    uint32_t line = line_of(s, bracket.span.start);
    if (s->parse->lines.len > 0 && *vec_last(&s->parse->lines) == line) return;
    vec_push(s->parse->arena, &s->parse->lines, line);
    diag_report(s->parse->diags, bracket.span, bracket.code, bracket.bracket);
}

// Of braces only the first is said: with one more or less all that follows is read amiss. Other brackets do not reach so far.
static void note_bracket(Scan *s, SyntaxBracket bracket) {
    SyntaxBracket *first = &s->parse->bracket;
    if (!strchr("{}", bracket.bracket)) {
        report_other(s, bracket);
        return;
    }
    if (!first->found || bracket.span.start < first->span.start) *first = bracket;
}

static void report_open(Scan *s, const Open *open, uint32_t end) {
    claim(s, open->at, end);
    if (s->unending) return;
    bool doubt = open->bracket == '{' && s->doubt.file && s->doubt.start > open->at;
    uint32_t at = doubt ? s->doubt.start : open->at;
    Span closed = { 0 };
    if (doubt) closed = syntax__span(s->parse, s->doubt.end - 1, s->doubt.end);
    note_bracket(
        s, (SyntaxBracket){ E_BRACKET_OPEN, open->bracket, syntax__span(s->parse, at, at + 1),
                            closed, true }
    );
}

static void report_surplus(Scan *s, char close) {
    bool doubt = close == '}' && s->doubt.file && s->doubt.end > s->last_empty;
    uint32_t at = doubt ? s->doubt.end - 1 : s->at;
    claim(s, doubt ? at : s->open.len ? s->at : s->last_empty, s->at + 1);
    if (s->unending) return;
    note_bracket(
        s,
        (SyntaxBracket){ E_BRACKET_CLOSE, close, syntax__span(s->parse, at, at + 1), { 0 }, true }
    );
}

// The opening bracket that `close` belongs to; a parenthesis does not reach across a brace.
static uint32_t find_open(const Scan *s, char close) {
    for (uint32_t i = s->open.len; i > 0; i--) {
        char bracket = s->open.data[i - 1].bracket;
        if (bracket == partner(close)) return i;
        if (bracket == '"' || (close != '}' && bracket == '{')) return 0;
    }
    return 0;
}

static void close_bracket(Scan *s, char close) {
    uint32_t found = find_open(s, close);
    if (!found) {
        report_surplus(s, close);
        return;
    }
    if (found < s->open.len) report_open(s, vec_last(&s->open), s->at + 1);
    Open open = s->open.data[found - 1];
    bool first;
    uint32_t indent = indent_of(s, s->at, &first);
    if (close == '}' && first && indent != open.indent && !s->doubt.file) {
        s->doubt = syntax__span(s->parse, open.at, s->at + 1);
    }
    s->open.len = found - 1;
    if (s->open.len > 0) return;
    s->last_empty = s->at;
}

// --- characters ---------------------------------------------------------------------------------------

static bool is_foreign(const Scan *s, uint32_t at) {
    unsigned char c = (unsigned char)s->text[at];
    if (c == '$') return at + 1 == s->end || s->text[at + 1] != '"';
    return c >= 0x7f || (c < 0x20 && !char_is_blank((char)c)) || strchr("`@#\\", c);
}

// To the end of the line, and the lines below that begin alike: of `#include`s one is spoken of.
static void skip_directives(Scan *s) {
    for (uint32_t at = s->at; at < s->end;) {
        while (at < s->end && s->text[at] != '\n')
            at++;
        s->at = at;
        while (at < s->end && char_is_blank(s->text[at]))
            at++;
        if (at < s->end && s->text[at] != '#') return;
    }
}

static void report_foreign(Scan *s) {
    uint32_t start = s->at;
    uint32_t scalar, length = utf8_decode(s->text + s->at, s->end - s->at, &scalar);
    char shown[32];
    if (scalar < 0x20 || scalar == 0x7f || !length)
        snprintf(shown, sizeof shown, "U+%04X", scalar);
    else
        snprintf(shown, sizeof shown, "`%.*s`", (int)length, s->text + start);
    while (s->at < s->end && is_foreign(s, s->at))
        s->at++;
    diag_report(s->parse->diags, syntax__span(s->parse, start, s->at), E_BAD_CHARACTER, shown);
    if (s->text[start] == '#') {
        diag_help(
            s->parse->diags, "there is no preprocessor; other files are brought in by `import`"
        );
        skip_directives(s);
    }
    claim(s, start, s->at);
    vec_last(&s->parse->claimed)->foreign = true;
}

static void skip_word(Scan *s) {
    uint32_t start = s->at;
    while (s->at < s->end && char_is_word(s->text[s->at]))
        s->at++;
    bool prefix = s->at == start + 1 && s->at < s->end && s->text[s->at] == '"';
    if (prefix && s->text[start] == 'r') {
        s->at++;
        skip_raw(s, start);
    }
}

// A quote in the format of an interpolation need not begin a character.
static void skip_character(Scan *s) {
    uint32_t start = s->at++;
    if (s->texts > 0 &&
        (s->at + 1 >= s->end || (s->text[s->at] != '\\' && s->text[s->at + 1] != '\'')))
        return;
    skip_quoted(s, '\'', start, "character");
}

static void step(Scan *s) {
    uint32_t start = s->at;
    char c = s->text[s->at];
    if (char_is_blank(c)) {
        s->at++;
        return;
    }
    if (looking_at(s, "//") || looking_at(s, "/*")) {
        skip_comment(s, start);
        return;
    }
    s->comments = 0;
    if (char_is_word(c))
        skip_word(s);
    else if (c == '"')
        s->at++, skip_quoted(s, '"', start, "text");
    else if (looking_at(s, "$\""))
        s->at += 2, skip_text(s, start);
    else if (c == '\'')
        skip_character(s);
    else if (c == '}' && s->open.len > 0 && vec_last(&s->open)->bracket == '"') {
        start = vec_pop(&s->open).at;
        s->texts--;
        s->at++;
        skip_text(s, start);
    } else if (c == '(' || c == '[' || c == '{')
        open_bracket(s, c), s->at++;
    else if (c == ')' || c == ']' || c == '}')
        close_bracket(s, c), s->at++;
    else if (is_foreign(s, s->at) && s->texts == 0)
        report_foreign(s);
    else
        s->at++;
}

bool syntax__scan(Parse *parse) {
    Scan s = { .parse = parse, .text = parse->text.ptr, .end = (uint32_t)parse->text.len };
    while (s.at < s.end && !s.refused)
        step(&s);
    while (s.open.len > 0 && vec_last(&s.open)->bracket == '"')
        s.open.len--; // said where the text did not end
    if (s.open.len > 0 && !s.refused) report_open(&s, vec_last(&s.open), s.end);
    parse->reported = parse->claimed.len > 0 || s.refused;
    return !s.refused;
}
