// The pages: one for each module, one with all of them, what the search looks through, and how it all looks.

#include "driver/doc.h"

#include <string.h>

const char doc_style[] =
    "body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }\n"
    "code, pre { font: 14px/1.45 monospace; background: #f4f4f1 }\n"
    "pre { padding: .6em .8em; overflow-x: auto }\n"
    "a { color: #14539a; text-decoration: none } a:hover { text-decoration: underline }\n"
    "section { border-top: 1px solid #ddd; margin-top: 1.2em; padding-top: .4em }\n"
    "h2 { font-size: 1.1em; margin: .4em 0 } svg { max-width: 100%; height: auto }\n"
    "#query { width: 100%; padding: .4em; font: inherit; box-sizing: border-box } #found { padding-left: 1.2em }\n"
    "@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } code, pre { background: #2a2a2a } a { color: #8ab4f8 } svg { background: #fff } }\n";

const char doc_script[] =
    "'use strict';\n"
    "// Names that begin as what is looked for come first, then names that have it in them, then sentences.\n"
    "const query = document.getElementById('query'), found = document.getElementById('found');\n"
    "function rank(entry, wanted) {\n"
    "  const name = entry[0].toLowerCase(), last = name.slice(name.lastIndexOf('.') + 1);\n"
    "  if (name === wanted || last === wanted) return 0;\n"
    "  if (name.startsWith(wanted) || last.startsWith(wanted)) return 1;\n"
    "  if (name.includes(wanted)) return 2;\n"
    "  return entry[3].toLowerCase().includes(wanted) ? 3 : 4;\n"
    "}\n"
    "function look() {\n"
    "  const wanted = query.value.trim().toLowerCase();\n"
    "  found.replaceChildren();\n"
    "  if (wanted === '') return;\n"
    "  const ranked = entries.map(entry => [rank(entry, wanted), entry]).filter(pair => pair[0] < 4);\n"
    "  ranked.sort((a, b) => a[0] - b[0] || a[1][0].localeCompare(b[1][0]));\n"
    "  for (const [, entry] of ranked.slice(0, 40)) {\n"
    "    const line = document.createElement('li'), link = document.createElement('a');\n"
    "    link.href = entry[2];\n"
    "    link.textContent = entry[0];\n"
    "    line.append(link, ' in ' + entry[1] + (entry[3] ? ': ' + entry[3] : ''));\n"
    "    found.append(line);\n"
    "  }\n"
    "}\n"
    "query.addEventListener('input', look);\n";

static void begin(Buf *out, const char *title) {
    buf_cstr(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; script-src 'self'\">\n"
        "<link rel=\"stylesheet\" href=\"style.css\">\n<title>"
    );
    doc_escape(out, str_from_c(title));
    buf_cstr(
        out,
        "</title>\n</head>\n<body>\n<p><a href=\"index.html\">all modules</a></p>\n"
        "<input id=\"query\" type=\"search\" placeholder=\"search\" aria-label=\"search\">\n<ul id=\"found\"></ul>\n"
    );
}

static void end(Buf *out) {
    buf_cstr(
        out,
        "<script src=\"search.js\"></script>\n<script src=\"doc.js\"></script>\n</body>\n</html>\n"
    );
}

// --- how a declaration is written ------------------------------------------------------------------------------------------

// Where the body begins that is not shown.
static size_t head_length(const DocEntry *entry) {
    const AstItem *item = entry->item;
    const AstStmt *body = item->kind == AST_ITEM_FN    ? item->fn.body
                          : item->kind == AST_ITEM_SIP ? item->sip.body
                                                       : NULL;
    if (body) return body->span.start - item->span.start;
    if (item->kind == AST_ITEM_STRUCT || item->kind == AST_ITEM_SYSTEM) {
        const char *brace = memchr(entry->source.ptr, '{', entry->source.len);
        return brace ? (size_t)(brace - entry->source.ptr) : entry->source.len;
    }
    if (item->kind == AST_ITEM_CONST && entry->source.len > 200) {
        const char *equals = memchr(entry->source.ptr, '=', entry->source.len);
        return equals ? (size_t)(equals - entry->source.ptr) : entry->source.len;
    }
    return entry->source.len;
}

