// The pages of the E01xx diagnostics: each row of the table has one, and the programs on them earn what they are
// marked with.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "ast/build.h"

#include <stdlib.h>
#include <string.h>

static const int rows[] = {
#define DIAG(number, level, name, text) 1##number - 10000,
#include "diag/diag.def"
};

static void check_program(const char *page, const char *text, size_t length) {
    Arena arena;
    char error[512] = "";
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, page, text, length, error);
    assert_string_equal(error, "");
    Diags *diags = diags_new(&arena, map);
    ast_build(&arena, syntax_parse(&arena, map, file, diags), names_new(&arena), diags);
    Buf out = { 0 };
    if (!diag_verify(diags, &out)) fail_msg("%s: %.*s", page, (int)out.len, (const char *)out.data);
    buf_free(&out);
    arena_free(&arena);
}

// Two rows have no program on their page: one would be too long, the other is not to be had.
static void check_page(const char *code) {
    const char *page = diag_explain(code);
    if (!page) fail_msg("%s has no page", code);
    int programs = 0;
    for (const char *at = page; (at = strstr(at, "```sip\n"));) {
        at += strlen("```sip\n");
        const char *stop = strstr(at, "```");
        assert_non_null(stop);
        check_program(code, at, (size_t)(stop - at));
        at = stop + 3;
        programs++;
    }
    bool without = strcmp(code, "E0108") == 0 || strcmp(code, "E0109") == 0;
    assert_int_equal(programs, without ? 0 : 1);
}

static void each_page_keeps_its_word(void **state) {
    (void)state;
    int seen = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i] / 100 != 1) continue;
        char code[8];
        snprintf(code, sizeof code, "E%04d", rows[i]);
        check_page(code);
        seen++;
    }
    assert_true(seen >= 36);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_page_keeps_its_word) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
