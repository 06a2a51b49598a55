// How a SIP begins and how it ends. The kernel enters sip_main on a fresh stack with all registers zero but the two
// arguments; nothing has run before it, and there are no constructors.

#include "sip.h"

const KernelTable *sip_kernel;

void sip_main(const KernelTable *table, const SipStart *start) {
    sip_kernel = table;
    sip_program(start);
    table->FINISH();
    __builtin_trap(); // FINISH never returns
}

// Cold and never inlined: a test in compiled code is a compare and a branch to a call at the function's end. The
// kernel finds the failing function through this call's frame.
__attribute__((cold, noinline)) _Noreturn void sip_trap(uint32_t site) {
    sip_kernel->TRAP(site);
    __builtin_trap(); // TRAP never returns
}
