// HIR: what a legal program is. Named, typed, owned, contracts kept.
//
// check/ makes it from the AST, lower/ turns it into SIR. Everything that the language leaves unsaid is said here: each
// implicit conversion, which uses copy and which move, which function a call means, which states lie between messages.
// Two things are left to lower/: where drops go (HIR has none; lower/ places them by data flow on SIR), and the order in
// which borrows are taken in a call (see HIR_CALL).
//
// Everything lives in the arena of the session and refers by pointer. An expression or type that could not be
// made is HIR_ERROR; it has been reported, and whoever meets one is silent. A program with errors is never lowered.
//
// The tour: types, contracts, declarations, expressions, patterns, statements, the program.

#ifndef HIR_HIR_H
#define HIR_HIR_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "source/source.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct HirType HirType;
typedef struct HirStruct HirStruct;
typedef struct HirEnum HirEnum;
typedef struct HirContract HirContract;
typedef struct HirFn HirFn;
typedef struct HirExpr HirExpr;
typedef struct HirStmt HirStmt;
typedef struct HirLocal HirLocal;

// --- types: interned, so that equal types are the same pointer ---------------------------------------------------

typedef enum HirTypeKind {
    HIR_TYPE_ERROR,
    HIR_TYPE_VOID,
    HIR_TYPE_BOOL,
    HIR_TYPE_CHAR,
    HIR_TYPE_I8,
    HIR_TYPE_I16,
    HIR_TYPE_I32,
    HIR_TYPE_I64,
    HIR_TYPE_ISIZE,
    HIR_TYPE_U8,
    HIR_TYPE_U16,
    HIR_TYPE_U32,
    HIR_TYPE_U64,
    HIR_TYPE_USIZE,
    HIR_TYPE_F32,
    HIR_TYPE_F64,
    HIR_TYPE_JOIN,    // of the local of a JOIN
    HIR_TYPE_IO_PORT, // devices, in the order of their grants
    HIR_TYPE_IO_MEMORY,
    HIR_TYPE_IRQ,
    HIR_TYPE_DMA,
    HIR_TYPE_NEVER, // of an expression that does not come back: `fault("...")`
    HIR_TYPE_ARRAY, // T[N]
    HIR_TYPE_STRUCT,
    HIR_TYPE_ENUM,
    HIR_TYPE_OPTION, // T?: as an enum, variant 0 is none and variant 1 is some(T)
    HIR_TYPE_PTR,    // own T*, T*, const T*, gc T*
    HIR_TYPE_SLICE,  // own T[], T[], const T[], gc T[], static const T[]
    HIR_TYPE_GROW,   // own T[..]
    HIR_TYPE_VECTOR, // T[..N]
    HIR_TYPE_STR,    // own str, str (mode CONST), static str
    HIR_TYPE_FN,
    HIR_TYPE_REF_FN, // ref fn R(A): of parameters only; second-class, and what it captures is not part of it
    HIR_TYPE_ATOMIC,   // atomic<T>: what a shared borrow may change
    HIR_TYPE_MUTEX,    // mutex<T>: what a shared borrow may lock
    HIR_TYPE_GUARD,    // of the local of a LOCK, which leads to the T
    HIR_TYPE_ENDPOINT, // C.imp:S
    HIR_TYPE_SET,      // endpoints<C.imp:S>, endpoints<C.imp:S, T>
    HIR_TYPE_PARAM,    // T of a generic declaration, only while the declaration itself is checked
} HirTypeKind;

typedef enum HirMode { HIR_OWN, HIR_MUT, HIR_CONST, HIR_GC, HIR_STATIC } HirMode;
typedef enum HirSide { HIR_IMP, HIR_EXP } HirSide; // importer (client), exporter (server)

typedef struct HirFrom { // a second-class result borrows from this parameter
    uint32_t param;
    bool deep; // from the borrows inside it
} HirFrom;

typedef struct HirSig {
    VEC(const HirType *) params;
    VEC(uint32_t) promises; // per parameter: the state promised at return, or HIR_NO_STATE
    const HirType *result;
    VEC(HirFrom) from; // sorted by parameter
} HirSig;

#define HIR_NO_STATE UINT32_MAX
#define HIR_ANY_STATE \
    (UINT32_MAX - 2) // of an endpoint of which only the contract is known, at run time

typedef struct HirParam { // of a generic declaration
    Name name;
    bool is_plain, is_sendable; // it is bound to be
    bool is_ref;                // it may stand for what holds borrows
    bool is_lent;               // and then for a `ref struct` only
    const void *bounds;         // what check/ knows of it
} HirParam;

