// Takes the nodes of an item; leaves those that count at the end of the tree. Fields are the productions' own: a node that
// is hidden hands its field down, and what is an alias shows under its other name. Lists nest to the left as deeply as they
// are long, so what is open is kept in a list of ours.

#include "raw.h"

#include "kinds.h"

#include <tree_sitter/parser.h>

#include <assert.h>

const TSLanguage *tree_sitter_sip(void); // grammar/src/parser.c

typedef struct RawFrame { // a node whose children are being written
    uint32_t node, next;  // its next child
    uint32_t part;        // of its production
    uint32_t opened;      // its row in the tree; HIDDEN: none
    uint8_t field;        // what a hidden one hands down
} RawFrame;

enum { HIDDEN = UINT32_MAX };

// --- the tables ---------------------------------------------------------------------------------------------

static void find_kinds(Raws *r, const TSLanguage *l) {
    r->kind = arena_array(&r->scratch, uint8_t, l->symbol_count + l->alias_count);
    r->visible = arena_array(&r->scratch, bool, l->symbol_count + l->alias_count);
    r->field = arena_array(&r->scratch, uint8_t, l->field_count + 1);
    for (uint32_t i = 0; i < l->symbol_count + l->alias_count; i++) {
        TSSymbolMetadata about = l->symbol_metadata[i];
        r->visible[i] = about.visible;
        if (about.visible)
            r->kind[i] = about.named ? syntax__kind(l->symbol_names[i]) : SYNTAX_TOKEN;
    }
    for (uint32_t i = 1; i <= l->field_count; i++)
        r->field[i] = syntax__field(l->field_names[i]);
}

static void find_fields(Raws *r, const TSLanguage *l) {
    r->is_bare = arena_array(&r->scratch, bool, l->production_id_count);
    r->width = l->max_alias_sequence_length;
    for (uint32_t i = 0; i < l->production_id_count; i++) {
        TSFieldMapSlice slice = l->field_map_slices[i];
        for (uint32_t k = 0; k < slice.length; k++) {
            uint32_t child = l->field_map_entries[slice.index + k].child_index;
            if (child >= r->width) r->width = child + 1;
        }
    }
    r->fields = arena_array(&r->scratch, uint8_t, (size_t)l->production_id_count * r->width);
    for (uint32_t i = 0; i < l->production_id_count; i++) {
        TSFieldMapSlice slice = l->field_map_slices[i];
        r->is_bare[i] = i == 0 && slice.length == 0;
        for (uint32_t k = 0; k < slice.length; k++) {
            const TSFieldMapEntry *entry = &l->field_map_entries[slice.index + k];
            uint8_t *field = &r->fields[(size_t)i * r->width + entry->child_index];
            if (!entry->inherited && !*field) *field = (uint8_t)entry->field_id;
        }
    }
}

void raw__init(Raws *r, Arena *arena, uint32_t length) {
    *r = (Raws){ .arena = arena };
    arena_init(&r->scratch);
    find_kinds(r, tree_sitter_sip());
    find_fields(r, tree_sitter_sip());
    vec_reserve(arena, &r->tree, length / 4 + 16);
    vec_push(arena, &r->tree, ((SyntaxNode){ .kind = SYNTAX_SOURCE_FILE }));
    raw__clear(r);
}

void raw__end(Raws *r) {
    arena_free(&r->scratch);
}

void raw__clear(Raws *r) {
    r->nodes.len = r->kids.len = 0;
    raw__add(r, (Raw){ 0 });
}

uint32_t raw__add(Raws *r, Raw node) {
    vec_push(&r->scratch, &r->nodes, node);
    return r->nodes.len - 1;
}

// --- writing ------------------------------------------------------------------------------------------------

static uint16_t alias_of(uint16_t production, uint32_t part) {
    const TSLanguage *l = tree_sitter_sip();
    if (!production || part >= l->max_alias_sequence_length) return 0;
    return l->alias_sequences[(size_t)production * l->max_alias_sequence_length + part];
}

static void open_node(Raws *r, uint32_t index, uint16_t alias, uint8_t field) {
    const Raw *node = &r->nodes.data[index];
    uint16_t symbol = alias ? alias : node->symbol;
    RawFrame frame = { .node = index, .opened = HIDDEN, .field = field };
    if (alias || r->visible[symbol]) {
        uint8_t kind = r->kind[symbol];
        if (kind == SYNTAX_ERROR || (kind == SYNTAX_TOKEN && !field)) return;
        frame.opened = r->tree.len;
        frame.field = 0;
        vec_push(
            r->arena, &r->tree,
            ((SyntaxNode){ .start = node->start,
                           .end = node->end,
                           .size = 1,
                           .kind = kind,
                           .field = r->field[field] })
        );
    }
    if (node->count > 0) vec_push(&r->scratch, &r->frames, frame);
}

static void open_child(Raws *r, RawFrame *frame) {
    const Raw *node = &r->nodes.data[frame->node];
    uint32_t child = r->kids.data[node->first + frame->next++];
    if (r->nodes.data[child].extra) {
        open_node(r, child, 0, 0);
        return;
    }
    uint32_t part = frame->part++;
    uint8_t field = frame->field;
    if (part < r->width) {
        uint8_t own = r->fields[(size_t)node->production * r->width + part];
        if (own) field = own;
    }
    open_node(r, child, alias_of(node->production, part), field);
}

void raw__write(Raws *r, uint32_t index) {
    uint32_t depth = 1; // of what shows
    open_node(r, index, 0, 0);
    while (r->frames.len > 0) {
        RawFrame *frame = vec_last(&r->frames);
        if (frame->next == 0 && frame->opened != HIDDEN) depth++;
        if (depth >= SYNTAX_DEPTH) r->too_deep = true;
        if (frame->next < r->nodes.data[frame->node].count) {
            open_child(r, frame);
            continue;
        }
        if (frame->opened != HIDDEN) {
            r->tree.data[frame->opened].size = r->tree.len - frame->opened;
            depth--;
        }
        r->frames.len--;
    }
}
