// The least that QEMU boots by PVH: it says a line on COM1 and ends the machine, as our kernel does. What this takes is QEMU's own.

    .section .note.Xen, "a", @note
    .long 4, 4, 18 // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start
start:
    mov $text, %esi
    mov $0x3f8, %dx
1:  lodsb
    test %al, %al
    jz 1f
    out %al, %dx
    jmp 1b
1:  mov $0x501, %dx
    mov $1, %al
    out %al, %dx
1:  hlt
    jmp 1b

    .section .rodata
text:
    .asciz "floor\n"
