// Diagnostics one by one, for who shows them in a way of his own.

#ifndef DIAG_LIST_H
#define DIAG_LIST_H

#include "diag.h"

#include "base/vec.h"

typedef struct DiagLabel {
    Span span; // its file is 0 where it belongs to no place
    const char *text;
} DiagLabel;

typedef struct DiagEdit {
    Span span;
    const char *replacement;
} DiagEdit;

typedef struct DiagFix { // applied as a whole or not at all
    const char *message;
    VEC(DiagEdit) edits;
} DiagFix;

typedef VEC(DiagLabel) DiagLabels;
typedef VEC(const char *) DiagHelps;
typedef VEC(DiagFix) DiagFixes;

typedef struct DiagEntry {
    const char *code; // "E0301"
    DiagLevel level;
    Span span;
    const char *text;
    const DiagLabels *notes;
    const DiagHelps *helps;
    const DiagFixes *fixes; // several offer a choice
} DiagEntry;

typedef void DiagSee(void *context, const DiagEntry *entry);

void diags_each(const Diags *diags, DiagSee *see, void *context); // sorted by file and place

#endif
