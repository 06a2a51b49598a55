// SIR, the verifiable intermediate representation: what a module is. No opinions.
//
// One module is one SIP, whole and monomorphic. Everything that can be written to disk refers by index,
// so that the text form, the binary form and the judge speak of the same things. The instruction set is
// contracts/sir/ops.def, the types contracts/sir/types.def; docs/sir.md is the manual.
//
// A module built here may be nonsense: well-formedness is the verifier's first question, and the readers
// promise only that every count is honest, so that nobody walks out of an array.

#ifndef SIR_SIR_H
#define SIR_SIR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- indices -----------------------------------------------------------------------------------------

typedef uint32_t SirType;     // row of SirModule.types; scalars are at their SIR_TYPE_* number
typedef uint32_t SirContract; // row of SirModule.contracts
typedef uint32_t SirState;    // row of SirContractInfo.states, or SIR_STATE_CLOSED / SIR_STATE_ANY
typedef uint32_t SirConst;    // row of SirModule.consts
typedef uint32_t SirFunc;     // row of SirModule.funcs
typedef uint32_t SirLocal;    // row of SirFuncInfo.locals; parameters come first
typedef uint32_t SirBlock; // row of SirFuncInfo.blocks; block 0 is the entry and has no predecessor
typedef uint32_t SirFile;  // row of SirModule.files

#define SIR_NONE UINT32_MAX // no such row
#define SIR_STATE_CLOSED \
    0xfffffffeu                   // the peer is known to be gone: sends drop, receives say `closed`
#define SIR_STATE_ANY 0xfffffffdu // C.any.imp: only the digest is known

// --- types -------------------------------------------------------------------------------------------

typedef enum SirTypeKind {
#define SIR_SCALAR(name, text, bits, cls) SIR_TYPE_##name,
#define SIR_TYPE(name, text)              SIR_TYPE_##name,
#include "contracts/sir/types.def"
    SIR_TYPE_KINDS
} SirTypeKind;

enum { SIR_SCALARS = SIR_TYPE_F64 + 1 }; // types[0 .. SIR_SCALARS) of every module are the scalars

typedef enum SirMode {
    SIR_OWN,
    SIR_MUT,
    SIR_CONST,
    SIR_GC,
    SIR_STATIC
} SirMode;                                         // of PTR SLICE GROW STR
typedef enum SirSide { SIR_IMP, SIR_EXP } SirSide; // importer (client), exporter (server)
typedef enum SirDevice { SIR_IO_PORT, SIR_IO_MEMORY, SIR_IRQ, SIR_DMA } SirDevice;

typedef struct SirField {
    Str name;
    SirType type;
    uint8_t order; // wire structs: 0 native, 1 little-endian, 2 big-endian
} SirField;

typedef struct SirVariant {
    Str name;
    uint64_t value;   // plain enums and flags: the integer; payload enums: its own index
    SirField *fields; // the payload; empty in plain enums
    uint32_t field_count;
} SirVariant;

typedef struct SirParam {
    SirType type;
    SirState
        to; // for an exclusive borrow of an endpoint: the state promised at return; else SIR_NONE
} SirParam;

typedef struct SirFrom { // a borrow in the result comes from this parameter
    uint32_t param;
    bool deep; // `from *p`: from the borrows inside it, not from the thing itself
} SirFrom;

typedef struct SirSig {
    SirParam *params;
    uint32_t param_count;
    SirType result; // SIR_TYPE_VOID if none
    SirFrom *from;  // sorted by param; empty in a function whose result is first-class or static
    uint32_t from_count;
} SirSig;

