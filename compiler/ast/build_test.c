// Abstract syntax: what the builder leaves, as the dump shows it, and what it reports.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "ast/build.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Arena arena;
    SourceMap *map;
    Diags *diags;
    Names *names;
    Ast *ast;
} Fixture;

static Fixture build(const char *text) {
    Fixture f;
    char error[512] = "";
    arena_init(&f.arena);
    f.map = source_map_new(&f.arena);
    FileId file = source_add_text(f.map, "t.sip", text, strlen(text), error);
    assert_string_equal(error, "");
    f.diags = diags_new(&f.arena, f.map);
    f.names = names_new(&f.arena);
    f.ast = ast_build(&f.arena, syntax_parse(&f.arena, f.map, file, f.diags), f.names, f.diags);
    return f;
}

static void end(Fixture *f) {
    arena_free(&f->arena);
}

static char *dumped(const Fixture *f) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    ast_dump(out, f->ast, f->names);
    fclose(out);
    return text;
}

// The dump of `text` contains `expected`, and nothing was reported.
static void check(const char *text, const char *expected) {
    Fixture f = build(text);
    char *dump = dumped(&f);
    if (!strstr(dump, expected)) print_error("%s\ndumps as\n%s", text, dump);
    assert_non_null(strstr(dump, expected));
    assert_int_equal(diags_errors(f.diags), 0);
    assert_false(f.ast->broken);
    free(dump);
    end(&f);
}

static void check_value(const char *value, const char *expected) {
    char text[512], line[512];
    snprintf(text, sizeof text, "const T x = %s;", value);
    snprintf(line, sizeof line, "(const x <T> %s))\n", expected);
    check(text, line);
}

static void check_statement(const char *statement, const char *expected) {
    char text[1024];
    snprintf(text, sizeof text, "test \"t\" { %s }", statement);
    check(text, expected);
}

typedef struct Pair {
    const char *text, *expected;
} Pair;

#define EACH(pairs, check)                                       \
    for (size_t i = 0; i < sizeof(pairs) / sizeof *(pairs); i++) \
    check((pairs)[i].text, (pairs)[i].expected)

// --- types --------------------------------------------------------------------------------------------

static AstType *type_of(const Fixture *f) {
    return f->ast->items.data[0]->structure.fields.data[0].type;
}

// What is spelled is what was written, and nested as language.md says.
static void types_are_spelled_as_written(void **state) {
    (void)state;
    static const char *const types[] = {
        "u8",
        "str",
        "own str",
        "static str",
        "T",
        "net.Ip",
        "Map<K, V>",
        "own T*?*",
        "const own T*?*",
        "own own T[][]",
        "const T*",
        "gc T[..]",
        "u8[4]",
        "u8[..N]",
        "own u8[<= 65536]",
        "(A, own B*)",
        "T?",
        "const str[]",
        "fn void(u8 x)",
        "ref fn bool(const T*) from a.b",
        "Tcp.imp",
        "Listener<Echo>.exp:Start",
        "Names.any.imp",
        "Tcp.exp:Ready.connect -> Done",
        "Vec<u8, 4, net.N>",
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[256], line[256];
        snprintf(text, sizeof text, "struct S { %s f; }", types[i]);
        snprintf(line, sizeof line, "(field <%s> f)", types[i]);
        check(text, line);
    }
}

static void qualifiers_nest_from_the_inside(void **state) {
    (void)state;
    Fixture f = build("struct S { own T*?* f; }");
    AstType *outer = type_of(&f);
    assert_int_equal(outer->kind, AST_TYPE_POINTER);
    assert_int_equal(outer->pointer.mode, AST_BORROW);
    assert_int_equal(outer->pointer.elem->kind, AST_TYPE_OPTIONAL);
    AstType *inner = outer->pointer.elem->optional;
    assert_int_equal(inner->kind, AST_TYPE_POINTER);
    assert_int_equal(inner->pointer.mode, AST_OWN);
    assert_int_equal(inner->pointer.elem->kind, AST_TYPE_NAME);
    end(&f);
}

// --- literals -----------------------------------------------------------------------------------------

static void literals_are_values(void **state) {
    (void)state;
    static const Pair values[] = {
        { "18446744073709551615",   "18446744073709551615"                     },
        { "0xff_ff",                "65535"                                    },
        { "0b101",                  "5"                                        },
        { "0o17",                   "15"                                       },
        { "4 MiB",                  "4194304"                                  },
        { "1.5 KiB",                "1536"                                     },
        { "20 ms",                  "(ns 20000000)"                            },
        { "1.5 s",                  "(ns 1500000000)"                          },
        { "1.5e-3",                 "(float 0.0015)"                           },
        { "'a'",                    "(char 61)"                                },
        { "'\\u{1f600}'",           "(char 1f600)"                             },
        { "'\\''",                  "(char 27)"                                },
        { "\"a\\tb\\u{e9}\\\\\"",   "\"a\\x09b\xc3\xa9\\\\\""                  },
        { "r\"a\\n\"",              "\"a\\\\n\""                               },
        { "b\"\\x00\\xff\"",        "(bytes \"\\x00\\xff\")"                   },
        { "$\"\"",                  "(text \"\")"                              },
        { "$\"a {x} b\"",           "(text \"a \" x \" b\")"                   },
        { "$\"{x:*^+#08.3x}{{}}\"",
         "(text \"\" x (format fill=2a ^ + # 0 width=8 precision=3 x) \"{}\")" },
        { "true",                   "true"                                     },
        { "none",                   "none"                                     },
    };
    EACH(values, check_value);
}

