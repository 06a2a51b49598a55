// What can stand behind a dot, and what can be named. See members.h.
// Takes what the check of a probe has found, and the abstract syntax where that has more: functions of generic types are there
// only once they are used.

#include "members.h"

#include "uses.h"

#include "hir/protocol.h"

#include <string.h>

static const char *text_of(Probe *probe, Name name) {
    return names_text(probe->result->names, name);
}

// --- heads -------------------------------------------------------------------------------------------------------------------

static const char *one_line(Arena *arena, Str text) {
    char *line = arena_array(arena, char, text.len + 1), *to = line;
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_blank = char_is_blank(text.ptr[i]);
        if (!is_blank && blank && to > line) *to++ = ' ';
        if (!is_blank) *to++ = text.ptr[i];
        blank = is_blank;
    }
    *to = '\0';
    return line;
}

// How an item is declared, up to its body, without `pub` and attributes.
static const char *head_of(Probe *probe, const AstItem *item) {
    Str text = source_text(probe->result->map, item->span.file);
    uint32_t start = item->span.start, end = item->span.end;
    if (item->kind == AST_ITEM_FN && item->fn.result) start = item->fn.result->span.start;
    if (item->kind == AST_ITEM_FN && item->fn.body) end = item->fn.body->span.start;
    if (item->kind == AST_ITEM_SIP && item->sip.body) end = item->sip.body->span.start;
    if (item->kind != AST_ITEM_FN && item->kind != AST_ITEM_SIP && item->kind != AST_ITEM_CONST) {
        const char *brace = memchr(text.ptr + start, '{', end - start);
        if (brace) end = (uint32_t)(brace - text.ptr);
    }
    if (item->name.span.start < start && item->name.span.file) start = item->span.start;
    Str head = { text.ptr + start, end > start ? end - start : 0 };
    if (head.len > 4 && memcmp(head.ptr, "pub ", 4) == 0)
        head = (Str){ head.ptr + 4, head.len - 4 };
    return one_line(&probe->arena, head);
}

static CompletionKind kind_of(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_CONST: return COMPLETION_CONSTANT;
    case AST_ITEM_STRUCT: return COMPLETION_STRUCT;
    case AST_ITEM_ENUM:
    case AST_ITEM_FLAGS: return COMPLETION_ENUM;
    case AST_ITEM_INTERFACE:
    case AST_ITEM_CONTRACT: return COMPLETION_INTERFACE;
    case AST_ITEM_FN: return item->fn.owner ? COMPLETION_METHOD : COMPLETION_FUNCTION;
    case AST_ITEM_SIP: return COMPLETION_CLASS;
    default: return COMPLETION_MODULE;
    }
}

Member member_of_item(Probe *probe, const AstItem *item) {
    return (Member){ .name = text_of(probe, item->name.name),
                     .kind = kind_of(item),
                     .signature = head_of(probe, item),
                     .at = item->name.span,
                     .calls = item->kind == AST_ITEM_FN };
}

// --- parameters -------------------------------------------------------------------------------------------------------------

const char *member_parameters(const Member *member) {
    const char *name = member->name;
    size_t length = strlen(name);
    for (const char *at = member->signature; (at = strstr(at, name)); at++) {
        bool whole = at == member->signature || !char_is_word(at[-1]);
        const char *end = at + length;
        if (!whole) continue;
        if (*end == '<') { // its own parameters
            int depth = 0;
            for (; *end; end++) {
                depth += (*end == '<') - (*end == '>');
                if (*end == '>' && depth == 0) break;
            }
            if (*end) end++;
        }
        if (*end == '(') return end + 1;
    }
    return NULL;
}

bool member_next_parameter(const char **at, Str *parameter) {
    int depth = 0;
    while (**at == ' ' || **at == ',')
        (*at)++;
    const char *start = *at;
    for (; **at; (*at)++) {
        if (depth == 0 && (**at == ',' || **at == ')')) break;
        depth +=
            (strchr("([<{", **at) != NULL) - (strchr(")]>}", **at) != NULL && (*at)[-1] != '-');
    }
    *parameter = (Str){ start, (size_t)(*at - start) };
    return parameter->len > 0;
}

// --- functions of types ------------------------------------------------------------------------------------------------------

// `Pair<u8, u8>` is an instance of what is declared as `Pair`.
static bool is_name_of(Probe *probe, const char *instance, Name declared) {
    const char *name = text_of(probe, declared);
    size_t length = strlen(name);
    return strncmp(instance, name, length) == 0 && (!instance[length] || instance[length] == '<');
}

static Name last_of(const AstType *type) {
    bool named = type->kind == AST_TYPE_NAME && type->name.path.names.len > 0;
    return named ? vec_last(&type->name.path.names)->name : 0;
}

