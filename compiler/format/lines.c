// Lines: how far each is indented, and where one that is too long is broken.
// Takes tokens with the line breaks that were decided; leaves the indentation of each line, and more breaks. A line is laid
// when all before it are, so what it depends on is known.

#include "format__.h"

#include <stdio.h>
#include <string.h>

static uint32_t indent_of(const Format *f, uint32_t i) {
    const Token *token = &f->tokens.data[i];
    const Frame *frame = &f->frames.data[token->frame];
    bool is_outer = token->is_outer;
    if (token->is_first) {
        frame = &f->frames.data[frame->parent];
        is_outer = false;
    }
    if (frame->base == NOWHERE) return 0;
    uint32_t base = f->tokens.data[frame->base].indent;
    return is_outer ? base : base + FORMAT_INDENT;
}

uint32_t format__columns(const Format *f, uint32_t start, uint32_t end) {
    uint32_t columns = 0;
    for (uint32_t at = start; at < end && f->text.ptr[at] != '\n';) {
        if (f->text.ptr[at] >= ' ' && f->text.ptr[at] < 0x7F) { // nearly all of a program
            columns++;
            at++;
            continue;
        }
        uint32_t scalar = 0;
        uint32_t width = utf8_decode(f->text.ptr + at, end - at, &scalar);
        columns += width ? utf8_width(scalar) : 1;
        at += width ? width : 1;
    }
    return columns;
}

uint32_t format__width(const Format *f, uint32_t first, uint32_t last) {
    uint32_t columns = f->tokens.data[first].indent;
    for (uint32_t i = first; i <= last; i++) {
        const Token *token = &f->tokens.data[i];
        columns += (i > first ? token->blanks : 0) + format__columns(f, token->start, token->end);
    }
    return columns;
}

// The token of a line with which it gets too long; NOWHERE: it does not. A comment at its end may be as long as it likes, and
// what follows a token that has lines of its own is not looked at.
static uint32_t end_of_room(const Format *f, uint32_t first) {
    const Token *tokens = f->tokens.data;
    uint32_t columns = tokens[first].indent;
    for (uint32_t i = first; i < f->tokens.len; i++) {
        const Token *token = &tokens[i];
        if (i > first && (token->breaks || token->gap == GAP_KEEP)) break;
        if (i > first && token->kind == TOKEN_LINE_COMMENT) break;
        columns += (i > first ? token->blanks : 0) + format__columns(f, token->start, token->end);
        if (columns > FORMAT_WIDTH) return i;
        if (memchr(f->text.ptr + token->start, '\n', token->end - token->start)) break;
    }
    return NOWHERE;
}

// --- the brace of an item ----------------------------------------------------------------------------------------------

// A brace behind a head whose last line stands deeper has a line of its own, so that one sees where the head ends.
static void place_brace(Format *f, const Group *group) {
    if (group->kind != GROUP_BODY || format__kind(f, group->node) != SYNTAX_BLOCK) return;
    SyntaxKind owner = format__kind(f, f->parents[group->node]);
    Token *brace = &f->tokens.data[group->open];
    if (owner != SYNTAX_FUNCTION_ITEM && owner != SYNTAX_SIP_ITEM) return;
    uint32_t base = f->frames.data[brace->frame].base;
    if (brace[-1].indent > f->tokens.data[base].indent && brace->breaks == 0) brace->breaks = 1;
}

// --- lines that are too long -------------------------------------------------------------------------------------------

static void break_group(Format *f, uint32_t g) {
    Group *group = &f->list.data[g];
    group->broken = true;
    if (group->kind == GROUP_LIST)
        f->tokens.data[group->open + 1].breaks = f->tokens.data[group->close].breaks = 1;
    for (uint32_t i = group->open + 1; i <= group->close; i++) {
        Token *token = &f->tokens.data[i];
        if (token->group == g && !token->breaks) token->breaks = 1;
        if (token->gap == GAP_JOIN) token->blanks = format__blanks_of(f, token);
    }
    Token *behind = &f->tokens.data[group->close + 1];
    bool joins = group->kind == GROUP_BODY && group->close + 1 < f->tokens.len;
    if (joins && behind->gap == GAP_AFTER) behind->breaks = 0; // `else`, as breaks.c decides it
}

