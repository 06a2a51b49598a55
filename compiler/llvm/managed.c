// Managed objects. The collector runs only where one is made, looks at the stacks word by word, and moves nothing. It has to find
// there every managed pointer that may still be used, as a pointer to the object or into it; what it finds besides keeps garbage.
//
// So a local that may hold one is never a value in a register alone: it is a slot of the frame whose address has been given
// away, as far as LLVM knows (an empty piece of assembly has it). Making an object is a call of a function that LLVM knows nothing
// of, which could read what was given away: there, all slots hold what SIR says. While an instruction goes on, what it has read is
// kept by where it was read from. A slot is empty before its local begins and after it has ended, so that it keeps nothing alive.
//
// Where the process has several threads, a sibling may collect while this one stands at any machine instruction. Its registers are
// looked at too; but LLVM might leave out a store to a slot that no call comes to see, and go through an array by an address that
// leads beyond it. So there is a fence, which LLVM moves nothing in memory across, on both sides of each instruction that has to do with
// managed pointers: between two of them the slots hold what SIR says, and what such an instruction reads is used, or stands
// in a slot, before what it was read from may change.

#include "managed__.h"

#include "contracts/abi/kernel.h"

#include <string.h>

bool llvm__is_managed(const Emit *e, SirType type) {
    return verified_is_managed(e->sir, type);
}

// --- slots -------------------------------------------------------------------------------------------------------

static void clear(Emit *e, SirLocal local) {
    SirType type = e->info->locals.data[local].type;
    LLVMValueRef zero = llvm__int(e, e->i8, 0), size = llvm__u64(e, llvm__size(e, type));
    llvm__fill(e, e->locals[local], zero, size, llvm__align(e, type));
}

// An empty piece of assembly, which may look at whatever LLVM has to have in memory.
static void call_nothing(Emit *e, const char *operands, LLVMValueRef *addr) {
    LLVMTypeRef type = LLVMFunctionType(e->void_type, &e->ptr, addr != NULL, false);
    LLVMValueRef nothing = LLVMGetInlineAsm(
        type, "", 0, operands, strlen(operands), true, false, LLVMInlineAsmDialectATT, false
    );
    LLVMBuildCall2(e->at, type, nothing, addr, addr != NULL, "");
}

static void pin(Emit *e, LLVMValueRef addr) {
    call_nothing(e, "r", &addr);
}

void llvm__fence(Emit *e) {
    if (e->siblings_collect) call_nothing(e, "~{memory}", NULL);
}

static bool passes_managed(const Emit *e, const SirPlace *place) {
    SirPlace part = *place;
    for (part.proj_count = 0; part.proj_count <= place->proj_count; part.proj_count++)
        if (llvm__is_managed(e, llvm__place_type(e, &part))) return true;
    return false;
}

bool llvm__has_to_be_fenced(const Emit *e, const SirInst *inst) {
    if (!e->siblings_collect) return false;
    if (inst->op == SIR_OP_STORAGE_END)
        return llvm__is_managed(e, e->info->locals.data[inst->args[0].n].type);
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_PLACE && passes_managed(e, &inst->args[i].place))
            return true;
    return false;
}

// Of one thread, nobody collects but itself.
void llvm__find_siblings(Emit *e) {
    bool any = false;
    for (SirType type = SIR_SCALARS; type < e->module->types.len; type++)
        any |= llvm__is_managed(e, type);
    e->siblings_collect = any && e->module->manifest.threads > 1;
}

static bool is_slot(const Emit *e, SirLocal local) {
    SirType type = e->info->locals.data[local].type;
    return llvm__is_managed(e, type) && e->locals[local] && llvm__size(e, type) > 0;
}

// Pinned before they are cleared, so that what is written at once need not be.
void llvm__empty_slots(Emit *e) {
    for (SirLocal local = 0; local < e->info->locals.len; local++)
        if (is_slot(e, local)) pin(e, e->locals[local]);
    for (SirLocal local = 0; local < e->info->locals.len; local++)
        if (is_slot(e, local)) clear(e, local);
}

