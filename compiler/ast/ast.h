// The abstract syntax of Sip: what the programmer has written, without its punctuation.
//
// One tree per source file, whole language: what a later room does not support yet is here all the same.
// Nothing is resolved: a name is a name. What the text alone decides is decided: literals are values, contextual
// words are what they are at their place, qualifiers are nested around pointers, parentheses are gone.
// A part that could not be read is an ERROR node; it has been reported, so whoever meets one is silent.
//
// Everything lives in the arena of the unit and is never changed after ast_build(). Every node has the span of
// its text. Lists are VECs, walked with vec_each; an absent pointer is NULL, an absent list is empty.
//
// The tour: names, types, expressions, patterns, statements, contracts, items, the file.

#ifndef AST_AST_H
#define AST_AST_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/str.h"
#include "base/vec.h"
#include "source/source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct AstType AstType;
typedef struct AstExpr AstExpr;
typedef struct AstPattern AstPattern;
typedef struct AstStmt AstStmt;
typedef struct AstItem AstItem;

// --- names -------------------------------------------------------------------------------------------

typedef struct AstName {
    Name name;
    Span span;
} AstName;

typedef VEC(AstName) AstNames;
typedef VEC(AstType *) AstTypes;
typedef VEC(AstExpr *) AstExprs;
typedef VEC(AstPattern *) AstPatterns;
typedef VEC(AstStmt *) AstStmts;
typedef VEC(AstItem *) AstItems;

typedef struct AstPath { // net.tcp
    AstNames names;      // empty: absent
    Span span;
} AstPath;

typedef struct AstGenericArg { // an argument between < and >: exactly one of the two is there
    AstType *type;  // a plain name is always here; resolution may find that it names a constant
    AstExpr *value; // a literal
} AstGenericArg;

typedef VEC(AstGenericArg) AstGenericArgs;

typedef enum AstGenericKind {
    AST_GENERIC_TYPE,     // T, T: Eq + Hash
    AST_GENERIC_REF_TYPE, // ref T: may be second-class
    AST_GENERIC_CONST,    // usize N
    AST_GENERIC_CONTRACT, // contract C
} AstGenericKind;

typedef struct AstGeneric { // a parameter between < and >
    AstGenericKind kind;
    AstName name;
    AstType *type;   // CONST: its type
    AstTypes bounds; // TYPE, REF_TYPE: the interfaces and built-in bounds it must meet
} AstGeneric;

typedef VEC(AstGeneric) AstGenerics;

// What a second-class result is borrowed from: `m`, `*lx`, `s->rest`.
typedef struct AstFrom {
    bool deep;     // `*`: the borrows inside it, not the thing itself
    AstNames path; // a parameter, then fields of it
    Span span;
} AstFrom;

typedef VEC(AstFrom) AstFroms;

typedef struct AstParam {
    AstType *type; // NULL: inferred (closures only)
    AstName name;  // absent (name 0) in function types and interfaces, if it was left out
    Span span;
} AstParam;

typedef VEC(AstParam) AstParams;

// A local that is given its value where it is declared: `T* p`, `auto n`.
typedef struct AstBinder {
    AstType *type; // NULL: inferred
    AstName name;  // `_` discards
    Span span;
} AstBinder;

typedef VEC(AstBinder) AstBinders;

// --- types -------------------------------------------------------------------------------------------

typedef enum AstScalar {
    AST_VOID,
    AST_BOOL,
    AST_CHAR,
    AST_I8,
    AST_I16,
    AST_I32,
    AST_I64,
    AST_ISIZE,
    AST_U8,
    AST_U16,
    AST_U32,
    AST_U64,
    AST_USIZE,
    AST_F32,
    AST_F64,
    AST_SCALARS
} AstScalar;

typedef enum AstMode {
    AST_BORROW, // nothing written: exclusive borrow; a plain `str` is a shared one
    AST_OWN,
    AST_CONST, // shared borrow
    AST_GC,
    AST_STATIC, // `static str`, `static const T[]`: borrow of a constant
} AstMode;

