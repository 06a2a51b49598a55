// The model that is searched, in Promela, for `spin`: a process a sip, and one for each way in which a thread begins, whose labels
// are its stops; two bounded queues a channel. What it says of invalid end states is what the search says of systems in which all
// that are left wait.
//
// Channels that are made at run time are taken of a few that the model has: the first one of which both ends are closed. Who
// would make more fails an assertion. Whoever waits for threads counts them, in a row of counters of its own.

#include "deadlock__.h"

#include <string.h>

enum {
    MOST_LABELS = 20000, // of one process
    MOST_BEGUN = 200,    // ways in which threads begin
    POOL = 4,            // channels that are made at run time
};

typedef struct Writer {
    Space space;
    Arena arena;
    Buf *out;
    Numbers begun;       // configs in which threads begin, that are written or are still to be
    uint32_t joins;      // of one thread
    uint32_t made_bound; // of queues that are made at run time; 0: none is
    bool is_thread;      // what is written is no sip's first
    const char *why;     // it cannot be written
    uint32_t why_config;
    uint32_t sip;
    Map *labels; // config -> 1
    VEC(uint32_t) todo;
    Numbers quits; // labels where a thread waits, and may see that its process has ended
} Writer;

// --- queues ------------------------------------------------------------------------------------------------------------

// Most messages in a row that go one way: then the other side must have seen them all. Legal contracts have no circle here.
static uint32_t run_from(
    const SirContractInfo *contract, SirState state, SirDir dir, uint32_t deep
) {
    uint32_t most = 0;
    const SirStateInfo *info = &contract->states[state];
    for (uint32_t i = 0; deep && i < info->choice_count; i++) {
        if (contract->messages[info->choices[i].message].dir != dir) continue;
        uint32_t here = 1 + run_from(contract, info->choices[i].next, dir, deep - 1);
        most = here > most ? here : most;
    }
    return most;
}

static uint32_t bound(const SirContractInfo *contract, SirDir dir) {
    uint32_t most = 1;
    for (SirState state = 0; state < contract->state_count; state++) {
        uint32_t here = run_from(contract, state, dir, 16);
        most = here > most ? here : most;
    }
    return most;
}

static void write_pool(const Writer *writer, Buf *out) {
    for (uint32_t i = 0; writer->made_bound && i < POOL; i++)
        buf_printf(
            out,
            "chan q%u_0 = [%u] of { short }; /* made at run time */\nchan q%u_1 = [%u] of { short };\n",
            writer->space.channels + i, writer->made_bound, writer->space.channels + i,
            writer->made_bound
        );
}

// A channel that is not there is one whose ends are closed.
static void write_states(const Writer *writer, Buf *out) {
    const uint32_t pool = writer->made_bound ? POOL : 0, all = writer->space.channels + pool;
    buf_printf(out, "bool closed[%u];\n", all ? all * 2 : 1);
    buf_printf(out, "bool dead[%u];\n", writer->space.system->sip_count);
    if (writer->joins)
        buf_printf(out, "#define JOINS %u\nbyte left[256 * JOINS];\n", writer->joins);
    buf_byte(out, '\n');
}

static void write_queues(const Writer *writer, Buf *out) {
    const DeadlockSystem *system = writer->space.system;
    for (uint32_t i = 0; i < system->sip_count; i++) {
        const SirModule *module = system->sips[i].module;
        const SirSig *sig = &module->funcs.data[module->manifest.main].sig;
        for (uint32_t p = 0; p < sig->param_count; p++) {
            uint32_t end = writer->space.wire_ends[i][p];
            if (end == NO_END || end % 2 || writer->space.machine[end / 2]) continue;
            const SirTypeInfo *type = &module->types.data[sig->params[p].type];
            const SirContractInfo *contract = &module->contracts.data[type->contract];
            buf_printf(
                out,
                "chan q%u_0 = [%u] of { short }; /* " STR_FMT ", importer to exporter */\n"
                "chan q%u_1 = [%u] of { short };\n",
                end / 2, bound(contract, SIR_IN), STR_ARG(contract->name), end / 2,
                bound(contract, SIR_OUT)
            );
        }
    }
    write_pool(writer, out);
    write_states(writer, out);
}

// --- labels ------------------------------------------------------------------------------------------------------------

static void refuse(Writer *writer, uint32_t config, const char *why) {
    if (writer->why) return;
    writer->why = why;
    writer->why_config = config;
}

