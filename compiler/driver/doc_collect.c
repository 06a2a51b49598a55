// What a module offers: its public items, functions by the type that they belong to, and who is meant by a name.

#include "driver/doc.h"

#include <string.h>

static Str span_text(const DocPage *page, Span span) {
    return (Str){ page->source.ptr + span.start, span.end - span.start };
}

// A type's name without its arguments: `Map<K, V>` is Map, `T[]` stays.
static Str base_of(Str type) {
    const char *angle = memchr(type.ptr, '<', type.len);
    return angle ? (Str){ type.ptr, (size_t)(angle - type.ptr) } : type;
}

static const char *name_of(Doc *doc, const DocPage *page, const AstItem *item) {
    const char *own = names_text(page->parsed->names, item->name.name);
    if (item->kind != AST_ITEM_FN || !item->fn.owner) return own;
    Str owner = base_of(span_text(page, item->fn.owner->span));
    return arena_printf(doc->arena, STR_FMT ".%s", STR_ARG(owner), own);
}

static void add(Doc *doc, DocPage *page, const AstItem *item, const char *name, Span span) {
    vec_push(
        doc->arena, &page->entries,
        ((DocEntry
        ){ .name = name, .module = page->module, .item = item, .source = span_text(page, span) })
    );
}

static bool is_shown(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_CONST:
    case AST_ITEM_STRUCT:
    case AST_ITEM_ENUM:
    case AST_ITEM_FLAGS:
    case AST_ITEM_INTERFACE:
    case AST_ITEM_CONTRACT:
    case AST_ITEM_FN: return item->is_pub;
    case AST_ITEM_SIP:
    case AST_ITEM_SYSTEM: return true;
    case AST_ITEM_ERROR:
    case AST_ITEM_IMPORT:
    case AST_ITEM_TEST:
    case AST_ITEM_PACKAGE: return false;
    }
    return false;
}

void doc_collect(Doc *doc, DocPage *page) {
    vec_each(AstItem *, it, &page->ast->items)
        if (is_shown(*it)) add(doc, page, *it, name_of(doc, page, *it), (*it)->span);
}

static bool is_named(const DocEntry *entry, Str name) {
    return strlen(entry->name) == name.len && memcmp(entry->name, name.ptr, name.len) == 0;
}

const DocEntry *doc_find(const Doc *doc, const DocPage *from, Str name) {
    const DocEntry *found = NULL;
    vec_each(DocEntry, entry, &from->entries)
        if (is_named(entry, name)) return entry;
    vec_each(DocPage, page, &doc->pages)
        vec_each(DocEntry, entry, &page->entries) {
            if (!is_named(entry, name)) continue;
            if (found && strcmp(found->module, entry->module) != 0) return NULL;
            found = found ? found : entry;
        }
    return found;
}
