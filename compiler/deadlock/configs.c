// Where threads stand still: at what others can notice. A thread is moved from stop to stop on every way that it may take
// in between, and what is found is kept, so that each stop is left once for each outcome.

#include "deadlock__.h"

#include <string.h>

// --- the space -------------------------------------------------------------------------------------------------------

static Program *facts_of(Arena *arena, const Space *space, uint32_t sip) {
    for (uint32_t i = 0; i < sip; i++)
        if (space->system->sips[i].module == space->system->sips[sip].module)
            return space->programs[i];
    return deadlock__facts_find(arena, space->system->sips[sip].module);
}

static uint32_t param_count(const Space *space, uint32_t sip) {
    const SirModule *module = space->system->sips[sip].module;
    return module->funcs.data[module->manifest.main].sig.param_count;
}

static SirSide param_side(const Space *space, uint32_t sip, uint32_t param) {
    const SirModule *module = space->system->sips[sip].module;
    SirType type = module->funcs.data[module->manifest.main].sig.params[param].type;
    return module->types.data[type].side;
}

// Its interrupts come of a channel with the kernel, at any time.
static bool is_irq(const Space *space, uint32_t sip, uint32_t param) {
    const SirModule *module = space->system->sips[sip].module;
    SirType type = module->funcs.data[module->manifest.main].sig.params[param].type;
    const SirTypeInfo *info = &module->types.data[type];
    return info->kind == SIR_TYPE_DEVICE && info->device == SIR_IRQ;
}

static void number_wires(Space *space) {
    const DeadlockSystem *system = space->system;
    VEC(bool) machine = { 0 };
    space->wire_ends = arena_array(space->arena, uint32_t *, system->sip_count);
    for (uint32_t i = 0; i < system->sip_count; i++) {
        uint32_t params = param_count(space, i);
        space->wire_ends[i] = arena_array(space->arena, uint32_t, params);
        for (uint32_t p = 0; p < params; p++) {
            const DeadlockWire *wire = &system->sips[i].wires[p];
            uint32_t *end = &space->wire_ends[i][p];
            *end = NO_END;
            space->programs[i]->starts |= wire->kind == DEADLOCK_WIRE_PROGRAM;
            bool is_followed = wire->kind != DEADLOCK_WIRE_NONE &&
                               wire->kind != DEADLOCK_WIRE_PROGRAM &&
                               wire->kind != DEADLOCK_WIRE_GIVEN;
            bool irq = is_irq(space, i, p);
            if (!is_followed && !irq) continue;
            bool known = wire->kind == DEADLOCK_WIRE_CHANNEL &&
                         (wire->sip < i || (wire->sip == i && wire->param < p));
            if (known) {
                *end = space->wire_ends[wire->sip][wire->param] ^ 1;
                continue;
            }
            *end = space->channels++ * 2 + (irq ? SIR_IMP : param_side(space, i, p));
            vec_push(space->arena, &machine, irq || wire->kind == DEADLOCK_WIRE_MACHINE);
        }
    }
    space->machine = machine.data;
    deadlock__wires_find(space);
}

void deadlock__space_init(Arena *arena, Space *space, const DeadlockSystem *system, bool folds) {
    *space = (Space){ .arena = arena, .system = system, .folds = folds };
    deadlock__values_init(arena, &space->values);
    space->config_rows = strmap_new(arena);
    space->next_rows = strmap_new(arena);
    space->tags = strmap_new(arena);
    space->programs = arena_array(arena, Program *, system->sip_count);
    for (uint32_t i = 0; i < system->sip_count; i++)
        space->programs[i] = facts_of(arena, space, i);
    arena_init(&space->scratch);
    number_wires(space);
}

void deadlock__space_end(Space *space) {
    arena_free(&space->scratch);
}

const Program *deadlock__space_program(const Space *space, uint32_t sip) {
    return space->programs[sip];
}

const SirFuncInfo *deadlock__space_func(const Space *space, uint32_t sip, SirFunc func) {
    return &space->programs[sip]->module->funcs.data[func];
}

