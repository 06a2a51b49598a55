// Runs the grammar's queries through the run-time library, as editors do, so that no generator is needed.
//
//   queries_test QUERY FILE|DIR...   the query compiles, and each of its patterns finds something in the .sip files;
//                                    what comments assert is so; highlights colour every word and sign
//   queries_test --indents QUERY DIR...   lines stand where the query puts them, but for one in a hundred
//   queries_test --patterns QUERY FILE|DIR...   it compiles, and each of its patterns finds something
//   queries_test --list QUERY FILE...     says line, column in bytes, length and colour of each word and sign: for other tests
//
// Assertions are those of tree-sitter's own tests: a comment under a line that says `^ name`, or `<- name` for where
// the comment begins; `!name` for what must not be. In highlights a name is of the smallest thing that covers the place, and
// the last pattern that has a name for it; in other queries it is of any thing that begins at the place.

#include "read_file.h"

#include <tree_sitter/api.h>

#include <assert.h>
#include <ctype.h>
#include <ftw.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void);

typedef struct Found {
    TSNode node;
    uint32_t pattern;
    const char *name; // of the query
} Found;

static TSParser *parser;
static TSQuery *query;
static const char *query_name; // `highlights`
static uint32_t *hits;         // by pattern
static Found *found;
static size_t found_count, found_room;
static int failures;
static unsigned assertions, lines, lines_right;
static bool asks_indents, asks_list, asks_patterns;

// --- what a query finds -----------------------------------------------------------------------------------

static char *copy_of(const char *text, TSNode node) {
    uint32_t start = ts_node_start_byte(node);
    char *copy = strndup(text + start, ts_node_end_byte(node) - start);
    assert(copy);
    return copy;
}

static bool matches(const char *pattern, const char *word) {
    regex_t compiled;
    int wrong = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);
    assert(!wrong);
    bool is = regexec(&compiled, word, 0, NULL, 0) == 0;
    regfree(&compiled);
    return is;
}

// Whether `#match?` holds, the one question that the queries ask; what ends in `!` is for the editor.
static bool holds(const TSQueryMatch *match, const char *text) {
    uint32_t count, length;
    const TSQueryPredicateStep *steps =
        ts_query_predicates_for_pattern(query, match->pattern_index, &count);
    for (uint32_t i = 0; i < count; i++) {
        const char *name = ts_query_string_value_for_id(query, steps[i].value_id, &length);
        bool asks = length > 0 && name[length - 1] == '?';
        if (asks) assert(strcmp(name, "match?") == 0 && i + 2 < count);
        for (uint32_t c = 0; asks && c < match->capture_count; c++) {
            if (match->captures[c].index != steps[i + 1].value_id) continue;
            char *word = copy_of(text, match->captures[c].node);
            bool is =
                matches(ts_query_string_value_for_id(query, steps[i + 2].value_id, &length), word);
            free(word);
            if (!is) return false;
        }
        while (i < count && steps[i].type != TSQueryPredicateStepTypeDone)
            i++;
    }
    return true;
}

static void find_all(TSNode root, const char *text) {
    TSQueryCursor *cursor = ts_query_cursor_new();
    ts_query_cursor_exec(cursor, query, root);
    found_count = 0;
    for (TSQueryMatch match; ts_query_cursor_next_match(cursor, &match);) {
        if (!holds(&match, text)) continue;
        hits[match.pattern_index]++;
        for (uint32_t i = 0; i < match.capture_count; i++) {
            if (found_count == found_room) {
                found = realloc(found, sizeof *found * (found_room = found_room * 2 + 256));
                assert(found);
            }
            uint32_t length;
            found[found_count++] =
                (Found){ match.captures[i].node, match.pattern_index,
                         ts_query_capture_name_for_id(query, match.captures[i].index, &length) };
        }
    }
    ts_query_cursor_delete(cursor);
}

static uint32_t length_of(TSNode node) {
    return ts_node_end_byte(node) - ts_node_start_byte(node);
}

// The name that colours a place, NULL where there is none.
static const char *colour_at(uint32_t byte) {
    const Found *best = NULL;
    for (size_t i = 0; i < found_count; i++) {
        const Found *one = &found[i];
        if (byte < ts_node_start_byte(one->node) || byte >= ts_node_end_byte(one->node)) continue;
        uint32_t length = length_of(one->node), least = best ? length_of(best->node) : UINT32_MAX;
        if (length < least || (length == least && one->pattern >= best->pattern)) best = one;
    }
    return best ? best->name : NULL;
}

