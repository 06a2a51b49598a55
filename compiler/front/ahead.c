// Finding goes from file to file in one thread, since it only looks at first lines; parsing takes the time and is shared.

#include "front/ahead.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/threads.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORTH = 64 << 10, // bytes of all files
    MOST_FILES = 10000,
    LONGEST_NAME = 1024,
};

typedef struct File {
    Arena arena; // of its tree
    const char *path;
    Buf text;
    Syntax *syntax; // NULL: something is wrong, which is reported when it is its turn
    uint64_t time;
} File;

struct Ahead {
    Arena arena;
    const AheadFiles *files;
    StrMap *rows; // path -> row of `all`
    VEC(File *) all;
    size_t bytes;
};

// --- imports -------------------------------------------------------------------------------------------------------------

typedef struct Head { // the first lines of a file
    const char *at, *end;
} Head;

static void skip_blanks(Head *head) {
    while (head->at < head->end) {
        size_t left = (size_t)(head->end - head->at);
        const char *close;
        if (strchr(" \t\r\n\f\v", *head->at))
            head->at++;
        else if (left >= 2 && memcmp(head->at, "//", 2) == 0)
            head->at = (close = memchr(head->at, '\n', left)) ? close : head->end;
        else if (left >= 2 && memcmp(head->at, "/*", 2) == 0)
            head->at = (close = memmem(head->at + 2, left - 2, "*/", 2)) ? close + 2 : head->end;
        else
            return;
    }
}

static Str take_word(Head *head) {
    skip_blanks(head);
    const char *start = head->at;
    while (head->at < head->end && ((*head->at | 32) >= 'a' && (*head->at | 32) <= 'z'))
        head->at++;
    return (Str){ start, (size_t)(head->at - start) };
}

// The rest of `import a.b;` as "a/b.sip".
static bool take_name(Head *head, char name[LONGEST_NAME + 8]) {
    size_t length = 0;
    skip_blanks(head);
    for (; head->at < head->end && *head->at != ';'; head->at++) {
        if (strchr(" \t\r\n", *head->at)) continue;
        if (length == LONGEST_NAME || *head->at == '/' || *head->at == '\0') return false;
        name[length++] = *head->at == '.' ? '/' : *head->at;
    }
    memcpy(name + length, ".sip", sizeof ".sip");
    return length > 0 && head->at++ < head->end;
}

// The next import among the first lines; false: something else comes.
static bool next_import(Head *head, char name[LONGEST_NAME + 8]) {
    for (;;) {
        Str word = take_word(head);
        if (str_eq_c(word, "import")) return take_name(head, name);
        if (str_eq_c(word, "module") ? !take_name(head, name) : !str_eq_c(word, "pub"))
            return false;
    }
}

// --- files ---------------------------------------------------------------------------------------------------------------

static void add_file(Ahead *ahead, const char *path) {
    uint64_t known;
    if (ahead->all.len == MOST_FILES || strmap_get(ahead->rows, path, strlen(path), &known)) return;
    strmap_put(ahead->rows, path, strlen(path), ahead->all.len);
    File *file = arena_new(&ahead->arena, File);
    file->path = arena_strdup(&ahead->arena, path);
    arena_init(&file->arena);
    if (!ahead->files->read(ahead->files->context, path, &file->text)) file->text.len = 0;
    ahead->bytes += file->text.len;
    vec_push(&ahead->arena, &ahead->all, file);
}

static void find_files(Ahead *ahead, const char *path) {
    char name[LONGEST_NAME + 8];
    add_file(ahead, path);
    for (uint32_t i = 0; i < ahead->all.len; i++) {
        const Buf *text = &ahead->all.data[i]->text;
        Head head = { (const char *)text->data, (const char *)text->data + text->len };
        while (text->len > 0 && next_import(&head, name)) {
            const char *found = ahead->files->find(ahead->files->context, name);
            if (found) add_file(ahead, found);
        }
    }
}

static void parse_file(void *context, uint32_t i) {
    File *file = ((Ahead *)context)->all.data[i];
    char error[512];
    uint64_t start = clock_cpu();
    SourceMap *map = source_map_new(&file->arena);
    Diags *diags = diags_new(&file->arena, map);
    FileId id =
        source_add_text(map, file->path, (const char *)file->text.data, file->text.len, error);
    Syntax *syntax = id ? syntax_parse(&file->arena, map, id, diags) : NULL;
    if (syntax && !syntax->broken && diags_errors(diags) + diags_warnings(diags) == 0)
        file->syntax = syntax;
    file->time = clock_cpu() - start;
}

Ahead *ahead_new(const char *path, uint32_t threads, const AheadFiles *files) {
    if (threads < 2) return NULL;
    Ahead *ahead = calloc(1, sizeof *ahead);
    if (!ahead) base_out_of_memory(sizeof *ahead);
    arena_init(&ahead->arena);
    ahead->files = files;
    ahead->rows = strmap_new(&ahead->arena);
    find_files(ahead, path);
    ahead->files = NULL; // not needed any more
    if (ahead->all.len > 1 && ahead->bytes >= WORTH) {
        threads_each(ahead->all.len, threads, parse_file, ahead);
        return ahead;
    }
    ahead_free(ahead);
    return NULL;
}

Syntax *ahead_take(Ahead *ahead, const char *path, FileId file, Str text, uint64_t *time) {
    uint64_t row;
    if (!ahead || !strmap_get(ahead->rows, path, strlen(path), &row)) return NULL;
    File *found = ahead->all.data[row];
    Syntax *syntax = found->syntax;
    if (!syntax || syntax->text.len != text.len ||
        memcmp(syntax->text.ptr, text.ptr, text.len) != 0)
        return NULL;
    syntax->file = file;
    syntax->text = text;
    *time += found->time;
    return syntax;
}

void ahead_free(Ahead *ahead) {
    if (!ahead) return;
    vec_each(File *, file, &ahead->all) {
        arena_free(&(*file)->arena);
        buf_free(&(*file)->text);
    }
    arena_free(&ahead->arena);
    free(ahead);
}
