// Completion: what can stand where the cursor is, in a text that need not parse.
// Takes what a probe has found out; gives a list, best first. Documentation is left to the request that resolves an item.

#include "complete.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

// --- items -------------------------------------------------------------------------------------------------------------------

bool complete__fits(
    const Completion *it, const char *name
) { // has the letters, in this order, and the first of them first
    Str prefix = it->prefix;
    if (prefix.len == 0) return true;
    if ((prefix.ptr[0] | 32) != (name[0] | 32)) return false;
    for (size_t i = 0; i < prefix.len; i++, name++) {
        while (*name && (*name | 32) != (prefix.ptr[i] | 32))
            name++;
        if (!*name) return false;
    }
    return true;
}

// A snippet's own signs in a text.
static void put_plain(Buf *out, Str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("$}\\", text.ptr[i])) buf_byte(out, '\\');
        buf_byte(out, (uint8_t)text.ptr[i]);
    }
}

static Str name_of_parameter(Str parameter) {
    size_t start = parameter.len;
    while (start > 0 && char_is_word(parameter.ptr[start - 1]))
        start--;
    return (Str){ parameter.ptr + start, parameter.len - start };
}

static void put_arguments(Buf *out, const Member *member) {
    const char *at = member_parameters(member);
    uint32_t number = 0;
    Str parameter;
    bool skip = member->is_method;
    buf_byte(out, '(');
    while (at && member_next_parameter(&at, &parameter)) {
        Str name = name_of_parameter(parameter);
        if (skip) {
            skip = false;
            continue;
        }
        if (number++ > 0) buf_cstr(out, ", ");
        buf_printf(out, "${%u:", number);
        put_plain(out, name.len ? name : parameter);
        buf_byte(out, '}');
    }
    buf_byte(out, ')');
}

json_t *complete__edit(
    const Completion *it, uint32_t start, uint32_t end, const char *text, size_t length
) {
    return json_pack(
        "{s:o, s:o}", "range", lsp__place_range(it->server, it->document, start, end), "newText",
        lsp__string(text, length)
    );
}

static void put_insertion(const Completion *it, json_t *item, const Member *member) {
    Buf text = { 0 };
    bool snippet = it->server->has_snippets && member->calls && !it->is_called;
    buf_cstr(&text, it->before);
    if (snippet) {
        put_plain(&text, str_from_c(member->name));
        put_arguments(&text, member);
    } else {
        buf_cstr(&text, member->name);
    }
    buf_cstr(&text, it->behind);
    json_object_set_new(
        item, "textEdit",
        complete__edit(
            it, it->probe->cursor->start, it->probe->cursor->end, (const char *)text.data, text.len
        )
    );
    if (snippet) json_object_set_new(item, "insertTextFormat", json_integer(2));
    buf_free(&text);
}

// Where the documentation is: resolve reads it there.
static void put_data(const Completion *it, json_t *item, const Member *member) {
    const FrontResult *result = it->probe->result;
    if (member->doc) {
        json_object_set_new(item, "data", json_pack("{s:s}", "doc", member->doc));
    } else if (member->at.file) {
        uint32_t at = member->at.start;
        if (member->at.file == 1) at = probe_offset(it->probe, at);
        json_object_set_new(
            item, "data",
            json_pack(
                "{s:s, s:I}", "path", source_name(result->map, member->at.file), "at",
                (json_int_t)at
            )
        );
    }
}

void complete__add_with(Completion *it, const Member *member, json_t *additional) {
    if (json_array_size(it->list) >= COMPLETE_MOST || !complete__fits(it, member->name)) {
        json_decref(additional);
        return;
    }
    char sort[80];
    snprintf(sort, sizeof sort, "%c%.60s", it->rank, member->name);
    json_t *item = json_pack(
        "{s:s, s:i, s:s}", "label", member->name, "kind", (int)member->kind, "sortText", sort
    );
    if (*it->before) json_object_set_new(item, "filterText", json_string(member->name));
    if (member->signature)
        json_object_set_new(
            item, "detail", lsp__string(member->signature, strlen(member->signature))
        );
    put_insertion(it, item, member);
    put_data(it, item, member);
    if (additional) json_object_set_new(item, "additionalTextEdits", additional);
    json_array_append_new(it->list, item);
}

