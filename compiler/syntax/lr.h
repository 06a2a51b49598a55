// Trees of texts that parse, by the grammar's own tables.
//
// The parser library keeps what it needs to mend a text and to parse it again after an edit; a compiler reads most texts
// once, and they parse. So those are read here, with the same tables and the same tokens, into the same tree; where a text
// does not parse, or could be read in two ways, the library reads it from the beginning.

#ifndef SYNTAX_LR_H
#define SYNTAX_LR_H

#include "syntax.h"

typedef enum LrResult {
    LR_ENDED, // with the text
    LR_WRONG, // there is something that does not parse
    LR_DOUBT, // it may be read in several ways, or is nested too deeply
} LrResult;

typedef struct LrEnd {
    LrResult result;
    uint32_t at; // where it has stopped
} LrEnd;

// Reads what stands behind `start`, which is where a text begins, or `is_behind` an item. Gives the items up to what could not
// be read, below a root.
const SyntaxNode *lr__read(Arena *arena, Str text, uint32_t start, bool is_behind, LrEnd *end);

// The tree of what stands behind `start`. NULL: it does not parse, or it is to be read by the library.
const SyntaxNode *lr__parse(Arena *arena, Str text, uint32_t start);

#endif
