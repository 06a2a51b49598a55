// The grammar's automaton, with as many stacks as the text has readings.
// Takes a text token by token; leaves the stacks that can go on. Stacks are lists of nodes that share their lower ends;
// nodes are numbered in the order in which they came and change no more once their step is over, so that an
// earlier step can be taken up again at any time. Relies on the tables being free of empty rules.

#include "glr.h"

#include "lex.h"
#include "syntax.h"

#include <tree_sitter/parser.h>

#include <assert.h>
#include <string.h>

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

enum {
    MOST_WORK = 128,  // readings of one token
    MOST_PATHS = 256, // ways down that one reduction takes
    MOST_ROUNDS = 8,
    FIRST_FULL = 1 << 16,
};

typedef struct Work { // a stack and the token that it is to take
    uint32_t node;
    GlrToken token;
} Work;

typedef struct Closure { // the stacks of one place, and what they reduce to
    Glr *g;
    uint32_t at;
    uint32_t fresh; // nodes from here on are of this step
    Work work[MOST_WORK];
    uint32_t count, paths;
    GlrHeads heads; // that have taken their token
    GlrToken taken;
    bool again; // a stack got another base after it was looked at
    bool ended;
} Closure;

static GlrNode *node_of(const Glr *g, uint32_t index) {
    return &g->nodes.data[index];
}

static uint32_t add_node(Glr *g, uint16_t state, uint32_t at, uint32_t base) {
    vec_push(g->arena, &g->nodes, (GlrNode){ at, base, 0, state });
    return g->nodes.len - 1;
}

// False if the node stands on this base already.
static bool add_base(Glr *g, uint32_t node, uint32_t base) {
    uint32_t last = node;
    for (uint32_t n = node; n; n = node_of(g, n)->twin) {
        if (node_of(g, n)->base == base) return false;
        last = n;
    }
    uint32_t twin = add_node(g, node_of(g, node)->state, node_of(g, node)->at, base);
    node_of(g, last)->twin = twin;
    return true;
}

// --- one token ------------------------------------------------------------------------------------------

static void shift(Closure *c, uint16_t state, uint32_t base, const GlrToken *token) {
    uint32_t end = token->end;
    c->taken = *token;
    for (uint32_t i = 0; i < c->heads.count; i++) {
        const GlrNode *head = node_of(c->g, c->heads.node[i]);
        if (head->state != state || head->at != end) continue;
        add_base(c->g, c->heads.node[i], base);
        return;
    }
    if (c->heads.count < GLR_HEADS)
        c->heads.node[c->heads.count++] = add_node(c->g, state, end, base);
}

// A rule has been read whole, and `base` is what stood before it.
static void land(Closure *c, uint32_t base, uint16_t rule, const GlrToken *token) {
    uint16_t state = lex__entry(node_of(c->g, base)->state, rule);
    if (!state) return;
    for (uint32_t i = 0; i < c->count; i++) {
        const Work *work = &c->work[i];
        if (work->node < c->fresh || node_of(c->g, work->node)->state != state ||
            work->token.symbol != token->symbol || work->token.end != token->end)
            continue;
        c->again |= add_base(c->g, work->node, base);
        return;
    }
    if (c->count < MOST_WORK)
        c->work[c->count++] = (Work){ add_node(c->g, state, c->at, base), *token };
}

static void walk_down(
    Closure *c, uint32_t node, uint32_t left, uint16_t rule, const GlrToken *token
) {
    if (left == 0) {
        if (node) land(c, node, rule, token);
        return;
    }
    while (node && c->paths > 0) {
        c->paths--;
        walk_down(c, node_of(c->g, node)->base, left - 1, rule, token);
        node = node_of(c->g, node)->twin;
    }
}

static void take_action(Closure *c, uint32_t node, const GlrToken *token, TSParseAction action) {
    switch (action.type) {
    case TSParseActionTypeShift:
        if (!action.shift.extra && !action.shift.repetition)
            shift(c, action.shift.state, node, token);
        break;
    case TSParseActionTypeReduce:
        c->paths = MOST_PATHS;
        walk_down(c, node, action.reduce.child_count, action.reduce.symbol, token);
        break;
    case TSParseActionTypeAccept: c->ended = true; break;
    default: break;
    }
}

