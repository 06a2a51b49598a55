// Which traps are there: a row of the trap table is loaded as the argument (edi), and a short way from there, which leaves it
// as it is, calls sip_trap. The way may lead over branches: what two successors load alike LLVM loads once, before the branch.

#include "scan__.h"

enum { STEPS_MOST = 16, BRANCHES_MOST = 2 };

// Does the instruction load a constant into edi?
static bool loads_row(const Insn *insn, uint32_t *row) {
    if (insn->map != 1) return false;
    bool is_mov = insn->opcode == 0xb8 + RDI && insn->reg == RDI && !insn->wide && !insn->narrow;
    bool is_zero = insn->opcode == 0x31 && insn->reg == RDI && insn->rm == RDI;
    *row = is_mov ? (uint32_t)insn->imm : 0;
    return is_mov || is_zero;
}

static bool leads_to_trap(const Scan *s, uint64_t at, uint64_t end, uint32_t branches) {
    for (uint32_t i = 0; i < STEPS_MOST && at < end; i++) {
        Insn insn;
        if (!scan__decode(s->text, end, at, &insn)) return false;
        switch (insn.kind) {
        case INSN_CALL: return insn.target == s->trap;
        case INSN_JUMP:
            if (insn.target == s->trap) return true;
            if (insn.target >= end || !bits_get(&s->begins, (uint32_t)insn.target)) return false;
            at = insn.target;
            continue;
        case INSN_BRANCH:
            if (branches == 0) return false;
            if (insn.target < end && bits_get(&s->begins, (uint32_t)insn.target) &&
                leads_to_trap(s, insn.target, end, branches - 1))
                return true;
            branches--;
            break;
        case INSN_PLAIN:
        case INSN_NOP:
        case INSN_POP: break; // a frame is left before a jump
        default: return false;
        }
        if (insn.gprs >> RDI & 1) return false;
        at += insn.length;
    }
    return false;
}

static void note(Scan *s, uint32_t row) {
    uint64_t i;
    if (map_get(s->sites, row, &i)) bits_set(&s->found, (uint32_t)i);
}

void scan__sites(Scan *s, const Func *func) {
    for (uint64_t at = func->start; at < func->end;) {
        Insn insn;
        uint32_t row;
        if (!scan__decode(s->text, func->end, at, &insn)) return;
        at += insn.length;
        if (loads_row(&insn, &row) && leads_to_trap(s, at, func->end, BRANCHES_MOST)) note(s, row);
    }
}
