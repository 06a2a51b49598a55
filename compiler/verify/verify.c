// The judge's column: bytes to a module, then rule after rule, each relying on those above it. docs/sir.md 11.

#include "verify.h"

#include "limits.h"
#include "verify__.h"

#include <assert.h>

// --- the passes ------------------------------------------------------------------------------------------------------------------

typedef void Pass(Verify *v);

static void check_sigs(Verify *v) { // calls rely on them, whichever function comes first
    for (SirFunc func = 0; func < v->module->funcs.len && !verify__full(v); func++)
        verify__check_sig(v, &v->module->funcs.data[func].sig, verify__func_spot(v, func));
}

static void check_funcs(Verify *v) {
    for (SirFunc func = 0; func < v->module->funcs.len && !verify__full(v); func++)
        verify__check_func(v, func);
}

static Pass *const passes[] = {
    verify__check_types, // V01, V10, and what V07, V08, V13 do not know yet; types are rows from here on
    verify__compute_kinds, // V01: sizes, what is plain, owning, second-class
    verify__check_holders, // V05: nothing that outlives a borrow can hold one
    verify__check_managed, // V10: managed pointers are where the collector looks, and lead to plain data
    verify__check_fn_types,   // V01
    verify__check_contracts,  // V01, V09; queues and weights are bounded
    verify__compute_sendable, //
    verify__check_payloads,   // V01
    verify__check_messages,   // V08
    verify__check_consts,     // V01
    check_sigs,               // V01
    verify__check_manifest,   // V13
    check_funcs,              // V01 to V08, V10, V11, V13
};

static Verify *open_run(Arena *arena, const SirModule *module, VerifyReport *report) {
    Verify *v = arena_new(arena, Verify);
    *v = (Verify){ .arena = arena, .module = module, .report = report };
    v->out = arena_new(arena, VerifiedSir);
    if (!module) return v;
    v->out->module = module;
    v->out->contracts = arena_array(arena, bool, module->contracts.len);
    v->out->kernel = arena_array(arena, bool, verify__kernel_rows());
    v->out->drops = arena_array(arena, Map *, module->funcs.len);
    return v;
}

static const SirModule *read_module(
    Arena *arena, const uint8_t *bytes, size_t length, VerifyReport *report
) {
    SirReadError error = { 0 };
    const SirModule *module = NULL;
    if (length <= LIMIT_MODULE_BYTES) module = sir_binary_read(arena, bytes, length, &error);
    if (module) return module;
    Verify *v = open_run(arena, NULL, report);
    if (length > LIMIT_MODULE_BYTES)
        verify__complain(v, RULE_WELL_FORMED, verify__module_spot(), "the module is too large");
    else
        verify__complain(
            v, RULE_WELL_FORMED, verify__module_spot(), "byte %zu: %s", error.offset, error.message
        );
    return NULL;
}

const VerifiedSir *verify(
    Arena *arena, const uint8_t *sir_binary, size_t length, VerifyReport *report
) {
    *report = (VerifyReport){ 0 };
    const SirModule *module = read_module(arena, sir_binary, length, report);
    if (!module) return NULL;
    Verify *v = open_run(arena, module, report);
    v->work_most = LIMIT_WORK_BASE + (uint64_t)LIMIT_WORK_PER_BYTE * length;
    for (size_t i = 0; i < sizeof passes / sizeof *passes && v->faults == 0; i++)
        passes[i](v);
    report->steps = v->work;
    report->most_steps = v->work_most;
#ifdef SIR_KNOCK_OUT_TESTS
    if (report->count == 0 && v->faults > 0) return v->out; // tests look no further
#endif
    return v->faults == 0 ? v->out : NULL;
}

// --- what was recomputed -----------------------------------------------------------------------------------------------------------

const SirModule *verified_module(const VerifiedSir *sir) {
    return sir->module;
}

static const Kind *kind_of(const VerifiedSir *sir, SirType type) {
    assert(type < sir->module->types.len);
    return &sir->kinds[type];
}

uint64_t verified_size(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->size;
}

uint32_t verified_align(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->align;
}

bool verified_is_plain(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->plain;
}

bool verified_is_owning(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->owning;
}

bool verified_is_second_class(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->second_class;
}

bool verified_is_managed(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->managed;
}

bool verified_is_sendable(const VerifiedSir *sir, SirType type) {
    return kind_of(sir, type)->sendable;
}

uint32_t verified_queue_bound(const VerifiedSir *sir, SirContract contract, SirDir dir) {
    assert(contract < sir->module->contracts.len);
    return sir->bounds[contract * 2 + dir];
}

uint32_t verified_weight(
    const VerifiedSir *sir, SirContract contract, SirSide side, SirState state
) {
    assert(contract < sir->module->contracts.len);
    uint32_t states = sir->module->contracts.data[contract].state_count;
    if (state >= states) return 0; // `any`: its holder sends next; `closed`: it receives no more
    return sir->weights[contract][side * states + state];
}

bool verified_uses_contract(const VerifiedSir *sir, SirContract contract) {
    assert(contract < sir->module->contracts.len);
    return sir->contracts[contract];
}

bool verified_uses_kernel(const VerifiedSir *sir, uint32_t kcall) {
    assert(kcall < verify__kernel_rows());
    return sir->kernel[kcall];
}

const VerifiedDrop *verified_drop(
    const VerifiedSir *sir, SirFunc func, SirBlock block, uint32_t inst
) {
    assert(func < sir->module->funcs.len);
    uint64_t address;
    if (!sir->drops[func] || !map_get(sir->drops[func], verify__drop_key(block, inst), &address))
        return NULL;
    return (const VerifiedDrop *)(uintptr_t)address;
}
