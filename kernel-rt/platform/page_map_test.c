// The bitmap against an array of bools, through a long random history; and its edges. The seed is printed.

#include "platform/page_map.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COUNT = 1000 };

static uint64_t bitmap[COUNT / 64 + 1];

static void edges(void **state) {
    (void)state;
    PageMap pages;
    page_map_init(&pages, bitmap, COUNT);
    assert_int_equal(page_map_bytes(COUNT), 128);
    assert_true(page_map_take(&pages, 1) == PAGE_MAP_NONE); // all are taken at first
    assert_true(page_map_give(&pages, 10, 90));
    assert_false(page_map_give(&pages, 99, 2)); // page 99 is free already
    assert_false(page_map_give(&pages, COUNT - 1, 2));
    assert_false(page_map_give(&pages, SIZE_MAX, 2));
    assert_false(page_map_give(&pages, 2, SIZE_MAX));
    assert_int_equal(pages.free, 90);
    assert_true(page_map_take(&pages, 91) == PAGE_MAP_NONE);
    assert_true(page_map_take(&pages, SIZE_MAX) == PAGE_MAP_NONE);
    assert_int_equal(page_map_take(&pages, 90), 10);
    assert_true(page_map_give(&pages, COUNT - 1, 1));
    assert_int_equal(page_map_take(&pages, 1), COUNT - 1);
    assert_int_equal(pages.free, 0);
    assert_true(page_map_give(&pages, 10, 90));
    assert_true(page_map_take_aligned(&pages, 37, 64) == PAGE_MAP_NONE); // 64 to 99 are 36
    assert_true(page_map_take_aligned(&pages, 1, SIZE_MAX) == PAGE_MAP_NONE);
    assert_int_equal(page_map_take_aligned(&pages, 36, 64), 64);
    assert_int_equal(page_map_take(&pages, 54), 10);
}

// The lowest `count` in a row of `model` that are free, from a multiple of `align` on.
static size_t model_find(const bool *model, size_t count, size_t align) {
    for (size_t first = 0; first + count <= COUNT; first += align) {
        size_t length = 0;
        while (length < count && !model[first + length])
            length++;
        if (length == count) return first;
    }
    return PAGE_MAP_NONE;
}

static void history(void **state) {
    (void)state;
    static bool model[COUNT]; // true: taken
    const unsigned seed = (unsigned)time(NULL);
    printf("# seed %u\n", seed);
    srand(seed);
    PageMap pages;
    page_map_init(&pages, bitmap, COUNT);
    assert_true(page_map_give(&pages, 0, COUNT));
    for (int step = 0; step < 50000; step++) {
        const size_t count = 1 + (size_t)rand() % (rand() % 8 ? 5 : 150);
        if (rand() % 2) {
            const size_t align = rand() % 3 ? 1 : 1 + (size_t)rand() % 70;
            const size_t want = model_find(model, count, align);
            assert_true(page_map_take_aligned(&pages, count, align) == want);
            for (size_t i = 0; want != PAGE_MAP_NONE && i < count; i++)
                model[want + i] = true;
        } else {
            const size_t first = (size_t)rand() % COUNT;
            bool legal = first + count <= COUNT;
            for (size_t i = 0; legal && i < count; i++)
                legal = model[first + i];
            assert_int_equal(page_map_give(&pages, first, count), legal);
            for (size_t i = 0; legal && i < count; i++)
                model[first + i] = false;
        }
    }
    size_t free_pages = 0;
    for (size_t i = 0; i < COUNT; i++)
        free_pages += !model[i];
    assert_int_equal(pages.free, free_pages);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(edges), cmocka_unit_test(history) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
