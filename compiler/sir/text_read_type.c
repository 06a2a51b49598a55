// Types and constant trees from the text form. Modes close like brackets: `own T*?` is an option of an owner, since `*`
// closed `own` before `?` was seen.

#include "form.h"
#include "index.h"
#include "sir.h"
#include "text_read.h"
#include "text_scan.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_TYPE = 64 };

// --- references --------------------------------------------------------------------------------------------------

static uint32_t find(Text *t, SirSpace space, uint32_t owner, Str name, const char *what) {
    uint32_t row = sir__index_find(t->index, space, owner, name);
    if (row == SIR_NONE)
        sir__scan_fail(&t->scan, "no %s is called `" STR_FMT "`", what, STR_ARG(name));
    else if (row == SIR__AMBIGUOUS)
        sir__scan_fail(
            &t->scan, "more than one %s is called `" STR_FMT "`: use the number", what,
            STR_ARG(name)
        );
    return row;
}

// Called behind the sigil.
static uint64_t read_number_or_name(
    Text *t, char sigil, SirSpace space, uint32_t owner, const char *what
) {
    char next = sir__here(&t->scan);
    if (sir__is_digit(next)) return sir__scan_number(&t->scan);
    Str name = next == '"'    ? sir__scan_string(&t->scan)
               : sigil == '%' ? sir__scan_identifier(&t->scan, what)
                              : sir__scan_dotted(&t->scan, what);
    return t->scan.bad ? 0 : find(t, space, owner, name, what);
}

uint64_t sir__read_row(Text *t, char sigil, SirSpace space, uint32_t owner, const char *what) {
    char next = sir__peek(&t->scan);
    if (next == sigil)
        t->scan.at++;
    else if (sigil != '#' || next == '"' || !sir__starts_name(next))
        sir__scan_expected(&t->scan, what);
    return t->scan.bad ? 0 : read_number_or_name(t, sigil, space, owner, what);
}

uint32_t sir__read_ref(Text *t, char sigil, SirSpace space, uint32_t owner, const char *what) {
    uint64_t row = sir__read_row(t, sigil, space, owner, what);
    if (row > UINT32_MAX) sir__scan_fail(&t->scan, "a row of more than 32 bits");
    return (uint32_t)row;
}

SirState sir__read_state(Text *t, uint32_t contract) {
    if (sir__accept_word(&t->scan, "any")) return SIR_STATE_ANY;
    if (sir__accept_word(&t->scan, "closed")) return SIR_STATE_CLOSED;
    return sir__read_ref(t, '#', SIR__SPACE_STATE, contract, "state");
}

uint64_t sir__read_variant(Text *t, SirType type) {
    bool option = type < t->module->types.len && sir_type(t->module, type)->kind == SIR_TYPE_OPTION;
    if (option && sir__accept_word(&t->scan, "none")) return 0;
    if (option && sir__accept_word(&t->scan, "some")) return 1;
    return sir__read_row(t, '#', SIR__SPACE_VARIANT, type, "variant");
}

// --- types -------------------------------------------------------------------------------------------------------

// `info` as a row, if it is made of rows that are there.
static SirType intern(Text *t, SirTypeInfo info) {
    if (t->scan.bad) return SIR_TYPE_VOID;
    if (!sir__type_is_founded(&info, t->module->types.len)) {
        sir__scan_fail(&t->scan, "a type made of a row that is not declared above");
        return SIR_TYPE_VOID;
    }
    return sir_type_intern(t->module, &info);
}

static bool read_mode(Text *t, SirMode *mode) {
    for (*mode = SIR_OWN; *mode <= SIR_STATIC; (*mode)++)
        if (sir__accept_word(&t->scan, sir_mode_text(*mode))) return true;
    return false;
}

// What a type or a contract is called; `endpoint` when `.imp:` or `.exp:` follows, for then it is a contract.
typedef struct Noun {
    Str name;
    uint32_t row;
    bool numbered, endpoint;
} Noun;

static bool is_end_at(const Text *t, size_t at) {
    const char *text = t->scan.text + at;
    return t->scan.length - at >= 5 &&
           (memcmp(text, ".imp:", 5) == 0 || memcmp(text, ".exp:", 5) == 0);
}

static Noun scan_noun(Text *t) {
    Scan *scan = &t->scan;
    Noun noun = { 0 };
    if (!sir__accept(scan, "#")) {
        noun.name = sir__scan_dotted(scan, "a type");
        if (noun.name.len > 4 && sir__here(scan) == ':' && is_end_at(t, scan->at - 4)) {
            scan->at -= 4; // of `Ball.imp` the contract is `Ball`
            noun.name.len -= 4;
        }
    } else if ((noun.numbered = sir__is_digit(sir__here(scan)))) {
        noun.row = sir__scan_u32(scan);
    } else {
        noun.name = sir__scan_string(scan);
    }
    noun.endpoint = is_end_at(t, scan->at);
    return noun;
}

