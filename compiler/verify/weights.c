// Weights (V09; Bono and Padovani): how deep endpoints can be nested in what an endpoint may receive. Where that is
// finite for every endpoint in a message, no endpoint can get into its own queue, and closing frees all that there is.
//
//     weight(endpoint) = 0 if its holder sends next or nothing follows; else the maximum, over the messages it may receive,
//                        of the weight in the next state, and of 1 + the weight of every endpoint in the arguments
//
// One graph holds types, messages, and states of each side; a way from an endpoint's type to its state counts one. A weight
// is finite unless such a step lies on a cycle; then it is the longest way.

#include "graph.h"
#include "verify__.h"

typedef struct Weigh {
    Verify *v;
    Graph graph;
    uint32_t
        *first; // per contract: the node of its first message; its states follow, importer's first
} Weigh;

static const SirContractInfo *contract_info(const Weigh *w, SirContract contract) {
    return &w->v->module->contracts.data[contract];
}

static uint32_t message_node(const Weigh *w, SirContract contract, uint32_t message) {
    return w->first[contract] + message;
}

static uint32_t state_node(const Weigh *w, SirContract contract, SirSide side, SirState state) {
    const SirContractInfo *info = contract_info(w, contract);
    return w->first[contract] + info->message_count + (uint32_t)side * info->state_count + state;
}

// --- the graph -----------------------------------------------------------------------------------------------------------------

// An endpoint in state `any` is one whose holder sends first: nothing is nested in it.
static void add_type(Weigh *w, SirType type) {
    const SirTypeInfo *info = verify__type(w->v, type);
    SirType part;
    for (Parts parts = verify__parts(w->v, type); verify__next_part(&parts, &part);)
        verify__graph_edge(&w->graph, type, part, false);
    bool is_set = info->kind == SIR_TYPE_EPSET;
    bool refers = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE ||
                  info->kind == SIR_TYPE_GROW || (is_set && info->elem != SIR_NONE);
    if (refers) verify__graph_edge(&w->graph, type, info->elem, false);
    if ((is_set || info->kind == SIR_TYPE_ENDPOINT) && info->state != SIR_STATE_ANY)
        verify__graph_edge(
            &w->graph, type, state_node(w, info->contract, info->side, info->state), true
        );
}

static void add_message(Weigh *w, SirContract contract, uint32_t row) {
    const SirMessage *message = &contract_info(w, contract)->messages[row];
    for (uint32_t i = 0; i < message->arg_count; i++)
        verify__graph_edge(&w->graph, message_node(w, contract, row), message->args[i].type, false);
}

static void add_state(Weigh *w, SirContract contract, SirSide side, SirState row) {
    const SirContractInfo *info = contract_info(w, contract);
    const SirStateInfo *state = &info->states[row];
    for (uint32_t i = 0; i < state->choice_count; i++) {
        const SirChoice *choice = &state->choices[i];
        SirSide receiver = info->messages[choice->message].dir == SIR_IN ? SIR_EXP : SIR_IMP;
        if (side != receiver) continue;
        uint32_t node = state_node(w, contract, side, row);
        verify__graph_edge(&w->graph, node, message_node(w, contract, choice->message), false);
        verify__graph_edge(&w->graph, node, state_node(w, contract, side, choice->next), false);
    }
}

static void build_graph(Weigh *w, Arena *scratch) {
    const SirModule *module = w->v->module;
    uint32_t nodes = module->types.len;
    w->first = arena_array(scratch, uint32_t, module->contracts.len);
    for (SirContract c = 0; c < module->contracts.len; c++) {
        w->first[c] = nodes;
        nodes += contract_info(w, c)->message_count + 2 * contract_info(w, c)->state_count;
    }
    w->graph = verify__graph(scratch, nodes);
    for (SirType type = 0; type < module->types.len; type++)
        add_type(w, type);
    for (SirContract c = 0; c < module->contracts.len; c++) {
        for (uint32_t m = 0; m < contract_info(w, c)->message_count; m++)
            add_message(w, c, m);
        for (SirState s = 0; s < contract_info(w, c)->state_count; s++) {
            add_state(w, c, SIR_IMP, s);
            add_state(w, c, SIR_EXP, s);
        }
    }
    verify__graph_solve(&w->graph);
}

// --- the answer ----------------------------------------------------------------------------------------------------------------

// Each strict edge begins at an endpoint's type: one that is in what it may itself receive. The first says it all, as the
// others are often on the same cycle.
static void refuse_endless_nesting(Weigh *w) {
    for (uint32_t i = 0; i < w->graph.edges.len; i++) {
        const Edge *edge = &w->graph.edges.data[i];
        if (!edge->strict || !verify__edge_cycles(&w->graph, edge)) continue;
        verify__complain(
            w->v, RULE_CONTRACTS, verify__module_spot(),
            "an endpoint `%s` in a message can receive endpoints of its own kind without end",
            verify__type_text(w->v, edge->from)
        );
        return;
    }
}

// What goes round without a strict edge is all of one weight: that of the heaviest way out of the component. Whoever is
// asked for is in an earlier component, or in the same one, where the step adds nothing.
static uint32_t *longest_ways(const Weigh *w, Arena *scratch) {
    const Graph *graph = &w->graph;
    uint32_t *component = arena_array(scratch, uint32_t, graph->nodes);
    for (uint32_t i = 0; i < graph->nodes; i++) {
        uint32_t node = graph->order[i], *weight = &component[graph->component[node]];
        if (node < w->v->module->types.len && verify__is_endpoint(w->v, node)) *weight = 1;
        for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            const Edge *edge = &graph->sorted[e];
            uint32_t way = component[graph->component[edge->to]] + edge->strict;
            if (way > *weight) *weight = way;
        }
    }
    return component;
}

static void keep_weights(Weigh *w, Arena *scratch) {
    Verify *v = w->v;
    const uint32_t *component = longest_ways(w, scratch);
    for (SirContract c = 0; c < v->module->contracts.len; c++) {
        uint32_t states = contract_info(w, c)->state_count;
        uint32_t *weights = arena_array(v->arena, uint32_t, 2 * (size_t)states);
        for (uint32_t i = 0; i < 2 * states; i++)
            weights[i] = component[w->graph.component[state_node(w, c, SIR_IMP, 0) + i]];
        v->out->weights[c] = weights;
    }
}

void verify__weigh_endpoints(Verify *v) {
    Arena scratch;
    arena_init(&scratch);
    Weigh w = { .v = v };
    build_graph(&w, &scratch);
    refuse_endless_nesting(&w);
    v->out->weights = arena_array(v->arena, uint32_t *, v->module->contracts.len);
    if (v->faults == 0) keep_weights(&w, &scratch);
    arena_free(&scratch);
}
