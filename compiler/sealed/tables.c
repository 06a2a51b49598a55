// The tables of a sealed binary: manifest, traps, lines. Checked once, row by row, so that whoever asks later needs no
// tests: every offset lies in its section and every row number names a row.

#include "sealed__.h"

#include "contracts/abi/kernel.h"

enum {
    MOST_SLOTS = 1024, // outstanding messages of one direction
    MOST_SLOT_BYTES = 1 << 20,
    MOST_STACK = 1 << 28,
    MOST_THREADS = 1 << 8,
    FAULTS = 0
#define FAULT(number, name, text) +1
#include "contracts/abi/fault.def"
    ,
    KCALLS = sizeof(KernelTable) / sizeof(void *),
};

static void copy_row(void *row, SealedView section, SealTable table, uint32_t number, size_t size) {
    __builtin_memcpy(row, section.bytes + table.offset + (size_t)number * size, size);
}

// --- rows, for everybody -----------------------------------------------------------------------------------

SealParam sealed_param(const Sealed *sealed, uint32_t row) {
    SealParam param;
    copy_row(&param, sealed->manifest_bytes, sealed->manifest.params, row, sizeof param);
    return param;
}

SealContract sealed_contract(const Sealed *sealed, uint32_t row) {
    SealContract contract;
    copy_row(&contract, sealed->manifest_bytes, sealed->manifest.contracts, row, sizeof contract);
    return contract;
}

SealMessage sealed_message(const Sealed *sealed, uint32_t row) {
    SealMessage message;
    copy_row(&message, sealed->manifest_bytes, sealed->manifest.messages, row, sizeof message);
    return message;
}

SealEnd sealed_end(const Sealed *sealed, uint32_t row) {
    SealEnd end;
    copy_row(&end, sealed->manifest_bytes, sealed->manifest.ends, row, sizeof end);
    return end;
}

SealGrant sealed_grant(const Sealed *sealed, uint32_t row) {
    SealGrant grant;
    copy_row(&grant, sealed->manifest_bytes, sealed->manifest.grants, row, sizeof grant);
    return grant;
}

uint32_t sealed_kcall(const Sealed *sealed, uint32_t row) {
    uint32_t number;
    copy_row(&number, sealed->manifest_bytes, sealed->manifest.kcalls, row, sizeof number);
    return number;
}

SealTrap sealed_trap(const Sealed *sealed, uint32_t row) {
    SealTrap trap;
    copy_row(&trap, sealed->traps, (SealTable){ 0 }, row, sizeof trap);
    return trap;
}

SealedView sealed_text(const Sealed *sealed, SealString text) {
    return (SealedView){ sealed->manifest_bytes.bytes + text.offset, text.length };
}

// --- the manifest ------------------------------------------------------------------------------------------

static bool text_is_inside(const Sealed *sealed, SealString text) {
    return sealed__within(text.offset, text.length, sealed->manifest_bytes.size);
}

static bool name_is_printable(SealedView name) {
    for (size_t i = 0; i < name.size; i++) {
        if (name.bytes[i] <= ' ' || name.bytes[i] >= 0x7f) return false;
    }
    return name.size > 0 && name.size <= 256;
}

static bool tables_are_inside(const Sealed *sealed) {
    const SealManifest *manifest = &sealed->manifest;
    const struct {
        SealTable table;
        size_t row;
    } tables[] = {
        { manifest->params,    sizeof(SealParam)    },
        { manifest->contracts, sizeof(SealContract) },
        { manifest->messages,  sizeof(SealMessage)  },
        { manifest->ends,      sizeof(SealEnd)      },
        { manifest->grants,    sizeof(SealGrant)    },
        { manifest->kcalls,    sizeof(uint32_t)     },
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i].table.count > SEALED_MOST_ROWS ||
            !sealed__rows_within(
                tables[i].table.offset, tables[i].table.count, tables[i].row,
                sealed->manifest_bytes.size
            ))
            return false;
    }
    return true;
}

static const char *check_contract(const Sealed *sealed, const SealContract *contract) {
    if (!text_is_inside(sealed, contract->name) ||
        !name_is_printable(sealed_text(sealed, contract->name)))
        return "a contract of the manifest has no name";
    if (contract->in_slots > MOST_SLOTS || contract->out_slots > MOST_SLOTS ||
        contract->slot_bytes > MOST_SLOT_BYTES || contract->slot_bytes % 16 != 0)
        return "a contract's channel is larger than channels are";
    if (!sealed__within(
            contract->first_message, contract->message_count, sealed->manifest.messages.count
        ))
        return "a contract has messages that the manifest has not";
    for (uint32_t i = 0; i < contract->message_count; i++) {
        SealMessage message = sealed_message(sealed, contract->first_message + i);
        if (message.payload_bytes > contract->slot_bytes || message.direction > 1 ||
            message.blocks > 1 || message.endpoints > 1 || !text_is_inside(sealed, message.name))
            return "a message of the manifest does not fit its contract";
    }
    return NULL;
}