static bool begins_at(uint32_t byte, const char *name) {
    for (size_t i = 0; i < found_count; i++) {
        if (ts_node_start_byte(found[i].node) == byte && strcmp(found[i].name, name) == 0)
            return true;
    }
    return false;
}

// --- assertions ---------------------------------------------------------------------------------------------

static bool is_comment(TSNode node) {
    return strstr(ts_node_type(node), "comment") != NULL;
}

// The marks of a comment; NULL when it asserts nothing.
static const char *marks_of(const char *comment) {
    const char *mark = comment + strspn(comment, "/");
    mark += strspn(mark, " \t");
    return *mark == '^' || strncmp(mark, "<-", 2) == 0 ? mark : NULL;
}

static const char *line_start(const char *text, uint32_t row) {
    for (; row > 0; row--)
        text = strchr(text, '\n') + 1;
    return text;
}

static void assert_at(
    const char *path, const char *text, uint32_t row, uint32_t column, const char *wanted
) {
    bool not_so = *wanted == '!';
    uint32_t byte = (uint32_t)(line_start(text, row) - text) + column;
    bool is;
    const char *says = "";
    if (strcmp(query_name, "highlights") == 0) {
        says = colour_at(byte);
        is = says && strcmp(says, wanted + not_so) == 0;
    } else {
        is = begins_at(byte, wanted + not_so);
    }
    assertions++;
    if (is != not_so) return;
    failures++;
    printf(
        "%s:%u:%u: %s asserted, it is %s\n", path, row + 1, column + 1, wanted,
        says ? (*says ? says : "not") : "nothing"
    );
}

// A line of assertions is about the last line that is none.
static void check_assertions(const char *path, const char *text) {
    uint32_t row = 0, about = 0;
    for (const char *line = text; line && *line; row++) {
        const char *end = line + strcspn(line, "\n");
        const char *first = line + strspn(line, " \t");
        const char *mark = strncmp(first, "//", 2) == 0 ? marks_of(first) : NULL;
        if (mark) {
            char name[64] = "";
            const char *at = mark + (*mark == '^' ? strspn(mark, "^") : 2);
            (void)sscanf(at, " %63[^ \t\n]", name);
            if (*mark == '<') assert_at(path, text, about, (uint32_t)(first - line), name);
            for (; *mark == '^'; mark++)
                assert_at(path, text, about, (uint32_t)(mark - line), name);
        } else {
            about = row;
        }
        line = *end ? end + 1 : NULL;
    }
}

// Whatever stands in a program has a colour.
static void check_colours(const char *path, TSNode node) {
    uint32_t children = ts_node_child_count(node);
    if (children == 0 && length_of(node) > 0 && !colour_at(ts_node_start_byte(node))) {
        TSPoint at = ts_node_start_point(node);
        failures++;
        printf(
            "%s:%u:%u: `%s` has no colour\n", path, at.row + 1, at.column + 1, ts_node_type(node)
        );
    }
    for (uint32_t i = 0; i < children; i++)
        check_colours(path, ts_node_child(node, i));
}

static void list_colours(TSNode node) {
    uint32_t children = ts_node_child_count(node);
    TSPoint at = ts_node_start_point(node);
    const char *colour = children || !length_of(node) ? NULL : colour_at(ts_node_start_byte(node));
    if (colour) printf("%u %u %u %s\n", at.row + 1, at.column + 1, length_of(node), colour);
    for (uint32_t i = 0; i < children; i++)
        list_colours(ts_node_child(node, i));
}

// --- indentation --------------------------------------------------------------------------------------------

static bool is_found(TSNode node, const char *name) {
    for (size_t i = 0; i < found_count; i++) {
        if (ts_node_eq(found[i].node, node) && strcmp(found[i].name, name) == 0) return true;
    }
    return false;
}

