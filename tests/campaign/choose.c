// Choosing places, values and spots at random, so that the types fit.

#include "mutant.h"

#include <string.h>

// --- chance -------------------------------------------------------------------------------------------------

static uint64_t chance;

void chance_set(uint64_t seed) {
    chance = seed;
}

uint64_t draw(void) {
    uint64_t z = chance += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint32_t below(uint64_t limit) {
    return limit ? (uint32_t)(draw() % limit) : 0;
}

bool one_in(uint32_t n) {
    return below(n) == 0;
}

// --- spots ----------------------------------------------------------------------------------------------------

void *copy_of(SirModule *module, const void *items, size_t size) {
    void *copy = arena_alloc(module->arena, size, 8);
    if (size) memcpy(copy, items, size);
    return copy;
}

bool some_func(SirModule *module, SirFuncInfo **func) {
    for (uint32_t tries = 8; tries > 0 && module->funcs.len > 0; tries--) {
        *func = &module->funcs.data[below(module->funcs.len)];
        bool is_dull = (*func)->locals.len == 0 && !one_in(8);
        if ((*func)->blocks.len > 0 && !is_dull) return true;
    }
    return false;
}

bool some_point(SirModule *module, Point *point) {
    if (!some_func(module, &point->func)) return false;
    point->block = below(point->func->blocks.len);
    uint32_t count = point->func->blocks.data[point->block].insts.len;
    point->at = below(count);
    return true;
}

bool some_inst(SirModule *module, Point *point) {
    return some_point(module, point) && point->func->blocks.data[point->block].insts.len > 0;
}

SirInst *inst_at(const Point *point) {
    return &point->func->blocks.data[point->block].insts.data[point->at];
}

SirInst *insert_at(SirModule *module, const Point *point, SirOp op, uint32_t args) {
    SirBlockInfo *block = &point->func->blocks.data[point->block];
    vec_push(module->arena, &block->insts, (SirInst){ 0 });
    SirInst *inst = &block->insts.data[point->at];
    memmove(inst + 1, inst, (block->insts.len - 1 - point->at) * sizeof *inst);
    *inst = (SirInst){ .op = op, .loc = { .file = SIR_NONE }, .arg_count = args };
    inst->args = arena_array(module->arena, SirArg, args);
    return inst;
}

SirBlock split_at(SirModule *module, const Point *point) {
    SirBlock rest = sir_block_add(module, point->func);
    SirBlockInfo *from = &point->func->blocks.data[point->block],
                 *to = &point->func->blocks.data[rest];
    for (uint32_t i = point->at; i < from->insts.len; i++)
        vec_push(module->arena, &to->insts, from->insts.data[i]);
    from->insts.len = point->at;
    return rest;
}

SirArm *terminate(
    SirModule *module, SirFuncInfo *func, SirBlock block, SirOp op, uint32_t args, uint32_t arms
) {
    return sir_inst_append(module, func, block, op, args, arms, (SirLoc){ .file = SIR_NONE })->arms;
}

// --- types ----------------------------------------------------------------------------------------------------

static bool same_end(const SirTypeInfo *a, const SirTypeInfo *b) {
    return a->kind == SIR_TYPE_ENDPOINT && b->kind == SIR_TYPE_ENDPOINT &&
           a->contract == b->contract && a->side == b->side;
}

bool same_up_to_state(const SirModule *module, SirType a, SirType b) {
    if (a == b) return true;
    if (a >= module->types.len || b >= module->types.len) return false;
    const SirTypeInfo *left = sir_type(module, a), *right = sir_type(module, b);
    if (same_end(left, right)) return true;
    return left->kind == SIR_TYPE_PTR && right->kind == SIR_TYPE_PTR && left->mode == right->mode &&
           left->elem < module->types.len && right->elem < module->types.len &&
           same_end(sir_type(module, left->elem), sir_type(module, right->elem));
}

static bool is_plain(const SirModule *module, SirType type, uint32_t depth) {
    if (type >= module->types.len || depth > 8) return false;
    const SirTypeInfo *info = sir_type(module, type);
    if (info->kind < SIR_SCALARS) return true;
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION: return is_plain(module, info->elem, depth + 1);
    case SIR_TYPE_STRUCT:
        for (uint32_t i = 0; i < info->field_count; i++)
            if (!is_plain(module, info->fields[i].type, depth + 1)) return false;
        return true;
    case SIR_TYPE_ENUM:
        for (uint32_t v = 0; v < info->variant_count; v++)
            for (uint32_t i = 0; i < info->variants[v].field_count; i++)
                if (!is_plain(module, info->variants[v].fields[i].type, depth + 1)) return false;
        return true;
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_FN: return true;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: return info->mode != SIR_OWN && info->mode != SIR_MUT;
    default: return false;
    }
}

bool may_be_copied(const SirModule *module, SirType type) {
    return is_plain(module, type, 0);
}

// --- places ---------------------------------------------------------------------------------------------------

SirPlace just(SirLocal local) {
    return (SirPlace){ .local = local };
}

SirArg place_arg(SirPlace place) {
    return (SirArg){ .kind = SIR_ARG_PLACE, .place = place };
}

SirPlace longer(SirModule *module, SirPlace place, SirProjKind kind, uint64_t n) {
    SirProj *projs = arena_array(module->arena, SirProj, place.proj_count + 1);
    for (uint32_t i = 0; i < place.proj_count; i++)
        projs[i] = place.projs[i];
    projs[place.proj_count] = (SirProj){ kind, n };
    return (SirPlace){ place.local, place.proj_count + 1, projs };
}

