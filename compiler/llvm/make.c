// Values made of values: structs, arrays, variants, function values.

#include "llvm__.h"

static void make_struct(Emit *e, const SirInst *inst, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    const SirArg *args = inst->args + 1;
    const Value *values = llvm__args(e, args, info->field_count);
    Build build = llvm__build_begin(e, &inst->args[0], args, info->field_count);
    for (uint32_t i = 0; i < info->field_count; i++) {
        Value value = values[i];
        uint64_t offset = llvm__field_offset(e, type, i);
        uint32_t align = info->is_wire ? 1 : llvm__align(e, value.type);
        Place field = { .addr = llvm__offset(e, build.place.addr, offset),
                        .type = value.type,
                        .align = align < build.place.align ? align : build.place.align,
                        .swapped = info->is_wire && info->fields[i].order == 2 };
        llvm__store_place(e, &field, &value);
    }
    llvm__build_end(e, &inst->args[0], &build);
}

static void make_array(Emit *e, const SirInst *inst, SirType type) {
    const SirArg *args = inst->args + 1;
    uint32_t count = inst->arg_count - 1;
    uint64_t size = llvm__size(e, llvm__type(e, type)->elem);
    const Value *values = llvm__args(e, args, count);
    Build build = llvm__build_begin(e, &inst->args[0], args, count);
    for (uint32_t i = 0; i < count; i++)
        llvm__build_part(e, &build, i * size, &values[i]);
    llvm__build_end(e, &inst->args[0], &build);
}

static void make_repeat(Emit *e, const SirInst *inst) {
    Value value = llvm__arg(e, &inst->args[1]);
    Build build = llvm__build_begin(e, &inst->args[0], &inst->args[1], 1);
    Seq seq = llvm__seq(e, &build.place);
    if (seq.size == 1 && value.shape == SHAPE_ONE) {
        llvm__fill(e, seq.base, value.a, seq.length, seq.align);
    } else if (seq.size) {
        Loop loop = llvm__loop_begin(e, seq.length);
        Place elem = llvm__seq_elem(e, &seq, loop.index);
        llvm__store_place(e, &elem, &value);
        llvm__loop_end(e, &loop);
    }
    llvm__build_end(e, &inst->args[0], &build);
}

// --- variants ------------------------------------------------------------------------------------------------

static void make_plain(Emit *e, const SirInst *inst, SirType type, uint64_t variant) {
    uint64_t bits = llvm__type(e, type)->variants[variant].value;
    LLVMTypeRef word = llvm__one_type(e, type);
    Value value = llvm__one(e, type, LLVMConstInt(word, bits, false));
    llvm__dest(e, &inst->args[0], &value);
}

static void make_pointer_option(Emit *e, const SirInst *inst, SirType type, uint64_t variant) {
    LLVMValueRef ptr = variant ? llvm__arg(e, &inst->args[2]).a : LLVMConstNull(e->ptr);
    Value value = llvm__one(e, type, ptr);
    llvm__dest(e, &inst->args[0], &value);
}

static void make_variant(Emit *e, const SirInst *inst, SirType type) {
    uint64_t variant = inst->args[1].n;
    const SirTypeInfo *info = llvm__type(e, type);
    if (info->kind == SIR_TYPE_ENUM && info->is_plain_enum) {
        make_plain(e, inst, type, variant);
        return;
    }
    if (llvm__is_niche(e, type)) {
        make_pointer_option(e, inst, type, variant);
        return;
    }
    const SirArg *args = inst->args + 2;
    uint32_t count = inst->arg_count - 2;
    const Value *values = llvm__args(e, args, count);
    Build build = llvm__build_begin(e, &inst->args[0], args, count);
    Offsets at = { llvm__payload_offset(e, type), 1 };
    for (uint32_t i = 0; i < count; i++)
        llvm__build_part(e, &build, llvm__place_field(e, &at, values[i].type), &values[i]);
    LLVMTypeRef tag = LLVMIntTypeInContext(e->context, 8 * llvm__tag_size(e, type));
    llvm__store(e, LLVMConstInt(tag, variant, false), build.place.addr, 1);
    llvm__build_end(e, &inst->args[0], &build);
}

void llvm__make(Emit *e, const SirInst *inst) {
    SirType type = llvm__place_type(e, &inst->args[0].place);
    if (inst->op == SIR_OP_STRUCT) {
        make_struct(e, inst, type);
    } else if (inst->op == SIR_OP_ARRAY) {
        make_array(e, inst, type);
    } else if (inst->op == SIR_OP_REPEAT) {
        make_repeat(e, inst);
    } else if (inst->op == SIR_OP_VARIANT) {
        make_variant(e, inst, type);
    } else { // fn.ref
        Value value = llvm__one(e, type, e->funcs[inst->args[1].n]);
        llvm__dest(e, &inst->args[0], &value);
    }
}
