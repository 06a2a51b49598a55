// Borrows and views: pointers with a permission of their own. And what only looks: lengths, addresses, comparison of bytes.

#include "interp__.h"

static const SirPlace *dest_of(const SirInst *inst) {
    return &inst->args[0].place;
}

static bool is_exclusive(SirOp op) {
    switch (op) {
    case SIR_OP_BORROW_MUT:
    case SIR_OP_VIEW_MUT:
    case SIR_OP_SUBVIEW_MUT:
    case SIR_OP_GET_MUT:
    case SIR_OP_SPLIT: return true;
    default: return false;
    }
}

// What is lent has to be what the destination points to: its option's payload, if it is one.
static SirType wanted_of(Interp *in, const SirInst *inst) {
    SirType type = interp__place_type(in, dest_of(inst));
    const SirTypeInfo *info = interp__type(in, type);
    return info->kind == SIR_TYPE_OPTION ? info->elem : type;
}

static bool fits(Interp *in, SirType type, SirTypeKind kind, bool exclusive, SirType elem) {
    const SirTypeInfo *info = interp__type(in, type);
    bool right = info->kind == kind && info->mode == (exclusive ? SIR_MUT : SIR_CONST);
    if (kind == SIR_TYPE_PTR)
        right = right && interp__same_type(in, info->elem, elem);
    else if (kind == SIR_TYPE_SLICE)
        right = right && info->elem == elem;
    return MUST(in, right, RULE_WELL_FORMED, "a borrow of another type");
}

static bool yield(Interp *in, const SirInst *inst, const Node *borrow) {
    SirType type = interp__place_type(in, dest_of(inst));
    bool is_option = interp__type(in, type)->kind == SIR_TYPE_OPTION;
    bool is_opt = inst->op == SIR_OP_SUBVIEW_OPT || inst->op == SIR_OP_GET ||
                  inst->op == SIR_OP_GET_MUT || inst->op == SIR_OP_STR_OF ||
                  inst->op == SIR_OP_WIRE_VIEW;
    if (!MUST(in, is_option == is_opt, RULE_WELL_FORMED, "a borrow of another type")) return false;
    Node node = is_opt ? interp__option(in, type, borrow) : *borrow;
    return !in->stop && interp__write(in, dest_of(inst), &node);
}

// --- pointers -----------------------------------------------------------------------------------------------------

static bool borrow(Interp *in, const SirInst *inst) {
    bool exclusive = is_exclusive(inst->op);
    SirType type = wanted_of(in, inst);
    Route r;
    if (!interp__walk(in, &inst->args[1].place, exclusive ? USE_WRITE : USE_READ, false, &r))
        return false;
    if (!MUST(
            in, interp__is_whole(in, r.node), RULE_INITIALISED,
            "what is not initialised is borrowed"
        ))
        return false;
    if (!fits(in, type, SIR_TYPE_PTR, exclusive, r.node->type)) return false;
    const SirTypeInfo *thing = interp__type(in, r.node->type);
    if (!MUST(in, interp__is_lent(in, r.node->type), RULE_ESCAPE, "a borrow is borrowed"))
        return false;
    if (thing->kind != SIR_TYPE_ENDPOINT && !interp__states_fit(in, r.node, r.node->type))
        return false;
    Node node = { .type = type, .is_there = true, .target = r.node };
    node.tag = interp__lend(in, r.tag, &r.path, exclusive);
    return yield(in, inst, &node);
}

// --- slices ---------------------------------------------------------------------------------------------------------

static bool run_of(Interp *in, const SirInst *inst, uint32_t arg, bool exclusive, Run *run) {
    return interp__run(in, &inst->args[arg].place, exclusive ? USE_WRITE : USE_READ, run);
}

static bool is_text(Interp *in, const SirPlace *place) {
    return interp__type(in, interp__place_type(in, place))->kind == SIR_TYPE_STR;
}

// Which part. Without numbers it is all, which `to` beyond any length says.
static bool bounds(Interp *in, const SirInst *inst, uint64_t *from, uint64_t *to) {
    *from = 0;
    *to = UINT64_MAX;
    return inst->arg_count < 4 ||
           (interp__u64(in, &inst->args[2], from) && interp__u64(in, &inst->args[3], to));
}

