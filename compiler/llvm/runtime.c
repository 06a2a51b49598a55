// What compiled code calls that is not in the module: the kernel's table, the runtime of contracts/abi/kernel.h; and
// the tests that end in a trap.

#include "llvm__.h"

#include <assert.h>
#include <string.h>

// --- declarations --------------------------------------------------------------------------------------------

typedef struct KcallRow { // a row of the table, in the words of C
    const char *result, *params;
} KcallRow;

static const KcallRow kcalls[KCALLS] = {
#define KCALL(name, text, visible, result, params) { #result, #params },
#include "contracts/abi/kcalls.def"
};

// "uint32_t site", "void *", "SipEndpoint *const *eps", "SipReceived": all that the table's prototypes are made of.
static LLVMTypeRef type_of_c(const Emit *e, const char *text, size_t length) {
    if (memchr(text, '*', length)) return e->ptr;
    if (length >= 11 && memcmp(text, "SipReceived", 11) == 0) {
        LLVMTypeRef words[] = { e->i64, e->ptr };
        return LLVMStructTypeInContext(e->context, words, 2, false);
    }
    if (length >= 8 && memcmp(text, "uint64_t", 8) == 0) return e->i64;
    if (length >= 8 && memcmp(text, "uint32_t", 8) == 0) return e->i32;
    assert(length >= 4 && memcmp(text, "void", 4) == 0);
    return e->void_type;
}

static LLVMTypeRef type_of_kcall(const Emit *e, const KcallRow *row) {
    LLVMTypeRef params[8];
    unsigned count = 0;
    for (const char *at = row->params + 1; *at != '\0';) {
        size_t length = strcspn(at, ",)");
        LLVMTypeRef type = type_of_c(e, at, length);
        if (type != e->void_type) params[count++] = type;
        at += length + 1;
        at += strspn(at, " ");
    }
    LLVMTypeRef result = type_of_c(e, row->result, strlen(row->result));
    return LLVMFunctionType(result, params, count, false);
}

static LLVMValueRef declare(Emit *e, const char *name, LLVMTypeRef type) {
    LLVMValueRef fn = LLVMAddFunction(e->out, name, type);
    LLVMSetVisibility(fn, LLVMHiddenVisibility);
    return fn;
}

void llvm__add_attribute(const Emit *e, LLVMValueRef fn, const char *name, uint64_t value) {
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    assert(kind);
    LLVMAddAttributeAtIndex(
        fn, LLVMAttributeFunctionIndex, LLVMCreateEnumAttribute(e->context, kind, value)
    );
}

static void add_text_attribute(
    const Emit *e, LLVMValueRef fn, const char *name, const char *value
) {
    LLVMAttributeRef attribute = LLVMCreateStringAttribute(
        e->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value)
    );
    LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, attribute);
}

void llvm__attributes(const Emit *e, LLVMValueRef fn) {
    llvm__add_attribute(e, fn, "nounwind", 0);
    llvm__add_attribute(e, fn, "noredzone", 0);
    llvm__add_attribute(e, fn, "uwtable", 2); // also between instructions: a fault can be anywhere
    add_text_attribute(e, fn, "frame-pointer", "all");
    // Instructions of x86-64-v2, chosen for today's processors: without it LLVM tunes for the first that had them.
    add_text_attribute(e, fn, "tune-cpu", "generic");
    add_text_attribute(e, fn, "probe-stack", "inline-asm");
    // Half a page: with a whole one, a frame of 4096 bytes and the return address of a call would step over the guard.
    add_text_attribute(e, fn, "stack-probe-size", "2048");
    add_text_attribute(
        e, fn, "no-jump-tables", "true"
    ); // so that the scan sees where each jump leads
    // Beyond 2^31 bytes LLVM's displacements wrap around, and lead out of the frame. llvm__watch makes an error of it.
    add_text_attribute(e, fn, "warn-stack-size", "1073741824");
}

void llvm__declare_runtime(Emit *e) {
    for (uint32_t i = 0; i < KCALLS; i++)
        e->kcall_types[i] = type_of_kcall(e, &kcalls[i]);

    e->kernel = LLVMAddGlobal(e->out, e->ptr, "sip_kernel");
    LLVMSetVisibility(e->kernel, LLVMHiddenVisibility);

    e->trap_type = LLVMFunctionType(e->void_type, &e->i32, 1, false);
    e->trap = declare(e, "sip_trap", e->trap_type);
    llvm__add_attribute(e, e->trap, "noreturn", 0);
    llvm__add_attribute(e, e->trap, "cold", 0);
    llvm__add_attribute(e, e->trap, "nounwind", 0);

    LLVMTypeRef two[] = { e->ptr, e->ptr };
    e->drop_block_type = LLVMFunctionType(e->void_type, two, 2, false);
    e->drop_block = declare(e, "sip_drop_block", e->drop_block_type);

    LLVMTypeRef word[] = { e->ptr, e->i32 };
    e->lock_type = LLVMFunctionType(e->void_type, word, 2, false);
    e->lock = declare(e, "sip_lock", e->lock_type);
    e->unlock_type = LLVMFunctionType(e->void_type, word, 1, false);
    e->unlock = declare(e, "sip_unlock", e->unlock_type);

    LLVMTypeRef copy[] = { e->i64, e->i64, e->ptr, e->i64, e->i32 };
    e->device_copy_type = LLVMFunctionType(e->void_type, copy, 5, false);
    e->device_copy_in = declare(e, "sip_device_copy_in", e->device_copy_type);
    e->device_copy_out = declare(e, "sip_device_copy_out", e->device_copy_type);

    LLVMTypeRef text[] = { e->ptr, e->i64 };
    e->is_utf8_type = LLVMFunctionType(e->i32, text, 2, false);
    e->is_utf8 = declare(e, "sip_is_utf8", e->is_utf8_type);

    LLVMTypeRef three[] = { e->ptr, e->ptr, e->i64 };
    e->compare_type = LLVMFunctionType(e->i32, three, 3, false);
    e->compare = declare(e, "memcmp", e->compare_type);
}

