// The memory operations against the obvious loops, at all lengths around their thresholds and all alignments. The
// functions are renamed by the build, so that cmocka keeps the C library's.

#include "sip.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

enum { ROOM = 3000 };

static const size_t lengths[] = { 0,  1,  2,  3,  4,  5,  7,  8,   9,    15,   16,   17,  23,
                                  31, 32, 33, 47, 48, 49, 64, 127, 1023, 1024, 1025, 2000 };

#define lengths_each(i) for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)

static void fill(uint8_t *bytes) {
    for (size_t i = 0; i < ROOM; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8));
}

static void check_move(
    void *(*move)(void *, const void *, size_t), size_t to, size_t from, size_t n
) {
    static uint8_t got[ROOM], want[ROOM], before[ROOM];
    fill(got), fill(want), fill(before);
    for (size_t i = 0; i < n; i++)
        want[to + i] = before[from + i];
    assert_ptr_equal(move(got + to, got + from, n), got + to);
    for (size_t i = 0; i < ROOM; i++)
        assert_int_equal(got[i], want[i]);
}

static void *copy(void *to, const void *from, size_t n) {
    return memcpy(to, from, n);
}

static void copies_apart(void **state) {
    (void)state;
    lengths_each(i) {
        if (lengths[i] > 1400) continue;
        for (size_t shift = 0; shift < 17; shift++) {
            check_move(copy, 1 + shift, 1500, lengths[i]);
            check_move(copy, 1500, 1 + shift, lengths[i]);
        }
    }
}

static void moves_overlapping(void **state) {
    (void)state;
    static const size_t distances[] = { 0, 1, 3, 8, 15, 16, 17, 31, 32, 33, 500 };
    lengths_each(i) {
        for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
            check_move(memmove, 5, 5 + distances[d], lengths[i]);
            check_move(memmove, 5 + distances[d], 5, lengths[i]);
        }
    }
}

static void sets(void **state) {
    (void)state;
    static uint8_t got[ROOM];
    lengths_each(i) {
        for (size_t at = 1; at < 18; at++) {
            fill(got);
            assert_ptr_equal(memset(got + at, 0x1a5, lengths[i]), got + at);
            for (size_t j = 0; j < lengths[i]; j++)
                assert_int_equal(got[at + j], 0xa5);
            assert_int_equal(got[at - 1], (uint8_t)((at - 1) * 7));
            const size_t end = at + lengths[i];
            assert_int_equal(got[end], (uint8_t)(end * 7 + (end >> 8)));
        }
    }
}

static int sign(int x) {
    return (x > 0) - (x < 0);
}

static void compares(void **state) {
    (void)state;
    static uint8_t left[ROOM], right[ROOM];
    lengths_each(i) {
        fill(left), fill(right);
        assert_int_equal(memcmp(left + 3, right + 3, lengths[i]), 0);
        for (size_t at = 0; at < lengths[i]; at++) {
            const uint8_t kept = right[3 + at];
            right[3 + at] ^= 0x80; // tells an unsigned comparison from a signed one
            const int want = left[3 + at] < right[3 + at] ? -1 : 1;
            assert_int_equal(sign(memcmp(left + 3, right + 3, lengths[i])), want);
            assert_int_equal(memcmp(left + 3, right + 3, at), 0);
            right[3 + at] = kept;
        }
    }
    assert_true(
        memcmp(
            "ab\xff\0cdefg",
            "ab\x01\xff"
            "cdefg",
            9
        ) > 0
    ); // the first difference decides
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_apart),
        cmocka_unit_test(moves_overlapping),
        cmocka_unit_test(sets),
        cmocka_unit_test(compares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