static bool is_kernels(const Writer *writer, uint32_t end) {
    return end / 2 < writer->space.channels && writer->space.machine[end / 2];
}

static void write_goto(Writer *writer, uint32_t config, Outcome outcome) {
    const Nexts *nexts = deadlock__config_next(&writer->space, config, outcome);
    for (uint32_t i = 0; i < nexts->all.len; i++) {
        uint32_t next = nexts->all.data[i].config;
        if (map_put(writer->labels, next, 1)) vec_push(&writer->arena, &writer->todo, next);
        if (nexts->all.len > 1)
            buf_printf(writer->out, "%s goto n%u", i ? " ::" : " if ::", next);
        else
            buf_printf(writer->out, " goto n%u", next);
    }
    buf_cstr(writer->out, nexts->all.len > 1 ? " fi" : "");
}

static void write_close(Writer *writer, const Numbers *ends) {
    vec_each(const uint32_t, end, ends) {
        if (is_kernels(writer, *end)) continue;
        buf_printf(
            writer->out,
            "    atomic { closed[%u] = true; do :: len(q%u_%u) > 0 -> q%u_%u?m :: else -> break od };\n",
            *end, *end / 2, !(*end % 2), *end / 2, !(*end % 2)
        );
    }
}

static void write_send(Writer *writer, uint32_t row, const Config *config) {
    uint32_t end = config->ends.data[0];
    if (config->payload != VAL_NONE) refuse(writer, row, "a message carries an endpoint");
    if (deadlock__wire_at(&writer->space, end / 2) != NO_END)
        refuse(writer, row, "it asks for an end of a sip that may be started again");
    if (!is_kernels(writer, end))
        buf_printf(
            writer->out, "    atomic { if :: closed[%u] :: else -> q%u_%u!%u fi };\n", end ^ 1,
            end / 2, end % 2, (uint32_t)config->inst->args[1].n
        );
    buf_cstr(writer->out, "   ");
    write_goto(writer, row, (Outcome){ 0 });
    buf_cstr(writer->out, ";\n");
}

static void write_peek(Writer *writer, const Head *head) {
    uint32_t queue = head->end / 2, from = !(head->end % 2);
    if (is_kernels(writer, head->end))
        buf_cstr(writer->out, head->is_closed ? "false" : "true");
    else if (head->is_closed)
        buf_printf(writer->out, "(len(q%u_%u) == 0 && closed[%u])", queue, from, head->end ^ 1);
    else
        buf_printf(writer->out, "q%u_%u?[%u]", queue, from, head->message);
}

static void write_take(Writer *writer, const Head *head) {
    if (is_kernels(writer, head->end) || head->is_closed) return;
    buf_printf(writer->out, " q%u_%u?%u;", head->end / 2, !(head->end % 2), head->message);
}

// Several things at once are looked at first, then taken, in one step.
static void write_wait(Writer *writer, const Wait *wait) {
    if (wait->head_count == 1 && !wait->heads[0].is_closed &&
        !is_kernels(writer, wait->heads[0].end)) {
        const Head *head = &wait->heads[0];
        buf_printf(writer->out, "q%u_%u?%u ->", head->end / 2, !(head->end % 2), head->message);
        return;
    }
    buf_cstr(writer->out, wait->head_count > 1 ? "atomic { (" : "");
    for (uint32_t h = 0; h < wait->head_count; h++) {
        buf_cstr(writer->out, h ? " && " : "");
        write_peek(writer, &wait->heads[h]);
    }
    buf_cstr(writer->out, wait->head_count > 1 ? ") ->" : "");
    for (uint32_t h = 0; wait->head_count > 1 && h < wait->head_count; h++)
        write_take(writer, &wait->heads[h]);
    if (wait->head_count > 1) buf_cstr(writer->out, " skip }");
    buf_cstr(writer->out, wait->head_count ? " ->" : "true ->");
}

// It is not there, and cannot come first any more.
static void write_never(Writer *writer, const Head *head) {
    uint32_t queue = head->end / 2, from = !(head->end % 2);
    if (is_kernels(writer, head->end))
        buf_cstr(writer->out, head->is_closed ? "true" : "false");
    else if (head->is_closed)
        buf_printf(writer->out, "len(q%u_%u) > 0", queue, from);
    else
        buf_printf(
            writer->out, "(len(q%u_%u) == 0 && closed[%u]) || (len(q%u_%u) > 0 && !(q%u_%u?[%u]))",
            queue, from, head->end ^ 1, queue, from, queue, from, head->message
        );
}

