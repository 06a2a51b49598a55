// A contract as a Promela model: two processes that walk the states, each free in what it sends, and two queues as long as was
// computed. `spin` then shows that neither waits for ever, that each message that comes is expected, and that no queue overflows.

#include "driver/contract.h"
#include "hir/protocol.h"

static void put_states(
    const ContractView *view, const HirContract *contract, HirSide side, uint32_t row, Buf *out
) {
    const HirState *state = &contract->states.data[row];
    bool sends = hir_sends(contract, side, row);
    const char *queue = sends == (side == HIR_IMP) ? "to_exporter" : "to_importer";
    buf_printf(out, "s%u: /* %s */\n", row, view_name(view, state->name));
    if (state->choices.len == 0) {
        buf_cstr(out, "    goto over;\n");
        return;
    }
    if (!sends) buf_printf(out, "    %s ? m;\n", queue);
    buf_cstr(out, "    if\n");
    for (uint32_t i = 0; i < state->choices.len; i++) {
        const HirChoice *choice = &state->choices.data[i];
        const char *name = view_name(view, contract->messages.data[choice->message].name);
        if (sends)
            buf_printf(
                out, "    :: assert(nfull(%s)); %s ! m_%s; goto s%u\n", queue, queue, name,
                choice->next
            );
        else
            buf_printf(out, "    :: m == m_%s -> goto s%u\n", name, choice->next);
    }
    if (!sends) buf_cstr(out, "    :: else -> assert(false)\n");
    buf_cstr(out, "    fi;\n");
}

static void put_process(
    const ContractView *view, const HirContract *contract, HirSide side, Buf *out
) {
    buf_printf(
        out, "\nproctype %s() {\n    mtype m;\n    if\n", side == HIR_IMP ? "importer" : "exporter"
    );
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (i == 0 || contract->states.data[i].is_root)
            buf_printf(out, "    :: start == %u -> goto s%u\n", i, i);
    buf_cstr(out, "    fi;\n");
    for (uint32_t i = 0; i < contract->states.len; i++)
        put_states(view, contract, side, i, out);
    buf_cstr(out, "over:\n    skip\n}\n");
}

void contract_promela(const ContractView *view, const HirContract *contract, Buf *out) {
    buf_printf(
        out, "/* Contract %s of %s: spin -a, compile pan.c, run ./pan. */\n\nmtype = {",
        view_name(view, contract->name), view_name(view, contract->module)
    );
    for (uint32_t i = 0; i < contract->messages.len; i++)
        buf_printf(out, "%s m_%s", i ? "," : "", view_name(view, contract->messages.data[i].name));
    if (contract->messages.len == 0) buf_cstr(out, " m_none");
    buf_printf(
        out,
        " };\nchan to_exporter = [%u] of { mtype };\nchan to_importer = [%u] of { mtype };\nint start;\n",
        contract->in_bound ? contract->in_bound : 1, contract->out_bound ? contract->out_bound : 1
    );
    put_process(view, contract, HIR_IMP, out);
    put_process(view, contract, HIR_EXP, out);
    buf_cstr(out, "\ninit {\n    if\n");
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (i == 0 || contract->states.data[i].is_root) buf_printf(out, "    :: start = %u\n", i);
    buf_cstr(out, "    fi;\n    atomic { run importer(); run exporter() }\n}\n");
}