typedef struct HirSymbol { // a constant that is not known while a generic declaration is checked
    const char *text;
    uint32_t number;
} HirSymbol;

struct HirType {
    HirTypeKind kind;
    HirMode mode; // PTR SLICE GROW STR; GUARD: MUT
    const HirType
        *elem; // ARRAY OPTION PTR SLICE GROW VECTOR ATOMIC MUTEX GUARD; SET: NULL without values
    uint64_t count;              // ARRAY VECTOR; 1 if it is not known
    const HirSymbol *symbol;     // what it is then; else NULL
    const HirStruct *structure;  // STRUCT
    const HirEnum *enumeration;  // ENUM
    const HirContract *contract; // ENDPOINT SET
    HirSide side;
    uint32_t state;        // row of the contract's states, or HIR_ANY_STATE
    const HirSig *sig;     // FN REF_FN
    const HirParam *param; // PARAM
    uint32_t number;       // in order of making: for deterministic tables
};

// What follows from structure alone. Ask after all declarations of the program have been completed.
bool hir_type_is_plain(const HirType *type
); // copies: nothing inside is an owner, endpoint or exclusive borrow
bool hir_type_is_owner(const HirType *type); // something inside must be consumed exactly once
bool hir_type_is_second_class(const HirType *type); // a borrow is inside
bool hir_type_is_lent(const HirType *type
); // a borrow may lead to it: it is first-class, or a `ref struct`
bool hir_type_is_sendable(const HirType *type);  // may cross a channel
bool hir_type_is_movable(const HirType *type);   // may go to another thread
bool hir_type_is_shareable(const HirType *type); // several threads may reach it at once
bool hir_type_has_endpoint(const HirType *type);
bool hir_type_is_managed(const HirType *type); // a managed pointer or slice is inside
bool hir_type_is_opaque(const HirType *type);  // a PARAM is somewhere in it
bool hir_type_is_indexed(const HirType *type); // ARRAY SLICE GROW VECTOR
bool hir_type_is_device(const HirType *type);
bool hir_type_is_integer(const HirType *type);
bool hir_type_is_signed(const HirType *type);
bool hir_type_is_float(const HirType *type);
bool hir_type_is_scalar(const HirType *type); // bool, char, integers, floats
uint32_t hir_type_bits(const HirType *type);  // of a scalar; isize and usize have 64

typedef struct HirTypes HirTypes; // the table that interns
HirTypes *hir_types_new(Arena *arena, Names *names);
const HirType *hir_type_simple(HirTypes *types, HirTypeKind kind); // ERROR .. NEVER
const HirType *hir_type_array(HirTypes *types, const HirType *elem, uint64_t count);
const HirType *hir_type_unknown(
    HirTypes *types, HirTypeKind kind, const HirType *elem, const HirSymbol *count
); // ARRAY VECTOR
const HirType *hir_type_option(HirTypes *types, const HirType *elem);
const HirType *hir_type_ptr(HirTypes *types, HirMode mode, const HirType *elem);
const HirType *hir_type_slice(HirTypes *types, HirMode mode, const HirType *elem);
const HirType *hir_type_grow(HirTypes *types, const HirType *elem);
const HirType *hir_type_vector(HirTypes *types, const HirType *elem, uint64_t count);
const HirType *hir_type_str(HirTypes *types, HirMode mode);
const HirType *hir_type_shared(HirTypes *types, HirTypeKind kind, const HirType *elem);
const HirType *hir_type_guard(HirTypes *types, const HirType *elem);
const HirType *hir_type_struct(HirTypes *types, const HirStruct *structure);
const HirType *hir_type_enum(HirTypes *types, const HirEnum *enumeration);
const HirType *hir_type_endpoint(
    HirTypes *types, const HirContract *contract, HirSide side, uint32_t state
);
const HirType *hir_type_set(
    HirTypes *types, const HirType *endpoint, const HirType *value
);                                                                   // value: NULL for none
const HirType *hir_type_member(HirTypes *types, const HirType *set); // the endpoint's
const HirType *hir_type_fn(HirTypes *types, const HirSig *sig);
const HirType *hir_type_ref_fn(HirTypes *types, const HirSig *sig); // the same `sig` as of the FN
const HirType *hir_type_param(HirTypes *types, const HirParam *param);
const char *hir_type_text(HirTypes *types, const HirType *type); // as the programmer writes it

// --- contracts ---------------------------------------------------------------------------------------------------

