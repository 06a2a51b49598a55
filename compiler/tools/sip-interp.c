// sip-interp: executes SIR with everything checked while it runs.
//
//     sip-interp [--chaos SEED] [--steps N] [NAME=]FILE.sir|FILE.sirb...
//
// Each file is a SIP of one system, wired by the names of contracts; what they show on the console goes to stdout, how each
// ended to stderr. Several SIPs of one file are told apart by a NAME each; the file is read once. With --chaos every function
// of every file is walked at random instead.
// Exits with 0: no violation; 1: a violation, which is printed; 2: it could not begin; 4: the steps are used up.

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "interp/interp.h"
#include "sir/sir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLEAN = 0, VIOLATION = 1, USAGE = 2, EXHAUSTED = 4, SIPS_MOST = 1024 };

typedef struct Options {
    bool chaos;
    uint64_t seed, steps;
    const char *names[SIPS_MOST], *paths[SIPS_MOST]; // the same where no name is given
    uint32_t count;
} Options;

static bool read_number(const char *text, uint64_t *out) {
    char *end;
    *out = strtoull(text ? text : "", &end, 0);
    return text && *text && !*end;
}

static void add_sip(Options *o, char *argument) {
    char *end = strpbrk(argument, "=/.");
    const bool is_named = end && *end == '=';
    if (is_named) *end = '\0';
    o->names[o->count] = argument;
    o->paths[o->count++] = is_named ? end + 1 : argument;
}

static bool read_options(int argc, char **argv, Options *o) {
    *o = (Options){ .steps = UINT64_C(1) << 32 };
    for (int i = 1; i < argc; i++) {
        bool right = true;
        if (strcmp(argv[i], "--chaos") == 0)
            right = o->chaos = read_number(i + 1 < argc ? argv[++i] : NULL, &o->seed);
        else if (strcmp(argv[i], "--steps") == 0)
            right = read_number(i + 1 < argc ? argv[++i] : NULL, &o->steps);
        else if (argv[i][0] == '-' || o->count == SIPS_MOST)
            right = false;
        else
            add_sip(o, argv[i]);
        if (!right) return false;
    }
    return o->count > 0;
}

static const SirModule *read_module(Arena *arena, const char *path) {
    Buf bytes = { 0 };
    char problem[512];
    SirReadError error;
    if (!file_read(path, (size_t)1 << 28, &bytes, problem))
        return fprintf(stderr, "%s\n", problem), NULL;
    bool is_binary = bytes.len >= 6 && memcmp(bytes.data, "SIPSIR", 6) == 0;
    const SirModule *module =
        is_binary ? sir_binary_read(arena, bytes.data, bytes.len, &error)
                  : sir_text_read(arena, (Str){ (const char *)bytes.data, bytes.len }, &error);
    if (!module) fprintf(stderr, "%s:%u: %s\n", path, error.line, error.message);
    buf_free(&bytes);
    return module;
}

static const SirModule *module_of(
    Arena *arena, const Options *o, const SirModule *const *modules, uint32_t sip
) {
    for (uint32_t i = 0; i < sip; i++)
        if (strcmp(o->paths[i], o->paths[sip]) == 0) return modules[i];
    return read_module(arena, o->paths[sip]);
}

static int report(const char *name, const InterpResult *result, const SirModule *module) {
    static const int statuses[] = {
        [INTERP_VIOLATION] = VIOLATION, [INTERP_STEPS] = EXHAUSTED, [INTERP_UNFIT] = CLEAN
    };
    Buf line = { 0 };
    interp_result_write(result, module, &line);
    if (result->end != INTERP_RETURNED)
        fprintf(stderr, "%s: %.*s\n", name, (int)line.len, (const char *)line.data);
    buf_free(&line);
    return statuses[result->end];
}

// The worst counts: a violation, then what was not finished.
static int worse(int a, int b) {
    return a == VIOLATION || b == VIOLATION ? VIOLATION : a > b ? a : b;
}

static int walk(const Options *o, const SirModule *const *modules) {
    int status = CLEAN;
    for (uint32_t i = 0; i < o->count; i++)
        for (SirFunc f = 0; f < modules[i]->funcs.len; f++) {
            InterpResult result;
            interp_walk(modules[i], f, o->seed, o->steps, NULL, &result);
            if (result.end == INTERP_VIOLATION)
                status = worse(status, report(o->names[i], &result, modules[i]));
            else if (result.end == INTERP_STEPS)
                status = worse(status, EXHAUSTED);
        }
    return status;
}

static int run(const Options *o, const SirModule *const *modules) {
    static InterpResult results[SIPS_MOST];
    Buf console = { 0 };
    int status = CLEAN;
    interp_run(modules, o->count, o->steps, &console, results);
    fwrite(console.data, 1, console.len, stdout);
    buf_free(&console);
    for (uint32_t i = 0; i < o->count; i++)
        status = worse(status, report(o->names[i], &results[i], modules[i]));
    return status;
}

int main(int argc, char **argv) {
    static Options o;
    static const SirModule *modules[SIPS_MOST];
    if (!read_options(argc, argv, &o)) {
        fprintf(
            stderr, "usage: sip-interp [--chaos SEED] [--steps N] [NAME=]FILE.sir|FILE.sirb...\n"
        );
        return USAGE;
    }
    Arena arena;
    arena_init(&arena);
    int status = CLEAN;
    for (uint32_t i = 0; i < o.count && status == CLEAN; i++)
        if (!(modules[i] = module_of(&arena, &o, modules, i))) status = USAGE;
    if (status == CLEAN) status = o.chaos ? walk(&o, modules) : run(&o, modules);
    arena_free(&arena);
    return status;
}
