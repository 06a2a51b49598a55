// Constants: typed trees whose values are in range (V01); docs/sir.md 5. They are plain and first-class, own nothing, and
// refer only to module constants in front of them, so that nothing in them is circular.

#include "limits.h"
#include "verify__.h"

#include <string.h>

typedef struct TreeCheck {
    Verify *v;
    SirConst below; // module constants that may be referred to
    Spot at;
    bool bad; // the first complaint about a tree is the last
} TreeCheck;

#define BAD(c, ...) \
    ((c)->bad = true, verify__complain((c)->v, RULE_WELL_FORMED, (c)->at, __VA_ARGS__))

// --- leaves --------------------------------------------------------------------------------------------------------------

static bool is_char(uint64_t bits) {
    return bits <= 0x10ffff && (bits < 0xd800 || bits > 0xdfff);
}

static bool int_has_value(const Verify *v, SirType type, uint64_t bits) {
    const SirTypeInfo *info = verify__type(v, type);
    if (verify__is_integer(type)) return verify__int_fits(type, bits);
    if (type == SIR_TYPE_BOOL) return bits <= 1;
    if (type == SIR_TYPE_CHAR) return is_char(bits);
    if (info->kind == SIR_TYPE_FLAGS) return (bits & ~*v->values[type]) == 0;
    return info->kind == SIR_TYPE_ENUM && info->is_plain_enum && verify__enum_has(v, type, bits);
}

static void check_int(TreeCheck *c, const SirTree *tree) {
    if (!int_has_value(c->v, tree->type, tree->bits))
        BAD(c, "the constant %lld is no value of type `%s`", (long long)tree->bits,
            verify__type_text(c->v, tree->type));
}

static void check_float(TreeCheck *c, const SirTree *tree) {
    if (!verify__is_float(tree->type) ||
        (verify__bits(tree->type) == 32 && tree->bits > UINT32_MAX))
        BAD(c, "a floating-point constant does not fit type `%s`",
            verify__type_text(c->v, tree->type));
}