typedef enum AstTypeKind {
    AST_TYPE_ERROR,
    AST_TYPE_SCALAR, // u8, void
    AST_TYPE_STR,    // str, own str, gc str, static str
    AST_TYPE_NAME,   // T, net.Ip, Map<K, V>
    AST_TYPE_ENDPOINT, // Tcp.imp, Listener<Echo>.exp:Start, Names.any.imp, Tcp.exp:Ready.connect -> Ready
    AST_TYPE_POINTER,  // T*, own T*, const T*, gc T*
    AST_TYPE_SLICE,    // T[], own T[], own u8[<= 64 KiB]
    AST_TYPE_GROWABLE, // own T[..], gc T[..]
    AST_TYPE_ARRAY,    // T[N]
    AST_TYPE_VECTOR,   // T[..N]: inline, at most N
    AST_TYPE_OPTIONAL, // T?
    AST_TYPE_TUPLE,    // (A, B)
    AST_TYPE_FN,       // fn R(A), ref fn R(A) from a
} AstTypeKind;

typedef struct AstEndpoint {
    AstType *contract; // a NAME
    bool is_any;       // C.any.imp: the contract's digest comes with the endpoint
    bool is_exporter;  // exp, the server's end; else imp
    AstPath state;     // absent: the contract's first; two names or more: after these messages
    AstPath to; // the state promised when the function returns, `-> Connected*`; absent: unchanged
} AstEndpoint;

// Qualifiers and suffixes are nested here as language.md 4 says: `own T*?*` is
// POINTER(BORROW, OPTIONAL(POINTER(OWN, T))).
struct AstType {
    AstTypeKind kind;
    Span span; // of a nested part: its base and suffixes
    union {
        AstScalar scalar;
        struct {
            AstMode mode;
        } str;
        struct {
            AstPath path;
            AstGenericArgs args;
        } name;
        AstEndpoint endpoint;
        struct {
            AstMode mode;
            AstType *elem;
            AstExpr *limit; // SLICE: `[<= n]`, the most that a message may carry; else NULL
        } pointer;          // POINTER SLICE GROWABLE
        struct {
            AstType *elem;
            AstExpr *length;
        } array; // ARRAY VECTOR
        AstType *optional;
        AstTypes tuple;
        struct {
            bool is_ref;
            AstType *result;
            AstParams params;
            AstFroms from;
        } fn;
    };
};

// --- expressions -------------------------------------------------------------------------------------

typedef enum AstOp {
#define AST_BINARY(name, text, prec) AST_OP_##name,
#include "ast/ops.def"
    AST_OPS
} AstOp;

typedef enum AstFamily {
#define AST_FAMILY(name, text) AST_FAMILY_##name,
#include "ast/ops.def"
    AST_FAMILIES
} AstFamily;

typedef enum AstUnaryOp {
#define AST_UNARY(name, text) AST_UNARY_##name,
#include "ast/ops.def"
    AST_UNARY_OPS
} AstUnaryOp;

typedef enum AstExprKind {
    AST_EXPR_ERROR,
    AST_EXPR_INT,      // 7, 0xff, 4 MiB
    AST_EXPR_FLOAT,    // 1.5e-3
    AST_EXPR_CHAR,     // 'a'
    AST_EXPR_STR,      // "text", r"text"
    AST_EXPR_BYTES,    // b"bytes"
    AST_EXPR_BOOL,     // true
    AST_EXPR_NONE,     // none
    AST_EXPR_DURATION, // 20 ms
    AST_EXPR_TEXT,     // $"{id:>4} {name}\n"
    AST_EXPR_NAME,     // x; `a.b` is FIELD(NAME a, b), whether `a` is a module, a type or a value
    AST_EXPR_TYPE,     // u32, as in `u32.max`: only as the base of a FIELD
    AST_EXPR_VARIANT,  // .name, where the type is known
    AST_EXPR_FIELD,    // a.b, a->b
    AST_EXPR_INDEX,    // a[i]
    AST_EXPR_SLICE,    // a[i..j], a[..]
    AST_EXPR_CALL,     // f(x), Echo(out: e)
    AST_EXPR_INST,     // f::<T>
    AST_EXPR_FORCE,    // e!
    AST_EXPR_UNARY,    // -x, &x, *x, try x
    AST_EXPR_BINARY,   // a +| b
    AST_EXPR_CAST,     // (u8?)x
    AST_EXPR_TERNARY,  // c ? a : b
    AST_EXPR_ELSE,     // e else return, e else 0
    AST_EXPR_NEW,      // new T{...}, new? u8[n], new gc T{...}, new "text"
    AST_EXPR_INIT,     // { .x = 1 }, T{ 1, 2 }, { 0 ... }, {}
    AST_EXPR_TUPLE,    // (a, b)
    AST_EXPR_CLOSURE,  // fn (k, v) { ... }
    AST_EXPR_SIZEOF,   // sizeof(T)
} AstExprKind;

