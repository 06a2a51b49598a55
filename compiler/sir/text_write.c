// The text form, written: docs/sir.md 12. Here the items but functions, and how names are written; types and trees
// are in text_write_type.c, functions in text_write_code.c. Any module can be written, sense or nonsense: what does
// not resolve is written as a number.

#include "text_write.h"

#include "form.h"
#include "index.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>

enum { LONGEST_NAME = 64 }; // a longer one is written where it is declared, and nowhere else

// --- names -----------------------------------------------------------------------------------------------------

// Everything that a reader looks for where a name may stand too.
static const char *const words[] = {
#define SIR_SCALAR(name, text, bits, cls) text,
#include "contracts/sir/types.def"
    "own",    "mut",   "const", "gc",    "static",  "str",       "fn",  "endpoints",
    "atomic", "mutex", "guard", "join",  "io_port", "io_memory", "irq", "dma",
    "true",   "false", "bits",  "copy",  "move",    "from",      "any", "closed",
    "end",    "in",    "out",   "state", "le",      "be",        "_",
};

static bool is_word(Str text) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_c(text, words[i])) return true;
    return false;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool sir__is_bare(Str name) {
    bool begins = true; // an identifier begins here
    size_t first = 0;   // length of the first, which is what a reader would take for a word
    while (first < name.len && name.ptr[first] != '.')
        first++;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (begins ? !is_letter(c) : !is_letter(c) && !(c >= '0' && c <= '9') && c != '.')
            return false;
        begins = c == '.';
    }
    return !begins && !is_word((Str){ name.ptr, first });
}

void sir__put_string(Buf *out, Str text) {
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_cstr(out, "\\n");
        else if (c == '\t')
            buf_cstr(out, "\\t");
        else if (c < 0x20 || c > 0x7e)
            buf_printf(out, "\\x%02x", c);
        else
            buf_byte(out, c);
    }
    buf_byte(out, '"');
}

void sir__put_name(Buf *out, Str name) {
    if (sir__is_bare(name))
        buf_put(out, name.ptr, name.len);
    else
        sir__put_string(out, name);
}

static bool is_enough(const Writer *w, SirSpace space, uint32_t owner, Str name, uint64_t row) {
    return name.len > 0 && name.len <= LONGEST_NAME &&
           sir__index_find(w->index, space, owner, name) == row;
}

void sir__put_ref(Writer *w, char sigil, SirSpace space, uint32_t owner, Str name, uint64_t row) {
    bool enough = is_enough(w, space, owner, name, row);
    if (sigil != '#' || !enough || !sir__is_bare(name)) buf_byte(w->out, (uint8_t)sigil);
    if (enough)
        sir__put_name(w->out, name);
    else
        buf_printf(w->out, "%llu", (unsigned long long)row);
}

void sir__put_decl(Writer *w, char sigil, SirSpace space, Str name, uint32_t row) {
    bool enough = is_enough(w, space, 0, name, row);
    if (!enough)
        buf_printf(w->out, "%c%u", sigil, row);
    else if (sigil != '#')
        buf_byte(w->out, (uint8_t)sigil);
    if (!enough && name.len > 0) buf_byte(w->out, ' ');
    if (name.len > 0) sir__put_name(w->out, name);
}

void sir__put_contract_ref(Writer *w, uint64_t contract) {
    bool known = contract < w->module->contracts.len;
    Str name = known ? w->module->contracts.data[contract].name : STR("");
    sir__put_ref(w, '#', SIR__SPACE_CONTRACT, 0, name, contract);
}

void sir__put_state(Writer *w, uint64_t contract, SirState state) {
    const SirContractInfo *info =
        contract < w->module->contracts.len ? &w->module->contracts.data[contract] : NULL;
    if (state == SIR_STATE_ANY)
        buf_cstr(w->out, "any");
    else if (state == SIR_STATE_CLOSED)
        buf_cstr(w->out, "closed");
    else if (info && state < info->state_count)
        sir__put_ref(w, '#', SIR__SPACE_STATE, (uint32_t)contract, info->states[state].name, state);
    else
        buf_printf(w->out, "#%u", state);
}

