// Values: read from places and constants, written to destinations. What fits registers travels in them; the rest is
// an address until it is copied.

#include "llvm__.h"

#include "base/check.h"

Value llvm__one(const Emit *e, SirType type, LLVMValueRef a) {
    return (Value){ .type = type, .shape = llvm__shape(e, type), .a = a };
}

Value llvm__two(const Emit *e, SirType type, LLVMValueRef a, LLVMValueRef b) {
    (void)e;
    return (Value){ .type = type, .shape = SHAPE_TWO, .a = a, .b = b };
}

Value llvm__memory(const Emit *e, SirType type, LLVMValueRef temp) {
    return (Value){ .type = type,
                    .shape = llvm__shape(e, type),
                    .a = temp,
                    .align = llvm__align(e, type),
                    .stable = true };
}

// --- reading and writing memory --------------------------------------------------------------------------------

Value llvm__load_at(Emit *e, SirType type, LLVMValueRef addr, uint32_t align) {
    Value value = { .type = type, .shape = llvm__shape(e, type), .align = align };
    switch (value.shape) {
    case SHAPE_NONE: break;
    case SHAPE_ONE: value.a = llvm__load(e, llvm__one_type(e, type), addr, align); break;
    case SHAPE_TWO:
        value.a = llvm__load(e, e->ptr, addr, align);
        value.b = llvm__load(e, e->i64, llvm__offset(e, addr, 8), align);
        break;
    case SHAPE_MEMORY: value.a = addr; break;
    }
    return value;
}

// --- small structs ----------------------------------------------------------------------------------------------

// A struct of a few scalars is copied one by one: as a block it is read back wider than it was written, and waits for that;
// and a parameter that is read by its parts can travel in registers.
enum { LEAVES_MOST = 4 };

typedef struct Leaf {
    SirType type;
    uint64_t offset;
} Leaf;

static bool find_leaves(Emit *e, SirType type, uint64_t offset, Leaf *leaves, uint32_t *count) {
    const SirTypeInfo *info = llvm__type(e, type);
    Shape shape = llvm__shape(e, type);
    if (shape == SHAPE_NONE) return true;
    if (shape != SHAPE_MEMORY) {
        if (*count == LEAVES_MOST) return false;
        leaves[(*count)++] = (Leaf){ type, offset };
        return true;
    }
    if (info->kind != SIR_TYPE_STRUCT || info->is_wire) return false;
    for (uint32_t i = 0; i < info->field_count; i++) {
        uint64_t at = offset + llvm__field_offset(e, type, i);
        if (!find_leaves(e, info->fields[i].type, at, leaves, count)) return false;
    }
    return true;
}

static uint32_t align_at(uint32_t align, uint64_t offset) {
    uint64_t both = align | offset;
    return (uint32_t)(both & -both);
}

// All are read before the first is written.
static void copy_leaves(
    Emit *e, LLVMValueRef to, uint32_t align, const Value *value, const Leaf *leaves, uint32_t count
) {
    Value read[LEAVES_MOST];
    for (uint32_t i = 0; i < count; i++)
        read[i] = llvm__load_at(
            e, leaves[i].type, llvm__offset(e, value->a, leaves[i].offset),
            align_at(value->align, leaves[i].offset)
        );
    for (uint32_t i = 0; i < count; i++)
        llvm__store_at(
            e, llvm__offset(e, to, leaves[i].offset), align_at(align, leaves[i].offset), &read[i]
        );
}

static void copy_memory(Emit *e, LLVMValueRef to, uint32_t align, const Value *value) {
    Leaf leaves[LEAVES_MOST];
    uint32_t count = 0;
    if (find_leaves(e, value->type, 0, leaves, &count)) {
        copy_leaves(e, to, align, value, leaves, count);
        return;
    }
    LLVMValueRef size = llvm__u64(e, llvm__size(e, value->type));
    llvm__copy(e, to, value->a, size, value->align < align ? value->align : align);
}

