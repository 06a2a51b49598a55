// Systems on their way to the deadlock analysis, and what it finds on its way to people: as diagnostics at their places in
// the source, or as lines where there is no source.

#include "driver/deadlock.h"

#include "sealed/sealed.h"

#include <stdio.h>
#include <string.h>

// --- the system ----------------------------------------------------------------------------------------------------

static const SirModule *lowered(Project *project, const char *name) {
    const FrontResult *checked = project->checked;
    vec_each(HirSip *, sip, &checked->program->sips) {
        if (strcmp(names_text(checked->names, (*sip)->name), name) == 0)
            return project_lower(project, *sip);
    }
    return NULL;
}

static const SirModule *sealed_module(Project *project, const char *name) {
    vec_each(Program, program, &project->programs) {
        Sealed sealed;
        SirReadError error;
        if (strcmp(program->name, name) != 0) continue;
        if (sealed_read(program->sealed.data, program->sealed.len, &sealed)) return NULL;
        return sir_binary_read(&project->arena, sealed.sir.bytes, sealed.sir.size, &error);
    }
    return NULL;
}

static const SirModule *module_of(Project *project, const char *name) {
    return project->checked ? lowered(project, name) : sealed_module(project, name);
}

static bool find_sip(const Wiring *wiring, const char *name, uint32_t *row) {
    for (*row = 0; *row < wiring->sips.len; ++*row)
        if (strcmp(wiring->sips.data[*row].name, name) == 0) return true;
    return false;
}

static uint32_t params(const SirModule *module) {
    return module->funcs.data[module->manifest.main].sig.param_count;
}

static bool find_param(const SirModule *module, const char *name, uint32_t *row) {
    for (*row = 0; *row < params(module); ++*row)
        if (str_eq_c(module->manifest.param_names[*row], name)) return true;
    return false;
}

static bool add_wire(
    const Wiring *wiring,
    const DeadlockSip *sips,
    uint32_t row,
    const Wire *from,
    DeadlockWire *wires
) {
    uint32_t param;
    if (!find_param(sips[row].module, from->param, &param)) return false;
    DeadlockWire *wire = &wires[param];
    if (from->kind == WIRE_MACHINE) wire->kind = DEADLOCK_WIRE_MACHINE;
    if (from->kind == WIRE_GIVEN) wire->kind = DEADLOCK_WIRE_GIVEN;
    if (from->kind == WIRE_PROGRAM) {
        wire->kind = DEADLOCK_WIRE_PROGRAM;
        return find_sip(wiring, from->sip, &wire->sip);
    }
    if (from->kind != WIRE_CHANNEL) return true;
    wire->kind = DEADLOCK_WIRE_CHANNEL;
    return find_sip(wiring, from->sip, &wire->sip) &&
           find_param(sips[wire->sip].module, from->target, &wire->param);
}

// Both ends name each other, and endpoints are wired: `sipcc image` and the kernel test it too, but later.
static bool is_sound(const DeadlockSystem *system) {
    for (uint32_t i = 0; i < system->sip_count; i++) {
        const SirModule *module = system->sips[i].module;
        const SirSig *sig = &module->funcs.data[module->manifest.main].sig;
        for (uint32_t p = 0; p < sig->param_count; p++) {
            const DeadlockWire *wire = &system->sips[i].wires[p];
            bool endpoint = module->types.data[sig->params[p].type].kind == SIR_TYPE_ENDPOINT;
            if (endpoint != (wire->kind != DEADLOCK_WIRE_NONE)) return false;
            if (wire->kind != DEADLOCK_WIRE_CHANNEL) continue;
            const DeadlockWire *back = &system->sips[wire->sip].wires[wire->param];
            bool itself = wire->sip == i && wire->param == p;
            if (itself || back->kind != DEADLOCK_WIRE_CHANNEL || back->sip != i || back->param != p)
                return false;
        }
    }
    return true;
}

