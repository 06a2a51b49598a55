// What a sender does to the values in a slot before it commits: padding is cleared, and every block and endpoint that
// they reach is handed to the slot. Blocks that may reach others of their kind go on a list, linked through the runtime's
// words of their headers, so that the stack does not grow with the structure; the kernel gets them when all are seen.

#include "llvm__.h"

#include "contracts/abi/kernel.h"

// What `pass` points to.
enum { PASS_ENDPOINT = 0, PASS_HEAD = 8, PASS_TAIL = 16, PASS_SIZE = 24 };

// Distances of a block's words below its address.
enum {
    NEXT_BELOW = sizeof(SipBlock) - offsetof(SipBlock, drop_next),
    GLUE_BELOW = sizeof(SipBlock) - offsetof(SipBlock, drop_glue),
};

static LLVMValueRef word_below(Emit *e, LLVMValueRef block, uint64_t below) {
    return llvm__offset(e, block, -below);
}

static LLVMValueRef endpoint_of(Emit *e, LLVMValueRef pass) {
    return llvm__load(e, e->ptr, pass, 8);
}

static void hand_over(Emit *e, LLVMValueRef pass, Kcall kcall, LLVMValueRef thing) {
    LLVMValueRef args[] = { endpoint_of(e, pass), thing };
    llvm__call_kernel(e, kcall, 2, args);
}

bool llvm__needs_pass(Emit *e, SirType type) {
    return llvm__owns(e, type) || llvm__has_gaps(e, type);
}

// --- the list ------------------------------------------------------------------------------------------------------

static void enlist(Emit *e, LLVMValueRef pass, LLVMValueRef block, LLVMValueRef glue) {
    LLVMValueRef none = LLVMConstNull(e->ptr);
    LLVMValueRef tail_addr = llvm__offset(e, pass, PASS_TAIL);
    LLVMValueRef tail = llvm__load(e, e->ptr, tail_addr, 8);
    llvm__store(e, none, word_below(e, block, NEXT_BELOW), 8);
    llvm__store(e, glue, word_below(e, block, GLUE_BELOW), 8);
    LLVMValueRef first = llvm__is(e, LLVMIntEQ, tail, none);
    LLVMValueRef link =
        llvm__select(e, first, llvm__offset(e, pass, PASS_HEAD), word_below(e, tail, NEXT_BELOW));
    llvm__store(e, block, link, 8);
    llvm__store(e, block, tail_addr, 8);
}

// `for (block = head; block; block = its next)`, where the body may lengthen the list.
typedef struct Chain {
    LLVMBasicBlockRef head, done;
    LLVMValueRef block, cell;
} Chain;

static Chain chain_begin(Emit *e, LLVMValueRef pass) {
    Chain c = { llvm__new_block(e, "each"), llvm__new_block(e, "after"), NULL, NULL };
    LLVMBasicBlockRef body = llvm__new_block(e, "body");
    c.cell = llvm__temp(e, 8, 8, false);
    llvm__store(e, llvm__load(e, e->ptr, llvm__offset(e, pass, PASS_HEAD), 8), c.cell, 8);
    llvm__jump(e, c.head);
    llvm__go(e, c.head);
    c.block = llvm__load(e, e->ptr, c.cell, 8);
    llvm__branch(e, llvm__is(e, LLVMIntNE, c.block, LLVMConstNull(e->ptr)), body, c.done);
    llvm__go(e, body);
    return c;
}

static void chain_step(Emit *e, const Chain *c) {
    llvm__store(e, llvm__load(e, e->ptr, word_below(e, c->block, NEXT_BELOW), 8), c->cell, 8);
}

static void chain_end(Emit *e, const Chain *c) {
    llvm__jump(e, c->head);
    llvm__go(e, c->done);
}

static void drain_body(Emit *e, LLVMValueRef pass) {
    LLVMTypeRef params[] = { e->ptr, e->ptr };
    LLVMTypeRef glue_type = LLVMFunctionType(e->void_type, params, 2, false);
    Chain seen = chain_begin(e, pass);
    LLVMValueRef args[] = { seen.block, pass };
    LLVMValueRef glue = llvm__load(e, e->ptr, word_below(e, seen.block, GLUE_BELOW), 8);
    llvm__call_fn(e, glue_type, glue, args, 2);
    chain_step(e, &seen);
    chain_end(e, &seen);
    Chain given = chain_begin(e, pass);
    chain_step(e, &given);
    llvm__store(e, LLVMConstNull(e->ptr), word_below(e, given.block, NEXT_BELOW), 8);
    llvm__store(e, LLVMConstNull(e->ptr), word_below(e, given.block, GLUE_BELOW), 8);
    hand_over(e, pass, KCALL_SEND_BLOCK, given.block);
    chain_end(e, &given);
}

static LLVMTypeRef drain_type(const Emit *e) {
    LLVMTypeRef param = e->ptr;
    return LLVMFunctionType(e->void_type, &param, 1, false);
}

