// What is said about the places that do not parse.
// Takes a text whose tree has holes; leaves one report for each place that does not follow from another. The library's
// tree says only which part it left out, so the text is read again by the automaton alone: where its last stack
// dies is the error, what that one could have taken is what was expected, and behind a mend the next is sought.

#include "expect.h"
#include "habits.h"
#include "lex.h"
#include "mend.h"
#include "syntax__.h"

#include <string.h>

enum {
    MOST_REPORTS = 20, // in one file
    MOST_MENDS = 200,
};

typedef struct Report {
    Parse *parse;
    Arena scratch;
    Glr glr;
    uint32_t covered; // the last line that something was said about
    uint32_t reports;
    bool balanced; // all braces match
} Report;

// --- words --------------------------------------------------------------------------------------------

static uint32_t skip_blanks(Str text, uint32_t at) {
    while (at < text.len && char_is_blank(text.ptr[at]))
        at++;
    return at;
}

static Str text_of(const Parse *parse, GlrToken token) {
    return (Str){ parse->text.ptr + token.start, token.end - token.start };
}

static const char *found_words(Parse *parse, GlrToken token) {
    Str found = text_of(parse, token);
    if (token.start >= parse->text.len) return "the end of the file";
    if (found.len == 0) return "nothing";
    char c = found.ptr[0];
    if (str_eq_c(found, "$\"")) return "an interpolated text";
    if (c == '"' || str_eq_c(found, "b\"") || (c == 'r' && found.len > 1 && found.ptr[1] == '"'))
        return "a text";
    const char *line = memchr(found.ptr, '\n', found.len);
    size_t length = line ? (size_t)(line - found.ptr) : found.len;
    return arena_printf(
        parse->arena, "`%.*s%s`", (int)(length < 40 ? length : 40), found.ptr,
        length < 40 ? "" : "..."
    );
}

static uint32_t line_of(const Parse *parse, uint32_t at) {
    uint32_t line, column;
    source_line_col(parse->map, parse->file, at, &line, &column, NULL);
    return line;
}

static bool begins_line(const Report *r, uint32_t at) {
    uint32_t before = r->glr.past[0].token.end;
    return before < at && memchr(r->parse->text.ptr + before, '\n', at - before);
}

// --- help ---------------------------------------------------------------------------------------------

static bool in_brackets(const Parse *parse, uint32_t start, uint32_t at) {
    int depth = 0;
    for (; at > start; at--) {
        char c = parse->text.ptr[at - 1];
        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (depth > 0) return true;
    }
    return false;
}

// The signs that stand together there: `=>` are two tokens.
static Str signs_at(Str text, uint32_t at) {
    uint32_t end = at;
    while (end < text.len && strchr("=<>!&|+-*/%?:.", text.ptr[end]))
        end++;
    return (Str){ text.ptr + at, end - at };
}

// About a token and the two before it, of which `past` is the last; NULL: nothing to say.
static const char *find_help(Report *r, GlrToken token, const GlrStep *past) {
    uint32_t start;
    GlrList list;
    glr__enclosing(&r->glr, &r->glr.next.heads, &start, &list);
    GlrToken first = lex__code(r->parse->text, start);
    HabitPlace place = {
        .found = text_of(r->parse, token),
        .signs = signs_at(r->parse->text, token.start),
        .before = text_of(r->parse, past[0].token),
        .before2 = text_of(r->parse, past[1].token),
        .first = text_of(r->parse, first),
        .item = list == GLR_FILE,
        .in_statement = list == GLR_BLOCK || list == GLR_CASE,
        .in_struct = list == GLR_STRUCT,
        .in_brackets = in_brackets(r->parse, start, token.start),
    };
    return habit__help(&place);
}

// --- reports ------------------------------------------------------------------------------------------

// Something small was left out: said where it belongs, behind what is there.
static bool is_small(const char *expected) {
    static const char *const small[] = { "`;`", "`)`", "`]`", "`}`", "`,`", "`;` or `=`" };
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        if (strcmp(expected, small[i]) == 0) return true;
    }
    return false;
}