// Of each way on, something will never come.
static void write_unsatisfiable(Writer *writer, const Config *config) {
    const char *before = "";
    buf_byte(writer->out, '(');
    for (uint32_t i = 0; i < config->wait_count; i++) {
        const Wait *wait = &config->waits[i];
        if (wait->head_count == 0) continue;
        buf_printf(writer->out, "%s(", before);
        for (uint32_t h = 0; h < wait->head_count; h++) {
            buf_cstr(writer->out, h ? " || " : "");
            write_never(writer, &wait->heads[h]);
        }
        buf_byte(writer->out, ')');
        before = " && ";
    }
    buf_cstr(writer->out, *before ? ") ->" : "true) ->");
}

static bool brings_ends(const Writer *writer, const Config *config, const Head *head) {
    if (head->is_closed) return false;
    const SirContractInfo *contract = deadlock__tell_contract(&writer->space, config, head->place);
    const SirMessage *message = &contract->messages[head->message];
    for (uint32_t i = 0; i < message->arg_count; i++)
        if (deadlock__space_program(&writer->space, config->sip)->ends[message->args[i].type])
            return true;
    return false;
}

static bool starts_threads(const SirModule *module) {
    vec_each(const SirFuncInfo, func, &module->funcs) {
        vec_each(const SirBlockInfo, block, &func->blocks) {
            vec_each(const SirInst, inst, &block->insts) {
                if (inst->op == SIR_OP_SPAWN || inst->op == SIR_OP_JOIN_SPAWN) return true;
            }
        }
    }
    return false;
}

// One more case where something waits: its process has ended. Its ends are closed then.
static void write_dead_case(Writer *writer, uint32_t row) {
    if (!starts_threads(writer->space.system->sips[writer->sip].module)) return;
    buf_printf(writer->out, "    :: dead[%u] -> goto q%u\n", writer->sip, row);
    vec_push(&writer->arena, &writer->quits, row);
}

static void write_receive(Writer *writer, uint32_t row, const Config *config) {
    Config copy = *config; // more are found meanwhile
    buf_cstr(
        writer->out, copy.wait_count ? "    if\n" : "    if\n    :: false -> skip\n"
    ); // empty sets
    for (uint32_t i = 0; i < copy.wait_count; i++) {
        const Wait *wait = &copy.waits[i];
        if (wait->head_count == 1 && wait->heads[0].is_closed &&
            is_kernels(writer, wait->heads[0].end))
            continue;
        for (uint32_t h = 0; h < wait->head_count; h++)
            if (brings_ends(writer, &copy, &wait->heads[h]))
                refuse(writer, row, "a message carries an endpoint");
        buf_cstr(writer->out, "    :: ");
        if (copy.inst->arms[wait->arm].kind == SIR_ARM_UNSATISFIABLE)
            write_unsatisfiable(writer, &copy);
        else
            write_wait(writer, wait);
        write_goto(writer, row, (Outcome){ .wait = i });
        buf_byte(writer->out, '\n');
    }
    write_dead_case(writer, row);
    buf_cstr(writer->out, "    fi;\n");
}

// --- threads and channels ------------------------------------------------------------------------------------------------

static bool holds_of_line(const Config *config, uint32_t line) {
    vec_each(const uint32_t, end, &config->held)
        if (*end / 2 == line) return true;
    return false;
}

// The first channel of the pool that is not there. One of which the thread itself has an end is.
static void write_channel(Writer *writer, uint32_t row, const Config *config) {
    const SirModule *module = deadlock__space_program(&writer->space, config->sip)->module;
    const SirContractInfo *contract = &module->contracts.data[config->inst->args[2].n];
    const uint32_t in = bound(contract, SIR_IN), out = bound(contract, SIR_OUT);
    if (in > writer->made_bound) writer->made_bound = in;
    if (out > writer->made_bound) writer->made_bound = out;
    buf_cstr(writer->out, "    if\n");
    for (uint32_t i = 0; i < POOL; i++) {
        const uint32_t line = writer->space.channels + i;
        if (holds_of_line(config, line)) continue;
        buf_cstr(writer->out, "    :: atomic { (");
        for (uint32_t k = 0; k < i; k++)
            buf_printf(
                writer->out, "!(closed[%u] && closed[%u]) && ", 2 * (writer->space.channels + k),
                2 * (writer->space.channels + k) + 1
            );
        buf_printf(
            writer->out, "closed[%u] && closed[%u]) -> closed[%u] = false; closed[%u] = false } ->",
            2 * line, 2 * line + 1, 2 * line, 2 * line + 1
        );
        write_goto(writer, row, (Outcome){ .channel = line });
        buf_byte(writer->out, '\n');
    }
    buf_cstr(
        writer->out,
        "    :: else -> assert(false) /* more channels than the model has */\n    fi;\n"
    );
}

