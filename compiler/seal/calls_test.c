// Calls that were made beside calls that were found: where they are alike, each has its place; where they differ, none of the function has.

#include "seal__.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

enum { F = 100, G = 200, COPY = 300, OTHER = 400 }; // where they begin

static Function both[] = {
    { F, 50, 7 },
    { G, 50, 3 }
};
static const Functions functions = {
    both, 2, 2, { COPY, 0, 0 },
       1
};

// G, row 3, calls F, something else and a value; F, row 7, calls itself. A copy stands between.
static const MadeCall made[] = {
    { 3, 7,             0, 11 },
    { 3, CALL_OF_OTHER, 0, 12 },
    { 3, CALL_OF_VALUE, 1, 13 },
    { 7, 7,             0, 21 },
};
static const FoundCall found[] = {
    { F + 10, F     },
    { G + 10, F     },
    { G + 15, COPY  },
    { G + 20, OTHER },
    { G + 30, 0     },
};

enum { MADE = 4, FOUND = 5 };

static uint32_t place(
    Arena *arena,
    const MadeCall *m,
    uint32_t m_count,
    const FoundCall *f,
    uint32_t f_count,
    CallPlaces *places
) {
    SealInput input = {
        .made_calls = m, .made_call_count = m_count, .found_calls = f, .found_call_count = f_count
    };
    arena_init(arena);
    *places = (CallPlaces){ 0 };
    return seal__place_calls(arena, &input, &functions, places);
}

static void each_call_has_its_place(void **state) {
    (void)state;
    Arena arena;
    CallPlaces places;
    assert_int_equal(place(&arena, made, MADE, found, FOUND, &places), 0);
    static const CallPlace expected[] = {
        { F + 10, 0, 21 },
        { G + 10, 0, 11 },
        { G + 20, 0, 12 },
        { G + 30, 1, 13 },
    };
    assert_int_equal(places.len, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(places.data[i].pc, expected[i].pc);
        assert_int_equal(places.data[i].file, expected[i].file);
        assert_int_equal(places.data[i].line, expected[i].line);
    }
    arena_free(&arena);
}

// One thing is changed in G; what is known of F stays.
static void what_differs_is_not_believed(void **state) {
    (void)state;
    for (int change = 0; change < 5; change++) {
        MadeCall m[MADE];
        FoundCall f[FOUND];
        memcpy(m, made, sizeof m);
        memcpy(f, found, sizeof f);
        uint32_t f_count = FOUND;
        if (change == 0) f[1].target = G;
        if (change == 1) f[3].target = 0;
        if (change == 2) f[4].target = OTHER;
        if (change == 3) f_count--;
        if (change == 4) f[2].target = OTHER; // one more than was made
        Arena arena;
        CallPlaces places;
        assert_int_equal(place(&arena, m, MADE, f, f_count, &places), 1);
        assert_int_equal(places.len, 1);
        assert_int_equal(places.data[0].pc, F + 10);
        arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_has_its_place),
        cmocka_unit_test(what_differs_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
