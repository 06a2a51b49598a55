// fix: makes the fixes that are certain, in the files that are named and nowhere else; of a package, in its modules.
// A file is checked, mended in memory and checked again, until nothing more can be mended; what makes it worse is taken
// back. It is written only if it is still what was read.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/diff.h"
#include "driver/project.h"
#include "driver/rewrite.h"

#include <stdio.h>

enum { ROUNDS = 20, KEPT = 10000 }; // rounds of mending; diagnostics kept in one

typedef struct Fixing {
    Project *project;
    const char *path;
    Buf before, now;
    uint32_t made;
} Fixing;

// Looks at the text that is held now.
static FrontResult *look(const Fixing *fixing, const Buf *text) {
    front_overlay(fixing->project->front, fixing->path, (const char *)text->data, text->len);
    return front_check(fixing->project->front, fixing->path, KEPT);
}

// A mend can uncover what was not looked at before, so more errors are not worse. What could be read and cannot be any
// more is, and so is a legal program that is none afterwards.
static bool is_worse(const FrontResult *than, const FrontResult *result) {
    return result->error[0] || diags_unread(result->diags) > diags_unread(than->diags) ||
           (diags_errors(than->diags) == 0 && diags_errors(result->diags) > 0);
}

// One round: true if something was mended. A round that makes it worse is taken back as a whole.
static bool mend_once(Fixing *fixing, FrontResult **result) {
    Buf mended = { 0 };
    uint32_t made = diags_fix_file((*result)->diags, (*result)->units.data[0].file, &mended);
    FrontResult *next = made ? look(fixing, &mended) : NULL;
    if (!next || is_worse(*result, next)) {
        front_result_free(next);
        buf_free(&mended);
        return false;
    }
    front_result_free(*result);
    *result = next;
    buf_free(&fixing->now);
    fixing->now = mended;
    fixing->made += made;
    return true;
}

static ExitCode finish(Fixing *fixing) {
    const Options *options = fixing->project->options;
    if (!fixing->made) return EXIT_OK;
    if (options->dry_run) {
        diff_show(fixing->path, &fixing->before, &fixing->now);
        return EXIT_OK;
    }
    ExitCode code = rewrite_file(fixing->path, &fixing->before, &fixing->now);
    if (code == EXIT_OK && !options->quiet)
        fprintf(
            stderr, "sipcc: %u %s made in %s\n", fixing->made,
            fixing->made == 1 ? "fix was" : "fixes were", fixing->path
        );
    return code;
}

// Leaves the text as it is then in the session, whether it was written or not.
static ExitCode mend_file(Project *project, const char *path) {
    char error[512];
    Fixing fixing = { .project = project, .path = path };
    if (!file_read(path, SOURCE_LIMIT, &fixing.before, error)) {
        buf_free(&fixing.before);
        return tool_failed(error);
    }
    buf_put(&fixing.now, fixing.before.data, fixing.before.len);
    FrontResult *result = look(&fixing, &fixing.before);
    ExitCode code = EXIT_OK;
    if (result->error[0]) {
        code = tool_failed(result->error);
    } else {
        for (uint32_t i = 0; i < ROUNDS && mend_once(&fixing, &result); i++)
            ;
        code = finish(&fixing);
    }
    front_result_free(result);
    front_overlay(project->front, path, (const char *)fixing.now.data, fixing.now.len);
    buf_free(&fixing.before);
    buf_free(&fixing.now);
    return code;
}

static ExitCode fix_one(Project *project, const char *path) {
    ExitCode code = mend_file(project, path);
    if (code == EXIT_OK) code = project_check(project, path);
    front_overlay(project->front, path, NULL, 0);
    return code;
}

// What the main file imports and lies beside it is mended before it.
static ExitCode fix_package(Project *project, const char *path) {
    VEC(const char *) modules = { 0 };
    FrontResult *result = front_check(project->front, path, KEPT);
    for (uint32_t i = 1; i < result->units.len; i++)
        if (result->units.data[i].is_own)
            vec_push(
                &project->arena, &modules, arena_strdup(&project->arena, result->units.data[i].path)
            );
    front_result_free(result);
    ExitCode code = EXIT_OK;
    for (uint32_t i = 0; i < modules.len && code == EXIT_OK; i++)
        code = mend_file(project, modules.data[i]);
    if (code == EXIT_OK) code = fix_one(project, path);
    vec_each(const char *, module, &modules)
        front_overlay(project->front, *module, NULL, 0);
    return code;
}

int command_fix(const Options *options) {
    return project_each_input(options, options->packaged ? fix_package : fix_one);
}
