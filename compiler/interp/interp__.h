// Inside interp/: what values, memory and permissions are.
//
// A value is a tree of nodes, one for each scalar, pointer, and aggregate. Memory is made of the same nodes: a local is
// a node, a heap block holds one. A borrow is a pointer to a node together with a tag, the permission to use it. Tags form
// a tree under each local: a borrow's parent is what it was borrowed through. Each access kills the permissions that it
// conflicts with, and whoever uses a dead one is caught.

#ifndef INTERP_INTERP___H
#define INTERP_INTERP___H

#include "interp.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

typedef enum Rule {
#define SIR_RULE(number, name, text, state) RULE_##name = (number),
#include "contracts/sir/rules.def"
} Rule;

typedef enum Fault {
#define FAULT(number, name, text) FAULT_##name = (number),
#include "contracts/abi/fault.def"
} Fault;

// --- permissions ------------------------------------------------------------------------------------------

// A step from what a tag covers to a part of it. Parts are disjoint when their paths differ in a step.
typedef enum StepKind { STEP_FIELD, STEP_CONTENT, STEP_ELEMENTS, STEP_PAYLOAD } StepKind;

typedef struct Step {
    StepKind kind;
    uint64_t from, to; // FIELD: which; ELEMENTS: [from, to); PAYLOAD: variant, field
} Step;

enum { PATH_MOST = 80 };

typedef struct Path {
    Step steps[PATH_MOST];
    uint32_t len;
} Path;

typedef struct Tag Tag;
struct Tag {
    Tag *parent, *children, *next, *prev; // children: of those that are alive
    Step *path;                           // from what the parent covers to what this one does
    uint32_t path_len, path_cap;
    uint32_t id; // never used again
    bool alive, exclusive, marked;
    const char *killed_by; // what was done, for the complaint
};

typedef VEC(Tag *) Tags;

// --- values and memory -----------------------------------------------------------------------------------

typedef struct Node Node;
typedef struct Block Block;
typedef struct End End;
typedef struct Set Set;
typedef struct Sip Sip;

struct Node {
    SirType type;  // a row of the owning SIP's module
    bool is_there; // initialised; a struct: it has parts, each of which knows
    bool is_hole;  // moved out through a borrow, to be put back through it
    uint32_t hole; // ... whose tag had this number
    union {
        uint64_t
            bits; // scalars, plain enums, flags, fn; as in SirTree. Atomics, joins; devices: their grant
        struct
        { // array, vector, struct; enum, option: the payload; mutex: its content, variant: who has it
            Node *parts;
            uint64_t count;
            uint64_t variant;
        };
        struct {          // const, mut, static: pointer, slice, str
            Node *target; // slices: what has the elements as parts
            uint64_t from, to;
            Tag *tag;      // NULL: static
            Node *guarded; // of a guard: the mutex
        };
        Block *
            block; // own pointer, slice, str, growable; NULL: an empty growable. Also managed pointer, slice
        End *end;
        Set *set; // NULL: nothing was ever added
    };
};

struct Block {
    Node content; // of a pointer; of others a run of parts
    Sip *owner;   // NULL: given back, or managed
    uint64_t bytes;
    uint32_t id;
    bool is_managed, is_marked;
    Block *next, *prev; // of all that are owned; of all that are managed, `next` alone
};

// --- channels ----------------------------------------------------------------------------------------------

typedef struct Message {
    struct Message *next;
    Sip *from; // whose types the arguments have
    uint32_t number;
    Node *args;
    uint32_t count;
} Message;

