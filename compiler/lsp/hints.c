// Inlay hints: types that are found and not written, moves, states of endpoints, what is dropped where a scope ends.

#include "uses.h"

#include <string.h>

typedef struct Hints {
    Server *server;
    Document *document;
    const Syntax *syntax;
    const FrontResult *result;
    uint32_t start, end; // bytes of the text that was looked at
    json_t *list;
} Hints;

enum { KIND_TYPE = 1 };

static void add(
    Hints *hints, uint32_t at, const char *text, int kind, bool before, const char *tooltip
) {
    uint32_t line, character;
    if (at < hints->start || at > hints->end) return;
    lsp__look_character(hints->server, hints->document->look, at, &line, &character);
    json_t *hint = json_pack(
        "{s:{s:I, s:I}, s:o, s:s}", "position", "line", (json_int_t)line, "character",
        (json_int_t)character, "label", lsp__string(text, strlen(text)), "tooltip", tooltip
    );
    if (kind) json_object_set_new(hint, "kind", json_integer(kind));
    json_object_set_new(hint, before ? "paddingRight" : "paddingLeft", json_true());
    json_array_append_new(hints->list, hint);
}

// --- types -------------------------------------------------------------------------------------------------------------------

static void add_type(Hints *hints, const HirLocal *local) {
    const HirProgram *program = hints->result->program;
    if (!local->name || local->is_stated || local->capture || local->span.file != 1 ||
        local->type->kind == HIR_TYPE_ERROR)
        return;
    Buf text = { 0 };
    buf_printf(&text, ": %s", hir_type_text(program->types, local->type));
    buf_byte(&text, '\0');
    add(hints, local->span.end, (const char *)text.data, KIND_TYPE, false,
        "the type that is found");
    buf_free(&text);
}

// Is the type of what is declared there left out: `auto x`, `fn (x)`, `(x, y) :`?
static bool is_left_out(const Hints *hints, const HirLocal *local) {
    const SyntaxNode *node = lsp__declaring(hints->syntax->root, local->span.start);
    if (!node) return false;
    const SyntaxNode *type = syntax_child(node, FIELD_TYPE);
    return !type || syntax_is(hints->syntax, type, "auto");
}

static void add_types(Hints *hints) {
    vec_each(HirFn *const, fn, &hints->result->program->fns) {
        bool here = (*fn)->body && (*fn)->body->span.file == 1 &&
                    (*fn)->body->span.end >= hints->start && (*fn)->span.start <= hints->end;
        if (!here) continue;
        vec_each(HirLocal *const, local, &(*fn)->locals) {
            bool in_range =
                (*local)->span.start >= hints->start && (*local)->span.end <= hints->end;
            if (in_range && (*local)->name && is_left_out(hints, *local)) add_type(hints, *local);
        }
    }
}

// --- facts -------------------------------------------------------------------------------------------------------------------

static void add_state(Hints *hints, const CheckFact *fact) {
    const char *state = lsp__state_text(hints->result, fact);
    Buf text = { 0 };
    if (!state) return;
    buf_printf(&text, "%s: %s", fact->path, state);
    buf_byte(&text, '\0');
    add(hints, fact->at.end, (const char *)text.data, 0, false,
        "the state that the endpoint is in now");
    buf_free(&text);
}

// One hint for all that one brace drops.
static void add_drops(Hints *hints, const Look *look, uint32_t *row) {
    Buf text = { 0 };
    const CheckFact *first = &look->facts.data[*row];
    buf_cstr(&text, "drop");
    for (; *row < look->facts.len; (*row)++) {
        const CheckFact *fact = &look->facts.data[*row];
        if (fact->kind != CHECK_FACT_DROPPED || fact->at.start != first->at.start) break;
        buf_printf(
            &text, "%s %s", fact == first ? "" : ",",
            names_text(hints->result->names, fact->local->name)
        );
    }
    buf_byte(&text, '\0');
    Str source = hints->syntax->text;
    bool brace = first->at.end == first->at.start + 1 && first->at.start < source.len &&
                 source.ptr[first->at.start] == '}';
    if (brace)
        add(hints, first->at.start, (const char *)text.data, 0, true,
            "what owns something and ends here");
    buf_free(&text);
}

static void add_facts(Hints *hints, const Look *look) {
    for (uint32_t i = 0; i < look->facts.len;) {
        const CheckFact *fact = &look->facts.data[i];
        if (fact->kind == CHECK_FACT_DROPPED) {
            add_drops(hints, look, &i);
            continue;
        }
        if (fact->kind == CHECK_FACT_GOES) add_state(hints, fact);
        i++;
    }
}

static void add_moves(Hints *hints, const Uses *uses) {
    vec_each(const Use, use, &uses->list) {
        if (use->at.file == 1 && use->is_moved)
            add(hints, use->at.start, "move", 0, true, "the value moves away");
    }
}

json_t *lsp__hints(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    uint32_t start, end;
    if (!document) return NULL;
    const Uses *uses = lsp__uses(server, document);
    const Look *look = document->look;
    if (!lsp__look_range(server, document, params, &start, &end)) return NULL;
    Hints hints = { server, document, NULL, look->result, start, end, json_array() };
    if (!look->result->program) return hints.list;
    hints.syntax = look->result->units.data[0].syntax;
    add_types(&hints);
    add_facts(&hints, look);
    add_moves(&hints, uses);
    return hints.list;
}
