// Looks: checks of documents, each with all that it imports.
//
// Where a text differs from the one that was looked at in the body of one function only, the look goes on: that body is parsed
// and checked, and all else stays as it is, at the same places: behind each function there is room for what is written into it.

#include "uses.h"

#include "front/trees.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 16,           // blanks behind each function
    ROOM_WRITTEN = 1024, // and behind the one that is being written
    LARGEST = 4 << 20,   // bytes of a text that gets room
    GROWS = 24 << 20,    // bytes that a look may grow by before it is made anew
};

// --- facts ---------------------------------------------------------------------------------------------------------------------

static void keep_fact(void *context, const CheckFact *fact) {
    Look *look = context;
    vec_push(&look->arena, &look->facts, *fact);
}

static int by_place(const void *a, const void *b) {
    const CheckFact *x = a, *y = b;
    if (x->at.start != y->at.start) return x->at.start < y->at.start ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->local != y->local) return x->local->number < y->local->number ? -1 : 1;
    if (x->path && y->path && strcmp(x->path, y->path) != 0) return strcmp(x->path, y->path);
    if (x->holder != y->holder) return x->holder->number < y->holder->number ? -1 : 1;
    return 0;
}

static int by_place_and_order(const void *a, const void *b) {
    int place = by_place(a, b);
    const CheckFact *x = a, *y = b;
    return place ? place : x->order < y->order ? -1 : x->order > y->order;
}

// Of facts of one kind about one thing at one place the last holds.
static void sort_facts(Look *look) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < look->facts.len; i++)
        look->facts.data[i].order = i;
    if (look->facts.len)
        qsort(look->facts.data, look->facts.len, sizeof *look->facts.data, by_place_and_order);
    for (uint32_t i = 0; i < look->facts.len; i++) {
        bool same = kept && by_place(&look->facts.data[kept - 1], &look->facts.data[i]) == 0;
        look->facts.data[kept - same] = look->facts.data[i];
        kept += !same;
    }
    look->facts.len = kept;
}

// Of the first ones, those between two places.
static void forget_facts(Look *look, uint32_t count, uint32_t start, uint32_t end) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < look->facts.len; i++) {
        const CheckFact *fact = &look->facts.data[i];
        bool old = i < count && fact->at.start >= start && fact->at.start <= end;
        if (!old) look->facts.data[kept++] = *fact;
    }
    look->facts.len = kept;
}

// --- memory --------------------------------------------------------------------------------------------------------------------

void lsp__free_look(Look **look) {
    if (!*look) return;
    arena_free(&(*look)->arena);
    arena_free(&(*look)->uses_in);
    buf_free(&(*look)->seen);
    buf_free(&(*look)->before);
    lsp__lines_free(&(*look)->lines);
    front_result_free((*look)->result);
    free(*look);
    *look = NULL;
}

static size_t memory_of_look(const Look *look) {
    return look ? look->result->arena.used + look->arena.used + look->uses_in.used : 0;
}

static size_t memory_of(const Document *document) {
    return memory_of_look(document->look) + memory_of_look(document->whole);
}

// What has not been looked at for longest goes until there is room. It is made again when it is asked for.
static void evict(Server *server, Document *used) {
    for (;;) {
        size_t sum = 0;
        Document *oldest = NULL;
        vec_each(Document *, document, &server->documents) {
            sum += memory_of(*document);
            bool can_go = *document != used && (*document)->look;
            if (can_go && (!oldest || (*document)->used < oldest->used)) oldest = *document;
        }
        if (sum <= (size_t)LSP_MEMORY << 20) return;
        if (!oldest) {
            lsp__free_look(&used->whole);
            return;
        }
        lsp__free_look(&oldest->look);
        lsp__free_look(&oldest->whole);
        lsp__free_tree(oldest);
    }
}

// --- room ------------------------------------------------------------------------------------------------------------------------

// Where the text has changed since the last look at it; 0: it has not been looked at.
static uint32_t written_at(const Document *document) {
    const Look *look = document->look ? document->look : document->whole;
    uint32_t start, end;
    if (!look) return 0;
    Str was = { (const char *)look->seen.data, look->seen.len };
    trees_compare(was, lsp__text(document), &start, &end);
    return start;
}

static bool ends_line(Str text, uint32_t at) {
    return at == text.len || text.ptr[at] == '\n' || text.ptr[at] == '\r';
}

// The tree of the text with rooms in it, each behind the end of an item.
static void keep_tree(
    Server *server,
    const Document *document,
    const Tree *tree,
    Str laid,
    const uint32_t *ends,
    const uint32_t *rooms,
    uint32_t count
) {
    Arena scratch;
    arena_init(&scratch);
    const SyntaxNode *root = tree->syntax->root;
    SyntaxNode *nodes = arena_array(&scratch, SyntaxNode, root->size);
    uint32_t row = 0, before = 0;
    for (uint32_t i = 0; i < root->size; i++) { // in the order of where they start
        nodes[i] = root[i];
        while (row < count && ends[row] <= root[i].start && i > 0)
            before += rooms[row++];
        nodes[i].start += i > 0 ? before : 0;
        nodes[i].end += i > 0 ? before : 0;
    }
    nodes->end = (uint32_t)laid.len;
    Syntax syntax = { .text = laid, .root = nodes };
    trees_keep(server->trees, document->path, laid, &syntax);
    arena_free(&scratch);
}

