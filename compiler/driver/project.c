// Reading, checking and sealing what a command works on.

#include "driver/project.h"

#include "base/file.h"
#include "base/threads.h"
#include "driver/deadlock.h"
#include "driver/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 64 << 20 };

ExitCode project_start(Project *project, const Options *options) {
    char error[512];
    *project = (Project){ .options = options };
    arena_init(&project->arena);
    arena_init(&project->code);
    if (!toolchain_find(&project->arena, &project->toolchain, error)) return tool_failed(error);
    pipeline_start(&project->arena, &project->pipeline, &project->toolchain, options->opt_level);
    static const bool caches[COMMANDS] = {
        [CMD_BUILD] = true, [CMD_RUN] = true, [CMD_TEST] = true
    };
    if (caches[options->command] && !options->no_cache)
        project->pipeline.cache = cache_open(&project->arena, options->cache);
    if (options->packaged) depfile_read(&project->arena, &project->depfile, "package.sip");
    project->threads = options->threads ? options->threads : threads_of_machine();
    project->front = front_new();
    front_threads(project->front, project->threads);
    vec_each(const char *, folder, &options->search)
        front_search(project->front, *folder);
    front_search(project->front, project->toolchain.modules);
    return EXIT_OK;
}

void project_end(Project *project) {
    if (project->sarif_runs) fputs("\n]}\n", stdout);
    vec_each(Program, program, &project->programs)
        buf_free(&program->sealed);
    pipeline_end(&project->pipeline);
    front_result_free(project->checked);
    front_free(project->front);
    arena_free(&project->code);
    arena_free(&project->arena);
}

int project_each_input(const Options *options, ProjectStep *step) {
    Project project;
    ExitCode worst = project_start(&project, options);
    for (uint32_t i = 0; worst != EXIT_TOOL && i < options->inputs.len; i++) {
        ExitCode code = step(&project, options->inputs.data[i]);
        worst = code > worst ? code : worst;
    }
    if (worst == EXIT_OK) worst = project_tell_dependencies(&project);
    project_end(&project);
    return worst;
}

// --- showing -----------------------------------------------------------------------------------------------------------

bool wants_color(const Options *options) {
    if (options->color != COLOR_AUTO) return options->color == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR");
    return isatty(STDERR_FILENO) && !(no && no[0]);
}

// A log is one object with a run for each program: begun by the first, ended when the project ends.
static void put_sarif(Project *project, Buf *out) {
    const char *failure = project->checked->error[0] ? project->checked->error : NULL;
    buf_cstr(
        out, project->sarif_runs++
                 ? ",\n"
                 : "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                   "\"version\":\"2.1.0\",\"runs\":[\n"
    );
    diag_render_sarif_run(project->checked->diags, SIPCC_VERSION, failure, out);
}

void show_diagnostics(Project *project) {
    const Diags *diags = project->checked->diags;
    Buf out = { 0 };
    switch (project->options->messages) {
    case MESSAGES_HUMAN: diag_render_human(diags, wants_color(project->options), &out); break;
    case MESSAGES_SHORT: diag_render_short(diags, &out); break;
    case MESSAGES_JSON: diag_render_json(diags, &out); break;
    case MESSAGES_SARIF: put_sarif(project, &out); break;
    }
    // Tools read JSON from stdout; people and their eyes get stderr.
    fwrite(out.data, 1, out.len, project->options->messages >= MESSAGES_JSON ? stdout : stderr);
    buf_free(&out);
}

void show_times(const Project *project) {
    const FrontTimes *front = project->checked ? &project->checked->times : &(FrontTimes){ 0 };
    const Times *back = &project->pipeline.times;
    const struct {
        const char *room;
        uint64_t time;
    } rows[] = {
        { "source", front->read   },
        { "syntax", front->syntax },
        { "ast",    front->ast    },
        { "check",  front->check  },
        { "lower",  back->lower   },
        { "sir",    back->sir     },
        { "verify", back->verify  },
        { "llvm",   back->llvm    },
        { "link",   back->link    },
        { "scan",   back->scan    },
        { "seal",   back->seal    },
    };
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(stderr, "# time: %-7s %9.3f ms\n", rows[i].room, (double)rows[i].time / 1e6);
        total += rows[i].time;
    }
    fprintf(stderr, "# time: %-7s %9.3f ms\n", "total", (double)total / 1e6);
}

