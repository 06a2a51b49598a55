// Inside llvm/: the module that is being made, and how its files speak of types, places and values.
//
// A SIR local is memory in the entry block, of which LLVM's SROA makes registers, or a value from the start
// (registers.c). All addresses are bytes: a field is an offset, an element a product, and no LLVM type knows a SIR structure.

#ifndef LLVM_LLVM___H
#define LLVM_LLVM___H

#include "llvm.h"

#include "base/map.h"
#include "base/vec.h"

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>

// --- what a type is to the lowering (layout.c) -----------------------------------------------------------

typedef enum Shape {
    SHAPE_NONE, // takes no room
    SHAPE_ONE, // one register: scalars, plain enums, flags, pointers, functions, endpoints, devices, `T*?`
    SHAPE_TWO,   // address and length: slices and texts
    SHAPE_MEMORY // everything else lives in memory
} Shape;

typedef enum Fault {
#define FAULT(number, name, text) FAULT_##name = (number),
#include "contracts/abi/fault.def"
} Fault;

typedef enum Kcall {
#define KCALL(name, text, visible, result, params) KCALL_##name,
#include "contracts/abi/kcalls.def"
    KCALLS
} Kcall;

// Functions that do one thing to a value of a type, made when first asked for (drop.c, pass.c).
typedef enum Glue {
    GLUE_DROP,       // (value): ends what it owns
    GLUE_DROP_ELEMS, // (block): the same for all elements of a counted block
    GLUE_PASS,       // (value, pass): clears its padding and hands over what it owns
    GLUE_PASS_ELEMS, // (block, pass)
    GLUES
} Glue;

typedef struct Job { // a glue function without a body
    Glue glue;
    SirType type;
} Job;

typedef struct TypeFacts {
    uint8_t gaps;      // 0 unknown, 1 no padding, 2 padding somewhere inside
    uint8_t addresses; // 0 unknown, 1 none in it, 2 some
    bool cyclic;       // the type can own, through blocks, another value of itself
    uint64_t *fields;  // a struct's offsets; NULL until asked for
    uint64_t payload;  // an enum's or option's offset of the payload; 0 until asked for
    LLVMValueRef glue[GLUES];
} TypeFacts;

typedef struct Temp { // memory for intermediate values of one instruction, used again by the next
    LLVMValueRef addr;
    uint64_t size;
    uint32_t align;
    bool escapes, busy;
} Temp;

typedef struct Register { // a local without memory: `a`, and `b` of SHAPE_TWO, once it is written
    bool is;
    LLVMValueRef a, b; // a: an i1 too, where the local is a bool
} Register;

typedef struct FileScope { // where the lines of one file stand in a function
    LLVMMetadataRef func, scope;
} FileScope;

// --- the run -----------------------------------------------------------------------------------------------

