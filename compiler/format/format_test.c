// What is laid out how: the smallest text for each rule, before and after.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "format/format.h"

#include <stdlib.h>
#include <string.h>

typedef struct Case {
    const char *before, *after; // NULL: the same
} Case;

static char *laid_out(const char *text, uint32_t start, uint32_t end) {
    Arena arena;
    char error[512];
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, "t.sip", text, strlen(text), error);
    assert_int_not_equal(file, 0);
    Syntax *syntax = syntax_parse(&arena, map, file, diags_new(&arena, map));
    FormatEdits edits = format_edits(&arena, syntax, source_text(map, file), start, end);
    Buf out = { 0 };
    format_apply(&out, source_text(map, file), &edits);
    arena_free(&arena);
    return buf_take(&out);
}

static void check(const Case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *wanted = cases[i].after ? cases[i].after : cases[i].before;
        char *once = laid_out(cases[i].before, 0, UINT32_MAX);
        assert_string_equal(once, wanted);
        char *twice = laid_out(once, 0, UINT32_MAX);
        assert_string_equal(twice, wanted);
        free(once);
        free(twice);
    }
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void blanks_between_tokens(void **state) {
    (void)state;
    static const Case cases[] = {
        { "",                                                                            NULL                                          },
        { "\n\n",                                                                        ""                                            },
        { "module  a . b ;",                                                             "module a.b;\n"                               },
        { "const u32 x=1+2*3;",                                                          "const u32 x = 1 + 2 * 3;\n"                  },
        { "pub own T ?[ ]f( const u8[ .. 4 ]*p ,u8 [<=64 KiB] q){}",
         "pub own T?[] f(const u8[..4]* p, u8[<= 64 KiB] q) {}\n"                                                                      },
        { "void f ( ) { g ( - x , ! y , ( u8 % ) z , * p , & q ) ; }",
         "void f() { g(-x, !y, (u8%)z, *p, &q); }\n"                                                                                   },
        { "void f(){x=a [ 1 .. 2 ]. b ->c (  )!;}",                                      "void f() { x = a[1..2].b->c()!; }\n"         },
        { "void f(){x ++ ;y=h::< u8,T >( {} );}",                                        "void f() { x++; y = h::<u8, T>({}); }\n"     },
        { "Map< K,V >Map<K ,V>.g<A:B+C>(ref fn bool( A ) h)from h{}",
         "Map<K, V> Map<K, V>.g<A: B + C>(ref fn bool(A) h) from h {}\n"                                                               },
        { "const P p={.x=1,. y= 2};",                                                    "const P p = { .x = 1, .y = 2 };\n"           },
        { "const u8[9]a={0...};",                                                        "const u8[9] a = { 0 ... };\n"                },
        { "void f(){for(;;)g();for(u8 i=0;i<3;i ++)g();for(u8 x:reverse xs)g();}",
         "void f() { for (;;) g(); for (u8 i = 0; i < 3; i++) g(); for (u8 x : reverse xs) g(); }\n"                                   },
        { "void f(){own X*p=new X{1}else return;auto q=new ?u8[3]{};}",
         "void f() { own X* p = new X{ 1 } else return; auto q = new? u8[3]{}; }\n"                                                    },
        { "void f(C.imp:A->B*c){send c . m( 1 );receive c.n(u8 x)else closed{return;}}",
         "void f(C.imp:A -> B* c) { send c.m(1); receive c.n(u8 x) else closed { return; } }\n"                                        },
        { "[[ inline ]]u8 f(){return 1;}",                                               "[[inline]] u8 f() { return 1; }\n"           },
        { "test\"a\"{assert(1==1,\"b\");}",                                              "test \"a\" { assert(1 == 1, \"b\"); }\n"     },
        { "sip A(C.exp:S c)uses exit,heap 1 MiB{}",                                      "sip A(C.exp:S c) uses exit, heap 1 MiB {}\n" },
        { "u8 x(u8 a)requires(a>1)ensures(a>2){}",
         "u8 x(u8 a) requires (a > 1) ensures (a > 2) {}\n"                                                                            },
        { "const str s=$\"a {x  :>4}\";",                                                "const str s = $\"a {x  :>4}\";\n"            },
        { "void f(){a=b?c:d;e=g||h&&!i;k=l else 3;}",
         "void f() { a = b ? c : d; e = g || h && !i; k = l else 3; }\n"                                                               },
    };
    CHECK(cases);
}

