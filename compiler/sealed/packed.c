// A packed image: its tables lie within it, its programs at whole pages, its rows name rows. And what a wire means: the
// same facts for `sipcc image`, which reports them to a person, and for the kernel, which believes nobody.

#include "packed.h"

#include "sealed__.h"
#include "served.h"
#include "sha256.h"

static void copy_row(
    void *row, const Packed *packed, SealTable table, uint32_t number, size_t size
) {
    __builtin_memcpy(row, packed->bytes.bytes + table.offset + (size_t)number * size, size);
}

// --- rows --------------------------------------------------------------------------------------------------

ImageProgram packed_program(const Packed *packed, uint32_t row) {
    ImageProgram program;
    copy_row(&program, packed, packed->header.programs, row, sizeof program);
    return program;
}

ImageInstance packed_instance(const Packed *packed, uint32_t row) {
    ImageInstance instance;
    copy_row(&instance, packed, packed->header.instances, row, sizeof instance);
    return instance;
}

ImageWire packed_wire(const Packed *packed, uint32_t row) {
    ImageWire wire;
    copy_row(&wire, packed, packed->header.wires, row, sizeof wire);
    return wire;
}

SealedView packed_text(const Packed *packed, SealString text) {
    return (SealedView){ packed->bytes.bytes + text.offset, text.length };
}

static SealString text_row(const Packed *packed, uint32_t row) {
    SealString text;
    copy_row(&text, packed, packed->header.texts, row, sizeof text);
    return text;
}

SealedView packed_argument(const Packed *packed, uint32_t row) {
    return packed_text(packed, text_row(packed, row));
}

SealedView packed_program_file(const Packed *packed, uint32_t row) {
    ImageProgram program = packed_program(packed, row);
    return (SealedView){ packed->bytes.bytes + program.offset, program.size };
}

// --- structure ---------------------------------------------------------------------------------------------

static bool name_is_right(const Packed *packed, SealString name) {
    if (!sealed__within(name.offset, name.length, packed->bytes.size) || name.length == 0 ||
        name.length > 256)
        return false;
    SealedView text = packed_text(packed, name);
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] <= ' ' || text.bytes[i] >= 0x7f) return false;
    }
    return true;
}

static bool table_is_inside(const Packed *packed, SealTable table, size_t row, uint32_t most) {
    return table.count <= most &&
           sealed__rows_within(table.offset, table.count, row, packed->bytes.size);
}

static const char *check_header(const Packed *packed) {
    const ImageHeader *header = &packed->header;
    if (__builtin_memcmp(header->magic, "SIPIMAG\1", 8) != 0) return "it is not a packed image";
    if (header->version != IMAGE_FORMAT_VERSION || header->reserved != 0)
        return "it is of another version of the format";
    if (header->size != packed->bytes.size) return "it has not the size that it says";
    if (!table_is_inside(packed, header->programs, sizeof(ImageProgram), PACKED_MOST_PROGRAMS) ||
        !table_is_inside(packed, header->instances, sizeof(ImageInstance), PACKED_MOST_INSTANCES) ||
        !table_is_inside(packed, header->wires, sizeof(ImageWire), PACKED_MOST_WIRES) ||
        !table_is_inside(packed, header->texts, sizeof(SealString), PACKED_MOST_TEXTS))
        return "one of its tables reaches beyond it";
    return name_is_right(packed, header->system) ? NULL : "the system has no name";
}

static const char *check_rows(const Packed *packed) {
    const ImageHeader *header = &packed->header;
    for (uint32_t i = 0; i < header->programs.count; i++) {
        ImageProgram program = packed_program(packed, i);
        if (!name_is_right(packed, program.name)) return "a program has no name";
        if (program.offset % SEALED_PAGE != 0 ||
            !sealed__within(program.offset, program.size, packed->bytes.size))
            return "a program does not lie in it";
    }
    uint32_t wires = 0;
    for (uint32_t i = 0; i < header->instances.count; i++) {
        ImageInstance instance = packed_instance(packed, i);
        if (!name_is_right(packed, instance.name) || instance.program >= header->programs.count)
            return "a sip has no name or no program";
        if (instance.first_wire != wires ||
            !sealed__within(wires, instance.wire_count, header->wires.count))
            return "a sip has wires that are not its own";
        if (instance.restart > PACKED_MOST_RESTARTS) return "a sip is to be restarted too often";
        if (instance.trusted > 1) return "a sip is neither trusted nor not";
        if (instance.on_demand > 1) return "a sip is neither started with the system nor not";
        if (instance.on_demand && (instance.restart || instance.trusted))
            return "a program is restarted or trusted, which only sips of the system are";
        wires += instance.wire_count;
    }
    for (uint32_t i = 0; i < header->texts.count; i++) {
        SealString text = text_row(packed, i);
        if (!sealed__within(text.offset, text.length, packed->bytes.size))
            return "a text does not lie in it";
    }
    return NULL;
}

