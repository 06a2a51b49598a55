// The instructions whose types are no pattern: storage, constants, casts, and what is made of parts. docs/sir.md 6. And
// those whose rule is not built, each refused by that rule.

#include "typing.h"

// --- casts -------------------------------------------------------------------------------------------------------------------

typedef enum Sort { SORT_OTHER, SORT_INT, SORT_FLOAT, SORT_CHAR, SORT_BOOL } Sort;

static Sort sort_of(SirType type) {
    if (verify__is_integer(type)) return SORT_INT;
    if (verify__is_float(type)) return SORT_FLOAT;
    if (type == SIR_TYPE_CHAR) return SORT_CHAR;
    return type == SIR_TYPE_BOOL ? SORT_BOOL : SORT_OTHER;
}

// How many bits the values of a type need, without the sign.
static uint32_t value_bits(SirType type) {
    if (type == SIR_TYPE_BOOL) return 1;
    if (type == SIR_TYPE_CHAR) return 21;
    return verify__bits(type) - verify__is_signed(type);
}

// Whether every value of `from` is one of `to`.
static bool widens(SirType to, SirType from) {
    Sort into = sort_of(to), out_of = sort_of(from);
    if (to == from || out_of == SORT_OTHER) return false;
    if (into == SORT_FLOAT && out_of == SORT_FLOAT) return verify__bits(from) < verify__bits(to);
    if (into == SORT_FLOAT) return out_of == SORT_INT && verify__bits(from) <= verify__bits(to) / 2;
    if (into != SORT_INT || out_of == SORT_FLOAT) return false;
    if (verify__is_signed(from) && !verify__is_signed(to)) return false;
    return value_bits(from) <= value_bits(to);
}

static bool casts(SirType to, SirType from) {
    Sort into = sort_of(to), out_of = sort_of(from);
    if (out_of == SORT_OTHER || (into != SORT_INT && into != SORT_FLOAT && into != SORT_CHAR))
        return false;
    bool from_letter = out_of == SORT_CHAR || out_of == SORT_BOOL;
    return !(into == SORT_FLOAT && from_letter) && !(out_of == SORT_FLOAT && into == SORT_CHAR);
}

static bool wraps(SirType to, SirType from) {
    Sort out_of = sort_of(from);
    return sort_of(to) == SORT_INT && out_of != SORT_FLOAT && out_of != SORT_OTHER;
}

static bool saturates(SirType to, SirType from) {
    Sort out_of = sort_of(from);
    return sort_of(to) == SORT_INT && (out_of == SORT_INT || out_of == SORT_FLOAT);
}

static const SirTypeInfo *type_info(const Code *c, SirType type) {
    return verify__type(c->v, type);
}

static bool is_repr(const Code *c, SirType named, SirType repr) { // of a plain enum or flags
    const SirTypeInfo *info = type_info(c, named);
    return (info->kind == SIR_TYPE_FLAGS || info->is_plain_enum) && info->elem == repr;
}

static bool cast_fits(const Code *c, SirType to, SirType from) {
    const SirTypeInfo *info = type_info(c, to);
    bool is_option = info->kind == SIR_TYPE_OPTION;
    switch (c->inst->op) {
    case SIR_OP_WIDEN: return widens(to, from);
    case SIR_OP_CAST_TRAP: return casts(to, from);
    case SIR_OP_CAST_WRAP: return wraps(to, from);
    case SIR_OP_CAST_SAT: return saturates(to, from);
    case SIR_OP_CAST_OPT: return is_option && casts(info->elem, from);
    case SIR_OP_ENUM_OF:
        return is_option && type_info(c, info->elem)->is_plain_enum && is_repr(c, info->elem, from);
    case SIR_OP_REPR_OF: return is_repr(c, from, to);
    default: return false;
    }
}

static void type_cast(Code *c) {
    if (!cast_fits(c, c->types[0], c->types[1]))
        ILL_FORMED(
            c, "`%s` does not lead from `%s` to `%s`", sir_op_text(c->inst->op),
            verify__shown(c, c->types[1]), verify__shown(c, c->types[0])
        );
}

// --- storage and constants ---------------------------------------------------------------------------------------------------

static void type_storage(Code *c) {
    if (c->inst->args[0].n < c->func->sig.param_count)
        ILL_FORMED(c, "`%s` of a parameter", sir_op_text(c->inst->op));
}

static void type_const_ref(Code *c) {
    SirType thing = c->v->module->consts.data[c->inst->args[1].n].tree.type;
    if (!verify__is_ref_of(c->v, thing, c->types[0]))
        ILL_FORMED(
            c, "`const.ref` of a `%s` gives no `%s`", verify__shown(c, thing),
            verify__shown(c, c->types[0])
        );
}

// --- values made of parts ------------------------------------------------------------------------------------------------------

