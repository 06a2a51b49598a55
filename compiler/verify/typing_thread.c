// Threads: what is handed to one (V08). A thread that runs freely gets movable values; one that ends before its join does
// may be lent what several threads can reach at once. docs/sir.md 6.

#include "typing.h"

// A borrow of what may be shared. Not of an endpoint: whoever lends that wants to know the state in which it comes back.
static bool is_lendable(const Code *c, SirType type) {
    const SirTypeInfo *info = verify__type(c->v, type);
    bool borrows = info->mode == SIR_CONST || info->mode == SIR_MUT;
    if (info->kind == SIR_TYPE_STR) return borrows;
    bool points = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
    return points && borrows && !verify__is_endpoint(c->v, info->elem) &&
           verify__kind(c->v, info->elem)->shareable;
}

static void type_spawned(Code *c, uint64_t func, uint32_t first, bool lends) {
    const SirSig *sig = &c->v->module->funcs.data[func].sig;
    verify__expect_count(c, first, sig->param_count);
    for (uint32_t i = 0; !c->bad && i < sig->param_count; i++) {
        SirType type = sig->params[i].type;
        verify__expect(c, c->types[first + i], type, "an argument");
        bool goes = verify__kind(c->v, type)->movable || (lends && is_lendable(c, type));
        if (!goes)
            REJECT(
                c, RULE_SENDABLE, "a `%s` does not go to another thread", verify__shown(c, type)
            );
    }
    if (sig->result != SIR_TYPE_VOID) ILL_FORMED(c, "a thread has a result");
}

static void expect_join(Code *c, SirType type) {
    if (verify__type(c->v, type)->kind != SIR_TYPE_JOIN)
        ILL_FORMED(c, "`%s` of a `%s`", sir_op_text(c->inst->op), verify__shown(c, type));
}

void verify__type_thread(Code *c) {
    switch (c->inst->op) {
    case SIR_OP_SPAWN: type_spawned(c, c->inst->args[0].n, 1, false); break;
    case SIR_OP_JOIN_SPAWN:
        expect_join(c, c->types[0]);
        if (!c->bad) type_spawned(c, c->inst->args[1].n, 2, true);
        break;
    case SIR_OP_JOIN_BEGIN:
    case SIR_OP_JOIN_END: expect_join(c, c->types[0]); break;
    default: break;
    }
}
