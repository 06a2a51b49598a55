// Types: interning, what follows from their structure, and how they are spelled.

#include "hir.h"

#include "base/buf.h"
#include "base/check.h"

#include <stdlib.h>

struct HirTypes {
    Arena *arena;
    Names *names;
    StrMap *table; // encoded structure -> HirType *
    const HirType *simple[HIR_TYPE_NEVER + 1];
    uint32_t count;
};

// --- interning -----------------------------------------------------------------------------------------------------

// The key is the structure in bytes; parts are interned already, so their addresses stand for them within a run.
static const HirType *intern(HirTypes *types, const HirType *wanted) {
    struct {
        uint64_t kind, mode, elem, count, structure, enumeration, contract, side, state, sig;
        uint64_t param, symbol;
    } key = {
        wanted->kind,
        wanted->mode,
        (uintptr_t)wanted->elem,
        wanted->count,
        (uintptr_t)wanted->structure,
        (uintptr_t)wanted->enumeration,
        (uintptr_t)wanted->contract,
        wanted->side,
        wanted->state,
        (uintptr_t)wanted->sig,
        (uintptr_t)wanted->param,
        (uintptr_t)wanted->symbol,
    };
    uint64_t found;
    if (strmap_get(types->table, (const char *)&key, sizeof key, &found))
        return (const HirType *)(uintptr_t)found;
    HirType *made = arena_new(types->arena, HirType);
    *made = *wanted;
    made->number = types->count++;
    strmap_put(types->table, (const char *)&key, sizeof key, (uintptr_t)made);
    return made;
}

HirTypes *hir_types_new(Arena *arena, Names *names) {
    HirTypes *types = arena_new(arena, HirTypes);
    *types = (HirTypes){ .arena = arena, .names = names, .table = strmap_new(arena) };
    for (HirTypeKind kind = HIR_TYPE_ERROR; kind <= HIR_TYPE_NEVER; kind++)
        types->simple[kind] = intern(types, &(HirType){ .kind = kind });
    return types;
}

const HirType *hir_type_simple(HirTypes *types, HirTypeKind kind) {
    return types->simple[kind];
}

const HirType *hir_type_array(HirTypes *types, const HirType *elem, uint64_t count) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_ARRAY, .elem = elem, .count = count });
}

const HirType *hir_type_unknown(
    HirTypes *types, HirTypeKind kind, const HirType *elem, const HirSymbol *count
) {
    return intern(types, &(HirType){ .kind = kind, .elem = elem, .count = 1, .symbol = count });
}

const HirType *hir_type_option(HirTypes *types, const HirType *elem) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_OPTION, .elem = elem });
}

const HirType *hir_type_ptr(HirTypes *types, HirMode mode, const HirType *elem) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_PTR, .mode = mode, .elem = elem });
}

const HirType *hir_type_slice(HirTypes *types, HirMode mode, const HirType *elem) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_SLICE, .mode = mode, .elem = elem });
}

const HirType *hir_type_grow(HirTypes *types, const HirType *elem) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_GROW, .mode = HIR_OWN, .elem = elem });
}

const HirType *hir_type_vector(HirTypes *types, const HirType *elem, uint64_t count) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_VECTOR, .elem = elem, .count = count });
}

const HirType *hir_type_str(HirTypes *types, HirMode mode) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_STR, .mode = mode });
}

const HirType *hir_type_shared(HirTypes *types, HirTypeKind kind, const HirType *elem) {
    return intern(types, &(HirType){ .kind = kind, .elem = elem });
}

const HirType *hir_type_guard(HirTypes *types, const HirType *elem) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_GUARD, .mode = HIR_MUT, .elem = elem });
}

const HirType *hir_type_set(HirTypes *types, const HirType *endpoint, const HirType *value) {
    HirType set = *endpoint;
    set.kind = HIR_TYPE_SET;
    set.elem = value;
    return intern(types, &set);
}

const HirType *hir_type_member(HirTypes *types, const HirType *set) {
    return hir_type_endpoint(types, set->contract, set->side, set->state);
}

const HirType *hir_type_struct(HirTypes *types, const HirStruct *structure) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_STRUCT, .structure = structure });
}

