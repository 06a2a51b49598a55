// The language server: JSON-RPC over two file descriptors, answers from the front end.
//
// It keeps what an editor has open, and for each document one look at the program around it, in an arena of its own that is
// freed when the next look is there. No globals, no printing: what it has to say goes to the client.

#ifndef LSP_LSP_H
#define LSP_LSP_H

typedef struct LspOptions {
    int in, out;         // what the client writes to, and reads from
    const char *modules; // the folder of the modules that come with the compiler; NULL: none
    const char *version; // of the server, for the client to show
} LspOptions;

// Serves one client until it leaves. Gives the exit code that the protocol asks for: 0 if it said goodbye first, else 1.
int lsp_serve(const LspOptions *options);

#endif
