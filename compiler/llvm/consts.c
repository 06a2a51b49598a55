// Constants: typed trees to LLVM's constants, and to code where that is shorter. A constant in memory is a packed
// struct whose padding is spelled out, so that its size is the type's.

#include "llvm__.h"

#include "base/check.h"

#include <stdlib.h>

enum {
    SMALL_TREE = 128,         // bytes that are written by code rather than copied
    LIMIT_ELEMENTS = 1 << 22, // of repeated elements in one constant, unless they are zero
    LIMIT_CONSTS = 1 << 28,   // bytes of all constants of a module
};

LLVMValueRef llvm__dangling(const Emit *e) {
    return LLVMConstIntToPtr(llvm__u64(e, 16), e->ptr);
}

static bool is_zero_tree(const Emit *e, const SirTree *tree) {
    switch (tree->kind) {
    case SIR_CONST_INT:
    case SIR_CONST_FLOAT: return tree->bits == 0;
    case SIR_CONST_LIST:
        if (tree->variant != 0 && !(llvm__type(e, tree->type)->kind == SIR_TYPE_STRUCT))
            return false;
        for (uint32_t i = 0; i < tree->item_count; i++)
            if (!is_zero_tree(e, &tree->items[i])) return false;
        return true;
    case SIR_CONST_REPEAT: return is_zero_tree(e, &tree->items[0]);
    case SIR_CONST_STR:
    case SIR_CONST_FUNC:
    case SIR_CONST_REF: return false;
    case SIR_CONST_KINDS: break;
    }
    unreachable();
}

static LLVMValueRef new_global(Emit *e, const char *name, LLVMValueRef init, uint32_t align) {
    LLVMValueRef global = LLVMAddGlobal(e->out, LLVMTypeOf(init), name);
    LLVMSetInitializer(global, init);
    LLVMSetGlobalConstant(global, true);
    LLVMSetLinkage(global, LLVMPrivateLinkage);
    LLVMSetUnnamedAddress(global, LLVMGlobalUnnamedAddr);
    LLVMSetAlignment(global, align);
    return global;
}

LLVMValueRef llvm__table(Emit *e, LLVMValueRef init, const char *name) {
    return new_global(e, name, init, 4);
}

static LLVMValueRef literal(Emit *e, Str text) {
    if (text.len == 0) return llvm__dangling(e);
    uint64_t found = 0;
    if (strmap_get(e->texts, text.ptr, text.len, &found)) return (LLVMValueRef)(uintptr_t)found;
    LLVMValueRef bytes = LLVMConstStringInContext2(e->context, text.ptr, text.len, true);
    LLVMValueRef global = new_global(e, "text", bytes, 1);
    strmap_put(e->texts, text.ptr, text.len, (uint64_t)(uintptr_t)global);
    return global;
}

// --- scalars and references --------------------------------------------------------------------------------------

static uint64_t swap_word(uint64_t word, uint32_t bits) {
    uint64_t swapped = 0;
    for (uint32_t i = 0; i < bits; i += 8)
        swapped |= (word >> i & 0xff) << (bits - 8 - i);
    return swapped;
}

static LLVMValueRef number(const Emit *e, const SirTree *tree, bool swapped) {
    SirType repr = llvm__repr(e, tree->type);
    uint64_t bits = swapped ? swap_word(tree->bits, llvm__bits(repr)) : tree->bits;
    LLVMTypeRef word = LLVMIntTypeInContext(e->context, llvm__bits(repr));
    uint64_t mask = llvm__bits(repr) == 64 ? UINT64_MAX : (UINT64_C(1) << llvm__bits(repr)) - 1;
    LLVMValueRef value = llvm__int(e, word, bits & mask);
    return llvm__is_float(repr) ? LLVMConstBitCast(value, llvm__one_type(e, repr)) : value;
}

static LLVMValueRef pair(const Emit *e, LLVMValueRef address, uint64_t length) {
    LLVMValueRef both[] = { address, llvm__u64(e, length) };
    return LLVMConstStructInContext(e->context, both, 2, false);
}

static LLVMValueRef reference(const Emit *e, const SirTree *tree) {
    LLVMValueRef global = e->consts[tree->bits];
    if (llvm__type(e, tree->type)->kind == SIR_TYPE_PTR) return global;
    SirType array = e->module->consts.data[tree->bits].tree.type;
    return pair(e, global, llvm__type(e, array)->count);
}

// --- aggregates: parts at offsets ----------------------------------------------------------------------------------

typedef struct Parts {
    LLVMValueRef *items;
    uint32_t count;
    uint64_t end; // bytes so far
} Parts;

static void add_gap(const Emit *e, Parts *parts, uint64_t offset) {
    if (offset > parts->end)
        parts->items[parts->count++] = LLVMConstNull(LLVMArrayType2(e->i8, offset - parts->end));
    parts->end = offset;
}

