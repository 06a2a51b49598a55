// Packing: names become rows, tables and texts are laid out, programs follow at whole pages. Then the result is read as
// the kernel will read it, and every wire is tested by the same function that the kernel uses.

#include "image.h"

#include "base/arena.h"
#include "sealed/packed.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Pack {
    const ImageInput *input;
    Sealed *programs; // read, in the order of the input
    ImageHeader header;
    ImageProgram *program_rows;
    ImageInstance *instance_rows;
    ImageWire *wire_rows;
    SealString *text_rows;
    uint32_t wires, texts;
    Buf strings; // what texts refer to; offsets from its start until it is placed
    char *error;
} Pack;

// --- small helpers -----------------------------------------------------------------------------------------

#define refuse(pack, ...) (snprintf((pack)->error, IMAGE_ERROR_ROOM, __VA_ARGS__), false)

static void *array(size_t count, size_t size) {
    void *rows = calloc(count ? count : 1, size);
    if (!rows) base_out_of_memory(count * size);
    return rows;
}

static SealString keep_text(Pack *pack, const char *text) {
    SealString kept = { (uint32_t)pack->strings.len, (uint32_t)strlen(text) };
    buf_put(&pack->strings, text, kept.length);
    return kept;
}

static bool is_named(SealedView name, const char *text) {
    return name.size == strlen(text) && memcmp(name.bytes, text, name.size) == 0;
}

static const Sealed *program_of(const Pack *pack, uint32_t instance) {
    return &pack->programs[pack->instance_rows[instance].program];
}

static bool find_program(const Pack *pack, const char *name, uint32_t *row) {
    for (*row = 0; *row < pack->input->program_count; ++*row) {
        if (strcmp(pack->input->programs[*row].name, name) == 0) return true;
    }
    return false;
}

static bool find_instance(const Pack *pack, const char *name, uint32_t *row) {
    for (*row = 0; *row < pack->input->instance_count; ++*row) {
        if (strcmp(pack->input->instances[*row].name, name) == 0) return true;
    }
    return false;
}

static bool find_param(const Sealed *program, const char *name, uint32_t *row) {
    for (*row = 0; *row < program->manifest.params.count; ++*row) {
        if (is_named(sealed_text(program, sealed_param(program, *row).name), name)) return true;
    }
    return false;
}

// --- programs and instances --------------------------------------------------------------------------------

static bool read_programs(Pack *pack) {
    for (uint32_t i = 0; i < pack->input->program_count; i++) {
        const ImageProgramInput *program = &pack->input->programs[i];
        Sealed *sealed = &pack->programs[i];
        uint32_t first;
        if (!find_program(pack, program->name, &first) || first != i)
            return refuse(pack, "program %s is there twice", program->name);
        const char *wrong = sealed_read(program->bytes, program->size, sealed);
        if (wrong) return refuse(pack, "%s.sipx is no sealed binary: %s", program->name, wrong);
        if (!sealed_digest_is_right(sealed))
            return refuse(
                pack,
                "%s.sipx was changed after it was sealed: its digest does not match; build it again",
                program->name
            );
        pack->program_rows[i].name = keep_text(pack, program->name);
        memcpy(pack->program_rows[i].digest, sealed->record.digest, sizeof sealed->record.digest);
    }
    return true;
}

static bool read_instances(Pack *pack) {
    uint32_t wires = 0;
    for (uint32_t i = 0; i < pack->input->instance_count; i++) {
        const ImageInstanceInput *instance = &pack->input->instances[i];
        ImageInstance *row = &pack->instance_rows[i];
        uint32_t first;
        if (!find_instance(pack, instance->name, &first) || first != i)
            return refuse(pack, "sip %s is there twice", instance->name);
        if (!find_program(pack, instance->program, &row->program))
            return refuse(pack, "sip %s has no program %s", instance->name, instance->program);
        if (instance->restart > PACKED_MOST_RESTARTS)
            return refuse(
                pack, "sip %s is to be restarted more than %d times", instance->name,
                PACKED_MOST_RESTARTS
            );
        row->restart = instance->restart;
        row->trusted = instance->trusted;
        row->on_demand = instance->on_demand;
        row->name = keep_text(pack, instance->name);
        row->first_wire = wires;
        row->wire_count = program_of(pack, i)->manifest.params.count;
        wires += row->wire_count;
        if (wires > PACKED_MOST_WIRES)
            return refuse(pack, "the system has more than %d wires", PACKED_MOST_WIRES);
    }
    pack->wires = wires;
    return true;
}

// --- wires -------------------------------------------------------------------------------------------------

static bool resolve_channel(
    Pack *pack, const char *sip, const ImageWireInput *wire, ImageWire *row
) {
    if (!find_instance(pack, wire->sip, &row->instance))
        return refuse(
            pack, "%s.%s is wired to %s, and there is no such sip", sip, wire->param, wire->sip
        );
    if (!find_param(program_of(pack, row->instance), wire->target, &row->param))
        return refuse(
            pack, "%s.%s is wired to %s.%s, and there is no such parameter", sip, wire->param,
            wire->sip, wire->target
        );
    return true;
}

