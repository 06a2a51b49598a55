// What the files of this room share: a diagnostic in full.

#ifndef DIAG_DIAG___H
#define DIAG_DIAG___H

#include "diag.h"
#include "list.h"

#include "base/map.h"
#include "base/vec.h"

typedef struct Diag {
    DiagCode code;
    Span span;
    const char *text;
    DiagLabels notes;
    DiagHelps helps;
    DiagFixes fixes;
    uint32_t order; // of reporting
    const void *owner;
} Diag;

struct Diags {
    Arena *arena;
    const SourceMap *map;
    VEC(Diag) list;
    StrMap *said;     // code and span of all, also of those past the limit
    VEC(Span) silent; // parts that could not be read
    StrMap *lost;     // the words in them
    uint32_t limit, errors, warnings, left_out, order;
    uint32_t kept[DIAG_WARNING + 1]; // by level, each up to the limit
    VEC(const void *) unsaid; // errors that only follow from others: who would have reported them
    const void *owner;        // who reports
    bool denied;              // warnings are errors
    bool muted;               // the last report was not kept: its notes are not either
};

bool diag__follows(Diags *diags, Span span, DiagCode code, const char *text); // silence.c
const char *diag__code_text(DiagCode code);                                   // "E0301"
DiagLevel diag__level(const Diags *diags, DiagCode code);
const char *diag__level_text(const Diags *diags, DiagCode code); // "error"
const char *diag__rule_level(DiagCode code);      // the same, where nothing is denied
const Diag **diag__sorted(const Diags *diags);    // in the arena; diags->list.len of them
const char *diag__rule_text(DiagCode code);       // as for printf
void diag__put_plain(Buf *out, const char *text); // controls as `?`
void diag__render_one(const Diags *diags, const Diag *diag, bool color, Buf *out);

#endif
