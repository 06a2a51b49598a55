// interp: runs a program in the reference interpreter, which checks at every step what the verifier promises. Sources are
// lowered, not verified: what is to be found out is whether the SIR is right. One source with a system is run as that says;
// what else is given is wired by the names of contracts.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/project.h"
#include "interp/interp.h"
#include "sealed/sealed.h"
#include "sir/sir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, MOST_SIPS = 1024, WALK_STEPS = 1 << 16 };
enum { FAULTED = 1, UNFINISHED = 4, DEADLOCKED = 4 }; // the statuses of `run` (docs/sipcc.md)

enum {
#define FAULT(number, name, text) FAULT_##name = (number),
#include "contracts/abi/fault.def"
};

typedef struct Work {
    Project project;
    const char *names[MOST_SIPS];
    const SirModule *modules[MOST_SIPS];
    uint32_t count;
    bool is_system; // `sips` says how they are wired
    InterpSip sips[MOST_SIPS];
} Work;

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

static const SirModule *lowered(Project *project, const HirSip *sip) {
    Buf bytes = { 0 };
    SirReadError error;
    project_lower_bytes(project, sip, &bytes);
    const SirModule *module = sir_binary_read(&project->arena, bytes.data, bytes.len, &error);
    buf_free(&bytes);
    return module;
}

static ExitCode add_sips(Work *work) {
    Project *project = &work->project;
    ExitCode code = EXIT_OK;
    vec_each(HirSip *, sip, &project->checked->program->sips) {
        if (code == EXIT_OK)
            code =
                add(work, names_text(project->checked->names, (*sip)->name),
                    lowered(project, *sip));
    }
    return code;
}

static const SirModule *read_module(Arena *arena, const char *path, const Buf *bytes) {
    SirReadError error = { 0 };
    Sealed sealed;
    if (str_c_ends(path, ".sir"))
        return sir_text_read(arena, (Str){ (const char *)bytes->data, bytes->len }, &error);
    if (bytes->len < 4 || memcmp(bytes->data, "\177ELF", 4) != 0)
        return sir_binary_read(arena, bytes->data, bytes->len, &error);
    if (sealed_read(bytes->data, bytes->len, &sealed)) return NULL;
    return sir_binary_read(arena, sealed.sir.bytes, sealed.sir.size, &error);
}

static ExitCode add_file(Work *work, const char *path) {
    char error[512];
    Buf bytes = { 0 };
    if (str_c_ends(path, ".sip")) {
        ExitCode code = project_check(&work->project, path);
        return code == EXIT_OK ? add_sips(work) : code;
    }
    if (!file_read(path, MOST_BYTES, &bytes, error)) return tool_failed(error);
    const SirModule *module = read_module(&work->project.arena, path, &bytes);
    buf_free(&bytes);
    if (module) return add(work, path, module);
    fprintf(stderr, "sipcc: %s: no SIR, and no sealed binary with SIR\n", path);
    return EXIT_PROGRAM;
}

// --- a system ----------------------------------------------------------------------------------------------------------------

// Says so where the interpreter has nothing like it, and the system goes on without.
static void note(const Project *project, const HirInstance *sip, const char *what) {
    fprintf(
        stderr, "sipcc: interp does not model %s of sip `%s`\n", what,
        names_text(project->checked->names, sip->name)
    );
}

// Nothing of the interpreter starts processes.
static const HirInstance *starter_of(const HirSystem *system) {
    vec_each(HirInstance, sip, &system->instances)
        vec_each(HirWire, wire, &sip->wires)
            if (wire->kind == HIR_WIRE_PROGRAM && !sip->on_demand) return sip;
    return NULL;
}

static InterpWire wire_of(Work *work, const HirInstance *sip, uint32_t param) {
    Project *project = &work->project;
    const HirWire *hir = &sip->wires.data[param];
    const char *name =
        names_text(project->checked->names, sip->program->main->locals.data[param]->name);
    if (hir->gives || hir->kind == HIR_WIRE_ERROR) {
        note(
            project, sip,
            arena_printf(
                &project->arena, "an end that is delivered by a `Wire`, and closes `%s` at once,",
                name
            )
        );
        return (InterpWire){ .kind = INTERP_WIRE_SHUT };
    }
    switch (hir->kind) {
    case HIR_WIRE_TAKEN:
        return (InterpWire){ .kind = INTERP_WIRE_TAKEN, .sip = hir->instance, .param = hir->param };
    case HIR_WIRE_MACHINE:
        if (strcmp(names_text(project->checked->names, hir->service), "console") == 0)
            return (InterpWire){ .kind = INTERP_WIRE_CONSOLE };
        note(
            project, sip,
            arena_printf(
                &project->arena, "`machine.%s`, and closes `%s` at once,",
                names_text(project->checked->names, hir->service), name
            )
        );
        return (InterpWire){ .kind = INTERP_WIRE_SHUT };
    case HIR_WIRE_TEXTS:
        return (InterpWire
        ){ .kind = INTERP_WIRE_TEXTS, .texts = hir->texts.data, .text_count = hir->texts.len };
    case HIR_WIRE_DEVICE:
        note(
            project, sip, arena_printf(&project->arena, "a device, and reads zeros of `%s`,", name)
        );
        return (InterpWire){ .kind = INTERP_WIRE_DEVICE };
    default: return (InterpWire){ .kind = INTERP_WIRE_OFFERED };
    }
}