void llvm__define_drain(Emit *e) {
    if (!e->drain) return;
    llvm__begin_body(e, e->drain);
    llvm__debug_none(e);
    drain_body(e, LLVMGetParam(e->drain, 0));
    LLVMBuildRetVoid(e->at);
}

// --- the pass --------------------------------------------------------------------------------------------------------

LLVMValueRef llvm__pass_begin(Emit *e, LLVMValueRef endpoint) {
    LLVMValueRef pass = llvm__temp(e, PASS_SIZE, 8, true);
    llvm__store(e, endpoint, pass, 8);
    llvm__store(e, LLVMConstNull(e->ptr), llvm__offset(e, pass, PASS_HEAD), 8);
    llvm__store(e, LLVMConstNull(e->ptr), llvm__offset(e, pass, PASS_TAIL), 8);
    return pass;
}

void llvm__pass_end(Emit *e, LLVMValueRef pass) {
    if (!e->drain) {
        e->drain = LLVMAddFunction(e->out, "sip.drain", drain_type(e));
        LLVMSetLinkage(e->drain, LLVMInternalLinkage);
        llvm__attributes(e, e->drain);
    }
    LLVMBasicBlockRef some = llvm__new_block(e, "some"), on = llvm__new_block(e, "");
    LLVMValueRef head = llvm__load(e, e->ptr, llvm__offset(e, pass, PASS_HEAD), 8);
    llvm__branch(e, llvm__is(e, LLVMIntNE, head, LLVMConstNull(e->ptr)), some, on);
    llvm__go(e, some);
    llvm__call_fn(e, drain_type(e), e->drain, &pass, 1);
    llvm__jump(e, on);
    llvm__go(e, on);
}

static void pass_box(Emit *e, SirType content, LLVMValueRef addr, LLVMValueRef pass) {
    LLVMValueRef block = llvm__load(e, e->ptr, addr, 8);
    if (e->types[content].cyclic) {
        enlist(e, pass, block, llvm__glue(e, GLUE_PASS, content));
        return;
    }
    llvm__pass(e, content, block, pass);
    hand_over(e, pass, KCALL_SEND_BLOCK, block);
}

static void pass_part(Emit *e, SirType part, LLVMValueRef addr, LLVMValueRef pass) {
    llvm__pass(e, part, addr, pass);
}

static void pass_many(
    Emit *e,
    SirType elem,
    LLVMValueRef base,
    LLVMValueRef count,
    LLVMValueRef owner,
    LLVMValueRef pass
) {
    LLVMBasicBlockRef some = llvm__new_block(e, "owns"), on = llvm__new_block(e, "");
    llvm__branch(e, llvm__is(e, LLVMIntNE, owner, llvm__u64(e, 0)), some, on);
    llvm__go(e, some);
    LLVMValueRef block = llvm__offset(e, base, -llvm__block_prefix(e, elem));
    if (e->types[elem].cyclic) {
        llvm__store(e, count, block, 8);
        enlist(e, pass, block, llvm__glue(e, GLUE_PASS_ELEMS, elem));
    } else {
        if (llvm__needs_pass(e, elem)) llvm__each_elem(e, elem, base, count, pass_part, pass);
        hand_over(e, pass, KCALL_SEND_BLOCK, block);
    }
    llvm__jump(e, on);
    llvm__go(e, on);
}

void llvm__pass(Emit *e, SirType type, LLVMValueRef addr, LLVMValueRef pass) {
    if (!llvm__needs_pass(e, type)) return;
    const SirTypeInfo *info = llvm__type(e, type);
    if (info->kind == SIR_TYPE_PTR) {
        pass_box(e, info->elem, addr, pass);
    } else if (info->kind == SIR_TYPE_ENDPOINT) {
        hand_over(e, pass, KCALL_SEND_ENDPOINT, llvm__load(e, e->ptr, addr, 8));
    } else if (info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR ||
               info->kind == SIR_TYPE_GROW) {
        SirType elem = info->kind == SIR_TYPE_STR ? (SirType)SIR_TYPE_U8 : info->elem;
        LLVMValueRef base = llvm__load(e, e->ptr, addr, 8);
        LLVMValueRef count = llvm__load(e, e->i64, llvm__offset(e, addr, 8), 8);
        LLVMValueRef owner = count;
        if (info->kind == SIR_TYPE_GROW)
            owner = llvm__load(e, e->i64, llvm__offset(e, addr, 16), 8);
        pass_many(e, elem, base, count, owner, pass);
    } else {
        llvm__call_glue(e, GLUE_PASS, type, addr, pass);
    }
}

void llvm__pass_body(Emit *e, SirType type, LLVMValueRef value, LLVMValueRef pass) {
    if (llvm__has_parts(e, type))
        llvm__each_part(e, type, value, true, pass_part, pass);
    else
        llvm__pass(e, type, value, pass);
}

void llvm__pass_elems_body(Emit *e, SirType elem, LLVMValueRef block, LLVMValueRef pass) {
    LLVMValueRef count = llvm__load(e, e->i64, block, 8);
    llvm__each_elem(
        e, elem, llvm__offset(e, block, llvm__block_prefix(e, elem)), count, pass_part, pass
    );
}
