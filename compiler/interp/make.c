// Making values: aggregates, variants, heap blocks. An endpoint that becomes a part of something is in the state that the
// part's type names.

#include "interp__.h"

static const SirPlace *dest_of(const SirInst *inst) {
    return &inst->args[0].place;
}

// --- aggregates ------------------------------------------------------------------------------------------------

static bool put_part(Interp *in, const SirArg *arg, SirType type, Node *part) {
    Node value;
    if (!interp__value(in, arg, &value)) return false;
    if (!MUST(
            in, interp__same_type(in, value.type, type), RULE_WELL_FORMED, "a part of another type"
        ))
        return false;
    if (!interp__states_fit(in, &value, type)) return false;
    value.type = type;
    *part = value;
    return true;
}

static SirType part_type(Interp *in, SirType type, uint64_t variant, uint32_t i) {
    const SirTypeInfo *info = interp__type(in, type);
    if (info->kind == SIR_TYPE_ARRAY) return info->elem;
    if (info->kind == SIR_TYPE_STRUCT) return info->fields[i].type;
    return sir_variant_field(in->sip->module, type, variant, i);
}

static bool may_hold(Interp *in, const Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    bool is_plain_struct = info->kind == SIR_TYPE_STRUCT && !info->is_ref;
    return !is_plain_struct || MUST(
                                   in, !interp__is_second_class(in, node->type), RULE_ESCAPE,
                                   "an ordinary struct holds a borrow"
                               );
}

static bool make_parts(
    Interp *in, const SirInst *inst, uint32_t first, Node *node, uint64_t count
) {
    if (!MUST(
            in, inst->arg_count - first == count, RULE_WELL_FORMED, "%u parts instead of %u",
            inst->arg_count - first, (unsigned)count
        ))
        return false;
    node->parts = interp__parts(in, count);
    if (in->stop) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!put_part(
                in, &inst->args[first + i], part_type(in, node->type, node->variant, i),
                &node->parts[i]
            ))
            return false;
    node->count = count;
    return may_hold(in, node) && interp__write(in, dest_of(inst), node);
}

static bool make_variant(Interp *in, const SirInst *inst, Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    uint64_t n = inst->args[1].n;
    bool is_option = info->kind == SIR_TYPE_OPTION;
    uint64_t variants = is_option ? 2 : info->variant_count;
    if (!MUST(
            in, (is_option || info->kind == SIR_TYPE_ENUM) && n < variants, RULE_WELL_FORMED,
            "there is no such variant"
        ))
        return false;
    if (info->kind == SIR_TYPE_ENUM && info->is_plain_enum) {
        node->bits = info->variants[n].value;
        return MUST(in, inst->arg_count == 2, RULE_WELL_FORMED, "a plain enum has no payload") &&
               interp__write(in, dest_of(inst), node);
    }
    node->variant = n;
    return make_parts(in, inst, 2, node, sir_variant_arity(in->sip->module, node->type, n));
}

// `count` copies of a plain value.
static bool fill(Interp *in, Node *run, uint64_t count, const Node *value) {
    run->parts = interp__parts(in, count);
    if (in->stop) return false;
    run->count = count;
    run->is_there = true;
    for (uint64_t i = 0; i < count; i++)
        if (!interp__copy(in, value, &run->parts[i])) return false;
    return true;
}

static bool repeat(Interp *in, const SirInst *inst, Node *node) {
    const SirTypeInfo *info = interp__type(in, node->type);
    Node value;
    if (!interp__value(in, &inst->args[1], &value)) return false;
    bool fits = info->kind == SIR_TYPE_ARRAY && info->elem == value.type &&
                interp__is_plain(in, value.type);
    return MUST(in, fits, RULE_WELL_FORMED, "repeat of another type") &&
           fill(in, node, info->count, &value) && interp__write(in, dest_of(inst), node);
}

static bool refer(Interp *in, const SirInst *inst, Node *node) {
    const SirModule *module = in->sip->module;
    const SirTypeInfo *info = interp__type(in, node->type);
    node->bits = inst->args[1].n;
    bool fits = node->bits < module->funcs.len && info->kind == SIR_TYPE_FN &&
                interp__same_sig(info->sig, &module->funcs.data[node->bits].sig);
    return MUST(in, fits, RULE_WELL_FORMED, "a reference to a function of another signature") &&
           interp__write(in, dest_of(inst), node);
}