// The first group that opens at a token or behind it.
static uint32_t group_from(const Format *f, uint32_t token) {
    uint32_t low = 0, high = f->list.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (f->list.data[middle].open < token)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Gives the statements of the outermost groups that open between two tokens of a line lines of their own. False: there are none.
static bool break_groups(Format *f, uint32_t first, uint32_t last) {
    uint32_t behind = 0; // the last group that was broken
    for (uint32_t g = group_from(f, first); g < f->list.len && f->list.data[g].open <= last; g++) {
        const Group *group = &f->list.data[g];
        if (group->broken || group->open < behind) continue;
        if (group->kind == GROUP_LIST && !format__is_all_or_nothing(format__kind(f, group->node)))
            continue;
        if (group->close <= group->open + (group->kind == GROUP_CASE ? 0 : 1)) continue;
        behind = group->close;
        break_group(f, g);
    }
    return behind > 0;
}

// Behind an operator: the more loosely it binds, the better.
static uint32_t cost_behind(const Format *f, const Token *operator) {
    static const char *const levels[] = {
        " || ", " && ", " == != < <= > >= ", " | ",
        " ^ ",  " & ",  " << >> <<? >>? ",   " + - +% -% +| -| +? -? "
    };
    enum { LEVELS = sizeof levels / sizeof *levels };
    char sign[8];
    Str text = format__text(f, operator);
    snprintf(sign, sizeof sign, " " STR_FMT " ", STR_ARG(text));
    for (uint32_t i = 0; i < LEVELS; i++)
        if (strstr(levels[i], sign)) return 2 + i;
    return 2 + LEVELS;
}

// How bad it is to break before a token; NOWHERE: it may not be.
static uint32_t cost_of(const Format *f, uint32_t i) {
    const Token *token = &f->tokens.data[i], *before = token - 1;
    if ((token->gap != GAP_SPACE && token->gap != GAP_TIGHT) || format__is_comment(token))
        return NOWHERE;
    uint32_t cost = 16 * f->frames.data[token->frame].depth;
    SyntaxKind kind = format__kind(f, token->across);
    const SyntaxNode *node = &f->root[token->node];
    bool is_sign = node->kind == SYNTAX_TOKEN || token->node == token->across;
    switch (kind) {
    case SYNTAX_BINARY_EXPRESSION: // a line ends with the operator
        return is_sign && node->field == FIELD_OPERATOR ? NOWHERE : cost + cost_behind(f, before);
    case SYNTAX_TERNARY_EXPRESSION:
        return is_sign ? cost + (format__is(f, token, "?") ? 0 : 1) : NOWHERE;
    case SYNTAX_ELSE_EXPRESSION: return format__is(f, token, "else") ? cost + 1 : NOWHERE;
    case SYNTAX_PROTOCOL: return format__is(f, token, "->") ? cost + 6 : NOWHERE;
    case SYNTAX_CHOICE: return format__is(f, token, "or") ? cost + 2 : NOWHERE;
    case SYNTAX_DECLARATION:
    case SYNTAX_TUPLE_DECLARATION:
    case SYNTAX_CONST_ITEM:
    case SYNTAX_FIELD_INITIALIZER:
    case SYNTAX_NAMED_ARGUMENT:
    case SYNTAX_INSTANCE:
    case SYNTAX_ASSIGNMENT: return is_sign ? NOWHERE : cost + 20;
    case SYNTAX_TYPE_ARGUMENTS:
    case SYNTAX_GENERIC_PARAMETERS:
    case SYNTAX_ENDPOINT_TYPE: return cost + 40;
    case SYNTAX_PATH:
    case SYNTAX_FIELD_EXPRESSION: return cost + 50;
    case SYNTAX_ARGUMENTS:
    case SYNTAX_PARAMETERS:
    case SYNTAX_INIT_LIST:
    case SYNTAX_PATTERN_ARGUMENTS: return cost + (format__is(f, before, ",") ? 0 : 30);
    default: return is_sign && format__is(f, token, ":") ? NOWHERE : cost + 4;
    }
}

// Breaks a line once more, where it is least bad, before its token `last`, with which it gets too long, or at it; false where it
// cannot be.
static bool break_line(Format *f, uint32_t first, uint32_t last) {
    uint32_t best = NOWHERE, least = NOWHERE;
    for (uint32_t i = first + 1; i <= last; i++) {
        uint32_t cost = cost_of(f, i);
        if (cost == NOWHERE || cost > least) continue;
        least = cost;
        best = i;
    }
    if (best == NOWHERE) return false;
    f->tokens.data[best].breaks = 1;
    uint32_t g = group_from(f, best - 1);
    bool opens =
        g < f->list.len && f->list.data[g].open == best - 1 && f->list.data[g].kind == GROUP_LIST;
    if (opens) f->tokens.data[f->list.data[g].close].breaks = 1; // both brackets or neither
    return true;
}

// --- what stands behind a condition that takes several lines -------------------------------------------------------------

static bool has_head(SyntaxKind kind) {
    return kind == SYNTAX_IF_STATEMENT || kind == SYNTAX_WHILE_STATEMENT ||
           kind == SYNTAX_FOR_STATEMENT || kind == SYNTAX_FOR_EACH_STATEMENT ||
           kind == SYNTAX_LOCK_STATEMENT;
}

// Whether the line that a token stands in is not the first of the statement that the token is a sign of.
static bool is_deeper(const Format *f, const Token *token) {
    uint32_t base = f->frames.data[token->frame].base;
    return base != NOWHERE && token->indent > f->tokens.data[base].indent;
}

// One sees where such a condition ends, and what is done then, only if that begins a line.
static void part_body(Format *f, uint32_t i) {
    Token *token = &f->tokens.data[i];
    const Token *before = token - 1;
    if (i == 0 || token->breaks || token->gap == GAP_KEEP || format__is_comment(token)) return;
    if (!has_head(format__kind(f, token->across)) || !format__is(f, before, ")")) return;
    if (before->node != token->across || !is_deeper(f, before)) return;
    uint32_t g = group_from(f, i);
    bool opens = g < f->list.len && f->list.data[g].open == i && f->list.data[g].kind == GROUP_BODY;
    if (!opens)
        token->breaks = 1;
    else if (!f->list.data[g].broken && f->list.data[g].close > i + 1)
        break_group(f, g);
}

static void lay_line(Format *f, uint32_t first) {
    f->tokens.data[first].indent = indent_of(f, first);
    for (uint32_t last; (last = end_of_room(f, first)) != NOWHERE;) {
        if (break_groups(f, first, last)) continue;
        if (!break_line(f, first, last)) return;
    }
}

void format__lines(Format *f) {
    uint32_t *opened =
        arena_array(f->arena, uint32_t, f->tokens.len); // group + 1 by its first token
    for (uint32_t g = 0; g < f->list.len; g++)
        opened[f->list.data[g].open] = g + 1;
    for (uint32_t i = 0; i < f->tokens.len; i++) {
        if (opened[i]) place_brace(f, &f->list.data[opened[i] - 1]);
        part_body(f, i);
        if (i == 0 || f->tokens.data[i].breaks)
            lay_line(f, i);
        else
            f->tokens.data[i].indent = f->tokens.data[i - 1].indent;
    }
}
