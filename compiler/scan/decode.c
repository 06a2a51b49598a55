// The decoder. It knows what opcodes.def lists and nothing else: no default, no skipped prefix, no other length than the one
// that the CPU would take.

#include "decode.h"

#include <assert.h>
#include <string.h>
#include <threads.h>

enum { N = 1, O = 2, D = 4, S = 8 };   // prefixes, as bits
enum { ONE = 1, TWO, THREE8, THREEA }; // maps
enum { NONE, EXT, GPR, GPR8, XMM, MEM, GPR_ONLY, XMM_ONLY, LOW, LOW8 };

typedef struct Opcode {
    uint8_t map, first, last, prefixes, reg, rm, ext, imm;
} Opcode;

static const Opcode opcodes[] = {
#define OPCODE(map, first, last, prefixes, reg, rm, ext, imm) \
    { map, first, last, prefixes, reg, rm, ext, imm },
#include "opcodes.def"
};

typedef struct Reader {
    const uint8_t *bytes; // of the instruction
    size_t left, at;
    bool over; // it goes on where the text ends
    uint8_t prefix, rex;
    uint32_t operand_sizes; // how many 66
    bool cs, gs, lock;
} Reader;

static uint8_t next(Reader *r) {
    if (r->at >= r->left || r->at >= 15) {
        r->over = true;
        return 0;
    }
    return r->bytes[r->at++];
}

static int64_t number(Reader *r, uint32_t bytes) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)next(r) << (8 * i);
    if (bytes == 0 || bytes == 8) return (int64_t)value;
    uint64_t sign = UINT64_C(1) << (8 * bytes - 1);
    return (int64_t)((value ^ sign) - sign);
}

// --- prefixes and opcode -----------------------------------------------------------------------------------------------

// One of each at most, REX last; `cs` and more of 66 only in the long nops.
static uint8_t prefixes(Reader *r) {
    uint32_t repeats = 0;
    for (;;) {
        uint8_t byte = next(r);
        if (byte == 0x66)
            r->operand_sizes++;
        else if (byte == 0x2e && !r->cs)
            r->cs = true;
        else if (byte == 0x65 && !r->gs)
            r->gs = true;
        else if (byte == 0xf0 && !r->lock)
            r->lock = true;
        else if ((byte == 0xf2 || byte == 0xf3) && repeats++ == 0)
            r->prefix = byte == 0xf2 ? D : S;
        else if ((byte & 0xf0) == 0x40) {
            r->rex = byte;
            return next(r);
        } else
            return byte;
    }
}

static uint8_t opcode_of(Reader *r, uint8_t first, uint8_t *map) {
    *map = ONE;
    if (first != 0x0f) return first;
    uint8_t byte = next(r);
    *map = byte == 0x38 ? THREE8 : byte == 0x3a ? THREEA : TWO;
    return *map == TWO ? byte : next(r);
}

// The rows of each opcode, in their order: 0 ends them, n is row n - 1.
enum { MAPS = THREEA + 1, ROWS_MOST = 4 };
static uint8_t rows_of[MAPS][256][ROWS_MOST + 1];
static once_flag once = ONCE_FLAG_INIT;

_Static_assert(sizeof opcodes / sizeof *opcodes < 255, "a row fits a byte");

static void index_rows(void) {
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++)
        for (uint32_t opcode = opcodes[i].first; opcode <= opcodes[i].last; opcode++) {
            uint8_t *rows = rows_of[opcodes[i].map][opcode];
            size_t count = strlen((const char *)rows);
            assert(count < ROWS_MOST);
            rows[count] = (uint8_t)(i + 1);
        }
}

static const Opcode *find(const Reader *r, uint8_t map, uint8_t opcode) {
    uint8_t prefix = r->prefix ? r->prefix : r->operand_sizes ? O : N;
    for (const uint8_t *n = rows_of[map][opcode]; *n; n++) {
        const Opcode *row = &opcodes[*n - 1];
        if (!(row->prefixes & prefix)) continue;
        // 66 beside F2 or F3 is 16-bit popcnt, bsf, movs: only where 66 alone has that meaning.
        if (r->prefix && r->operand_sizes && !(row->map == ONE && row->prefixes & O)) continue;
        return row;
    }
    return NULL;
}

