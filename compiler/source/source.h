// Source text: files, and spans of bytes in them.

#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t FileId; // row of the map; 0 is no file

typedef struct Span { // bytes [start, end) of a file
    FileId file;
    uint32_t start, end;
} Span;

typedef struct SourceMap SourceMap;

enum { SOURCE_LIMIT = 16 << 20 }; // most bytes of one file

SourceMap *source_map_new(Arena *arena);

// Adds a file from disk, or a text under a name (copied). Leaves 0 and a sentence in `error` when it cannot be read, is
// too long, or is not plain text: NUL bytes, bytes that are not UTF-8, or controls that change the direction of
// text (what a reader sees would not be what is compiled). A byte order mark at the start is skipped.
FileId source_add_file(SourceMap *map, const char *path, char error[512]);
FileId source_add_text(
    SourceMap *map, const char *name, const char *text, size_t length, char error[512]
);

// Writes over the bytes from `start` to `end`: `text`, and blanks behind it. The text of the file stays where it is. false: it is
// not plain text, or too long, and nothing has changed.
bool source_put(SourceMap *map, FileId file, uint32_t start, uint32_t end, Str text);

const char *source_name(const SourceMap *map, FileId file); // as it was added

// What a binary calls the file: the same wherever the program is compiled. Its last part, unless it is set.
const char *source_label(const SourceMap *map, FileId file);
void source_set_label(SourceMap *map, FileId file, const char *label);

Str source_text(const SourceMap *map, FileId file);      // NUL-terminated
uint32_t source_mark(const SourceMap *map, FileId file); // bytes of the mark skipped at the start
uint32_t source_files(const SourceMap *map);             // rows 1 .. this

// Line and column of a byte, both from 1; columns count Unicode scalars, `byte_column` bytes (may be NULL). Past
// the end counts as the end.
void source_line_col(
    const SourceMap *map,
    FileId file,
    uint32_t offset,
    uint32_t *line,
    uint32_t *column,
    uint32_t *byte_column
);
uint32_t source_line_at(const SourceMap *map, FileId file, uint32_t offset); // the line alone
uint32_t source_lines(const SourceMap *map, FileId file);
Str source_line(
    const SourceMap *map, FileId file, uint32_t line
); // without its end; empty past the last
uint32_t source_line_start(const SourceMap *map, FileId file, uint32_t line);

// From the start of the first to the end of the second, which lie in one file.
Span span_join(Span a, Span b);

// --- UTF-8 -----------------------------------------------------------------------------------------------------

// Decodes one scalar of at most `length` bytes; returns its bytes, or 0 when they are not UTF-8.
uint32_t utf8_decode(const char *text, size_t length, uint32_t *scalar);

// Columns that a scalar takes on a terminal: 0, 1 or 2.
uint32_t utf8_width(uint32_t scalar);

#endif
