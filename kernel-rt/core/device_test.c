// Devices: nothing is reached beyond a grant, interrupts come one by one and none is lost, and what a SIP was granted is silent
// when it has ended. The machine's ports and memory keep what is written to them.

#include "machine_test.h"

#include "sealed/packed.h"

enum { PORT = 1, MEMORY = 2, LINE = 1 }; // the rows of the grants below, plus one

#define PORT_GRANT(first, count) { SEAL_GRANT_IO_PORT, 0, first, count }
#define MEMORY_GRANT             { SEAL_GRANT_IO_MEMORY, 0, 0xfe000000, 64 }
#define DMA_GRANT                { SEAL_GRANT_DMA, 0, 0, 6000 }
#define LINE_GRANT(line)         { SEAL_GRANT_IRQ, 0, line, 1 }
#define DEVICE(name, row)        { name, SEAL_PARAM_DEVICE, row, 0 }
#define DEVICE_WIRE(name)        { name, IMAGE_WIRE_DEVICE, NULL, NULL, NULL, 0 }
#define IRQ                                          \
    {                                                \
        "Irq", 1, 1, 16, {                           \
            { "fired", 1, 0, 0 }, { "ack", 0, 0, 0 } \
        }                                            \
    }

// A SIP with ports and DMA memory, in this order, and the console.
#define DRIVER(function)                                                \
    {                                                                   \
        { .name = "driver",                                             \
         SIZES, .contracts = { CONSOLE },                                     \
         .params = { OUT(0), DEVICE("port", 0), DEVICE("memory", 1) }, \
         .grants = { PORT_GRANT(0x2f8, 8), DMA_GRANT },                \
         .trap_fault = FAULT_INDEX,                                    \
         .trusted = 1,                                                 \
         .code = function },                                           \
        { CONSOLE_WIRE, DEVICE_WIRE("port"), DEVICE_WIRE("memory") },   \
        { 0 },                                                          \
        0                                                               \
}
#define INDEX_FAULT                                         \
    "fault: driver: index out of bounds at example.sip:7\n" \
    "ledger: driver: 0 blocks, 0 endpoints, 0 pages left\n"

// --- ports and memory ------------------------------------------------------------------------------------------

static void uses_all_of_it(const KernelTable *k, const SipStart *start) {
    uint8_t bytes[5000], copy[5000];
    for (uint64_t i = 0; i < 8; i++)
        k->DEVICE_WRITE(PORT, i, i + 1, 1, 0);
    say_number(k, start->endpoints[0], "ports ", k->DEVICE_READ(PORT, 4, 4, 0));
    k->DEVICE_WRITE(MEMORY, 5992, UINT64_MAX, 8, 0);
    k->DEVICE_WRITE(MEMORY, 5992, 0x102, 2, 0);
    say_number(k, start->endpoints[0], "memory ", k->DEVICE_READ(MEMORY, 5992, 4, 0));
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (uint64_t at = 0; at < sizeof bytes; at += SIP_DEVICE_COPY) // as the runtime does
        k->DEVICE_COPY_OUT(MEMORY, at, bytes + at, sizeof bytes - at, 0);
    for (uint64_t at = 0; at < sizeof bytes; at += SIP_DEVICE_COPY)
        k->DEVICE_COPY_IN(MEMORY, at, copy + at, sizeof copy - at, 0);
    say(k, start->endpoints[0], memcmp(bytes, copy, sizeof copy) ? "differs\n" : "copied\n");
    k->DEVICE_COPY_IN(MEMORY, 6000, copy, 0, 0); // nothing, at the end
    k->DEVICE_END(PORT);
    say(k, start->endpoints[0], "done\n");
}

static void what_is_granted_can_be_used(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { DRIVER(uses_all_of_it) };
    assert_outcome(sips, STATUS_RETURNED, "ports 134678021\nmemory 4294902018\ncopied\ndone\n");
}

static void reads_a_byte_beyond(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(PORT, 7, 1, 0);
    k->DEVICE_READ(PORT, 7, 2, 0);
}

static void reads_far_beyond(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(MEMORY, UINT64_MAX, 8, 0);
}

static void writes_a_byte_beyond(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_WRITE(MEMORY, 5999, 0, 1, 0);
    k->DEVICE_WRITE(MEMORY, 6000, 0, 1, 0);
}

