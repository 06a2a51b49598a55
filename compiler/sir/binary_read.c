// The binary form, read as hostile input: docs/sir.md 13. One small function per production, in the grammar's order;
// code is in binary_read_code.c. Takes any bytes; leaves a module of which every count is honest, or says at which
// byte it stopped. Each number has one encoding, so that what is accepted is what the writer writes.

#include "binary_read.h"

#include "form.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- numbers and texts -------------------------------------------------------------------------------------------

void sir__get_fail(Input *in, const char *format, ...) {
    in->reader.bad = true;
    if (in->error->message[0]) return;
    va_list args;
    va_start(args, format);
    vsnprintf(in->error->message, sizeof in->error->message, format, args);
    va_end(args);
    in->error->offset = in->reader.at;
}

uint32_t sir__get_u32(Input *in) {
    uint64_t value = read_uleb(&in->reader);
    if (value > UINT32_MAX) {
        sir__get_fail(in, "a number of more than 32 bits");
        return 0;
    }
    return (uint32_t)value;
}

uint32_t sir__get_row_or_none(Input *in) {
    return sir__get_u32(in) - 1; // 0 is none
}

SirState sir__get_state(Input *in) {
    return sir__get_u32(in) - 3;
}

uint8_t sir__get_below(Input *in, unsigned limit, const char *what) {
    uint8_t value = read_u8(&in->reader);
    if (value >= limit) {
        sir__get_fail(in, "%s is %u when there are %u", what, value, limit);
        return 0;
    }
    return value;
}

uint32_t sir__get_count(Input *in) {
    uint32_t count = sir__get_u32(in);
    if (count > in->reader.len - in->reader.at) {
        sir__get_fail(
            in, "a count of %u with %zu bytes left", count, in->reader.len - in->reader.at
        );
        return 0;
    }
    return count;
}

Str sir__get_text(Input *in) {
    uint32_t length = sir__get_count(in);
    const uint8_t *bytes = read_bytes(&in->reader, length);
    return bytes ? (Str){ arena_strndup(in->arena, (const char *)bytes, length), length } : STR("");
}

SirLoc sir__get_loc(Input *in) {
    SirLoc loc = { .file = sir__get_row_or_none(in) };
    loc.line = sir__get_u32(in);
    loc.column = sir__get_u32(in);
    return loc;
}

// --- contracts ---------------------------------------------------------------------------------------------------

static SirField get_field(Input *in) {
    SirField field = { .name = sir__get_text(in) };
    field.type = sir__get_u32(in);
    field.order = sir__get_below(in, 3, "byte order");
    return field;
}

static SirField *get_fields(Input *in, uint32_t *count) {
    *count = sir__get_count(in);
    SirField *fields = arena_array(in->arena, SirField, *count);
    for (uint32_t i = 0; i < *count && !in->reader.bad; i++)
        fields[i] = get_field(in);
    return fields;
}

static SirMessage get_message(Input *in) {
    SirMessage message = { .name = sir__get_text(in) };
    message.dir = (SirDir)sir__get_below(in, 2, "direction");
    message.arg_count = sir__get_count(in);
    message.args = arena_array(in->arena, SirField, message.arg_count);
    message.limits = arena_array(in->arena, uint64_t, message.arg_count);
    for (uint32_t i = 0; i < message.arg_count && !in->reader.bad; i++) {
        message.args[i] = get_field(in);
        message.limits[i] = read_uleb(&in->reader) - 1; // 0 is none
    }
    return message;
}

static SirStateInfo get_contract_state(Input *in) {
    SirStateInfo state = { .name = sir__get_text(in) };
    state.is_end = sir__get_below(in, 2, "truth value");
    state.choice_count = sir__get_count(in);
    state.choices = arena_array(in->arena, SirChoice, state.choice_count);
    for (uint32_t i = 0; i < state.choice_count && !in->reader.bad; i++) {
        state.choices[i].message = sir__get_u32(in);
        state.choices[i].next = sir__get_state(in);
    }
    return state;
}

static SirContractInfo get_contract(Input *in) {
    SirContractInfo contract = { .name = sir__get_text(in) };
    contract.base = sir__get_row_or_none(in);
    contract.message_count = sir__get_count(in);
    contract.messages = arena_array(in->arena, SirMessage, contract.message_count);
    for (uint32_t i = 0; i < contract.message_count && !in->reader.bad; i++)
        contract.messages[i] = get_message(in);
    contract.state_count = sir__get_count(in);
    contract.states = arena_array(in->arena, SirStateInfo, contract.state_count);
    for (uint32_t i = 0; i < contract.state_count && !in->reader.bad; i++)
        contract.states[i] = get_contract_state(in);
    return contract;
}

