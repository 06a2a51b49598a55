// The server: one client, one thread. Messages are read as they come and answered in their order, but for those that have
// been cancelled before it was their turn; checks that nobody waits for are made when nothing has come for a moment.

#include "uses.h"

#include "front/trees.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

enum { PARENT_CHECK = 10000 }; // ms between two looks whether the client's process is there

typedef json_t *Handler(Server *server, json_t *params);

// --- the start -----------------------------------------------------------------------------------------------------------

static json_t *at(json_t *json, const char *path) {
    char word[64];
    while (json && *path) {
        size_t length = strcspn(path, ".");
        if (length >= sizeof word) return NULL;
        memcpy(word, path, length);
        word[length] = '\0';
        json = json_object_get(json, word);
        path += length + (path[length] == '.');
    }
    return json;
}

static bool has_word(const json_t *list, const char *word) {
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        const char *text = json_string_value(item);
        if (text && strcmp(text, word) == 0) return true;
    }
    return false;
}

static void read_client(Server *server, json_t *params) {
    json_t *can = json_object_get(params, "capabilities"), *document = at(can, "textDocument");
    server->utf8 = has_word(at(can, "general.positionEncodings"), "utf-8");
    server->has_related = json_is_true(at(document, "publishDiagnostics.relatedInformation"));
    server->has_versions = json_is_true(at(document, "publishDiagnostics.versionSupport"));
    server->has_nested_symbols =
        json_is_true(at(document, "documentSymbol.hierarchicalDocumentSymbolSupport"));
    server->has_literal_actions =
        json_is_object(at(document, "codeAction.codeActionLiteralSupport"));
    server->has_only_line_folds = json_is_true(at(document, "foldingRange.lineFoldingOnly"));
    server->has_markdown = has_word(at(document, "hover.contentFormat"), "markdown");
    server->has_snippets = json_is_true(at(document, "completion.completionItem.snippetSupport"));
    server->has_pull = json_is_object(at(document, "diagnostic"));
    server->has_refresh = json_is_true(at(can, "workspace.diagnostics.refreshSupport"));
    server->has_progress = json_is_true(at(can, "window.workDoneProgress"));
    server->has_document_changes = json_is_true(at(can, "workspace.workspaceEdit.documentChanges"));
    server->has_watching =
        json_is_true(at(can, "workspace.didChangeWatchedFiles.dynamicRegistration"));
    server->has_prepare_rename = json_is_true(at(document, "rename.prepareSupport"));
    server->parent = json_integer_value(json_object_get(params, "processId"));
}

// What is done, and needs nothing said about how.
static const char *const simple[] = {
    "hoverProvider",
    "definitionProvider",
    "referencesProvider",
    "documentHighlightProvider",
    "documentSymbolProvider",
    "workspaceSymbolProvider",
    "documentFormattingProvider",
    "documentRangeFormattingProvider",
    "foldingRangeProvider",
    "selectionRangeProvider",
    "inlayHintProvider",
    "typeDefinitionProvider",
    "implementationProvider",
    "callHierarchyProvider",
};

static json_t *initialize(Server *server, json_t *params) {
    read_client(server, params);
    server->phase = PHASE_RUNNING;
    json_t *can = json_pack(
        "{s:s, s:{s:b, s:i, s:b}, s:{s:[s]}, s:{s:[s, s, s], s:b}}", "positionEncoding",
        server->utf8 ? "utf-8" : "utf-16", "textDocumentSync", "openClose", 1, "change", 2, "save",
        1, "codeActionProvider", "codeActionKinds", "quickfix", "completionProvider",
        "triggerCharacters", ".", ">", ":", "resolveProvider", 1
    );
    json_object_set_new(
        can, "semanticTokensProvider",
        json_pack(
            "{s:o, s:b, s:{s:b}}", "legend", lsp__token_legend(), "range", 1, "full", "delta", 1
        )
    );
    json_object_set_new(
        can, "signatureHelpProvider",
        json_pack("{s:[s, s], s:[s]}", "triggerCharacters", "(", ",", "retriggerCharacters", ")")
    );
    if (server->has_pull)
        json_object_set_new(
            can, "diagnosticProvider",
            json_pack("{s:b, s:b}", "interFileDependencies", 1, "workspaceDiagnostics", 0)
        );
    json_object_set_new(can, "codeLensProvider", json_pack("{s:b}", "resolveProvider", 0));
    json_object_set_new(can, "documentLinkProvider", json_pack("{s:b}", "resolveProvider", 0));
    json_object_set_new(
        can, "renameProvider",
        server->has_prepare_rename ? json_pack("{s:b}", "prepareProvider", 1) : json_true()
    );
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        json_object_set_new(can, simple[i], json_true());
    return json_pack(
        "{s:o, s:{s:s, s:s}}", "capabilities", can, "serverInfo", "name", "sip-lsp", "version",
        server->options.version
    );
}

