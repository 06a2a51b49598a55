// Dependency files: what was read to make what, in the Makefile syntax that Ninja and make read.

#ifndef DRIVER_DEPFILE_H
#define DRIVER_DEPFILE_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>

typedef struct Depfile {
    VEC(const char *) made, read; // paths as they were given; borrowed
} Depfile;

void depfile_made(Arena *arena, Depfile *depfile, const char *path);
void depfile_read(
    Arena *arena, Depfile *depfile, const char *path
); // named once, however often it is told

// One rule with all that was made and all that was read. Without anything made, the rule is for `path` without its suffix: the
// stamp of a check. False, with a sentence, where it cannot be written.
bool depfile_write(const Depfile *depfile, const char *path, char error[512]);

#endif
