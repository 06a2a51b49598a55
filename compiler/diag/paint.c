// Lines of the source as a terminal shows them, and the marks below. Of a long line the part around its marks is shown;
// nothing of the text reaches the terminal as a control.

#include "paint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void paint__text(Painter *painter, const char *sgr, const char *text) {
    if (painter->color) buf_printf(painter->out, "\x1b[%sm", sgr);
    diag__put_plain(painter->out, text);
    if (painter->color) buf_cstr(painter->out, "\x1b[0m");
}

void paint__bar(Painter *painter, uint32_t line) {
    char text[32];
    if (line)
        snprintf(text, sizeof text, "%*u | ", (int)painter->gutter, line);
    else
        snprintf(text, sizeof text, "%*s | ", (int)painter->gutter, "");
    paint__text(painter, "1;34", text);
}

// --- columns -----------------------------------------------------------------------------------------------------

static bool is_control(uint32_t scalar) {
    return scalar < 0x20 || (scalar >= 0x7f && scalar < 0xa0);
}

void diag__put_plain(Buf *out, const char *text) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t scalar = 0, bytes = utf8_decode(text + at, length - at, &scalar);
        if (!bytes || (is_control(scalar) && scalar != '\n'))
            buf_byte(out, '?');
        else
            buf_put(out, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

// The scalar at a place of a line, and the columns that it takes.
static uint32_t scalar_at(Str line, size_t at, uint32_t *scalar, uint32_t *width) {
    uint32_t bytes = utf8_decode(line.ptr + at, line.len - at, scalar);
    *width = *scalar == '\t' ? TAB : is_control(*scalar) ? 1 : utf8_width(*scalar);
    return bytes ? bytes : 1;
}

uint32_t paint__columns(Str line, uint32_t bytes) {
    uint32_t all = 0;
    for (size_t at = 0; at < bytes && at < line.len;) {
        uint32_t scalar = 0, width = 0;
        at += scalar_at(line, at, &scalar, &width);
        all += width;
    }
    return all;
}

static void put_scalar(Buf *out, Str line, size_t at, uint32_t bytes, uint32_t scalar) {
    if (scalar == '\t')
        buf_printf(out, "%*s", TAB, "");
    else if (is_control(scalar))
        buf_byte(out, '?');
    else
        buf_put(out, line.ptr + at, bytes);
}

void paint__line(Painter *painter, Str line) {
    Buf *out = painter->out;
    uint32_t column = 0, end = painter->from + WIDEST;
    if (painter->from) buf_cstr(out, "...");
    for (size_t at = 0; at < line.len;) {
        uint32_t scalar = 0, width = 0;
        uint32_t bytes = scalar_at(line, at, &scalar, &width);
        if (column + width > end) {
            buf_cstr(out, "...");
            break;
        }
        if (column >= painter->from) put_scalar(out, line, at, bytes, scalar);
        column += width;
        at += bytes;
    }
    buf_byte(out, '\n');
}

void paint__source_row(Painter *painter, FileId file, uint32_t number) {
    paint__bar(painter, number);
    paint__line(painter, source_line(painter->diags->map, file, number));
}

// --- marks -------------------------------------------------------------------------------------------------------

void paint__signs(Painter *painter, const char *sgr, uint32_t blanks, uint32_t count, char sign) {
    Buf text = { 0 };
    buf_printf(painter->out, "%*s", (int)blanks, "");
    for (uint32_t i = 0; i < count; i++)
        buf_byte(&text, (uint8_t)sign);
    char *taken = buf_take(&text);
    paint__text(painter, sgr, taken);
    free(taken);
}

void paint__mark_row(Painter *painter, const Mark *mark) {
    const char *sgr = mark->sign == '^' ? "1;31" : "1;34";
    uint32_t end = painter->from + WIDEST, shift = painter->from ? 3 : 0;
    uint32_t to = mark->to < end ? mark->to : end;
    if (mark->from < painter->from || mark->from > to) return;
    paint__bar(painter, 0);
    paint__signs(painter, sgr, mark->from - painter->from + shift, to - mark->from, mark->sign);
    if (mark->label[0]) {
        buf_byte(painter->out, ' ');
        paint__text(painter, sgr, mark->label);
    }
    buf_byte(painter->out, '\n');
}

static uint32_t first_code(Str line) {
    uint32_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    return at;
}

void paint__add_marks(Painter *painter, Marks *marks, Span span, char sign, const char *label) {
    const SourceMap *map = painter->diags->map;
    uint32_t first, last, column, start, end;
    source_line_col(map, span.file, span.start, &first, &column, &start);
    source_line_col(map, span.file, span.end, &last, &column, &end);
    if (end == 1 && last > first) { // of the line behind it there is nothing in the span
        last--;
        end = UINT32_MAX;
    }
    Str line = source_line(map, span.file, first), end_line = source_line(map, span.file, last);
    bool one = first == last;
    Mark mark = { first, paint__columns(line, start - 1),
                  paint__columns(line, one ? end - 1 : UINT32_MAX), sign, one ? label : "" };
    if (mark.to <= mark.from) mark.to = mark.from + 1;
    vec_push(painter->diags->arena, marks, mark);
    if (one) return;
    mark = (Mark){ last, paint__columns(end_line, first_code(end_line)),
                   paint__columns(end_line, end - 1), sign, label };
    if (mark.to <= mark.from) mark.to = mark.from + 1;
    vec_push(painter->diags->arena, marks, mark);
}

uint32_t paint__line_of(const Diags *diags, FileId file, uint32_t offset) {
    uint32_t line, column;
    source_line_col(diags->map, file, offset, &line, &column, NULL);
    return line;
}

void paint__remark(Painter *painter, const char *kind, const char *text) {
    buf_printf(painter->out, "%*s", (int)painter->gutter, "");
    paint__text(painter, "1;34", " = ");
    paint__text(painter, "1", kind);
    buf_cstr(painter->out, ": ");
    diag__put_plain(painter->out, text);
    buf_byte(painter->out, '\n');
}
