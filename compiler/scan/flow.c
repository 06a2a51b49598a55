// One function along all its ways: where the stack pointer is at each instruction, counted from the return address, and the same
// however it was reached.
//
// At the entry the return address is at 0. `frame` is where rbp points, once it is set up. `gap` is how far the stack pointer
// has gone below what was last touched: more than a page of it could step over the guard.

#include "scan__.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, CALLERS = 1 }; // of `frame`: rbp is still, or again, the caller's

typedef struct State {
    int64_t sp, frame;
    uint64_t gap;
    uint32_t kernel; // registers that hold the kernel's table, as bits
    bool is_known;
} State;

typedef struct Flow {
    Scan *s;
    const Func *func;
    State *states;  // per byte of the function
    uint32_t *todo; // bytes whose state has changed
    uint32_t todo_count;
    bool *queued;
} Flow;

static bool fail(Flow *f, uint64_t at, const char *what) {
    return scan__fail(f->s, f->func, at, "%s", what);
}

// --- joins -----------------------------------------------------------------------------------------------------------------

static bool goes_to(Flow *f, uint64_t from, uint64_t to, const State *state) {
    if (to < f->func->start || to >= f->func->end)
        return fail(f, from, "it leads out of the function");
    if (!bits_get(&f->s->begins, (uint32_t)to))
        return fail(f, from, "it leads into the middle of an instruction");
    uint32_t row = (uint32_t)(to - f->func->start);
    State *there = &f->states[row], before = *there;
    if (!there->is_known) {
        *there = *state;
        there->is_known = true;
    } else {
        if (there->sp != state->sp || there->frame != state->frame)
            return fail(f, from, "the stack pointer differs by the way that was taken");
        if (there->gap < state->gap) there->gap = state->gap;
        there->kernel &= state->kernel;
    }
    bool same = before.is_known && before.gap == there->gap && before.kernel == there->kernel;
    if (!same && !f->queued[row]) {
        f->queued[row] = true;
        f->todo[f->todo_count++] = row;
    }
    return true;
}

static bool leaves(Flow *f, uint64_t at, const State *state) { // by return or as its last call
    if (state->sp != 0) return fail(f, at, "it leaves with the stack pointer astray");
    if (state->frame != CALLERS) return fail(f, at, "it leaves without its caller's frame pointer");
    return true;
}

// --- the stack ---------------------------------------------------------------------------------------------------------------

static bool moves_down(Flow *f, uint64_t at, State *state, uint64_t bytes) {
    if (bytes > INT32_MAX || state->sp < -(int64_t)INT32_MAX)
        return fail(f, at, "a frame of no size");
    state->sp -= (int64_t)bytes;
    state->gap += bytes;
    return state->gap <= PAGE ||
           fail(f, at, "it steps down the stack by more than a page without touching it");
}

static bool moves_up(Flow *f, uint64_t at, State *state, uint64_t bytes) {
    if (bytes > INT32_MAX || state->sp + (int64_t)bytes > 0)
        return fail(f, at, "the stack pointer goes above the return address");
    state->sp += (int64_t)bytes;
    state->gap = state->gap > bytes ? state->gap - bytes : 0;
    return true;
}

// What lies at `offset` may not be named: the return address, the caller's frame pointer, what is below the stack pointer.
static bool may_use(Flow *f, uint64_t at, const Insn *insn, const State *state, int64_t offset) {
    if (insn->index != NO_REG) return true; // an element: how far the index goes is the verifier's
    if (insn->is_lea)
        return true; // no use yet: the end of something, or where a loop backward counts from
    if (offset < state->sp) return fail(f, at, "it uses what is below the stack pointer");
    if (offset >= 0 && offset < 8) return fail(f, at, "it names the return address");
    if (state->frame != CALLERS && offset >= state->frame && offset < state->frame + 8)
        return fail(f, at, "it names its caller's frame pointer");
    return true;
}

static bool check_memory(Flow *f, uint64_t at, const Insn *insn, State *state) {
    if (!insn->has_memory || insn->kind == INSN_NOP) return true;
    if (insn->base == RBP) {
        if (state->frame == CALLERS) return fail(f, at, "it uses its caller's frame");
        return may_use(f, at, insn, state, state->frame + insn->disp);
    }
    if (insn->base != RSP) return true;
    if (!may_use(f, at, insn, state, state->sp + insn->disp)) return false;
    if (insn->disp == 0 && insn->index == NO_REG && !insn->is_lea) state->gap = 0;
    return true;
}

