// The type table: every number in it is a row of the right kind, every row is well-formed, and equal types have equal rows,
// so that from here on types are compared by row. Also what the rest of the room asks of types. docs/sir.md 2.
// What needs to know of borrows (V05, signatures) is asked after kinds.c, in holders.c.

#include "limits.h"
#include "verify__.h"

#include <stdlib.h>
#include <string.h>

// --- scalars ---------------------------------------------------------------------------------------------------------

typedef enum ScalarClass {
    CLASS_VOID,
    CLASS_BOOL,
    CLASS_CHAR,
    CLASS_SINT,
    CLASS_UINT,
    CLASS_FLOAT
} ScalarClass;

static const struct {
    uint32_t bits;
    ScalarClass class;
} scalars[SIR_SCALARS] = {
#define SIR_SCALAR(name, text, bits, cls) { bits, CLASS_##cls },
#include "contracts/sir/types.def"
};

bool verify__is_signed(SirType type) {
    return type < SIR_SCALARS && scalars[type].class == CLASS_SINT;
}

static bool is_unsigned(SirType type) {
    return type < SIR_SCALARS && scalars[type].class == CLASS_UINT;
}

bool verify__is_integer(SirType type) {
    return verify__is_signed(type) || is_unsigned(type);
}

bool verify__is_float(SirType type) {
    return type < SIR_SCALARS && scalars[type].class == CLASS_FLOAT;
}

uint32_t verify__bits(SirType type) {
    return scalars[type].bits;
}

uint64_t verify__max_value(SirType type) {
    uint32_t bits = scalars[type].bits - verify__is_signed(type);
    return bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
}

bool verify__int_fits(SirType type, uint64_t bits) {
    uint64_t max = verify__max_value(type);
    return bits <= max || (verify__is_signed(type) && bits >= ~max);
}

// --- questions -----------------------------------------------------------------------------------------------------------

bool verify__is_state(const Verify *v, SirContract contract, SirState state) {
    return contract < v->module->contracts.len &&
           state < v->module->contracts.data[contract].state_count;
}

bool verify__is_endpoint(const Verify *v, SirType type) {
    return verify__type(v, type)->kind == SIR_TYPE_ENDPOINT;
}

bool verify__is_endpoint_ptr(const Verify *v, SirType type, SirMode mode) {
    const SirTypeInfo *info = verify__type(v, type);
    return info->kind == SIR_TYPE_PTR && info->mode == mode && verify__is_endpoint(v, info->elem);
}

static bool same_endpoint(const SirTypeInfo *a, const SirTypeInfo *b) {
    return a->kind == SIR_TYPE_ENDPOINT && b->kind == SIR_TYPE_ENDPOINT &&
           a->contract == b->contract && a->side == b->side;
}

bool verify__same_type(const Verify *v, SirType a, SirType b) {
    if (a == b) return true;
    const SirTypeInfo *first = verify__type(v, a), *second = verify__type(v, b);
    if (same_endpoint(first, second)) return true;
    return first->kind == SIR_TYPE_PTR && second->kind == SIR_TYPE_PTR &&
           first->mode == second->mode && (first->mode == SIR_MUT || first->mode == SIR_CONST) &&
           same_endpoint(verify__type(v, first->elem), verify__type(v, second->elem));
}

