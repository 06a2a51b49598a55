// Why a SIP ends, and where: found at the moment of the fault, on whatever stack that is, and printed later by the
// kernel's own context. Places come from the seal's tables; the backtrace from the chain of frames, each of which must
// lie on the SIP's stack above the one before it.

#include "core.h"

static const char *const causes[] = {
#define FAULT(number, name, text) [number] = text,
#include "contracts/abi/fault.def"
};

enum { REMEDY_ROOM = 160 };

// --- places ------------------------------------------------------------------------------------------------

static uint64_t image_address(const Sip *sip, uint64_t pc) {
    return pc - (uint64_t)(uintptr_t)sip->image + sip->program->sealed->low;
}

// Code that is in no function of the table is the runtime's, which has no lines.
static bool find_place(const Sealed *sealed, uint64_t address, SealedPlace *place) {
    *place = sealed_place(sealed, address);
    return place->file.size && (place->function.size || sealed->line_header.functions.count == 0);
}

static void add_frame(Ending *ending, const Sip *sip, uint64_t pc) {
    if (ending->frame_count < MOST_FRAMES && sip_owns_pc(sip, pc))
        ending->frames[ending->frame_count++] = image_address(sip, pc);
}

static void add_frames(Ending *ending, const Sip *sip, uint64_t frame) {
    const SipThread *block = &current_thread()->block;
    while (frame % 8 == 0 && frame >= block->stack_low && frame <= block->stack_high - 16) {
        const uint64_t *words = (const uint64_t *)(uintptr_t)frame;
        add_frame(ending, sip, words[1] - 1); // inside the call, not behind it
        if (words[0] <= frame) return;
        frame = words[0];
    }
}

// The innermost frame that has a line: a fault in the runtime's memory operations is its caller's.
static void place_by_frames(Ending *ending, const Sip *sip) {
    for (uint32_t i = 0; i < ending->frame_count; i++) {
        SealedPlace place;
        if (find_place(sip->program->sealed, ending->frames[i], &place)) {
            ending->file = place.file;
            ending->line = place.line;
            return;
        }
    }
}

static void record_at_pc(Sip *sip, uint32_t fault, uint64_t pc, uint64_t frame) {
    sip->ending = (Ending){ .fault = fault, .thread = current_thread()->block.number };
    add_frame(&sip->ending, sip, pc);
    add_frames(&sip->ending, sip, frame);
    place_by_frames(&sip->ending, sip);
    sip->ending.limit = fault == FAULT_TIME ? sip->budget.granted : 0;
}

Ending fault_of_time(const Sip *sip) {
    return (Ending){ .fault = FAULT_TIME, .limit = sip->budget.granted };
}

// --- what ends the running SIP -----------------------------------------------------------------------------

NEVER void fault_at_pc(uint32_t fault, uint64_t pc, uint64_t frame) {
    record_at_pc(current_thread()->sip, fault, pc, frame);
    sched_leave();
}

NEVER void fault_at_site(uint32_t fault, uint32_t site, uint64_t frame) {
    Sip *sip = current_thread()->sip;
    const Sealed *sealed = sip->program->sealed;
    record_at_pc(sip, fault, 0, frame);
    if (site < sealed->manifest.trap_count) {
        const SealTrap trap = sealed_trap(sealed, site);
        sip->ending.file = sealed_file_name(sealed, trap.file);
        sip->ending.line = trap.line;
        sip->ending.text = sealed_trap_text(sealed, trap.text);
    }
    sched_leave();
}

NEVER void fault_trap(uint32_t site, uint64_t frame) {
    const Sealed *sealed = current_thread()->sip->program->sealed;
    if (site >= sealed->manifest.trap_count) fault_at_site(FAULT_CPU, site, frame);
    const uint32_t fault = sealed_trap(sealed, site).fault;
    fault_at_site(fault == FAULT_NONE ? FAULT_EXPLICIT : fault, site, frame);
}

// --- the kernel's own end -----------------------------------------------------------------------------------

// Where the program begins that the kernel is, for who looks its symbols up; 0 where it runs at the addresses of its file.
extern const uint8_t __ehdr_start[] __attribute__((weak, visibility("hidden")));

static bool is_kernel_frame(uint64_t frame) {
    const Cpu *cpu = this_cpu();
    const SipThread *block = cpu->current ? &cpu->current->block : NULL;
    if (frame % 8) return false;
    if (frame <= cpu->base && frame > cpu->base - KERNEL_CONTEXT_STACK) return true;
    return block && frame >= block->stack_low && frame <= block->stack_high - 16;
}

