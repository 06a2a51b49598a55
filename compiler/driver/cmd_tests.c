// test: each test block is sealed, packed alone and run as a Linux process of its own. It passes if its system ends with
// status 0; what it left on the console is shown where it does not. Examples in documentation are compiled.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/examples.h"
#include "driver/launch.h"
#include "driver/project.h"
#include "image/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 60 };

typedef struct Tally {
    const Options *options;
    const char *folder; // where images lie while they run
    uint32_t passed, failed;
    Buf junit; // the cases
} Tally;

static bool wanted(const Options *options, Str title) {
    return !options->filter ||
           memmem(title.ptr, title.len, options->filter, strlen(options->filter));
}

// --- one test --------------------------------------------------------------------------------------------------------

static bool pack_alone(const char *name, const Buf *sealed, Buf *image, char error[512]) {
    ImageProgramInput program = { name, sealed->data, sealed->len };
    ImageInstanceInput instance = { .name = name, .program = name };
    ImageInput input = { .system = "Test",
                         .programs = &program,
                         .program_count = 1,
                         .instances = &instance,
                         .instance_count = 1 };
    return image_pack(&input, image, error);
}

static ExitCode run_image(
    Tally *tally, Project *project, const Buf *image, Buf *output, int *status
) {
    char error[512] = "";
    const char *path = arena_printf(&project->arena, "%s/test", tally->folder);
    bool good = file_write(path, image->data, image->len, error);
    good = good && launch_captured(&project->toolchain, path, SECONDS, output, status, error);
    unlink(path);
    return good ? EXIT_OK : tool_failed(error);
}

static void put_xml(Buf *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c == '<' || c == '>' || c == '&' || c == '"' || (c < ' ' && c != '\n'))
            buf_printf(out, c < ' ' ? "?" : "&#%u;", c);
        else
            buf_byte(out, c);
    }
}

static void note(
    Tally *tally, const char *module, Str title, double seconds, bool passed, const Buf *output
) {
    Buf *out = &tally->junit;
    tally->passed += passed;
    tally->failed += !passed;
    buf_printf(out, "  <testcase classname=\"%s\" name=\"", module);
    put_xml(out, title.ptr, title.len);
    buf_printf(out, "\" time=\"%.3f\"", seconds);
    if (passed) {
        buf_cstr(out, "/>\n");
        return;
    }
    buf_cstr(out, ">\n    <failure>");
    put_xml(out, (const char *)output->data, output->len);
    buf_cstr(out, "</failure>\n  </testcase>\n");
}

