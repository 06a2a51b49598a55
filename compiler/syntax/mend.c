// Going on behind an error.
// Takes the stacks that a token does not fit; leaves an edit of the text behind which reading can go on. Small edits are
// tried on the tokens that follow, and the first that lets enough of them be read is taken. If there is none, the
// innermost list (a block, a struct, the file) is resumed behind the part that is wrong.

#include "mend.h"

#include "lex.h"
#include "syntax.h"

#include <string.h>

enum {
    GOOD = 8, // tokens read behind an edit that is surely right
    FAIR = 3, // of one that may be
};

static const struct {
    MendKind kind;
    const char *symbol;
} small[] = {
    // in the order in which they are preferred
    { MEND_INSERT,  ";"          },
    { MEND_INSERT,  ")"          },
    { MEND_INSERT,  "]"          },
    { MEND_INSERT,  ","          },
    { MEND_INSERT,  ":"          },
    { MEND_REPLACE, "=="         },
    { MEND_DELETE,  NULL         },
    { MEND_REPLACE, ";"          },
    { MEND_REPLACE, ","          },
    { MEND_REPLACE, "."          },
    { MEND_REPLACE, "identifier" },
    { MEND_INSERT,  "identifier" },
    { MEND_INSERT,  "="          },
    { MEND_INSERT,  "}"          },
};

static GlrEdit edit_of(const GlrHeads *from, uint32_t resume) {
    GlrEdit edit = { .from = *from, .resume = resume };
    return edit;
}

static void feed(GlrEdit *edit, const char *symbol) {
    edit->feed[edit->feeds++] = glr__symbol(symbol);
}

static Str text_of(const Glr *g, const GlrToken *token) {
    return (Str){ g->text.ptr + token->start, token->end - token->start };
}

// --- keywords -------------------------------------------------------------------------------------------

// `u64 f32(u64 x)`: with another word the text could be read.
static bool is_name(Glr *g, Mend *mend) {
    const GlrStep *word = &g->past[0];
    uint16_t identifier = glr__symbol("identifier");
    if (!syntax_is_keyword(text_of(g, &word->token)) || word->token.symbol == identifier ||
        glr__fits(g, &g->next.heads, identifier)) // a name behind it is all that is missing
        return false;
    *mend =
        (Mend){ MEND_NAME, word->token, NULL, edit_of(&word->heads, g->next.token.start), false };
    feed(&mend->edit, "identifier");
    return glr__try(g, &mend->edit, GOOD) >= FAIR;
}

// `else { }`: a keyword that begins nothing where it stands was taken for a name.
static bool is_stray(Glr *g, Mend *mend) {
    for (int i = 0; i < 2; i++) {
        const GlrStep *word = &g->past[i];
        if (!syntax_is_keyword(text_of(g, &word->token)) ||
            word->token.symbol != glr__symbol("identifier") ||
            !glr__fits(g, &word->heads, glr__symbol("while")))
            continue;
        *mend =
            (Mend){ MEND_STRAY, word->token, NULL, edit_of(&word->heads, word->token.end), false };
        return true;
    }
    return false;
}

// --- small edits ----------------------------------------------------------------------------------------

static Mend small_mend(const Glr *g, size_t i) {
    const GlrToken *token = &g->next.token;
    bool insert = small[i].kind == MEND_INSERT;
    Mend mend = { small[i].kind, *token, small[i].symbol,
                  edit_of(&g->next.heads, insert ? token->start : token->end), false };
    if (small[i].symbol) feed(&mend.edit, small[i].symbol);
    return mend;
}

static bool is_bracket(char c) {
    return c && strchr("()[]{}", c);
}

// Brackets that match are left alone: with one more or less all that follows would be read amiss.
static bool keeps_brackets(const Glr *g, size_t i) {
    if (small[i].symbol && is_bracket(*small[i].symbol)) return false;
    return small[i].kind == MEND_INSERT || !is_bracket(g->text.ptr[g->next.token.start]);
}

// Whether an edit is tried at all.
static bool is_tried(const Glr *g, size_t i, bool balanced) {
    const GlrToken *token = &g->next.token;
    if (small[i].kind != MEND_INSERT && token->start == g->text.len) return false;
    if (small[i].kind == MEND_INSERT && str_eq_c(text_of(g, token), "{"))
        return false; // what is wrong is the head before it
    return !balanced || keeps_brackets(g, i);
}

// Whether a `;` is missing at the end of the line before: then what begins the next one may be wrong as well.
static bool ends_line_before(const Glr *g, const Mend *mend) {
    uint32_t before = g->past[0].token.end, at = g->next.token.start;
    return mend->kind == MEND_INSERT && strcmp(mend->symbol, ";") == 0 && before < at &&
           memchr(g->text.ptr + before, '\n', at - before);
}

static bool find_small(Glr *g, bool balanced, Mend *best) {
    uint32_t most = 0;
    for (size_t i = 0; i < sizeof small / sizeof *small && most < GOOD; i++) {
        if (!is_tried(g, i, balanced)) continue;
        Mend mend = small_mend(g, i);
        uint32_t read = glr__try(g, &mend.edit, GOOD);
        if (read <= most) continue;
        most = read;
        mend.sure = read >= GOOD;
        *best = mend;
        if (ends_line_before(g, &mend)) return true;
    }
    return most >= FAIR;
}

// --- leaving out ----------------------------------------------------------------------------------------

static uint32_t skip_quoted(Str text, uint32_t at) {
    char quote = text.ptr[at++];
    while (at < text.len && text.ptr[at] != quote && text.ptr[at] != '\n')
        at += text.ptr[at] == '\\' ? 2 : 1;
    return at < text.len ? at + 1 : (uint32_t)text.len;
}