static json_t *shut_down(Server *server, json_t *params) {
    (void)params;
    server->phase = PHASE_SHUTDOWN;
    return json_null();
}

// --- notifications -------------------------------------------------------------------------------------------------------

// The client is asked to tell of files that others change: package.sip is one of them.
static void initialized(Server *server, json_t *params) {
    (void)params;
    if (!server->has_watching) return;
    json_t *files = json_pack(
        "{s:[{s:s, s:s, s:{s:[{s:s}]}}]}", "registrations", "id", "sip-files", "method",
        "workspace/didChangeWatchedFiles", "registerOptions", "watchers", "globPattern", "**/*.sip"
    );
    lsp__request(server, "sip-watch", "client/registerCapability", files);
}

// Files changed on disk. Those that are open count as they are here.
static void watched_files(Server *server, json_t *params) {
    (void)params;
    lsp__all_changed(server);
    if (server->has_pull && server->has_refresh)
        lsp__request(server, "sip-refresh", "workspace/diagnostic/refresh", NULL);
}

// --- what there is ---------------------------------------------------------------------------------------------------------

typedef struct RequestRow {
    const char *method;
    Handler *handle;
} RequestRow;

static const RequestRow requests[] = {
    { "textDocument/documentSymbol",            lsp__symbols           },
    { "workspace/symbol",                       lsp__workspace_symbols },
    { "textDocument/formatting",                lsp__format            },
    { "textDocument/rangeFormatting",           lsp__format_range      },
    { "textDocument/foldingRange",              lsp__folds             },
    { "textDocument/selectionRange",            lsp__selections        },
    { "textDocument/hover",                     lsp__hover             },
    { "textDocument/definition",                lsp__definition        },
    { "textDocument/references",                lsp__references        },
    { "textDocument/documentHighlight",         lsp__highlights        },
    { "textDocument/diagnostic",                lsp__pull              },
    { "textDocument/codeAction",                lsp__actions           },
    { "textDocument/completion",                lsp__complete          },
    { "textDocument/semanticTokens/full",       lsp__tokens            },
    { "textDocument/semanticTokens/full/delta", lsp__tokens_delta      },
    { "textDocument/semanticTokens/range",      lsp__tokens_range      },
    { "textDocument/inlayHint",                 lsp__hints             },
    { "textDocument/prepareRename",             lsp__prepare_rename    },
    { "textDocument/rename",                    lsp__rename            },
    { "textDocument/typeDefinition",            lsp__type_definition   },
    { "textDocument/implementation",            lsp__implementation    },
    { "textDocument/prepareCallHierarchy",      lsp__call_item         },
    { "callHierarchy/incomingCalls",            lsp__calls_in          },
    { "callHierarchy/outgoingCalls",            lsp__calls_out         },
    { "textDocument/codeLens",                  lsp__lenses            },
    { "textDocument/documentLink",              lsp__links             },
    { "textDocument/signatureHelp",             lsp__arguments         },
    { "completionItem/resolve",                 lsp__resolve           },
};

typedef struct NoticeRow {
    const char *method;
    void (*take)(Server *server, json_t *params);
} NoticeRow;

static const NoticeRow notices[] = {
    { "textDocument/didOpen",            lsp__did_open   },
    { "textDocument/didChange",          lsp__did_change },
    { "textDocument/didClose",           lsp__did_close  },
    { "textDocument/didSave",            lsp__did_save   },
    { "workspace/didChangeWatchedFiles", watched_files   },
    { "initialized",                     initialized     },
};

enum {
    REQUESTS = sizeof requests / sizeof *requests,
    NOTICES = sizeof notices / sizeof *notices,
};

// --- one message -----------------------------------------------------------------------------------------------------------

// What was found out about a text that is no more is not said.
static void give_up(Server *server, json_t *id, json_t *result) {
    bool cancelled = server->stopped == STOP_CANCELLED;
    json_decref(result);
    lsp__refuse(
        server, id, cancelled ? RPC_CANCELLED : RPC_MODIFIED,
        cancelled ? "cancelled" : "the text has changed meanwhile"
    );
}

static void answer(Server *server, json_t *id, Handler *handle, json_t *params) {
    server->refusal[0] = '\0';
    server->written.len = 0;
    json_t *result = handle(server, params);
    if (server->stopped)
        give_up(server, id, result);
    else if (!result && server->refusal[0])
        lsp__refuse(server, id, RPC_FAILED, server->refusal);
    else if (result && server->written.len) {
        json_decref(result);
        lsp__answer_written(server, id);
    } else if (result)
        lsp__answer(server, id, result);
    else
        lsp__refuse(server, id, RPC_PARAMS, "no open document, or no position in it, is named");
}

