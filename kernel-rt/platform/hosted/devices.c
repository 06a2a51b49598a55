// A process of Linux has no devices to grant.

#include "core/platform.h"

bool platform_has_devices(void) {
    return false;
}

uint64_t platform_port_read(uint16_t port, uint32_t width) {
    (void)port, (void)width;
    return 0;
}

void platform_port_write(uint16_t port, uint64_t value, uint32_t width) {
    (void)port, (void)value, (void)width;
}

void *platform_device_memory(uint64_t base, uint64_t length) {
    (void)base, (void)length;
    return NULL;
}

bool platform_irq_is_there(uint32_t line) {
    (void)line;
    return false;
}

void platform_irq_set(uint32_t line, bool on) {
    (void)line, (void)on;
}

bool platform_pci_is_there(uint64_t grant) {
    (void)grant;
    return false;
}

const char *platform_pci_memory(uint64_t grant, uint64_t length, uint64_t *base) {
    (void)grant, (void)length, (void)base;
    return "is granted a device on a bus that is not there";
}

uint32_t platform_pci_irq(uint64_t grant) {
    (void)grant;
    return PLATFORM_NO_IRQ;
}

uint64_t platform_pci_read(uint64_t grant, uint64_t offset, uint32_t width) {
    (void)grant, (void)offset, (void)width;
    return 0;
}

void platform_pci_start(uint64_t grant) {
    (void)grant;
}

void platform_pci_silence(uint64_t grant) {
    (void)grant;
}
