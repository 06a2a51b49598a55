// What an editor parses anew after each key is what parsing the whole text gives.
//
//   reparse_test SEED EDITS FILE|DIR...   so many random edits of each .sip file; some of them make errors, and are undone
//
// Where a text has errors, the library may recover in another way when it has an old tree at hand: it promises no more. What it
// must do is to find an error then, and none of it may be left when the text is right again.

#include <tree_sitter/api.h>

#include <assert.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void);

typedef struct Text {
    char *bytes; // owned
    size_t length;
} Text;

typedef struct Change {
    size_t start, removed;
    const char *put;
    size_t put_length;
} Change;

static TSParser *parser;
static uint64_t state;
static unsigned edits_each, compared, with_errors, recovered_otherwise;
static int failures;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % (below ? below : 1);
}

static Text read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(2);
    }
    Text text = { .length = (size_t)ftell(file) };
    rewind(file);
    text.bytes = malloc(text.length + 1);
    assert(text.bytes);
    if (fread(text.bytes, 1, text.length, file) != text.length) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return text;
}

static TSTree *parse(const TSTree *old, Text text) {
    TSTree *tree = ts_parser_parse_string(parser, old, text.bytes, (uint32_t)text.length);
    assert(tree);
    return tree;
}

// --- edits --------------------------------------------------------------------------------------------------

static const char *const pieces[] = {
    "{",        "}",
    "(",        ")",
    ";",        ",",
    ".",        "->",
    "*",        "?",
    "!",        "<",
    ">",        "x",
    "0",        "\"",
    "'",        "//",
    "/*",       "*/",
    "\n",       " ",
    "u8 ",      "own ",
    "if",       "= 1",
    "$\"",      "[[x]]",
    "a.b",      "case ",
    "send ",    "sip S() { }",
    "u8 x;",    "void f() { }\n",
    "\xc3\xa9", "// c\n",
};

static Change draw_change(Text text) {
    Change change = { .start = draw((uint32_t)text.length + 1) };
    static const uint32_t most[] = { 1, 1, 3, 10, 80 };
    if (draw(2)) change.removed = draw(most[draw(5)] + 1);
    if (change.removed > text.length - change.start) change.removed = text.length - change.start;
    if (draw(4)) {
        change.put = pieces[draw(sizeof pieces / sizeof *pieces)];
        change.put_length = strlen(change.put);
    } else {
        size_t from = draw((uint32_t)text.length + 1), length = draw(60);
        change.put = text.bytes + from;
        change.put_length = length < text.length - from ? length : text.length - from;
    }
    return change;
}

static TSPoint point_of(Text text, size_t byte) {
    TSPoint point = { 0, 0 };
    for (size_t i = 0; i < byte; i++) {
        point.column++;
        if (text.bytes[i] == '\n') point = (TSPoint){ point.row + 1, 0 };
    }
    return point;
}

// The text after a change; the tree learns of it.
static Text changed(Text text, Change change, TSTree *tree) {
    Text new = { malloc(text.length + change.put_length + 1),
                 text.length - change.removed + change.put_length };
    assert(new.bytes);
    size_t old_end = change.start + change.removed, new_end = change.start + change.put_length;
    memcpy(new.bytes, text.bytes, change.start);
    memcpy(new.bytes + change.start, change.put, change.put_length);
    memcpy(new.bytes + new_end, text.bytes + old_end, text.length - old_end);
    ts_tree_edit(
        tree,
        &(TSInputEdit){
            .start_byte = (uint32_t)change.start,
            .old_end_byte = (uint32_t)old_end,
            .new_end_byte = (uint32_t)new_end,
            .start_point = point_of(text, change.start),
            .old_end_point = point_of(text, old_end),
            .new_end_point = point_of(new, new_end),
        }
    );
    return new;
}

// --- comparison ---------------------------------------------------------------------------------------------

static bool same_places(TSNode a, TSNode b) {
    TSPoint a_at = ts_node_start_point(a), b_at = ts_node_start_point(b);
    return ts_node_symbol(a) == ts_node_symbol(b) &&
           ts_node_start_byte(a) == ts_node_start_byte(b) &&
           ts_node_end_byte(a) == ts_node_end_byte(b) && a_at.row == b_at.row &&
           a_at.column == b_at.column && ts_node_child_count(a) == ts_node_child_count(b);
}