typedef struct SirTypeInfo {
    SirTypeKind kind;
    SirMode mode; // PTR SLICE GROW STR
    SirType
        elem; // ARRAY VECTOR OPTION PTR SLICE GROW EPSET(value, or SIR_NONE) ATOMIC MUTEX GUARD; repr of plain ENUM and FLAGS
    uint64_t count;     // ARRAY VECTOR
    Str name;           // STRUCT ENUM FLAGS: for people; not unique
    bool is_ref;        // STRUCT: may hold borrows
    bool is_wire;       // STRUCT: byte-exact
    bool is_plain_enum; // ENUM: values of elem, no payloads
    SirField *fields;   // STRUCT
    uint32_t field_count;
    SirVariant *variants; // ENUM FLAGS
    uint32_t variant_count;
    SirSig *sig;          // FN
    SirContract contract; // ENDPOINT EPSET
    SirSide side;
    SirState state;   // a state of the contract, or SIR_STATE_ANY
    SirDevice device; // DEVICE
} SirTypeInfo;

// --- contracts ---------------------------------------------------------------------------------------

typedef enum SirDir {
    SIR_IN,
    SIR_OUT
} SirDir; // in: importer to exporter; out: exporter to importer

typedef struct SirMessage {
    Str name;
    SirDir dir;
    SirField *args;
    uint64_t
        *limits; // per argument: most bytes of an owned slice (`own u8[<= N]`), UINT64_MAX without
    uint32_t arg_count;
} SirMessage;

typedef struct SirChoice { // one alternative of a state
    uint32_t message;
    SirState next;
} SirChoice;

typedef struct SirStateInfo { // intermediate states are spelled out: `Ready.connect`
    Str name;
    bool is_end;
    SirChoice *choices; // all of one direction; empty only in an end state
    uint32_t choice_count;
} SirStateInfo;

typedef struct SirContractInfo {
    Str name;
    SirContract base;     // or SIR_NONE
    SirMessage *messages; // the base's first, in its order
    uint32_t message_count;
    SirStateInfo *states; // states[0] is the first state
    uint32_t state_count;
} SirContractInfo;

// --- constants: typed trees, never bytes ---------------------------------------------------------------

typedef enum SirConstKind {
    SIR_CONST_INT,    // integers, bool, char, plain enums, flags: `bits`, sign-extended to 64
    SIR_CONST_FLOAT,  // `bits` is the IEEE 754 pattern of the type's width
    SIR_CONST_STR,    // static str, or static const u8[]: `text`
    SIR_CONST_LIST,   // array elements, struct fields, or a variant's payload: `items`
    SIR_CONST_REPEAT, // an array all of whose elements are items[0]
    SIR_CONST_FUNC,   // a function value: `bits` is its row
    SIR_CONST_REF,    // a static borrow of module constant `bits`
    SIR_CONST_KINDS
} SirConstKind;

typedef struct SirTree {
    SirConstKind kind;
    SirType type;
    uint32_t variant; // LIST of an enum or option type: which variant; else 0
    uint64_t bits;
    Str text;
    struct SirTree *items;
    uint32_t item_count;
} SirTree;

typedef struct SirConstInfo {
    Str name;
    SirTree tree;
} SirConstInfo;

// --- places, operands, instructions ---------------------------------------------------------------------

typedef enum SirProjKind {
    SIR_PROJ_FIELD, // n: field of a struct
    SIR_PROJ_DEREF, // through a PTR
    SIR_PROJ_INDEX, // n: a u64 local; tested. Array, vector, slice, growable
    SIR_PROJ_AT, // n: constant index. In an array below its length: proven by the type; else tested
    SIR_PROJ_KINDS
} SirProjKind;

typedef struct SirProj {
    SirProjKind kind;
    uint64_t n;
} SirProj;

typedef struct SirPlace {
    SirLocal local;
    uint32_t proj_count;
    SirProj *projs;
} SirPlace;

typedef enum SirArgKind {
    SIR_ARG_COPY,     // value: place, of plain type, stays as it is
    SIR_ARG_MOVE,     // value: place, uninitialised afterwards
    SIR_ARG_CONST,    // value: tree
    SIR_ARG_PLACE,    // d D p
    SIR_ARG_NOTHING,  // D of a call without result
    SIR_ARG_LOCAL,    // l
    SIR_ARG_TYPE,     // t
    SIR_ARG_INT,      // n
    SIR_ARG_FUNC,     // f
    SIR_ARG_KERNEL,   // k: row of kcalls.def
    SIR_ARG_CONSTREF, // c
    SIR_ARG_MESSAGE,  // m: row in the contract of the instruction's endpoint
    SIR_ARG_CONTRACT, // x: contract in n, state in m
    SIR_ARG_KINDS
} SirArgKind;

