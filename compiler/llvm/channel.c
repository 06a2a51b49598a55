// Channels, through the kernel's table: made, closed, and a message put together in the slot that the kernel gives.

#include "llvm__.h"

#include "contracts/abi/kernel.h"

#include <string.h>

const SirMessage *llvm__message(const Emit *e, const SirPlace *place, uint64_t n) {
    const SirTypeInfo *endpoint = llvm__type(e, llvm__place_type(e, place));
    return &e->module->contracts.data[endpoint->contract].messages[n];
}

// --- making and closing ------------------------------------------------------------------------------------------

static void make_channel(Emit *e, const SirInst *inst) {
    LLVMValueRef ends[] = { llvm__temp(e, 8, 8, true), llvm__temp(e, 8, 8, true) };
    LLVMValueRef args[] = { llvm__u32(e, (uint32_t)inst->args[2].n), ends[0], ends[1],
                            llvm__u32(e, llvm__site(e, FAULT_QUOTA)) };
    llvm__call_kernel(e, KCALL_CHANNEL, 4, args);
    for (uint32_t i = 0; i < 2; i++) {
        SirType type = llvm__place_type(e, &inst->args[i].place);
        Value value = llvm__one(e, type, llvm__load(e, e->ptr, ends[i], 8));
        llvm__dest(e, &inst->args[i], &value);
    }
}

static void is_closed(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[1].place);
    LLVMValueRef endpoint = llvm__load_place(e, &place).a;
    LLVMValueRef is = llvm__call_kernel(e, KCALL_IS_CLOSED, 1, &endpoint);
    LLVMValueRef bit = llvm__is(e, LLVMIntNE, is, llvm__u32(e, 0));
    llvm__dest_bit(e, &inst->args[0], bit);
}

// --- sending ---------------------------------------------------------------------------------------------------------

static void fill_slot(
    Emit *e, LLVMValueRef slot, LLVMValueRef endpoint, const Value *values, uint32_t n
) {
    bool passes = false;
    Offsets at = { 0, 1 };
    for (uint32_t i = 0; i < n; i++) {
        uint64_t offset = llvm__place_field(e, &at, values[i].type);
        llvm__store_at(
            e, llvm__offset(e, slot, offset), llvm__align(e, values[i].type), &values[i]
        );
        passes = passes || llvm__needs_pass(e, values[i].type);
    }
    if (!passes) return;
    LLVMValueRef pass = llvm__pass_begin(e, endpoint);
    at = (Offsets){ 0, 1 };
    for (uint32_t i = 0; i < n; i++) {
        uint64_t offset = llvm__place_field(e, &at, values[i].type);
        llvm__pass(e, values[i].type, llvm__offset(e, slot, offset), pass);
    }
    llvm__pass_end(e, pass);
}

static void send_slot(
    Emit *e, LLVMValueRef endpoint, LLVMValueRef message, const Value *values, uint32_t n
) {
    LLVMValueRef args[] = { endpoint, message };
    LLVMValueRef slot = llvm__call_kernel(e, KCALL_SEND_BEGIN, 2, args);
    LLVMBasicBlockRef open = llvm__new_block(e, "open"), gone = llvm__new_block(e, "gone");
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntNE, slot, LLVMConstNull(e->ptr)), open, gone);
    llvm__go(e, open);
    fill_slot(e, slot, endpoint, values, n);
    llvm__call_kernel(e, KCALL_SEND_COMMIT, 1, &endpoint);
    llvm__jump(e, on);
    llvm__go(e, gone); // the peer will not have it
    for (uint32_t i = 0; i < n; i++)
        if (llvm__owns(e, values[i].type))
            llvm__drop(e, values[i].type, llvm__spill(e, &values[i]));
    llvm__jump(e, on);
    llvm__go(e, on);
}

// How many words the payload is if it goes in registers: whole, small, and nothing that needs the pass.
static bool fits_registers(Emit *e, const Value *values, uint32_t n, uint64_t *words) {
    Offsets at = { 0, 1 };
    for (uint32_t i = 0; i < n; i++) {
        llvm__place_field(e, &at, values[i].type);
        if (llvm__needs_pass(e, values[i].type)) return false;
    }
    *words = (at.end + 7) / 8;
    return at.end <= SIP_SEND_BYTES;
}

