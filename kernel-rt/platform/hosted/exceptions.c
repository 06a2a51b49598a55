// CPU exceptions reach us as signals. The handler runs on its CPU's signal stack, tells the kernel what happened, and edits
// where the interrupted context goes on; it never switches stacks itself.

#include "hosted.h"

#include "arch/x86_64/fault.h"
#include "core/platform.h"

#include <signal.h>
#include <ucontext.h>

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

#define signals_each(i) for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)

// What must not outlive the interrupted code: trap, direction, alignment check.
#define FLAGS_CLEARED (0x400 | 0x40000)
#define FLAG_STEP     0x100

static void on_signal(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    // From another process, not from the CPU: what it does to any program.
    if (info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    const uint32_t vector = (uint32_t)registers[REG_TRAPNO];
    if (vector == VECTOR_DEBUG && hosted_steps()) {
        hosted_step(context);
        return;
    }
    ArchFault fault = {
        .fault = arch_fault_of_vector(vector),
        .vector = vector,
        .pc = (uint64_t)registers[REG_RIP],
        .address = vector == VECTOR_PAGE ? (uint64_t)registers[REG_CR2] : 0,
        .frame = (uint64_t)registers[REG_RBP],
    };
    static const int numbers[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                     REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                     REG_R12, REG_R13, REG_R14, REG_R15 };
    for (int i = 0; i < 16; i++)
        fault.registers[i] = (uint64_t)registers[numbers[i]];
    ArchResume resume = { .pc = fault.pc, .sp = (uint64_t)registers[REG_RSP] };
    kernel_exception(&fault, &resume);
    registers[REG_RIP] = (greg_t)resume.pc;
    registers[REG_RSP] = (greg_t)resume.sp;
    registers[REG_EFL] &= ~(greg_t)FLAGS_CLEARED;
    if (!hosted_steps()) registers[REG_EFL] &= ~(greg_t)FLAG_STEP;
}

void hosted_exceptions_start(void) {
    struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGALRM); // ticks.c
    sigaddset(&action.sa_mask, HOSTED_INTERRUPT);
    sigaddset(&action.sa_mask, HOSTED_LINE);
    signals_each(i)
        sigaddset(&action.sa_mask, signals[i]); // a fault in the handler ends the process
    signals_each(i) if (sigaction(signals[i], &action, NULL)) hosted_fail("handle signals");
    signal(SIGPIPE, SIG_IGN); // platform_console reports it
}
