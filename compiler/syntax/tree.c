// The library's tree into ours.
// Takes a tree of tree-sitter's; leaves an array of nodes in the order of the text, and the holes in it. One walk, by a
// cursor and a stack of what is open, so that depth costs no stack of ours.

#include "kinds.h"
#include "syntax__.h"

typedef struct Kinds { // by the library's numbers
    uint8_t *kind;
    uint8_t *field;
} Kinds;

typedef struct Copy {
    Parse *parse;
    Kinds kinds;
    TSTreeCursor cursor;
    VEC(SyntaxNode) nodes;
    VEC(uint32_t) open; // nodes whose children are coming
    bool too_deep;
    bool root_error; // the root is an error, its children in no order
} Copy;

// Which kind a symbol is; SYNTAX_TOKEN for punctuation, 0 for what is left out.
static Kinds kinds_new(Arena *arena) {
    const TSLanguage *language = tree_sitter_sip();
    uint32_t symbols = ts_language_symbol_count(language),
             fields = ts_language_field_count(language);
    Kinds kinds = { arena_array(arena, uint8_t, symbols), arena_array(arena, uint8_t, fields + 1) };
    for (uint32_t i = 0; i < symbols; i++) {
        TSSymbolType type = ts_language_symbol_type(language, (TSSymbol)i);
        const char *name = ts_language_symbol_name(language, (TSSymbol)i);
        if (type == TSSymbolTypeAnonymous)
            kinds.kind[i] = SYNTAX_TOKEN;
        else if (type == TSSymbolTypeRegular)
            kinds.kind[i] = syntax__kind(name);
    }
    for (uint32_t i = 1; i <= fields; i++) {
        const char *name = ts_language_field_name_for_id(language, (TSFieldId)i);
        kinds.field[i] = syntax__field(name);
    }
    return kinds;
}

static void add_hole(Copy *c, TSNode node) {
    SyntaxHole hole = { ts_node_start_byte(node), ts_node_end_byte(node), NULL, false };
    if (ts_node_is_missing(node)) hole.missing = ts_node_type(node);
    vec_push(c->parse->arena, &c->parse->holes, hole);
}

static void push_node(Copy *c, TSNode node, SyntaxKind kind) {
    TSFieldId field = ts_tree_cursor_current_field_id(&c->cursor);
    SyntaxNode ours = {
        .start = ts_node_start_byte(node),
        .end = ts_node_end_byte(node),
        .size = 1,
        .kind = (uint8_t)kind,
        .field = c->kinds.field[field],
        .missing = ts_node_is_missing(node),
        .broken = ts_node_has_error(node),
    };
    vec_push(c->parse->arena, &c->nodes, ours);
}

static bool is_item(SyntaxKind kind) {
    switch ((int)kind) {
    case SYNTAX_MODULE_DECLARATION:
    case SYNTAX_IMPORT_DECLARATION:
    case SYNTAX_CONST_ITEM:
    case SYNTAX_STRUCT_ITEM:
    case SYNTAX_ENUM_ITEM:
    case SYNTAX_FLAGS_ITEM:
    case SYNTAX_INTERFACE_ITEM:
    case SYNTAX_CONTRACT_ITEM:
    case SYNTAX_FUNCTION_ITEM:
    case SYNTAX_SIP_ITEM:
    case SYNTAX_SYSTEM_ITEM:
    case SYNTAX_TEST_ITEM:
    case SYNTAX_PACKAGE_ITEM: return true;
    default: return false;
    }
}

static void report_depth(Copy *c, TSNode node) {
    if (c->too_deep) return;
    c->too_deep = true;
    c->parse->reported = c->parse->too_deep = true;
    uint32_t start = ts_node_start_byte(node);
    diag_report(
        c->parse->diags, syntax__span(c->parse, start, start + 1), E_TOO_DEEP, SYNTAX_DEPTH
    );
}

// Whether the cursor is directly in an error that took a part of the file: of that, whole items are kept.
static bool in_error(const Copy *c) {
    return c->open.len > 0 && (c->nodes.data[*vec_last(&c->open)].kind == SYNTAX_ERROR ||
                               (c->open.len == 1 && c->root_error));
}

// Adds the node that the cursor is at, if it counts; true if its children are wanted.
static bool enter_node(Copy *c) {
    TSNode node = ts_tree_cursor_current_node(&c->cursor);
    TSSymbol symbol = ts_node_symbol(node);
    bool error = symbol == (TSSymbol)-1, salvage = in_error(c);
    SyntaxKind kind = error ? SYNTAX_ERROR : (SyntaxKind)c->kinds.kind[symbol];
    if (!salvage && (error || ts_node_is_missing(node))) add_hole(c, node);
    if (salvage && !is_item(kind)) return false;
    if (!error && kind == SYNTAX_ERROR) return false;
    if (kind == SYNTAX_TOKEN && !ts_tree_cursor_current_field_id(&c->cursor)) return false;
    if (c->open.len == 0) {
        c->root_error = error;
        kind = SYNTAX_SOURCE_FILE;
    }
    push_node(c, node, kind);
    if (c->open.len < SYNTAX_DEPTH) return kind != SYNTAX_ERROR || c->open.len == 1;
    c->nodes.data[c->nodes.len - 1].kind = SYNTAX_ERROR;
    report_depth(c, node);
    return false;
}

// An error has no children: the items in it come behind it.
static void leave_node(Copy *c) {
    SyntaxNode *node = &c->nodes.data[vec_pop(&c->open)];
    if (node->kind == SYNTAX_ERROR) return;
    node->size = (uint32_t)(c->nodes.data + c->nodes.len - node);
}

static void copy_nodes(Copy *c) {
    for (;;) {
        uint32_t index = c->nodes.len;
        if (enter_node(c) && ts_tree_cursor_goto_first_child(&c->cursor)) {
            vec_push(c->parse->arena, &c->open, index);
            continue;
        }
        while (!ts_tree_cursor_goto_next_sibling(&c->cursor)) {
            if (!ts_tree_cursor_goto_parent(&c->cursor)) return;
            leave_node(c);
            if (c->open.len == 0) return;
        }
    }
}

const SyntaxNode *syntax__copy(Parse *parse, TSTree *tree) {
    TSNode root = ts_tree_root_node(tree);
    Copy c = { .parse = parse,
               .kinds = kinds_new(parse->arena),
               .cursor = ts_tree_cursor_new(root) };
    vec_reserve(parse->arena, &c.nodes, parse->text.len / 4 + 16);
    copy_nodes(&c);
    ts_tree_cursor_delete(&c.cursor);
    return c.nodes.data;
}
