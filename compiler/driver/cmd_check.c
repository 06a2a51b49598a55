// check: what is wrong with programs, each on its own.

#include "driver/commands.h"
#include "driver/project.h"

#include <stdio.h>

static ExitCode check_one(Project *project, const char *path) {
    ExitCode code = project_check(project, path);
    if (!project->options->verify_diagnostics || code == EXIT_TOOL) return code;
    Buf out = { 0 };
    bool met = diag_verify(project->checked->diags, &out);
    fwrite(out.data, 1, out.len, stderr);
    buf_free(&out);
    return met ? EXIT_OK : EXIT_PROGRAM;
}

int command_check(const Options *options) {
    Project project;
    ExitCode worst = project_start(&project, options);
    for (uint32_t i = 0; worst != EXIT_TOOL && i < options->inputs.len; i++) {
        ExitCode code = check_one(&project, options->inputs.data[i]);
        worst = code > worst ? code : worst;
        if (options->time_rooms) show_times(&project);
    }
    if (worst == EXIT_OK) worst = project_tell_dependencies(&project);
    project_end(&project);
    return worst;
}
