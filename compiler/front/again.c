// One body anew: the text is written over, the item is parsed alone, its nodes take the place of the old ones, and the check
// goes on from what it knows of all others.

#include "front/again.h"

#include "ast/build.h"
#include "check/check.h"
#include "front/front.h"

#include <stdlib.h>
#include <string.h>

struct FrontOwn { // nodes of the file itself
    Syntax syntax;
    SyntaxNode *nodes;
    uint32_t cap;
};

void again_free(FrontOwn *own) {
    if (!own) return;
    free(own->nodes);
    free(own);
}

bool front_can_go_on(const FrontResult *result) {
    if (result->error[0] || !result->checker || !result->program || result->units.len == 0)
        return false;
    const FrontUnit *unit = &result->units.data[0];
    return !unit->syntax->broken && !unit->ast->broken;
}

// --- the tree ----------------------------------------------------------------------------------------------------------------

static void reserve(FrontOwn *own, uint32_t count) {
    if (count <= own->cap) return;
    own->cap = count + count / 4;
    own->nodes = realloc(own->nodes, own->cap * sizeof *own->nodes);
    if (!own->nodes) base_out_of_memory(own->cap * sizeof *own->nodes);
}

// From now on the file's tree is one that can be changed.
static FrontOwn *own_tree(FrontResult *result) {
    if (result->own) return result->own;
    FrontUnit *unit = &result->units.data[0];
    FrontOwn *own = calloc(1, sizeof *own);
    if (!own) base_out_of_memory(sizeof *own);
    own->syntax = *unit->syntax;
    reserve(own, own->syntax.root->size);
    memcpy(own->nodes, own->syntax.root, own->syntax.root->size * sizeof *own->nodes);
    own->syntax.root = own->nodes;
    unit->syntax = &own->syntax;
    result->own = own;
    return own;
}

// `node` with all below it stands in the place of the child that begins where it does.
static void put_node(FrontOwn *own, const SyntaxNode *node) {
    uint32_t at = (uint32_t)(syntax_child_at(own->nodes, node->start) - own->nodes);
    uint32_t was = own->nodes[at].size, count = own->nodes->size;
    uint8_t field = own->nodes[at].field;
    reserve(own, count - was + node->size);
    memmove(
        own->nodes + at + node->size, own->nodes + at + was, (count - at - was) * sizeof *own->nodes
    );
    memcpy(own->nodes + at, node, node->size * sizeof *own->nodes);
    own->nodes[at].field = field;
    own->nodes->size = count - was + node->size;
    own->syntax.root = own->nodes;
}

// --- the item ------------------------------------------------------------------------------------------------------------------

static AstItem *item_at(const Ast *ast, uint32_t start) {
    vec_each(AstItem *const, item, &ast->items) {
        if ((*item)->span.start == start) return *item;
    }
    return NULL;
}

// The item as it is now, if it is whole and right for the parser; else the text is as before.
static const SyntaxNode *parse_item(
    Arena *scratch, FrontResult *result, const SyntaxNode *old, uint32_t end, Str text
) {
    FileId file = result->units.data[0].file;
    uint32_t start = old->start, length = (uint32_t)text.len;
    Str before = { arena_strndup(scratch, source_text(result->map, file).ptr + start, end - start),
                   end - start };
    if (!source_put(result->map, file, start, end, text)) return NULL;
    const SyntaxNode *item = syntax_parse_item(scratch, result->map, file, old, start + length);
    if (!item) source_put(result->map, file, start, end, before);
    return item;
}

FrontAgain front_again(FrontResult *result, uint32_t start, uint32_t end, Str text) {
    if (!front_can_go_on(result)) return FRONT_AS_IT_WAS;
    const FrontUnit *unit = &result->units.data[0];
    AstItem *item = item_at(unit->ast, start);
    const SyntaxNode *old = syntax_child_at(unit->syntax->root, start);
    if (!item || !old || old->end > end) return FRONT_AS_IT_WAS;
    Arena scratch;
    arena_init(&scratch);
    const SyntaxNode *node = parse_item(&scratch, result, old, end, text);
    FrontAgain done = node ? FRONT_SPOILT : FRONT_AS_IT_WAS;
    Span before = item->span;
    if (node && ast_build_item(&result->arena, unit->syntax, node, result->names, item)) {
        put_node(own_tree(result), node);
        if (check_again(result->checker, item, before)) done = FRONT_DONE;
    }
    arena_free(&scratch);
    return done;
}
