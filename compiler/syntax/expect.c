// What the grammar expects at a place, in words.
// Takes the stacks that stand there; leaves a phrase. Every token is tried on them, so that what the tables allow only
// because states were merged is not named.

#include "expect.h"

#include <stddef.h>
#include <string.h>

enum { MOST_NAMED = 3 }; // more alternatives than this are not listed

typedef struct Expect {
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
    { "override",   offsetof(Expect, member)    },
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

static void note_symbol(Expect *e, const char *name) {
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
        if (strcmp(name, telling[i].token) == 0) *((bool *)e + telling[i].flag) = true;
    }
    if (e->count < MOST_NAMED) e->names[e->count] = name;
    e->count++;
}

static Expect try_all(Glr *g, const GlrHeads *heads) {
    Expect e = { 0 };
    for (uint16_t i = 0; i < glr__symbols(); i++) {
        if (glr__fits(g, heads, i)) note_symbol(&e, glr__name(i));
    }
    return e;
}

static const char *list_names(Arena *arena, const Expect *e) {
    const char *words[MOST_NAMED];
    for (uint32_t i = 0; i < e->count; i++)
        words[i] = syntax__spoken(arena, e->names[i]);
    if (e->count == 1) return words[0];
    if (e->count == 2) return arena_printf(arena, "%s or %s", words[0], words[1]);
    return arena_printf(arena, "%s, %s or %s", words[0], words[1], words[2]);
}

const char *syntax__expected(
    Arena *arena, Glr *g, Str found, bool begins_line, const char *likely
) {
    Expect e = try_all(g, &g->next.heads);
    if (e.count == 0) return NULL;
    if (e.count <= MOST_NAMED) return list_names(arena, &e);
    if (likely) return syntax__spoken(arena, likely);
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
