// Contracts: docs/sir.md 8. Their numbers are rows (V01); each state has one direction; the messages in
// flight are bounded (V09, whose third part is in weights.c). Leaves the bounds for the manifest.
//
// Both ends walk the same automaton. Who receives in a state cannot leave it before the other end has been there, and
// that one got there only by receiving all that was sent before: so messages fly in one direction at a time, and what is in
// flight is at most the longest run of transitions of that direction.

#include "graph.h"
#include "verify__.h"

#include <stdlib.h>

static Spot nowhere(void) {
    return verify__module_spot();
}

static const char *name_of(Verify *v, SirContract contract) {
    Str name = v->module->contracts.data[contract].name;
    bool usual = name.len > 0 && name.len <= 64;
    for (size_t i = 0; i < name.len && usual; i++)
        usual = name.ptr[i] > ' ' && name.ptr[i] <= '~';
    return usual ? arena_strndup(v->arena, name.ptr, name.len)
                 : arena_printf(v->arena, "#%u", contract);
}

// --- V01: numbers ------------------------------------------------------------------------------------------------------------

static bool may_have_limit(const SirTypeInfo *info) {
    return (info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR) && info->mode == SIR_OWN;
}

static void check_arg(Verify *v, SirContract contract, uint32_t row, uint32_t i) {
    const SirMessage *message = &v->module->contracts.data[contract].messages[row];
    SirType type = message->args[i].type;
    const char *trouble = NULL;
    if (type >= v->module->types.len || type == SIR_TYPE_VOID)
        trouble = "is of no type";
    else if (message->args[i].order != 0)
        trouble = "has a byte order";
    else if (message->limits[i] != UINT64_MAX && !may_have_limit(verify__type(v, type)))
        trouble = "has a limit but is no owned slice or text";
    if (trouble)
        verify__complain(
            v, RULE_WELL_FORMED, nowhere(), "argument %u of message %u of contract %s %s", i, row,
            name_of(v, contract), trouble
        );
}

static void check_choice(Verify *v, SirContract contract, SirState state, const SirChoice *choice) {
    const SirContractInfo *info = &v->module->contracts.data[contract];
    if (choice->message >= info->message_count || choice->next >= info->state_count)
        verify__complain(
            v, RULE_WELL_FORMED, nowhere(),
            "a choice of state %s of contract %s names no message or no state",
            verify__state_text(v, contract, state), name_of(v, contract)
        );
}

static void check_numbers(Verify *v, SirContract contract) {
    const SirContractInfo *info = &v->module->contracts.data[contract];
    for (uint32_t m = 0; m < info->message_count; m++)
        for (uint32_t i = 0; i < info->messages[m].arg_count && !verify__full(v); i++)
            check_arg(v, contract, m, i);
    for (SirState s = 0; s < info->state_count; s++)
        for (uint32_t i = 0; i < info->states[s].choice_count && !verify__full(v); i++)
            check_choice(v, contract, s, &info->states[s].choices[i]);
    if (info->state_count == 0)
        verify__complain(
            v, RULE_WELL_FORMED, nowhere(), "contract %s has no state", name_of(v, contract)
        );
}

static bool same_message(const SirMessage *a, const SirMessage *b) {
    if (a->dir != b->dir || a->arg_count != b->arg_count) return false;
    for (uint32_t i = 0; i < a->arg_count; i++)
        if (a->args[i].type != b->args[i].type || a->limits[i] != b->limits[i]) return false;
    return true;
}

// The base's messages come first, in its order: they keep their tags.
static void check_base(Verify *v, SirContract contract) {
    const SirContractInfo *info = &v->module->contracts.data[contract];
    if (info->base == SIR_NONE) return;
    bool good = info->base < v->module->contracts.len;
    if (good) {
        const SirContractInfo *base = &v->module->contracts.data[info->base];
        good = base->message_count <= info->message_count;
        for (uint32_t m = 0; good && m < base->message_count; m++)
            good = same_message(&base->messages[m], &info->messages[m]);
    }
    if (!good)
        verify__complain(
            v, RULE_WELL_FORMED, nowhere(),
            "contract %s does not begin with the messages of its base", name_of(v, contract)
        );
}

static void refuse_circular_bases(Verify *v, Arena *scratch) {
    Graph graph = verify__graph(scratch, v->module->contracts.len);
    for (SirContract c = 0; c < graph.nodes; c++)
        if (v->module->contracts.data[c].base != SIR_NONE)
            verify__graph_edge(&graph, c, v->module->contracts.data[c].base, false);
    verify__graph_solve(&graph);
    for (uint32_t i = 0; i < graph.edges.len && !verify__full(v); i++)
        if (verify__edge_cycles(&graph, &graph.edges.data[i]))
            verify__complain(
                v, RULE_WELL_FORMED, nowhere(), "contract %s is its own base",
                name_of(v, graph.edges.data[i].from)
            );
}

// --- V09: states -----------------------------------------------------------------------------------------------------------

static SirDir choice_dir(const SirContractInfo *info, const SirChoice *choice) {
    return info->messages[choice->message].dir;
}