struct End {
    End *peer;            // NULL: nobody, or the world
    Sip *owner;           // NULL: closed, or in a message
    SirContract contract; // of the owner's module
    SirSide side;
    SirState state;
    uint32_t run;    // messages sent since the last change of direction
    uint32_t depth;  // it came in a message of an endpoint that came in a message of ...
    uint64_t served; // when something of it was last taken by a receive of several
    uint64_t ready;  // when something came where nothing was waiting
    const SirModule
        *erased_from; // it is in state `any`: what it was. NULL: it is not, or nobody knows
    SirContract erased_contract;
    SirState erased_state;
    bool is_open;
    bool is_console;        // the world at the other end is the console
    bool is_world;          // anything may come from the other end
    Message *first, **last; // that wait to be received
    End *next;              // of all
};

typedef struct Member {
    End *end;
    Node value; // void where the set keeps none
    struct Member *next;
} Member;

struct Set {
    Member *first, **last; // who was added first
    uint64_t count, served;
};

// --- modules and SIPs ---------------------------------------------------------------------------------------

typedef struct TypeFacts {
    uint64_t size;
    uint32_t align;
    bool is_known, is_open; // computed; being computed
    bool is_bad;            // contains itself, or is no type
    bool is_plain, is_owning, is_second_class;
    Rule refused; // what is not built is in it; 0: nothing
} TypeFacts;

typedef struct Frame {
    SirFunc func;
    const SirFuncInfo *info;
    Node *locals;
    Tag **roots; // per local; NULL: it does not exist
    const bool *has_storage;
    SirBlock block;
    uint32_t inst;
    Tags *held; // per parameter: what it holds when the function is entered
    Tags *deep; // ... and what is held inside what it points to
    Node *args; // as they were passed
} Frame;

typedef VEC(Frame) Frames;

typedef enum SipState { SIP_RUNS, SIP_WAITS, SIP_ENDED } SipState;

typedef struct Thread {
    Frames frames;
    SipState state;
    uint64_t wake; // while it waits: when a timeout ends it; UINT64_MAX: never
    uint64_t number, joins;
    struct Thread *parent, *next; // next: of the SIP
    uint64_t join;                // of the parent's; 0: none
} Thread;

struct Sip {
    const SirModule *module;
    TypeFacts *facts;
    bool *leads_to_end, *stays_here; // per type, made when first asked for
    bool *stays_with_thread, *not_shared;
    bool *leads_to_managed, *hides_managed;
    bool **has_storage; // per function, made when it is first called
    Node **consts;      // per module constant, made when it is first used
    Map *trees;         // text literals, by tree
    Thread first;
    Thread *threads, *thread; // all that have not ended; the one that runs
    uint32_t thread_count;
    uint64_t thread_numbers;
    Frames *spare; // per function: of calls that returned
    Block *blocks;
    uint64_t heap_used;
    Block *managed; // all managed objects
    uint64_t managed_used;
    SipState state; // RUNS or ENDED
    InterpResult *result;
    const InterpSip *given; // how `main` is wired; NULL: by the names of contracts
    Node *main_args;
    uint8_t **dma; // by grant, made when it is first used
};

struct Interp {
    Arena arena;
    bool chaos;
    uint64_t chance;
    uint64_t steps, limit;
    uint64_t nodes; // that were made, against the limit
    uint64_t clock;
    Sip *sips;
    uint32_t sip_count;
    Sip *sip;   // that is running
    bool stop;  // the running SIP ended
    bool again; // the instruction could not be finished yet
    bool yields;
    bool off; // `exit` was called
    uint32_t off_status;
    Buf *console;
    End *ends;
    uint64_t served, events; // clocks of End.served and End.ready
    VEC(Node *) lent;        // chaos: what parameters point to
    Tags tags;
    uint32_t sweep_at, tag_ids, block_ids, type_depth;
    Tag *free_tags;
    Node *free_parts[40]; // by the logarithm of how many
    Message *free_messages;
    Block *free_blocks;
    Node last; // what the first function returned
    const InterpWatch *watch;
    const char *doing; // for complaints: the instruction
};

static inline Frame *top(const Interp *in) {
    Frames *frames = &in->sip->thread->frames;
    return &frames->data[frames->len - 1];
}

// --- ends of a run (run.c) -----------------------------------------------------------------------------------