void llvm__store_at(Emit *e, LLVMValueRef addr, uint32_t align, const Value *value) {
    switch (value->shape) {
    case SHAPE_NONE: break;
    case SHAPE_ONE: llvm__store(e, value->a, addr, align); break;
    case SHAPE_TWO:
        llvm__store(e, value->a, addr, align);
        llvm__store(e, value->b, llvm__offset(e, addr, 8), align);
        break;
    case SHAPE_MEMORY:
        if (addr != value->a) copy_memory(e, addr, align, value);
        break;
    }
}

// --- big-endian wire fields --------------------------------------------------------------------------------------

static LLVMValueRef swap_bytes(Emit *e, SirType type, LLVMValueRef value) {
    uint32_t bits = llvm__bits(type);
    if (bits == 8) return value;
    LLVMTypeRef whole = LLVMIntTypeInContext(e->context, bits);
    LLVMValueRef word = LLVMBuildBitCast(e->at, value, whole, "");
    word = llvm__intrinsic(e, "llvm.bswap", whole, 1, &word);
    return LLVMBuildBitCast(e->at, word, llvm__one_type(e, type), "");
}

// Copies numbers, or nested arrays of them, turning the bytes of each around.
static void copy_swapped(
    Emit *e,
    LLVMValueRef to,
    uint32_t to_align,
    LLVMValueRef from,
    uint32_t from_align,
    SirType type
) {
    SirType scalar = type;
    while (llvm__type(e, scalar)->kind == SIR_TYPE_ARRAY)
        scalar = llvm__type(e, scalar)->elem;
    uint64_t size = llvm__size(e, scalar);
    if (size == 0) return;
    Loop loop = llvm__loop_begin(e, llvm__u64(e, llvm__size(e, type) / size));
    uint32_t align = (uint32_t)size;
    LLVMTypeRef unit = llvm__one_type(e, scalar);
    LLVMValueRef value = llvm__load(
        e, unit, llvm__element(e, from, loop.index, size), from_align < align ? 1 : align
    );
    llvm__store(
        e, swap_bytes(e, scalar, value), llvm__element(e, to, loop.index, size),
        to_align < align ? 1 : align
    );
    llvm__loop_end(e, &loop);
}

static bool is_array(const Emit *e, SirType type) {
    return llvm__type(e, type)->kind == SIR_TYPE_ARRAY;
}

Value llvm__load_place(Emit *e, const Place *place) {
    if (place->swapped && is_array(e, place->type)) {
        LLVMValueRef temp = llvm__temp_of(e, place->type);
        copy_swapped(e, temp, llvm__align(e, place->type), place->addr, place->align, place->type);
        return llvm__memory(e, place->type, temp);
    }
    if (place->reg) return llvm__read_register(e, place->reg, place->type);
    Value value = llvm__load_at(e, place->type, place->addr, place->align);
    if (place->swapped && value.shape == SHAPE_ONE) value.a = swap_bytes(e, place->type, value.a);
    return value;
}

void llvm__store_place(Emit *e, const Place *place, const Value *value) {
    if (place->swapped && is_array(e, place->type)) {
        copy_swapped(e, place->addr, place->align, value->a, value->align, place->type);
        return;
    }
    Value stored = *value;
    if (place->swapped && value->shape == SHAPE_ONE)
        stored.a = swap_bytes(e, place->type, value->a);
    llvm__store_at(e, place->addr, place->align, &stored);
}

// --- arguments and destinations ------------------------------------------------------------------------------------

SirType llvm__arg_type(const Emit *e, const SirArg *arg) {
    return arg->kind == SIR_ARG_CONST ? arg->tree->type : llvm__place_type(e, &arg->place);
}

Value llvm__arg(Emit *e, const SirArg *arg) {
    if (arg->kind == SIR_ARG_CONST) return llvm__tree(e, arg->tree);
    Place place = llvm__place(e, &arg->place);
    return llvm__load_place(e, &place);
}

