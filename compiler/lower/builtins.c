// What the language has built in and SIR has an instruction for. Arguments that are places are looked at by the
// instruction itself; what their indexes need is computed in turn.

#include "lower__.h"

static SirOp builtin_op(HirBuiltin builtin) {
    switch (builtin) {
    case HIR_BUILTIN_SLICE_SWAP: return SIR_OP_SLICE_SWAP;
    case HIR_BUILTIN_SLICE_REPLACE: return SIR_OP_SLICE_REPLACE;
    case HIR_BUILTIN_SLICE_COPY: return SIR_OP_SLICE_COPY;
    case HIR_BUILTIN_SLICE_FILL: return SIR_OP_SLICE_FILL;
    case HIR_BUILTIN_SLICE_MOVE: return SIR_OP_SLICE_MOVE;
    case HIR_BUILTIN_SPLIT_AT:
    case HIR_BUILTIN_TAKE:
    case HIR_BUILTIN_SPLIT_FIRST: break; // several instructions: halves.c
    case HIR_BUILTIN_REPLACE: return SIR_OP_REPLACE;
    case HIR_BUILTIN_SWAP: return SIR_OP_SWAP;
    case HIR_BUILTIN_GET: return SIR_OP_GET;
    case HIR_BUILTIN_GET_MUT: return SIR_OP_GET_MUT;
    case HIR_BUILTIN_SUB: return SIR_OP_SUBVIEW_OPT;
    case HIR_BUILTIN_STR_OF: return SIR_OP_STR_OF;
    case HIR_BUILTIN_WIRE_VIEW: return SIR_OP_WIRE_VIEW;
    case HIR_BUILTIN_BYTES_OF: return SIR_OP_BYTES_OF;
    case HIR_BUILTIN_GROW_NEW: return SIR_OP_GROW_NEW;
    case HIR_BUILTIN_PUSH: return SIR_OP_GROW_PUSH;
    case HIR_BUILTIN_POP: return SIR_OP_GROW_POP;
    case HIR_BUILTIN_INSERT: return SIR_OP_GROW_INSERT;
    case HIR_BUILTIN_REMOVE: return SIR_OP_GROW_REMOVE;
    case HIR_BUILTIN_TRUNCATE: return SIR_OP_GROW_TRUNCATE;
    case HIR_BUILTIN_APPEND: return SIR_OP_GROW_APPEND;
    case HIR_BUILTIN_RESERVE: return SIR_OP_GROW_RESERVE;
    case HIR_BUILTIN_TRY_RESERVE: return SIR_OP_GROW_RESERVE_OPT;
    case HIR_BUILTIN_SEAL: return SIR_OP_GROW_SEAL;
    case HIR_BUILTIN_LEN: return SIR_OP_LEN;
    case HIR_BUILTIN_ADDRESS: return SIR_OP_ADDRESS;
    case HIR_BUILTIN_IS_NONE: break; // no instruction: a match
    case HIR_BUILTIN_IS_CLOSED: return SIR_OP_IS_CLOSED;
    case HIR_BUILTIN_ERASE: return SIR_OP_ERASE;
    case HIR_BUILTIN_RECOVER: return SIR_OP_RECOVER;
    case HIR_BUILTIN_SET_NEW: return SIR_OP_SET_NEW;
    case HIR_BUILTIN_SET_ADD: return SIR_OP_SET_ADD;
    case HIR_BUILTIN_SET_TAKE: return SIR_OP_SET_TAKE;
    case HIR_BUILTIN_DEVICE_READ: return SIR_OP_DEVICE_READ;
    case HIR_BUILTIN_DEVICE_WRITE: return SIR_OP_DEVICE_WRITE;
    case HIR_BUILTIN_DEVICE_COPY_IN: return SIR_OP_DEVICE_COPY_IN;
    case HIR_BUILTIN_DEVICE_COPY_OUT: return SIR_OP_DEVICE_COPY_OUT;
    case HIR_BUILTIN_DEVICE_ADDRESS: return SIR_OP_DEVICE_ADDRESS;
    case HIR_BUILTIN_DEVICE_LISTEN: return SIR_OP_DEVICE_LISTEN;
    case HIR_BUILTIN_UPCAST: return SIR_OP_UPCAST;
    case HIR_BUILTIN_CLZ: return SIR_OP_CLZ;
    case HIR_BUILTIN_CTZ: return SIR_OP_CTZ;
    case HIR_BUILTIN_POPCOUNT: return SIR_OP_POPCOUNT;
    case HIR_BUILTIN_BYTESWAP: return SIR_OP_BYTESWAP;
    case HIR_BUILTIN_ROTL: return SIR_OP_ROTL;
    case HIR_BUILTIN_ROTR: return SIR_OP_ROTR;
    case HIR_BUILTIN_MUL_HIGH: return SIR_OP_MUL_HIGH;
    case HIR_BUILTIN_SQRT: return SIR_OP_FSQRT;
    case HIR_BUILTIN_SHARE: return SIR_OP_SHARE;
    case HIR_BUILTIN_ATOMIC_LOAD: return SIR_OP_ATOMIC_LOAD;
    case HIR_BUILTIN_ATOMIC_STORE: return SIR_OP_ATOMIC_STORE;
    case HIR_BUILTIN_ATOMIC_ADD: return SIR_OP_ATOMIC_ADD;
    case HIR_BUILTIN_ATOMIC_SWAP: return SIR_OP_ATOMIC_SWAP;
    case HIR_BUILTIN_ATOMIC_CAS: return SIR_OP_ATOMIC_CAS;
    case HIR_BUILTIN_ENUM_OF: return SIR_OP_ENUM_OF;
    case HIR_BUILTIN_REPR_OF: return SIR_OP_REPR_OF;
    }
    unreachable();
}

