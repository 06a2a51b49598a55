// Terminators but for returns and receives. A walk goes where it likes, except where something depends on what is there: a
// match takes the arm of the variant, and `more` needs an element.

#include "interp__.h"

bool interp__go(Interp *in, SirBlock block) {
    Frame *frame = top(in);
    if (!MUST(
            in, block > 0 && block < frame->info->blocks.len, RULE_WELL_FORMED,
            "an edge to block %u", block
        ))
        return false;
    frame->block = block;
    frame->inst = 0;
    return true;
}

// --- values decide -----------------------------------------------------------------------------------------------

static bool branch(Interp *in, const SirInst *inst) {
    Node v;
    if (!interp__value(in, &inst->args[0], &v)) return false;
    bool right = v.type == SIR_TYPE_BOOL && inst->arm_count == 2 &&
                 inst->arms[0].kind == SIR_ARM_PLAIN && inst->arms[1].kind == SIR_ARM_PLAIN;
    if (!MUST(in, right, RULE_WELL_FORMED, "a branch on what is no bool, or without two arms"))
        return false;
    bool is_true = in->chaos ? interp__below(in, 2) : v.bits;
    return interp__go(in, inst->arms[is_true ? 0 : 1].block);
}

static const SirArm *case_of(const SirInst *inst, uint64_t bits) {
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_DEFAULT || (arm->kind == SIR_ARM_IS && arm->tree->bits == bits))
            return arm;
    }
    return NULL;
}

static bool switch_on(Interp *in, const SirInst *inst) {
    Node v;
    if (!interp__value(in, &inst->args[0], &v)) return false;
    SirType repr = interp__repr(in, v.type);
    bool right = (interp__is_integer(repr) || repr == SIR_TYPE_CHAR) &&
                 interp__type(in, v.type)->kind != SIR_TYPE_FLAGS;
    for (uint32_t i = 0; i < inst->arm_count; i++)
        right = right && (inst->arms[i].kind != SIR_ARM_IS || inst->arms[i].tree->type == v.type);
    if (!MUST(in, right, RULE_WELL_FORMED, "a switch on another type")) return false;
    const SirArm *arm = case_of(inst, v.bits);
    if (!MUST(in, arm, RULE_WELL_FORMED, "a switch without an arm for its value")) return false;
    if (in->chaos) arm = &inst->arms[interp__below(in, inst->arm_count)];
    bool is_arm = arm->kind == SIR_ARM_IS || arm->kind == SIR_ARM_DEFAULT;
    return MUST(in, is_arm, RULE_WELL_FORMED, "a switch with another arm") &&
           interp__go(in, arm->block);
}

// --- match ----------------------------------------------------------------------------------------------------------

static bool moves(const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode == SIR_BIND_MOVE) return true;
    return false;
}

// A borrow of a part of the payload.
static bool lend_part(
    Interp *in, const Route *route, uint64_t variant, uint64_t field, const SirBind *bind
) {
    bool exclusive = bind->mode == SIR_BIND_MUT;
    SirPlace local = { .local = bind->local };
    const SirTypeInfo *info = interp__type(in, interp__place_type(in, &local));
    Route r = *route;
    if (!MUST(
            in, !exclusive || !r.is_shared, RULE_LOANS, "an exclusive borrow through a shared one"
        ))
        return false;
    Node *part = &r.node->parts[field];
    if (!interp__path_push(in, &r.path, STEP_PAYLOAD, variant, field)) return false;
    if (!interp__access(in, r.tag, &r.path, exclusive ? USE_WRITE : USE_READ)) return false;
    bool right = info->kind == SIR_TYPE_PTR && info->mode == (exclusive ? SIR_MUT : SIR_CONST) &&
                 interp__same_type(in, info->elem, part->type);
    if (!MUST(in, right, RULE_WELL_FORMED, "a bind of another type")) return false;
    if (!MUST(in, interp__is_lent(in, part->type), RULE_ESCAPE, "a borrow is borrowed"))
        return false;
    Node node = { .type = interp__place_type(in, &local), .is_there = true, .target = part };
    node.tag = interp__lend(in, r.tag, &r.path, exclusive);
    return interp__write_local(in, bind->local, &node);
}

