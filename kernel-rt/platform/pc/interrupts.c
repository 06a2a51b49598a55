// Descriptor tables, and what becomes of exceptions. Each exception runs on a stack that is not the interrupted one, so
// that a SIP that ran out of stack can be blamed for it; those that are no program's fault have stacks of their own.

#include "cpu.h"
#include "pc.h"

#include "arch/x86_64/fault.h"
#include "core/platform.h"

enum {
    EXCEPTIONS = 32,
    OLD_VECTORS =
        32, // of the two 8259s; all are masked, and two may come nevertheless, for no reason
    OLD_SPURIOUS = 39,
    CODE_SELECTOR = 0x08,
    DATA_SELECTOR = 0x10,
    TASK_SELECTOR = 0x18,
    GATE_INTERRUPT = 0x8e, // present, ring 0; interrupts off
    MSR_GS_BASE = 0xc0000101,
    RFLAGS_FIXED = 0x2,
    RFLAGS_INTERRUPTS = 0x200,
    VECTOR_STEP = 16, // vectors.S
};

// --- tables, as the CPU reads them ------------------------------------------------------------------------------

typedef struct Gate {
    uint16_t offset_low, selector;
    uint8_t stack, type; // stack: row of TaskState.stacks plus one
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
} Gate;

_Static_assert(sizeof(Gate) == 16, "the CPU's");

typedef struct __attribute__((packed)) TaskState {
    uint32_t reserved0;
    uint64_t privileged_stacks[3];
    uint64_t reserved1;
    uint64_t stacks[7]; // IST
    uint64_t reserved2;
    uint16_t reserved3, io_map;
} TaskState;

_Static_assert(sizeof(TaskState) == 104, "the CPU's");

typedef struct __attribute__((packed)) TablePointer {
    uint16_t limit;
    uint64_t base;
} TablePointer;

enum { STACK_FAULT, STACK_DOUBLE_FAULT, STACK_NMI, STACK_MACHINE_CHECK, STACK_TIMER, STACKS };

typedef struct Stack {
    uint8_t guard[PLATFORM_PAGE];
    uint8_t bytes[32 * 1024];
} Stack;

static Stack first_stacks[STACKS] __attribute__((aligned(4096)));
static Gate gates[PC_LINE_VECTOR + PC_LINES + PC_MESSAGES]; // of all CPUs

static struct {
    TaskState task_state;
    uint64_t descriptors[5];
    bool is_busy; // with an exception
} tables[PC_CPUS];
static uint32_t stack_of_vector(uint32_t vector) {
    switch (vector) {
    case VECTOR_NMI: return STACK_NMI;
    case VECTOR_DOUBLE_FAULT: return STACK_DOUBLE_FAULT;
    case VECTOR_MACHINE_CHECK: return STACK_MACHINE_CHECK;
    default: return STACK_FAULT;
    }
}

static Gate gate(const uint8_t *handler, uint8_t stack) {
    const uint64_t offset = (uint64_t)handler;
    return (Gate){
        .offset_low = (uint16_t)offset,
        .offset_middle = (uint16_t)(offset >> 16),
        .offset_high = (uint32_t)(offset >> 32),
        .selector = CODE_SELECTOR,
        .stack = stack,
        .type = GATE_INTERRUPT,
    };
}

static void fill_tables(void) {
    for (uint32_t vector = 0; vector < EXCEPTIONS; vector++)
        gates[vector] =
            gate(pc_vectors + vector * VECTOR_STEP, (uint8_t)(stack_of_vector(vector) + 1));
    gates[OLD_SPURIOUS] = gate(pc_spurious_vector, STACK_TIMER + 1);
    gates[PC_SPURIOUS_VECTOR] = gate(pc_spurious_vector, STACK_TIMER + 1);
    gates[PC_TIMER_VECTOR] = gate(pc_timer_vector, STACK_TIMER + 1);
    gates[PC_INTERRUPT_VECTOR] = gate(pc_interrupt_vector, STACK_TIMER + 1);
    gates[PC_HALT_VECTOR] = gate(pc_halt_vector, STACK_TIMER + 1);
    for (uint32_t line = 0; line < PC_LINES + PC_MESSAGES; line++) // none interrupts another
        gates[PC_LINE_VECTOR + line] = gate(pc_line_vectors + line * VECTOR_STEP, STACK_TIMER + 1);
}

static void fill_own(uint32_t cpu, Stack *stacks) {
    TaskState *state = &tables[cpu].task_state;
    uint64_t *descriptors = tables[cpu].descriptors;
    for (uint32_t i = 0; i < STACKS; i++) {
        pc_guard(stacks[i].guard);
        state->stacks[i] = (uint64_t)(stacks[i].bytes + sizeof stacks[i].bytes);
    }
    state->io_map = sizeof *state; // none
    const uint64_t base = (uint64_t)state;
    descriptors[1] = 0x00af9b000000ffff; // code, 64 bits
    descriptors[2] = 0x00cf93000000ffff; // data
    descriptors[3] = (sizeof *state - 1) | (base & 0xffffff) << 16 | UINT64_C(0x89) << 40 |
                     (base >> 24 & 0xff) << 56;
    descriptors[4] = base >> 32;
}

bool pc_interrupts_prepare(uint32_t cpu) {
    Stack *stacks = platform_pages(sizeof(Stack) * STACKS / PLATFORM_PAGE);
    if (stacks) fill_own(cpu, stacks);
    return stacks;
}