static const SirContractInfo *contract_of(const SirModule *module, uint32_t param) {
    const SirSig *sig = &module->funcs.data[module->manifest.main].sig;
    return &module->contracts.data[module->types.data[sig->params[param].type].contract];
}

static const SirTypeInfo *delivered(const SirModule *module, uint32_t param) {
    return &module->types.data[contract_of(module, param)->messages[1].args[0].type];
}

// Does the endpoint deliver others, as `Wire<E>` of sip.listener does? The kernel serves it then.
static bool delivers(const SirModule *module, uint32_t param) {
    const SirContractInfo *contract = contract_of(module, param);
    return contract->message_count == 2 && contract->messages[1].arg_count == 1 &&
           delivered(module, param)->kind == SIR_TYPE_ENDPOINT;
}

static bool takes_from(
    const SirModule *module, uint32_t param, const SirModule *other, uint32_t other_param
) {
    if (!delivers(module, param)) return false;
    const SirTypeInfo *end = delivered(module, param);
    return str_eq(
        module->contracts.data[end->contract].name, contract_of(other, other_param)->name
    );
}

// `Wire<C.imp>` and `Wire<C.exp>`: of the same channels, each the other's end.
static bool meet(
    const SirModule *module, uint32_t param, const SirModule *other, uint32_t other_param
) {
    if (!delivers(module, param) || !delivers(other, other_param)) return false;
    const SirTypeInfo *mine = delivered(module, param), *its = delivered(other, other_param);
    return mine->side != its->side && str_eq(
                                          module->contracts.data[mine->contract].name,
                                          other->contracts.data[its->contract].name
                                      );
}

// Wires between different contracts: one of them delivers the ends of the other.
static void find_delivered(const DeadlockSystem *system, DeadlockWire **wires) {
    for (uint32_t i = 0; i < system->sip_count; i++) {
        const SirModule *module = system->sips[i].module;
        for (uint32_t p = 0; p < params(module); p++) {
            DeadlockWire *wire = &wires[i][p];
            if (wire->kind != DEADLOCK_WIRE_CHANNEL) continue;
            DeadlockWire *back = &wires[wire->sip][wire->param];
            const SirModule *other = system->sips[wire->sip].module;
            if (str_eq(contract_of(module, p)->name, contract_of(other, wire->param)->name))
                continue;
            bool both = meet(module, p, other, wire->param);
            bool takes = takes_from(module, p, other, wire->param);
            wire->kind = takes ? DEADLOCK_WIRE_TAKES : DEADLOCK_WIRE_GIVES;
            back->kind = takes ? DEADLOCK_WIRE_GIVES : DEADLOCK_WIRE_TAKES;
            if (both) wire->kind = back->kind = DEADLOCK_WIRE_MEETS;
        }
    }
}

bool deadlock_system(Project *project, const Wiring *wiring, DeadlockSystem *system) {
    DeadlockSip *sips = arena_array(&project->arena, DeadlockSip, wiring->sips.len);
    DeadlockWire **all = arena_array(&project->arena, DeadlockWire *, wiring->sips.len);
    *system = (DeadlockSystem){ sips, wiring->sips.len };
    for (uint32_t i = 0; i < wiring->sips.len; i++) {
        const Instance *sip = &wiring->sips.data[i];
        sips[i].name = sip->name;
        sips[i].restarts = sip->restart;
        sips[i].on_demand = sip->on_demand;
        for (uint32_t k = 0; k < i && !sips[i].module; k++)
            if (strcmp(wiring->sips.data[k].program, sip->program) == 0)
                sips[i].module = sips[k].module;
        if (!sips[i].module) sips[i].module = module_of(project, sip->program);
        if (!sips[i].module) return false;
    }
    for (uint32_t i = 0; i < wiring->sips.len; i++) {
        DeadlockWire *wires = arena_array(&project->arena, DeadlockWire, params(sips[i].module));
        sips[i].wires = all[i] = wires;
        vec_each(Wire, wire, &wiring->sips.data[i].wires)
            if (!add_wire(wiring, sips, i, wire, wires)) return false;
    }
    if (!is_sound(system)) return false;
    find_delivered(system, all);
    return true;
}