// Names tell contracts apart, as they do for people; what is the same in structure under another name counts as another.
uint32_t deadlock__space_tag(Space *space, const SirContractInfo *contract, uint64_t state) {
    uint64_t row;
    const char *key = arena_printf(
        space->arena, STR_FMT ":%llu", STR_ARG(contract->name), (unsigned long long)state
    );
    if (!strmap_get(space->tags, key, strlen(key), &row)) {
        row = strmap_len(space->tags) + 1;
        strmap_put(space->tags, key, strlen(key), row);
    }
    return (uint32_t)row;
}

const Config *deadlock__config_at(const Space *space, uint32_t config) {
    return &space->configs.data[config];
}

// --- keeping -----------------------------------------------------------------------------------------------------------

static void write_words(const Mover *mover, Numbers *words) {
    Arena *scratch = &mover->space->scratch;
    for (uint32_t f = 0; f < mover->machine->count; f++) {
        const Frame *frame = &mover->machine->frames[f];
        uint32_t locals = mover->program->module->funcs.data[frame->func].locals.len;
        vec_push(scratch, words, frame->func);
        vec_push(scratch, words, frame->block);
        vec_push(scratch, words, frame->inst);
        uint32_t count = words->len, kept = 0;
        vec_push(scratch, words, 0);
        for (uint32_t i = 0; i < locals; i++) {
            if (frame->locals[i] == VAL_NONE) continue;
            vec_push(scratch, words, i);
            vec_push(scratch, words, frame->locals[i]);
            kept++;
        }
        words->data[count] = kept;
    }
}

static void read_words(Space *space, const Config *config, Machine *machine) {
    const uint32_t *at = config->words, *end = at + config->word_count;
    machine->count = 0;
    machine->lost = NULL;
    while (at < end) {
        Frame *frame = &machine->frames[machine->count++];
        frame->func = at[0];
        frame->block = at[1];
        frame->inst = at[2];
        frame->locals = arena_array(
            &space->scratch, Val, deadlock__space_func(space, config->sip, at[0])->locals.len
        );
        uint32_t kept = at[3];
        at += 4;
        for (uint32_t i = 0; i < kept; i++, at += 2)
            frame->locals[at[0]] = at[1];
    }
}

static void collect_ends(const Space *space, Val value, Numbers *ends) {
    const Value *info = deadlock__value_at(&space->values, value);
    if (!info->is_tracked) return;
    if (info->kind == VALUE_END) vec_push(space->arena, ends, (uint32_t)info->bits);
    for (uint32_t i = 0; info->kind == VALUE_LIST && i < info->count; i++)
        collect_ends(space, info->items[i], ends);
}

static void collect_guards(const Space *space, Val value, Numbers *guards) {
    const Value *info = deadlock__value_at(&space->values, value);
    if (info->kind == VALUE_GUARD && info->bits) vec_push(space->arena, guards, (Val)info->bits);
    for (uint32_t i = 0; info->kind == VALUE_LIST && i < info->count; i++)
        collect_guards(space, info->items[i], guards);
}

static void collect_held(const Mover *mover, Config *config) {
    for (uint32_t f = 0; f < mover->machine->count; f++) {
        const Frame *frame = &mover->machine->frames[f];
        uint32_t locals = mover->program->module->funcs.data[frame->func].locals.len;
        for (uint32_t i = 0; i < locals; i++) {
            collect_ends(mover->space, frame->locals[i], &config->held);
            if (mover->program->locks)
                collect_guards(mover->space, frame->locals[i], &config->guards);
        }
    }
}

