// What a type is, recomputed from its structure and from nothing else: its layout in checked arithmetic, whether it may be
// copied, owns something, holds borrows. Relies on types.c: every number in a type is a row of the right kind.
// Leaves v->out->kinds, or complains (V01) of types that contain themselves or are too large.

#include "graph.h"
#include "limits.h"
#include "verify__.h"

#include <assert.h>

// --- inline parts --------------------------------------------------------------------------------------------------

Parts verify__parts(const Verify *v, SirType type) {
    return (Parts){ .info = verify__type(v, type) };
}

static bool next_payload_field(Parts *parts, SirType *part) {
    const SirTypeInfo *info = parts->info;
    for (; parts->variant < info->variant_count; parts->variant++, parts->field = 0) {
        const SirVariant *variant = &info->variants[parts->variant];
        if (parts->field == variant->field_count) continue;
        *part = variant->fields[parts->field++].type;
        return true;
    }
    return false;
}

bool verify__next_part(Parts *parts, SirType *part) {
    const SirTypeInfo *info = parts->info;
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX: *part = info->elem; return parts->field++ == 0;
    case SIR_TYPE_STRUCT:
        if (parts->field == info->field_count) return false;
        *part = info->fields[parts->field++].type;
        return true;
    case SIR_TYPE_ENUM: return !info->is_plain_enum && next_payload_field(parts, part);
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_STR:
    case SIR_TYPE_FN:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_KINDS:
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        break;
    }
    return false;
}

// --- layout: docs/sir.md 3 -------------------------------------------------------------------------------------------

// Sizes of parts are at most LIMIT_TYPE_SIZE and counts at most LIMIT_ARRAY_COUNT, so 64 bits hold what is computed from
// them: a product is below 2^61, and a sum stops growing once it is over the limit.
typedef struct Layout {
    uint64_t size;
    uint32_t align;
} Layout;

static uint64_t round_up(uint64_t size, uint32_t align) {
    assert(align && (align & (align - 1)) == 0);
    return (size + align - 1) & ~(uint64_t)(align - 1);
}

static void add_part(Layout *layout, Layout part) {
    if (layout->size > LIMIT_TYPE_SIZE) return;
    layout->size = round_up(layout->size, part.align) + part.size;
    if (part.align > layout->align) layout->align = part.align;
}

static Layout closed(Layout layout) {
    layout.size = round_up(layout.size, layout.align);
    return layout;
}

static Layout part_layout(const Verify *v, SirType type) {
    const Kind *kind = verify__kind(v, type);
    return (Layout){ kind->size, kind->align };
}

static Layout fields_layout(const Verify *v, const SirField *fields, uint32_t count) {
    Layout layout = { 0, 1 };
    for (uint32_t i = 0; i < count; i++)
        add_part(&layout, part_layout(v, fields[i].type));
    return closed(layout);
}

static Layout wire_layout(const Verify *v, const SirTypeInfo *info) {
    Layout layout = { 0, 1 };
    for (uint32_t i = 0; i < info->field_count; i++)
        add_part(&layout, (Layout){ verify__kind(v, info->fields[i].type)->size, 1 });
    return layout;
}

static uint32_t tag_size(uint32_t variants) {
    return variants - 1 <= 0xff ? 1 : variants - 1 <= 0xffff ? 2 : 4;
}

static Layout tagged_layout(uint32_t variants, Layout payload) {
    uint32_t tag = tag_size(variants);
    Layout layout = { tag, tag };
    add_part(&layout, payload);
    return closed(layout);
}

static Layout enum_layout(const Verify *v, const SirTypeInfo *info) {
    Layout payload = { 0, 1 };
    for (uint32_t i = 0; i < info->variant_count; i++) {
        const SirVariant *variant = &info->variants[i];
        Layout one = fields_layout(v, variant->fields, variant->field_count);
        if (one.size > payload.size) payload.size = one.size;
        if (one.align > payload.align) payload.align = one.align;
    }
    return tagged_layout(info->variant_count, payload);
}

static Layout repeated_layout(const Verify *v, const SirTypeInfo *info) {
    Layout one = part_layout(v, info->elem);
    return (Layout){ one.size * info->count, one.align };
}

static Layout behind_word(Layout part) {
    Layout layout = { 8, 8 };
    add_part(&layout, part);
    return closed(layout);
}

static Layout scalar_layout(SirType type) {
    uint32_t bytes = verify__bits(type) / 8;
    return (Layout){ bytes, bytes ? bytes : 1 };
}

