// system: how processes are wired, and whether they can come to wait for each other for ever; as text, as a graph, or as a
// model for another program to check.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/deadlock.h"
#include "driver/draw.h"
#include "driver/graphviz.h"

#include <stdio.h>
#include <string.h>

// From source nothing need be compiled; sealed binaries are verified like for an image.
static ExitCode prepare(Project *project, const Options *options) {
    const char *path = options->inputs.data[0];
    ExitCode code = project_start(project, options);
    if (code != EXIT_OK) return code;
    if (project_is_built(path)) return project_load(project, path);
    code = project_check(project, path);
    if (code != EXIT_OK) return code;
    vec_each(HirSystem *, system, &project->checked->program->systems)
        if (project_wants(project, *system))
            vec_push(&project->arena, &project->systems, project_wiring(project, *system));
    return EXIT_OK;
}

// --- as text -----------------------------------------------------------------------------------------------------------

static void list_wire(const Wire *wire, Buf *out) {
    static const char *const words[WIRE_KINDS] = {
        [WIRE_CHANNEL] = "",      [WIRE_MACHINE] = "machine.", [WIRE_ARGS] = "texts",
        [WIRE_DEVICE] = "device", [WIRE_PROGRAM] = "starts ",  [WIRE_GIVEN] = "given by the starter"
    };
    buf_printf(out, "    %s: %s", wire->param, words[wire->kind]);
    if (wire->kind == WIRE_CHANNEL) buf_printf(out, "%s.%s", wire->sip, wire->target);
    if (wire->kind == WIRE_MACHINE) buf_cstr(out, wire->target);
    if (wire->kind == WIRE_PROGRAM) buf_cstr(out, wire->sip);
    if (wire->kind == WIRE_ARGS) buf_printf(out, " %u", wire->texts.len);
    buf_byte(out, '\n');
}

// As `check` judges: what no data decides is wrong, what may be is a warning, what is not proved is wrong where that is asked.
static bool is_wrong(const Options *options, DeadlockVerdict verdict) {
    switch (verdict) {
    case DEADLOCK_CERTAIN: return true;
    case DEADLOCK_POSSIBLE: return options->deadlock == DEADLOCK_PROVE || options->deny_warnings;
    case DEADLOCK_UNPROVED: return options->deadlock == DEADLOCK_PROVE;
    case DEADLOCK_FREE: break;
    }
    return false;
}

static bool list(Project *project, const Wiring *wiring, const DeadlockSystem *system, Buf *out) {
    const Options *options = project->options;
    bool wrong = false;
    if (options->deadlock == DEADLOCK_OFF) {
        buf_printf(out, "system %s\n", wiring->name);
    } else {
        DeadlockReport report;
        uint32_t limit = options->states ? options->states : DEADLOCK_STATES;
        deadlock_search(&project->arena, system, limit, &report);
        deadlock_show(&report, system, wiring->name, out);
        wrong = is_wrong(options, report.verdict);
    }
    vec_each(Instance, sip, &wiring->sips) {
        buf_printf(
            out, "  %s %s = %s", sip->on_demand ? "program" : "sip", sip->name, sip->program
        );
        if (sip->restart) buf_printf(out, " restart %u", sip->restart);
        if (sip->trusted) buf_cstr(out, " trusted");
        buf_byte(out, '\n');
        vec_each(Wire, wire, &sip->wires)
            list_wire(wire, out);
    }
    return !wrong;
}

// --- in another form ---------------------------------------------------------------------------------------------------

static ExitCode write_promela(
    Project *project, const Wiring *wiring, const DeadlockSystem *system, Buf *out
) {
    DeadlockNote why;
    if (deadlock_promela(&project->arena, system, out, &why)) return EXIT_OK;
    fprintf(stderr, "sipcc: system %s cannot be written in Promela: %s", wiring->name, why.text);
    if (why.place.file.len)
        fprintf(
            stderr, " (sip %s, " STR_FMT ":%u)", system->sips[why.place.sip].name,
            STR_ARG(why.place.file), why.place.line
        );
    fputc('\n', stderr);
    return EXIT_PROGRAM;
}

static ExitCode picture(
    Project *project, const Wiring *wiring, const DeadlockSystem *system, Buf *out
) {
    char error[512];
    Buf dot = { 0 };
    ExitCode code = EXIT_OK;
    if (project->options->form == FORM_PROMELA) return write_promela(project, wiring, system, out);
    draw_dot(wiring, system, &dot);
    if (project->options->form == FORM_DOT)
        buf_put(out, dot.data, dot.len);
    else if (!graphviz_svg(&dot, out, error))
        code = tool_failed(error);
    buf_free(&dot);
    return code;
}

// --- the command -------------------------------------------------------------------------------------------------------

static ExitCode show(Project *project, const Wiring *wiring, Buf *out) {
    DeadlockSystem system;
    if (!deadlock_system(project, wiring, &system))
        return tool_failed("a wire of the system leads nowhere; `sipcc image` says which");
    if (project->options->form != FORM_TEXT) return picture(project, wiring, &system, out);
    return list(project, wiring, &system, out) ? EXIT_OK : EXIT_PROGRAM;
}

// All are shown, whatever is wrong with one of them.
static ExitCode show_wanted(Project *project, Buf *out) {
    bool one = project->options->system || project->options->form != FORM_TEXT;
    if (one || project->systems.len == 0) {
        const Wiring *system = project_system(project);
        if (!system) return project->systems.len ? EXIT_USAGE : EXIT_PROGRAM;
        return show(project, system, out);
    }
    ExitCode worst = EXIT_OK;
    vec_each(const Wiring, system, &project->systems) {
        ExitCode code = show(project, system, out);
        worst = code > worst ? code : worst;
    }
    return worst;
}

int command_system(const Options *options) {
    Project project;
    Buf out = { 0 };
    Options quiet = *options;
    quiet.deadlock = DEADLOCK_OFF; // it is listed instead
    ExitCode code = prepare(&project, &quiet);
    project.options = options;
    if (code == EXIT_OK) code = show_wanted(&project, &out);
    if (code == EXIT_OK || (options->form == FORM_TEXT && out.len)) {
        ExitCode written = project_show(&project, &out);
        code = written > code ? written : code;
    }
    buf_free(&out);
    project_end(&project);
    return code;
}
