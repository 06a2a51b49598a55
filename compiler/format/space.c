// Which blanks are between two tokens, as far as the two decide it: rows of space.def.
// Takes tokens with their nodes and groups; leaves the class of each gap, and the node in which its two tokens meet.

#include "format__.h"

#include <string.h>

typedef struct Side { // what a token is, seen from the node in which it meets the other
    enum { SIDE_ANY, SIDE_TEXT, SIDE_FIELD, SIDE_KIND } by;
    const char *text;
    int value;
} Side;

typedef struct SpaceRow {
    uint8_t kind; // SyntaxKind
    uint8_t gap;  // GapClass
    Side left, right;
} SpaceRow;

#define ANY  { SIDE_ANY, NULL, 0 }
#define T(t) { SIDE_TEXT, t, 0 }
#define F(f) { SIDE_FIELD, NULL, FIELD_##f }
#define K(k) { SIDE_KIND, NULL, SYNTAX_##k }

static const SpaceRow rows[] = {
#define SPACE(node, left, right, class) { SYNTAX_##node, GAP_##class, left, right },
#include "format/space.def"
};

enum { ROWS = sizeof rows / sizeof *rows, KINDS = UINT8_MAX + 1 };

typedef struct RowsOf { // of each kind of node, in their order: row + 1, 0 is the end
    uint16_t first[KINDS], next[ROWS];
} RowsOf;

static void sort_rows(RowsOf *of) {
    memset(of, 0, sizeof *of);
    for (uint32_t i = ROWS; i-- > 0;) {
        of->next[i] = of->first[rows[i].kind];
        of->first[rows[i].kind] = (uint16_t)(i + 1);
    }
}

typedef struct Spaces {
    const Format *format;
    RowsOf rows;
} Spaces;

typedef struct Meeting { // of two tokens
    uint32_t node;
    uint32_t left, right; // parts of it, or the node itself where the token is its own
} Meeting;

static Meeting meet(const Format *f, uint32_t a, uint32_t b) {
    Meeting m = { .left = a, .right = b };
    while (a != b) {
        if (f->depths[a] >= f->depths[b]) {
            m.left = a;
            a = f->parents[a];
        } else {
            m.right = b;
            b = f->parents[b];
        }
    }
    m.node = a;
    return m;
}

// A sign or word of the node itself; those with a field are parts too.
static bool is_own(const Format *f, const Meeting *m, uint32_t part) {
    return part == m->node || f->root[part].kind == SYNTAX_TOKEN;
}

static bool fits(const Format *f, Side side, const Meeting *m, uint32_t part, const Token *token) {
    switch (side.by) {
    case SIDE_ANY: return true;
    case SIDE_TEXT: return is_own(f, m, part) && format__is(f, token, side.text);
    case SIDE_FIELD: return part != m->node && f->root[part].field == side.value;
    case SIDE_KIND: return part != m->node && f->root[part].kind == side.value;
    }
    return false;
}

static bool is_one_of(const Format *f, const Token *token, const char *signs) {
    return token->end - token->start == 1 && strchr(signs, f->text.ptr[token->start]) != NULL;
}

static GapClass by_rows(const Spaces *s, const Meeting *m, const Token *a, const Token *b) {
    const Format *f = s->format;
    for (uint32_t i = s->rows.first[f->root[m->node].kind]; i > 0; i = s->rows.next[i - 1]) {
        const SpaceRow *row = &rows[i - 1];
        if (fits(f, row->left, m, m->left, a) && fits(f, row->right, m, m->right, b))
            return row->gap;
    }
    if (is_own(f, m, m->right) && is_one_of(f, b, ";,)]")) return GAP_GLUE;
    if (is_own(f, m, m->left) && (is_one_of(f, a, "([") || format__is(f, a, "[[")))
        return GAP_TIGHT;
    return GAP_SPACE;
}

static GapClass beside_comment(const Format *f, const Token *a, const Token *b) {
    if (a->kind == TOKEN_LINE_COMMENT) return GAP_LINE;
    if (format__is_comment(b)) {
        if (b->lines) return GAP_LINE;
        return a->kind == TOKEN_CODE && is_one_of(f, a, "([") ? GAP_TIGHT : GAP_SPACE;
    }
    return is_one_of(f, b, ";,)]") ? GAP_TIGHT : GAP_SPACE;
}

static GapClass between(const Spaces *s, uint32_t i, const Token *a, Token *b);

// A comment on a line with what follows it stands as that would.
static GapClass before_comment(const Spaces *s, uint32_t i, const Token *a, Token *b) {
    const Format *f = s->format;
    Token next = b[1];
    if (b->kind != TOKEN_BLOCK_COMMENT || b->lines || next.lines || next.kind != TOKEN_CODE ||
        format__is_comment(a))
        return beside_comment(f, a, b);
    GapClass gap = between(s, i, a, &next);
    if (gap != GAP_BODY && gap != GAP_LINE) return beside_comment(f, a, b);
    b->group = next.group;
    return gap;
}

static GapClass between(const Spaces *s, uint32_t i, const Token *a, Token *b) {
    const Format *f = s->format;
    Meeting m = meet(f, a->node, b->node);
    b->across = m.node;
    if (b->kind == TOKEN_END) return GAP_LINE;
    if (b->kind == TOKEN_AS_IS) return GAP_KEEP;
    if (a->kind == TOKEN_AS_IS) return b->lines ? GAP_LINE : GAP_KEEP;
    if (format__is_comment(b)) return before_comment(s, i, a, b);
    if (format__is_comment(a)) return beside_comment(f, a, b);
    if (format__kind(f, m.node) == SYNTAX_SOURCE_FILE) return GAP_LINE;
    uint32_t g = f->groups[m.node];
    if (g == NOWHERE) return by_rows(s, &m, a, b);
    const Group *group = &f->list.data[g];
    bool ends_the_last = is_one_of(f, b, ";,") && (is_own(f, &m, m.right) || format__is(f, a, "}"));
    if (i - 1 < group->open || ends_the_last) return by_rows(s, &m, a, b);
    if (i - 1 == group->open && i == group->close && group->kind == GROUP_BODY) return GAP_GLUE;
    b->group = g;
    return GAP_BODY;
}

void format__spaces(Format *f) {
    Spaces spaces = { .format = f };
    sort_rows(&spaces.rows);
    for (uint32_t i = 1; i < f->tokens.len; i++) {
        Token *token = &f->tokens.data[i];
        token->gap = (uint8_t)between(&spaces, i, token - 1, token);
    }
    f->tokens.data[0].gap = f->tokens.data[0].kind == TOKEN_AS_IS ? GAP_KEEP : GAP_GLUE;
}
