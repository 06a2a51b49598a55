// Maps that remember the order of insertion, so that what is made from them is the same in every run.

#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- from numbers ----------------------------------------------------------------------------------------

typedef struct Map Map;

Map *map_new(Arena *arena);
bool map_get(const Map *map, uint64_t key, uint64_t *value); // false: not there, `value` untouched
bool map_put(
    Map *map, uint64_t key, uint64_t value
);                        // true if the key is new; else its value is replaced
void map_clear(Map *map); // keeps its memory, and takes as long as there is of it
uint32_t map_len(const Map *map);
void map_at(const Map *map, uint32_t i, uint64_t *key, uint64_t *value); // the i-th inserted

// --- from texts --------------------------------------------------------------------------------------------

typedef struct StrMap StrMap;

StrMap *strmap_new(Arena *arena);
bool strmap_get(const StrMap *map, const char *key, size_t length, uint64_t *value);
bool strmap_put(StrMap *map, const char *key, size_t length, uint64_t value); // copies a new key
uint32_t strmap_len(const StrMap *map);
void strmap_at(const StrMap *map, uint32_t i, const char **key, size_t *length, uint64_t *value);

#endif