static void take_request(Server *server, json_t *id, const char *method, json_t *params) {
    if (strcmp(method, "initialize") == 0) {
        if (server->phase == PHASE_NEW)
            answer(server, id, initialize, params);
        else
            lsp__refuse(server, id, RPC_INVALID, "initialize comes once");
        return;
    }
    if (server->phase == PHASE_NEW) {
        lsp__refuse(server, id, RPC_NOT_INITIALIZED, "initialize comes first");
        return;
    }
    if (server->phase == PHASE_SHUTDOWN) {
        lsp__refuse(server, id, RPC_INVALID, "the server has been shut down");
        return;
    }
    if (strcmp(method, "shutdown") == 0) {
        answer(server, id, shut_down, params);
        return;
    }
    for (size_t i = 0; i < REQUESTS; i++) {
        if (strcmp(requests[i].method, method) != 0) continue;
        answer(server, id, requests[i].handle, params);
        return;
    }
    lsp__refuse(server, id, RPC_NO_METHOD, "the server does not know this method");
}

static void take_notice(Server *server, const char *method, json_t *params) {
    if (strcmp(method, "exit") == 0) {
        server->failed |= server->phase != PHASE_SHUTDOWN;
        server->phase = PHASE_EXITED;
        return;
    }
    if (server->phase != PHASE_RUNNING) return;
    for (size_t i = 0; i < NOTICES; i++)
        if (strcmp(notices[i].method, method) == 0) notices[i].take(server, params);
}

static void take(Server *server, json_t *message) {
    json_t *id = json_object_get(message, "id"), *params = json_object_get(message, "params");
    const char *method = json_string_value(json_object_get(message, "method"));
    bool is_answer = json_object_get(message, "result") || json_object_get(message, "error");
    if (method && id && (json_is_integer(id) || json_is_string(id))) {
        lsp__begin_work(server, message);
        take_request(server, id, method, params);
        lsp__end_work(server);
    } else if (method && !id) {
        take_notice(server, method, params);
    } else if (!is_answer) {
        lsp__refuse(server, NULL, RPC_INVALID, "this is no request and no notification");
    }
}

// --- the queue -------------------------------------------------------------------------------------------------------------

// Takes in all that has come, waiting for the first so many ms.
static void fill_queue(Server *server, int timeout) {
    while (!server->is_broken && lsp__read(server, timeout)) {
        json_t *message;
        while ((message = lsp__next(server)))
            json_array_append_new(server->pending, message);
        timeout = 0;
    }
}

void lsp__take_in(Server *server) {
    fill_queue(server, 0);
}

static void empty_queue(Server *server) {
    while (json_array_size(server->pending) && server->phase != PHASE_EXITED) {
        json_t *message = json_incref(json_array_get(server->pending, 0));
        json_array_remove(server->pending, 0);
        if (lsp__is_cancelled(server, message))
            lsp__refuse(server, json_object_get(message, "id"), RPC_CANCELLED, "cancelled");
        else
            take(server, message);
        json_decref(message);
        fill_queue(server, 0);
    }
}

// --- checks ----------------------------------------------------------------------------------------------------------------

// The document that was changed last and has not been told about.
static Document *next_due(const Server *server) {
    Document *next = NULL;
    vec_each(Document *, document, &server->documents) {
        if ((*document)->is_due && !server->has_pull &&
            (!next || (*document)->changed > next->changed))
            next = *document;
    }
    return next;
}

static bool has_parent(const Server *server) {
    if (server->parent <= 0) return true;
    return kill((pid_t)server->parent, 0) == 0 || errno != ESRCH;
}

// A check that ends early has told nothing: it is still due.
static void tell_due(Server *server, Document *due) {
    lsp__begin_work(server, NULL);
    server->due = due;
    lsp__publish(server, due);
    // What names mean is asked next, by whoever points at one.
    if (!server->stopped && json_array_size(server->pending) == 0) lsp__uses(server, due);
    server->due = NULL;
    lsp__end_work(server);
}

static void serve(Server *server) {
    while (!server->is_broken && server->phase != PHASE_EXITED) {
        Document *due = next_due(server);
        fill_queue(server, due ? LSP_QUIET : PARENT_CHECK);
        if (json_array_size(server->pending))
            empty_queue(server);
        else if (due)
            tell_due(server, due);
        else if (!has_parent(server))
            server->is_broken = true;
    }
    if (server->phase != PHASE_EXITED) empty_queue(server); // `exit` may be the last of it
}

int lsp_serve(const LspOptions *options) {
    Server server = { .options = *options, .pending = json_array() };
    server.trees = trees_new();
    arena_init(&server.arena);
    serve(&server);
    lsp__documents_free(&server);
    trees_free(server.trees);
    json_decref(server.pending);
    buf_free(&server.in);
    buf_free(&server.written);
    arena_free(&server.arena);
    return server.phase == PHASE_EXITED && !server.failed ? 0 : 1;
}
