// All of the text, instruction after instruction: functions, and padding between them. Where a jump may lead, the code of data,
// and the forms of indirect calls are looked at here; what needs to know the way there, in flow.c.

#include "scan__.h"

#include "base/vec.h"

static bool check_indirect(Scan *s, const Func *func, uint64_t at, const Insn *insn) {
    if (insn->kind != INSN_CALL_INDIRECT && insn->kind != INSN_JUMP_INDIRECT) return true;
    if (insn->has_memory && insn->base == RIP)
        return scan__fail(s, func, at, "it calls through a fixed place");
    return true;
}

// Relative to the instruction pointer: data may be read and written, of code only the address of a function be taken.
static bool check_relative(Scan *s, const Func *func, uint64_t at, const Insn *insn) {
    if (!insn->has_memory || insn->base != RIP) return true;
    if (insn->index != NO_REG) return scan__fail(s, func, at, "an address of no form");
    uint64_t target = at + insn->length + (uint64_t)insn->disp;
    if (target >= s->size || insn->kind == INSN_NOP) return true;
    if (insn->is_lea && scan__func_at(s, target)) return true;
    return scan__fail(s, func, at, "it takes code for data");
}

static void note_call(Scan *s, uint64_t at, const Insn *insn) {
    FoundCall call = { s->address + at, 0 };
    if (insn->kind == INSN_CALL)
        call.target = s->address + insn->target;
    else if (insn->kind != INSN_CALL_INDIRECT)
        return;
    vec_push(s->arena, s->calls, call);
}

static bool check_func(Scan *s, const Func *func) {
    for (uint64_t at = func->start; at < func->end;) {
        Insn insn;
        if (!scan__decode(s->text, func->end, at, &insn))
            return scan__fail(
                s, func, at, "an instruction that sealed code may not have (%02x %02x %02x %02x)",
                s->text[at], at + 1 < s->size ? s->text[at + 1] : 0,
                at + 2 < s->size ? s->text[at + 2] : 0, at + 3 < s->size ? s->text[at + 3] : 0
            );
        if (insn.kind == INSN_GS && !func->is_runtime)
            return scan__fail(s, func, at, "it names its thread");
        if (!check_indirect(s, func, at, &insn) || !check_relative(s, func, at, &insn))
            return false;
        bits_set(&s->begins, (uint32_t)at);
        if (s->calls) note_call(s, at, &insn);
        at += insn.length;
    }
    return true;
}

// int3, or nops.
static bool check_padding(Scan *s, uint64_t at, uint64_t end) {
    while (at < end) {
        Insn insn;
        if (s->text[at] == 0xcc)
            at++;
        else if (scan__decode(s->text, end, at, &insn) && insn.kind == INSN_NOP)
            at += insn.length;
        else
            return scan__fail(
                s, NULL, 0, "there is code at 0x%llx that belongs to no function",
                (unsigned long long)(s->address + at)
            );
    }
    return true;
}

// What has no return, and jumps only to such functions, does not come back to its callers: LLVM leaves out what would follow.
// True if something was learned.
static bool find_return(const Scan *s, Func *func) {
    for (uint64_t at = func->start; !func->returns && at < func->end;) {
        Insn insn;
        if (!scan__decode(s->text, func->end, at, &insn)) return false;
        bool jumps = insn.kind == INSN_JUMP || insn.kind == INSN_BRANCH;
        const Func *to = jumps ? scan__func_at(s, insn.target) : NULL;
        func->returns =
            insn.kind == INSN_RETURN || insn.kind == INSN_JUMP_INDIRECT || (to && to->returns);
        at += insn.length;
    }
    return func->returns;
}

static void find_returns(Scan *s) {
    for (bool learned = true; learned;) {
        learned = false;
        for (uint32_t i = 0; i < s->func_count; i++)
            if (!s->funcs[i].returns) learned |= find_return(s, &s->funcs[i]);
    }
}

bool scan__code(Scan *s) {
    uint64_t at = 0;
    s->begins = bits_new(&s->scratch, (uint32_t)s->size);
    for (uint32_t i = 0; i < s->func_count; i++) {
        if (!check_padding(s, at, s->funcs[i].start) || !check_func(s, &s->funcs[i])) return false;
        at = s->funcs[i].end;
    }
    if (!check_padding(s, at, s->size)) return false;
    find_returns(s);
    return true;
}
