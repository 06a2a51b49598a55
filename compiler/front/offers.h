// What modules that are not imported declare for others.

#ifndef FRONT_OFFERS_H
#define FRONT_OFFERS_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Offers Offers;

// Looks below each folder, when it is first asked; `folders` is borrowed.
Offers *offers_new(Arena *arena, const char *const *folders, uint32_t count);

// The one module that declares `name` with `pub`: "std.text". NULL: there is none, or several.
const char *offers_find(void *offers, const char *name);

#endif
