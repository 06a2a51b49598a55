// Threads and what they share, put in where the types fit; and ends of guards and joins that come too early, on one way only or
// not at all.

#include "mutant.h"

// --- putting in -------------------------------------------------------------------------------------------------

static SirType guard_of(SirModule *module, SirType elem) {
    SirTypeInfo info = { .kind = SIR_TYPE_GUARD, .elem = elem };
    return sir_type_intern(module, &info);
}

// Behind `point` in its block, before its terminator.
static Point later(const Point *point) {
    Point end = *point;
    uint32_t count = point->func->blocks.data[point->block].insts.len;
    end.at += 1 + below(count - point->at - 1);
    return end;
}

bool insert_lock(SirModule *module) {
    Point point;
    SirPlace mutex;
    SirType type;
    if (!some_point(module, &point) ||
        !place_of_kind(module, point.func, SIR_TYPE_MUTEX, &mutex, &type))
        return false;
    SirType held = info_of(module, type)->elem;
    SirLocal guard = local_of_type(module, point.func, guard_of(module, held));
    SirArg args[2] = { place_arg(just(guard)), place_arg(mutex) };
    put(module, &point, SIR_OP_LOCK, args, 2);
    Point end = later(&point);
    if (one_in(2)) {
        SirPlace content = longer(module, just(guard), SIR_PROJ_DEREF, 0);
        SirType pointer = sir_type_ptr(module, SIR_MUT, held);
        args[0] = place_arg(just(local_of_type(module, point.func, pointer)));
        args[1] = place_arg(content);
        put(module, &end, SIR_OP_BORROW_MUT, args, 2);
        end = later(&end);
    }
    if (one_in(6)) return true;
    args[0] = (SirArg){ .kind = SIR_ARG_MOVE, .place = just(guard) };
    put(module, &end, SIR_OP_UNLOCK, args, 1);
    return true;
}

bool insert_atomic(SirModule *module) {
    static const SirOp ops[] = { SIR_OP_ATOMIC_LOAD, SIR_OP_ATOMIC_STORE, SIR_OP_ATOMIC_ADD,
                                 SIR_OP_ATOMIC_SWAP, SIR_OP_ATOMIC_CAS };
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) ||
        !place_of_kind(module, point.func, SIR_TYPE_ATOMIC, &place, &type))
        return false;
    SirType elem = info_of(module, type)->elem;
    SirOp op = ops[below(sizeof ops / sizeof *ops)];
    SirType result = op == SIR_OP_ATOMIC_CAS ? SIR_TYPE_BOOL : elem;
    SirArg args[4];
    uint32_t count = 0;
    if (op != SIR_OP_ATOMIC_STORE) args[count++] = place_arg(dest_for(module, point.func, result));
    args[count++] = place_arg(place);
    for (uint32_t left = op == SIR_OP_ATOMIC_CAS ? 2 : op != SIR_OP_ATOMIC_LOAD; left > 0; left--)
        if (!value_of_type(module, point.func, elem, &args[count++])) return false;
    put(module, &point, op, args, count);
    return true;
}

bool insert_share(SirModule *module) {
    Point point;
    SirArg args[2];
    if (!some_point(module, &point) || module->types.len == SIR_SCALARS) return false;
    for (uint32_t tries = 20; tries > 0; tries--) {
        SirType type = SIR_SCALARS + below(module->types.len - SIR_SCALARS);
        const SirTypeInfo *info = info_of(module, type);
        if (info->kind != SIR_TYPE_ATOMIC && info->kind != SIR_TYPE_MUTEX) continue;
        if (!value_of_type(module, point.func, info->elem, &args[1])) return false;
        args[0] = place_arg(dest_for(module, point.func, type));
        put(module, &point, SIR_OP_SHARE, args, 2);
        return true;
    }
    return false;
}

static bool thread_func(const SirModule *module, SirFunc *func) {
    for (uint32_t tries = 20; tries > 0 && module->funcs.len > 0; tries--) {
        *func = below(module->funcs.len);
        if (module->funcs.data[*func].sig.result == SIR_TYPE_VOID) return true;
    }
    return false;
}