static uint32_t begun_row(Writer *writer, uint32_t config) {
    for (uint32_t i = 0; i < writer->begun.len; i++)
        if (writer->begun.data[i] == config) return i;
    vec_push(&writer->arena, &writer->begun, config);
    return writer->begun.len - 1;
}

static void write_spawn(Writer *writer, uint32_t row, const Config *config) {
    Values *values = &writer->space.values;
    const Value args = *deadlock__value_at(values, deadlock__value_far(values, config->payload, 0));
    const uint32_t func = (uint32_t)config->inst->args[config->inst->op == SIR_OP_JOIN_SPAWN].n;
    const uint32_t first =
        deadlock__config_begin(&writer->space, config->sip, func, args.items, args.count);
    if (writer->begun.len == MOST_BEGUN) refuse(writer, row, "it starts threads in too many ways");
    const uint32_t thread = begun_row(writer, first);
    if (config->join > writer->joins) writer->joins = config->join;
    if (config->join)
        buf_printf(
            writer->out,
            "    atomic { left[_pid * JOINS + %u]++; run thread%u(_pid * JOINS + %u) };\n   ",
            config->join - 1, thread, config->join - 1
        );
    else
        buf_printf(writer->out, "    run thread%u(-1);\n   ", thread);
    write_goto(writer, row, (Outcome){ 0 });
    buf_cstr(writer->out, ";\n");
}

static void write_join(Writer *writer, uint32_t row, const Config *config) {
    if (config->join >= writer->joins) writer->joins = config->join + 1;
    buf_printf(writer->out, "    if\n    :: left[_pid * JOINS + %u] == 0 ->", config->join);
    write_goto(writer, row, (Outcome){ 0 });
    buf_byte(writer->out, '\n');
    write_dead_case(writer, row);
    buf_cstr(writer->out, "    fi;\n");
}

// With its first thread, and by a fault, all of a process ends; the others see it where they stop next.
static void write_end(Writer *writer, const Config *config) {
    const bool all = !writer->is_thread || config->stop == STOP_TRAP;
    if (all) buf_printf(writer->out, "    dead[%u] = true;\n", writer->sip);
    write_close(writer, &config->held);
    buf_cstr(writer->out, all ? "    goto gone;\n" : "    goto done;\n");
}

static void write_label(Writer *writer, uint32_t row) {
    const Config config = *deadlock__config_at(&writer->space, row);
    DeadlockPlace place = deadlock__tell_place(&writer->space, config.sip, config.inst);
    buf_printf(writer->out, "n%u: /* " STR_FMT ":%u */\n", row, STR_ARG(place.file), place.line);
    switch (config.stop) {
    case STOP_BEGIN:
        buf_cstr(writer->out, "   ");
        write_goto(writer, row, (Outcome){ 0 });
        buf_cstr(writer->out, ";\n");
        break;
    case STOP_SEND: write_send(writer, row, &config); break;
    case STOP_CLOSE:
        write_close(writer, &config.ends);
        buf_cstr(writer->out, "   ");
        write_goto(writer, row, (Outcome){ 0 });
        buf_cstr(writer->out, ";\n");
        break;
    case STOP_RECEIVE: write_receive(writer, row, &config); break;
    case STOP_END:
    case STOP_TRAP:
        if (writer->space.system->sips[writer->sip].restarts)
            refuse(writer, row, "it is started again");
        write_end(writer, &config);
        break;
    case STOP_SPIN:
    case STOP_EXIT: // the system ends, and nobody waits any more
        buf_cstr(writer->out, "    do :: m = 0; m = 1 od;\n");
        break;
    case STOP_CHANNEL: write_channel(writer, row, &config); break;
    case STOP_SPAWN: write_spawn(writer, row, &config); break;
    case STOP_JOIN: write_join(writer, row, &config); break;
    case STOP_LOCK: refuse(writer, row, "it speaks or waits while it has a lock"); break;
    case STOP_LOST: refuse(writer, row, config.why); break;
    }
}

