// Diagnostics as SARIF 2.1.0, for the services that collect them.
// Takes what was found in one program; leaves one run of a log. Columns count Unicode scalars from 1; a byte order mark
// counts as three bytes and no column.

#include "diag__.h"

#include <stdlib.h>
#include <string.h>

typedef struct Rules { // those that the results are about, in the order of their codes
    DiagCode code[DIAG_CODES];
    uint32_t index[DIAG_CODES]; // by code
    uint32_t count;
} Rules;

static void put_text(Buf *out, const char *name, const char *text) {
    buf_printf(out, "\"%s\":{\"text\":", name);
    buf_json(out, text);
    buf_byte(out, '}');
}

// --- places ----------------------------------------------------------------------------------------------------

// A path as a URI: what has a meaning there is escaped.
static void put_uri(Buf *out, const char *path) {
    buf_byte(out, '"');
    if (*path == '/') buf_cstr(out, "file://");
    for (; *path; path++) {
        uint8_t c = (uint8_t)*path;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain || strchr("/-._~", c))
            buf_byte(out, c);
        else
            buf_printf(out, "%%%02X", c);
    }
    buf_byte(out, '"');
}

static void put_artifact(const Diags *diags, Buf *out, FileId file) {
    buf_cstr(out, "\"artifactLocation\":{\"uri\":");
    put_uri(out, source_name(diags->map, file));
    buf_byte(out, '}');
}

static void put_region(const Diags *diags, Buf *out, const char *name, Span span) {
    uint32_t line, column, end_line, end_column;
    source_line_col(diags->map, span.file, span.start, &line, &column, NULL);
    source_line_col(diags->map, span.file, span.end, &end_line, &end_column, NULL);
    buf_printf(
        out,
        "\"%s\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u,\"byteOffset\":%u,\"byteLength\":%u}",
        name, line, column, end_line, end_column, span.start + source_mark(diags->map, span.file),
        span.end - span.start
    );
}

static void put_physical(const Diags *diags, Buf *out, Span span) {
    buf_cstr(out, "\"physicalLocation\":{");
    put_artifact(diags, out, span.file);
    buf_byte(out, ',');
    put_region(diags, out, "region", span);
    buf_byte(out, '}');
}

// --- results ---------------------------------------------------------------------------------------------------

static void put_related(const Diags *diags, Buf *out, const Diag *diag) {
    const char *comma = "";
    uint32_t id = 0;
    buf_cstr(out, ",\"relatedLocations\":[");
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) continue;
        buf_printf(out, "%s{\"id\":%u,", comma, id++);
        put_text(out, "message", note->text);
        buf_byte(out, ',');
        put_physical(diags, out, note->span);
        buf_byte(out, '}');
        comma = ",";
    }
    buf_byte(out, ']');
}

static void put_replacement(const Diags *diags, Buf *out, const DiagEdit *edit) {
    buf_byte(out, '{');
    put_region(diags, out, "deletedRegion", edit->span);
    buf_byte(out, ',');
    put_text(out, "insertedContent", edit->replacement);
    buf_byte(out, '}');
}

// A change for each file, with all its edits: they are next to each other where a fix is of one file.
static void put_changes(const Diags *diags, Buf *out, const DiagFix *fix) {
    FileId file = 0;
    vec_each(DiagEdit, edit, &fix->edits) {
        if (edit->span.file != file) {
            buf_cstr(out, file ? "]},{" : "{");
            put_artifact(diags, out, edit->span.file);
            buf_cstr(out, ",\"replacements\":[");
        } else {
            buf_byte(out, ',');
        }
        file = edit->span.file;
        put_replacement(diags, out, edit);
    }
    buf_cstr(out, "]}");
}

static void put_fixes(const Diags *diags, Buf *out, const Diag *diag) {
    const char *comma = "";
    buf_cstr(out, ",\"fixes\":[");
    vec_each(DiagFix, fix, &diag->fixes) {
        buf_printf(out, "%s{", comma);
        put_text(out, "description", fix->message);
        buf_cstr(out, ",\"artifactChanges\":[");
        put_changes(diags, out, fix);
        buf_cstr(out, "]}");
        comma = ",";
    }
    buf_byte(out, ']');
}

