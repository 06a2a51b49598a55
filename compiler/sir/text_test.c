// The text form as people meet it: written by hand, with names and without a type table; the complaints about what is
// not SIR; and the files of tests/sir/roundtrip, which come back as they are. The manual is checked too: it names every
// row, and its example is SIR.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "form.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
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

static SirModule *read_or_fail(Str text, const char *where) {
    SirReadError error;
    SirModule *module = sir_text_read(&arena, text, &error);
    if (!module) fail_msg("%s:%u: %s", where, error.line, error.message);
    return module;
}

static const char *written(const SirModule *module) {
    Buf out = { 0 };
    sir_text_write(module, &out);
    const char *text = arena_strndup(&arena, (const char *)out.data, out.len);
    buf_free(&out);
    return text;
}

static const char *type_text(const SirModule *module, SirType type) {
    Buf out = { 0 };
    sir_type_write(module, type, &out);
    const char *text = arena_strndup(&arena, (const char *)out.data, out.len);
    buf_free(&out);
    return text;
}

static Str file(const char *name) {
    char path[1024], error[512];
    snprintf(path, sizeof path, "%s/%s", SIP_SOURCE_DIR, name);
    Buf content = { 0 };
    if (!file_read(path, 1 << 20, &content, error)) fail_msg("%s", error);
    Str text = { arena_strndup(&arena, (const char *)content.data, content.len), content.len };
    buf_free(&content);
    return text;
}

// --- by hand -----------------------------------------------------------------------------------------------------------

static void names_stand_for_rows(void **state) {
    (void)state;
    static const char hand[] =
        "; names, no numbers, no types, no places\n"
        "contract Ball { in ping(u64 n)\n state Serve: ping -> Served\n state Served: end }\n"
        "struct Pair { u64 left, u64 right }\n"
        "fn u64 @sum(const Pair* pair, u64 more) { ; a comment\n"
        "    local u64 sum\n"
        "bb0:\n"
        "    %sum = add.trap copy %pair.*.right,\n"
        "        copy %more\n"
        "    call @go()\n"
        "    return (copy %sum)\n"
        "}\n"
        "fn void @go() { local Ball.imp:Serve ball\n bb0: send %ball, ping(u64 0x10)\n return }\n";
    static const char full[] =
        "module \"\"\n"
        "\ncontract Ball {\n    in ping(u64 n)\n    state Serve: ping -> Served\n    state Served: end\n}\n"
        "\nstruct Pair {\n    u64 left\n    u64 right\n}\n"
        "type const Pair*\ntype Ball.imp:Serve\n"
        "\nfn u64 @sum(const Pair* pair, u64 more) {\n    local %2 u64 sum\nbb0:\n"
        "    %2 = add.trap copy %0.*.1, copy %1\n    call @go()\n    return (copy %2)\n}\n"
        "\nfn void @go() {\n    local %0 Ball.imp:Serve ball\nbb0:\n"
        "    send %0, ping(u64 16)\n    return\n}\n";
    assert_string_equal(written(read_or_fail(str_from_c(hand), "hand")), full);
}

