// Managed objects (V10), as far as types say it: they hold plain data. The collector finds pointers to them in locals, parameters and
// results, in managed objects, and in blocks that are owned and may hold such pointers, which lie in its own memory: wherever a value may
// be. To other threads and processes they do not go (V08). That a place in one is only copied and assigned whole is
// asked where places are typed (typing_args.c); so nothing is ever lent of them, and no access can come between another's. A text
// never changes: that is lent, as long as the pointer to it stays where it was read (access.c).

#include "verify__.h"

#define REFUSE(v, ...) verify__complain(v, RULE_MANAGED, verify__module_spot(), __VA_ARGS__)

static bool is_managed(const SirTypeInfo *info) {
    bool leads =
        info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_STR;
    return leads && info->mode == SIR_GC;
}

static void check_type(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (is_managed(info) && info->kind != SIR_TYPE_STR && !verify__kind(v, info->elem)->plain)
        REFUSE(v, "type `%s` leads to managed data that is not plain", verify__type_text(v, type));
}

void verify__check_managed(Verify *v) {
    for (SirType type = SIR_SCALARS; type < v->module->types.len && !verify__full(v); type++)
        check_type(v, type);
}
