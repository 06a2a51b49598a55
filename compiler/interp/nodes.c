// Values: how they are copied, moved and ended, and what can be asked of one. Parts and blocks are used again when they are
// given back: nobody can reach them, since whoever borrowed them holds a dead tag.

#include "interp__.h"

#include <string.h>

enum { NODES_WALKED = 1 << 17, NODES_RUN = 1 << 26 }; // most at a time

// --- parts and blocks ----------------------------------------------------------------------------------------------

static uint32_t class_of(uint64_t count) { // so that 2^class holds them
    return count <= 1 ? 0 : 64 - (uint32_t)__builtin_clzll(count - 1);
}

bool interp__same_room(uint64_t a, uint64_t b) {
    return a && b && class_of(a) == class_of(b);
}

Node *interp__parts(Interp *in, uint64_t count) {
    if (count == 0) return NULL;
    uint64_t most = in->chaos ? NODES_WALKED : NODES_RUN;
    if (count > most || in->nodes > most - count) {
        interp__end(in, INTERP_STEPS);
        return NULL;
    }
    uint32_t class = class_of(count);
    in->nodes += UINT64_C(1) << class;
    Node *parts = in->free_parts[class];
    if (!parts) return arena_array(&in->arena, Node, UINT64_C(1) << class);
    in->free_parts[class] = parts->parts;
    memset(parts, 0, sizeof(Node) << class);
    return parts;
}

void interp__parts_free(Interp *in, Node *parts, uint64_t count) {
    if (!parts || count == 0) return;
    uint32_t class = class_of(count);
    in->nodes -= UINT64_C(1) << class;
    parts->parts = in->free_parts[class];
    in->free_parts[class] = parts;
}

void interp__own(Interp *in, Block *block, Sip *owner) {
    (void)in;
    if (block->owner) {
        if (block->prev)
            block->prev->next = block->next;
        else
            block->owner->blocks = block->next;
        if (block->next) block->next->prev = block->prev;
        block->owner->heap_used -= block->bytes;
    }
    block->owner = owner;
    block->prev = NULL;
    block->next = owner ? owner->blocks : NULL;
    if (block->next) block->next->prev = block;
    if (!owner) return;
    owner->blocks = block;
    owner->heap_used += block->bytes;
}

Block *interp__block(Interp *in, uint64_t bytes) {
    Block *block = in->free_blocks;
    if (block)
        in->free_blocks = block->next;
    else
        block = arena_new(&in->arena, Block);
    *block = (Block){ .bytes = bytes ? bytes : 1, .id = ++in->block_ids };
    interp__own(in, block, in->sip);
    return block;
}

void interp__block_free(Interp *in, Block *block) {
    interp__own(in, block, NULL);
    block->next = in->free_blocks;
    in->free_blocks = block;
}

// --- asking ----------------------------------------------------------------------------------------------------------

static bool is_struct(const Interp *in, const Node *node) {
    return interp__type(in, node->type)->kind == SIR_TYPE_STRUCT;
}

static bool is_box(const Interp *in, const Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    return info->kind == SIR_TYPE_PTR && info->mode == SIR_OWN;
}

bool interp__is_whole(const Interp *in, const Node *node) {
    if (!node->is_there) return false;
    if (is_box(in, node)) return interp__is_whole(in, &node->block->content);
    if (!is_struct(in, node)) return true;
    for (uint64_t i = 0; i < node->count; i++)
        if (!interp__is_whole(in, &node->parts[i])) return false;
    return true;
}

bool interp__is_touched(Interp *in, const Node *node) {
    if (!node->is_there || !interp__is_owning(in, node->type)) return false;
    if (!is_struct(in, node)) return true;
    for (uint64_t i = 0; i < node->count; i++)
        if (interp__is_touched(in, &node->parts[i])) return true;
    return false;
}

static uint32_t count_owners(Interp *in, const Node *node) {
    if (!node->is_there || !interp__is_owning(in, node->type)) return 0;
    if (is_box(in, node)) return 1 + count_owners(in, &node->block->content);
    if (!is_struct(in, node)) return 1;
    uint32_t count = 0;
    for (uint64_t i = 0; i < node->count; i++)
        count += count_owners(in, &node->parts[i]);
    return count;
}