static void add_part(Emit *e, Parts *parts, uint64_t offset, const SirTree *tree, bool swapped) {
    add_gap(e, parts, offset);
    parts->items[parts->count++] = llvm__tree_const(e, tree, swapped);
    parts->end += llvm__size(e, tree->type);
}

static LLVMValueRef end_parts(const Emit *e, Parts *parts, SirType type) {
    add_gap(e, parts, llvm__size(e, type));
    LLVMValueRef whole = LLVMConstStructInContext(e->context, parts->items, parts->count, true);
    free(parts->items);
    return whole;
}

static Parts new_parts(uint64_t most) { // with a gap before each and at the end
    Parts parts = { calloc(2 * most + 3, sizeof(LLVMValueRef)), 0, 0 };
    if (!parts.items) base_out_of_memory(2 * most + 3);
    return parts;
}

static LLVMValueRef struct_const(Emit *e, const SirTree *tree) {
    const SirTypeInfo *info = llvm__type(e, tree->type);
    Parts parts = new_parts(tree->item_count);
    for (uint32_t i = 0; i < tree->item_count; i++)
        add_part(
            e, &parts, llvm__field_offset(e, tree->type, i), &tree->items[i],
            info->is_wire && info->fields[i].order == 2
        );
    return end_parts(e, &parts, tree->type);
}

static LLVMValueRef variant_const(Emit *e, const SirTree *tree) {
    if (llvm__is_niche(e, tree->type))
        return tree->variant ? llvm__tree_const(e, &tree->items[0], false) : LLVMConstNull(e->ptr);
    Parts parts = new_parts(tree->item_count);
    uint32_t tag_size = llvm__tag_size(e, tree->type);
    LLVMTypeRef tag = LLVMIntTypeInContext(e->context, 8 * tag_size);
    parts.items[parts.count++] = llvm__int(e, tag, tree->variant);
    parts.end = tag_size;
    Offsets at = { llvm__payload_offset(e, tree->type), 1 };
    for (uint32_t i = 0; i < tree->item_count; i++)
        add_part(e, &parts, llvm__place_field(e, &at, tree->items[i].type), &tree->items[i], false);
    return end_parts(e, &parts, tree->type);
}

// Elements of one LLVM type are an array; enums whose variants look different are a struct.
static LLVMValueRef elements_const(const Emit *e, LLVMValueRef *items, uint64_t count) {
    for (uint64_t i = 1; i < count; i++)
        if (LLVMTypeOf(items[i]) != LLVMTypeOf(items[0]))
            return LLVMConstStructInContext(e->context, items, (unsigned)count, true);
    return LLVMConstArray2(count ? LLVMTypeOf(items[0]) : e->i8, items, count);
}

static LLVMValueRef array_const(Emit *e, const SirTree *tree, bool swapped) {
    uint64_t count = llvm__type(e, tree->type)->count;
    if (tree->kind == SIR_CONST_REPEAT && count > LIMIT_ELEMENTS) {
        llvm__fail(
            e, "a constant repeats %llu elements; at most %d are built", (unsigned long long)count,
            LIMIT_ELEMENTS
        );
        count = 0;
    }
    LLVMValueRef *items = calloc(count + 1, sizeof(LLVMValueRef));
    if (!items) base_out_of_memory(count + 1);
    for (uint64_t i = 0; i < count; i++) {
        bool again = tree->kind == SIR_CONST_REPEAT;
        items[i] =
            again && i ? items[0] : llvm__tree_const(e, &tree->items[again ? 0 : i], swapped);
    }
    LLVMValueRef whole = elements_const(e, items, count);
    free(items);
    return whole;
}

static LLVMValueRef list_const(Emit *e, const SirTree *tree, bool swapped) {
    SirTypeKind kind = llvm__type(e, tree->type)->kind;
    if (kind == SIR_TYPE_ARRAY) return array_const(e, tree, swapped);
    return kind == SIR_TYPE_STRUCT ? struct_const(e, tree) : variant_const(e, tree);
}

LLVMValueRef llvm__tree_const(Emit *e, const SirTree *tree, bool swapped) {
    if (llvm__shape(e, tree->type) == SHAPE_MEMORY && is_zero_tree(e, tree))
        return LLVMConstNull(LLVMArrayType2(e->i8, llvm__size(e, tree->type)));
    if (llvm__shape(e, tree->type) == SHAPE_NONE) return LLVMConstNull(LLVMArrayType2(e->i8, 0));
    switch (tree->kind) {
    case SIR_CONST_INT:
    case SIR_CONST_FLOAT: return number(e, tree, swapped);
    case SIR_CONST_STR: return pair(e, literal(e, tree->text), tree->text.len);
    case SIR_CONST_LIST: return list_const(e, tree, swapped);
    case SIR_CONST_REPEAT: return array_const(e, tree, swapped);
    case SIR_CONST_FUNC: return e->funcs[tree->bits];
    case SIR_CONST_REF: return reference(e, tree);
    case SIR_CONST_KINDS: break;
    }
    unreachable();
}

