// Managed objects: they live as long as something leads to them, found from the locals of all frames. Objects are forgotten when
// the quota is used up, so that a pointer that was not found leads to what is gone, and whoever uses it is caught.

#include "interp__.h"

typedef VEC(const Node *) Found;

static void mark_object(Interp *in, Found *left, const Node *node, const SirTypeInfo *info) {
    Block *object = node->block;
    if (!object || !object->is_managed || object->is_marked) return;
    object->is_marked = true;
    if (info->kind == SIR_TYPE_PTR) {
        vec_push(&in->arena, left, &object->content);
        return;
    }
    bool is_flat = info->kind == SIR_TYPE_STR || info->elem < SIR_SCALARS;
    for (uint64_t i = 0; !is_flat && i < object->content.count; i++)
        vec_push(&in->arena, left, &object->content.parts[i]);
}

// What an owner owns: one value, or a run of parts.
static void mark_owned(Interp *in, Found *left, const Block *block, const SirTypeInfo *info) {
    if (info->kind == SIR_TYPE_STR || info->elem < SIR_SCALARS) return;
    if (info->kind == SIR_TYPE_PTR) {
        vec_push(&in->arena, left, &block->content);
        return;
    }
    for (uint64_t i = 0; i < block->content.count; i++)
        vec_push(&in->arena, left, &block->content.parts[i]);
}

// All that a value leads to, through managed pointers, owners and sets: behind a borrow is a local, which is looked at itself, or what
// an owner owns.
static void mark_from(Interp *in, Found *left, const Node *root) {
    vec_push(&in->arena, left, root);
    while (left->len > 0) {
        const Node *node = vec_pop(left);
        if (!node->is_there || node->type < SIR_SCALARS) continue;
        const SirTypeInfo *info = interp__type(in, node->type);
        if (interp__is_managed(info)) mark_object(in, left, node, info);
        bool looks = interp__hides_managed(in, node->type);
        if (looks && interp__is_owner(info) && node->block) mark_owned(in, left, node->block, info);
        if (looks && info->kind == SIR_TYPE_EPSET && node->set)
            for (const Member *member = node->set->first; member; member = member->next)
                vec_push(&in->arena, left, &member->value);
        bool is_flat = info->kind == SIR_TYPE_ARRAY && info->elem < SIR_SCALARS;
        for (uint64_t i = 0; interp__has_parts(info) && !is_flat && i < node->count; i++)
            vec_push(&in->arena, left, &node->parts[i]);
    }
}

static void mark_all(Interp *in, const Node *value) {
    Found left = { 0 };
    for (const Thread *thread = in->sip->threads; thread; thread = thread->next)
        vec_each(const Frame, frame, &thread->frames)
            for (uint32_t i = 0; i < frame->info->locals.len; i++)
                if (frame->roots[i]) mark_from(in, &left, &frame->locals[i]);
    vec_each(Node *const, node, &in->lent)
        mark_from(in, &left, *node);
    mark_from(in, &left, &in->last);
    if (value) mark_from(in, &left, value);
}

static void forget_object(Interp *in, Block *object) {
    Node *content = &object->content;
    in->sip->managed_used -= object->bytes;
    if (interp__has_parts(interp__type(in, content->type))) {
        interp__forget(in, content);
    } else {
        for (uint64_t i = 0; content->type == 0 && i < content->count; i++)
            interp__forget(in, &content->parts[i]);
        if (content->type == 0) interp__parts_free(in, content->parts, content->count);
    }
    *object = (Block){ .next = in->free_blocks, .id = object->id };
    in->free_blocks = object;
}

static void collect(Interp *in, const Node *value) {
    mark_all(in, value);
    Block *kept = NULL;
    for (Block *object = in->sip->managed, *next; object; object = next) {
        next = object->next;
        if (!object->is_marked) {
            forget_object(in, object);
            continue;
        }
        object->is_marked = false;
        object->next = kept;
        kept = object;
    }
    in->sip->managed = kept;
}

static bool has_room(const Interp *in, uint64_t bytes) {
    uint64_t quota = in->sip->module->manifest.heap_bytes;
    uint64_t used = in->sip->heap_used + in->sip->managed_used;
    return bytes <= quota && used <= quota - bytes;
}

Block *interp__object(Interp *in, SirType content, uint64_t bytes, const Node *value) {
    if (!MUST(
            in, interp__is_plain(in, content), RULE_MANAGED, "a managed object that is not plain"
        ))
        return NULL;
    if (!in->chaos && !has_room(in, bytes)) collect(in, value);
    if (in->chaos ? interp__below(in, 16) == 0 : !has_room(in, bytes)) return NULL;
    Block *object = in->free_blocks;
    if (object)
        in->free_blocks = object->next;
    else
        object = arena_new(&in->arena, Block);
    *object = (Block){ .bytes = bytes ? bytes : 1, .id = ++in->block_ids, .is_managed = true };
    object->next = in->sip->managed;
    in->sip->managed = object;
    in->sip->managed_used += object->bytes;
    return object;
}
