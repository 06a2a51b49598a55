// Tokens, and how they nest.
// Takes the tree, which has the named parts, and the text, which has all else; leaves every token and comment with the node
// that it is in, the frame that it is indented by, and the groups that brackets make.

#include "format__.h"

#include <string.h>

// --- tokens ------------------------------------------------------------------------------------------------------------

static uint8_t count_lines(const Format *f, uint32_t start, uint32_t end) {
    uint8_t lines = 0;
    for (uint32_t at = start; at < end && lines < 2; at++)
        lines += f->text.ptr[at] == '\n';
    return lines;
}

static Token *add(
    Format *f, uint32_t start, uint32_t end, TokenKind kind, uint32_t node, uint32_t frame
) {
    uint32_t before = f->tokens.len ? vec_last(&f->tokens)->end : 0;
    Token token = {
        .start = start, .end = end, .kind = (uint8_t)kind, .node = node, .frame = frame
    };
    token.lines = count_lines(f, before, start);
    token.group = NOWHERE;
    token.is_first = f->frames.data[frame].base == f->tokens.len;
    vec_push(f->arena, &f->tokens, token);
    return vec_last(&f->tokens);
}

static uint32_t add_frame(Format *f, uint32_t parent, uint32_t base) {
    Frame frame = { parent, base, f->frames.data[parent].depth + 1 };
    vec_push(f->arena, &f->frames, frame);
    return f->frames.len - 1;
}

static uint32_t end_of_comment(const Format *f, uint32_t at, uint32_t end) {
    const char *text = f->text.ptr;
    if (text[at + 1] == '*') {
        for (at += 2; at + 1 < end && (text[at] != '*' || text[at + 1] != '/');)
            at++;
        return at + 2 < end ? at + 2 : end;
    }
    while (at < end && text[at] != '\n')
        at++;
    while (char_is_blank(text[at - 1]))
        at--;
    return at;
}

static bool starts_comment(const Format *f, uint32_t at, uint32_t end) {
    const char *text = f->text.ptr;
    return at + 1 < end && text[at] == '/' && (text[at + 1] == '/' || text[at + 1] == '*');
}

// Between named nodes there are keywords and signs; of these some are longer than a character.
static uint32_t end_of_sign(const Format *f, uint32_t at, uint32_t end, SyntaxKind kind) {
    static const char *const signs[] = { "...", "->", "::", "..", "<=", "&&" };
    const char *text = f->text.ptr;
    if (char_is_word(text[at])) {
        while (at < end && char_is_word(text[at]))
            at++;
        return at;
    }
    if (kind == SYNTAX_ATTRIBUTES && end - at >= 2 && text[at] == '[') return at + 2;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i]);
        if (end - at >= length && memcmp(text + at, signs[i], length) == 0)
            return at + (uint32_t)length;
    }
    uint32_t scalar;
    uint32_t width = utf8_decode(text + at, end - at, &scalar);
    return at + (width ? width : 1);
}

// The first part that ends behind a place; places only grow.
static const SyntaxPart *wrong_from(Format *f, uint32_t at) {
    while (f->next_wrong < f->wrong.len && f->wrong.data[f->next_wrong].end <= at)
        f->next_wrong++;
    return f->next_wrong < f->wrong.len ? &f->wrong.data[f->next_wrong] : NULL;
}

// --- nesting -----------------------------------------------------------------------------------------------------------

typedef struct Place { // where a walk is
    uint32_t node;
    uint32_t frame;
    uint32_t owner; // the token that begins the statement or the closure
} Place;

typedef struct Bracket {
    uint32_t group, frame; // the group, and the frame around it
} Bracket;

enum { BRACKETS = 4 }; // of one node inside each other

static bool opens(const Format *f, const Token *token, SyntaxKind kind) {
    if (kind == SYNTAX_GENERIC_PARAMETERS || kind == SYNTAX_TYPE_ARGUMENTS)
        return format__is(f, token, "<");
    return format__is(f, token, "(") || format__is(f, token, "[") || format__is(f, token, "[[") ||
           format__is(f, token, "{");
}

static bool closes(const Format *f, const Token *token, SyntaxKind kind) {
    if (kind == SYNTAX_GENERIC_PARAMETERS || kind == SYNTAX_TYPE_ARGUMENTS)
        return format__is(f, token, ">");
    return format__is(f, token, ")") || format__is(f, token, "]") || format__is(f, token, "}");
}

typedef struct Walk {
    Place place;
    Bracket open[BRACKETS];
    uint32_t depth;
} Walk;

static uint32_t add_group(Format *f, GroupKind kind, uint32_t node, uint32_t open) {
    Group group = { .kind = (uint8_t)kind, .node = node, .open = open, .close = open };
    vec_push(f->arena, &f->list, group);
    return f->list.len - 1;
}

static void open_group(Format *f, Walk *walk, uint32_t token) {
    Place *place = &walk->place;
    bool body = format__has_body(format__kind(f, place->node)) &&
                format__is(f, &f->tokens.data[token], "{");
    uint32_t group = add_group(f, body ? GROUP_BODY : GROUP_LIST, place->node, token);
    if (body) f->groups[place->node] = group;
    f->tokens.data[token].is_outer = body;
    if (walk->depth < BRACKETS) walk->open[walk->depth] = (Bracket){ group, place->frame };
    walk->depth++;
    place->frame = add_frame(f, place->frame, body ? place->owner : token);
}

