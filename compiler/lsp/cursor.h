// Where the cursor stands in a text that is being written: told by its words and brackets alone, since it need not parse.

#ifndef LSP_CURSOR_H
#define LSP_CURSOR_H

#include "words.h"

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum FrameKind {
    FRAME_BLOCK,
    FRAME_CASES,
    FRAME_LIST,
    FRAME_ROUND,
    FRAME_SQUARE
} FrameKind;

typedef struct Frame { // a bracket that is open
    FrameKind kind;
    uint32_t word;    // that opens it
    uint32_t first;   // of BLOCK and CASES: the word with which the statement begins
    uint32_t head;    // of CASES: the word `switch`
    bool is_head;     // of CASES: between `case` and its colon
    bool is_receive;  // of CASES
    bool has_default; // of CASES
    uint32_t commas;  // on this level
} Frame;

typedef enum Place {
    PLACE_NOWHERE,      // in a comment, a text, a number
    PLACE_ITEM,         // between declarations, or in one outside of bodies
    PLACE_IMPORT,       // behind `import`
    PLACE_MODULE,       // behind `module`
    PLACE_MEMBER,       // behind `base.` or `base->`
    PLACE_SEND,         // behind `send base.`
    PLACE_RECEIVE,      // behind `receive base.`
    PLACE_CASE,         // a case that begins: `case `
    PLACE_CASE_RECEIVE, // of `switch receive`
    PLACE_CASE_MESSAGE, // and behind `case base.`
    PLACE_CASE_DOT,     // `case .`
    PLACE_DOT,          // a dot that nothing stands before
    PLACE_STATE,        // behind `Contract.imp:`
    PLACE_STATEMENT,    // where a statement begins
    PLACE_VALUE,        // inside one
    PLACE_NAME,         // where a name is made up: nothing is known of it
} Place;

typedef struct Cursor {
    Arena *arena;
    Str text;
    uint32_t offset;
    uint32_t start, end; // of the word that is being written, up to the cursor, and all of it
    uint32_t item, body,
        item_end; // what is around; `body` is its brace, 0: it has none, or none before the cursor
    VEC(Word) words; // of the item, up to the word that is being written
    VEC(Frame) frames;
    Place place;
    bool is_arrow;               // MEMBER
    uint32_t base_from, base_to; // words before the dot: the base; empty: none
} Cursor;

// `offset` is a byte of `text`. What it gives lies in `arena`.
Cursor *cursor_find(Arena *arena, Str text, uint32_t offset);
Str cursor_word(const Cursor *cursor, uint32_t word); // empty behind the last
bool cursor_is(const Cursor *cursor, uint32_t word, const char *text);
Str cursor_base(const Cursor *cursor);     // the text of the base
Frame *cursor_frame(const Cursor *cursor); // the innermost with statements; NULL: none

// The words of the expression that ends before word `end`: from the one that it gives. `end`: there is none.
uint32_t cursor_operand(const Cursor *cursor, uint32_t end);

// A text that parses if what comes before the cursor does: bodies but the one around the cursor are blank, and that ends where the
// statement with the cursor begins, with `probe` in its place. `at`: where that went; `shift`: by how much what comes behind the
// item has moved.
char *cursor_patched(
    const Cursor *cursor, const char *probe, uint32_t *at, uint32_t *shift, size_t *length
);

// The same with all other bodies as they are.
char *cursor_patched_body(
    const Cursor *cursor, const char *probe, uint32_t *at, uint32_t *shift, size_t *length
);

#endif
