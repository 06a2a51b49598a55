// What the files of this room share.
//
//   values    what is known of data: endpoints, small constants, and what holds them; equal ones are one
//   facts     of a program: which types hold endpoints, which functions speak, which locals are alive
//   places    where a SIR place leads, through borrows
//   run       one instruction of one thread, as long as nobody else can notice
//   configs   where threads stand still, and how they go on
//   states    of all threads and channels together
//   act       what a thread does to the state
//   wires     sips that are started again, and the wires by which their ends come
//   blocked   who waits for whom
//   search    all states
//   tell      the report
//
// A channel is a number; its importer's end is twice that, its exporter's end one more.

#ifndef DEADLOCK_DEADLOCK___H
#define DEADLOCK_DEADLOCK___H

#include "deadlock.h"

#include "base/map.h"
#include "contracts/abi/kernel.h"

enum {
    MOST_FRAMES = 24,           // of one thread
    MOST_PATH = 12,             // projections of one place
    MOST_WAYS = 1000,           // between two stops of a thread
    MOST_STEPS = 20000,         // silent ones, on one way
    MOST_FOLD = 64,             // largest number that arithmetic on constants makes
    MOST_CHOICES = 16,          // elements among which an index chooses that is not known
    MOST_MADE = SIP_MOST_WIRED, // channels at a time that are made at run time, whoever makes them
    MOST_THREADS = 256,
    MOST_RESTARTS = 2, // that are counted: of more, any number is looked at
};

// --- values ----------------------------------------------------------------------------------------------------

typedef uint32_t Val; // row of values; VAL_NONE: nothing is known
enum { VAL_NONE = 0 };

typedef enum ValueKind {
    VALUE_NONE,
    VALUE_INT, // bits: bool, integer, plain enum
    VALUE_FN,  // bits: function
    VALUE_END, // bits: end of a channel; variant: tag of what it is, if only that knows (`C.any`)
    VALUE_REF, // a borrow: bits: frame << 32 | local; items: which part, then of that which part ...
    VALUE_LIST, // of a struct, array, growable, box; of variant `variant` of an enum or option
    VALUE_FAR,  // a borrow that another thread has lent: as a borrow; variant: the lender's id
    VALUE_JOIN, // bits: its number in the thread
    VALUE_GUARD // a lock that is held; bits: the borrow that leads to it, or nothing known
} ValueKind;

typedef struct Value {
    ValueKind kind;
    uint32_t variant;
    uint64_t bits;
    const Val *items;
    uint32_t count;
    bool is_tracked; // an end, borrow, join or guard is in it: it may not be forgotten
} Value;

typedef struct Values {
    Arena *arena;
    StrMap *rows;
    VEC(Value) all;
} Values;

void deadlock__values_init(Arena *arena, Values *values);
Val deadlock__value_make(
    Values *values,
    ValueKind kind,
    uint32_t variant,
    uint64_t bits,
    const Val *items,
    uint32_t count
);
Val deadlock__value_int(Values *values, uint64_t bits);
Val deadlock__value_with(
    Values *values, Val list, uint32_t item, Val what
); // that item replaced; grows
const Value *deadlock__value_at(const Values *values, Val value);

// --- facts -----------------------------------------------------------------------------------------------------

typedef struct FuncFacts {
    bool speaks;        // does something that others can notice, or calls one that does
    bool is_taken;      // its address
    uint64_t **live;    // by block: bits of the locals that are used before they are written
    uint64_t *borrowed; // bits of the locals that are borrowed somewhere
} FuncFacts;

typedef struct Program {
    const SirModule *module;
    bool *holds; // by type: an endpoint, guard or join may be in it, or a lock that matters
    bool *ends;  // by type: an endpoint may be in it
    bool locks;  // somebody waits or speaks while it holds one: then who has which counts
    FuncFacts *funcs;
    bool may_exit;
    bool starts; // other programs, which are not followed
    bool takes;  // the oldest member of a set: then the order of members counts
} Program;

Program *deadlock__facts_find(Arena *arena, const SirModule *module);
bool deadlock__facts_is_live(const FuncFacts *facts, SirBlock block, SirLocal local);

