// Interned names: a text map whose order of insertion gives the numbers.

#include "intern.h"

#include "base/map.h"

#include <string.h>

struct Names {
    StrMap *map;
};

Names *names_new(Arena *arena) {
    Names *names = arena_new(arena, Names);
    names->map = strmap_new(arena);
    return names;
}

Name names_add(Names *names, const char *text, size_t length) {
    uint64_t name;
    if (length == 0) return 0;
    if (strmap_get(names->map, text, length, &name)) return (Name)name;
    name = (uint64_t)strmap_len(names->map) + 1;
    strmap_put(names->map, text, length, name);
    return (Name)name;
}

Name names_add_c(Names *names, const char *text) {
    return names_add(names, text, strlen(text));
}

const char *names_text(const Names *names, Name name) {
    const char *text = "";
    size_t length;
    uint64_t number;
    if (name) strmap_at(names->map, name - 1, &text, &length, &number);
    return text;
}

size_t names_length(const Names *names, Name name) {
    const char *text;
    size_t length = 0;
    uint64_t number;
    if (name) strmap_at(names->map, name - 1, &text, &length, &number);
    return length;
}
