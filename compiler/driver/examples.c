// Examples in documentation: taken out of the comments so that every character stays at its line and column, and what is said
// about one points into the comment.

#include "driver/examples.h"

#include <string.h>

typedef struct Finder {
    Arena *arena;
    const char *module;
    Examples *out;
    Buf text;     // so many lines as the file has up to here, blank but for the block
    bool open;    // in a block
    bool taken;   // that is looked at
    Example next; // the one that is read
} Finder;

static bool begins(Str text, const char *with) {
    size_t length = strlen(with);
    return text.len >= length && memcmp(text.ptr, with, length) == 0;
}

static Str trim(Str text) {
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text.ptr++, text.len--;
    while (text.len && strchr(" \t\r", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static bool has_word(Str text, const char *word) {
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

// What stands behind the fence: `sip fails E0301`.
static void open_block(Finder *r, Str words, uint32_t line) {
    r->open = true;
    r->taken = false;
    r->next = (Example){ .line = line };
    for (bool first = true; words.len; first = false) {
        const char *blank = memchr(words.ptr, ' ', words.len);
        Str word = { words.ptr, blank ? (size_t)(blank - words.ptr) : words.len };
        words = trim((Str){ words.ptr + word.len, words.len - word.len });
        if (first) r->taken = str_eq_c(word, "sip");
        if (!first && str_eq_c(word, "ignore")) r->taken = false;
        if (!first && str_eq_c(word, "fails")) r->next.fails = true;
        if (!first && word.ptr[0] == 'E')
            r->next.code = arena_strndup(r->arena, word.ptr, word.len);
    }
}

static void close_block(Finder *r) {
    if (r->open && r->taken) {
        char *text = arena_strndup(r->arena, (const char *)r->text.data, r->text.len);
        r->next.text = (Str){ text, r->text.len };
        vec_push(r->arena, r->out, r->next);
    }
    for (size_t i = 0; r->open && i < r->text.len; i++) // the next one begins with blank lines
        if (r->text.data[i] != '\n') r->text.data[i] = ' ';
    r->open = false;
}

// A line of the block: blanks instead of what makes it a comment.
static void put_code(Finder *r, Str line, size_t indent) {
    for (size_t i = 0; i < indent + 3; i++)
        buf_byte(&r->text, i < indent && line.ptr[i] == '\t' ? '\t' : ' ');
    buf_put(&r->text, line.ptr + indent + 3, line.len - indent - 3);
    Str code = trim((Str){ line.ptr + indent + 3, line.len - indent - 3 });
    r->next.is_module |= begins(code, "module ");
    r->next.imports |= begins(code, "import ") && has_word(code, r->module);
}

static void read_line(Finder *r, Str line, uint32_t number) {
    size_t indent = 0;
    while (indent < line.len && (line.ptr[indent] == ' ' || line.ptr[indent] == '\t'))
        indent++;
    Str rest = { line.ptr + indent, line.len - indent };
    bool doc = begins(rest, "///") && !begins(rest, "////");
    Str body = doc ? trim((Str){ rest.ptr + 3, rest.len - 3 }) : (Str){ 0 };
    if (!doc) {
        close_block(r);
    } else if (begins(body, "```")) {
        if (r->open)
            close_block(r);
        else
            open_block(r, trim((Str){ body.ptr + 3, body.len - 3 }), number);
    } else if (r->open && r->taken) {
        put_code(r, line, indent);
    }
    buf_byte(&r->text, '\n');
}

void examples_find(Arena *arena, Str source, const char *module, Examples *out) {
    Finder r = { .arena = arena, .module = module, .out = out };
    uint32_t number = 1;
    for (size_t at = 0; at < source.len; number++) {
        const char *newline = memchr(source.ptr + at, '\n', source.len - at);
        size_t end = newline ? (size_t)(newline - source.ptr) : source.len;
        read_line(&r, (Str){ source.ptr + at, end - at }, number);
        at = end + 1;
    }
    close_block(&r);
    buf_free(&r.text);
}