// Fields that others see; that there are more is said.
static void put_fields(Buf *out, const Doc *doc, const DocPage *page, const AstStruct *s) {
    bool hidden = false;
    buf_cstr(out, "{\n");
    vec_each(const AstField, field, &s->fields) {
        hidden |= !field->is_pub;
        if (!field->is_pub) continue;
        buf_cstr(out, "    ");
        doc_code(
            out, doc, page,
            (Str){ page->source.ptr + field->span.start, field->span.end - field->span.start }
        );
        buf_cstr(out, "\n");
    }
    buf_cstr(out, hidden ? "    // and private fields\n}" : "}");
}

static void put_declaration(Buf *out, const Doc *doc, const DocPage *page, const DocEntry *entry) {
    Str head = { entry->source.ptr, head_length(entry) };
    while (head.len && strchr(" \n\t\r", head.ptr[head.len - 1]))
        head.len--;
    buf_cstr(out, "<pre><code>");
    doc_code(out, doc, page, head);
    if (entry->item->kind == AST_ITEM_STRUCT) {
        buf_byte(out, ' ');
        put_fields(out, doc, page, &entry->item->structure);
    }
    buf_cstr(out, "</code></pre>\n");
}

// --- files -----------------------------------------------------------------------------------------------------------------

static void put_entry(
    Buf *out,
    const Doc *doc,
    const DocPage *page,
    const DocEntry *entry,
    DocDraw *draw,
    void *context
) {
    buf_cstr(out, "<section id=\"");
    doc_anchor(out, entry->name);
    buf_cstr(out, "\">\n<h2>");
    doc_escape(out, str_from_c(entry->name));
    buf_cstr(out, "</h2>\n");
    put_declaration(out, doc, page, entry);
    doc_comment(out, doc, page, entry->item->doc);
    if (entry->item->kind == AST_ITEM_CONTRACT) draw(context, page, entry->name, out);
    buf_cstr(out, "</section>\n");
}

void doc_page(Buf *out, const Doc *doc, const DocPage *page, DocDraw *draw, void *context) {
    begin(out, page->module);
    buf_cstr(out, "<h1>");
    doc_escape(out, str_from_c(page->module));
    buf_cstr(out, "</h1>\n");
    doc_comment(out, doc, page, page->ast->doc);
    vec_each(const DocEntry, entry, &page->entries)
        put_entry(out, doc, page, entry, draw, context);
    end(out);
}

void doc_index(Buf *out, const Doc *doc) {
    begin(out, "Modules");
    buf_cstr(out, "<h1>Modules</h1>\n<dl>\n");
    vec_each(const DocPage, page, &doc->pages) {
        buf_cstr(out, "<dt><a href=\"");
        doc_anchor(out, page->module);
        buf_cstr(out, ".html\">");
        doc_escape(out, str_from_c(page->module));
        buf_cstr(out, "</a></dt>\n<dd>");
        doc_escape(out, doc_summary(page->ast->doc));
        buf_cstr(out, "</dd>\n");
    }
    buf_cstr(out, "</dl>\n");
    end(out);
}

void doc_search(Buf *out, const Doc *doc) {
    buf_cstr(out, "const entries = [\n");
    vec_each(const DocPage, page, &doc->pages)
        vec_each(const DocEntry, entry, &page->entries) {
            Buf href = { 0 };
            doc_anchor(&href, page->module);
            buf_cstr(&href, ".html#");
            doc_anchor(&href, entry->name);
            buf_cstr(out, "  [");
            doc_json(out, str_from_c(entry->name));
            buf_cstr(out, ", ");
            doc_json(out, str_from_c(page->module));
            buf_cstr(out, ", ");
            doc_json(out, (Str){ (const char *)href.data, href.len });
            buf_cstr(out, ", ");
            doc_json(out, doc_summary(entry->item->doc));
            buf_cstr(out, "],\n");
            buf_free(&href);
        }
    buf_cstr(out, "];\n");
}
