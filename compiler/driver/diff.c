// A unified diff of two texts.
// Lines are compared in order; where they part, the nearest place is sought where they meet again for good. That is a valid
// diff of any two texts, and a short one where little was changed.

#include "driver/diff.h"

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CONTEXT = 3, REACH = 400 }; // lines; further than REACH nothing is sought

typedef VEC(Str) Lines;

typedef struct Change { // lines [a, a_end) of the one become [b, b_end) of the other
    uint32_t a, a_end, b, b_end;
} Change;

typedef VEC(Change) Changes;

static Lines split(Arena *arena, Str text) {
    Lines lines = { 0 };
    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.ptr) + 1 : text.len;
        vec_push(arena, &lines, ((Str){ text.ptr + at, end - at }));
        at = end;
    }
    return lines;
}

static bool same(const Lines *a, uint32_t i, const Lines *b, uint32_t k) {
    return i < a->len && k < b->len && str_eq(a->data[i], b->data[k]);
}

// Whether the texts agree from there on, for two lines or to an end.
static bool meet(const Lines *a, uint32_t i, const Lines *b, uint32_t k) {
    if (i == a->len || k == b->len) return i == a->len && k == b->len;
    return same(a, i, b, k) && (same(a, i + 1, b, k + 1) || i + 1 == a->len || k + 1 == b->len);
}

static Change change_at(const Lines *a, uint32_t i, const Lines *b, uint32_t k) {
    for (uint32_t reach = 1; reach <= REACH; reach++) {
        for (uint32_t x = 0; x <= reach; x++) {
            uint32_t y = reach - x;
            bool met = reach == 1 ? same(a, i + x, b, k + y) : meet(a, i + x, b, k + y);
            if (i + x <= a->len && k + y <= b->len && met) return (Change){ i, i + x, k, k + y };
        }
    }
    return (Change){ i, a->len, k, b->len };
}

static void put_lines(Buf *out, char sign, const Lines *lines, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        Str line = lines->data[i];
        buf_byte(out, (uint8_t)sign);
        buf_put(out, line.ptr, line.len);
        if (line.ptr[line.len - 1] != '\n') buf_cstr(out, "\n\\ No newline at end of file\n");
    }
}

// A range is named by its first line, or where it has none by the one before.
static void put_range(Buf *out, char sign, uint32_t from, uint32_t count) {
    buf_printf(out, " %c%u,%u", sign, count ? from + 1 : from, count);
}

// Changes [first, last] with what lies between and around them.
static void put_hunk(
    Buf *out, const Lines *a, const Lines *b, const Change *first, const Change *last
) {
    uint32_t before = first->a < CONTEXT ? first->a : CONTEXT;
    uint32_t after = a->len - last->a_end < CONTEXT ? a->len - last->a_end : CONTEXT;
    uint32_t from = first->a - before, b_from = first->b - before;
    buf_cstr(out, "@@");
    put_range(out, '-', from, last->a_end + after - from);
    put_range(out, '+', b_from, last->b_end + after - b_from);
    buf_cstr(out, " @@\n");
    for (const Change *it = first; it <= last; it++) {
        put_lines(out, ' ', a, from, it->a);
        put_lines(out, '-', a, it->a, it->a_end);
        put_lines(out, '+', b, it->b, it->b_end);
        from = it->a_end;
    }
    put_lines(out, ' ', a, from, from + after);
}

void diff_write(Buf *out, const char *path, Str before, Str after) {
    Arena arena;
    arena_init(&arena);
    Lines a = split(&arena, before), b = split(&arena, after);
    Changes changes = { 0 };
    for (uint32_t i = 0, k = 0; i < a.len || k < b.len;) {
        if (same(&a, i, &b, k)) {
            i++, k++;
            continue;
        }
        Change change = change_at(&a, i, &b, k);
        vec_push(&arena, &changes, change);
        i = change.a_end, k = change.b_end;
    }
    if (changes.len) buf_printf(out, "--- %s\n+++ %s\n", path, path);
    for (uint32_t first = 0, last = 0; first < changes.len; first = ++last) {
        while (last + 1 < changes.len &&
               changes.data[last + 1].a - changes.data[last].a_end <= 2 * CONTEXT)
            last++;
        put_hunk(out, &a, &b, &changes.data[first], &changes.data[last]);
    }
    arena_free(&arena);
}

static Str text_of(const Buf *buf) {
    return (Str){ (const char *)buf->data, buf->len };
}

void diff_show(const char *path, const Buf *before, const Buf *after) {
    Buf out = { 0 };
    diff_write(&out, path, text_of(before), text_of(after));
    fwrite(out.data, 1, out.len, stdout);
    buf_free(&out);
}
