// Lenses and links: what can be done with a declaration, above it, and where imports lead.
// A lens names a command of the client's: `sip.run` of a system, `sip.test` of a test, `sip.showStateMachine` of a contract.

#include "uses.h"

#include <string.h>

static json_t *command(const char *title, const char *name, const char *uri, Str word) {
    return json_pack(
        "{s:s, s:s, s:[s, o]}", "title", title, "command", name, "arguments", uri,
        lsp__string(word.ptr, word.len)
    );
}

static Str without_quotes(Str text) {
    if (text.len < 2 || text.ptr[0] != '"') return text;
    return (Str){ text.ptr + 1, text.len - 2 };
}

json_t *lsp__lenses(Server *server, json_t *params) {
    static const struct {
        SyntaxKind kind;
        SyntaxField word;
        const char *title, *command;
    } rows[] = {
        { SYNTAX_SYSTEM_ITEM,   FIELD_NAME,  "Run",           "sip.run"              },
        { SYNTAX_SYSTEM_ITEM,   FIELD_NAME,  "Debug",         "sip.debug"            },
        { SYNTAX_TEST_ITEM,     FIELD_TITLE, "Run test",      "sip.test"             },
        { SYNTAX_CONTRACT_ITEM, FIELD_NAME,  "State machine", "sip.showStateMachine" },
    };
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    const Tree *tree = lsp__tree(server, document);
    json_t *list = json_array();
    if (!tree->file) return list;
    syntax_each(item, tree->syntax->root) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            const SyntaxNode *word =
                item->kind == rows[i].kind ? syntax_child(item, rows[i].word) : NULL;
            if (!word) continue;
            json_array_append_new(
                list,
                json_pack(
                    "{s:o, s:o}", "range",
                    lsp__tree_range(server, document, tree, word->start, word->end), "command",
                    command(
                        rows[i].title, rows[i].command, document->uri,
                        without_quotes(syntax_text(tree->syntax, word))
                    )
                )
            );
        }
    }
    return list;
}

json_t *lsp__links(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    const Uses *uses = lsp__uses(server, document);
    const FrontResult *result = document->look->result;
    json_t *list = json_array();
    vec_each(const Use, use, &uses->list) {
        if (use->kind != USE_MODULE || use->at.file != 1) continue;
        const SyntaxNode *import = NULL;
        syntax_each(item, result->units.data[0].syntax->root) {
            bool here = item->start <= use->at.start && use->at.end <= item->end;
            if (here && item->kind == SYNTAX_IMPORT_DECLARATION) import = item;
        }
        if (!import) continue;
        json_t *location = lsp__location(server, result, use->target);
        json_array_append_new(
            list, json_pack(
                      "{s:o, s:O, s:s}", "range", lsp__span_range(server, result, use->at),
                      "target", json_object_get(location, "uri"), "tooltip", "open the module"
                  )
        );
        json_decref(location);
    }
    return list;
}
