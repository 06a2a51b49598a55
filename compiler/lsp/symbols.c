// Symbols: what a document declares, nested or flat, and what all that is known declares, by a part of its name.

#include "lsp__.h"

#include <ctype.h>
#include <string.h>

typedef enum SymbolKind { // the protocol's numbers
    SYMBOL_MODULE = 2,
    SYMBOL_PACKAGE = 4,
    SYMBOL_CLASS = 5,
    SYMBOL_METHOD = 6,
    SYMBOL_FIELD = 8,
    SYMBOL_ENUM = 10,
    SYMBOL_INTERFACE = 11,
    SYMBOL_FUNCTION = 12,
    SYMBOL_CONSTANT = 14,
    SYMBOL_OBJECT = 19,
    SYMBOL_ENUM_MEMBER = 22,
    SYMBOL_STRUCT = 23,
    SYMBOL_EVENT = 24,
    SYMBOL_OPERATOR = 25,
} SymbolKind;

static int kind_of(const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_CONST_ITEM: return SYMBOL_CONSTANT;
    case SYNTAX_STRUCT_ITEM: return SYMBOL_STRUCT;
    case SYNTAX_ENUM_ITEM:
    case SYNTAX_FLAGS_ITEM: return SYMBOL_ENUM;
    case SYNTAX_INTERFACE_ITEM:
    case SYNTAX_CONTRACT_ITEM: return SYMBOL_INTERFACE;
    case SYNTAX_FUNCTION_ITEM:
        return syntax_child(node, FIELD_OWNER) ? SYMBOL_METHOD : SYMBOL_FUNCTION;
    case SYNTAX_SIP_ITEM: return SYMBOL_CLASS;
    case SYNTAX_SYSTEM_ITEM: return SYMBOL_MODULE;
    case SYNTAX_PACKAGE_ITEM: return SYMBOL_PACKAGE;
    case SYNTAX_TEST_ITEM: return SYMBOL_EVENT;
    case SYNTAX_FIELD_DECLARATION: return SYMBOL_FIELD;
    case SYNTAX_VARIANT: return SYMBOL_ENUM_MEMBER;
    case SYNTAX_MESSAGE_DECLARATION: return SYMBOL_EVENT;
    case SYNTAX_STATE_DECLARATION: return SYMBOL_OPERATOR;
    case SYNTAX_INSTANCE: return SYMBOL_OBJECT;
    default: return 0;
    }
}

typedef struct Listing {
    const Server *server;
    const Document *document;
    const Tree *tree;
    json_t *flat;
} Listing;

static const SyntaxNode *name_of(const SyntaxNode *node) {
    return syntax_child(node, node->kind == SYNTAX_TEST_ITEM ? FIELD_TITLE : FIELD_NAME);
}

static void put_part(const Listing *listing, Buf *out, const SyntaxNode *node) {
    if (!node) return;
    Str text = syntax_text(listing->tree->syntax, node);
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) { // on one line
        bool is_blank = isspace((unsigned char)text.ptr[i]);
        if (!is_blank && blank) buf_byte(out, ' ');
        if (!is_blank) buf_byte(out, (uint8_t)text.ptr[i]);
        blank = is_blank;
    }
}

static void put_title(const Listing *listing, Buf *out, const SyntaxNode *node) {
    const SyntaxNode *owner =
        node->kind == SYNTAX_FUNCTION_ITEM ? syntax_child(node, FIELD_OWNER) : NULL;
    uint32_t before = (uint32_t)out->len;
    if (node->kind == SYNTAX_TEST_ITEM) buf_cstr(out, "test ");
    put_part(listing, out, owner);
    if (owner) buf_byte(out, '.');
    put_part(listing, out, name_of(node));
    if (out->len == before) buf_byte(out, '?');
}

static json_t *title_of(const Listing *listing, const SyntaxNode *node) {
    Buf out = { 0 };
    put_title(listing, &out, node);
    json_t *title = lsp__string((const char *)out.data, out.len);
    buf_free(&out);
    return title;
}

// What stands behind the name in a list: parameters and result, a type, a protocol's direction.
static void put_detail(const Listing *listing, Buf *out, const SyntaxNode *node) {
    const SyntaxNode *result = syntax_child(node, FIELD_RESULT);
    if (!result) result = syntax_child(node, FIELD_TYPE);
    if (node->kind == SYNTAX_MESSAGE_DECLARATION) result = syntax_child(node, FIELD_DIRECTION);
    put_part(listing, out, result);
    const SyntaxNode *parameters = syntax_child(node, FIELD_PARAMETERS);
    if (!parameters) parameters = syntax_child(node, FIELD_PAYLOAD);
    if (out->len && parameters) buf_byte(out, ' ');
    put_part(listing, out, parameters);
}