// --- threads that stand still ------------------------------------------------------------------------------------

typedef struct Frame {
    SirFunc func;
    SirBlock block;
    uint32_t inst;
    Val *locals;
} Frame;

typedef struct Machine { // a thread that is being moved
    Frame frames[MOST_FRAMES];
    uint32_t count;
    const char *lost; // what could not be followed; NULL: nothing
} Machine;

typedef enum StopKind {
    STOP_BEGIN, // before its first instruction
    STOP_SEND,
    STOP_CLOSE, // one or more ends
    STOP_RECEIVE,
    STOP_CHANNEL,
    STOP_SPAWN,
    STOP_JOIN,
    STOP_LOCK,
    STOP_END,
    STOP_TRAP,
    STOP_EXIT,
    STOP_SPIN, // it does nothing any more, and does not wait
    STOP_LOST, // it is not followed further
} StopKind;

typedef VEC(uint32_t) Numbers;

typedef struct Head { // something that a receive waits for
    uint32_t end;
    bool is_closed; // the end of the peer; else message `message`
    uint32_t message;
    uint32_t args;         // of the message
    const SirPlace *place; // that the program names: of the endpoint, or of its set
} Head;

typedef struct Wait { // a way in which a receive may go on
    uint32_t arm;
    uint32_t member; // MEMBER, LOST: its row in the set
    const Head *heads;
    uint32_t head_count; // all at once; none: a timeout, or that nothing else can be any more
} Wait;

typedef struct Config {
    uint32_t sip;
    StopKind stop;
    const uint32_t *words; // the frames
    uint32_t word_count;
    const SirInst *inst; // where it stands; NULL at the end of all
    const char *why;     // LOST
    Numbers ends;        // SEND: one; CLOSE: all; RECEIVE: each that is waited for
    const Wait *waits;   // RECEIVE
    uint32_t wait_count;
    Numbers held;   // all ends that the thread holds
    Numbers guards; // the borrows that lead to the locks that it holds
    Val lock;       // LOCK: the borrow that leads to it
    Val payload;    // SEND: what of the arguments is to be kept; SPAWN: the arguments
    uint32_t join;  // SPAWN: plus one, 0: free; JOIN
} Config;

enum { NO_END = UINT32_MAX, NO_CONFIG = UINT32_MAX };

typedef struct Next { // where a thread may come to stand
    uint32_t config;
    const SirInst *choice; // that decided: NULL if none did
    SirFunc choice_func;
} Next;

typedef struct Nexts {
    VEC(Next) all;
    bool is_choice; // more than one that goes on: data decides
} Nexts;

typedef struct Outcome { // of what a thread did
    uint32_t wait;       // RECEIVE: row of the config's
    Val payload;         // RECEIVE: LIST of the arguments, head after head, or NONE
    uint32_t channel;    // CHANNEL
} Outcome;

typedef struct Delivery {  // of a `Wire` of sip.listener
    uint32_t giver, param; // of whose channels one end is delivered
    uint32_t asks;         // the end of whoever takes them
    uint32_t other;        // delivery of the other ends, if both sides ask; NO_END
    uint32_t side;         // then: which end is delivered here
} Delivery;

typedef struct Space { // everything that is found about a system
    Arena *arena;
    const DeadlockSystem *system;
    Program **programs; // by sip
    bool folds;         // arithmetic on constants
    Values values;
    StrMap *config_rows;
    VEC(Config) configs;
    StrMap *next_rows;
    VEC(Nexts) nexts;
    StrMap *tags;         // of contracts and states
    Arena scratch;        // of one closure
    uint32_t channels;    // that the wiring makes
    bool *machine;        // by channel of the wiring: the kernel serves it
    uint32_t **wire_ends; // by sip and parameter: NO_END for none
    VEC(Delivery) deliveries;
    bool others_may_exit; // sips that no channel leads to
} Space;