const HirType *hir_type_enum(HirTypes *types, const HirEnum *enumeration) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_ENUM, .enumeration = enumeration });
}

const HirType *hir_type_endpoint(
    HirTypes *types, const HirContract *contract, HirSide side, uint32_t state
) {
    return intern(
        types,
        &(HirType){ .kind = HIR_TYPE_ENDPOINT, .contract = contract, .side = side, .state = state }
    );
}

// Signatures are interned by a key of their own, so that equal ones are the same pointer.
const HirType *hir_type_fn(HirTypes *types, const HirSig *sig) {
    Buf key = { 0 };
    buf_byte(&key, 'f');
    buf_u64le(&key, (uintptr_t)sig->result);
    for (uint32_t i = 0; i < sig->params.len; i++) {
        buf_u64le(&key, (uintptr_t)sig->params.data[i]);
        buf_u32le(&key, sig->promises.data[i]);
    }
    buf_byte(&key, '|');
    vec_each(HirFrom, from, &sig->from) {
        buf_u32le(&key, from->param);
        buf_byte(&key, from->deep);
    }
    uint64_t found;
    if (!strmap_get(types->table, (const char *)key.data, key.len, &found)) {
        HirSig *copy = arena_new(types->arena, HirSig);
        *copy = *sig;
        found = (uintptr_t)intern(types, &(HirType){ .kind = HIR_TYPE_FN, .sig = copy });
        strmap_put(types->table, (const char *)key.data, key.len, found);
    }
    buf_free(&key);
    return (const HirType *)(uintptr_t)found;
}

const HirType *hir_type_ref_fn(HirTypes *types, const HirSig *sig) {
    return intern(
        types, &(HirType){ .kind = HIR_TYPE_REF_FN, .sig = hir_type_fn(types, sig)->sig }
    );
}

const HirType *hir_type_param(HirTypes *types, const HirParam *param) {
    return intern(types, &(HirType){ .kind = HIR_TYPE_PARAM, .param = param });
}

// --- what follows from structure -------------------------------------------------------------------------------------

typedef enum Question { OWNS, MOVES, BORROWS, HAS_ENDPOINT, MANAGED } Question;

static bool holds_itself(const HirType *type, Question question);
static bool any_part(const HirType *type, Question question);

static bool any_field(const HirField *fields, uint32_t count, Question question) {
    for (uint32_t i = 0; i < count; i++)
        if (any_part(fields[i].type, question)) return true;
    return false;
}

static bool any_payload(const HirEnum *enumeration, Question question) {
    for (uint32_t i = 0; i < enumeration->variants.len; i++)
        if (any_field(
                enumeration->variants.data[i].fields.data, enumeration->variants.data[i].fields.len,
                question
            ))
            return true;
    return false;
}

// Declarations that lie in each other are asked once: there can be exponentially many ways from one to another.
static bool any_inside(const HirType *type, Question question) {
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    const HirAnswers *answers = is_struct ? &type->structure->answers : &type->enumeration->answers;
    uint8_t bit = (uint8_t)(1u << question);
    if (is_struct ? type->structure->broken : type->enumeration->broken) return false;
    if (answers->known & bit) return answers->holds & bit;
    bool holds =
        is_struct ? any_field(type->structure->fields.data, type->structure->fields.len, question)
                  : any_payload(type->enumeration, question);
    if (answers->settled) {
        HirAnswers *note = (HirAnswers *)(uintptr_t)answers;
        note->known |= bit;
        note->holds |= holds ? bit : 0;
    }
    return holds;
}

// Whether the answer is yes for the type or for an inline part of it. Inline parts are finite: declarations that contain
// themselves inline have been refused (`broken`).
static bool any_part(const HirType *type, Question question) {
    if (holds_itself(type, question)) return true;
    switch (type->kind) {
    case HIR_TYPE_ARRAY:
    case HIR_TYPE_VECTOR:
        return any_part(type->elem, question); // of none, too: as the verifier has it
    case HIR_TYPE_MUTEX:
    case HIR_TYPE_OPTION: return any_part(type->elem, question);
    case HIR_TYPE_STRUCT:
    case HIR_TYPE_ENUM: return any_inside(type, question);
    default: return false;
    }
}

