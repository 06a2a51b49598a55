// Interrupts: messages on a channel whose exporter is the kernel, `fired! -> ack?` again and again. A line's handler only counts;
// what it has counted is told when the kernel is at rest, once, and again only after `ack`. So whoever listens decides how fast
// interrupts come, and none is lost: what has come before the answer is told right after it. A line that is not listened to, or
// that comes twice before its answer, is off.

#include "core.h"

enum { FIRED, ACK };

static Irq irqs[PLATFORM_IRQS];
static volatile uint32_t came[PLATFORM_IRQS]; // written by the handlers alone
static volatile bool has_come;                // that, or the console's input

static bool count(uint32_t line) {
    if (line >= PLATFORM_IRQS || !irqs[line].end) return false;
    came[line]++;
    __atomic_store_n(&has_come, true, __ATOMIC_RELEASE);
    return true;
}

// Where several CPUs work: with the lock, so that none switches the line on between what is counted and what follows from it.
bool kernel_irq(uint32_t line, uint64_t pc) {
    Cpu *cpu = this_cpu();
    const bool was_mine = !cpus_share || lock_is_mine(cpu);
    if (!was_mine) lock_in_handler(cpu);
    const bool is_listened_to = count(line);
    if (has_come) preempt_by_irq(pc);
    const bool is_on = is_listened_to && came[line] - irqs[line].seen < 2;
    if (!is_on && line < PLATFORM_IRQS) platform_irq_set(line, false);
    if (!was_mine) unlock_kernel();
    return is_on;
}

void kernel_input_came(void) {
    __atomic_store_n(&has_come, true, __ATOMIC_RELEASE);
}

bool kernel_is_needed(void) {
    return has_come || __atomic_load_n(&this_cpu()->is_needed, __ATOMIC_ACQUIRE);
}

static void tell(Irq *irq) {
    const uint32_t count = came[irq->line];
    if (!irq->end || !irq->is_armed || irq->seen == count || !channel_can_send(irq->end)) return;
    irq->seen = count;
    irq->is_armed = false;
    service_tell(irq->end, FIRED);
}

void irqs_look(void) {
    if (!has_come) return;
    __atomic_exchange_n(
        &has_come, false, __ATOMIC_SEQ_CST
    ); // first: what comes meanwhile is looked at again
    for (uint32_t line = 0; line < PLATFORM_IRQS; line++)
        tell(&irqs[line]);
    input_look();
}

bool irqs_wanted(void) {
    for (uint32_t line = 0; line < PLATFORM_IRQS; line++) {
        if (irqs[line].end && irqs[line].is_armed) return true;
    }
    return input_wanted();
}

// Its holder waits for the next one.
ASIDE void irq_serve(SipEndpoint *end) {
    Irq *irq = end->irq;
    for (; !ring_is_empty(end->in); channel_drop(end))
        irq->is_armed = true;
    tell(irq);
    if (irq->end) platform_irq_set(irq->line, true);
}

// By the row of the manifest: `fired` comes, `ack` goes, and neither carries anything.
static bool is_irq_contract(const Sealed *sealed, uint32_t number) {
    if (number >= sealed->manifest.contracts.count) return false;
    const SealContract row = sealed_contract(sealed, number);
    if (row.message_count != 2 || row.in_slots == 0 || row.out_slots == 0) return false;
    const SealMessage fired = sealed_message(sealed, row.first_message + FIRED);
    const SealMessage ack = sealed_message(sealed, row.first_message + ACK);
    return fired.direction == 1 && ack.direction == 0 &&
           fired.payload_bytes + ack.payload_bytes == 0;
}

SipEndpoint *irq_listen(Device *device, uint32_t row, const Contract *contract, Sip *sip) {
    Irq *irq = &irqs[device->grant.base];
    if (!is_irq_contract(sip->program->sealed, row) || irq->end)
        panic("an interrupt is listened to twice, or by another contract");
    Channel *channel = channel_new(contract, &sip->account);
    if (!channel) return NULL;
    endpoint_give(&channel->ends[0], sip);
    *irq = (Irq){ .end = &channel->ends[1],
                  .line = (uint32_t)device->grant.base,
                  .seen = came[device->grant.base],
                  .is_armed = true };
    irq->end->notice = NOTICE_IRQ;
    irq->end->irq = irq;
    device->irq = irq;
    device->has_ended = true;
    platform_irq_set(irq->line, true);
    return &channel->ends[0];
}

void irq_forget(SipEndpoint *end) {
    end->irq->end = NULL;
    platform_irq_set(end->irq->line, false);
}

// Whoever listens by now is told that no more will come.
void irq_end(Irq *irq) {
    SipEndpoint *end = irq->end;
    if (!end) return;
    irq->end = NULL;
    platform_irq_set(irq->line, false);
    channel_close(end);
}
