// The loop: one instruction at a time, until the SIP ends.

#include "interp__.h"

#include <stdarg.h>
#include <stdio.h>

// --- ends --------------------------------------------------------------------------------------------------------

void interp__end(Interp *in, InterpEnd end) {
    if (in->stop) return;
    in->stop = true;
    InterpResult *result = in->sip->result;
    result->end = end;
    result->steps = in->steps;
    result->func = SIR_NONE;
    result->loc.file = SIR_NONE;
    if (in->sip->thread->frames.len == 0) return;
    const Frame *frame = top(in);
    result->func = frame->func;
    result->block = frame->block;
    result->inst = frame->inst;
    if (frame->block < frame->info->blocks.len &&
        frame->inst < frame->info->blocks.data[frame->block].insts.len)
        result->loc = frame->info->blocks.data[frame->block].insts.data[frame->inst].loc;
}

bool interp__violate(Interp *in, Rule rule, const char *format, ...) {
    if (in->stop) return false;
    InterpResult *result = in->sip->result;
    result->rule = rule;
    va_list args;
    va_start(args, format);
    vsnprintf(result->message, sizeof result->message, format, args);
    va_end(args);
    interp__end(in, INTERP_VIOLATION);
    return false;
}

bool interp__fault(Interp *in, Fault fault) {
    if (in->stop) return false;
    in->sip->result->fault = fault;
    interp__end(in, INTERP_FAULT);
    return false;
}

// --- chance (splitmix64) -------------------------------------------------------------------------------------------

uint64_t interp__draw(Interp *in) {
    uint64_t z = in->chance += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t interp__below(Interp *in, uint64_t limit) {
    return limit ? interp__draw(in) % limit : 0;
}

// --- small instructions ----------------------------------------------------------------------------------------------

static bool storage_begin(Interp *in, uint64_t local) {
    Frame *frame = top(in);
    bool right = local < frame->info->locals.len && local >= frame->info->sig.param_count;
    if (!MUST(in, right, RULE_WELL_FORMED, "storage of no local")) return false;
    if (!MUST(
            in, !frame->roots[local], RULE_INITIALISED, "local %u exists already", (unsigned)local
        ))
        return false;
    frame->roots[local] = interp__root(in);
    frame->locals[local] = (Node){ .type = frame->info->locals.data[local].type };
    return true;
}

static bool storage_end(Interp *in, uint64_t local) {
    Frame *frame = top(in);
    Node *node;
    if (!interp__local(in, local, &node)) return false;
    if (!MUST(in, frame->has_storage[local], RULE_INITIALISED, "storage of no local")) return false;
    if (!MUST(
            in, !interp__is_touched(in, node), RULE_OWNERSHIP,
            "local %u still owns something where it ends", (unsigned)local
        ) ||
        !MUST(
            in, !interp__has_hole(in, node, 0), RULE_OWNERSHIP,
            "what was moved out of local %u through a borrow is not back", (unsigned)local
        ))
        return false;
    interp__kill(in, frame->roots[local], in->doing);
    interp__forget(in, node);
    frame->roots[local] = NULL;
    return true;
}

static bool use(Interp *in, const SirInst *inst) {
    Node value;
    return interp__value(in, &inst->args[1], &value) &&
           interp__assign(in, &inst->args[0].place, &value);
}

static bool const_ref(Interp *in, const SirInst *inst) {
    SirTree tree = { .kind = SIR_CONST_REF,
                     .type = interp__place_type(in, &inst->args[0].place),
                     .bits = inst->args[1].n };
    Node value;
    return interp__const(in, &tree, &value, 0) && interp__write(in, &inst->args[0].place, &value);
}

static bool move_or_store(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_STORAGE_BEGIN: return storage_begin(in, inst->args[0].n);
    case SIR_OP_STORAGE_END: return storage_end(in, inst->args[0].n);
    case SIR_OP_USE: return use(in, inst);
    case SIR_OP_DROP:
        if (in->watch)
            in->watch->dropping(
                in->watch->context, in, top(in)->func, top(in)->block, top(in)->inst
            );
        return interp__drop_place(in, &inst->args[0].place);
    default: return const_ref(in, inst);
    }
}

