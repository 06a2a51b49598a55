// What the files of this room share.
//
// A Module is a unit with its scope, a Decl one of its items. Declarations are completed on demand, so that their order in
// the text does not matter; one that needs itself to be completed is caught by its stage. An Fn is the function whose body
// is being checked.

#ifndef CHECK_CHECK___H
#define CHECK_CHECK___H

#include "check.h"

#include "base/buf.h"
#include "base/near.h"

typedef struct Module Module;
typedef struct Fn Fn;
typedef VEC(HirStmt *) HirStmtVec;

typedef VEC(struct Decl *) DeclList;

typedef enum DeclKind {
    DECL_STRUCT,
    DECL_ENUM,
    DECL_CONTRACT,
    DECL_CONST,
    DECL_FN,
    DECL_SIP,
    DECL_TEST,
    DECL_SYSTEM,
    DECL_GENERIC, // a struct, enum, function or contract with parameters: only its instances are anything
    DECL_INTERFACE,
    DECL_REFUSED, // reported
} DeclKind;
typedef enum Stage { STAGE_NEW, STAGE_BUSY, STAGE_DONE } Stage;

// What the parameters of a generic declaration stand for.
typedef struct Binding {
    Name name;
    const HirType *type; // a type, or that of the constant
    bool is_value;
    uint64_t value;
    const HirSymbol *symbol; // of a constant that is not known
    bool is_contract;        // then `type` is the importer's end of one in its first state
} Binding;

typedef struct Env {
    VEC(Binding) bindings;
    bool is_definition; // a declaration over its own parameters
} Env;

typedef struct BoundList { // what a parameter must meet, and where its words are looked up
    Module *module;
    const Env *env;
    const AstTypes *list;
} BoundList;

typedef struct Bounds { // of a parameter: HirParam.bounds
    VEC(BoundList) lists;
    struct Decl *self; // of `Self` in an interface: the interface; else NULL
} Bounds;

typedef struct GenericParam { // of a generic declaration
    Name name;
    Span span;
    bool is_value;
    bool is_ref; // it may stand for what holds borrows
    bool is_contract;
    bool is_self;   // `Self` of an interface's function
    bool is_owners; // names a parameter of the type that the function belongs to
    const AstType *value_type;
    const AstTypes *bounds, *more; // of the type, and of the function that belongs to it
} GenericParam;

typedef VEC(GenericParam) GenericParams;

// What the check of a body has left outside of it, so that it can be made anew: again.c.
typedef struct Traces {
    uint32_t uses, finds; // how many there were before
    uint32_t locals;      // parameters
    bool begun;           // the three are known
    bool was_broken;      // the function, by its head
    bool is_early;        // a constant has been computed with it
    bool is_first;        // others see it: a state that nobody had named, errors in an instance
} Traces;

typedef struct Decl {
    DeclKind kind;
    Name name;
    Module *module;
    const AstItem *item;
    Stage stage;
    bool is_pub;
    struct Decl *generic;    // what it is an instance of; NULL: of nothing
    const Env *env;          // of an instance
    StrMap *instances;       // of a generic: by what its parameters stand for
    struct Decl *definition; // of a generic: the instance over its own parameters; NULL: none yet
    struct Decl *interface;  // of a function of an interface: that one as it is declared
    VEC(struct Decl *) fns;  // of an interface as it is declared
    Span used;               // of an instance: the use that made it
    const struct Decl
        *maker;          // and whose body that is; NULL: none, or an instance that it needs in turn
    uint32_t asked;      // the round in which that body has last used it
    bool is_wrong;       // of a generic: its definition has been reported on
    bool is_opaque;      // an instance over a parameter of some other declaration
    bool is_definition;  // the instance over its own parameters, which is checked for all
    bool is_abstract;    // a function of an interface
    Stage shape;         // of a contract: its states and which messages it has
    Stage body;          // of a function: STAGE_DONE: its statements are checked
    bool is_body_broken; // and what is wrong in them has been reported
    uint32_t depth;      // of an instance: how many instances needed one another up to this one
    bool is_reached;     // by something that is there for its own sake: uses.c
    bool is_named;       // by the program as a whole
    VEC(struct Decl *) uses;    // private ones of its module that it names
    VEC(struct Import *) finds; // by which it has found names
    Traces traces;
    union { // made when the name is first entered; completed later
        HirStruct *structure;
        HirEnum *enumeration;
        HirContract *contract;
        HirConst *constant;
        HirFn *fn;
        HirSip *sip;
        HirSystem *system;
    };
} Decl;

typedef struct Import {
    Module *module;
    const AstItem *item;
    bool used;     // the program as a whole has found something by it
    bool is_found; // or something in it has: uses.c
} Import;

struct Module {
    Name path, last; // "std.text", "text"
    const Ast *ast;
    Map *scope;  // Name -> Decl *
    bool is_own; // of the program: what nobody uses in it is said
    VEC(Import) imports;
    VEC(Module *) exports; // of which it hands the public names on: `pub import`
};