static bool has_mode(const HirType *type) {
    return type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE ||
           type->kind == HIR_TYPE_GROW || type->kind == HIR_TYPE_STR;
}

static bool owns(const HirType *type) {
    if (type->kind == HIR_TYPE_PARAM) return !type->param->is_plain; // it may
    return type->kind == HIR_TYPE_ENDPOINT || type->kind == HIR_TYPE_SET ||
           hir_type_is_device(type) || (has_mode(type) && type->mode == HIR_OWN);
}

static bool moves(const HirType *type) {
    bool stays = type->kind == HIR_TYPE_ATOMIC || type->kind == HIR_TYPE_MUTEX ||
                 type->kind == HIR_TYPE_GUARD || type->kind == HIR_TYPE_JOIN;
    return owns(type) || stays || type->kind == HIR_TYPE_REF_FN ||
           (has_mode(type) && type->mode == HIR_MUT);
}

static bool borrows(const HirType *type) {
    if (type->kind == HIR_TYPE_GUARD || type->kind == HIR_TYPE_JOIN) return true;
    if (type->kind == HIR_TYPE_STRUCT) return type->structure->is_ref && !type->structure->by_parts;
    if (type->kind == HIR_TYPE_PARAM) return type->param->is_ref; // it may
    return type->kind == HIR_TYPE_REF_FN ||
           (has_mode(type) && (type->mode == HIR_MUT || type->mode == HIR_CONST));
}

static bool holds_itself(const HirType *type, Question question) {
    switch (question) {
    case OWNS: return owns(type);
    case MOVES: return moves(type);
    case BORROWS: return borrows(type);
    case HAS_ENDPOINT: return type->kind == HIR_TYPE_ENDPOINT;
    case MANAGED: return has_mode(type) && type->mode == HIR_GC;
    }
    return false;
}

// Each lets pass what the one before it lets pass.
typedef enum Border { BORDER_PROCESS, BORDER_THREAD, BORDER_LOAN } Border;

static bool stays(const HirType *type, Border border) { // on this side of the border
    switch (type->kind) {
    case HIR_TYPE_PARAM: return !type->param->is_sendable;
    case HIR_TYPE_FN:
    case HIR_TYPE_IO_PORT:
    case HIR_TYPE_IO_MEMORY:
    case HIR_TYPE_IRQ:
    case HIR_TYPE_DMA: return border < BORDER_THREAD;
    case HIR_TYPE_ATOMIC:
    case HIR_TYPE_MUTEX: return border < BORDER_LOAN;
    case HIR_TYPE_SET:
    case HIR_TYPE_REF_FN:
    case HIR_TYPE_GUARD:
    case HIR_TYPE_JOIN: return true;
    case HIR_TYPE_STRUCT: return type->structure->is_ref && !type->structure->by_parts;
    case HIR_TYPE_GROW: return border < BORDER_THREAD;
    default: break;
    }
    if (has_mode(type) && type->mode == HIR_STATIC) return border < BORDER_THREAD;
    return has_mode(type) && type->mode != HIR_OWN;
}

bool hir_type_is_plain(const HirType *type) {
    return !any_part(type, MOVES);
}

bool hir_type_is_owner(const HirType *type) {
    return any_part(type, OWNS);
}

bool hir_type_is_second_class(const HirType *type) {
    return any_part(type, BORROWS);
}

bool hir_type_is_lent(const HirType *type) {
    bool holder = (type->kind == HIR_TYPE_STRUCT && type->structure->is_ref) ||
                  type->kind == HIR_TYPE_ENUM || type->kind == HIR_TYPE_OPTION;
    bool stands = type->kind == HIR_TYPE_PARAM && type->param->is_lent;
    return holder || stands || !hir_type_is_second_class(type);
}

bool hir_type_has_endpoint(const HirType *type) {
    return any_part(type, HAS_ENDPOINT);
}

bool hir_type_is_managed(const HirType *type) {
    return any_part(type, MANAGED);
}

