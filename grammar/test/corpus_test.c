// Runs the grammar's corpus through the run-time library, so that no generator is needed.
//
//   corpus_test FILE...              compares each case of each corpus file
//   corpus_test --bless FILE...      writes the trees that come out into the files; then read the difference
//   corpus_test --programs DIR...    every .sip file below parses without an error, but for those that expect an E01xx;
//                                    `-FILE` is one that must not parse
//
// The format is tree-sitter's: a name between lines of ===, the source, a line of ---, the tree. An attribute
// `:error` under the name says that the tree has an error in it, and then no tree is compared.

#include "read_file.h"

#include <tree_sitter/api.h>

#include <assert.h>
#include <ctype.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void);

typedef struct Case {
    char *name, *source, *tree; // owned
    bool error;
} Case;

static TSParser *parser;
static int failures, passes;

static void fail(const char *file, const char *name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("%s: %s: ", file, name);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    failures++;
}

// --- trees as text --------------------------------------------------------------------------------------

// The tree as s-expressions, one node a line, two blanks a level: what a person wants to read.
static char *pretty(const char *flat) {
    size_t room = 256, used = 0, depth = 0;
    char *out = malloc(room);
    for (const char *at = flat; *at; at++) {
        if (used + 2 * depth + 8 > room) out = realloc(out, room = (used + 2 * depth + 8) * 2);
        assert(out);
        bool label = islower((unsigned char)*at) && at > flat && at[-1] == ' ' && depth > 0;
        const char *colon = label ? at + strcspn(at, ":() ") : at;
        bool node = *at == '(' && !(used >= 2 && out[used - 2] == ':');
        if ((node || (label && *colon == ':')) && depth > 0) {
            while (used > 0 && out[used - 1] == ' ')
                used--;
            out[used++] = '\n';
            for (size_t i = 0; i < 2 * depth; i++)
                out[used++] = ' ';
        }
        if (*at == '(') depth++;
        if (*at == ')') depth--;
        out[used++] = *at;
    }
    out[used] = 0;
    return out;
}

// Equal but for white space, or where one has a label's fields left out? No: equal.
static bool same_tree(const char *a, const char *b) {
    for (;;) {
        bool a_space = false, b_space = false;
        while (isspace((unsigned char)*a))
            a++, a_space = true;
        while (isspace((unsigned char)*b))
            b++, b_space = true;
        if (*a != *b) return false;
        if (!*a) return true;
        bool joins = *a == '(' || *a == ')';
        if (!joins && a_space != b_space) return false;
        a++, b++;
    }
}

static char *tree_of(const char *source, size_t length, bool *error) {
    TSTree *tree = ts_parser_parse_string(parser, NULL, source, (uint32_t)length);
    assert(tree);
    TSNode root = ts_tree_root_node(tree);
    *error = ts_node_has_error(root);
    char *flat = ts_node_string(root);
    char *text = pretty(flat);
    free(flat);
    ts_tree_delete(tree);
    return text;
}

// --- the corpus ---------------------------------------------------------------------------------------

static bool is_rule(const char *line, char mark) {
    size_t marks = strspn(line, (char[]){ mark, 0 });
    return marks >= 3 && (line[marks] == '\n' || line[marks] == 0);
}

