// Directed graphs and what goes round in them. Four questions of this room are the same one: which types contain
// themselves, what a type reaches, how many messages can follow each other, how deep endpoints nest. Inside this room.
//
//     Graph graph = verify__graph(scratch, nodes);
//     verify__graph_edge(&graph, from, to, strict);
//     verify__graph_solve(&graph);
//     for (uint32_t i = 0; i < graph.nodes; i++) use(graph.order[i]);    // after all that it leads to, but for cycles

#ifndef VERIFY_GRAPH_H
#define VERIFY_GRAPH_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Edge {
    uint32_t from, to;
    bool strict; // for the maker's own use
} Edge;

typedef struct Graph {
    Arena *arena;
    uint32_t nodes;
    VEC(Edge) edges;
    // Once solved:
    Edge *sorted;        // by `from`
    uint32_t *first;     // per node and one more: its first edge in `sorted`
    uint32_t *order;     // all nodes, those of one component together, after all that they lead to
    uint32_t *component; // per node; two nodes of one component reach each other
} Graph;

Graph verify__graph(Arena *arena, uint32_t nodes);
void verify__graph_edge(Graph *graph, uint32_t from, uint32_t to, bool strict);
void verify__graph_solve(Graph *graph); // linear time, no recursion

// Whether an edge lies on a cycle.
static inline bool verify__edge_cycles(const Graph *graph, const Edge *edge) {
    return graph->component[edge->from] == graph->component[edge->to];
}

#endif