// Of the running SIP: the first counts. Always false.
bool interp__violate(Interp *in, Rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool interp__fault(Interp *in, Fault fault); // always false
void interp__end(Interp *in, InterpEnd end);

#define MUST(in, condition, rule, ...) ((condition) || interp__violate((in), (rule), __VA_ARGS__))

uint64_t interp__draw(Interp *in);                  // chaos: the next random number
uint64_t interp__below(Interp *in, uint64_t limit); // 0 for 0

// --- the beginning of a system (begin.c) ---------------------------------------------------------------------

bool interp__begin(Interp *in, Sip *sip); // enters its `main`
void interp__wire(Interp *in);            // when all have begun

// --- types (types.c) -----------------------------------------------------------------------------------------

const SirTypeInfo *interp__type(
    const Interp *in, SirType type
); // void's where there is no such row
const TypeFacts *interp__facts(Interp *in, SirType type);
bool interp__same_type(const Interp *in, SirType a, SirType b); // up to the states of endpoints
bool interp__same_sig(const SirSig *a, const SirSig *b);
bool interp__is_signed(SirType type);
bool interp__is_integer(SirType type);
bool interp__is_float(SirType type);
uint32_t interp__width(SirType type);                 // bits of a scalar
uint64_t interp__extend(SirType type, uint64_t bits); // an integer's low bits, as a node keeps them
bool interp__holds(
    const Interp *in, SirType type, uint64_t bits
); // is this a value of the scalar, enum or flags?
SirType interp__repr(
    const Interp *in, SirType type
); // of a plain enum or flags; else the type itself
SirType interp__elem(const Interp *in, SirType type); // of what is indexable, or of a str; SIR_NONE
bool interp__is_borrow(const SirTypeInfo *info);      // a pointer, slice or str that owns nothing
bool interp__is_owner(const SirTypeInfo *info);       // of a block
bool interp__is_managed(const SirTypeInfo *info);     // it leads to a managed object
bool interp__is_object(const SirTypeInfo *info); // the same, but not a text, which never changes
bool interp__hides_managed(
    Interp *in, SirType type
); // managed pointers behind its owners, in its sets
bool interp__is_plain(Interp *in, SirType type);
bool interp__is_owning(Interp *in, SirType type);
bool interp__is_second_class(Interp *in, SirType type);
bool interp__is_lent(Interp *in, SirType type); // a borrow may lead to it
bool interp__is_sendable(Interp *in, SirType type);
typedef bool InterpFinds(Interp *in, const SirTypeInfo *info);
// Is such a type in it, or behind its owners? `known` keeps the answers for all types.
bool interp__has_in(Interp *in, SirType type, InterpFinds *finds, bool **known);
bool interp__leads_to_end(Interp *in, SirType type); // an endpoint is in it, or behind its owners

// --- permissions (tags.c) --------------------------------------------------------------------------------------

typedef enum Use {
    USE_READ,
    USE_WRITE, // or any other use that excludes all others
} Use;

Tag *interp__root(Interp *in);
Tag *interp__lend(
    Interp *in, Tag *parent, const Path *path, bool exclusive
);                                                        // after the access was made
void interp__kill(Interp *in, Tag *tag, const char *why); // and all that was borrowed through it
void interp__kill_children(Interp *in, Tag *tag, const char *why);
bool interp__access(
    Interp *in, Tag *tag, const Path *path, Use use
);                                                 // false: a stale borrow was used
bool interp__is_fresh(Interp *in, const Tag *tag); // or that
bool interp__comes_from(const Tag *tag, const Tag *from);
void interp__sweep(Interp *in); // between instructions: forgets what nobody can use
bool interp__path_push(Interp *in, Path *path, StepKind kind, uint64_t from, uint64_t to);

// --- nodes (nodes.c) ---------------------------------------------------------------------------------------------

Node *interp__parts(Interp *in, uint64_t count);
bool interp__same_room(uint64_t a, uint64_t b); // so many parts lie in the same room
void interp__parts_free(Interp *in, Node *parts, uint64_t count);
Block *interp__block(Interp *in, uint64_t bytes); // belongs to the running SIP
void interp__block_free(Interp *in, Block *block);
void interp__own(Interp *in, Block *block, Sip *owner);
bool interp__has_parts(const SirTypeInfo *info);           // inline
bool interp__is_whole(const Interp *in, const Node *node); // initialised in all its paths
bool interp__is_touched(Interp *in, const Node *node);     // some owning path is initialised
bool interp__has_hole(const Interp *in, const Node *node, uint32_t but); // that another tag made
bool interp__copy(
    Interp *in, const Node *from, Node *to
); // of plain type; all borrows in it are fresh
bool interp__check_moved(Interp *in, const Node *node); // what leaves its place is fit to
void interp__forget(Interp *in, Node *node); // it owns nothing, or what it owned is elsewhere
bool interp__drop(Interp *in, Node *node);   // all that it owns ends; uninitialised afterwards
bool interp__const(Interp *in, const SirTree *tree, Node *out, uint32_t depth);
bool interp__make_up(
    Interp *in, SirType type, Node *out, uint32_t depth
); // chaos: false when there is none
Node interp__scalar(SirType type, uint64_t bits);
Node interp__option(Interp *in, SirType option, const Node *some); // NULL: none
Node *interp__run_of(
    const Interp *in, Node *node, uint64_t *from, uint64_t *to
);                                                             // elements of a slice and its like
void interp__collect(Interp *in, const Node *node, Tags *out); // the tags of all borrows in it
bool interp__states_fit(
    Interp *in, const Node *node, SirType type
); // endpoints are in the states that the type names

// --- managed objects (managed.c) -------------------------------------------------------------------------------------

// An object of `bytes`, without its content. `value`: what will be in it, which nobody else holds yet. NULL when there is no
// room for it, or after a violation.
Block *interp__object(Interp *in, SirType content, uint64_t bytes, const Node *value);

// --- places (places.c) ---------------------------------------------------------------------------------------------

typedef struct Route {
    Node *node;
    Tag *tag;           // whose permission is used; NULL: a constant's
    Path path;          // from what the tag covers
    bool is_shared;     // through `const` or `static`
    bool is_path;       // a move path: no element, nothing shared
    bool is_field;      // fields only
    bool is_heap;       // through an owner
    bool is_behind;     // through a `mut` pointer
    bool is_lent_local; // `%l.*`, l a pointer
    bool is_managed;    // in a managed object
} Route;

bool interp__local(Interp *in, uint64_t local, Node **node); // exists
bool interp__walk(Interp *in, const SirPlace *place, Use use, bool is_dest, Route *route);
// A value for reading only, or for changes: walked, accessed and whole.
bool interp__look(Interp *in, const SirPlace *place, Route *route);
bool interp__change(Interp *in, const SirPlace *place, Route *route);
bool interp__value(Interp *in, const SirArg *arg, Node *out);
bool interp__u64(Interp *in, const SirArg *arg, uint64_t *out);
bool interp__write(Interp *in, const SirPlace *place, const Node *value);
// Where `use` puts a value: also into a managed object.
bool interp__assign(Interp *in, const SirPlace *place, const Node *value);
bool interp__write_local(Interp *in, uint64_t local, const Node *value);
bool interp__drop_place(Interp *in, const SirPlace *place);
bool interp__states_agree(
    Interp *in, const Route *route, const Node *value
); // the place may hold or give it
bool interp__move_out(Interp *in, Route *route, Node *out);
SirType interp__place_type(Interp *in, const SirPlace *place); // SIR_NONE where it has none

// The elements of an indexable place or text. Its own permission: what a slice borrows is reached through the slice's tag.
typedef struct Run {
    Node *node; // has the elements as parts; NULL: there are none
    uint64_t from, to;
    Tag *tag;
    Path path;
    SirType elem;
    bool is_shared, is_static;
} Run;

bool interp__run(Interp *in, const SirPlace *place, Use use, Run *run);
bool interp__run_access(
    Interp *in, Run *run, uint64_t from, uint64_t to, Use use
); // relative to `from`
Node interp__slice(Interp *in, Run *run, SirType type, uint64_t from, uint64_t to, bool exclusive);

// --- instructions ----------------------------------------------------------------------------------------------------

// Each executes an instruction of its groups; false when the SIP stopped.
bool interp__arith(Interp *in, const SirInst *inst);     // arith.c, ARITH to ORDER
bool interp__cast(Interp *in, const SirInst *inst);      // cast.c
bool interp__make(Interp *in, const SirInst *inst);      // make.c, MAKE HEAP HEAPOPT
bool interp__borrow(Interp *in, const SirInst *inst);    // borrow.c, BORROW LENGTH BYTES
bool interp__elements(Interp *in, const SirInst *inst);  // elements.c
bool interp__grow(Interp *in, const SirInst *inst);      // grow.c
bool interp__channel(Interp *in, const SirInst *inst);   // channel.c
bool interp__upcast(Interp *in, const SirInst *inst);    // upcast.c
bool interp__receive(Interp *in, const SirInst *inst);   // receive.c
bool interp__sets(Interp *in, const SirInst *inst);      // set.c, EPSET
bool interp__set_count(Interp *in, const SirInst *inst); // `len` of a set
void interp__set_forget(Interp *in, Set *set, Member *member);
// The set at a place that is changed, and its type.
bool interp__set_at(Interp *in, const SirPlace *place, Set **set, const SirTypeInfo **info);
bool interp__shared(Interp *in, const SirInst *inst); // threads.c, SHARED
bool interp__atomic(Interp *in, const SirInst *inst);
bool interp__thread(Interp *in, const SirInst *inst);
bool interp__device(Interp *in, const SirInst *inst); // device.c
// What a parameter of `main`, the `nth` of its kind, is; or any argument on a walk.
bool interp__device_granted(Interp *in, SirDevice device, uint32_t nth, Node *out);
void interp__device_made_up(Interp *in, SirDevice device, Node *out);
void interp__thread_end(Interp *in);
bool interp__call(Interp *in, const SirInst *inst); // call.c
bool interp__return(Interp *in, const SirInst *inst);
bool interp__end_block(Interp *in, const SirInst *inst); // flow.c, all other terminators
bool interp__enter(Interp *in, SirFunc func, const Node *args, uint32_t count);
bool interp__go(Interp *in, SirBlock block);
bool interp__alloc(Interp *in, uint64_t bytes, Block **block); // false: no memory; no fault
void interp__end_close(Interp *in, End *end);
// channel.c, for receive.c: a tracked endpoint; its contract and state; a message from its queue.
bool interp__endpoint(Interp *in, const SirPlace *place, End **out);
const SirContractInfo *interp__contract_of(const Interp *in, const End *end);
const SirStateInfo *interp__state_of(const Interp *in, const End *end);
const SirChoice *interp__find_choice(const SirStateInfo *state, uint64_t message);
bool interp__is_sent_by(const SirContractInfo *contract, uint32_t message, SirSide side);
bool interp__check_state(Interp *in, const SirContractInfo *contract, const SirStateInfo *state);
bool interp__is_gone(const End *end); // nothing waits, and nothing will
Message *interp__next_message(
    Interp *in, End *end, const SirMessage *message
); // taken out: now the SIP's
void interp__message_free(Interp *in, Message *message);
End *interp__end_new(Interp *in, SirContract contract, SirSide side, SirState state);
bool interp__is_endpoint_ptr(const Interp *in, SirType type); // `mut C.x:S*`
void interp__run_out(Interp *in); // the running SIP ended: its endpoints close, its memory is gone

#endif
