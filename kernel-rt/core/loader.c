// From the image to programs: each is copied, the copy hashed, the digest compared with the image's table, its signature checked,
// and only then read. The copies stay: instances are loaded from them, and faults are located in their line tables.

#include "core.h"

enum { CPU_LEVEL = 2 }; // x86-64-v2, which arch_cpu_is_baseline has tested

System kernel = { .account = { .quota = UINT64_MAX } };

void *record_take(uint64_t size) {
    SipBlock *block = heap_take(&kernel.account, size);
    if (!block) {
        print("refused: the machine has too little memory for this system");
        platform_stop(STATUS_REFUSED);
    }
    ledger_add(&kernel.records, block);
    return block_memory(block);
}

// --- contracts ---------------------------------------------------------------------------------------------

static bool is_contract(const Contract *known, const SealContract *row) {
    return __builtin_memcmp(known->digest, row->digest, sizeof row->digest) == 0 &&
           known->slots[0] == row->in_slots && known->slots[1] == row->out_slots &&
           known->slot_bytes == row->slot_bytes && known->message_count == row->message_count;
}

static bool has_same_payloads(
    const Contract *known, const Sealed *sealed, const SealContract *row
) {
    for (uint32_t i = 0; i < row->message_count; i++) {
        if (known->payload_bytes[i] != sealed_message(sealed, row->first_message + i).payload_bytes)
            return false;
    }
    return true;
}

static const Contract *intern(const Sealed *sealed, uint32_t number) {
    const SealContract row = sealed_contract(sealed, number);
    for (const Contract *known = kernel.contracts; known; known = known->next) {
        if (is_contract(known, &row) && has_same_payloads(known, sealed, &row)) return known;
    }
    Contract *contract = record_take(sizeof *contract + row.message_count * sizeof(uint32_t));
    *contract = (Contract){
        .next = kernel.contracts,
        .name = sealed_text(sealed, row.name),
        .slots = { row.in_slots, row.out_slots },
        .slot_bytes = row.slot_bytes,
        .message_count = row.message_count,
    };
    __builtin_memcpy(contract->digest, row.digest, sizeof row.digest);
    for (uint32_t i = 0; i < row.message_count; i++)
        contract->payload_bytes[i] = sealed_message(sealed, row.first_message + i).payload_bytes;
    kernel.contracts = contract;
    return contract;
}

const Contract *contract_served(ServedContract served) {
    const Contract *contract = kernel.contracts;
    while (contract && !served_is(contract->digest, served))
        contract = contract->next;
    return contract;
}

// --- programs ----------------------------------------------------------------------------------------------

static const char *check_copy(
    const Program *program,
    size_t size,
    const ImageProgram *row,
    const SignatureKeys *trusted,
    Sealed *sealed
) {
    const char *wrong = sealed_read(program->copy, size, sealed);
    if (wrong) return wrong;
    if (!sealed_digest_is_right(sealed))
        return "it was changed after it was sealed: its digest does not match";
    if (__builtin_memcmp(sealed->record.digest, row->digest, sizeof row->digest) != 0)
        return "its digest is not the one in the image's table";
    wrong = signature_check_program(sealed, trusted);
    if (wrong) return wrong;
    if (sealed->manifest.cpu_level > CPU_LEVEL)
        return "it is made for a newer processor than this kernel promises";
    if (sealed->manifest.frame_bound > sealed->manifest.stack_bytes)
        return "its stack is smaller than its code needs";
    return NULL;
}

static const char no_memory[] = "the machine has no memory for it";

static const char *open_program(Program *program, uint32_t number, const SignatureKeys *trusted) {
    const SealedView file = packed_program_file(&kernel.image, number);
    const ImageProgram row = packed_program(&kernel.image, number);
    const size_t pages = (file.size + PLATFORM_PAGE - 1) / PLATFORM_PAGE;
    program->copy = pages ? pages_take(pages) : NULL;
    if (!program->copy) return no_memory;
    program->pages = pages;
    __builtin_memcpy(program->copy, file.bytes, file.size);
    if (!platform_protect(program->copy, pages, PLATFORM_READ)) return no_memory;
    const char *wrong = check_copy(program, file.size, &row, trusted, &kernel.sealed[number]);
    if (wrong) return wrong;
    program->sealed = &kernel.sealed[number];
    const uint32_t contracts = program->sealed->manifest.contracts.count;
    program->contracts = record_take(contracts * sizeof *program->contracts);
    for (uint32_t i = 0; i < contracts; i++)
        program->contracts[i] = intern(program->sealed, i);
    return NULL;
}

static bool open_programs(const SignatureKeys *trusted) {
    const uint32_t count = kernel.image.header.programs.count;
    kernel.programs = record_take(count * sizeof *kernel.programs);
    kernel.sealed = record_take(count * sizeof *kernel.sealed);
    for (kernel.program_count = 0; kernel.program_count < count;) {
        const uint32_t number = kernel.program_count++;
        const ImageProgram row = packed_program(&kernel.image, number);
        const SealedView name = packed_text(&kernel.image, row.name);
        const char *wrong = open_program(&kernel.programs[number], number, trusted);
        if (wrong) {
            print("refused: program %v: %s", &name, wrong);
            return false;
        }
        print("# program %v %b", &name, row.digest, sizeof row.digest);
    }
    return true;
}

bool loader_open(const uint8_t *image, size_t length) {
    ledger_init(&kernel.records);
    SignatureKeys trusted;
    const char *wrong = packed_read(image, length, &kernel.image);
    if (!wrong && !packed_digest_is_right(&kernel.image))
        wrong = "it was changed after it was packed: its digest does not match";
    if (!wrong && !trust_keys(&trusted))
        wrong = "the keys that this kernel trusts are damaged in its file";
    if (!wrong) wrong = signature_check_image(&kernel.image, &trusted);
    if (wrong) {
        print("refused: image: %s", wrong);
        return false;
    }
    return open_programs(&trusted);
}

void loader_close(void) {
    for (uint32_t i = 0; i < kernel.program_count; i++) {
        if (kernel.programs[i].copy) pages_give(kernel.programs[i].copy, kernel.programs[i].pages);
    }
    kernel.program_count = 0;
}
