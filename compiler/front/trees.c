// Trees that are kept. See trees.h.

#include "front/trees.h"

#include "base/arena.h"
#include "front/offers.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TREES = 1000, MOST_BYTES = 48 << 20 };

struct TreesNodes {
    uint32_t uses;
    uint64_t used; // number of the last time
    char *path, *text;
    size_t length, size; // of the text; of all, in bytes
    SyntaxNode *nodes;
    // Of a text that does not parse.
    bool broken, unreadable;
    char *read;        // the text as it was read
    SyntaxPart *wrong; // what could not be read
    uint32_t wrongs;
    Arena arena;
    Diags *said; // what is said about it; in `arena`
};

struct Trees {
    TreesNodes *all[MOST_TREES];
    uint32_t count;
    size_t bytes;
    uint64_t time;
    OffersFiles *offers;
};

Trees *trees_new(void) {
    Trees *trees = calloc(1, sizeof *trees);
    if (!trees) base_out_of_memory(sizeof *trees);
    trees->offers = offers_files_new();
    return trees;
}

void trees_drop(TreesNodes *nodes) {
    if (--nodes->uses > 0) return;
    free(nodes->path);
    free(nodes->text);
    free(nodes->nodes);
    free(nodes->read);
    free(nodes->wrong);
    arena_free(&nodes->arena);
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
    offers_files_free(trees->offers);
    free(trees);
}

OffersFiles *trees_offers(Trees *trees) {
    return trees->offers;
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
        if (kept->broken || strcmp(kept->path, path) != 0) continue;
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

// Three texts of a path are kept that parse: that which somebody writes, as it is and with room in it, and that of the last
// question about it; and one that does not.
static void forget_oldest(Trees *trees, const char *path, bool broken) {
    uint32_t count = 0, oldest = 0;
    for (uint32_t i = 0; i < trees->count; i++) {
        if (trees->all[i]->broken != broken || strcmp(trees->all[i]->path, path) != 0) continue;
        if (count++ == 0 || trees->all[i]->used < trees->all[oldest]->used) oldest = i;
    }
    if (count > (broken ? 0 : 2)) forget(trees, oldest);
}

static void *copy_of(const void *bytes, size_t size) {
    void *copy = malloc(size + 1);
    if (!copy) base_out_of_memory(size);
    memcpy(copy, bytes, size);
    return copy;
}

// Takes `kept`, which has nothing yet but what is said about the text.
static void keep(Trees *trees, TreesNodes *kept, const char *path, Str text, const Syntax *syntax) {
    size_t bytes = syntax->root->size * sizeof *syntax->root, size = bytes + text.len;
    if (syntax->broken) size += text.len + syntax->wrongs * sizeof *syntax->wrong;
    forget_oldest(trees, path, syntax->broken);
    make_room(trees, size);
    kept->uses = 1;
    kept->used = ++trees->time;
    kept->length = text.len;
    kept->size = size;
    kept->path = strdup(path);
    if (!kept->path) base_out_of_memory(strlen(path));
    kept->text = copy_of(text.ptr, text.len);
    kept->nodes = copy_of(syntax->root, bytes);
    kept->broken = syntax->broken;
    kept->unreadable = syntax->unreadable;
    if (syntax->broken) {
        kept->read = copy_of(syntax->text.ptr, syntax->text.len);
        kept->wrong = copy_of(syntax->wrong, syntax->wrongs * sizeof *syntax->wrong);
        kept->wrongs = syntax->wrongs;
    }
    trees->bytes += size;
    trees->all[trees->count++] = kept;
}

static bool is_too_large(Str text, const Syntax *syntax) {
    return syntax->root->size * sizeof *syntax->root + text.len > MOST_BYTES / 2;
}

static TreesNodes *nodes_new(void) {
    TreesNodes *nodes = calloc(1, sizeof *nodes);
    if (!nodes) base_out_of_memory(sizeof *nodes);
    arena_init(&nodes->arena);
    return nodes;
}

void trees_keep(Trees *trees, const char *path, Str text, const Syntax *syntax) {
    if (!syntax->broken && !is_too_large(text, syntax))
        keep(trees, nodes_new(), path, text, syntax);
}

// --- read ----------------------------------------------------------------------------------------------------------------------

enum { MOST_SAID = 500 }; // that is kept

// What the parser says about a text that does not parse.
static void say(const Diags *said, const Syntax *syntax, Diags *diags) {
    diags_repeat(diags, said, syntax->file);
    for (uint32_t i = 0; i < syntax->wrongs; i++)
        diags_silence(diags, (Span){ syntax->file, syntax->wrong[i].start, syntax->wrong[i].end });
}

static Syntax *known(Arena *arena, FileId file, Str text, const TreesNodes *kept, Diags *diags) {
    Syntax *syntax = arena_new(arena, Syntax);
    *syntax = (Syntax){
        .file = file,
        .text = kept->broken ? (Str){ kept->read, kept->length }
            : text,
        .root = kept->nodes,
        .broken = kept->broken,
        .unreadable = kept->unreadable,
        .wrong = kept->wrong,
        .wrongs = kept->wrongs
    };
    if (kept->broken) say(kept->said, syntax, diags);
    return syntax;
}

static Syntax *parse(Trees *trees, Arena *arena, const SourceMap *map, FileId file, Diags *diags) {
    TreesNodes *nodes = nodes_new();
    nodes->said = diags_new(&nodes->arena, map);
    diags_limit(nodes->said, MOST_SAID);
    Syntax *syntax = syntax_parse(arena, map, file, nodes->said);
    Str text = source_text(map, file);
    bool all = diags_are_all(nodes->said);
    if (all) say(nodes->said, syntax, diags);
    if (all && !is_too_large(text, syntax)) {
        keep(trees, nodes, source_name(map, file), text, syntax);
        return syntax;
    }
    nodes->uses = 1;
    trees_drop(nodes);
    return all ? syntax : syntax_parse(arena, map, file, diags);
}

Syntax *trees_read(
    Trees *trees, Arena *arena, const SourceMap *map, FileId file, Diags *diags, TreesNodes **used
) {
    const char *path = source_name(map, file);
    Str text = source_text(map, file);
    *used = NULL;
    if (!trees) return syntax_parse(arena, map, file, diags);
    *used = find(trees, path, text);
    if (*used) return known(arena, file, text, *used, diags);
    Syntax *syntax = near_any(trees, arena, map, file);
    if (!syntax) return parse(trees, arena, map, file, diags);
    trees_keep(trees, path, text, syntax);
    return syntax;
}
