// One instruction of x86-64, as far as sealed code may have it: its length, where it may go on, and what the checks need to
// know of its operands. Inside scan/.

#ifndef SCAN_DECODE_H
#define SCAN_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R11 = 11, GPRS = 16, NO_REG = 16, RIP = 17 };

typedef enum InsnKind {
    INSN_PLAIN,
    INSN_NOP,
    INSN_JUMP,   // to `target`
    INSN_BRANCH, // there, or on
    INSN_CALL,   // of what is there
    INSN_JUMP_INDIRECT,
    INSN_CALL_INDIRECT,
    INSN_RETURN,
    INSN_UNDEFINED, // ud2
    INSN_PUSH,
    INSN_POP,
    INSN_GS, // mov %gs:0, reg
} InsnKind;

typedef struct Insn {
    InsnKind kind;
    uint8_t length, map, opcode, ext; // ext: the reg field
    bool wide;                        // 64-bit operands
    bool narrow;                      // 16-bit operands
    bool is_lea;
    uint32_t
        gprs; // which general registers are operands as a whole, as bits; not those of addresses
    uint8_t reg, rm; // the operands that are registers of any kind, NO_REG: none
    bool has_memory;
    uint8_t base, index; // NO_REG, RIP
    int64_t disp, imm;
    uint64_t target; // of jumps: counted from where the text begins
} Insn;

// Decodes what stands at `at`; false: not an instruction that sealed code may have.
bool scan__decode(const uint8_t *text, size_t size, size_t at, Insn *insn);

#endif
