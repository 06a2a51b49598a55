// Threads of a SIP, in turns, and what they share. A mutex has its content as its one part, and who has locked it in place
// of a variant. What a guard leads to is reached by a permission of its own that ends with the guard: others look at the
// mutex meanwhile, and that is no use of its content.

#include "interp__.h"

// --- what goes to a thread ---------------------------------------------------------------------------------------

// By itself; what it leads to is asked apart.
static bool stays(const SirTypeInfo *info, bool is_lent) {
    bool has_mode = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE ||
                    info->kind == SIR_TYPE_GROW || info->kind == SIR_TYPE_STR;
    switch (info->kind) {
    case SIR_TYPE_VOID:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN: return true;
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX: return !is_lent;
    case SIR_TYPE_STRUCT: return info->is_ref;
    default: return has_mode && info->mode != SIR_OWN && info->mode != SIR_STATIC;
    }
}

static bool stays_with_thread(Interp *in, const SirTypeInfo *info) {
    (void)in;
    return stays(info, false);
}

static bool is_not_shared(Interp *in, const SirTypeInfo *info) {
    (void)in;
    return stays(info, true);
}

static bool is_lendable(Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    bool borrows = info->mode == SIR_MUT || info->mode == SIR_CONST;
    if (info->kind == SIR_TYPE_STR) return borrows;
    bool points = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
    return points && borrows && interp__type(in, info->elem)->kind != SIR_TYPE_ENDPOINT &&
           !interp__has_in(in, info->elem, is_not_shared, &in->sip->not_shared);
}

static bool goes(Interp *in, SirType type, bool lends) {
    if (!interp__has_in(in, type, stays_with_thread, &in->sip->stays_with_thread)) return true;
    return lends && is_lendable(in, type);
}

// --- mutexes and atomics --------------------------------------------------------------------------------------------

static bool share(Interp *in, const SirInst *inst) {
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *info = interp__type(in, type);
    bool is_mutex = info->kind == SIR_TYPE_MUTEX;
    Node value, made = { .type = type, .is_there = true };
    if (!MUST(in, is_mutex || info->kind == SIR_TYPE_ATOMIC, RULE_WELL_FORMED, "what is shared"))
        return false;
    if (!interp__value(in, &inst->args[1], &value)) return false;
    if (!MUST(
            in, interp__same_type(in, value.type, info->elem), RULE_WELL_FORMED,
            "something of another type is shared"
        ) ||
        !interp__states_fit(in, &value, info->elem))
        return false;
    if (!is_mutex) {
        made.bits = value.bits;
        return interp__write(in, &inst->args[0].place, &made);
    }
    made.parts = interp__parts(in, 1);
    if (!made.parts) return false;
    made.count = 1;
    made.parts[0] = value;
    made.parts[0].type = info->elem;
    return interp__write(in, &inst->args[0].place, &made);
}

static bool lock(Interp *in, const SirInst *inst) {
    Route r;
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *guard = interp__type(in, type);
    if (!interp__look(in, &inst->args[1].place, &r)) return false;
    const SirTypeInfo *info = interp__type(in, r.node->type);
    bool right =
        info->kind == SIR_TYPE_MUTEX && guard->kind == SIR_TYPE_GUARD && guard->elem == info->elem;
    if (!MUST(in, right, RULE_WELL_FORMED, "what is locked is no mutex")) return false;
    if (r.node->variant == in->sip->thread->number) return interp__fault(in, FAULT_LOCK);
    if (r.node->variant != 0) {
        in->again = true;
        return false;
    }
    r.node->variant = in->sip->thread->number;
    Node made = { .type = type, .is_there = true, .target = &r.node->parts[0] };
    made.guarded = r.node;
    made.tag = interp__root(in);
    return interp__write(in, &inst->args[0].place, &made);
}

static bool unlock(Interp *in, const SirInst *inst) {
    Node guard;
    if (!interp__value(in, &inst->args[0], &guard)) return false;
    if (!MUST(
            in, interp__type(in, guard.type)->kind == SIR_TYPE_GUARD, RULE_WELL_FORMED,
            "what is unlocked is no guard"
        ) ||
        !MUST(
            in, interp__is_whole(in, guard.target) && !interp__has_hole(in, guard.target, 0),
            RULE_OWNERSHIP, "what was moved out behind a guard is not back"
        ) ||
        !interp__states_fit(in, guard.target, guard.target->type))
        return false;
    interp__kill(in, guard.tag, in->doing);
    guard.guarded->variant = 0;
    return true;
}

bool interp__shared(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SHARE: return share(in, inst);
    case SIR_OP_LOCK: return lock(in, inst);
    default: return unlock(in, inst);
    }
}

static bool find_atomic(Interp *in, const SirArg *arg, Route *r) {
    return interp__look(in, &arg->place, r) &&
           MUST(
               in, interp__type(in, r->node->type)->kind == SIR_TYPE_ATOMIC, RULE_WELL_FORMED,
               "what is no atomic"
           );
}

static bool take(Interp *in, const SirArg *arg, const Route *r, uint64_t *bits) {
    Node value;
    if (!interp__value(in, arg, &value)) return false;
    *bits = value.bits;
    return MUST(
        in, value.type == interp__type(in, r->node->type)->elem, RULE_WELL_FORMED,
        "an atomic takes something of another type"
    );
}

