// Examples in documentation: blocks of code in `///` comments.
//
//     /// ```sip                 is compiled
//     /// ```sip fails E0301     must be refused, with this code if there is one
//     /// ```sip ignore          is not looked at

#ifndef DRIVER_EXAMPLES_H
#define DRIVER_EXAMPLES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Example {
    uint32_t line; // of the fence
    Str text; // the code, each line and column where it stands in the file; the first line is left free
    const char *code;               // that it must earn; NULL: any
    bool fails, imports, is_module; // what it says itself
} Example;

typedef VEC(Example) Examples;

// Those in a source text that are to be looked at. `module` is what it is called.
void examples_find(Arena *arena, Str source, const char *module, Examples *out);

#endif
