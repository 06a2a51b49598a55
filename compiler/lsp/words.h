// Words and items of a text that need not parse.

#ifndef LSP_WORDS_H
#define LSP_WORDS_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum WordKind { WORD_NAME, WORD_NUMBER, WORD_TEXT, WORD_SIGN } WordKind;

typedef struct Word {
    WordKind kind;
    uint32_t start, end;
} Word;

typedef struct Scan {
    Str text;
    uint32_t at;
    uint32_t stop; // the cursor: what is being written there is not passed
    bool inside;   // the cursor is in a comment or a text
} Scan;

bool scan_word(Scan *scan, Word *word); // the next; false: there is none
bool word_is_one_of(Str word, const char *const *list);

typedef struct Item {
    uint32_t start, body, end; // `body`: the brace; 0: none
    bool has_code;             // between the braces
} Item;

// Passes an item. `scan` stands before its first word; false: there is none. It ends with its bracket or semicolon, or, where
// brackets are missing, before the next line that begins with a letter.
bool scan_item(Scan *scan, Item *item);
bool scan_begins_line(Str text, uint32_t at);

#endif