// Without any access: who asks changes nothing.
uint32_t interp_owners(Interp *in, const SirPlace *place, bool *is_whole) {
    const Frame *frame = top(in);
    *is_whole = false;
    if (place->local >= frame->info->locals.len || !frame->roots[place->local]) return 0;
    const Node *node = &frame->locals[place->local];
    for (uint32_t i = 0; i < place->proj_count; i++) {
        bool steps_in = place->projs[i].kind == SIR_PROJ_FIELD && is_struct(in, node);
        if (!node->is_there || (steps_in && place->projs[i].n >= node->count)) return 0;
        const SirTypeInfo *info = interp__type(in, node->type);
        if (steps_in)
            node = &node->parts[place->projs[i].n];
        else if (interp__is_managed(info))
            return 0; // plain
        else if (place->projs[i].kind == SIR_PROJ_DEREF && info->kind == SIR_TYPE_PTR)
            node = info->mode == SIR_OWN ? &node->block->content : node->target;
        else
            return 0;
    }
    *is_whole = interp__is_whole(in, node);
    return count_owners(in, node);
}

bool interp__has_hole(const Interp *in, const Node *node, uint32_t but) {
    if (node->is_hole) return node->hole != but;
    if (!node->is_there) return false;
    if (is_box(in, node)) return interp__has_hole(in, &node->block->content, but);
    if (!is_struct(in, node)) return false;
    for (uint64_t i = 0; i < node->count; i++)
        if (interp__has_hole(in, &node->parts[i], but)) return true;
    return false;
}

Node *interp__run_of(const Interp *in, Node *node, uint64_t *from, uint64_t *to) {
    const SirTypeInfo *info = interp__type(in, node->type);
    *from = 0;
    if (info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR) {
        *to = node->count;
        return node;
    }
    if (interp__is_owner(info) || interp__is_managed(info)) {
        *to = node->block ? node->block->content.count : 0;
        return node->block ? &node->block->content : NULL;
    }
    *from = node->from;
    *to = node->to;
    return node->target;
}

bool interp__has_parts(const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_OPTION: return true;
    case SIR_TYPE_ENUM: return !info->is_plain_enum;
    default: return false;
    }
}

void interp__collect(Interp *in, const Node *node, Tags *out) {
    const SirTypeInfo *info = interp__type(in, node->type);
    if (!node->is_there || !interp__is_second_class(in, node->type)) return;
    if (interp__is_borrow(info)) {
        if (node->tag) vec_push(&in->arena, out, node->tag);
        return;
    }
    for (uint64_t i = 0; interp__has_parts(info) && i < node->count; i++)
        interp__collect(in, &node->parts[i], out);
}

static bool state_fits(Interp *in, const Node *node, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    return MUST(
        in, node->end->state == info->state, RULE_TYPESTATE,
        "an endpoint in state %d goes where state %d is said", (int)node->end->state,
        (int)info->state
    );
}

bool interp__states_fit(Interp *in, const Node *node, SirType type) {
    VEC(const Node *) left = { 0 };
    const Node *at = node;
    if (!interp__leads_to_end(in, node->type)) return true;
    for (;;) {
        const SirTypeInfo *info = interp__type(in, at->type);
        if (at->is_there && info->kind == SIR_TYPE_ENDPOINT &&
            !state_fits(in, at, at == node ? type : at->type))
            return false;
        const Node *run = at->is_there && interp__has_parts(info) ? at : NULL;
        if (at->is_there && interp__is_owner(info) && at->block) run = &at->block->content;
        bool is_box = interp__is_owner(info) && info->kind == SIR_TYPE_PTR;
        for (uint64_t i = 0; run && i < (is_box ? 1 : run->count); i++) {
            const Node *part = is_box ? run : &run->parts[i];
            if (interp__leads_to_end(in, part->type)) vec_push(&in->arena, &left, part);
        }
        if (left.len == 0) return true;
        at = vec_pop(&left);
    }
}

// --- copies -----------------------------------------------------------------------------------------------------------

bool interp__copy(Interp *in, const Node *from, Node *to) {
    const SirTypeInfo *info = interp__type(in, from->type);
    *to = *from;
    to->is_hole = false;
    if (interp__is_borrow(info)) return interp__is_fresh(in, from->tag);
    if (!interp__has_parts(info)) return true;
    to->parts = interp__parts(in, from->count);
    if (in->stop) return false;
    for (uint64_t i = 0; i < from->count; i++)
        if (!interp__copy(in, &from->parts[i], &to->parts[i])) return false;
    return true;
}