bool hir_type_is_opaque(const HirType *type) {
    for (; type->elem; type = type->elem)
        if (type->symbol) return true;
    if (type->kind == HIR_TYPE_FN || type->kind == HIR_TYPE_REF_FN) {
        for (uint32_t i = 0; i < type->sig->params.len; i++)
            if (hir_type_is_opaque(type->sig->params.data[i])) return true;
        return hir_type_is_opaque(type->sig->result);
    }
    return type->kind == HIR_TYPE_PARAM ||
           (type->kind == HIR_TYPE_ENDPOINT && type->contract->is_opaque) ||
           (type->kind == HIR_TYPE_STRUCT && type->structure->is_opaque) ||
           (type->kind == HIR_TYPE_ENUM && type->enumeration->is_opaque);
}

// Follows owning pointers too. What has been met is not asked again: either it is on the way, or it was sendable.
typedef struct Met {
    const void **rows;
    uint32_t len, cap;
} Met;

static bool met_before(Met *met, const void *what) {
    for (uint32_t i = 0; i < met->len; i++)
        if (met->rows[i] == what) return true;
    if (met->len == met->cap) {
        met->cap = met->cap ? 2 * met->cap : 16;
        met->rows = realloc(met->rows, met->cap * sizeof *met->rows);
        if (!met->rows) base_out_of_memory(met->cap * sizeof *met->rows);
    }
    met->rows[met->len++] = what;
    return false;
}

static bool passes(const HirType *type, Border border, Met *met);

static bool fields_pass(const HirField *fields, uint32_t count, Border border, Met *met) {
    for (uint32_t i = 0; i < count; i++)
        if (!passes(fields[i].type, border, met)) return false;
    return true;
}

static bool passes(const HirType *type, Border border, Met *met) {
    if (stays(type, border) || type->kind == HIR_TYPE_VOID || type->kind == HIR_TYPE_NEVER)
        return false;
    if (type->kind == HIR_TYPE_STRUCT)
        return met_before(met, type->structure) ||
               fields_pass(type->structure->fields.data, type->structure->fields.len, border, met);
    bool is_static = has_mode(type) && type->mode == HIR_STATIC; // nobody changes what it leads to
    if (type->kind != HIR_TYPE_ENUM)
        return !type->elem || is_static || passes(type->elem, border, met);
    if (met_before(met, type->enumeration)) return true;
    for (uint32_t i = 0; i < type->enumeration->variants.len; i++) {
        const HirVariant *variant = &type->enumeration->variants.data[i];
        if (!fields_pass(variant->fields.data, variant->fields.len, border, met)) return false;
    }
    return true;
}

static bool may_pass(const HirType *type, Border border) {
    Met met = { 0 };
    bool good = type->kind == HIR_TYPE_ERROR || passes(type, border, &met);
    free(met.rows);
    return good;
}

bool hir_type_is_sendable(const HirType *type) {
    return may_pass(type, BORDER_PROCESS);
}

bool hir_type_is_movable(const HirType *type) {
    return may_pass(type, BORDER_THREAD);
}

bool hir_type_is_shareable(const HirType *type) {
    return may_pass(type, BORDER_LOAN);
}

bool hir_type_is_indexed(const HirType *type) {
    return type->kind == HIR_TYPE_ARRAY || type->kind == HIR_TYPE_SLICE ||
           type->kind == HIR_TYPE_GROW || type->kind == HIR_TYPE_VECTOR;
}

bool hir_type_is_integer(const HirType *type) {
    return type->kind >= HIR_TYPE_I8 && type->kind <= HIR_TYPE_USIZE;
}

bool hir_type_is_signed(const HirType *type) {
    return type->kind >= HIR_TYPE_I8 && type->kind <= HIR_TYPE_ISIZE;
}

bool hir_type_is_float(const HirType *type) {
    return type->kind == HIR_TYPE_F32 || type->kind == HIR_TYPE_F64;
}

bool hir_type_is_device(const HirType *type) {
    return type->kind >= HIR_TYPE_IO_PORT && type->kind <= HIR_TYPE_DMA;
}

bool hir_type_is_scalar(const HirType *type) {
    return type->kind >= HIR_TYPE_BOOL && type->kind <= HIR_TYPE_F64;
}

