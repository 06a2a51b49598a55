// Where the CPU's exceptions and interrupts arrive. Exceptions become a PcFrame on their IST stack; pc_exception edits
// the frame, and the return goes where it then says. Interrupts, the timer's and those of devices' lines, may come anywhere but
// in handlers; the timer's does the same, a line's goes back to where it came from.

    .text

    .macro  entry vector, has_error
    .balign 16                      // interrupts.c counts in these steps
    .if     \has_error == 0
    pushq   $0
    .endif
    pushq   $\vector
    jmp     exception
    .endm

    .balign 16
    .globl  pc_vectors
pc_vectors:
    .irp    vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .if     \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21 || \vector == 29 || \vector == 30
    entry   \vector, 1
    .else
    entry   \vector, 0
    .endif
    .endr

    .macro  handle handler          // the stack becomes a multiple of 16: 5 words from the CPU, 2 from us, 15 here
    .irp    register, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
    push    %\register
    .endr
    cld
    mov     %rsp, %rdi
    call    \handler
    .irp    register, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
    pop     %\register
    .endr
    add     $16, %rsp
    iretq
    .endm

exception:
    handle  pc_exception

    .balign 16
    .globl  pc_line_vectors         // one for each line of the I/O APIC, and each message, in these steps too
pc_line_vectors:
    .set    number, 0
    .rept   24 + 32                 // PC_LINES + PC_MESSAGES
    .balign 16
    pushq   $0
    pushq   $number
    jmp     line
    .set    number, number + 1
    .endr

line:
    handle  pc_line

    .balign 16
    .globl  pc_timer_vector
pc_timer_vector:
    pushq   $0
    pushq   $0
    handle  pc_timer

    .balign 16
    .globl  pc_interrupt_vector
pc_interrupt_vector:
    pushq   $0
    pushq   $0
    handle  pc_interrupt

    .balign 16
    .globl  pc_halt_vector
pc_halt_vector:
    pushq   $0
    pushq   $0
    handle  pc_halt

    .balign 16
    .globl  pc_spurious_vector      // of the interrupt controller: wants no end of interrupt
pc_spurious_vector:
    iretq

    .section .note.GNU-stack, "", @progbits