bool interp__check_moved(Interp *in, const Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    bool is_locked = node->is_there && info->kind == SIR_TYPE_MUTEX && node->variant != 0;
    if (!MUST(in, !is_locked, RULE_LOANS, "a mutex is moved while it is locked")) return false;
    if (!node->is_there || !interp__is_second_class(in, node->type)) return true;
    if (info->kind == SIR_TYPE_GUARD) {
        interp__kill_children(in, node->tag, in->doing);
        return true;
    }
    if (interp__is_borrow(info)) {
        if (!interp__is_fresh(in, node->tag)) return false;
        if (info->mode == SIR_MUT) interp__kill_children(in, node->tag, in->doing);
        return true;
    }
    for (uint64_t i = 0; interp__has_parts(info) && i < node->count; i++)
        if (!interp__check_moved(in, &node->parts[i])) return false;
    return true;
}

// --- ends ---------------------------------------------------------------------------------------------------------------

void interp__forget(Interp *in, Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    if (node->is_there && interp__has_parts(info)) {
        bool is_flat = info->kind == SIR_TYPE_ARRAY && info->elem < SIR_SCALARS;
        for (uint64_t i = 0; !is_flat && i < node->count; i++)
            interp__forget(in, &node->parts[i]);
        interp__parts_free(in, node->parts, node->count);
    }
    *node = (Node){ .type = node->type };
}

typedef VEC(Node) Nodes;

// A run of elements: those that own something are still to be dropped.
static void drop_run(Interp *in, Nodes *left, Node *run, SirType elem) {
    if (elem >= SIR_SCALARS)
        for (uint64_t i = 0; i < run->count; i++)
            vec_push(&in->arena, left, run->parts[i]);
    interp__parts_free(in, run->parts, run->count);
}

static bool drop_block(Interp *in, Nodes *left, Node *node, const SirTypeInfo *info) {
    if (!node->block) return true;
    if (!MUST(
            in, node->block->owner == in->sip, RULE_OWNERSHIP,
            "a block that is somebody else's is freed"
        ))
        return false;
    if (info->kind == SIR_TYPE_PTR)
        vec_push(&in->arena, left, node->block->content);
    else
        drop_run(in, left, &node->block->content, interp__elem(in, node->type));
    interp__block_free(in, node->block);
    return true;
}

static bool drop_one(Interp *in, Nodes *left, Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    if (!node->is_there) return true;
    if (interp__is_owner(info)) return drop_block(in, left, node, info);
    if (info->kind == SIR_TYPE_ENDPOINT) interp__end_close(in, node->end);
    for (Member *m = info->kind == SIR_TYPE_EPSET && node->set ? node->set->first : NULL; m;
         m = m->next) {
        interp__end_close(in, m->end);
        vec_push(&in->arena, left, m->value);
    }
    bool is_bound = info->kind == SIR_TYPE_GUARD || info->kind == SIR_TYPE_JOIN;
    if (!MUST(in, !is_bound, RULE_WELL_FORMED, "a guard or a join is dropped")) return false;
    bool is_locked = info->kind == SIR_TYPE_MUTEX && node->variant != 0;
    if (!MUST(in, !is_locked, RULE_LOANS, "a mutex is dropped while it is locked")) return false;
    if (interp__has_parts(info)) drop_run(in, left, node, interp__elem(in, node->type));
    return !in->stop;
}

bool interp__drop(Interp *in, Node *node) {
    Nodes left = { 0 };
    Node at = *node;
    *node = (Node){ .type = node->type };
    while (drop_one(in, &left, &at)) {
        if (left.len == 0) return true;
        at = vec_pop(&left);
    }
    return false;
}

// --- small values --------------------------------------------------------------------------------------------------------

Node interp__scalar(SirType type, uint64_t bits) {
    return (Node){ .type = type, .is_there = true, .bits = bits };
}

Node interp__option(Interp *in, SirType option, const Node *some) {
    Node node = { .type = option, .is_there = true };
    if (!some) return node;
    node.variant = 1;
    node.count = 1;
    node.parts = interp__parts(in, 1);
    if (node.parts)
        *node.parts = *some;
    else
        node.count = 0;
    return node;
}
