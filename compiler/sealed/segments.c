// What of a sealed binary is loaded: segments that share no page and are never writable and executable at once,
// relocations that write only to the RELRO segment and point only into the image, and an entry that is code.

#include "elf.h"
#include "sealed__.h"

static uint64_t page_down(uint64_t address) {
    return address & ~(uint64_t)(SEALED_PAGE - 1);
}

static uint64_t page_up(uint64_t address) {
    return page_down(address + SEALED_PAGE - 1);
}

static const SealedSegment *segment_at(const Sealed *sealed, uint64_t address, uint64_t length) {
    for (uint32_t i = 0; i < sealed->segment_count; i++) {
        const SealedSegment *segment = &sealed->segments[i];
        if (address >= segment->address &&
            sealed__within(address - segment->address, length, segment->size))
            return segment;
    }
    return NULL;
}

// --- the program header ------------------------------------------------------------------------------------

static const char *add_segment(Sealed *sealed, const ElfSegment *elf) {
    if (elf->memsz == 0)
        return elf->filesz ? "a segment has more bytes in the file than in memory" : NULL;
    if (elf->filesz > elf->memsz) return "a segment has more bytes in the file than in memory";
    if (!sealed__within(elf->offset, elf->filesz, sealed->file.size))
        return "a segment reaches beyond the file";
    if (!sealed__within(elf->vaddr, elf->memsz, SEALED_MOST_BYTES))
        return "a segment lies beyond the largest image";
    if ((elf->flags & (ELF_WRITE | ELF_EXECUTE)) == (ELF_WRITE | ELF_EXECUTE))
        return "a segment is writable and executable";
    if (sealed->segment_count == SEALED_MOST_SEGMENTS)
        return "there are more segments than a sealed binary has";
    if (sealed->segment_count && page_down(elf->vaddr) < sealed->high)
        return "two segments share a page or are not in order";
    sealed->segments[sealed->segment_count++] = (SealedSegment){
        elf->vaddr,
        elf->memsz,
        elf->offset,
        elf->filesz,
        elf->flags & ELF_WRITE,
        elf->flags & ELF_EXECUTE,
    };
    if (sealed->segment_count == 1) sealed->low = page_down(elf->vaddr);
    sealed->high = page_up(elf->vaddr + elf->memsz);
    return NULL;
}

typedef struct Special { // the segments that say something about others
    ElfSegment relro, dynamic;
} Special;

static const char *keep_special(ElfSegment *kept, const ElfSegment *elf, const char *twice) {
    if (kept->type) return twice;
    *kept = *elf;
    return NULL;
}

static const char *read_program_header(Sealed *sealed, const ElfHeader *header, Special *special) {
    for (uint32_t i = 0; i < header->phnum; i++) {
        ElfSegment elf;
        const char *wrong = NULL;
        __builtin_memcpy(&elf, sealed->file.bytes + header->phoff + i * sizeof elf, sizeof elf);
        switch (elf.type) {
        case ELF_LOAD: wrong = add_segment(sealed, &elf); break;
        case ELF_GNU_RELRO:
            wrong = keep_special(&special->relro, &elf, "there are two RELRO segments");
            break;
        case ELF_DYNAMIC:
            wrong = keep_special(&special->dynamic, &elf, "there are two dynamic segments");
            break;
        case ELF_NULL:
        case ELF_NOTE:
        case ELF_PHDR:
        case ELF_GNU_EH_FRAME:
        case ELF_GNU_STACK:
        case ELF_GNU_PROPERTY: break;
        case ELF_INTERP: wrong = "it wants an interpreter"; break;
        case ELF_TLS: wrong = "it has thread-local storage"; break;
        default: wrong = "it has a kind of segment that sealed binaries do not have";
        }
        if (wrong) return wrong;
    }
    return sealed->segment_count ? NULL : "it has nothing to load";
}

// --- RELRO -------------------------------------------------------------------------------------------------

// After relocation its pages become read-only, so they may hold nothing else that is writable.
static const char *read_relro(Sealed *sealed, const ElfSegment *relro) {
    if (!relro->type || relro->memsz == 0) return NULL;
    const SealedSegment *segment = segment_at(sealed, relro->vaddr, relro->memsz);
    if (!segment || !segment->write) return "RELRO is not part of one writable segment";
    uint64_t end = relro->vaddr + relro->memsz;
    if (relro->vaddr != segment->address && relro->vaddr % SEALED_PAGE != 0)
        return "RELRO shares its first page";
    if (end != segment->address + segment->size && end % SEALED_PAGE != 0)
        return "RELRO shares its last page";
    sealed->relro_low = page_down(relro->vaddr);
    sealed->relro_high = page_up(end);
    return NULL;
}

// --- relocations -------------------------------------------------------------------------------------------

typedef struct RelaTable {
    uint64_t address, size, entry;
} RelaTable;

