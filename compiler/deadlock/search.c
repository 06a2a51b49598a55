// All states that a system can reach, each part by itself to which no channel leads from others, those first that no data decides. Where one thread's moves are the same whatever the
// others do, only that thread is moved (a persistent set), unless that leads to states alone that have been looked at (so that
// nobody is put off for ever). What waits for ever then is found all the same: it stays so.

#include "deadlock__.h"

#include <string.h>

typedef struct Node {
    const uint32_t *words;
    uint32_t parent;
    Label label;
    bool chosen; // data or time decided something on the way
    bool done;
} Node;

typedef struct Search {
    Arena arena;
    Space space;
    const bool *part; // by sip: is it searched
    StrMap *rows;
    VEC(Node) nodes;
    VEC(uint32_t) queue[2]; // by `chosen`
    uint32_t head[2];
    uint32_t limit;
    bool full;          // there would have been more
    const char *beyond; // what else was not followed
    uint32_t beyond_config;
} Search;

typedef struct Written {
    const uint32_t *words;
    size_t bytes;
    const Move *move;
} Written;

// --- the table of states ---------------------------------------------------------------------------------------------

static bool find_row(const Search *search, const Written *written, uint64_t *row) {
    return strmap_get(search->rows, (const char *)written->words, written->bytes, row);
}

static void add_node(Search *search, const Written *written, Node node) {
    uint64_t row;
    if (find_row(search, written, &row)) {
        Node *known = &search->nodes.data[row];
        if (!known->chosen || node.chosen || known->done) return;
        node.words = known->words; // a way without choices has been found
        *known = node;
    } else if (search->nodes.len == search->limit) {
        search->full = true;
        return;
    } else {
        uint32_t *copy = arena_alloc(&search->arena, written->bytes, sizeof *copy);
        memcpy(copy, written->words, written->bytes);
        node.words = copy;
        row = search->nodes.len;
        vec_push(&search->arena, &search->nodes, node);
        strmap_put(search->rows, (const char *)copy, written->bytes, row);
    }
    vec_push(&search->arena, &search->queue[node.chosen], (uint32_t)row);
}

static Written write_state(const Space *space, const State *state, Arena *scratch) {
    Numbers words = { 0 };
    deadlock__state_write(space, state, &words, scratch);
    return (Written){ words.data, words.len * sizeof *words.data, NULL };
}

static void add_first(Search *search) {
    Space *space = &search->space;
    State state = { .arena = &search->arena };
    for (uint32_t i = 0; i < space->channels; i++)
        vec_push(&search->arena, &state.lines, ((Line){ .used = true }));
    for (uint32_t i = 0; i < space->system->sip_count; i++) {
        const SirModule *module = space->system->sips[i].module;
        uint32_t params = module->funcs.data[module->manifest.main].sig.param_count;
        space->others_may_exit |= !search->part[i] && !space->system->sips[i].on_demand &&
                                  space->programs[i]->may_exit; // on demand, it ends itself
        if (!search->part[i]) continue;
        Val *args = arena_array(&search->arena, Val, params);
        for (uint32_t p = 0; p < params; p++) {
            uint32_t end = space->wire_ends[i][p];
            if (end != NO_END)
                args[p] = deadlock__value_make(&space->values, VALUE_END, 0, end, NULL, 0);
        }
        Thread thread = { .sip = i };
        thread.config = deadlock__config_begin(space, i, module->manifest.main, args, params);
        vec_push(&search->arena, &state.threads, thread);
    }
    deadlock__wires_begin(space, &state);
    Written first = write_state(space, &state, &search->arena);
    add_node(search, &first, (Node){ .parent = NO_END });
}

// --- one state -------------------------------------------------------------------------------------------------------

typedef VEC(Written) Writtens;

// To a state that is still to be looked at, new or known. From there the others are moved, or from one that is looked at later
// still: so nobody is put off for ever.
static bool leads_on(const Search *search, const Writtens *moves) {
    uint64_t row;
    vec_each(const Written, it, moves)
        if (!find_row(search, it, &row) || !search->nodes.data[row].done) return true;
    return false;
}

static bool any_choice(const Writtens *moves) {
    vec_each(const Written, it, moves)
        if (it->move->is_choice) return true;
    return false;
}

static void note_beyond(Search *search, const State *state, uint32_t thread) {
    uint32_t row = state->threads.data[thread].config;
    StopKind stop = deadlock__config_at(&search->space, row)->stop;
    bool makes =
        stop == STOP_CHANNEL || stop == STOP_SPAWN || stop == STOP_TRAP || stop == STOP_SEND;
    if (search->beyond || !makes) return;
    search->beyond = stop == STOP_SPAWN ? "it makes more threads than are followed"
                                        : "it makes more channels than are followed";
    search->beyond_config = row;
}

