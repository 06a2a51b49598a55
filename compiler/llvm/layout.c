// Layout: where the parts of a type lie, and which types fit registers. docs/sir.md 3 is the rule; sizes and alignments
// are the verifier's, offsets follow from them by the same arithmetic.

#include "llvm__.h"

#include "base/check.h"

#include <assert.h>

uint64_t llvm__size(const Emit *e, SirType type) {
    return type == SIR_TYPE_VOID ? 0 : verified_size(e->sir, type);
}

uint32_t llvm__align(const Emit *e, SirType type) {
    return type == SIR_TYPE_VOID ? 1 : verified_align(e->sir, type);
}

// A pointer to a number may point into a wire struct, where nothing is aligned.
uint32_t llvm__loose_align(const Emit *e, SirType type) {
    SirType inner = type;
    while (llvm__type(e, inner)->kind == SIR_TYPE_ARRAY)
        inner = llvm__type(e, inner)->elem;
    return sir_type_is_scalar(inner) ? 1 : llvm__align(e, type);
}

bool llvm__owns(const Emit *e, SirType type) {
    return type != SIR_TYPE_VOID && verified_is_owning(e->sir, type);
}

// --- scalars -----------------------------------------------------------------------------------------------

typedef struct ScalarFacts {
    uint8_t bits;
    bool is_signed, is_float;
} ScalarFacts;

enum { CLASS_VOID, CLASS_BOOL, CLASS_CHAR, CLASS_SINT, CLASS_UINT, CLASS_FLOAT };

static const ScalarFacts scalars[SIR_SCALARS] = {
#define SIR_SCALAR(name, text, bits, cls) \
    [SIR_TYPE_##name] = { bits, CLASS_##cls == CLASS_SINT, CLASS_##cls == CLASS_FLOAT },
#include "contracts/sir/types.def"
};

bool llvm__is_signed(SirType type) {
    return type < SIR_SCALARS && scalars[type].is_signed;
}

bool llvm__is_float(SirType type) {
    return type < SIR_SCALARS && scalars[type].is_float;
}

uint32_t llvm__bits(SirType scalar) {
    assert(scalar < SIR_SCALARS);
    return scalars[scalar].bits;
}

SirType llvm__repr(const Emit *e, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    bool named =
        info->kind == SIR_TYPE_FLAGS || (info->kind == SIR_TYPE_ENUM && info->is_plain_enum);
    return named ? info->elem : type;
}

// --- shapes ------------------------------------------------------------------------------------------------

bool llvm__is_niche(const Emit *e, SirType option) {
    const SirTypeInfo *info = llvm__type(e, option);
    return info->kind == SIR_TYPE_OPTION && llvm__type(e, info->elem)->kind == SIR_TYPE_PTR;
}

static Shape shape_of_kind(const Emit *e, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    switch (info->kind) {
    case SIR_TYPE_VOID: return SHAPE_NONE;
    case SIR_TYPE_BOOL:
    case SIR_TYPE_CHAR:
    case SIR_TYPE_I8:
    case SIR_TYPE_I16:
    case SIR_TYPE_I32:
    case SIR_TYPE_I64:
    case SIR_TYPE_U8:
    case SIR_TYPE_U16:
    case SIR_TYPE_U32:
    case SIR_TYPE_U64:
    case SIR_TYPE_F32:
    case SIR_TYPE_F64:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_PTR:
    case SIR_TYPE_FN:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN: return SHAPE_ONE;
    case SIR_TYPE_ENUM: return info->is_plain_enum ? SHAPE_ONE : SHAPE_MEMORY;
    case SIR_TYPE_OPTION: return llvm__is_niche(e, type) ? SHAPE_ONE : SHAPE_MEMORY;
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: return SHAPE_TWO;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_GROW:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX: return SHAPE_MEMORY;
    case SIR_TYPE_KINDS: break;
    }
    unreachable();
}

Shape llvm__shape(const Emit *e, SirType type) {
    Shape shape = shape_of_kind(e, type);
    return shape == SHAPE_MEMORY && llvm__size(e, type) == 0 ? SHAPE_NONE : shape;
}

LLVMTypeRef llvm__one_type(const Emit *e, SirType type) {
    SirType repr = llvm__repr(e, type);
    if (llvm__type(e, repr)->kind == SIR_TYPE_DEVICE) return e->i64;
    if (repr >= SIR_SCALARS) return e->ptr;
    if (repr == SIR_TYPE_F32) return e->f32;
    if (repr == SIR_TYPE_F64) return e->f64;
    switch (llvm__bits(repr)) {
    case 8: return e->i8;
    case 16: return e->i16;
    case 32: return e->i32;
    default: return e->i64;
    }
}

// --- results -----------------------------------------------------------------------------------------------

static bool has_address(const Emit *e, SirType type);

static bool any_address(const Emit *e, const SirField *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (has_address(e, fields[i].type)) return true;
    return false;
}

static bool has_address_new(const Emit *e, const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_FLAGS: return false;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION: return has_address(e, info->elem);
    case SIR_TYPE_STRUCT: return any_address(e, info->fields, info->field_count);
    case SIR_TYPE_ENUM:
        for (uint32_t i = 0; !info->is_plain_enum && i < info->variant_count; i++)
            if (any_address(e, info->variants[i].fields, info->variants[i].field_count))
                return true;
        return false;
    default: return !sir_type_is_scalar(info->kind);
    }
}