static void lines_of_a_body(void **state) {
    (void)state;
    static const Case cases[] = {
        { "void f() { g(); h(); }\n",                                                                   NULL                                    },
        { "void f() {\n    g(); h();\n}\n",                                                             "void f() {\n    g();\n    h();\n}\n"   },
        { "void f()\n{\n  g();\n\n\n\n  h();\n\n}\n",                                                   "void f() {\n    g();\n\n    h();\n}\n" },
        { "void f() {\n}\n",                                                                            "void f() {}\n"                         },
        { "struct S { u8 a; u8 b; }\n",                                                                 NULL                                    },
        { "struct S { u8 a;\nu8 b; }\n",                                                                "struct S {\n    u8 a;\n    u8 b;\n}\n" },
        { "void f() {\nif (a)\ng();\nelse\nh();\n}\n",
         "void f() {\n    if (a)\n        g();\n    else\n        h();\n}\n"                                                                    },
        { "void f() {\n    if (a) { g(); }\n    else h();\n}\n",                                        NULL                                    },
        { "void f() {\n    if (a) {\n        g();\n    }\n    else if (b) { h(); }\n}\n",
         "void f() {\n    if (a) {\n        g();\n    } else if (b) { h(); }\n}\n"                                                              },
        { "void f() {\nswitch (x) {\ncase 1: g(); return;\ncase 2:\ng();\ndefault: {\ng();\n}\n}\n}\n",
         "void f() {\n    switch (x) {\n        case 1: g(); return;\n        case 2:\n            g();\n        default: {\n"
          "            g();\n        }\n    }\n}\n"                                                                                             },
        { "void f() {\nouter:\nwhile (a) {\nbreak outer;\n}\n}\n",
         "void f() {\n    outer: while (a) {\n        break outer;\n    }\n}\n"                                                                 },
        { "void f() {\n    each(xs, fn (x) {\n            g(x);\n    });\n}\n",
         "void f() {\n    each(xs, fn (x) {\n        g(x);\n    });\n}\n"                                                                       },
        { "void f() {\n    own X* x = y else {\n return;\n };\n}\n",
         "void f() {\n    own X* x = y else {\n        return;\n    };\n}\n"                                                                    },
        { "u8 f(\n    u8 a) { return a; }\n",                                                           "u8 f(\n    u8 a\n) { return a; }\n"    },
        { "u8 f(u8 a,\n    u8 b) {\n    return a;\n}\n",
         "u8 f(u8 a,\n    u8 b)\n{\n    return a;\n}\n"                                                                                         },
        { "u8 f(u8 a) from a\n    requires (a > 0) {\n    return a;\n}\n",
         "u8 f(u8 a) from a\n    requires (a > 0)\n{\n    return a;\n}\n"                                                                       },
        { "void f() {\n    x = a +\n      b;\n    g(\n      1,\n      2);\n}\n",
         "void f() {\n    x = a +\n        b;\n    g(\n        1,\n        2\n    );\n}\n"                                                      },
    };
    CHECK(cases);
}

static void comments_and_columns(void **state) {
    (void)state;
    static const Case cases[] = {
        { "// a  \n/// b\nvoid f() {} // c\n",                                                                                                   "// a\n/// b\nvoid f() {} // c\n" },
        { "void f() { // a\n// b\ng(); /* c */ h(/* d */ 1 /* e */);\n}\n",
         "void f() { // a\n    // b\n    g();\n    /* c */ h(/* d */ 1 /* e */);\n}\n"                                                                                             },
        { "struct S {\n    u8 a; // one\n    u16 bc;\n    u32 def;    // three\n}\n",
         "struct S {\n    u8 a;    // one\n    u16 bc;\n    u32 def; // three\n}\n"                                                                                                },
        { "void f() {\n    g();   // one\n    hh(); // two\n\n    i();    // three\n}\n",
         "void f() {\n    g();  // one\n    hh(); // two\n\n    i(); // three\n}\n"                                                                                                },
        { "system M {\nsip a = A();\nsip long = B(x: a.x);\n}\n",
         "system M {\n    sip a    = A();\n    sip long = B(x: a.x);\n}\n"                                                                                                         },
        { "contract C {\n    in message a();\n    out message b();\n    state S: one {\n        a? -> b! -> S;\n        cde? -> S;\n    }\n}\n",
         "contract C {\n    in  message a();\n    out message b();\n    state S: one {\n        a?   -> b! -> S;\n        cde? -> S;\n    }\n}\n"                                  },
        { "const u8[4] a = {\n    1,  2,\n    30, 4\n};\n",                                                                                      NULL                              },
        { "/* a\n   b */\nvoid f() {}\n",                                                                                                        NULL                              },
        { "void f() {\n    g(a, // one\n      b); // two\n}\n",
         "void f() {\n    g(a, // one\n        b); // two\n}\n"                                                                                                                    },
    };
    CHECK(cases);
}