// --- places in the source ------------------------------------------------------------------------------------------

static FileId find_file(const SourceMap *map, Str label) {
    for (FileId file = 1; file <= source_files(map); file++)
        if (str_eq_c(label, source_label(map, file))) return file;
    return 0;
}

// The statement that begins there, as far as it stands on the line.
static Span span_at(const SourceMap *map, const DeadlockPlace *place, Span otherwise) {
    FileId file = find_file(map, place->file);
    if (!file || place->line == 0 || place->line > source_lines(map, file)) return otherwise;
    Str line = source_line(map, file, place->line);
    uint32_t first = place->column ? place->column - 1 : 0;
    if (first > line.len) first = (uint32_t)line.len;
    size_t end = first;
    while (end < line.len && line.ptr[end] != ';' && line.ptr[end] != '{')
        end++;
    while (end > first && line.ptr[end - 1] == ' ')
        end--;
    uint32_t start = source_line_start(map, file, place->line) + first;
    return (Span){ file, start, start + (uint32_t)(end - first) };
}

// --- diagnostics -----------------------------------------------------------------------------------------------------

enum { MOST_STEPS_SHOWN = 20 };

typedef struct Teller {
    Diags *diags;
    const SourceMap *map;
    Span span; // of the system
    const char *name;
    const DeadlockSystem *system;
} Teller;

// The last steps; `sipcc system` shows all.
static void tell_notes(const Teller *teller, const DeadlockReport *report) {
    uint32_t first =
        report->steps.len > MOST_STEPS_SHOWN ? report->steps.len - MOST_STEPS_SHOWN : 0;
    for (uint32_t i = first; i < report->steps.len; i++) {
        const DeadlockNote *step = &report->steps.data[i];
        diag_note(
            teller->diags, span_at(teller->map, &step->place, teller->span), "%u. %s", i + 1,
            step->text
        );
    }
    vec_each(const DeadlockNote, wait, &report->waits)
        diag_note(
            teller->diags, span_at(teller->map, &wait->place, teller->span), "%s", wait->text
        );
    if (first) diag_help(teller->diags, "%u steps before are left out", first);
}

static const char *place_text(
    Arena *arena, const DeadlockNote *note, const DeadlockSystem *system
) {
    const DeadlockPlace *place = &note->place;
    if (place->sip >= system->sip_count) return note->text;
    if (place->file.len == 0)
        return arena_printf(arena, "sip `%s`: %s", system->sips[place->sip].name, note->text);
    return arena_printf(
        arena, "sip `%s` at " STR_FMT ":%u: %s", system->sips[place->sip].name,
        STR_ARG(place->file), place->line, note->text
    );
}

static void tell_possible(const Teller *teller, Arena *arena, const DeadlockReport *report) {
    const DeadlockNote *choice = report->choices.len ? &report->choices.data[0] : NULL;
    const char *on = !choice ? "on another thread"
                             : arena_printf(
                                   arena, "on %s of `%s` at " STR_FMT ":%u", choice->text,
                                   teller->system->sips[choice->place.sip].name,
                                   STR_ARG(choice->place.file), choice->place.line
                               );
    diag_report(teller->diags, teller->span, E_DEADLOCK_POSSIBLE, teller->name, on);
    tell_notes(teller, report);
}

static void tell_unproved(const Teller *teller, const DeadlockReport *report) {
    diag_report(teller->diags, teller->span, E_DEADLOCK_UNPROVED, teller->name);
    vec_each(const DeadlockNote, reason, &report->reasons) {
        if (reason->place.sip >= teller->system->sip_count)
            diag_help(teller->diags, "%s", reason->text);
        else
            diag_note(
                teller->diags, span_at(teller->map, &reason->place, teller->span),
                "not followed for `%s`: %s", teller->system->sips[reason->place.sip].name,
                reason->text
            );
    }
}

static uint32_t limit_of(const Project *project) {
    return project->options->states ? project->options->states : DEADLOCK_STATES;
}