typedef struct HirArg {
    Name name;
    const HirType *type;
    uint64_t limit; // `own u8[<= N]`: N; else UINT64_MAX
    Span span;
} HirArg;

typedef struct HirMessage {
    Name name;
    bool is_in; // importer to exporter
    VEC(HirArg) args;
    Str doc;
    Span span;
} HirMessage;

typedef struct HirChoice {
    uint32_t message, next; // rows of the contract
    Span span;
} HirChoice;

typedef struct HirState { // also the states between messages, named `Ready.connect`
    Name name;
    bool is_end;
    bool is_implicit;
    bool is_root;           // an endpoint type or a `channel` names it
    bool is_overridden;     // inherited, and declared again with more alternatives
    VEC(HirChoice) choices; // one direction only
    Str doc;
    Span span;
} HirState;

struct HirContract {
    Name name, module;
    Span span;
    Str doc;
    const HirContract *base; // NULL: none
    VEC(HirMessage) messages;
    VEC(HirState) states;         // the first is where a channel starts
    uint32_t inherited_messages;  // the base's come first, in the same rows,
    uint32_t inherited_states;    // with those in between
    uint32_t in_bound, out_bound; // most messages outstanding, per direction
    bool
        is_param; // what a parameter of a generic declaration stands for there: only the first state is known
    bool is_opaque;           // it, or an instance over a parameter
    bool has_args, has_roots; // the base's have been taken over
    bool broken;              // reported
    uint32_t number;
};

// --- declarations --------------------------------------------------------------------------------------------------

typedef enum HirOrder { HIR_NATIVE, HIR_LITTLE, HIR_BIG } HirOrder;

typedef struct HirField {
    Name name;
    const HirType *type;
    HirExpr *value; // default, constant; NULL: none
    bool is_pub;
    HirOrder order; // of a wire struct's field that is not made of single bytes
    Span span;
} HirField;

typedef VEC(HirField) HirFields;

typedef struct HirAnswers { // what has been found out about an inline part of a declaration
    bool settled;           // its fields are known, and those of all inside are
    uint8_t known, holds;   // a bit for each question
    uint64_t size;          // in bytes, plus one; 0: not known
    uint32_t align;         // where the size is known
} HirAnswers;

struct HirStruct {
    Name name, module;
    Span span;
    Str doc;
    bool is_ref; // may hold borrows: a `ref struct`, a tuple
    bool
        by_parts; // and is as good as a borrow only if a part is: a tuple, an instance of one with `ref` parameters
    bool is_wire;   // byte-exact: without padding, and aligned to 1
    bool is_opaque; // an instance over a PARAM
    HirFields fields;
    HirFn *invariant,
        *checked; // what tests a value, and what hands on one that is new; NULL: it has none
    bool broken;
    uint32_t number;
    HirAnswers answers;
};

typedef struct HirVariant {
    Name name;
    uint64_t value; // plain: the integer; else its row
    HirFields fields;
    Span span;
} HirVariant;

struct HirEnum {
    Name name, module;
    Span span;
    Str doc;
    bool is_plain; // no payloads
    bool is_flags; // plain, and its values are bits that can be combined
    bool is_opaque;
    const HirType *repr; // plain: its integer type
    VEC(HirVariant) variants;
    bool broken;
    uint32_t number;
    HirAnswers answers;
};

typedef struct HirConst {
    Name name, module;
    const HirType *type;
    HirExpr *value; // folded: see HIR_LITERAL and below
    Span span;
    bool broken;
    bool is_named; // of a block: something names it
    uint32_t number;
} HirConst;

// How the function of a closure gets at what lies outside: a parameter of its own for each place.
typedef enum HirCapture {
    HIR_CAPTURE_NONE,
    HIR_CAPTURE_PLACE,    // PTR to it: exclusive if the closure changes it
    HIR_CAPTURE_ELEMENTS, // of an exclusively borrowed slice: the slice, borrowed again
    HIR_CAPTURE_VALUE,    // of something plain that is second-class: a copy
    HIR_CAPTURE_FN,       // a `ref fn`, passed on
} HirCapture;

struct HirLocal {
    Name name; // 0: made by check/
    const HirType *type;
    Span span;
    bool is_param;
    HirCapture capture;   // of a parameter behind those that the closure declares
    const char *captured; // how the place outside is written
    bool is_changed;      // of a capture: what is there is changed, moved or borrowed exclusively
    bool is_named;        // the program names it, if only to look it up
    bool is_stated;       // its type is written, not taken from its value
    uint32_t mentions;    // how often it stands in an expression
    uint32_t number;      // row of the function's locals
};

