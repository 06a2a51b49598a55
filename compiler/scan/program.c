// The text and its functions, out of the linked program. Symbols say only where to begin: whatever they leave out is padding or
// refused. Relocations tell of which code the address is taken in data.

#include "scan__.h"

#include "base/str.h"
#include "base/vec.h"
#include "sealed/elf.h"

#include <stdlib.h>
#include <string.h>

typedef struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
} Symbol;

_Static_assert(sizeof(Symbol) == 24, "as ELF lays it out");

enum { SYMBOL_FUNC = 2, SECTION_EXECUTES = 4, SECTION_SYMBOLS = 2 };

typedef struct File {
    Scan *s;
    const uint8_t *bytes;
    uint64_t length;
    ElfHeader header;
    uint16_t text; // its section
} File;

static bool is_within(const File *file, uint64_t offset, uint64_t size) {
    return offset <= file->length && size <= file->length - offset;
}

static ElfSection section_at(const File *file, uint32_t row) {
    ElfSection section;
    memcpy(&section, file->bytes + file->header.shoff + row * sizeof section, sizeof section);
    return section;
}

static bool read_header(File *file) {
    ElfHeader *header = &file->header;
    if (file->length < sizeof *header) return false;
    memcpy(header, file->bytes, sizeof *header);
    return header->machine == ELF_X86_64 && header->shentsize == sizeof(ElfSection) &&
           header->phentsize == sizeof(ElfSegment) &&
           is_within(file, header->shoff, (uint64_t)header->shnum * sizeof(ElfSection)) &&
           is_within(file, header->phoff, (uint64_t)header->phnum * sizeof(ElfSegment));
}

// Exactly one section can be executed, and it is all of the only segment that can.
static bool find_text(File *file) {
    Scan *s = file->s;
    uint32_t texts = 0, segments = 0;
    for (uint16_t i = 0; i < file->header.shnum; i++) {
        ElfSection section = section_at(file, i);
        if (!(section.flags & SECTION_EXECUTES)) continue;
        if (!is_within(file, section.offset, section.size)) return false;
        file->text = i;
        s->text = file->bytes + section.offset;
        s->size = section.size;
        s->address = section.addr;
        texts++;
    }
    for (uint16_t i = 0; i < file->header.phnum; i++) {
        ElfSegment segment;
        memcpy(&segment, file->bytes + file->header.phoff + i * sizeof segment, sizeof segment);
        if (segment.type != ELF_LOAD || !(segment.flags & ELF_EXECUTE)) continue;
        segments++;
        if (segment.flags & ELF_WRITE || segment.vaddr != s->address || segment.filesz != s->size ||
            segment.memsz != s->size || segment.offset != (uint64_t)(s->text - file->bytes))
            return false;
    }
    return texts == 1 && segments == 1 && s->size < UINT32_MAX;
}

static int compare(const void *a, const void *b) {
    const Func *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

// The runtime's symbols, as kernel-rt/sip gives them; a function of the program is called otherwise (f12.name).
static bool is_runtime_name(const char *name) {
    static const char *const names[] = { "sip_drop_block", "sip_lock", "sip_managed_push_roots" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool add_func(File *file, const Symbol *symbol, const char *name, Func *func) {
    Scan *s = file->s;
    uint64_t start = symbol->value - s->address;
    if (symbol->value < s->address || start >= s->size || symbol->size == 0 ||
        symbol->size > s->size - start)
        return false;
    *func = (Func){ .start = start, .end = start + symbol->size, .name = name };
    func->is_runtime = is_runtime_name(name);
    if (strcmp(name, "sip_trap") == 0) s->trap = start;
    return true;
}

static bool read_symbols(File *file, const ElfSection *table) {
    Scan *s = file->s;
    if (table->link >= file->header.shnum || !is_within(file, table->offset, table->size))
        return false;
    ElfSection names = section_at(file, table->link);
    if (!is_within(file, names.offset, names.size) || names.size == 0 ||
        file->bytes[names.offset + names.size - 1] != '\0')
        return false;
    uint64_t count = table->size / sizeof(Symbol);
    s->funcs = arena_array(&s->scratch, Func, count);
    for (uint64_t i = 0; i < count; i++) {
        Symbol symbol;
        memcpy(&symbol, file->bytes + table->offset + i * sizeof symbol, sizeof symbol);
        if (symbol.name >= names.size) return false;
        const char *name = (const char *)file->bytes + names.offset + symbol.name;
        if (strcmp(name, "sip_kernel") == 0) s->kernel = symbol.value;
        if ((symbol.info & 15) != SYMBOL_FUNC || symbol.section == 0) continue;
        if (symbol.section != file->text ||
            !add_func(file, &symbol, name, &s->funcs[s->func_count++]))
            return false;
    }
    if (s->func_count) qsort(s->funcs, s->func_count, sizeof *s->funcs, compare);
    for (uint32_t i = 1; i < s->func_count; i++)
        if (s->funcs[i].start < s->funcs[i - 1].end) return false;
    return true;
}

static bool find_funcs(File *file) {
    for (uint16_t i = 0; i < file->header.shnum; i++) {
        ElfSection section = section_at(file, i);
        if (section.type == SECTION_SYMBOLS) return read_symbols(file, &section);
    }
    return false;
}

// Where data holds the address of code, it is that of a function.
static bool check_relocation(File *file, const ElfRela *rela) {
    Scan *s = file->s;
    uint64_t at = rela->addend - s->address;
    if (rela->addend < s->address || at >= s->size || scan__func_at(s, at)) return true;
    return scan__fail(
        s, NULL, 0, "data holds the address 0x%llx, which is in the middle of code",
        (unsigned long long)rela->addend
    );
}

static bool check_relocations(File *file) {
    for (uint16_t i = 0; i < file->header.shnum; i++) {
        ElfSection section = section_at(file, i);
        if (section.type != 4 && section.type != 9) continue; // RELA, REL
        if (section.type == 9 || !is_within(file, section.offset, section.size)) return false;
        for (uint64_t at = 0; at + sizeof(ElfRela) <= section.size; at += sizeof(ElfRela)) {
            ElfRela rela;
            memcpy(&rela, file->bytes + section.offset + at, sizeof rela);
            if (!check_relocation(file, &rela)) return false;
        }
    }
    return true;
}

bool scan__read(Scan *s, const uint8_t *program, size_t length) {
    File file = { .s = s, .bytes = program, .length = length };
    s->trap = UINT64_MAX;
    s->error[0] = '\0';
    bool good =
        read_header(&file) && find_text(&file) && find_funcs(&file) && check_relocations(&file);
    if (!good && !s->error[0])
        scan__fail(s, NULL, 0, "it is not laid out as the linker lays it out");
    return good;
}