static const char *read_tag(const ElfDynamic *row, RelaTable *rela) {
    switch (row->tag) {
    case ELF_DT_RELA: rela->address = row->value; return NULL;
    case ELF_DT_RELASZ: rela->size = row->value; return NULL;
    case ELF_DT_RELAENT: rela->entry = row->value; return NULL;
    case ELF_DT_NEEDED: return "it needs a shared library";
    case ELF_DT_REL:
    case ELF_DT_RELR:
    case ELF_DT_JMPREL:
    case ELF_DT_PLTRELSZ:
    case ELF_DT_TEXTREL: return "it has other relocations than R_X86_64_RELATIVE";
    case ELF_DT_INIT:
    case ELF_DT_FINI:
    case ELF_DT_INIT_ARRAY:
    case ELF_DT_FINI_ARRAY:
    case ELF_DT_PREINIT_ARRAY: return "it has constructors or destructors";
    default: return NULL; // symbols, hashes, flags: nobody looks at them
    }
}

static const char *read_dynamic(const Sealed *sealed, const ElfSegment *dynamic, RelaTable *rela) {
    if (!sealed__within(dynamic->offset, dynamic->filesz, sealed->file.size))
        return "the dynamic segment reaches beyond the file";
    for (uint64_t i = 0; i < dynamic->filesz / sizeof(ElfDynamic); i++) {
        ElfDynamic row;
        __builtin_memcpy(&row, sealed->file.bytes + dynamic->offset + i * sizeof row, sizeof row);
        if (row.tag == ELF_DT_NULL) return NULL;
        const char *wrong = read_tag(&row, rela);
        if (wrong) return wrong;
    }
    return NULL;
}

static ElfRela relocation(const Sealed *sealed, uint64_t row) {
    ElfRela rela;
    __builtin_memcpy(
        &rela, sealed->file.bytes + sealed->relocations + row * sizeof rela, sizeof rela
    );
    return rela;
}

static const char *check_relocation(const Sealed *sealed, ElfRela rela) {
    if (rela.info != ELF_R_X86_64_RELATIVE)
        return "it has other relocations than R_X86_64_RELATIVE";
    if (rela.offset < sealed->relro_low ||
        !sealed__within(
            rela.offset - sealed->relro_low, 8, sealed->relro_high - sealed->relro_low
        ) ||
        !segment_at(sealed, rela.offset, 8))
        return "a relocation writes outside the RELRO segment";
    if (rela.addend < sealed->low || rela.addend > sealed->high)
        return "a relocation points outside the image";
    return NULL;
}

static const char *read_relocations(Sealed *sealed, const ElfSegment *dynamic) {
    RelaTable rela = { .entry = sizeof(ElfRela) };
    const char *wrong = dynamic->type ? read_dynamic(sealed, dynamic, &rela) : NULL;
    if (wrong || rela.size == 0) return wrong;
    if (rela.entry != sizeof(ElfRela) || rela.size % sizeof(ElfRela) != 0)
        return "the relocations have not the size of relocations";
    const SealedSegment *segment = segment_at(sealed, rela.address, rela.size);
    if (!segment || !sealed__within(rela.address - segment->address, rela.size, segment->file_size))
        return "the relocations are not in the file";
    sealed->relocations = segment->offset + (rela.address - segment->address);
    sealed->relocation_count = rela.size / sizeof(ElfRela);
    for (uint64_t i = 0; i < sealed->relocation_count && !wrong; i++)
        wrong = check_relocation(sealed, relocation(sealed, i));
    return wrong;
}

const char *sealed__read_segments(Sealed *sealed) {
    ElfHeader header;
    Special special = { 0 };
    __builtin_memcpy(&header, sealed->file.bytes, sizeof header);
    const char *wrong = read_program_header(sealed, &header, &special);
    if (!wrong) wrong = read_relro(sealed, &special.relro);
    if (!wrong) wrong = read_relocations(sealed, &special.dynamic);
    if (wrong) return wrong;
    const SealedSegment *code = segment_at(sealed, header.entry, 1);
    if (!code || !code->execute) return "the entry is not code";
    sealed->entry = header.entry;
    return NULL;
}

// --- loading -----------------------------------------------------------------------------------------------

void sealed_load(const Sealed *sealed, uint8_t *memory, uint64_t base) {
    for (uint32_t i = 0; i < sealed->segment_count; i++) {
        const SealedSegment *segment = &sealed->segments[i];
        if (segment->file_size)
            __builtin_memcpy(
                memory + (segment->address - sealed->low), sealed->file.bytes + segment->offset,
                segment->file_size
            );
    }
    for (uint64_t i = 0; i < sealed->relocation_count; i++) {
        ElfRela rela = relocation(sealed, i);
        uint64_t value = base + (rela.addend - sealed->low);
        __builtin_memcpy(memory + (rela.offset - sealed->low), &value, sizeof value);
    }
}