static void modes_close_innermost_first(void **state) {
    (void)state;
    static const struct {
        const char *text;
        SirTypeKind kind;
        SirMode mode;
    } rows[] = {
        { "own u8*?",                SIR_TYPE_OPTION, SIR_OWN    },
        { "mut own u8*?*",           SIR_TYPE_PTR,    SIR_MUT    },
        { "own own str[]",           SIR_TYPE_SLICE,  SIR_OWN    },
        { "const own u8[]*",         SIR_TYPE_PTR,    SIR_CONST  },
        { "own u8[4]*",              SIR_TYPE_PTR,    SIR_OWN    },
        { "own u8*[4]",              SIR_TYPE_ARRAY,  SIR_OWN    },
        { "gc u8[..][..3]",          SIR_TYPE_VECTOR, SIR_OWN    },
        { "static str",              SIR_TYPE_STR,    SIR_STATIC },
        { "fn own u8[](const str)?", SIR_TYPE_OPTION, SIR_OWN    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = arena_printf(&arena, "type %s\n", rows[i].text);
        const SirModule *module = read_or_fail(str_from_c(text), rows[i].text);
        SirType last = module->types.len - 1;
        assert_int_equal(sir_type(module, last)->kind, rows[i].kind);
        assert_int_equal(sir_type(module, last)->mode, rows[i].mode);
        assert_string_equal(type_text(module, last), rows[i].text);
    }
}

static void equal_types_have_equal_rows(void **state) {
    (void)state;
    SirModule *module = sir_module_new(&arena, STR("m"));
    SirType bytes = sir_type_slice(module, SIR_OWN, SIR_TYPE_U8);
    assert_int_equal(bytes, sir_type_slice(module, SIR_OWN, SIR_TYPE_U8));
    assert_int_not_equal(bytes, sir_type_slice(module, SIR_MUT, SIR_TYPE_U8));
    assert_int_not_equal(bytes, sir_type_ptr(module, SIR_OWN, SIR_TYPE_U8));
    SirTypeInfo nominal = { .kind = SIR_TYPE_STRUCT, .name = STR("S") };
    assert_int_not_equal(sir_type_intern(module, &nominal), sir_type_intern(module, &nominal));
    SirParam param = { bytes, SIR_NONE };
    SirTypeInfo fn = {
        .kind = SIR_TYPE_FN,
        .sig = &(SirSig){ .params = &param, .param_count = 1, .result = SIR_TYPE_BOOL }
    };
    SirType first = sir_type_intern(module, &fn);
    assert_int_equal(first, sir_type_intern(module, &fn));
    param.to = 0;
    assert_int_not_equal(first, sir_type_intern(module, &fn));
}

static void a_binary_with_equal_types_is_refused(void **state) {
    (void)state;
    SirModule *module = sir_module_new(&arena, STR("m"));
    SirTypeInfo option = { .kind = SIR_TYPE_OPTION, .elem = SIR_TYPE_U8 };
    vec_push(&arena, &module->types, option);
    vec_push(&arena, &module->types, option);
    Buf bytes = { 0 };
    sir_binary_write(module, &bytes);
    SirReadError error;
    assert_null(sir_binary_read(&arena, bytes.data, bytes.len, &error));
    assert_string_equal(error.message, "types 13 and 14 are equal");
    module->types.data[14].elem = 14;
    bytes.len = 0;
    sir_binary_write(module, &bytes);
    assert_null(sir_binary_read(&arena, bytes.data, bytes.len, &error));
    assert_string_equal(error.message, "type 14 is not made of rows below it");
    buf_free(&bytes);
}

static void places_have_types(void **state) {
    (void)state;
    const SirModule *module = read_or_fail(
        STR("struct Node { u64 value, own Node*? next }\n"
            "fn void @f(const Node[] nodes, u64 i, own Node*? list) {\nbb0:\n"
            "    %1 = use copy %nodes[%i].value\n    drop %list\n    %1 = use copy %list.*\n"
            "    match %list { variant some(move %0) -> bb0\n variant none -> bb0 }\n}\n"),
        "places"
    );
    const SirFuncInfo *func = &module->funcs.data[0];
    const SirInst *insts = func->blocks.data[0].insts.data;
    SirType list = func->locals.data[2].type;
    assert_int_equal(sir_place_type(module, func, &insts[0].args[1].place), SIR_TYPE_U64);
    assert_int_equal(sir_place_type(module, func, &insts[1].args[0].place), list);
    assert_int_equal(sir_place_type(module, func, &insts[2].args[1].place), SIR_NONE);
    assert_int_equal(sir_place_type(module, func, &(SirPlace){ .local = 77 }), SIR_NONE);
    assert_int_equal(sir_variant_arity(module, list, 1), 1);
    assert_int_equal(sir_variant_arity(module, list, 0), 0);
    assert_int_equal(sir_variant_field(module, list, 1, 0), sir_type(module, list)->elem);
    assert_int_equal(sir_variant_field(module, list, 1, 1), SIR_NONE);
    assert_ptr_equal(sir_block_terminator(func, 0), &insts[3]);
    assert_null(sir_block_terminator(func, 1));
    Buf out = { 0 };
    sir_inst_write(module, func, &insts[0], &out);
    buf_byte(&out, 0);
    assert_string_equal((const char *)out.data, "%1 = use copy %0[%1].0");
    buf_free(&out);
}

// --- complaints --------------------------------------------------------------------------------------------------------

static void complaints_name_the_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t line;
        const char *message;
    } rows[] = {
        { "bad",                                            1, "expected an item, found `bad`"                                         },
        { "\n\nmodule A B",                                 3, "expected the end of the line, found `B`"                               },
        { "type own u8",                                    1,
         "expected a `*`, `[]` or `[..]` for each own, mut, const, gc and static before it, found the end of the text"                 },
        { "type u8*",                                       1, "no own, mut, const, gc or static is left for this `*`, `[]` or `[..]`" },
        { "type str",                                       1, "`str` without own, const, gc or static"                                },
        { "type Nobody?",                                   1, "no type is called `Nobody`"                                            },
        { "type own #99*",                                  1, "a type made of a row that is not declared above"                       },
        { "struct A {\n u8 }",                              2, "expected a name, found `}`"                                            },
        { "struct A { }\nstruct A { }\ntype A?",            3,
         "more than one type is called `A`: use the number"                                                                            },
        { "struct #14 A { }",                               1, "this is type 13, not 14"                                               },
        { "const $x = u32 1.5",                             1, "expected a decimal of type f32 or f64, found `1.5`"                    },
        { "const $x = u8 300000000000000000000",            1, "a number of more than 64 bits"                                         },
        { "const $x = static str \"abc",                    1, "a string without its closing quote"                                    },
        { "const $x = static str \"\\q\"",                  1, "an escape that is none of \\\" \\\\ \\n \\t \\xHH"                     },
        { "contract C {\n in m(u8 x\n state }",             3, "expected `)`, found the end of the text"                               },
        { "fn void @f() {\nbb0:\n  add.trapp\n}",           3, "expected an instruction, found `add.trapp`"                            },
        { "fn void @f() {\nbb0:\n  add.trap u8 1, u8 2\n}", 3,
         "destinations of `add.trap`: 1, not 0"                                                                                        },
        { "fn void @f() {\nbb0:\n  return return\n}",       3,
         "expected the end of the line, found `return`"                                                                                },
        { "fn void @f() {\nbb0:\n  call @g()\n}",           3, "no function is called `g`"                                             },
        { "fn void @f() {\nbb1:\n}",                        2, "this is bb0"                                                           },
        { "fn void @f() {\nbb0:\n  %x = use u8 1\n}",       3, "no local is called `x`"                                                },
        { "fn void @f(u8 x) {\nbb0:\n  %x.y = use u8 1\n}", 3, "no one field is called `y` here"                                       },
        { "manifest { main @3 }",                           1, "main is no function of this module"                                    },
        { "manifest { heap }",                              1, "expected a number, found `}`"                                          },
        { "}",                                              1, "expected an item, found `}`"                                           },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SirReadError error;
        assert_null(sir_text_read(&arena, str_from_c(rows[i].text), &error));
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.line, rows[i].line);
    }
}