static uint32_t keep(Mover *mover, uint32_t sip, Config config) {
    Space *space = mover->space;
    Numbers words = { 0 };
    uint64_t row;
    collect_held(mover, &config);
    bool ended = config.stop == STOP_END || config.stop == STOP_EXIT; // wherever that was
    if (!ended || config.held.len) write_words(mover, &words);
    uint32_t frames = words.len;
    vec_push(&space->scratch, &words, sip);
    vec_push(&space->scratch, &words, config.stop);
    const char *key = (const char *)words.data;
    if (strmap_get(space->config_rows, key, words.len * sizeof *words.data, &row))
        return (uint32_t)row;
    row = space->configs.len;
    uint32_t *copy = arena_array(space->arena, uint32_t, frames);
    if (frames) memcpy(copy, words.data, frames * sizeof *copy);
    config.sip = sip;
    config.words = copy;
    config.word_count = frames;
    vec_push(space->arena, &space->configs, config);
    strmap_put(space->config_rows, key, words.len * sizeof *words.data, row);
    return (uint32_t)row;
}

// --- looking at what is next -----------------------------------------------------------------------------------------

static const SirInst *current(const Mover *mover) {
    const Frame *frame = deadlock__mover_frame(mover);
    return &deadlock__mover_func(mover)->blocks.data[frame->block].insts.data[frame->inst];
}

static uint32_t end_at(Mover *mover, const SirPlace *place) {
    Spot spot = deadlock__spot_of(mover, place);
    const Value *value =
        deadlock__value_at(&mover->space->values, deadlock__spot_get(mover, &spot));
    if (value->kind == VALUE_END) return (uint32_t)value->bits;
    deadlock__mover_lose(
        mover, mover->program->starts ? "it starts programs, which the analysis does not follow"
                                      : "it uses an endpoint that the analysis does not follow"
    );
    return NO_END;
}

static Val payload_of(Mover *mover, const SirInst *inst) {
    uint32_t count = inst->arg_count - 2;
    Val *items = arena_array(&mover->space->scratch, Val, count);
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = deadlock__arg_kept(mover, &inst->args[i + 2]);
        any |= items[i] != VAL_NONE;
    }
    return any ? deadlock__value_make(&mover->space->values, VALUE_LIST, 0, 0, items, count)
               : VAL_NONE;
}

// The kernel takes and answers whatever comes: nobody waits then, and nobody else notices.
static bool are_kernels(const Space *space, const Numbers *ends) {
    vec_each(const uint32_t, end, ends)
        if (*end == NO_END || *end / 2 >= space->channels || !space->machine[*end / 2])
            return false;
    return ends->len > 0;
}

// --- receiving ---------------------------------------------------------------------------------------------------------

typedef struct Looking { // at a receive
    Mover *mover;
    Config *config;
    VEC(Wait) waits;
} Looking;

static Head head_of(Mover *mover, const SirPlace *place, bool is_closed, uint64_t message) {
    SirType type = deadlock__mover_place_type(mover, place);
    const SirModule *module = mover->program->module;
    Head head = { .is_closed = is_closed, .message = (uint32_t)message, .place = place };
    if (!is_closed)
        head.args =
            module->contracts.data[module->types.data[type].contract].messages[message].arg_count;
    return head;
}

static void add_wait(
    Looking *looking, uint32_t arm, uint32_t member, const Head *heads, uint32_t count
) {
    Arena *arena = looking->mover->space->arena;
    Head *copy = arena_array(arena, Head, count);
    if (count) memcpy(copy, heads, count * sizeof *copy);
    vec_push(arena, &looking->waits, ((Wait){ arm, member, copy, count }));
    for (uint32_t h = 0; h < count; h++) {
        bool known = false;
        vec_each(const uint32_t, end, &looking->config->ends)
            known |= *end == heads[h].end;
        if (!known) vec_push(arena, &looking->config->ends, heads[h].end);
    }
}

static void look_at_members(Looking *looking, const SirArm *arm, uint32_t row) {
    Mover *mover = looking->mover;
    const Value set =
        *deadlock__value_at(&mover->space->values, deadlock__place_get(mover, &arm->place));
    if (set.kind != VALUE_LIST)
        deadlock__mover_lose(mover, "it waits for a set that the analysis does not follow");
    for (uint32_t i = 0; set.kind == VALUE_LIST && i < set.count; i++) {
        const Value *member = deadlock__value_at(&mover->space->values, set.items[i]);
        Head head = head_of(mover, &arm->place, arm->kind == SIR_ARM_LOST, arm->n);
        head.end = (uint32_t)deadlock__value_at(&mover->space->values, member->items[0])->bits;
        add_wait(looking, row, i, &head, 1);
    }
}

