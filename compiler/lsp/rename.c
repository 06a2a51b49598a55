// Renaming: a name at all its places, in the document and in the files of its package, or not at all.
// What would come of it is checked as a program of its own: every name must mean what it meant, at its new place, and nothing may be
// wrong that was right. So a name that is taken, hidden, or asked for by an interface is refused, by no rule of its own.

#include "uses.h"

#include "base/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 1000, DEEPEST = 8 };

typedef struct Change { // of a name at one place
    const char *path;
    uint32_t start, end;
} Change;

typedef struct Root { // a file that is looked at, with what it imports
    const char *path;
    FrontResult *result;
    Uses *uses;
} Root;

typedef struct Renaming {
    Server *server;
    Arena arena;
    Document *document;
    const Use *use;
    const char *home;        // the file of the declaration
    uint32_t start;          // of the name there
    const char *old, *fresh; // names
    VEC(const char *) files;
    VEC(Root) roots;
    VEC(Change) changes; // sorted by path and place
    char why[256];       // it is refused; empty: it is not
} Renaming;

// --- files -------------------------------------------------------------------------------------------------------------------

static bool has_word(Str text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text.ptr, *end = text.ptr + text.len;
         (at = memmem(at, (size_t)(end - at), word, length)); at++) {
        bool begins = at == text.ptr || !char_is_word(at[-1]);
        if (begins && (at + length == end || !char_is_word(at[length]))) return true;
    }
    return false;
}

static bool mentions(Renaming *it, const char *path) {
    char error[512];
    const Document *open = lsp__find_path(it->server, path);
    if (open) return has_word(lsp__text(open), it->old);
    Buf text = { 0 };
    bool found = file_read(path, LSP_MESSAGE_LIMIT, &text, error) &&
                 has_word((Str){ (const char *)text.data, text.len }, it->old);
    buf_free(&text);
    return found;
}

static void add_file(Renaming *it, const char *path) {
    vec_each(const char *, known, &it->files) {
        if (strcmp(*known, path) == 0) return;
    }
    if (it->files.len < MOST_FILES && mentions(it, path))
        vec_push(&it->arena, &it->files, arena_strdup(&it->arena, path));
}

static void add_folder(Renaming *it, const char *folder, int depth) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name,
                   *path = arena_printf(&it->arena, "%s/%s", folder, name);
        if (*name != '.' && str_c_ends(name, ".sip"))
            add_file(it, path);
        else if (*name != '.' && depth > 0 && entries[i]->d_type == DT_DIR)
            add_folder(it, path, depth - 1);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

// The document, all that is open, and the files of the package, or of the folder where there is none.
static void find_files(Renaming *it) {
    add_file(it, it->document->path);
    if (it->use->kind == USE_LOCAL || it->use->kind == USE_PARAM) return;
    vec_each(Document *, open, &it->server->documents)
        add_file(it, (*open)->path);
    const char *slash = strrchr(it->home, '/');
    const char *folder = lsp__package_folder(it->server, &it->arena, it->home);
    if (folder)
        add_folder(it, folder, DEEPEST);
    else if (slash)
        add_folder(it, arena_strndup(&it->arena, it->home, (size_t)(slash - it->home)), 0);
}

// --- looks -------------------------------------------------------------------------------------------------------------------

static Front *front_for(Renaming *it, const char *path) {
    const Document *open = lsp__find_path(it->server, path);
    char error[512];
    Document closed = { .path = arena_strdup(&it->arena, path) };
    if (!open) file_read(path, LSP_TEXT, &closed.text, error);
    Front *front = lsp__front(it->server, open ? open : &closed);
    buf_free(&closed.text);
    return front;
}

static Root look(Renaming *it, const char *path, Front *front) {
    CheckWatch watch = { .stop = lsp__stop, .stopper = it->server };
    front_watch(front, &watch);
    Root root = { .path = path, .result = front_check(front, path, 1000000) };
    root.uses = lsp__uses_in(&it->arena, root.result, 0);
    front_free(front);
    return root;
}

static bool is_target(const Renaming *it, const FrontResult *result, Span target) {
    return target.start == it->start && target.file &&
           strcmp(source_name(result->map, target.file), it->home) == 0;
}

