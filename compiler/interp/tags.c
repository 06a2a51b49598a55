// Permissions. What is borrowed through a tag is a part of what the tag covers, named by the steps that lead there, so that
// two borrows conflict when one's path begins the other's. An access through a tag is allowed while the tag is alive; it
// kills what was borrowed through the same tag and overlaps, if either of the two is exclusive. What was borrowed through
// others was killed when this tag was made.

#include "interp__.h"

#include <string.h>

enum { SWEEP_FIRST = 512 };

// --- making -------------------------------------------------------------------------------------------------

static Tag *new_tag(Interp *in) {
    Tag *tag = in->free_tags;
    if (tag) {
        in->free_tags = tag->next;
        Step *path = tag->path;
        uint32_t cap = tag->path_cap;
        *tag = (Tag){ .path = path, .path_cap = cap };
    } else {
        tag = arena_new(&in->arena, Tag);
    }
    tag->id = ++in->tag_ids;
    tag->alive = true;
    vec_push(&in->arena, &in->tags, tag);
    return tag;
}

Tag *interp__root(Interp *in) {
    Tag *tag = new_tag(in);
    tag->exclusive = true;
    return tag;
}

Tag *interp__lend(Interp *in, Tag *parent, const Path *path, bool exclusive) {
    if (!parent) return NULL;
    Tag *tag = new_tag(in);
    tag->parent = parent;
    tag->exclusive = exclusive;
    if (path->len > tag->path_cap) {
        tag->path_cap = path->len < 4 ? 4 : path->len;
        tag->path = arena_array(&in->arena, Step, tag->path_cap);
    }
    if (path->len) memcpy(tag->path, path->steps, path->len * sizeof(Step));
    tag->path_len = path->len;
    tag->next = parent->children;
    if (tag->next) tag->next->prev = tag;
    parent->children = tag;
    return tag;
}

bool interp__path_push(Interp *in, Path *path, StepKind kind, uint64_t from, uint64_t to) {
    if (!MUST(in, path->len < PATH_MOST, RULE_WELL_FORMED, "a place is too deep")) return false;
    path->steps[path->len++] = (Step){ kind, from, to };
    return true;
}

// --- killing ------------------------------------------------------------------------------------------------

static void unlink(Tag *tag) {
    if (tag->prev)
        tag->prev->next = tag->next;
    else if (tag->parent && tag->parent->children == tag)
        tag->parent->children = tag->next;
    if (tag->next) tag->next->prev = tag->prev;
    tag->next = tag->prev = NULL;
}

// The tree may be as deep as a list is long: always the first leaf.
void interp__kill(Interp *in, Tag *tag, const char *why) {
    Tag *at = tag;
    (void)in;
    for (;;) {
        if (at->children) {
            at = at->children;
            continue;
        }
        Tag *parent = at->parent;
        at->alive = false;
        at->killed_by = why;
        unlink(at);
        if (at == tag) return;
        at = parent;
    }
}

void interp__kill_children(Interp *in, Tag *tag, const char *why) {
    while (tag && tag->children)
        interp__kill(in, tag->children, why);
}

// --- conflicts ----------------------------------------------------------------------------------------------

static bool steps_meet(Step a, Step b) {
    if (a.kind != b.kind) return true;
    switch (a.kind) {
    case STEP_FIELD: return a.from == b.from;
    case STEP_CONTENT: return true;
    case STEP_ELEMENTS: return a.from < b.to && b.from < a.to;
    case STEP_PAYLOAD: return a.from != b.from || a.to == b.to;
    }
    return true;
}

static bool paths_meet(const Tag *tag, const Path *path) {
    for (uint32_t i = 0; i < tag->path_len && i < path->len; i++)
        if (!steps_meet(tag->path[i], path->steps[i])) return false;
    return true;
}

bool interp__is_fresh(Interp *in, const Tag *tag) {
    return !tag || MUST(
                       in, tag->alive, RULE_LOANS, "a stale borrow is used, which %s has ended",
                       tag->killed_by
                   );
}

bool interp__access(Interp *in, Tag *tag, const Path *path, Use use) {
    if (!tag) return MUST(in, use == USE_READ, RULE_LOANS, "a constant is changed");
    if (!interp__is_fresh(in, tag)) return false;
    for (Tag *child = tag->children, *next = NULL; child; child = next) {
        next = child->next;
        if ((use == USE_WRITE || child->exclusive) && paths_meet(child, path))
            interp__kill(in, child, in->doing);
    }
    return true;
}

bool interp__comes_from(const Tag *tag, const Tag *from) {
    while (tag && tag != from)
        tag = tag->parent;
    return tag != NULL;
}

// --- forgetting -----------------------------------------------------------------------------------------------

static void mark(Tag *tag) {
    for (; tag && !tag->marked; tag = tag->parent)
        tag->marked = true;
}

// Blocks and messages hold no borrows, or the run would have ended.
static void mark_node(const Sip *sip, const Node *node) {
    const SirTypeInfo *info = node->is_there && node->type < sip->module->types.len
                                  ? &sip->module->types.data[node->type]
                                  : NULL;
    if (!info) return;
    switch (info->kind) {
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR:
        if (info->mode != SIR_OWN) mark(node->tag);
        return;
    case SIR_TYPE_GUARD: mark(node->tag); return;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
        if (info->elem < SIR_SCALARS) return;
        break;
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_ENUM:
        if (info->is_plain_enum) return;
        break;
    case SIR_TYPE_OPTION: break;
    default: return;
    }
    for (uint64_t i = 0; i < node->count; i++)
        mark_node(sip, &node->parts[i]);
}

static void mark_tags(const Tags *tags) {
    vec_each(Tag *const, tag, tags)
        mark(*tag);
}

static void mark_frame(const Sip *sip, const Frame *frame) {
    for (uint32_t i = 0; i < frame->info->locals.len; i++) {
        if (!frame->roots[i]) continue;
        mark(frame->roots[i]);
        mark_node(sip, &frame->locals[i]);
    }
    for (uint32_t i = 0; i < frame->info->sig.param_count; i++) {
        mark_tags(&frame->held[i]);
        mark_tags(&frame->deep[i]);
    }
}

void interp__sweep(Interp *in) {
    if (in->tags.len < (in->sweep_at ? in->sweep_at : SWEEP_FIRST)) return;
    for (uint32_t i = 0; i < in->sip_count; i++)
        for (const Thread *thread = in->sips[i].threads; thread; thread = thread->next)
            vec_each(const Frame, frame, &thread->frames)
                mark_frame(&in->sips[i], frame);
    vec_each(Node *const, node, &in->lent)
        mark_node(in->sips, *node);
    for (uint32_t i = 0; i < in->tags.len; i++)
        if (!in->tags.data[i]->marked) unlink(in->tags.data[i]);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < in->tags.len; i++) {
        Tag *tag = in->tags.data[i];
        if (tag->marked) {
            in->tags.data[kept++] = tag;
        } else {
            tag->next = in->free_tags;
            in->free_tags = tag;
        }
        tag->marked = false;
    }
    in->tags.len = kept;
    in->sweep_at = kept * 2 > SWEEP_FIRST ? kept * 2 : SWEEP_FIRST;
}
