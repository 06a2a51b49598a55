// What is true of a type, from its structure alone. Any module may come here, also one that no verifier has seen: a row
// that is none counts as void, and what contains itself is noticed.

#include "interp__.h"

enum { TYPE_MOST = 1 << 30, TYPE_DEEPEST = 1 << 12 }; // bytes; types within types

typedef enum Class {
    CLASS_VOID,
    CLASS_BOOL,
    CLASS_CHAR,
    CLASS_SINT,
    CLASS_UINT,
    CLASS_FLOAT
} Class;

typedef struct Scalar {
    uint32_t bits;
    Class class;
} Scalar;

static const Scalar scalars[] = {
#define SIR_SCALAR(name, text, bits, cls) { bits, CLASS_##cls },
#include "contracts/sir/types.def"
};

// --- scalars -----------------------------------------------------------------------------------------------------

bool interp__is_signed(SirType type) {
    return type < SIR_SCALARS && scalars[type].class == CLASS_SINT;
}

bool interp__is_integer(SirType type) {
    return type < SIR_SCALARS &&
           (scalars[type].class == CLASS_SINT || scalars[type].class == CLASS_UINT);
}

bool interp__is_float(SirType type) {
    return type < SIR_SCALARS && scalars[type].class == CLASS_FLOAT;
}

uint32_t interp__width(SirType type) {
    return type < SIR_SCALARS ? scalars[type].bits : 0;
}

uint64_t interp__extend(SirType type, uint64_t bits) {
    uint32_t width = interp__width(type);
    if (width == 0 || width >= 64) return bits;
    uint64_t low = bits & ((UINT64_C(1) << width) - 1);
    bool negative = interp__is_signed(type) && low >> (width - 1);
    return negative ? low | ~UINT64_C(0) << width : low;
}

static bool is_variant_value(const SirTypeInfo *info, uint64_t bits) {
    for (uint32_t i = 0; i < info->variant_count; i++)
        if (info->variants[i].value == bits) return true;
    return false;
}

static uint64_t declared_bits(const SirTypeInfo *info) {
    uint64_t all = 0;
    for (uint32_t i = 0; i < info->variant_count; i++)
        all |= info->variants[i].value;
    return all;
}

bool interp__holds(const Interp *in, SirType type, uint64_t bits) {
    const SirTypeInfo *info = interp__type(in, type);
    if (type == SIR_TYPE_BOOL) return bits <= 1;
    if (type == SIR_TYPE_CHAR) return bits <= 0x10ffff && !(bits >= 0xd800 && bits <= 0xdfff);
    if (type < SIR_SCALARS) return interp__extend(type, bits) == bits;
    if (info->kind == SIR_TYPE_ENUM) return is_variant_value(info, bits);
    if (info->kind == SIR_TYPE_FLAGS) return (bits & ~declared_bits(info)) == 0;
    return true;
}

SirType interp__repr(const Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    bool is_named =
        info->kind == SIR_TYPE_FLAGS || (info->kind == SIR_TYPE_ENUM && info->is_plain_enum);
    return is_named ? info->elem : type;
}

// --- kinds -----------------------------------------------------------------------------------------------------

const SirTypeInfo *interp__type(const Interp *in, SirType type) {
    const SirModule *module = in->sip->module;
    return &module->types.data[type < module->types.len ? type : SIR_TYPE_VOID];
}

SirType interp__elem(const Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW: return info->elem;
    case SIR_TYPE_STR: return SIR_TYPE_U8;
    default: return SIR_NONE;
    }
}

static bool has_mode(const SirTypeInfo *info) {
    return info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE ||
           info->kind == SIR_TYPE_GROW || info->kind == SIR_TYPE_STR;
}

bool interp__is_borrow(const SirTypeInfo *info) {
    return has_mode(info) && info->mode != SIR_OWN && info->mode != SIR_GC;
}

bool interp__is_owner(const SirTypeInfo *info) {
    return has_mode(info) && info->mode == SIR_OWN;
}

bool interp__is_managed(const SirTypeInfo *info) {
    return has_mode(info) && info->kind != SIR_TYPE_GROW && info->mode == SIR_GC;
}

bool interp__is_object(const SirTypeInfo *info) {
    return interp__is_managed(info) && info->kind != SIR_TYPE_STR;
}

// --- facts ------------------------------------------------------------------------------------------------------

static uint64_t round_up(uint64_t size, uint32_t align) {
    return (size + align - 1) / align * align;
}

// A guard and a join stay in their local.
static bool is_bound(const Interp *in, SirType type) {
    SirTypeKind kind = interp__type(in, type)->kind;
    return kind == SIR_TYPE_GUARD || kind == SIR_TYPE_JOIN;
}

