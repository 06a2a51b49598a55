// Concrete syntax: the tree's shape, what is reported about texts that do not parse, and what is refused.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "syntax/syntax.h"

#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Arena arena;
    SourceMap *map;
    Diags *diags;
    Syntax *syntax;
} Fixture;

static Fixture parse(const char *text, size_t length) {
    Fixture f;
    char error[512] = "";
    arena_init(&f.arena);
    f.map = source_map_new(&f.arena);
    FileId file = source_add_text(f.map, "t.sip", text, length, error);
    assert_string_equal(error, "");
    f.diags = diags_new(&f.arena, f.map);
    f.syntax = syntax_parse(&f.arena, f.map, file, f.diags);
    return f;
}

static Fixture parse_text(const char *text) {
    return parse(text, strlen(text));
}

static void end(Fixture *f) {
    arena_free(&f->arena);
}

static void check_reports(const char *text, const char *expected) {
    Fixture f = parse_text(text);
    Buf out = { 0 };
    diag_render_short(f.diags, &out);
    char *reports = buf_take(&out);
    assert_string_equal(reports, expected);
    assert_int_equal(f.syntax->broken, expected[0] != 0);
    free(reports);
    end(&f);
}

// --- the tree -----------------------------------------------------------------------------------------

static void a_tree_has_fields_and_places(void **state) {
    (void)state;
    Fixture f = parse_text("/// Doc.\npub u32 twice(u32 x) { return x +% x; } // rest\n");
    const SyntaxNode *root = f.syntax->root;
    assert_int_equal(root->kind, SYNTAX_SOURCE_FILE);
    assert_false(f.syntax->broken);
    const SyntaxNode *doc = root + 1, *function = doc + doc->size;
    assert_int_equal(doc->kind, SYNTAX_DOC_COMMENT);
    assert_int_equal(function->kind, SYNTAX_FUNCTION_ITEM);
    assert_int_equal(
        function + function->size - root, root->size
    ); // the comment behind it is no node
    assert_true(syntax_is(f.syntax, syntax_child(function, FIELD_VISIBILITY), "pub"));
    assert_true(syntax_is(f.syntax, syntax_child(function, FIELD_NAME), "twice"));
    assert_null(syntax_child(function, FIELD_OWNER));
    const SyntaxNode *statement = syntax_child(function, FIELD_BODY) + 1;
    const SyntaxNode *sum = syntax_child(statement, FIELD_VALUE);
    assert_int_equal(sum->kind, SYNTAX_BINARY_EXPRESSION);
    assert_true(syntax_is(f.syntax, syntax_child(sum, FIELD_OPERATOR), "+%"));
    assert_int_equal(syntax_child(sum, FIELD_OPERATOR)->kind, SYNTAX_TOKEN);
    assert_true(syntax_is(f.syntax, sum, "x +% x"));
    end(&f);
}

static void kinds_have_their_names(void **state) {
    (void)state;
    assert_string_equal(syntax_kind_text(SYNTAX_ERROR), "error");
    assert_string_equal(syntax_kind_text(SYNTAX_ARGUMENTS), "arguments");
    assert_string_equal(syntax_kind_text(SYNTAX_WHILE_STATEMENT), "while_statement");
}

static void an_empty_file_is_a_tree(void **state) {
    (void)state;
    check_reports("", "");
    check_reports(" \n// nothing\n", "");
}

static void items_beside_an_error_are_kept(void **state) {
    (void)state;
    Fixture f = parse_text("void a() { }\nx = = 3;\nvoid b() { }\n");
    uint32_t functions = 0;
    syntax_each(child, f.syntax->root) functions += child->kind == SYNTAX_FUNCTION_ITEM;
    assert_int_equal(functions, 2);
    assert_true(f.syntax->broken && !f.syntax->unreadable);
    assert_int_equal(diags_errors(f.diags), 1);
    end(&f);
}

// --- reports ------------------------------------------------------------------------------------------

static void a_place_is_reported_where_it_is(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "void f() {\n    u32 x = 1\n    g(x);\n}\n",
         "t.sip:2:14: error[E0105]: expected `;`, found `g`\n"                                                                 },
        { "void f() {\n    u32 x = 1 // one\n    // two\n    g(x);\n}\n",
         "t.sip:2:14: error[E0105]: expected `;`, found `g`\n"                                                                 },
        { "void f() {\n    g(\"// no comment\")\n    h();\n}\n",
         "t.sip:2:23: error[E0105]: expected `;`, found `h`\n"                                                                 },
        { "void f() {\n    g()\n}\n",                                     "t.sip:2:8: error[E0105]: expected `;`, found `}`\n" },
        { "void f() {\n    u8 b[4];\n}\n",
         "t.sip:2:9: error[E0105]: expected `;` or `=`, found `[`\n"                                                           },
        { "void f() {\n    else { }\n}\n",                                "t.sip:2:5: error[E0106]: unexpected `else`\n"       },
        { "void f() {\n    g(1));\n}\n",                                  "t.sip:2:9: error[E0104]: this `)` closes nothing\n" },
        { "void f() {\n    g((1);\n}\n",                                  "t.sip:2:6: error[E0103]: this `(` is not closed\n"  },
        { "void f() {\n    str s = \"abc;\n}\n",
         "t.sip:2:13: error[E0102]: this text does not end\n"                                                                  },
        { "void f() {\n    x = 1 @ 2;\n}\n",
         "t.sip:2:11: error[E0101]: `@` is no character of the language\n"                                                     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_reports(cases[i].text, cases[i].expected);
}

