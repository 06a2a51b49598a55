// What must be known of types as a graph: which can own, through blocks, another value of themselves, and which
// have padding somewhere inside. Both walks keep their own stack: types nest as deeply as a module likes.

#include "llvm__.h"

#include <assert.h>

// --- edges -------------------------------------------------------------------------------------------------

typedef struct Step { // a type whose parts are being visited
    SirType type;
    uint32_t variant, field;
} Step;

static SirType owned_elem(const SirTypeInfo *info, bool through_blocks) {
    bool is_block =
        info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
    if (is_block) return through_blocks && info->mode == SIR_OWN ? info->elem : SIR_NONE;
    bool is_inline = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
                     info->kind == SIR_TYPE_OPTION || info->kind == SIR_TYPE_MUTEX;
    return is_inline ? info->elem : SIR_NONE;
}

// The next part of the type, SIR_NONE at the end.
static SirType next_part(const Emit *e, Step *step, bool through_blocks) {
    const SirTypeInfo *info = llvm__type(e, step->type);
    if (info->kind == SIR_TYPE_STRUCT)
        return step->field < info->field_count ? info->fields[step->field++].type : SIR_NONE;
    if (info->kind == SIR_TYPE_ENUM) {
        for (; step->variant < info->variant_count; step->variant++, step->field = 0)
            if (step->field < info->variants[step->variant].field_count)
                return info->variants[step->variant].fields[step->field++].type;
        return SIR_NONE;
    }
    return step->field++ == 0 ? owned_elem(info, through_blocks) : SIR_NONE;
}

// --- cycles: Tarjan's strongly connected components ----------------------------------------------------------

typedef struct Components {
    Emit *e;
    uint32_t *number, *low; // 0: not seen
    bool *open;             // on the stack of the component
    uint32_t count;
    VEC(SirType) stack;
    VEC(Step) path;
    Arena scratch;
} Components;

static void enter(Components *c, SirType type) {
    c->number[type] = c->low[type] = ++c->count;
    c->open[type] = true;
    vec_push(&c->scratch, &c->stack, type);
    vec_push(&c->scratch, &c->path, (Step){ .type = type });
}

static void leave(Components *c, SirType type) {
    (void)vec_pop(&c->path);
    if (c->path.len) {
        SirType above = vec_last(&c->path)->type;
        if (c->low[type] < c->low[above]) c->low[above] = c->low[type];
    }
    if (c->low[type] != c->number[type]) return;
    bool many = *vec_last(&c->stack) != type;
    for (SirType member = SIR_NONE; member != type;) {
        member = vec_pop(&c->stack);
        c->open[member] = false;
        if (many) c->e->types[member].cyclic = true;
    }
}

void llvm__find_cycles(Emit *e) {
    uint32_t count = e->module->types.len;
    Components c = { .e = e };
    arena_init(&c.scratch);
    c.number = arena_array(&c.scratch, uint32_t, count);
    c.low = arena_array(&c.scratch, uint32_t, count);
    c.open = arena_array(&c.scratch, bool, count);
    for (SirType root = 0; root < count; root++) {
        if (!c.number[root]) enter(&c, root);
        while (c.path.len) {
            Step *step = vec_last(&c.path);
            SirType part = next_part(e, step, true);
            if (part == SIR_NONE)
                leave(&c, step->type);
            else if (!c.number[part])
                enter(&c, part);
            else if (part == step->type)
                e->types[part].cyclic = true;
            else if (c.open[part] && c.number[part] < c.low[step->type])
                c.low[step->type] = c.number[part];
        }
    }
    arena_free(&c.scratch);
}

// --- padding -----------------------------------------------------------------------------------------------

static bool has_own_gaps(const Emit *e, SirType type) { // between its parts
    const SirTypeInfo *info = llvm__type(e, type);
    if (info->kind == SIR_TYPE_VECTOR) return true;
    if (info->kind == SIR_TYPE_ENUM)
        return !info->is_plain_enum && llvm__size(e, type) > llvm__tag_size(e, type);
    if (info->kind == SIR_TYPE_OPTION) return !llvm__is_niche(e, type) && llvm__size(e, type) > 1;
    if (info->kind != SIR_TYPE_STRUCT) return false;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < info->field_count; i++)
        sum += llvm__size(e, info->fields[i].type);
    return sum != llvm__size(e, type);
}

enum { GAPS_UNKNOWN, GAPS_NO, GAPS_YES };

bool llvm__has_gaps(Emit *e, SirType type) {
    if (e->types[type].gaps) return e->types[type].gaps == GAPS_YES;
    Arena scratch;
    arena_init(&scratch);
    VEC(Step) path = { 0 };
    vec_push(&scratch, &path, (Step){ .type = type });
    while (path.len) {
        Step *step = vec_last(&path);
        TypeFacts *facts = &e->types[step->type];
        SirType part = has_own_gaps(e, step->type) ? SIR_NONE : next_part(e, step, false);
        if (part == SIR_NONE) {
            if (!facts->gaps) facts->gaps = has_own_gaps(e, step->type) ? GAPS_YES : GAPS_NO;
            (void)vec_pop(&path);
        } else if (e->types[part].gaps == GAPS_YES) {
            facts->gaps = GAPS_YES;
        } else if (e->types[part].gaps == GAPS_UNKNOWN) {
            step->field--; // look at it again when it is known
            vec_push(&scratch, &path, (Step){ .type = part });
        }
    }
    arena_free(&scratch);
    return e->types[type].gaps == GAPS_YES;
}
