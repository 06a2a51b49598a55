// Digests of contracts: a walk over the structure that a contract reaches, written down in the order of discovery.
// Whatever is reached gets a number when it is first mentioned and is described once, in the order of the numbers: two
// modules that give the same description agree in every byte that can cross the channel, and in every state.

#include "seal.h"

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "sealed/sha256.h"

enum { LAYOUT_VERSION = 1 };

typedef struct Thing { // a type or a contract that is described
    bool is_contract;
    uint32_t row;
} Thing;

typedef struct Describe {
    const SirModule *module;
    Arena scratch;
    Map *numbers;
    VEC(Thing) things;
    Buf text;
} Describe;

static void put_text(Describe *d, Str text) {
    buf_uleb(&d->text, text.len);
    buf_put(&d->text, text.ptr, text.len);
}

static void mention(Describe *d, bool is_contract, uint32_t row) {
    uint64_t key = (uint64_t)is_contract << 32 | row, number = d->things.len;
    if (!map_get(d->numbers, key, &number)) {
        map_put(d->numbers, key, number);
        vec_push(&d->scratch, &d->things, (Thing){ is_contract, row });
    }
    buf_uleb(&d->text, number);
}

static void mention_type(Describe *d, SirType type) {
    if (type == SIR_NONE)
        buf_byte(&d->text, 0);
    else
        buf_byte(&d->text, 1), mention(d, false, type);
}

static void describe_fields(Describe *d, const SirField *fields, uint32_t count) {
    buf_uleb(&d->text, count);
    for (uint32_t i = 0; i < count; i++) {
        put_text(d, fields[i].name);
        buf_byte(&d->text, fields[i].order);
        mention_type(d, fields[i].type);
    }
}

static void describe_variants(Describe *d, const SirTypeInfo *info) {
    buf_uleb(&d->text, info->variant_count);
    for (uint32_t i = 0; i < info->variant_count; i++) {
        put_text(d, info->variants[i].name);
        buf_uleb(&d->text, info->variants[i].value);
        describe_fields(d, info->variants[i].fields, info->variants[i].field_count);
    }
}

static void describe_sig(Describe *d, const SirSig *sig) {
    mention_type(d, sig->result);
    buf_uleb(&d->text, sig->param_count);
    for (uint32_t i = 0; i < sig->param_count; i++) {
        mention_type(d, sig->params[i].type);
        buf_u32le(&d->text, sig->params[i].to);
    }
    buf_uleb(&d->text, sig->from_count);
    for (uint32_t i = 0; i < sig->from_count; i++) {
        buf_uleb(&d->text, sig->from[i].param);
        buf_byte(&d->text, sig->from[i].deep);
    }
}

static void describe_type(Describe *d, const SirTypeInfo *info) {
    buf_byte(&d->text, (uint8_t)info->kind);
    switch (info->kind) {
    case SIR_TYPE_STRUCT:
        buf_byte(&d->text, (uint8_t)(info->is_ref | info->is_wire << 1));
        describe_fields(d, info->fields, info->field_count);
        break;
    case SIR_TYPE_ENUM:
    case SIR_TYPE_FLAGS:
        buf_byte(&d->text, info->is_plain_enum);
        if (info->is_plain_enum || info->kind == SIR_TYPE_FLAGS) mention_type(d, info->elem);
        describe_variants(d, info);
        break;
    case SIR_TYPE_FN: describe_sig(d, info->sig); break;
    case SIR_TYPE_ENDPOINT:
    case SIR_TYPE_EPSET:
        mention(d, true, info->contract);
        buf_byte(&d->text, (uint8_t)info->side);
        buf_u32le(&d->text, info->state);
        if (info->kind == SIR_TYPE_EPSET) mention_type(d, info->elem);
        break;
    case SIR_TYPE_DEVICE: buf_byte(&d->text, (uint8_t)info->device); break;
    case SIR_TYPE_STR: buf_byte(&d->text, (uint8_t)info->mode); break;
    case SIR_TYPE_ARRAY:
    case SIR_TYPE_VECTOR:
    case SIR_TYPE_OPTION:
    case SIR_TYPE_PTR:
    case SIR_TYPE_SLICE:
    case SIR_TYPE_GROW:
    case SIR_TYPE_ATOMIC:
    case SIR_TYPE_MUTEX:
        buf_byte(&d->text, (uint8_t)info->mode);
        buf_uleb(&d->text, info->count);
        mention_type(d, info->elem);
        break;
    default: break; // scalars
    }
}

static void describe_contract(Describe *d, const SirContractInfo *info) {
    buf_byte(&d->text, SIR_TYPE_KINDS); // no type
    buf_uleb(&d->text, info->message_count);
    for (uint32_t i = 0; i < info->message_count; i++) {
        const SirMessage *message = &info->messages[i];
        put_text(d, message->name);
        buf_byte(&d->text, (uint8_t)message->dir);
        describe_fields(d, message->args, message->arg_count);
        for (uint32_t a = 0; a < message->arg_count; a++)
            buf_u64le(&d->text, message->limits[a]);
    }
    buf_uleb(&d->text, info->state_count);
    for (uint32_t i = 0; i < info->state_count; i++) {
        const SirStateInfo *state = &info->states[i];
        buf_byte(&d->text, state->is_end);
        buf_uleb(&d->text, state->choice_count);
        for (uint32_t c = 0; c < state->choice_count; c++) {
            buf_uleb(&d->text, state->choices[c].message);
            buf_u32le(&d->text, state->choices[c].next);
        }
    }
}

void seal_contract_digest(const SirModule *module, SirContract contract, uint8_t digest[32]) {
    Describe d = { .module = module };
    arena_init(&d.scratch);
    d.numbers = map_new(&d.scratch);
    buf_cstr(&d.text, "sip contract");
    buf_uleb(&d.text, LAYOUT_VERSION);
    mention(&d, true, contract);
    for (uint32_t i = 0; i < d.things.len; i++) { // the list grows meanwhile
        Thing thing = d.things.data[i];
        if (thing.is_contract)
            describe_contract(&d, &module->contracts.data[thing.row]);
        else
            describe_type(&d, &module->types.data[thing.row]);
    }
    Sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, d.text.data, d.text.len);
    sha256_finish(&sha, digest);
    buf_free(&d.text);
    arena_free(&d.scratch);
}
