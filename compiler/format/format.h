// Layout of source text: what `sipcc fmt` and an editor's formatting do.
//
// There is one style and no options. Only blanks between tokens change, so that the program stays the program; where a line
// ends between the parts of a list or an expression is the author's decision, all else is decided here (docs/format.md).
// What does not parse stays as it is, with the statement around it.

#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "syntax/syntax.h"

#include <stdint.h>

enum { FORMAT_WIDTH = 120, FORMAT_INDENT = 4 }; // columns

typedef struct FormatEdit { // blanks that other blanks take the place of
    uint32_t start, end;    // bytes of the text
    Str blanks;
} FormatEdit;

typedef VEC(FormatEdit) FormatEdits;

// What is to be changed in `text`, of which `syntax` is the tree, between the bytes `start` and `end`: in the order of the
// text, each edit within the blanks between two tokens. Nothing where the text is `unreadable`. In the arena.
FormatEdits format_edits(
    Arena *arena, const Syntax *syntax, Str text, uint32_t start, uint32_t end
);

// The text with the edits made, appended to `out`.
void format_apply(Buf *out, Str text, const FormatEdits *edits);

// Whether it is plain without parsing again that the edits, which are of blanks of this text, keep its program the same. A false is
// no answer: format_is_same has it.
bool format_keeps_tokens(const Syntax *syntax, Str text, const FormatEdits *edits);

// Whether two texts, each with its tree, have the same tokens and comments in the same places of the same trees.
bool format_is_same(Arena *arena, const Syntax *a, Str text_a, const Syntax *b, Str text_b);

#endif
