// check: what is wrong with programs, each on its own.

#include "driver/commands.h"
#include "driver/project.h"

#include <stdio.h>

static ExitCode check_one(Project *project, const char *path) {
    ExitCode code = project_check(project, path);
    if (project->options->time_rooms) show_times(project);
    if (!project->options->verify_diagnostics || code == EXIT_TOOL) return code;
    Buf out = { 0 };
    bool met = diag_verify(project->checked->diags, &out);
    fwrite(out.data, 1, out.len, stderr);
    buf_free(&out);
    return met ? EXIT_OK : EXIT_PROGRAM;
}

int command_check(const Options *options) {
    return project_each_input(options, check_one);
}