typedef struct SirArg {
    SirArgKind kind;
    SirState m; // state
    SirPlace place;
    SirTree *tree;
    uint64_t n; // local, type, integer, function, kernel call, constant, message, contract
} SirArg;

typedef enum SirArmKind {
    SIR_ARM_PLAIN,   // jump, branch
    SIR_ARM_IS,      // switch: `tree` is the value
    SIR_ARM_DEFAULT, // switch, match
    SIR_ARM_VARIANT, // match: `n` is the variant, `binds` its payload
    SIR_ARM_MESSAGE, // receive: message `n` of endpoint `place`, `binds` its arguments (all, by move)
    SIR_ARM_CLOSED,  // receive: the peer of `place` is gone and its queue empty
    SIR_ARM_TIMEOUT, // receive: nanoseconds in `value`
    SIR_ARM_MORE,    // next: binds[0] is the element's borrow
    SIR_ARM_DONE,    // next
    SIR_ARM_MEMBER, // receive: message `n` of a member of the set `place`; `binds` its arguments, the endpoint, its value
    SIR_ARM_LOST, // receive: the peer of a member of the set `place` is gone; `binds` the endpoint, its value
    SIR_ARM_JOIN, // receive: all `heads` at once; `binds` the arguments of their messages, head after head
    SIR_ARM_UNSATISFIABLE, // receive: no other arm can be taken any more, whatever comes
    SIR_ARM_KINDS
} SirArmKind;

typedef struct SirHead { // of a JOIN
    bool is_closed;      // the peer of `place` is gone and its queue empty; else message `n`
    SirPlace place;
    uint64_t n;
} SirHead;

typedef enum SirBindMode {
    SIR_BIND_SKIP, // not bound; the payload stays where it is
    SIR_BIND_MOVE, // an arm with one MOVE consumes the scrutinee: then every owner in the payload is moved
    SIR_BIND_COPY,  // plain payload
    SIR_BIND_CONST, // const T* into the scrutinee, under a shared loan
    SIR_BIND_MUT,   // T* into the scrutinee, under an exclusive loan
    SIR_BIND_MODES
} SirBindMode;

typedef struct SirBind {
    SirBindMode mode;
    SirLocal local; // SIR_NONE when skipped
} SirBind;

typedef struct SirArm { // an edge to `block`, with what happens on it
    SirArmKind kind;
    SirBlock block;
    uint64_t n;
    SirTree *tree;
    SirPlace place;
    SirArg value;
    SirHead *heads; // JOIN
    SirBind *binds;
    uint32_t head_count, bind_count;
} SirArm;

typedef struct SirLoc { // where in the source; file SIR_NONE if nowhere
    SirFile file;
    uint32_t line;   // 1-based
    uint32_t column; // 1-based, in bytes
} SirLoc;

typedef enum SirOp {
#define SIR_OP(name, text, shape, group, traps) SIR_OP_##name,
#include "contracts/sir/ops.def"
    SIR_OPS
} SirOp;