// Does a function that is declared for `owner` in `unit` belong to the type?
static bool owns(Probe *probe, const FrontUnit *unit, const AstType *owner, const HirType *type) {
    switch (owner->kind) {
    case AST_TYPE_NAME:
        if (type->kind == HIR_TYPE_STRUCT)
            return unit->module == type->structure->module &&
                   is_name_of(probe, text_of(probe, type->structure->name), last_of(owner));
        if (type->kind == HIR_TYPE_ENUM)
            return unit->module == type->enumeration->module &&
                   is_name_of(probe, text_of(probe, type->enumeration->name), last_of(owner));
        return false;
    case AST_TYPE_ENDPOINT:
        return type->kind == HIR_TYPE_ENDPOINT && unit->module == type->contract->module &&
               owner->endpoint.is_exporter == (type->side == HIR_EXP) && owner->endpoint.contract &&
               is_name_of(
                   probe, text_of(probe, type->contract->name), last_of(owner->endpoint.contract)
               );
    case AST_TYPE_SCALAR:
        return strcmp(
                   ast_scalar_text(owner->scalar),
                   hir_type_text(probe->result->program->types, type)
               ) == 0;
    case AST_TYPE_STR: return type->kind == HIR_TYPE_STR;
    case AST_TYPE_OPTIONAL: return type->kind == HIR_TYPE_OPTION;
    case AST_TYPE_SLICE: return hir_type_is_indexed(type);
    default: return false;
    }
}

static void fns_of(Probe *probe, const HirType *type, TakeMember *take, void *context) {
    vec_each(const FrontUnit, unit, &probe->result->units) {
        vec_each(AstItem *const, it, &unit->ast->items) {
            const AstItem *item = *it;
            bool fn = item->kind == AST_ITEM_FN && item->fn.owner && item->name.name;
            if (!fn || (!item->is_pub && unit != probe->unit)) continue;
            if (!owns(probe, unit, item->fn.owner, type)) continue;
            Member member = member_of_item(probe, item);
            member.is_method = item->fn.params.len > 0;
            take(context, &member);
        }
    }
}

// --- what is built in --------------------------------------------------------------------------------------------------------

enum {
    OF_INDEXED = 1,
    OF_GROWING = 2,
    OF_GROW = 4,
    OF_STR = 8,
    OF_SET = 16,
    OF_ENDPOINT = 32,
    OF_DEVICE = 64,
    OF_ATOMIC = 128
};

static unsigned built_in(const HirType *type) {
    bool grows = type->kind == HIR_TYPE_GROW || type->kind == HIR_TYPE_VECTOR;
    return (hir_type_is_indexed(type) ? OF_INDEXED : 0u) | (grows ? OF_GROWING : 0u) |
           (type->kind == HIR_TYPE_GROW ? OF_GROW : 0u) |
           (type->kind == HIR_TYPE_STR ? OF_STR : 0u) | (type->kind == HIR_TYPE_SET ? OF_SET : 0u) |
           (type->kind == HIR_TYPE_ENDPOINT ? OF_ENDPOINT : 0u) |
           (hir_type_is_device(type) ? OF_DEVICE : 0u) |
           (type->kind == HIR_TYPE_ATOMIC ? OF_ATOMIC : 0u);
}

static void built_in_of(const HirType *type, TakeMember *take, void *context) {
    static const struct {
        unsigned of;
        const char *name, *signature, *doc;
    } rows[] = {
#define MEMBER(of, name, signature, doc) { OF_##of, name, signature, doc },
#include "builtin.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(rows[i].of & built_in(type))) continue;
        bool calls =
            strchr(rows[i].signature, '(') && strchr(rows[i].signature, '(') != rows[i].signature;
        calls = calls && strcmp(rows[i].name, "len") != 0 && strcmp(rows[i].name, "bytes") != 0;
        take(
            context, &(Member){ .name = rows[i].name,
                                .kind = calls ? COMPLETION_METHOD : COMPLETION_FIELD,
                                .signature = rows[i].signature,
                                .doc = rows[i].doc,
                                .calls = calls }
        );
    }
}

void members_free(TakeMember *take, void *context) {
    static const struct {
        const char *name, *signature, *doc;
    } rows[] = {
#define FREE(name, signature, doc) { name, signature, doc },
#include "builtin.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        take(
            context, &(Member){ .name = rows[i].name,
                                .kind = COMPLETION_FUNCTION,
                                .signature = rows[i].signature,
                                .doc = rows[i].doc,
                                .calls = true }
        );
}

// --- types -------------------------------------------------------------------------------------------------------------------