static void type_struct(Code *c) {
    const SirTypeInfo *info = type_info(c, c->types[0]);
    if (info->kind != SIR_TYPE_STRUCT) {
        ILL_FORMED(c, "`struct` makes a `%s`", verify__shown(c, c->types[0]));
        return;
    }
    verify__expect_count(c, 1, info->field_count);
    for (uint32_t i = 0; !c->bad && i < info->field_count; i++)
        verify__expect(c, c->types[1 + i], info->fields[i].type, "a field");
}

static void type_array(Code *c) {
    const SirTypeInfo *info = type_info(c, c->types[0]);
    if (info->kind != SIR_TYPE_ARRAY) {
        ILL_FORMED(c, "`array` makes a `%s`", verify__shown(c, c->types[0]));
        return;
    }
    verify__expect_count(c, 1, info->count);
    for (uint32_t i = 1; !c->bad && i < c->inst->arg_count; i++)
        verify__expect(c, c->types[i], info->elem, "an element");
}

// A plain enum's variant is its row here, and has no payload.
static void type_variant(Code *c) {
    const SirTypeInfo *info = type_info(c, c->types[0]);
    uint64_t variant = c->inst->args[1].n;
    uint64_t count = info->kind == SIR_TYPE_OPTION ? 2
                     : info->kind == SIR_TYPE_ENUM ? info->variant_count
                                                   : 0;
    if (variant >= count) {
        ILL_FORMED(
            c, "type `%s` has no variant %llu", verify__shown(c, c->types[0]),
            (unsigned long long)variant
        );
        return;
    }
    uint32_t arity = sir_variant_arity(c->v->module, c->types[0], variant);
    verify__expect_count(c, 2, arity);
    for (uint32_t i = 0; !c->bad && i < arity; i++)
        verify__expect(
            c, c->types[2 + i], sir_variant_field(c->v->module, c->types[0], variant, i),
            "a part of the payload"
        );
}

static void type_fn_ref(Code *c) {
    if (!verify__is_func_of(c->v, c->inst->args[1].n, c->types[0]))
        ILL_FORMED(
            c, "`fn.ref`: function %llu is no `%s`", (unsigned long long)c->inst->args[1].n,
            verify__shown(c, c->types[0])
        );
}

static void type_wire_view(Code *c) {
    const SirTypeInfo *result = type_info(c, c->types[0]), *bytes = type_info(c, c->types[1]);
    bool fits = result->kind == SIR_TYPE_OPTION && bytes->kind == SIR_TYPE_SLICE &&
                bytes->mode != SIR_GC && bytes->elem == SIR_TYPE_U8;
    if (fits) {
        const SirTypeInfo *pointer = type_info(c, result->elem);
        fits = pointer->kind == SIR_TYPE_PTR && pointer->mode == SIR_CONST &&
               type_info(c, pointer->elem)->is_wire;
    }
    if (!fits)
        ILL_FORMED(
            c, "`wire.view` does not lead from `%s` to `%s`", verify__shown(c, c->types[1]),
            verify__shown(c, c->types[0])
        );
}

// --- what is not built -----------------------------------------------------------------------------------------------------------

static void refuse(Code *c, Rule rule) {
    REJECT(c, rule, "`%s` is not built", sir_op_text(c->inst->op));
}

void verify__type_special(Code *c) {
    switch (sir_op_group(c->inst->op)) {
    case SIR_GROUP_EPSET: verify__type_set(c); return;
    case SIR_GROUP_ACCESS: refuse(c, RULE_MANAGED); return;
    case SIR_GROUP_THREAD: verify__type_thread(c); return;
    case SIR_GROUP_DEVICE: verify__type_device(c); return;
    default: break; // by instruction
    }
    switch (c->inst->op) {
    case SIR_OP_STORAGE_BEGIN:
    case SIR_OP_STORAGE_END: type_storage(c); return;
    case SIR_OP_CONST_REF: type_const_ref(c); return;
    case SIR_OP_WIDEN:
    case SIR_OP_CAST_TRAP:
    case SIR_OP_CAST_WRAP:
    case SIR_OP_CAST_SAT:
    case SIR_OP_CAST_OPT:
    case SIR_OP_ENUM_OF:
    case SIR_OP_REPR_OF: type_cast(c); return;
    case SIR_OP_STRUCT: type_struct(c); return;
    case SIR_OP_ARRAY: type_array(c); return;
    case SIR_OP_VARIANT: type_variant(c); return;
    case SIR_OP_FN_REF: type_fn_ref(c); return;
    case SIR_OP_WIRE_VIEW: type_wire_view(c); return;
    case SIR_OP_CALL:
    case SIR_OP_CALL_VALUE:
    case SIR_OP_CALL_KERNEL:
    case SIR_OP_CHANNEL:
    case SIR_OP_SEND:
    case SIR_OP_RETYPE:
    case SIR_OP_ERASE:
    case SIR_OP_RECOVER:
    case SIR_OP_UPCAST: verify__type_call(c); return;
    default: ILL_FORMED(c, "`%s` is not known here", sir_op_text(c->inst->op)); return;
    }
}
