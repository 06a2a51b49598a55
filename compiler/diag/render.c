// Diagnostics as a person reads them:
//
//     error[E0301]: use of `a` after it was moved
//       --> demo.sip:7:9
//        |
//      6 |     Buffer b = a;
//        |                - moved here
//      7 |     use(a);
//        |         ^
//        = help: ...
//
// Lines are shown by the columns that they take on a terminal; of a long one the part around its marks is. Nothing of the
// text reaches the terminal as a control.

#include "paint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE = 60 }; // columns before the first mark of a long line

static int by_line(const void *a, const void *b) {
    const Mark *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

// Where a line is shown from: all of it, or from a bit before the first of its marks.
static uint32_t shown_from(const Painter *painter, FileId file, const Mark *first) {
    Str line = source_line(painter->diags->map, file, first->line);
    if (paint__columns(line, UINT32_MAX) <= WIDEST || first->from < WIDEST - BEFORE) return 0;
    return first->from - BEFORE;
}

// All marks in one file, in the order of its lines; `...` where lines are left out.
static void snippet(Painter *painter, FileId file, Marks *marks) {
    uint32_t shown = 0;
    qsort(marks->data, marks->len, sizeof *marks->data, by_line);
    vec_each(Mark, mark, marks) {
        if (mark->line != shown) {
            if (shown && mark->line > shown + 1) paint__text(painter, "1;34", "...\n");
            painter->from = shown_from(painter, file, mark);
            paint__source_row(painter, file, mark->line);
            shown = mark->line;
        }
        paint__mark_row(painter, mark);
    }
}

static void arrow(Painter *painter, Span span, const char *sign) {
    uint32_t line, column;
    source_line_col(painter->diags->map, span.file, span.start, &line, &column, NULL);
    buf_printf(painter->out, "%*s", (int)painter->gutter, "");
    paint__text(painter, "1;34", sign);
    buf_byte(painter->out, ' ');
    diag__put_plain(painter->out, source_name(painter->diags->map, span.file));
    buf_printf(painter->out, ":%u:%u\n", line, column);
    paint__bar(painter, 0);
    painter->out->len--; // no blank behind a lone bar
    buf_byte(painter->out, '\n');
}

// The primary place and the notes in its file, then the notes in other files.
static void places(Painter *painter, const Diag *diag) {
    Marks marks = { 0 };
    paint__add_marks(painter, &marks, diag->span, '^', "");
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == diag->span.file)
            paint__add_marks(painter, &marks, note->span, '-', note->text);
    }
    arrow(painter, diag->span, "-->");
    snippet(painter, diag->span.file, &marks);
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0 || note->span.file == diag->span.file) continue;
        Marks others = { 0 };
        paint__add_marks(painter, &others, note->span, '-', note->text);
        arrow(painter, note->span, ":::");
        snippet(painter, note->span.file, &others);
    }
}

// --- the whole ---------------------------------------------------------------------------------------------------

static uint32_t digits(uint32_t n) {
    uint32_t count = 1;
    for (; n >= 10; n /= 10)
        count++;
    return count;
}

static uint32_t largest_line(const Diags *diags, const Diag *diag) {
    uint32_t largest = paint__line_of(diags, diag->span.file, diag->span.end);
    vec_each(DiagLabel, note, &diag->notes) {
        uint32_t line =
            note->span.file ? paint__line_of(diags, note->span.file, note->span.end) : 0;
        largest = line > largest ? line : largest;
    }
    vec_each(DiagFix, fix, &diag->fixes) {
        uint32_t line =
            paint__line_of(diags, fix->edits.data->span.file, fix->edits.data->span.end);
        largest = line > largest ? line : largest;
    }
    return largest;
}

void diag__render_one(const Diags *diags, const Diag *diag, bool color, Buf *out) {
    Painter painter = { diags, out, color, 2, 0 };
    char head[32];
    snprintf(
        head, sizeof head, "%s[%s]", diag__level_text(diags, diag->code),
        diag__code_text(diag->code)
    );
    paint__text(&painter, diag__level(diags, diag->code) == DIAG_ERROR ? "1;31" : "1;33", head);
    buf_cstr(out, ": ");
    paint__text(&painter, "1", diag->text);
    buf_byte(out, '\n');
    if (diag->span.file) {
        painter.gutter = digits(largest_line(diags, diag)) + 1;
        places(&painter, diag);
    }
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) paint__remark(&painter, "note", note->text);
    }
    vec_each(const char *, help, &diag->helps)
        paint__remark(&painter, "help", *help);
    vec_each(DiagFix, fix, &diag->fixes)
        paint__fix(&painter, fix);
}

void diag_render_human(const Diags *diags, bool color, Buf *out) {
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        diag__render_one(diags, sorted[i], color, out);
        buf_byte(out, '\n');
    }
    if (diags->left_out) buf_printf(out, "%u more were left out\n", diags->left_out);
    if (diags->errors || diags->warnings)
        buf_printf(
            out, "%u error%s, %u warning%s\n", diags->errors, diags->errors == 1 ? "" : "s",
            diags->warnings, diags->warnings == 1 ? "" : "s"
        );
}

void diag_render_short(const Diags *diags, Buf *out) {
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = sorted[i];
        uint32_t line = 0, column = 0;
        if (diag->span.file) {
            source_line_col(diags->map, diag->span.file, diag->span.start, &line, &column, NULL);
            diag__put_plain(out, source_name(diags->map, diag->span.file));
            buf_printf(out, ":%u:%u: ", line, column);
        }
        buf_printf(
            out, "%s[%s]: ", diag__level_text(diags, diag->code), diag__code_text(diag->code)
        );
        diag__put_plain(out, diag->text);
        buf_byte(out, '\n');
    }
}