static const char *typed(Probe *probe, const HirType *type, Name name) {
    return arena_printf(
        &probe->arena, "%s %s", hir_type_text(probe->result->program->types, type),
        text_of(probe, name)
    );
}

void members_fields(Probe *probe, const HirStruct *of, TakeMember *take, void *context) {
    bool own = of->module == probe->unit->module;
    vec_each(const HirField, field, &of->fields) {
        if (!own && !field->is_pub) continue;
        take(
            context, &(Member){ .name = text_of(probe, field->name),
                                .kind = COMPLETION_FIELD,
                                .signature = typed(probe, field->type, field->name),
                                .at = field->span }
        );
    }
}

void members_of_type(Probe *probe, const HirType *type, TakeMember *take, void *context) {
    while (type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_GUARD)
        type = type->elem;
    if (type->kind == HIR_TYPE_STRUCT) members_fields(probe, type->structure, take, context);
    built_in_of(type, take, context);
    fns_of(probe, type, take, context);
}

static const char *payload(Probe *probe, const char *name, const HirFields *fields) {
    Buf out = { 0 };
    buf_printf(&out, "%s", name);
    vec_each(const HirField, field, fields)
        buf_printf(
            &out, "%s%s", field == fields->data ? "(" : ", ", typed(probe, field->type, field->name)
        );
    if (fields->len) buf_byte(&out, ')');
    const char *text = arena_strndup(&probe->arena, (const char *)out.data, out.len);
    buf_free(&out);
    return text;
}

void members_variants(Probe *probe, const HirEnum *of, TakeMember *take, void *context) {
    vec_each(const HirVariant, variant, &of->variants) {
        const char *name = text_of(probe, variant->name);
        take(
            context, &(Member){ .name = name,
                                .kind = COMPLETION_ENUM_MEMBER,
                                .signature = payload(probe, name, &variant->fields),
                                .at = variant->span,
                                .calls = variant->fields.len > 0 }
        );
    }
}

// --- channels ----------------------------------------------------------------------------------------------------------------

static const char *message_text(Probe *probe, const HirMessage *message) {
    Buf out = { 0 };
    buf_printf(&out, "%s(", text_of(probe, message->name));
    vec_each(const HirArg, arg, &message->args)
        buf_printf(
            &out, "%s%s", arg == message->args.data ? "" : ", ", typed(probe, arg->type, arg->name)
        );
    buf_byte(&out, ')');
    const char *text = arena_strndup(&probe->arena, (const char *)out.data, out.len);
    buf_free(&out);
    return text;
}

static void take_message(Probe *probe, const HirMessage *message, TakeMember *take, void *context) {
    take(
        context, &(Member){ .name = text_of(probe, message->name),
                            .kind = COMPLETION_EVENT,
                            .signature = message_text(probe, message),
                            .at = message->span,
                            .calls = true }
    );
}

void members_messages(Probe *probe, bool sends, TakeMember *take, void *context) {
    const HirContract *contract = probe->end->contract;
    if (contract->broken) return;
    if (probe->state < contract->states.len) {
        if (hir_sends(contract, probe->end->side, probe->state) != sends) return;
        vec_each(const HirChoice, choice, &contract->states.data[probe->state].choices)
            take_message(probe, &contract->messages.data[choice->message], take, context);
        return;
    }
    if (probe->state == CHECK_CLOSED) return;
    vec_each(const HirMessage, message, &contract->messages) {
        if (message->is_in == ((probe->end->side == HIR_IMP) == sends))
            take_message(probe, message, take, context);
    }
}

static const HirContract *contract_named(Probe *probe, Str name) {
    const HirProgram *program = probe->result->program;
    if (!program) return NULL;
    while (name.len && memchr(name.ptr, '.', name.len)) { // of a module
        name.ptr++;
        name.len--;
    }
    vec_each(HirContract *const, contract, &program->contracts) {
        const char *text = text_of(probe, (*contract)->name);
        if (strncmp(text, name.ptr, name.len) == 0 && (!text[name.len] || text[name.len] == '<'))
            return *contract;
    }
    return NULL;
}

void members_states(Probe *probe, Str name, TakeMember *take, void *context) {
    const HirContract *contract = contract_named(probe, name);
    if (!contract) return;
    vec_each(const HirState, state, &contract->states) {
        if (state->is_implicit || state->is_end) continue;
        const char *text = text_of(probe, state->name);
        take(
            context,
            &(Member){ .name = text,
                       .kind = COMPLETION_OPERATOR,
                       .signature = arena_printf(
                           &probe->arena, "state %s of %s", text, text_of(probe, contract->name)
                       ),
                       .at = state->span }
        );
    }
}