static ExitCode complain(Project *project, const char *what) {
    Pipeline *pipeline = &project->pipeline;
    fprintf(
        stderr, "sipcc: %s:\n%.*s", what, (int)pipeline->complaint.len,
        (const char *)pipeline->complaint.data
    );
    pipeline->complaint.len = 0;
    return pipeline->refused ? EXIT_PROGRAM : EXIT_TOOL;
}

// --- from source ---------------------------------------------------------------------------------------------------------

ExitCode project_check(Project *project, const char *path) {
    project_forget_lowered(project);
    front_result_free(project->checked);
    uint32_t limit = project->options->error_limit;
    if (project->options->verify_diagnostics) limit = 10000;
    project->checked = front_check(project->front, path, limit);
    if (project->checked->error[0]) {
        if (project->options->messages == MESSAGES_SARIF) show_diagnostics(project);
        fprintf(stderr, "sipcc: %s\n", project->checked->error);
        return EXIT_TOOL;
    }
    if (project->options->deny_warnings) diags_deny(project->checked->diags);
    vec_each(FrontUnit, unit, &project->checked->units)
        depfile_read(&project->arena, &project->depfile, unit->path);
    if (diags_errors(project->checked->diags) == 0) deadlock_check(project);
    if (!project->options->verify_diagnostics) show_diagnostics(project);
    return diags_errors(project->checked->diags) ? EXIT_PROGRAM : EXIT_OK;
}

static const char *text(const Project *project, Name name) {
    return names_text(project->checked->names, name);
}

static bool known(const Project *project, const char *name) {
    vec_each(Program, program, &project->programs) {
        if (strcmp(program->name, name) == 0) return true;
    }
    return false;
}

const SirModule *project_lower(Project *project, const HirSip *sip) {
    vec_each(Lowered, known, &project->lowered) {
        if (known->sip == sip) return known->module;
    }
    static const bool builds_nothing[COMMANDS] = { [CMD_CHECK] = true, [CMD_SYSTEM] = true };
    SirModule *module = pipeline_lower(
        &project->code, &project->pipeline, project->checked->program, sip,
        builds_nothing[project->options->command]
    );
    vec_push(&project->arena, &project->lowered, ((Lowered){ sip, module }));
    return module;
}

void project_lower_bytes(Project *project, const HirSip *sip, Buf *sir) {
    pipeline_write(&project->pipeline, project_lower(project, sip), sir);
}

void project_forget_lowered(Project *project) {
    project->lowered.len = 0;
    arena_free(&project->code);
}

// A sip on its way from SIR to a sealed binary. What it needs is its own, so that several can be on the way at once.
typedef struct Job {
    Arena arena;
    Pipeline pipeline;
    Program program;
    Buf sir;
    bool verified, good;
} Job;

typedef VEC(Job) Jobs;

// Lowering looks at the program, which keeps answers that it has found: one sip after the other.
static ExitCode add_job(Project *project, const HirSip *sip, Jobs *jobs) {
    Job job = { .pipeline = project->pipeline, .program = { .name = text(project, sip->name) } };
    vec_each(Job, other, jobs) {
        if (strcmp(other->program.name, job.program.name) != 0) continue;
        fprintf(
            stderr,
            "sipcc: two sips are called `%s`; the name of a sealed binary is its sip's, so give one another name\n",
            job.program.name
        );
        return EXIT_PROGRAM;
    }
    job.pipeline.times = (Times){ 0 };
    project_lower_bytes(project, sip, &job.sir);
    vec_push(&project->arena, jobs, job);
    return EXIT_OK;
}

static void do_job(void *jobs, uint32_t i) {
    Job *job = &((Job *)jobs)[i];
    arena_init(&job->arena);
    const VerifiedSir *verified = pipeline_verify(&job->arena, &job->pipeline, &job->sir);
    job->verified = verified != NULL;
    job->good =
        verified &&
        pipeline_seal(&job->arena, &job->pipeline, verified, &job->sir, &job->program.sealed);
    buf_free(&job->sir);
    arena_free(&job->arena);
}