static bool resolve_texts(Pack *pack, const char *sip, const ImageWireInput *wire, ImageWire *row) {
    if (wire->text_count > PACKED_MOST_TEXTS - pack->texts)
        return refuse(
            pack, "%s.%s: the system has more than %d text arguments", sip, wire->param,
            PACKED_MOST_TEXTS
        );
    row->param = pack->texts;
    row->instance = wire->text_count;
    for (uint32_t i = 0; i < wire->text_count; i++)
        pack->text_rows[pack->texts++] = keep_text(pack, wire->texts[i]);
    return true;
}

static bool find_service(const char *name, uint32_t *service) {
    static const char *const names[] = {
#define SERVICE(name, text, module, contract, what) text,
#include "contracts/abi/services.def"
    };
    for (*service = 0; *service < IMAGE_SERVICES; ++*service)
        if (strcmp(names[*service], name) == 0) return true;
    return false;
}

static bool resolve_wire(Pack *pack, const char *sip, const ImageWireInput *wire, ImageWire *row) {
    *row = (ImageWire){ .kind = wire->kind };
    switch (wire->kind) {
    case IMAGE_WIRE_CHANNEL: return resolve_channel(pack, sip, wire, row);
    case IMAGE_WIRE_ARGS: return resolve_texts(pack, sip, wire, row);
    case IMAGE_WIRE_DEVICE: return true; // which, its manifest says
    case IMAGE_WIRE_GIVEN: return true;  // by its starter, which names it by its place
    case IMAGE_WIRE_PROGRAM:
        return find_instance(pack, wire->sip, &row->instance) ||
               refuse(
                   pack, "%s.%s starts %s, and there is no such program", sip, wire->param,
                   wire->sip
               );
    case IMAGE_WIRE_MACHINE:
        return find_service(wire->target, &row->service) ||
               refuse(pack, "%s.%s: there is no machine.%s", sip, wire->param, wire->target);
    }
    return refuse(pack, "%s.%s is wired in a way that there is not", sip, wire->param);
}

static bool read_wires_of(Pack *pack, uint32_t instance, bool *wired) {
    const ImageInstanceInput *input = &pack->input->instances[instance];
    const Sealed *program = program_of(pack, instance);
    for (uint32_t i = 0; i < input->wire_count; i++) {
        uint32_t param;
        if (!find_param(program, input->wires[i].param, &param))
            return refuse(pack, "%s has no parameter %s", input->program, input->wires[i].param);
        uint32_t row = pack->instance_rows[instance].first_wire + param;
        if (wired[row])
            return refuse(pack, "%s.%s is wired twice", input->name, input->wires[i].param);
        wired[row] = true;
        if (!resolve_wire(pack, input->name, &input->wires[i], &pack->wire_rows[row])) return false;
    }
    for (uint32_t param = 0; param < program->manifest.params.count; param++) {
        if (!wired[pack->instance_rows[instance].first_wire + param]) {
            SealedView name = sealed_text(program, sealed_param(program, param).name);
            return refuse(
                pack, "%s.%.*s is not wired", input->name, (int)name.size, (const char *)name.bytes
            );
        }
    }
    return true;
}

static bool read_wires(Pack *pack) {
    bool *wired = array(pack->wires, sizeof *wired);
    bool good = true;
    pack->wire_rows = array(pack->wires, sizeof *pack->wire_rows);
    for (uint32_t i = 0; i < pack->input->instance_count && good; i++)
        good = read_wires_of(pack, i, wired);
    free(wired);
    return good;
}

// --- quotas ------------------------------------------------------------------------------------------------

// The same sum that is asked of systems in source: a `.system` file may be made by hand.
static bool quotas_hold(Pack *pack) {
    uint64_t mib = 0;
    for (uint32_t i = 0; i < pack->input->instance_count; i++) {
        const SealManifest *manifest = &program_of(pack, i)->manifest;
        const uint64_t threads = manifest->threads ? manifest->threads : 1;
        if (pack->input->instances[i].on_demand) continue; // out of its starter's quota
        mib += (manifest->heap_bytes >> 20) + (manifest->stack_bytes >> 10) * threads / 1024;
    }
    return mib <= IMAGE_MOST_MIB ||
           refuse(
               pack, "system %s needs %llu MiB, more than the %u MiB that are promised",
               pack->input->system, (unsigned long long)mib, IMAGE_MOST_MIB
           );
}

// --- layout ------------------------------------------------------------------------------------------------

static void pad(Buf *out, size_t multiple) {
    while (out->len % multiple)
        buf_byte(out, 0);
}

static SealTable put_table(Buf *out, const void *rows, uint32_t count, size_t size) {
    pad(out, 16);
    SealTable table = { (uint32_t)out->len, count };
    if (count) buf_put(out, rows, count * size);
    return table;
}