static const SirModule *module_of(Work *work, const HirSystem *system, uint32_t row) {
    const HirSip *program = system->instances.data[row].program;
    for (uint32_t i = 0; i < row; i++)
        if (system->instances.data[i].program == program) return work->modules[i];
    return lowered(&work->project, program);
}

static ExitCode add_system(Work *work, const HirSystem *system) {
    Project *project = &work->project;
    ExitCode code = EXIT_OK;
    const HirInstance *starter = starter_of(system);
    if (starter) {
        fprintf(
            stderr, "sipcc: interp starts no programs, as sip `%s` does; `sipcc run` does\n",
            names_text(project->checked->names, starter->name)
        );
        return EXIT_PROGRAM;
    }
    work->is_system = true;
    for (uint32_t i = 0; code == EXIT_OK && i < system->instances.len; i++) {
        const HirInstance *sip = &system->instances.data[i];
        code =
            add(work, names_text(project->checked->names, sip->name), module_of(work, system, i));
        if (code != EXIT_OK) break;
        InterpWire *wires = arena_array(&project->arena, InterpWire, sip->wires.len);
        for (uint32_t k = 0; k < sip->wires.len; k++)
            wires[k] = wire_of(work, sip, k);
        if (sip->restart) note(project, sip, "`restart`");
        work->sips[i] = (InterpSip){ work->modules[i], wires, sip->wires.len };
    }
    return code;
}

// The source's own system, or the one that --system names; all its sips where it has none.
static ExitCode add_program(Work *work, const char *path) {
    Project *project = &work->project;
    ExitCode code = project_check(project, path);
    if (code != EXIT_OK) return code;
    VEC(const HirSystem *) systems = { 0 };
    vec_each(HirSystem *, system, &project->checked->program->systems) {
        if (!project_wants(project, *system)) continue;
        vec_push(&project->arena, &systems, *system);
        vec_push(&project->arena, &project->systems, project_wiring(project, *system));
    }
    if (systems.len == 0 && !project->options->system) return add_sips(work);
    const Wiring *chosen = project_system(project);
    return chosen ? add_system(work, systems.data[chosen - project->systems.data]) : EXIT_USAGE;
}

static ExitCode add_inputs(Work *work, const Options *options) {
    ExitCode code = EXIT_OK;
    bool is_program =
        !options->chaos && options->inputs.len == 1 && str_c_ends(options->inputs.data[0], ".sip");
    if (is_program) return add_program(work, options->inputs.data[0]);
    if (options->system) {
        fprintf(stderr, "sipcc: --system goes with one FILE.sip, and without --chaos\n");
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; code == EXIT_OK && i < options->inputs.len; i++)
        code = add_file(work, options->inputs.data[i]);
    return code;
}

// --- running -----------------------------------------------------------------------------------------------------------------

static void report(const char *name, const SirModule *module, const InterpResult *result) {
    Buf line = { 0 };
    interp_result_write(result, module, &line);
    fprintf(stderr, "%s: %.*s\n", name, (int)line.len, (const char *)line.data);
    buf_free(&line);
}

// As `run`'s, but that a rule which was broken comes before all else.
static int status_of(const InterpResult *results, uint32_t count) {
    bool is_unfinished = false, is_stuck = false, has_fault = false;
    for (uint32_t i = 0; i < count; i++) {
        const InterpResult *result = &results[i];
        if (result->end == INTERP_VIOLATION) return EXIT_PROGRAM;
        bool waits = result->end == INTERP_FAULT && result->fault == FAULT_DEADLOCK;
        is_unfinished |= result->end == INTERP_STEPS;
        is_stuck |= waits;
        has_fault |= result->end == INTERP_FAULT && !waits;
    }
    if (count && results[0].is_off) return (int)results[0].status;
    return is_unfinished ? UNFINISHED : is_stuck ? DEADLOCKED : has_fault ? FAULTED : EXIT_OK;
}

static int run(const Work *work, uint64_t steps) {
    static InterpResult results[MOST_SIPS];
    Buf console = { 0 };
    if (work->is_system)
        interp_run_system(work->sips, work->count, steps, &console, results);
    else
        interp_run(work->modules, work->count, steps, &console, results);
    fwrite(console.data, 1, console.len, stdout);
    buf_free(&console);
    for (uint32_t i = 0; i < work->count; i++)
        if (results[i].end != INTERP_RETURNED)
            report(work->names[i], work->modules[i], &results[i]);
    return status_of(results, work->count);
}

// Every function of every sip. What does not end is no fault of the program: its steps are used up.
static int walk(const Work *work, uint64_t seed, uint64_t steps) {
    int code = EXIT_OK;
    for (uint32_t i = 0; i < work->count; i++)
        for (SirFunc f = 0; f < work->modules[i]->funcs.len; f++) {
            InterpResult result;
            interp_walk(work->modules[i], f, seed, steps, NULL, &result);
            if (result.end != INTERP_VIOLATION) continue;
            report(work->names[i], work->modules[i], &result);
            code = EXIT_PROGRAM;
        }
    return code;
}

int command_interp(const Options *options) {
    Work work = { .count = 0 };
    int code = (int)project_start(&work.project, options);
    if (code == EXIT_OK) code = (int)add_inputs(&work, options);
    uint64_t steps = options->steps   ? options->steps
                     : options->chaos ? WALK_STEPS
                                      : UINT64_C(1) << 32;
    if (code == EXIT_OK)
        code = options->chaos ? walk(&work, options->seed, steps) : run(&work, steps);
    project_end(&work.project);
    return code;
}