typedef struct Pending { // an instance whose bounds are still to be asked
    Decl *generic;
    const Env *env;
    Span span;
} Pending;

typedef struct Dropped { // a call that is a statement, and what it gives
    const HirExpr *value;
    const Module *module;
    Span span; // of the statement
} Dropped;

typedef struct Settled { // a comparison whose outcome its types tell
    const HirExpr *expr;
    const Module *module;
    bool holds;
} Settled;

struct Checker {
    Arena *arena;
    Names *names;
    Diags *diags;
    HirProgram *program;
    HirTypes *types;
    VEC(Module *) modules;
    VEC(Decl *) decls;      // in order
    Map *methods;           // Name -> DeclList *
    VEC(Decl *) interfaces; // as they are declared
    Map *met;               // HirType -> DeclList *: the interfaces that a type states
    VEC(Pending) pending;   // bounds that are asked once all types are complete
    StrMap *tuples;         // types -> HirStruct *
    Map *nominals;          // HirStruct, HirEnum or HirFn -> Decl *
    const Env *env;         // of the declaration that is looked at
    StrMap *symbols;        // structure -> HirSymbol *
    uint32_t symbol_count;
    bool in_instance;        // the body of an instance is checked: its definition has had its say
    bool types_known;        // every type declared has been completed
    uint32_t instancing;     // how deep instances make instances
    uint32_t from_depth;     // of the instance whose body is checked
    uint32_t asking;         // how deep bounds ask for bounds
    uint32_t instances;      // how many there are
    uint64_t instance_text;  // how long they are, together
    uint32_t noted;          // how many errors there were when an instance was last named
    bool instances_end;      // there was no room for one more
    const HirType *self;     // what `Self` is in a type and in its functions; NULL: nothing
    Name self_name;          // `Self`
    Name discard, close;     // `_`, `close`
    const CheckHelp *help;   // NULL: none
    const CheckWatch *watch; // NULL: nobody
    StrMap *unknown;  // names that were found nowhere, each with the function that it is used in
    uint32_t shaping; // how deep contracts inherit
    bool args_known;  // those of messages, also where they are inherited
    uint32_t depth;   // of expressions and statements, against hostile input
    uint32_t zeros;   // parts of the zero that is being made
    Map *parts;       // HirExpr of a constant -> how many parts it has
    const Fn *around; // whose body is being checked: its constants serve in lengths
    Decl *user;       // the declaration that is looked at; NULL: the program
    Decl *owner;      // whose body is being checked; NULL: none
    uint32_t round;   // how often bodies have been checked anew
    bool spoilt;      // a body that was checked anew has changed what others were told
    uint64_t const_steps; // of all constants that have been computed
    uint32_t const_depth; // of what is being computed, against hostile input
    uint32_t finding;     // closures in closures whose results are to be found
    VEC(Map *) spare;     // names of scopes that have ended: the next one uses them again

    VEC(const HirExpr *) clauses; // which must only look
    VEC(Dropped) dropped;         // values that own something and that nobody takes
    VEC(Settled) settled;         // comparisons that always come out the same way
    VEC(HirConst *) constants;    // of blocks
    Map *invariants;              // HirFn that tests one -> Decl of its struct
    Map *deprecated;              // where a use has been reported -> in which round
    Map *optionals;               // operations on optionals -> HirFn
    Map *visits; // HirType that can hold its own kind -> HirFn that tests what is received
};

// --- a function body --------------------------------------------------------------------------------------------------

typedef struct Scope {
    struct Scope *outer;
    Map *names;  // Name -> HirLocal *
    Map *consts; // Name -> HirConst *; NULL: none
} Scope;

typedef struct Target { // what `break` and `continue` may reach
    struct Target *outer;
    HirStmt *stmt;
    Name label;
    bool is_loop;    // `continue` may reach it
    bool only_label; // `break` without a label passes it by
} Target;

struct Fn {
    Checker *checker;
    Module *module;
    HirFn *fn;
    Scope *scope;
    Target *targets;
    bool in_defer;
    HirLocal *join; // of the `join` around; NULL: none
    const HirType *result;
    struct Found *found;       // of a closure whose result is to be found; NULL: `result` is known
    const AstClauses *clauses; // of the function; NULL: none, or they are wrong
    Map *olds;                 // AstExpr in `old(...)` -> HirLocal
    HirLocal *self;            // in an invariant; NULL: elsewhere
};

typedef struct Found { // what a closure returns, as far as it has been looked at
    const HirType *type;
    bool is_certain; // no literal, which would take another type as well
} Found;

// --- names.c ------------------------------------------------------------------------------------------------------------

void enter_names(Checker *checker, const CheckUnits *units);
void make_hir(Checker *checker, Decl *decl); // empty but for its name
Decl *find_decl(
    Checker *checker, Module *module, Name name, Span span
); // NULL: none; reports ambiguity only
Decl *find_path(Checker *checker, Module *module, const AstPath *path); // reports; NULL: none
Module *find_module(
    Checker *checker, Module *module, Name last
); // an import by its last word; that is used
const char *text_of(const Checker *checker, Name name);
const char *place_text(Checker *checker, const HirExpr *place); // as it is written, or its type