static void add_part(Interp *in, TypeFacts *facts, SirType part, bool is_packed) {
    const TypeFacts *inner = interp__facts(in, part);
    if (is_bound(in, part)) facts->refused = RULE_WELL_FORMED;
    uint32_t align = is_packed ? 1 : inner->align;
    facts->size = round_up(facts->size, align) + inner->size;
    if (align > facts->align) facts->align = align;
    facts->is_plain &= inner->is_plain;
    facts->is_owning |= inner->is_owning;
    facts->is_second_class |= inner->is_second_class;
    facts->is_bad |= inner->is_bad || facts->size > TYPE_MOST;
    if (inner->refused) facts->refused = inner->refused;
}

static void add_fields(
    Interp *in, TypeFacts *facts, const SirField *fields, uint32_t count, bool is_packed
) {
    for (uint32_t i = 0; i < count; i++)
        add_part(in, facts, fields[i].type, is_packed);
    facts->size = round_up(facts->size, facts->align);
}

// Payloads lie over each other, behind the tag.
static void add_variants(Interp *in, TypeFacts *facts, const SirTypeInfo *info) {
    uint32_t tag = info->variant_count <= 1u << 8 ? 1 : info->variant_count <= 1u << 16 ? 2 : 4;
    uint64_t largest = 0;
    facts->align = tag;
    for (uint32_t i = 0; i < info->variant_count; i++) {
        TypeFacts payload = { .align = 1, .is_plain = true };
        add_fields(in, &payload, info->variants[i].fields, info->variants[i].field_count, false);
        if (payload.size > largest) largest = payload.size;
        if (payload.align > facts->align) facts->align = payload.align;
        facts->is_plain &= payload.is_plain;
        facts->is_owning |= payload.is_owning;
        facts->is_second_class |= payload.is_second_class;
        facts->is_bad |= payload.is_bad;
        if (payload.refused) facts->refused = payload.refused;
    }
    facts->size = round_up(round_up(tag, facts->align) + largest, facts->align);
}

static void add_option(Interp *in, TypeFacts *facts, SirType elem) {
    bool is_pointer = interp__type(in, elem)->kind == SIR_TYPE_PTR;
    facts->size = is_pointer ? 0 : 1;
    add_part(in, facts, elem, false);
    facts->size = round_up(facts->size, facts->align);
}

static void add_elements(Interp *in, TypeFacts *facts, const SirTypeInfo *info) {
    uint64_t header = facts->size;
    add_part(in, facts, info->elem, false);
    const TypeFacts *elem = interp__facts(in, info->elem);
    uint64_t bytes = 0;
    facts->is_bad |= info->count > UINT32_MAX ||
                     __builtin_mul_overflow(elem->size, info->count, &bytes) || bytes > TYPE_MOST;
    facts->size = round_up(header, elem->align) + (facts->is_bad ? 0 : bytes);
    facts->size = round_up(facts->size, facts->align);
}

static void set_moded(TypeFacts *facts, const SirTypeInfo *info) {
    facts->size = info->kind == SIR_TYPE_PTR ? 8 : info->kind == SIR_TYPE_GROW ? 24 : 16;
    facts->align = 8;
    facts->is_plain = info->mode != SIR_OWN && info->mode != SIR_MUT && info->kind != SIR_TYPE_GROW;
    facts->is_owning = info->mode == SIR_OWN || info->kind == SIR_TYPE_GROW;
    facts->is_second_class = info->mode == SIR_CONST || info->mode == SIR_MUT;
    if (info->mode == SIR_GC && !interp__is_managed(info)) facts->refused = RULE_MANAGED;
}

// Named values are those of their integer type, each of its own, and nothing comes with them.
static bool has_right_values(const SirTypeInfo *info) {
    bool is_flags = info->kind == SIR_TYPE_FLAGS;
    if (!interp__is_integer(info->elem) || (is_flags && interp__is_signed(info->elem)))
        return false;
    for (uint32_t i = 0; i < info->variant_count; i++) {
        const SirVariant *variant = &info->variants[i];
        bool fits = interp__extend(info->elem, variant->value) == variant->value;
        if (!fits || variant->field_count > 0) return false;
        for (uint32_t k = 0; k < i && !is_flags; k++)
            if (info->variants[k].value == variant->value) return false;
    }
    return is_flags || info->variant_count > 0;
}