// --- names -------------------------------------------------------------------------------------------------------------------

static void items_of(
    Probe *probe, const FrontUnit *unit, bool only_pub, TakeMember *take, void *context
) {
    vec_each(AstItem *const, item, &unit->ast->items) {
        bool method = (*item)->kind == AST_ITEM_FN && (*item)->fn.owner;
        if (!(*item)->name.name || method || (only_pub && !(*item)->is_pub)) continue;
        if ((*item)->kind == AST_ITEM_IMPORT || (*item)->kind == AST_ITEM_PACKAGE) continue;
        Member member = member_of_item(probe, *item);
        take(context, &member);
    }
}

static void import_of(
    Probe *probe, const FrontUnit *unit, uint32_t depth, TakeMember *take, void *context
) {
    vec_each(AstItem *const, item, &unit->ast->items) {
        if ((*item)->kind != AST_ITEM_IMPORT || (*item)->import.names.len == 0) continue;
        if (unit != probe->unit && !(*item)->is_pub) continue;
        Str last = str_from_c(text_of(probe, vec_last(&(*item)->import.names)->name));
        const FrontUnit *other = lsp__import(probe->result, unit, last);
        if (!other || other == unit) continue;
        if (unit == probe->unit)
            take(
                context, &(Member){ .name = text_of(probe, vec_last(&(*item)->import.names)->name),
                                    .kind = COMPLETION_MODULE,
                                    .signature = arena_printf(
                                        &probe->arena, "module %s", text_of(probe, other->module)
                                    ) }
            );
        items_of(probe, other, true, take, context);
        if (depth > 0) import_of(probe, other, depth - 1, take, context);
    }
}

void members_items(Probe *probe, TakeMember *take, void *context) {
    items_of(probe, probe->unit, false, take, context);
    import_of(probe, probe->unit, 3, take, context);
}

static void variants_of_item(Probe *probe, const AstItem *item, TakeMember *take, void *context) {
    Str text = source_text(probe->result->map, item->span.file);
    vec_each(const AstVariant, variant, &item->enumeration.variants) {
        Str head = { text.ptr + variant->span.start, variant->span.end - variant->span.start };
        take(
            context, &(Member){ .name = text_of(probe, variant->name.name),
                                .kind = COMPLETION_ENUM_MEMBER,
                                .signature = one_line(&probe->arena, head),
                                .at = variant->name.span,
                                .calls = variant->has_payload }
        );
    }
}

static void statics_of_item(
    Probe *probe, const FrontUnit *unit, const AstItem *item, TakeMember *take, void *context
) {
    vec_each(AstItem *const, it, &unit->ast->items) {
        bool fn = (*it)->kind == AST_ITEM_FN && (*it)->fn.owner && (*it)->name.name;
        if (!fn || last_of((*it)->fn.owner) != item->name.name) continue;
        if (!(*it)->is_pub && unit != probe->unit) continue;
        Member member = member_of_item(probe, *it);
        take(context, &member);
    }
}

static void take_end(const char *end, TakeMember *take, void *context) {
    take(
        context,
        &(Member){ .name = end,
                   .kind = COMPLETION_KEYWORD,
                   .signature = strcmp(end, "imp") == 0 ? "the client's end" : "the server's end" }
    );
}

bool members_of_name(Probe *probe, Str name, TakeMember *take, void *context) {
    static const char *const ends[] = { "imp", "exp" };
    while (name.len && name.ptr[name.len - 1] == ' ')
        name.len--;
    const char *dot = memchr(name.ptr, '.', name.len);
    const FrontUnit *unit = probe->unit;
    if (dot) { // `module.Name`
        unit = lsp__import(probe->result, unit, (Str){ name.ptr, (size_t)(dot - name.ptr) });
        name = (Str){ dot + 1, name.len - (size_t)(dot + 1 - name.ptr) };
        if (!unit) return false;
    } else {
        const FrontUnit *module = lsp__import(probe->result, unit, name);
        if (module) {
            items_of(probe, module, true, take, context);
            return true;
        }
    }
    const AstItem *item =
        lsp__item(probe->result, unit, names_add(probe->result->names, name.ptr, name.len));
    if (!item) return false;
    const FrontUnit *home = lsp__unit(probe->result, item->span.file);
    if (item->kind == AST_ITEM_ENUM || item->kind == AST_ITEM_FLAGS)
        variants_of_item(probe, item, take, context);
    if (item->kind == AST_ITEM_CONTRACT)
        for (int i = 0; i < 2; i++)
            take_end(ends[i], take, context);
    if (home) statics_of_item(probe, home, item, take, context);
    return true;
}