typedef struct AstArg {
    AstName
        label; // `out:` in `Echo(out: e)`, `.x =` in `{ .x = 1 }`; absent (name 0) in a plain one
    AstExpr *value;
    Span span;
} AstArg;

typedef VEC(AstArg) AstArgs;

typedef struct AstRange { // i..j, i..=j; either end may be absent
    AstExpr *lo;
    AstExpr *hi;
    bool inclusive;
    Span span;
} AstRange;

// How a value is written into a text: `{id:>04x}`. The order is fill align sign # 0 width .precision kind.
typedef struct AstFormat {
    uint32_t fill;     // a character; ' ' if none is given
    char align;        // '<' '>' '^', or 0
    bool sign;         // '+'
    bool alternate;    // '#': 0x before hexadecimal
    bool zero;         // '0': pad with zeros after the sign
    uint32_t width;    // 0: as wide as it is
    int32_t precision; // -1: none given
    char kind;         // 'x' 'X' 'b' 'o' 'e' 'c' '?', or 0
    Span span;         // nothing where none is written
} AstFormat;

typedef struct AstTextPart { // a piece of a text, then a value
    Str text;
    AstExpr *value; // NULL at the end
    AstFormat format;
} AstTextPart;

struct AstExpr {
    AstExprKind kind;
    Span span; // without surrounding parentheses
    union {
        uint64_t integer; // INT; DURATION in nanoseconds
        double real;
        uint32_t character;
        bool boolean;
        Str str; // STR BYTES: decoded
        VEC(AstTextPart) text;
        AstName name;  // NAME VARIANT
        AstType *type; // TYPE SIZEOF
        struct {
            AstExpr *base;
            AstName name;
            bool arrow;
        } field;
        struct {
            AstExpr *base;
            AstExpr *at;
        } index;
        struct {
            AstExpr *base;
            AstRange range;
        } slice;
        struct {
            AstExpr *callee;
            AstArgs args;
        } call;
        struct {
            AstExpr *base;
            AstGenericArgs args;
        } inst;
        AstExpr *force;
        struct {
            AstUnaryOp op;
            AstFamily family; // NEG only; else TRAP
            AstExpr *operand;
        } unary;
        struct {
            AstOp op;
            AstFamily family;
            Span op_span;
            AstExpr *left;
            AstExpr *right;
        } binary;
        struct {
            AstScalar to;
            AstFamily family;
            AstExpr *operand;
        } cast;
        struct {
            AstExpr *cond;
            AstExpr *then;
            AstExpr *otherwise;
        } ternary;
        struct { // exactly one of the last two is there
            AstExpr *value;
            AstExpr *otherwise;
            AstStmt *leave; // RETURN BREAK CONTINUE, or a BLOCK that must leave
        } orelse;
        struct {
            bool optional;   // new?
            bool gc;         // new gc
            AstType *type;   // what the block holds, without the length; NULL if `value` says it
            AstExpr *length; // new T[length]; else NULL
            AstExpr *value;  // an INIT, or STR BYTES TEXT; NULL: none given
        } make;
        struct {
            AstExpr *
                type; // what stands before the brace: NAME FIELD INST; NULL: known from the context
            AstArgs items;
            bool fill; // `{ 1, 0 ... }`: the last item fills the rest
        } init;
        AstExprs tuple;
        struct {
            AstParams params;
            AstStmt *body; // a BLOCK
        } closure;
    };
};

// --- patterns ----------------------------------------------------------------------------------------

typedef enum AstPatternKind {
    AST_PATTERN_ERROR,
    AST_PATTERN_WILD,  // _
    AST_PATTERN_VALUE, // a literal, `-1`, or a name: a constant or a variant without payload
    AST_PATTERN_RANGE, // 'a'..='z'
    AST_PATTERN_BIND,  // T p, const T* p, auto p: the type says whether it moves, copies or borrows
    AST_PATTERN_VARIANT, // .some(p), Json.text(str s), .none
    AST_PATTERN_TUPLE,   // (p, q)
} AstPatternKind;

struct AstPattern {
    AstPatternKind kind;
    Span span;
    union {
        AstExpr *value; // VALUE: a literal, or NAME, or FIELDs of a NAME
        AstRange range;
        AstBinder bind;
        struct {
            AstExpr *type; // what stands before the last dot: NAME or FIELD; NULL in `.some(p)`
            AstName name;
            bool has_args; // `.a()` has, `.a` has not
            AstPatterns args;
        } variant;
        AstPatterns tuple;
    };
};