static uint32_t index_local(const SirFuncInfo *func) {
    uint32_t first = below(func->locals.len);
    for (uint32_t i = 0; i < func->locals.len; i++) {
        uint32_t local = (first + i) % func->locals.len;
        if (func->locals.data[local].type == SIR_TYPE_U64) return local;
    }
    return SIR_NONE;
}

// One step further, if the type has any.
static bool step(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    const SirTypeInfo *info = sir_type(module, *type);
    SirProj proj = { SIR_PROJ_DEREF, 0 };
    switch (info->kind) {
    case SIR_TYPE_STRUCT:
        if (info->field_count == 0) return false;
        proj = (SirProj){ SIR_PROJ_FIELD, below(info->field_count) };
        break;
    case SIR_TYPE_PTR:
    case SIR_TYPE_GUARD: break;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW: {
        uint32_t local = one_in(2) ? index_local(func) : SIR_NONE;
        proj = local != SIR_NONE ? (SirProj){ SIR_PROJ_INDEX, local }
                                 : (SirProj){ SIR_PROJ_AT, below(2) };
        break;
    }
    default: return false;
    }
    SirType next = sir_proj_type(module, *type, proj);
    if (next >= module->types.len) return false;
    *place = longer(module, *place, proj.kind, proj.n);
    *type = next;
    return true;
}

bool some_place(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    if (func->locals.len == 0) return false;
    *place = just(below(func->locals.len));
    *type = func->locals.data[place->local].type;
    if (*type >= module->types.len) return false;
    for (uint32_t depth = below(4); depth > 0; depth--)
        if (!step(module, func, place, type)) break;
    return true;
}

bool place_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirPlace *place) {
    SirType found;
    if (one_in(2) && func->locals.len) { // a local, if there is one
        uint32_t first = below(func->locals.len);
        for (uint32_t i = 0; i < func->locals.len; i++) {
            *place = just((first + i) % func->locals.len);
            if (same_up_to_state(module, func->locals.data[place->local].type, type)) return true;
        }
    }
    for (uint32_t tries = 40; tries > 0; tries--)
        if (some_place(module, func, place, &found) && same_up_to_state(module, found, type))
            return true;
    return false;
}

SirLocal local_of_type(SirModule *module, SirFuncInfo *func, SirType type) {
    uint32_t first = below(func->locals.len);
    for (uint32_t i = 0; i < func->locals.len && !one_in(4); i++) {
        uint32_t local = (first + i) % func->locals.len;
        if (func->locals.data[local].type == type) return local;
    }
    return sir_local_add(module, func, (Str){ "", 0 }, type, (SirLoc){ .file = SIR_NONE });
}

static SirTree *int_tree(SirModule *module, SirType type, uint64_t bits) {
    SirTree *tree = arena_new(module->arena, SirTree);
    *tree = (SirTree){ .kind = SIR_CONST_INT, .type = type, .bits = bits };
    return tree;
}

bool value_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirArg *arg) {
    bool is_int = type < SIR_TYPE_F32 && type != SIR_TYPE_VOID;
    if (is_int && one_in(2)) {
        *arg = (SirArg){ .kind = SIR_ARG_CONST, .tree = int_tree(module, type, below(2)) };
        return true;
    }
    *arg = (SirArg){ .kind = SIR_ARG_MOVE };
    if (!place_of_type(module, func, type, &arg->place)) return false;
    if (is_plain(module, type, 0) && !one_in(8)) arg->kind = SIR_ARG_COPY;
    return true;
}

// --- for what is put in ----------------------------------------------------------------------------------

const SirTypeInfo *info_of(const SirModule *module, SirType type) {
    return sir_type(module, type < module->types.len ? type : SIR_TYPE_VOID);
}

SirPlace dest_for(SirModule *module, SirFuncInfo *func, SirType type) {
    SirPlace place;
    if (one_in(2) && place_of_type(module, func, type, &place)) return place;
    return just(local_of_type(module, func, type));
}

// The arguments are found first, since looking for them adds locals, then the instruction is put in.
SirInst *put(SirModule *module, const Point *point, SirOp op, const SirArg *args, uint32_t count) {
    SirInst *inst = insert_at(module, point, op, count);
    if (count) memcpy(inst->args, args, count * sizeof *args);
    return inst;
}

bool place_of_kind(
    SirModule *module, SirFuncInfo *func, SirTypeKind kind, SirPlace *place, SirType *type
) {
    for (uint32_t tries = 30; tries > 0; tries--)
        if (some_place(module, func, place, type) && info_of(module, *type)->kind == kind)
            return true;
    return false;
}

bool is_run(const SirTypeInfo *info) {
    return info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
           info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
}

bool some_run(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    for (uint32_t tries = 30; tries > 0; tries--)
        if (some_place(module, func, place, type) && is_run(info_of(module, *type))) return true;
    return false;
}

bool some_endpoint(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type) {
    return place_of_kind(module, func, SIR_TYPE_ENDPOINT, place, type) &&
           info_of(module, *type)->contract < module->contracts.len;
}

bool field_values(
    SirModule *module, SirFuncInfo *func, const SirField *fields, uint32_t count, SirArg *args
) {
    for (uint32_t i = 0; i < count; i++)
        if (!value_of_type(module, func, fields[i].type, &args[i])) return false;
    return true;
}