static uint32_t noun_row(Text *t, Noun noun) {
    if (noun.numbered || t->scan.bad) return noun.row;
    return noun.endpoint ? find(t, SIR__SPACE_CONTRACT, 0, noun.name, "contract")
                         : find(t, SIR__SPACE_TYPE, 0, noun.name, "type");
}

// Behind the contract: `.imp:STATE`.
static SirTypeInfo read_end(Text *t, SirContract contract) {
    SirTypeInfo info = { .kind = SIR_TYPE_ENDPOINT, .contract = contract };
    sir__expect(&t->scan, ".");
    info.side = sir__accept_word(&t->scan, sir__side_text(SIR_EXP)) ? SIR_EXP : SIR_IMP;
    if (info.side == SIR_IMP && !sir__accept_word(&t->scan, sir__side_text(SIR_IMP)))
        sir__scan_expected(&t->scan, "`imp` or `exp`");
    sir__expect(&t->scan, ":");
    info.state = sir__read_state(t, contract);
    return info;
}

// A nominal type, any type by its row, or an endpoint.
static SirType read_named(Text *t) {
    Noun noun = scan_noun(t);
    uint32_t row = noun_row(t, noun);
    return noun.endpoint ? intern(t, read_end(t, row)) : row;
}

static SirType read_fn(Text *t) {
    SirSig *sig = arena_new(t->module->arena, SirSig);
    sig->result = sir__read_type(t);
    sir__expect(&t->scan, "(");
    VEC(SirParam) params = { 0 };
    while (!t->scan.bad && !sir__accept(&t->scan, ")")) {
        if (params.len > 0) sir__expect(&t->scan, ",");
        SirType type = sir__read_type(t);
        vec_push(t->module->arena, &params, (SirParam){ type, sir__read_promise(t, type) });
    }
    sig->params = params.data;
    sig->param_count = params.len;
    sir__read_from(t, sig);
    return intern(t, (SirTypeInfo){ .kind = SIR_TYPE_FN, .sig = sig });
}

static SirType read_epset(Text *t) {
    sir__expect(&t->scan, "<");
    Noun noun = scan_noun(t);
    if (!noun.endpoint) sir__scan_expected(&t->scan, "`.imp:` or `.exp:` behind a contract");
    SirTypeInfo info = read_end(t, noun_row(t, noun));
    info.kind = SIR_TYPE_EPSET;
    info.elem = sir__accept(&t->scan, ",") ? sir__read_type(t) : SIR_NONE;
    sir__expect(&t->scan, ">");
    return intern(t, info);
}

static SirType read_around(Text *t, SirTypeKind kind) {
    sir__expect(&t->scan, "<");
    SirType elem = sir__read_type(t);
    sir__expect(&t->scan, ">");
    return intern(t, (SirTypeInfo){ .kind = kind, .elem = elem });
}

static bool read_scalar(Text *t, SirType *type) {
    static const char *const texts[] = {
#define SIR_SCALAR(name, text, bits, cls) text,
#include "contracts/sir/types.def"
    };
    for (*type = 0; *type < SIR_SCALARS; (*type)++)
        if (sir__accept_word(&t->scan, texts[*type])) return true;
    return false;
}

static bool read_device(Text *t, SirDevice *device) {
    for (*device = SIR_IO_PORT; *device <= SIR_DMA; (*device)++)
        if (sir__accept_word(&t->scan, sir__device_text(*device))) return true;
    return false;
}

static SirType read_primary(Text *t) {
    SirType type = SIR_TYPE_VOID;
    SirDevice device;
    if (sir__accept(&t->scan, "(")) {
        type = sir__read_type(t);
        sir__expect(&t->scan, ")");
        return type;
    }
    if (read_scalar(t, &type)) return type;
    if (sir__accept_word(&t->scan, "fn")) return read_fn(t);
    if (sir__accept_word(&t->scan, "endpoints")) return read_epset(t);
    if (sir__accept_word(&t->scan, "atomic")) return read_around(t, SIR_TYPE_ATOMIC);
    if (sir__accept_word(&t->scan, "mutex")) return read_around(t, SIR_TYPE_MUTEX);
    if (sir__accept_word(&t->scan, "guard")) return read_around(t, SIR_TYPE_GUARD);
    if (sir__accept_word(&t->scan, "join"))
        return intern(t, (SirTypeInfo){ .kind = SIR_TYPE_JOIN });
    if (read_device(t, &device))
        return intern(t, (SirTypeInfo){ .kind = SIR_TYPE_DEVICE, .device = device });
    return read_named(t);
}

