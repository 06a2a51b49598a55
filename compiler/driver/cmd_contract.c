// contract: what a contract says, for people, tools, Graphviz and spin; and whether a new version fits where an old one was.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/contract.h"
#include "driver/graphviz.h"
#include "driver/project.h"

#include <stdio.h>
#include <string.h>

typedef VEC(const char *) Words;

typedef struct Given { // the operands: `.sip` files, names of contracts
    Words files, names;
} Given;

static bool is_file(const char *word) {
    size_t length = strlen(word);
    return length > 4 && strcmp(word + length - 4, ".sip") == 0;
}

static Given sort_operands(Arena *arena, const Options *options) {
    Given given = { 0 };
    vec_each(const char *, word, &options->inputs) {
        if (is_file(*word))
            vec_push(arena, &given.files, *word);
        else
            vec_push(arena, &given.names, *word);
    }
    return given;
}

// `sip.console.Console` without a file: the module's own, among those that are imported.
static const char *file_of_module(Project *project, const char *name) {
    const char *last = strrchr(name, '.');
    if (!last) return NULL;
    char *below = arena_strndup(&project->arena, name, (size_t)(last - name));
    for (char *at = below; *at; at++)
        if (*at == '.') *at = '/';
    Words folders = { 0 };
    vec_each(const char *, folder, &project->options->search)
        vec_push(&project->arena, &folders, *folder);
    vec_push(&project->arena, &folders, "."); // one's own
    vec_push(&project->arena, &folders, project->toolchain.modules);
    vec_each(const char *, folder, &folders) {
        const char *path = arena_printf(&project->arena, "%s/%s.sip", *folder, below);
        FILE *file = fopen(path, "r");
        if (!file) continue;
        fclose(file);
        return path;
    }
    return NULL;
}

// --- which -------------------------------------------------------------------------------------------------------------

static bool is_called(const ContractView *view, const HirContract *contract, const char *name) {
    const char *own = view_name(view, contract->name), *dot = strrchr(name, '.');
    if (strcmp(own, name) == 0) return true;
    const char *module = view_name(view, contract->module);
    return dot && strcmp(own, dot + 1) == 0 && strlen(module) == (size_t)(dot - name) &&
           strncmp(module, name, strlen(module)) == 0;
}

typedef VEC(const HirContract *) Contracts;

// Those of that name; NULL: all that the file itself declares.
static Contracts find_contracts(const ContractView *view, Name module, const char *name) {
    Contracts found = { 0 };
    vec_each(HirContract *, it, &view->program->contracts) {
        bool fits = name ? is_called(view, *it, name) : (*it)->module == module;
        if (fits && !(*it)->is_param && !((*it)->is_opaque && !name))
            vec_push(view->arena, &found, *it);
    }
    return found;
}

static const HirContract *find_one(const ContractView *view, const char *name) {
    Contracts found = find_contracts(view, 0, name);
    if (found.len > 0) return found.data[0];
    fprintf(stderr, "sipcc: there is no contract `%s`; there is", name);
    uint32_t shown = 0;
    vec_each(HirContract *, it, &view->program->contracts) {
        if ((*it)->is_param || (*it)->is_opaque || shown++ > 20) continue;
        fprintf(stderr, "%s `%s`", shown > 1 ? "," : "", view_name(view, (*it)->name));
    }
    fprintf(stderr, "%s\n", shown ? "" : " none");
    if (strpbrk(name, "<>"))
        fprintf(
            stderr, "sipcc: an instance of a generic contract is there where the file names it\n"
        );
    return NULL;
}

// --- showing --------------------------------------------------------------------------------------------------------------

static void show(
    const Options *options, const ContractView *view, const HirContract *contract, Buf *out
) {
    switch (options->form) {
    case FORM_TEXT: contract_text(view, contract, out); break;
    case FORM_JSON: contract_json(view, contract, out); break;
    case FORM_DOT:
    case FORM_SVG: contract_dot(view, contract, out); break;
    case FORM_PROMELA: contract_promela(view, contract, out); break;
    case FORM_COMPARE: break;
    }
}

static ExitCode write_out(Project *project, Buf *out) {
    char error[512];
    Buf svg = { 0 };
    if (project->options->form == FORM_SVG) {
        if (!graphviz_svg(out, &svg, error)) return tool_failed(error);
        Buf drawn = *out;
        *out = svg;
        buf_free(&drawn);
    }
    return project_show(project, out);
}

static ContractView view_of(Project *project) {
    return (ContractView){ &project->arena, project->checked->program, project->checked->names };
}

