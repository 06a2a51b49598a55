// For tests: a small sealed file, made from facts, with every part that the format has. Its code is either two
// instructions, or a jump to a function of the test, which so becomes a program that the kernel can start.

#ifndef SEALED_EXAMPLE_TEST_H
#define SEALED_EXAMPLE_TEST_H

#include "contracts/abi/kernel.h"
#include "contracts/abi/seal.h"
#include "sealed/elf.h"
#include "sealed/sealed.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLE_MOST = 4, EXAMPLE_MESSAGES = 8, EXAMPLE_ROOM = 32768 };

typedef struct ExampleMessage {
    const char *name; // NULL ends the list
    uint32_t direction, payload_bytes;
    uint32_t endpoints; // 1 if it may carry some
} ExampleMessage;

typedef struct ExampleContract {
    const char *name; // NULL ends the list
    uint32_t in_slots, out_slots, slot_bytes;
    ExampleMessage messages[EXAMPLE_MESSAGES];
} ExampleContract;

typedef struct ExampleParam {
    const char *name;              // NULL ends the list
    uint32_t kind, contract, side; // of a device: `contract` is the row of its grant
} ExampleParam;

typedef struct Example {
    const char *name;
    uint64_t heap, stack;
    uint32_t threads; // 0: one
    uint32_t cpu;     // 0: without a limit
    uint64_t time;    // the same
    ExampleContract contracts[EXAMPLE_MOST];
    const char *digests[EXAMPLE_MOST]; // of these, hexadecimal; NULL: the name
    ExampleParam params[EXAMPLE_MOST];
    uint32_t fresh
        [EXAMPLE_MOST]; // per parameter: row of contracts plus one, of which it delivers importers
    uint32_t fresh_side[EXAMPLE_MOST]; // ... or, where that is 1, exporters
    uint32_t restart;                  // of the instance
    uint32_t trap_fault;               // of the only trap site, at example.sip:7
    uint32_t trap_text;                // what it says: 1 is "n < 3"; 0: nothing
    uint32_t may_exit;                 // has the grant `exit`, as the last one
    SealGrant grants[EXAMPLE_MOST];    // of length 0 ends the list
    uint32_t trusted;                  // the instance
    bool on_demand;                    // the same
    uint32_t starts
        [EXAMPLE_MOST]; // per parameter: 1 more than the ends of `ends` that it gives, from the first; 0: it starts nothing
    SealEnd ends[EXAMPLE_MOST];
    void (*code)(const KernelTable *kernel, const SipStart *start);
} Example;

typedef struct ExampleFile {
    uint8_t bytes[EXAMPLE_ROOM];
    size_t size;
    size_t record, manifest, traps, lines, relocations, code; // where they lie
} ExampleFile;

static inline size_t example_put(ExampleFile *file, const void *bytes, size_t size) {
    size_t at = (file->size + 15) & ~(size_t)15;
    if (at + size > sizeof file->bytes) abort();
    if (size) memcpy(file->bytes + at, bytes, size);
    file->size = at + size;
    return at;
}

static inline SealString example_text(ExampleFile *file, size_t origin, const char *text) {
    size_t at = example_put(file, text, strlen(text));
    return (SealString){ (uint32_t)(at - origin), (uint32_t)strlen(text) };
}

static inline uint32_t example_contracts(
    ExampleFile *file, size_t origin, const Example *example, SealManifest *manifest
) {
    SealContract contracts[EXAMPLE_MOST] = { 0 };
    SealMessage messages[EXAMPLE_MOST * EXAMPLE_MESSAGES] = { 0 };
    uint32_t count = 0, message_count = 0;
    for (; count < EXAMPLE_MOST && example->contracts[count].name; count++) {
        const ExampleContract *from = &example->contracts[count];
        SealContract *to = &contracts[count];
        *to = (SealContract){ .name = example_text(file, origin, from->name),
                              .in_slots = from->in_slots,
                              .out_slots = from->out_slots,
                              .slot_bytes = from->slot_bytes,
                              .first_message = message_count,
                              .state_count = 1 };
        memcpy(to->digest, from->name, strlen(from->name));
        for (int i = 0; example->digests[count] && i < 32; i++)
            sscanf(example->digests[count] + 2 * i, "%2hhx", &to->digest[i]);
        for (; to->message_count < EXAMPLE_MESSAGES && from->messages[to->message_count].name;
             to->message_count++) {
            const ExampleMessage *message = &from->messages[to->message_count];
            messages[message_count++] =
                (SealMessage){ example_text(file, origin, message->name), message->direction,
                               message->payload_bytes, 1, message->endpoints };
        }
    }
    manifest->contracts = (SealTable
    ){ (uint32_t)(example_put(file, contracts, count * sizeof *contracts) - origin), count };
    manifest->messages = (SealTable
    ){ (uint32_t)(example_put(file, messages, message_count * sizeof *messages) - origin),
       message_count };
    return count;
}