// Tables have a size of their own whatever their offsets: so the texts' place is known before the rows are final.
static void place_texts(Pack *pack, uint32_t at) {
    pack->header.system.offset += at;
    for (uint32_t i = 0; i < pack->input->program_count; i++)
        pack->program_rows[i].name.offset += at;
    for (uint32_t i = 0; i < pack->input->instance_count; i++)
        pack->instance_rows[i].name.offset += at;
    for (uint32_t i = 0; i < pack->texts; i++)
        pack->text_rows[i].offset += at;
}

static void place_programs(Pack *pack, uint64_t at) {
    for (uint32_t i = 0; i < pack->input->program_count; i++) {
        at = (at + SEALED_PAGE - 1) / SEALED_PAGE * SEALED_PAGE;
        pack->program_rows[i].offset = at;
        pack->program_rows[i].size = pack->input->programs[i].size;
        at += pack->input->programs[i].size;
    }
    pack->header.size = at;
}

static void put_tables(Pack *pack, Buf *out) {
    ImageHeader *header = &pack->header;
    out->len = 0;
    buf_put(out, header, sizeof *header);
    header->programs =
        put_table(out, pack->program_rows, pack->input->program_count, sizeof *pack->program_rows);
    header->instances = put_table(
        out, pack->instance_rows, pack->input->instance_count, sizeof *pack->instance_rows
    );
    header->wires = put_table(out, pack->wire_rows, pack->wires, sizeof *pack->wire_rows);
    header->texts = put_table(out, pack->text_rows, pack->texts, sizeof *pack->text_rows);
}

static void write_image(Pack *pack, Buf *out) {
    put_tables(pack, out);
    place_texts(pack, (uint32_t)out->len);
    place_programs(pack, out->len + pack->strings.len);
    put_tables(pack, out);
    buf_put(out, pack->strings.data, pack->strings.len);
    for (uint32_t i = 0; i < pack->input->program_count; i++) {
        pad(out, SEALED_PAGE);
        buf_put(out, pack->input->programs[i].bytes, pack->input->programs[i].size);
    }
    memcpy(out->data, &pack->header, sizeof pack->header);
    packed_digest(out->data, out->len, pack->header.digest);
    memcpy(out->data, &pack->header, sizeof pack->header);
}

// --- the kernel's eyes -------------------------------------------------------------------------------------

static bool check_image(Pack *pack, const Buf *out) {
    Packed packed;
    const char *wrong = packed_read(out->data, out->len, &packed);
    if (wrong)
        return refuse(pack, "the image of %s would not start: %s", pack->input->system, wrong);
    for (uint32_t i = 0; i < pack->input->instance_count; i++) {
        for (uint32_t param = 0; param < pack->instance_rows[i].wire_count; param++) {
            wrong = packed_check_wire(&packed, pack->programs, i, param);
            SealedView name =
                sealed_text(program_of(pack, i), sealed_param(program_of(pack, i), param).name);
            if (wrong)
                return refuse(
                    pack, "%s.%.*s %s", pack->input->instances[i].name, (int)name.size,
                    (const char *)name.bytes, wrong
                );
        }
    }
    uint32_t sip, other;
    wrong = packed_check_grants(&packed, pack->programs, &sip, &other);
    if (!wrong) return true;
    const char *name = pack->input->instances[sip].name;
    return sip == other
               ? refuse(pack, "sip %s %s", name, wrong)
               : refuse(
                     pack, "sip %s %s, to sip %s", name, wrong, pack->input->instances[other].name
                 );
}

static bool limits_hold(Pack *pack) {
    const ImageInput *input = pack->input;
    uint64_t size = 0;
    for (uint32_t i = 0; i < input->program_count; i++)
        size += input->programs[i].size;
    if (input->program_count > PACKED_MOST_PROGRAMS ||
        input->instance_count > PACKED_MOST_INSTANCES || size > UINT32_MAX)
        return refuse(
            pack, "the system has more programs, more sips or more bytes than an image has room for"
        );
    for (uint32_t i = 0; i < input->instance_count; i++)
        if (!input->instances[i].on_demand) return true;
    return refuse(pack, "the system has no sips");
}

bool image_pack(const ImageInput *input, Buf *out, char error[IMAGE_ERROR_ROOM]) {
    assert(out->len == 0);
    Pack pack = { .input = input, .error = error };
    if (!limits_hold(&pack)) return false;
    pack.header = (ImageHeader){ .magic = "SIPIMAG\1", .version = IMAGE_FORMAT_VERSION };
    pack.header.system = keep_text(&pack, input->system);
    pack.programs = array(input->program_count, sizeof *pack.programs);
    pack.program_rows = array(input->program_count, sizeof *pack.program_rows);
    pack.instance_rows = array(input->instance_count, sizeof *pack.instance_rows);
    pack.text_rows = array(PACKED_MOST_TEXTS, sizeof *pack.text_rows);
    bool good =
        read_programs(&pack) && read_instances(&pack) && quotas_hold(&pack) && read_wires(&pack);
    if (good) {
        write_image(&pack, out);
        good = check_image(&pack, out);
    }
    if (!good) out->len = 0;
    free(pack.programs);
    free(pack.program_rows);
    free(pack.instance_rows);
    free(pack.wire_rows);
    free(pack.text_rows);
    buf_free(&pack.strings);
    return good;
}