// --- prologue and epilogue -----------------------------------------------------------------------------------------------------

static bool is_mov(const Insn *insn, uint32_t to, uint32_t from) {
    if (insn->map != 1 || !insn->wide || insn->has_memory) return false;
    return (insn->opcode == 0x89 && insn->reg == from && insn->rm == to) ||
           (insn->opcode == 0x8b && insn->reg == to && insn->rm == from);
}

// mov %rsp, %r11; sub $n, %r11; 1: sub $step, %rsp; mov $0, (%rsp); cmp %r11, %rsp; jne 1b
// `first` is the one at `at`.
static bool is_probing(
    const Flow *f, uint64_t at, const Insn *first, uint64_t gap, uint64_t *bytes, uint64_t *end
) {
    if (!is_mov(first, R11, RSP)) return false;
    Insn insn[6];
    for (int i = 0; i < 6; i++) {
        if (at >= f->func->end || !scan__decode(f->s->text, f->func->end, at, &insn[i]))
            return false;
        at += insn[i].length;
    }
    uint64_t step = (uint64_t)insn[2].imm, whole = (uint64_t)insn[1].imm;
    bool sub_r11 = insn[1].map == 1 && insn[1].opcode == 0x81 && insn[1].ext == 5 &&
                   insn[1].rm == R11 && insn[1].wide;
    bool sub_rsp = insn[2].map == 1 && (insn[2].opcode == 0x81 || insn[2].opcode == 0x83) &&
                   insn[2].ext == 5 && insn[2].rm == RSP && insn[2].wide;
    bool touch = insn[3].map == 1 && insn[3].opcode == 0xc7 && insn[3].has_memory &&
                 insn[3].base == RSP && insn[3].index == NO_REG && insn[3].disp == 0;
    bool cmp = insn[4].map == 1 && insn[4].wide && !insn[4].has_memory &&
               ((insn[4].opcode == 0x39 && insn[4].reg == R11 && insn[4].rm == RSP) ||
                (insn[4].opcode == 0x3b && insn[4].reg == RSP && insn[4].rm == R11));
    uint64_t loop = at - insn[5].length - insn[4].length - insn[3].length - insn[2].length;
    bool back = insn[5].kind == INSN_BRANCH && (insn[5].opcode & 15) == 5 && insn[5].target == loop;
    *bytes = whole;
    *end = at;
    return gap + step <= PAGE && sub_r11 && sub_rsp && touch && cmp && back && step > 0 &&
           step <= PAGE && whole > 0 && whole <= INT32_MAX && whole % step == 0;
}

static bool moves_by(Flow *f, uint64_t at, const Insn *insn, State *state, bool *did) {
    bool is_imm = insn->map == 1 && (insn->opcode == 0x81 || insn->opcode == 0x83) &&
                  !insn->has_memory && insn->rm == RSP && insn->wide;
    *did = true;
    if (is_imm && insn->imm >= 0 && insn->ext == 5)
        return moves_down(f, at, state, (uint64_t)insn->imm);
    if (is_imm && insn->imm >= 0 && insn->ext == 0)
        return moves_up(f, at, state, (uint64_t)insn->imm);
    if (is_imm && insn->imm < 0 && insn->ext == 5)
        return moves_up(f, at, state, (uint64_t)-insn->imm);
    if (is_imm && insn->imm < 0 && insn->ext == 0)
        return moves_down(f, at, state, (uint64_t)-insn->imm);
    *did = false;
    return true;
}

// The instruction writes neither of them, as far as is known of it.
static bool only_reads(const Insn *insn) {
    if (insn->map != 1 || !insn->wide) return false;
    uint8_t op = insn->opcode, written = NO_REG;
    if ((op < 0x38 && (op & 7) == 1) || op == 0x89)
        written = insn->rm;
    else if ((op < 0x38 && (op & 7) == 3) || op == 0x8b || op == 0x8d)
        written = insn->reg;
    else if (op != 0x39 && op != 0x3b && op != 0x85)
        return false;
    return written != RSP && written != RBP;
}