// --- uses.c, unused.c: what the program names, and what it could do without ---------------------------------------------------

Decl *begin_user(
    Checker *checker, const Decl *decl
); // what is named from now on is named by it; gives who it was before
void mark_used(Checker *checker, Decl *decl);                 // of its own module
void mark_import(Checker *checker, Import *import);           // a name was found by it
void mark_method(Checker *checker, Module *from, Decl *decl); // found by its name and a type alone
bool hands_on(const Module *module, const Module *other); // is it that one, or does it export it?
void find_reached(Checker *checker);                      // settles Decl.is_reached
void check_unused(Checker *checker);                      // of a program that is right; warns

// --- again.c: a body anew ---------------------------------------------------------------------------------------------------------

Decl *begin_owner(Checker *checker, Decl *decl); // its body is looked at; gives whose was before
void end_owner(Checker *checker, Decl *before);
void begin_traces(Decl *decl, const HirFn *fn);                          // before its body
void note_instance(Checker *checker, Decl *decl, Span span, bool known); // it is used
void note_root(Checker *checker);              // a state that nobody had named is named
void check_decl(Checker *checker, Decl *decl); // program.c: its bodies
void check_together(Checker *checker);         // program.c: what is asked of all bodies

// --- near.c: what was meant by a misspelt name. After a report, as help for it ---------------------------------------------

void near_help(Checker *checker, const Near *near, Span span); // `span`: where it is written
bool is_written(
    const Checker *checker, Span span, const char *name
); // is that just what stands there?
void near_in_module(const Checker *checker, const Module *module, bool only_pub, Near *near);
void report_unknown(
    Checker *checker, const Fn *fn, Module *module, Name name, Span span
); // `fn` may be NULL
bool has_field(const HirType *type, Name name);
void near_field(Checker *checker, const HirType *type, const char *wanted, Span span);
void near_variant(Checker *checker, const HirType *type, const char *wanted, Span span);
void near_method(Checker *checker, const HirType *type, const char *wanted, Span span);
void near_message(Checker *checker, const HirContract *contract, const char *wanted, Span span);
void near_state(Checker *checker, const HirContract *contract, const char *wanted, Span span);

// --- decls.c: completing declarations -------------------------------------------------------------------------------------

void complete_decl(Checker *checker, Decl *decl); // types, signatures, constants
void shape_contract(
    Checker *checker, Decl *decl
); // contract.c: states, and which messages there are
void complete_contract(Checker *checker, Decl *decl);         // and their arguments
void inherit_all_args(Checker *checker);                      // contract.c: once all are complete
void check_protocol(Checker *checker, HirContract *contract); // protocol.c: of one by itself
void check_contracts(Checker *checker); // protocol.c: what is asked of all of them together
void check_weights(Checker *checker);   // weights.c
const char *way_to(
    Checker *checker, const HirContract *contract, uint32_t state
); // protocol.c: the shortest, in words; NULL: there is none
void complete_sip(Checker *checker, Decl *decl);  // sips.c
void complete_test(Checker *checker, Decl *decl); // sips.c
void check_types(Checker *checker); // finite, without borrows; completes the defaults of fields
void check_type(Checker *checker, Decl *decl); // the same for one
void check_bodies(Checker *checker);           // program.c: all functions, after all declarations

typedef enum Body { BODY_NONE, BODY_BROKEN, BODY_BUSY, BODY_EARLY, BODY_READY } Body;
Body ensure_body(Checker *checker, const HirFn *fn); // program.c: on demand, for a constant
void complete_default(Checker *checker, Decl *decl, uint32_t field); // on demand, of a struct
HirExpr *check_const_value(
    Checker *checker, Module *module, const AstExpr *ast, const HirType *type
); // folded; reports
void complete_constant(
    Checker *checker, Fn *around, HirConst *constant, const AstType *type, const AstExpr *value
);
void add_param(Checker *checker, Module *module, HirFn *fn, const AstParam *param);
void check_param_count(Checker *checker, HirFn *fn); // reports
void default_promise(const HirType *type, uint32_t *promise);
const HirType *check_promise(
    Checker *checker, const HirType *type, Span span, uint32_t promise
);                                    // reports
void check_methods(Checker *checker); // none is declared twice

// --- generics.c: parameters and instances ---------------------------------------------------------------------------------