// What a suffix makes of `elem`: `closes` tells whether it takes the innermost mode.
static bool read_suffix(Text *t, SirTypeInfo *made, bool *closes) {
    *closes = false;
    if (sir__accept(&t->scan, "?")) {
        made->kind = SIR_TYPE_OPTION;
        return true;
    }
    *closes = true;
    if (sir__accept(&t->scan, "*")) {
        made->kind = SIR_TYPE_PTR;
        return true;
    }
    if (!sir__accept(&t->scan, "[")) return false;
    bool dots = sir__accept(&t->scan, "..");
    if (sir__accept(&t->scan, "]")) {
        made->kind = dots ? SIR_TYPE_GROW : SIR_TYPE_SLICE;
        return true;
    }
    made->kind = dots ? SIR_TYPE_VECTOR : SIR_TYPE_ARRAY;
    made->count = sir__scan_number(&t->scan);
    sir__expect(&t->scan, "]");
    *closes = false;
    return true;
}

static SirType read_suffixes(Text *t, SirType type, const SirMode *modes, unsigned open) {
    bool closes;
    SirTypeInfo made = { .elem = type };
    while (!t->scan.bad && read_suffix(t, &made, &closes)) {
        if (closes && open == 0)
            sir__scan_fail(
                &t->scan, "no own, mut, const, gc or static is left for this `*`, `[]` or `[..]`"
            );
        else if (closes)
            made.mode = modes[--open];
        type = intern(t, made);
        made = (SirTypeInfo){ .elem = type };
    }
    if (open > 0)
        sir__scan_expected(
            &t->scan, "a `*`, `[]` or `[..]` for each own, mut, const, gc and static before it"
        );
    return type;
}

SirType sir__read_type(Text *t) {
    SirMode modes[DEEPEST_TYPE];
    unsigned open = 0;
    if (++t->depth > DEEPEST_TYPE)
        sir__scan_fail(&t->scan, "types nest more than %d deep", DEEPEST_TYPE);
    while (open < DEEPEST_TYPE && read_mode(t, &modes[open]))
        open++;
    SirType type;
    if (!sir__accept_word(&t->scan, "str"))
        type = read_primary(t);
    else if (open > 0)
        type = intern(t, (SirTypeInfo){ .kind = SIR_TYPE_STR, .mode = modes[--open] });
    else {
        type = SIR_TYPE_VOID;
        sir__scan_fail(&t->scan, "`str` without own, const, gc or static");
    }
    type = read_suffixes(t, type, modes, open);
    t->depth--;
    return type;
}

SirState sir__read_promise(Text *t, SirType param) {
    if (!sir__accept(&t->scan, "->")) return SIR_NONE;
    SirType type = sir_proj_type(t->module, param, (SirProj){ .kind = SIR_PROJ_DEREF });
    const SirTypeInfo *info = type < t->module->types.len ? sir_type(t->module, type) : NULL;
    return sir__read_state(t, info && info->kind == SIR_TYPE_ENDPOINT ? info->contract : SIR_NONE);
}

void sir__read_from(Text *t, SirSig *sig) {
    if (!sir__accept_word(&t->scan, "from")) return;
    VEC(SirFrom) from = { 0 };
    sir__expect(&t->scan, "(");
    do {
        bool deep = sir__accept(&t->scan, "*");
        vec_push(t->module->arena, &from, (SirFrom){ sir__scan_u32(&t->scan), deep });
    } while (sir__accept(&t->scan, ","));
    sir__expect(&t->scan, ")");
    sig->from = from.data;
    sig->from_count = from.len;
}

// --- trees -------------------------------------------------------------------------------------------------------

// The end of a decimal with a point or an exponent that begins at `at`, or `at` if it is a plain number.
static size_t decimal_end(const Scan *scan, size_t at) {
    size_t end = at;
    bool fraction = false;
    for (; end < scan->length; end++) {
        char c = scan->text[end];
        bool point = c == '.' && end + 1 < scan->length && sir__is_digit(scan->text[end + 1]);
        bool exponent = end > at && (c == 'e' || c == 'E');
        bool sign = (c == '-' || c == '+') &&
                    (end == at || scan->text[end - 1] == 'e' || scan->text[end - 1] == 'E');
        if (!sir__is_digit(c) && !point && !exponent && !sign) break;
        fraction |= point || exponent;
    }
    bool hex = end < scan->length && scan->text[end] == 'x';
    return fraction && !hex ? end : at;
}

