// What a legal program is: takes the syntax of all modules of a program, leaves HIR, reports what is wrong.

#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "ast/ast.h"
#include "base/arena.h"
#include "base/intern.h"
#include "base/vec.h"
#include "diag/diag.h"
#include "hir/hir.h"

typedef struct CheckUnit { // a module
    const Ast *ast;
    Name path;   // "std.text"
    bool is_own; // what nobody uses in it is said: it is part of the program, and not of a library
} CheckUnit;

typedef VEC(CheckUnit) CheckUnits;

// What is known about modules that are not imported.
typedef struct CheckHelp {
    void *context;
    // The module that declares `name` for others: "std.text". NULL: there is none. Where there are several, `only` is false, and
    // the text names them all.
    const char *(*find_module)(void *context, const char *name, bool *only);
} CheckHelp;

// What is known of a place on the ways through a body, for an editor to show. Loops are walked more than once: of facts of one
// kind at one place the last holds.
typedef enum CheckFactKind {
    CHECK_FACT_STATE,   // the endpoint at `path` is in `state` when it is used at `at`
    CHECK_FACT_GOES,    // what stands at `at` has brought it into `state`
    CHECK_FACT_DROPPED, // `local` has a value that is dropped at `at`, where its scope ends
    CHECK_FACT_LENT,    // `local`, or a part of it, is borrowed at `at` by `holder`, since `since`
} CheckFactKind;

typedef struct CheckFact {
    CheckFactKind kind;
    bool is_exclusive; // LENT
    Span at, since;
    const HirLocal *local, *holder;
    const char *path;    // as it is written: STATE GOES LENT
    const HirType *type; // of an endpoint
    uint32_t order;      // for who keeps them
    uint32_t state;      // row of its contract's states; HIR_ANY_STATE; CHECK_CLOSED
} CheckFact;

#define CHECK_CLOSED (UINT32_MAX - 1)

// Who watches a check, and may ask for less of it.
typedef struct CheckWatch {
    void *context;
    FileId file;                                       // facts are told of this file
    void (*see)(void *context, const CheckFact *fact); // NULL: nothing is told
    // Bodies of files below this folder are not asked for, but for those of instances: they are right. NULL: all are.
    const char *library;
    // One body, that around `offset` in `file`, is checked, and what is asked of whole programs is not.
    bool only;
    uint32_t offset;
    // true: nobody waits any more, and no more bodies are checked. NULL: that does not happen.
    bool (*stop)(void *stopper);
    void *stopper;
} CheckWatch;

// A check. It lives in the arena, and so does what is made later.
typedef struct Checker Checker;
Checker *check_begin(Arena *arena, Names *names, const SourceMap *map, Diags *diags);

// Checks the units together. What one imports must be among them; where it is not, that has been reported. The program
// is complete only if nothing was reported as an error. `help` and `watch` may be NULL; who asks for check_again keeps them.
HirProgram *check_all(
    Checker *checker, const CheckUnits *units, const CheckHelp *help, const CheckWatch *watch
);

// The body of `item`, which stood at `before`, has been replaced by another one, and nothing else; spans of all else are as
// they were. Checks it, and what is asked of the whole program once its bodies are known. false: that cannot be told without
// checking all anew, and what has been kept is of no use any more.
bool check_again(Checker *checker, const AstItem *item, Span before);

// The bytes that a value takes, and its alignment, as docs/sir.md 3 lays it out.
uint64_t check_type_layout(const HirType *type, uint32_t *align);

// "std.text" for a path of the syntax.
Name check_path_name(Names *names, const AstPath *path);

#endif