void fault_print_kernel(uint64_t pc, uint64_t frame) {
    const Sip *sip = current_thread() ? current_thread()->sip : NULL;
    for (int i = 0; i < MOST_FRAMES; i++) {
        if (sip && sip_owns_pc(sip, pc))
            print("#   %v, address %x in its image", &sip->name, image_address(sip, pc));
        else
            print("#   kernel, address %x in its file", pc - (uint64_t)(uintptr_t)__ehdr_start);
        if (!is_kernel_frame(frame)) return;
        const uint64_t *words = (const uint64_t *)(uintptr_t)frame;
        if (words[1] == 0) return;
        pc = words[1] - 1;
        frame = words[0] > frame ? words[0] : 0;
    }
}

// --- exceptions --------------------------------------------------------------------------------------------

static void leave_after_exception(void) {
    arch_reset_state();
    sched_leave();
}

static bool hit_guard(const ArchFault *fault) {
    const uint64_t low = current_thread()->block.stack_low;
    return fault->fault == FAULT_PAGE && fault->address < low &&
           fault->address >= low - PLATFORM_PAGE;
}

NEVER void kernel_die(const ArchFault *fault, const char *why) {
    static const char *const names[16] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
    const uint64_t *r = fault->registers;
    print("# exception %u at %x, address %x", (uint64_t)fault->vector, fault->pc, fault->address);
    for (int i = 0; i < 16; i += 4)
        print(
            "#   %s %x  %s %x  %s %x  %s %x", names[i], r[i], names[i + 1], r[i + 1], names[i + 2],
            r[i + 2], names[i + 3], r[i + 3]
        );
    fault_print_kernel(fault->pc, fault->frame);
    panic(why);
}

// With the lock, to go on with it. False: nothing is to be blamed: the thread has been taken from this CPU meanwhile, or what the CPU
// remembered of the map of memory was not what it is now, and the instruction is tried again.
static bool is_to_blame(const ArchFault *fault, ArchResume *resume) {
    Cpu *cpu = this_cpu();
    if (!cpus_share || lock_is_mine(cpu)) return true;
    const uint32_t version = cpu->map_version;
    lock_in_handler(cpu);
    const bool has_changed = fault->fault == FAULT_PAGE && cpu->map_version != version;
    if (!cpu->has_left && !has_changed) return true;
    unlock_kernel();
    kernel_left(resume);
    return false;
}

ArchResume fault_resume(uint32_t fault, uint64_t pc) {
    record_at_pc(current_thread()->sip, fault, pc, 0);
    return sched_on_kernel_stack(leave_after_exception);
}

// Every kernel call tests the stack before it changes anything, and before it takes the lock, so the kernel's own code meets the guard
// only in that test, or when it says so: then too it was the SIP that used up the stack.
void kernel_exception(const ArchFault *fault, ArchResume *resume) {
    if (!is_to_blame(fault, resume)) return;
    Sip *sip = current_thread() ? current_thread()->sip : NULL;
    if (!sip || !(sip_owns_pc(sip, fault->pc) || hit_guard(fault)))
        kernel_die(fault, "an exception in the kernel");
    record_at_pc(sip, hit_guard(fault) ? FAULT_STACK : fault->fault, fault->pc, fault->frame);
    *resume = sched_on_kernel_stack(leave_after_exception);
}

// --- reports -----------------------------------------------------------------------------------------------

// Frames of the runtime have no place, and say nothing to whoever wrote the program.
static void print_frame(const Sip *sip, uint64_t address) {
    SealedPlace place;
    if (find_place(sip->program->sealed, address, &place))
        print("#   %v at %v:%u", &place.function, &place.file, (uint64_t)place.line);
}

// What would help, beside the place: nothing, or how long the text is.
static size_t write_remedy(const Ending *ending, char *text, size_t room) {
    const uint64_t ms = ending->limit / 1000000;
    if (ending->fault != FAULT_TIME) return 0;
    return print_to(
        text, room,
        "it might have %u %s of CPU time, with what it starts; a larger `time`, or none, lets it go on",
        ms ? ms : ending->limit, ms ? "ms" : "ns"
    );
}

