// What differs between two texts, as people and `patch` read it.

#ifndef DRIVER_DIFF_H
#define DRIVER_DIFF_H

#include "base/buf.h"
#include "base/str.h"

// Appends a unified diff with three lines of context; nothing where the texts are the same.
void diff_write(Buf *out, const char *path, Str before, Str after);

// The same of two contents of a file, on standard output.
void diff_show(const char *path, const Buf *before, const Buf *after);

#endif