// `next()` to the kernel, `fresh(end)` back: a message with an endpoint and nothing else.
static bool fresh_is_right(const Sealed *sealed, const SealParam *param) {
    SealContract contract = sealed_contract(sealed, param->contract);
    if (param->fresh > sealed->manifest.contracts.count || param->fresh_side > 1 ||
        param->fresh_state >= sealed_contract(sealed, param->fresh - 1).state_count ||
        param->side != 0 || param->state != 0 || contract.message_count != 2 ||
        contract.in_slots == 0 || contract.out_slots == 0)
        return false;
    SealMessage next = sealed_message(sealed, contract.first_message),
                fresh = sealed_message(sealed, contract.first_message + 1);
    return next.direction == 0 && next.payload_bytes == 0 && fresh.direction == 1 &&
           fresh.payload_bytes == sizeof(void *) && fresh.endpoints;
}

// start(ends, texts, quotas) to the kernel; back come started(process, exit) or refused(reason, ends): as
// kernel-rt/core/process.c reads and writes them.
static bool starts_is_right(const Sealed *sealed, const SealParam *param) {
    SealContract contract = sealed_contract(sealed, param->contract);
    const uint32_t ends = param->end_count * sizeof(void *);
    if (param->starts != 1 || param->fresh || param->end_count > SEAL_MOST_ENDS ||
        !sealed__within(param->first_end, param->end_count, sealed->manifest.ends.count) ||
        param->side != 0 || param->state != 0 || contract.message_count != 3 ||
        contract.in_slots == 0 || contract.out_slots == 0)
        return false;
    SealMessage start = sealed_message(sealed, contract.first_message),
                started = sealed_message(sealed, contract.first_message + 1),
                refused = sealed_message(sealed, contract.first_message + 2);
    return start.direction == 0 && start.payload_bytes == ends + 16 + 32 &&
           started.direction == 1 && started.payload_bytes == 2 * sizeof(void *) &&
           started.endpoints && refused.direction == 1 &&
           refused.payload_bytes == (ends ? 8 + ends : 1);
}

static bool end_is_right(const Sealed *sealed, const SealEnd *end) {
    return end->contract < sealed->manifest.contracts.count && end->side <= 1 &&
           end->state < sealed_contract(sealed, end->contract).state_count;
}

static bool param_is_right(const Sealed *sealed, const SealParam *param) {
    if (!text_is_inside(sealed, param->name) ||
        !name_is_printable(sealed_text(sealed, param->name)))
        return false;
    switch (param->kind) {
    case SEAL_PARAM_ENDPOINT:
        return param->contract < sealed->manifest.contracts.count && param->side <= 1 &&
               param->state < sealed_contract(sealed, param->contract).state_count &&
               (param->fresh == 0 || fresh_is_right(sealed, param)) &&
               (param->starts == 0 || starts_is_right(sealed, param));
    case SEAL_PARAM_ARGS: return true;
    case SEAL_PARAM_DEVICE: return param->grant < sealed->manifest.grants.count;
    default: return false;
    }
}

static const char *check_contracts(const Sealed *sealed) {
    uint64_t messages =
        0; // no message is of two contracts, so that the work is bounded by the table
    for (uint32_t i = 0; i < sealed->manifest.contracts.count; i++) {
        SealContract contract = sealed_contract(sealed, i);
        messages += contract.message_count;
        if (messages > sealed->manifest.messages.count)
            return "two contracts of the manifest share messages";
        const char *wrong = check_contract(sealed, &contract);
        if (wrong) return wrong;
    }
    return NULL;
}