// The text of the document as it is looked at.
static void lay_out(Server *server, Document *document, Front *front) {
    const Tree *tree = lsp__tree(server, document);
    if (!tree->file || tree->syntax->broken || tree->text.len > LARGEST) return;
    Arena scratch;
    arena_init(&scratch);
    VEC(uint32_t) ends = { 0 }, rooms = { 0 };
    uint32_t written = written_at(document), done = 0;
    Buf laid = { 0 };
    buf_put(&laid, lsp__text(document).ptr, tree->mark);
    syntax_each(item, tree->syntax->root) {
        if (!syntax_child(item, FIELD_BODY) || !ends_line(tree->text, item->end)) continue;
        bool here = item->start + tree->mark <= written && written <= item->end + tree->mark;
        uint32_t room = here ? ROOM_WRITTEN : ROOM;
        buf_put(&laid, tree->text.ptr + done, item->end - done);
        for (uint32_t i = 0; i < room; i++)
            buf_byte(&laid, ' ');
        vec_push(&scratch, &ends, item->end);
        vec_push(&scratch, &rooms, room);
        done = item->end;
    }
    buf_put(&laid, tree->text.ptr + done, tree->text.len - done);
    if (ends.len) {
        Str text = { (const char *)laid.data + tree->mark, laid.len - tree->mark };
        front_overlay(front, document->path, (const char *)laid.data, laid.len);
        keep_tree(server, document, tree, text, ends.data, rooms.data, ends.len);
    }
    buf_free(&laid);
    arena_free(&scratch);
}

// --- all anew ----------------------------------------------------------------------------------------------------------------------

static void see_text(Look *look, Str text) {
    look->seen.len = 0;
    buf_put(&look->seen, text.ptr, text.len);
    if (!look->result->error[0]) lsp__lines(&look->lines, source_text(look->result->map, 1));
}

// With room in it, if it may parse.
static Look *look_anew(Server *server, Document *document, bool parses) {
    Front *front = lsp__front(server, document);
    Look *look = calloc(1, sizeof *look);
    if (!look) base_out_of_memory(sizeof *look);
    arena_init(&look->arena);
    arena_init(&look->uses_in);
    look->watch = (CheckWatch){ .context = look, .file = 1, .see = keep_fact };
    look->watch.library = server->options.modules;
    look->watch.stop = lsp__stop;
    look->watch.stopper = server;
    if (parses) lay_out(server, document, front);
    front_watch(front, &look->watch);
    look->result = front_check(front, document->path, LSP_DIAGNOSTICS);
    front_free(front);
    see_text(look, lsp__text(document));
    sort_facts(look);
    look->room = memory_of_look(look) + GROWS;
    return look;
}

// --- one body anew -------------------------------------------------------------------------------------------------------------------

typedef enum Gone {
    GONE_ON,
    GONE_NOT,    // it is as it was
    GONE_BROKEN, // it is as it was, and the text does not parse
    GONE_WRONG,  // it is of no use any more
} Gone;

// The item that begins at `from` becomes `text`, which is a part of `now`.
static Gone go_on_in(Look *look, uint32_t from, uint32_t old_end, Str text, Str now) {
    Str laid = source_text(look->result->map, 1);
    uint32_t end = old_end, told = look->facts.len;
    while (end < laid.len && laid.ptr[end] == ' ')
        end++;
    if (text.len > end - from || !ends_line(laid, end)) return GONE_NOT;
    FrontAgain again = front_again(look->result, from, end, text);
    if (again != FRONT_DONE) return again == FRONT_SPOILT ? GONE_WRONG : GONE_BROKEN;
    uint32_t new_end = from + (uint32_t)text.len;
    forget_facts(look, told, from, old_end);
    see_text(look, now);
    look->is_partial = look->watch.only;
    look->item = from;
    sort_facts(look);
    lsp__uses_again(look, from, old_end > new_end ? old_end : new_end);
    return GONE_ON;
}

// The same text once more, to ask what has not been asked.
static Gone go_on_there(Look *look, Str now) {
    const SyntaxNode *item = syntax_child_at(look->result->units.data[0].syntax->root, look->item);
    if (!item) return GONE_NOT;
    Str laid = source_text(look->result->map, 1), text;
    uint32_t length = item->end - item->start;
    char *copy = malloc(length + 1);
    if (!copy) base_out_of_memory(length);
    memcpy(copy, laid.ptr + item->start, length);
    text = (Str){ copy, length };
    Gone gone = go_on_in(look, item->start, item->end, text, now);
    free(copy);
    return gone;
}

