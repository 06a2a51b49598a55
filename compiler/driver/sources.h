// The files of a folder and of all below it.

#ifndef DRIVER_SOURCES_H
#define DRIVER_SOURCES_H

#include "base/arena.h"
#include "driver/options.h"

typedef void SourceVisit(void *context, const char *path);

// Visits what ends in .sip, by name; hidden names and links are passed over. A folder that cannot be read is named on stderr,
// and the rest visited: EXIT_TOOL then. Paths live as long as the arena.
ExitCode sources_below(Arena *arena, const char *folder, SourceVisit *visit, void *context);

#endif
