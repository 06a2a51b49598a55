// Mutants: valid modules, changed at random. The readers' promises are kept (what does not keep them has no binary form),
// nothing else.

#ifndef TEST_CAMPAIGN_MUTANT_H
#define TEST_CAMPAIGN_MUTANT_H

#include "base/buf.h"
#include "sir/sir.h"

#include <stdbool.h>
#include <stdint.h>

// --- chance (splitmix64) ---------------------------------------------------------------------------------

void chance_set(uint64_t seed);
uint64_t draw(void);
uint32_t below(uint64_t limit); // 0 for 0
bool one_in(uint32_t n);

// --- kinds of change --------------------------------------------------------------------------------------

uint32_t mutant_kinds(void);
const char *mutant_kind(uint32_t kind);

// Makes a change of the kind somewhere in the module; false where there is nothing of the sort.
bool mutant_change(SirModule *module, uint32_t kind);

// Damages the binary form.
void mutant_damage(Buf *binary);

// --- inside: typed insertions (insert.c) ------------------------------------------------------------------

typedef bool Mutation(SirModule *module);

Mutation insert_use, insert_borrow, insert_view, insert_make, insert_heap, insert_drop, insert_call, insert_swap, insert_grow, insert_elements, insert_send,
    insert_close, insert_receive, insert_match, insert_branch, insert_storage, insert_const, insert_retype, insert_channel, insert_next;

// --- inside: choosing (choose.c) ----------------------------------------------------------------------------

typedef struct Spot { // before instruction `at` of a block
    SirFuncInfo *func;
    SirBlock block;
    uint32_t at;
} Spot;

bool some_func(SirModule *module, SirFuncInfo **func); // with blocks
bool some_spot(SirModule *module, Spot *spot);         // before any instruction
bool some_inst(SirModule *module, Spot *spot);
SirInst *inst_at(const Spot *spot);
SirInst *insert_at(SirModule *module, const Spot *spot, SirOp op, uint32_t args); // zeroed arguments
SirBlock split_at(SirModule *module, const Spot *spot); // what follows moves to a new block; the first is left open
SirArm *terminate(SirModule *module, SirFuncInfo *func, SirBlock block, SirOp op, uint32_t args, uint32_t arms);
bool some_place(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type); // any, up to three steps
bool place_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirPlace *place);
bool value_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirArg *arg);
SirLocal local_of_type(SirModule *module, SirFuncInfo *func, SirType type); // made if there is none
bool same_up_to_state(const SirModule *module, SirType a, SirType b);
SirPlace just(SirLocal local);
SirArg place_arg(SirPlace place);
SirPlace longer(SirModule *module, SirPlace place, SirProjKind kind, uint64_t n);
void *copy_of(SirModule *module, const void *items, size_t size);

#endif