static void send_words(
    Emit *e,
    LLVMValueRef endpoint,
    LLVMValueRef message,
    const Value *values,
    uint32_t n,
    uint64_t words
) {
    LLVMValueRef args[2 + SIP_SEND_BYTES / 8] = { endpoint, message };
    LLVMValueRef payload = llvm__temp(e, SIP_SEND_BYTES, 16, false);
    Offsets at = { 0, 1 };
    llvm__fill(e, payload, llvm__int(e, e->i8, 0), llvm__u64(e, 8 * words), 16);
    for (uint32_t i = 0; i < n; i++) {
        LLVMValueRef addr = llvm__offset(e, payload, llvm__place_field(e, &at, values[i].type));
        llvm__store_at(e, addr, llvm__align(e, values[i].type), &values[i]);
    }
    for (uint64_t i = 0; i < SIP_SEND_BYTES / 8; i++)
        args[2 + i] =
            i < words ? llvm__load(e, e->i64, llvm__offset(e, payload, 8 * i), 8) : llvm__u64(e, 0);
    llvm__call_kernel(e, KCALL_SEND, sizeof args / sizeof *args, args);
}

// `own u8[<= N]`: what is longer would be more than the receiver has agreed to take.
static void test_limits(Emit *e, const SirMessage *message, const Value *values, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        const SirTypeInfo *type = llvm__type(e, values[i].type);
        if (message->limits[i] == UINT64_MAX) continue;
        uint64_t each = type->kind == SIR_TYPE_STR ? 1 : llvm__size(e, type->elem);
        if (each == 0) continue;
        LLVMValueRef most = llvm__u64(e, message->limits[i] / each);
        llvm__trap_if(e, llvm__is(e, LLVMIntUGT, values[i].b, most), FAULT_QUOTA);
    }
}

static void send(Emit *e, const SirInst *inst) {
    Place place = llvm__place(e, &inst->args[0].place);
    LLVMValueRef endpoint = llvm__load_place(e, &place).a;
    LLVMValueRef message = llvm__u32(e, (uint32_t)inst->args[1].n);
    uint32_t n = inst->arg_count - 2;
    const Value *values = llvm__args(e, inst->args + 2, n);
    uint64_t words = 0;
    test_limits(e, llvm__message(e, &inst->args[0].place, inst->args[1].n), values, n);
    if (fits_registers(e, values, n, &words))
        send_words(e, endpoint, message, values, n, words);
    else
        send_slot(e, endpoint, message, values, n);
}

// --- any --------------------------------------------------------------------------------------------------------------

// By the contract of its type, which may be a base of the channel's: the state is one of that contract's rows.
static void erase(Emit *e, const SirInst *inst) {
    const SirTypeInfo *from = llvm__type(e, llvm__place_type(e, &inst->args[1].place));
    LLVMValueRef endpoint = llvm__arg(e, &inst->args[1]).a;
    LLVMValueRef args[] = { endpoint, llvm__u32(e, from->contract),
                            llvm__u32(e, (uint32_t)inst->args[2].n) };
    llvm__call_kernel(e, KCALL_ERASE, 3, args);
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), endpoint);
    llvm__dest(e, &inst->args[0], &value);
}

static void recover(Emit *e, const SirInst *inst) {
    LLVMValueRef endpoint = llvm__arg(e, &inst->args[1]).a;
    SirType to = llvm__type(e, llvm__place_type(e, &inst->args[0].place))->elem;
    const SirTypeInfo *info = llvm__type(e, to);
    LLVMValueRef args[] = { endpoint, llvm__u32(e, info->contract), llvm__u32(e, info->state) };
    LLVMValueRef fits = llvm__call_kernel(e, KCALL_RECOVER, 3, args);
    Value value = llvm__one(e, to, endpoint);
    llvm__option_dest(e, &inst->args[0], llvm__is(e, LLVMIntNE, fits, llvm__u32(e, 0)), &value);
}

void llvm__channel(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_CHANNEL) {
        make_channel(e, inst);
    } else if (inst->op == SIR_OP_SEND) {
        send(e, inst);
    } else if (inst->op == SIR_OP_CLOSE) {
        LLVMValueRef endpoint = llvm__arg(e, &inst->args[0]).a;
        llvm__call_kernel(e, KCALL_CLOSE, 1, &endpoint);
    } else if (inst->op == SIR_OP_IS_CLOSED) {
        is_closed(e, inst);
    } else if (inst->op == SIR_OP_ERASE) {
        erase(e, inst);
    } else if (inst->op == SIR_OP_RECOVER) {
        recover(e, inst);
    } else if (inst->op == SIR_OP_UPCAST) { // the same end: messages keep their numbers and layouts
        Value value = llvm__arg(e, &inst->args[1]);
        value.type = llvm__place_type(e, &inst->args[0].place);
        llvm__dest(e, &inst->args[0], &value);
    } else if (inst->op != SIR_OP_RETYPE) { // which only the verifier sees
        llvm__fail(e, "`%s` is not built", sir_op_text(inst->op));
    }
}
