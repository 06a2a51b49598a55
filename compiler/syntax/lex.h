// Tokens by the generated tables: like glr.h apart from the library's interface.

#ifndef SYNTAX_LEX_H
#define SYNTAX_LEX_H

#include "glr.h"

// The token at a place where the parser is in a state: which tokens there are depends on it. Blanks are skipped.
GlrToken lex__token(Str text, uint32_t at, uint16_t state);

// The first token that is no comment, as far as one can tell without a state.
GlrToken lex__code(Str text, uint32_t at);

// What is written at an entry of the tables: actions for a token, a state for a rule.
uint16_t lex__entry(uint16_t state, uint16_t symbol);

#endif