static void copies_too_much(const KernelTable *k, const SipStart *start) {
    uint8_t bytes[2] = { 0 };
    (void)start;
    k->DEVICE_COPY_OUT(MEMORY, 5998, bytes, 2, 0);
    k->DEVICE_COPY_OUT(MEMORY, 5998, bytes, UINT64_MAX, 0);
}

static void copies_nothing_beyond(const KernelTable *k, const SipStart *start) {
    uint8_t bytes[1];
    (void)start;
    k->DEVICE_COPY_IN(MEMORY, 6001, bytes, 0, 0);
}

static void nothing_beyond_a_grant_is_reached(void **state) {
    static void (*const codes[])(const KernelTable *, const SipStart *) = {
        reads_a_byte_beyond, reads_far_beyond,      writes_a_byte_beyond,
        copies_too_much,     copies_nothing_beyond,
    };
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const TestSip sips[MACHINE_MOST] = { DRIVER(codes[i]) };
        assert_outcome(sips, STATUS_FAULTED, INDEX_FAULT);
    }
}

// What only a mistake of the verifier would let through stops the machine.
static void uses_a_device_of_another_kind(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_ADDRESS(PORT);
}

static void uses_a_device_that_has_ended(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_END(PORT);
    k->DEVICE_READ(PORT, 0, 1, 0);
}

static void uses_a_device_that_there_is_not(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(3, 0, 1, 0);
}

static void uses_no_device(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(0, 0, 1, 0);
}

static void reads_a_port_of_64_bits(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(PORT, 0, 8, 0);
}

static void a_wrong_device_stops_the_machine(void **state) {
    static void (*const codes[])(const KernelTable *, const SipStart *) = {
        uses_a_device_of_another_kind,   uses_a_device_that_has_ended,
        uses_a_device_that_there_is_not, uses_no_device,
        reads_a_port_of_64_bits,
    };
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const TestSip sips[MACHINE_MOST] = { DRIVER(codes[i]) };
        static Outcome outcome;
        run_system(sips, &outcome);
        assert_int_equal(outcome.status, STATUS_PANIC);
        assert_non_null(strstr(outcome.text, "a device is used that its sip does not have"));
    }
}

static void resets_the_machine(const KernelTable *k, const SipStart *start) {
    k->DEVICE_WRITE(1, 0, 0xae, 1, 0);
    say(k, start->endpoints[0], "allowed\n");
    k->DEVICE_WRITE(1, 0, 0xfe, 1, 0);
}

// As a part of a wider write, from a port before it.
static void resets_it_on_the_way(const KernelTable *k, const SipStart *start) {
    k->DEVICE_WRITE(1, 0, 0x00aeffff, 4, 0);
    say(k, start->endpoints[0], "allowed\n");
    k->DEVICE_WRITE(1, 1, 0xfe00, 2, 0);
}

static void does_not_reset(
    uint64_t port, uint64_t count, void (*code)(const KernelTable *, const SipStart *)
) {
    const TestSip sips[MACHINE_MOST] = {
        { { .name = "driver",
            SIZES,
            .contracts = { CONSOLE },
            .params = { OUT(0), DEVICE("port", 0) },
            .grants = { PORT_GRANT(port, count) },
            .trusted = count > 1,
            .code = code },
         { CONSOLE_WIRE, DEVICE_WIRE("port") },
         { 0 },
         0 },
    };
    assert_outcome(
        sips, STATUS_FAULTED,
        "allowed\nfault: driver: a device may not be told this at example.sip:7\n"
        "ledger: driver: 0 blocks, 0 endpoints, 0 pages left\n"
    );
}

static void the_keyboard_controller_does_not_reset(void **state) {
    (void)state;
    does_not_reset(0x64, 1, resets_the_machine);
    does_not_reset(0x62, 4, resets_it_on_the_way);
}

// --- DMA memory ------------------------------------------------------------------------------------------------

static void leaves_something_and_traps(const KernelTable *k, const SipStart *start) {
    static uint64_t first;
    const uint64_t address = k->DEVICE_ADDRESS(MEMORY);
    if (first) say(k, start->endpoints[0], address == first ? "the same\n" : "another\n");
    first = address;
    say_number(k, start->endpoints[0], "its device reaches ", machine_dma_bytes);
    say_number(k, start->endpoints[0], "silenced ", (uint64_t)machine_devices_silenced);
    say_number(k, start->endpoints[0], "found ", k->DEVICE_READ(MEMORY, 0, 8, 0));
    k->DEVICE_WRITE(MEMORY, 0, 42, 8, 0);
    k->TRAP(0);
}

