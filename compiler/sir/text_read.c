// The text form, read: docs/sir.md 12. Names may be used before they are declared, so the text is walked several
// times: first cut into items; then contracts and types say what they are called; then what they are; then constants and
// functions say what they are called and take; then what they are. Types are in text_read_type.c, functions in
// text_read_code.c.

#include "text_read.h"

#include "form.h"
#include "index.h"
#include "sir.h"
#include "text_scan.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

typedef enum ItemKind {
    ITEM_MODULE,
    ITEM_FILE,
    ITEM_CONTRACT,
    ITEM_TYPE,
    ITEM_NOMINAL,
    ITEM_CONST,
    ITEM_FN,
    ITEM_MANIFEST
} ItemKind;

typedef struct Item {
    ItemKind kind;
    size_t at;        // behind what is read of it
    uint32_t row;     // of what it declares
    SirTypeInfo info; // NOMINAL: kind and flags
} Item;

typedef VEC(Item) Items;

// --- what items share ----------------------------------------------------------------------------------------------

Str sir__read_decl(Text *t, char sigil, uint32_t row, const char *what) {
    bool marked = sir__peek(&t->scan) == sigil;
    if (marked)
        t->scan.at++;
    else if (sigil != '#')
        sir__scan_expected(&t->scan, what);
    bool numbered = marked && sir__is_digit(sir__here(&t->scan));
    uint32_t number = numbered ? sir__scan_u32(&t->scan) : row;
    if (number != row) sir__scan_fail(&t->scan, "this is %s %u, not %u", what, row, number);
    if (!numbered || sir__starts_name(sir__peek_here(&t->scan)))
        return sir__scan_name(&t->scan, "a name");
    return STR("");
}

SirLoc sir__read_loc(Text *t) {
    SirLoc loc = { .file = SIR_NONE };
    if (sir__peek_here(&t->scan) != '!') return loc;
    t->scan.at++;
    if (!sir__accept_word(&t->scan, "_")) loc.file = sir__scan_u32(&t->scan);
    sir__expect(&t->scan, ":");
    loc.line = sir__scan_u32(&t->scan);
    sir__expect(&t->scan, ":");
    loc.column = sir__scan_u32(&t->scan);
    return loc;
}

static SirField read_field(Text *t) {
    SirField field = { 0 };
    for (uint8_t order = 1; sir__order_text(order); order++)
        if (sir__accept_word(&t->scan, sir__order_text(order))) field.order = order;
    field.type = sir__read_type(t);
    field.name = sir__scan_name(&t->scan, "a name");
    return field;
}

// --- contracts -----------------------------------------------------------------------------------------------------

// `in`, `out` or `state`; -1 when the contract ends.
static int next_entry(Text *t) {
    if (t->scan.bad || sir__accept(&t->scan, "}")) return -1;
    if (sir__accept_word(&t->scan, "in")) return SIR_IN;
    if (sir__accept_word(&t->scan, "out")) return SIR_OUT;
    if (sir__accept_word(&t->scan, "state")) return 2;
    sir__scan_expected(&t->scan, "`in`, `out`, `state` or `}`");
    return -1;
}

// To the `)` of a message's arguments.
static void skip_args(Text *t) {
    sir__expect(&t->scan, "(");
    for (unsigned open = 1; open > 0 && !t->scan.bad;) {
        char c = sir__peek(&t->scan);
        if (c == '"')
            sir__scan_string(&t->scan);
        else if (t->scan.at == t->scan.length)
            sir__scan_expected(&t->scan, "`)`");
        else {
            open += c == '(';
            open -= c == ')';
            t->scan.at++;
        }
    }
}

// Behind a state's `:`, whether a choice stands here; `is_end` when `end` stood before it.
static bool begin_choices(Text *t, bool *is_end) {
    *is_end = sir__accept_word(&t->scan, "end");
    if (*is_end) return sir__accept(&t->scan, ",");
    char next = sir__peek_here(&t->scan);
    return next == '#' || sir__starts_name(next);
}