struct HirFn {
    Name name, module;
    const HirType *owner; // `T Owner.f(...)`: Owner; NULL: free
    const char *path;     // "std.text.Line.byte": for backtraces
    Span span;
    Str doc;
    bool is_pub;
    bool is_inline, is_noinline, is_cold; // hints
    HirSig sig;
    VEC(HirLocal *) locals;  // parameters first
    HirStmt *body;           // a BLOCK
    const HirFn *around;     // of a closure: the function that it stands in
    VEC(HirExpr *) closures; // CLOSUREs in the body that have a function of their own
    bool broken;
    uint32_t number;
};

typedef enum HirGrantKind {
    HIR_GRANT_IO_PORT,
    HIR_GRANT_IO_MEMORY,
    HIR_GRANT_IRQ,
    HIR_GRANT_DMA,
    HIR_GRANT_EXIT
} HirGrantKind;

typedef struct HirGrant {
    HirGrantKind kind;
    uint64_t base, length;
    Span span;
} HirGrant;

typedef struct HirSip {
    Name name, module;
    Span span;
    Str doc;
    HirFn *main; // its parameters are the wires
    VEC(HirGrant) grants;
    uint64_t heap, stack; // bytes
    uint32_t threads;
    uint32_t cpu;  // per cent of one CPU
    uint64_t time; // nanoseconds of CPU time, in all
} HirSip;

typedef struct HirTest { // test "title" { }: a process of its own
    Str title;
    Name module;
    HirSip *sip;
    Span span;
} HirTest;

typedef enum HirWireKind {
    HIR_WIRE_ERROR,
    HIR_WIRE_OFFERED,
    HIR_WIRE_TAKEN,
    HIR_WIRE_MACHINE,
    HIR_WIRE_TEXTS,   // `own own str[] args`
    HIR_WIRE_DEVICE,  // what the process's `uses` says
    HIR_WIRE_PROGRAM, // to the kernel, which starts `instance`
    HIR_WIRE_GIVEN,   // of what is started on demand: its starter gives it
} HirWireKind;

typedef struct
    HirWire { // one per parameter of the program, in order; OFFERED knows its other end after wiring
    HirWireKind kind;
    uint32_t instance, param; // the other end: TAKEN, and OFFERED once taken; PROGRAM: instance
    Name service;             // MACHINE
    bool gives;     // the other end is delivered by a `Wire`, of channels that the kernel makes
    VEC(Str) texts; // TEXTS; no NUL in them
    Span span;
} HirWire;

typedef struct HirInstance {
    Name name;
    const HirSip *program;
    VEC(HirWire) wires;
    uint32_t restart;
    bool trusted;   // its devices may reach any memory
    bool on_demand; // not started with the system, but by those that are wired to it
    Span span;
} HirInstance;

typedef struct HirSystem {
    Name name, module;
    Span span;
    VEC(HirInstance) instances;
} HirSystem;

// --- expressions -----------------------------------------------------------------------------------------------------

typedef enum HirFamily { HIR_TRAP, HIR_WRAP, HIR_SAT, HIR_OPT } HirFamily;

typedef enum HirOp {
    HIR_ADD,
    HIR_SUB,
    HIR_MUL,
    HIR_DIV,
    HIR_REM,
    HIR_SHL,
    HIR_SHR, // integers by family; floats (no shifts) have none
    HIR_BIT_AND,
    HIR_BIT_OR,
    HIR_BIT_XOR, // integers, bool
    HIR_EQ,
    HIR_NE,
    HIR_LT,
    HIR_LE,
    HIR_GT,
    HIR_GE, // scalars, plain enums; EQ and NE also str and u8 slices by content
    HIR_AND,
    HIR_OR, // short-circuit
    HIR_NEG,
    HIR_NOT,
    HIR_BIT_NOT, // unary; NOT is of bool
} HirOp;