// --- statements --------------------------------------------------------------------------------------

typedef enum AstStmtKind {
    AST_STMT_ERROR,
    AST_STMT_EMPTY,     // ;
    AST_STMT_BLOCK,     // { ... }
    AST_STMT_LET,       // T x; T x = e; auto x = e else return;
    AST_STMT_LET_TUPLE, // (T a, U b) = e;
    AST_STMT_CONST,     // const T x = e;
    AST_STMT_EXPR,      // f(x); try f(x);
    AST_STMT_ASSIGN,    // a = e; a +%= e; _ = e; (a, b) = e;
    AST_STMT_STEP,      // a++; a--;
    AST_STMT_IF,
    AST_STMT_WHILE,
    AST_STMT_DO,
    AST_STMT_FOR,      // for (;;)
    AST_STMT_FOR_EACH, // for (T x : e)
    AST_STMT_SWITCH,
    AST_STMT_SWITCH_RECEIVE,
    AST_STMT_RETURN,
    AST_STMT_BREAK,
    AST_STMT_CONTINUE,
    AST_STMT_DEFER,
    AST_STMT_LOCK, // lock (m, T* p) { }
    AST_STMT_ASSERT,
    AST_STMT_CHANNEL, // channel Tcp:Ready(c, s);
    AST_STMT_SEND,    // send c.connect(ip, 80);
    AST_STMT_RECEIVE, // receive c.refused(Why why) else closed { ... }
    AST_STMT_SPAWN,   // spawn f(x);
    AST_STMT_JOIN,    // join { ... }
} AstStmtKind;

// What decides in `if` and `while`: a value, or a binding of an optional's value.
typedef struct AstCond {
    AstBinders binders; // `T* n = e`: one; `(k, v) = e`: several; none: `value` is a bool
    AstExpr *value;
    Span span;
} AstCond;

typedef enum AstClauseKind { AST_REQUIRES, AST_ENSURES, AST_INVARIANT } AstClauseKind;

typedef struct AstClause { // requires (e), ensures (e), invariant (e)
    AstClauseKind kind;
    AstExpr *cond;
    Span span;
} AstClause;

typedef VEC(AstClause) AstClauses;

typedef struct AstCase {
    bool is_default;
    AstPatterns patterns; // alternatives; empty in `default:`
    AstExpr *guard;       // NULL: none
    AstStmts body;
    Span span; // of the whole case
    Span head; // without its body
} AstCase;

typedef enum AstHeadKind {
    AST_HEAD_ERROR,
    AST_HEAD_MESSAGE,       // a.b(T x)
    AST_HEAD_CLOSED,        // closed(a)
    AST_HEAD_TIMEOUT,       // timeout(20 ms)
    AST_HEAD_UNSATISFIABLE, // unsatisfiable
} AstHeadKind;

// One thing that can come in `switch receive`.
typedef struct AstHead {
    AstHeadKind kind;
    AstExpr *from;    // MESSAGE CLOSED: the endpoint or the set; TIMEOUT: the time
    AstName message;  // MESSAGE
    AstPatterns args; // MESSAGE
    AstNames as;      // `as c`, `as (ep, who)`: what a set hands back
    Span span;
} AstHead;

typedef VEC(AstHead) AstJoin; // `a.b() && c.d()`: all of them

typedef struct AstReceiveCase {
    bool is_default;
    VEC(AstJoin) alternatives; // empty in `default:`
    AstExpr *guard;            // NULL: none
    AstStmts body;
    Span span;
    Span head;
} AstReceiveCase;