static int by_path(const void *a, const void *b) {
    const Change *x = a, *y = b;
    int path = strcmp(x->path, y->path);
    return path ? path : x->start < y->start ? -1 : x->start > y->start;
}

static void collect(Renaming *it, const Root *root) {
    vec_each(const Use, use, &root->uses->list) {
        Str text = source_text(root->result->map, use->at.file);
        Str word = { text.ptr + use->at.start, use->at.end - use->at.start };
        if (!is_target(it, root->result, use->target) || !str_eq_c(word, it->old)) continue;
        vec_push(
            &it->arena, &it->changes,
            ((Change){ source_name(root->result->map, use->at.file), use->at.start, use->at.end })
        );
    }
}

static void sort_changes(Renaming *it) {
    uint32_t kept = 0;
    if (it->changes.len)
        qsort(it->changes.data, it->changes.len, sizeof *it->changes.data, by_path);
    for (uint32_t i = 0; i < it->changes.len; i++) {
        if (kept && by_path(&it->changes.data[kept - 1], &it->changes.data[i]) == 0) continue;
        it->changes.data[kept++] = it->changes.data[i];
    }
    it->changes.len = kept;
}

// --- what would come of it ---------------------------------------------------------------------------------------------------

// Where a byte of the file would be. `shown`: with what stands before it renamed.
static uint32_t moved(const Renaming *it, const char *path, uint32_t at) {
    int64_t delta = (int64_t)strlen(it->fresh) - (int64_t)strlen(it->old), sum = 0;
    vec_each(const Change, change, &it->changes) {
        if (strcmp(change->path, path) == 0 && change->start < at) sum += delta;
    }
    return (uint32_t)((int64_t)at + sum);
}

static void overlay(Renaming *it, Front *front, const Root *root) {
    for (FileId file = 1; file <= source_files(root->result->map); file++) {
        const char *path = source_name(root->result->map, file);
        Str text = source_text(root->result->map, file);
        Buf out = { 0 };
        uint32_t done = 0;
        vec_each(const Change, change, &it->changes) {
            if (strcmp(change->path, path) != 0 || change->end > text.len) continue;
            buf_put(&out, text.ptr + done, change->start - done);
            buf_cstr(&out, it->fresh);
            done = change->end;
        }
        buf_put(&out, text.ptr + done, text.len - done);
        if (done) front_overlay(front, path, (const char *)out.data, out.len);
        buf_free(&out);
    }
}

static bool same_use(const Renaming *it, const Root *a, const Use *x, const Root *b, const Use *y) {
    const char *at = source_name(a->result->map, x->at.file);
    if (strcmp(at, source_name(b->result->map, y->at.file)) != 0) return false;
    if (moved(it, at, x->at.start) != y->at.start) return false;
    const char *target = source_name(a->result->map, x->target.file);
    return strcmp(target, source_name(b->result->map, y->target.file)) == 0 &&
           moved(it, target, x->target.start) == y->target.start;
}

static void refuse(Renaming *it, const Root *root, const Use *use) {
    Str text = source_text(root->result->map, use->at.file);
    snprintf(
        it->why, sizeof it->why, "`%s` would change what `%.*s` means in %s, line %u", it->fresh,
        (int)(use->at.end - use->at.start), text.ptr + use->at.start,
        source_name(root->result->map, use->at.file),
        source_line_at(root->result->map, use->at.file, use->at.start)
    );
}

static void compare(Renaming *it, const Root *before, const Root *after) {
    const Uses *a = before->uses, *b = after->uses;
    for (uint32_t i = 0; i < a->list.len; i++) {
        if (i < b->list.len && same_use(it, before, &a->list.data[i], after, &b->list.data[i]))
            continue;
        refuse(it, before, &a->list.data[i]);
        return;
    }
    uint32_t more = diags_errors(after->result->diags);
    if (more > diags_errors(before->result->diags) || b->list.len != a->list.len)
        snprintf(it->why, sizeof it->why, "`%s` would be an error in %s", it->fresh, before->path);
}

static void try_it(Renaming *it) {
    vec_each(const Root, root, &it->roots) {
        Front *front = front_for(it, root->path);
        overlay(it, front, root);
        Root after = look(it, root->path, front);
        compare(it, root, &after);
        front_result_free(after.result);
        if (it->why[0]) return;
    }
}

