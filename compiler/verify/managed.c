// Managed objects (V10), as far as types say it: they hold plain data, and pointers to them are nowhere but where the collector
// looks: in locals, parameters and results, and in managed objects. That a place in one is only copied and assigned whole is
// asked where places are typed (typing_args.c); so nothing is ever lent of them, and no access can come between another's. A text
// never changes: that is lent, as long as the pointer to it stays where it was read (access.c).

#include "verify__.h"

#define REFUSE(v, ...) verify__complain(v, RULE_MANAGED, verify__module_spot(), __VA_ARGS__)

static bool is_managed(const SirTypeInfo *info) {
    bool leads =
        info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR;
    return leads && info->mode == SIR_GC;
}

// The collector looks at stacks and managed objects. Constants hold no pointers, and a borrow leads to where it looks anyway.
static bool is_looked_at(const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW: return info->mode != SIR_OWN;
    case SIR_TYPE_EPSET:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD: return false;
    default: return true;
    }
}

static void check_type(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (is_managed(info) && info->kind != SIR_TYPE_STR && !verify__kind(v, info->elem)->plain)
        REFUSE(v, "type `%s` leads to managed data that is not plain", verify__type_text(v, type));
    bool has_elem = info->kind == SIR_TYPE_EPSET ? info->elem != SIR_NONE : !is_looked_at(info);
    if (has_elem && verify__kind(v, info->elem)->managed)
        REFUSE(
            v, "type `%s` holds managed pointers where the collector does not look",
            verify__type_text(v, type)
        );
}

void verify__check_managed(Verify *v) {
    for (SirType type = SIR_SCALARS; type < v->module->types.len && !verify__full(v); type++)
        check_type(v, type);
}