static void check_one(Project *project, const HirSystem *hir) {
    const FrontResult *checked = project->checked;
    Wiring wiring = project_wiring(project, hir);
    DeadlockSystem system;
    DeadlockReport report;
    Teller teller = { checked->diags, checked->map, hir->span, wiring.name, &system };
    if (!deadlock_system(project, &wiring, &system)) return;
    deadlock_search(&project->arena, &system, limit_of(project), &report);
    if (report.verdict == DEADLOCK_CERTAIN) {
        diag_report(checked->diags, hir->span, E_DEADLOCK, wiring.name);
        tell_notes(&teller, &report);
    }
    if (report.verdict == DEADLOCK_POSSIBLE) tell_possible(&teller, &project->arena, &report);
    bool proved = report.verdict == DEADLOCK_FREE || report.verdict == DEADLOCK_CERTAIN;
    if (!proved && project->options->deadlock == DEADLOCK_PROVE) tell_unproved(&teller, &report);
}

void deadlock_check(Project *project) {
    static const bool asks[COMMANDS] = {
        [CMD_CHECK] = true, [CMD_BUILD] = true, [CMD_RUN] = true, [CMD_IMAGE] = true
    };
    if (!asks[project->options->command] || project->options->deadlock == DEADLOCK_OFF) return;
    vec_each(HirSystem *, system, &project->checked->program->systems)
        if (project_wants(project, *system)) check_one(project, *system);
}

// --- lines -----------------------------------------------------------------------------------------------------------

static void show_notes(
    const DeadlockNotes *notes, const DeadlockSystem *system, const char *before, Buf *out
) {
    uint32_t number = 0;
    vec_each(const DeadlockNote, note, notes) {
        number++;
        if (before)
            buf_printf(out, "  %s", before);
        else
            buf_printf(out, "  %u. ", number);
        buf_cstr(out, note->text);
        if (note->place.sip < system->sip_count && note->place.file.len)
            buf_printf(out, " (" STR_FMT ":%u)", STR_ARG(note->place.file), note->place.line);
        buf_byte(out, '\n');
    }
}

void deadlock_show(
    const DeadlockReport *report, const DeadlockSystem *system, const char *name, Buf *out
) {
    static const char *const words[] = {
        [DEADLOCK_FREE] = "is free of deadlocks",
        [DEADLOCK_UNPROVED] = "is not proved to be free of deadlocks",
        [DEADLOCK_POSSIBLE] = "may deadlock",
        [DEADLOCK_CERTAIN] = "can deadlock",
    };
    buf_printf(out, "system %s %s (%u states)\n", name, words[report->verdict], report->states);
    show_notes(&report->steps, system, NULL, out);
    show_notes(&report->waits, system, "", out);
    show_notes(&report->choices, system, "depends on ", out);
    Arena arena;
    arena_init(&arena);
    vec_each(const DeadlockNote, reason, &report->reasons)
        buf_printf(out, "  not followed: %s\n", place_text(&arena, reason, system));
    arena_free(&arena);
}

ExitCode deadlock_check_built(Project *project, const Wiring *wiring) {
    DeadlockSystem system;
    DeadlockReport report;
    DeadlockMode mode = project->options->deadlock;
    if (mode == DEADLOCK_OFF || !deadlock_system(project, wiring, &system)) return EXIT_OK;
    deadlock_search(&project->arena, &system, limit_of(project), &report);
    bool wrong = report.verdict == DEADLOCK_CERTAIN ||
                 (mode == DEADLOCK_PROVE && report.verdict != DEADLOCK_FREE);
    if (wrong || report.verdict == DEADLOCK_POSSIBLE) {
        Buf out = { 0 };
        deadlock_show(&report, &system, wiring->name, &out);
        fprintf(stderr, "sipcc: %.*s", (int)out.len, (const char *)out.data);
        buf_free(&out);
    }
    return wrong ? EXIT_PROGRAM : EXIT_OK;
}
