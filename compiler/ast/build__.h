// What the files of this room share: a tree in the making, and the builders that call each other.
//
// Each builder takes a node of the concrete tree, or NULL where the text had none, and leaves the abstract one,
// an ERROR if need be. Depth is bounded: no concrete tree is deeper than SYNTAX_DEPTH.

#ifndef AST_BUILD___H
#define AST_BUILD___H

#include "build.h"

#include "base/check.h"

typedef struct Build {
    Arena *arena;
    const Syntax *syntax;
    Names *names;
    Diags *diags;
    bool broken;
    VEC(Span) wrong; // what was reported
    bool silent;     // the last report was none
    bool in_owner;   // in the type that a function belongs to: arguments may bring bounds along
    AstGenerics owner_generics; // those that did
} Build;

// A child by its field, and its number: what most builders begin with.
#define CHILD(node, name) syntax_child((node), FIELD_##name)

// --- build.c: nodes and names ----------------------------------------------------------------------------

Span ast__span(const Build *b, const SyntaxNode *node);
Span ast__word_span(const Build *b, const SyntaxNode *node); // with the blanks behind it
Str ast__text(const Build *b, const SyntaxNode *node);
const char *ast__c_text(const Build *b, const SyntaxNode *node); // for a report
bool ast__has(const SyntaxNode *node, SyntaxField field);

// Nothing is said where the text did not parse: the parser's guesses are not the writer's words.
#define ast__report(b, span, ...)                                                  \
    ((b)->broken = true, (b)->silent = syntax_is_wrong((b)->syntax, (span).start), \
     vec_push((b)->arena, &(b)->wrong, (span)),                                    \
     (b)->silent ? (void)0 : diag_report((b)->diags, (span), __VA_ARGS__))
#define ast__fix(b, ...)  ((b)->silent ? (void)0 : diag_fix((b)->diags, __VA_ARGS__))
#define ast__help(b, ...) ((b)->silent ? (void)0 : diag_help((b)->diags, __VA_ARGS__))

AstName ast__name(Build *b, const SyntaxNode *node);   // absent for NULL and for what is missing
AstName ast__member(Build *b, const SyntaxNode *node); // behind a dot
AstName ast__word(Build *b, const SyntaxNode *node);   // also a keyword
AstPath ast__path(Build *b, const SyntaxNode *node); // of MODULE_PATH, STATE_PATH, PATH, IDENTIFIER
void ast__doc_line(Build *b, Str *doc, const SyntaxNode *node); // adds a `///` line

// --- literals.c --------------------------------------------------------------------------------------------

void ast__number(Build *b, const SyntaxNode *node, AstExpr *out); // INTEGER FLOAT QUANTITY
void ast__character(Build *b, const SyntaxNode *node, AstExpr *out);
void ast__string(Build *b, const SyntaxNode *node, AstExpr *out); // STRING BYTE_STRING RAW_STRING
void ast__text_parts(Build *b, const SyntaxNode *node, AstExpr *out); // TEXT
Str ast__decode(Build *b, const SyntaxNode *node, bool bytes);        // the content of a STRING

// --- types.c -----------------------------------------------------------------------------------------------

AstType *ast__type(Build *b, const SyntaxNode *node);
// As above, but an outermost `const` or `gc` that qualifies no pointer is left in `loose` for the caller, unreported.
AstType *ast__type_loose(Build *b, const SyntaxNode *node, const SyntaxNode **loose);
void ast__report_loose(Build *b, const SyntaxNode *qualifier); // it qualifies nothing
bool ast__is_type(SyntaxKind kind);
AstGenericArgs ast__type_arguments(Build *b, const SyntaxNode *node);
AstGenerics ast__generics(Build *b, const SyntaxNode *node); // GENERIC_PARAMETERS or NULL
AstTypes ast__bases(Build *b, const SyntaxNode *node);       // BASES or NULL
AstTypes ast__bounds(Build *b, const SyntaxNode *node);      // the children with the field `bound`
AstParams ast__params(Build *b, const SyntaxNode *node, bool named);
AstFroms ast__from(Build *b, const SyntaxNode *clause);

// --- exprs.c -----------------------------------------------------------------------------------------------

AstExpr *ast__expr(Build *b, const SyntaxNode *node);
AstExpr *ast__expr_of(
    Build *b, const SyntaxNode *node, SyntaxField field
); // ERROR at the node if there is none
AstExpr *ast__expr_maybe(
    Build *b, const SyntaxNode *node, SyntaxField field
); // NULL if there is none
AstExpr *ast__new_expr(Build *b, AstExprKind kind, Span span);
AstArgs ast__args(Build *b, const SyntaxNode *node); // ARGUMENTS or NULL
AstRange ast__range(Build *b, const SyntaxNode *node);
bool ast__operator(Str text, AstOp *op, AstFamily *family);
// Takes `a.b.c` apart: `a.b` and c. NULL if the node is no field of anything.
AstExpr *ast__split(Build *b, const SyntaxNode *node, AstName *name);

// --- patterns.c --------------------------------------------------------------------------------------------

AstPattern *ast__pattern(Build *b, const SyntaxNode *node);
AstPatterns ast__patterns(
    Build *b, const SyntaxNode *node
); // the children of PATTERN_ARGUMENTS, TUPLE_PATTERN
AstBinder ast__binder(Build *b, const SyntaxNode *node); // BINDING, BINDING_PATTERN, and the like
AstBinders ast__binders(
    Build *b, const SyntaxNode *node
); // BINDING, BINDING_TUPLE, TUPLE_EXPRESSION
AstCase ast__case(Build *b, const SyntaxNode *node);
AstReceiveCase ast__receive_case(Build *b, const SyntaxNode *node);

// --- stmts.c -----------------------------------------------------------------------------------------------

AstStmt *ast__stmt(Build *b, const SyntaxNode *node);
AstStmt *ast__stmt_of(
    Build *b, const SyntaxNode *node, SyntaxField field
); // ERROR if there is none
void ast__stmts(
    Build *b, const SyntaxNode *node, AstStmts *out
); // its children that are statements
AstClauses ast__clauses(Build *b, const SyntaxNode *node, SyntaxField field);

// --- items.c, contracts.c, systems.c -------------------------------------------------------------------------

AstItem *ast__item(Build *b, const SyntaxNode *node);
void ast__contract(Build *b, const SyntaxNode *node, AstContract *out);
void ast__sip(Build *b, const SyntaxNode *node, AstSip *out);
void ast__test(Build *b, const SyntaxNode *node, AstTest *out);
void ast__system(Build *b, const SyntaxNode *node, AstItem *out);
AstSettings ast__settings(Build *b, const SyntaxNode *node);

#endif