// Takes what a job has made, or says why it failed.
static ExitCode end_job(Project *project, Job *job) {
    Pipeline *pipeline = &project->pipeline;
    pipeline_add_times(pipeline, &job->pipeline.times);
    pipeline->refused = job->pipeline.refused;
    buf_put(&pipeline->complaint, job->pipeline.complaint.data, job->pipeline.complaint.len);
    vec_push(&project->arena, &project->programs, job->program);
    pipeline_end(&job->pipeline);
    if (job->good) return EXIT_OK;
    const char *what = job->verified ? "cannot be built" : "is refused by the verifier";
    return complain(project, arena_printf(&project->arena, "sip `%s` %s", job->program.name, what));
}

ExitCode project_compile_test(Project *project, const HirTest *test, Buf *sealed) {
    Pipeline *pipeline = &project->pipeline;
    Buf sir = { 0 };
    project_lower_bytes(project, test->sip, &sir);
    project_forget_lowered(project);
    const VerifiedSir *verified = pipeline_verify(&project->arena, pipeline, &sir);
    bool good = verified && pipeline_seal(&project->arena, pipeline, verified, &sir, sealed);
    buf_free(&sir);
    if (good) return EXIT_OK;
    return complain(
        project,
        arena_printf(&project->arena, "test \"" STR_FMT "\" cannot be built", STR_ARG(test->title))
    );
}

static void add_wire(
    Project *project,
    const HirSystem *system,
    const HirInstance *from,
    uint32_t param,
    Instance *instance
) {
    const HirWire *hir = &from->wires.data[param];
    Wire wire = { .param = text(project, from->program->main->locals.data[param]->name) };
    switch (hir->kind) {
    case HIR_WIRE_OFFERED:
    case HIR_WIRE_TAKEN: {
        const HirInstance *other = &system->instances.data[hir->instance];
        wire.kind = WIRE_CHANNEL;
        wire.sip = text(project, other->name);
        wire.target = text(project, other->program->main->locals.data[hir->param]->name);
        break;
    }
    case HIR_WIRE_MACHINE:
        wire.kind = WIRE_MACHINE;
        wire.target = text(project, hir->service);
        break;
    case HIR_WIRE_TEXTS:
        wire.kind = WIRE_ARGS;
        vec_each(const Str, text, &hir->texts)
            vec_push(
                &project->arena, &wire.texts, arena_strndup(&project->arena, text->ptr, text->len)
            );
        break;
    case HIR_WIRE_DEVICE: wire.kind = WIRE_DEVICE; break;
    case HIR_WIRE_GIVEN: wire.kind = WIRE_GIVEN; break;
    case HIR_WIRE_PROGRAM:
        wire.kind = WIRE_PROGRAM;
        wire.sip = text(project, system->instances.data[hir->instance].name);
        break;
    case HIR_WIRE_ERROR: return;
    }
    vec_push(&project->arena, &instance->wires, wire);
}

Wiring project_wiring(Project *project, const HirSystem *system) {
    Wiring wiring = { .name = text(project, system->name) };
    vec_each(HirInstance, from, &system->instances) {
        Instance instance = { .name = text(project, from->name),
                              .program = text(project, from->program->name),
                              .restart = from->restart,
                              .trusted = from->trusted,
                              .on_demand = from->on_demand };
        for (uint32_t i = 0; i < from->wires.len; i++)
            add_wire(project, system, from, i, &instance);
        vec_push(&project->arena, &wiring.sips, instance);
    }
    return wiring;
}

// A module's systems are its own affair: who imports it for its functions builds them only if he has none himself.
bool project_wants(const Project *project, const HirSystem *system) {
    Name own = project->checked->units.data[0].module;
    if (system->module == own) return true;
    vec_each(HirSystem *, other, &project->checked->program->systems) {
        if ((*other)->module == own) return false;
    }
    return true;
}

static bool runs_in(const HirSystem *system, const HirSip *sip) {
    vec_each(HirInstance, instance, &system->instances) {
        if (instance->program == sip) return true;
    }
    return false;
}

static bool is_needed(const Project *project, const HirSip *sip) {
    bool needed = sip->module == project->checked->units.data[0].module, any = false;
    vec_each(HirSystem *, system, &project->checked->program->systems) {
        any = true;
        needed |= project_wants(project, *system) && runs_in(*system, sip);
    }
    return needed || !any;
}

static void drop_job(Job *job) {
    buf_free(&job->sir);
    buf_free(&job->program.sealed);
    pipeline_end(&job->pipeline);
}