// --- operands ------------------------------------------------------------------------------------------------------------

static void note_gpr(const Reader *r, Insn *insn, uint8_t reg, bool is_byte) {
    if (is_byte && !r->rex) reg &= 3; // ah, ch, dh, bh
    insn->gprs |= UINT32_C(1) << reg;
}

static void memory(Reader *r, Insn *insn, uint8_t mod, uint8_t rm) {
    insn->has_memory = true;
    insn->base = (uint8_t)(rm | (r->rex & 1) << 3);
    uint32_t bytes = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    if (rm == 4) {
        uint8_t sib = next(r), index = (uint8_t)((sib >> 3 & 7) | (r->rex & 2) << 2);
        insn->base = (uint8_t)((sib & 7) | (r->rex & 1) << 3);
        if (index != RSP) insn->index = index;
        if ((sib & 7) == 5 && mod == 0) {
            insn->base = NO_REG;
            bytes = 4;
        }
    } else if (rm == 5 && mod == 0) {
        insn->base = RIP;
        bytes = 4;
    }
    insn->disp = number(r, bytes);
}

static bool reg_field(const Reader *r, const Opcode *row, Insn *insn) {
    uint8_t full = (uint8_t)(insn->ext | (r->rex & 4) << 1);
    switch (row->reg) {
    case EXT: return row->ext >> insn->ext & 1;
    case GPR:
    case GPR8: note_gpr(r, insn, full, row->reg == GPR8); break;
    default: break;
    }
    insn->reg = full;
    return true;
}

static bool rm_field(Reader *r, const Opcode *row, Insn *insn, uint8_t mod, uint8_t rm) {
    bool only = row->rm == GPR_ONLY || row->rm == XMM_ONLY;
    if (mod != 3) {
        memory(r, insn, mod, rm);
        return !only;
    }
    if (row->rm == MEM) return false;
    insn->rm = (uint8_t)(rm | (r->rex & 1) << 3);
    if (row->rm == GPR || row->rm == GPR_ONLY) note_gpr(r, insn, insn->rm, false);
    if (row->rm == GPR8) note_gpr(r, insn, insn->rm, true);
    return true;
}

static bool operands(Reader *r, const Opcode *row, Insn *insn) {
    if (row->reg == LOW || row->reg == LOW8) {
        insn->reg = (uint8_t)((insn->opcode & 7) | (r->rex & 1) << 3);
        note_gpr(r, insn, insn->reg, row->reg == LOW8);
    } else if (row->reg != NONE) {
        uint8_t modrm = next(r);
        insn->ext = modrm >> 3 & 7;
        if (!reg_field(r, row, insn) || !rm_field(r, row, insn, modrm >> 6, modrm & 7))
            return false;
    }
    uint32_t bytes = row->imm;
    if (row->imm == 4 && insn->narrow) bytes = 2;
    if (row->imm == 8) bytes = insn->wide ? 8 : insn->narrow ? 2 : 4;
    bool is_test = insn->map == ONE && (insn->opcode & 0xfe) == 0xf6 && insn->ext == 0;
    if (is_test) bytes = insn->opcode == 0xf6 ? 1 : insn->narrow ? 2 : 4;
    insn->imm = number(r, bytes);
    return true;
}

// What changes memory at one blow when it is told to: `lock` before anything else is refused, as the CPU would.
static bool may_lock(const Insn *insn) {
    uint8_t op = insn->opcode;
    if (!insn->has_memory) return false;
    if (insn->map == TWO)
        return op == 0xb0 || op == 0xb1 || op == 0xc0 || op == 0xc1; // cmpxchg, xadd
    if (insn->map != ONE) return false;
    if (op < 0x38) return (op & 7) < 2;                                    // add ... xor to memory
    if (op == 0x80 || op == 0x81 || op == 0x83) return insn->ext != 7;     // not cmp
    if (op == 0xf6 || op == 0xf7) return insn->ext == 2 || insn->ext == 3; // not, neg
    return op == 0x86 || op == 0x87 || ((op & 0xfe) == 0xfe && insn->ext < 2); // xchg, inc, dec
}

// --- what it is ------------------------------------------------------------------------------------------------------------

