// From one thread to another: callee-saved registers to the old stack, the stack pointer, callee-saved registers from
// the new stack. A stopped thread's stack holds, from its stack pointer up: r15 r14 r13 r12 rbx rbp, and where it
// goes on. enter.S lays out a thread that never ran in the same way.

    .text
    .globl  arch_switch
    .hidden arch_switch
    .type   arch_switch, @function
arch_switch:                    // rdi: ArchContext *from, rsi: const ArchContext *to
    push    %rbp
    push    %rbx
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    mov     %rsp, (%rdi)
    mov     (%rsi), %rsp
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbx
    pop     %rbp
    pop     %rcx
    jmp     *%rcx               // no ret: the return predictor knows the other stack's calls, not this one's
    .size   arch_switch, . - arch_switch

    .section .note.GNU-stack, "", @progbits