static inline void example_manifest(ExampleFile *file, const Example *example) {
    SealManifest manifest = { .magic = "SIPMANI\1",
                              .version = SEAL_FORMAT_VERSION,
                              .abi = SIP_ABI_VERSION,
                              .cpu_level = 2,
                              .heap_bytes = example->heap,
                              .stack_bytes = example->stack,
                              .threads = example->threads ? example->threads : 1,
                              .cpu = example->cpu,
                              .time = example->time,
                              .trap_count = 1 };
    file->manifest = example_put(file, &manifest, sizeof manifest);
    manifest.name = example_text(file, file->manifest, example->name);
    manifest.toolchain = example_text(file, file->manifest, "none");
    example_contracts(file, file->manifest, example, &manifest);
    SealParam params[EXAMPLE_MOST] = { 0 };
    uint32_t count = 0;
    for (; count < EXAMPLE_MOST && example->params[count].name; count++) {
        const ExampleParam *param = &example->params[count];
        params[count] =
            (SealParam){ .name = example_text(file, file->manifest, param->name),
                         .kind = param->kind,
                         .contract = param->contract,
                         .side = param->side,
                         .grant = param->kind == SEAL_PARAM_DEVICE ? param->contract : 0,
                         .fresh = example->fresh[count],
                         .fresh_side = example->fresh_side[count],
                         .starts = example->starts[count] > 0,
                         .end_count = example->starts[count] ? example->starts[count] - 1 : 0 };
    }
    manifest.params = (SealTable
    ){ (uint32_t)(example_put(file, params, count * sizeof *params) - file->manifest), count };
    manifest.ends = (SealTable
    ){ (uint32_t)(example_put(file, example->ends, sizeof example->ends) - file->manifest),
       example->starts[0] || example->starts[1] ? EXAMPLE_MOST : 0 };
    SealGrant grants[EXAMPLE_MOST + 1] = { 0 };
    uint32_t granted = 0;
    for (; granted < EXAMPLE_MOST && example->grants[granted].length; granted++)
        grants[granted] = example->grants[granted];
    if (example->may_exit) grants[granted++] = (SealGrant){ .kind = SEAL_GRANT_EXIT };
    manifest.grants = (SealTable
    ){ (uint32_t)(example_put(file, grants, sizeof grants) - file->manifest), granted };
    uint32_t kcalls[2] = { 0, 1 };
    manifest.kcalls =
        (SealTable){ (uint32_t)(example_put(file, kcalls, sizeof kcalls) - file->manifest), 2 };
    manifest.size = (uint32_t)(file->size - file->manifest);
    memcpy(file->bytes + file->manifest, &manifest, sizeof manifest);
}

static inline void example_lines(ExampleFile *file, uint32_t code_address) {
    SealLines header = { .magic = "SIPLINE\1" };
    file->lines = example_put(file, &header, sizeof header);
    SealString name = example_text(file, file->lines, "example.sip");
    header.files =
        (SealTable){ (uint32_t)(example_put(file, &name, sizeof name) - file->lines), 1 };
    SealLine rows[2] = {
        { code_address,      0, 5 },
        { code_address + 10, 0, 6 }
    };
    header.rows = (SealTable){ (uint32_t)(example_put(file, rows, sizeof rows) - file->lines), 2 };
    SealFunction function = { code_address, 12, example_text(file, file->lines, "main") };
    header.functions =
        (SealTable){ (uint32_t)(example_put(file, &function, sizeof function) - file->lines), 1 };
    SealString text = example_text(file, file->lines, "n < 3");
    header.texts =
        (SealTable){ (uint32_t)(example_put(file, &text, sizeof text) - file->lines), 1 };
    header.size = (uint32_t)(file->size - file->lines);
    memcpy(file->bytes + file->lines, &header, sizeof header);
}

static inline size_t example_code(ExampleFile *file, const Example *example) {
    uint8_t code[12] = { 0x48, 0xb8, [10] = 0xff, 0xe0 }; // movabs rax, function; jmp rax
    uint64_t target = (uint64_t)(uintptr_t)example->code;
    memcpy(code + 2, &target, 8);
    return example_put(file, code, sizeof code);
}

// The addresses of the segments: each on its own pages, as the file's offsets are within theirs.
static inline uint64_t example_address(size_t offset, unsigned segment) {
    return 0x10000u * segment + offset % SEALED_PAGE;
}

