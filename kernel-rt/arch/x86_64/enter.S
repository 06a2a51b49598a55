// How threads begin: in kernel code (arch_prepare), and from there in a SIP (arch_enter_sip).

    .set    FINISH, 8           // offset of KernelTable.FINISH: row 1 of kcalls.def (asserted in cpu.c)

    .text

// A stack as arch_switch leaves it, whose thread goes on in `begin`; rbx and r12 carry start and argument there.
    .globl  arch_prepare
    .hidden arch_prepare
    .type   arch_prepare, @function
arch_prepare:                   // rdi: context, rsi: thread, rdx: stack_high, rcx: start, r8: argument
    lea     begin(%rip), %rax
    mov     %rax, -8(%rdx)      // goes on here
    movq    $0, -16(%rdx)       // rbp: the chain of frames ends here
    mov     %rcx, -24(%rdx)     // rbx
    mov     %r8, -32(%rdx)      // r12
    movq    $0, -40(%rdx)       // r13
    movq    $0, -48(%rdx)       // r14
    movq    $0, -56(%rdx)       // r15
    lea     -56(%rdx), %rax
    mov     %rax, (%rdi)
    mov     %rsi, 8(%rdi)
    ret
    .size   arch_prepare, . - arch_prepare

    .type   begin, @function
begin:
    mov     %r12, %rdi
    call    *%rbx               // the stack pointer is stack_high here: a multiple of 16, as calls want it
    ud2
    .size   begin, . - begin

// The SIP gets a stack on which only the kernel's table and `returned` lie, and no register of ours. Its entry goes
// through the stack, so that no register holds it.
    .globl  arch_enter_sip
    .hidden arch_enter_sip
    .type   arch_enter_sip, @function
arch_enter_sip:                 // rdi: entry, rsi: table, rdx: start, rcx: stack_high
    mov     %rcx, %rsp
    pushq   $0
    push    %rsi                // for `returned`
    lea     returned(%rip), %rax
    push    %rax
    push    %rdi                // for ret
    mov     %rsi, %rdi
    mov     %rdx, %rsi
    cld
    fninit
    pushq   $0x1f80             // all exceptions masked, round to nearest
    ldmxcsr (%rsp)
    movq    $0, (%rsp)
    lea     8(%rsp), %rsp
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pxor    %xmm\n, %xmm\n
    .endr
    xor     %eax, %eax
    xor     %ebx, %ebx
    xor     %ecx, %ecx
    xor     %edx, %edx
    xor     %ebp, %ebp
    .irp    n, 8, 9, 10, 11, 12, 13, 14, 15
    xor     %r\n\()d, %r\n\()d
    .endr
    ret
    .size   arch_enter_sip, . - arch_enter_sip

    .type   returned, @function
returned:
    mov     (%rsp), %rax
    call    *FINISH(%rax)       // never returns
    ud2
    .size   returned, . - returned

    .section .note.GNU-stack, "", @progbits