static bool copy_part(Interp *in, const Node *part, const SirBind *bind) {
    Node value;
    return MUST(
               in, interp__is_plain(in, part->type), RULE_WELL_FORMED,
               "a copy of what can only be moved"
           ) &&
           interp__copy(in, part, &value) && interp__write_local(in, bind->local, &value);
}

static bool bind_part(Interp *in, const SirArm *arm, const Route *r, uint32_t i) {
    const SirBind *bind = &arm->binds[i];
    switch (bind->mode) {
    case SIR_BIND_SKIP: return true;
    case SIR_BIND_COPY: return copy_part(in, &r->node->parts[i], bind);
    case SIR_BIND_CONST:
    case SIR_BIND_MUT: return lend_part(in, r, arm->n, i, bind);
    case SIR_BIND_MOVE:
    case SIR_BIND_MODES: break;
    }
    return interp__violate(in, RULE_WELL_FORMED, "a bind of no kind");
}

// Reached shared for a look, exclusively when a bind asks for it.
static Use use_of(const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode == SIR_BIND_MUT || arm->binds[i].mode == SIR_BIND_MOVE)
            return USE_WRITE;
    return USE_READ;
}

static bool bind_all(Interp *in, const SirPlace *place, const SirArm *arm) {
    Route r;
    if (!interp__walk(in, place, use_of(arm), false, &r)) return false;
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        if (!bind_part(in, arm, &r, i)) return false;
        if (!MUST(in, r.node->is_there, RULE_LOANS, "a bind overwrites what is matched"))
            return false;
    }
    return true;
}

// The whole scrutinee goes; what is not bound owns nothing.
static bool consume(Interp *in, const SirPlace *place, const SirArm *arm) {
    Route r;
    Node whole;
    if (!interp__walk(in, place, USE_WRITE, false, &r) || !interp__move_out(in, &r, &whole))
        return false;
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        const SirBind *bind = &arm->binds[i];
        bool is_taken = bind->mode == SIR_BIND_MOVE || bind->mode == SIR_BIND_COPY;
        if (!MUST(
                in, bind->mode == SIR_BIND_SKIP || is_taken, RULE_WELL_FORMED,
                "a borrow of what is consumed"
            ))
            return false;
        if (!MUST(
                in, bind->mode == SIR_BIND_MOVE || !interp__is_touched(in, &whole.parts[i]),
                RULE_OWNERSHIP, "a part of what is consumed is left behind"
            ))
            return false;
        if (bind->mode == SIR_BIND_COPY && !copy_part(in, &whole.parts[i], bind)) return false;
        if (bind->mode == SIR_BIND_MOVE && !interp__write_local(in, bind->local, &whole.parts[i]))
            return false;
    }
    interp__parts_free(in, whole.parts, whole.count);
    return true;
}

static const SirArm *variant_arm(const SirInst *inst, uint64_t variant) {
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_DEFAULT || (arm->kind == SIR_ARM_VARIANT && arm->n == variant))
            return arm;
    }
    return NULL;
}

static bool match(Interp *in, const SirInst *inst) {
    const SirPlace *place = &inst->args[0].place;
    Route r;
    if (!interp__look(in, place, &r)) return false;
    const SirTypeInfo *info = interp__type(in, r.node->type);
    bool right =
        info->kind == SIR_TYPE_OPTION || (info->kind == SIR_TYPE_ENUM && !info->is_plain_enum);
    if (!MUST(in, right, RULE_WELL_FORMED, "a match of what has no variants")) return false;
    const SirArm *arm = variant_arm(inst, r.node->variant);
    if (!MUST(in, arm, RULE_WELL_FORMED, "a match without an arm for the variant that is there"))
        return false;
    bool is_variant = arm->kind == SIR_ARM_VARIANT;
    if (!MUST(
            in, !is_variant || arm->bind_count == r.node->count, RULE_WELL_FORMED,
            "%u binds for %u fields", arm->bind_count, (unsigned)r.node->count
        ))
        return false;
    if (is_variant && !(moves(arm) ? consume(in, place, arm) : bind_all(in, place, arm)))
        return false;
    return interp__go(in, arm->block);
}

// --- next -----------------------------------------------------------------------------------------------------------

