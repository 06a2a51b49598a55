// The linked program as it comes from the linker: its sections by name.

#include "seal__.h"

#include <string.h>

static bool is_within(uint64_t offset, uint64_t size, uint64_t whole) {
    return offset <= whole && size <= whole - offset;
}

static Str section_bytes(const Program *program, const ElfSection *section) {
    if (section->type == ELF_SECTION_NOBITS ||
        !is_within(section->offset, section->size, program->length))
        return (Str){ 0 };
    return (Str){ (const char *)program->bytes + section->offset, section->size };
}

Str seal__text_at(Str table, uint64_t offset) {
    if (offset >= table.len) return (Str){ 0 };
    const char *end = memchr(table.ptr + offset, '\0', table.len - offset);
    return end ? (Str){ table.ptr + offset, (size_t)(end - (table.ptr + offset)) } : (Str){ 0 };
}

bool seal__read_program(Arena *arena, const uint8_t *bytes, size_t length, Program *program) {
    *program = (Program){ .bytes = bytes, .length = length };
    ElfHeader *header = &program->header;
    if (length < sizeof *header) return false;
    memcpy(header, bytes, sizeof *header);
    uint64_t size = (uint64_t)header->shnum * sizeof(ElfSection);
    if (memcmp(
            header->ident,
            "\x7f"
            "ELF\2\1\1",
            7
        ) != 0 ||
        header->type != ELF_DYN || header->shentsize != sizeof(ElfSection) || header->shnum == 0 ||
        header->shstrndx >= header->shnum || !is_within(header->shoff, size, length))
        return false;
    program->sections = arena_array(arena, ElfSection, header->shnum);
    memcpy(program->sections, bytes + header->shoff, size);
    program->names = section_bytes(program, &program->sections[header->shstrndx]);
    return true;
}

Str seal__section(const Program *program, const char *name) {
    for (uint32_t i = 0; i < program->header.shnum; i++)
        if (str_eq_c(seal__text_at(program->names, program->sections[i].name), name))
            return section_bytes(program, &program->sections[i]);
    return (Str){ 0 };
}