void complete__add(void *context, const Member *member) {
    Completion *it = context;
    json_t *additional = NULL;
    if (it->instead && member->kind == COMPLETION_FIELD) { // p.x of a pointer is p->x
        const Cursor *cursor = it->probe->cursor;
        const Word *dot = &cursor->words.data[cursor->base_to];
        additional = json_pack("[o]", complete__edit(it, dot->start, dot->end, "->", 2));
    }
    complete__add_with(it, member, additional);
}

void complete__add_words(Completion *it, const char *words) {
    char word[32];
    while (*words) {
        size_t length = strcspn(words, " ");
        if (length < sizeof word) {
            memcpy(word, words, length);
            word[length] = '\0';
            complete__add(it, &(Member){ .name = word, .kind = COMPLETION_KEYWORD });
        }
        words += length + (words[length] == ' ');
    }
}

// --- requests ----------------------------------------------------------------------------------------------------------------

static bool opens_bracket(Str text, uint32_t at) {
    return at < text.len && text.ptr[at] == '(';
}

json_t *lsp__complete(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    json_t *position = json_object_get(params, "position");
    if (!document || !position) return NULL;
    Completion it = { .server = server, .document = document, .list = json_array(), .rank = '2' };
    it.before = it.behind = "";
    if (document->text.len <= LSP_TEXT) {
        it.probe = probe_new(server, document, lsp__place(server, document, position));
        const Cursor *cursor = it.probe->cursor;
        it.prefix = (Str){ cursor->text.ptr + cursor->start, cursor->offset - cursor->start };
        it.is_called = opens_bracket(cursor->text, cursor->end);
        if (cursor->place != PLACE_NOWHERE && cursor->place != PLACE_NAME) complete__add_place(&it);
        probe_free(it.probe);
    }
    // What another letter lets through may need another look: what is not imported is offered by its first letter.
    return json_pack("{s:b, s:o}", "isIncomplete", 1, "items", it.list);
}

static json_t *documentation(const Server *server, Str text) {
    return json_pack(
        "{s:s, s:o}", "kind", server->has_markdown ? "markdown" : "plaintext", "value",
        lsp__string(text.ptr, text.len)
    );
}

static bool doc_at(Server *server, const char *path, uint32_t at, Buf *doc) {
    char error[512];
    Buf read = { 0 };
    Document *open = lsp__find_path(server, path);
    Str text;
    if (open) {
        text = lsp__unmarked(open);
    } else if (file_read(path, LSP_MESSAGE_LIMIT, &read, error)) {
        text = (Str){ (const char *)read.data, read.len };
    } else {
        return false;
    }
    if (at <= text.len) lsp__put_doc(doc, text, at);
    buf_free(&read);
    return doc->len > 0;
}

json_t *lsp__resolve(Server *server, json_t *params) {
    if (!json_is_object(params)) return NULL;
    json_t *data = json_object_get(params, "data"), *item = json_copy(params);
    const char *doc = json_string_value(json_object_get(data, "doc"));
    const char *path = json_string_value(json_object_get(data, "path"));
    json_int_t at = json_integer_value(json_object_get(data, "at"));
    Buf text = { 0 };
    if (doc)
        json_object_set_new(item, "documentation", documentation(server, str_from_c(doc)));
    else if (path && at >= 0 && at <= UINT32_MAX && doc_at(server, path, (uint32_t)at, &text))
        json_object_set_new(
            item, "documentation", documentation(server, (Str){ (const char *)text.data, text.len })
        );
    buf_free(&text);
    return item;
}