static void look_at_arm(Looking *looking, const SirArm *arm, uint32_t row) {
    Mover *mover = looking->mover;
    Head *heads = arena_array(&mover->space->scratch, Head, arm->head_count + 1);
    switch (arm->kind) {
    case SIR_ARM_MESSAGE:
    case SIR_ARM_CLOSED:
        heads[0] = head_of(mover, &arm->place, arm->kind == SIR_ARM_CLOSED, arm->n);
        heads[0].end = end_at(mover, &arm->place);
        add_wait(looking, row, NO_END, heads, 1);
        break;
    case SIR_ARM_JOIN:
        for (uint32_t h = 0; h < arm->head_count; h++) {
            heads[h] =
                head_of(mover, &arm->heads[h].place, arm->heads[h].is_closed, arm->heads[h].n);
            heads[h].end = end_at(mover, &arm->heads[h].place);
        }
        add_wait(looking, row, NO_END, heads, arm->head_count);
        break;
    case SIR_ARM_MEMBER:
    case SIR_ARM_LOST: look_at_members(looking, arm, row); break;
    default: add_wait(looking, row, NO_END, NULL, 0); // a timeout, `unsatisfiable`
    }
}

static void look_at_receive(Mover *mover, const SirInst *inst, Config *config) {
    Looking looking = { mover, config, { 0 } };
    config->stop = STOP_RECEIVE;
    for (uint32_t i = 0; i < inst->arm_count; i++)
        look_at_arm(&looking, &inst->arms[i], i);
    config->waits = looking.waits.data;
    config->wait_count = looking.waits.len;
}

// An end of any contract that turns out to be another one is closed.
static bool is_mistaken(Mover *mover, const SirInst *inst) {
    const SirModule *module = mover->program->module;
    const Value *end =
        deadlock__value_at(&mover->space->values, deadlock__arg_peek(mover, &inst->args[1]));
    SirType option = deadlock__mover_place_type(mover, &inst->args[0].place);
    const SirTypeInfo *wanted = &module->types.data[module->types.data[option].elem];
    if (end->kind != VALUE_END || end->variant == 0)
        deadlock__mover_lose(mover, "an endpoint of any contract comes from where nobody knows");
    return end->variant !=
           deadlock__space_tag(
               mover->space, &module->contracts.data[wanted->contract], wanted->state
           );
}

static bool is_lent_ends(Mover *mover, const SirArg *arg) {
    if (arg->kind != SIR_ARG_MOVE && arg->kind != SIR_ARG_COPY) return false;
    SirType type = deadlock__mover_place_type(mover, &arg->place);
    ValueKind kind =
        deadlock__value_at(&mover->space->values, deadlock__arg_peek(mover, arg))->kind;
    bool borrows = kind == VALUE_REF || kind == VALUE_FAR;
    return borrows && (type == SIR_NONE || mover->program->ends[type]);
}

static void look_at_spawn(Mover *mover, const SirInst *inst, Config *config) {
    bool joined = inst->op == SIR_OP_JOIN_SPAWN;
    config->stop = STOP_SPAWN;
    config->payload = deadlock__args_peek(mover, inst, joined ? 2 : 1);
    if (joined) {
        const Value *join = deadlock__value_at(
            &mover->space->values, deadlock__place_get(mover, &inst->args[0].place)
        );
        config->join = (uint32_t)join->bits + 1;
    }
    for (uint32_t i = joined ? 2 : 1; i < inst->arg_count; i++)
        if (is_lent_ends(mover, &inst->args[i]))
            deadlock__mover_lose(mover, "a thread is lent an endpoint");
}

