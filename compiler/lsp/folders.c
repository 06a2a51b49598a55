// Where the modules are that a document imports.
// A file `a/b.sip` that says `module a.b;` belongs below the folder that holds `a`. A `package.sip` in its folder or in one
// above adds its own folder and those of its dependencies; then come the modules of the compiler.

#include "lsp__.h"

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
static Str module_words(const Tree *tree) {
    if (!tree->file) return (Str){ 0 };
    syntax_each(item, tree->syntax->root) {
        if (item->kind != SYNTAX_MODULE_DECLARATION) continue;
        const SyntaxNode *name = syntax_child(item, FIELD_NAME);
        return name ? syntax_text(tree->syntax, name) : (Str){ 0 };
    }
    return (Str){ 0 };
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

static void add_dependencies(
    Arena *arena,
    Front *front,
    const char *folder,
    const FrontResult *parsed,
    const AstItem *package
) {
    vec_each(AstSetting, setting, &package->package) {
        if (strcmp(names_text(parsed->names, setting->name.name), "dependencies") != 0) continue;
        if (!setting->value || setting->value->kind != AST_EXPR_INIT) continue;
        vec_each(AstArg, item, &setting->value->init.items) {
            if (!item->value || item->value->kind != AST_EXPR_STR) continue;
            const char *given = arena_strndup(arena, item->value->str.ptr, item->value->str.len);
            front_search(
                front, given[0] == '/' ? given : arena_printf(arena, "%s/%s", folder, given)
            );
        }
    }
}

static void add_package(Arena *arena, Front *front, const char *folder, const char *path) {
    front_search(front, folder);
    FrontResult *parsed = front_parse(front, path);
    if (!parsed->error[0]) {
        vec_each(AstItem *, item, &parsed->units.data[0].ast->items) {
            if ((*item)->kind == AST_ITEM_PACKAGE)
                add_dependencies(arena, front, folder, parsed, *item);
        }
    }
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
    if (document->tree) {
        const char *root = root_by_module(&arena, document->path, module_words(document->tree));
        if (root) front_search(front, root);
    }
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
