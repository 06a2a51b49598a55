// Places: from a local to a node, with the permission that the way there gives. Each pointer on the way is itself looked at,
// or, for exclusive use, used exclusively; then the place itself is accessed.

#include "interp__.h"

// --- locals --------------------------------------------------------------------------------------------------

bool interp__local(Interp *in, uint64_t local, Node **node) {
    Frame *frame = top(in);
    if (!MUST(
            in, local < frame->info->locals.len, RULE_WELL_FORMED, "there is no local %u",
            (unsigned)local
        ))
        return false;
    if (!MUST(
            in, frame->roots[local], RULE_INITIALISED, "local %u does not exist here",
            (unsigned)local
        ))
        return false;
    *node = &frame->locals[local];
    return true;
}

static bool index_value(Interp *in, uint64_t local, uint64_t *index) {
    static const Path whole;
    Node *node;
    if (!interp__local(in, local, &node)) return false;
    if (!interp__access(in, top(in)->roots[local], &whole, USE_READ)) return false;
    if (!MUST(in, node->type == SIR_TYPE_U64, RULE_WELL_FORMED, "an index that is no u64"))
        return false;
    if (!MUST(in, node->is_there, RULE_INITIALISED, "index %u is not initialised", (unsigned)local))
        return false;
    *index = node->bits;
    return true;
}

// --- steps ---------------------------------------------------------------------------------------------------

// The fields of a struct that is filled one by one. What was moved out as a whole comes back in parts.
static bool open_struct(Interp *in, Node *node, const SirTypeInfo *info) {
    Node *parts = interp__parts(in, info->field_count);
    if (in->stop) return false;
    for (uint32_t i = 0; i < info->field_count; i++)
        parts[i] =
            (Node){ .type = info->fields[i].type, .is_hole = node->is_hole, .hole = node->hole };
    node->is_there = true;
    node->is_hole = false;
    node->parts = parts;
    node->count = info->field_count;
    return true;
}

static bool step_field(Interp *in, Route *r, uint64_t field, bool is_dest) {
    const SirTypeInfo *info = interp__type(in, r->node->type);
    if (!MUST(
            in, info->kind == SIR_TYPE_STRUCT && field < info->field_count, RULE_WELL_FORMED,
            "there is no such field"
        ))
        return false;
    if (!r->node->is_there) {
        bool may_open = is_dest && r->is_path && !r->is_shared;
        if (!MUST(in, may_open, RULE_INITIALISED, "a field of an uninitialised struct"))
            return false;
        if (!open_struct(in, r->node, info)) return false;
    }
    r->node = &r->node->parts[field];
    return interp__path_push(in, &r->path, STEP_FIELD, field, 0);
}

// Through a borrow: what follows is reached by its permission.
static bool hop(Interp *in, Route *r, SirMode mode, Use use) {
    Use cell = use == USE_WRITE && mode == SIR_MUT && !r->is_shared ? USE_WRITE : USE_READ;
    if (!interp__access(in, r->tag, &r->path, cell)) return false;
    r->tag = r->node->tag;
    r->path.len = 0;
    r->node = r->node->target;
    r->is_shared |= mode != SIR_MUT;
    r->is_behind |= mode == SIR_MUT;
    r->is_path &= mode == SIR_MUT;
    return interp__is_fresh(in, r->tag);
}

static bool is_ours(Interp *in, const Block *block) {
    return MUST(
        in, block->owner == in->sip, RULE_OWNERSHIP, "a block that is not the SIP's is used"
    );
}

// To what a managed pointer or slice leads to: no permission counts there, since nothing is lent.
static bool enter_object(Interp *in, Route *r, bool may_enter) {
    if (!MUST(in, may_enter, RULE_MANAGED, "a managed object is used where it lies")) return false;
    if (!interp__access(in, r->tag, &r->path, USE_READ)) return false;
    if (!MUST(in, r->node->block && r->node->block->is_managed, RULE_MANAGED, "an object is gone"))
        return false;
    r->tag = NULL;
    r->path.len = 0;
    r->is_shared = r->is_path = r->is_behind = r->is_field = r->is_lent_local = false;
    r->is_heap = r->is_managed = true;
    return true;
}

