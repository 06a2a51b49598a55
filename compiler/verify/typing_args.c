// The arguments of an instruction: every number is a row, every place is walked type by type. docs/sir.md 4, 5.

#include "limits.h"
#include "typing.h"

const char *verify__shown(Code *c, SirType type) {
    return type == SIR_NONE ? "-" : verify__type_text(c->v, type);
}

// --- places ----------------------------------------------------------------------------------------------------------------

SirType verify__local_type(Code *c, uint64_t local) {
    if (local < c->func->locals.len) return c->func->locals.data[local].type;
    ILL_FORMED(c, "there is no local %llu", (unsigned long long)local);
    return SIR_NONE;
}

static bool is_indexable(const SirTypeInfo *info) {
    return info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
           info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
}

static SirType index_type(Code *c, const SirTypeInfo *info, SirProj proj) {
    if (proj.kind == SIR_PROJ_INDEX && verify__local_type(c, proj.n) != SIR_TYPE_U64) {
        ILL_FORMED(c, "an index is no u64");
        return SIR_NONE;
    }
    if (proj.kind == SIR_PROJ_AT && info->kind == SIR_TYPE_ARRAY && proj.n >= info->count) {
        REJECT(
            c, RULE_TESTS, "index %llu is not below the length %llu", (unsigned long long)proj.n,
            (unsigned long long)info->count
        );
        return SIR_NONE;
    }
    return info->elem;
}

// `managed`: the place may lie in a managed object.
static SirType step_type(Code *c, SirType type, SirProj proj, bool managed) {
    const SirTypeInfo *info = verify__type(c->v, type);
    bool leads = proj.kind != SIR_PROJ_FIELD && info->mode == SIR_GC &&
                 (info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE);
    if (leads && !managed) {
        REJECT(c, RULE_MANAGED, "a place in a managed object is neither copied nor assigned");
        return SIR_NONE;
    }
    switch (proj.kind) {
    case SIR_PROJ_FIELD:
        if (info->kind == SIR_TYPE_STRUCT && proj.n < info->field_count)
            return info->fields[proj.n].type;
        break;
    case SIR_PROJ_DEREF:
        if (info->kind == SIR_TYPE_PTR) return info->elem;
        if (info->kind == SIR_TYPE_GUARD) return info->elem;
        break;
    case SIR_PROJ_INDEX:
    case SIR_PROJ_AT:
        if (is_indexable(info)) return index_type(c, info, proj);
        break;
    case SIR_PROJ_KINDS: break;
    }
    ILL_FORMED(c, "a projection does not fit type `%s`", verify__shown(c, type));
    return SIR_NONE;
}

static SirType walked_type(Code *c, const SirPlace *place, bool managed) {
    if (place->proj_count > LIMIT_PLACE_DEPTH) {
        ILL_FORMED(c, "a place has more than %d projections", LIMIT_PLACE_DEPTH);
        return SIR_NONE;
    }
    SirType type = verify__local_type(c, place->local);
    for (uint32_t i = 0; i < place->proj_count && type != SIR_NONE; i++)
        type = step_type(c, type, place->projs[i], managed);
    return type;
}

SirType verify__place_type(Code *c, const SirPlace *place) {
    return walked_type(c, place, false);
}

void verify__require_aligned(Code *c, const SirPlace *place) {
    SirType type = verify__local_type(c, place->local);
    bool packed = false;
    for (uint32_t i = 0; i < place->proj_count && type != SIR_NONE; i++) {
        const SirTypeInfo *info = verify__type(c->v, type);
        if (place->projs[i].kind == SIR_PROJ_FIELD) packed = info->is_wire;
        if (place->projs[i].kind == SIR_PROJ_DEREF) packed = false;
        if (info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW) packed = false;
        type = step_type(c, type, place->projs[i], true);
    }
    if (type != SIR_NONE && packed && verify__kind(c->v, type)->align > 1)
        ILL_FORMED(c, "a field of a wire struct is borrowed that is not made of single bytes");
}

// --- values and other arguments --------------------------------------------------------------------------------------------

static SirType copied_type(Code *c, const SirPlace *place) {
    SirType type = walked_type(c, place, true);
    if (type == SIR_NONE || verify__kind(c->v, type)->plain) return type;
    ILL_FORMED(c, "a `%s` is copied, which is not plain", verify__shown(c, type));
    return SIR_NONE;
}

