// What the files that complete share: the list that is made, and what is known of the cursor.

#ifndef LSP_COMPLETE_H
#define LSP_COMPLETE_H

#include "members.h"

enum { COMPLETE_MOST = 800 }; // items

typedef struct Completion {
    Server *server;
    Document *document;
    Probe *probe;
    json_t *list;
    char rank;          // of what is added now: '0' is best
    const char *before; // put before what is inserted: "."
    const char *behind; // and behind it
    bool instead;       // of `.` an arrow is written
    bool is_called;     // a bracket stands behind the cursor
    Str prefix;
} Completion;

// --- complete.c: the list --------------------------------------------------------------------------------------------------

void complete__add(
    void *completion, const Member *member
); // if it has the letters that are written
void complete__add_with(
    Completion *it, const Member *member, json_t *additional
); // edits elsewhere, which it takes
void complete__add_words(Completion *it, const char *words);
bool complete__fits(const Completion *it, const char *name);
json_t *complete__edit(
    const Completion *it, uint32_t start, uint32_t end, const char *text, size_t length
);

// --- places.c: what can stand there ----------------------------------------------------------------------------------------

void complete__add_place(Completion *it);

// --- wanted.c: of which type something is wanted ------------------------------------------------------------------------------

const HirType *complete__expected(Completion *it); // where a dot stands alone; NULL: not known
const HirType *complete__subject(Completion *it);  // what a `switch (x)` is about
void complete__add_variants(Completion *it, const HirType *type); // NULL: none
bool complete__add_fields(Completion *it); // of `T{ .`; false: it is no such place

// --- modules.c: what is not imported ------------------------------------------------------------------------------------------

typedef void SeeModule(Completion *it, const char *path, const char *module);

void complete__each_known_module(Completion *it, SeeModule *see);
SeeModule complete__offer_file; // what it declares for others
SeeModule complete__add_module; // its name, behind `import`

#endif