struct AstStmt {
    AstStmtKind kind;
    Span span;
    AstName label; // of loops, switches and blocks; absent: name 0
    union {
        AstStmts block; // BLOCK
        struct {
            AstBinder binder;
            AstExpr *value; // NULL: declared without a value (LET only)
        } let;              // LET; CONST: the type has lost its outermost `const`
        struct {
            AstBinders binders;
            AstExpr *value;
        } let_tuple;
        AstExpr *expr;
        struct {
            bool compound; // `+=`: the two below hold
            AstOp op;
            AstFamily family;
            AstExpr *target; // a place, NAME `_`, or a TUPLE of those
            AstExpr *value;
        } assign;
        struct {
            AstExpr *target;
            bool down; // --
        } step;
        struct {
            AstCond cond;
            AstStmt *then;
            AstStmt *otherwise; // NULL: none
        } if_;
        struct {
            AstCond cond; // DO: no binders
            AstClauses invariants;
            AstStmt *body;
        } loop; // WHILE DO
        struct {
            AstStmt *init; // NULL: none
            AstExpr *cond; // NULL: for ever
            AstStmts step;
            AstClauses invariants;
            AstStmt *body;
        } for_;
        struct {
            AstBinders binders; // several: a tuple
            bool is_tuple;
            bool reverse;
            AstExpr *over; // NULL: `range` instead
            AstRange range;
            AstClauses invariants;
            AstStmt *body;
        } for_each;
        struct {
            AstExpr *subject;
            VEC(AstCase) cases;
        } switch_;
        struct {
            VEC(AstReceiveCase) cases;
        } switch_receive;
        AstExpr *result; // RETURN; NULL: none
        AstName target;  // BREAK CONTINUE: a label, or absent
        AstStmt *defer;  // what is put off: EXPR ASSIGN STEP SEND or BLOCK
        struct {
            AstExpr *mutex;
            AstBinder binder;
            AstStmt *body;
        } lock;
        struct {
            AstExpr *cond;
            AstExpr *text; // NULL: none
        } assert_;
        struct {
            AstType *contract; // a NAME
            AstPath state;     // absent: the first
            AstName importer;
            AstName exporter;
        } channel;
        struct {
            AstExpr *endpoint;
            AstName message;
            AstArgs args;
        } send;
        struct {
            bool is_try; // `try receive`
            AstExpr *endpoint;
            AstName message;
            AstPatterns args; // BINDs declare in the enclosing scope
            AstStmt *closed;  // `else closed { ... }`: a BLOCK; NULL: none
        } receive;
        AstExpr *spawn; // a CALL
        AstStmt *join;  // a BLOCK
    };
};

// --- contracts ---------------------------------------------------------------------------------------

typedef struct AstProtocol AstProtocol;

typedef enum AstStepKind {
    AST_STEP_MESSAGE, // ok!  connect?
    AST_STEP_CHOICE,  // (a! -> S or b! -> T), one { a? -> S; b? -> T; }
    AST_STEP_TARGET,  // -> Ready: always last
    AST_STEP_END,     // end: always last; also where a sequence just stops
} AstStepKind;

typedef struct AstStep {
    AstStepKind kind;
    AstName name;               // MESSAGE TARGET
    bool exporter_sends;        // MESSAGE: `!`; else `?`, the exporter receives
    VEC(AstProtocol *) choices; // CHOICE: alternatives
    Span span;
} AstStep;

// What happens from a state on: step after step. The last one is a TARGET, an END or a CHOICE all of whose
// alternatives end so.
struct AstProtocol {
    VEC(AstStep) steps;
    Span span;
};

typedef struct AstMessage {
    Str doc;
    bool is_in; // importer to exporter
    AstName name;
    AstParams params;
    Span span;
} AstMessage;

typedef struct AstState {
    Str doc;
    bool is_override;
    AstName name;
    AstProtocol *protocol; // NULL: could not be read
    Span span;
} AstState;

// --- items -------------------------------------------------------------------------------------------

typedef enum AstItemKind {
    AST_ITEM_ERROR,
    AST_ITEM_IMPORT,
    AST_ITEM_CONST,
    AST_ITEM_STRUCT,
    AST_ITEM_ENUM,
    AST_ITEM_FLAGS,
    AST_ITEM_INTERFACE,
    AST_ITEM_CONTRACT,
    AST_ITEM_FN,
    AST_ITEM_SIP,
    AST_ITEM_SYSTEM,
    AST_ITEM_TEST,
    AST_ITEM_PACKAGE,
} AstItemKind;

typedef struct AstAttr { // [[inline]], [[align(64)]]
    AstName name;
    AstArgs args;
    Span span;
} AstAttr;

typedef VEC(AstAttr) AstAttrs;

typedef enum AstByteOrder { AST_NATIVE, AST_LITTLE, AST_BIG } AstByteOrder;

typedef struct AstField {
    Str doc;
    AstAttrs attrs;
    bool is_pub;
    AstByteOrder order; // `le`, `be` in a wire struct
    AstType *type;
    AstName name;
    AstExpr *value; // its default; NULL: none
    Span span;
} AstField;

