// Elements and places that are changed in place. Values come first, then the places, each with its access; a second place
// that overlaps the first kills its permission or loses its own, which is noticed.

#include "interp__.h"

#include <string.h>

static const SirPlace *place_of(const SirInst *inst, uint32_t arg) {
    return &inst->args[arg].place;
}

// What is changed by element is indexable: no text.
static bool changed_run(Interp *in, const SirPlace *place, Run *run) {
    if (!interp__run(in, place, USE_WRITE, run)) return false;
    bool is_text = interp__type(in, interp__place_type(in, place))->kind == SIR_TYPE_STR;
    return MUST(in, !is_text, RULE_WELL_FORMED, "a text is changed") &&
           interp__run_access(in, run, 0, run->to - run->from, USE_WRITE);
}

static bool element(Interp *in, Run *run, uint64_t index, Node **out) {
    uint64_t length = run->to - run->from;
    if (in->chaos && index >= length && length) index = interp__below(in, length);
    if (index >= length) return interp__fault(in, FAULT_INDEX);
    *out = &run->node->parts[run->from + index];
    return true;
}

static bool slice_swap(Interp *in, const SirInst *inst) {
    uint64_t i, j;
    Run run;
    Node *a, *b;
    if (!interp__u64(in, &inst->args[1], &i) || !interp__u64(in, &inst->args[2], &j)) return false;
    if (!changed_run(in, place_of(inst, 0), &run) || !element(in, &run, i, &a) ||
        !element(in, &run, j, &b))
        return false;
    Node kept = *a;
    *a = *b;
    *b = kept;
    return true;
}

static bool slice_replace(Interp *in, const SirInst *inst) {
    uint64_t i;
    Node value, *at;
    Run run;
    if (!interp__u64(in, &inst->args[2], &i) || !interp__value(in, &inst->args[3], &value))
        return false;
    if (!changed_run(in, place_of(inst, 1), &run) || !element(in, &run, i, &at)) return false;
    if (!MUST(
            in, interp__same_type(in, value.type, run.elem), RULE_WELL_FORMED,
            "an element of another type"
        ))
        return false;
    if (!MUST(in, !interp__is_second_class(in, run.elem), RULE_ESCAPE, "a borrow is exchanged"))
        return false;
    if (!interp__states_fit(in, &value, run.elem) || !interp__states_fit(in, at, run.elem))
        return false;
    Node old = *at;
    *at = value;
    at->type = run.elem;
    return interp__write(in, place_of(inst, 0), &old);
}

static bool plain_elements(Interp *in, SirType elem) {
    return MUST(
        in, interp__is_plain(in, elem), RULE_WELL_FORMED,
        "copies of elements that can only be moved"
    );
}

static bool slice_copy(Interp *in, const SirInst *inst) {
    Run to, from;
    if (!changed_run(in, place_of(inst, 0), &to) ||
        !interp__run(in, place_of(inst, 1), USE_READ, &from))
        return false;
    uint64_t length = from.to - from.from;
    if (!MUST(in, to.elem == from.elem, RULE_WELL_FORMED, "elements of another type") ||
        !plain_elements(in, to.elem))
        return false;
    bool text = interp__type(in, interp__place_type(in, place_of(inst, 1)))->kind == SIR_TYPE_STR;
    if (!MUST(in, !text, RULE_WELL_FORMED, "elements of a text")) return false;
    if (!interp__run_access(in, &from, 0, length, USE_READ) || !interp__is_fresh(in, to.tag))
        return false;
    if (!MUST(
            in, to.node != from.node || to.from >= from.to || from.from >= to.to, RULE_LOANS,
            "what is copied overlaps where it goes"
        ))
        return false;
    if (length != to.to - to.from) return interp__fault(in, FAULT_INDEX);
    for (uint64_t i = 0; i < length; i++) {
        interp__forget(in, &to.node->parts[to.from + i]);
        if (!interp__copy(in, &from.node->parts[from.from + i], &to.node->parts[to.from + i]))
            return false;
    }
    return true;
}

