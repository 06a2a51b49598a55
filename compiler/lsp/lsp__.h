// What the files of this room share: the server, its documents, and one look at a program.

#ifndef LSP_LSP___H
#define LSP_LSP___H

#include "lsp.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "check/check.h"
#include "diag/list.h"
#include "front/front.h"
#include "syntax/syntax.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    LSP_MESSAGE_LIMIT = 64 << 20, // bytes of one message
    LSP_HEADER_LIMIT = 4096,      // of what stands before it
    LSP_DIAGNOSTICS = 500,        // that are kept of one look
    LSP_TEXT = 16 << 20,          // bytes of a text
    LSP_QUIET = 25,               // ms without a message before a check that nobody waits for
    LSP_DOCUMENTS = 2000,         // that are open at once
    LSP_MEMORY = 192, // MiB that looks may hold together, but for the one that is being used
};

// --- text.c: bytes and the client's positions ---------------------------------------------------------------------------

typedef struct Lines { // where the lines of a text start
    uint32_t *starts;
    uint32_t count;
} Lines;

void lsp__lines(Lines *lines, Str text); // takes the place of what was there
void lsp__lines_free(Lines *lines);

// A byte for a position and back. `utf8`: characters are counted in bytes, else in UTF-16 units. What lies behind the end
// of a line is its end, what lies behind the text is its end, and the middle of a character is its start.
uint32_t lsp__offset(const Lines *lines, Str text, bool utf8, int64_t line, int64_t character);
json_t *lsp__position(const Lines *lines, Str text, bool utf8, uint32_t offset);
uint32_t lsp__line_at(const Lines *lines, uint32_t offset);
void lsp__line_character(
    const Lines *lines, Str text, bool utf8, uint32_t offset, uint32_t *line, uint32_t *character
);
uint32_t lsp__units(Str text, bool utf8); // how long a text is, as the client counts
json_t *lsp__string(const char *text, size_t length);

// The same written out, for large answers: a value takes ten times as long to make, to write and to free.
void lsp__put_string(Buf *out, Str text);
void lsp__put_range(
    Buf *out, const Lines *lines, Str text, bool utf8, uint32_t start, uint32_t end
);

// --- uri.c ------------------------------------------------------------------------------------------------------------

char *lsp__path_of(const char *uri);               // of a file: allocated. NULL: it is no file
char *lsp__uri_of(Arena *arena, const char *path); // of an absolute path

// --- documents.c: what the client has open --------------------------------------------------------------------------------

typedef struct Tree { // the syntax of one version of a text
    Arena arena;
    SourceMap *map;
    FileId file; // 0: it is no text
    const Syntax *syntax;
    Str text;                 // without the mark
    uint32_t mark;            // bytes of it
    struct TreesNodes *known; // whose nodes it has; NULL: its own
} Tree;

typedef struct Server Server;

// At a program, as it was when its document had a version. The text that is looked at has the document's lines and columns, but
// room behind its functions: so what stands behind a body keeps its place when that grows, and only the body is checked again.
typedef struct Look {
    FrontResult *result;
    Buf seen;         // the text of the document
    Lines lines;      // of that which was looked at
    bool is_partial;  // what is asked of the whole program was not asked
    uint32_t item;    // where the one begins that was checked last
    Buf before;       // the text that it is to go back to; empty: none
    CheckWatch watch; // of the check, which may go on
    size_t room;      // bytes that it may grow to before all is made anew
    Arena arena;
    VEC(CheckFact) facts; // of the document itself: by place, kind and path, one for each
    Arena uses_in;
    struct Uses *uses,
        *all_uses; // in the document; in all files. Each made when it is first asked for
} Look;

typedef struct Document {
    char *uri, *path; // the path: of a file, or what stands for one
    Buf text;
    Lines lines;
    json_int_t version;
    bool has_version;
    Tree *tree;       // of this text; NULL: nobody has asked yet
    Look *look;       // NULL: none yet
    Look *whole;      // the last one at a text that parsed; NULL: that is `look`, or none
    bool is_stale;    // something else has changed since then
    bool is_edited;   // the text has changed since then
    bool is_due;      // and it is to be told what is wrong now
    uint64_t changed; // number of the change
    uint64_t used;    // number of the last time that somebody looked
    VEC(char *) told; // URIs of other files of which something was said; in `told_in`
    Arena told_in;
    uint32_t *tokens; // the last semantic tokens that it was asked for
    uint32_t token_count;
    uint64_t tokens_number; // of the answer
} Document;