static int compare_u64(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

bool verify__enum_has(const Verify *v, SirType type, uint64_t bits) {
    const SirTypeInfo *info = verify__type(v, type);
    return bsearch(&bits, v->values[type], info->variant_count, sizeof bits, compare_u64) != NULL;
}

// --- complaints about a row ------------------------------------------------------------------------------------------------

// Naming a type costs time, so not after all is heard.
#define REFUSE(v, rule, type, what)                                \
    verify__complain(                                              \
        v, rule, verify__module_spot(), "type %u (`%s`) %s", type, \
        verify__full(v) ? "" : row_text(v, type), what             \
    )

// Other rows may be nonsense still: the name or kind alone.
static const char *row_text(Verify *v, SirType type) {
    static const char *const texts[SIR_TYPE_KINDS] = {
#define SIR_SCALAR(name, text, bits, cls) text,
#define SIR_TYPE(name, text)              text,
#include "contracts/sir/types.def"
    };
    const SirTypeInfo *info = verify__type(v, type);
    return sir_type_is_nominal(info->kind) ? verify__type_text(v, type) : texts[info->kind];
}

bool verify__is_bound(const Verify *v, SirType type) {
    SirTypeKind kind = verify__type(v, type)->kind;
    return kind == SIR_TYPE_GUARD || kind == SIR_TYPE_JOIN;
}

// A type that a part may have.
static bool is_part(const Verify *v, SirType part) {
    return part < v->module->types.len && part != SIR_TYPE_VOID && !verify__is_bound(v, part);
}

static bool require_part(Verify *v, SirType type, SirType part) {
    if (is_part(v, part)) return true;
    REFUSE(
        v, RULE_WELL_FORMED, type,
        part == SIR_TYPE_VOID          ? "is made of void"
        : part >= v->module->types.len ? "refers to no type"
                                       : "holds a guard or a join, which stays in its local"
    );
    return false;
}

static bool require_elem(Verify *v, SirType type) {
    SirType elem = verify__type(v, type)->elem;
    if (!require_part(v, type, elem)) return false;
    if (elem < type) return true;
    REFUSE(v, RULE_WELL_FORMED, type, "is not made of rows below it");
    return false;
}

// --- nominal types -----------------------------------------------------------------------------------------------------------

// The type at the bottom of arrays of arrays, which no wire struct nests deeper than a place goes.
static SirType bottom(const Verify *v, SirType type) {
    for (unsigned depth = 0; depth < LIMIT_PLACE_DEPTH && type < v->module->types.len; depth++) {
        if (verify__type(v, type)->kind != SIR_TYPE_ARRAY) break;
        type = verify__type(v, type)->elem;
    }
    return type;
}

static void check_wire_field(Verify *v, SirType type, const SirField *field) {
    SirType part = bottom(v, field->type);
    if (part >= v->module->types.len) return; // complained of at the array's own row
    const SirTypeInfo *info = verify__type(v, part);
    bool is_number = verify__is_integer(part) || verify__is_float(part);
    bool is_wire = info->kind == SIR_TYPE_STRUCT && info->is_wire;
    if (!is_number && !is_wire)
        REFUSE(v, RULE_WELL_FORMED, type, "is a wire struct with a field that is not byte-exact");
    else if (is_wire && field->order != 0)
        REFUSE(v, RULE_WELL_FORMED, type, "gives a byte order to a wire struct");
    else if (is_number && field->order == 0 && verify__bits(part) != 8)
        REFUSE(v, RULE_WELL_FORMED, type, "is a wire struct with a field without a byte order");
}

static void check_fields(
    Verify *v, SirType type, const SirField *fields, uint32_t count, bool is_wire
) {
    for (uint32_t i = 0; i < count; i++) {
        if (!require_part(v, type, fields[i].type)) return;
        if (is_wire)
            check_wire_field(v, type, &fields[i]);
        else if (fields[i].order != 0)
            REFUSE(v, RULE_WELL_FORMED, type, "gives a byte order outside a wire struct");
    }
}

static void check_struct(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (info->is_ref && info->is_wire)
        REFUSE(v, RULE_WELL_FORMED, type, "is both a ref struct and a wire struct");
    check_fields(v, type, info->fields, info->field_count, info->is_wire);
}

// The values of a plain enum or flags: of its integer type, without payload.
static bool check_values(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    bool fits = true, bare = true;
    for (uint32_t i = 0; i < info->variant_count; i++) {
        fits &= verify__int_fits(info->elem, info->variants[i].value);
        bare &= info->variants[i].field_count == 0;
    }
    if (!fits) REFUSE(v, RULE_WELL_FORMED, type, "has a value that its integer type has not");
    if (!bare) REFUSE(v, RULE_WELL_FORMED, type, "has a payload besides its values");
    return fits && bare;
}

static void check_plain_enum(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (!verify__is_integer(info->elem)) {
        REFUSE(v, RULE_WELL_FORMED, type, "is a plain enum over no integer type");
        return;
    }
    if (!check_values(v, type)) return;
    uint64_t *values = arena_array(v->arena, uint64_t, info->variant_count);
    for (uint32_t i = 0; i < info->variant_count; i++)
        values[i] = info->variants[i].value;
    qsort(values, info->variant_count, sizeof *values, compare_u64);
    for (uint32_t i = 1; i < info->variant_count; i++)
        if (values[i - 1] == values[i]) {
            REFUSE(v, RULE_WELL_FORMED, type, "has two variants of one value");
            return;
        }
    v->values[type] = values;
}

static void check_payload_enum(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    for (uint32_t i = 0; i < info->variant_count; i++) {
        const SirVariant *variant = &info->variants[i];
        if (variant->value != i) {
            REFUSE(v, RULE_WELL_FORMED, type, "has a variant whose value is not its row");
            return;
        }
        check_fields(v, type, variant->fields, variant->field_count, false);
    }
}

static void check_enum(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (info->variant_count == 0)
        REFUSE(v, RULE_WELL_FORMED, type, "is an enum without variants");
    else if (info->is_plain_enum)
        check_plain_enum(v, type);
    else
        check_payload_enum(v, type);
}

static void check_flags(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (!is_unsigned(info->elem)) {
        REFUSE(v, RULE_WELL_FORMED, type, "are flags over no unsigned type");
        return;
    }
    if (!check_values(v, type)) return;
    v->values[type] = arena_new(v->arena, uint64_t);
    for (uint32_t i = 0; i < info->variant_count; i++)
        *v->values[type] |= info->variants[i].value;
}

// --- structural types --------------------------------------------------------------------------------------------------------

static void check_repeated(Verify *v, SirType type) {
    if (!require_elem(v, type)) return;
    if (verify__type(v, type)->count > LIMIT_ARRAY_COUNT)
        REFUSE(v, RULE_WELL_FORMED, type, "has too many elements");
}

static void check_reference(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (info->kind != SIR_TYPE_STR && !require_elem(v, type)) return;
    if (info->mode == SIR_GC && info->kind == SIR_TYPE_GROW) {
        REFUSE(
            v, RULE_MANAGED, type, "is a managed growable: copies of it would have other lengths"
        );
    } else if (info->kind == SIR_TYPE_GROW && info->mode != SIR_OWN) {
        REFUSE(v, RULE_WELL_FORMED, type, "is a growable that is not owned");
    } else if (info->kind == SIR_TYPE_STR && info->mode == SIR_MUT) {
        REFUSE(v, RULE_WELL_FORMED, type, "is text that could be changed in place");
    }
}

static void check_fn(Verify *v, SirType type) {
    const SirSig *sig = verify__type(v, type)->sig;
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (!require_part(v, type, sig->params[i].type)) return;
        if (sig->params[i].type >= type)
            REFUSE(v, RULE_WELL_FORMED, type, "is not made of rows below it");
    }
    if (sig->result >= type) REFUSE(v, RULE_WELL_FORMED, type, "is not made of rows below it");
}