static bool has_address(const Emit *e, SirType type) {
    TypeFacts *facts = &e->types[type];
    if (facts->addresses == 0) facts->addresses = has_address_new(e, llvm__type(e, type)) ? 2 : 1;
    return facts->addresses == 2;
}

LLVMTypeRef llvm__returned_in(const Emit *e, SirType type) {
    if (llvm__shape(e, type) != SHAPE_MEMORY || llvm__size(e, type) > 16) return NULL;
    if (has_address(e, type)) return NULL;
    switch (llvm__size(e, type)) {
    case 1: return e->i8;
    case 2: return e->i16;
    case 4: return e->i32;
    case 8: return e->i64;
    case 16: return e->words;
    default: return NULL;
    }
}

bool llvm__returned_by_address(const Emit *e, SirType type) {
    return llvm__shape(e, type) == SHAPE_MEMORY && !llvm__returned_in(e, type);
}

// --- offsets -----------------------------------------------------------------------------------------------

static uint64_t round_up(uint64_t size, uint32_t align) {
    return (size + align - 1) / align * align;
}

uint64_t llvm__place_field(const Emit *e, Offsets *offsets, SirType field) {
    uint32_t align = llvm__align(e, field);
    uint64_t at = round_up(offsets->end, align);
    offsets->end = at + llvm__size(e, field);
    if (align > offsets->align) offsets->align = align;
    return at;
}

static uint64_t *field_offsets(const Emit *e, const SirTypeInfo *info) {
    uint64_t *at = arena_array(e->arena, uint64_t, info->field_count);
    Offsets offsets = { 0, 1 };
    for (uint32_t i = 0; i < info->field_count; i++) {
        if (!info->is_wire) {
            at[i] = llvm__place_field(e, &offsets, info->fields[i].type);
            continue;
        }
        at[i] = offsets.end;
        offsets.end += llvm__size(e, info->fields[i].type);
    }
    return at;
}

uint64_t llvm__field_offset(const Emit *e, SirType structure, uint64_t field) {
    TypeFacts *facts = &e->types[structure];
    if (!facts->fields) facts->fields = field_offsets(e, llvm__type(e, structure));
    return facts->fields[field];
}

uint32_t llvm__tag_size(const Emit *e, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    if (info->kind == SIR_TYPE_OPTION || info->variant_count <= 1 << 8) return 1;
    return info->variant_count <= 1 << 16 ? 2 : 4;
}

static uint64_t payload_offset(const Emit *e, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    Offsets payload = { 0, 1 };
    if (info->kind == SIR_TYPE_OPTION) llvm__place_field(e, &payload, info->elem);
    for (uint32_t v = 0; v < info->variant_count; v++)
        for (uint32_t f = 0; f < info->variants[v].field_count; f++)
            llvm__place_field(e, &payload, info->variants[v].fields[f].type);
    return round_up(llvm__tag_size(e, type), payload.align);
}

uint64_t llvm__payload_offset(const Emit *e, SirType type) {
    TypeFacts *facts = &e->types[type];
    if (!facts->payload) facts->payload = payload_offset(e, type);
    return facts->payload;
}

uint64_t llvm__vector_offset(const Emit *e, SirType vector) {
    return round_up(8, llvm__align(e, llvm__type(e, vector)->elem));
}

// Blocks whose elements can own more such blocks begin with a word for the count, so that a drop can put
// them on the runtime's list, where only the block's address is known, instead of recursing.
uint64_t llvm__block_prefix(const Emit *e, SirType elem) {
    return e->types[elem].cyclic ? 16 : 0;
}