static void find_facts(Interp *in, SirType type, TypeFacts *facts) {
    const SirTypeInfo *info = interp__type(in, type);
    facts->align = 1;
    facts->is_plain = true;
    switch (info->kind) {
    case SIR_TYPE_ARRAY: add_elements(in, facts, info); return;
    case SIR_TYPE_VECTOR:
        facts->size = facts->align = 8;
        add_elements(in, facts, info);
        return;
    case SIR_TYPE_STRUCT:
        add_fields(in, facts, info->fields, info->field_count, info->is_wire);
        if (facts->is_second_class && !info->is_ref) facts->refused = RULE_ESCAPE;
        facts->is_second_class |= info->is_ref;
        return;
    case SIR_TYPE_ENUM:
        if (info->is_plain_enum) break;
        add_variants(in, facts, info);
        facts->is_bad |= info->variant_count == 0;
        return;
    case SIR_TYPE_FLAGS: break;
    case SIR_TYPE_OPTION: add_option(in, facts, info->elem); return;
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_STR:
        set_moded(facts, info);
        if (info->kind != SIR_TYPE_STR && is_bound(in, info->elem))
            facts->refused = RULE_WELL_FORMED;
        return;
    case SIR_TYPE_FN: facts->size = facts->align = 8; return;
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE:
        facts->size = facts->align = 8;
        facts->is_plain = false;
        facts->is_owning = true;
        return;
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN:
        facts->size = facts->align = 8;
        facts->is_plain = false;
        facts->is_owning = facts->is_second_class = true;
        return;
    case SIR_TYPE_ATOMIC:
        add_part(in, facts, info->elem, false);
        if (!interp__is_integer(info->elem) && info->elem != SIR_TYPE_BOOL)
            facts->refused = RULE_WELL_FORMED;
        facts->is_plain = false;
        return;
    case SIR_TYPE_MUTEX:
        facts->size = facts->align = 8;
        add_part(in, facts, info->elem, false);
        facts->size = round_up(facts->size, facts->align);
        if (facts->is_second_class) facts->refused = RULE_ESCAPE;
        facts->is_plain = false;
        return;
    default: break;
    }
    SirType scalar = interp__repr(in, type);
    facts->size = facts->align = interp__width(scalar < SIR_SCALARS ? scalar : SIR_TYPE_VOID) / 8;
    bool is_named = info->kind == SIR_TYPE_ENUM || info->kind == SIR_TYPE_FLAGS;
    facts->is_bad = facts->size == 0 || (is_named && !has_right_values(info));
    if (facts->size == 0) facts->align = 1;
}

void interp_type_facts(const SirModule *module, InterpTypeFacts *out) {
    Interp in = { .sip_count = 1 };
    Sip sip = { .module = module };
    arena_init(&in.arena);
    in.sip = &sip;
    sip.facts = arena_array(&in.arena, TypeFacts, module->types.len);
    for (SirType type = 0; type < module->types.len; type++) {
        const TypeFacts *facts = interp__facts(&in, type);
        out[type] = (InterpTypeFacts){ facts->size, facts->align, facts->is_plain, facts->is_owning,
                                       facts->is_second_class };
    }
    arena_free(&in.arena);
}

const TypeFacts *interp__facts(Interp *in, SirType type) {
    static const TypeFacts bad = { .align = 1, .is_known = true, .is_bad = true };
    if (type >= in->sip->module->types.len) return &bad;
    TypeFacts *facts = &in->sip->facts[type];
    if (facts->is_known) return facts;
    if (facts->is_open || in->type_depth == TYPE_DEEPEST) return &bad;
    facts->is_open = true;
    TypeFacts found = { 0 };
    in->type_depth++;
    find_facts(in, type, &found);
    in->type_depth--;
    found.is_known = true;
    return *facts = found, facts;
}

bool interp__is_plain(Interp *in, SirType type) {
    return interp__facts(in, type)->is_plain;
}

bool interp__is_owning(Interp *in, SirType type) {
    return interp__facts(in, type)->is_owning;
}

bool interp__is_second_class(Interp *in, SirType type) {
    return interp__facts(in, type)->is_second_class;
}

// What holds borrows among its parts may be lent; a borrow may not.
bool interp__is_lent(Interp *in, SirType type) {
    switch (interp__type(in, type)->kind) {
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_OPTION: return true;
    default: return !interp__is_second_class(in, type);
    }
}

// --- what is somewhere in a type, also behind its owners ---------------------------------------------------------

static bool is_end(Interp *in, const SirTypeInfo *info) {
    (void)in;
    return info->kind == SIR_TYPE_ENDPOINT || info->kind == SIR_TYPE_EPSET;
}