static bool step_deref(Interp *in, Route *r, Use use, uint32_t depth, bool managed) {
    const SirTypeInfo *info = interp__type(in, r->node->type);
    bool is_guard = info->kind == SIR_TYPE_GUARD;
    if (!MUST(
            in, is_guard || info->kind == SIR_TYPE_PTR, RULE_WELL_FORMED,
            "a deref of what is no pointer"
        ))
        return false;
    if (!MUST(in, r->node->is_there, RULE_INITIALISED, "a deref of an uninitialised pointer"))
        return false;
    if (interp__is_object(info)) {
        Block *object = r->node->block;
        if (!enter_object(in, r, managed)) return false;
        r->node = &object->content;
        return true;
    }
    r->is_field = false;
    if (is_guard) {
        bool hopped = hop(in, r, SIR_MUT, use);
        r->is_path = false;
        return hopped;
    }
    r->is_lent_local = depth == 0 && info->mode == SIR_MUT;
    if (info->mode != SIR_OWN) return hop(in, r, info->mode, use);
    bool owns = MUST(in, r->node->block, RULE_WELL_FORMED, "an owner that owns nothing");
    if (!owns || !is_ours(in, r->node->block)) return false;
    r->node = &r->node->block->content;
    r->is_heap = true;
    return interp__path_push(in, &r->path, STEP_CONTENT, 0, 0);
}

// The index, tested. Chaos takes another one where it can, as if the local had held it: no rule knows what a local holds.
static bool test_index(
    Interp *in, SirProj proj, const SirTypeInfo *info, uint64_t count, uint64_t *index
) {
    if (proj.kind == SIR_PROJ_INDEX && !index_value(in, proj.n, index)) return false;
    if (proj.kind == SIR_PROJ_AT) *index = proj.n;
    if (*index < count) return true;
    bool is_proven = proj.kind == SIR_PROJ_AT && info->kind == SIR_TYPE_ARRAY;
    if (!MUST(in, !is_proven, RULE_TESTS, "an untested index is out of bounds")) return false;
    if (!in->chaos || count == 0) return interp__fault(in, FAULT_INDEX);
    *index = interp__below(in, count);
    if (proj.kind == SIR_PROJ_INDEX) top(in)->locals[proj.n].bits = *index;
    return true;
}

static bool step_index(Interp *in, Route *r, SirProj proj, Use use, bool managed) {
    Node *node = r->node;
    const SirTypeInfo *info = interp__type(in, node->type);
    uint64_t from, to, index = 0;
    bool is_run = interp__elem(in, node->type) != SIR_NONE && info->kind != SIR_TYPE_STR;
    if (!MUST(in, is_run, RULE_WELL_FORMED, "an index into what has no elements")) return false;
    if (!MUST(in, node->is_there, RULE_INITIALISED, "an element of what is not initialised"))
        return false;
    Node *run = interp__run_of(in, node, &from, &to);
    if (!test_index(in, proj, info, to - from, &index)) return false;
    r->is_field = false;
    r->is_lent_local = false;
    if (interp__is_borrow(info) && !hop(in, r, info->mode, use)) return false;
    if (interp__is_owner(info)) {
        if (!is_ours(in, node->block)) return false;
        r->is_heap = true;
    }
    if (interp__is_object(info) && !enter_object(in, r, managed)) return false;
    r->is_path = false;
    r->node = &run->parts[from + index];
    return interp__path_push(in, &r->path, STEP_ELEMENTS, from + index, from + index + 1);
}

static bool step(
    Interp *in, Route *r, const SirPlace *place, uint32_t i, Use use, bool is_dest, bool managed
) {
    SirProj proj = place->projs[i];
    switch (proj.kind) {
    case SIR_PROJ_FIELD: r->is_lent_local = false; return step_field(in, r, proj.n, is_dest);
    case SIR_PROJ_DEREF:
        if (!step_deref(in, r, use, i, managed)) return false;
        return true;
    case SIR_PROJ_INDEX:
    case SIR_PROJ_AT: return step_index(in, r, proj, use, managed);
    case SIR_PROJ_KINDS: break;
    }
    return interp__violate(in, RULE_WELL_FORMED, "a projection of no kind");
}