static void look_at_lock(Mover *mover, const SirInst *inst, Config *config) {
    Spot spot = deadlock__spot_of(mover, &inst->args[1].place);
    SirType type = deadlock__mover_place_type(mover, &inst->args[1].place);
    config->stop = STOP_LOCK;
    if (type == SIR_NONE || mover->program->ends[type])
        deadlock__mover_lose(mover, "a lock guards an endpoint");
    if (!spot.known)
        deadlock__mover_lose(mover, "data decides which lock it takes");
    else
        config->lock = deadlock__spot_ref(mover, &spot);
}

static void look_at_join(Mover *mover, const SirInst *inst, Config *config) {
    config->stop = STOP_JOIN;
    config->join = (uint32_t
    )deadlock__value_at(&mover->space->values, deadlock__arg_peek(mover, &inst->args[0]))
                       ->bits;
}

// Is the instruction something that others can notice?
static bool look_at(Mover *mover, const SirInst *inst, Config *config) {
    *config = (Config){ .inst = inst };
    switch (inst->op) {
    case SIR_OP_SEND:
        config->stop = STOP_SEND;
        vec_push(mover->space->arena, &config->ends, end_at(mover, &inst->args[0].place));
        config->payload = payload_of(mover, inst);
        return true;
    case SIR_OP_CLOSE:
        config->stop = STOP_CLOSE;
        collect_ends(mover->space, deadlock__arg_peek(mover, &inst->args[0]), &config->ends);
        return true;
    case SIR_OP_DROP:
        config->stop = STOP_CLOSE;
        collect_ends(mover->space, deadlock__place_get(mover, &inst->args[0].place), &config->ends);
        return config->ends.len > 0;
    case SIR_OP_RECOVER:
        config->stop = STOP_CLOSE;
        collect_ends(mover->space, deadlock__arg_peek(mover, &inst->args[1]), &config->ends);
        return is_mistaken(mover, inst);
    case SIR_OP_RECEIVE: look_at_receive(mover, inst, config); return true;
    case SIR_OP_CHANNEL: config->stop = STOP_CHANNEL; return true;
    case SIR_OP_SPAWN:
    case SIR_OP_JOIN_SPAWN: look_at_spawn(mover, inst, config); return true;
    case SIR_OP_JOIN_END: look_at_join(mover, inst, config); return true;
    case SIR_OP_LOCK:
        if (!mover->program->locks) return false;
        look_at_lock(mover, inst, config);
        return true;
    case SIR_OP_TRAP: config->stop = STOP_TRAP; return true;
    case SIR_OP_CALL_KERNEL:
        config->stop = STOP_EXIT;
        return strcmp(sir_kcall_text((uint32_t)inst->args[1].n), "exit") == 0;
    default: return false;
    }
}

// --- from stop to stop -------------------------------------------------------------------------------------------------

typedef struct Way { // one that is still to be followed
    Machine machine;
    const SirInst *choice;
    SirFunc choice_func;
} Way;

typedef struct Walk {
    Mover mover;
    uint32_t sip;
    Nexts *nexts;
    StrMap *seen; // choices that ways have come to
    VEC(Way *) ways;
    uint32_t count;
} Walk;

static void arrive(Walk *walk, const Way *way, Config config) {
    if (walk->mover.machine->lost) {
        config.stop = STOP_LOST;
        config.why = walk->mover.machine->lost;
    }
    uint32_t row = keep(&walk->mover, walk->sip, config);
    vec_each(Next, next, &walk->nexts->all)
        if (next->config == row) return;
    vec_push(
        walk->mover.space->arena, &walk->nexts->all, ((Next){ row, way->choice, way->choice_func })
    );
}

static bool is_new(Walk *walk) {
    Numbers words = { 0 };
    write_words(&walk->mover, &words);
    return strmap_put(walk->seen, (const char *)words.data, words.len * sizeof *words.data, 1);
}

