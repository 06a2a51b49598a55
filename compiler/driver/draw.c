// Drawing a system's wiring, in Graphviz's language.

#include "driver/draw.h"

static const SirTypeInfo *param_type(const SirModule *module, uint32_t param) {
    return &module->types.data[module->funcs.data[module->manifest.main].sig.params[param].type];
}

static void draw_sip(const Instance *sip, const DeadlockSip *facts, Buf *out) {
    const SirManifest *manifest = &facts->module->manifest;
    buf_printf(
        out, "    %s [shape=box, label=\"%s\\n%s\\nheap %llu KiB, stack %llu KiB, threads %u",
        sip->name, sip->name, sip->program, (unsigned long long)(manifest->heap_bytes >> 10),
        (unsigned long long)(manifest->stack_bytes >> 10), manifest->threads
    );
    if (manifest->cpu) buf_printf(out, "\\ncpu %u %%", manifest->cpu);
    if (manifest->time)
        buf_printf(out, "\\ntime %llu ms", (unsigned long long)(manifest->time / 1000000));
    if (sip->restart) buf_printf(out, "\\nrestart %u", sip->restart);
    buf_cstr(out, sip->on_demand ? "\", style=dotted];\n" : "\"];\n");
}

static void draw_wire(
    const Wiring *wiring, const DeadlockSystem *system, uint32_t row, uint32_t param, Buf *out
) {
    const DeadlockSip *sip = &system->sips[row];
    const DeadlockWire *wire = &sip->wires[param];
    if (wire->kind == DEADLOCK_WIRE_NONE || wire->kind == DEADLOCK_WIRE_GIVEN) return;
    const SirTypeInfo *type = param_type(sip->module, param);
    const SirContractInfo *contract = &sip->module->contracts.data[type->contract];
    Str name = sip->module->manifest.param_names[param];
    if (wire->kind == DEADLOCK_WIRE_MACHINE) {
        buf_printf(
            out, "    %s -> machine [label=\"" STR_FMT "\", taillabel=\"" STR_FMT "\"];\n",
            wiring->sips.data[row].name, STR_ARG(contract->name), STR_ARG(name)
        );
        return;
    }
    if (wire->kind == DEADLOCK_WIRE_PROGRAM) {
        buf_printf(
            out, "    %s -> %s [label=\"starts\", taillabel=\"" STR_FMT "\", style=dotted];\n",
            wiring->sips.data[row].name, wiring->sips.data[wire->sip].name, STR_ARG(name)
        );
        return;
    }
    bool later = wire->kind == DEADLOCK_WIRE_MEETS &&
                 (wire->sip < row || (wire->sip == row && wire->param < param));
    if (wire->kind == DEADLOCK_WIRE_GIVES || later) return; // drawn from the other end
    if (wire->kind == DEADLOCK_WIRE_CHANNEL && type->side != SIR_IMP) return; // the same
    const DeadlockSip *other = &system->sips[wire->sip];
    buf_printf(
        out,
        "    %s -> %s [label=\"" STR_FMT ":" STR_FMT "\", taillabel=\"" STR_FMT
        "\", headlabel=\"" STR_FMT "\"%s];\n",
        wiring->sips.data[row].name, wiring->sips.data[wire->sip].name, STR_ARG(contract->name),
        STR_ARG(contract->states[type->state].name), STR_ARG(name),
        STR_ARG(other->module->manifest.param_names[wire->param]),
        wire->kind == DEADLOCK_WIRE_CHANNEL ? "" : ", style=dashed"
    );
}

static uint32_t param_count(const DeadlockSip *sip) {
    return sip->module->funcs.data[sip->module->manifest.main].sig.param_count;
}

static bool uses_machine(const DeadlockSystem *system) {
    for (uint32_t i = 0; i < system->sip_count; i++)
        for (uint32_t p = 0; p < param_count(&system->sips[i]); p++)
            if (system->sips[i].wires[p].kind == DEADLOCK_WIRE_MACHINE) return true;
    return false;
}

void draw_dot(const Wiring *wiring, const DeadlockSystem *system, Buf *out) {
    buf_printf(
        out,
        "digraph \"%s\" {\n    label=\"system %s\";\n    node [fontname=\"sans-serif\"];\n"
        "    edge [fontname=\"sans-serif\", fontsize=10];\n",
        wiring->name, wiring->name
    );
    if (uses_machine(system)) buf_cstr(out, "    machine [shape=ellipse];\n");
    for (uint32_t i = 0; i < system->sip_count; i++)
        draw_sip(&wiring->sips.data[i], &system->sips[i], out);
    for (uint32_t i = 0; i < system->sip_count; i++)
        for (uint32_t p = 0; p < param_count(&system->sips[i]); p++)
            draw_wire(wiring, system, i, p, out);
    buf_cstr(out, "}\n");
}
