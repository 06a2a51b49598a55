// Grants of devices on the PCI bus, whose addresses only the machine that boots knows. Freestanding.
//
// Such a grant names a function of a device by its vendor, its device number, and the how many-th of these it is in the order of
// buses, and its base stands for that, far above all addresses and interrupts that there are: so that ranges of two grants overlap
// exactly if the places do that they will lead to. The kernel finds out where that is when the system starts.

#ifndef SIP_ABI_PCI_H
#define SIP_ABI_PCI_H

#include <stdint.h>

#define PCI_GRANT (UINT64_C(1) << 63)
// One of these for each place of a function: its ranges of memory, by the number of their base address register, its interrupt, and
// its configuration, of which only the first bytes can be read.
#define PCI_PLACE_BYTES   (UINT64_C(1) << 24)
#define PCI_BARS          6u
#define PCI_CONFIGURATION 7u
#define PCI_CONFIG_BYTES  256u
#define PCI_MOST_INDEX    15u

// The base of a grant of memory (place: a register's number), or of the configuration; of an interrupt, place is 0.
#define PCI_BASE(vendor, device, index, place)                                                   \
    (PCI_GRANT | (uint64_t)(vendor) << 47 | (uint64_t)(device) << 31 | (uint64_t)(index) << 27 | \
     (uint64_t)(place) << 24)

#define PCI_IS_GRANT(base) ((base) >> 63 != 0)
#define PCI_VENDOR(base)   ((uint32_t)((base) >> 47 & 0xffff))
#define PCI_DEVICE(base)   ((uint32_t)((base) >> 31 & 0xffff))
#define PCI_INDEX(base)    ((uint32_t)((base) >> 27 & 0xf))
#define PCI_PLACE(base)    ((uint32_t)((base) >> 24 & 7))
#define PCI_OFFSET(base)   ((base) & (PCI_PLACE_BYTES - 1))
#define PCI_FUNCTION(base) ((base) >> 27) // equal: the same function

#endif
