// Strongly connected components, in an order in which what a node leads to comes first: Tarjan's algorithm with a stack
// of its own, since the depth of the graphs is chosen by whoever wrote the module.

#include "graph.h"

#include <assert.h>

Graph verify__graph(Arena *arena, uint32_t nodes) {
    return (Graph){ .arena = arena, .nodes = nodes };
}

void verify__graph_edge(Graph *graph, uint32_t from, uint32_t to, bool strict) {
    assert(from < graph->nodes && to < graph->nodes);
    vec_push(graph->arena, &graph->edges, (Edge){ from, to, strict });
}

static void sort_edges(Graph *graph) {
    graph->first = arena_array(graph->arena, uint32_t, (size_t)graph->nodes + 2);
    graph->sorted = arena_array(graph->arena, Edge, graph->edges.len);
    uint32_t *next =
        graph->first + 1; // shifted by one: while filling, next[n] is where n's next edge goes
    for (uint32_t i = 0; i < graph->edges.len; i++)
        next[graph->edges.data[i].from + 1]++;
    for (uint32_t node = 0; node < graph->nodes; node++)
        next[node + 1] += next[node];
    for (uint32_t i = 0; i < graph->edges.len; i++)
        graph->sorted[next[graph->edges.data[i].from]++] = graph->edges.data[i];
}

typedef struct Walk {
    Graph *graph;
    uint32_t *number;         // when a node was first seen, from 1; 0: not yet
    uint32_t *low;            // the earliest number that it reaches among the open ones
    uint32_t *edge;           // its next edge to follow
    uint32_t *path, path_len; // nodes whose edges are being followed
    uint32_t *open, open_len; // nodes whose component is not closed
    uint32_t seen, ordered, components;
} Walk;

static void enter(Walk *w, uint32_t node) {
    w->number[node] = w->low[node] = ++w->seen;
    w->edge[node] = w->graph->first[node];
    w->path[w->path_len++] = node;
    w->open[w->open_len++] = node;
}

static void close_component(Walk *w, uint32_t root) {
    uint32_t node;
    do {
        node = w->open[--w->open_len];
        w->graph->component[node] = w->components;
        w->graph->order[w->ordered++] = node;
    } while (node != root);
    w->components++;
}

static void leave(Walk *w, uint32_t node) {
    w->path_len--;
    if (w->low[node] == w->number[node]) close_component(w, node);
    if (w->path_len == 0) return;
    uint32_t parent = w->path[w->path_len - 1];
    if (w->low[node] < w->low[parent]) w->low[parent] = w->low[node];
}

static void follow(Walk *w, uint32_t node) {
    uint32_t to = w->graph->sorted[w->edge[node]++].to;
    if (w->number[to] == 0)
        enter(w, to);
    else if (w->graph->component[to] == UINT32_MAX && w->number[to] < w->low[node])
        w->low[node] = w->number[to];
}

void verify__graph_solve(Graph *graph) {
    sort_edges(graph);
    uint32_t nodes = graph->nodes;
    graph->order = arena_array(graph->arena, uint32_t, nodes);
    graph->component = arena_array(graph->arena, uint32_t, nodes);
    for (uint32_t node = 0; node < nodes; node++)
        graph->component[node] = UINT32_MAX;
    Walk w = { .graph = graph };
    w.number = arena_array(graph->arena, uint32_t, nodes);
    w.low = arena_array(graph->arena, uint32_t, nodes);
    w.edge = arena_array(graph->arena, uint32_t, nodes);
    w.path = arena_array(graph->arena, uint32_t, nodes);
    w.open = arena_array(graph->arena, uint32_t, nodes);
    for (uint32_t start = 0; start < nodes; start++) {
        if (w.number[start] == 0) enter(&w, start);
        while (w.path_len > 0) {
            uint32_t node = w.path[w.path_len - 1];
            if (w.edge[node] < graph->first[node + 1])
                follow(&w, node);
            else
                leave(&w, node);
        }
    }
}