// The device that the same SIP is granted may reach it, and is silenced before it is told again.
static void dma_memory_stays_and_is_emptied(void **state) {
    (void)state;
    TestSip sips[MACHINE_MOST] = { DRIVER(leaves_something_and_traps) };
    sips[0].example.grants[0] = (SealGrant)MEMORY_GRANT;
    sips[0].example.restart = 1;
    assert_outcome(
        sips, STATUS_FAULTED,
        "its device reaches 6000\nsilenced 0\nfound 0\n" INDEX_FAULT
        "restart: driver: 1 of 1\nthe same\n"
        "its device reaches 12000\nsilenced 1\nfound 0\n" INDEX_FAULT
    );
}

// --- interrupts ------------------------------------------------------------------------------------------------

static SipEndpoint *line;

// Waits for three, as if each were a message; what comes twice before the answer is told once more after it.
static void listens(const KernelTable *k, const SipStart *start) {
    line = k->DEVICE_LISTEN(LINE, 0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        k->RECEIVE(line);
        say(k, start->endpoints[0], "fired\n");
        k->SEND(line, 1, 0, 0, 0, 0);
    }
    k->CLOSE(line);
    say(k, start->endpoints[0], "closed\n");
}

static void fires(void) {
    if (machine_lines[3]) kernel_irq(3, 0);
}

static void fires_many_times(void) {
    for (int i = 0; i < 5 && machine_lines[3]; i++)
        machine_lines[3] = kernel_irq(3, 0);
}

#define LISTENER(function)                         \
    {                                              \
        { .name = "driver",                        \
         SIZES, .contracts = { IRQ, CONSOLE },           \
         .params = { OUT(1), DEVICE("line", 0) }, \
         .grants = { LINE_GRANT(3) },             \
         .trap_fault = FAULT_INDEX,               \
         .code = function },                      \
        { CONSOLE_WIRE, DEVICE_WIRE("line") },     \
        { 0 },                                     \
        0                                          \
    }

static void interrupts_come_one_by_one(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { LISTENER(listens) };
    machine_idles = fires;
    assert_outcome(sips, STATUS_RETURNED, "fired\nfired\nfired\nclosed\n");
    machine_idles = fires_many_times;
    assert_outcome(sips, STATUS_RETURNED, "fired\nfired\nfired\nclosed\n");
    machine_idles = NULL;
}

static void never_answers(const KernelTable *k, const SipStart *start) {
    line = k->DEVICE_LISTEN(LINE, 0, 0);
    k->RECEIVE(line);
    kernel_irq(3, 0); // while it has not answered
    kernel_irq(3, 0);
    say(k, start->endpoints[0], kernel_irq(3, 0) ? "on\n" : "off\n");
    if (k->RECEIVE_ANY(&line, 1, 1000).what >> 32 == SIP_RECEIVE_TIMEOUT)
        say(k, start->endpoints[0], "nothing\n");
    k->TRAP(0);
}

static void who_does_not_answer_is_told_nothing(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { LISTENER(never_answers) };
    machine_idles = fires;
    assert_outcome(sips, STATUS_FAULTED, "off\nnothing\n" INDEX_FAULT);
    machine_idles = NULL;
}

// --- the PCI bus ---------------------------------------------------------------------------------------------

#define PCI(kind, place, length) { kind, 0, PCI_BASE(MACHINE_PCI_VENDOR, 0x1042, 0, place), length }
enum { PLACE = 1, CONFIGURATION = 2 };

#define ON_THE_BUS(who, function)                                                       \
    {                                                                                   \
        { .name = who,                                                                  \
         SIZES, .contracts = { CONSOLE },                                                     \
         .params = { OUT(0), DEVICE("place", 0), DEVICE("configuration", 1) },         \
         .grants = { PCI(SEAL_GRANT_IO_MEMORY, 2, 64),                                 \
                      PCI(SEAL_GRANT_IO_MEMORY, PCI_CONFIGURATION, PCI_CONFIG_BYTES) }, \
         .trap_fault = FAULT_INDEX,                                                    \
         .trusted = 1,                                                                 \
         .code = function },                                                           \
        { CONSOLE_WIRE, DEVICE_WIRE("place"), DEVICE_WIRE("configuration") },           \
        { 0 },                                                                          \
        0                                                                               \
    }