static Way *copy_way(Walk *walk, const Way *way) {
    Arena *scratch = &walk->mover.space->scratch;
    Way *copy = arena_new(scratch, Way);
    *copy = *way;
    for (uint32_t f = 0; f < way->machine.count; f++) {
        const Frame *frame = &way->machine.frames[f];
        uint32_t locals =
            deadlock__space_func(walk->mover.space, walk->sip, frame->func)->locals.len;
        copy->machine.frames[f].locals = arena_array(scratch, Val, locals);
        if (locals) memcpy(copy->machine.frames[f].locals, frame->locals, locals * sizeof(Val));
    }
    return copy;
}

static void branch_out(
    Walk *walk, Way *way, const SirInst *inst, const uint32_t *arms, uint32_t count
) {
    if (!is_new(walk)) return;
    for (uint32_t i = 0; i < count; i++) {
        Way *copy = copy_way(walk, way);
        walk->mover.machine = &copy->machine;
        if (!copy->choice) {
            copy->choice = inst;
            copy->choice_func = deadlock__mover_frame(&walk->mover)->func;
        }
        deadlock__flow_take(&walk->mover, inst, arms[i]);
        vec_push(&walk->mover.space->scratch, &walk->ways, copy);
    }
}

// Each element that an index may mean: a way of its own.
static bool choose_index(Walk *walk, Way *way, const SirInst *inst) {
    SirLocal index;
    uint32_t count;
    if (!deadlock__index_unknown(&walk->mover, inst, &index, &count)) return false;
    if (!is_new(walk)) return true;
    for (uint32_t i = 0; i < count; i++) {
        Way *copy = copy_way(walk, way);
        walk->mover.machine = &copy->machine;
        if (!copy->choice && count > 1) {
            copy->choice = inst;
            copy->choice_func = deadlock__mover_frame(&walk->mover)->func;
        }
        deadlock__mover_frame(&walk->mover)->locals[index] =
            deadlock__value_int(&walk->mover.space->values, i);
        vec_push(&walk->mover.space->scratch, &walk->ways, copy);
    }
    return true;
}

// --- talk with the kernel ---------------------------------------------------------------------------------------------

static uint32_t message_arms(const SirInst *inst, uint32_t *arms) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < inst->arm_count; i++)
        if (inst->arms[i].kind == SIR_ARM_MESSAGE) arms[count++] = i;
    return count;
}

// False of a receive where the kernel sends nothing: then only the end of it could come. What comes of sets, in joins and after
// a time is sorted out where all receives are.
static bool has_answer(const SirInst *inst) {
    bool message = inst->op != SIR_OP_RECEIVE;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        SirArmKind kind = inst->arms[i].kind;
        message |= kind == SIR_ARM_MESSAGE;
        if (kind != SIR_ARM_MESSAGE && kind != SIR_ARM_CLOSED && inst->op == SIR_OP_RECEIVE)
            return false;
    }
    return message;
}

static void finish_close(Mover *mover, const SirInst *inst) {
    if (inst->op == SIR_OP_RECOVER) {
        Val none = deadlock__value_make(&mover->space->values, VALUE_LIST, 0, 0, NULL, 0);
        deadlock__arg_take(mover, &inst->args[1]);
        deadlock__place_set(mover, &inst->args[0].place, none);
    } else if (inst->op == SIR_OP_CLOSE) {
        deadlock__arg_take(mover, &inst->args[0]);
    } else {
        deadlock__run_inst(mover, inst); // a drop, which goes on by itself
        return;
    }
    deadlock__mover_frame(mover)->inst++;
}

// --- steps --------------------------------------------------------------------------------------------------------------

typedef enum Step { STEP_ON, STEP_DONE } Step;

static Step take_arms(
    Walk *walk, Way *way, const SirInst *inst, const uint32_t *arms, uint32_t count
) {
    if (count > 1) {
        branch_out(walk, way, inst, arms, count);
        return STEP_DONE;
    }
    deadlock__flow_take(&walk->mover, inst, arms[0]);
    return STEP_ON;
}