static void skip_ref(Text *t, const char *what) {
    if (!sir__accept(&t->scan, "#"))
        sir__scan_dotted(&t->scan, what);
    else if (sir__peek(&t->scan) == '"')
        sir__scan_string(&t->scan);
    else
        sir__scan_u32(&t->scan);
}

static void skip_choices(Text *t) {
    bool is_end;
    if (!begin_choices(t, &is_end)) return;
    do {
        skip_ref(t, "a message");
        sir__expect(&t->scan, "->");
        skip_ref(t, "a state");
    } while (sir__accept(&t->scan, ","));
}

void sir__declare_contract(Text *t, SirContract row) {
    SirContractInfo info = { .name = sir__read_decl(t, '#', row, "contract"), .base = SIR_NONE };
    VEC(SirMessage) messages = { 0 };
    VEC(SirStateInfo) states = { 0 };
    if (sir__accept(&t->scan, ":")) skip_ref(t, "a contract");
    sir__expect(&t->scan, "{");
    for (int entry; (entry = next_entry(t)) >= 0;) {
        Str name = sir__scan_name(&t->scan, "a name");
        if (entry == 2) {
            sir__expect(&t->scan, ":");
            skip_choices(t);
            vec_push(t->module->arena, &states, (SirStateInfo){ .name = name });
        } else {
            skip_args(t);
            vec_push(
                t->module->arena, &messages, (SirMessage){ .name = name, .dir = (SirDir)entry }
            );
        }
    }
    info.messages = messages.data;
    info.message_count = messages.len;
    info.states = states.data;
    info.state_count = states.len;
    vec_push(t->module->arena, &t->module->contracts, info);
    sir__index_add(t->index, SIR__SPACE_CONTRACT, 0, info.name, row);
    sir__index_contract(t->index, t->module, row);
}

static void define_message(Text *t, SirMessage *message) {
    VEC(SirField) args = { 0 };
    VEC(uint64_t) limits = { 0 };
    sir__expect(&t->scan, "(");
    while (!t->scan.bad && !sir__accept(&t->scan, ")")) {
        if (args.len > 0) sir__expect(&t->scan, ",");
        vec_push(t->module->arena, &args, read_field(t));
        bool limited = sir__accept(&t->scan, "<=");
        vec_push(t->module->arena, &limits, limited ? sir__scan_number(&t->scan) : UINT64_MAX);
    }
    message->args = args.data;
    message->limits = limits.data;
    message->arg_count = args.len;
}

static void define_state(Text *t, SirContract row, SirStateInfo *state) {
    sir__expect(&t->scan, ":");
    VEC(SirChoice) choices = { 0 };
    if (begin_choices(t, &state->is_end)) do {
            SirChoice choice = { .message =
                                     sir__read_ref(t, '#', SIR__SPACE_MESSAGE, row, "message") };
            sir__expect(&t->scan, "->");
            choice.next = sir__read_state(t, row);
            vec_push(t->module->arena, &choices, choice);
        } while (sir__accept(&t->scan, ","));
    state->choices = choices.data;
    state->choice_count = choices.len;
}

void sir__define_contract(Text *t, SirContract row) {
    SirContractInfo *info = &t->module->contracts.data[row];
    uint32_t message = 0, state = 0;
    sir__read_decl(t, '#', row, "contract");
    if (sir__accept(&t->scan, ":"))
        info->base = sir__read_ref(t, '#', SIR__SPACE_CONTRACT, 0, "contract");
    sir__expect(&t->scan, "{");
    for (int entry; (entry = next_entry(t)) >= 0;) {
        sir__scan_name(&t->scan, "a name");
        if (entry == 2)
            define_state(t, row, &info->states[state++]);
        else
            define_message(t, &info->messages[message++]);
    }
}

// --- nominal types -------------------------------------------------------------------------------------------------

SirType sir__declare_nominal(Text *t, SirTypeInfo info) {
    SirType row = t->module->types.len;
    info.name = sir__read_decl(t, '#', row, "type");
    sir_type_intern(t->module, &info);
    sir__index_add(t->index, SIR__SPACE_TYPE, 0, info.name, row);
    return row;
}