typedef enum SirGroup { // the column GROUP of ops.def
    SIR_GROUP_STORAGE,
    SIR_GROUP_MOVE,
    SIR_GROUP_ARITH,
    SIR_GROUP_ARITH1,
    SIR_GROUP_ARITHOPT,
    SIR_GROUP_SHIFT,
    SIR_GROUP_SHIFTOPT,
    SIR_GROUP_BITS,
    SIR_GROUP_BITS1,
    SIR_GROUP_COUNT,
    SIR_GROUP_FLOAT,
    SIR_GROUP_FLOAT1,
    SIR_GROUP_COMPARE,
    SIR_GROUP_ORDER,
    SIR_GROUP_BYTES,
    SIR_GROUP_CAST,
    SIR_GROUP_CASTOPT,
    SIR_GROUP_MAKE,
    SIR_GROUP_HEAP,
    SIR_GROUP_HEAPOPT,
    SIR_GROUP_BORROW,
    SIR_GROUP_LENGTH,
    SIR_GROUP_ELEMENTS,
    SIR_GROUP_GROW,
    SIR_GROUP_CALL,
    SIR_GROUP_CHANNEL,
    SIR_GROUP_EPSET,
    SIR_GROUP_ACCESS,
    SIR_GROUP_SHARED,
    SIR_GROUP_ATOMIC,
    SIR_GROUP_THREAD,
    SIR_GROUP_DEVICE,
    SIR_GROUP_END
} SirGroup;

typedef struct SirInst {
    SirOp op;
    SirLoc loc;
    SirArg *args; // in the order of the row's shape, without A
    SirArm *arms; // terminators only
    uint32_t arg_count, arm_count;
} SirInst;

typedef struct SirBlockInfo {
    VEC(SirInst) insts; // the last one, and only it, is a terminator
} SirBlockInfo;

typedef struct SirLocalInfo {
    Str name; // for people; may be empty
    SirType type;
    SirLoc loc;
} SirLocalInfo;

// What whoever makes code may be told about a function; nothing follows from it.
enum { SIR_HINT_INLINE = 1, SIR_HINT_NOINLINE = 2, SIR_HINT_COLD = 4, SIR_HINTS = 8 };

typedef struct SirFuncInfo {
    Str name; // for people and backtraces
    SirSig sig;
    uint8_t hints;
    VEC(SirLocalInfo) locals; // the first sig.param_count are the parameters
    VEC(SirBlockInfo) blocks;
    SirLoc loc;
} SirFuncInfo;

// --- the manifest's source -------------------------------------------------------------------------------

typedef enum SirGrantKind {
    SIR_GRANT_IO_PORT,
    SIR_GRANT_IO_MEMORY,
    SIR_GRANT_IRQ,
    SIR_GRANT_DMA,
    SIR_GRANT_EXIT,
    SIR_GRANT_KINDS
} SirGrantKind;

typedef struct SirGrant {
    SirGrantKind kind;
    uint64_t base, length; // ports, bytes, or irq number and 1
} SirGrant;

typedef struct SirManifest {
    SirFunc main;     // its parameters are the SIP's wires, in order
    Str *param_names; // one per parameter of main
    SirGrant *grants;
    uint32_t grant_count;
    uint64_t heap_bytes;  // quota of the exchange heap
    uint64_t stack_bytes; // per thread
    uint32_t threads;
    uint32_t cpu;  // per cent of one CPU, in each period; 0: no limit
    uint64_t time; // nanoseconds of CPU time, in all; 0: no limit
} SirManifest;

// --- the module ----------------------------------------------------------------------------------------

typedef struct SirModule {
    Arena *arena; // everything below lives here
    Arena *
        code; // the locals, blocks and instructions that are added; `arena` unless who builds it says otherwise
    Str name; // the SIP's
    VEC(Str) files;
    VEC(SirTypeInfo) types;
    VEC(SirContractInfo) contracts;
    VEC(SirConstInfo) consts;
    VEC(SirFuncInfo) funcs;
    SirManifest manifest;
    StrMap
        *type_rows; // structural types by their encoding; made when sir_type_intern first needs it
} SirModule;

// A module with the scalars in place, without `main`. Lives in `arena`.
SirModule *sir_module_new(Arena *arena, Str name);

// --- make ------------------------------------------------------------------------------------------------

// The row of the type `info` describes; structural types (all but STRUCT, ENUM, FLAGS) are interned, so
// that equal types have equal rows. Nominal types get a new row at each call, to be filled in later with
// sir_type_define, so that they may refer to themselves. The arrays and texts that `info` points to are
// taken over: they live at least as long as the module's arena.
SirType sir_type_intern(SirModule *module, const SirTypeInfo *info);
void sir_type_define(SirModule *module, SirType type, const SirTypeInfo *info);

