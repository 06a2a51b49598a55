// A SIP from its row in the image to its first instruction, and from its end to the last page. Ending reads nothing that
// a SIP could write: its blocks and endpoints stand in the kernel's lists, its pages in its record.

#include "core.h"

bool sip_owns_pc(const Sip *sip, uint64_t pc) {
    return pc - (uint64_t)(uintptr_t)sip->image < sip->image_pages * PLATFORM_PAGE;
}

// --- memory ------------------------------------------------------------------------------------------------

static bool protect(Sip *sip, uint64_t low, uint64_t high, PlatformAccess access) {
    const uint64_t first = (low - sip->program->sealed->low) / PLATFORM_PAGE;
    const uint64_t last = (high - sip->program->sealed->low + PLATFORM_PAGE - 1) / PLATFORM_PAGE;
    return last <= first ||
           platform_protect(sip->image + first * PLATFORM_PAGE, last - first, access);
}

// Copied and relocated while writable, then each page as its segment says; what lies between segments is a guard.
static bool load_image(Sip *sip) {
    const Sealed *sealed = sip->program->sealed;
    const size_t pages = pages_for(sealed->high - sealed->low);
    if (!(sip->image = pages_take(pages))) return false;
    sip->image_pages = pages;
    INJECT_OF(LOAD_PAGES, sip);
    sealed_load(sealed, sip->image, (uint64_t)(uintptr_t)sip->image);
    INJECT_OF(LOAD_COPIED, sip);
    uint64_t end = sealed->low;
    bool good = true;
    for (uint32_t i = 0; i < sealed->segment_count && good; i++) {
        const SealedSegment *segment = &sealed->segments[i];
        good = protect(sip, end, segment->address / PLATFORM_PAGE * PLATFORM_PAGE, PLATFORM_NONE);
        end =
            (segment->address + segment->size + PLATFORM_PAGE - 1) / PLATFORM_PAGE * PLATFORM_PAGE;
        good = good && protect(
                           sip, segment->address, end,
                           segment->execute ? PLATFORM_EXECUTE
                           : segment->write ? PLATFORM_WRITE
                                            : PLATFORM_READ
                       );
    }
    return good && (sealed->relro_high <= sealed->relro_low ||
                    protect(sip, sealed->relro_low, sealed->relro_high, PLATFORM_READ));
}

static bool has_exit_grant(const Sealed *sealed) {
    for (uint32_t i = 0; i < sealed->manifest.grants.count; i++) {
        if (sealed_grant(sealed, i).kind == SEAL_GRANT_EXIT) return true;
    }
    return false;
}

static const char no_memory[] = "needs more memory than the machine has";

static const char *make_memory(Sip *sip) {
    sip->may_exit = has_exit_grant(sip->program->sealed);
    if (!load_image(sip)) return no_memory;
    INJECT_OF(LOAD_PROTECTED, sip);
    if (!thread_create(&sip->thread, sip)) return no_memory;
    return devices_give(sip);
}

static const char *create(Sip *sip, uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    const SealManifest *manifest = &kernel.sealed[row.program].manifest;
    sip->name = packed_text(&kernel.image, row.name);
    sip->program = &kernel.programs[row.program];
    sip->number = number;
    sip->account.quota = manifest->heap_bytes;
    sip->stack_bytes = manifest->stack_bytes;
    sip->thread_most = manifest->threads;
    ledger_init(&sip->blocks);
    links_init(&sip->endpoints);
    budget_set(sip, manifest->cpu, manifest->time); // nobody has started it: nobody could refuse
    if (!sip->wires) sip->wires = record_take(row.wire_count * sizeof *sip->wires);
    if (!sip->gives) sip->gives = record_take(row.wire_count * sizeof *sip->gives);
    if (!sip->serves) sip->serves = record_take(row.wire_count * sizeof *sip->serves);
    return make_memory(sip);
}

// --- wires -------------------------------------------------------------------------------------------------