static bool refuse(Interp *in, const SirInst *inst, Rule rule) {
    return interp__violate(in, rule, "%s, which is not built", sir_op_text(inst->op));
}

// --- the loop ----------------------------------------------------------------------------------------------------------

static bool execute(Interp *in, const SirInst *inst) {
    switch (sir_op_group(inst->op)) {
    case SIR_GROUP_STORAGE:
    case SIR_GROUP_MOVE: return move_or_store(in, inst);
    case SIR_GROUP_ARITH:
    case SIR_GROUP_ARITH1:
    case SIR_GROUP_ARITHOPT:
    case SIR_GROUP_SHIFT:
    case SIR_GROUP_SHIFTOPT:
    case SIR_GROUP_BITS:
    case SIR_GROUP_BITS1:
    case SIR_GROUP_COUNT:
    case SIR_GROUP_FLOAT:
    case SIR_GROUP_FLOAT1:
    case SIR_GROUP_COMPARE:
    case SIR_GROUP_ORDER: return interp__arith(in, inst);
    case SIR_GROUP_CAST:
    case SIR_GROUP_CASTOPT: return interp__cast(in, inst);
    case SIR_GROUP_MAKE:
    case SIR_GROUP_HEAP:
    case SIR_GROUP_HEAPOPT: return interp__make(in, inst);
    case SIR_GROUP_BYTES:
    case SIR_GROUP_BORROW:
    case SIR_GROUP_LENGTH: return interp__borrow(in, inst);
    case SIR_GROUP_ELEMENTS: return interp__elements(in, inst);
    case SIR_GROUP_GROW: return interp__grow(in, inst);
    case SIR_GROUP_CHANNEL: return interp__channel(in, inst);
    case SIR_GROUP_EPSET: return interp__sets(in, inst);
    case SIR_GROUP_ACCESS: return refuse(in, inst, RULE_MANAGED);
    case SIR_GROUP_SHARED: return interp__shared(in, inst);
    case SIR_GROUP_ATOMIC: return interp__atomic(in, inst);
    case SIR_GROUP_THREAD: return interp__thread(in, inst);
    case SIR_GROUP_DEVICE: return interp__device(in, inst);
    case SIR_GROUP_CALL: return interp__call(in, inst);
    case SIR_GROUP_END: return interp__end_block(in, inst);
    }
    return false;
}

static bool goes_elsewhere(const SirInst *inst) {
    return sir_op_is_terminator(inst->op) || sir_op_group(inst->op) == SIR_GROUP_CALL;
}

// One instruction; the SIP may have ended, or wait.
static void take_step(Interp *in) {
    Frame *frame = top(in);
    const SirBlockInfo *block =
        frame->block < frame->info->blocks.len ? &frame->info->blocks.data[frame->block] : NULL;
    if (!MUST(
            in, block && frame->inst < block->insts.len, RULE_WELL_FORMED,
            "control leaves a block by its end"
        ))
        return;
    const SirInst *inst = &block->insts.data[frame->inst];
    bool is_last = frame->inst + 1 == block->insts.len;
    if (!MUST(
            in, sir_op_is_terminator(inst->op) == is_last, RULE_WELL_FORMED,
            "a terminator that is not the last instruction"
        ))
        return;
    in->doing = sir_op_text(inst->op);
    in->steps++;
    if (execute(in, inst) && !goes_elsewhere(inst)) frame->inst++;
    interp__sweep(in);
}

enum { TURN = 1000 }; // instructions before it is the next one's turn

// Until it ends, waits, or gives way. False: it still waits where it waited before.
static bool run_thread(Interp *in, Thread *thread, uint64_t turn) {
    uint64_t i = 0;
    in->sip->thread = thread;
    in->stop = in->again = in->yields = false;
    for (; i < turn && !in->stop && !in->again && !in->yields; i++) {
        if (in->steps >= in->limit)
            interp__end(in, INTERP_STEPS);
        else
            take_step(in);
    }
    return i > 1 || !in->again;
}

// Its threads in turn. False: none of them gets on.
static bool run_sip(Interp *in, Sip *sip, uint64_t turn) {
    bool progress = false;
    in->sip = sip;
    in->stop = false;
    for (Thread *thread = sip->threads, *next; thread && !in->stop; thread = next) {
        progress |= run_thread(in, thread, turn);
        next = thread->next; // it may have spawned the next
    }
    return progress;
}

