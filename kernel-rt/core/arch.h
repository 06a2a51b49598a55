// What core asks of the CPU. arch/x86_64 answers; core knows nothing else of it.

#ifndef KERNEL_CORE_ARCH_H
#define KERNEL_CORE_ARCH_H

#include "contracts/abi/kernel.h"

#include <stdbool.h>
#include <stdint.h>

// What a CPU knows itself by: %gs points to it, each CPU's to its own.
typedef struct ArchCpu {
    SipThread *running;   // %gs:0: whose turn it is; NULL: the kernel's own context's
    struct ArchCpu *self; // %gs:8
    uint32_t number;
} ArchCpu;

_Static_assert(offsetof(ArchCpu, self) == 8, "arch_cpu");

// Not to be kept over a switch: a thread may go on elsewhere.
static inline ArchCpu *arch_cpu(void) {
    ArchCpu *cpu;
    __asm__ volatile("movq %%gs:8, %0" : "=r"(cpu));
    return cpu;
}

// Whoever works on the kernel's state, where several CPUs do (core/cpu.c). arch_resume gives it back.
typedef struct ArchLock {
    uint32_t owner; // the number of the CPU that has it, plus one; 0: nobody
    uint32_t last;  // ... that has had it last
    uint64_t wants; // a byte for each that waits
} __attribute__((aligned(64))) ArchLock;

extern ArchLock kernel_lock __attribute__((visibility("hidden")));

// A thread that is not running: where its stack pointer stands. What it must keep lies on its stack.
typedef struct ArchContext {
    void *sp;
    SipThread *thread; // what %gs:0 holds while it runs; NULL: the kernel's own context
} ArchContext;

// Saves the running thread in `from` and resumes `to`, where the arch_switch that stopped it gives `answer`: callee-saved
// registers, the stack pointer and %gs:0, nothing else. Goes by `jmp`, not `ret`: the return predictor has never seen the
// other stack's calls.
SipReceived arch_switch(ArchContext *from, const ArchContext *to, SipReceived answer);

// Makes `context` start in start(argument) on the stack that ends at `stack_high` (multiple of 16). start never returns.
void arch_prepare(
    ArchContext *context, SipThread *thread, void *stack_high, void (*start)(void *), void *argument
);

// Enters a SIP on the running stack: all registers zero but the two arguments. A return from `entry` is a FINISH.
_Noreturn void arch_enter_sip(
    uint64_t entry, const KernelTable *table, const SipStart *start, uint64_t stack_high
);

// All that a SIP's code can have in registers: x86-64-v2, which the scan of machine code holds it to, has no more than FXSAVE
// saves. The rest lies as arch_switch and what comes after it pop it.
typedef struct ArchState {
    uint8_t vector[512]; // FXSAVE
    uint64_t r15, r14, r13, r12, rbx, rbp;
    uint64_t resume; // arch_resume
    uint64_t rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11;
    uint64_t rip, cs, rflags, rsp, ss;
    uint64_t padding;
} __attribute__((aligned(16))) ArchState;

// Makes `context` go on with all that the platform has put into `state`, but for `resume`, `cs` and `ss`, which it sets.
void arch_preempted(ArchContext *context, ArchState *state, SipThread *thread);

// Whether a thread that does not run was preempted, and has all its registers in `state`; where its stack pointer stood then.
bool arch_is_preempted(const ArchContext *context, const ArchState *state);
const void *arch_stack_of(const ArchState *state);

uint64_t arch_cycles(void);      // the time-stamp counter
void arch_reset_state(void);     // DF, MXCSR, x87: as the ABI says, whatever ran before
void arch_clear_vectors(void);   // nothing of whoever was preempted goes on in them
bool arch_cpu_is_baseline(void); // x86-64-v2, what sealed binaries are compiled for
uintptr_t arch_stack_pointer(void);

// A CPU exception, as the platform caught it. The handler calls kernel_exception, then resumes at what that says.
typedef struct ArchFault {
    uint32_t fault;         // row of fault.def: DIVIDE, PAGE, INSTRUCTION, CPU
    uint32_t vector;        // x86 vector
    uint64_t pc;            // of the instruction
    uint64_t address;       // PAGE: what was accessed
    uint64_t frame;         // rbp, for the backtrace
    uint64_t registers[16]; // rax rcx rdx rbx rsp rbp rsi rdi r8 to r15, for the epitaph
} ArchFault;

typedef struct ArchResume { // the handler loads these and returns; it never switches stacks itself
    uint64_t pc, sp;
} ArchResume;

#endif