// --- types -------------------------------------------------------------------------------------------------------

SirSig sir__get_sig(Input *in) {
    SirSig sig = { .param_count = sir__get_count(in) };
    sig.params = arena_array(in->arena, SirParam, sig.param_count);
    for (uint32_t i = 0; i < sig.param_count && !in->reader.bad; i++) {
        sig.params[i].type = sir__get_u32(in);
        sig.params[i].to = sir__get_state(in);
    }
    sig.result = sir__get_u32(in);
    sig.from_count = sir__get_count(in);
    sig.from = arena_array(in->arena, SirFrom, sig.from_count);
    for (uint32_t i = 0; i < sig.from_count && !in->reader.bad; i++) {
        sig.from[i].param = sir__get_u32(in);
        sig.from[i].deep = sir__get_below(in, 2, "truth value");
    }
    return sig;
}

static void get_variants(Input *in, SirTypeInfo *info) {
    info->variant_count = sir__get_count(in);
    info->variants = arena_array(in->arena, SirVariant, info->variant_count);
    for (uint32_t i = 0; i < info->variant_count && !in->reader.bad; i++) {
        info->variants[i].name = sir__get_text(in);
        info->variants[i].value = read_uleb(&in->reader);
        info->variants[i].fields = get_fields(in, &info->variants[i].field_count);
    }
}

static void get_nominal(Input *in, SirTypeInfo *info) {
    if (info->kind == SIR_TYPE_STRUCT) {
        uint8_t flags = sir__get_below(in, 4, "struct flags");
        info->is_ref = flags & 1;
        info->is_wire = flags & 2;
        info->name = sir__get_text(in);
        info->fields = get_fields(in, &info->field_count);
        return;
    }
    info->name = sir__get_text(in);
    info->is_plain_enum = info->kind == SIR_TYPE_ENUM && sir__get_below(in, 2, "truth value");
    if (info->kind == SIR_TYPE_FLAGS || info->is_plain_enum) info->elem = sir__get_u32(in);
    get_variants(in, info);
}

static void get_endpoint(Input *in, SirTypeInfo *info) {
    info->contract = sir__get_u32(in);
    info->side = (SirSide)sir__get_below(in, 2, "side");
    info->state = sir__get_state(in);
}

static void get_structural(Input *in, SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
        info->elem = sir__get_u32(in);
        info->count = read_uleb(&in->reader);
        break;
    case SIR_TYPE_OPTION:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD: info->elem = sir__get_u32(in); break;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
        info->mode = (SirMode)sir__get_below(in, SIR_STATIC + 1, "mode");
        info->elem = sir__get_u32(in);
        break;
    case SIR_TYPE_STR: info->mode = (SirMode)sir__get_below(in, SIR_STATIC + 1, "mode"); break;
    case SIR_TYPE_FN:
        info->sig = arena_new(in->arena, SirSig);
        *info->sig = sir__get_sig(in);
        break;
    case SIR_TYPE_ENDPOINT: get_endpoint(in, info); break;
    case SIR_TYPE_EPSET:
        get_endpoint(in, info);
        info->elem = sir__get_row_or_none(in);
        break;
    case SIR_TYPE_DEVICE:
        info->device = (SirDevice)sir__get_below(in, SIR_DMA + 1, "device");
        break;
    case SIR_TYPE_JOIN: break;
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_KINDS:
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        sir__get_fail(in, "a scalar among the types");
        break;
    }
}

static SirTypeInfo get_type(Input *in) {
    SirTypeInfo info = { .kind = (SirTypeKind)sir__get_below(in, SIR_TYPE_KINDS, "type kind") };
    if (sir_type_is_nominal(info.kind))
        get_nominal(in, &info);
    else
        get_structural(in, &info);
    return info;
}

// Where a structural type's encoding stands in the input.
typedef struct TypeKey {
    const uint8_t *bytes;
    size_t length;
    SirType row;
} TypeKey;

static int compare_keys(const void *left, const void *right) {
    const TypeKey *a = left, *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, shorter);
    if (order == 0) order = (a->length > b->length) - (a->length < b->length);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