static void take_token(Closure *c, uint32_t index) {
    const TSLanguage *l = tree_sitter_sip();
    Work *work = &c->work[index];
    if (work->token.symbol == GLR_NONE) return;
    uint16_t state = node_of(c->g, work->node)->state;
    uint16_t entry = lex__entry(state, work->token.symbol);
    if (!entry && work->token.keyword) {
        work->token.keyword = false;
        work->token.symbol = l->keyword_capture_token;
        entry = lex__entry(state, work->token.symbol);
    }
    if (!entry) return;
    GlrToken token = work->token;
    uint32_t node = work->node;
    const TSParseActionEntry *actions = &l->parse_actions[entry];
    for (uint32_t i = 0; i < actions->entry.count; i++)
        take_action(c, node, &token, actions[i + 1].action);
}

static void take_tokens(Closure *c) {
    for (int round = 0; round < MOST_ROUNDS; round++) {
        c->again = false;
        for (uint32_t i = 0; i < c->count; i++)
            take_token(c, i);
        if (!c->again) return;
    }
}

static Closure closure_new(Glr *g, uint32_t at) {
    Closure c;
    c.g = g;
    c.at = at;
    c.fresh = g->nodes.len;
    c.count = 0;
    c.heads.count = 0;
    c.ended = false;
    return c;
}

// Every stack takes the same symbol, which is nowhere in the text.
static Closure feed_all(Glr *g, const GlrHeads *heads, uint16_t symbol) {
    uint32_t at = node_of(g, heads->node[0])->at;
    Closure c = closure_new(g, at);
    for (uint32_t i = 0; i < heads->count; i++)
        c.work[c.count++] = (Work){
            heads->node[i], { at, at, symbol, false }
        };
    take_tokens(&c);
    return c;
}

static GlrHeads feed(Glr *g, const GlrHeads *heads, uint16_t symbol, bool *ended) {
    if (heads->count == 0) return *heads;
    Closure c = feed_all(g, heads, symbol);
    *ended = c.ended;
    return c.heads;
}

bool glr__fits(Glr *g, const GlrHeads *heads, uint16_t symbol) {
    uint32_t length = g->nodes.len;
    bool ended = false;
    bool fits = symbol != GLR_NONE && feed(g, heads, symbol, &ended).count > 0;
    g->nodes.len = length;
    return fits || ended;
}

// --- steps ----------------------------------------------------------------------------------------------

static uint32_t gap_end(const Glr *g, uint32_t at) {
    uint32_t low = 0, high = g->gaps.len;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const GlrGap *gap = &g->gaps.data[middle];
        if (gap->start == at) return gap->end;
        if (gap->start < at)
            low = middle + 1;
        else
            high = middle;
    }
    return at;
}

static bool is_extra(uint16_t state, uint16_t symbol) {
    if (symbol == GLR_NONE) return false;
    const TSParseActionEntry *actions =
        &tree_sitter_sip()->parse_actions[lex__entry(state, symbol)];
    return actions->entry.count > 0 && actions[1].action.type == TSParseActionTypeShift &&
           actions[1].action.shift.extra;
}

// Comments and gaps are stepped over.
static GlrToken next_token(const Glr *g, const GlrNode *node) {
    uint32_t at = node->at;
    for (;;) {
        GlrToken token = lex__token(g->text, at, node->state);
        at = token.end;
        if (token.symbol == GLR_NONE)
            at = gap_end(g, token.start);
        else if (!is_extra(node->state, token.symbol))
            return token;
        if (at <= token.start) return token;
    }
}

// The heads that are furthest behind; the others wait.
static void choose_heads(Glr *g, GlrHeads *waiting) {
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < g->heads.count; i++) {
        uint32_t at = node_of(g, g->heads.node[i])->at;
        if (at < first) first = at;
    }
    g->next.heads.count = waiting->count = 0;
    for (uint32_t i = 0; i < g->heads.count; i++) {
        uint32_t node = g->heads.node[i];
        GlrHeads *to = node_of(g, node)->at == first ? &g->next.heads : waiting;
        to->node[to->count++] = node;
    }
}

static GlrResult step(Glr *g) {
    GlrHeads waiting;
    choose_heads(g, &waiting);
    Closure c = closure_new(g, node_of(g, g->next.heads.node[0])->at);
    for (uint32_t i = 0; i < g->next.heads.count; i++) {
        uint32_t node = g->next.heads.node[i];
        c.work[c.count++] = (Work){ node, next_token(g, node_of(g, node)) };
    }
    g->next.token = c.work[0].token;
    take_tokens(&c);
    if (c.ended) return GLR_ENDED;
    if (c.heads.count + waiting.count == 0) {
        g->nodes.len = c.fresh;
        return GLR_STUCK;
    }
    bool taken = c.heads.count > 0;
    for (uint32_t i = 0; i < waiting.count && c.heads.count < GLR_HEADS; i++)
        c.heads.node[c.heads.count++] = waiting.node[i];
    if (taken) g->next.token = c.taken;
    g->heads = c.heads;
    memmove(g->past + 1, g->past, sizeof g->past - sizeof *g->past);
    g->past[0] = g->next;
    return GLR_READ;
}

