// Pictures of a contract's states, in Graphviz's language.

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

static void begin(const char *name, Buf *out) {
    buf_cstr(out, "digraph ");
    put_quoted(name, out);
    buf_cstr(
        out, " {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=11];\n"
             "  edge [fontname=\"sans-serif\", fontsize=10];\n"
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
    begin(view_name(view, contract->name), out);
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