void pc_interrupts_load(uint32_t cpu, ArchCpu *own) {
    const TablePointer global = { sizeof tables[cpu].descriptors - 1,
                                  (uint64_t)tables[cpu].descriptors };
    const TablePointer interrupt = { sizeof gates - 1, (uint64_t)gates };
    __asm__ volatile(
        "lgdt %0\n\tlidt %1\n\tltr %w2\n\t" // the code selector means the same as in boot.S's table
        "mov %3, %%ss" ::"m"(global),
        "m"(interrupt), "r"(TASK_SELECTOR), "r"(DATA_SELECTOR)
        : "memory"
    );
    write_msr(MSR_GS_BASE, (uint64_t)own);
}

// The two 8259s, which are not used: away from the exceptions' vectors, all masked.
static void start_controllers(void) {
    enum { MASTER = 0x20, SLAVE = 0xa0 };
    static const uint8_t words[][2] = {
        // to the command port, then the data port: master, slave
        { 0x11,        0x11            }, // initialise: edge-triggered, cascaded, a fourth word comes
        { OLD_VECTORS, OLD_VECTORS + 8 }, // first vector
        { 0x04,        0x02            }, // the slave hangs on line 2
        { 0x01,        0x01            }, // 8086 mode
        { 0xff,        0xff            }, // masks
    };
    for (uint16_t i = 0; i < sizeof words / sizeof *words; i++) {
        port_write((uint16_t)(MASTER + (i > 0)), words[i][0]);
        port_write((uint16_t)(SLAVE + (i > 0)), words[i][1]);
    }
}

void pc_interrupts_start(void) {
    fill_tables();
    fill_own(0, first_stacks);
    pc_interrupts_load(0, kernel_cpu(0));
    start_controllers();
    pc_apic_start();
}

// --- exceptions ----------------------------------------------------------------------------------------------------

// No SIP's doing: the machine's, or the kernel's when it could not even enter a handler. NULL: it may be.
static const char *why_the_machine_stops(uint64_t vector) {
    switch (vector) {
    case VECTOR_NMI: return "non-maskable interrupt: the machine reports a failure";
    case VECTOR_MACHINE_CHECK: return "machine check: the machine reports a failure";
    case VECTOR_DOUBLE_FAULT: return "double fault";
    default: return NULL;
    }
}

// What stops the machine comes to several CPUs at once, whatever they were at: one of them says so.
static void go_alone(void) {
    static uint32_t is_stopping;
    if (__atomic_exchange_n(&is_stopping, 1, __ATOMIC_SEQ_CST)) pc_halt(NULL);
    pc_cpus_halt();
}

void pc_exception(PcFrame *frame) {
    bool *busy = &tables[arch_cpu()->number].is_busy;
    const char *why = why_the_machine_stops(frame->vector);
    if (why)
        go_alone();
    else if (*busy)
        pc_panic("an exception while handling an exception");
    *busy = true;
    const uint32_t vector = (uint32_t)frame->vector;
    const ArchFault fault = {
        .fault = arch_fault_of_vector(vector),
        .vector = vector,
        .pc = frame->rip,
        .address = vector == VECTOR_PAGE ? faulting_address() : 0,
        .frame = frame->rbp,
        .registers = { frame->rax, frame->rcx, frame->rdx, frame->rbx, frame->rsp, frame->rbp,
                      frame->rsi, frame->rdi, frame->r8, frame->r9, frame->r10, frame->r11,
                      frame->r12, frame->r13, frame->r14, frame->r15 },
    };
    if (why) kernel_die(&fault, why);
    ArchResume resume = { .pc = frame->rip, .sp = frame->rsp };
    kernel_exception(&fault, &resume);
    frame->rip = resume.pc;
    frame->rsp = resume.sp;
    frame->rflags =
        RFLAGS_FIXED | (frame->rflags & RFLAGS_INTERRUPTS); // direction up, no single steps
    *busy = false;
}

// --- the timer -----------------------------------------------------------------------------------------------------

// The vector registers are still the interrupted code's: the kernel is compiled not to use them.
static void save(ArchState *state, const PcFrame *frame) {
    __asm__ volatile("fxsave64 %0" : "=m"(state->vector));
    state->r15 = frame->r15;
    state->r14 = frame->r14;
    state->r13 = frame->r13;
    state->r12 = frame->r12;
    state->rbx = frame->rbx;
    state->rbp = frame->rbp;
    state->rax = frame->rax;
    state->rcx = frame->rcx;
    state->rdx = frame->rdx;
    state->rsi = frame->rsi;
    state->rdi = frame->rdi;
    state->r8 = frame->r8;
    state->r9 = frame->r9;
    state->r10 = frame->r10;
    state->r11 = frame->r11;
    state->rip = frame->rip;
    state->rflags = frame->rflags;
    state->rsp = frame->rsp;
}

static void go_on_at(PcFrame *frame, ArchResume resume) {
    frame->rip = resume.pc;
    frame->rsp = resume.sp;
    frame->rflags = RFLAGS_FIXED | RFLAGS_INTERRUPTS;
}

void pc_leave_if_asked(PcFrame *frame) {
    ArchResume resume;
    if (kernel_left(&resume)) go_on_at(frame, resume);
}

static void tick(PcFrame *frame, uint32_t ticks) {
    ArchResume resume;
    ArchState *state = kernel_tick(frame->rip, ticks, &resume);
    if (!state) {
        pc_leave_if_asked(frame);
        return;
    }
    save(state, frame);
    go_on_at(frame, resume);
}

void pc_timer(PcFrame *frame) {
    pc_apic_end_of_interrupt();
    pc_time_tick();
    tick(frame, 1);
}

void pc_interrupt(PcFrame *frame) {
    pc_apic_end_of_interrupt();
    tick(frame, 0);
}
