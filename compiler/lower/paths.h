// Move paths: the places of a function whose ownership can change on its own.
//
// A tree per local: the local, then the fields and the contents of boxes that the function moves, assigns or
// drops separately. A path that is not split up has one bit in a set of what is initialised; a struct that is
// split has only its fields' bits; a box that is split has one for its block beside its content's, and so has an exclusive
// borrow, for itself.

#ifndef LOWER_PATHS_H
#define LOWER_PATHS_H

#include "kinds.h"

#include "base/bits.h"

typedef uint32_t PathId; // row of Paths.rows

typedef struct Path {
    SirLocal local;
    SirType type;
    PathId parent;      // SIR_NONE: the local itself
    SirProj step;       // from the parent
    PathId first, next; // children, siblings; SIR_NONE ends
    uint32_t bit;       // SIR_NONE: only its parts have any
    PathId lender;      // the exclusive borrow that it lies behind, the last one; SIR_NONE: none
} Path;

typedef struct Paths {
    const SirModule *module;
    const SirFuncInfo *func;
    Kinds *kinds;
    Arena *scratch;
    VEC(Path) rows;
    PathId *roots; // per local; SIR_NONE: there is nothing to track
    uint32_t bits;
} Paths;

// All paths that `func` names. Everything lives in `scratch`.
Paths *paths_find(const SirModule *module, const SirFuncInfo *func, Kinds *kinds, Arena *scratch);

// The path of a place; SIR_NONE when the place is not one: it reaches no owner, or lies behind an index.
PathId paths_at(const Paths *paths, const SirPlace *place);
SirPlace paths_place(const Paths *paths, PathId path, Arena *arena);

bool paths_lends(const Paths *paths, const Path *path); // it is an exclusive borrow

// Of a path with all that is in it.
void paths_set(const Paths *paths, PathId path, BitSet *set);
void paths_clear(const Paths *paths, PathId path, BitSet *set);
bool paths_all(const Paths *paths, PathId path, const BitSet *set);
bool paths_any(const Paths *paths, PathId path, const BitSet *set);

#endif