typedef struct Emit {
    Arena *arena;
    const VerifiedSir *sir;
    const SirModule *module;
    const LlvmOptions *options;
    char *error; // of LlvmOutput; the first complaint stays
    bool failed;

    LLVMContextRef context;
    LLVMModuleRef out;
    LLVMBuilderRef at;    // where code is being appended
    LLVMBuilderRef entry; // in the entry block of the function, for allocas
    LLVMTypeRef void_type, i1, i8, i16, i32, i64, f32, f64, ptr, pair, words;

    TypeFacts *types;    // per type
    LLVMValueRef *funcs; // per function
    LLVMTypeRef *func_types;
    LLVMValueRef *consts; // per module constant, NULL until used
    StrMap *texts;        // literals to their globals
    VEC(Job) jobs;

    StrMap *trap_rows; // the bytes of a SealTrap to its row
    VEC(SealTrap) traps;
    StrMap *text_rows; // texts of traps to their rows
    VEC(Str) trap_texts;
    bool kcalls[KCALLS];
    LLVMTypeRef kcall_types[KCALLS];
    LLVMValueRef kernel; // the global that holds the table's address
    LLVMValueRef trap, drop_block, is_utf8, compare, lock, unlock, device_copy_in, device_copy_out;
    LLVMTypeRef trap_type, drop_block_type, is_utf8_type, compare_type, lock_type, unlock_type,
        device_copy_type;
    bool siblings_collect;    // several threads, and managed objects
    LLVMValueRef *beginnings; // per function: where a thread that runs it begins; NULL: none does
    LLVMValueRef drain, frem; // internal helpers, made when first used (pass.c, frem.c)
    LLVMTypeRef grow_type;

    bool lists_calls; // where each is made, for backtraces (calls.c); no debug information then
    Map *func_rows;   // of `funcs`
    Map *call_places; // of the function that is being made: its calls to rows of `places`
    VEC(SirLoc) places;
    VEC(MadeCall) calls;

    LLVMDIBuilderRef debug;
    LLVMMetadataRef unit, *files, no_file, sub_type;
    LLVMMetadataRef debug_scope; // of what is appended now; NULL: of none
    uint32_t debug_line;

    // the function whose body is being made; `info` is NULL in glue
    const SirFuncInfo *info;
    SirFunc func;
    LLVMValueRef fn;
    LLVMValueRef result;  // where a result in memory goes; NULL: it is returned
    LLVMValueRef *locals; // addresses; NULL in a register
    Register *registers;  // per local
    LLVMBasicBlockRef *blocks;
    VEC(Temp) temps;
    Map *trap_blocks; // row of the trap table to the cold block
    LLVMMetadataRef scope;
    FileScope *file_scopes; // per file
    SirLoc loc;
    SirBlock block;
    uint32_t inst_row;
} Emit;