// `managed`: it may lie in a managed object.
static bool walk(Interp *in, const SirPlace *place, Use use, bool is_dest, bool managed, Route *r) {
    r->path.len = 0;
    r->is_shared = r->is_heap = r->is_behind = r->is_lent_local = r->is_managed = false;
    r->is_path = r->is_field = true;
    if (!interp__local(in, place->local, &r->node)) return false;
    r->tag = top(in)->roots[place->local];
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (!step(in, r, place, i, use, is_dest, managed) ||
            !MUST(in, r->node, RULE_WELL_FORMED, "a place that is nowhere"))
            return false;
    if (use == USE_WRITE &&
        !MUST(in, !r->is_shared, RULE_LOANS, "a change through a shared borrow"))
        return false;
    return r->is_managed || interp__access(in, r->tag, &r->path, use);
}

bool interp__walk(Interp *in, const SirPlace *place, Use use, bool is_dest, Route *r) {
    return walk(in, place, use, is_dest, false, r);
}

SirType interp__place_type(Interp *in, const SirPlace *place) {
    return sir_place_type(in->sip->module, top(in)->info, place);
}

// --- looking ---------------------------------------------------------------------------------------------------

static bool is_whole(Interp *in, const Route *r) {
    return MUST(
        in, interp__is_whole(in, r->node), RULE_INITIALISED,
        "a place that is not initialised is used"
    );
}

bool interp__look(Interp *in, const SirPlace *place, Route *r) {
    return interp__walk(in, place, USE_READ, false, r) && is_whole(in, r);
}

bool interp__change(Interp *in, const SirPlace *place, Route *r) {
    return interp__walk(in, place, USE_WRITE, false, r) && is_whole(in, r);
}

// --- values ------------------------------------------------------------------------------------------------------

static bool is_tracked(const Route *r) {
    return r->is_field || r->is_lent_local;
}

static bool is_endpoint(Interp *in, SirType type) {
    return interp__type(in, type)->kind == SIR_TYPE_ENDPOINT;
}

// An endpoint by itself takes its state along where both places are followed.
bool interp__states_agree(Interp *in, const Route *r, const Node *value) {
    if (is_endpoint(in, value->type) && is_tracked(r)) return true;
    return interp__states_fit(in, value, r->node->type);
}

bool interp__move_out(Interp *in, Route *r, Node *out) {
    if (!MUST(
            in, r->is_path, RULE_OWNERSHIP, "something is moved out of an element or a shared place"
        ))
        return false;
    if (!is_whole(in, r) || !interp__check_moved(in, r->node) ||
        !interp__states_agree(in, r, r->node))
        return false;
    *out = *r->node;
    *r->node = (Node){ .type = out->type, .is_hole = r->is_behind, .hole = r->tag->id };
    return true;
}

bool interp__value(Interp *in, const SirArg *arg, Node *out) {
    Route r;
    switch (arg->kind) {
    case SIR_ARG_CONST: return interp__const(in, arg->tree, out, 0);
    case SIR_ARG_COPY:
        if (!walk(in, &arg->place, USE_READ, false, true, &r) || !is_whole(in, &r)) return false;
        return MUST(
                   in, interp__is_plain(in, r.node->type), RULE_WELL_FORMED,
                   "a copy of what can only be moved"
               ) &&
               interp__copy(in, r.node, out);
    case SIR_ARG_MOVE:
        return interp__walk(in, &arg->place, USE_WRITE, false, &r) && interp__move_out(in, &r, out);
    default: return interp__violate(in, RULE_WELL_FORMED, "an argument that is no value");
    }
}

bool interp__u64(Interp *in, const SirArg *arg, uint64_t *out) {
    Node node;
    if (!interp__value(in, arg, &node)) return false;
    *out = node.bits;
    return MUST(in, node.type == SIR_TYPE_U64, RULE_WELL_FORMED, "a number that is no u64");
}

// --- destinations --------------------------------------------------------------------------------------------------

static bool is_fresh_value(Interp *in, const Node *value) {
    Tags held = { 0 };
    interp__collect(in, value, &held);
    vec_each(Tag *const, tag, &held) {
        if (!interp__is_fresh(in, *tag)) return false;
    }
    return true;
}

static bool may_be_written(Interp *in, const Route *r, const Node *value) {
    return MUST(
               in, interp__same_type(in, value->type, r->node->type), RULE_WELL_FORMED,
               "a value of type %u is written to type %u", value->type, r->node->type
           ) &&
           MUST(
               in, !interp__is_touched(in, r->node), RULE_OWNERSHIP,
               "what owns something is overwritten"
           ) &&
           MUST(
               in, !interp__has_hole(in, r->node, r->tag ? r->tag->id : 0), RULE_OWNERSHIP,
               "what was moved out through a borrow is not put back through it"
           ) &&
           MUST(
               in, !r->is_heap || !interp__is_second_class(in, value->type), RULE_ESCAPE,
               "a borrow is stored in the heap"
           ) &&
           is_fresh_value(in, value) && interp__states_agree(in, r, value);
}

