// The interpreter against what compiled code does: the programs of tests/llvm/Inputs, whose first line says how they end.
// And that it sees what is wrong: small functions, each of which breaks one rule when it runs.

#include "interp.h"

#include "base/file.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUOTA = 1 << 22, STEPS = 1 << 22 }; // that of the test of compiled code

static const char *const fault_names[] = {
#define FAULT(number, name, text) [number] = #name,
#include "contracts/abi/fault.def"
};

static SirModule *read_text(Arena *arena, const char *text, size_t length) {
    SirReadError error;
    SirModule *module = sir_text_read(arena, (Str){ text, length }, &error);
    if (!module) print_error("line %u: %s\n", error.line, error.message);
    assert_non_null(module);
    return module;
}

// --- as compiled code does --------------------------------------------------------------------------------------------

typedef struct Expected {
    char name[32];
    unsigned line; // of the fault; 0: none is expected
} Expected;

static Expected read_expected(const char *text) {
    Expected expected = { .name = "" };
    const char *at = strstr(text, "; expect: ");
    assert_non_null(at);
    assert_true(sscanf(at, "; expect: %31s %u", expected.name, &expected.line) >= 1);
    return expected;
}

static void check_end(
    const char *name, const Expected *expected, const InterpResult *result, const SirModule *module
) {
    Buf line = { 0 };
    bool returns = strcmp(expected->name, "returned") == 0;
    bool right = returns ? result->end == INTERP_RETURNED
                         : result->end == INTERP_FAULT &&
                               strcmp(fault_names[result->fault], expected->name) == 0 &&
                               (expected->line == 0 || result->loc.line == expected->line);
    interp_result_write(result, module, &line);
    if (!right)
        print_error(
            "%s: expected %s %u: %.*s\n", name, expected->name, expected->line, (int)line.len,
            (const char *)line.data
        );
    buf_free(&line);
    assert_true(right);
}

static void run_like_compiled(const char *folder, const char *name) {
    char path[4096], problem[512];
    Buf text = { 0 };
    Arena arena;
    InterpResult result;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_read(path, 1 << 20, &text, problem));
    size_t length = text.len;
    char *source = buf_take(&text);
    arena_init(&arena);
    SirModule *module = read_text(&arena, source, length);
    module->manifest.heap_bytes = QUOTA;
    Expected expected = read_expected(source);
    interp_run((const SirModule *const[]){ module }, 1, STEPS, NULL, &result);
    check_end(name, &expected, &result, module);
    arena_free(&arena);
    free(source);
}

// Two depend on what that test puts around the program: text arguments, and a test for UTF-8 that knows ASCII only.
static bool is_of_its_own(const char *name) {
    return strcmp(name, "args.sir") == 0 || strcmp(name, "slices.sir") == 0;
}

static void test_ends_as_compiled_code_does(void **state) {
    static const char folder[] = SIP_SOURCE_DIR "/tests/llvm/Inputs";
    struct dirent *entry;
    DIR *dir = opendir(folder);
    uint32_t count = 0;
    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 4, ".sir") != 0 ||
            is_of_its_own(entry->d_name))
            continue;
        run_like_compiled(folder, entry->d_name);
        count++;
    }
    closedir(dir);
    assert_true(count > 10);
}

// --- what is wrong is seen ----------------------------------------------------------------------------------------------

typedef struct Wrong {
    uint32_t rule;
    const char *what; // part of the message
    const char *text; // of the function that is walked
} Wrong;

static const char around[] =
    "module test\n"
    "contract C {\n in m(u64 n)\n out r()\n state A: m -> B\n state B: r -> A\n}\n"
    "struct Pair {\n u64 a\n own u64* b\n}\n"
    "ref struct Ref {\n const u64* at\n u64 n\n}\n";