// --- sweeping -------------------------------------------------------------------------------------------

typedef struct Sweep {
    Glr *g;
    Arena arena;
    uint32_t *place; // where a node goes; 0: nowhere
    VEC(uint32_t) todo;
} Sweep;

static void keep(Sweep *s, uint32_t node) {
    if (!node || s->place[node]) return;
    s->place[node] = 1;
    vec_push(&s->arena, &s->todo, node);
}

static void keep_heads(Sweep *s, const GlrHeads *heads) {
    for (uint32_t i = 0; i < heads->count; i++)
        keep(s, heads->node[i]);
}

static void place_heads(const Sweep *s, GlrHeads *heads) {
    for (uint32_t i = 0; i < heads->count; i++)
        heads->node[i] = s->place[heads->node[i]];
}

// Nodes that no stack holds any more make room.
static void sweep(Glr *g) {
    Sweep s = { .g = g };
    arena_init(&s.arena);
    s.place = arena_array(&s.arena, uint32_t, g->nodes.len);
    memset(s.place, 0, g->nodes.len * sizeof *s.place);
    keep_heads(&s, &g->heads);
    for (int i = 0; i < GLR_PAST; i++)
        keep_heads(&s, &g->past[i].heads);
    while (s.todo.len > 0) {
        uint32_t node = vec_pop(&s.todo);
        keep(&s, node_of(g, node)->base);
        keep(&s, node_of(g, node)->twin);
    }
    uint32_t length = 1;
    for (uint32_t i = 1; i < g->nodes.len; i++) {
        if (s.place[i]) s.place[i] = length++;
    }
    for (uint32_t i = 1; i < g->nodes.len; i++) {
        if (!s.place[i]) continue;
        GlrNode node = *node_of(g, i);
        node.base = s.place[node.base];
        node.twin = s.place[node.twin];
        *node_of(g, s.place[i]) = node;
    }
    place_heads(&s, &g->heads);
    for (int i = 0; i < GLR_PAST; i++)
        place_heads(&s, &g->past[i].heads);
    g->nodes.len = length;
    g->full = length * 2 + FIRST_FULL;
    arena_free(&s.arena);
}

GlrResult glr__step(Glr *g) {
    if (g->nodes.len >= g->full) sweep(g);
    return step(g);
}

// --- from item to item ----------------------------------------------------------------------------------

// The state behind an item of the file.
static uint16_t behind_item(const Glr *g) {
    return lex__entry(1, g->lists[GLR_FILE]);
}

bool glr__begins_item(const Glr *g) {
    if (g->heads.count != 1) return false;
    const GlrNode *head = node_of(g, g->heads.node[0]), *list = node_of(g, head->base);
    return head->base && !head->twin && !list->twin && list->state == behind_item(g) &&
           list->base && !node_of(g, list->base)->base;
}

void glr__jump(Glr *g, uint32_t at) {
    uint32_t bottom = add_node(g, 1, 0, 0);
    g->heads = (GlrHeads){ 1, { add_node(g, behind_item(g), at, bottom) } };
}

// --- edits ----------------------------------------------------------------------------------------------

static GlrHeads move_heads(Glr *g, const GlrHeads *heads, uint32_t to) {
    GlrHeads moved = { heads->count, { 0 } };
    for (uint32_t i = 0; i < heads->count; i++) {
        uint32_t first = 0, last = 0;
        for (uint32_t n = heads->node[i]; n; n = node_of(g, n)->twin) {
            uint32_t copy = add_node(g, node_of(g, n)->state, to, node_of(g, n)->base);
            if (last) node_of(g, last)->twin = copy;
            if (!first) first = copy;
            last = copy;
        }
        moved.node[i] = first;
    }
    return moved;
}

void glr__apply(Glr *g, const GlrEdit *edit) {
    GlrHeads heads = edit->from;
    bool ended = false;
    for (uint32_t i = 0; i < edit->feeds; i++)
        heads = feed(g, &heads, edit->feed[i], &ended);
    g->heads = move_heads(g, &heads, edit->resume);
}

// The last word was taken for a name only because nothing else fits.
static bool takes_keyword(const Glr *g) {
    const GlrToken *token = &g->past[0].token;
    return token->symbol == tree_sitter_sip()->keyword_capture_token &&
           syntax_is_keyword((Str){ g->text.ptr + token->start, token->end - token->start });
}

