// What was found, in the words of the program.

#include "deadlock__.h"

static const char *sip_name(const Space *space, uint32_t sip) {
    return space->system->sips[sip].name;
}

DeadlockPlace deadlock__tell_place(const Space *space, uint32_t sip, const SirInst *inst) {
    DeadlockPlace place = { .sip = sip };
    const SirModule *module = space->system->sips[sip].module;
    if (!inst || inst->loc.file >= module->files.len) return place;
    place.file = module->files.data[inst->loc.file];
    place.line = inst->loc.line;
    place.column = inst->loc.column;
    return place;
}

// --- names -----------------------------------------------------------------------------------------------------------

static bool is_wire(const Space *space, uint32_t end, uint32_t *sip, uint32_t *param) {
    for (*sip = 0; *sip < space->system->sip_count; ++*sip) {
        const SirModule *module = space->system->sips[*sip].module;
        uint32_t params = module->funcs.data[module->manifest.main].sig.param_count;
        for (*param = 0; *param < params; ++*param)
            if (space->wire_ends[*sip][*param] == end) return true;
    }
    return false;
}

static const char *end_name(Arena *arena, const Space *space, uint32_t end) {
    uint32_t sip, param;
    if (is_wire(space, end, &sip, &param))
        return arena_printf(
            arena, "`%s." STR_FMT "`", sip_name(space, sip),
            STR_ARG(space->system->sips[sip].module->manifest.param_names[param])
        );
    if (is_wire(space, end ^ 1, &sip, &param))
        return arena_printf(
            arena, "the other end of `%s." STR_FMT "`", sip_name(space, sip),
            STR_ARG(space->system->sips[sip].module->manifest.param_names[param])
        );
    return "a channel that was made at run time";
}

const SirContractInfo *deadlock__tell_contract(
    const Space *space, const Config *config, const SirPlace *place
) {
    const uint32_t *at = config->words, *end = at + config->word_count;
    uint32_t func = at[0];
    while (at < end) { // the last frame
        func = at[0];
        at += 4 + at[3] * 2;
    }
    const SirModule *module = deadlock__space_program(space, config->sip)->module;
    SirType type = sir_place_type(module, &module->funcs.data[func], place);
    return &module->contracts.data[module->types.data[type].contract];
}

static const char *message_name(
    Arena *arena, const Space *space, const Config *config, const SirPlace *place, uint64_t message
) {
    const SirContractInfo *contract = deadlock__tell_contract(space, config, place);
    return arena_printf(arena, "`" STR_FMT "`", STR_ARG(contract->messages[message].name));
}

static const char *ends_text(Arena *arena, const Space *space, const Numbers *ends) {
    const char *text = "";
    for (uint32_t i = 0; i < ends->len; i++)
        text = arena_printf(
            arena, "%s%s%s", text, i ? ", " : "", end_name(arena, space, ends->data[i])
        );
    return text;
}

// --- steps -----------------------------------------------------------------------------------------------------------

static const char *receive_step(
    Arena *arena, const Space *space, const Config *config, const char *name, const Wait *wait
) {
    if (config->inst->arms[wait->arm].kind == SIR_ARM_TIMEOUT)
        return arena_printf(arena, "`%s` waits no longer", name);
    if (wait->head_count == 0)
        return arena_printf(arena, "`%s` finds that nothing else can come", name);
    const char *text = arena_printf(arena, "`%s`", name);
    for (uint32_t i = 0; i < wait->head_count; i++) {
        const Head *head = &wait->heads[i];
        const char *end = end_name(arena, space, head->end), *and = i ? " and" : "";
        if (head->is_closed)
            text = arena_printf(arena, "%s%s finds %s closed", text, and, end);
        else
            text = arena_printf(
                arena, "%s%s receives %s on %s", text, and,
                message_name(arena, space, config, head->place, head->message), end
            );
    }
    return text;
}