uint32_t hir_type_bits(const HirType *type) {
    switch (type->kind) {
    case HIR_TYPE_BOOL:
    case HIR_TYPE_I8:
    case HIR_TYPE_U8: return 8;
    case HIR_TYPE_I16:
    case HIR_TYPE_U16: return 16;
    case HIR_TYPE_CHAR:
    case HIR_TYPE_I32:
    case HIR_TYPE_U32:
    case HIR_TYPE_F32: return 32;
    case HIR_TYPE_I64:
    case HIR_TYPE_U64:
    case HIR_TYPE_ISIZE:
    case HIR_TYPE_USIZE:
    case HIR_TYPE_F64: return 64;
    default: unreachable();
    }
}

bool hir_expr_is_place(const HirExpr *expr) {
    return expr->kind >= HIR_LOCAL && expr->kind <= HIR_TEMP;
}

bool hir_builtin_changes(HirBuiltin builtin) {
    switch (builtin) {
    case HIR_BUILTIN_SLICE_SWAP:
    case HIR_BUILTIN_SLICE_REPLACE:
    case HIR_BUILTIN_SLICE_COPY:
    case HIR_BUILTIN_SLICE_FILL:
    case HIR_BUILTIN_SLICE_MOVE:
    case HIR_BUILTIN_REPLACE:
    case HIR_BUILTIN_TAKE:
    case HIR_BUILTIN_SWAP:
    case HIR_BUILTIN_SET_ADD:
    case HIR_BUILTIN_SET_TAKE:
    case HIR_BUILTIN_PUSH:
    case HIR_BUILTIN_POP:
    case HIR_BUILTIN_INSERT:
    case HIR_BUILTIN_REMOVE:
    case HIR_BUILTIN_TRUNCATE:
    case HIR_BUILTIN_APPEND:
    case HIR_BUILTIN_RESERVE:
    case HIR_BUILTIN_TRY_RESERVE:
    case HIR_BUILTIN_DEVICE_READ: // of a device, reading may change something
    case HIR_BUILTIN_DEVICE_WRITE:
    case HIR_BUILTIN_DEVICE_COPY_IN:
    case HIR_BUILTIN_DEVICE_COPY_OUT:
    case HIR_BUILTIN_ATOMIC_STORE:
    case HIR_BUILTIN_ATOMIC_ADD:
    case HIR_BUILTIN_ATOMIC_SWAP:
    case HIR_BUILTIN_ATOMIC_CAS: return true;
    default: return false;
    }
}

// --- spelling ----------------------------------------------------------------------------------------------------------

static const char *const simple_words[] = {
    [HIR_TYPE_ERROR] = "?",         [HIR_TYPE_VOID] = "void",
    [HIR_TYPE_BOOL] = "bool",       [HIR_TYPE_CHAR] = "char",
    [HIR_TYPE_I8] = "i8",           [HIR_TYPE_I16] = "i16",
    [HIR_TYPE_I32] = "i32",         [HIR_TYPE_I64] = "i64",
    [HIR_TYPE_ISIZE] = "isize",     [HIR_TYPE_U8] = "u8",
    [HIR_TYPE_U16] = "u16",         [HIR_TYPE_U32] = "u32",
    [HIR_TYPE_U64] = "u64",         [HIR_TYPE_USIZE] = "usize",
    [HIR_TYPE_F32] = "f32",         [HIR_TYPE_F64] = "f64",
    [HIR_TYPE_NEVER] = "never",     [HIR_TYPE_JOIN] = "join",
    [HIR_TYPE_IO_PORT] = "io_port", [HIR_TYPE_IO_MEMORY] = "io_memory",
    [HIR_TYPE_IRQ] = "irq",         [HIR_TYPE_DMA] = "dma",
};

static const char *const mode_words[] = {
    [HIR_OWN] = "own ",
    [HIR_MUT] = "",
    [HIR_CONST] = "const ",
    [HIR_GC] = "gc ",
    [HIR_STATIC] = "static const ",
};

static void spell(const HirTypes *types, const HirType *type, Buf *out);

