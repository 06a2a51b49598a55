// Instances: a function that takes a `ref fn` is made once for each function that it is given. What the given function captures
// comes along as parameters in the place of the `ref fn`, borrows like others; a call of it is a call of the given
// function with these behind the arguments. So SIR knows nothing of closures.

#include "lower__.h"

#include "base/buf.h"

static bool is_ref_fn(const HirType *type) {
    return type->kind == HIR_TYPE_REF_FN;
}

// --- signatures ----------------------------------------------------------------------------------------

static uint32_t width_of(Lower *l, const Given *given) { // of a `ref fn`
    return given->func == SIR_NONE
               ? 1
               : l->module->funcs.data[given->func].sig.param_count - given->first;
}

static SirParam value_param(Lower *l, const HirType *type) {
    const HirType *value = hir_type_fn(l->program->types, type->sig);
    return (SirParam){ .type = lower__type(l, value), .to = SIR_NONE };
}

// Each parameter that is a `ref fn` gives way to what comes along.
static SirSig instance_sig(Lower *l, const HirFn *fn, const Given *given) {
    HirSig plain = fn->sig;
    uint32_t *at = arena_array(&l->scratch, uint32_t, fn->sig.params.len), count = 0;
    for (uint32_t i = 0; i < fn->sig.params.len; i++) {
        at[i] = count;
        count += is_ref_fn(fn->sig.params.data[i]) ? width_of(l, &given[i]) : 1;
    }
    SirParam *params = arena_array(l->arena, SirParam, count);
    for (uint32_t i = 0; i < fn->sig.params.len; i++) {
        const HirType *type = fn->sig.params.data[i];
        if (!is_ref_fn(type)) {
            HirSig one = { .result = plain.result };
            vec_push(&l->scratch, &one.params, type);
            vec_push(&l->scratch, &one.promises, plain.promises.data[i]);
            params[at[i]] = lower__sig(l, &one).params[0];
        } else if (given[i].func == SIR_NONE) {
            params[at[i]] = value_param(l, type);
        } else {
            const SirSig *sig = &l->module->funcs.data[given[i].func].sig;
            for (uint32_t k = given[i].first; k < sig->param_count; k++)
                params[at[i] + k - given[i].first] = sig->params[k];
        }
    }
    plain.params.len = 0;
    SirSig made = lower__sig(l, &plain);
    made.params = params;
    made.param_count = count;
    for (uint32_t i = 0; i < made.from_count; i++)
        made.from[i].param = at[made.from[i].param];
    return made;
}

// --- functions -----------------------------------------------------------------------------------------

static Str name_of(Lower *l, const HirFn *fn, const Given *given) { // walk<closure in main>
    enum { LONGEST = 200 };
    Buf text = { 0 };
    uint32_t count = 0;
    buf_cstr(&text, fn->path);
    for (uint32_t i = 0; i < fn->sig.params.len; i++) {
        if (!is_ref_fn(fn->sig.params.data[i])) continue;
        buf_cstr(&text, count++ > 0 ? ", " : "<");
        if (given[i].func == SIR_NONE)
            buf_cstr(&text, "function value");
        else
            buf_put(
                &text, l->module->funcs.data[given[i].func].name.ptr,
                l->module->funcs.data[given[i].func].name.len
            );
    }
    if (count > 0) buf_byte(&text, '>');
    size_t len = text.len < LONGEST ? text.len : LONGEST;
    while (len < text.len && len > 0 && ((uint8_t)text.data[len] & 0xc0) == 0x80)
        len--; // not within a character
    Str name = { arena_strndup(l->arena, (const char *)text.data, len), len };
    buf_free(&text);
    return name;
}

SirFunc lower__instance(Lower *l, const HirFn *fn, const Given *given) {
    Buf key = { 0 };
    uint64_t known;
    buf_u32le(&key, fn->number);
    for (uint32_t i = 0; i < fn->sig.params.len; i++)
        if (is_ref_fn(fn->sig.params.data[i])) buf_u32le(&key, given[i].func);
    if (strmap_get(l->fns, (const char *)key.data, key.len, &known)) {
        buf_free(&key);
        return (SirFunc)known;
    }
    SirFunc row = l->found.len;
    vec_push(&l->scratch, &l->found, ((Found){ fn, given }));
    strmap_put(l->fns, (const char *)key.data, key.len, row);
    buf_free(&key);
    SirFuncInfo func = { .name = name_of(l, fn, given) };
    func.sig = instance_sig(l, fn, given);
    func.hints =
        (uint8_t)((fn->is_inline ? SIR_HINT_INLINE : 0) |
                  (fn->is_noinline ? SIR_HINT_NOINLINE : 0) | (fn->is_cold ? SIR_HINT_COLD : 0));
    func.loc = lower__loc(l, fn->span);
    vec_push(l->arena, &l->module->funcs, func);
    return row;
}

// --- what is given -------------------------------------------------------------------------------------

static uint32_t declared(const HirFn *fn) { // parameters before the captures
    uint32_t count = 0;
    while (count < fn->sig.params.len && fn->locals.data[count]->capture == HIR_CAPTURE_NONE)
        count++;
    return count;
}

static Given given_by(Body *b, const HirExpr *closure);

static const Given *given_all(Body *b, const HirFn *fn, uint32_t first, HirExpr *const *args) {
    Given *given = arena_array(&b->l->scratch, Given, fn->sig.params.len);
    for (uint32_t i = first; i < fn->sig.params.len; i++)
        if (is_ref_fn(fn->sig.params.data[i])) given[i] = given_by(b, args[i - first]);
    return given;
}

static Given given_by(Body *b, const HirExpr *closure) {
    if (closure->base && is_ref_fn(closure->base->type))
        return b->given[closure->base->local->number];
    if (closure->base) return (Given){ .func = SIR_NONE };
    uint32_t first = declared(closure->fn);
    const Given *captured = given_all(b, closure->fn, first, closure->args.data);
    return (Given){ lower__instance(b->l, closure->fn, captured), first };
}

SirFunc lower__callee(Body *b, const HirExpr *call) {
    return lower__instance(b->l, call->fn, given_all(b, call->fn, 0, call->args.data));
}

// --- parameters ----------------------------------------------------------------------------------------

void lower__declare_params(Body *b) {
    Lower *l = b->l;
    SirLocal row = 0;
    b->lent = arena_array(&l->scratch, Lent, b->fn->sig.params.len);
    for (uint32_t i = 0; i < b->fn->sig.params.len; i++) {
        const HirLocal *param = b->fn->locals.data[i];
        if (!is_ref_fn(param->type)) {
            row = lower__declare(b, param) + 1;
            continue;
        }
        b->lent[i] = (Lent){ row, width_of(l, &b->given[i]) };
        for (uint32_t k = 0; k < b->lent[i].count; k++)
            row = lower__raw_local(
                      b, lower__name(l, param->name), b->func.sig.params[row].type, param->span
                  ) +
                  1;
    }
}
