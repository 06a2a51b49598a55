// What an instruction does to places, as a list: the values that it takes, then the places that it looks at or changes,
// then its destinations (docs/sir.md 1, order of evaluation). Places that it works on are listed behind the values although
// they are walked among them, so that what is true of them is asked when they are used.
//
// A view, a part of one, and an element's borrow lend what a thing holds, not the thing, and slices are changed in what they
// hold: their places end in `[0]`. Any two indices are taken to be the same.

#include "flow.h"

// --- types of places -------------------------------------------------------------------------------------------

static Step mode_step(SirMode mode) {
    switch (mode) {
    case SIR_OWN: return STEP_OWN;
    case SIR_MUT: return STEP_MUT;
    case SIR_CONST: return STEP_CONST;
    case SIR_GC: return STEP_CONST; // no access goes through it: see add_walked
    case SIR_STATIC: return STEP_STATIC;
    }
    return STEP_STATIC;
}

SirType flow__payload_type(const Flow *f, SirType type, uint64_t variant, uint32_t field) {
    const SirTypeInfo *info = verify__type(f->v, type);
    return info->kind == SIR_TYPE_OPTION ? info->elem : info->variants[variant].fields[field].type;
}

// A managed text is lent by the place that leads to it, as an owned one: what is lent is there for as long as the place stays as it is.
static Step element_step(const SirTypeInfo *info, SirType *type) {
    bool is_text = info->kind == SIR_TYPE_STR;
    *type = is_text ? SIR_TYPE_U8 : info->elem;
    bool is_inline = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR;
    if (is_text && info->mode == SIR_GC) return STEP_OWN;
    return is_inline ? STEP_INLINE : mode_step(info->mode);
}

Step flow__step(const Flow *f, SirType *type, SirProj proj) {
    const SirTypeInfo *info = verify__type(f->v, *type);
    bool is_guard = info->kind == SIR_TYPE_GUARD; // nobody else reaches what it guards
    switch (proj.kind) {
    case SIR_PROJ_FIELD: *type = info->fields[proj.n].type; return STEP_INLINE;
    case SIR_PROJ_DEREF: *type = info->elem; return is_guard ? STEP_MUT : mode_step(info->mode);
    case SIR_PROJ_INDEX:
    case SIR_PROJ_AT: return element_step(info, type);
    case FLOW_PAYLOAD:
        *type = flow__payload_type(f, *type, proj.n >> 32, (uint32_t)proj.n);
        return STEP_INLINE;
    }
    return STEP_STATIC;
}

SirType flow__prefix_type(const Flow *f, const SirPlace *place, uint32_t projs) {
    SirType type = f->info->locals.data[place->local].type;
    for (uint32_t i = 0; i < projs; i++)
        flow__step(f, &type, place->projs[i]);
    return type;
}

SirType flow__place_type(const Flow *f, const SirPlace *place) {
    return flow__prefix_type(f, place, place->proj_count);
}

SirType flow__value_type(const Flow *f, const SirArg *value) {
    return value->kind == SIR_ARG_CONST ? value->tree->type : flow__place_type(f, &value->place);
}

const SirSig *flow__callee(const Flow *f, const SirInst *inst) {
    if (inst->op == SIR_OP_CALL) return &f->module->funcs.data[inst->args[1].n].sig;
    if (inst->op != SIR_OP_CALL_VALUE) return NULL;
    return verify__type(f->v, flow__value_type(f, &inst->args[1]))->sig;
}

// --- lists -------------------------------------------------------------------------------------------------------

static SirPlace longer(Flow *f, SirPlace place, SirProjKind kind, uint64_t n) {
    SirProj *projs = arena_array(&f->scratch, SirProj, (size_t)place.proj_count + 1);
    for (uint32_t i = 0; i < place.proj_count; i++)
        projs[i] = place.projs[i];
    projs[place.proj_count] = (SirProj){ kind, n };
    return (SirPlace){ place.local, place.proj_count + 1, projs };
}

bool flow__is_borrow(const Access *access) {
    return access->kind == ACCESS_BORROW || access->kind == ACCESS_BORROW_MUT;
}

static void add(Flow *f, Accesses *out, AccessKind kind, SirPlace place, uint32_t arg) {
    Access access = { .kind = kind, .place = place, .arg = arg, .loan = SIR_NONE };
    if (flow__is_borrow(&access)) access.loan = f->loan_count++;
    vec_push(&f->scratch, &out->list, access);
}

// How many projections lead to the managed pointer or slice that the place goes through first; false: to none.
static bool find_managed(const Flow *f, const SirPlace *place, uint32_t *projs) {
    SirType type = f->info->locals.data[place->local].type;
    for (*projs = 0; *projs < place->proj_count; ++*projs) {
        const SirTypeInfo *info = verify__type(f->v, type);
        bool leads = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
        if (leads && info->mode == SIR_GC) return true;
        flow__step(f, &type, place->projs[*projs]);
    }
    return false;
}