// A picture is of one thing.
static ExitCode show_all(Project *project, const ContractView *view, const Given *given, Buf *out) {
    const Options *options = project->options;
    Name module = project->checked->units.data[0].module;
    Contracts all = { 0 };
    if (given->names.len == 0) all = find_contracts(view, module, NULL);
    vec_each(const char *, name, &given->names) {
        const HirContract *one = find_one(view, *name);
        if (!one) return EXIT_USAGE;
        vec_push(view->arena, &all, one);
    }
    bool one_only =
        options->form == FORM_SVG || options->form == FORM_PROMELA || options->form == FORM_DOT;
    if (one_only && all.len != 1) {
        fprintf(
            stderr, "sipcc: one contract is wanted, and there %s %u; name one\n",
            all.len == 1 ? "is" : "are", all.len
        );
        return EXIT_USAGE;
    }
    if (options->form == FORM_JSON) buf_cstr(out, "[");
    vec_each(const HirContract *, it, &all) {
        if (it != all.data) buf_cstr(out, options->form == FORM_JSON ? ",\n" : "\n");
        show(options, view, *it, out);
    }
    if (options->form == FORM_JSON) buf_cstr(out, "]\n");
    return EXIT_OK;
}

static ExitCode show_file(Project *project, const Given *given) {
    const char *path = given->files.len ? given->files.data[0] : NULL;
    if (!path && given->names.len == 1) path = file_of_module(project, given->names.data[0]);
    if (!path || given->files.len > 1) {
        fprintf(
            stderr, path ? "sipcc: contract shows one file at a time\n"
                         : "sipcc: contract takes a file, or a name such as `sip.console.Console`\n"
        );
        return EXIT_USAGE;
    }
    ExitCode code = project_check(project, path);
    if (code != EXIT_OK) return code;
    ContractView view = view_of(project);
    Buf out = { 0 };
    code = show_all(project, &view, given, &out);
    if (code == EXIT_OK) code = write_out(project, &out);
    buf_free(&out);
    return code;
}

// --- comparing -----------------------------------------------------------------------------------------------------------------

static ExitCode compare_named(
    const ContractView *old,
    const char *name,
    const ContractView *fresh,
    const char *fresh_name,
    Buf *out
) {
    const HirContract *before = find_one(old, name), *after = find_one(fresh, fresh_name);
    if (!before || !after) return EXIT_USAGE;
    return contract_compare(old, before, fresh, after, out) ? EXIT_OK : EXIT_PROGRAM;
}

static const HirContract *find_same(
    const Contracts *in, const ContractView *view, const char *name
) {
    vec_each(const HirContract *, it, in)
        if (strcmp(view_name(view, (*it)->name), name) == 0) return *it;
    return NULL;
}

// All that the old file declares, and what only the new one does.
static ExitCode compare_files(
    Project *old, Project *fresh, const ContractView *before, const ContractView *after, Buf *out
) {
    ExitCode worst = EXIT_OK;
    Contracts all = find_contracts(before, old->checked->units.data[0].module, NULL),
              now = find_contracts(after, fresh->checked->units.data[0].module, NULL);
    vec_each(const HirContract *, it, &all) {
        const char *name = view_name(before, (*it)->name);
        const HirContract *same = find_same(&now, after, name);
        if (it != all.data) buf_cstr(out, "\n");
        if (!same) buf_printf(out, "contract %s is there no longer\n", name);
        if (!same || !contract_compare(before, *it, after, same, out)) worst = EXIT_PROGRAM;
    }
    vec_each(const HirContract *, it, &now) {
        const char *name = view_name(after, (*it)->name);
        if (!find_same(&all, before, name)) buf_printf(out, "\ncontract %s is new\n", name);
    }
    return worst;
}

static ExitCode compare(Project *old, const Options *options, const Given *given) {
    Project fresh;
    if (given->files.len < 1 || given->files.len > 2 || given->names.len > 2) {
        fprintf(
            stderr,
            "sipcc: --compare takes OLD.sip NEW.sip and perhaps a name, or OLD NEW FILE.sip\n"
        );
        return EXIT_USAGE;
    }
    ExitCode code = project_check(old, given->files.data[0]);
    if (code != EXIT_OK) return code;
    code = project_start(&fresh, options);
    if (code == EXIT_OK) code = project_check(&fresh, *vec_last(&given->files));
    if (code == EXIT_OK) {
        Buf out = { 0 };
        ContractView before = view_of(old), after = view_of(&fresh);
        code = given->names.len > 0
                   ? compare_named(
                         &before, given->names.data[0], &after, *vec_last(&given->names), &out
                     )
                   : compare_files(old, &fresh, &before, &after, &out);
        ExitCode written = code == EXIT_USAGE ? code : write_out(old, &out);
        code = written > code ? written : code;
        buf_free(&out);
    }
    project_end(&fresh);
    return code;
}

int command_contract(const Options *options) {
    Project project;
    ExitCode code = project_start(&project, options);
    if (code == EXIT_OK) {
        Given given = sort_operands(&project.arena, options);
        code = options->form == FORM_COMPARE ? compare(&project, options, &given)
                                             : show_file(&project, &given);
    }
    project_end(&project);
    return code;
}
