// Source text. Each file keeps the starts of its lines, so that a position is a binary search.

#include "source.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/vec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef struct File {
    const char *name;
    const char *label; // what a binary calls it
    Str text;
    uint32_t mark;       // bytes skipped before it
    VEC(uint32_t) lines; // where each starts
} File;

struct SourceMap {
    Arena *arena;
    VEC(File) files;
};

SourceMap *source_map_new(Arena *arena) {
    SourceMap *map = arena_new(arena, SourceMap);
    map->arena = arena;
    return map;
}

// --- what is plain text ------------------------------------------------------------------------------------------

uint32_t utf8_decode(const char *text, size_t length, uint32_t *scalar) {
    const uint8_t *at = (const uint8_t *)text;
    uint32_t first = length ? at[0] : 0xff;
    uint32_t bytes = first < 0x80                    ? 1
                     : first >= 0xc2 && first < 0xe0 ? 2
                     : first >= 0xe0 && first < 0xf0 ? 3
                     : first >= 0xf0 && first < 0xf5 ? 4
                                                     : 0;
    if (bytes == 0 || bytes > length) return 0;
    uint32_t value = bytes == 1 ? first : first & (0x7fu >> bytes);
    for (uint32_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (value < least[bytes] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 0;
    *scalar = value;
    return bytes;
}

// Unicode's East Asian Width and combining marks, as far as terminals agree.
uint32_t utf8_width(uint32_t scalar) {
    static const struct {
        uint32_t first, last;
        uint8_t width;
    } rows[] = {
        { 0x0300,  0x036f,  0 },
        { 0x0483,  0x0489,  0 },
        { 0x0591,  0x05bd,  0 },
        { 0x0610,  0x061a,  0 },
        { 0x064b,  0x065f,  0 },
        { 0x0e31,  0x0e31,  0 },
        { 0x0e34,  0x0e3a,  0 },
        { 0x1100,  0x115f,  2 },
        { 0x1ab0,  0x1aff,  0 },
        { 0x1dc0,  0x1dff,  0 },
        { 0x200b,  0x200d,  0 },
        { 0x20d0,  0x20ff,  0 },
        { 0x2e80,  0x303e,  2 },
        { 0x3041,  0xa4cf,  2 },
        { 0xac00,  0xd7a3,  2 },
        { 0xf900,  0xfaff,  2 },
        { 0xfe00,  0xfe0f,  0 },
        { 0xfe20,  0xfe2f,  0 },
        { 0xfe30,  0xfe6f,  2 },
        { 0xff01,  0xff60,  2 },
        { 0xffe0,  0xffe6,  2 },
        { 0x1f300, 0x1f64f, 2 },
        { 0x1f680, 0x1f6ff, 2 },
        { 0x1f900, 0x1f9ff, 2 },
        { 0x20000, 0x3fffd, 2 },
        { 0xe0100, 0xe01ef, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (scalar >= rows[i].first && scalar <= rows[i].last) return rows[i].width;
    return 1;
}

static bool turns_text(uint32_t scalar) { // Unicode's bidirectional controls
    return scalar == 0x061c || scalar == 0x200e || scalar == 0x200f ||
           (scalar >= 0x202a && scalar <= 0x202e) || (scalar >= 0x2066 && scalar <= 0x2069);
}

// How far nothing but ASCII without NUL comes, in steps of eight bytes.
static size_t skip_ascii(const char *text, size_t at, size_t length) {
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t word;
    for (; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        if ((word & tops) || ((word - ones) & ~word & tops)) break;
    }
    return at;
}

static uint32_t line_number(const char *text, size_t at) {
    uint32_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static bool check_text(const char *name, const char *text, size_t length, char error[512]) {
    for (size_t at = skip_ascii(text, 0, length); at < length;) {
        uint32_t scalar = 0;
        uint32_t bytes = utf8_decode(text + at, length - at, &scalar);
        const char *wrong =
            bytes == 0    ? "bytes that are not UTF-8; save the file as UTF-8"
            : scalar == 0 ? "a NUL byte; this does not look like a source file"
            : turns_text(scalar)
                ? "a control that turns the direction of text; write it as \\u{...} in a string"
                : NULL;
        if (wrong) {
            snprintf(error, 512, "%s:%u has %s", name, line_number(text, at), wrong);
            return false;
        }
        at = skip_ascii(text, at + bytes, length);
    }
    return true;
}

// --- make ----------------------------------------------------------------------------------------------------------

static void find_lines(SourceMap *map, File *file) {
    const char *text = file->text.ptr, *end = text + file->text.len;
    file->lines.len = 0;
    vec_push(map->arena, &file->lines, 0);
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at)));)
        vec_push(map->arena, &file->lines, (uint32_t)(++at - text));
}

FileId source_add_text(
    SourceMap *map, const char *name, const char *text, size_t length, char error[512]
) {
    if (length > SOURCE_LIMIT) {
        snprintf(
            error, 512,
            "%s is longer than %d bytes, the most that a source file may have; split it", name,
            SOURCE_LIMIT
        );
        return 0;
    }
    if (!check_text(name, text, length, error)) return 0;
    uint32_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    text += mark;
    length -= mark;
    File file = {
        .mark = mark,
        .name = arena_strdup(map->arena, name),
        .text = { arena_strndup(map->arena, text, length), length }
    };
    const char *slash = strrchr(file.name, '/');
    file.label = slash ? slash + 1 : file.name;
    find_lines(map, &file);
    vec_push(map->arena, &map->files, file);
    return map->files.len;
}

FileId source_add_file(SourceMap *map, const char *path, char error[512]) {
    Buf bytes = { 0 };
    FileId file = 0;
    if (file_read(path, SOURCE_LIMIT, &bytes, error))
        file = source_add_text(map, path, (const char *)bytes.data, bytes.len, error);
    buf_free(&bytes);
    return file;
}

bool source_put(SourceMap *map, FileId id, uint32_t start, uint32_t end, Str text) {
    char error[512];
    assert(id > 0 && id <= map->files.len);
    File *file = &map->files.data[id - 1];
    if (start > end || end > file->text.len || text.len > end - start ||
        !check_text(file->name, text.ptr, text.len, error))
        return false;
    char *to = (char *)(uintptr_t)file->text.ptr + start; // it was copied into the map's arena
    memmove(to, text.ptr, text.len);
    memset(to + text.len, ' ', end - start - text.len);
    find_lines(map, file);
    return true;
}

// --- ask -----------------------------------------------------------------------------------------------------------

static const File *get(const SourceMap *map, FileId file) {
    assert(file > 0 && file <= map->files.len);
    return &map->files.data[file - 1];
}

void source_set_label(SourceMap *map, FileId file, const char *label) {
    assert(file > 0 && file <= map->files.len);
    map->files.data[file - 1].label = arena_strdup(map->arena, label);
}

const char *source_label(const SourceMap *map, FileId file) {
    return file > 0 && file <= map->files.len ? map->files.data[file - 1].label : "?";
}

const char *source_name(const SourceMap *map, FileId file) {
    return get(map, file)->name;
}

Str source_text(const SourceMap *map, FileId file) {
    return get(map, file)->text;
}

uint32_t source_mark(const SourceMap *map, FileId file) {
    return get(map, file)->mark;
}

uint32_t source_files(const SourceMap *map) {
    return map->files.len;
}

uint32_t source_line_at(const SourceMap *map, FileId id, uint32_t offset) {
    const File *file = get(map, id);
    uint32_t low = 0, high = file->lines.len; // the last line that starts at or before offset
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->lines.data[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

void source_line_col(
    const SourceMap *map,
    FileId id,
    uint32_t offset,
    uint32_t *line,
    uint32_t *column,
    uint32_t *byte_column
) {
    const File *file = get(map, id);
    if (offset > file->text.len) offset = (uint32_t)file->text.len;
    uint32_t low = source_line_at(map, id, offset) - 1;
    uint32_t start = file->lines.data[low], scalars = 0;
    for (uint32_t i = start; i < offset; i++)
        scalars += ((uint8_t)file->text.ptr[i] & 0xc0) != 0x80;
    *line = low + 1;
    *column = scalars + 1;
    if (byte_column) *byte_column = offset - start + 1;
}

uint32_t source_lines(const SourceMap *map, FileId file) {
    return get(map, file)->lines.len;
}

uint32_t source_line_start(const SourceMap *map, FileId id, uint32_t line) {
    const File *file = get(map, id);
    return line >= 1 && line <= file->lines.len ? file->lines.data[line - 1]
                                                : (uint32_t)file->text.len;
}

Str source_line(const SourceMap *map, FileId id, uint32_t line) {
    const File *file = get(map, id);
    uint32_t start = source_line_start(map, id, line), end = source_line_start(map, id, line + 1);
    while (end > start && (file->text.ptr[end - 1] == '\n' || file->text.ptr[end - 1] == '\r'))
        end--;
    return (Str){ file->text.ptr + start, end - start };
}

Span span_join(Span a, Span b) {
    assert(a.file == b.file);
    return (Span){ a.file, a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end };
}
