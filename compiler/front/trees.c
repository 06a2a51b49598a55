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

static TreesNodes *find(Trees *trees, const char *path, Str text) {
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

// --- of a text that is nearly the same -------------------------------------------------------------------------------------------

void trees_compare(Str a, Str b, uint32_t *start, uint32_t *end) {
    size_t most = a.len < b.len ? a.len : b.len, head = 0, tail = 0;
    while (head + 64 <= most && memcmp(a.ptr + head, b.ptr + head, 64) == 0)
        head += 64;
    while (head < most && a.ptr[head] == b.ptr[head])
        head++;
    if (head > 0 && a.ptr[head - 1] == '\r') head--;
    while (tail + 64 <= most - head &&
           memcmp(a.ptr + a.len - tail - 64, b.ptr + b.len - tail - 64, 64) == 0)
        tail += 64;
    while (tail < most - head && a.ptr[a.len - tail - 1] == b.ptr[b.len - tail - 1])
        tail++;
    if (tail > 0 && a.ptr[a.len - tail] == '\n') tail--;
    *start = (uint32_t)head;
    *end = (uint32_t)tail;
}

const SyntaxNode *trees_item(const SyntaxNode *root, uint32_t start, uint32_t end) {
    syntax_each(item, root) {
        const SyntaxNode *body =
            item->start < start && end < item->end ? syntax_child(item, FIELD_BODY) : NULL;
        if (body && body->start < start && end < body->end) return item;
    }
    return NULL;
}

static Syntax *spliced(
    Arena *arena,
    FileId file,
    Str text,
    const SyntaxNode *root,
    const SyntaxNode *old,
    const SyntaxNode *new
) {
    uint32_t before = (uint32_t)(old - root), count = root->size - old->size + new->size;
    uint32_t delta = new->end - old->end; // it may be less than nothing: the sums are the same
    SyntaxNode *nodes = arena_array(arena, SyntaxNode, count);
    memcpy(nodes, root, before * sizeof *nodes);
    memcpy(nodes + before, new, new->size * sizeof *nodes);
    nodes[before].field = old->field;
    SyntaxNode *behind = nodes + before + new->size;
    memcpy(behind, old + old->size, (count - before - new->size) * sizeof *nodes);
    for (SyntaxNode *node = behind; node < nodes + count; node++) {
        node->start += delta;
        node->end += delta;
    }
    nodes->size = count;
    nodes->end += delta;
    Syntax *syntax = arena_new(arena, Syntax);
    *syntax = (Syntax){ .file = file, .text = text, .root = nodes };
    return syntax;
}

static Syntax *near(const TreesNodes *kept, Arena *arena, const SourceMap *map, FileId file) {
    Str text = source_text(map, file), was = { kept->text, kept->length };
    uint32_t start, tail;
    trees_compare(was, text, &start, &tail);
    const SyntaxNode *old = trees_item(kept->nodes, start, (uint32_t)was.len - tail);
    if (!old) return NULL;
    uint32_t end = old->end + (uint32_t)(text.len - was.len);
    Arena scratch;
    arena_init(&scratch);
    const SyntaxNode *new = syntax_parse_item(&scratch, map, file, old, end);
    Syntax *made = new ? spliced(arena, file, text, kept->nodes, old, new) : NULL;
    arena_free(&scratch);
    return made;
}

static Syntax *near_any(const Trees *trees, Arena *arena, const SourceMap *map, FileId file) {
    const char *path = source_name(map, file);
    for (uint32_t row = 0; row < trees->count; row++) {
        const TreesNodes *kept = trees->all[row];
        if (strcmp(kept->path, path) != 0) continue;
        Syntax *made = near(kept, arena, map, file);
        if (made) return made;
    }
    return NULL;
}

// --- keep ----------------------------------------------------------------------------------------------------------------------

static void make_room(Trees *trees, size_t size) {
    while (trees->count > 0 && (trees->count == MOST_TREES || trees->bytes + size > MOST_BYTES)) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < trees->count; i++)
            if (trees->all[i]->used < trees->all[oldest]->used) oldest = i;
        forget(trees, oldest);
    }
}

// Three texts of a path are kept: that which somebody writes, as it is and with room in it, and that of the last question about it.
static void forget_oldest(Trees *trees, const char *path) {
    uint32_t count = 0, oldest = 0;
    for (uint32_t i = 0; i < trees->count; i++) {
        if (strcmp(trees->all[i]->path, path) != 0) continue;
        if (count++ == 0 || trees->all[i]->used < trees->all[oldest]->used) oldest = i;
    }
    if (count > 2) forget(trees, oldest);
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

// --- read ----------------------------------------------------------------------------------------------------------------------

Syntax *trees_read(
    Trees *trees, Arena *arena, const SourceMap *map, FileId file, Diags *diags, TreesNodes **used
) {
    const char *path = source_name(map, file);
    Str text = source_text(map, file);
    *used = trees ? find(trees, path, text) : NULL;
    if (*used) {
        Syntax *syntax = arena_new(arena, Syntax);
        *syntax = (Syntax){ .file = file, .text = text, .root = (*used)->nodes };
        return syntax;
    }
    Syntax *syntax = trees ? near_any(trees, arena, map, file) : NULL;
    if (!syntax) syntax = syntax_parse(arena, map, file, diags);
    if (trees) trees_keep(trees, path, text, syntax);
    return syntax;
}
