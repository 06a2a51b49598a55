// Interned names: a name is a number, equal names are equal numbers.

#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

typedef uint32_t Name; // 0: no name

typedef struct Names Names;

Names *names_new(Arena *arena);
Name names_add(Names *names, const char *text, size_t length);
Name names_add_c(Names *names, const char *text);
const char *names_text(const Names *names, Name name); // NUL-terminated; "" for no name
size_t names_length(const Names *names, Name name);

#endif
