// A session, and one look at a program: files are read as they are imported, each once, depth first, so that a circle of
// imports is seen where it closes; then all are checked together.

#include "front/front.h"

#include "ast/build.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "check/check.h"
#include "front/again.h"
#include "front/ahead.h"
#include "front/offers.h"
#include "front/trees.h"
#include "syntax/syntax.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct Front {
    Arena arena;
    VEC(const char *) folders;
    StrMap *overlays; // path -> row of texts, or NO_TEXT
    VEC(Str) texts;
    uint32_t threads;
    bool no_lints;
    const CheckWatch *watch;
    Trees *trees;
    StrMap *shown; // path -> const char *: what diagnostics call it
};

enum { NO_TEXT = UINT32_MAX, DEEPEST_IMPORTS = 200 };

// --- sessions ----------------------------------------------------------------------------------------------------------------

Front *front_new(void) {
    Front *front = calloc(1, sizeof *front);
    if (!front) base_out_of_memory(sizeof *front);
    arena_init(&front->arena);
    front->overlays = strmap_new(&front->arena);
    front->shown = strmap_new(&front->arena);
    return front;
}

void front_free(Front *front) {
    if (!front) return;
    for (uint32_t i = 0; i < front->texts.len; i++)
        free((void *)(uintptr_t)front->texts.data[i].ptr);
    arena_free(&front->arena);
    free(front);
}

void front_search(Front *front, const char *folder) {
    vec_push(&front->arena, &front->folders, arena_strdup(&front->arena, folder));
}

void front_threads(Front *front, uint32_t threads) {
    front->threads = threads;
}

void front_lints(Front *front, bool wanted) {
    front->no_lints = !wanted;
}

void front_watch(Front *front, const CheckWatch *watch) {
    front->watch = watch;
}

void front_trees(Front *front, Trees *trees) {
    front->trees = trees;
}

void front_overlay(Front *front, const char *path, const char *text, size_t length) {
    uint64_t row = NO_TEXT;
    if (strmap_get(front->overlays, path, strlen(path), &row) && row != NO_TEXT) {
        free((void *)(uintptr_t)front->texts.data[row].ptr);
        front->texts.data[row] = (Str){ 0 };
    }
    if (!text) {
        strmap_put(front->overlays, path, strlen(path), NO_TEXT);
        return;
    }
    char *copy = malloc(length + 1);
    if (!copy) base_out_of_memory(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (row == NO_TEXT) {
        row = front->texts.len;
        vec_push(&front->arena, &front->texts, (Str){ 0 });
        strmap_put(front->overlays, path, strlen(path), row);
    }
    front->texts.data[row] = (Str){ copy, length };
}

void front_show_as(Front *front, const char *path, const char *name) {
    strmap_put(front->shown, path, strlen(path), (uintptr_t)arena_strdup(&front->arena, name));
}

// --- one look ------------------------------------------------------------------------------------------------------------------

typedef struct Loading { // the files on the way from the main file to the one that is read
    const struct Loading *outer;
    Name module;
} Loading;

typedef struct Look {
    const Front *front;
    FrontResult *result;
    const char *root; // the folder of the main file
    StrMap *seen;     // path -> row of units
} Look;

static FileId read_source(Look *look, const char *path, char error[512]) {
    uint64_t start = clock_cpu(), row, shown;
    FileId file;
    bool renamed = strmap_get(look->front->shown, path, strlen(path), &shown);
    if (strmap_get(look->front->overlays, path, strlen(path), &row) && row != NO_TEXT)
        file = source_add_text(
            look->result->map, renamed ? (const char *)(uintptr_t)shown : path,
            look->front->texts.data[row].ptr, look->front->texts.data[row].len, error
        );
    else
        file = source_add_file(look->result->map, path, error);
    look->result->times.read += clock_cpu() - start;
    return file;
}

// A tree that is known, or a new one.
static Syntax *read_tree(Look *look, FileId file) {
    FrontResult *result = look->result;
    const char *path = source_name(result->map, file);
    Str text = source_text(result->map, file);
    Syntax *syntax = ahead_take(result->ahead, path, file, text, &result->times.syntax);
    if (syntax) return syntax;
    TreesNodes *used;
    syntax =
        trees_read(look->front->trees, &result->arena, result->map, file, result->diags, &used);
    if (used) vec_push(&result->arena, &result->nodes, used);
    return syntax;
}

static const Ast *parse(Look *look, FileId file, const Syntax **tree) {
    FrontResult *result = look->result;
    uint64_t start = clock_cpu();
    Syntax *syntax = read_tree(look, file);
    uint64_t middle = clock_cpu();
    const Ast *ast = ast_build(&result->arena, syntax, result->names, result->diags);
    *tree = syntax;
    result->times.syntax += middle - start;
    result->times.ast += clock_cpu() - middle;
    return ast;
}

// --- modules ---------------------------------------------------------------------------------------------------------------------

static const char *folder_of(Arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path)) : ".";
}

