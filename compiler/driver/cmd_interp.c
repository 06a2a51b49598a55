// interp: runs a program in the reference interpreter, which checks at every step what the verifier promises. Sources are
// lowered, not verified: what is to be found out is whether the SIR is right.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/project.h"
#include "interp/interp.h"
#include "sealed/sealed.h"
#include "sir/sir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, MOST_SIPS = 64, UNFINISHED = 4, WALK_STEPS = 1 << 16 };

typedef struct Work {
    Project project;
    const char *names[MOST_SIPS];
    const SirModule *modules[MOST_SIPS];
    uint32_t count;
} Work;

static bool ends(const char *path, const char *suffix) {
    size_t length = strlen(path), tail = strlen(suffix);
    return length >= tail && strcmp(path + length - tail, suffix) == 0;
}

static ExitCode add(Work *work, const char *name, const SirModule *module) {
    if (work->count == MOST_SIPS) {
        fprintf(stderr, "sipcc: interp runs at most %d sips\n", MOST_SIPS);
        return EXIT_TOOL;
    }
    work->names[work->count] = name;
    work->modules[work->count++] = module;
    return EXIT_OK;
}

// --- what is run -------------------------------------------------------------------------------------------------------------

static ExitCode add_source(Work *work, const char *path) {
    Project *project = &work->project;
    ExitCode code = project_check(project, path);
    for (uint32_t i = 0; code == EXIT_OK && i < project->checked->program->sips.len; i++) {
        const HirSip *sip = project->checked->program->sips.data[i];
        Buf bytes = { 0 };
        SirReadError error;
        pipeline_lower(&project->pipeline, project->checked->program, sip, &bytes);
        code =
            add(work, names_text(project->checked->names, sip->name),
                sir_binary_read(&project->arena, bytes.data, bytes.len, &error));
        buf_free(&bytes);
    }
    return code;
}

static const SirModule *read_module(Arena *arena, const char *path, const Buf *bytes) {
    SirReadError error = { 0 };
    Sealed sealed;
    if (ends(path, ".sir"))
        return sir_text_read(arena, (Str){ (const char *)bytes->data, bytes->len }, &error);
    if (bytes->len < 4 || memcmp(bytes->data, "\177ELF", 4) != 0)
        return sir_binary_read(arena, bytes->data, bytes->len, &error);
    if (sealed_read(bytes->data, bytes->len, &sealed)) return NULL;
    return sir_binary_read(arena, sealed.sir.bytes, sealed.sir.size, &error);
}

static ExitCode add_file(Work *work, const char *path) {
    char error[512];
    Buf bytes = { 0 };
    if (ends(path, ".sip")) return add_source(work, path);
    if (!file_read(path, MOST_BYTES, &bytes, error)) {
        fprintf(stderr, "sipcc: %s\n", error);
        return EXIT_TOOL;
    }
    const SirModule *module = read_module(&work->project.arena, path, &bytes);
    buf_free(&bytes);
    if (module) return add(work, path, module);
    fprintf(stderr, "sipcc: %s: no SIR, and no sealed binary with SIR\n", path);
    return EXIT_PROGRAM;
}

// --- running -----------------------------------------------------------------------------------------------------------------

static int report(const char *name, const SirModule *module, const InterpResult *result) {
    Buf line = { 0 };
    interp_result_write(result, module, &line);
    fprintf(stderr, "%s: %.*s\n", name, (int)line.len, (const char *)line.data);
    buf_free(&line);
    return result->end == INTERP_VIOLATION ? EXIT_PROGRAM
           : result->end == INTERP_STEPS   ? UNFINISHED
                                           : EXIT_OK;
}

static int worse(int a, int b) { // a violation, then what was not finished
    return a == EXIT_PROGRAM || b == EXIT_PROGRAM ? EXIT_PROGRAM : a > b ? a : b;
}

static int run(const Work *work, uint64_t steps) {
    static InterpResult results[MOST_SIPS];
    Buf console = { 0 };
    int code = EXIT_OK;
    interp_run(work->modules, work->count, steps, &console, results);
    fwrite(console.data, 1, console.len, stdout);
    buf_free(&console);
    for (uint32_t i = 0; i < work->count; i++)
        if (results[i].end != INTERP_RETURNED)
            code = worse(code, report(work->names[i], work->modules[i], &results[i]));
    return code;
}

// Every function of every sip. What does not end is no fault of the program: its steps are used up.
static int walk(const Work *work, uint64_t seed, uint64_t steps) {
    int code = EXIT_OK;
    for (uint32_t i = 0; i < work->count; i++)
        for (SirFunc f = 0; f < work->modules[i]->funcs.len; f++) {
            InterpResult result;
            interp_walk(work->modules[i], f, seed, steps, NULL, &result);
            if (result.end == INTERP_VIOLATION)
                code = worse(code, report(work->names[i], work->modules[i], &result));
        }
    return code;
}

int command_interp(const Options *options) {
    Work work = { .count = 0 };
    int code = (int)project_start(&work.project, options);
    for (uint32_t i = 0; code == EXIT_OK && i < options->inputs.len; i++)
        code = (int)add_file(&work, options->inputs.data[i]);
    uint64_t steps = options->steps   ? options->steps
                     : options->chaos ? WALK_STEPS
                                      : UINT64_C(1) << 32;
    if (code == EXIT_OK)
        code = options->chaos ? walk(&work, options->seed, steps) : run(&work, steps);
    project_end(&work.project);
    return code;
}
