// Which functions may do something that other processes notice.

#ifndef LOWER_SPEAKERS_H
#define LOWER_SPEAKERS_H

#include "hir/hir.h"

typedef struct Speakers Speakers;

// Among the functions that `main` reaches; it is one of them itself. Lives in `arena`.
Speakers *speakers_find(Arena *arena, const HirFn *main);
bool speakers_has(const Speakers *speakers, const HirFn *fn);

#endif
