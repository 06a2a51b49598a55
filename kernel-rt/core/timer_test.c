// Timers against a sorted list: whatever is set and cancelled, both have the same first; and no tree is deeper to the right than it may be.
// The seed is printed; SIP_SEED says another one.

#include "core/timer.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 600, OPERATIONS = 60000, SLEEPERS = 100000 };

static uint64_t state;

static uint64_t below(uint64_t limit) { // a generator of D. Lehmer's
    state *= 0xd1342543de82ef95;
    return (state >> 32) % limit;
}

static uint64_t seed(void) {
    const char *text = getenv("SIP_SEED");
    const uint64_t chosen = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    printf("# SIP_SEED=%lu\n", chosen);
    return chosen * 2 + 1;
}

// --- the model: a list in the order in which they are due ----------------------------------------------------

static Timer *listed[SLEEPERS];
static size_t count;

static void list_add(Timer *timer) { // behind those with the same deadline
    size_t at = count++;
    for (; at > 0 && listed[at - 1]->deadline > timer->deadline; at--)
        listed[at] = listed[at - 1];
    listed[at] = timer;
}

static void list_remove(size_t at) {
    for (count--; at < count; at++)
        listed[at] = listed[at + 1];
}

// --- what holds in each tree -----------------------------------------------------------------------------------

static size_t check_tree(const Timer *timer, const Timer *above) {
    if (!timer) return 0;
    const uint32_t left = timer->left ? timer->left->rank : 0;
    const uint32_t right = timer->right ? timer->right->rank : 0;
    assert_ptr_equal(timer->up, above);
    assert_true(left >= right && timer->rank == right + 1);
    if (above)
        assert_true(
            above->deadline < timer->deadline ||
            (above->deadline == timer->deadline && above->order < timer->order)
        );
    return 1 + check_tree(timer->left, timer) + check_tree(timer->right, timer);
}

// --- tests -----------------------------------------------------------------------------------------------------

static void is_what_a_sorted_list_is(void **unused) {
    static Timer timers[MOST];
    Timers all = { 0 };
    Timer *free_ones[MOST];
    size_t free_count = MOST;
    (void)unused;
    state = seed();
    for (size_t i = 0; i < MOST; i++)
        free_ones[i] = &timers[i];
    for (int i = 0; i < OPERATIONS; i++) {
        const uint64_t what =
            below(i / (OPERATIONS / 4) % 2 ? 5 : 3); // grows, shrinks, grows, shrinks
        if (what < 2 ? free_count > 0 : count == 0) {
            Timer *timer = free_ones[--free_count];
            timer_set(&all, timer, below(2) ? below(1000) : below(UINT32_MAX));
            list_add(timer);
        } else {
            const size_t at = what == 4 ? below(count) : 0;
            free_ones[free_count++] = listed[at];
            timer_cancel(&all, listed[at]);
            list_remove(at);
        }
        assert_ptr_equal(all.first, count ? listed[0] : NULL);
        if (i % 97 == 0) assert_int_equal(check_tree(all.first, NULL), count);
    }
}

// A hundred thousand sleepers, in the orders that are worst for some heaps; each comes when it is due.
static void many_sleep(void **unused) {
    static Timer timers[SLEEPERS];
    (void)unused;
    state = seed();
    for (int order = 0; order < 3; order++) {
        Timers all = { 0 };
        for (uint64_t i = 0; i < SLEEPERS; i++)
            timer_set(
                &all, &timers[i],
                order == 0   ? i
                : order == 1 ? SLEEPERS - i
                             : below(SLEEPERS)
            );
        assert_true(all.first->rank <= 17);
        for (size_t i = 0; i < SLEEPERS; i += 2)
            timer_cancel(&all, &timers[i]);
        uint64_t last = 0;
        for (size_t i = 0; i < SLEEPERS / 2; i++) {
            assert_non_null(all.first);
            assert_true(all.first->deadline >= last);
            last = all.first->deadline;
            timer_cancel(&all, all.first);
        }
        assert_null(all.first);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_a_sorted_list_is),
        cmocka_unit_test(many_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
