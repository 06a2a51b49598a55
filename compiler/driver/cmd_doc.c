// doc: pages of what modules offer. Reads files, and folders with all that lies below; writes a folder of static files.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/contract.h"
#include "driver/doc.h"
#include "driver/graphviz.h"
#include "driver/project.h"
#include "driver/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Make {
    const Options *options;
    Project project;
    Doc doc;
    const char *folder;
    ExitCode worst;
    const DocPage *checked_page; // whose contracts are being drawn
    FrontResult *checked;
    bool no_drawings; // that there is nobody who draws has been said
} Make;

static void note(Make *make, ExitCode code) {
    if (code > make->worst) make->worst = code;
}

// --- reading -----------------------------------------------------------------------------------------------------------------

static void read_module(Make *make, const char *path) {
    FrontResult *parsed = front_parse(make->project.front, path);
    if (parsed->error[0]) note(make, tool_failed(parsed->error));
    const FrontUnit *unit = parsed->error[0] || parsed->units.len == 0 ? NULL : parsed->units.data;
    if (!unit || unit->ast->unreadable || !names_text(parsed->names, unit->module)[0]) {
        if (unit)
            fprintf(
                stderr,
                "sipcc: %s is left out: it cannot be read as a module; `sipcc check` says why\n",
                path
            );
        if (unit && unit->ast->unreadable) note(make, EXIT_PROGRAM);
        front_result_free(parsed);
        return;
    }
    DocPage page = { .module = names_text(parsed->names, unit->module),
                     .path = path,
                     .ast = unit->ast,
                     .source = source_text(parsed->map, unit->file),
                     .parsed = parsed };
    doc_collect(&make->doc, &page);
    vec_push(make->doc.arena, &make->doc.pages, page);
}

static void read_found(void *make, const char *path) {
    read_module(make, path);
}

static void read_input(Make *make, const char *path) {
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        note(make, sources_below(make->doc.arena, path, read_found, make));
    else
        read_module(make, path);
}

static int by_module(const void *a, const void *b) {
    return strcmp(((const DocPage *)a)->module, ((const DocPage *)b)->module);
}

// --- drawing -----------------------------------------------------------------------------------------------------------------

// Checks the module, since a contract is drawn as it was understood. What is wrong with it, `check` says.
static const FrontResult *check_page(Make *make, const DocPage *page) {
    if (page == make->checked_page) return make->checked;
    if (make->checked) front_result_free(make->checked);
    make->checked_page = page;
    make->checked = page ? front_check(make->project.front, page->path, 0) : NULL;
    return make->checked;
}

static void draw_contract(void *context, const DocPage *page, const char *contract, Buf *out) {
    Make *make = context;
    if (make->no_drawings) return;
    char error[512];
    Buf dot = { 0 }, svg = { 0 };
    const FrontResult *checked = check_page(make, page);
    ContractView view = { make->doc.arena, checked->program, checked->names };
    if (checked->program && !checked->error[0] && !diags_errors(checked->diags))
        vec_each(HirContract *, it, &checked->program->contracts)
            if (dot.len == 0 && !(*it)->is_param && !(*it)->is_opaque &&
                (*it)->module == checked->units.data[0].module &&
                strcmp(view_name(&view, (*it)->name), contract) == 0)
                contract_dot(&view, *it, &dot);
    if (dot.len && !graphviz_svg(&dot, &svg, error)) {
        fprintf(stderr, "sipcc: contracts are not drawn: %s\n", error);
        make->no_drawings = true;
    }
    buf_byte(&svg, 0);
    const char *begin = strstr((const char *)svg.data, "<svg"); // behind what says that it is XML
    if (begin) buf_cstr(out, begin);
    buf_free(&dot);
    buf_free(&svg);
}

// --- writing -----------------------------------------------------------------------------------------------------------------

static void write_file(Make *make, const char *name, const void *bytes, size_t length) {
    char error[512];
    const char *path = arena_printf(make->doc.arena, "%s/%s", make->folder, name);
    if (make->worst != EXIT_TOOL && !file_write(path, bytes, length, error))
        note(make, tool_failed(error));
}

static void write_all(Make *make) {
    Buf out = { 0 };
    vec_each(const DocPage, page, &make->doc.pages) {
        Buf name = { 0 };
        doc_anchor(&name, page->module);
        out.len = 0;
        doc_page(&out, &make->doc, page, draw_contract, make);
        write_file(
            make,
            arena_printf(make->doc.arena, "%.*s.html", (int)name.len, (const char *)name.data),
            out.data, out.len
        );
        buf_free(&name);
    }
    check_page(make, NULL);
    out.len = 0;
    doc_index(&out, &make->doc);
    write_file(make, "index.html", out.data, out.len);
    out.len = 0;
    doc_search(&out, &make->doc);
    write_file(make, "search.js", out.data, out.len);
    buf_free(&out);
    write_file(make, "doc.js", doc_script, strlen(doc_script));
    write_file(make, "style.css", doc_style, strlen(doc_style));
}

int command_doc(const Options *options) {
    Make make = { .options = options, .folder = options->output ? options->output : "doc" };
    make.worst = project_start(&make.project, options);
    if (make.worst == EXIT_OK) {
        make.doc.arena = &make.project.arena;
        vec_each(const char *, path, &options->inputs)
            read_input(&make, *path);
        if (make.doc.pages.len == 0 && make.worst == EXIT_OK)
            note(&make, tool_failed("there is no module to document"));
        if (make.doc.pages.len > 1)
            qsort(make.doc.pages.data, make.doc.pages.len, sizeof *make.doc.pages.data, by_module);
        if (make.worst != EXIT_TOOL && mkdir(make.folder, 0777) != 0 && errno != EEXIST)
            note(
                &make,
                tool_failed(arena_printf(
                    make.doc.arena, "the folder %s cannot be made: %s", make.folder, strerror(errno)
                ))
            );
        if (make.worst != EXIT_TOOL) write_all(&make);
        if (make.worst == EXIT_OK && !options->quiet)
            fprintf(
                stderr, "sipcc: %u module%s in %s/index.html\n", make.doc.pages.len,
                make.doc.pages.len == 1 ? " is" : "s are", make.folder
            );
        vec_each(DocPage, page, &make.doc.pages)
            front_result_free(page->parsed);
    }
    project_end(&make.project);
    return (int)make.worst;
}
