// Bytes and the client's positions: lines, and in a line UTF-16 units, or bytes where the client wants that.
// Takes texts that are UTF-8, or nearly; a byte that is none counts as one character.

#include "lsp__.h"

#include <stdlib.h>
#include <string.h>

void lsp__lines_free(Lines *lines) {
    free(lines->starts);
    *lines = (Lines){ 0 };
}

// A line ends with LF, CR or both, as the protocol says.
static bool ends_line(Str text, size_t at) {
    return text.ptr[at] == '\n' ||
           (text.ptr[at] == '\r' && (at + 1 == text.len || text.ptr[at + 1] != '\n'));
}

void lsp__lines(Lines *lines, Str text) {
    uint32_t room = 64;
    lsp__lines_free(lines);
    lines->starts = malloc(room * sizeof *lines->starts);
    if (!lines->starts) base_out_of_memory(room * sizeof *lines->starts);
    lines->starts[lines->count++] = 0;
    for (size_t at = 0; at < text.len; at++) {
        if (!ends_line(text, at)) continue;
        if (lines->count == room) {
            room *= 2;
            uint32_t *more = realloc(lines->starts, room * sizeof *more);
            if (!more) base_out_of_memory(room * sizeof *more);
            lines->starts = more;
        }
        lines->starts[lines->count++] = (uint32_t)at + 1;
    }
}

// The end of a line, in front of what ends it.
static uint32_t end_of_line(const Lines *lines, Str text, uint32_t line) {
    uint32_t start = lines->starts[line];
    uint32_t end = line + 1 < lines->count ? lines->starts[line + 1] : (uint32_t)text.len;
    if (line + 1 < lines->count) end--;
    if (end > start && text.ptr[end] == '\n' && text.ptr[end - 1] == '\r') end--;
    return end;
}

// Bytes of the character at a place, and how the client counts it.
static uint32_t character_at(Str text, uint32_t at, bool utf8, uint32_t *units) {
    uint32_t scalar, width = utf8_decode(text.ptr + at, text.len - at, &scalar);
    if (width == 0) {
        *units = 1;
        return 1;
    }
    *units = utf8 ? width : scalar > 0xFFFF ? 2 : 1;
    return width;
}

uint32_t lsp__units(Str text, bool utf8) {
    uint32_t units, sum = 0;
    for (uint32_t at = 0; at < text.len; sum += units)
        at += character_at(text, at, utf8, &units);
    return sum;
}

uint32_t lsp__offset(const Lines *lines, Str text, bool utf8, int64_t line, int64_t character) {
    if (line < 0) return 0;
    if (line >= lines->count) return (uint32_t)text.len;
    uint32_t at = lines->starts[line], end = end_of_line(lines, text, (uint32_t)line), units;
    int64_t passed = 0;
    while (at < end && passed < character) {
        uint32_t width = character_at(text, at, utf8, &units);
        if (passed + units > character) break;
        passed += units;
        at += width;
    }
    return at < end ? at : end;
}

uint32_t lsp__line_at(const Lines *lines, uint32_t offset) {
    uint32_t low = 0, high = lines->count;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (lines->starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void lsp__line_character(
    const Lines *lines, Str text, bool utf8, uint32_t offset, uint32_t *line, uint32_t *character
) {
    if (offset > text.len) offset = (uint32_t)text.len;
    *line = lsp__line_at(lines, offset);
    uint32_t start = lines->starts[*line], end = end_of_line(lines, text, *line);
    if (offset > end) offset = end;
    *character = lsp__units((Str){ text.ptr + start, offset - start }, utf8);
}

json_t *lsp__position(const Lines *lines, Str text, bool utf8, uint32_t offset) {
    uint32_t line, character;
    lsp__line_character(lines, text, utf8, offset, &line, &character);
    return json_pack("{s:I, s:I}", "line", (json_int_t)line, "character", (json_int_t)character);
}

// A text for the client; what is no UTF-8 in it becomes `?`.
json_t *lsp__string(const char *text, size_t length) {
    json_t *made = json_stringn(text, length);
    if (made) return made;
    Buf out = { 0 };
    for (size_t at = 0; at < length;) {
        uint32_t scalar, width = utf8_decode(text + at, length - at, &scalar);
        if (width)
            buf_put(&out, text + at, width);
        else
            buf_byte(&out, '?');
        at += width ? width : 1;
    }
    made = json_stringn((const char *)out.data, out.len);
    buf_free(&out);
    return made ? made : json_string("");
}

// --- written out -------------------------------------------------------------------------------------------------------------

void lsp__put_string(Buf *out, Str text) {
    buf_byte(out, '"');
    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];
        uint32_t scalar, width = c < 0x80 ? 1 : utf8_decode(text.ptr + at, text.len - at, &scalar);
        if (width == 0)
            buf_byte(out, '?');
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_put(out, text.ptr + at, width);
        at += width ? width : 1;
    }
    buf_byte(out, '"');
}

static void put_position(Buf *out, const Lines *lines, Str text, bool utf8, uint32_t offset) {
    uint32_t line, character;
    lsp__line_character(lines, text, utf8, offset, &line, &character);
    buf_printf(out, "{\"line\":%u,\"character\":%u}", line, character);
}

void lsp__put_range(
    Buf *out, const Lines *lines, Str text, bool utf8, uint32_t start, uint32_t end
) {
    buf_cstr(out, "{\"start\":");
    put_position(out, lines, text, utf8, start);
    buf_cstr(out, ",\"end\":");
    put_position(out, lines, text, utf8, end);
    buf_byte(out, '}');
}
