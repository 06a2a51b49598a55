// All that a Linux system consists of beside its kernel: it says one line and ends the machine. Linked without a C library, so that the file is as
// small as can be.

#include <asm/unistd.h>
#include <linux/reboot.h>

static long call(long number, long a, long b, long c, const void *d) {
    register const void *fourth __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

_Noreturn void _start(void);

_Noreturn void _start(void) {
    static const char text[] = "hello from init\n";
    call(__NR_write, 1, (long)text, sizeof text - 1, 0);
    call(__NR_reboot, (long)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, 0);
    for (;;)
        call(__NR_pause, 0, 0, 0, 0);
}