// `lines` are those of the text as it is now.
static Gone go_on(Look *look, Str now, const Lines *lines) {
    if (!front_can_go_on(look->result) || memory_of_look(look) > look->room) return GONE_NOT;
    Str was = { (const char *)look->seen.data, look->seen.len };
    uint32_t start, tail, mark = source_mark(look->result->map, 1);
    trees_compare(was, now, &start, &tail);
    if (was.len == now.len && start == was.len)
        return look->is_partial && !look->watch.only ? go_on_there(look, now) : GONE_ON;
    // Up to there both texts and that which was looked at have the same lines, and no room stands in a line before its code.
    uint32_t line = lsp__line_at(lines, start);
    uint32_t column = start - lines->starts[line];
    if ((line == 0 && column < mark) || line >= look->lines.count) return GONE_NOT;
    uint32_t at = look->lines.starts[line] + column - (line == 0 ? mark : 0);
    uint32_t changed = (uint32_t)was.len - tail - start;
    const SyntaxNode *item = trees_item(look->result->units.data[0].syntax->root, at, at + changed);
    if (!item) return GONE_NOT;
    uint32_t first = start - (at - item->start); // of the item, in the document
    uint32_t length = item->end - item->start + (uint32_t)(now.len - was.len);
    return go_on_in(look, item->start, item->end, (Str){ now.ptr + first, length }, now);
}

static Gone go_there(Look **look, Str text, const Lines *lines) {
    Gone gone = *look ? go_on(*look, text, lines) : GONE_NOT;
    if (gone == GONE_WRONG) lsp__free_look(look);
    return gone;
}

// To the text that it was at before somebody asked what would be. Who asks about the whole program will find that it is partial.
static void go_back(Look **look) {
    Str text = { (const char *)(*look)->before.data, (*look)->before.len };
    Lines lines = { 0 };
    bool only = (*look)->watch.only;
    lsp__lines(&lines, text);
    (*look)->watch.only = true;
    go_there(look, text, &lines);
    if (*look) (*look)->watch.only = only;
    lsp__lines_free(&lines);
}

// From what was asked last the way is as short as from the text itself, in the same body; else it leads by that.
static Gone go_on_from(Look **look, Str text, const Lines *lines) {
    Gone gone = go_there(look, text, lines);
    if (gone == GONE_NOT && *look && (*look)->before.len > 0) {
        go_back(look);
        gone = go_there(look, text, lines);
    }
    if (gone == GONE_ON && !(*look)->watch.only) buf_free(&(*look)->before);
    return gone;
}

// From the last look, or from the last one at a text that could be parsed.
static Gone look_on(Document *document) {
    if (document->is_stale) return GONE_NOT;
    Str text = lsp__text(document);
    Gone gone = go_on_from(&document->look, text, &document->lines);
    if (gone == GONE_ON || gone == GONE_BROKEN) return gone;
    gone = go_on_from(&document->whole, text, &document->lines);
    if (gone != GONE_ON) return gone;
    lsp__free_look(&document->look);
    document->look = document->whole;
    document->whole = NULL;
    return GONE_ON;
}

const Look *lsp__look(Server *server, Document *document) {
    document->used = ++server->uses;
    if (document->look && !document->is_stale && !document->is_edited) return document->look;
    Gone gone = look_on(document);
    if (gone == GONE_ON) {
        document->is_edited = false;
        return document->look;
    }
    Look *look = look_anew(server, document, gone != GONE_BROKEN);
    if (server->stopped && document->look) { // it is no look at all of it
        lsp__free_look(&look);
        return document->look;
    }
    bool keeps = document->look && !document->is_stale && front_can_go_on(document->look->result) &&
                 !front_can_go_on(look->result);
    if (keeps) {
        lsp__free_look(&document->whole);
        document->whole = document->look;
        document->look = NULL;
    }
    if (front_can_go_on(look->result)) lsp__free_look(&document->whole);
    lsp__free_look(&document->look);
    document->look = look;
    document->is_edited = false;
    document->is_stale = server->stopped != STOP_NOT;
    evict(server, document);
    return look;
}

// --- as if -----------------------------------------------------------------------------------------------------------------------------

static bool go_partly(Look **look, Str text, const Lines *lines) {
    if (!*look) return false;
    if ((*look)->before.len == 0) buf_put(&(*look)->before, (*look)->seen.data, (*look)->seen.len);
    (*look)->watch.only = true;
    Gone gone = go_on_from(look, text, lines);
    if (*look) (*look)->watch.only = false;
    return gone == GONE_ON && (*look)->is_partial;
}

const Look *lsp__look_as(Document *document, Str text) {
    const Look *found = NULL;
    Lines lines = { 0 };
    if (document->is_stale) return NULL;
    lsp__lines(&lines, text);
    document->is_edited = true; // it is looked at another text
    if (go_partly(&document->look, text, &lines))
        found = document->look;
    else if (go_partly(&document->whole, text, &lines))
        found = document->whole;
    lsp__lines_free(&lines);
    return found;
}
