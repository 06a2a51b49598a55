// Values out of nothing: constant trees, and what chaos makes up.

#include "interp__.h"

#include <string.h>

enum { MAKE_UP_DEPTH = 10, SHALLOW = 3, MANY = 4 };

// --- texts and references ----------------------------------------------------------------------------------------

static Node *bytes_node(Interp *in, Str text) {
    Node *node = arena_new(&in->arena, Node);
    node->is_there = true;
    node->parts = interp__parts(in, text.len);
    if (!node->parts) return node;
    node->count = text.len;
    for (size_t i = 0; i < text.len; i++)
        node->parts[i] = interp__scalar(SIR_TYPE_U8, (uint8_t)text.ptr[i]);
    return node;
}

static bool const_text(Interp *in, const SirTree *tree, Node *out) {
    uint64_t found = 0;
    Sip *sip = in->sip;
    if (!sip->trees) sip->trees = map_new(&in->arena);
    if (!map_get(sip->trees, (uint64_t)(uintptr_t)tree, &found)) {
        found = (uint64_t)(uintptr_t)bytes_node(in, tree->text);
        map_put(sip->trees, (uint64_t)(uintptr_t)tree, found);
    }
    out->target = (Node *)(uintptr_t)found;
    out->to = out->target->count;
    const SirTypeInfo *info = interp__type(in, tree->type);
    return MUST(
        in, info->mode == SIR_STATIC && interp__elem(in, tree->type) == SIR_TYPE_U8,
        RULE_WELL_FORMED, "a text constant of another type"
    );
}

// Of module constant `row`: what is pointed to.
static Node *const_node(Interp *in, uint64_t row) {
    Sip *sip = in->sip;
    if (!MUST(in, row < sip->module->consts.len, RULE_WELL_FORMED, "there is no such constant"))
        return NULL;
    if (sip->consts[row]) return sip->consts[row];
    Node *node = arena_new(&in->arena, Node);
    if (!interp__const(in, &sip->module->consts.data[row].tree, node, 0)) return NULL;
    return sip->consts[row] = node;
}

static bool const_ref(Interp *in, const SirTree *tree, Node *out, uint32_t depth) {
    const SirTypeInfo *info = interp__type(in, tree->type);
    if (!MUST(in, depth < 64, RULE_WELL_FORMED, "a constant refers to itself")) return false;
    Node *node = const_node(in, tree->bits);
    if (!node) return false;
    const SirTypeInfo *thing = interp__type(in, node->type);
    bool is_run =
        info->kind == SIR_TYPE_SLICE && thing->kind == SIR_TYPE_ARRAY && thing->elem == info->elem;
    bool is_it = info->kind == SIR_TYPE_PTR && info->elem == node->type;
    out->target = node;
    out->to = is_run ? node->count : 0;
    return MUST(
        in, info->mode == SIR_STATIC && (is_run || is_it), RULE_WELL_FORMED,
        "a reference of another type"
    );
}

// --- trees ----------------------------------------------------------------------------------------------------------

static SirType item_type(Interp *in, const SirTree *tree, uint32_t i, uint64_t *count) {
    const SirTypeInfo *info = interp__type(in, tree->type);
    if (info->kind == SIR_TYPE_ARRAY) return *count = info->count, info->elem;
    if (info->kind == SIR_TYPE_STRUCT)
        return *count = info->field_count, i < info->field_count ? info->fields[i].type : SIR_NONE;
    *count = sir_variant_arity(in->sip->module, tree->type, tree->variant);
    return sir_variant_field(in->sip->module, tree->type, tree->variant, i);
}

static bool is_variant(const SirTypeInfo *info, uint64_t variant) {
    if (info->kind == SIR_TYPE_OPTION) return variant < 2;
    return info->kind == SIR_TYPE_ENUM && !info->is_plain_enum && variant < info->variant_count;
}

static bool const_list(Interp *in, const SirTree *tree, Node *out, uint32_t depth) {
    const SirTypeInfo *info = interp__type(in, tree->type);
    uint64_t count = 0;
    bool fits = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_STRUCT ||
                is_variant(info, tree->variant);
    item_type(in, tree, 0, &count);
    if (!MUST(
            in, fits && count == tree->item_count, RULE_WELL_FORMED, "a constant of another shape"
        ))
        return false;
    out->variant = tree->variant;
    out->parts = interp__parts(in, count);
    if (in->stop) return false;
    out->count = count;
    for (uint32_t i = 0; i < tree->item_count; i++) {
        if (!interp__const(in, &tree->items[i], &out->parts[i], depth + 1)) return false;
        if (!MUST(
                in, out->parts[i].type == item_type(in, tree, i, &count), RULE_WELL_FORMED,
                "a part of another type"
            ))
            return false;
    }
    return true;
}

