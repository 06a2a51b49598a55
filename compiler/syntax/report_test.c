// Where errors are reported: at the place that the text cannot go on from in any reading, each once, and whatever else is
// wrong in the same file.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "syntax/reports_test.h"

#include <string.h>
#include <time.h>

typedef struct Case {
    const char *text, *expected;
} Case;

static void check(const char *text, const char *expected) {
    char *reports = reports_of(text, strlen(text), true);
    assert_string_equal(reports, expected);
    free(reports);
}

#define CHECK_ALL(cases)                                         \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) \
    check((cases)[i].text, (cases)[i].expected)

// --- one error in much text ---------------------------------------------------------------------------

// Every line of it has several readings that die on the way.
static void add_functions(Buf *out, int count) {
    for (int i = 0; i < count; i++) {
        buf_printf(
            out,
            "u64 work%d(u8[] text, u64[] table) {\n"
            "    for (usize i = 0; i < table.len; i++) {\n"
            "        table[i] = table[i] +%% 1;\n"
            "        if (table[i] > 7 && a * b) sum += table[i] * 2 + help(text[i], i);\n"
            "    }\n"
            "    if (sum[i] * x = next()) (a, b) = swap(Point{ .x = (u32)sum });\n"
            "    return sum;\n"
            "}\n",
            i
        );
    }
}

static char *wrong_among(const char *wrong, int before, int behind) {
    Buf text = { 0 };
    add_functions(&text, before);
    buf_cstr(&text, wrong);
    add_functions(&text, behind);
    char *reports = reports_of((const char *)text.data, text.len, true);
    buf_free(&text);
    return reports;
}

static void an_error_in_a_long_file_is_found(void **state) {
    (void)state;
    static const Case cases[] = {
        { "u64 f32(u64 x) {\n    return x +% 1;\n}\n",
         "t.sip:681:5: error[E0117]: `f32` is a keyword and cannot be a name\n"                                   },
        { "void f() {\n    u32 x = 1\n    g(x);\n}\n",
         "t.sip:682:14: error[E0105]: expected `;`, found `g`\n"                                                  },
        { "void f() {\n    u32 x = a + ;\n}\n",
         "t.sip:682:17: error[E0105]: expected an expression, found `;`\n"                                        },
        { "struct P { u32 }\n",                        "t.sip:681:16: error[E0105]: expected a name, found `}`\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int behind = 0; behind < 100; behind += 40) {
            char *reports = wrong_among(cases[i].text, 85, behind);
            assert_string_equal(reports, cases[i].expected);
            free(reports);
        }
    }
}

static double seconds(const char *wrong) {
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        struct timespec start, stop;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        free(wrong_among(wrong, 600, 600));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &stop);
        double time =
            (double)(stop.tv_sec - start.tv_sec) + (double)(stop.tv_nsec - start.tv_nsec) / 1e9;
        if (time < best) best = time;
    }
    return best;
}

static void an_error_costs_little(void **state) {
    (void)state;
    double good = seconds(""), bad = seconds("void f() {\n    u32 x = 1\n    g(x);\n}\n");
    print_message("%.0f ms without an error, %.0f ms with one\n", good * 1e3, bad * 1e3);
    assert_true(bad < 20 * good); // the parser library reads it, and what is left of it once more
}

// --- several ------------------------------------------------------------------------------------------

static void errors_do_not_hide_each_other(void **state) {
    (void)state;
    static const Case cases[] = {
        { "void f() {\n    u32 x = 1\n    y = = 2;\n    g(1 2);\n    if x > 1 {\n        h(\n    , 1);\n    }\n}\n",
         "t.sip:2:14: error[E0105]: expected `;`, found `y`\n"
          "t.sip:3:9: error[E0105]: expected an expression, found `=`\n"
          "t.sip:4:8: error[E0105]: expected `,`, found `2`\n"
          "t.sip:5:8: error[E0105]: expected `(`, found `x`\n"
          "t.sip:7:5: error[E0105]: expected an expression or `)`, found `,`\n" },
        { "fn f(x: u32) -> u32 {\n    g(1 2);\n}\nstruct S {\n    u32 x\n    u32 y;\n    v: u8;\n}\n",
         "t.sip:1:7: error[E0105]: expected a name, found `:`\n"
          "t.sip:2:8: error[E0105]: expected `,`, found `2`\n"
          "t.sip:5:10: error[E0105]: expected `;` or `=`, found `u32`\n"
          "t.sip:7:6: error[E0105]: expected a name, found `:`\n"               },
        { "u64 f32(u64 x) {\n    return x x;\n}\nu64 u8(u64 x) { return = ; }\n",
         "t.sip:1:5: error[E0117]: `f32` is a keyword and cannot be a name\n"
          "t.sip:2:14: error[E0106]: unexpected `x`\n"
          "t.sip:4:5: error[E0117]: `u8` is a keyword and cannot be a name\n"   },
        { "contract C {\n    message a();\n    in message b();\n    state A -> b? -> A;\n}\n",
         "t.sip:2:5: error[E0105]: expected a message or a state, found `message`\n"
          "t.sip:4:13: error[E0105]: expected `:`, found `->`\n"                },
        { "void f() {\n    switch (x) {\n        case 1 -> g();\n        case 2: g(;\n        case 3: h() }\n}\n",
         "t.sip:3:16: error[E0106]: unexpected `->`\n"
          "t.sip:4:18: error[E0103]: this `(` is not closed\n"                  },
    };
    CHECK_ALL(cases);
}

// One mistake, one report, although nothing fits behind it for a while.
static void nothing_follows_from_an_error(void **state) {
    (void)state;
    static const Case cases[] = {
        { "void f() {\n    match x {\n        1 => g(),\n        _ => h(),\n    }\n    k();\n}\n",
         "t.sip:2:12: error[E0105]: expected `;` or `=`, found `{`\n"                                                                                                      },
        { "typedef struct {\n    u32 x;\n} Foo;\nvoid f() { }\n",
         "t.sip:1:16: error[E0106]: unexpected `{`\n"                                                                                                                      },
        { "class Foo {\n    u32 x;\n    void f() { g(); }\n}\nvoid f() { }\n",
         "t.sip:1:11: error[E0106]: unexpected `{`\n"                                                                                                                      },
        { "void f() {\n    for x in y {\n        g();\n    }\n    k();\n}\n",
         "t.sip:2:9: error[E0105]: expected `(`, found `x`\n"                                                                                                              },
        { "void f() {\n    if (a b c {\n        g();\n    }\n}\n",
         "t.sip:2:8: error[E0103]: this `(` is not closed\n"                                                                                                               },
        { "void f() {\n    g();\n\nvoid h() {\n    k();\n}\n",
         "t.sip:1:10: error[E0103]: this `{` is not closed\n"                                                                                                              },
        { "void f() { }\n/* void g() {\n}\n",
         "t.sip:2:1: error[E0102]: this comment does not end\n"                                                                                                            },
        { "",                                                                                      ""                                                                      },
        { "x",                                                                                     "t.sip:1:2: error[E0105]: expected a name, found the end of the file\n" },
    };
    CHECK_ALL(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_in_a_long_file_is_found),
        cmocka_unit_test(an_error_costs_little),
        cmocka_unit_test(errors_do_not_hide_each_other),
        cmocka_unit_test(nothing_follows_from_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