void llvm__pin_params(Emit *e) {
    for (SirLocal local = 0; local < e->info->sig.param_count; local++)
        if (is_slot(e, local) && llvm__shape(e, e->info->locals.data[local].type) == SHAPE_MEMORY)
            pin(e, e->locals[local]);
}

void llvm__empty_slot(Emit *e, SirLocal local) {
    if (is_slot(e, local)) clear(e, local);
}

// The frame may be a part of another's by then, which goes on: the function was inlined there.
void llvm__leave_slots(Emit *e) {
    bool any = false;
    for (SirLocal local = 0; local < e->info->locals.len; local++) {
        if (!is_slot(e, local)) continue;
        if (!any) llvm__fence(e);
        clear(e, local);
        any = true;
    }
    if (any) call_nothing(e, "~{memory}", NULL);
}

// --- where a type has managed pointers -------------------------------------------------------------------------------

typedef struct Words {
    uint64_t descriptor; // so far
    bool all;            // beyond what a bitmap can say
} Words;

static void note(Emit *e, SirType type, uint64_t offset, Words *words);

static void note_fields(
    Emit *e, const SirField *fields, uint32_t count, uint64_t offset, Words *words
) {
    Offsets offsets = { 0, 1 };
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = offset + llvm__place_field(e, &offsets, fields[i].type);
        note(e, fields[i].type, at, words);
    }
}

static void note_run(Emit *e, const SirTypeInfo *info, uint64_t offset, Words *words) {
    uint64_t size = llvm__size(e, info->elem);
    for (uint64_t i = 0; i < info->count && !words->all; i++)
        note(e, info->elem, offset + i * size, words);
}

// Payloads of several variants lie over each other: a word is looked at if one of them has a pointer there.
static void note_payloads(Emit *e, SirType type, uint64_t offset, Words *words) {
    const SirTypeInfo *info = llvm__type(e, type);
    uint64_t at = offset + llvm__payload_offset(e, type);
    for (uint32_t i = 0; i < info->variant_count; i++)
        note_fields(e, info->variants[i].fields, info->variants[i].field_count, at, words);
}

static void note_word(uint64_t offset, Words *words) {
    if (offset % 8 || offset / 8 >= SIP_MANAGED_BITMAP_WORDS)
        words->all = true;
    else
        words->descriptor |= SIP_MANAGED_WORD(offset / 8);
}

static void note(Emit *e, SirType type, uint64_t offset, Words *words) {
    const SirTypeInfo *info = llvm__type(e, type);
    if (!llvm__is_managed(e, type)) return;
    switch (info->kind) {
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: note_word(offset, words); return;
    case SIR_TYPE_ARRAY: note_run(e, info, offset, words); return;
    case SIR_TYPE_VECTOR: note_run(e, info, offset + llvm__vector_offset(e, type), words); return;
    case SIR_TYPE_STRUCT: note_fields(e, info->fields, info->field_count, offset, words); return;
    case SIR_TYPE_ENUM: note_payloads(e, type, offset, words); return;
    case SIR_TYPE_OPTION:
        if (!llvm__is_niche(e, type)) offset += llvm__payload_offset(e, type);
        note(e, info->elem, offset, words);
        return;
    default: words->all = true; // what else holds one, all of it is looked at
    }
}

static uint64_t descriptor_of(Emit *e, SirType type) {
    Words words = { 0 };
    note(e, type, 0, &words);
    return words.all ? SIP_MANAGED_ALL : words.descriptor;
}

// --- making ------------------------------------------------------------------------------------------------------------

// Whether what it makes, or an option of it, leads to a managed object.
bool llvm__makes_object(Emit *e, const SirInst *inst) {
    if (inst->op == SIR_OP_UNBOX) return false;
    const SirTypeInfo *info = llvm__type(e, llvm__place_type(e, &inst->args[0].place));
    if (sir_op_group(inst->op) == SIR_GROUP_HEAPOPT) info = llvm__type(e, info->elem);
    return info->mode == SIR_GC;
}

static const char quota_name[] = "sip_managed_quota";

