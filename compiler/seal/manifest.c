// The manifest: what the kernel must know of a SIP before it runs a byte of it. Every table is recomputed from the
// verified module; contracts keep their rows, since compiled code names them by number.

#include "seal.h"

#include "base/vec.h"
#include "contracts/abi/kernel.h"
#include "sealed/served.h"

#include <stdio.h>
#include <string.h>

enum { CPU_LEVEL = 2, SLOT_UNIT = 16, MOST_NAME = 256 };

typedef struct Manifest {
    const SealInput *input;
    const SirModule *module;
    Arena scratch;
    SealManifest header;
    Buf tables, strings;
    uint32_t tables_size; // of all of them, known beforehand: texts follow
    uint32_t *seen;       // per type: the message that reached it last, counted from 1
    uint32_t walk;
    char *error;
} Manifest;

// --- texts ---------------------------------------------------------------------------------------------------------

static bool is_nameable(Str name) { // for reports and wiring: printable, without spaces
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f) return false;
    return name.len > 0 && name.len <= MOST_NAME;
}

static SealString add_text(Manifest *m, Str text) {
    SealString at = { (uint32_t)(sizeof(SealManifest) + m->tables_size + m->strings.len),
                      (uint32_t)text.len };
    buf_put(&m->strings, text.ptr, text.len);
    return at;
}

static bool add_name(Manifest *m, const char *what, Str name, SealString *to) {
    if (!is_nameable(name)) {
        snprintf(
            m->error, 512, "%s has a name that a manifest cannot hold: `%.*s`", what,
            (int)(name.len < 100 ? name.len : 100), name.ptr
        );
        return false;
    }
    *to = add_text(m, name);
    return true;
}

static SealTable begin_table(const Manifest *m, uint64_t count) {
    return (SealTable){ (uint32_t)(sizeof(SealManifest) + m->tables.len), (uint32_t)count };
}

// --- what a message carries ------------------------------------------------------------------------------------------

typedef struct Cargo {
    bool blocks, endpoints;
} Cargo;

typedef struct Stack {
    SirType *data;
    uint32_t len, cap;
} Stack;

static void visit(Manifest *m, Stack *stack, SirType type) {
    if (type >= m->module->types.len || m->seen[type] == m->walk) return;
    m->seen[type] = m->walk;
    vec_push(&m->scratch, stack, type);
}

static void visit_parts(Manifest *m, Stack *stack, const SirTypeInfo *info) {
    for (uint32_t i = 0; i < info->field_count; i++)
        visit(m, stack, info->fields[i].type);
    for (uint32_t v = 0; v < info->variant_count; v++)
        for (uint32_t i = 0; i < info->variants[v].field_count; i++)
            visit(m, stack, info->variants[v].fields[i].type);
    bool has_elem = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
                    info->kind == SIR_TYPE_OPTION || info->kind == SIR_TYPE_PTR ||
                    info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
    if (has_elem) visit(m, stack, info->elem);
}

static Cargo cargo_of(Manifest *m, const SirMessage *message) {
    Cargo cargo = { false, false };
    Stack stack = { 0 };
    m->walk++;
    for (uint32_t i = 0; i < message->arg_count; i++)
        visit(m, &stack, message->args[i].type);
    while (stack.len) {
        const SirTypeInfo *info = &m->module->types.data[vec_pop(&stack)];
        bool is_block = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE ||
                        info->kind == SIR_TYPE_GROW || info->kind == SIR_TYPE_STR;
        cargo.blocks |= is_block && info->mode == SIR_OWN;
        cargo.endpoints |= info->kind == SIR_TYPE_ENDPOINT || info->kind == SIR_TYPE_EPSET;
        visit_parts(m, &stack, info);
    }
    return cargo;
}

