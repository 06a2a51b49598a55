// What the grammar expects in a state of the parser, in words.
// Takes the number of a state; leaves a phrase. Reads the tables that the generator wrote (grammar/src/parser.c, whose
// layout is grammar/src/tree_sitter/parser.h): a symbol with an entry in a state's row may come next.

#include "expect.h"

#include <tree_sitter/parser.h>

#include <stddef.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

enum { MOST_NAMED = 3 }; // more alternatives than this are not listed

typedef struct Expect {
    const TSLanguage *language;
    const char *names[MOST_NAMED];
    uint32_t count;
    bool semicolon, paren, bracket, brace, comma, name, literal, item, statement, member, type,
        assign;
} Expect;

static const struct {
    const char *token;
    size_t flag;
} telling[] = {
    { ";",          offsetof(Expect, semicolon) },
    { ")",          offsetof(Expect, paren)     },
    { "]",          offsetof(Expect, bracket)   },
    { "}",          offsetof(Expect, brace)     },
    { ",",          offsetof(Expect, comma)     },
    { "identifier", offsetof(Expect, name)      },
    { "integer",    offsetof(Expect, literal)   },
    { "system",     offsetof(Expect, item)      },
    { "while",      offsetof(Expect, statement) },
    { "message",    offsetof(Expect, member)    },
    { "own",        offsetof(Expect, type)      },
    { "=",          offsetof(Expect, assign)    },
};

// A token as people call it.
const char *syntax__spoken(Arena *arena, const char *name) {
    static const char *const named[][2] = {
        { "end",             "the end of the file" },
        { "identifier",      "a name"              },
        { "integer",         "a number"            },
        { "float",           "a number"            },
        { "character",       "a character"         },
        { "raw_string",      "a text"              },
        { "\"",              "a text"              },
        { "escape_sequence", "a text"              },
        { "string_content",  "a text"              },
        { "format",          "a format"            },
        { "doc_comment",     "a doc comment"       },
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(name, named[i][0]) == 0) return named[i][1];
    }
    return arena_printf(arena, "`%s`", name);
}

static void note_symbol(Expect *e, TSSymbol symbol) {
    const char *name = e->language->symbol_names[symbol];
    if (symbol >= e->language->token_count || strcmp(name, "comment") == 0 ||
        strcmp(name, "doc_comment") == 0)
        return;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
        if (strcmp(name, telling[i].token) == 0) *((bool *)e + telling[i].flag) = true;
    }
    if (e->count < MOST_NAMED) e->names[e->count] = name;
    e->count++;
}

static void read_row(Expect *e, uint32_t state) {
    const TSLanguage *l = e->language;
    if (state < l->large_state_count) {
        const uint16_t *row = l->parse_table + (size_t)state * l->symbol_count;
        for (uint32_t i = 0; i < l->token_count; i++) {
            if (row[i]) note_symbol(e, (TSSymbol)i);
        }
        return;
    }
    const uint16_t *at =
        l->small_parse_table + l->small_parse_table_map[state - l->large_state_count];
    for (uint16_t groups = *at++; groups > 0; groups--) {
        uint16_t value = *at++;
        for (uint16_t symbols = *at++; symbols > 0; symbols--, at++) {
            if (value) note_symbol(e, *at);
        }
    }
}

static const char *list_names(Arena *arena, const Expect *e) {
    const char *words[MOST_NAMED];
    for (uint32_t i = 0; i < e->count; i++)
        words[i] = syntax__spoken(arena, e->names[i]);
    if (e->count == 1) return words[0];
    if (e->count == 2) return arena_printf(arena, "%s or %s", words[0], words[1]);
    return arena_printf(arena, "%s, %s or %s", words[0], words[1], words[2]);
}

const char *syntax__expected(Arena *arena, uint32_t state, Str found, bool begins_line) {
    Expect e = { .language = tree_sitter_sip() };
    if (state == 0 || state >= e.language->state_count) return NULL;
    read_row(&e, state);
    if (e.count > 0 && e.count <= MOST_NAMED) return list_names(arena, &e);
    bool ends = begins_line || found.len == 0 || str_eq_c(found, "}");
    if (e.semicolon && ends && !e.statement) return "`;`";
    if (e.statement) return "a statement";
    if (e.member) return "a message or a state";
    if (e.item) return "a declaration";
    if (e.paren && (str_eq_c(found, "{") || str_eq_c(found, ";"))) return "`)`";
    if (e.bracket && str_eq_c(found, ";")) return "`]`";
    if (e.literal && e.name) return e.paren ? "an expression or `)`" : "an expression";
    if (e.type) return "a type";
    if (e.name && !e.assign) return "a name";
    return NULL;
}