static void read_fields(Text *t, SirTypeInfo *info) {
    VEC(SirField) fields = { 0 };
    while (!t->scan.bad && !sir__accept(&t->scan, "}")) {
        vec_push(t->module->arena, &fields, read_field(t));
        sir__accept(&t->scan, ",");
    }
    info->fields = fields.data;
    info->field_count = fields.len;
}

static SirVariant read_variant(Text *t, uint64_t value) {
    SirVariant variant = { .name = sir__scan_name(&t->scan, "a variant"), .value = value };
    VEC(SirField) fields = { 0 };
    if (sir__accept(&t->scan, "(")) {
        do
            vec_push(t->module->arena, &fields, read_field(t));
        while (sir__accept(&t->scan, ","));
        sir__expect(&t->scan, ")");
    }
    if (sir__accept(&t->scan, "=")) {
        bool negative = sir__accept(&t->scan, "-");
        variant.value = sir__scan_number(&t->scan);
        if (negative) variant.value = 0 - variant.value;
    }
    variant.fields = fields.data;
    variant.field_count = fields.len;
    return variant;
}

static void read_variants(Text *t, SirTypeInfo *info) {
    VEC(SirVariant) variants = { 0 };
    while (!t->scan.bad && !sir__accept(&t->scan, "}")) {
        SirVariant variant = read_variant(t, variants.len);
        vec_push(t->module->arena, &variants, variant);
        sir__accept(&t->scan, ",");
    }
    info->variants = variants.data;
    info->variant_count = variants.len;
}

void sir__define_nominal(Text *t, SirType row) {
    SirTypeInfo info = *sir_type(t->module, row);
    sir__read_decl(t, '#', row, "type");
    if (info.kind != SIR_TYPE_STRUCT && sir__accept(&t->scan, ":")) {
        info.is_plain_enum = info.kind == SIR_TYPE_ENUM;
        info.elem = sir__read_type(t);
    } else if (info.kind == SIR_TYPE_FLAGS) {
        sir__scan_expected(&t->scan, "`:` and the type that the flags stand in");
    }
    sir__expect(&t->scan, "{");
    if (info.kind == SIR_TYPE_STRUCT)
        read_fields(t, &info);
    else
        read_variants(t, &info);
    sir_type_define(t->module, row, &info);
    sir__index_type(t->index, t->module, row);
}

// --- the manifest --------------------------------------------------------------------------------------------------

// The parameters' names in the manifest are those in the function unless they are given.
static void read_main(Text *t, SirManifest *manifest) {
    manifest->main = sir__read_ref(t, '@', SIR__SPACE_FUNC, 0, "function");
    if (manifest->main >= t->module->funcs.len)
        sir__scan_fail(&t->scan, "main is no function of this module");
    if (t->scan.bad) return;
    const SirFuncInfo *func = &t->module->funcs.data[manifest->main];
    manifest->param_names = arena_array(t->module->arena, Str, func->sig.param_count);
    bool given = sir__accept(&t->scan, "(");
    for (uint32_t i = 0; i < func->sig.param_count; i++) {
        if (given && i > 0) sir__expect(&t->scan, ",");
        manifest->param_names[i] = given ? sir__scan_name(&t->scan, "a name for each parameter")
                                         : func->locals.data[i].name;
    }
    if (given) sir__expect(&t->scan, ")");
}

static SirGrant read_grant(Text *t) {
    SirGrant grant = { 0 };
    while (grant.kind < SIR_GRANT_KINDS && !sir__accept_word(&t->scan, sir__grant_text(grant.kind)))
        grant.kind++;
    if (grant.kind == SIR_GRANT_KINDS) sir__scan_expected(&t->scan, "a grant");
    grant.base = sir__scan_number(&t->scan);
    grant.length = sir__scan_number(&t->scan);
    return grant;
}