// A function of the collector's, and with the first of them what it needs itself.
static LLVMValueRef declared(Emit *e, const char *name, LLVMTypeRef type) {
    LLVMValueRef fn = LLVMGetNamedFunction(e->out, name);
    if (fn) return fn;
    fn = LLVMAddFunction(e->out, name, type);
    LLVMSetVisibility(fn, LLVMHiddenVisibility);
    if (LLVMGetNamedGlobal(e->out, quota_name)) return fn;
    e->kcalls[KCALL_TRY_ALLOC] = true; // the collector's memory
    e->kcalls[KCALL_COLLECTOR] = e->kcalls[KCALL_ROOTS] = true;
    LLVMValueRef quota = LLVMAddGlobal(e->out, e->i64, quota_name);
    LLVMSetInitializer(quota, llvm__u64(e, e->module->manifest.heap_bytes));
    LLVMSetGlobalConstant(quota, true);
    LLVMSetVisibility(quota, LLVMHiddenVisibility);
    return fn;
}

// The object, zeroed. NULL, where `may_fail`, when there is no room for it.
static LLVMValueRef make(Emit *e, LLVMValueRef bytes, uint64_t descriptor, bool may_fail) {
    LLVMTypeRef params[] = { e->i64, e->i64, e->i32 };
    LLVMTypeRef type = LLVMFunctionType(e->ptr, params, 3, false);
    LLVMValueRef fn = declared(e, "sip_managed_new", type);
    uint32_t site = may_fail ? SIP_MANAGED_MAYBE : llvm__site(e, FAULT_QUOTA);
    LLVMValueRef args[] = { bytes, llvm__u64(e, descriptor), llvm__u32(e, site) };
    return llvm__call_fn(e, type, fn, args, 3);
}

static void make_one(Emit *e, const SirInst *inst, bool may_fail) {
    Value v = llvm__arg(e, &inst->args[1]);
    LLVMValueRef bytes = llvm__u64(e, llvm__size(e, v.type));
    LLVMValueRef object = make(e, bytes, descriptor_of(e, v.type), may_fail);
    LLVMBasicBlockRef on = may_fail ? llvm__new_block(e, "") : NULL;
    if (may_fail) {
        LLVMBasicBlockRef got = llvm__new_block(e, "got");
        llvm__branch(e, llvm__is(e, LLVMIntNE, object, LLVMConstNull(e->ptr)), got, on);
        llvm__go(e, got);
    }
    llvm__store_at(e, object, llvm__align(e, v.type), &v);
    if (may_fail) {
        llvm__jump(e, on);
        llvm__go(e, on);
    }
    Value value = llvm__one(e, llvm__place_type(e, &inst->args[0].place), object);
    llvm__dest(e, &inst->args[0], &value);
}

// From the beginning of a process on, if siblings collect.
void llvm__begin_managed(Emit *e) {
    if (!LLVMGetNamedGlobal(e->out, quota_name) || !e->siblings_collect) return;
    LLVMTypeRef type = LLVMFunctionType(e->void_type, NULL, 0, false);
    llvm__call_fn(e, type, declared(e, "sip_managed_begin", type), NULL, 0);
}

// Keeps an object that is still to be filled, element by element, until a place leads to it.
static LLVMValueRef hold(Emit *e, LLVMValueRef object) {
    if (!e->siblings_collect) return NULL;
    LLVMValueRef cell = llvm__temp(e, 8, 8, false);
    llvm__store(e, object, cell, 8);
    pin(e, cell);
    llvm__fence(e);
    return cell;
}

static void let_go(Emit *e, LLVMValueRef cell) {
    if (!cell) return;
    llvm__fence(e);
    llvm__store(e, LLVMConstNull(e->ptr), cell, 8);
    llvm__fence(e);
}