// References go to lower rows only, so that they are there by now.
void llvm__define_consts(Emit *e) {
    uint64_t total = 0;
    for (SirConst row = 0; row < e->module->consts.len; row++) {
        const SirTree *tree = &e->module->consts.data[row].tree;
        total += llvm__size(e, tree->type);
        if (total > LIMIT_CONSTS) {
            llvm__fail(e, "the module's constants take more than %d bytes", LIMIT_CONSTS);
            return;
        }
        LLVMValueRef init = llvm__tree_const(e, tree, false);
        e->consts[row] = new_global(e, "const", init, llvm__align(e, tree->type));
    }
}

// --- in code -----------------------------------------------------------------------------------------------------

static void tree_into(Emit *e, const SirTree *tree, const Place *to);

static void repeat_into(Emit *e, const SirTree *tree, const Place *to) {
    Seq seq = llvm__seq(e, to);
    Loop loop = llvm__loop_begin(e, seq.length);
    Place elem = llvm__seq_elem(e, &seq, loop.index);
    elem.swapped = to->swapped;
    tree_into(e, &tree->items[0], &elem);
    llvm__loop_end(e, &loop);
}

static bool has_repeat(const SirTree *tree) {
    if (tree->kind == SIR_CONST_REPEAT) return true;
    for (uint32_t i = 0; i < tree->item_count; i++)
        if (has_repeat(&tree->items[i])) return true;
    return false;
}

static void list_into(Emit *e, const SirTree *tree, const Place *to) {
    SirTypeKind kind = llvm__type(e, tree->type)->kind;
    Offsets at = { 0, 1 };
    if (kind == SIR_TYPE_ENUM || kind == SIR_TYPE_OPTION) {
        LLVMTypeRef tag = LLVMIntTypeInContext(e->context, 8 * llvm__tag_size(e, tree->type));
        llvm__store(e, llvm__int(e, tag, tree->variant), to->addr, 1);
        at.end = llvm__payload_offset(e, tree->type);
    }
    for (uint32_t i = 0; i < tree->item_count; i++) {
        const SirTree *item = &tree->items[i];
        uint64_t offset = kind == SIR_TYPE_ARRAY    ? i * llvm__size(e, item->type)
                          : kind == SIR_TYPE_STRUCT ? llvm__field_offset(e, tree->type, i)
                                                    : llvm__place_field(e, &at, item->type);
        uint32_t align = llvm__align(e, item->type);
        Place part = { .addr = llvm__offset(e, to->addr, offset),
                       .type = item->type,
                       .align = to->align < align ? to->align : align,
                       .swapped = to->swapped };
        if (kind == SIR_TYPE_STRUCT) {
            const SirTypeInfo *info = llvm__type(e, tree->type);
            part.swapped = info->is_wire && info->fields[i].order == 2;
        }
        tree_into(e, item, &part);
    }
}

static void tree_into(Emit *e, const SirTree *tree, const Place *to) {
    uint64_t size = llvm__size(e, tree->type);
    bool in_memory = llvm__shape(e, tree->type) == SHAPE_MEMORY;
    if (in_memory && is_zero_tree(e, tree)) {
        llvm__fill(e, to->addr, LLVMConstNull(e->i8), llvm__u64(e, size), to->align);
    } else if (in_memory && tree->kind == SIR_CONST_REPEAT) {
        repeat_into(e, tree, to);
    } else if (in_memory && (size <= SMALL_TREE || has_repeat(tree))) {
        list_into(e, tree, to);
    } else if (in_memory) {
        LLVMValueRef global = new_global(
            e, "const", llvm__tree_const(e, tree, to->swapped), llvm__align(e, tree->type)
        );
        llvm__copy(e, to->addr, global, llvm__u64(e, size), to->align);
    } else {
        Value value = llvm__tree(e, tree);
        llvm__store_place(e, to, &value);
    }
}

Value llvm__tree(Emit *e, const SirTree *tree) {
    switch (llvm__shape(e, tree->type)) {
    case SHAPE_NONE: return (Value){ .type = tree->type, .shape = SHAPE_NONE };
    case SHAPE_ONE: return llvm__one(e, tree->type, llvm__tree_const(e, tree, false));
    case SHAPE_TWO:
        if (tree->kind == SIR_CONST_STR)
            return llvm__two(e, tree->type, literal(e, tree->text), llvm__u64(e, tree->text.len));
        SirType array = e->module->consts.data[tree->bits].tree.type;
        return llvm__two(
            e, tree->type, e->consts[tree->bits], llvm__u64(e, llvm__type(e, array)->count)
        );
    case SHAPE_MEMORY: break;
    }
    Place temp = { .addr = llvm__temp_of(e, tree->type),
                   .type = tree->type,
                   .align = llvm__align(e, tree->type) };
    tree_into(e, tree, &temp);
    return llvm__memory(e, tree->type, temp.addr);
}
