// For tests: what is reported about a text. Belongs behind cmocka.h.

#ifndef SYNTAX_REPORTS_TEST_H
#define SYNTAX_REPORTS_TEST_H

#include "base/buf.h"
#include "syntax/syntax.h"

#include <stdlib.h>

// The caller frees it. In short one line a report, else with its help.
static inline char *reports_of(const char *text, size_t length, bool in_short) {
    Arena arena;
    char error[512] = "";
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, "t.sip", text, length, error);
    assert_string_equal(error, "");
    Diags *diags = diags_new(&arena, map);
    const Syntax *syntax = syntax_parse(&arena, map, file, diags);
    assert_int_equal(syntax->broken, diags_errors(diags) > 0);
    Buf out = { 0 };
    if (in_short)
        diag_render_short(diags, &out);
    else
        diag_render_human(diags, false, &out);
    arena_free(&arena);
    return buf_take(&out);
}

#endif
