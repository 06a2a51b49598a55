// The text form of types and constant trees. A structural type is written where it is used, as Sip would write it; since
// rows are made of lower rows, each row's text is put together from texts that are ready. One that would be longer than
// a line is referred to by number instead, which also keeps the text linear in the module.

#include "form.h"
#include "index.h"
#include "sir.h"
#include "text_write.h"

#include "base/arena.h"
#include "base/buf.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TYPE = 100 };

// --- types -----------------------------------------------------------------------------------------------------

void sir__put_type(Writer *w, SirType type) {
    if (type < w->module->types.len)
        buf_put(w->out, w->types[type].ptr, w->types[type].len);
    else
        buf_printf(w->out, "#%u", type);
}

void sir__put_from(Buf *out, const SirSig *sig) {
    for (uint32_t i = 0; i < sig->from_count; i++)
        buf_printf(
            out, "%s%s%u", i ? ", " : " from(", sig->from[i].deep ? "*" : "", sig->from[i].param
        );
    if (sig->from_count) buf_byte(out, ')');
}

// What an exclusive borrow of an endpoint promises is a state of that endpoint's contract.
void sir__put_promise(Writer *w, const SirParam *param) {
    if (param->to == SIR_NONE) return;
    SirType type = sir_proj_type(w->module, param->type, (SirProj){ .kind = SIR_PROJ_DEREF });
    const SirTypeInfo *info = type < w->module->types.len ? sir_type(w->module, type) : NULL;
    buf_cstr(w->out, " -> ");
    sir__put_state(
        w, info && info->kind == SIR_TYPE_ENDPOINT ? info->contract : SIR_NONE, param->to
    );
}

static void put_fn(Writer *w, const SirSig *sig) {
    buf_cstr(w->out, "fn ");
    sir__put_type(w, sig->result);
    buf_byte(w->out, '(');
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (i > 0) buf_cstr(w->out, ", ");
        sir__put_type(w, sig->params[i].type);
        sir__put_promise(w, &sig->params[i]);
    }
    buf_byte(w->out, ')');
    sir__put_from(w->out, sig);
}

static void put_endpoint(Writer *w, const SirTypeInfo *info) {
    sir__put_contract_ref(w, info->contract);
    buf_printf(w->out, ".%s:", sir__side_text(info->side));
    sir__put_state(w, info->contract, info->state);
}

static void put_epset(Writer *w, const SirTypeInfo *info) {
    buf_cstr(w->out, "endpoints<");
    put_endpoint(w, info);
    if (info->elem != SIR_NONE) {
        buf_cstr(w->out, ", ");
        sir__put_type(w, info->elem);
    }
    buf_byte(w->out, '>');
}

// MODE elem SUFFIX
static void put_pointer(Writer *w, const SirTypeInfo *info, const char *suffix) {
    buf_printf(w->out, "%s ", sir_mode_text(info->mode));
    sir__put_type(w, info->elem);
    buf_cstr(w->out, suffix);
}

static void put_around(Writer *w, const char *before, SirType elem, const char *after) {
    buf_cstr(w->out, before);
    sir__put_type(w, elem);
    buf_cstr(w->out, after);
}

static void put_counted(Writer *w, const SirTypeInfo *info, const char *before) {
    sir__put_type(w, info->elem);
    buf_printf(w->out, "%s%llu]", before, (unsigned long long)info->count);
}

static void put_structure(Writer *w, const SirTypeInfo *info) {
    switch (info->kind) {
    case SIR_TYPE_ARRAY: put_counted(w, info, "["); break;
    case SIR_TYPE_VECTOR: put_counted(w, info, "[.."); break;
    case SIR_TYPE_OPTION: put_around(w, "", info->elem, "?"); break;
    case SIR_TYPE_ATOMIC: put_around(w, "atomic<", info->elem, ">"); break;
    case SIR_TYPE_MUTEX: put_around(w, "mutex<", info->elem, ">"); break;
    case SIR_TYPE_GUARD: put_around(w, "guard<", info->elem, ">"); break;
    case SIR_TYPE_JOIN: buf_cstr(w->out, "join"); break;
    case SIR_TYPE_PTR: put_pointer(w, info, "*"); break;
    case SIR_TYPE_SLICE: put_pointer(w, info, "[]"); break;
    case SIR_TYPE_GROW: put_pointer(w, info, "[..]"); break;
    case SIR_TYPE_STR: buf_printf(w->out, "%s str", sir_mode_text(info->mode)); break;
    case SIR_TYPE_FN: put_fn(w, info->sig); break;
    case SIR_TYPE_ENDPOINT: put_endpoint(w, info); break;
    case SIR_TYPE_EPSET: put_epset(w, info); break;
    case SIR_TYPE_DEVICE: buf_cstr(w->out, sir__device_text(info->device)); break;
    case SIR_TYPE_STRUCT:
    case SIR_TYPE_ENUM:
    case SIR_TYPE_FLAGS:
    case SIR_TYPE_KINDS: break;
#define SIR_SCALAR(name, text, bits, cls) \
    case SIR_TYPE_##name: buf_cstr(w->out, text); break;
#include "contracts/sir/types.def"
    }
}

