// What may cross a channel (V08): a whitelist over the whole of a type, through what its owners own. Recursive types are
// sendable unless some part is not, so the answer is the greatest one: a component of the type graph is sendable when
// each of its types is by itself, and all that it leads to.

#include "graph.h"
#include "verify__.h"

typedef enum Crossing { NEVER, ALWAYS, BY_PARTS, BY_ELEMENT } Crossing;

static Crossing crossing(const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION: return BY_PARTS;
    case SIR_TYPE_STRUCT: return info->is_ref ? NEVER : BY_PARTS;
    case SIR_TYPE_ENUM: return info->is_plain_enum ? ALWAYS : BY_PARTS;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE: return info->mode == SIR_OWN ? BY_ELEMENT : NEVER;
    case SIR_TYPE_STR: return info->mode == SIR_OWN ? ALWAYS : NEVER;
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_ENDPOINT: return ALWAYS;
    case SIR_TYPE_GROW: // not until peers agree on what spare room is
    case SIR_TYPE_FN:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_KINDS: return NEVER;
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        return info->kind == SIR_TYPE_VOID ? NEVER : ALWAYS;
    }
    return NEVER;
}

static Graph crossing_graph(const Verify *v, Arena *scratch) {
    Graph graph = verify__graph(scratch, v->module->types.len);
    SirType part;
    for (SirType type = 0; type < graph.nodes; type++) {
        Crossing how = crossing(verify__type(v, type));
        if (how == BY_ELEMENT) verify__graph_edge(&graph, type, verify__type(v, type)->elem, false);
        if (how == BY_PARTS)
            for (Parts parts = verify__parts(v, type); verify__next_part(&parts, &part);)
                verify__graph_edge(&graph, type, part, false);
    }
    verify__graph_solve(&graph);
    return graph;
}

// Of a node, knowing the components before its own.
static bool crosses(const Verify *v, const Graph *graph, const bool *component, SirType type) {
    if (crossing(verify__type(v, type)) == NEVER) return false;
    for (uint32_t i = graph->first[type]; i < graph->first[type + 1]; i++) {
        const Edge *edge = &graph->sorted[i];
        if (!verify__edge_cycles(graph, edge) && !component[graph->component[edge->to]])
            return false;
    }
    return true;
}

void verify__compute_sendable(Verify *v) {
    Arena scratch;
    arena_init(&scratch);
    Graph graph = crossing_graph(v, &scratch);
    bool *component = arena_array(&scratch, bool, graph.nodes);
    for (uint32_t i = 0; i < graph.nodes; i++)
        component[i] = true;
    for (uint32_t i = 0; i < graph.nodes; i++)
        if (!crosses(v, &graph, component, graph.order[i]))
            component[graph.component[graph.order[i]]] = false;
    for (SirType type = 0; type < graph.nodes; type++)
        v->out->kinds[type].sendable = component[graph.component[type]];
    arena_free(&scratch);
}

static void check_message(Verify *v, const SirContractInfo *contract, uint32_t row) {
    const SirMessage *message = &contract->messages[row];
    for (uint32_t i = 0; i < message->arg_count && !verify__full(v); i++)
        if (!verify__kind(v, message->args[i].type)->sendable)
            verify__complain(
                v, RULE_SENDABLE, verify__module_spot(),
                "argument %u of message %u is of type `%s`, which does not cross a channel", i, row,
                verify__type_text(v, message->args[i].type)
            );
}

void verify__check_messages(Verify *v) {
    for (SirContract c = 0; c < v->module->contracts.len; c++)
        for (uint32_t i = 0; i < v->module->contracts.data[c].message_count && !verify__full(v);
             i++)
            check_message(v, &v->module->contracts.data[c], i);
}
