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

// The function of a type: `owner` is the type's name, and stands before `word` with a point and perhaps arguments between them.
static const DocEntry *find_method(const Doc *doc, const DocPage *page, Str owner, Str word) {
    const char *name = arena_printf(doc->arena, STR_FMT "." STR_FMT, STR_ARG(owner), STR_ARG(word));
    return doc_find(doc, page, str_from_c(name));
}

// Whom a word of code means. A function is meant where it is called or declared: parameters may be called as it is.
static const DocEntry *meant(
    const Doc *doc, const DocPage *page, Str code, Str word, const DocEntry *type, Str type_word
) {
    const char *end = code.ptr + code.len, *behind = word.ptr + word.len;
    bool calls = behind < end && (*behind == '(' || *behind == '<');
    bool belongs = word.ptr > code.ptr && word.ptr[-1] == '.';
    if (belongs) {
        const char *before = word.ptr - 1; // at the point
        bool of_type = type && (before == type_word.ptr + type_word.len || before[-1] == '>');
        return calls && of_type ? find_method(doc, page, type_word, word) : NULL;
    }
    const DocEntry *entry = doc_find(doc, page, word);
    return entry && (calls || entry->item->kind != AST_ITEM_FN) ? entry : NULL;
}

void doc_code(Buf *out, const Doc *doc, const DocPage *page, Str code) {
    const DocEntry *type = NULL; // the last type that was named outside of arguments
    Str type_word = { 0 };
    int depth = 0; // of `<`
    for (size_t i = 0; i < code.len;) {
        size_t end = i + 1;
        if (char_is_word(code.ptr[i]))
            while (end < code.len && char_is_word(code.ptr[end]))
                end++;
        Str word = { code.ptr + i, end - i };
        const DocEntry *entry =
            char_is_word(word.ptr[0]) ? meant(doc, page, code, word, type, type_word) : NULL;
        if (entry)
            put_link(out, entry, word);
        else
            doc_escape(out, word);
        depth += code.ptr[i] == '<' ? 1 : code.ptr[i] == '>' && depth > 0 ? -1 : 0;
        if (char_is_word(word.ptr[0]) && depth == 0) {
            type = entry && entry->item->kind != AST_ITEM_FN ? entry : NULL;
            type_word = word;
        }
        i = end;
    }
}

// A name, or the beginning of a call of one: `get(key)`.
static const DocEntry *named_in_comment(const Doc *doc, const DocPage *page, Str code, Str *name) {
    const char *call = memchr(code.ptr, '(', code.len);
    *name = code;
    const DocEntry *entry = doc_find(doc, page, code);
    if (entry || !call) return entry;
    name->len = (size_t)(call - code.ptr);
    return doc_find(doc, page, *name);
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
        const DocEntry *entry = named_in_comment(doc, page, name, &name);
        if (entry)
            put_link(out, entry, name);
        else
            buf_put(out, name.ptr, name.len);
        buf_put(out, name.ptr + name.len, (size_t)(end - name.ptr) - name.len);
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
