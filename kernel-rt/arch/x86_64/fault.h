// CPU exceptions, as both platforms catch them.

#ifndef KERNEL_ARCH_FAULT_H
#define KERNEL_ARCH_FAULT_H

#include <stdint.h>

enum { // x86 vectors
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_NMI = 2,
    VECTOR_INSTRUCTION = 6,
    VECTOR_DOUBLE_FAULT = 8,
    VECTOR_PAGE = 14,
    VECTOR_MACHINE_CHECK = 18,
};

// The row of fault.def that a SIP which caused exception `vector` ends with.
uint32_t arch_fault_of_vector(uint32_t vector);

#endif