static void check_endpoint(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (info->contract >= v->module->contracts.len)
        REFUSE(v, RULE_WELL_FORMED, type, "refers to no contract");
    else if (info->state != SIR_STATE_ANY && !verify__is_state(v, info->contract, info->state))
        REFUSE(v, RULE_WELL_FORMED, type, "refers to no state of its contract");
    else
        v->out->contracts[info->contract] = true;
}

static void check_set(Verify *v, SirType type) {
    check_endpoint(v, type);
    if (verify__type(v, type)->elem != SIR_NONE) require_elem(v, type);
    if (verify__type(v, type)->state == SIR_STATE_ANY)
        REFUSE(v, RULE_WELL_FORMED, type, "is a set of endpoints in no state");
}

static void check_shared(Verify *v, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    if (!require_elem(v, type)) return;
    if (info->kind == SIR_TYPE_ATOMIC && !verify__is_integer(info->elem) &&
        info->elem != SIR_TYPE_BOOL)
        REFUSE(v, RULE_WELL_FORMED, type, "is over neither an integer nor bool");
}

static void check_row(Verify *v, SirType type) {
    switch (verify__type(v, type)->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR: check_repeated(v, type); break;
    case SIR_TYPE_STRUCT: check_struct(v, type); break;
    case SIR_TYPE_ENUM: check_enum(v, type); break;
    case SIR_TYPE_FLAGS: check_flags(v, type); break;
    case SIR_TYPE_OPTION: require_elem(v, type); break;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_STR: check_reference(v, type); break;
    case SIR_TYPE_FN: check_fn(v, type); break;
    case SIR_TYPE_ENDPOINT: check_endpoint(v, type); break;
    case SIR_TYPE_EPSET: check_set(v, type); break;
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX: check_shared(v, type); break;
    case SIR_TYPE_GUARD: require_elem(v, type); break;
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_JOIN: break;
    case SIR_TYPE_KINDS:
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        REFUSE(v, RULE_WELL_FORMED, type, "is a scalar at another row than its own");
        break;
    }
}