void deadlock__space_init(Arena *arena, Space *space, const DeadlockSystem *system, bool folds);
void deadlock__space_end(Space *space);
const Program *deadlock__space_program(const Space *space, uint32_t sip);
const SirFuncInfo *deadlock__space_func(const Space *space, uint32_t sip, SirFunc func);
uint32_t deadlock__space_tag(
    Space *space, const SirContractInfo *contract, uint64_t state
); // not 0

uint32_t deadlock__config_begin(
    Space *space, uint32_t sip, SirFunc func, const Val *args, uint32_t count
);
const Nexts *deadlock__config_next(Space *space, uint32_t config, Outcome outcome);
const Config *deadlock__config_at(const Space *space, uint32_t config);

// --- places.c ----------------------------------------------------------------------------------------------------

typedef struct Spot {
    bool known;
    bool is_far; // of thread `thread`, not of this one
    uint32_t thread;
    uint32_t frame, local;
    uint32_t path[MOST_PATH];
    uint32_t depth;
} Spot;

typedef struct Mover { // what moves a machine
    Space *space;
    const Program *program;
    Machine *machine;
} Mover;

Frame *deadlock__mover_frame(const Mover *mover);
const SirFuncInfo *deadlock__mover_func(const Mover *mover);
void deadlock__mover_lose(Mover *mover, const char *why);
bool deadlock__mover_holds(const Mover *mover, SirType type);
SirType deadlock__mover_place_type(const Mover *mover, const SirPlace *place);
Spot deadlock__spot_of(const Mover *mover, const SirPlace *place);
Spot deadlock__spot_behind(const Value *ref);
void deadlock__spot_step(Spot *spot, uint64_t part);
void deadlock__spot_narrow(Spot *spot, uint64_t first, uint64_t end); // to some of its elements
Val deadlock__spot_get(const Mover *mover, const Spot *spot);
void deadlock__spot_set(Mover *mover, const Spot *spot, Val value);
Val deadlock__spot_ref(Mover *mover, const Spot *spot);
void deadlock__ref_forget(
    Mover *mover, Val value
); // data where a borrow in it leads: others may change it
Val deadlock__place_get(const Mover *mover, const SirPlace *place);
void deadlock__place_set(Mover *mover, const SirPlace *place, Val value);
Val deadlock__arg_peek(Mover *mover, const SirArg *arg);
Val deadlock__arg_take(Mover *mover, const SirArg *arg);
Val deadlock__args_take(Mover *mover, const SirInst *inst, uint32_t first); // LIST
Val deadlock__args_peek(Mover *mover, const SirInst *inst, uint32_t first);
Val deadlock__arg_kept(
    Mover *mover, const SirArg *arg
); // what of it is kept where it lies for long: no data

// An index that data decides, in a place of elements that are kept, or an argument of the instruction: a local, which may be
// each number below `count`. False: there is none.
bool deadlock__index_unknown(Mover *mover, const SirInst *inst, SirLocal *index, uint32_t *count);

// --- run.c, flow.c -----------------------------------------------------------------------------------------------

void deadlock__run_inst(
    Mover *mover, const SirInst *inst
); // no terminator, no stop; goes on to the next

// The arms that a terminator may take: all, or the one that is known. Their number is the result.
uint32_t deadlock__flow_arms(Mover *mover, const SirInst *inst, uint32_t *arms);
void deadlock__flow_take(Mover *mover, const SirInst *inst, uint32_t arm);
void deadlock__flow_enter(Mover *mover, SirBlock block);
void deadlock__flow_receive(Mover *mover, const SirInst *inst, const Wait *wait, Val payload);
bool deadlock__flow_call(
    Mover *mover, const SirInst *inst
); // false: it was not followed, and is done
bool deadlock__flow_return(Mover *mover, const SirInst *inst); // false: it was the last frame
bool deadlock__mover_has(const Mover *mover, ValueKind kind, uint32_t *count);

// --- states ------------------------------------------------------------------------------------------------------

typedef struct Thread {
    uint32_t sip, config;
    uint32_t id;     // in its sip; 0: the first
    uint32_t parent; // id of the thread that waits for it, plus one; 0: nobody
    uint32_t join;
} Thread;

typedef struct Letter {
    uint32_t message;
    Val payload;
} Letter;