static bool stays_here(Interp *in, const SirTypeInfo *info) {
    (void)in; // does not cross a channel
    switch (info->kind) {
    case SIR_TYPE_VOID:
    case SIR_TYPE_GROW:
    case SIR_TYPE_FN:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_DEVICE: return true;
    case SIR_TYPE_STRUCT: return info->is_ref;
    default: return has_mode(info) && info->mode != SIR_OWN;
    }
}

static bool is_known(const bool *known, const SirModule *module, SirType type) {
    return type < module->types.len && known[type];
}

static bool leads(const bool *known, const SirModule *module, const SirTypeInfo *info) {
    bool has_elem = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
                    info->kind == SIR_TYPE_OPTION || info->kind == SIR_TYPE_MUTEX ||
                    (info->kind != SIR_TYPE_STR && has_mode(info) && info->mode == SIR_OWN);
    if (has_elem && is_known(known, module, info->elem)) return true;
    for (uint32_t i = 0; i < info->field_count; i++)
        if (is_known(known, module, info->fields[i].type)) return true;
    for (uint32_t v = 0; v < info->variant_count; v++)
        for (uint32_t i = 0; i < info->variants[v].field_count; i++)
            if (is_known(known, module, info->variants[v].fields[i].type)) return true;
    return false;
}

static bool *find_leading(Interp *in, InterpFinds *finds) {
    const SirModule *module = in->sip->module;
    bool *known = arena_array(&in->arena, bool, module->types.len);
    for (bool more = true; more;) {
        more = false;
        for (SirType type = 0; type < module->types.len; type++) {
            const SirTypeInfo *info = &module->types.data[type];
            if (!known[type] && (finds(in, info) || leads(known, module, info)))
                more = known[type] = true;
        }
    }
    return known;
}

bool interp__has_in(Interp *in, SirType type, InterpFinds *finds, bool **known) {
    if (!*known) *known = find_leading(in, finds);
    return is_known(*known, in->sip->module, type);
}

bool interp__leads_to_end(Interp *in, SirType type) {
    return in->sip->module->contracts.len > 0 &&
           interp__has_in(in, type, is_end, &in->sip->leads_to_end);
}

bool interp__is_sendable(Interp *in, SirType type) {
    return !interp__has_in(in, type, stays_here, &in->sip->stays_here);
}

static bool is_managed_pointer(Interp *in, const SirTypeInfo *info) {
    (void)in;
    return interp__is_managed(info);
}

static bool hides(Interp *in, const SirTypeInfo *info) {
    bool keeps = info->kind == SIR_TYPE_MUTEX || info->kind == SIR_TYPE_GUARD ||
                 info->kind == SIR_TYPE_EPSET ||
                 (interp__is_owner(info) && info->kind != SIR_TYPE_STR);
    return keeps && info->elem != SIR_NONE &&
           interp__has_in(in, info->elem, is_managed_pointer, &in->sip->leads_to_managed);
}

bool interp__hides_managed(Interp *in, SirType type) {
    return interp__has_in(in, type, hides, &in->sip->hides_managed);
}

// --- equal types -------------------------------------------------------------------------------------------------

static bool same_end(const SirTypeInfo *a, const SirTypeInfo *b) {
    return a->kind == SIR_TYPE_ENDPOINT && b->kind == SIR_TYPE_ENDPOINT &&
           a->contract == b->contract && a->side == b->side;
}

bool interp__same_type(const Interp *in, SirType a, SirType b) {
    const SirTypeInfo *left = interp__type(in, a), *right = interp__type(in, b);
    if (a == b) return a < in->sip->module->types.len;
    if (same_end(left, right)) return true;
    if (left->kind != SIR_TYPE_PTR || right->kind != SIR_TYPE_PTR || left->mode != right->mode)
        return false;
    if (left->mode != SIR_MUT && left->mode != SIR_CONST) return false;
    return same_end(interp__type(in, left->elem), interp__type(in, right->elem));
}

bool interp__is_endpoint_ptr(const Interp *in, SirType type) {
    const SirTypeInfo *info = interp__type(in, type);
    return info->kind == SIR_TYPE_PTR && info->mode == SIR_MUT &&
           interp__type(in, info->elem)->kind == SIR_TYPE_ENDPOINT;
}

bool interp__same_sig(const SirSig *a, const SirSig *b) {
    if (a->param_count != b->param_count || a->result != b->result ||
        a->from_count != b->from_count)
        return false;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (a->params[i].type != b->params[i].type || a->params[i].to != b->params[i].to)
            return false;
    for (uint32_t i = 0; i < a->from_count; i++)
        if (a->from[i].param != b->from[i].param || a->from[i].deep != b->from[i].deep)
            return false;
    return true;
}
