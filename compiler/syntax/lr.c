// A deterministic reader that may stand in several places at once.
// Takes a text; leaves its tree. A stack is a list of cells that shares its lower end with others; where the tables offer
// several ways, each becomes a head of its own, and all but one die within a few tokens. Nothing is merged: two heads that
// agree down to where they parted would be two readings of the text, and that is not decided here.

#include "lr.h"

#include "lex.h"
#include "raw.h"

#include <tree_sitter/parser.h>

#include <assert.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

enum {
    MOST_HEADS = 6,    // as many as the library follows
    MOST_FORKS = 16,   // at one token
    MOST_ALIKE = 128,  // cells in which two heads agree since they parted
    CACHE_SIZE = 4096, // entries of the tables that are looked up again and again
    BOTTOM = 1,        // the cell that all stacks stand on
    WRITTEN = 0,       // the node that stands for what is written
};

typedef struct Cell {
    uint32_t below; // 0: none
    uint32_t node;
    uint16_t state;
} Cell;

typedef struct Head {
    uint32_t cell;
    uint32_t at; // where its text goes on
} Head;

typedef struct Cached {
    uint16_t state, symbol, entry;
} Cached;

typedef struct Lr {
    const TSLanguage *language;
    Str text;
    Raws raws;
    VEC(Cell) cells;
    uint32_t
        most_cells; // a text that takes more is hostile: comments behind many operators are pushed for each of them
    Head heads[MOST_HEADS], next[MOST_HEADS]; // before and behind a token
    uint32_t count, next_count;
    uint32_t forks;
    uint16_t items, file; // the symbols of the list of items, and of all
    uint32_t start;       // of the first token
    uint32_t at;          // behind what has been read
    bool alone;           // the tables offer one way only
    bool started, ended, doubt;
    Cached cache[CACHE_SIZE];
} Lr;

// --- the tables ---------------------------------------------------------------------------------------------

static uint16_t entry_of(Lr *p, uint16_t state, uint16_t symbol) {
    Cached *cached = &p->cache[(state * 61u + symbol) % CACHE_SIZE];
    if (cached->state != state || cached->symbol != symbol || !state)
        *cached = (Cached){ state, symbol, lex__entry(state, symbol) };
    return cached->entry;
}

static uint16_t find_symbol(const TSLanguage *l, const char *name) {
    for (uint32_t i = l->token_count; i < l->symbol_count; i++)
        if (strcmp(l->symbol_names[i], name) == 0) return (uint16_t)i;
    assert(false); // the grammar has this rule
    return 0;
}

// --- stacks -------------------------------------------------------------------------------------------------

static Cell *cell_of(const Lr *p, uint32_t index) {
    return &p->cells.data[index];
}

static bool is_extra(const Lr *p, uint32_t cell) {
    return p->raws.nodes.data[cell_of(p, cell)->node].extra;
}

static uint32_t push(Lr *p, uint32_t below, uint32_t node, uint16_t state) {
    vec_push(&p->raws.scratch, &p->cells, ((Cell){ below, node, state }));
    return p->cells.len - 1;
}

// The cells from `top` down to `base`, without that, once more on top of `onto`.
static uint32_t push_again(Lr *p, uint32_t top, uint32_t base, uint32_t onto) {
    if (top == base) return onto;
    if (p->cells.len > p->most_cells) p->doubt = true;
    uint32_t first = p->cells.len, last = onto;
    for (uint32_t cell = top; cell != base; cell = cell_of(p, cell)->below)
        push(p, 0, cell_of(p, cell)->node, cell_of(p, onto)->state);
    for (uint32_t cell = p->cells.len; cell-- > first; last = cell)
        cell_of(p, cell)->below = last;
    return last;
}

// Two heads that are the same down to where they parted, as far as one looks.
static bool same_stack(const Lr *p, uint32_t a, uint32_t b) {
    for (int depth = 0; a != b && depth < MOST_ALIKE; depth++) {
        if (!a || !b || cell_of(p, a)->state != cell_of(p, b)->state) return false;
        a = cell_of(p, a)->below;
        b = cell_of(p, b)->below;
    }
    return true;
}

static void add_head(Lr *p, Head head) {
    for (uint32_t i = 0; i < p->next_count; i++)
        p->doubt |= p->next[i].at == head.at && same_stack(p, p->next[i].cell, head.cell);
    if (p->next_count == MOST_HEADS)
        p->doubt = true;
    else
        p->next[p->next_count++] = head;
}

