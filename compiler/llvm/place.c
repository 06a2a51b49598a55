// Places: from a local and its projections to an address, with the tests that docs/sir.md 4 asks for.

#include "llvm__.h"

#include "base/check.h"

SirType llvm__place_type(const Emit *e, const SirPlace *place) {
    return sir_place_type(e->module, e->info, place);
}

// --- what is indexed -----------------------------------------------------------------------------------------

static Seq seq_in_place(
    const Emit *e, const Place *place, const SirTypeInfo *info
) { // array, vector
    Seq seq = { .base = place->addr, .elem = info->elem, .align = llvm__align(e, info->elem) };
    seq.size = llvm__size(e, info->elem);
    if (place->align < seq.align) seq.align = place->align;
    if (info->kind == SIR_TYPE_ARRAY) {
        seq.length = llvm__u64(e, info->count);
        return seq;
    }
    seq.base = llvm__offset(e, place->addr, llvm__vector_offset(e, place->type));
    seq.length_addr = seq.whole = place->addr;
    seq.length = llvm__load(e, e->i64, place->addr, 8);
    seq.limit = info->count;
    return seq;
}

static Seq seq_behind(
    Emit *e, const Place *place, const SirTypeInfo *info
) { // slice, str, growable
    SirType elem = info->kind == SIR_TYPE_STR ? (SirType)SIR_TYPE_U8 : info->elem;
    Seq seq = { .elem = elem, .size = llvm__size(e, elem), .align = llvm__loose_align(e, elem) };
    if (place->reg) {
        Value value = llvm__read_register(e, place->reg, place->type);
        seq.base = value.a;
        seq.length = value.b;
        return seq;
    }
    seq.base = llvm__load(e, e->ptr, place->addr, 8);
    LLVMValueRef length_addr = llvm__offset(e, place->addr, 8);
    seq.length = llvm__load(e, e->i64, length_addr, 8);
    if (info->kind == SIR_TYPE_GROW) {
        seq.whole = place->addr;
        seq.length_addr = length_addr;
        seq.grows = true;
    }
    return seq;
}

Seq llvm__seq(Emit *e, const Place *place) {
    const SirTypeInfo *info = llvm__type(e, place->type);
    if (info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR)
        return seq_in_place(e, place, info);
    return seq_behind(e, place, info);
}

Place llvm__seq_elem(const Emit *e, const Seq *seq, LLVMValueRef index) {
    LLVMValueRef addr = llvm__element(e, seq->base, index, seq->size);
    return (Place){ .addr = addr, .type = seq->elem, .align = seq->align };
}

// --- the walk ------------------------------------------------------------------------------------------------

static void step_field(Emit *e, Place *at, uint64_t n) {
    const SirTypeInfo *info = llvm__type(e, at->type);
    at->addr = llvm__offset(e, at->addr, llvm__field_offset(e, at->type, n));
    at->type = info->fields[n].type;
    at->swapped = info->is_wire && info->fields[n].order == 2;
    uint32_t natural = llvm__align(e, at->type);
    at->align = info->is_wire ? 1 : natural < at->align ? natural : at->align;
}

static void step_deref(Emit *e, Place *at) {
    at->addr = at->reg ? llvm__read_register(e, at->reg, at->type).a
                       : llvm__load(e, e->ptr, at->addr, at->align < 8 ? at->align : 8);
    at->reg = NULL;
    at->type = llvm__type(e, at->type)->elem;
    at->align = llvm__loose_align(e, at->type);
}

static LLVMValueRef index_in(Emit *e, SirLocal local) {
    const Register *reg = &e->registers[local];
    return reg->is ? llvm__read_register(e, reg, SIR_TYPE_U64).a
                   : llvm__load(e, e->i64, e->locals[local], 8);
}

static void step_index(Emit *e, Place *at, const SirProj *proj) {
    bool swapped = at->swapped; // an array of a wire struct, whose elements have the field's order
    bool proven = proj->kind == SIR_PROJ_AT && llvm__type(e, at->type)->kind == SIR_TYPE_ARRAY;
    LLVMValueRef index = llvm__u64(e, proj->n);
    if (proj->kind == SIR_PROJ_INDEX) index = index_in(e, (SirLocal)proj->n);
    Seq seq = llvm__seq(e, at);
    if (!proven) llvm__trap_unless(e, llvm__is(e, LLVMIntULT, index, seq.length), FAULT_INDEX);
    *at = llvm__seq_elem(e, &seq, index);
    at->swapped = swapped;
}

Place llvm__place(Emit *e, const SirPlace *place) {
    SirType type = e->info->locals.data[place->local].type;
    Place at = { .addr = e->locals[place->local], .type = type, .align = llvm__align(e, type) };
    if (e->registers[place->local].is) at.reg = &e->registers[place->local];
    for (uint32_t i = 0; i < place->proj_count; i++) {
        const SirProj *proj = &place->projs[i];
        switch (proj->kind) {
        case SIR_PROJ_FIELD: step_field(e, &at, proj->n); break;
        case SIR_PROJ_DEREF: step_deref(e, &at); break;
        case SIR_PROJ_INDEX:
        case SIR_PROJ_AT: step_index(e, &at, proj); break;
        case SIR_PROJ_KINDS: unreachable();
        }
    }
    return at;
}

Place llvm__address(Emit *e, const SirPlace *place) {
    Place at = llvm__place(e, place);
    if (at.swapped && llvm__align(e, at.type) > 1) // single bytes have no order
        llvm__fail(e, "a borrow or view of a big-endian wire field is not built");
    return at;
}
