// fmt: lays source text out, in files, below folders, or from standard input to standard output.
// A file is read, laid out in memory and parsed again; it is written only if it is then the same program.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/diff.h"
#include "driver/project.h"
#include "driver/rewrite.h"
#include "driver/sources.h"
#include "format/format.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Fmt {
    Arena arena; // of the paths
    const Options *options;
    uint32_t looked, changed;
    ExitCode worst;
} Fmt;

typedef struct Laid { // one text
    Arena arena;
    const char *name;
    Buf before, after;
    SourceMap *map;
    Diags *diags;
} Laid;

static void note(Fmt *fmt, ExitCode code) {
    if (code > fmt->worst) fmt->worst = code;
}

// --- one text ----------------------------------------------------------------------------------------------------------

static void show_unread(const Fmt *fmt, const Laid *laid) {
    Buf out = { 0 };
    diag_render_human(laid->diags, wants_color(fmt->options), &out);
    fwrite(out.data, 1, out.len, stderr);
    buf_free(&out);
}

static void choose_part(
    const Fmt *fmt, const Laid *laid, FileId file, uint32_t *start, uint32_t *end
) {
    *start = 0;
    *end = UINT32_MAX;
    if (fmt->options->from == 0) return;
    uint32_t lines = source_lines(laid->map, file);
    *start = fmt->options->from > lines ? UINT32_MAX
                                        : source_line_start(laid->map, file, fmt->options->from);
    if (fmt->options->to < lines)
        *end = source_line_start(laid->map, file, fmt->options->to + 1) - 1;
}

static Syntax *parse(Laid *laid, Diags *diags, const Buf *text, FileId *file, char error[512]) {
    *file = source_add_text(laid->map, laid->name, (const char *)text->data, text->len, error);
    return *file ? syntax_parse(&laid->arena, laid->map, *file, diags) : NULL;
}

// Fills `after`. What does not parse is shown, and stays.
static ExitCode lay_out(const Fmt *fmt, Laid *laid) {
    char error[512];
    FileId file, again;
    laid->map = source_map_new(&laid->arena);
    laid->diags = diags_new(&laid->arena, laid->map);
    const Syntax *syntax = parse(laid, laid->diags, &laid->before, &file, error);
    if (!syntax) return tool_failed(error);
    Str text = source_text(laid->map, file);
    uint32_t start, end;
    choose_part(fmt, laid, file, &start, &end);
    FormatEdits edits = format_edits(&laid->arena, syntax, text, start, end);
    buf_put(&laid->after, laid->before.data, source_mark(laid->map, file));
    format_apply(&laid->after, text, &edits);
    if (diags_errors(laid->diags)) show_unread(fmt, laid);
    ExitCode code = diags_errors(laid->diags) ? EXIT_PROGRAM : EXIT_OK;
    if (edits.len == 0) return code;
    const Syntax *anew =
        parse(laid, diags_new(&laid->arena, laid->map), &laid->after, &again, error);
    if (anew && format_is_same(&laid->arena, syntax, text, anew, source_text(laid->map, again)))
        return code;
    laid->after.len = 0;
    buf_put(&laid->after, laid->before.data, laid->before.len);
    if (code != EXIT_OK)
        return code; // what is wrong would be read in another way: that has been said
    fprintf(
        stderr,
        "sipcc: %s would not be the same program laid out, and is left as it is: a bug of sipcc\n",
        laid->name
    );
    return EXIT_TOOL;
}

static bool is_changed(const Laid *laid) {
    return laid->before.len != laid->after.len ||
           (laid->before.len && memcmp(laid->before.data, laid->after.data, laid->before.len) != 0);
}

static void end_laid(Laid *laid) {
    buf_free(&laid->before);
    buf_free(&laid->after);
    arena_free(&laid->arena);
}

// --- files, folders, standard input ------------------------------------------------------------------------------------

static ExitCode put_file(Fmt *fmt, const Laid *laid) {
    const Options *options = fmt->options;
    if (options->only_check) {
        printf("%s\n", laid->name);
        note(fmt, EXIT_PROGRAM);
    }
    if (options->dry_run) diff_show(laid->name, &laid->before, &laid->after);
    if (options->only_check || options->dry_run) return EXIT_OK;
    return rewrite_file(laid->name, &laid->before, &laid->after);
}

static void format_file(Fmt *fmt, const char *path) {
    char error[512];
    Laid laid = { .name = path };
    arena_init(&laid.arena);
    fmt->looked++;
    if (file_read(path, SOURCE_LIMIT, &laid.before, error)) {
        note(fmt, lay_out(fmt, &laid));
        if (laid.after.data && is_changed(&laid)) {
            fmt->changed++;
            note(fmt, put_file(fmt, &laid));
        }
    } else {
        note(fmt, tool_failed(error));
    }
    end_laid(&laid);
}

static bool read_stdin(Buf *text) {
    char part[16384];
    size_t length;
    while ((length = fread(part, 1, sizeof part, stdin)) > 0 && text->len <= SOURCE_LIMIT)
        buf_put(text, part, length);
    return !ferror(stdin);
}

static void format_stdin(Fmt *fmt) {
    Laid laid = { .name = "<stdin>" };
    arena_init(&laid.arena);
    if (!read_stdin(&laid.before)) {
        note(fmt, tool_failed("standard input cannot be read"));
    } else {
        note(fmt, lay_out(fmt, &laid));
        bool changed = laid.after.data && is_changed(&laid);
        if (fmt->options->only_check || fmt->options->dry_run) {
            if (changed) note(fmt, put_file(fmt, &laid));
        } else {
            const Buf *out = laid.after.data ? &laid.after : &laid.before;
            fwrite(out->data, 1, out->len, stdout);
        }
    }
    end_laid(&laid);
}

static void format_found(void *fmt, const char *path) {
    format_file(fmt, path);
}

static void format_folder(Fmt *fmt, const char *path) {
    note(fmt, sources_below(&fmt->arena, path, format_found, fmt));
}

static void format_input(Fmt *fmt, const char *path) {
    struct stat info;
    if (strcmp(path, "-") == 0)
        format_stdin(fmt);
    else if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        format_folder(fmt, path);
    else
        format_file(fmt, path);
}

int command_fmt(const Options *options) {
    Fmt fmt = { .options = options };
    arena_init(&fmt.arena);
    vec_each(const char *, path, &options->inputs)
        format_input(&fmt, *path);
    if (options->inputs.len == 0) format_folder(&fmt, ".");
    if (fmt.changed && !options->quiet)
        fprintf(
            stderr, "sipcc: %u of %u %s %s\n", fmt.changed, fmt.looked,
            fmt.looked == 1 ? "file" : "files",
            options->only_check || options->dry_run ? "would be laid out anew" : "laid out anew"
        );
    arena_free(&fmt.arena);
    return fmt.worst;
}