typedef struct AstStruct {
    bool is_ref;
    bool is_wire;
    AstGenerics generics;
    AstTypes conforms; // the interfaces after the colon
    VEC(AstField) fields;
    AstClauses invariants;
} AstStruct;

typedef struct AstVariant {
    Str doc;
    AstName name;
    bool has_payload; // `b()` has, `b` has not
    AstParams payload;
    AstExpr *value; // `= 0x1b`; NULL: none
    Span span;
} AstVariant;

typedef struct AstEnum { // ENUM FLAGS
    AstGenerics generics;
    AstTypes bases; // after the colon: a scalar is the representation, the rest are interfaces
    VEC(AstVariant) variants;
} AstEnum;

typedef struct AstFn { // T Owner.name<G>(params) from a requires (e) { ... }
    AstType *result;   // SCALAR AST_VOID for none
    AstType *owner;    // the type it belongs to; NULL: a free function
    AstGenerics generics;
    AstGenerics owner_generics; // `Vec<T: Eq>.f`: the owner's arguments that bring a bound along
    AstParams params;
    AstFroms from;
    AstClauses clauses; // requires, ensures
    AstStmt *body;      // a BLOCK; NULL: declared only
} AstFn;

typedef struct AstInterface {
    AstGenerics generics;
    AstTypes bases;
    AstItems fns; // FNs, mostly without a body
} AstInterface;

typedef struct AstContract {
    AstGenerics generics;
    AstTypes bases;
    VEC(AstMessage) messages;
    VEC(AstState) states; // the first is where a channel starts
} AstContract;

typedef struct AstGrant { // io_port(0x3f8, 8), exit
    AstName name;
    AstArgs args;
    Span span;
} AstGrant;

typedef struct AstLimits { // heap 4 MiB, stack 64 KiB, threads 2, cpu 25, time 10 s
    AstExpr *heap;         // NULL: the default
    AstExpr *stack;
    AstExpr *threads;
    AstExpr *cpu;
    AstExpr *time;
} AstLimits;

typedef struct AstSip {
    AstParams params;
    VEC(AstGrant) grants;
    AstLimits limits;
    AstStmt *body; // a BLOCK
} AstSip;

typedef struct AstTest {
    Str title;
    AstLimits limits;
    AstStmt *body;
} AstTest;

typedef struct AstInstance { // sip echo = Echo(out: serial.console) restart 3;
    Str doc;
    AstName name;
    AstPath program;
    AstArgs args;
    AstExpr *restart; // NULL: never
    bool trusted;     // may use DMA without an IOMMU
    bool on_demand;   // program worker = Worker(client: given);
    Span span;
} AstInstance;

typedef struct AstSetting AstSetting;
typedef VEC(AstSetting) AstSettings;

struct AstSetting { // version = "0.1.0";   profile release { ... }
    AstName name;
    AstName title;  // the second word before a brace; absent: name 0
    AstExpr *value; // NULL: `settings` instead
    AstSettings *settings;
    Span span;
};

struct AstItem {
    AstItemKind kind;
    Span span;
    Str doc; // the `///` lines above it, without the slashes; empty: none
    AstAttrs attrs;
    bool is_pub;
    AstName name; // absent in IMPORT and TEST
    union {
        AstPath import;
        struct {
            AstType *type;
            AstExpr *value;
        } constant;
        AstStruct structure;
        AstEnum enumeration; // ENUM FLAGS
        AstInterface interface;
        AstContract contract;
        AstFn fn;
        AstSip sip;
        struct {
            VEC(AstInstance) sips;
        } system;
        AstTest test;
        AstSettings package;
    };
};

// --- the file ----------------------------------------------------------------------------------------

typedef struct Ast {
    FileId file;
    Str doc;         // the `///` lines above `module`
    AstPath module;  // absent: the file has no `module` line
    AstItems items;  // in the order of the text
    bool broken;     // something was reported while this was read
    bool unreadable; // and too much is missing to check the rest
} Ast;

// --- spelling ----------------------------------------------------------------------------------------

const char *ast_op_text(AstOp op, AstFamily family); // "+%"
const char *ast_unary_text(AstUnaryOp op);           // "&"
const char *ast_scalar_text(AstScalar scalar);       // "usize"

// A type as the programmer would write it, qualifiers unnested again.
void ast_type_print(FILE *out, const AstType *type, const Names *names);

// The whole tree as s-expressions, one item, statement or case a line: for tests and for the curious.
void ast_dump(FILE *out, const Ast *ast, const Names *names);

#endif