// The system's own channels are the kernel's expense: a SIP's quota is for what it makes itself, and for what it starts.
static SipEndpoint *make_end(Sip *sip, uint32_t param) {
    const SealParam row = sealed_param(sip->program->sealed, param);
    Channel *channel = channel_new(
        sip->program->contracts[row.contract],
        sip->starter ? &sip->starter->account : &kernel.account
    );
    if (!channel) return NULL;
    sip->wires[param] = &channel->ends[row.side];
    endpoint_give(sip->wires[param], sip);
    return sip->wires[param];
}

static const char *wire_endpoint(Sip *sip, uint32_t param, const ImageWire *wire) {
    if (sip->wires[param]) return NULL; // made from the other side
    SipEndpoint *mine = make_end(sip, param);
    if (!mine) return no_memory;
    Sip *other = &kernel.sips[wire->instance];
    endpoint_give(mine->peer, other);
    other->wires[wire->param] = mine->peer;
    return NULL;
}

static const char *wire_served(Sip *sip, uint32_t param, const ImageWire *wire) {
    SipEndpoint *mine = make_end(sip, param);
    if (!mine) return no_memory;
    if (wire->kind == IMAGE_WIRE_MACHINE)
        service_begin(mine->peer, wire->service);
    else
        program_serve(mine->peer, sip, param);
    INJECT_OF(LOAD_SERVED, sip);
    return NULL;
}

// A new channel of which the other end is delivered; the first time, also the one by which it is asked for.
static const char *wire_given(Sip *sip, uint32_t param, const ImageWire *wire) {
    const SealParam mine = sealed_param(sip->program->sealed, param);
    Sip *taker = &kernel.sips[wire->instance];
    const SealParam its = sealed_param(taker->program->sealed, wire->param);
    if (!sip->gives[param]) {
        Channel *asks = channel_new(taker->program->contracts[its.contract], &kernel.account);
        if (!asks) return no_memory;
        sip->gives[param] = wire_new(&asks->ends[!its.side]);
        endpoint_give(&asks->ends[its.side], taker);
        taker->wires[wire->param] = &asks->ends[its.side];
    }
    Channel *channel = channel_new(sip->program->contracts[mine.contract], &kernel.account);
    if (!channel) return no_memory;
    sip->wires[param] = &channel->ends[mine.side];
    endpoint_give(sip->wires[param], sip);
    wire_renew(sip->gives[param], sip->wires[param]->peer);
    return NULL;
}

// Both sides ask: each time that one is started it has a new channel to ask by.
static const char *wire_met(Sip *sip, uint32_t param, const ImageWire *wire) {
    const SealParam mine = sealed_param(sip->program->sealed, param);
    Channel *asks = channel_new(sip->program->contracts[mine.contract], &kernel.account);
    if (!asks) return "needs more memory than the machine has";
    sip->wires[param] = &asks->ends[mine.side];
    endpoint_give(sip->wires[param], sip);
    Wire *own = sip->gives[param], *other = kernel.sips[wire->instance].gives[wire->param];
    if (own) {
        wire_again(own, &asks->ends[!mine.side]);
        return NULL;
    }
    own = sip->gives[param] = wire_new(&asks->ends[!mine.side]);
    own->contract = sip->program->contracts[mine.fresh - 1];
    own->side = mine.fresh_side;
    own->other = other;
    if (other) other->other = own;
    return NULL;
}

static const char *wire_param(Sip *sip, uint32_t number, uint32_t param, const ImageWire *wire) {
    switch (packed_wire_way(&kernel.image, kernel.sealed, number, param)) {
    case PACKED_WIRE_GIVES: return wire_given(sip, param, wire);
    case PACKED_WIRE_TAKES: return NULL; // made from the other side
    case PACKED_WIRE_MEETS: return wire_met(sip, param, wire);
    case PACKED_WIRE_PLAIN: break;
    }
    return wire_endpoint(sip, param, wire);
}

