// What the tables say, and what a module says of itself. Every answer comes from a row of a .def file or of the
// module; nothing here judges.

#include "form.h"
#include "sir.h"

#include "base/vec.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

// --- rows of the tables --------------------------------------------------------------------------------------

typedef struct OpRow {
    const char *text;
    const char *shape;
    SirGroup group;
    uint32_t traps;
} OpRow;

enum { // SIR_TRAPS_OVERFLOW ...: rows of fault.def by name
#define FAULT(number, name, text) TRAPS_##name = (number),
#include "contracts/abi/fault.def"
};

static const OpRow op_rows[SIR_OPS] = {
#define SIR_OP(name, text, shape, group, traps) { text, shape, SIR_GROUP_##group, TRAPS_##traps },
#include "contracts/sir/ops.def"
};

const char *sir_op_text(SirOp op) {
    return op_rows[op].text;
}

const char *sir_op_shape(SirOp op) {
    return op_rows[op].shape;
}

SirGroup sir_op_group(SirOp op) {
    return op_rows[op].group;
}

uint32_t sir_op_traps(SirOp op) {
    return op_rows[op].traps;
}

bool sir_op_is_terminator(SirOp op) {
    return op_rows[op].group == SIR_GROUP_END;
}

uint32_t sir_op_dests(SirOp op) {
    uint32_t count = 0;
    while (op_rows[op].shape[count] == 'd' || op_rows[op].shape[count] == 'D')
        count++;
    return count;
}

SirArgKind sir__arg_kind(char letter) {
    switch (letter) {
    case 'l': return SIR_ARG_LOCAL;
    case 't': return SIR_ARG_TYPE;
    case 'n': return SIR_ARG_INT;
    case 'f': return SIR_ARG_FUNC;
    case 'k': return SIR_ARG_KERNEL;
    case 'c': return SIR_ARG_CONSTREF;
    case 'm': return SIR_ARG_MESSAGE;
    case 'x': return SIR_ARG_CONTRACT;
    case 'v':
    case 'V': return SIR_ARG_COPY;
    default: return SIR_ARG_PLACE;
    }
}

bool sir__op_has_arms(SirOp op) {
    return strchr(op_rows[op].shape, 'A') != NULL;
}

const char *sir_kcall_text(uint32_t kcall) {
    static const char *const texts[] = {
#define KCALL(name, text, visible, result, params) text,
#include "contracts/abi/kcalls.def"
    };
    return kcall < sizeof texts / sizeof *texts ? texts[kcall] : NULL;
}

// --- words -----------------------------------------------------------------------------------------------------

const char *sir_mode_text(SirMode mode) {
    static const char *const texts[] = { "own", "mut", "const", "gc", "static" };
    return mode <= SIR_STATIC ? texts[mode] : NULL;
}

const char *sir__arm_text(SirArmKind kind) {
    static const char *const texts[] = { "plain",  "is",      "default",      "variant", "message",
                                         "closed", "timeout", "more",         "done",    "member",
                                         "lost",   "join",    "unsatisfiable" };
    _Static_assert(sizeof texts / sizeof *texts == SIR_ARM_KINDS, "one word per kind of arm");
    return kind < SIR_ARM_KINDS ? texts[kind] : NULL;
}

const char *sir__arm_shape(SirArmKind kind) {
    static const char *const shapes[] = { "",  "c", "",    "nB", "pmB", "p", "v",
                                          "B", "",  "pmB", "pB", "HB",  "" };
    _Static_assert(sizeof shapes / sizeof *shapes == SIR_ARM_KINDS, "one shape per kind of arm");
    return shapes[kind];
}

const char *sir__bind_text(SirBindMode mode) {
    static const char *const texts[] = { "_", "move", "copy", "const", "mut" };
    _Static_assert(sizeof texts / sizeof *texts == SIR_BIND_MODES, "one word per mode");
    return mode < SIR_BIND_MODES ? texts[mode] : NULL;
}

const char *sir__device_text(SirDevice device) {
    static const char *const texts[] = { "io_port", "io_memory", "irq", "dma" };
    return device <= SIR_DMA ? texts[device] : NULL;
}

const char *sir__grant_text(SirGrantKind kind) {
    static const char *const texts[] = { "io_port", "io_memory", "irq", "dma", "exit" };
    _Static_assert(sizeof texts / sizeof *texts == SIR_GRANT_KINDS, "one word per kind of grant");
    return kind < SIR_GRANT_KINDS ? texts[kind] : NULL;
}

const char *sir__side_text(SirSide side) {
    static const char *const texts[] = { "imp", "exp" };
    return side <= SIR_EXP ? texts[side] : NULL;
}

