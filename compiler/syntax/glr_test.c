// The automaton and the parser library agree: what the one reads to the end the other parses without an error.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "syntax/glr.h"

#include <tree_sitter/api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void);

static bool library_reads(TSParser *parser, Str text) {
    TSTree *tree = ts_parser_parse_string(parser, NULL, text.ptr, (uint32_t)text.len);
    assert_non_null(tree);
    bool good = !ts_node_has_error(ts_tree_root_node(tree));
    ts_tree_delete(tree);
    return good;
}

// Whether the automaton comes to the end; else `stuck` is where it does not go on.
static bool automaton_reads(Str text, uint32_t *stuck) {
    Arena arena;
    Glr glr;
    GlrResult result;
    arena_init(&arena);
    glr__init(&glr, &arena, text);
    while ((result = glr__step(&glr)) == GLR_READ)
        ;
    *stuck = glr.next.token.start;
    arena_free(&arena);
    return result == GLR_ENDED;
}

static void check_agree(TSParser *parser, Str text) {
    uint32_t stuck;
    assert_int_equal(automaton_reads(text, &stuck), library_reads(parser, text));
}

static char *read_program(const char *name, size_t *length) {
    char path[1024];
    snprintf(path, sizeof path, "%s/grammar/test/programs/%s", SIP_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    *length = fread(text, 1, 1 << 20, file);
    fclose(file);
    return text;
}

static void check_program(const char *name, size_t step) {
    TSParser *parser = ts_parser_new();
    assert_true(ts_parser_set_language(parser, tree_sitter_sip()));
    size_t length;
    char *text = read_program(name, &length);
    for (size_t end = 0; end < length; end += step)
        check_agree(parser, (Str){ text, end });
    check_agree(parser, (Str){ text, length });
    for (size_t at = 0; at < length; at += step) { // a character changed
        char was = text[at];
        text[at] = ";(x= "[at % 5];
        check_agree(parser, (Str){ text, length });
        text[at] = was;
    }
    free(text);
    ts_parser_delete(parser);
}

static void programs_are_read_alike(void **state) {
    (void)state;
    check_program("words.sip", 1);
    check_program("tour.sip", 37);
}

// `a[i] * b` may begin a declaration, which dies at the `+`.
static void a_stack_that_dies_early_does_not_count(void **state) {
    (void)state;
    uint32_t stuck;
    assert_false(automaton_reads(STR("void f() { if (a[i] * b + 1 == ) }"), &stuck));
    assert_int_equal(stuck, 31);
}

static void tokens_can_be_tried(void **state) {
    (void)state;
    Arena arena;
    Glr g;
    arena_init(&arena);
    glr__init(&g, &arena, STR("void f() { u32 x = 1 g(x); }"));
    while (glr__step(&g) == GLR_READ)
        ;
    assert_int_equal(g.next.token.start, 21);
    assert_true(glr__fits(&g, &g.next.heads, glr__symbol(";")));
    assert_true(glr__fits(&g, &g.next.heads, glr__symbol("+")));
    assert_false(glr__fits(&g, &g.next.heads, glr__symbol("while")));
    assert_false(glr__fits(&g, &g.next.heads, glr__symbol("no such token")));
    GlrEdit edit = { .from = g.next.heads, .feed = { glr__symbol(";") }, .feeds = 1, .resume = 21 };
    assert_int_equal(glr__try(&g, &edit, 3), 3);
    assert_int_equal(glr__try(&g, &edit, 100), 100); // to the end
    edit.feeds = 0;
    assert_int_equal(glr__try(&g, &edit, 3), 0);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_read_alike),
        cmocka_unit_test(a_stack_that_dies_early_does_not_count),
        cmocka_unit_test(tokens_can_be_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