SirType sir_type_ptr(SirModule *module, SirMode mode, SirType elem);
SirType sir_type_slice(SirModule *module, SirMode mode, SirType elem);
SirType sir_type_str(SirModule *module, SirMode mode);
SirType sir_type_option(SirModule *module, SirType elem);
SirType sir_type_array(SirModule *module, SirType elem, uint64_t count);
SirType sir_type_endpoint(SirModule *module, SirContract contract, SirSide side, SirState state);

SirFile sir_file_add(SirModule *module, Str name); // the same row for the same name
SirLocal sir_local_add(SirModule *module, SirFuncInfo *func, Str name, SirType type, SirLoc loc);
SirBlock sir_block_add(SirModule *module, SirFuncInfo *func);

// Appends an instruction with room for its row's arguments and `arms` arms, all zero, for the caller to
// fill. `args` counts the values of a `V` too. The pointer holds until the next append to the same block.
SirInst *sir_inst_append(
    SirModule *module,
    SirFuncInfo *func,
    SirBlock block,
    SirOp op,
    uint32_t args,
    uint32_t arms,
    SirLoc loc
);

// --- ask -------------------------------------------------------------------------------------------------

const char *sir_op_text(SirOp op);
const char *sir_op_shape(SirOp op);
bool sir_op_is_terminator(SirOp op);
SirGroup sir_op_group(SirOp op);
uint32_t sir_op_traps(SirOp op); // row of fault.def, 0 for none
uint32_t sir_op_dests(SirOp op); // how many of its first arguments are `d` or `D`
const SirTypeInfo *sir_type(const SirModule *module, SirType type);
bool sir_type_is_scalar(SirType type);      // by row, no module needed
bool sir_type_is_nominal(SirTypeKind kind); // STRUCT, ENUM, FLAGS: equal only to itself
const char *sir_kcall_text(uint32_t kcall); // "now"; NULL past the table
const char *sir_mode_text(SirMode mode);

// The successors of a block are the arms of its terminator. NULL when the block does not end in one.
const SirInst *sir_block_terminator(const SirFuncInfo *func, SirBlock block);

// The type of a place, of a place's projection, of an element. For modules that are our own or verified; the
// verifier asks itself. SIR_NONE when it is nonsense.
SirType sir_place_type(const SirModule *module, const SirFuncInfo *func, const SirPlace *place);
SirType sir_proj_type(const SirModule *module, SirType type, SirProj proj);

// What variant `variant` of an enum or option holds: how many fields, and the type of one. An option's `some` has
// one. 0 and SIR_NONE when there is no such thing.
uint32_t sir_variant_arity(const SirModule *module, SirType type, uint64_t variant);
SirType sir_variant_field(const SirModule *module, SirType type, uint64_t variant, uint32_t field);

// --- the two forms ---------------------------------------------------------------------------------------

// Text: stable, diffable. Binary: compact, versioned. Both lose nothing: reading what was written gives a
// module that writes the same bytes.
void sir_text_write(const SirModule *module, Buf *out);
void sir_binary_write(const SirModule *module, Buf *out);

// Pieces of the text form, for complaints: a type; an instruction without its location.
void sir_type_write(const SirModule *module, SirType type, Buf *out);
void sir_inst_write(
    const SirModule *module, const SirFuncInfo *func, const SirInst *inst, Buf *out
);

typedef struct SirReadError {
    char message[256]; // empty when all went well
    uint32_t line;     // text: 1-based line; binary: 0
    size_t offset;     // bytes from the start
} SirReadError;

// NULL and `error` when the input is not SIR. Hostile input: bounds, counts and depth are checked, memory
// is linear in the length of the input.
SirModule *sir_text_read(Arena *arena, Str text, SirReadError *error);
SirModule *sir_binary_read(Arena *arena, const uint8_t *data, size_t length, SirReadError *error);

#endif