// --- requests ----------------------------------------------------------------------------------------------------------------

static bool is_library(const Server *server, const char *path) {
    const char *modules = server->options.modules;
    return modules && strncmp(path, modules, strlen(modules)) == 0;
}

// What stands at the position and can be renamed. `why`: else why not.
static const Use *renamed(Server *server, json_t *params, Document **document, const char **why) {
    const Use *use = lsp__use_of(server, params, document);
    *why = "there is no name here that this program declares";
    if (!*document || !use || use->kind == USE_MODULE) return NULL;
    const FrontResult *result = (*document)->look->result;
    if (is_library(server, source_name(result->map, use->target.file))) {
        *why = "this name belongs to a library";
        return NULL;
    }
    return use;
}

json_t *lsp__prepare_rename(Server *server, json_t *params) {
    Document *document;
    const char *why;
    const Use *use = renamed(server, params, &document, &why);
    if (!document) return NULL;
    if (!use) return json_null();
    return lsp__span_range(server, document->look->result, use->at);
}

static bool is_name(const char *text) {
    Str name = str_from_c(text);
    bool good = name.len > 0 && name.len < 256 && !(text[0] >= '0' && text[0] <= '9');
    for (size_t i = 0; i < name.len; i++)
        good = good && char_is_word(text[i]);
    return good && !syntax_is_keyword(name) && strcmp(text, "_") != 0;
}

static json_t *edits(Renaming *it) {
    json_t *all = json_object();
    vec_each(const Root, root, &it->roots) {
        for (FileId file = 1; file <= source_files(root->result->map); file++) {
            const char *path = source_name(root->result->map, file);
            json_t *list = json_array(), *location = NULL;
            vec_each(const Change, change, &it->changes) {
                if (strcmp(change->path, path) != 0) continue;
                json_decref(location);
                location = lsp__location(
                    it->server, root->result, (Span){ file, change->start, change->end }
                );
                json_array_append_new(
                    list, json_pack(
                              "{s:O, s:s}", "range", json_object_get(location, "range"), "newText",
                              it->fresh
                          )
                );
            }
            if (location)
                json_object_set(all, json_string_value(json_object_get(location, "uri")), list);
            json_decref(list);
            json_decref(location);
        }
    }
    return lsp__workspace_edit(it->server, all);
}

static json_t *rename_all(Renaming *it) {
    find_files(it);
    vec_each(const char *, path, &it->files)
        vec_push(&it->arena, &it->roots, look(it, *path, front_for(it, *path)));
    vec_each(const Root, root, &it->roots)
        collect(it, root);
    sort_changes(it);
    vec_each(const Change, change, &it->changes) {
        if (is_library(it->server, change->path))
            snprintf(it->why, sizeof it->why, "a library uses it");
    }
    if (!it->why[0]) try_it(it);
    json_t *made = it->why[0] ? lsp__refusal(it->server, it->why) : edits(it);
    vec_each(Root, root, &it->roots)
        front_result_free(root->result);
    return made;
}

json_t *lsp__rename(Server *server, json_t *params) {
    const char *fresh = json_string_value(json_object_get(params, "newName")), *why;
    Renaming it = { .server = server, .fresh = fresh };
    it.use = renamed(server, params, &it.document, &why);
    if (!it.document || !fresh) return NULL;
    if (!it.use) return lsp__refusal(server, why);
    if (!is_name(fresh)) return lsp__refusal(server, "this cannot be a name");
    const FrontResult *result = it.document->look->result;
    Str text = source_text(result->map, it.use->at.file);
    arena_init(&it.arena);
    it.old =
        arena_strndup(&it.arena, text.ptr + it.use->at.start, it.use->at.end - it.use->at.start);
    it.home = arena_strdup(&it.arena, source_name(result->map, it.use->target.file));
    it.start = lsp__plain(server, result, it.use->target);
    json_t *made =
        strcmp(it.old, fresh) == 0 ? lsp__workspace_edit(server, json_object()) : rename_all(&it);
    arena_free(&it.arena);
    return made;
}
