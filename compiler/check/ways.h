// What is asked of every way through a body: has a place a value, is it borrowed, in which state is an endpoint.
//
// The body is walked in the order of evaluation with a State, which is copied where ways part and joined where they
// meet; loops are walked until nothing new is learned. Every fact can only be added to by a join, so that what was
// reported in an early round stays true, and diagnostics at one place are reported once.
//
//     ways.c        the walk over statements      ways_expr.c   the walk over expressions
//     facts.c       sorted sets of facts           moves.c       what may have no value
//     loans.c       who borrows what               live.c        for how long
//     typestate.c   endpoints' states              astray.c      of those in memory
//     watch.c       what editors show of it

#ifndef CHECK_WAYS_H
#define CHECK_WAYS_H

#include "check__.h"

#include "base/bits.h"

// --- paths: places as far as they are told apart ---------------------------------------------------------------------------

typedef enum StepKind {
    STEP_FIELD,
    STEP_DEREF,
    STEP_INDEX,
    STEP_ORIGIN // of no place: what a parameter held at the start; n: 1 for what is inside what it leads to
} StepKind;

typedef struct Step {
    uint32_t kind, n;
    bool shared, is_static; // DEREF, INDEX: through a shared borrow; of a constant
    bool owned;             // DEREF of an `own` pointer: what it leads to belongs to the local
    bool
        lent; // DEREF of a parameter that borrows exclusively: what moves out of it must be back in time [47]
} Step;

typedef struct Path {
    const HirLocal *local; // NULL: of nothing that is tracked
    const Step *steps;
    uint32_t count;
    const HirType *type; // of what is there
} Path;

// --- facts --------------------------------------------------------------------------------------------------------------------

typedef struct Fact {
    uint32_t tag; // loans: who holds it
    Path path;
    uint32_t value;
    uint32_t where; // loans: HELD_*; states: STATE_SAID
    const Path *to; // leads: the endpoint's place; NULL: one of several
    Span at;
} Fact;

typedef struct Facts { // sorted by tag and path, one fact for each pair
    Fact *data;
    uint32_t len, cap;
} Facts;

int path_compare(const Path *a, const Path *b);
bool path_starts(
    const Path *whole, const Path *start
);                                             // is `start` a beginning of `whole`, or the whole?
bool paths_meet(const Path *a, const Path *b); // may they share memory?
Fact *facts_find(const Facts *facts, uint32_t tag, const Path *path);
// The row of the first whose path begins there, if any does.
uint32_t facts_first(const Facts *facts, uint32_t tag, const HirLocal *local);
bool facts_add(Facts *facts, Fact fact); // false: it was there, and is unchanged
void facts_remove(Facts *facts, uint32_t tag, const Path *path);
void facts_forget(Facts *facts, const HirLocal *local); // all whose path begins there
void facts_copy(Facts *into, const Facts *from);
void facts_free(Facts *facts);

// --- the walk --------------------------------------------------------------------------------------------------------------------

typedef struct Ends Ends; // live.c

typedef struct State {
    bool dead;        // no way leads here
    const Ends *ends; // where the walk was last on each of the ways that lead here
    Facts moved;      // places that may have no value; value: MOVED_*
    Facts held;       // by tag, a local's number: what its borrows may lead to; value: LOAN_*
    Facts states;     // of endpoints, where they differ from none: value
    Facts leads;      // borrows of endpoints in locals: to which place
} State;

enum { MOVED_NEVER, MOVED_AWAY }; // had no value yet; had one
enum {
    LOAN_SHARED,
    LOAN_EXCLUSIVE,
    LOAN_GUARD,
    LOAN_FROM
}; // GUARD: shared. FROM: of what a parameter borrows; its path is an ORIGIN
// What a borrow holds, it holds itself or in the `ref struct` that it leads to [45]. Of all else the two are not told apart.
enum { HELD_SELF = 1, HELD_INSIDE = 2, HELD_BOTH = 3 };
#define STATE_CLOSED CHECK_CLOSED
enum { STATE_SAID = 1 }; // that it is in a wrong one: nothing follows from it

