// Inside lower/: the SIP that is being lowered, the function that is being built, and who lowers what.

#ifndef LOWER_LOWER___H
#define LOWER_LOWER___H

#include "kinds.h"
#include "lower.h"

#include "base/check.h"
#include "base/map.h"

enum { // FAULT_ASSERT ...: what traps raise
#define FAULT(number, name, text) FAULT_##name = (number),
#include "contracts/abi/fault.def"
};

// --- the SIP -------------------------------------------------------------------------------------------

// What a parameter of type `ref fn` stands for: a function is made once for each of these (instances.c).
typedef struct Given {
    SirFunc
        func; // its parameters from `first` on are the captures, which come along; SIR_NONE: a function value does
    uint32_t first;
} Given;

typedef struct Found { // a function that is reached
    const HirFn *fn;
    const Given *given; // per parameter
} Found;

typedef struct Line { // of a file: `start` to `end`, its end included
    FileId file;      // 0: none
    SirFile row;
    uint32_t number, start, end;
} Line;

typedef struct Lower {
    Arena *arena; // the module's
    Arena scratch;
    const HirProgram *program;
    SirModule *module;
    Kinds kinds;
    Map *types;       // HirType.number to SirType
    Map *structs;     // HirStruct.number to SirType
    Map *enums;       // HirEnum.number to SirType
    Map *contracts;   // HirContract.number to SirContract
    Map *consts;      // HirConst.number to SirConst
    StrMap *fns;      // HirFn.number and what it is given to SirFunc
    Map *files;       // FileId to SirFile
    VEC(Found) found; // by SirFunc
    Line line;        // the last that was asked for
} Lower;

// Each gives the row of what it is asked for, and makes it when it is first asked.
SirType lower__type(Lower *l, const HirType *type);
SirSig lower__sig(Lower *l, const HirSig *sig);
SirContract lower__contract(Lower *l, const HirContract *contract);
SirConst lower__const(Lower *l, const HirConst *constant);
SirFunc lower__fn(Lower *l, const HirFn *fn); // that takes no `ref fn`
SirLoc lower__loc(Lower *l, Span span);
Str lower__name(Lower *l, Name name);

// --- instances (instances.c) -----------------------------------------------------------------------------

typedef struct Body Body;

// The function with what it is given, made when it is first asked for.
SirFunc lower__instance(Lower *l, const HirFn *fn, const Given *given);
SirFunc lower__callee(Body *b, const HirExpr *call); // of a CALL
void lower__declare_params(Body *b);

// The constant that a value is, or NULL: what is computed, owns, borrows or is managed is none.
SirTree *lower__tree(Lower *l, const HirExpr *value);
SirTree *lower__int(Lower *l, SirType type, uint64_t bits);

// The function that `head` declares, with a body.
SirFuncInfo lower__body(Lower *l, const Found *found, const SirFuncInfo *head);

// --- the function --------------------------------------------------------------------------------------

// What is to be done when a scope is left: a local ends, or a deferred statement runs.
typedef struct Ending {
    SirLocal local;
    bool stored;          // has a storage.begin
    const HirStmt *defer; // NULL: it is a local
    SirOp release;        // of a guard or a join: what consumes it; else 0
    Span span;
} Ending;

typedef struct Target { // what `break` and `continue` leave
    const HirStmt *stmt;
    SirBlock out, again; // again: SIR_NONE where there is no next round
    uint32_t scopes;     // open around the statement
} Target;

typedef struct Lent { // the locals that stand for a parameter of type `ref fn`
    SirLocal first;
    uint32_t count;
} Lent;

struct Body {
    Lower *l;
    const HirFn *fn;
    const Given *given; // per parameter
    Lent *lent;         // the same
    SirFuncInfo func;
    SirBlock block;   // where instructions go; SIR_NONE: nothing leads here
    SirPlace *places; // per HirLocal.number
    VEC(Ending) endings;
    VEC(uint32_t) scopes; // per open scope: its first ending
    VEC(Target) targets;
    SirLocal result; // what is returned while the scopes are left; SIR_NONE until needed
};

// --- building (build.c) ----------------------------------------------------------------------------------

SirPlace lower__local_place(SirLocal local);
SirPlace lower__project(Body *b, SirPlace base, SirProjKind kind, uint64_t n);
SirType lower__place_type(Body *b, SirPlace place);

SirArg lower__at(SirPlace place);           // looked at, changed or written
SirArg lower__copy(SirPlace place);         // value
SirArg lower__use(Body *b, SirPlace place); // value: a copy if the type is plain, else moved
SirArg lower__tree_arg(SirTree *tree);      // value
SirArg lower__u64(Body *b, uint64_t value); // value
SirArg lower__num(SirArgKind kind, uint64_t n);

// Appends an instruction: LOWER_OP(b, SIR_OP_USE, span, lower__at(place), value).
void lower__op(Body *b, SirOp op, Span span, uint32_t count, const SirArg *args);
#define LOWER_OP(b, op, span, ...)                                                         \
    lower__op(                                                                             \
        (b), (op), (span), (uint32_t)(sizeof((SirArg[]){ __VA_ARGS__ }) / sizeof(SirArg)), \
        (SirArg[]){ __VA_ARGS__ }                                                          \
    )

