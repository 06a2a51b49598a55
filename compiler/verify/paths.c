// Move paths (docs/sir.md 4): a tree for each local, split up where the function moves, drops or writes a part. Fields are
// parts, and what `own` and `mut` pointers point to; behind an index or a shared borrow nothing is tracked.
//
// A path that is not split has one bit, a struct that is split only its fields' bits, a pointer one of its own before its
// content's. Bits are numbered so that those of a path with all its parts lie together.

#include "flow.h"
#include "limits.h"

// --- the tree ------------------------------------------------------------------------------------------------------

static uint64_t child_key(uint32_t parent, SirProj step) {
    return (uint64_t)parent << 32 | (step.kind == SIR_PROJ_FIELD ? step.n + 1 : 0);
}

static void add_node(Flow *f, uint32_t parent, SirLocal local, SirType type, SirProj step) {
    Path path = { .local = local, .type = type, .step = step, .parent = parent };
    path.first = path.next = SIR_NONE;
    vec_push(&f->scratch, &f->paths.nodes, path);
}

static void add_child(Flow *f, uint32_t parent, SirType type, SirProj step, Step how) {
    uint32_t id = f->paths.nodes.len;
    add_node(f, parent, f->paths.nodes.data[parent].local, type, step);
    Path *above = &f->paths.nodes.data[parent], *path = &f->paths.nodes.data[id];
    path->lent = above->lent + (how == STEP_MUT);
    path->next = above->first;
    above->first = id;
    map_put(f->paths.children, child_key(parent, step), id);
}

// The last field first, so that the list is in order.
static bool split_struct(Flow *f, uint32_t node, const SirTypeInfo *info) {
    if (f->paths.nodes.len + (uint64_t)info->field_count > LIMIT_PATHS + f->info->locals.len)
        return false;
    for (uint32_t i = info->field_count; i-- > 0;)
        add_child(f, node, info->fields[i].type, (SirProj){ SIR_PROJ_FIELD, i }, STEP_INLINE);
    return true;
}

static bool split(Flow *f, uint32_t node) {
    const Path *path = &f->paths.nodes.data[node];
    if (path->first != SIR_NONE) return true;
    const SirTypeInfo *info = verify__type(f->v, path->type);
    if (info->kind == SIR_TYPE_STRUCT) return split_struct(f, node, info);
    bool tracked = info->kind == SIR_TYPE_PTR && (info->mode == SIR_OWN || info->mode == SIR_MUT);
    if (!tracked) return true;
    if (f->paths.nodes.len > LIMIT_PATHS + f->info->locals.len) return false;
    Step how = info->mode == SIR_MUT ? STEP_MUT : STEP_OWN;
    add_child(f, node, info->elem, (SirProj){ SIR_PROJ_DEREF, 0 }, how);
    return true;
}

static uint32_t find_child(const Flow *f, uint32_t node, SirProj step) {
    uint64_t child = SIR_NONE;
    bool is_path = step.kind == SIR_PROJ_FIELD || step.kind == SIR_PROJ_DEREF;
    if (is_path) map_get(f->paths.children, child_key(node, step), &child);
    return (uint32_t)child;
}

// The borrows through which something is taken out: only they can lack something.
static void note_taken(Flow *f, uint32_t node) {
    Path *nodes = f->paths.nodes.data;
    for (; nodes[node].parent != SIR_NONE; node = nodes[node].parent) {
        Path *above = &nodes[nodes[node].parent];
        if (above->lent == nodes[node].lent || above->is_emptied) continue;
        above->is_emptied = true;
        vec_push(&f->scratch, &f->paths.borrows, nodes[node].parent);
    }
}

static bool note_place(Flow *f, const SirPlace *place, bool takes) {
    uint32_t node = place->local;
    if (place->proj_count > LIMIT_PLACE_DEPTH + 1) return false;
    for (uint32_t i = 0; i < place->proj_count && node != SIR_NONE; i++) {
        if (!split(f, node)) return false;
        node = find_child(f, node, place->projs[i]);
    }
    if (takes && node != SIR_NONE) note_taken(f, node);
    return true;
}

static bool note_accesses(Flow *f, const Accesses *accesses) {
    vec_each(const Access, access, &accesses->list) {
        bool takes = access->kind == ACCESS_MOVE || access->kind == ACCESS_DROP;
        bool splits = takes || access->kind == ACCESS_WRITE;
        if (splits && !note_place(f, &access->place, takes)) return false;
        if (access->kind == ACCESS_BEGIN && f->paths.storage[access->place.local] == SIR_NONE)
            f->paths.storage[access->place.local] = f->paths.storages++;
    }
    return true;
}

static bool note_block(Flow *f, SirBlock block) {
    for (uint32_t i = 0; i < f->info->blocks.data[block].insts.len; i++)
        if (!note_accesses(f, flow__accesses(f, (Where){ block, i }))) return false;
    for (uint32_t i = 0; i < flow__terminator(f, block)->arm_count; i++)
        if (!note_accesses(f, flow__edge(f, block, i))) return false;
    return true;
}