// The letter of the row's shape that argument `i` after the destination is for: `p` or `v`.
static char letter_of(SirOp op, uint32_t i) {
    const char *shape = sir_op_shape(op);
    return shape[sir_op_dests(op) + i];
}

SirArg lower__place_arg(Body *b, const HirExpr *e, HirExpr *const *later, uint32_t count) {
    bool moves = false;
    for (uint32_t i = 0; i < count; i++)
        moves |= lower__disturbs(later[i]);
    if (hir_expr_is_place(e)) return lower__at(lower__place(b, e, moves));
    return lower__at(lower__value_place(b, e));
}

// The tag alone is looked at: both ways of the match write the answer.
static void lower_is_none(Body *b, const HirExpr *e, SirArg dest) {
    SirArg option = lower__place_arg(b, e->args.data[0], NULL, 0);
    SirBlock ways[] = { lower__block(b), lower__block(b) }, join = lower__block(b); // some, none
    SirInst *match = lower__end(b, SIR_OP_MATCH, e->span, &option, 2);
    for (uint32_t i = 0; i < 2; i++) {
        SirArm *arm = &match->arms[i];
        arm->kind = SIR_ARM_VARIANT;
        arm->n = !i;
        arm->block = ways[i];
        arm->bind_count = !i;
        arm->binds = arena_array(b->l->module->code, SirBind, 1);
        arm->binds[0] = (SirBind){ SIR_BIND_SKIP, SIR_NONE };
    }
    for (uint32_t i = 0; i < 2; i++) {
        lower__start(b, ways[i]);
        LOWER_OP(b, SIR_OP_USE, e->span, dest, lower__tree_arg(lower__int(b->l, SIR_TYPE_BOOL, i)));
        lower__jump(b, join, e->span);
    }
    lower__start(b, join);
}

void lower__builtin(Body *b, const HirExpr *e, SirArg dest) {
    if (e->builtin == HIR_BUILTIN_IS_NONE) {
        lower_is_none(b, e, dest);
        return;
    }
    if (e->builtin == HIR_BUILTIN_SPLIT_AT || e->builtin == HIR_BUILTIN_SPLIT_FIRST) {
        lower__halves(b, e, dest);
        return;
    }
    if (e->builtin == HIR_BUILTIN_TAKE) {
        lower__take(b, e, dest);
        return;
    }
    SirOp op = builtin_op(e->builtin);
    SirArg *args = arena_array(&b->l->scratch, SirArg, e->args.len + 2);
    uint32_t count = 0;
    if (sir_op_dests(op) > 0) args[count++] = dest;
    for (uint32_t i = 0; i < e->args.len; i++) {
        HirExpr *const *later = e->args.data + i + 1;
        uint32_t rest = e->args.len - i - 1;
        bool is_place = letter_of(op, i) == 'p';
        args[count++] = is_place ? lower__place_arg(b, e->args.data[i], later, rest)
                                 : lower__early_value(b, e->args.data[i], later, rest);
    }
    if (op == SIR_OP_ERASE) args[count++] = lower__num(SIR_ARG_INT, e->args.data[0]->type->state);
    lower__op(b, op, e->span, count, args);
}