// The sentence, and what has no place of its own.
static void put_message(Buf *out, const Diag *diag) {
    Buf text = { 0 };
    buf_cstr(&text, diag->text);
    vec_each(DiagLabel, note, &diag->notes) {
        if (note->span.file == 0) buf_printf(&text, "\nnote: %s", note->text);
    }
    vec_each(const char *, help, &diag->helps)
        buf_printf(&text, "\nhelp: %s", *help);
    char *taken = buf_take(&text);
    put_text(out, "message", taken);
    free(taken);
}

static void put_result(const Diags *diags, const Rules *rules, Buf *out, const Diag *diag) {
    buf_printf(
        out, "{\"ruleId\":\"%s\",\"ruleIndex\":%u,\"level\":\"%s\",", diag__code_text(diag->code),
        rules->index[diag->code], diag__level_text(diags, diag->code)
    );
    put_message(out, diag);
    buf_cstr(out, ",\"locations\":[");
    if (diag->span.file) {
        buf_byte(out, '{');
        put_physical(diags, out, diag->span);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
    if (diag->notes.len) put_related(diags, out, diag);
    if (diag->fixes.len) put_fixes(diags, out, diag);
    buf_byte(out, '}');
}

// --- rules -----------------------------------------------------------------------------------------------------

// The heading of a page says what the rule is about: "# E0301: use after a move".
static void put_heading(Buf *out, const char *page) {
    const char *colon = strstr(page, ": "), *end = strchrnul(page, '\n');
    const char *from = colon && colon < end ? colon + 2 : page;
    char *text = strndup(from, (size_t)(end - from));
    if (!text) base_out_of_memory((size_t)(end - from));
    put_text(out, "shortDescription", text);
    free(text);
}

static void put_rule(Buf *out, DiagCode code) {
    const char *page = diag_explain(diag__code_text(code));
    buf_printf(out, "{\"id\":\"%s\",", diag__code_text(code));
    put_heading(out, page ? page : diag__rule_text(code));
    if (page) {
        buf_cstr(out, ",\"help\":{\"text\":");
        buf_json(out, page);
        buf_cstr(out, ",\"markdown\":");
        buf_json(out, page);
        buf_byte(out, '}');
    }
    buf_printf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}", diag__rule_level(code));
}

static void find_rules(const Diags *diags, Rules *rules) {
    bool used[DIAG_CODES] = { false };
    vec_each(Diag, diag, &diags->list)
        used[diag->code] = true;
    for (int code = 0; code < DIAG_CODES; code++) {
        if (!used[code]) continue;
        rules->index[code] = rules->count;
        rules->code[rules->count++] = (DiagCode)code;
    }
}

static void put_driver(Buf *out, const Rules *rules, const char *version) {
    buf_cstr(out, "\"tool\":{\"driver\":{\"name\":\"sipcc\",\"version\":");
    buf_json(out, version);
    buf_cstr(out, ",\"rules\":[");
    for (uint32_t i = 0; i < rules->count; i++) {
        if (i) buf_byte(out, ',');
        put_rule(out, rules->code[i]);
    }
    buf_cstr(out, "]}}");
}

static void put_failure(Buf *out, const char *failure) {
    buf_cstr(
        out,
        ",\"invocations\":[{\"executionSuccessful\":false,\"toolExecutionNotifications\":[{\"level\":\"error\","
    );
    put_text(out, "message", failure);
    buf_cstr(out, "}]}]");
}

void diag_render_sarif_run(const Diags *diags, const char *version, const char *failure, Buf *out) {
    const Diag **sorted = diag__sorted(diags);
    Rules *rules = arena_new(diags->arena, Rules);
    find_rules(diags, rules);
    buf_byte(out, '{');
    put_driver(out, rules, version);
    buf_cstr(out, ",\"columnKind\":\"unicodeCodePoints\"");
    if (failure) put_failure(out, failure);
    buf_cstr(out, ",\"results\":[");
    for (uint32_t i = 0; i < diags->list.len; i++) {
        if (i) buf_byte(out, ',');
        put_result(diags, rules, out, sorted[i]);
    }
    buf_cstr(out, "]}");
}