static const char *expected_words(Report *r, const Mend *mend, GlrToken misfit) {
    bool sign = mend->kind == MEND_INSERT && strchr(";:,)]}", *mend->symbol);
    return syntax__expected(
        r->parse->arena, &r->glr, text_of(r->parse, misfit), begins_line(r, misfit.start),
        sign ? mend->symbol : NULL
    );
}

// Between the brackets of `if`, `while` and `assert` something is compared; elsewhere a value may have been meant to be kept.
static bool in_condition(Report *r, uint32_t at) {
    uint32_t start;
    GlrList list;
    glr__enclosing(&r->glr, &r->glr.next.heads, &start, &list);
    Str first = text_of(r->parse, lex__code(r->parse->text, start));
    bool asks = str_eq_c(first, "if") || str_eq_c(first, "while") || str_eq_c(first, "assert");
    return asks && in_brackets(r->parse, start, at);
}

// A sign that is missing, `=` for `==`, or a `;` behind what needs none: all that follows can be read with it. False if it is
// none of these.
static bool add_fix(
    Report *r, const Mend *mend, const char *expected, Span place, const char *help
) {
    Diags *diags = r->parse->diags;
    Str found = text_of(r->parse, mend->token);
    const char *spoken = mend->symbol ? syntax__spoken(r->parse->arena, mend->symbol) : "";
    if (!mend->sure) return false;
    if (!help && mend->kind == MEND_INSERT && strchr(";,)]", *mend->symbol) &&
        place.start == place.end && expected && strcmp(expected, spoken) == 0)
        diag_fix(diags, place, mend->symbol, "write %s", spoken);
    else if (mend->kind == MEND_REPLACE && strcmp(mend->symbol, "==") == 0 &&
             str_eq_c(found, "=") && in_condition(r, place.start))
        diag_fix(diags, place, "==", "%s", help ? help : "`==` compares");
    else if (mend->kind == MEND_DELETE && str_eq_c(found, ";"))
        diag_fix(diags, place, "", "%s", help ? help : "leave it out");
    else
        return false;
    return true;
}

static Span report_misfit(Report *r, const Mend *mend) {
    Parse *parse = r->parse;
    GlrToken misfit = r->glr.next.token;
    const char *found = found_words(parse, misfit);
    const char *expected = expected_words(r, mend, misfit);
    uint32_t before = r->glr.past[0].token.end;
    Span place = syntax__span(parse, misfit.start, misfit.end);
    if (expected && before > 0 && is_small(expected)) place = syntax__span(parse, before, before);
    if (expected)
        diag_report(parse->diags, place, E_EXPECTED, expected, found);
    else
        diag_report(parse->diags, place, E_UNEXPECTED, found);
    bool next_line = begins_line(r, misfit.start) && expected && strcmp(expected, "`;`") == 0;
    const char *help = next_line ? NULL : find_help(r, misfit, r->glr.past);
    if (!add_fix(r, mend, expected, place, help) && help) diag_help(parse->diags, "%s", help);
    return place;
}

static void report(Report *r, const Mend *mend) {
    Parse *parse = r->parse;
    Span place = syntax__span(parse, mend->token.start, mend->token.end);
    const char *help,
        *word = arena_strndup(parse->arena, parse->text.ptr + place.start, place.end - place.start);
    switch (mend->kind) {
    case MEND_NAME:
        diag_report(parse->diags, place, E_KEYWORD_AS_NAME, word);
        help = find_help(r, r->glr.next.token, r->glr.past);
        if (help) diag_help(parse->diags, "%s", help);
        break;
    case MEND_STRAY:
        diag_report(parse->diags, place, E_UNEXPECTED, found_words(parse, mend->token));
        help = find_help(r, mend->token, (const GlrStep[2]){ 0 });
        if (help) diag_help(parse->diags, "%s", help);
        break;
    case MEND_INSERT:
    case MEND_REPLACE:
    case MEND_DELETE:
    case MEND_SKIP: place = report_misfit(r, mend); break;
    }
    r->reports++;
    r->covered = line_of(parse, place.start);
}

static bool is_claimed(const Parse *parse, uint32_t start, uint32_t end) {
    uint32_t line = parse->lines.len > 0 ? line_of(parse, start) : 0;
    vec_each(uint32_t, other, &parse->lines) {
        if (*other == line) return true;
    }
    vec_each(SyntaxHole, claim, &parse->claimed) {
        if (start <= skip_blanks(parse->text, claim->end) && end >= claim->start) return true;
    }
    return false;
}