static void long_lines(void **state) {
    (void)state;
#define TEN   "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN
    static const Case cases[] = {
        { "void f() {\n    g(" FIFTY ", " FIFTY ", bbbbbbbbbb, c);\n}\n",
         "void f() {\n    g(" FIFTY ", " FIFTY ",\n        bbbbbbbbbb, c);\n}\n"            },
        { "void f() {\n    x = " FIFTY " && " FIFTY " || bbbbbb(c, d);\n}\n",
         "void f() {\n    x = " FIFTY " && " FIFTY " ||\n        bbbbbb(c, d);\n}\n"        },
        { "void f() { g(" FIFTY "); h(" FIFTY "); i(" TEN "); }\n",
         "void f() {\n    g(" FIFTY ");\n    h(" FIFTY ");\n    i(" TEN ");\n}\n"           },
        { "enum E { " FIFTY ", " FIFTY "b, " TEN "c, d }\n",
         "enum E {\n    " FIFTY ", " FIFTY "b,\n    " TEN "c, d\n}\n"                       },
        { "void f() {\n    if (" FIFTY " && " FIFTY " || bbbbbb(c)) { return; }\n}\n",
         "void f() {\n    if (" FIFTY " && " FIFTY
          " ||\n        bbbbbb(c)) {\n        return;\n    }\n}\n"                          },
        { "void f() {\n    while (a ||\n        b) g();\n}\n",
         "void f() {\n    while (a ||\n        b)\n        g();\n}\n"                       },
        { "void f() {\n    if (a ||\n        b) { g(); }\n    else { h(); }\n}\n",
         "void f() {\n    if (a ||\n        b) {\n        g();\n    } else { h(); }\n}\n"   },
        { "void f() {\n    if (a) { g(); } else { h(); }\n}\n",                        NULL },
        { "void f() {\n    g(" FIFTY "); // " FIFTY FIFTY "\n}\n",                     NULL },
        { "const str s = \"" FIFTY FIFTY FIFTY "\";\n",
         "const str s =\n    \"" FIFTY FIFTY FIFTY "\";\n"                                  },
    };
    CHECK(cases);
}

static void what_does_not_parse_stays(void **state) {
    (void)state;
    static const Case cases[] = {
        { "void f() {\n  g( 1 );\n  x =  = 2;\n  h( 2 );\n}\n",
         "void f() {\n    g(1);\n  x =  = 2;\n    h(2);\n}\n"        },
        { "const u8 a=1;\nconst u8  = 2;\nconst u8 b=3;\n",
         "const u8 a = 1;\nconst u8  = 2;\nconst u8 b = 3;\n"        },
        { "void f( {\n",                                        NULL },
    };
    CHECK(cases);
}

static void some_lines_only(void **state) {
    (void)state;
    static const char text[] = "const u8 a=1;\nconst u8 b=2;\nconst u8 c=3;\n";
    char *some = laid_out(text, 14, 27);
    assert_string_equal(some, "const u8 a=1;\nconst u8 b = 2;\nconst u8 c=3;\n");
    free(some);
}

static void lines_end_as_they_did(void **state) {
    (void)state;
    static const Case cases[] = {
        { "void f() {\r\ng();  \r\n\r\n\r\n  h();\r\n}",
         "void f() {\r\n    g();\r\n\r\n    h();\r\n}\r\n" },
    };
    CHECK(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_between_tokens),     cmocka_unit_test(lines_of_a_body),
        cmocka_unit_test(comments_and_columns),      cmocka_unit_test(long_lines),
        cmocka_unit_test(what_does_not_parse_stays), cmocka_unit_test(some_lines_only),
        cmocka_unit_test(lines_end_as_they_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