GenericParams params_of(Checker *checker, const Decl *generic);
const AstType *named_owner(const AstType *owner
); // the name in it: of a type, or of an end's contract; NULL: none
Decl *owner_generic(Checker *checker, const Decl *method); // NULL: it belongs to no generic type
Name short_name(Checker *checker, const Buf *text);        // of a type that nobody has named
const Binding *find_binding(
    const Checker *checker, Name name
); // of the declaration that is looked at
Decl *instantiate(
    Checker *checker, Decl *generic, const Env *env, Span span
); // the same for the same; NULL: reported
const HirType *instance_type(
    Checker *checker, Module *module, Decl *generic, const AstGenericArgs *args, Span span
); // reports
Env *env_by_args(
    Checker *checker, Module *module, Decl *generic, const AstGenericArgs *args, Span span
);                                                                  // NULL: reported
bool may_stand_for(const GenericParam *param, const HirType *type); // it is no borrow that may not
bool in_instance_env(const Checker *checker); // what is looked at has been judged as a definition
bool bind_written(
    Checker *checker,
    Module *module,
    const GenericParam *param,
    const AstGenericArg *arg,
    Binding *binding
);                                                                  // reports
const HirType *decl_type(const Checker *checker, const Decl *decl); // of a struct or enum
Decl *decl_of_type(const Checker *checker, const HirType *type);    // NULL: not declared
Decl *decl_of_contract(const Checker *checker, const HirContract *contract);
const HirType *self_of(const Checker *checker, const Decl *decl); // NULL: it has none
void name_use(
    Checker *checker, const Decl *decl, uint32_t errors
);                                        // `errors`: how many there were before it
void check_definitions(Checker *checker); // makes the instances that stand for all
void check_pending(Checker *checker);     // the bounds that had to wait
const HirType *opaque_type(
    Checker *checker, const Decl *generic, const GenericParam *param, const Env *env
); // a type of which only the bounds are known
const Env *bounds_env(
    Checker *checker, const Decl *generic, const GenericParam *param, const Env *env
); // where the bounds that a type's parameter has there are looked up

// --- origins.c ---------------------------------------------------------------------------------------------------------

bool add_origin(
    Checker *checker, HirSig *sig, uint32_t row, const AstFrom *from
);                           // of the parameter `row`, if there is one; reports
void sort_from(HirSig *sig); // ascending, each parameter once

// --- args.c ------------------------------------------------------------------------------------------------------------

typedef struct
    ParamNames { // where the names are found that arguments may be given by: none of these, or one
    const HirFn *fn;           // a function
    const AstParams *declared; // the parameters of a generic one, as they are written
    const HirFields *fields;   // what a variant carries
    const HirMessage *message;
    const char *words; // of what is built in, with blanks between
    uint32_t first;    // the parameter that the first argument is for
} ParamNames;

bool check_given(
    Checker *checker,
    const char *callee,
    uint32_t wanted,
    ParamNames names,
    const AstArgs *args,
    Span span
); // reports
bool check_count(
    Checker *checker, const char *callee, uint32_t wanted, const AstArgs *args, Span span
); // of what has no names; reports

// --- infer.c: what a call leaves unsaid --------------------------------------------------------------------------------------

typedef struct Call {
    const AstArgs *args;         // NULL: a function that is not called
    uint32_t first;              // the parameter that the first of them is for
    const AstGenericArgs *given; // written; NULL: none
    HirExpr **looked; // those that have been looked at to find types: they are not looked at again
} Call;

void unify(
    Checker *checker,
    Module *module,
    const GenericParams *params,
    Env *env,
    const AstType *pattern,
    const HirType *actual
); // binds what is not bound yet
Decl *infer_instance(
    Fn *fn, Decl *generic, Env *env, const Call *call, const HirType *want, Span span
); // `env`: what is known already, or NULL. NULL: reported
// The same of a struct or enum that is made of the arguments; `patterns`: the type that each has in the declaration, or NULL.
Decl *infer_made(
    Fn *fn, Decl *generic, const AstType *const *patterns, const Call *call, Span span
);

// --- methods.c: the functions of types ------------------------------------------------------------------------------------------

typedef struct Method {
    Decl *decl; // NULL: there is none
    Env *env;   // of a generic one: what is known of its parameters
} Method;

Decl *find_open_method(Checker *checker, Decl *generic, Name name); // of all instances; NULL: none
Method find_method(
    Checker *checker, const HirType *owner, Name name
); // looks through no borrow; instances are for the caller to make
bool is_same_owner(const HirType *a, const HirType *b);
const HirType *view_type(Checker *checker, const HirType *type, HirMode mode);
bool fulfils_interface(Checker *checker, const Decl *method, Module *from);

// --- interfaces.c ------------------------------------------------------------------------------------------------------------------

bool check_bounds(Checker *checker, Decl *generic, const Env *env, Span span); // reports
bool bounds_hold(Checker *checker, Decl *generic, const Env *env);             // says nothing
const DeclList *interfaces_of(
    Checker *checker, const HirType *type
); // that it states or that are promised, with their bases
Decl *
conformance_to(Checker *checker, const HirType *type, const Decl *interface); // the instance of it that the type states; NULL: none
bool conforms(Checker *checker, const HirType *type, Decl *interface);
bool promises(Checker *checker, const HirType *param, const char *word); // that it is `plain` ...
Env *interface_env(Checker *checker, const Decl *fn, const HirType *self, const Decl *interface); // of a function of an interface, whose own parameters are not known yet
void check_conformances(Checker *checker);
bool module_may_declare(Checker *checker, const Module *module, Name name); // for a built-in type