// --- expressions --------------------------------------------------------------------------------------

static void expressions_keep_their_shape(void **state) {
    (void)state;
    static const Pair values[] = {
        { "a + b * c",           "(+ a (* b c))"                              },
        { "(a + b) * c",         "(* (+ a b) c)"                              },
        { "a - b - c",           "(- (- a b) c)"                              },
        { "a +% b +| c +? d",    "(+? (+| (+% a b) c) d)"                     },
        { "a << 1 | b & c == d", "(== (| (<< a 1) (& b c)) d)"                },
        { "a || b && !c",        "(|| a (&& b (! c)))"                        },
        { "-%a",                 "(neg% a)"                                   },
        { "(u8%)a + 1",          "(+ (cast u8% a) 1)"                         },
        { "a ? b : c ? d : e",   "(?: a b (?: c d e))"                        },
        { "a else b else c",     "(else a (else b c))"                        },
        { "p->a.b[1][2..=n]",    "(slice (index (. (-> p a) b) 1) (..= 2 n))" },
        { "f(x, out: y)(z)!",    "(force (call (call f x out: y) z))"         },
        { "u32.max",             "(. <u32> max)"                              },
        { "view::<H, 4>(b)",     "(call (inst view <H> 4) b)"                 },
        { ".none",               ".none"                                      },
        { ".some(1)",            "(call .some 1)"                             },
        { "new T{ 1, .x = 2 }",  "(new <T> (init 1 x: 2))"                    },
        { "new? u8[n]{ 0 ... }", "(new? <u8> (length n) (init 0 ...))"        },
        { "new gc Link<T>{}",    "(new gc <Link<T>> (init))"                  },
        { "Point{ 1, 2 }",       "(init (of Point) 1 2)"                      },
        { "(a, (b))",            "(tuple a b)"                                },
        { "sizeof(own T*)",      "(sizeof <own T*>)"                          },
        { "try f(&*x)",          "(try (call f (& (* x))))"                   },
    };
    EACH(values, check_value);
}

// --- statements ---------------------------------------------------------------------------------------

static void statements_are_what_they_say(void **state) {
    (void)state;
    static const Pair statements[] = {
        { "a * b;",                                "(let <a*> b)"                                    },
        { "const u8 n = 3;",                       "(const <u8> n 3)"                                },
        { "const u8* n = p;",                      "(let <const u8*> n p)"                           },
        { "auto x = f() else return;",             "(let auto x (else (call f)\n        (return)))"  },
        { "x +%= 1;",                              "(set +%= x 1)"                                   },
        { "(a, _) = f();",                         "(set (tuple a _) (call f))"                      },
        { "p->n--;",                               "(step -- (-> p n))"                              },
        { "if (T* p = x) f(); else g();",
         "(if <T*> p x\n        (do (call f))\n        (do (call g)))"                               },
        { "if ((a, b) = x) { }",                   "(if auto a auto b x\n        (block))"           },
        { "w: while (true) break w;",              "(while label=w true\n        (break w))"         },
        { "for (T* x : reverse v) ;",              "(for-each <T*> x reverse v\n        (empty))"    },
        { "for (usize i : 0..n) ;",                "(for-each <usize> i (.. 0 n)\n        (empty))"  },
        { "for (f(); ; g(), i++) ;",
         "(for\n        (do (call f))\n        (do (call g))\n        (step ++ i)\n        (empty))" },
        { "defer f();",                            "(defer\n        (do (call f)))"                  },
        { "send p->ep.write(d);",                  "(send (-> p ep) write d)"                        },
        { "try receive c.ok(T x) else closed { }",
         "(receive try c ok (bind <T> x)\n        (block))"                                          },
        { "channel Tcp:Ready(a, b);",              "(channel <Tcp> : Ready a b)"                     },
    };
    EACH(statements, check_statement);
}

static void cases_know_their_switch(void **state) {
    (void)state;
    check_statement(
        "switch (x) { case -1, 'a'..='z': case .some(T p) if (p > 1): case Json.text(str s): case K.esc: case _: default: }",
        "(switch x\n"
        "        (case (neg 1) (..= (char 61) (char 7a)))\n"
        "        (case (variant() some (bind <T> p)) (if (> p 1)))\n"
        "        (case (variant() Json text (bind <str> s)))\n"
        "        (case (. K esc))\n"
        "        (case _)\n"
        "        (default))"
    );
    check_statement(
        "switch receive { case a.b(T x) as (c, d): case a.b() && closed(c): case timeout(1 ms): case unsatisfiable: }",
        "(switch-receive\n"
        "        (case (message a b (bind <T> x) as c d))\n"
        "        (case (message a b) && (closed c))\n"
        "        (case (timeout (ns 1000000)))\n"
        "        (case (unsatisfiable)))"
    );
}