// --- beginning and end ----------------------------------------------------------------------------------------------------

static void init_sip(Interp *in, Sip *sip, const SirModule *module, InterpResult *result) {
    *result = (InterpResult){ .end = INTERP_STEPS, .func = SIR_NONE, .loc = { .file = SIR_NONE } };
    *sip = (Sip){ .module = module, .result = result };
    sip->facts = arena_array(&in->arena, TypeFacts, module->types.len);
    sip->has_storage = arena_array(&in->arena, bool *, module->funcs.len);
    sip->spare = arena_array(&in->arena, Frames, module->funcs.len);
    sip->consts = arena_array(&in->arena, Node *, module->consts.len);
    sip->first.number = sip->thread_numbers = sip->thread_count = 1;
    sip->threads = sip->thread = &sip->first;
}

// What still belongs to a SIP that returned was lost.
static void check_leaks(Interp *in) {
    bool was_stopped = in->stop;
    if (in->sip->threads->next) return; // they are stopped wherever they are
    in->stop = false;
    bool kept =
        !MUST(in, !in->sip->blocks, RULE_OWNERSHIP, "a block has no owner when all has ended");
    for (const End *end = in->ends; end && !kept; end = end->next)
        kept = !MUST(
            in, end->owner != in->sip || !end->is_open, RULE_OWNERSHIP,
            "an endpoint has no owner when all has ended"
        );
    in->stop = was_stopped;
}

void interp__run_out(Interp *in) {
    in->sip->state = SIP_ENDED;
    for (End *end = in->ends; end; end = end->next)
        if (end->owner == in->sip) interp__end_close(in, end);
    in->sip->threads = in->sip->thread = &in->sip->first;
    in->sip->first.next = NULL;
    in->sip->first.frames.len = 0;
}

// --- a walk -------------------------------------------------------------------------------------------------------------

// What was lent to the function is whole again; it and the result end here.
static void end_walk(Interp *in) {
    in->stop = false;
    in->doing = "the end";
    if (!interp__drop(in, &in->last)) return;
    vec_each(Node *const, node, &in->lent) {
        if (!MUST(
                in, interp__is_whole(in, *node), RULE_OWNERSHIP,
                "what was lent to the function is not whole when it returns"
            ))
            return;
    }
    vec_each(Node *const, node, &in->lent)
        interp__drop(in, *node);
    check_leaks(in);
}

void interp_walk(
    const SirModule *module,
    SirFunc func,
    uint64_t seed,
    uint64_t steps,
    const InterpWatch *watch,
    InterpResult *result
) {
    Interp in = { .chaos = true, .chance = seed, .limit = steps, .sip_count = 1, .watch = watch };
    Sip sip;
    arena_init(&in.arena);
    in.sips = in.sip = &sip;
    init_sip(&in, &sip, module, result);
    const SirSig *sig = &module->funcs.data[func].sig;
    Node *args = arena_array(&in.arena, Node, sig->param_count);
    bool is_made = true;
    for (uint32_t i = 0; is_made && i < sig->param_count; i++)
        is_made = interp__make_up(&in, sig->params[i].type, &args[i], 0);
    if (!is_made)
        interp__end(&in, INTERP_UNFIT);
    else if (interp__enter(&in, func, args, sig->param_count))
        while (!in.stop)
            if (!run_sip(&in, &sip, TURN)) interp__fault(&in, FAULT_DEADLOCK);
    if (result->end == INTERP_RETURNED && !in.off) end_walk(&in);
    arena_free(&in.arena);
}

// --- a system --------------------------------------------------------------------------------------------------------------

static void finish(Interp *in, Sip *sip) {
    if (sip->result->end == INTERP_RETURNED && !in->off) check_leaks(in);
    interp__run_out(in);
}

// Nobody can go on: time passes until the first timeout, if there is one.
static bool pass_time(Interp *in) {
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; i < in->sip_count; i++)
        for (const Thread *thread = in->sips[i].threads; thread; thread = thread->next)
            if (thread->state == SIP_WAITS && thread->wake < first) first = thread->wake;
    if (first == UINT64_MAX) return false;
    if (first > in->clock) in->clock = first;
    return true;
}