typedef enum HirBuiltin {
    HIR_BUILTIN_SLICE_SWAP,    // place, i, j
    HIR_BUILTIN_SLICE_REPLACE, // place, i, value: the old element
    HIR_BUILTIN_SLICE_COPY,    // place, place: copies plain elements
    HIR_BUILTIN_SLICE_FILL,    // place, value
    HIR_BUILTIN_SLICE_MOVE,    // place, from, to, count: copies plain elements within it
    HIR_BUILTIN_SPLIT_AT,      // place, i: tuple of two slices, both exclusive or both shared
    HIR_BUILTIN_SPLIT_FIRST,   // place: option of a tuple of a pointer and a slice, of one mode
    HIR_BUILTIN_REPLACE,       // place, value: the old value
    HIR_BUILTIN_SWAP,          // place, place
    HIR_BUILTIN_GET,           // place, i: option of const T*
    HIR_BUILTIN_GET_MUT,       // place, i: option of T*
    HIR_BUILTIN_SUB,           // place, i, j: option of const T[]
    HIR_BUILTIN_STR_OF,        // place of u8 slice: option of str
    HIR_BUILTIN_BYTES_OF,      // place of str: const u8[]
    HIR_BUILTIN_GROW_NEW,      // empty, of a growable or vector type
    HIR_BUILTIN_PUSH,          // place, value
    HIR_BUILTIN_POP,           // place: option of the element
    HIR_BUILTIN_INSERT,        // place, i, value
    HIR_BUILTIN_REMOVE,        // place, i: the element
    HIR_BUILTIN_TRUNCATE,      // place, length
    HIR_BUILTIN_APPEND,        // place, place of a slice: copies plain elements
    HIR_BUILTIN_TAKE, // place of a slice or an option that holds borrows: leaves an empty one, or none
    HIR_BUILTIN_RESERVE,     // place, how many more
    HIR_BUILTIN_TRY_RESERVE, // the same; bool: whether there is room
    HIR_BUILTIN_SEAL,        // growable value: own T[]
    HIR_BUILTIN_LEN,         // place: usize
    HIR_BUILTIN_ADDRESS,     // place of slice, str or pointer: u64
    HIR_BUILTIN_IS_NONE,     // place of an option: bool
    HIR_BUILTIN_IS_CLOSED,   // place of endpoint: bool
    HIR_BUILTIN_ERASE, // endpoint: the same of any contract; its type's state is the one that it is in
    HIR_BUILTIN_RECOVER, // endpoint of any contract: option of a typed one; closed if it is another
    HIR_BUILTIN_SET_NEW, // an empty set
    HIR_BUILTIN_SET_ADD, // place of set, endpoint, and its value where the set keeps some
    HIR_BUILTIN_SET_TAKE, // place of set: option of an endpoint, or of a tuple of it and its value
    HIR_BUILTIN_DEVICE_READ,     // place of device, offset: unsigned
    HIR_BUILTIN_DEVICE_WRITE,    // place of device, offset, value
    HIR_BUILTIN_DEVICE_COPY_IN,  // place of device, offset, place of bytes that are changed
    HIR_BUILTIN_DEVICE_COPY_OUT, // place of device, offset, place of bytes
    HIR_BUILTIN_DEVICE_ADDRESS,  // place of DMA memory: u64
    HIR_BUILTIN_DEVICE_LISTEN,   // irq: endpoint at which its interrupts come
    HIR_BUILTIN_UPCAST,          // endpoint: the same, of a contract that its own inherits from
    HIR_BUILTIN_CLZ,
    HIR_BUILTIN_CTZ,
    HIR_BUILTIN_POPCOUNT, // value: u32
    HIR_BUILTIN_BYTESWAP, // value
    HIR_BUILTIN_ROTL,
    HIR_BUILTIN_ROTR,         // value, u32
    HIR_BUILTIN_MUL_HIGH,     // integer, the same type
    HIR_BUILTIN_SQRT,         // float
    HIR_BUILTIN_ENUM_OF,      // integer: option of the plain enum `type->elem`
    HIR_BUILTIN_REPR_OF,      // plain enum: its integer
    HIR_BUILTIN_WIRE_VIEW,    // place of u8 slice: option of const H*, H a wire struct
    HIR_BUILTIN_SHARE,        // value: an atomic or a mutex around it
    HIR_BUILTIN_ATOMIC_LOAD,  // place
    HIR_BUILTIN_ATOMIC_STORE, // place, value
    HIR_BUILTIN_ATOMIC_ADD,   // place, value: the old value; wraps
    HIR_BUILTIN_ATOMIC_SWAP,  // place, value: the old value
    HIR_BUILTIN_ATOMIC_CAS,   // place, expected, value: bool
} HirBuiltin;