static bool lend_element(Interp *in, const SirInst *inst, const SirArm *arm, uint64_t index) {
    const SirBind *bind = arm->bind_count == 1 ? arm->binds : NULL;
    if (!MUST(in, bind, RULE_WELL_FORMED, "next without a bind")) return false;
    if (bind->mode == SIR_BIND_SKIP) return true;
    bool exclusive = bind->mode == SIR_BIND_MUT;
    if (!MUST(
            in, exclusive || bind->mode == SIR_BIND_CONST, RULE_WELL_FORMED,
            "an element is taken out"
        ))
        return false;
    SirPlace local = { .local = bind->local };
    SirType type = interp__place_type(in, &local);
    const SirTypeInfo *info = interp__type(in, type);
    Run run;
    if (!interp__run(in, &inst->args[1].place, exclusive ? USE_WRITE : USE_READ, &run))
        return false;
    bool right = info->kind == SIR_TYPE_PTR && info->mode == (exclusive ? SIR_MUT : SIR_CONST) &&
                 interp__same_type(in, info->elem, run.elem);
    if (!MUST(in, right, RULE_WELL_FORMED, "a bind of another type")) return false;
    if (!interp__run_access(in, &run, index, index + 1, exclusive ? USE_WRITE : USE_READ))
        return false;
    Node node = interp__slice(in, &run, type, index, index + 1, exclusive);
    node.target = &run.node->parts[run.from + index];
    node.from = node.to = 0;
    return interp__write_local(in, bind->local, &node);
}

static bool next(Interp *in, const SirInst *inst) {
    SirPlace counter = { .local = (SirLocal)inst->args[0].n };
    Route r;
    Run run;
    if (!MUST(in, inst->args[0].n <= UINT32_MAX, RULE_WELL_FORMED, "there is no such local"))
        return false;
    if (!interp__look(in, &counter, &r) ||
        !MUST(in, r.node->type == SIR_TYPE_U64, RULE_WELL_FORMED, "a counter that is no u64"))
        return false;
    uint64_t index = r.node->bits;
    if (!interp__run(in, &inst->args[1].place, USE_READ, &run)) return false;
    bool right =
        interp__type(in, interp__place_type(in, &inst->args[1].place))->kind != SIR_TYPE_STR &&
        inst->arm_count == 2 && inst->arms[0].kind == SIR_ARM_MORE &&
        inst->arms[1].kind == SIR_ARM_DONE;
    if (!MUST(in, right, RULE_WELL_FORMED, "next of another shape")) return false;
    uint64_t length = run.to - run.from;
    if (in->chaos && length && interp__below(in, 4)) index = interp__below(in, length);
    if (index >= length) return interp__go(in, inst->arms[1].block);
    Node counted = interp__scalar(SIR_TYPE_U64, index + 1);
    return lend_element(in, inst, &inst->arms[0], index) && interp__write(in, &counter, &counted) &&
           interp__go(in, inst->arms[0].block);
}

// --- all ---------------------------------------------------------------------------------------------------------------

static bool trap(Interp *in, const SirInst *inst) {
    uint64_t fault = inst->args[0].n;
    bool is_named = (fault >= FAULT_OVERFLOW && fault <= FAULT_LOCK) || fault == FAULT_EXPLICIT;
    bool says = inst->arg_count == 2 && inst->args[1].kind == SIR_ARG_CONST &&
                inst->args[1].tree->kind == SIR_CONST_STR;
    return MUST(in, says || inst->arg_count == 1, RULE_WELL_FORMED, "a trap that says no text") &&
           MUST(in, is_named, RULE_WELL_FORMED, "a trap that no program raises") &&
           interp__fault(in, (Fault)fault);
}

static bool jump(Interp *in, const SirInst *inst) {
    bool right = inst->arm_count == 1 && inst->arms[0].kind == SIR_ARM_PLAIN;
    return MUST(in, right, RULE_WELL_FORMED, "a jump without its arm") &&
           interp__go(in, inst->arms[0].block);
}

bool interp__end_block(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_JUMP: return jump(in, inst);
    case SIR_OP_BRANCH: return branch(in, inst);
    case SIR_OP_SWITCH: return switch_on(in, inst);
    case SIR_OP_MATCH: return match(in, inst);
    case SIR_OP_NEXT: return next(in, inst);
    case SIR_OP_RECEIVE: return interp__receive(in, inst);
    case SIR_OP_RETURN: return interp__return(in, inst);
    default: return trap(in, inst);
    }
}
