// Fixes made: the text of a file with every edit that is certain.
// Takes the reports about a program; leaves a file's new text. A report with several fixes offers a choice, so none of them
// is made; of two that overlap the first is, and the other has its turn when the result is checked again.

#include "diag__.h"

#include <string.h>

typedef struct Edits {
    Arena *arena;
    VEC(DiagEdit) list; // in the order of the text, none touching another
} Edits;

// Where an edit belongs: behind all that start before it.
static uint32_t row_of(const Edits *edits, const DiagEdit *edit) {
    uint32_t low = 0, high = edits->list.len;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (edits->list.data[middle].span.start < edit->span.start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool same(const DiagEdit *a, const DiagEdit *b) {
    return a->span.start == b->span.start && a->span.end == b->span.end &&
           strcmp(a->replacement, b->replacement) == 0;
}

// Two insertions at one place touch: their order would be a guess.
static bool touch(const DiagEdit *a, const DiagEdit *b) {
    return a->span.start == b->span.start ||
           (a->span.start < b->span.end && b->span.start < a->span.end);
}

static bool is_there(const Edits *edits, const DiagEdit *edit) {
    uint32_t row = row_of(edits, edit);
    return row < edits->list.len && same(&edits->list.data[row], edit);
}

static bool fits(const Edits *edits, const DiagEdit *edit) {
    uint32_t row = row_of(edits, edit);
    if (is_there(edits, edit)) return true;
    return (row == 0 || !touch(&edits->list.data[row - 1], edit)) &&
           (row == edits->list.len || !touch(&edits->list.data[row], edit));
}

static void insert(Edits *edits, const DiagEdit *edit) {
    if (is_there(edits, edit)) return; // two reports ask for one import
    uint32_t row = row_of(edits, edit);
    vec_push(edits->arena, &edits->list, *edit);
    DiagEdit *at = edits->list.data + row;
    memmove(at + 1, at, (edits->list.len - 1 - row) * sizeof *at);
    *at = *edit;
}

static bool take(Edits *edits, FileId file, const Diag *diag) {
    if (diag->fixes.len != 1) return false;
    const DiagFix *fix = diag->fixes.data;
    vec_each(DiagEdit, edit, &fix->edits) {
        if (edit->span.file != file || !fits(edits, edit)) return false;
    }
    vec_each(DiagEdit, edit, &fix->edits)
        insert(edits, edit);
    return true;
}

// A file whose lines end as on Windows keeps to that.
static void put_replacement(Buf *out, const char *text, bool crlf) {
    for (; *text; text++) {
        if (*text == '\n' && crlf) buf_byte(out, '\r');
        buf_byte(out, (uint8_t)*text);
    }
}

static bool ends_lines_by_crlf(Str text) {
    const char *end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
    return end && end > text.ptr && end[-1] == '\r';
}

uint32_t diags_fix_file(const Diags *diags, FileId file, Buf *out) {
    Arena arena;
    arena_init(&arena);
    Edits edits = { .arena = &arena };
    Str text = source_text(diags->map, file);
    bool crlf = ends_lines_by_crlf(text);
    uint32_t made = 0, at = 0;
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++)
        made += take(&edits, file, sorted[i]);
    if (source_mark(diags->map, file)) buf_cstr(out, "\xef\xbb\xbf");
    vec_each(DiagEdit, edit, &edits.list) {
        buf_put(out, text.ptr + at, edit->span.start - at);
        put_replacement(out, edit->replacement, crlf);
        at = edit->span.end;
    }
    buf_put(out, text.ptr + at, text.len - at);
    arena_free(&arena);
    return made;
}
