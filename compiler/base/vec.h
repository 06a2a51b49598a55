// Growing arrays in an arena. `VEC(Thing) things = { 0 };` is empty and ready.
//
//     vec_push(arena, &things, thing);
//     vec_each(Thing, it, &things) use(it);      // `it` points into the array: no push inside
//
// Growing leaves the old array behind in the arena, at most as much again as the new one.

#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#include <assert.h>
#include <stdint.h>

#define VEC(T)             \
    struct {               \
        T *data;           \
        uint32_t len, cap; \
    }

#define vec_reserve(arena, v, n) \
    ((v)->data = vec_grow((arena), (v)->data, (v)->len, &(v)->cap, (n), sizeof *(v)->data))

#define vec_push(arena, v, ...)                                                             \
    ((void)((v)->len < (v)->cap || (vec_reserve((arena), (v), (uint64_t)(v)->len + 1), 0)), \
     (void)((v)->data[(v)->len++] = (__VA_ARGS__)))

#define vec_last(v) (assert((v)->len > 0), &(v)->data[(v)->len - 1])
#define vec_pop(v)  (assert((v)->len > 0), (v)->data[--(v)->len])
#define vec_each(T, it, v) \
    for (__typeof__(T) *it = (v)->data, *it##_end = it ? it + (v)->len : it; it != it##_end; it++)

// Room for at least `wanted` items of `size` bytes; the first `len` are kept. Returns the array, sets `cap`.
void *vec_grow(Arena *arena, void *data, uint32_t len, uint32_t *cap, uint64_t wanted, size_t size);

#endif
