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
    // The one module that declares `name` for others: "std.text". NULL: there is none, or several.
    const char *(*find_module)(void *context, const char *name);
} CheckHelp;

// Checks the units together. What one imports must be among them; where it is not, that has been reported. The program
// is complete only if nothing was reported as an error. `help` may be NULL.
HirProgram *check_program(
    Arena *arena,
    Names *names,
    const SourceMap *map,
    Diags *diags,
    const CheckUnits *units,
    const CheckHelp *help
);

// The bytes that a value takes, and its alignment, as docs/sir.md 3 lays it out.
uint64_t check_type_layout(const HirType *type, uint32_t *align);

// "std.text" for a path of the syntax.
Name check_path_name(Names *names, const AstPath *path);

#endif
