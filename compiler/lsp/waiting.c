// Does anybody wait for what is done? A check asks from time to time: it takes in what the client has sent, ends early when its
// request was cancelled or its text has changed, and says how far it is when it takes long.

#include "lsp__.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum {
    POLL = 4,
    LONG = 400
}; // ms: between two looks at what has come; and until progress is told of

// --- what has come -----------------------------------------------------------------------------------------------------------

static const char *method_of(json_t *message) {
    const char *method = json_string_value(json_object_get(message, "method"));
    return method ? method : "";
}

static json_t *param(json_t *message, const char *name) {
    return json_object_get(json_object_get(message, "params"), name);
}

bool lsp__is_cancelled(const Server *server, json_t *message) {
    json_t *id = json_object_get(message, "id"), *other;
    size_t i;
    if (!id || !json_object_get(message, "method")) return false;
    json_array_foreach(server->pending, i, other) {
        if (strcmp(method_of(other), "$/cancelRequest") == 0 && json_equal(param(other, "id"), id))
            return true;
    }
    return false;
}

// Has what a check looks at changed since it began? Of a check that nobody asked for any change counts; and it gives way to
// whoever asks about another document, and is made when nobody asks.
static bool is_old(const Server *server) {
    json_t *asked = json_object_get(param(server->current, "textDocument"), "uri"), *other;
    size_t i;
    json_array_foreach(server->pending, i, other) {
        const char *method = method_of(other);
        bool changes = strcmp(method, "textDocument/didChange") == 0 ||
                       strcmp(method, "textDocument/didClose") == 0 ||
                       strcmp(method, "textDocument/didOpen") == 0;
        json_t *uri = json_object_get(param(other, "textDocument"), "uri");
        if (changes && (!server->current || json_equal(uri, asked))) return true;
        const char *about = json_string_value(uri);
        if (server->due && about && json_object_get(other, "id") &&
            strcmp(about, server->due->uri) != 0)
            return true;
        if (strcmp(method, "exit") == 0) return true;
    }
    return false;
}

static bool is_ended_by_user(const Server *server) {
    json_t *other;
    size_t i;
    json_array_foreach(server->pending, i, other) {
        if (strcmp(method_of(other), "window/workDoneProgress/cancel") == 0 && server->progress &&
            json_equal(param(other, "token"), server->progress))
            return true;
    }
    return false;
}

// --- progress ----------------------------------------------------------------------------------------------------------------

static void tell(Server *server, json_t *value) {
    lsp__notify(
        server, "$/progress", json_pack("{s:O, s:o}", "token", server->progress, "value", value)
    );
}

static void begin(Server *server) {
    server->progress_told = true;
    tell(
        server, json_pack("{s:s, s:s, s:b}", "kind", "begin", "title", "Checking", "cancellable", 1)
    );
}

// A token of the request's own can be used at once; another must be taken by the client first.
static void tell_long(Server *server) {
    json_t *own = param(server->current, "workDoneToken"), *other;
    size_t i;
    if (server->progress_told) return;
    if (!server->progress && (json_is_string(own) || json_is_integer(own))) {
        server->progress = json_incref(own);
        begin(server);
        return;
    }
    if (!server->progress && server->has_progress) {
        char token[32];
        snprintf(token, sizeof token, "sip-%llu", (unsigned long long)++server->progress_number);
        server->progress = json_string(token);
        lsp__request(
            server, token, "window/workDoneProgress/create", json_pack("{s:s}", "token", token)
        );
        return;
    }
    json_array_foreach(server->pending, i, other) {
        bool taken = json_equal(json_object_get(other, "id"), server->progress) &&
                     json_object_get(other, "result");
        if (!taken) continue;
        json_array_remove(server->pending, i);
        begin(server);
        return;
    }
}

static void end_progress(Server *server) {
    if (server->progress_told) tell(server, json_pack("{s:s}", "kind", "end"));
    json_decref(server->progress);
    server->progress = NULL;
    server->progress_told = false;
}

// --- a piece of work -----------------------------------------------------------------------------------------------------------

void lsp__begin_work(Server *server, json_t *message) {
    server->current = message;
    server->stopped = STOP_NOT;
    server->begun = server->polled = (uint64_t)clock_ms();
}

void lsp__end_work(Server *server) {
    end_progress(server);
    server->current = NULL;
}

bool lsp__stop(void *context) {
    Server *server = context;
    uint64_t now = (uint64_t)clock_ms();
    if (server->stopped || now - server->polled < POLL) return server->stopped;
    server->polled = now;
    lsp__take_in(server);
    if (lsp__is_cancelled(server, server->current) || is_ended_by_user(server))
        server->stopped = STOP_CANCELLED;
    else if (is_old(server) || server->is_broken)
        server->stopped = STOP_OLD;
    else if (now - server->begun >= LONG)
        tell_long(server);
    return server->stopped;
}