const char *deadlock__tell_step(Arena *arena, const Space *space, const Label *label) {
    const Config *config = deadlock__config_at(space, label->config);
    const char *name = sip_name(space, label->sip),
               *again = label->is_again ? ", and is started again" : "";
    if (label->is_fault) return arena_printf(arena, "`%s` faults%s", name, again);
    switch (config->stop) {
    case STOP_SEND:
        return arena_printf(
            arena, "`%s` sends %s on %s", name,
            message_name(
                arena, space, config, &config->inst->args[0].place, config->inst->args[1].n
            ),
            end_name(arena, space, config->ends.data[0])
        );
    case STOP_CLOSE:
        return arena_printf(arena, "`%s` closes %s", name, ends_text(arena, space, &config->ends));
    case STOP_RECEIVE: return receive_step(arena, space, config, name, &config->waits[label->wait]);
    case STOP_CHANNEL: return arena_printf(arena, "`%s` makes a channel", name);
    case STOP_SPAWN: return arena_printf(arena, "`%s` starts a thread", name);
    case STOP_JOIN: return arena_printf(arena, "the threads of `%s` have ended", name);
    case STOP_LOCK: return arena_printf(arena, "`%s` takes a lock", name);
    case STOP_TRAP: return arena_printf(arena, "`%s` ends by a fault%s", name, again);
    case STOP_END: return arena_printf(arena, "`%s` returns", name);
    case STOP_BEGIN:
    case STOP_EXIT:
    case STOP_SPIN:
    case STOP_LOST: break;
    }
    return NULL;
}

// --- waiting -----------------------------------------------------------------------------------------------------------

static bool is_said(const Config *config, uint32_t wait, const Head *head) {
    for (uint32_t i = 0; i < wait; i++)
        for (uint32_t h = 0; h < config->waits[i].head_count; h++) {
            const Head *other = &config->waits[i].heads[h];
            if (other->end == head->end && !other->is_closed && other->message == head->message)
                return true;
        }
    return false;
}

static const char *heads_text(
    Arena *arena, const Space *space, const Config *config, uint32_t end
) {
    const char *text = NULL;
    for (uint32_t i = 0; i < config->wait_count; i++)
        for (uint32_t h = 0; h < config->waits[i].head_count; h++) {
            const Head *head = &config->waits[i].heads[h];
            if (head->end != end || head->is_closed || is_said(config, i, head)) continue;
            const char *name = message_name(arena, space, config, head->place, head->message);
            text = text ? arena_printf(arena, "%s or %s", text, name) : name;
        }
    return text ? text : "the end of it";
}

static bool is_there(const State *state, uint32_t end) {
    const Line *line = &state->lines.data[end / 2];
    return line->letters[!(end % 2)].len || line->closed[!(end % 2)];
}

static const char *comes_text(const Space *space, uint32_t end) {
    uint32_t wire = deadlock__wire_at(space, end / 2);
    if (wire == NO_END) return "whose other end `%s` holds";
    return space->deliveries.data[wire].other == NO_END ? "which comes when `%s` is started again"
                                                        : "which comes when `%s` asks, too";
}

const char *deadlock__tell_wait(
    Arena *arena, const Space *space, const State *state, const Thread *thread
) {
    const Config *config = deadlock__config_at(space, thread->config);
    const char *text = arena_printf(arena, "`%s` waits for ever", sip_name(space, thread->sip));
    if (config->stop == STOP_JOIN) return arena_printf(arena, "%s: for its own threads", text);
    if (config->stop == STOP_LOCK)
        return arena_printf(arena, "%s: for a lock that another of its threads has", text);
    const char *before = ":";
    vec_each(const uint32_t, it, &config->ends) {
        if (is_there(state, *it)) continue; // the other half of a join is not
        uint32_t holder = deadlock__blocked_holder(space, state, *it ^ 1);
        const char *name =
            holder == NO_END ? "nobody" : sip_name(space, state->threads.data[holder].sip);
        text = arena_printf(
            arena, "%s%s for %s on %s, %s", text, before, heads_text(arena, space, config, *it),
            end_name(arena, space, *it), arena_printf(arena, comes_text(space, *it), name)
        );
        before = ",";
    }
    if (config->ends.len == 0)
        text = arena_printf(arena, "%s, for nobody: its sets are empty", text);
    return text;
}
