// What modules that are not imported declare for others.

#ifndef FRONT_OFFERS_H
#define FRONT_OFFERS_H

#include "base/arena.h"
#include "base/near.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Offers Offers;

// What files have been found to declare, as long as they do not change on disk: for who asks again and again.
typedef struct OffersFiles OffersFiles;
OffersFiles *offers_files_new(void);
void offers_files_free(OffersFiles *files); // NULL is free already

// Looks below each folder, when it is first asked; `folders` is copied. `known` may be NULL, and lives longer.
Offers *offers_new(Arena *arena, const char *const *folders, uint32_t count, OffersFiles *known);

// The module that declares `name` with `pub`: "std.text". Where there are several, `only` is false, and they are all named:
// "std.map` and `std.iter". NULL: there is none.
const char *offers_find(void *offers, const char *name, bool *only);

// A module whose name is near; its path lives as long as the arena. `best` is NULL where there is none.
Near offers_near(Offers *offers, const char *module);

#endif