static const char *check_rows(const Sealed *sealed) {
    const SealManifest *manifest = &sealed->manifest;
    const char *wrong = check_contracts(sealed);
    if (wrong) return wrong;
    for (uint32_t i = 0; i < manifest->params.count; i++) {
        SealParam param = sealed_param(sealed, i);
        if (!param_is_right(sealed, &param))
            return "a parameter of the manifest is none that can be wired";
    }
    for (uint32_t i = 0; i < manifest->ends.count; i++) {
        SealEnd end = sealed_end(sealed, i);
        if (!end_is_right(sealed, &end)) return "an end of the manifest is of no contract";
    }
    for (uint32_t i = 0; i < manifest->grants.count; i++) {
        SealGrant grant = sealed_grant(sealed, i);
        if (grant.kind >= SEAL_GRANT_KINDS || grant.length > UINT64_MAX - grant.base)
            return "a grant of the manifest is none that can be given";
    }
    for (uint32_t i = 0; i < manifest->kcalls.count; i++) {
        uint32_t number = sealed_kcall(sealed, i);
        if (number >= KCALLS || (i && number <= sealed_kcall(sealed, i - 1)))
            return "it uses a kernel function that this kernel has not";
    }
    return NULL;
}

const char *sealed__read_manifest(Sealed *sealed, SealedView section) {
    SealManifest *manifest = &sealed->manifest;
    if (section.size < sizeof *manifest) return "the manifest is too short";
    __builtin_memcpy(manifest, section.bytes, sizeof *manifest);
    if (__builtin_memcmp(manifest->magic, "SIPMANI\1", 8) != 0 ||
        manifest->version != SEAL_FORMAT_VERSION)
        return "the manifest is of another version of the format";
    if (manifest->size < sizeof *manifest || manifest->size > section.size)
        return "the manifest is not of the size that it says";
    sealed->manifest_bytes = (SealedView){ section.bytes, manifest->size };
    if (manifest->abi < SIP_ABI_VERSION) return "it is made for an older kernel ABI; build it anew";
    if (manifest->abi > SIP_ABI_VERSION) return "it is made for a newer kernel ABI";
    if (manifest->cpu_level < 1 || manifest->cpu_level > 4)
        return "it is made for a processor that there is not";
    if (manifest->stack_bytes > MOST_STACK || manifest->frame_bound > MOST_STACK)
        return "it wants a larger stack than there can be";
    if (manifest->threads > MOST_THREADS) return "it wants more threads than there can be";
    if (manifest->cpu > SEAL_MOST_CPU)
        return "it wants a larger share of the CPUs than there can be";
    if (manifest->time > SEAL_MOST_TIME) return "it wants more CPU time than can be counted";
    if (manifest->reserved) return "the manifest has something where nothing is";
    if (!text_is_inside(sealed, manifest->name) ||
        !name_is_printable(sealed_text(sealed, manifest->name)))
        return "it has no name";
    if (!text_is_inside(sealed, manifest->toolchain) || !tables_are_inside(sealed))
        return "a table of the manifest reaches beyond it";
    return check_rows(sealed);
}

// --- traps and lines ---------------------------------------------------------------------------------------

const char *sealed__read_traps(Sealed *sealed, SealedView section) {
    uint32_t count = sealed->manifest.trap_count;
    if (!sealed__rows_within(0, count, sizeof(SealTrap), section.size))
        return "it has fewer trap sites than its manifest says";
    sealed->traps = (SealedView){ section.bytes, count * sizeof(SealTrap) };
    for (uint32_t i = 0; i < count; i++) {
        if (sealed_trap(sealed, i).fault >= FAULTS)
            return "a trap site has a cause that there is not";
    }
    return NULL;
}

static SealLine line_row(const Sealed *sealed, uint32_t row) {
    SealLine line;
    copy_row(&line, sealed->lines, sealed->line_header.rows, row, sizeof line);
    return line;
}

static SealFunction function_row(const Sealed *sealed, uint32_t row) {
    SealFunction function;
    copy_row(&function, sealed->lines, sealed->line_header.functions, row, sizeof function);
    return function;
}

static SealString file_row(const Sealed *sealed, uint32_t row) {
    SealString name;
    copy_row(&name, sealed->lines, sealed->line_header.files, row, sizeof name);
    return name;
}

static SealString trap_text_row(const Sealed *sealed, uint32_t row) {
    SealString text;
    copy_row(&text, sealed->lines, sealed->line_header.texts, row, sizeof text);
    return text;
}

static const char *check_trap_texts(const Sealed *sealed) {
    if (sealed->line_header.texts.count > SEAL_MOST_TRAP_TEXTS) return "its traps say too much";
    for (uint32_t i = 0; i < sealed->line_header.texts.count; i++) {
        SealString text = trap_text_row(sealed, i);
        if (text.length == 0 || text.length > SEAL_MOST_TRAP_TEXT ||
            !sealed__within(text.offset, text.length, sealed->lines.size))
            return "the text of a trap reaches beyond the line table, or is too long";
        for (uint32_t k = 0; k < text.length; k++) {
            uint8_t byte = sealed->lines.bytes[text.offset + k];
            if (byte < ' ' || byte > '~') return "the text of a trap cannot be printed";
        }
    }
    for (uint32_t i = 0; i < sealed->manifest.trap_count; i++) {
        if (sealed_trap(sealed, i).text > sealed->line_header.texts.count)
            return "a trap site says a text that there is not";
    }
    return NULL;
}