static int compare_u32(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool has_distinct_messages(const SirStateInfo *state, Arena *scratch) {
    uint32_t *messages = arena_array(scratch, uint32_t, state->choice_count);
    for (uint32_t i = 0; i < state->choice_count; i++)
        messages[i] = state->choices[i].message;
    qsort(messages, state->choice_count, sizeof *messages, compare_u32);
    for (uint32_t i = 1; i < state->choice_count; i++)
        if (messages[i - 1] == messages[i]) return false;
    return true;
}

static bool has_one_direction(const SirContractInfo *info, const SirStateInfo *state) {
    for (uint32_t i = 1; i < state->choice_count; i++)
        if (choice_dir(info, &state->choices[i]) != choice_dir(info, &state->choices[0]))
            return false;
    return true;
}

static void check_state(Verify *v, SirContract contract, SirState row, Arena *scratch) {
    const SirContractInfo *info = &v->module->contracts.data[contract];
    const SirStateInfo *state = &info->states[row];
    const char *trouble = NULL;
    if (state->choice_count == 0 && !state->is_end)
        trouble = "neither ends nor goes on";
    else if (!has_one_direction(info, state))
        trouble = "has choices of both directions";
    else if (!has_distinct_messages(state, scratch))
        trouble = "has two choices of one message";
    if (trouble)
        verify__complain(
            v, RULE_CONTRACTS, nowhere(), "state %s of contract %s %s",
            verify__state_text(v, contract, row), name_of(v, contract), trouble
        );
}

// --- V09: what is in flight ----------------------------------------------------------------------------------------------------

static bool continues_run(const SirContractInfo *info, SirState from, const SirChoice *choice) {
    const SirStateInfo *next = &info->states[choice->next];
    return next->choice_count > 0 &&
           choice_dir(info, &next->choices[0]) == choice_dir(info, &info->states[from].choices[0]);
}

static Graph run_graph(const SirContractInfo *info, Arena *scratch) {
    Graph graph = verify__graph(scratch, info->state_count);
    for (SirState s = 0; s < info->state_count; s++)
        for (uint32_t i = 0; i < info->states[s].choice_count; i++)
            if (continues_run(info, s, &info->states[s].choices[i]))
                verify__graph_edge(&graph, s, info->states[s].choices[i].next, false);
    verify__graph_solve(&graph);
    return graph;
}

static bool refuse_endless_runs(Verify *v, SirContract contract, const Graph *graph) {
    for (uint32_t i = 0; i < graph->edges.len; i++) {
        if (!verify__edge_cycles(graph, &graph->edges.data[i])) continue;
        verify__complain(
            v, RULE_CONTRACTS, nowhere(),
            "from state %s of contract %s messages can follow each other without an answer",
            verify__state_text(v, contract, graph->edges.data[i].from), name_of(v, contract)
        );
        return true;
    }
    return false;
}

static void bound_queues(Verify *v, SirContract contract, Arena *scratch) {
    const SirContractInfo *info = &v->module->contracts.data[contract];
    Graph graph = run_graph(info, scratch);
    if (refuse_endless_runs(v, contract, &graph)) return;
    uint32_t *run = arena_array(scratch, uint32_t, info->state_count);
    for (uint32_t i = 0; i < graph.nodes; i++) {
        SirState state = graph.order[i];
        if (info->states[state].choice_count == 0) continue;
        run[state] = 1;
        for (uint32_t e = graph.first[state]; e < graph.first[state + 1]; e++)
            if (run[graph.sorted[e].to] + 1 > run[state]) run[state] = run[graph.sorted[e].to] + 1;
        SirDir dir = choice_dir(info, &info->states[state].choices[0]);
        uint32_t *bound = &v->out->bounds[contract * 2 + dir];
        if (run[state] > *bound) *bound = run[state];
    }
}

// --- all contracts ---------------------------------------------------------------------------------------------------------------

static void check_all_numbers(Verify *v, Arena *scratch) {
    for (SirContract c = 0; c < v->module->contracts.len && !verify__full(v); c++)
        check_numbers(v, c);
    if (v->faults) return;
    for (SirContract c = 0; c < v->module->contracts.len && !verify__full(v); c++)
        check_base(v, c);
    if (v->faults == 0) refuse_circular_bases(v, scratch);
}

static void check_all_states(Verify *v, Arena *scratch) {
    for (SirContract c = 0; c < v->module->contracts.len; c++)
        for (SirState s = 0; s < v->module->contracts.data[c].state_count && !verify__full(v); s++)
            check_state(v, c, s, scratch);
}

void verify__check_contracts(Verify *v) {
    Arena scratch;
    arena_init(&scratch);
    v->out->bounds = arena_array(v->arena, uint32_t, (size_t)v->module->contracts.len * 2);
    check_all_numbers(v, &scratch);
    if (v->faults == 0) check_all_states(v, &scratch);
    for (SirContract c = 0; c < v->module->contracts.len && v->faults == 0; c++)
        bound_queues(v, c, &scratch);
    if (v->faults == 0) verify__weigh_endpoints(v);
    arena_free(&scratch);
}
