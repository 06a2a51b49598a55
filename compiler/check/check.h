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
    Name path; // "std.text"
} CheckUnit;

typedef VEC(CheckUnit) CheckUnits;

// Checks the units together. What one imports must be among them; where it is not, that has been reported. The program
// is complete only if nothing was reported as an error.
HirProgram *check_program(
    Arena *arena, Names *names, const SourceMap *map, Diags *diags, const CheckUnits *units
);

// "std.text" for a path of the syntax.
Name check_path_name(Names *names, const AstPath *path);

#endif