// --- nested, written out -----------------------------------------------------------------------------------------------------------

typedef void PutPart(const Listing *listing, Buf *out, const SyntaxNode *node);

static void put_text(const Listing *listing, Buf *out, const SyntaxNode *node, PutPart *put) {
    Buf text = { 0 };
    put(listing, &text, node);
    lsp__put_string(out, (Str){ text.data ? (const char *)text.data : "", text.len });
    buf_free(&text);
}

static void put_node_range(const Listing *listing, Buf *out, const SyntaxNode *node) {
    const Document *document = listing->document;
    uint32_t mark = listing->tree->mark;
    lsp__put_range(
        out, &document->lines, lsp__text(document), listing->server->utf8, node->start + mark,
        node->end + mark
    );
}

static void put_nested(const Listing *listing, Buf *out, const SyntaxNode *node);

static void put_symbol(const Listing *listing, Buf *out, const SyntaxNode *node) {
    buf_cstr(out, "{\"name\":");
    put_text(listing, out, node, put_title);
    buf_cstr(out, ",\"detail\":");
    put_text(listing, out, node, put_detail);
    buf_printf(out, ",\"kind\":%d,\"range\":", kind_of(node));
    put_node_range(listing, out, node);
    buf_cstr(out, ",\"selectionRange\":");
    put_node_range(listing, out, name_of(node));
    buf_cstr(out, ",\"children\":");
    put_nested(listing, out, node);
    buf_byte(out, '}');
}

static void put_nested(const Listing *listing, Buf *out, const SyntaxNode *node) {
    bool more = false;
    buf_byte(out, '[');
    syntax_each(child, node) {
        if (!kind_of(child) || !name_of(child)) continue;
        if (more) buf_byte(out, ',');
        more = true;
        put_symbol(listing, out, child);
    }
    buf_byte(out, ']');
}

// --- flat -----------------------------------------------------------------------------------------------------------------------------

static void list_flat(const Listing *listing, const SyntaxNode *node, const json_t *container);

static void add_flat(const Listing *listing, const SyntaxNode *node, const json_t *container) {
    json_t *title = title_of(listing, node);
    json_t *symbol = json_pack(
        "{s:O, s:i, s:{s:s, s:o}}", "name", title, "kind", kind_of(node), "location", "uri",
        listing->document->uri, "range",
        lsp__tree_range(listing->server, listing->document, listing->tree, node->start, node->end)
    );
    if (container)
        json_object_set_new(symbol, "containerName", json_copy((json_t *)(uintptr_t)container));
    json_array_append_new(listing->flat, symbol);
    list_flat(listing, node, title);
    json_decref(title);
}

static void list_flat(const Listing *listing, const SyntaxNode *node, const json_t *container) {
    syntax_each(child, node) {
        if (kind_of(child) && name_of(child)) add_flat(listing, child, container);
    }
}

json_t *lsp__symbols(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    Listing listing = { server, document, lsp__tree(server, document), NULL };
    if (!listing.tree->file) return json_array();
    if (server->has_nested_symbols) {
        put_nested(&listing, &server->written, listing.tree->syntax->root);
        return json_null();
    }
    listing.flat = json_array();
    list_flat(&listing, listing.tree->syntax->root, NULL);
    return listing.flat;
}

// --- in all that is open -----------------------------------------------------------------------------------------------

static bool has_letters(const char *name, const char *query) { // in this order
    for (; *query; query++, name++) {
        while (*name && tolower((unsigned char)*name) != tolower((unsigned char)*query))
            name++;
        if (!*name) return false;
    }
    return true;
}

json_t *lsp__workspace_symbols(Server *server, json_t *params) {
    const char *query = json_string_value(json_object_get(params, "query"));
    json_t *found = json_array();
    if (!query) query = "";
    vec_each(Document *, document, &server->documents) {
        Listing listing = { server, *document, lsp__tree(server, *document), NULL };
        size_t i;
        json_t *symbol;
        if (!listing.tree->file) continue;
        listing.flat = json_array();
        list_flat(&listing, listing.tree->syntax->root, NULL);
        json_array_foreach(listing.flat, i, symbol) {
            if (has_letters(json_string_value(json_object_get(symbol, "name")), query))
                json_array_append(found, symbol);
        }
        json_decref(listing.flat);
    }
    return found;
}
