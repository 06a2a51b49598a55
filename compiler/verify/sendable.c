// What may cross a channel, go to another thread, be lent to one (V08): whitelists over the whole of a type, through what
// its owners own. A recursive type passes unless some part does not, so the answer is the greatest one: a component of the
// type graph passes when each of its types does by itself, and all that it leads to.

#include "graph.h"
#include "verify__.h"

// Each passes what the one before it passes.
typedef enum Border {
    BORDER_CHANNEL, // to another SIP
    BORDER_THREAD,  // for good
    BORDER_LOAN     // reached by several threads at once
} Border;

typedef enum Crossing { NEVER, ALWAYS, BY_PARTS, BY_ELEMENT } Crossing;

static Crossing from(Border first, Border border, Crossing how) {
    return border >= first ? how : NEVER;
}

// Constants never change, whoever looks at them.
static Crossing crossing_of_reference(const SirTypeInfo *info, Border border) {
    if (info->mode == SIR_STATIC) return from(BORDER_THREAD, border, ALWAYS);
    if (info->mode != SIR_OWN) return NEVER;
    return info->kind == SIR_TYPE_STR ? ALWAYS : BY_ELEMENT;
}

static Crossing crossing(const SirTypeInfo *info, Border border) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION: return BY_PARTS;
    case SIR_TYPE_STRUCT: return info->is_ref ? NEVER : BY_PARTS;
    case SIR_TYPE_ENUM: return info->is_plain_enum ? ALWAYS : BY_PARTS;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: return crossing_of_reference(info, border);
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_ENDPOINT: return ALWAYS;
    case SIR_TYPE_GROW: // not to others until peers agree on what spare room is
        return from(BORDER_THREAD, border, BY_ELEMENT);
    case SIR_TYPE_FN:
    case SIR_TYPE_DEVICE: return from(BORDER_THREAD, border, ALWAYS);
    case SIR_TYPE_ATOMIC: return from(BORDER_LOAN, border, ALWAYS);
    case SIR_TYPE_MUTEX: return from(BORDER_LOAN, border, BY_PARTS);
    case SIR_TYPE_EPSET:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_KINDS: return NEVER;
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        return info->kind == SIR_TYPE_VOID ? NEVER : ALWAYS;
    }
    return NEVER;
}

static Graph crossing_graph(const Verify *v, Arena *scratch, Border border) {
    Graph graph = verify__graph(scratch, v->module->types.len);
    SirType part;
    for (SirType type = 0; type < graph.nodes; type++) {
        Crossing how = crossing(verify__type(v, type), border);
        if (how == BY_ELEMENT) verify__graph_edge(&graph, type, verify__type(v, type)->elem, false);
        if (how == BY_PARTS)
            for (Parts parts = verify__parts(v, type); verify__next_part(&parts, &part);)
                verify__graph_edge(&graph, type, part, false);
    }
    verify__graph_solve(&graph);
    return graph;
}

// Of a node, knowing the components before its own.
static bool crosses(
    const Verify *v, const Graph *graph, const bool *component, SirType type, Border border
) {
    if (crossing(verify__type(v, type), border) == NEVER) return false;
    for (uint32_t i = graph->first[type]; i < graph->first[type + 1]; i++) {
        const Edge *edge = &graph->sorted[i];
        if (!verify__edge_cycles(graph, edge) && !component[graph->component[edge->to]])
            return false;
    }
    return true;
}

static void note(Kind *kind, Border border, bool passes) {
    switch (border) {
    case BORDER_CHANNEL: kind->sendable = passes; break;
    case BORDER_THREAD: kind->movable = passes; break;
    case BORDER_LOAN: kind->shareable = passes; break;
    }
}

static void compute_border(Verify *v, Border border) {
    Arena scratch;
    arena_init(&scratch);
    Graph graph = crossing_graph(v, &scratch, border);
    bool *component = arena_array(&scratch, bool, graph.nodes);
    for (uint32_t i = 0; i < graph.nodes; i++)
        component[i] = true;
    for (uint32_t i = 0; i < graph.nodes; i++)
        if (!crosses(v, &graph, component, graph.order[i], border))
            component[graph.component[graph.order[i]]] = false;
    for (SirType type = 0; type < graph.nodes; type++)
        note(&v->out->kinds[type], border, component[graph.component[type]]);
    arena_free(&scratch);
}

void verify__compute_sendable(Verify *v) {
    compute_border(v, BORDER_CHANNEL);
    compute_border(v, BORDER_THREAD);
    compute_border(v, BORDER_LOAN);
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