// The first complaint of a run is kept; code that is made afterwards is thrown away.
void llvm__fail(Emit *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- types (layout.c) -----------------------------------------------------------------------------------------

static inline const SirTypeInfo *llvm__type(const Emit *e, SirType type) {
    return &e->module->types.data[type];
}

Shape llvm__shape(const Emit *e, SirType type);
LLVMTypeRef llvm__one_type(const Emit *e, SirType type); // of SHAPE_ONE
// The integer, or the two (`words`), that a result of SHAPE_MEMORY is returned in: it is as wide, and no address is in it.
// NULL: where the first parameter points.
LLVMTypeRef llvm__returned_in(const Emit *e, SirType type);
bool llvm__returned_by_address(const Emit *e, SirType type); // that of the first parameter
uint64_t llvm__size(const Emit *e, SirType type);
uint32_t llvm__align(const Emit *e, SirType type);
uint32_t llvm__loose_align(
    const Emit *e, SirType type
); // through a pointer: into a wire struct, perhaps
bool llvm__owns(const Emit *e, SirType type);
bool llvm__is_signed(SirType type);
bool llvm__is_float(SirType type);
uint32_t llvm__bits(SirType scalar);
SirType llvm__repr(
    const Emit *e, SirType type
); // the scalar beneath a plain enum, flags; or the type itself
bool llvm__is_niche(const Emit *e, SirType option); // `T*?`: the pointer, null for none

typedef struct Offsets { // of consecutive fields
    uint64_t end;
    uint32_t align; // the largest
} Offsets;

uint64_t llvm__place_field(const Emit *e, Offsets *offsets, SirType field); // where it begins
uint64_t llvm__field_offset(const Emit *e, SirType structure, uint64_t field);
uint32_t llvm__tag_size(const Emit *e, SirType type);       // of an enum or option in memory
uint64_t llvm__payload_offset(const Emit *e, SirType type); // the same for all variants
uint64_t llvm__vector_offset(
    const Emit *e, SirType vector
);                               // of its first element; of what a mutex or guard holds, the same
void llvm__find_cycles(Emit *e); // fills `cyclic`
bool llvm__has_gaps(Emit *e, SirType type);
uint64_t llvm__block_prefix(
    const Emit *e, SirType elem
); // bytes between a block's start and its elements

// --- instructions of LLVM (ir.c) ----------------------------------------------------------------------------------

LLVMValueRef llvm__int(const Emit *e, LLVMTypeRef type, uint64_t value);
LLVMValueRef llvm__u64(const Emit *e, uint64_t value);
LLVMValueRef llvm__u32(const Emit *e, uint32_t value);
LLVMValueRef llvm__offset(const Emit *e, LLVMValueRef addr, uint64_t bytes);
LLVMValueRef llvm__add_bytes(const Emit *e, LLVMValueRef addr, LLVMValueRef bytes);
LLVMValueRef llvm__element(const Emit *e, LLVMValueRef base, LLVMValueRef index, uint64_t size);
LLVMValueRef llvm__load(const Emit *e, LLVMTypeRef type, LLVMValueRef addr, uint32_t align);
void llvm__store(const Emit *e, LLVMValueRef value, LLVMValueRef addr, uint32_t align);
void llvm__copy(
    const Emit *e, LLVMValueRef to, LLVMValueRef from, LLVMValueRef size, uint32_t align
);
void llvm__move(
    const Emit *e, LLVMValueRef to, LLVMValueRef from, LLVMValueRef size, uint32_t align
);
void llvm__fill(
    const Emit *e, LLVMValueRef to, LLVMValueRef byte, LLVMValueRef size, uint32_t align
);
LLVMValueRef llvm__is(const Emit *e, LLVMIntPredicate predicate, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef llvm__select(const Emit *e, LLVMValueRef c, LLVMValueRef yes, LLVMValueRef no);
LLVMValueRef llvm__resize(const Emit *e, LLVMValueRef value, LLVMTypeRef to, bool is_signed);
LLVMValueRef llvm__to_bool(const Emit *e, LLVMValueRef i1);     // as SIR keeps it: a byte
LLVMValueRef llvm__from_bool(const Emit *e, LLVMValueRef byte); // i1
LLVMValueRef llvm__intrinsic(
    const Emit *e, const char *name, LLVMTypeRef type, uint32_t n, LLVMValueRef *args
);
LLVMValueRef llvm__extract(const Emit *e, LLVMValueRef pair, unsigned i);
LLVMBasicBlockRef llvm__new_block(const Emit *e, const char *name);
LLVMBasicBlockRef llvm__block_behind(const Emit *e
); // where code goes on after a test, without a jump
void llvm__go(const Emit *e, LLVMBasicBlockRef block); // code goes there from now on
void llvm__jump(const Emit *e, LLVMBasicBlockRef block);
void llvm__branch(const Emit *e, LLVMValueRef c, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
bool llvm__is_zero(LLVMValueRef value); // a constant, all bits zero

// `for (i = 0; i < count; i++)`: begin gives i, code for the body follows, then end.
typedef struct Loop {
    LLVMBasicBlockRef head, done;
    LLVMValueRef index;
} Loop;
Loop llvm__loop_begin(const Emit *e, LLVMValueRef count);
void llvm__loop_end(const Emit *e, const Loop *loop);

// Intermediate memory. `escapes`: its address is given away.
LLVMValueRef llvm__temp(Emit *e, uint64_t size, uint32_t align, bool escapes);
LLVMValueRef llvm__temp_of(Emit *e, SirType type);

// --- tests, the kernel, the runtime (runtime.c) ---------------------------------------------------------------------

void llvm__declare_runtime(Emit *e);
uint32_t llvm__site(Emit *e, Fault fault); // row of the trap table for the current location
void llvm__trap_if(Emit *e, LLVMValueRef c, Fault fault);
void llvm__trap_unless(Emit *e, LLVMValueRef c, Fault fault);
void llvm__trap_always(Emit *e, Fault fault, const Str *text); // text: for the report; NULL: none
LLVMValueRef llvm__call_kernel(Emit *e, Kcall kcall, uint32_t n, LLVMValueRef *args);
LLVMValueRef llvm__alloc(Emit *e, LLVMValueRef size);
void llvm__free(Emit *e, LLVMValueRef block);
void llvm__attributes(const Emit *e, LLVMValueRef fn); // what all our functions carry
void llvm__add_attribute(const Emit *e, LLVMValueRef fn, const char *name, uint64_t value);

// --- the places of calls (calls.c) -----------------------------------------------------------------------------------

LLVMValueRef llvm__call_fn( // of what is no intrinsic
    Emit *e,
    LLVMTypeRef type,
    LLVMValueRef fn,
    LLVMValueRef *args,
    unsigned count
);
void llvm__calls_begin(Emit *e); // of the current function
void llvm__calls_end(Emit *e);   // its body is there

// --- managed objects (managed.c) -----------------------------------------------------------------------------------------

bool llvm__is_managed(const Emit *e, SirType type); // a managed pointer or slice lies in it
void llvm__find_siblings(Emit *e);
void llvm__fence(Emit *e); // where siblings collect, nothing in memory is moved across
bool llvm__has_to_be_fenced(const Emit *e, const SirInst *inst); // before and after
void llvm__begin_managed(Emit *e);                               // at the program's beginning
void llvm__empty_slots(Emit *e); // at a function's entry: no managed pointer is there yet
void llvm__pin_params(Emit *e);  // the same for parameters that came in memory
void llvm__empty_slot(Emit *e, SirLocal local); // nor any more
void llvm__leave_slots(Emit *e);                // nor in any, at a return
bool llvm__makes_object(Emit *e, const SirInst *inst);
void llvm__new_object(Emit *e, const SirInst *inst);

// --- debug information (debug.c) --------------------------------------------------------------------------------------

void llvm__debug_begin(Emit *e);
void llvm__debug_func(Emit *e, SirFunc func); // the current function; e->info set
void llvm__debug_loc(Emit *e, SirLoc loc);    // of what is appended from now on
void llvm__debug_none(Emit *e);               // for glue
void llvm__debug_end(Emit *e);

// --- places and values (place.c, value.c) --------------------------------------------------------------------------------

typedef struct Place {
    LLVMValueRef addr;
    SirType type;
    uint32_t align;
    bool swapped;        // a big-endian wire field
    const Register *reg; // a local in a register, and nothing more of it: no `addr`
} Place;

typedef struct Value {
    SirType type;
    Shape shape;
    LLVMValueRef a, b; // ONE: a; TWO: address a, length b; MEMORY: its address a
    uint32_t align;    // MEMORY
    bool stable;       // MEMORY: a temporary or constant, which no place overlaps
} Value;

typedef struct Seq { // what is indexed
    LLVMValueRef base, length;
    SirType elem;
    uint64_t size;
    uint32_t align;
    LLVMValueRef length_addr; // growable, vector: where the length lives
    LLVMValueRef whole;       // growable, vector: its address
    bool grows;               // growable
    uint64_t limit;           // vector
} Seq;

Place llvm__place(Emit *e, const SirPlace *place);   // walks it, with its tests
Place llvm__address(Emit *e, const SirPlace *place); // for a borrow: not of a swapped field
SirType llvm__place_type(const Emit *e, const SirPlace *place);
Seq llvm__seq(Emit *e, const Place *place);
Place llvm__seq_elem(const Emit *e, const Seq *seq, LLVMValueRef index);

Value llvm__load_place(Emit *e, const Place *place);
void llvm__store_place(Emit *e, const Place *place, const Value *value);
Value llvm__arg(Emit *e, const SirArg *arg); // a `v`
Value *llvm__args(Emit *e, const SirArg *args, uint32_t n);
SirType llvm__arg_type(const Emit *e, const SirArg *arg);
Value llvm__steady(Emit *e, const Value *value); // the same, in memory that nothing else refers to
LLVMValueRef llvm__spill(Emit *e, const Value *value); // the address of memory that holds it
void llvm__dest(Emit *e, const SirArg *arg, const Value *value); // walks a `d` and writes it
Value llvm__one(const Emit *e, SirType type, LLVMValueRef a);
Value llvm__two(const Emit *e, SirType type, LLVMValueRef a, LLVMValueRef b);
Value llvm__memory(const Emit *e, SirType type, LLVMValueRef temp); // in a temporary
void llvm__store_at(Emit *e, LLVMValueRef addr, uint32_t align, const Value *value);
Value llvm__load_at(Emit *e, SirType type, LLVMValueRef addr, uint32_t align);

// A value that is put together in memory from `args` and written to `dest`: in place where none of them can lie there.
typedef struct Build {
    Place place;
    bool in_place;
} Build;
Build llvm__build_begin(Emit *e, const SirArg *dest, const SirArg *args, uint32_t n);
void llvm__build_part(Emit *e, const Build *build, uint64_t offset, const Value *part);
void llvm__build_end(Emit *e, const SirArg *dest, const Build *build);

// Options made in registers. `some` is an i1; `value`, of shape ONE or TWO, may be anything where it is false, but poison.
void llvm__option_dest(Emit *e, const SirArg *dest, LLVMValueRef some, const Value *value);

// --- elements for which there may have been no room (heap.c) ----------------------------------------------------------

typedef struct Made {
    LLVMValueRef base, some; // `some`: whether there was room; NULL: there was, or it trapped
} Made;
Made llvm__made(Emit *e, LLVMValueRef base, bool may_fail);
LLVMValueRef llvm__if_made(Emit *e, const Made *made, LLVMValueRef n); // 0 where there is nothing
void llvm__fill_elems(Emit *e, LLVMValueRef base, LLVMValueRef count, const Value *v);
void llvm__made_dest(Emit *e, const SirArg *dest, const Made *made, LLVMValueRef length);

// --- locals in registers (registers.c) ------------------------------------------------------------------------------

void llvm__find_registers(Emit *e); // of e->info
Value llvm__read_register(Emit *e, const Register *from, SirType type);
void llvm__set_local(Emit *e, SirLocal local, const Value *value); // in a register or in memory
void llvm__dest_bit(Emit *e, const SirArg *arg, LLVMValueRef bit); // an i1, to a `d` of type bool
LLVMValueRef llvm__bit(Emit *e, const SirArg *arg);                // a `v` of type bool, as an i1
// All blocks, those that dominate first; `reached` of them are reached from the entry.
SirBlock *llvm__order_blocks(const Emit *e, uint32_t *reached);
void llvm__fill_registers(Emit *e); // those that are not written yet

// --- constants (consts.c) ---------------------------------------------------------------------------------------------------

void llvm__define_consts(Emit *e);              // fills `consts`
Value llvm__tree(Emit *e, const SirTree *tree); // as a value of this function
LLVMValueRef llvm__tree_const(
    Emit *e, const SirTree *tree, bool swapped
);                                          // as LLVM's constant, of exactly its size
LLVMValueRef llvm__dangling(const Emit *e); // an address for what is empty
LLVMValueRef llvm__table(Emit *e, LLVMValueRef init, const char *name); // read-only memory

// --- instructions of SIR, by group -----------------------------------------------------------------------------------------------

void llvm__arith(Emit *e, const SirInst *inst);   // arith.c: ARITH, ARITH1, ARITHOPT, FLOAT, FLOAT1
void llvm__shift(Emit *e, const SirInst *inst);   // bits.c: SHIFT, SHIFTOPT, BITS, BITS1, COUNT
void llvm__compare(Emit *e, const SirInst *inst); // arith.c: COMPARE, ORDER
void llvm__cast(Emit *e, const SirInst *inst);    // cast.c: CAST, CASTOPT
void llvm__make(Emit *e, const SirInst *inst);    // make.c: MAKE
void llvm__heap(Emit *e, const SirInst *inst);    // heap.c: HEAP, HEAPOPT
void llvm__borrow(Emit *e, const SirInst *inst);  // borrow.c: BORROW, LENGTH, BYTES
void llvm__elements(Emit *e, const SirInst *inst);  // elements.c: ELEMENTS
void llvm__growables(Emit *e, const SirInst *inst); // grow.c: GROW
void llvm__shared(Emit *e, const SirInst *inst);    // thread.c: SHARED
void llvm__atomic(Emit *e, const SirInst *inst);    // ATOMIC
void llvm__thread(Emit *e, const SirInst *inst);    // THREAD
void llvm__call(Emit *e, const SirInst *inst);      // call.c: CALL
void llvm__channel(Emit *e, const SirInst *inst);   // channel.c: CHANNEL
void llvm__receive(Emit *e, const SirInst *inst);   // receive.c
const SirMessage *llvm__message(
    const Emit *e, const SirPlace *place, uint64_t n
);                                             // of the contract of the endpoint or set there
void llvm__sets(Emit *e, const SirInst *inst); // set.c: EPSET
LLVMValueRef llvm__set_count(Emit *e, const Place *set);
void llvm__device(Emit *e, const SirInst *inst); // device.c: DEVICE
// The device that is the `nth` of its kind among the parameters of main: a number that the kernel looks up.
LLVMValueRef llvm__device_granted(Emit *e, SirDevice device, uint32_t nth);
void llvm__end(Emit *e, const SirInst *inst); // flow.c: END
void llvm__bind(
    Emit *e, const SirBind *bind, LLVMValueRef addr, SirType type, uint32_t align
); // flow.c

// --- functions (call.c, func.c) ------------------------------------------------------------------------------------------------------

LLVMTypeRef llvm__sig_type(const Emit *e, const SirSig *sig);
void llvm__declare_func(Emit *e, SirFunc func);
void llvm__define_func(Emit *e, SirFunc func); // func.c
void llvm__define_program(Emit *e);            // sip_program
void llvm__define_beginnings(Emit *e);         // thread.c: of threads
void llvm__begin_body(Emit *e, LLVMValueRef fn);
LLVMValueRef llvm__memory_in_frame(const Emit *e, LLVMTypeRef type, uint32_t align);

// --- glue (drop.c, pass.c) -------------------------------------------------------------------------------------------------------------

void llvm__drop(Emit *e, SirType type, LLVMValueRef addr); // ends the value at an address
void llvm__drop_box(Emit *e, SirType content, LLVMValueRef addr);
void llvm__drop_set(Emit *e, SirType type, LLVMValueRef addr); // set.c
void llvm__drop_elems(
    Emit *e, SirType elem, LLVMValueRef base, LLVMValueRef count
); // one after the other
void llvm__pass(Emit *e, SirType type, LLVMValueRef addr, LLVMValueRef pass);
LLVMValueRef llvm__glue(Emit *e, Glue glue, SirType type);
bool llvm__has_parts(const Emit *e, SirType type); // that each_part knows
void llvm__call_glue(
    Emit *e, Glue glue, SirType type, LLVMValueRef value, LLVMValueRef pass
);                                                                // pass: NULL if it takes none
LLVMValueRef llvm__frem(Emit *e, LLVMValueRef a, LLVMValueRef b); // frem.c
void llvm__define_frem(Emit *e);                                  // if it is used
void llvm__define_grow(Emit *e);                                  // grow.c: if it is used
void llvm__define_drain(Emit *e);                                 // pass.c: the same
void llvm__drop_body(Emit *e, SirType type, LLVMValueRef value);  // of GLUE_DROP
void llvm__drop_elems_body(Emit *e, SirType elem, LLVMValueRef block);
void llvm__pass_body(Emit *e, SirType type, LLVMValueRef value, LLVMValueRef pass);
void llvm__pass_elems_body(Emit *e, SirType elem, LLVMValueRef block, LLVMValueRef pass);
void llvm__define_glue(Emit *e); // all that were asked for (glue.c)

// Calls `each` for every inline part of the value at `addr` that it has at run time: fields, elements, the
// payload of the variant that it is. `clear`: whatever lies between and behind them is zeroed (glue.c).
typedef void (*GlueEach)(Emit *e, SirType part, LLVMValueRef addr, LLVMValueRef context);
void llvm__each_part(
    Emit *e, SirType type, LLVMValueRef addr, bool clear, GlueEach each, LLVMValueRef context
);
void llvm__each_elem(
    Emit *e,
    SirType elem,
    LLVMValueRef base,
    LLVMValueRef count,
    GlueEach each,
    LLVMValueRef context
);

// --- the pass run by the sender (pass.c): what lies behind GLUE_PASS's `pass` ---------------------------------------------------------------

LLVMValueRef llvm__pass_begin(Emit *e, LLVMValueRef endpoint);
void llvm__pass_end(Emit *e, LLVMValueRef pass);
bool llvm__needs_pass(Emit *e, SirType type);

// --- the whole (lint.c, sites.c, ends.c, target.c) ---------------------------------------------------------------------------------------------------------------

void llvm__find_sites(Emit *e, LlvmOutput *out);
void llvm__close_ends(Emit *e);                // what cannot be reached ends all the same
bool llvm__lint(Emit *e);                      // nobody promised what was not verified
void llvm__watch(Emit *e);                     // what LLVM warns of is an error
bool llvm__generate(Emit *e, LlvmOutput *out); // optimises, and writes what is wanted

#endif