uint32_t glr__try(Glr *g, const GlrEdit *edit, uint32_t most) {
    Glr before = *g;
    glr__apply(g, edit);
    uint32_t read = 0;
    GlrResult result = g->heads.count > 0 ? GLR_READ : GLR_STUCK;
    while (result == GLR_READ && read < most) {
        result = step(g);
        if (result == GLR_READ && takes_keyword(g)) break;
        read += result == GLR_READ;
    }
    before.nodes.data = g->nodes.data;
    before.nodes.cap = g->nodes.cap;
    *g = before;
    return result == GLR_ENDED ? most : read;
}

// --- lists ----------------------------------------------------------------------------------------------

static const char *const lists[GLR_LISTS] = {
    "source_file_repeat1", "block_repeat1",          "case_repeat1",          "_cases_repeat1",
    "struct_item_repeat1", "interface_item_repeat1", "contract_item_repeat1", "one_block_repeat1",
    "system_item_repeat1", "settings_repeat1",
};

static void find_lists(Glr *g) {
    const TSLanguage *l = tree_sitter_sip();
    for (int i = 0; i < GLR_LISTS; i++) {
        for (uint32_t s = l->token_count; s < l->symbol_count; s++) {
            if (strcmp(l->symbol_names[s], lists[i]) == 0) g->lists[i] = (uint16_t)s;
        }
        assert(g->lists[i]); // the grammar has this rule
    }
}

// Which list goes on in a state; GLR_LISTS: none.
static GlrList list_of(const Glr *g, uint16_t state) {
    for (int i = 0; i < GLR_LISTS; i++) {
        if (lex__entry(state, g->lists[i])) return (GlrList)i;
    }
    return GLR_LISTS;
}

// The stacks on which what ends there has become a part of its list: a misfit behind `struct S { }` is no longer in the struct.
static uint32_t settle(Glr *g, const GlrHeads *heads, uint32_t *settled, uint32_t most) {
    uint16_t ends[] = { glr__symbol("end"), glr__symbol("}") };
    uint32_t count = 0;
    for (size_t e = 0; e < sizeof ends / sizeof *ends && heads->count > 0; e++) {
        Closure c = feed_all(g, heads, ends[e]);
        for (uint32_t i = heads->count; i < c.count && count < most; i++)
            settled[count++] = c.work[i].node;
    }
    return count;
}

GlrHeads glr__enclosing(Glr *g, const GlrHeads *heads, uint32_t *start, GlrList *list) {
    enum { MOST_SEEN = 4096 };
    uint32_t todo[MOST_SEEN], seen = settle(g, heads, todo, MOST_SEEN / 2);
    GlrHeads found = { 0 };
    *start = 0;
    *list = GLR_LISTS;
    for (uint32_t i = 0; i < heads->count; i++)
        todo[seen++] = heads->node[i];
    for (uint32_t i = 0; i < seen; i++) {
        const GlrNode *node = node_of(g, todo[i]);
        GlrList here = list_of(g, node->state);
        if (here != GLR_LISTS && (found.count == 0 || node->at > *start)) {
            found = (GlrHeads){ 1, { todo[i] } };
            *start = node->at;
            *list = here;
        } else if (here != GLR_LISTS && node->at == *start && found.count < GLR_HEADS) {
            found.node[found.count++] = todo[i];
        }
        for (uint32_t n = todo[i]; n && here == GLR_LISTS; n = node_of(g, n)->twin) {
            uint32_t base = node_of(g, n)->base;
            if (base && seen < MOST_SEEN) todo[seen++] = base;
        }
    }
    return found;
}

void glr__init(Glr *g, Arena *arena, Str text) {
    *g = (Glr){ .arena = arena, .text = text, .full = FIRST_FULL };
    find_lists(g);
    add_node(g, 0, 0, 0);
    g->heads = (GlrHeads){ 1, { add_node(g, 1, 0, 0) } };
}

// --- the grammar ----------------------------------------------------------------------------------------

uint32_t glr__symbols(void) {
    return tree_sitter_sip()->token_count;
}

const char *glr__name(uint16_t symbol) {
    return tree_sitter_sip()->symbol_names[symbol];
}

uint16_t glr__symbol(const char *name) {
    const TSLanguage *l = tree_sitter_sip();
    for (uint16_t i = 0; i < l->token_count; i++) {
        if (l->symbol_names[i][0] == *name && strcmp(l->symbol_names[i], name) == 0) return i;
    }
    return GLR_NONE;
}