static bool view(Interp *in, const SirInst *inst) {
    bool exclusive = is_exclusive(inst->op);
    SirType type = wanted_of(in, inst);
    uint64_t from, to;
    Run run;
    // The numbers first, since what they are computed from may not be borrowed.
    if (!bounds(in, inst, &from, &to) || !run_of(in, inst, 1, exclusive, &run)) return false;
    uint64_t length = run.to - run.from;
    if (inst->arg_count < 4) to = length;
    if (in->chaos && inst->arg_count > 3 && to > length) to = interp__below(in, length + 1);
    if (in->chaos && from > to) from = interp__below(in, to + 1);
    bool text = is_text(in, &inst->args[1].place);
    if (!MUST(in, !text || inst->op == SIR_OP_VIEW, RULE_WELL_FORMED, "a part of a text"))
        return false;
    if (!fits(in, type, text ? SIR_TYPE_STR : SIR_TYPE_SLICE, exclusive, run.elem)) return false;
    if (from > to || to > length)
        return inst->op == SIR_OP_SUBVIEW_OPT ? yield(in, inst, NULL)
                                              : interp__fault(in, FAULT_INDEX);
    if (!interp__run_access(in, &run, from, to, exclusive ? USE_WRITE : USE_READ)) return false;
    Node node = interp__slice(in, &run, type, from, to, exclusive);
    return yield(in, inst, &node);
}

static bool get(Interp *in, const SirInst *inst) {
    bool exclusive = is_exclusive(inst->op);
    SirType type = wanted_of(in, inst);
    uint64_t index;
    Run run;
    if (!interp__u64(in, &inst->args[2], &index) || !run_of(in, inst, 1, exclusive, &run))
        return false;
    if (!MUST(in, !is_text(in, &inst->args[1].place), RULE_WELL_FORMED, "an element of a text"))
        return false;
    if (!fits(in, type, SIR_TYPE_PTR, exclusive, run.elem)) return false;
    uint64_t length = run.to - run.from;
    if (in->chaos && length && interp__below(in, 4)) index = interp__below(in, length);
    if (index >= length) return yield(in, inst, NULL);
    if (!interp__run_access(in, &run, index, index + 1, exclusive ? USE_WRITE : USE_READ))
        return false;
    Node node = interp__slice(in, &run, type, index, index + 1, exclusive);
    node.target = &run.node->parts[run.from + index];
    node.from = node.to = 0;
    return yield(in, inst, &node);
}

static bool split(Interp *in, const SirInst *inst) {
    SirType type = interp__place_type(in, &inst->args[0].place);
    SirType other = interp__place_type(in, &inst->args[1].place);
    uint64_t at;
    Run run;
    if (!interp__u64(in, &inst->args[3], &at) || !run_of(in, inst, 2, true, &run)) return false;
    if (!MUST(in, !is_text(in, &inst->args[2].place), RULE_WELL_FORMED, "a part of a text"))
        return false;
    if (!fits(in, type, SIR_TYPE_SLICE, true, run.elem) ||
        !fits(in, other, SIR_TYPE_SLICE, true, run.elem))
        return false;
    uint64_t length = run.to - run.from;
    if (in->chaos && at > length) at = interp__below(in, length + 1);
    if (at > length) return interp__fault(in, FAULT_INDEX);
    if (!interp__run_access(in, &run, 0, length, USE_WRITE)) return false;
    Node low = interp__slice(in, &run, type, 0, at, true),
         high = interp__slice(in, &run, other, at, length, true);
    return interp__write(in, &inst->args[0].place, &low) &&
           interp__write(in, &inst->args[1].place, &high);
}

// --- texts and bytes -------------------------------------------------------------------------------------------------

static bool is_continuation(const Run *run, uint64_t i) {
    return i < run->to && (run->node->parts[i].bits & 0xc0) == 0x80;
}