void sir__read_manifest(Text *t) {
    SirManifest *manifest = &t->module->manifest;
    VEC(SirGrant) grants = { 0 };
    sir__expect(&t->scan, "{");
    while (!t->scan.bad && !sir__accept(&t->scan, "}")) {
        if (sir__accept_word(&t->scan, "main"))
            read_main(t, manifest);
        else if (sir__accept_word(&t->scan, "heap"))
            manifest->heap_bytes = sir__scan_number(&t->scan);
        else if (sir__accept_word(&t->scan, "stack"))
            manifest->stack_bytes = sir__scan_number(&t->scan);
        else if (sir__accept_word(&t->scan, "threads"))
            manifest->threads = sir__scan_u32(&t->scan);
        else if (sir__accept_word(&t->scan, "cpu"))
            manifest->cpu = sir__scan_u32(&t->scan);
        else if (sir__accept_word(&t->scan, "time"))
            manifest->time = sir__scan_number(&t->scan);
        else if (sir__accept_word(&t->scan, "grant"))
            vec_push(t->module->arena, &grants, read_grant(t));
        else
            sir__scan_expected(
                &t->scan, "`main`, `heap`, `stack`, `threads`, `cpu`, `time`, `grant` or `}`"
            );
    }
    manifest->grants = grants.data;
    manifest->grant_count = grants.len;
}

// --- items ---------------------------------------------------------------------------------------------------------

// To the end of the item: a line end outside brackets, unless the next line opens a brace.
static void skip_item(Scan *scan) {
    for (uint64_t open = 0; scan->at < scan->length && !scan->bad;) {
        char c = sir__peek_here(scan);
        if (c == '"') {
            sir__scan_string(scan);
            continue;
        }
        if (c == '\n' && open == 0 && sir__peek(scan) != '{') return;
        open += c == '{' || c == '(' || c == '[';
        if (c == '}' || c == ')' || c == ']') {
            if (open == 0) sir__scan_expected(scan, "an item");
            open--;
        }
        if (scan->at < scan->length && c != '\n')
            scan->at++;
        else
            sir__skip_space(scan);
    }
}

static bool read_nominal_kind(Text *t, Item *item) {
    item->kind = ITEM_NOMINAL;
    item->info = (SirTypeInfo){ .kind = SIR_TYPE_STRUCT };
    item->info.is_ref = sir__accept_word(&t->scan, "ref");
    item->info.is_wire = sir__accept_word(&t->scan, "wire");
    if (sir__accept_word(&t->scan, "struct")) return true;
    if (item->info.is_ref || item->info.is_wire) return false;
    item->info.kind = SIR_TYPE_ENUM;
    if (sir__accept_word(&t->scan, "enum")) return true;
    item->info.kind = SIR_TYPE_FLAGS;
    return sir__accept_word(&t->scan, "flags");
}

static Item read_item(Text *t) {
    static const struct {
        const char *word;
        ItemKind kind;
    } kinds[] = {
        { "module",   ITEM_MODULE   },
        { "file",     ITEM_FILE     },
        { "contract", ITEM_CONTRACT },
        { "type",     ITEM_TYPE     },
        { "const",    ITEM_CONST    },
        { "fn",       ITEM_FN       },
        { "manifest", ITEM_MANIFEST },
    };
    Item item = { 0 };
    bool found = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !found; i++)
        if ((found = sir__accept_word(&t->scan, kinds[i].word))) item.kind = kinds[i].kind;
    if (!found && !read_nominal_kind(t, &item)) sir__scan_expected(&t->scan, "an item");
    item.at = t->scan.at;
    skip_item(&t->scan);
    return item;
}

static void cut_items(Text *t, Items *items) {
    while (!t->scan.bad && (sir__skip_space(&t->scan), t->scan.at < t->scan.length))
        vec_push(t->scan.arena, items, read_item(t));
}

// `type [#n =] TYPE`
static void read_type_item(Text *t) {
    uint32_t wanted = SIR_NONE;
    size_t start = (sir__skip_space(&t->scan), t->scan.at);
    if (sir__accept(&t->scan, "#") && sir__is_digit(sir__peek_here(&t->scan)))
        wanted = sir__scan_u32(&t->scan);
    if (wanted == SIR_NONE || !sir__accept(&t->scan, "=")) {
        wanted = SIR_NONE;
        t->scan.at = t->scan.bad ? t->scan.length : start;
    }
    SirType type = sir__read_type(t);
    if (wanted != SIR_NONE && type != wanted) sir__scan_fail(&t->scan, "this is type %u", type);
}