// As Neovim counts: each row from which something goes on is one level, and a bracket that closes stands with its row.
static int level_of(TSNode node, uint32_t row) {
    int level = 0;
    uint32_t counted = UINT32_MAX;
    for (; !ts_node_is_null(node); node = ts_node_parent(node)) {
        uint32_t start = ts_node_start_point(node).row, end = ts_node_end_point(node).row;
        if (start == row && is_found(node, "indent.branch")) {
            level--;
        } else if (start < row && end > start && start != counted &&
                   is_found(node, "indent.begin")) {
            level++;
            counted = start;
        }
    }
    return level;
}

static void check_indents(const char *path, const char *text, TSNode root) {
    uint32_t row = 0;
    for (const char *line = text; line && *line; row++) {
        const char *end = line + strcspn(line, "\n");
        uint32_t blanks = (uint32_t)strspn(line, " ");
        TSPoint at = { row, blanks };
        TSNode node = ts_node_descendant_for_point_range(root, at, at);
        if (line + blanks < end && !is_comment(node) && ts_node_start_point(node).row == row) {
            lines++;
            int level = level_of(node, row);
            if (level >= 0 && (uint32_t)level * 4 == blanks)
                lines_right++;
            else
                printf("%s:%u: %d levels, is %u blanks\n", path, row + 1, level, blanks);
        }
        line = *end ? end + 1 : NULL;
    }
}

// --- files --------------------------------------------------------------------------------------------------

static int run_program(const char *path, const struct stat *stat, int kind, struct FTW *ftw) {
    (void)stat, (void)ftw;
    size_t end = strlen(path), length;
    if (kind != FTW_F || end < 4 || strcmp(path + end - 4, ".sip") != 0) return 0;
    char *text = read_file(path, &length);
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)length);
    TSNode root = ts_tree_root_node(tree);
    if (ts_node_has_error(root)) {
        failures++;
        printf("%s: does not parse\n", path);
    }
    find_all(root, text);
    if (asks_indents) {
        check_indents(path, text, root);
    } else if (asks_list) {
        printf("file %s\n", path);
        list_colours(root);
    } else if (!asks_patterns) {
        check_assertions(path, text);
        if (strcmp(query_name, "highlights") == 0) check_colours(path, root);
    }
    ts_tree_delete(tree);
    free(text);
    return 0;
}

// A pattern that nothing matches is a wrong one, or one without a test.
static void check_patterns(const char *path, const char *text) {
    for (uint32_t i = 0; i < ts_query_pattern_count(query); i++) {
        if (hits[i]) continue;
        const char *start = text + ts_query_start_byte_for_pattern(query, i);
        failures++;
        printf("%s: matches nothing: %.*s\n", path, (int)strcspn(start, "\n"), start);
    }
}

int main(int argc, char **argv) {
    asks_indents = argc > 1 && strcmp(argv[1], "--indents") == 0;
    asks_list = argc > 1 && strcmp(argv[1], "--list") == 0;
    asks_patterns = argc > 1 && strcmp(argv[1], "--patterns") == 0;
    int at = asks_indents || asks_list || asks_patterns ? 2 : 1;
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: queries_test [--indents|--patterns|--list] QUERY FILE|DIR...\n");
        return 2;
    }
    parser = ts_parser_new();
    bool taken = ts_parser_set_language(parser, tree_sitter_sip());
    assert(taken);

    const char *path = argv[at++];
    size_t length;
    char *text = read_file(path, &length);
    uint32_t offset;
    TSQueryError error;
    query = ts_query_new(tree_sitter_sip(), text, (uint32_t)length, &offset, &error);
    if (!query) {
        printf("%s: error %d at byte %u: %.40s\n", path, (int)error, offset, text + offset);
        return 1;
    }
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash ? slash + 1 : path);
    assert(name);
    name[strcspn(name, ".")] = 0;
    query_name = name;
    hits = calloc(ts_query_pattern_count(query) + 1, sizeof *hits);
    assert(hits);

    for (; at < argc; at++)
        nftw(argv[at], run_program, 16, FTW_PHYS);
    if (!asks_indents && !asks_list) check_patterns(path, text);
    if (asks_list) {
        failures = 0;
    } else if (asks_indents) {
        printf("%u of %u lines stand where they should\n", lines_right, lines);
        if (!lines || (lines - lines_right) * 100 > lines) failures++;
    } else {
        printf("%u assertions, %d wrong\n", assertions, failures);
    }
    free(hits), free(found), free(name), free(text);
    ts_query_delete(query);
    ts_parser_delete(parser);
    return failures ? 1 : 0;
}
