// What the files of this room share: a parse in progress.

#ifndef SYNTAX_SYNTAX___H
#define SYNTAX_SYNTAX___H

#include "syntax.h"

#include "base/vec.h"

#include <tree_sitter/api.h>

typedef struct SyntaxHole { // a place that does not parse
    uint32_t start, end;
    const char *
        missing; // the token that was left out, by the grammar's name; NULL: text that fits nowhere
    bool foreign; // no characters of the language: read as if they were blank
} SyntaxHole;

typedef VEC(SyntaxHole) SyntaxHoles;

typedef struct SyntaxBracket { // the first brace that does not match, by its place
    DiagCode code;             // BRACKET_OPEN or BRACKET_CLOSE
    char bracket;
    Span span;
    Span closed; // taken for its end, but indented differently; 0: none
    bool found;
} SyntaxBracket;

typedef struct SyntaxItem { // of the file, that has been read
    uint32_t start, end;
    bool is_last; // behind it is something that could not be read
} SyntaxItem;

typedef struct Parse {
    Arena *arena;
    const SourceMap *map;
    FileId file;
    Str text;
    Diags *diags;
    TSParser *parser;
    SyntaxHoles holes;   // in the order of the text
    SyntaxHoles claimed; // what the scan has reported: holes there follow from it
    bool reported;
    VEC(uint32_t) lines;   // on which a parenthesis or bracket was reported
    SyntaxBracket bracket; // reported unless what does not parse comes before
    bool too_deep;         // a part of the tree is left out
    VEC(SyntaxItem) items; // in the order of the text: skip.c
    bool reads_first;      // they begin where the text does
    uint32_t asked;        // behind the last place from which they were read
    VEC(SyntaxPart) wrong; // what has been reported because it did not parse
} Parse;

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

// Looks through the text for what no parser explains well: characters that are not of the language, texts and
// comments that do not end, brackets that do not match. False if the text should not be parsed at all.
bool syntax__scan(Parse *parse);

// Copies the library's tree into ours and collects its holes.
const SyntaxNode *syntax__copy(Parse *parse, TSTree *tree);

// Reports the holes: what was found there, and what was expected where that can be said.
void syntax__report(Parse *parse);

// From here to the end this thread's calls of the library allocate in `arena`; what they have made is freed with it.
void syntax__begin_memory(Arena *arena);
void syntax__end_memory(void);

// A copy of the text that can be read, of the same length: what is wrong in it is blank, and noted in `wrong`. NULL: there
// is none.
const char *syntax__patch(Parse *parse);

// What the tables have read once is not read again by the automaton, but for two items before what they cannot read. Of `text`,
// which the parse's own has become: at the beginning, and behind a token.
struct Glr;
void syntax__note_items(Parse *parse, const SyntaxNode *root);
void syntax__skip_first(const Parse *parse, struct Glr *glr);
void syntax__skip(Parse *parse, struct Glr *glr);

// Of a text that cannot be made one that can be read: a tree of the items that can.
const SyntaxNode *syntax__read_items(const Parse *parse);

Span syntax__span(const Parse *parse, uint32_t start, uint32_t end);

#endif