// --- processes -----------------------------------------------------------------------------------------------------------

// Where a thread leaves off when its process has ended meanwhile.
static void write_quits(Writer *writer) {
    for (uint32_t i = 0; i < writer->quits.len; i++) {
        const Config config = *deadlock__config_at(&writer->space, writer->quits.data[i]);
        buf_printf(writer->out, "q%u:\n", writer->quits.data[i]);
        write_close(writer, &config.held);
        buf_cstr(writer->out, "    goto gone;\n");
    }
}

static void write_body(Writer *writer, uint32_t first) {
    writer->labels = map_new(&writer->arena);
    writer->todo.len = 0;
    writer->quits.len = 0;
    map_put(writer->labels, first, 1);
    vec_push(&writer->arena, &writer->todo, first);
    for (uint32_t at = 0; at < writer->todo.len && !writer->why; at++) {
        if (at == MOST_LABELS) refuse(writer, writer->todo.data[at], "it has too many steps");
        write_label(writer, writer->todo.data[at]);
    }
    write_quits(writer);
}

static void write_sip(Writer *writer, uint32_t sip) {
    const SirModule *module = writer->space.system->sips[sip].module;
    uint32_t params = module->funcs.data[module->manifest.main].sig.param_count;
    Val *args = arena_array(&writer->arena, Val, params);
    for (uint32_t p = 0; p < params; p++) {
        uint32_t end = writer->space.wire_ends[sip][p];
        if (end != NO_END)
            args[p] = deadlock__value_make(&writer->space.values, VALUE_END, 0, end, NULL, 0);
    }
    writer->sip = sip;
    writer->is_thread = false;
    buf_printf(
        writer->out, "proctype sip%u() { /* %s */\n    short m;\n", sip,
        writer->space.system->sips[sip].name
    );
    write_body(
        writer, deadlock__config_begin(&writer->space, sip, module->manifest.main, args, params)
    );
    buf_cstr(writer->out, "gone: skip\n}\n\n");
}

// What it counts for is whoever waits for it.
static void write_thread(Writer *writer, uint32_t row) {
    const uint32_t first = writer->begun.data[row];
    writer->sip = deadlock__config_at(&writer->space, first)->sip;
    writer->is_thread = true;
    buf_printf(
        writer->out, "proctype thread%u(short counter) { /* of %s */\n    short m;\n", row,
        writer->space.system->sips[writer->sip].name
    );
    write_body(writer, first);
    buf_cstr(
        writer->out,
        writer->joins ? "done: if :: counter >= 0 -> left[counter]-- :: else fi;\ngone: skip\n}\n\n"
                      : "done: skip;\ngone: skip\n}\n\n"
    );
}

static void write_init(Writer *writer) {
    buf_cstr(writer->out, "init {\n    atomic {\n");
    for (uint32_t i = 0; writer->made_bound && i < POOL * 2; i++)
        buf_printf(writer->out, "        closed[%u] = true;\n", writer->space.channels * 2 + i);
    for (uint32_t i = 0; i < writer->space.system->sip_count; i++)
        if (!writer->space.system->sips[i].on_demand)
            buf_printf(writer->out, "        run sip%u();\n", i);
    buf_cstr(writer->out, "    }\n}\n");
}

bool deadlock_promela(Arena *arena, const DeadlockSystem *system, Buf *out, DeadlockNote *why) {
    Buf body;
    Writer writer = { .out = &body };
    buf_init(&body);
    arena_init(&writer.arena);
    deadlock__space_init(&writer.arena, &writer.space, system, true);
    buf_cstr(
        out,
        "/* Made by sipcc. Check it with: spin -a FILE && cc -DSAFETY -o pan pan.c && ./pan */\n\n"
    );
    for (uint32_t i = 0; i < system->sip_count && !writer.why; i++)
        if (!system->sips[i].on_demand) write_sip(&writer, i);
    for (uint32_t i = 0; i < writer.begun.len && !writer.why; i++)
        write_thread(&writer, i);
    write_init(&writer);
    write_queues(&writer, out);
    buf_put(out, body.data, body.len);
    buf_free(&body);
    if (writer.why) {
        const Config *config = deadlock__config_at(&writer.space, writer.why_config);
        why->place = deadlock__tell_place(&writer.space, config->sip, config->inst);
        why->text = arena_printf(arena, "%s", writer.why);
    }
    deadlock__space_end(&writer.space);
    arena_free(&writer.arena);
    return writer.why == NULL;
}
