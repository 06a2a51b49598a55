// Maps and names: what was put in is found, in the order in which it came.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/map.h"

#include "base/intern.h"

#include <stdio.h>
#include <string.h>

static void numbers_are_found_in_order(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    Map *map = map_new(&arena);
    uint64_t value = 0, key = 0;
    assert_false(map_get(map, 5, &value));
    for (uint64_t i = 0; i < 5000; i++)
        assert_true(map_put(map, i * 0x100000001, i));
    assert_false(map_put(map, 0, 77)); // replaced, not added
    assert_int_equal(map_len(map), 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        map_at(map, i, &key, &value);
        assert_int_equal(key, i * 0x100000001);
        assert_true(map_get(map, key, &value));
        assert_int_equal(value, i ? i : 77);
    }
    assert_false(map_get(map, 3, &value));
    map_clear(map);
    assert_int_equal(map_len(map), 0);
    assert_false(map_get(map, 0, &value));
    assert_true(map_put(map, 0, 5));
    assert_int_equal(map_len(map), 1);
    arena_free(&arena);
}

static void texts_are_compared_whole(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    StrMap *map = strmap_new(&arena);
    uint64_t value;
    assert_true(strmap_put(map, "a\0b", 3, 1));
    assert_true(strmap_put(map, "a\0c", 3, 2));
    assert_true(strmap_put(map, "", 0, 3));
    assert_true(strmap_get(map, "a\0c", 3, &value));
    assert_int_equal(value, 2);
    assert_true(strmap_get(map, "", 0, &value));
    assert_int_equal(value, 3);
    assert_false(strmap_get(map, "a", 1, &value));
    arena_free(&arena);
}

static void equal_names_are_equal_numbers(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    Names *names = names_new(&arena);
    Name first = names_add_c(names, "first");
    for (int i = 0; i < 3000; i++) {
        char text[32];
        snprintf(text, sizeof text, "n%d", i);
        assert_true(names_add_c(names, text) != first);
    }
    assert_int_equal(names_add(names, "firstly", 5), first);
    assert_string_equal(names_text(names, first), "first");
    assert_int_equal(names_length(names, first), 5);
    assert_int_equal(names_add(names, "", 0), 0);
    assert_string_equal(names_text(names, 0), "");
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_found_in_order),
        cmocka_unit_test(texts_are_compared_whole),
        cmocka_unit_test(equal_names_are_equal_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