static bool slice_move(Interp *in, const SirInst *inst) {
    uint64_t from, to, count;
    Run run;
    if (!interp__u64(in, &inst->args[1], &from) || !interp__u64(in, &inst->args[2], &to) ||
        !interp__u64(in, &inst->args[3], &count))
        return false;
    if (!changed_run(in, place_of(inst, 0), &run) || !plain_elements(in, run.elem)) return false;
    uint64_t length = run.to - run.from;
    if (count > length || from > length - count || to > length - count)
        return interp__fault(in, FAULT_INDEX);
    for (uint64_t n = 0; n < count; n++) {
        uint64_t i = from < to ? count - 1 - n : n;
        Node *target = &run.node->parts[run.from + to + i],
             *source = &run.node->parts[run.from + from + i];
        if (target == source) continue;
        interp__forget(in, target);
        if (!interp__copy(in, source, target)) return false;
    }
    return true;
}

static bool slice_fill(Interp *in, const SirInst *inst) {
    Node value;
    Run run;
    if (!interp__value(in, &inst->args[1], &value) || !changed_run(in, place_of(inst, 0), &run))
        return false;
    if (!MUST(in, value.type == run.elem, RULE_WELL_FORMED, "elements of another type") ||
        !plain_elements(in, run.elem))
        return false;
    for (uint64_t i = run.from; i < run.to; i++) {
        interp__forget(in, &run.node->parts[i]);
        if (!interp__copy(in, &value, &run.node->parts[i])) return false;
    }
    return true;
}

// --- whole places -----------------------------------------------------------------------------------------------------

static bool first_class(Interp *in, SirType type) {
    return MUST(in, !interp__is_second_class(in, type), RULE_ESCAPE, "a borrow is exchanged");
}

static bool swap(Interp *in, const SirInst *inst) {
    Route p, q;
    if (!interp__change(in, place_of(inst, 0), &p) || !interp__change(in, place_of(inst, 1), &q))
        return false;
    if (!MUST(
            in, interp__same_type(in, p.node->type, q.node->type), RULE_WELL_FORMED,
            "swap of different types"
        ))
        return false;
    if (!first_class(in, p.node->type)) return false;
    if (!interp__is_fresh(in, p.tag)) return false;
    if (!MUST(in, p.node != q.node, RULE_LOANS, "a place is swapped with itself")) return false;
    const Node *pair[2] = { p.node, q.node };
    for (uint32_t i = 0; i < 2; i++)
        if (!interp__states_agree(in, &p, pair[i]) || !interp__states_agree(in, &q, pair[i]))
            return false;
    Node kept = *p.node;
    SirType type = kept.type, other = q.node->type;
    *p.node = *q.node;
    *q.node = kept;
    p.node->type = type;
    q.node->type = other;
    return true;
}

static bool replace(Interp *in, const SirInst *inst) {
    Node value;
    Route r;
    if (!interp__value(in, &inst->args[2], &value) || !interp__change(in, place_of(inst, 1), &r))
        return false;
    SirType type = r.node->type;
    if (!MUST(
            in, interp__same_type(in, value.type, type), RULE_WELL_FORMED, "a value of another type"
        ) ||
        !first_class(in, type))
        return false;
    if (!interp__states_agree(in, &r, &value) || !interp__states_agree(in, &r, r.node))
        return false;
    Node old = *r.node;
    *r.node = value;
    r.node->type = type;
    return interp__write(in, place_of(inst, 0), &old);
}

bool interp__elements(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SLICE_SWAP: return slice_swap(in, inst);
    case SIR_OP_SLICE_REPLACE: return slice_replace(in, inst);
    case SIR_OP_SLICE_COPY: return slice_copy(in, inst);
    case SIR_OP_SLICE_MOVE: return slice_move(in, inst);
    case SIR_OP_SLICE_FILL: return slice_fill(in, inst);
    case SIR_OP_SWAP: return swap(in, inst);
    default: return replace(in, inst);
    }
}
