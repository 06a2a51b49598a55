// A contract for people: what may be outstanding, messages with their layouts, states; and the same for programs, as JSON.

#include "driver/contract.h"
#include "hir/protocol.h"

#include <inttypes.h>

static uint64_t round_up(uint64_t size, uint64_t align) {
    return (size + align - 1) / align * align;
}

static void put_doc(Str doc, const char *margin, Buf *out) {
    for (size_t at = 0; at < doc.len;) {
        size_t end = at;
        while (end < doc.len && doc.ptr[end] != '\n')
            end++;
        buf_printf(out, "%s/// %.*s\n", margin, (int)(end - at), doc.ptr + at);
        at = end + 1;
    }
}

// --- for people ---------------------------------------------------------------------------------------------------------

static void put_message(const ContractView *view, const HirMessage *message, Buf *out) {
    uint64_t size = 0, align = 1;
    put_doc(message->doc, "    ", out);
    buf_printf(out, "    %s %s", message->is_in ? "in " : "out", view_name(view, message->name));
    for (uint32_t i = 0; i < message->args.len; i++) {
        const HirArg *arg = &message->args.data[i];
        uint32_t own;
        uint64_t bytes = check_type_layout(arg->type, &own);
        size = round_up(size, own);
        buf_printf(
            out, "%s%s %s @%" PRIu64, i ? ", " : "(",
            hir_type_text(view->program->types, arg->type), view_name(view, arg->name), size
        );
        if (arg->limit != UINT64_MAX) buf_printf(out, " <= %" PRIu64 " bytes", arg->limit);
        size += bytes;
        align = own > align ? own : align;
    }
    buf_printf(
        out, "%s  %" PRIu64 " bytes\n", message->args.len ? ")" : "()", round_up(size, align)
    );
}

static void put_state(
    const ContractView *view, const HirContract *contract, uint32_t row, Buf *out
) {
    const HirState *state = &contract->states.data[row];
    put_doc(state->doc, "    ", out);
    buf_printf(out, "    %s:", view_name(view, state->name));
    for (uint32_t i = 0; i < state->choices.len; i++) {
        const HirChoice *choice = &state->choices.data[i];
        buf_printf(
            out, "%s %s -> %s", i ? " or" : "",
            hir_choice_text(view->arena, view->names, contract, choice->message),
            view_name(view, contract->states.data[choice->next].name)
        );
    }
    buf_cstr(out, state->choices.len == 0 ? " end\n" : "\n");
}

void contract_text(const ContractView *view, const HirContract *contract, Buf *out) {
    uint32_t between = 0;
    vec_each(HirState, state, &contract->states)
        between += state->is_implicit;
    put_doc(contract->doc, "", out);
    buf_printf(out, "contract %s", view_name(view, contract->name));
    if (contract->base) buf_printf(out, " : %s", view_name(view, contract->base->name));
    buf_printf(out, " (%s)\n", view_name(view, contract->module));
    buf_printf(
        out, "  outstanding: at most %u in, %u out\n", contract->in_bound, contract->out_bound
    );
    buf_printf(out, "  messages: %u\n", contract->messages.len);
    vec_each(HirMessage, message, &contract->messages)
        put_message(view, message, out);
    buf_printf(
        out, "  states: %u, and %u between messages\n", contract->states.len - between, between
    );
    for (uint32_t i = 0; i < contract->states.len; i++)
        put_state(view, contract, i, out);
}

// --- for programs ---------------------------------------------------------------------------------------------------------

static void put_type(const ContractView *view, const HirType *type, uint32_t depth, Buf *out);

static void put_fields(
    const ContractView *view, const HirFields *fields, uint32_t depth, Buf *out
) {
    buf_cstr(out, "[");
    for (uint32_t i = 0; i < fields->len; i++) {
        buf_cstr(out, i ? ", {\"name\": " : "{\"name\": ");
        buf_json(out, view_name(view, fields->data[i].name));
        buf_cstr(out, ", \"type\": ");
        put_type(view, fields->data[i].type, depth, out);
        buf_cstr(out, "}");
    }
    buf_cstr(out, "]");
}