static const Wrong wrongs[] = {
    { 1,  "of type",
     "fn void @f(u64 a, u8 b) {\nbb0:\n %0 = add.wrap copy %0, copy %1\n return\n}\n"                                                               },
    { 1,  "edge to block 9",   "fn void @f() {\nbb0:\n jump -> bb9\n}\n"                                                                            },
    { 1,  "can only be moved",
     "fn void @f(own u64* a) {\n local %1 own u64*\nbb0:\n %1 = use copy %0\n drop %0\n drop %1\n return\n}\n"                                      },
    { 2,  "not initialised",   "fn u64 @f() {\n local %0 u64\nbb0:\n return (copy %0)\n}\n"                                                         },
    { 2,  "nothing is there",
     "fn void @f(Pair p) {\n local %1 own u64*\nbb0:\n %1 = use move %0.b\n drop %1\n drop %0.b\n return\n}\n"                                      },
    { 2,  "does not exist",
     "fn void @f() {\n local %0 u64\nbb0:\n %0 = use u64 1\n storage.begin %0\n return\n}\n"                                                        },
    { 3,  "still owns",        "fn void @f(own u64* a) {\nbb0:\n return\n}\n"                                                                       },
    { 3,  "overwritten",
     "fn void @f(own u64* a, own u64* b) {\nbb0:\n %0 = use move %1\n drop %0\n return\n}\n"                                                        },
    { 3,  "not back",
     "fn void @f(mut own u64** a) {\n local %1 own u64*\nbb0:\n %1 = use move %0.*\n drop %1\n return\n}\n"                                         },
    { 3,  "element",
     "fn void @f(own own u64*[] a) {\n local %1 own own u64*[]\nbb0:\n drop %0[0]\n drop %0\n return\n}\n"                                          },
    { 4,  "stale",
     "fn u64 @f(u64 a) {\n local %1 const u64*\nbb0:\n %1 = borrow %0\n %0 = use u64 2\n return (copy %1.*)\n}\n"                                   },
    { 4,  "stale",
     "fn u64 @f(own u64* a) {\n local %1 const u64*\n local %2 u64\nbb0:\n %1 = borrow %0.*\n drop %0\n %2 = use copy %1.*\n return (copy %2)\n}\n" },
    { 4,  "stale",
     "fn void @f(u64 a) {\n local %1 mut u64*\n local %2 mut u64*\nbb0:\n %1 = borrow.mut %0\n %2 = borrow.mut %0\n %1.* = use u64 1\n return\n}\n" },
    { 4,  "shared",            "fn void @f(const u64* a) {\nbb0:\n %0.* = use u64 1\n return\n}\n"                                                  },
    { 4,  "itself",            "fn void @f(u64 a) {\nbb0:\n swap %0, %0\n return\n}\n"                                                              },
    { 5,  "ended",
     "fn const u64* @f(u64 a) {\n local %1 const u64*\nbb0:\n %1 = borrow %0\n return (copy %1)\n}\n"                                               },
    { 5,  "signature",
     "fn const u64* @f(const u64* a, const u64* b) from(0) {\nbb0:\n return (copy %1)\n}\n"                                                         },
    { 5,  "elsewhere",
     "fn void @f(mut Ref* r, const u64* a) {\nbb0:\n %0.*.at = use copy %1\n return\n}\n"                                                           },
    { 6,  "untested",          "fn u64 @f(u64[2] a) {\nbb0:\n return (copy %0[2])\n}\n"                                                             },
    { 7,  "is sent in state",
     "fn void @f(C.imp:A c) {\nbb0:\n send %0, m(u64 1)\n send %0, m(u64 2)\n close move %0\n return\n}\n"                                          },
    { 7,  "is left in state",
     "fn void @f(mut C.imp:A* -> A c) {\nbb0:\n send %0.*, m(u64 1)\n return\n}\n"                                                                  },
    { 7,  "whose arms",
     "fn void @f(C.exp:A c) {\nbb0:\n receive {\n closed %0 -> bb1\n }\nbb1:\n close move %0\n return\n}\n"                                         },
    { 7,  "retyped",           "fn void @f(C.imp:A c) {\nbb0:\n retype %0, 0\n close move %0\n return\n}\n"                                         },
    { 10, "not built",         "fn void @f() {\n local %0 gc u64[..]\nbb0:\n return\n}\n"                                                           },
    { 11, "may not name",      "fn void @f() {\nbb0:\n call.kernel finish()\n return\n}\n"                                                          },
    { 13, "grant",             "fn void @f() {\nbb0:\n call.kernel exit(u32 1)\n return\n}\n"                                                       },
};

