// What the files of this room share: the tokens of a text, and what is decided about the blanks before each.

#ifndef FORMAT_FORMAT___H
#define FORMAT_FORMAT___H

#include "format.h"

enum { NOWHERE = UINT32_MAX };

typedef enum TokenKind {
    TOKEN_CODE,
    TOKEN_LINE_COMMENT, // a line break must follow
    TOKEN_BLOCK_COMMENT,
    TOKEN_AS_IS, // a statement that does not parse: its text and the blanks before it stay
    TOKEN_END,   // of the text: the last
} TokenKind;

typedef enum GapClass {
    GAP_GLUE,  // nothing
    GAP_TIGHT, // nothing, or a line break if the author has one
    GAP_JOIN,  // a blank
    GAP_SPACE, // a blank, or a line break if the author has one
    GAP_AFTER, // behind a block: a blank, or a line break if the block is on one line and the author has one
    GAP_BODY, // between the parts of a group: a line break if the group is broken
    GAP_LINE, // a line break
    GAP_KEEP, // what is there
} GapClass;

typedef struct Token {
    uint32_t start, end;
    uint32_t node;   // the innermost around it; a name or a number is a node itself
    uint32_t across; // the innermost around it and the token before
    uint32_t frame;
    uint32_t group;  // whose parts are parted before it; NOWHERE unless `gap` is GAP_BODY
    uint32_t indent; // decided: columns before the first token of its line
    uint32_t blanks; // decided, where no line breaks before it
    uint8_t kind;    // TokenKind
    uint8_t gap;     // GapClass of what is before it
    uint8_t lines;   // line breaks before it in the text: 0, 1, or 2 for more
    uint8_t breaks;  // decided: 0, 1, or 2 for an empty line
    bool is_first;   // of its frame: it stands as the frame does
    bool is_outer;   // it stands as what it closes or goes on with: `}`, `else`
} Token;

// What lines are indented by: a line within a frame stands one level deeper than the line with the frame's base.
typedef struct Frame {
    uint32_t parent; // the file's is its own
    uint32_t base;   // token
    uint32_t depth;
} Frame;

// Parts between a pair of tokens that are on one line together, or have lines of their own.
typedef enum GroupKind {
    GROUP_BODY, // braces around statements or members: each has a line of its own, or all share one
    GROUP_LIST, // of expressions, types, names: lines are the author's, and both brackets have a line or neither
    GROUP_CASE, // the statements of a case
} GroupKind;

typedef struct Group {
    uint8_t kind; // GroupKind
    bool broken;
    uint32_t node;
    uint32_t open, close; // tokens; of a case its `:` and its last
    uint32_t parts;
} Group;

typedef struct Format {
    Arena *arena;
    const Syntax *syntax;
    Str text;
    const SyntaxNode *root;
    uint32_t *parents; // of each node
    uint16_t *depths;
    uint32_t *groups;      // of each node, NOWHERE: none
    bool *as_is;           // of each node
    VEC(SyntaxPart) wrong; // what does not parse, in the order of the text
    uint32_t next_wrong;   // where the walk is
    VEC(Token) tokens;
    VEC(Frame) frames;
    VEC(Group) list;
} Format;

// Leaves the tokens with their nodes, frames and groups.
void format__tokens(Format *f);

// Leaves what does not parse, and the nodes that are left as they are.
void format__wrong(Format *f);

// Leaves the class of each gap.
void format__spaces(Format *f);

// Decides where lines end: `breaks` and `blanks` of each token.
void format__breaks(Format *f);

// Lays lines out: leaves `indent`, and breaks lines that are too long where they can be broken.
void format__lines(Format *f);

// Brings what stands above each other in lines that follow each other into one column.
void format__align(Format *f);

// --- ask -----------------------------------------------------------------------------------------------

static inline Str format__text(const Format *f, const Token *token) {
    return (Str){ f->text.ptr + token->start, token->end - token->start };
}

static inline bool format__is(const Format *f, const Token *token, const char *text) {
    return str_eq_c(format__text(f, token), text);
}

static inline SyntaxKind format__kind(const Format *f, uint32_t node) {
    return f->root[node].kind;
}

bool format__is_leaf(SyntaxKind kind);  // one token, although it has parts, or none of its own
bool format__has_body(SyntaxKind kind); // its parts between braces have lines of their own
bool format__is_statement(
    const Format *f, uint32_t node
); // lines are about it: its second stands deeper than its first

// A list whose brackets have lines of their own as soon as it has several.
static inline bool format__is_all_or_nothing(SyntaxKind kind) {
    return kind == SYNTAX_ENUM_ITEM || kind == SYNTAX_FLAGS_ITEM;
}

static inline bool format__is_comment(const Token *token) {
    return token->kind == TOKEN_LINE_COMMENT || token->kind == TOKEN_BLOCK_COMMENT;
}

// Blanks before a token of class GAP_JOIN: `in` is as wide as `out` where a contract of several lines has both.
uint32_t format__blanks_of(const Format *f, const Token *token);

uint32_t format__columns(
    const Format *f, uint32_t start, uint32_t end
); // of a part without line breaks

// The columns of the line that begins with a token, up to and with the token `last`.
uint32_t format__width(const Format *f, uint32_t first, uint32_t last);

#endif
