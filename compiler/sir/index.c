// Names to rows: one table for all, keyed by the space, the owner and the name.

#include "index.h"

#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

#include <stdint.h>

struct SirIndex {
    StrMap *rows;
};

SirIndex *sir__index_new(Arena *arena) {
    SirIndex *index = arena_new(arena, SirIndex);
    index->rows = strmap_new(arena);
    return index;
}

static void put_key(Buf *key, SirSpace space, uint32_t owner, Str name) {
    buf_byte(key, (uint8_t)space);
    buf_u32le(key, owner);
    buf_put(key, name.ptr, name.len);
}

uint32_t sir__index_find(const SirIndex *index, SirSpace space, uint32_t owner, Str name) {
    Buf key = { 0 };
    put_key(&key, space, owner, name);
    uint64_t row = SIR_NONE;
    strmap_get(index->rows, (const char *)key.data, key.len, &row);
    buf_free(&key);
    return (uint32_t)row;
}

void sir__index_add(SirIndex *index, SirSpace space, uint32_t owner, Str name, uint32_t row) {
    if (name.len == 0) return;
    if (sir__index_find(index, space, owner, name) != SIR_NONE) row = SIR__AMBIGUOUS;
    Buf key = { 0 };
    put_key(&key, space, owner, name);
    strmap_put(index->rows, (const char *)key.data, key.len, row);
    buf_free(&key);
}

void sir__index_contract(SirIndex *index, const SirModule *module, SirContract contract) {
    const SirContractInfo *info = &module->contracts.data[contract];
    for (uint32_t i = 0; i < info->message_count; i++)
        sir__index_add(index, SIR__SPACE_MESSAGE, contract, info->messages[i].name, i);
    for (uint32_t i = 0; i < info->state_count; i++)
        sir__index_add(index, SIR__SPACE_STATE, contract, info->states[i].name, i);
}

void sir__index_type(SirIndex *index, const SirModule *module, SirType type) {
    const SirTypeInfo *info = sir_type(module, type);
    for (uint32_t i = 0; i < info->field_count; i++)
        sir__index_add(index, SIR__SPACE_FIELD, type, info->fields[i].name, i);
    for (uint32_t i = 0; i < info->variant_count; i++)
        sir__index_add(index, SIR__SPACE_VARIANT, type, info->variants[i].name, i);
}
