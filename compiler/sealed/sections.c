// The ELF file's header, and its sections by name.

#include "elf.h"
#include "sealed__.h"

enum { MOST_SECTIONS = 256, MOST_SEGMENT_ROWS = 64 };

static const char *check_header(const Sealed *sealed, ElfHeader *header) {
    static const uint8_t ident[7] = {
        0x7f, 'E', 'L', 'F', 2, 1, 1
    }; // 64 bits, little-endian, version 1
    if (sealed->file.size < sizeof *header || sealed->file.size > SEALED_MOST_BYTES)
        return "it is too short or too long for a sealed binary";
    __builtin_memcpy(header, sealed->file.bytes, sizeof *header);
    if (__builtin_memcmp(header->ident, ident, sizeof ident) != 0) return "it is not an ELF64 file";
    if (header->type != ELF_DYN || header->machine != ELF_X86_64)
        return "it is not a position-independent executable for x86-64";
    if (header->phentsize != sizeof(ElfSegment) || header->phnum > MOST_SEGMENT_ROWS ||
        !sealed__rows_within(header->phoff, header->phnum, sizeof(ElfSegment), sealed->file.size))
        return "its program header is damaged";
    if (header->shentsize != sizeof(ElfSection) || header->shnum > MOST_SECTIONS ||
        header->shstrndx >= header->shnum ||
        !sealed__rows_within(header->shoff, header->shnum, sizeof(ElfSection), sealed->file.size))
        return "its section header is damaged";
    return NULL;
}

static ElfSection section_row(const Sealed *sealed, const ElfHeader *header, uint32_t row) {
    ElfSection section;
    __builtin_memcpy(
        &section, sealed->file.bytes + header->shoff + row * sizeof section, sizeof section
    );
    return section;
}

static bool view_of(const Sealed *sealed, const ElfSection *section, SealedView *view) {
    if (section->type == ELF_SECTION_NOBITS ||
        !sealed__within(section->offset, section->size, sealed->file.size))
        return false;
    *view = (SealedView){ sealed->file.bytes + section->offset, section->size };
    return true;
}

static bool is_named(SealedView names, uint32_t at, const char *name) {
    size_t length = __builtin_strlen(name) + 1;
    return sealed__within(at, length, names.size) &&
           __builtin_memcmp(names.bytes + at, name, length) == 0;
}

const char *sealed__read_elf(Sealed *sealed, SealedSections *sections) {
    *sections = (SealedSections){ 0 };
    const struct {
        const char *name;
        SealedView *view;
        const char *missing;
    } wanted[] = {
        { ".sip.manifest", &sections->manifest, "it has no section .sip.manifest"               },
        { ".sip.traps",    &sections->traps,    "it has no section .sip.traps"                  },
        { ".sip.lines",    &sections->lines,    "it has no section .sip.lines"                  },
        { ".sip.sir",      &sections->sir,      "it has no section .sip.sir"                    },
        { ".sip.seal",     &sections->seal,     "it has no section .sip.seal: it is not sealed" },
    };
    enum { WANTED = sizeof wanted / sizeof *wanted };
    ElfHeader header;
    const char *wrong = check_header(sealed, &header);
    if (wrong) return wrong;
    SealedView names;
    ElfSection name_section = section_row(sealed, &header, header.shstrndx);
    if (!view_of(sealed, &name_section, &names))
        return "the names of its sections are not in the file";
    for (uint32_t row = 0; row < header.shnum; row++) {
        ElfSection section = section_row(sealed, &header, row);
        for (uint32_t i = 0; i < WANTED; i++) {
            if (!is_named(names, section.name, wanted[i].name)) continue;
            if (wanted[i].view->bytes) return "one of its .sip sections is there twice";
            if (!view_of(sealed, &section, wanted[i].view))
                return "one of its .sip sections is not in the file";
        }
    }
    for (uint32_t i = 0; i < WANTED; i++) {
        if (!wanted[i].view->bytes) return wanted[i].missing;
    }
    return NULL;
}