bool interp__atomic(Interp *in, const SirInst *inst) {
    Route r;
    uint64_t by = 0, wanted = 0;
    bool is_store = inst->op == SIR_OP_ATOMIC_STORE, is_load = inst->op == SIR_OP_ATOMIC_LOAD;
    uint32_t at = is_store ? 0 : 1;
    if (!is_load && !find_atomic(in, &inst->args[at], &r)) return false;
    if (!is_load && !take(in, &inst->args[at + 1], &r, &by)) return false;
    if (inst->op == SIR_OP_ATOMIC_CAS && !take(in, &inst->args[at + 2], &r, &wanted)) return false;
    if (!find_atomic(in, &inst->args[at], &r)) return false;
    SirType elem = interp__type(in, r.node->type)->elem;
    uint64_t old = r.node->bits;
    Node result = interp__scalar(elem, old);
    if (inst->op == SIR_OP_ATOMIC_ADD) r.node->bits = interp__extend(elem, old + by);
    if (inst->op == SIR_OP_ATOMIC_SWAP || is_store) r.node->bits = by;
    if (inst->op == SIR_OP_ATOMIC_CAS) {
        result = interp__scalar(SIR_TYPE_BOOL, old == by);
        if (old == by) r.node->bits = wanted;
    }
    return is_store || interp__write(in, &inst->args[0].place, &result);
}

// --- threads --------------------------------------------------------------------------------------------------------------

static bool begin_thread(
    Interp *in, SirFunc func, const Node *args, uint32_t count, uint64_t join
) {
    Sip *sip = in->sip;
    Thread *spawner = sip->thread, *thread = arena_new(&in->arena, Thread);
    if (!in->chaos && sip->thread_count >= sip->module->manifest.threads)
        return interp__fault(in, FAULT_THREADS);
    *thread = (Thread){ .number = ++sip->thread_numbers };
    thread->parent = join ? spawner : NULL;
    thread->join = join;
    sip->thread = thread;
    bool entered = interp__enter(in, func, args, count);
    sip->thread = spawner;
    if (!entered) return false;
    Thread **last = &sip->threads;
    while (*last)
        last = &(*last)->next;
    *last = thread;
    sip->thread_count++;
    return true;
}

static bool spawn(Interp *in, const SirInst *inst, uint32_t func_arg, uint64_t join) {
    uint32_t first = func_arg + 1, count = inst->arg_count - first;
    const SirModule *module = in->sip->module;
    SirFunc func = (SirFunc)inst->args[func_arg].n;
    if (!MUST(in, func < module->funcs.len, RULE_SEALED, "a thread of no function")) return false;
    const SirSig *sig = &module->funcs.data[func].sig;
    if (!MUST(
            in, sig->param_count == count && sig->result == SIR_TYPE_VOID, RULE_WELL_FORMED,
            "a thread with %u arguments, or with a result", count
        ))
        return false;
    Node *args = interp__parts(in, count);
    for (uint32_t i = 0; i < count && !in->stop; i++) {
        if (!MUST(
                in, goes(in, sig->params[i].type, join != 0), RULE_SENDABLE,
                "argument %u does not go to another thread", i
            ) ||
            !interp__value(in, &inst->args[first + i], &args[i]))
            return false;
    }
    return !in->stop && begin_thread(in, func, args, count, join);
}

static bool join_spawn(Interp *in, const SirInst *inst) {
    Route r;
    if (!interp__look(in, &inst->args[0].place, &r)) return false;
    if (!MUST(
            in, interp__type(in, r.node->type)->kind == SIR_TYPE_JOIN, RULE_WELL_FORMED,
            "a thread of no join"
        ))
        return false;
    return spawn(in, inst, 1, r.node->bits);
}

static bool has_children(const Sip *sip, uint64_t join) {
    for (const Thread *thread = sip->threads; thread; thread = thread->next)
        if (thread->parent == sip->thread && thread->join == join) return true;
    return false;
}

// Until the last thread has ended, nothing of the instruction happens.
static bool join_end(Interp *in, const SirInst *inst) {
    Route r;
    Node value;
    bool is_move = inst->args[0].kind == SIR_ARG_MOVE;
    if (is_move && !interp__look(in, &inst->args[0].place, &r)) return false;
    bool is_join = is_move && interp__type(in, r.node->type)->kind == SIR_TYPE_JOIN;
    if (!MUST(in, is_join, RULE_WELL_FORMED, "the end of what is no join")) return false;
    if (has_children(in->sip, r.node->bits)) {
        in->again = true;
        return false;
    }
    return interp__value(in, &inst->args[0], &value);
}

bool interp__thread(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SPAWN: return spawn(in, inst, 0, 0);
    case SIR_OP_JOIN_SPAWN: return join_spawn(in, inst);
    case SIR_OP_JOIN_BEGIN: {
        SirType type = interp__place_type(in, &inst->args[0].place);
        Node value = interp__scalar(type, ++in->sip->thread->joins);
        return MUST(
                   in, interp__type(in, type)->kind == SIR_TYPE_JOIN, RULE_WELL_FORMED,
                   "the beginning of what is no join"
               ) &&
               interp__write(in, &inst->args[0].place, &value);
    }
    default: return join_end(in, inst);
    }
}

// The running thread, which is not the first, has returned.
void interp__thread_end(Interp *in) {
    Sip *sip = in->sip;
    Thread **at = &sip->threads;
    while (*at != sip->thread)
        at = &(*at)->next;
    *at = sip->thread->next;
    sip->thread->state = SIP_ENDED;
    sip->thread_count--;
    in->yields = true;
}
