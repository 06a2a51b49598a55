// From a PVH loader (QEMU -kernel, Firecracker) or a Multiboot2 loader (GRUB, on BIOS and UEFI) to C: 32-bit protected mode
// without paging, ebx pointing to the loader's start information. We leave with the first 4 GiB mapped to themselves, writable and executable, until memory.c builds
// the real map; interrupts stay off.

    .set    SIZE_BIT, 1 << 7        // page directory: maps 2 MiB
    .set    PRESENT_WRITE, 3
    .set    DIRECTORIES, 4          // 1 GiB each

    .set    CR4_PAE, 1 << 5
    .set    CR4_MCE, 1 << 6         // machine checks are exceptions
    .set    CR4_OSFXSR, 1 << 9      // SSE
    .set    CR4_OSXMMEXCPT, 1 << 10
    .set    CR0_PE, 1 << 0
    .set    CR0_MP, 1 << 1
    .set    CR0_NE, 1 << 5
    .set    CR0_WP, 1 << 16         // the kernel heeds write protection too: SIPs run at its level
    .set    CR0_PG, 1 << 31
    .set    MSR_EFER, 0xc0000080
    .set    EFER_LME, 1 << 8
    .set    EFER_NXE, 1 << 11

    .section .note.Xen, "a", @note
    .balign 4
    .long   4, 8, 18                // sizes of name and value; XEN_ELFNOTE_PHYS32_ENTRY
    .asciz  "Xen"
    .quad   pc_boot

// In the file's first 32 KiB (kernel.ld). No tag asks for anything but our entry: the console is the serial line.
    .set    MULTIBOOT2_MAGIC, 0xe85250d6
    .set    MULTIBOOT2_LOADER, 0x36d76289   // in eax
    .section .multiboot2, "a"
    .balign 8
multiboot2:
    .long   MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2
    .long   -(MULTIBOOT2_MAGIC + (multiboot2_end - multiboot2))
    .short  3, 0                    // where to enter, on BIOS and UEFI, with the firmware's boot services ended
    .long   12, pc_boot_multiboot2, 0
    .short  0, 0                    // the end
    .long   8
multiboot2_end:

// From protected mode without paging: the boot map, and on in 64 bits at `next`. Each CPU comes this way.
    .macro  enter_long_mode next
    mov     $(CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
    mov     %eax, %cr4
    mov     $boot_root, %eax
    mov     %eax, %cr3
    mov     $MSR_EFER, %ecx
    rdmsr
    or      $(EFER_LME | EFER_NXE), %eax
    wrmsr
    mov     $(CR0_PE | CR0_MP | CR0_NE | CR0_WP | CR0_PG), %eax
    mov     %eax, %cr0
    lgdt    boot_gdt_pointer
    ljmp    $8, $\next
    .endm

    .text
    .code32
    .globl  pc_boot_multiboot2
pc_boot_multiboot2:
    mov     %eax, %esi              // says who has loaded us
    jmp     1f

    .globl  pc_boot
pc_boot:
    xor     %esi, %esi
1:  cld
    mov     $pc_stack_high, %esp
    mov     %ebx, %ebp

    mov     $0x80000000, %eax
    cpuid
    cmp     $0x80000001, %eax
    jb      unfit
    mov     $0x80000001, %eax
    cpuid
    and     $(1 << 29 | 1 << 20), %edx      // long mode, no-execute
    cmp     $(1 << 29 | 1 << 20), %edx
    jne     unfit

    movl    $(boot_pointers + PRESENT_WRITE), boot_root
    mov     $(boot_directories + PRESENT_WRITE), %eax
    mov     $boot_pointers, %edi
    mov     $DIRECTORIES, %ecx
1:  mov     %eax, (%edi)
    add     $4096, %eax
    add     $8, %edi
    loop    1b
    mov     $(PRESENT_WRITE + SIZE_BIT), %eax
    mov     $boot_directories, %edi
    mov     $(DIRECTORIES * 512), %ecx
1:  mov     %eax, (%edi)
    add     $0x200000, %eax
    add     $8, %edi
    loop    1b

    enter_long_mode long_mode

// A CPU that we cannot run on: says so on COM1, as the firmware left it, and leaves as platform_stop(3) does.
unfit:
    mov     $unfit_text, %esi
1:  lodsb
    test    %al, %al
    jz      1f
    mov     $0x3f8, %dx
    outb    %al, %dx
    jmp     1b
1:  mov     $3 + 1, %al
    mov     $0x501, %dx
    outb    %al, %dx
1:  hlt
    jmp     1b

// Another CPU begins here, in real mode in a page below 1 MiB that this is copied to: it finds its way by %cs.
    .code16
    .globl  pc_trampoline, pc_trampoline_end
pc_trampoline:
    cli
    cld
    mov     %cs, %ax
    mov     %ax, %ds
    lgdtl   trampoline_gdt_pointer - pc_trampoline
    mov     %cr0, %eax
    or      $CR0_PE, %al
    mov     %eax, %cr0
    ljmpl   $8, $other
trampoline_gdt_pointer:
    .word   24 - 1
    .long   trampoline_gdt
pc_trampoline_end:

// The same steps as the first one's, with the tables that it has made: first the boot map, which real mode's CR3 can hold.
    .code32
other:
    mov     $16, %eax
    mov     %eax, %ds
    mov     %eax, %ss
    enter_long_mode other_long_mode

    .code64
other_long_mode:
    mov     $16, %eax
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %fs
    mov     %eax, %gs
    mov     pc_map_root, %rcx
    mov     %rcx, %cr3
    xchg    %rax, pc_other_stack    // 0: whoever was to come first has given us up
    test    %rax, %rax
    jz      1f
    mov     %rax, %rsp
    xor     %ebp, %ebp
    call    pc_other_start
1:  hlt
    jmp     1b

    .code64
long_mode:
    mov     $16, %eax
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %fs
    mov     %eax, %gs
    mov     %ebp, %edi
    mov     %esi, %esi              // the upper half is nobody's
    mov     $pc_stack_high, %esp
    xor     %ebp, %ebp              // the chain of frames ends here
    call    pc_start
    ud2

    .section .rodata
unfit_text:
    .asciz  "kernel: this CPU has no long mode or no NX\n"
    .balign 8
trampoline_gdt:
    .quad   0
    .quad   0x00cf9b000000ffff      // code, 32 bits
    .quad   0x00cf93000000ffff      // data
boot_gdt:
    .quad   0
    .quad   0x00af9b000000ffff      // code, 64 bits
    .quad   0x00cf93000000ffff      // data
boot_gdt_pointer:
    .word   . - boot_gdt - 1
    .long   boot_gdt

    .bss
    .balign 4096
boot_root:
    .skip   4096
boot_pointers:
    .skip   4096
boot_directories:
    .skip   4096 * DIRECTORIES

    .globl  pc_stack_guard, pc_stack_high
pc_stack_guard:                     // memory.c takes the first page's access away
    .skip   4096
    .skip   128 * 1024
pc_stack_high:

    .section .note.GNU-stack, "", @progbits