// --- equal types have equal rows -----------------------------------------------------------------------------------------------

#define COMPARE(a, b) \
    if ((a) != (b)) return (a) < (b) ? -1 : 1

static int compare_sigs(const SirSig *a, const SirSig *b) {
    COMPARE(a->param_count, b->param_count);
    COMPARE(a->from_count, b->from_count);
    COMPARE(a->result, b->result);
    for (uint32_t i = 0; i < a->param_count; i++) {
        COMPARE(a->params[i].type, b->params[i].type);
        COMPARE(a->params[i].to, b->params[i].to);
    }
    for (uint32_t i = 0; i < a->from_count; i++) {
        COMPARE(a->from[i].param, b->from[i].param);
        COMPARE(a->from[i].deep, b->from[i].deep);
    }
    return 0;
}

// Whatever a kind does not use is zero in both: the reader leaves it so.
static int compare_types(const void *left, const void *right, void *context) {
    const Verify *v = context;
    const SirTypeInfo *a = verify__type(v, *(const SirType *)left);
    const SirTypeInfo *b = verify__type(v, *(const SirType *)right);
    COMPARE(a->kind, b->kind);
    COMPARE(a->mode, b->mode);
    COMPARE(a->elem, b->elem);
    COMPARE(a->count, b->count);
    COMPARE(a->contract, b->contract);
    COMPARE(a->side, b->side);
    COMPARE(a->state, b->state);
    COMPARE(a->device, b->device);
    return a->kind == SIR_TYPE_FN ? compare_sigs(a->sig, b->sig) : 0;
}

// Sorted rather than hashed: no module makes this slow.
static void check_equal_rows(Verify *v) {
    Arena scratch;
    arena_init(&scratch);
    SirType *rows = arena_array(&scratch, SirType, v->module->types.len);
    uint32_t count = 0;
    for (SirType type = SIR_SCALARS; type < v->module->types.len; type++)
        if (!sir_type_is_nominal(verify__type(v, type)->kind)) rows[count++] = type;
    qsort_r(rows, count, sizeof *rows, compare_types, v);
    for (uint32_t i = 1; i < count && !verify__full(v); i++)
        if (compare_types(&rows[i - 1], &rows[i], v) == 0)
            verify__complain(
                v, RULE_WELL_FORMED, verify__module_spot(), "types %u and %u are equal",
                rows[i - 1], rows[i]
            );
    arena_free(&scratch);
}

void verify__check_types(Verify *v) {
    v->values = arena_array(v->arena, uint64_t *, v->module->types.len);
    for (SirType type = 0; type < SIR_SCALARS; type++)
        if (verify__type(v, type)->kind != type)
            REFUSE(v, RULE_WELL_FORMED, type, "stands at the row of a scalar");
    for (SirType type = SIR_SCALARS; type < v->module->types.len && !verify__full(v); type++)
        check_row(v, type);
    if (v->faults == 0) check_equal_rows(v);
}
