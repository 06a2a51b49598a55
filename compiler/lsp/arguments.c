// Help with arguments: what the call around the cursor takes, and which of it is being written.

#include "members.h"
#include "uses.h"

#include <string.h>

typedef struct Call {
    const char *name;
    Member found; // name NULL: nothing yet
} Call;

static void choose(void *context, const Member *member) {
    Call *call = context;
    if (!call->found.name && member->calls && strcmp(member->name, call->name) == 0)
        call->found = *member;
}

// The bracket of the innermost call; NULL: the cursor is in none.
static const Frame *call_around(const Cursor *cursor) {
    for (uint32_t i = cursor->frames.len; i-- > 0;) {
        const Frame *frame = &cursor->frames.data[i];
        if (frame->kind == FRAME_BLOCK || frame->kind == FRAME_CASES) return NULL;
        if (frame->kind != FRAME_ROUND || frame->word == 0) continue;
        const Word *before = &cursor->words.data[frame->word - 1];
        Str word = cursor_word(cursor, frame->word - 1);
        if (before->kind == WORD_NAME && !syntax_is_keyword(word)) return frame;
        if (str_eq_c(word, ">")) return frame; // f::<T>(
    }
    return NULL;
}

// The word that is called: behind `::<...>` the name before that.
static uint32_t called(const Cursor *cursor, const Frame *frame) {
    uint32_t word = frame->word - 1;
    if (!cursor_is(cursor, word, ">")) return word;
    for (int depth = 0; word > 0; word--) {
        depth += cursor_is(cursor, word, ">") - cursor_is(cursor, word, "<");
        if (depth == 0) break;
    }
    return word >= 2 && cursor_is(cursor, word - 1, "::") ? word - 2 : word;
}

static void find_behind_dot(Server *server, Probe *probe, uint32_t name, Call *call) {
    const Cursor *cursor = probe->cursor;
    uint32_t from = cursor_operand(cursor, name - 1);
    if (from >= name - 1) { // `.circle(`: of a variant nothing says which
        vec_each(HirEnum *const, of, &probe->result->program->enums)
            members_variants(probe, *of, choose, call);
        return;
    }
    uint32_t start = cursor->words.data[from].start, end = cursor->words.data[name - 2].end;
    Str base = { cursor->text.ptr + start, end - start };
    probe_ask(server, probe, base);
    if (!probe->unit || !probe->result->program) return;
    if (probe->end) {
        probe->state = HIR_NO_STATE; // the message has been chosen
        members_messages(probe, true, choose, call);
        members_messages(probe, false, choose, call);
    }
    if (probe->type)
        members_of_type(probe, probe->type, choose, call);
    else
        members_of_name(probe, base, choose, call);
}

static void find_called(Server *server, Probe *probe, uint32_t name, Call *call) {
    const Cursor *cursor = probe->cursor;
    if (name > 1 && (cursor_is(cursor, name - 1, ".") || cursor_is(cursor, name - 1, "->"))) {
        find_behind_dot(server, probe, name, call);
        return;
    }
    members_items(probe, choose, call);
    members_free(choose, call);
}

// --- the answer --------------------------------------------------------------------------------------------------------------

static json_t *units(const Server *server, const char *label, Str part) {
    uint32_t start = lsp__units((Str){ label, (size_t)(part.ptr - label) }, server->utf8);
    return json_pack(
        "[I, I]", (json_int_t)start, (json_int_t)start + lsp__units(part, server->utf8)
    );
}

static json_t *parameters(const Server *server, const Member *member, uint32_t *count) {
    json_t *list = json_array();
    const char *at = member_parameters(member);
    Str parameter;
    *count = 0;
    while (at && member_next_parameter(&at, &parameter)) {
        json_array_append_new(
            list, json_pack("{s:o}", "label", units(server, member->signature, parameter))
        );
        (*count)++;
    }
    return list;
}

static json_t *help(Server *server, Probe *probe, const Frame *frame, const Member *member) {
    uint32_t count;
    json_t *list = parameters(server, member, &count);
    uint32_t active = frame->commas + member->is_method;
    json_t *signature = json_pack(
        "{s:o, s:o}", "label", lsp__string(member->signature, strlen(member->signature)),
        "parameters", list
    );
    Buf doc = { 0 };
    if (member->doc) buf_cstr(&doc, member->doc);
    if (member->at.file) {
        Str text = source_text(probe->result->map, member->at.file);
        if (member->at.start <= text.len) lsp__put_doc(&doc, text, member->at.start);
    }
    if (doc.len)
        json_object_set_new(
            signature, "documentation",
            json_pack(
                "{s:s, s:o}", "kind", server->has_markdown ? "markdown" : "plaintext", "value",
                lsp__string((const char *)doc.data, doc.len)
            )
        );
    buf_free(&doc);
    return json_pack(
        "{s:[o], s:i, s:I}", "signatures", signature, "activeSignature", 0, "activeParameter",
        (json_int_t)(active < count ? active : count)
    );
}

json_t *lsp__arguments(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    json_t *position = json_object_get(params, "position");
    if (!document || !position) return NULL;
    if (document->text.len > LSP_TEXT) return json_null();
    Probe *probe = probe_new(server, document, lsp__place(server, document, position));
    const Frame *frame = probe->cursor->place == PLACE_NOWHERE ? NULL : call_around(probe->cursor);
    json_t *result = json_null();
    if (frame && probe->unit && probe->result->program) {
        uint32_t name = called(probe->cursor, frame);
        Str word = cursor_word(probe->cursor, name);
        Call call = { .name = arena_strndup(&probe->arena, word.ptr, word.len) };
        find_called(server, probe, name, &call);
        if (call.found.name) result = help(server, probe, frame, &call.found);
    }
    probe_free(probe);
    return result;
}
