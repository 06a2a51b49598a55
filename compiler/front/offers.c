// What modules that are not imported declare for others: asked only where a name is not known, so that a message can say
// which import is missing. A bounded number of files is read, two folders deep, and nothing is reported about them.

#include "front/offers.h"

#include "ast/build.h"
#include "base/map.h"
#include "syntax/syntax.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 200, DEEPEST = 2, LONGEST = 256 << 10 };

typedef struct Offer {
    const char *modules; // as they are said
    bool only;           // it is one
} Offer;

struct Offers {
    Arena *arena;
    VEC(const char *) folders;
    StrMap *names; // name -> Offer *; NULL: not looked yet
    uint32_t files;
};

typedef void Visit(void *context, const char *path, const char *module);

Offers *offers_new(Arena *arena, const char *const *folders, uint32_t count) {
    Offers *offers = arena_new(arena, Offers);
    *offers = (Offers){ .arena = arena };
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

static void read_module(void *context, const char *path, const char *module) {
    Offers *offers = context;
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
            if ((*item)->is_pub && (*item)->name.name && !method)
                add(offers, names_text(names, (*item)->name.name), module);
        }
    }
    arena_free(&arena);
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
