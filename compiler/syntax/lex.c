// Tokens as the parser library reads them.
// Takes a place and a state; leaves the token there. A state has a lexer that knows the tokens which can come; what it
// does not know is read by the lexer of state 0, which knows all. A word that is a keyword where keywords can
// come is read twice: as a word, then as the keyword.

#include "lex.h"

#include "source/source.h"

#include <tree_sitter/parser.h>

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

typedef struct Lexer {
    TSLexer base; // first: the generated code knows only this
    Str text;
    uint32_t at, width; // of the character looked at
    uint32_t start, end;
} Lexer;

static void look(Lexer *lexer) {
    lexer->width = 0;
    lexer->base.lookahead = 0;
    if (lexer->at >= lexer->text.len) return;
    unsigned char c = (unsigned char)lexer->text.ptr[lexer->at];
    uint32_t scalar = c;
    lexer->width =
        c < 0x80 ? 1
                 : utf8_decode(lexer->text.ptr + lexer->at, lexer->text.len - lexer->at, &scalar);
    if (lexer->width == 0) lexer->width = 1;
    lexer->base.lookahead = (int32_t)scalar;
}

static void advance(TSLexer *base, bool skip) {
    Lexer *lexer = (Lexer *)base;
    lexer->at += lexer->width;
    if (skip) lexer->start = lexer->at;
    look(lexer);
}

static void mark_end(TSLexer *base) {
    Lexer *lexer = (Lexer *)base;
    lexer->end = lexer->at;
}

static bool at_eof(const TSLexer *base) {
    const Lexer *lexer = (const Lexer *)base;
    return lexer->at >= lexer->text.len;
}

static void begin(Lexer *lexer, uint32_t at) {
    lexer->at = lexer->start = lexer->end = at;
    lexer->base.result_symbol = 0;
    look(lexer);
}

uint16_t lex__entry(uint16_t state, uint16_t symbol) {
    const TSLanguage *l = tree_sitter_sip();
    if (state < l->large_state_count)
        return l->parse_table[(size_t)state * l->symbol_count + symbol];
    const uint16_t *at =
        l->small_parse_table + l->small_parse_table_map[state - l->large_state_count];
    for (uint16_t groups = *at++; groups > 0; groups--) {
        uint16_t value = *at++;
        for (uint16_t symbols = *at++; symbols > 0; symbols--) {
            if (*at++ == symbol) return value;
        }
    }
    return 0;
}

static void find_keyword(const TSLanguage *l, Lexer *lexer, uint16_t state, GlrToken *token) {
    begin(lexer, token->start);
    if (!l->keyword_lex_fn(&lexer->base, 0) || lexer->end != token->end ||
        !lex__entry(state, lexer->base.result_symbol))
        return;
    token->symbol = lexer->base.result_symbol;
    token->keyword = true;
}

GlrToken lex__token(Str text, uint32_t at, uint16_t state) {
    const TSLanguage *l = tree_sitter_sip();
    Lexer lexer = {
        .base = { .advance = advance, .mark_end = mark_end, .eof = at_eof },
          .text = text
    };
    uint16_t modes[] = { l->lex_modes[state].lex_state, l->lex_modes[0].lex_state };
    for (int i = 0; i < 2; i++) {
        begin(&lexer, at);
        if (!l->lex_fn(&lexer.base, modes[i])) continue;
        GlrToken token = { lexer.start, lexer.end, lexer.base.result_symbol, false };
        if (token.symbol == l->keyword_capture_token) find_keyword(l, &lexer, state, &token);
        return token;
    }
    while (at < text.len && (text.ptr[at] == ' ' || (text.ptr[at] >= '\t' && text.ptr[at] <= '\r')))
        at++;
    begin(&lexer, at);
    return (GlrToken){ at, at + lexer.width, GLR_NONE, false };
}

GlrToken lex__code(Str text, uint32_t at) {
    for (;;) {
        GlrToken token = lex__token(text, at, 0);
        const char *sign = text.ptr + token.start;
        if (token.end - token.start < 2 || sign[0] != '/' || (sign[1] != '/' && sign[1] != '*'))
            return token;
        at = token.end;
    }
}
