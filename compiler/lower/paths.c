// Finds the move paths of a function: first a root for each local that reaches an owner, then a split wherever
// the code moves, assigns or drops a part. Bits are numbered at the end, when all splits are known.
// docs/sir.md 4 says which places are paths: fields, and what `own` and `mut` pointers point to.

#include "paths.h"

// --- making --------------------------------------------------------------------------------------------

static PathId add_path(Paths *paths, Path path) {
    path.first = path.next = path.bit = SIR_NONE;
    vec_push(paths->scratch, &paths->rows, path);
    return paths->rows.len - 1;
}

static void add_child(Paths *paths, PathId parent, SirType type, SirProj step, bool lends) {
    if (!kind_reaches(paths->kinds, type)) return;
    Path child = { .local = paths->rows.data[parent].local, .type = type, .parent = parent };
    child.step = step;
    child.lender = lends ? parent : paths->rows.data[parent].lender;
    PathId id = add_path(paths, child);
    PathId *link = &paths->rows.data[parent].first;
    while (*link != SIR_NONE)
        link = &paths->rows.data[*link].next;
    *link = id;
}

static void split_struct(Paths *paths, PathId path, const SirTypeInfo *info) {
    for (uint32_t i = 0; i < info->field_count; i++)
        add_child(paths, path, info->fields[i].type, (SirProj){ SIR_PROJ_FIELD, i }, false);
}

static void split(Paths *paths, PathId path) {
    const SirTypeInfo *info = sir_type(paths->module, paths->rows.data[path].type);
    if (paths->rows.data[path].first != SIR_NONE) return;
    if (info->kind == SIR_TYPE_STRUCT) split_struct(paths, path, info);
    if (info->kind == SIR_TYPE_PTR)
        add_child(paths, path, info->elem, (SirProj){ SIR_PROJ_DEREF, 0 }, info->mode == SIR_MUT);
}

static PathId find_child(const Paths *paths, PathId path, SirProj step) {
    PathId child = paths->rows.data[path].first;
    while (child != SIR_NONE) {
        const SirProj *own = &paths->rows.data[child].step;
        if (own->kind == step.kind && own->n == step.n) break;
        child = paths->rows.data[child].next;
    }
    return child;
}

static void note_place(Paths *paths, const SirPlace *place) {
    PathId path = paths->roots[place->local];
    for (uint32_t i = 0; i < place->proj_count && path != SIR_NONE; i++) {
        split(paths, path);
        path = find_child(paths, path, place->projs[i]);
    }
}

static void note_inst(Paths *paths, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        SirArgKind kind = inst->args[i].kind;
        if (kind == SIR_ARG_MOVE || kind == SIR_ARG_PLACE) note_place(paths, &inst->args[i].place);
    }
}

bool paths_lends(const Paths *paths, const Path *path) {
    const SirTypeInfo *info = sir_type(paths->module, path->type);
    return info->kind == SIR_TYPE_PTR && info->mode == SIR_MUT;
}

static void number_bits(Paths *paths) {
    vec_each(Path, path, &paths->rows) {
        bool is_struct = sir_type(paths->module, path->type)->kind == SIR_TYPE_STRUCT;
        if (path->first != SIR_NONE && is_struct) continue;
        bool lends = path->first != SIR_NONE && paths_lends(paths, path);
        if (lends || kind_owns(paths->kinds, path->type)) path->bit = paths->bits++;
    }
}

Paths *paths_find(const SirModule *module, const SirFuncInfo *func, Kinds *kinds, Arena *scratch) {
    Paths *paths = arena_new(scratch, Paths);
    *paths = (Paths){ .module = module, .func = func, .kinds = kinds, .scratch = scratch };
    paths->roots = arena_array(scratch, PathId, func->locals.len);
    for (SirLocal local = 0; local < func->locals.len; local++) {
        SirType type = func->locals.data[local].type;
        Path root = { .local = local, .type = type, .parent = SIR_NONE, .lender = SIR_NONE };
        paths->roots[local] = kind_reaches(kinds, type) ? add_path(paths, root) : SIR_NONE;
    }
    vec_each(SirBlockInfo, block, &func->blocks) {
        vec_each(SirInst, inst, &block->insts)
            note_inst(paths, inst);
    }
    number_bits(paths);
    return paths;
}

// --- asking --------------------------------------------------------------------------------------------

PathId paths_at(const Paths *paths, const SirPlace *place) {
    PathId path = paths->roots[place->local];
    for (uint32_t i = 0; i < place->proj_count && path != SIR_NONE; i++)
        path = find_child(paths, path, place->projs[i]);
    return path;
}

SirPlace paths_place(const Paths *paths, PathId path, Arena *arena) {
    uint32_t depth = 0;
    for (PathId at = path; paths->rows.data[at].parent != SIR_NONE; depth++)
        at = paths->rows.data[at].parent;
    SirPlace place = { .local = paths->rows.data[path].local, .proj_count = depth };
    place.projs = arena_array(arena, SirProj, depth);
    for (PathId at = path; depth > 0; at = paths->rows.data[at].parent)
        place.projs[--depth] = paths->rows.data[at].step;
    return place;
}

void paths_set(const Paths *paths, PathId path, BitSet *set) {
    const Path *row = &paths->rows.data[path];
    if (row->bit != SIR_NONE) bits_set(set, row->bit);
    for (PathId child = row->first; child != SIR_NONE; child = paths->rows.data[child].next)
        paths_set(paths, child, set);
}

void paths_clear(const Paths *paths, PathId path, BitSet *set) {
    const Path *row = &paths->rows.data[path];
    if (row->bit != SIR_NONE) bits_clear(set, row->bit);
    for (PathId child = row->first; child != SIR_NONE; child = paths->rows.data[child].next)
        paths_clear(paths, child, set);
}

bool paths_all(const Paths *paths, PathId path, const BitSet *set) {
    const Path *row = &paths->rows.data[path];
    bool all = row->bit == SIR_NONE || bits_get(set, row->bit);
    for (PathId child = row->first; all && child != SIR_NONE; child = paths->rows.data[child].next)
        all = paths_all(paths, child, set);
    return all;
}

bool paths_any(const Paths *paths, PathId path, const BitSet *set) {
    const Path *row = &paths->rows.data[path];
    bool any = row->bit != SIR_NONE && bits_get(set, row->bit);
    for (PathId child = row->first; !any && child != SIR_NONE; child = paths->rows.data[child].next)
        any = paths_any(paths, child, set);
    return any;
}