void sir__put_structure(Writer *w, Buf *out, SirType type) {
    Buf *kept = w->out;
    w->out = out;
    put_structure(w, sir_type(w->module, type));
    w->out = kept;
}

static void name_type(Writer *w, Buf *text, SirType type) {
    const SirTypeInfo *info = sir_type(w->module, type);
    Buf *kept = w->out;
    w->out = text;
    text->len = 0;
    if (sir_type_is_nominal(info->kind))
        sir__put_ref(w, '#', SIR__SPACE_TYPE, 0, info->name, type);
    else
        put_structure(w, info);
    if (text->len > LONGEST_TYPE) {
        text->len = 0;
        buf_printf(text, "#%u", type);
    }
    w->out = kept;
    w->types[type] =
        (Str){ arena_strndup(&w->scratch, (const char *)text->data, text->len), text->len };
}

void sir__name_types(Writer *w, SirType count) {
    w->types = arena_array(&w->scratch, Str, w->module->types.len);
    Buf text = { 0 };
    for (SirType type = 0; type < count; type++)
        name_type(w, &text, type);
    buf_free(&text);
}

// --- trees -----------------------------------------------------------------------------------------------------

// Of a plain enum, as its integer type.
static bool is_signed(const SirModule *module, SirType type) {
    if (type >= SIR_SCALARS && type < module->types.len && sir_type(module, type)->is_plain_enum)
        type = sir_type(module, type)->elem;
    return type == SIR_TYPE_I8 || type == SIR_TYPE_I16 || type == SIR_TYPE_I32 ||
           type == SIR_TYPE_I64;
}

static void put_int(Writer *w, const SirTree *tree) {
    if (tree->type == SIR_TYPE_BOOL && tree->bits < 2)
        buf_cstr(w->out, tree->bits ? "true" : "false");
    else if (is_signed(w->module, tree->type))
        buf_printf(w->out, "%lld", (long long)tree->bits);
    else
        buf_printf(w->out, "%llu", (unsigned long long)tree->bits);
}

// The shortest decimals that give the same bits back.
static void print_f64(char text[64], uint64_t bits) {
    double value, back = 0;
    memcpy(&value, &bits, sizeof value);
    for (int digits = 1; digits <= 17 && isfinite(value) && (digits == 1 || back != value);
         digits++) {
        snprintf(text, 64, "%.*g", digits, value);
        back = strtod(text, NULL);
    }
}

static void print_f32(char text[64], uint32_t bits) {
    float value, back = 0;
    memcpy(&value, &bits, sizeof value);
    for (int digits = 1; digits <= 9 && isfinite(value) && (digits == 1 || back != value);
         digits++) {
        snprintf(text, 64, "%.*g", digits, (double)value);
        back = strtof(text, NULL);
    }
}

// What has no decimal (NaN, infinity, a type that is no float) is written as bits.
static void put_float(Writer *w, const SirTree *tree) {
    char text[64] = "";
    if (tree->type == SIR_TYPE_F64)
        print_f64(text, tree->bits);
    else if (tree->type == SIR_TYPE_F32 && tree->bits <= UINT32_MAX)
        print_f32(text, (uint32_t)tree->bits);
    if (!text[0])
        buf_printf(w->out, "bits 0x%llx", (unsigned long long)tree->bits);
    else
        buf_printf(w->out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void put_list(Writer *w, const SirTree *tree) {
    const SirTypeInfo *info =
        tree->type < w->module->types.len ? sir_type(w->module, tree->type) : NULL;
    bool varies =
        tree->variant || (info && (info->kind == SIR_TYPE_ENUM || info->kind == SIR_TYPE_OPTION));
    if (varies) {
        buf_byte(w->out, '.');
        sir__put_variant(w, tree->type, tree->variant);
    }
    if (varies && tree->item_count == 0) return;
    buf_byte(w->out, '{');
    for (uint32_t i = 0; i < tree->item_count; i++) {
        if (i > 0) buf_cstr(w->out, ", ");
        sir__put_tree(w, &tree->items[i], sir__item_type(w->module, tree, i));
    }
    buf_byte(w->out, '}');
}

void sir__put_tree(Writer *w, const SirTree *tree, SirType expected) {
    if (expected == SIR_NONE || tree->type != expected) {
        sir__put_type(w, tree->type);
        buf_byte(w->out, ' ');
    }
    switch (tree->kind) {
    case SIR_CONST_INT: put_int(w, tree); break;
    case SIR_CONST_FLOAT: put_float(w, tree); break;
    case SIR_CONST_STR: sir__put_string(w->out, tree->text); break;
    case SIR_CONST_LIST: put_list(w, tree); break;
    case SIR_CONST_REPEAT:
        buf_byte(w->out, '{');
        sir__put_tree(w, &tree->items[0], sir__item_type(w->module, tree, 0));
        buf_cstr(w->out, " ...}");
        break;
    case SIR_CONST_FUNC: sir__put_func_ref(w, tree->bits); break;
    case SIR_CONST_REF: sir__put_const_ref(w, tree->bits); break;
    case SIR_CONST_KINDS: break;
    }
}