// --- types.c ----------------------------------------------------------------------------------------------------------------

const HirType *resolve_type(Checker *checker, Module *module, const AstType *type);
const HirType *kept_type(
    Checker *checker, Module *module, const AstType *type
); // decls.c: of what is stored: not `void`
const HirType *resolve_param_type(
    Checker *checker, Module *module, const AstType *type, uint32_t *promise
);
const HirType *resolve_declared( // of a parameter of a function: a `ref fn` too
    Checker *checker,
    Module *module,
    const AstType *type,
    uint32_t *promise
);
const HirContract *contract_of(
    Checker *checker, Module *module, const AstType *type
); // its shape is known; reports; NULL: it is none
bool contract_state(
    Checker *checker, const HirContract *contract, const AstPath *path, uint32_t *state
); // reports
const HirType *simple(const Checker *checker, HirTypeKind kind);
const char *type_text(Checker *checker, const HirType *type);
bool check_leads(Checker *checker, const HirType *type, Span span); // reports
bool is_error(const HirType *type);
uint64_t type_size(const HirType *type);             // sizes.c: bytes, at most one above the limit
void check_frame(Checker *checker, const HirFn *fn); // reports
HirExpr *check_sizeof(Fn *fn, const AstExpr *expr);
typedef enum Known { KNOWN_WHOLE, KNOWN_PARTLY, KNOWN_NEVER } Known; // it lies in itself
Known complete_inside(Checker *checker, Map *seen, const HirType *type);
const HirType *check_size(
    Checker *checker, const HirType *type, Span span
); // reports; ERROR if it is too large

// --- consts.c -----------------------------------------------------------------------------------------------------------------

bool check_parts(Checker *checker, const HirExpr *value); // not too many; reports
HirExpr *fold_const(Checker *checker, HirExpr *value);    // reports; ERROR if it cannot be computed
bool const_u64(Checker *checker, Module *module, const AstExpr *expr, uint64_t *value); // reports
bool const_count(
    Checker *checker, Module *module, const AstExpr *expr, uint64_t *value, const HirSymbol **symbol
); // the same, of what may depend on parameters; reports
uint64_t type_size_limit(void);
bool literal_fits(const HirType *type, uint64_t magnitude, bool negative);
uint64_t wrap_bits(const HirType *type, uint64_t bits); // to the type's width, sign-extended

// --- clauses.c, invariants.c, received.c, pure.c -------------------------------------------------------------------------------------------

Str assert_text(Checker *checker, const AstExpr *cond, const AstExpr *text); // text may be NULL
void begin_clauses(Fn *fn, const AstClauses *clauses); // at the beginning of the body
void end_clauses(Fn *fn);                              // at its end
HirStmt *leave_function(
    Fn *fn, HirExpr *value, Span span
); // `return`, with what is ensured; value may be NULL
void add_invariants(Fn *fn, const AstClauses *clauses, HirStmt *block);
HirExpr *check_old(Fn *fn, const AstExpr *call);
void check_clauses(Checker *checker); // all of them, when the bodies are known

void declare_invariant(Checker *checker, Decl *decl); // of a struct that has some
bool make_invariants(Checker *checker, Decl *decl);   // their bodies; false: they are wrong
HirExpr *self_field(Fn *fn, const AstName *name);
HirExpr *checked_value(Checker *checker, HirExpr *made);
bool has_invariants(const Fn *fn);
void test_invariants(Fn *fn, HirLocal *result, HirStmt *block, Span span);
const HirStruct *guarded(const HirType *type); // NULL: it has no invariant
void test_place(Fn *fn, HirExpr *place, HirStmtVec *out, Span span);
void test_received(Fn *fn, HirLocal *local, HirStmtVec *out);

// --- attrs.c --------------------------------------------------------------------------------------------------------------

void check_attributes(Checker *checker);                      // of all items; reports
void note_use(Checker *checker, const Decl *decl, Span span); // warns where it is deprecated
const AstAttr *attribute(
    const Checker *checker, const AstItem *item, const char *name
);                                                           // NULL: none
void check_dropped(Fn *fn, const HirExpr *value, Span span); // a statement; reports

// --- wire.c: structs that are laid out byte by byte ---------------------------------------------------------------------------

void check_wire_fields(Checker *checker, Decl *decl); // of any struct; reports
HirExpr *call_view(Fn *fn, const AstExpr *expr);      // `view::<H>(bytes)`
void check_packed(
    Checker *checker, const HirFn *fn
); // no borrow of a field that is not made of single bytes; reports
bool is_packed(const HirExpr *place);                  // it is such a field
void check_certain(Checker *checker, const HirFn *fn); // certain.c: what always fails; reports

// --- symbols.c: constants that are not known -------------------------------------------------------------------------------------