const char *packed_read(const void *bytes, size_t size, Packed *packed) {
    *packed = (Packed){
        .bytes = { bytes, size }
    };
    if (size < sizeof packed->header) return "it is too short for a packed image";
    __builtin_memcpy(&packed->header, bytes, sizeof packed->header);
    const char *wrong = check_header(packed);
    return wrong ? wrong : check_rows(packed);
}

// --- the digest --------------------------------------------------------------------------------------------

void packed_digest(const void *bytes, size_t size, uint8_t out[32]) {
    static const uint8_t zero[32 + sizeof(SealSignature)];
    const uint8_t *at = bytes;
    size_t from = offsetof(ImageHeader, digest), to = from + sizeof zero;
    Sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, at, from);
    sha256_add(&sha, zero, sizeof zero);
    sha256_add(&sha, at + to, size - to);
    sha256_finish(&sha, out);
}

_Static_assert(
    offsetof(ImageHeader, signature) == offsetof(ImageHeader, digest) + 32,
    "digest and signature are one run"
);

bool packed_digest_is_right(const Packed *packed) {
    uint8_t digest[32];
    packed_digest(packed->bytes.bytes, packed->bytes.size, digest);
    return __builtin_memcmp(digest, packed->header.digest, sizeof digest) == 0;
}

const char *packed_read_unchanged(const void *bytes, size_t size, Packed *packed) {
    const char *wrong = packed_read(bytes, size, packed);
    if (wrong || packed_digest_is_right(packed)) return wrong;
    return "its bytes do not match its digest";
}

// --- what wires mean ---------------------------------------------------------------------------------------

bool packed_wires_are_complete(const Packed *packed, const Sealed *programs, uint32_t instance) {
    ImageInstance row = packed_instance(packed, instance);
    return row.wire_count == programs[row.program].manifest.params.count;
}

// The digest says it all; the rest is what the kernel lays out channels by, and costs little to compare.
static bool contracts_agree(
    const Sealed *mine, const SealContract *a, const Sealed *its, const SealContract *b
) {
    if (__builtin_memcmp(a->digest, b->digest, sizeof a->digest) != 0 ||
        a->in_slots != b->in_slots || a->out_slots != b->out_slots ||
        a->slot_bytes != b->slot_bytes || a->message_count != b->message_count)
        return false;
    for (uint32_t i = 0; i < a->message_count; i++) {
        SealMessage x = sealed_message(mine, a->first_message + i),
                    y = sealed_message(its, b->first_message + i);
        if (x.payload_bytes != y.payload_bytes || x.direction != y.direction) return false;
    }
    return true;
}

// Does `taker` deliver ends of the channels of which `giver` is the other?
static bool delivers(
    const Sealed *taking, const SealParam *taker, const Sealed *giving, const SealParam *giver
) {
    if (taker->fresh == 0 || taker->fresh_side == giver->side || taker->fresh_state != giver->state)
        return false;
    SealContract its = sealed_contract(taking, taker->fresh - 1),
                 mine = sealed_contract(giving, giver->contract);
    return contracts_agree(taking, &its, giving, &mine);
}

// Do both deliver ends of the same channels, each the other's?
static bool meet(
    const Sealed *program, const SealParam *param, const Sealed *other, const SealParam *other_param
) {
    if (param->fresh == 0 || other_param->fresh == 0 ||
        param->fresh_side == other_param->fresh_side ||
        param->fresh_state != other_param->fresh_state)
        return false;
    SealContract mine = sealed_contract(program, param->fresh - 1),
                 its = sealed_contract(other, other_param->fresh - 1);
    return contracts_agree(program, &mine, other, &its);
}

