// Calls and channels. Control goes to functions of the module and to kernel functions that programs may name (V11), to
// some of those with a grant only (V13); what crosses goes by the signature or the contract. docs/sir.md 6, 8, 9.

#include "typing.h"

// --- kernel functions: rows of kcalls.def with the signatures of kcall_sigs.def ------------------------------------------------

enum { // KCALL_ROW_TRAP ...: rows by name
#define KCALL(name, text, visible, result, params) KCALL_ROW_##name,
#include "contracts/abi/kcalls.def"
    KCALL_ROWS
};

enum { VISIBLE_PROGRAM, VISIBLE_COMPILER };

static const int visible_to[KCALL_ROWS] = {
#define KCALL(name, text, visible, result, params) VISIBLE_##visible,
#include "contracts/abi/kcalls.def"
};

enum { // the column GRANT, as SirGrantKind
    GRANT_NONE = SIR_GRANT_KINDS,
    GRANT_IO_PORT = SIR_GRANT_IO_PORT,
    GRANT_IO_MEMORY = SIR_GRANT_IO_MEMORY,
    GRANT_IRQ = SIR_GRANT_IRQ,
    GRANT_DMA = SIR_GRANT_DMA,
    GRANT_EXIT = SIR_GRANT_EXIT,
};

typedef struct KernelSig {
    bool known; // has a row in kcall_sigs.def
    SirType result;
    uint32_t count;
    SirType params[2];
    int grant;
} KernelSig;

static const KernelSig kernel_sigs[KCALL_ROWS] = {
#define KCALL_SIG(name, result, count, p0, p1, grant)                                    \
    [KCALL_ROW_##name] = {                                                               \
        true, SIR_TYPE_##result, count, { SIR_TYPE_##p0, SIR_TYPE_##p1 }, \
           GRANT_##grant, \
    },
#include "contracts/abi/kcall_sigs.def"
};

// --- calls -----------------------------------------------------------------------------------------------------------------------

static void expect_result(Code *c, SirType result) {
    bool has_dest = c->inst->args[0].kind != SIR_ARG_NOTHING;
    if (has_dest == (result == SIR_TYPE_VOID))
        ILL_FORMED(
            c, has_dest ? "a call of void has a destination" : "a call's result has no destination"
        );
    else if (has_dest)
        verify__expect(c, c->types[0], result, "the destination");
}

static void expect_sig(Code *c, const SirSig *sig) {
    verify__expect_count(c, 2, sig->param_count);
    for (uint32_t i = 0; !c->bad && i < sig->param_count; i++)
        verify__expect(c, c->types[2 + i], sig->params[i].type, "an argument");
    expect_result(c, sig->result);
}

static void type_call_value(Code *c) {
    const SirTypeInfo *callee = verify__type(c->v, c->types[1]);
    if (callee->kind == SIR_TYPE_FN)
        expect_sig(c, callee->sig);
    else
        ILL_FORMED(c, "a `%s` is called", verify__shown(c, c->types[1]));
}

static void type_call_kernel(Code *c) {
    uint64_t row = c->inst->args[1].n;
    if (row >= KCALL_ROWS || visible_to[row] != VISIBLE_PROGRAM || !kernel_sigs[row].known) {
        REJECT(c, RULE_SEALED, "kernel function %llu is not for programs", (unsigned long long)row);
        return;
    }
    const KernelSig *sig = &kernel_sigs[row];
    if (sig->grant != GRANT_NONE && !verify__has_grant(c->v, (SirGrantKind)sig->grant)) {
        REJECT(
            c, RULE_RESOURCES, "`%s` needs a grant that the manifest does not have",
            sir_kcall_text((uint32_t)row)
        );
        return;
    }
    verify__expect_count(c, 2, sig->count);
    for (uint32_t i = 0; !c->bad && i < sig->count; i++)
        verify__expect(c, c->types[2 + i], sig->params[i], "an argument");
    expect_result(c, sig->result);
    c->v->out->kernel[row] = true;
}

uint32_t verify__kernel_rows(void) {
    return KCALL_ROWS;
}

// --- channels --------------------------------------------------------------------------------------------------------------------

static bool is_end_of(const Code *c, SirType type, SirContract contract, SirSide side) {
    const SirTypeInfo *info = verify__type(c->v, type);
    return info->kind == SIR_TYPE_ENDPOINT && info->contract == contract && info->side == side;
}

