// The interrupt controller: lines that are told for as long as a device wants something, as those of virtio devices are on the machine that we
// play. Whoever raises one is mostly a device's thread; then the first CPU is told, by a signal, whose handler is the interrupt's. A line that
// has been told is off until the kernel switches it on again.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <ucontext.h>

enum { LINES = 24 };

static uint32_t raised, on; // bits; only ever changed by atomic operations

// Each line that is raised and on is told once, by whoever takes it off.
static void tell(uint64_t pc) {
    for (;;) {
        const uint32_t due =
            __atomic_load_n(&raised, __ATOMIC_SEQ_CST) & __atomic_load_n(&on, __ATOMIC_SEQ_CST);
        if (!due) return;
        const uint32_t line = (uint32_t)__builtin_ctz(due), bit = UINT32_C(1) << line;
        if (__atomic_fetch_and(&on, ~bit, __ATOMIC_SEQ_CST) & bit) kernel_irq(line, pc);
    }
}

void hosted_line(uint32_t line, bool is_raised) {
    const uint32_t bit = UINT32_C(1) << line;
    if (!is_raised) {
        __atomic_fetch_and(&raised, ~bit, __ATOMIC_SEQ_CST);
        return;
    }
    __atomic_fetch_or(&raised, bit, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&on, __ATOMIC_SEQ_CST) & bit) hosted_tell_first_cpu();
}

bool platform_irq_is_there(uint32_t line) {
    return line < LINES;
}

// In the kernel, as if the interrupt had come in this very moment.
void platform_irq_set(uint32_t line, bool is_on) {
    const uint32_t bit = UINT32_C(1) << (line & 31);
    if (line >= LINES) return;
    if (is_on) {
        __atomic_fetch_or(&on, bit, __ATOMIC_SEQ_CST);
        tell(0);
    } else {
        __atomic_fetch_and(&on, ~bit, __ATOMIC_SEQ_CST);
    }
}

static void on_line(int number, siginfo_t *info, void *at) {
    greg_t *registers = ((ucontext_t *)at)->uc_mcontext.gregs;
    const int saved = errno;
    (void)number, (void)info;
    hosted_stay_awake();
    tell((uint64_t)registers[REG_RIP]);
    hosted_leave_if_asked(at);
    errno = saved;
}

void hosted_lines_start(void) {
    hosted_handle(HOSTED_LINE, on_line);
}
