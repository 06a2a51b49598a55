// Inside the evaluator of constants: cells, and who computes what.
//
//     fold.c    operations on numbers                 eval_cells.c   cells and their way to and from HIR
//     eval.c    expressions, and the door             eval_stmt.c    statements, calls and patterns
//     eval_builtins.c  what the language has built in
//
// A cell is a place that holds a value, or a value on its way. What a borrow leads to is a cell; cells live until the
// constant is known. The functions give false where there is no value, which has been reported.

#ifndef CHECK_EVAL_H
#define CHECK_EVAL_H

#include "check__.h"

// --- fold.c ----------------------------------------------------------------------------------------------------------------

typedef struct Folded {
    uint64_t bits;
    const char *trap; // NULL: none
} Folded;

// Of operands of `type`; the amount of a shift may be of any, taken as a u64.
Folded fold_binary(HirOp op, HirFamily family, const HirType *type, uint64_t left, uint64_t right);
Folded fold_unary(HirOp op, HirFamily family, const HirType *type, uint64_t bits);
Folded fold_cast(const HirType *from, const HirType *to, HirFamily family, uint64_t bits);
uint64_t fold_count(
    HirBuiltin builtin, const HirType *type, uint64_t bits
); // CLZ CTZ POPCOUNT BYTESWAP
uint64_t fold_mul_high(const HirType *type, uint64_t a, uint64_t b);
uint64_t fold_rotate(bool left, const HirType *type, uint64_t bits, uint64_t by);
uint64_t fold_sqrt(const HirType *type, uint64_t bits);
uint64_t fold_real(const HirType *type, uint64_t bits); // of its own width, as it is kept here

// --- cells -----------------------------------------------------------------------------------------------------------------

typedef struct Cell Cell;

struct Cell {
    const HirType *type;      // NULL: it holds no value
    uint64_t bits;            // scalars, plain enums; the row of an enum's variant; 1 for `some`
    Cell *parts;              // of an array, struct, variant, `some`. PTR, SLICE: what is borrowed
    uint64_t count;           // how many; of a text: bytes
    const char *bytes;        // STR, and a SLICE of a constant's bytes
    const HirConst *constant; // STATIC PTR, SLICE: what it shows all of
    const HirFn *fn;          // FN
    bool same;                // an array whose elements are all parts[0]
};

typedef enum Flow { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN, FLOW_STOP } Flow;

typedef struct Frame {
    struct Frame *caller;
    const HirFn *fn; // NULL: the constant itself
    Span call;       // where it was called
    Cell *locals;
    uint32_t local_count;
    Cell result;
    const HirStmt *target; // of BREAK and CONTINUE
} Frame;

typedef struct Eval {
    Checker *checker;
    Arena scratch;
    Frame *frame;
    Map *constants; // HirConst -> its Cell
    Span outside;   // what stands in the constant itself and is being computed
    uint64_t steps;
    uint32_t calls;
    Flow leaving; // how an `else` left the expression that it stands in
    bool stopped; // it has been reported
} Eval;

bool eval_step(Eval *eval, Span span); // counts; false: too many
bool eval_deeper(
    Eval *eval, Span span
); // false: too deep; else undone by lowering checker->const_depth
bool eval_stop(
    Eval *eval, Span span, const char *why
); // reports E_CONST_TRAP with the trace; false
bool eval_limit(Eval *eval, Span span, const char *what);
bool eval_value(Eval *eval, const HirExpr *expr, Cell *out);
bool eval_place(Eval *eval, const HirExpr *place, Cell **out);
bool eval_builtin(Eval *eval, const HirExpr *expr, Cell *out);
bool eval_call(Eval *eval, const HirFn *fn, const HirExpr *call, Cell *out);
Flow eval_stmt(Eval *eval, const HirStmt *stmt);

// eval_cells.c
Cell *cells_new(Eval *eval, uint64_t count, Span span);            // empty ones; NULL: too many
bool cell_copy(Eval *eval, const Cell *from, Cell *to, Span span); // the parts too
bool cell_spread(Eval *eval, Cell *array, Span span);              // no longer SAME
bool cell_from_expr(Eval *eval, const HirExpr *constant, Cell *out);
HirExpr *cell_to_expr(Eval *eval, const Cell *cell, Span span); // ERROR: reported
Cell cell_scalar(const HirType *type, uint64_t bits);
bool cell_some(
    Eval *eval, const HirType *option, const Cell *value, Cell *out, Span span
); // value NULL: none
bool cell_element(
    Eval *eval, Cell *whole, uint64_t index, Span span, Cell **out
); // of an array or slice; traps

#endif
