// Diagnostics as JSON Lines, for editors and build systems. Offsets are bytes from 0, lines and columns from 1; a byte
// order mark counts as three bytes and no column.

#include "diag__.h"

#include <stdlib.h>

static void put_member(Buf *out, const char *name, const char *text) {
    buf_printf(out, "\"%s\":", name);
    buf_json(out, text);
}

static void put_place(const Diags *diags, Buf *out, Span span) {
    uint32_t line, column, end_line, end_column;
    source_line_col(diags->map, span.file, span.start, &line, &column, NULL);
    source_line_col(diags->map, span.file, span.end, &end_line, &end_column, NULL);
    uint32_t mark = source_mark(diags->map, span.file);
    put_member(out, "file", source_name(diags->map, span.file));
    buf_printf(
        out,
        ",\"byte_start\":%u,\"byte_end\":%u,\"line_start\":%u,\"column_start\":%u,\"line_end\":%u,\"column_end\":%u",
        span.start + mark, span.end + mark, line, column, end_line, end_column
    );
}

static void put_span(const Diags *diags, Buf *out, Span span, const char *label, bool primary) {
    buf_byte(out, '{');
    put_place(diags, out, span);
    buf_printf(out, ",\"is_primary\":%s,", primary ? "true" : "false");
    put_member(out, "label", label);
    buf_byte(out, '}');
}

static void put_spans(const Diags *diags, Buf *out, const Diag *diag) {
    const char *comma = "";
    buf_cstr(out, "\"spans\":[");
    if (diag->span.file) {
        put_span(diags, out, diag->span, "", true);
        comma = ",";
    }
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) continue;
        buf_cstr(out, comma);
        put_span(diags, out, note->span, note->text, false);
        comma = ",";
    }
    buf_byte(out, ']');
}

static void put_children(Buf *out, const Diag *diag) {
    const char *comma = "";
    buf_cstr(out, "\"children\":[");
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file != 0) continue;
        buf_printf(out, "%s{\"level\":\"note\",", comma);
        put_member(out, "message", note->text);
        buf_byte(out, '}');
        comma = ",";
    }
    vec_each(const char *, help, &diag->helps) {
        buf_printf(out, "%s{\"level\":\"help\",", comma);
        put_member(out, "message", *help);
        buf_byte(out, '}');
        comma = ",";
    }
    buf_byte(out, ']');
}

static void put_fix(const Diags *diags, Buf *out, const DiagFix *fix) {
    const char *comma = "";
    buf_byte(out, '{');
    put_member(out, "message", fix->message);
    buf_cstr(out, ",\"applicability\":\"machine-applicable\",\"edits\":[");
    vec_each(DiagEdit, edit, &fix->edits) {
        buf_printf(out, "%s{", comma);
        put_place(diags, out, edit->span);
        buf_byte(out, ',');
        put_member(out, "replacement", edit->replacement);
        buf_byte(out, '}');
        comma = ",";
    }
    buf_cstr(out, "]}");
}

static void put_fixes(const Diags *diags, Buf *out, const Diag *diag) {
    const char *comma = "";
    buf_cstr(out, "\"fixes\":[");
    vec_each(DiagFix, fix, &diag->fixes) {
        buf_cstr(out, comma);
        put_fix(diags, out, fix);
        comma = ",";
    }
    buf_byte(out, ']');
}

void diag_render_json(const Diags *diags, Buf *out) {
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = sorted[i];
        Buf rendered = { 0 };
        diag__render_one(diags, diag, false, &rendered);
        char *text = buf_take(&rendered);
        buf_byte(out, '{');
        put_member(out, "code", diag__code_text(diag->code));
        buf_byte(out, ',');
        put_member(out, "level", diag__level_text(diags, diag->code));
        buf_byte(out, ',');
        put_member(out, "message", diag->text);
        buf_byte(out, ',');
        put_spans(diags, out, diag);
        buf_byte(out, ',');
        put_children(out, diag);
        buf_byte(out, ',');
        put_fixes(diags, out, diag);
        buf_byte(out, ',');
        put_member(out, "rendered", text);
        buf_cstr(out, "}\n");
        free(text);
    }
}