void fault_print(const Sip *sip) {
    char remedy[REMEDY_ROOM];
    const Ending *ending = &sip->ending;
    if (ending->file.size)
        print(
            "fault: %v: %s at %v:%u", &sip->name, causes[ending->fault], &ending->file,
            (uint64_t)ending->line
        );
    else
        print("fault: %v: %s", &sip->name, causes[ending->fault]);
    if (ending->text.size) print("fault: %v:   %v", &sip->name, &ending->text);
    const SealedView advice = { (const uint8_t *)remedy,
                                write_remedy(ending, remedy, sizeof remedy) };
    if (advice.size) print("fault: %v:   %v", &sip->name, &advice);
    if (sip->thread_numbers > 1 && ending->thread) print("#   in thread %u", ending->thread);
    if (ending->frame_count) print("#   address %x in its image", ending->frames[0]);
    for (uint32_t i = 0; i < ending->frame_count; i++)
        print_frame(sip, ending->frames[i]);
}

Why fault_why(uint32_t fault) {
    switch (fault) {
    case FAULT_NONE: return WHY_RETURNED;
    case FAULT_QUOTA:
    case FAULT_TIME: return WHY_OVER_QUOTA;
    case FAULT_KILLED: return WHY_KILLED;
    case FAULT_CLOSED: return WHY_PEER_LOST;
    default: return WHY_FAULTED;
    }
}

size_t fault_write_place(const Ending *ending, char *text, size_t room) {
    if (!ending->file.size) return 0;
    return print_to(text, room, "%v:%u", &ending->file, (uint64_t)ending->line);
}

size_t fault_write(const Ending *ending, const Sealed *sealed, char *text, size_t room) {
    if (ending->fault == FAULT_NONE) return 0;
    size_t length = print_to(text, room, "%s", causes[ending->fault]);
    if (ending->text.size) length += print_to(text + length, room - length, "\n%v", &ending->text);
    if (ending->fault == FAULT_TIME) {
        length += print_to(text + length, room - length, "\n");
        length += write_remedy(ending, text + length, room - length);
    }
    for (uint32_t i = 0; i < ending->frame_count; i++) {
        SealedPlace place;
        if (!find_place(sealed, ending->frames[i], &place)) continue;
        length += print_to(
            text + length, room - length, "\n%v at %v:%u", &place.function, &place.file,
            (uint64_t)place.line
        );
    }
    return length;
}

static bool find_waiting(const Sip *sip, const Thread *thread, SealedPlace *place) {
    return sip_owns_pc(sip, thread->wait_pc) &&
           find_place(sip->program->sealed, image_address(sip, thread->wait_pc), place);
}

size_t fault_write_waiting(const Sip *sip, const Thread *thread, char *text, size_t room) {
    SealedPlace place;
    if (!find_waiting(sip, thread, &place)) return 0;
    return print_to(text, room, "%v:%u", &place.file, (uint64_t)place.line);
}

static const char *side_name(const SipEndpoint *ep) {
    return ep == &ep->channel->ends[0] ? "imp" : "exp";
}

static void print_waited(const SipEndpoint *ep) {
    static const SealedView nobody = { (const uint8_t *)"a message", 9 };
    const Sip *other = ep->peer->owner;
    print(
        "deadlock:   waits on %v.%s, whose other end %v holds", &ep->channel->contract->name,
        side_name(ep), other ? &other->name : &nobody
    );
}

static void print_waiting(const Sip *sip, const Thread *thread) {
    SealedPlace place = { 0 };
    if (find_waiting(sip, thread, &place))
        print(
            "deadlock: %v: %s at %v:%u", &sip->name, causes[FAULT_DEADLOCK], &place.file,
            (uint64_t)place.line
        );
    else
        print("deadlock: %v: %s", &sip->name, causes[FAULT_DEADLOCK]);
    for (uint32_t i = 0; thread->waits && i < thread->wait_count; i++)
        print_waited(thread->waits[i]);
    for (uint64_t i = 0; thread->cases && i < thread->cases->source_count; i++) {
        const SipSource *source = &thread->cases->sources[i];
        const SipSet *set = source->from;
        if (!source->is_set)
            print_waited(source->from);
        else
            print("deadlock:   waits on a set of %u endpoints", set ? set->count : 0);
    }
}

void fault_print_waiting(const Sip *sip) {
    for (const Thread *thread = sip->threads; thread; thread = thread->sibling)
        print_waiting(sip, thread);
}