static bool const_repeat(Interp *in, const SirTree *tree, Node *out, uint32_t depth) {
    const SirTypeInfo *info = interp__type(in, tree->type);
    if (!MUST(
            in, info->kind == SIR_TYPE_ARRAY && tree->item_count == 1, RULE_WELL_FORMED,
            "a repeated constant that is no array"
        ))
        return false;
    out->parts = interp__parts(in, info->count);
    if (in->stop) return false;
    out->count = info->count;
    Node item;
    memset(&item, 0, sizeof item);
    if (!interp__const(in, &tree->items[0], &item, depth + 1)) return false;
    if (!MUST(in, item.type == info->elem, RULE_WELL_FORMED, "an element of another type"))
        return false;
    for (uint64_t i = 0; i < info->count; i++)
        if (!interp__copy(in, &item, &out->parts[i])) return false;
    return true;
}

static bool const_func(Interp *in, const SirTree *tree) {
    const SirModule *module = in->sip->module;
    const SirTypeInfo *info = interp__type(in, tree->type);
    return MUST(
        in,
        tree->bits < module->funcs.len && info->kind == SIR_TYPE_FN &&
            interp__same_sig(info->sig, &module->funcs.data[tree->bits].sig),
        RULE_WELL_FORMED, "a function constant of another signature"
    );
}

static bool const_bits(Interp *in, const SirTree *tree) {
    SirType repr = interp__repr(in, tree->type);
    bool is_float = interp__is_float(tree->type);
    bool fits = tree->kind == SIR_CONST_FLOAT
                    ? is_float && (tree->type == SIR_TYPE_F64 || tree->bits >> 32 == 0)
                    : repr < SIR_SCALARS && repr != SIR_TYPE_VOID && !is_float &&
                          interp__holds(in, tree->type, tree->bits);
    return MUST(in, fits, RULE_WELL_FORMED, "a constant that is no value of its type");
}

bool interp__const(Interp *in, const SirTree *tree, Node *out, uint32_t depth) {
    *out = (Node){ .type = tree->type, .is_there = true };
    if (!MUST(
            in, tree->type < in->sip->module->types.len && depth <= 64, RULE_WELL_FORMED,
            "a constant of no type"
        ))
        return false;
    switch (tree->kind) {
    case SIR_CONST_INT:
    case SIR_CONST_FLOAT: out->bits = tree->bits; return const_bits(in, tree);
    case SIR_CONST_STR: return const_text(in, tree, out);
    case SIR_CONST_LIST: return const_list(in, tree, out, depth);
    case SIR_CONST_REPEAT: return const_repeat(in, tree, out, depth);
    case SIR_CONST_FUNC: out->bits = tree->bits; return const_func(in, tree);
    case SIR_CONST_REF: return const_ref(in, tree, out, depth);
    case SIR_CONST_KINDS: break;
    }
    return interp__violate(in, RULE_WELL_FORMED, "a constant of no kind");
}

// --- chaos ------------------------------------------------------------------------------------------------------------

static uint64_t some_bits(Interp *in, SirType type) {
    static const uint64_t edges[] = { 0, 1, 2, 3, 5, 127, 255, UINT64_MAX };
    if (type == SIR_TYPE_BOOL) return interp__below(in, 2);
    if (type == SIR_TYPE_CHAR) return 'a' + interp__below(in, 26);
    if (interp__is_float(type)) return 0;
    uint64_t bits = interp__below(in, 8) ? edges[interp__below(in, 8)] : interp__draw(in);
    return interp__extend(type, bits);
}

static bool made_up_parts(Interp *in, Node *out, uint64_t count, SirType elem, uint32_t depth) {
    out->parts = interp__parts(in, count);
    if (in->stop) return false;
    out->count = count;
    for (uint64_t i = 0; i < count; i++)
        if (!interp__make_up(in, elem, &out->parts[i], depth + 1)) return false;
    return true;
}

static bool made_up_fields(
    Interp *in, Node *out, const SirField *fields, uint32_t count, uint32_t depth
) {
    out->parts = interp__parts(in, count);
    if (in->stop) return false;
    out->count = count;
    for (uint32_t i = 0; i < count; i++)
        if (!interp__make_up(in, fields[i].type, &out->parts[i], depth + 1)) return false;
    return true;
}

static bool made_up_variant(Interp *in, const SirTypeInfo *info, Node *out, uint32_t depth) {
    if (info->variant_count == 0) return false;
    uint64_t chosen = interp__below(in, info->variant_count);
    for (uint32_t i = 0; depth > SHALLOW && i < info->variant_count; i++)
        if (info->variants[i].field_count < info->variants[chosen].field_count) chosen = i;
    if (info->is_plain_enum) return out->bits = info->variants[chosen].value, true;
    out->variant = chosen;
    return made_up_fields(
        in, out, info->variants[chosen].fields, info->variants[chosen].field_count, depth
    );
}

