// What modules that are not imported declare for others: asked only where a name is not known, so that a message can say
// which import is missing. A bounded number of files is read, two folders deep, and nothing is reported about them.

#include "front/offers.h"

#include "ast/build.h"
#include "base/buf.h"
#include "base/map.h"
#include "syntax/syntax.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FILES = 200, DEEPEST = 2, LONGEST = 256 << 10, MOST_KNOWN = 1000 };

typedef struct Offer {
    const char *modules; // as they are said
    bool only;           // it is one
} Offer;

struct Offers {
    Arena *arena;
    VEC(const char *) folders;
    StrMap *names; // name -> Offer *; NULL: not looked yet
    uint32_t files;
    OffersFiles *known; // NULL: nothing is
};

typedef struct OffersFile {
    char *path;
    struct stat at; // when it was read
    char *names;    // each with a zero behind it
    size_t length;
} OffersFile;

struct OffersFiles {
    OffersFile *all;
    uint32_t count, cap;
};

typedef void Visit(void *context, const char *path, const char *module);

Offers *offers_new(Arena *arena, const char *const *folders, uint32_t count, OffersFiles *known) {
    Offers *offers = arena_new(arena, Offers);
    *offers = (Offers){ .arena = arena, .known = known };
    for (uint32_t i = 0; i < count; i++)
        vec_push(arena, &offers->folders, arena_strdup(arena, folders[i]));
    return offers;
}

static void add(Offers *offers, const char *name, const char *module) {
    uint64_t known;
    if (!strmap_get(offers->names, name, strlen(name), &known)) {
        Offer *offer = arena_new(offers->arena, Offer);
        *offer = (Offer){ module, true };
        strmap_put(offers->names, name, strlen(name), (uintptr_t)offer);
        return;
    }
    Offer *offer = (Offer *)(uintptr_t)known;
    if (strcmp(offer->modules, module) == 0) return; // in two folders
    offer->modules = arena_printf(offers->arena, "%s` and `%s", offer->modules, module);
    offer->only = false;
}

// The names that a file declares for others, each with a zero behind it.
static void read_names(const char *path, Buf *out) {
    char error[512];
    Arena arena;
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_file(map, path, error);
    if (file && source_text(map, file).len <= LONGEST) {
        Diags *unseen = diags_new(&arena, map);
        Names *names = names_new(&arena);
        const Ast *ast = ast_build(&arena, syntax_parse(&arena, map, file, unseen), names, unseen);
        vec_each(AstItem *, item, &ast->items) {
            bool method = (*item)->kind == AST_ITEM_FN && (*item)->fn.owner;
            if (!(*item)->is_pub || !(*item)->name.name || method) continue;
            buf_cstr(out, names_text(names, (*item)->name.name));
            buf_byte(out, 0);
        }
    }
    arena_free(&arena);
}

// --- known files ---------------------------------------------------------------------------------------------------------------

OffersFiles *offers_files_new(void) {
    OffersFiles *files = calloc(1, sizeof *files);
    if (!files) base_out_of_memory(sizeof *files);
    return files;
}

static void forget(OffersFile *file) {
    free(file->path);
    free(file->names);
    *file = (OffersFile){ 0 };
}

void offers_files_free(OffersFiles *files) {
    if (!files) return;
    for (uint32_t i = 0; i < files->count; i++)
        forget(&files->all[i]);
    free(files->all);
    free(files);
}

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

// A file's row; a new one takes the place of the first where there are too many.
static OffersFile *row_of(OffersFiles *files, const char *path) {
    for (uint32_t i = 0; i < files->count; i++)
        if (strcmp(files->all[i].path, path) == 0) return &files->all[i];
    if (files->count < MOST_KNOWN && files->count == files->cap) {
        files->cap = files->cap ? files->cap * 2 : 64;
        files->all = realloc(files->all, files->cap * sizeof *files->all);
        if (!files->all) base_out_of_memory(files->cap * sizeof *files->all);
    }
    OffersFile *row = &files->all[0];
    if (files->count < MOST_KNOWN)
        row = &files->all[files->count++];
    else
        forget(row);
    *row = (OffersFile){ .path = strdup(path) };
    if (!row->path) base_out_of_memory(strlen(path));
    return row;
}

// What a file declares, read now if it has changed since. NULL: there is no file.
static const OffersFile *known_file(OffersFiles *files, const char *path) {
    struct stat now;
    if (stat(path, &now) != 0) return NULL;
    OffersFile *row = row_of(files, path);
    if (row->names && is_same(&row->at, &now)) return row;
    Buf names = { 0 };
    free(row->names);
    read_names(path, &names);
    buf_byte(&names, 0);
    row->at = now;
    row->length = names.len - 1;
    row->names = buf_take(&names);
    return row;
}

// --- looking -----------------------------------------------------------------------------------------------------------------------

static void add_names(Offers *offers, const char *names, size_t length, const char *module) {
    for (size_t at = 0; at < length; at += strlen(names + at) + 1)
        add(offers, names + at, module);
}

static void read_module(void *context, const char *path, const char *module) {
    Offers *offers = context;
    Buf names = { 0 };
    const OffersFile *known = offers->known ? known_file(offers->known, path) : NULL;
    if (known) {
        add_names(offers, known->names, known->length, module);
        return;
    }
    read_names(path, &names);
    add_names(offers, (const char *)names.data, names.len, module);
    buf_free(&names);
}

// `prefix` is the name of the folder as part of a module's: "std.".
static void look_in(
    Offers *offers, const char *folder, const char *prefix, int depth, Visit *visit, void *context
) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        const char *path = arena_printf(offers->arena, "%s/%s", folder, name);
        if (*name == '.' || offers->files >= MOST_FILES) {
            // not a module
        } else if (length > 4 && strcmp(name + length - 4, ".sip") == 0) {
            offers->files++;
            visit(
                context, path, arena_printf(offers->arena, "%s%.*s", prefix, (int)length - 4, name)
            );
        } else if (depth < DEEPEST && entries[i]->d_type == DT_DIR) {
            look_in(
                offers, path, arena_printf(offers->arena, "%s%s.", prefix, name), depth + 1, visit,
                context
            );
        }
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void look_everywhere(Offers *offers, Visit *visit, void *context) {
    offers->files = 0;
    for (uint32_t i = 0; i < offers->folders.len; i++)
        look_in(offers, offers->folders.data[i], "", 0, visit, context);
}

const char *offers_find(void *context, const char *name, bool *only) {
    Offers *offers = context;
    uint64_t found;
    if (!offers->names) {
        offers->names = strmap_new(offers->arena);
        look_everywhere(offers, read_module, offers);
    }
    if (!strmap_get(offers->names, name, strlen(name), &found)) return NULL;
    const Offer *offer = (const Offer *)(uintptr_t)found;
    *only = offer->only;
    return offer->modules;
}

static void try_module(void *context, const char *path, const char *module) {
    (void)path;
    near_try(context, module);
}

Near offers_near(Offers *offers, const char *module) {
    Near near = near_start(module);
    look_everywhere(offers, try_module, &near);
    return near;
}