SirBlock lower__block(Body *b);
void lower__start(Body *b, SirBlock block); // what comes next goes there
SirInst *lower__end(
    Body *b, SirOp op, Span span, const SirArg *arg, uint32_t arms
);                                                 // arg: NULL for none
void lower__jump(Body *b, SirBlock to, Span span); // unless the block has ended
void lower__trap(Body *b, uint32_t fault, Span span);
void lower__trap_saying(Body *b, uint32_t fault, Str text, Span span); // text: may be empty
void lower__branch(Body *b, SirArg cond, SirBlock yes, SirBlock no, Span span);

// --- scopes (scopes.c) -----------------------------------------------------------------------------------

SirLocal lower__temp(Body *b, SirType type, Span span); // ends with the innermost scope
SirLocal lower__raw_local(Body *b, Str name, SirType type, Span span); // ends with nothing
SirLocal lower__row(Body *b, const HirLocal *local); // where a local of the program is kept
SirLocal lower__declare(
    Body *b, const HirLocal *local
); // no storage; ends with the innermost scope
SirLocal lower__declare_stored(Body *b, const HirLocal *local); // the same, with storage
void lower__defer(Body *b, const HirStmt *stmt);
void lower__bind(Body *b, SirLocal local, SirOp release); // consumed by that when the scope is left

void lower__open(Body *b);
void lower__close(Body *b, Span span); // ends what the scope holds
void lower__forget(Body *b);           // the same for code that has ended it already
void lower__leave_to(
    Body *b, uint32_t scopes, Span span
); // ends all but the outer `scopes`; they stay open

// --- places and values (places.c, borrows.c, exprs.c, effects.c, ops.c, calls.c, builtins.c) ---------------

// The place that `place` names. `stable`: it stays the same whatever is evaluated before it is used.
SirPlace lower__place(Body *b, const HirExpr *place, bool stable);

// A value, for the next instruction.
SirArg lower__value(Body *b, const HirExpr *value);
// The same; it survives whatever the `count` values at `later` do.
SirArg lower__early_value(Body *b, const HirExpr *value, HirExpr *const *later, uint32_t count);
SirPlace lower__value_place(Body *b, const HirExpr *value); // a place that holds it
SirPlace lower__arg_place(Body *b, SirArg value, SirType type, Span span);
void lower__into(Body *b, const HirExpr *value, SirPlace dest); // writes it to `dest`
void lower__discard(Body *b, const HirExpr *value);
// Goes on at `yes` or `no`; what the condition made is to be ended in both.
void lower__condition(Body *b, const HirExpr *cond, SirBlock yes, SirBlock no);
// The same with a scope of its own, which has ended in both.
void lower__test(Body *b, const HirExpr *cond, SirBlock *yes, SirBlock *no);

typedef struct Borrow { // a borrow, view or subview whose place is known and that is not taken yet
    const HirExpr *expr;
    SirPlace place;
    SirArg lo, hi; // SIR_ARG_NOTHING: the end of it
} Borrow;

Borrow lower__borrow_prepare(Body *b, const HirExpr *e, bool stable);
void lower__borrow_take(Body *b, const Borrow *borrow, SirPlace dest);
void lower__borrow(Body *b, const HirExpr *e, SirPlace dest); // both
SirArg lower__length(Body *b, SirArg whole, Span span);       // of what is indexed: a value

bool lower__disturbs(const HirExpr *expr); // may change a local by evaluating
bool lower__acts(const HirExpr *expr);     // needs an instruction of its own before it can be used

void lower__unary(Body *b, const HirExpr *e, SirPlace dest);
void lower__binary(Body *b, const HirExpr *e, SirPlace dest);
void lower__cast(Body *b, const HirExpr *e, SirPlace dest);
void lower__update(Body *b, const HirStmt *stmt);
void lower__builtin(Body *b, const HirExpr *e, SirArg dest); // dest: a place, or nothing
void lower__halves(Body *b, const HirExpr *e, SirArg dest);
void lower__take(Body *b, const HirExpr *e, SirArg dest);
void lower__repeat(Body *b, const HirExpr *e, SirPlace dest); // arrays.c
void lower__listed(Body *b, const HirExpr *e, SirPlace dest);
void lower__new_array(Body *b, const HirExpr *e, SirPlace dest);
void lower__bind_some(Body *b, SirArm *arm, bool moves, SirLocal local); // the payload goes there
SirArg lower__place_arg(Body *b, const HirExpr *e, HirExpr *const *later, uint32_t count);
void lower__call(Body *b, const HirExpr *e, SirArg dest);
void lower__spawn(Body *b, const HirStmt *stmt);

// --- statements (stmts.c, match.c, channels.c) -------------------------------------------------------------

void lower__stmt(Body *b, const HirStmt *stmt);
void lower__block_stmt(Body *b, const HirStmt *block); // a scope
void lower__target(
    Body *b, const HirStmt *stmt, SirBlock out, SirBlock again
); // until it is popped
void lower__switch(Body *b, const HirStmt *stmt);
void lower__channel(Body *b, const HirStmt *stmt);
void lower__send(Body *b, const HirStmt *stmt);
void lower__receive(Body *b, const HirStmt *stmt);
// `value` unwrapped into `dest`; where it is none, `none` is where things go on.
void lower__unwrap(Body *b, const HirExpr *option, SirPlace dest, SirBlock none);

#endif
