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

#include "diag__.h"

#include <stdio.h>
#include <stdlib.h>

enum { TAB = 4, WIDEST = 160 };

typedef struct Painter {
    const Diags *diags;
    Buf *out;
    bool color;
    uint32_t gutter; // digits of the largest line number
} Painter;

static void paint(Painter *painter, const char *sgr, const char *text) {
    if (painter->color)
        buf_printf(painter->out, "\x1b[%sm%s\x1b[0m", sgr, text);
    else
        buf_cstr(painter->out, text);
}

static void bar(Painter *painter, uint32_t line) {
    char text[32];
    if (line)
        snprintf(text, sizeof text, "%*u | ", (int)painter->gutter, line);
    else
        snprintf(text, sizeof text, "%*s | ", (int)painter->gutter, "");
    paint(painter, "1;34", text);
}

// The line with tabs spread, cut where it gets too wide.
static void source_row(Painter *painter, FileId file, uint32_t number) {
    Str line = source_line(painter->diags->map, file, number);
    bar(painter, number);
    uint32_t width = 0;
    for (size_t i = 0; i < line.len && width < WIDEST; i++) {
        if (line.ptr[i] == '\t') {
            buf_printf(painter->out, "%*s", TAB, "");
            width += TAB;
        } else {
            buf_byte(painter->out, (uint8_t)line.ptr[i]);
            width += ((uint8_t)line.ptr[i] & 0xc0) != 0x80;
        }
    }
    buf_byte(painter->out, '\n');
}

// Screen columns of the first `bytes` bytes of a line.
static uint32_t columns(Str line, uint32_t bytes) {
    uint32_t width = 0;
    for (uint32_t i = 0; i < bytes && i < line.len; i++)
        width += line.ptr[i] == '\t' ? TAB : ((uint8_t)line.ptr[i] & 0xc0) != 0x80;
    return width;
}

static void mark_row(Painter *painter, Span span, uint32_t number, char mark, const char *label) {
    const SourceMap *map = painter->diags->map;
    Str line = source_line(map, span.file, number);
    uint32_t start = source_line_start(map, span.file, number);
    uint32_t from = columns(line, span.start > start ? span.start - start : 0);
    uint32_t to = columns(line, span.end > start ? span.end - start : 0);
    if (from >= WIDEST) return;
    if (to <= from) to = from + 1;
    if (to > WIDEST) to = WIDEST;
    bar(painter, 0);
    buf_printf(painter->out, "%*s", (int)from, "");
    Buf marks = { 0 };
    for (uint32_t i = from; i < to; i++)
        buf_byte(&marks, (uint8_t)mark);
    if (label[0]) buf_printf(&marks, " %s", label);
    char *text = buf_take(&marks);
    paint(painter, mark == '^' ? "1;31" : "1;34", text);
    free(text);
    buf_byte(painter->out, '\n');
}

static uint32_t line_of(const Diags *diags, FileId file, uint32_t offset) {
    uint32_t line, column;
    source_line_col(diags->map, file, offset, &line, &column, NULL);
    return line;
}

typedef struct Mark {
    Span span;
    uint32_t line;
    char sign;
    const char *label;
} Mark;

static int by_line(const void *a, const void *b) {
    const Mark *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

// All marks in one file, in the order of its lines; `...` where lines are left out.
static void snippet(Painter *painter, FileId file, Mark *marks, uint32_t count) {
    uint32_t shown = 0;
    qsort(marks, count, sizeof *marks, by_line);
    for (uint32_t i = 0; i < count; i++) {
        if (marks[i].line != shown) {
            if (shown && marks[i].line > shown + 1) paint(painter, "1;34", "...\n");
            source_row(painter, file, marks[i].line);
            shown = marks[i].line;
        }
        mark_row(painter, marks[i].span, marks[i].line, marks[i].sign, marks[i].label);
    }
}

static void arrow(Painter *painter, Span span, const char *sign) {
    uint32_t line, column;
    source_line_col(painter->diags->map, span.file, span.start, &line, &column, NULL);
    buf_printf(painter->out, "%*s", (int)painter->gutter, "");
    paint(painter, "1;34", sign);
    buf_printf(
        painter->out, " %s:%u:%u\n", source_name(painter->diags->map, span.file), line, column
    );
    bar(painter, 0);
    painter->out->len--; // no blank behind a lone bar
    buf_byte(painter->out, '\n');
}

static uint32_t digits(uint32_t n) {
    uint32_t count = 1;
    for (; n >= 10; n /= 10)
        count++;
    return count;
}

// The primary place and the notes in its file, then the notes in other files.
static void places(Painter *painter, const Diag *diag) {
    const Diags *diags = painter->diags;
    Mark *marks = arena_array(diags->arena, Mark, diag->notes.len + 1);
    uint32_t count = 0, largest = line_of(diags, diag->span.file, diag->span.start);
    marks[count++] = (Mark){ diag->span, largest, '^', "" };
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) continue;
        uint32_t line = line_of(diags, note->span.file, note->span.start);
        largest = line > largest ? line : largest;
        if (note->span.file == diag->span.file)
            marks[count++] = (Mark){ note->span, line, '-', note->text };
    }
    painter->gutter = digits(largest) + 1;
    arrow(painter, diag->span, "-->");
    snippet(painter, diag->span.file, marks, count);
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0 || note->span.file == diag->span.file) continue;
        Mark mark = { note->span, line_of(diags, note->span.file, note->span.start), '-',
                      note->text };
        arrow(painter, note->span, ":::");
        snippet(painter, note->span.file, &mark, 1);
    }
}

static void remark(Painter *painter, const char *kind, const char *text) {
    buf_printf(painter->out, "%*s", (int)painter->gutter, "");
    paint(painter, "1;34", " = ");
    paint(painter, "1", kind);
    buf_printf(painter->out, ": %s\n", text);
}

void diag__render_one(const Diags *diags, const Diag *diag, bool color, Buf *out) {
    Painter painter = { diags, out, color, 2 };
    char head[32];
    snprintf(
        head, sizeof head, "%s[%s]", diag__level_text(diag->code), diag__code_text(diag->code)
    );
    paint(&painter, diag__level(diag->code) == DIAG_ERROR ? "1;31" : "1;33", head);
    buf_cstr(out, ": ");
    paint(&painter, "1", diag->text);
    buf_byte(out, '\n');
    if (diag->span.file) places(&painter, diag);
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) remark(&painter, "note", note->text);
    }
    vec_each(const char *, help, &diag->helps)
        remark(&painter, "help", *help);
    vec_each(DiagFix, fix, &diag->fixes) {
        Buf text = { 0 };
        buf_printf(&text, "%s: `%s`", fix->message, fix->replacement);
        char *taken = buf_take(&text);
        remark(&painter, "help", taken);
        free(taken);
    }
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
            buf_printf(out, "%s:%u:%u: ", source_name(diags->map, diag->span.file), line, column);
        }
        buf_printf(
            out, "%s[%s]: %s\n", diag__level_text(diag->code), diag__code_text(diag->code),
            diag->text
        );
    }
}