// Sometimes in a join that begins and ends around it.
bool insert_spawn(SirModule *module) {
    Point point;
    SirFunc func;
    if (!some_point(module, &point) || !thread_func(module, &func)) return false;
    bool lends = !one_in(4), begins = lends && one_in(2);
    uint32_t count = module->funcs.data[func].sig.param_count, first = lends ? 2 : 1;
    SirArg *args = arena_array(module->arena, SirArg, count + first);
    for (uint32_t i = 0; i < count; i++) {
        SirType type = module->funcs.data[func].sig.params[i].type;
        if (!value_of_type(module, point.func, type, &args[first + i])) return false;
    }
    SirTypeInfo info = { .kind = SIR_TYPE_JOIN };
    SirType join = sir_type_intern(module, &info);
    SirLocal local = lends ? local_of_type(module, point.func, join) : 0;
    args[0] = place_arg(just(local));
    args[first - 1] = (SirArg){ .kind = SIR_ARG_FUNC, .n = func };
    if (begins) {
        put(module, &point, SIR_OP_JOIN_BEGIN, args, 1);
        point.at++;
    }
    put(module, &point, lends ? SIR_OP_JOIN_SPAWN : SIR_OP_SPAWN, args, count + first);
    if (!begins || one_in(6)) return true;
    Point end = later(&point);
    SirArg value = { .kind = SIR_ARG_MOVE, .place = just(local) };
    put(module, &end, SIR_OP_JOIN_END, &value, 1);
    return true;
}

// --- what is there -------------------------------------------------------------------------------------------------

static bool some_of(SirModule *module, SirOp op, SirOp other, Point *point) {
    for (uint32_t tries = 40; tries > 0 && some_inst(module, point); tries--)
        if (inst_at(point)->op == op || inst_at(point)->op == other) return true;
    return false;
}

// A guard of another mutex of the same type.
bool change_locked(SirModule *module) {
    Point point;
    SirPlace other;
    if (!some_of(module, SIR_OP_LOCK, SIR_OP_LOCK, &point)) return false;
    SirType type = sir_place_type(module, point.func, &inst_at(&point)->args[1].place);
    if (type == SIR_NONE || !place_of_type(module, point.func, type, &other)) return false;
    inst_at(&point)->args[1].place = other;
    return true;
}

static SirInst take_out(const Point *point) {
    SirBlockInfo *block = &point->func->blocks.data[point->block];
    SirInst inst = block->insts.data[point->at];
    for (uint32_t i = point->at; i + 1 < block->insts.len; i++)
        block->insts.data[i] = block->insts.data[i + 1];
    block->insts.len--;
    return inst;
}

// A guard's or join's end, or what a borrow could be needed for, earlier in its block.
bool end_sooner(SirModule *module) {
    Point point;
    if (!some_of(module, SIR_OP_UNLOCK, SIR_OP_JOIN_END, &point) || point.at == 0) return false;
    SirInst inst = take_out(&point);
    point.at = below(point.at);
    put(module, &point, inst.op, inst.args, inst.arg_count);
    return true;
}

bool end_never(SirModule *module) {
    Point point;
    if (!some_of(module, SIR_OP_UNLOCK, SIR_OP_JOIN_END, &point)) return false;
    take_out(&point);
    return true;
}

// On another way.
bool end_elsewhere(SirModule *module) {
    Point point;
    if (!some_of(module, SIR_OP_UNLOCK, SIR_OP_JOIN_END, &point)) return false;
    if (point.func->blocks.len < 2) return false;
    SirInst inst = take_out(&point);
    point.block = 1 + below(point.func->blocks.len - 1);
    point.at = below(point.func->blocks.data[point.block].insts.len);
    put(module, &point, inst.op, inst.args, inst.arg_count);
    return true;
}

// Nobody waits for a thread that was waited for.
bool spawn_freely(SirModule *module) {
    Point point;
    if (!some_of(module, SIR_OP_JOIN_SPAWN, SIR_OP_JOIN_SPAWN, &point)) return false;
    SirInst *inst = inst_at(&point);
    inst->op = SIR_OP_SPAWN;
    inst->args++;
    inst->arg_count--;
    return true;
}
