// The pieces of the text writer that its files share. Inside this room only.

#ifndef SIR_TEXT_WRITE_H
#define SIR_TEXT_WRITE_H

#include "index.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"

typedef struct Writer {
    const SirModule *module;
    Buf *out;
    Arena scratch; // freed when the text is written
    SirIndex *index;
    Str *types; // how each type is referred to: its text, or `#row` where that would be long
} Writer;

// --- words -------------------------------------------------------------------------------------------------

bool sir__is_bare(Str name); // an identifier, with dots inside, and no word of the grammar

void sir__put_string(Buf *out, Str text); // quoted
void sir__put_name(Buf *out, Str name);   // bare or quoted

// A row by its name if that is enough to find it, else by its number. `sigil` is '@' or '$', which a name follows, or '#',
// which only numbers and quoted names follow.
void sir__put_ref(Writer *w, char sigil, SirSpace space, uint32_t owner, Str name, uint64_t row);
void sir__put_decl(Writer *w, char sigil, SirSpace space, Str name, uint32_t row);

void sir__put_contract_ref(Writer *w, uint64_t contract);
void sir__put_state(Writer *w, uint64_t contract, SirState state);
void sir__put_message(Writer *w, uint64_t contract, uint64_t message);
void sir__put_variant(Writer *w, SirType type, uint64_t variant);
void sir__put_func_ref(Writer *w, uint64_t func);
void sir__put_const_ref(Writer *w, uint64_t row);
void sir__put_loc(Writer *w, SirLoc loc); // with a space before it, or nothing

// --- types, trees, code ------------------------------------------------------------------------------------

void sir__name_types(Writer *w, SirType count); // fills w->types for the rows below `count`
void sir__put_type(Writer *w, SirType type);
void sir__put_structure(Writer *w, Buf *out, SirType type); // a structural row in full
void sir__put_promise(Writer *w, const SirParam *param);    // with a space before it, or nothing
void sir__put_from(Buf *out, const SirSig *sig);
void sir__put_tree(Writer *w, const SirTree *tree, SirType expected);
void sir__put_func(Writer *w, SirFunc row);
void sir__put_inst(Writer *w, const SirFuncInfo *func, const SirInst *inst); // without its location

#endif