static Reach moves_of(
    Search *search, const State *state, uint32_t thread, Arena *scratch, Writtens *out
) {
    Moves *moves = arena_new(scratch, Moves);
    Reach reach = deadlock__act(&search->space, state, thread, scratch, moves);
    if (moves->len == 0) note_beyond(search, state, thread);
    vec_each(const Move, move, moves) {
        Written written = write_state(&search->space, &move->state, scratch);
        written.move = move;
        vec_push(scratch, out, written);
    }
    return reach;
}

static void add_moves(Search *search, uint32_t row, const Writtens *moves) {
    bool chosen = search->nodes.data[row].chosen;
    vec_each(const Written, it, moves) {
        Node node = { .parent = row,
                      .label = it->move->label,
                      .chosen = chosen || it->move->is_choice };
        add_node(search, it, node);
    }
}

static void expand(Search *search, uint32_t row, const State *state, Arena *scratch) {
    bool chosen = search->nodes.data[row].chosen;
    Writtens *all = arena_array(scratch, Writtens, state->threads.len);
    for (uint32_t i = 0; i < state->threads.len; i++) {
        Reach reach = moves_of(search, state, i, scratch, &all[i]);
        bool enough =
            reach == REACH_ALL && leads_on(search, &all[i]) && (chosen || !any_choice(&all[i]));
        if (!enough) continue;
        add_moves(search, row, &all[i]);
        return;
    }
    for (uint32_t i = 0; i < state->threads.len; i++)
        add_moves(search, row, &all[i]);
}

// --- the report --------------------------------------------------------------------------------------------------------

static void add_note(Arena *arena, DeadlockNotes *notes, DeadlockPlace place, const char *text) {
    vec_push(arena, notes, ((DeadlockNote){ place, text }));
}

static void report_way(Arena *arena, const Search *search, uint32_t row, DeadlockReport *report) {
    VEC(uint32_t) rows = { 0 };
    for (; search->nodes.data[row].parent != NO_END; row = search->nodes.data[row].parent)
        vec_push(arena, &rows, row);
    while (rows.len) {
        const Label *label = &search->nodes.data[vec_pop(&rows)].label;
        const Config *config = deadlock__config_at(&search->space, label->config);
        const char *step = deadlock__tell_step(arena, &search->space, label);
        DeadlockPlace place = deadlock__tell_place(&search->space, label->sip, config->inst);
        if (step) add_note(arena, &report->steps, place, step);
        if (label->is_timeout) add_note(arena, &report->choices, place, "a timeout");
        if (label->is_fault) add_note(arena, &report->choices, place, "a fault");
        if (label->choice)
            add_note(
                arena, &report->choices,
                deadlock__tell_place(&search->space, label->sip, label->choice), "a branch"
            );
    }
}

static void report_found(
    Arena *arena,
    Search *search,
    uint32_t row,
    const State *state,
    const Numbers *threads,
    bool firm,
    DeadlockReport *report
) {
    bool certain = firm && !search->nodes.data[row].chosen;
    report->verdict = certain ? DEADLOCK_CERTAIN : DEADLOCK_POSSIBLE;
    report_way(arena, search, row, report);
    vec_each(const uint32_t, it, threads) {
        const Thread *thread = &state->threads.data[*it];
        const Config *config = deadlock__config_at(&search->space, thread->config);
        add_note(
            arena, &report->waits, deadlock__tell_place(&search->space, thread->sip, config->inst),
            deadlock__tell_wait(arena, &search->space, state, thread)
        );
    }
}

static bool has_reason(const DeadlockReport *report, DeadlockPlace place) {
    vec_each(const DeadlockNote, it, &report->reasons)
        if (it->place.sip == place.sip && it->place.line == place.line &&
            str_eq(it->place.file, place.file))
            return true;
    return false;
}

static void report_reason(
    Arena *arena, const Search *search, uint32_t row, const char *why, DeadlockReport *report
) {
    const Config *config = deadlock__config_at(&search->space, row);
    DeadlockPlace place = deadlock__tell_place(&search->space, config->sip, config->inst);
    if (!has_reason(report, place)) add_note(arena, &report->reasons, place, why);
}

static void report_reasons(Arena *arena, const Search *search, DeadlockReport *report) {
    for (uint32_t i = 0; i < search->space.configs.len; i++) {
        const Config *config = deadlock__config_at(&search->space, i);
        if (config->stop == STOP_LOST) report_reason(arena, search, i, config->why, report);
    }
    if (search->beyond) report_reason(arena, search, search->beyond_config, search->beyond, report);
    if (search->full)
        add_note(
            arena, &report->reasons, (DeadlockPlace){ .sip = NO_END },
            arena_printf(arena, "there are more than %u states", search->limit)
        );
}