// What a borrow points to is owned by nobody in the module.
static bool made_up_borrow(
    Interp *in, const SirTypeInfo *info, SirType elem, Node *out, uint32_t depth
) {
    Node *thing = arena_new(&in->arena, Node);
    static const Path whole;
    if (info->mode == SIR_STATIC && !interp__is_plain(in, elem))
        return false; // no constant is such a thing
    if (info->kind == SIR_TYPE_PTR) {
        if (!interp__make_up(in, elem, thing, depth + 1)) return false;
    } else {
        thing->is_there = true;
        if (!made_up_parts(in, thing, depth > SHALLOW ? 0 : interp__below(in, MANY), elem, depth))
            return false;
        for (uint64_t i = 0; info->kind == SIR_TYPE_STR && i < thing->count; i++)
            thing->parts[i].bits &= 0x7f;
    }
    out->target = thing;
    out->to = thing->count;
    if (info->mode == SIR_STATIC) return true;
    if (info->kind == SIR_TYPE_PTR)
        vec_push(&in->arena, &in->lent, thing);
    else
        for (uint64_t i = 0; i < thing->count; i++)
            vec_push(&in->arena, &in->lent, &thing->parts[i]);
    out->tag = interp__lend(in, interp__root(in), &whole, info->mode == SIR_MUT);
    return true;
}

static bool made_up_content(
    Interp *in, const SirTypeInfo *info, SirType elem, Node *content, uint32_t depth
) {
    if (info->kind == SIR_TYPE_PTR) return interp__make_up(in, elem, content, depth + 1);
    content->is_there = true;
    if (!made_up_parts(in, content, depth > SHALLOW ? 0 : interp__below(in, MANY), elem, depth))
        return false;
    for (uint64_t i = 0; info->kind == SIR_TYPE_STR && i < content->count; i++)
        content->parts[i].bits &= 0x7f;
    return true;
}

static bool made_up_block(
    Interp *in, const SirTypeInfo *info, SirType elem, Node *out, uint32_t depth
) {
    if (info->kind == SIR_TYPE_GROW && interp__below(in, 2)) return true;
    out->block = interp__block(in, 1);
    return made_up_content(in, info, elem, &out->block->content, depth);
}

static bool made_up_function(Interp *in, const SirTypeInfo *info, Node *out) {
    const SirModule *module = in->sip->module;
    uint64_t first = interp__below(in, module->funcs.len);
    for (uint32_t i = 0; i < module->funcs.len; i++) {
        out->bits = (first + i) % module->funcs.len;
        if (interp__same_sig(info->sig, &module->funcs.data[out->bits].sig)) return true;
    }
    return false;
}

static bool made_up_end(Interp *in, const SirTypeInfo *info, Node *out) {
    if (info->contract >= in->sip->module->contracts.len) return false;
    End *end = interp__end_new(in, info->contract, info->side, info->state);
    end->is_world = true;
    out->end = end;
    return true;
}

bool interp__make_up(Interp *in, SirType type, Node *out, uint32_t depth) {
    const SirTypeInfo *info = interp__type(in, type);
    *out = (Node){ .type = type, .is_there = true };
    if (depth > MAKE_UP_DEPTH || type == SIR_TYPE_VOID || type >= in->sip->module->types.len)
        return false;
    if (type < SIR_SCALARS) return out->bits = some_bits(in, type), true;
    SirType elem = interp__elem(in, type);
    switch (info->kind) {
    case SIR_TYPE_ARRAY: return made_up_parts(in, out, info->count, info->elem, depth);
    case SIR_TYPE_VECTOR:
        return made_up_parts(
            in, out, interp__below(in, info->count < MANY ? info->count + 1 : MANY), elem, depth
        );
    case SIR_TYPE_STRUCT: return made_up_fields(in, out, info->fields, info->field_count, depth);
    case SIR_TYPE_ENUM: return made_up_variant(in, info, out, depth);
    case SIR_TYPE_FLAGS:
        return info->variant_count == 0 || (out->bits = info->variants[0].value, true);
    case SIR_TYPE_OPTION:
        if (depth > SHALLOW || interp__below(in, 3) == 0) return true;
        out->variant = 1;
        return made_up_parts(in, out, 1, info->elem, depth);
    case SIR_TYPE_PTR: elem = info->elem; break;
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_STR: break;
    case SIR_TYPE_FN: return made_up_function(in, info, out);
    case SIR_TYPE_ENDPOINT: return made_up_end(in, info, out);
    case SIR_TYPE_EPSET: return true; // empty
    case SIR_TYPE_DEVICE: interp__device_made_up(in, info->device, out); return true;
    default: return false;
    }
    if (interp__is_managed(info)) {
        out->block = interp__object(in, elem, 1, NULL);
        if (!out->block) return !in->stop && interp__fault(in, FAULT_QUOTA);
        return made_up_content(in, info, elem, &out->block->content, depth);
    }
    return info->mode == SIR_OWN ? made_up_block(in, info, elem, out, depth)
                                 : made_up_borrow(in, info, elem, out, depth);
}