static PackedWireWay way_of(
    const Sealed *program, const SealParam *param, const Sealed *other, const SealParam *other_param
) {
    if (delivers(other, other_param, program, param)) return PACKED_WIRE_GIVES;
    if (delivers(program, param, other, other_param)) return PACKED_WIRE_TAKES;
    if (meet(program, param, other, other_param)) return PACKED_WIRE_MEETS;
    return PACKED_WIRE_PLAIN;
}

PackedWireWay packed_wire_way(
    const Packed *packed, const Sealed *programs, uint32_t instance, uint32_t param
) {
    ImageInstance row = packed_instance(packed, instance);
    ImageWire wire = packed_wire(packed, row.first_wire + param);
    if (wire.kind != IMAGE_WIRE_CHANNEL) return PACKED_WIRE_PLAIN;
    const Sealed *program = &programs[row.program],
                 *other = &programs[packed_instance(packed, wire.instance).program];
    SealParam mine = sealed_param(program, param), its = sealed_param(other, wire.param);
    return way_of(program, &mine, other, &its);
}

static const char *check_channel(
    const Packed *packed,
    const Sealed *programs,
    const Sealed *program,
    const SealParam *param,
    const ImageWire *wire,
    uint32_t instance,
    uint32_t number
) {
    if (wire->instance >= packed->header.instances.count)
        return "is wired to a sip that there is not";
    ImageInstance other = packed_instance(packed, wire->instance);
    if (packed_instance(packed, instance).on_demand || other.on_demand)
        return "is wired to a sip, and one of them is a program that is started later: its starter gives it such ends";
    const Sealed *other_program = &programs[other.program];
    if (wire->param >= other.wire_count || wire->param >= other_program->manifest.params.count)
        return "is wired to a parameter that there is not";
    SealParam other_param = sealed_param(other_program, wire->param);
    ImageWire back = packed_wire(packed, other.first_wire + wire->param);
    if (other_param.kind != SEAL_PARAM_ENDPOINT || back.kind != IMAGE_WIRE_CHANNEL ||
        back.instance != instance || back.param != number)
        return "is wired to a parameter that is wired elsewhere";
    PackedWireWay way = way_of(program, param, other_program, &other_param);
    if (packed_instance(packed, instance).restart && way != PACKED_WIRE_GIVES &&
        way != PACKED_WIRE_MEETS)
        return "is of a sip that is restarted, and could not be opened again: the other side has to take it by a `Wire`";
    if (way != PACKED_WIRE_PLAIN) return NULL;
    if (param->side == other_param.side) return "is wired to the same side of the contract";
    SealContract mine = sealed_contract(program, param->contract),
                 its = sealed_contract(other_program, other_param.contract);
    if (!contracts_agree(program, &mine, other_program, &its))
        return "is wired to a parameter of another contract";
    if (param->state != other_param.state) return "is wired to a parameter in another state";
    return NULL;
}

// contracts/channels/console.sip: write(own str), put(own u8[]), and the answer ok().
static const char *check_console(const Sealed *program, const SealParam *param) {
    static const struct {
        uint32_t direction, payload;
    } messages[] = {
        { 0, 16 },
        { 0, 16 },
        { 1, 0  }
    };
    SealContract contract = sealed_contract(program, param->contract);
    if (param->side != 0) return "is machine.console's own side: take `Console.imp`";
    if (contract.message_count != sizeof messages / sizeof *messages || contract.in_slots == 0 ||
        contract.out_slots == 0)
        return "is not of the contract that machine.console serves";
    for (uint32_t i = 0; i < contract.message_count; i++) {
        SealMessage message = sealed_message(program, contract.first_message + i);
        if (message.direction != messages[i].direction ||
            message.payload_bytes != messages[i].payload || message.endpoints)
            return "is not of the contract that machine.console serves";
    }
    return NULL;
}