// The bytes of a UTF-8 sequence that begins with `first`, and the least value that needs so many. 0: none begins so.
static unsigned utf8_length(uint8_t first, uint32_t *value, uint32_t *least) {
    static const struct {
        uint8_t mask, lead, length;
        uint32_t least;
    } rows[] = {
        { 0x80, 0x00, 1, 0x0     },
        { 0xe0, 0xc0, 2, 0x80    },
        { 0xf0, 0xe0, 3, 0x800   },
        { 0xf8, 0xf0, 4, 0x10000 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((first & rows[i].mask) == rows[i].lead) {
            *value = first & (uint8_t)~rows[i].mask;
            *least = rows[i].least;
            return rows[i].length;
        }
    return 0;
}

bool verify__is_utf8(Str text) {
    for (size_t at = 0; at < text.len;) {
        uint32_t value = 0, least = 0;
        unsigned length = utf8_length((uint8_t)text.ptr[at], &value, &least);
        if (length == 0 || length > text.len - at) return false;
        for (unsigned i = 1; i < length; i++) {
            uint8_t byte = (uint8_t)text.ptr[at + i];
            if ((byte & 0xc0) != 0x80) return false;
            value = value << 6 | (byte & 0x3f);
        }
        if (value < least || !is_char(value)) return false;
        at += length;
    }
    return true;
}

static void check_str(TreeCheck *c, const SirTree *tree) {
    const SirTypeInfo *info = verify__type(c->v, tree->type);
    bool is_static = info->mode == SIR_STATIC;
    bool is_text = info->kind == SIR_TYPE_STR && is_static;
    bool is_bytes = info->kind == SIR_TYPE_SLICE && is_static && info->elem == SIR_TYPE_U8;
    if (!is_text && !is_bytes)
        BAD(c, "a text constant is of type `%s`", verify__type_text(c->v, tree->type));
    else if (is_text && !verify__is_utf8(tree->text))
        BAD(c, "a text constant is not UTF-8");
}

static bool same_sig(const SirSig *a, const SirSig *b) {
    bool same = a->param_count == b->param_count && a->result == b->result &&
                a->from_count == b->from_count;
    for (uint32_t i = 0; same && i < a->param_count; i++)
        same = a->params[i].type == b->params[i].type && a->params[i].to == b->params[i].to;
    for (uint32_t i = 0; same && i < a->from_count; i++)
        same = a->from[i].param == b->from[i].param && a->from[i].deep == b->from[i].deep;
    return same;
}

bool verify__is_func_of(const Verify *v, uint64_t func, SirType type) {
    const SirTypeInfo *info = verify__type(v, type);
    return info->kind == SIR_TYPE_FN && func < v->module->funcs.len &&
           same_sig(info->sig, &v->module->funcs.data[func].sig);
}

bool verify__is_ref_of(const Verify *v, SirType thing, SirType type) {
    const SirTypeInfo *info = verify__type(v, type), *inner = verify__type(v, thing);
    if (info->mode != SIR_STATIC) return false;
    if (info->kind == SIR_TYPE_PTR) return info->elem == thing;
    return info->kind == SIR_TYPE_SLICE && inner->kind == SIR_TYPE_ARRAY &&
           info->elem == inner->elem;
}

static void check_func_value(TreeCheck *c, const SirTree *tree) {
    if (!verify__is_func_of(c->v, tree->bits, tree->type))
        BAD(c, "a function constant names no function of type `%s`",
            verify__type_text(c->v, tree->type));
}

static void check_ref(TreeCheck *c, const SirTree *tree) {
    if (tree->bits >= c->below) {
        BAD(c, "a constant refers to constant %llu, which is not in front of it",
            (unsigned long long)tree->bits);
        return;
    }
    if (!verify__is_ref_of(c->v, c->v->module->consts.data[tree->bits].tree.type, tree->type))
        BAD(c, "a reference to constant %llu is of type `%s`", (unsigned long long)tree->bits,
            verify__type_text(c->v, tree->type));
}

// --- what has items ------------------------------------------------------------------------------------------------------

static void check_node(TreeCheck *c, const SirTree *tree, SirType expected, unsigned depth);

// How many items a LIST has; UINT64_MAX: there is no LIST of this type.
static uint64_t list_length(const Verify *v, const SirTree *tree) {
    const SirTypeInfo *info = verify__type(v, tree->type);
    if (info->kind == SIR_TYPE_OPTION)
        return tree->variant <= 1 ? sir_variant_arity(v->module, tree->type, tree->variant)
                                  : UINT64_MAX;
    if (info->kind == SIR_TYPE_ENUM && !info->is_plain_enum)
        return tree->variant < info->variant_count ? info->variants[tree->variant].field_count
                                                   : UINT64_MAX;
    if (tree->variant != 0) return UINT64_MAX;
    if (info->kind == SIR_TYPE_ARRAY) return info->count;
    return info->kind == SIR_TYPE_STRUCT ? info->field_count : UINT64_MAX;
}

static SirType item_type(const Verify *v, const SirTree *tree, uint32_t item) {
    const SirTypeInfo *info = verify__type(v, tree->type);
    if (info->kind == SIR_TYPE_ARRAY) return info->elem;
    if (info->kind == SIR_TYPE_STRUCT) return info->fields[item].type;
    return sir_variant_field(v->module, tree->type, tree->variant, item);
}

static void check_list(TreeCheck *c, const SirTree *tree, unsigned depth) {
    if (list_length(c->v, tree) != tree->item_count) {
        BAD(c, "a constant of type `%s` does not have %u parts",
            verify__type_text(c->v, tree->type), tree->item_count);
        return;
    }
    for (uint32_t i = 0; i < tree->item_count && !c->bad; i++)
        check_node(c, &tree->items[i], item_type(c->v, tree, i), depth + 1);
}

static void check_repeat(TreeCheck *c, const SirTree *tree, unsigned depth) {
    const SirTypeInfo *info = verify__type(c->v, tree->type);
    if (info->kind != SIR_TYPE_ARRAY || tree->item_count != 1)
        BAD(c, "a repeated constant is of type `%s`", verify__type_text(c->v, tree->type));
    else
        check_node(c, &tree->items[0], info->elem, depth + 1);
}

static void check_node(TreeCheck *c, const SirTree *tree, SirType expected, unsigned depth) {
    if (tree->type >= c->v->module->types.len || depth > LIMIT_TREE_DEPTH) {
        BAD(c, "a constant is of no type, or more than %d deep", LIMIT_TREE_DEPTH);
        return;
    }
    if (tree->type != expected) {
        BAD(c, "a part of a constant is of type `%s` when it should be `%s`",
            verify__type_text(c->v, tree->type), verify__type_text(c->v, expected));
        return;
    }
    switch (tree->kind) {
    case SIR_CONST_INT: check_int(c, tree); break;
    case SIR_CONST_FLOAT: check_float(c, tree); break;
    case SIR_CONST_STR: check_str(c, tree); break;
    case SIR_CONST_LIST: check_list(c, tree, depth); break;
    case SIR_CONST_REPEAT: check_repeat(c, tree, depth); break;
    case SIR_CONST_FUNC: check_func_value(c, tree); break;
    case SIR_CONST_REF: check_ref(c, tree); break;
    case SIR_CONST_KINDS: BAD(c, "a constant is of no kind"); break;
    }
}

void verify__check_tree(Verify *v, const SirTree *tree, SirConst below, Spot at) {
    TreeCheck c = { v, below, at, false };
    if (tree->type < v->module->types.len) {
        const Kind *kind = verify__kind(v, tree->type);
        if (!kind->plain || kind->second_class) {
            BAD(&c, "a constant is of type `%s`, which is not plain or is a borrow",
                verify__type_text(v, tree->type));
            return;
        }
    }
    check_node(&c, tree, tree->type, 1);
}

void verify__check_consts(Verify *v) {
    for (SirConst i = 0; i < v->module->consts.len && !verify__full(v); i++)
        verify__check_tree(v, &v->module->consts.data[i].tree, i, verify__module_spot());
}