Value *llvm__args(Emit *e, const SirArg *args, uint32_t n) {
    Value *values = arena_array(e->arena, Value, n);
    for (uint32_t i = 0; i < n; i++)
        values[i] = llvm__arg(e, &args[i]);
    return values;
}

// What an instruction moves about may be where the value is read from.
Value llvm__steady(Emit *e, const Value *value) {
    if (value->shape != SHAPE_MEMORY || value->stable) return *value;
    LLVMValueRef temp = llvm__temp_of(e, value->type);
    llvm__store_at(e, temp, llvm__align(e, value->type), value);
    return llvm__memory(e, value->type, temp);
}

// The address of memory that holds the value.
LLVMValueRef llvm__spill(Emit *e, const Value *value) {
    if (value->shape == SHAPE_MEMORY) return value->a;
    LLVMValueRef temp = llvm__temp_of(e, value->type);
    llvm__store_at(e, temp, llvm__align(e, value->type), value);
    return temp;
}

void llvm__dest(Emit *e, const SirArg *arg, const Value *value) {
    if (arg->kind == SIR_ARG_NOTHING) return;
    if (arg->place.proj_count == 0) {
        llvm__set_local(e, arg->place.local, value);
        return;
    }
    Place place = llvm__place(e, &arg->place);
    llvm__store_place(e, &place, value);
}

// --- values put together in memory -----------------------------------------------------------------------------------

static bool is_within_local(const SirPlace *place) { // fields only
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind != SIR_PROJ_FIELD) return false;
    return true;
}

static bool may_overlap(const Emit *e, const SirArg *dest, const SirArg *arg) {
    if (arg->kind == SIR_ARG_CONST || llvm__shape(e, llvm__arg_type(e, arg)) != SHAPE_MEMORY)
        return false; // read before anything is written
    return !is_within_local(&arg->place) || arg->place.local == dest->place.local;
}

static bool is_built_in_place(const Emit *e, const SirArg *dest, const SirArg *args, uint32_t n) {
    if (!is_within_local(&dest->place)) return false;
    for (uint32_t i = 0; i < n; i++)
        if (may_overlap(e, dest, &args[i])) return false;
    return true;
}

Build llvm__build_begin(Emit *e, const SirArg *dest, const SirArg *args, uint32_t n) {
    if (is_built_in_place(e, dest, args, n)) {
        Place place = llvm__place(e, &dest->place);
        if (!place.swapped) return (Build){ place, true };
    }
    SirType type = llvm__place_type(e, &dest->place);
    return (Build){
        { .addr = llvm__temp_of(e, type), .type = type, .align = llvm__align(e, type) },
        false
    };
}

void llvm__build_part(Emit *e, const Build *build, uint64_t offset, const Value *part) {
    uint32_t align = llvm__align(e, part->type);
    if (build->place.align < align) align = build->place.align;
    llvm__store_at(e, llvm__offset(e, build->place.addr, offset), align, part);
}

void llvm__build_end(Emit *e, const SirArg *dest, const Build *build) {
    if (build->in_place) return;
    Value value = llvm__memory(e, build->place.type, build->place.addr);
    llvm__dest(e, dest, &value);
}

// --- options -----------------------------------------------------------------------------------------------------------

void llvm__option_dest(Emit *e, const SirArg *dest, LLVMValueRef some, const Value *value) {
    SirType type = llvm__place_type(e, &dest->place);
    if (llvm__is_niche(e, type)) {
        LLVMValueRef ptr = llvm__select(e, some, value->a, LLVMConstNull(e->ptr));
        Value option = llvm__one(e, type, ptr);
        llvm__dest(e, dest, &option);
        return;
    }
    Place place = llvm__place(e, &dest->place);
    uint64_t payload = llvm__payload_offset(e, place.type);
    uint32_t align = llvm__align(e, llvm__type(e, place.type)->elem);
    llvm__store(e, llvm__to_bool(e, some), place.addr, 1);
    llvm__store_at(
        e, llvm__offset(e, place.addr, payload), align < place.align ? align : place.align, value
    );
}