static void close_group(Format *f, Walk *walk, uint32_t token) {
    if (walk->depth == 0 || walk->depth-- > BRACKETS) return;
    Bracket bracket = walk->open[walk->depth];
    f->list.data[bracket.group].close = token;
    f->tokens.data[token].is_outer = true;
    walk->place.frame = bracket.frame;
}

static void add_sign(Format *f, Walk *walk, uint32_t start, uint32_t end) {
    const Place *place = &walk->place;
    SyntaxKind kind = format__kind(f, place->node);
    Token *token = add(f, start, end, TOKEN_CODE, place->node, place->frame);
    uint32_t index = f->tokens.len - 1;
    if (opens(f, token, kind))
        open_group(f, walk, index);
    else if (closes(f, token, kind))
        close_group(f, walk, index);
    else if (kind == SYNTAX_CASE && format__is(f, token, ":"))
        f->groups[place->node] = add_group(f, GROUP_CASE, place->node, index);
    else if (kind == SYNTAX_IF_STATEMENT && format__is(f, token, "else"))
        token->is_outer = true;
}

static void add_comment(Format *f, const Place *place, uint32_t start, uint32_t end) {
    TokenKind kind = f->text.ptr[start + 1] == '*' ? TOKEN_BLOCK_COMMENT : TOKEN_LINE_COMMENT;
    add(f, start, end, kind, place->node, place->frame);
}

// The text between two named nodes.
static void add_between(Format *f, Walk *walk, uint32_t at, uint32_t end) {
    while (at < end) {
        if (char_is_blank(f->text.ptr[at]) ||
            memcmp(f->text.ptr + at, "\xEF\xBB\xBF", end - at < 3 ? 1 : 3) == 0) {
            at += char_is_blank(f->text.ptr[at]) ? 1 : 3;
            continue;
        }
        const SyntaxPart *wrong = wrong_from(f, at);
        uint32_t start = at;
        if (wrong && wrong->start <= at) {
            at = wrong->end < end ? wrong->end : end;
            uint32_t trimmed = at;
            while (trimmed > start && char_is_blank(f->text.ptr[trimmed - 1]))
                trimmed--;
            add(f, start, trimmed, TOKEN_AS_IS, walk->place.node, walk->place.frame);
        } else if (starts_comment(f, at, end)) {
            at = end_of_comment(f, at, end);
            add_comment(f, &walk->place, start, at);
        } else {
            at = end_of_sign(f, at, end, format__kind(f, walk->place.node));
            add_sign(f, walk, start, at);
        }
    }
}

static void add_node(Format *f, Place place);

static void add_parts(Format *f, Place place) {
    const SyntaxNode *node = &f->root[place.node];
    Walk walk = { .place = place };
    uint32_t at = node->start;
    syntax_each(child, node) {
        uint32_t index = (uint32_t)(child - f->root);
        f->parents[index] = place.node;
        f->depths[index] = (uint16_t)(f->depths[place.node] + 1);
        add_between(f, &walk, at, child->start);
        uint32_t group = f->groups[place.node];
        if (group != NOWHERE) f->list.data[group].parts++;
        Place inner = walk.place;
        inner.node = index;
        add_node(f, inner);
        if (child->end > at) at = child->end;
    }
    add_between(f, &walk, at, node->end);
    uint32_t group = f->groups[place.node];
    if (group != NOWHERE && f->list.data[group].kind == GROUP_CASE)
        f->list.data[group].close = f->tokens.len - 1;
}

static void add_node(Format *f, Place place) {
    const SyntaxNode *node = &f->root[place.node];
    uint32_t end = node->end;
    if (node->start == end) return; // not in the text
    if (f->as_is[place.node] || node->kind == SYNTAX_ERROR) {
        while (end > node->start && char_is_blank(f->text.ptr[end - 1]))
            end--;
        if (end > node->start) add(f, node->start, end, TOKEN_AS_IS, place.node, place.frame);
        return;
    }
    if (node->kind == SYNTAX_DOC_COMMENT) {
        place.node = f->parents[place.node];
        add_comment(f, &place, node->start, end_of_comment(f, node->start, node->end));
        return;
    }
    if (format__is_leaf(node->kind)) {
        add(f, node->start, end, TOKEN_CODE, place.node, place.frame);
        return;
    }
    if (format__is_statement(f, place.node)) {
        place.frame = add_frame(f, place.frame, f->tokens.len);
        place.owner = f->tokens.len;
    }
    if (node->kind == SYNTAX_CLOSURE) place.owner = f->tokens.len;
    add_parts(f, place);
}

void format__tokens(Format *f) {
    uint32_t nodes = f->root->size;
    f->parents = arena_array(f->arena, uint32_t, nodes);
    f->depths = arena_array(f->arena, uint16_t, nodes);
    f->groups = arena_array(f->arena, uint32_t, nodes);
    f->as_is = arena_array(f->arena, bool, nodes);
    for (uint32_t i = 0; i < nodes; i++)
        f->groups[i] = NOWHERE;
    vec_push(f->arena, &f->frames, ((Frame){ 0, NOWHERE, 0 }));
    format__wrong(f);
    Walk walk = { 0 };
    add_between(f, &walk, 0, f->root->start);
    add_parts(f, (Place){ 0, 0, 0 });
    add_between(f, &walk, f->root->end, (uint32_t)f->text.len);
    add(f, (uint32_t)f->text.len, (uint32_t)f->text.len, TOKEN_END, 0, 0);
}