static void spell_sig(const HirTypes *types, const HirSig *sig, Buf *out) {
    buf_cstr(out, "fn ");
    spell(types, sig->result, out);
    buf_byte(out, '(');
    for (uint32_t i = 0; i < sig->params.len; i++) {
        if (i) buf_cstr(out, ", ");
        spell(types, sig->params.data[i], out);
        uint32_t promise = sig->promises.data[i];
        const HirType *endpoint = sig->params.data[i]->elem;
        if (promise < HIR_ANY_STATE && endpoint->state != promise)
            buf_printf(
                out, " -> %s",
                names_text(types->names, endpoint->contract->states.data[promise].name)
            );
    }
    buf_byte(out, ')');
    for (uint32_t i = 0; i < sig->from.len; i++)
        buf_printf(
            out, "%s%s%u", i ? ", " : " from ", sig->from.data[i].deep ? "*" : "",
            sig->from.data[i].param
        );
}

static void spell_end(const HirTypes *types, const HirType *type, Buf *out) {
    buf_printf(
        out, "%s.%s%s", names_text(types->names, type->contract->name),
        type->state == HIR_ANY_STATE ? "any." : "", type->side == HIR_IMP ? "imp" : "exp"
    );
    if (type->state < type->contract->states.len && !type->contract->is_param)
        buf_printf(
            out, ":%s", names_text(types->names, type->contract->states.data[type->state].name)
        );
}

static void spell(const HirTypes *types, const HirType *type, Buf *out) {
    switch (type->kind) {
    case HIR_TYPE_ARRAY:
        spell(types, type->elem, out);
        if (type->symbol)
            buf_printf(out, "[%s]", type->symbol->text);
        else
            buf_printf(out, "[%llu]", (unsigned long long)type->count);
        return;
    case HIR_TYPE_OPTION:
        spell(types, type->elem, out);
        buf_byte(out, '?');
        return;
    case HIR_TYPE_PTR:
    case HIR_TYPE_SLICE:
        buf_cstr(out, mode_words[type->mode]);
        spell(types, type->elem, out);
        buf_cstr(out, type->kind == HIR_TYPE_PTR ? "*" : "[]");
        return;
    case HIR_TYPE_ATOMIC:
    case HIR_TYPE_MUTEX:
    case HIR_TYPE_GUARD:
        buf_cstr(
            out, type->kind == HIR_TYPE_ATOMIC  ? "atomic<"
                 : type->kind == HIR_TYPE_MUTEX ? "mutex<"
                                                : "guard<"
        );
        spell(types, type->elem, out);
        buf_byte(out, '>');
        return;
    case HIR_TYPE_GROW:
        buf_cstr(out, "own ");
        spell(types, type->elem, out);
        buf_cstr(out, "[..]");
        return;
    case HIR_TYPE_VECTOR:
        spell(types, type->elem, out);
        if (type->symbol)
            buf_printf(out, "[..%s]", type->symbol->text);
        else
            buf_printf(out, "[..%llu]", (unsigned long long)type->count);
        return;
    case HIR_TYPE_STR:
        buf_cstr(
            out, type->mode == HIR_OWN      ? "own str"
                 : type->mode == HIR_STATIC ? "static str"
                 : type->mode == HIR_GC     ? "gc str"
                                            : "str"
        );
        return;
    case HIR_TYPE_STRUCT: buf_cstr(out, names_text(types->names, type->structure->name)); return;
    case HIR_TYPE_ENUM: buf_cstr(out, names_text(types->names, type->enumeration->name)); return;
    case HIR_TYPE_PARAM: buf_cstr(out, names_text(types->names, type->param->name)); return;
    case HIR_TYPE_REF_FN:
        buf_cstr(out, "ref ");
        spell_sig(types, type->sig, out);
        return;
    case HIR_TYPE_FN: spell_sig(types, type->sig, out); return;
    case HIR_TYPE_SET:
        buf_cstr(out, "endpoints<");
        spell_end(types, type, out);
        if (type->elem) buf_cstr(out, ", ");
        if (type->elem) spell(types, type->elem, out);
        buf_byte(out, '>');
        return;
    case HIR_TYPE_ENDPOINT: spell_end(types, type, out); return;
    default: buf_cstr(out, simple_words[type->kind]); return;
    }
}

const char *hir_type_text(HirTypes *types, const HirType *type) {
    Buf out = { 0 };
    spell(types, type, &out);
    char *text = buf_take(&out);
    const char *copy = arena_strdup(types->arena, text);
    free(text);
    return copy;
}