// Whole lines, and what was left out.
static void note_wrong(Report *r, const Mend *mend, GlrToken misfit) {
    Str text = r->parse->text;
    uint32_t start = mend->token.start, end = misfit.end;
    while (start > 0 && text.ptr[start - 1] != '\n')
        start--;
    while (end < text.len && text.ptr[end] != '\n')
        end++;
    if (end < mend->edit.resume) end = mend->edit.resume;
    vec_push(r->parse->arena, &r->parse->wrong, (SyntaxPart){ start, end });
}

// A bracket that does not match, if it comes before: then nothing behind it is said.
static bool report_bracket(Report *r, uint32_t before) {
    const SyntaxBracket *bracket = &r->parse->bracket;
    if (!bracket->found || bracket->span.start > before) return false;
    diag_report(r->parse->diags, bracket->span, bracket->code, bracket->bracket);
    if (bracket->closed.file)
        diag_note(r->parse->diags, bracket->closed, "taken for its end, but indented differently");
    r->reports++;
    return true;
}

// Reads to the end, with a mend at each place that does not fit.
static void find_misfits(Report *r) {
    for (uint32_t mends = 0; mends < MOST_MENDS && r->reports < MOST_REPORTS;) {
        GlrResult result = glr__step(&r->glr);
        if (result == GLR_ENDED) return;
        if (result == GLR_READ) {
            syntax__skip(r->parse, &r->glr);
            continue;
        }
        GlrToken misfit = r->glr.next.token;
        Mend mend = mend__choose(&r->glr, r->balanced);
        uint32_t line = line_of(r->parse, mend.token.start);
        if (report_bracket(r, misfit.start)) return;
        if (line > r->covered && !is_claimed(r->parse, misfit.start, misfit.end))
            report(r, &mend);
        else if (line > r->covered)
            r->covered = line;
        note_wrong(r, &mend, misfit);
        if (!r->balanced && r->reports > 0) return;
        bool end = misfit.start == r->parse->text.len && mend.kind == MEND_SKIP;
        if (end || mend.edit.from.count == 0) return;
        glr__apply(&r->glr, &mend.edit);
        mends++;
    }
}

// The library follows fewer readings than the automaton and may give up where that goes on.
static void report_hole(Report *r) {
    Parse *parse = r->parse;
    vec_each(SyntaxHole, hole, &parse->holes) {
        if (is_claimed(parse, hole->start, hole->end)) continue;
        GlrToken token = lex__code(parse->text, hole->start);
        diag_report(
            parse->diags, syntax__span(parse, token.start, token.end), E_UNEXPECTED,
            found_words(parse, token)
        );
        r->reports++;
        return;
    }
}

// From the first mistake to the end of the file: whatever is there belongs to something else than it seems to.
static void silence_rest(Report *r) {
    Parse *parse = r->parse;
    uint32_t start = parse->bracket.span.start, length = (uint32_t)parse->text.len;
    vec_each(SyntaxPart, part, &parse->wrong)
        start = part->start < start ? part->start : start;
    vec_push(parse->arena, &parse->wrong, (SyntaxPart){ start, length });
}

void syntax__report(Parse *parse) {
    Report r = { .parse = parse, .balanced = !parse->bracket.found };
    if (parse->holes.len == 0) {
        report_bracket(&r, UINT32_MAX);
        return;
    }
    arena_init(&r.scratch);
    glr__init(&r.glr, &r.scratch, parse->text);
    vec_each(SyntaxHole, claim, &parse->claimed) {
        if (claim->foreign) vec_push(&r.scratch, &r.glr.gaps, (GlrGap){ claim->start, claim->end });
    }
    syntax__skip_first(parse, &r.glr);
    find_misfits(&r);
    // What the scanner has reported explains the holes where the automaton finds nothing else.
    if (r.reports == 0 && !report_bracket(&r, UINT32_MAX) && !parse->reported) report_hole(&r);
    if (!r.balanced) silence_rest(&r);
    arena_free(&r.scratch);
    parse->reported |= r.reports > 0;
}