// --- all ---------------------------------------------------------------------------------------------------------------

static bool next_row(Search *search, uint32_t *row) {
    for (int i = 0; i < 2; i++) {
        while (search->head[i] < search->queue[i].len) {
            *row = search->queue[i].data[search->head[i]++];
            if (!search->nodes.data[*row].done) return true;
        }
    }
    return false;
}

static bool look_at(Arena *arena, Search *search, uint32_t row, DeadlockReport *report) {
    Arena scratch;
    bool firm, found = false;
    arena_init(&scratch);
    State state = { .arena = &scratch };
    search->nodes.data[row].done = true;
    deadlock__state_read(search->nodes.data[row].words, &state);
    Numbers threads = deadlock__blocked_find(&scratch, &search->space, &state, &firm);
    if (threads.len) {
        report_found(arena, search, row, &state, &threads, firm, report);
        found = true;
    } else {
        expand(search, row, &state, &scratch);
    }
    arena_free(&scratch);
    return found;
}

static void search_once(
    Arena *arena,
    const DeadlockSystem *system,
    const bool *part,
    uint32_t limit,
    bool folds,
    DeadlockReport *report
) {
    Search search = { .limit = limit, .part = part };
    uint32_t row;
    bool found = false;
    *report = (DeadlockReport){ 0 };
    arena_init(&search.arena);
    deadlock__space_init(&search.arena, &search.space, system, folds);
    search.rows = strmap_new(&search.arena);
    add_first(&search);
    while (!found && next_row(&search, &row))
        found = look_at(arena, &search, row, report);
    report->states = search.nodes.len;
    report_reasons(arena, &search, report);
    if (!found) report->verdict = report->reasons.len ? DEADLOCK_UNPROVED : DEADLOCK_FREE;
    deadlock__space_end(&search.space);
    arena_free(&search.arena);
}

static DeadlockReport search_part(
    Arena *arena, const DeadlockSystem *system, const bool *part, uint32_t limit
) {
    DeadlockReport report, coarse;
    search_once(arena, system, part, limit, true, &report);
    if (report.verdict != DEADLOCK_UNPROVED) return report;
    search_once(arena, system, part, limit, false, &coarse);
    // Without counting there are fewer states: what was not finished may be now.
    bool better = coarse.verdict != DEADLOCK_UNPROVED || coarse.reasons.len < report.reasons.len;
    return better ? coarse : report;
}

// --- parts ---------------------------------------------------------------------------------------------------------------

// The sips that channels connect with the first one that is in no part so far; false: there is none.
static bool next_part(const DeadlockSystem *system, bool *done, bool *part) {
    uint32_t first = 0;
    while (first < system->sip_count && done[first])
        first++;
    for (uint32_t i = 0; i < system->sip_count; i++)
        part[i] = i == first;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < system->sip_count; i++) {
            const SirModule *module = system->sips[i].module;
            uint32_t params = module->funcs.data[module->manifest.main].sig.param_count;
            for (uint32_t p = 0; part[i] && p < params; p++) {
                const DeadlockWire *wire = &system->sips[i].wires[p];
                bool leads = wire->kind == DEADLOCK_WIRE_CHANNEL ||
                             wire->kind == DEADLOCK_WIRE_GIVES ||
                             wire->kind == DEADLOCK_WIRE_TAKES || wire->kind == DEADLOCK_WIRE_MEETS;
                if (!leads || part[wire->sip]) continue;
                part[wire->sip] = changed = true;
            }
        }
    }
    for (uint32_t i = 0; i < system->sip_count; i++)
        done[i] |= part[i];
    return first < system->sip_count;
}

// The worst is what is told; what could not be followed, of all.
static void add_report(Arena *arena, DeadlockReport *all, const DeadlockReport *part) {
    DeadlockNotes reasons = all->reasons;
    uint32_t states = all->states + part->states;
    vec_each(const DeadlockNote, reason, &part->reasons)
        vec_push(arena, &reasons, *reason);
    if (part->verdict > all->verdict) *all = *part;
    all->reasons = reasons;
    all->states = states;
}

void deadlock_search(
    Arena *arena, const DeadlockSystem *system, uint32_t limit, DeadlockReport *report
) {
    bool *done = arena_array(arena, bool, system->sip_count),
         *part = arena_array(arena, bool, system->sip_count);
    *report = (DeadlockReport){ .verdict = DEADLOCK_FREE };
    for (uint32_t i = 0; i < system->sip_count; i++)
        done[i] = system->sips[i].on_demand;
    while (next_part(system, done, part)) {
        DeadlockReport found = search_part(arena, system, part, limit);
        add_report(arena, report, &found);
    }
}