typedef struct
    Exit { // a statement that `break` and `continue` may leave, and the states in which they do
    struct Exit *outer;
    const HirStmt *stmt;
    uint32_t locals; // in scope around it
    State out, again;
} Exit;

typedef struct Ending {    // one of the two
    const HirLocal *local; // a guard or a join: what it is for ends too
    const HirStmt *defer;
} Ending;

typedef enum LiveKind { LIVE_NOTHING, LIVE_USE, LIVE_WRITE } LiveKind;

typedef struct LiveNode {
    const HirLocal *local; // NULL: ways part or meet here
    LiveKind kind;
    Span at;        // USE
    uint32_t edges; // the first of those that lead here, plus one; 0: none
} LiveNode;

typedef struct LiveEdge {
    uint32_t from, next; // next: as LiveNode.edges
} LiveEdge;

typedef struct Live {
    VEC(LiveNode) nodes; // by position
    VEC(LiveEdge) edges;
    BitSet *after; // per local: the nodes after which it is used; empty: none
} Live;

typedef struct Ways {
    Checker *checker;
    HirFn *fn;
    Arena arena; // paths
    State state; // where the walk is
    Exit *exits;
    VEC(Ending) endings; // what the open scopes hold
    bool counting;       // the first walk only finds out where locals are used
    uint32_t pos;        // the node where the walk is: the same in every walk
    Live live;
    uint32_t temps; // values that wait for the operation that takes them, and hold loans
    VEC(const HirExpr *) early; // TEMPs whose value has been walked before its place is used
    Map *passing;               // HirExpr TEMP -> the HirLocal that it is to loans
    VEC(Fact) told;             // by path and place: values that are missing, each once
    uint32_t endpoints;         // that are followed, at most
    Facts in_memory;            // those of them that lie there
    bool astray;                // one of them has been
    const HirExpr *taken;       // a borrow whose endpoint its taker follows
    uint32_t errors;            // reported before this function
    uint32_t work;              // rounds of loops, against hostile input
    Map *settled;               // HirExpr CLOSURE: the ways through its function are known
} Ways;

State state_copy(const State *state);
void state_free(State *state);
void state_join(Ways *ways, State *into, State *from, Span at); // ends `from`
bool state_is_new(const State *known, const State *more); // does a join with `more` teach anything?

void walk_stmt(Ways *ways, const HirStmt *stmt);
void walk_value(Ways *ways, const HirExpr *value);
uint32_t walk_root(
    Ways *ways, const HirExpr *place
); // before other values; how many were early before
void walk_again(Ways *ways, const HirExpr *place); // it is used after what was evaluated since
void walk_parts(Ways *ways, const HirExpr *place); // what is evaluated to get to a place
void walk_carried(
    Ways *ways, const HirExpr *value
); // a value that goes to a local: endpoints keep their state
void declare_local(Ways *ways, const HirLocal *local, bool has_value, Span at);
Span head_of(const Ways *ways, Span statement); // up to its body
void count_endpoints(Ways *ways, const HirType *type);
void end_locals(Ways *ways, uint32_t down_to, Span at); // they stay in scope

Path path_of(Ways *ways, const HirExpr *place);
Step step_to_elements(const HirType *of);       // of an array, a slice, a text
bool path_stays(const Path *path);              // within the local: no pointer leads there
const HirExpr *path_root(const HirExpr *place); // a LOCAL, a CONSTANT, a TEMP
Path path_of_local(const HirLocal *local);
const char *path_text(Ways *ways, const Path *path);

// --- live.c -------------------------------------------------------------------------------------------------------------------------

