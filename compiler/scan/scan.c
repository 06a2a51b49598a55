// The scan as a column, and how it complains.

#include "scan__.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum Kcall {
#define KCALL(name, text, visible, result, params) KCALL_##name,
#include "contracts/abi/kcalls.def"
    KCALLS
} Kcall;

bool scan__fail(Scan *s, const Func *func, uint64_t at, const char *format, ...) {
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (func)
        snprintf(
            s->error, 512, "the machine code of %.160s, at 0x%llx: %s", func->name,
            (unsigned long long)(at - func->start), what
        );
    else
        snprintf(s->error, 512, "the machine code: %s", what);
    return false;
}

Func *scan__func_at(const Scan *s, uint64_t start) {
    uint32_t low = 0, high = s->func_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->funcs[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->func_count && s->funcs[low].start == start ? &s->funcs[low] : NULL;
}

bool scan__may_use_row(const Scan *s, uint64_t row) {
    if (row == KCALL_TRAP || row == KCALL_FINISH || row == KCALL_FREE)
        return true; // kernel-rt/sip does
    for (uint32_t i = 0; i < s->facts->kcall_count; i++)
        if (s->facts->kcalls[i] == row) return true;
    return false;
}

static bool all_sites(Scan *s) {
    for (uint32_t i = 0; i < s->facts->site_count; i++)
        if (!bits_get(&s->found, i))
            return scan__fail(s, NULL, 0, "the trap of row %u is gone", s->facts->sites[i]);
    return true;
}

bool scan_program(
    Arena *arena,
    const uint8_t *program,
    size_t length,
    const ScanFacts *facts,
    ScanCalls *calls,
    char error[512]
) {
    Scan s = { .arena = arena, .calls = calls, .facts = facts, .error = error };
    arena_init(&s.scratch);
    s.found = bits_new(&s.scratch, facts->site_count);
    s.sites = map_new(&s.scratch);
    for (uint32_t i = 0; i < facts->site_count; i++)
        map_put(s.sites, facts->sites[i], i);
    bool good = scan__read(&s, program, length) && scan__code(&s);
    for (uint32_t i = 0; good && i < s.func_count; i++) {
        good = scan__flow(&s, &s.funcs[i]);
        if (good) scan__sites(&s, &s.funcs[i]);
    }
    good = good && all_sites(&s);
    arena_free(&s.scratch);
    return good;
}
