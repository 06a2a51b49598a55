// From one thread to another: callee-saved registers to the old stack, the stack pointer and %gs:0, callee-saved registers
// from the new stack. A stopped thread's stack holds, from its stack pointer up: r15 r14 r13 r12 rbx rbp, and where it
// goes on. enter.S lays out a thread that never ran in the same way.
//
// Kernel functions call this last, so that a thread mostly goes on in its SIP's code, with the answer in the two registers
// of a result: the one jump below is then all that the branch predictors have to guess.

    .text
    .globl  arch_switch
    .hidden arch_switch
    .type   arch_switch, @function
    .p2align 6
arch_switch:                    // rdi: ArchContext *from, rsi: const ArchContext *to, rdx, rcx: SipReceived answer
    push    %rbp
    push    %rbx
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    mov     %rsp, (%rdi)
    mov     (%rsi), %rsp
    mov     8(%rsi), %rdi
    mov     %rdi, %gs:0
    mov     %rdx, %rax
    mov     %rcx, %rdx
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbx
    pop     %rbp
    pop     %rcx
    jmp     *%rcx               // no ret: the return predictor knows the other stack's calls, not this one's
    .size   arch_switch, . - arch_switch

// Where a preempted thread goes on: arch_switch has popped the beginning of its ArchState, and the stack pointer stands at
// its `rax`. All else is popped; the SIP's stack is not touched. The kernel's lock is given back.
    .hidden kernel_lock
    .globl  arch_resume
    .hidden arch_resume
    .type   arch_resume, @function
    .p2align 4
arch_resume:
    movl    $0, kernel_lock(%rip)   // `owner`: from here on nothing is the kernel's but what is popped
    fxrstor64 -568(%rsp)
    .irp    register, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
    pop     %\register
    .endr
    iretq
    .size   arch_resume, . - arch_resume

    .section .note.GNU-stack, "", @progbits
