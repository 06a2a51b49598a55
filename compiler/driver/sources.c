// Folders are read to their end before what is in them, so that only one is open at a time.

#include "driver/sources.h"

#include "base/str.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_DEEP = 64 };

typedef struct Walk {
    Arena *arena;
    SourceVisit *visit;
    void *context;
    ExitCode worst;
} Walk;

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void walk_folder(Walk *walk, const char *path, uint32_t depth);

static void walk_found(Walk *walk, const char *path, uint32_t depth) {
    struct stat info;
    if (lstat(path, &info) != 0) return;
    if (S_ISDIR(info.st_mode))
        walk_folder(walk, path, depth + 1);
    else if (S_ISREG(info.st_mode) && str_c_ends(path, ".sip"))
        walk->visit(walk->context, path);
}

static void walk_folder(Walk *walk, const char *path, uint32_t depth) {
    VEC(const char *) names = { 0 };
    DIR *folder = depth < FOLDERS_DEEP ? opendir(path) : NULL;
    if (!folder) {
        char error[512];
        snprintf(
            error, sizeof error, "%s cannot be read: %s", path,
            depth < FOLDERS_DEEP ? strerror(errno) : "too many folders inside each other"
        );
        walk->worst = tool_failed(error);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        bool here = strcmp(path, ".") == 0;
        vec_push(
            walk->arena, &names,
            arena_printf(walk->arena, "%s%s%s", here ? "" : path, here ? "" : "/", entry->d_name)
        );
    }
    closedir(folder);
    if (names.len) qsort(names.data, names.len, sizeof *names.data, by_name);
    vec_each(const char *, name, &names)
        walk_found(walk, *name, depth);
}

ExitCode sources_below(Arena *arena, const char *folder, SourceVisit *visit, void *context) {
    Walk walk = { arena, visit, context, EXIT_OK };
    walk_folder(&walk, folder, 0);
    return walk.worst;
}