// What the console showed, without the lines that differ from run to run.
static void show_output(const Buf *output) {
    const char *at = (const char *)output->data, *end = at + output->len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t length = line_end ? (size_t)(line_end - at) : (size_t)(end - at);
        if (*at != '#' && strncmp(at, "ledger:", length < 7 ? length : 7) != 0)
            printf("    %.*s\n", (int)length, at);
        at += length + 1;
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// What is under way, until its verdict is written over it.
static void show_progress(const Tally *tally, const char *module, Str title) {
    if (tally->options->quiet || !isatty(STDOUT_FILENO)) return;
    printf("test %s: " STR_FMT " ...\r", module, STR_ARG(title));
    fflush(stdout);
}

static void show_verdict(
    const Tally *tally, const char *module, Str title, bool passed, const char *verdict
) {
    if (passed && tally->options->quiet) return;
    printf("test %s: " STR_FMT " ... %s\n", module, STR_ARG(title), verdict);
}

static ExitCode run_test(Tally *tally, Project *project, const HirTest *test) {
    char error[512] = "";
    Buf sealed = { 0 }, image = { 0 }, output = { 0 };
    const char *name = names_text(project->checked->names, test->sip->name);
    const char *module = names_text(project->checked->names, test->module);
    int status = 0;
    double start = now();
    show_progress(tally, module, test->title);
    ExitCode code = project_compile_test(project, test, &sealed);
    if (code == EXIT_OK && !pack_alone(name, &sealed, &image, error)) code = tool_failed(error);
    if (code == EXIT_OK) code = run_image(tally, project, &image, &output, &status);
    if (code == EXIT_OK) {
        bool passed = status == 0;
        const char *verdict = passed                       ? "ok"
                              : status == LAUNCH_TIMED_OUT ? "FAILED: it does not end"
                                                           : "FAILED";
        show_verdict(tally, module, test->title, passed, verdict);
        if (!passed) show_output(&output);
        note(tally, module, test->title, now() - start, passed, &output);
    }
    buf_free(&sealed);
    buf_free(&image);
    buf_free(&output);
    return code;
}

// --- one example -----------------------------------------------------------------------------------------------------

// Under a name beside the file, so that it can import what stands there; shown as the file, so that lines are those of the
// comment.
static FrontResult *check_example(
    Project *project, const char *path, const char *module, const Example *example
) {
    const char *name = arena_printf(&project->arena, "%s.example", path);
    bool alone = example->imports || example->is_module;
    const char *text = arena_printf(
        &project->arena, "%s%s%s" STR_FMT, alone ? "" : "import ", alone ? "" : module,
        alone ? "" : ";", STR_ARG(example->text)
    );
    front_overlay(project->front, name, text, strlen(text));
    front_show_as(project->front, name, path);
    front_lints(project->front, false); // an example shows one thing, and need not use it
    FrontResult *result = front_check(project->front, name, project->options->error_limit);
    front_lints(project->front, true);
    return result;
}

static bool is_right(const Example *example, const FrontResult *result) {
    bool wrong = result->error[0] || diags_errors(result->diags) > 0;
    Buf said = { 0 };
    diag_render_short(result->diags, &said);
    bool earned =
        !example->code || memmem(said.data, said.len, example->code, strlen(example->code)) != NULL;
    buf_free(&said);
    return example->fails ? wrong && earned : !wrong;
}

static void run_example(
    Tally *tally, Project *project, const char *path, const char *module, const Example *example
) {
    const char *words = arena_printf(&project->arena, "example at line %u", example->line);
    Str title = str_from_c(words);
    double start = now();
    show_progress(tally, module, title);
    FrontResult *result = check_example(project, path, module, example);
    bool right = is_right(example, result);
    Buf said = { 0 };
    diag_render_human(result->diags, false, &said);
    if (!right && example->fails)
        buf_printf(
            &said, "it should fail%s%s\n", example->code ? " with " : "",
            example->code ? example->code : ""
        );
    show_verdict(tally, module, title, right, right ? "ok" : "FAILED");
    if (!right) show_output(&said);
    note(tally, module, title, now() - start, right, &said);
    buf_free(&said);
    front_result_free(result);
}

static void run_examples(Tally *tally, Project *project, const char *path) {
    const FrontUnit *unit = &project->checked->units.data[0];
    const char *module = names_text(project->checked->names, unit->module);
    Examples examples = { 0 };
    examples_find(
        &project->arena, source_text(project->checked->map, unit->file), module, &examples
    );
    vec_each(Example, example, &examples) {
        const char *title = arena_printf(&project->arena, "example at line %u", example->line);
        if (!wanted(tally->options, str_from_c(title))) continue;
        if (tally->options->list)
            printf("%s: %s\n", module, title);
        else
            run_example(tally, project, path, module, example);
        fflush(stdout);
    }
}

// --- all of them ------------------------------------------------------------------------------------------------------

static ExitCode run_file(Tally *tally, const char *path) {
    Project project;
    ExitCode code = project_start(&project, tally->options);
    if (code == EXIT_OK) code = project_check(&project, path);
    const HirProgram *program = code == EXIT_OK ? project.checked->program : NULL;
    for (uint32_t i = 0; program && code == EXIT_OK && i < program->tests.len; i++) {
        const HirTest *test = &program->tests.data[i];
        bool own =
            test->module == project.checked->units.data[0].module; // not those of what it imports
        if (!own || !wanted(tally->options, test->title)) continue;
        if (tally->options->list)
            printf(
                "%s: " STR_FMT "\n", names_text(project.checked->names, test->module),
                STR_ARG(test->title)
            );
        else
            code = run_test(tally, &project, test);
        fflush(stdout);
    }
    if (program && code == EXIT_OK) run_examples(tally, &project, path);
    project_end(&project);
    return code;
}

static ExitCode write_junit(Tally *tally) {
    char error[512];
    Buf all = { 0 };
    buf_printf(
        &all,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sipcc test\" tests=\"%u\" failures=\"%u\">\n",
        tally->passed + tally->failed, tally->failed
    );
    buf_put(&all, tally->junit.data, tally->junit.len);
    buf_cstr(&all, "</testsuite>\n");
    bool good = file_write(tally->options->junit, all.data, all.len, error);
    buf_free(&all);
    return good ? EXIT_OK : tool_failed(error);
}

int command_test(const Options *options) {
    char folder[512], error[512];
    Tally tally = { .options = options, .folder = folder };
    ExitCode worst = EXIT_OK;
    if (!file_temporary_folder(folder, error)) return tool_failed(error);
    for (uint32_t i = 0; i < options->inputs.len; i++) {
        ExitCode code = run_file(&tally, options->inputs.data[i]);
        worst = code > worst ? code : worst;
    }
    rmdir(folder);
    if (options->junit && worst != EXIT_TOOL)
        worst = write_junit(&tally) == EXIT_TOOL ? EXIT_TOOL : worst;
    bool any = tally.passed + tally.failed > 0;
    if (!options->list && (any || worst == EXIT_OK)) // else it has been said why none could run
        printf("%u passed, %u failed\n", tally.passed, tally.failed);
    if (!options->list && !any && worst == EXIT_OK)
        fprintf(
            stderr, "sipcc: no test was run%s\n",
            options->filter ? "; --filter fits none"
                            : "; `test \"what\" { assert(...); }` declares one"
        );
    buf_free(&tally.junit);
    return worst == EXIT_OK && tally.failed ? EXIT_PROGRAM : worst;
}
