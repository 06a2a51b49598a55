// The grammar's automaton without trees: which places of a text the grammar can reach, and by which tokens.
//
// It reads the tables that the parser library reads, in the same order and with the same tokens, but it keeps only the
// stacks of states, shared where they agree, so that going back to an earlier place costs nothing. Where the library
// mends a text by costs, this one stops: every stack has died, and the last ones to die tell what was expected.
// Apart from syntax__.h, because the generated tables and the library's interface declare some types twice.

#ifndef SYNTAX_GLR_H
#define SYNTAX_GLR_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GLR_HEADS = 16,    // stacks that are followed at once; more are dropped
    GLR_PAST = 3,      // steps that can be taken back
    GLR_FEED = 4,      // tokens that an edit puts in
    GLR_NONE = 0xffff, // no symbol: nothing that the lexer knows
};

typedef struct GlrToken {
    uint32_t start, end;
    uint16_t symbol;
    bool keyword; // could also be a name
} GlrToken;

typedef struct GlrNode { // the top of a stack
    uint32_t at;         // where its token ended
    uint32_t base;       // below it; 0: none
    uint32_t twin;       // the same state on another base; 0: none
    uint16_t state;
} GlrNode;

typedef struct GlrHeads {
    uint32_t count;
    uint32_t node[GLR_HEADS];
} GlrHeads;

typedef struct GlrStep { // a token, and the stacks that stood before it
    GlrToken token;
    GlrHeads heads;
} GlrStep;

typedef struct GlrEdit { // another way to go on
    GlrHeads from;
    uint16_t feed[GLR_FEED]; // symbols put in
    uint32_t feeds;
    uint32_t resume; // the text that is read behind them
} GlrEdit;

typedef enum GlrList { // what the grammar repeats, each part on its own
    GLR_FILE,
    GLR_BLOCK,
    GLR_CASE,
    GLR_CASES,
    GLR_STRUCT,
    GLR_INTERFACE,
    GLR_CONTRACT,
    GLR_ONE,
    GLR_SYSTEM,
    GLR_SETTINGS,
    GLR_LISTS
} GlrList;

typedef struct GlrGap { // text that is read as if it were blank
    uint32_t start, end;
} GlrGap;

typedef struct Glr {
    Arena *arena;
    Str text;
    VEC(GlrGap) gaps;          // in the order of the text
    VEC(GlrNode) nodes;        // the first is none
    GlrHeads heads;            // where the text is read on
    GlrStep next;              // the step that is tried; if it failed, the token fits nowhere
    GlrStep past[GLR_PAST];    // the last one first
    uint32_t full;             // so many nodes are swept
    uint16_t lists[GLR_LISTS]; // the rules' symbols
} Glr;

typedef enum GlrResult { GLR_READ, GLR_STUCK, GLR_ENDED } GlrResult;

// At the beginning of a text. What is allocated stays in the arena.
void glr__init(Glr *g, Arena *arena, Str text);

// Whether the last token is the first of an item of the file, and there is one way only to read what stands before it.
bool glr__begins_item(const Glr *g);

// Goes on at `at`, behind an item of the file. What has been read just before is known again three tokens later.
void glr__jump(Glr *g, uint32_t at);

// Reads a token; changes nothing but `next` if none of the stacks can go on.
GlrResult glr__step(Glr *g);

// Whether a token could follow the heads.
bool glr__fits(Glr *g, const GlrHeads *heads, uint16_t symbol);

// How many tokens of the text, at most `most`, can be read after the edit; `most` if the text ends. Changes nothing.
uint32_t glr__try(Glr *g, const GlrEdit *edit, uint32_t most);
void glr__apply(Glr *g, const GlrEdit *edit);

// The stacks cut down to the innermost list (a block, a struct, the file) that they are in, and where its part that
// does not fit begins.
GlrHeads glr__enclosing(Glr *g, const GlrHeads *heads, uint32_t *start, GlrList *list);

// --- the grammar ---------------------------------------------------------------------------------------

uint16_t glr__symbol(const char *name); // of a token; GLR_NONE if there is none
uint32_t glr__symbols(void);            // tokens are numbered from 0
const char *glr__name(uint16_t symbol);

#endif