typedef VEC(Document *) Documents;

typedef enum Phase { PHASE_NEW, PHASE_RUNNING, PHASE_SHUTDOWN, PHASE_EXITED } Phase;

typedef enum Stop { STOP_NOT, STOP_CANCELLED, STOP_OLD } Stop; // why a check has ended early

struct Server {
    LspOptions options;
    Arena arena; // of the server's life
    Phase phase;
    Buf in;
    size_t taken;   // of `in`
    bool is_broken; // the client is gone
    bool failed;    // to write
    Documents documents;
    struct Trees *trees; // of texts that have been read
    uint64_t changes, uses;
    json_t *pending; // messages that are read and not answered
    // Of what is being done: waiting.c.
    json_t *current; // the message that is answered; NULL: none
    Document *due;   // what is checked though nobody waits for it; NULL: nothing
    Stop stopped;
    uint64_t begun, polled; // ms
    json_t *progress;       // the token by which is told how far it is; NULL: nothing was said yet
    bool progress_told;     // that it has begun
    uint64_t progress_number;
    Buf written;       // the result, where it is written out as it is found; empty: it is a value
    char refusal[256]; // why the request that is answered makes no sense; empty: its parameters
    json_int_t parent; // the client's process; 0: not said
    // What the client can do.
    bool utf8, has_related, has_code_link, has_nested_symbols, has_literal_actions, has_markdown,
        has_versions, has_snippets, has_only_line_folds, has_progress, has_pull, has_refresh,
        has_prepare_rename, has_document_changes, has_watching;
};

Document *lsp__find(const Server *server, const char *uri);
Document *lsp__find_path(const Server *server, const char *path);
const Tree *lsp__tree(Server *server, Document *document); // its file is 0 where it is no text
void lsp__free_tree(Document *document);
const Look *lsp__look(Server *server, Document *document); // at its text as it is now. Never NULL
void lsp__changed(
    Server *server, Document *document
); // its text, and what those that import it have seen
void lsp__all_changed(Server *server);
void lsp__did_open(Server *server, json_t *params);
void lsp__did_change(Server *server, json_t *params);
void lsp__did_close(Server *server, json_t *params);
void lsp__did_save(Server *server, json_t *params);
void lsp__documents_free(Server *server);
Str lsp__text(const Document *document);

// A span of a tree or of a look as the client's range; the file of a look may be none that is open.
json_t *lsp__range(const Server *server, const Document *document, uint32_t start, uint32_t end);
json_t *lsp__tree_range(
    const Server *server, const Document *document, const Tree *tree, uint32_t start, uint32_t end
);
uint32_t lsp__tree_offset(
    const Server *server, const Document *document, const Tree *tree, json_t *position
);
// Bytes of a document's text without its mark, for a position and back.
Str lsp__unmarked(const Document *document); // its text without it
uint32_t lsp__mark(const Document *document);
uint32_t lsp__place(const Server *server, const Document *document, json_t *position);
json_t *lsp__place_range(
    const Server *server, const Document *document, uint32_t start, uint32_t end
);
// Of a document's look: the text that was looked at, and a byte of it, for a position and back.
Str lsp__look_text(const Look *look); // empty: it could not be read
uint32_t lsp__look_offset(const Server *server, const Document *document, const json_t *position);
void lsp__look_character(
    const Server *server, const Look *look, uint32_t offset, uint32_t *line, uint32_t *character
);
bool lsp__look_range(
    const Server *server, const Document *document, json_t *params, uint32_t *start, uint32_t *end
); // the `range` that a request names. false: it names none
uint32_t lsp__plain(
    const Server *server, const FrontResult *result, Span span
); // where it starts in its file, whichever result it is of

// A `WorkspaceEdit`, as the client knows it, of the edits by URI. Takes `changes`.
json_t *lsp__workspace_edit(const Server *server, json_t *changes);
json_t *lsp__location(const Server *server, const FrontResult *result, Span span);
json_t *lsp__span_range(const Server *server, const FrontResult *result, Span span);