void live_node(Ways *ways, const HirLocal *local, LiveKind kind); // the walk goes on at a new node
void live_use(Ways *ways, const HirLocal *local, Span at);
// Where may the local be used next, as it is now? false: that is not known.
// `later`: without another round of a loop.
bool live_where(Ways *ways, uint32_t holder, Span *at, bool *later);
void live_back(Ways *ways, uint32_t node); // and from where it is to an earlier one
const Ends *live_join(Ways *ways, const Ends *a, const Ends *b);
bool live_find(Ways *ways);                      // between the walks; false: too much
bool is_live(const Ways *ways, uint32_t holder); // may the local be used later, as it is now?

// --- moves.c ------------------------------------------------------------------------------------------------------------------------

bool is_news(Ways *ways, const Fact *fact); // has it not been told before?
bool same_span(Span a, Span b);
void moves_read(Ways *ways, const Path *path, Span at); // must have a value
void moves_away(Ways *ways, const Path *path, Span at);
void moves_assign(Ways *ways, const Path *path, Span at);   // has one afterwards
bool moves_has_value(const State *state, const Path *path); // on all ways
void moves_check_back(
    Ways *ways, const HirLocal *param, Span at
); // what moved out of what it borrows is back
void moves_check_join(Ways *ways, const State *a, const State *b, Span at);

// --- loans.c ------------------------------------------------------------------------------------------------------------------------

typedef enum Access {
    ACCESS_READ,
    ACCESS_LEND,
    ACCESS_LEND_MUT,
    ACCESS_CHANGE,
    ACCESS_ASSIGN,
    ACCESS_MOVE,
    ACCESS_END,
    ACCESS_RELEASE // of a guard: what it leads to is nobody's any more
} Access;

bool loans_access(Ways *ways, const Path *path, Access access, Span at); // false: reported
bool loans_add(Facts *loans, Fact loan);                                 // false: nothing new
void loans_join(Facts *into, const Facts *from);                         // where two ways meet
bool loans_blur(const Facts *known, const Facts *more); // would joining them widen what is known?
Path path_elements(Ways *ways, const Path *path);       // of an array, a slice, a text
// What has a value in `state` is dropped where that meets a way on which it has none.
void loans_check_dropped(
    Ways *ways, const State *state, const Path *path, const Fact *gone, Span at
);                                                   // reports
void loans_start(Ways *ways, const HirLocal *param); // what it holds when the function begins
void loans_forget(Ways *ways, const HirLocal *local);
void loans_take(Ways *ways, const HirLocal *local, const HirExpr *value); // it is given the value
void loans_lend(Ways *ways, const HirLocal *join, const HirExpr *value);  // ... to a thread
void loans_store(Ways *ways, const Path *path, const HirExpr *value, bool replaces, Span at);
void loans_hold_path(Ways *ways, const HirLocal *local, const Path *path, bool exclusive, Span at);
void loans_keep(Ways *ways, const HirExpr *value); // until loans_release: a value that waits
void loans_release(Ways *ways, uint32_t temps);
bool is_bound(const HirType *type); // of a guard or a join: it holds its loans until it ends
void loans_end_bound(
    Ways *ways, const Ending *endings, uint32_t count, Span at
);                                                      // of a scope that is left, last one first
void loans_check_pair(Ways *ways, const HirExpr *call); // two places that are changed at once
bool splits_exclusively(const HirExpr *builtin);
void loans_guard(
    Ways *ways, const Path *path, Span at
); // until loans_release: it is looked at only
bool loans_check_result(Ways *ways, const HirExpr *value); // reports

// --- watch.c: what a watcher is told ------------------------------------------------------------------------------------------

void watch_use(Ways *ways, const HirExpr *local);                        // a local is named
void watch_endpoint(Ways *ways, const HirExpr *place, const Path *path); // is used as it is now
void watch_goes(Ways *ways, const Path *path, uint32_t state, Span at);
void watch_ends(Ways *ways, const HirLocal *local, Span at); // a scope

// --- typestate.c ----------------------------------------------------------------------------------------------------------------------

