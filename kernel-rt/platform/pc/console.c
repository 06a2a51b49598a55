// COM1, 115200 8N1: out polled, in by its interrupt, which others may use, too, or polled where there is none; and the ways out: QEMU's isa-debug-exit, or a halt.

#include "cpu.h"
#include "pc.h"

#include "core/platform.h"

enum {
    COM1 = 0x3f8,
    DATA = COM1,
    INTERRUPT_ENABLE = COM1 + 1,
    FIFO_CONTROL = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    MODEM_CONTROL = COM1 + 4,
    LINE_STATUS = COM1 + 5,
    STATUS_HERE = 0x01,    // a byte has come
    STATUS_OVERRUN = 0x02, // and one before it is lost
    STATUS_ROOM = 0x20,    // the FIFO, or the only byte, is empty
    STATUS_EMPTY = 0x40,   // and the line is idle
    FIFO_IS_ON = 0xc0,
    FIFO_BYTES = 16,
    DEBUG_EXIT = 0x501,
};

static size_t burst = 1; // bytes that we may write once there is room

void pc_serial_start(void) {
    port_write(INTERRUPT_ENABLE, 0);
    port_write(LINE_CONTROL, 0x80); // the next two are the divisor
    port_write(DATA, 1);
    port_write(INTERRUPT_ENABLE, 0);
    port_write(LINE_CONTROL, 0x03);  // 8N1
    port_write(FIFO_CONTROL, 0x07);  // on, emptied
    port_write(MODEM_CONTROL, 0x0b); // its interrupt is connected
    if ((port_read(FIFO_CONTROL) & FIFO_IS_ON) == FIFO_IS_ON) burst = FIFO_BYTES;
}

static void wait_for(uint8_t status) {
    while (!(port_read(LINE_STATUS) & status))
        pause();
}

void pc_serial_drain(void) {
    wait_for(STATUS_EMPTY);
}

void platform_console(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (i % burst == 0) wait_for(STATUS_ROOM);
        port_write(DATA, (uint8_t)text[i]);
    }
}

// --- input ---------------------------------------------------------------------------------------------------------

static bool listens;

bool pc_serial_listens(void) {
    return listens;
}

bool pc_serial_is_polled(void) {
    return listens && !platform_irq_is_there(PC_SERIAL_LINE);
}

PlatformTyping platform_input_start(void) {
    listens = true;
    if (platform_irq_is_there(PC_SERIAL_LINE)) platform_irq_set(PC_SERIAL_LINE, true);
    port_write(INTERRUPT_ENABLE, 1);
    kernel_input_came(); // what has come before is there
    return PLATFORM_KEYS;
}

size_t platform_input_read(uint8_t *bytes, size_t room, uint64_t *lost, bool *has_ended) {
    size_t count = 0;
    (void)has_ended; // a line has no end
    while (count < room) {
        const uint8_t status = port_read(LINE_STATUS);
        if (status & STATUS_OVERRUN) ++*lost;
        if (!(status & STATUS_HERE)) break;
        bytes[count++] = port_read(DATA);
    }
    return count;
}

_Noreturn void platform_stop(uint32_t status) {
    pc_serial_drain();
    pc_cpus_halt();
    // QEMU ends with (v << 1) | 1, and by itself, when it fails, with 1: so v is never 0.
    port_write(DEBUG_EXIT, (uint8_t)(status + 1));
    for (;;) // elsewhere than in QEMU, or without the device
        __asm__ volatile("cli\n\thlt");
}

static void say(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    platform_console(text, length);
}

static _Noreturn void stop_saying(const char *what, uint32_t status) {
    say("kernel: ");
    say(what);
    say("\n");
    platform_stop(status);
}

_Noreturn void pc_refuse(const char *what) {
    stop_saying(what, PC_REFUSED);
}

_Noreturn void pc_panic(const char *what) {
    stop_saying(what, PC_PANIC);
}
