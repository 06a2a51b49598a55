// Arenas and what lives in them: memory is zeroed, aligned, apart, and vectors keep their content while they grow.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/arena.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_and_aligned(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    for (size_t size = 0; size < 3000; size += 7) {
        uint8_t *bytes = arena_alloc(&arena, size, 64);
        assert_int_equal((uintptr_t)bytes % 64, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(bytes[i], 0);
            bytes[i] = 0xaa;
        }
    }
    arena_free(&arena);
    assert_int_equal(arena_used(&arena), 0);
}

// The second arena gets chunks of the first.
static void memory_is_zeroed_again(void **state) {
    (void)state;
    enum { BLOCK = 64 << 10, BLOCKS = 300 };
    for (int round = 0; round < 2; round++) {
        Arena arena;
        arena_init(&arena);
        for (int i = 0; i < BLOCKS; i++) {
            uint8_t *bytes = arena_alloc(&arena, BLOCK, 8);
            for (size_t k = 0; k < BLOCK; k++)
                if (bytes[k]) fail_msg("byte %zu of block %d is set", k, i);
            memset(bytes, 0xaa, BLOCK);
        }
        arena_free(&arena);
    }
}

static void large_blocks_get_their_own_chunk(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    uint32_t *big = arena_array(&arena, uint32_t, 10u << 20);
    big[(10u << 20) - 1] = 7;
    assert_non_null(arena_new(&arena, uint64_t));
    arena_free(&arena);
}

static void what_was_given_back_comes_zeroed(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++) {
        Arena arena;
        arena_init(&arena);
        for (int i = 0; i < 300; i++) {
            uint8_t *bytes = arena_alloc(&arena, 100000, 16);
            for (size_t k = 0; k < 100000; k += 99)
                assert_int_equal(bytes[k], 0);
            memset(bytes, 0xaa, 100000);
        }
        arena_free(&arena);
    }
}

static void vectors_keep_their_content(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    VEC(uint32_t) numbers = { 0 };
    for (uint32_t i = 0; i < 10000; i++)
        vec_push(&arena, &numbers, i * 3);
    uint32_t expected = 0;
    vec_each(uint32_t, it, &numbers) {
        assert_int_equal(*it, expected);
        expected += 3;
    }
    assert_int_equal(numbers.len, 10000);
    assert_int_equal(*vec_last(&numbers), 29997);
    assert_int_equal(vec_pop(&numbers), 29997);
    arena_free(&arena);
}

static void text_is_copied(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    assert_string_equal(arena_printf(&arena, "%s-%d", "room", 7), "room-7");
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    arena_free(&arena);
}

// What cannot be had ends the program as a failure of the world, and not of the program that is compiled.
static void no_memory_is_a_status(void **state) {
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        Arena arena;
        arena_init(&arena);
        freopen("/dev/null", "w", stderr);
        arena_alloc(&arena, SIZE_MAX / 2 + 1, 8);
        _Exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(memory_is_zeroed_again),
        cmocka_unit_test(large_blocks_get_their_own_chunk),
        cmocka_unit_test(what_was_given_back_comes_zeroed),
        cmocka_unit_test(vectors_keep_their_content),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(no_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