// --- the kernel ----------------------------------------------------------------------------------------------

LLVMValueRef llvm__call_kernel(Emit *e, Kcall kcall, uint32_t n, LLVMValueRef *args) {
    e->kcalls[kcall] = true;
    LLVMValueRef table = llvm__load(e, e->ptr, e->kernel, 8);
    LLVMValueRef entry = llvm__load(e, e->ptr, llvm__offset(e, table, 8 * (uint64_t)kcall), 8);
    return llvm__call_fn(e, e->kcall_types[kcall], entry, args, n);
}

LLVMValueRef llvm__alloc(Emit *e, LLVMValueRef size) {
    LLVMValueRef args[] = { size, llvm__u32(e, llvm__site(e, FAULT_QUOTA)) };
    return llvm__call_kernel(e, KCALL_ALLOC, 2, args);
}

void llvm__free(Emit *e, LLVMValueRef block) {
    llvm__call_kernel(e, KCALL_FREE, 1, &block);
}

// --- traps ---------------------------------------------------------------------------------------------------

// Its row plus one; 0 where there is none.
static uint32_t text_row(Emit *e, const Str *text) {
    if (!text) return 0;
    uint64_t row = e->trap_texts.len;
    if (row == SEAL_MOST_TRAP_TEXTS) return 0;
    if (!strmap_get(e->text_rows, text->ptr, text->len, &row)) {
        strmap_put(e->text_rows, text->ptr, text->len, row);
        vec_push(e->arena, &e->trap_texts, *text);
    }
    return (uint32_t)row + 1;
}

static uint32_t site_that_says(Emit *e, Fault fault, const Str *text) {
    SealTrap trap = { (uint32_t)fault, e->loc.file, e->loc.line, e->loc.column, text_row(e, text) };
    if (e->loc.file == SIR_NONE) trap.file = trap.line = trap.column = 0;
    uint64_t row = e->traps.len;
    if (!strmap_get(e->trap_rows, (const char *)&trap, sizeof trap, &row)) {
        strmap_put(e->trap_rows, (const char *)&trap, sizeof trap, row);
        vec_push(e->arena, &e->traps, trap);
    }
    return (uint32_t)row;
}

uint32_t llvm__site(Emit *e, Fault fault) {
    return site_that_says(e, fault, NULL);
}

static void call_trap(Emit *e, uint32_t site) {
    LLVMValueRef arg = llvm__u32(e, site);
    llvm__call_fn(e, e->trap_type, e->trap, &arg, 1);
    LLVMBuildUnreachable(e->at);
}

// One cold block for each site of a function.
static LLVMBasicBlockRef trap_block(Emit *e, Fault fault) {
    uint32_t site = llvm__site(e, fault);
    uint64_t found = 0;
    if (map_get(e->trap_blocks, site, &found)) return (LLVMBasicBlockRef)(uintptr_t)found;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(e->at);
    LLVMBasicBlockRef block = llvm__new_block(e, "trap");
    llvm__go(e, block);
    call_trap(e, site);
    llvm__go(e, here);
    map_put(e->trap_blocks, site, (uint64_t)(uintptr_t)block);
    return block;
}

void llvm__trap_if(Emit *e, LLVMValueRef c, Fault fault) {
    if (llvm__is_zero(c)) return;
    LLVMBasicBlockRef on = llvm__block_behind(e);
    llvm__branch(e, c, trap_block(e, fault), on);
    llvm__go(e, on);
}

void llvm__trap_unless(Emit *e, LLVMValueRef c, Fault fault) {
    if (LLVMIsAConstantInt(c) && LLVMConstIntGetZExtValue(c)) return;
    LLVMBasicBlockRef on = llvm__block_behind(e);
    llvm__branch(e, c, on, trap_block(e, fault));
    llvm__go(e, on);
}

// Ends the block that code is being appended to.
void llvm__trap_always(Emit *e, Fault fault, const Str *text) {
    call_trap(e, site_that_says(e, fault, text));
}
