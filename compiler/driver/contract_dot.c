// Pictures: a contract's states, and the wiring of a system, in Graphviz's language.

#include "driver/contract.h"
#include "hir/protocol.h"

static void put_quoted(const char *text, Buf *out) {
    buf_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') buf_byte(out, '\\');
        buf_byte(out, (uint8_t)*text);
    }
    buf_byte(out, '"');
}

static void begin(const char *name, const char *direction, Buf *out) {
    buf_cstr(out, "digraph ");
    put_quoted(name, out);
    buf_printf(
        out,
        " {\n  rankdir=%s;\n  node [fontname=\"sans-serif\", fontsize=11];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n",
        direction
    );
}

// --- a contract -------------------------------------------------------------------------------------------------------

static void put_node(
    const ContractView *view, const HirContract *contract, uint32_t row, Buf *out
) {
    const HirState *state = &contract->states.data[row];
    const char *shape = state->choices.len == 0 ? "doublecircle"
                        : state->is_implicit    ? "point"
                                                : "box";
    buf_printf(out, "  s%u [shape=%s, ", row, shape);
    if (!state->is_implicit) buf_cstr(out, "style=rounded, ");
    if (row == 0) buf_cstr(out, "penwidth=2, ");
    buf_cstr(out, "label=");
    put_quoted(
        state->is_implicit && state->choices.len == 0 ? "" : view_name(view, state->name), out
    );
    buf_cstr(out, ", tooltip=");
    put_quoted(view_name(view, state->name), out);
    buf_cstr(out, "];\n");
}

void contract_dot(const ContractView *view, const HirContract *contract, Buf *out) {
    begin(view_name(view, contract->name), "TB", out);
    buf_cstr(out, "  start [shape=point, width=0.15];\n  start -> s0;\n");
    for (uint32_t i = 0; i < contract->states.len; i++)
        put_node(view, contract, i, out);
    for (uint32_t i = 0; i < contract->states.len; i++) {
        vec_each(HirChoice, choice, &contract->states.data[i].choices) {
            bool is_in = contract->messages.data[choice->message].is_in;
            buf_printf(out, "  s%u -> s%u [label=", i, choice->next);
            put_quoted(hir_choice_text(view->arena, view->names, contract, choice->message), out);
            buf_printf(out, ", color=\"%s\"];\n", is_in ? "#1f5fa8" : "#a8481f");
        }
    }
    buf_cstr(out, "}\n");
}

// --- a system -----------------------------------------------------------------------------------------------------------

static const HirType *wire_type(const HirInstance *instance, uint32_t param) {
    return instance->program->main->sig.params.data[param];
}

// From the importer to the exporter: the way in which `in` messages go.
static void put_wire(
    const ContractView *view, const HirSystem *system, uint32_t at, uint32_t param, Buf *out
) {
    const HirInstance *instance = &system->instances.data[at];
    const HirWire *wire = &instance->wires.data[param];
    const HirType *type = wire_type(instance, param);
    if (type->kind != HIR_TYPE_ENDPOINT) return;
    const char *name = view_name(view, instance->program->main->locals.data[param]->name);
    if (wire->kind == HIR_WIRE_MACHINE)
        buf_printf(out, "  i%u -> m_%s [label=", at, view_name(view, wire->service));
    else if (wire->kind == HIR_WIRE_TAKEN && type->side == HIR_IMP)
        buf_printf(out, "  i%u -> i%u [label=", at, wire->instance);
    else if (wire->kind == HIR_WIRE_TAKEN)
        buf_printf(out, "  i%u -> i%u [label=", wire->instance, at);
    else
        return; // the other end tells
    put_quoted(
        arena_printf(view->arena, "%s: %s", name, hir_type_text(view->program->types, type)), out
    );
    buf_cstr(out, "];\n");
}

void contract_dot_system(const ContractView *view, const HirSystem *system, Buf *out) {
    Map *services = map_new(view->arena);
    begin(view_name(view, system->name), "LR", out);
    for (uint32_t i = 0; i < system->instances.len; i++) {
        const HirInstance *instance = &system->instances.data[i];
        buf_printf(out, "  i%u [shape=box, style=rounded, label=", i);
        put_quoted(
            arena_printf(
                view->arena, "%s = %s", view_name(view, instance->name),
                view_name(view, instance->program->name)
            ),
            out
        );
        buf_cstr(out, "];\n");
        vec_each(HirWire, wire, &instance->wires) {
            if (wire->kind != HIR_WIRE_MACHINE || !map_put(services, wire->service, 1)) continue;
            buf_printf(
                out, "  m_%s [shape=component, label=\"machine.%s\"];\n",
                view_name(view, wire->service), view_name(view, wire->service)
            );
        }
    }
    for (uint32_t i = 0; i < system->instances.len; i++)
        for (uint32_t k = 0; k < system->instances.data[i].wires.len; k++)
            put_wire(view, system, i, k, out);
    buf_cstr(out, "}\n");
}
