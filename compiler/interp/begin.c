// How a system begins: the arguments of each `main`, and who is at the other end of which endpoint. Wires are given one by
// one, or found by the names of contracts.

#include "interp__.h"

// --- by contracts ---------------------------------------------------------------------------------------------------

// The first exporter's end of such a contract that nobody has.
static End *find_exporter(Interp *in, const SirContractInfo *wanted, const Sip *but) {
    for (End *end = in->ends; end; end = end->next) {
        if (end->peer || end->side != SIR_EXP || end->owner == but) continue;
        const SirContractInfo *contract = &end->owner->module->contracts.data[end->contract];
        bool same = str_eq(contract->name, wanted->name) &&
                    contract->message_count == wanted->message_count &&
                    contract->state_count == wanted->state_count;
        if (same) return end;
    }
    return NULL;
}

static void in_order(Interp *in) { // of the parameters
    End *reversed = NULL;
    for (End *end = in->ends, *next = NULL; end; end = next) {
        next = end->next;
        end->next = reversed;
        reversed = end;
    }
    in->ends = reversed;
}

static void wire_by_contracts(Interp *in) {
    for (End *end = in->ends; end; end = end->next) {
        if (end->side != SIR_IMP || !end->is_open) continue;
        const SirContractInfo *contract = &end->owner->module->contracts.data[end->contract];
        end->is_console = str_eq_c(contract->name, "Console");
        End *exporter = end->is_console ? NULL : find_exporter(in, contract, end->owner);
        if (exporter) {
            exporter->peer = end;
            end->peer = exporter;
        }
    }
}

// --- one by one -------------------------------------------------------------------------------------------------------

static const SirContractInfo *contract_of(const End *end) {
    return &end->owner->module->contracts.data[end->contract];
}

// NULL: there is none, or it did not begin.
static End *end_at(const Interp *in, uint32_t sip, uint32_t param) {
    const Sip *of = sip < in->sip_count ? &in->sips[sip] : NULL;
    bool is_there = of && of->state != SIP_ENDED && param < of->given->wire_count;
    return is_there ? of->main_args[param].end : NULL;
}

static void connect(Interp *in, End *end, const InterpWire *wire) {
    bool is_offered = wire->sip < in->sip_count &&
                      wire->param < in->sips[wire->sip].given->wire_count &&
                      in->sips[wire->sip].given->wires[wire->param].kind == INTERP_WIRE_OFFERED;
    End *other = is_offered ? end_at(in, wire->sip, wire->param) : NULL;
    if (!other) return; // closed
    if (!MUST(
            in,
            other != end && !other->peer && other->side != end->side &&
                str_eq(contract_of(other)->name, contract_of(end)->name),
            RULE_RESOURCES, "an end of main that does not go with what it is wired to"
        ))
        return;
    end->peer = other;
    other->peer = end;
}

static void wire_as_given(Interp *in, Sip *sip) {
    in->sip = sip;
    in->stop = false;
    for (uint32_t i = 0; i < sip->given->wire_count && !in->stop; i++) {
        const InterpWire *wire = &sip->given->wires[i];
        if (wire->kind == INTERP_WIRE_CONSOLE) sip->main_args[i].end->is_console = true;
        if (wire->kind == INTERP_WIRE_TAKEN) connect(in, sip->main_args[i].end, wire);
    }
    if (in->stop) sip->state = SIP_ENDED;
}

void interp__wire(Interp *in) {
    in_order(in);
    if (in->sip_count && !in->sips[0].given) {
        wire_by_contracts(in);
        return;
    }
    for (uint32_t i = 0; i < in->sip_count; i++)
        if (in->sips[i].state != SIP_ENDED) wire_as_given(in, &in->sips[i]);
}

// --- arguments --------------------------------------------------------------------------------------------------------

static bool text_block(Interp *in, Str text, Node *out) {
    if (!interp__alloc(in, text.len, &out->block)) return interp__fault(in, FAULT_QUOTA);
    Node *content = &out->block->content;
    content->is_there = true;
    content->parts = interp__parts(in, text.len);
    if (in->stop) return false;
    for (size_t i = 0; i < text.len; i++)
        content->parts[i] = interp__scalar(SIR_TYPE_U8, (uint8_t)text.ptr[i]);
    content->count = text.len;
    return true;
}

static bool texts(Interp *in, const SirTypeInfo *slice, const InterpWire *wire, Node *arg) {
    const SirTypeInfo *text = interp__type(in, slice->elem);
    if (!MUST(
            in, text->kind == SIR_TYPE_STR && text->mode == SIR_OWN, RULE_RESOURCES,
            "texts for a parameter of another type"
        ))
        return false;
    if (wire->text_count == 0) return true;
    if (!interp__alloc(in, wire->text_count * interp__facts(in, slice->elem)->size, &arg->block))
        return interp__fault(in, FAULT_QUOTA);
    Node *content = &arg->block->content;
    content->is_there = true;
    content->parts = interp__parts(in, wire->text_count);
    if (in->stop) return false;
    content->count = wire->text_count;
    for (uint32_t i = 0; i < wire->text_count; i++) {
        content->parts[i] = (Node){ .type = slice->elem, .is_there = true };
        if (!text_block(in, wire->texts[i], &content->parts[i])) return false;
    }
    return true;
}

static uint32_t devices_before(Interp *in, const SirSig *sig, uint32_t param, SirDevice device) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < param; i++) {
        const SirTypeInfo *info = interp__type(in, sig->params[i].type);
        count += info->kind == SIR_TYPE_DEVICE && info->device == device;
    }
    return count;
}

// `wire` is NULL where nothing is given.
static bool main_arg(
    Interp *in, const SirSig *sig, uint32_t param, const InterpWire *wire, Node *arg
) {
    const SirType type = sig->params[param].type;
    const SirTypeInfo *info = interp__type(in, type);
    bool is_texts = info->kind == SIR_TYPE_SLICE && info->mode == SIR_OWN;
    *arg = (Node){ .type = type, .is_there = true };
    if (wire && !MUST(
                    in, is_texts == (wire->kind == INTERP_WIRE_TEXTS), RULE_RESOURCES,
                    "a parameter of main that is wired as something else"
                ))
        return false;
    if (is_texts) return !wire || texts(in, info, wire, arg);
    if (info->kind == SIR_TYPE_DEVICE)
        return interp__device_granted(
            in, info->device, devices_before(in, sig, param, info->device), arg
        );
    bool is_end =
        info->kind == SIR_TYPE_ENDPOINT && info->contract < in->sip->module->contracts.len;
    if (!MUST(in, is_end, RULE_RESOURCES, "a parameter of main that no wire goes to")) return false;
    arg->end = interp__end_new(in, info->contract, info->side, info->state);
    return true;
}

bool interp__begin(Interp *in, Sip *sip) {
    SirFunc func = sip->module->manifest.main;
    in->sip = sip;
    in->stop = false;
    if (!MUST(in, func < sip->module->funcs.len, RULE_RESOURCES, "there is no main")) return false;
    const SirSig *sig = &sip->module->funcs.data[func].sig;
    if (!MUST(
            in, !sip->given || sip->given->wire_count == sig->param_count, RULE_RESOURCES,
            "main has %u parameters, of which %u are wired", sig->param_count,
            sip->given->wire_count
        ))
        return false;
    sip->main_args = arena_array(&in->arena, Node, sig->param_count);
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (!main_arg(in, sig, i, sip->given ? &sip->given->wires[i] : NULL, &sip->main_args[i]))
            return false;
    return interp__enter(in, func, sip->main_args, sig->param_count);
}