static void type_channel(Code *c) {
    SirContract contract = (SirContract)c->inst->args[2].n;
    if (!is_end_of(c, c->types[0], contract, SIR_IMP) ||
        !is_end_of(c, c->types[1], contract, SIR_EXP))
        ILL_FORMED(
            c, "`channel` does not make `%s` and `%s`", verify__shown(c, c->types[0]),
            verify__shown(c, c->types[1])
        );
    else
        c->v->out->contracts[contract] = true;
}

static const SirContractInfo *contract_of(Code *c, SirType type) {
    const SirTypeInfo *info = verify__type(c->v, type);
    if (info->kind == SIR_TYPE_ENDPOINT) return &c->v->module->contracts.data[info->contract];
    ILL_FORMED(
        c, "`%s` of a `%s`, which is no endpoint", sir_op_text(c->inst->op), verify__shown(c, type)
    );
    return NULL;
}

static void type_send(Code *c) {
    const SirContractInfo *contract = contract_of(c, c->types[0]);
    if (!contract) return;
    uint64_t row = c->inst->args[1].n;
    if (row >= contract->message_count) {
        ILL_FORMED(c, "there is no message %llu", (unsigned long long)row);
        return;
    }
    const SirMessage *message = &contract->messages[row];
    verify__expect_count(c, 2, message->arg_count);
    for (uint32_t i = 0; !c->bad && i < message->arg_count; i++)
        verify__expect(c, c->types[2 + i], message->args[i].type, "an argument");
}

static void type_retype(Code *c) {
    const SirContractInfo *contract = contract_of(c, c->types[0]);
    if (contract && c->inst->args[1].n >= contract->state_count)
        ILL_FORMED(c, "there is no state %llu", (unsigned long long)c->inst->args[1].n);
}

// What it was is kept at run time: here, that both are ends of one side.
static void type_erase(Code *c) {
    const SirTypeInfo *to = verify__type(c->v, c->types[0]);
    const SirContractInfo *contract = contract_of(c, c->types[1]);
    if (!contract) return;
    if (to->kind != SIR_TYPE_ENDPOINT || to->side != verify__type(c->v, c->types[1])->side)
        ILL_FORMED(
            c, "`erase` does not lead from `%s` to `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
    else if (c->inst->args[2].n >= contract->state_count)
        ILL_FORMED(c, "there is no state %llu", (unsigned long long)c->inst->args[2].n);
}

static void type_recover(Code *c) {
    const SirTypeInfo *option = verify__type(c->v, c->types[0]);
    const SirContractInfo *contract = contract_of(c, c->types[1]);
    if (!contract) return;
    bool fits = option->kind == SIR_TYPE_OPTION;
    if (fits) {
        const SirTypeInfo *to = verify__type(c->v, option->elem);
        fits = to->kind == SIR_TYPE_ENDPOINT && to->state != SIR_STATE_ANY &&
               to->side == verify__type(c->v, c->types[1])->side;
    }
    if (!fits)
        ILL_FORMED(
            c, "`recover` does not lead from `%s` to `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
}

// To the same end of a contract that this one inherits from, in one of its states. Whether they agree is V07's question.
static void type_upcast(Code *c) {
    const SirTypeInfo *to = verify__type(c->v, c->types[0]),
                      *from = verify__type(c->v, c->types[1]);
    bool ends = to->kind == SIR_TYPE_ENDPOINT && from->kind == SIR_TYPE_ENDPOINT;
    if (!ends || c->inst->args[1].kind != SIR_ARG_MOVE || to->side != from->side ||
        !verify__inherits(c->v, from->contract, to->contract) ||
        to->state >= c->v->module->contracts.data[to->contract].state_count)
        ILL_FORMED(
            c, "`upcast` of a `%s` to a `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
}

void verify__type_call(Code *c) {
    switch (c->inst->op) {
    case SIR_OP_CALL: expect_sig(c, &c->v->module->funcs.data[c->inst->args[1].n].sig); break;
    case SIR_OP_CALL_VALUE: type_call_value(c); break;
    case SIR_OP_CALL_KERNEL: type_call_kernel(c); break;
    case SIR_OP_CHANNEL: type_channel(c); break;
    case SIR_OP_SEND: type_send(c); break;
    case SIR_OP_RETYPE: type_retype(c); break;
    case SIR_OP_ERASE: type_erase(c); break;
    case SIR_OP_RECOVER: type_recover(c); break;
    case SIR_OP_UPCAST: type_upcast(c); break;
    default: break;
    }
}
