// What later rooms ask of an accepted module: layouts, what types are, how many messages are in flight, how deep endpoints
// nest. What is refused is in tests/sir/verify.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "verify.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "sir/sir.h"

#include <stdint.h>
#include <string.h>

static Arena arena; // of the test that runs

static int open_arena(void **state) {
    (void)state;
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static const char rest[] =
    "\nfn void @main() {\nbb0:\n    return\n}\n"
    "manifest {\n    main @main()\n    heap 65536\n    stack 4096\n    threads 1\n}\n";

static const VerifiedSir *accepted(const char *items) {
    const char *text = arena_printf(&arena, "module test\n%s%s", items, rest);
    SirReadError error;
    const SirModule *module = sir_text_read(&arena, str_from_c(text), &error);
    if (!module) fail_msg("%u: %s", error.line, error.message);
    Buf binary = { 0 };
    sir_binary_write(module, &binary);
    VerifyReport report;
    const VerifiedSir *sir = verify(&arena, binary.data, binary.len, &report);
    if (!sir) fail_msg("V%02u: %s", report.complaints[0].rule, report.complaints[0].message);
    buf_free(&binary);
    return sir;
}

// --- layout: docs/sir.md 3 -------------------------------------------------------------------------------------------

typedef struct Layout {
    const char *type;
    uint64_t size;
    uint32_t align;
    const char *nature; // p: plain, o: owning, s: second-class, x: sendable
} Layout;

// The type of the only local of the function.
static void assert_layout(const Layout *row) {
    const char *items = arena_printf(
        &arena,
        "contract C {\n    in m()\n    state A: end, m -> E\n    state E: end\n}\n"
        "struct Empty { }\n"
        "struct Pair { u8 a u32 b }\n"
        "struct Owner { bool a own u64* b u8 c }\n"
        "ref struct Ref { const u8[] rest }\n"
        "wire struct Wire { u8 a be u32 b u8[3] c }\n"
        "enum Plain : i16 { a = -1 }\n"
        "enum Tagged { a b(u8 x, u16 y) c(u64 z) }\n"
        "enum Units { a b }\n"
        "flags Flags : u32 { a = 1 }\n"
        "fn void @f() {\n    local %%0 %s\nbb0:\n    return\n}\n",
        row->type
    );
    const VerifiedSir *sir = accepted(items);
    SirType type = verified_module(sir)->funcs.data[0].locals.data[0].type;
    if (verified_size(sir, type) != row->size || verified_align(sir, type) != row->align)
        fail_msg(
            "`%s` is %llu bytes at %u", row->type, (unsigned long long)verified_size(sir, type),
            verified_align(sir, type)
        );
    const char *nature = row->nature;
    bool same = verified_is_plain(sir, type) == (strchr(nature, 'p') != NULL) &&
                verified_is_owning(sir, type) == (strchr(nature, 'o') != NULL) &&
                verified_is_second_class(sir, type) == (strchr(nature, 's') != NULL) &&
                verified_is_sendable(sir, type) == (strchr(nature, 'x') != NULL);
    if (!same) fail_msg("`%s` is not `%s`", row->type, nature);
}

static void types_are_laid_out(void **state) {
    (void)state;
    static const Layout rows[] = {
        { "bool",            1,  1, "px" },
        { "char",            4,  4, "px" },
        { "f64",             8,  8, "px" },
        { "u16[3]",          6,  2, "px" },
        { "u16[..3]",        16, 8, "px" }, // 8 + 6, rounded up
        { "Empty",           0,  1, "px" },
        { "Pair",            8,  4, "px" },
        { "Owner",           24, 8, "ox" },
        { "Ref",             16, 8, "ps" },
        { "Wire",            8,  1, "px" },
        { "Plain",           2,  2, "px" },
        { "Tagged",          16, 8, "px" }, // the tag; payloads at 8
        { "Units",           1,  1, "px" },
        { "Flags",           4,  4, "px" },
        { "u8?",             2,  1, "px" },
        { "u64?",            16, 8, "px" },
        { "own u64*?",       8,  8, "ox" },
        { "const u64*?",     8,  8, "ps" },
        { "mut u64*",        8,  8, "s"  },
        { "own u8[]",        16, 8, "ox" },
        { "own own str[]",   16, 8, "ox" },
        { "static str",      16, 8, "p"  },
        { "const str",       16, 8, "ps" },
        { "own u8[..]",      24, 8, "o"  },
        { "own static str*", 8,  8, "o"  },
        { "fn void(u64)",    8,  8, "p"  },
        { "C.imp:A",         8,  8, "ox" },
        { "C.imp:A?",        16, 8, "ox" },
        { "mut C.imp:A*",    8,  8, "s"  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_layout(&rows[i]);
}

// --- contracts: docs/sir.md 8, 11 --------------------------------------------------------------------------------------

static void queues_are_bounded_by_runs(void **state) {
    (void)state;
    const VerifiedSir *sir = accepted("contract C {\n"
                                      "    in m()\n    in n()\n    out o()\n    out p()\n"
                                      "    state A: m -> B\n"
                                      "    state B: n -> D, m -> E\n"
                                      "    state D: end, o -> F, p -> A\n"
                                      "    state F: p -> G\n"
                                      "    state G: o -> A\n"
                                      "    state E: end\n"
                                      "}\n");
    assert_int_equal(verified_queue_bound(sir, 0, SIR_IN), 2);  // m, n
    assert_int_equal(verified_queue_bound(sir, 0, SIR_OUT), 3); // o, p, o
    assert_false(verified_uses_contract(sir, 0));
}

static void weights_count_nesting(void **state) {
    (void)state;
    const VerifiedSir *sir =
        accepted("contract Leaf {\n"
                 "    in m(u64 n)\n    state A: end, m -> E\n    state E: end\n"
                 "}\n"
                 "contract Inner {\n"
                 "    in give(own Leaf.exp:A[] e)\n"
                 "    state A: end, give -> E\n    state E: end\n"
                 "}\n"
                 "contract Outer {\n"
                 "    in give(Inner.exp:A? e)\n    in lend(Inner.imp:A e)\n"
                 "    state A: end, give -> E, lend -> E\n    state E: end\n"
                 "}\n");
    assert_int_equal(verified_weight(sir, 0, SIR_EXP, 0), 0); // nothing is nested in an integer
    assert_int_equal(verified_weight(sir, 1, SIR_EXP, 0), 1);
    assert_int_equal(verified_weight(sir, 2, SIR_EXP, 0), 2);
    assert_int_equal(verified_weight(sir, 2, SIR_IMP, 0), 0); // its holder sends
    assert_int_equal(verified_weight(sir, 2, SIR_EXP, 1), 0); // it has ended
    assert_true(verified_uses_contract(sir, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(types_are_laid_out, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(queues_are_bounded_by_runs, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(weights_count_nesting, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