const HirSymbol *new_symbol(Checker *checker, const char *text);
HirExpr *symbol_literal(Checker *checker, const HirType *type, const HirSymbol *symbol, Span span);
HirExpr *symbol_operation(
    Checker *checker, const HirExpr *value, const HirExpr *left, const HirExpr *right
);                                                        // `right` is NULL for one of one operand
HirExpr *symbolic(Checker *checker, HirExpr *value);      // NULL: it is known
bool check_known(Checker *checker, const HirExpr *value); // reports

// --- convert.c ------------------------------------------------------------------------------------------------------------------

HirExpr *new_expr(Checker *checker, HirExprKind kind, const HirType *type, Span span);
HirExpr *error_expr(Checker *checker, Span span);
HirExpr *literal(Checker *checker, const HirType *type, uint64_t bits, Span span);
HirExpr *deref(Checker *checker, HirExpr *pointer_place);
HirExpr *as_place(Checker *checker, HirExpr *expr); // a value becomes a TEMP
HirExpr *as_value(Checker *checker, HirExpr *expr); // a place is copied, moved or reborrowed
HirExpr *coerce(
    Checker *checker, HirExpr *expr, const HirType *want
); // reports; the result has type `want`
bool widens(const HirType *from, const HirType *to);
bool check_pointee(
    Checker *checker, const HirType *pointer, Span span
);                                     // it holds no borrow; reports
bool is_mutable(const HirExpr *place); // says nothing
// For the place of an assignment: managed data may be assigned too.
bool check_assignable(Checker *checker, const HirExpr *place);
bool is_managed_place(const HirExpr *place);                   // in a managed object
bool is_managed_slice(const HirExpr *place);                   // of `gc T[]`
bool refuse_lending(Checker *checker, const HirExpr *place);   // managed data; false
bool check_mutable(Checker *checker, const HirExpr *place);    // reports
bool elements_mutable(Checker *checker, const HirExpr *place); // of an array or a slice; reports
bool check_movable(Checker *checker, const HirExpr *place);    // reports
bool same_endpoint(const HirType *a, const HirType *b);        // but for the state

// --- forced.c: `x!` in place -----------------------------------------------------------------------------------------------------------

HirExpr *forced_place(Checker *checker, HirExpr *option, Span span);
HirExpr *forced_lend(const HirExpr *part);
void force_exclusive(Checker *checker, HirExpr *lend);
HirExpr *lend_option(Checker *checker, HirExpr *expr, const HirType *want);
HirExpr *lend_wanted(Checker *checker, HirExpr *expr, const HirType *want);
HirExpr *forced_value(Checker *checker, HirExpr *place);

// --- expr.c, ops.c, calls.c, make.c --------------------------------------------------------------------------------------------------