static void nesting_is_bounded(void **state) {
    (void)state;
    static const struct {
        const char *before, *middle, *after;
    } rows[] = {
        { "const $x = u8 ", "{",    "" },
        { "type ",          "(",    "" },
        { "type ",          "fn ",  "" },
        { "type ",          "own ", "" }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Buf text = { 0 };
        buf_cstr(&text, rows[i].before);
        for (unsigned depth = 0; depth < 100000; depth++)
            buf_cstr(&text, rows[i].middle);
        SirReadError error;
        assert_null(sir_text_read(&arena, (Str){ (const char *)text.data, text.len }, &error));
        buf_free(&text);
    }
}

// Types that double at each row would fill the world if they were written out.
static void text_is_linear_in_the_module(void **state) {
    (void)state;
    SirModule *module = sir_module_new(&arena, STR("m"));
    SirType type = SIR_TYPE_U8;
    for (unsigned i = 0; i < 200; i++) {
        SirParam params[] = {
            { type, SIR_NONE },
            { type, SIR_NONE }
        };
        SirSig *sig = arena_new(&arena, SirSig);
        *sig = (SirSig
        ){ .params = arena_array(&arena, SirParam, 2), .param_count = 2, .result = type };
        memcpy(sig->params, params, sizeof params);
        type = sir_type_intern(module, &(SirTypeInfo){ .kind = SIR_TYPE_FN, .sig = sig });
    }
    const char *text = written(module);
    assert_true(strlen(text) < (size_t)200 * 400);
    assert_string_equal(written(read_or_fail(str_from_c(text), "doubling types")), text);
}