// --- items --------------------------------------------------------------------------------------------

static void functions_belong_to_types(void **state) {
    (void)state;
    check(
        "pub u64 Vec<T: Eq + Hash, N>.hash<W>(const Vec<T, N>* v, u8 n) from v, *n.x requires (n > 0);",
        "(fn pub hash <u64> (owner <Vec<T, N>> (type T <Eq> <Hash>)) (type W) (params <const Vec<T, N>*> v <u8> n) (from v) (from * n x)\n"
        "    (requires (> n 0)))"
    );
}

static void documentation_goes_with_what_follows(void **state) {
    (void)state;
    check(
        "/// One.\n/// Two.\nmodule a.b;\n/// S.\nstruct S {\n    /// F.\n    u8 f;\n    u8 g;\n}\n",
        "(file a.b (doc \"One.\\nTwo.\")\n  (struct S (doc \"S.\")\n    (field <u8> f (doc \"F.\"))\n    (field <u8> g)))"
    );
}

// A target behind a choice moves into its alternatives; a sequence that just stops ends.
static void protocols_end_by_themselves(void **state) {
    (void)state;
    static const Pair contracts[] = {
        { "contract C { state A: a? -> (b! or c! -> (d! or e!)) -> A; }",
         "(state A a? ( b! -> A ) ( c! ( d! -> A ) ( e! -> A ) ))"                              },
        { "contract C { state A: a? -> b!; }",                            "(state A a? b! end)" },
        { "contract C { state A: a? -> end; }",                           "(state A a? end)"    },
        { "contract C { state A: end; }",                                 "(state A end)"       },
        { "contract C { override state A: one { a? -> A; b?; } }",
         "(override A ( a? -> A ) ( b? end ))"                                                  },
    };
    EACH(contracts, check);
}

static void processes_and_systems(void **state) {
    (void)state;
    check(
        "sip A(C.imp c) uses irq(4), // four\n exit heap 4 MiB, stack 1 KiB { }",
        "(sip A (params <C.imp> c) (uses irq 4) (uses exit) (heap 4194304) (stack 1024)\n    (block))"
    );
    check(
        "system S { sip a = m.A(c: b.c) restart 3 trusted; }",
        "(instance a m.A c: (. b c) (restart 3) trusted)"
    );
    check(
        "system S { program program = m.A(c: given); }", "(instance program m.A c: given program)"
    );
    check(
        "package p { profile release { checks = true; } }",
        "(setting profile release\n      (setting checks true))"
    );
}

// --- reports ------------------------------------------------------------------------------------------

static void check_report(const char *text, const char *expected) {
    Fixture f = build(text);
    Buf out = { 0 };
    diag_render_short(f.diags, &out);
    char *reports = buf_take(&out);
    assert_string_equal(reports, expected);
    assert_true(f.ast->broken);
    free(reports);
    end(&f);
}

// Each row of the table has a test of its own in tests/ui/syntax; here is what they do not reach.
static void what_the_grammar_lets_pass_is_reported(void **state) {
    (void)state;
    static const Pair reports[] = {
        { "sip A() heap 1 MiB, /* , */ irq(4) { }",
         "t.sip:1:29: error[E0131]: `irq` is granted without `uses`\n"                                     },
        { "const T x = 1 < 2 == 3;",                "t.sip:1:19: error[E0121]: comparisons do not chain\n" },
        { "const own T x = 1;",
         "t.sip:1:7: error[E0118]: `own` qualifies no pointer in this type\n"                              },
    };
    EACH(reports, check_report);
}

static void what_is_broken_is_an_error_node(void **state) {
    (void)state;
    Fixture f = build("void f() { x = ; y = 2; }\nvoid g() { h(); }\n");
    char *dump = dumped(&f);
    assert_true(f.ast->broken);
    assert_int_equal(diags_errors(f.diags), 1);
    assert_non_null(strstr(dump, "(do (call h))"));
    free(dump);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_spelled_as_written),
        cmocka_unit_test(qualifiers_nest_from_the_inside),
        cmocka_unit_test(literals_are_values),
        cmocka_unit_test(expressions_keep_their_shape),
        cmocka_unit_test(statements_are_what_they_say),
        cmocka_unit_test(cases_know_their_switch),
        cmocka_unit_test(functions_belong_to_types),
        cmocka_unit_test(documentation_goes_with_what_follows),
        cmocka_unit_test(protocols_end_by_themselves),
        cmocka_unit_test(processes_and_systems),
        cmocka_unit_test(what_the_grammar_lets_pass_is_reported),
        cmocka_unit_test(what_is_broken_is_an_error_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