// Both trees, node by node, by their cursors: a node knows its children slowly.
static bool same_trees(TSNode a_root, TSNode b_root, TSPoint *where) {
    TSTreeCursor a = ts_tree_cursor_new(a_root), b = ts_tree_cursor_new(b_root);
    bool same = true;
    for (;;) {
        TSNode node = ts_tree_cursor_current_node(&a);
        *where = ts_node_start_point(node);
        same = same_places(node, ts_tree_cursor_current_node(&b)) &&
               ts_tree_cursor_current_field_id(&a) == ts_tree_cursor_current_field_id(&b);
        if (!same) break;
        if (ts_tree_cursor_goto_first_child(&a) && ts_tree_cursor_goto_first_child(&b)) continue;
        bool more;
        while (!(more = ts_tree_cursor_goto_next_sibling(&a)) && ts_tree_cursor_goto_parent(&a))
            ts_tree_cursor_goto_parent(&b);
        if (!more) break;
        ts_tree_cursor_goto_next_sibling(&b);
    }
    ts_tree_cursor_delete(&a);
    ts_tree_cursor_delete(&b);
    return same;
}

// Whether the text is right.
static bool compare(const char *path, Text text, const TSTree *tree, unsigned round) {
    TSTree *fresh = parse(NULL, text);
    TSNode is = ts_tree_root_node(tree), should = ts_tree_root_node(fresh);
    bool wrong = ts_node_has_error(should);
    TSPoint where;
    bool same = same_trees(is, should, &where);
    compared++;
    with_errors += wrong;
    if (!same && wrong && ts_node_has_error(is)) {
        recovered_otherwise++;
    } else if (!same) {
        failures++;
        printf(
            "%s: edit %u: another tree than a fresh one's, from %u:%u on%s\n", path, round,
            where.row + 1, where.column + 1,
            wrong ? "; the text is wrong and the tree does not say so" : ""
        );
    }
    ts_tree_delete(fresh);
    return !wrong;
}

// What makes `text` the text that it once was.
static Change way_back(Text text, Text to) {
    size_t least = text.length < to.length ? text.length : to.length, start = 0, end = 0;
    while (start < least && text.bytes[start] == to.bytes[start])
        start++;
    while (end < least - start && text.bytes[text.length - 1 - end] == to.bytes[to.length - 1 - end]
    )
        end++;
    return (Change){ start, text.length - start - end, to.bytes + start, to.length - start - end };
}

static void make(Change change, Text *text, TSTree **tree) {
    Text new = changed(*text, change, *tree);
    TSTree *next = parse(*tree, new);
    ts_tree_delete(*tree);
    free(text->bytes);
    *tree = next, *text = new;
}

static Text copy_of(Text text) {
    Text copy = { malloc(text.length + 1), text.length };
    assert(copy.bytes);
    memcpy(copy.bytes, text.bytes, text.length);
    return copy;
}

// One edit or some make the text wrong; then it goes back to where it was right.
static void edit_program(const char *path, Text text) {
    TSTree *tree = parse(NULL, text);
    Text right = copy_of(text);
    for (unsigned round = 0; round < edits_each && failures < 10; round++) {
        make(draw_change(text), &text, &tree);
        bool is_right = compare(path, text, tree, round);
        if (!is_right && draw(3) > 0) {
            make(way_back(text, right), &text, &tree);
            is_right = compare(path, text, tree, round);
        }
        if (!is_right) continue;
        free(right.bytes);
        right = copy_of(text);
    }
    ts_tree_delete(tree);
    free(text.bytes), free(right.bytes);
}

static int run_program(const char *path, const struct stat *stat, int kind, struct FTW *ftw) {
    (void)stat, (void)ftw;
    size_t end = strlen(path);
    if (kind == FTW_F && end >= 4 && strcmp(path + end - 4, ".sip") == 0)
        edit_program(path, read_text(path));
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: reparse_test SEED EDITS FILE|DIR...\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 10);
    edits_each = (unsigned)strtoul(argv[2], NULL, 10);
    parser = ts_parser_new();
    bool taken = ts_parser_set_language(parser, tree_sitter_sip());
    assert(taken);
    for (int i = 3; i < argc; i++)
        nftw(argv[i], run_program, 16, FTW_PHYS);
    ts_parser_delete(parser);
    printf(
        "seed %s: %u trees compared, %u of texts with errors (%u recovered in another way), %d wrong\n",
        argv[1], compared, with_errors, recovered_otherwise, failures
    );
    return failures || !compared ? 1 : 0;
}
