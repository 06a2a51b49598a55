// Insertion-ordered maps: entries in a growing array, and an open-addressed table of their numbers beside it.

#include "map.h"

#include "base/hash.h"
#include "base/vec.h"

#include <assert.h>
#include <string.h>

typedef struct Entry {
    uint64_t hash;
    uint64_t key; // the number, or the length of `text`
    const char *text;
    uint64_t value;
} Entry;

typedef struct Table {
    Arena *arena;
    VEC(Entry) entries;
    uint32_t *slots;     // entry number + 1; 0 is free
    uint32_t slot_count; // a power of two, at least twice the entries
} Table;

struct Map {
    Table table;
};

struct StrMap {
    Table table;
};

static bool same_key(const Entry *entry, uint64_t hash, uint64_t key, const char *text) {
    if (entry->hash != hash || entry->key != key) return false;
    return !text || memcmp(entry->text, text, key) == 0;
}

// The entry with that key, or NULL; `slot` is where its number stands or would stand.
static Entry *find(
    const Table *table, uint64_t hash, uint64_t key, const char *text, uint32_t *slot
) {
    uint32_t mask = table->slot_count - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        *slot = i;
        if (table->slots[i] == 0) return NULL;
        Entry *entry = &table->entries.data[table->slots[i] - 1];
        if (same_key(entry, hash, key, text)) return entry;
    }
}

static void rehash(Table *table) {
    table->slot_count = table->slot_count ? table->slot_count * 2 : 16;
    table->slots = arena_array(table->arena, uint32_t, table->slot_count);
    uint32_t mask = table->slot_count - 1;
    for (uint32_t n = 0; n < table->entries.len; n++) {
        uint32_t i = (uint32_t)table->entries.data[n].hash & mask;
        while (table->slots[i])
            i = (i + 1) & mask;
        table->slots[i] = n + 1;
    }
}

static bool get(
    const Table *table, uint64_t hash, uint64_t key, const char *text, uint64_t *value
) {
    uint32_t slot;
    const Entry *entry = table->slot_count ? find(table, hash, key, text, &slot) : NULL;
    if (entry) *value = entry->value;
    return entry != NULL;
}

static bool put(Table *table, uint64_t hash, uint64_t key, const char *text, uint64_t value) {
    if (table->entries.len + 1 > table->slot_count / 2) rehash(table);
    uint32_t slot;
    Entry *entry = find(table, hash, key, text, &slot);
    if (entry) {
        entry->value = value;
        return false;
    }
    const char *copy = text ? arena_strndup(table->arena, text, key) : NULL;
    vec_push(table->arena, &table->entries, (Entry){ hash, key, copy, value });
    table->slots[slot] = table->entries.len;
    return true;
}

Map *map_new(Arena *arena) {
    Map *map = arena_new(arena, Map);
    map->table.arena = arena;
    return map;
}

bool map_get(const Map *map, uint64_t key, uint64_t *value) {
    return get(&map->table, hash_u64(key), key, NULL, value);
}

bool map_put(Map *map, uint64_t key, uint64_t value) {
    return put(&map->table, hash_u64(key), key, NULL, value);
}

void map_clear(Map *map) {
    Table *table = &map->table;
    table->entries.len = 0;
    if (table->slot_count) memset(table->slots, 0, table->slot_count * sizeof *table->slots);
}

uint32_t map_len(const Map *map) {
    return map->table.entries.len;
}

void map_at(const Map *map, uint32_t i, uint64_t *key, uint64_t *value) {
    assert(i < map->table.entries.len);
    *key = map->table.entries.data[i].key;
    *value = map->table.entries.data[i].value;
}

StrMap *strmap_new(Arena *arena) {
    StrMap *map = arena_new(arena, StrMap);
    map->table.arena = arena;
    return map;
}

bool strmap_get(const StrMap *map, const char *key, size_t length, uint64_t *value) {
    return get(&map->table, hash_bytes(key, length), length, key ? key : "", value);
}

bool strmap_put(StrMap *map, const char *key, size_t length, uint64_t value) {
    return put(&map->table, hash_bytes(key, length), length, key ? key : "", value);
}

uint32_t strmap_len(const StrMap *map) {
    return map->table.entries.len;
}

void strmap_at(const StrMap *map, uint32_t i, const char **key, size_t *length, uint64_t *value) {
    assert(i < map->table.entries.len);
    const Entry *entry = &map->table.entries.data[i];
    *key = entry->text;
    *length = entry->key;
    *value = entry->value;
}
