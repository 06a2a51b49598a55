// Growing arrays in an arena.

#include "vec.h"

#include <string.h>

void *vec_grow(
    Arena *arena, void *data, uint32_t len, uint32_t *cap, uint64_t wanted, size_t size
) {
    if (wanted <= *cap) return data;
    uint64_t room = *cap ? (uint64_t)*cap * 2 : 4;
    if (room < wanted) room = wanted;
    if (room > UINT32_MAX) base_out_of_memory(SIZE_MAX);
    void *grown = arena_alloc_array(arena, (size_t)room, size, 16);
    if (len) memcpy(grown, data, (size_t)len * size);
    *cap = (uint32_t)room;
    return grown;
}