void sir__put_message(Writer *w, uint64_t contract, uint64_t message) {
    const SirContractInfo *info =
        contract < w->module->contracts.len ? &w->module->contracts.data[contract] : NULL;
    if (info && message < info->message_count)
        sir__put_ref(
            w, '#', SIR__SPACE_MESSAGE, (uint32_t)contract, info->messages[message].name, message
        );
    else
        buf_printf(w->out, "#%llu", (unsigned long long)message);
}

void sir__put_variant(Writer *w, SirType type, uint64_t variant) {
    const SirTypeInfo *info = type < w->module->types.len ? sir_type(w->module, type) : NULL;
    if (info && info->kind == SIR_TYPE_OPTION && variant < 2)
        buf_cstr(w->out, variant ? "some" : "none");
    else if (info && info->kind == SIR_TYPE_ENUM && variant < info->variant_count)
        sir__put_ref(w, '#', SIR__SPACE_VARIANT, type, info->variants[variant].name, variant);
    else
        buf_printf(w->out, "#%llu", (unsigned long long)variant);
}

void sir__put_loc(Writer *w, SirLoc loc) {
    if (loc.file != SIR_NONE)
        buf_printf(w->out, " !%u:%u:%u", loc.file, loc.line, loc.column);
    else if (loc.line || loc.column)
        buf_printf(w->out, " !_:%u:%u", loc.line, loc.column);
}

// --- contracts -------------------------------------------------------------------------------------------------

static void put_field(Writer *w, const SirField *field) {
    if (field->order) buf_printf(w->out, "%s ", sir__order_text(field->order));
    sir__put_type(w, field->type);
    buf_byte(w->out, ' ');
    sir__put_name(w->out, field->name);
}

static void put_message_decl(Writer *w, const SirMessage *message) {
    buf_cstr(w->out, message->dir == SIR_IN ? "    in " : "    out ");
    sir__put_name(w->out, message->name);
    buf_byte(w->out, '(');
    for (uint32_t i = 0; i < message->arg_count; i++) {
        if (i > 0) buf_cstr(w->out, ", ");
        put_field(w, &message->args[i]);
        if (message->limits[i] != UINT64_MAX)
            buf_printf(w->out, " <= %llu", (unsigned long long)message->limits[i]);
    }
    buf_cstr(w->out, ")\n");
}

static void put_state_decl(Writer *w, SirContract contract, const SirStateInfo *state) {
    buf_cstr(w->out, "    state ");
    sir__put_name(w->out, state->name);
    buf_cstr(w->out, state->is_end ? ": end" : ":");
    for (uint32_t i = 0; i < state->choice_count; i++) {
        buf_cstr(w->out, i || state->is_end ? ", " : " ");
        sir__put_message(w, contract, state->choices[i].message);
        buf_cstr(w->out, " -> ");
        sir__put_state(w, contract, state->choices[i].next);
    }
    buf_byte(w->out, '\n');
}

static void put_contract(Writer *w, SirContract contract) {
    const SirContractInfo *info = &w->module->contracts.data[contract];
    buf_cstr(w->out, "\ncontract ");
    sir__put_decl(w, '#', SIR__SPACE_CONTRACT, info->name, contract);
    if (info->base != SIR_NONE) {
        buf_cstr(w->out, " : ");
        sir__put_contract_ref(w, info->base);
    }
    buf_cstr(w->out, " {\n");
    for (uint32_t i = 0; i < info->message_count; i++)
        put_message_decl(w, &info->messages[i]);
    for (uint32_t i = 0; i < info->state_count; i++)
        put_state_decl(w, contract, &info->states[i]);
    buf_cstr(w->out, "}\n");
}

// --- types -----------------------------------------------------------------------------------------------------

