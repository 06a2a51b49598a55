// What people write who come from other languages is answered by how Sip spells it.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "syntax/reports_test.h"

#include <stdio.h>
#include <string.h>

static const struct {
    bool item; // else a statement
    const char *text, *help;
} cases[] = {
    // C
    { false, "unsigned int x = 3;",                 "`u8` to `u64`"            },
    { false, "long long x = 3;",                    "`u8` to `u64`"            },
    { false, "unsigned char *p = q;",               "`u8` to `u64`"            },
    { false, "x = (int)y;",                         "`(u32)x`"                 },
    { false, "p = (char*)q;",                       "pointers are not cast"    },
    { false, "struct Point p;",                     "by its name alone"        },
    { true,  "struct Point f(u32 x) { }",           "by its name alone"        },
    { true,  "void f(struct Point* p) { }",         "by its name alone"        },
    { false, "receive list[i].end.m(u32 n);",       "through a borrow"         },
    { false, "u8 b[4];",                            "`u8[4] name`"             },
    { true,  "void f(u8 b[4]) { }",                 "`u8[4] name`"             },
    { false, "u32 a, b;",                           "one name"                 },
    { false, "if (a = 3) g();",                     "`==` compares"            },
    { false, "a = b = c;",                          "has no value"             },
    { false, "u32 y = x++;",                        "statements of their own"  },
    { false, "for (u32 i = 0, i < 3, i++) g();",    "separated by `;`"         },
    { false, "g((Point){ 1, 2 });",                 "`Point { 1, 2 }`"         },
    { false, "g(\"a\" \"b\");",                     "not joined"               },
    { false, "a + b;",                              "only if it is a call"     },
    { true,  "#include <stdio.h>",                  "`import`"                 },
    { true,  "typedef struct { u32 x; } Foo;",      "`typedef` is not needed"  },
    { true,  "union U { u32 x; }",                  "variants"                 },
    { true,  "extern void f();",                    "`pub`"                    },
    { true,  "static inline u32 f() { }",           "`pub`"                    },
    { true,  "main() { }",                          "type of its result"       },
    { true,  "void f(str s, ...) { }",              "variable arguments"       },
    { true,  "struct S { u32 x; };",                "no `;`"                   },
    { true,  "enum E { a = 1; b }",                 "separated by `,`"         },
    { true,  "typedef u32 Id;",                     "one name"                 },
    { true,  "u32 h(u32 x = 3) { return x; }",      "no defaults"              },
    { false, "P p = { x: 1, y: 2 };",               "`{ .x = 1, .y = 2 }`"     },
    { false, "P p = { x = 1, y = 2 };",             "`{ .x = 1, .y = 2 }`"     },
    { false, "goto out; out: return;",              "belongs to a loop"        },
    // Rust
    { false, "let mut x = 1;",                      "`auto x = f();`"          },
    { false, "let x: u32 = 1;",                     "`auto x = f();`"          },
    { true,  "fn f() -> u32 { }",                   "type of its result"       },
    { true,  "pub fn f(x: u32) { }",                "type of its result"       },
    { false, "g(&mut x);",                          "`const T*`"               },
    { false, "match x { 1 => g(), }",               "`switch (x)"              },
    { false, "loop { g(); }",                       "`while (true)"            },
    { false, "if x > 3 { g(); }",                   "in parentheses"           },
    { false, "for x in y { g(); }",                 "`for (u32 x : list)`"     },
    { false, "x = y as u32;",                       "`(u32)x`"                 },
    { false, "x = std::text::f();",                 "`std.text`"               },
    { false, "g(|x| x + 1);",                       "`fn (x) { ... }`"         },
    { true,  "use std::io;",                        "`import std.text;`"       },
    { true,  "impl Foo { }",                        "S.size"                   },
    { true,  "trait T { }",                         "`interface`"              },
    { true,  "struct P { x: u32, }",                "the type comes first"     },
    { true,  "T max<T>(T a) where T: Ord { }",      "`T max<T: Order>"         },
    { false, "x = u32(y);",                         "`(u32)x`"                 },
    { true,  "struct M { u32 x; u32 get() { } }",   "behind the struct"        },
    // and others
    { false, "return (P){ 1, 2 };",                 "`Point { 1, 2 }`"         },
    { false, "P p = (P){ 1, 2 };",                  "`Point { 1, 2 }`"         },
    { false, "usize n = 64KB;",                     "`64 KiB`"                 },
    { false, "for (u8 x : { 1, 2 }) g();",          "gets a name first"        },
    { true,  "void f(Acc:Open x) { }",              "`C.imp:S`"                },
    { true,  "void f(u32 a, Acc:Open x) { }",       "`C.imp:S`"                },
    { true,  "class Foo { }",                       "S.size"                   },
    { true,  "def f(x): u32;",                      "type of its result"       },
    { true,  "template<typename T> T f(T x) { }",   "follow the name"          },
    { false, "x := 3;",                             "`auto x = f();`"          },
    { false, "if (a and b) g();",                   "`&&`"                     },
    { false, "if (not a) g();",                     "`&&`"                     },
    { false, "if (a === b) g();",                   "whatever the type"        },
    { false, "u32 x = a ?? b;",                     "`x else y`"               },
    { false, "own Foo* f = new Foo(1);",            "`new T { ... }`"          },
    { false, "g((x) => x);",                        "`fn (x) { ... }`"         },
    { false, "try { g(); }",                        "`try f(x)`"               },
    { true,  "contract C{state S: a?->S or b?;}",   "(a? -> S or b? -> T)"     },
    { true,  "contract C { state S: a? or b?; }",   "`one { a? -> S;"          },
    { true,  "contract C { state S { a? -> S; } }", "follows a `:`"            },
    { true,  "state S { a? -> S; }",                "belongs to a contract"    },
    { true,  "test adds { }",                       "name is a text"           },
    { true,  "static int g;",                       "constant and has a value" },
    { true,  "u32 g;",                              "constant and has a value" },
    { false, "u32 y = receive c.b();",              "bound in the message"     },
    { false, "g(receive c.b());",                   "bound in the message"     },
};

static void habits_are_answered(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(
            text, sizeof text, cases[i].item ? "%s\n" : "void f() {\n    %s\n}\n", cases[i].text
        );
        char *reports = reports_of(text, strlen(text), false);
        const char *help = strstr(reports, "= help: ");
        if (!help || !strstr(help, cases[i].help)) print_message("%s\n", reports);
        assert_non_null(help);
        assert_non_null(strstr(help, cases[i].help));
        free(reports);
    }
}

// A semicolon that is missing needs no lesson, whatever stands on the next line: at most it is put there.
static void what_is_plain_is_not_explained(void **state) {
    (void)state;
    static const char *const plain[] = {
        "void f() {\n    g()\n    h();\n}\n",
        "void f() {\n    u32 x = f(1)\n    y = 3;\n}\n",
        "void f() {\n    g(1 2);\n}\n",
        "void f() {\n    x = ;\n}\n",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char *reports = reports_of(plain[i], strlen(plain[i]), false);
        assert_non_null(strstr(reports, "E0105"));
        const char *help = strstr(reports, "help: ");
        assert_true(!help || strncmp(help, "help: write `", strlen("help: write `")) == 0);
        free(reports);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(habits_are_answered),
        cmocka_unit_test(what_is_plain_is_not_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