static Name name_by_file(Look *look, const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return names_add(
        look->result->names, base, dot && dot != base ? (size_t)(dot - base) : strlen(base)
    );
}

static bool exists(const Look *look, const char *path) {
    uint64_t row;
    return (strmap_get(look->front->overlays, path, strlen(path), &row) && row != NO_TEXT) ||
           access(path, F_OK) == 0;
}

static const char *join(Look *look, const char *folder, const char *relative) {
    if (strcmp(folder, ".") == 0) return relative;
    return arena_printf(&look->result->arena, "%s/%s", folder, relative);
}

static const char *find_file(Look *look, const char *relative) {
    const char *path = join(look, look->root, relative);
    if (exists(look, path)) return path;
    for (uint32_t i = 0; i < look->front->folders.len; i++) {
        path = join(look, look->front->folders.data[i], relative);
        if (exists(look, path)) return path;
    }
    return NULL;
}

// `a.b` as "a/b.sip".
static const char *relative_path(Look *look, const AstPath *import) {
    Buf path = { 0 };
    for (uint32_t i = 0; i < import->names.len; i++)
        buf_printf(
            &path, "%s%s", i ? "/" : "", names_text(look->result->names, import->names.data[i].name)
        );
    buf_cstr(&path, ".sip");
    const char *text = arena_strndup(&look->result->arena, (const char *)path.data, path.len);
    buf_free(&path);
    return text;
}

static const char *in_folder(Look *look, const char *folder, const AstPath *import) {
    return join(look, folder, relative_path(look, import));
}

static const char *find_module(Look *look, const AstPath *import) {
    return find_file(look, relative_path(look, import));
}

// --- ahead -----------------------------------------------------------------------------------------------------------------------

static const char *find_ahead(void *look, const char *relative) {
    return find_file(look, arena_strdup(&((Look *)look)->result->arena, relative));
}

static bool read_ahead(void *context, const char *path, Buf *text) {
    const Look *look = context;
    char ignored[512];
    uint64_t row;
    if (!strmap_get(look->front->overlays, path, strlen(path), &row) || row == NO_TEXT)
        return file_read(path, SOURCE_LIMIT, text, ignored);
    buf_put(text, look->front->texts.data[row].ptr, look->front->texts.data[row].len);
    return true;
}

// --- modules, one after the other ------------------------------------------------------------------------------------------------

static const char *circle(Look *look, const Loading *loading, Name module) {
    const char *text = names_text(look->result->names, module);
    for (; loading; loading = loading->outer) {
        text = arena_printf(
            &look->result->arena, "%s -> %s", names_text(look->result->names, loading->module), text
        );
        if (loading->module == module) break;
    }
    return text;
}

static void load(Look *look, const char *path, const AstPath *import, const Loading *outer);

// What would be declared in a module that is not there is missing because of that.
static void silence_import(Look *look, const AstPath *import) {
    Str text = source_text(look->result->map, import->span.file);
    Span line = import->span;
    while (line.start > 0 && text.ptr[line.start - 1] != '\n')
        line.start--;
    diags_silence(look->result->diags, line);
}

// A module whose name is near, or where it would have been found.
static void help_missing(Look *look, const AstPath *import, const char *module) {
    FrontResult *result = look->result;
    VEC(const char *) folders = { 0 };
    vec_each(const char *, it, &look->front->folders)
        vec_push(&result->arena, &folders, *it);
    vec_push(&result->arena, &folders, look->root);
    Near near = offers_near(offers_new(&result->arena, folders.data, folders.len, NULL), module);
    if (near.best && near.only)
        diag_fix(result->diags, import->span, near.best, "there is `%s`", near.best);
    else if (near.best)
        diag_help(result->diags, "there is `%s`", near.best);
    else
        diag_help(
            result->diags, "it would be %s, or below a folder given with -I",
            in_folder(look, look->root, import)
        );
}

static void load_import(Look *look, const AstPath *import, const Loading *loading) {
    FrontResult *result = look->result;
    Name module = check_path_name(result->names, import);
    uint32_t depth = 0;
    for (const Loading *it = loading; it; it = it->outer, depth++) {
        if (it->module != module) continue;
        diag_report(result->diags, import->span, E_IMPORT_CYCLE, circle(look, loading, module));
        diag_help(result->diags, "put what both need in a third module");
        return;
    }
    const char *path = find_module(look, import);
    if (!path || depth > DEEPEST_IMPORTS) {
        diag_report(
            result->diags, import->span, E_UNKNOWN_MODULE, names_text(result->names, module)
        );
        help_missing(look, import, names_text(result->names, module));
        silence_import(look, import);
        return;
    }
    load(look, path, import, loading);
}