static bool put(Interp *in, const SirPlace *place, const Node *value, bool managed) {
    Route r;
    if (!walk(in, place, USE_WRITE, true, managed, &r) || !may_be_written(in, &r, value))
        return false;
    SirType type = r.node->type;
    interp__forget(in, r.node);
    *r.node = *value;
    r.node->type = type;
    r.node->is_hole = false;
    return true;
}

bool interp__write(Interp *in, const SirPlace *place, const Node *value) {
    return put(in, place, value, false);
}

bool interp__assign(Interp *in, const SirPlace *place, const Node *value) {
    return put(in, place, value, true);
}

bool interp__write_local(Interp *in, uint64_t local, const Node *value) {
    SirPlace place = { .local = (SirLocal)local };
    return interp__write(in, &place, value);
}

// What owns nothing may be dropped whether it is there or not.
bool interp__drop_place(Interp *in, const SirPlace *place) {
    Route r;
    if (!interp__walk(in, place, USE_WRITE, true, &r)) return false;
    if (!MUST(in, r.is_path, RULE_OWNERSHIP, "an element or a shared place is dropped"))
        return false;
    bool is_owning = interp__is_owning(in, r.node->type);
    if (!MUST(
            in, !is_owning || interp__is_touched(in, r.node), RULE_INITIALISED,
            "nothing is there to be dropped"
        ) ||
        !MUST(
            in, !interp__has_hole(in, r.node, r.tag->id), RULE_OWNERSHIP,
            "what was moved out through a borrow is dropped"
        ))
        return false;
    SirType type = r.node->type;
    if (!interp__drop(in, r.node)) return false;
    *r.node = (Node){ .type = type, .is_hole = r.is_behind, .hole = r.tag->id };
    return true;
}

// --- elements --------------------------------------------------------------------------------------------------------

bool interp__run(Interp *in, const SirPlace *place, Use use, Run *run) {
    Route r;
    if (!interp__walk(in, place, use, false, &r) || !is_whole(in, &r)) return false;
    const SirTypeInfo *info = interp__type(in, r.node->type);
    *run = (Run){ .elem = interp__elem(in, r.node->type), .tag = r.tag, .is_shared = r.is_shared };
    if (!MUST(
            in, run->elem != SIR_NONE, RULE_WELL_FORMED, "something without elements is looked into"
        ))
        return false;
    run->path = r.path;
    run->node = interp__run_of(in, r.node, &run->from, &run->to);
    if (!MUST(in, !interp__is_object(info), RULE_MANAGED, "a managed object is used where it lies"))
        return false;
    if (interp__is_managed(info) &&
        !MUST(in, r.node->block && r.node->block->is_managed, RULE_MANAGED, "a text is gone"))
        return false;
    if (interp__is_borrow(info)) {
        run->tag = r.node->tag;
        run->path.len = 0;
        run->is_shared |= info->mode != SIR_MUT;
        run->is_static = info->mode == SIR_STATIC || !run->tag;
        if (!interp__is_fresh(in, run->tag)) return false;
    } else if (interp__is_owner(info) && r.node->block && !is_ours(in, r.node->block)) {
        return false;
    }
    return MUST(
        in, use == USE_READ || !run->is_shared, RULE_LOANS, "a change through a shared borrow"
    );
}

bool interp__run_access(Interp *in, Run *run, uint64_t from, uint64_t to, Use use) {
    Path path = run->path;
    return interp__path_push(in, &path, STEP_ELEMENTS, run->from + from, run->from + to) &&
           interp__access(in, run->tag, &path, use);
}

Node interp__slice(Interp *in, Run *run, SirType type, uint64_t from, uint64_t to, bool exclusive) {
    Node slice = { .type = type, .is_there = true, .target = run->node };
    slice.from = run->from + from;
    slice.to = run->from + to;
    Path path = run->path;
    if (interp__path_push(in, &path, STEP_ELEMENTS, slice.from, slice.to))
        slice.tag = interp__lend(in, run->tag, &path, exclusive);
    return slice;
}
