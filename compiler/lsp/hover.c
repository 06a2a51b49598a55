// Hover: a declaration as it is written, its type where that is not written, and its doc comment; over what is wrong, the page
// of the code.

#include "uses.h"

#include "hir/protocol.h"

#include <string.h>

typedef struct Card {
    const FrontResult *result;
    const Look *look;
    Buf out;
    uint32_t start, end; // what is hovered over
    bool found;
    bool markdown;
} Card;

// --- a declaration -------------------------------------------------------------------------------------------------------

// The head of a declaration: up to its body.
static uint32_t head_end(const SyntaxNode *node) {
    const SyntaxNode *body = syntax_child(node, FIELD_BODY);
    return body && body->start > node->start ? body->start : node->end;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The lines of a text, without what they all are indented by.
static void put_code(Buf *out, Str text) {
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r') buf_byte(out, (uint8_t)text.ptr[i]);
}

void lsp__put_doc(Buf *out, Str text, uint32_t at) {
    uint32_t first = at;
    while (first > 0 && text.ptr[first - 1] != '\n')
        first--;
    uint32_t top = first;
    while (top > 0) {
        uint32_t line = top - 1;
        while (line > 0 && text.ptr[line - 1] != '\n')
            line--;
        uint32_t word = line;
        while (word < top && (text.ptr[word] == ' ' || text.ptr[word] == '\t'))
            word++;
        bool is_doc = word + 3 <= top && memcmp(text.ptr + word, "///", 3) == 0;
        bool is_attribute =
            first == top && word + 2 <= top && memcmp(text.ptr + word, "[[", 2) == 0;
        if (!is_doc && !is_attribute) break;
        top = line;
        if (is_attribute) first = line;
    }
    for (uint32_t i = top; i < first;) {
        while (i < first && (text.ptr[i] == ' ' || text.ptr[i] == '\t'))
            i++;
        i += 3;
        if (i < first && text.ptr[i] == ' ') i++;
        while (i < first && text.ptr[i] != '\n') {
            if (text.ptr[i] != '\r') buf_byte(out, (uint8_t)text.ptr[i]);
            i++;
        }
        buf_byte(out, '\n');
        i++;
    }
}

static void open_code(Card *card) {
    if (card->out.len) buf_cstr(&card->out, card->markdown ? "\n---\n" : "\n");
    if (card->markdown) buf_cstr(&card->out, "```sip\n");
}

static void close_code(Card *card) {
    buf_cstr(&card->out, card->markdown ? "\n```\n" : "\n");
}

static void put_declaration(Card *card, const Use *use, const SyntaxNode *node, Str text) {
    open_code(card);
    const HirType *type = use->type;
    bool local = use->kind == USE_LOCAL || use->kind == USE_PARAM;
    if (local && type && card->result->program)
        buf_printf(
            &card->out, "%s " STR_FMT, hir_type_text(card->result->program->types, type),
            (int)(use->target.end - use->target.start), text.ptr + use->target.start
        );
    else
        put_code(&card->out, (Str){ text.ptr + node->start, head_end(node) - node->start });
    close_code(card);
    if (local) return;
    Buf doc = { 0 };
    lsp__put_doc(&doc, text, node->start);
    if (doc.len) buf_printf(&card->out, "\n%.*s", (int)doc.len, (const char *)doc.data);
    buf_free(&doc);
}

static void put_module(Card *card, const FrontUnit *unit, Str text) {
    open_code(card);
    buf_printf(&card->out, "module %s;", names_text(card->result->names, unit->module));
    close_code(card);
    syntax_each(item, unit->syntax->root) {
        if (item->kind != SYNTAX_MODULE_DECLARATION) continue;
        Buf doc = { 0 };
        lsp__put_doc(&doc, text, item->start);
        if (doc.len) buf_printf(&card->out, "\n%.*s", (int)doc.len, (const char *)doc.data);
        buf_free(&doc);
        return;
    }
}

// --- what is known there -------------------------------------------------------------------------------------------------

static void put_state(Card *card, const CheckFact *fact) {
    const char *state = lsp__state_text(card->result, fact);
    if (!state) return;
    buf_printf(&card->out, "\n`%s` is in state `%s`", fact->path, state);
    if (fact->state < fact->type->contract->states.len) {
        const HirContract *contract = fact->type->contract;
        const HirState *info = &contract->states.data[fact->state];
        bool sends = hir_sends(contract, fact->type->side, fact->state);
        vec_each(const HirChoice, choice, &info->choices)
            buf_printf(
                &card->out, "%s `%s`",
                choice != info->choices.data ? ","
                : sends                      ? ": it may send"
                                             : ": it waits for",
                names_text(card->result->names, contract->messages.data[choice->message].name)
            );
    }
    buf_cstr(&card->out, ".\n");
}

static void put_loan(Card *card, const CheckFact *fact) {
    buf_printf(
        &card->out, "\n`%s` is borrowed%s by `%s` since line %u.\n", fact->path,
        fact->is_exclusive ? " exclusively" : "",
        names_text(card->result->names, fact->holder->name),
        source_line_at(card->result->map, fact->since.file, fact->since.start)
    );
}

// States, loans and moves of the place that the name begins.
static void put_facts(Card *card, const Use *use) {
    const HirType *type = use->type;
    bool local = use->kind == USE_LOCAL || use->kind == USE_PARAM;
    if (local && use->is_moved)
        buf_cstr(&card->out, "\nIt moves away here.\n");
    else if (local && type && hir_type_is_owner(type))
        buf_cstr(
            &card->out,
            "\nAn owner: it moves, and what has not moved is dropped where its scope ends.\n"
        );
    else if (local && type && hir_type_is_second_class(type))
        buf_cstr(&card->out, "\nA borrow.\n");
    vec_each(const CheckFact, fact, &card->look->facts) {
        if (fact->at.start != use->at.start) continue;
        if (fact->kind == CHECK_FACT_STATE) put_state(card, fact);
        if (fact->kind == CHECK_FACT_LENT) put_loan(card, fact);
    }
}

static void put_use(Card *card, const Use *use) {
    const FrontUnit *unit = lsp__unit(card->result, use->target.file);
    if (!unit) return;
    Str text = source_text(card->result->map, unit->file);
    const SyntaxNode *node = lsp__declaring(unit->syntax->root, use->target.start);
    if (use->kind == USE_MODULE)
        put_module(card, unit, text);
    else if (!node)
        return;
    if (use->kind != USE_MODULE) {
        put_declaration(card, use, node, text);
        put_facts(card, use);
    }
    card->start = use->at.start;
    card->end = use->at.end;
    card->found = true;
}

// --- what is wrong -------------------------------------------------------------------------------------------------------

typedef struct Wrong {
    Card *card;
    uint32_t offset;
} Wrong;

static void put_page(void *context, const DiagEntry *entry) {
    Wrong *wrong = context;
    Card *card = wrong->card;
    if (entry->span.file != 1 || wrong->offset < entry->span.start ||
        wrong->offset > entry->span.end)
        return;
    const char *page = diag_explain(entry->code);
    if (!page) return;
    if (card->out.len) buf_cstr(&card->out, card->markdown ? "\n---\n" : "\n");
    buf_printf(&card->out, "%s\n", page);
    if (!card->found) {
        card->start = entry->span.start;
        card->end = entry->span.end;
    }
    card->found = true;
}

json_t *lsp__hover(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    if (!document) return NULL;
    const FrontResult *result = lsp__look(server, document)->result;
    Card card = { .result = result, .look = document->look, .markdown = server->has_markdown };
    if (use) put_use(&card, use);
    Wrong wrong = { &card,
                    lsp__look_offset(server, document, json_object_get(params, "position")) };
    if (!result->error[0]) diags_each(result->diags, put_page, &wrong);
    json_t *hover = json_null();
    if (card.found)
        hover = json_pack(
            "{s:{s:s, s:o}, s:o}", "contents", "kind", card.markdown ? "markdown" : "plaintext",
            "value", lsp__string((const char *)card.out.data, card.out.len), "range",
            lsp__span_range(server, result, (Span){ 1, card.start, card.end })
        );
    buf_free(&card.out);
    return hover;
}