static bool is_served(const ImageWire *wire) {
    return wire->kind == IMAGE_WIRE_MACHINE || wire->kind == IMAGE_WIRE_PROGRAM;
}

static const char *wire_up(Sip *sip, uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    for (uint32_t param = 0; param < row.wire_count; param++) {
        const ImageWire wire = packed_wire(&kernel.image, row.first_wire + param);
        const char *wrong = packed_check_wire(&kernel.image, kernel.sealed, number, param);
        if (!wrong && wire.kind == IMAGE_WIRE_CHANNEL)
            wrong = wire_param(sip, number, param, &wire);
        if (!wrong && is_served(&wire)) wrong = wire_served(sip, param, &wire);
        if (wrong) {
            const SealedView name =
                sealed_text(sip->program->sealed, sealed_param(sip->program->sealed, param).name);
            print("refused: %v.%v %s", &sip->name, &name, wrong);
            return wrong;
        }
    }
    return NULL;
}

const char *sip_create(Sip *sip, uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    const char *wrong = make_memory(sip);
    for (uint32_t param = 0; param < row.wire_count && !wrong; param++) {
        const ImageWire wire = packed_wire(&kernel.image, row.first_wire + param);
        if (is_served(&wire)) wrong = wire_served(sip, param, &wire);
    }
    return wrong;
}

// --- main's arguments --------------------------------------------------------------------------------------

static void *take_block(Sip *sip, uint64_t size) {
    SipBlock *block = heap_take(&sip->account, size);
    if (!block) return NULL;
    ledger_add(&sip->blocks, block);
    return block_memory(block);
}

static const char *give_texts(Sip *sip, const ImageWire *wire, SipStart *start) {
    const uint32_t count = wire->instance;
    if (count == 0) return NULL;
    start->args = take_block(sip, count * sizeof *start->args);
    start->arg_count = count;
    for (uint32_t i = 0; start->args && i < count; i++) {
        const SealedView text = packed_argument(&kernel.image, wire->param + i);
        if (text.size == 0) continue; // owns nothing
        char *copy = take_block(sip, text.size);
        if (!copy) return "has no room for its text arguments in its quota";
        __builtin_memcpy(copy, text.bytes, text.size);
        start->args[i] = (SipText){ copy, text.size };
    }
    return start->args ? NULL : "has no room for its text arguments in its quota";
}

// SipStart and its endpoints lie at the top of the stack, where nothing else ever comes.
static SipStart *make_start(Sip *sip, uint32_t params) {
    uint64_t top = sip->thread.block.stack_high - params * sizeof(SipEndpoint *) - sizeof(SipStart);
    SipStart *start = (SipStart *)(uintptr_t)(top & ~(uint64_t)15);
    SipEndpoint **endpoints = (SipEndpoint **)(void *)(start + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < params; i++) {
        if (sip->wires[i]) endpoints[count++] = sip->wires[i];
    }
    *start = (SipStart){ .endpoints = endpoints };
    return start;
}

static void begin(void *argument) {
    const SipStart *start = argument;
    const Sip *sip = current_thread()->sip;
    const Sealed *sealed = sip->program->sealed;
    const uint64_t entry = (uint64_t)(uintptr_t)sip->image + (sealed->entry - sealed->low);
    if (cpus_share) unlock_kernel();
    arch_enter_sip(entry, kernel_doors(), start, (uint64_t)(uintptr_t)start);
}

static const char *make_ready(Sip *sip, uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    SipStart *start = make_start(sip, row.wire_count);
    for (uint32_t param = 0; param < row.wire_count; param++) {
        const ImageWire wire = packed_wire(&kernel.image, row.first_wire + param);
        const char *wrong = wire.kind == IMAGE_WIRE_ARGS ? give_texts(sip, &wire, start) : NULL;
        if (wrong) return wrong;
    }
    arch_prepare(&sip->thread.context, &sip->thread.block, start, begin, start);
    sip->alive = true;
    everyone_add(sip);
    return NULL;
}

