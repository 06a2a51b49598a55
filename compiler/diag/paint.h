// What draws diagnostics: lines of the source with marks below them, by the columns that they take on a terminal.

#ifndef DIAG_PAINT_H
#define DIAG_PAINT_H

#include "diag__.h"

enum { TAB = 4, WIDEST = 160 }; // columns

typedef struct Painter {
    const Diags *diags;
    Buf *out;
    bool color;
    uint32_t gutter; // digits of the largest line number
    uint32_t from;   // the first column of the line that is shown
} Painter;

typedef struct Mark {
    uint32_t line, from, to; // columns
    char sign;
    const char *label;
} Mark;

typedef VEC(Mark) Marks;

void paint__text(Painter *painter, const char *sgr, const char *text);
void paint__bar(Painter *painter, uint32_t line); // 0: without a number
void paint__remark(Painter *painter, const char *kind, const char *text);

// The line from painter->from on, cut where it gets too wide.
void paint__line(Painter *painter, Str line);
void paint__source_row(Painter *painter, FileId file, uint32_t number);
void paint__mark_row(Painter *painter, const Mark *mark);
void paint__signs(Painter *painter, const char *sgr, uint32_t blanks, uint32_t count, char sign);

// A span that ends on another line is marked on both: to the end of its first and from the start of its last.
void paint__add_marks(Painter *painter, Marks *marks, Span span, char sign, const char *label);

uint32_t paint__columns(Str line, uint32_t bytes); // of the first bytes of a line
uint32_t paint__line_of(const Diags *diags, FileId file, uint32_t offset);

// paint_fix.c: a fix, and the line as it makes it.
void paint__fix(Painter *painter, const DiagFix *fix);

#endif