static void each_place_is_reported_once(void **state) {
    (void)state;
    check_reports(
        "void f() {\n    x = = = ;;; = 3 = 4;\n}\nvoid g() {\n    h()\n}\n",
        "t.sip:2:9: error[E0105]: expected an expression, found `=`\n"
        "t.sip:5:8: error[E0105]: expected `;`, found `}`\n"
    );
}

// What a text without an end swallows is not complained about as well.
static void what_follows_is_not_reported(void **state) {
    (void)state;
    check_reports(
        "void f() {\n    g(\"abc);\n    h();\n}\n",
        "t.sip:2:7: error[E0102]: this text does not end\n"
    );
    check_reports(
        "void f() {\n    g();\n/* {{{ ", "t.sip:3:1: error[E0102]: this comment does not end\n"
    );
}

// --- what is refused ----------------------------------------------------------------------------------

static Fixture parse_repeated(
    const char *before, const char *inner, const char *after, uint32_t times
) {
    Buf text = { 0 };
    buf_cstr(&text, "const u32 x = ");
    for (uint32_t i = 0; i < times; i++)
        buf_cstr(&text, before);
    buf_cstr(&text, inner);
    for (uint32_t i = 0; i < times; i++)
        buf_cstr(&text, after);
    buf_cstr(&text, ";\n");
    Fixture f = parse((const char *)text.data, text.len);
    buf_free(&text);
    return f;
}

static void check_too_deep(const char *before, const char *inner, const char *after) {
    Fixture f = parse_repeated(before, inner, after, 5000);
    assert_int_equal(diags_errors(f.diags), 1);
    Buf out = { 0 };
    diag_render_short(f.diags, &out);
    char *reports = buf_take(&out);
    assert_non_null(strstr(reports, "E0107"));
    free(reports);
    end(&f);
}

static void deep_nesting_is_refused(void **state) {
    (void)state;
    check_too_deep("(", "1", ")");
    check_too_deep("f(", "1", ")");
    check_too_deep("a[", "1", "]");
    check_too_deep("-", "1", "");
    check_too_deep("", "1", " + 1");
    check_too_deep("", "a", ".b");
    check_too_deep("a ? b : ", "1", "");
    check_too_deep("{ ", "1", " }");
}

static void nesting_within_reason_is_not(void **state) {
    (void)state;
    Fixture f = parse_repeated("(", "1", ")", 200);
    assert_int_equal(diags_errors(f.diags), 0);
    end(&f);
}

static void a_flood_of_comments_is_refused(void **state) {
    (void)state;
    Buf text = { 0 };
    for (int i = 0; i < SYNTAX_COMMENTS_RUN + 1; i++)
        buf_cstr(&text, "//\n");
    Fixture f = parse((const char *)text.data, text.len);
    assert_int_equal(diags_errors(f.diags), 1);
    end(&f);
    f = parse((const char *)text.data, text.len - 3);
    assert_int_equal(diags_errors(f.diags), 0);
    end(&f);
    buf_free(&text);
}

// More children than old versions of the library can count: survived, whatever becomes of them.
static void wide_nodes_are_survived(void **state) {
    (void)state;
    Fixture f = parse_repeated("f(", "1, ", "", 70000);
    assert_true(diags_errors(f.diags) > 0);
    end(&f);
    f = parse_repeated("", "= ", "= ", 70000);
    assert_true(diags_errors(f.diags) > 0);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_has_fields_and_places),
        cmocka_unit_test(kinds_have_their_names),
        cmocka_unit_test(an_empty_file_is_a_tree),
        cmocka_unit_test(items_beside_an_error_are_kept),
        cmocka_unit_test(a_place_is_reported_where_it_is),
        cmocka_unit_test(each_place_is_reported_once),
        cmocka_unit_test(what_follows_is_not_reported),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(nesting_within_reason_is_not),
        cmocka_unit_test(a_flood_of_comments_is_refused),
        cmocka_unit_test(wide_nodes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