// --- the heap ---------------------------------------------------------------------------------------------------

bool interp__alloc(Interp *in, uint64_t bytes, Block **block) {
    uint64_t quota = in->sip->module->manifest.heap_bytes;
    *block = NULL;
    if (in->chaos ? interp__below(in, 16) == 0
                  : bytes > quota || in->sip->heap_used > quota - bytes)
        return false;
    *block = interp__block(in, bytes);
    return true;
}

// Of the option that an `.opt` yields, or of the destination itself.
static SirType block_type(Interp *in, const SirInst *inst) {
    SirType type = interp__place_type(in, dest_of(inst));
    const SirTypeInfo *info = interp__type(in, type);
    if (sir_op_group(inst->op) != SIR_GROUP_HEAPOPT) return type;
    return info->kind == SIR_TYPE_OPTION ? info->elem : SIR_NONE;
}

static bool is_block(Interp *in, SirType type, SirTypeKind kind, SirType elem) {
    const SirTypeInfo *info = interp__type(in, type);
    bool holds = info->mode == SIR_OWN || interp__is_managed(info);
    return MUST(
        in, info->kind == kind && holds && interp__elem(in, type) == elem, RULE_WELL_FORMED,
        "a block of another type"
    );
}

// A block on the heap, or a managed object; NULL: there is no memory.
static bool take(
    Interp *in, SirType type, SirType content, uint64_t bytes, const Node *value, Block **block
) {
    if (!interp__is_managed(interp__type(in, type))) return interp__alloc(in, bytes, block);
    *block = interp__object(in, content, bytes, value);
    return *block != NULL;
}

// The owner, or the option of it.
static bool yield(Interp *in, const SirInst *inst, SirType type, Block *block) {
    Node node = { .type = type, .is_there = true, .block = block };
    if (sir_op_group(inst->op) == SIR_GROUP_HEAPOPT)
        node = interp__option(in, interp__place_type(in, dest_of(inst)), block ? &node : NULL);
    return !in->stop && interp__write(in, dest_of(inst), &node);
}

static bool new_box(Interp *in, const SirInst *inst) {
    SirType type = block_type(in, inst);
    const SirTypeInfo *info = interp__type(in, type);
    Node value;
    Block *block;
    if (!interp__value(in, &inst->args[1], &value)) return false;
    bool managed = interp__is_managed(info);
    bool fits = info->kind == SIR_TYPE_PTR && (info->mode == SIR_OWN || managed) &&
                interp__same_type(in, info->elem, value.type);
    if (!MUST(in, fits, RULE_WELL_FORMED, "a box of another type")) return false;
    if (!MUST(
            in, !interp__is_second_class(in, value.type), RULE_ESCAPE,
            "a borrow is put into the heap"
        ))
        return false;
    if (!interp__states_fit(in, &value, info->elem)) return false;
    uint64_t bytes = interp__facts(in, value.type)->size;
    if (take(in, type, value.type, bytes, &value, &block)) {
        if (!managed) value.type = info->elem;
        block->content = value;
    } else if (in->stop) {
        return false;
    } else if (inst->op == SIR_OP_NEW) {
        return interp__fault(in, FAULT_QUOTA);
    } else if (!interp__drop(in, &value)) {
        return false;
    }
    return yield(in, inst, type, block);
}

static bool new_array(Interp *in, const SirInst *inst) {
    SirType type = block_type(in, inst);
    uint64_t count, bytes;
    Node value;
    Block *block;
    if (!interp__u64(in, &inst->args[1], &count) || !interp__value(in, &inst->args[2], &value))
        return false;
    if (!is_block(in, type, SIR_TYPE_SLICE, value.type)) return false;
    if (!MUST(
            in, interp__is_plain(in, value.type), RULE_WELL_FORMED,
            "an array of copies of what can only be moved"
        ))
        return false;
    if (!MUST(
            in, !interp__is_second_class(in, value.type), RULE_ESCAPE,
            "a borrow is put into the heap"
        ))
        return false;
    if (in->chaos && count > 64) count %= 5;
    bool is_huge = __builtin_mul_overflow(count, interp__facts(in, value.type)->size, &bytes);
    if (is_huge || !take(in, type, value.type, bytes, &value, &block)) {
        if (in->stop) return false;
        if (inst->op == SIR_OP_NEW_ARRAY) return interp__fault(in, FAULT_QUOTA);
        return yield(in, inst, type, NULL);
    }
    return fill(in, &block->content, count, &value) && yield(in, inst, type, block);
}

