// Marks in the source that say which diagnostics a test expects, compared with those that came.
//
//     use(a);   //~ E0301 use of `a`          on this line
//     //~^ E0302 text                         on the line above; `^^` two above

#include "diag__.h"

#include <string.h>

typedef struct Expected {
    FileId file;
    uint32_t line;
    Str code, text;
    bool met;
} Expected;

typedef VEC(Expected) ExpectedVec;

static Str trimmed(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (Str){ from, (size_t)(to - from) };
}

static const char *find(Str text, const char *from, const char *what) {
    const char *end = text.ptr + text.len;
    size_t length = strlen(what);
    for (; from + length <= end; from++)
        if (memcmp(from, what, length) == 0) return from;
    return NULL;
}

// The marks of one line: each begins with `//~` and ends where the next begins.
static void read_marks(const Diags *diags, FileId file, uint32_t number, ExpectedVec *expected) {
    Str line = source_line(diags->map, file, number);
    const char *end = line.ptr + line.len;
    for (const char *at = find(line, line.ptr, "//~"); at;) {
        uint32_t up = 0;
        for (at += 3; at < end && *at == '^'; at++)
            up++;
        const char *next = find(line, at, "//~");
        Str body = trimmed(at, next ? next : end);
        const char *space = body.len ? memchr(body.ptr, ' ', body.len) : NULL;
        Str code = { body.ptr, space ? (size_t)(space - body.ptr) : body.len };
        Str text = trimmed(code.ptr + code.len, body.ptr + body.len);
        vec_push(
            diags->arena, expected,
            (Expected){ file, number > up ? number - up : 1, code, text, false }
        );
        at = next;
    }
}

static bool meets(const Diags *diags, const Diag *diag, const Expected *mark) {
    uint32_t line, column;
    if (mark->met || diag->span.file != mark->file ||
        !str_eq_c(mark->code, diag__code_text(diag->code)))
        return false;
    source_line_col(diags->map, diag->span.file, diag->span.start, &line, &column, NULL);
    return line == mark->line &&
           (mark->text.len == 0 ||
            memmem(diag->text, strlen(diag->text), mark->text.ptr, mark->text.len));
}

static bool meet(const Diags *diags, const Diag *diag, ExpectedVec *expected) {
    vec_each(Expected, mark, expected) {
        if (meets(diags, diag, mark)) {
            mark->met = true;
            return true;
        }
    }
    return false;
}

bool diag_verify(const Diags *diags, Buf *out) {
    ExpectedVec expected = { 0 };
    bool good = true;
    for (FileId file = 1; file <= source_files(diags->map); file++)
        for (uint32_t line = 1; line <= source_lines(diags->map, file); line++)
            read_marks(diags, file, line, &expected);
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        if (meet(diags, sorted[i], &expected)) continue;
        good = false;
        buf_cstr(out, "surplus: ");
        diag__render_one(diags, sorted[i], false, out);
    }
    vec_each(Expected, mark, &expected) {
        if (mark->met) continue;
        good = false;
        buf_printf(
            out, "missing: %s:%u: " STR_FMT " " STR_FMT "\n", source_name(diags->map, mark->file),
            mark->line, STR_ARG(mark->code), STR_ARG(mark->text)
        );
    }
    if (diags->left_out) {
        good = false;
        buf_printf(out, "%u diagnostics were left out by the limit\n", diags->left_out);
    }
    return good;
}