// The kinds above the line are places: they name memory and are only operands of what is below it that takes a
// place. The kinds below are values, each evaluated once, from left to right.
typedef enum HirExprKind {
    HIR_ERROR,
    // places
    HIR_LOCAL,    // local
    HIR_CONSTANT, // constant: a module constant, never changed or moved out of
    HIR_FIELD,    // base.field: base is a place of struct type
    HIR_DEREF,    // *base: base is a place that holds a PTR
    HIR_INDEX,    // base[index]: base is a place of an indexed type; index a u64-like value; traps
    HIR_TEMP,     // a place for the value `base`, until the end of the statement
    // values
    HIR_COPY,   // of place `base`, which is plain
    HIR_MOVE,   // of place `base`, an owner or exclusive borrow; the place is empty afterwards
    HIR_BORROW, // &base: PTR of mode `mode` (MUT or CONST) to place `base`; lending and reborrowing are BORROW of a DEREF
    HIR_VIEW,   // the whole of place `base` (ARRAY, SLICE, STR) as SLICE or STR of mode `mode`
    HIR_SUBVIEW, // base[lo..hi]; lo or hi NULL: the end of it; traps
    HIR_LITERAL, // bits: integers (sign-extended), bool, char, plain enums; floats as their IEEE pattern in 64 bits
    HIR_STR_LIT,    // text: static str, or static const u8[]
    HIR_NONE,       // none of option `type`
    HIR_SOME,       // some(base)
    HIR_VARIANT,    // enum value: variant `row` with `args`
    HIR_STRUCT_LIT, // args in order of the text, rows[i] the field of args[i]; every field is there
    HIR_ARRAY_LIT,  // args
    HIR_LISTED,     // GROW or VECTOR that holds args, which fit
    HIR_REPEAT,     // args, and every element behind them is `base`, a plain value
    HIR_NEW, // own T* or gc T* of value base; of family OPT: an option of it, none without memory
    HIR_NEW_ARRAY, // own T[] or gc T[]: `lo` elements (u64-like): args, and each behind them the plain value base; of family OPT as above.
    // Without a base they are all listed, and may own something
    HIR_NEW_COPY, // own T[] or own str: a copy of what place `base` (slice of plain T, or str) shows; of family OPT as above
    HIR_UNARY,    // op, family, base
    HIR_BINARY,   // op, family, args[0], args[1]; operands have the type that the operation has
    HIR_CAST,     // (type)base between scalars, family; OPT gives an option
    HIR_WIDEN,    // value-preserving
    HIR_CALL, // fn, args. Arguments that are BORROW, VIEW or SUBVIEW of a place are taken last, just before the call, in their
              // order, their index values first: `push(&v, v.len)` works [24]
    HIR_CALL_VALUE, // base is a function value, or a place: a local of type REF_FN; args
    HIR_KCALL,      // kernel call `row` of kcalls.def; args
    HIR_BUILTIN,    // builtin, args
    HIR_TERNARY,    // args[0] ? args[1] : args[2]
    HIR_ELSE, // option value `base`, else value `args[0]`, or the statement `leave`, which does not come back. With `local`, base is
    // an enum of two variants with one value each: that of variant `row` goes on, the other's is bound for `leave`
    HIR_FORCE,      // option value `base`; none traps (NONE_FORCED)
    HIR_FORCE_LEND, // PTR of mode `mode` to what is in the option at place `base`; none traps
    HIR_FN_REF,     // fn as a value
    HIR_CLOSURE, // what a parameter of type REF_FN gets, only as an argument of a CALL: `fn` with `args` for its captures, which
    // are taken like those of the call; or `base`, a function value, or a local of type REF_FN that is passed on
    HIR_FAULT, // ends the SIP (EXPLICIT); type NEVER
} HirExprKind;

// Most of what there is of a large program: what no kind has together shares its place.
struct HirExpr {
    HirExprKind kind : 8;
    HirMode mode     : 8; // BORROW VIEW SUBVIEW
    HirOp op         : 8;
    HirFamily family : 8;
    Span span;
    const HirType *type; // of a place: of what it holds
    HirExpr *base;
    VEC(HirExpr *) args;
    union {
        struct {
            union {
                HirExpr *index;           // INDEX
                HirExpr *lo;              // SUBVIEW NEW_ARRAY
                uint64_t bits;            // LITERAL
                uint32_t *rows;           // STRUCT_LIT
                HirLocal *local;          // LOCAL ELSE
                const HirConst *constant; // CONSTANT
                const HirFn *fn;          // CALL FN_REF CLOSURE
            };
            union {
                HirExpr *hi;    // SUBVIEW
                HirStmt *leave; // ELSE
                const HirSymbol
                    *symbol; // of a LITERAL that is not known, which is never lowered; else NULL
            };
        };
        Str text; // STR_LIT
    };
    // FIELD: field; VARIANT; KCALL; ELSE; BUILTIN SPLIT_*: 1 if the local that is split is not used again
    uint32_t row;
    HirBuiltin builtin;
};

