// Diagnostics: drawn at the right place, sorted, said once, and compared with the marks in the source.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "diag/diag.h"

#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Arena arena;
    SourceMap *map;
    Diags *diags;
    FileId file;
} Fixture;

static Fixture begin(const char *text) {
    Fixture f;
    char error[512] = "";
    arena_init(&f.arena);
    f.map = source_map_new(&f.arena);
    f.file = source_add_text(f.map, "t.sip", text, strlen(text), error);
    assert_string_equal(error, "");
    f.diags = diags_new(&f.arena, f.map);
    return f;
}

static char *rendered(const Fixture *f, void (*render)(const Diags *, Buf *)) {
    Buf out = { 0 };
    render(f->diags, &out);
    return buf_take(&out);
}

static void human(const Diags *diags, Buf *out) {
    diag_render_human(diags, false, out);
}

static void expect(const Fixture *f, void (*render)(const Diags *, Buf *), const char *part) {
    char *text = rendered(f, render);
    if (!strstr(text, part)) fail_msg("not in what was rendered:\n%s\nrendered:\n%s", part, text);
    free(text);
}

static void places_are_drawn(void **state) {
    (void)state;
    Fixture f = begin("one\n\tuse(a);\n");
    diag_report(f.diags, (Span){ f.file, 9, 10 }, (DiagCode)0, "a", "b", "c");
    diag_note(f.diags, (Span){ f.file, 0, 3 }, "first %d", 1);
    diag_help(f.diags, "try %s", "this");
    expect(&f, human, "--> t.sip:2:6\n");
    expect(&f, human, "1 | one\n   | --- first 1\n");
    expect(&f, human, "2 |     use(a);\n   |         ^\n");
    expect(&f, human, "= help: try this\n");
    expect(&f, diag_render_short, "t.sip:2:6: ");
    expect(
        &f, diag_render_json, "\"byte_start\":9,\"byte_end\":10,\"line_start\":2,\"column_start\":6"
    );
    arena_free(&f.arena);
}

static void the_same_is_said_once_and_sorted(void **state) {
    (void)state;
    Fixture f = begin("abcdef");
    for (int i = 0; i < 3; i++)
        for (uint32_t at = 5; at > 0; at--)
            diag_report(f.diags, (Span){ f.file, at, at + 1 }, (DiagCode)0, "a", "b", "c");
    assert_int_equal(diags_errors(f.diags) + diags_warnings(f.diags), 5);
    char *text = rendered(&f, diag_render_short);
    assert_true(strstr(text, "t.sip:1:2:") < strstr(text, "t.sip:1:6:"));
    free(text);
    arena_free(&f.arena);
}

static void past_the_limit_only_the_number_grows(void **state) {
    (void)state;
    Fixture f = begin("0123456789");
    diags_limit(f.diags, 3);
    for (uint32_t at = 0; at < 10; at++)
        diag_report(f.diags, (Span){ f.file, at, at + 1 }, (DiagCode)0, "a", "b", "c");
    expect(&f, human, "7 more were left out");
    assert_int_equal(diags_errors(f.diags) + diags_warnings(f.diags), 10);
    arena_free(&f.arena);
}

static void warnings_leave_errors_their_place(void **state) {
    (void)state;
    Fixture f = begin("0123456789");
    diags_limit(f.diags, 3);
    for (uint32_t at = 0; at < 8; at++)
        diag_report(f.diags, (Span){ f.file, at, at + 1 }, E_NEVER_REACHED);
    diag_report(f.diags, (Span){ f.file, 9, 10 }, E_NOT_A_PLACE);
    expect(&f, human, "error[E0234]");
    expect(&f, human, "5 more were left out");
    expect(&f, human, "1 error, 8 warnings");
    arena_free(&f.arena);
}

static void marks_must_be_met_exactly(void **state) {
    (void)state;
    Fixture f = begin("x //~ E9999 never\n");
    Buf out = { 0 };
    assert_false(diag_verify(f.diags, &out));
    char *text = buf_take(&out);
    assert_non_null(strstr(text, "missing: t.sip:1: E9999 never"));
    free(text);
    arena_free(&f.arena);
    f = begin("x\n");
    diag_report(f.diags, (Span){ f.file, 0, 1 }, (DiagCode)0, "a", "b", "c");
    assert_false(diag_verify(f.diags, &out));
    text = buf_take(&out);
    assert_non_null(strstr(text, "surplus: "));
    free(text);
    arena_free(&f.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_drawn),
        cmocka_unit_test(the_same_is_said_once_and_sorted),
        cmocka_unit_test(past_the_limit_only_the_number_grows),
        cmocka_unit_test(warnings_leave_errors_their_place),
        cmocka_unit_test(marks_must_be_met_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
