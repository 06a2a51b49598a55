// Inside verify/: the run, how it complains, and what is known of types. How code is typed is in typing.h.

#ifndef VERIFY_VERIFY___H
#define VERIFY_VERIFY___H

#include "verify.h"

#include "base/map.h"

typedef enum Rule {
#define SIR_RULE(number, name, text, state) RULE_##name = (number),
#include "contracts/sir/rules.def"
} Rule;

// --- the run -----------------------------------------------------------------------------------------

typedef struct Kind { // of a type, recomputed from its structure (kinds.c)
    uint64_t size;    // bytes; meaningless once a complaint about the type was made
    uint32_t align;
    bool plain;        // may be copied
    bool owning;       // something must be done when it ends
    bool second_class; // an inline part is a borrow, or it is a `ref struct`
    bool managed;      // an inline part is a managed pointer or slice
    bool sendable;     // sendable.c, and the next two
    bool movable;      // to another thread
    bool shareable;    // behind a borrow that another thread is lent
} Kind;

struct VerifiedSir {
    const SirModule *module;
    Kind *kinds;        // per type
    uint32_t *bounds;   // per contract and direction
    uint32_t **weights; // per contract: per side and state
    bool *contracts;    // per contract: some endpoint is of it
    bool *kernel;       // per row of kcalls.def: it is called
    Map **drops;        // per function, NULL if none: block and instruction to a VerifiedDrop
};

typedef struct Verify {
    Arena *arena; // for what the report and the verdict keep
    const SirModule *module;
    VerifyReport *report;
    VerifiedSir *out;
    Map *choices; // of states of contracts with many: message to choice, by state (pointees.c)
    uint32_t stand_in_work; // choices that were compared for `upcast`s
    uint32_t faults;        // complaints, also those of a rule that is knocked out
    uint64_t work,
        work_most; // steps that all functions took so far, and may take: by the module's length
    uint64_t **
        values; // per type: of a plain enum its values, ascending; of flags the declared bits, as one
} Verify;

// The key of VerifiedSir.drops[func]; the value is the address of a VerifiedDrop in the run's arena.
static inline uint64_t verify__drop_key(SirBlock block, uint32_t inst) {
    return (uint64_t)block << 32 | inst;
}

// --- complaining (report.c) -----------------------------------------------------------------------------

typedef struct Spot { // what a complaint is about
    SirFunc func;
    SirBlock block;
    uint32_t inst;
    SirLoc loc;
} Spot;

Spot verify__module_spot(void);
Spot verify__func_spot(const Verify *v, SirFunc func);

// One complaint for each rule and spot: what follows from the first is not said.
void verify__complain(Verify *v, Rule rule, Spot at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool verify__full(const Verify *v); // nothing more will be heard

// Takes the steps off what the module has; false when nothing is left.
static inline bool verify__spend(Verify *v, uint64_t steps) {
    v->work += steps;
    return v->work <= v->work_most;
}

// Short texts for complaints, in the run's arena.
const char *verify__type_text(Verify *v, SirType type);
const char *verify__state_text(Verify *v, SirContract contract, SirState state);

// Test builds only: the rule that does not complain, 0 for none.
#ifdef SIR_KNOCK_OUT_TESTS
void verify__knock_out(unsigned rule);
#endif

// --- types (kinds.c, types.c, sendable.c) ----------------------------------------------------------------

static inline const SirTypeInfo *verify__type(const Verify *v, SirType type) {
    return &v->module->types.data[type];
}

static inline const Kind *verify__kind(const Verify *v, SirType type) {
    return &v->out->kinds[type];
}

// The types that lie inline in a type: `for (Parts p = verify__parts(v, type); verify__next_part(&p, &part);)`
typedef struct Parts {
    const SirTypeInfo *info;
    uint32_t variant, field;
} Parts;

Parts verify__parts(const Verify *v, SirType type);
bool verify__next_part(Parts *parts, SirType *part);

void verify__check_types(Verify *v);    // V01, V05, and what is not built
void verify__compute_kinds(Verify *v);  // V01: cycles and sizes
void verify__check_payloads(Verify *v); // V01: sizes of messages
void verify__check_fn_types(Verify *v); // V01: signatures, once kinds are known
void verify__check_holders(Verify *v);  // V05: what may hold a borrow
void verify__check_managed(Verify *v
); // V10: what holds managed pointers, and what they lead to (managed.c)
void verify__compute_sendable(Verify *v);
void verify__check_messages(Verify *v); // V08

void verify__check_sig(Verify *v, const SirSig *sig, Spot at); // V01; once kinds are known
bool verify__is_integer(SirType type);
bool verify__is_signed(SirType type);
bool verify__is_float(SirType type);
uint32_t verify__bits(SirType type);                // of a scalar
uint64_t verify__max_value(SirType type);           // of an integer type, as bits
bool verify__int_fits(SirType type, uint64_t bits); // extended to 64 as docs/sir.md 5 says
bool verify__is_state(const Verify *v, SirContract contract, SirState state); // a row
bool verify__is_utf8(Str text);
bool verify__enum_has(const Verify *v, SirType type, uint64_t bits); // a plain enum's value
bool verify__is_bound(
    const Verify *v, SirType type
); // a guard or a join: to one local of one function
bool verify__is_endpoint(const Verify *v, SirType type);
bool verify__is_endpoint_ptr(const Verify *v, SirType type, SirMode mode);
// The same type, but for the state where it is an endpoint, or a `const` or `mut` pointer to one.
bool verify__same_type(const Verify *v, SirType a, SirType b);

// --- the rest of the module ------------------------------------------------------------------------------

void verify__check_contracts(Verify *v); // V01, V09; leaves bounds and weights
void verify__weigh_endpoints(Verify *v); // V09: its last part
bool verify__inherits(Verify *v, SirContract contract, SirContract base); // also from itself
// V07: may the end of `contract` in `state` be seen as one of `base` in `seen`? (standin.c)
bool verify__stands_in(
    Verify *v, SirContract contract, SirState state, SirContract base, SirState seen, SirSide side
);
void verify__check_consts(Verify *v); // V01
void verify__check_tree(
    Verify *v, const SirTree *tree, SirConst below, Spot at
); // refers to rows under `below`
bool verify__is_func_of(
    const Verify *v, uint64_t func, SirType type
); // a function with the signature of the type
bool verify__is_ref_of(
    const Verify *v, SirType thing, SirType type
);                                      // a static borrow of a constant of type `thing`
void verify__check_manifest(Verify *v); // V13
uint32_t verify__kernel_rows(void);     // of kcalls.def
bool verify__has_grant(const Verify *v, SirGrantKind kind);
void verify__check_func(Verify *v, SirFunc func); // everything about one function

// What is true along the flow: V02 V03 V04 V05 V07 (flow-*.c). Only for a function whose code is well-typed: every number
// in it is a row, every block ends in its terminator, and all types agree up to the states of endpoints.
void verify__check_flow(Verify *v, SirFunc func);

#endif