static void put_value_of(Writer *w, const SirTypeInfo *info, uint64_t value) {
    if (info->elem == SIR_TYPE_I8 || info->elem == SIR_TYPE_I16 || info->elem == SIR_TYPE_I32 ||
        info->elem == SIR_TYPE_I64)
        buf_printf(w->out, " = %lld", (long long)value);
    else
        buf_printf(w->out, " = %llu", (unsigned long long)value);
}

static void put_variant_decl(Writer *w, const SirTypeInfo *info, uint32_t i) {
    const SirVariant *variant = &info->variants[i];
    buf_cstr(w->out, "    ");
    sir__put_name(w->out, variant->name);
    for (uint32_t f = 0; f < variant->field_count; f++) {
        buf_cstr(w->out, f ? ", " : "(");
        put_field(w, &variant->fields[f]);
    }
    if (variant->field_count) buf_byte(w->out, ')');
    if (info->is_plain_enum || info->kind == SIR_TYPE_FLAGS)
        put_value_of(w, info, variant->value);
    else if (variant->value != i)
        buf_printf(w->out, " = %llu", (unsigned long long)variant->value);
    buf_byte(w->out, '\n');
}

static void put_nominal(Writer *w, SirType type, const SirTypeInfo *info) {
    const char *word = info->kind == SIR_TYPE_STRUCT ? "struct "
                       : info->kind == SIR_TYPE_ENUM ? "enum "
                                                     : "flags ";
    buf_printf(w->out, "%s%s%s", info->is_ref ? "ref " : "", info->is_wire ? "wire " : "", word);
    sir__put_decl(w, '#', SIR__SPACE_TYPE, info->name, type);
    if (info->is_plain_enum || info->kind == SIR_TYPE_FLAGS) {
        buf_cstr(w->out, " : ");
        sir__put_type(w, info->elem);
    }
    buf_cstr(w->out, " {\n");
    for (uint32_t i = 0; i < info->field_count; i++) {
        buf_cstr(w->out, "    ");
        put_field(w, &info->fields[i]);
        buf_byte(w->out, '\n');
    }
    for (uint32_t i = 0; i < info->variant_count; i++)
        put_variant_decl(w, info, i);
    buf_cstr(w->out, "}\n");
}

static void put_type_row(Writer *w, SirType type) {
    const SirTypeInfo *info = sir_type(w->module, type);
    if (sir_type_is_nominal(info->kind)) {
        put_nominal(w, type, info);
        return;
    }
    char number[16];
    snprintf(number, sizeof number, "#%u", type);
    buf_cstr(w->out, "type ");
    if (str_eq_c(w->types[type], number)) buf_printf(w->out, "%s = ", number);
    sir__put_structure(w, w->out, type);
    buf_byte(w->out, '\n');
}

// --- the module --------------------------------------------------------------------------------------------------

static void put_manifest(Writer *w) {
    const SirManifest *manifest = &w->module->manifest;
    if (manifest->main == SIR_NONE && !manifest->grant_count && !manifest->heap_bytes &&
        !manifest->stack_bytes && !manifest->threads && !manifest->cpu && !manifest->time)
        return;
    buf_cstr(w->out, "\nmanifest {\n");
    if (manifest->main != SIR_NONE) {
        buf_cstr(w->out, "    main ");
        sir__put_ref(
            w, '@', SIR__SPACE_FUNC, 0, w->module->funcs.data[manifest->main].name, manifest->main
        );
        for (uint32_t i = 0; i < sir__main_params(w->module); i++) {
            buf_cstr(w->out, i ? ", " : "(");
            sir__put_name(w->out, manifest->param_names[i]);
        }
        buf_cstr(w->out, sir__main_params(w->module) ? ")\n" : "\n");
    }
    buf_printf(w->out, "    heap %llu\n", (unsigned long long)manifest->heap_bytes);
    buf_printf(w->out, "    stack %llu\n", (unsigned long long)manifest->stack_bytes);
    buf_printf(w->out, "    threads %u\n", manifest->threads);
    if (manifest->cpu) buf_printf(w->out, "    cpu %u\n", manifest->cpu);
    if (manifest->time) buf_printf(w->out, "    time %llu\n", (unsigned long long)manifest->time);
    for (uint32_t i = 0; i < manifest->grant_count; i++) {
        const SirGrant *grant = &manifest->grants[i];
        const char *kind = sir__grant_text(grant->kind);
        buf_printf(
            w->out, "    grant %s %llu %llu\n", kind, (unsigned long long)grant->base,
            (unsigned long long)grant->length
        );
    }
    buf_cstr(w->out, "}\n");
}

