// Values, hash-consed: two that are equal have one row, so that comparing threads is comparing numbers.

#include "deadlock__.h"

#include <string.h>

void deadlock__values_init(Arena *arena, Values *values) {
    *values = (Values){ .arena = arena, .rows = strmap_new(arena) };
    vec_push(arena, &values->all, (Value){ 0 });
}

const Value *deadlock__value_at(const Values *values, Val value) {
    return &values->all.data[value];
}

static bool is_tracked(const Values *values, ValueKind kind, const Val *items, uint32_t count) {
    if (kind == VALUE_END || kind == VALUE_REF || kind == VALUE_FAR || kind == VALUE_JOIN ||
        kind == VALUE_GUARD)
        return true;
    for (uint32_t i = 0; kind == VALUE_LIST && i < count; i++)
        if (deadlock__value_at(values, items[i])->is_tracked) return true;
    return false;
}

Val deadlock__value_make(
    Values *values,
    ValueKind kind,
    uint32_t variant,
    uint64_t bits,
    const Val *items,
    uint32_t count
) {
    uint64_t row;
    Buf key = { 0 };
    buf_u32le(&key, kind);
    buf_u32le(&key, variant);
    buf_u64le(&key, bits);
    for (uint32_t i = 0; i < count; i++)
        buf_u32le(&key, items[i]);
    const char *bytes = (const char *)key.data;
    if (!strmap_get(values->rows, bytes, key.len, &row)) {
        row = values->all.len;
        Val *copy = arena_array(values->arena, Val, count);
        if (count) memcpy(copy, items, count * sizeof *items);
        Value value = { kind, variant, bits, copy, count, is_tracked(values, kind, items, count) };
        vec_push(values->arena, &values->all, value);
        strmap_put(values->rows, bytes, key.len, row);
    }
    buf_free(&key);
    return (Val)row;
}

Val deadlock__value_int(Values *values, uint64_t bits) {
    return deadlock__value_make(values, VALUE_INT, 0, bits, NULL, 0);
}

Val deadlock__value_with(Values *values, Val list, uint32_t item, Val what) {
    const Value old = *deadlock__value_at(values, list);
    uint32_t count = old.kind == VALUE_LIST ? old.count : 0;
    if (what == VAL_NONE && item >= count) return list;
    uint32_t room = item < count ? count : item + 1;
    Arena arena;
    arena_init(&arena);
    Val *items = arena_array(&arena, Val, room);
    if (count) memcpy(items, old.items, count * sizeof *items);
    items[item] = what;
    Val made = deadlock__value_make(
        values, VALUE_LIST, old.kind == VALUE_LIST ? old.variant : 0, 0, items, room
    );
    arena_free(&arena);
    return made;
}

Val deadlock__value_far(Values *values, Val value, uint32_t thread) {
    const Value old = *deadlock__value_at(values, value);
    if (old.kind == VALUE_REF)
        return deadlock__value_make(values, VALUE_FAR, thread, old.bits, old.items, old.count);
    for (uint32_t i = 0; old.kind == VALUE_LIST && i < old.count; i++)
        value = deadlock__value_with(
            values, value, i, deadlock__value_far(values, old.items[i], thread)
        );
    return value;
}