static inline void example_data(
    ExampleFile *file, ElfSegment *data, ElfSegment *dynamic, uint64_t code_address
) {
    uint64_t words[8] = { 0, 0, ELF_DT_RELA, 0, ELF_DT_RELASZ, sizeof(ElfRela), ELF_DT_NULL, 0 };
    size_t at = example_put(file, words, sizeof words);
    uint64_t address = example_address(at, 2);
    ElfRela rela = { address, ELF_R_X86_64_RELATIVE, code_address };
    memcpy(file->bytes + file->relocations, &rela, sizeof rela);
    words[3] = file->relocations; // the first segment's addresses are its offsets
    memcpy(file->bytes + at, words, sizeof words);
    *data = (ElfSegment){ ELF_LOAD, ELF_READ | ELF_WRITE, at,           address,
                          address,  sizeof words,         sizeof words, SEALED_PAGE };
    *dynamic =
        (ElfSegment){ ELF_DYNAMIC, ELF_READ, at + 16, address + 16, address + 16, 48, 48, 8 };
}

static inline void example_sections(ExampleFile *file, ElfHeader *header) {
    static const char names[] =
        "\0.sip.manifest\0.sip.traps\0.sip.lines\0.sip.sir\0.sip.seal\0.names";
    static const uint32_t name_at[7] = { 0, 1, 15, 26, 37, 46, 56 };
    size_t names_at = example_put(file, names, sizeof names);
    SealRecord record = { .magic = "SIPSEAL\1", .version = SEAL_FORMAT_VERSION };
    const size_t offsets[7] = { 0, file->manifest, file->traps, file->lines, file->lines,
                                0, names_at };
    const size_t sizes[7] = { 0,
                              file->traps - file->manifest,
                              sizeof(SealTrap),
                              names_at - file->lines,
                              16,
                              sizeof record,
                              sizeof names };
    ElfSection sections[7] = { 0 };
    for (uint32_t i = 1; i < 7; i++)
        sections[i] = (ElfSection
        ){ .name = name_at[i], .type = 1, .offset = offsets[i], .size = sizes[i], .addralign = 1 };
    header->shoff = example_put(file, sections, sizeof sections);
    header->shnum = 7;
    header->shstrndx = 6;
    file->record = example_put(file, &record, sizeof record);
    sections[5].offset = file->record;
    memcpy(file->bytes + header->shoff, sections, sizeof sections);
}

static inline void example_seal(ExampleFile *file) {
    SealRecord record = { .magic = "SIPSEAL\1",
                          .version = SEAL_FORMAT_VERSION,
                          .file_size = file->size };
    sealed_digest(file->bytes, file->size, file->record, record.digest);
    memcpy(file->bytes + file->record, &record, sizeof record);
    sealed_digest(file->bytes, file->size, file->record, record.digest);
    memcpy(file->bytes + file->record, &record, sizeof record);
}

static inline void example_make(ExampleFile *file, const Example *example) {
    static const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
    ElfHeader header = { .type = ELF_DYN,
                         .machine = ELF_X86_64,
                         .version = 1,
                         .phoff = 64,
                         .ehsize = 64,
                         .phentsize = sizeof(ElfSegment),
                         .phnum = 5,
                         .shentsize = sizeof(ElfSection) };
    ElfSegment segments[5] = { 0 };
    memset(file, 0, sizeof *file);
    memcpy(header.ident, ident, sizeof ident);
    file->size = 64 + sizeof segments;
    example_manifest(file, example);
    SealTrap trap = { example->trap_fault, 0, 7, 1, example->trap_text };
    file->traps = example_put(file, &trap, sizeof trap);
    ElfRela none = { 0 };
    file->relocations = example_put(file, &none, sizeof none);
    segments[0] = (ElfSegment){ ELF_LOAD, ELF_READ, 0, 0, 0, file->size, file->size, SEALED_PAGE };
    file->code = example_code(file, example);
    header.entry = example_address(file->code, 1);
    segments[1] = (ElfSegment){ ELF_LOAD,     ELF_READ | ELF_EXECUTE,
                                file->code,   header.entry,
                                header.entry, 12,
                                12,           SEALED_PAGE };
    example_data(file, &segments[2], &segments[3], header.entry);
    segments[4] = segments[2];
    segments[4].type = ELF_GNU_RELRO;
    example_lines(file, (uint32_t)header.entry);
    example_sections(file, &header);
    memcpy(file->bytes, &header, sizeof header);
    memcpy(file->bytes + 64, segments, sizeof segments);
    example_seal(file);
}

#endif
