// Where lines end.
// Takes the class of each gap and the author's line breaks; leaves what is decided: groups that are broken, and for each token the
// line breaks or the blanks before it. Lines that are too long are another matter (lines.c).

#include "format__.h"

// Line breaks between a token and the next that is no comment.
static uint8_t lines_behind(const Format *f, uint32_t token) {
    uint8_t lines = 0;
    for (token++; token < f->tokens.len; token++) {
        lines |= f->tokens.data[token].lines;
        if (!format__is_comment(&f->tokens.data[token])) break;
    }
    return lines;
}

static void decide_group(Format *f, Group *group, const uint32_t *lines) {
    if (group->close <= group->open) return;
    bool any = lines[group->close] > lines[group->open];
    bool at_start = lines_behind(f, group->open) > 0;
    bool at_end = f->tokens.data[group->close].lines > 0;
    switch (group->kind) {
    case GROUP_BODY: group->broken = any; break;
    case GROUP_CASE: group->broken = group->parts > 1 ? any : at_start; break;
    case GROUP_LIST:
        group->broken =
            at_start || at_end || (any && format__is_all_or_nothing(format__kind(f, group->node)));
        break;
    }
}

// Both brackets of a list have a line of their own, or neither.
static void part_brackets(Format *f, const Group *group) {
    Token *tokens = f->tokens.data;
    if (!group->broken || group->close == group->open + 1) return;
    Token *behind = &tokens[group->open + 1];
    if (!(format__is_comment(behind) && behind->lines == 0)) behind->breaks = 1;
    tokens[group->close].breaks = 1;
}

// Columns of a table are the author's: blanks behind the commas of a list of several lines.
static void keep_columns(Format *f, const Group *group) {
    if (format__kind(f, group->node) != SYNTAX_INIT_LIST) return;
    bool has_lines = false;
    for (uint32_t i = group->open + 1; i <= group->close; i++)
        has_lines |= f->tokens.data[i].breaks > 0;
    for (uint32_t i = group->open + 1; has_lines && i < group->close; i++) {
        Token *token = &f->tokens.data[i];
        if (token->across != group->node || !format__is(f, token - 1, ",") ||
            token->kind != TOKEN_CODE)
            continue;
        uint32_t blanks = token->start - token[-1].end;
        for (uint32_t at = token[-1].end; at < token->start; at++)
            if (f->text.ptr[at] != ' ') blanks = 1;
        if (blanks) token->blanks = blanks;
    }
}

static bool is_beside_out(const Format *f, const Token *token) {
    if (format__kind(f, token->across) != SYNTAX_MESSAGE_DECLARATION ||
        !format__is(f, token, "message") || !format__is(f, token - 1, "in"))
        return false;
    uint32_t contract_node = f->parents[token->across];
    const SyntaxNode *contract = &f->root[contract_node];
    uint32_t group = f->groups[contract_node];
    if (group == NOWHERE || !f->list.data[group].broken) return false;
    syntax_each(child, contract) {
        if (child->kind == SYNTAX_MESSAGE_DECLARATION && f->text.ptr[child->start] == 'o')
            return true;
    }
    return false;
}

uint32_t format__blanks_of(const Format *f, const Token *token) {
    return is_beside_out(f, token) ? 2 : 1;
}

static bool is_broken_block(const Format *f, const Token *closing) {
    uint32_t group = f->groups[closing->node];
    return group != NOWHERE && f->list.data[group].broken;
}

static void decide(Format *f, uint32_t i) {
    Token *token = &f->tokens.data[i];
    bool may_be_empty = true; // a line before it
    switch ((GapClass)token->gap) {
    case GAP_GLUE: return;
    case GAP_JOIN: token->blanks = format__blanks_of(f, token); return;
    case GAP_KEEP: return;
    case GAP_TIGHT: token->breaks = token->lines > 0; return;
    case GAP_AFTER:
        token->blanks = 1;
        token->breaks = token->lines > 0 && !is_broken_block(f, token - 1);
        return;
    case GAP_SPACE:
        token->blanks = 1;
        token->breaks = token->lines > 0;
        may_be_empty = format__kind(f, token->across) == SYNTAX_INIT_LIST ||
                       format__is_comment(token - 1) ||
                       format__is_all_or_nothing(format__kind(f, token->across));
        break;
    case GAP_BODY:
        token->blanks = 1;
        token->breaks = f->list.data[token->group].broken;
        break;
    case GAP_LINE: token->breaks = 1; break;
    }
    if (token->breaks && token->lines > 1 && may_be_empty) token->breaks = 2;
}

// No empty line behind what opens, nor before what closes.
static void close_up(Format *f, const Group *group) {
    Token *tokens = f->tokens.data;
    if (group->kind == GROUP_CASE || group->close <= group->open) return;
    if (tokens[group->open + 1].breaks > 1) tokens[group->open + 1].breaks = 1;
    if (tokens[group->close].breaks > 1) tokens[group->close].breaks = 1;
}

void format__breaks(Format *f) {
    uint32_t *lines = arena_array(f->arena, uint32_t, f->tokens.len);
    for (uint32_t i = 1; i < f->tokens.len; i++)
        lines[i] = lines[i - 1] + f->tokens.data[i].lines;
    vec_each(Group, group, &f->list)
        decide_group(f, group, lines);
    for (uint32_t i = 1; i < f->tokens.len; i++)
        decide(f, i);
    vec_each(Group, group, &f->list) {
        if (group->kind == GROUP_LIST) part_brackets(f, group);
        close_up(f, group);
        keep_columns(f, group);
    }
    if (f->tokens.len > 1) f->tokens.data[f->tokens.len - 1].breaks = 1;
}