static Layout layout_of(const Verify *v, const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY: return repeated_layout(v, info);
    case SIR_TYPE_VECTOR: return behind_word(repeated_layout(v, info));
    case SIR_TYPE_STRUCT:
        return info->is_wire ? wire_layout(v, info)
                             : fields_layout(v, info->fields, info->field_count);
    case SIR_TYPE_ENUM:
        return info->is_plain_enum ? scalar_layout(info->elem) : enum_layout(v, info);
    case SIR_TYPE_FLAGS: return scalar_layout(info->elem);
    case SIR_TYPE_OPTION:
        if (verify__type(v, info->elem)->kind == SIR_TYPE_PTR) return (Layout){ 8, 8 };
        return tagged_layout(2, part_layout(v, info->elem));
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR: return (Layout){ 16, 8 };
    case SIR_TYPE_GROW: return (Layout){ 24, 8 };
    case SIR_TYPE_ATOMIC: return scalar_layout(info->elem);
    case SIR_TYPE_MUTEX: return behind_word(part_layout(v, info->elem));
    case SIR_TYPE_PTR:
    case SIR_TYPE_FN:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE:
    case SIR_TYPE_GUARD:
    case SIR_TYPE_JOIN:
    case SIR_TYPE_KINDS: break;
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        return scalar_layout(info->kind);
    }
    return (Layout){ 8, 8 };
}

// Messages are built in slots, whose sizes the kernel keeps in 32 bits.
void verify__check_payloads(Verify *v) {
    vec_each(const SirContractInfo, contract, &v->module->contracts) {
        for (uint32_t i = 0; i < contract->message_count && !verify__full(v); i++) {
            const SirMessage *message = &contract->messages[i];
            if (fields_layout(v, message->args, message->arg_count).size <= LIMIT_TYPE_SIZE)
                continue;
            verify__complain(
                v, RULE_WELL_FORMED, verify__module_spot(),
                "the arguments of message %u have more than %u bytes together", i,
                (unsigned)LIMIT_TYPE_SIZE
            );
        }
    }
}

static void compute_layout(Verify *v, SirType type) {
    Layout layout = layout_of(v, verify__type(v, type));
    if (layout.size > LIMIT_TYPE_SIZE) {
        verify__complain(
            v, RULE_WELL_FORMED, verify__module_spot(),
            "a value of type `%s` has more than %u bytes", verify__type_text(v, type),
            (unsigned)LIMIT_TYPE_SIZE
        );
        layout.size = LIMIT_TYPE_SIZE;
    }
    v->out->kinds[type].size = layout.size;
    v->out->kinds[type].align = layout.align;
}

// --- plain, owning, second-class: docs/sir.md 2 --------------------------------------------------------------------------

// What the type adds by itself; the rest comes from its parts.
static Kind own_kind(const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_FN: return (Kind){ .plain = true };
    case SIR_TYPE_STRUCT: return (Kind){ .plain = true, .second_class = info->is_ref };
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_STR:
        return (Kind){
            .plain = info->mode != SIR_OWN && info->mode != SIR_MUT,
            .owning = info->mode == SIR_OWN,
            .second_class = info->mode == SIR_MUT || info->mode == SIR_CONST,
            .managed = info->mode == SIR_GC,
        };
    case SIR_TYPE_GROW:
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
    case SIR_TYPE_DEVICE: return (Kind){ .owning = true };
    case SIR_TYPE_GUARD: // what they hold, they hold until they are consumed
    case SIR_TYPE_JOIN: return (Kind){ .owning = true, .second_class = true };
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
    case SIR_TYPE_KINDS: break;
#define SIR_SCALAR(name, text, bits, cls) case SIR_TYPE_##name:
#include "contracts/sir/types.def"
        return (Kind){ .plain = true };
    }
    return (Kind){ 0 };
}

static void compute_nature(Verify *v, SirType type) {
    Kind kind = own_kind(verify__type(v, type));
    SirType part;
    for (Parts parts = verify__parts(v, type); verify__next_part(&parts, &part);) {
        const Kind *inner = verify__kind(v, part);
        kind.plain &= inner->plain;
        kind.owning |= inner->owning;
        kind.second_class |= inner->second_class;
        kind.managed |= inner->managed;
    }
    v->out->kinds[type] = kind;
}

// --- all types, parts first ------------------------------------------------------------------------------------------------

static Graph part_graph(const Verify *v, Arena *scratch) {
    Graph graph = verify__graph(scratch, v->module->types.len);
    SirType part;
    for (SirType type = 0; type < graph.nodes; type++)
        for (Parts parts = verify__parts(v, type); verify__next_part(&parts, &part);)
            verify__graph_edge(&graph, type, part, false);
    verify__graph_solve(&graph);
    return graph;
}

static void refuse_cycles(Verify *v, const Graph *graph) {
    for (uint32_t i = 0; i < graph->edges.len && !verify__full(v); i++)
        if (verify__edge_cycles(graph, &graph->edges.data[i]))
            verify__complain(
                v, RULE_WELL_FORMED, verify__module_spot(), "type `%s` contains itself inline",
                verify__type_text(v, graph->edges.data[i].from)
            );
}

void verify__compute_kinds(Verify *v) {
    Arena scratch;
    arena_init(&scratch);
    v->out->kinds = arena_array(v->arena, Kind, v->module->types.len);
    Graph graph = part_graph(v, &scratch);
    refuse_cycles(v, &graph);
    for (uint32_t i = 0; i < graph.nodes && v->faults == 0; i++) {
        compute_nature(v, graph.order[i]);
        compute_layout(v, graph.order[i]);
    }
    arena_free(&scratch);
}
