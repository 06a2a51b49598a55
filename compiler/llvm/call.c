// Calls. Values that fit registers are passed in them; the rest by the address of a copy that is the callee's. A result
// in memory is written to where the first parameter points, or returned in one or two integers if it is small and holds no
// address: what does would lose what the optimiser knows of it, and addresses are never made of integers (lint.c).

#include "llvm__.h"

#include "contracts/abi/kernel.h"

#include <stdio.h>
#include <string.h>

// --- signatures ------------------------------------------------------------------------------------------------

static uint32_t add_types(const Emit *e, SirType type, LLVMTypeRef *to) {
    switch (llvm__shape(e, type)) {
    case SHAPE_NONE: return 0;
    case SHAPE_ONE: to[0] = llvm__one_type(e, type); return 1;
    case SHAPE_TWO:
        to[0] = e->ptr;
        to[1] = e->i64;
        return 2;
    case SHAPE_MEMORY: to[0] = e->ptr; return 1;
    }
    return 0;
}

LLVMTypeRef llvm__sig_type(const Emit *e, const SirSig *sig) {
    LLVMTypeRef *types = arena_array(e->arena, LLVMTypeRef, 2 * (uint64_t)sig->param_count + 1);
    uint32_t count = 0;
    LLVMTypeRef result = e->void_type;
    switch (llvm__shape(e, sig->result)) {
    case SHAPE_NONE: break;
    case SHAPE_ONE: result = llvm__one_type(e, sig->result); break;
    case SHAPE_TWO: result = e->pair; break;
    case SHAPE_MEMORY:
        if (llvm__returned_by_address(e, sig->result))
            types[count++] = e->ptr;
        else
            result = llvm__returned_in(e, sig->result);
        break;
    }
    for (uint32_t i = 0; i < sig->param_count; i++)
        count += add_types(e, sig->params[i].type, types + count);
    return LLVMFunctionType(result, types, count, false);
}

// "f12.name": the row makes it unique, and leads back to the name as it is written.
static void symbol_of(const Emit *e, SirFunc func, char symbol[96]) {
    int at = snprintf(symbol, 32, "f%u.", func);
    Str name = e->module->funcs.data[func].name;
    for (size_t i = 0; i < name.len && i < 60; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        symbol[at++] = plain || c == '.' ? c : '_';
    }
    symbol[at] = '\0';
}

// A borrow's pointee is there for as long as the call lasts [26].
static void promise_borrow(const Emit *e, LLVMValueRef fn, uint32_t param, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    bool borrows = info->kind == SIR_TYPE_PTR && (info->mode == SIR_CONST || info->mode == SIR_MUT);
    if (!borrows || llvm__size(e, info->elem) == 0) return;
    unsigned kind = LLVMGetEnumAttributeKindForName("dereferenceable", 15);
    LLVMAddAttributeAtIndex(
        fn, param + 1, LLVMCreateEnumAttribute(e->context, kind, llvm__size(e, info->elem))
    );
}

// They say where to look first, and promise nothing.
static void hint(Emit *e, LLVMValueRef fn, uint8_t hints) {
    if (hints & SIR_HINT_INLINE) llvm__add_attribute(e, fn, "inlinehint", 0);
    if (hints & SIR_HINT_NOINLINE) llvm__add_attribute(e, fn, "noinline", 0);
    if (hints & SIR_HINT_COLD) llvm__add_attribute(e, fn, "cold", 0);
}

void llvm__declare_func(Emit *e, SirFunc func) {
    const SirSig *sig = &e->module->funcs.data[func].sig;
    char symbol[96];
    symbol_of(e, func, symbol);
    LLVMTypeRef type = llvm__sig_type(e, sig);
    LLVMValueRef fn = LLVMAddFunction(e->out, symbol, type);
    LLVMSetLinkage(fn, LLVMInternalLinkage);
    LLVMSetUnnamedAddress(fn, LLVMGlobalUnnamedAddr);
    llvm__attributes(e, fn);
    hint(e, fn, e->module->funcs.data[func].hints);
    e->funcs[func] = fn;
    e->func_types[func] = type;
    map_put(e->func_rows, (uint64_t)(uintptr_t)fn, func);
    uint32_t at = llvm__returned_by_address(e, sig->result);
    for (uint32_t i = 0; i < sig->param_count; i++) {
        LLVMTypeRef types[2];
        promise_borrow(e, fn, at, sig->params[i].type);
        at += add_types(e, sig->params[i].type, types);
    }
}

// --- calls -------------------------------------------------------------------------------------------------------

static uint32_t add_values(Emit *e, const Value *value, LLVMValueRef *to) {
    switch (value->shape) {
    case SHAPE_NONE: return 0;
    case SHAPE_ONE: to[0] = value->a; return 1;
    case SHAPE_TWO:
        to[0] = value->a;
        to[1] = value->b;
        return 2;
    case SHAPE_MEMORY: break;
    }
    to[0] = llvm__temp(e, llvm__size(e, value->type), llvm__align(e, value->type), true);
    llvm__store_at(e, to[0], llvm__align(e, value->type), value);
    return 1;
}

static void store_returned(Emit *e, LLVMTypeRef in, LLVMValueRef got, const Value *value) {
    if (in != e->words) {
        llvm__store(e, got, value->a, value->align);
        return;
    }
    llvm__store(e, llvm__extract(e, got, 0), value->a, value->align);
    llvm__store(e, llvm__extract(e, got, 1), llvm__offset(e, value->a, 8), value->align);
}