static bool run_round(Interp *in) {
    bool progress = false;
    for (uint32_t i = 0; i < in->sip_count && !in->off; i++) {
        Sip *sip = &in->sips[i];
        if (sip->state == SIP_ENDED) continue;
        progress |= run_sip(in, sip, TURN);
        if (in->stop) finish(in, sip);
    }
    return progress;
}

// Those that wait wait for ever; or all are ended by `exit`.
static void end_others(Interp *in) {
    bool was_exit = in->off;
    for (uint32_t i = 0; i < in->sip_count; i++) {
        in->sip = &in->sips[i];
        in->stop = false;
        if (in->sip->state == SIP_ENDED) continue;
        interp__fault(in, was_exit ? FAULT_KILLED : FAULT_DEADLOCK);
    }
}

static void run_system(Interp *in, InterpResult *results) {
    for (uint32_t i = 0; i < in->sip_count; i++)
        if (!interp__begin(in, &in->sips[i])) in->sips[i].state = SIP_ENDED;
    interp__wire(in);
    for (uint32_t i = 0; i < in->sip_count; i++) {
        in->sip = &in->sips[i];
        if (in->sip->state == SIP_ENDED) interp__run_out(in); // it could not begin
    }
    while (in->steps < in->limit && !in->off && (run_round(in) || pass_time(in)))
        continue;
    if (in->off || in->steps < in->limit) end_others(in);
    for (uint32_t i = 0; i < in->sip_count; i++) {
        results[i].is_off = in->off;
        results[i].status = in->off_status;
    }
}

void interp_run(
    const SirModule *const *modules,
    uint32_t count,
    uint64_t steps,
    Buf *console,
    InterpResult *results
) {
    Interp in = { .limit = steps, .sip_count = count, .console = console };
    arena_init(&in.arena);
    in.sips = arena_array(&in.arena, Sip, count);
    for (uint32_t i = 0; i < count; i++)
        init_sip(&in, &in.sips[i], modules[i], &results[i]);
    run_system(&in, results);
    arena_free(&in.arena);
}

void interp_run_system(
    const InterpSip *sips, uint32_t count, uint64_t steps, Buf *console, InterpResult *results
) {
    Interp in = { .limit = steps, .sip_count = count, .console = console };
    arena_init(&in.arena);
    in.sips = arena_array(&in.arena, Sip, count);
    for (uint32_t i = 0; i < count; i++) {
        init_sip(&in, &in.sips[i], sips[i].module, &results[i]);
        in.sips[i].given = &sips[i];
    }
    run_system(&in, results);
    arena_free(&in.arena);
}

// --- words --------------------------------------------------------------------------------------------------------------------

static const char *const fault_names[] = {
#define FAULT(number, name, text) [number] = #name,
#include "contracts/abi/fault.def"
};

static const char *const fault_texts[] = {
#define FAULT(number, name, text) [number] = text,
#include "contracts/abi/fault.def"
};

static void write_where(const InterpResult *result, const SirModule *module, Buf *out) {
    if (result->func >= module->funcs.len) return;
    Str name = module->funcs.data[result->func].name;
    buf_printf(
        out, " at @%.*s, block %u, instruction %u", name.len < 80 ? (int)name.len : 80, name.ptr,
        result->block, result->inst
    );
    if (result->loc.file >= module->files.len) return;
    Str file = module->files.data[result->loc.file];
    buf_printf(out, "; %.*s:%u:%u", (int)file.len, file.ptr, result->loc.line, result->loc.column);
}

void interp_result_write(const InterpResult *result, const SirModule *module, Buf *out) {
    switch (result->end) {
    case INTERP_RETURNED: buf_cstr(out, "returned"); return;
    case INTERP_UNFIT:
        buf_cstr(out, "not begun: no value of a parameter's type can be made up");
        return;
    case INTERP_STEPS: buf_cstr(out, "not finished"); break;
    case INTERP_FAULT:
        buf_printf(out, "fault %s (%s)", fault_names[result->fault], fault_texts[result->fault]);
        break;
    case INTERP_VIOLATION:
        buf_printf(out, "violation of V%02u: %s", result->rule, result->message);
        break;
    }
    write_where(result, module, out);
}