static bool is_seen(const Wrong *wrong, Buf *said) {
    Arena arena;
    Buf text = { 0 };
    InterpResult result;
    bool seen = false;
    arena_init(&arena);
    buf_printf(&text, "%s%s", around, wrong->text);
    SirModule *module = read_text(&arena, (const char *)text.data, text.len);
    for (uint64_t seed = 0; seed < 20 && !seen; seed++) {
        interp_walk(module, 0, seed, STEPS, NULL, &result);
        seen = result.end == INTERP_VIOLATION;
    }
    interp_result_write(&result, module, said);
    buf_free(&text);
    arena_free(&arena);
    return seen && result.rule == wrong->rule && strstr(result.message, wrong->what);
}

static void test_sees_what_is_wrong(void **state) {
    (void)state;
    for (uint32_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        Buf said = { 0 };
        bool seen = is_seen(&wrongs[i], &said);
        if (!seen)
            print_error(
                "%s V%02u %s, but: %.*s\n", wrongs[i].text, wrongs[i].rule, wrongs[i].what,
                (int)said.len, (const char *)said.data
            );
        buf_free(&said);
        assert_true(seen);
    }
}

// --- systems --------------------------------------------------------------------------------------------------------------

static const char asker[] =
    "module Asker\n"
    "contract Sum {\n in add(own u64[] list)\n out sum(u64 n)\n state Ask: add -> Wait\n state Wait: sum -> Ask\n}\n"
    "contract Console {\n in write(own str text)\n out ok()\n state Ready: write -> Busy\n state Busy: ok -> Ready\n}\n"
    "fn void @main(Sum.imp:Ask sum, Console.imp:Ready out) {\n"
    " local %2 own u64[]\n local %3 u64\n local %4 own str\n local %5 static str\n local %6 bool\n"
    "bb0:\n %2 = new.array u64 3, u64 14\n send %0, add(move %2)\n"
    " receive {\n message %0, sum(move %3) -> bb1\n closed %0 -> bb3\n }\n"
    "bb1:\n %6 = eq copy %3, u64 42\n branch copy %6 -> bb2, bb3\n"
    "bb2:\n %5 = use static str \"right\"\n %4 = new.copy %5\n send %1, write(move %4)\n close move %0\n close move %1\n return\n"
    "bb3:\n trap 7\n}\n"
    "manifest {\n main @main(sum, out)\n heap 4096\n stack 4096\n threads 1\n}\n";

static const char adder[] =
    "module Adder\n"
    "contract Sum {\n in add(own u64[] list)\n out sum(u64 n)\n state Ask: add -> Wait\n state Wait: sum -> Ask\n}\n"
    "fn void @main(Sum.exp:Ask asker) {\n local %1 own u64[]\n local %2 u64\n local %3 u64\n local %4 const u64*\n"
    "bb0:\n jump -> bb1\n"
    "bb1:\n receive {\n message %0, add(move %1) -> bb2\n closed %0 -> bb5\n }\n"
    "bb2:\n %2 = use u64 0\n %3 = use u64 0\n jump -> bb3\n"
    "bb3:\n next %3, %1 {\n more(const %4) -> bb4\n done -> bb6\n }\n"
    "bb4:\n %2 = add.trap copy %2, copy %4.*\n jump -> bb3\n"
    "bb5:\n close move %0\n return\n"
    "bb6:\n drop %1\n send %0, sum(copy %2)\n jump -> bb1\n}\n"
    "manifest {\n main @main(asker)\n heap 4096\n stack 4096\n threads 1\n}\n";

static void test_runs_a_system(void **state) {
    Arena arena;
    Buf console = { 0 };
    InterpResult results[2];
    (void)state;
    arena_init(&arena);
    const SirModule *modules[] = { read_text(&arena, adder, sizeof adder - 1),
                                   read_text(&arena, asker, sizeof asker - 1) };
    interp_run(modules, 2, STEPS, &console, results);
    assert_int_equal(results[0].end, INTERP_RETURNED);
    assert_int_equal(results[1].end, INTERP_RETURNED);
    assert_int_equal(console.len, 5);
    assert_memory_equal(console.data, "right", 5);
    buf_free(&console);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_as_compiled_code_does),
        cmocka_unit_test(test_sees_what_is_wrong),
        cmocka_unit_test(test_runs_a_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
