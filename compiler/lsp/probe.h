// What is known at the cursor of a text that is being written: types of what stands before it, locals that are in scope, states of
// endpoints. A check of the document's declarations and of one body, up to the statement with the cursor.

#ifndef LSP_PROBE_H
#define LSP_PROBE_H

#include "cursor.h"
#include "lsp__.h"

typedef struct Probe {
    Arena arena;
    Document *document;
    Cursor *cursor;
    FrontResult *result;
    const Look *look;             // whose result it is; NULL: its own
    Lines lines;                  // of the text that was checked, where it is a look's
    const FrontUnit *unit;        // the document; NULL: it could not be read
    const HirFn *fn;              // around the cursor; NULL: none
    uint32_t at;                  // of the probe in the text that was checked
    uint32_t until;               // how long it is
    bool borrows;                 // and whether it asks for a borrow
    uint32_t shift;               // of what comes behind the item with the cursor
    VEC(const HirLocal *) locals; // in scope, the last declared first
    const HirType *type;          // of the base; NULL: not known
    const HirType *end;           // of the endpoint that it is, or that it leads to; NULL: none
    uint32_t state;               // of that; HIR_NO_STATE: not known
    const HirFn *callee;          // that the base names; NULL: none
    VEC(CheckFact) facts;
} Probe;

// Of the document as it is. `offset`: a byte of its tree's text. Never NULL.
Probe *probe_new(Server *server, Document *document, uint32_t offset);
// Asks for the type of an expression of the text. Takes a probe without one, and answers in `type`, `end`, `state`.
void probe_ask(Server *server, Probe *probe, Str expression);
void probe_free(Probe *probe);

// Bytes of the document for a byte of what was checked.
uint32_t probe_offset(const Probe *probe, uint32_t offset);

#endif
