// Where the modules are that a document imports.
// A file `a/b.sip` that says `module a.b;` belongs below the folder that holds `a`. A `package.sip` in its folder or in one
// above adds its own folder and those of its dependencies; then come the modules of the compiler.

#include "lsp__.h"
#include "words.h"

#include "front/package.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder_of(Arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return arena_strdup(arena, ".");
    return arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

// --- by the name of the module ----------------------------------------------------------------------------------------

// The words behind `module`, from the first on; the text is looked at only as far as its first item.
static Str module_words(Str text) {
    Scan scan = { .text = text };
    Item item;
    if (!scan_item(&scan, &item)) return (Str){ 0 };
    Str words = { text.ptr + item.start, item.end - item.start };
    if (words.len < 8 || memcmp(words.ptr, "module ", 7) != 0) return (Str){ 0 };
    words = (Str){ words.ptr + 7, words.len - 7 };
    return words.ptr[words.len - 1] == ';' ? (Str){ words.ptr, words.len - 1 } : (Str){ 0 };
}

// The folder below which `a.b` is `a/b.sip`; NULL: the file does not lie so.
static const char *root_by_module(Arena *arena, const char *path, Str module) {
    Buf tail = { 0 };
    buf_byte(&tail, '/');
    for (size_t i = 0; i < module.len; i++)
        if (module.ptr[i] != ' ')
            buf_byte(&tail, module.ptr[i] == '.' ? '/' : (uint8_t)module.ptr[i]);
    buf_cstr(&tail, ".sip");
    char *end = buf_take(&tail);
    const char *root = NULL;
    if (module.len && memchr(module.ptr, '.', module.len) && str_c_ends(path, end)) {
        size_t length = strlen(path) - strlen(end);
        root = arena_strndup(arena, path, length ? length : 1);
    }
    free(end);
    return root;
}

// --- by a package --------------------------------------------------------------------------------------------------------

static void add_package(Arena *arena, Front *front, const char *folder, const char *path) {
    PackageTexts folders = { 0 };
    FrontResult *parsed = front_parse(front, path);
    front_search(front, folder);
    package_dependencies(arena, parsed, &folders);
    vec_each(const char *, given, &folders)
        front_search(front, **given == '/' ? *given : arena_printf(arena, "%s/%s", folder, *given));
    front_result_free(parsed);
}

char *lsp__package_folder(const Server *server, Arena *arena, const char *path) {
    for (const char *folder = folder_of(arena, path);; folder = folder_of(arena, folder)) {
        const char *package =
            arena_printf(arena, "%s/package.sip", strcmp(folder, "/") == 0 ? "" : folder);
        if (access(package, F_OK) == 0 || lsp__find_path(server, package))
            return arena_strdup(arena, folder);
        if (strcmp(folder, "/") == 0 || strcmp(folder, ".") == 0) return NULL;
    }
}

Front *lsp__front(const Server *server, const Document *document) {
    Arena arena;
    arena_init(&arena);
    Front *front = front_new();
    vec_each(Document *, other, &server->documents)
        front_overlay(front, (*other)->path, (const char *)(*other)->text.data, (*other)->text.len);
    // The bytes of an empty text are no NULL, which would be what is on disk.
    vec_each(Document *, other, &server->documents) {
        if (!(*other)->text.data) front_overlay(front, (*other)->path, "", 0);
    }
    const char *root =
        root_by_module(&arena, document->path, module_words(lsp__unmarked(document)));
    if (root) front_search(front, root);
    front_trees(front, server->trees);
    const char *folder = lsp__package_folder(server, &arena, document->path);
    if (folder)
        add_package(
            &arena, front, folder,
            arena_printf(&arena, "%s/package.sip", strcmp(folder, "/") == 0 ? "" : folder)
        );
    if (server->options.modules) front_search(front, server->options.modules);
    arena_free(&arena);
    return front;
}