static uint64_t payload_size(const Manifest *m, const SirMessage *message) { // as a C struct
    uint64_t end = 0, largest = 1;
    for (uint32_t i = 0; i < message->arg_count; i++) {
        uint64_t align = verified_align(m->input->sir, message->args[i].type);
        end =
            (end + align - 1) / align * align + verified_size(m->input->sir, message->args[i].type);
        largest = align > largest ? align : largest;
    }
    return (end + largest - 1) / largest * largest;
}

// --- tables ----------------------------------------------------------------------------------------------------------

static bool add_messages(Manifest *m) {
    uint64_t count = 0;
    SealTable table = begin_table(m, 0);
    for (uint32_t c = 0; c < m->module->contracts.len; c++) {
        const SirContractInfo *contract = &m->module->contracts.data[c];
        for (uint32_t i = 0; i < contract->message_count; i++, count++) {
            const SirMessage *message = &contract->messages[i];
            Cargo cargo = cargo_of(m, message);
            SealMessage row = { .direction = message->dir == SIR_OUT,
                                .payload_bytes = (uint32_t)payload_size(m, message),
                                .blocks = cargo.blocks,
                                .endpoints = cargo.endpoints };
            if (!add_name(m, "a message", message->name, &row.name)) return false;
            buf_put(&m->tables, &row, sizeof row);
        }
    }
    table.count = (uint32_t)count;
    m->header.messages = table;
    return true;
}

static uint32_t slot_size(const Manifest *m, const SirContractInfo *contract) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < contract->message_count; i++) {
        uint64_t size = payload_size(m, &contract->messages[i]);
        most = size > most ? size : most;
    }
    return (uint32_t)((most + SLOT_UNIT - 1) / SLOT_UNIT * SLOT_UNIT);
}

static bool add_contracts(Manifest *m) {
    m->header.contracts = begin_table(m, m->module->contracts.len);
    uint32_t first = 0;
    for (uint32_t c = 0; c < m->module->contracts.len; c++) {
        const SirContractInfo *contract = &m->module->contracts.data[c];
        SealContract row = { .in_slots = verified_queue_bound(m->input->sir, c, SIR_IN),
                             .out_slots = verified_queue_bound(m->input->sir, c, SIR_OUT),
                             .slot_bytes = slot_size(m, contract),
                             .first_message = first,
                             .message_count = contract->message_count,
                             .state_count = contract->state_count };
        if (!add_name(m, "a contract", contract->name, &row.name)) return false;
        seal_contract_digest(m->module, c, row.digest);
        buf_put(&m->tables, &row, sizeof row);
        first += contract->message_count;
    }
    return true;
}

static bool serves(const Manifest *m, SirContract contract, ServedContract served) {
    uint8_t digest[32];
    seal_contract_digest(m->module, contract, digest);
    return served_is(digest, served);
}

// The endpoint that is delivered over and over; NULL: it is another contract.
static const SirTypeInfo *delivered(const Manifest *m, const SirTypeInfo *param) {
    const SirContractInfo *contract = &m->module->contracts.data[param->contract];
    if (param->side != SIR_IMP || param->state != 0 || contract->message_count != 2 ||
        contract->state_count != 2)
        return NULL;
    const SirMessage *next = &contract->messages[0], *fresh = &contract->messages[1];
    const SirStateInfo *start = &contract->states[0], *asked = &contract->states[1];
    if (next->dir != SIR_IN || next->arg_count != 0 || fresh->dir != SIR_OUT ||
        fresh->arg_count != 1 || start->choice_count != 1 || start->choices[0].message != 0 ||
        start->choices[0].next != 1 || asked->choice_count != 1 || asked->choices[0].message != 1 ||
        asked->choices[0].next != 0)
        return NULL;
    const SirTypeInfo *end = &m->module->types.data[fresh->args[0].type];
    return end->kind == SIR_TYPE_ENDPOINT && end->state != SIR_STATE_ANY ? end : NULL;
}

// --- what starts programs: `Program<E>` of sip.process, whatever it is called --------------------------------------------

enum { START, STARTED, REFUSED, START_REASONS = 6 };