static bool new_copy(Interp *in, const SirInst *inst) {
    SirType type = block_type(in, inst);
    Run run;
    Block *block;
    if (!interp__run(in, &inst->args[1].place, USE_READ, &run)) return false;
    SirTypeKind kind = interp__type(in, interp__place_type(in, &inst->args[1].place))->kind;
    bool fits = kind == SIR_TYPE_SLICE || kind == SIR_TYPE_STR;
    if (!MUST(
            in, fits && interp__is_plain(in, run.elem), RULE_WELL_FORMED,
            "a copy of what is no slice of plain elements"
        ))
        return false;
    if (!is_block(in, type, kind, run.elem)) return false;
    if (!MUST(
            in, !interp__is_second_class(in, run.elem), RULE_ESCAPE, "a borrow is put into the heap"
        ))
        return false;
    uint64_t count = run.to - run.from;
    if (!interp__run_access(in, &run, 0, count, USE_READ)) return false;
    if (!take(in, type, run.elem, count * interp__facts(in, run.elem)->size, NULL, &block)) {
        if (in->stop) return false;
        return inst->op == SIR_OP_NEW_COPY ? interp__fault(in, FAULT_QUOTA)
                                           : yield(in, inst, type, NULL);
    }
    Node *content = &block->content;
    content->is_there = true;
    content->parts = interp__parts(in, count);
    if (in->stop) return false;
    for (uint64_t i = 0; i < count; i++)
        if (!interp__copy(in, &run.node->parts[run.from + i], &content->parts[i])) return false;
    content->count = count;
    return yield(in, inst, type, block);
}

static bool unbox(Interp *in, const SirInst *inst) {
    Node box;
    if (!interp__value(in, &inst->args[1], &box)) return false;
    const SirTypeInfo *info = interp__type(in, box.type);
    if (!MUST(
            in, info->kind == SIR_TYPE_PTR && info->mode == SIR_OWN, RULE_WELL_FORMED,
            "unbox of what is no box"
        ))
        return false;
    if (!MUST(
            in, box.block->owner == in->sip, RULE_OWNERSHIP,
            "a block that is not the SIP's is freed"
        ))
        return false;
    Node content = box.block->content;
    interp__block_free(in, box.block);
    return interp__write(in, dest_of(inst), &content);
}

// --- all ---------------------------------------------------------------------------------------------------------

bool interp__make(Interp *in, const SirInst *inst) {
    Node node = { .type = interp__place_type(in, dest_of(inst)), .is_there = true };
    const SirTypeInfo *info = interp__type(in, node.type);
    switch (inst->op) {
    case SIR_OP_STRUCT:
        return MUST(
                   in, info->kind == SIR_TYPE_STRUCT, RULE_WELL_FORMED, "struct of another type"
               ) &&
               make_parts(in, inst, 1, &node, info->field_count);
    case SIR_OP_ARRAY:
        return MUST(in, info->kind == SIR_TYPE_ARRAY, RULE_WELL_FORMED, "array of another type") &&
               make_parts(in, inst, 1, &node, info->count);
    case SIR_OP_REPEAT: return repeat(in, inst, &node);
    case SIR_OP_VARIANT: return make_variant(in, inst, &node);
    case SIR_OP_FN_REF: return refer(in, inst, &node);
    case SIR_OP_NEW:
    case SIR_OP_NEW_OPT: return new_box(in, inst);
    case SIR_OP_NEW_ARRAY:
    case SIR_OP_NEW_ARRAY_OPT: return new_array(in, inst);
    case SIR_OP_NEW_COPY:
    case SIR_OP_NEW_COPY_OPT: return new_copy(in, inst);
    default: return unbox(in, inst);
    }
}
