// Liveness: where is a local that holds borrows used again before it gets another value? A loan counts only there [9].
//
// The first walk over a body leaves a graph: a node for each mention of a local and wherever ways part or meet, edges as
// control goes. `ends` of a state are the nodes that its next node follows. From each use the graph is then walked
// backwards, up to where the local is written. The later walks make the same nodes in the same order, and know by their
// number where they are.

#include "ways.h"

enum { MOST_BITS = 1 << 29 }; // nodes times holders, against hostile input

struct Ends {
    uint32_t node;
    const struct Ends *rest;
};

// --- the first walk ----------------------------------------------------------------------------------------------------------

static void add_edge(Ways *ways, uint32_t from, uint32_t to) {
    LiveNode *node = &ways->live.nodes.data[to];
    vec_push(&ways->arena, &ways->live.edges, ((LiveEdge){ from, node->edges }));
    node->edges = ways->live.edges.len;
}

static const Ends *only(Ways *ways, uint32_t node) {
    Ends *ends = arena_new(&ways->arena, Ends);
    *ends = (Ends){ node, NULL };
    return ends;
}

void live_node(Ways *ways, const HirLocal *local, LiveKind kind) {
    uint32_t node = ++ways->pos;
    if (!ways->counting) return;
    while (ways->live.nodes.len <= node)
        vec_push(&ways->arena, &ways->live.nodes, ((LiveNode){ .kind = LIVE_NOTHING }));
    ways->live.nodes.data[node].local = local;
    ways->live.nodes.data[node].kind = kind;
    for (const Ends *end = ways->state.ends; end; end = end->rest)
        add_edge(ways, end->node, node);
    ways->state.ends = ways->state.dead ? NULL : only(ways, node);
}

void live_use(Ways *ways, const HirLocal *local, Span at) {
    live_node(ways, local, LIVE_USE);
    if (ways->counting) ways->live.nodes.data[ways->pos].at = at;
}

void live_back(Ways *ways, uint32_t node) {
    for (const Ends *end = ways->state.ends; ways->counting && end; end = end->rest)
        add_edge(ways, end->node, node);
}

const Ends *live_join(Ways *ways, const Ends *a, const Ends *b) {
    for (; b; b = b->rest) {
        Ends *more = arena_new(&ways->arena, Ends);
        *more = (Ends){ b->node, a };
        a = more;
    }
    return a;
}

// --- between the walks -------------------------------------------------------------------------------------------------------

typedef VEC(uint32_t) Work;

// `local` is used after each node before `node`, and on until it is written.
static void spread(Ways *ways, BitSet *after, uint32_t node, Work *work) {
    const Live *live = &ways->live;
    vec_push(&ways->arena, work, node);
    while (work->len > 0) {
        for (uint32_t e = live->nodes.data[vec_pop(work)].edges; e > 0;
             e = live->edges.data[e - 1].next) {
            uint32_t from = live->edges.data[e - 1].from;
            if (bits_get(after, from)) continue;
            bits_set(after, from);
            bool same = live->nodes.data[from].local &&
                        live->nodes.data[from].local->number == (uint32_t)(after - live->after);
            if (!same || live->nodes.data[from].kind == LIVE_NOTHING) // a use spreads by itself
                vec_push(&ways->arena, work, from);
        }
    }
}

bool live_find(Ways *ways) {
    Live *live = &ways->live;
    uint32_t holders = 0;
    Work work = { 0 };
    for (uint32_t i = 0; i < ways->fn->locals.len; i++)
        holders += hir_type_is_second_class(ways->fn->locals.data[i]->type);
    if ((uint64_t)holders * live->nodes.len > MOST_BITS) return false;
    live->after = arena_array(&ways->arena, BitSet, ways->fn->locals.len);
    for (uint32_t i = 0; i < live->nodes.len; i++) {
        const LiveNode *node = &live->nodes.data[i];
        if (node->kind != LIVE_USE || !hir_type_is_second_class(node->local->type)) continue;
        BitSet *after = &live->after[node->local->number];
        if (after->bits == 0) *after = bits_new(&ways->arena, live->nodes.len);
        spread(ways, after, i, &work);
    }
    return true;
}

// --- the later walks ---------------------------------------------------------------------------------------------------------

bool is_live(const Ways *ways, uint32_t holder) {
    if (holder >= ways->fn->locals.len) // a value that waits to be taken
        return true;
    if (is_bound(ways->fn->locals.data[holder]->type)) return true; // until it ends
    const BitSet *after = &ways->live.after[holder];
    return after->bits > 0 && bits_get(after, ways->pos);
}

// Does a way lead from where the walk is to the node, on which the local keeps its value?
static bool leads_to(Ways *ways, const HirLocal *local, uint32_t node) {
    const Live *live = &ways->live;
    BitSet seen = bits_new(&ways->arena, live->nodes.len);
    Work work = { 0 };
    vec_push(&ways->arena, &work, node);
    while (work.len > 0) {
        for (uint32_t e = live->nodes.data[vec_pop(&work)].edges; e > 0;
             e = live->edges.data[e - 1].next) {
            uint32_t from = live->edges.data[e - 1].from;
            const LiveNode *at = &live->nodes.data[from];
            if (from == ways->pos) return true;
            if (bits_get(&seen, from) || (at->local == local && at->kind == LIVE_WRITE)) continue;
            bits_set(&seen, from);
            vec_push(&ways->arena, &work, from);
        }
    }
    return false;
}

bool live_where(Ways *ways, uint32_t holder, Span *at, bool *later) {
    enum { MOST_USES = 50 };
    const Live *live = &ways->live;
    uint32_t uses = 0, best = UINT32_MAX;
    for (uint32_t i = 0; i < live->nodes.len && uses < MOST_USES; i++) {
        const LiveNode *node = &live->nodes.data[i];
        if (node->kind != LIVE_USE || !node->local || node->local->number != holder) continue;
        if (best != UINT32_MAX && i <= ways->pos) continue;
        uses++;
        if (leads_to(ways, node->local, i)) best = i;
        if (best == i && i > ways->pos) break;
    }
    *later = best > ways->pos;
    if (best != UINT32_MAX) *at = live->nodes.data[best].at;
    return best != UINT32_MAX;
}
