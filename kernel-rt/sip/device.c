// Copies from and to devices. The kernel copies a bounded number of bytes in one step, having tested all that is asked for;
// between two steps others may run.

#include "sip.h"

static uint64_t step(uint64_t length) {
    return length < SIP_DEVICE_COPY ? length : SIP_DEVICE_COPY;
}

void sip_device_copy_in(
    uint64_t device, uint64_t offset, void *bytes, uint64_t length, uint32_t site
) {
    uint8_t *to = bytes;
    do {
        sip_kernel->DEVICE_COPY_IN(device, offset, to, length, site);
        offset += step(length);
        to += step(length);
        length -= step(length);
    } while (length);
}

void sip_device_copy_out(
    uint64_t device, uint64_t offset, const void *bytes, uint64_t length, uint32_t site
) {
    const uint8_t *from = bytes;
    do {
        sip_kernel->DEVICE_COPY_OUT(device, offset, from, length, site);
        offset += step(length);
        from += step(length);
        length -= step(length);
    } while (length);
}