// --- bits --------------------------------------------------------------------------------------------------------------

static void number(Flow *f, uint32_t node) {
    Path *path = &f->paths.nodes.data[node];
    bool is_struct = verify__type(f->v, path->type)->kind == SIR_TYPE_STRUCT;
    path->has_own_bit = path->first == SIR_NONE || !is_struct;
    path->lo = f->paths.bits;
    if (path->has_own_bit) f->paths.bits++;
    for (uint32_t child = path->first; child != SIR_NONE; child = f->paths.nodes.data[child].next)
        number(f, child); // as deep as a place is long
    path->hi = f->paths.bits;
}

static void note_bits(Flow *f) {
    f->paths.bit_node = arena_array(&f->scratch, uint32_t, f->paths.bits);
    f->paths.owning = bits_new(&f->scratch, f->paths.bits);
    for (uint32_t node = 0; node < f->paths.nodes.len; node++) {
        const Path *path = &f->paths.nodes.data[node];
        if (!path->has_own_bit) continue;
        const SirTypeInfo *info = verify__type(f->v, path->type);
        bool block = path->first != SIR_NONE && info->mode == SIR_OWN; // of a box
        bool whole = path->first == SIR_NONE && verify__kind(f->v, path->type)->owning;
        f->paths.bit_node[path->lo] = node;
        if (block || whole) bits_set(&f->paths.owning, path->lo);
    }
}

bool paths__find(Flow *f) {
    uint32_t locals = f->info->locals.len;
    f->paths.children = map_new(&f->scratch);
    f->paths.storage = arena_array(&f->scratch, uint32_t, locals);
    for (SirLocal local = 0; local < locals; local++) {
        add_node(f, SIR_NONE, local, f->info->locals.data[local].type, (SirProj){ 0 });
        f->paths.storage[local] = SIR_NONE;
    }
    for (SirBlock block = 0; block < f->info->blocks.len; block++)
        if (!note_block(f, block)) return false;
    for (SirLocal local = 0; local < locals; local++)
        number(f, local);
    note_bits(f);
    return true;
}

// --- asking ------------------------------------------------------------------------------------------------------------

uint32_t paths__at(const Flow *f, const SirPlace *place, bool *exact) {
    uint32_t node = place->local, i = 0;
    for (; i < place->proj_count; i++) {
        uint32_t child = find_child(f, node, place->projs[i]);
        if (child == SIR_NONE) break;
        node = child;
    }
    *exact = i == place->proj_count;
    return node;
}

static bool any_in(const BitSet *set, uint32_t lo, uint32_t hi) {
    for (; lo < hi && lo % 64; lo++)
        if (bits_get(set, lo)) return true;
    for (; hi - lo >= 64; lo += 64)
        if (set->words[lo / 64]) return true;
    for (; lo < hi; lo++)
        if (bits_get(set, lo)) return true;
    return false;
}

static bool all_in(const BitSet *set, uint32_t lo, uint32_t hi) {
    for (; lo < hi && lo % 64; lo++)
        if (!bits_get(set, lo)) return false;
    for (; hi - lo >= 64; lo += 64)
        if (~set->words[lo / 64]) return false;
    for (; lo < hi; lo++)
        if (!bits_get(set, lo)) return false;
    return true;
}

// A struct without fields, split or not, has a bit all the same: it has no fields to be split into.
bool paths__all(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *path = &f->paths.nodes.data[node];
    return all_in(state, path->lo, path->hi);
}

bool paths__any(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *path = &f->paths.nodes.data[node];
    return any_in(state, path->lo, path->hi);
}

static void fill(BitSet *set, uint32_t lo, uint32_t hi, bool on) {
    for (; lo < hi && lo % 64; lo++)
        on ? bits_set(set, lo) : bits_clear(set, lo);
    for (; hi - lo >= 64; lo += 64)
        set->words[lo / 64] = on ? UINT64_MAX : 0;
    for (; lo < hi; lo++)
        on ? bits_set(set, lo) : bits_clear(set, lo);
}

void paths__set(Flow *f, uint32_t node, BitSet *state) {
    fill(state, f->paths.nodes.data[node].lo, f->paths.nodes.data[node].hi, true);
}

void paths__clear(Flow *f, uint32_t node, BitSet *state) {
    fill(state, f->paths.nodes.data[node].lo, f->paths.nodes.data[node].hi, false);
}

bool paths__missing(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *path = &f->paths.nodes.data[node];
    return bits_get(state, path->lo) && !all_in(state, path->lo + 1, path->hi);
}

SirPlace paths__place(const Flow *f, uint32_t node, Arena *arena) {
    const Path *nodes = f->paths.nodes.data;
    SirPlace place = { .local = nodes[node].local };
    for (uint32_t at = node; nodes[at].parent != SIR_NONE; at = nodes[at].parent)
        place.proj_count++;
    place.projs = arena_array(arena, SirProj, place.proj_count);
    for (uint32_t at = node, i = place.proj_count; i > 0; at = nodes[at].parent)
        place.projs[--i] = nodes[at].step;
    return place;
}
