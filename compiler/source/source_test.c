// Source text: positions are found, and what is not plain text is refused with its line.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "source/source.h"

#include <string.h>

static FileId add(SourceMap *map, const char *text, size_t length, char error[512]) {
    error[0] = '\0';
    return source_add_text(map, "t.sip", text, length, error);
}

static void positions_are_found(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    char error[512];
    const char *text = "ab\r\nc\xc3\xa9"
                       "d\n\nlast";
    FileId file = add(map, text, strlen(text), error);
    assert_int_not_equal(file, 0);
    uint32_t line, column, byte;
    source_line_col(map, file, 0, &line, &column, &byte);
    assert_true(line == 1 && column == 1 && byte == 1);
    source_line_col(map, file, 7, &line, &column, &byte); // d, behind a letter of two bytes
    assert_true(line == 2 && column == 3 && byte == 4);
    source_line_col(map, file, 9999, &line, &column, &byte);
    assert_true(line == 4 && column == 5);
    assert_true(str_eq_c(source_line(map, file, 1), "ab"));
    assert_true(str_eq_c(source_line(map, file, 3), ""));
    assert_true(str_eq_c(source_line(map, file, 4), "last"));
    assert_true(str_eq_c(source_line(map, file, 5), ""));
    arena_free(&arena);
}

static void what_is_not_plain_text_is_refused(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    char error[512];
    assert_int_equal(add(map, "a\n\0b", 4, error), 0);
    assert_non_null(strstr(error, "t.sip:2 has a NUL"));
    assert_int_equal(add(map, "\xc0\x80", 2, error), 0);         // overlong
    assert_int_equal(add(map, "\xed\xa0\x80", 3, error), 0);     // a surrogate
    assert_int_equal(add(map, "\xf4\x90\x80\x80", 4, error), 0); // past the last scalar
    assert_int_equal(add(map, "\xe2\x82", 2, error), 0);         // cut off
    assert_int_equal(add(map, "\xe2\x80\xae", 3, error), 0);     // turns text around
    assert_non_null(strstr(error, "turns the direction"));
    FileId file = add(map, "\xef\xbb\xbfx", 4, error);
    assert_true(str_eq_c(source_text(map, file), "x")); // a byte order mark is skipped
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_found),
        cmocka_unit_test(what_is_not_plain_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