// Whether the last that leads to the place, behind `projs` projections, is no managed pointer: what is plain and first-class in an
// object leads to managed objects, and to constants.
static bool leaves_objects(const Flow *f, const SirPlace *place, uint32_t projs) {
    SirType type = flow__prefix_type(f, place, projs);
    bool leaves = false;
    for (uint32_t i = projs; i < place->proj_count; i++) {
        const SirTypeInfo *info = verify__type(f->v, type);
        bool leads = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
        if (leads) leaves = info->mode != SIR_GC;
        flow__step(f, &type, place->projs[i]);
    }
    return leaves;
}

// The indices on the way are read where they stand. What lies in a managed object is initialised, plain and never lent: of a
// place there, only the pointer is asked about that leads to it. What the object leads to besides is asked about as any place.
static void add_walked(Flow *f, Accesses *out, AccessKind kind, SirPlace place, uint32_t arg) {
    for (uint32_t i = 0; i < place.proj_count; i++)
        if (place.projs[i].kind == SIR_PROJ_INDEX)
            add(f, out, ACCESS_READ, (SirPlace){ .local = (SirLocal)place.projs[i].n }, SIR_NONE);
    uint32_t projs;
    bool is_managed = find_managed(f, &place, &projs);
    if (!is_managed || (kind == ACCESS_WRITE && leaves_objects(f, &place, projs)))
        add(f, out, kind, place, arg);
    if (!is_managed) return;
    place.proj_count = projs;
    add(f, out, ACCESS_READ, place, SIR_NONE);
}

// --- what an instruction does with its places ------------------------------------------------------------------------

// Whether the instruction lends or changes what its place holds, not the place.
static bool takes_content(SirOp op, uint32_t nth) {
    switch (op) {
    case SIR_OP_SLICE_SWAP:
    case SIR_OP_SLICE_REPLACE:
    case SIR_OP_SLICE_COPY:
    case SIR_OP_SLICE_MOVE:
    case SIR_OP_SLICE_FILL: return nth == 0;
    case SIR_OP_DEVICE_COPY_IN: return nth == 1;
    case SIR_OP_BORROW:
    case SIR_OP_BORROW_MUT: return false;
    default: return sir_op_group(op) == SIR_GROUP_BORROW;
    }
}

static AccessKind borrow_kind(SirOp op) {
    switch (op) {
    case SIR_OP_BORROW_MUT:
    case SIR_OP_VIEW_MUT:
    case SIR_OP_SUBVIEW_MUT:
    case SIR_OP_GET_MUT:
    case SIR_OP_SPLIT: return ACCESS_BORROW_MUT;
    default: return ACCESS_BORROW;
    }
}

// `nth` counts the places of the instruction. What is not known to be harmless changes its place.
static AccessKind place_kind(SirOp op, uint32_t nth) {
    if (sir_op_group(op) == SIR_GROUP_BORROW) return borrow_kind(op);
    if (sir_op_group(op) == SIR_GROUP_ATOMIC)
        return ACCESS_READ; // what others may read and change too
    switch (op) {
    case SIR_OP_LOCK: return ACCESS_BORROW;
    case SIR_OP_DROP: return ACCESS_DROP;
    case SIR_OP_EQ_BYTES:
    case SIR_OP_NEW_COPY:
    case SIR_OP_NEW_COPY_OPT:
    case SIR_OP_LEN:
    case SIR_OP_ADDRESS:
    case SIR_OP_IS_CLOSED:
    case SIR_OP_MATCH:
    case SIR_OP_NEXT: return ACCESS_READ;
    case SIR_OP_DEVICE_READ: // a device has no content of the SIP's: whoever reaches it may use it
    case SIR_OP_DEVICE_WRITE:
    case SIR_OP_DEVICE_ADDRESS:
    case SIR_OP_DEVICE_COPY_OUT: return ACCESS_READ;
    case SIR_OP_DEVICE_COPY_IN: return nth == 0 ? ACCESS_READ : ACCESS_CHANGE;
    case SIR_OP_SLICE_COPY:
    case SIR_OP_GROW_APPEND: return nth == 0 ? ACCESS_CHANGE : ACCESS_READ;
    default: return ACCESS_CHANGE;
    }
}

static void add_values(Flow *f, Accesses *out, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        const SirArg *arg = &inst->args[i];
        if (arg->kind == SIR_ARG_COPY) add_walked(f, out, ACCESS_COPY, arg->place, i);
        if (arg->kind == SIR_ARG_MOVE) add_walked(f, out, ACCESS_MOVE, arg->place, i);
    }
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArg *arg = &inst->arms[i].value;
        if (inst->arms[i].kind != SIR_ARM_TIMEOUT) continue;
        if (arg->kind == SIR_ARG_COPY) add_walked(f, out, ACCESS_COPY, arg->place, SIR_NONE);
        if (arg->kind == SIR_ARG_MOVE) add_walked(f, out, ACCESS_MOVE, arg->place, SIR_NONE);
    }
}