static const char *check_line_rows(const Sealed *sealed) {
    const SealLines *header = &sealed->line_header;
    for (uint32_t i = 0; i < header->files.count; i++) {
        SealString name = file_row(sealed, i);
        if (!sealed__within(name.offset, name.length, sealed->lines.size))
            return "a file name of the line table reaches beyond it";
    }
    for (uint32_t i = 0; i < header->rows.count; i++) {
        SealLine line = line_row(sealed, i);
        if (line.file >= header->files.count || (i && line.pc < line_row(sealed, i - 1).pc))
            return "the line table is not sorted or names no file";
    }
    for (uint32_t i = 0; i < header->functions.count; i++) {
        SealFunction function = function_row(sealed, i);
        if (!sealed__within(function.name.offset, function.name.length, sealed->lines.size) ||
            (i && function.pc < function_row(sealed, i - 1).pc))
            return "the table of functions is not sorted or reaches beyond the line table";
    }
    for (uint32_t i = 0; i < sealed->manifest.trap_count; i++) {
        if (sealed_trap(sealed, i).file >= header->files.count)
            return "a trap site is in a file that the line table has not";
    }
    return check_trap_texts(sealed);
}

const char *sealed__read_lines(Sealed *sealed, SealedView section) {
    SealLines *header = &sealed->line_header;
    if (section.size < sizeof *header) return "the line table is too short";
    __builtin_memcpy(header, section.bytes, sizeof *header);
    if (__builtin_memcmp(header->magic, "SIPLINE\1", 8) != 0)
        return "the line table does not begin as a line table does";
    if (header->size < sizeof *header || header->size > section.size)
        return "the line table is not of the size that it says";
    sealed->lines = (SealedView){ section.bytes, header->size };
    if (!sealed__rows_within(
            header->files.offset, header->files.count, sizeof(SealString), header->size
        ) ||
        !sealed__rows_within(
            header->rows.offset, header->rows.count, sizeof(SealLine), header->size
        ) ||
        !sealed__rows_within(
            header->functions.offset, header->functions.count, sizeof(SealFunction), header->size
        ) ||
        !sealed__rows_within(
            header->texts.offset, header->texts.count, sizeof(SealString), header->size
        ))
        return "a table of the line table reaches beyond it";
    return check_line_rows(sealed);
}

// --- places ------------------------------------------------------------------------------------------------

typedef uint32_t PcOfRow(const Sealed *sealed, uint32_t row);

static uint32_t pc_of_line(const Sealed *sealed, uint32_t row) {
    return line_row(sealed, row).pc;
}

static uint32_t pc_of_function(const Sealed *sealed, uint32_t row) {
    return function_row(sealed, row).pc;
}

// The number of rows that begin at or before pc: the last of them is the one that holds it.
static uint32_t rows_up_to(const Sealed *sealed, uint32_t count, PcOfRow *pc_of, uint64_t pc) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pc_of(sealed, middle) <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

SealedView sealed_file_name(const Sealed *sealed, uint32_t file) {
    if (file >= sealed->line_header.files.count) return (SealedView){ 0 };
    SealString name = file_row(sealed, file);
    return (SealedView){ sealed->lines.bytes + name.offset, name.length };
}

SealedView sealed_trap_text(const Sealed *sealed, uint32_t text) {
    if (text == 0 || text > sealed->line_header.texts.count) return (SealedView){ 0 };
    SealString row = trap_text_row(sealed, text - 1);
    return (SealedView){ sealed->lines.bytes + row.offset, row.length };
}

SealedPlace sealed_place(const Sealed *sealed, uint64_t pc) {
    SealedPlace place = { 0 };
    uint32_t lines = rows_up_to(sealed, sealed->line_header.rows.count, pc_of_line, pc);
    if (lines) {
        SealLine line = line_row(sealed, lines - 1);
        place.file = sealed_file_name(sealed, line.file);
        place.line = line.line;
    }
    uint32_t functions =
        rows_up_to(sealed, sealed->line_header.functions.count, pc_of_function, pc);
    if (functions) {
        SealFunction function = function_row(sealed, functions - 1);
        if (pc - function.pc < function.size)
            place.function =
                (SealedView){ sealed->lines.bytes + function.name.offset, function.name.length };
    }
    return place;
}
