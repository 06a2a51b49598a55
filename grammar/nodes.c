// nodes FILE...: how often each kind of node and each word or sign of the grammar occurs in programs, a line `COUNT KIND` each, also
// what never does. A word or sign stands in quotes; a node that is nothing but a choice of others is not one.

#include <tree_sitter/api.h>

#include <stdio.h>
#include <stdlib.h>

const TSLanguage *tree_sitter_sip(void);

static char *read_file(const char *path, uint32_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) return NULL;
    const long size = ftell(file);
    char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    rewind(file);
    *length = text ? (uint32_t)fread(text, 1, (size_t)size, file) : 0;
    fclose(file);
    return text;
}

static void count(TSNode root, uint64_t *counts) {
    TSTreeCursor at = ts_tree_cursor_new(root);
    for (bool more = true; more;) {
        counts[ts_node_symbol(ts_tree_cursor_current_node(&at))]++;
        if (ts_tree_cursor_goto_first_child(&at)) continue;
        while (!ts_tree_cursor_goto_next_sibling(&at) && more)
            more = ts_tree_cursor_goto_parent(&at);
    }
    ts_tree_cursor_delete(&at);
}

int main(int argc, char **argv) {
    const TSLanguage *language = tree_sitter_sip();
    const uint32_t symbols = ts_language_symbol_count(language);
    uint64_t *counts = calloc((size_t)symbols + 1, sizeof *counts);
    TSParser *parser = ts_parser_new();
    if (!counts || !ts_parser_set_language(parser, language)) return 3;
    for (int i = 1; i < argc; i++) {
        uint32_t length;
        char *text = read_file(argv[i], &length);
        if (!text) return fprintf(stderr, "nodes: cannot read %s\n", argv[i]), 3;
        TSTree *tree = ts_parser_parse_string(parser, NULL, text, length);
        count(ts_tree_root_node(tree), counts);
        ts_tree_delete(tree);
        free(text);
    }
    for (TSSymbol s = 1; s < symbols; s++) {
        const TSSymbolType type = ts_language_symbol_type(language, s);
        const char *quote = type == TSSymbolTypeAnonymous ? "'" : "";
        if (type == TSSymbolTypeRegular || type == TSSymbolTypeAnonymous)
            printf(
                "%llu %s%s%s\n", (unsigned long long)counts[s], quote,
                ts_language_symbol_name(language, s), quote
            );
    }
    ts_parser_delete(parser);
    free(counts);
    return 0;
}
