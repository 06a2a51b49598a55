// Device objects: what is read, written and listened to. Whether an offset lies in what was granted is tested at run time,
// by the kernel, which alone knows the grant. docs/sir.md 6.

#include "typing.h"

static const SirTypeInfo *device_info(Code *c, SirType type) {
    const SirTypeInfo *info = verify__type(c->v, type);
    if (info->kind == SIR_TYPE_DEVICE) return info;
    ILL_FORMED(
        c, "`%s` of a `%s`, which is no device", sir_op_text(c->inst->op), verify__shown(c, type)
    );
    return NULL;
}

static void refuse_kind(Code *c, SirType type) {
    ILL_FORMED(c, "`%s` of `%s`", sir_op_text(c->inst->op), verify__shown(c, type));
}

// There are no ports of 64 bits.
static bool is_unit(const SirTypeInfo *device, SirType type) {
    bool is_unsigned = type == SIR_TYPE_U8 || type == SIR_TYPE_U16 || type == SIR_TYPE_U32;
    return is_unsigned || (type == SIR_TYPE_U64 && device->device != SIR_IO_PORT);
}

static void type_scalar(Code *c, uint32_t device, uint32_t offset, uint32_t value) {
    const SirTypeInfo *info = device_info(c, c->types[device]);
    if (!info) return;
    if (info->device == SIR_IRQ) refuse_kind(c, c->types[device]);
    verify__expect(c, c->types[offset], SIR_TYPE_U64, "the offset");
    if (!c->bad && !is_unit(info, c->types[value]))
        ILL_FORMED(
            c, "`%s` of a `%s` in a `%s`", sir_op_text(c->inst->op),
            verify__shown(c, c->types[value]), verify__shown(c, c->types[device])
        );
}

// Bytes that lie where the SIP may read, or change, them.
static bool are_bytes(const Code *c, SirType type, bool changes) {
    const SirTypeInfo *info = verify__type(c->v, type);
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR: return info->elem == SIR_TYPE_U8;
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
        if (info->mode == SIR_GC) return false;
        return info->elem == SIR_TYPE_U8 &&
               (!changes || info->mode == SIR_OWN || info->mode == SIR_MUT);
    default: return false;
    }
}

static void type_copy(Code *c) {
    const SirTypeInfo *info = device_info(c, c->types[0]);
    if (!info) return;
    if (info->device == SIR_IRQ || info->device == SIR_IO_PORT) refuse_kind(c, c->types[0]);
    if (!c->bad && !are_bytes(c, c->types[2], c->inst->op == SIR_OP_DEVICE_COPY_IN))
        ILL_FORMED(c, "`%s` with a `%s`", sir_op_text(c->inst->op), verify__shown(c, c->types[2]));
    verify__expect(c, c->types[1], SIR_TYPE_U64, "the offset");
    if (!c->bad) verify__require_aligned(c, &c->inst->args[2].place);
}

static void type_address(Code *c) {
    const SirTypeInfo *info = device_info(c, c->types[1]);
    if (info && info->device != SIR_DMA) refuse_kind(c, c->types[1]);
    verify__expect(c, c->types[0], SIR_TYPE_U64, "the destination");
}

// Two states that lead to each other, by a message without arguments each: the kernel, which is the exporter, sends the first,
// `fired`, and waits for the second.
static bool is_irq_contract(const SirContractInfo *contract) {
    if (contract->message_count != 2 || contract->state_count != 2) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const SirMessage *message = &contract->messages[i];
        const SirStateInfo *state = &contract->states[i];
        if (message->arg_count != 0 || message->dir != (i == 0 ? SIR_OUT : SIR_IN) ||
            state->is_end || state->choice_count != 1 || state->choices[0].message != i ||
            state->choices[0].next != 1 - i)
            return false;
    }
    return true;
}

static void type_listen(Code *c) {
    const SirTypeInfo *info = device_info(c, c->types[1]);
    if (!info) return;
    const SirTypeInfo *end = verify__type(c->v, c->types[0]);
    if (info->device != SIR_IRQ || c->inst->args[1].kind != SIR_ARG_MOVE)
        refuse_kind(c, c->types[1]);
    else if (end->kind != SIR_TYPE_ENDPOINT || end->side != SIR_IMP || end->state != 0 ||
             !is_irq_contract(&c->v->module->contracts.data[end->contract]))
        ILL_FORMED(
            c,
            "`device.listen` gives no `%s`: interrupts come by `fired! -> ack?`, again and again",
            verify__shown(c, c->types[0])
        );
    else
        c->v->out->contracts[end->contract] = true;
}

void verify__type_device(Code *c) {
    switch (c->inst->op) {
    case SIR_OP_DEVICE_READ: type_scalar(c, 1, 2, 0); return;
    case SIR_OP_DEVICE_WRITE: type_scalar(c, 0, 1, 2); return;
    case SIR_OP_DEVICE_COPY_IN:
    case SIR_OP_DEVICE_COPY_OUT: type_copy(c); return;
    case SIR_OP_DEVICE_ADDRESS: type_address(c); return;
    case SIR_OP_DEVICE_LISTEN: type_listen(c); return;
    default: ILL_FORMED(c, "`%s` is not known here", sir_op_text(c->inst->op)); return;
    }
}
