// Modules: those that can be imported, and what they declare for others, read from their lines: no look is taken at them.

#include "complete.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_FOLDER = 3 };

// Behind the last import, or the line of the module, or at the start.
static uint32_t import_place(const Completion *it) {
    uint32_t at = 0;
    const Str text = lsp__unmarked(it->document);
    syntax_each(item, it->probe->unit->syntax->root) {
        if (item->kind == SYNTAX_IMPORT_DECLARATION || item->kind == SYNTAX_MODULE_DECLARATION)
            at = probe_offset(it->probe, item->end);
    }
    while (at > 0 && at < text.len && text.ptr[at] != '\n')
        at++;
    return at > 0 && at < text.len ? at + 1 : at;
}

static bool is_imported(const Completion *it, const char *module) {
    vec_each(const FrontUnit, unit, &it->probe->result->units) {
        if (strcmp(names_text(it->probe->result->names, unit->module), module) == 0) return true;
    }
    return false;
}

// A line that declares something for others: its word before the bracket or the brace.
static bool offered(Str line, Member *member, Arena *arena) {
    static const struct {
        const char *word;
        CompletionKind kind;
    } kinds[] = {
        { "struct ",      COMPLETION_STRUCT    },
        { "ref struct ",  COMPLETION_STRUCT    },
        { "wire struct ", COMPLETION_STRUCT    },
        { "enum ",        COMPLETION_ENUM      },
        { "flags ",       COMPLETION_ENUM      },
        { "contract ",    COMPLETION_INTERFACE },
        { "interface ",   COMPLETION_INTERFACE },
        { "sip ",         COMPLETION_CLASS     },
    };
    if (line.len < 5 || memcmp(line.ptr, "pub ", 4) != 0) return false;
    line = (Str){ line.ptr + 4, line.len - 4 };
    size_t start = 0, end = 0;
    member->kind = COMPLETION_FUNCTION;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].word);
        if (line.len <= length || memcmp(line.ptr, kinds[i].word, length) != 0) continue;
        member->kind = kinds[i].kind;
        start = length;
    }
    if (start == 0) { // `T name(`, `const T name =`, `T name<U>(`
        bool constant = line.len > 6 && memcmp(line.ptr, "const ", 6) == 0;
        const char *stop = memchr(line.ptr, constant ? '=' : '(', line.len);
        if (!stop) return false;
        end = (size_t)(stop - line.ptr);
        int depth = 0;
        while (end > 0 && (depth > 0 || line.ptr[end - 1] == '>' || line.ptr[end - 1] == ' ')) {
            depth += (line.ptr[end - 1] == '>') - (line.ptr[end - 1] == '<');
            end--;
        }
        start = end;
        while (start > 0 && char_is_word(line.ptr[start - 1]))
            start--;
        if (start == 0 || line.ptr[start - 1] == '.') return false; // a function of a type
        if (constant) member->kind = COMPLETION_CONSTANT;
        member->calls = !constant;
    } else {
        end = start;
        while (end < line.len && char_is_word(line.ptr[end]))
            end++;
    }
    if (end <= start) return false;
    member->name = arena_strndup(arena, line.ptr + start, end - start);
    size_t head = line.len;
    while (head > 0 && strchr(" {;\r", line.ptr[head - 1]))
        head--;
    member->signature = arena_strndup(arena, line.ptr, head);
    return true;
}

void complete__offer_file(Completion *it, const char *path, const char *module) {
    char error[512], line_text[160];
    Buf text = { 0 };
    if (is_imported(it, module) || !file_read(path, 256 << 10, &text, error)) {
        buf_free(&text);
        return;
    }
    uint32_t at = import_place(it);
    snprintf(line_text, sizeof line_text, "import %s;\n", module);
    for (size_t start = 0; start < text.len;) {
        const char *begin = (const char *)text.data + start;
        const char *newline = memchr(begin, '\n', text.len - start);
        Str line = { begin, newline ? (size_t)(newline - begin) : text.len - start };
        Member member = { 0 };
        start += line.len + 1;
        if (!offered(line, &member, &it->probe->arena) || !complete__fits(it, member.name))
            continue;
        member.signature =
            arena_printf(&it->probe->arena, "%s (import %s)", member.signature, module);
        complete__add_with(
            it, &member, json_pack("[o]", complete__edit(it, at, at, line_text, strlen(line_text)))
        );
    }
    buf_free(&text);
}

static void each_module(
    Completion *it, const char *folder, const char *prefix, int depth, SeeModule *see
) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        Arena *arena = &it->probe->arena;
        const char *path = arena_printf(arena, "%s/%s", folder, name);
        if (*name != '.' && length > 4 && strcmp(name + length - 4, ".sip") == 0)
            see(it, path, arena_printf(arena, "%s%.*s", prefix, (int)length - 4, name));
        else if (*name != '.' && depth < DEEPEST_FOLDER && entries[i]->d_type == DT_DIR)
            each_module(it, path, arena_printf(arena, "%s%s.", prefix, name), depth + 1, see);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

void complete__each_known_module(Completion *it, SeeModule *see) {
    if (it->server->options.modules) each_module(it, it->server->options.modules, "", 0, see);
    const char *slash = strrchr(it->document->path, '/');
    if (!slash) return;
    const char *folder =
        arena_strndup(&it->probe->arena, it->document->path, (size_t)(slash - it->document->path));
    each_module(it, folder, "", DEEPEST_FOLDER - 1, see);
}

void complete__add_module(Completion *it, const char *path, const char *module) {
    const Cursor *cursor = it->probe->cursor;
    Buf typed = { 0 };
    uint32_t first = cursor_is(cursor, 0, "pub") ? 2 : 1;
    for (uint32_t i = first; i < cursor->words.len; i++)
        buf_printf(&typed, STR_FMT, STR_ARG(cursor_word(cursor, i)));
    size_t length = typed.len;
    bool fits_typed = strncmp(module, typed.data ? (const char *)typed.data : "", length) == 0 &&
                      strcmp(path, it->document->path) != 0;
    buf_free(&typed);
    if (fits_typed)
        complete__add(
            it, &(Member){ .name = module + length, .kind = COMPLETION_MODULE, .signature = module }
        );
}