static ExitCode compile_sips(Project *project, Jobs *jobs) {
    ExitCode code = EXIT_OK;
    vec_each(HirSip *, sip, &project->checked->program->sips) {
        if (code == EXIT_OK && is_needed(project, *sip)) code = add_job(project, *sip, jobs);
    }
    project_forget_lowered(project);
    if (code == EXIT_OK) threads_each(jobs->len, project->threads, do_job, jobs->data);
    vec_each(Job, job, jobs) {
        if (code == EXIT_OK)
            code = end_job(project, job);
        else
            drop_job(job);
    }
    return code;
}

ExitCode project_compile(Project *project) {
    Jobs jobs = { 0 };
    depfile_read(&project->arena, &project->depfile, project->toolchain.runtime);
    ExitCode code = compile_sips(project, &jobs);
    vec_each(HirSystem *, system, &project->checked->program->systems) {
        if (code == EXIT_OK && project_wants(project, *system))
            vec_push(&project->arena, &project->systems, project_wiring(project, *system));
    }
    return code;
}

// --- from files that were built --------------------------------------------------------------------------------------------

static ExitCode load_program(Project *project, const char *folder, const char *name) {
    char error[512];
    Program program = { .name = name };
    if (known(project, name)) return EXIT_OK;
    const char *path = arena_printf(&project->arena, "%s%s.sipx", folder, name);
    bool read = file_read(path, MOST_BYTES, &program.sealed, error);
    vec_push(&project->arena, &project->programs, program);
    depfile_read(&project->arena, &project->depfile, path);
    if (!read) return tool_failed(error);
    // A digest is no proof: only what is shown to come from verified SIR is packed.
    if (pipeline_verify_sealed(&project->arena, &project->pipeline, path, &program.sealed))
        return EXIT_OK;
    return complain(project, "a sealed binary cannot be trusted");
}

bool project_is_built(const char *path) {
    size_t length = strlen(path);
    return length > 7 && strcmp(path + length - 7, ".system") == 0;
}

ExitCode project_load(Project *project, const char *path) {
    char error[512];
    Buf bytes = { 0 };
    Wiring wiring;
    if (!file_read(path, 1 << 20, &bytes, error)) return tool_failed(error);
    Str all = { (const char *)bytes.data, bytes.len };
    bool good = wiring_read(&project->arena, path, all, &wiring, error);
    buf_free(&bytes);
    if (!good) {
        fprintf(stderr, "sipcc: %s\n", error);
        return EXIT_PROGRAM;
    }
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_strndup(&project->arena, path, (size_t)(slash + 1 - path)) : "";
    vec_push(&project->arena, &project->systems, wiring);
    depfile_read(&project->arena, &project->depfile, path);
    depfile_read(&project->arena, &project->depfile, project->toolchain.runtime);
    vec_each(Instance, sip, &wiring.sips) {
        ExitCode code = load_program(project, folder, sip->program);
        if (code != EXIT_OK) return code;
    }
    return deadlock_check_built(project, vec_last(&project->systems));
}

// --- what was read -----------------------------------------------------------------------------------------------------------

ExitCode project_show(const Project *project, const Buf *out) {
    char error[512];
    const char *path = project->options->output;
    if (path) return file_write(path, out->data, out->len, error) ? EXIT_OK : tool_failed(error);
    fwrite(out->data, 1, out->len, stdout);
    return EXIT_OK;
}

ExitCode project_tell_dependencies(Project *project) {
    char error[512];
    const char *path = project->options->depfile;
    if (!path || depfile_write(&project->depfile, path, error)) return EXIT_OK;
    return tool_failed(error);
}

// --- systems ---------------------------------------------------------------------------------------------------------------

const Wiring *project_system(const Project *project) {
    const char *wanted = project->options->system;
    vec_each(Wiring, system, &project->systems) {
        if (wanted ? strcmp(system->name, wanted) == 0 : project->systems.len == 1) return system;
    }
    if (wanted)
        fprintf(stderr, "sipcc: there is no system `%s`", wanted);
    else if (project->systems.len == 0)
        fprintf(
            stderr,
            "sipcc: there is no system to run; `system Main { sip main = Program(...); }` declares one"
        );
    else
        fprintf(stderr, "sipcc: there are several systems; --system says which");
    for (uint32_t i = 0; i < project->systems.len; i++)
        fprintf(stderr, "%s `%s`", i ? "," : "; there", project->systems.data[i].name);
    fputc('\n', stderr);
    return NULL;
}