// Gives the name by which it is imported: what is declared there is found by that, whatever the module calls itself.
static Name check_module_name(Look *look, const Ast *ast, const AstPath *import, Name stated) {
    Name wanted = check_path_name(look->result->names, import);
    if (stated == wanted) return wanted;
    Names *names = look->result->names;
    diag_report(
        look->result->diags, import->span, E_MODULE_NAME, names_text(names, stated),
        names_text(names, wanted)
    );
    if (ast->module.names.len > 0) diag_note(look->result->diags, ast->module.span, "named here");
    return wanted;
}

// Is it part of the program, of which is said what it could do without?
static bool is_own(Look *look, const char *path, const AstPath *import) {
    if (look->front->no_lints) return false;
    return !import || strcmp(path, in_folder(look, look->root, import)) == 0;
}

// Reads a file and what it imports. `import` is NULL for the main file.
static void load(Look *look, const char *path, const AstPath *import, const Loading *outer) {
    FrontResult *result = look->result;
    uint64_t known;
    char error[512] = "";
    if (strmap_get(look->seen, path, strlen(path), &known)) return;
    FileId file = read_source(look, path, error);
    if (!file) {
        if (!import)
            memcpy(result->error, error, sizeof error);
        else {
            diag_report(
                result->diags, import->span, E_UNKNOWN_MODULE,
                names_text(result->names, check_path_name(result->names, import))
            );
            diag_help(result->diags, "%s", error);
            silence_import(look, import);
        }
        return;
    }
    strmap_put(look->seen, path, strlen(path), result->units.len);
    const Syntax *syntax;
    const Ast *ast = parse(look, file, &syntax);
    Name module = ast->module.names.len > 0 ? check_path_name(result->names, &ast->module)
                                            : name_by_file(look, path);
    if (import) module = check_module_name(look, ast, import, module);
    vec_push(
        &result->arena, &result->units,
        ((FrontUnit){ .path = path,
                      .file = file,
                      .module = module,
                      .syntax = syntax,
                      .ast = ast,
                      .is_own = is_own(look, path, import) })
    );
    if (import) source_set_label(result->map, file, in_folder(look, ".", import));
    Loading here = { outer, module };
    vec_each(AstItem *, item, &ast->items) {
        if ((*item)->kind == AST_ITEM_IMPORT && (*item)->import.names.len > 0)
            load_import(look, &(*item)->import, &here);
    }
}

static FrontResult *look_at(const Front *front, const char *path, uint32_t limit) {
    FrontResult *result = calloc(1, sizeof *result);
    if (!result) base_out_of_memory(sizeof *result);
    arena_init(&result->arena);
    result->names = names_new(&result->arena);
    result->map = source_map_new(&result->arena);
    result->diags = diags_new(&result->arena, result->map);
    if (limit > 0) diags_limit(result->diags, limit);
    Look look = { .front = front,
                  .result = result,
                  .root = folder_of(&result->arena, path),
                  .seen = strmap_new(&result->arena) };
    AheadFiles files = { &look, read_ahead, find_ahead };
    result->ahead = ahead_new(path, front->threads, &files);
    load(&look, arena_strdup(&result->arena, path), NULL, NULL);
    return result;
}

FrontResult *front_parse(const Front *front, const char *path) {
    return look_at(front, path, 0);
}

FrontResult *front_check(const Front *front, const char *path, uint32_t limit) {
    FrontResult *result = look_at(front, path, limit);
    if (result->error[0]) return result;
    CheckUnits units = { 0 };
    bool unreadable = false; // what is in it would be missed everywhere
    vec_each(FrontUnit, unit, &result->units)
        unreadable = unreadable || unit->ast->unreadable;
    if (unreadable) return result;
    vec_each(FrontUnit, unit, &result->units)
        vec_push(&result->arena, &units, ((CheckUnit){ unit->ast, unit->module, unit->is_own }));
    CheckHelp *help = arena_new(&result->arena, CheckHelp);
    Offers *offers = offers_new(
        &result->arena, front->folders.data, front->folders.len,
        front->trees ? trees_offers(front->trees) : NULL
    );
    *help = (CheckHelp){ offers, offers_find };
    uint64_t start = clock_cpu();
    result->checker = check_begin(&result->arena, result->names, result->map, result->diags);
    result->program = check_all(result->checker, &units, help, front->watch);
    result->times.check = clock_cpu() - start;
    return result;
}

void front_result_free(FrontResult *result) {
    if (!result) return;
    ahead_free(result->ahead);
    vec_each(TreesNodes *, nodes, &result->nodes)
        trees_drop(*nodes);
    again_free(result->own);
    arena_free(&result->arena);
    free(result);
}
