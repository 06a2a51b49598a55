// HIR to SIR, for one SIP: from its main to whatever that reaches, in the order in which it is reached.
//
// Each function is built with conditional drops (stmts.c, exprs.c ...), tidied (flow.c), given its drops where
// they are due (drops.c), and its endpoints' states are made to agree where one peer is gone (states.c).

#include "lower.h"

#include "astray.h"
#include "drops.h"
#include "flow.h"
#include "lower__.h"
#include "settle.h"
#include "speakers.h"
#include "states.h"

// --- small things that all ask for ---------------------------------------------------------------------

Str lower__name(Lower *l, Name name) {
    const char *text = names_text(l->program->names, name);
    size_t length = names_length(l->program->names, name);
    return (Str){ arena_strndup(l->arena, text, length), length };
}

static SirFile file_row(Lower *l, FileId file) {
    uint64_t known;
    if (map_get(l->files, file, &known)) return (SirFile)known;
    Str name = str_from_c(arena_strdup(l->arena, source_label(l->program->map, file)));
    SirFile row = sir_file_add(l->module, name);
    map_put(l->files, file, row);
    return row;
}

static Line find_line(Lower *l, Span span) {
    const SourceMap *map = l->program->map;
    Line line = { .file = span.file, .row = file_row(l, span.file) };
    line.number = source_line_at(map, span.file, span.start);
    line.start = source_line_start(map, span.file, line.number);
    line.end = source_line_start(map, span.file, line.number + 1);
    return line;
}

SirLoc lower__loc(Lower *l, Span span) {
    SirLoc loc = { .file = SIR_NONE };
    if (span.file == 0) return loc;
    Line *line = &l->line;
    bool on_it = line->file == span.file && line->start <= span.start && span.start < line->end;
    if (!on_it) *line = find_line(l, span);
    loc.file = line->row;
    loc.line = line->number;
    loc.column = span.start - line->start + 1;
    return loc;
}

// --- functions -----------------------------------------------------------------------------------------

SirFunc lower__fn(Lower *l, const HirFn *fn) {
    return lower__instance(l, fn, NULL);
}

static void lower_fn(Lower *l, SirFunc row) {
    Arena scratch;
    arena_init(&scratch);
    l->module->code = &scratch;
    SirFuncInfo func = lower__body(l, &l->found.data[row], &l->module->funcs.data[row]);
    flow_tidy(l->module, &func, &scratch);
    // Every block can be reached from here on.
    astray_take_out(l->module, &func, &scratch);
    // Endpoints change their state in locals, and where pointers to them lead.
    drops_insert(l->module, &func, &l->kinds, &scratch);
    // Every owner is consumed exactly once on every path.
    states_agree(l->module, &func, &scratch);
    // Endpoints are in the states that types, messages and joins ask for.
    flow_tidy(l->module, &func, &scratch);
    l->module->funcs.data[row] = settle_func(l->arena, &func);
    l->module->code = l->arena;
    arena_free(&scratch);
}

// --- the manifest --------------------------------------------------------------------------------------

static SirGrantKind grant_kind(HirGrantKind kind) {
    switch (kind) {
    case HIR_GRANT_IO_PORT: return SIR_GRANT_IO_PORT;
    case HIR_GRANT_IO_MEMORY: return SIR_GRANT_IO_MEMORY;
    case HIR_GRANT_IRQ: return SIR_GRANT_IRQ;
    case HIR_GRANT_DMA: return SIR_GRANT_DMA;
    case HIR_GRANT_EXIT: return SIR_GRANT_EXIT;
    }
    unreachable();
}

static void lower_grants(Lower *l, const HirSip *sip, SirManifest *manifest) {
    manifest->grant_count = sip->grants.len;
    manifest->grants = arena_array(l->arena, SirGrant, sip->grants.len);
    for (uint32_t i = 0; i < sip->grants.len; i++) {
        const HirGrant *grant = &sip->grants.data[i];
        manifest->grants[i] = (SirGrant){ grant_kind(grant->kind), grant->base, grant->length };
    }
}

static void lower_manifest(Lower *l, const HirSip *sip) {
    SirManifest *manifest = &l->module->manifest;
    uint32_t params = sip->main->sig.params.len;
    manifest->main = lower__fn(l, sip->main);
    manifest->param_names = arena_array(l->arena, Str, params);
    for (uint32_t i = 0; i < params; i++)
        manifest->param_names[i] = lower__name(l, sip->main->locals.data[i]->name);
    lower_grants(l, sip, manifest);
    manifest->heap_bytes = sip->heap ? sip->heap : LOWER_HEAP_BYTES;
    manifest->stack_bytes = sip->stack ? sip->stack : LOWER_STACK_BYTES;
    manifest->threads = sip->threads ? sip->threads : LOWER_THREADS;
    manifest->cpu = sip->cpu;
    manifest->time = sip->time;
}

// --- the SIP -------------------------------------------------------------------------------------------

static void make_maps(Lower *l) {
    l->types = map_new(&l->scratch);
    l->structs = map_new(&l->scratch);
    l->enums = map_new(&l->scratch);
    l->contracts = map_new(&l->scratch);
    l->consts = map_new(&l->scratch);
    l->fns = strmap_new(&l->scratch);
    l->files = map_new(&l->scratch);
}

// `speakers`: those that get a body; NULL: all.
static SirModule *lower_with(Lower *l, const HirSip *sip, const Speakers *speakers) {
    make_maps(l);
    l->module = sir_module_new(l->arena, (Str){ 0 });
    l->module->name = lower__name(l, sip->name);
    l->kinds = (Kinds){ .module = l->module, .scratch = &l->scratch };
    lower_manifest(l, sip);
    for (SirFunc row = 0; row < l->found.len; row++) // more are found on the way
        if (!speakers || speakers_has(speakers, l->found.data[row].fn)) lower_fn(l, row);
    return l->module;
}

SirModule *lower_sip(Arena *arena, const HirProgram *program, const HirSip *sip) {
    Lower l = { .arena = arena, .program = program };
    arena_init(&l.scratch);
    SirModule *module = lower_with(&l, sip, NULL);
    arena_free(&l.scratch);
    return module;
}

SirModule *lower_sip_speech(Arena *arena, const HirProgram *program, const HirSip *sip) {
    Lower l = { .arena = arena, .program = program };
    arena_init(&l.scratch);
    SirModule *module = lower_with(&l, sip, speakers_find(&l.scratch, sip->main));
    arena_free(&l.scratch);
    return module;
}
