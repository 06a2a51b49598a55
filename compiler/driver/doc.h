// Documentation as static pages: what a module offers, with its comments, rendered by cmark. All that comes from a source is
// escaped; HTML in comments is left out, and links lead to the web or within the pages.

#ifndef DRIVER_DOC_H
#define DRIVER_DOC_H

#include "ast/ast.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "front/front.h"

typedef struct DocEntry { // something that is documented
    const char *name;     // `Map.put`
    const char *module;   // `std.map`
    const AstItem *item;
    const AstItem *within; // the interface that it is a function of; NULL: none
    Str source;
} DocEntry;

typedef struct DocPage { // a module
    const char *module;
    const char *path;
    const Ast *ast;
    Str source;
    FrontResult *parsed;
    VEC(DocEntry) entries;
} DocPage;

typedef struct Doc {
    Arena *arena;
    VEC(DocPage) pages; // in the order of their names
} Doc;

// --- what is there: doc_collect.c ----------------------------------------------------------------------------------------
void doc_collect(Doc *doc, DocPage *page); // fills its entries
const DocEntry *doc_find(
    const Doc *doc, const DocPage *from, Str name
); // its own module first; NULL: none, or several elsewhere

// --- as text: doc_html.c ---------------------------------------------------------------------------------------------------
void doc_escape(Buf *out, Str text);         // for HTML, in text and in quoted attributes
void doc_anchor(Buf *out, const char *name); // for `id` and behind `#`
void doc_json(Buf *out, Str text);           // a string of JavaScript, that may also stand in HTML
void doc_comment(Buf *out, const Doc *doc, const DocPage *page, Str comment); // markdown
void doc_code(Buf *out, const Doc *doc, const DocPage *page, Str code);       // with links
Str doc_summary(Str comment);                                                 // its first sentence

// --- whole files: doc_pages.c ------------------------------------------------------------------------------------------------
// The drawing of a contract's states, as SVG; empty: there is none.
typedef void DocDraw(void *context, const DocPage *page, const char *contract, Buf *svg);

void doc_page(Buf *out, const Doc *doc, const DocPage *page, DocDraw *draw, void *context);
void doc_index(Buf *out, const Doc *doc);
void doc_search(Buf *out, const Doc *doc);
extern const char doc_style[], doc_script[];

#endif
