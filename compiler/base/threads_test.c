// Work is done once, all of it, whatever the number of threads.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/threads.h"

enum { PIECES = 1000 };

static void count(void *context, uint32_t i) {
    ((uint32_t *)context)[i]++;
}

static void each_piece_is_done_once(void **state) {
    (void)state;
    static const uint32_t threads[] = { 0, 1, 2, 7, PIECES + 1 };
    for (uint32_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        uint32_t done[PIECES] = { 0 };
        threads_each(PIECES, threads[t], count, done);
        for (uint32_t i = 0; i < PIECES; i++)
            assert_int_equal(done[i], 1);
    }
}

static void no_work_is_done_at_once(void **state) {
    (void)state;
    threads_each(0, 4, count, NULL);
    assert_true(threads_of_machine() >= 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_piece_is_done_once),
        cmocka_unit_test(no_work_is_done_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