const char *sir__hint_text(uint32_t row) {
    static const char *const texts[] = { "inline", "noinline", "cold" };
    return row < sizeof texts / sizeof *texts ? texts[row] : NULL;
}

const char *sir__order_text(uint8_t order) {
    static const char *const texts[] = { "", "le", "be" };
    return order < sizeof texts / sizeof *texts ? texts[order] : NULL;
}

// --- rows of the module --------------------------------------------------------------------------------------------

const SirTypeInfo *sir_type(const SirModule *module, SirType type) {
    assert(type < module->types.len);
    return &module->types.data[type];
}

bool sir_type_is_scalar(SirType type) {
    return type < SIR_SCALARS;
}

bool sir_type_is_nominal(SirTypeKind kind) {
    return kind == SIR_TYPE_STRUCT || kind == SIR_TYPE_ENUM || kind == SIR_TYPE_FLAGS;
}

const SirInst *sir_block_terminator(const SirFuncInfo *func, SirBlock block) {
    if (block >= func->blocks.len || func->blocks.data[block].insts.len == 0) return NULL;
    const SirInst *last = vec_last(&func->blocks.data[block].insts);
    return sir_op_is_terminator(last->op) ? last : NULL;
}

uint32_t sir__main_params(const SirModule *module) {
    SirFunc main = module->manifest.main;
    return main < module->funcs.len ? module->funcs.data[main].sig.param_count : 0;
}

static bool sig_is_founded(const SirSig *sig, SirType row) {
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (sig->params[i].type >= row) return false;
    return sig->result < row;
}

bool sir__type_is_founded(const SirTypeInfo *info, SirType row) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD: return info->elem < row;
    case SIR_TYPE_EPSET: return info->elem == SIR_NONE || info->elem < row;
    case SIR_TYPE_FN: return sig_is_founded(info->sig, row);
    case SIR_TYPE_STR:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_KINDS:
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        break;
    }
    return true;
}

// --- types of places -------------------------------------------------------------------------------------------------

static bool is_indexable(SirTypeKind kind) {
    return kind == SIR_TYPE_ARRAY || kind == SIR_TYPE_VECTOR || kind == SIR_TYPE_SLICE ||
           kind == SIR_TYPE_GROW;
}

SirType sir_proj_type(const SirModule *module, SirType type, SirProj proj) {
    if (type >= module->types.len) return SIR_NONE;
    const SirTypeInfo *info = sir_type(module, type);
    switch (proj.kind) {
    case SIR_PROJ_FIELD:
        return info->kind == SIR_TYPE_STRUCT && proj.n < info->field_count
                   ? info->fields[proj.n].type
                   : SIR_NONE;
    case SIR_PROJ_DEREF:
        return info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_GUARD ? info->elem : SIR_NONE;
    case SIR_PROJ_INDEX:
    case SIR_PROJ_AT: return is_indexable(info->kind) ? info->elem : SIR_NONE;
    case SIR_PROJ_KINDS: break;
    }
    return SIR_NONE;
}

SirType sir_place_type(const SirModule *module, const SirFuncInfo *func, const SirPlace *place) {
    SirType type =
        place->local < func->locals.len ? func->locals.data[place->local].type : SIR_NONE;
    for (uint32_t i = 0; i < place->proj_count; i++)
        type = sir_proj_type(module, type, place->projs[i]);
    return type < module->types.len ? type : SIR_NONE;
}

uint32_t sir_variant_arity(const SirModule *module, SirType type, uint64_t variant) {
    if (type >= module->types.len) return 0;
    const SirTypeInfo *info = sir_type(module, type);
    if (info->kind == SIR_TYPE_OPTION) return variant == 1;
    return info->kind == SIR_TYPE_ENUM && variant < info->variant_count
               ? info->variants[variant].field_count
               : 0;
}

SirType sir_variant_field(const SirModule *module, SirType type, uint64_t variant, uint32_t field) {
    if (field >= sir_variant_arity(module, type, variant)) return SIR_NONE;
    const SirTypeInfo *info = sir_type(module, type);
    return info->kind == SIR_TYPE_OPTION ? info->elem : info->variants[variant].fields[field].type;
}

SirType sir__item_type(const SirModule *module, const SirTree *tree, uint32_t item) {
    if (tree->type >= module->types.len) return SIR_NONE;
    const SirTypeInfo *info = sir_type(module, tree->type);
    if (info->kind == SIR_TYPE_ARRAY) return info->elem;
    if (info->kind == SIR_TYPE_STRUCT)
        return item < info->field_count ? info->fields[item].type : SIR_NONE;
    return sir_variant_field(module, tree->type, tree->variant, item);
}