static const char *next_line(const char *line) {
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static char *copy(const char *from, const char *to) {
    char *text = strndup(from, (size_t)(to - from));
    assert(text);
    return text;
}

// Reads one case from `at`; returns where the next begins, NULL at the end.
static const char *read_case(const char *at, Case *one) {
    while (*at && !is_rule(at, '='))
        at = next_line(at);
    if (!*at) return NULL;
    const char *name = next_line(at);
    const char *line = next_line(name);
    *one = (Case){ .name = copy(name, line - 1) };
    for (; *line && !is_rule(line, '='); line = next_line(line)) {
        if (strncmp(line, ":error", 6) == 0) one->error = true;
    }
    const char *source = next_line(line);
    const char *end = source;
    while (*end && !is_rule(end, '-'))
        end = next_line(end);
    one->source = copy(source, end > source && end[-1] == '\n' ? end - 1 : end);
    const char *tree = next_line(end);
    const char *stop = tree;
    while (*stop && !is_rule(stop, '='))
        stop = next_line(stop);
    one->tree = copy(tree, stop);
    return stop;
}

static void run_case(const char *file, const Case *one, FILE *bless) {
    bool error;
    char *tree = tree_of(one->source, strlen(one->source), &error);
    if (bless) {
        fprintf(
            bless, "==================\n%s\n%s==================\n%s\n---\n\n%s\n\n", one->name,
            one->error ? ":error\n" : "", one->source, one->error ? "" : tree
        );
    }
    if (error != one->error) {
        fail(
            file, one->name,
            error ? "does not parse:\n%s\n%s" : "parses, which it should not:\n%s\n%s", one->source,
            tree
        );
    } else if (!bless && !error && !same_tree(tree, one->tree)) {
        fail(file, one->name, "another tree\n--- expected\n%s\n--- is\n%s", one->tree, tree);
    } else {
        passes++;
    }
    free(tree);
}

static void run_file(const char *path, bool bless) {
    size_t length;
    char *text = read_file(path, &length);
    FILE *out = bless ? fopen(path, "w") : NULL;
    Case one;
    for (const char *at = text; (at = read_case(at, &one));) {
        run_case(path, &one, out);
        free(one.name), free(one.source), free(one.tree);
    }
    if (out) fclose(out);
    free(text);
}

// --- programs -----------------------------------------------------------------------------------------

static const char *wrong[16]; // the ends of their paths
static size_t wrong_count;

static TSNode first_error(TSNode node) {
    for (uint32_t i = 0; i < ts_node_child_count(node); i++) {
        TSNode child = ts_node_child(node, i);
        if (ts_node_has_error(child)) return first_error(child);
    }
    return node;
}

static bool is_wrong(const char *path) {
    for (size_t i = 0; i < wrong_count; i++) {
        size_t length = strlen(wrong[i]), end = strlen(path);
        if (end >= length && strcmp(path + end - length, wrong[i]) == 0) return true;
    }
    return false;
}

static int run_program(const char *path, const struct stat *stat, int kind, struct FTW *ftw) {
    (void)stat, (void)ftw;
    size_t end = strlen(path), length;
    if (kind != FTW_F || end < 4 || strcmp(path + end - 4, ".sip") != 0) return 0;
    char *text = read_file(path, &length);
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)length);
    TSNode root = ts_tree_root_node(tree);
    TSPoint at = ts_node_start_point(first_error(root));
    bool error = ts_node_has_error(root);
    if (is_wrong(path) ? !error : error && !strstr(text, " E01"))
        fail(
            path, "program", "%s: line %u, column %u", error ? "does not parse" : "parses",
            at.row + 1, at.column + 1
        );
    else
        passes++;
    ts_tree_delete(tree);
    free(text);
    return 0;
}

int main(int argc, char **argv) {
    parser = ts_parser_new();
    if (!ts_parser_set_language(parser, tree_sitter_sip())) {
        fprintf(stderr, "the library does not take this grammar's version\n");
        return 2;
    }
    int at = 1;
    const char *mode = argc > 1 && argv[1][0] == '-' ? argv[at++] : "";
    bool programs = strcmp(mode, "--programs") == 0;
    for (int i = at; programs && i < argc; i++) {
        if (argv[i][0] == '-' && wrong_count < sizeof wrong / sizeof *wrong)
            wrong[wrong_count++] = argv[i] + 1;
    }
    for (; at < argc; at++) {
        if (argv[at][0] == '-')
            continue;
        else if (programs)
            nftw(argv[at], run_program, 16, 0);
        else
            run_file(argv[at], strcmp(mode, "--bless") == 0);
    }
    ts_parser_delete(parser);
    printf("%d passed, %d failed\n", passes, failures);
    return failures || !passes ? 1 : 0;
}