// --- items --------------------------------------------------------------------------------------------------

// What stands on the stack from `top` down to `base`, in the order of the text.
static void write_cells(Lr *p, uint32_t top, uint32_t base) {
    if (top == base) return;
    write_cells(p, cell_of(p, top)->below, base);
    raw__write(&p->raws, cell_of(p, top)->node);
}

// What items were made of is forgotten, but the comments behind them, from `top` down to `base`.
static uint32_t forget(Lr *p, uint32_t top, uint32_t base, uint16_t state) {
    Raw behind[SYNTAX_COMMENTS_RUN];
    uint32_t count = 0;
    for (; top != base && count < SYNTAX_COMMENTS_RUN; top = cell_of(p, top)->below)
        behind[count++] = p->raws.nodes.data[cell_of(p, top)->node];
    p->doubt |= top != base;
    raw__clear(&p->raws);
    p->cells.len = BOTTOM + 1;
    uint32_t cell = push(p, BOTTOM, WRITTEN, state);
    while (count > 0)
        cell = push(p, cell, raw__add(&p->raws, behind[--count]), state);
    return cell;
}

// Items are whole: they are written, those that are not yet, and the comments before them.
static uint32_t write_items(Lr *p, uint32_t top, uint32_t above, uint32_t base, uint16_t symbol) {
    while (is_extra(p, base))
        base = cell_of(p, base)->below;
    if (base != BOTTOM || p->count > 1 || !p->alone) {
        p->doubt = true; // other stacks stand on these cells
        return 0;
    }
    write_cells(p, above, base);
    return forget(p, top, above, entry_of(p, cell_of(p, base)->state, symbol));
}

// --- actions ------------------------------------------------------------------------------------------------

static uint32_t make_node(
    Lr *p, const TSParseAction *rule, uint32_t above, uint32_t base, uint32_t count
) {
    Raws *r = &p->raws;
    uint16_t symbol = rule->reduce.symbol;
    uint32_t only = cell_of(p, above)->node;
    if (count == 1 && !r->visible[symbol] && r->is_bare[rule->reduce.production_id]) return only;
    Raw node = { .end = r->nodes.data[only].end,
                 .first = r->kids.len,
                 .count = count,
                 .symbol = symbol,
                 .production = rule->reduce.production_id };
    vec_reserve(&r->scratch, &r->kids, r->kids.len + count);
    r->kids.len += count;
    for (uint32_t cell = above; cell != base; cell = cell_of(p, cell)->below)
        r->kids.data[node.first + --count] = cell_of(p, cell)->node;
    node.start = r->nodes.data[r->kids.data[node.first]].start;
    return raw__add(r, node);
}

// The cell on top when a rule has been read whole; 0: it cannot be.
static uint32_t reduce(Lr *p, uint32_t top, const TSParseAction *rule) {
    uint32_t above = top, count = 0, parts = rule->reduce.child_count;
    while (is_extra(p, above))
        above = cell_of(p, above)->below; // comments behind it are not in it
    uint32_t base = above;
    for (; parts > 0 && base; base = cell_of(p, base)->below, count++)
        parts -= !is_extra(p, base);
    if (count == 0 || !base) {
        p->doubt = true; // a file without items
        return 0;
    }
    uint16_t state = entry_of(p, cell_of(p, base)->state, rule->reduce.symbol);
    if (!state) return 0;
    if (rule->reduce.symbol == p->items || rule->reduce.symbol == p->file)
        return write_items(p, top, above, base, rule->reduce.symbol);
    uint32_t node = make_node(p, rule, above, base, count);
    return push_again(p, top, above, push(p, base, node, state));
}

static void shift(Lr *p, uint32_t top, const GlrToken *token, const TSParseAction *action) {
    Raw leaf = { .start = token->start,
                 .end = token->end,
                 .symbol = token->symbol,
                 .extra = action->shift.extra };
    if (!p->started) p->start = token->start;
    p->started = true;
    uint16_t state = leaf.extra ? cell_of(p, top)->state : action->shift.state;
    add_head(p, (Head){ push(p, top, raw__add(&p->raws, leaf), state), token->end });
}