// --- files -------------------------------------------------------------------------------------------------------------

static void files_come_back_as_they_are(void **state) {
    (void)state;
    DIR *folder = opendir(SIP_SOURCE_DIR "/tests/sir/roundtrip");
    if (!folder) {
        fail_msg("tests/sir/roundtrip is not there");
        return;
    }
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".sir") != 0) continue;
        Str text = file(arena_printf(&arena, "tests/sir/roundtrip/%s", entry->d_name));
        assert_string_equal(written(read_or_fail(text, entry->d_name)), text.ptr);
        count++;
    }
    closedir(folder);
    assert_true(count >= 3);
}

static bool mentions(Str page, const char *word) {
    const char *quoted = arena_printf(&arena, "`%s`", word),
               *used = arena_printf(&arena, "%s ", word);
    return strstr(page.ptr, quoted) || strstr(page.ptr, used);
}

static void the_manual_names_every_row(void **state) {
    (void)state;
    Str page = file("docs/sir.md");
    for (SirOp op = 0; op < SIR_OPS; op++)
        if (!mentions(page, sir_op_text(op)))
            fail_msg("docs/sir.md says nothing of `%s`", sir_op_text(op));
    for (SirArmKind kind = 1; kind < SIR_ARM_KINDS; kind++)
        if (!mentions(page, sir__arm_text(kind)))
            fail_msg("docs/sir.md says nothing of the arm `%s`", sir__arm_text(kind));
#define SIR_RULE(number, name, text, state)                         \
    if (!strstr(page.ptr, arena_printf(&arena, "**V%02d", number))) \
        fail_msg("docs/sir.md says nothing of rule %d", number);
#include "contracts/sir/rules.def"
}

static void the_manuals_example_is_sir(void **state) {
    (void)state;
    Str page = file("docs/sir.md");
    const char *begin = strstr(page.ptr, "```\nmodule Adder\n");
    assert_non_null(begin);
    begin += 4;
    const char *end = strstr(begin, "```");
    assert_non_null(end);
    const SirModule *module = read_or_fail((Str){ begin, (size_t)(end - begin) }, "docs/sir.md");
    assert_int_equal(module->funcs.len, 1);
    assert_int_equal(module->manifest.main, 0);
}

// --- shapes --------------------------------------------------------------------------------------------------------------

// What the printer, the parser and the binary form rely on.
static void shapes_are_as_promised(void **state) {
    (void)state;
    for (SirOp op = 0; op < SIR_OPS; op++) {
        const char *shape = sir_op_shape(op);
        size_t length = strlen(shape), dests = sir_op_dests(op);
        assert_int_equal(strspn(shape, "dDvVplntfkcxmA"), length);
        assert_null(strpbrk(shape + dests, "dD"));
        assert_true(!strchr(shape, 'D') || (dests == 1 && shape[0] == 'D'));
        const char *arms = strchr(shape, 'A'), *values = strchr(shape, 'V');
        assert_true(!arms || arms == shape + length - 1);
        assert_true(!values || values == shape + length - 1);
        assert_true(!arms || sir_op_is_terminator(op));
        for (SirOp other = 0; other < op; other++)
            assert_string_not_equal(sir_op_text(op), sir_op_text(other));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_stand_for_rows, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(modes_close_innermost_first, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(equal_types_have_equal_rows, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(
            a_binary_with_equal_types_is_refused, open_arena, close_arena
        ),
        cmocka_unit_test_setup_teardown(places_have_types, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(complaints_name_the_line, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(nesting_is_bounded, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(text_is_linear_in_the_module, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(files_come_back_as_they_are, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(the_manual_names_every_row, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(the_manuals_example_is_sir, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(shapes_are_as_promised, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