static bool of_group_ff(Insn *insn) {
    if (insn->ext == 2) insn->kind = INSN_CALL_INDIRECT;
    if (insn->ext == 4) insn->kind = INSN_JUMP_INDIRECT;
    if (insn->ext == 6) insn->kind = INSN_PUSH;
    return insn->kind == INSN_PLAIN || !insn->narrow;
}

static bool classify(Insn *insn) {
    uint8_t op = insn->opcode;
    if (insn->map == TWO) {
        if (op == 0x0b) insn->kind = INSN_UNDEFINED;
        if (op == 0x1f) insn->kind = INSN_NOP;
        if (op == 0xae && insn->rm != 0) return false; // mfence has no operand
        if (op >= 0x80 && op <= 0x8f) insn->kind = INSN_BRANCH;
        return true;
    }
    if (insn->map != ONE) return true;
    if (op == 0xff) return of_group_ff(insn);
    insn->is_lea = op == 0x8d;
    if (op >= 0x50 && op <= 0x57) insn->kind = INSN_PUSH;
    if (op == 0x68 || op == 0x6a) insn->kind = INSN_PUSH;
    if (op >= 0x58 && op <= 0x5f) insn->kind = INSN_POP;
    if (op >= 0x70 && op <= 0x7f) insn->kind = INSN_BRANCH;
    if (op == 0x90) insn->kind = INSN_NOP;
    if (op == 0xc3) insn->kind = INSN_RETURN;
    if (op == 0xe8) insn->kind = INSN_CALL;
    if (op == 0xe9 || op == 0xeb) insn->kind = INSN_JUMP;
    return true;
}

// The steps of `frem` on the x87 unit that have no memory operand.
static bool is_x87(const Reader *r, uint8_t first) {
    static const uint8_t steps[][2] = {
        { 0xd9, 0xf8 }, // fprem
        { 0xdf, 0xe0 }, // fnstsw %ax
        { 0xdd, 0xd9 }, // fstp %st(1)
    };
    if (r->at != 1 || r->left < 2) return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (first == steps[i][0] && r->bytes[1] == steps[i][1]) return true;
    return false;
}

static bool decode_rest(Reader *r, uint8_t first, Insn *insn) {
    insn->opcode = opcode_of(r, first, &insn->map);
    insn->wide = r->rex & 8;
    insn->narrow = r->operand_sizes && !insn->wide;
    const Opcode *row = find(r, insn->map, insn->opcode);
    if (!row || !operands(r, row, insn) || r->over || !classify(insn)) return false;
    if (r->lock && !may_lock(insn)) return false;
    if (insn->map == ONE && insn->opcode == 0x90 && r->rex) return false; // an exchange
    bool is_long = (r->cs || r->operand_sizes > 1) && insn->kind != INSN_NOP;
    if (is_long) return false;
    if (r->gs) { // mov %gs:0, reg
        bool is_self = insn->map == ONE && insn->opcode == 0x8b && insn->wide && insn->has_memory &&
                       insn->base == NO_REG && insn->index == NO_REG && insn->disp == 0;
        insn->kind = INSN_GS;
        return is_self;
    }
    // No fixed addresses, but around what stands for the address of nothing (llvm/consts.c): code that LLVM did not see to be
    // dead may be left with one, and nobody's memory is there.
    bool is_fixed = insn->has_memory && insn->base == NO_REG && insn->index == NO_REG;
    return !is_fixed || (insn->kind == INSN_PLAIN && insn->disp >= -4096 && insn->disp < 4096);
}

bool scan__decode(const uint8_t *text, size_t size, size_t at, Insn *insn) {
    call_once(&once, index_rows);
    *insn = (Insn){ .reg = NO_REG, .rm = NO_REG, .base = NO_REG, .index = NO_REG };
    Reader r = { .bytes = text + at, .left = size - at };
    uint8_t first = prefixes(&r);
    if (is_x87(&r, first)) {
        insn->map = ONE;
        insn->opcode = first;
        insn->length = 2;
        if (first == 0xdf) insn->gprs = UINT32_C(1) << RAX;
        return true;
    }
    if (r.over || !decode_rest(&r, first, insn)) return false;
    insn->length = (uint8_t)r.at;
    insn->target = at + r.at + (uint64_t)insn->imm; // of jumps; wraps, and is out of the text then
    return true;
}