static const SirTypeInfo *type_row(const Manifest *m, SirType type) {
    return &m->module->types.data[type];
}

static bool is_integer_struct(
    const Manifest *m, SirType type, const SirTypeKind *kinds, uint32_t count
) {
    const SirTypeInfo *info = type_row(m, type);
    if (info->kind != SIR_TYPE_STRUCT || info->is_wire || info->field_count != count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (type_row(m, info->fields[i].type)->kind != kinds[i]) return false;
    return true;
}

static bool is_texts(const Manifest *m, SirType type) { // own own str[]
    const SirTypeInfo *info = type_row(m, type);
    if (info->kind != SIR_TYPE_SLICE || info->mode != SIR_OWN) return false;
    const SirTypeInfo *text = type_row(m, info->elem);
    return text->kind == SIR_TYPE_STR && text->mode == SIR_OWN;
}

static bool is_end(const Manifest *m, SirType type) {
    const SirTypeInfo *info = type_row(m, type);
    return info->kind == SIR_TYPE_ENDPOINT && info->state != SIR_STATE_ANY;
}

// An end, or a struct of ends.
static bool is_ends(const Manifest *m, SirType type) {
    const SirTypeInfo *info = type_row(m, type);
    if (info->kind != SIR_TYPE_STRUCT) return is_end(m, type);
    for (uint32_t i = 0; i < info->field_count; i++)
        if (!is_end(m, info->fields[i].type)) return false;
    return !info->is_ref && !info->is_wire && info->field_count <= SEAL_MOST_ENDS;
}

// Whatever the kernel says is a variant: the values are 0, 1, 2 and so on in one byte.
static bool is_reason(const Manifest *m, SirType type) {
    const SirTypeInfo *info = type_row(m, type);
    if (info->kind != SIR_TYPE_ENUM || !info->is_plain_enum ||
        type_row(m, info->elem)->kind != SIR_TYPE_U8 || info->variant_count != START_REASONS)
        return false;
    for (uint32_t i = 0; i < START_REASONS; i++)
        if (info->variants[i].value != i) return false;
    return true;
}

static bool is_first_importer(const Manifest *m, SirType type) {
    return is_end(m, type) && type_row(m, type)->side == SIR_IMP && type_row(m, type)->state == 0;
}

static bool has_start_messages(const Manifest *m, const SirContractInfo *contract) {
    static const SirTypeKind quotas[] = { SIR_TYPE_U64, SIR_TYPE_U64, SIR_TYPE_U32, SIR_TYPE_U32,
                                          SIR_TYPE_U64 };
    enum { QUOTAS = sizeof quotas / sizeof *quotas };
    if (contract->message_count != 3) return false;
    const SirMessage *start = &contract->messages[START], *started = &contract->messages[STARTED],
                     *refused = &contract->messages[REFUSED];
    return start->dir == SIR_IN && start->arg_count == 3 && is_ends(m, start->args[0].type) &&
           is_texts(m, start->args[1].type) &&
           is_integer_struct(m, start->args[2].type, quotas, QUOTAS) && started->dir == SIR_OUT &&
           started->arg_count == 2 && is_first_importer(m, started->args[0].type) &&
           is_first_importer(m, started->args[1].type) && refused->dir == SIR_OUT &&
           refused->arg_count == 2 && is_reason(m, refused->args[0].type) &&
           refused->args[1].type == start->args[0].type;
}

// Ready: start? -> (started! or refused!) -> Ready
static bool has_start_states(const SirContractInfo *contract) {
    if (contract->state_count != 2) return false;
    const SirStateInfo *ready = &contract->states[0], *asked = &contract->states[1];
    if (ready->choice_count != 1 || ready->choices[0].message != START ||
        ready->choices[0].next != 1 || asked->choice_count != 2)
        return false;
    return asked->choices[0].next == 0 && asked->choices[1].next == 0 &&
           asked->choices[0].message + asked->choices[1].message == STARTED + REFUSED &&
           asked->choices[0].message != START && asked->choices[1].message != START;
}

// That `started` carries ends of the contracts that the kernel serves, it sees from their digests (contracts/abi/served.def).
static bool starts(const Manifest *m, const SirTypeInfo *param) {
    const SirContractInfo *contract = &m->module->contracts.data[param->contract];
    if (param->side != SIR_IMP || param->state != 0 || !has_start_messages(m, contract) ||
        !has_start_states(contract))
        return false;
    const SirMessage *started = &contract->messages[STARTED];
    return serves(m, type_row(m, started->args[0].type)->contract, SERVED_PROCESS) &&
           serves(m, type_row(m, started->args[1].type)->contract, SERVED_EXIT);
}

static void put_end(const Manifest *m, SirType type, Buf *out) {
    const SirTypeInfo *info = type_row(m, type);
    SealEnd row = { info->contract, info->side == SIR_EXP, info->state };
    buf_put(out, &row, sizeof row);
}

// How many ends `start` carries; appends them to `out` if there is one.
static uint32_t ends_of_start(const Manifest *m, const SirTypeInfo *param, Buf *out) {
    const SirType ends = m->module->contracts.data[param->contract].messages[START].args[0].type;
    const SirTypeInfo *info = type_row(m, ends);
    const bool is_struct = info->kind == SIR_TYPE_STRUCT;
    const uint32_t count = is_struct ? info->field_count : 1;
    for (uint32_t i = 0; out && i < count; i++)
        put_end(m, is_struct ? info->fields[i].type : ends, out);
    return count;
}

static uint32_t ends_of_params(const Manifest *m, Buf *out) {
    const SirSig *sig = &m->module->funcs.data[m->module->manifest.main].sig;
    uint32_t count = 0;
    for (uint32_t i = 0; i < sig->param_count; i++) {
        const SirTypeInfo *info = type_row(m, sig->params[i].type);
        if (info->kind == SIR_TYPE_ENDPOINT && info->state != SIR_STATE_ANY && starts(m, info))
            count += ends_of_start(m, info, out);
    }
    return count;
}

// The row of the grant that is the `nth` of its kind.
static uint32_t grant_row(const SirManifest *source, SirDevice device, uint32_t nth) {
    uint32_t row = 0;
    while (source->grants[row].kind != (SirGrantKind)device || nth-- > 0)
        row++;
    return row;
}

static bool add_params(Manifest *m) {
    const SirManifest *source = &m->module->manifest;
    const SirSig *sig = &m->module->funcs.data[source->main].sig;
    uint32_t devices[SIR_DMA + 1] = { 0 };
    uint32_t ends = 0;
    m->header.params = begin_table(m, sig->param_count);
    for (uint32_t i = 0; i < sig->param_count; i++) {
        const SirTypeInfo *info = &m->module->types.data[sig->params[i].type];
        SealParam row = { .kind = SEAL_PARAM_ARGS };
        if (info->kind == SIR_TYPE_ENDPOINT)
            row = (SealParam){ .kind = SEAL_PARAM_ENDPOINT,
                               .contract = info->contract,
                               .side = info->side == SIR_EXP,
                               .state = info->state };
        const SirTypeInfo *end = info->kind == SIR_TYPE_ENDPOINT ? delivered(m, info) : NULL;
        if (end) {
            row.fresh = end->contract + 1;
            row.fresh_side = end->side == SIR_EXP;
            row.fresh_state = end->state;
        }
        if (info->kind == SIR_TYPE_ENDPOINT && starts(m, info)) {
            row.starts = 1;
            row.first_end = ends;
            row.end_count = ends_of_start(m, info, NULL);
            ends += row.end_count;
        }
        if (info->kind == SIR_TYPE_DEVICE) // that there is such a grant, was verified
            row = (SealParam){ .kind = SEAL_PARAM_DEVICE,
                               .grant = grant_row(source, info->device, devices[info->device]++) };
        if (info->kind != SIR_TYPE_ENDPOINT && info->kind != SIR_TYPE_SLICE &&
            info->kind != SIR_TYPE_DEVICE) {
            snprintf(
                m->error, 512, "a parameter of main is neither endpoint, device nor text arguments"
            );
            return false;
        }
        if (!add_name(m, "a parameter of main", source->param_names[i], &row.name)) return false;
        buf_put(&m->tables, &row, sizeof row);
    }
    return true;
}

static void add_ends(Manifest *m) {
    m->header.ends = begin_table(m, ends_of_params(m, NULL));
    ends_of_params(m, &m->tables);
}

static void add_grants(Manifest *m) {
    const SirManifest *source = &m->module->manifest;
    m->header.grants = begin_table(m, source->grant_count);
    for (uint32_t i = 0; i < source->grant_count; i++) {
        SealGrant row = { source->grants[i].kind, 0, source->grants[i].base,
                          source->grants[i].length };
        buf_put(&m->tables, &row, sizeof row);
    }
}

static void add_kcalls(Manifest *m) {
    m->header.kcalls = begin_table(m, m->input->kcall_count);
    for (uint32_t i = 0; i < m->input->kcall_count; i++)
        buf_u32le(&m->tables, m->input->kcalls[i]);
}

static uint64_t size_of_tables(const Manifest *m) {
    const SirManifest *source = &m->module->manifest;
    uint64_t messages = 0;
    for (uint32_t c = 0; c < m->module->contracts.len; c++)
        messages += m->module->contracts.data[c].message_count;
    return ends_of_params(m, NULL) * sizeof(SealEnd) +
           m->module->contracts.len * sizeof(SealContract) + messages * sizeof(SealMessage) +
           m->module->funcs.data[source->main].sig.param_count * sizeof(SealParam) +
           source->grant_count * sizeof(SealGrant) + m->input->kcall_count * sizeof(uint32_t);
}

static bool fill(Manifest *m) {
    const SirManifest *source = &m->module->manifest;
    SealManifest *header = &m->header;
    memcpy(header->magic, "SIPMANI\1", sizeof header->magic);
    header->version = SEAL_FORMAT_VERSION;
    header->abi = SIP_ABI_VERSION;
    header->cpu_level = CPU_LEVEL;
    header->heap_bytes = source->heap_bytes;
    header->stack_bytes = source->stack_bytes;
    header->threads = source->threads;
    header->cpu = source->cpu;
    header->time = source->time;
    header->trap_count = m->input->trap_count;
    memcpy(header->runtime_digest, m->input->runtime_digest, sizeof header->runtime_digest);
    header->toolchain = add_text(m, str_from_c(m->input->toolchain));
    if (!add_name(m, "the module", m->module->name, &header->name)) return false;
    if (!add_contracts(m) || !add_messages(m) || !add_params(m)) // larger alignment first
        return false;
    add_ends(m);
    add_grants(m);
    add_kcalls(m);
    header->size = (uint32_t)(sizeof *header + m->tables.len + m->strings.len);
    return true;
}

bool seal_manifest(const SealInput *input, Buf *out, char error[512]) {
    Manifest m = { .input = input, .module = verified_module(input->sir), .error = error };
    if (m.module->manifest.main == SIR_NONE) {
        snprintf(error, 512, "the module has no main");
        return false;
    }
    uint64_t size = size_of_tables(&m);
    if (size > UINT32_MAX / 2) {
        snprintf(error, 512, "the module's tables are too large for a manifest");
        return false;
    }
    m.tables_size = (uint32_t)size;
    arena_init(&m.scratch);
    m.seen = arena_array(&m.scratch, uint32_t, m.module->types.len);
    bool good = fill(&m);
    if (good) {
        buf_put(out, &m.header, sizeof m.header);
        buf_put(out, m.tables.data, m.tables.len);
        buf_put(out, m.strings.data, m.strings.len);
    }
    buf_free(&m.tables);
    buf_free(&m.strings);
    arena_free(&m.scratch);
    return good;
}
