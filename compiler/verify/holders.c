// Who may hold a borrow: second-class things live in locals, parameters, results and `ref struct`s, and in nothing that
// outlives them (V05, for types). And signatures: what a result may come from, what is promised of an endpoint (V01).
// Relies on kinds.c, which recomputed what is second-class.

#include "limits.h"
#include "verify__.h"

// What has its borrows among its parts: it may be borrowed itself, and what lies inside is told apart from the borrow. A
// borrow of a borrow there is none.
static bool is_holder(const Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    return (info->kind == SIR_TYPE_STRUCT && info->is_ref) || info->kind == SIR_TYPE_ENUM ||
           info->kind == SIR_TYPE_OPTION;
}

// --- types ---------------------------------------------------------------------------------------------------------------

static void require_first_class(Verify *v, SirType holder, SirType part) {
    if (verify__kind(v, part)->second_class)
        verify__complain(
            v, RULE_ESCAPE, verify__module_spot(), "type `%s` would hold a borrow in `%s`",
            verify__type_text(v, holder), verify__type_text(v, part)
        );
}

static void check_pointee(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    bool borrows = info->mode == SIR_MUT || info->mode == SIR_CONST;
    if (!borrows || !is_holder(v, info->elem)) require_first_class(v, type, info->elem);
}

static void check_struct_fields(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    for (uint32_t i = 0; !info->is_ref && i < info->field_count && !verify__full(v); i++)
        require_first_class(v, type, info->fields[i].type);
}

static void check_holder(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    switch (info->kind) {
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW: check_pointee(v, type); break;
    case SIR_TYPE_STRUCT: check_struct_fields(v, type); break;
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD: require_first_class(v, type, info->elem); break;
    case SIR_TYPE_EPSET:
        if (info->elem != SIR_NONE) require_first_class(v, type, info->elem);
        break;
    case SIR_TYPE_ARRAY: // these become second-class with their parts
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_STR:
    case SIR_TYPE_FN:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_KINDS:
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        break;
    }
}

void verify__check_holders(Verify *v) {
    for (SirType type = SIR_SCALARS; type < v->module->types.len && !verify__full(v); type++)
        check_holder(v, type);
}

// --- signatures: docs/sir.md 9 ----------------------------------------------------------------------------------------------

static bool check_sig_types(Verify *v, const SirSig *sig, Spot at) {
    if (sig->param_count > LIMIT_PARAMS) {
        verify__complain(
            v, RULE_WELL_FORMED, at, "there are %u parameters when %d are allowed",
            sig->param_count, LIMIT_PARAMS
        );
        return false;
    }
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (sig->params[i].type >= v->module->types.len || sig->params[i].type == SIR_TYPE_VOID) {
            verify__complain(v, RULE_WELL_FORMED, at, "parameter %u is of no type", i);
            return false;
        }
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (verify__is_bound(v, sig->params[i].type)) {
            verify__complain(v, RULE_WELL_FORMED, at, "parameter %u is a guard or a join", i);
            return false;
        }
    if (sig->result < v->module->types.len && !verify__is_bound(v, sig->result)) return true;
    verify__complain(v, RULE_WELL_FORMED, at, "the result is of no type that a result may have");
    return false;
}

// A promise is made for each exclusive borrow of an endpoint, and for nothing else.
static void check_promise(Verify *v, const SirSig *sig, uint32_t i, Spot at) {
    const SirParam *param = &sig->params[i];
    if (!verify__is_endpoint_ptr(v, param->type, SIR_MUT)) {
        if (param->to != SIR_NONE)
            verify__complain(
                v, RULE_WELL_FORMED, at,
                "parameter %u promises a state but is no exclusive borrow of an endpoint", i
            );
        return;
    }
    const SirTypeInfo *endpoint = verify__type(v, verify__type(v, param->type)->elem);
    if (param->to != SIR_STATE_ANY && !verify__is_state(v, endpoint->contract, param->to))
        verify__complain(
            v, RULE_WELL_FORMED, at, "parameter %u promises no state of its contract", i
        );
}

static bool leads_to_holder(const Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    return info->kind == SIR_TYPE_PTR && (info->mode == SIR_MUT || info->mode == SIR_CONST) &&
           is_holder(v, info->elem) && verify__kind(v, info->elem)->second_class;
}

static const char *from_trouble(const Verify *v, const SirSig *sig, uint32_t i) {
    const SirFrom *from = &sig->from[i];
    if (from->param >= sig->param_count) return "names no parameter";
    if (i > 0 && sig->from[i - 1].param >= from->param) return "is not ascending";
    SirType type = sig->params[from->param].type;
    if (!verify__kind(v, type)->second_class) return "names a first-class parameter";
    if (from->deep && !leads_to_holder(v, type)) return "looks into what holds no borrows";
    return NULL;
}

static void check_from(Verify *v, const SirSig *sig, Spot at) {
    if (sig->from_count > 0 && !verify__kind(v, sig->result)->second_class) {
        verify__complain(v, RULE_WELL_FORMED, at, "a first-class result has a `from`");
        return;
    }
    for (uint32_t i = 0; i < sig->from_count; i++) {
        const char *trouble = from_trouble(v, sig, i);
        if (!trouble) continue;
        verify__complain(v, RULE_WELL_FORMED, at, "`from` %s", trouble);
        return;
    }
}

void verify__check_sig(Verify *v, const SirSig *sig, Spot at) {
    if (!check_sig_types(v, sig, at)) return;
    for (uint32_t i = 0; i < sig->param_count; i++)
        check_promise(v, sig, i, at);
    check_from(v, sig, at);
}

void verify__check_fn_types(Verify *v) {
    for (SirType type = SIR_SCALARS; type < v->module->types.len && !verify__full(v); type++)
        if (verify__type(v, type)->kind == SIR_TYPE_FN)
            verify__check_sig(v, verify__type(v, type)->sig, verify__module_spot());
}