static Step talk(Walk *walk, Way *way, const Config *config) {
    Mover *mover = &walk->mover;
    const SirInst *inst = config->inst;
    uint32_t *arms = arena_array(&mover->space->scratch, uint32_t, inst->arm_count);
    switch (config->stop) {
    case STOP_SEND: deadlock__args_take(mover, inst, 2); break;
    case STOP_RECEIVE: return take_arms(walk, way, inst, arms, message_arms(inst, arms));
    default: finish_close(mover, inst); return STEP_ON;
    }
    deadlock__mover_frame(mover)->inst++;
    return STEP_ON;
}

// One step of a way; false: it has come to a stop, or to a choice.
static bool step(Walk *walk, Way *way) {
    Mover *mover = &walk->mover;
    const SirInst *inst = current(mover);
    Config config;
    if (!way->machine.lost && choose_index(walk, way, inst)) return false;
    if (way->machine.lost || look_at(mover, inst, &config)) {
        if (!way->machine.lost && has_answer(inst) && are_kernels(mover->space, &config.ends))
            return talk(walk, way, &config) == STEP_ON;
        if (way->machine.lost) config = (Config){ .inst = inst };
        arrive(walk, way, config);
        return false;
    }
    if (inst->op == SIR_OP_CALL || inst->op == SIR_OP_CALL_VALUE) {
        deadlock__flow_call(mover, inst);
        return true;
    }
    if (inst->op == SIR_OP_RETURN) {
        if (deadlock__flow_return(mover, inst)) return true;
        arrive(walk, way, (Config){ .stop = STOP_END, .inst = inst });
        return false;
    }
    if (!sir_op_is_terminator(inst->op)) {
        deadlock__run_inst(mover, inst);
        return true;
    }
    uint32_t *arms = arena_array(&mover->space->scratch, uint32_t, inst->arm_count);
    return take_arms(walk, way, inst, arms, deadlock__flow_arms(mover, inst, arms)) == STEP_ON;
}

// Where a way was some time ago, to notice that it goes round in a circle.
typedef struct Past {
    SirFunc func;
    SirBlock block;
    uint32_t inst, frames;
    Numbers words;
} Past;

static void remember(const Mover *mover, Past *past) {
    const Frame *frame = deadlock__mover_frame(mover);
    *past = (Past){ frame->func, frame->block, frame->inst, mover->machine->count, { 0 } };
    write_words(mover, &past->words);
}

static bool is_there_again(const Mover *mover, const Past *past) {
    const Frame *frame = deadlock__mover_frame(mover);
    if (frame->func != past->func || frame->block != past->block || frame->inst != past->inst ||
        mover->machine->count != past->frames)
        return false;
    Numbers words = { 0 };
    write_words(mover, &words);
    return words.len == past->words.len &&
           memcmp(words.data, past->words.data, words.len * sizeof *words.data) == 0;
}

static void follow(Walk *walk, Way *way) {
    Past past = { .frames = UINT32_MAX };
    walk->mover.machine = &way->machine;
    for (uint32_t steps = 1; step(walk, way); steps++) {
        if (is_there_again(&walk->mover, &past)) {
            arrive(walk, way, (Config){ .stop = STOP_SPIN, .inst = current(&walk->mover) });
            return;
        }
        if (steps >= 64 && (steps & (steps - 1)) == 0) remember(&walk->mover, &past);
        if (steps == MOST_STEPS)
            deadlock__mover_lose(&walk->mover, "there are too many steps to follow");
    }
}

// Whoever goes on behind a test that traps otherwise has had no choice.
static bool is_choice(const Space *space, const Nexts *nexts) {
    uint32_t going_on = 0;
    vec_each(Next, next, &nexts->all)
        going_on += deadlock__config_at(space, next->config)->stop != STOP_TRAP;
    return going_on > 1;
}

