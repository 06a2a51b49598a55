// The instructions on sets of endpoints: docs/sir.md 6. A set's endpoints are all in the state of its type, each with a value
// of one type beside it, or none.

#include "typing.h"

static const SirTypeInfo *set_info(Code *c, SirType type) {
    const SirTypeInfo *info = verify__type(c->v, type);
    if (info->kind == SIR_TYPE_EPSET) return info;
    ILL_FORMED(
        c, "`%s` of a `%s`, which is no set", sir_op_text(c->inst->op), verify__shown(c, type)
    );
    return NULL;
}

// In which state it is, V07 asks.
static bool is_end_of(const Code *c, SirType type, const SirTypeInfo *set) {
    const SirTypeInfo *info = verify__type(c->v, type);
    return info->kind == SIR_TYPE_ENDPOINT && info->contract == set->contract &&
           info->side == set->side;
}

static bool is_member(const Code *c, SirType type, const SirTypeInfo *set) {
    return is_end_of(c, type, set) && verify__type(c->v, type)->state == set->state;
}

static void type_add(Code *c) {
    const SirTypeInfo *set = set_info(c, c->types[0]);
    if (!set) return;
    verify__expect_count(c, 1, set->elem == SIR_NONE ? 1 : 2);
    if (c->bad) return;
    if (!is_end_of(c, c->types[1], set))
        ILL_FORMED(
            c, "a `%s` is added to a `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
    else if (set->elem != SIR_NONE)
        verify__expect(c, c->types[2], set->elem, "the value of a member");
}

static bool is_pair(const Code *c, SirType type, const SirTypeInfo *set) {
    const SirTypeInfo *info = verify__type(c->v, type);
    return info->kind == SIR_TYPE_STRUCT && !info->is_wire && info->field_count == 2 &&
           is_member(c, info->fields[0].type, set) && info->fields[1].type == set->elem;
}

static void type_take(Code *c) {
    const SirTypeInfo *set = set_info(c, c->types[1]);
    if (!set) return;
    const SirTypeInfo *option = verify__type(c->v, c->types[0]);
    bool fits =
        option->kind == SIR_TYPE_OPTION &&
        (set->elem == SIR_NONE ? is_member(c, option->elem, set) : is_pair(c, option->elem, set));
    if (!fits)
        ILL_FORMED(
            c, "`set.take` does not lead from `%s` to `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
}

void verify__type_set(Code *c) {
    switch (c->inst->op) {
    case SIR_OP_SET_NEW: set_info(c, c->types[0]); return;
    case SIR_OP_SET_ADD: type_add(c); return;
    case SIR_OP_SET_TAKE: type_take(c); return;
    default: ILL_FORMED(c, "`%s` is not known here", sir_op_text(c->inst->op)); return;
    }
}