static void looks_at_the_bus(const KernelTable *k, const SipStart *start) {
    uint8_t bytes[2];
    k->DEVICE_WRITE(PLACE, 0, 77, 4, 0);
    say_number(k, start->endpoints[0], "memory ", k->DEVICE_READ(PLACE, 0, 4, 0));
    say_number(k, start->endpoints[0], "configuration ", k->DEVICE_READ(CONFIGURATION, 2, 2, 0));
    k->DEVICE_COPY_IN(CONFIGURATION, 4, bytes, 2, 0);
    say_number(k, start->endpoints[0], "copied ", bytes[1]);
}

static void a_place_on_the_bus_is_found(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { ON_THE_BUS("disk", looks_at_the_bus) };
    assert_outcome(sips, STATUS_RETURNED, "memory 77\nconfiguration 66\ncopied 69\n");
}

static void writes_configuration(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_WRITE(CONFIGURATION, 4, 6, 2, 0);
}

static void copies_configuration(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_COPY_OUT(CONFIGURATION, 4, "x", 1, 0);
}

static void reads_beyond_the_place(const KernelTable *k, const SipStart *start) {
    (void)start;
    k->DEVICE_READ(PLACE, 61, 4, 0);
}

static void the_bus_is_not_set(void **state) {
    (void)state;
    const TestSip writes[MACHINE_MOST] = { ON_THE_BUS("driver", writes_configuration) };
    const TestSip copies[MACHINE_MOST] = { ON_THE_BUS("driver", copies_configuration) };
    const TestSip beyond[MACHINE_MOST] = { ON_THE_BUS("driver", reads_beyond_the_place) };
    static const char refused[] = "fault: driver: a device may not be told this at example.sip:7\n"
                                  "ledger: driver: 0 blocks, 0 endpoints, 0 pages left\n";
    assert_outcome(writes, STATUS_FAULTED, refused);
    assert_outcome(copies, STATUS_FAULTED, refused);
    assert_outcome(beyond, STATUS_FAULTED, INDEX_FAULT);
}

// Where the machine says that it is, is the kernel's, or another's.
static void what_the_bus_says_is_tested(void **state) {
    (void)state;
    const TestSip sips[MACHINE_MOST] = { ON_THE_BUS("disk", looks_at_the_bus) };
    static const uint64_t wrong[] = { 0xfee00000, 0x1000, 0xa0000, UINT64_C(1) << 40, UINT64_MAX };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        machine_place = wrong[i];
        assert_outcome(
            sips, STATUS_REFUSED,
            "refused: sip disk is granted memory of a device that lies where none can be\n"
        );
    }
    machine_place = 0xfe000000;
}

// A SIP that is granted the addresses at which the bus has the other's device.
#define AT_ITS_PLACE(who)                               \
    {                                                   \
        { .name = who,                                  \
         SIZES, .contracts = { CONSOLE },                     \
         .params = { OUT(0), DEVICE("registers", 0) }, \
         .grants = { MEMORY_GRANT },                   \
         .trap_fault = FAULT_INDEX,                    \
         .trusted = 1,                                 \
         .code = uses_no_device },                     \
        { CONSOLE_WIRE, DEVICE_WIRE("registers") },     \
        { 0 },                                          \
        0                                               \
    }

static void nobody_shares_what_the_bus_has(void **state) {
    (void)state;
    const TestSip bus_first[MACHINE_MOST] = { ON_THE_BUS("disk", looks_at_the_bus),
                                              AT_ITS_PLACE("other") };
    const TestSip bus_last[MACHINE_MOST] = { AT_ITS_PLACE("other"),
                                             ON_THE_BUS("disk", looks_at_the_bus) };
    assert_outcome(
        bus_first, STATUS_REFUSED,
        "refused: sip other is granted memory of a device that is granted already\n"
    );
    assert_outcome(
        bus_last, STATUS_REFUSED,
        "refused: sip disk is granted memory of a device that is granted already\n"
    );
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_granted_can_be_used),
        cmocka_unit_test(nothing_beyond_a_grant_is_reached),
        cmocka_unit_test(a_wrong_device_stops_the_machine),
        cmocka_unit_test(the_keyboard_controller_does_not_reset),
        cmocka_unit_test(dma_memory_stays_and_is_emptied),
        cmocka_unit_test(interrupts_come_one_by_one),
        cmocka_unit_test(who_does_not_answer_is_told_nothing),
        cmocka_unit_test(a_place_on_the_bus_is_found),
        cmocka_unit_test(the_bus_is_not_set),
        cmocka_unit_test(what_the_bus_says_is_tested),
        cmocka_unit_test(nobody_shares_what_the_bus_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