static void walk_all(Walk *walk, Way *first) {
    Space *space = walk->mover.space;
    walk->seen = strmap_new(&space->scratch);
    vec_push(&space->scratch, &walk->ways, first);
    while (walk->ways.len) {
        Way *way = vec_pop(&walk->ways);
        if (walk->count++ > MOST_WAYS) {
            walk->mover.machine = &way->machine;
            deadlock__mover_lose(&walk->mover, "there are too many ways to follow");
        }
        follow(walk, way);
        if (walk->count > MOST_WAYS) break;
    }
    if (walk->nexts->all.len == 0) { // it goes round for ever and says nothing
        walk->mover.machine = &first->machine;
        arrive(walk, first, (Config){ .stop = STOP_SPIN });
    }
    walk->nexts->is_choice = is_choice(space, walk->nexts);
}

// --- what a thread did -----------------------------------------------------------------------------------------------

static Val end_value(Space *space, uint32_t end) {
    return deadlock__value_make(&space->values, VALUE_END, 0, end, NULL, 0);
}

static void go_on(Mover *mover, const Config *config, Outcome outcome) {
    const SirInst *inst = config->inst;
    switch (config->stop) {
    case STOP_BEGIN: return;
    case STOP_RECEIVE:
        deadlock__flow_receive(mover, inst, &config->waits[outcome.wait], outcome.payload);
        return;
    case STOP_SEND: deadlock__args_take(mover, inst, 2); break;
    case STOP_CHANNEL:
        deadlock__place_set(
            mover, &inst->args[0].place, end_value(mover->space, outcome.channel * 2)
        );
        deadlock__place_set(
            mover, &inst->args[1].place, end_value(mover->space, outcome.channel * 2 + 1)
        );
        break;
    case STOP_SPAWN:
        deadlock__ref_forget(
            mover, deadlock__args_take(mover, inst, inst->op == SIR_OP_JOIN_SPAWN ? 2 : 1)
        );
        break;
    case STOP_LOCK:
        deadlock__place_set(
            mover, &inst->args[0].place,
            deadlock__value_make(&mover->space->values, VALUE_GUARD, 0, config->lock, NULL, 0)
        );
        break;
    case STOP_CLOSE: finish_close(mover, inst); return;
    case STOP_JOIN: deadlock__arg_take(mover, &inst->args[0]); break;
    case STOP_END:
    case STOP_TRAP:
    case STOP_EXIT:
    case STOP_SPIN:
    case STOP_LOST: return;
    }
    deadlock__mover_frame(mover)->inst++;
}

const Nexts *deadlock__config_next(Space *space, uint32_t config, Outcome outcome) {
    uint32_t key[4] = { config, outcome.wait, outcome.payload, outcome.channel };
    uint64_t row;
    if (strmap_get(space->next_rows, (const char *)key, sizeof key, &row))
        return &space->nexts.data[row];
    const Config from = *deadlock__config_at(space, config);
    Nexts nexts = { 0 };
    Walk walk = {
        .mover = { space, space->programs[from.sip], NULL },
          .sip = from.sip, .nexts = &nexts
    };
    Way *way = arena_new(&space->scratch, Way);
    read_words(space, &from, &way->machine);
    walk.mover.machine = &way->machine;
    go_on(&walk.mover, &from, outcome);
    walk_all(&walk, way);
    row = space->nexts.len;
    vec_push(space->arena, &space->nexts, nexts);
    strmap_put(space->next_rows, (const char *)key, sizeof key, row);
    arena_free(&space->scratch);
    return &space->nexts.data[row];
}

uint32_t deadlock__config_begin(
    Space *space, uint32_t sip, SirFunc func, const Val *args, uint32_t count
) {
    Machine machine = { .count = 1 };
    Mover mover = { space, space->programs[sip], &machine };
    machine.frames[0] = (Frame){ .func = func };
    machine.frames[0].locals =
        arena_array(&space->scratch, Val, deadlock__space_func(space, sip, func)->locals.len);
    for (uint32_t i = 0; i < count; i++)
        machine.frames[0].locals[i] = args[i];
    return keep(&mover, sip, (Config){ .stop = STOP_BEGIN });
}
