// A fix as a person reads it: what to do, and where it is small the line as it makes it, with what is new in it marked.

#include "paint.h"

#include <stdlib.h>
#include <string.h>

static int by_start(const void *a, const void *b) {
    const DiagEdit *x = *(const DiagEdit *const *)a, *y = *(const DiagEdit *const *)b;
    return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

// The edits of a fix in the order of the text; NULL if they are not all on one line and in one.
static const DiagEdit **on_one_line(const Diags *diags, const DiagFix *fix) {
    const DiagEdit **edits = arena_array(diags->arena, const DiagEdit *, fix->edits.len);
    const DiagEdit *first = fix->edits.data;
    uint32_t line = paint__line_of(diags, first->span.file, first->span.start);
    for (uint32_t i = 0; i < fix->edits.len; i++) {
        const DiagEdit *edit = edits[i] = &fix->edits.data[i];
        const char *newline = strchr(edit->replacement, '\n');
        bool adds_line = newline && !newline[1] && fix->edits.len == 1;
        if (edit->span.file != first->span.file || (newline && !adds_line) ||
            paint__line_of(diags, edit->span.file, edit->span.end) != line)
            return NULL;
    }
    qsort(edits, fix->edits.len, sizeof(const DiagEdit *), by_start);
    return edits;
}

typedef struct Mended {
    Str line;       // as it is
    uint32_t start; // of it
    Buf text;       // as it will be
    Marks marks;    // what is new in it
} Mended;

static uint32_t width_of(const Buf *text) {
    return paint__columns((Str){ (const char *)text->data, text->len }, UINT32_MAX);
}

static void apply(Arena *arena, Mended *m, const DiagEdit *const *edits, uint32_t count) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const DiagEdit *edit = edits[i];
        buf_put(&m->text, m->line.ptr + at, edit->span.start - m->start - at);
        Mark mark = { .from = width_of(&m->text) };
        buf_put(&m->text, edit->replacement, strcspn(edit->replacement, "\n"));
        mark.to = width_of(&m->text);
        mark.sign = edit->span.end > edit->span.start ? '~' : '+';
        if (edit->replacement[0]) vec_push(arena, &m->marks, mark);
        if (strchr(edit->replacement, '\n')) return; // a line of its own, put before this one
        at = edit->span.end - m->start;
    }
    buf_put(&m->text, m->line.ptr + at, m->line.len - at);
}

static void mark_new(Painter *painter, const Marks *marks) {
    uint32_t column = 0;
    if (marks->len) paint__bar(painter, 0);
    vec_each(Mark, mark, marks) {
        paint__signs(painter, "1;32", mark->from - column, mark->to - mark->from, mark->sign);
        column = mark->to;
    }
    if (marks->len) buf_byte(painter->out, '\n');
}

// The line as it would be, and below what is new in it.
static void mended_line(Painter *painter, const DiagEdit *const *edits, uint32_t count) {
    const SourceMap *map = painter->diags->map;
    FileId file = edits[0]->span.file;
    uint32_t number = paint__line_of(painter->diags, file, edits[0]->span.start);
    Mended m = { .line = source_line(map, file, number),
                 .start = source_line_start(map, file, number) };
    apply(painter->diags->arena, &m, edits, count);
    if (width_of(&m.text) <= WIDEST) {
        painter->from = 0;
        paint__bar(painter, number);
        paint__line(painter, (Str){ (const char *)m.text.data, m.text.len });
        mark_new(painter, &m.marks);
    }
    buf_free(&m.text);
}

void paint__fix(Painter *painter, const DiagFix *fix) {
    paint__remark(painter, "help", fix->message);
    const DiagEdit **edits = on_one_line(painter->diags, fix);
    if (edits) mended_line(painter, edits, fix->edits.len);
}