// Of no elements too: a managed slice always has an object. No object is as large as what does not fit into a number.
static LLVMValueRef make_run(
    Emit *e, LLVMValueRef count, SirType elem, bool may_fail, LLVMValueRef *bytes
) {
    LLVMValueRef args[] = { count, llvm__u64(e, llvm__size(e, elem)) };
    LLVMValueRef both = llvm__intrinsic(e, "llvm.umul.with.overflow", e->i64, 2, args);
    LLVMValueRef overflow = llvm__extract(e, both, 1);
    *bytes = llvm__extract(e, both, 0);
    if (may_fail)
        *bytes = llvm__select(e, overflow, llvm__u64(e, UINT64_MAX), *bytes);
    else
        llvm__trap_if(e, overflow, FAULT_QUOTA);
    uint64_t descriptor = llvm__is_managed(e, elem) ? SIP_MANAGED_ALL : 0;
    return make(e, *bytes, descriptor, may_fail);
}

static void make_many(Emit *e, const SirInst *inst, bool may_fail) {
    LLVMValueRef count = llvm__arg(e, &inst->args[1]).a, bytes;
    Value v = llvm__arg(e, &inst->args[2]);
    LLVMValueRef object = make_run(e, count, v.type, may_fail, &bytes);
    LLVMValueRef held = hold(e, object);
    Made made = llvm__made(e, object, may_fail);
    llvm__fill_elems(e, object, llvm__if_made(e, &made, count), &v);
    llvm__made_dest(e, &inst->args[0], &made, count);
    let_go(e, held);
}

// What is copied lies nowhere in a managed object but in a text, to which its place still leads.
static void make_copy(Emit *e, const SirInst *inst, bool may_fail) {
    Place place = llvm__address(e, &inst->args[1].place);
    Seq seq = llvm__seq(e, &place);
    LLVMValueRef bytes;
    LLVMValueRef object = make_run(e, seq.length, seq.elem, may_fail, &bytes);
    LLVMValueRef held = hold(e, object);
    Made made = llvm__made(e, object, may_fail);
    llvm__copy(e, object, seq.base, llvm__if_made(e, &made, bytes), seq.align);
    llvm__made_dest(e, &inst->args[0], &made, seq.length);
    let_go(e, held);
}

void llvm__new_object(Emit *e, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_NEW:
    case SIR_OP_NEW_OPT: make_one(e, inst, inst->op == SIR_OP_NEW_OPT); return;
    case SIR_OP_NEW_COPY:
    case SIR_OP_NEW_COPY_OPT: make_copy(e, inst, inst->op == SIR_OP_NEW_COPY_OPT); return;
    default: make_many(e, inst, inst->op == SIR_OP_NEW_ARRAY_OPT);
    }
}

// --- blocks that are owned, and hold managed pointers ------------------------------------------------------------------

// The collector looks at all of them, wherever their owner lies, and leaves them alone.
LLVMValueRef llvm__managed_block(Emit *e, LLVMValueRef size, LLVMValueRef site) {
    LLVMTypeRef params[] = { e->i64, e->i32 };
    LLVMTypeRef type = LLVMFunctionType(e->ptr, params, 2, false);
    LLVMValueRef args[] = { size, site };
    return llvm__call_fn(e, type, declared(e, "sip_managed_block", type), args, 2);
}

void llvm__managed_free(Emit *e, LLVMValueRef block) {
    LLVMTypeRef type = LLVMFunctionType(e->void_type, &e->ptr, 1, false);
    llvm__call_fn(e, type, declared(e, "sip_managed_free", type), &block, 1);
}

LLVMValueRef llvm__alloc_for(Emit *e, SirType content, LLVMValueRef size) {
    if (!llvm__is_managed(e, content)) return llvm__alloc(e, size);
    return llvm__managed_block(e, size, llvm__u32(e, llvm__site(e, FAULT_QUOTA)));
}

LLVMValueRef llvm__try_alloc_for(Emit *e, SirType content, LLVMValueRef size) {
    if (!llvm__is_managed(e, content)) return llvm__call_kernel(e, KCALL_TRY_ALLOC, 1, &size);
    return llvm__managed_block(e, size, llvm__u32(e, SIP_MANAGED_MAYBE));
}

void llvm__free_for(Emit *e, SirType content, LLVMValueRef block) {
    if (llvm__is_managed(e, content))
        llvm__managed_free(e, block);
    else
        llvm__free(e, block);
}