static uint32_t skip_comment(Str text, uint32_t at) {
    bool line = text.ptr[at + 1] == '/';
    const char *end =
        memmem(text.ptr + at + 2, text.len - at - 2, line ? "\n" : "*/", line ? 1 : 2);
    return end ? (uint32_t)(end - text.ptr) + (line ? 1 : 2) : (uint32_t)text.len;
}

// The next token, as far as one can tell where nothing fits.
static uint32_t skip_rough(Str text, uint32_t at) {
    char c = text.ptr[at];
    if (c == '"' || c == '\'') return skip_quoted(text, at);
    if (c == '/' && at + 1 < text.len && (text.ptr[at + 1] == '/' || text.ptr[at + 1] == '*'))
        return skip_comment(text, at);
    if (!char_is_word(c)) return at + 1;
    while (at < text.len && char_is_word(text.ptr[at]))
        at++;
    return at;
}

typedef struct Skip {
    Str text;
    GlrList list;
    const char *const *header; // of the body that the part may have
    uint32_t at, from;         // nothing before `from` ends the part
    uint32_t braces, others;   // brackets that are open
    bool parameters;           // a parenthesis was seen
} Skip;

// What is put in the place of a statement's or declaration's head, so that its body is read.
static const char *const function_head[] = { "void", "identifier", "(", ")" };
static const struct {
    const char *word;
    const char *head[GLR_FEED];
} statements[] = {
    { "if",     { "if", "(", "identifier", ")" }     },
    { "while",  { "while", "(", "identifier", ")" }  },
    { "for",    { "while", "(", "identifier", ")" }  },
    { "elif",   { "if", "(", "identifier", ")" }     },
    { "until",  { "while", "(", "identifier", ")" }  },
    { "switch", { "switch", "(", "identifier", ")" } },
    { "loop",   { NULL }                             },
    { "try",    { NULL }                             },
};

static Str word_at(Str text, uint32_t at) {
    return (Str){ text.ptr + at, at < text.len ? skip_rough(text, at) - at : 0 };
}

static void find_header(Skip *s, uint32_t start) {
    Str first = word_at(s->text, start);
    if (s->list == GLR_FILE) s->header = function_head;
    if (s->list != GLR_BLOCK && s->list != GLR_CASE) return;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (str_eq_c(first, statements[i].word)) s->header = statements[i].head;
    }
}

static bool begins_case(const Skip *s) {
    Str word = word_at(s->text, s->at);
    return str_eq_c(word, "case") || str_eq_c(word, "default");
}

static bool begins_body(const Skip *s) {
    return s->text.ptr[s->at] == '{' && s->header && (s->list != GLR_FILE || s->parameters);
}

// The part ends before what is there.
static bool ends_before(const Skip *s) {
    if (s->braces > 0 || s->at < s->from) return false;
    if (s->text.ptr[s->at] == '}') return s->list != GLR_FILE;
    if (s->others > 0) return false;
    if ((s->list == GLR_CASES || s->list == GLR_CASE) && begins_case(s)) return true;
    return begins_body(s);
}

// `struct { ... } name;` does not end at the brace.
static bool ends_line(Str text, uint32_t at) {
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return at == text.len || strchr("\r\n}/", text.ptr[at]);
}

static bool ends_behind(const Skip *s, char c) {
    if (s->braces > 0 || s->at <= s->from || s->list == GLR_CASES) return false;
    return c == '}' ? ends_line(s->text, s->at) : c == ';' && s->others == 0;
}

// Where the part that begins at `s->at` ends.
static void skip_part(Skip *s) {
    while (s->at < s->text.len && !ends_before(s)) {
        char c = s->text.ptr[s->at];
        s->at = skip_rough(s->text, s->at);
        if (s->at > s->text.len) s->at = (uint32_t)s->text.len;
        s->parameters |= c == '(';
        s->braces += c == '{';
        s->others += c == '(' || c == '[';
        if (c == '}' && s->braces > 0) s->braces--;
        if ((c == ')' || c == ']') && s->others > 0) s->others--;
        if (ends_behind(s, c)) return;
    }
}

// The innermost list goes on behind the part that does not fit; a body is read as one whatever its head.
static Mend skip_mend(Glr *g) {
    uint32_t start;
    Skip s = { .text = g->text, .from = g->next.token.start };
    GlrHeads heads = glr__enclosing(g, &g->next.heads, &start, &s.list);
    s.at = lex__code(g->text, start).start;
    find_header(&s, s.at);
    skip_part(&s);
    Mend mend = { MEND_SKIP, g->next.token, NULL, edit_of(&heads, s.at), false };
    bool body = s.at < g->text.len && !s.braces && begins_body(&s);
    for (int i = 0; body && i < GLR_FEED && s.header[i]; i++)
        feed(&mend.edit, s.header[i]);
    if (!body && s.at <= g->next.token.start && s.at == start) mend.edit.resume = g->next.token.end;
    return mend;
}

Mend mend__choose(Glr *g, bool balanced) {
    Mend mend;
    if (is_name(g, &mend) || is_stray(g, &mend) || find_small(g, balanced, &mend)) return mend;
    return skip_mend(g);
}

GlrGap mend__part(Glr *g, GlrEdit *edit) {
    uint32_t start;
    Skip s = { .text = g->text, .from = g->next.token.start };
    GlrHeads heads = glr__enclosing(g, &g->next.heads, &start, &s.list);
    s.at = start = lex__code(g->text, start).start;
    skip_part(&s);
    if (s.at <= g->next.token.start) s.at = g->next.token.end;
    *edit = edit_of(&heads, start);
    return (GlrGap){ start, s.at };
}