void sip_begin(Sip *sip, SipText *args, uint64_t arg_count) {
    SipStart *start = make_start(sip, sip->program->sealed->manifest.params.count);
    start->args = args;
    start->arg_count = arg_count;
    arch_prepare(&sip->thread.context, &sip->thread.block, start, begin, start);
    sip->alive = true;
    everyone_add(sip);
    sched_add(&sip->thread);
}

static const char *start(Sip *sip, uint32_t number) {
    (void)number;
    sched_add(&sip->thread);
    return NULL;
}

// --- all of them -------------------------------------------------------------------------------------------

// Those that are started with the system.
static bool each_sip(const char *(*step)(Sip *sip, uint32_t number), bool says_so_itself) {
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        if (packed_instance(&kernel.image, i).on_demand) continue;
        const char *wrong = step(&kernel.sips[i], i);
        if (wrong && !says_so_itself) print("refused: sip %v %s", &kernel.sips[i].name, wrong);
        if (wrong) return false;
    }
    return true;
}

static const char *check_params(uint32_t number) {
    const ImageInstance row = packed_instance(&kernel.image, number);
    if (!packed_wires_are_complete(&kernel.image, kernel.sealed, number))
        return "has other wires than parameters";
    return row.wire_count * sizeof(SipEndpoint *) > KERNEL_STACK / 2
               ? "has more parameters than fit its stack"
               : NULL;
}

// Of all instances first, whenever they start: whoever starts one later has nothing to find out.
static bool params_are_right(void) {
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        const ImageInstance row = packed_instance(&kernel.image, i);
        const SealedView name = packed_text(&kernel.image, row.name);
        const char *wrong = check_params(i);
        if (wrong) print("refused: sip %v %s", &name, wrong);
        if (wrong) return false;
        for (uint32_t param = 0; param < row.wire_count && row.on_demand; param++) {
            wrong = packed_check_wire(&kernel.image, kernel.sealed, i, param);
            if (wrong) print("refused: a parameter of program %v %s", &name, wrong);
            if (wrong) return false;
        }
    }
    return true;
}

static void tell_trusted(void) {
    for (uint32_t i = 0; i < kernel.sip_count; i++) {
        const ImageInstance row = packed_instance(&kernel.image, i);
        const SealedView name = packed_text(&kernel.image, row.name);
        if (row.trusted) print("# trusted: %v", &name);
    }
}

static bool grants_are_right(void) {
    uint32_t number, other;
    const char *wrong = packed_check_grants(&kernel.image, kernel.sealed, &number, &other);
    if (!wrong) {
        tell_trusted();
        return true;
    }
    const ImageInstance row = packed_instance(&kernel.image, number),
                        has = packed_instance(&kernel.image, other);
    const SealedView name = packed_text(&kernel.image, row.name),
                     first = packed_text(&kernel.image, has.name);
    if (number == other)
        print("refused: sip %v %s", &name, wrong);
    else
        print("refused: sip %v %s, to sip %v", &name, wrong, &first);
    return false;
}

bool sips_create(void) {
    kernel.sip_count = kernel.image.header.instances.count;
    kernel.sips = record_take(kernel.sip_count * sizeof *kernel.sips);
    return params_are_right() && grants_are_right() && each_sip(create, false) &&
           each_sip(wire_up, true) && each_sip(make_ready, false) && each_sip(start, false);
}

// --- the end -----------------------------------------------------------------------------------------------

// What is charged to it after its end are messages still in flight and channels that others still use.
static bool ledger_is_clear(const Sip *sip) {
    const Account *account = &sip->account;
    return account->blocks == 0 && sip->endpoint_count == 0 &&
           account->used == account->in_flight + account->channels + account->processes;
}