// What it is made of, as deep as is shown: a generator of values needs no more.
static void put_parts(const ContractView *view, const HirType *type, uint32_t depth, Buf *out) {
    if (type->kind == HIR_TYPE_ENDPOINT) {
        buf_cstr(out, ", \"kind\": \"endpoint\", \"contract\": ");
        buf_json(out, view_name(view, type->contract->name));
        buf_printf(out, ", \"side\": \"%s\", \"state\": ", type->side == HIR_IMP ? "imp" : "exp");
        buf_json(out, view_name(view, type->contract->states.data[type->state].name));
    } else if (type->kind == HIR_TYPE_STRUCT) {
        buf_cstr(out, ", \"kind\": \"struct\", \"fields\": ");
        put_fields(view, &type->structure->fields, depth, out);
    } else if (type->kind == HIR_TYPE_ENUM) {
        buf_printf(
            out, ", \"kind\": \"%s\", \"variants\": [",
            type->enumeration->is_flags ? "flags" : "enum"
        );
        for (uint32_t i = 0; i < type->enumeration->variants.len; i++) {
            const HirVariant *variant = &type->enumeration->variants.data[i];
            buf_cstr(out, i ? ", {\"name\": " : "{\"name\": ");
            buf_json(out, view_name(view, variant->name));
            buf_cstr(out, ", \"fields\": ");
            put_fields(view, &variant->fields, depth, out);
            buf_cstr(out, "}");
        }
        buf_cstr(out, "]");
    } else if (type->elem) {
        const char *kind = type->kind == HIR_TYPE_OPTION  ? "option"
                           : type->kind == HIR_TYPE_PTR   ? "pointer"
                           : type->kind == HIR_TYPE_SLICE ? "slice"
                           : type->kind == HIR_TYPE_ARRAY ? "array"
                                                          : "other";
        buf_printf(out, ", \"kind\": \"%s\", \"of\": ", kind);
        put_type(view, type->elem, depth, out);
    } else {
        buf_printf(out, ", \"kind\": \"%s\"", type->kind == HIR_TYPE_STR ? "text" : "scalar");
    }
}

static void put_type(const ContractView *view, const HirType *type, uint32_t depth, Buf *out) {
    buf_cstr(out, "{\"text\": ");
    buf_json(out, hir_type_text(view->program->types, type));
    if (depth > 0) put_parts(view, type, depth - 1, out);
    buf_cstr(out, "}");
}

static void put_json_message(const ContractView *view, const HirMessage *message, Buf *out) {
    enum { DEEPEST = 8 };
    buf_cstr(out, "    {\"name\": ");
    buf_json(out, view_name(view, message->name));
    buf_printf(out, ", \"direction\": \"%s\", \"arguments\": [", message->is_in ? "in" : "out");
    for (uint32_t i = 0; i < message->args.len; i++) {
        const HirArg *arg = &message->args.data[i];
        buf_cstr(out, i ? ", {\"name\": " : "{\"name\": ");
        buf_json(out, view_name(view, arg->name));
        if (arg->limit != UINT64_MAX) buf_printf(out, ", \"limit\": %" PRIu64, arg->limit);
        buf_cstr(out, ", \"type\": ");
        put_type(view, arg->type, DEEPEST, out);
        buf_cstr(out, "}");
    }
    buf_cstr(out, "]}");
}

static void put_json_state(const ContractView *view, const HirState *state, Buf *out) {
    buf_cstr(out, "    {\"name\": ");
    buf_json(out, view_name(view, state->name));
    buf_printf(
        out, ", \"between\": %s, \"end\": %s, \"choices\": [",
        state->is_implicit ? "true" : "false", state->is_end ? "true" : "false"
    );
    for (uint32_t i = 0; i < state->choices.len; i++)
        buf_printf(
            out, "%s{\"message\": %u, \"next\": %u}", i ? ", " : "", state->choices.data[i].message,
            state->choices.data[i].next
        );
    buf_cstr(out, "]}");
}

void contract_json(const ContractView *view, const HirContract *contract, Buf *out) {
    buf_cstr(out, "{\"contract\": ");
    buf_json(out, view_name(view, contract->name));
    buf_cstr(out, ", \"module\": ");
    buf_json(out, view_name(view, contract->module));
    buf_printf(
        out, ", \"in_bound\": %u, \"out_bound\": %u,\n  \"messages\": [\n", contract->in_bound,
        contract->out_bound
    );
    for (uint32_t i = 0; i < contract->messages.len; i++) {
        put_json_message(view, &contract->messages.data[i], out);
        buf_cstr(out, i + 1 < contract->messages.len ? ",\n" : "\n");
    }
    buf_cstr(out, "  ],\n  \"states\": [\n");
    for (uint32_t i = 0; i < contract->states.len; i++) {
        put_json_state(view, &contract->states.data[i], out);
        buf_cstr(out, i + 1 < contract->states.len ? ",\n" : "\n");
    }
    buf_cstr(out, "  ]}\n");
}