static void read_decimal(Text *t, SirTree *tree, size_t end) {
    char text[64], *rest = text;
    size_t length = end - t->scan.at;
    if (length >= sizeof text) {
        sir__scan_fail(&t->scan, "a decimal of more than %zu characters", sizeof text - 1);
        return;
    }
    memcpy(text, t->scan.text + t->scan.at, length);
    text[length] = 0;
    tree->kind = SIR_CONST_FLOAT;
    if (tree->type == SIR_TYPE_F64) {
        double value = strtod(text, &rest);
        memcpy(&tree->bits, &value, sizeof value);
    } else if (tree->type == SIR_TYPE_F32) {
        float value = strtof(text, &rest);
        uint32_t bits;
        memcpy(&bits, &value, sizeof value);
        tree->bits = bits;
    }
    if (*rest)
        sir__scan_expected(&t->scan, "a decimal of type f32 or f64");
    else
        t->scan.at += length;
}

static void read_items(Text *t, SirTree *tree, const char *close) {
    VEC(SirTree) items = { 0 };
    tree->kind = SIR_CONST_LIST;
    while (!t->scan.bad && !sir__accept(&t->scan, close)) {
        if (items.len > 0) sir__expect(&t->scan, ",");
        SirTree item = { 0 };
        sir__read_tree(t, &item, sir__item_type(t->module, tree, items.len));
        vec_push(t->module->arena, &items, item);
        if (items.len == 1 && sir__accept(&t->scan, "...")) {
            tree->kind = SIR_CONST_REPEAT;
            sir__expect(&t->scan, close);
            break;
        }
    }
    tree->items = items.data;
    tree->item_count = items.len;
}

static void read_list(Text *t, SirTree *tree) {
    tree->kind = SIR_CONST_LIST;
    if (sir__accept(&t->scan, ".")) {
        uint64_t variant = sir__read_variant(t, tree->type);
        if (variant > UINT32_MAX) sir__scan_fail(&t->scan, "a variant of more than 32 bits");
        tree->variant = (uint32_t)variant;
        if (sir__here(&t->scan) != '{') return; // a brace after a space is not the constant's
    }
    sir__expect(&t->scan, "{");
    read_items(t, tree, "}");
}

static void read_body(Text *t, SirTree *tree) {
    char first = sir__peek(&t->scan);
    size_t decimal = decimal_end(&t->scan, t->scan.at);
    if (sir__accept_word(&t->scan, "true"))
        tree->bits = 1;
    else if (sir__accept_word(&t->scan, "false"))
        tree->bits = 0;
    else if (sir__accept_word(&t->scan, "bits")) {
        tree->kind = SIR_CONST_FLOAT;
        tree->bits = sir__scan_number(&t->scan);
    } else if (first == '"') {
        tree->kind = SIR_CONST_STR;
        tree->text = sir__scan_string(&t->scan);
    } else if (first == '@') {
        tree->kind = SIR_CONST_FUNC;
        tree->bits = sir__read_row(t, '@', SIR__SPACE_FUNC, 0, "function");
    } else if (first == '$') {
        tree->kind = SIR_CONST_REF;
        tree->bits = sir__read_row(t, '$', SIR__SPACE_CONST, 0, "constant");
    } else if (first == '{' || first == '.')
        read_list(t, tree);
    else if (decimal > t->scan.at)
        read_decimal(t, tree, decimal);
    else if (sir__accept(&t->scan, "-"))
        tree->bits = 0 - sir__scan_number(&t->scan);
    else if (sir__is_digit(first))
        tree->bits = sir__scan_number(&t->scan);
    else
        sir__scan_expected(&t->scan, "a constant");
}

// Whether a body without a type stands here.
static bool is_body(Text *t) {
    char first = sir__peek(&t->scan);
    if (first && strchr("\"{.@$-", first)) return true;
    size_t at = t->scan.at;
    bool word = sir__accept_word(&t->scan, "true") || sir__accept_word(&t->scan, "false") ||
                sir__accept_word(&t->scan, "bits");
    t->scan.at = at;
    return word || sir__is_digit(first);
}

void sir__read_tree(Text *t, SirTree *tree, SirType expected) {
    unsigned around = t->depth;
    if (++t->depth > SIR__TREE_DEPTH)
        sir__scan_fail(&t->scan, "a constant is more than %d deep", SIR__TREE_DEPTH);
    tree->type = expected;
    if (expected == SIR_NONE || !is_body(t)) {
        t->depth = 0;
        tree->type = sir__read_type(t);
        t->depth = around + 1;
    }
    if (!t->scan.bad) read_body(t, tree);
    t->depth = around;
}
