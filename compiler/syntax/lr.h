// Trees of texts that parse, by the grammar's own tables.
//
// The parser library keeps what it needs to mend a text and to parse it again after an edit; a compiler reads most texts
// once, and they parse. So those are read here, with the same tables and the same tokens, into the same tree; where a text
// does not parse, or could be read in two ways, the library reads it from the beginning.

#ifndef SYNTAX_LR_H
#define SYNTAX_LR_H

#include "syntax.h"

// The tree of a text. NULL: it does not parse, if `wrong`; else it is to be read by the library.
const SyntaxNode *lr__parse(Arena *arena, Str text, bool *wrong);
const SyntaxNode *lr__parse_from(
    Arena *arena, Str text, uint32_t start, bool *wrong
); // of what stands behind `start`

#endif
