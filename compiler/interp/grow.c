// Growables and vectors: runs whose length changes. Their elements are moved to a new run when there is no room: nobody
// borrows one by then.

#include "interp__.h"

#include <string.h>

typedef struct Growing {
    Node *node; // the growable or vector
    Node *run;  // has the elements as parts; a growable's is made when it is first needed
    SirType elem;
    uint64_t most; // elements
} Growing;

static bool growing(Interp *in, const SirPlace *place, Growing *g) {
    Route r;
    if (!interp__change(in, place, &r)) return false;
    const SirTypeInfo *info = interp__type(in, r.node->type);
    *g = (Growing){ .node = r.node,
                    .elem = info->elem,
                    .most = info->kind == SIR_TYPE_VECTOR ? info->count : UINT64_MAX };
    if (info->kind == SIR_TYPE_GROW && info->mode != SIR_OWN)
        return interp__violate(in, RULE_MANAGED, "a managed object is changed");
    if (!MUST(
            in, info->kind == SIR_TYPE_GROW || info->kind == SIR_TYPE_VECTOR, RULE_WELL_FORMED,
            "what cannot grow is changed"
        ))
        return false;
    if (info->kind == SIR_TYPE_GROW && !r.node->block) {
        r.node->block = interp__block(in, 1);
        r.node->block->content.is_there = true;
    }
    g->run = info->kind == SIR_TYPE_VECTOR ? r.node : &r.node->block->content;
    return true;
}

// As many as asked for, the first ones kept.
static bool resize(Interp *in, Node *run, uint64_t count) {
    Node *parts = interp__parts(in, count);
    if (in->stop) return false;
    uint64_t kept = count < run->count ? count : run->count;
    if (kept) memcpy(parts, run->parts, kept * sizeof *parts);
    interp__parts_free(in, run->parts, run->count);
    run->parts = parts;
    run->count = count;
    return true;
}

static bool set_count(Interp *in, Node *run, uint64_t count) {
    if (!interp__same_room(run->count, count)) return resize(in, run, count);
    run->count = count;
    return true;
}

static bool has_room(Interp *in, Growing *g, uint64_t more) {
    uint64_t size = interp__facts(in, g->elem)->size, bytes;
    uint64_t quota = in->sip->module->manifest.heap_bytes;
    if (more > g->most - g->run->count) return false;
    if (!g->node->block || interp__type(in, g->node->type)->kind == SIR_TYPE_VECTOR) return true;
    if (__builtin_mul_overflow(g->run->count + more, size, &bytes)) return false;
    Block *block = g->node->block;
    if (bytes <= block->bytes) return true;
    if (bytes > quota || in->sip->heap_used - block->bytes > quota - bytes) return false;
    in->sip->heap_used += bytes - block->bytes;
    block->bytes = bytes;
    return true;
}

static bool fits(Interp *in, const Growing *g, const Node *value) {
    bool is_heap = interp__type(in, g->node->type)->kind == SIR_TYPE_GROW;
    return MUST(
               in, interp__same_type(in, value->type, g->elem), RULE_WELL_FORMED,
               "an element of another type"
           ) &&
           MUST(
               in, !is_heap || !interp__is_second_class(in, value->type), RULE_ESCAPE,
               "a borrow is stored in the heap"
           ) &&
           interp__states_fit(in, value, g->elem);
}

static bool insert_at(Interp *in, Growing *g, uint64_t at, Node value) {
    if (!has_room(in, g, 1)) return interp__fault(in, FAULT_QUOTA);
    uint64_t count = g->run->count;
    if (!set_count(in, g->run, count + 1)) return false;
    Node *parts = g->run->parts;
    memmove(&parts[at + 1], &parts[at], (count - at) * sizeof *parts);
    parts[at] = value;
    parts[at].type = g->elem;
    return true;
}

static bool take_at(Interp *in, Growing *g, uint64_t at, Node *out) {
    Node *parts = g->run->parts;
    *out = parts[at];
    memmove(&parts[at], &parts[at + 1], (g->run->count - at - 1) * sizeof *parts);
    return interp__check_moved(in, out) && set_count(in, g->run, g->run->count - 1);
}

// --- instructions ----------------------------------------------------------------------------------------------

static bool grow_new(Interp *in, const SirInst *inst) {
    Node node = { .type = interp__place_type(in, &inst->args[0].place), .is_there = true };
    const SirTypeInfo *info = interp__type(in, node.type);
    if (info->kind == SIR_TYPE_GROW && info->mode != SIR_OWN)
        return interp__violate(in, RULE_MANAGED, "a managed object is made");
    return MUST(
               in, info->kind == SIR_TYPE_GROW || info->kind == SIR_TYPE_VECTOR, RULE_WELL_FORMED,
               "grow.new of another type"
           ) &&
           interp__write(in, &inst->args[0].place, &node);
}

static bool grow_push(Interp *in, const SirInst *inst) {
    Node value;
    Growing g;
    return interp__value(in, &inst->args[1], &value) && growing(in, &inst->args[0].place, &g) &&
           fits(in, &g, &value) && insert_at(in, &g, g.run->count, value);
}

static bool grow_pop(Interp *in, const SirInst *inst) {
    SirType option = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *info = interp__type(in, option);
    Node last;
    Growing g;
    if (!growing(in, &inst->args[1].place, &g)) return false;
    if (!MUST(
            in, info->kind == SIR_TYPE_OPTION && info->elem == g.elem, RULE_WELL_FORMED,
            "an element of another type"
        ))
        return false;
    bool is_empty = g.run->count == 0;
    if (!is_empty && !take_at(in, &g, g.run->count - 1, &last)) return false;
    Node node = interp__option(in, option, is_empty ? NULL : &last);
    return !in->stop && interp__write(in, &inst->args[0].place, &node);
}

