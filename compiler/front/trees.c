// Trees that are kept. See trees.h.

#include "front/trees.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TREES = 1000, MOST_BYTES = 48 << 20 };

struct TreesNodes {
    uint32_t uses;
    uint64_t used; // number of the last time
    char *path, *text;
    size_t length, size; // of the text; of all, in bytes
    SyntaxNode *nodes;
};

struct Trees {
    TreesNodes *all[MOST_TREES];
    uint32_t count;
    size_t bytes;
    uint64_t time;
};

Trees *trees_new(void) {
    Trees *trees = calloc(1, sizeof *trees);
    if (!trees) base_out_of_memory(sizeof *trees);
    return trees;
}

void trees_drop(TreesNodes *nodes) {
    if (--nodes->uses > 0) return;
    free(nodes->path);
    free(nodes->text);
    free(nodes->nodes);
    free(nodes);
}

static void forget(Trees *trees, uint32_t row) {
    trees->bytes -= trees->all[row]->size;
    trees_drop(trees->all[row]);
    trees->all[row] = trees->all[--trees->count];
}

void trees_free(Trees *trees) {
    if (!trees) return;
    while (trees->count > 0)
        forget(trees, trees->count - 1);
    free(trees);
}

TreesNodes *trees_find(Trees *trees, const char *path, Str text) {
    for (uint32_t row = 0; row < trees->count; row++) {
        TreesNodes *found = trees->all[row];
        if (found->length != text.len || strcmp(found->path, path) != 0 ||
            memcmp(found->text, text.ptr, text.len) != 0)
            continue;
        found->used = ++trees->time;
        found->uses++;
        return found;
    }
    return NULL;
}

const SyntaxNode *trees_root(const TreesNodes *nodes) {
    return nodes->nodes;
}

static void make_room(Trees *trees, size_t size) {
    while (trees->count > 0 && (trees->count == MOST_TREES || trees->bytes + size > MOST_BYTES)) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < trees->count; i++)
            if (trees->all[i]->used < trees->all[oldest]->used) oldest = i;
        forget(trees, oldest);
    }
}

// Two texts of a path are kept: that which somebody writes, and that of the last question about it.
static void forget_oldest(Trees *trees, const char *path) {
    uint32_t count = 0, oldest = 0;
    for (uint32_t i = 0; i < trees->count; i++) {
        if (strcmp(trees->all[i]->path, path) != 0) continue;
        if (count++ == 0 || trees->all[i]->used < trees->all[oldest]->used) oldest = i;
    }
    if (count > 1) forget(trees, oldest);
}

static void *copy_of(const void *bytes, size_t size) {
    void *copy = malloc(size + 1);
    if (!copy) base_out_of_memory(size);
    memcpy(copy, bytes, size);
    return copy;
}

void trees_keep(Trees *trees, const char *path, Str text, const Syntax *syntax) {
    size_t bytes = syntax->root->size * sizeof *syntax->root;
    if (syntax->broken || bytes + text.len > MOST_BYTES / 2) return;
    forget_oldest(trees, path);
    make_room(trees, bytes + text.len);
    TreesNodes *kept = calloc(1, sizeof *kept);
    if (!kept) base_out_of_memory(sizeof *kept);
    *kept = (TreesNodes){ .uses = 1, .used = ++trees->time, .length = text.len };
    kept->path = strdup(path);
    if (!kept->path) base_out_of_memory(strlen(path));
    kept->text = copy_of(text.ptr, text.len);
    kept->nodes = copy_of(syntax->root, bytes);
    kept->size = bytes + text.len;
    trees->bytes += kept->size;
    trees->all[trees->count++] = kept;
}
