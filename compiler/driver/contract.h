// What `sipcc contract` shows of contracts, one form a file. All take checked contracts and leave text in `out`.

#ifndef DRIVER_CONTRACT_H
#define DRIVER_CONTRACT_H

#include "base/buf.h"
#include "check/check.h"

typedef struct ContractView {
    Arena *arena;
    const HirProgram *program;
    const Names *names;
} ContractView;

static inline const char *view_name(const ContractView *view, Name name) {
    return names_text(view->names, name);
}

void contract_text(const ContractView *view, const HirContract *contract, Buf *out); // for people
void contract_json(const ContractView *view, const HirContract *contract, Buf *out);
void contract_dot(const ContractView *view, const HirContract *contract, Buf *out);
void contract_promela(const ContractView *view, const HirContract *contract, Buf *out);

// May `fresh` be used where `old` was? Each difference, with the shortest sequence of messages that leads there. True: there
// is none on either side.
bool contract_compare(
    const ContractView *view,
    const HirContract *old,
    const ContractView *fresh_view,
    const HirContract *fresh,
    Buf *out
);

#endif