static bool grow_insert(Interp *in, const SirInst *inst) {
    uint64_t at;
    Node value;
    Growing g;
    if (!interp__u64(in, &inst->args[1], &at) || !interp__value(in, &inst->args[2], &value))
        return false;
    if (!growing(in, &inst->args[0].place, &g) || !fits(in, &g, &value)) return false;
    if (in->chaos && at > g.run->count) at = interp__below(in, g.run->count + 1);
    return at > g.run->count ? interp__fault(in, FAULT_INDEX) : insert_at(in, &g, at, value);
}

static bool grow_remove(Interp *in, const SirInst *inst) {
    uint64_t at;
    Node value;
    Growing g;
    if (!interp__u64(in, &inst->args[2], &at) || !growing(in, &inst->args[1].place, &g))
        return false;
    if (in->chaos && at >= g.run->count && g.run->count) at = interp__below(in, g.run->count);
    if (at >= g.run->count) return interp__fault(in, FAULT_INDEX);
    return take_at(in, &g, at, &value) && interp__write(in, &inst->args[0].place, &value);
}

static bool grow_truncate(Interp *in, const SirInst *inst) {
    uint64_t count;
    Growing g;
    if (!interp__u64(in, &inst->args[1], &count) || !growing(in, &inst->args[0].place, &g))
        return false;
    if (in->chaos && count > g.run->count) count = interp__below(in, g.run->count + 1);
    if (count > g.run->count) return interp__fault(in, FAULT_INDEX);
    for (uint64_t i = count; i < g.run->count; i++)
        if (!interp__drop(in, &g.run->parts[i])) return false;
    return set_count(in, g.run, count);
}

static bool grow_append(Interp *in, const SirInst *inst) {
    Growing g;
    Run from;
    Route r;
    if (!growing(in, &inst->args[0].place, &g) ||
        !interp__run(in, &inst->args[1].place, USE_READ, &from))
        return false;
    bool is_slice =
        interp__type(in, interp__place_type(in, &inst->args[1].place))->kind == SIR_TYPE_SLICE;
    bool right = is_slice && from.elem == g.elem && interp__is_plain(in, g.elem);
    if (!MUST(in, right, RULE_WELL_FORMED, "elements of another type")) return false;
    bool is_heap = interp__type(in, g.node->type)->kind == SIR_TYPE_GROW;
    if (!MUST(
            in, !is_heap || !interp__is_second_class(in, g.elem), RULE_ESCAPE,
            "a borrow is stored in the heap"
        ))
        return false;
    uint64_t more = from.to - from.from, count = g.run->count;
    if (!interp__run_access(in, &from, 0, more, USE_READ)) return false;
    if (!interp__walk(in, &inst->args[0].place, USE_WRITE, false, &r) ||
        !interp__is_fresh(in, from.tag))
        return false;
    if (!MUST(in, from.node != g.run || !more, RULE_LOANS, "something is appended to itself"))
        return false;
    if (!has_room(in, &g, more)) return interp__fault(in, FAULT_QUOTA);
    if (!set_count(in, g.run, count + more)) return false;
    for (uint64_t i = 0; i < more; i++)
        if (!interp__copy(in, &from.node->parts[from.from + i], &g.run->parts[count + i]))
            return false;
    return true;
}

static bool grow_reserve(Interp *in, const SirInst *inst) {
    bool may_fail = inst->op == SIR_OP_GROW_RESERVE_OPT;
    uint32_t at = may_fail ? 1 : 0; // its arguments begin there
    uint64_t more;
    Growing g;
    if (!interp__u64(in, &inst->args[at + 1], &more) || !growing(in, &inst->args[at].place, &g))
        return false;
    bool is_growable = interp__type(in, g.node->type)->kind == SIR_TYPE_GROW;
    if (!MUST(in, is_growable, RULE_WELL_FORMED, "room is reserved in a vector")) return false;
    bool room = more <= UINT64_MAX - g.run->count && has_room(in, &g, more);
    if (!may_fail) return room || in->chaos || interp__fault(in, FAULT_QUOTA);
    Node node = { .type = interp__place_type(in, &inst->args[0].place), .is_there = true };
    node.bits = room;
    return MUST(
               in, node.type == SIR_TYPE_BOOL, RULE_WELL_FORMED, "grow.reserve.opt of another type"
           ) &&
           interp__write(in, &inst->args[0].place, &node);
}

static bool grow_seal(Interp *in, const SirInst *inst) {
    Node node;
    if (!interp__value(in, &inst->args[1], &node)) return false;
    const SirTypeInfo *from = interp__type(in, node.type);
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *to = interp__type(in, type);
    bool right = from->kind == SIR_TYPE_GROW && to->kind == SIR_TYPE_SLICE &&
                 from->mode == SIR_OWN && to->mode == SIR_OWN && from->elem == to->elem;
    if (!MUST(in, right, RULE_WELL_FORMED, "grow.seal of another type")) return false;
    node.type = type;
    return interp__write(in, &inst->args[0].place, &node);
}

bool interp__grow(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_GROW_NEW: return grow_new(in, inst);
    case SIR_OP_GROW_PUSH: return grow_push(in, inst);
    case SIR_OP_GROW_POP: return grow_pop(in, inst);
    case SIR_OP_GROW_INSERT: return grow_insert(in, inst);
    case SIR_OP_GROW_REMOVE: return grow_remove(in, inst);
    case SIR_OP_GROW_TRUNCATE: return grow_truncate(in, inst);
    case SIR_OP_GROW_APPEND: return grow_append(in, inst);
    case SIR_OP_GROW_RESERVE:
    case SIR_OP_GROW_RESERVE_OPT: return grow_reserve(in, inst);
    default: return grow_seal(in, inst);
    }
}