// `want` may be NULL; it guides literals and `.name`, and the result need not have it.
HirExpr *check_expr(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *check_value(
    Fn *fn, const AstExpr *expr, const HirType *want
); // coerced to `want` unless that is NULL
HirExpr *check_cond(Fn *fn, const AstExpr *expr);
HirExpr *check_binary(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *check_unary(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *check_cast(Fn *fn, const AstExpr *expr);
HirExpr *check_try(Fn *fn, const AstExpr *expr, const HirType *want); // try.c
HirStmt *leave_closed(Fn *fn, Span span); // try.c: what `try receive` does when the peer is gone
HirExpr *arithmetic(Fn *fn, HirOp op, HirFamily family, HirExpr *left, HirExpr *right, Span span);
HirFamily family_of(AstFamily family);
HirExpr *optional_arithmetic(
    Fn *fn, HirOp op, HirExpr *left, HirExpr *right, Span span
); // optional.c: of operands one of which is an optional
HirOp op_of(AstOp op);
bool is_result( // try.c: like std.result's; `ok`: which variant carries the value, the other one carries the error
    const Checker *checker,
    const HirType *type,
    uint32_t *ok
);
HirExpr *check_call(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *call_named( // `base.name(args)`; `base` is no error
    Fn *fn,
    HirExpr *base,
    AstName name,
    const AstArgs *args,
    Span span
);
HirExpr *check_index_value(Fn *fn, const AstExpr *ast); // of type usize
HirLocal *find_local(const Fn *fn, Name name);          // NULL: none
HirConst *find_const(const Fn *fn, Name name);          // of a block around; NULL: none
HirExpr *check_init(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *maybe_made(
    Checker *checker, HirExpr *made
); // a block of the heap: none when there is no memory
HirExpr *check_new(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *make_variant(
    Fn *fn, const HirType *type, Name name, const AstArgs *args, bool has_args, Span span
);
HirExpr *zero_value(Checker *checker, const HirType *type, Span span);
HirExpr *receiver_place(Fn *fn, HirExpr *base); // through borrows and owners
Decl *named_type(Fn *fn, const AstExpr *expr);  // the type that an expression names, or NULL
const HirType *type_before_dot(Fn *fn, const AstExpr *expr, const HirType *want);
// A generic type that an expression names without arguments, where another is wanted, or none; NULL: it is not that.
Decl *open_type(Fn *fn, const AstExpr *expr, const HirType *want);
HirExpr *as_wanted(Fn *fn, HirExpr *looked, const HirType *want); // what has been looked at already
// A variant of a generic enum whose arguments follow from its payload.
HirExpr *infer_variant(Fn *fn, Decl *generic, Name name, const AstArgs *args, Span span); // reports
Decl *generic_fn(Fn *fn, const AstExpr *expr);

// --- closures.c, captures.c, texts.c, instances.c ---------------------------------------------------------------------------------------------

HirExpr *check_closure(Fn *fn, const AstExpr *expr, const HirType *want);
// A closure whose body is to be made in `inner`, without parameters yet, and the end of that. `errors`: reported before.
HirExpr *open_closure(Fn *fn, const HirType *want, Span span, Fn *inner, Scope *scope);
HirExpr *end_closure(Fn *fn, Fn *inner, HirExpr *closure, uint32_t errors);
// What it returns when it is passed values of these types; NULL: that cannot be told. Reports what is wrong in it.
const HirType *closure_result(Fn *fn, const AstExpr *expr, const HirType *const *params);
HirExpr *check_text(Fn *fn, const AstExpr *expr, const HirType *want);    // texts.c
HirExpr *to_ref_fn(Checker *checker, HirExpr *expr, const HirType *want); // NULL: it does not fit
bool takes_ref_fn(const HirSig *sig);
// What lies outside and is used in the body gets parameters, and the closure that is made of `fn` arguments for them.
bool take_captures(Checker *checker, HirFn *fn, HirExpr *closure); // reports
// What the walk over ways has found out about captures: those that are only read are borrowed shared.
void settle_captures(Checker *checker, HirExpr *closure);
void check_instances(Checker *checker); // closures that hold closures come to an end

// --- builtins.c: what is called by name and declared nowhere. NULL: there is no such thing -----------------------------------------

HirExpr *call_builtin(Fn *fn, Name name, const AstArgs *args, Span span);
HirExpr *call_builtin_method(Fn *fn, HirExpr *place, Name name, const AstArgs *args, Span span);
bool is_builtin_function(const HirType *type, const char *name); // that no program may declare
HirExpr *call_upcast(
    Fn *fn, HirExpr *place, const Call *call, Span span
); // upcast.c: `ep.as::<C.imp:S>()`
HirExpr *call_recover(
    Fn *fn, HirExpr *place, const Call *call, Span span
); // any.c: the same of `C.any.imp`
HirExpr *call_enum_of(Fn *fn, const HirType *type, const AstArgs *args, Span span);
HirExpr *call_str_of(Fn *fn, const AstArgs *args, Span span);
bool kcall_is_exit(const HirExpr *expr);

// --- sets.c -----------------------------------------------------------------------------------------------------------

const HirType *set_type(
    Checker *checker, Module *module, const AstType *type
); // endpoints<E>, endpoints<E, T>; NULL: another type
HirExpr *call_of_set(
    Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span
); // NULL: there is no such thing
HirExpr *empty_set(Checker *checker, const HirType *type, Span span);

// --- devices.c ------------------------------------------------------------------------------------------------------

const HirType *device_type(
    Checker *checker, Module *module, const AstType *type
); // io_port, io_memory, irq, dma; NULL: another type
HirExpr *call_of_device(
    Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span
); // NULL: there is no such thing
bool read_device_grant(
    Checker *checker, Module *module, const AstGrant *ast, HirGrant *grant
); // its kind is known; false: reported
bool read_pci_grant(Checker *checker, Module *module, const AstGrant *ast, HirGrant *grant);
bool grant_is_device(const HirGrant *grant);
bool grant_wants_trust(const HirGrant *grant); // whoever has it may reach any memory
bool grants_overlap(const HirGrant *a, const HirGrant *b);
bool grants_conflict(const HirGrant *a, const HirGrant *b); // two SIPs may not have them both
const char *grant_text(Checker *checker, const HirGrant *grant);
void check_devices(Checker *checker, const HirSip *sip); // grants and parameters go together

// --- threads.c --------------------------------------------------------------------------------------------------------

const HirType *shared_type(Checker *checker, Module *module, const AstType *type);
HirExpr *make_shared(Checker *checker, const HirType *type, HirExpr *value, Span span);
HirExpr *call_of_atomic(
    Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span
); // NULL: there is no such thing
HirStmt *check_lock(Fn *fn, const AstStmt *stmt);
HirStmt *check_join(Fn *fn, const AstStmt *stmt);
HirStmt *check_spawn(Fn *fn, const AstStmt *stmt);

// --- stmt.c, loops.c ------------------------------------------------------------------------------------------------------------------

HirStmt *check_block(Fn *fn, const AstStmts *stmts, Span span);
void check_into(Fn *fn, const AstStmts *stmts, HirStmt *block); // in the scope that is open
void check_stmt(Fn *fn, const AstStmt *stmt, HirStmtVec *out);
HirStmt *check_nested(Fn *fn, const AstStmt *stmt); // as a BLOCK of its own
HirStmt *check_loop(Fn *fn, const AstStmt *stmt);
bool is_iterator(Checker *checker, const HirType *type); // iterate.c
HirStmt *over_iterator(
    Fn *fn, const AstStmt *stmt, HirExpr *over, HirExpr *place
); // `place`: what `over` leads to, the iterator
HirStmt *over_tuples(Fn *fn, const AstStmt *stmt);
HirStmt *new_stmt(Fn *fn, HirStmtKind kind, Span span);
HirStmt *let(Fn *fn, HirLocal *local, HirExpr *value, Span span);
HirStmt *block_of(Fn *fn, Span span); // an empty BLOCK
void append(Fn *fn, HirStmt *block, HirStmt *stmt);
HirLocal *new_local(Fn *fn, Name name, const HirType *type, Span span);
HirLocal *declare(Fn *fn, AstName name, const HirType *type); // in the scope that is open
void declare_lost(Fn *fn, AstName name); // of what is wrong: uses of the name say nothing more
HirExpr *local_place(Fn *fn, HirLocal *local, Span span);
HirExpr *local_value(Fn *fn, HirLocal *local, Span span);
bool same_place(const HirExpr *a, const HirExpr *b); // of fields and what pointers lead to
HirStmt *assign_to(Fn *fn, HirExpr *place, HirExpr *value, Span span);
void push_scope(Fn *fn, Scope *scope);
void pop_scope(Fn *fn);

HirStmt *shorten_slice(
    Fn *fn, HirExpr *place, HirExpr *value, Span span
);                                                    // shorten.c; NULL: it is none
HirExpr *target_place(Fn *fn, const AstExpr *target); // that may be changed; NULL: reported

// --- tuples.c --------------------------------------------------------------------------------------------------------------------------

const HirType *tuple_type(Checker *checker, const HirType *const *types, uint32_t count);
bool is_tuple(const HirType *type);
const HirType *resolve_tuple(Checker *checker, Module *module, const AstType *type); // reports
HirExpr *check_tuple(Fn *fn, const AstExpr *expr, const HirType *want);
void check_let_tuple(Fn *fn, const AstStmt *stmt, HirStmtVec *out);
HirLocal *bind_payload_tuple(
    Fn *fn, const HirType *payload, const AstBinders *binders, Span span, HirStmtVec *out
); // reports
void check_assign_tuple(Fn *fn, const AstStmt *stmt, HirStmtVec *out);

// --- match.c, cover.c, channels.c, receive.c, arms.c -----------------------------------------------------------------------------------------------------------------

HirStmt *check_switch(Fn *fn, const AstStmt *stmt);
void check_covered(Checker *checker, const HirStmt *stmt, const HirType *type); // cover.c
// Of a `switch` on a tuple: the parts of a value that none of its cases takes; NULL: there is none. Reports those never taken.
const char *const *missing_parts(Checker *checker, const HirStmt *stmt);
bool pattern_is_known(const HirPattern *pattern); // nothing in it has been reported
bool pattern_binds(const HirPattern *pattern);
void declare_all_lost(Fn *fn, const AstPattern *ast); // each name in it
HirPattern *part_pattern(
    Fn *fn, const AstPattern *ast, const HirType *type
); // of a value that comes
HirPattern *bind_pattern(Fn *fn, const AstName *name, const HirType *type);
// `if (T x = option) then else otherwise`: the switch that it is. `otherwise` is checked already, or NULL.
HirStmt *binding_switch(
    Fn *fn, const AstCond *cond, const AstStmt *then, HirStmt *otherwise, Span span
);
HirStmt *check_binding_if(
    Fn *fn, const AstCond *cond, const AstStmt *then, const AstStmt *otherwise, Span span
);
HirStmt *check_switch_receive(Fn *fn, const AstStmt *stmt);
void check_receive(Fn *fn, const AstStmt *stmt, HirStmtVec *out);
HirStmt *check_send(Fn *fn, const AstStmt *stmt);
HirStmt *check_channel(Fn *fn, const AstStmt *stmt);
HirExpr *endpoint_place(Fn *fn, const AstExpr *ast); // reports; NULL
bool named_message(
    Fn *fn, const HirContract *contract, const AstName *name, uint32_t *row
); // reports
bool message_goes(
    const HirType *endpoint, uint32_t message, bool sending
); // from this end, or to it

// --- what is asked of a finished body, and of the whole ------------------------------------------------------------------------------------

void check_flow(Checker *checker, HirFn *fn); // flow.c: returns on every way, nothing after a jump
void check_ways(Checker *checker, HirFn *fn); // ways.h: values, loans and states on every way
void check_system(Checker *checker, Decl *decl); // wiring.c
void check_grants(Checker *checker);             // grants.c: what a sip reaches is granted to it
bool stmt_ends(const HirStmt *stmt);             // flow.c: control does not come out at its end
bool stmt_breaks(const HirStmt *stmt, const HirStmt *target); // flow.c: out of it, from inside

#endif
