// Sets of endpoints: a list of members in the order in which they were added, each with its value.

#include "interp__.h"

bool interp__set_at(Interp *in, const SirPlace *place, Set **set, const SirTypeInfo **info) {
    Route r;
    if (!interp__change(in, place, &r)) return false;
    *info = interp__type(in, r.node->type);
    if (!MUST(
            in, (*info)->kind == SIR_TYPE_EPSET, RULE_WELL_FORMED, "what is no set is used as one"
        ))
        return false;
    if (!r.node->set) {
        r.node->set = arena_new(&in->arena, Set);
        r.node->set->last = &r.node->set->first;
    }
    *set = r.node->set;
    return !in->stop;
}

void interp__set_forget(Interp *in, Set *set, Member *member) {
    Member **at = &set->first;
    (void)in;
    while (*at != member)
        at = &(*at)->next;
    *at = member->next;
    if (!*at) set->last = at;
    set->count--;
}

// --- adding -------------------------------------------------------------------------------------------------------

static bool is_end_of(const SirTypeInfo *info, const SirTypeInfo *set) {
    return info->kind == SIR_TYPE_ENDPOINT && info->contract == set->contract &&
           info->side == set->side;
}

static bool add(Interp *in, const SirInst *inst) {
    Set *set;
    const SirTypeInfo *info;
    Node end, value = { .type = SIR_TYPE_VOID };
    bool has_value = inst->arg_count == 3;
    if (!MUST(in, inst->arg_count == 2 || has_value, RULE_WELL_FORMED, "set.add of other things"))
        return false;
    if (!interp__value(in, &inst->args[1], &end)) return false;
    if (has_value && !interp__value(in, &inst->args[2], &value)) return false;
    if (!interp__set_at(in, &inst->args[0].place, &set, &info)) return false;
    bool fits = is_end_of(interp__type(in, end.type), info) &&
                has_value == (info->elem != SIR_NONE) &&
                (!has_value || interp__same_type(in, value.type, info->elem));
    if (!MUST(in, fits, RULE_WELL_FORMED, "another thing is added to a set")) return false;
    if (!MUST(
            in, end.end->state == info->state, RULE_TYPESTATE,
            "an endpoint in state %d is added to a set of those in state %d", (int)end.end->state,
            (int)info->state
        ) ||
        !MUST(
            in, end.end->is_open && end.end->owner == in->sip, RULE_OWNERSHIP,
            "an endpoint that is not the SIP's is used"
        ))
        return false;
    if (has_value && !interp__states_fit(in, &value, info->elem)) return false;
    Block *block =
        NULL; // what it costs: the set's record and the value's block end with the members
    if (has_value && !interp__alloc(in, interp__facts(in, info->elem)->size, &block))
        return interp__fault(in, FAULT_QUOTA);
    if (block) interp__block_free(in, block);
    Member *member = arena_new(&in->arena, Member);
    *member = (Member){ .end = end.end, .value = value };
    *set->last = member;
    set->last = &member->next;
    set->count++;
    end.end->ready = ++in->events; // behind those that are ready, if it is
    return true;
}

// --- taking, counting ------------------------------------------------------------------------------------------------

static bool member_node(Interp *in, const SirTypeInfo *info, SirType type, Member *m, Node *out) {
    const SirTypeInfo *wanted = interp__type(in, type);
    *out = (Node){ .type = type, .is_there = true };
    if (info->elem == SIR_NONE) {
        out->end = m->end;
        return MUST(
            in, is_end_of(wanted, info) && wanted->state == info->state, RULE_WELL_FORMED,
            "a member is taken as something else"
        );
    }
    bool fits = wanted->kind == SIR_TYPE_STRUCT && wanted->field_count == 2 &&
                is_end_of(interp__type(in, wanted->fields[0].type), info) &&
                interp__type(in, wanted->fields[0].type)->state == info->state &&
                wanted->fields[1].type == info->elem;
    if (!MUST(in, fits, RULE_WELL_FORMED, "a member is taken as something else")) return false;
    out->count = 2;
    out->parts = interp__parts(in, 2);
    if (in->stop) return false;
    out->parts[0] = (Node){ .type = wanted->fields[0].type, .is_there = true, .end = m->end };
    out->parts[1] = m->value;
    out->parts[1].type = info->elem;
    return true;
}

static bool take(Interp *in, const SirInst *inst) {
    Set *set;
    const SirTypeInfo *info;
    Node node;
    SirType option = interp__place_type(in, &inst->args[0].place);
    if (!interp__set_at(in, &inst->args[1].place, &set, &info)) return false;
    if (!MUST(
            in, interp__type(in, option)->kind == SIR_TYPE_OPTION, RULE_WELL_FORMED,
            "a member is taken as something else"
        ))
        return false;
    Member *member = set->first;
    if (member) {
        if (!member_node(in, info, interp__type(in, option)->elem, member, &node)) return false;
        interp__set_forget(in, set, member);
    }
    Node result = interp__option(in, option, member ? &node : NULL);
    return !in->stop && interp__write(in, &inst->args[0].place, &result);
}

bool interp__set_count(Interp *in, const SirInst *inst) {
    Route r;
    if (!interp__look(in, &inst->args[1].place, &r)) return false;
    Node node = interp__scalar(SIR_TYPE_U64, r.node->set ? r.node->set->count : 0);
    return interp__write(in, &inst->args[0].place, &node);
}

bool interp__sets(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SET_NEW: {
        SirType type = interp__place_type(in, &inst->args[0].place);
        if (!MUST(
                in, interp__type(in, type)->kind == SIR_TYPE_EPSET, RULE_WELL_FORMED,
                "set.new of another type"
            ))
            return false;
        Node node = { .type = type, .is_there = true };
        return interp__write(in, &inst->args[0].place, &node);
    }
    case SIR_OP_SET_ADD: return add(in, inst);
    case SIR_OP_SET_TAKE: return take(in, inst);
    default: return interp__violate(in, RULE_WELL_FORMED, "%s of sets", sir_op_text(inst->op));
    }
}