// Of what has rsp or rbp as an operand, only this is known.
static bool check_pointers(Flow *f, uint64_t at, const Insn *insn, State *state) {
    bool did = false;
    uint32_t both = UINT32_C(1) << RSP | UINT32_C(1) << RBP;
    if (!(insn->gprs & both)) return true;
    if (!moves_by(f, at, insn, state, &did)) return false;
    if (did) return true;
    if (is_mov(insn, RBP, RSP)) {
        state->frame = state->sp;
        return state->sp == -8 || fail(f, at, "a frame that does not begin with its caller's");
    }
    if (is_mov(insn, RSP, RBP) && state->frame != CALLERS && state->sp <= state->frame)
        return moves_up(f, at, state, (uint64_t)(state->frame - state->sp));
    bool is_lea = insn->is_lea && insn->wide && insn->reg == RSP && insn->base == RBP &&
                  insn->index == NO_REG;
    if (is_lea && state->frame != CALLERS && state->frame + insn->disp >= state->sp)
        return moves_up(f, at, state, (uint64_t)(state->frame + insn->disp - state->sp));
    if (only_reads(insn)) return true; // of addresses in the frame
    return fail(f, at, "it changes the stack pointer or the frame pointer");
}

static bool pops(Flow *f, uint64_t at, const Insn *insn, State *state) {
    if (insn->reg == RSP) return fail(f, at, "it changes the stack pointer");
    if (insn->reg == RBP) {
        if (state->sp != -8 || state->frame != -8)
            return fail(f, at, "what it pops is not its caller's frame pointer");
        state->frame = CALLERS;
    } else if (state->sp >= -8) {
        return fail(f, at, "it pops the return address or its caller's frame pointer");
    }
    return moves_up(f, at, state, 8);
}

static bool pushes(Flow *f, uint64_t at, const Insn *insn, State *state) {
    bool names = insn->gprs >> RSP & 1 || (insn->gprs >> RBP & 1 && state->frame != CALLERS);
    if (names) return fail(f, at, "it pushes the stack pointer or its own frame pointer");
    if (state->sp == 0 && !(insn->gprs >> RBP & 1))
        return fail(f, at, "its frame does not begin with its caller's");
    if (!moves_down(f, at, state, 8)) return false;
    state->gap = 0;
    return true;
}

// --- the kernel's table ----------------------------------------------------------------------------------------------------------

static bool is_kernel_load(const Flow *f, uint64_t at, const Insn *insn) {
    return insn->map == 1 && insn->opcode == 0x8b && insn->wide && insn->has_memory &&
           insn->base == RIP &&
           f->s->address + at + insn->length + (uint64_t)insn->disp == f->s->kernel;
}

// General registers that the instruction writes without naming them: what has no row here (vectors, stores of constants) writes none.
static uint32_t unnamed(const Insn *insn) {
    const uint32_t rax = UINT32_C(1) << RAX, rcx = UINT32_C(1) << RCX, rdx = UINT32_C(1) << RDX,
                   rsi = UINT32_C(1) << RSI, rdi = UINT32_C(1) << RDI;
    uint8_t op = insn->opcode;
    if (insn->map == 2) return op == 0xb0 || op == 0xb1 ? rax : 0; // cmpxchg
    if (insn->map != 1) return 0;
    if (op < 0x40 && (op & 7) >= 4) return rax;           // add ... cmp with a constant
    if (op == 0x98 || op == 0x99) return rax | rdx;       // cltq, cqto
    if (op == 0xa4 || op == 0xa5) return rcx | rsi | rdi; // movs
    if (op == 0xaa || op == 0xab) return rcx | rdi;       // stos
    if (op == 0xf6 || op == 0xf7) return rax | rdx;       // mul, div
    return 0;
}

