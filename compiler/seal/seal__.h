// Inside seal/: the ELF file that is being sealed, and what its files read and write.

#ifndef SEAL_SEAL___H
#define SEAL_SEAL___H

#include "seal.h"

#include "base/str.h"
#include "base/vec.h"
#include "sealed/elf.h"

enum { SECTION_PROGBITS = 1, SECTION_SYMTAB = 2, SECTION_STRTAB = 3 };
enum { SECTION_ALLOC = 2, SECTION_RETAIN = 0x200000 };

// --- reading a linked program: ours, but read with care (program.c) ----------------------------------------------

typedef struct Program {
    const uint8_t *bytes;
    size_t length;
    ElfHeader header;
    ElfSection *sections;
    Str names; // of sections
} Program;

bool seal__read_program(Arena *arena, const uint8_t *bytes, size_t length, Program *program);
Str seal__section(const Program *program, const char *name); // its bytes; empty if there is none
Str seal__text_at(Str table, uint64_t offset); // a terminated text; empty if out of range

// --- lines (dwarf.c, lines.c) ----------------------------------------------------------------------------------------

typedef struct DwarfLine { // a row of the line table's matrix
    uint64_t pc;
    Str file; // empty: none
    uint32_t line;
    bool ends; // a sequence: nothing is at pc
} DwarfLine;

typedef struct DwarfLines {
    DwarfLine *data;
    uint32_t len, cap;
} DwarfLines;

// All rows of .debug_line, version 5, in the order in which they stand there. What is damaged or of another version is
// left out.
void seal__read_dwarf(Arena *arena, const Program *program, DwarfLines *lines);

// --- lines of calls (calls.c) --------------------------------------------------------------------------------------

typedef struct Function { // of the module
    uint64_t pc, size;
    SirFunc row;
} Function;

enum { COPIERS = 3 };

typedef struct Functions { // ascending
    Function *data;
    uint32_t len, cap;
    uint64_t copiers[COPIERS]; // memcpy, memmove, memset, as many as are there
    uint32_t copier_count;
} Functions;

typedef struct CallPlace {
    uint64_t pc;
    uint32_t file, line; // as in MadeCall
} CallPlace;

typedef struct CallPlaces {
    CallPlace *data;
    uint32_t len, cap;
} CallPlaces;

const Function *seal__function_at(const Functions *functions, uint64_t pc); // NULL: none is there

// Appends the places of all calls that are known for certain; the number of functions of which they are not.
uint32_t seal__place_calls(
    Arena *arena, const SealInput *input, const Functions *functions, CallPlaces *places
);

// Appends the section .sip.lines.
void seal__write_lines(
    Arena *arena, const Program *program, const SealInput *input, const SirModule *module, Buf *out
);

#endif
