// How the judge complains: which rule, where, one sentence. Texts from the module are hostile too, and are cut and
// cleaned before anybody reads them.

#include "verify__.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SHOWN = 80 }; // bytes of a name or type that a complaint shows

// --- spots -------------------------------------------------------------------------------------------------------

Spot verify__module_spot(void) {
    return (Spot){ SIR_NONE, SIR_NONE, 0, { .file = SIR_NONE } };
}

Spot verify__func_spot(const Verify *v, SirFunc func) {
    return (Spot){ func, SIR_NONE, 0, v->module->funcs.data[func].loc };
}

// --- texts ---------------------------------------------------------------------------------------------------------

static const char *shown(Arena *arena, const char *text, size_t length) {
    bool cut = length > TEXT_SHOWN;
    if (cut) length = TEXT_SHOWN;
    char *copy = arena_alloc(arena, length + sizeof "...", 1);
    if (length) memcpy(copy, text, length);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)copy[i] < ' ' || (unsigned char)copy[i] > '~') copy[i] = '?';
    if (cut) memcpy(copy + length, "...", 4);
    return copy;
}

const char *verify__type_text(Verify *v, SirType type) {
    if (type >= v->module->types.len) return arena_printf(v->arena, "type %u", type);
    Buf text = { 0 };
    sir_type_write(v->module, type, &text);
    const char *result = shown(v->arena, (const char *)text.data, text.len);
    buf_free(&text);
    return result;
}

const char *verify__state_text(Verify *v, SirContract contract, SirState state) {
    if (state == SIR_STATE_CLOSED) return "closed";
    if (state == SIR_STATE_ANY) return "any";
    if (!verify__is_state(v, contract, state)) return arena_printf(v->arena, "state %u", state);
    Str name = v->module->contracts.data[contract].states[state].name;
    return name.len ? shown(v->arena, name.ptr, name.len) : arena_printf(v->arena, "#%u", state);
}

static const char *func_name(const Verify *v, SirFunc func) {
    if (func >= v->module->funcs.len) return "";
    Str name = v->module->funcs.data[func].name;
    return shown(v->arena, name.ptr, name.len);
}

static const char *file_name(const Verify *v, SirFile file) {
    if (!v->module || file >= v->module->files.len) return NULL;
    Str name = v->module->files.data[file];
    return shown(v->arena, name.ptr, name.len);
}

// --- complaining ---------------------------------------------------------------------------------------------------

#ifdef SIR_KNOCK_OUT_TESTS
static unsigned knocked_out;

void verify__knock_out(unsigned rule) {
    knocked_out = rule;
}

static bool is_knocked_out(Rule rule) {
    return rule == knocked_out;
}
#else
static bool is_knocked_out(Rule rule) {
    (void)rule;
    return false;
}
#endif

static bool was_said(const VerifyReport *report, Rule rule, Spot at) {
    for (uint32_t i = 0; i < report->count; i++) {
        const VerifyComplaint *said = &report->complaints[i];
        if (said->rule == rule && said->func == at.func && said->block == at.block &&
            said->inst == at.inst)
            return at.func != SIR_NONE; // what is said of a module is about different things
    }
    return false;
}

void verify__complain(Verify *v, Rule rule, Spot at, const char *format, ...) {
    v->faults++;
    VerifyReport *report = v->report;
    if (is_knocked_out(rule) || was_said(report, rule, at)) return;
    if (verify__full(v)) {
        report->cut = true;
        return;
    }
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    report->complaints[report->count++] = (VerifyComplaint){
        .rule = rule,
        .func = at.func,
        .block = at.block,
        .inst = at.inst,
        .loc = at.loc,
        .func_name = v->module ? func_name(v, at.func) : "",
        .file = file_name(v, at.loc.file),
        .message = arena_strdup(v->arena, message),
    };
}

bool verify__full(const Verify *v) {
    return v->report->count == VERIFY_COMPLAINTS;
}

void verify_complaint_write(const VerifyComplaint *c, Buf *out) {
    buf_printf(out, "V%02u: %s", c->rule, c->message);
    if (c->func == SIR_NONE) return;
    if (*c->func_name)
        buf_printf(out, " (@%s", c->func_name);
    else
        buf_printf(out, " (@%u", c->func);
    if (c->block != SIR_NONE) buf_printf(out, ", block %u, instruction %u", c->block, c->inst);
    if (c->file) buf_printf(out, "; %s:%u:%u", c->file, c->loc.line, c->loc.column);
    buf_cstr(out, ")");
}