// Bytes of the UTF-8 sequence at `i`, 0 if there is none.
static uint32_t sequence_at(const Run *run, uint64_t i) {
    uint64_t first = run->node->parts[i].bits;
    if (first < 0x80) return 1;
    uint32_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    uint64_t code = first & (0xff >> (length + 1));
    if (first < 0xc2 || first > 0xf4) return 0;
    for (uint32_t n = 1; n < length; n++) {
        if (!is_continuation(run, i + n)) return 0;
        code = code << 6 | (run->node->parts[i + n].bits & 0x3f);
    }
    bool is_short = code < (length == 2 ? 0x80u : length == 3 ? 0x800u : 0x10000u);
    return is_short || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : length;
}

static bool is_utf8(const Run *run) {
    for (uint64_t i = run->from; i < run->to;) {
        uint32_t length = sequence_at(run, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

static bool text_of(Interp *in, const SirInst *inst) {
    bool to_text = inst->op == SIR_OP_STR_OF;
    SirType type = wanted_of(in, inst);
    Run run;
    if (!run_of(in, inst, 1, false, &run)) return false;
    SirTypeKind kind = interp__type(in, interp__place_type(in, &inst->args[1].place))->kind;
    bool right = run.elem == SIR_TYPE_U8 && kind == (to_text ? SIR_TYPE_SLICE : SIR_TYPE_STR);
    if (!MUST(in, right, RULE_WELL_FORMED, "bytes of what has none")) return false;
    if (!fits(in, type, to_text ? SIR_TYPE_STR : SIR_TYPE_SLICE, false, SIR_TYPE_U8)) return false;
    uint64_t length = run.to - run.from;
    if (!interp__run_access(in, &run, 0, length, USE_READ)) return false;
    if (to_text && !is_utf8(&run)) return yield(in, inst, NULL);
    Node node = interp__slice(in, &run, type, 0, length, false);
    return yield(in, inst, &node);
}

// The value of a wire type in bytes; nobody can change them while the borrow is alive.
static uint64_t decode(
    Interp *in, const Run *run, uint64_t at, SirType type, uint8_t order, Node *out
) {
    const SirTypeInfo *info = interp__type(in, type);
    uint64_t bits = 0, size = interp__facts(in, type)->size;
    *out = (Node){ .type = type, .is_there = true };
    if (info->kind == SIR_TYPE_STRUCT || info->kind == SIR_TYPE_ARRAY) {
        uint64_t count = info->kind == SIR_TYPE_ARRAY ? info->count : info->field_count;
        out->parts = interp__parts(in, count);
        if (in->stop) return size;
        out->count = count;
        for (uint64_t i = 0; i < count; i++)
            at += info->kind == SIR_TYPE_ARRAY
                      ? decode(in, run, at, info->elem, order, &out->parts[i])
                      : decode(
                            in, run, at, info->fields[i].type, info->fields[i].order, &out->parts[i]
                        );
        return size;
    }
    bool is_number =
        interp__repr(in, type) < SIR_SCALARS && type != SIR_TYPE_BOOL && type != SIR_TYPE_CHAR;
    if (!MUST(in, is_number, RULE_WELL_FORMED, "bytes are taken for type %u", type)) return size;
    for (uint64_t i = 0; i < size; i++)
        bits |= run->node->parts[at + i].bits << 8 * (order == 2 ? size - 1 - i : i);
    out->bits = interp__extend(type, bits);
    return size;
}

static bool wire_view(Interp *in, const SirInst *inst) {
    SirType type = wanted_of(in, inst);
    const SirTypeInfo *info = interp__type(in, type), *wire = interp__type(in, info->elem);
    Run run;
    if (!run_of(in, inst, 1, false, &run)) return false;
    SirTypeKind kind = interp__type(in, interp__place_type(in, &inst->args[1].place))->kind;
    bool right = kind == SIR_TYPE_SLICE && run.elem == SIR_TYPE_U8 && info->kind == SIR_TYPE_PTR &&
                 wire->kind == SIR_TYPE_STRUCT && wire->is_wire;
    if (!MUST(in, right, RULE_WELL_FORMED, "a wire view of another type")) return false;
    uint64_t size = interp__facts(in, info->elem)->size;
    if (!fits(in, type, SIR_TYPE_PTR, false, info->elem)) return false;
    if (size > run.to - run.from) return yield(in, inst, NULL);
    if (!interp__run_access(in, &run, 0, size, USE_READ)) return false;
    Node node = interp__slice(in, &run, type, 0, size, false);
    node.target = arena_new(&in->arena, Node);
    if (size)
        decode(in, &run, run.from, info->elem, 0, node.target);
    else
        *node.target = (Node){ .type = info->elem, .is_there = true };
    node.from = node.to = 0;
    return !in->stop && yield(in, inst, &node);
}

// --- lengths ----------------------------------------------------------------------------------------------------------

static bool length_of(Interp *in, const SirInst *inst) {
    Run run;
    SirType type = interp__place_type(in, &inst->args[1].place);
    if (type != SIR_NONE && interp__type(in, type)->kind == SIR_TYPE_EPSET)
        return interp__set_count(in, inst);
    bool managed = type != SIR_NONE && interp__is_managed(interp__type(in, type));
    if (managed) {
        Route r;
        if (!interp__look(in, &inst->args[1].place, &r)) return false;
        interp__run_of(in, r.node, &run.from, &run.to);
    } else if (!run_of(in, inst, 1, false, &run)) {
        return false;
    }
    Node node = interp__scalar(SIR_TYPE_U64, run.to - run.from);
    return interp__write(in, dest_of(inst), &node);
}

static bool address_of(Interp *in, const SirInst *inst) {
    Route r;
    if (!interp__look(in, &inst->args[1].place, &r)) return false;
    const SirTypeInfo *info = interp__type(in, r.node->type);
    bool is_text = info->kind == SIR_TYPE_STR && interp__is_managed(info);
    bool is_borrow = interp__is_borrow(info), is_owner = interp__is_owner(info) || is_text;
    if (!MUST(in, is_borrow || is_owner, RULE_WELL_FORMED, "the address of what has none"))
        return false;
    uint64_t address = is_borrow       ? (uint64_t)(uintptr_t)r.node->target + r.node->from
                       : r.node->block ? (uint64_t)r.node->block->id << 32
                                       : 16;
    Node node = interp__scalar(SIR_TYPE_U64, in->chaos ? interp__draw(in) : address);
    return interp__write(in, dest_of(inst), &node);
}

static bool equal_bytes(Interp *in, const SirInst *inst) {
    Run a, b;
    if (!run_of(in, inst, 1, false, &a) || !run_of(in, inst, 2, false, &b)) return false;
    SirTypeKind left = interp__type(in, interp__place_type(in, &inst->args[1].place))->kind;
    SirTypeKind right = interp__type(in, interp__place_type(in, &inst->args[2].place))->kind;
    bool right_types = left == right && (left == SIR_TYPE_SLICE || left == SIR_TYPE_STR) &&
                       a.elem == SIR_TYPE_U8 && b.elem == SIR_TYPE_U8;
    if (!MUST(in, right_types, RULE_WELL_FORMED, "eq.bytes of other types")) return false;
    uint64_t length = a.to - a.from;
    bool same = length == b.to - b.from;
    for (uint64_t i = 0; same && i < length; i++)
        same = a.node->parts[a.from + i].bits == b.node->parts[b.from + i].bits;
    Node node = interp__scalar(SIR_TYPE_BOOL, same);
    return interp__write(in, dest_of(inst), &node);
}

bool interp__borrow(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_BORROW:
    case SIR_OP_BORROW_MUT: return borrow(in, inst);
    case SIR_OP_GET:
    case SIR_OP_GET_MUT: return get(in, inst);
    case SIR_OP_SPLIT: return split(in, inst);
    case SIR_OP_BYTES_OF:
    case SIR_OP_STR_OF: return text_of(in, inst);
    case SIR_OP_WIRE_VIEW: return wire_view(in, inst);
    case SIR_OP_LEN: return length_of(in, inst);
    case SIR_OP_ADDRESS: return address_of(in, inst);
    case SIR_OP_EQ_BYTES: return equal_bytes(in, inst);
    default: return view(in, inst);
    }
}