// Are those that `starter` gives the ones that instance `number` is to be given?
static const char *check_ends(
    const Packed *packed,
    const Sealed *programs,
    const Sealed *starting,
    const SealParam *starter,
    uint32_t number
) {
    static const char others[] = "starts a program that is given other ends";
    ImageInstance row = packed_instance(packed, number);
    const Sealed *program = &programs[row.program];
    uint32_t given = 0;
    if (row.wire_count != program->manifest.params.count) return others;
    for (uint32_t i = 0; i < row.wire_count; i++) {
        SealParam param = sealed_param(program, i);
        if (packed_wire(packed, row.first_wire + i).kind != IMAGE_WIRE_GIVEN) continue;
        if (given == starter->end_count || param.kind != SEAL_PARAM_ENDPOINT) return others;
        SealEnd end = sealed_end(starting, starter->first_end + given++);
        SealContract mine = sealed_contract(starting, end.contract),
                     its = sealed_contract(program, param.contract);
        if (end.side != param.side || end.state != param.state ||
            !contracts_agree(starting, &mine, program, &its))
            return others;
    }
    return given == starter->end_count ? NULL : others;
}

// Any other service is known by its contract's digest.
static const char *check_served(
    const Sealed *program, const SealParam *param, ServedContract served
) {
    if (!served_is(sealed_contract(program, param->contract).digest, served))
        return "is not of the contract that the machine serves by that name";
    if (param->side != 0) return "is the machine's own side: take the importer's";
    return param->state == 0 ? NULL : "is not in the state in which the machine begins";
}

static const char *check_machine(const Sealed *program, const SealParam *param, uint32_t service) {
    switch (service) {
    case IMAGE_SERVICE_CONSOLE: return check_console(program, param);
    case IMAGE_SERVICE_DIAGNOSTICS: return check_served(program, param, SERVED_DIAGNOSTICS);
    case IMAGE_SERVICE_FAULTS: return check_served(program, param, SERVED_FAULTS);
    case IMAGE_SERVICE_INPUT: return check_served(program, param, SERVED_INPUT);
    default: return "is wired to a service that the machine has not";
    }
}

static bool has_served(const Sealed *program, ServedContract served) {
    for (uint32_t i = 0; i < program->manifest.contracts.count; i++)
        if (served_is(sealed_contract(program, i).digest, served)) return true;
    return false;
}

static const char *check_program(
    const Packed *packed,
    const Sealed *programs,
    const Sealed *program,
    const SealParam *param,
    const ImageWire *wire
) {
    if (param->kind != SEAL_PARAM_ENDPOINT || !param->starts ||
        !has_served(program, SERVED_PROCESS) || !has_served(program, SERVED_EXIT))
        return "starts no programs, but is wired to one: take a `Program<E>.imp` of sip.process";
    if (wire->instance >= packed->header.instances.count ||
        !packed_instance(packed, wire->instance).on_demand)
        return "is wired to a program that there is not";
    return check_ends(packed, programs, program, param, wire->instance);
}

const char *packed_check_wire(
    const Packed *packed, const Sealed *programs, uint32_t instance, uint32_t param
) {
    ImageInstance row = packed_instance(packed, instance);
    const Sealed *program = &programs[row.program];
    ImageWire wire = packed_wire(packed, row.first_wire + param);
    SealParam wanted = sealed_param(program, param);
    switch (wire.kind) {
    case IMAGE_WIRE_CHANNEL:
        if (wanted.kind != SEAL_PARAM_ENDPOINT) return "is no endpoint, but is wired to one";
        return check_channel(packed, programs, program, &wanted, &wire, instance, param);
    case IMAGE_WIRE_MACHINE:
        if (wanted.kind != SEAL_PARAM_ENDPOINT)
            return "is no endpoint, but is wired to the machine";
        return check_machine(program, &wanted, wire.service);
    case IMAGE_WIRE_ARGS:
        if (wanted.kind != SEAL_PARAM_ARGS) return "takes no text arguments";
        if (row.on_demand && wire.instance)
            return "has text arguments, and is a program's: its starter says which";
        return sealed__within(wire.param, wire.instance, packed->header.texts.count)
                   ? NULL
                   : "has text arguments that there are not";
    case IMAGE_WIRE_DEVICE:
        if (row.on_demand) return "is a device, and a program that is started later has none";
        return wanted.kind == SEAL_PARAM_DEVICE ? NULL : "is no device, but is wired to one";
    case IMAGE_WIRE_PROGRAM: return check_program(packed, programs, program, &wanted, &wire);
    case IMAGE_WIRE_GIVEN:
        if (!row.on_demand) return "is given by a starter, and its sip is started with the system";
        return wanted.kind == SEAL_PARAM_ENDPOINT ? NULL
                                                  : "is no endpoint, but is given by a starter";
    default: return "is wired in a way that there is not";
    }
}