typedef struct Line { // a channel
    bool used;
    bool closed[2];         // by side
    VEC(Letter) letters[2]; // by the side that sent
} Line;

typedef struct Parcel { // what the kernel has for a delivery
    uint32_t fresh;     // an end that nobody has asked for; NO_END: none
    bool is_asked;
    bool is_over; // nothing will come any more
} Parcel;

typedef struct State {
    Arena *arena; // of what grows
    VEC(Thread) threads;
    VEC(Line) lines;
    VEC(Parcel) parcels;    // by delivery
    VEC(uint32_t) restarts; // by sip: so far
} State;

State deadlock__state_copy(Arena *arena, const State *from);
void deadlock__state_read(const uint32_t *words, State *state);
void deadlock__state_write(const Space *space, const State *state, Numbers *out, Arena *arena);
void deadlock__state_close(Space *space, State *state, uint32_t end);
uint32_t deadlock__state_new_line(const Space *space, State *state); // NO_END: too many

typedef struct Label { // how a state came from another
    uint32_t sip, config, wait;
    const SirInst *choice;
    SirFunc choice_func;
    bool is_timeout;
    bool is_fault; // of an operation, in a sip that is started again
    bool is_again; // it has been started again
} Label;

typedef struct Move { // a state that a thread leads to
    State state;
    Label label;
    bool is_choice;
} Move;

typedef VEC(Move) Moves;

typedef enum Reach {
    REACH_NONE, // it waits, has ended, or is not followed
    REACH_ALL,  // whatever others do, these are its moves
    REACH_SOME, // others may add to them
} Reach;

// A borrow as it looks from another thread than the one with that id.
Val deadlock__value_far(Values *values, Val value, uint32_t thread);
// The thread that holds the lock that thread number `thread` waits for, itself perhaps; NO_END: it is free.
uint32_t deadlock__lock_holder(Space *space, const State *state, uint32_t thread);

// What thread number `thread` can do in the state.
Reach deadlock__act(Space *space, const State *state, uint32_t thread, Arena *arena, Moves *moves);

typedef enum Chance {
    CHANCE_NOW,
    CHANCE_LATER, // if somebody sends, or ends
    CHANCE_NEVER  // something else is there
} Chance;

Chance deadlock__act_chance(const Space *space, const State *state, const Head *head);
Chance deadlock__act_chance_of_wait(const Space *space, const State *state, const Wait *wait);
bool deadlock__act_is_stuck(
    const Space *space, const State *state, const Config *config
); // no way can be taken

// The threads that wait for each other for ever, as rows of the state's threads. `firm`: no other thread can end that.
Numbers deadlock__blocked_find(Arena *arena, Space *space, const State *state, bool *firm);
uint32_t deadlock__blocked_holder(
    const Space *space, const State *state, uint32_t end
); // row of a thread; NO_END: nobody

// --- wires.c -------------------------------------------------------------------------------------------------------

void deadlock__wires_find(Space *space); // the deliveries
void deadlock__wires_begin(const Space *space, State *state);
uint32_t deadlock__wire_at(
    const Space *space, uint32_t line
); // the delivery that it asks for; NO_END
bool deadlock__wire_ask(Space *space, State *state, uint32_t wire);    // false: too many channels
void deadlock__wire_forget(Space *space, State *state, uint32_t wire); // who took is gone
void deadlock__wires_give_up(Space *space, State *state, uint32_t sip);
bool deadlock__sip_gives(const Space *space, uint32_t sip);
bool deadlock__sip_begin(
    Space *space, State *state, uint32_t sip
); // again; false: too many channels

// --- tell.c --------------------------------------------------------------------------------------------------------

DeadlockPlace deadlock__tell_place(const Space *space, uint32_t sip, const SirInst *inst);
// Of an endpoint or set that a program names where its thread stands.
const SirContractInfo *deadlock__tell_contract(
    const Space *space, const Config *config, const SirPlace *place
);
const char *deadlock__tell_step(Arena *arena, const Space *space, const Label *label);
const char *deadlock__tell_wait(
    Arena *arena, const Space *space, const State *state, const Thread *thread
);

#endif