static void print_ledger(const Sip *sip, const Account *before, uint64_t endpoints, size_t pages) {
    const bool is_killed = sip->starter && sip->ending.fault == FAULT_KILLED;
    if ((sip->ending.fault == FAULT_NONE || is_killed) && ledger_is_clear(sip)) return;
    print(
        "# ledger: %v: took back %u blocks, %u endpoints, %u pages, after %u cycles", &sip->name,
        before->blocks, endpoints, (uint64_t)pages, sip->cycles
    );
    print(
        "ledger: %v: %u blocks, %u endpoints, %u pages left", &sip->name, sip->account.blocks,
        sip->endpoint_count, (uint64_t)sip->image_pages
    );
}

void sip_end(Sip *sip) {
    INJECT_END(sip, false);
    if (cpus_share) cpus_leave(sip);
    processes_end(sip);
    const Account before = sip->account;
    const uint64_t endpoints = sip->endpoint_count;
    size_t pages = sip->image_pages;
    sip->alive = false;
    everyone_remove(sip);
    for (Thread *thread = sip->threads; thread; thread = thread->sibling) {
        pages += thread->stack_pages;
        sched_remove(thread);
    }
    devices_silence(sip);
    channel_close_all(&sip->endpoints
    ); // which may look at threads of this SIP that wait for each other
    ledger_free(&sip->blocks);
    while (sip->threads)
        thread_end(sip->threads);
    budget_end(sip);
    if (sip->image_pages) pages_give(sip->image, sip->image_pages);
    sip->image_pages = 0;
    print_ledger(sip, &before, endpoints, pages);
    if (!ledger_is_clear(sip)) panic("a sip has ended and something of it is left");
    INJECT_END(sip, true);
}

// --- and again ---------------------------------------------------------------------------------------------

enum { FIRST_PAUSE = 10000000, DOUBLINGS = 7 }; // nanoseconds; the pause doubles so often: 1.28 s

// What it was is gone but for its row, its record and what still is charged to it.
static void forget(Sip *sip, uint32_t wires) {
    sip->thread = (Thread){ 0 };
    sip->threads = NULL;
    sip->thread_count = 0;
    sip->thread_numbers = sip->parkings = 0;
    sip->cycles = 0;
    sip->runs = NULL;
    sip->busy = NULL;
    sip->endpoint_count = 0;
    sip->ending = (Ending){ 0 };
    for (uint32_t i = 0; i < wires; i++)
        sip->wires[i] = sip->serves[i] = NULL;
}

bool sip_restart(Sip *sip) {
    const uint32_t number = (uint32_t)(sip - kernel.sips);
    const ImageInstance row = packed_instance(&kernel.image, number);
    if (sip->restarts >= row.restart) return false;
    forget(sip, row.wire_count);
    INJECT_OF(RESTART_FORGOT, sip);
    const char *wrong = create(sip, number);
    INJECT_OF(RESTART_CREATED, sip);
    if (!wrong) wrong = wire_up(sip, number);
    INJECT_OF(RESTART_WIRED, sip);
    if (!wrong) wrong = make_ready(sip, number);
    INJECT_OF(RESTART_READY, sip);
    if (wrong) {
        print("restart: %v %s", &sip->name, wrong);
        if (sip->thread.stack || sip->image) sip_end(sip);
        return false;
    }
    const uint32_t doublings = sip->restarts < DOUBLINGS ? sip->restarts : DOUBLINGS;
    sched_add_later(&sip->thread, (uint64_t)FIRST_PAUSE << doublings);
    sip->restarts++;
    INJECT_OF(RESTART_LATER, sip);
    print("restart: %v: %u of %u", &sip->name, (uint64_t)sip->restarts, (uint64_t)row.restart);
    return true;
}

void sip_give_up(Sip *sip) {
    const ImageInstance row = packed_instance(&kernel.image, (uint32_t)(sip - kernel.sips));
    for (uint32_t i = 0; i < row.wire_count && sip->gives; i++) {
        Wire *wire = sip->gives[i];
        if (wire && wire->other) wire_end(wire->other);
        if (wire) wire_end(wire);
    }
}
