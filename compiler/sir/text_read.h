// The pieces of the text reader that its files share. Inside this room only.

#ifndef SIR_TEXT_READ_H
#define SIR_TEXT_READ_H

#include "index.h"
#include "sir.h"
#include "text_scan.h"

#include "base/map.h"
#include "base/vec.h"

typedef struct Text {
    Scan scan;
    SirModule *module;
    SirIndex *index; // who is called what, as far as it is read
    StrMap *ops;     // instructions by their text
    unsigned depth;  // of nested types or trees
    SirFunc func;    // whose code is being read
} Text;

// --- references ------------------------------------------------------------------------------------------------

// A row by number or by name behind `sigil`; '#' stands only before numbers and quoted names. `what` is for complaints.
uint64_t sir__read_row(Text *t, char sigil, SirSpace space, uint32_t owner, const char *what);
uint32_t sir__read_ref(Text *t, char sigil, SirSpace space, uint32_t owner, const char *what);
Str sir__read_decl(
    Text *t, char sigil, uint32_t row, const char *what
); // the name; a number must be `row`
SirState sir__read_state(Text *t, uint32_t contract);
uint64_t sir__read_variant(Text *t, SirType type);
SirLoc sir__read_loc(Text *t); // none if there is none on this line

// --- types and trees ---------------------------------------------------------------------------------------------

SirType sir__read_type(Text *t);
SirState sir__read_promise(Text *t, SirType param); // `-> STATE`, or SIR_NONE
void sir__read_from(Text *t, SirSig *sig);
void sir__read_tree(Text *t, SirTree *tree, SirType expected);

// --- items and code ------------------------------------------------------------------------------------------------

void sir__declare_contract(Text *t, SirContract row); // at its DECL: names of messages and states
void sir__define_contract(Text *t, SirContract row);
SirType sir__declare_nominal(
    Text *t, SirTypeInfo info
); // at its DECL; `info` has the kind and the flags
void sir__define_nominal(Text *t, SirType row);
void sir__read_manifest(Text *t);
void sir__read_head(Text *t, SirFunc row); // at the result's type, up to and with `{`
void sir__read_body(Text *t, SirFunc row); // from behind `{` to `}`

#endif