static void declare_types(Text *t, Item *item) {
    if (item->kind == ITEM_TYPE)
        read_type_item(t);
    else if (item->kind == ITEM_NOMINAL)
        item->row = sir__declare_nominal(t, item->info);
}

static void declare_contracts(Text *t, Item *item) {
    if (item->kind == ITEM_MODULE)
        t->module->name = sir__scan_name(&t->scan, "a name");
    else if (item->kind == ITEM_FILE)
        vec_push(t->module->arena, &t->module->files, sir__scan_string(&t->scan));
    else if (item->kind == ITEM_CONTRACT)
        sir__declare_contract(t, item->row = t->module->contracts.len);
}

static void define_types(Text *t, Item *item) {
    if (item->kind == ITEM_CONTRACT)
        sir__define_contract(t, item->row);
    else if (item->kind == ITEM_NOMINAL)
        sir__define_nominal(t, item->row);
}

static void declare_const(Text *t, Item *item) {
    item->row = t->module->consts.len;
    SirConstInfo constant = { .name = sir__read_decl(t, '$', item->row, "constant") };
    sir__expect(&t->scan, "=");
    item->at = t->scan.at;
    sir__index_add(t->index, SIR__SPACE_CONST, 0, constant.name, item->row);
    vec_push(t->module->arena, &t->module->consts, constant);
}

static void declare_fn(Text *t, Item *item) {
    item->row = t->module->funcs.len;
    vec_push(t->module->arena, &t->module->funcs, (SirFuncInfo){ 0 });
    sir__read_head(t, item->row);
    item->at = t->scan.at;
    sir__index_add(t->index, SIR__SPACE_FUNC, 0, t->module->funcs.data[item->row].name, item->row);
}

static void declare_values(Text *t, Item *item) {
    if (item->kind == ITEM_CONST)
        declare_const(t, item);
    else if (item->kind == ITEM_FN)
        declare_fn(t, item);
}

static void define_values(Text *t, Item *item) {
    if (item->kind == ITEM_CONST)
        sir__read_tree(t, &t->module->consts.data[item->row].tree, SIR_NONE);
    else if (item->kind == ITEM_FN)
        sir__read_body(t, item->row);
    else if (item->kind == ITEM_MANIFEST)
        sir__read_manifest(t);
}

// What every pass sees to its end ends its line.
static bool ends_in(ItemKind kind, void (*pass)(Text *, Item *)) {
    switch (kind) {
    case ITEM_MODULE:
    case ITEM_FILE: return pass == declare_contracts;
    case ITEM_TYPE: return pass == declare_types;
    case ITEM_CONTRACT:
    case ITEM_NOMINAL: return pass == define_types;
    case ITEM_CONST:
    case ITEM_FN:
    case ITEM_MANIFEST: return pass == define_values;
    }
    return false;
}

static void walk(Text *t, Items *items, void (*pass)(Text *, Item *)) {
    vec_each(Item, item, items) {
        if (t->scan.bad) return;
        t->scan.at = item->at;
        pass(t, item);
        if (ends_in(item->kind, pass)) sir__end_line(&t->scan);
    }
}

static void read_module(Text *t) {
    Items items = { 0 };
    cut_items(t, &items);
    walk(t, &items, declare_contracts);
    walk(t, &items, declare_types);
    walk(t, &items, define_types);
    // From here every type, contract, state and message can be found by name.
    walk(t, &items, declare_values);
    walk(t, &items, define_values);
}

SirModule *sir_text_read(Arena *arena, Str text, SirReadError *error) {
    *error = (SirReadError){ 0 };
    Text t = {
        .scan = { .arena = arena,
                 .text = text.ptr ? text.ptr : "",
                 .length = text.len,
                 .error = error }
    };
    t.module = sir_module_new(arena, STR(""));
    t.index = sir__index_new(arena);
    t.ops = strmap_new(arena);
    for (SirOp op = 0; op < SIR_OPS; op++)
        strmap_put(t.ops, sir_op_text(op), strlen(sir_op_text(op)), op);
    read_module(&t);
    return t.scan.bad ? NULL : t.module;
}