_Static_assert(sizeof(HirExpr) <= 72, "a large program has four of them a line");

bool hir_expr_is_place(const HirExpr *expr);

// What only some kinds have, of any; NULL: it has none. For who walks over all of them.
static inline HirExpr *hir_expr_lo(const HirExpr *expr) { // an index too
    bool has = expr->kind == HIR_INDEX || expr->kind == HIR_SUBVIEW || expr->kind == HIR_NEW_ARRAY;
    return has ? expr->lo : NULL;
}

static inline HirExpr *hir_expr_hi(const HirExpr *expr) {
    return expr->kind == HIR_SUBVIEW ? expr->hi : NULL;
}

static inline HirStmt *hir_expr_leave(const HirExpr *expr) {
    return expr->kind == HIR_ELSE ? expr->leave : NULL;
}

static inline const HirSymbol *hir_expr_symbol(const HirExpr *expr) {
    return expr->kind == HIR_LITERAL ? expr->symbol : NULL;
}

bool hir_builtin_changes(HirBuiltin builtin); // something that stands in a place

// Every expression in a body, those around others first. `around` is the one that it is a part of; NULL: a statement.
typedef void HirVisit(void *context, HirExpr *expr, const HirExpr *around);
void hir_visit_stmt(HirStmt *stmt, HirVisit *visit, void *context);

// --- patterns ----------------------------------------------------------------------------------------------------------

typedef enum HirPatternKind {
    HIR_PATTERN_WILD,
    HIR_PATTERN_VALUE,   // `value`: a literal
    HIR_PATTERN_RANGE,   // `value` up to and with `last`, both literals
    HIR_PATTERN_BIND,    // `local`, by `bind`
    HIR_PATTERN_VARIANT, // `row` of an enum or option, with `args` for its payload (all of it)
    HIR_PATTERN_TUPLE,   // `args` for its parts; `row` is 0
} HirPatternKind;

typedef enum HirBind { HIR_BIND_COPY, HIR_BIND_MOVE, HIR_BIND_CONST, HIR_BIND_MUT } HirBind;

typedef struct HirPattern HirPattern;

struct HirPattern {
    HirPatternKind kind;
    Span span;
    const HirType *type; // of what is matched
    HirExpr *value, *last;
    HirLocal *local;
    HirBind bind;
    uint32_t row;
    VEC(HirPattern *) args; // VARIANT TUPLE
};

// --- statements -----------------------------------------------------------------------------------------------------------

typedef enum HirStmtKind {
    HIR_STMT_ERROR,
    HIR_STMT_BLOCK, // stmts: a scope; its LETs and receives declare what ends with it
    HIR_STMT_LET,   // local = value; value NULL: without a value yet
    HIR_STMT_EXPR,  // value, whose result is dropped
    HIR_STMT_ASSIGN, // place = value. The place's indexes first, then the value, then what it owned is dropped
    HIR_STMT_UPDATE, // place op= value (family): the place is evaluated once
    HIR_STMT_IF,     // cond, then, otherwise (may be NULL); `looks`: locals that cond only looks at
    HIR_STMT_LOOP, // while cond (NULL: for ever) { then } with `step` (may be NULL) after each round, also after `continue`.
                   // `is_do`: the test comes after the round
    HIR_STMT_SWITCH, // subject: a place (its parts may be bound) or a value; arms in order; covers everything
    HIR_STMT_RECEIVE,  // arms; waits until one is ready
    HIR_STMT_BREAK,    // out of `target`: a LOOP, SWITCH or RECEIVE around it
    HIR_STMT_CONTINUE, // the next round of `target`, a LOOP
    HIR_STMT_RETURN,   // value; NULL: none
    HIR_STMT_DEFER, // then: runs at every exit of the enclosing block, after a result is evaluated; holds no exit itself
    HIR_STMT_ASSERT,  // cond; traps (ASSERT) and says `text`
    HIR_STMT_CHANNEL, // imp, exp = the ends of a new channel of `contract` in `state`
    HIR_STMT_SEND, // place.message(args): the endpoint's state advances; peer gone: the arguments are dropped
    HIR_STMT_CLOSE, // value: an endpoint
    HIR_STMT_LOCK,  // local = the guard of mutex `place`; then { }; unlocked on every way out
    HIR_STMT_JOIN,  // local = a join; then { }; on every way out its threads have ended
    HIR_STMT_SPAWN, // a thread that makes the call `value`; of the join `local`, or NULL
} HirStmtKind;

