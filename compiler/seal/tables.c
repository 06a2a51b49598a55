// The tables that are loaded, as an object for the linker: two sections of constants that it keeps although no code
// refers to them.

#include "seal__.h"

#include <string.h>

static const char names[] = "\0.sip.manifest\0.sip.traps\0.shstrtab";
enum { NAME_MANIFEST = 1, NAME_TRAPS = 15, NAME_NAMES = 26 };
enum { SECTION_MANIFEST = 1, SECTION_TRAPS, SECTION_NAMES, SECTIONS };

_Static_assert(
    sizeof names == NAME_NAMES + sizeof ".shstrtab", "the names stand where they are said to"
);

static void align_to(Buf *out, size_t start, size_t align) {
    while ((out->len - start) % align)
        buf_byte(out, 0);
}

static ElfSection add_section(
    Buf *object, size_t start, uint32_t name, const void *bytes, size_t size
) {
    align_to(object, start, 8);
    ElfSection section = { .name = name,
                           .type = SECTION_PROGBITS,
                           .flags = SECTION_ALLOC | SECTION_RETAIN,
                           .offset = object->len - start,
                           .size = size,
                           .addralign = 8 };
    buf_put(object, bytes, size);
    return section;
}

static ElfHeader object_header(void) {
    return (ElfHeader){
        .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
        .type = 1, // relocatable
        .machine = ELF_X86_64,
        .version = 1,
        .ehsize = sizeof(ElfHeader),
        .shentsize = sizeof(ElfSection),
        .shnum = SECTIONS,
        .shstrndx = SECTION_NAMES
    };
}

bool seal_tables(const SealInput *input, Buf *object, char error[512]) {
    Buf manifest = { 0 };
    if (!seal_manifest(input, &manifest, error)) {
        buf_free(&manifest);
        return false;
    }
    static const SealTrap no_trap = { 0 }; // a section of nothing would not be there
    const SealTrap *traps = input->trap_count ? input->traps : &no_trap;
    uint32_t rows = input->trap_count ? input->trap_count : 1;
    size_t start = object->len;
    ElfHeader header = object_header();
    ElfSection sections[SECTIONS] = { 0 };
    buf_put(object, &header, sizeof header);
    sections[SECTION_MANIFEST] =
        add_section(object, start, NAME_MANIFEST, manifest.data, manifest.len);
    sections[SECTION_TRAPS] = add_section(object, start, NAME_TRAPS, traps, rows * sizeof *traps);
    sections[SECTION_NAMES] = add_section(object, start, NAME_NAMES, names, sizeof names);
    sections[SECTION_NAMES].type = SECTION_STRTAB;
    sections[SECTION_NAMES].flags = 0;
    align_to(object, start, 8);
    header.shoff = object->len - start;
    buf_put(object, sections, sizeof sections);
    memcpy(object->data + start, &header, sizeof header);
    buf_free(&manifest);
    return true;
}