static bool check_kernel(Flow *f, uint64_t at, const Insn *insn, State *state) {
    bool is_fence = insn->map == 2 && insn->opcode == 0xae;
    if (insn->kind == INSN_NOP || is_fence)
        return true; // `nopl (%rax)` is padding and reads nothing
    bool is_row = insn->has_memory && insn->base < GPRS && state->kernel >> insn->base & 1 &&
                  insn->index == NO_REG && !insn->is_lea;
    if (is_row) {
        bool is_load = insn->map == 1 && insn->opcode == 0x8b && insn->wide;
        bool is_call = insn->kind == INSN_CALL_INDIRECT || insn->kind == INSN_JUMP_INDIRECT;
        if (!is_load && !is_call)
            return fail(f, at, "it does not call what is in the kernel's table");
        if (insn->disp < 0 || insn->disp % 8 || !scan__may_use_row(f->s, (uint64_t)insn->disp / 8))
            return fail(f, at, "it calls a kernel function that the manifest does not list");
    }
    if (insn->kind == INSN_CALL || insn->kind == INSN_CALL_INDIRECT) state->kernel = 0;
    if (insn->kind == INSN_PLAIN || insn->kind == INSN_POP)
        state->kernel &= ~(insn->gprs | unnamed(insn));
    if (is_kernel_load(f, at, insn)) state->kernel |= UINT32_C(1) << insn->reg;
    return true;
}

// --- one instruction -----------------------------------------------------------------------------------------------------------------

static bool jumps(Flow *f, uint64_t at, const Insn *insn, const State *state) {
    bool inside = insn->target >= f->func->start && insn->target < f->func->end;
    if (inside && (insn->target != f->func->start || state->sp != 0))
        return goes_to(f, at, insn->target, state);
    if (insn->target >= f->s->size) return fail(f, at, "it jumps out of the text");
    if (!scan__func_at(f->s, insn->target)) return fail(f, at, "it jumps into another function");
    return leaves(f, at, state);
}

static bool calls(Flow *f, uint64_t at, const Insn *insn, State *state) {
    if (insn->kind == INSN_CALL && insn->target >= f->s->size)
        return fail(f, at, "it calls out of the text");
    if (insn->kind == INSN_CALL && !scan__func_at(f->s, insn->target))
        return fail(f, at, "what it calls is not the start of a function");
    if (state->gap + 8 > PAGE)
        return fail(f, at, "its call steps over a page that was not touched");
    return true;
}

static bool step(Flow *f, uint64_t at) {
    State state = f->states[at - f->func->start];
    Insn insn;
    uint64_t bytes, end;
    scan__decode(f->s->text, f->func->end, at, &insn);
    if (is_probing(f, at, &insn, state.gap, &bytes, &end)) {
        if (state.sp < -(int64_t)INT32_MAX) return fail(f, at, "a frame of no size");
        state.sp -= (int64_t)bytes;
        state.gap = 0;
        return goes_to(f, at, end, &state);
    }
    if (!check_memory(f, at, &insn, &state) || !check_kernel(f, at, &insn, &state)) return false;
    uint64_t next = at + insn.length;
    switch (insn.kind) {
    case INSN_UNDEFINED: return true;
    case INSN_RETURN: return leaves(f, at, &state);
    case INSN_JUMP_INDIRECT: return leaves(f, at, &state);
    case INSN_JUMP: return jumps(f, at, &insn, &state);
    case INSN_BRANCH: return jumps(f, at, &insn, &state) && goes_to(f, at, next, &state);
    case INSN_CALL:
    case INSN_CALL_INDIRECT:
        if (!calls(f, at, &insn, &state)) return false;
        if (insn.kind == INSN_CALL && !scan__func_at(f->s, insn.target)->returns) return true;
        return goes_to(f, at, next, &state);
    case INSN_PUSH:
        if (!pushes(f, at, &insn, &state)) return false;
        break;
    case INSN_POP:
        if (!pops(f, at, &insn, &state)) return false;
        break;
    case INSN_NOP: break;
    case INSN_PLAIN:
    case INSN_GS:
        if (!check_pointers(f, at, &insn, &state)) return false;
        break;
    }
    return goes_to(f, at, next, &state);
}

bool scan__flow(Scan *s, const Func *func) {
    uint64_t size = func->end - func->start;
    Arena arena;
    arena_init(&arena);
    Flow f = { .s = s, .func = func };
    f.states = arena_array(&arena, State, size);
    f.todo = arena_array(&arena, uint32_t, size);
    f.queued = arena_array(&arena, bool, size);
    State entry = { .frame = CALLERS };
    bool good = goes_to(&f, func->start, func->start, &entry);
    while (good && f.todo_count) {
        uint32_t row = f.todo[--f.todo_count];
        f.queued[row] = false;
        good = step(&f, func->start + row);
    }
    arena_free(&arena);
    return good;
}
