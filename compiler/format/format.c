// Layout as a whole: what is decided about each gap, written as edits; and the proof that a text is still the same program.

#include "format__.h"

#include <string.h>

// --- edits -------------------------------------------------------------------------------------------------------------

static Str line_end(Str text) {
    const char *first = memchr(text.ptr, '\n', text.len);
    return first && first > text.ptr && first[-1] == '\r' ? STR("\r\n") : STR("\n");
}

static Str blanks_before(const Format *f, uint32_t i, Str newline) {
    const Token *token = &f->tokens.data[i];
    uint32_t breaks = i == 0 ? 0 : token->breaks;
    uint32_t columns = breaks || i == 0 ? token->indent : token->blanks;
    if (token->kind == TOKEN_END) columns = 0;
    char *blanks = arena_array(f->arena, char, breaks *newline.len + columns + 1);
    char *at = blanks;
    for (uint32_t k = 0; k < breaks; k++) {
        memcpy(at, newline.ptr, newline.len);
        at += newline.len;
    }
    memset(at, ' ', columns);
    return (Str){ blanks, (size_t)(at - blanks) + columns };
}

static FormatEdits collect_edits(const Format *f, uint32_t start, uint32_t end) {
    FormatEdits edits = { 0 };
    Str newline = line_end(f->text);
    uint32_t from = 0;
    for (uint32_t i = 0; i < f->tokens.len; i++) {
        const Token *token = &f->tokens.data[i];
        if (token->gap != GAP_KEEP && from >= start && token->start <= end) {
            Str old = { f->text.ptr + from, token->start - from };
            Str blanks = blanks_before(f, i, newline);
            if (!str_eq(old, blanks))
                vec_push(f->arena, &edits, ((FormatEdit){ from, token->start, blanks }));
        }
        from = token->end;
    }
    return edits;
}

FormatEdits format_edits(
    Arena *arena, const Syntax *syntax, Str text, uint32_t start, uint32_t end
) {
    if (syntax->unreadable) return (FormatEdits){ 0 };
    Format f = { .arena = arena, .syntax = syntax, .text = text, .root = syntax->root };
    format__tokens(&f);
    format__spaces(&f);
    format__breaks(&f);
    format__lines(&f);
    format__align(&f);
    return collect_edits(&f, start, end);
}

void format_apply(Buf *out, Str text, const FormatEdits *edits) {
    size_t at = 0;
    vec_each(FormatEdit, edit, edits) {
        buf_put(out, text.ptr + at, edit->start - at);
        buf_put(out, edit->blanks.ptr, edit->blanks.len);
        at = edit->end;
    }
    buf_put(out, text.ptr + at, text.len - at);
}

// --- the same program --------------------------------------------------------------------------------------------------

static bool same_node(const SyntaxNode *a, const SyntaxNode *b) {
    return a->kind == b->kind && a->field == b->field && a->size == b->size &&
           a->missing == b->missing;
}

static Str token_text(Str text, const Token *token) {
    return (Str){ text.ptr + token->start, token->end - token->start };
}

bool format_is_same(Arena *arena, const Syntax *a, Str text_a, const Syntax *b, Str text_b) {
    if (a->unreadable || b->unreadable || a->root->size != b->root->size || a->wrongs != b->wrongs)
        return false;
    for (uint32_t i = 0; i < a->root->size; i++)
        if (!same_node(&a->root[i], &b->root[i])) return false;
    Format x = { .arena = arena, .syntax = a, .text = text_a, .root = a->root };
    Format y = { .arena = arena, .syntax = b, .text = text_b, .root = b->root };
    format__tokens(&x);
    format__tokens(&y);
    if (x.tokens.len != y.tokens.len) return false;
    for (uint32_t i = 0; i < x.tokens.len; i++) {
        const Token *s = &x.tokens.data[i], *t = &y.tokens.data[i];
        if (s->node != t->node || s->kind != t->kind ||
            !str_eq(token_text(text_a, s), token_text(text_b, t)))
            return false;
    }
    return true;
}