// Sorted rather than hashed: no input makes this slow.
static void refuse_equal_types(Input *in, TypeKey *keys, size_t count) {
    if (count) qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 1; i < count; i++)
        if (keys[i - 1].length == keys[i].length &&
            memcmp(keys[i - 1].bytes, keys[i].bytes, keys[i].length) == 0) {
            sir__get_fail(in, "types %u and %u are equal", keys[i - 1].row, keys[i].row);
            return;
        }
}

static void get_types(Input *in) {
    SirModule *module = in->module;
    uint32_t count = sir__get_count(in), keyed = 0;
    vec_reserve(in->arena, &module->types, (uint64_t)SIR_SCALARS + count);
    TypeKey *keys = arena_array(in->arena, TypeKey, count);
    for (uint32_t i = 0; i < count && !in->reader.bad; i++) {
        SirType row = module->types.len;
        size_t start = in->reader.at;
        SirTypeInfo info = get_type(in);
        if (!sir_type_is_nominal(info.kind) && !in->reader.bad) {
            if (!sir__type_is_founded(&info, row))
                sir__get_fail(in, "type %u is not made of rows below it", row);
            keys[keyed++] = (TypeKey){ in->reader.data + start, in->reader.at - start, row };
        }
        vec_push(in->arena, &module->types, info);
    }
    if (!in->reader.bad) refuse_equal_types(in, keys, keyed);
}

// --- the module ----------------------------------------------------------------------------------------------------

static void get_header(Input *in) {
    const uint8_t *magic = read_bytes(&in->reader, SIR__MAGIC_LENGTH);
    if (!magic || memcmp(magic, SIR__MAGIC, SIR__MAGIC_LENGTH) != 0) {
        in->reader.at = 0;
        sir__get_fail(in, "this is not SIR in binary form");
        return;
    }
    uint32_t version = sir__get_u32(in);
    if (version != SIR__BINARY_VERSION)
        sir__get_fail(in, "version is %u when this reader knows %u", version, SIR__BINARY_VERSION);
    in->module->name = sir__get_text(in);
}

static void get_manifest(Input *in) {
    SirModule *module = in->module;
    SirManifest *manifest = &module->manifest;
    manifest->main = sir__get_row_or_none(in);
    if (manifest->main != SIR_NONE && manifest->main >= module->funcs.len) {
        sir__get_fail(in, "main is function %u of %u", manifest->main, module->funcs.len);
        return;
    }
    manifest->param_names = arena_array(in->arena, Str, sir__main_params(module));
    for (uint32_t i = 0; i < sir__main_params(module); i++)
        manifest->param_names[i] = sir__get_text(in);
    manifest->grant_count = sir__get_count(in);
    manifest->grants = arena_array(in->arena, SirGrant, manifest->grant_count);
    for (uint32_t i = 0; i < manifest->grant_count && !in->reader.bad; i++) {
        manifest->grants[i].kind = (SirGrantKind)sir__get_below(in, SIR_GRANT_KINDS, "grant");
        manifest->grants[i].base = read_uleb(&in->reader);
        manifest->grants[i].length = read_uleb(&in->reader);
    }
    manifest->heap_bytes = read_uleb(&in->reader);
    manifest->stack_bytes = read_uleb(&in->reader);
    manifest->threads = sir__get_u32(in);
    manifest->cpu = sir__get_u32(in);
    manifest->time = read_uleb(&in->reader);
}

static void get_module(Input *in) {
    SirModule *module = in->module;
    get_header(in);
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--)
        vec_push(in->arena, &module->files, sir__get_text(in));
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--)
        vec_push(in->arena, &module->contracts, get_contract(in));
    get_types(in);
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--) {
        SirConstInfo constant = { .name = sir__get_text(in) };
        sir__get_tree(in, &constant.tree, 1);
        vec_push(in->arena, &module->consts, constant);
    }
    for (uint32_t left = sir__get_count(in); left > 0 && !in->reader.bad; left--)
        vec_push(in->arena, &module->funcs, sir__get_func(in));
    get_manifest(in);
    if (!in->reader.bad && in->reader.at != in->reader.len)
        sir__get_fail(in, "%zu bytes are left over", in->reader.len - in->reader.at);
}

SirModule *sir_binary_read(Arena *arena, const uint8_t *data, size_t length, SirReadError *error) {
    *error = (SirReadError){ 0 };
    Input in = {
        .arena = arena, .reader = { data, length, 0, false },
             .error = error
    };
    in.module = sir_module_new(arena, STR(""));
    get_module(&in);
    if (!in.reader.bad) return in.module;
    sir__get_fail(&in, "the input ends early, or a number is not in its shortest form");
    return NULL;
}
