// The front door against any bytes: from source text to Ast and its dump. No crash, memory linear in the length, and
// a tree is broken exactly when something was reported.

#include "ast/build.h"
#include "base/arena.h"
#include "syntax/syntax.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void want(int holds) {
    if (!holds) abort();
}

static void dump(const Ast *ast, const Names *names) {
    FILE *nowhere = fopen("/dev/null", "w");
    if (!nowhere) return;
    ast_dump(nowhere, ast, names);
    fclose(nowhere);
}

// What is shown of the reports must not depend on what the text holds either.
static void render(const Diags *diags) {
    Buf out = { 0 };
    diag_render_human(diags, false, &out);
    diag_render_json(diags, &out);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    arena_init(&arena);
    char error[512] = "";
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, "fuzz.sip", (const char *)data, length, error);
    if (file) {
        Diags *diags = diags_new(&arena, map);
        Names *names = names_new(&arena);
        Syntax *syntax = syntax_parse(&arena, map, file, diags);
        Ast *ast = ast_build(&arena, syntax, names, diags);
        want(ast->broken == (diags_errors(diags) > 0));
        want(arena_used(&arena) < 1000000 + 4000 * length);
        dump(ast, names);
        render(diags);
    } else {
        want(error[0] != 0);
    }
    arena_free(&arena);
    return 0;
}