static uint32_t count_ways(const TSParseActionEntry *actions) {
    uint32_t count = 0;
    for (uint32_t i = 1; i <= actions->entry.count; i++)
        count +=
            actions[i].action.type != TSParseActionTypeShift || !actions[i].action.shift.repetition;
    return count;
}

static void end_file(Lr *p, uint32_t top) {
    p->doubt |= p->ended || p->count > 1;
    p->ended = true;
    write_cells(p, top, BOTTOM); // comments at the end
}

// A head takes its token, after all rules that end before it.
static void take(Lr *p, uint32_t top, GlrToken token) {
    while (top && !p->doubt) {
        const TSLanguage *l = p->language;
        uint16_t entry = entry_of(p, cell_of(p, top)->state, token.symbol);
        if (!entry && token.keyword) {
            token.keyword = false;
            token.symbol = l->keyword_capture_token;
            continue;
        }
        const TSParseActionEntry *actions = &l->parse_actions[entry];
        uint32_t reduced = 0, rules = 0;
        p->alone = count_ways(actions) == 1 && p->forks == 0;
        for (uint32_t i = 1; entry && i <= actions->entry.count; i++) {
            const TSParseAction *action = &actions[i].action;
            if (action->type == TSParseActionTypeShift && !action->shift.repetition)
                shift(p, top, &token, action);
            if (action->type == TSParseActionTypeAccept) end_file(p, top);
            if (action->type != TSParseActionTypeReduce) continue;
            if (rules++ > 0) {
                if (++p->forks > MOST_FORKS) p->doubt = true;
                take(p, reduced, token);
            }
            reduced = reduce(p, top, action);
        }
        top = reduced;
    }
}

// --- the text -----------------------------------------------------------------------------------------------

// Those that are furthest behind take a token; the others wait.
static void step(Lr *p) {
    uint32_t first = p->heads[0].at;
    for (uint32_t i = 1; i < p->count; i++)
        if (p->heads[i].at < first) first = p->heads[i].at;
    p->at = first;
    p->next_count = p->forks = 0;
    for (uint32_t i = 0; i < p->count && !p->doubt; i++) {
        Head head = p->heads[i];
        if (head.at > first) {
            add_head(p, head);
            continue;
        }
        GlrToken token = lex__token(p->text, head.at, cell_of(p, head.cell)->state);
        if (token.symbol != GLR_NONE) take(p, head.cell, token);
    }
    memcpy(p->heads, p->next, p->next_count * sizeof *p->heads);
    p->count = p->next_count;
}

static const SyntaxNode *root_of(Lr *p) {
    SyntaxNode *root = p->raws.tree.data;
    root->start = p->start;
    root->end = (uint32_t)p->text.len;
    root->size = p->raws.tree.len;
    return root;
}

// Where a text begins, or behind an item.
static void begin(Lr *p, uint32_t start, bool is_behind) {
    push(p, 0, WRITTEN, 0); // none
    uint32_t cell = push(p, 0, WRITTEN, 1);
    if (is_behind) cell = push(p, cell, WRITTEN, lex__entry(1, p->items));
    p->heads[p->count++] = (Head){ cell, start };
}

const SyntaxNode *lr__read(Arena *arena, Str text, uint32_t start, bool is_behind, LrEnd *end) {
    Arena memory;
    arena_init(&memory);
    Lr *p = arena_new(&memory, Lr);
    p->language = tree_sitter_sip();
    p->text = text;
    p->most_cells = 6 * ((uint32_t)text.len - start) + (1 << 16);
    p->items = find_symbol(p->language, "source_file_repeat1");
    p->file = find_symbol(p->language, "source_file");
    raw__init(&p->raws, arena, is_behind ? 0 : (uint32_t)text.len - start);
    begin(p, start, is_behind);
    while (p->count > 0 && !p->ended && !p->doubt)
        step(p);
    bool doubt = p->doubt || p->raws.too_deep;
    *end = (LrEnd){ doubt ? LR_DOUBT : p->ended ? LR_ENDED : LR_WRONG, p->at };
    const SyntaxNode *root = root_of(p);
    raw__end(&p->raws);
    arena_free(&memory);
    return root;
}

const SyntaxNode *lr__parse(Arena *arena, Str text, uint32_t start) {
    LrEnd end;
    const SyntaxNode *root = lr__read(arena, text, start, false, &end);
    return end.result == LR_ENDED ? root : NULL;
}