static void call_with(
    Emit *e, LLVMValueRef fn, LLVMTypeRef type, SirType result, const SirInst *inst, uint32_t first
) {
    uint32_t n = inst->arg_count - first, count = 0;
    Value *values = llvm__args(e, inst->args + first, n);
    LLVMValueRef *args = arena_array(e->arena, LLVMValueRef, 2 * (uint64_t)n + 1);
    Value value = { .type = result, .shape = llvm__shape(e, result) };
    LLVMTypeRef in = llvm__returned_in(e, result);
    if (value.shape == SHAPE_MEMORY) {
        LLVMValueRef room = llvm__temp(e, llvm__size(e, result), llvm__align(e, result), true);
        value = llvm__memory(e, result, room);
        if (!in) args[count++] = room;
    }
    for (uint32_t i = 0; i < n; i++)
        count += add_values(e, &values[i], args + count);
    LLVMValueRef got = llvm__call_fn(e, type, fn, args, count);
    if (in) store_returned(e, in, got, &value);
    if (value.shape == SHAPE_ONE) value.a = got;
    if (value.shape == SHAPE_TWO) {
        value.a = llvm__extract(e, got, 0);
        value.b = llvm__extract(e, got, 1);
    }
    llvm__dest(e, &inst->args[0], &value);
}

static void call_value(Emit *e, const SirInst *inst) {
    const SirSig *sig = llvm__type(e, llvm__arg_type(e, &inst->args[1]))->sig;
    LLVMValueRef fn = llvm__arg(e, &inst->args[1]).a;
    call_with(e, fn, llvm__sig_type(e, sig), sig->result, inst, 2);
}

// The signatures of the rows that programs may name are scalars only.
static void call_kernel(Emit *e, const SirInst *inst) {
    LLVMValueRef args[2];
    uint32_t n = inst->arg_count - 2;
    if (n > 2) {
        llvm__fail(e, "a kernel call of %u arguments", n);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        args[i] = llvm__arg(e, &inst->args[2 + i]).a;
    LLVMValueRef got = llvm__call_kernel(e, (Kcall)inst->args[1].n, n, args);
    if (inst->args[0].kind == SIR_ARG_NOTHING) return;
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), got);
    llvm__dest(e, &inst->args[0], &value);
}

void llvm__call(Emit *e, const SirInst *inst) {
    SirFunc func = (SirFunc)inst->args[1].n;
    if (inst->op == SIR_OP_CALL)
        call_with(
            e, e->funcs[func], e->func_types[func], e->module->funcs.data[func].sig.result, inst, 2
        );
    else if (inst->op == SIR_OP_CALL_VALUE)
        call_value(e, inst);
    else
        call_kernel(e, inst);
}

// --- sip_program(const SipStart *): main with its wires -----------------------------------------------------------

static LLVMValueRef start_field(Emit *e, LLVMValueRef start, size_t offset, LLVMTypeRef type) {
    return llvm__load(e, type, llvm__offset(e, start, offset), 8);
}

static uint32_t unpack_params(Emit *e, LLVMValueRef start, const SirSig *sig, LLVMValueRef *args) {
    uint32_t count = 0, endpoints = 0, devices[SIR_DMA + 1] = { 0 };
    for (uint32_t i = 0; i < sig->param_count; i++) {
        const SirTypeInfo *info = llvm__type(e, sig->params[i].type);
        if (info->kind == SIR_TYPE_ENDPOINT) {
            LLVMValueRef table = start_field(e, start, offsetof(SipStart, endpoints), e->ptr);
            args[count++] =
                llvm__load(e, e->ptr, llvm__offset(e, table, 8 * (uint64_t)endpoints++), 8);
        } else if (info->kind == SIR_TYPE_SLICE) {
            args[count++] = start_field(e, start, offsetof(SipStart, args), e->ptr);
            args[count++] = start_field(e, start, offsetof(SipStart, arg_count), e->i64);
        } else if (info->kind == SIR_TYPE_DEVICE) {
            args[count++] = llvm__device_granted(e, info->device, devices[info->device]++);
        } else {
            llvm__fail(e, "a parameter of main is neither endpoint, device nor text arguments");
        }
    }
    return count;
}

void llvm__define_program(Emit *e) {
    SirFunc main = e->module->manifest.main;
    if (main == SIR_NONE) {
        llvm__fail(e, "the module has no main");
        return;
    }
    LLVMTypeRef param = e->ptr;
    LLVMValueRef fn =
        LLVMAddFunction(e->out, "sip_program", LLVMFunctionType(e->void_type, &param, 1, false));
    LLVMSetVisibility(fn, LLVMHiddenVisibility);
    llvm__attributes(e, fn);
    llvm__begin_body(e, fn);
    llvm__debug_none(e);
    const SirSig *sig = &e->module->funcs.data[main].sig;
    LLVMValueRef *args = arena_array(e->arena, LLVMValueRef, 2 * (uint64_t)sig->param_count);
    uint32_t count = unpack_params(e, LLVMGetParam(fn, 0), sig, args);
    llvm__begin_managed(e);
    llvm__add_attribute(e, e->funcs[main], "noinline", 0); // a frame of its own, for reports
    if (!e->failed) llvm__call_fn(e, e->func_types[main], e->funcs[main], args, count);
    LLVMBuildRetVoid(e->at);
}