void states_start(
    Ways *ways, const Path *path, const HirType *type
); // in the state that the type names
void states_carry(Ways *ways, const Path *to, const HirExpr *value);
void states_stated(
    Ways *ways, const HirLocal *local, const HirExpr *value
); // is it in the state that is written?
void states_consume(
    Ways *ways, const Path *path, const HirType *want, Span at
); // must be in the state that `want` names
void states_upcast(Ways *ways, const HirExpr *value);
void states_leave(Ways *ways, const HirExpr *value); // an endpoint moves, in any state
void check_upcast(
    Ways *ways, const HirExpr *value, uint32_t state, const char *name
);                                                       // upcast.c; reports
void states_lend(Ways *ways, const Path *path, Span at); // what it holds is as its type says
void states_erase(Ways *ways, HirExpr *value); // gets the state that it is in for its type; reports
void states_after_call(Ways *ways, const HirExpr *call, const HirSig *sig);
void states_captured(
    Ways *ways, const HirExpr *arg
);                                                 // an endpoint comes back as the closure got it
void states_capture(Ways *ways, HirExpr *closure); // as they are, for the closure's function
void states_send(Ways *ways, const HirStmt *stmt);
void states_return(Ways *ways, Span at);
void states_dropped(Ways *ways, const HirLocal *local, Span at);
void states_find_dropped(Ways *ways, const HirLocal *local, Facts *dropped); // adds to them
void states_tell_dropped(Ways *ways, const Facts *dropped, Span at);
void states_join(Ways *ways, State *into, const State *from, Span at);

// The fact of one endpoint, and its contract: for coming.c too.
Fact *state_of(Ways *ways, const Path *path);             // NULL: it is not followed
Fact *state_known(Ways *ways, const Path *path);          // also of one in memory that is at rest
Fact *state_tracked(Ways *ways, const HirExpr *endpoint); // reports; NULL
void state_goes(Ways *ways, const Fact *known, uint32_t state, Span at);
void state_expect(Ways *ways, const Fact *known, const HirType *want, Span at); // reports
void state_moves(Fact *known, uint32_t state, Span at);
void state_note(Ways *ways, const Fact *fact); // where the endpoint got into its state
const char *state_text(Ways *ways, const HirType *type, uint32_t state);
void state_explain(
    Ways *ways, const Fact *known, uint32_t message
); // what may happen instead, and where the message belongs
const char *state_why_not(const HirType *type, uint32_t state, bool sends);
const char *state_listed(
    Ways *ways, const char *list, const char *between, const char *one
); // `a`, `b`; `list`: what stands before it, or NULL

// --- astray.c -------------------------------------------------------------------------------------------------------------------------

bool is_in_memory(const Path *path); // must an endpoint there be back in the state of its type?
bool may_be_followed(const Path *path);
bool is_astray(const Fact *known);            // in memory, and in another state
uint32_t state_when_closed(const Path *path); // once the peer is gone
Fact *state_at_rest(Ways *ways, const Path *path);
const Fact *lead_of(
    Ways *ways, const Path *path
); // of a place behind a local that borrows an endpoint; NULL: its own
void states_point(
    Ways *ways, const HirLocal *local, const HirExpr *value
); // a borrow goes to the local
void states_join_leads(State *into, const State *from);
bool leads_are_new(const State *known, const State *more);
void count_in_memory(Ways *ways, const HirExpr *endpoint);
void states_touch(
    Ways *ways, const Path *path, Access access, Span at
);                                                   // reports what lies around it and is astray
void states_lent(Ways *ways, const HirExpr *borrow); // to whoever does not follow it
void states_settle(Ways *ways, Span at); // behind a statement: reports what nobody brings back
void states_leave_memory(Ways *ways, Span at); // at the end of a function
void states_overwritten(Ways *ways, const Path *path, Span at);

// --- coming.c -------------------------------------------------------------------------------------------------------------------------

void states_receive_check(Ways *ways, const HirStmt *stmt);
void states_receive_arm(Ways *ways, const HirReceiveArm *arm);
void states_receive_rest(
    Ways *ways, const HirReceiveArm *rest
); // before the body of `default`; reports
void states_receive_binds(Ways *ways, const HirReceiveArm *arm); // once they are bound

#endif
