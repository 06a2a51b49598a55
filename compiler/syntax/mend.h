// How to go on behind a token that does not fit: the smallest change of the text after which it can be read.

#ifndef SYNTAX_MEND_H
#define SYNTAX_MEND_H

#include "glr.h"

typedef enum MendKind {
    MEND_NAME,    // a keyword stands where a name belongs
    MEND_STRAY,   // a keyword begins nothing where it stands
    MEND_INSERT,  // something was left out
    MEND_REPLACE, // something stands in another's place
    MEND_DELETE,  // something is too much
    MEND_SKIP,    // none of these: a part is left out
} MendKind;

typedef struct Mend {
    MendKind kind;
    GlrToken token;     // that it is about
    const char *symbol; // of INSERT and REPLACE, by the grammar's name
    GlrEdit edit;
    bool sure; // enough of what follows can be read then
} Mend;

// To be asked when a step has failed: `g->next` is the token that does not fit. `balanced` is whether all brackets of the
// text match.
Mend mend__choose(Glr *g, bool balanced);

// The whole part of the innermost list (a statement, a field, a declaration) that the token is in or begins; `edit`: to read on
// from its start, once it is blank.
GlrGap mend__part(Glr *g, GlrEdit *edit);

#endif
