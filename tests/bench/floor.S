// The least that QEMU boots by PVH: it ends the machine at once, as our kernel does. What this takes is QEMU's own.

    .section .note.Xen, "a", @note
    .long 4, 4, 18 // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start
start:
    mov $0x501, %dx
    mov $1, %al
    out %al, %dx
1:  hlt
    jmp 1b
