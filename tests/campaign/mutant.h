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

uint32_t mutant_some_kind(void); // more often one that leaves the types alone

// Makes a change of the kind somewhere in the module; false where there is nothing of the sort.
bool mutant_change(SirModule *module, uint32_t kind);

// Damages the binary form.
void mutant_damage(Buf *binary);

// --- inside: typed insertions (insert.c) ------------------------------------------------------------------

typedef bool Mutation(SirModule *module);

Mutation insert_use, insert_probe, insert_conflict, insert_borrow, insert_view, insert_make,
    insert_heap, insert_drop, insert_call, insert_swap, insert_grow, insert_elements, insert_send,
    insert_close, insert_receive, insert_match, insert_branch, insert_storage, insert_const,
    insert_retype, insert_channel, insert_next;

// --- inside: threads (insert_shared.c), borrows that go astray (insert_borrows.c) -------------------------------

Mutation insert_lock, insert_atomic, insert_share, insert_spawn, change_locked, end_sooner,
    end_never, end_elsewhere, spawn_freely;
Mutation store_behind, borrow_itself, insert_either, insert_either_borrow, change_from_shallow,
    insert_as_other, change_order, insert_set, insert_erase; // insert_sets.c: the last two

// --- inside: managed objects (insert_managed.c), and what else there is (insert_rest.c) ------------------------

Mutation insert_managed, use_managed, misuse_managed, hide_managed;
Mutation insert_more_elements, insert_many, insert_upcast, use_in_memory;

// --- inside: changes of declarations (declare.c) ------------------------------------------------------------

Mutation change_local_type, change_param_type, change_result, change_promise, change_from,
    change_mode, change_elem, change_count, change_field_type, change_struct, change_end_type,
    change_fn_type, change_choice, change_direction, change_message_type, change_manifest,
    call_kernel, insert_unbuilt;

// --- inside: choosing (choose.c) ----------------------------------------------------------------------------

typedef struct Point { // before instruction `at` of a block
    SirFuncInfo *func;
    SirBlock block;
    uint32_t at;
} Point;

bool some_func(SirModule *module, SirFuncInfo **func); // with blocks
bool some_point(SirModule *module, Point *point);      // before any instruction
bool some_inst(SirModule *module, Point *point);
SirInst *inst_at(const Point *point);
SirInst *insert_at(
    SirModule *module, const Point *point, SirOp op, uint32_t args
); // zeroed arguments
SirBlock split_at(
    SirModule *module, const Point *point
); // what follows moves to a new block; the first is left open
SirArm *terminate(
    SirModule *module, SirFuncInfo *func, SirBlock block, SirOp op, uint32_t args, uint32_t arms
);
bool some_place(
    SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type
); // any, up to three steps
bool place_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirPlace *place);
bool value_of_type(SirModule *module, SirFuncInfo *func, SirType type, SirArg *arg);
SirLocal local_of_type(SirModule *module, SirFuncInfo *func, SirType type); // made if there is none
bool same_up_to_state(const SirModule *module, SirType a, SirType b);
bool may_be_copied(const SirModule *module, SirType type);
bool place_of_kind(
    SirModule *module, SirFuncInfo *func, SirTypeKind kind, SirPlace *place, SirType *type
);
bool is_run(const SirTypeInfo *info); // elements in a row
bool some_run(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type);
bool some_endpoint(SirModule *module, SirFuncInfo *func, SirPlace *place, SirType *type);
bool field_values(
    SirModule *module, SirFuncInfo *func, const SirField *fields, uint32_t count, SirArg *args
);
SirPlace dest_for(
    SirModule *module, SirFuncInfo *func, SirType type
); // a place, or a local that may be new
SirInst *put(
    SirModule *module, const Point *point, SirOp op, const SirArg *args, uint32_t count
); // the arguments are found first: looking adds locals
const SirTypeInfo *info_of(const SirModule *module, SirType type);
SirPlace just(SirLocal local);
SirArg place_arg(SirPlace place);
SirPlace longer(SirModule *module, SirPlace place, SirProjKind kind, uint64_t n);
void *copy_of(SirModule *module, const void *items, size_t size);

#endif