// --- looks.c: checks of documents ------------------------------------------------------------------------------------------

void lsp__free_look(Look **look);

// A look at a document as if it had this text, which may differ in one body, in as far as that tells about the body; what is asked
// of the whole program is not known. It is the document's own, until lsp__look. NULL: there is none.
const Look *lsp__look_as(Document *document, Str text);

// --- folders.c: where imported modules are ----------------------------------------------------------------------------------

// A front end for a document: the folders of its module and of its package, and all texts that are open.
Front *lsp__front(const Server *server, const Document *document);

// The folder of the nearest `package.sip` around a path; NULL: there is none.
char *lsp__package_folder(const Server *server, Arena *arena, const char *path);

// --- waiting.c: does anybody wait? ---------------------------------------------------------------------------------------------

void lsp__begin_work(Server *server, json_t *message); // NULL: nobody has asked for it
void lsp__end_work(Server *server);
bool lsp__stop(void *server); // for a CheckWatch: true: the check is to end
bool lsp__is_cancelled(const Server *server, json_t *message);
void lsp__take_in(Server *server); // server.c: all that has come

// --- rpc.c: messages ----------------------------------------------------------------------------------------------------

typedef enum RpcError {
    RPC_PARSE = -32700,
    RPC_INVALID = -32600,
    RPC_NO_METHOD = -32601,
    RPC_PARAMS = -32602,
    RPC_NOT_INITIALIZED = -32002,
    RPC_CANCELLED = -32800,
    RPC_MODIFIED = -32801,
    RPC_FAILED = -32803,
} RpcError;

bool lsp__read(Server *server, int timeout);     // false: nothing came within so many ms
json_t *lsp__next(Server *server);               // the next whole message; NULL: none
void lsp__send(Server *server, json_t *message); // takes it
void lsp__request(
    Server *server, const char *id, const char *method, json_t *params
);                                                                    // takes `params`; NULL: none
void lsp__notify(Server *server, const char *method, json_t *params); // takes `params`
void lsp__answer(Server *server, json_t *id, json_t *result);         // takes `result`
void lsp__answer_written(Server *server, json_t *id);                 // with `server->written`
json_t *lsp__refusal(Server *server, const char *why); // NULL, which is answered with these words
void lsp__refuse(Server *server, json_t *id, RpcError code, const char *text);

// --- what is asked: each takes the parameters and gives the result, NULL where the parameters make no sense ------------

typedef json_t *LspRequest(Server *server, json_t *params);

LspRequest lsp__pull;                                         // diagnostics.c
LspRequest lsp__symbols, lsp__workspace_symbols;              // symbols.c
LspRequest lsp__folds, lsp__selections;                       // shapes.c
LspRequest lsp__format, lsp__format_range;                    // layout.c
LspRequest lsp__actions;                                      // actions.c
LspRequest lsp__definition, lsp__references, lsp__highlights; // navigate.c
LspRequest lsp__prepare_rename, lsp__rename;                  // rename.c
LspRequest lsp__hover;                                        // hover.c
LspRequest lsp__complete, lsp__resolve;                       // complete.c
LspRequest lsp__tokens, lsp__tokens_range, lsp__tokens_delta; // colors.c
LspRequest lsp__arguments;                                    // arguments.c
LspRequest lsp__type_definition, lsp__implementation;         // relations.c
LspRequest lsp__call_item, lsp__calls_in, lsp__calls_out;
LspRequest lsp__lenses, lsp__links; // lenses.c
LspRequest lsp__hints;              // hints.c
json_t *lsp__token_legend(void);

void lsp__put_doc(Buf *out, Str text, uint32_t at); // hover.c: the `///` lines above a place
json_t *lsp__diagnostic(const Server *server, const FrontResult *result, const DiagEntry *entry);
void lsp__publish(Server *server, Document *document);  // diagnostics.c: what is wrong with it
void lsp__withdraw(Server *server, Document *document); // and nothing any more

Document *lsp__document_of(const Server *server, json_t *params); // by its textDocument; NULL: none

#endif