typedef struct HirArm {         // of a SWITCH
    VEC(HirPattern *) patterns; // any of them; empty: default
    HirExpr *guard;             // bool; NULL: none. Bindings by move happen after it
    bool
        is_put_back; // the guard uses an exclusive borrow out of a payload: it is taken, and put back behind the guard
    HirStmt *body; // a BLOCK
    Span span;
} HirArm;

typedef struct HirHead { // one thing that comes
    bool closed;         // the peer's end; else a message
    HirExpr *from;       // a place: the endpoint, or the set
    uint32_t message;    // row in its contract
    Span span;
} HirHead;

typedef enum HirComing {
    HIR_COMES, // what the heads say, all at once
    HIR_COMES_TIMEOUT,
    HIR_COMES_NEVER, // no other arm can be taken any more
    HIR_COMES_REST, // `default`: any of the heads, which have no arm; the walk over ways finds them. Binds nothing
} HirComing;

typedef struct HirReceiveArm {
    HirComing kind;
    VEC(HirHead) heads; // COMES REST
    VEC(HirLocal *)
    binds; // one per argument of the messages, head after head; behind those of a set the endpoint, and its value if it
           // keeps some. NULL where it is not bound and just dropped
    HirExpr *timeout;   // TIMEOUT: u64 nanoseconds
    HirStmt *body;      // a BLOCK; NULL: traps (closed), or nothing for a message
    bool binds_outside; // a `receive` statement: the binds live in the enclosing block
    bool is_partial;    // every case of it has a guard: it does not cover what comes
    Span span;
} HirReceiveArm;

static inline bool hir_arm_is_closed(const HirReceiveArm *arm) { // a single `closed`
    return arm->kind == HIR_COMES && arm->heads.len == 1 && arm->heads.data[0].closed;
}

static inline bool hir_head_is_of_set(const HirHead *head) {
    return head->from->type->kind == HIR_TYPE_SET;
}

struct HirStmt { // as HirExpr: what no kind has together shares its place
    HirStmtKind kind : 8;
    HirOp op         : 8;
    HirFamily family : 8;
    bool is_do;
    Span span;
    union {
        HirExpr *place, *cond; // `cond` of IF LOOP ASSERT
    };
    HirExpr *value;
    HirStmt *then;
    union {
        HirStmt *otherwise, *step; // `step` of LOOP
    };
    HirLocal *local;
    union {
        struct { // BLOCK
            VEC(HirStmt *) stmts;
            Span end; // its closing brace, where what it declares ends
        };
        struct { // SEND
            VEC(HirExpr *) args;
            uint32_t message;
        };
        struct { // CHANNEL
            const HirContract *contract;
            HirLocal *imp, *exp;
            uint32_t state;
        };
        VEC(HirArm) arms;            // SWITCH
        VEC(HirReceiveArm) receives; // RECEIVE
        VEC(HirLocal *) looks;       // IF
        HirStmt *target;             // BREAK CONTINUE
        Str text;                    // ASSERT: printable, at most SEAL_MOST_TRAP_TEXT; may be empty
    };
};

_Static_assert(sizeof(HirStmt) <= 88, "a large program has one of them a line");

// Calls `expr` and `stmt` (either may be NULL) with each expression and statement in a body, those around before those
// inside. Patterns and the endpoints' binds are not walked: they hold neither.
typedef struct HirWalk {
    void *context;
    void (*expr)(void *context, const HirExpr *expr);
    void (*stmt)(void *context, const HirStmt *stmt);
} HirWalk;

void hir_walk_stmt(const HirWalk *walk, const HirStmt *stmt); // `stmt` may be NULL
void hir_walk_expr(const HirWalk *walk, const HirExpr *expr); // `expr` may be NULL

// --- the program -------------------------------------------------------------------------------------------------------------

typedef struct HirProgram {
    Arena *arena;
    Names *names;
    HirTypes *types;
    const SourceMap *map;
    VEC(HirStruct *) structs; // all in order of the modules and their text
    VEC(HirEnum *) enums;
    VEC(HirContract *) contracts;
    VEC(HirConst *) consts;
    VEC(HirFn *) fns; // also the mains of the sips
    VEC(HirSip *) sips;
    VEC(HirSystem *) systems;
    VEC(HirTest) tests;
} HirProgram;

#endif
