// Names in the texts of a look, and what each means: what definition, references, highlights and hover live on.

#ifndef LSP_USES_H
#define LSP_USES_H

#include "lsp__.h"

typedef enum UseKind {
    USE_LOCAL,
    USE_PARAM,
    USE_FN,
    USE_METHOD,
    USE_TYPE, // struct, enum, flags, interface
    USE_CONTRACT,
    USE_SIP,
    USE_SYSTEM,
    USE_CONST,
    USE_FIELD,
    USE_VARIANT,
    USE_MESSAGE,
    USE_STATE,
    USE_MODULE,
    USE_KINDS
} UseKind;

typedef struct Use { // a name in a text
    Span at;
    Span target; // the name where it is declared; of a module: its file, from 0 to 0
    uint8_t kind;
    bool is_moved;       // the value goes away here
    uint32_t order;      // of finding
    const HirType *type; // of a local or a field; else NULL
} Use;

typedef struct Uses {
    VEC(Use) list;           // by file and place; one for each place
    struct UsesIndex *index; // what the program declares, which a change of a body does not change
} Uses;

Uses *lsp__uses_in(Arena *arena, const FrontResult *result, FileId only); // in that file; 0: in all
const Uses *lsp__uses(Server *server, Document *document);                // in the document itself
const Uses *lsp__all_uses(Server *server, Document *document); // and in all that it imports
// What stood between two bytes of the document has been checked anew.
void lsp__uses_again(Look *look, uint32_t start, uint32_t end);
const Use *lsp__use_at(const Uses *uses, FileId file, uint32_t offset); // NULL: none

// The use at the position that a request names; NULL: there is none.
const Use *lsp__use_of(Server *server, json_t *params, Document **document);

// The state that a fact speaks of, as the program calls it; NULL: it has no name.
const char *lsp__state_text(const FrontResult *result, const CheckFact *fact);

// --- in a look -----------------------------------------------------------------------------------------------------------

const FrontUnit *lsp__unit(const FrontResult *result, FileId file); // NULL: none

// The item of that name that a module sees: its own, or a public one of a module that it imports. NULL: none.
const AstItem *lsp__item(const FrontResult *result, const FrontUnit *unit, Name name);
const FrontUnit *lsp__import(
    const FrontResult *result, const FrontUnit *unit, Str last
); // NULL: none
UseKind lsp__kind_of_item(const AstItem *item);

// The innermost node around a place with a name that starts just there; NULL: none.
const SyntaxNode *lsp__declaring(const SyntaxNode *root, uint32_t name);

// The function around a place, as far as it has been checked; NULL: none.
const HirFn *lsp__fn_at(const FrontResult *result, FileId file, uint32_t offset);

#endif
