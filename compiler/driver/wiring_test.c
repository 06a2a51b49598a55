// The `.system` file: what was written is read back, and no cut or changed file is taken for more than it says.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "driver/wiring.h"

#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "sip-system 1\nsystem Demo\nsip server Server 0\nwire player channel client server\nwire out machine console\n"
    "wire words args \"two\\20words\" \"\\22\"\nsip client Client 3\nwire server channel server player\n";

static bool reads(Arena *arena, const char *text, size_t length, Wiring *wiring) {
    char error[512];
    return wiring_read(arena, "t.system", (Str){ text, length }, wiring, error);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    Wiring wiring;
    assert_true(reads(&arena, sample, strlen(sample), &wiring));
    assert_int_equal(wiring.sips.len, 2);
    assert_string_equal(wiring.sips.data[0].wires.data[2].texts.data[0], "two words");
    assert_int_equal(wiring.sips.data[1].restart, 3);
    Buf out = { 0 };
    wiring_write(&wiring, &out);
    char *text = buf_take(&out);
    assert_string_equal(text, sample);
    free(text);
    arena_free(&arena);
}

static void nonsense_is_refused(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "sip-system 2\nsystem A\nsip a B 0\n",
        "sip-system 1\nsystem A\n",
        "sip-system 1\nsystem 1A\nsip a B 0\n",
        "sip-system 1\nsystem A\nwire a machine console\n",
        "sip-system 1\nsystem A\nsip a ../B 0\n",
        "sip-system 1\nsystem A\nsip a B 99999999999\n",
        "sip-system 1\nsystem A\nsip a B 0\nwire p args \"\\2\"\n",
        "sip-system 1\nsystem A\nsip a B 0\n\n",
        "sip-system 1\nsystem A\nsip a B 0\nwire p channel x\n",
    };
    Arena arena;
    arena_init(&arena);
    Wiring wiring;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_false(reads(&arena, lines[i], strlen(lines[i]), &wiring));
    for (size_t length = 0; length < sizeof sample; length++)
        reads(&arena, sample, length, &wiring); // no cut may do harm
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
