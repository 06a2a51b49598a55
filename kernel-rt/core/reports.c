// machine.faults (contracts/channels/process.sip): who is wired to it hears of every process that ends by a fault, one by one, when it asks. The
// kernel keeps a few, whoever listens; who asks too seldom is told how many it has missed. So nobody's quota pays for how often
// others fault, and the kernel's memory does not either. Of each process of the system, with all that it has started and what those have,
// as many are kept as of the others, if there are so many: who faults often pushes out reports of its own. A question waits in its channel until
// there is an answer.
//
// When nothing can go on but who waits here, that is told, too: a system ends though it has a supervisor.

#include "core.h"

// --- what messages look like -------------------------------------------------------------------------------

enum { NEXT, FAULT, NO_MORE };

typedef struct FaultInfo {
    uint64_t id;
    SipText name;
    uint64_t starter;
    uint8_t why;
    uint64_t thread;
    EndingTexts texts;
    bool again;
    uint32_t restarts;
} FaultInfo;

typedef struct Told {
    FaultInfo fault;
    uint64_t lost;
} Told;

_Static_assert(sizeof(Told) == 96, "as compiled");

// --- what is kept ------------------------------------------------------------------------------------------

enum { KEPT = 16, NAME_ROOM = 288 };

typedef struct Report {
    uint64_t order;  // of all that there have been
    const Sip *root; // the system's, whose or below which it is; only compared
    uint64_t id, starter;
    char name[NAME_ROOM];
    size_t name_length;
    const Program *program; // NULL: here is none yet
    Ending ending;
    uint32_t restarts;
    bool again;
} Report;

static Report reports[KEPT];
static uint64_t made;
static EndpointLink listeners = { &listeners, &listeners }; // ends by `member`

static const Sip *root_of(const Sip *sip) {
    while (sip->starter)
        sip = sip->starter;
    return sip;
}

static uint32_t count_of(const Sip *root) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < KEPT; i++)
        count += reports[i].program && reports[i].root == root;
    return count;
}

// For one more of that root's: of whoever has most then, the oldest.
static Report *place_for(const Sip *root) {
    Report *chosen = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < KEPT; i++) {
        Report *report = &reports[i];
        if (!report->program) return report;
        const uint32_t count = count_of(report->root) + (report->root == root);
        if (count < most || (count == most && report->order > chosen->order)) continue;
        chosen = report;
        most = count;
    }
    return chosen;
}

// The first that is kept of that number or later; there is one, since the last is kept.
static Report *report_from(uint64_t order) {
    Report *found = NULL;
    for (uint32_t i = 0; i < KEPT; i++) {
        Report *report = &reports[i];
        if (!report->program || report->order < order) continue;
        if (!found || report->order < found->order) found = report;
    }
    if (!found) panic("the last report is not there");
    return found;
}

void reports_note(const Sip *sip) {
    const Sip *root = root_of(sip);
    Report *report = place_for(root);
    *report = (Report){ .order = made++,
                        .root = root,
                        .id = sip->id,
                        .starter = sip->starter ? sip->starter->id : 0,
                        .program = sip->program,
                        .ending = sip->ending,
                        .restarts = sip->restarts };
    report->name_length = print_to(report->name, NAME_ROOM, "%v", &sip->name);
}

// --- telling -----------------------------------------------------------------------------------------------

static SipEndpoint *listener_at(EndpointLink *link) {
    return (SipEndpoint *)(void *)((uint8_t *)link - offsetof(SipEndpoint, member));
}

static void tell(SipEndpoint *end) {
    const Report *report = report_from(end->served);
    const uint64_t lost = report->order - end->served;
    Account *payer = service_payer(end);
    Told *told = channel_begin(end, FAULT);
    *told = (Told){
        .fault = { .id = report->id,
                  .starter = report->starter,
                  .why = (uint8_t)fault_why(report->ending.fault),
                  .thread = report->ending.thread,
                  .again = report->again,
                  .restarts = report->restarts },
        .lost = lost
    };
    told->fault.name = service_add_text(end, payer, report->name, report->name_length);
    told->fault.texts = service_add_ending(end, payer, &report->ending, report->program->sealed);
    end->served = report->order + 1;
    channel_commit(end);
}

static bool asks(const SipEndpoint *end) {
    return !ring_is_empty(end->in) && channel_can_send(end);
}

ASIDE void reports_serve(SipEndpoint *end) {
    if (!asks(end) || end->served == made) return;
    channel_drop(end);
    tell(end);
}

void reports_tell(bool again) {
    report_from(made - 1)->again = again;
    for (EndpointLink *link = listeners.next, *next; link != &listeners; link = next) {
        next = link->next;
        reports_serve(listener_at(link));
    }
}

bool reports_end(void) {
    bool any = false;
    for (EndpointLink *link = listeners.next, *next; link != &listeners; link = next) {
        SipEndpoint *end = listener_at(link);
        next = link->next;
        if (!asks(end)) continue;
        any = true;
        channel_drop(end);
        service_tell(end, NO_MORE);
    }
    return any;
}

// --- listening ---------------------------------------------------------------------------------------------

void reports_begin(SipEndpoint *end) {
    end->served = made;
    links_add(listeners.prev, &end->member);
}

void reports_forget(SipEndpoint *end) {
    links_remove(&end->member);
}