static SirType tree_type(Code *c, const SirTree *tree) {
    uint32_t before = c->v->faults;
    verify__check_tree(c->v, tree, c->v->module->consts.len, c->at);
    if (c->v->faults == before) return tree->type;
    c->bad = true;
    return SIR_NONE;
}

SirType verify__value_type(Code *c, const SirArg *value) {
    switch (value->kind) {
    case SIR_ARG_COPY: return copied_type(c, &value->place);
    case SIR_ARG_MOVE: return verify__place_type(c, &value->place);
    case SIR_ARG_CONST: return tree_type(c, value->tree);
    case SIR_ARG_PLACE:
    case SIR_ARG_NOTHING:
    case SIR_ARG_LOCAL:
    case SIR_ARG_TYPE:
    case SIR_ARG_INT:
    case SIR_ARG_FUNC:
    case SIR_ARG_KERNEL:
    case SIR_ARG_CONSTREF:
    case SIR_ARG_MESSAGE:
    case SIR_ARG_CONTRACT:
    case SIR_ARG_KINDS: break;
    }
    ILL_FORMED(c, "an argument is no value");
    return SIR_NONE;
}

static void require_row(Code *c, uint64_t row, uint32_t rows, const char *what) {
    if (row >= rows) ILL_FORMED(c, "there is no %s %llu", what, (unsigned long long)row);
}

static SirType arg_type(Code *c, const SirArg *arg) {
    const SirModule *module = c->v->module;
    switch (arg->kind) {
    case SIR_ARG_COPY:
    case SIR_ARG_MOVE:
    case SIR_ARG_CONST: return verify__value_type(c, arg);
    case SIR_ARG_PLACE: return verify__place_type(c, &arg->place);
    case SIR_ARG_LOCAL: return verify__local_type(c, arg->n);
    case SIR_ARG_TYPE: require_row(c, arg->n, module->types.len, "type"); break;
    case SIR_ARG_FUNC: require_row(c, arg->n, module->funcs.len, "function"); break;
    case SIR_ARG_CONSTREF: require_row(c, arg->n, module->consts.len, "constant"); break;
    case SIR_ARG_CONTRACT:
        require_row(c, arg->n, module->contracts.len, "contract");
        if (!c->bad && !verify__is_state(c->v, (SirContract)arg->n, (SirState)arg->m))
            ILL_FORMED(c, "there is no such state of the contract");
        break;
    case SIR_ARG_NOTHING:
    case SIR_ARG_INT: // what they number depends on the instruction
    case SIR_ARG_KERNEL:
    case SIR_ARG_MESSAGE: break;
    case SIR_ARG_KINDS: ILL_FORMED(c, "an argument is of no kind"); break;
    }
    return SIR_NONE;
}

// What `use` writes may lie in a managed object: nothing else happens between its walk and its write.
static SirType dest_type(Code *c, const SirArg *arg) {
    bool is_place = arg->kind == SIR_ARG_PLACE && c->inst->op == SIR_OP_USE;
    return is_place ? walked_type(c, &arg->place, true) : arg_type(c, arg);
}

void verify__type_args(Code *c) {
    if (c->inst->arg_count > c->types_cap) {
        c->types_cap = c->inst->arg_count * 2;
        c->types = arena_array(&c->scratch, SirType, c->types_cap);
    }
    for (uint32_t i = 0; i < c->inst->arg_count && !c->bad; i++)
        c->types[i] = i == 0 ? dest_type(c, &c->inst->args[i]) : arg_type(c, &c->inst->args[i]);
}

void verify__expect(Code *c, SirType type, SirType wanted, const char *what) {
    if (c->bad || verify__same_type(c->v, type, wanted)) return;
    ILL_FORMED(
        c, "`%s`: %s is of type `%s` when it should be `%s`", sir_op_text(c->inst->op), what,
        verify__shown(c, type), verify__shown(c, wanted)
    );
}

void verify__expect_count(Code *c, uint32_t first, uint64_t wanted) {
    if (c->inst->arg_count - first != wanted)
        ILL_FORMED(
            c, "`%s` has %u values when it should have %llu", sir_op_text(c->inst->op),
            c->inst->arg_count - first, (unsigned long long)wanted
        );
}
