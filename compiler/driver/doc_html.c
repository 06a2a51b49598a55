// Text for pages: escaped, with links to what is documented. What a comment says is rendered by cmark in its safe mode, which
// leaves out raw HTML and links that would run something.

#include "driver/doc.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

void doc_escape(Buf *out, Str text) {
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': buf_cstr(out, "&amp;"); break;
        case '<': buf_cstr(out, "&lt;"); break;
        case '>': buf_cstr(out, "&gt;"); break;
        case '"': buf_cstr(out, "&quot;"); break;
        case '\'': buf_cstr(out, "&#39;"); break;
        case '\r': break;
        default: buf_byte(out, (uint8_t)text.ptr[i]);
        }
    }
}

void doc_anchor(Buf *out, const char *name) {
    for (; *name; name++) {
        bool plain = char_is_word(*name) || *name == '.';
        buf_byte(out, plain ? (uint8_t)*name : '-');
    }
}

void doc_json(Buf *out, Str text) {
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f)
            buf_printf(out, "\\u%04x", c);
        else
            buf_byte(out, c);
    }
    buf_byte(out, '"');
}

static void put_link(Buf *out, const DocEntry *entry, Str text) {
    buf_cstr(out, "<a href=\"");
    doc_anchor(out, entry->module);
    buf_cstr(out, ".html#");
    doc_anchor(out, entry->name);
    buf_cstr(out, "\">");
    doc_escape(out, text);
    buf_cstr(out, "</a>");
}

void doc_code(Buf *out, const Doc *doc, const DocPage *page, Str code) {
    for (size_t i = 0; i < code.len;) {
        size_t end = i + 1;
        if (char_is_word(code.ptr[i]))
            while (end < code.len && char_is_word(code.ptr[end]))
                end++;
        Str word = { code.ptr + i, end - i };
        const DocEntry *entry = char_is_word(word.ptr[0]) ? doc_find(doc, page, word) : NULL;
        if (entry && entry->item->kind != AST_ITEM_FN)
            put_link(out, entry, word);
        else
            doc_escape(out, word);
        i = end;
    }
}

// Code in a comment that is a name becomes a link. What cmark has escaped is no name, and stays as it is.
static void put_linked(Buf *out, const Doc *doc, const DocPage *page, const char *html) {
    static const char open[] = "<code>", close[] = "</code>";
    for (const char *at = html; *at;) {
        const char *code = strstr(at, open);
        const char *end = code ? strstr(code, close) : NULL;
        if (!end) {
            buf_cstr(out, at);
            return;
        }
        code += strlen(open);
        buf_put(out, at, (size_t)(code - at));
        Str name = { code, (size_t)(end - code) };
        const DocEntry *entry = doc_find(doc, page, name);
        if (entry)
            put_link(out, entry, name);
        else
            buf_put(out, name.ptr, name.len);
        at = end;
    }
}

void doc_comment(Buf *out, const Doc *doc, const DocPage *page, Str comment) {
    if (comment.len == 0) return;
    char *html = cmark_markdown_to_html(
        comment.ptr, comment.len, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8
    );
    put_linked(out, doc, page, html);
    free(html);
}

Str doc_summary(Str comment) {
    size_t end = 0;
    while (end < comment.len &&
           !(comment.ptr[end] == '.' && (end + 1 == comment.len || comment.ptr[end + 1] == ' ' ||
                                         comment.ptr[end + 1] == '\n')) &&
           !(comment.ptr[end] == '\n' && end + 1 < comment.len && comment.ptr[end + 1] == '\n'))
        end++;
    return (Str){ comment.ptr, end };
}