static void index_module(Writer *w) {
    const SirModule *module = w->module;
    w->index = sir__index_new(&w->scratch);
    for (SirContract i = 0; i < module->contracts.len; i++) {
        sir__index_add(w->index, SIR__SPACE_CONTRACT, 0, module->contracts.data[i].name, i);
        sir__index_contract(w->index, module, i);
    }
    for (SirType i = SIR_SCALARS; i < module->types.len; i++)
        if (sir_type_is_nominal(module->types.data[i].kind)) {
            sir__index_add(w->index, SIR__SPACE_TYPE, 0, module->types.data[i].name, i);
            sir__index_type(w->index, module, i);
        }
    for (SirConst i = 0; i < module->consts.len; i++)
        sir__index_add(w->index, SIR__SPACE_CONST, 0, module->consts.data[i].name, i);
    for (SirFunc i = 0; i < module->funcs.len; i++)
        sir__index_add(w->index, SIR__SPACE_FUNC, 0, module->funcs.data[i].name, i);
}

static void put_const(Writer *w, SirConst row) {
    const SirConstInfo *info = &w->module->consts.data[row];
    buf_cstr(w->out, "const ");
    sir__put_decl(w, '$', SIR__SPACE_CONST, info->name, row);
    buf_cstr(w->out, " = ");
    sir__put_tree(w, &info->tree, SIR_NONE);
    buf_byte(w->out, '\n');
}

static void put_module(Writer *w) {
    const SirModule *module = w->module;
    buf_cstr(w->out, "module ");
    sir__put_name(w->out, module->name);
    buf_byte(w->out, '\n');
    vec_each(Str, file, &module->files) {
        buf_cstr(w->out, "file ");
        sir__put_string(w->out, *file);
        buf_byte(w->out, '\n');
    }
    for (SirContract i = 0; i < module->contracts.len; i++)
        put_contract(w, i);
    if (module->types.len > SIR_SCALARS) buf_byte(w->out, '\n');
    for (SirType i = SIR_SCALARS; i < module->types.len; i++)
        put_type_row(w, i);
    if (module->consts.len) buf_byte(w->out, '\n');
    for (SirConst i = 0; i < module->consts.len; i++)
        put_const(w, i);
    for (SirFunc i = 0; i < module->funcs.len; i++)
        sir__put_func(w, i);
    put_manifest(w);
}

static Writer open_writer(const SirModule *module, Buf *out, SirType types) {
    Writer w = { .module = module, .out = out };
    arena_init(&w.scratch);
    index_module(&w);
    sir__name_types(&w, types);
    return w;
}

void sir_text_write(const SirModule *module, Buf *out) {
    Writer w = open_writer(module, out, module->types.len);
    put_module(&w);
    arena_free(&w.scratch);
}

// --- pieces, for complaints ----------------------------------------------------------------------------------------

void sir_type_write(const SirModule *module, SirType type, Buf *out) {
    Writer w = open_writer(module, out, type < module->types.len ? type + 1 : SIR_SCALARS);
    if (type < module->types.len && !sir_type_is_nominal(sir_type(module, type)->kind))
        sir__put_structure(&w, out, type);
    else
        sir__put_type(&w, type);
    arena_free(&w.scratch);
}

void sir_inst_write(
    const SirModule *module, const SirFuncInfo *func, const SirInst *inst, Buf *out
) {
    Writer w = open_writer(module, out, module->types.len);
    sir__put_inst(&w, func, inst);
    arena_free(&w.scratch);
}
