// The reader and the parser library make the same trees, of all programs of the project and of what becomes of them when a
// word is left out or put in.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "syntax/lr.h"

#include "syntax/programs_test.h"
#include "syntax/syntax__.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Tally {
    uint32_t good; // the library has no complaint
    uint32_t left; // to the library, although it has none
} Tally;

static void check_same(const SyntaxNode *ours, const SyntaxNode *theirs, Str name) {
    assert_int_equal(ours->size, theirs->size);
    for (uint32_t i = 0; i < ours->size; i++) {
        if (memcmp(&ours[i], &theirs[i], sizeof *ours) == 0) continue;
        print_error(
            STR_FMT
            ", node %u at byte %u: kind %u, field %u, to %u, size %u; the library has %u to %u: kind %u, field %u, size %u\n",
            STR_ARG(name), i, ours[i].start, ours[i].kind, ours[i].field, ours[i].end, ours[i].size,
            theirs[i].start, theirs[i].end, theirs[i].kind, theirs[i].field, theirs[i].size
        );
        fail();
    }
}

static void check_text(Str text, Str name, void *context) {
    Tally *tally = context;
    Arena arena, memory;
    arena_init(&arena);
    arena_init(&memory);
    char error[512];
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, "t.sip", text.ptr, text.len, error);
    Diags *diags = diags_new(&arena, map);
    Parse parse = { .arena = &arena, .map = map, .file = file, .diags = diags };
    if (file) parse.text = text = source_text(map, file);
    syntax__begin_memory(&memory);
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, tree_sitter_sip());
    TSTree *tree = ts_parser_parse_string(parser, NULL, text.ptr, (uint32_t)text.len);
    bool good = !ts_node_has_error(ts_tree_root_node(tree));
    const SyntaxNode *theirs = good && file ? syntax__copy(&parse, tree) : NULL;
    good = theirs && !parse.too_deep;
    syntax__end_memory();
    LrEnd end = { LR_DOUBT, 0 };
    const SyntaxNode *ours = file ? lr__read(&arena, text, 0, false, &end) : NULL;
    bool wrong = end.result == LR_WRONG;
    if (end.result != LR_ENDED) ours = NULL;
    if (ours && !good) print_error(STR_FMT ": the library does not read this\n", STR_ARG(name));
    assert_true(!ours || good);
    assert_false(
        wrong && !ts_node_has_error(ts_tree_root_node(tree))
    ); // what is refused here is refused there
    if (ours) check_same(ours, theirs, name);
    tally->good += good;
    tally->left += good && !ours;
    arena_free(&memory);
    arena_free(&arena);
}

// --- programs -----------------------------------------------------------------------------------------------

static void programs_have_the_same_tree(void **state) {
    (void)state;
    Tally tally = { 0 };
    programs_visit(check_text, &tally);
    print_message("%u programs, %u left to the library\n", tally.good, tally.left);
    assert_true(tally.good > 100);
    assert_true(tally.left * 50 <= tally.good); // a file without items is
}

// --- changed programs -----------------------------------------------------------------------------------------

static uint32_t seed = 1;

static uint32_t random_below(uint32_t most) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * most) >> 32);
}

// Puts a sign where another stood, takes one out, or repeats a part.
static void change(Buf *text) {
    static const char signs[] = "()[]{}<>.,:;*&?!=+-|a1\" \n";
    uint32_t at = random_below((uint32_t)text->len);
    switch (random_below(3)) {
    case 0: text->data[at] = (uint8_t)signs[random_below(sizeof signs - 1)]; break;
    case 1: text->data[at] = ' '; break;
    default: {
        uint32_t length = random_below(40), from = random_below((uint32_t)text->len);
        for (uint32_t i = 0; i < length && at + i < text->len && from + i < text->len; i++)
            text->data[at + i] = text->data[from + i];
    }
    }
}

static void check_changed(Str text, Str name, void *context) {
    if (text.len == 0 || text.len > 6000) return;
    for (int i = 0; i < 2; i++) {
        Buf changed = { 0 };
        buf_put(&changed, text.ptr, text.len);
        change(&changed);
        check_text((Str){ (const char *)changed.data, changed.len }, name, context);
        buf_free(&changed);
    }
}

static void changed_programs_have_the_same_tree(void **state) {
    (void)state;
    Tally tally = { 0 };
    programs_visit(check_changed, &tally);
    print_message("%u changed programs, %u left to the library\n", tally.good, tally.left);
    assert_true(tally.good > 20);
}

// --- hostile texts --------------------------------------------------------------------------------------------

static Str repeated(
    Buf *text, const char *head, const char *part, uint32_t times, const char *tail
) {
    buf_cstr(text, head);
    for (uint32_t i = 0; i < times; i++)
        buf_cstr(text, part);
    buf_cstr(text, tail);
    return (Str){ (const char *)text->data, text->len };
}

static void check_left(Str text) {
    Arena arena;
    arena_init(&arena);
    assert_null(lr__parse(&arena, text, 0));
    arena_free(&arena);
}

static void what_would_take_long_is_left(void **state) {
    (void)state;
    Buf comments = { 0 }, deep = { 0 }, twice = { 0 };
    repeated(&comments, "x", "/**/", 4000, ";\n}\n");
    buf_byte(&comments, '\0');
    check_left(
        repeated(&deep, "void f() {\n    bool b = ", "!", 100000, (const char *)comments.data)
    );
    check_left(repeated(&twice, "void f() {\n    a[", "-", 100000, "x] = 1;\n}\n"));
    buf_free(&comments);
    buf_free(&deep);
    buf_free(&twice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_have_the_same_tree),
        cmocka_unit_test(changed_programs_have_the_same_tree),
        cmocka_unit_test(what_would_take_long_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
