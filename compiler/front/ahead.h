// Parsing ahead: files are found by what their first lines import, and parsed by several threads, before anybody asks for them.
//
// It decides nothing. Who reads a module takes its tree from here if it is there, has nothing wrong, and is of the same text;
// whatever else is parsed when it is its turn, so that reports, numbers and names come in the same order however many threads
// there are.

#ifndef FRONT_AHEAD_H
#define FRONT_AHEAD_H

#include "base/buf.h"
#include "base/str.h"
#include "syntax/syntax.h"

typedef struct Ahead Ahead;

typedef struct AheadFiles { // how files are found and read
    void *context;
    bool (*read)(void *context, const char *path, Buf *text);
    const char *(*find)(void *context, const char *relative); // "std/text.sip"; NULL: nowhere
} AheadFiles;

// Parses `path` and what it imports. NULL where that is not worth the threads.
Ahead *ahead_new(const char *path, uint32_t threads, const AheadFiles *files);

// The tree of a file, which lives as long as `ahead`; NULL: there is none. `time`: what it took is added.
Syntax *ahead_take(Ahead *ahead, const char *path, FileId file, Str text, uint64_t *time);

void ahead_free(Ahead *ahead); // NULL is free already

#endif
