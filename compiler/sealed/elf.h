// As much of ELF64 as sealed binaries and bootable images use (System V ABI, gABI 4.1 and the x86-64 psABI). Freestanding.

#ifndef SEALED_ELF_H
#define SEALED_ELF_H

#include <stdint.h>

typedef struct ElfHeader {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
} ElfHeader;

typedef struct ElfSegment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
} ElfSegment;

typedef struct ElfSection {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
} ElfSection;

typedef struct ElfDynamic {
    uint64_t tag, value;
} ElfDynamic;

typedef struct ElfRela {
    uint64_t offset, info, addend;
} ElfRela;

_Static_assert(
    sizeof(ElfHeader) == 64 && sizeof(ElfSegment) == 56 && sizeof(ElfSection) == 64,
    "as ELF lays them out"
);

enum { ELF_EXEC = 2, ELF_DYN = 3, ELF_X86_64 = 62 };
enum { ELF_SECTION_NOBITS = 8 };
enum { ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

enum {
    ELF_NULL = 0,
    ELF_LOAD = 1,
    ELF_DYNAMIC = 2,
    ELF_INTERP = 3,
    ELF_NOTE = 4,
    ELF_PHDR = 6,
    ELF_TLS = 7,
    ELF_GNU_EH_FRAME = 0x6474e550,
    ELF_GNU_STACK = 0x6474e551,
    ELF_GNU_RELRO = 0x6474e552,
    ELF_GNU_PROPERTY = 0x6474e553,
};

enum {
    ELF_DT_NULL = 0,
    ELF_DT_NEEDED = 1,
    ELF_DT_PLTRELSZ = 2,
    ELF_DT_RELA = 7,
    ELF_DT_RELASZ = 8,
    ELF_DT_RELAENT = 9,
    ELF_DT_INIT = 12,
    ELF_DT_FINI = 13,
    ELF_DT_REL = 17,
    ELF_DT_TEXTREL = 22,
    ELF_DT_JMPREL = 23,
    ELF_DT_INIT_ARRAY = 25,
    ELF_DT_FINI_ARRAY = 26,
    ELF_DT_PREINIT_ARRAY = 32,
    ELF_DT_RELR = 36,
};

enum { ELF_R_X86_64_RELATIVE = 8 };

#endif