static void add_places(Flow *f, Accesses *out, const SirInst *inst) {
    uint32_t nth = 0;
    for (uint32_t i = sir_op_dests(inst->op); i < inst->arg_count; i++) {
        if (inst->args[i].kind != SIR_ARG_PLACE) continue;
        SirPlace place = inst->args[i].place;
        if (takes_content(inst->op, nth)) place = longer(f, place, SIR_PROJ_AT, 0);
        add_walked(f, out, place_kind(inst->op, nth++), place, i);
    }
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
            arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST)
            add_walked(f, out, ACCESS_CHANGE, arm->place, SIR_NONE);
        for (uint32_t k = 0; arm->kind == SIR_ARM_JOIN && k < arm->head_count; k++)
            add_walked(f, out, ACCESS_CHANGE, arm->heads[k].place, SIR_NONE);
    }
}

static void add_locals(Flow *f, Accesses *out, const SirInst *inst) {
    if (inst->arg_count == 0 || inst->args[0].kind != SIR_ARG_LOCAL) return;
    AccessKind kind = inst->op == SIR_OP_STORAGE_BEGIN ? ACCESS_BEGIN
                      : inst->op == SIR_OP_STORAGE_END ? ACCESS_END
                                                       : ACCESS_CHANGE;
    add(f, out, kind, (SirPlace){ .local = (SirLocal)inst->args[0].n }, 0);
}

static void add_dests(Flow *f, Accesses *out, const SirInst *inst) {
    for (uint32_t i = 0; i < sir_op_dests(inst->op); i++)
        if (inst->args[i].kind == SIR_ARG_PLACE)
            add_walked(f, out, ACCESS_WRITE, inst->args[i].place, i);
}

static void find_accesses(Flow *f, Accesses *out, const SirInst *inst) {
    add_values(f, out, inst);
    add_locals(f, out, inst);
    add_places(f, out, inst);
    add_dests(f, out, inst);
}

// --- edges -------------------------------------------------------------------------------------------------------------

bool flow__arm_consumes(const SirArm *arm) {
    for (uint32_t i = 0; arm->kind == SIR_ARM_VARIANT && i < arm->bind_count; i++)
        if (arm->binds[i].mode == SIR_BIND_MOVE) return true;
    return false;
}

static AccessKind bind_kind(SirBindMode mode) {
    return mode == SIR_BIND_MUT ? ACCESS_BORROW_MUT : ACCESS_BORROW;
}

static void add_payload(
    Flow *f, Accesses *out, const SirPlace *from, const SirArm *arm, uint32_t bind
) {
    SirBindMode mode = arm->binds[bind].mode;
    if (mode == SIR_BIND_SKIP || mode == SIR_BIND_MOVE) return;
    SirPlace place = longer(f, *from, FLOW_PAYLOAD, arm->n << 32 | bind);
    add(f, out, mode == SIR_BIND_COPY ? ACCESS_COPY : bind_kind(mode), place, bind);
}

static void add_element(Flow *f, Accesses *out, const SirInst *inst, const SirArm *arm) {
    if (arm->kind != SIR_ARM_MORE || arm->bind_count == 0) return;
    if (arm->binds[0].mode == SIR_BIND_SKIP) return;
    SirPlace place = longer(f, inst->args[1].place, SIR_PROJ_AT, 0);
    add(f, out, bind_kind(arm->binds[0].mode), place, 0);
}

static void find_edge(Flow *f, Accesses *out, const SirInst *inst, const SirArm *arm) {
    for (uint32_t i = 0; inst->op == SIR_OP_MATCH && i < arm->bind_count; i++)
        add_payload(f, out, &inst->args[0].place, arm, i);
    if (inst->op == SIR_OP_MATCH && flow__arm_consumes(arm))
        add(f, out, ACCESS_MOVE, inst->args[0].place, SIR_NONE);
    if (inst->op == SIR_OP_NEXT) add_element(f, out, inst, arm);
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode != SIR_BIND_SKIP)
            add(f, out, ACCESS_WRITE, (SirPlace){ .local = arm->binds[i].local }, i);
}

// --- the whole -----------------------------------------------------------------------------------------------------------

static void find_block(Flow *f, SirBlock block) {
    uint32_t count = f->info->blocks.data[block].insts.len;
    const SirInst *last = flow__terminator(f, block);
    f->insts[block] = arena_array(&f->scratch, Accesses, count);
    f->edges[block] = arena_array(&f->scratch, Accesses, last->arm_count);
    for (uint32_t i = 0; i < count; i++)
        find_accesses(f, &f->insts[block][i], flow__inst(f, (Where){ block, i }));
    for (uint32_t i = 0; i < last->arm_count; i++)
        find_edge(f, &f->edges[block][i], last, &last->arms[i]);
}

void flow__find_accesses(Flow *f) {
    f->insts = arena_array(&f->scratch, Accesses *, f->info->blocks.len);
    f->edges = arena_array(&f->scratch, Accesses *, f->info->blocks.len);
    for (SirBlock block = 0; block < f->info->blocks.len; block++)
        find_block(f, block);
}
