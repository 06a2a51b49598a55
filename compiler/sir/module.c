// Making modules. Rows are appended and never move in number; structural types are interned by their encoding in
// the binary form, so that what is equal there has one row.

#include "form.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

#include <assert.h>
#include <stdint.h>

SirModule *sir_module_new(Arena *arena, Str name) {
    SirModule *module = arena_new(arena, SirModule);
    module->arena = module->code = arena;
    module->name = name;
    module->manifest.main = SIR_NONE;
    for (uint32_t kind = 0; kind < SIR_SCALARS; kind++)
        vec_push(arena, &module->types, (SirTypeInfo){ .kind = (SirTypeKind)kind });
    return module;
}

// --- types -----------------------------------------------------------------------------------------------

static void remember_type(SirModule *module, SirType type) {
    Buf key = { 0 };
    sir__binary_put_type(&key, &module->types.data[type]);
    strmap_put(module->type_rows, (const char *)key.data, key.len, type);
    buf_free(&key);
}

// The index is made late, so that a module that is only read and never added to does without.
static void index_types(SirModule *module) {
    module->type_rows = strmap_new(module->arena);
    for (SirType type = SIR_SCALARS; type < module->types.len; type++)
        if (!sir_type_is_nominal(module->types.data[type].kind)) remember_type(module, type);
}

static bool find_type(SirModule *module, const SirTypeInfo *info, SirType *type) {
    Buf key = { 0 };
    sir__binary_put_type(&key, info);
    uint64_t row;
    bool found = strmap_get(module->type_rows, (const char *)key.data, key.len, &row);
    if (found) *type = (SirType)row;
    buf_free(&key);
    return found;
}

SirType sir_type_intern(SirModule *module, const SirTypeInfo *info) {
    if (sir_type_is_scalar(info->kind)) return info->kind;
    SirType type = module->types.len;
    if (sir_type_is_nominal(info->kind)) {
        vec_push(module->arena, &module->types, *info);
        return type;
    }
    if (!module->type_rows) index_types(module);
    if (find_type(module, info, &type)) return type;
    vec_push(module->arena, &module->types, *info);
    remember_type(module, type);
    return type;
}

void sir_type_define(SirModule *module, SirType type, const SirTypeInfo *info) {
    assert(type < module->types.len && sir_type_is_nominal(info->kind));
    assert(module->types.data[type].kind == info->kind);
    module->types.data[type] = *info;
}

SirType sir_type_ptr(SirModule *module, SirMode mode, SirType elem) {
    return sir_type_intern(
        module, &(SirTypeInfo){ .kind = SIR_TYPE_PTR, .mode = mode, .elem = elem }
    );
}

SirType sir_type_slice(SirModule *module, SirMode mode, SirType elem) {
    return sir_type_intern(
        module, &(SirTypeInfo){ .kind = SIR_TYPE_SLICE, .mode = mode, .elem = elem }
    );
}

SirType sir_type_str(SirModule *module, SirMode mode) {
    return sir_type_intern(module, &(SirTypeInfo){ .kind = SIR_TYPE_STR, .mode = mode });
}

SirType sir_type_option(SirModule *module, SirType elem) {
    return sir_type_intern(module, &(SirTypeInfo){ .kind = SIR_TYPE_OPTION, .elem = elem });
}

SirType sir_type_array(SirModule *module, SirType elem, uint64_t count) {
    return sir_type_intern(
        module, &(SirTypeInfo){ .kind = SIR_TYPE_ARRAY, .elem = elem, .count = count }
    );
}

SirType sir_type_endpoint(SirModule *module, SirContract contract, SirSide side, SirState state) {
    return sir_type_intern(
        module, &(SirTypeInfo
                ){ .kind = SIR_TYPE_ENDPOINT, .contract = contract, .side = side, .state = state }
    );
}

// --- files, locals, code -----------------------------------------------------------------------------------

SirFile sir_file_add(SirModule *module, Str name) {
    for (SirFile file = 0; file < module->files.len; file++)
        if (str_eq(module->files.data[file], name)) return file;
    vec_push(module->arena, &module->files, name);
    return module->files.len - 1;
}

SirLocal sir_local_add(SirModule *module, SirFuncInfo *func, Str name, SirType type, SirLoc loc) {
    vec_push(module->code, &func->locals, (SirLocalInfo){ name, type, loc });
    return func->locals.len - 1;
}

SirBlock sir_block_add(SirModule *module, SirFuncInfo *func) {
    vec_push(module->code, &func->blocks, (SirBlockInfo){ 0 });
    return func->blocks.len - 1;
}

SirInst *sir_inst_append(
    SirModule *module,
    SirFuncInfo *func,
    SirBlock block,
    SirOp op,
    uint32_t args,
    uint32_t arms,
    SirLoc loc
) {
    assert(block < func->blocks.len);
    SirInst inst = { .op = op, .loc = loc, .arg_count = args, .arm_count = arms };
    inst.args = arena_array(module->code, SirArg, args);
    inst.arms = arena_array(module->code, SirArm, arms);
    vec_push(module->code, &func->blocks.data[block].insts, inst);
    return vec_last(&func->blocks.data[block].insts);
}
