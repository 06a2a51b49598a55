// The front end as a library: a file and what it imports, from text to a legal program. No globals, no printing, no exit:
// the command line and the language server both live on it.

#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "ast/ast.h"
#include "base/arena.h"
#include "base/vec.h"
#include "diag/diag.h"
#include "hir/hir.h"
#include "source/source.h"
#include "syntax/syntax.h"

#include <stdbool.h>
#include <stdint.h>

// A session: where modules are found, and the texts that an editor holds and has not saved.
typedef struct Front Front;

Front *front_new(void);
void front_free(Front *front);

// Adds a folder in which imported modules are looked for, after the folder of the file that is checked and in the order of
// the calls: `import a.b;` is `a/b.sip` there.
void front_search(Front *front, const char *folder);

typedef struct CheckWatch CheckWatch; // check/check.h

// Who watches the checks from now on; lives as long as they do. `file` 1 is the file itself. NULL: nobody.
void front_watch(Front *front, const CheckWatch *watch);

// Trees of texts that do not change are taken from there, and new ones kept there; lives longer than the results.
struct Trees; // front/trees.h
void front_trees(Front *front, struct Trees *trees);

// On how many threads files are parsed; one, unless this is called. What is found is the same, in the same order.
void front_threads(Front *front, uint32_t threads);

// Whether it is said what a program could do without; it is, unless this is called.
void front_lints(Front *front, bool wanted);

// From now on `path` holds this text, whatever is on disk; NULL: what is on disk again.
void front_overlay(Front *front, const char *path, const char *text, size_t length);

// How diagnostics call the file at `path` from now on.
void front_show_as(Front *front, const char *path, const char *name);

typedef struct FrontUnit { // a file that was read
    const char *path;
    FileId file;
    Name module;
    const Syntax *syntax;
    const Ast *ast;
    bool is_own; // found below the folder of the file itself, and not in a library
} FrontUnit;

typedef struct FrontTimes { // nanoseconds of CPU time
    uint64_t read, syntax, ast, check;
} FrontTimes;

// What one look at a file and its imports found out. Lives until front_result_free.
typedef struct FrontResult {
    Arena arena;
    Names *names;
    SourceMap *map;
    Diags *diags;
    VEC(FrontUnit) units; // the file itself first
    const HirProgram
        *program; // complete only if `diags` has no errors; NULL if a file could not be read
    FrontTimes times;
    VEC(struct TreesNodes *) nodes; // that are kept for others too
    struct Ahead *ahead;            // trees that were made before they were asked for
    struct Checker *checker;        // for front_again; NULL: nothing was checked
    struct FrontOwn *own;           // of the file itself, once a part of it has been replaced
    char error[512];                // the file could not be read: why. Else empty
} FrontResult;

// Reads, parses and checks `path` and all that it imports. Never NULL. `limit`: how many diagnostics are kept; 0: the default.
FrontResult *front_check(const Front *front, const char *path, uint32_t limit);

// The same as far as the abstract syntax, for questions about text alone.
FrontResult *front_parse(const Front *front, const char *path);

// Whether a part of the file itself can be replaced: it has been read, and all that it imports, and nothing in it is wrong
// for the parser.
bool front_can_go_on(const FrontResult *result);

typedef enum FrontAgain {
    FRONT_DONE,
    FRONT_AS_IT_WAS, // something is wrong for the parser, or it is another item: nothing has changed
    FRONT_SPOILT,    // all is to be checked anew
} FrontAgain;

// The text of the file itself becomes `text` from `start` on, and blanks up to `end`: the body of the item that begins at `start`
// changes, and nothing else. Checks that alone; all else is as it was, at the same places. What front_check's watch was told of the
// old body is not taken back.
FrontAgain front_again(FrontResult *result, uint32_t start, uint32_t end, Str text);

void front_result_free(FrontResult *result);

#endif
